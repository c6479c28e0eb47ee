"""The forms charts are drawn in: bars, lines, rates with their interval, boxes, a grid of colours."""

from collections.abc import Sequence
from typing import Any

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.labels import heading, width_of
from crmkit.plot import _axes, _style, _words


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
    """Bars of `y` for each `x`, in the order of the table; long or many names lie on their side.

    Only the first `_style.MOST` names and the largest colours are drawn; the axis says so.
    """
    shown = _style.known(table, y)
    codes = list(dict.fromkeys(shown[x]))
    shown = shown[shown[x].isin(codes[: _style.MOST])]
    shown = shown.assign(_x=_style.apart(x, shown[x]))
    names = list(dict.fromkeys(shown["_x"]))
    if horizontal is None:
        room = 70 * ax.figure.get_figwidth() / 11
        horizontal = sum(map(width_of, names)) + 2 * len(names) > room and x not in _style.IN_ORDER
    parts: dict[Any, tuple[Any, str]] = {None: (shown, _style.MAIN)}
    if hue:
        kinds = _style.largest(shown, hue, y, _style.MOST_LINES)
        all_kinds = shown[hue].nunique(dropna=False)
        shown = shown[shown[hue].isin(kinds)]
        parts = _by_colour(shown, hue)
    places, thick = {name: place for place, name in enumerate(names)}, 0.8 / len(parts)
    draw, size = (ax.barh, "height") if horizontal else (ax.bar, "width")
    for number, (group, (rows, colour)) in enumerate(parts.items()):
        means = rows.groupby("_x", sort=False)[y].mean()
        at = [places[name] + (number - (len(parts) - 1) / 2) * thick for name in means.index]
        draw(at, means, **{size: thick}, color=colour, label=group)
    (ax.set_yticks if horizontal else ax.set_xticks)(
        range(len(names)), names if horizontal else [*map(_axes.on_axis, names)]
    )
    if x in _style.TIMES and not horizontal:
        ax.xaxis.set_gid(_axes.POINTS)
    if horizontal:
        ax.set_ylim(len(names) - 0.5, -0.5)
    else:
        ax.set_xlim(-0.5, len(names) - 0.5)
    if colours is not None:
        for bar, colour in zip(ax.patches, colours, strict=False):
            bar.set_color(colour)
    _axes.value_axis(ax.xaxis if horizontal else ax.yaxis, y, whole=_axes.whole(shown[y]))
    (ax.set_ylabel if horizontal else ax.set_xlabel)(
        _style.part(heading(x), len(names), len(codes))
    )
    (ax.set_xlabel if horizontal else ax.set_ylabel)(heading(y))
    ax.grid(visible=False, axis="y" if horizontal else "x")
    ax.grid(visible=True, axis="x" if horizontal else "y")
    if horizontal and len(names) > 14:
        ax.tick_params(axis="y", labelsize=12)
    if labelled and len(shown) <= (_style.MOST if horizontal else 16):
        for drawn in ax.containers:
            values = [bar.get_width() if horizontal else bar.get_height() for bar in drawn]
            ax.bar_label(drawn, labels=_words.alike(y, values), padding=4, fontsize=13)
        room = 0.12 * 11 / ax.figure.get_figwidth() if horizontal else 0.12
        ax.margins(**{"x" if horizontal else "y": room})
    if hue:
        _axes.legend(ax, _style.part(heading(hue), len(kinds), all_kinds))


def _by_colour(rows: Any, hue: str) -> dict[str, tuple[Any, str]]:
    """The rows of each group under the name people read, with its colour."""
    read = _style.apart(hue, rows[hue])
    codes = dict(zip(read, rows[hue], strict=True))
    colours = _style.colours_of(hue, list(codes.values()))
    named = rows.assign(_hue=read)
    return {
        name: (named[named["_hue"] == name], colour)
        for name, colour in zip(codes, colours, strict=True)
    }


DATES = ("day", "week", "date")
MARKERS = "oXsPD^v"


def lines(ax: Any, table: Any, x: str, y: str, hue: str | None = None) -> list[Any]:
    """A line of `y` over time, one for each `hue`, with distinct markers as well as colours.

    Of very many lines the _style.largest are drawn in colour, the others in grey. Returns where each row
    of the table stands on the axis.
    """
    shown = _style.known(table, y)
    points = list(dict.fromkeys(shown[x]))
    if x in _style.IN_ORDER or x in DATES or _style._numeric(points):
        points = sorted(points)
    places = {point: place for place, point in enumerate(points)}
    shown = shown.assign(_x=shown[x] if x in DATES else shown[x].map(places))
    parts: dict[Any, tuple[Any, str]] = {None: (shown, _style.MAIN)}
    if hue:
        kinds = _style.largest(shown, hue, y, _style.MOST_LINES)
        rest = shown[~shown[hue].isin(kinds)]
        for number, (_code, line) in enumerate(rest.groupby(hue, sort=False)):
            name = _("others: {n}").format(n=rest[hue].nunique()) if not number else None
            ax.plot(line["_x"], line[y], color=_style.QUIET, linewidth=1, zorder=1, label=name)
        parts = _by_colour(shown[shown[hue].isin(kinds)], hue)
    for marker, (group, (rows, colour)) in zip(MARKERS, parts.items(), strict=False):
        means = rows.groupby("_x")[y].mean()
        ax.plot(
            means.index, means, color=colour, label=group, markeredgecolor="white",
            marker=marker if len(points) <= 40 else None,
        )  # fmt: skip
    _axes.value_axis(ax.yaxis, y, whole=_axes.whole(shown[y]))
    ax.set(xlabel=heading(x), ylabel=heading(y))
    if shown[y].min() >= 0:
        # a line cut off at the bottom makes small changes look large
        ax.set_ylim(0, max(ax.get_ylim()[1], float(shown[y].max()) * 1.05))
    if x in DATES:
        _axes.name_days(ax)
    else:
        _axes.name_points(ax, _style.words(x, points))
    if hue:
        _axes.legend(ax, heading(hue), _from_top(ax))
    return list(shown["_x"])


def _from_top(ax: Any) -> list[int]:
    """The lines of a chart in the order in which they end, the highest first, as one reads them."""
    drawn, _names = ax.get_legend_handles_labels()
    grey = [n for n, line in enumerate(drawn) if line.get_color() == _style.QUIET]
    ends = {n: float(line.get_ydata()[-1]) for n, line in enumerate(drawn) if n not in grey}
    return [*sorted(ends, key=lambda n: -ends[n]), *grey]


def rated(ax: Any, table: Any, keys: Sequence[str], rate: str) -> None:
    """A rate per group with its 95 % interval: a line with a band over time, else dots with bars."""
    over, hue = _style.across(keys)
    table = _style.known(table, rate)
    intervals = "low" in table and not hue
    if over in (*_style.TIMES, "hour") and table[over].nunique() > 2:
        at = lines(ax, table, over, rate, hue)
        if intervals:
            ax.fill_between(at, table["low"], table["high"], color=_style.MAIN, alpha=0.18)
            ax.set_ylim(min(0, table["low"].min()), table["high"].max() * 1.05)
            ax.set_ylabel(heading(rate) + _(" (band: 95 % interval)"))
        return
    if over not in _style.IN_ORDER:
        table = table.sort_values(rate, ascending=False, kind="stable")
    if not intervals:
        bars(ax, table, over, rate, hue)
        return
    table, both = ends(table)
    table = table.iloc[::-1]
    at = list(range(len(table)))
    left = (table[rate] - table["low"]).fillna(0).clip(lower=0)
    right = (table["high"] - table[rate]).fillna(0).clip(lower=0)
    ax.errorbar(
        table[rate], at, xerr=[left, right], fmt="o", color=_style.MAIN, ecolor=_style.QUIET, elinewidth=6,
        markersize=11, capsize=0,
    )  # fmt: skip
    if len(table) <= 12:
        for value, said_so, n in zip(table[rate], _words.alike(rate, table[rate]), at, strict=True):
            ax.annotate(
                said_so, (value, n), xytext=(0, 10), textcoords="offset points",
                ha="center", fontsize=13,
            )  # fmt: skip
    ax.set_yticks(at, _style.apart(over, table[over]), fontsize=14 if len(at) <= 14 else 12)
    ax.set_ylim(-0.6, len(table) - 0.3)
    _axes.value_axis(ax.xaxis, rate)
    ax.set(xlabel=heading(rate) + _(" (bar: 95 % interval)"), ylabel=heading(over) + both)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")


def ends(table: Any) -> tuple[Any, str]:
    """Both ends of a long sorted table, and words for the axis that say so."""
    import pandas as pd

    if len(table) <= _style.MOST:
        return table, ""
    half = _style.MOST // 2
    note = _(" (the first and the last {half} of {all})").format(half=half, all=len(table))
    return pd.concat([table.head(half), table.tail(half)]), note


def _readable_on(colour: Sequence[float]) -> str:
    """Black or white, whichever is read on this colour (relative luminance as WCAG defines it)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    light = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#262626" if light > 0.18 else "white"


def boxes(ax: Any, table: Any, x: str, y: str, order: Sequence[Any], names: Sequence[str]) -> None:
    """For each group a lying box: middle half, median, whiskers from the 5th to the 95th percentile."""
    drawn = ax.boxplot(
        [table.loc[table[x] == code, y].dropna() for code in order],
        positions=range(len(order)), orientation="horizontal", whis=(5, 95), showfliers=False,
        widths=0.6, patch_artist=True,
    )  # fmt: skip
    for box in drawn["boxes"]:
        box.set(facecolor=_style.PALETTE[5], edgecolor="#22303C", linewidth=1.5)
    for kind in ("medians", "whiskers", "caps"):
        for line in drawn[kind]:
            line.set(color="#22303C", linewidth=1.5)
    ax.set_yticks(range(len(order)), names)
    ax.set_ylim(len(order) - 0.5, -0.5)
    _axes.value_axis(ax.xaxis, y)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")


def heat(
    ax: Any, grid: Any, *, percent: bool = True, rows: str, columns: str, bar: str | None = None
) -> None:
    """A table of numbers as shades, each written in its cell; unobserved cells stay empty."""
    if not grid.notna().any(axis=None):
        raise tables.TableError(_style.nothing())
    across = [_axes.on_axis(str(name)) for name in grid.columns]
    if len(across) <= 12:  # a Chinese letter takes the room of two and a bit
        narrow = len(across) > 6
        across = [
            _words.fold(name, 4 if narrow and width_of(name) > len(name) else 12, 3)
            for name in across
        ]
    size = 18 if grid.size <= 16 else 13 if max(grid.shape) <= 12 else 10
    values = grid.astype("float64").to_numpy()
    mesh = ax.pcolormesh(values, cmap=_style.SEQUENTIAL, edgecolors="white", linewidth=1)
    ax.set_ylim(len(grid), 0)
    ax.set_xticks([place + 0.5 for place in range(len(across))], across)
    ax.set_yticks([place + 0.5 for place in range(len(grid))], [str(name) for name in grid.index])
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    if bar is not None:
        ax.figure.colorbar(mesh, ax=ax, label=bar).outline.set_visible(False)
    if grid.size <= 400:
        for row, column in zip(*(~grid.isna()).to_numpy().nonzero(), strict=True):
            value = values[row, column]
            ax.text(
                column + 0.5, row + 0.5, _words.some_percent(value) if percent else _words.short(value),
                ha="center", va="center", fontsize=size,
                color=_readable_on(mesh.to_rgba(value)),
            )  # fmt: skip
    ax.grid(visible=False)
    ax.set(xlabel=columns, ylabel=rows)
    ax.tick_params(axis="both", rotation=0)
    if any("\n" in name for name in across):
        ax.tick_params(axis="x", labelsize=12)
    if bar and percent:
        from matplotlib.ticker import PercentFormatter

        ax.collections[0].colorbar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
