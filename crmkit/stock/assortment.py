"""Which products carry the shop, and which to add, reduce and clear."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.i18n import gettext as _
from crmkit.tables import arguments

VALUES = {"revenue": "amount", "units": "quantity"}
VALUE, PERIOD = arguments.one_of(*VALUES), arguments.one_of("day", "week", "month")


def _top(what: str, value: Any) -> None:
    limit = _("a share up to 1.0, as 0.2, or a whole number of products")

    def fits(top: Any) -> bool:
        return 0 < top <= 1 if isinstance(top, float) else top >= 1 and top == int(top)

    tables.demand(what, value, limit, fits)


def _by_product(
    sales: Any, by: str | Sequence[str] | None, value: str, since: Any, until: Any, **described: Any
) -> tuple[nw.LazyFrame, list[str], list[str]]:
    """Revenue (or units) per group and product."""
    column = VALUES[value]
    frame, keys, periods = tables.grouped(
        sales, "sales", ["product_id", column], by, since, until, **described
    )
    each = frame.group_by(*dict.fromkeys([*keys, "product_id"])).agg(
        nw.col(column).sum().alias(value)
    )
    worth = nw.col(value).cast(nw.Float64).round(tables.MONEY_DECIMALS)
    return each.with_columns(worth), keys, periods


@arguments.checked(value=VALUE, top=_top)
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

    Parameters
    ----------
    sales
        product_id, amount (quantity for ``value="units"``).
    top
        A share of the products sold (0.2: the best fifth, rounded up) or a whole number of them
        (10); equal ones in order of product_id.
    by
        As in `kpi.sales_summary`.
    value
        revenue or units.
    since, until
        First and last day that count, both included.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A `Rate`, or a frame of the kind that came in with the group, best_sellers (how many),
    top_revenue, revenue and best_seller_share (0..1; null where there was no revenue).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or for a `top` that is neither a share nor a
        number.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"product_id": ["a", "b", "c"], "amount": [70.0, 20.0, 10.0]})
    >>> best_seller_share(lines, top=1)
    Best-seller share: 70.0% (70 of 100)
    """
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


@arguments.checked
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

    Parameters
    ----------
    sales
        product_id, sold_at, amount.
    products
        product_id, launched_on. Products without a launch day count as old.
    by
        As in `kpi.sales_summary`.
    days
        For how long after its launch a product is new.
    since, until
        First and last day that count, both included.
    stores
        A table whose columns `by` may name.

    Returns
    -------
    A `Rate`, or a frame of the kind that came in with the group, new_revenue, revenue and
    new_product_share (0..1; null where there was no revenue).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or a product stands twice.

    References
    ----------
    Common shop usage.

    Examples
    --------
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


@arguments.checked(value=VALUE, cuts=arguments.rising(0, 1, count=2))
def abc(
    sales: Any,
    *,
    value: str = "revenue",
    cuts: tuple[float, float] = (0.8, 0.95),
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """Which products carry the shop (ABC 分类): A brings the first 80 %, B the next 15 %, C the rest.

    Products are ranked by value, equal ones by product_id; a product belongs to the class in which
    its share begins, so the first is always A. Products that brought nothing, or less, are C.

    Parameters
    ----------
    sales
        product_id, amount (quantity for ``value="units"``).
    value
        revenue or units.
    cuts
        The shares at which B and C begin.
    since, until
        First and last day that count, both included.

    Returns
    -------
    A frame of the kind that came in, best first: product_id, the value, value_share,
    cumulative_share (this product included) and abc (A, B, C).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or for an unknown `value`.

    References
    ----------
    J. Heizer, B. Render, C. Munson, "Operations Management", ABC analysis; the book draws its lines
    at about 70 and 95 %: ``cuts=(0.7, 0.95)``.

    Examples
    --------
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


@arguments.checked(period=PERIOD, cuts=arguments.rising(0, 30, count=2))
def xyz(
    sales: Any,
    *,
    period: str = "week",
    cuts: tuple[float, float] = (0.5, 1.0),
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """How evenly each product sells (XYZ 分类): X steadily, Y in waves, Z now and then.

    The units of each period are compared by their coefficient of variation (standard deviation ÷
    mean, periods without a sale counting as 0). Periods run over the whole of the data.

    Parameters
    ----------
    sales
        product_id, sold_at, quantity.
    period
        day, week or month.
    cuts
        X up to the first, Y up to the second, Z above, or where nothing was sold on balance. Shops
        set them as their goods ask: 0.5 and 1 suit weekly sales of many small products, 0.1 and
        0.25 staple goods.
    since, until
        First and last day that count, both included.

    Returns
    -------
    A frame of the kind that came in, sorted by product_id: mean_units (per period), sd, variation
    and xyz.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or for an unknown `period`.

    Examples
    --------
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


@arguments.checked(value=VALUE, period=PERIOD)
def abc_xyz(
    sales: Any,
    *,
    value: str = "revenue",
    period: str = "week",
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """Both classes at once: AX (carries the shop, sells steadily) … CZ (brings little, now and then).

    Parameters
    ----------
    sales
        As in `abc` and `xyz`.
    value
        As in `abc`.
    period
        As in `xyz`.
    since, until
        First and last day that count, both included.

    Returns
    -------
    A frame of the kind that came in, best first: product_id, the value, abc, variation, xyz and
    abc_xyz (the two letters).

    Raises
    ------
    TableError
        As `abc` and `xyz`.

    References
    ----------
    As in `abc` and `xyz`.

    Examples
    --------
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


ADVICE = ("reorder", "keep", "watch", "reduce", "clear", "new")


@arguments.checked
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

    Per product: launched within `new_days` → new (wait); an A or B product that lasts under
    `enough_days` → reorder; one that lasts over `plenty_days` → reduce (C: clear, also when nothing
    sold); a C product that lasts under `enough_days` → watch; the rest → keep. The limits are the
    course's: set your own.

    Parameters
    ----------
    sales
        product_id, sold_at, quantity, amount.
    stock_daily
        product_id, date, on_hand.
    products
        product_id, cost, and launched_on where known.
    as_of
        Today, included (the last day of the stock when not given).
    window
        How many days up to there are looked at.
    enough_days, plenty_days
        What lasts for less is short, what lasts for longer too much.
    new_days
        For how long after its launch a product is new.

    Returns
    -------
    A frame of the kind that came in, most money freed first: product_id, abc, on_hand (all stores),
    units (sold in the window), days_left, value (of the stock, at cost), advice, and frees (cost of
    what lies beyond `plenty_days`, currency units; new goods free nothing).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or a product stands twice.

    Examples
    --------
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
    limit = _("at least enough_days, {x}").format(x=enough_days)
    tables.demand("plenty_days", plenty_days, limit, lambda days: days >= enough_days)
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
    both = nw.concat([now.select("product_id"), units.select("product_id")])
    ids = tables.distinct(both, "product_id")
    each = ids.join(now, on="product_id", how="left").join(units, on="product_id", how="left")
    each = each.join(worth, on="product_id", how="left").join(goods, on="product_id", how="left")
    each = tables.whole(each, "on_hand", "units").with_columns(
        abc=nw.col("abc").fill_null("C"),
        value=(nw.col("on_hand") * nw.col("cost")).round(tables.MONEY_DECIMALS),
        _sold=nw.when(nw.col("units") > 0).then(nw.col("units")),
        _lasting=nw.col("on_hand") * window,
    )
    each = each.with_columns(days_left=tables.ratio("_lasting", "_sold"))
    # what decides is reckoned in whole numbers: a division may fall on either side of a limit
    beyond = nw.col("_lasting") - nw.col("_sold").fill_null(0) * plenty_days
    kept = nw.when(beyond > 0).then(beyond / window).otherwise(nw.lit(0.0))
    each = each.with_columns(frees=(kept * nw.col("cost")).round(tables.MONEY_DECIMALS))
    names = each.collect_schema().names()
    age = nw.lit(new_days + 1).cast(nw.Int64)
    if "launched_on" in names and last:
        age = nw.lit(tables.as_day_number(last)) - tables.day_number(nw.col("launched_on"))
    each = each.with_columns(_age=age)
    is_c = nw.col("abc") == "C"
    plenty = nw.col("_lasting") > nw.col("_sold") * plenty_days
    scarce = nw.col("_lasting") < nw.col("_sold") * enough_days
    idle = (nw.col("units") <= 0) & (nw.col("on_hand") > 0)
    choices = [
        ((nw.col("_age") >= 0) & (nw.col("_age") <= new_days), "new"),
        (idle | (is_c & plenty), "clear"),
        (plenty, "reduce"),
        (is_c & scarce, "watch"),
        (scarce, "reorder"),
    ]
    advice = nw.lit("keep")
    for condition, code in reversed(choices):
        advice = nw.when(condition).then(nw.lit(code)).otherwise(advice)
    each = each.with_columns(advice=advice)
    freed = nw.when(nw.col("advice") == "new").then(nw.lit(0.0)).otherwise(nw.col("frees"))
    each = each.with_columns(frees=freed).with_columns(_down=-nw.col("frees"))
    each = each.sort("_down", "product_id", nulls_last=True)
    columns = ["abc", "on_hand", "units", "days_left", "value", "advice", "frees"]
    return tables.give_back(each.select("product_id", *columns), sales)
