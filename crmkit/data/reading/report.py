"""What a reading found and guessed."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label


@dataclass(frozen=True, repr=False)
class ReadingReport:
    """How a file was read: what was guessed, which columns there are, which rows were left out.

    - `source`: what was read; `files`: how many files that were
    - `rows`: rows of data, without those left out
    - `columns`: for each column (name, contract name it probably is or "", kind of values); the
      kinds are id, text, whole, number, date, moment (with a zone), flag, or the file's own
    - `left_out`: rows that are no data, by the fault's code (header_row, total_row)
    - `notes`: what was guessed: encoding, delimiter, headings, decimal mark, order of dates …
    - `currency`: the sign of the one currency that amounts or headings name, else ""
    - `totals`: what the file's one row of totals says, by column
    """

    source: str
    files: int
    rows: int
    columns: tuple[tuple[str, str, str], ...]
    left_out: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    currency: str = ""
    totals: tuple[tuple[str, float], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "source": self.source,
            "files": self.files,
            "rows": self.rows,
            "columns": [dict(zip(("column", "meaning", "kind"), c, strict=True)) for c in self.columns],
            "left_out": dict(self.left_out),
            "notes": list(self.notes),
            "currency": self.currency,
            "totals": dict(self.totals),
        }  # fmt: skip

    def to_frame(self) -> Any:
        """The columns as a pandas table: column, meaning, kind."""
        import pandas as pd

        return pd.DataFrame(list(self.columns), columns=["column", "meaning", "kind"])

    def _lines(self) -> list[str]:
        lines = [
            _("{source}: {rows} rows, {columns} columns").format(
                source=self.source, rows=f"{self.rows:,}", columns=len(self.columns)
            )
        ]
        if self.files > 1:
            lines.append(_("Files read as one table: {n}.").format(n=self.files))
        lines += [
            _("Left out, {fault}: {n}.").format(fault=label("fault", fault), n=f"{n:,}")
            for fault, n in self.left_out
        ]
        return [*lines, *self.notes]

    def __repr__(self) -> str:
        return "\n  ".join(self._lines())

    def _repr_html_(self) -> str:
        first, *others = map(escape, self._lines())
        return f"<p><b>{first}</b><br>{'<br>'.join(others)}</p>"
