"""Those who began together, and what they did afterwards, period by period."""

from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.kpi.loyalty import purchases
from crmkit.tables import arguments

SINCE = {
    "day": "days_since_first",
    "week": "weeks_since",
    "month": "months_since",
    "quarter": "quarters_since",
    "year": "years_since",
}
"""The periods a cohort may last, and the column that counts them."""
VALUES = {"members": "active", "orders": "orders", "revenue": "revenue"}
"""What may be followed, and the column that holds it."""


@arguments.checked(period=arguments.one_of(*SINCE), value=arguments.one_of(*VALUES))
def cohort_retention(
    sales: Any,
    period: str = "month",
    value: str = "members",
    *,
    until: str | date | None = None,
) -> Any:
    """Of those who first bought in a month, how many bought again one, two, … months later.

    Parameters
    ----------
    sales
        sale_id, sold_at, member_id, quantity (and amount for revenue). Lines without a date belong
        to no period and are left out.
    period
        day, week (from Monday), month, quarter or year.
    value
        members (how many bought), orders or revenue (net of returns).
    until
        The last day that counts.

    Returns
    -------
    A frame of the kind that came in, one row per cohort and period, sorted: cohort (period of the
    first purchase: ``2025-06``, ``2025-Q2``, ``2025``, or its first day), months_since (that; or
    days_since_first, weeks_since …), members (in the cohort), active (of them, bought in that
    period; or orders, or revenue) and retention_rate (active ÷ members; of orders and revenue ÷
    those of the first period, which may be above 1). Periods that lie in the future of the data
    have null, not 0. The last one may not be over yet.

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
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "b", "a"],
    ...     "sold_at": pd.to_datetime(["2025-05-01", "2025-05-31", "2025-06-30"]),
    ...     "quantity": [1, 1, 1]})
    >>> cohort_retention(lines)
        cohort  months_since  members  active  retention_rate
    0  2025-05             0        2       2             1.0
    1  2025-05             1        2       1             0.5
    """
    frame = tables.between(purchases(sales), "sold_at", None, until)
    visits = tables.distinct(_numbered(frame, period), "member_id", "_at")
    visits = tables.with_lowest(visits, "_cohort", "_at", "member_id")
    counts = tables.to_pandas(visits.group_by("_cohort", "_at").agg(nw.len().alias("active")))
    found = counts
    if value != "members":
        began = visits.group_by("member_id").agg(nw.col("_at").min().alias("_cohort"))
        found = tables.to_pandas(_followed(sales, frame, period, value, until, began))
    # at most one row per pair of periods: the rest is quicker by hand than as a query
    return tables.give_back_small(_triangle(counts, found, period, VALUES[value]), sales)


def _numbered(frame: nw.LazyFrame, period: str) -> nw.LazyFrame:
    """The lines that have a date, with the running number of its period."""
    at = nw.col("sold_at")
    number = tables.period_number(period, at)
    return frame.filter(~at.is_null()).with_columns(_at=number.cast(nw.Int64))


def _followed(
    sales: Any, bought: nw.LazyFrame, period: str, value: str, until: Any, began: nw.LazyFrame
) -> nw.LazyFrame:
    """Orders or revenue per cohort and period, from a member's first period on."""
    if value == "orders":
        lines = tables.distinct(_numbered(bought, period), "member_id", "_at", "sale_id")
        figure = nw.len().alias("orders")
    else:
        lines = tables.require(sales, "sales", ["sold_at", "member_id", "amount"])
        lines = tables.between(lines.filter(~nw.col("member_id").is_null()), "sold_at", None, until)
        lines = _numbered(lines, period)
        figure = nw.col("amount").sum().alias("revenue")
    lines = lines.join(began, on="member_id", how="inner")
    lines = lines.filter(nw.col("_at") >= nw.col("_cohort"))
    found = lines.group_by("_cohort", "_at").agg(figure)
    return found.with_columns(*tables.money("revenue")) if value == "revenue" else found


def _triangle(counts: Any, found: Any, period: str, column: str) -> Any:
    """Every cohort and age with 0 where nobody came, and nothing where the data ends."""
    import pandas as pd

    kind = "Int64" if column != "revenue" else "float64"
    names = ["cohort", SINCE[period], "members", column, "retention_rate"]
    if counts.empty:
        kinds = dict(zip(names, ("str", "int64", "int64", kind, "float64"), strict=True))
        return pd.DataFrame(columns=names).astype(kinds)
    counts = counts.astype("int64")
    last = int(counts["_at"].max())
    sizes = counts[counts["_at"] == counts["_cohort"]].set_index("_cohort")["active"].sort_index()
    values = {
        (int(row[0]), int(row[1])): row[2]
        for row in found[["_cohort", "_at", column]].itertuples(index=False)
    }
    rows = []
    for cohort, size in sizes.items():
        first = size if column == "active" else values.get((cohort, cohort), 0)
        for age in range(last - int(sizes.index.min()) + 1):
            seen = values.get((cohort, cohort + age), 0) if cohort + age <= last else None
            rate = seen / first if seen is not None and first > 0 else None
            rows.append((tables.period_named(period, cohort), age, int(size), seen, rate))
    grid = pd.DataFrame(rows, columns=names)
    return grid.astype({column: kind, "retention_rate": "float64"})
