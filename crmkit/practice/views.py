"""Balances are views, as `views.sql` says: nothing stores a total that the ledgers do not give."""

from pathlib import Path

from sqlalchemy import Connection, text

from crmkit.practice.sql_files import queries

VIEWS = queries(Path(__file__).with_suffix(".sql"))


def drop(connection: Connection) -> None:
    for name in VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def create(connection: Connection) -> None:
    drop(connection)
    for name, query in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))
