"""Charts of any small table, for looking at data one does not know yet."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _forms, _style
from crmkit.tables import TableError


@_style.chart
def bars(frame: Any, x: str, y: str, hue: str | None = None, *, ax: Any = None) -> Any:
    """Bars of column `y` for each `x` (one set a `hue`), in the order of the table.

    Parameters
    ----------
    frame
        Any small dataframe with these columns; codes and headings are shown in the current
        language.
    x
        The column of the places along the axis.
    y
        The column of the figure.
    hue
        The column that tells several sets apart.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Raises
    ------
    TableError
        When a column is missing, or several rows would share a bar.

    Examples
    --------
    >>> import pandas as pd
    >>> bars(pd.DataFrame({"channel": ["web"], "orders": [12]}), "channel", "orders").get_ylabel()
    'Orders'
    """
    table = _one_each(frame, x, y, hue)
    _forms.bars(ax, table, x, y, hue)
    _style.title(ax, y, x, hue)


@_style.chart
def lines(frame: Any, x: str, y: str, hue: str | None = None, *, ax: Any = None) -> Any:
    """A line of column `y` along `x` (one for each `hue`): for months, hours, minutes.

    Parameters
    ----------
    frame, x, y, hue, ax, names
        As in `bars`.

    Returns
    -------
    The Axes.

    Raises
    ------
    TableError
        As `bars`.
    """
    table = _one_each(frame, x, y, hue)
    _forms.lines(ax, table, x, y, hue)
    _style.title(ax, y, x, hue)


@_style.chart
def spread(frame: Any, x: str, y: str, *, ax: Any = None) -> Any:
    """How the values of column `y` spread within each group `x`: median, middle half, nine tenths.

    Parameters
    ----------
    frame
        One row per thing.
    x, y, ax, names
        As in `bars`.

    Returns
    -------
    The Axes.

    Raises
    ------
    TableError
        When a column is missing.
    """
    table = _style.known(_checked(frame, x, y).dropna(subset=[x]), y)
    order = list(dict.fromkeys(table[x]))
    shown = order[: _style.MOST]
    _forms.boxes(ax, table, x, y, shown, _style.apart(x, shown))
    ax.set(xlabel=heading(y), ylabel=_style.part(heading(x), len(shown), len(order)))
    _style.title(ax, y, x)


def _checked(frame: Any, x: str, y: str, hue: str | None = None) -> Any:
    table = _style.to_pandas(frame)
    _style.need(table, [name for name in (x, y, hue) if name], "ck.load")
    return table


def _one_each(frame: Any, x: str, y: str, hue: str | None) -> Any:
    """The table, if it has one row for each bar or point: an average would pass for a sum."""
    table = _checked(frame, x, y, hue)
    keys = [x, *([hue] if hue else [])]
    if table.duplicated(keys).any():
        raise TableError(
            _(
                "Several rows have the same {keys}: add them up first, for example with "
                "frame.groupby({keys!r})[{figure!r}].sum().reset_index()."
            ).format(keys=keys, figure=y)
        )
    return table
