"""What a figure of the report means, in one or two sentences."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from scipy.stats import chisquare

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import full_day, full_month, full_weekday, months, text
from crmkit.report.figures import change, money, rows, share, signed
from crmkit.report.own import compared

BY_CHANCE = 0.001
"""What chance alone brings more often than this is told as no difference."""
FELL = -0.1
"""Of a store or category that lost more than this it is told whether fewer came or bought less."""
ROSE = 0.2
"""A category that rose by this or more is told before those that fell."""
FEW = 5
"""So many products are told of where no few of them bring most."""
HALF_A_YEAR = 6
"""So many months are told together beside the last one."""
ALIKE = 0.02
"""Months that differ by no more are told as alike."""
MANY = 8
"""Of more stores than this those at either end are named."""
CENT = 0.01
"""Two sums of money that differ by less are the same."""
NIGHT = 0.1
"""With a larger share of orders between midnight and five, the clock may be another's."""


def receipts(found: Mapping[str, Any]) -> str:
    """Why there are more receipts in the file than orders."""
    one, gone = rows(found["receipts"])[0], found["_gone"]
    said = []
    if gone:
        said.append(_("The file holds {all} receipts; left without a line after tidying, and so not counted: {gone}.").format(all=f"{one['receipts'] + gone:,}", gone=f"{gone:,}"))  # fmt: skip
    if one["only_returns"]:
        told = _("{n} of the {all} that are left are returns only: they do not count as orders, and the money is taken off revenue.") if gone else _("{n} of {all} receipts are returns only: they do not count as orders, and the money is taken off revenue.")  # fmt: skip
        said.append(told.format(n=f"{one['only_returns']:,}", all=f"{one['receipts']:,}"))
    return gap().join(said)


def total(found: Mapping[str, Any]) -> str:
    """What the file's own row of totals says, and why the revenue here is another."""
    one = found["_reconciled"]
    if one is None:
        return ""

    def exact(value: float) -> str:
        return signed(f"{value:,.2f}", found["_sign"])

    if abs(one.stated - one.counted) < CENT:
        return _("The row of totals in the file says {stated}: so does this report.").format(stated=exact(one.stated))  # fmt: skip
    if abs(one.stated - one.lines) >= CENT:
        return _("The row of totals in the file says {stated}, but its lines add up to {lines}; this report counts {counted} of them.").format(stated=exact(one.stated), lines=exact(one.lines), counted=exact(one.counted))  # fmt: skip
    parts = []
    other = one.lines - one.counted - one.doubled
    if abs(one.doubled) >= CENT:
        parts.append(_("lines that stand twice {money}").format(money=exact(one.doubled)))
    if abs(other) >= CENT:
        parts.append(_("other lines set aside {money}").format(money=exact(other)))
    return _("The row of totals in the file says {stated}, this report counts {counted}. Not counted: {parts}.").format(stated=exact(one.stated), counted=exact(one.counted), parts=_(", ").join(parts))  # fmt: skip


def rate(found: Mapping[str, Any]) -> str:
    """The last rate, with what it was reckoned from."""
    one = found["_last"]
    if one.value is None:
        return str(one)
    of_money = one.name == "member_share"
    part, all_of_it = (
        money(found, n) if of_money else f"{n:,.0f}" for n in (one.numerator, one.denominator)
    )
    return _("{share}: {part} of {all}.").format(share=share(one.value), part=part, all=all_of_it)


def by_month(found: Mapping[str, Any]) -> str:
    """The strongest and the weakest month, a day each, and which are left out because they are not whole."""
    table = sorted(
        (one["revenue"] / days_in(one["month"]), one["month"]) for one in rows(found["by_month"])
    )
    said = []
    if len(table) > 1:
        (low, least), (high, best) = table[0], table[-1]
        if high - low <= ALIKE * high:
            said.append(_("By the day, no month differs from another by more than {share}.").format(share=f"{ALIKE:.0%}"))  # fmt: skip
        else:
            said.append(_("Best month by the day: {best} ({high} a day); weakest: {least} ({low} a day).").format(best=full_month(best), high=money(found, high), least=full_month(least), low=money(found, low)))  # fmt: skip
    first, last = found["_cut"]
    if first or last:
        cut = _(", ").join(
            full_month(f"{day:%Y-%m}")
            for day, so in zip(found["_days"], (first, last), strict=True)
            if so
        )
        said.append(_("Left out of the monthly figures, because the file does not hold all of it: {months}.").format(months=cut))  # fmt: skip
    return gap().join(said)


def days_in(month: str) -> int:
    """How many days a month has, of 2025-02: the sum of a longer one is more for that alone."""
    year, number = map(int, month.split("-"))
    return monthrange(year, number)[1]


def weeks(found: Mapping[str, Any]) -> str:
    """The strongest and the weakest week, by the day each begins; what is left out at the ends."""
    table = sorted(rows(found["by_week"]), key=lambda one: one["revenue"])
    if len(table) < 2:
        return ""
    said = _("Best week: from {best} ({high}); weakest: from {least} ({low}).").format(best=_week(table[-1]), least=_week(table[0]), high=money(found, table[-1]["revenue"]), low=money(found, table[0]["revenue"]))  # fmt: skip
    first, last = found["_days"]
    weeks = sorted(one["week"] for one in table)
    begins, ends = (date.fromisoformat(str(one)[:10]) for one in (weeks[0], weeks[-1]))
    cut = [*([first] if begins > first else []), *([last] if ends + timedelta(6) < last else [])]
    if cut:
        said += gap() + _("Left out, because the file does not hold all seven days: the weeks of {days}.").format(days=_(", ").join(map(full_day, cut)))  # fmt: skip
    return said


def _week(one: Mapping[str, Any]) -> str:
    return full_day(date.fromisoformat(str(one["week"])[:10]))


def growth(found: Mapping[str, Any]) -> str:
    """The last whole month against the year before, or the month before."""
    table = rows(found["growth"])
    if not table:
        return ""
    last = table[-1]
    if last["yoy"] is not None and last["yoy"] == last["yoy"]:
        said = _("{month}: {change} on the same month a year earlier.").format(month=full_month(last["month"]), change=change(last["yoy"]))  # fmt: skip
        return said + _by_the_day(last["month"], last["yoy"], 12) + _half_a_year(table)
    if last["pop"] is not None and last["pop"] == last["pop"]:
        said = _("{month}: {change} on the month before, not adjusted for season.").format(month=full_month(last["month"]), change=change(last["pop"]))  # fmt: skip
        return said + _by_the_day(last["month"], last["pop"], 1)
    return ""


def _by_the_day(month: str, rate: float, months_ago: int) -> str:
    """The change by the day, where one of the two months is longer."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - months_ago
    now, then = days_in(month), days_in(f"{number // 12}-{number % 12 + 1}")
    if now == then:
        return ""
    daily = (1 + rate) * then / now - 1
    return gap() + _("By the day: {change} ({now} days against {then}).").format(change=change(daily), now=now, then=then)  # fmt: skip


def _half_a_year(table: list[dict[str, Any]]) -> str:
    """The last months together against the year before: one month alone may be the odd one out."""
    of = [one for one in table if one["last_year"] is not None and one["last_year"] > 0][-HALF_A_YEAR:]  # fmt: skip
    if len(of) < HALF_A_YEAR // 2:
        return ""
    total = sum(one["revenue"] for one in of) / sum(one["last_year"] for one in of) - 1
    fewer = sum(one["revenue"] < one["last_year"] for one in of)
    return gap() + _("The last {n} months together: {total}; below the year before in {fewer} of them.").format(n=len(of), total=change(total), fewer=fewer)  # fmt: skip


def weekday(found: Mapping[str, Any]) -> str:
    """The strongest and the weakest day, where more tells them apart than chance would."""
    table = [one for one in rows(found["by_weekday"]) if one["weekday"] is not None]
    if len(table) < 2:
        return ""
    orders = [one["daily_orders"] * one["days"] for one in table]
    open_days = sum(one["days"] for one in table)
    expected = [sum(orders) * one["days"] / open_days for one in table]
    if not sum(orders) or chisquare(orders, expected).pvalue > BY_CHANCE:
        return _("The days of the week hardly differ: no more than by chance.")
    table.sort(key=lambda one: one["daily_revenue"])
    least, best = table[0], table[-1]
    return _("Best day of the week: {best} ({high} a day on average); weakest: {least} ({low}).").format(
        best=full_weekday(best["weekday"]), high=money(found, best["daily_revenue"]),
        least=full_weekday(least["weekday"]), low=money(found, least["daily_revenue"]),
    )  # fmt: skip


def hours(found: Mapping[str, Any]) -> str:
    """The busiest hour; whether the clock can be the shop's."""
    table = [one for one in rows(found["by_hour"]) if one["hour"] is not None]
    orders = sum(one["orders"] for one in table)
    if not orders:
        return ""
    best = max(table, key=lambda one: one["orders"])
    said = _("Busiest hour: {hour}:00 to {next}:00, with {share} of orders.").format(hour=best["hour"], next=best["hour"] + 1, share=share(best["orders"] / orders))  # fmt: skip
    night = sum(one["orders"] for one in table if one["hour"] < 5) / orders
    if night > NIGHT:
        said += gap() + _("{share} fall between 0:00 and 5:00: is this the clock of your shop, or of another time zone?").format(share=share(night))  # fmt: skip
    return said


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
    if table[0]["change_rate"] > FELL:
        return said
    return said + gap() + _("{name}: {why}").format(name=named[0], why=why_less(table[0], step))


def less(one: Mapping[str, Any]) -> str:
    """What made revenue fall: fewer "orders", smaller "baskets", or "both" of them."""
    orders, basket = one["orders_rate"], one["each_rate"]
    if basket is None or basket > orders / 3:
        return "orders"
    return "baskets" if orders > basket / 3 else "both"


def goods_rose(found: Mapping[str, Any], step: str = "category_trend") -> dict[str, Any] | None:
    """The category that rose most, where it rose by much; of stores the one that fell is told first."""
    table = rows(found[step]) if step == "category_trend" and step in found else []
    return table[-1] if len(table) > 1 and table[-1]["change_rate"] >= ROSE else None


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


def channels(found: Mapping[str, Any]) -> str:
    """The strongest channel."""
    return _most(found["by_channel"], "channel", {}, _("Of {n} channels, {name} sells most: {share} of revenue."))  # fmt: skip


def categories(found: Mapping[str, Any]) -> str:
    """The strongest category."""
    return _most(found["by_category"], "category", {}, _("Of {n} categories, {name} sells most: {share} of revenue."))  # fmt: skip


def abc(found: Mapping[str, Any]) -> str:
    """How few products bring most."""
    table = rows(found["abc"])
    first = [one for one in table if one["abc"] == "A"]
    if not first:
        return ""
    told = {"n": f"{len(first):,}", "all": f"{len(table):,}", "share": share(first[-1]["cumulative_share"])}  # fmt: skip
    if len(table) <= 2 * FEW:
        said = ""  # of so few, most bring most
    elif len(first) > len(table) / 2:
        said = _("Sales are widely spread: the {few} best sellers bring {best}; it takes {n} of {all} products for {share} of revenue.").format(few=FEW, best=share(table[FEW - 1]["cumulative_share"]), **told) + gap()  # fmt: skip
    else:
        said = _("{n} of {all} products bring {share} of revenue.").format(**told) + gap()
    ids = [str(one["product_id"]) for one in goods(first, table)[:3]]
    names = _(", ").join(found["names"].get(one, one) for one in ids)
    return said + _("Top sellers: {names}.").format(names=names)


def goods(some: list[dict[str, Any]], of: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of some products that are goods: where nearly all codes have a number, POSTAGE is none."""
    numbered = [one for one in of if any(sign.isdigit() for sign in str(one["product_id"]))]
    if len(numbered) <= 0.9 * len(of):
        return some
    return [one for one in some if one in numbered] or some


def returns(found: Mapping[str, Any]) -> str:
    """How many products bring most of the returns."""
    table = rows(found["returns"])
    if not table:
        return _("No product came back.")
    told = _("Refunded: {money}. Sorted by the money refunded.").format(money=money(found, sum(one["refunded"] or 0 for one in table)))  # fmt: skip
    return told if any(one["unusual"] for one in table) else told + gap() + _("No product comes back more often than chance explains.")  # fmt: skip


def pairs(found: Mapping[str, Any]) -> str:
    """The most frequent pair."""
    table = rows(found["pairs"])
    if not table:
        return _(
            "Of products bought together in 20 orders or more, no pair stands out from chance."
        )
    return _("A lift of 3 means: bought together three times as often as by chance. Pairs that may be down to chance are left out.")  # fmt: skip


def structure(found: Mapping[str, Any]) -> str:
    """What the advice would free."""
    freed = sum(
        one["frees"] or 0 for one in rows(found["structure"]) if one["frees"] == one["frees"]
    )
    return _("Reducing and clearing would free {money} of stock, at cost.").format(money=money(found, freed))  # fmt: skip
