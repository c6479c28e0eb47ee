"""Buying: suppliers, purchase orders, and what is delivered at what cost."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.choices import Day, Text, Words
from crmkit.practice.command import Tx, command, query
from crmkit.practice.domain import buying
from crmkit.practice.errors import Closed, NotFound, TooManyReturned
from crmkit.practice.goods import find_product, wanted
from crmkit.practice.ledgers import lots
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import Cents, OfTable, built, record

order_table = schema.purchase_order
ORDERS = Listing(order_table, "status supplier_id", "-ordered_at")


@record(of=schema.supplier)
class Supplier(OfTable):
    """Who goods are bought from."""


@record(of=schema.purchase_line, only="product_id product ordered received cost")
class OrderLine(OfTable):
    """A product of an order: units ordered and received, and what one costs."""

    product: str
    received: int

    @property
    def outstanding(self) -> int:
        return max(self.ordered - self.received, 0)


@record(
    of=schema.purchase_order,
    only="id store_id supplier_id supplier staff_id ordered_at expected_on status lines",
    lists="id supplier ordered_at expected_on status value lines",
)
class Order(OfTable):
    """A purchase order of this store; `value` is what was ordered, at cost."""

    supplier: str
    lines: tuple[OrderLine, ...]

    @property
    def value(self) -> Cents:
        return sum(line.ordered * line.cost for line in self.lines)


class Buying:
    """What is ordered from suppliers; a part of the stock room."""

    name = "stock"

    @command(roles="manager trainer")
    def add_supplier(self, tx: Tx, supplier_id: str, name: Text) -> Supplier:
        """Somebody to buy from."""
        s = schema.supplier
        supplier_id = tx.new_code(s, supplier_id, "supplier")
        tx.insert(s, id=supplier_id, name=name)
        tx.note(f"supplier:{supplier_id}")
        return built(Supplier, tx.find(s, supplier_id))

    @query(roles="stock_keeper manager trainer")
    def suppliers(self, tx: Tx) -> tuple[Supplier, ...]:
        """Everybody goods are bought from."""
        return tx.every(Supplier, schema.supplier)

    @command(roles="stock_keeper manager trainer")
    def order(
        self,
        tx: Tx,
        supplier_id: str,
        units: values.Units,
        *,
        costs: dict[str, int] | None = None,
        expected_on: Day | None = None,
    ) -> Order:
        """Order goods for this store; `costs` says what one costs where that is not as on file."""
        supplier = tx.find(schema.supplier, supplier_id)
        agreed = _costs(tx, costs)
        asked = wanted(tx, units)
        _refuse_others(agreed, asked)
        order_id = tx.insert(order_table, supplier_id=supplier.id, expected_on=expected_on)
        for product_id, quantity in asked.items():
            cost = agreed.get(product_id, find_product(tx, product_id).cost)
            tx.insert(
                schema.purchase_line,
                order_id=order_id,
                product_id=product_id,
                ordered=quantity,
                cost=cost,
            )
        tx.note(f"order:{order_id}", ordered=asked)
        return _order(tx, tx.find(order_table, order_id, here=True))

    @command(roles="stock_keeper manager trainer")
    def receive_order(
        self,
        tx: Tx,
        order_id: int,
        units: values.Units | None = None,
        *,
        costs: dict[str, int] | None = None,
        best_before: date | str | None = None,
        document: Words = None,
    ) -> Order:
        """(Part of) an order is delivered: everything that is outstanding, or these units, at the
        order's cost or the one the delivery note (`document`) says. A product's cost becomes the
        average of what is there and what came; `best_before` is the date on those that spoil. The
        order closes when all has come."""
        found = _order(tx, _find_open(tx, order_id))
        outstanding = {line.product_id: line.outstanding for line in found.lines}
        coming = (
            {product: many for product, many in outstanding.items() if many}
            if units is None
            else wanted(tx, units)
        )
        for product_id, quantity in coming.items():
            if quantity > outstanding.get(product_id, 0):
                said = _("Of {product}, {left} are still to come with this order, not {asked}.")
                left = outstanding.get(product_id, 0)
                raise TooManyReturned(said, product=product_id, left=left, asked=quantity)
        told = _costs(tx, costs)
        _refuse_others(told, coming)
        agreed = {line.product_id: line.cost for line in found.lines} | told
        delivery_id = tx.insert(schema.delivery, order_id=found.id, document=document)
        for product_id, quantity in coming.items():
            _take_in(tx, delivery_id, product_id, quantity, agreed[product_id])
        if best_before:
            lots.came(tx, coming, best_before)
        if all(outstanding[one] == coming.get(one, 0) for one in outstanding):
            tx.update(order_table, found.id, status="received", closed_at=tx.now)
        tx.note(f"order:{found.id}", received=coming)
        return _order(tx, tx.find(order_table, found.id, here=True))

    @command(roles="stock_keeper manager trainer")
    def cancel_order(self, tx: Tx, order_id: int) -> Order:
        """What has not come is not wanted any more; what came stays."""
        found = _find_open(tx, order_id)
        tx.update(order_table, found.id, status="cancelled", closed_at=tx.now)
        tx.note(f"order:{found.id}")
        return _order(tx, tx.find(order_table, found.id, here=True))

    @query(roles="stock_keeper manager trainer")
    def show_order(self, tx: Tx, order_id: int) -> Order:
        """An order and what came of it."""
        return _order(tx, tx.find(order_table, order_id, here=True))

    @listed(ORDERS, roles="stock_keeper manager trainer")
    def list_orders(tx: Tx, rows):
        """This store's purchase orders, the latest first."""
        return (_order(tx, row) for row in rows)


def on_order(tx: Tx) -> dict[str, int]:
    """What this store ordered and has not received, by product: what open orders still owe."""
    line, came, delivery = schema.purchase_line, schema.delivery_line, schema.delivery
    received = (
        select(delivery.c.order_id, came.c.product_id, func.sum(came.c.received).label("units"))
        .join(came, came.c.delivery_id == delivery.c.id)
        .group_by(delivery.c.order_id, came.c.product_id)
        .subquery()
    )
    same = (received.c.order_id == line.c.order_id) & (received.c.product_id == line.c.product_id)
    owed = line.c.ordered - func.coalesce(received.c.units, 0)
    return tx.by_key(
        select(line.c.product_id, func.sum(owed))
        .join(order_table, order_table.c.id == line.c.order_id)
        .outerjoin(received, same)
        .where(order_table.c.store_id == tx.store_id, order_table.c.status == "open")
        .group_by(line.c.product_id)
    )


def _find_open(tx: Tx, order_id: int):
    row = tx.find(order_table, order_id, here=True)
    if row.status != "open":
        raise Closed(_("Order {id} is closed."), id=order_id)
    return row


def _costs(tx: Tx, costs: Mapping[str, int] | None) -> dict[str, int]:
    return {
        find_product(tx, product).id: values.cents(cost, "cost")
        for product, cost in (costs or {}).items()
    }


def _refuse_others(named: Mapping[str, int], units: Mapping[str, int]) -> None:
    for product_id in named:
        if product_id not in units:
            raise NotFound(_("{product} is not among these goods."), product=product_id)


def _take_in(tx: Tx, delivery_id: int, product_id: str, quantity: int, cost: int) -> None:
    tx.insert(
        schema.delivery_line,
        delivery_id=delivery_id,
        product_id=product_id,
        received=quantity,
        cost=cost,
    )
    stores = tx.column(select(schema.store.c.id))
    on_hand = sum(ledger.balance(tx, one, product_id) for one in stores)
    before = find_product(tx, product_id).cost
    tx.update(schema.product, product_id, cost=buying.average_cost(on_hand, before, quantity, cost))
    ledger.move(
        tx, "receive", product_id, "@supplier", tx.store_id, quantity, delivery_id=delivery_id
    )


def _order(tx: Tx, row) -> Order:
    line, came, delivery = schema.purchase_line, schema.delivery_line, schema.delivery
    product = schema.product
    of_this = (delivery.c.id == came.c.delivery_id, delivery.c.order_id == row.id)
    received = tx.totals(came.c.received, came.c.product_id, *of_this)
    lines = tx.all(
        select(line, product.c.name.label("product"))
        .join(product, product.c.id == line.c.product_id)
        .where(line.c.order_id == row.id)
        .order_by(line.c.product_id)
    )
    return built(
        Order,
        row,
        supplier=tx.name_of(schema.supplier, row.supplier_id),
        lines=tuple(
            built(OrderLine, one, received=received.get(one.product_id, 0)) for one in lines
        ),
    )
