"""Stocktakes: a blind sheet, counts in parts, and the book put right by the difference."""

from collections.abc import Sequence
from typing import Annotated

from sqlalchemy import select, union

from crmkit.i18n import gettext as _
from crmkit.practice import access, schema, values
from crmkit.practice.choices import Count, Text
from crmkit.practice.command import Tx, command, query
from crmkit.practice.errors import Closed, Refused
from crmkit.practice.goods import find_product
from crmkit.practice.ledgers import counts
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import Cents, OfTable, built, record

ANSWERS_FOR_STOCK = "stock.adjust"
"""Who may put the book right without a count signs for what a count found to differ a lot."""

STOCKTAKES = Listing(schema.stocktake, "status", "-opened_at")


@record
class CountSheet:
    """What to count, without the book's quantities; `counted` are done already, `noted` as so many,
    `count_again` were named to be counted once more and are not yet, and were counted so many `times`; `causes` are the reasons noted so far."""

    stocktake_id: int
    store_id: str
    products: tuple[tuple[str, str], ...]
    counted: tuple[str, ...]
    noted: tuple[tuple[str, int], ...]
    count_again: tuple[str, ...] = ()
    times: tuple[tuple[str, int], ...] = ()
    causes: tuple[tuple[str, str], ...] = ()


@record
class CountLine:
    """Book and counted quantity at the moment of counting; `value` of the difference at cost. What
    is booked decides whether the manager signs; what was counted `before` can still be read."""

    product_id: str
    book: int
    counted: int
    difference: int
    value: Cents
    cause: str | None
    before: tuple[int, ...] = ()


@record
class CountReport:
    """What a stocktake found. `to_sign` differ a lot: while it is only counted nothing is booked,
    until the manager signs. What nobody counted stays as the book has it, and so does what has to
    be counted again; while that is so before the end, the stocktake is open and tells nothing."""

    stocktake_id: int
    store_id: str
    lines: tuple[CountLine, ...]
    uncounted: tuple[str, ...]
    surplus_value: Cents
    shortage_value: Cents
    count_again: tuple[str, ...] = ()
    status: Annotated[str, "stocktake_status"] = "closed"
    to_sign: tuple[str, ...] = ()
    signed_by: str | None = None


@record(
    of=schema.stocktake, only="id store_id opened_at opened_by closed_at closed_by signed_by status"
)
class Stocktake(OfTable):
    """One stocktake in a list."""


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
        self, tx: Tx, stocktake_id: int, product_id: str, counted: Count, *, more: bool = False
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
        noted = {one.product_id: one for one in counts.tally(tx, stocktake.id).noted}
        if more and product.id in noted:
            before = noted[product.id]
            if before.book != ledger.balance(tx, stocktake.store_id, product.id):
                said = _("{product} was moved since its first part was counted: count all of it.")
                raise Refused(said, product=product.id)
            counted += before.counted
        if product.id in noted:
            counts.write(tx, stocktake.id, product.id, None)
        counts.write(tx, stocktake.id, product.id, counted)
        tx.note(f"stocktake:{stocktake.id}", product=product.id)
        return _sheet(tx, stocktake)

    @command(roles="stock_keeper manager trainer")
    def close_count(
        self, tx: Tx, stocktake_id: int, *, causes: dict[str, str] | None = None
    ) -> CountReport:
        """End the counting: differences are booked, zero differences recorded too, and what was not
        counted stays as it is. `causes` says why, product by product.

        What differs a lot is named in `count_again` and the stocktake stays open, until each was
        counted once more and two counts agree, or was taken back as not counted. Then it waits for
        the manager's signature, unless who ends it may sign. Of a small difference the book may
        have let go more meanwhile than was counted: that one is not booked and stands in
        `count_again` as well."""
        stocktake = _open_stocktake(tx, stocktake_id)
        for product_id, cause in (causes or {}).items():
            product = find_product(tx, product_id).id
            counts.explain(tx, stocktake.id, product, values.text(cause, "cause"))
        found = counts.tally(tx, stocktake.id)
        for product in found.to_recount:
            counts.name(tx, stocktake.id, product)
        if not found.to_recount:
            _end(tx, stocktake.id, "counted")
            signs = access.is_allowed(tx.connection, tx.staff.id, ANSWERS_FOR_STOCK, tx.store_id)
            if signs or not found.to_sign:
                counts.book(tx, stocktake.id, tx.staff.id if found.to_sign else None)
        report = _report(tx, tx.find(schema.stocktake, stocktake.id))
        about = {"uncounted": len(report.uncounted), "count_again": len(report.count_again)}
        tx.note(f"stocktake:{stocktake.id}", to_sign=len(report.to_sign), **about)
        return report

    @command(roles="stock_keeper manager trainer")
    def sign_count(
        self,
        tx: Tx,
        stocktake_id: int,
        *,
        approved_by: str | None = None,
        password: str | None = None,
    ) -> CountReport:
        """Book what a stocktake found to differ a lot, with the manager's word (`approved_by` with
        their `password`, unless the manager signs in to do it)."""
        stocktake = tx.find(schema.stocktake, stocktake_id, here=True)
        if stocktake.status == "open":
            raise Refused(_("Stocktake {id} is still being counted."), id=stocktake.id)
        if stocktake.status != "counted":
            raise Closed(_("Stocktake {id} is closed."), id=stocktake.id)
        who = access.managers_word(tx, approved_by, password, ANSWERS_FOR_STOCK)
        counts.book(tx, stocktake.id, who)
        tx.note(f"stocktake:{stocktake.id}", signed_by=who)
        return _report(tx, tx.find(schema.stocktake, stocktake.id))

    @command(roles="stock_keeper manager trainer")
    def note_cause(self, tx: Tx, stocktake_id: int, product_id: str, cause: Text) -> CountReport:
        """Why the book differed, found out after the result: it stands in the result from now on."""
        stocktake = tx.find(schema.stocktake, stocktake_id, here=True)
        product = find_product(tx, product_id)
        report = _told(tx, stocktake)
        if product.id not in {line.product_id for line in report.lines}:
            said = _("{product} was not counted in stocktake {id}.")
            raise Refused(said, product=product.id, id=stocktake.id)
        counts.explain(tx, stocktake.id, product.id, cause)
        tx.note(f"stocktake:{stocktake.id}", product=product.id)
        return _report(tx, stocktake)

    @query(roles="stock_keeper manager trainer")
    def to_recount(self, tx: Tx, stocktake_id: int) -> tuple[str, ...]:
        """What of an open stocktake has to be counted again before it can be closed: the products
        only, since the count is still blind."""
        return counts.tally(tx, _open_stocktake(tx, stocktake_id).id).to_recount

    @command(roles="stock_keeper manager trainer")
    def recount(self, tx: Tx, stocktake_id: int, products: Sequence[str]) -> CountSheet:
        """Have these products counted again: in an open stocktake their counts are taken back, one
        that waits to be signed is open again, of a closed one a new stocktake of them begins."""
        stocktake = tx.find(schema.stocktake, stocktake_id, here=True)
        named = list(dict.fromkeys(find_product(tx, one).id for one in products))
        on_sheet = {product for product, _name in _sheet(tx, stocktake).products}
        strange = [one for one in named if one not in on_sheet]
        if strange or not named:
            said = _("Name products of stocktake {id}; {product} is not on its sheet.")
            raise Refused(said, id=stocktake.id, product=", ".join(strange) or "–")
        if stocktake.status not in ("open", "counted"):
            return _open(tx, named)
        for product in named:
            if stocktake.status == "counted":
                counts.name(tx, stocktake.id, product)
            else:
                counts.write(tx, stocktake.id, product, None)
        tx.update(schema.stocktake, stocktake.id, status="open", closed_at=None, closed_by=None)
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
        """What a stocktake found whose counting has ended."""
        return _told(tx, tx.find(schema.stocktake, stocktake_id, here=True))

    @listed(STOCKTAKES, roles="stock_keeper manager trainer")
    def list_counts(tx: Tx, rows):
        """This store's stocktakes, the latest first."""
        return (built(Stocktake, row) for row in rows)


def _told(tx: Tx, stocktake) -> CountReport:
    if stocktake.status not in ("counted", "closed"):
        raise Refused(_("System stock is shown when the stocktake is closed."))
    return _report(tx, stocktake)


def _open(tx: Tx, wanted: list[str]) -> CountSheet:
    t = schema.stocktake
    going_on = (t.c.store_id == tx.store_id, t.c.status.in_(("open", "counted")))
    before = tx.one(select(t.c.id, t.c.status).where(*going_on))
    if before and before.status == "counted":
        said = _("Stocktake {id} waits for the manager's signature. Have it signed first.")
        raise Refused(said, id=before.id)
    if before:
        said = _("Stocktake {id} is open here already. Close or cancel it first.")
        raise Refused(said, id=before.id)
    if not wanted:
        raise Refused(_("There is nothing to count here."))
    stocktake_id = tx.insert(t, opened_by=tx.staff.id)
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


def _sheet(tx: Tx, stocktake) -> CountSheet:
    found = counts.tally(tx, stocktake.id)
    noted = tuple((row.product_id, row.counted) for row in found.noted)
    return CountSheet(
        stocktake.id,
        stocktake.store_id,
        tuple((line.product_id, line.name) for line in found.lines.values()),
        tuple(product for product, _many in noted),
        noted,
        found.waiting,
        tuple(found.times.items()),
        tuple((one, line.cause) for one, line in found.lines.items() if line.cause),
    )


def _report(tx: Tx, stocktake) -> CountReport:
    found, r = counts.tally(tx, stocktake.id), schema.stocktake_result
    is_open, rows = stocktake.status == "open", found.last
    if is_open:
        rows = []
    elif stocktake.status == "closed":
        here = r.c.stocktake_id == stocktake.id
        rows = tx.all(select(r).where(here).order_by(r.c.product_id))
    lines = tuple(_line(row, found) for row in rows)
    told = {line.product_id for line in lines}
    left = tuple(row.product_id for row in found.last if row.product_id not in told)
    return CountReport(
        stocktake.id,
        stocktake.store_id,
        lines,
        tuple(one for one in found.lines if one not in told),
        sum(line.value for line in lines if line.value > 0),
        -sum(line.value for line in lines if line.value < 0),
        found.to_recount if is_open else left,
        stocktake.status,
        tuple(one for one in found.to_sign if one in told),
        stocktake.signed_by,
    )


def _line(row, found: counts.Tally) -> CountLine:
    about, difference = found.lines[row.product_id], row.counted - row.book
    more = {"difference": difference, "value": difference * about.cost, "cause": about.cause}
    return built(CountLine, row, **more, before=found.before(row.product_id))
