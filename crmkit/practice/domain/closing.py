"""Counting a drawer: what there should be, what there is, and what stays for the next shift."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Drawer:
    """What a drawer was given since its last close; money in cents, all amounts positive."""

    opening: int
    sales: int
    refunds: int
    card_loads: int
    paid_in: int
    paid_out: int

    @property
    def cash_expected(self) -> int:
        came_in = self.opening + self.sales + self.card_loads + self.paid_in
        return came_in - self.refunds - self.paid_out


def drawer(left_before: int, entries: Iterable[tuple[str, int]]) -> Drawer:
    """The drawer from what the last close left in it and its (kind, amount) entries since.

    >>> drawer(20_000, [("sale", 12_900), ("paid_out", -3_000)]).cash_expected
    29900
    """
    sums: Counter[str] = Counter()
    for kind, amount in entries:
        sums[kind] += amount
    return Drawer(
        opening=left_before + sums["opening_float"],
        sales=sums["sale"],
        refunds=-sums["refund"],
        card_loads=sums["card_load"],
        paid_in=sums["paid_in"],
        paid_out=-sums["paid_out"],
    )
