"""Reading one file as it really arrives, losing nothing."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from crmkit.clean.columns import set_aside_furniture
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.data.scan import (
    FileUnreadable,
    cell_text,
    decoded,
    detect_encoding,
    excel_rows,
    heading_row,
    kind_of,
    unique_names,
    unzipped,
)
from crmkit.i18n import gettext as _
from crmkit.tables import TableError

SEPARATORS = ",;\t|"


def read_any(
    path: str | Path, *, encoding: str | None = None, sheet: str | None = None
) -> tuple[pd.DataFrame, CleaningReport]:
    """A file as pandas, every value as it is written there, and a report of what was odd.

    Reads CSV (UTF-8, GBK, UTF-16; comma, semicolon, tab or bar), Excel and JSON (an array, or one
    object per line). The kind is seen from the content, not the name. Values stay text where the
    file has text, so leading zeros and odd dates are still there to be cleaned; Excel's own numbers
    and dates stay what they are. The headings are found below title rows; an empty column is left
    out. A list of objects inside a JSON object (an order's items) becomes a row each, the rest
    repeated.

    Set aside (in `report.set_aside`): lines with more or fewer fields than headings, lines that are
    no JSON, headings and totals among the rows. For files larger than the memory: `ck.data.scan`.

    Raises `FileUnreadable`: no such file, an empty one, a picture, bytes that are no text (where).

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "till.csv"
    >>> _ = file.write_bytes("单号,数量\\n0001,２\\n".encode("gbk"))
    >>> frame, report = read_any(file)
    >>> frame.to_dict("list")
    {'单号': ['0001'], '数量': ['２']}
    """
    path = Path(path).expanduser()
    if not path.is_file() or path.stat().st_size == 0:
        from crmkit.data.scan import scan

        scan(path)  # says what is wrong
    path = unzipped(path)
    kind = kind_of(path)
    if kind == "excel":
        return _from_excel(path, sheet)
    if kind not in ("csv", "json"):
        raise FileUnreadable(
            _("{file} is a {kind} file: read it with ck.data.scan.").format(file=path, kind=kind)
        )
    encoding = encoding or detect_encoding(path)
    text = "".join(decoded(path, encoding)).removeprefix("\ufeff")
    name = {"gb18030": "GBK"}.get(encoding, encoding.upper())
    notes = [_("Encoding: {encoding}.").format(encoding=name)]
    if kind == "json":
        return _from_json(text, path, notes)
    return _from_csv(text, path, notes)


def _from_csv(text: str, path: Path, notes: list[str]) -> tuple[pd.DataFrame, CleaningReport]:
    separator = _separator(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileUnreadable(
            _("{file} cannot be read: {reason}").format(file=path, reason=error)
        ) from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise FileUnreadable(_("{file} holds no line with text.").format(file=path))
    cells = [[cell if cell.strip() else None for cell in row] for row in rows]
    at = heading_row(cells[:40]) - 1
    if at:
        notes.append(_("Title rows above the headings, left out: {n}.").format(n=at))
    names = unique_names(rows[at])
    return _tabled(names, cells[at + 1 :], rows[at + 1 :], separator, notes)


def _separator(text: str) -> str:
    """What splits most of the first lines into the same number of fields, two or more."""
    lines = [line for line in islice(io.StringIO(text), 50) if line.strip()]

    def evenness(separator: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        usual = max(set(counts), key=counts.count) if counts else 1
        return (counts.count(usual) if usual > 1 else 0, usual)

    return max(SEPARATORS, key=evenness)


def _tabled(
    names: list[str],
    cells: list[list[Any]],
    written: list[list[str]],
    separator: str,
    notes: list[str],
) -> tuple[pd.DataFrame, CleaningReport]:
    """Rows under their headings; those of another width set aside as they are written."""
    width = len(names)
    torn = [len(row) != width for row in cells]
    fitting = [(row + [None] * width)[:width] for row in cells]
    frame = pd.DataFrame(fitting, columns=names, dtype=object).astype("str")
    return _finished(frame, torn, [separator.join(row) for row in written], notes)


def _finished(
    frame: pd.DataFrame, torn: list[bool], written: list[str], notes: list[str]
) -> tuple[pd.DataFrame, CleaningReport]:
    empty = [c for c in frame if frame[c].isna().all() and c.startswith("column_")]
    if empty:
        notes.append(_("Columns without heading and values, left out: {n}.").format(n=len(empty)))
    cleaning = Cleaning(frame.drop(columns=empty), "file")
    cleaning.notes = notes
    if any(torn):
        lines = pd.Series(torn, index=frame.index)
        cleaning.extra["line"] = pd.Series(written, index=frame.index, dtype="str").where(lines)
        cleaning.set_aside("torn_line", lines)
    set_aside_furniture(cleaning, {name: name for name in cleaning.frame.columns})
    return cleaning.done()


def _from_excel(path: Path, sheet: str | None) -> tuple[pd.DataFrame, CleaningReport]:
    names, rows, at = excel_rows(path, sheet)
    notes = []
    if at > 1:
        notes.append(_("Title rows above the headings, left out: {n}.").format(n=at - 1))
    columns = {
        name: _excel_cells([row[i] if i < len(row) else None for row in rows])
        for i, name in enumerate(names)
    }
    return _finished(pd.DataFrame(columns), [False] * len(rows), [], notes)


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


def _from_json(text: str, path: Path, notes: list[str]) -> tuple[pd.DataFrame, CleaningReport]:
    try:
        whole = json.loads(text)
        records = whole if isinstance(whole, list) else [whole]
        torn = [not isinstance(record, dict) for record in records]
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        records, torn = zip(*map(_json_line, lines), strict=True)
    if all(torn):
        raise FileUnreadable(_("{file} holds no JSON object.").format(file=path))
    rows: list[dict[str, Any]] = []
    torn_rows: list[bool] = []
    written: list[str] = []
    for record, broken, line in zip(records, torn, lines, strict=True):
        for row in [{}] if broken else _flat(record):
            rows.append(row)
            torn_rows.append(broken)
            written.append(line)
    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pd.DataFrame({name: _json_cells([row.get(name) for row in rows]) for name in names})
    return _finished(frame, torn_rows, written, notes)


def _json_line(line: str) -> tuple[Any, bool]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return None, True
    return record, not isinstance(record, dict)


def _flat(record: dict[str, Any]) -> list[dict[str, Any]]:
    """An object as rows: objects inside by dotted names, a list of objects as a row each."""
    flat: dict[str, Any] = {}
    items: list[dict[str, Any]] = []
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": v for row in _flat(value)[:1] for inner, v in row.items()}
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            if items:
                raise TableError(
                    _("A record holds two lists of objects; {name} is the second.").format(
                        name=name
                    )
                )
            items = [row for v in value for row in _flat(v)]
        elif isinstance(value, list):
            flat[name] = ", ".join(map(str, value)) or None
        else:
            flat[name] = value
    return [flat | item for item in items] or [flat]


def _json_cells(values: list[Any]) -> pd.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        return pd.Series(["" if v == "" else v for v in values], dtype="str")
    if kinds <= {int, float} or kinds == {bool}:
        return pd.Series(values, dtype=object).infer_objects().convert_dtypes()
    return pd.Series(values, dtype=object)
