"""The door: the columns of a table checked once, before a function reckons with them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.i18n import gettext as _
from crmkit.tables.arguments import name_list
from crmkit.tables.contract import CONTRACT, LOOK_UP, PERIODS, WHEN, Column
from crmkit.tables.frames import (
    TableError,
    collect,
    give_back,
    is_nothing,
    missing_column,
    open_frame,
)
from crmkit.tables.reckoning import between, distinct, named_periods, with_periods


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


def with_numbers(frame: nw.LazyFrame, table: str, columns: Iterable[str]) -> nw.LazyFrame:
    """The frame, after checking that these columns are there and hold numbers (or nothing)."""
    schema = frame.collect_schema()
    for name in columns:
        if name not in schema:
            raise missing_column(table, name, schema.names())
        if not schema[name].is_numeric():
            frame = frame.with_columns(_refused(frame, table, name, "number", schema[name]))
    return frame


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
    crmkit.tables.frames.TableError: The table sales has no column 'amount'. ...
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


def per_group(
    frame: Any,
    table: str,
    columns: Sequence[str],
    by: str | Sequence[str] | None,
    since: str | date | None,
    until: str | date | None,
    reckon: Callable[[nw.LazyFrame, list[str]], nw.LazyFrame],
    *,
    optional: Sequence[str] = (),
    **described: Any,
) -> Any:
    """Figures from the door to the answer: the lines `grouped`, what `reckon` makes of them and the
    keys, sorted by group and given back as the kind of frame that came in."""
    lines, keys, periods = grouped(
        frame, table, columns, by, since, until, optional=optional, **described
    )
    groups = named_periods(reckon(lines, keys), periods)
    return give_back(groups.sort(*keys, nulls_last=True) if keys else groups, frame)


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
