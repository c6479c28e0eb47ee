"""Service after the sale: how fast tickets are answered and what that does, which comes first, what is improved; and the keys."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from crmkit import codes, data
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import guessed_bars, pictured, store_names
from crmkit.plot import _style
from crmkit.practice.domain.due import due_times
from crmkit.screen import Part, Screen, parts

STORE = "S01"
SINCE = "2024-07-01"
CHANNELS = ("store", "phone", "mini_program", "web", "social")
WRITTEN = ("mini_program", "web", "social")
"""Where a customer waits unseen: at the counter and on the phone somebody is there."""
MANAGER = "E0001"
ASKED_SINCE = "2025-05-01"
"""From when on the practice shop knows who answered its survey."""


@lru_cache(maxsize=1)
def tickets() -> Any:
    """The year's tickets: store_id, channel, fast (answered within an hour), satisfied (4 or 5; null
    where nobody rated)."""
    found = data.load("tickets")
    found = found[found["opened_at"] >= SINCE]
    waited = found["first_response_at"] - found["opened_at"]
    return found.assign(
        fast=waited <= timedelta(hours=1),
        rated=found["satisfaction"].notna(),
        satisfied=(found["satisfaction"] >= 4).fillna(False).astype(bool),
    )[["store_id", "channel", "fast", "rated", "satisfied"]]


@dataclass(frozen=True)
class Answered:
    """Tickets answered within an hour or later: how many were rated, how many were satisfied."""

    rated: int
    satisfied: int

    @property
    def share(self) -> float:
        """Satisfied of a hundred who rated, as shown."""
        return round(100 * self.satisfied / self.rated, 1)


def by_speed(store_id: str | None = None) -> tuple[Answered, Answered]:
    """Those answered within the hour, and the later ones; of one store or of all."""
    found = tickets()
    if store_id is not None:
        found = found[found["store_id"] == store_id]
    fast, slow = (
        Answered(int(part["rated"].sum()), int(part["satisfied"].sum()))
        for part in (found[found["fast"]], found[~found["fast"]])
    )
    return fast, slow


def by_channel(store_id: str) -> Any:
    """A store's tickets by channel: tickets, and of them answered within the hour."""
    found = tickets()
    found = found[found["store_id"] == store_id].groupby("channel")["fast"]
    return found.agg(tickets="size", fast="sum").loc[list(CHANNELS)]


def show_store(store_id: str) -> Part:
    """A store's year of tickets, to read."""
    store = store_names()[store_id]
    channels = by_channel(store_id)
    rows = [
        [label("channel", row.Index), f"{row.tickets:,}", f"{row.fast:,}"]
        for row in channels.itertuples()
    ]
    rows.append(
        [_("All together"), f"{channels['tickets'].sum():,}", f"{channels['fast'].sum():,}"]
    )
    speeds = [
        [words, f"{one.rated:,}", f"{one.satisfied:,}", f"{one.share:.1f}"]
        for words, one in zip((_("within an hour"), _("later")), by_speed(store_id), strict=True)
    ]
    return parts.column(
        parts.table(_("Tickets of a year: {store}").format(store=store), [heading("channel"), _("Tickets"), _("answered within an hour")], rows),
        parts.table(_("Satisfied with how it was handled"), [_("First answer"), _("rated"), _("satisfied (4 or 5)"), _("of 100")], speeds),
    )  # fmt: skip


@_style.chart(size=(8, 2.4), grid="x")
def plot_speed(speeds: Sequence[Answered], guess: float | None = None, *, ax: Any = None) -> Any:
    """Of a hundred who rated, how many were satisfied: answered within the hour, or later."""
    names = (_("within an hour"), _("later"))
    values = {name: one.share for name, one in zip(names, speeds, strict=True)}
    colours = [_style.MAIN, _style.ACCENT]
    return guessed_bars(ax, values, colours, _("satisfied, of 100 who rated"), guess)


@dataclass(frozen=True)
class Waiting:
    """A ticket nobody has answered yet, as on a card."""

    card: int
    kind: str
    channel: str
    priority: str
    hour: int

    @property
    def due(self) -> datetime:
        """By when it must be answered, as the practice shop reckons it."""
        return due_times(datetime(2025, 7, 1, self.hour), self.priority)[0]


@lru_cache(maxsize=128)
def waiting(number: int) -> tuple[Waiting, ...]:
    """Five tickets that belong to a number; the most urgent is neither the oldest nor the first one
    marked high."""
    dice = random.Random(f"after {number}")
    while True:
        found = tuple(
            Waiting(card, dice.choice(codes.TICKET_KINDS), dice.choice(WRITTEN), priority, dice.randrange(9, 18))
            for card, priority in enumerate(dice.choices(["low", "normal", "high"], [25, 50, 25], k=5), 1)
        )  # fmt: skip
        first = most_urgent(found)
        alone = sum(one.due == first.due for one in found) == 1
        if alone and first.card not in _firsts(found).values():
            return found


def most_urgent(found: Sequence[Waiting]) -> Waiting:
    return min(found, key=lambda one: (one.due, one.card))


def _firsts(found: Sequence[Waiting]) -> dict[str, int]:
    """The card that each typical mistake would take first."""
    rank = ("high", "normal", "low")
    high = min(found, key=lambda one: (rank.index(one.priority), one.card))
    return {"priority": high.card, "oldest": min(found, key=lambda one: (one.hour, one.card)).card}


def show_waiting(found: Sequence[Waiting]) -> Part:
    """Five tickets as a table to read."""
    heads = [
        _("Card no."),
        heading("kind"),
        heading("channel"),
        label("record", "priority"),
        _("Came in at"),
    ]
    rows = [
        [str(one.card), label("kind", one.kind), label("channel", one.channel), label("priority", one.priority), f"{one.hour}:00"]
        for one in found
    ]  # fmt: skip
    return parts.table(_("Five tickets nobody has answered yet"), heads, rows)


def the_year() -> Screen:
    return Screen(lambda: show_store(STORE), {}, "the year")


def five() -> Screen:
    """The five tickets the lesson practises on."""
    return Screen(lambda: show_waiting(waiting(100)), {}, "five tickets")


class Tickets(Keys):
    """What is asked about five tickets and a store's year."""

    @property
    def five(self) -> tuple[Waiting, ...]:
        """The tickets that are asked about."""
        raise NotImplementedError

    @property
    def store(self) -> str:
        """The store that is asked about."""
        raise NotImplementedError

    def first(self) -> Key:
        """The number of the ticket to answer first."""
        first, wrong = most_urgent(self.five), _firsts(self.five)
        alike = self.five[wrong["priority"] - 1].priority == first.priority
        return Key(
            first.card,
            {
                (
                    ("两张一样急：先收到的先到期。", "Both are equally urgent: the one that came in first is due first.")
                    if alike
                    else ("最急的不一定先到期：收到的钟点加上时限，再比。", "The most urgent mark need not be due first: add the limit to the hour it came in, then compare.")
                ): wrong["priority"],
                ("来得最早的不一定先到期：不急的可以等一天。", "The oldest need not be due first: a low one may wait a day."): wrong["oldest"],
            },
            {"due": f"{first.due:%H:%M}"},
        )  # fmt: skip

    def fast_share(self) -> Key:
        """Of the store's tickets, the share answered within the hour."""
        found = by_channel(self.store).sum()
        return Key(
            100 * found["fast"] / found["tickets"],
            {
                ("那是超过一小时的。", "Those took longer than an hour."): 100 - 100 * found["fast"] / found["tickets"],
                ("看“合计”那一行，不是第一行。", "Look at the row of all together, not at the first."): 100 * by_channel(self.store).loc["phone", "fast"] / by_channel(self.store).loc["phone", "tickets"],
            },
            {"store": store_names()[self.store]},
        )  # fmt: skip


class AfterSales(Tickets):
    """What lesson sales-07 asks."""

    @property
    def five(self) -> tuple[Waiting, ...]:
        return waiting(100)

    @property
    def store(self) -> str:
        return STORE

    def speed(self) -> Part:
        """How satisfied people were, by how long they waited, with the guess in it."""
        speeds = by_speed()
        says = _("Answered within an hour, {fast:.0f} of 100 were satisfied; later, {slow:.0f}.").format(fast=speeds[0].share, slow=speeds[1].share)  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_speed(speeds, self.given.get("slow_guess"), ax=ax), says, size=(8, 2.4)),
            parts.text(says),
        )  # fmt: skip

    def guide(self) -> Key:
        return Key({"tell", "then"})

    def opened(self) -> Key:
        return _opened("M000916", "phone", "complaint", "high", wrong_priority=("phone", "complaint", "normal"), wrong_channel=("store", "complaint", "high"))  # fmt: skip

    def settled(self) -> Key:
        return _settled(2161, 4)

    def improved(self) -> Key:
        return _improved(("E0005", "2025-07-08", "2025-07-22"), wrong_recheck_on=("E0005", "2025-07-08", "2025-07-08"), wrong_owner_id=("E0004", "2025-07-08", "2025-07-22"))  # fmt: skip

    def asked(self) -> Key:
        return _asked("M004934")

    def weaker(self) -> Key:
        """With which of the two fewer are satisfied, in the survey of the practice shop."""
        found = data.load("surveys")
        here = found[(found["store_id"] == STORE) & (found["asked_at"] >= ASKED_SINCE)]
        shares = {
            one: 100 * (here[f"csat_{one}"].dropna() >= 4).mean() for one in ("goods", "service")
        }
        return Key(min(shares, key=lambda one: shares[one]))

    def rechecked(self) -> Key:
        """Nine before and three after: it helped."""
        return _rechecked(1, helped=True, before=9, after=3)


class MyAfterSales(Tickets):
    """What exercise sales-7 asks."""

    @property
    def five(self) -> tuple[Waiting, ...]:
        return waiting(self.given["my_number"])

    @property
    def store(self) -> str:
        return list(store_names())[self.given["my_number"] % 4]

    def mine(self) -> Part:
        """The five tickets and the store's year."""
        return parts.column(show_waiting(self.five), show_store(self.store))

    def due(self) -> Key:
        """By which hour the first card's ticket must be answered."""
        one = self.five[0]
        limits = {"high": 1, "normal": 4, "low": 24}
        right = one.due.hour
        return Key(
            right,
            {
                (f"那是“{_zh(other)}”的时限。", f"That is the limit of {other}."): (
                    one.hour + hours
                )
                % 24
                for other, hours in limits.items()
                if other != one.priority and (one.hour + hours) % 24 != right
            },
        )

    def gap(self) -> Key:
        """By how many points those answered within the hour are more satisfied."""
        fast, slow = by_speed(self.store)
        return Key(
            round(fast.share - slow.share, 1),
            {
                ("是相减，不是相除。", "Take one from the other instead of dividing."): round(100 * slow.share / fast.share, 1),
                ("这是一小时内回的满意率，还要减去后一行。", "That is the share within the hour; take off the row below."): fast.share,
            },
            {"points": f"{fast.share - slow.share:.1f}"},
        )  # fmt: skip

    def guide(self) -> Key:
        return Key({"moment", "instead"})

    def opened(self) -> Key:
        return _opened("M003041", "mini_program", "repair", "normal", wrong_kind=("mini_program", "complaint", "normal"), wrong_channel=("phone", "repair", "normal"))  # fmt: skip

    def settled(self) -> Key:
        return _settled(2136, 5)

    def improved(self) -> Key:
        return _improved(("E0006", "2025-07-10", "2025-07-24"), wrong_due_on=("E0006", "2025-07-24", "2025-07-24"), wrong_owner_id=("E0004", "2025-07-10", "2025-07-24"))  # fmt: skip

    def asked(self) -> Key:
        return _asked("M004683")

    def rechecked(self) -> Key:
        """Seven before and seven after: it did not help."""
        return _rechecked(2, helped=False, before=7, after=7)


def _zh(priority: str) -> str:
    return {"high": "高", "normal": "普通", "low": "低"}[priority]


def _opened(member: str, *right: str, **wrong: tuple[str, str, str]) -> Key:
    """A ticket for a member: its channel, kind and priority, and ways to open it wrongly."""

    def open_one(shop: Any, channel: str, kind: str, priority: str) -> None:
        shop.service.open_ticket(channel, kind, "wheel", "as told", member_id=member, priority=priority)  # fmt: skip

    return Key(
        lambda shop: open_one(shop, *right),
        {named: lambda shop, how=how: open_one(shop, *how) for named, how in wrong.items()},
    )


def _settled(ticket: int, satisfaction: int) -> Key:
    """A ticket settled and rated as the customer said."""

    def settle(shop: Any, rated: int | None, words: str = "exchanged; a second till opens") -> None:
        shop.service.resolve(ticket, words)
        if rated is not None:
            shop.service.rate(ticket, rated)

    return Key(
        lambda shop: settle(shop, satisfaction),
        {
            "under_way": lambda shop: settle(shop, None),
            "wrong_satisfaction": lambda shop: settle(shop, 3),
            "says_nothing": lambda shop: settle(shop, satisfaction, "done"),
        },
    )


def _improved(right: tuple[str, str, str], **wrong: tuple[str, str, str]) -> Key:
    """An improvement with who, by when and when to look again; and ways to note it wrongly."""

    def improve(shop: Any, owner: str, due: str, recheck: str) -> None:
        shop.as_staff(MANAGER).service.improve("as agreed", owner, due, recheck)

    return Key(
        lambda shop: improve(shop, *right),
        {named: lambda shop, how=how: improve(shop, *how) for named, how in wrong.items()},
    )


def _asked(member: str) -> Key:
    """A member invited to say how satisfied they are."""

    def invite(shop: Any, whom: str, channel: str) -> None:
        shop.surveys.invite(1, whom, channel)

    return Key(
        lambda shop: invite(shop, member, "sms"),
        {
            "wrong_channel": lambda shop: invite(shop, member, "phone"),
            "wrong_member": lambda shop: invite(shop, "M000916", "sms"),
        },
    )


def _rechecked(number: int, helped: bool, before: int, after: int) -> Key:
    """A change of June, looked at again: both numbers, and whether it helped."""

    def look(shop: Any, so: bool, words: str) -> None:
        shop.as_staff(MANAGER).service.recheck(number, words, so)

    counted = f"{before}, {after}"
    return Key(
        lambda shop: look(shop, helped, counted),
        {
            "wrong_status": lambda shop: look(shop, not helped, counted),
            "no_figures": lambda shop: look(shop, helped, "much better"),
        },
    )
