"""What stock keepers are asked, in the lesson on stock in numbers and in its exercise: the keys."""

import random
from dataclasses import dataclass
from itertools import count
from typing import Any

from crmkit import codes
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.inventory.asking import here
from crmkit.lessons.inventory.shelf_numbers import Shelves
from crmkit.lessons.inventory.shelves import QUARTERS, SESAME, STORE, in_quarter, shelf
from crmkit.lessons.view import yuan
from crmkit.screen import Part, parts

RAISINS, RAISINS_A_DAY = "P0041", 5
RAISINS_LEVEL = 14 * RAISINS_A_DAY
CASE = 12


def _missed(goods: Any) -> Key:
    """About how many pieces an empty shelf did not sell."""
    sold, empty, days = (int(goods[one]) for one in ("sold", "empty_days", "days"))
    return Key(
        sold / (days - empty) * empty,
        {
            ("除以的是有货的天数，不是全部天数。", "Divide by the days with stock, not by all days."): sold / days * empty,
            ("这是有货时一天卖几件；再乘空着的天数。", "That is the pieces a day with stock; times the empty days."): sold / (days - empty),
        },
        {"sold": str(sold), "empty": str(empty), "full": str(days - empty)},
    )  # fmt: skip


class Stock(Keys):
    """What the lesson on stock in numbers asks."""

    @property
    def shelves(self) -> Shelves:
        """The lesson's store in the last quarter."""
        return in_quarter(STORE, QUARTERS[-1])

    def sesame(self) -> Part:
        """The sesame drink's shelf, with the guess."""
        return shelf(SESAME, self.given.get("empty_guess"))

    def categories(self) -> list[tuple[str, str]]:
        """The categories to choose from."""
        return [(code, label("category", code)) for code in codes.CATEGORIES]

    def _end(self, fastest: bool) -> Key:
        turnover = self.shelves.numbers.set_index("category")["turnover"]
        right = turnover.idxmax() if fastest else turnover.idxmin()
        other = turnover.idxmin() if fastest else turnover.idxmax()
        days = self.shelves.numbers.set_index("category")["days_of_stock"][right]
        return Key(
            right,
            {("正好反了：周转率大的转得快，周转天数大的转得慢。", "The other way round: a high stock turn is fast, a long days' cover is slow."): other},
            {"turnover": f"{turnover[right]:.2f}", "days": f"{days:.0f}"},
        )  # fmt: skip

    def fastest(self) -> Key:
        """The category that turns fastest."""
        return self._end(True)

    def slowest(self) -> Key:
        """The category that turns slowest."""
        return self._end(False)

    def stock_for_30(self) -> Key:
        """The average stock at which 12,000 yuan in 90 days are turned every 30 days."""
        return Key(
            12_000 * 30 / 90,
            {("这是现在的库存；要让它 30 天转一回，还得少。", "That is the stock now; for one round in 30 days it must be less."): 8_000,
             ("转一回 30 天，90 天就转三回：12,000 要除以 3。", "One round in 30 days is three rounds in 90: divide 12,000 by 3."): 12_000 / 30},
        )  # fmt: skip

    def set_point(self) -> Key:
        """The raisins' reorder point: what sells until a delivery comes; up to two weeks' sales."""

        def act(shop: Any, point: int = RAISINS_A_DAY * 4, level: int = RAISINS_LEVEL) -> None:
            shop.stock.set_reorder_rule(RAISINS, point, level)

        return Key(
            act,
            {
                "wrong_point": lambda shop: act(shop, point=RAISINS_A_DAY),
                "wrong_level": lambda shop: act(shop, level=2 * RAISINS_A_DAY * 4),
            },
        )

    def suggested(self) -> Key:
        """How many raisins the system says to order after that."""
        there = here(RAISINS)
        return Key(
            RAISINS_LEVEL - there,
            {
                ("那是补到的目标，手里的还没减。", "That is the level to fill up to; take off what is there."): RAISINS_LEVEL,
                ("减的是手里有的，不是再订货点。", "Take off what is on hand, not the reorder point."): RAISINS_LEVEL - RAISINS_A_DAY * 4,
            },
            {"level": str(RAISINS_LEVEL), "here": str(there)},
        )  # fmt: skip

    def cases(self) -> Key:
        """How many whole cases that is."""
        bags = int(self.suggested().value)
        full, left = divmod(bags, CASE)
        return Key(
            full + (left > CASE / 2),
            {
                ("差那么一点，不值再压一箱。", "So little is missing: not worth another case."): full + 1,
                ("供应商按箱发，不拆箱。", "The supplier breaks no case open."): bags,
            },
            {"bags": str(full * CASE), "short": str(left)},
        )  # fmt: skip

    def missed(self) -> Key:
        """Sesame drinks that were not sold because there were none."""
        return _missed(self.shelves.products.set_index("product_id").loc[SESAME])


EXERCISE_STORE = "S02"
"""The store whose stock the exercise is about."""


@dataclass(frozen=True)
class Sheet:
    """A stock sheet to reckon from; money in yuan at cost."""

    cost_of_goods_sold: int
    average_stock: int
    days: int
    on_hand: int
    sold: int
    sold_days: int

    @property
    def turnover(self) -> float:
        """How often the stock was sold and replaced."""
        return self.cost_of_goods_sold / self.average_stock

    @property
    def days_of_stock(self) -> float:
        """How many days one round takes."""
        return self.days / self.turnover

    @property
    def days_left(self) -> float:
        """For how many days what is on hand lasts."""
        return self.on_hand / (self.sold / self.sold_days)


def sheet(number: int) -> Sheet:
    """The stock sheet that belongs to a number from 1 to 99; no typical mistake is right on it."""
    dealt = (_dealt(random.Random(f"stock {number}/{attempt}")) for attempt in count())
    return next(one for one in dealt if _tells_apart(one))


def _dealt(dice: random.Random) -> Sheet:
    return Sheet(
        500 * dice.randint(8, 80),
        500 * dice.randint(4, 40),
        dice.choice([30, 60, 90, 180]),
        dice.randint(6, 90),
        dice.randint(8, 120),
        dice.choice([7, 14, 30]),
    )


def _tells_apart(one: Sheet) -> bool:
    rounds = [one.days_of_stock, one.turnover, one.days * one.turnover]
    left = [one.days_left, one.sold / one.sold_days, 1 / one.days_left, one.on_hand / one.sold]
    return (
        len({round(value, 1) for value in rounds}) == len(rounds)
        and len({round(value, 1) for value in left}) == len(left)
        and round(one.days / round(one.turnover, 2), 1) == round(one.days_of_stock, 1)
        and 3 <= one.days_of_stock <= 200
        and one.days_left >= 1
    )


class StockReport(Keys):
    """What exercise inventory-4 asks: a report on the Riverside Store's stock."""

    @property
    def mine(self) -> Sheet:
        """The sheet of this learner's number."""
        return sheet(self.given["my_number"])

    def my_sheet(self) -> Part:
        """The sheet as it is handed over."""
        one = self.mine
        return parts.table(
            _("Your stock sheet"),
            ["", ""],
            [
                (_("Cost of goods sold"), yuan(one.cost_of_goods_sold)),
                (_("Average stock"), yuan(one.average_stock)),
                (_("Days in the period"), str(one.days)),
                (_("Mixed nuts: on hand"), str(one.on_hand)),
                (_("Mixed nuts: sold in the last {days} days").format(days=one.sold_days), str(one.sold)),
            ],
        )  # fmt: skip

    def days_of_stock(self) -> Key:
        """How many days a round takes."""
        one = self.mine
        return Key(
            one.days_of_stock,
            {"turns_for_days": one.turnover, "upside_down": one.days * one.turnover},
            {"turnover": f"{one.turnover:.2f}"},
        )

    def days_left(self) -> Key:
        """How many days are left."""
        one = self.mine
        return Key(
            one.days_left,
            {
                ("这是每天卖几件，还差一步。", "This is the pieces sold a day; one step is missing."): one.sold / one.sold_days,
                ("这是现有 ÷ 卖出的件数；再想想一天卖几件。", "That is on hand ÷ sold; think how many go in one day."): one.on_hand / one.sold,
                "upside_down": 1 / one.days_left,
            },
            {"pace": f"{one.sold / one.sold_days:.2f}"},
        )  # fmt: skip

    @staticmethod
    def _shown(quarter: str, category: str, column: str) -> float:
        numbers = in_quarter(EXERCISE_STORE, quarter).numbers
        return float(numbers.set_index("category")[column][category])

    def snack_turnover(self) -> Key:
        """The turnover of snacks at the store in the first quarter."""
        return Key(
            self._shown("2025-Q1", "snacks", "turnover"),
            {
                "wrong_period": self._shown("2025-Q2", "snacks", "turnover"),
                "days_for_turns": self._shown("2025-Q1", "snacks", "days_of_stock"),
            },
        )

    def baby_stockout(self) -> Key:
        """The stock-out rate of baby goods at the store in the first quarter."""
        return Key(
            100 * self._shown("2025-Q1", "baby", "stockout_rate"),
            {"wrong_period": 100 * self._shown("2025-Q2", "baby", "stockout_rate")},
        )

    def slow_products(self) -> Key:
        """Products of which the store sold at most one piece in the second quarter."""
        now, before = (in_quarter(EXERCISE_STORE, q) for q in ("2025-Q2", "2025-Q1"))
        slow = now.slow_movers(1)
        return Key(
            len(slow),
            {
                ("这是一件没卖的；选“最多 1”。", "These sold nothing at all; choose \"at most 1\"."): len(now.slow_movers(0)),
                "wrong_period": len(before.slow_movers(1)),
            },
            {"value": yuan(slow["stock_value"].sum())},
        )  # fmt: skip

    def towel(self) -> Key:
        """What to do about a towel that keeps running out."""
        return Key("more")

    def tea(self) -> Key:
        """What to do about a tea that lies here and is missing elsewhere."""
        return Key("transfer")

    def candle(self) -> Key:
        """What to do about a candle that sells nowhere."""
        return Key("clear")
