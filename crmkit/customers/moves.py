"""Who is new, comes again, stays away and comes back, from one period to the next; and what a
customer of each kind spends."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.tables import arguments

PERIODS = ("year", "quarter", "month", "week", "day")
MOVES = ("new", "returning", "reactivated", "lapsed")


@arguments.checked(period=arguments.one_of(*PERIODS))
def movement(
    sales: Any,
    period: str = "month",
    *,
    lapse: int = 3,
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """New, returning, reactivated and lapsed members (新客、老客、唤回客、流失客) in each period.

    At the start of the data everybody is new: look at later periods. The last may not be over yet.

    Parameters
    ----------
    sales
        sold_at, member_id, quantity.
    period
        year, quarter, month, week or day.
    lapse
        After so many periods without a purchase a member has lapsed.
    since
        The first of the rows to show (what lies before still tells who is new).
    until
        The last day that counts.

    Returns
    -------
    A frame of the kind that came in, one row per period, sorted: the period; active (members who
    bought in it) = new (for the first time) + returning (again, within `lapse` periods) +
    reactivated (again, after longer); lapsed (whose last purchase is now `lapse` periods ago); and
    current (bought in one of the last `lapse` periods): that of the period before + new +
    reactivated − lapsed.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or for an unknown `period`.
    CrmkitError
        For a `lapse` below 1.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"member_id": ["a", "a", "b"], "quantity": [1, 1, 1],
    ...     "sold_at": pd.to_datetime(["2025-04-01", "2025-06-30", "2025-05-05"])})
    >>> movement(lines, lapse=1)
         month  active  new  returning  reactivated  lapsed  current
    0  2025-04       1    1          0            0       0        1
    1  2025-05       1    1          0            0       1        1
    2  2025-06       1    0          0            1       1        1
    """
    frame = tables.require(sales, "sales", ["sold_at", "member_id", "quantity"])
    frame = tables.between(frame, "sold_at", None, until)
    frame = frame.filter(
        (nw.col("quantity") > 0) & ~nw.col("member_id").is_null() & ~nw.col("sold_at").is_null()
    ).with_columns(_at=tables.period_number(period, nw.col("sold_at")))
    visits = tables.distinct(frame, "member_id", "_at")
    visits = visits.with_columns(
        _before=nw.col("_at").shift(1).over("member_id", order_by="_at"),
        _after=nw.col("_at").shift(-1).over("member_id", order_by="_at"),
    )
    # at most one row per pair of periods and the one after: the rest is quicker in memory
    before = visits.group_by("_at", "_before").agg(nw.len().alias("members"))
    after = visits.group_by("_at", "_after").agg(nw.len().alias("members"))
    moves = _moves(tables.to_pandas(before), tables.to_pandas(after), int(lapse))
    if since is not None:
        moves = moves[moves.index >= tables.period_number_of(period, since)]
    named = [tables.period_named(period, int(place)) for place in moves.index]
    moves.insert(0, period, _of_one_kind(period, named))
    return tables.give_back_small(moves.reset_index(drop=True), sales)


def _moves(before: Any, after: Any, lapse: int) -> Any:
    """The counts by period, every period between the first and the last in it."""
    import pandas as pd

    if before.empty:
        return pd.DataFrame(columns=["active", *MOVES, "current"], dtype="int64")
    before, after = before.astype("float64"), after.astype("float64")
    gap = before["_at"] - before["_before"]
    kinds = {
        "new": before["_before"].isna(),
        "returning": gap <= lapse,
        "reactivated": gap > lapse,
    }
    last = int(before["_at"].max())
    places = range(int(before["_at"].min()), last + 1)
    moves = pd.DataFrame(index=places)
    moves["active"] = before.groupby("_at")["members"].sum()
    for kind, rows in kinds.items():
        moves[kind] = before[rows].groupby("_at")["members"].sum()
    away = after["_after"].fillna(float("inf")) - after["_at"]
    moves["lapsed"] = (
        after[away > lapse].assign(_at=after["_at"] + lapse).groupby("_at")["members"].sum()
    )
    moves = moves.fillna(0).astype("int64")
    moves["current"] = (moves["new"] + moves["reactivated"] - moves["lapsed"]).cumsum()
    return moves


def _of_one_kind(period: str, named: list[Any]) -> Any:
    """The names of the periods as the column they are in other answers."""
    import pandas as pd

    kinds = {"year": "int64", "quarter": "str", "month": "str"}
    return pd.Series(named, dtype="str").astype(kinds.get(period, "datetime64[us]")).to_numpy()


FIGURES = ("customers", "orders", "revenue", "revenue_each", "orders_each", "aov")


@arguments.checked
def spend(
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
    """How many customers there are and what each spends, for the whole or per group.

    Parameters
    ----------
    sales
        sale_id, member_id, quantity, amount; lines without a member are left out.
    by
        As in `kpi.sales_summary`: a column of the sales, of a table given beside them, or a part of
        time.
    since, until
        First and last day that count, both included.
    products, stores, staff, members
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, one row per group, sorted: customers (members who bought in
    it; one who bought in two groups counts in both), orders, revenue (net of returns, currency
    units), revenue_each (revenue ÷ customers), orders_each and aov.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    Common shop usage; online shops call revenue ÷ customers 客单价.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "a", "b"],
    ...     "quantity": [1, 1, 1], "amount": [10.0, 20.0, 60.0]})
    >>> spend(lines)
       customers  orders  revenue  revenue_each  orders_each   aov
    0          2       3     90.0          45.0          1.5  30.0
    """
    return tables.per_group(
        sales,
        "sales",
        ["sale_id", "member_id", "quantity", "amount"],
        by,
        since,
        until,
        _counted,
        products=products,
        stores=stores,
        staff=staff,
        members=members,
    )


def _counted(frame: nw.LazyFrame, keys: Sequence[str]) -> nw.LazyFrame:
    """Customers, orders and revenue per group."""
    bought = (nw.col("quantity") > 0) & ~nw.col("sale_id").is_null()
    frame = frame.filter(~nw.col("member_id").is_null())
    frame, customers = tables.counting("customers", frame, "member_id", bought)
    frame, orders = tables.counting("orders", frame, "sale_id", bought)
    revenue = nw.col("amount").sum().alias("revenue")
    groups = tables.added_up(frame, keys, *customers, *orders, revenue)
    groups = tables.counted(groups, "customers", "orders")
    groups = groups.with_columns(revenue=nw.col("revenue").fill_null(0.0))
    return (
        groups.with_columns(*tables.money("revenue"))
        .with_columns(
            revenue_each=tables.ratio("revenue", "customers"),
            orders_each=tables.ratio("orders", "customers"),
            aov=tables.ratio("revenue", "orders"),
        )
        .select(*keys, *FIGURES)
    )
