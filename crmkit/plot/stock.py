"""Charts of the stock."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _style

FIGURES = ("cogs", "average_stock", "days", "turnover", "days_of_stock")


@_style.chart
def turnover(result: Any, value: str = "turnover", *, ax: Any = None) -> Any:
    """How often the stock turned, per group: a line over time, bars (fastest first) otherwise.

    `result`: what `stock.turnover` gave with a column in `by`; `value`: turnover or days_of_stock.
    Returns the Axes.

    >>> import pandas as pd
    >>> result = pd.DataFrame({"category": ["dairy", "tea"], "turnover": [12.0, 3.0]})
    >>> turnover(result).get_xlabel()
    'Category'
    """
    table = _style.to_pandas(result)
    keys = [name for name in table.columns if name not in FIGURES]
    _style.need(table, [value, *(keys[:1] or ["by=…"])], "stock.turnover(…, by=…)")
    if keys[0] in ("year", "quarter", "month", "week", "day"):
        _style.lines(ax, table, keys[0], value, *keys[1:2])
    else:
        table = table.sort_values(value, ascending=value != "turnover", kind="stable")
        _style.bars(ax, table.dropna(subset=[value]), keys[0], value, *keys[1:2])
    ax.set_title(
        _("{figure} by {group}").format(figure=heading(value), group=_style.inside(keys[0]))
    )
