"""What comes back when goods come back: of money, of points paid and of points earned.

Every share is the difference of two cumulative shares (of all that has come back so far), so
that several partial returns together give exactly what one return of everything gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmkit.practice.domain.pricing import share, spread


@dataclass(frozen=True)
class Sold:
    """A line of the sale and how much of it came back before; `amount` is what was paid."""

    line: int
    product_id: str
    quantity: int
    amount: int
    is_gift: bool
    returned: int = 0

    @property
    def left(self) -> int:
        return self.quantity - self.returned

    def worth(self, units: int) -> int:
        """What the first so many units of the line that come back are worth together."""
        return share(self.amount, units, self.quantity)


@dataclass(frozen=True)
class Back:
    """Units of one line that come back, and the money they stand for."""

    line: int
    product_id: str
    quantity: int
    amount: int
    is_gift: bool


@dataclass(frozen=True)
class Settlement:
    """How a return is settled: points to give back and to take, before looking at the ledger.

    `points_earned_left` is what no earlier return has asked back.
    """

    total: int
    points_back: int
    points_to_take: int
    points_earned_left: int


def pick(sold: Sequence[Sold], wanted: Mapping[str, int]) -> list[Back] | None:
    """Which lines the wanted units come from, paid ones before gifts; None if there are fewer."""
    picked = []
    for product_id, units in wanted.items():
        lines = sorted(
            (one for one in sold if one.product_id == product_id), key=lambda one: one.is_gift
        )
        for one in lines:
            part = min(one.left, units)
            if part:
                picked.append(back(one, part))
                units -= part
        if units:
            return None
    return sorted(picked, key=lambda one: one.line)


def back(sold: Sold, units: int) -> Back:
    """So many more units of a line, worth what they add to all that came back of it."""
    worth = sold.worth(sold.returned + units) - sold.worth(sold.returned)
    return Back(sold.line, sold.product_id, units, worth, sold.is_gift)


def settle(
    sale_total: int,
    points_paid: int,
    points_earned: int,
    returned_before: int,
    coming_back: Sequence[Back],
) -> Settlement:
    """The share of the points that belongs to what comes back now."""
    total = sum(one.amount for one in coming_back)
    before, after = returned_before, returned_before + total
    if sale_total == 0:
        return Settlement(total, 0, 0, 0)
    asked = share(points_earned, before, sale_total)
    return Settlement(
        total,
        share(points_paid, after, sale_total) - share(points_paid, before, sale_total),
        share(points_earned, after, sale_total) - asked,
        points_earned - asked,
    )


def refunds(amount: int, paid: Mapping[str, int], refunded: Mapping[str, int]) -> dict[str, int]:
    """The money goes back the way it came, in proportion to what is left of each way."""
    left = {method: paid[method] - refunded.get(method, 0) for method in paid}
    parts = spread(amount, list(left.values()))
    return {method: part for method, part in zip(left, parts, strict=True) if part}
