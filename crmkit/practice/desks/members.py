"""The member desk: register, find, correct, complete, and make one of two."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import product
from typing import Annotated

from sqlalchemy import and_, func, null, select, update

from crmkit.i18n import gettext as _
from crmkit.practice import calls, erasure, outbox, people, schema, values
from crmkit.practice.choices import ConsentChannel, Gender, PersonalField, PreferenceKind, Purpose
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.display import CODED
from crmkit.practice.errors import BadValue, NotFound, PhoneTaken, Refused
from crmkit.practice.lists import Listing, listed
from crmkit.practice.people import Member
from crmkit.practice.records import Cents, record

table = schema.member
MEMBERS = Listing(
    table,
    filters=("level", "gender", "district"),
    sorts=("id", "joined_at"),
    at="joined_at",
    store="home_store_id",
    also=lambda _tx, _where: [table.c.status == "live"],
)
SHOWN_AT_MOST = 20
PROFILE = ("name", "phone", "email", "gender", "birth_date", "district", "occupation", "household")
TOLD = {"return": "return_reason", "ticket": "kind", "opportunity": "stage", "followup": "outcome"}
TOLD |= dict.fromkeys(("message", "agreed", "withdrew"), "channel")
"""What is said about an event is a code of this kind."""


@record
class Found:
    """The members that fit, at most `SHOWN_AT_MOST`; `more` when others fit as well."""

    members: tuple[Member, ...]
    more: bool


@record
class Completeness:
    """Which fields of a member's record are empty."""

    member_id: str
    filled: int
    of: int
    missing: tuple[Annotated[str, "field"], ...]


@record
class Pair:
    """Two records that look like one person, and why."""

    first: Member
    second: Member
    reasons: tuple[Annotated[str, "alike"], ...]


@record
class Preference:
    """Something a member likes, and how we know."""

    kind: Annotated[str, "preference"]
    value: str
    at: datetime
    source: str


@record
class Event:
    """Something that happened between a member and the shop; money in cents."""

    at: datetime
    kind: Annotated[str, "event"]
    document: str
    amount: Cents | None
    text: Annotated[str, CODED] | None


class Members(Desk):
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
        row = people.enrol(
            tx,
            name,
            phone,
            referred_by=referred_by,
            consents=consents,
            source=source,
            email=email,
            gender=gender,
            birth_date=birth_date,
            district=district,
            occupation=occupation,
            household=household,
            card=card,
            note=note,
        )
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
        self, tx: Tx, member_id: str, kind: PreferenceKind, value: str, *, source: str = "counter"
    ) -> tuple[Preference, ...]:
        """Write down what a member likes: a category, brand, colour, size, style or else; all we
        know of their likes."""
        row = people.live(tx, member_id)
        likes = schema.member_preference
        key = {"member_id": row.id, "kind": kind, "value": values.text(value, "value")}
        if not tx.one(select(likes).filter_by(**key)):
            tx.insert(likes, **key, source=values.text(source, "source"))
        tx.note(f"member:{row.id}", preference=kind)
        return _preferences(tx, row.id)

    @command(roles="cashier sales manager trainer")
    def forget_preference(self, tx: Tx, member_id: str, kind: PreferenceKind, value: str) -> None:
        """Take a member's liking off their record."""
        row = people.live(tx, member_id)
        likes = schema.member_preference
        gone = tx.execute(
            likes.delete().where(
                likes.c.member_id.in_(people.group_of(row.id)),
                likes.c.kind == kind,
                likes.c.value == values.text(value, "value"),
            )
        )
        if not gone.rowcount:
            raise NotFound(_("That is not on this member's record."))
        tx.note(f"member:{row.id}", preference=kind)

    @query(roles="cashier sales manager trainer")
    def preferences(self, tx: Tx, member_id: str) -> tuple[Preference, ...]:
        """What we know a member likes, by kind."""
        return _preferences(tx, people.live(tx, member_id).id)

    @query(roles="cashier sales manager trainer")
    def show(self, tx: Tx, member_id: str) -> Member:
        """A member's card by number; of a merged record, the one that was kept."""
        return people.card_of(tx, people.live(tx, member_id))

    @query(roles="cashier sales manager trainer")
    def find_by_phone(self, tx: Tx, phone: str) -> Member:
        """The member with this phone (or who had it before a merge)."""
        row = people.found_by(tx, "phone", values.phone(phone))
        if row is None:
            raise NotFound(_("No member has this phone. Register them?"))
        return people.card_of(tx, row)

    @query(roles="cashier sales manager trainer")
    def find_by_card(self, tx: Tx, card: str) -> Member:
        """The member with this card."""
        row = people.found_by(tx, "card", values.card(card))
        if row is None:
            raise NotFound(_("No member has this card."))
        return people.card_of(tx, row)

    @query(roles="cashier sales manager trainer")
    def find_by_last_four(self, tx: Tx, digits: str) -> Found:
        """Members whose phone ends like this; this store's own come first."""
        wanted = table.c.phone_tail_token.in_(tx.keys.tokens("phone_tail", values.tail(digits)))
        here = table.c.home_store_id == tx.store_id
        who = select(table.c.survivor_id).where(wanted)
        ids = tx.column(who.where(here).limit(SHOWN_AT_MOST + 1))
        if len(ids) <= SHOWN_AT_MOST:
            ids += tx.column(who.limit(2 * SHOWN_AT_MOST + 2))
        return _found(tx, list(dict.fromkeys(ids)))

    @query(roles="cashier sales manager trainer")
    def find_by_name(self, tx: Tx, name: str) -> Found:
        """Members of this name at any store, then those of this store who have it as a part of
        theirs; blanks and capitals do not matter."""
        wanted = people.name_key(values.name(name))
        exact = table.c.name_token.in_(tx.keys.tokens("name", wanted))
        who = select(table.c.survivor_id).where(exact).order_by(table.c.id)
        ids = tx.column(who.limit(2 * SHOWN_AT_MOST + 2))
        if len(ids) <= SHOWN_AT_MOST:
            ids += people.with_name_part(tx, wanted, SHOWN_AT_MOST + 1)
        return _found(tx, list(dict.fromkeys(ids)))

    @listed(MEMBERS, roles="cashier sales manager trainer")
    def list_members(tx: Tx, rows):
        """This store's members, page by page (see `lists`)."""
        return people.cards_of(tx, rows)

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
    def reveal(self, tx: Tx, member_id: str, field: PersonalField, reason: str) -> str | None:
        """One field in full, for a reason that is written down; a manager's own stores' members."""
        row = _of_my_stores(tx, member_id)
        reason = values.text(reason, "reason")
        if len(reason) < 4:
            raise BadValue(_("Give a reason of at least four characters."))
        tx.insert(schema.reveal, member_id=row.id, field=field, reason=reason)
        tx.note(f"member:{row.id}", field=field)
        return people.unsealed(tx, row, field)

    @command(roles="manager trainer")
    def erase(self, tx: Tx, member_id: str, reason: str) -> None:
        """Forget a member at their own wish: nothing personal is left, the sums stay. There is no
        way back. The reason is asked for so that nobody does it unawares; it is not kept, for it
        might name them."""
        row = _of_my_stores(tx, member_id)
        if len(values.text(reason, "reason")) < 4:
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

    @query(roles="sales manager trainer")
    def duplicates(self, tx: Tx, limit: int = 50) -> tuple[Pair, ...]:
        """Live records that look like one person: the same name with the same last four digits
        or birthday, or the same e-mail."""
        found: dict[tuple[str, str], list[str]] = {}
        for column, second, why in (
            ("name_token", "phone_tail_token", "name_and_phone_tail"),
            ("name_token", "birthday_token", "name_and_birthday"),
            ("email_token", None, "email"),
        ):
            for pair in _alike(tx, column, second, limit):
                found.setdefault(pair, []).append(why)
        return tuple(
            Pair(*(people.card_of(tx, people.live(tx, one)) for one in pair), tuple(why))
            for pair, why in sorted(found.items())[:limit]
        )

    @command(roles="manager trainer")
    def merge(self, tx: Tx, keep: str, merge: str, reason: str) -> Member:
        """Make one record of two. Nothing is lost: sales, points, coupons, tickets and all else
        of `merge` count for `keep` from now on, empty fields are filled, both phones find it."""
        kept, gone = people.live(tx, keep), people.live(tx, merge)
        if kept.id == gone.id:
            raise Refused(_("These are the same record already."))
        reason = values.text(reason, "reason")
        fill = {}
        for one in (*people.SEALED_FIELDS, *people.PLAIN_FIELDS):
            column = people.column_of(one)
            if getattr(kept, column) is None and getattr(gone, column) is not None:
                fill[one] = people.clear(tx, gone, one)
        _merge_consents(tx, kept.id, gone.id)
        along = tx.column(people.group_of(gone.id))
        tx.execute(
            update(table)
            .where(table.c.survivor_id == gone.id)
            .values(survivor_id=kept.id, status="merged")
        )
        people.fill(tx, kept.id, fill)
        level = _higher_level(tx, kept.level, gone.level)
        tx.update(table, kept.id, level=level, joined_at=min(kept.joined_at, gone.joined_at))
        tx.insert(
            schema.member_merge,
            kept_id=kept.id,
            merged_id=gone.id,
            reason=reason,
            along=json.dumps(along),
            filled=json.dumps(sorted(fill)),
            kept_level=kept.level,
            kept_joined_at=kept.joined_at,
        )
        calls.one_each(tx, kept.id)
        calls.close_offers(tx, kept.id)
        tx.note(f"member:{kept.id}", merged=gone.id)
        return people.card_of(tx, people.live(tx, kept.id))

    @command(roles="manager trainer")
    def unmerge(self, tx: Tx, merged_id: str, reason: str) -> Member:
        """Two people after all: the merged record stands by itself again, with its own sales,
        points and consents; what happened since the merge stays with the record that was kept."""
        merge = _last_merge(tx, merged_id)
        kept, gone = people.live(tx, merge.kept_id), tx.one(select(table).filter_by(id=merged_id))
        if kept.id != merge.kept_id:
            raise Refused(_("{member} was merged as well. Undo that first."), member=kept.id)
        for kind in ("phone", "card"):
            value = people.unsealed(tx, gone, kind)
            if value and any(r.status == "live" for r in people.with_token(tx, kind, value)):
                raise PhoneTaken(
                    _("Another member has the {field} of this record by now."), field=kind
                )
        tx.update(table, kept.id, **_take_back(tx, merge, kept, gone))
        tx.update(table, gone.id, status="live", survivor_id=gone.id)
        along = [one for one in json.loads(merge.along) if one != gone.id]
        tx.execute(update(table).where(table.c.id.in_(along)).values(survivor_id=gone.id))
        made = {"merge_id": merge.id, "at": tx.now, "staff_id": tx.staff.id}
        tx.insert(schema.member_unmerge, **made, reason=values.text(reason, "reason"))
        tx.note(f"member:{kept.id}", unmerged=gone.id)
        return people.card_of(tx, people.live(tx, gone.id))

    @query(roles="sales manager trainer")
    def timeline(self, tx: Tx, member_id: str, limit: int = 50) -> tuple[Event, ...]:
        """What happened between a member and the shop, at every desk, the latest first."""
        most = values.quantity(limit, "limit")
        return tuple(_happened(tx, people.live(tx, member_id).id, most))


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


def _last_merge(tx: Tx, merged_id: str):
    """The merge that ended this record, if it was not undone."""
    m = schema.member_merge
    row = tx.one(
        select(m)
        .where(m.c.merged_id == merged_id, m.c.id.not_in(select(schema.member_unmerge.c.merge_id)))
        .order_by(m.c.id.desc())
    )
    if row is None:
        raise NotFound(_("{member} was not merged into another record."), member=merged_id)
    return row


def _take_back(tx: Tx, merge, kept, gone) -> dict[str, object]:
    """What the kept record is again without what it got; a field corrected since stays."""
    back: dict[str, object] = {}
    for one in json.loads(merge.filled):
        if people.clear(tx, kept, one) == people.clear(tx, gone, one):
            sealed = one in people.SEALED_FIELDS
            back |= people.sealed_columns(tx, kept.id, **{one: None}) if sealed else {one: None}
    if kept.level == _higher_level(tx, merge.kept_level, gone.level):
        back["level"] = merge.kept_level
    return back | {"joined_at": merge.kept_joined_at}


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


def _merge_consents(tx: Tx, kept_id: str, gone_id: str) -> None:
    """Who withdrew on either record has withdrawn: merging never makes a consent."""
    for purpose, channel in product(schema.CONSENT_PURPOSES, schema.CONSENT_CHANNELS):
        last = {people.last_word(tx, one, purpose, channel) for one in (kept_id, gone_id)}
        if last >= {False, True}:
            people.record_consent(tx, kept_id, purpose, channel, False, "merge")


def _higher_level(tx: Tx, one: str, other: str) -> str:
    level = schema.member_level
    return tx.value(
        select(level.c.id).where(level.c.id.in_((one, other))).order_by(level.c.rank.desc())
    )


def _found(tx: Tx, ids: list[str]) -> Found:
    rows = tx.all(select(table).where(table.c.id.in_(ids[:SHOWN_AT_MOST])))
    rows.sort(key=lambda row: ids.index(row.id))
    return Found(tuple(people.cards_of(tx, rows)), more=len(ids) > SHOWN_AT_MOST)


def _alike(tx: Tx, column: str, second: str | None, limit: int) -> list[tuple[str, str]]:
    a, b = table.alias("a"), table.alias("b")
    same = [a.c[column] == b.c[column], a.c.id < b.c.id]
    if second:
        same.append(a.c[second] == b.c[second])
    rows = tx.all(
        select(a.c.id, b.c.id)
        .select_from(a.join(b, and_(*same)))
        .where(a.c.status == "live", b.c.status == "live")
        .order_by(a.c.id, b.c.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]
