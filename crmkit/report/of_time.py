"""What a figure means that goes by month, week, day or hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from scipy.stats import chisquare

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import full_day, full_month, full_weekday
from crmkit.report.figures import change, money, rows, share
from crmkit.report.own import days_in, month_before, weekdays_by_chance

BY_CHANCE = 0.001
"""What chance alone brings more often than this is told as no difference."""
HALF_A_YEAR = 6
"""So many months are told together beside the last one."""
ALIKE = 0.02
"""Months that differ by no more are told as alike."""
NIGHT = 0.1
"""With a larger share of orders between midnight and five, the clock may be another's."""


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


def days(found: Mapping[str, Any]) -> str:
    """The strongest and the weakest day."""
    table = sorted(rows(found["by_day"]), key=lambda one: one["revenue"])
    if len(table) < 2:
        return ""
    told = _("Best day: {best} ({high}); weakest: {least} ({low}).")
    best, least = (
        full_day(date.fromisoformat(str(one["day"])[:10])) for one in (table[-1], table[0])
    )
    return told.format(best=best, least=least, high=money(found, table[-1]["revenue"]), low=money(found, table[0]["revenue"]))  # fmt: skip


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
        return _half_a_year(table) + said + _by_the_day(last["month"], last["yoy"], 12)
    if last["pop"] is not None and last["pop"] == last["pop"]:
        said = _("{month}: {change} on the month before, not adjusted for season.").format(month=full_month(last["month"]), change=change(last["pop"]))  # fmt: skip
        return said + _by_the_day(last["month"], last["pop"], 1)
    return ""


def _by_the_day(month: str, rate: float, months_ago: int) -> str:
    """The change by the day, where one of the two months is longer."""
    now, then = days_in(month), days_in(month_before(month, months_ago))
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
    return _("The last {n} months together: {total}; below the year before in {fewer} of them.").format(n=len(of), total=change(total), fewer=fewer) + gap()  # fmt: skip


def weekday(found: Mapping[str, Any]) -> str:
    """The strongest and the weakest day, where more tells them apart than chance would."""
    table = [one for one in rows(found["by_weekday"]) if one["weekday"] is not None]
    if len(table) < 2:
        return ""
    if not tells_days_apart(found):
        return _("The days of the week hardly differ: no more than by chance.")
    table.sort(key=lambda one: one["daily_revenue"])
    least, best = table[0], table[-1]
    return _("Best day of the week: {best} ({high} a day on average); weakest: {least} ({low}).").format(
        best=full_weekday(best["weekday"]), high=money(found, best["daily_revenue"]),
        least=full_weekday(least["weekday"]), low=money(found, least["daily_revenue"]),
    )  # fmt: skip


def tells_days_apart(found: Mapping[str, Any]) -> bool:
    """Whether the orders of the days of the week differ by more than chance."""
    table = [one for one in rows(found["by_weekday"]) if one["weekday"] is not None]
    if "orders" in found["_unknown"]:
        return weekdays_by_chance(found["sales"]) <= BY_CHANCE
    orders = [one["daily_orders"] * one["days"] for one in table]
    open_days = sum(one["days"] for one in table)
    expected = [sum(orders) * one["days"] / open_days for one in table]
    return len(table) > 1 and sum(orders) > 0 and chisquare(orders, expected).pvalue <= BY_CHANCE


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


def stretches(found: Mapping[str, Any]) -> str:
    """How many there are; or that there is none."""
    table = rows(found["stretches"])
    if not table:
        return _("No stretch of days stands out from those around it.")
    return _("“Usual” is what a day brings in the 30 days before and after; days without a sale are not counted.")  # fmt: skip
