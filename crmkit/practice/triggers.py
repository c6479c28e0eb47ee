"""Ledgers are append-only: the database itself refuses to update or delete their rows.

Alembic's batch mode rebuilds a SQLite table and loses its triggers without a word, so every
migration ends by creating them again and counting them.
"""

from sqlalchemy import Connection, Table, inspect, text

from crmkit.practice.schema import LEDGERS

PREFIX = "append_only"


def expected(ledgers: tuple[Table, ...] = LEDGERS) -> set[str]:
    """The names of all triggers a shop has."""
    return {f"{PREFIX}_{table.name}_{verb}" for table in ledgers for verb in ("update", "delete")}


def present(connection: Connection) -> set[str]:
    """The names of the append-only triggers the database has now."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE :like"
    else:
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
            " AND tgname LIKE :like"
        )
    return set(connection.execute(text(query), {"like": f"{PREFIX}%"}).scalars())


def drop(connection: Connection) -> None:
    """Take every trigger off, for the length of a migration."""
    sqlite = connection.dialect.name == "sqlite"
    for name in present(connection):
        table = name.removeprefix(f"{PREFIX}_").rpartition("_")[0]
        connection.execute(text(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}")))


def create(connection: Connection) -> None:
    """Put every trigger on, and make sure that all of them are there."""
    drop(connection)
    tables = set(inspect(connection).get_table_names())
    ledgers = tuple(table for table in LEDGERS if table.name in tables)
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION crmkit_append_only() RETURNS trigger"
                " LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
            )
        )
    for table in ledgers:
        for verb in ("update", "delete"):
            connection.execute(text(_trigger(table.name, verb, connection.dialect.name)))
    missing = expected(ledgers) - present(connection)
    if missing:
        raise RuntimeError(f"append-only triggers missing after migration: {sorted(missing)}")


def _trigger(table: str, verb: str, dialect: str) -> str:
    head = f"CREATE TRIGGER {PREFIX}_{table}_{verb} BEFORE {verb.upper()} ON {table}"
    if dialect == "sqlite":
        return f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return f"{head} FOR EACH ROW EXECUTE FUNCTION crmkit_append_only()"
