"""Whether customers come back: repeat purchase, retention, cohorts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.tables import arguments


def purchases(sales: Any) -> nw.LazyFrame:
    """The lines that members bought: no walk-ins, no returns."""
    frame = tables.require(sales, "sales", ["sale_id", "sold_at", "member_id", "quantity"])
    return frame.filter((nw.col("quantity") > 0) & ~nw.col("member_id").is_null())


@arguments.checked
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

    Parameters
    ----------
    sales
        sale_id, sold_at, member_id, quantity.
    by
        As in `sales_summary`. Orders are counted within the group: by month, those who bought twice
        in the same month.
    since, until
        First and last day that count, both included. A longer window gives a higher rate: compare
        only windows of the same length.
    products, stores, members
        Tables whose columns `by` may name.

    Returns
    -------
    A `Rate` with its 95 % interval (Wilson), or a frame of the kind that came in with the group,
    repeaters, buyers, repeat_purchase_rate, low and high.

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
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "a", "b"],
    ...     "sold_at": pd.to_datetime(["2025-06-30"] * 3), "quantity": [1, 1, 1]})
    >>> repeat_purchase_rate(lines)
    Repeat-purchase rate: 50.0% (1 of 2; 95 % interval 9.5% to 90.5%)
    """
    keys = tables.name_list(by)
    frame = tables.between(purchases(sales), "sold_at", since, until)
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


@arguments.checked
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

    Parameters
    ----------
    sales
        sale_id, sold_at, member_id, quantity.
    earlier, later
        First and last day of each time, both included.
    by
        A column of the earlier purchases (store_id, channel), of `stores` or of `members`; coming
        back counts wherever it was.
    stores, members
        Tables whose columns `by` may name.

    Returns
    -------
    A `Rate` with its 95 % interval (Wilson), or a frame of the kind that came in with the group,
    retained, buyers, retention_rate, low and high. Churn (流失率) is one minus it.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or a day is none.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "b", "a"],
    ...     "sold_at": pd.to_datetime(["2025-05-01", "2025-05-31", "2025-06-30"]),
    ...     "quantity": [1, 1, 1]})
    >>> may, june = ("2025-05-01", "2025-05-31"), ("2025-06-01", "2025-06-30")
    >>> retention_rate(lines, may, june)
    Retention rate: 50.0% (1 of 2; 95 % interval 9.5% to 90.5%)
    """
    keys = tables.name_list(by)
    earlier, later = tables.two_times(earlier, later)
    frame = purchases(sales)
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
