"""Forgetting a member who asks for it: everything personal goes, the shop's sums stay.

Sales, points and stock keep the member's bare number, because the books must still add up; no
name, phone, message, note or way to find the person by is left. What is forgotten follows from the
schema: whatever is sealed in a row about the person, or was said about such a row.
"""

from sqlalchemy import Table, func, select, update

from crmkit.practice import schema
from crmkit.practice.command import Tx
from crmkit.practice.people import PLAIN_FIELDS, group_of, theirs


def erase(tx: Tx, member_id: str) -> None:
    """Take everything personal of the member, and of records merged into theirs, away."""
    group = tx.column(group_of(member_id))
    m, t, log = schema.member, schema.ticket, schema.command_log
    tickets = tx.column(select(t.c.id).where(theirs(t, group)))
    subjects = [f"member:{one}" for one in group] + [f"ticket:{one}" for one in tickets]
    _set(tx, log, log.c.subject.in_(subjects), result_sealed=None)
    for table in schema.metadata.sorted_tables:
        about = None if table in (m, log) else theirs(table, group)
        if about is not None:
            _forget(tx, table, about)
    for table in (schema.member_preference, schema.member_segment):
        tx.execute(table.delete().where(theirs(table, group)))
    _close_what_is_open(tx, group)
    personal = [one.name for one in m.columns if one.name.endswith(("_sealed", "_token"))]
    empty = dict.fromkeys([*personal, *(one for one in PLAIN_FIELDS if m.c[one].nullable)])
    erased = {"status": "erased", "survivor_id": m.c.id, "erased_at": tx.now}
    _set(tx, m, m.c.id.in_(group), **empty, **erased)


def _forget(tx: Tx, table: Table, about) -> None:
    """Empty what is sealed in these rows, and what staff said about them."""
    if sealed := schema.SEALED.get(table.name):
        _set(tx, table, about, **dict.fromkeys(sealed))
    if "said" in table.info:
        rows = [f"{table.name}:{one}" for one in tx.column(select(table.c.id).where(about))]
        for start in range(0, len(rows), 500):
            some = schema.remark.c.about.in_(rows[start : start + 500])
            _set(tx, schema.remark, some, text_sealed=None)


def _close_what_is_open(tx: Tx, group: list[str]) -> None:
    """Nobody writes to them, calls them or works for them any more."""
    t, o = schema.ticket, schema.opportunity
    for table, status in ((schema.outbox, "queued"), (schema.followup_task, "open")):
        waiting = theirs(table, group) & (table.c.status == status)
        _set(tx, table, waiting, status="cancelled")
    settled = {"status": "closed", "resolved_at": func.coalesce(t.c.resolved_at, tx.now)}
    _set(tx, t, theirs(t, group) & (t.c.status != "closed"), **settled)
    going_on = theirs(o, group) & o.c.stage.not_in(("won", "lost"))
    for row in tx.all(select(o.c.id, o.c.stage).where(going_on)):
        lost = {"reason": "no_need", "from_stage": row.stage, "to_stage": "lost"}
        tx.update(o, row.id, stage="lost", lost_reason="no_need", next_on=None, closed_at=tx.now)
        tx.insert(schema.opportunity_stage, opportunity_id=row.id, **lost)


def _set(tx: Tx, table: Table, which, **given) -> None:
    tx.execute(update(table).where(which).values(**given))
