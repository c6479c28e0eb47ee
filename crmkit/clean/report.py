"""What a cleaning found, changed and set aside."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

import pandas as pd

from crmkit.clean.frames import like, to_pandas
from crmkit.i18n import LANGUAGES, label, labels
from crmkit.i18n import gettext as _
from crmkit.shown import Drawn, as_html, as_lines
from crmkit.tables import arguments, closest

EXAMPLES = 3
EMPTY = "∅"
"""How an example writes a value that is not there."""


@dataclass(frozen=True)
class Finding:
    """One kind of fault in one column, what was done about it, and in how many rows.

    `fault` and `action` are codes (`label("fault", …)` and `label("action", …)` say them);
    `column` is "" for a fault of the whole row; `examples` are pairs (before, after).
    """

    fault: str
    column: str
    action: str
    rows: int
    examples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, repr=False)
class CleaningReport:
    """What one cleaning did, row for row: a table in a notebook, text in a terminal.

    `rows_in == rows_kept + rows_set_aside`, always.

    Parameters
    ----------
    table
        Which table, e.g. "members".
    rows_in, rows_kept
        How many rows came in, and how many of them stayed.
    rows_changed
        Kept rows in which at least one value was repaired or emptied.
    findings
        A `Finding` per kind of fault, column and action.
    set_aside
        The rows not kept, as they came, with their `row` (position in the input, from 0) and the
        `fault`; of the same kind as the input.
    changes
        Every value changed: `row`, `column`, `fault`, `before`, `after` (as text).
    notes
        What else was noticed, e.g. which encoding a file had.
    """

    table: str
    rows_in: int
    rows_kept: int
    rows_changed: int
    findings: tuple[Finding, ...]
    set_aside: Any = field(compare=False)
    changes: Any = field(compare=False)
    notes: tuple[str, ...] = ()

    @property
    def rows_set_aside(self) -> int:
        return self.rows_in - self.rows_kept

    @arguments.checked(column=arguments.text)
    def count(self, fault: str, column: str | None = None) -> int:
        """In how many rows this fault was found (summed over columns unless one is given).

        Raises
        ------
        TableError
            For a code that is no fault's.
        """
        known = {*labels("fault", LANGUAGES[0]), *(finding.fault for finding in self.findings)}
        near = closest(str(fault), known) or "duplicate_row"
        limit = _("the code of a fault, such as {example}").format(example=near)
        arguments.demand("fault", fault, limit, known.__contains__)
        return sum(
            finding.rows
            for finding in self.findings
            if finding.fault == fault and column in (None, finding.column)
        )

    def to_dict(self) -> dict[str, Any]:
        """The counts, the notes and each finding as a dictionary of codes, ready for JSON."""
        named = ("table", "rows_in", "rows_kept", "rows_changed", "rows_set_aside")
        return {name: getattr(self, name) for name in named} | {
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
        }

    def to_frame(self) -> pd.DataFrame:
        """The findings as a pandas table of codes: fault, column, action, rows, example."""
        rows = [(f.fault, f.column, f.action, f.rows, _arrows(f.examples)) for f in self.findings]
        return pd.DataFrame(rows, columns=["fault", "column", "action", "rows", "example"])

    def _summary(self) -> str:
        return _(
            "{table}: {rows_in} rows in, {kept} kept ({changed} of them changed), {aside} set aside"
        ).format(
            table=label("table", self.table),
            rows_in=f"{self.rows_in:,}",
            kept=f"{self.rows_kept:,}",
            changed=f"{self.rows_changed:,}",
            aside=f"{self.rows_set_aside:,}",
        )

    def _cells(self) -> list[tuple[str, str, str, str]]:
        return [
            (
                label("fault", f.fault),
                self._heading(f.column) or _("whole row"),
                label("action", f.action),
                f"{f.rows:,}",
            )
            for f in self.findings
        ]

    def _heading(self, column: str) -> str:
        """A column as people call it: a person has 姓名, goods have 名称."""
        person = column == "name" and self.table != "products"
        return _("Name") if person else label("column", column)

    def _examples(self) -> list[list[str]]:
        """The examples of each finding as people read them: a code in their words."""
        return [
            [_arrows([pair]) for before, after in f.examples if (pair := _read(f, before, after))]
            for f in self.findings
        ]

    def to_read(self) -> pd.DataFrame:
        """The findings as a pandas table of texts in the current language, numbered from 1."""
        rows = [
            (*cells, "; ".join(told))
            for cells, told in zip(self._cells(), self._examples(), strict=True)
        ]
        index = range(1, len(rows) + 1)
        return pd.DataFrame(rows, columns=list(self._headings()), index=index)

    def _headings(self) -> tuple[str, ...]:
        return (_("What was found"), _("Column"), _("What was done"), _("Rows"), _("Examples"))

    def __repr__(self) -> str:
        lines = [self._summary()]
        if not self.findings:
            lines.append("  " + _("Nothing to mend."))
        else:
            rows = [
                (*c, "; ".join(e)) for c, e in zip(self._cells(), self._examples(), strict=True)
            ]
            table = as_lines([self._headings(), *rows], align="lllrl", room=_line_length() - 2)
            lines += [f"  {line}" for line in table]
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [
            (*cells, Drawn("<br>".join(map(escape, examples))))
            for cells, examples in zip(self._cells(), self._examples(), strict=True)
        ]
        notes = [_("Nothing to mend.")] * (not rows) + list(self.notes)
        below = "".join(f"<p>{escape(note)}</p>" for note in notes)
        title, heads = self._summary(), self._headings() if rows else ()
        kind = "crmkit-cleaning"
        return as_html(rows, heads, title=title, align="LLLRl", kind=kind) + below


def _read(finding: Finding, before: str, after: str) -> tuple[str, str] | None:
    """An example in words; None for a spelling that is the word itself: 女 → 女 tells nothing."""
    nothing = _("(empty)")
    said = nothing if after == EMPTY else after
    if finding.fault in ("code_spelling", "score_as_words"):
        said = label(finding.column, after)
        if said == before:
            return None
    return nothing if before == EMPTY else before, said


def _arrows(examples: Sequence[tuple[str, ...]]) -> str:
    return "; ".join(
        f"{before} → {after}" if after != before else before for before, after in examples
    )


def _line_length() -> int:
    """The width of the terminal; a notebook or a file gets the same whatever window it runs in."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 200


def shown(value: object) -> str:
    """A value as the report shows it: quoted where stray spaces would not be seen."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return EMPTY
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if value == value.normalize() else str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = str(value)
    if text != text.strip() or not text.isprintable() or "  " in text:
        text = "“" + "".join(_seen(char) for char in text) + "”"
    return text if len(text) <= 40 else text[:39] + "…"


def _seen(char: str) -> str:
    if char in "\t\r\n":
        return {"\t": "⇥", "\r": "", "\n": "↵"}[char]
    return "␣" if char.isspace() else char if char.isprintable() else "·"


class Cleaning:
    """One cleaning under way: the frame as it is by now, and what was done to it so far.

    Rows set aside stay in `frame` until `done`, but later steps leave them alone
    (`kept` marks the others). `shared` is what the pieces of one table know of each other.
    """

    def __init__(
        self,
        source: Any,
        table: str,
        shared: dict[str, Any] | None = None,
        off: frozenset[str] = frozenset(),
    ):
        self.source = source
        self.off = off
        self.shared = {} if shared is None else shared
        self.table = table
        self.original = to_pandas(source)
        self.frame = self.original.copy()
        self.fault = pd.Series(None, index=self.frame.index, dtype=object)
        self.extra: dict[str, pd.Series] = {}
        self.notes: list[str] = []
        self._found: dict[tuple[str, str, str], tuple[pd.Index, list[tuple[str, str]]]] = {}
        self._changes: list[pd.DataFrame] = []

    @property
    def kept(self) -> pd.Series:
        return self.fault.isna()

    def has(self, column: str) -> bool:
        return column in self.frame.columns

    def replace(self, column: str, after: pd.Series, faults: pd.Series) -> None:
        """Take `after` as the column; `faults` says per row what was wrong (null: nothing).

        A value that was wrong and is empty afterwards counts as emptied, else as repaired.
        """
        before = self.frame[column]
        left = faults.isin(list(self.off)) & self.kept
        if left.any():
            self.note(faults[left].iloc[0], column, left, action="left")
            after, faults = after.where(~left, before), faults.mask(left)
        self.frame[column] = after
        wrong = faults.notna() & self.kept
        if not wrong.any():
            return
        for fault in pd.unique(faults[wrong]):
            for action, mask in (
                ("repaired", wrong & (faults == fault) & after.notna()),
                ("emptied", wrong & (faults == fault) & after.isna()),
            ):
                self._changed(fault, column, action, mask, before, after)

    def empty(self, column: str, fault: str, mask: pd.Series) -> None:
        """Empty the values where `mask` is true: they cannot be right and nothing says better."""
        mask = mask.astype("boolean").fillna(False).astype(bool) & self.kept
        if mask.any():
            after = self.frame[column].mask(mask)
            self.replace(column, after, pd.Series(fault, index=mask.index).where(mask))

    def set_aside(self, fault: str, mask: pd.Series, column: str = "") -> None:
        """Set the rows aside where `mask` is true."""
        mask = mask.astype("boolean").fillna(False).astype(bool) & self.kept
        if not mask.any():
            return
        if fault in self.off:
            self.note(fault, column, mask, action="left")
            return
        values = self.original.get(column)
        names = self._row_names(mask) if values is None else _first(values[mask])
        self._find(fault, column, "set_aside", mask.index[mask], [(name, name) for name in names])
        self.fault = self.fault.mask(mask, fault)

    def note(self, fault: str, column: str, mask: pd.Series, *, action: str = "noted") -> None:
        """Tell of something odd that is left as it is."""
        mask = mask.astype("boolean").fillna(False).astype(bool) & self.kept
        if mask.any():
            values = self.frame[column][mask] if column else pd.Series(dtype=object)
            names = _first(values) if values.notna().any() else self._row_names(mask)
            self._find(fault, column, action, mask.index[mask], [(name, name) for name in names])

    def _row_names(self, mask: pd.Series) -> list[str]:
        for column in ("sale_id", "member_id", "name"):
            if self.has(column):
                return _first(self.frame[column][mask])
        return [f"#{row}" for row in self.frame.index[mask][:EXAMPLES]]

    def _find(
        self, fault: str, column: str, action: str, rows: pd.Index, examples: list[tuple[str, str]]
    ) -> None:
        """Remember the finding; the same one from an earlier step counts each row once."""
        earlier_rows, earlier = self._found.get((fault, column, action), (rows[:0], []))
        different = list(dict.fromkeys([*earlier, *examples]))[:EXAMPLES]
        self._found[fault, column, action] = (earlier_rows.union(rows), different)

    def _findings(self) -> tuple[Finding, ...]:
        """Column by column in the table's order, whole rows last."""
        order = {column: i for i, column in enumerate(self.frame.columns)}
        found = [
            Finding(fault, column, action, len(rows), tuple(examples))
            for (fault, column, action), (rows, examples) in self._found.items()
        ]
        return tuple(
            sorted(found, key=lambda f: (f.action == "set_aside", order.get(f.column, len(order))))
        )

    def _changed(
        self,
        fault: str,
        column: str,
        action: str,
        mask: pd.Series,
        before: pd.Series,
        after: pd.Series,
    ) -> None:
        if not mask.any():
            return
        rows = mask.index[mask]
        some = rows[:50]
        self._find(
            fault,
            column,
            action,
            rows,
            list(zip(map(shown, before[some]), map(shown, after[some]), strict=True)),
        )
        self._changes.append(
            pd.DataFrame(
                {
                    "row": rows.to_numpy(),
                    "column": column,
                    "fault": fault,
                    "before": _texts(before[rows]),
                    "after": _texts(after[rows]),
                }
            )
        )

    def done(self) -> tuple[Any, CleaningReport]:
        """The cleaned table, of the source's kind, and the report."""
        kept = self.kept
        changes = (
            pd.concat(self._changes, ignore_index=True)
            if self._changes
            else pd.DataFrame(
                {"row": pd.Series(dtype="int64")}
                | {name: pd.Series(dtype="str") for name in ("column", "fault", "before", "after")}
            )
        )
        changes = changes[kept[changes["row"]].to_numpy()] if len(changes) else changes
        changes = changes.sort_values(["row", "column"], kind="stable", ignore_index=True)
        aside = self.original[~kept].assign(
            row=self.original.index[~kept].to_numpy(),
            fault=self.fault[~kept].astype("str"),
            **{name: values[~kept] for name, values in self.extra.items()},
        )
        report = CleaningReport(
            table=self.table,
            rows_in=len(self.original),
            rows_kept=int(kept.sum()),
            rows_changed=int(changes["row"].nunique()),
            findings=self._findings(),
            set_aside=like(self.source, aside.reset_index(drop=True)),
            changes=like(self.source, changes),
            notes=tuple(self.notes),
        )
        return like(self.source, self.frame[kept].reset_index(drop=True)), report


def _texts(values: pd.Series) -> pd.Series:
    return values.map(lambda v: None if pd.isna(v) else str(v)).astype("str").reset_index(drop=True)


def _first(values: pd.Series) -> list[str]:
    return list(dict.fromkeys(map(shown, values.iloc[:50])))[:EXAMPLES]
