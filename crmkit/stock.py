"""What lies on the shelves: how fast it turns, what runs out, what to reorder, move and clear."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables

PARTS = ("year", "quarter", "month", "week", "day")


def _days(frame: nw.LazyFrame, periods: Sequence[str]) -> nw.LazyFrame:
    """How many days of stock each part of time holds (or the whole, without parts)."""
    days = nw.col("date").n_unique().alias("days")
    counted = frame.group_by(*periods).agg(days) if periods else frame.select(days)
    return counted.with_columns(nw.col("days").cast(nw.Int64))


def turnover(
    sales: Any,
    stock_daily: Any,
    products: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    stores: Any = None,
) -> Any:
    """How often the stock was sold and replaced, for the whole or per group.

    `sales`: lines with product_id, sold_at, quantity (and store_id when grouping by store);
    `stock_daily`: store_id, product_id, date, on_hand (pieces at the end of the day); `products`:
    product_id, cost (of one piece, currency units). `by`: store_id, product_id, any column of
    `products` or `stores`, a part of time (year, quarter, month, week, day). The period is that
    of the stock counts, or `since` to `until`, both included.

    Returns a frame of the kind that came in, one row per group, sorted by group: cogs (cost of
    the goods sold, net of returns), average_stock (value at cost, mean over the days of the
    period; a product without a row that day had none), days (in the period), turnover (库存周转率,
    cogs ÷ average_stock, times in the period) and days_of_stock (库存周转天数, days ÷ turnover).
    Nothing to divide by gives null.

    Raises `TableError` for missing columns, or a product that stands twice. Source: R. B. Chase
    et al., "Operations Management for Competitive Advantage", inventory measures.

    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-06-01", "2025-06-02"])
    >>> sales = pd.DataFrame({"product_id": ["p"], "quantity": [5], "sold_at": day[:1]})
    >>> stock = pd.DataFrame({"store_id": ["A"] * 2, "product_id": ["p"] * 2, "date": day,
    ...     "on_hand": [15, 5]})
    >>> turnover(sales, stock, pd.DataFrame({"product_id": ["p"], "cost": [2.0]}))
       cogs  average_stock  days  turnover  days_of_stock
    0  10.0           20.0     2       0.5            4.0
    """
    keys = tables.name_list(by)
    stock = tables.require(stock_daily, "stock_daily", ["product_id", "date", "on_hand"])
    stock = tables.between(stock, "date", since, until)
    sold = tables.require(sales, "sales", ["product_id", "sold_at", "quantity"])
    first, last = tables.first_and_last_day(stock, "date")
    sold = tables.between(sold, "sold_at", first, last)
    prices = tables.require(
        products, "products", ["product_id", "cost"], unique="product_id"
    ).select("product_id", _unit="cost")
    tables.beside(sold, stock, ("sales", "stock_daily"))
    tables.beside(sold, prices, ("sales", "products"))
    described = {"products": products, "stores": stores}
    sold, _more = tables.grouped_by(sold, "sales", keys, "sold_at", **described)
    stock, periods = tables.grouped_by(stock, "stock_daily", keys, "date", **described)

    zero = nw.lit(0.0)
    halves = [
        _valued(sold, prices, keys, "quantity").with_columns(cogs="_value", _stock=zero),
        _valued(stock, prices, keys, "on_hand").with_columns(cogs=zero, _stock="_value"),
    ]
    both = nw.concat([half.select(*keys, "cogs", "_stock") for half in halves])
    sums = [nw.col("cogs").sum(), nw.col("_stock").sum()]
    both = both.group_by(*keys).agg(*sums) if keys else both.select(*sums)
    days = _days(stock, periods)
    both = both.join(days, on=periods, how="left") if periods else both.join(days, how="cross")
    both = tables.named_periods(both, periods)
    both = (
        both.with_columns(average_stock=tables.ratio("_stock", "days"))
        .with_columns(*tables.money("cogs", "average_stock"))
        .with_columns(turnover=tables.ratio("cogs", "average_stock"))
        .with_columns(days_of_stock=tables.ratio("days", "turnover"))
        .select(*keys, "cogs", "average_stock", "days", "turnover", "days_of_stock")
    )
    return tables.give_back(both.sort(*keys, nulls_last=True) if keys else both, sales)


def _valued(
    frame: nw.LazyFrame, prices: nw.LazyFrame, keys: list[str], pieces: str
) -> nw.LazyFrame:
    """The value at cost of the pieces of each group, added up by product first: far fewer rows."""
    inner = list(dict.fromkeys([*keys, "product_id"]))
    frame = frame.group_by(*inner).agg(nw.col(pieces).sum().alias("_pieces"))
    frame = frame.join(prices, on="product_id", how="left")
    frame = frame.with_columns(_value=nw.col("_pieces") * nw.col("_unit"))
    value = nw.col("_value").sum()
    return frame.group_by(*keys).agg(value) if keys else frame.select(value)
