"""What an offer would cost, from which uplift on it pays, and how many members a trial needs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit.campaign.offers import Gift, Offer, apply_offer
from crmkit.i18n import gettext as _
from crmkit.results import Finding, number
from crmkit.tables import TableError, arguments, demand, open_frame, require

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Plan(Finding):
    """What an offer would do to the orders of a comparable time.

    Money is in currency units, rates and uplifts lie at 0 and above (0.1 is 10 %).

    Parameters
    ----------
    n_orders
        Orders of the comparable time.
    offered
        The part of them that would get the offer, 0 to 1.
    revenue, margin
        What they brought without the offer.
    offer_cost
        What discounts and gifts would have taken from the same orders.
    offer_cost_low, offer_cost_high
        The ends of its 95 % interval for as many orders to come.
    other_cost
        Contacts and fixed costs.
    break_even
        How many more orders of the same kind it takes until the margin, less all costs, is what
        it was; None when each order loses money.
    break_even_low, break_even_high
        The ends of its 95 % interval (delta method).
    target_orders, target_revenue
        The orders and the revenue of that.
    uplift
        The uplift hoped for.
    profit
        What `uplift` more orders would bring above the time without the offer.
    base_rate
        The part of those contacted who buy without the offer, 0 to 1; None when not given.
    sample_size
        Members that each group needs to show `uplift` in that rate; None without the rate.
    contacts
        Members to contact.
    power
        The chance that a trial with `contacts` members, a share of them control, shows it.
    """

    n_orders: int
    offered: float
    revenue: float
    margin: float
    offer_cost: float
    offer_cost_low: float
    offer_cost_high: float
    other_cost: float
    break_even: float | None
    break_even_low: float | None
    break_even_high: float | None
    target_orders: int | None
    target_revenue: float | None
    uplift: float
    profit: float
    base_rate: float | None = None
    sample_size: int | None = None
    contacts: int | None = None
    power: float | None = None

    def _shown(self, name: str, value: Any) -> str:
        return number(value, name in _SHARES)

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        if self.break_even is None:
            first = _(
                "With {n} orders like these the offer costs {cost} (95 % interval {low} to "
                "{high}) and leaves no margin, so no number of extra orders pays for it."
            ).format(**self._places())
        else:
            first = _(
                "With {n} orders like these the offer costs {cost} (95 % interval {low} to "
                "{high}) and pays from {break_even} more orders on (95 % interval "
                "{break_even_low} to {break_even_high}); it does not say how many will come: "
                "only a trial with a control group does."
            ).format(**self._places())
        if self.sample_size is None:
            return first
        return (
            first
            + " "
            + _(
                "To see with 80 % certainty that buyers rose from {base_rate} to {wanted_rate}, each "
                "group needs {sample_size} members."
            ).format(**self._places())
        )

    def _places(self) -> dict[str, str]:
        return {
            "n": f"{self.n_orders:,}",
            "cost": number(self.offer_cost),
            "low": number(self.offer_cost_low),
            "high": number(self.offer_cost_high),
            **{
                name: "–" if (value := getattr(self, name)) is None else f"{value:.1%}"
                for name in ("break_even", "break_even_low", "break_even_high")
            },
            "base_rate": "–" if self.base_rate is None else f"{self.base_rate:.1%}",
            "wanted_rate": f"{(self.base_rate or 0) * (1 + self.uplift):.1%}",
            "sample_size": "–" if self.sample_size is None else f"{self.sample_size:,}",
        }


_SHARES = (
    *("offered", "break_even", "break_even_low", "break_even_high"),
    *("uplift", "base_rate", "power"),
)


@arguments.checked(contacts=arguments.whole())
def plan(
    sales: Any,
    offer: Offer,
    uplift: float = 0.1,
    contacts: int | None = None,
    contact_cost: float = 0.0,
    fixed_cost: float = 0.0,
    base_rate: float | None = None,
    control_share: float = 0.2,
    margin_rate: float | None = None,
) -> Plan:
    """What an offer would cost, from which uplift on it pays, and how many members a trial needs.

    Parameters
    ----------
    sales
        The lines of a comparable time, of those the offer is for: ``sale_id``, ``product_id``,
        ``quantity``, ``amount`` and, for the margin, ``cost``; any kind of dataframe.
    offer
        A `ThresholdDiscount`, a `PercentOff` or a `Gift`.
    uplift
        The uplift hoped for: 0.1 is 10 % more orders (and, with `base_rate`, buyers).
    contacts
        Members to contact.
    contact_cost, fixed_cost
        What one contact and the rest of the work cost, in currency units.
    base_rate
        The part of those contacted who buy anyway, 0 to 1, for the sample size.
    control_share
        The part of `contacts` that is left alone.
    margin_rate
        Margin ÷ revenue, 0 to 1; instead of the column ``cost``.

    Returns
    -------
    A `Plan`. Lines that came back are left out: an order is what was bought.

    Raises
    ------
    TableError
        When a column is missing or nothing was sold.
    CrmkitError
        When a figure is out of its range, or neither ``cost`` nor `margin_rate` is given.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.campaign import ThresholdDiscount
    >>> sales = pd.DataFrame({"sale_id": ["S1", "S2"], "product_id": ["tea", "tea"],
    ...     "quantity": [3, 1], "amount": [300.0, 100.0], "cost": [180.0, 60.0]})
    >>> result = plan(sales, ThresholdDiscount(300, 40))
    >>> result.margin, result.offer_cost, round(result.break_even, 3)
    (160.0, 40.0, 0.333)
    """
    orders = _orders(sales, offer, margin_rate)
    n, other = len(orders), (contacts or 0) * contact_cost + fixed_cost
    revenue, margin, lost = (float(orders[c].sum()) for c in ("amount", "margin", "off"))
    kept = margin - lost
    cost_low, cost_high = (n * end for end in _mean_interval(orders["off"]))
    break_even = low = high = target_orders = target_revenue = None
    if kept > 0:
        break_even = (margin + other) / kept - 1
        # delta method: the error of the ratio is that of its residuals
        residuals = orders["margin"] - (1 + break_even) * (orders["margin"] - orders["off"])
        spread = float(residuals.std()) if n > 1 else 0.0
        half = 1.959963984540054 * spread * n**0.5 / kept
        low, high = max(break_even - half, 0.0), break_even + half
        target_orders = ceil(round(n * (1 + break_even), 6))
        target_revenue = (revenue - float(orders["discount"].sum())) * (1 + break_even)
    treated = control = None
    if contacts is not None:
        control = max(1, round(contacts * control_share))
        treated = contacts - control
    return Plan(
        n_orders=n,
        offered=float((orders["off"] > 0).mean()),
        revenue=revenue,
        margin=margin,
        offer_cost=lost,
        offer_cost_low=cost_low,
        offer_cost_high=cost_high,
        other_cost=other,
        break_even=break_even,
        break_even_low=low,
        break_even_high=high,
        target_orders=target_orders,
        target_revenue=target_revenue,
        uplift=uplift,
        profit=kept * (1 + uplift) - other - margin,
        base_rate=base_rate,
        sample_size=None if base_rate is None else sample_size(base_rate, uplift),
        contacts=contacts,
        power=None
        if base_rate is None or not treated or control is None
        else power(base_rate, uplift, treated, control),
    )


@arguments.checked
def sample_size(
    base_rate: float, uplift: float, power: float = 0.8, confidence: float = 0.95
) -> int:
    """How many members each group needs to show an uplift in the share of buyers.

    Parameters
    ----------
    base_rate
        The share who buy without the campaign, between 0 and 1.
    uplift
        The relative uplift to be seen: 0.1 turns 20 % into 22 %.
    power
        How often a trial shall find it when it is there.
    confidence
        1 − how often a trial may find something that is not there.

    Returns
    -------
    The members per group, for a two-sided test of two shares.

    Raises
    ------
    CrmkitError
        When a rate is out of range.

    References
    ----------
    Cohen's h (J. Cohen, 1988), as statsmodels reckons it.

    Examples
    --------
    >>> sample_size(0.20, 0.10)
    6508
    """
    from statsmodels.stats.power import NormalIndPower

    effect = _effect(base_rate, uplift)
    return ceil(NormalIndPower().solve_power(effect, power=power, alpha=1 - confidence))


@arguments.checked(treated=arguments.whole(), control=arguments.whole())
def power(
    base_rate: float, uplift: float, treated: int, control: int, confidence: float = 0.95
) -> float:
    """The chance that a trial of this size shows the uplift when it is there, 0 to 1.

    Parameters
    ----------
    base_rate, uplift
        As in `sample_size`.
    treated, control
        How many members each group has.
    confidence
        As in `sample_size`.

    Raises
    ------
    CrmkitError
        When a rate is out of range.

    References
    ----------
    As in `sample_size`.

    Examples
    --------
    >>> round(power(0.20, 0.10, 6508, 6508), 2)
    0.8
    """
    from statsmodels.stats.power import NormalIndPower

    effect = _effect(base_rate, uplift)
    found = NormalIndPower().power(effect, treated, 1 - confidence, ratio=control / treated)
    return float(found)


def _effect(base_rate: float, uplift: float) -> float:
    from statsmodels.stats.proportion import proportion_effectsize

    limit = _("more than 0, and base_rate × (1 + uplift) at most 1")
    demand("uplift", uplift, limit, lambda x: x > 0 and base_rate * (1 + x) <= 1)
    return float(proportion_effectsize(base_rate * (1 + uplift), base_rate))


def _orders(sales: Any, offer: Offer, margin_rate: float | None) -> pd.DataFrame:
    """Per order: revenue and margin without the offer, and what it would take off both."""
    frame = require(sales, "sales", ["sale_id", "product_id", "quantity", "amount"], ["cost"])
    if margin_rate is not None:
        frame = frame.with_columns(cost=nw.col("amount") * (1 - margin_rate))
    elif "cost" not in frame.collect_schema().names():
        raise TableError(_("sales has no column 'cost': add it, or give margin_rate=0.4 or so."))
    lines = frame.filter((nw.col("quantity") > 0) & ~nw.col("cost").is_null())
    lines = lines.select("sale_id", "product_id", "quantity", "amount", "cost")
    offered = open_frame(apply_offer(lines.to_native(), offer))
    sums = [
        part.group_by("sale_id").agg(*(nw.col(name).sum() for name in columns)).collect()
        for part, columns in ((lines, ["amount", "cost"]), (offered, ["offer_discount", "cost"]))
    ]
    without, with_it = (part.to_pandas().set_index("sale_id").sort_index() for part in sums)
    if without.empty:
        raise TableError(_("Nothing was sold in these lines, so there is nothing to plan with."))
    orders = without.assign(
        margin=without["amount"] - without["cost"],
        # what a gift is worth stands in its line's offer_discount, but nobody pays less for it
        discount=0.0 if isinstance(offer, Gift) else with_it["offer_discount"].round(2),
        gifts=(with_it["cost"] - without["cost"]).round(2),
    )
    return orders.assign(off=orders["discount"] + orders["gifts"])


def _mean_interval(values: pd.Series) -> tuple[float, float]:
    from statsmodels.stats.weightstats import DescrStatsW

    if len(values) < 2 or values.nunique() == 1:
        return float(values.mean()), float(values.mean())
    low, high = DescrStatsW(values).tconfint_mean()
    return max(float(low), 0.0), float(high)
