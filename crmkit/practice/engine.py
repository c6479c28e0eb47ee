"""How the shop talks to its database: SQLite beside a notebook or served, PostgreSQL by URL.

Writers take their turn. On SQLite every write begins with `BEGIN IMMEDIATE` (a plain `BEGIN`
that reads first and writes later fails when somebody else wrote in between); on PostgreSQL it
begins by locking the one row of `shop`. The audit chain needs this order anyway, and a shop's
commands take milliseconds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from crmkit.i18n import gettext as _
from crmkit.practice.errors import CannotOpen, from_database

WAIT_SECONDS = 30
CACHE_KIB = 65_536
"""How much of its file a connection keeps in memory at the most: SQLite's own 2 MB hold no index
of a million members."""


def database_url(where: str | Path) -> URL:
    """The URL of a database given as URL or as a path to a SQLite file.

    >>> str(database_url("shop.db"))
    'sqlite:///shop.db'
    """
    where = str(where)
    if "://" not in where:
        return URL.create("sqlite", database=where)
    try:
        url = make_url(where)
    except Exception as error:
        raise CannotOpen(_("{url} is not a database address."), url=where) from error
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise CannotOpen(
            _("The shop runs on SQLite or PostgreSQL, not on {kind}."), kind=url.get_backend_name()
        )
    return url


def open_engine(
    where: str | Path | URL, *, served: bool, wait: float = WAIT_SECONDS, new: bool = False
) -> Engine:
    """An engine with the shop's rules switched on for every connection.

    `served` chooses SQLite's journal: WAL for a shop many use at once, DELETE beside a notebook,
    where the one file has to carry everything. Only for a `new` shop is a file made.
    """
    url = where if isinstance(where, URL) else database_url(where)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, served=served, wait=wait, new=new)
    milliseconds = int(wait * 1000)
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        connect_args={
            "options": f"-c lock_timeout={milliseconds} -c timezone=UTC",
            "connect_timeout": 10,
        },
    )


def _sqlite(url: URL, *, served: bool, wait: float, new: bool) -> Engine:
    path = Path(url.database or "").absolute()

    def connect() -> sqlite3.Connection:
        # SQLite would make a missing file anew, empty, without a word
        place = f"file:{quote(str(path))}?mode={'rwc' if new else 'rw'}"
        if not new:
            require_file(path)
        return sqlite3.connect(place, uri=True, timeout=wait, check_same_thread=False)

    engine = create_engine(url, creator=connect)

    @event.listens_for(engine, "connect")
    def _rules(connection, record):
        record.info["file"] = _identity(path)
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        wanted = "wal" if served else "delete"
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
            cursor.execute(f"PRAGMA journal_mode = {wanted}")
        cursor.close()

    @event.listens_for(engine, "checkout")
    def _same_file(_connection, record, _proxy):
        # a connection goes on writing to a file that was deleted or replaced since
        if record.info["file"] != _identity(path):
            raise exc.DisconnectionError

    @event.listens_for(engine, "begin")
    def _begin(connection):
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def require_file(path: Path) -> None:
    """Refuse a place where there is no file."""
    if not path.is_file():
        raise CannotOpen(
            _("There is no shop at {path}. If it was deleted, restore a backup."), path=path
        )


def in_a_hurry(engine: Engine) -> None:
    """Let SQLite not wait for the disk: for a scene that is being made, and is made again if the
    power fails meanwhile."""

    @event.listens_for(engine, "connect")
    def _hurry(connection, _record):
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")

    engine.dispose()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it is saved, or none."""
    with in_the_shops_words(), engine.connect() as connection:
        connection = connection.execution_options(writing=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT id FROM shop FOR UPDATE")
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One look at the shop, as it is at this moment."""
    with in_the_shops_words(), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


@contextmanager
def in_the_shops_words() -> Iterator[None]:
    """What a database or a file refuses is said in the shop's own words."""
    try:
        yield
    except Exception as error:
        said = from_database(error)
        if said is None:
            raise
        raise said from error
