"""Goods between two stores: sent, received, lost, called back."""

from collections import Counter

from sqlalchemy import or_, select, text

from crmkit.i18n import gettext as _
from crmkit.practice import schema, values
from crmkit.practice.choices import Words
from crmkit.practice.command import Tx, command, query
from crmkit.practice.errors import BadValue, Closed, Refused, TooManyReturned
from crmkit.practice.goods import find_product, wanted
from crmkit.practice.ledgers import stock as ledger
from crmkit.practice.lists import Listing, listed
from crmkit.practice.records import OfTable, built, record

TRANSFERS = Listing(
    schema.transfer,
    "from_store_id to_store_id",
    "-sent_at",
    store=None,
    also=lambda tx, _where: [_ours(tx)],
)


@record
class TransferLine:
    """A product of a transfer: sent = received + lost + returned + in transit; what came beyond
    what was sent is `surplus`."""

    product_id: str
    product: str
    sent: int
    received: int
    lost: int
    returned: int
    surplus: int

    @property
    def in_transit(self) -> int:
        return self.sent - self.received - self.lost - self.returned


@record(
    of=schema.transfer,
    only="id from_store_id to_store_id sent_at closed_at",
    lists="id from_store_id to_store_id sent_at closed_at lines",
)
class Transfer(OfTable):
    """Goods between two stores; open until nothing is on the way any more."""

    lines: tuple[TransferLine, ...]


class Transfers:
    """Goods on their way; a part of the stock room."""

    name = "stock"

    @command(roles="stock_keeper manager trainer")
    def send(self, tx: Tx, to_store: str, units: values.Units, *, note: Words = None) -> Transfer:
        """Send goods to another store; they are in transit until that store receives them."""
        to_store = tx.id_of(schema.store, to_store)
        if to_store == tx.store_id:
            raise Refused(_("The goods are at this store already."))
        sent = wanted(tx, units)
        transfer_id = tx.insert(
            schema.transfer, from_store_id=tx.store_id, to_store_id=to_store, note=note
        )
        for product_id, quantity in sent.items():
            tx.insert(
                schema.transfer_line, transfer_id=transfer_id, product_id=product_id, sent=quantity
            )
            ledger.take(
                tx, "transfer_out", product_id, "transit", quantity, transfer_id=transfer_id
            )
        tx.note(f"transfer:{transfer_id}", to_store_id=to_store, sent=sent)
        return _transfer(tx, transfer_id)

    @command(roles="stock_keeper manager trainer")
    def accept(
        self,
        tx: Tx,
        transfer_id: int,
        received: values.Units = (),
        *,
        lost: values.Units = (),
        sent_back: values.Units = (),
        surplus: values.Units = (),
    ) -> Transfer:
        """Receive (part of) a transfer at this store; say what was lost on the way and what goes
        straight back, and what came beyond what was sent. What is not named stays in transit."""
        said = _("Transfer {id} goes to store {store}.")
        transfer = _on_its_way(tx, transfer_id, "to_store_id", said)
        if not (received or lost or sent_back or surplus):
            raise BadValue(_("Name at least one product and its quantity."))
        kinds = (
            ("transfer_in", received, tx.store_id),
            ("transfer_lost", lost, "@loss"),
            ("transfer_back", sent_back, transfer.from_store_id),
        )
        arriving = [
            (kind, find_product(tx, product_id).id, place, quantity)
            for kind, units, place in kinds
            for product_id, quantity in (values.pairs(units) if units else ())
        ]
        together: Counter[str] = Counter()
        for _kind, product_id, _place, quantity in arriving:
            together[product_id] += quantity
        for product_id, quantity in together.items():
            _require(tx, transfer.id, product_id, quantity)
        for one in arriving:
            _arrive(tx, transfer.id, *one)
        for product_id, quantity in wanted(tx, surplus).items() if surplus else ():
            _require(tx, transfer.id, product_id, 0)
            here, about = tx.store_id, {"transfer_id": transfer.id}
            ledger.move(tx, "transfer_surplus", product_id, "@adjust", here, quantity, **about)
        return _closed_when_done(tx, transfer.id)

    @command(roles="stock_keeper manager trainer")
    def cancel_transfer(self, tx: Tx, transfer_id: int) -> Transfer:
        """Call a transfer back to this store, which sent it: what is still on the way is here
        again, and the transfer is closed."""
        said = _("Transfer {id} was sent by store {store}: only they can call it back.")
        transfer = _on_its_way(tx, transfer_id, "from_store_id", said)
        for line in _transfer(tx, transfer.id).lines:
            if line.in_transit:
                _arrive(
                    tx, transfer.id, "transfer_back", line.product_id, tx.store_id, line.in_transit
                )
        return _closed_when_done(tx, transfer.id)

    @query(roles="cashier sales stock_keeper manager trainer")
    def transfer(self, tx: Tx, transfer_id: int) -> Transfer:
        """A transfer and what became of each product."""
        return _transfer(tx, tx.find(schema.transfer, transfer_id).id)

    @query(roles="cashier sales stock_keeper manager trainer")
    def open_transfers(self, tx: Tx) -> tuple[Transfer, ...]:
        """Transfers to or from this store that are still on the way."""
        t = schema.transfer
        rows = tx.all(select(t.c.id).where(t.c.closed_at.is_(None), _ours(tx)).order_by(t.c.id))
        return tuple(_transfer(tx, row.id) for row in rows)

    @listed(TRANSFERS, roles="cashier sales stock_keeper manager trainer")
    def list_transfers(tx: Tx, rows):
        """Transfers to or from this store, the latest first."""
        return (_transfer(tx, row.id) for row in rows)


def _on_its_way(tx: Tx, transfer_id: int, end: str, said: str):
    """The open transfer of which this store is that end; else what is said, or that it is over."""
    transfer = tx.find(schema.transfer, transfer_id)
    store = getattr(transfer, end)
    if store != tx.store_id:
        raise Refused(said, id=transfer.id, store=store)
    if transfer.closed_at is not None:
        raise Closed(_("Transfer {id} is closed."), id=transfer.id)
    return transfer


def _ours(tx: Tx):
    """Transfers to or from this store."""
    t = schema.transfer
    return or_(t.c.to_store_id == tx.store_id, t.c.from_store_id == tx.store_id)


def _transfer(tx: Tx, transfer_id: int) -> Transfer:
    row = tx.find(schema.transfer, transfer_id)
    lines = tx.all(
        text(
            "SELECT product_id, name, sent, received, lost, returned, surplus"
            " FROM transfer_progress JOIN product ON product.id = product_id"
            " WHERE transfer_id = :id ORDER BY product_id"
        ).bindparams(id=transfer_id)
    )
    lines = tuple(TransferLine(*one[:2], *map(int, one[2:])) for one in lines)
    return built(Transfer, row, lines=lines)


def _arrive(
    tx: Tx, transfer_id: int, kind: str, product_id: str, place: str, quantity: int
) -> None:
    _require(tx, transfer_id, product_id, quantity)
    ledger.move(tx, kind, product_id, "transit", place, quantity, transfer_id=transfer_id)


def _require(tx: Tx, transfer_id: int, product_id: str, asked: int) -> None:
    """Refuse goods the transfer does not carry, or fewer of which are still on the way."""
    left = {line.product_id: line.in_transit for line in _transfer(tx, transfer_id).lines}
    if left.get(product_id, -1) < asked:
        said = _(
            "Of {product}, only {left} are still to come with this transfer, not {asked}; what is beyond that goes under too many."
        )
        about = {"left": left.get(product_id, 0), "asked": asked or 1}
        raise TooManyReturned(said, product=product_id, **about)


def _closed_when_done(tx: Tx, transfer_id: int) -> Transfer:
    if all(line.in_transit == 0 for line in _transfer(tx, transfer_id).lines):
        tx.update(schema.transfer, transfer_id, closed_at=tx.now)
    tx.note(f"transfer:{transfer_id}")
    return _transfer(tx, transfer_id)
