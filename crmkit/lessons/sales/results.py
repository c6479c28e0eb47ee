"""A seller's month: target, basket, growth and own members, and which of them to work on; the keys."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import ceil
from typing import Any

from crmkit import kpi, labels
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import loaded, pictured, store_names, yuan
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts

ME, COLLEAGUE, MONTH = "E0004", "E0005", "2025-06"
"""The seller of the practice shop, the one she wonders about, and the month."""

MONTHS = ("2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
HALF_YEAR = ("2025-01-01", "2025-06-30")
LEVERS = ("orders", "upt", "item_price")
"""What revenue is made of: revenue = orders × units per transaction × item price."""


def _days(month: str, back: int = 0) -> tuple[str, str]:
    """First and last day of a month, beginning so many months earlier."""
    import pandas as pd

    last = pd.Period(month, "M")
    return f"{(last - back).start_time:%Y-%m-%d}", f"{last.end_time:%Y-%m-%d}"


@lru_cache(maxsize=2)
def _sellers(language: str) -> Any:
    staff = loaded("staff", language)
    return staff[staff["role"] == "sales"].set_index("staff_id")


@lru_cache(maxsize=2)
def _sold(language: str) -> Any:
    sales = loaded("sales", language)
    return sales[sales["staff_id"].isin(_sellers(language).index)]


@lru_cache(maxsize=2)
def _months(language: str) -> Any:
    """A row per seller and month of half a year: the figures, growth and target."""
    sold, by = _sold(language), ["staff_id", "month"]
    since, until = HALF_YEAR
    found = kpi.sales_summary(sold, by=by, since=since, until=until)
    grown = kpi.growth(sold, "month", by="staff_id", since=since, until=until)
    found = found.merge(grown.drop(columns="revenue"), on=by)
    wanted = kpi.attainment(sold, loaded("targets", language), by=by, since=since, until=until)
    found = found.merge(wanted[[*by, "target", "attainment"]], on=by)
    return found.set_index(by)


def months() -> Any:
    return _months(get_language())


@lru_cache(maxsize=8)
def _members(month: str, language: str) -> Any:
    first, last = _days(month, back=2)
    sold = _sold(language)
    return kpi.repeat_purchase_rate(sold, by="staff_id", since=first, until=last).set_index("staff_id")  # fmt: skip


@dataclass(frozen=True)
class Month:
    """A seller's month, and what the sellers of the same store come to."""

    staff_id: str
    month: str

    @property
    def name(self) -> str:
        return _sellers(get_language()).loc[self.staff_id, "name"]

    @property
    def store(self) -> str:
        return _sellers(get_language()).loc[self.staff_id, "store_id"]

    @property
    def mine(self) -> Any:
        """The month's figures, as in `months`."""
        return months().loc[(self.staff_id, self.month)]

    @property
    def members(self) -> Any:
        """Buyers of three months at this seller, and who of them bought here twice or more."""
        return _members(self.month, get_language()).loc[self.staff_id]

    @property
    def store_wide(self) -> dict[str, float]:
        """Orders for each seller of the store, and units and price of all their baskets."""
        sellers = _sellers(get_language())
        here = sellers.index[sellers["store_id"] == self.store]
        all_of_them = months().loc[[(one, self.month) for one in here]]
        sums = all_of_them[["revenue", "orders", "units"]].sum()
        return {
            "orders": sums["orders"] / len(here),
            "upt": sums["units"] / sums["orders"],
            "item_price": sums["revenue"] / sums["units"],
        }

    def against_store(self) -> dict[str, float]:
        """Each lever ÷ what it is among the store's sellers."""
        return {one: float(self.mine[one]) / level for one, level in self.store_wide.items()}

    @property
    def weakest(self) -> str:
        found = self.against_store()
        return min(found, key=found.__getitem__)


@lru_cache(maxsize=2)
def _cards(language: str) -> tuple[Month, ...]:
    """The months an exercise may deal: last year's was a whole month too, the target is none that
    nobody would set, far below both months it is compared with; one lever lies clearly below
    the store's and the other two; an order value rounded to the cent needs as many orders."""
    sellers = _sellers(language)
    dealt = []
    for month in MONTHS:
        last_year = date(int(month[:4]) - 1, int(month[5:]), 1)
        for staff_id in sellers.index:
            one = Month(staff_id, month)
            low, next_low, _best = sorted(one.against_store().values())
            part = next_target(one) * one.mine["orders"] / one.mine["revenue"] % 1
            whole_year = f"{sellers.loc[staff_id, 'hired_on']:%Y-%m-%d}" < f"{last_year}"
            likely = one.mine["target"] >= 0.9 * min(one.mine["before"], one.mine["last_year"])
            if (
                whole_year
                and likely
                and low < 0.98
                and next_low - low > 0.02
                and 0.05 < part < 0.95
            ):
                dealt.append(one)
    return tuple(dealt)


def card(number: int) -> Month:
    """The month that belongs to a number; neighbours get other ones."""
    dealt = _cards(get_language())
    return dealt[number % len(dealt)]


def next_target(one: Month) -> int:
    """The target of the month to come: a tenth more than this month, in whole hundreds."""
    return round(one.mine["revenue"] * 1.1 / 100) * 100


def show_month(one: Month, target: float | None = None) -> Part:
    """A seller's month as one finds it on the wall of the back room."""
    mine, level, members = one.mine, one.store_wide, one.members
    head = labels.heading
    return parts.column(
        parts.table(
            _("{name}, {month}").format(name=one.name, month=one.month),
            [head("revenue"), head("orders"), head("units"), head("target")],
            [[yuan(mine["revenue"]), f"{mine['orders']:.0f}", f"{mine['units']:.0f}", yuan(mine["target"])]],
        ),
        parts.row(
            parts.column(
                parts.table(
                    _("To compare with"),
                    ["", head("revenue")],
                    [
                        [_("the month before"), yuan(mine["before"])],
                        [_("the same month last year"), yuan(mine["last_year"])],
                        *([[_("target of next month"), yuan(target)]] if target else []),
                    ],
                )
            ),
            parts.column(
                parts.table(
                    _("Members of three months"),
                    [_("bought from me"), _("of them twice or more")],
                    [[f"{members['buyers']:.0f}", f"{members['repeaters']:.0f}"]],
                )
            ),
        ),
        parts.table(
            _("The sellers of the store together: {store}").format(store=store_names()[one.store]),
            [_("Orders for each seller"), head("upt"), head("item_price")],
            [[f"{level['orders']:.0f}", f"{level['upt']:.2f}", yuan(level["item_price"])]],
        ),
    )  # fmt: skip


@chart(size=(8, 2.8), grid="x")
def plot_more(more: dict[str, float], guess: float | None = None, *, ax: Any = None) -> Any:
    """How many per cent more one seller has than another, a bar a figure; the guess on the orders."""
    heads = [labels.heading(one) for one in more]
    bars = ax.barh(heads, list(more.values()), color="#0072B2")
    bars[0].set_color("#D55E00")
    ax.bar_label(bars, fmt="%+.0f%%", padding=4)
    ax.invert_yaxis()
    ax.set(xlabel=_("more than you, %"), xlim=(min(0, guess or 0), max(60, guess or 0)))
    if guess is not None:
        ax.plot([guess], [1], marker="D", color="#333333", markersize=9, clip_on=False)
    return ax


@chart(size=(8, 3), grid="y")
def plot_baskets(table: Any, *, ax: Any = None) -> Any:
    """Units per transaction of two sellers over half a year."""
    for (name, row), colour in zip(table.iterrows(), ("#D55E00", "#0072B2"), strict=True):
        ax.plot(list(row.index), list(row), marker="o", color=colour)
        ax.annotate(name, (len(row) - 1, row.iloc[-1]), xytext=(8, 0), textcoords="offset points", color=colour, va="center")  # fmt: skip
    ax.set(ylabel=labels.heading("upt"), ylim=(0, 3.5))
    return ax


def baskets() -> Any:
    """Units per transaction, a row for each of the two sellers, a column a month."""
    found = months()["upt"].unstack().loc[[ME, COLLEAGUE]]
    found.index = [Month(one, MONTH).name for one in found.index]
    return found


class Results(Keys):
    """What is asked of a seller's month."""

    @property
    def one(self) -> Month:
        return Month(ME, MONTH)

    @property
    def target(self) -> float:
        """The target that is to be reached."""
        return float(self.one.mine["target"])

    def attainment(self) -> Key:
        """Revenue ÷ target, in per cent."""
        mine = self.one.mine
        over, money = mine["revenue"] - mine["target"], yuan(abs(mine["revenue"] - mine["target"]))
        gap = _("{money} above it") if over > 0 else _("{money} short of it")
        return Key(
            100 * mine["revenue"] / mine["target"],
            {
                ("上下颠倒了：销售额在上，目标在下。", "It is upside down: revenue above, target below."): 100 * mine["target"] / mine["revenue"],
                ("这是差了（或超了）百分之几；问的是达成了百分之几。", "That is how far off it is; asked is how much was reached."): 100 * (mine["revenue"] / mine["target"] - 1),
            },
            {"gap": gap.format(money=money)},
        )  # fmt: skip

    def orders_needed(self) -> Key:
        """So many orders reach the target at this month's order value."""
        mine = self.one.mine
        exact = self.target * mine["orders"] / mine["revenue"]
        return Key(
            ceil(exact),
            {
                ("零头也要再做一单才够：往上进一。", "The part of an order needs a whole one: round up."): int(exact),
                ("这是还要多做的；问的是一共要做多少单。", "That is how many more; asked is how many in all."): ceil(exact) - int(mine["orders"]),
            },
            {"more": f"{ceil(exact) - int(mine['orders'])}"},
        )  # fmt: skip

    def upt(self) -> Key:
        mine = self.one.mine
        return Key(
            float(mine["upt"]),
            {("上下颠倒了：件数在上，单数在下。", "It is upside down: units above, orders below."): mine["orders"] / mine["units"]},
        )  # fmt: skip

    def aov(self) -> Key:
        mine = self.one.mine
        return Key(
            float(mine["aov"]),
            {("除以的是单数；除以件数，得到的是件单价。", "Divide by orders; by units it is the average item price."): mine["revenue"] / mine["units"]},
        )  # fmt: skip

    def month_before(self) -> Key:
        return _change(self.one.mine["revenue"], self.one.mine["before"], self.one.mine["last_year"])  # fmt: skip

    def year_before(self) -> Key:
        return _change(self.one.mine["revenue"], self.one.mine["last_year"], self.one.mine["before"])  # fmt: skip

    def repeat(self) -> Key:
        """Of the members who bought from this seller, the share who did so twice or more."""
        found = self.one.members
        return Key(
            100 * found["repeaters"] / found["buyers"],
            {("除以的是会员人数，不是订单数。", "Divide by members, not by orders."): 100 * found["repeaters"] / self.one.mine["orders"]},
            {"once": f"{found['buyers'] - found['repeaters']:.0f}"},
        )  # fmt: skip

    def weakest(self) -> Key:
        """The lever furthest below the store's sellers."""
        found = self.one.against_store()
        facts = {name: f"{round(value - 1, 2) + 0.0:+.0%}" for name, value in found.items()}
        return Key(self.one.weakest, facts=facts)

    def one_more(self) -> Key:
        """What a month gains when every fourth order holds one piece more."""
        mine = self.one.mine
        gain = mine["orders"] / 4 * mine["item_price"]
        return Key(
            gain,
            {
                ("不是每一单都多带，四单里才一单：再除以 4。", "Not every order holds one more, every fourth does: divide by 4."): 4 * gain,
                ("多带的是一件，乘件单价，不乘客单价。", "It is one piece more: times the item price, not the order value."): mine["orders"] / 4 * mine["aov"],
            },
            {"then": f"{(mine['revenue'] + gain) / mine['target']:.0%}"},
        )  # fmt: skip


def _change(now: float, before: float, other: float) -> Key:
    """The key of a change in per cent against `before`."""
    return Key(
        100 * (now / before - 1),
        {
            ("比错了月份：环比看上个月，同比看去年同月。", "That is against the other month: one is the month before, the other the same month last year."): 100 * (now / other - 1),
            ("除以的是以前的那个数。", "Divide by the earlier figure."): 100 * (1 - before / now),
            ("还要减去以前的：问的是变了百分之几。", "Take the earlier figure off first: asked is the change."): 100 * now / before,
        },
    )  # fmt: skip


class Mine(Results):
    """What lesson sales-04 asks."""

    def wall(self) -> Part:
        """What the colleague has more of, with the guess in it."""
        mine, other = self.one.mine, Month(COLLEAGUE, MONTH)
        more = {one: 100 * (other.mine[one] / mine[one] - 1) for one in ("revenue", *LEVERS)}
        guess = self.given.get("orders_guess")
        says = _("Your guess (◆): {guess} orders. In fact: {n}, and you had {mine}. What differs is the basket.").format(
            guess="–" if guess is None else f"{guess:.0f}", n=f"{other.mine['orders']:.0f}", mine=f"{mine['orders']:.0f}",
        )  # fmt: skip
        at = None if guess is None else max(-100, min(160, 100 * (guess / mine["orders"] - 1)))
        return parts.column(
            pictured(lambda ax: plot_more(more, at, ax=ax), says, size=(8, 2.6)), parts.text(says)
        )


class MyResults(Results):
    """What exercise sales-4 asks: the month of one's number."""

    @property
    def one(self) -> Month:
        return card(self.given["my_number"])

    @property
    def target(self) -> float:
        return next_target(self.one)

    def mine(self) -> Part:
        """The month, to read."""
        return show_month(self.one, self.target)


def my_month() -> Screen:
    """The month the lesson looks at."""
    return Screen(lambda: show_month(Month(ME, MONTH)), {}, "a seller's month")


def half_a_year() -> Screen:
    """The two sellers' baskets over half a year."""

    def show() -> Part:
        found = baskets()
        ahead = int((found.iloc[1] > found.iloc[0]).sum())
        says = _("Units per transaction, month by month: {other} was ahead in {n} of {all} months.").format(
            other=found.index[1], n=ahead, all=found.shape[1]
        )  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_baskets(found, ax=ax), says, size=(8, 2.8)), parts.text(says)
        )

    return Screen(show, {}, "baskets of half a year")
