"""What a report needs and no other answer of crmkit gives: a few small tables, and whole months."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
from scipy.stats import binom, kruskal, poisson

from crmkit import kpi, recommend, tables
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _

BASKETS = 1_000_000
"""With more lines than this the baskets are those of the last 90 days."""
BY_CHANCE = 0.01
"""How often one pair at least would be told although all stand together by chance."""
CLOSED = 3
"""So many days without a sale at either end of a file, and its month is whole all the same."""


def whole_days(
    first: date, last: date, period: str = "month", closed: Collection[int] = ()
) -> tuple[date, date]:
    """The first and the last day of the weeks, months or quarters that lie wholly between two days;
    the two days themselves where none does. `closed`: the days of the week (1 to 7) on which the
    shop never sells, without which a week is whole all the same.

    >>> whole_days(date(2010, 12, 1), date(2011, 12, 9))[1]
    datetime.date(2011, 11, 30)
    >>> whole_days(date(2025, 1, 1), date(2025, 1, 20), "week")
    (datetime.date(2025, 1, 6), datetime.date(2025, 1, 19))
    """
    if period == "week":
        while (first - timedelta(days=1)).isoweekday() in closed:
            first -= timedelta(days=1)
        while (last + timedelta(days=1)).isoweekday() in closed:
            last += timedelta(days=1)
        start = first + timedelta(days=-first.weekday() % 7)
        end = last + timedelta(days=1)
        end -= timedelta(days=end.weekday() + 1)
        return (start, end) if start < end else (first, last)
    months = {"month": 1, "quarter": 3}[period]
    start = _begins(first - timedelta(days=CLOSED), months, after=1)
    end = _begins(last + timedelta(days=CLOSED + 1), months, after=0) - timedelta(days=1)
    return (start, end) if start < end else (first, last)


def _begins(day: date, months: int, after: int) -> date:
    """When the period of a day begins, or the one after it."""
    number = (day.year * 12 + day.month - 1) // months + after
    return date(number * months // 12, number * months % 12 + 1, 1)


def whole(sales: Any, period: str = "month", begin: bool = True) -> Any:
    """The lines of whole weeks, months or quarters: half a month looks like a fall.

    `begin`: False keeps the first lines, too: who bought then is no new customer afterwards.
    """
    frame = tables.open_frame(sales)
    first, last = _days(frame)
    closed: set[int] = set()
    if period == "week":
        open_on = frame.select(day=nw.col("sold_at").dt.weekday()).unique()
        closed = set(range(1, 8)) - {one for (one,) in tables.collect(open_on).rows()}
    start, end = whole_days(first, last, period, closed)
    return tables.give_back(tables.between(frame, "sold_at", start if begin else first, end), sales)


def days_in(month: str) -> int:
    """How many days a month has, of 2025-02: the sum of a longer one is more for that alone."""
    year, number = map(int, month.split("-"))
    return monthrange(year, number)[1]


def last_of(month: str) -> date:
    """The last day of a month.

    >>> last_of("2024-02")
    datetime.date(2024, 2, 29)
    """
    return date.fromisoformat(f"{month}-{days_in(month):02}")


def in_months(sales: Any, first: str, last: str) -> nw.LazyFrame:
    """The lines from the beginning of one month to the end of another."""
    return tables.between(tables.open_frame(sales), "sold_at", f"{first}-01", last_of(last))


def month_before(month: str, months: int = 1) -> str:
    """The month before, or so many months before one.

    >>> month_before("2025-01"), month_before("2025-03", 12)
    ('2024-12', '2024-03')
    """
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{number // 12}-{number % 12 + 1:02}"


def _days(frame: Any) -> tuple[date, date]:
    """The first day and the last of a file."""
    first, last = tables.first_and_last_day(frame, "sold_at")
    if first is None or last is None:
        raise CrmkitError(_("No line says when it was sold; a report needs the days."))
    return first, last


def compared(months: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which of a file's months are held against which: the last three against the same of the year
    before where the file has them, else against the three before; half of what there is, of less.

    >>> compared(["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"])
    (['2025-02', '2025-03'], ['2025-04', '2025-05'])
    """
    there, n = sorted(months), min(3, len(months) // 2)
    late = there[len(there) - n :]
    year_ago = [month_before(one, 12) for one in late]
    return (
        year_ago if set(year_ago) <= set(there) else there[len(there) - 2 * n : len(there) - n],
        late,
    )


def trend(sales: Any, by: str, products: Any = None) -> Any:
    """Per store or category its revenue in the last whole months and in those they are `compared`
    with, and the change of it, of its orders and of what an order brings. The one that fell most
    comes first. Orders of a category are those that hold something of it.
    """
    table = tables.collect(
        tables.open_frame(kpi.sales_summary(whole(sales), by=["month", by], products=products))
    )
    there = sorted({one for one in table["month"].to_list() if one is not None})
    early, late = compared(there)
    if not early:
        return table.select(by).head(0).to_native()  # a month alone is held against none
    then, now = (f"revenue_{some[0]}_{some[-1]}" for some in (early, late))
    rows = table.filter(~nw.col(by).is_null()).select(
        by,
        **{then: nw.when(nw.col("month").is_in(early)).then(nw.col("revenue"))},
        **{now: nw.when(nw.col("month").is_in(late)).then(nw.col("revenue"))},
        _then=nw.when(nw.col("month").is_in(early)).then(nw.col("orders")),
        _now=nw.when(nw.col("month").is_in(late)).then(nw.col("orders")),
    )
    found = rows.group_by(by).agg(nw.col(then, now, "_then", "_now").sum())
    found = found.filter(nw.col(then) > 0, nw.col("_then") > 0).with_columns(
        nw.col(then, now).round(2),
        change_rate=nw.col(now) / nw.col(then) - 1,
        orders_rate=nw.col("_now") / nw.col("_then") - 1,
        each_rate=nw.when(nw.col("_now") > 0).then(
            nw.col(now) / nw.col(then) * nw.col("_then") / nw.col("_now") - 1
        ),
    )
    if not tells_orders(sales):
        found = found.with_columns(orders_rate=nw.lit(None, nw.Float64), each_rate=nw.lit(None, nw.Float64))  # fmt: skip
    return found.drop("_then", "_now").sort("change_rate", by).to_native()


def tells_orders(sales: Any) -> bool:
    """Whether the lines say which of them are one purchase: else all have one and the same number."""
    some = tables.open_frame(sales).select(n=nw.col("sale_id").n_unique())
    return bool(tables.collect(some).rows()[0][0] > 1)


def weekdays(sales: Any) -> Any:
    """What a day of the week brings on average: orders and revenue, by the days from the first to the
    last of the file. A file holds five Mondays and four Tuesdays; their sums do not compare.
    """
    frame = tables.open_frame(sales)
    first, last = _days(frame)
    span = range((last - first).days + 1)
    counts = Counter((first + timedelta(n)).isoweekday() for n in span)
    table = tables.collect(tables.open_frame(kpi.sales_summary(sales, by="weekday")))
    table = table.filter(nw.col("weekday").is_in(list(counts))).to_pandas()
    days = table["weekday"].map(counts).astype("int64")
    daily = {f"daily_{one}": table[one] / days for one in ("orders", "revenue")}
    return table[["weekday"]].assign(days=days, **daily)


def weekdays_by_chance(sales: Any) -> float:
    """How often chance alone makes the days of the week differ as much, by the revenue of each day:
    for a file that does not tell its orders (Kruskal and Wallis).
    """
    table = tables.collect(tables.open_frame(kpi.sales_summary(sales, by="day")))
    each: dict[int, list[float]] = {}
    for day, revenue in table.select("day", "revenue").rows():
        each.setdefault(day.isoweekday(), []).append(float(revenue))
    return (
        float(kruskal(*each.values()).pvalue) if len(each) > 1 and len(table) > len(each) else 1.0
    )


def best_first(summary: Any) -> Any:
    """The groups of a summary, the one with the highest revenue first, as in its chart."""
    frame = tables.open_frame(summary)
    keys = list(frame.collect_schema().names())[:1]
    found = tables.collect(frame.sort("revenue", *keys, descending=[True, *[False] * len(keys)]))
    return found.to_native()


def receipts(sales: Any) -> Any:
    """Receipts, orders among them, and receipts that hold returns only: a frame of one row."""
    bought = nw.when(nw.col("quantity") > 0).then(nw.lit(1)).otherwise(nw.lit(0))
    lines = nw.from_native(sales).lazy().filter(~nw.col("sale_id").is_null())
    each = lines.select("sale_id", orders=bought).group_by("sale_id").agg(nw.col("orders").max())
    found = tables.collect(each.select(nw.col("orders").sum(), receipts=nw.len()))
    left = found.with_columns(only_returns=nw.col("receipts") - nw.col("orders"))
    return left.select("receipts", "orders", "only_returns").to_native()


def purchases(sales: Any) -> Any:
    """Lines, members, orders and revenue of what members bought at a price: a frame of one row."""
    lines = nw.from_native(sales).lazy().filter(
        ~nw.col("member_id").is_null(), nw.col("quantity") > 0, nw.col("amount") > 0
    )  # fmt: skip
    found = lines.select(
        lines=nw.len(),
        members=nw.col("member_id").n_unique(),
        orders=nw.col("sale_id").n_unique(),
        revenue=nw.col("amount").sum(),
    )
    return tables.collect(found.with_columns(nw.col("revenue").round(3))).to_native()


def returned(sales: Any, at_least: int = 30, lines: int = 5) -> Any:
    """Products that came back, by the money given back.

    Pieces that were sold and that came back for money, and the share; goods written off at no price
    did not come back. `unusual`, of those sold and returned often enough: more of its lines come back
    than of all, by more than the worst of so many products would show by chance.
    """
    pieces, money = nw.col("quantity"), nw.col("amount")
    back = (pieces < 0) & (money < 0)
    found = (
        nw.from_native(sales)
        .lazy()
        .filter(~nw.col("product_id").is_null())
        .with_columns(
            sold=nw.when(pieces > 0).then(pieces),
            returned=nw.when(back).then(-pieces),
            refunded=nw.when(back).then(-money),
            _lines=nw.when(back).then(nw.lit(1)),
            _bought=nw.when(pieces > 0).then(nw.lit(1)),
        )
        .group_by("product_id")
        .agg(nw.col("sold", "returned", "refunded", "_lines", "_bought").sum())
        .with_columns(return_rate=nw.when(nw.col("returned") <= nw.col("sold")).then(nw.col("returned") / nw.col("sold")), refunded=nw.col("refunded").round(2))
    )  # fmt: skip
    every = tables.collect(found)
    bought, back_lines = (int(every[one].fill_null(0).sum()) for one in ("_bought", "_lines"))
    table = every.filter(nw.col("_lines") > 0).with_columns(nw.col("sold").fill_null(0))
    by_chance = binom.sf(
        table["_lines"].to_numpy() - 1,
        table["_bought"].fill_null(0).to_numpy(),
        min(1, back_lines / max(1, bought)),
    )
    often = (table["sold"].to_numpy() >= at_least) & (table["_lines"].to_numpy() >= lines)
    unusual = (often & (by_chance < BY_CHANCE / max(1, len(every)))).tolist()
    unusual = nw.new_series("unusual", unusual, nw.Boolean, backend=table.implementation)
    table = table.with_columns(unusual).drop("_lines", "_bought")
    return table.sort("refunded", "product_id", descending=[True, False]).to_native()


def pairs(sales: Any) -> Any:
    """Two products that stand in one order more often than by chance, the most frequent first."""
    frame = nw.from_native(sales).lazy()
    if tables.collect(frame.select(nw.len())).rows()[0][0] > BASKETS:
        frame = tables.between(frame, "sold_at", _days(frame)[1] - timedelta(days=90))
    lines = tables.collect(frame.select("sale_id", "product_id", "quantity")).to_pandas()
    lines = lines.dropna()
    found = recommend.also_bought(lines, k=5, min_orders=20)
    # of all pairs there could be, some stand together by chance: those few are asked for more
    products = lines["product_id"].nunique()
    rare = BY_CHANCE / max(1, products * (products - 1) / 2)
    by_chance = poisson.sf(found["orders_both"] - 1, found["orders_both"] / found["lift"])
    found = found[by_chance < rare]
    once = found[found["product_id"].astype(str) < found["also_bought"].astype(str)]
    once = once.sort_values(["orders_both", "product_id"], ascending=[False, True])
    return once.drop(columns=["rank", "confidence"]).reset_index(drop=True)
