"""The till: ring up a sale with the member's offers and points, take goods back, close a shift."""

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from crmkit.i18n import gettext as _
from crmkit.practice import rung, schema, values
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks import offers
from crmkit.practice.display import yuan
from crmkit.practice.domain import pricing, returning, shifts
from crmkit.practice.errors import NotFound, Refused, TooManyReturned
from crmkit.practice.goods import find_product, wanted
from crmkit.practice.ledgers import points, stock
from crmkit.practice.people import group_of, live
from crmkit.practice.records import Cents, Share, record
from crmkit.practice.settings import setting

Method = Annotated[str, "payment_method"]


@record
class ReceiptLine:
    """One line of a receipt; money in cents."""

    line: int
    product_id: str
    product: str
    quantity: int
    list_price: Cents
    discount: Cents
    amount: Cents
    is_gift: bool


@record
class Quote:
    """What a basket would cost, before anything is written; money in cents."""

    lines: tuple[ReceiptLine, ...]
    offers: tuple[tuple[str, Cents], ...]
    gross: Cents
    discount: Cents
    total: Cents
    points_value: Cents
    due: Cents


@record
class Receipt:
    """A sale as it was rung up; money in cents."""

    sale_id: int
    at: datetime
    store_id: str
    member_id: str | None
    lines: tuple[ReceiptLine, ...]
    offers: tuple[tuple[str, Cents], ...]
    gross: Cents
    discount: Cents
    total: Cents
    points_paid: int
    points_value: Cents
    paid: Cents
    payments: dict[Method, Cents]
    points_earned: int
    points_balance: int | None


@record
class ReturnReceipt:
    """Goods taken back; `lines` are (product, units, what was paid for them); money in cents.

    total = refunded + points_value + points_missing_value.
    """

    return_id: int
    sale_id: int
    at: datetime
    lines: tuple[tuple[str, int, Cents], ...]
    total: Cents
    refunded: Cents
    refunds: dict[Method, Cents]
    points_back: int
    points_value: Cents
    points_taken: int
    points_missing_value: Cents
    coupon_restored: str | None


@record
class SaleHead:
    """One sale in a list; money in cents."""

    sale_id: int
    at: datetime
    store_id: str
    total: Cents


@record
class SaleRecord:
    """A sale on file; `returned` says line by line how many units came back."""

    sale_id: int
    at: datetime
    store_id: str
    member_id: str | None
    total: Cents
    points_paid: int
    points_earned: int
    lines: tuple[ReceiptLine, ...]
    returned: dict[int, int]


@record
class ShiftReport:
    """A day at the till; money in cents, returns taken off, `member_share` of revenue."""

    day: date
    store_id: str
    staff_id: str | None
    revenue: Cents
    units: int
    orders: int
    returned: Cents
    average_order: Cents | None
    member_share: Share | None
    by_hour: dict[int, Cents]
    by_product: dict[str, Cents]
    by_payment: dict[Method, Cents]
    revenue_before: dict[Annotated[str, "compared_with"], Cents]


@record
class ShiftClose:
    """A counted drawer; `difference` is counted minus expected, in cents."""

    id: int
    since: datetime
    at: datetime
    cash_expected: Cents
    cash_counted: Cents
    difference: Cents


class Till(Desk):
    name = "till"

    @query(roles="cashier sales manager trainer")
    def quote(
        self,
        tx: Tx,
        basket: values.Units,
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
        basket: values.Units,
        *,
        member_id: str | None = None,
        coupon: str | None = None,
        pay_points: int = 0,
        payments: dict[str, int] | None = None,
        channel: str = "store",
        reservation: int | None = None,
    ) -> Receipt:
        """Ring up a basket of (product, quantity).

        `payments` says how the due amount is paid, method by method, in cents; all cash when
        nothing is said. `reservation` is the number of what was kept for this customer. Raises
        `NotEnoughStock`, `NotEnoughPoints`, or `Refused` when the payments do not come to what
        is due or the coupon does not count.
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
        if reservation is not None:
            stock.collect(tx, reservation, sale_id, member, _units(priced))
        for one in priced.offers:
            tx.insert(
                schema.sale_offer,
                sale_id=sale_id,
                promotion_id=one.promotion_id,
                coupon_id=one.coupon_id,
                discount=one.discount,
            )
        if coupon is not None:
            offers.redeem(tx, coupon, sale_id)
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
            stock.take(tx, "sale", line.product_id, "@customer", line.quantity, sale_id=sale_id)
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

    @command(roles="cashier manager trainer")
    def give_back(
        self,
        tx: Tx,
        sale_id: int,
        units: values.Units | None = None,
        *,
        reason: str,
        to_shelf: bool = True,
    ) -> ReturnReceipt:
        """Take goods of a sale back: pairs of (product, quantity), or everything that is left.

        Money goes back the way it was paid; points paid are given back into their lots, points
        earned are taken back, and what the member has spent of those is kept from the refund.
        When everything came back, the coupon may be used again. Goods that cannot be sold again
        (`to_shelf=False`) are written off as a loss. Raises `TooManyReturned`, or `Refused` when
        a gift that is no longer earned does not come back too.
        """
        sale = find_sale(tx, sale_id)
        values.one_of(reason, schema.RETURN_REASONS, "return_reason")
        sold = _sold_lines(tx, sale.id)
        coming = _coming_back(tx, sold, units)
        _refuse_a_gift_that_stays(tx, sale.id, sold, coming)
        plan = returning.settle(
            sale.total,
            sale.points_paid,
            sale.points_earned,
            sum(one.worth(one.returned) for one in sold),
            coming,
        )
        back = points.giving_back(tx, sale.id, plan.points_back)
        points_value = plan.points_back * sale.points_value // max(sale.points_paid, 1)
        owner = _owner(tx, sale.member_id)
        taken, missing = _points_to_take(tx, sale, owner, plan, back)
        missing_value = min(missing * setting(tx, "point_value"), plan.total - points_value)
        refunded = plan.total - points_value - missing_value
        return_id = tx.insert(
            schema.sale_return,
            sale_id=sale.id,
            at=tx.now,
            store_id=tx.store_id,
            staff_id=tx.staff.id,
            reason=reason,
            total=plan.total,
            refunded=refunded,
            points_value=points_value,
            points_missing_value=missing_value,
            points_back=plan.points_back,
            points_taken=taken,
        )
        for one in coming:
            tx.insert(
                schema.return_line,
                return_id=return_id,
                line=one.line,
                quantity=one.quantity,
                amount=one.amount,
            )
            _put_back(tx, return_id, one, to_shelf)
        money = _refund(tx, sale.id, return_id, refunded)
        for lot_id, part, _valid in back:
            points.post(tx, lot_id, "return_paid", part, sale_id=sale.id, return_id=return_id)
        if taken:
            points.take_back(tx, owner, sale.id, taken, return_id=return_id)
        coming_of = {one.line: one.quantity for one in coming}
        everything = all(one.left == coming_of.get(one.line, 0) for one in sold)
        coupon = offers.restore(tx, sale.id, return_id) if everything else None
        tx.note(f"sale:{sale.id}", return_id=return_id, refunded=refunded, return_reason=reason)
        return ReturnReceipt(
            return_id=return_id,
            sale_id=sale.id,
            at=tx.now,
            lines=tuple((one.product_id, one.quantity, one.amount) for one in coming),
            total=plan.total,
            refunded=refunded,
            refunds=money,
            points_back=plan.points_back,
            points_value=points_value,
            points_taken=taken,
            points_missing_value=missing_value,
            coupon_restored=coupon,
        )

    @query(roles="cashier sales manager trainer")
    def sale(self, tx: Tx, sale_id: int) -> SaleRecord:
        """A sale as it was rung up, and how many units of each line came back since."""
        row = find_sale(tx, sale_id)
        names = schema.product
        line = schema.sale_line
        rows = tx.all(
            select(line, names.c.name)
            .join(names, names.c.id == line.c.product_id)
            .where(line.c.sale_id == row.id)
            .order_by(line.c.line)
        )
        returned = {one.line: one.returned for one in _sold_lines(tx, row.id)}
        return SaleRecord(
            sale_id=row.id,
            at=row.at,
            store_id=row.store_id,
            member_id=row.member_id,
            total=row.total,
            points_paid=row.points_paid,
            points_earned=row.points_earned,
            lines=tuple(
                ReceiptLine(
                    one.line,
                    one.product_id,
                    one.name,
                    one.quantity,
                    one.list_price,
                    one.discount,
                    one.amount,
                    one.is_gift,
                )
                for one in rows
            ),
            returned=returned,
        )

    @query(roles="cashier sales manager trainer")
    def latest(self, tx: Tx, limit: int = 20) -> tuple[SaleHead, ...]:
        """This store's sales, the latest first: to find a receipt's number."""
        s = schema.sale
        rows = tx.all(
            select(s.c.id, s.c.at, s.c.store_id, s.c.total)
            .where(s.c.store_id == tx.store_id)
            .order_by(s.c.at.desc(), s.c.id.desc())
            .limit(values.quantity(limit, "limit"))
        )
        return tuple(SaleHead(*row) for row in rows)

    @query(roles="cashier sales manager trainer")
    def sales_of(self, tx: Tx, member_id: str, limit: int = 20) -> tuple[SaleHead, ...]:
        """A member's sales, the latest first."""
        member = live(tx, member_id)
        s = schema.sale
        rows = tx.all(
            select(s.c.id, s.c.at, s.c.store_id, s.c.total)
            .where(s.c.member_id.in_(group_of(member.id)))
            .order_by(s.c.at.desc(), s.c.id.desc())
            .limit(values.quantity(limit, "limit"))
        )
        return tuple(SaleHead(*row) for row in rows)

    @query(roles="cashier sales manager trainer")
    def shift(
        self, tx: Tx, day: date | str | None = None, *, staff_id: str | None = None
    ) -> ShiftReport:
        """This store's day in numbers (or one cashier's), beside yesterday, the same weekday last
        week and the same weekday a year ago."""
        day = tx.today if day is None else values.day(day, "day")
        today = _figures(tx, day, staff_id)
        return ShiftReport(
            day=day,
            store_id=tx.store_id,
            staff_id=staff_id,
            revenue=today.revenue,
            units=today.units,
            orders=today.orders,
            returned=today.returned,
            average_order=today.average_order,
            member_share=today.member_share,
            by_hour=today.by_hour,
            by_product=today.by_product,
            by_payment=_by_payment(tx, *_on(tx, rung.MONEY, day, staff_id)),
            revenue_before={
                name: _figures(tx, day - timedelta(days=days), staff_id).revenue
                for name, days in (("yesterday", 1), ("last_week", 7), ("last_year", 364))
            },
        )

    @command(roles="cashier sales manager trainer")
    def close_shift(self, tx: Tx, cash_counted: int, *, note: str | None = None) -> ShiftClose:
        """Count the drawer: the cash there should be since this cashier's last close, and what
        there is. The counted amount is taken as typed, and the difference stays on record."""
        counted = values.cents(cash_counted, "cash_counted")
        table = schema.shift_close
        mine = (table.c.store_id == tx.store_id, table.c.staff_id == tx.staff.id)
        since = tx.value(select(func.max(table.c.to_at)).where(*mine))
        if since is None:
            since = day_bounds(tx.today, tx.timezone)[0]
        money = rung.MONEY
        expected = _by_payment(
            tx,
            money.c.store_id == tx.store_id,
            money.c.staff_id == tx.staff.id,
            money.c.at >= since,
            money.c.at <= tx.now,
        ).get("cash", 0)
        close_id = tx.insert(
            table,
            store_id=tx.store_id,
            staff_id=tx.staff.id,
            from_at=since,
            to_at=tx.now + timedelta(microseconds=1),
            cash_expected=expected,
            cash_counted=counted,
            note=values.text(note, "note", needed=False),
        )
        tx.note(f"shift:{close_id}", expected=expected, counted=counted)
        return ShiftClose(close_id, since, tx.now, expected, counted, counted - expected)


def find_sale(tx: Tx, sale_id: int):
    row = tx.one(select(schema.sale).where(schema.sale.c.id == values.number(sale_id)))
    if row is None:
        raise NotFound(_("There is no sale {id}.").format(id=sale_id))
    return row


def _owner(tx: Tx, member_id: str | None) -> str | None:
    """Who the sale counts for now, after merges."""
    return tx.value(select(schema.member.c.survivor_id).where(schema.member.c.id == member_id))


def _sold_lines(tx: Tx, sale_id: int) -> list[returning.Sold]:
    line, back, document = schema.sale_line, schema.return_line, schema.sale_return
    returned = dict(
        tx.execute(
            select(back.c.line, func.sum(back.c.quantity))
            .join(document, document.c.id == back.c.return_id)
            .where(document.c.sale_id == sale_id)
            .group_by(back.c.line)
        ).all()
    )
    rows = tx.all(select(line).where(line.c.sale_id == sale_id).order_by(line.c.line))
    return [
        returning.Sold(
            row.line,
            row.product_id,
            row.quantity,
            row.amount,
            row.is_gift,
            int(returned.get(row.line, 0)),
        )
        for row in rows
    ]


def _coming_back(
    tx: Tx, sold: list[returning.Sold], units: values.Units | None
) -> list[returning.Back]:
    if units is None:
        coming = [returning.back(one, one.left) for one in sold if one.left]
        if not coming:
            raise TooManyReturned(_("Everything of this sale came back already."))
        return coming
    asked = wanted(tx, units)
    coming = returning.pick(sold, asked)
    if coming is None:
        left: dict[str, int] = {}
        for one in sold:
            left[one.product_id] = left.get(one.product_id, 0) + one.left
        short = next(one for one, many in asked.items() if many > left.get(one, 0))
        raise TooManyReturned(
            _("Of {product} this sale has {left} left to return, {asked} were brought.").format(
                product=short, left=left.get(short, 0), asked=asked[short]
            )
        )
    return coming


def _refuse_a_gift_that_stays(
    tx: Tx, sale_id: int, sold: list[returning.Sold], coming: list[returning.Back]
) -> None:
    now = {one.line: one.quantity for one in coming}
    line = schema.sale_line
    rows = {row.line: row for row in tx.all(select(line).where(line.c.sale_id == sale_id))}
    for gift in sold:
        if not gift.is_gift or gift.left - now.get(gift.line, 0) == 0:
            continue
        offer = offers.find_offer(tx, rows[gift.line].promotion_id)
        stays = sum(
            one.amount - one.worth(one.returned + now.get(one.line, 0))
            for one in sold
            if not one.is_gift
            and offer.category in (None, _category(tx, rows[one.line].product_id))
        )
        if stays == 0 or stays < (offer.threshold or 0):
            raise Refused(
                _(
                    "What stays does not earn the gift {product} any more: it comes back too."
                ).format(product=gift.product_id)
            )


def _category(tx: Tx, product_id: str) -> str:
    return tx.value(select(schema.product.c.category).where(schema.product.c.id == product_id))


def _points_to_take(
    tx: Tx, sale, owner: str | None, plan: returning.Settlement, back: list
) -> tuple[int, int]:
    """(points to take, points the member has spent already) of those that must go back."""
    if owner is None or not plan.points_to_take:
        return 0, 0
    still = plan.points_earned_left - points.lapsed(tx, sale.id)
    owed = max(0, min(plan.points_to_take, still))
    have = points.balance(tx, owner) + sum(part for _lot, part, valid in back if valid)
    return min(owed, have), max(0, owed - have)


def _put_back(tx: Tx, return_id: int, one: returning.Back, to_shelf: bool) -> None:
    stock.move(
        tx, "return", one.product_id, "@customer", tx.store_id, one.quantity, return_id=return_id
    )
    if not to_shelf:
        stock.move(
            tx,
            "adjust",
            one.product_id,
            tx.store_id,
            "@loss",
            one.quantity,
            return_id=return_id,
            reason="returned unsellable",
        )


def _refund(tx: Tx, sale_id: int, return_id: int, amount: int) -> dict[str, int]:
    paid = dict(
        tx.execute(
            select(schema.payment.c.method, func.sum(schema.payment.c.amount))
            .where(schema.payment.c.sale_id == sale_id)
            .group_by(schema.payment.c.method)
            .order_by(schema.payment.c.method)
        ).all()
    )
    document = schema.sale_return
    refunded = dict(
        tx.execute(
            select(schema.refund.c.method, func.sum(schema.refund.c.amount))
            .join(document, document.c.id == schema.refund.c.return_id)
            .where(document.c.sale_id == sale_id)
            .group_by(schema.refund.c.method)
        ).all()
    )
    parts = returning.refunds(
        amount,
        {method: int(cents) for method, cents in paid.items()},
        {method: int(cents) for method, cents in refunded.items()},
    )
    for number, (method, part) in enumerate(parts.items(), start=1):
        tx.insert(schema.refund, return_id=return_id, line=number, method=method, amount=part)
    return parts


def _figures(tx: Tx, day: date, staff_id: str | None) -> shifts.Figures:
    zone = ZoneInfo(tx.timezone)
    return shifts.figures(
        shifts.Rung(
            (row.document, row.number),
            row.at.astimezone(zone).hour,
            row.product_id,
            row.quantity,
            row.amount,
            row.member_id is not None,
        )
        for row in tx.all(select(rung.LINES).where(*_on(tx, rung.LINES, day, staff_id)))
    )


def _by_payment(tx: Tx, *where) -> dict[str, int]:
    """What came in by each method, refunds taken off; points by their value."""
    money = rung.MONEY
    rows = tx.execute(
        select(money.c.method, func.sum(money.c.amount))
        .where(*where)
        .group_by(money.c.method)
        .order_by(money.c.method)
    )
    return {method: int(amount) for method, amount in rows}


def _on(tx: Tx, rows, day: date, staff_id: str | None) -> list:
    """What was rung up at this store on that day (by one cashier)."""
    first, last = day_bounds(day, tx.timezone)
    here = [rows.c.store_id == tx.store_id, rows.c.at >= first, rows.c.at < last]
    return here if staff_id is None else [*here, rows.c.staff_id == staff_id]


def _price(tx: Tx, basket: values.Units, member, coupon: str | None) -> pricing.Basket:
    lines = []
    for product_id, quantity in wanted(tx, basket).items():
        product = find_product(tx, product_id)
        if not product.active:
            raise Refused(_("{product} is no longer sold.").format(product=product.id))
        lines.append(
            pricing.Line(
                product.id,
                quantity,
                product.list_price,
                product.cost,
                product.category,
            )
        )
    priced = pricing.price(lines, offers.offers_for(tx, member, coupon, lines))
    if coupon is not None and coupon not in {one.coupon_id for one in priced.offers}:
        raise Refused(_("The basket does not reach what coupon {id} asks for.").format(id=coupon))
    return priced


def _points_value(tx: Tx, member, pay_points: int, total: int) -> int:
    values.quantity(pay_points, "points", least=0)
    if pay_points and member is None:
        raise Refused(_("Only a member can pay with points."))
    if pay_points:
        points.require(points.balance(tx, member.id), pay_points)
    value = pay_points * setting(tx, "point_value")
    if value > total:
        raise Refused(
            _("The points are worth {value} yuan, more than the {total} that are due.").format(
                value=yuan(value), total=yuan(total)
            )
        )
    return value


def _units(priced: pricing.Basket) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in priced.lines:
        units[line.product_id] = units.get(line.product_id, 0) + line.quantity
    return units


def _payments(payments: dict[str, int] | None, due: int) -> dict[str, int]:
    if payments is None:
        return {"cash": due} if due else {}
    for method, amount in payments.items():
        values.one_of(method, schema.MONEY_METHODS, "method")
        values.cents(amount, "amount", least=1)
    paid = sum(payments.values())
    if paid != due:
        raise Refused(
            _("{paid} yuan were paid, {due} are due. Nothing was rung up.").format(
                paid=yuan(paid), due=yuan(due)
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
