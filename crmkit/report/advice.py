"""What to do, from what was found: each piece of advice names the figure it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import full_day, full_month, months, text
from crmkit.report import of_goods, of_places
from crmkit.report.figures import change, money, rows, share
from crmkit.report.of_members import half, long_away
from crmkit.report.own import compared

FELL, ONCE, WALK_INS, BACK, EMPTY, LIFT = -0.05, 0.3, 0.5, 0.05, 0.03, 2.0
"""From where on a figure is worth a word: revenue against last year, members who came once, revenue of
walk-ins, pieces that come back, empty shelves, how many times as often as by chance."""
TO_COMPARE = 200
"""Of fewer members than this, every tenth left out is too few to compare with."""
LONG = 30
"""Fewer days, or less than twice what is usual between two visits, is no long time."""
AWAY = 90
"""Members away for more days than this, and than twice what is usual, are told apart from the rest."""
TO_CALL = ("important_keep", "important_win_back")
"""The groups that spent much and have not been for a while."""
CANCELLED = 0.5
"""Where more comes back than this, large orders were cancelled: that is no fault of the goods."""


@dataclass(frozen=True)
class Advice:
    """What to do, the figure it rests on, and how one sees whether it helped."""

    do: str
    because: str
    check: str


def advice(found: Mapping[str, Any]) -> list[Advice]:
    """The advice that the results so far bear out, the most urgent first; at most five."""
    said = [one for rule in (_fall, _store, _win_back, _rise, _second, _walk_ins, _empty, _pair, _return) if (one := rule(found))]  # fmt: skip
    return said[:5]


def _fall(found: Mapping[str, Any]) -> Advice | None:
    grown = rows(found["growth"]) if "growth" in found else []
    if not grown or grown[-1]["yoy"] is None or not grown[-1]["yoy"] < FELL:
        return None
    several = found["_stores"] > 1
    return Advice(
        _("Before you cut prices, find out who is staying away: look at revenue store by store and group by group.") if several else _("Before you cut prices, find out who is staying away: look at revenue group by group."),
        _("{month}: {change} on the same month a year earlier.").format(month=full_month(grown[-1]["month"]), change=change(grown[-1]["yoy"])),
        _("Compare with the same month a year earlier, not with the month before."),
    )  # fmt: skip


def _store(found: Mapping[str, Any]) -> Advice | None:
    worst = rows(found["store_trend"])[:1] if "store_trend" in found else []
    if not worst or worst[0]["change_rate"] > of_places.FELL:
        return None
    name = found["names"].get(str(worst[0]["store_id"]), worst[0]["store_id"])
    early, late = compared([one["month"] for one in rows(found["by_month"])])
    do = {
        "orders": _(
            "Find out why there are fewer purchases in {store}: whether its members come less often, what has opened nearby, what has changed at its door."
        ),
        "baskets": _(
            "Find out what people no longer buy at {store}: what is missing on its shelves, which goods sell less there, what has become dearer."
        ),
        "both": _(
            "Go and see why {store} is falling: what is missing on the shelves, who serves, what has opened nearby."
        ),
    }[of_places.less(worst[0])]
    told = _("{store}: {change}, {late} compared with {early}.").format(
        store=name,
        change=change(worst[0]["change_rate"]),
        late=months(late[0], late[-1]),
        early=months(early[0], early[-1]),
    )
    return Advice(
        do.format(store=name),
        told + gap() + _("That is: {why}").format(why=of_places.why_less(worst[0])),
        _("Watch the store's revenue month by month beside that of the others."),
    )  # fmt: skip


def _win_back(found: Mapping[str, Any]) -> Advice | None:
    if "groups" not in found:
        return None
    gone = [one for one in rows(found["groups"]) if one["rfm_group"] in TO_CALL]  # fmt: skip
    members = sum(one["members"] for one in gone)
    if not members:
        return None
    usual = half(found) if "between" in found else None
    away = long_away(found, TO_CALL, max(AWAY, 2 * (usual or 0)))
    days = sum(one["recency_each"] * one["members"] for one in gone) / members
    if not away["members"] and days < max(LONG, 2 * (usual or LONG)):
        return None  # they come as they always did
    because = _("{n} members ({groups}) bring {money} of member spending; by {day} they had not bought for {days} days on average.").format(day=full_day(found["_days"][1]), groups=_(", ").join(f"{text('rfm_group', one['rfm_group'])} {one['members']:,}" for one in gone), n=f"{members:,}", money=share(sum(one["monetary_share"] for one in gone)), days=f"{days:.0f}")  # fmt: skip
    if away["members"]:
        members = away["members"]
        because = _long_away(found, away, max(AWAY, 2 * (usual or 0)))
    many = members >= TO_COMPARE
    return Advice(
        _("Contact good members who have not been in for a while, by phone or message; leave out one in ten at random, for comparison.") if many else _("Contact good members who have not been in for a while, one by one, by phone or message."),
        because,
        _("In two months: what share of those contacted bought, and what share of those left out?") if many else _("In two months: which of them have bought again? Ask each one why, or why not."),
    )  # fmt: skip


def _long_away(found: Mapping[str, Any], away: Mapping[str, Any], days: int) -> str:
    """Who they are that have been away long: two kinds of people have no average in common."""
    said = [_("By {day} {n} of them had not bought for more than {days} days; they had spent {money}.").format(day=full_day(found["_days"][1]), n=f"{away['members']:,}", days=days, money=money(found, away["money"]))]  # fmt: skip
    if away["then"] > 1:
        said.append(_("{n} of these last came in {month}.").format(n=f"{away['then']:,}", month=full_month(away["month"])))  # fmt: skip
    if away["level"] and away["of_level"] > 1:
        said.append(_("{n} of these are members of the level “{level}”.").format(n=f"{away['of_level']:,}", level=away["level"]))  # fmt: skip
    if away["rest"]:
        said.append(_("The other {n} have been away for {days} days on average: no hurry there.").format(n=f"{away['rest']:,}", days=f"{away['rest_days']:.0f}"))  # fmt: skip
    return gap().join(said)


def _rise(found: Mapping[str, Any]) -> Advice | None:
    best = of_places.goods_rose(found)
    if best is None:
        return None
    name = text("category", best["category"])
    early, late = compared([one["month"] for one in rows(found["by_month"])])
    return Advice(
        _("{category} is growing fast: see whether stock and shelf space keep up with it.").format(category=name),
        _("{store}: {change}, {late} compared with {early}.").format(store=name, change=change(best["change_rate"]), late=months(late[0], late[-1]), early=months(early[0], early[-1])),
        _("Watch its revenue month by month, and the days on which something of it is out of stock."),
    )  # fmt: skip


def _second(found: Mapping[str, Any]) -> Advice | None:
    if "times" not in found or "between" not in found or not (table := rows(found["times"])):
        return None
    if table[0]["purchases"] != 1 or table[0]["member_share"] < ONCE:
        return None
    days = half(found)
    return Advice(
        _("Give first-time customers a reason to come back while they still remember you."),
        _("{share} of members bought only once (a single order).").format(share=share(table[0]["member_share"]))
        + ("" if days is None else gap() + _("When members come again, half of the time it is within {n} days.").format(n=days)),
        _("Watch the share of a month's new members who buy again within 90 days."),
    )  # fmt: skip


def _walk_ins(found: Mapping[str, Any]) -> Advice | None:
    known = found.get("member_share")
    if known is None or known.value is None or known.value > 1 - WALK_INS:
        return None
    return Advice(
        _("At the till, ask everyone whether they are a member, and sign up those who would like to be."),
        _("Members bring {share} of revenue: you do not know who bought the rest.").format(share=share(known.value)),
        _("Watch the members' share of revenue by cashier and week."),
    )  # fmt: skip


def _empty(found: Mapping[str, Any]) -> Advice | None:
    rate = found.get("stockouts")
    if rate is None or rate.value is None or rate.value < EMPTY:
        return None
    return Advice(
        _("Reorder earlier what sells best and is out of stock."),
        _("Counted by product and day, the shelf was empty {share} of the time.").format(share=share(rate.value)),
        _("Watch the stock-out rate of the A products week by week."),
    )  # fmt: skip


def _pair(found: Mapping[str, Any]) -> Advice | None:
    table = [one for one in rows(found["pairs"]) if one["lift"] >= LIFT] if "pairs" in found else []
    if not table:
        return None
    names = found["names"]
    several = found["_stores"] > 1
    first, second = (
        names.get(str(table[0][c]), table[0][c]) for c in ("product_id", "also_bought")
    )
    return Advice(
        (_("Put {first} and {second} side by side, in one store first.") if several else _("Put {first} and {second} side by side.")).format(first=first, second=second),
        _("{n} orders have both: {lift} times as many as by chance.").format(n=f"{table[0]['orders_both']:,}", lift=f"{table[0]['lift']:.1f}"),
        _("Compare their sales with those of a store where nothing was moved.") if several else _("Compare how many orders hold both, four weeks before and four weeks after."),
    )  # fmt: skip


def _return(found: Mapping[str, Any]) -> Advice | None:
    if "returns" not in found:
        return None
    table = [
        one
        for one in rows(found["returns"])
        if one["unusual"] and BACK <= one["return_rate"] <= CANCELLED
    ]
    table = of_goods.goods(table, rows(found["abc"])) if "abc" in found else table
    if not table:
        return None
    name = found["names"].get(str(table[0]["product_id"]), table[0]["product_id"])
    return Advice(
        _("Find out what is wrong with {product}: is it the product, or what its description promises?").format(product=name),
        _("{rate} of the units sold come back: {money} refunded.").format(rate=share(table[0]["return_rate"]), money=money(found, table[0]["refunded"])),
        _("Write down the reason at each return, and count again in a month."),
    )  # fmt: skip
