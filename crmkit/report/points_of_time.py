"""Main points about the whole and its days: the half year, days far above usual, the busiest day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import days as span_of_days
from crmkit.labels import full_day, full_weekday, months
from crmkit.report.festivals import a_year_on, near, today
from crmkit.report.figures import change, money, rows, share
from crmkit.report.hidden import hidden_by_a_category
from crmkit.report.names import store_called
from crmkit.report.of_places import FELL
from crmkit.report.of_time import tells_days_apart
from crmkit.report.of_totals import disagrees, total
from crmkit.report.own import compared, days_in, month_before
from crmkit.report.point import Advice, Kind, Point

HALF_A_YEAR = 6
"""So many months are told together, beside the same of the year before."""
ALIKE = 0.03
"""A whole that changed by less is as it was."""
MOST, ALL = 0.8, 1.0
"""From this share of a change on it is nearly all one store's; from that on, more than all."""
MUCH = 0.1
"""Discounts that took less than this off the prices are no point."""
WEEKS = 26
"""Half a year."""
TO_STOCK = timedelta(weeks=3)
"""So long before days far above usual what is to be sold in them is ordered."""


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
    if a_year_ago and (hidden := hidden_by_a_category(found, early, late)):
        where += gap() * bool(where) + hidden
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
    return said.format(store=store_called(found, store), own=money(found, abs(own)), rest=money(found, abs(rest)))  # fmt: skip


def _who_stays_away(found: Mapping[str, Any]) -> Advice:
    several = found["_stores"] > 1
    return Advice(
        _("Before you cut prices, find out who is staying away: look at revenue store by store and group by group.") if several else _("Before you cut prices, find out who is staying away: look at revenue group by group."),
        _("A price cut costs at every sale, also at those that would have come anyway."),
        _("Compare with the same month a year earlier, not with the month before."),
    )  # fmt: skip


def stretch(found: Mapping[str, Any]) -> Iterator[Point]:
    """The days on which far more was bought than around them: when, how much, what to prepare."""
    table = rows(found["stretches"]) if "stretches" in found else []
    if not table:
        return
    one = table[0]
    told = {
        "days": span_of_days(one["first_day"], one["last_day"]), "n": one["days"],
        "money": money(found, one["revenue"]), "daily": money(found, one["daily_revenue"]),
        "usual": money(found, one["usual_revenue"]), "times": f"{one['times_usual']:.1f}",
    }  # fmt: skip
    again = [_with_its_festival(found, other) for other in table[1:]]
    feast = near(found, one["first_day"], one["last_day"])
    begins = feast.first if feast else a_year_on(found, one["first_day"])
    by = begins - min(TO_STOCK, (begins - today()) // 2)
    told |= {"by": full_day(by), "coming": span_of_days(feast.first, feast.last) if feast else ""}  # fmt: skip
    do = _("For {coming} order by {by} and plan enough people: {times} times what is usual.") if feast else _("Next year, order in time for these days and plan enough people: {times} times what is usual.")  # fmt: skip
    orders = {"n": one["days"], "orders": f"{one['daily_orders']:,.0f}", "usual_orders": f"{one['usual_orders']:,.0f}"}  # fmt: skip
    because = _("On these {n} days there were {orders} orders a day, usually there are {usual_orders}.").format(**orders)  # fmt: skip
    moves = _("They lay {feast}.").format(feast=feast.called()) + gap() + feast.next_time() if feast else ""  # fmt: skip
    others = _("Other such stretches: {days}.").format(days=_(", ").join(again)) if again else ""
    yield Point(
        Kind.BRINGS, one["revenue"] - one["days"] * one["usual_revenue"],
        _("{days}: {n} days brought {money}, {daily} a day; in the month before and after a day brings {usual}.").format(**told),
        gap().join(filter(None, (moves, others))),
        Advice(
            do.format(**told),
            because if feast else because + gap() + _("If it goes with a holiday of the lunar calendar, its days are others next year."),
            _("In those days write down every evening what is sold out and how long people queue; compare the orders a day with this year's."),
            by,
        ),
    )  # fmt: skip


def _with_its_festival(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """The days of a stretch, and the moving holiday they go with."""
    first, last = one["first_day"], one["last_day"]
    feast = near(found, first, last)
    said = span_of_days(first, last)
    return said if feast is None else _("{days} ({feast})").format(days=said, feast=feast.called())


def given_away(found: Mapping[str, Any]) -> Iterator[Point]:
    """What discounts took off the prices, where that is much."""
    one = rows(found["discounts"])[0] if "discounts" in found else None
    if one is None or not one["discount"] or one["discount_share"] < MUCH:
        return
    days = (found["_days"][1] - found["_days"][0]).days + 1
    yield Point(
        Kind.COSTS, one["discount"] * min(1.0, WEEKS * 7 / days),
        _("Discounts took {share} off the prices, {money} in all.").format(share=share(one["discount_share"]), money=money(found, one["discount"])),
        "",
        Advice(
            _("For four weeks give smaller discounts in one store, or on a few goods, and see how much less is sold."),
            _("What a discount brought in cannot be read from sales alone: only a trial tells."),
            _("Set revenue and gross margin of where it was tried beside those of where nothing was changed."),
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
            "" if "orders" in found["_unknown"] else _("{orders} orders on a {day}, {fewer} on a {quiet}.").format(orders=f"{best['daily_orders']:,.0f}", fewer=f"{least['daily_orders']:,.0f}", day=day, quiet=quiet),
            _("Count on {day} what is sold out at closing time: it should get less.").format(day=day),
        ),
    )  # fmt: skip


RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Point]], ...] = (
    reconciliation,
    whole,
    stretch,
    given_away,
    best_day,
)
