"""People: the living record, everything of one person, what of it is shown, what they agreed to.

Whoever addresses a person asks here, at the moment of acting: records are merged, erased, and
consent is withdrawn between one day and the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Protocol

from sqlalchemy import Table, or_, select, true

from crmkit.i18n import gettext as _
from crmkit.practice import access, masks, schema, values
from crmkit.practice.command import Tx
from crmkit.practice.errors import NotFound, PhoneTaken, Refused
from crmkit.practice.ledgers import points
from crmkit.practice.records import OfTable, built, record

table = schema.member
TOGETHER = 500
"""Members looked up with one question."""
OPENED_AT_MOST = 20_000
"""Names that a search for a part of one opens."""
SEALED_FIELDS = schema.SEALED_FIELDS
PARTS = {
    "ticket_id": schema.ticket,
    "invite_id": schema.survey_invite,
    "lot_id": schema.points_lot,
    "merge_id": schema.member_merge,
    "sale_id": schema.sale,
}
"""What a row without a member's number is a part of: whoever that is about, the row is about."""
PLAIN_FIELDS = ("gender", "district", "occupation", "household", "home_store_id")


@record(
    of=schema.member,
    only=(
        "id name phone email card gender birthday district occupation household level points "
        "joined_on home_store_id status"
    ),
    lists="id name phone level points home_store_id",
)
class Member(OfTable):
    """A member as staff see them: names and numbers masked."""

    birthday: str | None
    points: int
    joined_on: date
    consents: tuple[Annotated[str, "channel"], ...]


def column_of(field: str) -> str:
    """Where a field of a member's record is kept."""
    return f"{field}_sealed" if field in SEALED_FIELDS else field


def live(tx: Tx, member_id: str):
    """The member's row; of a merged record, the one that was kept."""
    row = tx.row(table, member_id)
    if row is not None and row.status == "merged":
        row = tx.one(select(table).where(table.c.id == row.survivor_id))
    if row is None:
        if values.is_code(member_id):
            raise NotFound(_("There is no member {id}."), id=member_id)
        said = _("There is no member {id}. Fill in a member's number, such as M000219.")
        raise NotFound(said, id=member_id)
    if row.status == "erased":
        raise NotFound(_("Member {id} was erased at their own wish."), id=member_id)
    return row


def living(tx: Tx, member_id: str):
    """The living record of this number; None when the person was erased."""
    try:
        return live(tx, member_id)
    except NotFound:
        return None


def owner_of(tx: Tx, member_id: str | None) -> str | None:
    """Who what was done under this number counts for now, after merges; None for nobody."""
    return tx.value(select(table.c.survivor_id).where(table.c.id == member_id))


def group_of(member_id: str):
    """A subquery: the member and everyone merged into them."""
    return select(table.c.id).where(table.c.survivor_id == member_id)


def theirs(of: Table, group):
    """The rows of a table that are about these members (a list or a subquery of their numbers); None
    for a table about nobody."""
    named = [one.in_(group) for one in of.columns if one.references(table.c.id)]
    if named:
        return or_(*named)
    for name, whole in PARTS.items():
        if name in of.c:
            return of.c[name].in_(select(whole.c.id).where(theirs(whole, group)))
    return None


def of_own_stores(tx: Tx, column):
    """The rows of members whose home store is one where the staff may do this."""
    stores = access.stores_allowed(tx.connection, tx.staff.id, tx.permission)
    if stores is None:
        return true()
    now = table.alias("now")
    return column.in_(
        select(table.c.id)
        .join(now, now.c.id == table.c.survivor_id)
        .where(now.c.home_store_id.in_(stores))
    )


def with_token(tx: Tx, kind: str, value: str) -> list:
    """Live and merged records with this value; the live one first."""
    column = table.c[f"{kind}_token"]
    return tx.all(
        select(table.c.id, table.c.survivor_id, table.c.status)
        .where(column.in_(tx.keys.tokens(kind, value)))
        .order_by(table.c.status)
        .limit(20)
    )


def found_by(tx: Tx, kind: str, value: str):
    """The row of the member who has, or had before a merge, this phone or card; or None."""
    rows = with_token(tx, kind, value)
    return live(tx, rows[0].survivor_id) if rows else None


def with_name_part(tx: Tx, part: str, most: int) -> list[str]:
    """Members of this store whose name holds this, at most so many, the newest records first.

    Names are sealed and no index may give parts of them away, so that they are opened one after
    the other, of the `OPENED_AT_MOST` newest records.
    """
    here = (table.c.home_store_id == tx.store_id, table.c.status == "live")
    some = select(table.c.id, table.c.name_sealed).where(*here).order_by(table.c.id.desc())
    found: list[str] = []
    for member_id, sealed in tx.all(some.limit(OPENED_AT_MOST)):
        if part in name_key(tx.unseal(table, "name_sealed", member_id, sealed) or ""):
            found.append(member_id)
            if len(found) == most:
                break
    return found


def require_free(tx: Tx, kind: str, value: str, said: str = "", but: str | None = None) -> None:
    """Refuse a phone or card that somebody `but` this member has."""
    for row in with_token(tx, kind, value):
        if row.survivor_id != but and kind == "phone":
            raise PhoneTaken(said, member=row.survivor_id)
        if row.survivor_id != but:
            raise Refused(_("Another member has this card."))


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


def unsealed(tx: Tx, row, field: str) -> str | None:
    """One personal field of a member's row, in full: only for `reveal`, sending and export."""
    column = f"{field}_sealed"
    return tx.unseal(table, column, row.id, getattr(row, column))


def clear(tx: Tx, row, field: str):
    """A field of a member's row, sealed or not."""
    return unsealed(tx, row, field) if field in SEALED_FIELDS else getattr(row, field)


def name_key(name: str) -> str:
    return "".join(name.split()).casefold()


class Seals(Protocol):
    """What seals a value for its place: a transaction, or what stands in for one."""

    keys: Any

    def seal(self, table: Any, column: str, key: Any, value: str | None) -> str | None: ...


def sealed_columns(tx: Seals, member_id: str, **fields: str | date | None) -> dict[str, str | None]:
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


def tidy(tx: Tx, field: str, value):
    if value is None or value == "":
        return None
    if field == "birth_date":
        return values.birth_date(value, tx.today)
    if field == "note":
        return values.text(value, "note", needed=False)
    return getattr(values, field)(value)


def plain_columns(**fields: object) -> dict[str, str | None]:
    columns: dict[str, str | None] = {}
    for field, value in fields.items():
        if field == "gender" and value is not None:
            columns[field] = values.one_of(value, schema.GENDERS, "gender")
        else:
            columns[field] = values.text(value, field, needed=False)
    return columns


def enrol(
    tx: Tx,
    name: str,
    phone: str,
    *,
    referred_by: str | None = None,
    consents: Sequence[str] = (),
    source: str,
    **more: str | date | None,
):
    """A new member's row; `more` are further fields of the record, by name."""
    phone = values.phone(phone)
    said = _("{member} has this phone already. Open that record instead.")
    require_free(tx, "phone", phone, said)
    member_id = new_member_id(tx)
    card = values.card(more["card"]) if more.get("card") else new_card(member_id)
    require_free(tx, "card", card)
    referrer = None if referred_by is None else live(tx, referred_by)
    sealed = {one: tidy(tx, one, value) for one, value in more.items() if one in SEALED_FIELDS} | {
        "card": card,
        "name": values.name(name),
        "phone": phone,
    }
    tx.insert(
        table,
        id=member_id,
        survivor_id=member_id,
        level="regular",
        home_store_id=tx.store_id,
        **sealed_columns(tx, member_id, **sealed),
        **plain_columns(**{one: value for one, value in more.items() if one in PLAIN_FIELDS}),
    )
    for channel in consents:
        record_consent(tx, member_id, "marketing", channel, True, source)
    if referrer is not None:
        _joined_through(tx, referrer.id, member_id)
    return live(tx, member_id)


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
        tx.insert(made, member_id=referrer, **joined)
    else:
        tx.update(made, open_one, **joined)


def fill(tx: Tx, member_id: str, fields: Mapping[str, object]) -> None:
    """Write fields of a member's record, checked as a correction is."""
    sealed = {name: tidy(tx, name, fields[name]) for name in SEALED_FIELDS if name in fields}
    plain = {name: fields[name] for name in PLAIN_FIELDS if name in fields}
    if sealed or plain:
        tx.update(
            table, member_id, **sealed_columns(tx, member_id, **sealed), **plain_columns(**plain)
        )


def name_shown(tx: Tx, member_id: str) -> str | None:
    """What a list says beside a member's number; nothing of one who was erased."""
    row = living(tx, member_id)
    return row and masks.mask_name(unsealed(tx, row, "name"))


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
            yield built(
                Member,
                row,
                name=masks.mask_name(unsealed(tx, row, "name")),
                phone=masks.mask_phone(unsealed(tx, row, "phone")),
                email=masks.mask_email(unsealed(tx, row, "email")),
                card=masks.mask_card(unsealed(tx, row, "card")),
                birthday=birth and birth[5:],
                points=left[row.id],
                joined_on=tx.day_of(row.joined_at),
                consents=agreed[row.id],
            )


def record_consent(
    tx: Tx, member_id: str, purpose: str, channel: str, given: bool, source: str
) -> None:
    """Write one consent event; the one writer of that ledger."""
    tx.insert(
        schema.consent_event,
        member_id=member_id,
        purpose=values.one_of(purpose, schema.CONSENT_PURPOSES, "purpose"),
        channel=values.one_of(channel, schema.CONSENT_CHANNELS, "channel"),
        given=bool(given),
        source=values.text(source, "source"),
    )


def has_consent(tx: Tx, member_id: str, purpose: str, channel: str) -> bool:
    """What the member said last about this purpose on this channel; never asked means no."""
    return bool(last_word(tx, member_id, purpose, channel))


def last_word(tx: Tx, member_id: str, purpose: str, channel: str) -> bool | None:
    """What the member said last; None when they were never asked."""
    e, group = schema.consent_event, group_of(member_id)
    about = (e.c.purpose == purpose, e.c.channel == channel)
    return tx.last(e.c.given, e.c.member_id.in_(group), *about)


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
        one: tuple(channel for channel in schema.CONSENT_CHANNELS if said.get((one, channel)))
        for one in member_ids
    }
