"""When goods are counted again before anybody believes it: the rule of a stocktake, without a shop."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

A_LOT_PIECES, A_LOT_SHARE, A_LOT_VALUE = 2, 0.1, 10_000
"""What differs a lot is counted again, and signed for before it is booked: more than two pieces and
more than a tenth of the book (a carton was overlooked), or more than ¥100 at cost (dear goods, a few
of which are much). Less is an ordinary evening's mistake, and nobody would ever get home."""


class Counted(Protocol):
    """One count of a product, the book of that moment beside it; `counted` is None where it was
    taken back."""

    @property
    def id(self) -> int: ...
    @property
    def counted(self) -> int | None: ...
    @property
    def book(self) -> int: ...


def differs_a_lot(difference: int, book: int, cost: int) -> bool:
    """Whether so many pieces, of so many by the book and at that cost in cents, are a lot.

    >>> differs_a_lot(-2, 7, 5307), differs_a_lot(-2, 30, 450), differs_a_lot(3, 6, 3167)
    (True, False, True)
    """
    pieces = abs(difference)
    many = pieces > A_LOT_PIECES and pieces > A_LOT_SHARE * book
    return many or pieces * cost > A_LOT_VALUE


def waits(counts: Sequence[Counted], named_after: int | None) -> bool:
    """Whether a product was named to be counted again (after that count) and was not counted since."""
    return bool(counts) and counts[-1].counted is not None and counts[-1].id <= (named_after or 0)


class Standing(NamedTuple):
    """A count that stands."""

    counted: int
    book: int

    @property
    def difference(self) -> int:
        return self.counted - self.book


def standing(counts: Sequence[Counted]) -> list[Standing]:
    """A product's counts, in their order, without what was taken back or typed anew."""
    found: list[Standing] = []
    for one in counts:
        if one.counted is not None:
            found.append(Standing(one.counted, one.book))
        elif found:
            found.pop()
    return found


def to_recount(counts: Sequence[Counted], named_after: int | None, cost: int) -> bool:
    """Whether a product's counts, in their order, do not hold yet.

    What differs a lot is named, and holds when it was counted after that and two counts found the
    same difference: where the second finds another, it takes a third, however near the book it is,
    and a fourth where none of the three agree.
    What was taken back was not counted, and there is nothing to hold.
    """
    if not counts or counts[-1].counted is None:
        return False
    *before, last = standing(counts)
    if waits(counts, named_after):
        return True
    if named_after is None:
        return differs_a_lot(last.difference, last.book, cost)
    return all(one.difference != last.difference for one in before)
