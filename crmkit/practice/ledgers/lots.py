"""How many pieces of which date stand on a shelf: an estimate.

The till does not know which date is sold. What goes is taken to be of the earliest date that is not
over; what came in without a date noted has none. Only the shelf knows: `note` puts it right.
"""

from datetime import date

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import access, schema, values
from crmkit.practice.domain.spoiling import off_first
from crmkit.practice.errors import BadValue, Refused

lot = schema.lot
LIFE_LEFT = 1 / 3
"""Goods with a smaller part of their life left are taken in by the manager only: a shop's rule."""


def standing(tx, store_id: str, product_id: str) -> list:
    """The dates of a product that are thought to stand at a store, the earliest first."""
    here = (lot.c.store_id == store_id, lot.c.product_id == product_id, lot.c.remaining > 0)
    return tx.all(select(lot).where(*here).order_by(lot.c.best_before))


def shrink(
    tx, store_id: str, product_id: str, quantity: int, left: int, dated: date | None = None
) -> None:
    """So many pieces went, so many are `left` in the store: of those `dated`, if that is known."""
    there = standing(tx, store_id, product_id)
    if there:
        undated = quantity + left - sum(one.remaining for one in there)
        _off(tx, there, quantity, dated, undated)


def _off(tx, there: list, quantity: int, dated: date | None = None, undated: int = 0) -> None:
    goes = [(one.id, one.best_before, one.remaining) for one in there]
    left = off_first([*goes, (0, None, undated)], quantity, tx.today, dated)
    for number in left.keys() - {0}:
        tx.update(lot, number, remaining=left[number])


def day_of_date(tx, product, best_before: date | str) -> date:
    """The date on the pack, where this product can bear it."""
    day = values.day(best_before, "best_before")
    if product.shelf_life_days is None:
        said = _("{product} has no shelf life on file. The manager can set one.")
        raise Refused(said, product=product.id)
    if (day - tx.today).days > product.shelf_life_days:
        said = _("{product} keeps for {days} days: {day} is too far away. Is the year right?")
        raise BadValue(said, product=product.id, days=product.shelf_life_days, day=f"{day}")
    return day


def came(tx, units: dict[str, int], best_before: date | str) -> None:
    """Of goods that were received, those that spoil bear this date: of one product, for each
    bears its own."""
    products = [tx.find(schema.product, one) for one in units]
    spoil = [one for one in products if one.shelf_life_days is not None] or products
    if len(spoil) > 1:
        said = _("{products}: each bears a date of its own. Receive them one by one.")
        raise Refused(said, products=_(", ").join(one.id for one in spoil))
    product = spoil[0]
    day = day_of_date(tx, product, best_before)
    if day < tx.today:
        said = _("{product}: {day} is over. Goods past their date are not taken in.")
        raise Refused(said, product=product.id, day=f"{day}")
    left = (day - tx.today).days
    short = left < product.shelf_life_days * LIFE_LEFT
    if short and not access.is_allowed(tx.connection, tx.staff.id, "stock.write_off", tx.store_id):
        said = _(
            "{product} keeps for {days} days and has {left} left, less than a third. Do not take it "
            "in yet: ask the store manager, who decides and may receive it."
        )
        raise Refused(said, product=product.id, days=product.shelf_life_days, left=left)
    here = (lot.c.store_id == tx.store_id, lot.c.product_id == product.id, lot.c.best_before == day)
    _put(tx, product.id, day, tx.total(lot.c.remaining, *here) + units[product.id])


def require_dated(
    tx, product, quantity: int, on_hand: int, day: date | None, *, past: bool
) -> None:
    """Refuse to write off what would leave the pieces in the list: of no date, or of one that is not
    there; where they are said to be `past` it, also of one that is not, and more than there are of it."""
    there = standing(tx, tx.store_id, product.id)
    about = {"product": product.id, "day": f"{day}", "days": _(", ").join(f"{one.best_before}" for one in there)}  # fmt: skip
    if day is None and there:
        said = _("{product}: which date do they bear? Noted here, the earliest first: {days}.")
        raise BadValue(said, **about)
    if day is None and past:
        raise BadValue(_("{product}: past which date? Copy it from the pack."), **about)
    if past and day >= tx.today:
        said = _("{product}: {day} is not over, so these are not past their date. If they are broken, choose damaged.")  # fmt: skip
        raise Refused(said, **about)
    of_it = next((one.remaining for one in there if one.best_before == day), None)
    if past and of_it is not None and quantity > of_it:
        said = _("{product}: about {left} of {day} are noted here, not {asked}. Count the shelf again; if there are more, note that first.")  # fmt: skip
        raise Refused(said, left=of_it, asked=quantity, **about)
    if there and of_it is None:
        undated = on_hand - sum(one.remaining for one in there)
        if quantity > undated:
            said = _("{product}: {day} is not among the dates noted here: {days}. Read the pack again; if it is right, note that date first.")  # fmt: skip
            raise BadValue(said, **about)


def note(tx, product, day: date, quantity: int, on_hand: int) -> None:
    """So many pieces of this date were seen on the shelf. If that makes more than are there, the
    other dates were thought to be too many."""
    others = [one for one in standing(tx, tx.store_id, product.id) if one.best_before != day]
    beyond = sum(one.remaining for one in others) + quantity - on_hand
    _off(tx, others, max(beyond, 0))
    _put(tx, product.id, day, quantity)


def _put(tx, product_id: str, day: date, remaining: int) -> None:
    key = {"store_id": tx.store_id, "product_id": product_id, "best_before": day}
    tx.put(lot, key, remaining=remaining, came_at=tx.now)
