"""A main point of a report: what matters, the money in it, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum


@dataclass(frozen=True)
class Advice:
    """What to do, the figure it rests on, and how one sees whether it helped; the day `by` which."""

    do: str
    because: str
    check: str
    by: date | None = None


class Kind(IntEnum):
    """What a point is, in the order in which points are told."""

    DISAGREES = 0
    WHOLE_FELL = 1
    COSTS = 2
    WHOLE = 3
    BRINGS = 4
    PLAIN = 5


@dataclass(frozen=True)
class Point:
    """One thing that matters: the sentence, what is behind it, the money in it, what to do about it."""

    kind: Kind
    stake: float
    says: str
    more: str = ""
    advice: Advice | None = None
