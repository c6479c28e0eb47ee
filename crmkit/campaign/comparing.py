"""How two sides are compared: read from any frame, made sure of, averaged, with interval and test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit.campaign.findings import Difference
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.tables import TableError, as_date, closest, in_words, missing_column, open_frame

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def read(frame: Any, numbers: Sequence[str], labels: Sequence[str]) -> pd.DataFrame:
    """Columns of any frame in memory: the numbers as floats, missing ones as NaN."""
    opened = open_frame(frame)
    schema = opened.collect_schema()
    for name in [*numbers, *labels]:
        if name not in schema:
            raise missing_column(_("given"), name, schema.names())
    for name in numbers:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise TableError(
                _(
                    "The column {column!r} holds {dtype}; it must hold numbers or yes and no."
                ).format(column=name, dtype=in_words(schema[name]))
            )
    names = list(dict.fromkeys([*numbers, *labels]))
    table = opened.select(names).collect()
    table = table.with_columns(*(nw.col(name).cast(nw.Float64) for name in numbers))
    plain = table.to_pandas().reset_index(drop=True)
    for name in numbers:
        if plain[name].isin([float("inf"), float("-inf")]).any():
            raise TableError(
                _(
                    "The column {column!r} holds an endless number (inf), from a division by 0, "
                    "perhaps. Leave such rows out or set them right first."
                ).format(column=name)
            )
    return plain


def dated(
    frame: Any,
    numbers: Sequence[str],
    labels: Sequence[str],
    period: str,
    before: str,
    after: str,
    since: str | date | None,
    when: str,
) -> pd.DataFrame:
    """The table with its period column, written from the day when `since` is given."""
    if since is None:
        return read(frame, numbers, [*labels, period])
    import pandas as pd

    table = read(frame, numbers, [*labels, when])
    try:
        # Spark's times carry the session's zone: the clock they show is the shop's
        days = pd.to_datetime(table[when], format="ISO8601").dt.tz_localize(None)
    except (ValueError, TypeError):
        raise TableError(
            _("The column {column!r} does not hold days.").format(column=when)
        ) from None
    first = as_date(since)
    later = days >= datetime(first.year, first.month, first.day)
    return table.assign(**{period: later.map({True: after, False: before})})


def rows_of(table: pd.DataFrame, column: str, code: Any) -> pd.DataFrame:
    """The rows of one group or period; `TableError` when there are none."""
    rows = table[table[column] == code]
    if rows.empty:
        codes = [str(c) for c in table[column].dropna().unique()]
        near = closest(str(code), codes)
        raise TableError(
            _("No row has {column} {code!r}; there are {codes}.").format(
                column=column, code=code, codes=", ".join([near] if near else codes) or "–"
            )
        )
    return rows


def sides_of(
    table: pd.DataFrame, value: str, column: str, first: str, second: str
) -> tuple[Any, Any]:
    """The values of both sides; `TableError` when one is hardly there."""
    if first == second:
        raise CrmkitError(
            _("Both sides are {code!r}: name two different ones to compare.").format(code=first)
        )
    found = []
    for code in (first, second):
        values = rows_of(table, column, code)[value]
        enough(values.dropna(), code)
        found.append(values.to_numpy())
    return found[0], found[1]


def enough(values: Any, code: object) -> None:
    if len(values) < 2:
        raise TableError(
            _("{code!r} has {n} values; an interval needs at least 2 on each side.").format(
                code=code, n=len(values)
            )
        )


def paired(
    table: pd.DataFrame, value: str, pair: str, column: str, first: str, second: str
) -> pd.DataFrame:
    """Both sides of each pair in one row; `TableError` when a side is missing."""
    table = table[table[column].isin([first, second])]
    sides = table.pivot_table(index=pair, columns=column, values=value, aggfunc="mean")
    sides = sides.reindex(columns=[first, second])
    broken = int(sides.isna().any(axis=1).sum())
    if broken:
        raise TableError(
            _(
                "{broken} of {n} pairs of {pair!r} lack a side of {column!r}. Fill in what is "
                "missing (0 where nothing was bought) or leave the pair out."
            ).format(broken=broken, n=len(sides), pair=pair, column=column)
        )
    enough(sides, pair)
    return sides


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def compared(
    design: str,
    measure: str,
    first: np.ndarray,
    second: np.ndarray,
    first_name: str,
    second_name: str,
    confidence: float,
    known_shares: bool = False,
    pooled: bool = False,
) -> Difference:
    """Two sides that were drawn apart: Welch's t (Student's when `pooled`), or the score test."""
    import numpy as np
    from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    left_out = int(np.isnan(first).sum() + np.isnan(second).sum())
    first, second = first[~np.isnan(first)], second[~np.isnan(second)]
    shares = design != "differences" and yes_no(first, second)
    low = high = None
    judged: tuple[Any, Any, Any] = None, None, None
    # all of one group and none of the other bought: that has an interval, too
    if np.ptp(first) > 0 or np.ptp(second) > 0 or (shares and first[0] != second[0]):
        alpha = 1 - confidence
        if shares:
            counts = int(first.sum()), len(first), int(second.sum()), len(second)
            low, high = confint_proportions_2indep(*counts, method="newcomb", alpha=alpha)
            with np.errstate(divide="ignore"):  # a share of 0 or 1 has no odds
                scored = test_proportions_2indep(*counts, method="score")
            judged = scored.statistic, scored.pvalue, None
        else:
            spread = "pooled" if pooled else "unequal"
            means = CompareMeans(DescrStatsW(first), DescrStatsW(second))
            low, high = means.tconfint_diff(alpha, usevar=spread)
            judged = means.ttest_ind(usevar=spread)
    statistic, p_value, freedom = judged
    return Difference(
        design,
        measure,
        float(first.mean()),
        float(second.mean()),
        float(first.mean() - second.mean()),
        _number(low),
        _number(high),
        _number(p_value),
        len(first),
        len(second),
        left_out,
        confidence,
        first_name,
        second_name,
        shares or known_shares,
        "score" if shares else "student" if pooled else "welch",
        _number(statistic),
        _number(freedom),
    )


def mean_change(
    measure: str,
    after: pd.Series,
    before: pd.Series,
    after_name: str,
    before_name: str,
    confidence: float,
) -> Difference:
    """Two sides of the same pairs: Student's t of the changes."""
    import numpy as np
    from statsmodels.stats.weightstats import DescrStatsW

    change = (after - before).to_numpy()
    low = high = None
    judged: tuple[Any, Any, Any] = None, None, None
    if np.ptp(change) > 0:
        about = DescrStatsW(change)
        low, high = about.tconfint_mean(1 - confidence)
        judged = about.ttest_mean()
    statistic, p_value, freedom = judged
    return Difference(
        "before_after",
        measure,
        float(after.mean()),
        float(before.mean()),
        float(change.mean()),
        _number(low),
        _number(high),
        _number(p_value),
        len(change),
        len(change),
        0,
        confidence,
        after_name,
        before_name,
        yes_no(after, before),
        "paired",
        *(None if x is None else float(x) for x in (statistic, freedom)),
    )


def yes_no(*values: Any) -> bool:
    """Whether all values there are 0 or 1."""
    import numpy as np

    return all(bool((np.isin(v, (0, 1)) | np.isnan(v)).all()) for v in values)
