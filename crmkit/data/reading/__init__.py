"""The one way in: any file, folder or database table, read to the kinds of the column contract.

`files` finds and unpacks what is meant, `encodings` and `layout` tell how a text is written,
`kinds` and `moments` what a column holds, `typed` proves it on every line: at a `glance`, or by its
`plan`; `excel` and `databases` bring the rest.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from crmkit.data.reading.databases import database_table, duckdb_table
from crmkit.data.reading.delimited import Text, text_of, together
from crmkit.data.reading.encodings import encoding_name
from crmkit.data.reading.excel import excel_table
from crmkit.data.reading.files import (
    FileUnreadable,
    ask,
    demand_alike,
    files_of,
    first_line,
    kind_of,
    named,
    new_folder,
    quoted,
    unreadable,
)
from crmkit.data.reading.layout import Headings
from crmkit.data.reading.meanings import meaning
from crmkit.data.reading.report import ReadingReport
from crmkit.data.reading.typed import Typed, typed
from crmkit.i18n import gettext as _
from crmkit.tables import arguments, is_nothing

_OWN_KINDS = {
    "text": ("VARCHAR",),
    "whole": ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER",
              "USMALLINT", "UTINYINT"),
    "number": ("DOUBLE", "FLOAT", "DECIMAL"),
    "flag": ("BOOLEAN",),
    "date": ("DATE", "TIMESTAMP"),
}  # fmt: skip
"""The kinds of DuckDB's types, without their size or unit: TIMESTAMP_NS, DECIMAL(10,2)."""

_Part = tuple[str, Text | None, list[str]]


@arguments.checked
def read(
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
) -> tuple[Any, ReadingReport]:
    """Any file, folder or database table as a table to ask questions of, and how it was read.

    The table is a DuckDB relation, to pass on to any function of crmkit: a question not yet asked,
    larger than the memory if need be (``.df()`` makes pandas of it, ``.pl()`` Polars). Columns get
    the kind the contract wants and all their values allow: ids stay text (0001, 22E1, 1.10), money
    becomes numbers (¥9.50, 1.234,50, 12.50-), dates become dates; what fits no kind wholly stays
    text. Everything is guessed unless you say it, and `report` tells what was guessed. Rows that
    are totals or the headings again are left out and counted there.

    Parameters
    ----------
    source
        CSV and other text (also gzip), Excel, JSON, Parquet, a DuckDB or SQLite file, a database by
        SQLAlchemy URL; a folder, a pattern (``"till/*.csv"``) or a ZIP archive of such files is
        read as one table.
    sheet
        The Excel sheet or the table of a database (default: the first with anything in it; a
        database's only one).
    query
        SQL to ask a database instead.
    delimiter
        What parts the columns, one character; " " for runs of blanks.
    headings
        The line they stand in, from 1; 0: there are none; or the names.
    decimal
        "." or ",".
    encoding
        "utf-8", "gb18030", "big5", "cp1252" …
    day_first
        Whether 03/05/2025 is the third of May; undecided dates stay text.
    time_zone
        The zone of the shop's clock, to which times that carry a zone are moved.

    Raises
    ------
    FileUnreadable
        (a `CrmkitError`) When there is no such file, an empty one, a broken line (which), bytes of
        no encoding or of several (where), no such sheet (which there are), or files hold different
        tables.
    CrmkitError
        For a parameter of the wrong kind.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "sales.csv"
    >>> _ = file.write_text("order;paid on;amount\\n0001;31.12.2024;9,50\\n0002;1.1.2025;1.003,20\\n")
    >>> sales, report = read(file)
    >>> sales.fetchall()[1]
    ('0002', datetime.datetime(2025, 1, 1, 0, 0), 1003.2)
    """
    if isinstance(source, str) and "://" in source:
        return _reported(database_table(source, sheet, query), _hidden(source))
    files = files_of(source)
    kinds = [kind_of(file) for file in files]
    if len(files) == 1 and kinds[0] in ("duckdb", "sqlite"):
        answer = duckdb_table(files[0], sheet) if kinds[0] == "duckdb" else database_table(
            f"sqlite:///{files[0].resolve()}", sheet, query
        )  # fmt: skip
        return _reported(answer, str(source))
    if set(kinds) == {"parquet"}:
        return _parquet(files, source, time_zone)
    parts = [
        _part(file, kind, sheet=sheet, delimiter=delimiter, headings=headings, encoding=encoding)
        for file, kind in zip(files, kinds, strict=True)
    ]
    raw = _one_query(parts, files)
    notes = _all_notes([part[2] for part in parts], files)
    texts = [text for _query, text, _notes in parts if text]
    found = typed(
        raw,
        files[0] if len(files) == 1 else source,
        texts=texts if len(texts) == len(parts) else (),
        decimal=decimal,
        day_first=day_first,
        semicolons=any(text.layout.delimiter == ";" for text in texts),
        declared=not texts,
    )
    return _reported(
        found.relation, str(source), len(files), found, [*notes, *found.notes], time_zone
    )


def _part(
    file: Path,
    kind: str,
    *,
    sheet: str | None,
    delimiter: str | None,
    headings: Headings,
    encoding: str | None,
) -> _Part:
    """One file as a query of DuckDB, as a text if it is one, and what was guessed."""
    if kind == "csv":
        text = text_of(file, encoding=encoding, delimiter=delimiter, headings=headings)
        return text.query, text, text.layout.notes
    if kind == "excel":
        import pyarrow.parquet as pq

        table, notes = excel_table(file, sheet, headings)
        held = new_folder("sheet") / "rows.parquet"
        pq.write_table(table, held)
        return f"SELECT * FROM read_parquet({quoted(held)})", None, notes
    if kind == "json":
        return _json(file, encoding)
    if kind == "parquet":
        return f"SELECT * FROM read_parquet({quoted(file)})", None, []
    raise FileUnreadable(
        _("{file} is a database; read it alone, not among other files.").format(file=file)
    )


def _json(file: Path, encoding: str | None) -> _Part:
    """JSON with its texts as text: DuckDB would make dates of some, and drop their zone."""
    import duckdb

    from crmkit.data.reading.delimited import plain_text

    text, said = plain_text(file, encoding)
    try:
        found = ask(f"FROM read_json({quoted(text)}, sample_size=-1)")
        found.limit(0).fetchall()
        notes = [_("Encoding: {encoding}.").format(encoding=encoding_name(said))]
        if any(re.search(r"STRUCT|MAP|\[\]|JSON", str(kind)) for kind in found.types):
            return _nested(text, file), None, notes
        plain = {
            name: "VARCHAR" if str(kind) in ("DATE", "TIMESTAMP", "TIME", "UUID", "JSON") or "TIME ZONE" in str(kind) else str(kind)
            for name, kind in zip(found.columns, found.types, strict=True)
        }  # fmt: skip
        columns = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in plain.items())
        query = f"SELECT * FROM read_json({quoted(text)}, columns={{{columns}}})"
        ask(query).limit(1).fetchall()
    except duckdb.Error as error:
        raise FileUnreadable(
            _("{file} is no readable JSON: {reason}").format(file=file, reason=first_line(error))
        ) from error
    return query, None, notes


def _nested(text: Path, file: Path) -> str:
    """Objects inside of objects as rows, in a table of their own."""
    import pandas as pd

    from crmkit.data.reading.records import records_of

    frame, torn, lines = records_of(text.read_text("utf-8-sig"), file)
    if any(torn):
        raise FileUnreadable(
            _("{file} is no readable JSON: {reason}").format(
                file=file, reason=lines[torn.index(True)][:80]
            )
        )
    held = new_folder("records") / "rows.parquet"
    for name in frame:
        if frame[name].dtype == "object":  # of several kinds
            texts = [v if is_nothing(v) else str(v) for v in frame[name]]
            frame[name] = pd.Series(texts, dtype="str")
    frame.to_parquet(held, index=False)
    return f"SELECT * FROM read_parquet({quoted(held)})"


def _parquet(files: list[Path], source: object, time_zone: str | None) -> tuple[Any, ReadingReport]:
    import duckdb

    names = ", ".join(map(quoted, files))
    try:
        relation = ask(f"FROM read_parquet([{names}], union_by_name=true)")
    except duckdb.Error as error:
        raise unreadable(source, error) from error
    return _reported(relation, str(source), len(files), time_zone=time_zone)


def _one_query(parts: list[_Part], files: list[Path]) -> str:
    """All files as one table, columns of one name together; refused where they have little alike."""
    if len(parts) == 1:
        return parts[0][0]
    columns = [ask(f"{query} LIMIT 0").columns for query, _text, _notes in parts]
    lower = [{name.lower() for name in names} for names in columns]
    demand_alike(files, columns, fold=True)
    for (_query, _text, notes), names in zip(parts, lower, strict=True):
        if missing := sorted(lower[0] ^ names):
            notes.append(_("Columns only in some of the files: {names}.").format(names=", ".join(missing)))  # fmt: skip
    return together([query for query, _text, _notes in parts])


def _all_notes(found: list[list[str]], files: list[Path]) -> list[str]:
    """The notes of all files, each once; with the file's name where not all say the same."""
    notes = []
    for note in dict.fromkeys(note for some in found for note in some):
        holders = [file.name for file, some in zip(files, found, strict=True) if note in some]
        told = len(holders) < len(files)
        notes.append(f"{note} ({', '.join(holders[:3])}{' …' if holders[3:] else ''})" if told else note)  # fmt: skip
    return notes


def _reported(
    relation: Any,
    source: str,
    files: int = 1,
    found: Typed | None = None,
    notes: list[str] | None = None,
    time_zone: str | None = None,
) -> tuple[Any, ReadingReport]:
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    kinds = {name: _own_kind(kind) for name, kind in types.items()}
    kinds |= found.kinds if found else {}
    notes = list(notes or [])
    zoned = [name for name, kind in types.items() if "TIME ZONE" in kind]
    if zoned and time_zone:
        moved = ", ".join(
            f"timezone({quoted(time_zone)}, {named(name)}) AS {named(name)}" for name in zoned
        )
        relation = relation.project(f"* REPLACE ({moved})")
        notes.append(
            _("Times moved to {zone}: {columns}.").format(zone=time_zone, columns=", ".join(zoned))
        )
        kinds |= dict.fromkeys(zoned, "date")
    elif zoned:
        notes.append(
            _(
                "These columns carry a time zone: {columns}. Say the shop's with time_zone, here or "
                "in conform."
            ).format(columns=", ".join(zoned))
        )
        kinds |= dict.fromkeys(zoned, "moment")
    rows = found.rows if found else int(relation.aggregate("count(*)").fetchall()[0][0])
    return relation, ReadingReport(
        source=source,
        files=files,
        rows=rows,
        columns=tuple((name, meaning(name) or "", kinds[name]) for name in types),
        left_out=tuple(sorted((found.aside if found else {}).items())),
        notes=tuple(notes),
        currency=found.currency if found else "",
        totals=tuple(found.totals.items()) if found else (),
    )


def _own_kind(kind: str) -> str:
    bare = re.split(r"[_(]", kind)[0]
    return next((ours for ours, theirs in _OWN_KINDS.items() if bare in theirs), kind.lower())


def _hidden(url: str) -> str:
    """A database address without its password."""
    return re.sub(r"://([^:/@]+):[^@]*@", r"://\1:***@", url)
