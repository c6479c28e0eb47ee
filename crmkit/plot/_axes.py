"""Axes and legends that can be read: upright names that keep apart, one unit, nothing over the data."""

import itertools
import re
from collections.abc import Sequence
from typing import Any, Literal

from crmkit.labels import is_percent, short_month, width_of
from crmkit.plot import _words

POINTS = "points in time"
"""The axis of which some names may be left out: who reads the others knows them."""
MONTH = re.compile(r"\d{4}-\d{2}")
STEPS = [1, 2, 5, 10]
AT_MOST = 6
"""So many figures stand below a chart; at its side there is more room."""
APART = 6
"""So many pixels lie between two names."""
SMALLEST = 9
"""Letters are made no smaller than this to keep apart."""


def on_axis(name: str) -> str:
    """A name below a chart: a month in two lines, as 7月 above 2025."""
    return short_month(name) if MONTH.fullmatch(name) else name


def value_axis(axis: Any, column: str, *, whole: bool = False) -> None:
    """Write an axis in per cent or in short numbers, as its column asks; `whole`: no half pieces."""
    from matplotlib.ticker import MaxNLocator

    from crmkit.plot._ticks import Numbers

    percent = is_percent(column)
    below = axis.axis_name == "x"
    if axis.get_scale() == "linear" and (below or (whole and not percent)):
        most: int | Literal["auto"] = AT_MOST if below else "auto"
        axis.set_major_locator(MaxNLocator(most, integer=whole and not percent, steps=STEPS))
    axis.set_major_formatter(Numbers(percent))
    axis.set_gid(column)


def name_points(ax: Any, names: Sequence[str]) -> None:
    """Names of points in time; where they would run into each other, `tidied` leaves some out."""
    ax.set_xticks(range(len(names)), [on_axis(one) for one in names])
    ax.xaxis.set_gid(POINTS)


def name_days(ax: Any) -> None:
    """An axis of days, with as many names as there is room for."""
    from matplotlib.dates import AutoDateLocator

    from crmkit.plot._ticks import Days

    ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=AT_MOST + 1))
    ax.xaxis.set_major_formatter(Days())


def whole(numbers: Any) -> bool:
    """Whether there are whole numbers only."""
    return bool((numbers == numbers.round()).all())


def legend(ax: Any, title: str | None = None, order: Sequence[int] | None = None) -> None:
    """What the colours mean, in an order of its own where one is given; `tidied` puts it beside."""
    handles, names = ax.get_legend_handles_labels()
    order = range(len(names)) if order is None else order
    ax.legend([handles[n] for n in order], [names[n] for n in order], title=title)


def tidied(ax: Any, mine: bool) -> None:
    """The last touch to a chart: its legend beside it, its names upright, apart and not too long.

    `mine`: whether the figure holds this chart only, so that there is room beside it.
    """
    words = ax.get_legend()
    if words is not None:
        for one in words.get_texts():
            one.set_text(_words.fold(one.get_text(), 24))
        if mine:
            words.set_loc("upper left")
            words.set_bbox_to_anchor((1.01, 1), ax.transAxes)
    _fold_names(ax)
    if ax.xaxis.get_gid() == POINTS:
        _thin(ax)
    _shrink(ax)


def _thin(ax: Any) -> None:
    """Every second, third … name only, where they would run into each other."""
    places, names = list(ax.get_xticks()), [one.get_text() for one in ax.get_xticklabels()]
    for step in range(1, len(names) + 1):
        ax.set_xticks(places[::step], _words.years_once(names[::step]))
        ax.figure.draw_without_rendering()
        boxes = [one.get_window_extent() for one in ax.get_xticklabels()]
        if all(b.x0 - a.x1 >= APART for a, b in itertools.pairwise(boxes)):
            return


def _shrink(ax: Any) -> None:
    """Figures beside bars and dots a little smaller, where they would run into each other."""
    if len(ax.texts) < 2:
        return
    while (size := ax.texts[0].get_fontsize()) > SMALLEST:
        ax.figure.draw_without_rendering()
        boxes = [one.get_window_extent() for one in ax.texts if one.get_text()]
        if not any(a.overlaps(b) for a, b in itertools.pairwise(boxes)):
            return
        for one in ax.texts:
            one.set_fontsize(size - 1)


def _fold_names(ax: Any) -> None:
    """Long titles and names on two lines, so that they leave room for the chart."""
    names = [name.get_text() for name in ax.get_yticklabels()]
    if any(width_of(line) > 36 for name in names for line in name.split("\n")):
        lines = 2 if len(names) <= 10 else 1
        ax.set_yticks(
            ax.get_yticks(), [_words.fold(name, 36 // lines + 12, lines) for name in names]
        )
    title = ax.get_title()
    if width_of(title) > 34:
        ax.figure.draw_without_rendering()  # the names have to have their room first
        box, edge = ax.title.get_window_extent(), ax.figure.bbox.width
        middle = (box.x0 + box.x1) / 2
        room = 2 * min(middle, edge - middle)
        if box.width > room:
            ax.set_title(_words.fold(title, int(width_of(title) * room / box.width), 3))
