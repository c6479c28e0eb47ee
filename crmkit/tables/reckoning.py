"""Reckoning alike on every engine: ratios, money, days, periods, scores."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import narwhals.stable.v2 as nw

from crmkit.i18n import gettext as _
from crmkit.tables.arguments import as_date, as_day_number
from crmkit.tables.contract import PERIODS
from crmkit.tables.frames import TableError, collect, is_nothing, missing_column

MONEY_DECIMALS = 4
"""Money is rounded to this after adding up: finer than any cent, coarse enough that every engine
finds the same ties (a float sum depends on the order of its terms)."""


def ratio(numerator: nw.Expr | str, denominator: nw.Expr | str) -> nw.Expr:
    """Numerator ÷ denominator; null (not inf, not NaN) where the denominator is 0 or null.

    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"a": [1, 1], "b": [2, 0]}))
    >>> frame.select(ratio("a", "b")).to_native()["a"].tolist()
    [0.5, nan]
    """
    top = (nw.col(numerator) if isinstance(numerator, str) else numerator).cast(nw.Float64)
    bottom = (nw.col(denominator) if isinstance(denominator, str) else denominator).cast(nw.Float64)
    return nw.when(bottom != 0).then(top / bottom)


def money(*columns: str) -> list[nw.Expr]:
    """Sums of money rounded alike on every engine: apply after aggregating, before ranking."""
    return [nw.col(name).round(MONEY_DECIMALS) for name in columns]


def added_up(frame: nw.LazyFrame, keys: Sequence[str], *sums: nw.Expr) -> nw.LazyFrame:
    """One row per group, or one row for the whole where there is nothing to group by."""
    return frame.group_by(*keys).agg(*sums) if keys else frame.select(*sums)


def distinct(frame: nw.LazyFrame, *columns: str) -> nw.LazyFrame:
    """Each combination of values once, by grouping: `unique` would make DuckDB and Spark number
    all lines to find the first of each."""
    return frame.group_by(*columns).agg(nw.len().alias("_lines")).select(*columns)


def counting(
    name: str, frame: nw.LazyFrame, column: str, where: nw.Expr
) -> tuple[nw.LazyFrame, list[nw.Expr]]:
    """How many different values a column has where something holds: the frame made ready for it, and
    what to add up per group; `counted` then makes one number of it.

    Right where groups are few: for each of many groups (every member) it is quicker to group twice.
    """
    there = where & ~nw.col(column).is_null()
    frame = frame.with_columns(
        nw.when(there).then(nw.col(column)).alias(f"_{name}"),
        nw.when(there).then(nw.lit(0)).otherwise(nw.lit(1)).alias(f"_no_{name}"),
    )
    return frame, [
        nw.col(f"_{name}").n_unique().alias(name),
        nw.col(f"_no_{name}").max().alias(f"_no_{name}"),
    ]


def counted(frame: nw.LazyFrame, *names: str) -> nw.LazyFrame:
    """The counts that `counting` began: nothing is no value."""
    frame = whole(frame, *names, *(f"_no_{name}" for name in names))
    frame = frame.with_columns(*(nw.col(name) - nw.col(f"_no_{name}") for name in names))
    return frame.drop(*(f"_no_{name}" for name in names))


def whole(frame: nw.LazyFrame, *names: str) -> nw.LazyFrame:
    """Counts as Int64, 0 where nothing was counted, whatever form the engine gave them."""
    return frame.with_columns(*(nw.col(name).fill_null(0).cast(nw.Int64) for name in names))


def part(number: nw.Expr) -> nw.Expr:
    """A year, month or day as Int64 to reckon with; 0 where there is none.

    Polars' own small kinds overflow without a word, and pandas has no whole number for nothing.
    """
    return number.fill_null(0).cast(nw.Int64)


def _parts(number: nw.Expr, of: nw.Expr | int) -> nw.Expr:
    """How often `of` goes into a number from 0 on: ``//`` minds the sign in SQL so long that large
    queries become slow."""
    return ((number - number % of) / of).round().cast(nw.Int64)


def day_number(moment: nw.Expr) -> nw.Expr:
    """Days since 1970-01-01 as a whole number, null where there is no date: plain arithmetic that
    every engine can do."""
    year = part(moment.dt.year())
    past = year - 1
    leap_days = _parts(past, 4) - _parts(past, 100) + _parts(past, 400) - 477
    days = 365 * (year - 1970) + leap_days + part(moment.dt.ordinal_day()) - 1
    return nw.when(~moment.is_null()).then(days)


def first_and_last_day(frame: nw.LazyFrame, column: str) -> tuple[date | None, date | None]:
    """The first and the last day in a column of times; None where there is none."""
    ends = frame.select(first=nw.col(column).min(), last=nw.col(column).max())
    row = collect(ends).rows(named=True)[0]
    first, last = (None if is_nothing(d) else as_date(d) for d in row.values())
    return first, last


def between(
    frame: nw.LazyFrame,
    column: str,
    since: str | date | None = None,
    until: str | date | None = None,
) -> nw.LazyFrame:
    """Rows from the first day to the last, both included, to the last minute of the last."""
    if since is None and until is None:
        return frame
    present = frame.collect_schema().names()
    if column not in present:
        raise missing_column(_("given"), column, present)
    if since is not None:
        start = as_date(since)
        frame = frame.filter(nw.col(column) >= nw.lit(datetime(start.year, start.month, start.day)))
    if until is not None:
        after = as_date(until) + timedelta(days=1)
        frame = frame.filter(nw.col(column) < nw.lit(datetime(after.year, after.month, after.day)))
    return frame


def period_number(period: str, moment: nw.Expr) -> nw.Expr:
    """The day, week (from Monday), month, quarter or year as a running number: the one before is one
    less. Months, quarters and years are 0 without a date, days and weeks null."""
    year, month = part(moment.dt.year()), part(moment.dt.month())
    return {
        "year": lambda: year,
        "quarter": lambda: year * 4 + (month + 2) // 3 - 1,
        "month": lambda: year * 12 + month - 1,
        "week": lambda: (day_number(moment) + 3) // 7,  # 1970-01-01 was a Thursday
        "day": lambda: day_number(moment),
    }[period]()


def period_number_of(period: str, day: str | date) -> int:
    """The same for one day."""
    day = as_date(day)
    days = as_day_number(day)
    return {
        "year": day.year,
        "quarter": day.year * 4 + (day.month - 1) // 3,
        "month": day.year * 12 + day.month - 1,
        "week": (days + 3) // 7,
        "day": days,
    }[period]


def period_named(period: str, number: int) -> str:
    """The period with this running number as people write it; a week by its Monday.

    >>> period_named("quarter", period_number_of("quarter", "2025-06-30"))
    '2025-Q2'
    """
    if period in ("day", "week"):
        return str(
            date(1970, 1, 1) + timedelta(days=number * 7 - 3 if period == "week" else number)
        )
    if period == "month":
        return f"{number // 12:04d}-{number % 12 + 1:02d}"
    return f"{number // 4:04d}-Q{number % 4 + 1}" if period == "quarter" else f"{number:04d}"


def with_highest(frame: nw.LazyFrame, name: str, column: str) -> nw.LazyFrame:
    """The frame with the highest value of a column beside every row.

    As a running maximum, from the highest on: of a plain one over all rows DuckDB makes a query of
    its own, and works out twice whatever comes before.
    """
    down = frame.with_columns(_down=-nw.col(column))
    return down.with_columns(nw.col(column).cum_max().over(order_by="_down").alias(name)).drop(
        "_down"
    )


def with_lowest(frame: nw.LazyFrame, name: str, column: str, key: str) -> nw.LazyFrame:
    """The frame with the lowest value of a column among the rows of one key beside every row.

    As a running minimum, which no engine makes a second query of, but which sorts; in DuckDB by a
    second look at rows held for it, which is quicker.
    """
    if not frame.implementation.is_duckdb():
        return frame.with_columns(nw.col(column).cum_min().over(key, order_by=column).alias(name))
    held = frame.to_native().query(
        "asked",
        f"""WITH held AS MATERIALIZED (FROM asked)
            SELECT held.*, "{name}" FROM held
            JOIN (SELECT "{key}", min("{column}") AS "{name}" FROM held GROUP BY ALL) USING ("{key}")""",
    )
    return nw.from_native(held)


def scores(
    frame: nw.LazyFrame, name: str, by: str, ties: str, bins: int, *, low_is_best: bool = False
) -> nw.LazyFrame:
    """Add a score 1..bins with equally many rows each; the best values get the highest score.

    Rows are numbered by value, equal values by `ties` (so that every engine numbers alike), and
    score = number × bins ÷ rows.

    A column `_n` with the number of rows is used, and kept, where there is one: counting them once
    for several scores is faster.
    """
    counted = "_n" in frame.collect_schema().names()
    frame = frame if counted else frame.with_columns(_n=nw.len().cast(nw.Int64))
    numbered = frame.with_row_index("_at", order_by=[by, ties])
    score = _parts(nw.col("_at").cast(nw.Int64) * bins, nw.col("_n"))
    best = (bins - score if low_is_best else score + 1).cast(nw.Int64)
    return numbered.with_columns(best.alias(name)).drop("_at", *([] if counted else ["_n"]))


def with_periods(
    frame: nw.LazyFrame, table: str, by: Sequence[str], moment: str
) -> tuple[nw.LazyFrame, list[str]]:
    """Add the parts of time among `by` that the table does not hold itself, ready to group by.

    Months and quarters stay dates until `named_periods` names them after grouping: naming every
    line would be slow.
    """
    present = frame.collect_schema().names()
    at = nw.col(moment)
    parts = {
        "year": lambda: known(at.dt.year()),
        "quarter": lambda: at.dt.truncate("1q"),
        "month": lambda: at.dt.truncate("1mo"),
        "week": lambda: _monday(at),
        "day": lambda: at.dt.truncate("1d"),
        "hour": lambda: known(at.dt.hour()),
        "weekday": lambda: known(_weekday(at)),
    }

    def known(number: nw.Expr) -> nw.Expr:
        """The part as a whole number; nothing, not a crash, where a line has no date."""
        return nw.when(~at.is_null()).then(part(number))

    added = []
    for name in by:
        if name in present:
            continue
        if name not in parts:
            raise missing_column(table, name, [*present, *PERIODS])
        added.append(name)
    if added:
        if moment not in present:
            raise missing_column(table, moment, present)
        if "hour" in added and not _has_time_of_day(frame, moment):
            raise TableError(
                _(
                    "{column} of {table} holds days without a time: there is no hour to group by."
                ).format(column=moment, table=table)
            )
        frame = frame.with_columns(**{name: parts[name]() for name in added})
    return frame, added


def _has_time_of_day(frame: nw.LazyFrame, moment: str) -> bool:
    """Whether any line has a time other than midnight (or there is no line at all)."""
    at = nw.col(moment)
    late = part(at.dt.hour()) * 60 + part(at.dt.minute()) + part(at.dt.second())
    row = collect(frame.select(late.max().alias("late"), at.count().alias("n"))).rows()[0]
    return is_nothing(row[0]) or not row[1] or int(row[0]) > 0


def _weekday(moment: nw.Expr) -> nw.Expr:
    """1 Monday to 7 Sunday; Spark's Sunday comes as 0."""
    number = part(moment.dt.weekday())
    return nw.when(number == 0).then(nw.lit(7, nw.Int64)).otherwise(number)


def _monday(moment: nw.Expr) -> nw.Expr:
    day = moment.dt.truncate("1d")
    weekday = _weekday(moment)
    monday = day
    for later in range(1, 7):
        monday = (
            nw.when(weekday == later + 1).then(day.dt.offset_by(f"-{later}d")).otherwise(monday)
        )
    return monday


def named_periods(frame: nw.LazyFrame, added: Sequence[str]) -> nw.LazyFrame:
    """Months as ``2025-06`` and quarters as ``2025-Q2``, once they are few."""
    names = {}
    if "month" in added:
        names["month"] = nw.col("month").dt.to_string("%Y-%m")
    if "quarter" in added:
        at = nw.col("quarter")
        quarter = nw.concat_str(
            part(at.dt.year()).cast(nw.String),
            nw.lit("-Q"),
            ((part(at.dt.month()) + 2) // 3).cast(nw.String),
        )
        names["quarter"] = nw.when(~at.is_null()).then(quarter)
    return frame.with_columns(**names) if names else frame
