"""A better stock structure: what carries the shop, when to order, what frees
money."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from crmkit import plot, stock
from crmkit.i18n import get_language, label, ngettext
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.lessons.inventory.shelves import STORE
from crmkit.lessons.view import loaded, pictured, shown_table, store_names, yuan
from crmkit.screen import Part, Screen, parts

SINCE, UNTIL, WINDOW = "2025-04-02", "2025-06-30", 90
"""The last ninety days, which everything here looks at."""
SELLING = 56
"""The last days by which a shelf is said to last so long."""
ENOUGH, PLENTY = 14, 60
"""Fewer days than this are too few, more than that too many."""
WORTH_A_VAN = 3
"""Fewer pieces than this are not worth a transfer."""
EXERCISE_STORE = "S02"

ADVICE = ("reorder", "keep", "watch", "reduce", "clear", "new")


@lru_cache(maxsize=4)
def structure(store: str, language: str) -> Any:
    """What to do with each product of a store, most money freed first, with its name."""
    sales, daily = (loaded(one, language) for one in ("sales", "stock_daily"))
    goods = loaded("products", language)
    found = stock.suggest_structure(
        sales[sales["store_id"] == store],
        daily[daily["store_id"] == store],
        goods,
        window=WINDOW,
        enough_days=ENOUGH,
        plenty_days=PLENTY,
    )
    return found.merge(goods[["product_id", "name", "category"]], how="left")


@lru_cache(maxsize=4)
def ranked(store: str, language: str) -> Any:
    """The products of a store by what they brought, each in its class."""
    sales = loaded("sales", language)
    return stock.abc(sales[sales["store_id"] == store], since=SINCE, until=UNTIL)


def by_class(store: str = STORE) -> Any:
    """Products, revenue and stock at cost of each class, of those that sold or are there."""
    import pandas as pd

    language = get_language()
    sold, held = ranked(store, language), structure(store, language)
    return pd.DataFrame(
        [
            {
                "abc": letter,
                "products": int((held["abc"] == letter).sum()),
                "revenue": round(float(sold.loc[sold["abc"] == letter, "revenue"].sum()), 2),
                "value": round(float(held.loc[held["abc"] == letter, "value"].sum()), 2),
            }
            for letter in "ABC"
        ]
    )


def by_advice(store: str = STORE) -> Any:
    """Products, stock at cost and what is freed, by advice."""
    found = structure(store, get_language()).groupby("advice")
    found = found.agg(products=("product_id", "size"), value=("value", "sum"), frees=("frees", "sum"))  # fmt: skip
    return found.reindex(ADVICE, fill_value=0).round(2).reset_index()


def freed(store: str) -> float:
    """What reducing and clearing frees, at cost."""
    found = by_advice(store).set_index("advice")["frees"]
    return round(float(found["reduce"] + found["clear"]), 2)


def _still(name: str, show: Callable[[], Part]) -> Screen:
    return Screen(lambda: parts.card(show()), {}, name)


def classes(store: str = STORE) -> Screen:
    """The three classes as a table."""

    def show() -> Part:
        found = by_class(store)
        heads = [heading("abc"), _("Product lines"), heading("revenue"), _("Stock at cost")]
        rows = [[one.abc, str(one.products), yuan(one.revenue), yuan(one.value)] for one in found.itertuples()]  # fmt: skip
        total = [_("All"), str(found["products"].sum()), yuan(found["revenue"].sum()), yuan(found["value"].sum())]  # fmt: skip
        return parts.table(_("{store}, 90 days: what sold, and what lies there unsold").format(store=store_names()[store]), heads, [*rows, total])  # fmt: skip

    return _still("classes", show)


def _listed(goods: Any, some: int) -> str:
    """How many products there are; where not all are shown, what part of the money those hold."""
    all_, frees = len(goods), goods["frees"]
    if some >= all_:
        return ngettext("{n} product", "{n} products", all_).format(n=all_)
    if not frees.sum():
        return _("The first {n} of {all}").format(n=some, all=all_)
    words = _("The first {n} of {all}; they hold {part} of the {whole} that can be freed here")
    return words.format(n=some, all=all_, part=yuan(frees.head(some).sum()), whole=yuan(frees.sum()))  # fmt: skip


def advice(store: str = STORE, first: str = "clear") -> Screen:
    """What to do, in six rows; and the goods of the row one chooses."""
    at = {"advice": first}

    def choose(value: Any, _values: dict) -> None:
        if value in ADVICE:
            at["advice"] = value

    def show() -> Part:
        found = by_advice(store)
        rows = [[label("advice", one.advice), str(one.products), yuan(one.value), yuan(one.frees)] for one in found.itertuples()]  # fmt: skip
        heads = [heading("advice"), _("Product lines"), _("Stock at cost"), heading("frees")]
        total = _("Stock of {store} at cost: {value}").format(
            store=store_names()[store], value=yuan(found["value"].sum())
        )
        goods = structure(store, get_language())
        goods = goods[goods["advice"] == at["advice"]]
        listed = goods[["name", "abc", "on_hand", "units", "days_left", "frees"]].head(8).copy()
        listed["days_left"] = listed["days_left"].round(0).astype("Int64")
        options = [(one, label("advice", one)) for one in ADVICE]
        return parts.card(
            parts.table(total, heads, rows),
            parts.select("advice", _("Show the goods of"), options, at["advice"], act="advice"),
            shown_table(_listed(goods, len(listed)), listed),
        )

    return Screen(show, {"advice": choose}, "advice")


def moves(store: str = STORE) -> Screen:
    """What other shops have too much of and this one lacks, and the other way round."""

    def lasts(days: float) -> str:
        return f"{days:.0f}" if days < math.inf else _("none sold in {n} days").format(n=SELLING)

    def show() -> Part:
        language = get_language()
        daily = loaded("stock_daily", language)
        plan = stock.transfer_plan(daily, window=SELLING)
        plan = plan[(plan["to_store_id"] == store) | (plan["from_store_id"] == store)]
        plan = plan[plan["quantity"] >= WORTH_A_VAN]
        held = stock.reorder_plan(daily, window=SELLING).set_index(["product_id", "store_id"])
        left = held["on_hand"] / held["demand"]
        names, where = loaded("products", language).set_index("product_id")["name"], store_names()
        rows = [
            [names[one.product_id], where[one.from_store_id], where[one.to_store_id], str(one.quantity), lasts(left[one.product_id, one.from_store_id]), f"{one.days_before:.0f}", f"{one.days_after:.0f}"]
            for one in plan.itertuples()
        ]  # fmt: skip
        heads = [_("Goods"), _("From store"), _("To store"), _("Pieces"), _("Sender: days' cover"), _("Receiver: days' cover now"), _("after the transfer")]  # fmt: skip
        return parts.table(_("Worth moving"), heads, rows)

    return _still("moves", show)


# --- when to order again

RANGES = {"demand": (1, 15), "sd": (0, 8), "lead": (1, 10), "service": (80, 99)}
AT_FIRST = {"demand": 5, "sd": 2, "lead": 4, "service": 90}


def buffer(sd: float, lead: float, service: float) -> int:
    """Safety stock in whole pieces."""
    return math.ceil(round(float(stock.safety_stock(sd, lead, service / 100)), 6))


def sliders() -> Screen:
    """Demand, its ups and downs, lead time and service to be moved; the reorder point follows."""
    at = dict(AT_FIRST)

    def move(name: str) -> Callable[[Any, dict], None]:
        def act(value: Any, _values: dict) -> None:
            low, high = RANGES[name]
            try:
                at[name] = min(high, max(low, round(float(value))))
            except (TypeError, ValueError, OverflowError):
                return

        return act

    def show() -> Part:
        safe = buffer(at["sd"], at["lead"], at["service"])
        sold = at["demand"] * at["lead"]
        words = {
            "demand": (_("Sold a day"), ngettext("{n} piece", "{n} pieces", at["demand"]).format(n=at["demand"])),
            "sd": (_("Varies a day by"), _("about ± {n}").format(n=at["sd"])),
            "lead": (_("From order to shelf"), ngettext("{n} day", "{n} days", at["lead"]).format(n=at["lead"])),
            "service": (_("Must not run out in"), _("{n} of 100 deliveries").format(n=at["service"])),
        }  # fmt: skip
        said = _("Reorder point {point} = {sold} sold until it comes + safety stock {safe}.")
        said = said.format(point=sold + safe, sold=sold, safe=safe)

        def draw(ax: Any) -> None:
            plot.reorder_point(at["demand"], at["lead"], at["sd"], at["service"] / 100, ax=ax)
            ax.set_title("")

        return parts.card(
            parts.row(
                *(
                    parts.slider(name, *words[name][:1], RANGES[name], at[name], words[name][1], act=name)
                    for name in RANGES
                )
            ),
            parts.message("info", said),
            pictured(draw, said, size=(9, 3.4)),
        )  # fmt: skip

    return Screen(show, {name: move(name) for name in RANGES}, "sliders")


CASES = {
    "reorder": ("A", 6, 26),
    "keep": ("B", 31, 19),
    "reduce": ("A", 95, 40),
    "clear": ("C", 210, 33),
    "new": ("C", 120, 1),
}
"""By what is right: the class, the days the stock lasts, the months since its launch."""
