"""Service after the sale: how fast tickets are answered and what that does, which comes first."""

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
from crmkit.lessons.view import guessed_bars, store_names
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
        if alone and first.card not in firsts(found).values():
            return found


def most_urgent(found: Sequence[Waiting]) -> Waiting:
    return min(found, key=lambda one: (one.due, one.card))


def firsts(found: Sequence[Waiting]) -> dict[str, int]:
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
