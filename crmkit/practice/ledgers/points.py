"""The points ledger: what a member earns is a lot with its own expiry, and every entry names one.

Spending takes from the lot that expires first; a return puts back into the lots it came from.
Merged members' lots count for the one who was kept.
"""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from crmkit.i18n import gettext as _
from crmkit.practice import schema
from crmkit.practice.clock import day_bounds
from crmkit.practice.errors import NotEnoughPoints
from crmkit.practice.settings import setting

lot_table, entry_table = schema.points_lot, schema.points_entry


def lot_balance(tx, lot_id: int) -> int:
    """What is left of a lot."""
    return tx.last(entry_table.c.lot_balance, entry_table.c.lot_id == lot_id) or 0


def post(tx, lot_id: int, kind: str, points: int, **about) -> int:
    """Add to a lot or (negative) take from it; its new balance. The one writer of the ledger."""
    left = lot_balance(tx, lot_id) + points
    if left < 0:
        raise NotEnoughPoints(_("The lot holds fewer points than that."))
    tx.insert(entry_table, lot_id=lot_id, kind=kind, points=points, lot_balance=left, **about)
    return left


def _lots_of(member_id: str):
    """Lots of the member and of everyone merged into them."""
    group = select(schema.member.c.id).where(schema.member.c.survivor_id == member_id)
    return lot_table.c.member_id.in_(group)


_LEFT = (
    select(entry_table.c.lot_balance)
    .where(entry_table.c.lot_id == lot_table.c.id)
    .order_by(entry_table.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
"""What is left of a lot: the balance after its last entry."""


class Lot(NamedTuple):
    """Points that can be spent, until the end of their last day."""

    id: int
    left: int
    last_day: date


def spendable(tx, member_id: str) -> list[Lot]:
    """What has not expired, the first to expire first."""
    rows = tx.all(
        select(lot_table.c.id, _LEFT.label("left"), lot_table.c.expires_at)
        .where(_lots_of(member_id), lot_table.c.expires_at > tx.now)
        .order_by(lot_table.c.expires_at, lot_table.c.id)
    )
    moment = timedelta(microseconds=1)
    return [Lot(row.id, row.left, tx.day_of(row.expires_at - moment)) for row in rows if row.left]


def balance(tx, member_id: str) -> int:
    """The points a member can spend now."""
    return balances(tx, [member_id])[member_id]


def balances(tx, member_ids: list[str]) -> dict[str, int]:
    """The points each of these members can spend now, in one look."""
    found = dict.fromkeys(member_ids, 0)
    member = schema.member
    for member_id, left in tx.all(
        select(member.c.survivor_id, _LEFT)
        .select_from(lot_table.join(member, member.c.id == lot_table.c.member_id))
        .where(member.c.survivor_id.in_(member_ids), lot_table.c.expires_at > tx.now)
    ):
        found[member_id] += left or 0
    return found


def earn(
    tx, member_id: str, points: int, *, kind: str = "earn", sale_id: int | None = None, **about
) -> int | None:
    """A new lot of points, good to the end of the day that the shop's rule says; its id."""
    if points == 0:
        return None
    last_day = tx.today + timedelta(days=setting(tx, "points_valid_days"))
    expires = day_bounds(last_day, tx.timezone)[1]
    lot_id = tx.insert(
        lot_table, member_id=member_id, earned_at=tx.now, expires_at=expires, sale_id=sale_id
    )
    post(tx, lot_id, kind, points, sale_id=sale_id, **about)
    return lot_id


def require(have: int, asked: int) -> None:
    """Refuse when there are fewer points than asked for."""
    if have < asked:
        raise NotEnoughPoints(
            _("The member has {have} points, {asked} were asked for."), have=have, asked=asked
        )


def spend(tx, member_id: str, points: int, kind: str, **about) -> None:
    """Take points from the lots that expire first; refused as a whole when there are too few."""
    lots = spendable(tx, member_id)
    require(sum(one.left for one in lots), points)
    take_from(tx, lots, points, kind, **about)


def take_from(tx, lots: list[Lot], points: int, kind: str, **about) -> int:
    """Take up to so many points from these lots in order; how many were taken."""
    taken = 0
    for lot in lots:
        part = min(lot.left, points - taken)
        if part > 0:
            post(tx, lot.id, kind, -part, **about)
            taken += part
    return taken


def expire(tx) -> tuple[int, int]:
    """Write off what is left of every lot whose time is over; (lots, points)."""
    left = func.sum(entry_table.c.points)
    rows = tx.all(
        select(lot_table.c.id, left.label("left"))
        .join(entry_table, entry_table.c.lot_id == lot_table.c.id)
        .where(lot_table.c.expires_at <= tx.now)
        .group_by(lot_table.c.id)
        .having(left > 0)
        .order_by(lot_table.c.id)
    )
    for row in rows:
        post(tx, row.id, "expire", -int(row.left))
    return len(rows), int(sum(row.left for row in rows))


def giving_back(tx, sale_id: int, points: int) -> list[tuple[int, int, bool]]:
    """(lot, points, still valid) for so many of the points a sale was paid with: they go back
    into the lots they came from, those taken last first."""
    e, lot = entry_table, lot_table
    rows = tx.all(
        select(
            e.c.lot_id,
            (-func.sum(e.c.points)).label("out"),
            lot.c.expires_at,
            func.min(e.c.id).label("first"),
        )
        .join(lot, lot.c.id == e.c.lot_id)
        .where(e.c.sale_id == sale_id, e.c.kind.in_(("pay", "return_paid")))
        .group_by(e.c.lot_id, lot.c.expires_at)
        .order_by(func.min(e.c.id).desc())
    )
    plan = []
    for row in rows:
        part = min(int(row.out), points)
        if part > 0:
            plan.append((row.lot_id, part, row.expires_at > tx.now))
            points -= part
    return plan


def lapsed(tx, sale_id: int) -> int:
    """How many of the points a sale earned expired without being used."""
    e, lot = entry_table, lot_table
    expired = (lot.c.id == e.c.lot_id, lot.c.sale_id == sale_id, e.c.kind == "expire")
    over = tx.all(select(lot.c.id).where(lot.c.sale_id == sale_id, lot.c.expires_at <= tx.now))
    return sum(lot_balance(tx, row.id) for row in over) - tx.total(e.c.points, *expired)


def take_back(tx, member_id: str, sale_id: int, points: int, **about) -> int:
    """Take back points that a sale earned: from its own lot first, then those that expire first;
    how many there were to take."""
    own = tx.column(select(lot_table.c.id).where(lot_table.c.sale_id == sale_id))
    lots = sorted(spendable(tx, member_id), key=lambda one: one.id not in own)
    return take_from(tx, lots, points, "return_earned", sale_id=sale_id, **about)


def undo_goods(tx, redemption_id: int) -> None:
    """Put the points of a redemption back into the lots they came from."""
    e = entry_table
    for row in tx.all(select(e).where(e.c.redemption_id == redemption_id).order_by(e.c.id)):
        post(tx, row.lot_id, "goods_back", -row.points, redemption_id=redemption_id)
