"""Whether the books add up: what must be true of a shop after any day's work, as `books.sql` says."""

from pathlib import Path

from sqlalchemy import Connection, text

from crmkit.practice.sql_files import queries


def rules() -> dict[str, str]:
    """Every rule by its sentence, with the query for the rows that break it."""
    return queries(Path(__file__).with_suffix(".sql"))


def problems(connection: Connection) -> list[str]:
    """The rules that do not hold, with the first rows that break them; empty when all is well."""
    found = []
    for rule, query in rules().items():
        rows = connection.execute(text(query)).fetchmany(3)
        if rows:
            found.append(f"{rule}: {[tuple(row) for row in rows]}")
    return found
