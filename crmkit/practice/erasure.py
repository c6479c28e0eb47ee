"""Forgetting a member who asks for it: everything personal goes, the shop's sums stay.

Sales, points and stock keep the member's bare number, because the books must still add up; no
name, phone, message, note or way to find the person by is left.
"""

from sqlalchemy import select, update

from crmkit.practice import schema
from crmkit.practice.command import Tx
from crmkit.practice.people import group_of

GONE = "–"


def erase(tx: Tx, member_id: str) -> None:
    """Take everything personal of the member, and of records merged into theirs, away."""
    group = list(tx.execute(group_of(member_id)).scalars())
    m = schema.member
    empty = dict.fromkeys(
        column.name
        for column in m.columns
        if column.name.endswith(("_sealed", "_token"))
        or column.name in ("gender", "district", "occupation", "household")
    )
    tx.execute(
        update(m)
        .where(m.c.id.in_(group))
        .values(**empty, status="erased", survivor_id=m.c.id, erased_at=tx.now)
    )
    for table in (schema.member_preference, schema.member_segment):
        tx.execute(table.delete().where(table.c.member_id.in_(group)))
    tickets = list(
        tx.execute(select(schema.ticket.c.id).where(schema.ticket.c.member_id.in_(group))).scalars()
    )
    _empty(tx, schema.ticket_message, schema.ticket_message.c.ticket_id.in_(tickets), "body_sealed")
    tx.execute(update(schema.ticket).where(schema.ticket.c.id.in_(tickets)).values(subject=GONE))
    o = schema.opportunity
    tx.execute(update(o).where(o.c.member_id.in_(group)).values(title=GONE, next_action=None))
    box = schema.outbox
    tx.execute(
        update(box)
        .where(box.c.member_id.in_(group), box.c.status == "queued")
        .values(status="cancelled")
    )
    _empty(tx, box, box.c.member_id.in_(group), "recipient_sealed", "subject_sealed", "body_sealed")
    task = schema.followup_task
    tx.execute(
        update(task)
        .where(task.c.member_id.in_(group), task.c.status == "open")
        .values(status="cancelled")
    )
    _empty(tx, task, task.c.member_id.in_(group), "note_sealed")
    invites = select(schema.survey_invite.c.id).where(schema.survey_invite.c.member_id.in_(group))
    _empty(
        tx, schema.survey_answer, schema.survey_answer.c.invite_id.in_(invites), "comment_sealed"
    )
    log = schema.command_log
    subjects = [f"member:{one}" for one in group] + [f"ticket:{one}" for one in tickets]
    _empty(tx, log, log.c.subject.in_(subjects), "result_sealed")


def _empty(tx: Tx, table, which, *columns: str) -> None:
    tx.execute(update(table).where(which).values(**dict.fromkeys(columns)))
