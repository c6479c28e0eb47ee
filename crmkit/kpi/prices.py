"""What prices did, and how sales moved beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.labels import code
from crmkit.results import Finding
from crmkit.tables import arguments

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PERIODS = ("week", "month", "quarter", "year")


def _paid(
    sales: Any, period: str, by: str | None, since: Any, until: Any, described: dict[str, Any]
) -> pd.DataFrame:
    """Per product and period (and group) what a piece cost on average, and how many were sold."""
    keys = list(dict.fromkeys([period, *tables.name_list(by), "product_id"]))
    lines, _keys, periods = tables.grouped(
        sales, "sales", ["product_id", "sold_at", "quantity", "amount"], keys, since, until,
        **described,
    )  # fmt: skip
    lines = lines.filter(
        (nw.col("quantity") > 0) & (nw.col("amount") > 0) & ~nw.col("product_id").is_null()
    )
    sums = lines.group_by(*keys).agg(nw.col("amount").sum(), nw.col("quantity").sum())
    sums = tables.named_periods(sums.with_columns(*tables.money("amount")), periods)
    table = tables.to_pandas(sums).dropna(subset=keys).sort_values(keys, ignore_index=True)
    numbers = table[["amount", "quantity"]].astype("float64")
    return table.assign(
        **{c: numbers[c] for c in numbers}, price=numbers["amount"] / numbers["quantity"]
    )


@arguments.checked(period=arguments.one_of(*PERIODS), by=arguments.a_name)
def price_index(
    sales: Any,
    period: str = "month",
    by: str | None = None,
    *,
    base: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Any:
    """How prices moved: the same goods, what they cost now against what they cost at the start.

    A product's price is what was paid for a piece on average, discounts taken off; a mean price
    also moves when more is bought on offer. New and vanished products are not in it: look at
    matched_share.

    Parameters
    ----------
    sales
        product_id, sold_at, quantity and amount, one row per line; returned lines and gifts are
        left out.
    period
        week, month, quarter or year.
    by
        One index for each value of a column (category, store_id).
    base
        The period that is 100 (the first when not given), as it is written in the result.
    since, until
        First and last day that count, both included.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    A frame of the kind that came in, sorted: the group, the period, products (sold in both),
    matched_share (their part of the period's revenue), laspeyres (goods as bought at the base),
    paasche (goods as bought now) and fisher (the geometric mean), 100 at the base. Null where
    nothing was sold in both.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind, or nothing was sold in `base`.

    References
    ----------
    Laspeyres (1871), Paasche (1874), Fisher (1922).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"product_id": ["tea", "tea"], "quantity": [1, 2],
    ...     "amount": [10.0, 22.0], "sold_at": pd.to_datetime(["2025-05-09", "2025-06-09"])})
    >>> price_index(lines)["fisher"].tolist()
    [100.0, 110.0]
    """
    import numpy as np
    import pandas as pd

    described = {"products": products, "stores": stores}
    table = _paid(sales, period, by, since, until, described)
    groups = [name for name in tables.name_list(by) if name != period]
    known = sorted(table[period].unique().tolist())
    if base is None:
        base = known[0] if known else None
    elif base not in [str(one)[:10] for one in known]:
        raise tables.TableError(
            _("Nothing was sold in {base!r}; there are {first} to {last}.").format(
                base=base, first=known[0] if known else "–", last=known[-1] if known else "–"
            )
        )
    then = table[table[period].astype(str).str[:10] == str(base)[:10]]
    keys = [*groups, "product_id"]
    both = table.merge(
        then[[*keys, "price", "quantity"]], on=keys, how="left", suffixes=("", "_then")
    )
    parts = both.assign(
        there=both["price_then"].notna().astype("int64"),
        matched=both["amount"].where(both["price_then"].notna(), 0.0),
        up0=both["price"] * both["quantity_then"],
        down0=both["price_then"] * both["quantity_then"],
        down1=both["price_then"] * both["quantity"],
    )
    names = ["there", "amount", "matched", "up0", "down0", "down1"]
    sums = parts.groupby([*groups, period], sort=True)[names].sum().reset_index()

    def over(top: str, bottom: str) -> np.ndarray:
        known = sums[bottom].where(sums[bottom] > 0)
        return sums[top] / known

    laspeyres, paasche = 100 * over("up0", "down0"), 100 * over("matched", "down1")
    answer = pd.DataFrame(
        {
            **{name: sums[name] for name in [*groups, period]},
            "products": sums["there"].astype("int64"),
            "matched_share": over("matched", "amount").astype("float64"),
            "laspeyres": laspeyres.astype("float64").round(6),
            "paasche": paasche.astype("float64").round(6),
            "fisher": np.sqrt(laspeyres * paasche).astype("float64").round(6),
        }
    )
    return tables.give_back_small(answer, sales)


@dataclass(frozen=True)
class Elasticity(Finding):
    """How sales moved beside prices: an observation, not an experiment.

    Parameters
    ----------
    by
        The column of the groups.
    table
        A pandas frame, one row per group, the most sensitive first: the group, products,
        observations, elasticity with its 95 % interval `low` and `high`, p_value and price_spread
        (the standard deviation of log price within a product: under 0.02 there is little to learn
        from).
    period
        What one observation is: the sales of a product in a week, a month …
    """

    by: str
    table: pd.DataFrame
    period: str = "week"

    def figures(self) -> Iterator[tuple[str, str]]:
        """Each group's elasticity with its interval and n."""
        for row in self.table.to_dict("records"):
            if row["elasticity"] != row["elasticity"]:
                yield code(self.by, row[self.by]), "–"
                continue
            yield (
                code(self.by, row[self.by]),
                _("{elasticity:.2f} ({low:.2f} to {high:.2f}; n = {n:,})").format(
                    elasticity=row["elasticity"],
                    low=row["low"],
                    high=row["high"],
                    n=row["observations"],
                ),
            )

    @property
    def sentence(self) -> str:
        """What it means and what it does not, in the current language."""
        warning = _(
            "This was observed, not tried out: prices are changed when demand is expected to change "
            "(festivals, clearance, a rival's offer), and then the figure shows that too. Before "
            "prices are changed for good, try it in some stores and leave others as they are."
        )
        if not self.table["elasticity"].notna().any():
            return _("No price moved enough to learn anything from.") + " " + warning
        sure = self.table[self.table["high"] < 0]
        if sure.empty:
            said = _("In no group can what was sold beside higher prices be told from luck.")
            return said + " " + warning
        first = sure.iloc[0]
        said = _(
            "Where the price of {group} was 1 % higher, {change:.1f} % fewer pieces were sold."
        )
        change = abs(first["elasticity"])
        return said.format(group=code(self.by, first[self.by]), change=change) + " " + warning


@arguments.checked(
    period=arguments.one_of(*PERIODS), by=arguments.a_name, at_least=arguments.whole(3)
)
def price_elasticity(
    sales: Any,
    by: str = "product_id",
    period: str = "week",
    *,
    at_least: int = 12,
    since: str | date | None = None,
    until: str | date | None = None,
    products: Any = None,
    stores: Any = None,
) -> Elasticity:
    """By how many per cent the pieces sold differ where a product's price was 1 % higher.

    The logarithm of pieces is regressed on that of the price paid, with a level for every product
    and one for every period, so that the season all products share drops out (a single product has
    no others to compare with, and keeps its season). The interval allows for observations of one
    product being alike (clustered) where there are 10 products or more, else for unequal spread
    (HC1).

    Parameters
    ----------
    sales
        product_id, sold_at, quantity and amount, one row per line; returned lines and gifts are
        left out.
    by
        The groups to tell apart (product_id, category, brand).
    period
        week, month, quarter or year. One in which a product was not sold is not seen.
    at_least
        How many observations (a product in a period) a group needs.
    since, until
        First and last day that count, both included.
    products, stores
        Tables whose columns `by` may name.

    Returns
    -------
    An `Elasticity` with its ``table`` and its warning in `sentence`: it is no experiment.

    Raises
    ------
    TableError
        When a column is missing or of the wrong kind.

    References
    ----------
    The log-log demand model, for instance in D. Hanssens, L. Parsons and R. Schultz, "Market
    Response Models" (2001).

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2025-01-06", periods=14, freq="7D")
    >>> lines = pd.DataFrame({"product_id": "tea", "sold_at": days, "quantity": [100, 25] * 7,
    ...     "amount": [100 * 10.0, 25 * 20.0] * 7})
    >>> round(price_elasticity(lines).table["elasticity"].item(), 2)
    -2.0
    """
    import numpy as np
    import pandas as pd

    table = _paid(sales, period, by, since, until, {"products": products, "stores": stores})
    table = table.assign(_q=np.log(table["quantity"]), _p=np.log(table["price"]))
    rows = []
    for group, part in table.groupby(by, sort=True):
        found = _regressed(part, period) if len(part) >= at_least else None
        spread = part["_p"] - part.groupby("product_id")["_p"].transform("mean")
        rows.append(
            {
                by: group,
                "products": part["product_id"].nunique(),
                "observations": len(part),
                **dict(
                    zip(("elasticity", "low", "high", "p_value"), found or (None,) * 4, strict=True)
                ),
                "price_spread": float(np.sqrt((spread**2).mean())),
            }
        )
    figures = ["elasticity", "low", "high", "p_value", "price_spread"]
    names = [by, "products", "observations", *figures]
    answer = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(figures, "float64"))
    answer = answer.sort_values(["elasticity", by], na_position="last", ignore_index=True)
    return Elasticity(by, answer, period)


def _regressed(part: pd.DataFrame, period: str) -> Sequence[float] | None:
    """Elasticity, its interval and p-value; None where no price moved."""
    import numpy as np
    import pandas as pd
    from scipy import stats

    levels = [part["product_id"]]
    if part["product_id"].nunique() > 1:
        levels.append(part[period])
    dummies = pd.concat(
        [
            pd.get_dummies(column, drop_first=bool(n), dtype=float)
            for n, column in enumerate(levels)
        ],
        axis=1,
    ).to_numpy()
    # what the levels do not explain: of price and of pieces (Frisch and Waugh, 1933)
    both = part[["_p", "_q"]].to_numpy()
    rest = both - dummies @ np.linalg.lstsq(dummies, both, rcond=None)[0]
    price, pieces = rest[:, 0], rest[:, 1]
    free = len(part) - np.linalg.matrix_rank(dummies) - 1
    if free < 1 or price @ price < 1e-9 * len(part):
        return None
    slope = float(price @ pieces / (price @ price))
    moments = price * (pieces - slope * price)
    kinds = pd.factorize(part["product_id"])[0]
    if (clusters := kinds.max() + 1) >= 10:
        moments = np.bincount(kinds, moments)
        n, free_t = len(part), clusters - 1
        scale = clusters / (clusters - 1) * (n - 1) / free
    else:
        scale, free_t = len(part) / free, free
    error = float(np.sqrt(scale * (moments @ moments)) / (price @ price))
    if error == 0:
        return slope, slope, slope, 0.0
    reach = stats.t.ppf(0.975, free_t) * error
    chance = 2 * stats.t.sf(abs(slope) / error, free_t)
    return slope, slope - reach, slope + reach, float(chance)
