"""Follow-up visits: what calls bring to light, whom to call first."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crmkit import codes, labels
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.lessons.view import FIRST_OF, guessed_bars, loaded, members_of, store_names
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts

STORE = "S01"
"""The store of the practice shop, which the lesson looks at as well."""

PROMISED = "promised"
LATE = {PROMISED: 0, "today": 0, "late_2": 2, "late_5": 5}
"""How a call stands on a card: promised for today, due today, or so many days late."""


@lru_cache(maxsize=8)
def outcomes(store_id: str = STORE) -> Any:
    """What came of the calls of a year, a row a kind of call: made, no_answer, reached, and of
    those reached happy, problem, bought, declined."""
    calls = loaded("followups", get_language())
    made = calls[(calls["store_id"] == store_id) & calls["done_on"].notna()]
    found = made.groupby(["kind", "outcome"]).size().unstack(fill_value=0)
    found = found.reindex(codes.FOLLOWUP_KINDS)
    found.insert(0, "made", found.sum(axis=1))
    found["reached"] = found["made"] - found["no_answer"]
    return found[["made", "no_answer", "reached", "happy", "problem", "bought", "declined"]]


def show_outcomes(store_id: str = STORE) -> Part:
    """The calls of a store in a year, to read."""
    found = outcomes(store_id)
    heads = [
        *(_("Kind of call"), _("Calls made"), label("outcome", "no_answer"), _("Reached")),
        *(label("outcome", one) for one in ("happy", "problem", "bought", "declined")),
    ]
    rows = [[label("kind", kind), *map(str, row)] for kind, row in zip(found.index, found.values.tolist(), strict=True)]  # fmt: skip
    title = _("Calls of a year: {store}").format(store=store_names()[store_id])
    return parts.table(title, heads, rows)


@chart(size=(8, 3), grid="x")
def plot_problems(found: Any, guess: float | None = None, *, ax: Any = None) -> Any:
    """Of a hundred customers reached, how many had a problem, a bar a kind of call."""
    per_hundred = 100 * found["problem"] / found["reached"]
    values = {label("kind", one): value for one, value in per_hundred.items()}
    says, most = _("had a problem, of 100 reached"), max(30, (guess or 0) * 1.1)
    return guessed_bars(ax, values, FIRST_OF[: len(values)], says, guess, most)


@dataclass(frozen=True)
class Call:
    """A call on today's list, as it stands on a card."""

    card: int
    member_id: str
    level: str
    kind: str
    due: str
    agreed: bool

    @property
    def may_be_made(self) -> bool:
        """Asking how something is working out may always be; offering needs consent."""
        return self.kind == "product_use" or self.agreed

    @property
    def late(self) -> int:
        return LATE[self.due]

    @property
    def turn(self) -> tuple:
        """Sorts calls: promised, then the longest late, then care before news before offers,
        then the higher level."""
        kind, level = codes.FOLLOWUP_KINDS.index(self.kind), codes.LEVELS.index(self.level)
        return self.due != PROMISED, -self.late, kind, -level, self.card


def first_of(calls: Sequence[Call]) -> Call | None:
    """The call to make first, of those that may be made."""
    return min((one for one in calls if one.may_be_made), key=lambda one: one.turn, default=None)


@lru_cache(maxsize=128)
def cards(number: int) -> tuple[Call, ...]:
    """Six calls on today's list that belong to a number. Typical mistakes give other answers on
    them."""
    dice = random.Random(f"visits {number}")
    members = sorted(dice.sample(members_of(STORE), 6))
    return next(found for found in iter(lambda: _dealt(dice, members), None) if _tells_apart(found))


def _dealt(dice: random.Random, members: list[str]) -> tuple[Call, ...]:
    columns = (
        members,
        dice.choices(codes.LEVELS, [40, 30, 20, 10], k=6),
        dice.choices(codes.FOLLOWUP_KINDS, [40, 30, 30], k=6),
        dice.choices([*LATE], [10, 50, 20, 20], k=6),
        dice.choices([True, False], [60, 40], k=6),
    )
    return tuple(Call(card, *row) for card, row in enumerate(zip(*columns, strict=True), 1))


def firsts(calls: Sequence[Call]) -> dict[str, int]:
    """The card that each typical mistake would call first."""
    return {
        "level": max(calls, key=lambda one: codes.LEVELS.index(one.level)).card,
        "late": max(calls, key=lambda one: one.late).card,
        "no_consent": min(calls, key=lambda one: one.turn).card,
    }


def _tells_apart(calls: Sequence[Call]) -> bool:
    first, may = first_of(calls), [one for one in calls if one.may_be_made]
    late = sum(one.late > 0 for one in may)
    return (
        first is not None
        and 2 < len(may) < 6
        and len(may) != sum(one.agreed for one in calls)
        and 0 < late < sum(one.late > 0 for one in calls)
        and first.card not in firsts(calls).values()
        and sum(one.turn[:4] == first.turn[:4] for one in may) == 1
    )


def show_cards(calls: Sequence[Call]) -> Part:
    """Six calls as a table to read."""
    heads = [_("Card no."), _("Member"), labels.heading("level"), _("What about"), _("Due"), _("Offers by phone")]  # fmt: skip
    due = {
        PROMISED: _("today, promised"),
        "today": _("today"),
        **{one: _("{n} days late").format(n=LATE[one]) for one in ("late_2", "late_5")},
    }
    rows = [
        [str(one.card), one.member_id, label("level", one.level), label("kind", one.kind), due[one.due],
         _("agreed") if one.agreed else _("not agreed")]
        for one in calls
    ]  # fmt: skip
    return parts.table(_("Six calls on today's list"), heads, rows)


def lesson_cards() -> Screen:
    """The six calls the lesson practises on."""
    return Screen(lambda: show_cards(cards(100)), {}, "visits")


def year() -> Screen:
    """The calls of a year at the lesson's store."""
    return Screen(lambda: show_outcomes(), {}, "visits of a year")
