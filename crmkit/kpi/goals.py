"""What was wanted and what was reached: targets, and alerts while there is time to act."""

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.tables import arguments


def _reached(
    sales: Any, targets: Any, who: str, since: Any, until: Any
) -> tuple[nw.LazyFrame, nw.LazyFrame]:
    """Targets per who and month, and the revenue of the same."""
    other = ["staff_id"] if who == "store_id" else []
    wanted = tables.require(targets, "targets", [who, "month", "revenue"], other)
    if other and "staff_id" in wanted.collect_schema().names():
        wanted = wanted.filter(nw.col("staff_id").is_null())
    wanted = wanted.filter(~nw.col(who).is_null())
    wanted = wanted.group_by(who, "month").agg(nw.col("revenue").sum().alias("target"))
    sold = tables.require(sales, "sales", [who, "sold_at", "amount"])
    tables.beside(sold, wanted, ("sales", "targets"), who)
    sold = tables.between(sold, "sold_at", since, until)
    sold, periods = tables.grouped_by(sold, "sales", ["month"], "sold_at")
    sold = sold.group_by(who, "month").agg(nw.col("amount").sum().alias("revenue"))
    sold = tables.named_periods(sold, periods).with_columns(*tables.money("revenue"))
    return wanted, sold


@arguments.checked
def attainment(
    sales: Any,
    targets: Any,
    by: str | Sequence[str] = ("store_id", "month"),
    *,
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """How much of the target was reached (目标达成率): revenue ÷ target.

    Parameters
    ----------
    sales
        Lines with sold_at, amount and store_id or staff_id.
    targets
        store_id, staff_id (null in a store's target), month (``2025-06``) and revenue (wanted,
        currency units).
    by
        store_id or staff_id, month, or both.
    since, until
        Choose the months; only months with a target count.

    Returns
    -------
    A frame of the kind that came in, sorted by group: revenue, target, gap (revenue − target),
    attainment (1.0 is the target reached; null without a target).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or `by` is nothing that has targets.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"store_id": ["A"], "amount": [90.0],
    ...     "sold_at": pd.to_datetime(["2025-06-30"])})
    >>> targets = pd.DataFrame({"store_id": ["A"], "month": ["2025-06"], "revenue": [100.0]})
    >>> attainment(sales, targets)
      store_id    month  revenue  target   gap  attainment
    0        A  2025-06     90.0   100.0 -10.0         0.9
    """
    keys = tables.name_list(by)
    unknown = [name for name in keys if name not in ("store_id", "staff_id", "month")]
    if unknown or not keys or {"store_id", "staff_id"} <= set(keys):
        raise tables.TableError(
            _("Targets stand per store or per person, and month: by={by!r} does not fit.").format(
                by=by
            )
        )
    who = "staff_id" if "staff_id" in keys else "store_id"
    wanted, sold = _reached(sales, targets, who, since, until)
    for edge, inside in ((since, "__ge__"), (until, "__le__")):
        if edge is not None:
            month = nw.lit(f"{tables.as_date(edge):%Y-%m}")
            wanted = wanted.filter(getattr(nw.col("month"), inside)(month))
    both = wanted.join(sold, on=[who, "month"], how="left")
    both = both.with_columns(revenue=nw.col("revenue").fill_null(0.0))
    both = both.group_by(*keys).agg(nw.col("revenue").sum(), nw.col("target").sum())
    both = both.with_columns(*tables.money("revenue", "target")).with_columns(
        gap=(nw.col("revenue") - nw.col("target")).round(tables.MONEY_DECIMALS),
        attainment=tables.ratio("revenue", "target"),
    )
    both = both.select(*keys, "revenue", "target", "gap", "attainment")
    return tables.give_back(both.sort(*keys), sales)


@arguments.checked(by=arguments.a_name)
def monitor(
    sales: Any,
    targets: Any,
    as_of: str | date | None = None,
    by: str = "store_id",
    *,
    behind: float = 0.95,
    far_behind: float = 0.85,
    ahead: float = 1.05,
) -> Any:
    """How the running month goes against its target, and who needs help now.

    What should have been reached by now is the target times the share of the month that is over:
    every day of the month is taken to sell alike.

    Parameters
    ----------
    sales, targets
        As in `attainment`.
    as_of
        Today, included (the last day of the data when not given).
    by
        store_id or staff_id.
    behind, far_behind, ahead
        From which pace on a status begins: below 0.95 behind, below 0.85 far behind, from 1.05 on
        ahead.

    Returns
    -------
    A frame of the kind that came in, the furthest behind first: who, month, revenue (so far),
    target, expected (by now), pace (revenue ÷ expected), forecast (revenue if it goes on like this)
    and status: ahead, on_track, behind, far_behind (from the three limits), or no_target.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, `by` is nothing that has targets, or there
        are neither sales nor `as_of`.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"store_id": ["A"], "amount": [40.0],
    ...     "sold_at": pd.to_datetime(["2025-06-15"])})
    >>> targets = pd.DataFrame({"store_id": ["A"], "month": ["2025-06"], "revenue": [100.0]})
    >>> monitor(sales, targets)[["store_id", "expected", "pace", "forecast", "status"]]
      store_id  expected  pace  forecast      status
    0        A      50.0   0.8      80.0  far_behind
    """
    tables.demand(
        "far_behind", far_behind, _("at most behind, {x}").format(x=behind), lambda x: x <= behind
    )
    tables.demand("ahead", ahead, _("at least behind, {x}").format(x=behind), lambda x: x >= behind)
    if by not in ("store_id", "staff_id"):
        raise tables.TableError(
            _("Targets stand per store or per person, and month: by={by!r} does not fit.").format(
                by=by
            )
        )
    frame = tables.require(sales, "sales", [by, "sold_at", "amount"])
    today = tables.as_date(as_of) if as_of else tables.first_and_last_day(frame, "sold_at")[1]
    if today is None:
        raise tables.TableError(_("The sales are empty: give as_of, the day to look at."))
    wanted, sold = _reached(sales, targets, by, today.replace(day=1), today)
    month = f"{today:%Y-%m}"
    wanted = wanted.filter(nw.col("month") == month).select(by, "target", revenue=nw.lit(0.0))
    sold = sold.select(by, nw.lit(0.0).alias("target"), "revenue")
    both = nw.concat([wanted, sold.select(by, "target", "revenue")])
    both = both.group_by(by).agg(nw.col("target").sum(), nw.col("revenue").sum())
    over = today.day / calendar.monthrange(today.year, today.month)[1]
    both = both.with_columns(
        *tables.money("revenue", "target"),
        month=nw.lit(month),
        expected=(nw.col("target") * over).round(tables.MONEY_DECIMALS),
        forecast=(nw.col("revenue") / over).round(tables.MONEY_DECIMALS),
    ).with_columns(pace=tables.ratio("revenue", "expected"))
    pace = nw.col("pace")
    both = both.with_columns(
        status=nw.when(nw.col("target") == 0)
        .then(nw.lit("no_target"))
        .otherwise(
            nw.when(pace < far_behind)
            .then(nw.lit("far_behind"))
            .otherwise(
                nw.when(pace < behind)
                .then(nw.lit("behind"))
                .otherwise(
                    nw.when(pace > ahead).then(nw.lit("ahead")).otherwise(nw.lit("on_track"))
                )
            )
        )
    )
    columns = ["month", "revenue", "target", "expected", "pace", "forecast", "status"]
    return tables.give_back(both.select(by, *columns).sort("pace", by, nulls_last=True), sales)
