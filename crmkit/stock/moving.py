"""How fast the stock turns, sells and runs out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.tables import arguments


def _days(frame: nw.LazyFrame, periods: Sequence[str]) -> nw.LazyFrame:
    """How many days of stock each part of time holds (or the whole, without parts)."""
    days = nw.col("date").n_unique().alias("days")
    return tables.whole(tables.added_up(frame, periods, days), "days")


@arguments.checked
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

    Parameters
    ----------
    sales
        Lines with product_id, sold_at, quantity (and store_id when grouping by store).
    stock_daily
        store_id, product_id, date, on_hand (pieces at the end of the day).
    products
        product_id, cost (of one piece, currency units).
    by
        store_id, product_id, any column of `products` or `stores`, a part of time (year, quarter,
        month, week, day).
    since, until
        First and last day of the period, both included; without them, that of the stock counts.
    stores
        A table whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, one row per group, sorted by group: cogs (cost of the goods
    sold, net of returns), average_stock (value at cost, mean over the days of the period; a product
    without a row that day had none), days (in the period), turnover (库存周转率, cogs ÷ average_stock,
    times in the period) and days_of_stock (库存周转天数, days ÷ turnover). Nothing to divide by gives
    null.

    Raises
    ------
    TableError
        For missing columns, or a product that stands twice.

    References
    ----------
    J. J. Weygandt, P. D. Kimmel, D. E. Kieso, "Financial Accounting: Tools for Business Decision
    Making", inventory turnover and days in inventory.

    Examples
    --------
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
    tables.beside(sold, stock, ("sales", "stock_daily"), "product_id")
    tables.beside(sold, prices, ("sales", "products"), "product_id")
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
    both = tables.added_up(both, keys, *sums)
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
    return tables.added_up(frame, keys, value)


@arguments.checked
def days_of_stock(
    sales: Any,
    stock_daily: Any,
    products: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    stores: Any = None,
) -> Any:
    """How many days the average stock lasts at the pace it sold (库存周转天数).

    Parameters
    ----------
    sales, stock_daily, products, by, since, until, stores
        As in `turnover`.

    Returns
    -------
    A frame of the kind that came in, sorted by group: cogs, average_stock (at cost), days (in the
    period) and days_of_stock (days ÷ turnover; null where nothing was sold or nothing lay there).

    Raises
    ------
    TableError
        As `turnover`.

    References
    ----------
    As in `turnover`.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-06-01", "2025-06-02"])
    >>> sales = pd.DataFrame({"product_id": ["p"], "quantity": [5], "sold_at": day[:1]})
    >>> stock = pd.DataFrame({"product_id": ["p"] * 2, "date": day, "on_hand": [15, 5]})
    >>> days_of_stock(sales, stock, pd.DataFrame({"product_id": ["p"], "cost": [2.0]}))
       cogs  average_stock  days  days_of_stock
    0  10.0           20.0     2            4.0
    """
    turned = turnover(sales, stock_daily, products, by, since=since, until=until, stores=stores)
    frame = nw.from_native(turned).drop("turnover")
    return frame.to_native()


@arguments.checked
def sell_through(
    stock_daily: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """How much of what came in was sold (售罄率): units sold ÷ units received.

    Parameters
    ----------
    stock_daily
        product_id, date, received, sold (pieces that day).
    by
        A column of the stock (store_id), of `products` or `stores`, or a part of time.
    since, until
        First and last day that count, both included.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, sorted by group: sold, received and sell_through. It passes 1
    where older stock was sold too, and is null where nothing came in.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({"product_id": ["p", "p"], "received": [10, 0], "sold": [3, 5],
    ...     "date": pd.to_datetime(["2025-06-01", "2025-06-02"])})
    >>> sell_through(stock)
       sold  received  sell_through
    0     8        10           0.8
    """
    frame, keys, periods = tables.grouped(
        stock_daily,
        "stock_daily",
        ["date", "received", "sold"],
        by,
        since,
        until,
        products=products,
        stores=stores,
    )
    sums = tables.added_up(frame, keys, nw.col("sold").sum(), nw.col("received").sum())
    sums = tables.whole(tables.named_periods(sums, periods), "sold", "received")
    sums = sums.with_columns(sell_through=tables.ratio("sold", "received"))
    sums = sums.select(*keys, "sold", "received", "sell_through")
    return tables.give_back(sums.sort(*keys, nulls_last=True) if keys else sums, stock_daily)


@arguments.checked
def moving_rate(
    stock_daily: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """How many of the products in stock sold at all (动销率).

    Parameters
    ----------
    stock_daily
        product_id, date, on_hand, sold. A product counts as in stock that lay there, or sold, on at
        least one day of the window; within a group (a store, a month) it counts there.
    by
        A column of the stock (store_id), of `products` or `stores`, or a part of time.
    since, until
        First and last day that count, both included. The shorter the window, the lower the rate.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A `Rate`, or a frame of the kind that came in with the group, moving, in_stock and moving_rate
    (0..1; null where nothing was in stock).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({"product_id": ["p", "q"], "on_hand": [1, 4], "sold": [2, 0],
    ...     "date": pd.to_datetime(["2025-06-01", "2025-06-01"])})
    >>> moving_rate(stock)
    Lines that sold: 50.0% (1 of 2)
    """
    frame, keys, periods = tables.grouped(
        stock_daily,
        "stock_daily",
        ["product_id", "date", "on_hand", "sold"],
        by,
        since,
        until,
        products=products,
        stores=stores,
    )
    sold = nw.col("sold") > 0
    frame = frame.with_columns(
        moving=sold.cast(nw.Int64), in_stock=((nw.col("on_hand") > 0) | sold).cast(nw.Int64)
    )
    each = frame.group_by(*dict.fromkeys([*keys, "product_id"])).agg(
        nw.col("moving").max(), nw.col("in_stock").max()
    )
    counts = tables.added_up(each, keys, nw.col("moving").sum(), nw.col("in_stock").sum())
    counts = tables.whole(tables.named_periods(counts, periods), "moving", "in_stock")
    return rates.answer(
        counts, keys, stock_daily, "moving_rate", "moving", "in_stock", interval=False
    )


@arguments.checked
def stockout_rate(
    stock_daily: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """How often the shelf was empty (缺货率): product-days with nothing on hand ÷ product-days.

    Parameters
    ----------
    stock_daily
        One row per store, product and day with on_hand.
    by
        A column of the stock (store_id), of `products` or `stores`, or a part of time.
    since, until
        First and last day that count, both included.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A `Rate`, or a frame of the kind that came in with the group, out, product_days and
    stockout_rate (0..1).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({"on_hand": [0, 4, 3, 2],
    ...     "date": pd.to_datetime(["2025-06-01"] * 4)})
    >>> stockout_rate(stock)
    Stock-out rate: 25.0% (1 of 4)
    """
    frame, keys, periods = tables.grouped(
        stock_daily,
        "stock_daily",
        ["date", "on_hand"],
        by,
        since,
        until,
        products=products,
        stores=stores,
    )
    frame = frame.filter(~nw.col("on_hand").is_null()).with_columns(
        out=(nw.col("on_hand") <= 0).cast(nw.Int64), product_days=nw.lit(1)
    )
    counts = tables.added_up(frame, keys, nw.col("out").sum(), nw.col("product_days").sum())
    counts = tables.whole(tables.named_periods(counts, periods), "out", "product_days")
    return rates.answer(
        counts, keys, stock_daily, "stockout_rate", "out", "product_days", interval=False
    )
