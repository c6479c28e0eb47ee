"""How a text file is laid out: what parts its columns, where its headings stand, how it quotes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crmkit.data.reading.files import FileUnreadable, unique_names
from crmkit.data.reading.meanings import meaning
from crmkit.i18n import gettext as _

SEPARATORS = (",", ";", "\t", "|", "\x01", "^", "~", "，", "；")
BLANKS = " "
TITLE_ROWS = 20
"""How many rows above the headings may be titles."""
SAMPLE_ROWS = 200

Headings = int | Sequence[str] | None


@dataclass(frozen=True)
class Layout:
    """How the rows of one text stand in it, and what was guessed of that (`notes`).

    `delimiter` is one character, or BLANKS for runs of blanks; `skip` are the lines above the first
    row of data, `skip_rows` the rows (a heading in quotation marks may hold a line end); `names` are the columns; `dropped` are the positions of nameless empty ones.
    """

    delimiter: str
    names: list[str]
    skip: int
    headings_at: int | None
    quote: str = '"'
    escape: str = '"'
    skip_rows: int = 0
    dropped: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)


def layout_of(
    text: str, file: object, *, delimiter: str | None = None, headings: Headings = None
) -> Layout:
    """The layout of a text by its first lines; `delimiter` and `headings` as the caller says.

    Raises `FileUnreadable` where there is no line, or not the row that `headings` names.
    """
    notes: list[str] = []
    above = 0
    said = re.match(r"\ufeff?\"?sep=(.|\\t)\"?[;,]*\r?(?:\n|$)", text, re.IGNORECASE)
    if said:
        above, text = 1, text[said.end() :]
        delimiter = delimiter or said[1].replace("\\t", "\t")
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise FileUnreadable(_("{file} holds no line with text.").format(file=file))
    quote = _quote(text)
    escape = "\\" if re.search(r'(?<!\\)\\"(?!["\r\n,;\t|]|$)', text) and quote == '"' else quote
    sign = delimiter or separator_of(text, quote)
    rows, ends = _rows(text, sign, quote, escape)
    filled = [[cell if cell.strip() else None for cell in row] for row in rows]
    if isinstance(headings, int) and headings > above:  # the line, as an editor counts
        headings = next((i for i, end in enumerate(ends, 1) if end + above >= headings), headings)
    at = _headings_at(filled, headings, file)
    width = _usual_width(rows[(0 if at is None else at + 1) :] or rows)
    if isinstance(headings, (list, tuple)):
        raw: list[Any] = list(headings)
        if len(raw) != width:
            raise FileUnreadable(
                _("headings gives {n} names, but the rows of {file} have {width} fields.").format(
                    n=len(raw), file=file, width=width
                )
            )
    else:
        raw = [None] * width if at is None else list(rows[at])
        if at is not None and len(raw) == width - 1 and _last_is_empty(rows[at + 1 :], width):
            raw.append(None)  # rows end with a delimiter, the headings do not
        elif at is not None and len(raw) == width + 1 and not (raw[-1] or "").strip():
            raw.pop()  # the headings do, the rows do not
    names = unique_names(raw)
    body = rows[(0 if at is None else at + 1) :]
    nameless = [i for i, name in enumerate(raw) if not str(name or "").strip()]
    dropped = tuple(
        i for i in nameless if at is not None and not any(row[i : i + 1] != [""] and row[i:] and row[i].strip() for row in body)
    )  # fmt: skip
    notes.append(_told_sign(sign))
    if at is None and headings is None:
        notes.append(_("No headings: the columns are called column_1, column_2 …"))
    elif at:
        notes.append(_("Title rows above the headings, left out: {n}.").format(n=at))
    return Layout(
        delimiter=sign,
        names=names,
        skip=above + (0 if at is None else ends[at]),
        skip_rows=above + (0 if at is None else ends[at] - _ends_inside(rows[: at + 1])),
        headings_at=at,
        quote=quote,
        escape=escape,
        dropped=dropped,
        notes=notes,
    )


_RULER = re.compile(r"\s*[|+]?\s*:?[-=]{3,}:?(?:\s*[|+]?\s*:?[-=]{2,}:?)*\s*[|+]?\s*")
END_MARK = "\x1a"
"""What DOS programs put behind the last line."""


def is_drawn(text: str) -> bool:
    """Whether lines of a text only draw a table, as database consoles and Markdown do."""
    return any(_RULER.fullmatch(line) for line in text.splitlines()[:SAMPLE_ROWS])


def undrawn(line: str) -> str:
    """A line of a drawn table without what is drawn; nothing where all of it is."""
    line = line.rstrip(END_MARK)
    if _RULER.fullmatch(line) or re.fullmatch(r"\s*\(\d+ \w+(?: affected)?\)\s*", line):
        return ""
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return "|".join(cell.strip() for cell in cells) if "|" in line else line


def _told_sign(sign: str) -> str:
    name = {"\t": _("tab"), BLANKS: _("blanks"), "\x01": "\\x01"}.get(sign, sign)
    return _("Columns parted by: {sign}").format(sign=name)


def _quote(text: str) -> str:
    """A single quotation mark, where it wraps fields and the double one does not."""
    wrapped = re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", text[:20_000], re.MULTILINE)
    return "'" if len(wrapped) >= 4 and '"' not in text[:20_000] else '"'


def _rows(text: str, sign: str, quote: str, escape: str) -> tuple[list[list[str]], list[int]]:
    """The first rows with something in them, and at which line each ends."""
    rows: list[list[str]] = []
    ends: list[int] = []
    if sign == BLANKS:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                rows.append(line.split())
                ends.append(number)
        return rows[:SAMPLE_ROWS], ends[:SAMPLE_ROWS]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=sign,
        quotechar=quote,
        doublequote=escape == quote,
        escapechar=None if escape == quote else escape,
    )
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                ends.append(reader.line_num)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # the reader of all lines tells, with the line
    return rows or [[""]], ends or [1]


def separator_of(text: str, quote: str = '"') -> str:
    """What splits most of the first lines into the same number of fields, two or more."""
    lines = [line for line in text.splitlines()[:SAMPLE_ROWS] if line.strip()]

    def evenness(separator: str) -> tuple[float, int]:
        try:
            counts = [
                len(row) for row in csv.reader(lines, delimiter=separator, quotechar=quote) if row
            ]
        except csv.Error:
            return (0, 1)
        usual = Counter(counts).most_common(1)[0][0] if counts else 1
        if usual < 2 or (separator not in SEPARATORS[:4] and counts.count(usual) < len(counts)):
            return (0, 1)
        return (counts.count(usual) / len(counts), usual)

    best = max(SEPARATORS, key=evenness)
    if evenness(best)[0] >= 0.5 or (evenness(best)[0] and not _by_blanks(lines)):
        return best
    return BLANKS if _by_blanks(lines) else ","


def _by_blanks(lines: list[str]) -> bool:
    """Columns parted by blanks: as many words in every line, and numbers under one heading."""
    words = [line.split() for line in lines]
    width = len(words[0])
    if width < 2 or len(words) < 2 or any(len(row) != width for row in words):
        return False
    return any(all(cell_kind(row[i]) == "number" for row in words[1:]) for i in range(width))


def _ends_inside(rows: Sequence[Sequence[str]]) -> int:
    """How many line ends stand inside of fields."""
    return sum(len(re.findall(r"\r\n|\n|\r", cell)) for row in rows for cell in row)


def _usual_width(rows: Sequence[Sequence[Any]]) -> int:
    return Counter(map(len, rows)).most_common(1)[0][0]


def _last_is_empty(rows: Sequence[Sequence[Any]], width: int) -> bool:
    return all(not row[-1].strip() for row in rows if len(row) == width)


# --- headings ------------------------------------------------------------------------------------

_A_NUMBER = re.compile(
    r"[(]?[-+−]?\s*[^\w\s]{0,3}\s*\d[\d\s.,'_]*(?:[eE][+-]?\d+)?\s*[%-]?[)]?[^\w\s]?"
)
_A_DATE = re.compile(
    r"\d{1,4}\s*[-/.年]\s*(?:\d{1,2}|[A-Za-z]{3})\s*[-/.月]\s*\d{1,4}.*|\d{1,2}:\d{2}.*"
)  # fmt: skip


def cell_kind(cell: Any) -> str:
    """What a cell looks like: empty, number, date or text."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return "empty"
    if isinstance(cell, (int, float)):
        return "number"
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return "date"
    bare = str(cell).strip()
    if _A_NUMBER.fullmatch(bare):
        return "number"
    return "date" if _A_DATE.fullmatch(bare) else "text"


def _shape(cell: Any) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", str(cell)))


def heading_row(rows: Sequence[Sequence[Any]]) -> int | None:
    """Which row (from 0) holds the headings, below any titles; None where there are none.

    Headings are text where the rows below hold numbers, dates or codes, or words that are known as
    headings. Where all is text alike, the first row is taken for them.
    """
    width = _usual_width([row for row in rows if any(cell is not None for cell in row)] or rows)
    counts = Counter(sum(c is not None for c in row) for row in rows)
    usual = max(counts, key=lambda filled: (counts[filled], filled))
    data_first = False
    for at, row in enumerate(rows[:TITLE_ROWS]):
        filled = [cell for cell in row if cell is not None]
        if (
            len(filled) < max(0.6 * min(width, usual), min(2, width, usual), 1)
            or len(row) < width - 1
        ):
            continue
        below = [r for r in rows[at + 1 : at + 41] if any(c is not None for c in r) and r != row]
        score = _as_headings(row, below)
        if score > 0 or (score == 0 and not data_first):
            return at + 1 if _grouped_headings(row, below, score) else at
        data_first = True
    return None if data_first else 0


def _grouped_headings(row: Sequence[Any], below: Sequence[Sequence[Any]], score: float) -> bool:
    """Whether a row with gaps only groups the headings, which stand whole in the row below."""
    if not below:
        return False
    kinds = [cell_kind(cell) for cell in below[0]]
    gaps = sum(cell_kind(cell) == "empty" for cell in row)
    return (
        gaps > kinds.count("empty")
        and set(kinds) <= {"text", "empty"}
        and _as_headings(below[0], below[1:]) > score
    )


def _as_headings(row: Sequence[Any], below: Sequence[Sequence[Any]]) -> float:
    """How much speaks for a row as headings: above 0 for, below 0 against."""
    score = 0.0
    years = [c for c in row if re.fullmatch(r"(?:19|20)\d\d(?:\.0)?", str(c or "").strip())]
    for i, cell in enumerate(row):
        kind = cell_kind(cell)
        if kind == "empty":
            continue
        under = [r[i] for r in below if i < len(r) and cell_kind(r[i]) != "empty"]
        kinds = [cell_kind(c) for c in under]
        if kind == "text":
            score += 2 * (meaning(str(cell)) is not None and str(cell) not in map(str, under))
            if not under:
                continue
            if kinds.count("text") <= len(kinds) * 0.2:
                score += 1
            elif re.search(r"\d", str(cell)) and _shape(cell) in map(_shape, under):
                score -= 1.5
            elif str(cell) in map(str, under):
                score -= 0.5
        elif cell in years and len(years) >= 2 and len(set(years)) == len(years):
            continue
        else:
            score -= 1.5 if not kinds or kinds.count("text") < len(kinds) else 0.5
    return score


def _headings_at(rows: list[list[Any]], headings: Headings, file: object) -> int | None:
    if headings is None:
        return heading_row(rows[: TITLE_ROWS * 3])
    if not isinstance(headings, int) or headings == 0:
        return None
    if headings > len(rows):
        raise FileUnreadable(_("There is no row {row} in {file}.").format(row=headings, file=file))
    return headings - 1
