"""What was sold: revenue, orders, units, average order value, margin; growth; targets."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.tables import arguments


def summed(
    frame: nw.LazyFrame, keys: Sequence[str], *, with_cost: bool | None = None
) -> nw.LazyFrame:
    """Revenue, units, orders (and margin) of sales lines, per group: the sums of `sales_summary`.

    An order counts where a line of it was bought, not where one came back.
    """
    if with_cost is None:
        with_cost = "cost" in frame.collect_schema().names()
    frame, orders = tables.counting("orders", frame, "sale_id", nw.col("quantity") > 0)
    names = {"revenue": "amount", "units": "quantity"}
    if with_cost:
        known = nw.when(~nw.col("cost").is_null())
        frame = frame.with_columns(_costed=known.then(nw.col("amount")))
        names |= {"_cost": "cost", "_costed": "_costed"}
    groups = tables.added_up(
        frame, keys, *orders, *(nw.col(name).sum().alias(total) for total, name in names.items())
    )
    groups = tables.counted(groups, "orders")
    groups = groups.with_columns(
        *tables.money("revenue", *(["_cost", "_costed"] if with_cost else []))
    )
    if with_cost:
        return groups.with_columns(
            gross_margin=(nw.col("_costed") - nw.col("_cost")).round(tables.MONEY_DECIMALS)
        ).with_columns(margin_rate=tables.ratio("gross_margin", "_costed"))
    nothing = nw.lit(None, nw.Float64())
    return groups.with_columns(gross_margin=nothing, margin_rate=nothing)


def _with_ratios(groups: nw.LazyFrame) -> nw.LazyFrame:
    return groups.with_columns(
        aov=tables.ratio("revenue", "orders"),
        upt=tables.ratio("units", "orders"),
        item_price=tables.ratio("revenue", "units"),
    )


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


@arguments.checked
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

    Parameters
    ----------
    sales
        One row per line with sale_id, quantity (pieces; negative: a return), amount (net, currency
        units), and, where it is known, cost (of the whole line).
    by
        One column or several, of `sales` itself (store_id, channel …), of a table given beside it
        (``by="category", products=products``), or a part of sold_at: year, quarter (``2025-Q2``),
        month (``2025-06``), week (its Monday), day, hour (0–23), weekday (1 Monday – 7 Sunday);
        lines without a date stand in a group of their own, null.
    since, until
        First and last day that count, both included.
    products, stores, staff, members
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, one row per group, sorted by group: revenue (销售额, Σ amount:
    net of discounts and returns), orders (distinct sale_id with a line bought; a return alone is no
    order), units (Σ quantity), aov (客单价, revenue ÷ orders), upt (连带率, units ÷ orders), item_price
    (件单价, revenue ÷ units), gross_margin (毛利额, amount − cost over the lines whose cost is known;
    null without cost) and margin_rate (毛利率, that ÷ the revenue of the same lines). A ratio with
    nothing to divide by is null.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    Common shop usage; online shops often divide by buyers instead, and call the figure per order
    笔单价.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 1, 2], "store_id": ["A", "A", "B"],
    ...     "quantity": [2, 1, 1], "amount": [30.0, 20.0, 40.0]})
    >>> sales_summary(lines, by="store_id")[["store_id", "revenue", "orders", "aov", "upt"]]
      store_id  revenue  orders   aov  upt
    0        A     50.0       1  50.0  3.0
    1        B     40.0       1  40.0  1.0
    """
    return tables.per_group(
        sales,
        "sales",
        ["sale_id", "quantity", "amount"],
        by,
        since,
        until,
        lambda lines, keys: _with_ratios(summed(lines, keys)).select(*keys, *FIGURES),
        optional=["cost"],
        products=products,
        stores=stores,
        staff=staff,
        members=members,
    )


@arguments.checked
def member_share(
    sales: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """How much of the revenue members bring (会员销售占比), for the whole or per group.

    Parameters
    ----------
    sales
        Lines with member_id (null: a walk-in) and amount.
    by
        As in `sales_summary`.
    since, until
        First and last day that count, both included.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A `Rate` (member revenue of all revenue, currency units), or a frame of the kind that came in
    with the group, member_revenue, revenue and member_share (0..1; null where there was no revenue,
    or returns outweigh it).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or `by` is in no table given.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> member_share(pd.DataFrame({"member_id": ["m1", None], "amount": [30.0, 10.0]}))
    Member share of sales: 75.0% (30 of 40)
    """
    frame, keys, periods = tables.grouped(
        sales, "sales", ["member_id", "amount"], by, since, until, products=products, stores=stores
    )
    members = nw.when(~nw.col("member_id").is_null()).then(nw.col("amount"))
    counts = tables.added_up(
        frame.with_columns(member_revenue=members),
        keys,
        nw.col("member_revenue").sum(),
        nw.col("amount").sum().alias("revenue"),
    ).with_columns(*tables.money("member_revenue", "revenue"))
    return rates.answer(
        tables.named_periods(counts, periods),
        keys,
        sales,
        "member_share",
        "member_revenue",
        "revenue",
        interval=False,
    )


YEAR_AGO = {"year": 1, "quarter": 4, "month": 12, "week": 52, "day": 364}
"""How many periods back the same one of last year lies; weeks and days keep their weekday."""


@arguments.checked(period=arguments.one_of(*YEAR_AGO), value=arguments.one_of(*FIGURES))
def growth(
    sales: Any,
    period: str = "month",
    by: str | Sequence[str] | None = None,
    *,
    value: str = "revenue",
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
    staff: Any = None,
    members: Any = None,
) -> Any:
    """How a figure changed against the period before (环比) and the same one last year (同比).

    Parameters
    ----------
    sales
        As in `sales_summary`.
    period
        year, quarter, month, week or day; last year's week and day are those 52 weeks and 364 days
        before (the same weekday).
    by
        As in `sales_summary`.
    value
        Any figure of `sales_summary`.
    since, until
        First and last day of the rows to show; what lies before is still compared with. A period
        that is not over yet looks like a fall: choose `until` with care.
    products, stores, staff, members
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, sorted by group and period: the group, the period, the figure,
    before (the figure one period earlier), pop (change against it), last_year, yoy (change against
    that). 0.1 is 10 % more. Null where there is nothing, or nothing positive, to compare with.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or for an unknown `period` or `value`.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2], "quantity": [1, 1], "amount": [100.0, 120.0],
    ...     "sold_at": pd.to_datetime(["2025-05-09", "2025-06-09"])})
    >>> growth(lines)[["month", "revenue", "before", "pop"]]
         month  revenue  before  pop
    0  2025-05    100.0     NaN  NaN
    1  2025-06    120.0   100.0  0.2
    """
    keys = tables.name_list(by)
    frame, _all, periods = tables.grouped(
        sales,
        "sales",
        ["sale_id", "sold_at", "quantity", "amount"],
        [*keys, period],
        until=until,
        optional=["cost"],
        products=products,
        stores=stores,
        staff=staff,
        members=members,
    )
    frame = frame.with_columns(_at=tables.period_number(period, nw.col("sold_at")))
    now = _with_ratios(summed(frame, [*keys, period, "_at"])).select(*keys, period, "_at", value)
    earlier = now.select(*keys, "_at", value)
    for lag, name in ((1, "before"), (YEAR_AGO[period], "last_year")):
        shifted = earlier.with_columns(_at=nw.col("_at") + lag).rename({value: name})
        now = now.join(shifted, on=[*keys, "_at"], how="left")
    if since is not None:
        now = now.filter(nw.col("_at") >= tables.period_number_of(period, since))

    def change(reference: str) -> nw.Expr:
        rise = nw.col(value) - nw.col(reference)
        return nw.when(nw.col(reference) > 0).then(tables.ratio(rise, nw.col(reference)))

    now = (
        tables.named_periods(
            now.with_columns(pop=change("before"), yoy=change("last_year")), periods
        )
        .sort(*keys, "_at", nulls_last=True)
        .select(*keys, period, value, "before", "pop", "last_year", "yoy")
    )
    return tables.give_back(now, sales)
