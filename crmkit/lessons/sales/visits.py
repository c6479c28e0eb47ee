"""Follow-up visits: what calls bring to light, whom to call first, what to note; and the keys."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from crmkit import codes, data, labels
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import FIRST_OF, guessed_bars, loaded, pictured, store_names
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


def _why_first(first: Call, calls: Sequence[Call]) -> str:
    """Which of the four steps decided."""
    others = [one for one in calls if one.may_be_made and one is not first]
    if first.due == PROMISED:
        return _("it was promised")
    if all(one.late < first.late for one in others):
        return _("{n} days late, longer than any other that may be made").format(n=first.late)
    if all(one.turn[:3] > first.turn[:3] for one in others):
        return _("none is later, and care comes before selling")
    return _("none is later or more of a care call, and the level is higher")


@lru_cache(maxsize=128)
def cards(number: int) -> tuple[Call, ...]:
    """Six calls on today's list that belong to a number. Typical mistakes give other answers on
    them."""
    dice = random.Random(f"visits {number}")
    members = sorted(dice.sample(_here(), 6))
    return next(found for found in iter(lambda: _dealt(dice, members), None) if _tells_apart(found))


@cache
def _here() -> list[str]:
    members = data.load("members")
    return sorted(members.loc[members["home_store_id"] == STORE, "member_id"])


def _dealt(dice: random.Random, members: list[str]) -> tuple[Call, ...]:
    columns = (
        members,
        dice.choices(codes.LEVELS, [40, 30, 20, 10], k=6),
        dice.choices(codes.FOLLOWUP_KINDS, [40, 30, 30], k=6),
        dice.choices([*LATE], [10, 50, 20, 20], k=6),
        dice.choices([True, False], [60, 40], k=6),
    )
    return tuple(Call(card, *row) for card, row in enumerate(zip(*columns, strict=True), 1))


def _firsts(calls: Sequence[Call]) -> dict[str, int]:
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
        and first.card not in _firsts(calls).values()
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


class Cards(Keys):
    """What is asked about six calls."""

    @property
    def six(self) -> Any:
        """The cards that are asked about."""
        raise NotImplementedError

    def may(self) -> Key:
        """How many of the calls may be made."""
        found = self.six
        return Key(
            sum(one.may_be_made for one in found),
            {
                ("只数了同意的：问用得怎么样，不用同意也可以打。", "Only those who agreed were counted: a check-in call needs no consent."): sum(one.agreed for one in found),
                ("没同意接优惠电话的，上新和优惠电话不能打。", "Whoever did not agree gets no call about news or offers."): len(found),
            },
        )  # fmt: skip

    def first(self) -> Key:
        """The number of the card to call first."""
        wrong = _firsts(self.six)
        first = first_of(self.six)
        assert first is not None  # the cards are dealt so
        return Key(
            first.card,
            {
                ("等级高的不一定先：先看约好的，再看拖得久的。", "A higher level does not come first: look at promises, then at what is late."): wrong["level"],
                (
                    ("拖得最久，可是有约好的在前。", "The longest late, but a promise comes first.")
                    if self.six[wrong["late"] - 1].may_be_made
                    else ("拖得最久，可是没同意接优惠电话，这个电话不能打。", "The longest late, but without consent this call may not be made.")
                ): wrong["late"],
                ("这位没同意接优惠电话，这个电话不能打。", "This member did not agree to offers by phone: the call may not be made."): wrong["no_consent"],
            },
            {"why": _why_first(first, self.six)},
        )  # fmt: skip


class Visits(Cards):
    """What lesson sales-02 asks."""

    def problems(self) -> Part:
        """How often a call brought a problem to light, with the guess in it."""
        found, guess = outcomes(), self.given.get("problems_guess")
        use = found.loc["product_use"]
        says = _("Your guess: {guess}. In fact: {n} of {reached} reached had a problem, {share:.0f} of 100.").format(
            guess="–" if guess is None else f"{guess:.0f}", n=use["problem"], reached=use["reached"],
            share=100 * use["problem"] / use["reached"],
        )  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_problems(found, guess, ax=ax), says, size=(8, 2.6)),
            parts.text(says),
        )

    def bought_share(self) -> Key:
        """Of those reached with an offer, the share who bought."""
        offer = outcomes().loc["offer"]
        return Key(
            100 * offer["bought"] / offer["reached"],
            {
                ("除以的是接通了的，没接通的不算。", "Divide by those reached; whoever did not answer does not count."): 100 * offer["bought"] / offer["made"],
                ("这是婉拒的占比。", "That is the share who declined."): 100 * offer["declined"] / offer["reached"],
            },
            {"bought": str(offer["bought"]), "reached": str(offer["reached"])},
        )  # fmt: skip

    @property
    def six(self) -> Any:
        return cards(100)

    def no_answer(self) -> Key:
        return _noted("M004535", "product_use", ("no_answer", "call_again", "2025-07-03"), wrong_step=("no_answer", "none", None), wrong_day=("no_answer", "call_again", "2025-07-13"))  # fmt: skip

    def runs(self) -> Key:
        return _noted("M002257", "product_use", ("problem", "open_ticket", None, "the colour ran"), wrong_outcome=("happy", "none", None), says_nothing=("problem", "open_ticket", None))  # fmt: skip

    def fine(self) -> Key:
        return _noted("M001803", "product_use", ("happy", "none", None), wrong_outcome=("bought", "none", None), wrong_step=("happy", "send_offer", None))  # fmt: skip


class MyVisits(Cards):
    """What exercise sales-2 asks: six calls of one's own, a store's year, a morning of calls."""

    @property
    def six(self) -> Any:
        return cards(self.given["my_number"])

    @property
    def store(self) -> str:
        """The store whose year belongs to this learner's number."""
        stores = list(store_names())
        return stores[self.given["my_number"] % len(stores)]

    def mine(self) -> Part:
        """The six calls and the store's year."""
        return parts.column(show_cards(self.six), show_outcomes(self.store))

    def late(self) -> Key:
        """How many of the calls that may be made are late."""
        found = self.six
        return Key(
            sum(one.late > 0 for one in found if one.may_be_made),
            {("这里面有不能打的。", "Some of these may not be made."): sum(one.late > 0 for one in found)},
        )  # fmt: skip

    def problem_share(self) -> Key:
        """Of those reached and asked how it is working out, the share with a problem."""
        use = outcomes(self.store).loc["product_use"]
        return Key(
            100 * use["problem"] / use["reached"],
            {
                ("除以的是接通了的，没接通的不算。", "Divide by those reached; whoever did not answer does not count."): 100 * use["problem"] / use["made"],
                ("这是满意的占比。", "That is the share who were happy."): 100 * use["happy"] / use["reached"],
                ("只看“产品使用回访”那一行，不是三行加起来。", "Look at the row Check-in call alone, not at all three together."): 100 * outcomes(self.store)["problem"].sum() / outcomes(self.store)["reached"].sum(),
            },
            {"store": store_names()[self.store], "n": str(use["problem"])},
        )  # fmt: skip

    def invites(self) -> Key:
        return _noted("M003270", "product_use", ("happy", "invite", None, "his mother, other flavours"), wrong_step=("happy", "none", None), wrong_outcome=("bought", "invite", None), says_nothing=("happy", "invite", None))  # fmt: skip

    def slips(self) -> Key:
        return _noted("M001803", "product_use", ("problem", "open_ticket", None, "it does not hold"), wrong_outcome=("happy", "none", None), says_nothing=("problem", "open_ticket", None))  # fmt: skip

    def refuses(self) -> Key:
        return _noted("M003239", "offer", ("declined", "none", None), wrong_step=("declined", "send_offer", None), wrong_outcome=("no_answer", "none", None))  # fmt: skip

    def no_answer(self) -> Key:
        return _noted("M000035", "new_arrivals", ("no_answer", "call_again", "2025-07-04"), wrong_step=("no_answer", "none", None), wrong_day=("no_answer", "call_again", "2025-07-14"))  # fmt: skip

    def buys(self) -> Key:
        return _noted("M002629", "offer", ("bought", "none", None), wrong_outcome=("happy", "none", None))  # fmt: skip


def _noted(member: str, kind: str, right: tuple, **wrong: tuple) -> Key:
    """The key of a call: what is to be noted of it, and ways to note it wrongly."""

    def note(shop: Any, outcome: str, step: str, day: str | None, words: str = "") -> None:
        for one in shop.followups.noted():
            if (one.member_id, one.why) == (member, kind):
                shop.followups.reopen(one.id)
        call = next(one for one in shop.followups.today() if (one.member_id, one.why) == (member, kind))  # fmt: skip
        said = words or ("a bowl" if step == "open_ticket" else None)
        shop.followups.finish(call.id, outcome, step, next_on=day, note=said)

    return Key(
        lambda shop: note(shop, *right),
        {named: lambda shop, how=how: note(shop, *how) for named, how in wrong.items()},
    )


def lesson_cards() -> Screen:
    """The six calls the lesson practises on."""
    return Screen(lambda: show_cards(cards(100)), {}, "visits")


def year() -> Screen:
    """The calls of a year at the lesson's store."""
    return Screen(lambda: show_outcomes(), {}, "visits of a year")
