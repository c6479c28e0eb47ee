"""The outbox: what is to be sent, and the workers that send it.

A message is queued in the same transaction as whatever made it. A worker leases it, looks once
more whether it may still be sent (consent, quiet hours, the member still there), writes down that
it is about to hand it over, hands it over, and writes down what became of it. Killed before
handing over, the lease runs out and another worker takes it; killed after, nobody can know
whether it arrived, so it is marked unknown and never blindly sent again.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, select, update

from crmkit.i18n import gettext as _
from crmkit.practice import people, schema
from crmkit.practice.command import Tx, begin
from crmkit.practice.delivery import Letter, LocalGateway, Refusal, Transport, Unreachable
from crmkit.practice.domain.quiet import next_allowed
from crmkit.practice.engine import reading, writing
from crmkit.practice.errors import Refused
from crmkit.practice.settings import setting

outbox = schema.outbox
ADDRESS = {"wecom": "card", "mini_program": "card", "sms": "phone", "email": "email"}
"""What of a member's record a channel writes to; app and WeCom know their users by the card."""
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)
GOOD_FOR = {"marketing": timedelta(days=14), "service": timedelta(days=30)}
"""How long a message is worth sending, unless it says its last day itself."""


def enqueue(
    tx: Tx,
    member,
    channel: str,
    purpose: str,
    body: str,
    *,
    once: str,
    subject: str | None = None,
    last_day: date | None = None,
    **about: int | None,
) -> int | None:
    """Queue one message to a member's row; None where it may not or cannot be sent.

    `once` names the message for ever: of one name a person gets one, whatever records were merged
    into theirs. Marketing needs the member's consent on this channel and waits until the quiet
    hours are over; service messages do not. After its last day nobody wants it any more.
    """
    if purpose == "marketing" and not people.has_consent(tx, member.id, purpose, channel):
        return None
    if people.unsealed(tx, member, ADDRESS[channel]) is None or _sent_to(tx, member.id, once):
        return None
    return tx.insert(
        outbox,
        once=f"{once}:{member.id}",
        member_id=member.id,
        channel=channel,
        purpose=purpose,
        subject=subject,
        body=body,
        not_before=_allowed_from(tx, purpose),
        last_day=last_day or tx.today + GOOD_FOR[purpose],
        attempts=0,
        **about,
    )


def _sent_to(tx: Tx, member_id: str, once: str, before: int | None = None) -> bool:
    """Whether the person has, or will get, a message of this name (queued before that one)."""
    names = [f"{once}:{one}" for one in tx.column(people.group_of(member_id))]
    wanted: list[ColumnElement[bool]] = [outbox.c.once.in_(names)]
    if before is not None:
        alive = ("queued", "leased", "sent", "unknown")
        wanted += [outbox.c.id < before, outbox.c.status.in_(alive)]
    return tx.one(select(outbox.c.id).where(*wanted).limit(1)) is not None


def refuse_without_address(member_id: str, channel: str) -> None:
    """Raise `Refused`: the record has nothing to write to on this channel."""
    raise Refused(
        _("{member} has no {field} on record. Complete it, or choose another channel."),
        member=member_id,
        field=ADDRESS[channel],
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


def _called_off(tx: Tx, row) -> bool:
    """Whether the campaign or the care rule the message belongs to was stopped."""
    k, rule = schema.campaign, schema.care_rule
    if row.campaign_id is not None:
        return tx.value(select(k.c.status).where(k.c.id == row.campaign_id)) == "cancelled"
    if row.care_rule_id is not None:
        return not tx.value(select(rule.c.active).where(rule.c.id == row.care_rule_id))
    return False


def deliver(shop, transports: dict[str, Transport] | None) -> dict[str, int]:
    """Run one worker until nothing is due; a practice shop only shows what it would send."""
    if transports is None:
        with reading(shop.engine) as connection:
            kind = connection.scalar(select(schema.shop.c.kind))
        if kind != "practice":
            raise Refused(_("Name the ways out, such as {example}."), example="{'email': Smtp(…)}")
        shown = LocalGateway(Path(shop.engine.url.database).with_name("messages.jsonl"))
        transports = dict.fromkeys(schema.MESSAGE_CHANNELS, shown)
    return Worker(shop, transports).run()


@dataclass
class Worker:
    """Sends what is due. `transports` has one for each channel it serves.

    Several may work on one shop, in any number of processes.
    """

    shop: Any
    transports: dict[str, Transport]
    name: str = ""
    lease: timedelta = LEASE

    def __post_init__(self):
        self.name = self.name or f"{socket.gethostname()}:{os.getpid()}:{id(self)}"

    def run(self, limit: int | None = None) -> dict[str, int]:
        """Send everything that is due, at most `limit`; how many became what."""
        became: dict[str, int] = {}
        self._end_lost_leases()
        self._drop_what_is_late()
        while limit is None or sum(became.values()) < limit:
            leased = self._lease()
            if leased is None:
                break
            status = leased if isinstance(leased, str) else self._send(leased)
            became[status] = became.get(status, 0) + 1
        return became

    @contextmanager
    def _writing(self) -> Iterator[Tx]:
        with writing(self.shop.engine) as connection:
            yield begin(connection, self.shop, "outbox.worker")

    def _end_lost_leases(self) -> None:
        with self._writing() as tx:
            lost = (outbox.c.status == "leased", outbox.c.lease_until <= tx.now)
            stopped = _("The worker stopped while handing it over.")
            for row in tx.all(select(outbox).where(*lost)):
                in_doubt = row.handed_over_at is not None
                about = ("unknown", stopped) if in_doubt else ("queued", None)
                self._settle(tx, row, *about)

    def _drop_what_is_late(self) -> None:
        with self._writing() as tx:
            late = outbox.c.last_day < tx.today
            for row in tx.all(select(outbox).where(outbox.c.status == "queued", late)):
                self._settle(tx, row, "cancelled", "TooLate")

    def _lease(self):
        """The next message as a letter to send; its new status where it may not go; or None."""
        with self._writing() as tx:
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
            member = people.live(tx, row.member_id)
            return Letter(
                row.id,
                row.channel,
                people.unsealed(tx, member, ADDRESS[row.channel]) or "",
                tx.unseal(outbox, "subject_sealed", row.id, row.subject_sealed),
                tx.unseal(outbox, "body_sealed", row.id, row.body_sealed) or "",
                people.unsealed(tx, member, "name"),
            )

    @staticmethod
    def _why_not(tx: Tx, row) -> str | None:
        """Why a message may not go (any more), as things stand at this moment."""
        member = people.living(tx, row.member_id)
        if member is None:
            return "NotFound"
        if row.purpose == "marketing" and not people.has_consent(
            tx, member.id, row.purpose, row.channel
        ):
            return "NoConsent"
        if people.unsealed(tx, member, ADDRESS[row.channel]) is None:
            return "NoAddress"
        if row.last_day < tx.today:
            return "TooLate"
        if _called_off(tx, row):
            return "Cancelled"
        once = row.once.rpartition(":")[0]
        return "SentAlready" if _sent_to(tx, member.id, once, before=row.id) else None

    def _send(self, letter: Letter) -> str:
        transport, handing_over = self.transports[letter.channel], False
        try:
            with transport.ready(letter) as hand_over:
                stopped = self._mark_handing_over(letter.id)
                if stopped:
                    return stopped
                handing_over = True
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

    def _mark_handing_over(self, message_id: int) -> str | None:
        """Write down that it leaves now; what became of it instead, where it may not."""
        with self._writing() as tx:
            row = self._mine(tx, message_id)
            if row is None:
                return "unknown"  # the lease ran out meanwhile: it is somebody else's now
            why_not = self._why_not(tx, row)
            if why_not:
                self._settle(tx, row, "cancelled", why_not)
                return "cancelled"
            tx.update(outbox, row.id, handed_over_at=tx.now)
            return None

    def _mine(self, tx: Tx, message_id: int):
        return tx.one(
            select(outbox).where(outbox.c.id == message_id, outbox.c.lease_owner == self.name)
        )

    def _finish(self, message_id: int, status: str, problem: str | None) -> str:
        with self._writing() as tx:
            row = self._mine(tx, message_id)
            if row is None:
                return "unknown"
            if status == "queued":
                why_not = self._why_not(tx, row)
                status = "cancelled" if why_not else status
                problem = why_not or problem
                if row.attempts >= MOST_ATTEMPTS and not why_not:
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
            schema.outbox_attempt, outbox_id=row.id, worker=self.name, result=status, detail=problem
        )
