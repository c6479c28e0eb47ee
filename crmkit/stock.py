"""What lies on the shelves: how fast it turns, what runs out, what to reorder, move and clear."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.i18n import gettext as _
from crmkit.labels import heading

PARTS = ("year", "quarter", "month", "week", "day")


def _days(frame: nw.LazyFrame, periods: Sequence[str]) -> nw.LazyFrame:
    """How many days of stock each part of time holds (or the whole, without parts)."""
    days = nw.col("date").n_unique().alias("days")
    return tables.whole(tables.added_up(frame, periods, days), "days")


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

    Raises `TableError` for missing columns, or a product that stands twice. Source: J. J. Weygandt,
    P. D. Kimmel, D. E. Kieso, "Financial Accounting: Tools for Business Decision Making", inventory
    turnover and days in inventory.

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

    Inputs as in `turnover`. Returns a frame of the kind that came in, sorted by group: cogs,
    average_stock (at cost), days (in the period) and days_of_stock (days ÷ turnover; null where
    nothing was sold or nothing lay there).

    Raises and source as in `turnover`.

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

    `stock_daily`: product_id, date, received, sold (pieces that day). Returns a frame of the kind
    that came in, sorted by group: sold, received and sell_through. It passes 1 where older stock
    was sold too, and is null where nothing came in.

    Raises `TableError` when a column is missing or of the wrong kind. Definition: common shop
    usage.

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

    `stock_daily`: product_id, date, on_hand, sold. A product counts as in stock that lay there, or
    sold, on at least one day of the window; within a group (a store, a month) it counts there.

    Returns a `Rate`, or a frame of the kind that came in with the group, moving, in_stock and
    moving_rate (0..1; null where nothing was in stock). The shorter the window, the lower.

    Raises `TableError` when a column is missing or of the wrong kind. Definition: common shop
    usage.

    >>> import pandas as pd
    >>> stock = pd.DataFrame({"product_id": ["p", "q"], "on_hand": [1, 4], "sold": [2, 0],
    ...     "date": pd.to_datetime(["2025-06-01", "2025-06-01"])})
    >>> moving_rate(stock)
    Moving-goods rate: 50.0% (1 of 2)
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

    `stock_daily`: one row per store, product and day with on_hand. Returns a `Rate`, or a frame of
    the kind that came in with the group, out, product_days and stockout_rate (0..1).

    Raises `TableError` when a column is missing or of the wrong kind. Definition: common shop
    usage.

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


def _by_product(
    sales: Any, by: str | Sequence[str] | None, value: str, since: Any, until: Any, **described: Any
) -> tuple[nw.LazyFrame, list[str], list[str]]:
    """Revenue (or units) per group and product."""
    column = {"revenue": "amount", "units": "quantity"}.get(value)
    if column is None:
        raise tables.missing_column("sales", value, ["revenue", "units"])
    frame, keys, periods = tables.grouped(
        sales, "sales", ["product_id", column], by, since, until, **described
    )
    each = frame.group_by(*dict.fromkeys([*keys, "product_id"])).agg(
        nw.col(column).sum().alias(value)
    )
    worth = nw.col(value).cast(nw.Float64).round(tables.MONEY_DECIMALS)
    return each.with_columns(worth), keys, periods


def best_seller_share(
    sales: Any,
    top: float | int = 0.2,
    by: str | Sequence[str] | None = None,
    *,
    value: str = "revenue",
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """How much the best sellers bring (畅销商品占比): their share of revenue (or of units).

    `sales`: product_id, amount (quantity for ``value="units"``). `top`: a share of the products
    sold (0.2: the best fifth, rounded up) or a whole number of them (10); equal ones in order of
    product_id.

    Returns a `Rate`, or a frame of the kind that came in with the group, best_sellers (how many),
    top_revenue, revenue and best_seller_share (0..1; null where there was no revenue).

    Raises `TableError` when a column is missing or of the wrong kind, or for a `top` that is
    neither a share nor a number. Definition: common shop usage.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"product_id": ["a", "b", "c"], "amount": [70.0, 20.0, 10.0]})
    >>> best_seller_share(lines, top=1)
    Best-seller share: 70.0% (70 of 100)
    """
    if top <= 0 or (isinstance(top, float) and top > 1):
        raise tables.TableError(
            _("top must be a share up to 1.0 or a whole number of products, not {top!r}.").format(
                top=top
            )
        )
    each, keys, periods = _by_product(
        sales, by, value, since, until, products=products, stores=stores
    )
    each = each.with_columns(_down=-nw.col(value))
    each = each.with_row_index("_at", order_by=[*keys, "_down", "product_id"])
    each = each.with_columns(_at=nw.col("_at").cast(nw.Int64))
    if keys:
        each = each.with_columns(
            _first=nw.col("_at").min().over(*keys), _last=nw.col("_at").max().over(*keys)
        )
    else:
        each = each.with_columns(_first=nw.col("_at").min(), _last=nw.col("_at").max())
    count = nw.col("_last") - nw.col("_first") + 1
    if isinstance(top, float):
        # rounded up in whole numbers: 0.2 × 5 is 1, not 2
        share = round(top * 1_000_000)
        limit = (count * share + 999_999) // 1_000_000
    else:
        limit = nw.lit(top)
    best = nw.col("_at") - nw.col("_first") < limit
    each = each.with_columns(_top=nw.when(best).then(nw.col(value)), _best=best.cast(nw.Int64))
    sums = tables.added_up(
        each,
        keys,
        nw.col("_best").sum().alias("best_sellers"),
        nw.col("_top").sum().alias(f"top_{value}"),
        nw.col(value).sum(),
    ).with_columns(*tables.money(f"top_{value}", value))
    sums = tables.whole(tables.named_periods(sums, periods), "best_sellers")
    rated = rates.with_rate(sums, "best_seller_share", f"top_{value}", value, interval=False)
    if not keys:
        row = tables.collect(rated).rows(named=True)[0]
        return rates.one(row, "best_seller_share", f"top_{value}", value)
    rated = rated.select(*keys, "best_sellers", f"top_{value}", value, "best_seller_share")
    return tables.give_back(rated.sort(*keys, nulls_last=True), sales)


def new_product_share(
    sales: Any,
    products: Any,
    by: str | Sequence[str] | None = None,
    *,
    days: int = 90,
    since: str | date | None = None,
    until: str | date | None = None,
    stores: Any = None,
) -> Any:
    """How much new products bring (新品销售占比): those launched at most `days` before the sale.

    `sales`: product_id, sold_at, amount; `products`: product_id, launched_on. Products without a
    launch day count as old.

    Returns a `Rate`, or a frame of the kind that came in with the group, new_revenue, revenue and
    new_product_share (0..1; null where there was no revenue).

    Raises `TableError` when a column is missing or of the wrong kind, or a product stands
    twice. Definition: common shop usage.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"product_id": ["a", "b"], "amount": [30.0, 70.0],
    ...     "sold_at": pd.to_datetime(["2025-06-30"] * 2)})
    >>> goods = pd.DataFrame({"product_id": ["a", "b"],
    ...     "launched_on": pd.to_datetime(["2025-05-01", "2020-01-01"])})
    >>> new_product_share(lines, goods)
    New-product share: 30.0% (30 of 100)
    """
    goods = tables.require(
        products, "products", ["product_id", "launched_on"], unique="product_id"
    ).select("product_id", "launched_on")
    columns = ["product_id", "sold_at", "amount"]
    frame, keys, periods = tables.grouped(
        sales, "sales", columns, by, since, until, products=products, stores=stores
    )
    tables.beside(frame, goods, ("sales", "products"), "product_id")
    # per product and day first: far fewer rows to reckon ages for
    frame = frame.with_columns(_day=nw.col("sold_at").dt.truncate("1d"))
    daily = frame.group_by(*dict.fromkeys([*keys, "product_id", "_day"])).agg(
        nw.col("amount").sum()
    )
    daily = daily.join(goods, on="product_id", how="left")
    age = tables.day_number(nw.col("_day")) - tables.day_number(nw.col("launched_on"))
    daily = daily.with_columns(_age=age)
    new = (nw.col("_age") >= 0) & (nw.col("_age") <= days)
    daily = daily.with_columns(new_revenue=nw.when(new).then(nw.col("amount")))
    sums = tables.added_up(
        daily, keys, nw.col("new_revenue").sum(), nw.col("amount").sum().alias("revenue")
    ).with_columns(*tables.money("new_revenue", "revenue"))
    return rates.answer(
        tables.named_periods(sums, periods),
        keys,
        sales,
        "new_product_share",
        "new_revenue",
        "revenue",
        interval=False,
    )


def abc(
    sales: Any,
    *,
    value: str = "revenue",
    cuts: tuple[float, float] = (0.8, 0.95),
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """Which products carry the shop (ABC 分类): A brings the first 80 %, B the next 15 %, C the rest.

    `sales`: product_id, amount (quantity for ``value="units"``). Products are ranked by value,
    equal ones by product_id; a product belongs to the class in which its share begins, so the
    first is always A. Products that brought nothing, or less, are C.

    Returns a frame of the kind that came in, best first: product_id, the value, value_share,
    cumulative_share (this product included) and abc (A, B, C).

    Source: J. Heizer, B. Render, C. Munson, "Operations Management", ABC analysis; the book draws its
    lines at about 70 and 95 %: ``cuts=(0.7, 0.95)``.

    Raises `TableError` when a column is missing or of the wrong kind, or for an unknown
    `value`.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"product_id": ["a", "b", "c"], "amount": [80.0, 15.0, 5.0]})
    >>> abc(lines)
      product_id  revenue  value_share  cumulative_share abc
    0          a     80.0         0.80              0.80   A
    1          b     15.0         0.15              0.95   B
    2          c      5.0         0.05              1.00   C
    """
    each, _keys, _periods = _by_product(sales, None, value, since, until)
    positive = nw.when(nw.col(value) > 0).then(nw.col(value)).otherwise(nw.lit(0.0))
    each = each.with_columns(_worth=positive, _down=-nw.col(value))
    each = each.with_columns(
        _all=nw.col("_worth").sum().round(tables.MONEY_DECIMALS),
        _so_far=nw.col("_worth").cum_sum().over(order_by=["_down", "product_id"]),
    )
    each = each.with_columns(
        value_share=tables.ratio("_worth", "_all"),
        cumulative_share=tables.ratio(
            nw.col("_so_far").round(tables.MONEY_DECIMALS), nw.col("_all")
        ),
        _before=tables.ratio(
            (nw.col("_so_far") - nw.col("_worth")).round(tables.MONEY_DECIMALS), nw.col("_all")
        ),
    )
    letter = (
        nw.when((nw.col("_worth") > 0) & (nw.col("_before") < cuts[0]))
        .then(nw.lit("A"))
        .otherwise(
            nw.when((nw.col("_worth") > 0) & (nw.col("_before") < cuts[1]))
            .then(nw.lit("B"))
            .otherwise(nw.lit("C"))
        )
    )
    each = each.with_columns(abc=letter).sort("_down", "product_id")
    each = each.select("product_id", value, "value_share", "cumulative_share", "abc")
    return tables.give_back(each, sales)


def xyz(
    sales: Any,
    *,
    period: str = "week",
    cuts: tuple[float, float] = (0.5, 1.0),
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """How evenly each product sells (XYZ 分类): X steadily, Y in waves, Z now and then.

    `sales`: product_id, sold_at, quantity. The units of each `period` (day, week, month) are
    compared by their coefficient of variation (standard deviation ÷ mean, periods without a sale
    counting as 0): X up to the first cut, Y up to the second, Z above, or where nothing was sold
    on balance. Periods run over the whole of the data.

    Returns a frame of the kind that came in, sorted by product_id: mean_units (per period), sd,
    variation and xyz.

    Raises `TableError` when a column is missing or of the wrong kind, or for an unknown
    `period`. Shops set the cuts as their goods ask: 0.5 and 1 suit weekly sales of many small
    products, 0.1 and 0.25 staple goods.

    >>> import pandas as pd
    >>> weeks = pd.to_datetime(["2025-06-02", "2025-06-09"])
    >>> lines = pd.DataFrame({"product_id": ["a", "a", "b"], "quantity": [5, 5, 4],
    ...     "sold_at": [weeks[0], weeks[1], weeks[0]]})
    >>> xyz(lines)
      product_id  mean_units   sd  variation xyz
    0          a         5.0  0.0        0.0   X
    1          b         2.0  2.0        1.0   Y
    """
    frame = tables.require(sales, "sales", ["product_id", "sold_at", "quantity"])
    frame = tables.between(frame, "sold_at", since, until)
    if period not in ("day", "week", "month"):
        raise tables.missing_column("sales", period, ["day", "week", "month"])
    frame, _added = tables.with_periods(
        frame.drop(period, strict=False), "sales", [period], "sold_at"
    )
    sold = frame.group_by("product_id", period).agg(nw.col("quantity").sum().alias("_units"))
    sold = sold.with_columns(_units=nw.col("_units").cast(nw.Float64))
    sold = sold.with_columns(_square=nw.col("_units") * nw.col("_units"))
    count = frame.select(nw.col(period).n_unique().alias("_n"))
    each = sold.group_by("product_id").agg(nw.col("_units").sum(), nw.col("_square").sum())
    each = each.join(count, how="cross").with_columns(
        mean_units=tables.ratio("_units", "_n"), _mean_square=tables.ratio("_square", "_n")
    )
    variance = nw.col("_mean_square") - nw.col("mean_units") * nw.col("mean_units")
    # the difference of two equal squares can be −1e-16
    each = each.with_columns(_variance=variance.round(9))
    spread = nw.when(nw.col("_variance") > 0).then(nw.col("_variance")).otherwise(nw.lit(0.0))
    each = each.with_columns(sd=spread.sqrt())
    positive = nw.when(nw.col("mean_units") > 0)
    each = each.with_columns(variation=positive.then(tables.ratio("sd", "mean_units")))
    letter = (
        nw.when(nw.col("variation") <= cuts[0])
        .then(nw.lit("X"))
        .otherwise(nw.when(nw.col("variation") <= cuts[1]).then(nw.lit("Y")).otherwise(nw.lit("Z")))
    )
    each = each.with_columns(xyz=letter).sort("product_id")
    return tables.give_back(
        each.select("product_id", "mean_units", "sd", "variation", "xyz"), sales
    )


def abc_xyz(
    sales: Any,
    *,
    value: str = "revenue",
    period: str = "week",
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """Both classes at once: AX (carries the shop, sells steadily) … CZ (brings little, now and then).

    Inputs as in `abc` and `xyz`. Returns a frame of the kind that came in, best first: product_id,
    the value, abc, variation, xyz and abc_xyz (the two letters).

    Raises and source as in `abc` and `xyz`.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"product_id": ["a", "b"], "quantity": [5, 4],
    ...     "sold_at": pd.to_datetime(["2025-06-02"] * 2), "amount": [80.0, 20.0]})
    >>> abc_xyz(lines)["abc_xyz"].tolist()
    ['AX', 'BX']
    """
    worth = nw.from_native(abc(sales, value=value, since=since, until=until)).lazy()
    steady = nw.from_native(xyz(sales, period=period, since=since, until=until)).lazy()
    both = worth.join(steady, on="product_id", how="left")
    both = both.with_columns(
        abc_xyz=nw.concat_str(nw.col("abc"), nw.col("xyz")), _down=-nw.col(value)
    ).sort("_down", "product_id")
    return tables.give_back(
        both.select("product_id", value, "abc", "variation", "xyz", "abc_xyz"), sales
    )


AGES = (30, 60, 90, 180)


def ageing(
    stock_daily: Any,
    products: Any,
    by: str | Sequence[str] | None = None,
    *,
    as_of: str | date | None = None,
    ages: Sequence[int] = AGES,
    stores: Any = None,
) -> Any:
    """How long the goods have lain there (库龄), first in first out.

    `stock_daily`: store_id, product_id, date, on_hand, received; `products`: product_id, cost.
    What is on hand on `as_of` (the last day of the data when not given) is taken to be the latest
    that came in; what came in before the data begins is older than its first day and stands in
    the oldest class. `ages`: the last day of each class but the oldest.

    Returns a frame of the kind that came in, per group and class: age_class (1 the youngest),
    days_from, days_to (null: no end), units, value (at cost, currency units) and value_share (of
    the group).

    Raises `TableError` when a column is missing or of the wrong kind, or a product stands
    twice. Definition: common shop usage.

    >>> import pandas as pd
    >>> stock = pd.DataFrame({"store_id": ["A"] * 2, "product_id": ["p"] * 2, "on_hand": [9, 5],
    ...     "received": [9, 2], "date": pd.to_datetime(["2025-04-01", "2025-06-30"])})
    >>> ageing(stock, pd.DataFrame({"product_id": ["p"], "cost": [2.0]}), ages=[30])
       age_class  days_from  days_to  units  value  value_share
    0          1          0     30.0      2    4.0          0.4
    1          2         31      NaN      3    6.0          0.6
    """
    keys = tables.name_list(by)
    frame = tables.require(
        stock_daily, "stock_daily", ["store_id", "product_id", "date", "on_hand", "received"]
    )
    frame = tables.between(frame, "date", None, as_of)
    last = tables.first_and_last_day(frame, "date")[1]
    goods = tables.require(products, "products", ["product_id", "cost"], unique="product_id")
    tables.beside(frame, goods, ("stock_daily", "products"), "product_id")
    shelf = ["store_id", "product_id"]
    today = nw.lit(tables.as_day_number(last) if last else 0)
    frame = frame.with_columns(_age=today - tables.day_number(nw.col("date")))
    now = frame.filter((nw.col("_age") == 0) & (nw.col("on_hand") > 0)).select(*shelf, "on_hand")
    came = frame.filter(nw.col("received") > 0).select(*shelf, "_age", "received")
    came = came.group_by(*shelf, "_age").agg(nw.col("received").sum())
    came = came.join(now, on=shelf, how="inner")
    so_far = nw.col("received").cum_sum().over(*shelf, order_by="_age").cast(nw.Float64)
    came = came.with_columns(_later=so_far - nw.col("received"))
    left = nw.col("on_hand") - nw.col("_later")
    units = (
        nw.when(left <= 0)
        .then(nw.lit(0))
        .otherwise(nw.when(left < nw.col("received")).then(left).otherwise(nw.col("received")))
    )
    came = came.with_columns(units=units.cast(nw.Float64))
    known = came.group_by(*shelf).agg(nw.col("units").sum().alias("_known"))
    older = now.join(known, on=shelf, how="left").with_columns(
        units=(nw.col("on_hand") - nw.col("_known").fill_null(0.0)).cast(nw.Float64),
        age_class=nw.lit(len(ages) + 1).cast(nw.Int64),
    )
    step = nw.lit(1).cast(nw.Int64)
    for edge in ages:
        step = step + (nw.col("_age") > edge).cast(nw.Int64)
    came = came.with_columns(age_class=step)
    parts = [part.select(*shelf, "age_class", "units") for part in (came, older)]
    both = nw.concat(parts).filter(nw.col("units") > 0)
    both = both.join(goods.select("product_id", "cost"), on="product_id", how="left")
    both = both.with_columns(value=nw.col("units") * nw.col("cost"))
    both, _none = tables.grouped_by(
        both, "stock_daily", keys, "date", products=products, stores=stores
    )
    both = both.group_by(*dict.fromkeys([*keys, "age_class"])).agg(
        nw.col("units").sum(), nw.col("value").sum()
    )
    both = both.with_columns(*tables.money("value"))
    total = nw.col("value").sum().over(*keys) if keys else nw.col("value").sum()
    starts = [0, *(edge + 1 for edge in ages)]
    both = both.with_columns(_total=total).with_columns(
        value_share=tables.ratio("value", "_total"),
        days_from=_pick("age_class", starts),
        days_to=_pick("age_class", list(ages)),
    )
    both = tables.whole(both, "units", "days_from")
    columns = ["age_class", "days_from", "days_to", "units", "value", "value_share"]
    both = both.select(*keys, *columns).sort(*keys, "age_class", nulls_last=True)
    return tables.give_back(both, stock_daily)


def _pick(column: str, values: Sequence[int]) -> nw.Expr:
    """The n-th value for n = 1, 2, …; null beyond the last."""
    picked = None
    for n, value in enumerate(values, start=1):
        this = nw.when(nw.col(column) == n).then(nw.lit(value))
        picked = this if picked is None else this.otherwise(picked)
    return picked


@dataclass(frozen=True)
class Buffer:
    """A number of pieces, with what it was reckoned from; ``float(buffer)`` gives the pieces."""

    name: str
    pieces: float
    because: str

    def __float__(self) -> float:
        return self.pieces

    def __str__(self) -> str:
        return f"{heading(self.name)}: {self.pieces:,.1f} ({self.because})"

    __repr__ = __str__


def safety_stock(
    sd: float,
    lead_days: float,
    service: float = 0.95,
    *,
    demand: float = 0.0,
    lead_sd: float = 0.0,
) -> Buffer:
    """How many pieces to hold against chance (安全库存): z × spread of demand until delivery.

    `sd`: standard deviation of a day's demand (pieces); `lead_days`: days from order to delivery;
    `service`: the wanted chance of not running out in one cycle (0.5 to under 1); `demand`: mean
    pieces a day, and `lead_sd`: standard deviation of the lead time (days), where that varies.

    Spread = √(lead_days × sd² + demand² × lead_sd²). Takes demand to be normal and days to be
    independent: for products that sell now and then it says too little.

    Source: J. Heizer, B. Render, "Operations Management", inventory chapter, probabilistic models.

    Raises `TableError` for a negative or endless figure, or a `service` outside 0.5 to 1.

    >>> safety_stock(5, 2, 0.90)
    Safety stock: 9.1 (z = 1.28 at 90% service; spread until delivery 7.1 pieces)
    """
    _sensible(sd=sd, lead_days=lead_days, demand=demand, lead_sd=lead_sd)
    if not 0.5 <= service < 1:
        raise tables.TableError(
            _("service must lie between 0.5 and 1 (0.95 is 95 %), not {service!r}.").format(
                service=service
            )
        )
    z = NormalDist().inv_cdf(service)
    spread = math.sqrt(lead_days * sd**2 + demand**2 * lead_sd**2)
    because = _("z = {z:.2f} at {service:.0%} service; spread until delivery {spread:,.1f} pieces")
    return Buffer("safety_stock", z * spread, because.format(z=z, service=service, spread=spread))


def reorder_point(
    demand: float,
    lead_days: float,
    sd: float = 0.0,
    service: float = 0.95,
    *,
    lead_sd: float = 0.0,
) -> Buffer:
    """At how many pieces (on hand and on order) to order again (再订货点).

    `demand`: mean pieces a day; the rest as in `safety_stock`. Reorder point = demand × lead_days +
    safety stock.

    Source: J. Heizer, B. Render, "Operations Management", inventory chapter.

    Raises as `safety_stock`.

    >>> reorder_point(15, 2, 5, 0.90)
    Reorder point: 39.1 (30.0 sold until delivery + safety stock 9.1)
    """
    safety = float(safety_stock(sd, lead_days, service, demand=demand, lead_sd=lead_sd))
    usual = demand * lead_days
    because = _("{usual:,.1f} sold until delivery + safety stock {safety:,.1f}")
    return Buffer("reorder_point", usual + safety, because.format(usual=usual, safety=safety))


def economic_order_quantity(yearly_demand: float, order_cost: float, holding_cost: float) -> Buffer:
    """How many pieces to order at a time (经济订货批量): √(2 × demand × order cost ÷ holding cost).

    `yearly_demand`: pieces a year; `order_cost`: of one order, whatever its size (currency units);
    `holding_cost`: of one piece for a year (currency units). Takes demand to be even and prices
    not to depend on the quantity; near the answer the cost is flat, so round it to full boxes.

    Source: F. W. Harris, "How Many Parts to Make at Once" (1913).

    Raises `TableError` for a negative or endless figure, or a holding cost of 0.

    >>> economic_order_quantity(1000, 10, 0.5)
    Economic order quantity: 200.0 (5.0 orders a year; ordering and holding cost 100.00 a year)
    """
    _sensible(yearly_demand=yearly_demand, order_cost=order_cost)
    if holding_cost <= 0:
        raise tables.TableError(
            _("holding_cost must be above 0, not {value!r}.").format(value=holding_cost)
        )
    quantity = math.sqrt(2 * yearly_demand * order_cost / holding_cost)
    orders = yearly_demand / quantity if quantity else 0.0
    cost = orders * order_cost + quantity / 2 * holding_cost
    because = _("{orders:.1f} orders a year; ordering and holding cost {cost:,.2f} a year")
    return Buffer("economic_order_quantity", quantity, because.format(orders=orders, cost=cost))


def _sensible(**numbers: float) -> None:
    for name, number in numbers.items():
        if not (math.isfinite(number) and number >= 0):
            raise tables.TableError(
                _("{name} must be 0 or more, not {value!r}.").format(name=name, value=number)
            )


def reorder_plan(
    stock_daily: Any,
    *,
    lead_days: float = 3,
    service: float = 0.95,
    cover_days: float = 14,
    as_of: str | date | None = None,
    window: int = 56,
) -> Any:
    """What to order today: each shelf's demand, safety stock, reorder point and quantity.

    `stock_daily`: store_id, product_id, date, on_hand, sold. Demand is the mean and standard
    deviation of the pieces sold a day in the last `window` days, without the days on which the
    shelf was empty and nothing was sold: an empty shelf says nothing about demand. `lead_days`,
    `service`: as in `safety_stock`; `cover_days`: how long an order should last.

    Returns a frame of the kind that came in, one row per store and product in the data of the last
    day, sorted: store_id, product_id, on_hand, demand (a day), sd, safety_stock, reorder_point,
    order (whole pieces; 0 above the reorder point).

    Raises `TableError` when a column is missing or of the wrong kind, or for a figure out of
    range. Source as in `safety_stock`.

    >>> import pandas as pd
    >>> stock = pd.DataFrame({"store_id": ["A"] * 2, "product_id": ["p"] * 2, "on_hand": [9, 5],
    ...     "sold": [4, 4], "date": pd.to_datetime(["2025-06-29", "2025-06-30"])})
    >>> reorder_plan(stock)[["product_id", "on_hand", "demand", "reorder_point", "order"]]
      product_id  on_hand  demand  reorder_point  order
    0          p        5     4.0           12.0     63
    """
    _sensible(lead_days=lead_days, cover_days=cover_days)
    z_spread = float(safety_stock(1.0, lead_days, service))
    frame, now = _lately(stock_daily, as_of, window)
    each = _demand(frame)
    plan = now.join(each, on=["store_id", "product_id"], how="left").with_columns(
        demand=nw.col("demand").fill_null(0.0), sd=nw.col("sd").fill_null(0.0)
    )
    plan = plan.with_columns(safety_stock=nw.col("sd") * z_spread).with_columns(
        reorder_point=nw.col("demand") * lead_days + nw.col("safety_stock")
    )
    wanted = nw.col("reorder_point") + nw.col("demand") * cover_days - nw.col("on_hand")
    short = (nw.col("on_hand") <= nw.col("reorder_point")) & (wanted > 0)
    plan = plan.with_columns(order=nw.when(short).then(wanted.round(6).ceil()))
    plan = tables.whole(plan, "order", "on_hand")
    columns = ["on_hand", "demand", "sd", "safety_stock", "reorder_point", "order"]
    plan = plan.select("store_id", "product_id", *columns).sort("store_id", "product_id")
    return tables.give_back(plan, stock_daily)


def _lately(
    stock_daily: Any, as_of: str | date | None, window: int
) -> tuple[nw.LazyFrame, nw.LazyFrame]:
    """The last days of the stock, and what is on hand on the very last."""
    frame = tables.require(
        stock_daily, "stock_daily", ["store_id", "product_id", "date", "on_hand", "sold"]
    )
    frame = tables.between(frame, "date", None, as_of)
    last = tables.first_and_last_day(frame, "date")[1]
    if last is None:
        return frame, frame.select("store_id", "product_id", "on_hand")
    frame = tables.between(frame, "date", last - timedelta(days=window - 1))
    now = tables.between(frame, "date", last)
    return frame, now.select("store_id", "product_id", "on_hand")


def _demand(frame: nw.LazyFrame) -> nw.LazyFrame:
    """Mean and standard deviation of a day's sales, per shelf, on days it was not empty."""
    offered = frame.filter((nw.col("on_hand") > 0) | (nw.col("sold") > 0))
    offered = offered.with_columns(
        _square=(nw.col("sold") * nw.col("sold")).cast(nw.Float64), _days=nw.lit(1)
    )
    each = offered.group_by("store_id", "product_id").agg(
        nw.col("sold").sum(), nw.col("_square").sum(), nw.col("_days").sum()
    )
    each = each.with_columns(
        demand=tables.ratio("sold", "_days"), _mean_square=tables.ratio("_square", "_days")
    )
    variance = (nw.col("_mean_square") - nw.col("demand") * nw.col("demand")).round(9)
    each = each.with_columns(_variance=variance)
    spread = nw.when(nw.col("_variance") > 0).then(nw.col("_variance")).otherwise(nw.lit(0.0))
    return each.with_columns(sd=spread.sqrt()).select("store_id", "product_id", "demand", "sd")


def transfer_plan(
    stock_daily: Any,
    *,
    enough_days: float = 14,
    plenty_days: float = 42,
    as_of: str | date | None = None,
    window: int = 56,
) -> Any:
    """Which goods to move from shops that have plenty to shops that run short (调拨).

    `stock_daily`: store_id, product_id, date, on_hand, sold. With the demand of the last `window`
    days (as in `reorder_plan`), a shop is short of a product that lasts under `enough_days`, and
    can give what lasts beyond `plenty_days`. The shortest shop gets first, from the shop with the
    most to give; equal ones in order of store_id.

    Returns a frame of the kind that came in, by product, the shortest shop first: product_id,
    from_store_id, to_store_id, quantity (whole pieces), days_before and days_after (how long the
    receiver's stock lasts).

    Raises `TableError` when a column is missing or of the wrong kind. Definition: common shop
    usage.

    >>> import pandas as pd
    >>> stock = pd.DataFrame({"store_id": ["A", "B"], "product_id": ["p", "p"],
    ...     "on_hand": [100, 1], "sold": [1, 1], "date": pd.to_datetime(["2025-06-30"] * 2)})
    >>> transfer_plan(stock)[["from_store_id", "to_store_id", "quantity", "days_after"]]
      from_store_id to_store_id  quantity  days_after
    0             A           B        13        14.0
    """
    import pandas as pd

    frame, now = _lately(stock_daily, as_of, window)
    shelves = now.join(_demand(frame), on=["store_id", "product_id"], how="left")
    shelves = tables.to_pandas(shelves.sort("product_id", "store_id"))
    moves = []
    for product, shops in shelves.groupby("product_id", sort=True):
        moves += [(product, *move) for move in _matched(shops, enough_days, plenty_days)]
    columns = ["product_id", "from_store_id", "to_store_id", "quantity"]
    plan = pd.DataFrame(moves, columns=[*columns, "days_before", "days_after"])
    if plan.empty:
        text, number = dict.fromkeys(columns[:3], "str"), "float64"
        plan = plan.astype(text | {"quantity": "int64"} | dict.fromkeys(plan.columns[4:], number))
    return tables.give_back_small(plan, stock_daily)


def _matched(shops: Any, enough_days: float, plenty_days: float) -> list[tuple]:
    """Moves of one product: the shortest shop first, from whoever has most to give."""
    rows = [
        (row.store_id, int(row.on_hand), 0.0 if tables.is_nothing(row.demand) else row.demand)
        for row in shops.itertuples()
        if not tables.is_nothing(row.on_hand)
    ]
    spare = {s: max(0, have - math.ceil(d * plenty_days)) for s, have, d in rows}
    short = sorted(
        (max(have, 0) / d, s, have, d) for s, have, d in rows if d > 0 and have < d * enough_days
    )
    moves = []
    for days, store, have, demand in short:
        missing = math.ceil(round(demand * enough_days - have, 6))
        held = have
        while missing > 0 and (giver := max(spare, key=lambda s: (spare[s], _first(s)))) != store:
            quantity = min(missing, spare[giver])
            if quantity <= 0:
                break
            spare[giver] -= quantity
            missing -= quantity
            held += quantity
            moves.append((giver, store, quantity, days, held / demand))
    return moves


def _first(store: Any) -> tuple:
    """Sorts equal givers so that the first by id is taken."""
    return tuple(-ord(letter) for letter in str(store))


ADVICE = ("reorder", "keep", "watch", "reduce", "clear", "new")


def suggest_structure(
    sales: Any,
    stock_daily: Any,
    products: Any,
    *,
    as_of: str | date | None = None,
    window: int = 90,
    enough_days: float = 14,
    plenty_days: float = 60,
    new_days: int = 90,
) -> Any:
    """A better assortment (商品组合): what to reorder, keep, reduce and clear, and what it frees.

    `sales`: product_id, sold_at, quantity, amount; `stock_daily`: product_id, date, on_hand;
    `products`: product_id, cost, and launched_on where known. Looks at the last `window` days up to
    `as_of` (the last day of the stock when not given). Per product: launched within `new_days` →
    new (wait); an A or B product that lasts under `enough_days` → reorder; one that lasts over
    `plenty_days` → reduce (C: clear, also when nothing sold); a C product that lasts under
    `enough_days` → watch; the rest → keep.

    Returns a frame of the kind that came in, most money freed first: product_id, abc, on_hand (all
    stores), units (sold in the window), days_left, value (of the stock, at cost), advice, and
    frees (cost of what lies beyond `plenty_days`, currency units).

    Raises `TableError` when a column is missing or of the wrong kind, or a product stands
    twice. The limits are the course's: set your own.

    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-06-30"])
    >>> sales = pd.DataFrame({"product_id": ["p"], "sold_at": day, "quantity": [9],
    ...     "amount": [90.0]})
    >>> stock = pd.DataFrame({"product_id": ["p", "q"], "date": day.repeat(2), "on_hand": [1, 8]})
    >>> goods = pd.DataFrame({"product_id": ["p", "q"], "cost": [5.0, 2.0]})
    >>> suggest_structure(sales, stock, goods)[["product_id", "abc", "advice", "frees"]]
      product_id abc   advice  frees
    0          q   C    clear   16.0
    1          p   A  reorder    0.0
    """
    stock = tables.require(stock_daily, "stock_daily", ["product_id", "date", "on_hand"])
    last = tables.first_and_last_day(tables.between(stock, "date", None, as_of), "date")[1]
    goods = tables.require(
        products, "products", ["product_id", "cost"], ["launched_on"], unique="product_id"
    )
    sold = tables.require(sales, "sales", ["product_id", "sold_at", "quantity", "amount"])
    tables.beside(sold, stock, ("sales", "stock_daily"), "product_id")
    tables.beside(sold, goods, ("sales", "products"), "product_id")
    first = last - timedelta(days=window - 1) if last else None
    sold = tables.between(sold, "sold_at", first, last)
    worth = nw.from_native(abc(sold)).lazy().select("product_id", "abc")
    units = sold.group_by("product_id").agg(nw.col("quantity").sum().alias("units"))
    now = tables.between(stock, "date", last, last)
    now = now.group_by("product_id").agg(nw.col("on_hand").sum())
    ids = nw.concat([now.select("product_id"), units.select("product_id")]).unique(["product_id"])
    each = ids.join(now, on="product_id", how="left").join(units, on="product_id", how="left")
    each = each.join(worth, on="product_id", how="left").join(goods, on="product_id", how="left")
    each = tables.whole(each, "on_hand", "units").with_columns(
        abc=nw.col("abc").fill_null("C"),
        value=(nw.col("on_hand") * nw.col("cost")).round(tables.MONEY_DECIMALS),
        _a_day=nw.when(nw.col("units") > 0).then(nw.col("units") / window),
    )
    each = each.with_columns(days_left=tables.ratio("on_hand", "_a_day"))
    beyond = nw.col("on_hand") - nw.col("_a_day").fill_null(0.0) * plenty_days
    each = each.with_columns(_beyond=beyond)
    kept = nw.when(nw.col("_beyond") > 0).then(nw.col("_beyond")).otherwise(nw.lit(0.0))
    each = each.with_columns(frees=(kept * nw.col("cost")).round(tables.MONEY_DECIMALS))
    names = each.collect_schema().names()
    age = nw.lit(new_days + 1).cast(nw.Int64)
    if "launched_on" in names and last:
        age = nw.lit(tables.as_day_number(last)) - tables.day_number(nw.col("launched_on"))
    each = each.with_columns(_age=age)
    is_c, lasts = nw.col("abc") == "C", nw.col("days_left")
    idle = (nw.col("units") <= 0) & (nw.col("on_hand") > 0)
    choices = [
        ((nw.col("_age") >= 0) & (nw.col("_age") <= new_days), "new"),
        (idle | (is_c & (lasts > plenty_days)), "clear"),
        (lasts > plenty_days, "reduce"),
        (is_c & (lasts < enough_days), "watch"),
        (lasts < enough_days, "reorder"),
    ]
    advice = nw.lit("keep")
    for condition, code in reversed(choices):
        advice = nw.when(condition).then(nw.lit(code)).otherwise(advice)
    each = each.with_columns(advice=advice, _down=-nw.col("frees"))
    each = each.sort("_down", "product_id", nulls_last=True)
    columns = ["abc", "on_hand", "units", "days_left", "value", "advice", "frees"]
    return tables.give_back(each.select("product_id", *columns), sales)
