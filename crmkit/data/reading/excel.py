"""Sheets of Excel and OpenDocument files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmkit.data.reading.databases import chosen_table
from crmkit.data.reading.files import FileUnreadable, first_line, unique_names
from crmkit.data.reading.layout import Headings, heading_row
from crmkit.i18n import gettext as _


def excel_table(path: Path, sheet: str | None, headings: Headings) -> tuple[Any, list[str]]:
    """A sheet as an Arrow table, each column of one kind, and what was guessed."""
    import pyarrow as pa

    names, rows, notes = excel_rows(path, sheet, headings)
    cells = {
        name: [row[i] if i < len(row) else None for row in rows] for i, name in enumerate(names)
    }
    columns = {
        name: excel_column(values)
        for name, values in cells.items()
        if not name.startswith("column_") or any(value is not None for value in values)
    }
    return pa.table(columns), notes


def excel_rows(
    path: Path, sheet: str | None = None, headings: Headings = None
) -> tuple[list[str], list[list[Any]], list[str]]:
    """A sheet's headings, the rows below them, and what was guessed."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        chosen = chosen_table(path, sheet, book.sheet_names) if sheet else _first_filled(book)
        cells = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise FileUnreadable(
            _(
                "{file} is no Excel file that can be read ({reason}). Open it in Excel and save "
                "it again as .xlsx, or as CSV."
            ).format(file=path, reason=first_line(error))
        ) from error
    rows = [[None if cell == "" else cell for cell in row] for row in cells]
    if not any(cell is not None for row in rows for cell in row):
        raise FileUnreadable(
            _("The sheet {sheet} of {file} is empty. It has the sheets: {sheets}.").format(
                sheet=chosen, file=path, sheets=", ".join(book.sheet_names)
            )
        )
    at = _headings_at(rows, headings, path)
    top = rows[at] if at is not None else []
    body = rows[(at if at is not None else -1) + 1 :]
    width = max(
        (i for row in [top, *body] for i, cell in enumerate(row, 1) if cell is not None), default=0
    )
    if isinstance(headings, (list, tuple)):
        top = list(headings)
        width = max(width, len(top))
    names = unique_names(_heading(cell) for cell in (list(top) + [None] * width)[:width])
    below = [row for row in body if any(cell is not None for cell in row)]
    notes = []
    if len(book.sheet_names) > 1:
        notes.append(
            _("Sheet: {sheet}; the others are {others}.").format(
                sheet=chosen, others=", ".join(n for n in book.sheet_names if n != chosen)
            )
        )
    if at:
        notes.append(_("Title rows above the headings, left out: {n}.").format(n=at))
    if at is None and headings is None:
        notes.append(_("No headings: the columns are called column_1, column_2 …"))
    return names, below, notes


def _heading(cell: Any) -> Any:
    return cell_text(cell) if cell is not None else None


def _first_filled(book: Any) -> str:
    """The first sheet that holds anything: exports like to begin with an empty one."""
    for name in book.sheet_names:
        if any(cell != "" for row in book.get_sheet_by_name(name).to_python() for cell in row):
            return name
    return book.sheet_names[0]


def _headings_at(rows: list[list[Any]], headings: Headings, path: Path) -> int | None:
    if headings is None:
        first = next(i for i, row in enumerate(rows) if any(cell is not None for cell in row))
        at = heading_row(rows[first : first + 60])
        return None if at is None else first + at
    if not isinstance(headings, int) or headings == 0:
        return None
    if headings > len(rows):
        raise FileUnreadable(_("There is no row {row} in {file}.").format(row=headings, file=path))
    return headings - 1


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
