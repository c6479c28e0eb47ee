"""What to do: what the main points ask for, and what else the results bear out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.report import of_goods
from crmkit.report.figures import money, rows, share
from crmkit.report.of_members import half
from crmkit.report.point import Advice, Point

ADVICE = 6
"""So many pieces of advice at most."""
ONCE, WALK_INS, BACK, EMPTY, LIFT = 0.3, 0.5, 0.05, 0.03, 2.0
"""From where on a figure is worth a word: members who came once, revenue of walk-ins, pieces that come
back, empty shelves, how many times as often as by chance."""
CANCELLED = 0.5
"""Where more comes back than this, large orders were cancelled: that is no fault of the goods."""


def advice(found: Mapping[str, Any], points: Sequence[Point]) -> list[Advice]:
    """What the points ask for, then what else the results bear out, the most urgent first."""
    said = [one.advice for one in points if one.advice is not None]
    said += [one for rule in (_second, _walk_ins, _empty, _pair, _return) if (one := rule(found))]
    return said[:ADVICE]


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
