"""How long the goods have lain there."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.tables import arguments

AGES = (30, 60, 90, 180)


@arguments.checked(ages=arguments.rising())
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

    What is on hand is taken to be the latest that came in; what came in before the data begins is
    older than its first day and stands in the oldest class.

    Parameters
    ----------
    stock_daily
        store_id, product_id, date, on_hand, received.
    products
        product_id, cost.
    by
        A column of the stock (store_id), of `products` or of `stores`.
    as_of
        The day to look at (the last day of the data when not given).
    ages
        The last day of each class but the oldest.
    stores
        A table whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, per group and class: age_class (1 the youngest), days_from,
    days_to (null: no end), units, value (at cost, currency units) and value_share (of the group).

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
    picked: nw.Expr = nw.when(nw.col(column) == 1).then(nw.lit(values[0]))
    for n, value in enumerate(values[1:], start=2):
        picked = nw.when(nw.col(column) == n).then(nw.lit(value)).otherwise(picked)
    return picked
