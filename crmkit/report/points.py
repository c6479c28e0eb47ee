"""The main points of a report, by the money in them, and what follows from each.

The order: a total in the file that is not that of its lines; the whole, where it fell; what costs
money, the most first, three at most; the whole, where it did not fall; what brings money, the most
first; the plain rest. Seven at most. The money of a point (`stake`) is what it costs or brings in half a
year; of a stretch of days, what these brought beyond the usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

AT_MOST, TROUBLES = 7, 3
"""So many points there are at most, and so many of them about what costs money."""


@dataclass(frozen=True)
class Advice:
    """What to do, the figure it rests on, and how one sees whether it helped."""

    do: str
    because: str
    check: str


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


def points(found: Mapping[str, Any]) -> list[Point]:
    """The main points of the results so far, by weight."""
    from crmkit.report import points_of_members, points_of_sales

    rules = (*points_of_sales.RULES, *points_of_members.RULES)
    told = sorted(
        (one for rule in rules for one in rule(found)), key=lambda one: (one.kind, -one.stake)
    )
    troubles = [one for one in told if one.kind == Kind.COSTS][TROUBLES:]
    return [one for one in told if one not in troubles][:AT_MOST]
