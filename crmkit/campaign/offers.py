"""The offers of a shop, and what each would take off which line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from crmkit.i18n import gettext as _
from crmkit.money import percent_of
from crmkit.tables import arguments, demand, give_back, is_lazy, require

_ABOVE_0 = arguments.number(above=True)


class Offer(Protocol):
    """What all offers have in common: which products count, and what a basket gets for it.

    A basket is what the counting lines of one sale come to, in cents.
    """

    products: Sequence[object] | None

    def cents_off(self, basket: nw.Expr) -> nw.Expr:
        """The cents that a basket of so many cents gets off."""

    def gifts(self, basket: nw.Expr) -> nw.Expr:
        """The number of gifts that a basket of so many cents gets."""


@dataclass(frozen=True)
class ThresholdDiscount:
    """So much off when the basket reaches so much (满减): 300 减 40.

    Parameters
    ----------
    threshold
        What the basket must reach, in currency units.
    off
        What it then gets off, in currency units; at most the threshold.
    every
        Once more for every full threshold (每满减): a basket of 650 gets 2 × 40.
    cap
        The most that one basket gets off, in currency units; without it, no limit.
    products
        The product_ids that count; without it, all.

    Examples
    --------
    >>> ThresholdDiscount(300, 40)
    ThresholdDiscount(threshold=300, off=40, every=False, cap=None, products=None)
    """

    threshold: float
    off: float
    every: bool = False
    cap: float | None = None
    products: Sequence[object] | None = None

    def __post_init__(self) -> None:
        arguments.look_at(self, threshold=_ABOVE_0, cap=_ABOVE_0)
        limit = _("more than 0 and at most the threshold, {x}").format(x=self.threshold)
        demand("off", self.off, limit, lambda off: 0 < off <= self.threshold)

    def cents_off(self, basket: nw.Expr) -> nw.Expr:
        """As often as the threshold is reached (once, unless `every`), up to the cap."""
        times = basket // _cents(self.threshold)
        if not self.every:
            times = nw.when(times > 1).then(nw.lit(1)).otherwise(times)
        return _at_most(times * _cents(self.off), self.cap)

    def gifts(self, basket: nw.Expr) -> nw.Expr:
        """None."""
        return basket * 0


@dataclass(frozen=True)
class PercentOff:
    """So many per cent off (折扣): 20 per cent off is 八折.

    Parameters
    ----------
    percent
        What goes off, in per cent of the basket: more than 0, at most 100; two decimals count.
    threshold
        What the basket must reach, in currency units; without it, every basket counts.
    cap
        The most that one basket gets off, in currency units; without it, no limit.
    products
        The product_ids that count; without it, all.

    Examples
    --------
    >>> PercentOff(20).percent
    20
    """

    percent: float
    threshold: float = 0
    cap: float | None = None
    products: Sequence[object] | None = None

    def __post_init__(self) -> None:
        arguments.look_at(
            self,
            percent=arguments.number(0, 100, above=True),
            threshold=arguments.number(),
            cap=_ABOVE_0,
        )

    def cents_off(self, basket: nw.Expr) -> nw.Expr:
        """The percentage of the basket, rounded half up to a cent, up to the cap."""
        off = percent_of(basket, self.percent)
        reached = nw.when(basket >= _cents(self.threshold)).then(off).otherwise(nw.lit(0))
        return _at_most(reached, self.cap)

    def gifts(self, basket: nw.Expr) -> nw.Expr:
        """None."""
        return basket * 0


@dataclass(frozen=True)
class Gift:
    """A gift with the purchase when the basket reaches so much (满赠).

    Parameters
    ----------
    threshold
        What the basket must reach, in currency units.
    product_id
        What is given.
    cost
        What one gift costs the shop, in currency units.
    value
        The price it is sold at otherwise, in currency units.
    quantity
        How many are given.
    every
        Once more for every full threshold.
    products
        The product_ids that count; without it, all.

    Examples
    --------
    >>> Gift(300, "P-MUG", cost=9, value=25).value
    25
    """

    threshold: float
    product_id: Any
    cost: float
    value: float = 0
    quantity: int = 1
    every: bool = False
    products: Sequence[object] | None = None

    def __post_init__(self) -> None:
        arguments.look_at(self, threshold=_ABOVE_0, value=arguments.number())

    def cents_off(self, basket: nw.Expr) -> nw.Expr:
        """Nothing: the goods keep their price."""
        return basket * 0

    def gifts(self, basket: nw.Expr) -> nw.Expr:
        """As often as the threshold is reached (once, unless `every`)."""
        times = basket // _cents(self.threshold)
        if not self.every:
            times = nw.when(times > 1).then(nw.lit(1)).otherwise(times)
        return times * self.quantity


threshold_discount = ThresholdDiscount
percent_off = PercentOff
gift = Gift


@arguments.checked
def apply_offer(sales: IntoFrameT, offer: Offer) -> IntoFrameT:
    """What the lines would look like with the offer: its discount goes to the lines by the cent.

    A basket is what a sale's counting lines come to: those sold (not returned) at a price, of
    the offer's products. What it gets off is shared out over these lines in proportion to their
    amounts; cents left over go to the largest remainders, so the parts sum exactly and no line
    falls below 0. A gift is one more line at amount 0.

    Parameters
    ----------
    sales
        One row per line, with ``sale_id``, ``product_id``, ``quantity`` and ``amount``
        (currency units); ``discount`` is raised when it is there; any kind of dataframe.
    offer
        A `ThresholdDiscount`, a `PercentOff` or a `Gift`.

    Returns
    -------
    The same kind of frame: the lines with the new ``amount`` and ``discount``, then
    ``offer_discount``, the part that this offer took off (for a gift line, its value).

    Raises
    ------
    TableError
        When a column is missing.

    References
    ----------
    Sharing out by largest remainder (Hamilton's method), as tills do, so that each line can be
    returned at what was paid for it.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"sale_id": ["S1", "S1"], "product_id": ["tea", "cup"],
    ...                       "quantity": [1, 1], "amount": [200.0, 100.0]})
    >>> apply_offer(sales, ThresholdDiscount(300, 40))
      sale_id product_id  quantity  amount  offer_discount
    0      S1        tea         1  173.33           26.67
    1      S1        cup         1   86.67           13.33
    """
    needed = ["sale_id", "product_id", "quantity", "amount"]
    frame = require(sales, "sales", needed, ["discount", "cost", "list_price"])
    if not is_lazy(sales) and frame.implementation.is_duckdb():  # PyArrow's rows have an order
        numbered = frame.collect().with_row_index("_row").lazy("duckdb")
        lines = _applied(numbered, offer).sort("_row", nulls_last=True).drop("_row")
        return give_back(lines, sales)
    return give_back(_applied(frame, offer), sales)


def _applied(frame: nw.LazyFrame, offer: Offer) -> nw.LazyFrame:
    columns = frame.collect_schema()
    counts = (nw.col("amount") > 0) & (nw.col("quantity") > 0)
    if offer.products is not None:
        counts = counts & nw.col("product_id").is_in(list(offer.products))
    cents = (nw.col("amount").cast(nw.Float64).fill_null(0.0) * 100 + 0.5).floor().cast(nw.Int64)
    work = frame.with_columns(_cents=nw.when(counts).then(cents).otherwise(nw.lit(0)))
    work = work.with_columns(_basket=nw.col("_cents").sum().over("sale_id").cast(nw.Int64))
    basket = nw.col("_basket")
    work = work.with_columns(
        _off=offer.cents_off(basket).cast(nw.Int64),
        _share_of=nw.when(basket > 0).then(basket).otherwise(nw.lit(1)),
    )
    exact = nw.col("_cents") * nw.col("_off")
    work = work.with_columns(_part=(exact // nw.col("_share_of")).cast(nw.Int64))
    work = work.with_columns(
        _first=nw.col("_part") * nw.col("_share_of") - exact,
        _second=-nw.col("_cents"),
        _left=nw.col("_off") - nw.col("_part").sum().over("sale_id").cast(nw.Int64),
    )
    order = ["_first", "_second", "product_id", "quantity", "amount"]
    work = work.with_columns(_turn=nw.col("_cents").cum_count().over("sale_id", order_by=order))
    more = nw.when(nw.col("_turn") <= nw.col("_left")).then(nw.lit(1)).otherwise(nw.lit(0))
    work = work.with_columns(_part=nw.col("_part") + more)
    off = nw.col("_part") / 100
    taken = nw.col("_part") > 0
    after = (nw.col("_cents") - nw.col("_part")) / 100
    changed = {"amount": nw.when(taken).then(after).otherwise(nw.col("amount").cast(nw.Float64))}
    if "discount" in columns:
        before = nw.col("discount").cast(nw.Float64).fill_null(0.0)
        raised = (((before + off) * 100 + 0.5).floor()) / 100
        changed["discount"] = nw.when(taken).then(raised).otherwise(before)
    lines = work.with_columns(**changed, offer_discount=off).select(
        *columns.names(), "offer_discount"
    )
    if not isinstance(offer, Gift):
        return lines
    return nw.concat([lines, _gift_lines(work, lines.collect_schema(), offer)], how="vertical")


def _gift_lines(work: nw.LazyFrame, columns: Mapping[str, Any], offer: Gift) -> nw.LazyFrame:
    of_sale = [
        c for c in ("sold_at", "store_id", "staff_id", "member_id", "channel") if c in columns
    ]
    sales = work.with_columns(_gifts=offer.gifts(nw.col("_basket")).cast(nw.Int64))
    sales = sales.filter(nw.col("_gifts") > 0)
    sales = sales.group_by("sale_id").agg(
        *(nw.col(c).max() for c in of_sale), nw.col("_gifts").max()
    )
    value = nw.col("_gifts") * float(offer.value)
    known: dict[str, nw.Expr] = {
        "sale_id": nw.col("sale_id"),
        "product_id": nw.lit(offer.product_id),
        "quantity": nw.col("_gifts"),
        "list_price": nw.lit(float(offer.value)),
        "amount": nw.lit(0.0),
        "discount": value,
        "offer_discount": value,
        "cost": nw.col("_gifts") * float(offer.cost),
        **{c: nw.col(c) for c in of_sale},
    }
    return sales.select(
        *(known.get(name, nw.lit(None)).cast(dtype).alias(name) for name, dtype in columns.items())
    )


def _cents(money: float) -> int:
    return round(money * 100)


def _at_most(cents: nw.Expr, cap: float | None) -> nw.Expr:
    if cap is None:
        return cents
    return nw.when(cents > _cents(cap)).then(nw.lit(_cents(cap))).otherwise(cents)
