"""The marketing desk: segments, letters, care and campaigns, and the outbox they go through."""

from typing import Annotated, Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import outbox, people, schema
from crmkit.practice.command import Desk, Tx, command
from crmkit.practice.desks.campaigns import Campaigns
from crmkit.practice.desks.care import Care
from crmkit.practice.desks.letters import Letters, queue
from crmkit.practice.desks.segments import Segments
from crmkit.practice.errors import NoConsent, Refused
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import OfTable, built, record

OUTBOX = Listing(
    schema.outbox,
    "status channel purpose campaign_id care_rule_id ticket_id",
    "-id not_before status",
    at="made_at",
    store=None,
    also=lambda tx, _where: [people.of_own_stores(tx, schema.outbox.c.member_id)],
)


@record(of=schema.outbox, only="id member_id channel purpose status attempts problem")
class Outgoing(OfTable):
    """A message in the outbox, its recipient left out."""

    problem: Annotated[str, "why"] | None


class Marketing(Segments, Letters, Care, Campaigns, Desk):
    name = "marketing"

    @command(roles="sales manager trainer")
    def send_one(self, tx: Tx, template_id: int, member_id: str) -> Outgoing:
        """Queue a template's message to one member; it waits until the quiet hours are over.

        Raises `NoConsent` unless the member agreed to get offers on the template's channel.
        """
        template = tx.find(schema.template, template_id)
        member = people.live(tx, member_id)
        if not people.has_consent(tx, member.id, "marketing", template.channel):
            raise NoConsent(
                _("{member} has not agreed to get offers by {channel}. Ask them first."),
                member=member.id,
                channel=label("channel", template.channel),
            )
        once = f"one:{tx.next_id(schema.outbox)}"
        made = queue(tx, template, member.id, once)
        if made is None:
            outbox.refuse_without_address(member.id, template.channel)
        tx.note(f"member:{member.id}", message=made)
        return built(Outgoing, tx.find(schema.outbox, made))

    @listed(OUTBOX, roles="manager trainer")
    def list_outbox(tx: Tx, rows):
        """Messages to the members of one's own stores, page by page (see `lists`)."""
        return (built(Outgoing, row) for row in rows)

    def outgoing(self, limit: int = 50, **where: Any) -> tuple[Outgoing, ...]:
        """The latest messages of `list_outbox`: ``shop.marketing.outgoing(status="waiting")``."""
        return self.list_outbox(where=where, size=limit).rows

    @command(roles="manager trainer")
    def settle_unknown(self, tx: Tx, message_id: int, arrived: bool) -> None:
        """Someone found out whether a message in doubt arrived; if not, it is sent again."""
        row = tx.find(schema.outbox, message_id)
        if row.status != "unknown":
            raise Refused(_("Only a message in doubt can be settled."))
        tx.update(
            schema.outbox,
            row.id,
            status="sent" if arrived else "queued",
            sent_at=tx.now if arrived else None,
            handed_over_at=row.handed_over_at if arrived else None,
        )
        tx.note(f"outbox:{row.id}", arrived=bool(arrived))
