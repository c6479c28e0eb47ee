"""Whom one may write to and when, a list from what goes together, and what it brings."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from crmkit import data, recommend
from crmkit.i18n import get_language, label, ngettext
from crmkit.i18n import gettext as _
from crmkit.lessons.view import guessed_bars, loaded, members_of
from crmkit.plot import _style
from crmkit.practice.domain.quiet import next_allowed
from crmkit.screen import Part, Screen, parts

STORE = "S01"
QUIET = ("21:00", "09:00")
"""Nobody gets an offer from one to the other, as the practice shop has it."""
APART = 7
"""The house rule: at least so many days between two offers to the same person."""

PAIRS = (("noodles", "oil_sauce"), ("notebooks", "pens"), ("coffee", "instant_drinks"))
"""What goes together: whoever buys the first may want the second."""
MONTHS = (
    *("2024-10-01", "2024-11-01", "2024-12-01", "2025-01-01"),
    *("2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"),
)
NOODLES = "P0055"
BACK, AHEAD = 60, 30
"""A list looks so many days back; its buyers are counted so many days ahead."""


@dataclass(frozen=True)
class Person:
    """A member on the list of an offer by text message, as on a card."""

    card: int
    member_id: str
    agreed: bool
    withdrew: bool
    last: int | None

    @property
    def may_be_written_to(self) -> bool:
        return self.agreed and not self.withdrew and not self._too_soon

    @property
    def _too_soon(self) -> bool:
        return self.last is not None and self.last < APART


@lru_cache(maxsize=128)
def cards(number: int) -> tuple[Person, ...]:
    """Six members that belong to a number. Each of the three reasons keeps somebody out."""
    dice = random.Random(f"push {number}")
    members = sorted(dice.sample(members_of(STORE), 6))
    while True:
        agreed = dice.choices([True, False], [75, 25], k=6)
        withdrew = [one and dice.random() < 0.25 for one in agreed]
        last = dice.choices([None, 1, 3, 5, 8, 12, 20], k=6)
        found = tuple(Person(*row) for row in zip(range(1, 7), members, agreed, withdrew, last, strict=True))  # fmt: skip
        stands = {
            may_be_written_to(found),
            by_consent(found),
            sum(one.agreed for one in found),
            len(found),
        }
        if len(stands) == 4 and may_be_written_to(found) > 0:
            return found


def may_be_written_to(people: Sequence[Person]) -> int:
    return sum(one.may_be_written_to for one in people)


def by_consent(people: Sequence[Person]) -> int:
    return sum(one.agreed and not one.withdrew for one in people)


CLOCK = (22, 7, 15, 23, 6, 21, 10, 8, 19)


def clock_of(number: int) -> int:
    """The full hour at which a number presses Send."""
    return CLOCK[number % len(CLOCK)]


def goes_at(hour: int) -> int:
    """The hour at which an offer leaves that is sent at a full hour."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    sent = datetime(2025, 7, 1, hour, tzinfo=ZoneInfo("Asia/Shanghai"))
    return next_allowed(sent, "Asia/Shanghai", *QUIET).hour


def show_cards(people: Sequence[Person]) -> Part:
    """Six members as a table to read."""
    heads = [_("Card no."), _("Member"), _("Agreed to text messages"), _("Opted out since"), _("Last offer")]  # fmt: skip
    rows = [
        [str(one.card), one.member_id, _("yes") if one.agreed else _("no"), _("yes") if one.withdrew else "–",
         "–" if one.last is None else ngettext("{n} day ago", "{n} days ago", one.last).format(n=one.last)]
        for one in people
    ]  # fmt: skip
    return parts.table(_("Six members on the list of an offer by text message"), heads, rows)


@dataclass(frozen=True)
class List:
    """A push list from what goes together: how it came about, and what its members bought after."""

    first: str
    second: str
    day: str
    bought: int
    have: int
    not_agreed: int
    buyers: int
    others: int
    other_buyers: int

    @property
    def members(self) -> int:
        return self.bought - self.have - self.not_agreed

    @property
    def rate(self) -> float:
        """Buyers of a hundred on the list, as shown."""
        return round(100 * self.buyers / self.members, 1)

    @property
    def other_rate(self) -> float:
        return round(100 * self.other_buyers / self.others, 1)


@lru_cache(maxsize=64)
def push_list(first: str, second: str, day: str) -> List:
    """Who bought the first in the days before and not the second, and agreed; beside all other
    members who bought something then and agreed."""
    import pandas as pd

    sales = _lines()
    start = pd.Timestamp(day)
    before = sales[(sales["sold_at"] >= start - pd.Timedelta(days=BACK)) & (sales["sold_at"] < start)]  # fmt: skip
    after = sales[(sales["sold_at"] >= start) & (sales["sold_at"] < start + pd.Timedelta(days=AHEAD))]  # fmt: skip
    agreed = _agreed()
    firsts, seconds = (_who(before, family) for family in (first, second))
    listed = (firsts - seconds) & agreed
    others = (set(before["member_id"]) - firsts - seconds) & agreed
    then = _who(after, second)
    return List(
        first, second, day, len(firsts), len(firsts & seconds), len(firsts - seconds - agreed),
        len(listed & then), len(others), len(others & then),
    )  # fmt: skip


def _who(lines: Any, family: str) -> set[str]:
    return set(lines.loc[lines["family"] == family, "member_id"])


@cache
def _lines() -> Any:
    sales = data.load("sales")
    lines = sales[sales["member_id"].notna() & (sales["quantity"] > 0) & (sales["sold_at"] >= "2024-07-01")]  # fmt: skip
    family = data.load("products").set_index("product_id")["family"]
    return lines[["sold_at", "member_id"]].assign(family=lines["product_id"].map(family))


@cache
def _agreed() -> frozenset[str]:
    members = data.load("members")
    return frozenset(members.loc[members["consent_marketing"], "member_id"])


def show_list(one: List) -> Part:
    """How a list came about and what came of it, to read."""
    first, second = label("family", one.first), label("family", one.second)
    made = [
        [_("bought {first} in the {n} days before").format(first=first, n=BACK), f"{one.bought:,}"],
        [_("of them: have {second} already").format(second=second), f"{one.have:,}"],
        [_("of the rest: have not agreed"), f"{one.not_agreed:,}"],
    ]
    heads = [_("Which members"), _("Members"), _("bought {second} in the {n} days after").format(second=second, n=AHEAD)]  # fmt: skip
    after = [
        [_("on the mailing list"), "?", f"{one.buyers:,}"],
        [_("everyone else who agreed"), f"{one.others:,}", f"{one.other_buyers:,}"],
    ]
    title = _("{first} → {second}, list of {day}").format(first=first, second=second, day=one.day)
    return parts.column(
        parts.table(title, [_("Which members"), _("Members")], made),
        parts.table(_("What came of it, with no message sent at all"), heads, after),
    )


@cache
def campaign(campaign_id: str) -> Any:
    """Those written to and those left alone in a campaign: members, buyers while it ran."""
    import pandas as pd

    about = data.load("campaigns").set_index("campaign_id").loc[campaign_id]
    sales = data.load("sales")
    until = about["ends_on"] + pd.Timedelta(days=1)
    during = (sales["sold_at"] >= about["starts_on"]) & (sales["sold_at"] < until)
    bought = set(sales.loc[during & (sales["quantity"] > 0), "member_id"].dropna())
    chosen = data.load("campaign_contacts")
    chosen = chosen[chosen["campaign_id"] == campaign_id]
    found = chosen.assign(buyer=chosen["member_id"].isin(bought)).groupby("group")["buyer"]
    result = found.agg(members="size", buyers="sum").loc[["treatment", "control"]]
    return result.assign(rate=(100 * result["buyers"] / result["members"]).round(1))


BLAST, PRECISE = "C02", "C01"


def show_campaigns() -> Part:
    """The two campaigns, to read."""
    heads = [_("Campaign"), _("Group"), _("Members"), _("bought while it ran"), _("of 100")]
    names = loaded("campaigns", get_language()).set_index("campaign_id")["name"]
    groups = (_("got the message"), _("got nothing (control group)"))
    rows = [
        [names[one], group, f"{row.members:,}", f"{row.buyers:,}", f"{row.rate:.1f}"]
        for one in (BLAST, PRECISE)
        for group, row in zip(groups, campaign(one).itertuples(), strict=True)
    ]  # fmt: skip
    return parts.table(_("Two campaigns, each with a group that was left alone"), heads, rows)


@_style.chart(size=(8, 2.4), grid="x")
def plot_blast(found: Any, guess: float | None = None, *, ax: Any = None) -> Any:
    """Of a hundred members written to, and of a hundred left alone, how many bought."""
    names = (_("got the message"), _("got nothing"))
    values = dict(zip(names, found["rate"], strict=True))
    says = _("bought within the four weeks, of 100")
    return guessed_bars(ax, values, [_style.MAIN, _style.ACCENT], says, guess)


def two_campaigns() -> Screen:
    return Screen(show_campaigns, {}, "two campaigns")


def six() -> Screen:
    """The six members the lesson practises on."""
    return Screen(lambda: show_cards(cards(100)), {}, "six members")


def together() -> Screen:
    """What is bought together with a noodle."""

    def show() -> Part:
        names = loaded("products", get_language()).set_index("product_id")["name"]
        recent = loaded("sales", get_language())
        found = recommend.also_bought(recent[recent["sold_at"] >= "2025-04-01"], NOODLES, 3)
        rows = [
            [names[row.also_bought], f"{row.orders_both:,}", f"{row.lift:.1f}"]
            for row in found.itertuples()
        ]
        title = _("Bought together with: {product}").format(product=names[NOODLES])
        return parts.table(title, [_("Product"), _("orders with both"), _("times as often as usual")], rows)  # fmt: skip

    return Screen(show, {}, "together")


def a_list() -> Screen:
    """The push list the lesson looks at."""
    return Screen(lambda: show_list(push_list(*PAIRS[0], MONTHS[-1])), {}, "a list")


MANAGER = "E0001"


TOLD = "{name}, this is {store}: member price and softer nappies in your size, until 31 July."
