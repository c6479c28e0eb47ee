"""What cashiers look at in lesson 03: a shift to choose, the example, and what is asked about it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn import reading
from crmkit.learn.questions import Key, Keys
from crmkit.lessons import shift_report
from crmkit.lessons.drawn_shifts import draw_shift
from crmkit.lessons.shifts import PARTS, Shift, beside_last_week
from crmkit.lessons.view import once, pictured, share, shown_table, store_names, table_of, yuan
from crmkit.screen import Act, Part, Screen, parts


@once
def _chosen(store_id: str, day: date, part: str, tables: Mapping[str, Any] | None = None) -> Shift:
    return Shift(store_id, day, part, tables or {})


def choose_shift(
    store_id: str = "S01",
    date: date | str = "2025-06-21",
    part: str = "day",
    tables: Mapping[str, Any] | None = None,
) -> Screen:
    """A panel: choose store, day and part of the day, and read that shift's numbers.

    Inputs and errors are those of `Shift`.
    """
    first = Shift(store_id, date, part, tables or {})
    sold_at = table_of("sales", tables or {})["sold_at"]
    days = (sold_at.min().date(), sold_at.max().date())
    at: dict[str, Any] = {"store": store_id, "day": first.date, "part": part, "typed": 0}

    def move(day: Any) -> None:
        if not days[0] <= day <= days[1]:
            raise CrmkitError(
                _("There are receipts from {first} to {last}.").format(first=days[0], last=days[1])
            )
        at["day"], at["typed"] = day, at["typed"] + 1

    def choose(name: str, known: Sequence[str]) -> Act:
        def act(value: Any, _values: dict[str, Any]) -> None:
            if value in known:
                at[name] = value

        return act

    def type_day(typed: Any, values: dict[str, Any]) -> None:
        move(reading.read("date", typed or values.get("day"), year=days[1].year).value)

    def step(by: Any, _values: dict[str, Any]) -> None:
        move(at["day"] + timedelta(days=int(by)))

    def show() -> Part:
        stores = [(code, f"{code} {name}") for code, name in store_names(tables).items()]
        shift_parts = [(code, label("shift_part", code)) for code in PARTS]
        return parts.card(
            parts.row(
                parts.select("store", _("Store"), stores, at["store"], act="store"),
                parts.select("part", _("Shift"), shift_parts, at["part"], act="part"),
                parts.field("day", _("Date"), f"{at['day']}", act="day", rev=at["typed"]),
            ),
            parts.row(
                *(
                    parts.button(words, "step", by, kind="small")
                    for words, by in (
                        (_("← a week"), -7), (_("← a day"), -1), (_("a day →"), 1), (_("a week →"), 7)
                    )
                )
            ),
            shift_report.till_sheet(
                _chosen(at["store"], at["day"], at["part"], tables=tables)
            ),
        )  # fmt: skip

    acts: dict[str, Act] = {"day": type_day, "step": step}
    acts |= {
        "store": choose("store", list(store_names(tables))),
        "part": choose("part", list(PARTS)),
    }
    return Screen(show, acts, "shift")


EXAMPLE = Shift("S01", "2025-06-21")
"""The shift the lesson looks at."""

ONE_BIG_BASKET = Shift("S02", "2025-04-28")
"""A shift that is ahead of last week's only by its largest receipt."""


def example(what: str) -> Screen:
    """One side of the lesson's example: ``"receipts"``, ``"hour"``, ``"method"`` or
    ``"compared"``."""

    def show() -> Part:
        if what == "hour":
            return parts.card(_hours(EXAMPLE))
        if what == "receipts":
            receipts = EXAMPLE.receipts().head(5)
            return parts.card(shown_table(_("The first receipts of the day"), receipts))
        if what == "method":
            return parts.card(shown_table(_("Paid by"), EXAMPLE.by("method")))
        return parts.card(shown_table(_("Compared with"), EXAMPLE.compared()))

    return Screen(show, {}, f"shift by {what}")


def one_big_basket() -> Screen:
    """What a single receipt can do to a comparison."""

    def show() -> Part:
        found = beside_last_week(ONE_BIG_BASKET)
        words = {"all": _("All receipts"), "without_largest": _("Without each day's largest")}
        return parts.card(
            parts.table(
                ONE_BIG_BASKET.title,
                [
                    "",
                    label("compared_with", "this_shift"),
                    label("compared_with", "last_week"),
                    _("Change"),
                ],
                [
                    (words[name], yuan(now), yuan(then), share(now / then - 1, signed=True))
                    for name, (now, then) in found.items()
                ],
            )
        )

    return Screen(show, {}, "one big basket")


def _hours(shift: Shift, says: str = "", guessed: float | None = None) -> Part:
    """The hours of a shift as a chart, with the hour that was guessed."""
    hours = shift.by("hour")

    def draw(ax: Any) -> None:
        from crmkit import plot
        from crmkit.plot import _style

        plot.sales_summary(hours, ax=ax)
        first = int(hours["hour"].min())
        if guessed is not None and first <= guessed <= hours["hour"].max():
            ax.axvline(guessed - first, color=_style.BAD, linewidth=3, linestyle="--")

    return pictured(draw, says or shift.title, size=(9, 4))


class ShiftKeys(Keys):
    """What is asked about one shift, wherever it comes from."""

    @property
    def shift(self) -> Shift:
        """The shift that is asked about."""
        raise NotImplementedError

    def sheet(self) -> Part:
        """Its till sheet."""
        return shift_report.till_sheet(self.shift, headline=False)

    def orders(self) -> Key:
        """How many orders."""
        now = self.shift.numbers()
        return Key(now["orders"], {"units_for_orders": now["units"]})

    def best_hour(self) -> Key:
        """The hour with most revenue."""
        hours = self.shift.by("hour")
        share_of = hours["revenue"].max() / hours["revenue"].sum()
        most_orders = int(hours["hour"][hours["orders"].idxmax()])
        mistakes = {
            ("这是单数最多的钟点；问的是销售额最高的。", "That hour has the most orders; the question is about the most revenue."): most_orders
        }  # fmt: skip
        return Key(self.shift.numbers()["best_hour"], mistakes, {"share": f"{share_of:.0%}"})

    def cash(self) -> Key:
        """The cash that was taken."""
        now = self.shift.numbers()
        mistakes = {
            ("这是全部销售额；问的是其中的现金。", "That is all of the revenue; the question is how much of it was cash."): now["revenue"]
        }  # fmt: skip
        return Key(now["cash"], mistakes)

    def aov(self) -> Key:
        """Revenue by orders."""
        now = self.shift.numbers()
        return Key(
            now["revenue"] / now["orders"], {"units_for_orders": now["revenue"] / now["units"]}
        )

    def upt(self) -> Key:
        """Units by orders."""
        now = self.shift.numbers()
        return Key(now["units"] / now["orders"], {"upside_down": now["orders"] / now["units"]})

    def member_percent(self) -> Key:
        """The members' share of revenue, in per cent."""
        now = self.shift.numbers()
        walk_in = 1 - now["member_revenue"] / now["revenue"]
        mistakes = {
            ("这是散客的占比；问的是会员的。", "That is the walk-ins' share; the question is about the members' share."): 100 * walk_in
        }  # fmt: skip
        return Key(100 * now["member_revenue"] / now["revenue"], mistakes)

    def week_percent(self) -> Key:
        """Revenue against the same day last week, in per cent."""
        revenue = self.shift.compared().set_index("compared_with")["revenue"]

        def against(name: str) -> float:
            return 100 * (revenue["this_shift"] / revenue[name] - 1) if revenue[name] else 1e9

        mistakes = {
            ("这是和昨天比，不是和上周同一天比。", "This compares with yesterday, not with the same day last week."): against("yesterday"),
            ("这是和去年同一天比，不是和上周同一天比。", "This compares with last year, not with the same day last week."): against("last_year"),
            ("除数应该是上周那一天的销售额。", "Divide by last week's revenue, not by this shift's."): 100 * (1 - revenue["last_week"] / revenue["this_shift"]),
            ("这是这一班占上周的百分之几；变化要先减掉上周的。", "That is this shift as a share of last week's; for the change, take last week's off first."): 100 * revenue["this_shift"] / revenue["last_week"],
        }  # fmt: skip
        return Key(against("last_week"), mistakes)

    def mostly(self) -> Key:
        """Which of the two factors moved revenue."""
        change = self.shift.changes()
        return Key(
            self.shift.moved_by(),
            facts={
                name: share(change[name], signed=True) if round(change[name], 3) else _("no change")
                for name in ("orders", "aov", "revenue")
            },
        )

    def noticed(self) -> Key:
        """A sentence with a figure of the shift."""
        orders = self.shift.numbers()["orders"]
        return Key(
            partial(shift_report.judge, self.shift),
            facts={"shift": self.shift.title},
            example=_("There were {orders} orders.").format(orders=orders),
        )

    def report(self) -> Part:
        """The half-page report with one's own sentences and name."""
        said = [str(self.given.get(name, "")) for name in ("noticed", "tomorrow", "my_name")]
        return shift_report.report(self.shift, *said)


class MyShift(ShiftKeys):
    """What exercise cashier-3 asks: each number has a shift of its own."""

    @cached_property
    def shift(self) -> Shift:
        """The shift that belongs to this learner's number."""
        return draw_shift(int(self.given["my_number"]))


class LessonShift(ShiftKeys):
    """What the lesson on a shift in numbers asks of its own example."""

    shift = EXAMPLE

    def busiest(self) -> Part:
        """The hours of the example, with the hour that was guessed."""
        guessed = self.given.get("busiest_guess")
        best = self.shift.numbers()["best_hour"]

        says = _("Busiest: {hour}:00. Your guess, the dashed line: {guess}:00.").format(
            hour=best, guess="–" if guessed is None else f"{guessed:.0f}"
        )
        return parts.column(_hours(self.shift, says, guessed), parts.text(says))


class PracticeShift(ShiftKeys):
    """What the lesson asks of another store's till sheet."""

    shift = Shift("S02", "2025-06-14")
