"""Segments: whom a rule picks, named and picked again."""

import json
from datetime import date
from typing import Annotated

from sqlalchemy import select

from crmkit.practice import audience, people, schema
from crmkit.practice.choices import Text
from crmkit.practice.command import Tx, command, query
from crmkit.practice.domain import segment_rule
from crmkit.practice.records import built, record

SHOWN_AT_MOST = 20


@record
class Segment:
    """A segment and how many members it has."""

    id: str
    name: str
    rule: Annotated[dict, segment_rule.said]
    members: int
    made_on: date


@record
class Picked:
    """Whom a rule would pick today: how many, and the first of this person's own stores."""

    rule: Annotated[dict, segment_rule.said]
    members: int
    some: tuple[people.Member, ...]


class Segments:
    """Groups of members by rules; a part of the marketing desk."""

    name = "marketing"

    @command(roles="manager trainer")
    def make_segment(self, tx: Tx, segment_id: str, name: Text, rule: dict) -> Segment:
        """Name the members whom a rule picks today, e.g. ``{"level": ["gold"]}``."""
        segment_id = tx.new_code(schema.segment, segment_id, "segment")
        rule = segment_rule.checked(rule)
        tx.insert(
            schema.segment,
            id=segment_id,
            name=name,
            rule=json.dumps(rule, ensure_ascii=False, sort_keys=True),
        )
        audience.pick(tx, segment_id, rule)
        tx.note(f"segment:{segment_id}")
        return _segment_of(tx, segment_id)

    @query(roles="manager trainer")
    def would_pick(self, tx: Tx, rule: dict) -> Picked:
        """Whom a segment of this rule would hold today; nothing is made."""
        rule = segment_rule.checked(rule)
        picked, m = audience.picked_by(tx, rule), schema.member
        ours = set(tx.column(select(m.c.id).where(people.of_own_stores(tx, m.c.id))))
        some = [one for one in picked if one in ours][:SHOWN_AT_MOST]
        cards = tuple(people.card_of(tx, tx.find(m, one)) for one in some)
        return Picked(rule=rule, members=len(picked), some=cards)

    @command(roles="manager trainer")
    def refresh_segment(self, tx: Tx, segment_id: str) -> Segment:
        """Pick the members of a segment again, as things stand today."""
        row = tx.find(schema.segment, segment_id)
        audience.pick(tx, row.id, json.loads(row.rule))
        tx.note(f"segment:{segment_id}")
        return _segment_of(tx, segment_id)

    @query(roles="sales manager trainer")
    def segments(self, tx: Tx) -> tuple[Segment, ...]:
        """Every segment there is."""
        ids = select(schema.segment.c.id).order_by(schema.segment.c.id)
        return tuple(_segment_of(tx, one) for one in tx.column(ids))

    @query(roles="sales manager trainer")
    def members_of(self, tx: Tx, segment_id: str) -> tuple[str, ...]:
        """The numbers of the members of a segment."""
        return tuple(audience.ids_in(tx, tx.find(schema.segment, segment_id).id))


def _segment_of(tx: Tx, segment_id: str) -> Segment:
    row = tx.find(schema.segment, segment_id)
    about = {"rule": json.loads(row.rule), "made_on": tx.day_of(row.made_at)}
    return built(Segment, row, members=len(audience.ids_in(tx, row.id)), **about)
