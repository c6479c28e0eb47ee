"""The rhythm of buying: how long between two purchases, how many each, after which one they stop."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.tables import arguments

SPENT_ON = ("sold_at", "member_id", "quantity")


def _purchase_days(
    sales: Any, until: str | date | None, by: Sequence[str] = (), **described: Any
) -> tuple[nw.LazyFrame, list[str]]:
    """Each member's days with a purchase, numbered from 1, with the day of the one before and of
    the one after; and the parts of time among `by`, which is of the day's first line."""
    frame = tables.require(sales, "sales", [*SPENT_ON])
    frame = tables.between(frame, "sold_at", None, until)
    frame = frame.filter(
        (nw.col("quantity") > 0) & ~nw.col("member_id").is_null() & ~nw.col("sold_at").is_null()
    )
    frame, periods = tables.grouped_by(frame, "sales", by, "sold_at", **described)
    frame = frame.with_columns(_day=tables.day_number(nw.col("sold_at")))
    days = frame.group_by("member_id", "_day").agg(
        nw.len().alias("_lines"), *(nw.col(name).min() for name in by if name != "member_id")
    )
    days = tables.whole(days, "_day")
    at = {"order_by": "_day"}
    days = days.with_columns(
        _before=nw.col("_day").shift(1).over("member_id", **at),
        _after=nw.col("_day").shift(-1).over("member_id", **at),
        _number=nw.col("_lines").cum_count().over("member_id", **at),
    )
    return days, periods


@arguments.checked
def days_between(
    sales: Any,
    by: str | Sequence[str] | None = None,
    *,
    until: str | date | None = None,
    stores: Any = None,
    members: Any = None,
) -> Any:
    """How many days lie between one purchase of a member and the next.

    Parameters
    ----------
    sales
        sold_at, member_id, quantity; everything bought on one day is one purchase.
    by
        A column of the sales (of the later purchase), of a table given beside them, or a part of
        time.
    until
        The last day that counts.
    stores, members
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, sorted: the group, days (from one purchase to the next), times
    (how often that was), share (of all times in the group) and cumulative_share (so many came back
    within those days). Only those who came back are in it: how many never do says
    `churn_by_purchase`.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    Common shop usage (inter-purchase time).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"member_id": ["a", "a", "a"], "quantity": [1, 1, 1],
    ...     "sold_at": pd.to_datetime(["2025-06-01", "2025-06-08", "2025-06-30"])})
    >>> days_between(lines)
       days  times  share  cumulative_share
    0     7      1    0.5               0.5
    1    22      1    0.5               1.0
    """
    keys = tables.name_list(by)
    days, periods = _purchase_days(sales, until, keys, stores=stores, members=members)
    days = days.filter(~nw.col("_before").is_null())
    days = days.with_columns(days=(nw.col("_day") - nw.col("_before")).cast(nw.Int64))
    counts = days.group_by(*keys, "days").agg(nw.len().alias("times"))
    counts = tables.named_periods(tables.whole(counts, "times"), periods)
    counts = tables.to_pandas(counts).sort_values([*keys, "days"], na_position="last")
    times: Any = counts["times"]
    total, so_far = times.sum(), times.cumsum()
    if keys:
        groups = counts.groupby(keys, dropna=False)["times"]
        total, so_far = groups.transform("sum"), groups.cumsum()
    counts = counts.assign(share=counts["times"] / total, cumulative_share=so_far / total)
    return tables.give_back_small(counts.astype({"days": "int64", "times": "int64"}), sales)


@arguments.checked
def purchases_per_member(
    sales: Any,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """How many members bought once, twice, three times …

    Parameters
    ----------
    sales
        sale_id, sold_at, member_id, quantity.
    since, until
        First and last day that count, both included. A longer time gives more purchases each:
        compare only times of the same length.

    Returns
    -------
    A frame of the kind that came in, one row per number of purchases, sorted: purchases (orders),
    members, member_share, at_least (members with so many or more) and at_least_share.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    Common shop usage (purchase frequency).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "a", "b"],
    ...     "sold_at": pd.to_datetime(["2025-06-01", "2025-06-08", "2025-06-30"]),
    ...     "quantity": [1, 1, 1]})
    >>> purchases_per_member(lines)
       purchases  members  member_share  at_least  at_least_share
    0          1        1           0.5         2             1.0
    1          2        1           0.5         1             0.5
    """
    frame = tables.require(sales, "sales", ["sale_id", "sold_at", "member_id", "quantity"])
    frame = tables.between(frame, "sold_at", since, until)
    frame = frame.filter(
        (nw.col("quantity") > 0) & ~nw.col("member_id").is_null() & ~nw.col("sale_id").is_null()
    )
    orders = tables.distinct(frame, "member_id", "sale_id")
    each = orders.group_by("member_id").agg(nw.len().alias("purchases"))
    counts = tables.whole(each, "purchases").group_by("purchases").agg(nw.len().alias("members"))
    found = tables.to_pandas(counts).astype("int64").sort_values("purchases")
    total = found["members"].sum()
    at_least = found["members"][::-1].cumsum()[::-1]
    found = found.assign(
        member_share=found["members"] / total, at_least=at_least, at_least_share=at_least / total
    )
    return tables.give_back_small(found, sales)


@arguments.checked
def churn_by_purchase(
    sales: Any, days: int = 180, *, until: str | date | None = None, most: int = 10
) -> Any:
    """After which purchase members stay away: of those who made their first, second, … purchase, how
    many made no other within `days`.

    Parameters
    ----------
    sales
        sold_at, member_id, quantity; everything bought on one day is one purchase.
    days
        How long without a purchase counts as gone.
    until
        The last day that is known (the day of the last sale when not given); purchases later than
        `days` before it are left out, since nobody knows yet.
    most
        Up to which purchase.

    Returns
    -------
    A frame of the kind that came in, one row per purchase: purchase_number, reached (members who
    made it long enough ago), gone (of them, with no other within `days`), churn_rate with the ends
    of its 95 % interval (Wilson), low and high.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.
    CrmkitError
        For `days` or `most` below 1.

    References
    ----------
    Common shop usage (churn by purchase number).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"member_id": ["a", "a", "b", "b"], "quantity": [1, 1, 1, 1],
    ...     "sold_at": pd.to_datetime(["2025-01-01", "2025-01-20", "2025-01-05", "2025-06-30"])})
    >>> churn_by_purchase(lines, days=30)[["purchase_number", "reached", "gone", "churn_rate"]]
       purchase_number  reached  gone  churn_rate
    0                1        2     1         0.5
    1                2        1     1         1.0
    """
    bought, _periods = _purchase_days(sales, until)
    last = nw.col("_day").max() if until is None else nw.lit(tables.as_day_number(until))
    bought = bought.with_columns(_last=last)
    bought = bought.filter(
        (nw.col("_day") <= nw.col("_last") - int(days)) & (nw.col("_number") <= int(most))
    )
    back = ~nw.col("_after").is_null() & (nw.col("_after") - nw.col("_day") <= int(days))
    bought = bought.with_columns(
        purchase_number=nw.col("_number").cast(nw.Int64),
        gone=nw.when(back).then(nw.lit(0)).otherwise(nw.lit(1)),
    )
    counts = bought.group_by("purchase_number").agg(nw.len().alias("reached"), nw.col("gone").sum())
    counts = tables.whole(counts, "reached", "gone")
    return rates.answer(counts, ["purchase_number"], sales, "churn_rate", "gone", "reached")
