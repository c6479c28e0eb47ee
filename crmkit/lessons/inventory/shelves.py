"""What stock keepers look at: one product's shelf, a store's stock in numbers, what does not move."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from crmkit import labels, plot
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.lessons.inventory.shelf_numbers import Shelves, quarter_days, stores
from crmkit.lessons.view import once, pictured, table_of, yuan
from crmkit.plot import _style
from crmkit.screen import Part, Screen, parts

STORE, SESAME, CANDLE = "S03", "P0022", "P0242"
"""The store and the two shelves the lesson begins with."""

QUARTERS = ("2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2")
"""The quarters for which the course shop kept each evening's stock."""


@_style.chart(size=(11, 3.6))
def plot_shelf(
    store_id: str,
    product_id: str,
    since: date | str,
    until: date | str,
    *,
    tables: Mapping[str, Any] | None = None,
    ax: Any = None,
) -> Any:
    """One product's stock on each evening, with the evenings on which the shelf was empty.

    Inputs and errors are those of `Shelves`; a product the store does not carry is refused too.
    Returns the Axes.
    """
    shelves = Shelves(store_id, since, until, tables or {})
    days = shelves.evenings[shelves.evenings["product_id"] == product_id].sort_values("date")
    if not len(days):
        raise CrmkitError(
            _("The store {store} has no product {product!r} in these days.").format(
                store=store_id, product=product_id
            )
        )
    goods = shelves.products.set_index("product_id").loc[product_id]
    high = max(days["on_hand"].max(), 1)
    empty = (days["on_hand"] <= 0).to_numpy()
    ax.fill_between(days["date"], days["on_hand"], step="mid", color=_style.MAIN, alpha=0.85)
    ax.bar(
        days["date"][empty],
        high,
        width=1,
        color=_style.BAD,
        alpha=0.55,
        label=_("shelf empty"),
    )
    ax.set_ylim(0, high * 1.05)
    ax.set_ylabel(labels.heading("on_hand"))
    ax.set_title(
        _("{product}: {sold} sold, empty on {empty} of {days} evenings").format(
            product=goods["name"], sold=goods["sold"], empty=goods["empty_days"], days=goods["days"]
        ),
        fontsize=16,
        loc="left",
    )
    if empty.any():
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0)


def shelf(product_id: str, guess: float | None = None, store_id: str = STORE) -> Part:
    """One product's shelf in the last quarter, with how often somebody guessed it was empty."""
    since, until = quarter_days(QUARTERS[-1])
    goods = in_quarter(store_id, QUARTERS[-1]).products.set_index("product_id").loc[product_id]
    told = _("{product}: {sold} sold, empty on {empty} of {days} evenings").format(
        product=goods["name"], sold=goods["sold"], empty=goods["empty_days"], days=goods["days"]
    )

    def draw(ax: Any) -> None:
        plot_shelf(store_id, product_id, since, until, ax=ax)
        ax.set_title(told, fontsize=11, loc="left")

    picture = pictured(draw, told, size=(9, 3))
    if guess is None:
        return picture
    off = goods["empty_days"] - guess
    words = _("Your guess: {guess} evenings. It was {empty}.").format(
        guess=f"{guess:,.0f}", empty=goods["empty_days"]
    )
    if abs(off) <= 2:
        words += " " + _("Well judged.")
    elif off > 0:
        words += " " + _("More often than one thinks: nobody sees what was not there to be sold.")
    return parts.column(parts.message("noted", words), picture)


def candles() -> Screen:
    """The shelf on which nothing moves."""
    return Screen(lambda: parts.card(shelf(CANDLE)), {}, "candles")


def _chosen(
    name: str,
    choices: Mapping[str, tuple[str, list[tuple[str, str]], str]],
    render: Callable[..., Part],
) -> Screen:
    """A panel: what may be chosen (label, options, first value), and what comes of it."""
    at = {one: first for one, (_label, _options, first) in choices.items()}
    for words, options, first in choices.values():
        if first not in dict(options):
            raise CrmkitError(
                _("{what}: there is no {value!r}. There are: {known}").format(
                    what=words, value=first, known=", ".join(code for code, _name in options)
                )
            )

    def choose(one: str) -> Callable[[Any, dict], None]:
        def act(value: Any, _values: dict) -> None:
            if value in dict(choices[one][1]):
                at[one] = value

        return act

    def show() -> Part:
        selects = [
            parts.select(one, words, options, at[one], act=one)
            for one, (words, options, _first) in choices.items()
        ]
        return parts.card(parts.row(*selects), render(**at))

    return Screen(show, {one: choose(one) for one in choices}, name)


def _where(
    store_id: str, quarter: str, tables: Mapping[str, Any] | None
) -> dict[str, tuple[str, list[tuple[str, str]], str]]:
    return {
        "store_id": (_("Store"), stores(tables), store_id),
        "quarter": (_("Quarter"), [(one, labels.quarter(one)) for one in QUARTERS], quarter),
    }


@once
def in_quarter(store_id: str, quarter: str, tables: Mapping[str, Any] | None = None) -> Shelves:
    """A store's shelves in a quarter, such as ``2025-Q2``."""
    return Shelves(store_id, *quarter_days(quarter), tables or {})


def choose_shelves(
    store_id: str = STORE, quarter: str = "2025-Q2", tables: Mapping[str, Any] | None = None
) -> Screen:
    """A panel: choose store and quarter, read the stock in numbers."""
    return _chosen(
        "shelves",
        _where(store_id, quarter, tables),
        lambda store_id, quarter: in_quarter(store_id, quarter, tables=tables).view(),
    )


def choose_slow_movers(
    store_id: str = STORE,
    quarter: str = "2025-Q2",
    at_most: int = 0,
    tables: Mapping[str, Any] | None = None,
) -> Screen:
    """A panel: choose store, quarter and how few pieces make a slow mover."""
    pieces = [(str(n), _("at most {n}").format(n=n)) for n in range(11)]
    choices = _where(store_id, quarter, tables)
    choices["at_most"] = (_("Sold at most"), pieces, str(at_most))
    return _chosen(
        "slow movers",
        choices,
        lambda store_id, quarter, at_most: in_quarter(store_id, quarter, tables=tables).slow_view(
            int(at_most)
        ),
    )


def choose_sources(
    store_id: str = STORE, quarter: str = "2025-Q2", tables: Mapping[str, Any] | None = None
) -> Screen:
    """A panel: choose store and quarter, see how much best sellers and new products bring."""
    return _chosen(
        "sources",
        _where(store_id, quarter, tables),
        lambda store_id, quarter: in_quarter(store_id, quarter, tables=tables).sources_view(),
    )


def by_category(store_id: str = STORE, quarter: str = "2025-Q2") -> Screen:
    """How long the stock of each category lasts, as a chart."""
    shelves = in_quarter(store_id, quarter)
    numbers = shelves.numbers[["category", "days_of_stock"]]

    def show() -> Part:
        told = _("; ").join(
            f"{label('category', row.category)} {row.days_of_stock:.0f}"
            for row in numbers.itertuples()
        )
        days = numbers.sort_values("days_of_stock", ascending=False)
        stores = table_of("stores", {}).set_index("store_id")["name"]
        title = _("{store}, {since} to {until}: days' cover").format(
            store=stores[store_id], since=shelves.since, until=shelves.until
        )

        def draw(ax: Any) -> None:
            plot.turnover(days, "days_of_stock", ax=ax)
            ax.set_title("")

        return parts.card(pictured(draw, told, size=(9, 4)), title=title)

    return Screen(show, {}, "days of stock")


def across_stores(
    product_id: str, quarter: str = "2025-Q2", tables: Mapping[str, Any] | None = None
) -> Screen:
    """One product in every store that carries it: pieces sold, left and empty evenings."""
    tables = tables or {}
    since, until = quarter_days(quarter)
    counted, goods = table_of("stock_daily", tables), table_of("products", tables)
    days = counted[(counted["product_id"] == product_id) & (counted["date"] >= since)]
    days = days[days["date"] <= until].sort_values("date", kind="stable")
    if not len(days):
        raise CrmkitError(
            _("No store has a product {product!r} in these days.").format(product=product_id)
        )
    found = (
        days.assign(empty=days["on_hand"] <= 0)
        .groupby("store_id")
        .agg(sold=("sold", "sum"), on_hand=("on_hand", "last"), empty=("empty", "sum"))
    )

    def show() -> Part:
        # names follow the language of the reader
        names = table_of("products", tables).set_index("product_id")["name"]
        called = table_of("stores", tables).set_index("store_id")["name"]
        launched = f"{goods.set_index('product_id')['launched_on'][product_id]:%Y-%m}"
        return parts.card(
            parts.table(
                _("{product}, {since} to {until}; launched {day}").format(
                    product=names[product_id], since=since, until=until, day=launched
                ),
                [labels.heading(c) for c in ("store_id", "sold", "on_hand", "empty_days")],
                [(called[row.Index], *map(str, row[1:])) for row in found.itertuples()],
            )
        )

    assert product_id in set(goods["product_id"])
    return Screen(show, {}, f"stores {product_id}")


def turns(cost: int = 12_000, average: int = 8_000, days: int = 90) -> Screen:
    """A panel: what turnover and days of stock come to, for goods sold, stock and days chosen."""
    money = [(str(n), yuan(n).removesuffix(".00")) for n in range(2_000, 26_000, 2_000)]
    choices = {
        "cost": (_("Cost of goods sold"), money, str(cost)),
        "average": (_("Average stock"), money, str(average)),
        "days": (
            _("Days in the period"),
            [(str(n), str(n)) for n in (30, 90, 180, 365)],
            str(days),
        ),
    }
    return _chosen("turns", choices, lambda **at: _turns(*map(int, at.values())))


def _turns(cost: int, average: int, days: int) -> Part:
    turnover = cost / average
    rounds = f"{turnover:.2f}" if turnover >= 1 else f"{turnover:.3g}"
    return parts.column(
        parts.table(
            _("Fast or slow?"),
            ["", _("How it is worked out"), ""],
            [
                (labels.heading("turnover"), f"{cost:,} ÷ {average:,}", rounds),
                (
                    labels.heading("days_of_stock"),
                    f"{days} ÷ {rounds}",
                    f"{days / turnover:.0f}",
                ),
            ],
        ),
        parts.text(
            _("The stock is sold and replaced {turnover} times in {days} days.").format(
                turnover=rounds, days=days
            )
        ),
    )
