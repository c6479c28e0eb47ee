"""What is asked of sales staff about the way to a sale, in the lesson and in its exercise: the keys."""

from collections.abc import Sequence
from datetime import date, timedelta

from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.sales.journey import (
    HALF_YEAR,
    QUARTERS,
    REMEDIES,
    STORE,
    Step,
    furthest_behind,
    in_store,
    online,
    plot_paid,
    ranked,
    show_online,
    show_store,
)
from crmkit.lessons.view import pictured, store_names
from crmkit.screen import Part, parts

_BEFORE_LAST = ("分母是走到上一步的，不是第一步的。", "Divide by those who reached the step before, not the first one.")  # fmt: skip


_STAYED = ("那是没走下去的。", "Those are the ones who did not go on.")


def _passed(steps: Sequence[Step], place: int) -> Key:
    """Of those who reached a step, the share that went on to the next."""
    one, first = steps[place], steps[0].of
    return Key(one.rate, {_BEFORE_LAST: 100 * one.reached / first, _STAYED: round(100 - one.rate, 1)})  # fmt: skip


class Journey(Keys):
    """What lesson sales-08 asks."""

    def paid(self) -> Part:
        """Who paid once at the checkout, with the guess in it."""
        steps, guess = online(*HALF_YEAR), self.given.get("paid_guess")
        last = steps[-1]
        says = _("In the app {here:.0f} of 100 visits at the checkout paid, in the web shop {there:.0f}.").format(
            here=last.rate, there=last.other_rate
        )  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_paid(steps, guess, ax=ax), says, size=(8, 2.4)),
            parts.text(says),
        )

    def passed(self) -> Key:
        return _passed(online(*HALF_YEAR), 1)

    def weakest(self) -> Key:
        return Key(furthest_behind(online(*HALF_YEAR)).code)

    def behind(self) -> Key:
        """The station at which the store lags most behind the others."""
        return Key(furthest_behind(ranked(in_store(STORE, "2025-Q1"))).code)

    def first_change(self) -> Key:
        return Key("one_page")


class MyJourney(Keys):
    """What exercise sales-8 asks: eight weeks online and a quarter of a store of one's own."""

    @property
    def weeks(self) -> tuple[str, str]:
        """The eight weeks that belong to a number."""
        first = date(2025, 1, 1) + timedelta(weeks=self.given["my_number"] % 18)
        return f"{first}", f"{first + timedelta(days=55)}"

    @property
    def store(self) -> tuple[str, str]:
        """The store and quarter that belong to a number; the best store has nothing to catch up."""
        number = self.given["my_number"]
        return ("S02", "S03", "S04")[number % 3], list(QUARTERS)[number // 3 % 4]

    @property
    def steps(self) -> tuple[Step, ...]:
        return online(*self.weeks)

    @property
    def stations(self) -> tuple[Step, ...]:
        return in_store(*self.store)

    def mine(self) -> Part:
        """The two tables."""
        return parts.column(show_online(*self.weeks), show_store(*self.store))

    def passed(self) -> Key:
        return _passed(self.steps, 1)

    def lost(self) -> Key:
        """Visits that reached the checkout and did not pay."""
        last, first = self.steps[-1], self.steps[0]
        return Key(
            last.lost,
            {
                ("这是付了款的。", "These paid."): last.reached,
                ("这是第一步走掉的；问的是去结算以后。", "These left at the first step; asked is after the checkout."): first.lost,
            },
        )  # fmt: skip

    def weakest(self) -> Key:
        return Key(furthest_behind(self.steps).code)

    def gap(self) -> Key:
        """How many percentage points the weak step lags behind the web shop."""
        weak = furthest_behind(self.steps)
        return Key(
            weak.gap,
            {
                ("是相减，不是相除。", "Take one from the other instead of dividing."): round(100 * weak.rate / weak.other_rate, 1),
                ("网店的减小程序的，弱的那一步。", "The web shop's less the app's, at the weak step."): round(-self.steps[0].gap, 1),
            },
            {"points": f"{weak.gap:.1f}"},
        )  # fmt: skip

    def worth(self) -> Key:
        """How many more would pay if the weak step were as good as in the web shop."""
        weak = furthest_behind(self.steps)
        return Key(
            weak.worth,
            {
                ("乘的是走到结算的，不是看了页面的。", "Multiply by those who reached the checkout, not by all who looked."): self.steps[0].of * weak.gap / 100,
                ("这是没付款的一共有多少；网店也有人没付。", "That is everyone who did not pay; in the web shop some do not pay either."): weak.lost,
            },
            {"checkout": f"{weak.of:,}"},
        )  # fmt: skip

    def door(self) -> Key:
        """Of those who came through the door, the share that bought."""
        bought = self.stations[0]
        return Key(
            100 * bought.reached / bought.of,
            {
                ("倒过来了：成交的 ÷ 进店的。", "Upside down: those who bought ÷ those who came in."): 100 * bought.of / bought.reached,
                ("那是没买就走的。", "Those left without buying."): 100 - 100 * bought.reached / bought.of,
                ("这是另一行：买了的人里会员有多少。", "That is the next row: how many of the buyers are known."): 100 * self.stations[1].reached / self.stations[1].of,
            },
            {"store": store_names()[self.store[0]]},
        )  # fmt: skip

    def behind(self) -> Key:
        """The station at which the store lags most behind the others."""
        return Key(furthest_behind(ranked(self.stations)).code, facts={"store": store_names()[self.store[0]]})  # fmt: skip

    def remedy(self) -> Key:
        """What to try first at that station."""
        return Key(REMEDIES[furthest_behind(ranked(self.stations)).code])
