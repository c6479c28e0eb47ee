"""Customer lifetime value: what each member is still expected to bring, and how sure that is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from crmkit import tables
from crmkit.customers import models
from crmkit.customers.history import purchase_history
from crmkit.i18n import gettext as _
from crmkit.results import Result
from crmkit.tables import arguments

DRAWS = 400
"""So many possible futures of each member are drawn for the intervals."""
AT_ONCE = 5_000
WEEKS_A_YEAR = 365.25 / 7


@dataclass(frozen=True, eq=False)
class LifetimeValue(Result):
    """What every member, and all of them together, are still expected to bring.

    Parameters
    ----------
    members
        One row per member, of the kind of frame that came in (see `lifetime_value`).
    purchases, spend
        The two models.
    n
        How many members.
    weeks
        How far ahead.
    total, low, high
        Currency units, with the ends of the 95 % interval.
    """

    table_of = "members"

    members: Any = field(repr=False)
    purchases: models.PurchaseModel
    spend: models.SpendModel
    n: int
    weeks: float
    total: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """The totals and the parameters of both models, by name."""
        fitted = {**self.purchases.to_dict(), **self.spend.to_dict()}
        return super().to_dict() | {
            name: value for name, value in fitted.items() if name not in ("n", "log_likelihood")
        }

    def __str__(self) -> str:
        return _(
            "{n:,} members are expected to bring {total:,.0f} in the next {weeks:g} weeks "
            "(95 % interval {low:,.0f} to {high:,.0f})"
        ).format(n=self.n, total=self.total, weeks=self.weeks, low=self.low, high=self.high)

    __repr__ = __str__


@arguments.checked(weeks=arguments.number(above=True))
def lifetime_value(
    sales: Any,
    weeks: float = 52,
    *,
    as_of: str | date | None = None,
    margin_rate: float = 1.0,
    discount_rate: float = 0.0,
    seed: int = 0,
) -> LifetimeValue:
    """What each member is expected to bring in the next `weeks` (customer lifetime value, 客户终身价值).

    How often is told by the BG/NBD model, how much by the Gamma–Gamma one, fitted on these very
    members (`fit_purchases`, `fit_spend`); the intervals hold 95 of 100 futures drawn from them, in
    which the parameters are unsure as well. Both models know nothing of seasons or campaigns and
    take how often and how much for unrelated: see `holdout` before you believe them.

    Parameters
    ----------
    sales
        Lines with sold_at, member_id, quantity, amount, or what `purchase_history` gave.
    weeks
        How far ahead.
    as_of
        The last day that is known, as in `purchase_history`.
    margin_rate
        Which share of revenue stays with the shop (1: the value is revenue).
    discount_rate
        How much less money is worth a year later.
    seed
        The same seed draws the same futures.

    Returns
    -------
    A `LifetimeValue`; its members, sorted by member_id: repeats, first_to_last and observed_weeks
    (see `purchase_history`), alive_probability (that they have not left for good),
    expected_purchases with purchases_low and purchases_high, expected_spend (per purchase),
    lifetime_value with value_low and value_high (currency units). The purchase of the first day is
    not forecast: members who have not come yet are not in it.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or with fewer than 20 members or hardly a
        repeat purchase.
    CrmkitError
        For a number out of its limits.

    References
    ----------
    See `fit_purchases` and `fit_spend`.

    Examples
    --------
    >>> import crmkit as ck
    >>> found = lifetime_value(ck.load("sales"), weeks=12)
    >>> found.low < found.total < found.high
    True
    """
    columns = tables.open_frame(sales).collect_schema().names()
    told = {"repeats", "first_to_last", "observed_weeks"} & set(columns)
    history = sales if told and "sold_at" not in columns else purchase_history(sales, as_of)
    table = models.counted(history)
    if "repeat_value" not in table:
        raise tables.missing_column("history", "repeat_value", columns)
    purchases, spend = models.fit_purchases(table), models.fit_spend(table)
    known = [table[c].to_numpy("float64") for c in ("repeats", "first_to_last", "observed_weeks")]
    values = table["repeat_value"].to_numpy("float64")
    expected = purchases.expected(weeks, *known)
    each = spend.expected(known[0], values)
    worth = margin_rate * _discount(purchases, weeks, known, expected, discount_rate)
    bought, brought, totals = _futures(purchases, spend, weeks, known, values, worth, seed)
    money = tables.MONEY_DECIMALS
    names = [n for n in ("member_id", "repeats", "first_to_last", "observed_weeks") if n in table]
    members = table[names].assign(
        repeats=known[0].astype("int64"),
        alive_probability=purchases.alive(*known).round(6),
        expected_purchases=expected.round(6),
        purchases_low=bought[0].astype("int64"),
        purchases_high=bought[1].astype("int64"),
        expected_spend=each.round(money),
        lifetime_value=(expected * each * worth).round(money),
        value_low=brought[0].round(money),
        value_high=brought[1].round(money),
    )
    low, high = (float(v) for v in np.quantile(totals, [0.025, 0.975]))
    total = float((expected * each * worth).sum())
    return LifetimeValue(
        tables.give_back_small(members, sales), purchases, spend, len(members),
        weeks, total, low, high,
    )  # fmt: skip


def _discount(model: Any, weeks: float, known: Any, expected: Any, rate: float) -> Any:
    """What a unit of money spent in these weeks is worth today, for each member."""
    if not rate:
        return np.ones(len(expected))
    steps = max(1, int(np.ceil(weeks / 4)))
    ends = np.linspace(0, weeks, steps + 1)
    before, worth = np.zeros(len(expected)), np.zeros(len(expected))
    for start, end in itertools.pairwise(ends):
        until = model.expected(end, *known)
        worth += (until - before) / (1 + rate) ** ((start + end) / 2 / WEEKS_A_YEAR)
        before = until
    return worth / np.maximum(expected, 1e-12)


def _futures(
    purchases: Any, spend: Any, weeks: float, known: Any, values: Any, worth: Any, seed: int
) -> tuple[Any, Any, Any]:
    """The ends of the intervals: of each member's purchases, of what they bring, and the totals.

    Given a history, a member who has not left buys at a gamma rate and leaves after a purchase with
    a beta chance: the purchases still to come are the lesser of a Poisson and a geometric number.
    """
    chance = np.random.default_rng(seed)
    r, alpha, a, b = models.drawn(purchases, DRAWS, chance).T
    p, q, gamma = models.drawn(spend, DRAWS, chance).T
    totals = np.zeros(DRAWS)
    lows: list[Any] = []
    highs: list[Any] = []
    money_lows: list[Any] = []
    money_highs: list[Any] = []
    for start in range(0, len(values), AT_ONCE):
        x, last, whole = (v[start : start + AT_ONCE, None] for v in known)
        value = values[start : start + AT_ONCE, None]
        gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1)
        gone = gone + (r + x) * np.log((alpha + whole) / (alpha + last))
        alive = np.where(x > 0, 1 / (1 + np.exp(np.minimum(gone, 700))), 1.0)
        rate = chance.gamma(r + x, 1 / (alpha + whole))
        leaves = np.clip(chance.beta(a, b + x), 1e-12, 1)
        count = np.minimum(
            chance.poisson(np.minimum(rate * weeks, 1e9)),
            np.minimum(np.ceil(np.log(chance.random(leaves.shape)) / np.log1p(-leaves * 0.999999999)), 1e9),
        )  # fmt: skip
        count = np.where(chance.random(count.shape) < alive, count, 0)
        bought = np.where(value > 0, x, 0)
        scale = gamma + np.where(bought > 0, bought * value, 0)
        each = chance.gamma(p * bought + q) / scale
        brought = np.where(count > 0, chance.gamma(np.maximum(p * count, 1e-9)) / each, 0)
        brought *= worth[start : start + AT_ONCE, None]
        totals += brought.sum(axis=0)  # before each row is sorted: a column is one future
        for of, low, high in ((count, lows, highs), (brought, money_lows, money_highs)):
            of.sort(axis=1)
            low.append(of[:, int(0.025 * DRAWS)])
            high.append(of[:, int(0.975 * DRAWS) - 1])
    joined = [np.concatenate(ends) for ends in (lows, highs, money_lows, money_highs)]
    return (joined[0], joined[1]), (joined[2], joined[3]), totals
