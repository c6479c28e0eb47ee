"""Goods that bear a date: what is near it, what is past it, what was written off."""

from datetime import date, timedelta
from typing import Annotated

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import rung, schema, values
from crmkit.practice.choices import Count, Day, Quantity
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Tx, command, query
from crmkit.practice.display import on_shelf, roughly
from crmkit.practice.domain import spoiling
from crmkit.practice.errors import BadValue
from crmkit.practice.goods import find_product
from crmkit.practice.ledgers import lots
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.lists import STORE, Listing, listed
from crmkit.practice.records import Cents, OfTable, Share, built, record

PACE_DAYS = 14
"""How many days back it is looked how fast goods sell."""
lot, product = schema.lot, schema.product
WriteOffReason = Annotated[str, values.OneOf(schema.WRITE_OFF_REASONS, "return_reason")]
DATES = Listing(
    lot,
    "product_id",
    "best_before",
    also=lambda tx, where: [lot.c.id.in_(_worth_a_look(tx, where))],
)


@record(
    of=schema.lot,
    only="id store_id product_id product best_before days_left remaining advice",
    lists="product_id product best_before days_left remaining advice",
)
class DatedGoods(OfTable):
    """Pieces of one date: how many days are left (below 0: it is over), about how many stand there
    (an estimate, the earliest date sold first: look at the shelf), and what to do with them."""

    product: str
    days_left: int
    remaining: Annotated[int | None, roughly]
    advice: Annotated[str, "date_advice"] | None


@record
class UndatedGoods:
    """Pieces of a product that spoils whose date nobody noted."""

    product_id: str
    product: str
    undated: Annotated[int | None, on_shelf]


@record
class Wastage:
    """What a store wrote off over some days, at cost, and what part of its sales that is."""

    since: date
    until: date
    expired: Cents
    damaged: Cents
    sales: Cents
    wastage_rate: Share | None


class Dates:
    """Best-before dates; a part of the stock room."""

    name = "stock"

    @listed(DATES, roles="cashier sales stock_keeper manager trainer")
    def list_dates(tx: Tx, rows):
        """The dates to look at, the earliest first; with a `product_id` all dates of that product."""
        if not rows:
            return ()
        store = rows[0].store_id
        hidden, advice = ledger.counting(tx, store), _advised(tx, store)
        return (
            built(
                DatedGoods, row, product=tx.name_of(product, row.product_id),
                days_left=(row.best_before - tx.today).days,
                remaining=None if row.product_id in hidden else row.remaining,
                advice=advice[row.id],
            )
            for row in rows
        )  # fmt: skip

    @query(roles="cashier sales stock_keeper manager trainer")
    def keeps_dates(self, tx: Tx) -> bool:
        """Whether any goods are known to spoil; in a shop begun before dates were noted none are."""
        return bool(
            tx.one(select(product.c.id).where(product.c.shelf_life_days.isnot(None)).limit(1))
        )

    @query(roles="stock_keeper manager trainer")
    def undated(self, tx: Tx) -> tuple[UndatedGoods, ...]:
        """What is here of goods that spoil without a date that was noted."""
        found, hidden = [], ledger.counting(tx, tx.store_id)
        dated = tx.totals(lot.c.remaining, lot.c.product_id, lot.c.store_id == tx.store_id)
        spoil = product.c.shelf_life_days.isnot(None)
        for row in tx.all(select(product.c.id, product.c.name).where(spoil).order_by(product.c.id)):
            units = ledger.balance(tx, tx.store_id, row.id) - dated.get(row.id, 0)
            if units > 0:
                found.append(UndatedGoods(row.id, row.name, None if row.id in hidden else units))
        return tuple(found)

    @command(roles="stock_keeper manager trainer")
    def note_date(self, tx: Tx, product_id: str, best_before: date | str, quantity: Count) -> None:
        """So many pieces of this date stand on the shelf, none if 0: counted there, not reckoned."""
        goods = find_product(tx, product_id)
        day = lots.day_of_date(tx, goods, best_before)
        lots.note(tx, goods, day, quantity, ledger.require_on_hand(tx, goods.id, quantity))
        tx.note(f"product:{goods.id}", best_before=f"{day}", quantity=quantity)

    @command(roles="manager trainer")
    def write_off(
        self,
        tx: Tx,
        product_id: str,
        quantity: Quantity,
        reason: WriteOffReason,
        *,
        best_before: Day | None = None,
    ) -> None:
        """Goods past their date, or damaged, leave the book at cost; `best_before` says which: needed
        where dates are noted or the date is why."""
        goods = find_product(tx, product_id)
        ledger.require_available(tx, goods.id, quantity)
        there = ledger.balance(tx, tx.store_id, goods.id)
        lots.require_dated(tx, goods, quantity, there, best_before, past=reason == "expired")
        ledger.write_off(tx, goods.id, quantity, reason, best_before)
        tx.note(f"product:{goods.id}", quantity=quantity, reason=reason)

    @query(roles="stock_keeper manager trainer")
    def wastage(self, tx: Tx, since: Day | None = None, until: Day | None = None) -> Wastage:
        """What was written off here, and its rate; of the last 30 days unless others are named."""
        last = until or tx.today
        first = since or last - timedelta(days=29)
        if first > last:
            raise BadValue(_("The first day is after the last."))
        start, end = day_bounds(first, tx.timezone)[0], day_bounds(last, tx.timezone)[1]
        move, off, lines = schema.stock_move, schema.write_off, rung.LINES
        gone = (move.c.from_id == tx.store_id, move.c.at >= start, move.c.at < end)
        cost = tx.totals(off.c.cost, off.c.reason, move.c.id == off.c.move_id, *gone)
        here = (lines.c.store_id == tx.store_id, lines.c.at >= start, lines.c.at < end)
        sales = tx.total(lines.c.amount, *here)
        expired, damaged = cost.get("expired", 0), cost.get("damaged", 0)
        rate = spoiling.wastage_rate(expired + damaged, sales)
        return Wastage(first, last, expired, damaged, sales, rate)

    @command(roles="manager trainer")
    def set_shelf_life(self, tx: Tx, product_id: str, shelf_life_days: int) -> None:
        """From today this product is known to spoil: how many days it keeps, counted from the day
        it was made."""
        goods = find_product(tx, product_id)
        days = values.quantity(shelf_life_days, "shelf_life_days", most=3_660)
        tx.update(product, goods.id, shelf_life_days=days)
        tx.note(f"product:{goods.id}", shelf_life_days=days)


def _worth_a_look(tx: Tx, where: dict) -> list[int]:
    """The lots to be listed."""
    advice = _advised(tx, where.get(STORE) or tx.store_id)
    return [one for one, what in advice.items() if what or where.get("product_id")]


def _advised(tx: Tx, store_id: str) -> dict[int, str | None]:
    """What to do with each lot that is thought to stand at the store."""
    rows = tx.all(
        select(lot, product.c.shelf_life_days)
        .join(product, product.c.id == lot.c.product_id)
        .where(lot.c.store_id == store_id, lot.c.remaining > 0)
        .order_by(lot.c.best_before.desc(), lot.c.id)
    )
    lines, since = rung.LINES, tx.now - timedelta(days=PACE_DAYS)
    lately = (lines.c.store_id == store_id, lines.c.at >= since, lines.c.at <= tx.now)
    sold = tx.totals(lines.c.quantity, lines.c.product_id, *lately)
    first_came: dict[str, object] = {}
    overtaken = {}
    for row in rows:  # the latest date first
        overtaken[row.id] = row.came_at > first_came.get(row.product_id, row.came_at)
        first_came[row.product_id] = min(row.came_at, first_came.get(row.product_id, row.came_at))
    found: dict[int, str | None] = {}
    ahead: dict[str, int] = {}
    for row in reversed(rows):
        days_left = (row.best_before - tx.today).days
        if days_left >= 0:  # what is over is sold to nobody any more
            ahead[row.product_id] = ahead.get(row.product_id, 0) + row.remaining
        found[row.id] = spoiling.advice(
            days_left,
            row.shelf_life_days,
            ahead.get(row.product_id, 0),
            max(sold.get(row.product_id, 0), 0) / PACE_DAYS,
            overtaken=overtaken[row.id],
        )
    return found
