"""Whether customers come back: repeat purchase, retention, cohorts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables


def _purchases(sales: Any) -> nw.LazyFrame:
    """The lines that members bought: no walk-ins, no returns."""
    frame = tables.require(sales, "sales", ["sale_id", "sold_at", "member_id", "quantity"])
    return frame.filter((nw.col("quantity") > 0) & ~nw.col("member_id").is_null())


def repeat_purchase_rate(
    sales: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
    members: Any = None,
) -> Any:
    """Of the members who bought, how many bought more than once (复购率), in the window.

    `sales`: sale_id, sold_at, member_id, quantity. A member's orders are counted within the group:
    by month, those who bought twice in the same month.

    Returns a `Rate` with its 95 % interval (Wilson), or a frame of the kind that came in with the
    group, repeaters, buyers, repeat_purchase_rate, low and high. A longer window gives a higher
    rate: compare only windows of the same length.

    Raises `TableError` when a column is missing or of the wrong kind. Definition: common shop
    usage.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "a", "b"],
    ...     "sold_at": pd.to_datetime(["2025-06-30"] * 3), "quantity": [1, 1, 1]})
    >>> repeat_purchase_rate(lines)
    Repeat-purchase rate: 50.0% (1 of 2; 95 % interval 9.5% to 90.5%)
    """
    keys = tables.name_list(by)
    frame = tables.between(_purchases(sales), "sold_at", since, until)
    frame, periods = tables.grouped_by(
        frame, "sales", keys, "sold_at", products=products, stores=stores, members=members
    )
    buyers = frame.group_by(*dict.fromkeys([*keys, "member_id"])).agg(
        nw.col("sale_id").n_unique().alias("_orders")
    )
    buyers = buyers.with_columns(
        repeaters=(nw.col("_orders") >= 2).cast(nw.Int64), buyers=nw.lit(1)
    )
    counts = tables.added_up(buyers, keys, nw.col("repeaters").sum(), nw.col("buyers").sum())
    counts = tables.whole(tables.named_periods(counts, periods), "repeaters", "buyers")
    return rates.answer(counts, keys, sales, "repeat_purchase_rate", "repeaters", "buyers")


def retention_rate(
    sales: Any,
    earlier: tuple[str | date, str | date],
    later: tuple[str | date, str | date],
    by: str | Sequence[str] | None = None,
    *,
    stores: Any = None,
    members: Any = None,
) -> Any:
    """Of the members who bought in the earlier time, how many buy in the later (客户留存率).

    `sales`: sale_id, sold_at, member_id, quantity; `earlier`, `later`: first and last day, both
    included. `by`: a column of the earlier purchases (store_id, channel) or of `members`; coming
    back counts wherever it was.

    Returns a `Rate` with its 95 % interval (Wilson), or a frame of the kind that came in with the
    group, retained, buyers, retention_rate, low and high. Churn (流失率) is one minus it.

    Raises `TableError` when a column is missing or of the wrong kind, or a day is none.
    Definition: common shop usage.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "b", "a"],
    ...     "sold_at": pd.to_datetime(["2025-05-01", "2025-05-31", "2025-06-30"]),
    ...     "quantity": [1, 1, 1]})
    >>> may, june = ("2025-05-01", "2025-05-31"), ("2025-06-01", "2025-06-30")
    >>> retention_rate(lines, may, june)
    Retention rate: 50.0% (1 of 2; 95 % interval 9.5% to 90.5%)
    """
    keys = tables.name_list(by)
    frame = _purchases(sales)
    before = tables.between(frame, "sold_at", *earlier)
    before, periods = tables.grouped_by(
        before, "sales", keys, "sold_at", stores=stores, members=members
    )
    columns = list(dict.fromkeys([*keys, "member_id"]))
    before = tables.distinct(before, *columns)
    after = tables.distinct(tables.between(frame, "sold_at", *later), "member_id")
    back = before.join(after.with_columns(retained=nw.lit(1)), on="member_id", how="left")
    back = back.with_columns(
        retained=nw.col("retained").fill_null(0).cast(nw.Int64), buyers=nw.lit(1)
    )
    counts = tables.added_up(back, keys, nw.col("retained").sum(), nw.col("buyers").sum())
    counts = tables.whole(tables.named_periods(counts, periods), "retained", "buyers")
    return rates.answer(counts, keys, sales, "retention_rate", "retained", "buyers")


def cohort_retention(sales: Any, *, until: str | date | None = None) -> Any:
    """Of those who first bought in a month, how many bought again one, two, … months later.

    `sales`: sale_id, sold_at, member_id, quantity; `until`: the last day that counts.

    Returns a frame of the kind that came in, one row per cohort and month, sorted: cohort (month of
    the first purchase, ``2025-06``), months_since (that), members (in the cohort), active (of them,
    bought in that month) and retention_rate (active ÷ members). Months that lie in the future of
    the data have null, not 0. The last month may not be over yet.

    Raises `TableError` when a column is missing or of the wrong kind. Lines without a date
    belong to no month and are left out. Definition: common shop usage.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "b", "a"],
    ...     "sold_at": pd.to_datetime(["2025-05-01", "2025-05-31", "2025-06-30"]),
    ...     "quantity": [1, 1, 1]})
    >>> cohort_retention(lines)
        cohort  months_since  members  active  retention_rate
    0  2025-05             0        2       2             1.0
    1  2025-05             1        2       1             0.5
    """
    frame = tables.between(_purchases(sales), "sold_at", None, until)
    at = nw.col("sold_at")
    month = tables.part(at.dt.year()) * 12 + tables.part(at.dt.month()) - 1
    visits = tables.distinct(frame.with_columns(_month=month), "member_id", "_month")
    visits = visits.filter(nw.col("_month") >= 0)  # a line without a date belongs to no month
    visits = visits.with_columns(_cohort=nw.col("_month").min().over("member_id"))
    counts = visits.group_by("_cohort", "_month").agg(nw.len().alias("active"))
    # at most one row per pair of months: the rest is quicker by hand than as a query
    return tables.give_back_small(_triangle(tables.to_pandas(counts)), sales)


def _triangle(counts: Any) -> Any:
    """Every cohort and age with 0 where nobody came, and nothing where the data ends."""
    import pandas as pd

    columns = ["cohort", "months_since", "members", "active", "retention_rate"]
    if counts.empty:
        kinds = dict(zip(columns, ("str", "int64", "int64", "Int64", "float64"), strict=True))
        return pd.DataFrame(columns=columns).astype(kinds)
    counts = counts.astype("int64")
    last = counts["_month"].max()
    ages = range(int(last - counts["_cohort"].min()) + 1)
    active = counts.pivot(index="_cohort", columns="_month", values="active").fillna(0)
    rows = [
        (
            f"{cohort // 12:04d}-{cohort % 12 + 1:02d}",
            age,
            int(months[cohort]),
            int(months.get(cohort + age, 0)) if cohort + age <= last else None,
        )
        for cohort, months in active.iterrows()
        for age in ages
    ]
    grid = pd.DataFrame(rows, columns=columns[:4]).astype({"active": "Int64"})
    rate = grid["active"].astype("float64") / grid["members"]
    return grid.assign(retention_rate=rate)
