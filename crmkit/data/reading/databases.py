"""Tables of databases: DuckDB files where they lie, all others by SQLAlchemy, in batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmkit.data.reading.files import (
    FileUnreadable,
    ask,
    first_line,
    named,
    new_folder,
    no_such_file,
    quoted,
    unique_names,
    unreadable,
)
from crmkit.i18n import gettext as _
from crmkit.tables import closest

BATCH = 50_000


def duckdb_table(path: Path, table: str | None) -> Any:
    import duckdb

    con = duckdb.default_connection()
    known = dict(con.execute("SELECT path, database_name FROM duckdb_databases()").fetchall())
    name = known.get(str(path.resolve()))
    if name is None:
        name = f"crmkit_{len(known)}_{path.stem}"
        try:
            con.execute(f"ATTACH {quoted(path.resolve())} AS {named(name)} (READ_ONLY)")
        except duckdb.Error as error:
            raise unreadable(path, error) from error
    tables = [
        row[0]
        for row in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = ? UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal "
            "ORDER BY 1",
            [name, name],
        ).fetchall()
    ]
    return ask(f"FROM {named(name)}.{named(chosen_table(path, table, tables))}")


def chosen_table(source: object, table: str | None, tables: list[str]) -> str:
    """The one table meant; an error that lists them where it is not plain."""
    if table in tables:
        return table
    if table is None and len(tables) == 1:
        return tables[0]
    if not tables:
        raise FileUnreadable(_("{source} holds no table.").format(source=source))
    if table is None:
        raise FileUnreadable(
            _('{source} holds several tables: say which one, sheet="{first}" …: {tables}.').format(
                source=source, first=tables[0], tables=", ".join(tables)
            )
        )
    near = closest(table, tables)
    raise FileUnreadable(
        _("{source} holds no table {table!r}.").format(source=source, table=table)
        + (" " + _("Did you mean {near!r}?").format(near=near) if near else "")
        + " "
        + _("It holds: {tables}.").format(tables=", ".join(tables))
    )


def database_table(url: str, table: str | None, query: str | None) -> Any:
    import sqlalchemy as sa
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        engine = sa.create_engine(url)
    except ModuleNotFoundError as error:
        raise FileUnreadable(
            _("Reading {url} needs the Python package {package}: pip install {package}.").format(
                url=url.split("://")[0], package=error.name
            )
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise FileUnreadable(
            _(
                "{url} is no database address that SQLAlchemy knows ({reason}). Examples: "
                "sqlite:///shop.db, postgresql+psycopg://user:password@host/shop."
            ).format(url=url.split("://")[0] + "://…", reason=first_line(error))
        ) from error
    shown = engine.url.render_as_string(hide_password=True)
    if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
        path = Path(engine.url.database)
        if not path.is_file():  # SQLite would make an empty one
            raise no_such_file(path)
    try:
        with engine.connect().execution_options(stream_results=True) as connection:
            statement: sa.TextClause | sa.Select
            if query is not None:
                statement = sa.text(query)
            else:
                inspector = sa.inspect(connection)
                names = sorted([*inspector.get_table_names(), *inspector.get_view_names()])
                chosen = chosen_table(shown, table, names)
                statement = sa.select(sa.Table(chosen, sa.MetaData(), autoload_with=connection))
            result = connection.execution_options(yield_per=BATCH).execute(statement)
            return _batches_to_parquet(result, shown)
    except SQLAlchemyError as error:
        raise FileUnreadable(
            _("{source} cannot be read: {reason}").format(source=shown, reason=first_line(error))
        ) from error
    finally:
        engine.dispose()


def _batches_to_parquet(result: Any, shown: str) -> Any:
    """Each batch a small Parquet file of its own; together one relation."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = new_folder("sql")
    names = unique_names(result.keys())
    empty: dict[str, bool] = dict.fromkeys(names, True)
    written = 0
    for written, rows in enumerate(result.partitions(BATCH), start=1):
        columns = {}
        for position, name in enumerate(names):
            array = sql_column([row[position] for row in rows])
            if not pa.types.is_null(array.type):
                empty[name] = False
                columns[name] = array  # a column empty so far is left out: it has no kind yet
        columns = columns or {names[0]: pa.nulls(len(rows), pa.string())}
        pq.write_table(pa.table(columns), folder / f"{written:06}.parquet")
    if not written:
        return duckdb.from_arrow(pa.table({name: pa.array([], pa.string()) for name in names}))
    relation = ask(f"FROM read_parquet({quoted(folder / '*.parquet')}, union_by_name=true)")
    wanted = ", ".join(
        f"CAST(NULL AS VARCHAR) AS {named(name)}" if empty[name] else named(name) for name in names
    )
    return relation.project(wanted)


def sql_column(values: list[Any]) -> Any:
    """A column of database values as Arrow; a mixture (SQLite allows it) as text."""
    from decimal import Decimal

    import pyarrow as pa

    values = [float(value) if isinstance(value, Decimal) else value for value in values]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        values = [None if value is None else float(value) for value in values]
    elif len(kinds) > 1 or (
        kinds
        and not kinds <= {int, float, str, bool, bytes}
        and "datetime" not in next(iter(kinds)).__module__
    ):
        values = [None if value is None else str(value) for value in values]
    return pa.array(values)
