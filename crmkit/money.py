"""Arithmetic of money in whole cents, at the till as in the analyses, and how it is written."""

from typing import Any


def percent_of(cents: Any, percent: Any) -> Any:
    """So many percent of an amount (or of columns of both), half a cent rounded up.

    >>> percent_of(1999, 15), percent_of(1000, 12.5)
    (300, 125)
    """
    return (cents * round(percent * 100) + 5_000) // 10_000


def yuan(cents: int) -> str:
    """An amount as people write it.

    >>> yuan(123450), yuan(-5)
    ('1,234.50', '-0.05')
    """
    return f"{cents / 100:,.2f}"
