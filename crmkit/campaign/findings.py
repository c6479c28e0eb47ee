"""What a campaign's numbers say: each finding with its n, its interval and a plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.results import Finding, number


@dataclass(frozen=True)
class Difference(Finding):
    """How far one average lies above another, and how sure that is.

    Parameters
    ----------
    design
        What was compared: ``groups``, ``before_after`` or ``differences`` (in differences).
    measure
        The column that was averaged.
    first, second
        The averages: of the treated and the control group; of after and before; of the two
        changes (or, with weeks as pairs, of the two gaps).
    difference
        ``first`` − ``second``, in the unit of the measure.
    low, high
        The ends of its interval; None where no value differs from another.
    p_value
        How often chance alone would show so large a difference; None without an interval.
    n_first, n_second
        How many values stand behind each average.
    left_out
        Rows without a value.
    confidence
        How often such an interval holds the true difference, 0 to 1.
    first_name, second_name
        The codes of the two sides.
    yes_no
        Whether the measure is 0 or 1, and the averages are shares.
    test
        Where the p-value comes from: ``welch`` (t, unequal spreads), ``student`` (t, one spread
        for both), ``paired`` (t of the changes) or ``score`` (z, of two shares).
    statistic
        That t or z; None without an interval.
    degrees_of_freedom
        Of t (Welch's are no whole number); None for z.
    """

    design: str
    measure: str
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None
    p_value: float | None
    n_first: int
    n_second: int
    left_out: int = 0
    confidence: float = 0.95
    first_name: str = "treatment"
    second_name: str = "control"
    yes_no: bool = False
    test: str = "welch"
    statistic: float | None = None
    degrees_of_freedom: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def figures(self) -> Iterator[tuple[str, str]]:
        """The measure, both averages with their n, the difference and its interval."""
        share = self.yes_no
        yield heading("measure"), heading(self.measure)
        for name, mean, n in (
            (self.first_name, self.first, self.n_first),
            (self.second_name, self.second, self.n_second),
        ):
            yield side(name), f"{number(mean, share)} (n = {n:,})"
        yield heading("difference"), self._gap(self.difference)
        if self.low is not None and self.high is not None and self.p_value is not None:
            ends = self._span(self.low, self.high)
            yield _("{percent:.0%} interval").format(percent=self.confidence), ends
            yield heading("p_value"), chance(self.p_value)
        if self.statistic is not None:
            yield label("test", self.test), self._tested()
        if self.left_out:
            yield heading("left_out"), f"{self.left_out:,}"

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        if self.low is None or self.high is None:
            return _(
                "All values on a side are the same, so there is no interval: look at the data "
                "again before saying anything."
            )
        up = self.difference >= 0
        ends = (self.low, self.high) if up or not self.clear else (-self.high, -self.low)
        return self._message(up).format(
            measure=heading(self.measure),
            first=side(self.first_name),
            second=side(self.second_name),
            difference=self._gap(abs(self.difference)),
            span=self._span(*ends),
            percent=f"{self.confidence:.0%}",
            n_first=f"{self.n_first:,}",
            n_second=f"{self.n_second:,}",
        )

    def _tested(self) -> str:
        if self.degrees_of_freedom is None:
            return f"z = {self.statistic:.2f}"
        return _("t = {t:.2f} ({df:,.1f} degrees of freedom)").format(
            t=self.statistic, df=self.degrees_of_freedom
        )

    def _gap(self, value: float) -> str:
        """A difference as people read it; that of two shares in percentage points."""
        if not self.yes_no:
            return number(value)
        return _("{points:.1f} percentage points").format(points=value * 100)

    def _span(self, low: float, high: float) -> str:
        if not self.yes_no:
            return _("{low} to {high}").format(low=number(low), high=number(high))
        return _("{low:.1f} to {high:.1f} percentage points").format(low=low * 100, high=high * 100)

    def _message(self, up: bool) -> str:
        if self.design == "groups" and self.clear:
            return (
                _(
                    "{measure} is on average {difference} higher in the {first} than in the "
                    "{second} ({percent} interval {span}; n = {n_first} and {n_second}): too much "
                    "to be luck. It is the campaign's doing only if the groups were drawn at "
                    "random, and an average tells nothing about any single customer."
                )
                if up
                else _(
                    "{measure} is on average {difference} lower in the {first} than in the "
                    "{second} ({percent} interval {span}; n = {n_first} and {n_second}): too much "
                    "to be luck. It is the campaign's doing only if the groups were drawn at "
                    "random, and an average tells nothing about any single customer."
                )
            )
        if self.design == "groups":
            return (
                _(
                    "{measure} is on average {difference} higher in the {first} than in the "
                    "{second}, but that may be luck ({percent} interval {span}; n = {n_first} and "
                    "{n_second}). It does not prove that the campaign did nothing: its effect may "
                    "be anything from {span}, and these data cannot tell it from none."
                )
                if up
                else _(
                    "{measure} is on average {difference} lower in the {first} than in the "
                    "{second}, but that may be luck ({percent} interval {span}; n = {n_first} and "
                    "{n_second}). It does not prove that the campaign did nothing: its effect may "
                    "be anything from {span}, and these data cannot tell it from none."
                )
            )
        if self.design == "before_after" and self.clear:
            return (
                _(
                    "{measure} is on average {difference} higher after than before ({percent} "
                    "interval {span}; n = {n_first} and {n_second}): too much to be luck. This does "
                    "not say why: season, weather, prices and all else that changed are in it too, "
                    "and only a control group takes them out."
                )
                if up
                else _(
                    "{measure} is on average {difference} lower after than before ({percent} "
                    "interval {span}; n = {n_first} and {n_second}): too much to be luck. This does "
                    "not say why: season, weather, prices and all else that changed are in it too, "
                    "and only a control group takes them out."
                )
            )
        if self.design == "before_after":
            return (
                _(
                    "{measure} is on average {difference} higher after than before, but that may "
                    "be luck ({percent} interval {span}; n = {n_first} and {n_second}). It does not "
                    "prove that nothing changed, and even a clear change would not say why."
                )
                if up
                else _(
                    "{measure} is on average {difference} lower after than before, but that may "
                    "be luck ({percent} interval {span}; n = {n_first} and {n_second}). It does not "
                    "prove that nothing changed, and even a clear change would not say why."
                )
            )
        if self.clear:
            return (
                _(
                    "{measure} rose {difference} more (or fell less) from before to after in the "
                    "treated than in the control ({percent} interval {span}; n = {n_first} and "
                    "{n_second}): too much to be luck. It is the campaign's doing only if both "
                    "would have moved alike without it, which these numbers cannot prove: compare "
                    "how they moved earlier."
                )
                if up
                else _(
                    "{measure} fell {difference} more (or rose less) from before to after in the "
                    "treated than in the control ({percent} interval {span}; n = {n_first} and "
                    "{n_second}): too much to be luck. It is the campaign's doing only if both "
                    "would have moved alike without it, which these numbers cannot prove: compare "
                    "how they moved earlier."
                )
            )
        return (
            _(
                "{measure} rose {difference} more (or fell less) from before to after in the "
                "treated than in the control, but that may be luck ({percent} interval {span}; n = "
                "{n_first} and {n_second}). It does not prove that the campaign did nothing, only "
                "that its effect cannot be told from none."
            )
            if up
            else _(
                "{measure} fell {difference} more (or rose less) from before to after in the "
                "treated than in the control, but that may be luck ({percent} interval {span}; n = "
                "{n_first} and {n_second}). It does not prove that the campaign did nothing, only "
                "that its effect cannot be told from none."
            )
        )


@dataclass(frozen=True)
class SegmentUplift(Finding):
    """The difference between treatment and control in each segment.

    Parameters
    ----------
    by
        The column of the segments.
    measure
        The column that was averaged.
    segments
        For each segment's code its `Difference`; None where a group has fewer than two values.
    confidence
        How often all intervals together hold the true differences, 0 to 1.
    """

    table_of = "table"

    by: str
    measure: str
    segments: dict[Any, Difference | None]
    confidence: float = 0.95

    @property
    def table(self) -> Any:
        """A pandas frame, one row per segment, the largest difference first."""
        import pandas as pd

        names = ["n_treatment", "n_control", "treatment_mean", "control_mean"]
        columns = [self.by, *names, "difference", "low", "high", "clear"]
        rows = [
            (code, d.n_first, d.n_second, d.first, d.second, d.difference, d.low, d.high, d.clear)
            for code, d in self.segments.items()
            if d is not None
        ]
        missing = [(code, *[None] * 7, False) for code, d in self.segments.items() if d is None]
        table = pd.DataFrame([*rows, *missing], columns=columns)
        return table.sort_values(
            ["difference", self.by], ascending=[False, True], ignore_index=True, kind="stable"
        )

    def figures(self) -> Iterator[tuple[str, str]]:
        """Each segment's difference with its interval and n."""
        from crmkit.labels import code

        for segment in self.table[self.by]:
            d = self.segments[segment]
            if d is None or d.low is None or d.high is None:
                yield code(self.by, segment), "–"
                continue
            yield (
                code(self.by, segment),
                _("{difference} ({span}; n = {n_first} and {n_second})").format(
                    difference=d._gap(d.difference),
                    span=d._span(d.low, d.high),
                    n_first=f"{d.n_first:,}",
                    n_second=f"{d.n_second:,}",
                ),
            )

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        from crmkit.labels import code

        clear = [
            f"{code(self.by, c)} {_signed(d)}"
            for c, d in self.segments.items()
            if d is not None and d.clear
        ]
        places = {"k": len(self.segments), "percent": f"{self.confidence:.0%}"}
        if clear:
            return _(
                "The difference is too much to be luck in: {segments}. In the other segments (of "
                "{k}) the campaign's effect cannot be told from none, and where intervals overlap "
                "the segments cannot be ranked (all {k} intervals hold together in {percent} of "
                "cases)."
            ).format(segments=label("list", ", ").join(clear), **places)
        return _(
            "In none of the {k} segments can the campaign's effect be told from luck (all {k} "
            "intervals hold together in {percent} of cases). It does not prove that it did "
            "nothing, and the segment that looks best may only have been lucky."
        ).format(**places)


def _signed(found: Difference) -> str:
    return ("+" if found.difference > 0 else "−") + found._gap(abs(found.difference))


@dataclass(frozen=True)
class Return(Finding):
    """What a campaign brought for what it cost.

    Parameters
    ----------
    cost
        What was spent, in currency units.
    extra
        The revenue that would not have come without it, in currency units.
    extra_margin
        Its margin, in currency units.
    profit
        ``extra_margin`` − ``cost``.
    roi
        ``profit`` ÷ ``cost``: 0.2 means that 1 spent came back as 1.2.
    low, high
        The ends of the interval of `roi`, from the difference's; None without one.
    n
        The treated members.
    confidence
        How often such an interval holds the true return, 0 to 1.
    """

    cost: float
    extra: float
    extra_margin: float
    profit: float
    roi: float
    low: float | None
    high: float | None
    n: int
    confidence: float = 0.95

    def _shown(self, name: str, value: Any) -> str:
        if name in ("roi", "low", "high", "confidence"):
            return f"{value:.0%}"
        return f"{value:,}" if name == "n" else number(value)

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        places = {
            "roi": f"{self.roi:.0%}",
            "profit": number(self.profit),
            "cost": number(self.cost),
            "percent": f"{self.confidence:.0%}",
            "n": f"{self.n:,}",
        }
        if self.low is None or self.high is None:
            return _(
                "The campaign returned {roi} on the {cost} spent (n = {n}), but the difference "
                "it rests on has no interval, so nothing is sure."
            ).format(**places)
        places |= {"low": f"{self.low:.0%}", "high": f"{self.high:.0%}"}
        if self.low > 0:
            return _(
                "Of the {cost} spent, the campaign earned back all and {profit} more: a return "
                "of {roi} ({percent} interval {low} to {high}; n = {n}); it does not say that "
                "the next one will, nor does it count what members do later."
            ).format(**places)
        if self.high < 0:
            return _(
                "The campaign did not earn back the {cost} spent: its return is {roi} ({percent} "
                "interval {low} to {high}; n = {n}); it does not count what members do later, "
                "nor goodwill."
            ).format(**places)
        return _(
            "Whether the campaign earned back the {cost} spent is open: its return is {roi}, but "
            "anywhere from {low} to {high} is possible ({percent} interval; n = {n}); more "
            "members or a longer time would tell, this figure does not."
        ).format(**places)


def chance(p_value: float) -> str:
    """A p-value as people read it."""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def side(name: str) -> str:
    """What people read for one side of a comparison: treatment, control, before, after."""
    return label("side", name)
