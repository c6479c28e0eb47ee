"""Text files of parted columns: as a query for DuckDB, or line by line as they are written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crmkit.data.reading.encodings import decoded, detect_encoding, encoding_name
from crmkit.data.reading.files import (
    CHUNK,
    FileUnreadable,
    named,
    new_folder,
    quoted,
    unreadable,
)
from crmkit.data.reading.layout import (
    BLANKS,
    END_MARK,
    Headings,
    Layout,
    is_drawn,
    layout_of,
    undrawn,
)
from crmkit.i18n import gettext as _

SAMPLE = 512 * 1024
"""How many letters of a text its layout is told by."""


def plain_text(path: Path, encoding: str | None) -> tuple[Path, str]:
    """The file itself if it is UTF-8, else its text as UTF-8 in a temporary file; the encoding."""
    said = encoding or detect_encoding(path)
    if said.lower().replace("_", "-") in ("utf-8", "utf-8-sig", "utf8"):
        if encoding:
            for _piece in decoded(path, "utf-8"):
                pass
        return path, "utf-8"
    return _rewritten(path, said), said


def _tabbed(line: str) -> str:
    return "\t".join(line.split())


def _rewritten(
    path: Path,
    encoding: str = "utf-8",
    *,
    line_ends: bool = False,
    each: Callable[[str], str] | None = None,
) -> Path:
    """A copy in UTF-8; with one kind of line end, or with `each` line as that makes it, if asked."""
    target = new_folder("text") / path.name
    held = ""
    with target.open("w", encoding="utf-8", newline="") as out:
        for piece in decoded(path, encoding):
            if line_ends:
                piece = held + piece
                held = "\r" if piece.endswith("\r") else ""
                piece = piece.removesuffix("\r") if held else piece
                piece = piece.replace("\r\n", "\n").replace("\r", "\n")
            if each:
                piece = held + piece
                head, _end, held = piece.rpartition("\n")
                piece = "".join(each(line) + "\n" for line in head.splitlines())
            out.write(piece)
        if held:
            out.write(each(held) + "\n" if each else "\n")
    return target


def tidied(path: Path) -> Path:
    """The UTF-8 text itself, or a copy without what only draws a table or marks the end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 3))
        marked = file.read().rstrip().endswith(END_MARK.encode())
    if is_drawn(sample_of(path)):
        return _rewritten(path, each=undrawn)
    return _rewritten(path, each=lambda line: line.rstrip(END_MARK)) if marked else path


def sample_of(path: Path) -> str:
    """The first whole lines of a UTF-8 text."""
    with path.open("rb") as file:
        data = file.read(SAMPLE)
        more = file.read(1)
    text = data.decode("utf-8", "ignore").removeprefix("\ufeff")
    if more:
        end = max(text.rfind("\n"), text.rfind("\r"))
        text = text[: end + 1] if end > 0 else text
    return text


@dataclass(frozen=True)
class Text:
    """A text in UTF-8 and how it is laid out, as questions for DuckDB."""

    path: Path
    layout: Layout

    @property
    def query(self) -> str:
        """Every column as text."""
        return self.query_of(self.path, self.layout.skip_rows)

    def query_of(self, lines: Path, skip: int = 0) -> str:
        """Every column as text, of a file of lines like these."""
        layout = self.layout
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in layout.names)
        kept = [named(n) for at, n in enumerate(layout.names) if at not in layout.dropped]
        return (
            f"SELECT {', '.join(kept)} FROM {_read_csv(lines)}, skip={skip}, "
            f"delim={quoted(layout.delimiter)}, quote={quoted(layout.quote)}, "
            f"escape={quoted(layout.escape)}, columns={{{columns}}})"
        )

    @property
    def lines(self) -> str:
        """Every line below the headings, whole."""
        return (
            f"{_read_csv(self.path)}, skip={self.layout.skip_rows}, delim='\x1f', quote='', "
            "escape='', columns={'line': 'VARCHAR'})"
        )


def together(queries: list[str]) -> str:
    """Several queries as one, columns of one name together."""
    return (
        queries[0] if len(queries) == 1 else " UNION ALL BY NAME ".join(f"({q})" for q in queries)
    )


def _read_csv(text: Path) -> str:
    return (
        f"read_csv({quoted(text)}, auto_detect=false, header=false, strict_mode=true, "
        "buffer_size=8388608"
    )


def text_of(path: Path, *, encoding: str | None, delimiter: str | None, headings: Headings) -> Text:
    """The file as UTF-8, and how it is laid out.

    Raises `FileUnreadable`: no text, bytes of no encoding, no lines.
    """
    text, said = plain_text(path, encoding)
    text = tidied(text)
    sample = sample_of(text)
    layout = layout_of(sample, path, delimiter=delimiter, headings=headings)
    ends = set(re.findall(r"\r\n|\n|\r", sample))
    if "\r" in ends or (ends == {"\r\n", "\n"} and _torn_ends(sample, layout)):
        text = _rewritten(text, line_ends=True)
    if layout.delimiter == BLANKS:
        text = _rewritten(text, each=_tabbed)
        layout = replace(layout, delimiter="\t", skip=layout.skip)
    layout.notes.insert(0, _("Encoding: {encoding}.").format(encoding=encoding_name(said)))
    return Text(text, layout)


def _torn_ends(sample: str, layout: Layout) -> bool:
    """Whether lines end in two ways outside of quotation marks."""
    bare = re.sub(f"{layout.quote}[^{layout.quote}]*{layout.quote}", "", sample)
    return len(set(re.findall(r"\r\n|\n", bare))) > 1


def broken_line(error: Exception, file: object) -> FileUnreadable:
    """What DuckDB says of a broken line, as a person would."""
    text = str(error)
    line = re.search(r"Line: (\d+)", text)
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    way_out = _("ck.clean.read_any reads the rest and sets such lines aside.")
    if line and counts:
        return FileUnreadable(
            _("Line {line} of {file} has {found} fields, the headings {wanted}.").format(
                line=line[1], file=file, found=counts[2], wanted=counts[1]
            )
            + " "
            + way_out
        )
    if line and "quote" in text:
        return FileUnreadable(
            _("Line {line} of {file} opens a quotation mark and does not close it.").format(
                line=line[1], file=file
            )
            + " "
            + way_out
        )
    return unreadable(file, error)


# --- line by line --------------------------------------------------------------------------------

LONE_QUOTES = 200
"""How many lines may open a quotation mark that is never closed before the file is refused."""


def rows_as_written(text: str, layout: Layout, file: object) -> list[list[str] | str]:
    """Every row below the headings, as fields; as text where a quotation mark stays open."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text.removeprefix("\ufeff"))
    if lines and not lines[-1]:
        lines.pop()
    at, found = layout.skip, []
    if layout.delimiter == BLANKS:
        return [line.split() for line in lines[at:] if line.strip()]
    for _again in range(LONE_QUOTES):
        rows, ends = _parsed(lines[at:], layout, file)
        found += rows
        if not rows or not _left_open(lines[at:], ends, layout):
            return found
        start = ends[-2] if len(ends) > 1 else 0  # the last row swallowed the rest: go on below
        found[-1] = lines[at + start].rstrip("\r\n")
        at += start + 1
    raise FileUnreadable(
        _(
            "{file}: more than {n} lines open a quotation mark and do not close it. Export it "
            "with another delimiter, or as Excel."
        ).format(file=file, n=LONE_QUOTES)
    )


def _reader(lines: list[str], layout: Layout, *, strict: bool = False) -> Any:
    return csv.reader(
        io.StringIO("".join(lines), newline=""),
        delimiter=layout.delimiter,
        quotechar=layout.quote,
        doublequote=layout.escape == layout.quote,
        escapechar=None if layout.escape == layout.quote else layout.escape,
        strict=strict,
    )


def _parsed(lines: list[str], layout: Layout, file: object) -> tuple[list, list[int]]:
    csv.field_size_limit(CHUNK * 4)
    rows, ends = [], []
    reader = _reader(lines, layout)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                ends.append(reader.line_num)
    except csv.Error as error:
        raise unreadable(file, str(error)) from error
    return rows, ends


def _left_open(lines: list[str], ends: list[int], layout: Layout) -> bool:
    start = ends[-2] if len(ends) > 1 else 0
    try:
        list(_reader(lines[start:], layout, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False
