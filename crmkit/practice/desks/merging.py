"""Merging: records that look like one person, made one, and taken apart again."""

import json
from itertools import product
from typing import Annotated

from sqlalchemy import and_, select, update

from crmkit.i18n import gettext as _
from crmkit.practice import calls, people, schema
from crmkit.practice.choices import Text
from crmkit.practice.command import Tx, command, query
from crmkit.practice.errors import NotFound, PhoneTaken, Refused
from crmkit.practice.people import Member
from crmkit.practice.records import record

table = schema.member


@record
class Pair:
    """Two records that look like one person, and why."""

    first: Member
    second: Member
    reasons: tuple[Annotated[str, "alike"], ...]


class Merging:
    """One person, one record; a part of the member desk."""

    name = "members"

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

        def card(member_id: str) -> Member:
            return people.card_of(tx, people.live(tx, member_id))

        return tuple(
            Pair(card(one), card(other), tuple(why))
            for (one, other), why in sorted(found.items())[:limit]
        )

    @command(roles="manager trainer")
    def merge(self, tx: Tx, keep: str, merge: str, reason: Text) -> Member:
        """Make one record of two. Nothing is lost: sales, points, coupons, tickets and all else
        of `merge` count for `keep` from now on, empty fields are filled, both phones find it."""
        kept, gone = people.live(tx, keep), people.live(tx, merge)
        if kept.id == gone.id:
            raise Refused(_("These are the same record already."))
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
    def unmerge(self, tx: Tx, merged_id: str, reason: Text) -> Member:
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
        tx.insert(schema.member_unmerge, **made, reason=reason)
        tx.note(f"member:{kept.id}", unmerged=gone.id)
        return people.card_of(tx, people.live(tx, gone.id))


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
