"""Open calls and invitations: whom the shop may still address, asked at the moment of acting."""

from sqlalchemy import select, update

from crmkit.practice import people, schema
from crmkit.practice.command import Tx

tasks, invites = schema.followup_task, schema.survey_invite
NEEDS_CONSENT = ("new_arrivals", "offer")
"""Calls that offer something; asking how a product does is part of the sale."""


def may_be_made(tx: Tx, kind: str, member_id: str) -> bool:
    """Whether a call of this kind may be made to the living record."""
    return kind not in NEEDS_CONSENT or people.has_consent(tx, member_id, "marketing", "phone")


def close_offers(tx: Tx, member_id: str) -> int:
    """Who no longer agrees to offers by phone is not called with one; how many calls fell."""
    if people.has_consent(tx, member_id, "marketing", "phone"):
        return 0
    theirs = tasks.c.member_id.in_(people.group_of(member_id))
    return cancel(tx, theirs, tasks.c.why.in_(NEEDS_CONSENT))


def one_each(tx: Tx, kept_id: str) -> None:
    """After a merge: of calls of one plan and cycle, and of invitations to one survey, one is
    left open."""
    rows = tx.all(
        select(tasks.c.id, tasks.c.plan_id, tasks.c.cycle)
        .where(tasks.c.member_id.in_(people.group_of(kept_id)), tasks.c.status != "cancelled")
        .order_by(tasks.c.status, tasks.c.id)  # what is done goes before what is open
    )
    seen = set()
    for row in rows:
        if (row.plan_id, row.cycle) in seen:
            cancel(tx, tasks.c.id == row.id)
        seen.add((row.plan_id, row.cycle))
    asked = set()
    for row in tx.all(open_invitations(tx, kept_id)):
        if (row.survey_id, row.sale_id, row.ticket_id) in asked:
            tx.update(invites, row.id, expires_at=tx.now)
        asked.add((row.survey_id, row.sale_id, row.ticket_id))


def open_invitations(tx: Tx, member_id: str):
    """A query: the invitations of the person that can still be answered."""
    answered = select(schema.survey_answer.c.invite_id)
    return (
        select(invites)
        .where(
            invites.c.member_id.in_(people.group_of(member_id)),
            invites.c.expires_at > tx.now,
            invites.c.id.not_in(answered),
        )
        .order_by(invites.c.id)
    )


def cancel(tx: Tx, *which) -> int:
    """The open calls for which this holds are not to be made; how many there were."""
    open_ones = update(tasks).where(tasks.c.status == "open", *which)
    return tx.execute(open_ones.values(status="cancelled")).rowcount
