"""Any kind of table in, the same kind out, for work that has to look at every value."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit.tables import open_frame


def to_pandas(frame: Any) -> pd.DataFrame:
    """The table as pandas, numbered from 0, whole numbers and booleans nullable."""
    open_frame(frame)  # refuses what is no table
    if isinstance(frame, pd.DataFrame):
        plain = frame.reset_index(drop=True)
    else:
        table = nw.from_native(frame)
        in_spark = table.implementation.is_pyspark()
        if isinstance(table, nw.LazyFrame):
            table = table.collect("pyarrow")
        arrow = table.to_arrow()
        plain = arrow.to_pandas(types_mapper=_nullable)
        if in_spark:  # Spark's times carry the session's zone: its clock
            for name in plain.select_dtypes("datetimetz"):
                plain[name] = plain[name].dt.tz_localize(None)
    return plain.rename(columns=str)


def _nullable(kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    if pa.types.is_uint64(kind):
        return pd.UInt64Dtype()
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    return None


def like(frame: Any, result: pd.DataFrame) -> Any:
    """`result` as the kind of table that `frame` is."""
    if isinstance(frame, pd.DataFrame):
        return result
    import pyarrow as pa

    fields = [as_arrow(result[name]) for name in result.columns]
    arrow = pa.table(dict(zip(map(str, result.columns), fields, strict=True)))
    table = nw.from_native(frame)
    kind = table.implementation
    if kind.is_pyarrow():
        return arrow
    if kind.is_polars():
        import polars as pl

        polars: Any = pl.from_arrow(arrow)
        return polars.lazy() if isinstance(table, nw.LazyFrame) else polars
    if kind.is_duckdb():
        import duckdb

        return duckdb.from_arrow(arrow)
    if kind.is_ibis():
        import ibis

        return ibis.memtable(arrow)
    if kind.is_pyspark():
        return table.to_native().sparkSession.createDataFrame(arrow)
    return nw.from_arrow(arrow, backend=kind).to_native()


def as_arrow(column: pd.Series) -> Any:
    """A pandas column as an Arrow array of one kind."""
    import pyarrow as pa

    if column.dtype == object:
        kinds = {type(value) for value in column.dropna()}
        if not kinds:
            return pa.array([None] * len(column), pa.string())
        if len(kinds) > 1:  # an Excel column of texts and numbers: as text, nothing is lost
            return pa.array([None if pd.isna(v) else str(v) for v in column], pa.string())
    array = pa.array(column, from_pandas=True)
    if pa.types.is_null(array.type):
        return array.cast(pa.string())
    if pa.types.is_large_string(array.type):
        return array.cast(pa.string())
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("us", tz=array.type.tz), safe=False)
    return array


def as_text(column: pd.Series) -> pd.Series:
    """The column as text, its missing values missing."""
    if column.dtype == "str":
        return column
    texts = [None if missing else str(v) for v, missing in zip(column, column.isna(), strict=True)]
    return pd.Series(texts, index=column.index, name=column.name, dtype="str")


def is_text(column: pd.Series) -> bool:
    """Whether the column holds text, or a mixture that may hold some."""
    return column.dtype == object or pd.api.types.is_string_dtype(column.dtype)
