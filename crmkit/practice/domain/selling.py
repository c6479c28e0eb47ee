"""How a sale is settled: what points pay, what is left to pay and how, what it earns.

A desk reads the shop, asks here, and writes down what comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crmkit.i18n import gettext as _
from crmkit.money import yuan
from crmkit.practice.domain.pricing import Basket, Line, spread
from crmkit.practice.errors import BadValue, Refused


@dataclass(frozen=True)
class Settlement:
    """A basket paid for: total = points_value + due, due = the payments; money in cents."""

    total: int
    points_paid: int
    points_value: int
    due: int
    payments: dict[str, int]
    tendered: int | None
    points_earned: int


def marked_down(line: Line, price: int | None) -> Line:
    """The line at a lower price a piece than its list price, before any offer."""
    if price is None:
        return line
    if not 0 <= price < line.list_price:
        said = _("{product} costs {price} yuan; only a lower price can be given.")
        raise BadValue(said, product=line.product_id, price=yuan(line.list_price))
    return replace(line, discount=(line.list_price - price) * line.quantity)


def rounded_off(basket: Basket, off: int, most: int) -> Basket:
    """The basket with some cents taken off its total, spread over the lines that are paid for."""
    if not off:
        return basket
    if not 0 < off <= min(most, basket.total):
        raise BadValue(
            _("Between 0.01 and {most} yuan can be rounded off here."),
            most=yuan(min(most, basket.total)),
        )
    parts = spread(off, [line.amount for line in basket.lines])
    lines = tuple(
        replace(line, discount=line.discount + part)
        for line, part in zip(basket.lines, parts, strict=True)
    )
    return replace(basket, lines=lines, rounded_off=off)


def points_worth(points: int, each: int, total: int) -> int:
    """What so many points pay of a total; more than the total is refused."""
    value = points * each
    if value > total:
        raise Refused(
            _("The points are worth {value} yuan, more than the {total} that are due."),
            value=yuan(value),
            total=yuan(total),
        )
    return value


def settle(
    total: int,
    *,
    points: int,
    point_value: int,
    points_per_100_yuan: int,
    payments: Mapping[str, int] | None,
    tendered: int | None = None,
) -> Settlement:
    """The sale's money, all cash when nothing is said; refused when it does not come to what is
    due.

    >>> sale = settle(12_900, points=400, point_value=1, points_per_100_yuan=100, payments=None)
    >>> sale.payments, sale.points_earned
    ({'cash': 12500}, 125)
    """
    worth = points_worth(points, point_value, total)
    due = total - worth
    if payments is None:
        payments = {"cash": due} if due else {}
    paid = sum(payments.values())
    if paid != due:
        raise Refused(
            _("{paid} yuan were paid, {due} are due. Nothing was rung up."),
            paid=yuan(paid),
            due=yuan(due),
        )
    cash = payments.get("cash", 0)
    if tendered is not None and tendered < cash:
        raise Refused(
            _("{paid} yuan were paid, {due} are due. Nothing was rung up."),
            paid=yuan(tendered),
            due=yuan(cash),
        )
    return Settlement(
        total, points, worth, due, dict(payments), tendered, due * points_per_100_yuan // 10_000
    )


def set_off(refunds: Mapping[str, int], due: int, more: Mapping[str, int] | None) -> dict[str, int]:
    """How an exchange is paid: first with what is refunded, the way it came; the rest as `more`
    says, in cash when it says nothing.

    >>> set_off({"wechat": 12_900}, 8_900, None), set_off({"wechat": 8_900}, 12_900, None)
    ({'wechat': 8900}, {'wechat': 8900, 'cash': 4000})
    """
    payments: dict[str, int] = {}
    left = due
    for method, amount in refunds.items():
        part = min(amount, left)
        if part:
            payments[method] = part
            left -= part
    for method, amount in ({"cash": left} if more is None and left else more or {}).items():
        payments[method] = payments.get(method, 0) + amount
    return payments
