"""The stock room: what is where, what comes in, and putting the book right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from sqlalchemy import func, or_, select, text, union

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks.office import find_store
from crmkit.practice.errors import BadValue, Closed, NotFound, Refused, TooManyReturned
from crmkit.practice.goods import find_product
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.people import live
from crmkit.practice.records import Cents, record


@record
class OnHand:
    """A product at a store: on the shelf, of that reserved, and on its way there; in units."""

    store_id: str
    product_id: str
    product: str
    on_hand: int
    reserved: int
    in_transit: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@record
class Moved:
    """One row of a product's passbook at a store: the change and the balance after it."""

    at: datetime
    kind: Annotated[str, "stock_kind"]
    change: int
    balance: int
    staff_id: str
    document: str | None
    reason: str | None


@record
class TransferLine:
    """A product of a transfer: sent = received + lost + returned + in transit."""

    product_id: str
    sent: int
    received: int
    lost: int
    returned: int

    @property
    def in_transit(self) -> int:
        return self.sent - self.received - self.lost - self.returned


@record(lists="id from_store_id to_store_id sent_at closed_at lines")
class Transfer:
    """Goods between two stores; open until nothing is on the way any more."""

    id: int
    from_store_id: str
    to_store_id: str
    sent_at: datetime
    closed_at: datetime | None
    lines: tuple[TransferLine, ...]


@record
class CountSheet:
    """What to count, without the book's quantities; `counted` are done already."""

    stocktake_id: int
    store_id: str
    products: tuple[tuple[str, str], ...]
    counted: tuple[str, ...]


@record
class CountLine:
    """Book and counted quantity at the moment of counting; `value` of the difference at cost."""

    product_id: str
    book: int
    counted: int
    difference: int
    value: Cents
    cause: str | None


@record
class CountReport:
    """A closed stocktake; what nobody counted stays as the book has it, and so does what has to
    be counted again."""

    stocktake_id: int
    store_id: str
    lines: tuple[CountLine, ...]
    uncounted: tuple[str, ...]
    surplus_value: Cents
    shortage_value: Cents
    count_again: tuple[str, ...] = ()


@record
class Reorder:
    """A product that fell to its reorder point, and how many to order."""

    product_id: str
    on_hand: int
    in_transit: int
    reorder_point: int
    order: int


@record(lists="id name brand list_price on_hand available barcode")
class Product:
    """A product as it stands on this store's shelf."""

    id: str
    name: str
    category: str
    brand: str | None
    barcode: str | None
    list_price: Cents
    active: bool
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class Stock(Desk):
    name = "stock"

    @query(roles="cashier sales stock_keeper manager trainer")
    def find(self, tx: Tx, words: str) -> tuple[Product, ...]:
        """The product with this number or barcode, else those with these words in their name or
        brand, at most twenty; with what is on this store's shelf."""
        p, words = schema.product, values.text(words, "words")
        wanted = [or_(p.c.id == words, p.c.barcode == words)]
        if not tx.one(select(p.c.id).where(*wanted)):
            wanted = [
                or_(
                    p.c.name.icontains(one, autoescape=True),
                    p.c.brand.icontains(one, autoescape=True),
                )
                for one in words.split()
            ]
        rows = tx.all(select(p).where(*wanted).order_by(p.c.active.desc(), p.c.id).limit(20))
        if not rows:
            raise NotFound(_("There is no product {id}.").format(id=words))
        return tuple(
            Product(
                row.id,
                row.name,
                row.category,
                row.brand,
                row.barcode,
                row.list_price,
                row.active,
                ledger.balance(tx, tx.store_id, row.id),
                ledger.reserved(tx, tx.store_id, row.id),
            )
            for row in rows
        )

    @query(roles="cashier sales stock_keeper manager trainer")
    def look(self, tx: Tx, product_id: str, store_id: str | None = None) -> OnHand:
        """How many of a product are at this store (or another one)."""
        product = find_product(tx, product_id)
        store_id = store_id or tx.store_id
        find_store(tx, store_id)
        return OnHand(
            store_id,
            product.id,
            product.name,
            ledger.balance(tx, store_id, product.id),
            ledger.reserved(tx, store_id, product.id),
            ledger.in_transit(tx, store_id, product.id),
        )

    @command(roles="stock_keeper manager trainer")
    def receive(self, tx: Tx, units: values.Units, *, note: str | None = None) -> dict[str, int]:
        """Goods arrive from the supplier; what is on hand of each now."""
        note = values.text(note, "note", needed=False)
        now = {}
        for product_id, quantity in values.pairs(units):
            product = find_product(tx, product_id)
            ledger.move(tx, "receive", product.id, "@supplier", tx.store_id, quantity, reason=note)
            now[product.id] = ledger.balance(tx, tx.store_id, product.id)
        tx.note(f"store:{tx.store_id}", received=dict(values.pairs(units)))
        return now

    @query(roles="cashier sales stock_keeper manager trainer")
    def everywhere(self, tx: Tx, product_id: str) -> tuple[OnHand, ...]:
        """How many of a product are at each store."""
        product = find_product(tx, product_id)
        stores = tx.execute(select(schema.store.c.id).order_by(schema.store.c.id)).scalars().all()
        return tuple(
            OnHand(
                store_id,
                product.id,
                product.name,
                ledger.balance(tx, store_id, product.id),
                ledger.reserved(tx, store_id, product.id),
                ledger.in_transit(tx, store_id, product.id),
            )
            for store_id in stores
        )

    @query(roles="sales stock_keeper manager trainer")
    def passbook(self, tx: Tx, product_id: str, limit: int = 50) -> tuple[Moved, ...]:
        """Every move of a product at this store, the latest first."""
        product = find_product(tx, product_id)
        m = schema.stock_move
        rows = tx.all(
            select(m)
            .where(
                m.c.product_id == product.id,
                or_(m.c.from_id == tx.store_id, m.c.to_id == tx.store_id),
            )
            .order_by(m.c.id.desc())
            .limit(values.quantity(limit, "limit"))
        )
        said = tx.said(m, [row.id for row in rows])
        return tuple(_moved(row, tx.store_id, said[row.id]) for row in rows)

    @command(roles="stock_keeper manager trainer")
    def send_to_supplier(self, tx: Tx, units: values.Units, reason: str) -> None:
        """Goods go back to the supplier."""
        reason = values.text(reason, "reason")
        for product_id, quantity in values.pairs(units):
            product = find_product(tx, product_id)
            ledger.take(tx, "return_to_supplier", product.id, "@supplier", quantity, reason=reason)
        tx.note(f"store:{tx.store_id}", sent_back=dict(values.pairs(units)))

    @command(roles="manager trainer")
    def adjust(self, tx: Tx, product_id: str, change: int, reason: str) -> int:
        """Put the book right by so many units, up or (negative) down, for a reason; the balance."""
        product = find_product(tx, product_id)
        reason = values.text(reason, "reason")
        if not isinstance(change, int) or isinstance(change, bool) or change == 0:
            raise BadValue(_("Units to add or (negative) to take away, in whole numbers."))
        values.quantity(abs(change))
        there, here = ("@adjust", tx.store_id) if change > 0 else (tx.store_id, "@adjust")
        ledger.move(tx, "adjust", product.id, there, here, abs(change), reason=reason)
        tx.note(f"product:{product.id}", change=change)
        return ledger.balance(tx, tx.store_id, product.id)

    @command(roles="cashier sales stock_keeper manager trainer")
    def reserve(
        self,
        tx: Tx,
        product_id: str,
        quantity: int = 1,
        *,
        member_id: str | None = None,
        days: int = 3,
    ) -> int:
        """Keep units for a customer for some days; the reservation's number."""
        product = find_product(tx, product_id)
        quantity = values.quantity(quantity)
        days = values.quantity(days, "days")
        member = live(tx, member_id) if member_id else None
        ledger.require_available(tx, product.id, quantity)
        number = tx.insert(
            schema.reservation,
            store_id=tx.store_id,
            product_id=product.id,
            member_id=member.id if member else None,
            quantity=quantity,
            made_at=tx.now,
            until=tx.now + timedelta(days=days),
            status="held",
            staff_id=tx.staff.id,
        )
        tx.note(f"product:{product.id}", reservation=number, quantity=quantity)
        return number

    @command(roles="cashier sales stock_keeper manager trainer")
    def release(self, tx: Tx, reservation: int) -> None:
        """What was kept is free again."""
        row = ledger.held(tx, reservation)
        tx.update(schema.reservation, row.id, status="released")
        tx.note(f"product:{row.product_id}", reservation=row.id)

    # --- transfers

    @command(roles="stock_keeper manager trainer")
    def send(
        self, tx: Tx, to_store: str, units: values.Units, *, note: str | None = None
    ) -> Transfer:
        """Send goods to another store; they are in transit until that store receives them."""
        find_store(tx, to_store)
        if to_store == tx.store_id:
            raise Refused(_("The goods are at this store already."))
        wanted: dict[str, int] = {}
        for product_id, quantity in values.pairs(units):
            product = find_product(tx, product_id)
            wanted[product.id] = wanted.get(product.id, 0) + quantity
        transfer_id = tx.insert(
            schema.transfer,
            sent_at=tx.now,
            from_store_id=tx.store_id,
            to_store_id=to_store,
            staff_id=tx.staff.id,
            note=values.text(note, "note", needed=False),
        )
        for product_id, quantity in wanted.items():
            tx.insert(
                schema.transfer_line,
                transfer_id=transfer_id,
                product_id=product_id,
                sent=quantity,
            )
            ledger.take(
                tx, "transfer_out", product_id, "transit", quantity, transfer_id=transfer_id
            )
        tx.note(f"transfer:{transfer_id}", to_store_id=to_store, sent=wanted)
        return _transfer(tx, transfer_id)

    @command(roles="stock_keeper manager trainer")
    def accept(
        self,
        tx: Tx,
        transfer_id: int,
        received: values.Units = (),
        *,
        lost: values.Units = (),
        sent_back: values.Units = (),
    ) -> Transfer:
        """Receive (part of) a transfer at this store; say what was lost on the way and what goes
        straight back. What is not named stays in transit."""
        transfer = _find_transfer(tx, transfer_id)
        if transfer.to_store_id != tx.store_id:
            raise Refused(
                _("Transfer {id} goes to store {store}.").format(
                    id=transfer.id, store=transfer.to_store_id
                )
            )
        if transfer.closed_at is not None:
            raise Closed(_("Transfer {id} is closed.").format(id=transfer.id))
        if not (received or lost or sent_back):
            raise BadValue(_("Name at least one product and its quantity."))
        for kind, units, place in (
            ("transfer_in", received, tx.store_id),
            ("transfer_lost", lost, "@loss"),
            ("transfer_back", sent_back, transfer.from_store_id),
        ):
            for product_id, quantity in values.pairs(units) if units else ():
                _arrive(tx, transfer.id, kind, product_id, place, quantity)
        now = _transfer(tx, transfer.id)
        if all(line.in_transit == 0 for line in now.lines):
            tx.update(schema.transfer, transfer.id, closed_at=tx.now)
        tx.note(f"transfer:{transfer.id}")
        return _transfer(tx, transfer.id)

    @query(roles="cashier sales stock_keeper manager trainer")
    def transfer(self, tx: Tx, transfer_id: int) -> Transfer:
        """A transfer and what became of each product."""
        return _transfer(tx, _find_transfer(tx, transfer_id).id)

    @query(roles="cashier sales stock_keeper manager trainer")
    def open_transfers(self, tx: Tx) -> tuple[Transfer, ...]:
        """Transfers to or from this store that are still on the way."""
        t = schema.transfer
        rows = tx.all(
            select(t.c.id)
            .where(
                t.c.closed_at.is_(None),
                or_(t.c.to_store_id == tx.store_id, t.c.from_store_id == tx.store_id),
            )
            .order_by(t.c.id)
        )
        return tuple(_transfer(tx, row.id) for row in rows)

    # --- stocktakes

    @command(roles="stock_keeper manager trainer")
    def open_count(self, tx: Tx, products: Sequence[str] | None = None) -> CountSheet:
        """Begin a stocktake of these products, or of everything this store has or sells."""
        t = schema.stocktake
        is_open = tx.value(select(t.c.id).where(t.c.store_id == tx.store_id, t.c.status == "open"))
        if is_open is not None:
            raise Refused(
                _("Stocktake {id} is open here already. Close or cancel it first.").format(
                    id=is_open
                )
            )
        if products is None:
            wanted = _carried(tx)
        else:
            wanted = list(dict.fromkeys(find_product(tx, one).id for one in products))
        if not wanted:
            raise Refused(_("There is nothing to count here."))
        stocktake_id = tx.insert(
            t, store_id=tx.store_id, opened_at=tx.now, opened_by=tx.staff.id, status="open"
        )
        for product_id in wanted:
            tx.insert(schema.stocktake_line, stocktake_id=stocktake_id, product_id=product_id)
        tx.note(f"stocktake:{stocktake_id}", products=len(wanted))
        return _sheet(tx, _find_stocktake(tx, stocktake_id))

    @query(roles="stock_keeper manager trainer")
    def count_sheet(self, tx: Tx, stocktake_id: int) -> CountSheet:
        """What is to be counted: a blind sheet, without the book's quantities."""
        return _sheet(tx, _find_stocktake(tx, stocktake_id))

    @command(roles="stock_keeper manager trainer")
    def count(self, tx: Tx, stocktake_id: int, product_id: str, counted: int) -> CountSheet:
        """So many were counted, now. Counting again replaces the count; nobody is shown the book.

        The difference is taken against the book as of this moment, so that what is sold between
        counting and closing does no harm.
        """
        stocktake = _open_stocktake(tx, stocktake_id)
        product = find_product(tx, product_id)
        line = schema.stocktake_line
        if not tx.one(
            select(line).where(line.c.stocktake_id == stocktake.id, line.c.product_id == product.id)
        ):
            tx.insert(line, stocktake_id=stocktake.id, product_id=product.id)
        tx.insert(
            schema.stocktake_count,
            stocktake_id=stocktake.id,
            product_id=product.id,
            at=tx.now,
            staff_id=tx.staff.id,
            counted=values.quantity(counted, "counted", least=0),
            book=ledger.balance(tx, stocktake.store_id, product.id),
        )
        tx.note(f"stocktake:{stocktake.id}", product=product.id)
        return _sheet(tx, stocktake)

    @command(roles="stock_keeper manager trainer")
    def close_count(
        self, tx: Tx, stocktake_id: int, *, causes: dict[str, str] | None = None
    ) -> CountReport:
        """Close a stocktake: differences are booked, zero differences recorded too, and what was
        not counted stays as it is. `causes` says why, product by product.

        A product of which the book let go more meanwhile than was counted is not booked: it
        stands in `count_again`, the rest is closed."""
        stocktake = _open_stocktake(tx, stocktake_id)
        causes = {
            find_product(tx, product_id).id: values.text(cause, "cause")
            for product_id, cause in (causes or {}).items()
        }
        again = []
        for row in _last_counts(tx, stocktake.id):
            difference = row.counted - row.book
            if ledger.balance(tx, stocktake.store_id, row.product_id) + difference < 0:
                again.append(row.product_id)
                continue
            tx.insert(
                schema.stocktake_result,
                stocktake_id=stocktake.id,
                product_id=row.product_id,
                book=row.book,
                counted=row.counted,
                difference=difference,
                cause=causes.get(row.product_id),
            )
            if difference:
                place = (
                    ("@adjust", stocktake.store_id)
                    if difference > 0
                    else (stocktake.store_id, "@adjust")
                )
                ledger.move(
                    tx,
                    "count",
                    row.product_id,
                    *place,
                    abs(difference),
                    stocktake_id=stocktake.id,
                    reason=causes.get(row.product_id),
                )
        tx.update(
            schema.stocktake,
            stocktake.id,
            status="closed",
            closed_at=tx.now,
            closed_by=tx.staff.id,
        )
        report = replace(_report(tx, stocktake), count_again=tuple(again))
        tx.note(f"stocktake:{stocktake.id}", uncounted=len(report.uncounted), again=len(again))
        return report

    @command(roles="stock_keeper manager trainer")
    def cancel_count(self, tx: Tx, stocktake_id: int) -> None:
        """Give a stocktake up; nothing is booked."""
        stocktake = _open_stocktake(tx, stocktake_id)
        tx.update(
            schema.stocktake,
            stocktake.id,
            status="cancelled",
            closed_at=tx.now,
            closed_by=tx.staff.id,
        )
        tx.note(f"stocktake:{stocktake.id}")

    @query(roles="stock_keeper manager trainer")
    def count_report(self, tx: Tx, stocktake_id: int) -> CountReport:
        """What a closed stocktake found."""
        stocktake = _find_stocktake(tx, stocktake_id)
        if stocktake.status != "closed":
            raise Refused(_("The book is shown when the stocktake is closed."))
        return _report(tx, stocktake)

    # --- replenishment

    @command(roles="stock_keeper manager trainer")
    def set_reorder_rule(
        self, tx: Tx, product_id: str, reorder_point: int, order_up_to: int
    ) -> None:
        """At this store, order up to so many once stock has fallen to the reorder point."""
        product = find_product(tx, product_id)
        point = values.quantity(reorder_point, "reorder_point", least=0)
        full = values.quantity(order_up_to, "order_up_to")
        if full <= point:
            raise BadValue(_("Order up to more than the reorder point."))
        r = schema.reorder_rule
        here = (r.c.store_id == tx.store_id, r.c.product_id == product.id)
        if tx.one(select(r).where(*here)):
            tx.execute(r.update().where(*here).values(reorder_point=point, order_up_to=full))
        else:
            tx.insert(
                r,
                store_id=tx.store_id,
                product_id=product.id,
                reorder_point=point,
                order_up_to=full,
            )
        tx.note(f"product:{product.id}", reorder_point=point, order_up_to=full)

    @query(roles="sales stock_keeper manager trainer")
    def to_reorder(self, tx: Tx) -> tuple[Reorder, ...]:
        """What this store should order now; goods on their way count as there."""
        r = schema.reorder_rule
        needed = []
        for rule in tx.all(select(r).where(r.c.store_id == tx.store_id).order_by(r.c.product_id)):
            on_hand = ledger.balance(tx, tx.store_id, rule.product_id)
            coming = ledger.in_transit(tx, tx.store_id, rule.product_id)
            if on_hand + coming <= rule.reorder_point:
                needed.append(
                    Reorder(
                        rule.product_id,
                        on_hand,
                        coming,
                        rule.reorder_point,
                        rule.order_up_to - on_hand - coming,
                    )
                )
        return tuple(needed)


def _moved(row, store_id: str, reason: str | None) -> Moved:
    incoming = row.to_id == store_id
    document = next(
        (
            f"{name}:{number}"
            for name, number in (
                ("sale", row.sale_id),
                ("return", row.return_id),
                ("transfer", row.transfer_id),
                ("stocktake", row.stocktake_id),
            )
            if number is not None
        ),
        None,
    )
    return Moved(
        row.at,
        row.kind,
        row.quantity if incoming else -row.quantity,
        row.to_balance if incoming else row.from_balance,
        row.staff_id,
        document,
        reason,
    )


def _find_transfer(tx: Tx, transfer_id: int):
    t = schema.transfer
    row = tx.one(select(t).where(t.c.id == values.number(transfer_id)))
    if row is None:
        raise NotFound(_("There is no transfer {id}.").format(id=transfer_id))
    return row


def _transfer(tx: Tx, transfer_id: int) -> Transfer:
    row = _find_transfer(tx, transfer_id)
    lines = tx.all(
        text(
            "SELECT product_id, sent, received, lost, returned FROM transfer_progress"
            " WHERE transfer_id = :id ORDER BY product_id"
        ).bindparams(id=transfer_id)
    )
    return Transfer(
        row.id,
        row.from_store_id,
        row.to_store_id,
        row.sent_at,
        row.closed_at,
        tuple(TransferLine(one[0], *map(int, one[1:])) for one in lines),
    )


def _arrive(
    tx: Tx, transfer_id: int, kind: str, product_id: str, place: str, quantity: int
) -> None:
    product_id = find_product(tx, product_id).id
    line = next(
        (one for one in _transfer(tx, transfer_id).lines if one.product_id == product_id), None
    )
    if line is None or line.in_transit < quantity:
        raise TooManyReturned(
            _("Of {product}, {left} are on the way with this transfer, not {asked}.").format(
                product=product_id, left=line.in_transit if line else 0, asked=quantity
            )
        )
    ledger.move(tx, kind, product_id, "transit", place, quantity, transfer_id=transfer_id)


def _find_stocktake(tx: Tx, stocktake_id: int):
    t = schema.stocktake
    row = tx.one(
        select(t).where(t.c.id == values.number(stocktake_id), t.c.store_id == tx.store_id)
    )
    if row is None:
        raise NotFound(_("There is no stocktake {id} at this store.").format(id=stocktake_id))
    return row


def _open_stocktake(tx: Tx, stocktake_id: int):
    row = _find_stocktake(tx, stocktake_id)
    if row.status != "open":
        raise Closed(_("Stocktake {id} is closed.").format(id=stocktake_id))
    return row


def _carried(tx: Tx) -> list[str]:
    m = schema.stock_move
    here = union(
        select(m.c.product_id).where(m.c.to_id == tx.store_id),
        select(m.c.product_id).where(m.c.from_id == tx.store_id),
    ).subquery()
    return list(tx.execute(select(here.c.product_id).order_by(here.c.product_id)).scalars())


def _last_counts(tx: Tx, stocktake_id: int) -> list:
    c = schema.stocktake_count
    last = select(func.max(c.c.id)).where(c.c.stocktake_id == stocktake_id).group_by(c.c.product_id)
    return tx.all(select(c).where(c.c.id.in_(last)).order_by(c.c.product_id))


def _sheet(tx: Tx, stocktake) -> CountSheet:
    line, product = schema.stocktake_line, schema.product
    rows = tx.all(
        select(product.c.id, product.c.name)
        .join(line, line.c.product_id == product.c.id)
        .where(line.c.stocktake_id == stocktake.id)
        .order_by(product.c.id)
    )
    counted = tuple(row.product_id for row in _last_counts(tx, stocktake.id))
    return CountSheet(
        stocktake.id, stocktake.store_id, tuple((row.id, row.name) for row in rows), counted
    )


def _report(tx: Tx, stocktake) -> CountReport:
    found, product = schema.stocktake_result, schema.product
    rows = tx.all(
        select(found, product.c.cost)
        .join(product, product.c.id == found.c.product_id)
        .where(found.c.stocktake_id == stocktake.id)
        .order_by(found.c.product_id)
    )
    lines = tuple(
        CountLine(
            row.product_id,
            row.book,
            row.counted,
            row.difference,
            row.difference * row.cost,
            row.cause,
        )
        for row in rows
    )
    counted = {line.product_id for line in lines}
    listed = tx.execute(
        select(schema.stocktake_line.c.product_id)
        .where(schema.stocktake_line.c.stocktake_id == stocktake.id)
        .order_by(schema.stocktake_line.c.product_id)
    ).scalars()
    return CountReport(
        stocktake.id,
        stocktake.store_id,
        lines,
        tuple(one for one in listed if one not in counted),
        sum(line.value for line in lines if line.value > 0),
        -sum(line.value for line in lines if line.value < 0),
    )
