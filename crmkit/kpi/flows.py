"""Where customers go: gained, lost and switched between brands, categories or products."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.tables import arguments

Days = tuple[str | date, str | date]
SOURCES = ("earlier", "new", "switched_in", "more", "lost", "switched_out", "less", "later")
VALUES = {"revenue": "amount", "units": "quantity"}


def _in_time(frame: nw.LazyFrame, earlier: Days, later: Days) -> nw.LazyFrame:
    """The lines of both times, with _later 0 or 1; `TableError` where the two overlap."""
    ends = tables.two_times(earlier, later)
    frame = tables.between(frame, "sold_at", ends[0][0], ends[1][1])
    start = datetime(ends[1][0].year, ends[1][0].month, ends[1][0].day)
    after = datetime(ends[0][1].year, ends[0][1].month, ends[0][1].day) + timedelta(days=1)
    at = nw.col("sold_at")
    is_later = nw.when(at >= nw.lit(start)).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
    inside = (at < nw.lit(after)) | (at >= nw.lit(start))
    return frame.filter(inside).with_columns(_later=is_later)


@arguments.checked(focus=arguments.a_code, by=arguments.a_name, value=arguments.one_of(*VALUES))
def gain_loss(
    sales: Any,
    focus: Any,
    earlier: Days,
    later: Days,
    by: str = "brand",
    *,
    value: str = "revenue",
    among: Sequence[Any] | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """Where the change of a brand's (category's, store's) sales to members came from and went to.

    Each member's change is split: nothing bought of either before (new) or after (lost); else what
    moves against the rivals, up to the smaller of the two changes (switched_in, switched_out), and
    what is left (more, less). It tells what members did, not why.

    Parameters
    ----------
    sales
        sold_at, member_id, quantity and amount, one row per line; walk-ins are left out, since
        nobody knows what they bought before.
    focus
        The value of `by` to look at, for instance a brand.
    earlier, later
        First and last day of each time, both included; take two of the same length.
    by
        brand, category, store_id …
    value
        revenue (net of returns) or units.
    among
        The values it competes with (all others when not given).
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, eight rows in this order: source (earlier, new, switched_in,
    more, lost, switched_out, less, later), members, the value (revenue or units; of earlier and
    later the total, of the others the change) and share_of_earlier. The six changes add up to later
    − earlier.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, the times overlap, or nobody bought the
        focus.

    References
    ----------
    The usual gain-loss analysis of household panels.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"member_id": ["a", "a", "b"], "brand": ["X", "Y", "Y"],
    ...     "quantity": 1, "amount": [10.0, 10.0, 5.0],
    ...     "sold_at": pd.to_datetime(["2025-01-05", "2025-02-05", "2025-02-06"])})
    >>> found = gain_loss(lines, "Y", ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28"))
    >>> found.set_index("source")["revenue"][["new", "switched_in", "later"]].tolist()
    [5.0, 10.0, 15.0]
    """
    import pandas as pd

    if value not in VALUES:
        raise tables.missing_column(_("given"), value, list(VALUES))
    lines = tables.require(sales, "sales", ["sold_at", "member_id", "quantity", VALUES[value]])
    lines = _in_time(lines.filter(~nw.col("member_id").is_null()), earlier, later)
    lines, _periods = tables.grouped_by(
        lines, "sales", [by], "sold_at", products=products, stores=stores
    )
    if among is not None:
        rivals = [among] if isinstance(among, str) else list(among)
        lines = lines.filter(nw.col(by).is_in([focus, *rivals]))
    lines = lines.filter(~nw.col(by).is_null())
    mine = nw.col(by) == focus
    if not len(tables.collect(lines.filter(mine).select(by).head(1))):
        raise tables.TableError(
            _("No member bought {focus!r} in either time: it is no value of {by!r} there.").format(
                focus=focus, by=by
            )
        )
    worth = nw.col(VALUES[value])
    parts = {
        name: nw.when((nw.col("_later") == at) & side).then(worth).otherwise(0)
        for at in (0, 1)
        for name, side in ((f"_mine{at}", mine), (f"_rest{at}", ~mine))
    }
    each = lines.with_columns(**parts).group_by("member_id").agg(*(nw.col(n).sum() for n in parts))
    each = each.with_columns(*(nw.col(name).cast(nw.Float64).round(4) for name in parts))
    there = [(nw.col(f"_mine{at}") != 0) | (nw.col(f"_rest{at}") != 0) for at in (0, 1)]
    each = each.with_columns(
        _was=nw.when(there[0]).then(nw.lit(1)).otherwise(nw.lit(0)),
        _is=nw.when(there[1]).then(nw.lit(1)).otherwise(nw.lit(0)),
        _change=(nw.col("_mine1") - nw.col("_mine0")).round(4),
        _other=(nw.col("_rest1") - nw.col("_rest0")).round(4),
    )
    mine_is_less = nw.col("_change").abs() <= nw.col("_other").abs()
    moved = nw.when(mine_is_less).then(nw.col("_change")).otherwise(-nw.col("_other"))
    stayed = (nw.col("_was") == 1) & (nw.col("_is") == 1)
    against = stayed & (nw.col("_change") * nw.col("_other") < 0)
    switched = nw.when(against).then(moved).otherwise(0.0)
    kept = nw.when(stayed).then(nw.col("_change") - nw.col("_switched")).otherwise(0.0)
    each = each.with_columns(_switched=switched).with_columns(_kept=kept.round(4))
    amounts = {
        "earlier": nw.col("_mine0"),
        "new": nw.when(nw.col("_was") == 0).then(nw.col("_mine1")).otherwise(0.0),
        "switched_in": nw.when(nw.col("_switched") > 0).then(nw.col("_switched")).otherwise(0.0),
        "more": nw.when(nw.col("_kept") > 0).then(nw.col("_kept")).otherwise(0.0),
        "lost": nw.when(nw.col("_is") == 0).then(-nw.col("_mine0")).otherwise(0.0),
        "switched_out": nw.when(nw.col("_switched") < 0).then(nw.col("_switched")).otherwise(0.0),
        "less": nw.when(nw.col("_kept") < 0).then(nw.col("_kept")).otherwise(0.0),
        "later": nw.col("_mine1"),
    }
    each = each.with_columns(**amounts)
    counted = {f"{n}_n": nw.when(nw.col(n) != 0).then(1).otherwise(0) for n in SOURCES}
    totals = each.with_columns(**counted).select(
        *(nw.col(name).sum() for name in (*SOURCES, *counted))
    )
    row = tables.collect(totals).rows(named=True)[0]
    sums = [round(float(row[name] or 0), tables.MONEY_DECIMALS) for name in SOURCES]
    answer = pd.DataFrame(
        {
            "source": list(SOURCES),
            "members": [int(row[f"{name}_n"] or 0) for name in SOURCES],
            value: sums,
            "share_of_earlier": [s / sums[0] if sums[0] > 0 else None for s in sums],
        }
    ).astype({"share_of_earlier": "float64"})
    return tables.give_back_small(answer, sales)


@arguments.checked(by=arguments.a_name)
def switching(
    sales: Any,
    earlier: Days,
    later: Days,
    by: str = "brand",
    *,
    most: int = 8,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """Who mainly bought which brand (category, product, store) before, and which after.

    Parameters
    ----------
    sales
        sold_at, member_id, quantity and amount; walk-ins and returned lines are left out.
    earlier, later
        First and last day of each time, both included.
    by
        brand, category, product_id, store_id … A member's main one is where most was spent in that
        time (ties: the first by name).
    most
        How many are told apart, those with most members; the others are ``other``.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, one row per pair that a member went through, in order:
    `by`_from (null: bought nothing then), `by`_to (null: bought nothing any more), members, and
    share_of_from (of all who were in `by`_from).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or the times overlap.

    References
    ----------
    The switching matrix of market research (Ehrenberg, "Repeat-Buying", 1988).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"member_id": ["a", "a", "b"], "brand": ["X", "Y", "Y"],
    ...     "quantity": 1, "amount": [10.0, 10.0, 5.0],
    ...     "sold_at": pd.to_datetime(["2025-01-05", "2025-02-05", "2025-02-06"])})
    >>> found = switching(lines, ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28"))
    >>> found[["brand_to", "members"]].to_dict("list")
    {'brand_to': ['Y', 'Y'], 'members': [1, 1]}
    """
    import pandas as pd

    lines = tables.require(sales, "sales", ["sold_at", "member_id", "quantity", "amount"])
    lines = lines.filter(~nw.col("member_id").is_null() & (nw.col("quantity") > 0))
    lines = _in_time(lines, earlier, later)
    lines, _periods = tables.grouped_by(
        lines, "sales", [by], "sold_at", products=products, stores=stores
    )
    lines = lines.filter(~nw.col(by).is_null())
    spent = lines.group_by("member_id", "_later", by).agg(nw.col("amount").sum())
    spent = spent.with_columns(*tables.money("amount"))
    best = nw.col("amount").max().over("member_id", "_later")
    main = spent.with_columns(_best=best).filter(nw.col("amount") == nw.col("_best"))
    main = main.group_by("member_id", "_later").agg(nw.col(by).min())
    names = f"{by}_from", f"{by}_to"
    was, now = (
        main.filter(nw.col("_later") == at).select("member_id", nw.col(by).alias(name))
        for at, name in enumerate(names)
    )
    stayed = was.join(now, on="member_id", how="left").select(*names)
    came = now.join(was, on="member_id", how="left").filter(nw.col(names[0]).is_null())
    both = nw.concat([stayed, came.select(*names)])
    moved = tables.to_pandas(both.group_by(*names).agg(nw.len().alias("members")))
    moved = moved.astype({"members": "int64"} | dict.fromkeys(names, object))
    sizes = pd.concat([moved.groupby(name)["members"].sum() for name in names]).groupby(level=0)
    sizes = sizes.sum().sort_index().sort_values(ascending=False, kind="stable")
    kept = set(sizes.index[: int(most)])
    for name in names:
        gone = moved[name].isna()
        moved[name] = moved[name].where(gone | moved[name].isin(kept), "other").mask(gone, None)
    moved = moved.groupby(list(names), dropna=False, as_index=False)["members"].sum()
    order = {code: place for place, code in enumerate([*sizes.index[: int(most)], "other"])}
    moved = moved.sort_values(
        list(names), key=lambda codes: codes.map(order).fillna(len(order)), ignore_index=True
    )
    total = moved.groupby(names[0], dropna=False)["members"].transform("sum")
    moved = moved.assign(share_of_from=(moved["members"] / total).astype("float64"))
    moved = moved.astype(dict.fromkeys(names, "str") if moved.empty else {})
    return tables.give_back_small(moved, sales)
