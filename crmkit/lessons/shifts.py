"""Shifts at a till in numbers: of one's own store and day, or drawn for a learner's number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from crmkit import kpi
from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.lessons.view import as_day, cents, demand_store, divide, largest_first, table_of

PARTS = {"day": (0, 24), "morning": (0, 15), "evening": (15, 24)}
"""The parts of a day a shift may cover: first hour and the hour it ends at."""

_SUMS = ["revenue", "orders", "units"]


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
        demand_store(self.store_id, self.tables)

    def _table(self, name: str) -> Any:
        return table_of(name, self.tables)

    @cached_property
    def lines(self) -> Any:
        """The shift's sales lines, one row a line, as they stand in ``sales``."""
        sales = self._table("sales")
        first, end = PARTS[self.part]
        day = datetime.combine(as_day(self.date), datetime.min.time())
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
            buyer=("member_id", "first"),
        )
        found["amount"] = found["amount"].round(2)
        found["buyer"] = found["buyer"].notna().map({True: "member", False: "walk_in"})
        return found.reset_index()

    def earlier(self) -> dict[str, "Shift"]:
        """The shifts to compare with: yesterday, and the same weekday last week and last year.

        Last year's is 364 days back: 52 weeks, so a Saturday meets a Saturday.
        """
        back = {"yesterday": 1, "last_week": 7, "last_year": 364}
        day = as_day(self.date)
        return {
            name: Shift(self.store_id, day - timedelta(days=days), self.part, self.tables)
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
        return cause_of(change["revenue"], change["orders"], change["aov"])

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

    @property
    def title(self) -> str:
        """The store, the day with its weekday, the part of the day."""
        stores = self._table("stores").set_index("store_id")["name"]
        day = as_day(self.date)
        return _("{store}, {date} ({weekday}), {part}").format(
            store=stores[self.store_id],
            date=day.isoformat(),
            weekday=label("weekday", day.isoweekday()),
            part=label("shift_part", self.part),
        )


def _totals(lines: Any) -> dict[str, Any]:
    total = kpi.sales_summary(lines).iloc[0]
    return {
        "revenue": cents(total["revenue"]),
        "orders": int(total["orders"]),
        "units": int(total["units"]),
        "aov": divide(total["revenue"], total["orders"]),
        "upt": divide(total["units"], total["orders"]),
    }


def beside_last_week(shift: Shift) -> dict[str, tuple[float, float]]:
    """Revenue of a shift and of the same day last week, with all receipts and without the largest
    of each day: ``{"all": (now, then), "without_largest": (now, then)}``, in yuan."""
    both = [
        one.without_largest().set_index("receipts")["revenue"]
        for one in (shift, shift.earlier()["last_week"])
    ]
    return {name: (both[0][name], both[1][name]) for name in both[0].index}  # fmt: skip


def cause_of(revenue: float, orders: float, aov: float) -> str | None:
    """Which of two changes moved revenue; all three as fractions.

    Revenue is orders times AOV, so the cause moved the way revenue moved. Where both did, it is
    the one that moved more. Less than two points apart, or revenue moved by less than two per
    cent, is not clear.

    >>> cause_of(0.10, 0.25, -0.12), cause_of(-0.19, -0.10, -0.11)
    ('orders', None)
    """
    same_way = {name: abs(c) for name, c in (("orders", orders), ("aov", aov)) if c * revenue > 0}
    if not same_way or not abs(revenue) >= 0.02:
        return None
    if len(same_way) == 2 and abs(same_way["orders"] - same_way["aov"]) < 0.02:
        return None
    return max(same_way, key=same_way.__getitem__)
