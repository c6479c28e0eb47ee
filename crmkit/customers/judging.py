"""Whether a lifetime model would have told the future: fitted on what was, held against what came."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import tables
from crmkit.customers import history as histories
from crmkit.customers import models
from crmkit.customers.lifetime import lifetime_value
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.results import Result
from crmkit.tables import arguments

MOST_REPEATS = 7
"""Members with this many repeat purchases or more stand in one row."""


@dataclass(frozen=True, eq=False)
class Holdout(Result):
    """How well the models told the last weeks from those before.

    Parameters
    ----------
    by_repeats
        One row per number of repeat purchases before the cut (the last row: that many and more), a
        pandas frame: repeats, members, expected_purchases and actual_purchases (means per member).
    by_week
        week (1 …), expected_purchases and actual_purchases of all members up to there.
    expected, actual
        Purchases of all members in the weeks held back.
    error
        expected ÷ actual − 1.
    expected_value, actual_value
        What they bring (currency units).
    inside
        The share of members whose purchases lay in their 95 % interval.
    correlation
        That of expected and actual.
    cut
        The last day the models knew.
    weeks
        How many were held back.
    n
        How many members.
    """

    table_of = "by_repeats"

    by_repeats: Any = field(repr=False)
    by_week: Any = field(repr=False)
    expected: float
    actual: float
    error: float
    expected_value: float
    actual_value: float
    inside: float
    correlation: float
    cut: date
    weeks: int
    n: int

    def __str__(self) -> str:
        return _(
            "{n:,} members known until {cut}, the {weeks} weeks after: {expected:,.0f} purchases "
            "expected, {actual:,} made ({error:+.1%}); value {expected_value:,.0f} expected, "
            "{actual_value:,.0f} brought; {inside:.1%} of members inside their 95 % interval"
        ).format(**vars(self) | {"actual": int(self.actual)})

    __repr__ = __str__


@arguments.checked
def holdout(sales: Any, weeks: int = 26, *, as_of: str | date | None = None) -> Holdout:
    """How well lifetime value would have been told: fitted without the last weeks, then compared.

    Parameters
    ----------
    sales
        As in `lifetime_value`. Only members who had bought by the cut are compared; whoever came
        later is nobody's forecast.
    weeks
        How many of the last weeks before `as_of` are kept from the models.
    as_of
        The last day that is known (the day of the last purchase when not given).

    Returns
    -------
    A `Holdout`. A model that is far off here will be further off with your plans: look for seasons,
    campaigns or new stores in the weeks held back.

    Raises
    ------
    TableError
        As `lifetime_value`.
    CrmkitError
        As `lifetime_value`, and when the sales do not reach back far enough.

    References
    ----------
    P. S. Fader and B. G. S. Hardie, calibration and hold-out period (2005).

    Examples
    --------
    >>> import crmkit as ck
    >>> found = holdout(ck.load("sales"), weeks=13)
    >>> found.n > 4_000
    True
    """
    frame = tables.require(sales, "sales", ["sold_at", "member_id", "quantity", "amount"])
    if as_of is not None:
        frame = tables.between(frame, "sold_at", None, as_of)
    bought = frame.filter((nw.col("quantity") > 0) & ~nw.col("member_id").is_null())
    first, last = tables.first_and_last_day(bought, "sold_at")
    end = tables.as_date(as_of) if as_of is not None else last
    if first is None or end is None or (end - first).days < 2 * 7 * weeks:
        raise CrmkitError(
            _(
                "To hold {weeks} weeks back the sales must reach back at least twice as far before "
                "{end}: they begin on {first}. Hold fewer weeks back."
            ).format(weeks=weeks, end=end, first=first)
        )
    cut = end - timedelta(days=7 * weeks)
    known = histories.purchase_history(frame.to_native(), cut)
    found = lifetime_value(known, weeks)
    members = tables.to_pandas(nw.from_native(found.members).lazy())
    later = _later(frame, cut, members)
    actual = later.groupby("member_id")["_bought"].sum()
    members["actual_purchases"] = members["member_id"].map(actual).fillna(0).astype("int64")
    value = float(later["amount"].sum())
    inside = members["actual_purchases"].between(
        members["purchases_low"], members["purchases_high"]
    )
    expected, made = members["expected_purchases"], members["actual_purchases"]
    related = np.corrcoef(expected, made)[0, 1] if expected.std() and made.std() else 0.0
    return Holdout(
        by_repeats=_by_repeats(members),
        by_week=_by_week(members, later, found.purchases, weeks),
        expected=float(expected.sum()),
        actual=float(made.sum()),
        error=float(expected.sum() / made.sum() - 1) if made.sum() else float("nan"),
        expected_value=float(members["lifetime_value"].sum()),
        actual_value=value,
        inside=float(inside.mean()),
        correlation=float(related),
        cut=cut,
        weeks=int(weeks),
        n=len(members),
    )


def _later(frame: nw.LazyFrame, cut: date, members: Any) -> Any:
    """What these members bought after the cut: one row per member and week, in memory."""
    after = tables.between(frame, "sold_at", cut + timedelta(days=1), None)
    after = after.filter(~nw.col("member_id").is_null())
    days = (
        after.select(
            "member_id",
            "amount",
            _day=tables.day_number(nw.col("sold_at")) - tables.as_day_number(cut),
            _bought=(nw.col("quantity") > 0).cast(nw.Int64),
        )
        .group_by("member_id", "_day")
        .agg(nw.col("amount").sum(), nw.col("_bought").max())
    )
    later = tables.to_pandas(days)
    later = later[later["member_id"].isin(set(members["member_id"]))]
    return later.assign(week=(later["_day"].astype("int64") - 1) // 7 + 1)


def _by_repeats(members: Any) -> Any:
    grouped = members.assign(repeats=members["repeats"].clip(upper=MOST_REPEATS))
    return (
        grouped.groupby("repeats")
        .agg(
            members=("repeats", "size"),
            expected_purchases=("expected_purchases", "mean"),
            actual_purchases=("actual_purchases", "mean"),
        )
        .reset_index()
    )


def _by_week(members: Any, later: Any, model: models.PurchaseModel, weeks: int) -> Any:
    import pandas as pd

    known = [members[c].to_numpy() for c in ("repeats", "first_to_last", "observed_weeks")]
    made = later.groupby("week")["_bought"].sum().reindex(range(1, weeks + 1), fill_value=0)
    return pd.DataFrame(
        {
            "week": range(1, weeks + 1),
            "expected_purchases": [
                float(model.expected(week, *known).sum()) for week in range(1, weeks + 1)
            ],
            "actual_purchases": made.cumsum().astype("int64").to_numpy(),
        }
    )
