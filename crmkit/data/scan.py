"""Reading files of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _


class FileUnreadable(CrmkitError):
    """A file cannot be read as what it should be; the message says where and what to do."""


def scan(source: str | Path) -> Any:
    """A Parquet file as a DuckDB relation: nothing is read before an answer is asked for."""
    import duckdb

    path = Path(source).expanduser()
    if path.suffix.lower() == ".parquet":
        return duckdb.read_parquet(str(path))
    raise FileUnreadable(_("{file} is of a kind that cannot be read here.").format(file=path.name))
