"""How many of those who come buy: at the door, and step by step online."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import rates, tables
from crmkit.tables import arguments


@arguments.checked
def conversion_rate(
    sales: Any,
    footfall: Any,
    by: str | Sequence[str] | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    stores: Any = None,
) -> Any:
    """Of those who came through the door, how many bought (进店成交率): orders ÷ visitors.

    Parameters
    ----------
    sales
        sale_id, sold_at, quantity (and store_id when grouping by store); where there is a channel,
        only its "store" orders count, since nobody else came through a door.
    footfall
        store_id, hour (the hour that begins then), visitors. Only days that it covers are compared.
    by
        store_id, a column of `stores`, or a part of time (hour, weekday, day, month …).
    since, until
        First and last day that count, both included.
    stores
        A table whose columns `by` may name.

    Returns
    -------
    A `Rate` with its 95 % interval (Wilson), or a frame of the kind that came in with the group,
    orders, visitors, conversion_rate, low and high. Null where nobody came, or where the counter
    missed people (more orders than visitors).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or fewer than no visitors were counted.

    References
    ----------
    Common shop usage.

    Examples
    --------
    >>> import pandas as pd
    >>> hour = pd.to_datetime(["2025-06-30 09:00"])
    >>> sales = pd.DataFrame({"sale_id": [1], "sold_at": hour, "quantity": [1]})
    >>> conversion_rate(sales, pd.DataFrame({"store_id": ["A"], "hour": hour, "visitors": [4]}))
    Store conversion rate: 25.0% (1 of 4; 95 % interval 4.6% to 69.9%)
    """
    keys = tables.name_list(by)
    door = tables.require(footfall, "footfall", ["hour", "visitors"]).rename({"hour": "_at"})
    door = tables.between(door, "_at", since, until)
    sold = tables.require(sales, "sales", ["sale_id", "sold_at", "quantity"], ["channel"])
    tables.beside(sold, door, ("sales", "footfall"))
    sold = tables.between(sold, "sold_at", *tables.first_and_last_day(door, "_at"))
    if "channel" in sold.collect_schema().names():
        sold = sold.filter(nw.col("channel") == "store")
    sold = sold.filter(nw.col("quantity") > 0)
    sold, periods = tables.grouped_by(sold, "sales", keys, "sold_at", stores=stores)
    door, _same = tables.grouped_by(door, "footfall", keys, "_at", stores=stores)
    orders = tables.added_up(sold, keys, nw.col("sale_id").n_unique().alias("orders"))
    visitors = tables.added_up(door, keys, nw.col("visitors").sum())
    none = nw.lit(0).cast(nw.Int64)
    halves = [
        tables.whole(orders, "orders").with_columns(visitors=none),
        tables.whole(visitors, "visitors").with_columns(orders=none),
    ]
    both = nw.concat([half.select(*keys, "orders", "visitors") for half in halves])
    counts = tables.added_up(both, keys, nw.col("orders").sum(), nw.col("visitors").sum())
    counts = tables.whole(tables.named_periods(counts, periods), "orders", "visitors")
    return rates.answer(counts, keys, sales, "conversion_rate", "orders", "visitors")


STEPS = ("view", "basket", "checkout", "buy")


def _steps(what: str, value: Any) -> None:
    arguments.listed(what, value)
    arguments.several_names(what, value)


@arguments.checked(steps=_steps, by=arguments.a_name)
def funnel(
    browsing: Any,
    steps: Sequence[str] = STEPS,
    by: str | None = None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
) -> Any:
    """Where visitors drop out (转化漏斗): how many visits reach each step.

    Parameters
    ----------
    browsing
        session_id, event, at.
    steps
        The events in their order. A visit counts at a step when it did this step and every one
        before it, in whatever order.
    by
        A column of browsing (channel), or a part of time.
    since, until
        First and last day that count, both included.
    products
        A table whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, in the order of the steps: the group, step (its number),
    event, visits, lost (since the step before), step_rate (of the step before), reached_rate (of
    the first step). A step nobody could reach has null rates.

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
    >>> seen = pd.DataFrame({"session_id": [1, 1, 2], "event": ["view", "basket", "view"],
    ...     "at": pd.to_datetime(["2025-06-30"] * 3)})
    >>> funnel(seen, ["view", "basket"])[["event", "visits", "lost", "step_rate"]]
        event  visits  lost  step_rate
    0    view       2     0        1.0
    1  basket       1     1        0.5
    """
    frame, keys, periods = tables.grouped(
        browsing, "browsing", ["session_id", "event"], by, since, until, products=products
    )
    did = {f"_did{n}": (nw.col("event") == step).cast(nw.Int64) for n, step in enumerate(steps)}
    visits = (
        frame.with_columns(**did)
        .group_by(*keys, "session_id")
        .agg(*(nw.col(name).max() for name in did))
    )
    for n in range(1, len(steps)):
        both = nw.col(f"_did{n}") * nw.col(f"_did{n - 1}")
        visits = visits.with_columns(both.alias(f"_did{n}"))
    counts = tables.added_up(visits, keys, *(nw.col(name).sum() for name in did))
    counts = tables.whole(tables.named_periods(counts, periods), *did)
    rows = [
        counts.select(
            *keys,
            nw.lit(n + 1).cast(nw.Int64).alias("step"),
            nw.lit(step).alias("event"),
            nw.col(f"_did{n}").alias("visits"),
            nw.col(f"_did{max(n - 1, 0)}").alias("_before"),
            nw.col("_did0").alias("_first"),
        )
        for n, step in enumerate(steps)
    ]
    result = nw.concat(rows).with_columns(
        lost=nw.col("_before") - nw.col("visits"),
        step_rate=tables.ratio("visits", "_before"),
        reached_rate=tables.ratio("visits", "_first"),
    )
    result = result.select(*keys, "step", "event", "visits", "lost", "step_rate", "reached_rate")
    return tables.give_back(result.sort(*keys, "step", nulls_last=True), browsing)
