"""Watching sales: pace against a target, last year's path, alarms that mean something."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from crmkit import kpi
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.lessons.analyst.trying import STORES, forgets, store_by_store, table
from crmkit.lessons.view import table_of, yuan
from crmkit.screen import Screen

MORNING, TROUBLED = "2024-10-08", "S03"
"""The first working day after the October holiday, and the store that was in trouble."""
FESTIVAL = ("2025-01-01", "2025-02-28")
"""Spring Festival lay in February the year before and in January this year."""
FIRST_MONTH = "2024-03"
"""From here on there is a month of last year to go by."""
FAIR_TARGET, FAIR_DAYS = 1200.0, 3
"""The fair of ten days: its target, and how many of them are over."""
IN_A_ROW = (1, 2, 3, 5, 7)


def fair() -> Any:
    """A fair of ten days, last year and this year so far."""
    sold = [300.0, 200.0, 100.0, 50.0, 50.0, 50.0, 50.0, 50.0, 50.0, 100.0]
    now = [290.0, 190.0, 96.0, *[None] * 7]
    return table("day last_year this_year", *zip(range(1, 11), sold, now, strict=True))


# --- each function of the lesson and the exercise; `but` names what is forgotten ---------------------


def so_far(sales: Any, day: str, but: str = "") -> Any:
    """Every store's revenue of the running month, the day itself included."""
    import pandas as pd

    today = pd.Timestamp(day)
    first = today.replace(day=1)
    until = today + timedelta(days={"last_day": 0, "next_day": 2}.get(but, 1))
    if but == "month":
        until = first + pd.DateOffset(months=1)
    at = sales["sold_at"]
    there = sales[((at >= first) | (but == "ever")) & (at < until)]
    if but == "returns":
        there = there[there["amount"] > 0]
    return there.groupby("store_id")["amount"].sum().round(2).rename("revenue").reset_index()


def even_pace(reached: Any, targets: Any, day: str, but: str = "") -> Any:
    """Revenue ÷ what the target asks for by now, every day of the month alike."""
    import pandas as pd

    today = pd.Timestamp(day)
    wanted = targets if but == "staff" else targets[targets["staff_id"].isna()]
    if but != "months":
        wanted = wanted[wanted["month"] == f"{today:%Y-%m}"]
    target = wanted.groupby("store_id")["revenue"].sum().rename("target")
    found = reached.merge(target, on="store_id", how="inner" if but == "dropped" else "left")
    days = 30 if but == "thirty" and today.days_in_month != 30 else today.days_in_month
    over = (today.day - (but == "yesterday")) / days
    pace = found["revenue"] / (found["target"] * (1 if but == "whole" else over))
    return found[["store_id"]].assign(pace=1 / pace if but == "upside_down" else pace)


def due(sales: Any, day: str, but: str = "") -> Any:
    """The share of last year's month that every store had sold up to the same day."""
    import pandas as pd

    back = {"this_year": pd.DateOffset(0), "month": pd.DateOffset(months=1)}
    then = pd.Timestamp(day) - back.get(but, pd.DateOffset(years=1))
    first = then.replace(day=1)
    lines = sales[sales["amount"] > 0] if but == "returns" else sales
    at = lines["sold_at"]
    whole = lines[(at >= first) & (at < first + pd.DateOffset(months=1))]
    until = then + timedelta(days=0 if but == "last_day" else 1)
    early = whole[whole["sold_at"] < until].groupby("store_id")["amount"].sum()
    all_of_it = whole.groupby("store_id")["amount"].sum()
    found = early.reindex(all_of_it.index).fillna(0) / all_of_it
    if but == "together":
        found = found * 0 + early.sum() / all_of_it.sum()
    if but == "company":
        found = early.reindex(all_of_it.index).fillna(0) / all_of_it.sum()
    return found.rename("due_share").reset_index()


def status(pace: Any, but: str = "") -> Any:
    """far_behind below 0.85, behind below 0.95, ahead above 1.05, else on_track; no_target for nothing."""

    def named(value: float) -> str:
        if value != value:
            return "on_track" if but == "empty" else "no_target"
        if but == "order" and value < 0.95:
            return "behind"
        if value < 0.85 or (but == "at_most" and value == 0.85):
            return "far_behind"
        if value < 0.95 or (but == "at_most" and value == 0.95):
            return "behind"
        if but == "above_one" and value > 1:
            return "ahead"
        return "ahead" if value > 1.05 or (but == "at_least" and value == 1.05) else "on_track"

    return pace.map(named)


def first_alarm(paces: Any, limit: float, days: int, but: str = "") -> Any:
    """For every store that rings: the first day on which the pace is below `limit` for so many
    days in a row."""
    import pandas as pd

    rows, run = [], 0
    for store, mine in paces.groupby("store_id", sort=True):
        run = run if but == "over_stores" else 0
        for day, pace in zip(mine["day"], mine["pace"], strict=True):
            low = pace <= limit if but == "at_most" else pace < limit
            run = run + 1 if low else run if but == "in_all" else 0
            if run >= days + (but == "one_more") and low:
                rows.append((store, day - days + 1 if but == "first_red" else day))
                if but != "every":
                    break
    return pd.DataFrame(rows, columns=["store_id", "day"])


MISTAKES: dict[str, Mapping[Any, Callable]] = {
    "so_far": forgets(
        so_far,
        last_day="last_day_missing",
        next_day="one_day_too_many",
        returns="returns_dropped",
        ever=("从当月 1 日算起，以前的月份不算。", "Begin at the first of the month: earlier months do not count."),
        month=("算到当天为止，后面的日子那时还没有。", "Stop at that day: what came later was not known then."),
    ),
    "even_pace": forgets(
        even_pace,
        staff=("员工的目标也加进去了：门店的目标，staff_id 是空的。", "The targets of the staff are in it: a store's own has no staff_id."),
        months=("只要这个月的目标，别的月份不要。", "Only this month's target, not those of other months."),
        whole=("除以的是整月目标；到今天该有的，是目标 × 过了几天 ÷ 当月天数。", "That divides by the whole month's target; by now it is target × days gone ÷ days of the month."),
        thirty=("每个月天数不一样：days_in_month。", "Months differ in length: days_in_month."),
        yesterday=("今天也算过了一天。", "Today counts as a day gone, too."),
        upside_down="upside_down",
        dropped=("没有目标的门店也要留一行，进度是空的。", "A store without a target stays, with an empty pace."),
    ),
    "due": forgets(
        due,
        this_year=("要用去年同月：今年这个月还没过完，总数那时不知道。", "Take last year's month: this one was not over, its total not known."),
        month=("那是上个月；要去年的同一个月。", "That is the month before; the same month of last year is asked for."),
        together=("每家店用自己的去年，不是四家一起算。", "Every store by its own last year, not all of them together."),
        company=("除以的是各店自己的整月，不是全公司的。", "Divide by the store's own month, not by the whole chain's."),
        last_day="last_day_missing",
        returns="returns_dropped",
    ),
    "status": forgets(
        status,
        order=("先判断 0.85，再判断 0.95；反过来，就没有人“严重落后”了。", "Ask for 0.85 first, then for 0.95; the other way round nobody is far behind."),
        at_most=("正好 0.85、0.95 不算低于。", "Exactly 0.85 or 0.95 is not below."),
        at_least=("正好 1.05 还是“正常”，超过才是“超前”。", "Exactly 1.05 is still on track; above it is ahead."),
        above_one=("超过 1.05 才叫“超前”，不是超过 1。", "Ahead begins above 1.05, not above 1."),
        empty=("没有目标的，是 no_target。", "Without a target it is no_target."),
    ),
    "first_alarm": forgets(
        first_alarm,
        in_all=("要连着：中间有一天没落后，就从头数。", "In a row: one good day between, and the count begins again."),
        first_red=("报警的是连到第几天的那一天，不是开始落后的那一天。", "It rings on the last day of the run, not on the first."),
        over_stores=("换一家店，要从头数。", "The count begins again with the next store."),
        at_most=("正好等于 limit 不算低于。", "Exactly the limit is not below it."),
        every=("每家店只报第一次。", "A store rings once, at its first alarm."),
        one_more=("连着第 days 天就报，不用多等一天。", "It rings on day number `days` of the run, not one later."),
    ),
}  # fmt: skip
"""What each typical mistake would give, by function of the exercise and the lesson."""


def cases(function: str) -> dict[str, Any]:
    """What ``check.function(function, **cases(function))`` takes: the visible cases."""
    lines = table(
        "sold_at store_id amount",
        ("2024-02-28 20:00", "A", 40.0), ("2024-03-01 00:00", "A", 30.0), ("2024-03-02 19:00", "A", 50.0),
        ("2024-03-03 09:00", "A", 20.0), ("2024-03-20 09:00", "A", 100.0), ("2024-03-31 23:59", "B", 60.0),
        ("2024-03-02 12:00", "B", 45.0), ("2024-03-03 12:00", "B", -5.0), ("2025-02-10 12:00", "A", 90.0),
        ("2025-02-20 12:00", "B", 10.0), ("2025-03-01 08:00", "A", 36.0), ("2025-03-02 23:30", "A", 24.0),
        ("2025-03-02 10:00", "A", -6.0), ("2025-03-03 00:00", "A", 15.0), ("2025-03-02 11:00", "B", 33.0),
        ("2025-03-04 11:00", "B", 12.0), ("2025-03-30 11:00", "B", 71.0),
    )  # fmt: skip
    sold = "store_id revenue"
    second = table(sold, ("A", 54.0), ("B", 33.0))
    fourth = table(sold, ("A", 69.0), ("B", 45.0))
    share_of = "store_id due_share"
    targets = table(
        "store_id staff_id month revenue",
        ("A", None, "2025-03", 620.0), ("A", "E1", "2025-03", 300.0), ("A", None, "2025-04", 900.0),
        ("B", None, "2025-03", 310.0), ("B", None, "2025-02", 280.0), ("B", "E2", "2025-04", 55.0),
    )  # fmt: skip
    fifteenth = table("store_id pace", ("A", 0.25), ("B", 0.5), ("C", None))
    last = table("store_id pace", ("A", 150 / (900 * 0.1)), ("B", None))
    more = table(sold, ("A", 75.0), ("B", 75.0), ("C", 8.0))
    named = _series(0.84, 0.85, 0.949, 0.95, 1.02, 1.05, 1.06, None)
    known = ["far_behind", "behind", "behind", "on_track", "on_track", "on_track", "ahead", "no_target"]  # fmt: skip
    column = "store_id day pace"
    low = [("A", d, p) for d, p in enumerate((0.9, 0.96, 0.9, 0.8, 0.95, 0.7, 0.7, 0.7, 0.7), 1)]
    low += [("B", d, p) for d, p in enumerate((0.9, 1.0, 0.9, 0.9, 1.1, 0.9, 1.0, 0.9, 0.9), 1)]
    low += [("C", d, p) for d, p in enumerate((0.9, 0.9, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0), 1)]
    week = table(column, *low)
    third = table("store_id day", ("A", 8), ("C", 3))
    pairs = table("store_id day", ("A", 4), ("B", 4), ("C", 2))
    known_cases: dict[str, tuple[list, list, dict]] = {
        "so_far": ([second, fourth], [(lines, "2025-03-02"), (lines, "2025-03-04")], {"key": ["store_id"]}),
        "even_pace": ([fifteenth, last], [(more, targets, "2025-03-15"), (table(sold, ("A", 150.0), ("B", 20.0)), targets, "2025-04-03")], {"key": ["store_id"]}),
        "due": ([table(share_of, ("A", 0.4), ("B", 0.45)), table(share_of, ("A", 0.5), ("B", 0.4))], [(lines, "2025-03-02"), (lines, "2025-03-04")], {"key": ["store_id"]}),
        "status": ([_series(*known), _series("no_target", "ahead", "far_behind")], [(named,), (_series(None, 1.3, 0.2),)], {}),
        "first_alarm": ([third, pairs], [(week, 0.95, 3), (week, 0.95, 2)], {"key": ["store_id"]}),
    }  # fmt: skip
    expected, inputs, options = known_cases[function]
    return {"expected": expected, "inputs": inputs, "mistakes": MISTAKES[function], **options}


def _series(*values: Any) -> Any:
    import pandas as pd

    return pd.Series(values)


# --- what the lesson shows ---------------------------------------------------------------------------


@cache
def daily() -> Any:
    """Revenue by day and store."""
    sales = table_of("sales", {})
    by = [sales["sold_at"].dt.normalize().rename("date"), sales["store_id"]]
    return sales.groupby(by)["amount"].sum().round(2).unstack()


@cache
def paces() -> Any:
    """Every store, month and day: the pace by last year's path, and how the month ended (attainment)."""
    import pandas as pd

    sold, sales, targets = daily(), table_of("sales", {}), table_of("targets", {})
    ended = kpi.attainment(sales, targets).set_index(["store_id", "month"])
    rows = []
    for month in sorted(set(targets.loc[targets["month"] >= FIRST_MONTH, "month"])):
        now, before = sold.loc[month], sold.loc[str(pd.Period(month) - 12)]
        path = (before.cumsum() / before.sum()).reset_index(drop=True)
        reached = now.cumsum().reset_index(drop=True)
        for store in STORES:
            end = ended.loc[(store, month)]
            pace = reached[store] / (end["target"] * path[store])
            rows += [(store, month, day + 1, value, end["attainment"]) for day, value in pace.dropna().items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["store_id", "month", "day", "pace", "attainment"])


@cache
def rings() -> Any:
    """By how many red days in a row it takes: alarms for nothing, alarms that were right, months
    that were missed."""
    import pandas as pd

    rows = []
    for days in IN_A_ROW:
        rang = {
            (month, store)
            for month, of_month in paces().groupby("month")
            for store in first_alarm(of_month, 0.95, days)["store_id"]
        }
        short = paces()[paces()["attainment"] < 0.95]
        bad = set(zip(short["month"], short["store_id"], strict=True))
        rows.append((days, len(rang - bad), len(rang & bad), len(bad - rang)))
    return pd.DataFrame(rows, columns=["days", "for_nothing", "right", "missed"])


def beside(so_far: Callable) -> Screen:
    """What a learner's own function gives for the morning of the lesson."""

    def of(store: str) -> Any:
        found = so_far(table_of("sales", {}), MORNING)
        return ... if found is ... else float(found.set_index("store_id").loc[store, "revenue"])

    title = _("October so far, on the 8th")
    return store_by_store(title, heading("revenue"), of, yuan)


def first_third(sales: Any) -> Any:
    """How much of each month's revenue a public set had by the 10th, and what even days would give."""
    import pandas as pd

    month = sales["sold_at"].dt.to_period("M")
    whole = sales["amount"].groupby(month).sum()
    early = sales[sales["sold_at"].dt.day <= 10]
    found = early["amount"].groupby(month[early.index]).sum() / whole
    last = sales["sold_at"].max()
    found = found[found.index.end_time.normalize() <= last.normalize() + pd.Timedelta(days=1)]
    even = [10 / one.days_in_month for one in found.index]
    months = found.index.astype(str)
    return pd.DataFrame({"month": months, "due_share": found.to_numpy(), "even_share": even})
