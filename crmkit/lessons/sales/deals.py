"""Opportunities: what trying does, win rate, forecast, why they are lost; the keys and tasks."""

import random
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from crmkit import codes, labels
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import FIRST_OF, guessed_bars, loaded, pictured, store_names, yuan
from crmkit.plot._style import chart
from crmkit.practice.course_shop import CARD_FROM
from crmkit.screen import Part, Screen, parts

STORE, TODAY = "S01", date(2025, 7, 1)
"""The store and the morning of the practice shop."""

OPEN = codes.OPPORTUNITY_STAGES[:-2]


def _cards() -> Any:
    """The opportunities that earn a card: what is sold off the shelf needs none."""
    deals, goods = loaded("opportunities", get_language()), loaded("products", get_language())
    baby = goods.loc[goods["category"] == "baby", "product_id"]
    return deals[(deals["value"] >= CARD_FROM) & ~deals["product_id"].isin(baby)]


@lru_cache(maxsize=8)
def decided(store_id: str = STORE) -> Any:
    """A store's opportunities that were won or lost, and which stages each of them passed."""
    deals, steps = _cards(), loaded("opportunity_stages", get_language())
    here = deals[(deals["store_id"] == store_id) & deals["stage"].isin(["won", "lost"])]
    passed = {
        stage: here["opportunity_id"].isin(steps.loc[steps["stage"] == stage, "opportunity_id"])
        for stage in OPEN
    }
    return here.assign(won=here["stage"] == "won", **passed)


def open_count(store_id: str = STORE) -> int:
    """How many opportunities of the store are still under way."""
    deals = _cards()
    return int(((deals["store_id"] == store_id) & ~deals["stage"].isin(["won", "lost"])).sum())


def won_from(store_id: str = STORE) -> dict[str, int]:
    """Of those that passed a stage and were decided, how many per cent were won: whole numbers,
    as one reckons with them."""
    found = decided(store_id)
    return {stage: round(100 * found.loc[found[stage], "won"].mean()) for stage in OPEN}


@chart(size=(8, 2.2), grid="x")
def plot_tried(shares: dict[str, float], guess: float | None = None, *, ax: Any = None) -> Any:
    """Of a hundred opportunities, how many were won, with and without having tried it."""
    return guessed_bars(ax, shares, FIRST_OF[: len(shares)], _("won, of 100 decided"), guess)


def show_results(store_id: str = STORE) -> Part:
    """What became of a store's opportunities, and why some were lost."""
    found = decided(store_id)
    lost = found.loc[~found["won"], "lost_reason"].value_counts()
    name, won = store_names()[store_id], int(found["won"].sum())
    return parts.row(
        parts.column(
            parts.table(
                _("Opportunities of 18 months: {store}").format(store=name),
                [label("stage", "won"), label("stage", "lost"), _("still open")],
                [[f"{won}", f"{len(found) - won}", f"{open_count(store_id)}"]],
            )
        ),
        parts.column(
            parts.table(
                _("Why they were lost"),
                [_("Reason"), labels.heading("opportunities")],
                [[label("lost_reason", one), f"{lost[one]}"] for one in codes.LOST_REASONS],
            )
        ),
    )


@dataclass(frozen=True)
class Deal:
    """An open opportunity on one's own sheet; the amount in yuan."""

    stage: str
    amount: int
    next_on: date


def store_of(number: int) -> str:
    """The store that belongs to a number."""
    stores = list(store_names())
    return stores[number % len(stores)]


@lru_cache(maxsize=128)
def sheet(number: int) -> tuple[Deal, ...]:
    """Five open opportunities that belong to a number; some next actions are overdue, and one
    rate for all of them would give another forecast."""
    dice, rates = random.Random(f"deals {number}"), won_from(store_of(number))
    late = 1 + number % 3
    while True:
        days = [
            *(date(2025, 6, day) for day in dice.sample(range(24, 31), late)),
            *(date(2025, 7, day) for day in dice.sample(range(1, 13), 5 - late)),
        ]
        dice.shuffle(days)
        deals = tuple(
            Deal(dice.choice(OPEN), 10 * dice.randint(CARD_FROM // 10, 90), day) for day in days
        )
        alike = sum(one.amount for one in deals) * rates["interested"] / 100
        if abs(forecast(deals, rates) - alike) > 30:
            return deals


def forecast(deals: tuple[Deal, ...], rates: dict[str, int]) -> float:
    """What open opportunities may bring: each amount times the share won from its stage."""
    return sum(one.amount * rates[one.stage] for one in deals) / 100


def show_sheet(number: int, store_id: str = STORE) -> Part:
    """The open opportunities, and how many per cent were won from each stage before."""
    rates = won_from(store_id)
    return parts.row(
        parts.column(
            parts.table(
                _("Five open opportunities, on the morning of 1 July"),
                ["", labels.heading("stage"), _("Amount"), _("Next action on")],
                [[str(n), label("stage", one.stage), yuan(one.amount), f"{one.next_on:%m-%d}"]
                 for n, one in enumerate(sheet(number), 1)],
            )
        ),
        parts.column(
            parts.table(
                _("Won so far from this stage: {store}").format(store=store_names()[store_id]),
                [labels.heading("stage"), _("won")],
                [[label("stage", stage), f"{rate}%"] for stage, rate in rates.items()],
            )
        ),
    )  # fmt: skip


class Results(Keys):
    """What is asked of a store's opportunities and of a sheet of open ones."""

    store, number = STORE, 100

    def win_rate(self) -> Key:
        """Won of decided, in per cent."""
        found = decided(self.store)
        won = int(found["won"].sum())
        return Key(
            100 * won / len(found),
            {
                ("还没定的不放进分母：除以成交加未成交。", "Leave out what is still open: divide by won and lost."): 100 * won / (len(found) + open_count(self.store)),
                ("除以的是已有结果的全部，不只是未成交的。", "Divide by all that are decided, not by the lost ones alone."): 100 * won / (len(found) - won),
                ("这是没成交的占比。", "That is the share that was lost."): 100 - 100 * won / len(found),
            },
            {"won": str(won), "decided": str(len(found))},
        )  # fmt: skip

    def forecast(self) -> Key:
        """What the sheet may bring."""
        deals, rates = sheet(self.number), won_from(self.store)
        total = sum(one.amount for one in deals)
        return Key(
            forecast(deals, rates),
            {
                ("这是全部谈成才有的钱：每笔还要乘上它那一阶段的成交比例。", "That is if every one is won: multiply each by the share won from its stage."): total,
                ("五笔在不同阶段，不能都乘同一个比例。", "They stand at different stages: one share for all will not do."): total * rates["interested"] / 100,
            },
            {"total": yuan(total)},
        )  # fmt: skip


class Opportunities(Results):
    """What lesson sales-03 asks."""

    def tried(self) -> Part:
        """How often one was won, with and without having tried, with the guess in it."""
        found, guess = decided(), self.given.get("tried_guess")
        shares = {
            words: 100 * found.loc[found["tried"] == yes, "won"].mean()
            for words, yes in ((_("tried it"), True), (_("did not try"), False))
        }
        with_it, without = shares.values()
        says = _("Your guess: {guess}. Won of 100: {tried:.0f} where the customer had tried it, {other:.0f} where not.").format(
            guess="–" if guess is None else f"{guess:.0f}", tried=with_it, other=without
        )  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_tried(shares, guess, ax=ax), says, size=(8, 2.2)),
            parts.text(says),
        )

    def vase(self) -> Key:
        return _moved("M005405", "tried", next_on="2025-07-05", wrong_stage={"stage": "quoted"}, wrong_day={"next_on": "2025-07-15"})  # fmt: skip

    def elsewhere(self) -> Key:
        return _moved("M005175", "lost", reason="competitor", wrong_stage={"stage": "won", "reason": None}, wrong_reason={"reason": "no_reply"})  # fmt: skip

    def lamp(self) -> Key:
        return _opened("M000058", "P0235", 28_470, "2025-07-03", wrong_amount={"amount": 2_847}, wrong_day={"next_on": "2025-07-13"})  # fmt: skip


class MyOpportunities(Results):
    """What exercise sales-3 asks: a sheet of one's own, a store's results, a morning's moves."""

    @property
    def number(self) -> int:  # type: ignore[override]
        return self.given["my_number"]

    @property
    def store(self) -> str:  # type: ignore[override]
        """The store that belongs to this learner's number."""
        return store_of(self.number)

    def mine(self) -> Part:
        """The sheet and the results."""
        return parts.column(show_results(self.store), show_sheet(self.number, self.store))

    def price_share(self) -> Key:
        """Of those lost, the share lost for the price."""
        found = decided(self.store)
        lost = found.loc[~found["won"], "lost_reason"]
        price = int((lost == "price").sum())
        return Key(
            100 * price / len(lost),
            {("除以的是未成交的，不是全部有结果的。", "Divide by those lost, not by all that are decided."): 100 * price / len(found)},
            {"price": str(price), "lost": str(len(lost))},
        )  # fmt: skip

    def overdue(self) -> Key:
        """How many next actions should have been done before today."""
        late = sum(one.next_on < TODAY for one in sheet(self.number))
        return Key(
            late,
            {("这是还没到期的。", "Those are not due yet."): 5 - late},
        )

    def quote(self) -> Key:
        return _moved("M005578", "quoted", next_on="2025-07-04", wrong_stage={"stage": "tried"}, wrong_day={"next_on": "2025-07-14"})  # fmt: skip

    def tins(self) -> Key:
        return _moved("M000094", "won", wrong_stage={"stage": "lost", "reason": "price"})

    def blanket(self) -> Key:
        return _moved("M005797", "lost", reason="out_of_stock", wrong_reason={"reason": "no_need"}, wrong_stage={"stage": "won", "reason": None})  # fmt: skip

    def tea(self) -> Key:
        return _opened("M002597", "P0247", 43_580, "2025-07-02", wrong_amount={"amount": 21_790}, wrong_day={"next_on": "2025-07-12"})  # fmt: skip


def _moved(
    member: str, stage: str, reason: str | None = None, next_on: str | None = None, **wrong: dict
) -> Key:
    """The key of a move, and ways to miss it; a slip of today is moved once more."""

    def move(
        shop: Any, stage: str = stage, reason: str | None = reason, next_on: str | None = next_on
    ) -> None:
        there = (*shop.pipeline.decided(), *shop.pipeline.board())
        board = {one.member_id: one for one in there}
        deal = board[member]
        closes = stage in ("won", "lost")
        next_on = None if closes else next_on
        if (deal.stage, deal.lost_reason) != (stage, reason):
            shop.pipeline.move(deal.id, stage, reason=reason, next_on=next_on, next_action=None if closes else "call")  # fmt: skip
        elif not closes:
            shop.pipeline.edit(deal.id, next_on=next_on)

    return Key(move, {named: partial(move, **how) for named, how in wrong.items()})


def _opened(member: str, product: str, amount: int, next_on: str, **wrong: dict) -> Key:
    def open_one(shop: Any, amount: int = amount, next_on: str = next_on) -> None:
        shop.pipeline.open(
            member, "asked for it", amount, next_action="call", next_on=next_on, product_id=product
        )

    return Key(open_one, {named: partial(open_one, **how) for named, how in wrong.items()})


def results() -> Screen:
    """What became of the lesson store's opportunities."""
    return Screen(lambda: show_results(), {}, "opportunities of a store")


def lesson_sheet() -> Screen:
    """The sheet the lesson reckons with."""
    return Screen(lambda: show_sheet(100), {}, "open opportunities")
