"""Charts of any small table, for looking at data one does not know yet."""

from typing import Any

from crmkit.labels import heading
from crmkit.plot import _style


@_style.chart
def bars(frame: Any, x: str, y: str, hue: str | None = None, *, ax: Any = None) -> Any:
    """Bars of column `y` for each `x` (one set a `hue`), in the order of the table.

    `frame` is any small dataframe with these columns; codes and headings are shown in the current
    language. Returns the Axes. Raises `TableError` when a column is missing.

    >>> import pandas as pd
    >>> bars(pd.DataFrame({"channel": ["web"], "orders": [12]}), "channel", "orders").get_ylabel()
    'Orders'
    """
    table = _checked(frame, x, y, hue)
    _style.bars(ax, table, x, y, hue)


@_style.chart
def lines(frame: Any, x: str, y: str, hue: str | None = None, *, ax: Any = None) -> Any:
    """A line of column `y` along `x` (one for each `hue`): for months, hours, minutes.

    Otherwise as `bars`.
    """
    table = _checked(frame, x, y, hue)
    _style.lines(ax, table, x, y, hue)


@_style.chart
def spread(frame: Any, x: str, y: str, *, ax: Any = None) -> Any:
    """How the values of column `y` spread within each group `x`: median, middle half, nine tenths.

    `frame` has one row per thing; otherwise as `bars`.
    """
    import seaborn as sns

    table = _checked(frame, x, y, None)
    order = list(dict.fromkeys(table[x].dropna()))
    sns.boxplot(
        table,
        x=y,
        y=x,
        order=order,
        ax=ax,
        whis=(5, 95),
        showfliers=False,
        color=_style.PALETTE[5],
        linewidth=1.5,
    )
    ax.set_yticks(range(len(order)), _style.words(x, order))
    _style.value_axis(ax.xaxis, y)
    ax.set(xlabel=heading(y), ylabel=heading(x))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")


def _checked(frame: Any, x: str, y: str, hue: str | None) -> Any:
    table = _style.to_pandas(frame)
    _style.need(table, [name for name in (x, y, hue) if name], "ck.load")
    return table
