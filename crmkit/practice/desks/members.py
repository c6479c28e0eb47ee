"""The member desk: register, find, correct, complete, and make one of two."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated

from sqlalchemy import and_, func, select, update

from crmkit.i18n import gettext as _
from crmkit.practice import masks, schema, values
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks.office import find_store
from crmkit.practice.errors import BadValue, NotFound, PhoneTaken, Refused
from crmkit.practice.ledgers import points
from crmkit.practice.records import record

table = schema.member
SHOWN_AT_MOST = 20
TOGETHER = 500
"""Members looked up with one question."""
SEALED_FIELDS = ("name", "phone", "email", "card", "birth_date", "note")
PLAIN_FIELDS = ("gender", "district", "occupation", "household", "home_store_id")
PROFILE = ("name", "phone", "email", "gender", "birth_date", "district", "occupation", "household")


@record(lists="id name phone level points home_store_id")
class Member:
    """A member as staff see them: names and numbers masked."""

    id: str
    name: str | None
    phone: str | None
    email: str | None
    card: str | None
    gender: str | None
    birthday: str | None
    district: str | None
    occupation: str | None
    household: str | None
    level: str
    points: int
    joined_on: date
    home_store_id: str
    status: Annotated[str, "member_status"]
    consents: tuple[Annotated[str, "channel"], ...]


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
        gender: str | None = None,
        birth_date: date | str | None = None,
        district: str | None = None,
        occupation: str | None = None,
        household: str | None = None,
        card: str | None = None,
        referred_by: str | None = None,
        consents: list[str] | tuple[str, ...] = (),
        note: str | None = None,
        source: str = "registration",
    ) -> Member:
        """A new member; `consents` names the channels they agreed to get offers on, `source` how
        they came to us.

        Raises `PhoneTaken` when somebody has this phone already, `BadValue` for what cannot be.
        """
        phone = values.phone(phone)
        taken = _with_token(tx, "phone", phone)
        if taken:
            raise PhoneTaken(
                _("{member} has this phone already. Open that record instead.").format(
                    member=taken[0].survivor_id
                )
            )
        member_id = new_member_id(tx)
        card = values.card(card) if card else new_card(member_id)
        if _with_token(tx, "card", card):
            raise Refused(_("Another member has this card."))
        referrer = None if referred_by is None else live(tx, referred_by)
        sealed = {
            "name": values.name(name),
            "phone": phone,
            "card": card,
            "email": _tidy(tx, "email", email),
            "birth_date": _tidy(tx, "birth_date", birth_date),
            "note": _tidy(tx, "note", note),
        }
        plain = {
            "gender": gender,
            "district": district,
            "occupation": occupation,
            "household": household,
        }
        tx.insert(
            table,
            id=member_id,
            survivor_id=member_id,
            status="live",
            level="regular",
            joined_at=tx.now,
            home_store_id=tx.store_id,
            **sealed_columns(tx, member_id, **sealed),
            **_plain_columns(**plain),
        )
        for channel in consents:
            record_consent(tx, member_id, "marketing", channel, True, source)
        if referrer is not None:
            _joined_through(tx, referrer.id, member_id)
        tx.note(f"member:{member_id}")
        return card_of(tx, live(tx, member_id))

    @command(roles="cashier sales manager trainer")
    def refer(self, tx: Tx, member_id: str) -> int:
        """A member recommends us to someone who has not joined yet; the referral's number.

        When someone registers and names this member, their earliest open referral is fulfilled.
        """
        row = live(tx, member_id)
        made = tx.insert(schema.referral, at=tx.now, member_id=row.id)
        tx.note(f"member:{row.id}", referral=made)
        return made

    @command(roles="cashier sales manager trainer")
    def prefer(
        self, tx: Tx, member_id: str, kind: str, value: str, *, source: str = "counter"
    ) -> tuple[Preference, ...]:
        """Write down what a member likes: a category, brand, colour, size, style or else; all we
        know of their likes."""
        row = live(tx, member_id)
        values.one_of(kind, schema.PREFERENCE_KINDS, "kind", "preference")
        likes = schema.member_preference
        key = {"member_id": row.id, "kind": kind, "value": values.text(value, "value")}
        if not tx.one(select(likes).filter_by(**key)):
            tx.insert(likes, **key, at=tx.now, source=values.text(source, "source"))
        tx.note(f"member:{row.id}", kind=kind)
        return _preferences(tx, row.id)

    @command(roles="cashier sales manager trainer")
    def forget_preference(self, tx: Tx, member_id: str, kind: str, value: str) -> None:
        """Take a member's liking off their record."""
        row = live(tx, member_id)
        values.one_of(kind, schema.PREFERENCE_KINDS, "kind", "preference")
        likes = schema.member_preference
        gone = tx.execute(
            likes.delete().where(
                likes.c.member_id.in_(group_of(row.id)),
                likes.c.kind == kind,
                likes.c.value == values.text(value, "value"),
            )
        )
        if not gone.rowcount:
            raise NotFound(_("That is not on this member's record."))
        tx.note(f"member:{row.id}", kind=kind)

    @query(roles="cashier sales manager trainer")
    def preferences(self, tx: Tx, member_id: str) -> tuple[Preference, ...]:
        """What we know a member likes, by kind."""
        return _preferences(tx, live(tx, member_id).id)

    @query(roles="cashier sales manager trainer")
    def show(self, tx: Tx, member_id: str) -> Member:
        """A member's card by number; of a merged record, the one that was kept."""
        return card_of(tx, live(tx, member_id))

    @query(roles="cashier sales manager trainer")
    def find_by_phone(self, tx: Tx, phone: str) -> Member:
        """The member with this phone (or who had it before a merge)."""
        rows = _with_token(tx, "phone", values.phone(phone))
        if not rows:
            raise NotFound(_("No member has this phone. Register them?"))
        return card_of(tx, live(tx, rows[0].survivor_id))

    @query(roles="cashier sales manager trainer")
    def find_by_card(self, tx: Tx, card: str) -> Member:
        """The member with this card."""
        rows = _with_token(tx, "card", values.card(card))
        if not rows:
            raise NotFound(_("No member has this card."))
        return card_of(tx, live(tx, rows[0].survivor_id))

    @query(roles="cashier sales manager trainer")
    def find_by_last_four(self, tx: Tx, digits: str) -> Found:
        """Members whose phone ends like this; this store's own come first."""
        wanted = table.c.phone_tail_token.in_(tx.keys.tokens("phone_tail", values.tail(digits)))
        here = table.c.home_store_id == tx.store_id
        ids = list(
            dict.fromkeys(
                tx.execute(
                    select(table.c.survivor_id).where(wanted, here).limit(SHOWN_AT_MOST + 1)
                ).scalars()
            )
        )
        if len(ids) <= SHOWN_AT_MOST:
            others = tx.execute(
                select(table.c.survivor_id).where(wanted).limit(2 * SHOWN_AT_MOST + 2)
            ).scalars()
            ids = list(dict.fromkeys([*ids, *others]))
        return _found(tx, ids)

    @query(roles="cashier sales manager trainer")
    def find_by_name(self, tx: Tx, name: str) -> Found:
        """Members of exactly this name; blanks and capitals do not matter."""
        wanted = tx.keys.tokens("name", name_key(values.name(name)))
        ids = tx.execute(
            select(table.c.survivor_id)
            .where(table.c.name_token.in_(wanted))
            .order_by(table.c.id)
            .limit(2 * SHOWN_AT_MOST + 2)
        ).scalars()
        return _found(tx, list(dict.fromkeys(ids)))

    @command(roles="cashier sales manager trainer")
    def correct(self, tx: Tx, member_id: str, **changes: str | date | None) -> Member:
        """Put fields of a member's record right: name, phone, email, card, birth_date, note,
        gender, district, occupation, household, home_store_id; None empties one."""
        row = live(tx, member_id)
        unknown = set(changes) - set(SEALED_FIELDS) - set(PLAIN_FIELDS)
        if unknown or not changes:
            raise BadValue(
                _("These fields can be corrected: {fields}.").format(
                    fields=values.listed((*SEALED_FIELDS, *PLAIN_FIELDS), "field")
                )
            )
        sealed = {name: changes[name] for name in SEALED_FIELDS if name in changes}
        for needed in ("name", "phone"):
            if needed in sealed and not sealed[needed]:
                values.text("", needed)
        tidy = {name: _tidy(tx, name, value) for name, value in sealed.items()}
        for unique in ("phone", "card"):
            if tidy.get(unique):
                self._refuse_taken(tx, row.id, unique, tidy[unique])
        plain = {name: changes[name] for name in PLAIN_FIELDS if name in changes}
        if "home_store_id" in plain:
            find_store(tx, plain["home_store_id"])
        tx.update(table, row.id, **sealed_columns(tx, row.id, **tidy), **_plain_columns(**plain))
        tx.note(f"member:{row.id}", fields=sorted(changes))
        return card_of(tx, live(tx, row.id))

    @staticmethod
    def _refuse_taken(tx: Tx, member_id: str, kind: str, value: str) -> None:
        others = [r for r in _with_token(tx, kind, value) if r.survivor_id != member_id]
        if others and kind == "phone":
            raise PhoneTaken(
                _("{member} has this phone already. Are they the same person? Merge them.").format(
                    member=others[0].survivor_id
                )
            )
        if others:
            raise Refused(_("Another member has this card."))

    @command(roles="manager trainer")
    def reveal(self, tx: Tx, member_id: str, field: str, reason: str) -> str | None:
        """One field in full, for a reason that is written down."""
        row = live(tx, member_id)
        values.one_of(field, SEALED_FIELDS, "field")
        reason = values.text(reason, "reason")
        if len(reason) < 4:
            raise BadValue(_("Give a reason of at least four characters."))
        tx.insert(
            schema.reveal,
            at=tx.now,
            staff_id=tx.staff.id,
            member_id=row.id,
            field=field,
            reason=reason,
        )
        tx.note(f"member:{row.id}", field=field)
        return unsealed(tx, row, field)

    @command(roles="manager trainer")
    def erase(self, tx: Tx, member_id: str, reason: str) -> None:
        """Forget a member at their own wish: nothing personal is left, the sums stay. There is no
        way back. The reason is asked for so that nobody does it unawares; it is not kept, for it
        might name them."""
        from crmkit.practice import erasure  # it knows every desk's tables

        row = live(tx, member_id)
        if len(values.text(reason, "reason")) < 4:
            raise BadValue(_("Give a reason of at least four characters."))
        erasure.erase(tx, row.id)
        tx.note(f"member:{row.id}")

    @command(roles="cashier sales manager trainer")
    def consent(
        self, tx: Tx, member_id: str, purpose: str, channel: str, given: bool, source: str
    ) -> None:
        """The member agrees, or withdraws: for a purpose, on a channel, told us how."""
        row = live(tx, member_id)
        record_consent(tx, row.id, purpose, channel, given, source)
        if not given and purpose == "marketing":
            from crmkit.practice import outbox  # it asks this desk for consents and addresses

            outbox.cancel_for(tx, row.id, channel)
        tx.note(f"member:{row.id}", purpose=purpose, channel=channel, given=given)

    @query(roles="cashier sales manager trainer")
    def completeness(self, tx: Tx, member_id: str) -> Completeness:
        """How much of a member's record is filled in, and what is missing."""
        row = live(tx, member_id)
        missing = tuple(
            one
            for one in PROFILE
            if getattr(row, f"{one}_sealed" if one in SEALED_FIELDS else one) is None
        )
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
            Pair(card_of(tx, live(tx, a)), card_of(tx, live(tx, b)), tuple(why))
            for (a, b), why in sorted(found.items())[:limit]
        )

    @command(roles="manager trainer")
    def merge(self, tx: Tx, keep: str, merge: str, reason: str) -> Member:
        """Make one record of two. Nothing is lost: sales, points, coupons, tickets and all else
        of `merge` count for `keep` from now on, empty fields are filled, both phones find it."""
        kept, gone = live(tx, keep), live(tx, merge)
        if kept.id == gone.id:
            raise Refused(_("These are the same record already."))
        reason = values.text(reason, "reason")
        fill = {}
        for one in (*SEALED_FIELDS, *PLAIN_FIELDS):
            column = f"{one}_sealed" if one in SEALED_FIELDS else one
            if getattr(kept, column) is None and getattr(gone, column) is not None:
                fill[one] = unsealed(tx, gone, one) if one in SEALED_FIELDS else getattr(gone, one)
        _merge_consents(tx, kept.id, gone.id)
        tx.execute(
            update(table)
            .where(table.c.survivor_id == gone.id)
            .values(survivor_id=kept.id, status="merged")
        )
        sealed = {name: fill[name] for name in SEALED_FIELDS if name in fill}
        tidy = {name: _tidy(tx, name, value) for name, value in sealed.items()}
        columns = sealed_columns(tx, kept.id, **tidy)
        columns |= {name: fill[name] for name in PLAIN_FIELDS if name in fill}
        columns["level"] = _higher_level(tx, kept.level, gone.level)
        columns["joined_at"] = min(kept.joined_at, gone.joined_at)
        tx.update(table, kept.id, **columns)
        tx.insert(
            schema.member_merge,
            at=tx.now,
            staff_id=tx.staff.id,
            kept_id=kept.id,
            merged_id=gone.id,
            reason=reason,
        )
        tx.note(f"member:{kept.id}", merged=gone.id)
        return card_of(tx, live(tx, kept.id))


def _joined_through(tx: Tx, referrer: str, member_id: str) -> None:
    """The member's earliest open referral is fulfilled; one is written where there is none."""
    made = schema.referral
    open_one = tx.value(
        select(made.c.id)
        .where(made.c.member_id.in_(group_of(referrer)), made.c.joined_member_id.is_(None))
        .order_by(made.c.id)
        .limit(1)
    )
    joined = {"joined_member_id": member_id, "joined_at": tx.now}
    if open_one is None:
        tx.insert(made, at=tx.now, member_id=referrer, **joined)
    else:
        tx.update(made, open_one, **joined)


def _preferences(tx: Tx, member_id: str) -> tuple[Preference, ...]:
    likes = schema.member_preference
    rows = tx.all(
        select(likes.c.kind, likes.c.value, func.min(likes.c.at), func.min(likes.c.source))
        .where(likes.c.member_id.in_(group_of(member_id)))
        .group_by(likes.c.kind, likes.c.value)
        .order_by(likes.c.kind, likes.c.value)
    )
    return tuple(Preference(*row) for row in rows)


def with_phone(tx: Tx, phone: str):
    """The row of the member who has this phone, or None."""
    rows = _with_token(tx, "phone", phone)
    return live(tx, rows[0].survivor_id) if rows else None


def fill(tx: Tx, member_id: str, fields: dict[str, str]) -> None:
    """Write fields of a member's record, checked as a correction is."""
    sealed = {name: _tidy(tx, name, fields[name]) for name in SEALED_FIELDS if name in fields}
    plain = {name: fields[name] for name in PLAIN_FIELDS if name in fields}
    if sealed or plain:
        tx.update(
            table, member_id, **sealed_columns(tx, member_id, **sealed), **_plain_columns(**plain)
        )


def new_member_id(tx: Tx) -> str:
    """The next member number, M000001, M000002 …"""
    return f"M{tx.next_number('member'):06d}"


def new_card(member_id: str) -> str:
    """A card number for the member, with a Luhn check digit as the last."""
    body = f"88{int(member_id[1:]):08d}"
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)


def live(tx: Tx, member_id: str):
    """The member's row; of a merged record, the one that was kept."""
    row = tx.one(select(table).where(table.c.id == values.code(member_id)))
    if row is not None and row.status == "merged":
        row = tx.one(select(table).where(table.c.id == row.survivor_id))
    if row is None:
        raise NotFound(_("There is no member {id}.").format(id=member_id))
    if row.status == "erased":
        raise NotFound(_("Member {id} was erased at their own wish.").format(id=member_id))
    return row


def group_of(member_id: str):
    """A subquery: the member and everyone merged into them."""
    return select(table.c.id).where(table.c.survivor_id == member_id)


def unsealed(tx: Tx, row, field: str) -> str | None:
    """One personal field of a member's row, in full: only for `reveal`, sending and export."""
    column = f"{field}_sealed"
    return tx.unseal(table, column, row.id, getattr(row, column))


def name_key(name: str) -> str:
    return "".join(name.split()).casefold()


def sealed_columns(tx: Tx, member_id: str, **fields: str | date | None) -> dict[str, str | None]:
    """The encrypted columns of these fields, with the tokens they are found by."""
    columns: dict[str, str | None] = {}
    for field, value in fields.items():
        text = value.isoformat() if isinstance(value, date) else value
        columns[f"{field}_sealed"] = tx.seal(table, f"{field}_sealed", member_id, text)
        columns |= tokens_of(tx.keys, field, text)
    return columns


def tokens_of(keys, field: str, value: str | None) -> dict[str, str | None]:
    """The tokens a personal field is found by."""
    if field == "name":
        return {"name_token": keys.token("name", value and name_key(value))}
    if field == "phone":
        return {
            "phone_token": keys.token("phone", value),
            "phone_tail_token": keys.token("phone_tail", value and value[-4:]),
        }
    if field == "email":
        return {"email_token": keys.token("email", value and value.casefold())}
    if field == "card":
        return {"card_token": keys.token("card", value)}
    if field == "birth_date":
        return {"birthday_token": keys.token("birthday", value and value[5:])}
    return {}


def card_of(tx: Tx, row) -> Member:
    """What staff see of a member's row."""
    return next(cards_of(tx, [row]))


def cards_of(tx: Tx, rows: Sequence) -> Iterator[Member]:
    """What staff see of members' rows; points and consents of many are looked up together."""
    for start in range(0, len(rows), TOGETHER):
        some = rows[start : start + TOGETHER]
        ids = [row.id for row in some]
        left, agreed = points.balances(tx, ids), consents_of(tx, ids)
        for row in some:
            birth = unsealed(tx, row, "birth_date")
            yield Member(
                id=row.id,
                name=masks.mask_name(unsealed(tx, row, "name")),
                phone=masks.mask_phone(unsealed(tx, row, "phone")),
                email=masks.mask_email(unsealed(tx, row, "email")),
                card=masks.mask_card(unsealed(tx, row, "card")),
                gender=row.gender,
                birthday=birth and birth[5:],
                district=row.district,
                occupation=row.occupation,
                household=row.household,
                level=row.level,
                points=left[row.id],
                joined_on=tx.day_of(row.joined_at),
                home_store_id=row.home_store_id,
                status=row.status,
                consents=agreed[row.id],
            )


def record_consent(
    tx: Tx, member_id: str, purpose: str, channel: str, given: bool, source: str
) -> None:
    """Write one consent event; the one writer of that ledger."""
    tx.insert(
        schema.consent_event,
        at=tx.now,
        member_id=member_id,
        purpose=values.one_of(purpose, schema.CONSENT_PURPOSES, "purpose"),
        channel=values.one_of(channel, schema.MESSAGE_CHANNELS, "channel"),
        given=bool(given),
        source=values.text(source, "source"),
        staff_id=tx.staff.id,
    )


def has_consent(tx: Tx, member_id: str, purpose: str, channel: str) -> bool:
    """What the member said last about this purpose on this channel; never asked means no."""
    event = schema.consent_event
    return bool(
        tx.value(
            select(event.c.given)
            .where(
                event.c.member_id.in_(group_of(member_id)),
                event.c.purpose == purpose,
                event.c.channel == channel,
            )
            .order_by(event.c.id.desc())
            .limit(1)
        )
    )


def consents_of(tx: Tx, member_ids: list[str]) -> dict[str, tuple[str, ...]]:
    """The channels on which each of these members agreed to get offers: their last word counts."""
    event = schema.consent_event
    said: dict[tuple[str, str], bool] = {}
    for member_id, channel, given in tx.all(
        select(table.c.survivor_id, event.c.channel, event.c.given)
        .select_from(event.join(table, table.c.id == event.c.member_id))
        .where(table.c.survivor_id.in_(member_ids), event.c.purpose == "marketing")
        .order_by(event.c.id)
    ):
        said[member_id, channel] = given
    return {
        one: tuple(channel for channel in schema.MESSAGE_CHANNELS if said.get((one, channel)))
        for one in member_ids
    }


def _merge_consents(tx: Tx, kept_id: str, gone_id: str) -> None:
    """Who withdrew on either record has withdrawn: merging never makes a consent."""
    event = schema.consent_event
    for purpose in schema.CONSENT_PURPOSES:
        for channel in schema.MESSAGE_CHANNELS:
            last = [
                tx.value(
                    select(event.c.given)
                    .where(
                        event.c.member_id.in_(group_of(one)),
                        event.c.purpose == purpose,
                        event.c.channel == channel,
                    )
                    .order_by(event.c.id.desc())
                    .limit(1)
                )
                for one in (kept_id, gone_id)
            ]
            if False in last and True in last:
                record_consent(tx, kept_id, purpose, channel, False, "merge")


def _higher_level(tx: Tx, one: str, other: str) -> str:
    level = schema.member_level
    return tx.value(
        select(level.c.id).where(level.c.id.in_((one, other))).order_by(level.c.rank.desc())
    )


def _with_token(tx: Tx, kind: str, value: str) -> list:
    """Live and merged records with this value; the live one first."""
    column = table.c[f"{kind}_token"]
    return tx.all(
        select(table.c.id, table.c.survivor_id, table.c.status)
        .where(column.in_(tx.keys.tokens(kind, value)))
        .order_by(table.c.status)
        .limit(SHOWN_AT_MOST)
    )


def _found(tx: Tx, ids: list[str]) -> Found:
    rows = tx.all(select(table).where(table.c.id.in_(ids[:SHOWN_AT_MOST])))
    rows.sort(key=lambda row: ids.index(row.id))
    return Found(tuple(cards_of(tx, rows)), more=len(ids) > SHOWN_AT_MOST)


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


def _tidy(tx: Tx, field: str, value):
    if value is None or value == "":
        return None
    if field == "birth_date":
        return values.birth_date(value, tx.today)
    if field == "note":
        return values.text(value, "note", needed=False)
    return getattr(values, field)(value)


def _plain_columns(**fields: str | None) -> dict[str, str | None]:
    columns = {}
    for field, value in fields.items():
        if field == "gender" and value is not None:
            columns[field] = values.one_of(value, schema.GENDERS, "gender")
        else:
            columns[field] = values.text(value, field, needed=False)
    return columns
