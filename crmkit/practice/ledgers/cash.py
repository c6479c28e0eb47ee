"""The cash ledger: what goes into each drawer and comes out, with the balance after every entry.

A close is bounded by entries, not by the clock: whatever the drawer was given since the last
close is in the next one, however the clock stands or is set back.
"""

from sqlalchemy import func, select

from crmkit.practice import schema

entry = schema.cash_entry


def drawer_of(tx, staff_id: str | None = None) -> str:
    """The drawer someone works at here: the one they opened or took over, until it is closed;
    else their own, which is called as they are."""
    staff_id = staff_id or tx.staff.id
    here = entry.c.store_id == tx.store_id
    taken = tx.one(
        select(entry.c.id, entry.c.drawer)
        .where(here, entry.c.staff_id == staff_id, entry.c.kind == "opening_float")
        .order_by(entry.c.id.desc())
        .limit(1)
    )
    if taken is None or last_close(tx, taken.drawer) > taken.id:
        return staff_id
    return taken.drawer


def last_close(tx, drawer: str) -> int:
    """The number of the drawer's last entry that belongs to a close; 0 before the first."""
    return tx.value(
        select(func.coalesce(func.max(entry.c.id), 0)).where(
            entry.c.store_id == tx.store_id, entry.c.drawer == drawer, entry.c.close_id.is_not(None)
        )
    )


def since_last_close(tx, drawer: str) -> list:
    """The drawer's entries since it was last closed."""
    return tx.all(
        select(entry)
        .where(
            entry.c.store_id == tx.store_id,
            entry.c.drawer == drawer,
            entry.c.id > last_close(tx, drawer),
        )
        .order_by(entry.c.id)
    )


def balance(tx, drawer: str) -> int:
    """How much cash the book has in the drawer."""
    here = (entry.c.store_id == tx.store_id, entry.c.drawer == drawer)
    return tx.last(entry.c.balance, *here) or 0


def post(tx, kind: str, amount: int, *, drawer: str | None = None, **about) -> int:
    """Put cash into a drawer or (negative) take it out; its new balance. The one writer of the
    ledger. Without a drawer it is the one where the staff works."""
    drawer = drawer or drawer_of(tx)
    left = balance(tx, drawer) + amount
    tx.insert(
        entry,
        **{"id": tx.next_id(entry), "staff_id": tx.staff.id} | about,
        drawer=drawer,
        kind=kind,
        amount=amount,
        balance=left,
    )
    return left
