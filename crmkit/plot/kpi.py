"""Charts of the key figures."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.kpi.sales import FIGURES
from crmkit.labels import heading
from crmkit.plot import _style

IN_ORDER = ("year", "quarter", "month", "week", "day", "hour", "weekday")
"""Groups that have an order of their own; others are drawn largest first."""


@_style.chart
def sales_summary(summary: Any, value: str = "revenue", *, ax: Any = None) -> Any:
    """What was sold, per group: a line over months, weeks or days, bars for anything else.

    `summary`: what `kpi.sales_summary` gave with one or two columns in `by`; `value`: which figure
    (revenue, orders, units, aov, upt, item_price, gross_margin, margin_rate). Returns the Axes.

    >>> import pandas as pd
    >>> summary = pd.DataFrame({"hour": [9, 10], "revenue": [120.0, 300.0]})
    >>> sales_summary(summary).get_ylabel()
    'Revenue'
    """
    table = _style.to_pandas(summary)
    _style.need(table, [value], "kpi.sales_summary")
    keys = [name for name in table.columns if name not in FIGURES]
    _style.need(table, keys[:1] or ["by=…"], "kpi.sales_summary(sales, by=…)")
    over = next((name for name in keys if name in IN_ORDER), keys[0])
    hue = next((name for name in keys if name != over), None)
    if over in ("year", "quarter", "month", "week", "day") and len(table[over].unique()) > 2:
        _style.lines(ax, table, over, value, hue)
    else:
        if over not in IN_ORDER:
            order = table.groupby(over, dropna=False)[value].transform("sum")
            table = table.assign(_order=order).sort_values("_order", ascending=False, kind="stable")
        _style.bars(ax, table, over, value, hue)
    ax.set_title(_("{figure} by {group}").format(figure=heading(value), group=_style.inside(over)))
