"""Receipts: one sale again as it was rung up, lists of sales and returns, the day in numbers."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crmkit.practice import rung, schema, slip
from crmkit.practice.choices import Day, Quantity
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Tx, query
from crmkit.practice.domain import pricing, shifts
from crmkit.practice.goods import find_product
from crmkit.practice.ledgers import points
from crmkit.practice.lists import Listing, listed
from crmkit.practice.people import group_of, live, owner_of
from crmkit.practice.records import Cents, OfTable, Share, built, record

Method = Annotated[str, "payment_method"]


def _sold_to_or_of(tx: Tx, where: dict):
    """Sales of the product and of the member named, merged records included. What was sold left the
    shelf: the stock ledger finds one store's sales of a product among millions of all stores."""
    move, product, member = (
        schema.stock_move,
        where.pop("product_id", None),
        where.pop("member_id", None),
    )
    if product is not None:
        off_the_shelf = select(move.c.sale_id).where(
            move.c.from_id == (where.get("store_id") or tx.store_id),
            move.c.product_id == find_product(tx, product).id,
            move.c.kind == "sale",
        )
        yield schema.sale.c.id.in_(off_the_shelf)
    if member is not None:
        yield schema.sale.c.member_id.in_(group_of(live(tx, member).id))


SALES = Listing(schema.sale, "staff_id seller_id channel", "-at total", also=_sold_to_or_of)
RETURNS = Listing(schema.sale_return, "kind reason staff_id", "-at total")


@record(
    of=schema.sale_line, only="line product_id product quantity list_price discount amount is_gift"
)
class ReceiptLine(OfTable):
    """One line of a receipt; money in cents."""

    product: str


@record(of=schema.sale_offer, only="promotion_id offer coupon_id discount")
class OfferGiven(OfTable):
    """An offer the basket got, with the coupon it came by, and what it took off."""

    offer: str


@record(of=schema.price_change, only="kind product_id amount approved_by")
class PriceChange(OfTable):
    """A lower price for a product, or cents rounded off, and who gave their word for it."""


@record
class Quote:
    """What a basket would cost, before anything is written; money in cents."""

    lines: tuple[ReceiptLine, ...]
    offers: tuple[OfferGiven, ...]
    gross: Cents
    discount: Cents
    total: Cents
    points_value: Cents
    due: Cents


@record(
    of=schema.sale,
    only=(
        "sale_id at store_id store staff_id cashier seller_id member_id channel lines offers "
        "price_changes gross discount total points_paid points_value paid payments tendered "
        "points_earned"
    ),
)
class Receipt(OfTable):
    """A sale as it was rung up; money in cents. `returned` says line by line how many units came
    back since, `points_balance` is the member's now."""

    sale_id: int
    store: str
    cashier: str
    lines: tuple[ReceiptLine, ...]
    offers: tuple[OfferGiven, ...]
    price_changes: tuple[PriceChange, ...]
    payments: dict[Method, Cents]
    points_balance: int | None
    returned: dict[int, int]
    voided: bool

    @property
    def change(self) -> Cents | None:
        """What was given back of the cash that was handed over."""
        if self.tendered is None:
            return None
        return self.tendered - self.payments.get("cash", 0)

    def slip(self, width: int = 40) -> str:
        """The receipt to print, so many columns wide."""
        return slip.as_text(self, width)

    def slip_html(self) -> str:
        """The receipt to print from a browser."""
        return slip.as_html(self)


@record(of=schema.sale, only="sale_id at store_id staff_id seller_id member_id total")
class SaleHead(OfTable):
    """One sale in a list; money in cents, `returned` of it since."""

    sale_id: int
    returned: Cents
    voided: bool


@record(of=schema.sale_return, only="return_id sale_id at store_id staff_id kind reason total")
class ReturnHead(OfTable):
    """One return, or void, in a list; money in cents."""

    return_id: int


@record
class ShiftReport:
    """A day at the till; money in cents, returns taken off, voids left out, `member_share` of
    revenue. `card_loads` is money taken for gift and stored-value cards, which is no revenue."""

    day: date
    store_id: str
    staff_id: str | None
    revenue: Cents
    units: int
    orders: int
    returned: Cents
    average_order: Cents | None
    member_share: Share | None
    by_hour: dict[int, Cents]
    by_product: dict[str, Cents]
    by_seller: dict[str, Cents]
    by_payment: dict[Method, Cents]
    card_loads: dict[Method, Cents]
    revenue_before: dict[Annotated[str, "compared_with"], Cents]


@record
class MonthSoFar:
    """What a store has sold in a month until now, beside its target (None: none is set)."""

    month: str
    revenue: Cents
    target: Cents | None


class Receipts:
    """What was rung up, looked at again; a part of the till."""

    name = "till"

    @query(roles="cashier sales manager trainer")
    def sale(self, tx: Tx, sale_id: int) -> Receipt:
        """The whole receipt of a sale again, and how many units of each line came back since."""
        return receipt(tx, tx.find(schema.sale, sale_id))

    @listed(SALES, roles="cashier sales manager trainer")
    def list_sales(tx: Tx, rows):
        """This store's sales, the latest first; `where` may name `product_id` too."""
        return heads(tx, rows)

    def latest(self, limit: int = 20, **where: Any) -> tuple[SaleHead, ...]:
        """The latest sales of `list_sales`: to find a receipt's number."""
        return self.list_sales(where=where, size=limit).rows

    @listed(RETURNS, roles="cashier sales manager trainer")
    def list_returns(tx: Tx, rows):
        """What this store took back, and slips it voided, the latest first."""
        return (built(ReturnHead, row, return_id=row.id) for row in rows)

    @query(roles="cashier sales manager trainer")
    def sales_of(self, tx: Tx, member_id: str, limit: Quantity = 20) -> tuple[SaleHead, ...]:
        """A member's sales, the latest first."""
        s, group = schema.sale, group_of(live(tx, member_id).id)
        theirs = select(s).where(s.c.member_id.in_(group)).order_by(s.c.at.desc(), s.c.id.desc())
        return tuple(heads(tx, tx.all(theirs.limit(limit))))

    @query(roles="cashier sales manager trainer")
    def shift(self, tx: Tx, day: Day | None = None, *, staff_id: str | None = None) -> ShiftReport:
        """This store's day in numbers (or one cashier's), beside yesterday, the same weekday last
        week and the same weekday a year ago."""
        day = day or tx.today
        today = _figures(tx, day, staff_id)
        loads = schema.value_entry
        return built(
            ShiftReport,
            today,
            day=day,
            store_id=tx.store_id,
            staff_id=staff_id,
            by_payment=_by_method(tx, rung.MONEY, day, staff_id),
            card_loads=_by_method(tx, loads, day, staff_id, loads.c.kind == "load"),
            revenue_before={
                name: _figures(tx, day - timedelta(days=days), staff_id).revenue
                for name, days in (("yesterday", 1), ("last_week", 7), ("last_year", 364))
            },
        )

    @query(roles="manager trainer")
    def month(self, tx: Tx) -> MonthSoFar:
        """What this store has sold since the first of the month, beside its target."""
        line, aim, month = rung.LINES.c, schema.sales_target.c, f"{tx.today:%Y-%m}"
        since, _end = day_bounds(tx.today.replace(day=1), tx.timezone)
        here = (line.store_id == tx.store_id, line.at >= since, line.at <= tx.now)
        of_store = (aim.store_id == tx.store_id, aim.staff_id.is_(None), aim.month == month)
        target = tx.column(select(aim.revenue).where(*of_store))
        revenue = tx.total(line.amount, *here)
        return MonthSoFar(month=month, revenue=revenue, target=target[0] if target else None)


def receipt(tx: Tx, sale) -> Receipt:
    """The whole receipt of a sale on file."""
    given, promotion = schema.sale_offer, schema.promotion
    changed, paid = schema.price_change, schema.payment
    came_back = returned(tx, sale.id)
    lines = _lines(tx, sale.id)
    return built(
        Receipt,
        sale,
        sale_id=sale.id,
        store=tx.name_of(schema.store, sale.store_id),
        cashier=tx.name_of(schema.staff, sale.staff_id),
        lines=lines,
        offers=tuple(
            built(OfferGiven, row)
            for row in tx.all(
                select(given, promotion.c.name.label("offer"))
                .join(promotion, promotion.c.id == given.c.promotion_id)
                .where(given.c.sale_id == sale.id)
                .order_by(given.c.promotion_id)
            )
        ),
        price_changes=tx.every(PriceChange, changed, changed.c.sale_id == sale.id),
        payments=tx.by_key(
            select(paid.c.method, paid.c.amount)
            .where(paid.c.sale_id == sale.id)
            .order_by(paid.c.line)
        ),
        points_balance=_balance(tx, sale.member_id),
        returned={one.line: came_back.get(one.line, 0) for one in lines},
        voided=sale.id in _voided(tx, [sale.id]),
    )


def quoted_lines(tx: Tx, priced: pricing.Basket) -> tuple[ReceiptLine, ...]:
    """The priced lines as a receipt shows them."""
    names = _names(tx, schema.product, {line.product_id for line in priced.lines})
    return tuple(
        built(ReceiptLine, line, line=number, product=names[line.product_id])
        for number, line in enumerate(priced.lines, start=1)
    )


def quoted_offers(tx: Tx, priced: pricing.Basket) -> tuple[OfferGiven, ...]:
    """The offers of a priced basket by their names."""
    names = _names(tx, schema.promotion, {one.promotion_id for one in priced.offers})
    return tuple(built(OfferGiven, one, offer=names[one.promotion_id]) for one in priced.offers)


def heads(tx: Tx, rows: Iterable) -> Iterable[SaleHead]:
    """Sales as a list shows them."""
    rows = list(rows)
    numbers = [row.id for row in rows]
    back = schema.sale_return
    came_back = tx.totals(back.c.total, back.c.sale_id, back.c.sale_id.in_(numbers))
    voided = _voided(tx, numbers)
    for row in rows:
        about = {"returned": came_back.get(row.id, 0), "voided": row.id in voided}
        yield built(SaleHead, row, sale_id=row.id, **about)


def _lines(tx: Tx, sale_id: int) -> tuple[ReceiptLine, ...]:
    line, product = schema.sale_line, schema.product
    rows = tx.all(
        select(line, product.c.name.label("product"))
        .join(product, product.c.id == line.c.product_id)
        .where(line.c.sale_id == sale_id)
        .order_by(line.c.line)
    )
    return tuple(built(ReceiptLine, row) for row in rows)


def returned(tx: Tx, sale_id: int) -> dict[int, int]:
    """Units of a sale that came back, by line."""
    back, document = schema.return_line, schema.sale_return
    of_this = (document.c.id == back.c.return_id, document.c.sale_id == sale_id)
    return tx.totals(back.c.quantity, back.c.line, *of_this)


def _voided(tx: Tx, sales: list[int]) -> set[int]:
    back = schema.sale_return
    return set(
        tx.column(select(back.c.sale_id).where(back.c.sale_id.in_(sales), back.c.kind == "void"))
    )


def _names(tx: Tx, table, ids: set[str]) -> dict[str, str]:
    return tx.by_key(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))


def _balance(tx: Tx, member_id: str | None) -> int | None:
    owner = owner_of(tx, member_id)
    return None if owner is None else points.balance(tx, owner)


def _figures(tx: Tx, day: date, staff_id: str | None) -> shifts.Figures:
    zone = ZoneInfo(tx.timezone)
    return shifts.figures(
        shifts.Rung(
            document=(row.document, row.number),
            hour=row.at.astimezone(zone).hour,
            product_id=row.product_id,
            quantity=row.quantity,
            amount=row.amount,
            is_member=row.member_id is not None,
            seller_id=row.seller_id,
        )
        for row in tx.all(select(rung.LINES).where(*_on(tx, rung.LINES, day, staff_id)))
    )


def _by_method(tx: Tx, money, day: date, staff_id: str | None, *where) -> dict[str, int]:
    """What came in by each method, refunds taken off; points by their value."""
    return tx.totals(money.c.amount, money.c.method, *_on(tx, money, day, staff_id), *where)


def _on(tx: Tx, rows, day: date, staff_id: str | None) -> list:
    """What was rung up at this store on that day (by one cashier)."""
    first, last = day_bounds(day, tx.timezone)
    here = [rows.c.store_id == tx.store_id, rows.c.at >= first, rows.c.at < last]
    return here if staff_id is None else [*here, rows.c.staff_id == staff_id]
