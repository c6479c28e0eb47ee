"""Back a shop up, and bring it back: a SQLite file with every row, from and to either database.

Personal fields stay encrypted in it; the keys are not inside, keep them elsewhere.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from crmkit.i18n import gettext as _
from crmkit.practice import chain, migrate, schema, triggers
from crmkit.practice.engine import database_url, in_the_shops_words, open_engine, reading, writing
from crmkit.practice.errors import CannotOpen, Refused, Tampered
from crmkit.practice.keys import Keyring, find_keys, key_file, require_fitting

BATCH = 5_000


def back_up(engine: Engine, to: str | Path) -> Path:
    """Copy the shop, as it is at this moment, to a new file; appears whole or not at all.

    Raises `Refused` when the file is there already.
    """
    to = Path(to)
    if to.exists():
        raise Refused(_("{path} is there already. Choose another name."), path=to)
    with whole(to) as unfinished:
        copy = _copy_sqlite if engine.dialect.name == "sqlite" else _copy_rows_to_file
        copy(engine, unfinished)
    return to


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write a file that then stands at `path` whole, or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with in_the_shops_words():
            path.parent.mkdir(parents=True, exist_ok=True)
            yield unfinished
            unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def restore(backup: Path, where: str | Path, keys: Keyring | None) -> int:
    """Fill an empty database from a backup; how many rows it has.

    Everything is checked before it is kept: the schema, the keys, the audit chain. Raises
    `Refused` when a shop is there already, `CannotOpen` or `Tampered` for a bad backup.
    """
    if not backup.is_file():
        raise CannotOpen(_("There is no backup at {path}."), path=backup)
    url = database_url(where)
    source = open_engine(backup, served=False)
    try:
        with reading(source) as old:
            migrate.require_newest(old)
            kind, check = old.execute(select(schema.shop.c.kind, schema.shop.c.key_check)).one()
            ours = keys or find_keys(kind, where)
            require_fitting(ours, check)
            if chain.first_break(old, ours) is not None:
                raise Tampered(_("The backup's audit log is broken. Take an earlier backup."))
            if url.get_backend_name() == "sqlite":
                copied = _into_a_file(old, Path(url.database or ":memory:"), kind)
            else:
                copied = _into(old, open_engine(url, served=True))
    finally:
        source.dispose()
    if keys is not None and kind == "served" and not key_file(where).exists():
        keys.save(key_file(where), new=True)
    return copied


def _into_a_file(old: Connection, path: Path, kind: str) -> int:
    """A SQLite shop, there whole or not at all."""
    if path.exists() and path.stat().st_size:
        # an empty database may be filled, anything else is somebody's
        return _into(old, open_engine(path, served=kind == "served"))
    with whole(path) as unfinished:
        copied = _into(old, open_engine(unfinished, served=False, new=True))
    open_engine(path, served=kind == "served").connect().close()
    return copied


def _into(old: Connection, engine: Engine) -> int:
    try:
        migrate.create(engine)
        with writing(engine) as new:
            if new.execute(select(schema.shop)).first():
                raise Refused(_("There is a shop already. Restore into an empty database."))
            return _copy_rows(old, new)
    finally:
        engine.dispose()


def _copy_sqlite(engine: Engine, to: Path) -> None:
    with closing(sqlite3.connect(to)) as target, engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def _copy_rows_to_file(engine: Engine, to: Path) -> None:
    target = open_engine(to, served=False, new=True)
    try:
        migrate.create(target)
        with reading(engine) as old, writing(target) as new:
            _copy_rows(old, new)
    finally:
        target.dispose()


def _copy_rows(old: Connection, new: Connection) -> int:
    copied = 0
    if new.dialect.name == "sqlite":
        new.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in schema.metadata.sorted_tables:
        rows = old.execution_options(yield_per=BATCH).execute(_in_order(table)).mappings()
        for batch in rows.partitions(BATCH):
            new.execute(insert(table), [dict(row) for row in batch])
            copied += len(batch)
        if new.dialect.name == "postgresql":
            _set_next_number(new, table)
    if triggers.present(new) != triggers.expected():
        raise RuntimeError("a restored shop must have its append-only triggers")
    return copied


def _in_order(table: Table):
    # a member merged into another points to one that must be there before
    if table is schema.member:
        return select(table).order_by(table.c.survivor_id != table.c.id, table.c.id)
    return select(table).order_by(*table.primary_key.columns)


def _set_next_number(connection: Connection, table: Table) -> None:
    key = list(table.primary_key.columns)
    generated = len(key) == 1 and key[0].autoincrement is True
    if not generated:
        return
    last = connection.scalar(select(func.max(key[0])))
    if last is not None:
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"),
            {"table": table.name, "last": last},
        )
