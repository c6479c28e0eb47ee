"""Gift and stored-value cards: money taken in advance, spent at the till."""

from typing import Annotated

from sqlalchemy import select

from crmkit.practice import schema, values
from crmkit.practice.choices import Quantity
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.ledgers import cash, value
from crmkit.practice.lists import Listing, listed
from crmkit.practice.people import live
from crmkit.practice.records import Cents, OfTable, built, record

CARDS = Listing(schema.value_card, "kind member_id", "-made_at")

LOAD_METHODS = tuple(one for one in schema.MONEY_METHODS if one != "gift_card")
LoadMethod = Annotated[str, values.OneOf(LOAD_METHODS, "payment_method")]


@record(of=schema.value_card, only="id kind member_id made_at")
class ValueCard(OfTable):
    """A gift or stored-value card and what is left on it, in cents."""

    balance: Cents


@record(of=schema.value_entry, only="at kind amount balance sale_id return_id")
class CardEntry(OfTable):
    """One row of a card's ledger: loaded, paid with, or refunded to it."""


class Cards(Desk):
    name = "cards"

    @command(roles="cashier sales manager trainer")
    def issue(
        self,
        tx: Tx,
        amount: int,
        *,
        kind: Annotated[str, values.OneOf(schema.CARD_KINDS, "card_kind")] = "gift",
        member_id: str | None = None,
        method: LoadMethod = "cash",
    ) -> ValueCard:
        """Sell a card with so much on it (cents); its number cannot be guessed. A card is money
        owed, not revenue: it counts as a sale when it is spent."""
        number = value.new_number("V")
        tx.insert(
            schema.value_card,
            id=number,
            kind=kind,
            member_id=live(tx, member_id).id if member_id else None,
        )
        return _load(tx, number, amount, method)

    @command(roles="cashier sales manager trainer")
    def load(self, tx: Tx, card: str, amount: int, *, method: LoadMethod = "cash") -> ValueCard:
        """Put more on a card."""
        return _load(tx, tx.find(schema.value_card, card).id, amount, method)

    @query(roles="cashier sales manager trainer")
    def look(self, tx: Tx, card: str) -> ValueCard:
        """What is left on a card."""
        return _card(tx, tx.find(schema.value_card, card))

    @query(roles="cashier sales manager trainer")
    def history(self, tx: Tx, card: str, limit: Quantity = 50) -> tuple[CardEntry, ...]:
        """A card's ledger, the latest first."""
        e, number = schema.value_entry, tx.find(schema.value_card, card).id
        latest = select(e).where(e.c.card_id == number).order_by(e.c.id.desc())
        rows = tx.all(latest.limit(limit))
        return tuple(built(CardEntry, row) for row in rows)

    @listed(CARDS, roles="manager trainer")
    def list_cards(tx: Tx, rows):
        """The cards this store sold, the latest first."""
        return (_card(tx, row) for row in rows)


def _load(tx: Tx, number: str, amount: int, method: str) -> ValueCard:
    amount = values.cents(amount, "amount", least=1)
    entry = value.post(tx, number, "load", amount, method=method)
    if method == "cash":
        cash.post(tx, "card_load", amount, value_entry_id=entry)
    tx.note(f"store:{tx.store_id}", card_loads=amount)
    return _card(tx, tx.find(schema.value_card, number))


def _card(tx: Tx, row) -> ValueCard:
    return built(ValueCard, row, balance=value.balance(tx, row.id))
