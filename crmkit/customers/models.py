"""Two models of how customers buy until they leave: how often (BG/NBD) and how much (Gamma–Gamma).

The libraries that fit them are no longer kept or bring a whole sampler; both are one likelihood
each, which scipy climbs in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from scipy import optimize
from scipy.special import betainc, digamma, gammaln, hyp2f1

from crmkit import tables
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.tables import arguments

FURTHEST = 12.0
"""Parameters are sought between e^−12 and e^12: further out they stand for 0 or for endless."""
ALL_ALIKE = 30.0
"""Above this, members hardly differ in how they leave."""
FEWEST = 20
"""With fewer members than this there is nothing to learn four parameters from."""


@dataclass(frozen=True, eq=False)
class PurchaseModel:
    """How often members buy until they leave for good: the BG/NBD model.

    Each member buys at a rate of their own and after each purchase leaves with a chance of their
    own. `low` and `high` are the ends of the 95 % interval of each parameter.

    Parameters
    ----------
    r, alpha
        The rates (gamma, per week).
    a, b
        The chances of leaving (beta).
    log_likelihood
        That of the `n` members.
    n
        How many members it was fitted on.
    covariance
        That of the logarithms of the parameters: how unsure they are together.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    n: int
    covariance: Any = field(default=None, repr=False)

    @property
    def parameters(self) -> Any:
        """r, alpha, a and b as an array."""
        return np.array([self.r, self.alpha, self.a, self.b])

    def to_dict(self) -> dict[str, float]:
        """The parameters, the log-likelihood and the number of members, by name."""
        return {
            **{name: getattr(self, name) for name in ("r", "alpha", "a", "b")},
            "log_likelihood": self.log_likelihood,
            "n": self.n,
        }

    def to_frame(self) -> Any:
        """A pandas frame: parameter, value, low and high (95 % interval)."""
        return _parameters(self, ("r", "alpha", "a", "b"))

    def __str__(self) -> str:
        return _(
            "BG/NBD of {n:,} members: r {r:.3f}, alpha {alpha:.3f}, a {a:.3f}, b {b:.3f}; "
            "log-likelihood {ll:,.1f}"
        ).format(n=self.n, r=self.r, alpha=self.alpha, a=self.a, b=self.b, ll=self.log_likelihood)

    def alive(self, repeats: Any, first_to_last: Any, observed_weeks: Any) -> Any:
        """The probability (0..1) that a member with this history has not left for good."""
        x, last, whole = _numbers(
            repeats=repeats, first_to_last=first_to_last, observed_weeks=observed_weeks
        )
        gone = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
        gone += (self.r + x) * (np.log(self.alpha + whole) - np.log(self.alpha + last))
        return np.where(x > 0, 1 / (1 + np.exp(np.minimum(gone, 700))), 1.0)

    @arguments.checked(weeks=arguments.number())
    def expected(self, weeks: float, repeats: Any, first_to_last: Any, observed_weeks: Any) -> Any:
        """How many purchases a member with this history is expected to make in the next `weeks`."""
        x, whole = _numbers(repeats=repeats, observed_weeks=observed_weeks)
        stays = self._if_here(weeks, *np.broadcast_arrays(x, whole))
        return self.alive(repeats, first_to_last, observed_weeks) * stays

    def _if_here(self, weeks: float, x: Any, whole: Any) -> Any:
        """The purchases expected of members who have not left yet (the fraction of equation 10)."""
        still = (self.alpha + whole) / (self.alpha + whole + weeks)
        if max(self.a, self.b) > ALL_ALIKE:
            # all members leave with nearly the same chance, and the series overflows: add up the
            # chances of at least 1, 2, … purchases, each of them from a member who stayed so long
            found, more, stayed = np.zeros(x.shape), 1, np.ones(x.shape)
            while more < 100_000:
                term = betainc(more, self.r + x, 1 - still) * stayed
                found += term
                if term.max(initial=0) < 1e-10:
                    break
                stayed = stayed * (self.b + x + more - 1) / (self.a + self.b + x + more - 1)
                more += 1
            return found
        a = self.a + 1e-6 if abs(self.a - 1) < 1e-6 else self.a  # the formula has a hole there
        ends = a + self.b + x - 1
        ends = np.where(np.abs(ends) < 1e-9, 1e-9, ends)
        # Euler's form of the series: the plain one overflows for members who buy very often
        series = still ** (a - 1) * hyp2f1(a + self.b - 1 - self.r, a - 1, ends, 1 - still)
        return ends / (a - 1) * (1 - series)


@dataclass(frozen=True, eq=False)
class SpendModel:
    """How much a purchase of each member brings: the Gamma–Gamma model.

    The amounts of one member are gamma with shape `p`; members differ in their scale.

    Parameters
    ----------
    p
        The shape of one member's amounts.
    q, gamma
        The scales of the members (gamma).
    log_likelihood
        That of the `n` members.
    n
        How many members with a repeat purchase it was fitted on.
    correlation
        That of how often and how much among them: the model takes it for 0.
    covariance
        That of the logarithms of the parameters: how unsure they are together.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    n: int
    correlation: float
    covariance: Any = field(default=None, repr=False)

    @property
    def parameters(self) -> Any:
        """p, q and gamma as an array."""
        return np.array([self.p, self.q, self.gamma])

    def to_dict(self) -> dict[str, float]:
        """The parameters, the log-likelihood, the correlation and the number of members."""
        return {
            **{name: getattr(self, name) for name in ("p", "q", "gamma")},
            "log_likelihood": self.log_likelihood,
            "n": self.n,
            "correlation": self.correlation,
        }

    def to_frame(self) -> Any:
        """A pandas frame: parameter, value, low and high (95 % interval)."""
        return _parameters(self, ("p", "q", "gamma"))

    def __str__(self) -> str:
        return _(
            "Gamma–Gamma of {n:,} members: p {p:.2f}, q {q:.2f}, gamma {gamma:.2f}; "
            "how often and how much correlate by {correlation:.2f}"
        ).format(n=self.n, p=self.p, q=self.q, gamma=self.gamma, correlation=self.correlation)

    def expected(self, repeats: Any, repeat_value: Any) -> Any:
        """What a purchase of a member with these repeat purchases is expected to bring, currency
        units: between their own average and that of all, closer to theirs the more they bought."""
        # goods that came back may leave a purchase below 0
        x, value = _numbers(("repeat_value",), repeats=repeats, repeat_value=repeat_value)
        x = np.where(value > 0, x, 0)
        total = np.where(x > 0, x * value, 0)
        # with q below 1 the average of all has no end: the smallest that has one stands for it
        return self.p * (self.gamma + total) / np.maximum(self.p * x + self.q - 1, 0.05)


@arguments.checked
def fit_purchases(history: Any) -> PurchaseModel:
    """The BG/NBD model that fits these members best: how often they buy until they leave.

    Parameters
    ----------
    history
        What `purchase_history` gave, or any frame with repeats, first_to_last and observed_weeks
        (weeks).

    Returns
    -------
    A `PurchaseModel`.

    Raises
    ------
    TableError
        When a column is missing, no number, or impossible (a last purchase before the first, or
        after the time observed), or with too few members.

    References
    ----------
    P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way", Marketing
    Science 24 (2005).

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.customers import purchase_history
    >>> model = fit_purchases(purchase_history(ck.load("sales")))
    >>> 0 < model.r < 10
    True
    """
    table = counted(history)
    columns = ["repeats", "first_to_last", "observed_weeks"]
    alike = table.groupby(columns, as_index=False).size()
    x, last, whole, weight = (alike[c].to_numpy("float64") for c in [*columns, "size"])
    if table["repeats"].sum() < 2:
        raise tables.TableError(
            _("Hardly anybody bought twice, so nothing can be said about when they come again.")
        )

    def loss(logs: Any, every: int = 1) -> tuple[float, Any]:
        some = slice(None, None, every)
        value, slope = _purchase_likelihood(np.exp(logs), x[some], last[some], whole[some])
        n = weight[some].sum()
        return -(weight[some] @ value) / n, -(slope @ weight[some]) * np.exp(logs) / n

    starts = ([0.0, np.log(4), 0.0, 0.5], [-1.0, 2.0, -1.0, 1.0], [0.5, 1.0, -3.0, 3.0])
    logs = _climb(loss, starts, len(x))
    r, alpha, a, b = (float(v) for v in np.exp(logs))
    n = len(table)
    return PurchaseModel(r, alpha, a, b, -loss(logs)[0] * n, n, _covariance(loss, logs, n))


@arguments.checked
def fit_spend(history: Any) -> SpendModel:
    """The Gamma–Gamma model that fits these members best: how much a purchase of each brings.

    Parameters
    ----------
    history
        What `purchase_history` gave, or any frame with repeats and repeat_value (currency units);
        members without a repeat purchase that brought something are left out.

    Returns
    -------
    A `SpendModel`.

    Raises
    ------
    TableError
        When a column is missing or no number, or with too few members.

    References
    ----------
    P. S. Fader, B. G. S. Hardie and K. L. Lee, "RFM and CLV: Using Iso-Value Curves for Customer
    Base Analysis", Journal of Marketing Research 42 (2005).

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.customers import purchase_history
    >>> model = fit_spend(purchase_history(ck.load("sales")))
    >>> 0 < model.p < 100
    True
    """
    table = counted(history, ["repeats", "repeat_value"], all_filled=("repeats",))
    table = table[(table["repeats"] > 0) & (table["repeat_value"] > 0)]
    if len(table) < FEWEST:
        raise tables.TableError(
            _(
                "Only {n} members made a repeat purchase that brought something; what a purchase "
                "brings can be fitted from {least} on."
            ).format(n=len(table), least=FEWEST)
        )
    x, value = table["repeats"].to_numpy("float64"), table["repeat_value"].to_numpy("float64")
    unit = float(np.median(value))

    def loss(logs: Any, every: int = 1) -> tuple[float, Any]:
        found, slope = _spend_likelihood(np.exp(logs), x[::every], value[::every] / unit)
        return -found.mean(), -slope.mean(axis=1) * np.exp(logs)

    logs = _climb(loss, ([1.0, 1.0, 0.0], [2.0, 1.5, 1.0], [0.0, 0.5, 0.0]), len(x))
    p, q, gamma = (float(v) for v in np.exp(logs))
    n = len(table)
    log_likelihood = -loss(logs)[0] * n - n * np.log(unit)
    related = np.corrcoef(x, value)[0, 1] if x.std() > 0 and value.std() > 0 else 0.0
    covariance = _covariance(loss, logs, n)
    return SpendModel(p, q, gamma * unit, log_likelihood, n, float(related), covariance)


def _purchase_likelihood(given: Any, x: Any, last: Any, whole: Any) -> tuple[Any, Any]:
    """The log-likelihood of each member and its slope in r, alpha, a and b (equation 6 of 2005)."""
    r, alpha, a, b = given
    again = x > 0
    left = np.maximum(x, 1)  # only used where there is a repeat purchase
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    shared += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    here = -(r + x) * np.log(alpha + whole)
    gone = np.log(a) - np.log(b + left - 1) - (r + x) * np.log(alpha + last)
    gone = np.where(again, gone, -np.inf)
    both = np.logaddexp(here, gone)
    stays, leaves = np.exp(here - both), np.exp(gone - both)
    joint = digamma(a + b) - digamma(a + b + x)
    slope = np.array(
        [
            digamma(r + x) - digamma(r) + np.log(alpha)
            - stays * np.log(alpha + whole) - leaves * np.log(alpha + last),
            r / alpha - (r + x) * (stays / (alpha + whole) + leaves / (alpha + last)),
            joint + leaves / a,
            joint + digamma(b + x) - digamma(b) - leaves / (b + left - 1),
        ]
    )  # fmt: skip
    return shared + both, slope


def _spend_likelihood(given: Any, x: Any, value: Any) -> tuple[Any, Any]:
    """The log-likelihood of each member and its slope in p, q and gamma."""
    p, q, gamma = given
    total = gamma + x * value
    found = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    found += (p * x - 1) * np.log(value) + p * x * np.log(x) - (p * x + q) * np.log(total)
    grown = digamma(p * x + q)
    slope = np.array(
        [
            x * (grown - digamma(p * x) + np.log(value) + np.log(x) - np.log(total)),
            grown - digamma(q) + np.log(gamma) - np.log(total),
            q / gamma - (p * x + q) / total,
        ]
    )
    return found, slope


ENOUGH = 20_000
"""Of more members than this, some show the way to the top; all of them find its last digits."""


def _climb(loss: Any, starts: Any, size: int) -> Any:
    """The logarithms of the best parameters, from the start that leads highest."""

    def from_here(start: Any, every: int) -> Any:
        return optimize.minimize(
            loss, start, args=(every,), jac=True, method="L-BFGS-B",
            bounds=[(-FURTHEST, FURTHEST)] * len(start),
            options={"maxiter": 2_000, "ftol": 1e-13, "gtol": 1e-8},
        )  # fmt: skip

    every = max(1, size // ENOUGH)
    tried = [found for start in starts if np.isfinite((found := from_here(start, every)).fun)]
    if not tried:
        raise CrmkitError(_("No model fits these purchases: look at them with ck.clean.validate."))
    best = min(tried, key=lambda found: found.fun)
    return best.x if every == 1 else from_here(best.x, 1).x


def _covariance(loss: Any, logs: Any, n: int) -> Any:
    """The covariance of the logarithms: the inverse of the curvature at the top.

    A direction in which the likelihood is flat (nobody leaves, say) says nothing, and keeps a
    spread of 1 rather than an endless one.
    """
    step = 1e-4
    rows = []
    for at in range(len(logs)):
        aside = np.zeros(len(logs))
        aside[at] = step
        rows.append((loss(logs + aside)[1] - loss(logs - aside)[1]) / (2 * step))
    curvature = np.array(rows) * n
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    return (vectors / np.maximum(values, 1.0)) @ vectors.T


def _parameters(model: Any, names: tuple[str, ...]) -> Any:
    import pandas as pd

    from crmkit.rates import Z95

    values = model.parameters
    spread = np.exp(Z95 * np.sqrt(np.diag(model.covariance)))
    return pd.DataFrame(
        {"parameter": names, "value": values, "low": values / spread, "high": values * spread}
    )


def drawn(model: Any, draws: int, chance: Any) -> Any:
    """So many sets of parameters as the members could as well have told, one per row.

    Drawn as they come: what is known well is often a ratio of two parameters that are not, and to
    hold one of them back would move it.
    """
    logs = chance.multivariate_normal(np.log(model.parameters), model.covariance, draws)
    return np.exp(logs)


def counted(
    history: Any,
    columns: Any = ("repeats", "first_to_last", "observed_weeks"),
    *,
    all_filled: Any = None,
) -> Any:
    """The history in memory, after checking that it can be one."""
    columns = list(columns)
    opened = tables.open_frame(history)
    present = opened.collect_schema().names()
    for name in columns:
        if name not in present:
            raise tables.TableError(
                _("There is no column {column!r}: give the frame that {source} returns.").format(
                    column=name, source="customers.purchase_history"
                )
            )
    opened = tables.with_numbers(opened, "history", columns)
    kept = [name for name in ("member_id", "repeat_value", "spent") if name in present]
    table = tables.to_pandas(opened.select(*dict.fromkeys([*columns, *kept])))
    # engines divide days by 7 with an error of their own, which climbing would make larger
    table[columns] = table[columns].astype("float64").round(9)
    for name in columns if all_filled is None else all_filled:
        if table[name].isna().any():
            raise tables.TableError(
                _("The column {column!r} has gaps: every member needs a number there.").format(
                    column=name
                )
            )
    if len(table) < FEWEST:
        raise tables.TableError(
            _("{n} members are too few to learn from; it takes {least}.").format(
                n=len(table), least=FEWEST
            )
        )
    if "observed_weeks" in columns:
        _check_order(table)
    return table


def _check_order(table: Any) -> None:
    wrong = (
        (table["repeats"] < 0)
        | (table["repeats"] % 1 != 0)
        | (table["first_to_last"] < 0)
        | (table["first_to_last"] > table["observed_weeks"] + 1e-9)
        | ((table["repeats"] == 0) & (table["first_to_last"] > 0))
        | ~np.isfinite(table["observed_weeks"])
    )
    if wrong.any():
        row = table[wrong].iloc[0]
        raise tables.TableError(
            _(
                "A member cannot have {repeats:g} repeat purchases, the last {last:g} weeks after "
                "the first, in {whole:g} weeks ({n:,} rows like this)."
            ).format(
                repeats=row["repeats"],
                last=row["first_to_last"],
                whole=row["observed_weeks"],
                n=int(wrong.sum()),
            )
        )


def _none_below(least: float, value: Any) -> bool:
    return not np.any(_as_numbers(value) < least)


def _numbers(signed: tuple[str, ...] = (), **named: Any) -> list[Any]:
    """Figures of one member, or of several side by side, none below 0 but the signed ones."""
    any_sign, from_zero = (
        _("a number, or a column of them"),
        _("a number of 0 or more, or a column of them"),
    )
    for name, value in named.items():
        least, limit = (float("-inf"), any_sign) if name in signed else (0, from_zero)
        tables.demand(name, value, limit, partial(_none_below, least))
    found = [_as_numbers(value) for value in named.values()]
    if len({numbers.shape for numbers in found if numbers.shape}) > 1:
        raise tables.TableError(
            _("{names} are not of one length: {lengths}.").format(
                names=", ".join(named), lengths=", ".join(str(n.size) for n in found)
            )
        )
    return found


def _as_numbers(value: Any) -> Any:
    return np.asarray(value, dtype="float64")
