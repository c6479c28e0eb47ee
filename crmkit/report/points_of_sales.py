"""Main points about sales: the whole, stores, categories, days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import kpi, tables
from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import days as span_of_days
from crmkit.labels import full_month, full_weekday, months, text
from crmkit.report.figures import change, money, rows, share
from crmkit.report.of_places import FELL, ROSE, less, why_less
from crmkit.report.of_time import tells_days_apart
from crmkit.report.of_totals import disagrees, total
from crmkit.report.own import compared, days_in, month_before
from crmkit.report.points import Advice, Kind, Point
from crmkit.report.turns import changed

HALF_A_YEAR = 6
"""So many months are told together, beside the same of the year before."""
ALIKE = 0.03
"""A whole that changed by less is as it was."""
MOST, ALL = 0.8, 1.0
"""From this share of a change on it is nearly all one store's; from that on, more than all."""
SHARE = 0.05
"""A discount of less than this of what goods would have cost is no point."""
BEYOND = 0.05
"""A store or category that changed with the whole, by no more than this beyond it, is no point."""
WEEKS = 26
"""Half a year."""


def reconciliation(found: Mapping[str, Any]) -> Iterator[Point]:
    """Where the file's own total is not that of its lines, nothing comes before it."""
    if disagrees(found):
        yield Point(Kind.DISAGREES, 0.0, total(found))


def whole(found: Mapping[str, Any]) -> Iterator[Point]:
    """The last half year against the year before, and in which store or category the change lies."""
    if "by_month" not in found:
        return
    of = {one["month"]: one["revenue"] for one in rows(found["by_month"])}
    year = [one for one in sorted(of) if month_before(one, 12) in of][-HALF_A_YEAR:]
    a_year_ago = len(year) >= HALF_A_YEAR // 2
    early, late = ([month_before(one, 12) for one in year], year) if a_year_ago else compared(list(of))  # fmt: skip
    then, now = (sum(of[one] for one in some) for some in (early, late))
    if not early or then <= 0 or now <= 0:
        return
    if not a_year_ago:
        then *= _length(late) / _length(early)
    rate, difference = now / then - 1, money(found, abs(now - then))
    told = {"n": len(late), "late": months(late[0], late[-1]), "early": months(early[0], early[-1]), "change": change(rate), "money": difference}  # fmt: skip
    by_day = "" if a_year_ago or _length(early) == _length(late) else gap() + _("Reckoned by the day, because the months are not equally long.")  # fmt: skip
    season = "" if a_year_ago else gap() + _("The file holds no year before: a season may be behind it.")  # fmt: skip
    if abs(rate) < ALIKE:
        said = _("The last {n} months ({late}) brought about as much as the same months a year before ({change}).") if a_year_ago else _("{late} brought about as much as {early} ({change}).")  # fmt: skip
        yield Point(Kind.WHOLE, abs(now - then), said.format(**told), (by_day + season).strip())
        return
    if rate < 0:
        said = _("The last {n} months ({late}): {change} on the same months a year before, {money} less.") if a_year_ago else _("{late}: {change} on {early}, {money} less.")  # fmt: skip
    else:
        said = _("The last {n} months ({late}): {change} on the same months a year before, {money} more.") if a_year_ago else _("{late}: {change} on {early}, {money} more.")  # fmt: skip
    where = _where(found, early, late) if a_year_ago else ""
    advice = None
    if a_year_ago and rate < FELL / 2 and not where:
        advice = _who_stays_away(found)
    yield Point(
        Kind.WHOLE_FELL if rate < 0 else Kind.WHOLE, abs(now - then), said.format(**told),
        (where + by_day + season).strip(), advice,
    )  # fmt: skip


def _length(some: Sequence[str]) -> int:
    return sum(map(days_in, some))


def _where(found: Mapping[str, Any], early: Sequence[str], late: Sequence[str]) -> str:
    """Which store the change lies in, where it is nearly all of one's."""
    if "store_months" not in found:
        return ""
    by_store: dict[Any, float] = {}
    before: dict[Any, float] = {}
    for one in rows(found["store_months"]):
        sign = (one["month"] in late) - (one["month"] in early)
        by_store[one["store_id"]] = by_store.get(one["store_id"], 0.0) + sign * one["revenue"]
        before[one["store_id"]] = before.get(one["store_id"], 0.0) + (sign < 0) * one["revenue"]
    every = sum(by_store.values())
    if not every or len(by_store) < 2:
        return ""
    store = max(by_store, key=lambda one: by_store[one] / every)
    own, rest = by_store[store], every - by_store[store]
    if own / every < MOST or abs(own) < -FELL * before[store]:
        return ""
    fell = every < 0
    if own / every > ALL:
        said = _("All of it lies in {store}: {own} less there, {rest} more in the others together.") if fell else _("All of it lies in {store}: {own} more there, {rest} less in the others together.")  # fmt: skip
    else:
        said = _("Nearly all of it lies in {store}: {own} less there, {rest} in the others together.") if fell else _("Nearly all of it lies in {store}: {own} more there, {rest} in the others together.")  # fmt: skip
    return said.format(store=_called(found, store), own=money(found, abs(own)), rest=money(found, abs(rest)))  # fmt: skip


def _who_stays_away(found: Mapping[str, Any]) -> Advice:
    several = found["_stores"] > 1
    return Advice(
        _("Before you cut prices, find out who is staying away: look at revenue store by store and group by group.") if several else _("Before you cut prices, find out who is staying away: look at revenue group by group."),
        _("A price cut costs at every sale, also at those that would have come anyway."),
        _("Compare with the same month a year earlier, not with the month before."),
    )  # fmt: skip


def stores(found: Mapping[str, Any]) -> Iterator[Point]:
    """The store that fell most and the one that rose most: since when, by how much, and how."""
    for one, turn in _moved(found, "store_trend", "store_breaks", "store_id", -FELL):
        name = _called(found, one["store_id"])
        fell = one["change_rate"] < 0
        said = _since(found, name, turn) if turn else _against(found, name, one)
        more = (_against(found, name, one) + gap() if turn else "") + _("That is: {why}").format(why=why_less(one)) if fell else _against(found, name, one) if turn else ""  # fmt: skip
        yield Point(
            Kind.COSTS if fell else Kind.BRINGS, _in_half_a_year(one), said, more,
            _look_at_the_store(found, one, name) if fell else _learn_from_the_store(name, one),
        )  # fmt: skip


def categories(found: Mapping[str, Any]) -> Iterator[Point]:
    """The category that fell most in money, and the one that rose most."""
    for one, turn in _moved(found, "category_trend", "category_breaks", "category", ROSE):
        name, fell = text("category", one["category"]), one["change_rate"] < 0
        said = _since(found, name, turn) if turn else _against(found, name, one)
        more = _against(found, name, one) if turn else ""
        if fell:
            more += gap() * bool(more) + _("That is: {why}").format(why=why_less(one, "category_trend"))  # fmt: skip
        yield Point(
            Kind.COSTS if fell else Kind.BRINGS, _in_half_a_year(one), said, more + _of_a_season(one, more),
            _look_at_the_goods(found, one, name) if fell else _room_for_it(found, one, name),
        )  # fmt: skip


def _moved(
    found: Mapping[str, Any], trend: str, breaks: str, by: str, rose: float
) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """The one that lost most money and the one that won most, each with its break; no chance changes."""
    table = rows(found[trend]) if trend in found else []
    if len(table) < 2:
        return []
    turns = {one[by]: one for one in rows(found[breaks])} if breaks in found else {}
    early, late = compared([one["month"] for one in rows(found["by_month"])])
    of = {one["month"]: one["revenue"] for one in rows(found["by_month"])}
    every = sum(of[one] for one in late) / sum(of[one] for one in early) - 1
    sure = changed(found["sales"], by, early, late, found.get("products"))
    table = [one for one in table if one[by] in sure or one[by] in turns]
    told = []
    for some in (
        [o for o in table if o["change_rate"] <= min(FELL, every - BEYOND)],
        [o for o in table if o["change_rate"] >= max(rose, every + BEYOND)],
    ):
        if some:
            most = max(some, key=lambda one: abs(_difference(one)))
            turn = turns.get(most[by])
            same = turn is not None and turn["change_rate"] * most["change_rate"] > 0
            told.append((most, turn if same else None))
    return told


def _compared(one: Mapping[str, Any]) -> tuple[str, str]:
    """The two columns of revenue of a trend: then and now."""
    then, now = (name for name in one if name.startswith("revenue_"))
    return then, now


def _difference(one: Mapping[str, Any]) -> float:
    then, now = _compared(one)
    return float(one[now] - one[then])


def _in_half_a_year(one: Mapping[str, Any]) -> float:
    """The difference, of as many months as were compared, for six of them."""
    first, last = _compared(one)[1].split("_")[1:]
    n = 1
    while month_before(last, n - 1) != first:
        n += 1
    return abs(_difference(one)) * HALF_A_YEAR / n


def _a_year_before(one: Mapping[str, Any]) -> bool:
    then, now = (name.split("_")[1] for name in _compared(one))
    return month_before(now, 12) == then


def _of_a_season(one: Mapping[str, Any], more: str) -> str:
    """That a category may have a season, where the months compared are not those of a year before."""
    if _a_year_before(one):
        return ""
    return gap() * bool(more) + _("The file holds no year before: a season may be behind it.")


def _spans(one: Mapping[str, Any]) -> dict[str, str]:
    early, late = (months(*name.split("_")[1:]) for name in _compared(one))
    return {"early": early, "late": late}


def _against(found: Mapping[str, Any], name: str, one: Mapping[str, Any]) -> str:
    """How much more or less it is than in the months compared."""
    told = _("{name}, {late}: {change} on {early}, {money} less.") if one["change_rate"] < 0 else _("{name}, {late}: {change} on {early}, {money} more.")  # fmt: skip
    return told.format(name=name, change=change(one["change_rate"]), money=money(found, abs(_difference(one))), **_spans(one))  # fmt: skip


def _since(found: Mapping[str, Any], name: str, turn: Mapping[str, Any]) -> str:
    """From when on it is another level, and what the two levels are."""
    fell = turn["change_rate"] < 0
    beyond = turn["most_since"] < turn["usual_before"] if fell else turn["least_since"] > turn["usual_before"]  # fmt: skip
    if not beyond:  # a season hides the two levels: what is clear is the gap to the others
        told = _("{name} has fallen behind the others since {month}: {change} beside them.") if fell else _("{name} has run ahead of the others since {month}: {change} beside them.")  # fmt: skip
        return told.format(name=name, month=full_month(turn["month"]), change=change(turn["change_rate"]))  # fmt: skip
    told = _("{name} has sold less since {month}: {least} to {most} a month; in a usual month before it was {before}.") if fell else _("{name} has sold more since {month}: {least} to {most} a month; in a usual month before it was {before}.")  # fmt: skip
    return told.format(
        name=name, month=full_month(turn["month"]), least=money(found, turn["least_since"]),
        most=money(found, turn["most_since"]), before=money(found, turn["usual_before"]),
    )  # fmt: skip


def _look_at_the_store(found: Mapping[str, Any], one: Mapping[str, Any], name: str) -> Advice:
    do = {
        "orders": _("Find out why there are fewer purchases in {store}: whether its members come less often, what has opened nearby, what has changed at its door."),
        "baskets": _("Find out what people no longer buy at {store}: what is missing on its shelves, which goods sell less there, what has become dearer."),
        "both": _("Go and see why {store} is falling: what is missing on the shelves, who serves, what has opened nearby."),
    }[less(one)]  # fmt: skip
    check = _("Each week count the orders of {store} and of the same week a year before: the gap should get smaller.") if less(one) == "orders" and _a_year_before(one) else _("Each week set the orders of {store} beside those of the other stores: the gap should get smaller.") if less(one) == "orders" else _("Each week set what an order brings at {store} beside that of the other stores.")  # fmt: skip
    return Advice(do.format(store=name), _who_came(found, one), check.format(store=name))


def _who_came(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Of a store's orders those of members and the rest, and how many members came, then and now."""
    then, now = (_came(found["sales"], one["store_id"], name) for name in _compared(one))
    told = _("Orders there, {late} against {early}: {orders}.").format(orders=f"{then['orders']:,} → {now['orders']:,}", **_spans(one))  # fmt: skip
    if not then["of_members"] or not now["of_members"] or then["orders"] == then["of_members"]:
        return told
    rest = (now["orders"] - now["of_members"]) / (then["orders"] - then["of_members"]) - 1
    return told + gap() + _("Members' orders {members}, those of others {rest}; members who came: {then} → {now}.").format(
        members=change(now["of_members"] / then["of_members"] - 1), rest=change(rest),
        then=f"{then['members']:,}", now=f"{now['members']:,}",
    )  # fmt: skip


def _came(sales: Any, store: Any, column: str) -> dict[str, int]:
    first, last = column.split("_")[1:]
    frame = tables.between(tables.open_frame(sales), "sold_at", f"{first}-01", f"{last}-{days_in(last):02}")  # fmt: skip
    bought = frame.filter(nw.col("store_id") == store, nw.col("quantity") > 0)
    told = {"orders": bought.select(nw.col("sale_id").n_unique())}
    if "member_id" in frame.collect_schema().names():
        theirs = bought.filter(~nw.col("member_id").is_null())
        told |= {"of_members": theirs.select(nw.col("sale_id").n_unique()), "members": theirs.select(nw.col("member_id").n_unique())}  # fmt: skip
    counts = {name: int(tables.collect(one).rows()[0][0]) for name, one in told.items()}
    return {"of_members": 0, "members": 0} | counts


def _learn_from_the_store(name: str, one: Mapping[str, Any]) -> Advice:
    return Advice(
        _("See what {store} does that the others could do too, and try one thing in one of them.").format(store=name),
        _("There: orders {orders}, average order value {basket}.").format(orders=change(one["orders_rate"]), basket=change(one["each_rate"] or 0)),
        _("Set the orders of the store that tries it beside those of one that does not, eight weeks long."),
    )  # fmt: skip


def _look_at_the_goods(found: Mapping[str, Any], one: Mapping[str, Any], name: str) -> Advice:
    return Advice(
        _("{category} sells less: see which of its goods are missing, have become dearer or are sold cheaper elsewhere.").format(category=name),
        _where_most(found, one),
        _("Count week by week how many orders hold something of it: no fewer than now, then more."),
    )  # fmt: skip


def _room_for_it(found: Mapping[str, Any], one: Mapping[str, Any], name: str) -> Advice:
    return Advice(
        _("{category} is growing fast: see whether stock and shelf space keep up with it.").format(category=name),
        _where_most(found, one) or _("orders with it {orders}, spent on it in each {basket}.").format(orders=change(one["orders_rate"]), basket=change(one["each_rate"] or 0)),
        _("Watch its revenue month by month, and the days on which something of it is out of stock."),
    )  # fmt: skip


def _where_most(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """By store how a category changed, the most in money first; nothing where there is one store."""
    if found["_stores"] < 2 or "products" not in found:
        return ""
    of: list[dict[Any, float]] = []
    for column in _compared(one):
        first, last = column.split("_")[1:]
        frame = kpi.sales_summary(found["sales"], by=["store_id", "category"], products=found["products"], since=f"{first}-01", until=f"{last}-{days_in(last):02}")  # fmt: skip
        of.append({r["store_id"]: r["revenue"] for r in rows(frame) if r["category"] == one["category"]})  # fmt: skip
    then, now = of
    both = sorted(
        (name for name in then if name in now and then[name] > 0),
        key=lambda name: -abs(now[name] - then[name]),
    )[:4]
    told = [f"{_called(found, name)} {change(now[name] / then[name] - 1)}" for name in both]
    return _("By store: {stores}.").format(stores=_(", ").join(told)) if told else ""


def stretch(found: Mapping[str, Any]) -> Iterator[Point]:
    """The days on which far more was bought than around them: when, how much, what to prepare."""
    table = rows(found["stretches"]) if "stretches" in found else []
    if not table:
        return
    one = table[0]
    told = {
        "days": span_of_days(one["first_day"], one["last_day"]), "n": one["days"],
        "money": money(found, one["revenue"]), "daily": money(found, one["daily_revenue"]),
        "usual": money(found, one["usual_revenue"]), "times": f"{one['times']:.1f}",
    }  # fmt: skip
    again = [span_of_days(o["first_day"], o["last_day"]) for o in table[1:]]
    yield Point(
        Kind.BRINGS, one["revenue"] - one["days"] * one["usual_revenue"],
        _("{days}: {n} days brought {money}, {daily} a day; in the month before and after a day brings {usual}.").format(**told),
        _("Other such stretches: {days}.").format(days=_(", ").join(again)) if again else "",
        Advice(
            _("Next year, order in time for these days and plan enough people: {times} times what is usual.").format(**told),
            _("On these {n} days there were {orders} orders a day, usually there are {usual_orders}. If it goes with a holiday of the lunar calendar, its days are others next year.").format(n=one["days"], orders=f"{one['daily_orders']:,.0f}", usual_orders=f"{one['usual_orders']:,.0f}"),
            _("In those days write down every evening what is sold out and how long people queue; compare the orders a day with this year's."),
        ),
    )  # fmt: skip


def best_day(found: Mapping[str, Any]) -> Iterator[Point]:
    """The day of the week on which most is sold, where more than chance tells the days apart."""
    if "by_weekday" not in found or not tells_days_apart(found):
        return
    table = sorted(rows(found["by_weekday"]), key=lambda one: one["daily_revenue"])
    least, best = table[0], table[-1]
    usual = sum(o["daily_revenue"] * o["days"] for o in table) / sum(o["days"] for o in table)
    if usual <= 0 or best["daily_revenue"] / usual - 1 < -FELL:
        return
    day, quiet = full_weekday(best["weekday"]), full_weekday(least["weekday"])
    yield Point(
        Kind.PLAIN, (best["daily_revenue"] - usual) * WEEKS,
        _("{day} is the busiest day: {money} on average, {share} more than on an average day.").format(day=day, money=money(found, best["daily_revenue"]), share=share(best["daily_revenue"] / usual - 1)),
        "",
        Advice(
            _("Before {day} fill the shelves and plan enough people; count, tidy and train on {quiet}.").format(day=day, quiet=quiet),
            _("{orders} orders on a {day}, {fewer} on a {quiet}.").format(orders=f"{best['daily_orders']:,.0f}", fewer=f"{least['daily_orders']:,.0f}", day=day, quiet=quiet),
            _("Count on {day} what is sold out at closing time: it should get less.").format(day=day),
        ),
    )  # fmt: skip


def _called(found: Mapping[str, Any], store: Any) -> str:
    return str(found["names"].get(str(store), store))


RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Point]], ...] = (
    reconciliation, whole, stores, categories, stretch, best_day,
)  # fmt: skip
