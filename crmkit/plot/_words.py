"""What stands on a chart in letters: numbers as they are said, long names folded."""

import re
from collections.abc import Sequence
from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.labels import is_percent, width_of


def fold(name: str, width: int = 26, lines: int = 2) -> str:
    """A long name on at most `lines` lines, cut off with ... after that; Chinese counts double.

    >>> print(fold("Jasmine green tea, loose, in a tin of 250 grams, harvest 2025", 20))
    Jasmine green tea,
    loose, in a tin of...
    """
    rows = [""]
    for part in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", name):
        while width_of(part.rstrip()) > width:  # one word longer than a line
            rows[-1:] = [rows[-1] + part[: width - 2], ""]
            part = part[width - 2 :]
        fits = width_of(rows[-1] + part.rstrip()) <= width or part in "，。：；！？）、”"
        rows[len(rows) - fits :] = [rows[-1] + part] if fits else [part]
    rows = [row.strip() for row in rows if row.strip()]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], rows[lines - 1] + _("...")]
    return "\n".join(rows)


def some_percent(share: float) -> str:
    """A share without decimals; a small one is not told as none: 12%, 0.5%, <0.1%."""
    return one_decimal(share) if 0 < share < 0.01 else f"{share:.0%}"


def one_decimal(share: float) -> str:
    """A share with one decimal; a very small one is not told as none: 12.3%, <0.1%."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def signed_percent(change: float) -> str:
    """A change with its sign, the minus as in a text: +8.6%, −11.6%."""
    return f"{change:+.1%}".replace("-", "−")


def short(number: float) -> str:
    """A large number as it is said: 12.5万, 1.2亿; 125k, 1.2M.

    >>> from crmkit import use_language
    >>> with use_language("zh"):
    ...     short(125_000)
    '12.5万'
    """
    step, unit = unit_of(number, least=1)
    return _three_digits(number / step) + unit


def unit_of(number: float, least: float = 100_000) -> tuple[float, str]:
    """In what a number is told: (10 000, "万"), (1 000, "k"); smaller than `least` as it stands."""
    steps = (
        ((1e8, "亿"), (1e4, "万"))
        if get_language() == "zh"
        else ((1e9, "B"), (1e6, "M"), (1e3, "k"))
    )
    return next(
        ((step, unit) for step, unit in steps if abs(number) >= max(step, least)), (1.0, "")
    )


def _three_digits(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 or number == int(number) else f"{number:.3g}"


def said(column: str, number: float) -> str:
    """One value as written beside a bar or on an axis: 35.2% for a share, 12.5万 for money."""
    return one_decimal(number) if is_percent(column) else short(number)


def alike(column: str, numbers: Any) -> list[str]:
    """Values side by side with the same decimals: 78.0 beside 84.5.

    >>> alike("days_of_stock", [84.5, 78.0])
    ['84.5', '78.0']
    """
    numbers = [float(number) for number in numbers]
    largest = max((abs(number) for number in numbers if number == number), default=0)
    if is_percent(column) or largest >= 100_000:
        return ["" if n != n else said(column, n) for n in numbers]
    if largest >= 100 or all(n == int(n) for n in numbers if n == n):
        return ["" if n != n else f"{n:,.0f}" for n in numbers]
    return ["" if n != n else f"{n:.{1 if largest >= 10 else 2}f}" for n in numbers]


def years_once(names: Sequence[str]) -> list[str]:
    """Names in two lines, the second only where it is another than before.

    >>> years_once(["Nov\\n2024", "Dec\\n2024", "Jan\\n2025"])
    ['Nov\\n2024', 'Dec', 'Jan\\n2025']
    """
    said, before = [], None
    for name in names:
        first, _line, second = name.partition("\n")
        said.append(first if second and second == before else name)
        before = second
    return said
