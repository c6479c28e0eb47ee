"""The audit log's chain: each entry is signed together with the one before it.

Whoever edits, removes or inserts a row without the signing key breaks the chain; whoever cuts
its end off no longer meets the head kept in `shop`, which is signed as well, so that it cannot be
wound back. Restoring an older copy of the whole database is the one thing it cannot see: compare
the head with the last backup's note.
"""

import json
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from crmkit.practice import schema
from crmkit.practice.keys import Keyring

START = "0" * 64
SIGNED = ("staff_id", "store_id", "action", "outcome", "subject", "detail", "before")
"""What of an entry is signed beside its number and moment, in this order."""


def append(connection: Connection, keys: Keyring, at: datetime, action: str, **more) -> int:
    """Write one entry at the end of the chain, `more` being its columns; the writer holds the shop's
    lock. What is not said is empty; what was done is done."""
    e = schema.audit_entry
    last = connection.execute(select(e.c.id, e.c.hash).order_by(e.c.id.desc()).limit(1)).first()
    number, before = (last.id + 1, last.hash) if last else (1, START)
    entry = dict.fromkeys(SIGNED) | {"outcome": "done"} | more
    entry |= {"id": number, "at": at, "action": action, "before": before}
    entry["detail"] = json.dumps(more.get("detail", {}), ensure_ascii=False, sort_keys=True)
    signed = _signed(keys, entry)
    connection.execute(insert(schema.audit_entry), entry | {"hash": signed})
    connection.execute(update(schema.shop).values(audit_head=_head(keys, number, signed)))
    return number


def first_break(connection: Connection, keys: Keyring) -> int | None:
    """The number of the first entry that is not as it was written; None when all are."""
    before, expected = START, 1
    rows = connection.execution_options(yield_per=1000).execute(
        select(schema.audit_entry).order_by(schema.audit_entry.c.id)
    )
    for row in rows.mappings():
        entry = dict(row)
        if (
            entry["id"] != expected
            or entry["before"] != before
            or entry["hash"] != _signed(keys, entry)
        ):
            return expected
        before, expected = entry["hash"], expected + 1
    head = connection.scalar(select(schema.shop.c.audit_head))
    return None if head == _head(keys, expected - 1, before) else expected


def _head(keys: Keyring, entries: int, last: str) -> str:
    """What `shop` keeps of a log with so many entries, the last with this hash."""
    return keys.sign(f"head of {entries} entries: {last}".encode())


def _signed(keys: Keyring, entry: dict) -> str:
    parts = [str(entry["id"]), entry["at"].isoformat(), *(entry[one] or "" for one in SIGNED)]
    return keys.sign(json.dumps(parts, ensure_ascii=False).encode())
