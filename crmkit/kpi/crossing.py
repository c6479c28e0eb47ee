"""What customers combine: categories or stores side by side, and one after the other."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.tables import arguments


@arguments.checked(by=arguments.a_name, most=arguments.whole(2, 8))
def cross_shopping(
    sales: Any,
    by: str = "category",
    *,
    among: Sequence[Any] | None = None,
    most: int = 4,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """How many members buy in one category (store, channel, brand) only, and in which together.

    Parameters
    ----------
    sales
        member_id, quantity and amount, one row per line, and what `by` needs; walk-ins are left
        out. A returned line is no purchase, but its money counts.
    by
        category, store_id, channel, brand …
    among
        Which values of `by` to look at; without it the `most` with most members.
    most
        How many, 2 to 8.
    since, until
        First and last day that count, both included.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, one row per exact combination somebody bought, the most
    members first: `by`_set (the codes in order, joined by ", "), sets (how many), members,
    members_share, revenue and revenue_share (of these members' revenue in these sets). Everybody
    who bought in one of them stands in exactly one row, so the shares add up to 1.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or nobody bought there.

    References
    ----------
    Intersections as in an UpSet plot (Lex et al., 2014), which stays readable where circles do not.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"member_id": ["a", "a", "b"], "category": ["tea", "cups", "tea"],
    ...     "quantity": 1, "amount": [10.0, 10.0, 5.0]})
    >>> cross_shopping(lines)[["category_set", "members"]].to_dict("list")
    {'category_set': ['cups, tea', 'tea'], 'members': [1, 1]}
    """
    lines, _keys, _periods = tables.grouped(
        sales, "sales", ["member_id", "quantity", "amount"], by, since, until,
        products=products, stores=stores,
    )  # fmt: skip
    lines = lines.filter(~nw.col("member_id").is_null() & ~nw.col(by).is_null())
    bought = lines.filter(nw.col("quantity") > 0)
    if among is None:
        buyers = tables.distinct(bought, "member_id", by).group_by(by)
        sizes = tables.to_pandas(buyers.agg(nw.len().alias("n")))
        sizes = sizes.sort_values(["n", by], ascending=[False, True])
        codes = sizes[by].tolist()[:most]
    else:
        codes = list(dict.fromkeys([among] if isinstance(among, str) else among))
        arguments.whole(1, 8)("among", len(codes))
    if not codes:
        raise tables.TableError(_("No member bought anything there, so nothing is combined."))
    codes = sorted(codes, key=str)
    lines = lines.filter(nw.col(by).is_in(codes))
    flags = [f"_{n}" for n in range(len(codes))]
    here = {
        flag: nw.when((nw.col(by) == code) & (nw.col("quantity") > 0)).then(1).otherwise(0)
        for flag, code in zip(flags, codes, strict=True)
    }
    members = lines.with_columns(**here).group_by("member_id")
    each = members.agg(*(nw.col(flag).max() for flag in flags), nw.col("amount").sum())
    counts = each.group_by(*flags).agg(
        nw.len().alias("members"), nw.col("amount").sum().alias("revenue")
    )
    found = tables.to_pandas(counts)
    found = found[(found[flags] > 0).any(axis=1)]
    if found.empty:
        raise tables.TableError(_("No member bought anything there, so nothing is combined."))
    held = [
        [code for code, there in zip(codes, row, strict=True) if there]
        for row in found[flags].itertuples(index=False)
    ]
    revenue = found["revenue"].astype("float64").round(tables.MONEY_DECIMALS)
    members = found["members"].astype("int64")
    answer = found[[]].assign(
        **{f"{by}_set": [", ".join(map(str, row)) for row in held]},
        sets=[len(row) for row in held],
        members=members,
        members_share=members / members.sum(),
        revenue=revenue,
        revenue_share=revenue / revenue.sum() if revenue.sum() else float("nan"),
    )
    answer = answer.sort_values(["members", f"{by}_set"], ascending=[False, True])
    return tables.give_back_small(answer, sales)


@arguments.checked(by=arguments.a_name, steps=arguments.whole(2, 6))
def purchase_path(
    sales: Any,
    by: str = "category",
    steps: int = 3,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """What members bought with their first order, what with the second, the third …

    Parameters
    ----------
    sales
        sale_id, sold_at, member_id, quantity and amount, one row per line, and what `by` needs;
        walk-ins and returned lines are left out.
    by
        category, brand, channel or store_id. An order stands for what most was spent on in it
        (ties: the first by name).
    steps
        How many orders, 2 to 6.
    since, until
        First and last day that count. Members with an order before `since` are no beginners and are
        left out.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, one row per path, the most members first: `by`_1, `by`_2 …
    (null: no such order yet), members and members_share (of all). Those who joined lately have
    short paths because time was short, not because they left.

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
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "a", "b"],
    ...     "category": ["tea", "cups", "tea"], "quantity": 1, "amount": [10.0, 10.0, 5.0],
    ...     "sold_at": pd.to_datetime(["2025-01-05", "2025-02-05", "2025-02-06"])})
    >>> purchase_path(lines, steps=2)["category_2"].fillna("-").tolist()
    ['-', 'cups']
    """
    import pandas as pd

    lines, _keys, _periods = tables.grouped(
        sales, "sales", ["sale_id", "sold_at", "member_id", "quantity", "amount"], by, None, until,
        products=products, stores=stores,
    )  # fmt: skip
    lines = lines.filter(
        ~nw.col("member_id").is_null() & (nw.col("quantity") > 0) & ~nw.col(by).is_null()
    )
    order = lines.group_by("member_id", "sale_id", by).agg(
        nw.col("amount").sum(), nw.col("sold_at").min()
    )
    order = order.with_columns(*tables.money("amount"))
    over = "member_id", "sale_id"
    order = order.with_columns(
        _best=nw.col("amount").max().over(*over), _at=nw.col("sold_at").min().over(*over)
    )
    order = order.filter(nw.col("amount") == nw.col("_best"))
    order = order.group_by(*over, "_at").agg(nw.col(by).min())
    # the first few of each member are numbered in memory, where equal times go by sale_id
    place = nw.col("_at").rank("min").over("member_id")
    order = order.with_columns(_place=place).filter(nw.col("_place") <= steps)
    day = tables.day_number(nw.col("_at"))
    table = tables.to_pandas(order.select("member_id", "_at", "sale_id", by, _day=day))
    names = [f"{by}_{n}" for n in range(1, steps + 1)]
    table = table.dropna(subset="_at").sort_values(["member_id", "_at", "sale_id"])
    if since is not None and len(table):
        first = tables.as_day_number(since)
        table = table[table.groupby("member_id")["_day"].transform("min") >= first]
    if table.empty:
        kinds = dict.fromkeys(names, "str") | {"members": "int64", "members_share": "float64"}
        return tables.give_back_small(pd.DataFrame(columns=list(kinds)).astype(kinds), sales)
    table["_step"] = table.groupby("member_id").cumcount()
    table = table[table["_step"] < steps]
    wide = table.pivot(index="member_id", columns="_step", values=by)
    wide = wide.reindex(columns=range(steps)).set_axis(names, axis=1).astype(object)
    wide = wide.where(wide.notna(), None)
    paths = wide.groupby(names, dropna=False).size().reset_index(name="members")
    paths = paths.astype({"members": "int64"})
    paths = paths.assign(members_share=paths["members"] / max(1, paths["members"].sum()))
    keys = paths[names].astype(object).where(paths[names].notna(), "").astype(str)
    order_of = paths.assign(**{f"_{n}": keys[n] for n in names}).sort_values(
        ["members", *(f"_{n}" for n in names)], ascending=[False, *[True] * steps]
    )
    answer = order_of[[*names, "members", "members_share"]]
    return tables.give_back_small(answer, sales)
