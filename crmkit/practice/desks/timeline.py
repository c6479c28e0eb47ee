"""The timeline: what happened between a member and the shop, at every desk."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import null, select, true

from crmkit.practice import people, schema
from crmkit.practice.choices import Quantity
from crmkit.practice.command import Tx, query
from crmkit.practice.display import CODED
from crmkit.practice.records import Cents, record

table = schema.member
TOLD = {"return": "return_reason", "ticket": "kind", "opportunity": "stage", "followup": "outcome"}
TOLD |= dict.fromkeys(("message", "agreed", "withdrew"), "channel")
"""What is said about an event is a code of this kind."""


@record
class Event:
    """Something that happened between a member and the shop; money in cents."""

    at: datetime
    kind: Annotated[str, "event"]
    document: str
    amount: Cents | None
    text: Annotated[str, CODED] | None


class Timeline:
    """A member's history; a part of the member desk."""

    name = "members"

    @query(roles="sales manager trainer")
    def timeline(self, tx: Tx, member_id: str, limit: Quantity = 50) -> tuple[Event, ...]:
        """What happened between a member and the shop, at every desk, the latest first."""
        return tuple(_happened(tx, people.live(tx, member_id).id, limit))


def _happened(tx: Tx, member_id: str, most: int) -> list[Event]:
    """The latest of every kind of event, newest first."""
    group = people.group_of(member_id)
    s, back, t, o = schema.sale, schema.sale_return, schema.ticket, schema.opportunity
    f, box, c, a = (schema.followup_task, schema.outbox, schema.consent_event, schema.survey_answer)
    merge = schema.member_merge
    looks = (  # what, when, its number, an amount, what is said about it, and which of them
        ("joined", table.c.joined_at, table.c.id, None, None, true()),
        ("sale", s.c.at, s.c.id, s.c.total, None, true()),
        ("return", back.c.at, back.c.id, -back.c.total, back.c.reason, true()),
        ("ticket", t.c.opened_at, t.c.id, None, t.c.kind, true()),
        ("opportunity", o.c.opened_at, o.c.id, o.c.amount, o.c.stage, true()),
        ("followup", f.c.done_at, f.c.id, None, f.c.outcome, f.c.done_at.isnot(None)),
        ("message", box.c.sent_at, box.c.id, None, box.c.channel, box.c.status == "sent"),
        ("agreed", c.c.at, c.c.id, None, c.c.channel, c.c.given),
        ("withdrew", c.c.at, c.c.id, None, c.c.channel, ~c.c.given),
        ("survey", a.c.at, a.c.id, None, None, true()),
        ("merge", merge.c.at, merge.c.merged_id, None, None, merge.c.kept_id.in_(group)),
    )
    found = []
    for kind, when, number, amount, told, which in looks:
        about = (null() if one is None else one for one in (amount, told))
        look = select(when, number, *about).where(people.theirs(when.table, group), which)
        for at, key, cents, text in tx.all(look.order_by(when.desc()).limit(most)):
            found.append(Event(at, kind, str(key), cents, text and f"{TOLD[kind]}:{text}"))
    return sorted(found, key=lambda one: (one.at, one.kind, one.document), reverse=True)[:most]
