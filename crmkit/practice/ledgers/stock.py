"""The stock ledger: every row takes units from one place and puts them into another.

So all places together always sum to zero. Each row keeps both places' balances after it, like a
passbook: what is on a shelf is read from the last row, however long the ledger has grown.
"""

from datetime import date

from sqlalchemy import case, select

from crmkit.i18n import gettext as _
from crmkit.practice import access, schema
from crmkit.practice.errors import Closed, NotEnoughStock, Refused
from crmkit.practice.ledgers import lots

move_table = schema.stock_move


def balance(tx, location_id: str, product_id: str) -> int:
    """How many units are at this place."""
    m = move_table
    latest = [
        tx.one(
            select(m.c.id, left)
            .where(place == location_id, m.c.product_id == product_id)
            .order_by(m.c.id.desc())
            .limit(1)
        )
        for place, left in ((m.c.to_id, m.c.to_balance), (m.c.from_id, m.c.from_balance))
    ]
    return max((tuple(row) for row in latest if row), default=(0, 0))[1]


def counting(tx, location_id: str) -> set[str]:
    """The products of this place that are being counted, of which who counts them is not told how
    many there should be: a count is blind. Who may put the book right is told."""
    line, t = schema.stocktake_line, schema.stocktake
    open_here = (t.c.store_id == location_id, t.c.status == "open")
    found = set(
        tx.column(
            select(line.c.product_id).join(t, t.c.id == line.c.stocktake_id).where(*open_here)
        )
    )
    # mostly nothing is being counted, and nobody's permission has to be looked up
    allowed = found and access.is_allowed(tx.connection, tx.staff.id, "stock.adjust", tx.store_id)
    return set() if allowed else found


def told(tx, location_id: str, product_id: str, hidden: set[str] | None = None) -> int | None:
    """How many units are at this place, for people; None while they are being counted. `hidden`:
    what `counting` gave for this place, where many products are asked for."""
    hidden = counting(tx, location_id) if hidden is None else hidden
    return None if product_id in hidden else balance(tx, location_id, product_id)


def move(
    tx,
    kind: str,
    product_id: str,
    from_id: str,
    to_id: str,
    quantity: int,
    dated: date | None = None,
    **about,
) -> int:
    """Move units (where it is known, those of one date); the number of the row. The one writer of
    the stock ledger."""
    left = balance(tx, from_id, product_id) - quantity
    if left < 0 and not from_id.startswith("@"):
        raise _too_few(tx, left + quantity, product_id, from_id, quantity)
    number = tx.insert(
        move_table,
        kind=kind,
        product_id=product_id,
        from_id=from_id,
        to_id=to_id,
        quantity=quantity,
        from_balance=left,
        to_balance=balance(tx, to_id, product_id) + quantity,
        **about,
    )
    if "return_id" not in about:  # what was just brought back bears no date that is known
        lots.shrink(tx, from_id, product_id, quantity, left, dated)
    return number


def write_off(
    tx, product_id: str, quantity: int, why: str, dated: date | None = None, **about
) -> None:
    """Units that can no longer be sold leave this store's book, at what they cost."""
    number = move(tx, "adjust", product_id, tx.store_id, "@loss", quantity, dated, **about)
    each = tx.value(select(schema.product.c.cost).where(schema.product.c.id == product_id))
    tx.insert(schema.write_off, move_id=number, reason=why, cost=each * quantity)


def adjust(tx, kind: str, product_id: str, change: int, **about) -> None:
    """Put this store's book right by so many units, up or (negative) down."""
    out, to = ("@adjust", tx.store_id) if change > 0 else (tx.store_id, "@adjust")
    move(tx, kind, product_id, out, to, abs(change), **about)


def reserved(tx, store_id: str, product_id: str) -> int:
    """How many units on the shelf are kept for someone until now or later."""
    r = schema.reservation
    held = (r.c.status == "held", r.c.until > tx.now)
    return tx.total(r.c.quantity, r.c.store_id == store_id, r.c.product_id == product_id, *held)


def in_transit(tx, store_id: str, product_id: str) -> int:
    """How many units are on their way to the store."""
    m, t = move_table, schema.transfer
    signed = case((m.c.to_id == "transit", m.c.quantity), else_=-m.c.quantity)
    coming = (t.c.id == m.c.transfer_id, t.c.to_store_id == store_id, t.c.closed_at.is_(None))
    return tx.total(signed, m.c.product_id == product_id, *coming)


def available(tx, store_id: str, product_id: str) -> int:
    """How many units can be sold: on the shelf and not kept for anyone."""
    return balance(tx, store_id, product_id) - reserved(tx, store_id, product_id)


def require_available(tx, product_id: str, quantity: int) -> None:
    """Refuse when this store has fewer units that nobody reserved."""
    free = available(tx, tx.store_id, product_id)
    if free < quantity:
        raise _too_few(tx, free, product_id, tx.store_id, quantity)


def _too_few(tx, left: int, product_id: str, place: str, asked: int) -> NotEnoughStock:
    if product_id in counting(tx, place):
        said = _("{product} is being counted at {place}, and there are not {asked} units of it.")
        return NotEnoughStock(said, product=product_id, place=place, asked=asked)
    said = _("Only {left} of {product} can be sold at {place}; {asked} were asked for.")
    return NotEnoughStock(said, left=left, product=product_id, place=place, asked=asked)


def take(tx, kind: str, product_id: str, to_id: str, quantity: int, **about) -> None:
    """Take units that nobody reserved off this store's shelf."""
    require_available(tx, product_id, quantity)
    move(tx, kind, product_id, tx.store_id, to_id, quantity, **about)


def require_on_hand(tx, product_id: str, quantity: int) -> int:
    """How many units are on this store's shelf; refused where there are fewer than that."""
    there = balance(tx, tx.store_id, product_id)
    if there < quantity:
        raise _too_few(tx, there, product_id, tx.store_id, quantity)
    return there


def held(tx, reservation_id: int):
    """What is kept at this store under that number; refused when it no longer is."""
    row = tx.find(schema.reservation, reservation_id, here=True)
    if row.status != "held":
        raise Closed(_("Reservation {id} was collected or released."), id=reservation_id)
    return row


def collect(tx, reservation_id: int, sale_id: int, member, bought: dict[str, int]) -> None:
    """The customer came for what was kept: it counts as free again, for this sale. What they do
    not take stays kept under its number."""
    r, row = schema.reservation, held(tx, reservation_id)
    owner = tx.value(select(schema.member.c.survivor_id).filter_by(id=row.member_id))
    if owner is not None and (member is None or member.id != owner):
        raise Refused(_("Reservation {id} is kept for another member."), id=row.id)
    taken = min(bought.get(row.product_id, 0), row.quantity)
    if not taken:
        said = _("Reservation {id} is for {product}, which is not in the basket.")
        raise Refused(said, id=row.id, product=row.product_id)
    if taken < row.quantity:
        tx.update(r, row.id, quantity=row.quantity - taken)
        collected = dict(row._mapping) | {"quantity": taken}
        del collected["id"]
        tx.insert(r, **collected | {"status": "collected", "sale_id": sale_id})
    else:
        tx.update(r, row.id, status="collected", sale_id=sale_id)
