"""Holidays of the lunar calendar that a busy stretch of days goes with, and its days next time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.labels import days, full_day

CHINESE = ("¥", "￥", "元", "CN¥", "CNY", "RMB")
"""Money by which a file is a Chinese shop's; where it has no sign, the language of the report tells."""
BEFORE, AFTER = 3, 5
"""A stretch goes with a holiday that is so many days at most before its first day, or after its last."""
FIXED = ((5, 1), (6, 1), (6, 18), (10, 1), (11, 11))
"""Days that bring buyers each year alike: a stretch with one of them is not put down to a lunar one."""


@dataclass(frozen=True)
class Festival:
    """A holiday that moves: its `name`, its `day` beside the stretch, its day `next` time, and the
    same days as those of the stretch, from `first` to `last`, then.
    """

    name: str
    day: date
    next: date
    first: date
    last: date
    before: bool

    def called(self) -> str:
        """The holiday with its day, and that the stretch lies before it or about it."""
        told = (
            _("just before {festival} ({day})") if self.before else _("around {festival} ({day})")
        )
        return told.format(festival=self.name, day=full_day(self.day))

    def next_time(self) -> str:
        """When it is next, and what the same days are then."""
        return _("The next {festival} is on {day}: the same days are then {days}.").format(
            festival=self.name, day=full_day(self.next), days=days(self.first, self.last)
        )


def chinese(sign: str, headings: Iterable[str]) -> bool:
    """Whether a file is one of a shop to which the holidays of China mean something."""
    if any(re.search("[\u3040-\u30ff]", one) for one in headings):  # the yen has the same sign
        return False
    return sign in CHINESE or (not sign and get_language() == "zh")


def near(found: Mapping[str, Any], first: date, last: date) -> Festival | None:
    """The moving holiday that days lie before or about; None where there is none, or the days hold
    one that stands still, which would explain them as well.

    The next time is the first from today on and after the file.
    """
    if not found.get("_chinese"):
        return None
    names = {
        "Chinese New Year (Spring Festival)": _("Spring Festival"),
        "Dragon Boat Festival": _("Dragon Boat Festival"),
        "Mid-Autumn Festival": _("Mid-Autumn Festival"),
    }
    spring = next(iter(names))
    still = any(first <= date(year, *one) <= last for one in FIXED for year in {first.year, last.year})  # fmt: skip
    for known, name in names.items():
        if still and known != spring:
            continue
        for day in _days_of(known, range(first.year, last.year + 2)):
            if first - timedelta(BEFORE) <= day <= last + timedelta(AFTER):
                after = max(today(), found["_days"][1], last)
                begins = first - day
                coming = _days_of(known, range(after.year, after.year + 3))
                then = next(one for one in coming if one + begins > after)
                return Festival(name, day, then, then + begins, then + (last - day), day > last)
    return None


def _days_of(known: str, years: range) -> list[date]:
    """The day of a holiday in each of some years, the first where it has several."""
    from holidays import country_holidays  # no other report has to wait for it

    first: dict[int, date] = {}
    for day, said in sorted(country_holidays("CN", years=years, language="en_US").items()):
        if known in said.split("; "):
            first.setdefault(day.year, day)
    return list(first.values())


def a_year_on(found: Mapping[str, Any], day: date) -> date:
    """The same day of the first year in which it is still to come."""
    after = max(today(), found["_days"][1])
    year = after.year
    while (then := _in_year(day, year)) <= after:
        year += 1
    return then


def _in_year(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, 28) if day.month == 2 else day.day)


def today() -> date:
    """The day on which the report is made."""
    return date.today()
