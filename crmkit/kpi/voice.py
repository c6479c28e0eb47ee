"""What customers say: satisfaction, recommendation, and whom they bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.i18n import gettext as _
from crmkit.results import Result
from crmkit.tables import arguments


@arguments.checked(of=arguments.one_of("goods", "service"))
def csat(
    surveys: Any,
    of: str = "service",
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    members: Any = None,
    stores: Any = None,
) -> Any:
    """Customer satisfaction (客户满意度): the share of answers that are 4 or 5 out of 5.

    Parameters
    ----------
    surveys
        csat_goods and csat_service (1–5; null: not answered), asked_at.
    of
        "goods" or "service".
    by
        A column of the surveys, of `members` or `stores`, or a part of asked_at.
    since, until
        First and last day that count, both included.
    members, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A `Rate` with its 95 % interval (Wilson), or a frame of the kind that came in with the group,
    satisfied, answers, csat, low and high. No answers give null. The interval tells chance only:
    who answers at all may differ from who does not.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or an answer lies outside 1 to 5.

    References
    ----------
    The usual top-two-box share of a five-point scale.

    Examples
    --------
    >>> import pandas as pd
    >>> csat(pd.DataFrame({"csat_service": [5, 4, 3, None]}))
    Customer satisfaction (CSAT): 66.7% (2 of 3; 95 % interval 20.8% to 93.9%)
    """
    column = f"csat_{of}"
    frame, keys, periods = tables.grouped(
        surveys, "surveys", [column], by, since, until, members=members, stores=stores
    )
    answered = nw.when(~nw.col(column).is_null())
    counts = tables.added_up(
        frame.with_columns(
            satisfied=answered.then((nw.col(column) >= 4).cast(nw.Int64)),
            answers=(~nw.col(column).is_null()).cast(nw.Int64),
        ),
        keys,
        nw.col("satisfied").sum(),
        nw.col("answers").sum(),
    )
    counts = tables.whole(tables.named_periods(counts, periods), "satisfied", "answers")
    return rates.answer(counts, keys, surveys, "csat", "satisfied", "answers")


@dataclass(frozen=True)
class Nps(Result):
    """A net promoter score in points (−100 to 100), with its answers and 95 % interval.

    ``float(score)`` gives the points; None where nobody answered.
    """

    value: float | None
    answers: int
    promoters: int
    passives: int
    detractors: int
    low: float | None
    high: float | None

    def __float__(self) -> float:
        return float("nan") if self.value is None else self.value

    def __str__(self) -> str:
        if self.value is None:
            return _("Net promoter score: no answers")
        counts = {
            "value": self.value,
            "answers": self.answers,
            "promoters": self.promoters,
            "detractors": self.detractors,
        }
        if self.low is None or self.high is None:
            return _(
                "Net promoter score: {value:.0f} ({promoters:,} promoters, {detractors:,} "
                "detractors, {answers:,} answers: too few for an interval)"
            ).format(**counts)
        return _(
            "Net promoter score: {value:.0f} ({promoters:,} promoters, {detractors:,} detractors, "
            "{answers:,} answers; 95 % interval {low:.0f} to {high:.0f})"
        ).format(**counts, low=self.low, high=self.high)

    __repr__ = __str__


@arguments.checked
def nps(
    surveys: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    members: Any = None,
    stores: Any = None,
) -> Any:
    """Net promoter score (净推荐值): per cent of 9–10 minus per cent of 0–6, on 0–10.

    Parameters
    ----------
    surveys
        nps (0–10; null: not answered), asked_at.
    by
        A column of the surveys, of `members` or `stores`, or a part of asked_at.
    since, until
        First and last day that count, both included.
    members, stores
        Tables whose columns `by` may name.

    Returns
    -------
    An `Nps`, or a frame of the kind that came in with the group, promoters, passives, detractors,
    answers, nps (points, −100 to 100), low and high (95 % interval of the mean of +100, 0 and −100,
    normal approximation; null under two answers).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or an answer lies outside 0 to 10.

    References
    ----------
    F. F. Reichheld, "The One Number You Need to Grow", HBR 81 (2003).

    Examples
    --------
    >>> import pandas as pd
    >>> nps(pd.DataFrame({"nps": [10, 9, 8, 3]}))
    Net promoter score: 25 (2 promoters, 1 detractors, 4 answers; 95 % interval -69 to 100)
    """
    frame, keys, periods = tables.grouped(
        surveys, "surveys", ["nps"], by, since, until, members=members, stores=stores
    )
    answer = nw.col("nps")
    frame = frame.filter(~answer.is_null()).with_columns(
        promoters=(answer >= 9).cast(nw.Int64),
        detractors=(answer <= 6).cast(nw.Int64),
        answers=nw.lit(1),
    )
    names = ("promoters", "detractors", "answers")
    counts = tables.added_up(frame, keys, *(nw.col(name).sum() for name in names))
    counts = tables.whole(tables.named_periods(counts, periods), *names).with_columns(
        passives=nw.col("answers") - nw.col("promoters") - nw.col("detractors"),
        _mean=tables.ratio(nw.col("promoters") - nw.col("detractors"), nw.col("answers")),
        _square=tables.ratio(nw.col("promoters") + nw.col("detractors"), nw.col("answers")),
    )
    spread = nw.col("_square") - nw.col("_mean") * nw.col("_mean")
    spread = nw.when(spread > 0).then(spread).otherwise(nw.lit(0.0))
    error = nw.when(nw.col("answers") > 1).then(
        (spread / nw.when(nw.col("answers") > 1).then(nw.col("answers") - 1)).sqrt() * rates.Z95
    )
    counts = counts.with_columns(
        nps=nw.col("_mean") * 100,
        low=(nw.col("_mean") - error) * 100,
        high=(nw.col("_mean") + error) * 100,
    )
    left, right = nw.col("low"), nw.col("high")
    counts = counts.with_columns(
        low=nw.when(left > -100).then(left).otherwise(nw.when(left <= -100).then(nw.lit(-100.0))),
        high=nw.when(right < 100).then(right).otherwise(nw.when(right >= 100).then(nw.lit(100.0))),
    )
    columns = ["promoters", "passives", "detractors", "answers", "nps", "low", "high"]
    if keys:
        ordered = counts.select(*keys, *columns).sort(*keys, nulls_last=True)
        return tables.give_back(ordered, surveys)
    row = tables.collect(counts.select(*columns)).rows(named=True)[0]
    score, low, high = (
        None if tables.is_nothing(row[name]) else float(row[name])
        for name in ("nps", "low", "high")
    )
    return Nps(
        score,
        int(row["answers"]),
        int(row["promoters"]),
        int(row["passives"]),
        int(row["detractors"]),
        low,
        high,
    )


@arguments.checked(by=arguments.a_name)
def referral_rate(
    referrals: Any,
    sales: Any,
    by: str | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """How many referrals the active members made (客户推荐率), and how many of them joined.

    A member is active who bought in the same time.

    Parameters
    ----------
    referrals
        member_id (who recommended), at, joined_member_id (null: did not join).
    sales
        member_id, sold_at, quantity.
    by
        year, quarter, month or week.
    since, until
        First and last day that count, both included.

    Returns
    -------
    A frame of the kind that came in: the period, referrals, active_members, referral_rate
    (referrals ÷ active members; one member may make several), joined, joined_rate (joined ÷
    referrals), low and high (its 95 % interval, Wilson).

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
    >>> made = pd.DataFrame({"member_id": ["m1", "m1"], "joined_member_id": ["m9", None],
    ...     "at": pd.to_datetime(["2025-06-01", "2025-06-02"])})
    >>> sales = pd.DataFrame({"member_id": ["m1", "m2"], "quantity": [1, 1],
    ...     "sold_at": pd.to_datetime(["2025-06-01", "2025-06-09"])})
    >>> referral_rate(made, sales, by="month")[["referrals", "active_members", "joined_rate"]]
       referrals  active_members  joined_rate
    0          2               2          0.5
    """
    columns = ["member_id", "at", "joined_member_id"]
    made, keys, periods = tables.grouped(referrals, "referrals", columns, by, since, until)
    columns = ["member_id", "sold_at", "quantity"]
    bought, _keys, _same = tables.grouped(sales, "sales", columns, by, since, until)
    tables.beside(made, bought, ("referrals", "sales"))
    bought = bought.filter((nw.col("quantity") > 0) & ~nw.col("member_id").is_null())
    made = made.with_columns(
        referrals=nw.lit(1),
        joined=(~nw.col("joined_member_id").is_null()).cast(nw.Int64),
        active_members=nw.lit(0),
    )
    names = ("referrals", "joined", "active_members")
    active = tables.distinct(bought, *keys, "member_id")
    active = active.with_columns(referrals=nw.lit(0), joined=nw.lit(0), active_members=nw.lit(1))
    both = nw.concat([part.select(*keys, *_as_whole(names)) for part in (made, active)])
    counts = tables.added_up(both, keys, *(nw.col(name).sum() for name in names))
    counts = tables.whole(tables.named_periods(counts, periods), *names)
    counts = counts.with_columns(referral_rate=tables.ratio("referrals", "active_members"))
    counts = rates.with_rate(counts, "joined_rate", "joined", "referrals")
    columns = ["referrals", "active_members", "referral_rate", "joined", "joined_rate"]
    counts = counts.select(*keys, *columns, "low", "high")
    return tables.give_back(counts.sort(*keys) if keys else counts, referrals)


def _as_whole(names: Sequence[str]) -> list[nw.Expr]:
    return [nw.col(name).cast(nw.Int64) for name in names]
