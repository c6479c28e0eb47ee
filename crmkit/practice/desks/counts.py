"""Stocktakes: a blind sheet, counts in parts, and the book put right by the difference."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from sqlalchemy import func, select, union

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.command import Tx, command, query
from crmkit.practice.errors import Closed, Refused
from crmkit.practice.goods import find_product
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import Cents, built, record

A_LOT_PIECES, A_LOT_SHARE, A_LOT_VALUE = 2, 0.1, 10_000
"""What differs a lot is counted again before it is booked: more than two pieces and more than a
tenth of the book (a carton was overlooked), or more than ¥100 at cost (dear goods, a few of which
are much). Less than that is an ordinary evening's mistake, and nobody would ever get home."""

STOCKTAKES = Listing(schema.stocktake, filters=("status",), sorts=("-opened_at",), at="opened_at")


@record
class CountSheet:
    """What to count, without the book's quantities; `counted` are done already, `noted` as so many."""

    stocktake_id: int
    store_id: str
    products: tuple[tuple[str, str], ...]
    counted: tuple[str, ...]
    noted: tuple[tuple[str, int], ...]


@record
class CountLine:
    """Book and counted quantity at the moment of counting; `value` of the difference at cost."""

    product_id: str
    book: int
    counted: int
    difference: int
    value: Cents
    cause: str | None


@record
class CountReport:
    """A closed stocktake; what nobody counted stays as the book has it, and so does what has to
    be counted again."""

    stocktake_id: int
    store_id: str
    lines: tuple[CountLine, ...]
    uncounted: tuple[str, ...]
    surplus_value: Cents
    shortage_value: Cents
    count_again: tuple[str, ...] = ()


@record
class Stocktake:
    """One stocktake in a list."""

    id: int
    store_id: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    status: Annotated[str, "stocktake_status"]


class Counts:
    """Counting what is there; a part of the stock room."""

    name = "stock"

    @command(roles="stock_keeper manager trainer")
    def open_count(self, tx: Tx, products: Sequence[str] | None = None) -> CountSheet:
        """Begin a stocktake of these products, or of everything this store has or sells."""
        if products is None:
            wanted = _carried(tx)
        else:
            wanted = list(dict.fromkeys(find_product(tx, one).id for one in products))
        return _open(tx, wanted)

    @query(roles="stock_keeper manager trainer")
    def count_sheet(self, tx: Tx, stocktake_id: int) -> CountSheet:
        """What is to be counted: a blind sheet, without the book's quantities."""
        return _sheet(tx, tx.find(schema.stocktake, stocktake_id, here=True))

    @command(roles="stock_keeper manager trainer")
    def count(
        self, tx: Tx, stocktake_id: int, product_id: str, counted: int, *, more: bool = False
    ) -> CountSheet:
        """So many were counted, now. Counting again replaces the count, or with `more` adds to it
        (the shelf first, then the back room); nobody is shown the book.

        The difference is taken against the book as of this moment, so that what is sold between
        counting and closing does no harm.
        """
        stocktake = _open_stocktake(tx, stocktake_id)
        product = find_product(tx, product_id)
        line = schema.stocktake_line
        if not tx.one(
            select(line).where(line.c.stocktake_id == stocktake.id, line.c.product_id == product.id)
        ):
            tx.insert(line, stocktake_id=stocktake.id, product_id=product.id)
        counted = values.quantity(counted, "counted", least=0)
        book = ledger.balance(tx, stocktake.store_id, product.id)
        before = next(
            (row for row in _last_counts(tx, stocktake.id) if row.product_id == product.id), None
        )
        if more and before is not None:
            if before.book != book:
                said = _("{product} was moved since its first part was counted: count all of it.")
                raise Refused(said, product=product.id)
            counted += before.counted
        _write_count(tx, stocktake.id, product.id, counted, book)
        tx.note(f"stocktake:{stocktake.id}", product=product.id)
        return _sheet(tx, stocktake)

    @command(roles="stock_keeper manager trainer")
    def close_count(
        self, tx: Tx, stocktake_id: int, *, causes: dict[str, str] | None = None
    ) -> CountReport:
        """Close a stocktake: differences are booked, zero differences recorded too, and what was
        not counted stays as it is. `causes` says why, product by product.

        A product of which the book let go more meanwhile than was counted is not booked: it
        stands in `count_again`, the rest is closed."""
        stocktake = _open_stocktake(tx, stocktake_id)
        causes = {
            find_product(tx, product_id).id: values.text(cause, "cause")
            for product_id, cause in (causes or {}).items()
        }
        again = []
        for row in _last_counts(tx, stocktake.id):
            difference = row.counted - row.book
            if ledger.balance(tx, stocktake.store_id, row.product_id) + difference < 0:
                again.append(row.product_id)
                continue
            tx.insert(
                schema.stocktake_result,
                stocktake_id=stocktake.id,
                product_id=row.product_id,
                book=row.book,
                counted=row.counted,
                difference=difference,
                cause=causes.get(row.product_id),
            )
            if difference:
                about = {"stocktake_id": stocktake.id, "reason": causes.get(row.product_id)}
                ledger.adjust(tx, "count", row.product_id, difference, **about)
        _end(tx, stocktake.id, "closed")
        report = replace(_report(tx, stocktake), count_again=tuple(again))
        tx.note(
            f"stocktake:{stocktake.id}", uncounted=len(report.uncounted), count_again=len(again)
        )
        return report

    @query(roles="stock_keeper manager trainer")
    def to_recount(self, tx: Tx, stocktake_id: int) -> tuple[str, ...]:
        """What of an open stocktake differs a lot and was not counted twice with the same result:
        the products only, since the count is still blind."""
        stocktake = _open_stocktake(tx, stocktake_id)
        c, product = schema.stocktake_count, schema.product
        rows = tx.all(
            select(c, product.c.cost)
            .join(product, product.c.id == c.c.product_id)
            .where(c.c.stocktake_id == stocktake.id, c.c.counted.is_not(None))
        )
        found = [(row.product_id, row.counted - row.book) for row in rows]
        cost = {row.product_id: row.cost for row in rows}
        return tuple(
            row.product_id
            for row in _last_counts(tx, stocktake.id)
            if _a_lot(row.counted - row.book, row.book, cost[row.product_id])
            and found.count((row.product_id, row.counted - row.book)) < 2
        )

    @command(roles="stock_keeper manager trainer")
    def recount(self, tx: Tx, stocktake_id: int, products: Sequence[str]) -> CountSheet:
        """Have these products counted again: in an open stocktake their counts are dropped; of a
        closed one a new stocktake of them begins."""
        stocktake = tx.find(schema.stocktake, stocktake_id, here=True)
        named = list(dict.fromkeys(find_product(tx, one).id for one in products))
        on_sheet = {product for product, _name in _sheet(tx, stocktake).products}
        strange = [one for one in named if one not in on_sheet]
        if strange or not named:
            said = _("Name products of stocktake {id}; {product} is not on its sheet.")
            raise Refused(said, id=stocktake.id, product=", ".join(strange) or "–")
        if stocktake.status != "open":
            return _open(tx, named)
        for product in named:
            _write_count(tx, stocktake.id, product, None, ledger.balance(tx, tx.store_id, product))
        tx.note(f"stocktake:{stocktake.id}", count_again=len(named))
        return _sheet(tx, stocktake)

    @command(roles="stock_keeper manager trainer")
    def cancel_count(self, tx: Tx, stocktake_id: int) -> None:
        """Give a stocktake up; nothing is booked."""
        stocktake = _open_stocktake(tx, stocktake_id)
        _end(tx, stocktake.id, "cancelled")
        tx.note(f"stocktake:{stocktake.id}")

    @query(roles="stock_keeper manager trainer")
    def count_report(self, tx: Tx, stocktake_id: int) -> CountReport:
        """What a closed stocktake found."""
        stocktake = tx.find(schema.stocktake, stocktake_id, here=True)
        if stocktake.status != "closed":
            raise Refused(_("System stock is shown when the stocktake is closed."))
        return _report(tx, stocktake)

    @listed(STOCKTAKES, roles="stock_keeper manager trainer")
    def list_counts(tx: Tx, rows):
        """This store's stocktakes, the latest first."""
        return (built(Stocktake, row) for row in rows)


def _a_lot(difference: int, book: int, cost: int) -> bool:
    pieces = abs(difference)
    many = pieces > A_LOT_PIECES and pieces > A_LOT_SHARE * book
    return many or pieces * cost > A_LOT_VALUE


def _open(tx: Tx, wanted: list[str]) -> CountSheet:
    t = schema.stocktake
    is_open = tx.value(select(t.c.id).where(t.c.store_id == tx.store_id, t.c.status == "open"))
    if is_open is not None:
        raise Refused(
            _("Stocktake {id} is open here already. Close or cancel it first."), id=is_open
        )
    if not wanted:
        raise Refused(_("There is nothing to count here."))
    stocktake_id = tx.insert(t, opened_at=tx.now, opened_by=tx.staff.id, status="open")
    for product_id in wanted:
        tx.insert(schema.stocktake_line, stocktake_id=stocktake_id, product_id=product_id)
    tx.note(f"stocktake:{stocktake_id}", products=len(wanted))
    return _sheet(tx, tx.find(schema.stocktake, stocktake_id, here=True))


def _open_stocktake(tx: Tx, stocktake_id: int):
    row = tx.find(schema.stocktake, stocktake_id, here=True)
    if row.status != "open":
        raise Closed(_("Stocktake {id} is closed."), id=stocktake_id)
    return row


def _end(tx: Tx, stocktake_id: int, status: str) -> None:
    who = {"closed_at": tx.now, "closed_by": tx.staff.id}
    tx.update(schema.stocktake, stocktake_id, status=status, **who)


def _carried(tx: Tx) -> list[str]:
    m = schema.stock_move
    here = union(
        select(m.c.product_id).where(m.c.to_id == tx.store_id),
        select(m.c.product_id).where(m.c.from_id == tx.store_id),
    ).subquery()
    return tx.column(select(here.c.product_id).order_by(here.c.product_id))


def _write_count(tx: Tx, stocktake_id: int, product_id: str, counted: int | None, book: int):
    tx.insert(
        schema.stocktake_count,
        stocktake_id=stocktake_id,
        product_id=product_id,
        counted=counted,
        book=book,
    )


def _last_counts(tx: Tx, stocktake_id: int) -> list:
    """The last count of each product; one that is to be counted again has none."""
    c = schema.stocktake_count
    last = select(func.max(c.c.id)).where(c.c.stocktake_id == stocktake_id).group_by(c.c.product_id)
    return tx.all(
        select(c).where(c.c.id.in_(last), c.c.counted.is_not(None)).order_by(c.c.product_id)
    )


def _sheet(tx: Tx, stocktake) -> CountSheet:
    line, product = schema.stocktake_line, schema.product
    rows = tx.all(
        select(product.c.id, product.c.name)
        .join(line, line.c.product_id == product.c.id)
        .where(line.c.stocktake_id == stocktake.id)
        .order_by(product.c.id)
    )
    noted = tuple((row.product_id, row.counted) for row in _last_counts(tx, stocktake.id))
    products = tuple((row.id, row.name) for row in rows)
    counted = tuple(product for product, _many in noted)
    return CountSheet(stocktake.id, stocktake.store_id, products, counted, noted)


def _report(tx: Tx, stocktake) -> CountReport:
    found, product = schema.stocktake_result, schema.product
    rows = tx.all(
        select(found, product.c.cost)
        .join(product, product.c.id == found.c.product_id)
        .where(found.c.stocktake_id == stocktake.id)
        .order_by(found.c.product_id)
    )
    lines = tuple(built(CountLine, row, value=row.difference * row.cost) for row in rows)
    counted = {line.product_id for line in lines}
    return CountReport(
        stocktake.id,
        stocktake.store_id,
        lines,
        tuple(one for one, _name in _sheet(tx, stocktake).products if one not in counted),
        sum(line.value for line in lines if line.value > 0),
        -sum(line.value for line in lines if line.value < 0),
    )
