"""Queries kept in a file of SQL: each stands below a line that says what it is called."""

import re
from functools import cache
from pathlib import Path


@cache
def queries(path: Path) -> dict[str, str]:
    """Every query of the file by its name, in order; ``-- name: …`` begins one."""
    parts = re.split(r"^-- name: (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
    each = zip(parts[1::2], parts[2::2], strict=True)
    return {name: query.strip().rstrip(";") for name, query in each}
