"""Retention: who comes back, cohort by cohort, what a member brings, and what goes before leaving."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.kpi import retention_rate
from crmkit.lessons.analyst.trying import STORES, bought, forgets, store_by_store, table
from crmkit.lessons.view import share, table_of
from crmkit.screen import Screen

WINTER, NEXT_WINTER = ("2023-12-01", "2024-02-29"), ("2024-12-01", "2025-02-28")
"""Two winters: the same months, so that the season is no difference."""

DAY, DAYS = "2024-12-31", 90
"""The day from which the lesson looks for those who leave, and how many days it looks."""


def visits() -> Any:
    """The ten lines of the lesson: four members, a return, a walk-in, three months."""
    return table(
        "sale_id sold_at member_id quantity amount",
        ("A1", "2025-01-05", "M1", 1, 100.0),
        ("A2", "2025-02-10", "M1", 1, 50.0),
        ("A3", "2025-03-12", "M1", 2, 80.0),
        ("B1", "2025-01-20", "M2", 1, 30.0),
        ("B1", "2025-01-20", "M2", 1, 20.0),
        ("C1", "2025-02-03", "M3", 1, 60.0),
        ("C2", "2025-03-09", "M3", 1, 40.0),
        ("D1", "2025-02-14", "M4", 1, 90.0),
        ("D2", "2025-03-16", "M4", -1, -90.0),
        ("E1", "2025-02-15", None, 1, 25.0),
    )


# --- each function of the lesson and the exercise; `but` names what is forgotten ---------------------


def _within(lines: Any, first: Any, last: Any, but: str = "") -> Any:
    import pandas as pd

    end = pd.Timestamp(last) + pd.Timedelta(days=0 if but == "last_day" else 1)
    return lines[(lines["sold_at"] >= pd.Timestamp(first)) & (lines["sold_at"] < end)]


def repeat_rate(sales: Any, since: str, until: str, but: str = "") -> float:
    """Of those who bought in the window, the share with two orders or more."""
    by = bought(_within(sales, since, until, but), but).groupby("member_id")["sale_id"]
    orders = by.size() if but == "lines" else by.nunique()
    if but == "days":
        there = bought(_within(sales, since, until))
        orders = there["sold_at"].dt.normalize().groupby(there["member_id"]).nunique()
    return float((orders > 2 if but == "more" else orders >= 2).mean())


def retention(sales: Any, earlier: tuple[str, str], later: tuple[str, str], but: str = "") -> float:
    """Of those who bought in the earlier time, the share who bought in the later."""
    before = set(bought(_within(sales, *earlier, but), but)["member_id"])
    after = set(bought(_within(sales, *later, but), but)["member_id"])
    return len(before & after) / len({"later": after, "both": before | after}.get(but, before))


def _months(sales: Any) -> Any:
    kept = bought(sales)
    month = kept["sold_at"].dt.year * 12 + kept["sold_at"].dt.month
    return kept.assign(month=month, first=month.groupby(kept["member_id"]).transform("min"))


def cohorts(sales: Any, but: str = "") -> Any:
    """One row per cohort and month that has been: members, and how many of them bought."""
    import pandas as pd

    lines = _months(sales)
    last = lines["month"].max()
    rows = []
    for first, cohort in lines.groupby("first"):
        members = cohort["member_id"].nunique()
        until = last - (lines["first"].min() if but == "future" else first)
        for since in range(1 if but == "month_0" else 0, until + 1):
            there = cohort[cohort["month"] == first + since]
            active = len(there) if but == "lines" else there["member_id"].nunique()
            if but == "no_zero" and not active:
                continue
            if but == "still":
                active = cohort.loc[cohort["month"] >= first + since, "member_id"].nunique()
            name = f"{(first - 1) // 12}-{(first - 1) % 12 + 1:02}"
            rows.append((name, since, members, active))
    return pd.DataFrame(rows, columns=["cohort", "months_since", "members", "active"])


def value_after(sales: Any, months: int, but: str = "") -> Any:
    """What a member of each cohort brought on average in the first months, returns taken off."""
    lines = _months(sales)
    start = lines.groupby("member_id")["first"].first()
    money = sales[sales["member_id"].isin(start.index)]
    if but == "returns":
        money = money[money["quantity"] > 0]
    month = money["sold_at"].dt.year * 12 + money["sold_at"].dt.month
    first = money["member_id"].map(start)
    early = money[month - first < (10**6 if but == "all" else months + (but == "one_more"))]
    if but != "future":
        early = early[first[early.index] + months - 1 <= lines["month"].max()]
    by = early.assign(first=first[early.index]).groupby("first")
    people = by["sale_id" if but == "orders" else "member_id"].nunique()
    found = (by["amount"].sum() / people).round(2).rename("value").reset_index()
    found["cohort"] = [f"{(m - 1) // 12}-{(m - 1) % 12 + 1:02}" for m in found["first"]]
    return found[["cohort", "value"]]


def left_by_sign(members: Any, but: str = "") -> Any:
    """Of members with and without a return: how many left, all together and band by band."""
    keys = ["had_return"] if but == "pooled" else ["band", "had_return"]
    by = members.groupby(keys)["left"]
    found = by.agg(members="size", left_rate="mean").reset_index()
    if but == "stayed":
        found["left_rate"] = 1 - found["left_rate"]
    if but == "of_all":
        found["left_rate"] = by.sum().to_numpy() / len(members)
    if but == "of_left":
        found["left_rate"] = by.sum().to_numpy() / members["left"].sum()
    return found


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "repeat_rate": forgets(
        repeat_rate,
        walk_ins="walk_ins_counted",
        returns="returns_counted_as_orders",
        lines="lines_for_orders",
        more="greater_for_at_least",
        days=("这是数来过几天：同一天两张小票是两单，要数不同的单号。", "That counts days: two receipts on one day are two orders. Count different receipts."),
        last_day="last_day_missing",
    ),
    "retention": forgets(
        retention,
        walk_ins="walk_ins_counted",
        returns=("来退货也被当成回来买了。", "A return was taken for coming back to buy."),
        later=("分母要用前一段买过的人。", "Divide by those who bought in the earlier time."),
        both=("分母把后来才来的新客也算进去了。", "New customers of the later time were put into the denominator."),
        last_day="last_day_missing",
    ),
    "cohorts": forgets(
        cohorts,
        future=("还没到的月份不是 0：不要列出来。", "Months that have not come yet are not 0: leave them out."),
        no_zero=("那个月一个人也没来，也要有一行，写 0。", "A month in which nobody came needs its row, with a 0."),
        lines=("数的是人，不是行：用 nunique。", "Count people, not lines: nunique."),
        still=("只数那个月买过的人，不是那个月以后还会来的人。", "Count who bought in that month, not who still came in it or later."),
        month_0=("第 0 个月（首购当月）也要有一行。", "Month 0, that of the first purchase, needs its row, too."),
    ),
    "value_after": forgets(
        value_after,
        returns="returns_dropped",
        all=("只算头几个月，不是到今天为止。", "Only the first months count, not all until today."),
        one_more=("多算了一个月：首购当月就是第一个月。", "One month too many: the month of the first purchase is the first."),
        future=("月份还没过满的那几批人，不能列进来比。", "Cohorts that have not had all those months yet must stay out."),
        orders=("除以的是人数，不是单数。", "Divide by people, not by orders."),
    ),
    "left_by_sign": forgets(
        left_by_sign,
        pooled=("要一档一档地比：先按 band，再按 had_return。", "Compare band by band: group by band, then had_return."),
        stayed=("这是留下的比例，问的是流失的。", "That is the share who stayed; those who left are asked for."),
        of_all="wrong_denominator",
        of_left=("分母是这一组的人数，不是全部流失的人数。", "Divide by the members of the group, not by all who left."),
    ),
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    lines = visits()
    first_quarter = ("2025-01-01", "2025-03-31")
    january, february, march = (("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28"), ("2025-03-01", "2025-03-31"))  # fmt: skip
    ends = table(
        "sale_id sold_at member_id quantity amount",
        ("F1", "2025-04-01 10:00", "M7", 1, 10.0), ("F2", "2025-04-30 20:15", "M7", 1, 12.0),
        ("F3", "2025-04-03 09:00", "M8", 1, 30.0), ("F4", "2025-05-31 19:30", "M8", 1, 30.0),
        ("F5", "2025-05-02 09:00", "M9", 1, 8.0), ("F6", "2025-07-02 09:00", "M9", 1, 8.0),
        ("F7", "2025-07-10 15:20", "M7", 1, 20.0),
    )  # fmt: skip
    twice = table(
        "sale_id sold_at member_id quantity amount",
        ("G1", "2025-04-05 10:00", "M1", 1, 9.0), ("G2", "2025-04-05 17:40", "M1", 1, 6.0),
        ("G3", "2025-04-06 11:00", "M2", 1, 4.0),
    )  # fmt: skip
    asked = table(
        "member_id band had_return left",
        *[("a", "1", False, True), ("b", "1", False, False), ("c", "1", True, True)],
        *[("d", "2", False, False), ("e", "2", True, False), ("f", "2", True, False), ("g", "2", True, True)],
    )  # fmt: skip
    more = asked[asked["band"] == "2"].assign(left=[True, False, True, True])
    known: dict[str, tuple[list, list, dict]] = {
        "repeat_rate": ([0.5, 2 / 3, 0.5, 0.5], [(lines, *first_quarter), (lines, "2025-02-01", "2025-03-31"), (ends, "2025-04-01", "2025-04-30"), (twice, "2025-04-01", "2025-04-30")], {}),
        "retention": ([2 / 3, 0.5, 0.5], [(lines, february, march), (lines, january, february), (ends, ("2025-04-01", "2025-04-30"), ("2025-05-01", "2025-05-31"))], {}),
        "cohorts": (
            [
                table("cohort months_since members active", ("2025-01", 0, 2, 2), ("2025-01", 1, 2, 1), ("2025-01", 2, 2, 1), ("2025-02", 0, 2, 2), ("2025-02", 1, 2, 1)),
                table("cohort months_since members active", ("2025-04", 0, 2, 2), ("2025-04", 1, 2, 1), ("2025-04", 2, 2, 0), ("2025-04", 3, 2, 1), ("2025-05", 0, 1, 1), ("2025-05", 1, 1, 0), ("2025-05", 2, 1, 1)),
            ],
            [(lines,), (ends,)],
            {"key": ["cohort", "months_since"]},
        ),
        "value_after": (
            [table("cohort value", ("2025-04", 41.0), ("2025-05", 8.0)), table("cohort value", ("2025-01", 100.0), ("2025-02", 50.0)), table("cohort value", ("2025-01", 140.0))],
            [(ends, 2), (lines, 2), (lines, 3)],
            {"key": ["cohort"], "within": 0.005},
        ),
        "left_by_sign": (
            [
                table("band had_return members left_rate", ("1", False, 2, 0.5), ("1", True, 1, 1.0), ("2", False, 1, 0.0), ("2", True, 3, 1 / 3)),
                table("band had_return members left_rate", ("2", False, 1, 1.0), ("2", True, 3, 2 / 3)),
            ],
            [(asked,), (more,)],
            {"key": ["band", "had_return"]},
        ),
    }  # fmt: skip
    expected, inputs, options = known[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **options}


def before_leaving(sales: Any, day: str = DAY, days: int = DAYS) -> Any:
    """Members who bought in the days before `day`: orders, a return, and whether they left.

    One row per member_id: orders, band (1, 2–3, 4 and more orders), had_return, left (bought
    nothing in as many days after).
    """
    import pandas as pd

    at, span = pd.Timestamp(day), pd.Timedelta(days=days)
    known = sales.dropna(subset="member_id")
    before = _within(known, at - span + pd.Timedelta(days=1), at)
    after = bought(_within(known, at + pd.Timedelta(days=1), at + span))
    orders = bought(before).groupby("member_id")["sale_id"].nunique()
    found = orders.rename("orders").reset_index()
    found["band"] = pd.cut(found["orders"], [0, 1, 3, 10**6], labels=["1", "2–3", "4+"]).astype(str)
    brought_back = before.loc[before["quantity"] < 0, "member_id"]
    return found.assign(
        had_return=found["member_id"].isin(brought_back),
        left=~found["member_id"].isin(after["member_id"]),
    )


def beside(retention: Callable, sales: Any) -> Screen:
    """What a learner's own function gives for every store, side by side."""
    return store_by_store(
        _("Bought in the winter of 2023/24, and in the next"),
        _("Retention rate"),
        lambda store: retention(sales[sales["store_id"] == store], WINTER, NEXT_WINTER),
        share,
    )


@cache
def forecasts() -> Any:
    """What each store's members were expected to bring in 17 weeks from March 2025, and what came."""
    import pandas as pd

    from crmkit.customers import lifetime_value

    sales, rows = table_of("sales", {}), []
    at = sales["sold_at"]
    later = sales[(at >= "2025-03-01") & (at < "2025-06-28")]
    for store in STORES:
        told = lifetime_value(sales[sales["store_id"] == store], weeks=17, as_of="2025-02-28")
        there = later[
            later["member_id"].isin(told.members["member_id"]) & (later["store_id"] == store)
        ]
        came = float(there["amount"].sum())
        rows.append((store, told.total, told.low, told.high, came, told.low <= came <= told.high))
    columns = ["store_id", "expected_revenue", "low", "high", "revenue", "inside"]
    return pd.DataFrame(rows, columns=columns)


@cache
def winters() -> dict[str, float]:
    """Each store's retention from winter to winter, coming back to that store."""
    sales = table_of("sales", {})
    return {s: retention_rate(sales[sales["store_id"] == s], WINTER, NEXT_WINTER).value for s in STORES}  # fmt: skip
