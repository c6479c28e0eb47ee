"""The analysis tables: what was just done in the shop, as analysts know it.

The columns are those of `crmkit.tables.CONTRACT` and of the course data, so that every function
works on both. Money is in currency units, times are on the shop's own clock.

A frame holds what its desk would show (`SEEN_AT`): the rows of the stores where one may work at
that desk, none where one may not. Members are those who joined or bought at these stores. Names
and numbers are masked for everyone, a birth date is its year; what customers wrote in their own
words is for those who may see personal data in full, what goods cost for those who count them.
"""

from typing import TYPE_CHECKING

from sqlalchemy import false, func, or_, select

from crmkit.practice import access, masks, rung, schema
from crmkit.practice.command import Desk, Tx, query

if TYPE_CHECKING:
    import pandas as pd


class Reports(Desk):
    name = "reports"

    @query(roles="cashier sales stock_keeper manager trainer")
    def frames(self, tx: Tx) -> "dict[str, pd.DataFrame]":
        """Every analysis table by its name, as pandas frames."""
        m = schema.member
        kept = dict(tx.execute(select(m.c.id, m.c.survivor_id)).all())
        return {name: make(_Book(tx, SEEN_AT[name], kept)) for name, make in TABLES.items()}


class _Book:
    """The rows a member of staff may see at some desks, and how they become frames."""

    def __init__(self, tx: Tx, permissions: tuple[str, ...], kept: dict[str, str]):
        self.tx, self.permissions, self.kept = tx, permissions, kept

    def stores(self, *permissions: str) -> set[str] | None:
        """The stores where one may do this, or one of these; None means everywhere."""
        found: set[str] = set()
        for permission in permissions or self.permissions:
            stores = access.stores_allowed(self.tx.connection, self.tx.staff.id, permission)
            if stores is None:
                return None
            found |= stores
        return found

    def here(self, column):
        """The rows of the stores where one works at this desk."""
        stores = self.stores()
        return column.isnot(None) if stores is None else column.in_(stores)

    def known(self, column):
        """The rows of members who joined or bought at these stores."""
        m, s = schema.member, schema.sale
        now, buyer = m.alias("now"), m.alias("buyer")
        bought = (
            select(buyer.c.survivor_id)
            .join(s, s.c.member_id == buyer.c.id)
            .where(self.here(s.c.store_id))
        )
        return column.in_(
            select(m.c.id)
            .join(now, now.c.id == m.c.survivor_id)
            .where(or_(self.here(now.c.home_store_id), now.c.id.in_(bought)))
        )

    def only_for(self, frame: "pd.DataFrame", column: str, permission: str) -> None:
        """Empty the column in rows of stores where one may not do this."""
        stores = self.stores(permission)
        if stores is not None:
            frame[column] = frame[column].where(frame["store_id"].isin(stores))

    def frame(self, statement, columns: str) -> "pd.DataFrame":
        """The rows as a frame with these columns: member ids of who was kept, local times."""
        import pandas as pd

        names = columns.split()
        rows = self.tx.all(statement)
        frame = pd.DataFrame([tuple(row) for row in rows], columns=names)
        for name in names:
            if name in ("member_id", "referred_by", "joined_member_id"):
                frame[name] = frame[name].map(self.kept)
            if name.endswith("_id") or name in ("referred_by", "return_of"):
                frame[name] = frame[name].astype("str").where(frame[name].notna())
            elif name.endswith("_at") or name in ("at", "hour"):
                frame[name] = self.local(frame[name])
            elif name in ("quantity", "change", "visitors"):
                frame[name] = frame[name].astype("int64")
            elif name.endswith("_on") or name == "date":
                frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
        return frame

    def local(self, moments) -> "pd.Series":
        import pandas as pd

        return (
            pd.to_datetime(moments, utc=True)
            .dt.tz_convert(self.tx.timezone)
            .dt.tz_localize(None)
            .astype("datetime64[us]")
        )

    def money(self, frame: "pd.DataFrame", *columns: str) -> "pd.DataFrame":
        for column in columns:
            frame[column] = (frame[column].astype("float64") / 100).round(2)
        return frame


def _sales(book: _Book) -> "pd.DataFrame":
    line = rung.LINES
    frame = book.frame(
        select(
            line.c.document,
            line.c.number,
            line.c.at,
            line.c.store_id,
            line.c.seller_id,
            line.c.member_id,
            line.c.product_id,
            line.c.quantity,
            line.c.list_price,
            line.c.discount,
            line.c.amount,
            line.c.cost,
            line.c.channel,
            line.c.promotion_id,
            line.c.reason,
            line.c.sale_id,
        )
        .where(book.here(line.c.store_id))
        .order_by(line.c.at, line.c.document.desc(), line.c.number, line.c.line),
        "document sale_id sold_at store_id staff_id member_id product_id quantity list_price"
        " discount amount cost channel promotion_id return_reason return_of",
    )
    sold = frame.pop("document") == "sale"
    frame["return_of"] = _ticket(frame["return_of"], "T").mask(sold)
    frame["sale_id"] = _ticket(frame["sale_id"], "T").where(sold, _ticket(frame["sale_id"], "R"))
    book.only_for(frame, "member_id", "till.sales_of")
    book.only_for(frame, "cost", "stock.count_report")
    return book.money(frame, "list_price", "discount", "amount", "cost")


def _ticket(numbers, letter: str):
    return letter + numbers.astype("str").str.zfill(8)


def _payments(book: _Book) -> "pd.DataFrame":
    money = rung.MONEY
    frame = book.frame(
        select(money.c.document, money.c.number, money.c.method, money.c.amount)
        .where(book.here(money.c.store_id))
        .order_by(money.c.document, money.c.number, money.c.method),
        "document sale_id method amount",
    )
    sold = frame.pop("document") == "sale"
    frame["sale_id"] = _ticket(frame["sale_id"], "T").where(sold, _ticket(frame["sale_id"], "R"))
    return book.money(frame, "amount")


def _members(book: _Book) -> "pd.DataFrame":
    import pandas as pd

    tx, m, r = book.tx, schema.member, schema.referral
    brought = dict(tx.execute(select(r.c.joined_member_id, r.c.member_id)).all())
    rows = []
    for row in tx.all(select(m).where(m.c.status == "live", book.known(m.c.id)).order_by(m.c.id)):
        birth = tx.unseal(m, "birth_date_sealed", row.id, row.birth_date_sealed)
        rows.append(
            {
                "member_id": row.id,
                "name": masks.mask_name(tx.unseal(m, "name_sealed", row.id, row.name_sealed)),
                "phone": masks.mask_phone(tx.unseal(m, "phone_sealed", row.id, row.phone_sealed)),
                "email": masks.mask_email(tx.unseal(m, "email_sealed", row.id, row.email_sealed)),
                "gender": row.gender,
                "birth_date": birth and f"{birth[:4]}-01-01",
                "district": row.district,
                "occupation": row.occupation,
                "household": row.household,
                "level": row.level,
                "joined_at": row.joined_at,
                "home_store_id": row.home_store_id,
                "referred_by": book.kept.get(brought.get(row.id)),
                "consent_marketing": None,
            }
        )
    frame = pd.DataFrame(rows, columns=MEMBER_COLUMNS)
    frame["joined_at"] = book.local(frame["joined_at"])
    frame["birth_date"] = pd.to_datetime(frame["birth_date"]).astype("datetime64[us]")
    agreed = _agreed(tx, book.kept)
    frame["consent_marketing"] = frame["member_id"].isin(agreed)
    return frame


MEMBER_COLUMNS = [
    "member_id",
    "name",
    "phone",
    "email",
    "gender",
    "birth_date",
    "district",
    "occupation",
    "household",
    "level",
    "joined_at",
    "home_store_id",
    "referred_by",
    "consent_marketing",
]


def _agreed(tx: Tx, kept: dict[str, str]) -> set[str]:
    """Members who agreed to get offers on at least one channel."""
    e = schema.consent_event
    last: dict[tuple[str, str], bool] = {}
    for row in tx.all(select(e).where(e.c.purpose == "marketing").order_by(e.c.id)):
        last[kept[row.member_id], row.channel] = row.given
    return {member for (member, _channel), given in last.items() if given}


def _products(book: _Book) -> "pd.DataFrame":
    p = schema.product
    frame = book.frame(
        select(
            p.c.id,
            p.c.name,
            p.c.category,
            p.c.family,
            p.c.brand,
            p.c.list_price,
            p.c.cost,
            p.c.launched_on,
            p.c.shelf,
        ).order_by(p.c.id),
        "product_id name category family brand list_price cost launched_on shelf",
    )
    if book.stores("stock.count_report") == set():
        frame["cost"] = None
    return book.money(frame, "list_price", "cost")


def _stores(book: _Book) -> "pd.DataFrame":
    s = schema.store
    return book.frame(
        select(s.c.id, s.c.name, s.c.district, s.c.size, s.c.climate, s.c.spending_level).order_by(
            s.c.id
        ),
        "store_id name district size climate spending_level",
    )


def _staff(book: _Book) -> "pd.DataFrame":
    s, sr = schema.staff, schema.staff_role
    return book.frame(
        select(s.c.id, s.c.name, s.c.home_store_id, func.min(sr.c.role_id))
        .join(sr, sr.c.staff_id == s.c.id)
        .where(book.here(s.c.home_store_id))
        .group_by(s.c.id, s.c.name, s.c.home_store_id)
        .order_by(s.c.id),
        "staff_id name store_id role",
    )


def _targets(book: _Book) -> "pd.DataFrame":
    t = schema.sales_target
    frame = book.frame(
        select(t.c.store_id, t.c.staff_id, t.c.month, t.c.revenue)
        .where(book.here(t.c.store_id))
        .order_by(t.c.store_id, t.c.month, t.c.staff_id),
        "store_id staff_id month revenue",
    )
    return book.money(frame, "revenue")


def _footfall(book: _Book) -> "pd.DataFrame":
    f = schema.footfall
    return book.frame(
        select(f.c.store_id, f.c.hour, f.c.visitors)
        .where(book.here(f.c.store_id))
        .order_by(f.c.store_id, f.c.hour),
        "store_id hour visitors",
    )


def _promotions(book: _Book) -> "pd.DataFrame":
    p = schema.promotion
    frame = book.frame(
        select(
            p.c.id,
            p.c.name,
            p.c.kind,
            p.c.category,
            p.c.starts_on,
            p.c.ends_on,
            p.c.percent_off,
            p.c.threshold,
            p.c.amount_off,
            p.c.gift_product_id,
        ).order_by(p.c.id),
        "promotion_id name kind category starts_on ends_on percent_off threshold amount_off"
        " gift_product_id",
    )
    return book.money(frame, "threshold", "amount_off")


def _stock_daily(book: _Book) -> "pd.DataFrame":
    """Each product's stock at the end of every day on which it moved, from its first day on."""
    import pandas as pd

    m, place = schema.stock_move, schema.location
    ends = []
    for mine, sign in ((m.c.to_id, 1), (m.c.from_id, -1)):
        ends.append(
            book.frame(
                select(mine, m.c.product_id, m.c.at, m.c.kind, sign * m.c.quantity)
                .join(place, place.c.id == mine)
                .where(place.c.kind == "store", book.here(place.c.store_id))
                .order_by(m.c.id),
                "store_id product_id at kind change",
            )
        )
    moves = pd.concat(ends, ignore_index=True)
    columns = ["store_id", "product_id", "date", "on_hand", "received", "sold"]
    if moves.empty:
        return pd.DataFrame(columns=columns)
    moves["date"] = moves["at"].dt.normalize()
    inward = moves["kind"].isin(["receive", "transfer_in", "opening"]) & (moves["change"] > 0)
    moves["received"] = moves["change"].where(inward, 0)
    moves["sold"] = (-moves["change"]).where(moves["kind"].isin(["sale", "return"]), 0)
    daily = (
        moves.groupby(["store_id", "product_id", "date"])[["change", "received", "sold"]]
        .sum()
        .reset_index()
    )
    daily["on_hand"] = daily.groupby(["store_id", "product_id"])["change"].cumsum()
    return daily[columns]


def _surveys(book: _Book) -> "pd.DataFrame":
    """Answers, at the store of the sale or ticket they are about, else the member's own."""
    i, a, m = schema.survey_invite, schema.survey_answer, schema.member
    now = m.alias("now")
    store = func.coalesce(schema.sale.c.store_id, schema.ticket.c.store_id, now.c.home_store_id)
    frame = book.frame(
        select(
            i.c.member_id,
            i.c.asked_at,
            i.c.channel,
            a.c.csat_goods,
            a.c.csat_service,
            a.c.nps,
            a.c.id,
            a.c.comment_sealed,
            store,
        )
        .select_from(
            i.join(a, a.c.invite_id == i.c.id)
            .join(m, m.c.id == i.c.member_id)
            .join(now, now.c.id == m.c.survivor_id)
            .outerjoin(schema.sale, schema.sale.c.id == i.c.sale_id)
            .outerjoin(schema.ticket, schema.ticket.c.id == i.c.ticket_id)
        )
        .where(book.here(store))
        .order_by(a.c.id),
        "member_id asked_at channel csat_goods csat_service nps answer comment store_id",
    )
    book.only_for(frame, "comment", "members.reveal")
    frame["comment"] = [
        book.tx.unseal(a, "comment_sealed", number, sealed if isinstance(sealed, str) else None)
        for number, sealed in zip(frame["answer"], frame["comment"], strict=True)
    ]
    for score in ("csat_goods", "csat_service", "nps"):
        frame[score] = frame[score].astype("Int64")
    return frame.drop(columns="answer")


def _referrals(book: _Book) -> "pd.DataFrame":
    r = schema.referral
    return book.frame(
        select(r.c.member_id, r.c.at, r.c.joined_member_id)
        .where(book.known(r.c.member_id))
        .order_by(r.c.id),
        "member_id at joined_member_id",
    )


def _campaigns(book: _Book) -> "pd.DataFrame":
    c = schema.campaign
    return book.frame(
        select(c.c.id, c.c.name, c.c.promotion_id, c.c.status, c.c.control_percent)
        .where(c.c.id.isnot(None) if book.stores() != set() else false())
        .order_by(c.c.id),
        "campaign_id name promotion_id status control_percent",
    )


def _campaign_contacts(book: _Book) -> "pd.DataFrame":
    t, o = schema.campaign_target, schema.outbox
    return book.frame(
        select(t.c.campaign_id, t.c.member_id, t.c.arm, o.c.sent_at)
        .outerjoin(
            o,
            (o.c.campaign_id == t.c.campaign_id)
            & (o.c.member_id == t.c.member_id)
            & (o.c.status == "sent"),
        )
        .where(book.known(t.c.member_id))
        .order_by(t.c.campaign_id, t.c.member_id),
        "campaign_id member_id group contacted_at",
    )


def _tickets(book: _Book) -> "pd.DataFrame":
    t = schema.ticket
    frame = book.frame(
        select(
            t.c.id,
            t.c.member_id,
            t.c.store_id,
            t.c.owner_id,
            t.c.kind,
            t.c.channel,
            t.c.sale_id,
            t.c.opened_at,
            t.c.first_response_at,
            t.c.resolved_at,
            t.c.status,
            t.c.satisfaction,
            t.c.subject_sealed,
        )
        .where(book.here(t.c.store_id))
        .order_by(t.c.id),
        "ticket_id member_id store_id staff_id kind channel sale_id opened_at first_response_at"
        " closed_at status satisfaction subject",
    )
    frame["subject"] = [
        book.tx.unseal(t, "subject_sealed", *one)
        for one in zip(frame["ticket_id"], frame["subject"], strict=True)
    ]
    known = frame["sale_id"].notna()
    frame["sale_id"] = _ticket(frame["sale_id"], "T").where(known)
    frame["satisfaction"] = frame["satisfaction"].astype("Int64")
    return frame


def _followups(book: _Book) -> "pd.DataFrame":
    f, p = schema.followup_task, schema.followup_plan
    return book.frame(
        select(
            f.c.id,
            f.c.member_id,
            f.c.store_id,
            f.c.staff_id,
            p.c.kind,
            f.c.due_on,
            f.c.done_at,
            f.c.outcome,
            f.c.next_step,
        )
        .join(p, p.c.id == f.c.plan_id)
        .where(book.here(f.c.store_id))
        .order_by(f.c.id),
        "followup_id member_id store_id staff_id kind due_on done_at outcome next_step",
    )


def _opportunities(book: _Book) -> "pd.DataFrame":
    o = schema.opportunity
    frame = book.frame(
        select(
            o.c.id,
            o.c.member_id,
            o.c.store_id,
            o.c.staff_id,
            o.c.product_id,
            o.c.amount,
            o.c.stage,
            o.c.opened_at,
            o.c.closed_at,
            o.c.next_on,
            o.c.lost_reason,
        )
        .where(book.here(o.c.store_id))
        .order_by(o.c.id),
        "opportunity_id member_id store_id staff_id product_id value stage opened_at closed_at"
        " next_action_on lost_reason",
    )
    return book.money(frame, "value")


def _opportunity_stages(book: _Book) -> "pd.DataFrame":
    h, o = schema.opportunity_stage, schema.opportunity
    return book.frame(
        select(h.c.opportunity_id, h.c.to_stage, h.c.at)
        .join(o, o.c.id == h.c.opportunity_id)
        .where(book.here(o.c.store_id))
        .order_by(h.c.id),
        "opportunity_id stage entered_at",
    )


TABLES = {
    "sales": _sales,
    "payments": _payments,
    "members": _members,
    "products": _products,
    "stores": _stores,
    "staff": _staff,
    "targets": _targets,
    "promotions": _promotions,
    "footfall": _footfall,
    "stock_daily": _stock_daily,
    "surveys": _surveys,
    "referrals": _referrals,
    "campaigns": _campaigns,
    "campaign_contacts": _campaign_contacts,
    "tickets": _tickets,
    "followups": _followups,
    "opportunities": _opportunities,
    "opportunity_stages": _opportunity_stages,
}

EVERYONE = ("reports.frames",)
SEEN_AT = {
    "sales": ("till.shift", "stock.passbook"),
    "payments": ("till.shift",),
    "members": ("members.show",),
    "products": EVERYONE,
    "stores": EVERYONE,
    "staff": EVERYONE,
    "targets": ("till.shift",),
    "promotions": EVERYONE,
    "footfall": ("till.shift",),
    "stock_daily": ("stock.look",),
    "surveys": ("surveys.results",),
    "referrals": ("members.show",),
    "campaigns": ("marketing.result",),
    "campaign_contacts": ("marketing.result",),
    "tickets": ("service.waiting",),
    "followups": ("followups.today",),
    "opportunities": ("pipeline.board",),
    "opportunity_stages": ("pipeline.board",),
}
"""Whose rows a frame holds: those of whoever may do this (or one of these) at the row's store."""
