"""The first thing to ask of a file: what it is, what its columns mean, what looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from crmkit import shown
from crmkit.data.columns import Seen, doubles, seen
from crmkit.data.pasted import HELD, call_of
from crmkit.data.reading import read
from crmkit.data.reading.held import held
from crmkit.data.reading.layout import Headings
from crmkit.data.reading.meanings import meanings, table_meant
from crmkit.data.reading.report import ReadingReport
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.tables import arguments

NUMBERS = ("whole", "number")
"""Kinds of values that are read with their thousands."""


@dataclass(frozen=True, repr=False)
class Look:
    """What a file is: a table in a notebook, text in a terminal.

    - `reading`: the `ReadingReport`: what was guessed
    - `table`: the table of the contract it fits best
    - `columns`: a `Seen` per column: its meaning, kind, gaps, different values, ends (of
      names the most frequent one), what is odd
    - `doubles`: how many rows repeat another one wholly
    - `call`: the lines to paste that read it and bring it under the names of the contract
    - `lines`: the table itself, a DuckDB relation
    """

    reading: ReadingReport
    table: str
    columns: tuple[Seen, ...]
    doubles: int
    call: str
    lines: Any

    def to_frame(self) -> Any:
        """The columns as a pandas table."""
        import pandas as pd

        rows = [(c.column, c.meaning, c.kind, c.gaps, c.different, c.least, c.most, c.common, "; ".join(c.odd))
                for c in self.columns]  # fmt: skip
        names = ["column", "meaning", "kind", "gaps", "different", "least", "most", "common", "odd"]
        return pd.DataFrame(rows, columns=names)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            **self.reading.to_dict(),
            "table": self.table,
            "columns": self.to_frame().to_dict("records"),
            "doubles": self.doubles,
            "call": self.call,
        }

    def _headings(self) -> list[str]:
        return [_("Column"), _("Probably"), _("Kind"), _("Empty"), _("Different"), _("From"), _("To"),
                _("Most often"), _("Look at this")]  # fmt: skip

    def _cells(self) -> list[list[str]]:
        return [
            [
                c.column,
                f"{label('column', c.meaning)} ({c.meaning})" if c.meaning else "–",
                _kind_in_words(c.kind),
                f"{c.gaps:,}",
                f"{c.different:,}",
                _number(c.least) if c.kind in NUMBERS else c.least,
                _number(c.most) if c.kind in NUMBERS else c.most,
                c.common,
                "; ".join(c.odd),
            ]
            for c in self.columns
        ]

    def _below(self) -> list[str]:
        lines = [_("Probably the table: {table}").format(table=label("table", self.table))]
        if self.doubles:
            lines.append(
                _("Rows that repeat another one wholly: {n}.").format(n=f"{self.doubles:,}")
            )
        return lines

    def __repr__(self) -> str:
        lines = [repr(self.reading), *(f"  {line}" for line in self._below()), ""]
        lines += shown.as_lines([self._headings(), *self._cells()], widest=28)
        return "\n".join([*lines, "", _("To paste:"), self.call])

    def _repr_html_(self) -> str:
        below = "<br>".join(map(escape, self._below()))
        table = shown.as_html(self._cells(), self._headings(), align="l" * 9)
        return (
            f"{self.reading._repr_html_()}<p>{below}</p>{table}"
            f"<p>{escape(_('To paste:'))}</p><pre>{escape(self.call)}</pre>"
        )


def _number(written: str) -> str:
    """A number as people read it: 1,280 for 1280.0."""
    return written if written == "–" else f"{float(written):,.2f}".removesuffix(".00")


def _kind_in_words(kind: str) -> str:
    words = {
        "id": _("id or name"),
        "text": _("text"),
        "whole": _("whole numbers"),
        "number": _("decimal numbers"),
        "date": _("dates"),
        "moment": _("dates with a time zone"),
        "clock": _("times of day"),
        "flag": _("true and false"),
    }
    return words.get(kind, kind)


@arguments.checked
def look(
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
) -> Look:
    """What a file is, before anything is reckoned with it: call this first.

    The result shows itself as a table in a notebook and as text in a terminal (there also:
    ``crmkit look FILE``): what was guessed in reading; for each column its probable meaning, kind
    of values, gaps, different values, least and most (of names the most frequent one), and what is
    odd; rows that stand there twice; and the call of `ck.data.conform` to paste.

    Odd are, among others: one date in two orders, dates in the future, ids of all nines, blanks and
    words such as NULL that stand for nothing, one member with a fifth of all lines, receipt numbers
    that come again in another store.

    Parameters
    ----------
    source, sheet, query, delimiter, headings, decimal, encoding, day_first, time_zone
        As in `ck.data.read`: say what it guessed wrongly, and look again.

    Raises
    ------
    CrmkitError
        As `ck.data.read`.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "till.csv"
    >>> _ = file.write_text("InvoiceNo,Date,Qty,Amount\\n0001,2025-03-05,2,19\\n0002,2025-03-06,1,5\\n")
    >>> print(look(file).call.splitlines()[-1])
    sales = ck.data.conform(lines, sale_id='InvoiceNo', sold_at='Date', quantity='Qty', amount='Amount')
    """
    said: dict[str, Any] = {
        "sheet": sheet, "query": query, "delimiter": delimiter, "headings": headings,
        "decimal": decimal, "encoding": encoding, "day_first": day_first, "time_zone": time_zone,
    }  # fmt: skip
    lines, report = read(source, **said)
    lines = held(lines, "lines")  # some sixty questions follow, each of which would read the file
    table = table_meant(lines.columns)
    kinds = {column: kind for column, _meaning, kind in report.columns}
    meant = meanings([name for name in lines.columns if kinds[name] != "clock"], table)
    return Look(
        reading=report,
        table=table,
        columns=tuple(seen(lines, meant, kinds, report.rows)),
        doubles=doubles(lines),
        call=call_of(source, said, table, meant, kinds, report.rows <= HELD),
        lines=lines,
    )
