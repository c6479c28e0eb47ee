"""The shop's clock: UTC everywhere, and settable, so that birthdays and expiry can be practised."""

from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmkit.i18n import gettext as _
from crmkit.practice.errors import BadValue


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is refused.

    >>> from datetime import timezone
    >>> utc(datetime(2025, 6, 30, 18, 0, tzinfo=timezone(timedelta(hours=8)))).hour
    10
    """
    if moment.tzinfo is None:
        raise BadValue(_("The time {time} needs a time zone."), time=moment)
    return moment.astimezone(UTC)


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved.

    >>> clock = FixedClock(datetime(2025, 6, 30, 10, 0, tzinfo=UTC))
    >>> clock.advance(hours=1)
    >>> clock.now().hour
    11
    """

    at: datetime

    def now(self) -> datetime:
        return utc(self.at)

    def advance(self, **delta: float) -> None:
        self.at += timedelta(**delta)


def local_day(moment: datetime, timezone: str) -> date:
    """The calendar day on the shop's wall at this moment."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def birthdays_on(day: date) -> list[str]:
    """The birthdays (month and day) kept on this day: a leap day's on 28 February in other years.

    >>> birthdays_on(date(2025, 2, 28))
    ['02-28', '02-29']
    """
    days = [f"{day:%m-%d}"]
    return [*days, "02-29"] if days == ["02-28"] and not isleap(day.year) else days


def day_bounds(day: date, timezone: str) -> tuple[datetime, datetime]:
    """When the shop's calendar day begins and when the next one does, in UTC."""
    zone = ZoneInfo(timezone)
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return start.astimezone(UTC), end.astimezone(UTC)
