"""The stock of a store over some days, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from crmkit import labels, stock
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.lessons.view import as_day, demand_store, share, table_of, yuan
from crmkit.screen import Part, parts


def quarter_days(quarter: str) -> tuple[str, str]:
    """The first and last day of a quarter.

    >>> quarter_days("2025-Q2")
    ('2025-04-01', '2025-06-30')
    """
    year, _dash, number = quarter.partition("-Q")
    last = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}[number]
    return f"{year}-{3 * int(number) - 2:02d}-01", f"{year}-{last}"


@dataclass(frozen=True)
class Shelves:
    """One store's stock over some days.

    store_id: the store; since, until: first and last day, both included; tables: one's own
    ``stock_daily``, ``sales``, ``products``, ``stores`` in place of the course shop's.

    Raises `CrmkitError` for a store that does not exist or days without a stock count.

    >>> import crmkit as ck
    >>> ck.set_language("en")
    >>> len(Shelves("S01", "2025-06-01", "2025-06-30").numbers)
    12
    """

    store_id: str
    since: date | str
    until: date | str
    tables: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            object.__setattr__(self, name, as_day(getattr(self, name)))
        demand_store(self.store_id, self.tables)
        if not len(self.evenings):
            counted = self._table("stock_daily")["date"]
            raise CrmkitError(
                _("No stock was counted in these days. It was from {first} to {last}.").format(
                    first=f"{counted.min():%Y-%m-%d}", last=f"{counted.max():%Y-%m-%d}"
                )
            )

    def _table(self, name: str) -> Any:
        return table_of(name, self.tables)

    @cached_property
    def evenings(self) -> Any:
        """The store's stock on each evening, one row per product and day."""
        counted = self._table("stock_daily")
        here = counted[counted["store_id"] == self.store_id]
        return here[(here["date"] >= f"{self.since}") & (here["date"] <= f"{self.until}")]

    @cached_property
    def lines(self) -> Any:
        """What the store sold in these days, over every channel, as in ``sales``."""
        import pandas as pd

        sales = self._table("sales")
        here = sales[sales["store_id"] == self.store_id]
        end = pd.Timestamp(self.until) + pd.Timedelta(days=1)
        return here[(here["sold_at"] >= f"{self.since}") & (here["sold_at"] < end)]

    @cached_property
    def products(self) -> Any:
        """One row per product the store carried in these days, most valuable stock first.

        product_id, name, category, days (with a count), empty_days (evenings with nothing left),
        sold and received (pieces), on_hand (pieces on the last evening), stock_value (those at
        cost, yuan) and missed (pieces that might have sold on the empty days: sold a day while
        there was stock × empty days).
        """
        evenings = self.evenings.sort_values("date", kind="stable")
        evenings = evenings.assign(empty=evenings["on_hand"] <= 0)
        found = evenings.groupby("product_id").agg(
            days=("empty", "size"),
            empty_days=("empty", "sum"),
            sold=("sold", "sum"),
            received=("received", "sum"),
            on_hand=("on_hand", "last"),
        )
        goods = self._table("products")[["product_id", "name", "category", "cost"]]
        found = goods.merge(found.reset_index(), on="product_id")
        found["stock_value"] = (found["on_hand"] * found.pop("cost")).round(2)
        full_days = (found["days"] - found["empty_days"]).where(lambda days: days > 0)
        found["missed"] = found["sold"] * found["empty_days"] / full_days
        order = ["stock_value", "product_id"]
        return found.sort_values(order, ascending=[False, True]).reset_index(drop=True)

    @cached_property
    def numbers(self) -> Any:
        """The store's stock in numbers, one row per category, in order of its code.

        turnover (times in these days), days_of_stock, stockout_rate (product-evenings with
        nothing left ÷ product-evenings), sell_through (pieces sold ÷ received) and moving_rate
        (products sold at least once ÷ products that had stock).
        """
        goods = self._table("products")
        found = stock.turnover(self.lines, self.evenings, goods, by="category")
        found = found[["category", "turnover", "days_of_stock"]]
        for rate in (stock.stockout_rate, stock.sell_through, stock.moving_rate):
            share = rate(self.evenings, by="category", products=goods)
            found = found.merge(share[["category", rate.__name__]], how="left")
        return found

    def slow_movers(self, at_most: int = 0) -> Any:
        """Products of which at most so many pieces sold, though they lay there all these days.

        Rows and order are those of `products`: most money tied up first.
        """
        goods = self.products
        always = goods["days"] == goods["days"].max()
        return goods[always & (goods["on_hand"] > 0) & (goods["sold"] <= at_most)].reset_index(
            drop=True
        )

    def sources(self) -> dict[str, Any]:
        """Where the store's revenue of these days came from.

        sold (number of products), best_sellers (the best fifth of them), best_seller_share (their
        share of revenue, 0 to 1), new_products (of which some was sold within 90 days of its
        launch) and new_product_share (what those sales brought, 0 to 1).
        """
        lines, goods = self.lines, self._table("products")
        sold = lines["product_id"].nunique()
        launched = lines["product_id"].map(goods.set_index("product_id")["launched_on"])
        age = (lines["sold_at"].dt.normalize() - launched).dt.days
        return {
            "sold": sold,
            "best_sellers": -(-sold // 5),
            "best_seller_share": stock.best_seller_share(lines).value,
            "new_products": lines["product_id"][age.between(0, 90)].nunique(),
            "new_product_share": stock.new_product_share(lines, goods).value,
        }

    @property
    def title(self) -> str:
        """The store and the days."""
        stores = self._table("stores").set_index("store_id")["name"]
        return _("{store}, {since} to {until}").format(
            store=stores[self.store_id], since=self.since, until=self.until
        )

    def view(self) -> Part:
        """The numbers by category, and the ten shelves that stood empty longest."""
        numbers = self.numbers
        head = [labels.heading(column) for column in numbers.columns]
        rows = [
            (
                label("category", row.category),
                f"{row.turnover:.2f}",
                f"{row.days_of_stock:.0f}",
                share(row.stockout_rate),
                share(row.sell_through),
                share(row.moving_rate),
            )
            for row in numbers.itertuples()
        ]
        goods = self.products
        emptiest = goods[goods["empty_days"] > 0].sort_values(
            ["empty_days", "product_id"], ascending=[False, True]
        )
        return parts.row(
            parts.table(self.title, head, rows),
            parts.table(
                _("Out of stock longest"),
                [labels.heading(c) for c in ("product_id", "empty_days", "sold", "missed")],
                [
                    (row.name, f"{row.empty_days}", f"{row.sold}", f"{row.missed:.0f}")
                    for row in emptiest.head(8).itertuples(index=False)
                ],
            ),
        )

    def sources_view(self) -> Part:
        """Best sellers and new products: how many, and their share of revenue."""
        found = self.sources()
        return parts.table(
            self.title,
            ["", _("Products"), _("Share of revenue")],
            [
                (
                    label("column", "best_seller_share"),
                    f"{found['best_sellers']}",
                    share(found["best_seller_share"]),
                ),
                (
                    label("column", "new_product_share"),
                    f"{found['new_products']}",
                    share(found["new_product_share"]),
                ),
                (_("All products sold"), f"{found['sold']}", share(1.0)),
            ],
            [found["best_seller_share"], found["new_product_share"], 1],
        )

    def slow_view(self, at_most: int = 0, rows: int = 12) -> Part:
        """The slow movers as a table, with their number and the money in them."""
        slow, all_stock = self.slow_movers(at_most), self.products
        about = {
            "n": len(slow),
            "at_most": at_most,
            "value": yuan(slow["stock_value"].sum()),
            "share": share(slow["stock_value"].sum() / all_stock["stock_value"].sum()),
        }
        caption = (
            _(
                "{n} products sold at most {at_most} each; {value} is tied up in them, {share} of the stock"
            )
            if at_most
            else _(
                "{n} products did not sell at all; {value} is tied up in them, {share} of the stock"
            )
        ).format(**about)
        most = slow["stock_value"].max()
        table = parts.table(
            caption,
            [
                labels.heading(c)
                for c in ("product_id", "category", "on_hand", "sold", "stock_value")
            ],
            [
                (
                    row.name,
                    label("category", row.category),
                    f"{row.on_hand}",
                    f"{row.sold}",
                    yuan(row.stock_value),
                )
                for row in slow.head(rows).itertuples(index=False)
            ],
            [value / most for value in slow["stock_value"].head(rows)],
        )
        return parts.column(parts.head(self.title), table)


def stores(tables: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """Every store's id and what it is called, to choose from."""
    found = table_of("stores", tables or {})
    return sorted(
        (code, f"{code} {name}")
        for code, name in zip(found["store_id"], found["name"], strict=True)
    )
