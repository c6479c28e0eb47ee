"""The stock room: what is where, what comes in, and putting the book right."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated

from sqlalchemy import or_, select

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.choices import Count, Quantity, Text, Words
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks.buying import Buying, on_order
from crmkit.practice.desks.counts import Counts
from crmkit.practice.desks.dates import Dates
from crmkit.practice.desks.transfers import Transfers
from crmkit.practice.display import ABOUT, on_shelf
from crmkit.practice.errors import BadValue, NotFound, Refused
from crmkit.practice.goods import find_product, matching, wanted
from crmkit.practice.ledgers import lots
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.lists import Listing, listed
from crmkit.practice.people import live, name_shown
from crmkit.practice.records import OfTable, built, record

PRODUCTS = Listing(
    schema.product,
    "category brand active",
    "id name list_price category",
    store=None,
    also=lambda _tx, where: [
        matching(values.text(words, "words"))
        for words in [where.pop("words", None)]
        if words is not None
    ],
)
RESERVATIONS = Listing(schema.reservation, "status member_id product_id", "-made_at until")
_HARM = re.compile(
    r"碎|摔|破|坏了|过期|\b(broken?|broke|smashed|damaged|expired|torn)\b", re.IGNORECASE
)
Units = Annotated[int | None, on_shelf]
"""So many units on a shelf; None while they are counted, which is done blind."""
DOCUMENTS = ("sale", "return", "transfer", "stocktake", "redemption", "delivery")


@record(lists="store_id on_hand reserved available in_transit")
class OnHand:
    """A product at a store: on the shelf, of that reserved, and on its way there; in units."""

    store_id: str
    product_id: str
    product: str
    on_hand: Units
    reserved: int
    in_transit: int

    @property
    def available(self) -> Units:
        return None if self.on_hand is None else self.on_hand - self.reserved


@record
class Moved:
    """One row of a product's passbook at a store: the change and the balance after it."""

    at: datetime
    kind: Annotated[str, "stock_kind"]
    change: int
    balance: int
    staff_id: str
    document: Annotated[str, ABOUT] | None
    reason: Annotated[str, "return_reason"] | None


@record
class Reorder:
    """A product that fell to its reorder point, how many the supplier already owes, and how many to
    order."""

    product_id: str
    product: str
    on_hand: Units
    in_transit: int
    on_order: int
    reorder_point: int
    order: Units


@record(
    of=schema.product,
    only="id name category brand barcode list_price active",
    lists="id name brand list_price on_hand available barcode",
)
class Product(OfTable):
    """A product as it stands on this store's shelf."""

    on_hand: Units
    reserved: int

    @property
    def available(self) -> Units:
        return None if self.on_hand is None else self.on_hand - self.reserved


@record(
    of=schema.reservation,
    only=(
        "id store_id product_id product member_id member quantity made_at until status "
        "staff_id sale_id"
    ),
    lists="id product_id product quantity member_id member until status",
)
class Reservation(OfTable):
    """Units kept for somebody; `lapsed` when their time is over."""

    product: str
    member: str | None
    lapsed: bool


class Stock(Transfers, Counts, Buying, Dates, Desk):
    name = "stock"

    @query(roles="cashier sales stock_keeper manager trainer")
    def find(
        self, tx: Tx, words: str | None = None, *, category: str | None = None
    ) -> tuple[Product, ...]:
        """The product with this number or barcode, else those with these words in their name or
        brand, of this category, or with these initials in pinyin; at most twenty, what is sold
        first; with what is on this store's shelf."""
        p, wanted = schema.product, []
        if category is not None:
            wanted.append(p.c.category == values.text(category, "category"))
        if words is not None or category is None:
            words = values.text(words, "words")
            codes = values.codes(words)
            exact = or_(p.c.id.in_(codes), p.c.barcode.in_(codes))
            found = tx.one(select(p.c.id).where(exact, *wanted))
            wanted.append(exact if found else matching(words))
        rows = tx.all(select(p).where(*wanted).order_by(p.c.active.desc(), p.c.id).limit(20))
        if not rows:
            raise NotFound(_("There is no product {id}."), id=words or category)
        return tuple(_product(tx, row) for row in rows)

    @listed(PRODUCTS, roles="cashier sales stock_keeper manager trainer")
    def list_products(tx: Tx, rows):
        """The range, with what is on this store's shelf; `where` may hold `words` as in `find`."""
        return (_product(tx, row) for row in rows)

    @query(roles="cashier sales stock_keeper manager trainer")
    def look(self, tx: Tx, product_id: str, store_id: str | None = None) -> OnHand:
        """How many of a product are at this store (or another one)."""
        product = find_product(tx, product_id)
        return _on_hand(tx, tx.find(schema.store, store_id or tx.store_id).id, product)

    @command(roles="stock_keeper manager trainer")
    def receive(
        self,
        tx: Tx,
        units: values.Units,
        *,
        best_before: date | str | None = None,
        note: Words = None,
    ) -> dict[str, int]:
        """Goods arrive from the supplier; what is on hand of each now, but of those being counted.
        `best_before` is the date on those that spoil."""
        now = {}
        for product_id, quantity in values.pairs(units):
            product = find_product(tx, product_id)
            ledger.move(tx, "receive", product.id, "@supplier", tx.store_id, quantity, reason=note)
            now[product.id] = ledger.told(tx, tx.store_id, product.id)
        if best_before:
            lots.came(tx, wanted(tx, units), best_before)
        tx.note(f"store:{tx.store_id}", received=dict(values.pairs(units)))
        return {one: many for one, many in now.items() if many is not None}

    @query(roles="cashier sales stock_keeper manager trainer")
    def everywhere(self, tx: Tx, product_id: str) -> tuple[OnHand, ...]:
        """How many of a product are at each store."""
        product = find_product(tx, product_id)
        stores = tx.column(select(schema.store.c.id).order_by(schema.store.c.id))
        return tuple(_on_hand(tx, one, product) for one in stores)

    @query(roles="sales stock_keeper manager trainer")
    def passbook(self, tx: Tx, product_id: str, limit: Quantity = 50) -> tuple[Moved, ...]:
        """Every move of a product at this store, the latest first."""
        product = find_product(tx, product_id)
        if product.id in ledger.counting(tx, tx.store_id):
            said = _("{product} is being counted: its moves are shown when the count is closed.")
            raise Refused(said, product=product.id)
        m = schema.stock_move
        rows = tx.all(
            select(m)
            .where(
                m.c.product_id == product.id,
                or_(m.c.from_id == tx.store_id, m.c.to_id == tx.store_id),
            )
            .order_by(m.c.id.desc())
            .limit(limit)
        )
        told, back, off = tx.said(m, [row.id for row in rows]), schema.sale_return, schema.write_off
        gone = tx.by_key(
            select(off.c.move_id, off.c.reason).where(off.c.move_id.in_([row.id for row in rows]))
        )
        why = tx.by_key(
            select(back.c.id, back.c.reason).where(back.c.id.in_([row.return_id for row in rows]))
        )
        return tuple(
            _moved(
                row,
                tx.store_id,
                told[row.id] or gone.get(row.id) or why.get(row.return_id),
                "write_off" if row.id in gone else row.kind,
            )
            for row in rows
        )

    @command(roles="stock_keeper manager trainer")
    def send_to_supplier(self, tx: Tx, units: values.Units, reason: Text) -> None:
        """Goods go back to the supplier."""
        for product_id, quantity in values.pairs(units):
            product = find_product(tx, product_id)
            ledger.take(tx, "return_to_supplier", product.id, "@supplier", quantity, reason=reason)
        tx.note(f"store:{tx.store_id}", sent_back=dict(values.pairs(units)))

    @command(roles="manager trainer")
    def adjust(self, tx: Tx, product_id: str, change: int, reason: Text) -> int:
        """Put the book right by so many units, up or (negative) down, for a reason; the balance."""
        product = find_product(tx, product_id)
        if not isinstance(change, int) or isinstance(change, bool) or change == 0:
            raise BadValue(_("Units to add or (negative) to take away, in whole numbers."))
        values.quantity(abs(change))
        if change > 0 and _HARM.search(reason):
            said = _("{change} more would be in the book, and the reason says that some are gone. What is broken or past its date is written off.")  # fmt: skip
            raise Refused(said, change=change)
        ledger.adjust(tx, "adjust", product.id, change, reason=reason)
        tx.note(f"product:{product.id}", change=change)
        return ledger.balance(tx, tx.store_id, product.id)

    @command(roles="cashier sales stock_keeper manager trainer")
    def reserve(
        self,
        tx: Tx,
        product_id: str,
        quantity: Quantity = 1,
        *,
        member_id: str | None = None,
        days: Quantity = 3,
    ) -> int:
        """Keep units for a customer for some days; the reservation's number."""
        product = find_product(tx, product_id)
        member = live(tx, member_id) if member_id else None
        ledger.require_available(tx, product.id, quantity)
        number = tx.insert(
            schema.reservation,
            product_id=product.id,
            member_id=member.id if member else None,
            quantity=quantity,
            until=tx.now + timedelta(days=days),
        )
        tx.note(f"product:{product.id}", reservation=number, quantity=quantity)
        return number

    @command(roles="cashier sales stock_keeper manager trainer")
    def release(self, tx: Tx, reservation: int) -> Reservation:
        """What was kept is free again."""
        row = ledger.held(tx, reservation)
        tx.update(schema.reservation, row.id, status="released")
        tx.note(f"product:{row.product_id}", reservation=row.id)
        return _reservation(tx, tx.find(schema.reservation, row.id))

    @listed(RESERVATIONS, roles="cashier sales stock_keeper manager trainer")
    def list_reservations(tx: Tx, rows):
        """What this store keeps or kept for customers; `lapsed` is kept no longer."""
        return (_reservation(tx, row) for row in rows)

    # --- replenishment

    @command(roles="stock_keeper manager trainer")
    def set_reorder_rule(
        self, tx: Tx, product_id: str, reorder_point: Count, order_up_to: Quantity
    ) -> None:
        """At this store, order up to so many once stock has fallen to the reorder point."""
        product = find_product(tx, product_id)
        if order_up_to <= reorder_point:
            raise BadValue(_("Order up to more than the reorder point."))
        here = {"store_id": tx.store_id, "product_id": product.id}
        levels = tx.as_given("reorder_point order_up_to")
        tx.put(schema.reorder_rule, here, **levels)
        tx.note(f"product:{product.id}", **levels)

    @query(roles="sales stock_keeper manager trainer")
    def to_reorder(self, tx: Tx) -> tuple[Reorder, ...]:
        """What this store should order now; goods on their way or ordered count as there."""
        r, owed = schema.reorder_rule, on_order(tx)
        needed, hidden = [], ledger.counting(tx, tx.store_id)
        for rule in tx.all(select(r).where(r.c.store_id == tx.store_id).order_by(r.c.product_id)):
            on_hand = ledger.balance(tx, tx.store_id, rule.product_id)
            coming = ledger.in_transit(tx, tx.store_id, rule.product_id)
            if on_hand + coming <= rule.reorder_point:
                told = None if rule.product_id in hidden else on_hand
                ordered = owed.get(rule.product_id, 0)
                enough = on_hand + coming + ordered > rule.reorder_point
                wanting = 0 if enough else rule.order_up_to - on_hand - coming - ordered
                needed.append(
                    built(
                        Reorder, rule, on_hand=told, in_transit=coming, on_order=ordered,
                        product=tx.name_of(schema.product, rule.product_id),
                        order=None if told is None else wanting,
                    )
                )  # fmt: skip
        return tuple(needed)


def _moved(row, store_id: str, reason: str | None, kind: str) -> Moved:
    incoming = row.to_id == store_id
    numbers = {name: getattr(row, f"{name}_id") for name in DOCUMENTS}
    documents = [f"{name}:{number}" for name, number in numbers.items() if number is not None]
    return built(
        Moved,
        row,
        kind=kind,
        change=row.quantity if incoming else -row.quantity,
        balance=row.to_balance if incoming else row.from_balance,
        document=documents[0] if documents else None,
        reason=reason,
    )


def _product(tx: Tx, row) -> Product:
    on_hand = ledger.told(tx, tx.store_id, row.id)
    return built(Product, row, on_hand=on_hand, reserved=ledger.reserved(tx, tx.store_id, row.id))


def _on_hand(tx: Tx, store_id: str, product) -> OnHand:
    asked = (tx, store_id, product.id)
    there = (ledger.told(*asked), ledger.reserved(*asked), ledger.in_transit(*asked))
    return OnHand(store_id, product.id, product.name, *there)


def _reservation(tx: Tx, row) -> Reservation:
    lapsed = row.status == "held" and row.until <= tx.now
    whom = row.member_id and name_shown(tx, row.member_id)
    product = tx.name_of(schema.product, row.product_id)
    return built(Reservation, row, lapsed=lapsed, product=product, member=whom)
