"""Reading files and databases of any size, without first loading them into memory."""

from __future__ import annotations

import atexit
import codecs
import itertools
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.tables import closest

CHUNK = 4 * 1024 * 1024
BATCH = 50_000
SAMPLE = 20_000
TITLE_ROWS = 20
"""How many rows above the headings of an Excel sheet may be titles."""


READABLE = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xls",
    ".ods",
    ".json",
    ".jsonl",
    ".ndjson",
    ".parquet",
)


class FileUnreadable(CrmkitError):
    """A file or database cannot be read; the message says what was found and what to do."""


def scan(
    source: str | Path,
    *,
    table: str | None = None,
    query: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> Any:
    """A file or database table as a DuckDB relation, to pass on to any function of crmkit.

    A relation is a question not yet asked: what an answer needs is read when it is asked for, in
    pieces, so a file may be larger than the memory. ``.df()`` makes pandas of it, ``.pl()`` Polars.

    - **Parquet** and **JSON** (one array, or one object per line): by DuckDB.
    - **CSV** (comma, semicolon or tab; also gzip): by DuckDB. A column becomes numbers, dates or
      true/false only if all of its values are; ids with leading zeros and numbers of more than 15
      digits stay text. Text that is not UTF-8 is taken for GBK (GB18030) and turned into UTF-8 in
      pieces, in a temporary file; `encoding` names another one ("utf-16", "cp1252").
    - **ZIP** with one such file in it: that file, unpacked to a temporary folder.
    - **Excel** (xlsx, xls, ods): `table` is the sheet (default: the first), `header_row` the row
      of the headings, from 1 (default: the first that looks like it, below any titles).
    - **A DuckDB file**: `table` names the table, if there are several.
    - **A database by SQLAlchemy URL**, such as ``sqlite:///shop.db`` or
      ``postgresql+psycopg://…``: `table`, or a `query`; read in batches.

    Raises `FileUnreadable`: no such file, an empty one, a broken line (which), bytes that are
    neither UTF-8 nor GBK (where), no such table (which there are).

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "sales.csv"
    >>> _ = file.write_text("sale_id,amount\\n0001,9.5\\n0002,3\\n")
    >>> scan(file).fetchall()
    [('0001', 9.5), ('0002', 3.0)]
    """
    if isinstance(source, str) and "://" in source:
        return _scan_sql(source, table, query)
    path = Path(source).expanduser()
    if path.is_dir() or "*" in path.name:
        return _scan_many(path)
    if not path.is_file():
        raise _no_such_file(path)
    if path.stat().st_size == 0:
        raise FileUnreadable(
            _("{file} is empty (0 bytes). Export it again, or ask whoever sent it.").format(
                file=path
            )
        )
    path = unzipped(path)
    kind = kind_of(path)
    if kind == "parquet":
        return _duck(f"FROM read_parquet({_quoted(path)})", path)
    if kind == "duckdb":
        return _scan_duckdb(path, table)
    if kind == "sqlite":
        return _scan_sql(f"sqlite:///{path.resolve()}", table, query)
    if kind == "excel":
        return _scan_excel(path, table, header_row)
    if kind == "json":
        return _scan_json(path, encoding)
    return _scan_csv(path, encoding)


# --- which kind of file --------------------------------------------------------------------------

_MAGIC = (
    (0, b"PAR1", "parquet"),
    (8, b"DUCK", "duckdb"),
    (0, b"SQLite format 3\0", "sqlite"),
    (0, b"PK\x03\x04", "excel"),
    (0, b"\xd0\xcf\x11\xe0", "excel"),
    (0, b"\x1f\x8b", "csv"),
)
_FOREIGN = ((b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"Rar!", "RAR"),
            (b"7z\xbc\xaf", "7z"), (b"<html", "HTML"), (b"<!doctype html", "HTML"))  # fmt: skip


def kind_of(path: Path) -> str:
    """What a file holds, by its first bytes, whatever its name says."""
    with path.open("rb") as file:
        start = file.read(4096)
    for at, magic, kind in _MAGIC:
        if start[at : at + len(magic)] == magic:
            return kind
    for magic, name in _FOREIGN:
        if start.lstrip()[:20].lower().startswith(magic.lower()):
            raise FileUnreadable(
                _(
                    "{file} is {kind}, not a table. Export the data as CSV or Excel and use "
                    "that file."
                ).format(file=path, kind=name)
            )
    if b"\0" in start and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise (
            FileUnreadable(
                _(
                    "{file} holds no text: byte {byte} is 0. If it is UTF-16 text, say so "
                    '(encoding="utf-16"); else export it again as CSV or Excel.'
                ).format(file=path, byte=start.index(b"\0"))
            )
            if not _looks_utf16(start)
            else _say_utf16(path)
        )
    text = start.lstrip(codecs.BOM_UTF8).lstrip()
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") or text[:1] in (b"{", b"["):
        return "json"
    return "csv"


def _looks_utf16(start: bytes) -> bool:
    return start[1::2].count(0) > len(start) / 4 or start[::2].count(0) > len(start) / 4


def _say_utf16(path: Path) -> FileUnreadable:
    return FileUnreadable(
        _('{file} looks like UTF-16 text without its mark: pass encoding="utf-16-le".').format(
            file=path
        )
    )


def unzipped(path: Path) -> Path:
    """The one table inside a ZIP archive, unpacked; any other file as it is."""
    import zipfile

    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return path
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        return path  # a damaged Excel file, perhaps: its reader tells
    with archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        if "[Content_Types].xml" in names or "mimetype" in names or "content.xml" in names:
            return path  # Excel and OpenDocument are archives themselves
        tables = [name for name in names if name.lower().endswith(READABLE)]
        if len(tables) != 1:
            raise FileUnreadable(
                _(
                    "{file} is a ZIP archive of {n} files. Unpack it and name the one you want: {names}."
                ).format(file=path, n=len(names), names=", ".join(names[:10]))
            )
        folder = Path(tempfile.mkdtemp(prefix="zip-", dir=temporary_folder()))
        target = folder / Path(tables[0]).name
        with archive.open(tables[0]) as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out, CHUNK)
        return target


def _no_such_file(path: Path) -> FileUnreadable:
    message = _("There is no file {file}.").format(file=path)
    if not path.parent.is_dir():
        return FileUnreadable(
            message + " " + _("The folder {folder} is not there either.").format(folder=path.parent)
        )
    near = closest(
        path.name, [entry.name for entry in itertools.islice(path.parent.iterdir(), 500)]
    )
    if near:
        message += " " + _("Did you mean {near!r}?").format(near=near)
    return FileUnreadable(message)


# --- DuckDB --------------------------------------------------------------------------------------


def _duck(sql: str, path: Path) -> Any:
    import duckdb

    try:
        return duckdb.sql(sql)
    except duckdb.Error as error:
        raise FileUnreadable(
            _("{file} cannot be read: {reason}").format(file=path, reason=_first_line(error))
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _scan_many(path: Path) -> Any:
    folder, pattern = (path, "*.parquet") if path.is_dir() else (path.parent, path.name)
    files = sorted(folder.glob(pattern))
    if not files:
        raise FileUnreadable(
            _("There is no file like {pattern} in {folder}.").format(pattern=pattern, folder=folder)
        )
    if any(kind_of(file) != "parquet" for file in files):
        raise FileUnreadable(
            _("Several files at once must all be Parquet; {file} is not.").format(
                file=next(file for file in files if kind_of(file) != "parquet")
            )
        )
    names = ", ".join(map(_quoted, files))
    return _duck(f"FROM read_parquet([{names}], union_by_name=true)", path)


def _scan_duckdb(path: Path, table: str | None) -> Any:
    import duckdb

    con = duckdb.default_connection()
    known = dict(con.execute("SELECT path, database_name FROM duckdb_databases()").fetchall())
    name = known.get(str(path.resolve()))
    if name is None:
        name = f"crmkit_{len(known)}_{path.stem}"
        try:
            con.execute(f"ATTACH {_quoted(path.resolve())} AS {_name(name)} (READ_ONLY)")
        except duckdb.Error as error:
            raise FileUnreadable(
                _("{file} cannot be read: {reason}").format(file=path, reason=_first_line(error))
            ) from error
    tables = [
        row[0]
        for row in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = ? UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal "
            "ORDER BY 1",
            [name, name],
        ).fetchall()
    ]
    return _duck(f"FROM {_name(name)}.{_name(_chosen(path, table, tables))}", path)


def _chosen(source: object, table: str | None, tables: list[str]) -> str:
    """The one table meant; an error that lists them where it is not plain."""
    if table in tables:
        return table
    if table is None and len(tables) == 1:
        return tables[0]
    if not tables:
        raise FileUnreadable(_("{source} holds no table.").format(source=source))
    if table is None:
        raise FileUnreadable(
            _('{source} holds several tables: say which one, table="{first}" …: {tables}.').format(
                source=source, first=tables[0], tables=", ".join(tables)
            )
        )
    near = closest(table, tables)
    raise FileUnreadable(
        _("{source} holds no table {table!r}.").format(source=source, table=table)
        + (" " + _("Did you mean {near!r}?").format(near=near) if near else "")
        + " "
        + _("It holds: {tables}.").format(tables=", ".join(tables))
    )


def _scan_json(path: Path, encoding: str | None) -> Any:
    import duckdb

    text = _utf8(path, encoding)
    try:
        relation = duckdb.sql(f"FROM read_json({_quoted(text)}, sample_size=-1)")
        relation.limit(0).fetchall()
    except duckdb.Error as error:
        raise FileUnreadable(
            _("{file} is no readable JSON: {reason}").format(file=path, reason=_first_line(error))
        ) from error
    return relation


# --- CSV -----------------------------------------------------------------------------------------


def _scan_csv(path: Path, encoding: str | None) -> Any:
    text = _utf8(path, encoding)
    dialect, names = _dialect(text, path)
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in names)
    read = (
        f"read_csv({_quoted(text)}, auto_detect=false, header=true, delim={_quoted(dialect)}, "
        f"quote='\"', escape='\"', strict_mode=true, "
        f"columns={{{columns}}})"
    )
    kinds = _kinds(read, names, path)
    wanted = ", ".join(f"{kind.sql(name)} AS {_name(name)}" for name, kind in kinds.items())
    return _duck(f"SELECT {wanted} FROM {read}", path)


def _dialect(text: Path, path: Path) -> tuple[str, list[str]]:
    """What stands between the columns, and their names, from the first line."""
    import csv
    import gzip

    unpack = gzip.open if _gzipped(text) else open
    with unpack(text, "rt", encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        if not head.strip():
            raise FileUnreadable(
                _(
                    "The first line of {file} is empty, so its columns have no names. Read it "
                    "with ck.clean.read_any, which looks for the headings."
                ).format(file=path)
            )
        outside = re.sub(r'"[^"]*"', "", head)
        delimiter = max(",;\t|", key=outside.count)
        file.seek(0)
        names = next(csv.reader(file, delimiter=delimiter))
    return delimiter, unique_names(names)


def unique_names(names: Iterable[object]) -> list[str]:
    """Column names as text, none empty and none twice."""
    found: list[str] = []
    for position, name in enumerate(names, start=1):
        plain = " ".join(str(name if name is not None else "").split()) or f"column_{position}"
        again = itertools.count(2)
        unique = plain
        while unique in found:
            unique = f"{plain}_{next(again)}"
        found.append(unique)
    return found


@dataclass(frozen=True)
class _Kind:
    """A kind of value: how DuckDB reads it from text, null where it is none."""

    read: str  # with {c} for the column
    fits: str = "TRUE"  # what else must hold for every value

    def sql(self, column: str) -> str:
        return self.read.format(c=_name(column))

    def misfit(self, column: str) -> str:
        name = _name(column)
        return (
            f"count(*) FILTER (WHERE {name} IS NOT NULL AND "
            f"({self.sql(column)} IS NULL OR NOT ({self.fits.format(c=name)})))"
        )


_PLAIN_INT = "length({c}) <= 15 AND NOT (starts_with({c}, '0') AND length({c}) > 1)"
_PLAIN_FLOAT = "NOT (starts_with({c}, '0') AND length({c}) > 1 AND {c}[2] <> '.')"
_TEXT = _Kind("{c}")
_KINDS = (
    _Kind("try_cast({c} AS BIGINT)", _PLAIN_INT + " AND NOT contains({c}, '.')"),
    _Kind("try_cast({c} AS DOUBLE)", _PLAIN_FLOAT + " AND length({c}) <= 18"),
    _Kind("try_cast(CASE WHEN lower({c}) IN ('true', 'false') THEN {c} END AS BOOLEAN)"),
    _Kind("try_cast({c} AS TIMESTAMP)", "length({c}) >= 8"),
    *(
        _Kind(f"try_strptime({{c}}, '{form}')")
        for form in ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d")
    ),
)
#: Day and month can be told apart only if one of the two orders does not fit all values
_SLASHES = tuple(
    (
        _Kind(f"try_strptime({{c}}, '%d/%m/%Y{time}')"),
        _Kind(f"try_strptime({{c}}, '%m/%d/%Y{time}')"),
    )
    for time in ("", " %H:%M", " %H:%M:%S")
)


def _kinds(read: str, names: list[str], path: Path) -> dict[str, _Kind]:
    """The narrowest kind that fits all values of each column, proven on every line."""
    left = {name: [*_KINDS, *itertools.chain(*_SLASHES)] for name in names}
    filled = ", ".join(f"count({_name(name)})" for name in names)
    sample = f"(SELECT * FROM {read} LIMIT {SAMPLE})"
    counts = dict(zip(names, _ask(f"SELECT {filled} FROM {sample}", path), strict=True))
    left = {name: kinds if counts[name] else [] for name, kinds in left.items()}
    left = _fitting(sample, left, path, every=True)
    left = {name: _one_order(kinds) for name, kinds in left.items()}
    # the same on all lines, one kind per column at a time; touching every line finds broken ones
    while True:
        fits = _fitting(read, {n: kinds[:1] for n, kinds in left.items()}, path, every=True)
        failed = [name for name, kinds in left.items() if kinds and not fits[name]]
        if not failed:
            return {name: (kinds or [_TEXT])[0] for name, kinds in left.items()}
        for name in failed:
            left[name] = left[name][1:]


def _one_order(kinds: list[_Kind]) -> list[_Kind]:
    for pair in _SLASHES:
        if all(kind in kinds for kind in pair):  # every date so far could be read both ways
            kinds = [kind for kind in kinds if kind not in pair]
    return kinds


def _fitting(
    read: str, left: dict[str, list[_Kind]], path: Path, *, every: bool
) -> dict[str, list[_Kind]]:
    tests = [(name, kind) for name, kinds in left.items() for kind in kinds]
    asked = ", ".join(kind.misfit(name) for name, kind in tests) or "count(*)"
    misfits = _ask(f"SELECT {asked} FROM {read}", path)
    found: dict[str, list[_Kind]] = {name: [] for name in left}
    for (name, kind), misfit in zip(tests, misfits, strict=False):
        if misfit == 0:
            found[name].append(kind)
    return found


def _ask(sql: str, path: Path) -> tuple[Any, ...]:
    import duckdb

    try:
        return duckdb.sql(sql).fetchall()[0]
    except duckdb.Error as error:
        raise _broken_line(error, path) from error


def _broken_line(error: Exception, path: Path) -> FileUnreadable:
    text = str(error)
    line = re.search(r"Line: (\d+)", text)
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    way_out = _("ck.clean.read_any reads the rest and sets such lines aside.")
    if line and counts:
        return FileUnreadable(
            _("Line {line} of {file} has {found} fields, the headings {wanted}.").format(
                line=line[1], file=path, found=counts[2], wanted=counts[1]
            )
            + " "
            + way_out
        )
    if line and "quote" in text:
        return FileUnreadable(
            _("Line {line} of {file} opens a quotation mark and does not close it.").format(
                line=line[1], file=path
            )
            + " "
            + way_out
        )
    return FileUnreadable(
        _("{file} cannot be read: {reason}").format(file=path, reason=_first_line(error))
    )


# --- encodings -----------------------------------------------------------------------------------


def _gzipped(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _utf8(path: Path, encoding: str | None) -> Path:
    """The file itself if it is UTF-8, else its text as UTF-8 in a temporary file."""
    if _gzipped(path):
        return path
    encoding = encoding or detect_encoding(path)
    if encoding in ("utf-8", "utf-8-sig"):
        return path
    target = temporary_folder() / f"{path.stem}-{len(list(temporary_folder().iterdir()))}.csv"
    with target.open("w", encoding="utf-8", newline="") as out:
        for piece in decoded(path, encoding):
            out.write(piece)
    return target


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """The file's text, piece by piece."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise FileUnreadable(
            _("There is no encoding {encoding!r}. Common ones: utf-8, gb18030, utf-16.").format(
                encoding=encoding
            )
        ) from error
    done = 0
    with path.open("rb") as file:
        while True:
            piece = file.read(CHUNK)
            try:
                yield decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                held = len(error.object) - len(piece)  # bytes the decoder kept from before
                at = done - held + error.start
                raise _undecodable(path, encoding, at, error.object[error.start]) from error
            if not piece:
                return
            done += len(piece)


def _undecodable(path: Path, encoding: str, at: int, byte: int) -> FileUnreadable:
    return FileUnreadable(
        _(
            "{file} is not {encoding} text: byte {at} (line {line}) is 0x{byte:02x}. Save it as "
            "UTF-8, or name the encoding it really has."
        ).format(file=path, encoding=encoding.upper(), at=at, line=_line_of(path, at), byte=byte)
    )


def _line_of(path: Path, at: int) -> int:
    lines = 1
    with path.open("rb") as file:
        while at > 0:
            piece = file.read(min(CHUNK, at))
            lines += piece.count(b"\n")
            at -= len(piece)
    return lines


def detect_encoding(path: Path) -> str:
    """ "utf-8", "utf-16" or "gb18030": what all the bytes of the file can be, in this order.

    Raises `FileUnreadable` with the first byte that is none of them.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    beyond_ascii = 0
    try:
        for piece in decoded(path, "utf-8"):
            beyond_ascii += not piece.isascii() and sum(c > "\x7f" for c in piece[:10_000])
        return "utf-8"
    except FileUnreadable as error:
        if beyond_ascii > 50:  # so much UTF-8 does not happen by chance: one byte is damaged
            raise
        not_utf8 = error
    try:
        for _piece in decoded(path, "gb18030"):
            pass
        return "gb18030"
    except FileUnreadable as error:
        raise FileUnreadable(f"{not_utf8} {error}") from error


@cache
def temporary_folder() -> Path:
    """A folder that goes when Python ends."""
    folder = Path(tempfile.mkdtemp(prefix="crmkit-scan-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


# --- Excel ---------------------------------------------------------------------------------------


def _scan_excel(path: Path, sheet: str | None, header_row: int | None) -> Any:
    import duckdb
    import pyarrow as pa

    names, rows, _first = excel_rows(path, sheet, header_row)
    cells = {
        name: [row[i] if i < len(row) else None for row in rows] for i, name in enumerate(names)
    }
    columns = {
        name: excel_column(values)
        for name, values in cells.items()
        if not name.startswith("column_") or any(value is not None for value in values)
    }
    return duckdb.from_arrow(pa.table(columns))


def excel_rows(
    path: Path, sheet: str | None = None, header_row: int | None = None
) -> tuple[list[str], list[list[Any]], int]:
    """A sheet's headings, the rows below them, and in which row (from 1) the headings stand."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        chosen = _chosen(path, sheet, book.sheet_names) if sheet else book.sheet_names[0]
        rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise FileUnreadable(
            _(
                "{file} is no Excel file that can be read ({reason}). Open it in Excel and save "
                "it again as .xlsx, or as CSV."
            ).format(file=path, reason=_first_line(error))
        ) from error
    rows = [[None if cell == "" else cell for cell in row] for row in rows]
    at = (header_row or heading_row(rows)) - 1
    if not any(cell is not None for row in rows for cell in row) or at >= len(rows):
        raise FileUnreadable(
            _("The sheet {sheet} of {file} is empty. It has the sheets: {sheets}.").format(
                sheet=chosen, file=path, sheets=", ".join(book.sheet_names)
            )
        )
    width = max(i for i, cell in enumerate(rows[at], start=1) if cell is not None)
    width = max(
        [width, *(i for row in rows[at + 1 :] for i, c in enumerate(row, 1) if c is not None)]
    )
    names = unique_names((rows[at] + [None] * width)[:width])
    below = [row for row in rows[at + 1 :] if any(cell is not None for cell in row)]
    return names, below, at + 1


def heading_row(rows: list[list[Any]]) -> int:
    """Which row (from 1) holds the headings: below the titles, as wide as the table, all text."""
    filled = [sum(cell is not None for cell in row) for row in rows[: TITLE_ROWS + 5]]
    if not filled:
        return 1
    usual = Counter(n for n in filled if n).most_common(1)[0][0] if any(filled) else 0
    for at, row in enumerate(rows[:TITLE_ROWS]):
        texts = [cell for cell in row if isinstance(cell, str)]
        wide = filled[at] >= max(usual * 0.8, min(2, usual))
        if wide and len(texts) == filled[at] and len(set(texts)) == len(texts):
            return at + 1
    return 1


def excel_column(values: list[Any]) -> Any:
    """One kind of value for a column of cells: numbers, dates, true/false, or else text."""
    import datetime as dt

    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and kinds:
        if all(v is None or (float(v).is_integer() and abs(v) < 1e15) for v in values):
            return pa.array([None if v is None else int(v) for v in values], pa.int64())
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    if kinds and kinds <= {dt.date, dt.datetime}:
        return pa.array(
            [
                v
                if v is None or isinstance(v, dt.datetime)
                else dt.datetime(v.year, v.month, v.day)
                for v in values
            ],
            pa.timestamp("us"),
        )
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    return pa.array([None if v is None else cell_text(v) for v in values], pa.string())


def cell_text(value: Any) -> str:
    """A cell as a person sees it: 10023, not 10023.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


# --- SQL -----------------------------------------------------------------------------------------


def _scan_sql(url: str, table: str | None, query: str | None) -> Any:
    import sqlalchemy as sa
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        engine = sa.create_engine(url)
    except ModuleNotFoundError as error:
        raise FileUnreadable(
            _("Reading {url} needs the Python package {package}: pip install {package}.").format(
                url=url.split("://")[0], package=error.name
            )
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise FileUnreadable(
            _(
                "{url} is no database address that SQLAlchemy knows ({reason}). Examples: "
                "sqlite:///shop.db, postgresql+psycopg://user:password@host/shop."
            ).format(url=url.split("://")[0] + "://…", reason=_first_line(error))
        ) from error
    shown = engine.url.render_as_string(hide_password=True)
    if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
        path = Path(engine.url.database)
        if not path.is_file():  # SQLite would make an empty one
            raise _no_such_file(path)
    try:
        with engine.connect().execution_options(stream_results=True) as connection:
            if query is not None:
                statement = sa.text(query)
            else:
                inspector = sa.inspect(connection)
                names = sorted([*inspector.get_table_names(), *inspector.get_view_names()])
                chosen = _chosen(shown, table, names)
                statement = sa.select(sa.Table(chosen, sa.MetaData(), autoload_with=connection))
            result = connection.execution_options(yield_per=BATCH).execute(statement)
            return _batches_to_parquet(result, shown)
    except SQLAlchemyError as error:
        raise FileUnreadable(
            _("{source} cannot be read: {reason}").format(source=shown, reason=_first_line(error))
        ) from error
    finally:
        engine.dispose()


def _batches_to_parquet(result: Any, shown: str) -> Any:
    """Each batch a small Parquet file of its own; together one relation."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(tempfile.mkdtemp(prefix="sql-", dir=temporary_folder()))
    names = unique_names(result.keys())
    empty: dict[str, bool] = dict.fromkeys(names, True)
    written = 0
    for written, rows in enumerate(result.partitions(BATCH), start=1):
        columns = {}
        for position, name in enumerate(names):
            array = sql_column([row[position] for row in rows])
            if not pa.types.is_null(array.type):
                empty[name] = False
                columns[name] = array  # a column empty so far is left out: it has no kind yet
        columns = columns or {names[0]: pa.nulls(len(rows), pa.string())}
        pq.write_table(pa.table(columns), folder / f"{written:06}.parquet")
    if not written:
        return duckdb.from_arrow(pa.table({name: pa.array([], pa.string()) for name in names}))
    relation = duckdb.sql(f"FROM read_parquet({_quoted(folder / '*.parquet')}, union_by_name=true)")
    wanted = ", ".join(
        f"CAST(NULL AS VARCHAR) AS {_name(name)}" if empty[name] else _name(name) for name in names
    )
    return relation.project(wanted)


def sql_column(values: list[Any]) -> Any:
    """A column of database values as Arrow; a mixture (SQLite allows it) as text."""
    from decimal import Decimal

    import pyarrow as pa

    values = [float(value) if isinstance(value, Decimal) else value for value in values]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        values = [None if value is None else float(value) for value in values]
    elif len(kinds) > 1 or (
        kinds
        and not kinds <= {int, float, str, bool, bytes}
        and "datetime" not in next(iter(kinds)).__module__
    ):
        values = [None if value is None else str(value) for value in values]
    return pa.array(values)
