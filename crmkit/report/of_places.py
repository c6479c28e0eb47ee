"""Which stores, channels and categories sell most, which are up and which are down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import months, text
from crmkit.report.figures import change, rows, share
from crmkit.report.own import compared

FELL = -0.1
"""Of a store or category that lost more than this it is told whether fewer came or bought less."""
ROSE = 0.2
"""A category that rose by this or more is told before those that fell."""
MANY = 8
"""Of more stores than this those at either end are named."""


def _most(table: Any, column: str, called: Mapping[str, str], told: str) -> str:
    """Which of several brings most of the revenue."""
    table = [one for one in rows(table) if one[column] is not None]
    revenue = sum(one["revenue"] for one in table)
    if len(table) < 2 or revenue <= 0:
        return ""
    best = max(table, key=lambda one: one["revenue"])
    name = called.get(str(best[column]), text(column, best[column]))
    return told.format(n=len(table), name=name, share=share(best["revenue"] / revenue))  # fmt: skip


def stores(found: Mapping[str, Any]) -> str:
    """The strongest store."""
    return _most(found["by_store"], "store_id", found["names"], _("Of {n} stores, {name} sells most: {share} of revenue."))  # fmt: skip


def channels(found: Mapping[str, Any]) -> str:
    """The strongest channel."""
    return _most(found["by_channel"], "channel", {}, _("Of {n} channels, {name} sells most: {share} of revenue."))  # fmt: skip


def categories(found: Mapping[str, Any]) -> str:
    """The strongest category."""
    return _most(found["by_category"], "category", {}, _("Of {n} categories, {name} sells most: {share} of revenue."))  # fmt: skip


def store_trend(found: Mapping[str, Any]) -> str:
    """All stores together, then each."""
    told = _("{late} compared with {early}: {total} overall. By store: {stores}.")
    return _trend(found, "store_trend", "store_id", told)


def category_trend(found: Mapping[str, Any]) -> str:
    """All categories together, where the stores did not tell it, then each."""
    told = _("{late} compared with {early}: {total} overall. By category: {stores}.")
    if store_trend(found) if "store_trend" in found else "":
        told = _("{late} compared with {early}, by category: {stores}.")
    return _trend(found, "category_trend", "category", told)


def _trend(found: Mapping[str, Any], step: str, column: str, said: str) -> str:
    """In all, then each, the one that fell most first; of many those at either end. Of the one that
    fell most whether fewer came or each bought less.
    """
    table = rows(found[step])
    if len(table) < 2:
        return ""
    named = [found["names"].get(str(one[column]), text(column, one[column])) for one in table]
    told = [f"{name} {change(one['change_rate'])}" for name, one in zip(named, table, strict=True)]
    first = [told.pop()] if goods_rose(found, step) else []
    if len(told) > MANY:
        told = [*told[: MANY // 2], "…", *told[-(MANY // 2) :]]
    listed = _(", ").join(told)
    if first:
        listed = _("{name} rose most; the others: {rest}").format(name=first[0], rest=listed)
    of = {one["month"]: one["revenue"] for one in rows(found["by_month"])}
    early, late = compared(list(of))
    then, now = (sum(of[one] for one in some) for some in (early, late))
    said = said.format(
        late=months(late[0], late[-1]), early=months(early[0], early[-1]),
        total=change(now / then - 1) if then else "–", stores=listed,
    )  # fmt: skip
    if table[0]["change_rate"] > FELL or table[0]["orders_rate"] is None:
        return said
    return said + gap() + _("{name}: {why}").format(name=named[0], why=why_less(table[0], step))


def goods_rose(found: Mapping[str, Any], step: str = "category_trend") -> dict[str, Any] | None:
    """The category that rose most, where it rose by much; of stores the one that fell is told first."""
    table = rows(found[step]) if step == "category_trend" and step in found else []
    return table[-1] if len(table) > 1 and table[-1]["change_rate"] >= ROSE else None


def less(one: Mapping[str, Any]) -> str:
    """What made revenue fall: fewer "orders", smaller "baskets", or "both" of them."""
    orders, basket = one["orders_rate"], one["each_rate"]
    if orders is None:
        return "both"  # nobody knows: the file does not tell its orders
    if basket is None or basket > orders / 3:
        return "orders"
    return "baskets" if orders > basket / 3 else "both"


def why_less(one: Mapping[str, Any], step: str = "store_trend") -> str:
    """How orders and what an order brings have changed, and what that means."""
    of_stores = {
        "orders": _("orders {orders}, average order value {basket}: fewer purchases."),
        "baskets": _(
            "orders {orders}, average order value {basket}: as many purchases, but smaller ones."
        ),
        "both": _(
            "orders {orders}, average order value {basket}: fewer purchases, and each brings less."
        ),
    }
    of_goods = {
        "orders": _("orders with it {orders}, spent on it in each {basket}: it is bought less often."),
        "baskets": _("orders with it {orders}, spent on it in each {basket}: bought as often, but less of it."),
        "both": _("orders with it {orders}, spent on it in each {basket}: bought less often, and less of it."),
    }  # fmt: skip
    told = (of_stores if step == "store_trend" else of_goods)[less(one)]
    basket = "–" if one["each_rate"] is None else change(one["each_rate"])
    return told.format(orders=change(one["orders_rate"]), basket=basket)


def breaks(found: Mapping[str, Any]) -> str:
    """What the change is held against; or that nothing turned."""
    if not rows(found["_last"]):
        return _("None has clearly gone to another level in one month and stayed there.")
    return _("The change is that beside the others: a season that all share is taken out.")
