"""The points desk: balance and history, goods for points, expiry, and putting things right."""

from datetime import date, timedelta

from sqlalchemy import select

from crmkit.codes import LEVEL_DAYS
from crmkit.i18n import gettext as _
from crmkit.practice import rung, schema, values
from crmkit.practice.choices import Quantity, Text
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.errors import BadValue, Closed, NotFound, Refused
from crmkit.practice.goods import find_product
from crmkit.practice.ledgers import points as ledger
from crmkit.practice.ledgers import stock
from crmkit.practice.people import group_of, live
from crmkit.practice.records import OfTable, built, record


@record
class Balance:
    """What a member can spend, and how much of it is good until `expires_on` and not longer."""

    member_id: str
    points: int
    expiring: int
    expires_on: date | None


@record(of=schema.points_entry, only="at kind points sale_id return_id")
class PointsEntry(OfTable):
    """One row of a member's points ledger; `sale_id` or `return_id` says what it was for."""

    reason: str | None


@record(of=schema.redemption)
class Redemption(OfTable):
    """Goods a member had for points; `undone` when they came back."""

    undone: bool


class Points(Desk):
    name = "points"

    @query(roles="cashier sales manager trainer")
    def balance(self, tx: Tx, member_id: str) -> Balance:
        """A member's points, and the next ones to expire."""
        member = live(tx, member_id)
        lots = ledger.spendable(tx, member.id)
        next_day = lots[0].last_day if lots else None
        expiring = sum(one.left for one in lots if one.last_day == next_day)
        return Balance(member.id, sum(one.left for one in lots), expiring, next_day)

    @query(roles="cashier sales manager trainer")
    def history(self, tx: Tx, member_id: str, limit: Quantity = 50) -> tuple[PointsEntry, ...]:
        """A member's points ledger, the latest first."""
        member = live(tx, member_id)
        e, lot = schema.points_entry, schema.points_lot
        rows = tx.all(
            select(e)
            .join(lot, lot.c.id == e.c.lot_id)
            .where(lot.c.member_id.in_(group_of(member.id)))
            .order_by(e.c.id.desc())
            .limit(limit)
        )
        said = tx.said(e, [row.id for row in rows])
        return tuple(built(PointsEntry, row, reason=said[row.id]) for row in rows)

    @command(roles="manager trainer")
    def adjust(self, tx: Tx, member_id: str, points: int, reason: Text) -> int:
        """Put a member's points right, up or down, for a reason; their balance."""
        member = live(tx, member_id)
        if not isinstance(points, int) or isinstance(points, bool) or points == 0:
            raise BadValue(_("Points to add or (negative) to take away, in whole numbers."))
        values.quantity(abs(points), "points")
        if points > 0:
            ledger.earn(tx, member.id, points, kind="adjust", reason=reason)
        else:
            ledger.spend(tx, member.id, -points, "adjust", reason=reason)
        tx.note(f"member:{member.id}", points=points)
        return ledger.balance(tx, member.id)

    @command(roles="manager trainer")
    def set_reward(self, tx: Tx, product_id: str, points: Quantity, *, active: bool = True) -> None:
        """Offer goods for points, or stop offering them."""
        product = find_product(tx, product_id)
        tx.put(schema.reward, {"product_id": product.id}, points=points, active=active)
        tx.note(f"product:{product.id}", points=points)

    @query(roles="cashier sales stock_keeper manager trainer")
    def rewards(self, tx: Tx) -> dict[str, int]:
        """What can be had for points: product and its price in points."""
        r = schema.reward
        on_offer = select(r.c.product_id, r.c.points).where(r.c.active)
        return tx.by_key(on_offer.order_by(r.c.points, r.c.product_id))

    @command(roles="cashier sales manager trainer")
    def redeem(self, tx: Tx, member_id: str, product_id: str, quantity: Quantity = 1) -> int:
        """Hand out goods for points; the balance that is left."""
        member = live(tx, member_id)
        product = find_product(tx, product_id)
        row = tx.one(select(schema.reward).where(schema.reward.c.product_id == product.id))
        if row is None or not row.active:
            raise NotFound(_("{product} cannot be had for points."), product=product.id)
        number = tx.insert(
            schema.redemption,
            member_id=member.id,
            product_id=product.id,
            quantity=quantity,
            points=row.points * quantity,
        )
        stock.take(tx, "goods", product.id, "@customer", quantity, redemption_id=number)
        ledger.spend(tx, member.id, row.points * quantity, "goods", redemption_id=number)
        tx.note(f"member:{member.id}", redemption=number, product=product.id, quantity=quantity)
        return ledger.balance(tx, member.id)

    @query(roles="cashier sales manager trainer")
    def redemptions(self, tx: Tx, member_id: str) -> tuple[Redemption, ...]:
        """What a member had for points, the latest first."""
        r = schema.redemption
        rows = tx.all(
            select(r)
            .where(r.c.member_id.in_(group_of(live(tx, member_id).id)))
            .order_by(r.c.id.desc())
        )
        return tuple(built(Redemption, row, undone=_undone(tx, row.id)) for row in rows)

    @command(roles="cashier manager trainer")
    def undo_redemption(self, tx: Tx, redemption: int) -> int:
        """The goods come back to this store's shelf, the points into the lots they came from; the
        member's balance."""
        row = tx.find(schema.redemption, redemption)
        if _undone(tx, row.id):
            raise Closed(_("Redemption {id} was undone already."), id=row.id)
        about = {"redemption_id": row.id}
        stock.move(
            tx, "goods_back", row.product_id, "@customer", tx.store_id, row.quantity, **about
        )
        ledger.undo_goods(tx, row.id)
        owner = live(tx, row.member_id)
        tx.note(f"member:{owner.id}", redemption=row.id)
        return ledger.balance(tx, owner.id)

    @command(roles="manager trainer")
    def expire(self, tx: Tx) -> tuple[int, int]:
        """Write off all points whose time is over; how many lots and points."""
        lots, points = ledger.expire(tx)
        tx.note("shop", lots=lots, points=points)
        return lots, points

    @command(roles="manager trainer")
    def review_level(self, tx: Tx, member_id: str) -> str:
        """Set a member's level by what they spent in the last 365 days; the level."""
        member = live(tx, member_id)
        level = level_by_spend(tx, member.id)
        if level != member.level:
            tx.update(schema.member, member.id, level=level)
        tx.note(f"member:{member.id}", level=level)
        return level


def _undone(tx: Tx, redemption: int) -> bool:
    e = schema.points_entry
    return bool(
        tx.one(select(e.c.id).where(e.c.redemption_id == redemption, e.c.kind == "goods_back"))
    )


def level_by_spend(tx: Tx, member_id: str) -> str:
    """The level that a member's net spend of the last 365 days comes to."""
    since = tx.now - timedelta(days=LEVEL_DAYS)
    lvl = schema.member_level
    spent = rung.spent(
        rung.LINES.c.member_id.in_(group_of(member_id)), rung.LINES.c.sold_at >= since
    )
    level = tx.value(
        select(lvl.c.id)
        .where(lvl.c.from_spend <= (tx.value(select(spent.c.spent)) or 0))
        .order_by(lvl.c.rank.desc())
        .limit(1)
    )
    if level is None:
        raise Refused(_("The shop has no member levels."))
    return level
