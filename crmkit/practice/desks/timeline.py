"""The timeline: what happened between a member and the shop, at every desk."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import null, select

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
    i, merge = schema.survey_invite, schema.member_merge
    none = null()
    looks = {
        "joined": select(table.c.joined_at, table.c.id, none, none).where(table.c.id.in_(group)),
        "sale": select(s.c.at, s.c.id, s.c.total, none).where(s.c.member_id.in_(group)),
        "return": select(back.c.at, back.c.id, -back.c.total, back.c.reason)
        .join(s, s.c.id == back.c.sale_id)
        .where(s.c.member_id.in_(group)),
        "ticket": select(t.c.opened_at, t.c.id, none, t.c.kind).where(t.c.member_id.in_(group)),
        "opportunity": select(o.c.opened_at, o.c.id, o.c.amount, o.c.stage).where(
            o.c.member_id.in_(group)
        ),
        "followup": select(f.c.done_at, f.c.id, none, f.c.outcome).where(
            f.c.member_id.in_(group), f.c.done_at.isnot(None)
        ),
        "message": select(box.c.sent_at, box.c.id, none, box.c.channel).where(
            box.c.member_id.in_(group), box.c.status == "sent"
        ),
        "agreed": select(c.c.at, c.c.id, none, c.c.channel).where(
            c.c.member_id.in_(group), c.c.given
        ),
        "withdrew": select(c.c.at, c.c.id, none, c.c.channel).where(
            c.c.member_id.in_(group), ~c.c.given
        ),
        "survey": select(a.c.at, a.c.id, none, none)
        .join(i, i.c.id == a.c.invite_id)
        .where(i.c.member_id.in_(group)),
        "merge": select(merge.c.at, merge.c.merged_id, none, none).where(
            merge.c.kept_id.in_(group)
        ),
    }
    found = [
        Event(at, kind, str(number), amount, text and f"{TOLD[kind]}:{text}")
        for kind, look in looks.items()
        for at, number, amount, text in tx.all(
            look.order_by(look.selected_columns[0].desc()).limit(most)
        )
    ]
    return sorted(found, key=lambda one: (one.at, one.kind, one.document), reverse=True)[:most]
