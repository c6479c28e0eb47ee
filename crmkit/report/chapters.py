"""What a report reckons: a step is one line of crmkit, shown as a table, a chart or a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.report import of_discounts, of_goods, of_members, of_places, of_time, of_totals
from crmkit.report.ledger import Opened

WEEKS = 13
"""So far ahead it is told what members will buy, and so many weeks are held back to see how well."""

DAYS = 62
"""A file of so many days or fewer is told by the day."""


@dataclass(frozen=True)
class Step:
    """One line of crmkit: kept under its name, drawn, put into a sentence.

    - `code`: reckons it, from `sales` and what earlier steps are called; `chart` draws it
    - `needs`: columns of the sales without which it cannot be; `tables`: other tables it takes
    - `rows`: how many rows of its table are shown (0: none)
    - `says`: what it means, from the results so far; nothing where there is nothing to say
    - `members`: its rows are single members: they are in no report and in no output of a notebook
    - `figures`: its table is seen beside its chart, and printed
    - `unless`: why it cannot be, for another reason than a missing column
    """

    name: str
    title: str
    code: str
    chart: str = ""
    needs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    rows: int = 12
    says: Callable[[Mapping[str, Any]], str] | None = None
    members: bool = False
    figures: bool = False
    unless: str = ""


def chapters(opened: Opened) -> dict[str, list[Step]]:
    """The steps of a report on this file, by the heading they stand under."""
    days = (opened.until - opened.since).days + 1
    year = days > 400
    member, goods, pieces = ("member_id", "sale_id"), ("product_id",), ("quantity",)
    given = ("discount",)
    no_discount = "" if opened.discounted else _("No line in the file has a discount.")
    short = _("The file holds {n} days; this needs {wanted} at least.")
    too_short = {
        n: short.format(n=days, wanted=n) if days < n else ""
        for n in (21, 28, 60, 90, 180, 2 * 7 * WEEKS + 1)
    }
    no_hours = "" if opened.timed else _("The times have no hour, only the day.")
    change = "yoy" if year else "pop"
    against = _("Change on the month and on the year before") if year else _("Change on the month before")  # fmt: skip
    cohort = "quarter" if year else "month"
    one = _("There is only one in the file.")
    alone = {name: one if n == 1 else "" for name, n in opened.places.items()}
    no_pieces = "" if opened.counted else _("The file does not say how many pieces a line is.")
    by_day = Step(
        "by_day",
        _("Revenue by day"),
        'ck.kpi.sales_summary(sales, by="day")',
        "ck.plot.sales_summary(by_day)",
        rows=DAYS,
        says=of_time.days,
    )
    by_week = Step(
        "by_week", _("Revenue by week"), 'ck.kpi.sales_summary(report.whole(sales, "week"), by="week")',
        "ck.plot.sales_summary(by_week)", rows=60, says=of_time.weeks, unless=too_short[21],
    )  # fmt: skip
    stock = ("stock_daily",)
    priced = ("stock_daily", "products")
    return {
        _("Key figures"): [
            Step("summary", _("The totals"), "ck.kpi.sales_summary(sales)", rows=1),
            Step("receipts", _("Receipts and orders"), "report.receipts(sales)", rows=1, needs=("sale_id",), says=of_totals.receipts),
            Step("member_share", _("What members bring"), "ck.kpi.member_share(sales)", needs=("member_id",), rows=0, says=of_totals.rate),
            Step("repeat", _("How many members buy again"), "ck.kpi.repeat_purchase_rate(sales)", needs=member, rows=0, says=of_members.repeat),
        ],
        _("Over time"): [
            Step("by_month", _("Revenue by month"), 'ck.kpi.sales_summary(report.whole(sales), by="month")', "ck.plot.sales_summary(by_month)", rows=36, says=of_time.by_month, unless=too_short[60]),
            *([by_day] if days <= DAYS else []),
            *([by_week] if opened.plain or not year else []),
            Step("growth", against, "ck.kpi.growth(report.whole(sales))", f'ck.plot.growth(growth, "{change}")', rows=36, says=of_time.growth, unless=too_short[60]),
            *([] if year else [Step("growth_in_a_year", _("Change on the year before"), "", unless=_("No month in the file can be compared with the year before."))]),
            Step("by_weekday", _("By day of the week"), "report.weekdays(sales)", 'ck.plot.sales_summary(by_weekday, "daily_revenue")', rows=7, says=of_time.weekday, unless=too_short[21]),
            Step("by_hour", _("By hour"), 'ck.kpi.sales_summary(sales, by="hour")', 'ck.plot.sales_summary(by_hour, "orders")', needs=("sale_id",), rows=0, says=of_time.hours, unless=no_hours),
            Step("stretches", _("Days on which far more was bought than around them"), "report.stretches(sales)", needs=("sale_id",), rows=4, says=of_time.stretches, unless=too_short[60]),
        ],
        _("Stores and channels"): [
            Step("by_store", _("Store by store"), 'report.best_first(ck.kpi.sales_summary(sales, by="store_id"))', "ck.plot.sales_summary(by_store, names=names)", needs=("store_id",), rows=20, says=of_places.stores, unless=alone.get("store_id", ""), figures=True),
            Step("store_months", _("Each store by month"), 'ck.kpi.sales_summary(report.whole(sales), by=["month", "store_id"])', "ck.plot.sales_summary(store_months)", needs=("store_id",), rows=0, unless=alone.get("store_id", "") or too_short[60]),
            Step("store_breaks", _("Stores at another level since a certain month"), 'report.breaks(sales, "store_id")', needs=("store_id",), rows=20, says=of_places.breaks, unless=alone.get("store_id", "") or too_short[180]),
            Step("store_trend", _("Which stores are up, which are down"), 'report.trend(sales, "store_id")', needs=("store_id",), rows=20, says=of_places.store_trend, unless=alone.get("store_id", "") or too_short[60]),
            Step("by_channel", _("By channel"), 'report.best_first(ck.kpi.sales_summary(sales, by="channel"))', "ck.plot.sales_summary(by_channel)", needs=("channel",), rows=10, says=of_places.channels, unless=alone.get("channel", "")),
        ],
        _("Goods"): [
            Step("by_category", _("By category"), 'report.best_first(ck.kpi.sales_summary(sales, by="category", products=products))', "ck.plot.sales_summary(by_category)", tables=("products",), needs=goods, rows=15, says=of_places.categories),
            Step("category_trend", _("Which categories are up, which are down"), 'report.trend(sales, "category", products)', tables=("products",), needs=goods, rows=20, says=of_places.category_trend, unless=too_short[60]),
            Step("category_breaks", _("Categories at another level since a certain month"), 'report.breaks(sales, "category", products)', tables=("products",), needs=goods, rows=20, says=of_places.breaks, unless=too_short[180]),
            Step("abc", _("The products that carry the business"), "ck.stock.abc(sales)", "ck.plot.abc(abc, names=names)", needs=goods, rows=15, says=of_goods.abc, figures=True),
            Step("returns", _("What comes back"), "report.returned(sales)", needs=(*goods, *pieces), rows=10, says=of_goods.returns, unless=no_pieces),
        ],
        _("Discounts"): [
            Step("discounts", _("What they came to"), "report.discounts(sales)", needs=given, rows=1, says=of_discounts.in_all, unless=no_discount),
            Step("discount_months", _("Discounts by month"), 'report.discounts(report.whole(sales), "month")', 'ck.plot.bars(discount_months, "month", "discount_share")', needs=given, rows=36, says=of_discounts.by_month, unless=no_discount or too_short[60]),
            Step("discount_stores", _("Discounts by store"), 'report.discounts(sales, "store_id")', needs=(*given, "store_id"), rows=20, says=of_discounts.by_store, unless=no_discount or alone.get("store_id", "")),
            Step("discount_categories", _("Discounts by category"), 'report.discounts(sales, "category", products)', tables=("products",), needs=(*given, *goods), rows=20, says=of_discounts.by_category, unless=no_discount),
        ] if "discount" in opened.columns else [],
        _("Groups of members"): [
            Step("rfm", _("How recently, how often, how much"), "ck.segment.rfm_groups(ck.segment.rfm(sales, ties='together'), bins=5)", "ck.plot.rfm_groups(rfm)", needs=member, rows=0, says=of_members.rfm, members=True, unless=too_short[60]),
            Step("groups", _("The eight customer groups"), "ck.segment.segment_summary(rfm)", needs=member, rows=8, says=of_members.groups, unless=too_short[60]),
            Step("times", _("How often members bought"), "ck.customers.purchases_per_member(sales)", "ck.plot.purchases_per_member(times)", needs=("member_id",), rows=0, says=of_members.times),
            Step("between", _("How soon they come again"), "ck.customers.days_between(sales)", "ck.plot.days_between(between)", needs=("member_id",), rows=0, says=of_members.between, unless=too_short[60]),
            Step("movement", _("Who came, who left"), "ck.customers.movement(report.whole(sales))", "ck.plot.movement(movement, open_start=True, lapse=3)", needs=("member_id",), rows=0, says=of_members.movement, unless=too_short[90]),
            Step("last_seen", _("When members were last seen"), "report.last_seen(sales)", needs=("member_id",), rows=36, says=of_members.last_seen, unless=too_short[180]),
            Step("known", _("What members bought: no returns, nothing given away"), "report.purchases(sales)", needs=member, rows=1, says=of_members.known),
        ],
        _("Cohorts: who comes back"): [
            Step("cohorts", _("By the time of the first purchase"), f'ck.kpi.cohort_retention(report.whole(sales, "{cohort}", begin=False), period="{cohort}")', "ck.plot.cohort_retention(cohorts, open_start=True)", needs=member, rows=0, says=of_members.cohorts, unless=too_short[90]),
        ],
        _("What members will bring"): [
            Step("held_back", _("First a trial: how well a forecast would have done on the last {n} weeks").format(n=WEEKS), f"ck.customers.holdout(sales, weeks={WEEKS})", needs=("member_id",), rows=0, says=of_members.held_back, unless=too_short[2 * 7 * WEEKS + 1]),
            Step("worth", _("What members are likely to buy in the next 13 weeks"), f"ck.customers.lifetime_value(sales, weeks={WEEKS})", "ck.plot.lifetime_value(worth)", needs=("member_id",), rows=0, says=of_members.worth, members=True, unless=too_short[90]),
        ],
        _("Baskets: what goes together"): [
            Step("pairs", _("Pairs that are bought together"), "report.pairs(sales)", needs=("sale_id", *goods), rows=10, says=of_goods.pairs),
        ],
        _("Stock"): [
            Step("stockouts", _("Stock-out rate"), "ck.stock.stockout_rate(stock_daily)", tables=stock, rows=0, says=of_totals.rate),
            Step("moving", _("Moving rate"), "ck.stock.moving_rate(stock_daily)", tables=stock, rows=0, says=of_totals.rate),
            Step("turnover", _("Stock turn"), "ck.stock.turnover(sales, stock_daily, products)", tables=priced, needs=goods, rows=1),
            Step("structure", _("What to reorder, reduce and clear"), "ck.stock.suggest_structure(sales, stock_daily, products)", "ck.plot.suggest_structure(structure)", tables=priced, needs=goods, rows=15, says=of_goods.structure),
        ],
    }  # fmt: skip
