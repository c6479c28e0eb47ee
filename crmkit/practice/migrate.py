"""Make a shop's database, or bring a released one to this version of the schema.

A new shop is made from `schema` and stamped; `migrations` are for shops that exist. Alembic is
loaded only to upgrade one: which revision a shop is at, and which there are, is told without it.
"""

from contextlib import contextmanager
from importlib import resources
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, insert, inspect, select

from crmkit.i18n import gettext as _
from crmkit.practice import schema, triggers, views
from crmkit.practice.engine import in_the_shops_words
from crmkit.practice.errors import CannotOpen, NewerShop, OlderShop

_stamp = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def newest() -> str:
    """The revision this crmkit works with."""
    return revisions()[-1]


def revisions() -> list[str]:
    """Every revision there ever was, oldest first: a migration's file begins with its number."""
    files = (resources.files("crmkit.practice") / "migrations" / "versions").iterdir()
    return sorted(one.name[:4] for one in files if one.name[:4].isdigit())


def revision_of(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty one."""
    if not inspect(connection).has_table(_stamp.name):
        return None
    return connection.scalar(select(_stamp))


def require_newest(connection: Connection) -> None:
    """Refuse a database this crmkit cannot work with, saying what to do."""
    found = revision_of(connection)
    if found == newest():
        return
    if found is None:
        raise CannotOpen(_("This database holds no shop. Make one with Shop.create."))
    if found in revisions():
        raise OlderShop(
            _("This shop was made by an older crmkit. Back it up, then run Shop.upgrade.")
        )
    raise NewerShop(_("This shop was made by a newer crmkit. Install that version to open it."))


def create(engine: Engine) -> None:
    """Make all tables in an empty database, all or nothing; a shop of this version stays."""
    with _migrating(engine) as connection:
        found = revision_of(connection)
        if found is not None:
            require_newest(connection)
            return
        if inspect(connection).get_table_names():
            raise CannotOpen(_("This database belongs to another program. Choose an empty one."))
        schema.metadata.create_all(connection, checkfirst=False)
        _stamp.create(connection)
        connection.execute(insert(_stamp).values(version_num=newest()))
        triggers.create(connection)
        views.create(connection)


def upgrade(engine: Engine) -> None:
    """Bring a released shop to this version, all or nothing, its ledgers guarded as before."""
    with _migrating(engine) as connection:
        if revision_of(connection) not in revisions():
            require_newest(connection)
        _go(connection, "upgrade", "head")
        views.create(connection)


def back_to(engine: Engine, revision: str) -> None:
    """Take a shop back to the tables of an earlier release, its rows with it: to rehearse an
    upgrade on a copy."""
    with _migrating(engine) as connection:
        _go(connection, "downgrade", revision)


def _go(connection: Connection, way: str, revision: str) -> None:
    """Up or down to a revision; the ledgers are guarded again, the views are still to be made."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    scripts = resources.files("crmkit.practice") / "migrations"
    config.set_main_option("script_location", str(scripts))
    views.drop(connection)
    triggers.drop(connection)
    getattr(command, way)(config, revision)
    triggers.create(connection)


@contextmanager
def _migrating(engine: Engine):
    with in_the_shops_words(), engine.connect() as connection:
        connection = connection.execution_options(writing=True)
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        # a table rebuilt by batch mode is dropped: foreign keys are checked afterwards instead
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"foreign keys broken by the migration: {broken[:3]}")
        finally:
            raw.execute("PRAGMA foreign_keys = ON")
