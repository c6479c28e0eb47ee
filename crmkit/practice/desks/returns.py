"""Goods come back: returns, exchanges, and the void of a slip just made."""

from collections import Counter
from typing import Annotated, Any

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import access, schema, values
from crmkit.practice.command import Tx, command
from crmkit.practice.desks import offers
from crmkit.practice.desks.receipts import Method, Receipt, returned
from crmkit.practice.domain import returns, selling
from crmkit.practice.errors import Closed, Refused, TooManyReturned
from crmkit.practice.goods import wanted
from crmkit.practice.ledgers import cash, points, stock, value
from crmkit.practice.people import owner_of
from crmkit.practice.records import Cents, OfTable, built, record
from crmkit.practice.settings import setting

ReturnReason = Annotated[str, values.OneOf(schema.RETURN_REASONS, "return_reason")]
VoidReason = Annotated[str, values.OneOf(schema.VOID_REASONS, "return_reason")]


@record(
    of=schema.sale_return,
    only=(
        "return_id sale_id kind at lines total refunded refunds points_back points_value "
        "points_taken points_missing_value"
    ),
)
class ReturnReceipt(OfTable):
    """Goods taken back; `lines` are (product, units, what was paid for them); money in cents.

    total = refunded + points_value + points_missing_value.
    """

    return_id: int
    lines: tuple[tuple[str, int, Cents], ...]
    refunds: dict[Method, Cents]
    coupon_restored: str | None


@record
class Exchange:
    """Goods taken back and others bought in one go; `to_pay` is what the customer added (or,
    negative, got) by each way of paying."""

    returned: ReturnReceipt
    bought: Receipt
    to_pay: dict[Method, Cents]


class TakingBack:
    """What undoes a sale; a part of the till."""

    quote: Any  # the till's own
    sell: Any

    name = "till"

    @command(roles="cashier manager trainer")
    def give_back(
        self,
        tx: Tx,
        sale_id: int,
        units: values.Units | None = None,
        *,
        reason: ReturnReason,
        to_shelf: bool = True,
    ) -> ReturnReceipt:
        """Take goods of a sale back: pairs of (product, quantity), or everything that is left.

        Money goes back the way it was paid; points paid are given back into their lots, points
        earned are taken back, and what the member has spent of those is kept from the refund.
        When everything came back, the coupon may be used again. Goods that cannot be sold again
        (`to_shelf=False`) are written off as a loss. Raises `TooManyReturned`, or `Refused` when
        a gift that is no longer earned does not come back too.
        """
        return _take_back(tx, tx.find(schema.sale, sale_id), units, "return", reason, to_shelf)

    @command(roles="cashier manager trainer")
    def exchange(
        self,
        tx: Tx,
        sale_id: int,
        units: values.Units,
        basket: values.Units,
        *,
        reason: ReturnReason,
        to_shelf: bool = True,
        payments: dict[str, int] | None = None,
        coupon: str | None = None,
        card: str | None = None,
    ) -> Exchange:
        """Take goods of a sale back and sell others for them to the same customer, all or
        nothing.

        What is refunded pays for the new goods the way it came; `payments` says how the rest is
        paid (cash when nothing is said), and what is left over is given back.
        """
        sale = tx.find(schema.sale, sale_id)
        back = _take_back(tx, sale, units, "return", reason, to_shelf)
        member_id = owner_of(tx, sale.member_id)
        due = self.quote.within(self, tx, basket, member_id=member_id, coupon=coupon).total
        paid = selling.set_off(back.refunds, due, payments)
        if "gift_card" in paid and card is None:
            card = _card_of(tx, sale.id)
        bought = self.sell.within(
            self, tx, basket, member_id=member_id, coupon=coupon, payments=paid, card=card
        )
        to_pay = {
            method: paid.get(method, 0) - back.refunds.get(method, 0)
            for method in sorted({*paid, *back.refunds})
        }
        return Exchange(back, bought, {one: cents for one, cents in to_pay.items() if cents})

    @command(roles="cashier manager trainer")
    def void(self, tx: Tx, sale_id: int, reason: VoidReason) -> ReturnReceipt:
        """Void a slip just made: nothing was sold, everything goes back where it came from.

        Only today's slips of this store, as long as nothing of them came back and their drawer
        was not closed; a cashier voids their own, the manager anybody's. Reports leave both the
        slip and its void out; the books keep them.
        """
        sale = tx.find(schema.sale, sale_id)
        if sale.store_id != tx.store_id or tx.day_of(sale.at) != tx.today:
            raise Refused(_("Only a slip of today and of this store can be voided: take it back."))
        if any(one.returned for one in _sold_lines(tx, sale.id)):
            raise TooManyReturned(_("Something of this sale came back already: take it back."))
        entry = schema.cash_entry
        paid = tx.one(select(entry).where(entry.c.sale_id == sale.id))
        if paid is not None and cash.last_close(tx, paid.drawer) > paid.id:
            raise Closed(_("The drawer of this slip was closed since: take it back."))
        if sale.staff_id != tx.staff.id:
            access.managers_word(tx)
        drawer = None if paid is None else paid.drawer
        return _take_back(tx, sale, None, "void", reason, to_shelf=True, drawer=drawer)


def _take_back(
    tx: Tx,
    sale,
    units: values.Units | None,
    kind: str,
    reason: str,
    to_shelf: bool,
    drawer: str | None = None,
) -> ReturnReceipt:
    sold = _sold_lines(tx, sale.id)
    coming = _coming_back(tx, sold, units)
    _refuse_a_gift_that_stays(tx, sale.id, sold, coming)
    plan = returns.settle(
        sale.total,
        sale.points_paid,
        sale.points_earned,
        sum(one.worth(one.returned) for one in sold),
        coming,
    )
    back = points.giving_back(tx, sale.id, plan.points_back)
    points_value = plan.points_back * sale.points_value // max(sale.points_paid, 1)
    owner = owner_of(tx, sale.member_id)
    taken, missing = _points_to_take(tx, sale, owner, plan, back)
    missing_value = min(missing * setting(tx, "point_value"), plan.total - points_value)
    refunded = plan.total - points_value - missing_value
    return_id = tx.insert(
        schema.sale_return,
        sale_id=sale.id,
        kind=kind,
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
    money = _refund(tx, sale.id, return_id, refunded, drawer)
    for lot_id, part, _valid in back:
        points.post(tx, lot_id, "return_paid", part, sale_id=sale.id, return_id=return_id)
    if owner is not None and taken:
        points.take_back(tx, owner, sale.id, taken, return_id=return_id)
    coming_of = {one.line: one.quantity for one in coming}
    everything = all(one.left == coming_of.get(one.line, 0) for one in sold)
    coupon = offers.restore(tx, sale.id, return_id) if everything else None
    tx.note(f"sale:{sale.id}", return_id=return_id, refunded=refunded, return_reason=reason)
    return built(
        ReturnReceipt,
        tx.find(schema.sale_return, return_id),
        return_id=return_id,
        lines=tuple((one.product_id, one.quantity, one.amount) for one in coming),
        refunds=money,
        coupon_restored=coupon,
    )


def _card_of(tx: Tx, sale_id: int) -> str | None:
    """The card a sale was paid with."""
    paid = schema.payment
    return tx.value(
        select(paid.c.card_id).where(paid.c.sale_id == sale_id, paid.c.card_id.is_not(None))
    )


def _sold_lines(tx: Tx, sale_id: int) -> list[returns.Sold]:
    line, came_back = schema.sale_line, returned(tx, sale_id)
    rows = tx.all(select(line).where(line.c.sale_id == sale_id).order_by(line.c.line))
    return [built(returns.Sold, row, returned=came_back.get(row.line, 0)) for row in rows]


def _coming_back(
    tx: Tx, sold: list[returns.Sold], units: values.Units | None
) -> list[returns.Back]:
    if units is None:
        all_left = [returns.back(one, one.left) for one in sold if one.left]
        if not all_left:
            raise TooManyReturned(_("Everything of this sale came back already."))
        return all_left
    asked = wanted(tx, units)
    coming = returns.pick(sold, asked)
    if coming is None:
        left: Counter[str] = Counter()
        for one in sold:
            left[one.product_id] += one.left
        short = next(one for one, many in asked.items() if many > left[one])
        said = _("Of {product} this sale has {left} left to return, {asked} were brought.")
        raise TooManyReturned(said, product=short, left=left[short], asked=asked[short])
    return coming


def _refuse_a_gift_that_stays(
    tx: Tx, sale_id: int, sold: list[returns.Sold], coming: list[returns.Back]
) -> None:
    now = {one.line: one.quantity for one in coming}
    line = schema.sale_line
    rows = {row.line: row for row in tx.all(select(line).where(line.c.sale_id == sale_id))}
    for gift in sold:
        if not gift.is_gift or gift.left - now.get(gift.line, 0) == 0:
            continue
        offer = tx.find(schema.promotion, rows[gift.line].promotion_id)
        stays = sum(
            one.amount - one.worth(one.returned + now.get(one.line, 0))
            for one in sold
            if not one.is_gift
            and offer.category in (None, _category(tx, rows[one.line].product_id))
        )
        if stays == 0 or stays < (offer.threshold or 0):
            said = _("What stays does not earn the gift {product} any more: it comes back too.")
            raise Refused(said, product=gift.product_id)


def _category(tx: Tx, product_id: str) -> str:
    return tx.value(select(schema.product.c.category).where(schema.product.c.id == product_id))


def _points_to_take(
    tx: Tx, sale, owner: str | None, plan: returns.Settlement, back: list
) -> tuple[int, int]:
    """(points to take, points the member has spent already) of those that must go back."""
    if owner is None or not plan.points_to_take:
        return 0, 0
    still = plan.points_earned_left - points.lapsed(tx, sale.id)
    owed = max(0, min(plan.points_to_take, still))
    have = points.balance(tx, owner) + sum(part for _lot, part, valid in back if valid)
    return min(owed, have), max(0, owed - have)


def _put_back(tx: Tx, return_id: int, one: returns.Back, to_shelf: bool) -> None:
    what, many = one.product_id, one.quantity
    stock.move(tx, "return", what, "@customer", tx.store_id, many, return_id=return_id)
    if not to_shelf:
        why = _("taken back, not to be sold again")
        stock.write_off(tx, what, many, "damaged", return_id=return_id, reason=why)


def _refund(
    tx: Tx, sale_id: int, return_id: int, amount: int, drawer: str | None
) -> dict[str, int]:
    paid, out, document = schema.payment, schema.refund, schema.sale_return
    came_in = tx.totals(paid.c.amount, paid.c.method, paid.c.sale_id == sale_id)
    earlier = (document.c.id == out.c.return_id, document.c.sale_id == sale_id)
    went_out = tx.totals(out.c.amount, out.c.method, *earlier)
    parts = returns.refunds(amount, came_in, went_out)
    for number, (method, part) in enumerate(parts.items(), start=1):
        tx.insert(schema.refund, return_id=return_id, line=number, method=method, amount=part)
        if method == "cash":
            cash.post(tx, "refund", -part, drawer=drawer, return_id=return_id)
        elif method == "gift_card" and (card := _card_of(tx, sale_id)) is not None:
            value.post(tx, card, "refund", part, return_id=return_id)
    return parts
