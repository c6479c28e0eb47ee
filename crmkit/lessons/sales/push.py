"""Care, messages and precise push: whom one may write to and when, a list from what goes together, and what it brings; and the keys."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from crmkit import data, recommend
from crmkit.i18n import get_language, label, ngettext
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import guessed_bars, loaded, pictured
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
    members = sorted(dice.sample(_here(), 6))
    while True:
        agreed = dice.choices([True, False], [75, 25], k=6)
        withdrew = [one and dice.random() < 0.25 for one in agreed]
        last = dice.choices([None, 1, 3, 5, 8, 12, 20], k=6)
        found = tuple(Person(*row) for row in zip(range(1, 7), members, agreed, withdrew, last, strict=True))  # fmt: skip
        stands = {_may(found), _by_consent(found), sum(one.agreed for one in found), len(found)}
        if len(stands) == 4 and _may(found) > 0:
            return found


def _may(people: Sequence[Person]) -> int:
    return sum(one.may_be_written_to for one in people)


def _by_consent(people: Sequence[Person]) -> int:
    return sum(one.agreed and not one.withdrew for one in people)


@cache
def _here() -> list[str]:
    members = data.load("members")
    return sorted(members.loc[members["home_store_id"] == STORE, "member_id"])


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


class Lists(Keys):
    """What is asked about six members and a push list."""

    @property
    def people(self) -> Any:
        """The six that are asked about."""
        raise NotImplementedError

    @property
    def list(self) -> List:
        """The push list that is asked about."""
        raise NotImplementedError

    def may(self) -> Key:
        """How many of the six may be written to."""
        people = self.people
        return Key(
            _may(people),
            {
                ("退订了的也要拿掉。", "Whoever opted out goes as well."): sum(one.agreed for one in people),
                ("一周里已经收过一条的，这回不发。", "Whoever had an offer within the week is left alone this time."): _by_consent(people),
                ("没同意的不能发。", "Whoever did not agree may not be written to."): len(people),
            },
        )  # fmt: skip

    def listed(self) -> Key:
        """How many members are on the push list."""
        one = self.list
        return Key(
            one.members,
            {
                ("没同意的也要拿掉。", "Take out those who have not agreed as well."): one.bought - one.have,
                ("已经买过的不用推。", "Those who have it already need no message."): one.bought - one.not_agreed,
            },
        )  # fmt: skip

    def conversion(self) -> Key:
        """Of those on the list, the share that bought."""
        one = self.list
        return Key(
            100 * one.buyers / one.members,
            {
                ("分母是名单上的人，不是买过第一样的所有人。", "Divide by those on the list, not by all who bought the first."): 100 * one.buyers / one.bought,
                ("这是名单以外的人。", "Those are the others."): 100 * one.other_buyers / one.others,
            },
            {"other": f"{one.other_rate:.1f}"},
        )  # fmt: skip


class Push(Lists):
    """What lesson sales-06 asks."""

    @property
    def people(self) -> Any:
        return cards(100)

    @property
    def list(self) -> List:
        return push_list(*PAIRS[0], MONTHS[-1])

    def blast(self) -> Part:
        """What the message to everyone brought, with the guess in it."""
        found, guess = campaign(BLAST), self.given.get("blast_guess")
        got, nothing = found["rate"]
        says = _("Of 100 who got the message {got:.0f} bought, of 100 who got nothing {nothing:.0f}.").format(got=got, nothing=nothing)  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_blast(found, guess, ax=ax), says, size=(8, 2.4)),
            parts.text(says),
        )

    def added(self) -> Key:
        """By how many points those written to bought more, in the campaign that was aimed."""
        got, nothing = campaign(PRECISE)["rate"]
        return Key(
            round(got - nothing, 1),
            {
                ("没发的也有人买，要减掉。", "Some of those left alone bought too: take them off."): got,
                ("看“家庭补货券”那两行。", "Look at the two rows of the family coupon."): round(campaign(BLAST)["rate"].iloc[0] - campaign(BLAST)["rate"].iloc[1], 1),
            },
            {"points": f"{got - nothing:.1f}"},
        )  # fmt: skip

    def late(self) -> Key:
        """When an offer sent at ten in the evening leaves."""
        return Key(goes_at(22), {("这时顾客在休息，系统会留着。", "People are resting then; the system keeps it."): 22})  # fmt: skip

    def opt_out(self) -> Key:
        return _withdraws("M000916", "sms", "mini_program")

    def wish(self) -> Key:
        return _wished(("birthday", "sms", 0, None), wrong_channel=("birthday", "email", 0, None), wrong_days_before=("birthday", "sms", 3, None))  # fmt: skip

    def one(self) -> Key:
        return _written("M003041", "wecom", "sms", "M003610")

    def push(self) -> Key:
        """The first campaign with a group left alone."""
        return _pushed("july_birthdays", "sms")


class MyPush(Lists):
    """What exercise sales-6 asks."""

    @property
    def people(self) -> Any:
        return cards(self.given["my_number"])

    @property
    def list(self) -> List:
        number = self.given["my_number"]
        return push_list(*PAIRS[number % len(PAIRS)], MONTHS[number // len(PAIRS) % len(MONTHS)])

    def mine(self) -> Part:
        """Six members, the hour, and a push list."""
        clock = _("You press Send at {hour}:00.").format(hour=clock_of(self.given["my_number"]))
        return parts.column(show_cards(self.people), parts.text(clock, "big"), show_list(self.list))

    def at_hour(self) -> Key:
        """At which hour the offer leaves."""
        hour = clock_of(self.given["my_number"])
        return Key(
            goes_at(hour),
            {
                ("这时在免打扰时段里，系统会留到早上。", "That is within the quiet hours: the system keeps it until the morning."): hour,
                ("这时不在免打扰时段，马上就发。", "That is not within the quiet hours: it goes at once."): 9,
            },
        )  # fmt: skip

    def ahead(self) -> Key:
        """By how many points the list buys more than everyone else."""
        one = self.list
        return Key(
            round(one.rate - one.other_rate, 1),
            {
                ("别人不收消息也会买一些，要减掉。", "The others buy some as well: take it off."): one.rate,
                ("是相减，不是相除。", "Take one from the other instead of dividing."): round(one.rate / one.other_rate, 1) if one.other_rate else None,
            },
            {"points": f"{one.rate - one.other_rate:.1f}"},
        )  # fmt: skip

    def opt_out(self) -> Key:
        return _withdraws("M001294", "mini_program", "sms")

    def wish(self) -> Key:
        return _wished(("holiday", "mini_program", 3, "10-01"), wrong_channel=("holiday", "sms", 3, "10-01"), wrong_days_before=("holiday", "mini_program", 0, "10-01"), wrong_month_day=("holiday", "mini_program", 3, "10-06"))  # fmt: skip

    def one(self) -> Key:
        return _written("M004683", "sms", "mini_program", "M003302")

    def push(self) -> Key:
        """The campaign for the new nappies."""
        return _pushed("call_news", "mini_program")


MANAGER = "E0001"


TOLD = "{name}, this is {store}: member price and softer nappies in your size, until 31 July."


def _template(shop: Any, channel: str, words: str = TOLD) -> int:
    subject = "news" if channel == "email" else None
    return shop.marketing.make_template("news", channel, get_language(), words, subject=subject)


def _pushed(segment: str, channel: str) -> Key:
    """A campaign to a segment with a fifth left alone, drawn and sent; and ways to miss it."""

    def run(shop: Any, to: str, control: int, sent: bool, words: str = TOLD) -> None:
        office = shop.as_staff(MANAGER).marketing
        made = office.make_campaign("news", to, _template(shop.as_staff(MANAGER), channel, words), control_percent=control)  # fmt: skip
        if sent:
            office.freeze(made.id)
            office.send(made.id)

    return Key(
        lambda shop: run(shop, segment, 20, True),
        {
            "wrong_segment_id": lambda shop: run(shop, "sleeping", 20, True),
            "wrong_control_percent": lambda shop: run(shop, segment, 0, True),
            "untold": lambda shop: run(shop, segment, 20, True, "Hello {name}"),
            "under_way": lambda shop: run(shop, segment, 20, False),
        },
    )


def _withdraws(member: str, gone: str, kept: str) -> Key:
    """No more offers on one channel, while the other stays."""

    def no_more(shop: Any, *channels: str) -> None:
        for one in channels:
            shop.members.consent(member, "marketing", one, False, "phone")

    return Key(lambda shop: no_more(shop, gone), {"no_consent": lambda shop: no_more(shop, gone, kept)})  # fmt: skip


def _wished(right: tuple, **wrong: tuple) -> Key:
    """A wish, and ways to set it up wrongly."""

    def wish(shop: Any, occasion: str, channel: str, days: int, day: str | None) -> None:
        office = shop.as_staff(MANAGER)
        message = _template(office, channel)
        office.marketing.add_care("wish", occasion, message, days_before=days, month_day=day)

    return Key(
        lambda shop: wish(shop, *right),
        {named: lambda shop, how=how: wish(shop, *how) for named, how in wrong.items()},
    )


def _written(member: str, channel: str, wrong: str, other: str) -> Key:
    """One message to one member."""

    def write(shop: Any, to: str, by: str, words: str = TOLD) -> None:
        office = shop.as_staff(MANAGER)
        shop.marketing.send_one(_template(office, by, words), to)

    return Key(
        lambda shop: write(shop, member, channel),
        {
            "wrong_channel": lambda shop: write(shop, member, wrong),
            "wrong_member": lambda shop: write(shop, other, channel),
            "untold": lambda shop: write(shop, member, channel, "Hello {name}"),
        },
    )
