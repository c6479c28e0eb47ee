"""When a ticket must be answered and when it must be settled, by how urgent it is."""

from datetime import datetime, timedelta

PRIORITIES = ("low", "normal", "high")

FIRST_ANSWER = {"high": timedelta(hours=1), "normal": timedelta(hours=4), "low": timedelta(days=1)}
SETTLED = {"high": timedelta(days=1), "normal": timedelta(days=3), "low": timedelta(days=7)}


def due_times(opened_at: datetime, priority: str) -> tuple[datetime, datetime]:
    """First answer due, settled due.

    >>> from datetime import UTC
    >>> [t.day for t in due_times(datetime(2025, 6, 1, 10, tzinfo=UTC), "high")]
    [1, 2]
    """
    return opened_at + FIRST_ANSWER[priority], opened_at + SETTLED[priority]
