"""Which files are meant, what each holds by its first bytes, and how packed ones are opened."""

from __future__ import annotations

import atexit
import bz2
import codecs
import gzip
import itertools
import lzma
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.tables import closest

if TYPE_CHECKING:
    import duckdb

CHUNK = 4 * 1024 * 1024
TEXTS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
READABLE = (*TEXTS, ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")
PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}


def ask(question: str) -> duckdb.DuckDBPyRelation:
    """What DuckDB gives for a question."""
    import duckdb

    return duckdb.default_connection().sql(question)


class FileUnreadable(CrmkitError):
    """A file or database cannot be read; the message says what was found and what to do."""


def unreadable(file: object, reason: object) -> FileUnreadable:
    """What is raised where nothing more is known than what the reader said."""
    said = first_line(reason) if isinstance(reason, Exception) else reason
    return FileUnreadable(_("{file} cannot be read: {reason}").format(file=file, reason=said))


def demand_alike(files: Sequence[Path], columns: Sequence[Sequence[str]], fold: bool) -> None:
    """Refuse files that have little in common to be read as one table.

    fold: whether names that differ in capitals are the same.
    """
    names = [{name.lower() if fold else name for name in one} for one in columns]
    for file, held, mine in zip(files, columns, names, strict=True):
        if len(mine & names[0]) * 2 < max(len(mine), len(names[0])):
            raise FileUnreadable(
                _(
                    "{first} and {other} hold different tables ({first_columns} / {other_columns}). "
                    "Read each alone."
                ).format(
                    first=files[0].name,
                    other=file.name,
                    first_columns=", ".join(columns[0][:6]),
                    other_columns=", ".join(held[:6]),
                )
            )


@cache
def temporary_folder() -> Path:
    """A folder that goes when Python ends."""
    folder = Path(tempfile.mkdtemp(prefix="crmkit-scan-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def new_folder(kind: str) -> Path:
    """An empty folder of its own in the temporary one."""
    return Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=temporary_folder()))


def files_of(source: str | Path) -> list[Path]:
    """The files a path means: itself, those of a folder or a pattern, those packed in it."""
    path = Path(source).expanduser()
    if path.is_dir() or any(mark in path.name for mark in "*?["):
        files = _several(path)
    elif not path.is_file():
        raise no_such_file(path)
    else:
        files = [path]
    for file in files:
        if file.stat().st_size == 0:
            raise FileUnreadable(
                _("{file} is empty (0 bytes). Export it again, or ask whoever sent it.").format(
                    file=file
                )
            )
    return list(itertools.chain.from_iterable(map(_unpacked, files)))


def _several(path: Path) -> list[Path]:
    folder, pattern = (path, "*") if path.is_dir() else (path.parent, path.name)
    found = [file for file in sorted(folder.glob(pattern)) if file.is_file() and _a_table(file)]
    if not found and path.is_dir():  # as Spark and others write tables: folders in a folder
        found = sorted(file for file in folder.rglob("*.parquet") if _a_table(file))
    if path.is_dir() and any(file.suffix.lower() != ".txt" for file in found):
        found = [file for file in found if file.suffix.lower() != ".txt"]  # notes, most likely
    if not found:
        raise FileUnreadable(
            _("There is no file like {pattern} in {folder}.").format(
                pattern=pattern if pattern != "*" else "*.csv, *.xlsx, *.parquet", folder=folder
            )
        )
    return found


def _a_table(file: Path) -> bool:
    name = file.name.lower().removesuffix(".gz").removesuffix(".zip")
    hidden = any(part.startswith((".", "_", "~$")) for part in file.parts[-1:])
    return not hidden and (name.endswith(READABLE) or file.suffix.lower() in (".zip", ".gz"))


def _damaged(path: Path, error: Exception) -> FileUnreadable:
    return FileUnreadable(
        _("{file} is packed, but damaged or cut off ({reason}). Copy or export it again.").format(
            file=path, reason=first_line(error)
        )
    )


def _unpacked(path: Path) -> list[Path]:
    """The tables inside a packed file, in a temporary folder; any other file as it is."""
    with path.open("rb") as file:
        start = file.read(6)
    for magic, opened in PACKED.items():
        if start.startswith(magic):
            target = new_folder("unpacked") / (path.stem if path.suffix else path.name)
            try:
                with opened(path, "rb") as packed, target.open("wb") as out:
                    shutil.copyfileobj(packed, out, CHUNK)
            except (OSError, EOFError, lzma.LZMAError) as error:
                raise _damaged(path, error) from error
            return [target]
    return _unzipped(path) if start.startswith(b"PK\x03\x04") else [path]


def _unzipped(path: Path) -> list[Path]:
    import zipfile

    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        return [path]  # a damaged Excel file, perhaps: its reader tells
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        names = [info.filename for info in infos]
        if "[Content_Types].xml" in names or "mimetype" in names or "content.xml" in names:
            return [path]  # Excel and OpenDocument are archives themselves
        tables = [name for name in names if _a_table(Path(name)) and "__MACOSX" not in name]
        if not tables:
            raise FileUnreadable(
                _("{file} is a ZIP archive without a table; it holds: {names}.").format(
                    file=path, names=", ".join(names[:10])
                )
            )
        if any(info.flag_bits & 1 for info in infos):
            raise FileUnreadable(
                _("{file} is locked with a password. Unpack it yourself and name the file.").format(
                    file=path
                )
            )
        folder, found = new_folder("zip"), []
        for at, name in enumerate(sorted(tables)):
            (folder / str(at)).mkdir()
            target = folder / str(at) / Path(name).name
            try:
                with archive.open(name) as packed, target.open("wb") as out:
                    shutil.copyfileobj(packed, out, CHUNK)
            except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
                raise _damaged(path, error) from error
            if target.stat().st_size:
                found += _unpacked(target)
        return found or [target]


def no_such_file(path: Path) -> FileUnreadable:
    """The error that names the file and the closest one there is."""
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


# --- which kind of file --------------------------------------------------------------------------

_MAGIC = (
    (0, b"PAR1", "parquet"),
    (8, b"DUCK", "duckdb"),
    (0, b"SQLite format 3\0", "sqlite"),
    (0, b"PK\x03\x04", "excel"),
    (0, b"\xd0\xcf\x11\xe0", "excel"),
)
_FOREIGN = ((b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"Rar!", "RAR"),
            (b"7z\xbc\xaf", "7z"), (b"<html", "HTML"), (b"<!doctype html", "HTML"),
            (b"<table", "HTML"), (b"<?xml", "XML"), (b"{\\rtf", "RTF"))  # fmt: skip


def kind_of(path: Path) -> str:
    """What a file holds, by its first bytes, whatever its name says."""
    with path.open("rb") as file:
        start = file.read(4096)
    for at, magic, kind in _MAGIC:
        if start[at : at + len(magic)] == magic:
            return kind
    for magic, name in _FOREIGN:
        if start.lstrip(codecs.BOM_UTF8).lstrip()[:20].lower().startswith(magic.lower()):
            raise FileUnreadable(
                _(
                    "{file} is {kind}, not a table. Export the data as CSV or Excel and use "
                    "that file."
                ).format(file=path, kind=name)
            )
    if b"\0" in start and not looks_utf16(start):
        raise FileUnreadable(
            _("{file} holds no text: byte {byte} is 0. Export it again as CSV.").format(
                file=path, byte=start.index(b"\0")
            )
        )
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") or text[:1] in (b"{", b"["):
        return "json"
    return "csv"


def looks_utf16(start: bytes) -> str | None:
    """The kind of UTF-16 (or UTF-32) that the first bytes look like, by mark or by bytes being 0."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[1::2].count(0) > len(start) / 4:
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) > len(start) / 4 else None


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def quoted(value: object) -> str:
    """A text for SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def named(column: str) -> str:
    """A column's name for SQL."""
    return '"' + column.replace('"', '""') + '"'


def unique_names(names: Iterable[object]) -> list[str]:
    """Column names as text, none empty and none twice (whether written large or small)."""
    found: list[str] = []
    for position, name in enumerate(names, start=1):
        plain = " ".join(str(name if name is not None else "").split()) or f"column_{position}"
        again = itertools.count(2)
        unique = plain
        while unique.lower() in (other.lower() for other in found):
            unique = f"{plain}_{next(again)}"
        found.append(unique)
    return found
