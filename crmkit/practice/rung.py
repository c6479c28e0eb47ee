"""What was rung up: the one definition of revenue and of money taken, for every list of it.

`LINES` holds the lines of sales and, negative, of returns, without slips that were voided; `MONEY` what came in for them and went
out again by each way of paying, points by their value. The shift report, the exports, the frames,
the members' levels and the segments all add up because they all read these two.
"""

from sqlalchemy import case, exists, func, literal, null, select, union_all

from crmkit.practice import schema

_s, _line = schema.sale, schema.sale_line
_r, _part = schema.sale_return, schema.return_line

_void = schema.sale_return.alias("void")
_stands = ~exists().where(_void.c.sale_id == _s.c.id, _void.c.kind == "void")
"""A slip that was voided is no sale, and its void no return."""

LINES = union_all(
    select(
        literal("sale").label("document"),
        _s.c.id.label("number"),
        _s.c.id.label("sale_id"),
        _s.c.at,
        _s.c.at.label("sold_at"),
        _s.c.store_id,
        _s.c.staff_id,
        func.coalesce(_s.c.seller_id, _s.c.staff_id).label("seller_id"),
        _s.c.member_id,
        _s.c.channel,
        _line.c.line,
        _line.c.product_id,
        _line.c.quantity,
        _line.c.list_price,
        _line.c.discount,
        _line.c.amount,
        (_line.c.cost * _line.c.quantity).label("cost"),
        _line.c.promotion_id,
        null().label("reason"),
    )
    .join(_line, _line.c.sale_id == _s.c.id)
    .where(_stands),
    select(
        literal("return"),
        _r.c.id,
        _r.c.sale_id,
        _r.c.at,
        _s.c.at,
        _r.c.store_id,
        _r.c.staff_id,
        func.coalesce(_s.c.seller_id, _r.c.staff_id),
        _s.c.member_id,
        _s.c.channel,
        _line.c.line,
        _line.c.product_id,
        -_part.c.quantity,
        _line.c.list_price,
        _part.c.amount - _line.c.list_price * _part.c.quantity,
        -_part.c.amount,
        -_line.c.cost * _part.c.quantity,
        _line.c.promotion_id,
        _r.c.reason,
    )
    .join(_part, _part.c.return_id == _r.c.id)
    .join(_s, _s.c.id == _r.c.sale_id)
    .join(_line, (_line.c.sale_id == _s.c.id) & (_line.c.line == _part.c.line))
    .where(_r.c.kind == "return"),
).subquery("rung")


def _money(document, name: str, sign: int, paid, key, counts):
    about = (
        literal(name).label("document"),
        document.c.id.label("number"),
        document.c.at,
        document.c.store_id,
        document.c.staff_id,
    )
    return (
        select(*about, paid.c.method, (sign * paid.c.amount).label("amount"))
        .join(document, document.c.id == key)
        .where(counts),
        select(*about, literal("points"), sign * document.c.points_value).where(
            document.c.points_value > 0, counts
        ),
    )


MONEY = union_all(
    *_money(_s, "sale", 1, schema.payment, schema.payment.c.sale_id, _stands),
    *_money(_r, "return", -1, schema.refund, schema.refund.c.return_id, _r.c.kind == "return"),
).subquery("rung_money")


def spent(*where):
    """What each member (as the record that was kept) spent, returns taken off, and when they last
    bought something that did not all come back: a subquery of member_id, spent and last_at.

    A return counts at the moment of its sale; `where` speaks of `LINES`.
    """
    member = schema.member
    by_sale = (
        select(
            member.c.survivor_id.label("member_id"),
            LINES.c.sold_at,
            func.sum(LINES.c.amount).label("amount"),
            func.sum(LINES.c.quantity).label("units"),
        )
        .select_from(LINES.join(member, member.c.id == LINES.c.member_id))
        .where(*where)
        .group_by(member.c.survivor_id, LINES.c.sale_id, LINES.c.sold_at)
        .subquery("by_sale")
    )
    kept = case((by_sale.c.units > 0, by_sale.c.sold_at))
    return (
        select(
            by_sale.c.member_id,
            func.sum(by_sale.c.amount).label("spent"),
            func.max(kept).label("last_at"),
        )
        .group_by(by_sale.c.member_id)
        .subquery("spent")
    )
