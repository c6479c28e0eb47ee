"""What was sold: revenue, orders, units, average order value, margin; growth; targets."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables


def summed(
    frame: nw.LazyFrame, keys: Sequence[str], *, with_cost: bool | None = None
) -> nw.LazyFrame:
    """Revenue, units, orders (and margin) of sales lines, per group: the sums of `sales_summary`.

    An order counts where a line of it was bought, not where one came back. Counting distinct
    orders with a null for every return, then taking that null off, is one plain aggregation that
    every engine can do.
    """
    if with_cost is None:
        with_cost = "cost" in frame.collect_schema().names()
    bought = nw.when(nw.col("quantity") > 0).then(nw.col("sale_id"))
    frame = frame.with_columns(_bought=bought)
    frame = frame.with_columns(_returned=nw.col("_bought").is_null().cast(nw.Int64))
    sums = [
        nw.col("amount").sum().alias("revenue"),
        nw.col("quantity").sum().alias("units"),
        nw.col("_bought").n_unique().alias("orders"),
        nw.col("_returned").max().alias("_returned"),
    ]
    if with_cost:
        known = nw.when(~nw.col("cost").is_null())
        frame = frame.with_columns(_costed=known.then(nw.col("amount")))
        sums += [nw.col("cost").sum().alias("_cost"), nw.col("_costed").sum().alias("_costed")]
    groups = frame.group_by(*keys).agg(*sums) if keys else frame.select(*sums)
    groups = groups.with_columns(
        *tables.money("revenue", *(["_cost", "_costed"] if with_cost else [])),
        orders=nw.col("orders").cast(nw.Int64) - nw.col("_returned").fill_null(0).cast(nw.Int64),
    )
    if with_cost:
        return groups.with_columns(
            gross_margin=(nw.col("_costed") - nw.col("_cost")).round(tables.MONEY_DECIMALS)
        ).with_columns(margin_rate=tables.ratio("gross_margin", "_costed"))
    nothing = nw.lit(None, nw.Float64())
    return groups.with_columns(gross_margin=nothing, margin_rate=nothing)


FIGURES = (
    "revenue",
    "orders",
    "units",
    "aov",
    "upt",
    "item_price",
    "gross_margin",
    "margin_rate",
)


def sales_summary(
    sales: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
    staff: Any = None,
    members: Any = None,
) -> Any:
    """What was sold, in eight figures, for the whole or per group.

    `sales`: one row per line with sale_id, quantity (pieces; negative: a return), amount (net,
    currency units), and, where it is known, cost (of the whole line). `by`: one column or several,
    of `sales` itself (store_id, channel …), of a table given beside it (``by="category",
    products=products``), or a part of sold_at: year, quarter (``2025-Q2``), month (``2025-06``),
    week (its Monday), day, hour (0–23), weekday (1 Monday – 7 Sunday). `since` and `until`: first
    and last day, both included.

    Returns a frame of the kind that came in, one row per group, sorted by group:
    revenue (销售额, Σ amount: net of discounts and returns), orders (distinct sale_id with a line
    bought; a return alone is no order), units (Σ quantity), aov (客单价, revenue ÷ orders), upt
    (连带率, units ÷ orders), item_price (件单价, revenue ÷ units), gross_margin (毛利额, amount −
    cost over the lines whose cost is known; null without cost) and margin_rate (毛利率, that ÷
    the revenue of the same lines). A ratio with nothing to divide by is null.

    Raises `TableError` when a column is missing or of the wrong kind. Definitions: GB/T 18106 and
    common retail usage, as in GLOSSARY.md.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 1, 2], "store_id": ["A", "A", "B"],
    ...     "quantity": [2, 1, 1], "amount": [30.0, 20.0, 40.0]})
    >>> sales_summary(lines, by="store_id")[["store_id", "revenue", "orders", "aov", "upt"]]
      store_id  revenue  orders   aov  upt
    0        A     50.0       1  50.0  3.0
    1        B     40.0       1  40.0  1.0
    """
    keys = tables.name_list(by)
    timed = since is not None or until is not None
    frame = tables.require(
        sales,
        "sales",
        ["sale_id", "quantity", "amount", *(["sold_at"] if timed else [])],
        ["cost", "sold_at"],
    )
    frame = tables.between(frame, "sold_at", since, until)
    frame, periods = tables.grouped_by(
        frame,
        "sales",
        keys,
        "sold_at",
        products=products,
        stores=stores,
        staff=staff,
        members=members,
    )
    groups = tables.named_periods(summed(frame, keys), periods).with_columns(
        aov=tables.ratio("revenue", "orders"),
        upt=tables.ratio("units", "orders"),
        item_price=tables.ratio("revenue", "units"),
    )
    groups = groups.select(*keys, *FIGURES)
    return tables.give_back(groups.sort(*keys, nulls_last=True) if keys else groups, sales)
