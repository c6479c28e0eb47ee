"""Offers and coupons: what is on, and who was given what."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import schema, values
from crmkit.practice.choices import Amount, Day, Text, Words, between
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.domain import pricing
from crmkit.practice.errors import BadValue, Closed, NotEnoughStock, Refused
from crmkit.practice.goods import find_product
from crmkit.practice.ledgers import stock, value
from crmkit.practice.lists import Listing, listed
from crmkit.practice.people import group_of, live
from crmkit.practice.records import OfTable, built, record

OFFERS = Listing(
    schema.promotion,
    "kind category level coupon_only",
    "id starts_on ends_on",
    at="starts_on",
    store=None,
)
NEEDED = {"threshold": "amount_off", "percent_off": "percent_off", "gift": "gift_product_id"}
"""What an offer of each kind says, and no other."""
COUPONS = Listing(schema.coupon, "promotion_id member_id", "-made_at valid_to", store=None)


@record(
    of=schema.promotion, lists="id name kind threshold amount_off percent_off starts_on ends_on"
)
class Offer(OfTable):
    """A promotion: days inclusive, money in cents."""


@record(of=schema.coupon, only="id promotion_id member_id valid_from valid_to")
class Coupon(OfTable):
    """A coupon and whether it can be used today; `state` is its last event."""

    state: Annotated[str, "coupon_event"]
    usable: bool


class Offers(Desk):
    name = "offers"

    @command(roles="manager trainer")
    def add(
        self,
        tx: Tx,
        offer_id: str,
        name: Text,
        kind: Annotated[str, values.OneOf(schema.PROMOTION_KINDS, "kind")],
        *,
        starts_on: Day,
        ends_on: Day,
        threshold: Amount | None = None,
        amount_off: Amount | None = None,
        percent_off: Annotated[int, between(1, 99)] | None = None,
        gift_product_id: str | None = None,
        category: Words = None,
        level: Annotated[str, values.OneOf(schema.LEVELS, "level")] | None = None,
        coupon_only: bool = False,
    ) -> Offer:
        """A new offer: `threshold` (so much off from so much on), `percent_off` or `gift`.

        `category` limits it to some goods, `level` to members of that level or higher;
        `coupon_only` offers count only with a coupon. Money in cents.
        """
        offer_id = tx.new_code(schema.promotion, offer_id, "offer")
        if starts_on > ends_on:
            raise BadValue(_("The offer ends before it begins."))
        needed = NEEDED[kind]
        for other, given in tx.as_given(" ".join(NEEDED.values())).items():
            if given is not None and other != needed:
                raise BadValue(
                    _("An offer of the kind “{kind}” has no {field}."),
                    kind=label("kind", kind),
                    field=other,
                )
        if tx.given[needed] is None:
            raise BadValue(_("{field} is missing."), field=needed)
        if kind == "threshold" and (amount_off or 0) > (threshold or 0):
            raise BadValue(_("A threshold discount takes off at most its threshold."))
        tx.insert(
            schema.promotion,
            id=offer_id,
            **tx.as_given(schema.promotion)
            | {"gift_product_id": gift_product_id and find_product(tx, gift_product_id).id},
        )
        tx.note(f"offer:{offer_id}", kind=kind)
        return _offer(tx.find(schema.promotion, offer_id))

    @command(roles="manager trainer")
    def end(self, tx: Tx, offer_id: str, on: date | str) -> Offer:
        """Let an offer end earlier or later than planned."""
        offer = tx.find(schema.promotion, offer_id)
        last = values.day(on, "ends_on")
        if last < offer.starts_on:
            raise BadValue(_("The offer ends before it begins."))
        tx.update(schema.promotion, offer.id, ends_on=last)
        tx.note(f"offer:{offer.id}", ends_on=last.isoformat())
        return _offer(tx.find(schema.promotion, offer_id))

    @query(roles="cashier sales stock_keeper manager trainer")
    def current(self, tx: Tx) -> tuple[Offer, ...]:
        """The offers that are on today."""
        return tx.every(Offer, schema.promotion, *_on_today(tx))

    @command(roles="manager trainer")
    def issue(
        self,
        tx: Tx,
        offer_id: str,
        *,
        member_ids: Sequence[str | None] = (None,),
        valid_from: date | str | None = None,
        valid_to: date | str | None = None,
    ) -> tuple[str, ...]:
        """Give out coupons of an offer, one for each member named (None: for whoever brings it);
        their numbers."""
        offer = tx.find(schema.promotion, offer_id)
        first = values.day(valid_from, "starts_on") if valid_from else offer.starts_on
        last = values.day(valid_to, "ends_on") if valid_to else offer.ends_on
        if first > last:
            raise BadValue(_("The offer ends before it begins."))
        issued = []
        for member_id in member_ids:
            owner = None if member_id is None else live(tx, member_id).id
            coupon_id = _next_coupon(tx)
            tx.insert(
                schema.coupon,
                id=coupon_id,
                promotion_id=offer.id,
                member_id=owner,
                valid_from=first,
                valid_to=last,
            )
            _event(tx, coupon_id, "issued")
            issued.append(coupon_id)
        tx.note(f"offer:{offer.id}", coupons=len(issued))
        return tuple(issued)

    @command(roles="manager trainer")
    def withdraw(self, tx: Tx, coupon_id: str) -> None:
        """Take back a coupon that was not used."""
        coupon = find_coupon(tx, coupon_id)
        if coupon.state not in ("issued", "restored"):
            raise Closed(_("Coupon {id} is used or withdrawn."), id=coupon_id)
        _event(tx, coupon_id, "withdrawn")
        tx.note(f"coupon:{coupon_id}")

    @query(roles="cashier sales manager trainer")
    def coupons(self, tx: Tx, member_id: str) -> tuple[Coupon, ...]:
        """A member's coupons, the usable ones first."""
        member = live(tx, member_id)
        c = schema.coupon
        theirs = select(c.c.id).where(c.c.member_id.in_(group_of(member.id)))
        found = [find_coupon(tx, one) for one in tx.column(theirs.order_by(c.c.valid_to, c.c.id))]
        return tuple(sorted(found, key=lambda one: not one.usable))

    @listed(OFFERS, roles="cashier sales stock_keeper manager trainer")
    def list_offers(tx: Tx, rows):
        """Every offer there was, is or will be."""
        return map(_offer, rows)

    @listed(COUPONS, roles="manager trainer")
    def list_coupons(tx: Tx, rows):
        """Every coupon, the latest first, with what became of it."""
        return (find_coupon(tx, row.id) for row in rows)


def _on_today(tx: Tx) -> tuple:
    p = schema.promotion
    return p.c.starts_on <= tx.today, p.c.ends_on >= tx.today


def find_coupon(tx: Tx, coupon_id: str) -> Coupon:
    row = tx.find(schema.coupon, coupon_id)
    event = schema.coupon_event
    state = tx.last(event.c.kind, event.c.coupon_id == coupon_id)
    usable = state in ("issued", "restored") and row.valid_from <= tx.today <= row.valid_to
    return built(Coupon, row, state=state, usable=usable)


def offers_for(
    tx: Tx, member, coupon_id: str | None, basket: list[pricing.Line]
) -> list[pricing.Offer]:
    """The offers this basket may get today, its coupon included; a coupon that does not count
    is refused with the reason, an offer's gift that is out of stock is left out."""
    p = schema.promotion
    rows = tx.all(select(p).where(*_on_today(tx), p.c.coupon_only.is_(False)).order_by(p.c.id))
    found = [_priced(tx, row, None) for row in rows if _level_fits(tx, row, member)]
    if coupon_id is not None:
        coupon = find_coupon(tx, coupon_id)
        if not coupon.usable:
            raise Refused(_("Coupon {id} is used, withdrawn or out of date."), id=coupon_id)
        if coupon.member_id is not None and (
            member is None or live(tx, coupon.member_id).id != member.id
        ):
            raise Refused(_("Coupon {id} belongs to another member."), id=coupon_id)
        row = tx.find(schema.promotion, coupon.promotion_id)
        found = [one for one in found if one.promotion_id != row.id]
        found.append(_priced(tx, row, coupon_id))
    wanted: Counter[str] = Counter()
    for line in basket:
        wanted[line.product_id] += line.quantity
    kept = []
    for one in found:
        if one.gift is not None:
            gift = one.gift.product_id
            if wanted[gift] + one.gift.quantity <= stock.available(tx, tx.store_id, gift):
                wanted[gift] += one.gift.quantity
            elif one.coupon_id is None:
                continue
            else:
                said = _("The gift {product} of coupon {id} is out of stock here.")
                raise NotEnoughStock(said, product=gift, id=one.coupon_id)
        kept.append(one)
    return kept


def redeem(tx: Tx, coupon_id: str, sale_id: int) -> None:
    """The coupon is used for a sale."""
    _event(tx, coupon_id, "redeemed", sale_id=sale_id)


def restore(tx: Tx, sale_id: int, return_id: int) -> str | None:
    """The sale came back as a whole: its coupon may be used again; its number."""
    event = schema.coupon_event
    coupon_id = tx.value(
        select(event.c.coupon_id).where(event.c.sale_id == sale_id, event.c.kind == "redeemed")
    )
    if coupon_id is not None:
        _event(tx, coupon_id, "restored", return_id=return_id)
    return coupon_id


def _event(tx: Tx, coupon_id: str, kind: str, **about) -> None:
    """The one writer of the coupon ledger."""
    tx.insert(schema.coupon_event, coupon_id=coupon_id, kind=kind, **about)


def _next_coupon(tx: Tx) -> str:
    """A number nobody can guess, and that was never given out."""
    while True:
        number = value.new_number("Q")
        if not tx.one(select(schema.coupon.c.id).where(schema.coupon.c.id == number)):
            return number


def _level_fits(tx: Tx, promotion, member) -> bool:
    if promotion.level is None:
        return True
    if member is None:
        return False
    return schema.LEVELS.index(member.level) >= schema.LEVELS.index(promotion.level)


def _priced(tx: Tx, row, coupon_id: str | None) -> pricing.Offer:
    gift = None
    if row.kind == "gift":
        product = find_product(tx, row.gift_product_id)
        gift = pricing.Line(product.id, 1, product.list_price, product.cost, product.category)
    sums = {name: getattr(row, name) or 0 for name in ("threshold", "amount_off", "percent_off")}
    about = {"promotion_id": row.id, "gift": gift, "coupon_id": coupon_id}
    return built(pricing.Offer, row, **about, **sums)


def _offer(row) -> Offer:
    return built(Offer, row)
