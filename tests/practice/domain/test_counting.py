"""When a count is believed: the rule alone, without a shop."""

from dataclasses import dataclass

import pytest

from crmkit.practice.domain import counting


@dataclass
class One:
    id: int
    counted: int | None
    book: int = 10


def counts(*many, book=10):
    return [One(n, one, book) for n, one in enumerate(many, start=1)]


@pytest.mark.parametrize(
    ("many", "named_after", "again"),
    [
        ((), None, False),
        ((10,), None, False),
        ((5,), None, True),
        ((5, 5), None, True),  # twice, but nobody had been told
        ((5,), 1, True),
        ((5, 5), 1, False),
        ((5, 10), 1, True),  # near the book is no proof: the two counts differ
        ((5, 11), 1, True),
        ((5, 10, 10), 1, False),
        ((5, 6), 1, True),
        ((5, 6), 2, True),
        ((5, 6, 6), 2, False),
        ((5, 6, 5), 2, False),
        ((5, 6, 7), 2, True),
        ((0, None), 1, False),  # taken back: nobody could reach it
        ((0, None, 0), 1, True),  # what was taken back proves nothing
        ((5, None, 8, 5), 3, True),  # typed anew: nobody had counted five
        ((5, 6, 7, 8), 3, True),
        ((5, 6, 7, 6), 3, False),
    ],
)
def test_what_differs_a_lot_holds_when_two_counts_agree_after_it_was_named(
    many, named_after, again
):
    assert counting.to_recount(counts(*many), named_after, 5_200) is again


def test_what_is_sold_between_two_counts_does_not_make_them_differ():
    first, second = One(1, 5, book=10), One(2, 3, book=8)
    assert not counting.to_recount([first, second], 1, 5_200)
