"""How old a file is on the day its report is made: what it says of members may long be over."""

from __future__ import annotations

from datetime import date

from crmkit.i18n import gettext as _
from crmkit.labels import full_day

OLD = 62
"""A file whose last day is longer ago than so many days is an old one."""
MONTH, YEARS = 365.25 / 12, 24
"""So many days are a month; from so many months on one counts in years."""


def how_old(until: date, today: date, listed: bool) -> str:
    """That a file ends long before today, and what that means for what to do; nothing of a new one.

    `listed`: whether lists of members stand beside the report.
    """
    days = (today - until).days
    if days <= OLD:
        return ""
    months = round(days / MONTH)
    n = months if months < YEARS else round(months / 12)
    if listed:
        told = _("The data end on {day}, {n} months ago: many on the lists have probably been in since. Export again first, then call.") if months < YEARS else _("The data end on {day}, {n} years ago: many on the lists have probably been in since. Export again first, then call.")  # fmt: skip
    else:
        told = _("The data end on {day}, {n} months ago: of what came after the report knows nothing. Export again before you act.") if months < YEARS else _("The data end on {day}, {n} years ago: of what came after the report knows nothing. Export again before you act.")  # fmt: skip
    return told.format(day=full_day(until), n=n)
