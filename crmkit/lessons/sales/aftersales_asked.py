"""What is asked of sales staff about tickets, in the lesson and in its exercise: the keys."""

from typing import Any

from crmkit import data
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.sales.aftersales import (
    ASKED_SINCE,
    MANAGER,
    STORE,
    Waiting,
    by_channel,
    by_speed,
    firsts,
    most_urgent,
    plot_speed,
    show_store,
    show_waiting,
    waiting,
)
from crmkit.lessons.view import pictured, store_names
from crmkit.screen import Part, parts


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
        first, wrong = most_urgent(self.five), firsts(self.five)
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

    return Key.of_task(open_one, right, **wrong)


def _settled(ticket: int, satisfaction: int) -> Key:
    """A ticket settled and rated as the customer said."""

    def settle(shop: Any, rated: int | None, words: str = "exchanged; a second till opens") -> None:
        shop.service.resolve(ticket, words)
        if rated is not None:
            shop.service.rate(ticket, rated)

    return Key.of_task(
        settle,
        [satisfaction],
        under_way=[None],
        wrong_satisfaction=[3],
        says_nothing=[satisfaction, "done"],
    )


def _improved(right: tuple[str, str, str], **wrong: tuple[str, str, str]) -> Key:
    """An improvement with who, by when and when to look again; and ways to note it wrongly."""

    def improve(shop: Any, owner: str, due: str, recheck: str) -> None:
        shop.as_staff(MANAGER).service.improve("as agreed", owner, due, recheck)

    return Key.of_task(improve, right, **wrong)


def _asked(member: str) -> Key:
    """A member invited to say how satisfied they are."""

    def invite(shop: Any, whom: str, channel: str) -> None:
        shop.surveys.invite(1, whom, channel)

    return Key.of_task(
        invite, [member, "sms"], wrong_channel=[member, "phone"], wrong_member=["M000916", "sms"]
    )


def _rechecked(number: int, helped: bool, before: int, after: int) -> Key:
    """A change of June, looked at again: both numbers, and whether it helped."""

    def look(shop: Any, so: bool, words: str) -> None:
        shop.as_staff(MANAGER).service.recheck(number, words, so)

    counted = f"{before}, {after}"
    return Key.of_task(
        look,
        [helped, counted],
        wrong_status=[not helped, counted],
        no_figures=[helped, "much better"],
    )
