"""Checks of single values: a number, a text, a choice, a date."""

import datetime as dt
import difflib
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.checks.expectation import Expectation, short, type_name
from crmkit.learn.checks.outcome import Fault

_MONEY = {"yuan", "元", "¥", "CNY", "RMB", "£", "$", "€"}


def plain_number(value: Any) -> int | float | None:
    """A real number as Python's own int or float; None for anything else (True, "12", a list)."""
    kind = type(value)
    if kind is int or kind is float:
        return value
    if kind is Decimal or kind is Fraction:
        return float(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(value, numpy.integer) and kind.__module__ == "numpy":
            return int(value)
        if isinstance(value, numpy.floating) and kind.__module__ == "numpy":
            return float(value)
    return None


def tolerance(expected: float) -> float:
    """How far a number may be off when the writer does not say.

    Half a cent from 1 upwards (so two decimals are enough), half of the fourth decimal below
    (so a rate needs four), and a billionth of very large numbers.
    """
    return (0.005 if abs(expected) >= 1 else 0.00005) + 1e-9 * abs(expected)


def close(value: float, expected: float, within: float | None) -> bool:
    """Whether two numbers are the same to the tolerance; NaN equals only NaN."""
    if value != value or expected != expected:
        return value != value and expected != expected
    if value == expected:
        return True
    allowed = tolerance(expected) if within is None else within + 1e-9 * abs(expected)
    return abs(value - expected) <= allowed


@dataclass(frozen=True)
class Number(Expectation):
    """A number, with its unit and how far it may be off.

    >>> Number(1250.5, unit="yuan").judge("revenue", 1250.5).status
    'right'
    >>> Number(0.25).judge("share", 25).mistake
    'percent_for_fraction'
    """

    unit: str = ""
    within: float | None = None

    def fault(self, value: Any) -> Fault | None:
        number = plain_number(value)
        if number is None:
            return self._not_a_number(value)
        if number != number and self.expected == self.expected:
            return Fault(
                "nan",
                _(
                    "This is NaN (no number): somewhere in the calculation a value was missing, "
                    "or zero was divided by zero."
                ),
            )
        if close(number, self.expected, self.within):
            return None
        if self.expected != self.expected:
            return Fault(
                "not_nan",
                _("{value} cannot be known here: the result should stay empty (NaN).").format(
                    value=self._with_unit(number)
                ),
            )
        if number > self.expected:
            return Fault(
                "too_high", _("{value} is too high.").format(value=self._with_unit(number))
            )
        return Fault("too_low", _("{value} is too low.").format(value=self._with_unit(number)))

    def _with_unit(self, number: float) -> str:
        return f"{short(number)} {self.unit}".strip()

    def _not_a_number(self, value: Any) -> Fault:
        if type(value) is str:
            digits = re.sub(r"[^\d.\-]", "", unicodedata.normalize("NFKC", value))
            if digits:
                return Fault(
                    "text_for_number",
                    _(
                        "This is text. Write the number alone, without quotes, "
                        "thousands separators and unit: {digits}"
                    ).format(digits=digits),
                )
        if type(value).__name__ in ("Series", "ndarray", "DataFrame", "list", "tuple"):
            return Fault(
                "type",
                _("A single number is expected here, but this is {kind}.").format(
                    kind=type_name(value)
                ),
            )
        return Fault(
            "type",
            _("A number is expected here, but this is {kind}.").format(kind=type_name(value)),
        )

    def own_mistakes(self) -> list[tuple[str, float]]:
        right = plain_number(self.expected)
        if right is None or right != right or right == 0 or abs(right) == float("inf"):
            return []
        hundredfold = "cents_for_yuan" if self.unit in _MONEY else "percent_for_fraction"
        found = [("sign_flipped", -right), (hundredfold, 100 * right)]
        if self.unit not in _MONEY:
            found += [("fraction_for_percent", right / 100), ("upside_down", 1 / right)]
        if right != round(right):
            found.append(("rounded_too_early", round(right)))
        return found

    def _looks_like(self, result: Any, value: Any) -> bool:
        # The tolerance belongs to the right answer; a typical mistake must be met closely.
        number, wrong = plain_number(value), plain_number(result)
        if number is None or wrong is None:
            return False
        return close(number, wrong, None)


def same_words(text: str) -> str:
    """A text without what does not matter: width, case, spaces, closing punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"^[\W_]+|[\W_]+$", "", " ".join(plain.split())) or plain.strip()


@dataclass(frozen=True)
class Text(Expectation):
    """A text; width, case, spaces and closing punctuation do not matter unless `exact`.

    `expected` is one text or several that are all right.

    >>> Text(["returns", "退货"]).judge("reason", " Returns. ").status
    'right'
    """

    exact: bool = False

    def fault(self, value: Any) -> Fault | None:
        if type(value) is not str:
            return Fault(
                "type",
                _("Text in quotes is expected here, but this is {kind}.").format(
                    kind=type_name(value)
                ),
            )
        if not value.strip():
            return Fault("empty", _("The text is empty. Write your answer between the quotes."))
        accepted = [self.expected] if isinstance(self.expected, str) else list(self.expected)
        if self.exact:
            if value in accepted:
                return None
            if same_words(value) in map(same_words, accepted):
                return Fault(
                    "form",
                    _("Nearly: look at capitals, spaces and punctuation."),
                )
        elif same_words(value) in map(same_words, accepted):
            return None
        near = difflib.get_close_matches(same_words(value), map(same_words, accepted), 1, 0.8)
        if near:
            return Fault(
                "spelling", _("“{value}” is close: check the spelling.").format(value=short(value))
            )
        return Fault("other", _("“{value}” is not it.").format(value=short(value)))


def _letters(value: Any, options: Sequence[str]) -> frozenset[str] | None:
    """The options someone chose, however they wrote it down: "b", "B)", "A, C", ["a", "c"]."""
    by_name = {same_words(option): option for option in options}
    if type(value) in (list, tuple, set, frozenset):
        parts = list(value)
    elif type(value) is str:
        whole = by_name.get(same_words(value))
        if whole is not None:
            return frozenset([whole])
        parts = [part for part in re.split(r"[\s,,、;;/]+", value) if part]
        if len(parts) == 1 and all(len(option) == 1 for option in options):
            parts = list(same_words(parts[0]))
    else:
        return None
    if any(type(part) is not str for part in parts):
        return None
    chosen = {same_words(part) for part in parts}
    return (
        frozenset(by_name[one] for one in chosen) if chosen and chosen <= by_name.keys() else None
    )


@dataclass(frozen=True)
class Choice(Expectation):
    """One of the options, or several when `expected` is a set; capitals do not matter.

    >>> Choice("B", options=("A", "B", "C")).judge("answer", "b)").status
    'right'
    >>> Choice({"A", "C"}, options=("A", "B", "C")).judge("answer", "A").reason
    'missing'
    """

    options: Sequence[str] = ()

    def fault(self, value: Any) -> Fault | None:
        options = tuple(self.options) or tuple(sorted(self._right()))
        chosen = _letters(value, options)
        if chosen is None:
            return Fault(
                "not_an_option",
                _("Answer with one of these: {options}.").format(options=", ".join(options))
                if isinstance(self.expected, str)
                else _("Answer with some of these: {options}.").format(options=", ".join(options)),
            )
        right = self._right()
        if chosen == right:
            return None
        if isinstance(self.expected, str):
            if len(chosen) > 1:
                return Fault("several", _("Only one option is right: choose one."))
            return Fault("other", _("{value} is not it.").format(value=", ".join(sorted(chosen))))
        if chosen < right:
            return Fault("missing", _("What you chose is right, but something is missing."))
        if chosen > right:
            return Fault("too_many", _("You chose too much: not everything you chose is right."))
        return Fault("other", _("Some of what you chose is not right, and something is missing."))

    def _right(self) -> frozenset[str]:
        return frozenset([self.expected] if isinstance(self.expected, str) else self.expected)


def plain_date(value: Any) -> dt.date | None:
    """A day as Python's own date; None for anything that is not one."""
    kind = type(value)
    if kind is dt.date:
        return value
    if kind is dt.datetime:
        return value.date()
    if kind.__module__.startswith("pandas") and kind.__name__ == "Timestamp":
        return dt.date(value.year, value.month, value.day)
    if kind.__module__ == "numpy" and kind.__name__ == "datetime64":
        day = value.astype("datetime64[D]").item()
        return day if isinstance(day, dt.date) else None
    if kind is str:
        written = re.fullmatch(
            r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*",
            unicodedata.normalize("NFKC", value),
        )
        if written:
            try:
                return dt.date(*map(int, written.groups()))
            except ValueError:
                return None
    return None


@dataclass(frozen=True)
class Day(Expectation):
    """A date: a date object, a pandas Timestamp, or text such as "2025-06-30" or "2025年6月30日".

    >>> Day("2025-06-03").judge("best_day", "2025-03-06").mistake
    'day_and_month_swapped'
    """

    @property
    def right(self) -> dt.date:
        """The expected day."""
        day = plain_date(self.expected)
        if day is None:
            raise TypeError(f"{self.expected!r} is not a date")
        return day

    def fault(self, value: Any) -> Fault | None:
        day = plain_date(value)
        if day is None:
            return Fault(
                "type",
                _('A date is expected here, such as "2025-06-30", but this is {value}.').format(
                    value=short(value)
                ),
            )
        if day == self.right:
            return None
        if day < self.right:
            return Fault("too_early", _("{day} is too early.").format(day=day.isoformat()))
        return Fault("too_late", _("{day} is too late.").format(day=day.isoformat()))

    def own_mistakes(self) -> list[tuple[str, dt.date]]:
        right, found = self.right, []
        if right.day <= 12 and right.day != right.month:
            found.append(("day_and_month_swapped", right.replace(month=right.day, day=right.month)))
        if (right.month, right.day) != (2, 29):
            found += [("wrong_year", right.replace(year=right.year + by)) for by in (-1, 1)]
        return found


@dataclass(frozen=True)
class Exactly(Expectation):
    """True, False, None, or a list, set or dictionary of plain values; a list in its order.

    >>> Exactly([1, 2]).judge("ids", [1, 2.0]).status
    'right'
    >>> Exactly(True).judge("is_member", 1).reason
    'type'
    """

    def fault(self, value: Any) -> Fault | None:
        from crmkit.learn.checks.tables import canonical

        if type(self.expected).__name__ in ("list", "tuple") and type(value).__name__ in (
            "ndarray",
            "Series",
        ):
            value = value.tolist()
        if canonical(value) == canonical(self.expected):
            return None
        kinds = ((list, tuple), (set, frozenset), (dict,), (bool,), (type(None),))
        alike = any(type(value) in kind and type(self.expected) in kind for kind in kinds)
        if not alike:
            return Fault(
                "type",
                _("{wanted} is expected here, but this is {kind}.").format(
                    wanted=type_name(self.expected), kind=type_name(value)
                ),
            )
        if type(value) in (list, tuple, set, frozenset, dict):
            if len(value) != len(self.expected):
                return Fault(
                    "length",
                    _("It has {count} entries; it should have {right}.").format(
                        count=len(value), right=len(self.expected)
                    ),
                )
            if type(value) in (list, tuple) and sorted(map(canonical, value)) == sorted(
                map(canonical, self.expected)
            ):
                return Fault("order", _("The entries are right, but in another order."))
        return Fault("other", _("{value} is not it.").format(value=short(value)))
