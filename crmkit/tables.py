"""The one column contract: which columns a table has, checked once, at the door.

A table may be a pandas, Polars (eager or lazy), PyArrow, DuckDB, Ibis or PySpark frame. A function
opens it with `require`, works on it as a narwhals lazy frame, and hands the answer back with
`give_back` as the kind of frame that came in.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _

MONEY_DECIMALS = 4
"""Money is rounded to this after adding up: finer than any cent, coarse enough that every engine
finds the same ties (a float sum depends on the order of its terms)."""


class TableError(CrmkitError):
    """A table lacks a column or holds the wrong kind of value; the message says which."""


@dataclass(frozen=True)
class Column:
    """One column of the contract: the kind of its values, and how small or large they may be."""

    kind: str  # key, code, text, time, number, flag
    meaning: str
    least: float | None = None
    most: float | None = None


def _columns(**columns: tuple | Column) -> dict[str, Column]:
    return {n: c if isinstance(c, Column) else Column(*c) for n, c in columns.items()}


CONTRACT: dict[str, dict[str, Column]] = {
    "sales": _columns(
        sale_id=("key", "the order (receipt) the line belongs to"),
        sold_at=("time", "when, on the shop's clock"),
        store_id=("key", "which store"),
        staff_id=("key", "who sold it"),
        member_id=("key", "who bought it; null: a walk-in"),
        product_id=("key", "what"),
        quantity=("number", "pieces; negative: a return"),
        list_price=("number", "price tag of one piece, currency units", 0),
        discount=("number", "taken off the whole line, currency units"),
        amount=("number", "what the line brought, net, tax included; negative: a return"),
        cost=("number", "what the whole line cost the shop; negative: a return"),
        channel=("code", "store, web, mini-program …"),
        promotion_id=("key", "the offer that applied; null: none"),
        return_reason=("code", "why it came back; null: not a return"),
    ),
    "payments": _columns(
        sale_id=("key", "the order"),
        method=("code", "cash, card, points …"),
        amount=("number", "paid this way, currency units"),
    ),
    "members": _columns(
        member_id=("key", "the member"),
        name=("text", "name"),
        phone=("text", "phone"),
        email=("text", "e-mail"),
        gender=("code", "gender"),
        birth_date=("time", "date of birth"),
        district=("code", "where they live"),
        occupation=("code", "occupation"),
        household=("code", "whom they live with"),
        level=("code", "member level"),
        joined_at=("time", "when they joined"),
        home_store_id=("key", "the store they joined at"),
        referred_by=("key", "the member who brought them; null: nobody"),
        consent_marketing=("flag", "may be written to"),
    ),
    "products": _columns(
        product_id=("key", "the product"),
        name=("text", "name"),
        category=("code", "category"),
        brand=("code", "brand"),
        list_price=("number", "price tag of one piece, currency units", 0),
        cost=("number", "what one piece costs the shop, currency units", 0),
        launched_on=("time", "first day on sale"),
        shelf=("code", "where it lies"),
    ),
    "stores": _columns(
        store_id=("key", "the store"),
        name=("text", "name"),
        district=("code", "where it is"),
        size=("number", "square metres", 0),
        climate=("code", "climate"),
        spending_level=("code", "how much people spend there"),
    ),
    "staff": _columns(
        staff_id=("key", "the person"),
        name=("text", "name"),
        store_id=("key", "where they work"),
        role=("code", "cashier, sales …"),
    ),
    "targets": _columns(
        store_id=("key", "the store"),
        staff_id=("key", "the person"),
        month=("code", "as 2025-06"),
        revenue=("number", "wanted, currency units"),
    ),
    "promotions": _columns(
        promotion_id=("key", "the offer"),
        kind=("code", "threshold, percent, gift"),
        starts_on=("time", "first day"),
        ends_on=("time", "last day"),
    ),
    "footfall": _columns(
        store_id=("key", "the store"),
        hour=("time", "the hour that begins then"),
        visitors=("number", "people counted at the door", 0),
    ),
    "stock_daily": _columns(
        store_id=("key", "the store"),
        product_id=("key", "the product"),
        date=("time", "the day"),
        on_hand=("number", "pieces at the end of the day"),
        received=("number", "pieces that came in that day"),
        sold=("number", "pieces sold that day"),
    ),
    "surveys": _columns(
        member_id=("key", "who answered"),
        asked_at=("time", "when"),
        channel=("code", "how they were asked"),
        csat_goods=("number", "satisfied with the goods, 1 to 5", 1, 5),
        csat_service=("number", "satisfied with the service, 1 to 5", 1, 5),
        nps=("number", "would recommend the shop, 0 to 10", 0, 10),
        comment=("text", "in their words"),
    ),
    "referrals": _columns(
        member_id=("key", "who recommended"),
        at=("time", "when"),
        joined_member_id=("key", "who joined through it; null: nobody"),
    ),
    "browsing": _columns(
        session_id=("key", "one visit"),
        member_id=("key", "who; null: unknown"),
        at=("time", "when"),
        channel=("code", "web, mini-program"),
        product_id=("key", "the product looked at"),
        event=("code", "view, basket, checkout, buy"),
    ),
    "comments": _columns(
        at=("time", "when"),
        channel=("code", "where"),
        text=("text", "in their words"),
        product_id=("key", "what it is about"),
    ),
    "campaigns": _columns(
        campaign_id=("key", "the campaign"),
        starts_on=("time", "first day"),
        ends_on=("time", "last day"),
    ),
    "campaign_contacts": _columns(
        member_id=("key", "the member"),
        campaign_id=("key", "the campaign"),
        group=("code", "treatment or control"),
        contacted_at=("time", "when"),
    ),
}


def open_frame(frame: Any) -> nw.LazyFrame:
    """Any supported frame as a narwhals lazy frame; `TableError` for anything else.

    A PyArrow table is asked through DuckDB, which reads it where it lies: PyArrow gives no order to
    the rows of a join, and so a window over many rows may put values into wrong rows.
    """
    try:
        opened = nw.from_native(frame).lazy()
        opened.collect_schema()
        return opened.collect().lazy("duckdb") if opened.implementation.is_pyarrow() else opened
    except nw.exceptions.DuplicateError:
        names = [str(name) for name in frame.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise TableError(
            _("These columns stand more than once: {columns}. Rename one of each.").format(
                columns=", ".join(twice)
            )
        ) from None
    except TypeError:
        raise TableError(
            _(
                "This is a {kind}, not a table. Give a pandas, Polars, PyArrow, DuckDB, Ibis or "
                "PySpark frame."
            ).format(kind=type(frame).__name__)
        ) from None


def is_lazy(frame: Any) -> bool:
    """Whether the frame is computed later (Polars lazy, DuckDB, Ibis, PySpark)."""
    return isinstance(nw.from_native(frame), nw.LazyFrame)


def give_back(result: nw.LazyFrame, like: Any) -> Any:
    """The answer as the kind of frame that came in."""
    result = _common_types(result)
    if is_lazy(like):
        return result.to_native()
    return nw.maybe_reset_index(result.collect()).to_native()


def give_back_small(answer: Any, like: Any) -> Any:
    """A small answer that was finished in pandas, as the kind of frame that came in."""
    given = nw.from_native(like)
    if given.implementation.is_pandas_like() and not isinstance(given, nw.LazyFrame):
        return answer.reset_index(drop=True)
    import pyarrow as pa

    table = nw.from_native(pa.Table.from_pandas(answer, preserve_index=False), eager_only=True)
    if not isinstance(given, nw.LazyFrame):
        table = nw.from_arrow(table, backend=given.implementation)
    return put_back(table, like)


def to_pandas(result: nw.LazyFrame) -> Any:
    """A small answer as a pandas frame, whatever the engine."""
    import pandas as pd

    table = collect(result)
    return pd.DataFrame({name: table[name].to_list() for name in table.columns})


def put_back(table: nw.DataFrame, like: Any) -> Any:
    """A table made in memory as the kind of frame that came in."""
    if not is_lazy(like):
        return nw.maybe_reset_index(table).to_native()
    given = nw.from_native(like)
    session = {"session": like.sparkSession} if given.implementation.is_pyspark() else {}
    return table.lazy(given.implementation, **session).to_native()


def collect(result: nw.LazyFrame) -> nw.DataFrame:
    """A small answer in memory, whatever the engine, to read single values from."""
    return _common_types(result).collect()


def _common_types(result: nw.LazyFrame) -> nw.LazyFrame:
    """DuckDB adds whole numbers up as 128-bit ones, which pandas can only hold as objects."""
    wide = [n for n, dtype in result.collect_schema().items() if dtype == nw.Int128]
    return result.with_columns(nw.col(*wide).cast(nw.Int64)) if wide else result


def beside(frame: nw.LazyFrame, other: nw.LazyFrame, names: tuple[str, str], *on: str) -> None:
    """Refuse two tables that no engine can join: of different kinds, or whose keys `on` differ."""
    kinds = frame.implementation, other.implementation
    if kinds[0] is not kinds[1]:
        raise TableError(
            _(
                "{first} is a {first_kind} frame and {second} a {second_kind} frame. Give both "
                "as the same kind."
            ).format(
                first=names[0],
                first_kind=kinds[0].value,
                second=names[1],
                second_kind=kinds[1].value,
            )
        )
    if not on:
        return
    schemas = frame.collect_schema(), other.collect_schema()
    for key in on:
        held = [schema[key] for schema in schemas]
        forms = {_form(dtype) for dtype in held}
        if None in forms or len(forms) == 1:
            continue
        if "text" not in forms and frame.implementation.is_pandas_like():
            continue  # whole numbers with gaps are decimals in pandas, and join all the same
        raise TableError(
            _(
                "{key} is {first_kind} in {first}, but {second_kind} in {second}: 7 and '7' never "
                "meet. Make both the same, for instance text."
            ).format(
                key=key,
                first=names[0],
                first_kind=_key_in_words(frame, key, held[0]),
                second=names[1],
                second_kind=_key_in_words(other, key, held[1]),
            )
        )


def _key_in_words(frame: nw.LazyFrame, key: str, dtype: Any) -> str:
    filled = len(collect(frame.filter(~nw.col(key).is_null()).select(key).head(1)))
    return in_words(dtype) if filled else _("empty")


def _form(dtype: Any) -> str | None:
    """How an id is written, as far as a join cares; None where it cannot be told."""
    if dtype == nw.String:
        return "text"
    return "whole" if dtype.is_integer() else "decimal" if dtype.is_numeric() else None


def is_nothing(value: Any) -> bool:
    """Whether a single value is missing: None, NaN, NaT or pandas' NA."""
    if value is None:
        return True
    try:
        return not bool(value == value)
    except TypeError:
        return True


def with_numbers(frame: nw.LazyFrame, table: str, columns: Iterable[str]) -> nw.LazyFrame:
    """The frame, after checking that these columns are there and hold numbers (or nothing)."""
    schema = frame.collect_schema()
    for name in columns:
        if name not in schema:
            raise missing_column(table, name, schema.names())
        if not schema[name].is_numeric():
            frame = frame.with_columns(_refused(frame, table, name, "number", schema[name]))
    return frame


def closest(wanted: str, present: Iterable[str]) -> str | None:
    """The column that was probably meant, or None.

    >>> closest("sold_at", ["SoldAt", "store"])
    'SoldAt'
    """
    plain = {name.lower().replace("_", "").replace(" ", ""): name for name in map(str, present)}
    near = difflib.get_close_matches(wanted.lower().replace("_", ""), plain, n=1, cutoff=0.5)
    return plain[near[0]] if near else None


def missing_column(table: str, column: str, present: Sequence[str]) -> TableError:
    """The error that names the missing column and the closest one there is."""
    near = closest(column, present)
    if near:
        return TableError(
            _(
                "The table {table} has no column {column!r}. The closest is {near!r}: if that is "
                "it, write ck.data.conform(frame, {column}={near!r}) first."
            ).format(table=table, column=column, near=near)
        )
    return TableError(
        _("The table {table} has no column {column!r}. It has: {present}.").format(
            table=table, column=column, present=", ".join(map(str, present)) or "–"
        )
    )


def _refused(frame: nw.LazyFrame, table: str, column: str, wanted: str, dtype: Any) -> nw.Expr:
    """A column of the wrong kind: nothing, where it holds nothing; else `TableError`."""
    filled = collect(frame.select(column).filter(~nw.col(column).is_null()).head(1))
    if not len(filled):
        return nw.lit(None, _PLAIN.get(wanted, nw.String())).alias(column)
    value = filled[column].to_list()[0]
    advice = {
        "time": _("Turn it into dates first: ck.clean.parse_dates(frame, {column!r})."),
        "number": _("It must hold numbers: turn texts such as ￥9.50 into numbers first."),
        "key": _("It must hold ids (text or whole numbers)."),
        "code": _("It must hold codes (text)."),
        "text": _("It must hold text."),
        "flag": _("It must hold true or false."),
    }[wanted].format(column=column)
    cleaner = {"sales": "clean_sales", "surveys": "clean_surveys", "members": "clean_members"}
    if wanted in ("number", "flag") and table in cleaner:
        advice += " " + _("{call} does it.").format(call=f"ck.clean.{cleaner[table]}(frame)")
    said = _("The column {column!r} of {table} holds {kind}, such as {value!r}.").format(
        column=column,
        table=table,
        kind=in_words(dtype),
        value=str(value) if isinstance(value, date) else value,
    )
    raise TableError(f"{said} {advice}")


def in_words(dtype: Any) -> str:
    """What kind of values a column holds, as a person would say it."""
    if dtype == nw.Boolean:
        return _("true and false")
    if isinstance(dtype, nw.Datetime) or dtype == nw.Date:
        return _("dates")
    if dtype.is_integer():
        return _("whole numbers")
    if dtype.is_numeric():
        return _("decimal numbers")
    if dtype in (nw.String, nw.Object, nw.Categorical, nw.Enum):
        return _("text")
    return str(dtype)


_PLAIN = {"time": nw.Datetime("us"), "number": nw.Float64(), "flag": nw.Boolean()}


def _normalised(
    frame: nw.LazyFrame, table: str, name: str, column: Column, dtype: Any
) -> nw.Expr | None:
    """The column in the one form the functions reckon with; None where it is so already."""
    values = nw.col(name)
    kind = column.kind
    in_memory = frame.implementation.is_pandas_like()
    plain = _PLAIN.get(kind)
    if dtype == nw.Unknown:
        return nw.lit(None, plain or nw.String()).alias(name)
    if in_memory and not plain:
        held = nw.to_native(frame.collect())[name]
        if held.dtype == object and held.isna().all():  # pandas joins it to no text
            return nw.lit(None, nw.String()).alias(name)
    if kind == "time":
        if dtype == nw.Date:
            return values.cast(nw.Datetime("us"))
        if not isinstance(dtype, nw.Datetime):
            return _refused(frame, table, name, kind, dtype)
        if dtype.time_zone and not frame.implementation.is_pyspark():
            raise TableError(
                _(
                    "The column {column!r} of {table} carries the time zone {zone}. Days and "
                    "hours are the shop's: move it to its clock and drop the zone first, as "
                    'ck.data.conform(frame, table="{table}", time_zone="Asia/Shanghai") does.'
                ).format(column=name, table=table, zone=dtype.time_zone)
            )
        return None
    if kind == "key" and dtype.is_integer() and dtype not in (nw.Int64, nw.UInt64):
        return values.cast(nw.Int64)  # Polars joins no two widths of whole number
    if kind == "number":
        if dtype.is_integer():
            return None if dtype == nw.Int64 else values.cast(nw.Int64)
        if not dtype.is_numeric():
            return _refused(frame, table, name, kind, dtype)
        if in_memory and dtype == nw.Float64:
            return None
        return values.cast(nw.Float64).fill_nan(None)
    if kind == "flag":
        if dtype != nw.Boolean:
            return _refused(frame, table, name, kind, dtype)
        return None
    if isinstance(dtype, nw.Datetime) or dtype in (nw.Date, nw.Duration, nw.Boolean):
        return _refused(frame, table, name, kind, dtype)
    if dtype in (nw.Categorical, nw.Enum):
        return values.cast(nw.String)
    if dtype.is_float() and not in_memory:
        return values.fill_nan(None)
    return None


def require(
    frame: Any,
    table: str,
    columns: Sequence[str] = (),
    optional: Sequence[str] = (),
    *,
    unique: str | None = None,
) -> nw.LazyFrame:
    """The frame as a narwhals lazy frame, after checking the columns that are needed.

    `columns` must be there; `optional` ones are used when they are. Both are checked for the kind
    of value CONTRACT says and brought to one form: whole numbers as Int64, other numbers as
    Float64 with NaN as null, times without a zone, categories as text. Other columns pass as they
    are. `unique` names a key that may not occur twice. Columns with bounds (an NPS answer lies in
    0..10, a price is not negative) are checked for them. A `currency` column, where there is one,
    may hold only one currency.

    A bought line with a negative amount passes: it would take one more pass over all lines to find
    it, real tills book vouchers and corrections so ("Adjust bad debt" in Online Retail: 1 piece,
    −11,062.06), and sums are right with it. ``ck.clean.validate(sales)`` sets such lines aside.

    Raises `TableError` with the column, the closest one present, and what to do.

    >>> import pandas as pd
    >>> require(pd.DataFrame({"Amount": [1.0]}), "sales", ["amount"])
    Traceback (most recent call last):
    crmkit.tables.TableError: ...
    """
    opened = open_frame(frame)
    schema = opened.collect_schema()
    present = [str(name) for name in schema.names()]
    contract = CONTRACT[table]
    for name in columns:
        if name not in present:
            raise missing_column(table, name, present)
    used = [*columns, *(name for name in optional if name in present)]
    changes = [
        change
        for name in dict.fromkeys(used)
        if (change := _normalised(opened, table, name, contract[name], schema[name])) is not None
        if name in contract
    ]
    if changes:
        opened = opened.with_columns(*changes)
    _check_bounds(opened, table, {name: contract[name] for name in used})
    if unique:
        _check_unique(opened, table, unique)
    if "currency" in present:
        _check_currency(opened, table)
    return opened


def _check_bounds(frame: nw.LazyFrame, table: str, used: dict[str, Column]) -> None:
    bounded = {n: c for n, c in used.items() if c.least is not None or c.most is not None}
    if not bounded:
        return
    ends = collect(
        frame.select(
            *(nw.col(name).min().alias(f"{name}_least") for name in bounded),
            *(nw.col(name).max().alias(f"{name}_most") for name in bounded),
        )
    ).rows(named=True)[0]
    for name, column in bounded.items():
        for value, wrong in (
            (ends[f"{name}_least"], lambda v, c=column: c.least is not None and v < c.least),
            (ends[f"{name}_most"], lambda v, c=column: c.most is not None and v > c.most),
        ):
            if not is_nothing(value) and wrong(value):
                raise TableError(
                    _(
                        "The column {column!r} of {table} holds {value}, outside {least} to "
                        "{most}. Set such rows right or aside first: ck.clean.validate finds them."
                    ).format(
                        column=name,
                        table=table,
                        value=value,
                        least=column.least,
                        most="∞" if column.most is None else column.most,
                    )
                )


def _check_unique(frame: nw.LazyFrame, table: str, key: str) -> None:
    named = frame.filter(~nw.col(key).is_null())
    twice = collect(
        named.group_by(key).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1).sort(key).head(1)
    )
    if len(twice):
        raise TableError(
            _(
                "{key} {value!r} stands {rows} times in {table}, but must be unique. Merge the "
                "rows first (ck.clean.drop_duplicates_exact, ck.clean.merge_members)."
            ).format(
                key=key, value=twice[key].to_list()[0], rows=int(twice["rows"][0]), table=table
            )
        )


def _check_currency(frame: nw.LazyFrame, table: str) -> None:
    found = collect(distinct(frame, "currency"))["currency"].to_list()
    several = sorted(str(c) for c in found if not is_nothing(c))
    if len(several) > 1:
        raise TableError(
            _(
                "{table} mixes the currencies {several}. Amounts of different currencies cannot "
                "be added: convert them, or look at one at a time."
            ).format(table=table, several=", ".join(several))
        )


# -- reckoning alike on every engine ----------------------------------------------------------


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


def whole(frame: nw.LazyFrame, *names: str) -> nw.LazyFrame:
    """Counts as Int64, 0 where nothing was counted, whatever form the engine gave them."""
    return frame.with_columns(*(nw.col(name).fill_null(0).cast(nw.Int64) for name in names))


def part(number: nw.Expr) -> nw.Expr:
    """A year, month or day as Int64 to reckon with; 0 where there is none.

    Polars' own small kinds overflow without a word, and pandas has no whole number for nothing.
    """
    return number.fill_null(0).cast(nw.Int64)


def day_number(moment: nw.Expr) -> nw.Expr:
    """Days since 1970-01-01 as a whole number, null where there is no date: plain arithmetic that
    every engine can do."""
    year = part(moment.dt.year())
    leap_days = (year - 1969) // 4 - (year - 1901) // 100 + (year - 1601) // 400
    days = 365 * (year - 1970) + leap_days + part(moment.dt.ordinal_day()) - 1
    return nw.when(~moment.is_null()).then(days)


def as_day_number(day: str | date | datetime) -> int:
    """A day given by a person (``"2025-06-30"``, a date) as days since 1970-01-01.

    >>> as_day_number("1970-01-02")
    1
    """
    return (as_date(day) - date(1970, 1, 1)).days


def as_date(day: str | date | datetime) -> date:
    """A day given by a person as a `datetime.date`; `TableError` when it is none."""
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    try:
        return datetime.fromisoformat(str(day)).date()
    except ValueError:
        raise TableError(
            _("{day!r} is not a date. Write it as 2025-06-30.").format(day=day)
        ) from None


def demand(what: str, value: Any, limit: str, holds: Callable[[Any], bool]) -> None:
    """Refuse a number given by a person that is not within its limit, or is text.

    >>> demand("percent", "20", "more than 0", lambda percent: percent > 0)
    Traceback (most recent call last):
    crmkit.errors.CrmkitError: percent is '20'; it must be more than 0.
    """
    try:
        fits = holds(value)
    except TypeError:
        fits = False
    if not fits:
        raise CrmkitError(
            _("{what} is {value}; it must be {limit}.").format(
                what=what, value=repr(value), limit=limit
            )
        )


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


def scores(
    frame: nw.LazyFrame, name: str, by: str, ties: str, bins: int, *, low_is_best: bool = False
) -> nw.LazyFrame:
    """Add a score 1..bins with equally many rows each; the best values get the highest score.

    Rows are numbered by value, equal values by `ties` (so that every engine numbers alike), and
    score = number × bins ÷ rows.
    """
    numbered = frame.with_row_index("_at", order_by=[by, ties])
    score = nw.col("_at").cast(nw.Int64) * bins // nw.col("_n")
    return (
        numbered.with_columns(_n=nw.len().cast(nw.Int64))
        .with_columns((bins - score if low_is_best else score + 1).cast(nw.Int64).alias(name))
        .drop("_at", "_n")
    )


PERIODS = ("year", "quarter", "month", "week", "day", "hour", "weekday")


def name_list(by: str | Sequence[str] | None) -> list[str]:
    """`by` as people write it (nothing, one name, several) as a list."""
    if by is None:
        return []
    return [by] if isinstance(by, str) else list(by)


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
        frame = frame.with_columns(**{name: parts[name]() for name in added})
    return frame, added


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


WHEN = {
    "sales": "sold_at",
    "stock_daily": "date",
    "surveys": "asked_at",
    "browsing": "at",
    "referrals": "at",
    "footfall": "hour",
}
"""The moment by which a table's lines are cut into days and grouped by parts of time."""


def grouped(
    frame: Any,
    table: str,
    columns: Sequence[str],
    by: str | Sequence[str] | None,
    since: str | date | None = None,
    until: str | date | None = None,
    *,
    optional: Sequence[str] = (),
    **described: Any,
) -> tuple[nw.LazyFrame, list[str], list[str]]:
    """How every figure begins that can be split: the table checked (see `require`), cut to the
    days asked for, with every column of `by` in it (see `grouped_by`).

    Returns the lines, `by` as a list, and the parts of time that were added, for `named_periods`.
    """
    keys, moment = name_list(by), WHEN[table]
    lines = require(frame, table, columns, [*optional, moment])
    lines = between(lines, moment, since, until)
    lines, periods = grouped_by(lines, table, keys, moment, **described)
    return lines, keys, periods


LOOK_UP = {
    "products": "product_id",
    "stores": "store_id",
    "staff": "staff_id",
    "members": "member_id",
}
"""Tables that describe what a line names, and the key to find it by."""


def grouped_by(
    frame: nw.LazyFrame, table: str, by: Sequence[str], moment: str, **described: Any
) -> tuple[nw.LazyFrame, list[str]]:
    """The frame with every column of `by` in it: its own, looked up, or a part of time.

    `described` are the tables to look in (``products=…``, ``stores=…``), as they came in. Returns
    the frame and the parts of time that were added, for `named_periods`.
    """
    for name in by:
        present = frame.collect_schema().names()
        if name in present or name in PERIODS:
            continue
        frame = _looked_up(frame, table, name, present, described)
    return with_periods(frame, table, by, moment)


def _looked_up(
    frame: nw.LazyFrame, table: str, name: str, present: list[str], described: dict[str, Any]
) -> nw.LazyFrame:
    for other, given in described.items():
        key = LOOK_UP[other]
        if given is None:
            continue
        held = open_frame(given).collect_schema().names()
        if name not in held:
            if name in CONTRACT[other] and name not in CONTRACT[table]:
                raise missing_column(other, name, held)
            continue
        if key not in present:
            raise missing_column(table, key, present)
        known = [name] if name in CONTRACT[other] else []
        more = require(given, other, [key, *known], unique=key)
        alike = _normalised(frame, table, key, CONTRACT[table][key], frame.collect_schema()[key])
        frame = frame if alike is None else frame.with_columns(alike)
        beside(frame, more, (table, other), key)
        return frame.join(more.select(key, name), on=key, how="left")
    holders = [other for other in described if name in CONTRACT[other] and described[other] is None]
    if holders and name not in CONTRACT[table]:
        raise TableError(
            _("{column!r} stands in another table: give {table}={table} too.").format(
                column=name, table=holders[0]
            )
        )
    raise missing_column(table, name, [*present, *PERIODS])
