"""Charts of what prices did, and of how sales moved beside them."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _forms, _style
from crmkit.tables import TableError


@_style.chart
def price_index(result: Any, value: str = "fisher", *, ax: Any = None) -> Any:
    """How prices moved; the dashed line is the period that is 100.

    Parameters
    ----------
    result
        What `kpi.price_index` gave.
    value
        fisher, laspeyres or paasche.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["products", "matched_share", value], "kpi.price_index")
    figures = ["products", "matched_share", "laspeyres", "paasche", "fisher"]
    keys = _style.group_columns(table, figures, "kpi.price_index")
    over, hue = _style.across(keys)
    _forms.lines(ax, _style.known(table, value), over, value, hue)
    low, high = float(table[value].min()), float(table[value].max())
    reach = max(high - low, 2) * 0.15
    ax.set_ylim(min(low, 100) - reach, max(high, 100) + reach)  # an index has no zero to begin at
    ax.axhline(100, color="black", linewidth=1.5, linestyle="--", zorder=0)
    ax.set_ylabel(heading(value) + "\n" + _("100: at the start; the axis does not begin at 0"))
    ax.set_title(_("What the same goods cost, against the start"))


@_style.chart(grid="x", size=(11, 7))
def price_elasticity(result: Any, top: int = 12, *, ax: Any = None) -> Any:
    """How sales moved beside prices, with intervals and the warning that it was no experiment.

    Parameters
    ----------
    result
        What `kpi.price_elasticity` gave.
    top
        How many groups, the most sensitive first.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.kpi import price_elasticity as observed
    >>> lines = pd.DataFrame({"product_id": "tea", "quantity": [90, 25, 100] * 5,
    ...     "sold_at": pd.date_range("2025-01-06", periods=15, freq="7D"),
    ...     "amount": [900.0, 500.0, 980.0] * 5})
    >>> len(price_elasticity(observed(lines)).get_yticklabels())
    1
    """
    if not hasattr(result, "table") or "elasticity" not in result.table:
        raise TableError(_("Give what {source} returns.").format(source="kpi.price_elasticity"))
    everything = len(result.table)
    table = _style.known(result.table, "elasticity").head(top).iloc[::-1]
    at = range(len(table))
    ends = [table["elasticity"] - table["low"], table["high"] - table["elasticity"]]
    ax.errorbar(
        table["elasticity"], list(at), xerr=ends, fmt="o", color=_style.MAIN, ecolor=_style.QUIET,
        elinewidth=6, markersize=11, capsize=0,
    )  # fmt: skip
    for place, value in zip(at, table["elasticity"], strict=True):
        ax.annotate(
            f"{value:.2f}", (value, place), xytext=(0, 10), textcoords="offset points",
            ha="center", fontsize=13,
        )  # fmt: skip
    ax.axvline(0, color="black", linewidth=1.5)
    ax.set_yticks(list(at), _style.apart(result.by, table[result.by]), fontsize=14)
    ax.set_ylim(-0.6, len(table) - 0.3)
    ax.set_ylabel(_style.part(heading(result.by), len(table), everything))
    ax.set_xlabel(
        _("Per cent more pieces where the price was 1 % higher (bar: 95 % interval)")
        + "\n"
        + _("Observed, not tried out: prices may have followed demand")
    )
    ax.set_title(_("Prices and pieces sold"))
