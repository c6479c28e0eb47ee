"""Where a change in revenue came from: customers × frequency × basket × price."""

from datetime import date
from itertools import permutations
from math import prod
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.tables import arguments

FACTORS = ("customers", "orders_each", "upt", "item_price")
"""Whose product is what members bring."""
STEPS = ("revenue_before", "walk_ins", *FACTORS, "revenue_after")


@arguments.checked
def revenue_tree(
    sales: Any, earlier: tuple[str | date, str | date], later: tuple[str | date, str | date]
) -> Any:
    """Why revenue changed from one time to another, step by step.

    What members bring is customers × orders each × units per order × price of a piece; walk-ins
    stand in a step of their own. Each factor's part of the change is its effect averaged over every
    order in which the factors could have changed (Shapley), so the steps add up to the change to
    the cent.

    Parameters
    ----------
    sales
        sale_id, sold_at, member_id, quantity, amount.
    earlier, later
        First and last day of each time, both included.

    Returns
    -------
    A frame of the kind that came in, in the order of the waterfall: step (revenue_before, walk_ins,
    customers, orders_each, upt, item_price, revenue_after), before and after (the figure of that
    step; for walk_ins their revenue), change_rate (relative; null where before is 0) and effect
    (currency units; for the first and last step the revenue itself).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or no member bought in one of the times.

    References
    ----------
    A. F. Shorrocks, "Decomposition procedures for distributional analysis" (2013), after L. S.
    Shapley (1953).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"sale_id": [1, 2, 3], "member_id": ["a", "a", "b"],
    ...     "sold_at": pd.to_datetime(["2025-05-01", "2025-06-01", "2025-06-02"]),
    ...     "quantity": [1, 1, 1], "amount": [10.0, 10.0, 10.0]})
    >>> may, june = ("2025-05-01", "2025-05-31"), ("2025-06-01", "2025-06-30")
    >>> revenue_tree(lines, may, june)[["step", "effect"]].head(3)
                 step  effect
    0  revenue_before    10.0
    1        walk_ins     0.0
    2       customers    10.0
    """
    import pandas as pd

    columns = ["sale_id", "sold_at", "member_id", "quantity", "amount"]
    frame = tables.require(sales, "sales", columns)
    sides = []
    for name, (first, last) in zip(
        ("earlier", "later"), tables.two_times(earlier, later), strict=True
    ):
        sides.append(_side(tables.between(frame, "sold_at", first, last), name, first, last))
    before, after = sides
    effects = _shapley([before[f] for f in FACTORS], [after[f] for f in FACTORS])
    rows = [
        ("revenue_before", before["revenue"], before["revenue"], before["revenue"]),
        ("walk_ins", before["walk_ins"], after["walk_ins"], after["walk_ins"] - before["walk_ins"]),
        *(
            (factor, before[factor], after[factor], effect)
            for factor, effect in zip(FACTORS, effects, strict=True)
        ),
        ("revenue_after", before["revenue"], after["revenue"], after["revenue"]),
    ]
    tree = pd.DataFrame(rows, columns=["step", "before", "after", "effect"]).astype(
        dict.fromkeys(("before", "after", "effect"), "float64")
    )
    was = tree["before"].where(tree["before"] != 0)
    tree.insert(3, "change_rate", tree["after"] / was - 1)
    tree.loc[0, "change_rate"] = None
    return tables.give_back_small(tree.assign(effect=tree["effect"].round(6)), sales)


def _side(frame: nw.LazyFrame, name: str, first: date, last: date) -> dict[str, float]:
    """What one time brought, and the four factors of what members brought."""
    known = nw.when(~nw.col("member_id").is_null())
    bought = (nw.col("quantity") > 0) & ~nw.col("sale_id").is_null()
    frame = frame.with_columns(
        _units=known.then(nw.col("quantity")),
        _amount=known.then(nw.col("amount")),
        _bought=nw.when(bought & ~nw.col("member_id").is_null())
        .then(nw.lit(1))
        .otherwise(nw.lit(0)),
    )
    sums = [nw.col(n).sum() for n in ("_units", "_amount", "amount")]
    receipts = frame.group_by("member_id", "sale_id").agg(nw.col("_bought").max(), *sums)
    each = receipts.group_by("member_id").agg(nw.col("_bought").sum().alias("_orders"), *sums)
    each = each.with_columns(
        _customers=nw.when(nw.col("_orders") > 0).then(nw.lit(1)).otherwise(nw.lit(0))
    )
    names = ["_customers", "_orders", "_units", "_amount", "amount"]
    row = tables.collect(each.select(*(nw.col(n).sum() for n in names))).rows(named=True)[0]
    customers, orders, units, members, revenue = (
        0.0 if tables.is_nothing(row[n]) else float(row[n]) for n in names
    )
    if not customers or units <= 0:
        raise tables.TableError(
            _(
                "{name} ({first} to {last}): no member bought anything, so there is nothing to "
                "compare."
            ).format(name=name, first=first, last=last)
        )
    return {
        "customers": customers,
        "orders_each": orders / customers,
        "upt": units / orders,
        "item_price": members / units,
        "walk_ins": round(revenue, tables.MONEY_DECIMALS) - round(members, tables.MONEY_DECIMALS),
        "revenue": round(revenue, tables.MONEY_DECIMALS),
    }


def _shapley(before: list[float], after: list[float]) -> list[float]:
    """The effect of each factor of a product, averaged over the orders in which they may change."""
    effects = [0.0] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        for factor in order:
            was = prod(now)
            now[factor] = after[factor]
            effects[factor] += prod(now) - was
    return [effect / len(orders) for effect in effects]
