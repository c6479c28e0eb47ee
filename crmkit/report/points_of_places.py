"""Main points about stores and categories: the one that lost most and the one that won most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import kpi, tables
from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import full_month, months, text
from crmkit.report.figures import change, money, rows
from crmkit.report.names import store_called
from crmkit.report.of_places import FELL, ROSE, less, why_less
from crmkit.report.own import compared, in_months, last_of, month_before
from crmkit.report.point import Advice, Kind, Point
from crmkit.report.turns import changed

HALF_A_YEAR = 6
"""So many months are told together, beside the same of the year before."""
ALIKE = 0.1
"""Orders of members and of others that changed by no more than this beside each other fell alike."""
BEYOND = 0.05
"""A store or category that changed with the whole, by no more than this beyond it, is no point."""


def stores(found: Mapping[str, Any]) -> Iterator[Point]:
    """The store that fell most and the one that rose most: since when, by how much, and how."""
    for one, turn in _moved(found, "store_trend", "store_breaks", "store_id", -FELL):
        name = store_called(found, one["store_id"])
        fell = one["change_rate"] < 0
        said = _since(found, name, turn) if turn else _against(found, name, one)
        more = (_against(found, name, one) + gap() if turn else "") + _("That is: {why}").format(why=why_less(one)) if fell and one["orders_rate"] is not None else _against(found, name, one) if turn else ""  # fmt: skip
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
        if fell and one["orders_rate"] is not None:
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
        return told.format(name=name, month=full_month(turn["begins"]), change=change(turn["change_rate"]))  # fmt: skip
    told = _("{name} has sold less since {month}: {least} to {most} a month; in a usual month before it was {before}.") if fell else _("{name} has sold more since {month}: {least} to {most} a month; in a usual month before it was {before}.")  # fmt: skip
    return told.format(
        name=name, month=full_month(turn["begins"]), least=money(found, turn["least_since"]),
        most=money(found, turn["most_since"]), before=money(found, turn["usual_before"]),
    )  # fmt: skip


def _look_at_the_store(found: Mapping[str, Any], one: Mapping[str, Any], name: str) -> Advice:
    do = {
        "orders": _fewer_of_whom(found, one),
        "baskets": _("Find out what people no longer buy at {store}: what is missing on its shelves, which goods sell less there, what has become dearer."),
        "both": _("Go and see why {store} is falling: what is missing on the shelves, who serves, what has opened nearby."),
    }[less(one)]  # fmt: skip
    check = _("Each week count the orders of {store} and of the same week a year before: the gap should get smaller.") if less(one) == "orders" and _a_year_before(one) else _("Each week set the orders of {store} beside those of the other stores: the gap should get smaller.") if less(one) == "orders" else _("Each week set what an order brings at {store} beside that of the other stores.")  # fmt: skip
    if one["orders_rate"] is None:
        check = _("Each week set the revenue of {store} beside that of the other stores.")
    return Advice(do.format(store=name), _who_came(found, one), check.format(store=name))


def _fewer_of_whom(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Why there may be fewer orders: as the file tells whether it is members who come less, it is said."""
    rates = _rates(_both(found, one)) if less(one) == "orders" and one["orders_rate"] is not None else None  # fmt: skip
    if rates is None:
        return _("Find out why there are fewer purchases in {store}: whether its members come less often, what has opened nearby, what has changed at its door.")  # fmt: skip
    members, rest = rates
    if abs(members - rest) <= ALIKE:
        return _("Find out why there are fewer purchases in {store}. Those of members fell about as much as the others, so it is not the membership: see what has opened nearby, what has changed at its door.")  # fmt: skip
    if members < rest:
        return _("Find out why there are fewer purchases in {store}. Those of members fell more than the others: ask members first what keeps them away, then see what has opened nearby.")  # fmt: skip
    return _("Find out why there are fewer purchases in {store}. Those of members held up better than the others: see what has opened nearby, what has changed at its door.")  # fmt: skip


def _both(found: Mapping[str, Any], one: Mapping[str, Any]) -> list[dict[str, int]]:
    return [_came(found["sales"], one["store_id"], name) for name in _compared(one)]


def _rates(both: Sequence[Mapping[str, int]]) -> tuple[float, float] | None:
    """How the orders of members and those of others changed; None where one of the two has none."""
    then, now = both
    if not then["of_members"] or not now["of_members"] or then["orders"] == then["of_members"]:
        return None
    rest = (now["orders"] - now["of_members"]) / (then["orders"] - then["of_members"]) - 1
    return now["of_members"] / then["of_members"] - 1, rest


def _who_came(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Of a store's orders those of members and the rest, and how many members came, then and now."""
    if one["orders_rate"] is None:
        return _against(found, store_called(found, one["store_id"]), one)
    then, now = _both(found, one)
    told = _("Orders there, {late} against {early}: {orders}.").format(orders=f"{then['orders']:,} → {now['orders']:,}", **_spans(one))  # fmt: skip
    rates = _rates((then, now))
    if rates is None:
        return told
    return told + gap() + _("Members' orders {members}, those of others {rest}; members who came: {then} → {now}.").format(
        members=change(rates[0]), rest=change(rates[1]),
        then=f"{then['members']:,}", now=f"{now['members']:,}",
    )  # fmt: skip


def _came(sales: Any, store: Any, column: str) -> dict[str, int]:
    first, last = column.split("_")[1:]
    frame = in_months(sales, first, last)
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
        frame = kpi.sales_summary(found["sales"], by=["store_id", "category"], products=found["products"], since=f"{first}-01", until=last_of(last))  # fmt: skip
        of.append({r["store_id"]: r["revenue"] for r in rows(frame) if r["category"] == one["category"]})  # fmt: skip
    then, now = of
    both = sorted(
        (name for name in then if name in now and then[name] > 0),
        key=lambda name: -abs(now[name] - then[name]),
    )[:4]
    told = [f"{store_called(found, name)} {change(now[name] / then[name] - 1)}" for name in both]
    return _("By store: {stores}.").format(stores=_(", ").join(told)) if told else ""


RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Point]], ...] = (stores, categories)
