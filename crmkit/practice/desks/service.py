"""The service desk: tickets over every channel, answered in time, and what is improved after."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from sqlalchemy import case, select

from crmkit.i18n import gettext as _
from crmkit.practice import access, outbox, people, schema, values
from crmkit.practice.choices import AnyChannel, Day, Priority, Text, TicketKind, between
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.domain.due import due_times
from crmkit.practice.errors import BadValue, Closed, Refused
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import OfTable, record

tickets, messages, improvements = schema.ticket, schema.ticket_message, schema.improvement
TICKETS = Listing(
    tickets,
    "status kind priority channel owner_id",
    "due_at opened_at priority status",
    at="opened_at",
)


@record(of=schema.ticket_message, only="at direction channel staff_id body")
class Message(OfTable):
    """What was said: in (the customer), out (the shop) or note (among staff)."""


@record(
    of=schema.ticket, lists="id kind subject priority status owner_id first_due_at due_at overdue"
)
class Ticket(OfTable):
    """A ticket with all that was said."""

    overdue: bool
    messages: tuple[Message, ...]


@record(
    of=schema.improvement,
    only="id ticket_id store_id owner_id action due_on recheck_on status result",
    lists="action owner_id due_on recheck_on status result",
)
class Improvement(OfTable):
    """What is changed after a ticket: by whom, by when, and whether it helped."""


class Service(Desk):
    name = "service"

    @command(roles="cashier sales manager trainer")
    def open_ticket(
        self,
        tx: Tx,
        channel: AnyChannel,
        kind: TicketKind,
        subject: str,
        body: str,
        *,
        member_id: str | None = None,
        sale_id: int | None = None,
        priority: Priority = "normal",
    ) -> Ticket:
        """Write down what a customer brings to us; due times follow from the priority."""
        ticket_id = new_ticket(
            tx,
            body,
            store_id=tx.store_id,
            **tx.as_given(tickets)
            | {
                "member_id": None if member_id is None else people.live(tx, member_id).id,
                "sale_id": tx.id_of(schema.sale, sale_id),
            },
        )
        return _noted(tx, ticket_id, kind=kind, priority=priority)

    @command(roles="cashier sales manager trainer")
    def add_message(
        self, tx: Tx, ticket_id: int, body: str, channel: AnyChannel | None = None
    ) -> Ticket:
        """The customer said more; a settled ticket is open again."""
        row = _not_closed(tx, ticket_id)
        _say(tx, row.id, "in", channel or row.channel, body)
        if row.status == "resolved":
            tx.update(tickets, row.id, status="in_progress", resolved_at=None, satisfaction=None)
        return _noted(tx, row.id)

    @command(roles="sales manager trainer")
    def reply(self, tx: Tx, ticket_id: int, body: str, channel: AnyChannel | None = None) -> Ticket:
        """Answer the customer, on the ticket's channel unless another is named. To a member, an
        e-mail, SMS or app message leaves through the outbox."""
        row = _working(tx, ticket_id)
        _answer(tx, row, channel or row.channel, body, status="in_progress")
        return _noted(tx, row.id)

    @command(roles="sales manager trainer")
    def add_note(self, tx: Tx, ticket_id: int, body: str) -> Ticket:
        """A note for colleagues; the customer does not see it."""
        row = tx.find_mine(tickets, ticket_id)
        _say(tx, row.id, "note", row.channel, body)
        return _noted(tx, row.id)

    @command(roles="sales manager trainer")
    def assign(self, tx: Tx, ticket_id: int, staff_id: str) -> Ticket:
        """Say who looks after it."""
        row = _working(tx, ticket_id)
        owner = tx.find(schema.staff, staff_id).id
        tx.update(tickets, row.id, owner_id=owner)
        return _noted(tx, row.id, owner=owner)

    @command(roles="sales manager trainer")
    def edit(
        self,
        tx: Tx,
        ticket_id: int,
        *,
        member_id: str | None = None,
        channel: AnyChannel | None = None,
        kind: TicketKind | None = None,
        priority: Priority | None = None,
        subject: Text | None = None,
    ) -> Ticket:
        """Put right what was noted of a ticket; due times follow the priority."""
        row = _working(tx, ticket_id)
        changed = tx.changed(tickets)
        if member_id is not None:
            changed["member_id"] = people.live(tx, member_id).id
        if priority is not None:
            changed["first_due_at"], changed["due_at"] = due_times(row.opened_at, priority)
        if not changed:
            raise BadValue(_("Say what is to be changed."))
        tx.update(tickets, row.id, **changed)
        return _noted(tx, row.id, fields=sorted(changed))

    @command(roles="sales manager trainer")
    def resolve(
        self, tx: Tx, ticket_id: int, body: str, channel: AnyChannel | None = None
    ) -> Ticket:
        """Tell the customer how it is settled, as `reply` does."""
        row = _working(tx, ticket_id)
        _answer(tx, row, channel or row.channel, body, status="resolved", resolved_at=tx.now)
        return _noted(tx, row.id)

    @command(roles="cashier sales manager trainer")
    def rate(self, tx: Tx, ticket_id: int, satisfaction: Annotated[int, between(1, 5)]) -> Ticket:
        """How satisfied the customer is with the way it was settled, 1 to 5; closes the ticket. A
        slip is put right on the day on which it was settled."""
        row = tx.find_mine(tickets, ticket_id)
        if row.status != "closed" or tx.day_of(row.resolved_at) != tx.today:  # no slip of today
            row = _not_closed(tx, ticket_id)
        if row.resolved_at is None:
            raise Refused(_("Settle the ticket first, then ask how satisfied the customer is."))
        tx.update(tickets, row.id, satisfaction=satisfaction, status="closed")
        return _noted(tx, row.id, satisfaction=satisfaction)

    @query(roles="cashier sales manager trainer")
    def show(self, tx: Tx, ticket_id: int) -> Ticket:
        """A ticket with all that was said."""
        return _ticket_of(tx, tx.find_mine(tickets, ticket_id).id)

    @query(roles="cashier sales manager trainer")
    def waiting(self, tx: Tx) -> tuple[Ticket, ...]:
        """This store's tickets that are not settled: first what is due first, its first answer
        or, once that was given, its settling."""
        answered = tickets.c.first_response_at.is_not(None)
        due = case((answered, tickets.c.due_at), else_=tickets.c.first_due_at)
        rows = tx.all(
            select(tickets)
            .where(tickets.c.store_id == tx.store_id, tickets.c.status.in_(("open", "in_progress")))
            .order_by(due, tickets.c.id)
        )
        return tuple(_tickets_of(tx, rows))

    @listed(TICKETS, roles="cashier sales manager trainer")
    def list_tickets(tx: Tx, rows):
        """This store's tickets, page by page (see `lists`)."""
        return _tickets_of(tx, rows)

    @query(roles="cashier sales manager trainer")
    def of_member(self, tx: Tx, member_id: str) -> tuple[Ticket, ...]:
        """Everything a member ever brought to us, newest first; what was said at other stores is
        left out."""
        group = people.group_of(people.live(tx, member_id).id)
        rows = tx.all(
            select(tickets)
            .where(tickets.c.member_id.in_(group))
            .order_by(tickets.c.opened_at.desc(), tickets.c.id.desc())
        )
        stores = access.stores_allowed(tx.connection, tx.staff.id, tx.permission)
        return tuple(
            one if stores is None or one.store_id in stores else replace(one, messages=())
            for one in _tickets_of(tx, rows)
        )

    @command(roles="manager trainer")
    def improve(
        self,
        tx: Tx,
        action: str,
        owner_id: str,
        due_on: Day,
        recheck_on: Day,
        *,
        ticket_id: int | None = None,
    ) -> Improvement:
        """Agree on a change: who does it, by when, and when we look whether it helped."""
        if recheck_on < due_on:
            raise BadValue(_("The re-check comes after the change, not before."))
        owner_id = tx.id_of(schema.staff, owner_id)
        if ticket_id is not None:
            tx.find_mine(tickets, ticket_id)
        made = tx.insert(
            improvements,
            **tx.as_given("ticket_id due_on recheck_on"),
            owner_id=owner_id,
            action=values.text(action, "service.action"),
        )
        tx.note(f"improvement:{made}", owner=owner_id)
        return _improvement_of(tx, made)

    @command(roles="sales manager trainer")
    def improvement_done(self, tx: Tx, improvement_id: int) -> Improvement:
        """The change is made."""
        row = tx.find_mine(improvements, improvement_id)
        if row.status not in ("open", "reopened"):
            raise Closed(_("This change is made already."))
        tx.update(improvements, row.id, status="done", done_at=tx.now)
        tx.note(f"improvement:{row.id}")
        return _improvement_of(tx, row.id)

    @command(roles="manager trainer")
    def recheck(self, tx: Tx, improvement_id: int, result: Text, helped: bool) -> Improvement:
        """Say what the re-check showed; what did not help is open again. Said again, the last word
        counts."""
        row = tx.find_mine(improvements, improvement_id)
        if row.status == "open":
            raise Refused(_("Make the change first, then check whether it helped."))
        status = "confirmed" if helped else "reopened"
        tx.update(improvements, row.id, status=status, result=result)
        tx.note(f"improvement:{row.id}", helped=bool(helped))
        return _improvement_of(tx, row.id)

    @query(roles="sales manager trainer")
    def improvements(self, tx: Tx) -> tuple[Improvement, ...]:
        """This store's improvements, the next due first."""
        here = improvements.c.store_id == tx.store_id
        return tx.every(Improvement, improvements, here, order=improvements.c.due_on)


def new_ticket(
    tx: Tx, body: str, *, channel: str, subject: str, priority: str = "normal", **about
) -> int:
    """Write a new ticket with its first message; its number. `about` are further columns."""
    first_due_at, due_at = due_times(tx.now, priority)
    ticket_id = tx.insert(
        tickets,
        channel=channel,
        subject=values.text(subject, "subject"),
        priority=priority,
        first_due_at=first_due_at,
        due_at=due_at,
        **about,
    )
    _say(tx, ticket_id, "in", channel, body)
    return ticket_id


def _answer(tx: Tx, row, channel: str, body: str, **becomes) -> None:
    """Tell the customer; whoever answers first looks after it."""
    first = row.first_response_at or tx.now
    owner = row.owner_id or tx.staff.id
    tx.update(tickets, row.id, first_response_at=first, owner_id=owner, **becomes)
    message_id = _say(tx, row.id, "out", channel, body)
    if row.member_id is None or channel not in schema.MESSAGE_CHANNELS:
        return
    member = people.live(tx, row.member_id)
    queued = outbox.enqueue(
        tx,
        member,
        channel,
        "service",
        values.text(body, "body"),
        once=f"ticket message:{message_id}",
        subject=tx.unseal(tickets, "subject_sealed", row.id, row.subject_sealed),
        ticket_id=row.id,
    )
    if queued is None:
        outbox.refuse_without_address(member.id, channel)


def _say(tx: Tx, ticket_id: int, direction: str, channel: str, body: str) -> int:
    """Write down what was said; the message's number."""
    return tx.insert(
        messages,
        ticket_id=ticket_id,
        direction=direction,
        channel=channel,
        staff_id=None if direction == "in" else tx.staff.id,
        body=values.text(body, "body"),
    )


def _not_closed(tx: Tx, ticket_id: int):
    row = tx.find_mine(tickets, ticket_id)
    if row.status == "closed":
        raise Closed(_("Ticket {id} is closed. Open a new one."), id=row.id)
    return row


def _working(tx: Tx, ticket_id: int):
    row = tx.find_mine(tickets, ticket_id)
    if row.status in ("resolved", "closed"):
        raise Closed(_("Ticket {id} is settled already."), id=row.id)
    return row


def _noted(tx: Tx, ticket_id: int, **detail) -> Ticket:
    """The ticket as it stands now, for the log and for who did something about it."""
    tx.note(f"ticket:{ticket_id}", **detail)
    return _ticket_of(tx, ticket_id)


def _ticket_of(tx: Tx, ticket_id: int) -> Ticket:
    return next(_tickets_of(tx, [tx.find(tickets, ticket_id)]))


def _tickets_of(tx: Tx, rows: Sequence) -> Iterator[Ticket]:
    said = tx.each(Message, messages.c.ticket_id, [row.id for row in rows])
    for row in rows:
        late_answer = row.first_response_at is None and tx.now > row.first_due_at
        late = row.resolved_at is None and (late_answer or tx.now > row.due_at)
        yield tx.built(Ticket, tickets, row, overdue=late, messages=said[row.id])


def _improvement_of(tx: Tx, improvement_id: int) -> Improvement:
    return tx.built(Improvement, improvements, tx.find_mine(improvements, improvement_id))
