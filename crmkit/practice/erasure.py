"""Forgetting a member who asks for it: everything personal goes, the shop's sums stay.

Sales, points and stock keep the member's bare number, because the books must still add up; no
name, phone, message, note or way to find the person by is left.
"""

from sqlalchemy import func, select, update

from crmkit.practice import schema
from crmkit.practice.command import Tx
from crmkit.practice.people import group_of


def erase(tx: Tx, member_id: str) -> None:
    """Take everything personal of the member, and of records merged into theirs, away."""
    group = tx.column(group_of(member_id))
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
    tickets = tx.column(select(schema.ticket.c.id).where(schema.ticket.c.member_id.in_(group)))
    _empty(tx, schema.ticket_message, schema.ticket_message.c.ticket_id.in_(tickets), "body_sealed")
    t, o, better = schema.ticket, schema.opportunity, schema.improvement
    _empty(tx, t, t.c.id.in_(tickets), "subject_sealed")
    _empty(tx, better, better.c.ticket_id.in_(tickets), "action_sealed", "result_sealed")
    tx.execute(
        update(t)
        .where(t.c.id.in_(tickets), t.c.status != "closed")
        .values(status="closed", resolved_at=func.coalesce(t.c.resolved_at, tx.now))
    )
    _close_opportunities(tx, group)
    _empty(tx, o, o.c.member_id.in_(group), "title_sealed", "next_action_sealed")
    _forget_what_was_said(tx, group)
    box = schema.outbox
    tx.execute(
        update(box)
        .where(box.c.member_id.in_(group), box.c.status == "queued")
        .values(status="cancelled")
    )
    _empty(tx, box, box.c.member_id.in_(group), "subject_sealed", "body_sealed")
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


def _close_opportunities(tx: Tx, group: list[str]) -> None:
    o = schema.opportunity
    open_ones = tx.all(
        select(o.c.id, o.c.stage).where(o.c.member_id.in_(group), o.c.stage.not_in(("won", "lost")))
    )
    for row in open_ones:
        tx.update(o, row.id, stage="lost", lost_reason="no_need", next_on=None, closed_at=tx.now)
        tx.insert(
            schema.opportunity_stage,
            opportunity_id=row.id,
            from_stage=row.stage,
            to_stage="lost",
            reason="no_need",
        )


def _forget_what_was_said(tx: Tx, group: list[str]) -> None:
    """What staff wrote beside the ledgers' rows about these members."""
    entry, lot = schema.points_entry, schema.points_lot
    merge, apart = schema.member_merge, schema.member_unmerge
    for table, rows in (
        (schema.consent_event, schema.consent_event.c.member_id.in_(group)),
        (schema.reveal, schema.reveal.c.member_id.in_(group)),
        (merge, merge.c.kept_id.in_(group) | merge.c.merged_id.in_(group)),
        (apart, apart.c.merge_id.in_(select(merge.c.id).where(merge.c.kept_id.in_(group)))),
        (entry, entry.c.lot_id.in_(select(lot.c.id).where(lot.c.member_id.in_(group)))),
    ):
        about = [f"{table.name}:{one}" for one in tx.column(select(table.c.id).where(rows))]
        for start in range(0, len(about), 500):
            some = schema.remark.c.about.in_(about[start : start + 500])
            _empty(tx, schema.remark, some, "text_sealed")


def _empty(tx: Tx, table, which, *columns: str) -> None:
    tx.execute(update(table).where(which).values(**dict.fromkeys(columns)))
