"""Counting a drawer: what there should be, what there is, and what stays for the next shift."""

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
    sums: dict[str, int] = {}
    for kind, amount in entries:
        sums[kind] = sums.get(kind, 0) + amount
    return Drawer(
        opening=left_before + sums.get("opening_float", 0),
        sales=sums.get("sale", 0),
        refunds=-sums.get("refund", 0),
        card_loads=sums.get("card_load", 0),
        paid_in=sums.get("paid_in", 0),
        paid_out=-sums.get("paid_out", 0),
    )
