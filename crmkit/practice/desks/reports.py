"""The analysis tables: what was just done in the shop, as analysts know it.

The columns are those of `crmkit.tables.CONTRACT` and of the course data, so that every function
works on both. Money is in currency units, times are on the shop's own clock.

A frame holds what its desk would show (`SEEN_AT`): the rows of the stores where one may work at
that desk, none where one may not. Members are those who joined or bought at these stores. Names
and numbers are masked for everyone, a birth date is its year; what customers wrote in their own
words is for those who may see personal data in full, what goods cost for those who count them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import false, func, null, or_, select

from crmkit.practice import access, masks, rung, schema
from crmkit.practice.command import Desk, Tx, query

if TYPE_CHECKING:
    import pandas as pd

MONEY = {"list_price", "discount", "amount", "cost", "revenue", "threshold", "amount_off", "value"}
SCORES = {"csat_goods", "csat_service", "nps", "satisfaction"}
TABLES: dict[str, Callable[["_Book"], "pd.DataFrame"]] = {}
SEEN_AT: dict[str, tuple[str, ...]] = {}
"""Whose rows a frame holds: those of whoever may do this (or one of these) at the row's store."""


def _seen(*permissions: str):
    """Makes the frame called as the function is."""

    def register(make: Callable[["_Book"], "pd.DataFrame"]):
        name = make.__name__.removeprefix("_")
        TABLES[name], SEEN_AT[name] = make, permissions or ("reports.frames",)
        return make

    return register


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

    def frame(self, statement, rows=None) -> "pd.DataFrame":
        """The rows as a frame: member ids of who was kept, local times, money in currency units."""
        import pandas as pd

        names = [column.key for column in statement.selected_columns]
        rows = self.tx.all(statement) if rows is None else rows
        frame = pd.DataFrame([tuple(row) for row in rows], columns=names)
        for name in names:
            if name in ("member_id", "referred_by", "joined_member_id"):
                frame[name] = frame[name].map(self.kept)
            if name.endswith("_id") or name in ("referred_by", "return_of"):
                frame[name] = frame[name].astype("str").where(frame[name].notna())
            elif name.endswith("_at") or name in ("at", "hour"):
                moments = pd.to_datetime(frame[name], utc=True).dt.tz_convert(self.tx.timezone)
                frame[name] = moments.dt.tz_localize(None).astype("datetime64[us]")
            elif name in ("quantity", "change", "visitors"):
                frame[name] = frame[name].astype("int64")
            elif name.endswith("_on") or name in ("date", "birth_date"):
                frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
            elif name in MONEY:
                frame[name] = (frame[name].astype("float64") / 100).round(2)
            elif name in SCORES:
                frame[name] = frame[name].astype("Int64")
        return frame

    def unsealed(self, table, column: str, keys, sealed) -> list[str | None]:
        """A sealed column in clear, each value by its row's key."""
        return [
            self.tx.unseal(table, column, key, one if isinstance(one, str) else None)
            for key, one in zip(keys, sealed, strict=True)
        ]


def _of(table, names: str) -> list:
    """Columns of a table; ``id:ticket_id`` is called otherwise in the frame."""
    parted = [one.partition(":") for one in names.split()]
    return [table.c[name].label(called or name) for name, _colon, called in parted]


def _documents(frame: "pd.DataFrame") -> "pd.Series":
    """Sales and returns in one column get a letter before their number; whether it is a sale."""
    sold = frame.pop("document") == "sale"
    frame["sale_id"] = _ticket(frame["sale_id"], "T").where(sold, _ticket(frame["sale_id"], "R"))
    return sold


def _ticket(numbers, letter: str):
    return letter + numbers.astype("str").str.zfill(8)


@_seen("till.shift", "stock.passbook")
def _sales(book: _Book) -> "pd.DataFrame":
    line = rung.LINES
    columns = _of(
        line,
        "document number:sale_id at:sold_at store_id seller_id:staff_id member_id product_id"
        " quantity list_price discount amount cost channel promotion_id reason:return_reason"
        " sale_id:return_of",
    )
    frame = book.frame(
        select(*columns)
        .where(book.here(line.c.store_id))
        .order_by(line.c.at, line.c.document.desc(), line.c.number, line.c.line)
    )
    sold = _documents(frame)
    frame["return_of"] = _ticket(frame["return_of"], "T").mask(sold)
    book.only_for(frame, "member_id", "till.sales_of")
    book.only_for(frame, "cost", "stock.count_report")
    return frame


@_seen("till.shift")
def _payments(book: _Book) -> "pd.DataFrame":
    money = rung.MONEY
    frame = book.frame(
        select(*_of(money, "document number:sale_id method amount"))
        .where(book.here(money.c.store_id))
        .order_by(money.c.document, money.c.number, money.c.method)
    )
    _documents(frame)
    return frame


@_seen("members.show")
def _members(book: _Book) -> "pd.DataFrame":
    tx, m, r = book.tx, schema.member, schema.referral
    columns = _of(
        m,
        "id:member_id name_sealed:name phone_sealed:phone email_sealed:email gender"
        " birth_date_sealed:birth_date district occupation household level joined_at home_store_id",
    )
    statement = (
        select(*columns, r.c.member_id.label("referred_by"))
        .outerjoin(r, r.c.joined_member_id == m.c.id)
        .where(m.c.status == "live", book.known(m.c.id))
        .order_by(m.c.id)
    )
    rows = [dict(row._mapping) for row in tx.all(statement)]
    for row in rows:
        for name, mask in MASKS.items():
            row[name] = mask(tx.unseal(m, f"{name}_sealed", row["member_id"], row[name]))
    frame = book.frame(statement, [row.values() for row in rows])
    frame["consent_marketing"] = frame["member_id"].isin(_agreed(tx, book.kept))
    return frame


MASKS = {
    "name": masks.mask_name,
    "phone": masks.mask_phone,
    "email": masks.mask_email,
    "birth_date": lambda birth: birth and f"{birth[:4]}-01-01",
}


def _agreed(tx: Tx, kept: dict[str, str]) -> set[str]:
    """Members who agreed to get offers on at least one channel."""
    e = schema.consent_event
    last: dict[tuple[str, str], bool] = {}
    for row in tx.all(select(e).where(e.c.purpose == "marketing").order_by(e.c.id)):
        last[kept[row.member_id], row.channel] = row.given
    return {member for (member, _channel), given in last.items() if given}


@_seen()
def _products(book: _Book) -> "pd.DataFrame":
    p = schema.product
    columns = "id:product_id name category family brand list_price"
    cost = null() if book.stores("stock.count_report") == set() else p.c.cost
    more = _of(p, "launched_on shelf")
    return book.frame(select(*_of(p, columns), cost.label("cost"), *more).order_by(p.c.id))


@_seen()
def _stores(book: _Book) -> "pd.DataFrame":
    s = schema.store
    columns = "id:store_id name district size climate spending_level"
    return book.frame(select(*_of(s, columns)).order_by(s.c.id))


@_seen()
def _staff(book: _Book) -> "pd.DataFrame":
    s, sr = schema.staff, schema.staff_role
    return book.frame(
        select(
            *_of(s, "id:staff_id name home_store_id:store_id"), func.min(sr.c.role_id).label("role")
        )
        .join(sr, sr.c.staff_id == s.c.id)
        .where(book.here(s.c.home_store_id))
        .group_by(s.c.id, s.c.name, s.c.home_store_id)
        .order_by(s.c.id)
    )


@_seen("till.shift")
def _targets(book: _Book) -> "pd.DataFrame":
    t = schema.sales_target
    return book.frame(
        select(*_of(t, "store_id staff_id month revenue"))
        .where(book.here(t.c.store_id))
        .order_by(t.c.store_id, t.c.month, t.c.staff_id)
    )


@_seen()
def _promotions(book: _Book) -> "pd.DataFrame":
    p = schema.promotion
    columns = (
        "id:promotion_id name kind category starts_on ends_on percent_off threshold amount_off"
    )
    return book.frame(select(*_of(p, columns), p.c.gift_product_id).order_by(p.c.id))


@_seen("till.shift")
def _footfall(book: _Book) -> "pd.DataFrame":
    f = schema.footfall
    return book.frame(
        select(*_of(f, "store_id hour visitors"))
        .where(book.here(f.c.store_id))
        .order_by(f.c.store_id, f.c.hour)
    )


@_seen("stock.look")
def _stock_daily(book: _Book) -> "pd.DataFrame":
    """Each product's stock at the end of every day on which it moved, from its first day on."""
    import pandas as pd

    m, place = schema.stock_move, schema.location
    ends = [
        book.frame(
            select(
                mine.label("store_id"),
                *_of(m, "product_id at kind"),
                (sign * m.c.quantity).label("change"),
            )
            .join(place, place.c.id == mine)
            .where(place.c.kind == "store", book.here(place.c.store_id))
            .order_by(m.c.id)
        )
        for mine, sign in ((m.c.to_id, 1), (m.c.from_id, -1))
    ]
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


@_seen("surveys.results")
def _surveys(book: _Book) -> "pd.DataFrame":
    """Answers, at the store of the sale or ticket they are about, else the member's own."""
    i, a, m = schema.survey_invite, schema.survey_answer, schema.member
    now = m.alias("now")
    store = func.coalesce(schema.sale.c.store_id, schema.ticket.c.store_id, now.c.home_store_id)
    answered = _of(a, "csat_goods csat_service nps id:answer comment_sealed:comment")
    frame = book.frame(
        select(*_of(i, "member_id asked_at channel"), *answered, store.label("store_id"))
        .select_from(
            i.join(a, a.c.invite_id == i.c.id)
            .join(m, m.c.id == i.c.member_id)
            .join(now, now.c.id == m.c.survivor_id)
            .outerjoin(schema.sale, schema.sale.c.id == i.c.sale_id)
            .outerjoin(schema.ticket, schema.ticket.c.id == i.c.ticket_id)
        )
        .where(book.here(store))
        .order_by(a.c.id)
    )
    book.only_for(frame, "comment", "members.reveal")
    frame["comment"] = book.unsealed(a, "comment_sealed", frame.pop("answer"), frame["comment"])
    return frame


@_seen("members.show")
def _referrals(book: _Book) -> "pd.DataFrame":
    r = schema.referral
    return book.frame(
        select(*_of(r, "member_id at joined_member_id"))
        .where(book.known(r.c.member_id))
        .order_by(r.c.id)
    )


@_seen("marketing.result")
def _campaigns(book: _Book) -> "pd.DataFrame":
    c = schema.campaign
    return book.frame(
        select(*_of(c, "id:campaign_id name promotion_id status control_percent"))
        .where(c.c.id.isnot(None) if book.stores() != set() else false())
        .order_by(c.c.id)
    )


@_seen("marketing.result")
def _campaign_contacts(book: _Book) -> "pd.DataFrame":
    t, o = schema.campaign_target, schema.outbox
    same = (o.c.campaign_id == t.c.campaign_id) & (o.c.member_id == t.c.member_id)
    return book.frame(
        select(*_of(t, "campaign_id member_id arm:group"), o.c.sent_at.label("contacted_at"))
        .outerjoin(o, same & (o.c.status == "sent"))
        .where(book.known(t.c.member_id))
        .order_by(t.c.campaign_id, t.c.member_id)
    )


@_seen("service.waiting")
def _tickets(book: _Book) -> "pd.DataFrame":
    t = schema.ticket
    columns = _of(
        t,
        "id:ticket_id member_id store_id owner_id:staff_id kind channel sale_id opened_at"
        " first_response_at resolved_at:closed_at status satisfaction subject_sealed:subject",
    )
    frame = book.frame(select(*columns).where(book.here(t.c.store_id)).order_by(t.c.id))
    frame["subject"] = book.unsealed(t, "subject_sealed", frame["ticket_id"], frame["subject"])
    frame["sale_id"] = _ticket(frame["sale_id"], "T").where(frame["sale_id"].notna())
    return frame


@_seen("followups.today")
def _followups(book: _Book) -> "pd.DataFrame":
    f, p = schema.followup_task, schema.followup_plan
    who = _of(f, "id:followup_id member_id store_id staff_id")
    return book.frame(
        select(*who, p.c.kind, *_of(f, "due_on done_at outcome next_step"))
        .join(p, p.c.id == f.c.plan_id)
        .where(book.here(f.c.store_id))
        .order_by(f.c.id)
    )


@_seen("pipeline.board")
def _opportunities(book: _Book) -> "pd.DataFrame":
    o = schema.opportunity
    columns = _of(
        o,
        "id:opportunity_id member_id store_id staff_id product_id amount:value stage opened_at"
        " closed_at next_on:next_action_on lost_reason",
    )
    return book.frame(select(*columns).where(book.here(o.c.store_id)).order_by(o.c.id))


@_seen("pipeline.board")
def _opportunity_stages(book: _Book) -> "pd.DataFrame":
    h, o = schema.opportunity_stage, schema.opportunity
    return book.frame(
        select(*_of(h, "opportunity_id to_stage:stage at:entered_at"))
        .join(o, o.c.id == h.c.opportunity_id)
        .where(book.here(o.c.store_id))
        .order_by(h.c.id)
    )
