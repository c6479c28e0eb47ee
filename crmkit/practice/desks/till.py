"""The till: ring up a sale, with the member, their offers and their points."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks.members import live
from crmkit.practice.desks.office import find_product
from crmkit.practice.domain import pricing
from crmkit.practice.errors import BadValue, Refused
from crmkit.practice.ledgers import points, stock
from crmkit.practice.records import record
from crmkit.practice.settings import setting

Wanted = Sequence[tuple[str, int]]


@record
class ReceiptLine:
    """One line of a receipt; money in cents."""

    line: int
    product_id: str
    product: str
    quantity: int
    list_price: int
    discount: int
    amount: int
    is_gift: bool


@record
class Quote:
    """What a basket would cost, before anything is written; money in cents."""

    lines: tuple[ReceiptLine, ...]
    offers: tuple[tuple[str, int], ...]
    gross: int
    discount: int
    total: int
    points_value: int
    due: int


@record
class Receipt:
    """A sale as it was rung up; money in cents."""

    sale_id: int
    at: datetime
    store_id: str
    member_id: str | None
    lines: tuple[ReceiptLine, ...]
    offers: tuple[tuple[str, int], ...]
    gross: int
    discount: int
    total: int
    points_paid: int
    points_value: int
    paid: int
    payments: dict[str, int]
    points_earned: int
    points_balance: int | None


class Till(Desk):
    name = "till"

    @query(roles="cashier sales manager trainer")
    def quote(
        self,
        tx: Tx,
        basket: Wanted,
        *,
        member_id: str | None = None,
        coupon: str | None = None,
        pay_points: int = 0,
    ) -> Quote:
        """What the basket costs now, with every offer it qualifies for."""
        member = live(tx, member_id) if member_id else None
        priced = _price(tx, basket, member, coupon)
        points_value = _points_value(tx, member, pay_points, priced.total)
        return Quote(
            lines=_receipt_lines(tx, priced),
            offers=tuple((one.promotion_id, one.discount) for one in priced.offers),
            gross=priced.gross,
            discount=priced.discount,
            total=priced.total,
            points_value=points_value,
            due=priced.total - points_value,
        )

    @command(roles="cashier sales manager trainer")
    def sell(
        self,
        tx: Tx,
        basket: Wanted,
        *,
        member_id: str | None = None,
        coupon: str | None = None,
        pay_points: int = 0,
        payments: dict[str, int] | None = None,
        channel: str = "store",
    ) -> Receipt:
        """Ring up a basket of (product, quantity).

        `payments` says how the due amount is paid, method by method, in cents; all cash when
        nothing is said. Raises `NotEnoughStock`, `NotEnoughPoints`, or `Refused` when the
        payments do not come to what is due.
        """
        member = live(tx, member_id) if member_id else None
        priced = _price(tx, basket, member, coupon)
        points_value = _points_value(tx, member, pay_points, priced.total)
        due = priced.total - points_value
        payments = _payments(payments, due)
        earned = 0 if member is None else _earned(tx, member.level, due)
        sale_id = tx.insert(
            schema.sale,
            at=tx.now,
            store_id=tx.store_id,
            staff_id=tx.staff.id,
            member_id=member.id if member else None,
            channel=values.one_of(channel, schema.CHANNELS, "channel"),
            gross=priced.gross,
            discount=priced.discount,
            total=priced.total,
            paid=due,
            points_value=points_value,
            points_paid=pay_points,
            points_earned=earned,
        )
        for number, line in enumerate(priced.lines, start=1):
            tx.insert(
                schema.sale_line,
                sale_id=sale_id,
                line=number,
                product_id=line.product_id,
                quantity=line.quantity,
                list_price=line.list_price,
                discount=line.discount,
                amount=line.amount,
                cost=line.cost,
                promotion_id=line.promotion_id,
                is_gift=line.is_gift,
            )
            stock.move(
                tx,
                "sale",
                line.product_id,
                tx.store_id,
                "@customer",
                line.quantity,
                sale_id=sale_id,
            )
        for number, (method, amount) in enumerate(payments.items(), start=1):
            tx.insert(schema.payment, sale_id=sale_id, line=number, method=method, amount=amount)
        if member is not None:
            if pay_points:
                points.spend(tx, member.id, pay_points, "pay", sale_id=sale_id)
            points.earn(tx, member.id, earned, sale_id=sale_id)
        tx.note(f"sale:{sale_id}", total=priced.total, member=member.id if member else None)
        return Receipt(
            sale_id=sale_id,
            at=tx.now,
            store_id=tx.store_id,
            member_id=member.id if member else None,
            lines=_receipt_lines(tx, priced),
            offers=tuple((one.promotion_id, one.discount) for one in priced.offers),
            gross=priced.gross,
            discount=priced.discount,
            total=priced.total,
            points_paid=pay_points,
            points_value=points_value,
            paid=due,
            payments=payments,
            points_earned=earned,
            points_balance=points.balance(tx, member.id) if member else None,
        )


def _price(tx: Tx, basket: Wanted, member, coupon: str | None) -> pricing.Basket:
    if not basket or isinstance(basket, str):
        raise BadValue(_("The basket is empty: scan something first."))
    lines = []
    for wanted in basket:
        try:
            product_id, quantity = wanted
        except (TypeError, ValueError) as error:
            raise BadValue(_("A basket holds pairs of product and quantity.")) from error
        product = find_product(tx, product_id)
        if not product.active:
            raise Refused(_("{product} is no longer sold.").format(product=product.id))
        lines.append(
            pricing.Line(
                product.id,
                values.quantity(quantity),
                product.list_price,
                product.cost,
                product.category,
            )
        )
    return pricing.price(lines, [])


def _points_value(tx: Tx, member, pay_points: int, total: int) -> int:
    values.quantity(pay_points, "points", least=0)
    if pay_points and member is None:
        raise Refused(_("Only a member can pay with points."))
    value = pay_points * setting(tx, "point_value")
    if value > total:
        raise Refused(
            _("The points are worth {value} cents, more than the {total} that are due.").format(
                value=value, total=total
            )
        )
    return value


def _payments(payments: dict[str, int] | None, due: int) -> dict[str, int]:
    if payments is None:
        return {"cash": due} if due else {}
    for method, amount in payments.items():
        values.one_of(method, schema.PAYMENT_METHODS, "method")
        values.cents(amount, "amount", least=1)
    paid = sum(payments.values())
    if paid != due:
        raise Refused(
            _("{paid} cents were paid, {due} are due. Nothing was rung up.").format(
                paid=paid, due=due
            )
        )
    return dict(payments)


def _earned(tx: Tx, level: str, paid: int) -> int:
    rate = tx.value(
        select(schema.member_level.c.points_per_100_yuan).where(schema.member_level.c.id == level)
    )
    return paid * rate // 10_000


def _receipt_lines(tx: Tx, priced: pricing.Basket) -> tuple[ReceiptLine, ...]:
    names = dict(
        tx.execute(
            select(schema.product.c.id, schema.product.c.name).where(
                schema.product.c.id.in_({line.product_id for line in priced.lines})
            )
        ).all()
    )
    return tuple(
        ReceiptLine(
            number,
            line.product_id,
            names[line.product_id],
            line.quantity,
            line.list_price,
            line.discount,
            line.amount,
            line.is_gift,
        )
        for number, line in enumerate(priced.lines, start=1)
    )
