"""Whether the books add up: what must be true of a shop after any day's work, as `books.sql` says."""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text


@cache
def rules() -> dict[str, str]:
    """Every rule by its sentence, with the query for the rows that break it."""
    said = Path(__file__).with_suffix(".sql").read_text("utf-8")
    parts = re.split(r"^-- rule: (.+)$", said, flags=re.MULTILINE)
    return {
        rule: query.strip().rstrip(";")
        for rule, query in zip(parts[1::2], parts[2::2], strict=True)
    }


def problems(connection: Connection) -> list[str]:
    """The rules that do not hold, with the first rows that break them; empty when all is well."""
    found = []
    for rule, query in rules().items():
        rows = connection.execute(text(query)).fetchmany(3)
        if rows:
            found.append(f"{rule}: {[tuple(row) for row in rows]}")
    return found
