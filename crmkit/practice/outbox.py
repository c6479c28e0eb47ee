"""The outbox: what is to be sent, and the workers that send it.

A message is queued in the same transaction as whatever made it. A worker leases it, looks once
more whether it may still be sent (consent, quiet hours, the member still there), writes down that
it is about to hand it over, hands it over, and writes down what became of it. Killed before
handing over, the lease runs out and another worker takes it; killed after, nobody can know
whether it arrived, so it is marked unknown and never blindly sent again.
"""

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import people, schema
from crmkit.practice.command import Tx, begin
from crmkit.practice.delivery import (
    Letter,
    LocalGateway,
    Refusal,
    ThroughGateway,
    Transport,
    Unreachable,
)
from crmkit.practice.domain.quiet import next_allowed
from crmkit.practice.engine import reading, writing
from crmkit.practice.errors import CrmkitError, Refused
from crmkit.practice.settings import setting

outbox = schema.outbox
ADDRESS = {"email": "email", "sms": "phone", "mini_program": "card"}
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)


def enqueue(
    tx: Tx,
    member,
    channel: str,
    purpose: str,
    body: str,
    *,
    once: str,
    subject: str | None = None,
    **about: int | None,
) -> int | None:
    """Queue one message to a member's row; None where it may not or cannot be sent.

    `once` names the message for ever: the same name is queued once. Marketing needs the member's
    consent on this channel and waits until the quiet hours are over; service messages do not.
    """
    if purpose == "marketing" and not people.has_consent(tx, member.id, purpose, channel):
        return None
    recipient = people.unsealed(tx, member, ADDRESS[channel])
    if recipient is None or tx.one(select(outbox.c.id).where(outbox.c.once == once)):
        return None
    message_id = tx.next_id(outbox)
    return tx.insert(
        outbox,
        id=message_id,
        once=once,
        member_id=member.id,
        channel=channel,
        purpose=purpose,
        recipient_sealed=tx.seal(outbox, "recipient_sealed", message_id, recipient),
        subject_sealed=tx.seal(outbox, "subject_sealed", message_id, subject),
        body_sealed=tx.seal(outbox, "body_sealed", message_id, body),
        made_at=tx.now,
        not_before=_allowed_from(tx, purpose),
        status="queued",
        attempts=0,
        **about,
    )


def refuse_without_address(member_id: str, channel: str) -> None:
    """Raise `Refused`: the record has nothing to write to on this channel."""
    raise Refused(
        _("{member} has no {field} on record. Complete it, or choose another channel.").format(
            member=member_id, field=label("field", ADDRESS[channel])
        )
    )


def cancel_for(tx: Tx, member_id: str, channel: str | None = None) -> int:
    """Take a member's queued offers back, on one channel or on all; how many were."""
    wanted = [
        outbox.c.member_id.in_(people.group_of(member_id)),
        outbox.c.purpose == "marketing",
        outbox.c.status == "queued",
    ]
    if channel is not None:
        wanted.append(outbox.c.channel == channel)
    return tx.execute(update(outbox).where(*wanted).values(status="cancelled")).rowcount


def _allowed_from(tx: Tx, purpose: str):
    if purpose != "marketing":
        return tx.now
    return next_allowed(tx.now, tx.timezone, setting(tx, "quiet_from"), setting(tx, "quiet_to"))


def deliver(shop, transports: dict[str, Transport] | None) -> dict[str, int]:
    """Run one worker until nothing is due; a practice shop only shows what it would send."""
    if transports is None:
        with reading(shop.engine) as connection:
            kind = connection.scalar(select(schema.shop.c.kind))
        if kind != "practice":
            raise Refused(
                _("Name the ways out, such as {example}.").format(example="{'email': Smtp(…)}")
            )
        shown = ThroughGateway(
            LocalGateway(Path(shop.engine.url.database).with_name("messages.jsonl"))
        )
        transports = dict.fromkeys(schema.MESSAGE_CHANNELS, shown)
    return Worker(shop, transports).run()


@dataclass
class Worker:
    """Sends what is due. `transports` has one for each channel it serves.

    Several may work on one shop, in any number of processes.
    """

    shop: object
    transports: dict[str, Transport]
    name: str = ""
    lease: timedelta = LEASE

    def __post_init__(self):
        self.name = self.name or f"{socket.gethostname()}:{os.getpid()}:{id(self)}"

    def run(self, limit: int | None = None) -> dict[str, int]:
        """Send everything that is due, at most `limit`; how many became what."""
        became: dict[str, int] = {}
        self._end_lost_leases()
        while limit is None or sum(became.values()) < limit:
            leased = self._lease()
            if leased is None:
                break
            status = leased if isinstance(leased, str) else self._send(leased)
            became[status] = became.get(status, 0) + 1
        return became

    def _tx(self, connection) -> Tx:
        return begin(connection, self.shop, "outbox.worker")

    def _end_lost_leases(self) -> None:
        with writing(self.shop.engine) as connection:
            tx = self._tx(connection)
            lost = tx.all(
                select(outbox).where(outbox.c.status == "leased", outbox.c.lease_until <= tx.now)
            )
            for row in lost:
                handed_over = row.handed_over_at is not None
                self._settle(
                    tx,
                    row,
                    "unknown" if handed_over else "queued",
                    _("The worker stopped while handing it over.") if handed_over else None,
                )

    def _lease(self):
        """The next message as a letter to send; its new status where it may not go; or None."""
        with writing(self.shop.engine) as connection:
            tx = self._tx(connection)
            row = tx.one(
                select(outbox)
                .where(
                    outbox.c.status == "queued",
                    outbox.c.not_before <= tx.now,
                    outbox.c.channel.in_(list(self.transports)),
                )
                .order_by(outbox.c.not_before, outbox.c.id)
                .limit(1)
            )
            if row is None:
                return None
            why_not = self._why_not(tx, row)
            if why_not:
                self._settle(tx, row, "cancelled", why_not)
                return "cancelled"
            allowed = _allowed_from(tx, row.purpose)
            if allowed > tx.now:
                tx.update(outbox, row.id, not_before=allowed)
                return "put_off"
            tx.update(
                outbox,
                row.id,
                status="leased",
                lease_owner=self.name,
                lease_until=tx.now + self.lease,
                handed_over_at=None,
                attempts=row.attempts + 1,
            )
            return Letter(
                row.id,
                row.channel,
                *(
                    tx.unseal(outbox, column, row.id, getattr(row, column))
                    for column in ("recipient_sealed", "subject_sealed", "body_sealed")
                ),
            )

    @staticmethod
    def _why_not(tx: Tx, row) -> str | None:
        try:
            member = people.live(tx, row.member_id)
        except CrmkitError as error:
            return type(error).__name__
        consent = row.purpose != "marketing" or people.has_consent(
            tx, member.id, row.purpose, row.channel
        )
        return None if consent else "NoConsent"

    def _send(self, letter: Letter) -> str:
        transport, handing_over = self.transports[letter.channel], False
        try:
            with transport.ready(letter) as hand_over:
                handing_over = self._mark_handing_over(letter.id)
                if not handing_over:
                    return "unknown"  # the lease ran out meanwhile: it is somebody else's now
                hand_over()
        except Unreachable as problem:
            return self._finish(letter.id, "queued", str(problem))
        except Refusal as problem:
            return self._finish(letter.id, "failed", str(problem))
        except Exception as problem:
            # what broke while it was handed over may have arrived
            status = "unknown" if handing_over else "queued"
            return self._finish(letter.id, status, type(problem).__name__)
        return self._finish(letter.id, "sent", None)

    def _mark_handing_over(self, message_id: int) -> bool:
        with writing(self.shop.engine) as connection:
            tx = self._tx(connection)
            marked = tx.execute(
                update(outbox)
                .where(outbox.c.id == message_id, outbox.c.lease_owner == self.name)
                .values(handed_over_at=tx.now)
            )
            return marked.rowcount == 1

    def _finish(self, message_id: int, status: str, problem: str | None) -> str:
        with writing(self.shop.engine) as connection:
            tx = self._tx(connection)
            row = tx.one(
                select(outbox).where(outbox.c.id == message_id, outbox.c.lease_owner == self.name)
            )
            if row is None:
                return "unknown"
            if status == "queued" and row.attempts >= MOST_ATTEMPTS:
                status = "failed"
            self._settle(tx, row, status, problem)
            return "put_off" if status == "queued" else status

    def _settle(self, tx: Tx, row, status: str, problem: str | None) -> None:
        again = {}
        if status == "queued":
            again = {
                "handed_over_at": None,
                "not_before": tx.now + FIRST_WAIT * 2 ** max(row.attempts - 1, 0),
            }
        tx.update(
            outbox,
            row.id,
            status=status,
            lease_owner=None,
            lease_until=None,
            sent_at=tx.now if status == "sent" else None,
            problem=problem,
            **again,
        )
        tx.insert(
            schema.outbox_attempt,
            outbox_id=row.id,
            at=tx.now,
            worker=self.name,
            result=status,
            detail=problem,
        )
