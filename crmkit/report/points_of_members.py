"""Main points about members: who stopped coming, who no longer comes new, who brings the money."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import full_day, full_month, month_alone
from crmkit.report.coming import (
    Dry,
    Stopped,
    dry,
    home_of,
    new_of,
    rose,
    spent_at_first,
    stopped,
)
from crmkit.report.figures import money, rows, share
from crmkit.report.names import store_called
from crmkit.report.of_members import TO_CALL, away_for, long_away
from crmkit.report.own import month_before
from crmkit.report.point import Advice, Kind, Point

TO_COMPARE = 200
"""Of fewer members than this, every tenth left out is too few to compare with."""
TOP = 5
"""The members who spent most, one in so many."""
MUCH = 0.1
"""Good members long away are a point where they spent this share of what all members did."""
HALF_A_YEAR = 6
"""So many months of missing members are reckoned, as of all points."""
RUN = 6
"""Of a longer run of months those at its end are told."""


def gone(found: Mapping[str, Any]) -> Iterator[Point]:
    """Members who stopped coming in one month, by their level where it is theirs; else the good ones
    who have been away long."""
    if "last_seen" not in found:
        return
    days = away_for(found)
    once = stopped(found, days)
    if once is None:
        yield from _long_away(found, days)
        return
    if once.level:
        yield _level_gone(found, once)
        return
    told = {"n": f"{once.members:,}", "month": full_month(once.month), "money": money(found, once.money)}  # fmt: skip
    because, check = _by_hand(found, once.members, _home(found, once.who))
    yield Point(
        Kind.COSTS, once.money,
        _("{n} members were last seen in {month}, far more than in other months; in the six months up to the end of it they had spent {money}.").format(**told),
        _("First find out what changed around then: prices, points, staff, a competitor."),
        Advice(
            _("Win back the {n} members who stopped in {month}: first put right what changed, then contact them, by phone or message.").format(**told),
            because, check,
        ),
    )  # fmt: skip


def _level_gone(found: Mapping[str, Any], once: Stopped) -> Point:
    """Members of a level who stopped together; where another level rose at the same time, they may
    only have changed their card, and that is looked up before anybody is called."""
    told = {
        "level": once.level, "n": f"{len(once.who):,}", "money": money(found, once.money),
        "month": full_month(once.month), "alone": month_alone(once.month),
    }  # fmt: skip
    said = level_gone(once) + gap() + _("In the six months up to the end of {alone} these {n} had spent {money}.").format(**told)  # fmt: skip
    because, check = _by_hand(found, len(once.who), _home(found, once.who))
    up = rose(found, once)
    if up is None:
        more = _("First find out whether the level “{level}” was withdrawn, or its rules changed, around then.")  # fmt: skip
        do = _("Win back the {n} members of the level “{level}”: first put right what changed, then contact them, by phone or message.")  # fmt: skip
    else:
        told |= {
            "other": up.level, "before": f"{up.before:,}", "after": f"{up.after:,}",
            "more": money(found, up.money), "next": month_alone(month_before(once.month, -1)),
        }  # fmt: skip
        more = _("At the same time the orders of the level “{other}” went from {before} ({alone}) up to {after} ({next}): first find out whether these people changed their level or their card.")  # fmt: skip
        do = _("Before you contact anybody, look the {n} members of the level “{level}” up in the member system: do they go on under another level or number? Contact, by phone or message, only those who are really gone.")  # fmt: skip
        if up.money > 0:
            because = _("“{other}” brought {more} more in {next} than in {alone}.").format(**told) + gap() + because  # fmt: skip
    return Point(Kind.COSTS, once.money, said, more.format(**told), Advice(do.format(**told), because, check))  # fmt: skip


def level_gone(once: Stopped) -> str:
    """Of how many members of a level nobody, or hardly anybody, came after a month, and since when."""
    told = {
        "all": f"{once.of_level:,}", "level": once.level, "n": f"{once.members:,}", "still": f"{once.still:,}",
        "earlier": f"{once.earlier:,}", "month": full_month(once.month), "next": full_month(month_before(once.month, -1)),
    }  # fmt: skip
    said = _("Of the {all} members of the level “{level}”, {still} have bought since the beginning of {next}:") if once.still else _("None of the {all} members of the level “{level}” has bought anything since the beginning of {next}:")  # fmt: skip
    rest = _("{n} were last seen in {month}, {earlier} before.") if once.earlier else _("{n} were last seen in {month}.")  # fmt: skip
    return said.format(**told) + gap() + rest.format(**told)


def _by_hand(found: Mapping[str, Any], n: int, where: str) -> tuple[str, str]:
    """Whom to leave out for comparison, and how one sees that it worked."""
    if n >= TO_COMPARE:
        return (
            (where + gap() + _("Leave out one in ten at random, for comparison.")).strip(),
            _("In two months: what share of those contacted bought, and what share of those left out?"),
        )  # fmt: skip
    return (
        where or _("So few can be asked one by one what kept them away."),
        _("In two months: which of them have bought again? Ask each one why, or why not."),
    )


def _long_away(found: Mapping[str, Any], days: int) -> Iterator[Point]:
    """Good members who have been away for long: how many, and what they had spent."""
    if "rfm" not in found:
        return
    away = long_away(found, TO_CALL, days)
    if not away["members"]:
        return
    spent = sum(one["monetary"] for one in rows(found["groups"]))
    many = away["members"] >= TO_COMPARE
    told = {"n": f"{away['members']:,}", "days": days, "day": full_day(found["_days"][1]), "money": money(found, away["money"])}  # fmt: skip
    kind = Kind.COSTS if spent and away["money"] / spent >= MUCH else Kind.PLAIN
    rest = ""
    if away["rest"]:
        rest = _("The other {n} have been away for {days} days on average: no hurry there.").format(n=f"{away['rest']:,}", days=f"{away['rest_days']:.0f}")  # fmt: skip
    yield Point(
        kind, away["money"],
        _("{n} members who spent much had not bought for more than {days} days by {day}; they had spent {money}.").format(**told),
        "",
        Advice(
            _("Contact good members who have not been in for a while, by phone or message; leave out one in ten at random, for comparison.") if many else _("Contact good members who have not been in for a while, one by one, by phone or message."),
            (_home(found, away["who"]) + gap() + rest).strip() or _("So few can be asked one by one what kept them away."),
            _by_hand(found, away["members"], "")[1],
        ),
    )  # fmt: skip


def _home(found: Mapping[str, Any], who: Collection[Any]) -> str:
    """At which stores these members bought most often."""
    if found["_stores"] < 2:
        return ""
    of = home_of(found["sales"], who)[:4]
    told = [_("{store} {n}").format(store=store_called(found, one), n=f"{n:,}") for one, n in of]  # fmt: skip
    return _("Where they mostly bought: {stores}.").format(stores=_(", ").join(told))


def fewer_new(found: Mapping[str, Any]) -> Iterator[Point]:
    """New members who come in ever smaller numbers, month by month."""
    run = dry(found) if "movement" in found else None
    if run is None:
        return
    each = spent_at_first(found["sales"], run.usual_months)
    missing = (run.usual - run.late) * HALF_A_YEAR
    yield Point(
        Kind.COSTS, missing * each,
        _("Hardly any new members: {run}; in a usual month before, {usual} came.").format(run=_run(run.run[-RUN:]), usual=f"{run.usual:,.0f}"),
        _("In their first 90 days new members spend {money} each on average.").format(money=money(found, each)),
        Advice(
            _("Go and see at the till whether people are still asked to become members, and whether signing up works."),
            _new_by_store(found, run) or _("In the last {n} months {new} came.").format(n=len(run.late_months), new=f"{run.late * len(run.late_months):,.0f}"),
            _("Count new members week by week, by store and cashier."),
        ),
    )  # fmt: skip


def _run(run: list[tuple[str, int]]) -> str:
    """A count month by month, the year where it begins."""
    told = []
    for n, (month, members) in enumerate(run):
        name = full_month(month) if not n or month.endswith("-01") else month_alone(month)
        told.append(_("{month}: {n}").format(month=name, n=f"{members:,}"))
    return _(", ").join(told)


def _new_by_store(found: Mapping[str, Any], run: Dry) -> str:
    """In which store the new members of the last months first bought, and how many did before."""
    if found["_stores"] < 2:
        return ""
    late, each = len(run.late_months), len(run.usual_months)
    now = dict(new_of(found["sales"], run.late_months))
    told = [
        _("{store} {n} (before: {usual})").format(store=store_called(found, one), n=f"{now.get(one, 0):,}", usual=f"{n * late / each:,.0f}")
        for one, n in new_of(found["sales"], run.usual_months)[:4]
    ]  # fmt: skip
    return _("In the last {n} months by store, and in as many before on average: {stores}.").format(n=late, stores=_(", ").join(told))  # fmt: skip


def best(found: Mapping[str, Any]) -> Iterator[Point]:
    """How much of what members spend the fifth brings that spends most."""
    if "rfm" not in found:
        return
    spent = sorted((one["monetary"] for one in rows(found["rfm"])), reverse=True)
    if len(spent) < TOP * TOP or sum(spent) <= 0:
        return
    first = spent[: len(spent) // TOP]
    yield Point(Kind.PLAIN, 0.0, _("The fifth of members who spent most ({n}) brought {share} of what members spent.").format(n=f"{len(first):,}", share=share(sum(first) / sum(spent))))  # fmt: skip


RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Point]], ...] = (gone, fewer_new, best)
