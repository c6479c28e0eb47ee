"""The member desk: register, correct, complete, what members like and agreed to, erase."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from sqlalchemy import func, select

from crmkit.i18n import gettext as _
from crmkit.practice import calls, erasure, outbox, people, schema, values
from crmkit.practice.choices import (
    ConsentChannel,
    Gender,
    PersonalField,
    PreferenceKind,
    Purpose,
    Text,
)
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks.finding import Finding
from crmkit.practice.desks.merging import Merging
from crmkit.practice.desks.timeline import Timeline
from crmkit.practice.errors import BadValue, NotFound
from crmkit.practice.people import Member
from crmkit.practice.records import OfTable, record

table = schema.member
PROFILE = ("name", "phone", "email", "gender", "birth_date", "district", "occupation", "household")


@record
class Completeness:
    """Which fields of a member's record are empty."""

    member_id: str
    filled: int
    of: int
    missing: tuple[Annotated[str, "field"], ...]


@record(of=schema.member_preference, only="kind value at source")
class Preference(OfTable):
    """Something a member likes, and how we know."""

    kind: Annotated[str, "preference"]


class Members(Finding, Merging, Timeline, Desk):
    name = "members"

    @command(roles="cashier sales manager trainer")
    def register(
        self,
        tx: Tx,
        name: str,
        phone: str,
        *,
        email: str | None = None,
        gender: Gender | None = None,
        birth_date: date | str | None = None,
        district: str | None = None,
        occupation: str | None = None,
        household: str | None = None,
        card: str | None = None,
        referred_by: str | None = None,
        consents: Sequence[ConsentChannel] = (),
        note: str | None = None,
        source: str = "registration",
    ) -> Member:
        """A new member; `consents` names the channels they agreed to get offers on, `source` how
        they came to us.

        Raises `PhoneTaken` when somebody has this phone already, `BadValue` for what cannot be.
        """
        about = tx.as_given("referred_by consents source") | tx.as_given(table)
        row = people.enrol(tx, **about)
        tx.note(f"member:{row.id}")
        return people.card_of(tx, row)

    @command(roles="cashier sales manager trainer")
    def refer(self, tx: Tx, member_id: str) -> int:
        """A member recommends us to someone who has not joined yet; the referral's number.

        When someone registers and names this member, their earliest open referral is fulfilled.
        """
        row = people.live(tx, member_id)
        made = tx.insert(schema.referral, member_id=row.id)
        tx.note(f"member:{row.id}", referral=made)
        return made

    @command(roles="cashier sales manager trainer")
    def prefer(
        self, tx: Tx, member_id: str, kind: PreferenceKind, value: Text, *, source: Text = "counter"
    ) -> tuple[Preference, ...]:
        """Write down what a member likes: a category, brand, colour, size, style or else; all we
        know of their likes."""
        row = people.live(tx, member_id)
        likes = schema.member_preference
        key = {"member_id": row.id, "kind": kind, "value": value}
        if not tx.one(select(likes).filter_by(**key)):
            tx.insert(likes, **key, source=source)
        tx.note(f"member:{row.id}", preference=kind)
        return _preferences(tx, row.id)

    @command(roles="cashier sales manager trainer")
    def forget_preference(self, tx: Tx, member_id: str, kind: PreferenceKind, value: Text) -> None:
        """Take a member's liking off their record."""
        row = people.live(tx, member_id)
        likes = schema.member_preference
        gone = tx.execute(
            likes.delete().where(
                likes.c.member_id.in_(people.group_of(row.id)),
                likes.c.kind == kind,
                likes.c.value == value,
            )
        )
        if not gone.rowcount:
            raise NotFound(_("That is not on this member's record."))
        tx.note(f"member:{row.id}", preference=kind)

    @query(roles="cashier sales manager trainer")
    def preferences(self, tx: Tx, member_id: str) -> tuple[Preference, ...]:
        """What we know a member likes, by kind."""
        return _preferences(tx, people.live(tx, member_id).id)

    @command(roles="cashier sales manager trainer")
    def correct(self, tx: Tx, member_id: str, **changes: str | date | None) -> Member:
        """Put fields of a member's record right: name, phone, email, card, birth_date, note,
        gender, district, occupation, household, home_store_id; None empties one."""
        row = people.live(tx, member_id)
        unknown = set(changes) - set(people.SEALED_FIELDS) - set(people.PLAIN_FIELDS)
        if unknown or not changes:
            raise BadValue(
                _("These fields can be corrected: {fields}."),
                fields=values.listed((*people.SEALED_FIELDS, *people.PLAIN_FIELDS), "field"),
            )
        for needed in ("name", "phone"):
            if needed in changes and not changes[needed]:
                values.text("", needed)
        said = _("{member} has this phone already. Are they the same person? Merge them.")
        for unique in ("phone", "card"):
            if changes.get(unique):
                typed = people.tidy(tx, unique, changes[unique])
                people.require_free(tx, unique, typed, said, but=row.id)
        if "home_store_id" in changes:
            changes["home_store_id"] = tx.find(schema.store, changes["home_store_id"]).id
        people.fill(tx, row.id, changes)
        tx.note(f"member:{row.id}", fields=sorted(changes))
        return people.card_of(tx, people.live(tx, row.id))

    @command(roles="manager trainer")
    def reveal(self, tx: Tx, member_id: str, field: PersonalField, reason: Text) -> str | None:
        """One field in full, for a reason that is written down; a manager's own stores' members."""
        row = _of_my_stores(tx, member_id)
        if len(reason) < 4:
            raise BadValue(_("Give a reason of at least four characters."))
        tx.insert(schema.reveal, member_id=row.id, field=field, reason=reason)
        tx.note(f"member:{row.id}", field=field)
        return people.unsealed(tx, row, field)

    @command(roles="manager trainer")
    def erase(self, tx: Tx, member_id: str, reason: Text) -> None:
        """Forget a member at their own wish: nothing personal is left, the sums stay. There is no
        way back. The reason is asked for so that nobody does it unawares; it is not kept, for it
        might name them."""
        row = _of_my_stores(tx, member_id)
        if len(reason) < 4:
            raise BadValue(_("Give a reason of at least four characters."))
        erasure.erase(tx, row.id)
        tx.note(f"member:{row.id}")

    @command(roles="cashier sales manager trainer")
    def consent(
        self,
        tx: Tx,
        member_id: str,
        purpose: Purpose,
        channel: ConsentChannel,
        given: bool,
        source: str,
    ) -> None:
        """The member agrees, or withdraws: for a purpose, on a channel, told us how."""
        row = people.live(tx, member_id)
        people.record_consent(tx, row.id, purpose, channel, given, source)
        if not given and purpose == "marketing":
            outbox.cancel_for(tx, row.id, channel)
            calls.close_offers(tx, row.id)
        tx.note(f"member:{row.id}", purpose=purpose, channel=channel, given=given)

    @query(roles="cashier sales manager trainer")
    def completeness(self, tx: Tx, member_id: str) -> Completeness:
        """How much of a member's record is filled in, and what is missing."""
        row = people.live(tx, member_id)
        missing = tuple(one for one in PROFILE if getattr(row, people.column_of(one)) is None)
        return Completeness(row.id, len(PROFILE) - len(missing), len(PROFILE), missing)


def _of_my_stores(tx: Tx, member_id: str):
    """The living record, if its home store is one where the staff may do this."""
    row = people.live(tx, member_id)
    if row.home_store_id != tx.store_id:
        tx.require_at(row.home_store_id)
    return row


def _preferences(tx: Tx, member_id: str) -> tuple[Preference, ...]:
    likes = schema.member_preference
    rows = tx.all(
        select(likes.c.kind, likes.c.value, func.min(likes.c.at), func.min(likes.c.source))
        .where(likes.c.member_id.in_(people.group_of(member_id)))
        .group_by(likes.c.kind, likes.c.value)
        .order_by(likes.c.kind, likes.c.value)
    )
    return tuple(Preference(*row) for row in rows)
