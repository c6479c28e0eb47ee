"""Who the customers are, in groups that ask for different care."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    (the three digits side by side). Members who only brought things back, or whose purchases have
    no date, are left out.

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
    tables.demand("bins", bins, _("a whole number from 2 to 9"), lambda n: n in range(2, 10))
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
        .filter((nw.col("frequency") > 0) & ~nw.col("last_purchase").is_null())
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

    Raises `TableError` when a score is missing or no number. The eight groups are those of
    Chinese retail courses: each of R, F and M high or low.

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
    frame = tables.with_numbers(frame, "members", ("r_score", "f_score", "m_score"))
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


def segment_summary(members: Any, by: str = "rfm_group") -> Any:
    """How large each group of members is and what it is worth.

    `members`: one row per member with the group and, where they are there, recency, frequency and
    monetary (what `rfm_groups` or `Clusters.members` gives). `by`: the column of the group.

    Returns a frame of the kind that came in, the most valuable group first: the group, members,
    member_share, and for the columns that are there: monetary (Σ, currency units),
    monetary_share, monetary_each, frequency_each and recency_each (means).

    Raises `TableError` when the group is missing, or a figure is no number.

    >>> import pandas as pd
    >>> members = pd.DataFrame({"rfm_group": ["a", "a", "b"], "monetary": [10.0, 20.0, 70.0]})
    >>> segment_summary(members)
      rfm_group  members  member_share  monetary  monetary_share  monetary_each
    0         b        1      0.333333      70.0             0.7           70.0
    1         a        2      0.666667      30.0             0.3           15.0
    """
    frame = tables.open_frame(members)
    present = frame.collect_schema().names()
    if by not in present:
        raise tables.missing_column("members", by, present)
    values = [name for name in ("monetary", "frequency", "recency") if name in present]
    frame = tables.with_numbers(frame, "members", values)
    groups = frame.group_by(by).agg(
        nw.len().alias("members"), *(nw.col(name).sum().alias(f"_{name}") for name in values)
    )
    groups = tables.whole(groups, "members").with_columns(
        _all=nw.col("members").sum(),
        **{f"{name}_each": tables.ratio(f"_{name}", "members") for name in values},
    )
    groups = groups.with_columns(member_share=tables.ratio("members", "_all"))
    columns = ["members", "member_share"]
    order = ["_order", by]
    if "monetary" in values:
        groups = groups.with_columns(monetary=nw.col("_monetary").round(tables.MONEY_DECIMALS))
        groups = groups.with_columns(_sum=nw.col("monetary").sum())
        groups = groups.with_columns(monetary_share=tables.ratio("monetary", "_sum"))
        columns += ["monetary", "monetary_share"]
    groups = groups.with_columns(_order=-nw.col("monetary" if "monetary" in values else "members"))
    columns += [f"{name}_each" for name in values]
    return tables.give_back(groups.sort(*order).select(by, *columns), members)


AGE_BANDS = (18, 25, 35, 45, 55, 65)


def by_demographics(
    members: Any,
    sales: Any,
    by: str | Sequence[str] = "gender",
    *,
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """What members of each kind buy: by gender, age_band, occupation, household, district, level.

    `members`: member_id and the columns of `by`; age_band is reckoned from birth_date, on `until`
    or the last day of the sales: "0-17", "18-24", "25-34", … "65+"; null without a birth date or
    with one after that day. `sales`: sale_id, sold_at, member_id, quantity, amount.

    Returns a frame of the kind that came in, sorted by group: members (all of the kind), buyers
    (who bought in the time), buyer_share, orders, revenue (net of returns), aov, revenue_each
    (revenue ÷ buyers) and orders_each. Groups differ on average and overlap in person: see
    `plot.overlap` before you judge anybody by their kind.

    Raises `TableError` when a column is missing or of the wrong kind, or a member stands twice.

    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": ["a", "b"], "gender": ["female", "male"]})
    >>> sales = pd.DataFrame({"sale_id": [1], "member_id": ["a"], "quantity": [1],
    ...     "sold_at": pd.to_datetime(["2025-06-30"]), "amount": [30.0]})
    >>> by_demographics(members, sales)[["gender", "members", "buyers", "revenue_each"]]
       gender  members  buyers  revenue_each
    0  female        1       1          30.0
    1    male        1       0           NaN
    """
    keys = tables.name_list(by)
    needed = [("birth_date" if key == "age_band" else key) for key in keys]
    who = tables.require(
        members,
        "members",
        ["member_id", *(name for name in needed if name in tables.CONTRACT["members"])],
        unique="member_id",
    )
    present = who.collect_schema().names()
    for name in needed:
        if name not in present:
            raise tables.missing_column("members", name, present)
    lines = tables.require(
        sales, "sales", ["sale_id", "sold_at", "member_id", "quantity", "amount"]
    )
    tables.beside(who, lines, ("members", "sales"), "member_id")
    lines = tables.between(lines, "sold_at", since, until)
    if "age_band" in keys:
        today = tables.as_date(until) if until else None
        today = today or tables.first_and_last_day(lines, "sold_at")[1]
        who = who.with_columns(age_band=age_band_on(today))
    bought = nw.when(nw.col("quantity") > 0).then(nw.col("sale_id"))
    lines = lines.with_columns(_sale=bought)
    lines = lines.with_columns(_back=nw.col("_sale").is_null().cast(nw.Int64))
    spent = lines.group_by("member_id").agg(
        nw.col("_sale").n_unique().alias("orders"),
        nw.col("_back").max(),
        nw.col("amount").sum().alias("revenue"),
    )
    spent = tables.whole(spent, "orders", "_back").with_columns(
        orders=nw.col("orders") - nw.col("_back")
    )
    each = who.select("member_id", *keys).join(spent, on="member_id", how="left")
    each = tables.whole(each, "orders").with_columns(
        members=nw.lit(1), buyers=(nw.col("orders") > 0).cast(nw.Int64)
    )
    counts = ("members", "buyers", "orders")
    groups = tables.added_up(
        each, keys, *(nw.col(name).sum() for name in counts), nw.col("revenue").sum()
    )
    groups = tables.whole(groups, *counts).with_columns(
        revenue=nw.col("revenue").fill_null(0.0).round(tables.MONEY_DECIMALS)
    )
    groups = groups.with_columns(
        buyer_share=tables.ratio("buyers", "members"),
        aov=tables.ratio("revenue", "orders"),
        revenue_each=tables.ratio("revenue", "buyers"),
        orders_each=tables.ratio("orders", "buyers"),
    )
    columns = ["members", "buyers", "buyer_share", "orders", "revenue", "aov"]
    groups = groups.select(*keys, *columns, "revenue_each", "orders_each")
    return tables.give_back(groups.sort(*keys, nulls_last=True) if keys else groups, members)


def age_band_on(today: date | None) -> nw.Expr:
    """The age on a day as a band: plain comparisons of year × 10,000 + month × 100 + day."""
    born = nw.col("birth_date")
    written = (
        tables.part(born.dt.year()) * 10_000
        + tables.part(born.dt.month()) * 100
        + tables.part(born.dt.day())
    )
    on = today.year * 10_000 + today.month * 100 + today.day if today else 0
    age = (on - written) // 10_000
    edges = (0, *AGE_BANDS)
    names = [f"{a}-{b - 1}" for a, b in zip(edges, AGE_BANDS, strict=False)]
    known = ~born.is_null()
    band = nw.when(known & (age >= AGE_BANDS[-1])).then(nw.lit(f"{AGE_BANDS[-1]}+"))
    for edge, name in reversed(list(zip(edges, names, strict=False))):
        inside = known & (age >= edge) & (age < AGE_BANDS[edges.index(edge)])
        band = nw.when(inside).then(nw.lit(name)).otherwise(band)
    return band


def migration(sales: Any, before: str | date, after: str | date, *, days: int | None = None) -> Any:
    """How members moved between the eight RFM groups from one day to another.

    `sales` as in `rfm`; `before`, `after`: the two days; `days`: look back so many days from each
    (all the data when not given).

    Returns a frame of the kind that came in, one row per pair of groups that somebody went
    through, in the order of the groups: group_from ("none": had not bought yet), group_to ("none":
    not in the window any more), members and share_of_from (of all who were in group_from).

    Raises as `rfm`, and when a day is none.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2], "member_id": ["a", "b"], "quantity": [1, 1],
    ...     "sold_at": pd.to_datetime(["2025-01-01", "2025-06-30"]), "amount": [9.0, 5.0]})
    >>> migration(lines, "2025-03-31", "2025-06-30")[["group_from", "members"]]
            group_from  members
    0  general_develop        1
    1             none        1
    """
    import pandas as pd

    counts = []
    for moment, name in ((before, "group_from"), (after, "group_to")):
        grouped = rfm_groups(rfm(sales, moment, days=days))
        counts.append(
            nw.from_native(grouped).lazy().select("member_id", nw.col("rfm_group").alias(name))
        )
    was, now = counts
    # two left joins rather than one full one: a full join names its keys differently everywhere
    stayed = was.join(now, on="member_id", how="left").select("group_from", "group_to")
    came = now.join(was, on="member_id", how="left").filter(nw.col("group_from").is_null())
    both = nw.concat([stayed, came.select("group_from", "group_to")])
    moved = tables.to_pandas(both.group_by("group_from", "group_to").agg(nw.len().alias("members")))
    order = pd.CategoricalDtype([*RFM_GROUPS, "none"], ordered=True)
    names = ["group_from", "group_to"]
    moved[names] = moved[names].astype(object).where(moved[names].notna(), "none")
    moved = moved.astype(dict.fromkeys(names, order)).sort_values(names)
    moved = moved.astype(dict.fromkeys(names, "str") | {"members": "int64"})
    total = moved.groupby("group_from")["members"].transform("sum")
    return tables.give_back_small(moved.assign(share_of_from=moved["members"] / total), sales)


@dataclass(frozen=True)
class Clusters:
    """Groups that k-means found among members.

    `members`: the frame that came in with one more column, cluster: what sets the group apart,
    written as codes (``monetary_high, recency_low``) that `show` puts into words. `centres`: one
    row per cluster (pandas), largest first: cluster, members, member_share and the mean of every
    column. `silhouette`: the score of each k that was tried (−1..1, higher is clearer); `k`: the
    chosen one.
    """

    members: Any
    centres: Any
    silhouette: dict[int, float]
    k: int

    def __str__(self) -> str:
        scores = ", ".join(f"{k}: {score:.2f}" for k, score in sorted(self.silhouette.items()))
        return _("{k} clusters of {n:,} members (silhouette by k: {scores})").format(
            k=self.k, n=int(self.centres["members"].sum()), scores=scores
        )

    __repr__ = __str__


def kmeans(
    members: Any,
    columns: Sequence[str] = ("recency", "frequency", "monetary"),
    *,
    k: int | None = None,
    most: int = 6,
    seed: int = 0,
) -> Clusters:
    """Members in groups that k-means finds alike in some columns.

    `members`: one row per member with numbers in `columns` (what `rfm` gives, of any kind of
    frame: it is fitted in memory). Columns are put on one scale; those that are never negative and
    skewed to the right (money, orders) by their logarithm first, else a few large values would be
    groups of their own. `k`: how many groups; without it, the k from 2 to `most` with the best
    silhouette (on at most 5,000 members). `seed`: the same seed gives the same groups.

    Returns `Clusters`. Rows with a null in `columns` are refused: say first what they stand for.
    k-means always finds groups, also where there are none: a silhouette under 0.25 is weak, and
    the eight RFM groups may serve better.

    Sources: S. Lloyd (1957); P. J. Rousseeuw, "Silhouettes" (1987).

    >>> import pandas as pd
    >>> members = pd.DataFrame({"recency": [1, 2, 90, 95], "frequency": [9, 8, 1, 1],
    ...     "monetary": [900.0, 800.0, 20.0, 30.0]})
    >>> found = kmeans(members, k=2)
    >>> found.members["cluster"].tolist()[::2]
    ['recency_low, monetary_high', 'recency_high, monetary_low']
    """
    import numpy as np
    import pandas as pd
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    columns = list(columns)
    opened = tables.open_frame(members)
    table = tables.to_pandas(tables.with_numbers(opened, "members", columns))
    values = table[columns].apply(pd.to_numeric, errors="coerce").astype("float64")
    if not np.isfinite(values.to_numpy()).all():
        raise tables.TableError(
            _(
                "k-means needs a number in every row of {columns}: fill or leave out the rest."
            ).format(columns=", ".join(columns))
        )
    kinds = len(values.drop_duplicates())
    if kinds < (k or 2) or (k is not None and k < 2):
        raise tables.TableError(
            _("{k} clusters need at least {k} members that differ; here are {kinds}.").format(
                k=k or 2, kinds=kinds
            )
        )
    scaled = _one_scale(values)
    tried, fits = {}, {}
    sample = min(len(scaled), 5_000)
    for tries in [k] if k else range(2, min(most, kinds - 1 if kinds > 2 else 2) + 1):
        fit = KMeans(tries, n_init=10, random_state=seed).fit(scaled)
        fits[tries] = fit
        if 1 < len(set(fit.labels_)) < len(scaled):
            score = silhouette_score(scaled, fit.labels_, sample_size=sample, random_state=seed)
            tried[tries] = round(float(score), 6)
    k = k or max(tried, key=lambda n: (tried[n], -n), default=2)
    labels = fits[k].labels_
    names = _cluster_names(scaled, columns, labels)
    clustered = table.assign(cluster=[names[label] for label in labels])
    centres = clustered.groupby("cluster")[columns].mean()
    sizes = clustered["cluster"].value_counts()
    centres.insert(0, "members", sizes)
    centres.insert(1, "member_share", sizes / len(clustered))
    centres = centres.sort_values("members", ascending=False, kind="stable").reset_index()
    return Clusters(tables.give_back_small(clustered, members), centres, tried, k)


def _one_scale(values: Any) -> Any:
    """Mean 0 and spread 1 per column; skewed columns without negatives by their logarithm."""
    import numpy as np

    spread = values.std(ddof=0).replace(0, 1)
    skew = (((values - values.mean()) / spread) ** 3).mean()
    for name in values.columns:
        if values[name].min() >= 0 and skew[name] > 1:
            values = values.assign(**{name: np.log1p(values[name])})
    return ((values - values.mean()) / values.std(ddof=0).replace(0, 1)).to_numpy()


def _cluster_names(scaled: Any, columns: Sequence[str], labels: Any) -> dict[int, str]:
    """What sets each cluster apart: its two columns furthest from the mean of all, more if two
    clusters would be called the same."""
    import numpy as np

    marks = {}
    for label in sorted(set(labels)):
        centre = scaled[labels == label].mean(axis=0)
        order = np.argsort(-np.abs(centre.round(9)), kind="stable")
        marks[label] = [f"{columns[n]}_{'high' if centre[n] > 0 else 'low'}" for n in order]
    length, names = 2, {}
    while length <= len(columns):
        names = {label: ", ".join(mark[:length]) for label, mark in marks.items()}
        if len(set(names.values())) == len(names):
            return names
        length += 1
    seen: dict[str, int] = {}
    for label, name in names.items():
        seen[name] = seen.get(name, 0) + 1
        names[label] = name if seen[name] == 1 else f"{name}, {seen[name]}"
    return names


__all__ = [
    "RFM_GROUPS",
    "Clusters",
    "by_demographics",
    "kmeans",
    "migration",
    "rfm",
    "rfm_groups",
    "segment_summary",
]


def __dir__() -> list[str]:
    return __all__  # tab-completion shows what is meant to be called
