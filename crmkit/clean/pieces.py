"""Cleaning a table larger than the memory: piece by piece, through files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit.clean.columns import MENDED
from crmkit.clean.dates import DAY_MONTH_YEAR
from crmkit.clean.frames import as_arrow, like, to_pandas
from crmkit.clean.report import EXAMPLES, Cleaning, CleaningReport, Finding
from crmkit.clean.values import BLANKS, UNSEEN, WIDE
from crmkit.data.reading.dates import day_stands_first
from crmkit.data.reading.kinds import decimal_mark
from crmkit.i18n import gettext as _
from crmkit.tables import CONTRACT, TableError, open_frame

PIECE = 200_000
"""Rows cleaned at a time: with a till's export, under a gigabyte of memory, however long it is."""


IDS_KNOWN = 1_000_000
"""So many ids of a column are known to every piece."""


def cleaned(
    source: Any,
    table: str,
    steps: Callable[[Cleaning], None],
    key: Sequence[str] = (),
    off: frozenset[str] = frozenset(),
) -> tuple[Any, CleaningReport]:
    """Take the steps of a cleaning on a table; on a lazy one of many rows piece by piece.

    Rows that agree in `key` come into the same piece, so that duplicates meet and the lines of a
    sale stay together. Order of days and currencies are judged for the whole table first.
    """
    open_frame(source)  # refuses what is no table
    if not isinstance(nw.from_native(source), nw.LazyFrame) or _rows(source) <= PIECE:
        cleaning = Cleaning(source, table, off=off)
        steps(cleaning)
        return cleaning.done()
    if nw.from_native(source).implementation.is_pyspark():
        raise TableError(
            _(
                "This Spark table has {rows} rows, and cleaning would bring all of them to this "
                "machine. Write it out and clean the files piece by piece: "
                'df.write.parquet("lines"), then ck.data.scan("lines").'
            ).format(rows=f"{_rows(source):,}")
        )
    return _in_pieces(source, table, steps, key, off)


def _rows(source: Any) -> int:
    rows = open_frame(source).select(nw.len().cast(nw.Int64).alias("rows")).collect()
    return int(rows["rows"][0])


def _in_pieces(
    source: Any,
    table: str,
    steps: Callable[[Cleaning], None],
    key: Sequence[str],
    off: frozenset[str],
) -> tuple[Any, CleaningReport]:
    import duckdb

    from crmkit.data.reading.files import temporary_folder

    folder = Path(tempfile.mkdtemp(prefix="clean-", dir=temporary_folder()))
    con = duckdb.connect()
    for setting in (
        f"temp_directory = '{folder / 'spill'}'",
        "memory_limit = '500MB'",
        "preserve_insertion_order = false",  # each piece is put in order when it is read
    ):
        con.execute(f"SET {setting}")
    open_frame(source).sink_parquet(folder / "raw.parquet")
    raw = f"read_parquet('{folder / 'raw.parquet'}', file_row_number = true)"
    shared = {
        "day_first": _day_first(con, raw, table),
        "ids": _ids(con, raw, table),
        "decimal": _decimal(con, raw, table),
    }
    _cut(con, raw, folder / "pieces", key)
    (folder / "raw.parquet").unlink()
    kept, aside, changed = (_Parts(folder / name) for name in ("kept", "set_aside", "changes"))
    reports = []
    for piece in sorted((folder / "pieces").iterdir(), key=lambda path: int(path.name[7:])):
        frame = to_pandas(
            con.sql(
                f"SELECT * EXCLUDE (_piece) FROM read_parquet('{piece}/*.parquet', "
                "hive_partitioning = true) ORDER BY file_row_number"
            )
        )
        shutil.rmtree(piece)
        at = frame.pop("file_row_number").to_numpy()
        cleaning = Cleaning(frame, table, shared, off)
        steps(cleaning)
        rows, report = cleaning.done()
        kept.add(rows)
        for part, told in ((aside, report.set_aside), (changed, report.changes)):
            part.add(told.assign(row=at[told["row"].to_numpy()]))
        reports.append(replace(report, set_aside=None, changes=None))
    lines, aside_lines, changes = (part.together(con, source) for part in (kept, aside, changed))
    con.close()
    report = _one_report(reports, list(kept.columns))
    return lines, replace(report, set_aside=aside_lines, changes=changes)


def _cut(con: Any, raw: str, target: Path, key: Sequence[str]) -> None:
    """Every row into the folder of its piece, in one pass."""
    present = [name for name in con.sql(f"FROM {raw}").columns if name != "file_row_number"]
    known = [name for name in key if name in present] or (present if key else [])
    rows = con.sql(f"SELECT count(*) FROM {raw}").fetchall()[0][0]
    place = f"file_row_number // {PIECE}"
    if known:
        place = f"hash({', '.join(map(_tidied, known))}) % {-(-rows // PIECE)}"
    con.execute(
        f"COPY (SELECT *, {place} AS _piece FROM {raw}) TO '{target}' "
        "(FORMAT parquet, PARTITION_BY (_piece))"
    )


def _tidied(column: str) -> str:
    """A key without stray spaces and full-width letters, so that spellings of it meet."""
    wide, narrow = ("".join(map(chr, codes)) for codes in (WIDE, WIDE.values()))
    text = f"translate(CAST({_name(column)} AS VARCHAR), '{wide}', '{narrow}')"
    return f"regexp_replace({text}, '[ {BLANKS}{UNSEEN}]', '', 'g')"


def _day_first(con: Any, raw: str, table: str) -> dict[str, bool | None]:
    """For each column of dates in text, whether its unmistakable ones write the day first."""
    found = {}
    for column, kind in zip(
        *(getattr(con.sql(f"FROM {raw}"), a) for a in ("columns", "types")), strict=True
    ):
        if (
            str(kind) != "VARCHAR"
            or getattr(CONTRACT.get(table, {}).get(column), "kind", "") != "time"
        ):
            continue
        parts = ", ".join(
            f"max(try_cast(regexp_extract({_name(column)}, '{DAY_MONTH_YEAR}', {n}) AS INTEGER))"
            for n in (1, 2)
        )
        largest = con.sql(f"SELECT {parts} FROM {raw}").fetchall()[0]
        found[column] = None if None in largest else day_stands_first(*largest)
    return found


def _ids(con: Any, raw: str, table: str) -> dict[str, dict[str, int]]:
    """How often each id stands in the whole table, by column: of ids that come again and again."""
    found = {}
    for column in con.sql(f"FROM {raw}").columns:
        if table != "sales" or column not in MENDED:
            continue
        text = _tidied(column)
        rows = con.sql(
            f"SELECT {text}, count(*) FROM {raw} WHERE {_name(column)} IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {IDS_KNOWN}"
        )
        found[column] = dict(rows.fetchall())
    return found


def _decimal(con: Any, raw: str, table: str) -> str | None:
    """The decimal mark that the unmistakable numbers of the whole table have."""
    relation = con.sql(f"FROM {raw}")
    found = set()
    for column, kind in zip(relation.columns, map(str, relation.types), strict=True):
        meant = getattr(CONTRACT.get(table, {}).get(column), "kind", "")
        if kind != "VARCHAR" or meant != "number":
            continue
        rows = con.sql(
            f"SELECT DISTINCT {_name(column)} FROM {raw} WHERE regexp_matches({_name(column)}, "
            "'[.,][0-9]') LIMIT 2000"
        ).fetchall()
        found.add(decimal_mark(value for (value,) in rows))
    found -= {None}
    return found.pop() if len(found) == 1 else None


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


class _Parts:
    """Pieces of one table, each a Parquet file of its own; at last one file."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.columns: dict[str, bool] = {}  # whether it holds anything in any piece
        self.files = 0
        folder.mkdir()

    def add(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        arrays = {str(name): as_arrow(frame[name]) for name in frame.columns}
        filled = {name: a for name, a in arrays.items() if a.null_count < len(a)}
        for name in arrays:
            self.columns[name] = self.columns.get(name, False) or name in filled
        if filled:  # an empty column is left out: it has no kind yet
            pq.write_table(pa.table(filled), self.folder / f"{self.files:06}.parquet")
            self.files += 1

    def together(self, con: Any, source: Any) -> Any:
        """One table of the source's kind, read from one file when it is asked."""
        if not self.files:
            return like(source, pd.DataFrame(columns=list(self.columns), dtype="str"))
        wanted = ", ".join(
            _name(name) if held else f"CAST(NULL AS VARCHAR) AS {_name(name)}"
            for name, held in self.columns.items()
        )
        file = self.folder.with_suffix(".parquet")
        con.execute(
            f"COPY (SELECT {wanted} FROM read_parquet('{self.folder}/*.parquet', "
            f"union_by_name = true)) TO '{file}' (FORMAT parquet)"
        )
        shutil.rmtree(self.folder)
        kind = nw.from_native(source).implementation
        if kind.is_polars():
            import polars as pl

            return pl.scan_parquet(file)
        if kind.is_ibis():
            import ibis

            return ibis.read_parquet(file)
        import duckdb

        return duckdb.read_parquet(str(file))


def _one_report(reports: Sequence[CleaningReport], columns: list[str]) -> CleaningReport:
    """What was done to all pieces together."""
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in (finding for report in reports for finding in report.findings):
        same = finding.fault, finding.column, finding.action
        before = found.get(same, replace(finding, rows=0, examples=()))
        examples = tuple(dict.fromkeys((*before.examples, *finding.examples)))[:EXAMPLES]
        found[same] = replace(before, rows=before.rows + finding.rows, examples=examples)
    order = {column: i for i, column in enumerate(columns)}
    return CleaningReport(
        table=reports[0].table,
        rows_in=sum(report.rows_in for report in reports),
        rows_kept=sum(report.rows_kept for report in reports),
        rows_changed=sum(report.rows_changed for report in reports),
        findings=tuple(
            sorted(
                found.values(),
                key=lambda f: (f.action == "set_aside", order.get(f.column, len(order))),
            )
        ),
        set_aside=None,
        changes=None,
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
    )
