"""A question not yet asked, answered once: what is asked often must not read a text file each time."""

from __future__ import annotations

from typing import Any

from crmkit.data.reading.files import ask, new_folder, quoted


def held(table: Any, kind: str = "sales") -> Any:
    """A DuckDB relation as one over its answer, in a file of the temporary folder; one over Parquet files
    as it is; a table of Spark is kept by Spark; any other as it is.
    """
    import duckdb

    if hasattr(table, "sparkSession"):
        return table.persist()
    if not isinstance(table, duckdb.DuckDBPyRelation):
        return table
    if table.sql_query().startswith("FROM read_parquet("):
        return table
    file = new_folder(kind) / f"{kind}.parquet"
    table.write_parquet(str(file))
    return ask(f"FROM read_parquet({quoted(file)})")
