"""What is asked of sales staff about calls, in the lesson and in its exercise: the keys."""

from collections.abc import Sequence
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.sales.visits import (
    PROMISED,
    Call,
    cards,
    first_of,
    firsts,
    outcomes,
    plot_problems,
    show_cards,
    show_outcomes,
)
from crmkit.lessons.view import pictured, store_names
from crmkit.screen import Part, parts


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
        wrong = firsts(self.six)
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

    return Key.of_task(note, right, **wrong)
