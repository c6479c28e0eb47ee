"""What cashiers look at: a shift's till sheet, and the report on it.

Each is a table to read, on the web page too; in JupyterLab the panels can be used.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from crmkit import data, kpi
from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn import reading
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import (
    as_day,
    cents,
    divide,
    largest_first,
    once,
    pictured,
    share,
    shown_table,
    store_names,
    table_of,
    yuan,
)
from crmkit.screen import Act, Part, Screen, parts

PARTS = {"day": (0, 24), "morning": (0, 15), "evening": (15, 24)}
"""The parts of a day a shift may cover: first hour and the hour it ends at."""

_SUMS = ["revenue", "orders", "units"]

_SIGNED = re.compile(
    r"¥\s*(?P<money>\d+(?:\.\d+)?)|(?P<number>\d+(?:\.\d+)?)\s*多?(?P<sign>元|块|yuan|%|per ?cent|[单笔]|orders?\b|receipts?\b)",
    re.I,
)
"""An amount, a percentage or a number of orders in a sentence."""

_EARLIER = re.compile(r"上周|上星期|昨天|前一天|去年|同期|last|yesterday|before|than|earlier", re.I)


@dataclass(frozen=True)
class Shift:
    """One shift at one store's till, in numbers.

    store_id: the store; date: the day, a date or ``"2025-06-21"``; part: ``"day"``, ``"morning"``
    (until 15:00) or ``"evening"`` (from 15:00); tables: one's own ``sales``, ``payments``,
    ``products``, ``stores`` in place of the course shop's. Only what went over the till counts:
    orders from the web shop and the app are not part of a shift.

    Raises `CrmkitError` for a store, date or part that does not exist.

    >>> import crmkit as ck
    >>> ck.set_language("en")
    >>> Shift("S01", "2025-06-21").numbers()["orders"] > 0
    True
    """

    store_id: str
    date: date | str
    part: str = "day"
    tables: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.part not in PARTS:
            raise CrmkitError(
                _("There is no part of the day {part!r}: use {known}.").format(
                    part=self.part, known=", ".join(PARTS)
                )
            )
        object.__setattr__(self, "date", as_day(self.date))
        known = sorted(self._table("stores")["store_id"])
        if self.store_id not in known:
            raise CrmkitError(
                _("There is no store {store!r}. There are: {known}").format(
                    store=self.store_id, known=", ".join(known)
                )
            )

    def _table(self, name: str) -> Any:
        return table_of(name, self.tables)

    @cached_property
    def lines(self) -> Any:
        """The shift's sales lines, one row a line, as they stand in ``sales``."""
        sales = self._table("sales")
        first, end = PARTS[self.part]
        day = datetime.combine(self.date, datetime.min.time())
        until = day + timedelta(hours=end)
        until_then = sales["sold_at"] < until
        near = sales[until_then & (sales["sold_at"] >= day + timedelta(hours=first))]
        here = near[(near["store_id"] == self.store_id) & (near["channel"] == "store")]
        return here.sort_values(["sold_at", "sale_id", "product_id"], kind="stable")

    def numbers(self) -> dict[str, Any]:
        """What a shift is judged by; a rate without receipts is None.

        revenue (yuan, net of discounts and returns, tax included), orders (receipts with goods
        sold), units (returns negative), aov (revenue ÷ orders), upt (units ÷ orders),
        member_revenue (yuan), member_share (member_revenue ÷ revenue, 0 to 1), returns (yuan
        paid back), cash (yuan taken in cash in this shift), best_hour (the hour with the most
        revenue; the earlier one of two).
        """
        return dict(self._numbers)

    @cached_property
    def _numbers(self) -> dict[str, Any]:
        lines = self.lines
        total = _totals(lines)
        by_hour = self.by("hour")
        paid = self.by("method").set_index("method")["amount"]
        return {
            **total,
            "member_revenue": cents(lines.loc[lines["member_id"].notna(), "amount"].sum()),
            "member_share": divide(
                lines.loc[lines["member_id"].notna(), "amount"].sum(), total["revenue"]
            ),
            "returns": cents(-lines.loc[lines["quantity"] < 0, "amount"].sum()),
            "cash": cents(paid.get("cash", 0.0)),
            "best_hour": int(by_hour["hour"][by_hour["revenue"].idxmax()])
            if len(by_hour)
            else None,
        }

    def by(self, what: str) -> Any:
        """The shift by ``"hour"``, ``"product"``, ``"method"`` of payment or ``"buyer"``.

        A frame: hours in order with revenue, orders, units; products by revenue with units;
        payment methods by amount; members and walk-ins with revenue, orders, units.
        """
        asked = what, get_language()  # goods have a name in each
        if asked not in self._found:
            self._found[asked] = self._reckoned(what)
        return self._found[asked].copy()

    @cached_property
    def _found(self) -> dict[tuple[str, str], Any]:
        """What was reckoned already: a learner asks for the same shift with every answer."""
        return {}

    def _reckoned(self, what: str) -> Any:
        lines = self.lines
        if what == "method":
            payments = self._table("payments")
            paid = payments[payments["sale_id"].isin(lines["sale_id"])]
            found = paid.groupby("method", as_index=False)["amount"].sum().round({"amount": 2})
            return largest_first(found, "amount", "method")
        if what == "hour":
            found = kpi.sales_summary(lines, by="hour")[["hour", *_SUMS]]
            if len(found):  # an hour without receipts is a finding, too
                every = range(int(found["hour"].min()), int(found["hour"].max()) + 1)
                found = found.set_index("hour").reindex(every, fill_value=0).reset_index()
            return found
        if what == "product":
            names = self._table("products")[["product_id", "name"]]
            found = kpi.sales_summary(lines, by="product_id")[["product_id", "revenue", "units"]]
            found = found.merge(names, how="left", on="product_id")
            return largest_first(
                found[["product_id", "name", "revenue", "units"]], "revenue", "product_id"
            )
        if what == "buyer":
            known = lines["member_id"].notna().map({True: "member", False: "walk_in"})
            found = kpi.sales_summary(lines.assign(buyer=known), by="buyer")[["buyer", *_SUMS]]
            return largest_first(found, "revenue", "buyer")
        raise CrmkitError(
            _("A shift cannot be shown by {what!r}: use {known}.").format(
                what=what, known="hour, product, method, buyer"
            )
        )

    def receipts(self) -> Any:
        """The shift's receipts, one row each: time, lines, units, amount, member or walk-in."""
        lines = self.lines
        found = lines.groupby("sale_id", sort=False).agg(
            sold_at=("sold_at", "first"),
            lines=("product_id", "size"),
            units=("quantity", "sum"),
            amount=("amount", "sum"),
            buyer=("member_id", lambda ids: "member" if ids.notna().any() else "walk_in"),
        )
        found["amount"] = found["amount"].round(2)
        return found.reset_index()

    def earlier(self) -> dict[str, "Shift"]:
        """The shifts to compare with: yesterday, and the same weekday last week and last year.

        Last year's is 364 days back: 52 weeks, so a Saturday meets a Saturday.
        """
        back = {"yesterday": 1, "last_week": 7, "last_year": 364}
        return {
            name: Shift(self.store_id, self.date - timedelta(days=days), self.part, self.tables)
            for name, days in back.items()
        }

    def compared(self) -> Any:
        """This shift beside the earlier ones: a frame with one row a shift.

        compared_with, date, revenue, orders, aov, shift_growth (this shift's revenue ÷
        that one's − 1; empty where there was none).
        """
        return self._compared.copy()

    @cached_property
    def _compared(self) -> Any:
        import pandas as pd

        now = self.numbers()
        rows = [("this_shift", pd.Timestamp(self.date), now["revenue"], now["orders"], now["aov"])]
        for name, shift in self.earlier().items():
            then = _totals(shift.lines)
            rows.append(
                (name, pd.Timestamp(shift.date), then["revenue"], then["orders"], then["aov"])
            )
        found = pd.DataFrame(rows, columns=["compared_with", "date", "revenue", "orders", "aov"])
        growth = [divide(now["revenue"] - then, then) for then in found["revenue"]]
        found["shift_growth"] = pd.Series([None, *growth[1:]], dtype="float64")
        return found

    def changes(self) -> dict[str, float]:
        """How revenue, orders and AOV changed against the same day last week, as fractions."""
        beside = self.compared().set_index("compared_with")
        now, then = beside.loc["this_shift"], beside.loc["last_week"]
        return {
            name: float(now[name] / then[name] - 1) if then[name] else float("nan")
            for name in ("revenue", "orders", "aov")
        }

    def moved_by(self) -> str | None:
        """What moved revenue against last week: ``"orders"`` or ``"aov"``; None where unclear."""
        change = self.changes()
        return _cause(change["revenue"], change["orders"], change["aov"])

    def without_largest(self) -> Any:
        """The shift with all its receipts and without the largest one: revenue, orders, aov."""
        import pandas as pd

        receipts = self.receipts()
        rows = [("all", self.lines)]
        if len(receipts):
            largest = receipts["sale_id"][receipts["amount"].idxmax()]
            rows.append(("without_largest", self.lines[self.lines["sale_id"] != largest]))
        return pd.DataFrame(
            [
                (name, total["revenue"], total["orders"], total["aov"])
                for name, total in ((name, _totals(lines)) for name, lines in rows)
            ],
            columns=["receipts", "revenue", "orders", "aov"],
        )

    def judge(self, sentence: Any) -> tuple[str, str] | None:
        """Why a sentence about the shift will not do, in Chinese and English; None where it does.

        It holds a figure of the shift, and no amount or percentage that the shift does not have.
        """
        if not self.has_figure(sentence):
            return (
                "这句话里没有这一班的数字：写上一个，例如订单数或最忙的钟点。",
                "There is no figure of this shift in it: add one, such as the number of orders.",
            )
        strange = self._strange(sentence)
        return strange and (
            f"“{strange}”在这一班的表里找不到：和上面的表再对一遍。",
            f"“{strange}” is in none of this shift's tables: compare it with those above once more.",
        )

    def _strange(self, sentence: str) -> str | None:
        """The first amount, percentage or number of orders of a sentence that is none of this shift."""
        plain = unicodedata.normalize("NFKC", sentence).replace(",", "")
        beside = self.compared().set_index("compared_with")[["revenue", "orders", "aov"]]
        here = beside.loc["this_shift"]
        tables = [self.by(what) for what in ("hour", "product", "method", "buyer")]
        gaps = here - beside
        amounts = [v for v in self.numbers().values() if v] + list(gaps.to_numpy().flat)
        orders = [here["orders"], *gaps["orders"]]
        shares = [*(here / beside - 1).to_numpy().flat, self.numbers()["member_share"]]
        for table in (one.select_dtypes("number") for one in tables):
            amounts += list(table.to_numpy().flat)
            shares += list((table / table.sum()).to_numpy().flat)
            orders += list(table["orders"]) if "orders" in table else []
        amounts += list(self.receipts()["amount"])
        if _EARLIER.search(plain):
            amounts += list(beside.to_numpy().flat)
            orders += list(beside["orders"])
        percents = [100 * value for value in shares if value]
        for written in _SIGNED.finditer(plain):
            sign, value = (
                (written["sign"] or "").lower(),
                float(written["money"] or written["number"]),
            )
            # people round money as they like, and count orders one by one
            known, within = amounts, max(1.0, 0.02 * value)
            if sign[:1] in ("%", "p"):
                known, within = percents, 0.6
            elif sign[:1] in ("单", "笔", "o", "r"):
                known, within = orders, 0.1
            if not any(abs(abs(one) - value) <= within for one in known):
                return written[0].strip()
        return None

    def has_figure(self, sentence: Any) -> bool:
        """Whether a sentence holds at least one figure of this shift, rounded as one likes."""
        if not isinstance(sentence, str):
            return False
        beside = self.compared()
        figures = [value for value in self.numbers().values() if value]
        figures += [100 * value for value in beside["shift_growth"].dropna()]
        figures.append(100 * (self.numbers()["member_share"] or 0))
        for what in ("hour", "product", "method", "buyer"):
            table = self.by(what).select_dtypes("number")
            figures += [value for column in table for value in table[column]]
        receipts = self.receipts()
        figures += [*receipts["amount"], *receipts["units"]]
        plain = unicodedata.normalize("NFKC", sentence).replace(",", "")
        for written in re.findall(r"\d+(?:\.\d+)?", plain):
            decimals = len(written.partition(".")[2])
            if any(round(abs(value), decimals) == float(written) for value in figures if value):
                return True
        return False

    @property
    def title(self) -> str:
        """The store, the day with its weekday, the part of the day."""
        stores = self._table("stores").set_index("store_id")["name"]
        return _("{store}, {date} ({weekday}), {part}").format(
            store=stores[self.store_id],
            date=self.date.isoformat(),
            weekday=label("weekday", self.date.isoweekday()),
            part=label("shift_part", self.part),
        )

    def on_screen(self, headline: bool = True) -> Part:
        """The shift as a part of a screen; without `headline` as the till prints it: totals,
        nothing divided or compared yet."""
        tables = [parts.table(*one) for one in self._tables(headline)]
        return parts.card(*tables, title=self.title)

    def _tables(self, headline: bool) -> list[tuple]:
        now = self.numbers()
        if not len(self.lines):
            return [(_("No receipts in this shift"), [], [])]
        totals = [
            (_("Revenue"), yuan(now["revenue"])),
            (_("Orders"), f"{now['orders']}"),
            (_("Units sold"), f"{now['units']}"),
        ]
        if headline:
            totals += [
                (_("Average order value"), yuan(now["aov"])),
                (_("Units per transaction"), f"{now['upt']:.2f}" if now["upt"] else "–"),
                (_("Member share of sales"), share(now["member_share"])),
            ]
        totals += [(_("Refunds"), yuan(now["returns"]))]
        hours = self.by("hour")
        buyers = self.by("buyer")
        paid = self.by("method")
        goods = self.by("product")
        beside = self.compared()
        most = max(hours["revenue"].max(), 0.01)
        found = [
            (_("The shift"), [_("Figure"), ""], totals),
            (
                _("By hour"),
                [_("Hour"), _("Revenue"), _("Orders"), _("Units sold")],
                [
                    (f"{r.hour}:00", yuan(r.revenue), f"{r.orders}", f"{r.units}")
                    for r in hours.itertuples()
                ],
                [max(value, 0) / most for value in hours["revenue"]],
            ),
            (
                _("Top five products") if len(goods) > 5 else _("Products"),
                [_("Product"), _("Revenue"), _("Units sold")],
                [
                    (r.name, yuan(r.revenue), f"{r.units}")
                    for r in goods.head(5).itertuples(index=False)
                ],
            ),
            (
                _("Paid by"),
                [_("Payment"), _("Amount")],
                [(label("payment_method", r.method), yuan(r.amount)) for r in paid.itertuples()],
            ),
            (
                _("Members and walk-ins"),
                [_("Buyer"), _("Revenue"), _("Orders")],
                [
                    (label("buyer", r.buyer), yuan(r.revenue), f"{r.orders}")
                    for r in buyers.itertuples()
                ],
            ),
        ]
        head = [_("Shift"), _("Date"), _("Revenue"), _("Orders")]
        rows = [
            [
                label("compared_with", r.compared_with),
                f"{r.date:%Y-%m-%d}",
                yuan(r.revenue),
                f"{r.orders}",
            ]
            for r in beside.itertuples()
        ]
        if headline:
            head += [_("Average order value"), _("Change in revenue")]
            for row, r in zip(rows, beside.itertuples(), strict=True):
                row += [yuan(r.aov), share(r.shift_growth, signed=True)]
        return [*found, (_("Compared with"), head, rows)]

    def report(
        self, noticed: Any = "", tomorrow: Any = "", by: Any = "", *, day: bool = False
    ) -> Part:
        """The half-page shift report, to print: the numbers by themselves, two sentences by the
        cashier.

        noticed: what stood out; tomorrow: what the next shift should know or do. A sentence that
        is missing leaves a line to write on, and so does the cashier's name (`by`). `day`: it is a
        manager's on a whole day, with what will be tried tomorrow.
        """
        caption, rows = self._report(noticed, tomorrow, by, day)
        sheet = parts.printable(
            _("Print the report"), parts.table(caption, [_("Figure"), ""], rows), title=caption
        )
        if noticed:
            return sheet
        words = _("What you noticed is still missing: write it above and press Check.")
        return parts.column(parts.message("open", words), sheet)

    def _report(
        self, noticed: str, tomorrow: str, by: str, day: bool
    ) -> tuple[str, list[tuple[str, str]]]:
        now, beside = self.numbers(), self.compared().set_index("compared_with")
        growth = {
            label("compared_with", name): share(beside["shift_growth"][name], signed=True)
            for name in beside.index[1:]
        }
        blank = "_" * 40
        said = [
            text if isinstance(text, str) and text.strip() else blank
            for text in (noticed, tomorrow, by)
        ]
        hour = now["best_hour"]
        rows = [
            (_("Revenue"), yuan(now["revenue"])),
            (_("Orders"), f"{now['orders']}"),
            (_("Average order value"), yuan(now["aov"])),
            (_("Units per transaction"), f"{now['upt']:.2f}" if now["upt"] else "–"),
            (_("Member share of sales"), share(now["member_share"])),
            (
                _("Revenue against"),
                _("; ").join(f"{name} {value}" for name, value in growth.items()),
            ),
            (_("Busiest hour"), f"{hour}:00–{hour + 1}:00" if hour is not None else "–"),
            (_("Refunds"), yuan(now["returns"])),
            (_("Cash taken from sales"), yuan(now["cash"])),
            (_("What we noticed"), said[0]),
            (_("To try tomorrow") if day else _("For the next shift"), said[1]),
            (_("Written by") if day else _("Cashier"), said[2]),
        ]
        caption = _("Half-page report: {shift}") if day else _("Shift report: {shift}")
        return caption.format(shift=self.title), rows


def _totals(lines: Any) -> dict[str, Any]:
    total = kpi.sales_summary(lines).iloc[0]
    return {
        "revenue": cents(total["revenue"]),
        "orders": int(total["orders"]),
        "units": int(total["units"]),
        "aov": divide(total["revenue"], total["orders"]),
        "upt": divide(total["units"], total["orders"]),
    }


@once
def _chosen(store_id: str, day: date, part: str, tables: Mapping[str, Any] | None = None) -> Shift:
    return Shift(store_id, day, part, tables or {})


def choose_shift(
    store_id: str = "S01",
    date: date | str = "2025-06-21",
    part: str = "day",
    tables: Mapping[str, Any] | None = None,
) -> Screen:
    """A panel: choose store, day and part of the day, and read that shift's numbers.

    Inputs and errors are those of `Shift`.
    """
    first = Shift(store_id, date, part, tables or {})
    sold_at = table_of("sales", tables or {})["sold_at"]
    days = (sold_at.min().date(), sold_at.max().date())
    at: dict[str, Any] = {"store": store_id, "day": first.date, "part": part, "typed": 0}

    def move(day: Any) -> None:
        if not days[0] <= day <= days[1]:
            raise CrmkitError(
                _("There are receipts from {first} to {last}.").format(first=days[0], last=days[1])
            )
        at["day"], at["typed"] = day, at["typed"] + 1

    def choose(name: str, known: Sequence[str]) -> Act:
        def act(value: Any, _values: dict[str, Any]) -> None:
            if value in known:
                at[name] = value

        return act

    def type_day(typed: Any, values: dict[str, Any]) -> None:
        move(reading.read("date", typed or values.get("day"), year=days[1].year).value)

    def step(by: Any, _values: dict[str, Any]) -> None:
        move(at["day"] + timedelta(days=int(by)))

    def show() -> Part:
        stores = [(code, f"{code} {name}") for code, name in store_names(tables).items()]
        shift_parts = [(code, label("shift_part", code)) for code in PARTS]
        return parts.card(
            parts.row(
                parts.select("store", _("Store"), stores, at["store"], act="store"),
                parts.select("part", _("Shift"), shift_parts, at["part"], act="part"),
                parts.field("day", _("Date"), f"{at['day']}", act="day", rev=at["typed"]),
            ),
            parts.row(
                *(
                    parts.button(words, "step", by, kind="small")
                    for words, by in (
                        (_("← a week"), -7), (_("← a day"), -1), (_("a day →"), 1), (_("a week →"), 7)
                    )
                )
            ),
            _chosen(at["store"], at["day"], at["part"], tables=tables).on_screen(),
        )  # fmt: skip

    acts: dict[str, Act] = {"day": type_day, "step": step}
    acts |= {
        "store": choose("store", list(store_names(tables))),
        "part": choose("part", list(PARTS)),
    }
    return Screen(show, acts, "shift")


@lru_cache(maxsize=1)
def _shops_busy_days() -> list[tuple[str, date]]:
    return _busy_days(data.load("sales"))


def _cause(revenue: float, orders: float, aov: float) -> str | None:
    """Which of two changes moved revenue; all three as fractions.

    Revenue is orders times AOV, so the cause moved the way revenue moved. Where both did, it is
    the one that moved more. Less than two points apart, or revenue moved by less than two per
    cent, is not clear.

    >>> _cause(0.10, 0.25, -0.12), _cause(-0.19, -0.10, -0.11)
    ('orders', None)
    """
    same_way = {name: abs(c) for name, c in (("orders", orders), ("aov", aov)) if c * revenue > 0}
    if not same_way or not abs(revenue) >= 0.02:
        return None
    if len(same_way) == 2 and abs(same_way["orders"] - same_way["aov"]) < 0.02:
        return None
    return max(same_way, key=same_way.__getitem__)


def _busy_days(sales: Any) -> list[tuple[str, date]]:
    till = sales[sales["channel"] == "store"]
    till = till[till["sold_at"] >= till["sold_at"].max().normalize() - timedelta(days=36)]
    till = till.assign(day=till["sold_at"].dt.normalize())
    groups = ["store_id", "day"]
    days = till.groupby(groups)["amount"].sum().round(2).to_frame("revenue")
    days["orders"] = till[till["quantity"] > 0].groupby(groups)["sale_id"].nunique()
    days["aov"] = days["revenue"] / days["orders"]
    days = days.reset_index()
    before = days.assign(day=days["day"] + timedelta(days=7))
    both = days.merge(before, on=groups, suffixes=("", "_before"))
    both = both[both["orders"] >= 12]
    changes = [both[name] / both[f"{name}_before"] - 1 for name in ("revenue", "orders", "aov")]
    clear = [_cause(*change) is not None for change in zip(*changes, strict=True)]
    return sorted(
        both.loc[clear, groups].assign(day=both["day"].dt.date).itertuples(index=False, name=None)
    )


def draw_shift(number: int, tables: Mapping[str, Any] | None = None) -> Shift:
    """The shift that belongs to a number from 1 to 99: a day of the last month with at least 12
    receipts, on which it is clear what moved revenue. The same number gives the same shift.

    Raises `CrmkitError` for a number out of these limits.
    """
    if not 1 <= number <= 99:
        raise CrmkitError(
            _("{number} will not do: write a whole number from 1 to 99.").format(number=number)
        )
    if not tables:
        return _drawn(number)
    return _far_apart(_busy_days(table_of("sales", tables)), number, tables)


@lru_cache(maxsize=128)
def _drawn(number: int) -> Shift:
    return _far_apart(_shops_busy_days(), number, {})


def _far_apart(busy: list[tuple[str, date]], number: int, tables: Mapping[str, Any]) -> Shift:
    # neighbours in a class have neighbouring numbers: their shifts should lie far apart
    store_id, day = busy[number * 41 % len(busy)]
    return Shift(store_id, day, "day", tables)


EXAMPLE = Shift("S01", "2025-06-21")
"""The shift the lesson looks at."""

ONE_BIG_BASKET = Shift("S02", "2025-04-28")
"""A shift that is ahead of last week's only by its largest receipt."""


def example(what: str) -> Screen:
    """One side of the lesson's example: ``"receipts"``, ``"hour"``, ``"method"`` or
    ``"compared"``."""

    def show() -> Part:
        if what == "hour":
            return parts.card(_hours(EXAMPLE))
        if what == "receipts":
            receipts = EXAMPLE.receipts().head(5)
            return parts.card(shown_table(_("The first receipts of the day"), receipts))
        if what == "method":
            return parts.card(shown_table(_("Paid by"), EXAMPLE.by("method")))
        return parts.card(shown_table(_("Compared with"), EXAMPLE.compared()))

    return Screen(show, {}, f"shift by {what}")


def beside_last_week(shift: Shift) -> dict[str, tuple[float, float]]:
    """Revenue of a shift and of the same day last week, with all receipts and without the largest
    of each day: ``{"all": (now, then), "without_largest": (now, then)}``, in yuan."""
    both = [
        one.without_largest().set_index("receipts")["revenue"]
        for one in (shift, shift.earlier()["last_week"])
    ]
    return {name: (both[0][name], both[1][name]) for name in both[0].index}  # fmt: skip


def one_big_basket() -> Screen:
    """What a single receipt can do to a comparison."""

    def show() -> Part:
        found = beside_last_week(ONE_BIG_BASKET)
        words = {"all": _("All receipts"), "without_largest": _("Without each day's largest")}
        return parts.card(
            parts.table(
                ONE_BIG_BASKET.title,
                [
                    "",
                    label("compared_with", "this_shift"),
                    label("compared_with", "last_week"),
                    _("Change"),
                ],
                [
                    (words[name], yuan(now), yuan(then), share(now / then - 1, signed=True))
                    for name, (now, then) in found.items()
                ],
            )
        )

    return Screen(show, {}, "one big basket")


def _hours(shift: Shift, says: str = "", guessed: float | None = None) -> Part:
    """The hours of a shift as a chart, with the hour that was guessed."""
    hours = shift.by("hour")

    def draw(ax: Any) -> None:
        from crmkit import plot
        from crmkit.plot import _style

        plot.sales_summary(hours, ax=ax)
        first = int(hours["hour"].min())
        if guessed is not None and first <= guessed <= hours["hour"].max():
            ax.axvline(guessed - first, color=_style.BAD, linewidth=3, linestyle="--")

    return pictured(draw, says or shift.title, size=(9, 4))


class ShiftKeys(Keys):
    """What is asked about one shift, wherever it comes from."""

    @property
    def shift(self) -> Shift:
        """The shift that is asked about."""
        raise NotImplementedError

    def sheet(self) -> Part:
        """Its till sheet."""
        return self.shift.on_screen(headline=False)

    def orders(self) -> Key:
        """How many orders."""
        now = self.shift.numbers()
        return Key(now["orders"], {"units_for_orders": now["units"]})

    def best_hour(self) -> Key:
        """The hour with most revenue."""
        hours = self.shift.by("hour")
        share_of = hours["revenue"].max() / hours["revenue"].sum()
        most_orders = int(hours["hour"][hours["orders"].idxmax()])
        mistakes = {
            ("这是单数最多的钟点；问的是销售额最高的。", "That hour has the most orders; the question is about the most revenue."): most_orders
        }  # fmt: skip
        return Key(self.shift.numbers()["best_hour"], mistakes, {"share": f"{share_of:.0%}"})

    def cash(self) -> Key:
        """The cash that was taken."""
        now = self.shift.numbers()
        mistakes = {
            ("这是全部销售额；问的是其中的现金。", "That is all of the revenue; the question is how much of it was cash."): now["revenue"]
        }  # fmt: skip
        return Key(now["cash"], mistakes)

    def aov(self) -> Key:
        """Revenue by orders."""
        now = self.shift.numbers()
        return Key(
            now["revenue"] / now["orders"], {"units_for_orders": now["revenue"] / now["units"]}
        )

    def upt(self) -> Key:
        """Units by orders."""
        now = self.shift.numbers()
        return Key(now["units"] / now["orders"], {"upside_down": now["orders"] / now["units"]})

    def member_percent(self) -> Key:
        """The members' share of revenue, in per cent."""
        now = self.shift.numbers()
        walk_in = 1 - now["member_revenue"] / now["revenue"]
        mistakes = {
            ("这是散客的占比；问的是会员的。", "That is the walk-ins' share; the question is about the members' share."): 100 * walk_in
        }  # fmt: skip
        return Key(100 * now["member_revenue"] / now["revenue"], mistakes)

    def week_percent(self) -> Key:
        """Revenue against the same day last week, in per cent."""
        revenue = self.shift.compared().set_index("compared_with")["revenue"]

        def against(name: str) -> float:
            return 100 * (revenue["this_shift"] / revenue[name] - 1) if revenue[name] else 1e9

        mistakes = {
            ("这是和昨天比，不是和上周同一天比。", "This compares with yesterday, not with the same day last week."): against("yesterday"),
            ("这是和去年同一天比，不是和上周同一天比。", "This compares with last year, not with the same day last week."): against("last_year"),
            ("除数应该是上周那一天的销售额。", "Divide by last week's revenue, not by this shift's."): 100 * (1 - revenue["last_week"] / revenue["this_shift"]),
            ("这是这一班占上周的百分之几；变化要先减掉上周的。", "That is this shift as a share of last week's; for the change, take last week's off first."): 100 * revenue["this_shift"] / revenue["last_week"],
        }  # fmt: skip
        return Key(against("last_week"), mistakes)

    def mostly(self) -> Key:
        """Which of the two factors moved revenue."""
        change = self.shift.changes()
        return Key(
            self.shift.moved_by(),
            facts={
                name: share(change[name], signed=True) if round(change[name], 3) else _("no change")
                for name in ("orders", "aov", "revenue")
            },
        )

    def noticed(self) -> Key:
        """A sentence with a figure of the shift."""
        orders = self.shift.numbers()["orders"]
        return Key(
            self.shift.judge,
            facts={"shift": self.shift.title},
            example=_("There were {orders} orders.").format(orders=orders),
        )

    def report(self) -> Part:
        """The half-page report with one's own sentences and name."""
        said = [str(self.given.get(name, "")) for name in ("noticed", "tomorrow", "my_name")]
        return self.shift.report(*said)


class MyShift(ShiftKeys):
    """What exercise cashier-3 asks: each number has a shift of its own."""

    @cached_property
    def shift(self) -> Shift:
        """The shift that belongs to this learner's number."""
        return draw_shift(int(self.given["my_number"]))


class LessonShift(ShiftKeys):
    """What the lesson on a shift in numbers asks of its own example."""

    shift = EXAMPLE

    def busiest(self) -> Part:
        """The hours of the example, with the hour that was guessed."""
        guessed = self.given.get("busiest_guess")
        best = self.shift.numbers()["best_hour"]

        says = _("Busiest: {hour}:00. Your guess, the dashed line: {guess}:00.").format(
            hour=best, guess="–" if guessed is None else f"{guessed:.0f}"
        )
        return parts.column(_hours(self.shift, says, guessed), parts.text(says))


class PracticeShift(ShiftKeys):
    """What the lesson asks of another store's till sheet."""

    shift = Shift("S02", "2025-06-14")
