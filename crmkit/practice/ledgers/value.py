"""The ledger of gift and stored-value cards: money taken in advance, owed until it is spent."""

import secrets

from crmkit.i18n import gettext as _
from crmkit.money import yuan
from crmkit.practice import schema
from crmkit.practice.errors import Refused

entry = schema.value_entry
LETTERS = "23456789ABCDEFGHJKMNPRSTUVWXYZ"
"""What a number that nobody may guess is made of: no letters that are misread."""


def new_number(letter: str) -> str:
    """A number nobody can guess.

    >>> len(new_number("V"))
    11
    """
    return letter + "".join(secrets.choice(LETTERS) for _n in range(10))


def balance(tx, card_id: str) -> int:
    """What is left on the card, in cents."""
    return tx.last(entry.c.balance, entry.c.card_id == card_id) or 0


def post(tx, card_id: str, kind: str, amount: int, **about) -> int:
    """Load a card or (negative) spend from it; the entry's number. The one writer of the
    ledger."""
    left = balance(tx, card_id) + amount
    if left < 0:
        raise Refused(
            _("Card {id} holds {have} yuan, {asked} were asked for."),
            id=card_id,
            have=yuan(left - amount),
            asked=yuan(-amount),
        )
    return tx.insert(entry, card_id=card_id, kind=kind, amount=amount, balance=left, **about)
