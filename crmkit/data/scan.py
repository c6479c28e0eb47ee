"""A file or database table as a question not yet asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmkit.data.reading import read
from crmkit.data.reading.files import FileUnreadable
from crmkit.data.reading.layout import Headings
from crmkit.tables import arguments

__all__ = ["FileUnreadable", "scan"]


@arguments.checked
def scan(
    source: str | Path,
    *,
    sheet: str | None = None,
    query: str | None = None,
    delimiter: str | None = None,
    headings: Headings = None,
    decimal: str | None = None,
    encoding: str | None = None,
    day_first: bool | None = None,
    time_zone: str | None = None,
) -> Any:
    """A file, folder or database table as a DuckDB relation, to pass on to any function of crmkit.

    The table of `ck.data.read`, without its report: the same guesses, the same refusals. A relation
    is a question not yet asked: what an answer needs is read when it is asked for, in pieces, so a
    file may be larger than the memory. ``.df()`` makes pandas of it, ``.pl()`` Polars.
    `ck.data.look` shows what was guessed.

    Parameters
    ----------
    source, sheet, query, delimiter, headings, decimal, encoding, day_first, time_zone
        As in `ck.data.read`.

    Raises
    ------
    FileUnreadable
        When there is no such file, an empty one, a broken line (which), bytes of no encoding
        (where), or no such sheet or table (which there are).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "sales.csv"
    >>> _ = file.write_text("sale_id,amount\\n0001,9.5\\n0002,3\\n")
    >>> scan(file).fetchall()
    [('0001', 9.5), ('0002', 3.0)]
    """
    return read(
        source,
        sheet=sheet,
        query=query,
        delimiter=delimiter,
        headings=headings,
        decimal=decimal,
        encoding=encoding,
        day_first=day_first,
        time_zone=time_zone,
    )[0]
