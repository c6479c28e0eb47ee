"""When something turned: months from which a store or category sells at another level, days on which
far more is bought than on those around them.

Both are asked of chance first: what shuffled months or days would show as well is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import ttest_ind

from crmkit import kpi, tables
from crmkit.report.own import days_in, in_months, whole

SHUFFLES = 9_999
IN_ALL = 0.05
"""A break that chance shows more often than this, in any of the groups asked about, is not told."""
BY_CHANCE = 0.01
"""The same of stretches of days, and of days that differ."""
SIDE = 3
"""So many months a level is seen at least, before and after."""
STEP = 0.1
"""A level that changed by less is not worth a word."""
LINE = 6.0
"""By so much the BIC of a step is better than that of a straight line: else it is a steady change."""
AROUND = 30
"""So many days before and after are what is usual on a day; a stretch is shorter than that."""
MORE, SHORTEST = 1.3, 3
"""So many times what is usual, on this many days running, makes a stretch."""
AT_MOST = 4.0
"""More times what is usual than this counts as this: one large order makes no stretch."""


def breaks(sales: Any, by: str, products: Any = None) -> Any:
    """The stores or categories that sell at another level from a month on, those that fell most first.

    One row each: the month in which the new level `begins`; the revenue of a usual month before it
    (`usual_before`, the median); the least and the most of the months since; and how much more it
    brings than before beside the others (`change_rate`). Whole months of the file only.

    How: what it sells (logarithm) is held against the median of the others, so that a season which
    all share cancels out, and fitted by two levels (least squares). The step has to be larger than
    any in 9,999 shuffles of the months, better than a straight line (BIC) and still there in the last
    two months; its own revenue has changed by a tenth. Against the same months a year before, where the
    file has them, at least half of it is there; a category, whose season is its own, and one of two
    stores, of which either may have turned, need them. What turned most is taken out, and the rest
    asked again.
    """
    months = tables.collect(
        tables.open_frame(kpi.sales_summary(whole(sales), by=["month", by], products=products))
    ).to_pandas()
    table = months.dropna(subset=[by, "month"]).pivot(index="month", columns=by, values="revenue")
    table = table.sort_index().dropna(axis=1)
    table = table.loc[:, (table > 0).all()]
    found, asked = [], len(table.columns)
    while len(table.columns) > 1 and len(table) >= 2 * SIDE:
        turned = [one for name in table if (one := _turned(np.log(table), name, by, asked))]
        if not turned:
            break
        most = max(turned, key=lambda one: (round(abs(one.step), 6), abs(one.own)))
        if abs(np.expm1(most.step)) >= STEP <= np.sign(most.step) * np.expm1(most.own):
            found.append({by: most.name, **_levels(table[most.name], most)})
        table = table.drop(columns=most.name)
    columns = [by, "begins", "usual_before", "least_since", "most_since", "change_rate"]
    answer = pd.DataFrame(found, columns=columns).sort_values(["change_rate", by])
    return tables.give_back_small(answer, sales)


@dataclass(frozen=True)
class _Turn:
    """A break: of what, its place, its step beside the others; and of its own, against the same
    months of the year before where they are there, else against all before."""

    name: Any
    at: int
    step: float
    own: float


def _turned(logs: Any, name: Any, by: str, asked: int) -> _Turn | None:
    """The break of one column of revenue by month, where it is clear."""
    days = np.log([days_in(one) for one in logs.index])
    own, rest = logs[name].to_numpy(), logs.drop(columns=name)
    against = own - (rest - rest.mean()).median(axis=1).to_numpy()
    at = int(_gains(against[None])[0].argmax()) + SIDE
    step, middle = _medians(against, at)
    stays = all(np.sign(against[-2:] - middle) == np.sign(step))
    year = _a_year_ago(list(logs.index), at)
    if not stays or (len(year) < SIDE and (by == "category" or len(logs.columns) == 2)):
        return None
    if len(year) >= SIDE and _since(against, year) * np.sign(step) < abs(step) / 2:
        return None
    if _by_a_line(against, at) or _chance(against) > IN_ALL / asked:
        return None
    change = _since(own, year) if len(year) >= SIDE else _medians(own - days, at)[0]
    return _Turn(name, at, step, change)


def _medians(values: Any, at: int) -> tuple[float, float]:
    """How much higher the later values are than those before, by the medians; and their middle."""
    before, after = float(np.median(values[:at])), float(np.median(values[at:]))
    return after - before, (after + before) / 2


def _a_year_ago(months: list[str], at: int) -> list[tuple[int, int]]:
    """The places of the months from a place on, each with that of the year before, lying before it."""
    place = {one: n for n, one in enumerate(months)}
    before = (place.get(f"{int(one[:4]) - 1}{one[4:]}") for one in months[at:])
    return [(n, there) for n, there in enumerate(before, at) if there is not None and there < at]


def _since(values: Any, pairs: list[tuple[int, int]]) -> float:
    return float(np.median([values[n] - values[there] for n, there in pairs])) if pairs else 0.0


def _levels(revenue: Any, turn: _Turn) -> dict[str, Any]:
    before, since = revenue.iloc[: turn.at], revenue.iloc[turn.at :]
    return {
        "begins": since.index[0], "usual_before": round(float(before.median()), 2),
        "least_since": round(float(since.min()), 2), "most_since": round(float(since.max()), 2),
        "change_rate": float(np.expm1(turn.step)),
    }  # fmt: skip


def _gains(rows: Any) -> Any:
    """By how much two levels fit each row better than one, for each place of the step."""
    n = rows.shape[1]
    sums = np.cumsum(rows - rows.mean(axis=1, keepdims=True), axis=1)[:, SIDE - 1 : n - SIDE]
    left = np.arange(SIDE, n - SIDE + 1)
    return sums**2 / left + sums**2 / (n - left)


def _chance(values: Any) -> float:
    """How often shuffled values show as large a step anywhere."""
    shuffled = np.random.default_rng(1).permuted(np.tile(values, (SHUFFLES, 1)), axis=1)
    as_large = _gains(shuffled).max(axis=1) >= _gains(values[None]).max()
    return float((as_large.sum() + 1) / (SHUFFLES + 1))


def _by_a_line(values: Any, at: int) -> bool:
    """Whether a straight line tells the same nearly as well: then nothing turned in one month."""
    n, x = len(values), np.arange(len(values))
    line = values - np.polyval(np.polyfit(x, values, 1), x)
    step = values - np.where(x < at, values[:at].mean(), values[at:].mean())
    return bool(n * np.log((line @ line) / max(step @ step, 1e-12)) < LINE)


def stretches(sales: Any, at_most: int = 4) -> Any:
    """Stretches of days on which far more was bought than around them, the one that brought most first.

    One row each: its `first_day` and `last_day`, how many `days` of it were sold on, its `revenue`,
    what a day brought (`daily_revenue`, `daily_orders`) and what one brings in the 30 days before and
    after it (`usual_revenue`, `usual_orders`), all by days with sales; and how many times that is (`times_usual`).

    How: a day's revenue is held against the median of the days around it, by weekday. The stretch is
    the run of 3 to 29 days whose days lie most above 1.3 times that, all together (a scan); in 99 of
    100 shuffles of the days no run has so much.
    """
    table = tables.collect(tables.open_frame(kpi.sales_summary(sales, by="day"))).to_pandas()
    table = table[table["day"].notna() & (table["revenue"] > 0)].sort_values("day")
    table["day"] = pd.to_datetime(table["day"])
    found: list[Any] = []
    if len(table) >= 2 * AROUND:
        level = table["revenue"].rolling(2 * AROUND + 1, center=True, min_periods=AROUND).median()
        beside = table["revenue"] / level
        beside /= beside.groupby(table["day"].dt.day_of_week).transform("median")
        above = np.log(beside.clip(1 / AT_MOST, AT_MOST)).to_numpy() - np.log(MORE)
        shuffled = np.random.default_rng(1).permuted(np.tile(above, (SHUFFLES // 10, 1)), axis=1)
        enough = np.quantile(_largest_run(shuffled), 1 - BY_CHANCE)
        while len(found) < at_most and (run := _run(above)) and run[2] > enough:
            begin, end, _sum = run
            above[begin:end] = -np.inf
            if SHORTEST <= end - begin < AROUND:
                found.append(_stretch(table, begin, end))
    columns = ["first_day", "last_day", "days", "revenue", "daily_revenue", "usual_revenue", "times_usual", "daily_orders", "usual_orders"]  # fmt: skip
    found = [one for one in found if one["times_usual"] >= MORE]
    answer = pd.DataFrame(found, columns=columns).sort_values("revenue", ascending=False)
    return tables.give_back_small(answer, sales)


def _largest_run(rows: Any) -> Any:
    """The largest sum of a run within each row."""
    here = best = np.zeros(len(rows))
    for column in rows.T:
        here = np.maximum(here + column, 0)
        best = np.maximum(best, here)
    return best


def _run(values: Any) -> tuple[int, int, float] | None:
    """Where the run with the largest sum begins and ends, and that sum."""
    best, here, begin = None, 0.0, 0
    for n, value in enumerate(values):
        here += value
        if here <= 0:
            here, begin = 0.0, n + 1
        elif best is None or here > best[2]:
            best = (begin, n + 1, here)
    return best


def _stretch(table: Any, begin: int, end: int) -> dict[str, Any]:
    within = table.iloc[begin:end]
    first, last = within["day"].iloc[0], within["day"].iloc[-1]
    near = table[table["day"].between(first - timedelta(AROUND), last + timedelta(AROUND))]
    around = near[~near["day"].between(first, last)]
    revenue, usual = float(within["revenue"].sum()), float(around["revenue"].mean())
    return {
        "first_day": first.date(), "last_day": last.date(), "days": len(within),
        "revenue": round(revenue, 2), "daily_revenue": round(revenue / len(within), 2),
        "usual_revenue": round(usual, 2), "times_usual": revenue / len(within) / usual,
        "daily_orders": float(within["orders"].mean()), "usual_orders": float(around["orders"].mean()),
    }  # fmt: skip


def changed(
    sales: Any, by: str, early: Sequence[str], late: Sequence[str], products: Any = None
) -> set[Any]:
    """The stores or categories whose days in some months differ from those in others by more than
    chance (Welch's test on the revenue of each day, for all of them together 1 in 100)."""
    first, last = min(early), max(late)
    frame = in_months(sales, first, last)
    days = tables.collect(
        tables.open_frame(kpi.sales_summary(frame.to_native(), by=["day", by], products=products))
    ).to_pandas()
    days = days.dropna(subset=["day", by])
    table = days.pivot(index="day", columns=by, values="revenue").fillna(0)
    month = pd.to_datetime(table.index).strftime("%Y-%m")
    then, now = (table[month.isin(list(some))] for some in (early, late))
    if min(len(then), len(now)) < 2:
        return set()
    with np.errstate(all="ignore"):
        chance = ttest_ind(then, now, equal_var=False).pvalue
    return {
        name for name, p in zip(table.columns, chance, strict=True) if p < BY_CHANCE / len(chance)
    }
