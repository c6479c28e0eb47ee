"""A seller's month: target, basket, growth and own members, and which of them to work on."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from crmkit import kpi, labels
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
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
