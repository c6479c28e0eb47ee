"""Checks of form alone, for answers whose key must not be in the learner's notebook."""

from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.checks.expectation import Expectation, short
from crmkit.learn.checks.outcome import RIGHT, Fault, Outcome
from crmkit.learn.checks.values import Choice, Day, Number, Text, plain_date, plain_number


@dataclass(frozen=True)
class Form(Expectation):
    """Whether an answer is of the right kind and possible at all; `expected` is the kind.

    >>> Form("number", between=(0, 23)).judge("best_hour", 25).reason
    'impossible'
    """

    options: tuple[str, ...] = ()
    between: tuple[Any, Any] | None = None
    unit: str = ""

    def fault(self, value: Any) -> Fault | None:
        if self.expected == "number":
            number = plain_number(value)
            if number is None or number != number:
                return Number(0, unit=self.unit).fault(value)
            return self._possible(number, number)
        if self.expected == "date":
            day = plain_date(value)
            if day is None:
                return Day("2000-01-01").fault(value)
            return self._possible(day, day.isoformat())
        if self.expected == "choice":
            fault = Choice(frozenset(self.options), options=self.options).fault(value)
            return fault if fault is not None and fault.reason == "not_an_option" else None
        fault = Text("").fault(value)
        return fault if fault is not None and fault.reason in ("type", "empty") else None

    def _possible(self, value: Any, shown: Any) -> Fault | None:
        if self.between is None:
            return None
        low, high = self.between
        if self.expected == "date":
            low, high = plain_date(low), plain_date(high)
        if low <= value <= high:
            return None
        return Fault(
            "impossible",
            _("{value} cannot be: it should lie between {low} and {high}.").format(
                value=short(shown), low=low, high=high
            ),
        )

    def judge(self, name: str, value: Any) -> Outcome:
        outcome = super().judge(name, value)
        if outcome.status != RIGHT:
            return outcome
        return Outcome(
            RIGHT, name, message=_("Your answer is noted; it is marked after you submit.")
        )
