"""Promotions: on paper, on a store's own orders, one's own plan, whom, and half-way."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from crmkit import campaign, kpi, labels
from crmkit.campaign import Gift, PercentOff, ThresholdDiscount
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.lessons.view import guessed_bars, loaded, store_names, yuan
from crmkit.plot._style import chart
from crmkit.screen import Part, Screen, parts

STORE, THRESHOLD, OFF = "S01", 99, 15
"""The store and the offer of June 2025 the lesson looks at."""

BEFORE = ("2025-06-01", "2025-06-09")
"""As many days before the offer as it ran."""

FOUR_BEFORE, FOUR_DURING = ("2025-06-03", "2025-06-06"), ("2025-06-10", "2025-06-13")
"""The first four days of the offer, and the same weekdays of the week before."""

BANDS = (0, 50, 99, 149, 199)


@lru_cache(maxsize=16)
def _lines(store_id: str, since: str, until: str, language: str) -> Any:
    sales = loaded("sales", language)
    end = f"{date.fromisoformat(until) + timedelta(days=1)}"
    return sales[
        (sales["store_id"] == store_id) & (sales["channel"] == "store") & (sales["quantity"] > 0)
        & (sales["sold_at"] >= since) & (sales["sold_at"] < end)
    ]  # fmt: skip


def lines(store_id: str = STORE, days: tuple[str, str] = BEFORE) -> Any:
    """What a store sold at its tills in these days."""
    return _lines(store_id, *days, get_language())


def figures(store_id: str, days: tuple[str, str]) -> Any:
    """Orders, revenue and gross margin of these days, as in `kpi.sales_summary`."""
    return kpi.sales_summary(lines(store_id, days)).iloc[0]


def baskets(store_id: str = STORE) -> list[int]:
    """How many orders of the days before lie in each band of `BANDS`, the last one open."""
    orders = lines(store_id).groupby("sale_id")["amount"].sum()
    return [int(((orders >= low) & (orders < high)).sum()) for low, high in zip(BANDS, (*BANDS[1:], 1e9), strict=True)]  # fmt: skip


@lru_cache(maxsize=256)
def _plan(store_id: str, offer: Any, language: str) -> campaign.Plan:
    return campaign.plan(lines(store_id), offer)


def plan(offer: Any, store_id: str = STORE) -> campaign.Plan:
    """What the offer would have cost on the orders of the days before."""
    return _plan(store_id, offer, get_language())


@lru_cache(maxsize=2)
def _coupon(language: str) -> Any:
    contacts, members = loaded("campaign_contacts", language), loaded("members", language)
    found = campaign.outcomes(contacts, loaded("sales", language), "2024-05-06", 28, "C01")
    return found.merge(members[["member_id", "household"]], on="member_id")


def coupon(by: str = "household") -> Any:
    """Of a hundred members, how many bought with the family coupon and without, a row per group."""
    rates = 100 * _couponed(by).mean().unstack()
    return rates[["treatment", "control"]].round(0).astype(int)


def _couponed(by: str) -> Any:
    found = _coupon(get_language())
    found = found.assign(visits=found["orders_before"].clip(upper=2))
    return found.groupby([by, "group"])["bought"]


def _band(at: int) -> str:
    if at == len(BANDS) - 1:
        return _("{low} yuan and more").format(low=BANDS[at])
    return _("{low} to {high} yuan").format(low=BANDS[at], high=BANDS[at + 1] - 1)


@chart(size=(8, 2.8), grid="x")
def plot_baskets(per_hundred: list[float], guess: float | None = None, *, ax: Any = None) -> Any:
    """Of a hundred orders, how many of each size; those that reach the threshold stand out."""
    values = {_band(at): value for at, value in enumerate(per_hundred)}
    colours = ["#D55E00" if low >= THRESHOLD else "#0072B2" for low in BANDS]
    return guessed_bars(ax, values, colours, _("of 100 orders before the offer"), most=60)


@dataclass(frozen=True)
class Paper:
    """A basket on paper: its price, what the goods cost, and three offers for it; in yuan."""

    price: int
    cost: int
    off: int
    percent: int
    gift_price: int
    gift_cost: int

    @property
    def margin(self) -> int:
        return self.price - self.cost

    @property
    def break_even(self) -> float:
        """How many more such orders make up for the money off, in per cent."""
        return 100 * self.off / (self.margin - self.off)


LESSON_PAPER = Paper(120, 72, 15, 10, 25, 9)


@lru_cache(maxsize=128)
def paper(number: int) -> Paper:
    """The paper that belongs to a number."""
    dice = random.Random(f"promotions {number}")
    price = 10 * dice.randint(11, 24)
    cost = round(price * dice.choice((0.55, 0.6, 0.65)))
    gift_cost = dice.randint(6, 12)
    return Paper(price, cost, dice.choice((10, 12, 15, 18, 20)), dice.choice((10, 15, 20)), gift_cost + dice.randint(9, 20), gift_cost)  # fmt: skip


def show_paper(one: Paper) -> Part:
    """The paper as a table."""
    return parts.table(
        _("One order on paper"),
        [_("The order"), _("Money off"), _("Percentage"), _("Gift")],
        [[
            _("price {price}, cost {cost}").format(price=yuan(one.price), cost=yuan(one.cost)),
            _("{off} off").format(off=yuan(one.off)),
            _("{percent}% off").format(percent=one.percent),
            _("sold at {price}, cost {cost}").format(price=yuan(one.gift_price), cost=yuan(one.gift_cost)),
        ]],
    )  # fmt: skip


def show_baskets(store_id: str) -> Part:
    """A store's orders before the offer by size, and their margin."""
    found, all_of_them = baskets(store_id), figures(store_id, BEFORE)
    return parts.table(
        _("{store}: orders of nine days, margin {margin}").format(store=store_names()[store_id], margin=yuan(all_of_them["gross_margin"])),
        [_("The order"), labels.heading("orders")],
        [[_("All orders"), f"{sum(found)}"], *([_band(at), f"{n}"] for at, n in enumerate(found))],
    )  # fmt: skip


def show_half_way(store_id: str = STORE) -> Part:
    """The first four days of the offer beside the same weekdays before."""
    rows = [
        [words, f"{found['orders']:.0f}", yuan(found["revenue"]), yuan(found["gross_margin"])]
        for words, found in (
            (_("3 to 6 June, before"), figures(store_id, FOUR_BEFORE)),
            (
                _("10 to 13 June, with June's offer: ¥15 off when you spend ¥99"),
                figures(store_id, FOUR_DURING),
            ),
        )
    ]
    heads = ["", _("Orders"), _("Revenue"), _("Gross margin")]
    return parts.table(_("Half-way: {store}").format(store=store_names()[store_id]), heads, rows)


def visits_named() -> list[str]:
    return [_("not once"), _("once"), _("twice or more")]


def show_coupon(by: str = "household") -> Part:
    """Who bought with the coupon and without."""
    found = coupon(by)
    named = (
        [label("household", one) for one in found.index] if by == "household" else visits_named()
    )
    heads = [
        labels.heading("household") if by == "household" else _("Visits in the month before"),
        _("with the coupon, of 100"),
        _("without, of 100"),
    ]
    rows = [[name, *map(str, row)] for name, row in zip(named, found.to_numpy().tolist(), strict=True)]  # fmt: skip
    sizes = _couponed(by).size()
    title = _("The family coupon of May 2024: who bought within four weeks ({few} to {many} members behind each figure)")  # fmt: skip
    return parts.table(title.format(few=sizes.min(), many=sizes.max()), heads, rows)


def on_paper() -> Screen:
    """The order of the lesson's paper."""
    return Screen(lambda: show_paper(LESSON_PAPER), {}, "an order on paper")


def whom() -> Screen:
    return Screen(show_coupon, {}, "who bought with the coupon")


def half_way() -> Screen:
    return Screen(show_half_way, {}, "half-way")


def planner() -> Screen:
    """Sliders for an offer, and what it would have done to the orders of nine days."""
    at: dict[str, Any] = {"kind": "threshold", "threshold": 99.0, "off": 15.0}

    def offer() -> Any:
        if at["kind"] == "percent_off":
            return PercentOff(at["off"], threshold=at["threshold"])
        if at["kind"] == "gift":
            return Gift(at["threshold"], "gift", cost=at["off"])
        return ThresholdDiscount(at["threshold"], min(at["off"], at["threshold"]))

    def put(name: str) -> Any:
        def act(value: Any, _values: dict) -> None:
            at[name] = float(value) if name != "kind" else value

        return act

    def show() -> Part:
        found = plan(offer())
        off = {
            "threshold": _("{off} off").format(off=yuan(at["off"])),
            "percent_off": _("{percent}% off").format(percent=f"{at['off']:.0f}"),
            "gift": _("a gift that costs us {cost}").format(cost=yuan(at["off"])),
        }[at["kind"]]
        kinds = [(one, label("kind", one)) for one in ("threshold", "percent_off", "gift")]  # fmt: skip
        more = "–" if found.break_even is None else f"{found.break_even:.1%}"
        return parts.card(
            parts.choice("kind", _("What kind"), kinds, at["kind"], act="kind"),
            parts.slider("threshold", _("Spend at least"), (39, 249), at["threshold"], yuan(at["threshold"]), act="threshold", step=10),
            parts.slider("off", _("They get"), (5, 40), at["off"], off, act="off"),
            parts.row(
                parts.stat(_("orders that get it"), f"{found.offered:.1%}", share=found.offered),
                parts.stat(_("given away in nine days"), yuan(found.offer_cost)),
                parts.stat(_("margin left (was {margin})").format(margin=yuan(found.margin)), yuan(found.margin - found.offer_cost)),
                parts.stat(_("more orders needed to break even"), more),
            ),
            title=_("On the orders of 1 to 9 June: {store}").format(store=store_names()[STORE]),
        )  # fmt: skip

    return Screen(show, {name: put(name) for name in at}, "an offer with sliders")
