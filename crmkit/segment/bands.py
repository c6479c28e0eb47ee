"""Members in order of what they are worth: heavy, medium and light; tenths; one rank from many."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.i18n import gettext as _
from crmkit.tables import arguments

HML = ("heavy", "medium", "light", "none")
"""The kinds of spender, the largest first; none: brought nothing."""


def _opened(members: Any, columns: Sequence[str]) -> nw.LazyFrame:
    """The members, one row each, with numbers in these columns; NaN is no value."""
    frame = tables.open_frame(members)
    present = frame.collect_schema().names()
    if "member_id" not in present:
        raise tables.missing_column("members", "member_id", present)
    frame = tables.with_numbers(frame, "members", columns)
    schema = frame.collect_schema()
    floats = [name for name in columns if schema[name].is_float()]
    return frame.with_columns(nw.col(*floats).fill_nan(None)) if floats else frame


def _placed(frame: nw.LazyFrame, value: str, counts: nw.Expr) -> nw.LazyFrame:
    """How many of those who count come before each, the largest value first (`_place`), and how many
    there are (`_n`)."""
    order = frame.with_columns(
        _aside=nw.when(counts).then(nw.lit(0)).otherwise(nw.lit(1)), _down=-nw.col(value)
    )
    order = order.with_row_index("_place", order_by=["_aside", "_down", "member_id"])
    return order.with_columns(
        nw.col("_place").cast(nw.Int64), _n=(1 - nw.col("_aside")).sum().cast(nw.Int64)
    )


@arguments.checked(value=arguments.a_name)
def hml(members: Any, value: str = "monetary", *, heavy: float = 0.2, medium: float = 0.3) -> Any:
    """Heavy, medium and light buyers: the best fifth, the next three tenths, the rest.

    Parameters
    ----------
    members
        One row per member with member_id and the value (what `rfm` gave, or
        `customers.lifetime_value(…).members`).
    value
        The column to judge by.
    heavy, medium
        Which share of those who brought anything each holds, 0..1.

    Returns
    -------
    The members as they came, in order of member_id, with one more column, hml: heavy, medium,
    light, or none for those whose value is 0 or less, or unknown. Equal values are told apart in
    order of member_id.

    Raises
    ------
    TableError
        When a column is missing or no number.
    CrmkitError
        For shares outside 0..1 or together above 1.

    References
    ----------
    The heavy-half idea of D. W. Twedt, "How Important to Marketing Strategy Is the 'Heavy User'?"
    (1964).

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": list("abcde"), "monetary": [9.0, 5.0, 3.0, 1.0, 0.0]})
    >>> hml(members, heavy=0.25, medium=0.25)["hml"].tolist()
    ['heavy', 'medium', 'light', 'light', 'none']
    """
    tables.demand(
        "heavy + medium", round(heavy + medium, 9), _("1 at most"), lambda both: both <= 1
    )
    frame = _placed(_opened(members, [value]), value, nw.col(value) > 0)
    # a place is heavy when the whole of it lies within the share, as 2 of 10 for 0.2
    after = (nw.col("_place") + 1).cast(nw.Float64) - 1e-9
    n = nw.col("_n").cast(nw.Float64)
    kind = (
        nw.when(nw.col("_aside") == 1)
        .then(nw.lit("none"))
        .otherwise(
            nw.when((after <= n * heavy) | (nw.col("_place") == 0))
            .then(nw.lit("heavy"))
            .otherwise(
                nw.when(after <= n * (heavy + medium))
                .then(nw.lit("medium"))
                .otherwise(nw.lit("light"))
            )
        )
    )
    return _given_back(frame.with_columns(hml=kind), members)


@arguments.checked(value=arguments.a_name, bins=arguments.whole(2, 100))
def deciles(members: Any, value: str = "monetary", *, bins: int = 10) -> Any:
    """Members in ten equal parts by what they are worth, the best in the first.

    Then ``segment_summary(…, by="decile")`` says which share each part brings.

    Parameters
    ----------
    members, value
        As in `hml`.
    bins
        How many parts, 2 to 100 (10: deciles, 4: quartiles).

    Returns
    -------
    The members as they came, in order of member_id, with one more column, decile: 1 (the best) to
    `bins`, equally many members in each; equal values are told apart in order of member_id; null
    where the value is not known.

    Raises
    ------
    TableError
        When a column is missing or no number.
    CrmkitError
        For `bins` outside 2 to 100.

    References
    ----------
    A. M. Hughes, "Strategic Database Marketing" (1994), decile analysis.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": list("abcd"), "monetary": [9.0, 1.0, 5.0, 3.0]})
    >>> deciles(members, bins=2)["decile"].tolist()
    [1, 2, 1, 2]
    """
    frame = _placed(_opened(members, [value]), value, ~nw.col(value).is_null())
    part = nw.col("_place") * int(bins) // nw.when(nw.col("_n") > 0).then(nw.col("_n")) + 1
    known = nw.when(nw.col("_aside") == 0).then(tables.part(part))
    return _given_back(frame.with_columns(decile=known), members)


@arguments.checked(by=None)
def composite_rank(
    members: Any,
    by: Sequence[str] | Mapping[str, str] = ("monetary", "frequency"),
    *,
    weights: Sequence[float] | Mapping[str, float] | None = None,
) -> Any:
    """One rank of members from several figures, so that no single one decides.

    Each figure becomes a place from 0 (the worst) to 1 (the best), equal values the same; so yuan
    and days can be added.

    Parameters
    ----------
    members
        One row per member with member_id and the figures.
    by
        The columns, where more is better, or each with ``"high"`` or ``"low"``:
        ``{"monetary": "high", "recency": "low"}``.
    weights
        How much each counts (in the same order, or by name); equal when not given.

    Returns
    -------
    The members as they came, in order of member_id, with two more columns: rank_index (0..1, the
    weighted mean of the places; null where a figure is not known) and rank (1: the best; equal ones
    in order of member_id; null likewise).

    Raises
    ------
    TableError
        When a column is missing or no number.
    CrmkitError
        For a direction or weights that are none.

    References
    ----------
    Mean rank, J. C. de Borda's count (1781), weighted.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"member_id": list("abc"), "monetary": [9.0, 5.0, 1.0],
    ...     "recency": [30, 1, 60]})
    >>> composite_rank(members, {"monetary": "high", "recency": "low"})["rank"].tolist()
    [1, 2, 3]
    """
    ways = dict(by) if isinstance(by, Mapping) else dict.fromkeys(tables.name_list(by), "high")
    tables.demand("by", by, _("one column at least"), lambda _by: bool(ways))
    for name, way in ways.items():
        what = f"by[{name!r}]"
        tables.demand(what, way, _('"high" or "low"'), lambda w: w in ("high", "low"))
    shares = _shares(list(ways), weights)
    frame = _opened(members, list(ways))
    known = ~nw.any_horizontal(*(nw.col(name).is_null() for name in ways), ignore_nulls=True)
    frame = frame.with_columns(_aside=nw.when(known).then(nw.lit(0)).otherwise(nw.lit(1)))
    frame = frame.with_columns(
        _n=(1 - nw.col("_aside")).sum().cast(nw.Float64), rank_index=nw.lit(0.0)
    )
    for name, way in ways.items():
        numbered = frame.with_row_index("_place", order_by=["_aside", name, "member_id"])
        numbered = numbered.with_columns(nw.col("_place").cast(nw.Float64))
        middle = nw.col("_place").mean().over("_aside", name)
        place = nw.when(nw.col("_n") > 1).then(middle / (nw.col("_n") - 1)).otherwise(nw.lit(1.0))
        place = place if way == "high" else 1 - place
        frame = numbered.with_columns(rank_index=nw.col("rank_index") + place * shares[name]).drop(
            "_place"
        )
    counted = nw.when(nw.col("_aside") == 0)
    frame = frame.with_columns(rank_index=counted.then(nw.col("rank_index").round(6)))
    frame = _placed(frame.drop("_aside", "_n"), "rank_index", ~nw.col("rank_index").is_null())
    placed = nw.when(nw.col("_aside") == 0).then(nw.col("_place") + 1)
    return _given_back(frame.with_columns(rank=placed), members)


def _shares(names: Sequence[str], weights: Any) -> dict[str, float]:
    """What each figure counts for, as a share of all."""
    if weights is None:
        return dict.fromkeys(names, 1 / len(names))

    def named() -> dict[str, float]:
        if isinstance(weights, Mapping):
            if set(weights) != set(names):
                raise TypeError
            return {name: weights[name] for name in names}
        if len(weights) != len(names):
            raise TypeError
        return dict(zip(names, weights, strict=True))

    def fit(_given: Any) -> bool:
        numbers = [value + 0.0 for value in named().values()]
        return all(0 <= n < float("inf") for n in numbers) and sum(numbers) > 0

    limit = _("one number of 0 or more for each of {names}, not all of them 0").format(
        names=", ".join(names)
    )
    tables.demand("weights", weights, limit, fit)
    total = sum(named().values())
    return {name: value / total for name, value in named().items()}


def _given_back(frame: nw.LazyFrame, members: Any) -> Any:
    """The members in order, without what was only reckoned with."""
    aside = [n for n in ("_aside", "_down", "_place", "_n") if n in frame.collect_schema().names()]
    return tables.give_back(frame.drop(*aside).sort("member_id", nulls_last=True), members)
