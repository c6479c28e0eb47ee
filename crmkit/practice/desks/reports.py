"""The analysis tables: what was just done in the shop, as analysts know it.

The columns are those of `crmkit.tables.CONTRACT` and of the course data, so that every function
works on both. Money is in currency units, times are on the shop's own clock. Where the rows come
from says `reports.sql`; what was rung up comes from `rung`.

A frame holds what its desk would show (`SEEN_AT`): the rows of the stores where one may work at
that desk, none where one may not. Members are those who joined or bought at these stores. Names
and numbers are masked for everyone, a birth date is its year; what customers wrote in their own
words is for those who may see personal data in full, what goods cost for those who count them.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, select, text

from crmkit.practice import access, masks, rung, schema
from crmkit.practice.command import Desk, Tx, query
from crmkit.practice.sql_files import queries

if TYPE_CHECKING:
    import pandas as pd

MONEY = {"list_price", "discount", "amount", "cost", "revenue", "threshold", "amount_off", "value"}
SCORES = {"csat_goods", "csat_service", "nps", "satisfaction"}
SEEN_AT = {
    "sales": "till.shift stock.passbook",
    "payments": "till.shift",
    "members": "members.show",
    "products": "reports.frames",
    "stores": "reports.frames",
    "staff": "reports.frames",
    "targets": "till.shift",
    "promotions": "reports.frames",
    "footfall": "till.shift",
    "stock_daily": "stock.look",
    "surveys": "surveys.results",
    "referrals": "members.show",
    "campaigns": "marketing.result",
    "campaign_contacts": "marketing.result",
    "tickets": "service.waiting",
    "followups": "followups.today",
    "opportunities": "pipeline.board",
    "opportunity_stages": "pipeline.board",
}
"""Whose rows a frame holds: those of whoever may do this (or one of these) at the row's store."""


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

    def __init__(self, tx: Tx, permissions: str, kept: dict[str, str]):
        self.tx, self.kept = tx, kept
        self.stores = set().union(*map(self.where_allowed, permissions.split()))

    def where_allowed(self, permission: str) -> set[str]:
        """The stores where one may do this."""
        stores = access.stores_allowed(self.tx.connection, self.tx.staff.id, permission)
        return set(self.tx.column(select(schema.store.c.id))) if stores is None else stores

    def only_for(self, frame: "pd.DataFrame", column: str, permission: str) -> None:
        """Empty the column in rows of stores where one may not do this."""
        frame[column] = frame[column].where(frame["store_id"].isin(self.where_allowed(permission)))

    def asked(self, name: str) -> "pd.DataFrame":
        """What a query of `reports.sql` finds at these stores."""
        asked = queries(Path(__file__).with_suffix(".sql"))
        statement = text(f"WITH known AS ({asked['known']}) {asked[name]}")
        here = bindparam("stores", sorted(self.stores), String(), expanding=True)
        return self.frame(statement.bindparams(here))

    def frame(self, statement) -> "pd.DataFrame":
        """The rows as a frame: member ids of who was kept, local times, money in currency units."""
        import pandas as pd

        rows = self.tx.execute(statement)
        names = list(rows.keys())
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
            elif name.endswith("_on") or name == "date":
                frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
            elif name in MONEY:
                frame[name] = (frame[name].astype("float64") / 100).round(2)
            elif name in SCORES:
                frame[name] = frame[name].astype("Int64")
        return frame

    def unsealed(self, table, column: str, keys, sealed) -> list[str | None]:
        """A sealed column in clear, each value by its row's key."""
        return [
            self.tx.unseal(table, f"{column}_sealed", key, one if isinstance(one, str) else None)
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
        .where(line.c.store_id.in_(book.stores))
        .order_by(line.c.at, line.c.document.desc(), line.c.number, line.c.line)
    )
    sold = _documents(frame)
    frame["return_of"] = _ticket(frame["return_of"], "T").mask(sold)
    book.only_for(frame, "member_id", "till.sales_of")
    book.only_for(frame, "cost", "stock.count_report")
    return frame


def _payments(book: _Book) -> "pd.DataFrame":
    money = rung.MONEY
    frame = book.frame(
        select(*_of(money, "document number:sale_id method amount"))
        .where(money.c.store_id.in_(book.stores))
        .order_by(money.c.document, money.c.number, money.c.method)
    )
    _documents(frame)
    return frame


def _members(book: _Book) -> "pd.DataFrame":
    import pandas as pd

    frame = book.asked("members")
    for name, mask in MASKS.items():
        clear = book.unsealed(schema.member, name, frame["member_id"], frame[name])
        frame[name] = pd.Series([mask(one) for one in clear], dtype=object).infer_objects()
    frame["birth_date"] = pd.to_datetime(frame["birth_date"]).astype("datetime64[us]")
    frame["consent_marketing"] = frame["member_id"].isin(_agreed(book.tx, book.kept))
    return frame


MASKS: dict[str, Callable[[str | None], str | None]] = {
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


def _products(book: _Book) -> "pd.DataFrame":
    frame = book.asked("products")
    if not book.where_allowed("stock.count_report"):
        frame["cost"] = float("nan")
    return frame


def _stock_daily(book: _Book) -> "pd.DataFrame":
    """Each product's stock at the end of every day on which it moved, from its first day on."""
    moves = book.asked("stock_daily")
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
    return daily[["store_id", "product_id", "date", "on_hand", "received", "sold"]]


def _surveys(book: _Book) -> "pd.DataFrame":
    frame = book.asked("surveys")
    book.only_for(frame, "comment", "members.reveal")
    answers = frame.pop("answer")
    frame["comment"] = book.unsealed(schema.survey_answer, "comment", answers, frame["comment"])
    return frame


def _tickets(book: _Book) -> "pd.DataFrame":
    frame = book.asked("tickets")
    frame["subject"] = book.unsealed(schema.ticket, "subject", frame["ticket_id"], frame["subject"])
    frame["sale_id"] = _ticket(frame["sale_id"], "T").where(frame["sale_id"].notna())
    return frame


TABLES: dict[str, Callable[[_Book], "pd.DataFrame"]] = {
    name: partial(_Book.asked, name=name) for name in SEEN_AT
} | {
    "sales": _sales,
    "payments": _payments,
    "members": _members,
    "products": _products,
    "stock_daily": _stock_daily,
    "surveys": _surveys,
    "tickets": _tickets,
}
