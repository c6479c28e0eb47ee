"""The pipeline: who is about to buy what, how far it has come, and why it was lost."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import people, schema, values
from crmkit.practice.choices import Day, LostReason, Price, Stage, Text
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.errors import BadValue, Closed, Refused
from crmkit.practice.goods import find_product
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import Cents, OfTable, Share, record

table, history = schema.opportunity, schema.opportunity_stage
CLOSED = ("won", "lost")
DEALS = Listing(table, "stage staff_id product_id lost_reason", "-opened_at amount stage id")


@record(of=schema.opportunity_stage, only="at staff_id from_stage to_stage reason")
class Step(OfTable):
    """One move of an opportunity."""

    from_stage: Stage | None
    reason: Annotated[str, "lost_reason"] | None


@record(
    of=schema.opportunity,
    only=(
        "id member_id store_id staff_id title product_id amount expected_on stage next_action "
        "next_on lost_reason sale_id"
    ),
    lists="id member_id title amount stage next_action next_on",
)
class Opportunity(OfTable):
    """A customer about to buy, with the way it went so far; the amount in cents."""

    history: tuple[Step, ...]


@record
class StageForecast:
    """A stage: what is open there, and of those decided that passed through it, how many won."""

    stage: Stage
    opportunities: int
    open_amount: Cents
    won: int
    decided: int


@record
class Forecast:
    """What the open opportunities may bring, in cents, by how often such were won before.

    A stage nobody has left yet has no rate, and adds nothing to `expected`.
    """

    expected: Cents
    open_amount: Cents
    by_stage: tuple[StageForecast, ...]


@record
class WinRate:
    """Won ÷ decided; the rate is None where nothing was decided."""

    won: int
    decided: int
    rate: Share | None
    lost_reasons: tuple[tuple[Annotated[str, "lost_reason"], int], ...]


class Pipeline(Desk):
    name = "pipeline"

    @command(roles="sales manager trainer")
    def open(
        self,
        tx: Tx,
        member_id: str,
        title: Text,
        amount: Price,
        *,
        next_action: Text,
        next_on: date | str,
        product_id: str | None = None,
        expected_on: Day | None = None,
    ) -> Opportunity:
        """A member is interested: in what, worth how many cents, and what is done next."""
        member = people.live(tx, member_id)
        made = tx.insert(
            table,
            member_id=member.id,
            product_id=product_id and find_product(tx, product_id).id,
            stage="interested",
            **tx.as_given("title amount expected_on next_action"),
            next_on=values.day_ahead(next_on, "next_on", tx.today),
        )
        _step(tx, made, None, "interested", None)
        tx.note(f"member:{member.id}", opportunity=made)
        return _opportunity_of(tx, made)

    @command(roles="sales manager trainer")
    def move(
        self,
        tx: Tx,
        opportunity_id: int,
        stage: Stage,
        *,
        reason: LostReason | None = None,
        next_action: str | None = None,
        next_on: date | str | None = None,
        sale_id: int | None = None,
    ) -> Opportunity:
        """Move it to another stage. Open stages need the next action and its day, lost needs the
        reason, won may name the sale; what is won or lost stays so, but for a slip of today."""
        row = tx.find_mine(table, opportunity_id)
        if row.stage in CLOSED and tx.day_of(row.closed_at) != tx.today:
            raise Closed(_("This opportunity is decided. Open a new one."))
        if (stage, reason) == (row.stage, row.lost_reason):
            raise Refused(_("It is at this stage already."))
        if reason is not None and stage != "lost":
            raise BadValue(_("Only what is lost has a reason."))
        if stage == "lost" and reason is None:
            raise BadValue(
                _("Say why it was lost: {codes}."),
                codes=values.listed(schema.LOST_REASONS, "lost_reason"),
            )
        if sale_id is not None:
            _check_sale(tx, row, stage, sale_id)
        closes = stage in CLOSED
        if not closes and (next_action is None or next_on is None):
            raise BadValue(_("Say what is done next, and when."))
        tx.update(
            table,
            row.id,
            stage=stage,
            lost_reason=reason if stage == "lost" else None,
            sale_id=sale_id,
            next_action=None if closes else values.text(next_action, "next_action"),
            next_on=None if closes else values.day_ahead(next_on, "next_on", tx.today),
            closed_at=tx.now if closes else None,
        )
        _step(tx, row.id, row.stage, stage, reason)
        tx.note(f"member:{row.member_id}", opportunity=row.id, stage=stage)
        return _opportunity_of(tx, row.id)

    @command(roles="sales manager trainer")
    def edit(
        self,
        tx: Tx,
        opportunity_id: int,
        *,
        title: Text | None = None,
        product_id: str | None = None,
        amount: Price | None = None,
        expected_on: Day | None = None,
        next_action: Text | None = None,
        next_on: date | str | None = None,
        staff_id: str | None = None,
    ) -> Opportunity:
        """Put an open opportunity right, or give it to a colleague."""
        row = _open_one(tx, opportunity_id)
        changed = tx.changed(table)
        if next_on is not None:
            changed["next_on"] = values.day_ahead(next_on, "next_on", tx.today)
        if product_id is not None:
            changed["product_id"] = find_product(tx, product_id).id
        if staff_id is not None:
            changed["staff_id"] = tx.id_of(schema.staff, staff_id)
        if not changed:
            raise BadValue(_("Say what is to be changed."))
        tx.update(table, row.id, **changed)
        tx.note(f"member:{row.member_id}", opportunity=row.id, fields=sorted(changed))
        return _opportunity_of(tx, row.id)

    @listed(DEALS, roles="sales manager trainer")
    def list_opportunities(tx: Tx, rows):
        """This store's opportunities, page by page (see `lists`)."""
        return _opportunities(tx, rows)

    @query(roles="sales manager trainer")
    def show(self, tx: Tx, opportunity_id: int) -> Opportunity:
        """One opportunity with its history."""
        return _opportunity_of(tx, tx.find_mine(table, opportunity_id).id)

    @query(roles="sales manager trainer")
    def board(self, tx: Tx) -> tuple[Opportunity, ...]:
        """This store's open opportunities, by stage and then by what is to be done first."""
        rows = tx.all(
            select(table).where(table.c.store_id == tx.store_id, table.c.stage.not_in(CLOSED))
        )
        order = schema.OPPORTUNITY_STAGES.index
        rows.sort(key=lambda row: (order(row.stage), row.next_on, row.id))
        return tuple(_opportunities(tx, rows))

    @query(roles="sales manager trainer")
    def decided(self, tx: Tx) -> tuple[Opportunity, ...]:
        """This store's opportunities won or lost today: a slip among them may still be moved."""
        rows = tx.all(
            select(table)
            .where(table.c.store_id == tx.store_id, table.c.stage.in_(CLOSED))
            .order_by(table.c.closed_at, table.c.id)
        )
        return tuple(
            _opportunities(tx, [row for row in rows if tx.day_of(row.closed_at) == tx.today])
        )

    @query(roles="sales manager trainer")
    def win_rate(self, tx: Tx, since: Day, until: Day) -> WinRate:
        """Of this store's opportunities opened on these days and decided, the share won."""
        decided = [
            row
            for row in tx.all(
                select(table).where(table.c.store_id == tx.store_id, table.c.stage.in_(CLOSED))
            )
            if since <= tx.day_of(row.opened_at) <= until
        ]
        won = sum(row.stage == "won" for row in decided)
        reasons = [row.lost_reason for row in decided if row.stage == "lost"]
        counted = Counter(sorted(reasons)).most_common()
        return WinRate(won, len(decided), won / len(decided) if decided else None, tuple(counted))

    @query(roles="sales manager trainer")
    def forecast(self, tx: Tx) -> Forecast:
        """What this store's open opportunities may bring, by the share won from each stage."""
        rows = tx.all(select(table).where(table.c.store_id == tx.store_id))
        went = tx.each(Step, history.c.opportunity_id, [row.id for row in rows])
        passed = {one: {step.to_stage for step in steps} for one, steps in went.items()}
        by_stage, expected, open_amount = [], 0.0, 0
        for stage in schema.OPPORTUNITY_STAGES[:-2]:
            open_here = [row for row in rows if row.stage == stage]
            decided = [row for row in rows if row.stage in CLOSED and stage in passed[row.id]]
            won = sum(row.stage == "won" for row in decided)
            amount = sum(row.amount for row in open_here)
            by_stage.append(StageForecast(stage, len(open_here), amount, won, len(decided)))
            expected += amount * won / len(decided) if decided else 0
            open_amount += amount
        return Forecast(round(expected), open_amount, tuple(by_stage))


def _open_one(tx: Tx, opportunity_id: int):
    row = tx.find_mine(table, opportunity_id)
    if row.stage in CLOSED:
        raise Closed(_("This opportunity is decided. Open a new one."))
    return row


def _check_sale(tx: Tx, row, stage: str, sale_id: int) -> None:
    if stage != "won":
        raise BadValue(_("Only what is won has a sale."))
    sale = tx.find(schema.sale, sale_id)
    if people.owner_of(tx, sale.member_id) != people.owner_of(tx, row.member_id):
        raise Refused(_("Sale {id} is not this member's."), id=sale_id)


def _step(tx: Tx, made: int, before: str | None, stage: str, reason: str | None) -> None:
    tx.insert(history, opportunity_id=made, from_stage=before, to_stage=stage, reason=reason)


def _opportunity_of(tx: Tx, opportunity_id: int) -> Opportunity:
    return next(_opportunities(tx, [tx.find(table, opportunity_id)]))


def _opportunities(tx: Tx, rows: Sequence) -> Iterator[Opportunity]:
    went = tx.each(Step, history.c.opportunity_id, [row.id for row in rows])
    for row in rows:
        yield tx.built(Opportunity, table, row, history=went[row.id])
