"""How recently, how often, how much: members scored by all three, and the eight groups they make."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.tables import arguments

RFM_GROUPS = (
    "important_value",
    "important_develop",
    "important_keep",
    "important_win_back",
    "general_value",
    "general_develop",
    "general_keep",
    "general_win_back",
)
"""The eight classic groups, best first: 重要价值 … 一般挽留."""
METRICS = ("recency", "frequency", "monetary")
SCORES = ("r_score", "f_score", "m_score")
BINS = 5


@arguments.checked(ties=arguments.one_of("apart", "together"))
def rfm(
    sales: Any,
    as_of: str | date | None = None,
    *,
    days: int | None = None,
    bins: int | Mapping[str, int | Sequence[float]] = BINS,
    ties: str = "apart",
    weights: Sequence[float] | Mapping[str, float] | None = None,
) -> Any:
    """Each member's recency, frequency and monetary value, with a score for each.

    Members who only brought things back, or whose purchases have no date, are left out.

    Parameters
    ----------
    sales
        Lines with sale_id, sold_at, member_id, quantity, amount; lines without a member are left
        out.
    as_of
        The day to look back from, included (the day of the last purchase when not given).
    days
        Look back only so many days.
    bins
        How many scores there are, 2 to 9, with equally many members in each; or by metric, as a
        number or as cut points: ``{"recency": [30, 90], "frequency": [2, 5], "monetary": 5}``
        scores the days up to 30, up to 90 and more as 3, 2 and 1, and one order, 2 to 4 and 5 or
        more as 1, 2 and 3. A metric that is not named has 5.
    ties
        ``"apart"`` numbers equal values in order of member_id, so that the bins are equally full;
        ``"together"`` gives equal values the same score, by the share of members with a worse one.
    weights
        Those of the three (in this order, or by name); asks for rfm_index as well.

    Returns
    -------
    A frame of the kind that came in, one row per member who bought something, sorted by member_id:
    last_purchase, recency (whole days from the last purchase to `as_of`), frequency (orders with a
    date), monetary (Σ amount, net of returns, currency units), r_score, f_score, m_score (the
    highest is the best), rfm_score (the three digits side by side) and, with `weights`, rfm_index
    (0..1: the weighted mean of the scores, each from 0 for the worst to 1 for the best).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.
    CrmkitError
        For bins, ties or weights that are none.

    References
    ----------
    A. M. Hughes, "Strategic Database Marketing" (1994).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["m1", "m1", "m2"],
    ...     "sold_at": pd.to_datetime(["2025-06-01", "2025-06-30", "2025-06-10"]),
    ...     "quantity": [1, 1, 1], "amount": [10.0, 20.0, 90.0]})
    >>> rfm(lines, bins=2)[["member_id", "recency", "frequency", "monetary", "rfm_score"]]
      member_id  recency  frequency  monetary  rfm_score
    0        m1        0          2      30.0        221
    1        m2       20          1      90.0        112
    """
    how = _bins(bins)
    shares = None if weights is None else _weights(weights)
    frame = tables.require(
        sales, "sales", ["sale_id", "sold_at", "member_id", "quantity", "amount"]
    ).filter(~nw.col("member_id").is_null())
    since = None
    if days is not None:
        as_of = (
            tables.first_and_last_day(frame, "sold_at")[1]
            if as_of is None
            else tables.as_date(as_of)
        )
        since = as_of and as_of - timedelta(days=int(days) - 1)
    members = _bought(tables.between(frame, "sold_at", since, as_of))
    if as_of is None:
        members = tables.with_highest(members, "_last", "_day")
    else:
        members = members.with_columns(_last=nw.lit(tables.as_day_number(as_of)))
    # a number for each member_id: text is slow to sort, three times over
    members = members.with_row_index("_id", order_by="member_id").with_columns(
        recency=(nw.col("_last") - nw.col("_day")).cast(nw.Int64),
        _id=nw.col("_id").cast(nw.Int64) + 1,
    )
    members = tables.with_highest(members, "_n", "_id")
    for metric, score in zip(METRICS, SCORES, strict=True):
        members = _scored(members, score, metric, how[metric], ties)
    digits = nw.col("r_score") * 100 + nw.col("f_score") * 10 + nw.col("m_score")
    members = members.with_columns(rfm_score=digits)
    index = []
    if shares:
        parts = [
            (nw.col(score) - 1).cast(nw.Float64) * (shares[metric] / (_highest(how[metric]) - 1))
            for metric, score in zip(METRICS, SCORES, strict=True)
        ]
        members = members.with_columns(rfm_index=(parts[0] + parts[1] + parts[2]).round(6))
        index = ["rfm_index"]
    members = members.select("member_id", "last_purchase", *METRICS, *SCORES, "rfm_score", *index)
    return tables.give_back(members.sort("member_id"), sales)


def _bought(frame: nw.LazyFrame) -> nw.LazyFrame:
    """What each member bought: by receipt first and then by member, which every engine does faster
    than counting distinct receipts. An order is a receipt with a line that was bought on some day."""
    bought = nw.when(nw.col("quantity") > 0)
    receipts = (
        frame.select("member_id", "sale_id", "amount", _at=bought.then(nw.col("sold_at")))
        .group_by("member_id", "sale_id")
        .agg(nw.col("_at").max(), nw.col("amount").sum())
    )
    order = nw.when(~nw.col("_at").is_null() & ~nw.col("sale_id").is_null())
    return (
        receipts.with_columns(_order=order.then(nw.lit(1)).otherwise(nw.lit(0)))
        .group_by("member_id")
        .agg(
            nw.col("_at").max().alias("last_purchase"),
            nw.col("_order").sum().alias("frequency"),
            nw.col("amount").sum().alias("monetary"),
        )
        .with_columns(*tables.money("monetary"), frequency=nw.col("frequency").cast(nw.Int64))
        .filter(nw.col("frequency") > 0)
        .with_columns(_day=tables.day_number(nw.col("last_purchase")))
    )


def _bins(bins: Any) -> dict[str, int | list[float]]:
    """How each metric is scored: a number of bins, or ascending cut points."""
    given = dict(bins) if isinstance(bins, Mapping) else dict.fromkeys(METRICS, bins)
    for name in given:
        if name not in METRICS:
            raise tables.TableError(
                _("bins knows no {name!r}: give {known}.").format(
                    name=name, known=", ".join(METRICS)
                )
            )
    number = _("a whole number from 2 to 9, or up to 8 cut points in ascending order")
    how: dict[str, int | list[float]] = {}
    for metric in METRICS:
        one = given.get(metric, BINS)
        what = "bins" if not isinstance(bins, Mapping) else f"bins[{metric!r}]"
        if isinstance(one, Sequence | range) and not isinstance(one, str):
            tables.demand(what, one, number, _are_cuts)
            how[metric] = [float(cut) for cut in one]
        else:
            tables.demand(what, one, number, lambda n: n in range(2, 10))
            how[metric] = int(one)
    return how


def _are_cuts(cuts: Sequence[float]) -> bool:
    numbers = [cut + 0.0 for cut in cuts]
    return (
        1 <= len(numbers) <= 8
        and all(a < b for a, b in itertools.pairwise(numbers))
        and numbers[-1] == numbers[-1]
    )


def _weights(weights: Any) -> dict[str, float]:
    """The weight of each metric as a share of all three."""
    limit = _("three numbers of 0 or more, not all of them 0, as (1, 1, 2)")

    def fit(given: Any) -> bool:
        numbers = [value + 0.0 for value in named(given).values()]
        return all(0 <= n < float("inf") for n in numbers) and sum(numbers) > 0

    def named(given: Any) -> dict[str, float]:
        if isinstance(given, Mapping):
            if set(given) - set(METRICS):
                raise TypeError
            return {metric: given.get(metric, 0) for metric in METRICS}
        if len(given) != len(METRICS):
            raise TypeError
        return dict(zip(METRICS, given, strict=True))

    tables.demand("weights", weights, limit, fit)
    found = named(weights)
    return {metric: value / sum(found.values()) for metric, value in found.items()}


def _highest(how: int | list[float]) -> int:
    return how if isinstance(how, int) else len(how) + 1


def _scored(
    members: nw.LazyFrame, score: str, metric: str, how: int | list[float], ties: str
) -> nw.LazyFrame:
    """The score of one metric: by cut points, or with equally many members in each bin."""
    low_is_best = metric == "recency"
    if isinstance(how, int) and ties == "apart":
        return tables.scores(members, score, metric, "_id", how, low_is_best=low_is_best)
    value = nw.col(metric)
    if isinstance(how, int):
        numbered = members.with_row_index("_place", order_by=[metric, "_id"])
        place = nw.col("_place").cast(nw.Int64)
        numbered = numbered.with_columns(
            _first=place.min().over(metric), _last=place.max().over(metric)
        )
        count = nw.col("_n")
        worse = count - 1 - nw.col("_last") if low_is_best else nw.col("_first")
        found = worse * how // count + 1
        return numbered.with_columns(found.cast(nw.Int64).alias(score)).drop(
            "_place", "_first", "_last"
        )
    steps = [value <= cut if low_is_best else value >= cut for cut in how]
    found = nw.lit(1)
    for step in steps:
        found = found + nw.when(step).then(nw.lit(1)).otherwise(nw.lit(0))
    return members.with_columns(found.cast(nw.Int64).alias(score))


@arguments.checked(high_from=arguments.whole(2, 9), bins=arguments.whole(2, 9))
def rfm_groups(members: Any, *, high_from: int | None = None, bins: int | None = None) -> Any:
    """The eight classic groups (重要价值 … 一般挽留) of members scored by `rfm`.

    Parameters
    ----------
    members
        What `rfm` gave (r_score, f_score, m_score).
    high_from
        From which score on is high, the same for all three; without it the best two fifths are: 4
        and 5 of five, 3 of three.
    bins
        How many scores `rfm` was asked for (5 when not given).

    Returns
    -------
    The frame with one more column, rfm_group: ``important_*`` where the monetary score is high,
    ``general_*`` where it is not; ``*_value``: recent and frequent; ``*_develop``: recent, not yet
    frequent; ``*_keep``: frequent, but not recently; ``*_win_back``: neither.

    Raises
    ------
    TableError
        When a score is missing or no number, or when the scores are plainly not 1 to `bins`:
        everybody would stand in the wrong group.

    References
    ----------
    The eight groups of Chinese retail courses: each of R, F and M high or low.

    Examples
    --------
    >>> import pandas as pd
    >>> scored = pd.DataFrame({"r_score": [5, 1], "f_score": [4, 5], "m_score": [4, 2]})
    >>> rfm_groups(scored)["rfm_group"].tolist()
    ['important_value', 'general_keep']
    """
    frame = tables.open_frame(members)
    present = frame.collect_schema().names()
    for name in SCORES:
        if name not in present:
            raise tables.TableError(
                _("There is no column {column!r}: give the frame that segment.rfm returns.").format(
                    column=name
                )
            )
    frame = tables.with_numbers(frame, "members", SCORES)
    if high_from is None:
        high_from = _high_from(frame, bins)
    recent, frequent, much = (nw.col(name) >= high_from for name in SCORES)
    rest = (
        nw.when(recent & frequent)
        .then(nw.lit("value"))
        .otherwise(
            nw.when(recent)
            .then(nw.lit("develop"))
            .otherwise(nw.when(frequent).then(nw.lit("keep")).otherwise(nw.lit("win_back")))
        )
    )
    worth = nw.when(much).then(nw.lit("important_")).otherwise(nw.lit("general_"))
    return tables.give_back(frame.with_columns(rfm_group=nw.concat_str(worth, rest)), members)


def _high_from(frame: nw.LazyFrame, bins: int | None) -> int:
    """From which of `bins` scores on is high, once it is sure that the scores are 1 to `bins`."""
    ends = tables.collect(frame.select(*(nw.col(name).max() for name in SCORES)))
    found = [value for value in ends.rows()[0] if not tables.is_nothing(value)]
    highest, wanted = int(max(found, default=bins or BINS)), bins or BINS
    if highest > wanted or (highest < wanted and bins is None):
        raise tables.TableError(
            _(
                "The highest score here is {highest}, not {bins}. Say how many bins segment.rfm was "
                "given, rfm_groups(members, bins={highest}), or from which score on is high: "
                "rfm_groups(members, high_from=4)."
            ).format(highest=highest, bins=wanted)
        )
    return wanted - max(1, round(wanted * 0.4)) + 1
