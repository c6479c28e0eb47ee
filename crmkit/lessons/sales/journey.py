"""The customer's journey: where people drop out, and which step is weak."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from crmkit import codes, kpi
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.lessons.view import guessed_bars, loaded, pictured, store_names
from crmkit.plot import _style
from crmkit.screen import Part, Screen, parts

STEPS = codes.BROWSING_EVENTS
HALF_YEAR = ("2025-01-01", "2025-06-30")
WEAK = "buy"
"""The step of the app that lags behind the web shop, whatever weeks one looks at."""

STORE = "S03"
QUARTERS = {
    "2024-Q3": ("2024-07-01", "2024-09-30"),
    "2024-Q4": ("2024-10-01", "2024-12-31"),
    "2025-Q1": ("2025-01-01", "2025-03-31"),
    "2025-Q2": ("2025-04-01", "2025-06-30"),
}
BEFORE = {"2024-Q3": ("2024-04-01", "2024-06-30")} | dict(
    zip(list(QUARTERS)[1:], QUARTERS.values(), strict=False)
)
"""The quarter before each quarter: whoever bought then may have come back."""


@dataclass(frozen=True)
class Step:
    """A step of the journey at two places: how many reach it of how many, here and there."""

    code: str
    reached: int
    of: int
    other_reached: int
    other_of: int

    @property
    def rate(self) -> float:
        """Per cent that go on to this step, as shown: to one decimal."""
        return round(100 * self.reached / self.of, 1)

    @property
    def other_rate(self) -> float:
        return round(100 * self.other_reached / self.other_of, 1)

    @property
    def gap(self) -> float:
        """Percentage points behind the other place; below 0 where it is ahead."""
        return round(self.other_rate - self.rate, 1)

    @property
    def lost(self) -> int:
        return self.of - self.reached

    @property
    def worth(self) -> float:
        """How many more would go on if the step were as good as there."""
        return self.of * self.gap / 100


def furthest_behind(steps: Sequence[Step]) -> Step:
    """The weak step: the one that lags most behind the other place."""
    return max(steps, key=lambda one: one.gap)


def loses_most(steps: Sequence[Step]) -> Step:
    return max(steps, key=lambda one: one.lost)


@lru_cache(maxsize=128)
def online(since: str, until: str) -> tuple[Step, ...]:
    """The app's steps from a page to a purchase, beside those of the web shop."""
    found = kpi.funnel(loaded("browsing", get_language()), by="channel", since=since, until=until)
    visits = found.pivot(index="channel", columns="event", values="visits")
    here, there = visits.loc["mini_program"], visits.loc["web"]
    return tuple(
        Step(now, int(here[now]), int(here[before]), int(there[now]), int(there[before]))
        for before, now in pairwise(STEPS)
    )


@lru_cache(maxsize=8)
def _stations(quarter: str) -> tuple[tuple[str, Any, str, str], ...]:
    """Each station of a quarter: its code, a table with a row a store, and the table's columns of
    how many reached it, and of how many."""
    since, until = QUARTERS[quarter]
    language = get_language()
    sales, tickets = loaded("sales", language), loaded("tickets", language)
    inside = sales["sold_at"].between(BEFORE[quarter][0], f"{until} 23:59:59")
    shop = sales[inside & (sales["channel"] == "store")]
    bought = kpi.conversion_rate(shop, loaded("footfall", language), by="store_id", since=since, until=until)  # fmt: skip
    again = kpi.retention_rate(shop, BEFORE[quarter], (since, until), by="store_id")
    rated = tickets[tickets["opened_at"].between(since, f"{until} 23:59:59") & tickets["satisfaction"].notna()]  # fmt: skip
    pleased = rated.groupby("store_id")["satisfaction"].agg(
        pleased=lambda given: int((given >= 4).sum()), rated="size"
    )
    return (
        ("bought", bought, "orders", "visitors"),
        ("known", _known(shop[shop["sold_at"] >= since]), "member_orders", "orders"),
        ("again", again, "retained", "buyers"),
        ("pleased", pleased.reset_index(), "pleased", "rated"),
    )


def in_store(store_id: str, quarter: str) -> tuple[Step, ...]:
    """A store's stations in a quarter beside the other stores taken together: through the door and
    bought, bought and known as a member, bought the quarter before and came back, rated 4 or 5."""
    steps = []
    for code, table, reached, of in _stations(quarter):
        mine = table["store_id"] == store_id
        counts = [int(table.loc[rows, one].sum()) for rows in (mine, ~mine) for one in (reached, of)]  # fmt: skip
        steps.append(Step(code, *counts))
    return tuple(steps)


def _known(shop: Any) -> Any:
    """Orders of each store, and how many of them by somebody known as a member."""
    orders = shop[shop["quantity"] > 0].drop_duplicates("sale_id")
    return orders.groupby("store_id").agg(
        member_orders=("member_id", "count"), orders=("sale_id", "size")
    ).reset_index()  # fmt: skip


FEW = 100
"""A share of fewer people than this is shown, but not ranked."""


def ranked(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The stations with enough people to compare."""
    return tuple(one for one in steps if one.of >= FEW)


def _station(code: str) -> str:
    return {
        "bought": _("came in → bought"),
        "known": _("bought → known as a member"),
        "again": _("bought last quarter → came back"),
        "pleased": _("brought us a problem → satisfied"),
    }[code]


def _step(code: str) -> str:
    before = STEPS[STEPS.index(code) - 1]
    return f"{label('event', before)} → {label('event', code)}"


def show_online(since: str, until: str) -> Part:
    """The steps of app and web shop side by side, to read."""
    heads = [_("Step"), _("App: reached before"), _("went on"), _("of 100"), _("Web shop: of 100")]  # fmt: skip
    rows = [
        [_step(one.code), f"{one.of:,}", f"{one.reached:,}", f"{one.rate:.1f}", f"{one.other_rate:.1f}"]
        for one in online(since, until)
    ]  # fmt: skip
    title = _("Visits online, {since} to {until}").format(since=since, until=until)
    return parts.table(title, heads, rows)


def show_store(store_id: str, quarter: str) -> Part:
    """A store's stations beside the other stores', to read."""
    heads = [_("Station"), _("people before"), _("went on"), _("of 100"), _("Other stores: of 100")]
    steps = in_store(store_id, quarter)
    rows = [
        [_station(one.code), f"{one.of:,}", f"{one.reached:,}", f"{one.rate:.1f}", f"{one.other_rate:.1f}"]
        for one in steps
    ]  # fmt: skip
    year, number = quarter.split("-Q")
    title = _("{store}, quarter {number} of {year}").format(
        store=store_names()[store_id], number=number, year=year
    )
    few = [_station(one.code) for one in steps if one.of < FEW]
    note = _("Too few people to rank: {stations}").format(stations=_(", ").join(few))
    return parts.column(parts.table(title, heads, rows), parts.text(note, "quiet") if few else None)


@_style.chart(size=(8, 2.6), grid="x")
def plot_paid(steps: Sequence[Step], guess: float | None = None, *, ax: Any = None) -> Any:
    """Of a hundred visits that reached the checkout, how many paid, app and web shop."""
    last = steps[-1]
    rates = {"mini_program": last.rate, "web": last.other_rate}
    values = {label("channel", one): rate for one, rate in rates.items()}
    says = _("paid, of 100 visits at the checkout")
    return guessed_bars(ax, values, [_style.ACCENT, _style.MAIN], says, guess)


def steps_online() -> Screen:
    """Half a year online, step by step."""
    return Screen(lambda: show_online(*HALF_YEAR), {}, "steps online")


def funnel() -> Screen:
    """The app's funnel as a chart."""
    from crmkit import plot

    def show() -> Part:
        seen = loaded("browsing", get_language())
        found = kpi.funnel(seen[seen["channel"] == "mini_program"])
        told = _(", ").join(f"{label('event', row.event)} {row.visits:,}" for row in found.itertuples())  # fmt: skip
        return parts.card(pictured(lambda ax: plot.funnel(found, ax=ax), told, size=(9, 3.6)))

    return Screen(show, {}, "funnel")


def what_if() -> Screen:
    """Make one step as good as the web shop's: how many more purchases that would be."""
    at = {"step": "basket"}

    def choose(step: Any, _values: dict) -> None:
        if step in STEPS[1:]:
            at["step"] = step

    def show() -> Part:
        steps = online(*HALF_YEAR)
        chosen = next(one for one in steps if one.code == at["step"])
        more = max(0.0, chosen.worth)
        for later in steps[steps.index(chosen) + 1 :]:
            more *= later.rate / 100
        options = [(one.code, _step(one.code)) for one in steps]
        said = _("{here:.1f} of 100 here, {there:.1f} in the web shop").format(here=chosen.rate, there=chosen.other_rate)  # fmt: skip
        if chosen.gap <= 0:
            said += _("; ahead already")
        return parts.card(
            parts.select("step", _("If this step were as good as in the web shop"), options, at["step"], act="step"),
            parts.stat(_("More purchases in the half-year, at most"), f"{more:,.0f}", said),
        )  # fmt: skip

    return Screen(show, {"step": choose}, "what if")


def the_store() -> Screen:
    """The lesson's store on its stations."""
    return Screen(lambda: show_store(STORE, "2025-Q1"), {}, "the store")


def the_store_now() -> Screen:
    """The same store a quarter later."""
    return Screen(lambda: show_store(STORE, "2025-Q2"), {}, "the store now")


REMEDIES = {"bought": "greet", "known": "ask", "again": "call"}
"""What a seller can do about each station."""
