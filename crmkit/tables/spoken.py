"""Columns by the headings people read for them: 星期 and Weekday are as good as weekday."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from crmkit.i18n import LANGUAGES, label, labels

READ_FOR = {"period_before": "before", "share_of_members": "member_share"}
"""Columns that are read otherwise beside others, by the heading they have there."""


@cache
def _columns() -> dict[str, list[str]]:
    """The columns by what people read for them, in every language."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for code, said in labels("column", language).items():
            codes = found.setdefault(said.casefold(), [])
            if (meant := READ_FOR.get(code, code)) not in codes:
                codes.append(meant)
    return found


def meant(given: Any, known: Callable[[], Iterable[str]]) -> Any:
    """One name or several, headings turned into columns; what is no heading, or that of several
    columns of which none or more than one is `known`, as it is.

    >>> meant(["星期", "Store", "sale_id", "my own"], list)
    ['weekday', 'store_id', 'sale_id', 'my own']
    """
    if isinstance(given, (list, tuple)):
        return type(given)(meant(one, known) for one in given)
    if not isinstance(given, str) or given in labels("column"):
        return given
    codes = _columns().get(given.strip().casefold(), [])
    if not codes:
        return given
    there = set(known())
    if given in there:  # a column of the caller's own
        return given
    here = [one for one in codes if one in there] or codes
    return here[0] if len(here) == 1 else given


def with_headings(columns: Iterable[str]) -> str:
    """Columns to choose from, each with the heading people know it by: 门店 store_id, 单号 sale_id."""
    said = ((label("column", one), str(one)) for one in columns)
    return ", ".join(one if one == head else f"{one} ({head})" for head, one in said)
