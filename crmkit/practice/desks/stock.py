"""The stock room: what is where, what comes in, and putting the book right."""

from collections.abc import Sequence

from crmkit.i18n import gettext as _
from crmkit.practice import values
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.desks.office import find_product, find_store
from crmkit.practice.errors import BadValue
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.records import record

Units = Sequence[tuple[str, int]]


@record
class OnHand:
    """A product at a store: on the shelf, of that reserved, and on its way there; in units."""

    store_id: str
    product_id: str
    product: str
    on_hand: int
    reserved: int
    in_transit: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class Stock(Desk):
    name = "stock"

    @query(roles="cashier sales stock_keeper manager trainer")
    def look(self, tx: Tx, product_id: str, store_id: str | None = None) -> OnHand:
        """How many of a product are at this store (or another one)."""
        product = find_product(tx, product_id)
        store_id = store_id or tx.store_id
        find_store(tx, store_id)
        return OnHand(
            store_id,
            product.id,
            product.name,
            ledger.balance(tx, store_id, product.id),
            ledger.reserved(tx, store_id, product.id),
            ledger.in_transit(tx, store_id, product.id),
        )

    @command(roles="stock_keeper manager trainer")
    def receive(self, tx: Tx, units: Units, *, note: str | None = None) -> dict[str, int]:
        """Goods arrive from the supplier; what is on hand of each now."""
        note = values.text(note, "note", needed=False)
        now = {}
        for product_id, quantity in pairs(units):
            product = find_product(tx, product_id)
            ledger.move(tx, "receive", product.id, "@supplier", tx.store_id, quantity, reason=note)
            now[product.id] = ledger.balance(tx, tx.store_id, product.id)
        tx.note(f"store:{tx.store_id}", received=dict(pairs(units)))
        return now


def pairs(units: Units) -> list[tuple[str, int]]:
    """Pairs of product and a quantity of at least one; anything else is refused."""
    if not units or isinstance(units, str):
        raise BadValue(_("Name at least one product and its quantity."))
    checked = []
    for one in units:
        try:
            product_id, quantity = one
        except (TypeError, ValueError) as error:
            raise BadValue(_("Give pairs of product and quantity.")) from error
        checked.append((product_id, values.quantity(quantity)))
    return checked
