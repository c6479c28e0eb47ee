"""Which main points a report tells, and in which order: by the money in them.

A total in the file that is not that of its lines; the whole, where it fell; what costs money, the most
first, three at most; the whole, where it did not fall; what brings money, the most first; the plain
rest. Seven at most. The money of a point (`stake`) is what it costs or brings in half a year; of a
stretch of days, what these brought beyond the usual.
"""

from collections.abc import Mapping
from typing import Any

from crmkit.report import points_of_members, points_of_places, points_of_time
from crmkit.report.point import Kind, Point

POINTS, TROUBLES = 7, 3
"""So many points at most, so many of them about what costs money."""


def points(found: Mapping[str, Any]) -> list[Point]:
    """The main points of the results so far, by weight."""
    rules = (*points_of_time.RULES, *points_of_places.RULES, *points_of_members.RULES)
    told = sorted(
        (one for rule in rules for one in rule(found)), key=lambda one: (one.kind, -one.stake)
    )
    troubles = [one for one in told if one.kind == Kind.COSTS][TROUBLES:]
    return [one for one in told if one not in troubles][:POINTS]
