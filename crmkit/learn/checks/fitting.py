"""The kind of comparison that fits a right value."""

from typing import Any

from crmkit.errors import CrmkitError
from crmkit.learn.checks.expectation import Expectation
from crmkit.learn.checks.tables import Column, Frame
from crmkit.learn.checks.values import Day, Exactly, Number, Text, plain_date, plain_number


def expectation_for(expected: Any, **options: Any) -> Expectation:
    """The kind of check that fits a right value: a number, a text, a date, a column, a table.

    >>> expectation_for(3.5, unit="yuan")
    Number(expected=3.5, mistakes={}, unit='yuan', within=None)
    """
    if isinstance(expected, Expectation):
        return expected
    kind: type[Expectation] | None = None
    if type(expected) is bool or expected is None:
        kind = Exactly
    elif plain_number(expected) is not None:
        kind = Number
    elif type(expected) is str:
        kind = Text
    elif plain_date(expected) is not None:
        kind = Day
    elif type(expected) in (set, frozenset, list, tuple, dict):
        kind = Exactly
    elif type(expected).__name__ == "Series":
        kind = Column
    elif hasattr(expected, "columns"):
        kind = Frame
    if kind is None:
        raise CrmkitError(
            f"check cannot tell how to compare {type(expected).__name__}: "
            "use check.number, check.frame … and say what is expected."
        )
    known = kind.__dataclass_fields__
    return kind(expected, **{name: value for name, value in options.items() if name in known})
