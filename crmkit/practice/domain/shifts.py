"""A day at the till in numbers; money in cents, returns taken off."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rung:
    """One line of a sale (or, negative, of a return) as the day's report counts it."""

    document: tuple[str, int]
    hour: int
    product_id: str
    quantity: int
    amount: int
    is_member: bool
    seller_id: str = ""


@dataclass(frozen=True)
class Figures:
    """Revenue, units and orders of a day, by hour and product."""

    revenue: int
    units: int
    orders: int
    returned: int
    member_revenue: int
    by_hour: dict[int, int]
    by_product: dict[str, int]
    by_seller: dict[str, int]

    @property
    def average_order(self) -> int | None:
        return None if self.orders == 0 else self.revenue // self.orders

    @property
    def member_share(self) -> float | None:
        return None if self.revenue == 0 else self.member_revenue / self.revenue


def figures(lines: Iterable[Rung]) -> Figures:
    """The day's figures from its lines."""
    lines = list(lines)
    by_hour: Counter[int] = Counter()
    by_product: Counter[str] = Counter()
    by_seller: Counter[str] = Counter()
    for one in lines:
        by_hour[one.hour] += one.amount
        by_product[one.product_id] += one.amount
        by_seller[one.seller_id] += one.amount
    return Figures(
        revenue=sum(one.amount for one in lines),
        units=sum(one.quantity for one in lines),
        orders=len({one.document for one in lines if one.document[0] == "sale"}),
        returned=-sum(one.amount for one in lines if one.document[0] == "return"),
        member_revenue=sum(one.amount for one in lines if one.is_member),
        by_hour=dict(sorted(by_hour.items())),
        by_product=dict(by_product.most_common()),
        by_seller=dict(by_seller.most_common()),
    )
