"""How every chart looks: one font for both languages, colours all eyes can tell apart, sizes that
can be read from the back of the room."""

import functools
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from crmkit import tables
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.labels import heading, text
from crmkit.plot import _axes

FONT = "crmkit Noto Sans SC"
FONT_FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular-subset.otf"

PALETTE = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#7F7F7F", "#000000"]
"""Okabe and Ito's colours, told apart with any kind of colour blindness; yellow, too pale on a
projector, is left out."""
MAIN, ACCENT, GOOD, BAD, QUIET = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3], "#B8BEC6"
GREY = PALETTE[6]
SEQUENTIAL = "cividis_r"
SAME = {
    "group": {"treatment": MAIN, "control": GREY},
    "buyer": {"member": MAIN, "walk_in": ACCENT},
    "of": {"members": MAIN, "spending": ACCENT},
    "channel": {"store": MAIN, "mini_program": ACCENT, "web": GOOD},
}
"""What has one colour in every chart, whichever comes first in the table."""

MOST = 24
"""More names than this beside bars cannot be read from the back of the room."""
MOST_LINES = 7
"""More colours than this cannot be told apart."""

STYLE: Any = {
    "font.family": [FONT],
    "font.size": 15,
    "axes.titlesize": 20,
    "axes.titlepad": 14,
    "axes.labelsize": 16,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "legend.fontsize": 14,
    "legend.title_fontsize": 14,
    "legend.frameon": False,
    "lines.linewidth": 3,
    "lines.markersize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#4A4F57",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDE1E6",
    "axes.unicode_minus": False,
    "figure.dpi": 100,
    "savefig.dpi": 100,
    "figure.constrained_layout.use": True,
}


@functools.cache
def register_font() -> None:
    from matplotlib import font_manager

    font_manager.fontManager.addfont(FONT_FILE)


_NAMES: ContextVar[Mapping[Any, str]] = ContextVar("names of ids", default={})  # noqa: B039

_WIDTH: ContextVar[float | None] = ContextVar("how wide a chart is", default=None)


@contextmanager
def as_wide_as(inches: float) -> Iterator[None]:
    """Charts drawn within are so wide; their letters stay as large as they are."""
    asked = _WIDTH.set(inches)
    try:
        yield
    finally:
        _WIDTH.reset(asked)


def chart(
    draw: Callable | None = None, *, size: tuple[float, float] = (11, 6.2), grid: str = "y"
) -> Callable:
    """Make a drawing function a public chart: house style, an Axes in or a new one, an Axes out.

    The function gets the Axes as ``ax``; whatever it draws is in the house font, wherever the
    figure came from. Every chart also takes ``names``: what to call ids such as store_id.
    """
    if draw is None:
        return functools.partial(chart, size=size, grid=grid)

    asked = inspect.signature(draw)

    @functools.wraps(draw)
    def drawn(*args: Any, ax: Any = None, names: Any = None, **options: Any) -> Any:
        import matplotlib.pyplot as plt
        from matplotlib.text import Text

        register_font()
        calling = _NAMES.set(called(names))
        # a notebook's first chart switches this on; leaving the style must not switch it off
        interactive = plt.isinteractive()
        mine = ax is None
        try:
            with plt.rc_context({**STYLE, "axes.grid.axis": grid}):
                if mine:
                    wide = _WIDTH.get() or size[0]
                    ax = plt.subplots(figsize=(wide, size[1] * wide / size[0]))[1]
                interactive = plt.isinteractive()
                draw(*_by_heading(asked, args, options), ax=ax, **options)
                _axes.tidied(ax, mine)
                for axes in ax.figure.axes:
                    axes.tick_params(labelfontfamily=FONT)
                for words in ax.figure.findobj(Text):
                    words.set_fontfamily(FONT)
        except BaseException:
            if mine and ax is not None:  # an empty frame would otherwise be shown below the error
                plt.close(ax.figure)
            raise
        finally:
            _NAMES.reset(calling)
            plt.interactive(interactive)
        return ax

    named = inspect.Parameter("names", inspect.Parameter.KEYWORD_ONLY, default=None)
    wrapper: Any = drawn
    wrapper.__signature__ = asked.replace(parameters=[*asked.parameters.values(), named])
    return wrapper


OF_COLUMNS = ("by", "change", "hue", "value", "x", "y")
"""Arguments of a chart that name columns."""


def _by_heading(asked: inspect.Signature, args: Any, options: dict[str, Any]) -> list[Any]:
    """What names a column, by the column where its heading was written: `options` in place."""

    def columns() -> list[str]:
        return [str(one) for one in getattr(args[0], "columns", ())] if args else []

    for name in OF_COLUMNS:
        if name in options:
            options[name] = tables.meant(options[name], columns)
    names = list(asked.parameters)
    return [
        tables.meant(one, columns) if name in OF_COLUMNS else one
        for name, one in itertools.zip_longest(names[: len(args)], args)
    ]


def called(names: Any) -> Mapping[Any, str]:
    """Names by id, from a mapping, from a table with ids and names (stores, products), or several.

    >>> import pandas as pd
    >>> called([{"P1": "tea"}, pd.DataFrame({"store_id": ["S1"], "name": ["Harbour"]})])
    {'P1': 'tea', 'S1': 'Harbour'}
    """
    if names is None:
        return {}
    if isinstance(names, Mapping):
        return dict(names)
    if isinstance(names, list | tuple):
        return {key: name for part in names for key, name in called(part).items()}
    table = to_pandas(names)
    ids = next((column for column in table.columns if column.endswith("_id")), None)
    if ids is None or "name" not in table.columns:
        raise tables.TableError(
            _("names takes a dictionary, or a table with ids and names such as stores or products.")
        )
    return dict(zip(table[ids], table["name"], strict=True))


def to_pandas(frame: Any) -> Any:
    """A small answer of any kind as a pandas frame, to draw."""
    return tables.to_pandas(tables.open_frame(frame))


def need(table: Any, columns: Sequence[str], source: str) -> None:
    """Refuse what is not the result the chart is for."""
    for column in columns:
        if column not in table.columns:
            raise tables.TableError(
                _("There is no column {column!r}: give the frame that {source} returns.").format(
                    column=column, source=source
                )
            )


def expect(result: Any, attribute: str, source: str) -> None:
    """Raise `TableError` for what is not an answer of this function."""
    if not hasattr(result, attribute):
        raise tables.TableError(_("Give what {source} returns.").format(source=source))


def nothing() -> str:
    """What is said about a table without rows."""
    return _("The table is empty, so there is nothing to draw: look at the filter before it.")


def known(table: Any, figure: str) -> Any:
    """The rows whose figure is known, as numbers; `TableError` where there is nothing to draw."""
    import pandas as pd

    if not len(table):
        raise tables.TableError(nothing())
    try:
        numbers = pd.to_numeric(table[figure])
    except (TypeError, ValueError):
        value = next(v for v in table[figure] if not isinstance(v, int | float))
        raise tables.TableError(
            _("The column {column!r} holds {value!r}: a chart needs numbers there.").format(
                column=figure, value=value
            )
        ) from None
    if not numbers.notna().any():
        raise tables.TableError(
            _("The column {column!r} is empty in every row, so there is nothing to draw.").format(
                column=figure
            )
        )
    return table.assign(**{figure: numbers})[numbers.notna()]


def inside(column: str) -> str:
    """A heading in the middle of a title: English writes it small there."""
    name = heading(column)
    return name if get_language() == "zh" or name.isupper() else name[:1].lower() + name[1:]


def title(ax: Any, figure: str, over: str, hue: str | None = None) -> None:
    """Say what is seen: which figure, by what."""
    group = inside(over)
    if hue:
        group = _("{one} and {other}").format(one=group, other=inside(hue))
    ax.set_title(_("{figure} by {group}").format(figure=heading(figure), group=group))


def words(column: str, values: Any) -> list[str]:
    """What people read for the values of a column, in the current language."""
    names = _NAMES.get()
    plain = [value.item() if hasattr(value, "item") else value for value in values]
    return [str(names[v]) if names and v in names else text(column, v) for v in plain]


def apart(column: str, values: Any) -> list[str]:
    """The same, with the id behind a name that two things share."""
    codes = list(values)
    read = words(column, codes)
    if len(set(read)) < len(set(codes)):
        return [f"{name} · {code}" for name, code in zip(read, codes, strict=True)]
    return read


def colours_of(hue: str, codes: Sequence[Any]) -> list[str]:
    """A colour for each code: its own where it has one in every chart, else the next free one."""
    fixed = SAME.get(hue, {})
    free = [colour for colour in PALETTE if colour not in fixed.values()] * 4
    return [fixed[code] if code in fixed else free.pop(0) for code in codes]


def largest(table: Any, by: str, figure: str, most: int) -> list[Any]:
    """The values of `by` with most of the figure, in the order of the table."""
    sums = table.groupby(by, dropna=False, sort=False)[figure].sum()
    kept = set(sums.sort_values(ascending=False, kind="stable").index[:most])
    return [code for code in sums.index if code in kept]


def part(name: str, shown: int, of: int) -> str:
    """The name of an axis that shows only the first ones."""
    if shown == of:
        return name
    return _("{name} (the first {shown} of {all})").format(name=name, shown=shown, all=of)


def _numeric(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)


TIMES = ("year", "quarter", "month", "week", "day")
IN_ORDER = (*TIMES, "hour", "weekday")
"""Groups that have an order of their own; others are drawn largest first."""


def group_columns(table: Any, figures: Sequence[str], source: str) -> list[str]:
    """The columns an answer is grouped by: all that are none of its figures."""
    keys = [name for name in table.columns if name not in figures]
    if not keys:
        raise one_row(source)
    return keys


def one_row(source: str) -> tables.TableError:
    """What is raised for a single figure: there is nothing to put beside it."""
    return tables.TableError(
        _("There is one row only: give {source} a group in by to draw it.").format(source=source)
    )


def across(keys: Sequence[str]) -> tuple[str, str | None]:
    """Which group goes along the axis, the one with an order of its own, and which has colours."""
    over = next((name for name in keys if name in IN_ORDER), keys[0])
    return over, next((name for name in keys if name != over), None)
