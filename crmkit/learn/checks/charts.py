"""Checks of charts: the right kind, the right data, axes that say what they show."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.checks.expectation import Expectation, Untouched, type_name
from crmkit.learn.checks.outcome import Fault
from crmkit.learn.checks.values import close

KINDS = ("bar", "barh", "line", "scatter", "hist", "pie")


def _bars(axes: Any) -> list[Any]:
    from matplotlib.patches import Rectangle

    return [patch for patch in axes.patches if type(patch) is Rectangle]


def _lies(bar: Any, bars: Sequence[Any]) -> bool:
    return len({round(other.get_height(), 9) for other in bars}) == 1 and bar.get_x() == 0


def kind_of(axes: Any) -> str:
    """What kind of chart an Axes holds; "" for an empty one."""
    import numpy as np
    from matplotlib.collections import PathCollection
    from matplotlib.patches import Wedge

    bars = _bars(axes)
    if any(isinstance(patch, Wedge) for patch in axes.patches):
        return "pie"
    if bars:
        if len(bars) > 1 and all(_lies(bar, bars) for bar in bars):
            return "barh"
        edges = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars)
        touching = all(abs(left[1] - right[0]) < 1e-6 for left, right in pairwise(edges))
        return "hist" if touching and len(bars) > 1 else "bar"
    if any(
        isinstance(part, PathCollection) and np.size(part.get_offsets())
        for part in axes.collections
    ):
        return "scatter"
    if any(len(line.get_xdata()) for line in axes.lines):
        return "line"
    return ""


def values_of(axes: Any, kind: str) -> list[list[float]]:
    """The numbers a chart shows, one list per series."""
    import numpy as np
    from matplotlib.patches import Wedge

    if kind in ("bar", "hist"):
        groups = axes.containers or [_bars(axes)]
        return [[float(bar.get_height()) for bar in group] for group in groups if len(group)]
    if kind == "barh":
        groups = axes.containers or [_bars(axes)]
        return [[float(bar.get_width()) for bar in group] for group in groups if len(group)]
    if kind == "pie":
        return [
            [
                (patch.theta2 - patch.theta1) / 360
                for patch in axes.patches
                if isinstance(patch, Wedge)
            ]
        ]
    if kind == "line":
        return [
            [float(y) for y in np.asarray(line.get_ydata(), dtype=float)] for line in axes.lines
        ]
    if kind == "scatter":
        return [
            [float(y) for y in np.asarray(part.get_offsets(), dtype=float)[:, 1]]
            for part in axes.collections
        ]
    return []


@dataclass(frozen=True)
class Chart(Expectation):
    """A chart: `expected` is what it should show, as numbers in the order shown.

    kind:     one of "bar", "barh", "line", "scatter", "hist", "pie" (or several that are fine)
    labelled: both axes say what they show (a pie needs none)
    title:    a title is asked for
    zero:     bars start at zero, so that their lengths can be compared
    ordered:  the values come in this order

    >>> import matplotlib; matplotlib.use("agg")
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> bars = axes.bar(["Mon", "Tue"], [120, 80])
    >>> Chart([120, 80], kind="bar").judge("chart", axes).reason
    'unlabelled'
    """

    kind: str | Sequence[str] = KINDS
    labelled: bool = True
    title: bool = False
    zero: bool = True
    ordered: bool = True
    within: float | None = None

    def fault(self, value: Any) -> Fault | None:
        axes = self._axes(value)
        if axes is None:
            return Fault(
                "type",
                _("A chart (Axes) is expected here, but this is {kind}.").format(
                    kind=type_name(value)
                ),
            )
        kind = kind_of(axes)
        if not kind:
            return Fault("empty", _("The chart is empty: nothing was drawn on it."))
        wanted = (self.kind,) if isinstance(self.kind, str) else tuple(self.kind)
        # touching bars with names below are still a bar chart
        if kind == "hist" and "hist" not in wanted and "bar" in wanted:
            kind = "bar"
        if kind == "barh" and "barh" not in wanted and "bar" in wanted:
            kind = "barh" if axes.containers and self._matches(axes, "barh") else "bar"
        if kind not in wanted and not (kind == "barh" and "bar" in wanted):
            return Fault(
                "kind",
                _("This is {kind}; {wanted} shows this better.").format(
                    kind=_chart_words(kind), wanted=" / ".join(map(_chart_words, wanted))
                ),
            )
        if not self._matches(axes, kind):
            return Fault("data", self._wrong_data(axes, kind))
        if self.zero and kind in ("bar", "barh", "hist"):
            low, high = sorted(axes.get_xlim() if kind == "barh" else axes.get_ylim())
            if low > 0 or high < 0:
                return Fault(
                    "not_from_zero",
                    _("The bars do not start at zero, so small differences look large."),
                )
        if self.labelled and kind != "pie":
            bare = [
                name
                for name, text in (("x", axes.get_xlabel()), ("y", axes.get_ylabel()))
                if not text.strip()
            ]
            if bare:
                return Fault(
                    "unlabelled",
                    _("The {axes} axis has no label: say what it shows, and the unit.").format(
                        axes=" / ".join(bare)
                    ),
                )
        if self.title and not axes.get_title().strip():
            return Fault("no_title", _("The chart has no title."))
        return None

    def _axes(self, value: Any) -> Any:
        from matplotlib.axes import Axes
        from matplotlib.figure import Figure

        if type(value).__name__ == "ndarray" and value.size == 1:
            value = value.item()
        if isinstance(value, Figure):
            value = value.axes[0] if value.axes else None
            if value is None:
                raise Untouched
        return value if isinstance(value, Axes) else None

    def _right(self) -> list[float]:
        return [float(number) for number in self.expected]

    def _matches(self, axes: Any, kind: str) -> bool:
        right = self._right()
        whole = sum(right, 0.0)
        if kind == "pie" and whole:
            right = [number / whole for number in right]
        for shown in values_of(axes, kind):
            if len(shown) != len(right):
                continue
            pairs = zip(
                *((shown, right) if self.ordered else (sorted(shown), sorted(right))), strict=True
            )
            # a pie's angles are single-precision numbers
            if all(close(a, b, 1e-4 if kind == "pie" else self.within) for a, b in pairs):
                return True
        return False

    def _wrong_data(self, axes: Any, kind: str) -> str:
        shown = values_of(axes, kind)
        first = shown[0] if shown else []
        right = self._right()
        if len(first) != len(right):
            return _("The chart shows {shown} values; it should show {right}.").format(
                shown=len(first), right=len(right)
            )
        if all(close(a, b, self.within) for a, b in zip(sorted(first), sorted(right), strict=True)):
            return _("The values are right, but in another order.")
        place = next(
            (
                i
                for i, (a, b) in enumerate(zip(first, right, strict=True))
                if not close(a, b, self.within)
            ),
            0,
        )
        return _("The chart shows other values than it should: look at number {place}.").format(
            place=place + 1
        )


def _chart_words(kind: str) -> str:
    return {
        "bar": _("a bar chart"),
        "barh": _("a chart of lying bars"),
        "line": _("a line chart"),
        "scatter": _("a scatter plot"),
        "hist": _("a histogram"),
        "pie": _("a pie chart"),
    }[kind]
