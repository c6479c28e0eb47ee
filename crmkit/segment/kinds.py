"""Groups of members side by side: how large, what they bring, what kind of people, who moved."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.segment.scores import RFM_GROUPS, rfm, rfm_groups
from crmkit.tables import arguments


@arguments.checked(by=arguments.a_name)
def segment_summary(members: Any, by: str = "rfm_group") -> Any:
    """How large each group of members is and what it is worth.

    Parameters
    ----------
    members
        One row per member with the group and, where they are there, recency, frequency and monetary
        (what `rfm_groups` or `Clusters.members` gives).
    by
        The column of the group.

    Returns
    -------
    A frame of the kind that came in, the most valuable group first: the group, members,
    member_share, and for the columns that are there: monetary (Σ, currency units), monetary_share,
    monetary_each, frequency_each and recency_each (means).

    Raises
    ------
    TableError
        When the group is missing, or a figure is no number.

    Examples
    --------
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


@arguments.checked
def by_demographics(
    members: Any,
    sales: Any,
    by: str | Sequence[str] = "gender",
    *,
    since: str | date | None = None,
    until: str | date | None = None,
) -> Any:
    """What members of each kind buy: by gender, age_band, occupation, household, district, level.

    Groups differ on average and overlap in person: see `plot.overlap` before you judge anybody by
    their kind.

    Parameters
    ----------
    members
        member_id and the columns of `by`.
    sales
        sale_id, sold_at, member_id, quantity, amount.
    by
        gender, age_band, occupation, household, district, level … age_band is reckoned from
        birth_date, on `until` or the last day of the sales: "0-17", "18-24", "25-34", … "65+"; null
        without a birth date or with one after that day.
    since, until
        First and last day that count, both included.

    Returns
    -------
    A frame of the kind that came in, sorted by group: members (all of the kind), buyers (who bought
    in the time), buyer_share, orders, revenue (net of returns), aov, revenue_each (revenue ÷
    buyers) and orders_each.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or a member stands twice.

    Examples
    --------
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
    band: nw.Expr = nw.when(known & (age >= AGE_BANDS[-1])).then(nw.lit(f"{AGE_BANDS[-1]}+"))
    for edge, name in reversed(list(zip(edges, names, strict=False))):
        inside = known & (age >= edge) & (age < AGE_BANDS[edges.index(edge)])
        band = nw.when(inside).then(nw.lit(name)).otherwise(band)
    return band


@arguments.checked(before=arguments.a_day, after=arguments.a_day)
def migration(sales: Any, before: str | date, after: str | date, *, days: int | None = None) -> Any:
    """How members moved between the eight RFM groups from one day to another.

    Parameters
    ----------
    sales
        As in `rfm`.
    before, after
        The two days.
    days
        Look back so many days from each (all the data when not given).

    Returns
    -------
    A frame of the kind that came in, one row per pair of groups that somebody went through, in the
    order of the groups: group_from ("none": had not bought yet), group_to ("none": not in the
    window any more), members and share_of_from (of all who were in group_from).

    Raises
    ------
    TableError
        As `rfm`, and when a day is none.

    Examples
    --------
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
        grouped = rfm_groups(rfm(sales, moment, days=days), bins=5)
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
