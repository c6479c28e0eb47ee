"""Quiet hours: when nobody wants an offer on their phone."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_allowed(moment: datetime, timezone: str, quiet_from: str, quiet_to: str) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into; also across midnight.

    >>> from datetime import UTC
    >>> late = datetime(2025, 6, 30, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    >>> next_allowed(late, "Asia/Shanghai", "21:00", "09:00").isoformat()
    '2025-07-01T01:00:00+00:00'
    """
    begins, ends = time.fromisoformat(quiet_from), time.fromisoformat(quiet_to)
    zone = ZoneInfo(timezone)
    local = moment.astimezone(zone)
    at = local.time()
    across_midnight = begins > ends
    quiet = at >= begins or at < ends if across_midnight else begins <= at < ends
    if not quiet:
        return moment
    day = local.date() + timedelta(days=across_midnight and at >= begins)
    return datetime.combine(day, ends, zone).astimezone(moment.tzinfo)
