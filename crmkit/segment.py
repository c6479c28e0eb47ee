"""Who the customers are, in groups that ask for different care."""

from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _

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


def rfm(
    sales: Any, as_of: str | date | None = None, *, days: int | None = None, bins: int = 5
) -> Any:
    """Each member's recency, frequency and monetary value, with a score 1..`bins` for each.

    `sales`: lines with sale_id, sold_at, member_id, quantity, amount; lines without a member are
    left out. `as_of`: the day to look back from, included (the day of the last purchase when
    not given); `days`: look back only so many days.

    Returns a frame of the kind that came in, one row per member who bought something, sorted by
    member_id: last_purchase, recency (whole days from the last purchase to `as_of`), frequency
    (orders), monetary (Σ amount, net of returns, currency units), r_score, f_score, m_score
    (`bins` is the best; equally many members in each; ties in order of member_id) and rfm_score
    (the three digits side by side). Members who only brought things back are left out.

    Raises `TableError` when a column is missing or of the wrong kind. Source: A. M. Hughes,
    "Strategic Database Marketing" (1994).

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["m1", "m1", "m2"],
    ...     "sold_at": pd.to_datetime(["2025-06-01", "2025-06-30", "2025-06-10"]),
    ...     "quantity": [1, 1, 1], "amount": [10.0, 20.0, 90.0]})
    >>> rfm(lines, bins=2)[["member_id", "recency", "frequency", "monetary", "rfm_score"]]
      member_id  recency  frequency  monetary  rfm_score
    0        m1        0          2      30.0        221
    1        m2       20          1      90.0        112
    """
    if not 2 <= bins <= 9:
        raise tables.TableError(_("bins must lie in 2 to 9, not {bins}.").format(bins=bins))
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
        since = as_of and as_of - timedelta(days=days - 1)
    frame = tables.between(frame, "sold_at", since, as_of)
    bought = nw.col("quantity") > 0
    frame = frame.select(
        "member_id",
        "amount",
        _sale=nw.when(bought).then(nw.col("sale_id")),
        _at=nw.when(bought).then(nw.col("sold_at")),
    )
    members = (
        frame.with_columns(_returned=nw.col("_sale").is_null().cast(nw.Int64))
        .group_by("member_id")
        .agg(
            nw.col("_at").max().alias("last_purchase"),
            nw.col("_sale").n_unique().alias("frequency"),
            nw.col("_returned").max(),
            nw.col("amount").sum().alias("monetary"),
        )
        .with_columns(
            *tables.money("monetary"),
            frequency=nw.col("frequency").cast(nw.Int64) - nw.col("_returned"),
        )
        .filter(nw.col("frequency") > 0)
        .with_columns(_day=tables.day_number(nw.col("last_purchase")))
    )
    last = nw.col("_day").max() if as_of is None else nw.lit(tables.as_day_number(as_of))
    members = members.with_columns(recency=(last - nw.col("_day")).cast(nw.Int64))
    members = tables.scores(members, "r_score", "recency", "member_id", bins, low_is_best=True)
    members = tables.scores(members, "f_score", "frequency", "member_id", bins)
    members = tables.scores(members, "m_score", "monetary", "member_id", bins)
    digits = nw.col("r_score") * 100 + nw.col("f_score") * 10 + nw.col("m_score")
    members = members.with_columns(rfm_score=digits).select(
        "member_id",
        "last_purchase",
        "recency",
        "frequency",
        "monetary",
        "r_score",
        "f_score",
        "m_score",
        "rfm_score",
    )
    return tables.give_back(members.sort("member_id"), sales)


def rfm_groups(members: Any, *, high_from: int = 4) -> Any:
    """The eight classic groups (重要价值 … 一般挽留) of members scored by `rfm`.

    `members`: what `rfm` gave (r_score, f_score, m_score). A score of at least `high_from` is
    high: with five bins the best two fifths.

    Returns the frame with one more column, rfm_group: important_* where the monetary score is
    high, general_* where it is not; *_value: recent and frequent; *_develop: recent, not yet
    frequent; *_keep: frequent, but not recently; *_win_back: neither.

    >>> import pandas as pd
    >>> scored = pd.DataFrame({"r_score": [5, 1], "f_score": [4, 5], "m_score": [4, 2]})
    >>> rfm_groups(scored)["rfm_group"].tolist()
    ['important_value', 'general_keep']
    """
    frame = tables.open_frame(members)
    present = frame.collect_schema().names()
    for name in ("r_score", "f_score", "m_score"):
        if name not in present:
            raise tables.TableError(
                _("There is no column {column!r}: give the frame that segment.rfm returns.").format(
                    column=name
                )
            )
    recent, frequent, much = (
        nw.col(name) >= high_from for name in ("r_score", "f_score", "m_score")
    )
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
