"""When to order how much, and what to move between shops."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.results import Result
from crmkit.tables import arguments


@dataclass(frozen=True)
class Buffer(Result):
    """A number of pieces, with what it was reckoned from; ``float(buffer)`` gives the pieces.

    Parameters
    ----------
    name
        What it is: safety_stock, reorder_point …
    pieces
        How many.
    because
        What it was reckoned from, in words.
    """

    name: str
    pieces: float
    because: str

    def __float__(self) -> float:
        return self.pieces

    def __str__(self) -> str:
        return f"{heading(self.name)}: {self.pieces:,.1f} ({self.because})"

    __repr__ = __str__


def _service(what: str, value: Any) -> None:
    limit = _("from 0.5 to under 1 (0.95 is 95 %)")
    tables.demand(what, value, limit, lambda share: 0.5 <= share < 1)


@arguments.checked(service=_service)
def safety_stock(
    sd: float,
    lead_days: float,
    service: float = 0.95,
    *,
    demand: float = 0.0,
    lead_sd: float = 0.0,
) -> Buffer:
    """How many pieces to hold against chance (安全库存): z × spread of demand until delivery.

    Spread = √(lead_days × sd² + demand² × lead_sd²). Takes demand to be normal and days to be
    independent: for products that sell now and then it says too little.

    Parameters
    ----------
    sd
        Standard deviation of a day's demand (pieces).
    lead_days
        Days from order to delivery.
    service
        The wanted chance of not running out in one cycle (0.5 to under 1).
    demand, lead_sd
        Mean pieces a day, and the standard deviation of the lead time (days), where that varies.

    Raises
    ------
    CrmkitError
        For a negative or endless figure, or a `service` outside 0.5 to 1.

    References
    ----------
    J. Heizer, B. Render, "Operations Management", inventory chapter, probabilistic models.

    Examples
    --------
    >>> safety_stock(5, 2, 0.90)
    Safety stock: 9.1 (z = 1.28 at 90% service; spread until delivery 7.1 pieces)
    """
    z = NormalDist().inv_cdf(service)
    spread = math.sqrt(lead_days * sd**2 + demand**2 * lead_sd**2)
    because = _("z = {z:.2f} at {service:.0%} service; spread until delivery {spread:,.1f} pieces")
    return Buffer("safety_stock", z * spread, because.format(z=z, service=service, spread=spread))


@arguments.checked(service=_service)
def reorder_point(
    demand: float,
    lead_days: float,
    sd: float = 0.0,
    service: float = 0.95,
    *,
    lead_sd: float = 0.0,
) -> Buffer:
    """At how many pieces (on hand and on order) to order again (再订货点).

    Reorder point = demand × lead_days + safety stock.

    Parameters
    ----------
    demand
        Mean pieces a day.
    lead_days, sd, service, lead_sd
        As in `safety_stock`.

    Raises
    ------
    CrmkitError
        As `safety_stock`.

    References
    ----------
    J. Heizer, B. Render, "Operations Management", inventory chapter.

    Examples
    --------
    >>> reorder_point(15, 2, 5, 0.90)
    Reorder point: 39.1 (30.0 sold until delivery + safety stock 9.1)
    """
    safety = float(safety_stock(sd, lead_days, service, demand=demand, lead_sd=lead_sd))
    usual = demand * lead_days
    because = _("{usual:,.1f} sold until delivery + safety stock {safety:,.1f}")
    return Buffer("reorder_point", usual + safety, because.format(usual=usual, safety=safety))


@arguments.checked
def economic_order_quantity(yearly_demand: float, order_cost: float, holding_cost: float) -> Buffer:
    """How many pieces to order at a time (经济订货批量): √(2 × demand × order cost ÷ holding cost).

    Takes demand to be even and prices not to depend on the quantity; near the answer the cost is
    flat, so round it to full boxes.

    Parameters
    ----------
    yearly_demand
        Pieces a year.
    order_cost
        Of one order, whatever its size (currency units).
    holding_cost
        Of one piece for a year (currency units).

    Raises
    ------
    CrmkitError
        For a negative or endless figure, or a holding cost of 0.

    References
    ----------
    F. W. Harris, "How Many Parts to Make at Once" (1913).

    Examples
    --------
    >>> economic_order_quantity(1000, 10, 0.5)
    Economic order quantity: 200.0 (5.0 orders a year; ordering and holding cost 100.00 a year)
    """
    quantity = math.sqrt(2 * yearly_demand * order_cost / holding_cost)
    orders = yearly_demand / quantity if quantity else 0.0
    cost = orders * order_cost + quantity / 2 * holding_cost
    because = _("{orders:.1f} orders a year; ordering and holding cost {cost:,.2f} a year")
    return Buffer("economic_order_quantity", quantity, because.format(orders=orders, cost=cost))


@arguments.checked(service=_service)
def reorder_plan(
    stock_daily: Any,
    *,
    lead_days: float = 3,
    service: float = 0.95,
    cover_days: float = 14,
    as_of: str | date | None = None,
    window: int = 56,
) -> Any:
    """What to order today: each shelf's demand, safety stock, reorder point and quantity.

    Demand is the mean and standard deviation of the pieces sold a day, without the days on which
    the shelf was empty and nothing was sold: an empty shelf says nothing about demand.

    Parameters
    ----------
    stock_daily
        store_id, product_id, date, on_hand, sold.
    lead_days, service
        As in `safety_stock`.
    cover_days
        How long an order should last.
    as_of
        Today, included (the last day of the data when not given).
    window
        How many days up to there the demand is reckoned from.

    Returns
    -------
    A frame of the kind that came in, one row per store and product in the data of the last day,
    sorted: store_id, product_id, on_hand, demand (a day), sd, safety_stock, reorder_point, order
    (whole pieces; 0 above the reorder point).

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.
    CrmkitError
        For a figure out of range.

    References
    ----------
    As in `safety_stock`.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({"store_id": ["A"] * 2, "product_id": ["p"] * 2, "on_hand": [9, 5],
    ...     "sold": [4, 4], "date": pd.to_datetime(["2025-06-29", "2025-06-30"])})
    >>> reorder_plan(stock)[["product_id", "on_hand", "demand", "reorder_point", "order"]]
      product_id  on_hand  demand  reorder_point  order
    0          p        5     4.0           12.0     63
    """
    z_spread = float(safety_stock(1.0, lead_days, service))
    frame, now = _lately(stock_daily, as_of, window)
    each = _demand(frame)
    plan = now.join(each, on=["store_id", "product_id"], how="left").with_columns(
        demand=nw.col("demand").fill_null(0.0), sd=nw.col("sd").fill_null(0.0)
    )
    plan = plan.with_columns(safety_stock=nw.col("sd") * z_spread).with_columns(
        reorder_point=nw.col("demand") * lead_days + nw.col("safety_stock")
    )
    wanted = nw.col("reorder_point") + nw.col("demand") * cover_days - nw.col("on_hand")
    short = (nw.col("on_hand") <= nw.col("reorder_point")) & (wanted > 0)
    plan = plan.with_columns(order=nw.when(short).then(wanted.round(6).ceil()))
    plan = tables.whole(plan, "order", "on_hand")
    columns = ["on_hand", "demand", "sd", "safety_stock", "reorder_point", "order"]
    plan = plan.select("store_id", "product_id", *columns).sort("store_id", "product_id")
    return tables.give_back(plan, stock_daily)


def _lately(
    stock_daily: Any, as_of: str | date | None, window: int
) -> tuple[nw.LazyFrame, nw.LazyFrame]:
    """The last days of the stock, and what is on hand on the very last."""
    frame = tables.require(
        stock_daily, "stock_daily", ["store_id", "product_id", "date", "on_hand", "sold"]
    )
    frame = tables.between(frame, "date", None, as_of)
    last = tables.first_and_last_day(frame, "date")[1]
    if last is None:
        return frame, frame.select("store_id", "product_id", "on_hand")
    frame = tables.between(frame, "date", last - timedelta(days=window - 1))
    now = tables.between(frame, "date", last)
    return frame, now.select("store_id", "product_id", "on_hand")


def _demand(frame: nw.LazyFrame) -> nw.LazyFrame:
    """Mean and standard deviation of a day's sales, per shelf, on days it was not empty."""
    offered = frame.filter((nw.col("on_hand") > 0) | (nw.col("sold") > 0))
    offered = offered.with_columns(
        _square=(nw.col("sold") * nw.col("sold")).cast(nw.Float64), _days=nw.lit(1)
    )
    each = offered.group_by("store_id", "product_id").agg(
        nw.col("sold").sum(), nw.col("_square").sum(), nw.col("_days").sum()
    )
    each = each.with_columns(
        demand=tables.ratio("sold", "_days"), _mean_square=tables.ratio("_square", "_days")
    )
    variance = (nw.col("_mean_square") - nw.col("demand") * nw.col("demand")).round(9)
    each = each.with_columns(_variance=variance)
    spread = nw.when(nw.col("_variance") > 0).then(nw.col("_variance")).otherwise(nw.lit(0.0))
    return each.with_columns(sd=spread.sqrt()).select("store_id", "product_id", "demand", "sd")


@arguments.checked
def transfer_plan(
    stock_daily: Any,
    *,
    enough_days: float = 14,
    plenty_days: float = 42,
    as_of: str | date | None = None,
    window: int = 56,
) -> Any:
    """Which goods to move from shops that have plenty to shops that run short (调拨).

    The shortest shop gets first, from the shop with the most to give; equal ones in order of
    store_id.

    Parameters
    ----------
    stock_daily
        store_id, product_id, date, on_hand, sold.
    enough_days
        A shop is short of a product that lasts for less.
    plenty_days
        A shop can give what lasts beyond.
    as_of, window
        As in `reorder_plan`; so is the demand.

    Returns
    -------
    A frame of the kind that came in, by product, the shortest shop first: product_id,
    from_store_id, to_store_id, quantity (whole pieces), days_before and days_after (how long the
    receiver's stock lasts).

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
    >>> stock = pd.DataFrame({"store_id": ["A", "B"], "product_id": ["p", "p"],
    ...     "on_hand": [100, 1], "sold": [1, 1], "date": pd.to_datetime(["2025-06-30"] * 2)})
    >>> transfer_plan(stock)[["from_store_id", "to_store_id", "quantity", "days_after"]]
      from_store_id to_store_id  quantity  days_after
    0             A           B        13        14.0
    """
    limit = _("at least enough_days, {x}").format(x=enough_days)
    tables.demand("plenty_days", plenty_days, limit, lambda days: days >= enough_days)
    import pandas as pd

    frame, now = _lately(stock_daily, as_of, window)
    shelves = now.join(_demand(frame), on=["store_id", "product_id"], how="left")
    shelves = tables.to_pandas(shelves.sort("product_id", "store_id"))
    moves = []
    for product, shops in shelves.groupby("product_id", sort=True):
        moves += [(product, *move) for move in _matched(shops, enough_days, plenty_days)]
    columns = ["product_id", "from_store_id", "to_store_id", "quantity"]
    plan = pd.DataFrame(moves, columns=[*columns, "days_before", "days_after"])
    if plan.empty:
        text, number = dict.fromkeys(columns[:3], "str"), "float64"
        plan = plan.astype(text | {"quantity": "int64"} | dict.fromkeys(plan.columns[4:], number))
    return tables.give_back_small(plan, stock_daily)


def _matched(shops: Any, enough_days: float, plenty_days: float) -> list[tuple]:
    """Moves of one product: the shortest shop first, from whoever has most to give."""
    rows = [
        (row.store_id, int(row.on_hand), 0.0 if tables.is_nothing(row.demand) else row.demand)
        for row in shops.itertuples()
        if not tables.is_nothing(row.on_hand)
    ]
    spare = {s: max(0, have - math.ceil(d * plenty_days)) for s, have, d in rows}
    short = sorted(
        (max(have, 0) / d, s, have, d) for s, have, d in rows if d > 0 and have < d * enough_days
    )
    moves = []
    for days, store, have, demand in short:
        missing = math.ceil(round(demand * enough_days - have, 6))
        held = have
        while missing > 0 and (giver := max(spare, key=lambda s: (spare[s], _first(s)))) != store:
            quantity = min(missing, spare[giver])
            if quantity <= 0:
                break
            spare[giver] -= quantity
            missing -= quantity
            held += quantity
            moves.append((giver, store, quantity, days, held / demand))
    return moves


def _first(store: Any) -> tuple:
    """Sorts equal givers so that the first by id is taken."""
    return tuple(-ord(letter) for letter in str(store))
