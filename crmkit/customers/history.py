"""What a lifetime model needs to know of each member: how often, until when, how much."""

from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.tables import arguments

DAYS_A_WEEK = 7


@arguments.checked
def purchase_history(sales: Any, as_of: str | date | None = None) -> Any:
    """Each member's purchases in the four figures that lifetime models are fitted on.

    Parameters
    ----------
    sales
        Lines with sold_at, member_id, quantity, amount; lines without a member or a date are left
        out. Everything bought on one day is one purchase.
    as_of
        The last day that is known, included (the day of the last purchase when not given).

    Returns
    -------
    A frame of the kind that came in, one row per member who bought something, sorted by member_id:
    repeats (purchase days after the first), first_to_last (weeks from the first purchase to the
    last), observed_weeks (weeks from the first purchase to `as_of`), repeat_value (what a repeat
    purchase brought on average, net of returns, currency units; null without one) and spent (Σ
    amount).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    P. S. Fader and B. G. S. Hardie call the first three x, t_x and T, "Counting Your Customers the
    Easy Way" (2005).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"member_id": ["a", "a", "b"], "quantity": [1, 1, 1],
    ...     "sold_at": pd.to_datetime(["2025-06-01", "2025-06-15", "2025-06-29"]),
    ...     "amount": [10.0, 30.0, 5.0]})
    >>> purchase_history(lines)
      member_id  repeats  first_to_last  observed_weeks  repeat_value  spent
    0         a        1            2.0             4.0          30.0   40.0
    1         b        0            0.0             0.0           NaN    5.0
    """
    frame = tables.require(sales, "sales", ["sold_at", "member_id", "quantity", "amount"])
    return tables.give_back(_summed(frame, as_of).sort("member_id"), sales)


def _summed(frame: nw.LazyFrame, as_of: str | date | None) -> nw.LazyFrame:
    frame = tables.between(frame, "sold_at", None, as_of)
    frame = frame.filter(~nw.col("member_id").is_null() & ~nw.col("sold_at").is_null())
    days = (
        frame.select(
            "member_id",
            "amount",
            _day=tables.day_number(nw.col("sold_at")),
            _bought=(nw.col("quantity") > 0).cast(nw.Int64),
        )
        .group_by("member_id", "_day")
        .agg(nw.col("amount").sum(), nw.col("_bought").max())
    )
    bought = nw.when(nw.col("_bought") > 0)
    days = days.with_columns(_bought_on=bought.then(nw.col("_day")))
    days = days.with_columns(_first=nw.col("_bought_on").min().over("member_id"))
    later = nw.when(nw.col("_day") > nw.col("_first")).then(nw.col("amount"))
    members = (
        days.with_columns(_later=later)
        .group_by("member_id")
        .agg(
            nw.col("_bought").sum().alias("_days"),
            nw.col("_bought_on").min().alias("_first"),
            nw.col("_bought_on").max().alias("_last"),
            nw.col("_later").sum(),
            nw.col("amount").sum().alias("spent"),
        )
        .filter(nw.col("_days") > 0)
    )
    members = tables.whole(members, "_days", "_first", "_last")
    end = nw.col("_last").max() if as_of is None else nw.lit(tables.as_day_number(as_of))
    members = members.with_columns(*tables.money("_later"), _end=end, repeats=nw.col("_days") - 1)
    return members.with_columns(
        *tables.money("spent"),
        first_to_last=(nw.col("_last") - nw.col("_first")) / DAYS_A_WEEK,
        observed_weeks=(nw.col("_end") - nw.col("_first")) / DAYS_A_WEEK,
        repeat_value=tables.ratio("_later", "repeats"),
    ).select("member_id", "repeats", "first_to_last", "observed_weeks", "repeat_value", "spent")
