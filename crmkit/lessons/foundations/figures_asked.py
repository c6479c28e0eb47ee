"""What the lesson on reading figures asks: the keys."""

from functools import lru_cache, partial
from typing import Any

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons import shift_report
from crmkit.lessons.foundations.figures import DAY, DEAR, OFTEN, door, goods, margins
from crmkit.lessons.shifts import Shift
from crmkit.lessons.view import pictured, share, store_names, yuan
from crmkit.plot import _style
from crmkit.screen import Part, parts


@lru_cache(maxsize=8)
def _two_saturdays(store: str, _language: str) -> tuple[Shift, Shift]:
    now = Shift(store, DAY)
    return now, now.earlier()["last_week"]


class Figures(Keys):
    """What the lesson on the numbers asks."""

    def _store(self) -> str:
        return str(self.given.get("my_store", "s01")).upper()

    def _today(self) -> Shift:
        return _two_saturdays(self._store(), get_language())[0]

    def _week_before(self) -> Shift:
        return _two_saturdays(self._store(), get_language())[1]

    def stores(self) -> list[tuple[str, str]]:
        """The stores to choose from."""
        return [(one.lower(), name) for one, name in store_names().items()]

    def today(self) -> Part:
        """The day at the chosen store: revenue and orders, beside the Saturday before."""
        now = self._today()
        then = self._week_before()
        rows = [
            (f"{one.date:%Y-%m-%d}", yuan(one.numbers()["revenue"]), f"{one.numbers()['orders']}")
            for one in (now, then)
        ]
        return parts.table(now.title, [_("Day"), _("Revenue"), _("Orders")], rows)

    def aov(self) -> Key:
        """Average order value of the day."""
        now = self._today().numbers()
        then = self._week_before().numbers()
        week_before = (
            "这是上一个周六的。",
            "That is the Saturday before.",
        )
        return Key(now["revenue"] / now["orders"], {week_before: then["revenue"] / then["orders"]})

    def people_or_basket(self) -> Key:
        """What moved more against the Saturday before, the number of orders or the basket."""
        now = self._today().numbers()
        then = self._week_before().numbers()
        moved = {one: now[one] / then[one] - 1 for one in ("orders", "aov")}
        return Key(
            max(moved, key=lambda one: abs(moved[one])),
            facts={one: share(value, signed=True) for one, value in moved.items()},
        )

    def margin_chart(self) -> Part:
        """What is left of 100 yuan, by category, with the guess."""
        found = margins()
        guess = self.given.get("margin_guess")
        words = _("Your guess for {category}: {guess} yuan. It was {value:.0f} of 100.").format(
            category=label("category", OFTEN),
            guess="–" if guess is None else f"{guess:g}",
            value=100 * found.set_index("category")["margin_rate"][OFTEN],
        )

        def draw(ax: Any) -> None:
            shown = found[::-1]
            colours = [_style.ACCENT if one == OFTEN else _style.MAIN for one in shown["category"]]
            names = [label("category", one) for one in shown["category"]]
            drawn = ax.barh(names, 100 * shown["margin_rate"], color=colours)
            ax.bar_label(drawn, fmt="%.0f", padding=4)
            if guess is not None:
                ax.axvline(guess, color=_style.BAD, linestyle="--")
            ax.set_title(_("Of 100 yuan taken, left after the goods' cost (June)"))

        picture = pictured(draw, words, size=(9, 5.6))
        return parts.column(picture, parts.message("noted", words))

    def margin_rate(self) -> Key:
        """The margin rate of what sold less."""
        found = margins().set_index("category")
        other = (
            "这是粮油调味的。",
            "That is the pantry's rate.",
        )
        return Key(
            100 * found["margin_rate"][DEAR],
            {other: 100 * found["margin_rate"][OFTEN]},
            {"more": yuan(found["gross_margin"][DEAR] - found["gross_margin"][OFTEN])},
        )

    def door_table(self) -> Part:
        """Visitors and orders of the chosen store in June."""
        row = door().set_index("store_id").loc[self._store()]
        return parts.table(
            _("{store}, June 2025").format(store=store_names()[self._store()]),
            [_("Counted at the door"), _("Orders in the store")],
            [(f"{int(row['visitors']):,}", f"{int(row['orders']):,}")],
        )

    def conversion(self) -> Key:
        """Orders by visitors, in per cent."""
        row = door().set_index("store_id").loc[self._store()]
        walked = (
            "这是没买的占比。",
            "That is the share who did not buy.",
        )
        rate = 100 * row["orders"] / row["visitors"]
        return Key(rate, {walked: 100 - rate}, {"left": f"{100 - rate:.0f}"})

    def which_rate(self) -> Key:
        """The rate that looks from one quarter into the next."""
        return Key("retention")

    def stock_days(self) -> Key:
        """Days of stock of the chosen store."""
        row = goods().set_index("store_id").loc[self._store()]
        return Key(91 / round(row["turnover"], 2), {"upside_down": round(row["turnover"], 2) / 91})

    def chart_for(self) -> Key:
        """The chart for a course over months."""
        return Key("line")

    def method_for(self) -> Key:
        """The method for what is bought together."""
        return Key("mining")

    def gap(self) -> Key:
        """By how many points the best and the weakest store really differ at the door."""
        rates = 100 * door()["conversion_rate"]
        return Key(rates.max() - rates.min())

    def month_trick(self) -> Key:
        """What is wrong with a month that is not over."""
        return Key("unfinished")

    def noticed(self) -> Key:
        """A sentence with a figure of the day."""
        shift = self._today()

        words = _("There were {orders} orders.").format(orders=shift.numbers()["orders"])
        return Key(partial(shift_report.judge, shift), facts={"shift": shift.title}, example=words)

    def report(self) -> Part:
        """The half-page report, with one's own sentences and name."""
        said = [str(self.given.get(name, "")) for name in ("noticed", "next_step", "my_name")]
        return shift_report.report(self._today(), *said, day=True)
