"""How every chart looks: one font for both languages, colours all eyes can tell apart, sizes that
can be read from the back of the room."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from crmkit import tables
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.labels import heading, is_percent, text

FONT = "crmkit Noto Sans SC"
FONT_FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular-subset.otf"

PALETTE = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#7F7F7F", "#000000"]
"""Okabe and Ito's colours, told apart with any kind of colour blindness; yellow, too pale on a
projector, is left out."""
MAIN, ACCENT, GOOD, BAD, QUIET = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3], "#B8BEC6"
SEQUENTIAL = "cividis_r"

STYLE = {
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
def _register_font() -> None:
    from matplotlib import font_manager

    font_manager.fontManager.addfont(FONT_FILE)


def chart(
    draw: Callable | None = None, *, size: tuple[float, float] = (11, 6.2), grid: str = "y"
) -> Callable:
    """Make a drawing function a public chart: house style, an Axes in or a new one, an Axes out.

    The function gets the Axes as ``ax``; whatever it draws is in the house font, wherever the
    figure came from.
    """
    if draw is None:
        return functools.partial(chart, size=size, grid=grid)

    @functools.wraps(draw)
    def drawn(*args: Any, ax: Any = None, **options: Any) -> Any:
        import matplotlib.pyplot as plt
        from matplotlib.text import Text

        _register_font()
        # a notebook's first chart switches this on; leaving the style must not switch it off
        interactive = plt.isinteractive()
        try:
            with plt.rc_context({**STYLE, "axes.grid.axis": grid}):
                if ax is None:
                    ax = plt.subplots(figsize=size)[1]
                interactive = plt.isinteractive()
                draw(*args, ax=ax, **options)
                for axes in ax.figure.axes:
                    axes.tick_params(labelfontfamily=FONT)
                for words in ax.figure.findobj(Text):
                    words.set_fontfamily(FONT)
        finally:
            plt.interactive(interactive)
        return ax

    return drawn


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


def inside(column: str) -> str:
    """A heading in the middle of a title: English writes it small there."""
    name = heading(column)
    return name if get_language() == "zh" or name.isupper() else name[:1].lower() + name[1:]


def words(column: str, values: Any) -> list[str]:
    """What people read for the values of a column, in the current language."""
    return [text(column, value.item() if hasattr(value, "item") else value) for value in values]


def short(number: float) -> str:
    """A large number as it is said: 12.5万, 1.2亿; 125k, 1.2M.

    >>> from crmkit import use_language
    >>> with use_language("zh"):
    ...     short(125_000)
    '12.5万'
    """
    steps = (
        ((1e8, "亿"), (1e4, "万"))
        if get_language() == "zh"
        else ((1e9, "B"), (1e6, "M"), (1e3, "k"))
    )
    for step, unit in steps:
        if abs(number) >= step:
            return _three_digits(number / step) + unit
    return _three_digits(number)


def _three_digits(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 or number == int(number) else f"{number:.3g}"


def said(column: str, number: float) -> str:
    """One value as written beside a bar or on an axis: 35.2% for a share, 12.5万 for money."""
    return f"{number:.1%}" if is_percent(column) else short(number)


def value_axis(axis: Any, column: str) -> None:
    """Write an axis in per cent or in short numbers, as its column asks."""
    from matplotlib.ticker import FuncFormatter, PercentFormatter

    percent = is_percent(column)
    axis.set_major_formatter(
        PercentFormatter(1, decimals=None) if percent else FuncFormatter(lambda v, _at: short(v))
    )


def bars(
    ax: Any,
    table: Any,
    x: str,
    y: str,
    hue: str | None = None,
    *,
    horizontal: bool | None = None,
    colours: Any = None,
    labelled: bool = True,
) -> None:
    """Bars of `y` for each `x`, in the order of the table; long or many names lie on their side."""
    import seaborn as sns

    shown = table.assign(_x=words(x, table[x]))
    if hue:
        shown["_hue"] = words(hue, table[hue])
    names = list(dict.fromkeys(shown["_x"]))
    if horizontal is None:
        horizontal = sum(map(_width, names)) > 70
    groups = list(dict.fromkeys(shown["_hue"])) if hue else []
    options = (
        {"hue": "_hue", "hue_order": groups, "palette": (PALETTE * 4)[: len(groups)]}
        if hue
        else {"color": MAIN}
    )
    along, across = ("_x", y) if not horizontal else (y, "_x")
    sns.barplot(
        shown, x=along, y=across, order=names, ax=ax, errorbar=None, saturation=1, **options
    )
    if colours is not None:
        for bar, colour in zip(ax.patches, colours, strict=False):
            bar.set_color(colour)
    value_axis(ax.xaxis if horizontal else ax.yaxis, y)
    (ax.set_ylabel if horizontal else ax.set_xlabel)(heading(x))
    (ax.set_xlabel if horizontal else ax.set_ylabel)(heading(y))
    ax.grid(visible=False, axis="y" if horizontal else "x")
    ax.grid(visible=True, axis="x" if horizontal else "y")
    if labelled and len(shown) <= 16:
        for drawn in ax.containers:
            ax.bar_label(drawn, fmt=lambda v: said(y, v), padding=4, fontsize=13)
        ax.margins(**{"x" if horizontal else "y": 0.12})
    if hue:
        _legend(ax, hue)


def lines(ax: Any, table: Any, x: str, y: str, hue: str | None = None) -> None:
    """A line of `y` over time, one for each `hue`, with distinct markers as well as colours."""
    import seaborn as sns

    shown = table.copy()
    shown["_x"] = shown[x] if x in ("day", "week", "date") else words(x, shown[x])
    options = {"color": MAIN, "marker": "o"}
    if hue:
        shown["_hue"] = words(hue, shown[hue])
        groups = list(dict.fromkeys(shown["_hue"]))
        options = {
            "hue": "_hue",
            "style": "_hue",
            "markers": True,
            "dashes": False,
            "palette": (PALETTE * 4)[: len(groups)],
        }
    if len(set(shown["_x"])) > 40:
        options.pop("marker", None)
        if hue:
            options["markers"] = False
    sns.lineplot(shown, x="_x", y=y, ax=ax, errorbar=None, **options)
    value_axis(ax.yaxis, y)
    ax.set(xlabel=heading(x), ylabel=heading(y))
    if shown[y].min() >= 0:
        ax.set_ylim(bottom=0)  # a line cut off at the bottom makes small changes look large
    thin_out(ax, len(set(shown["_x"])) if x not in ("day", "week", "date") else 0)
    if hue:
        _legend(ax, hue)


def _legend(ax: Any, hue: str) -> None:
    handles, names = ax.get_legend_handles_labels()
    if len(names) > 4:
        ax.legend(handles, names, title=heading(hue), loc="upper left", bbox_to_anchor=(1.01, 1))
    else:
        ax.legend(handles, names, title=heading(hue), loc="best")


def thin_out(ax: Any, count: int) -> None:
    """Names of points in time that would run into each other: every second, third … only."""
    if count > 12:
        step = -(-count // 12)
        ax.set_xticks(range(0, count, step))
    for name in ax.get_xticklabels():
        name.set_rotation(30 if count > 7 else 0)
        name.set_horizontalalignment("right" if count > 7 else "center")


def _width(name: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in name) + 2


TIMES = ("year", "quarter", "month", "week", "day")


def group_columns(table: Any, figures: Sequence[str], source: str) -> list[str]:
    """The columns an answer is grouped by: all that are none of its figures."""
    keys = [name for name in table.columns if name not in figures]
    if not keys:
        raise tables.TableError(
            _("There is one row only: give {source} a group in by to draw it.").format(
                source=source
            )
        )
    return keys


def rated(ax: Any, table: Any, keys: Sequence[str], rate: str) -> None:
    """A rate per group with its 95 % interval: a line with a band over time, else dots with bars."""
    over = next((name for name in keys if name in TIMES), keys[0])
    hue = next((name for name in keys if name != over), None)
    table = table.dropna(subset=[rate])
    if over in TIMES and table[over].nunique() > 2:
        lines(ax, table, over, rate, hue)
        if "low" in table and not hue:
            ax.fill_between(range(len(table)), table["low"], table["high"], color=MAIN, alpha=0.18)
            ax.set_ylim(min(0, table["low"].min()), table["high"].max() * 1.05)
        return
    if hue or "low" not in table:
        if over not in ("hour", "weekday", *TIMES):
            table = table.sort_values(rate, ascending=False, kind="stable")
        bars(ax, table, over, rate, hue)
        return
    if over not in ("hour", "weekday", *TIMES):
        table = table.sort_values(rate, kind="stable")
    else:
        table = table.iloc[::-1]
    names = words(over, table[over])
    at = range(len(table))
    left = (table[rate] - table["low"]).fillna(0).clip(lower=0)
    right = (table["high"] - table[rate]).fillna(0).clip(lower=0)
    ax.errorbar(
        table[rate], at, xerr=[left, right], fmt="o", color=MAIN, ecolor=QUIET, elinewidth=6,
        markersize=11, capsize=0,
    )  # fmt: skip
    for value, n in zip(table[rate], at, strict=True):
        ax.annotate(
            said(rate, value), (value, n), xytext=(0, 10), textcoords="offset points",
            ha="center", fontsize=13,
        )  # fmt: skip
    ax.set_yticks(list(at), names)
    ax.set_ylim(-0.6, len(table) - 0.3)
    value_axis(ax.xaxis, rate)
    ax.set(xlabel=heading(rate) + _(" (bar: 95 % interval)"), ylabel=heading(over))
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")


def heat(
    ax: Any, grid: Any, *, percent: bool = True, rows: str, columns: str, bar: str | None = None
) -> None:
    """A table of numbers as shades, each written in its cell; unobserved cells stay empty."""
    import seaborn as sns

    small = max(grid.shape) > 12
    written = grid.map(
        lambda v: "" if tables.is_nothing(v) else (f"{v:.0%}" if percent else short(v))
    )
    sns.heatmap(
        grid.astype("float64"),
        ax=ax,
        cmap=SEQUENTIAL,
        annot=written.to_numpy() if grid.size <= 400 else False,
        fmt="",
        linewidths=1,
        linecolor="white",
        cbar=bar is not None,
        cbar_kws={"label": bar} if bar else None,
        annot_kws={"fontsize": 10 if small else 13},
    )
    ax.grid(visible=False)
    ax.set(xlabel=columns, ylabel=rows)
    ax.tick_params(axis="y", rotation=0)
    if bar and percent:
        from matplotlib.ticker import PercentFormatter

        ax.collections[0].colorbar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
