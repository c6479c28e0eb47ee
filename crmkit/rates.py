"""A share with what it was computed from, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.results import Result

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Rate(Result):
    """One share: numerator ÷ denominator, with a 95 % interval where chance plays a part.

    `value`, `low` and `high` lie in 0..1, or are None when the denominator is 0 (or, for a
    counter that missed people, smaller than the numerator). ``float(rate)`` gives the value.
    """

    name: str
    value: float | None
    numerator: float
    denominator: float
    low: float | None = None
    high: float | None = None

    def __float__(self) -> float:
        return float("nan") if self.value is None else self.value

    def __str__(self) -> str:
        if self.value is None:
            return _("{name}: no value ({numerator:,.0f} of {denominator:,.0f})").format(
                name=heading(self.name), numerator=self.numerator, denominator=self.denominator
            )
        if self.low is None or self.high is None:
            return _("{name}: {value:.1%} ({numerator:,.0f} of {denominator:,.0f})").format(
                name=heading(self.name),
                value=self.value,
                numerator=self.numerator,
                denominator=self.denominator,
            )
        return _(
            "{name}: {value:.1%} ({numerator:,.0f} of {denominator:,.0f}; "
            "95 % interval {low:.1%} to {high:.1%})"
        ).format(
            name=heading(self.name),
            value=self.value,
            numerator=self.numerator,
            denominator=self.denominator,
            low=self.low,
            high=self.high,
        )

    __repr__ = __str__

    def to_read(self) -> Any:
        """The figures as a pandas table of texts: shares as percentages, counts without decimals."""
        import pandas as pd

        told = {"name": heading(self.name)}
        for name in ("value", "low", "high"):
            value = getattr(self, name)
            if value is not None or name == "value":
                told[name] = "–" if value is None else f"{value:.1%}"
        for name in ("numerator", "denominator"):
            value = float(getattr(self, name))
            told[name] = f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
        order = [one for one in self.to_dict() if one in told]
        return pd.DataFrame([[told[one] for one in order]], columns=[heading(one) for one in order], index=[1])  # fmt: skip


def share(numerator: str, denominator: str) -> nw.Expr:
    """A rate column: null where the denominator is 0 or the numerator lies outside it."""
    inside = (nw.col(numerator) >= 0) & (nw.col(numerator) <= nw.col(denominator))
    return nw.when(inside).then(tables.ratio(numerator, denominator))


def wilson(value: str, n: str) -> tuple[nw.Expr, nw.Expr]:
    """The ends of the 95 % interval of a share of `n` independent answers (Wilson, 1927).

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927); statsmodels' ``proportion_confint(method="wilson")``.
    """
    p, count = nw.col(value), nw.col(n).cast(nw.Float64)
    z2 = Z95**2
    centre = (p * count + z2 / 2) / (count + z2)
    # (p − p²) can be −1e-17 at the ends: never take the root of that
    spread = (p * (1 - p) * count + z2 / 4).sqrt() * Z95 / (count + z2)
    low, high = centre - spread, centre + spread
    return (
        nw.when(low > 0).then(low).otherwise(nw.when(low <= 0).then(nw.lit(0.0))),
        nw.when(high < 1).then(high).otherwise(nw.when(high >= 1).then(nw.lit(1.0))),
    )


def with_rate(
    counts: nw.LazyFrame, name: str, numerator: str, denominator: str, *, interval: bool = True
) -> nw.LazyFrame:
    """Counts with the rate beside them, and its 95 % interval as `low` and `high`."""
    rated = counts.with_columns(share(numerator, denominator).alias(name))
    if not interval:
        return rated
    low, high = wilson(name, denominator)
    return rated.with_columns(low=low, high=high)


def one(row: dict, name: str, numerator: str, denominator: str) -> Rate:
    """A one-row answer as a `Rate`."""

    def value(column: str) -> float | None:
        found = row.get(column)
        return None if found is None or tables.is_nothing(found) else float(found)

    return Rate(
        name,
        value(name),
        value(numerator) or 0,
        value(denominator) or 0,
        value("low"),
        value("high"),
    )


def answer(
    counts: nw.LazyFrame,
    by: Sequence[str],
    like: object,
    name: str,
    numerator: str,
    denominator: str,
    *,
    interval: bool = True,
) -> object:
    """A `Rate` for the whole, or a frame with one row per group, of the kind that came in."""
    rated = with_rate(counts, name, numerator, denominator, interval=interval)
    if not by:
        return one(tables.collect(rated).rows(named=True)[0], name, numerator, denominator)
    ends = ["low", "high"] if interval else []
    rated = rated.select(*by, numerator, denominator, name, *ends).sort(*by, nulls_last=True)
    return tables.give_back(rated, like)
