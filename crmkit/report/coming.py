"""Members who stopped coming all at once, and new ones that no longer come: months that tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
from scipy.stats import poisson

from crmkit import tables
from crmkit.report.figures import rows
from crmkit.report.own import days_in, in_months, last_of, month_before, tells_orders

BY_CHANCE = 0.001
"""What chance brings more often than this, in any of the months, is not told."""
TIMES, BESIDE, LEAST, SHARE = 3, 2, 10, 0.02
"""So many times as many as in a usual month, and as in the months beside it (towards the end of a file
ever more were last seen, because they are still coming); so many at least, and of all members so large
a share."""
HALF = 0.5
"""Of a level more members than this stopped in the one month: it is the level that is told."""
MAKES_UP, RISES, FEW, SURELY = 0.25, 1.2, 0.2, 3
"""A level rose when another stopped where it has so much of what that lost, so many times what it had
before; beside all others, unless these are fewer than such a share; by so many standard deviations."""
MONEY_OF = 6
"""What those who stopped had spent in so many months before, is what they brought in half a year."""
SETTLED = 6
"""In the first months of a file the new ones are old ones not seen yet: they are no measure."""
FIRST_DAYS = 90
"""What a new member brings is what it spends in so many days."""
LATE, THIRD = 3, 1 / 3
"""New members have run dry where the last months have no more than this share of a usual month."""


def last_seen(sales: Any) -> Any:
    """How many members were last seen in each month of a file: the month and the members, in order."""
    table = tables.collect(_last(sales).select(month=_month(), member_id=nw.col("member_id")))
    counts = Counter(table["month"].to_list())
    first, last = tables.first_and_last_day(tables.open_frame(sales), "sold_at")
    span = pd.period_range(first, last, freq="M") if counts else []
    answer = pd.DataFrame({"month": [str(one) for one in span]}, dtype="str")
    answer["members"] = [counts[one] for one in answer["month"]]
    return tables.give_back_small(answer, sales)


def _bought(sales: Any) -> nw.LazyFrame:
    return tables.open_frame(sales).filter(
        (nw.col("quantity") > 0) & ~nw.col("member_id").is_null() & ~nw.col("sold_at").is_null()
    )


def _last(sales: Any) -> nw.LazyFrame:
    return _bought(sales).group_by("member_id").agg(at=nw.col("sold_at").max())


def _month() -> nw.Expr:
    return nw.col("at").dt.to_string("%Y-%m")


@dataclass(frozen=True)
class Stopped:
    """Members who were last seen in one month, far more than in others.

    - `members` of them; of one `level`, where it is theirs above all: `of_level` have it, of whom some
      stopped `earlier`
    - `who` no longer comes, and `money`: what these spent in the six months up to that `month`, returns
      taken off
    """

    month: str
    members: int
    money: float
    who: list[Any] = field(repr=False)
    level: str = ""
    of_level: int = 0

    @property
    def earlier(self) -> int:
        """How many of the level stopped before that month."""
        return len(self.who) - self.members

    @property
    def still(self) -> int:
        """How many of the level came after it."""
        return self.of_level - len(self.who)


def stopped(found: Mapping[str, Any], away: int) -> Stopped | None:
    """The month in which far more members were last seen than in others, `away` days ago and more.

    Three times as many as in a usual month (the median of those as long ago), twice as many as in the
    months beside it, and more than chance
    (Poisson) brings in one of them. The file's first two months hold those who were leaving before.
    """
    last_day = found["_days"][1]
    counts = [
        (one["month"], one["members"])
        for one in rows(found["last_seen"])
        if last_day - last_of(one["month"]) > timedelta(away)
    ][2:]
    if len(counts) < 3:
        return None
    everybody = sum(one["members"] for one in rows(found["last_seen"]))
    month, most = max(counts, key=lambda one: one[1])
    usual = max(1.0, float(median(n for one, n in counts if one != month)))
    of = {one["month"]: one["members"] for one in rows(found["last_seen"])}
    beside = (of.get(month_before(month, one), 0) for one in (1, -1))
    enough = max(TIMES * usual, BESIDE * max(beside), LEAST, SHARE * everybody)
    if most < enough or poisson.sf(most - 1, usual) > BY_CHANCE / len(counts):
        return None
    last = tables.collect(_last(found["sales"]).select("member_id", month=_month())).rows()
    who, level, of_level = _of_a_level(found["_levels"], last, month)
    in_it = {member for member, at in last if at == month}
    money = _money(found["sales"], who, month)
    return Stopped(month, len(in_it.intersection(who)), money, who, level, of_level)


def _of_a_level(
    levels: Mapping[str, str], last: list[tuple[Any, str]], month: str
) -> tuple[list[Any], str, int]:
    """Who was last seen in a month; where they are most of the members of one level, all of it who did
    not come after that month."""
    gone = [member for member, at in last if at == month]
    all_of = Counter(levels.get(str(member), "") for member, _at in last)
    gone_of = Counter(levels.get(str(member), "") for member in gone)
    level, n = gone_of.most_common(1)[0]
    if level and n > HALF * all_of[level] and n > HALF * len(gone) and len(all_of) > 1:
        theirs = [one for one, at in last if at <= month and levels.get(str(one)) == level]
        return theirs, level, all_of[level]
    return gone, "", 0


@dataclass(frozen=True)
class Rose:
    """A level that had more orders from the very month on in which another one stopped: how many in
    the last month `before` and in the first one `after`, and how much more it brought."""

    level: str
    before: int
    after: int
    money: float


def rose(found: Mapping[str, Any], stop: Stopped) -> Rose | None:
    """The level whose orders rose most when another stopped: people may have changed their card.

    Beside all other orders (days, where there are few others) every month since has more of them than
    any of the six before, a fifth more in the middle; from the one month to the next it is more than
    chance brings, and a quarter of what the other level lost.
    """
    if not stop.level or not tells_orders(found["sales"]):
        return None
    last_day = found["_days"][1]
    span = [one["month"] for one in rows(found["last_seen"]) if last_of(one["month"]) <= last_day]
    before = [one for one in span if one <= stop.month][-MONEY_OF:]
    after = [one for one in span if one > stop.month]
    if min(len(before), len(after)) < 2:
        return None
    table = _orders_of_levels(found["sales"], found["_levels"])
    table = table.reindex(before + after, fill_value=0)
    orders = table["orders"]
    here, there = before[-1], after[0]
    lost = orders[stop.level][here]
    told = []
    for level in orders.columns:
        more = orders[level][there] - orders[level][here]
        if level in ("", stop.level) or more < MAKES_UP * lost:
            continue
        rest = orders.drop(columns=[level, stop.level]).sum(axis=1)
        if rest.sum() < orders[level].sum() * FEW or not rest.all():
            rest = pd.Series({one: days_in(one) for one in orders.index})
        beside = orders[level] / rest
        level_before, level_after = beside[before], beside[after]
        if (
            level_after.min() > level_before.max()
            and level_after.median() >= RISES * level_before.median()
            and more > SURELY * (orders[level][there] + orders[level][here]) ** 0.5
        ):
            money = table["money"][level][there] - table["money"][level][here]
            told.append(Rose(level, int(orders[level][here]), int(orders[level][there]), float(money)))  # fmt: skip
    return max(told, key=lambda one: one.after - one.before, default=None)


def _orders_of_levels(sales: Any, levels: Mapping[str, str]) -> pd.DataFrame:
    """Orders, and money with returns taken off, by month of each level of members; "" is all others."""
    lines = tables.open_frame(sales).filter(~nw.col("sold_at").is_null()).select(
        "member_id", "sale_id", "amount", "quantity", month=nw.col("sold_at").dt.to_string("%Y-%m")
    )  # fmt: skip
    keys = ("month", "member_id")
    money = lines.group_by(*keys).agg(money=nw.col("amount").sum())
    orders = lines.filter(nw.col("quantity") > 0).group_by(*keys).agg(orders=nw.col("sale_id").n_unique())  # fmt: skip
    table = pd.concat([tables.collect(one).to_pandas() for one in (orders, money)])
    table["level"] = [levels.get(str(one), "") for one in table["member_id"]]
    return table.pivot_table(index="month", columns="level", values=["orders", "money"], aggfunc="sum", fill_value=0)  # fmt: skip


def _money(sales: Any, who: Collection[Any], month: str) -> float:
    """What some members brought in the months up to one, returns taken off."""
    first = month_before(month, MONEY_OF - 1)
    frame = in_months(sales, first, month)
    theirs = frame.filter(nw.col("member_id").is_in(list(who))).select(nw.col("amount").sum())
    return float(tables.collect(theirs).rows()[0][0] or 0)


def home_of(sales: Any, who: Collection[Any]) -> list[tuple[Any, int]]:
    """At which store how many of some members bought most often, the most first."""
    frame = _bought(sales).filter(nw.col("member_id").is_in(list(who)))
    frame = frame.filter(~nw.col("store_id").is_null())
    each = frame.group_by("member_id", "store_id").agg(n=nw.col("sale_id").n_unique())
    table = tables.collect(each).to_pandas().sort_values(["n", "store_id"], ascending=[False, True])
    return Counter(table.drop_duplicates("member_id")["store_id"]).most_common()


@dataclass(frozen=True)
class Dry:
    """New members who come in ever smaller numbers.

    - `run`: the months in which no more came than in the one before, each with how many did
    - `usual`: how many came in one of the `usual_months`; `late`: in one of the `late_months`
    """

    run: list[tuple[str, int]]
    usual: float
    late: float
    usual_months: list[str]
    late_months: list[str]


def dry(found: Mapping[str, Any]) -> Dry | None:
    """The run of months in which ever fewer new members came, where hardly any do now.

    The last three months have on average a third at most of a usual month (the median of those from
    the seventh of the file on, in which old customers have been seen already).
    """
    table = [(one["month"], one["new"]) for one in rows(found["movement"])]
    usual_months = table[SETTLED:-LATE]
    if len(usual_months) < LATE:
        return None
    usual = float(median(n for _m, n in usual_months))
    late = sum(n for _m, n in table[-LATE:]) / LATE
    everybody = sum(n for _m, n in table)
    if usual < max(LEAST, SHARE / 2 * everybody) or late > THIRD * usual:
        return None
    begin = len(table) - 1
    while begin > SETTLED and table[begin - 1][1] >= table[begin][1]:
        begin -= 1
    begin = min(begin, len(table) - LATE)
    names = [month for month, _n in table]
    return Dry(table[begin:], usual, late, names[SETTLED:-LATE], names[-LATE:])


def spent_at_first(sales: Any, months: Collection[str]) -> float:
    """What members spent on average in the 90 days from their first purchase, of those who came new
    in some months; those whose 90 days are over."""
    frame = _bought(sales)
    last_day = tables.first_and_last_day(frame, "sold_at")[1]
    lines = frame.select("member_id", "amount", at=nw.col("sold_at").dt.truncate("1d"))
    table = tables.collect(
        lines.group_by("member_id", "at").agg(nw.col("amount").sum())
    ).to_pandas()
    table["at"] = pd.to_datetime(table["at"])
    first = table.groupby("member_id")["at"].transform("min")
    over = first + pd.Timedelta(FIRST_DAYS, "D") <= pd.Timestamp(last_day)
    table = table[first.dt.strftime("%Y-%m").isin(list(months)) & over]
    within = table[table["at"] - first[table.index] < pd.Timedelta(FIRST_DAYS, "D")]
    members = table["member_id"].nunique()
    return float(within["amount"].sum() / members) if members else 0.0


def new_of(sales: Any, months: Collection[str]) -> list[tuple[Any, int]]:
    """At which store how many members first bought in some months, the most first."""
    frame = _bought(sales).select("member_id", "store_id", at=nw.col("sold_at"))
    first = frame.group_by("member_id").agg(at=nw.col("at").min()).filter(_month().is_in(list(months)))  # fmt: skip
    each = tables.collect(frame.join(first, on=["member_id", "at"]).select("member_id", "store_id").unique())  # fmt: skip
    table = each.to_pandas().dropna().sort_values("store_id").drop_duplicates("member_id")
    return Counter(table["store_id"]).most_common()
