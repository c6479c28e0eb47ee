"""Reading one file as it really arrives, losing nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from crmkit.clean.columns import set_aside_furniture
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.data.reading.delimited import plain_text, rows_as_written, tidied
from crmkit.data.reading.encodings import encoding_name
from crmkit.data.reading.excel import cell_text, excel_rows
from crmkit.data.reading.files import FileUnreadable, demand_alike, files_of, kind_of
from crmkit.data.reading.layout import BLANKS, Headings, layout_of
from crmkit.data.reading.records import records_of
from crmkit.i18n import gettext as _
from crmkit.tables import arguments

Parts = tuple[pd.DataFrame, list[bool], list[str], list[str]]
"""What one file holds: its rows, which of them are torn, every row as written, and notes."""


@arguments.checked
def read_any(
    path: str | Path,
    *,
    sheet: str | None = None,
    delimiter: str | None = None,
    headings: Headings = None,
    encoding: str | None = None,
) -> tuple[pd.DataFrame, CleaningReport]:
    """A file as pandas, every value as it is written there, and a report of what was odd.

    Reads what `ck.data.read` reads, with the same guesses: CSV and other text (also gzip) in any
    usual encoding, Excel, JSON; a folder, a pattern or a ZIP archive of such files as one table.
    There values become numbers and dates; here they stay text where the file has text, so leading
    zeros and odd dates are still there to be cleaned; Excel's own numbers and dates stay what they
    are. A list of objects inside a JSON object (an order's items) becomes a row each, the rest
    repeated. For files larger than the memory: `ck.data.scan`.

    Set aside (in `report.set_aside`): lines with more or fewer fields than headings or with a
    quotation mark left open, lines that are no JSON, headings and totals among the rows.

    Parameters
    ----------
    path
        The file, folder, pattern or archive.
    sheet, delimiter, headings, encoding
        As in `ck.data.read`.

    Returns
    -------
    ``(table, report)``.

    Raises
    ------
    FileUnreadable
        When there is no such file, it is empty, a picture, or holds bytes that are no text (where).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "till.csv"
    >>> _ = file.write_bytes("单号,数量\\n0001,２\\n".encode("gbk"))
    >>> frame, report = read_any(file)
    >>> frame.to_dict("list")
    {'单号': ['0001'], '数量': ['２']}
    """
    files = files_of(path)
    found = [_read_one(file, sheet, delimiter, headings, encoding) for file in files]
    if len(found) == 1:
        return _finished(*found[0])
    frames, torn, written, notes = zip(*found, strict=True)
    demand_alike(files, [list(frame.columns) for frame in frames], fold=False)
    told = [_("Files read as one table: {n}.").format(n=len(files))]
    told += list(dict.fromkeys(note for some in notes for note in some))
    frame = pd.concat(frames, ignore_index=True)
    return _finished(frame, sum(torn, []), sum(written, []), told)


def _read_one(
    path: Path,
    sheet: str | None,
    delimiter: str | None,
    headings: Headings,
    encoding: str | None,
) -> Parts:
    kind = kind_of(path)
    if kind == "excel":
        return _from_excel(path, sheet, headings)
    if kind not in ("csv", "json"):
        raise FileUnreadable(
            _("{file} is a {kind} file: read it with ck.data.scan.").format(file=path, kind=kind)
        )
    text_file, said = plain_text(path, encoding)
    if kind == "csv":
        text_file = tidied(text_file)
    with text_file.open(encoding="utf-8", newline="") as file:
        text = file.read().removeprefix("\ufeff")
    notes = [_("Encoding: {encoding}.").format(encoding=encoding_name(said))]
    if kind == "json":
        return *records_of(text, path), notes
    layout = layout_of(text[:512_000], path, delimiter=delimiter, headings=headings)
    rows = rows_as_written(text, layout, path)
    sign = "\t" if layout.delimiter == BLANKS else layout.delimiter
    width = len(layout.names)
    kept, torn, written = [], [], []
    for row in rows:
        fields = [row] if isinstance(row, str) else row
        if len(fields) == width + 1 and not fields[-1].strip():
            fields = fields[:-1]  # a delimiter at the end of the row
        torn.append(isinstance(row, str) or len(fields) != width)
        written.append(row if isinstance(row, str) else sign.join(row))
        kept.append([_cell(cell) for cell in (fields + [None] * width)[:width]])
    frame = pd.DataFrame(kept, columns=layout.names, dtype=object).astype("str")
    frame = frame.drop(columns=[layout.names[i] for i in layout.dropped])
    return frame, torn, written, notes + layout.notes


def _cell(cell: str | None) -> str | None:
    """A field as it is written; nothing where it is blank; without what Excel wraps around ids."""
    if cell is None or not cell.strip():
        return None
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 3:
        return cell[2:-1]
    return cell


def _finished(
    frame: pd.DataFrame, torn: list[bool], written: list[str], notes: list[str]
) -> tuple[pd.DataFrame, CleaningReport]:
    empty = [c for c in frame if frame[c].isna().all() and c.startswith("column_")]
    if empty:
        notes = list(notes)
        notes.append(_("Columns without heading and values, left out: {n}.").format(n=len(empty)))
    cleaning = Cleaning(frame.drop(columns=empty), "file")
    cleaning.notes = notes
    if any(torn):
        lines = pd.Series(torn, index=frame.index)
        cleaning.extra["line"] = pd.Series(written, index=frame.index, dtype="str").where(lines)
        cleaning.set_aside("torn_line", lines)
    set_aside_furniture(cleaning, {name: name for name in cleaning.frame.columns})
    return cleaning.done()


def _from_excel(path: Path, sheet: str | None, headings: Headings) -> Parts:
    names, rows, notes = excel_rows(path, sheet, headings)
    columns = {
        name: _excel_cells([row[i] if i < len(row) else None for row in rows])
        for i, name in enumerate(names)
    }
    frame = pd.DataFrame(columns)
    return frame, [False] * len(frame), [""] * len(frame), notes


def _excel_cells(values: list[Any]) -> pd.Series:
    """Cells of one kind keep it; a mixture stays a mixture, whole numbers without .0."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        return pd.Series(values, dtype="str")
    if kinds <= {int, float} or kinds == {bool}:
        numbers = pd.Series(values, dtype=object)
        return numbers.infer_objects().convert_dtypes()
    if all(issubclass(kind, date) for kind in kinds):
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object)))
    return pd.Series([cell_text(v) if isinstance(v, float) else v for v in values], dtype=object)
