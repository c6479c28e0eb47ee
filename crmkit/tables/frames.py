"""Any kind of table in, the same kind out.

A table may be a pandas, Polars (eager or lazy), PyArrow, DuckDB, Ibis or PySpark frame. A function
works on it as a narwhals lazy frame and hands the answer back as the kind of frame that came in.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.tables.contract import CONTRACT
from crmkit.tables.spoken import with_headings


class TableError(CrmkitError):
    """A table lacks a column or holds the wrong kind of value, or an argument cannot be meant so; the
    message says which."""


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


def is_nothing(value: Any) -> bool:
    """Whether a single value is missing: None, NaN, NaT or pandas' NA."""
    if value is None:
        return True
    try:
        return not bool(value == value)
    except TypeError:
        return True


def closest(wanted: str, present: Iterable[str]) -> str | None:
    """The column that was probably meant, or None.

    >>> closest("sold_at", ["SoldAt", "store"])
    'SoldAt'
    """
    plain = {name.lower().replace("_", "").replace(" ", ""): name for name in map(str, present)}
    near = difflib.get_close_matches(wanted.lower().replace("_", ""), plain, n=1, cutoff=0.5)
    return plain[near[0]] if near else None


def missing_column(table: str, column: str, present: Sequence[str]) -> TableError:
    """The error that names the missing column as it was written, and what may have been meant.

    A column of the contract may stand there under a name of the caller's (never under another of the
    contract's); any other was asked for by name, so the closest name is offered.
    """
    ours = CONTRACT.get(table, {})
    if column in ours:
        near = closest(column, [name for name in present if name not in ours])
        if near:
            return TableError(
                _(
                    "The table {table} has no column {column!r}. The closest is {near!r}: if that is "
                    "it, write ck.data.conform(frame, {column}={near!r}) first."
                ).format(table=table, column=column, near=near)
            )
        near = None
    else:
        near = closest(column, present)
    said = _("The table {table} has no column {column!r}. It has: {present}.").format(
        table=table, column=column, present=with_headings(map(str, present)) or "–"
    )
    return TableError(said + (" " + _("Did you mean {near!r}?").format(near=near) if near else ""))
