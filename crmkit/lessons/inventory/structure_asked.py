"""What stock keepers are asked about the structure of stock, in the lesson and in its exercise: the keys."""

from typing import Any

from crmkit import plot
from crmkit.i18n import get_language, label, ngettext
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.learn.questions import Key
from crmkit.lessons.inventory.dating import Dating, MyDates, month
from crmkit.lessons.inventory.shelves import STORE
from crmkit.lessons.inventory.structure import (
    AT_FIRST,
    CASES,
    EXERCISE_STORE,
    buffer,
    by_advice,
    freed,
    ranked,
)
from crmkit.lessons.view import pictured, yuan
from crmkit.screen import Part, parts


class Better(Dating):
    """What lesson inventory-05 asks."""

    def pareto(self) -> Part:
        """How many products bring most of the revenue; with the guess."""
        found = ranked(STORE, get_language())
        few, all_ = int((found["abc"] == "A").sum()), len(found)
        words = _("Your guess: {guess}. Of {all} products that sold, {few} brought the first 80%.")
        said = words.format(guess=self.given.get("a_guess", "–"), all=all_, few=few)

        def draw(ax: Any) -> None:
            plot.abc(found, ax=ax)
            ax.set_title("")

        return parts.column(
            parts.message("noted", said), parts.card(pictured(draw, said, size=(9, 4)))
        )

    def point(self) -> Key:
        return _point(5, 4, 6)

    def more_safety(self) -> Key:
        """How many pieces more 99 instead of 90 of 100 rounds cost, at the panel's first position."""
        sd, lead = AT_FIRST["sd"], AT_FIRST["lead"]
        low, high = buffer(sd, lead, 90), buffer(sd, lead, 99)
        return Key(
            high - low,
            {("那是 99 时的全部，问的是多备几件。", "That is all of it at 99; the question is how many more."): high},
            {"low": str(low), "high": str(high)},
        )  # fmt: skip

    def frees(self) -> Key:
        return _frees(STORE)

    def saved(self) -> Key:
        return _saved(STORE)

    def first(self) -> Key:
        return Key("move")


def _point(demand: int, lead: int, safe: int) -> Key:
    return Key(
        demand * lead + safe,
        {
            ("还要加上安全库存。", "Add the safety stock."): demand * lead,
            ("只算了一天的：到货前每天都在卖。", "That is one day: it sells on each day until it comes."): demand + safe,
            ("安全库存只加一次。", "The safety stock is added once."): (demand + safe) * lead,
        },
        {"sold": str(demand * lead), "safe": str(safe)},
    )  # fmt: skip


def _frees(store: str) -> Key:
    found = by_advice(store).set_index("advice")
    both = ["reduce", "clear"]
    return Key(
        freed(store),
        {
            ("那是这些货的全部库存，能释放的只是多出来的那部分。", "That is all the stock of these goods; only what lies beyond is freed."): round(float(found.loc[both, "value"].sum()), 2),
            ("“减少”那一行也要加上。", "Add the row reduce as well."): float(found.loc["clear", "frees"]),
            ("“清仓”那一行也要加上。", "Add the row clear as well."): float(found.loc["reduce", "frees"]),
        },
        {"goods": str(int(found.loc[both, "products"].sum()))},
    )  # fmt: skip


def _saved(store: str) -> Key:
    found = by_advice(store).set_index("advice")
    stock_value = float(found["value"].sum())
    both = float(found.loc[["reduce", "clear"], "value"].sum())
    return Key(
        100 * freed(store) / stock_value,
        {
            ("分子是能释放的钱，不是那些货的全部库存。", "Above the line stands what is freed, not all the stock of those goods."): 100 * both / stock_value,
            ("分母是全店库存，不是那些货的库存。", "Below the line stands all of the store's stock, not that of those goods."): 100 * freed(store) / both,
        },
        {"stock": yuan(stock_value)},
    )  # fmt: skip


class MyStructure(MyDates):
    """What exercise inventory-5 asks: a product of one's own, then the Riverside Store."""

    @property
    def mine(self) -> dict[str, int]:
        """The learner's product: pieces sold a day, ups and downs, days until it comes, here, coming."""
        number = int(self.given["my_number"])
        demand, sd, lead = 4 + number % 7, 1 + number // 7 % 4, 2 + number // 3 % 5
        safe = buffer(sd, lead, 95)
        point = demand * lead + safe
        coming = number % 3 * 4
        there = point - coming + (-3 if number % 2 else 5)
        while there <= 0:
            there, coming = there + coming, 0
        return {"demand": demand, "sd": sd, "lead": lead, "point": point, "here": there, "coming": coming, "full": 14 * demand + safe}  # fmt: skip

    @property
    def case(self) -> str:
        return list(CASES)[int(self.given["my_number"]) % len(CASES)]

    def card(self) -> Part:
        """The learner's product, a second one to be judged, and a month's wastage."""
        mine, (letter, days, months) = self.mine, CASES[self.case]
        first = [
            [_("Sold a day"), str(mine["demand"])],
            [_("Varies a day by"), _("about ± {n}").format(n=mine["sd"])],
            [_("From order to shelf"), ngettext("{n} day", "{n} days", mine["lead"]).format(n=mine["lead"])],
            [_("Must not run out in"), _("{n} of 100 deliveries").format(n=95)],
            [_("on hand"), str(mine["here"])],
            [_("in transit"), str(mine["coming"])],
            [_("Order up to (two weeks' sales + safety stock)"), str(mine["full"])],
        ]  # fmt: skip
        second = [
            [heading("abc"), letter],
            [_("The stock lasts"), ngettext("{n} day", "{n} days", days).format(n=days)],
            [_("Launched"), ngettext("{n} month ago", "{n} months ago", months).format(n=months)],
        ]
        return parts.row(
            parts.table(_("Product one"), ["", ""], first),
            parts.table(_("Product two"), ["", ""], second),
            month(self.my_month),
        )

    def safety(self) -> Key:
        mine = self.mine
        right = buffer(mine["sd"], mine["lead"], 95)
        other = buffer(mine["sd"], mine["lead"], 90)
        return Key(
            right,
            {
                ("那是 100 回里 90 回不缺；您的卡要 95 回。", "That is for 90 of 100 deliveries; your card asks for 95."): other,
                ("那是再订货点；问的是其中的安全库存。", "That is the reorder point; the safety stock in it is asked for."): mine["point"],
            },
        )  # fmt: skip

    def point(self) -> Key:
        mine = self.mine
        return _point(mine["demand"], mine["lead"], mine["point"] - mine["demand"] * mine["lead"])

    def now(self) -> Key:
        mine = self.mine
        there = mine["here"] + mine["coming"]
        facts = {"there": str(there), "point": str(mine["point"])}
        return Key("order" if there <= mine["point"] else "wait", {}, facts)

    def amount(self) -> Key:
        mine = self.mine
        return Key(
            mine["full"] - mine["here"] - mine["coming"],
            {
                ("在途的也要减掉，不然订重了。", "Take off what is in transit, or it is ordered twice."): mine["full"] - mine["here"],
                ("那是补到的目标，手里的还没减。", "That is the level to fill up to; take off what is there."): mine["full"],
            },
        )  # fmt: skip

    def judge(self) -> Key:
        return Key(self.case, {}, {"why": label("advice_why", self.case)})

    def frees(self) -> Key:
        return _frees(EXERCISE_STORE)

    def saved(self) -> Key:
        return _saved(EXERCISE_STORE)
