"""The till: quote and ring up a basket, hold it and fetch it again."""

import json
from typing import Annotated

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.money import yuan
from crmkit.practice import access, schema, values
from crmkit.practice.basket import Basket
from crmkit.practice.choices import Price, Words
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks import offers
from crmkit.practice.desks.drawers import Drawers
from crmkit.practice.desks.receipts import (
    Quote,
    Receipt,
    Receipts,
    quoted_lines,
    quoted_offers,
    receipt,
)
from crmkit.practice.desks.returns import TakingBack
from crmkit.practice.domain import pricing, selling
from crmkit.practice.errors import Closed, NotFound, Refused
from crmkit.practice.goods import find_product, wanted
from crmkit.practice.ledgers import cash, points, stock, value
from crmkit.practice.people import live
from crmkit.practice.records import OfTable, built, record
from crmkit.practice.settings import setting


@record(of=schema.held_basket, only="number at staff_id basket member_id coupon note")
class HeldBasket(OfTable):
    """A basket put aside: what is in it, for whom, and the note left with it."""

    number: int
    basket: tuple[tuple[str, int], ...]
    coupon: str | None


class Till(Receipts, TakingBack, Drawers, Desk):
    name = "till"

    def basket(self) -> Basket:
        """A new basket to fill and pay: sent twice, it is rung up once."""
        return Basket(self)

    @query(roles="cashier sales manager trainer")
    def quote(
        self,
        tx: Tx,
        basket: values.Units,
        *,
        member_id: str | None = None,
        coupon: str | None = None,
        pay_points: int = 0,
        prices: dict[str, int] | None = None,
        round_off: int = 0,
    ) -> Quote:
        """What the basket costs now, with every offer it qualifies for."""
        member = live(tx, member_id) if member_id else None
        priced = _price(tx, basket, member, coupon, prices, round_off)
        worth = _worth(tx, member, pay_points, priced)
        return built(
            Quote,
            priced,
            lines=quoted_lines(tx, priced),
            offers=quoted_offers(tx, priced),
            points_value=worth,
            due=priced.total - worth,
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
        tendered: Price | None = None,
        card: str | None = None,
        expected_total: int | None = None,
        channel: Annotated[str, values.OneOf(schema.CHANNELS, "channel")] = "store",
        seller_id: str | None = None,
        reservation: int | None = None,
        prices: dict[str, int] | None = None,
        round_off: int = 0,
        reason: str | None = None,
        approved_by: str | None = None,
        password: str | None = None,
    ) -> Receipt:
        """Ring up a basket of (product, quantity).

        `payments` says how the due amount is paid, method by method, in cents; all cash when
        nothing is said. `tendered` is the cash handed over, `card` the number of the gift or
        stored-value card. `expected_total` is what the customer was told (before cents are
        rounded off): when the price changed in between, nothing is rung up. `seller_id` served the customer, beside the cashier.
        `reservation` is the number of what was kept for this customer.

        `prices` gives products a lower price, `round_off` takes some cents off the total; both
        need a `reason` and the manager's word (`approved_by` with their `password`, unless the
        manager sells). Raises `NotEnoughStock`, `NotEnoughPoints`, or `Refused` when the payments
        do not come to what is due or the coupon does not count.
        """
        word = None
        if prices or round_off:
            word = (values.text(reason, "reason"), access.managers_word(tx, approved_by, password))
        member = live(tx, member_id) if member_id else None
        priced = _price(tx, basket, member, coupon, prices, round_off)
        _worth(tx, member, pay_points, priced)
        before_rounding = priced.total + priced.rounded_off
        if expected_total is not None and expected_total != before_rounding:
            raise Refused(
                _("The price changed: it is {now} yuan, not {told}. Tell the customer."),
                now=yuan(before_rounding),
                told=yuan(values.cents(expected_total)),
            )
        if card is not None:
            tx.find(schema.value_card, card)
        plan = selling.settle(
            priced.total,
            points=pay_points,
            point_value=setting(tx, "point_value"),
            points_per_100_yuan=_points_rate(tx, member),
            payments=_checked(payments),
            tendered=tendered,
        )
        sale_id = tx.insert(
            schema.sale,
            seller_id=tx.id_of(schema.staff, seller_id),
            member_id=member.id if member else None,
            channel=channel,
            gross=priced.gross,
            discount=priced.discount,
            total=priced.total,
            paid=plan.due,
            points_value=plan.points_value,
            points_paid=plan.points_paid,
            points_earned=plan.points_earned,
            tendered=plan.tendered,
        )
        if reservation is not None:
            stock.collect(tx, reservation, sale_id, member, wanted(tx, basket))
        _write_lines(tx, sale_id, priced, coupon)
        if word is not None:
            _write_price_changes(tx, sale_id, priced, *word)
        _write_payments(tx, sale_id, plan.payments, card)
        if member is not None:
            if plan.points_paid:
                points.spend(tx, member.id, plan.points_paid, "pay", sale_id=sale_id)
            points.earn(tx, member.id, plan.points_earned, sale_id=sale_id)
        tx.note(f"sale:{sale_id}", total=priced.total, member=member.id if member else None)
        return receipt(tx, tx.find(schema.sale, sale_id))

    @command(roles="cashier sales manager trainer")
    def hold(
        self,
        tx: Tx,
        basket: values.Units,
        *,
        member_id: str | None = None,
        coupon: str | None = None,
        note: Words = None,
    ) -> int:
        """Put a basket aside while the customer fetches something; its number."""
        number = tx.insert(
            schema.held_basket,
            member_id=live(tx, member_id).id if member_id else None,
            coupon_id=offers.find_coupon(tx, coupon).id if coupon else None,
            units=json.dumps(list(wanted(tx, basket).items())),
            note=note,
        )
        tx.note(f"basket:{number}")
        return number

    @query(roles="cashier sales manager trainer")
    def held(self, tx: Tx) -> tuple[HeldBasket, ...]:
        """The baskets put aside at this store, the oldest first."""
        held = schema.held_basket
        here = (held.c.store_id == tx.store_id, held.c.status == "held")
        return tuple(
            _held(tx, row) for row in tx.all(select(held).where(*here).order_by(held.c.id))
        )

    @command(roles="cashier sales manager trainer")
    def fetch(self, tx: Tx, number: int) -> HeldBasket:
        """Take a basket up again, at any till of the store; nobody else gets it then."""
        return _take_up(tx, number, "fetched")

    @command(roles="cashier sales manager trainer")
    def drop(self, tx: Tx, number: int) -> None:
        """The customer did not come back: the basket is gone."""
        _take_up(tx, number, "dropped")


def _price(
    tx: Tx, basket, member, coupon: str | None, prices: dict[str, int] | None, round_off: int
) -> pricing.Basket:
    named = (prices or {}).items()
    given = {find_product(tx, one).id: values.cents(price) for one, price in named}
    lines = []
    for product_id, quantity in wanted(tx, basket).items():
        product = find_product(tx, product_id)
        if not product.active:
            raise Refused(_("{product} is no longer sold."), product=product.id)
        line = pricing.Line(
            product.id, quantity, product.list_price, product.cost, product.category
        )
        lines.append(selling.marked_down(line, given.pop(product.id, None)))
    if given:
        raise NotFound(_("{product} is not in the basket."), product=min(given))
    priced = pricing.price(lines, offers.offers_for(tx, member, coupon, lines))
    if coupon is not None and coupon not in {one.coupon_id for one in priced.offers}:
        raise Refused(_("The basket does not reach what coupon {id} asks for."), id=coupon)
    values.quantity(round_off, "round_off", least=0)
    return selling.rounded_off(priced, round_off, setting(tx, "round_off_most"))


def _worth(tx: Tx, member, pay_points: int, priced: pricing.Basket) -> int:
    """What the points to pay with come to; refused where the member has fewer."""
    values.quantity(pay_points, "points", least=0)
    if pay_points and member is None:
        raise Refused(_("Only a member can pay with points."))
    if pay_points:
        points.require(points.balance(tx, member.id), pay_points)
    return selling.points_worth(pay_points, setting(tx, "point_value"), priced.total)


def _checked(payments: dict[str, int] | None) -> dict[str, int] | None:
    for method, amount in (payments or {}).items():
        values.one_of(method, schema.MONEY_METHODS, "method")
        values.cents(amount, "amount", least=1)
    return payments


def _points_rate(tx: Tx, member) -> int:
    """Points a member of this level earns for 100 yuan; nobody earns none."""
    if member is None:
        return 0
    level = schema.member_level
    return tx.value(select(level.c.points_per_100_yuan).where(level.c.id == member.level))


def _write_lines(tx: Tx, sale_id: int, priced: pricing.Basket, coupon: str | None) -> None:
    for one in priced.offers:
        tx.insert(schema.sale_offer, sale_id=sale_id, **vars(one))
    if coupon is not None:
        offers.redeem(tx, coupon, sale_id)
    for number, line in enumerate(priced.lines, start=1):
        about = {n: one for n, one in vars(line).items() if n != "category"}
        tx.insert(schema.sale_line, sale_id=sale_id, line=number, amount=line.amount, **about)
        stock.take(tx, "sale", line.product_id, "@customer", line.quantity, sale_id=sale_id)


def _write_price_changes(
    tx: Tx, sale_id: int, priced: pricing.Basket, reason: str, approved_by: str
) -> None:
    changes: list[tuple[str, str | None, int]] = [
        ("price", product, off) for product, off in priced.marked_down.items()
    ]
    if priced.rounded_off:
        changes.append(("rounding", None, priced.rounded_off))
    for kind, product_id, off in changes:
        about = {"kind": kind, "product_id": product_id, "amount": off}
        said = {"reason": reason, "approved_by": approved_by}
        tx.insert(schema.price_change, sale_id=sale_id, **about, **said)


def _write_payments(tx: Tx, sale_id: int, payments: dict[str, int], card: str | None) -> None:
    for number, (method, amount) in enumerate(payments.items(), start=1):
        by_card = tx.find(schema.value_card, card).id if method == "gift_card" else None
        tx.insert(
            schema.payment,
            sale_id=sale_id,
            line=number,
            method=method,
            amount=amount,
            card_id=by_card,
        )
        if method == "cash":
            cash.post(tx, "sale", amount, sale_id=sale_id)
        elif by_card is not None:
            value.post(tx, by_card, "pay", -amount, sale_id=sale_id)


def _take_up(tx: Tx, number: int, status: str) -> HeldBasket:
    row = tx.find(schema.held_basket, number, here=True)
    if row.status != "held":
        raise Closed(_("Basket {id} was fetched or dropped already."), id=number)
    tx.update(schema.held_basket, row.id, status=status)
    tx.note(f"basket:{row.id}")
    return _held(tx, row)


def _held(tx: Tx, row) -> HeldBasket:
    basket = tuple((product, units) for product, units in json.loads(row.units))
    about = {"number": row.id, "basket": basket, "coupon": row.coupon_id}
    return tx.built(HeldBasket, schema.held_basket, row, **about)
