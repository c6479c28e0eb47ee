"""What is asked of sales staff about members' records, in the lesson and in its exercise: the keys."""

from typing import Any

from crmkit import data
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.sales.profiles import (
    agreed,
    cards,
    empty_phones,
    reachable,
    right_phones,
    show_cards,
    wrong_phones,
)
from crmkit.lessons.sales.reach import STORE, out_of_sight, plot_reach, reach, records
from crmkit.lessons.view import (
    pictured,
    store_names,
)
from crmkit.screen import Part, parts


def _wrong_phones(found: Any) -> Key:
    wrong, empty = wrong_phones(found), empty_phones(found)
    return Key(
        wrong,
        {
            ("空着的不算错：先看填了没有。", "An empty one is not wrong: look first whether it is filled in."): wrong + empty,
            ("这是空着的张数。", "This counts the empty ones."): empty,
            ("这是位数对的张数。", "This counts those with the right number of digits."): right_phones(found),
        },
    )  # fmt: skip


def _phone_accuracy(found: Any) -> Key:
    right, wrong = right_phones(found), wrong_phones(found)
    return Key(
        100 * right / (right + wrong),
        {
            ("除以的是填了的张数，不是全部 12 张。", "Divide by the cards on which it is filled in, not by all 12."): 100 * right / len(found),
            ("这是错的占多少，问的是对的。", "That is the share that is wrong; asked is what is right."): 100 * wrong / (right + wrong),
            ("这是完整率：填了的 ÷ 全部。", "That is completeness: filled in ÷ all."): 100 * (right + wrong) / len(found),
        },
        {"right": str(right), "filled": str(right + wrong)},
    )  # fmt: skip


def _reachable(found: Any) -> Key:
    return Key(
        reachable(found),
        {
            ("只看了同意：号码不对，发给谁呢？", "Only consent was looked at: with a wrong number, who would get it?"): agreed(found),
            ("只看了号码：没同意的不能发。", "Only the number was looked at: whoever did not agree gets nothing."): right_phones(found),
        },
    )  # fmt: skip


class Records(Keys):
    """What the lesson on complete and accurate records asks."""

    def reach_chart(self) -> Part:
        """The list getting short, with the guess in it."""
        steps = reach()
        told = _("; ").join(
            f"{label('reach_step', r.reach_step)} {r.members}" for r in steps.itertuples()
        )
        guess = self.given.get("reach_guess")
        empty, likely = out_of_sight(steps)
        says = _(
            "Of {empty} members nobody noted the household. If they are like the others, about {likely} of them have a young child: families that are on no list."
        )
        return parts.column(
            pictured(lambda ax: plot_reach(steps, guess, ax=ax), told),
            parts.text(says.format(empty=empty, likely=f"{likely:.0f}")),
        )

    def household_rate(self) -> Key:
        """How complete the household is at the lesson's store."""
        return _household_rate(STORE)

    def six(self) -> Any:
        """The cards the lesson practises on."""
        return cards(100)

    def wrong(self) -> Key:
        """Phones that cannot be right."""
        return _wrong_phones(self.six())

    def accuracy(self) -> Key:
        """The accuracy of the phones."""
        return _phone_accuracy(self.six())

    def reachable(self) -> Key:
        """Who may and can be written to."""
        return _reachable(self.six())


def _household_rate(store_id: str) -> Key:
    members = data.load("members")
    here = members[members["home_store_id"] == store_id]
    filled = int(here["household"].notna().sum())
    return Key(
        100 * filled / len(here),
        {
            ("这是没填的占多少，问的是填了的。", "That is the share not filled in; asked is the share filled in."): 100 - 100 * filled / len(here),
            ("这是填了的人数；要再除以全部会员。", "That is how many filled it in; divide by all members."): filled,
            "upside_down": 100 * len(here) / filled,
        },
        {"missing": str(len(here) - filled), "store": store_names()[store_id]},
    )  # fmt: skip


class CheckUp(Keys):
    """What exercise sales-1 asks: a check-up for the records."""

    def stores(self) -> list[tuple[str, str]]:
        """The stores to choose from."""
        return [(code.lower(), f"{code} {name}") for code, name in store_names().items()]

    @property
    def store(self) -> str:
        """The store this learner chose."""
        return self.given["my_store"].upper()

    def store_records(self) -> Part:
        """The records of the chosen store."""
        return records(self.store)

    def my_cards(self) -> Part:
        """The cards that belong to this learner's number."""
        return show_cards(cards(self.given["my_number"]))

    def _missing(self, name: str) -> Key:
        members = data.load("members")
        here = members[members["home_store_id"] == self.store][name]
        return Key(
            int(here.isna().sum()),
            {("这是填了的人数，问的是没填的。", "That many filled it in; asked is how many did not."): int(here.notna().sum())},
            {"store": store_names()[self.store]},
        )  # fmt: skip

    def no_household(self) -> Key:
        """Members of the store without a household."""
        return self._missing("household")

    def no_district(self) -> Key:
        """Members of the store without a district."""
        return self._missing("district")

    def household_rate(self) -> Key:
        """How complete the household is."""
        return _household_rate(self.store)

    def wrong_phones(self) -> Key:
        """Phones on one's cards that cannot be right."""
        return _wrong_phones(cards(self.given["my_number"]))

    def phone_accuracy(self) -> Key:
        """The accuracy of the phones on one's cards."""
        return _phone_accuracy(cards(self.given["my_number"]))

    def reachable(self) -> Key:
        """Who of one's cards may and can be written to."""
        return _reachable(cards(self.given["my_number"]))

    def next_step(self) -> Key:
        """What to say to a member whose number has a digit too many."""
        return Key("confirm")
