"""What a figure about members means, in one or two sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import days, full_day, full_month, text
from crmkit.report.coming import last_seen as last_seen_in
from crmkit.report.figures import change, money, rows, share
from crmkit.report.own import month_before
from crmkit.segment.scores import RFM_GROUPS

AWAY = 90
"""Members away for more days than this, and than twice what is usual, have stopped coming."""
TO_CALL = ("important_keep", "important_win_back")
"""The groups that spent much and have not been for a while."""
MOVES = timedelta(days=20)
"""So far a holiday of the lunar calendar moves from year to year."""
NEAR, FAR = 0.1, 0.25
"""A forecast is near that was not more than this off, and far that was more than that."""


def repeat(found: Mapping[str, Any]) -> str:
    """How many of the members bought more than once."""
    one = found["repeat"]
    if one.value is None:
        return str(one)
    n, all_of_them = f"{one.numerator:,.0f}", f"{one.denominator:,.0f}"
    return _("{share}: {n} of {all} members.").format(share=share(one.value), n=n, all=all_of_them)


def movement(found: Mapping[str, Any]) -> str:
    """The last whole month: who is new, who has stopped coming."""
    table = rows(found["movement"])
    if not table:
        return ""
    first, last = table[0], table[-1]
    said = _("{month}: {new} new members; {lost} members bought in {bought} and not in the three months after.").format(month=full_month(last["month"]), new=f"{last['new']:,}", lost=f"{last['lapsed']:,}", bought=_last_seen(last))  # fmt: skip
    most = max(table, key=lambda one: one["lapsed"])
    if most["lapsed"] > last["lapsed"]:
        said += gap() + _("Most left after {month}: {lost} bought then and not in the three months after.").format(month=_last_seen(most), lost=f"{most['lapsed']:,}")  # fmt: skip
        said += _back_since(found, most)
        said += gap() + _("The chart shows them in {counted}, when the three months were over.").format(counted=full_month(most["month"]))  # fmt: skip
    return said + gap() + _("The file begins in {month}, so everyone counts as new in that month, long-standing customers too.").format(month=full_month(first["month"]))  # fmt: skip


def _back_since(found: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """How many of those who count as lost in a month came again later: it was the last time for the rest."""
    if "sales" not in found:
        return ""
    month = month_before(one["month"], 3)
    stayed = next(o["members"] for o in rows(last_seen_in(found["sales"])) if o["month"] == month)
    if stayed >= one["lapsed"]:
        return ""
    return gap() + _("{back} of them have been in again since; for {stayed} it was the last time.").format(back=f"{one['lapsed'] - stayed:,}", stayed=f"{stayed:,}")  # fmt: skip


def _last_seen(one: Mapping[str, Any]) -> str:
    """When those last bought who count as lost in a month: three months before it."""
    return full_month(month_before(one["month"], 3))


def long_away(found: Mapping[str, Any], groups: tuple[str, ...], days: int) -> dict[str, Any]:
    """Of the members of some groups those who have been away for more days than these, and the rest.

    How many (`members`, `who`), what they spent (`money`); how many are left (`rest`) and how many days
    they have been away on average (`rest_days`): two kinds of people have no average in common.
    """
    here = nw.from_native(found["rfm"]).lazy().filter(nw.col("rfm_group").is_in(groups))
    each = rows(here.select("member_id", "recency", "monetary"))
    gone = [one for one in each if one["recency"] > days]
    rest = [one["recency"] for one in each if one["recency"] <= days]
    return {
        "members": len(gone), "who": [one["member_id"] for one in gone], "money": sum(one["monetary"] for one in gone),
        "rest": len(rest), "rest_days": sum(rest) / len(rest) if rest else 0,
    }  # fmt: skip


def last_seen(found: Mapping[str, Any]) -> str:
    """How the last months are read: who was there then has not left."""
    return _("Whoever was last seen in the last {days} days has not stopped coming; look at the months before.").format(days=away_for(found))  # fmt: skip


def rfm(found: Mapping[str, Any]) -> str:
    """How the two bars are read."""
    return _("Where the spending bar is longer than the member bar, the group spends more per head than the average member.")  # fmt: skip


def groups(found: Mapping[str, Any]) -> str:
    """Where the money of the members is."""
    table = rows(found["groups"])
    best = table[0]
    said = _("“{group}” is {members} of members and {money} of member spending.").format(
        group=text("rfm_group", best["rfm_group"]),
        members=share(best["member_share"]),
        money=share(best["monetary_share"]),
    )
    return said + gap() + _lines_between(found)


def _lines_between(found: Mapping[str, Any]) -> str:
    """Where the eight groups part, as this file has it: by how much was spent, by how long ago."""
    group, one = nw.col("rfm_group"), nw.lit(1)
    much = group.is_in([name for name in RFM_GROUPS if name.startswith("important")])
    away = group.is_in([name for name in RFM_GROUPS if name.endswith(("keep", "win_back"))])
    asked = nw.from_native(found["rfm"]).lazy().select(
        all=nw.len(),
        much=nw.when(much).then(one).otherwise(nw.lit(0)).sum(),
        away=nw.when(away).then(one).otherwise(nw.lit(0)).sum(),
        least=nw.when(much).then(nw.col("monetary")).min(),
        days=nw.when(away).then(nw.col("recency")).min(),
    )  # fmt: skip
    here = rows(asked)[0]
    said = []
    if here["much"]:
        said.append(_("“Important” means the {share} of members who spent most, {least} or more each.").format(share=share(here["much"] / here["all"]), least=money(found, here["least"])))  # fmt: skip
    if here["away"]:
        said.append(_("“To keep” and “to win back” mean no purchase for {days} days or more: that is {share} of members.").format(days=int(here["days"]), share=share(here["away"] / here["all"])))  # fmt: skip
    return gap().join(said)


def times(found: Mapping[str, Any]) -> str:
    """How many bought only once."""
    once = rows(found["times"])[0]
    return _("Members who bought only once (a single order): {n} ({share}).").format(n=f"{once['members']:,}", share=share(once["member_share"]))  # fmt: skip


def half(found: Mapping[str, Any]) -> int | None:
    """Within how many days half of those who come again have come."""
    table = rows(found["between"])
    return next((one["days"] for one in table if one["cumulative_share"] >= 0.5), None)


def away_for(found: Mapping[str, Any]) -> int:
    """After how many days a member has stopped coming: 90, or twice what is usual."""
    return max(AWAY, 2 * ((half(found) if "between" in found else None) or 0))


def between(found: Mapping[str, Any]) -> str:
    """How soon half of those who come again have come."""
    days = half(found)
    return "" if days is None else _("When members come again, half of the time it is within {n} days.").format(n=days)  # fmt: skip


def off_by(found: Mapping[str, Any]) -> float | None:
    """By what share the forecast was off when it was tried; None where it was not."""
    one = found.get("held_back")
    return one.expected_value / one.actual_value - 1 if one and one.actual_value > 0 else None


def held_back(found: Mapping[str, Any]) -> str:
    """How far the forecast would have been off a quarter ago: what came against what was told."""
    one, off = found["held_back"], off_by(found)
    if off is None:
        return _("In the last {weeks} weeks these members bought nothing that could be compared.").format(weeks=one.weeks)  # fmt: skip
    said = _("From the sales up to {cut} alone, the method would have forecast {expected} for the {weeks} weeks after; the {n} members of that time spent {actual}. It was off by {off}.").format(
        cut=full_day(one.cut), expected=money(found, one.expected_value), weeks=one.weeks, n=f"{one.n:,}",
        actual=money(found, one.actual_value), off=change(off),
    )  # fmt: skip
    if abs(off) > FAR:
        return _("The forecast is not to be relied on.") + gap() + said
    if abs(off) > NEAR:
        return said + gap() + _("Take the forecast as a rough figure.")
    return said + gap() + _("This once it was close; that is one trial only, and a busy or a slack season comes on top.")  # fmt: skip


def cohorts(found: Mapping[str, Any]) -> str:
    """What share of a cohort comes in the next period, on average."""
    table = rows(found["cohorts"])
    since = "quarters_since" if table and "quarters_since" in table[0] else "months_since"
    next_one = [one for one in table if one[since] == 1 and one["active"] is not None]
    next_one = next_one[1:]  # the first holds all who were customers already
    people = sum(one["members"] for one in next_one)
    if not people:
        return ""
    back = sum(one["active"] for one in next_one) / people
    told = _("{share} of new members bought again the next quarter.") if since == "quarters_since" else _("{share} of new members bought again the next month.")  # fmt: skip
    return told.format(share=share(back)) + gap() + _("The first cohort is left out: it holds everyone who was a customer before the file begins.")  # fmt: skip


def worth(found: Mapping[str, Any]) -> str:
    """What members are expected to bring; first, where it went wrong when tried, not to rely on it."""
    one = found["worth"]
    said = _("{n} members are likely to spend {total} in the 13 weeks after {day} (the model's 95% range: {low} to {high}).").format(
        n=f"{one.n:,}", day=full_day(found["_days"][1]),
        **{name: money(found, getattr(one, name)) for name in ("total", "low", "high")},
    )  # fmt: skip
    off = off_by(found)
    if off is not None and abs(off) > FAR:
        return _("Do not plan with this forecast: on trial, above, the method was off by {off}.").format(off=change(off)) + gap() + _("At most it says which members are likely to bring more than others.")  # fmt: skip
    return said + _busy_ahead(found) + gap() + _("This assumes that things go on as before: the model knows neither your seasons nor your plans.")  # fmt: skip


def _busy_ahead(found: Mapping[str, Any]) -> str:
    """The days of the year before, about where the forecast lies, on which far more was bought."""
    begin = found["_days"][1] - timedelta(days=365)
    near = [
        one
        for one in (rows(found["stretches"]) if "stretches" in found else [])
        if begin - MOVES
        <= one["first_day"]
        <= begin + timedelta(weeks=found["worth"].weeks) + MOVES
    ]
    if not near:
        return ""
    named = _(", ").join(days(one["first_day"], one["last_day"]) for one in near)
    return gap() + _("About this time a year before far more was bought on some days ({days}); holidays move, and this figure knows nothing of them: add them yourself.").format(days=named)  # fmt: skip


def known(found: Mapping[str, Any]) -> str:
    """Why this is not what members bring above."""
    return _("To check against other lists: returns are not taken off here, as they are above.")
