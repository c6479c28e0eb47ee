"""The first thing to ask of a file: what it is, what its columns mean, what looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from crmkit import shown
from crmkit.data.reading import read
from crmkit.data.reading.files import named, quoted
from crmkit.data.reading.held import held
from crmkit.data.reading.kind import NOTHING, SHORTENED
from crmkit.data.reading.layout import Headings
from crmkit.data.reading.meanings import meanings, table_meant
from crmkit.data.reading.moments import any_moment, moment_of
from crmkit.data.reading.report import ReadingReport
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.tables import CONTRACT, NEEDED, arguments

NOBODY_SHARE = 0.2
"""A member with a larger share of all lines than this is hardly one person."""
NUMBERS = ("whole", "number")
"""Kinds of values that are read with their thousands."""
WORDS = ("id", "text")
"""Kinds of values that are names."""
AMBIGUOUS_DATES = r"\d{1,2}[/.-]\d{1,2}[/.-](\d{2}|\d{4})(\D.*)?"


@dataclass(frozen=True)
class Seen:
    """One column as it lies there."""

    column: str
    meaning: str
    kind: str
    gaps: int
    different: int
    least: str
    most: str
    common: str
    odd: tuple[str, ...]


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
    seen = _seen(lines, meant, kinds, report.rows)
    return Look(
        reading=report,
        table=table,
        columns=tuple(seen),
        doubles=_doubles(lines),
        call=call_of(source, said, table, meant, kinds, report.rows <= HELD),
        lines=lines,
    )


def _doubles(lines: Any) -> int:
    """How many rows repeat another one wholly: only rows whose values make one number are compared."""
    row = f"hash({', '.join(map(named, lines.columns))})"
    numbers = lines.project(f"{row} AS row").aggregate("row, count(*) AS n", "row")
    twice = numbers.filter("n > 1").project("row").to_arrow_table()
    if not twice.num_rows:
        return 0
    import duckdb

    alike = duckdb.default_connection().sql(f"FROM lines WHERE {row} IN (SELECT row FROM twice)")
    rows, different = (
        int(one.aggregate("count(*)").fetchall()[0][0]) for one in (alike, alike.distinct())
    )
    return rows - different


def _seen(lines: Any, meant: dict[str, str], kinds: dict[str, str], rows: int) -> list[Seen]:
    found = []
    for column in lines.columns:
        name = named(column)
        count, different, least, most = lines.aggregate(
            f"count({name}), count(DISTINCT {name}), CAST(min({name}) AS VARCHAR), "
            f"CAST(max({name}) AS VARCHAR)"
        ).fetchall()[0]
        odd = _odd(lines, column, meant.get(column, ""), kinds[column], rows, count)
        common = None
        if count and kinds[column] == "text" and _of_time(meant.get(column, "")):
            least, most = _first_and_last(lines, name, count)
        elif count and kinds[column] in WORDS:  # of names the first and the last tell nothing
            least, most, common = None, None, _most_often(lines, name)
        found.append(
            Seen(
                column, meant.get(column, ""), kinds[column], rows - count, different,
                _short(least), _short(most), common or "–", tuple(odd),
            )
        )  # fmt: skip
    return found


def _most_often(lines: Any, name: str) -> str:
    """The value that stands most often, and how often; where all differ, one of them."""
    counts = lines.filter(f"{name} IS NOT NULL").aggregate(f"{name}, count(*) AS n", name)
    value, n = counts.order(f"n DESC, {name}").limit(1).fetchall()[0]
    return f"{_short(str(value))} ({n:,})" if n > 1 else _short(str(value))


def _of_time(meaning: str) -> bool:
    wanted = CONTRACT["sales"].get(meaning) or CONTRACT["members"].get(meaning)
    return wanted is not None and wanted.kind == "time"


def _first_and_last(lines: Any, name: str, filled: int) -> tuple[str | None, str | None]:
    """The first and the last of dates written in several ways, as they are written; none where one
    of them cannot be read: the largest text is not the latest day."""
    moment = moment_of(f"trim({name})")
    read, first, last = lines.aggregate(
        f"count({moment}), arg_min({name}, {moment}), arg_max({name}, {moment})"
    ).fetchall()[0]
    return (first, last) if read == filled else (None, None)


def _short(value: str | None) -> str:
    text = (value or "–").removesuffix(" 00:00:00")
    return text if len(text) <= 24 else text[:23] + "…"


def _odd(lines: Any, column: str, meaning: str, kind: str, rows: int, filled: int) -> list[str]:
    """What a person should look at in one column."""
    name, odd = named(column), []

    def count(condition: str) -> int:
        return int(lines.aggregate(f"count(*) FILTER (WHERE {condition})").fetchall()[0][0])

    wanted = CONTRACT["sales"].get(meaning) or CONTRACT["members"].get(meaning)
    if rows and not filled:
        return [_("empty throughout")]
    if kind == "text":
        if n := count(f"regexp_full_match({name}, {quoted(AMBIGUOUS_DATES)})"):
            odd.append(_("{n} dates that can be read two ways").format(n=f"{n:,}"))
        elif (
            wanted
            and wanted.kind == "time"
            and not count(f"NOT regexp_full_match(trim({name}), {quoted(any_moment())})")
        ):
            odd.append(_("dates written in several ways"))
        elif wanted and wanted.kind in ("number", "time"):
            odd.append(
                _("should be {kind}, but is text").format(
                    kind=_("decimal numbers") if wanted.kind == "number" else _("dates")
                )
            )
        words = ", ".join(map(quoted, NOTHING))
        if n := count(f"lower(trim({name})) IN ({words})"):
            odd.append(_("{n} times a word for nothing (NULL, N/A …)").format(n=f"{n:,}"))
    if kind == "id" and (n := count(f"regexp_full_match({name}, {quoted(SHORTENED)})")):
        odd.append(_("{n} cut short by Excel (…E+12)").format(n=f"{n:,}"))
    if kind in ("id", "text") and (n := count(f"{name} <> trim({name})")):
        odd.append(_("{n} with blanks around").format(n=f"{n:,}"))
    if kind == "date":
        if n := count(f"{name} > now()::TIMESTAMP + INTERVAL 1 DAY"):
            odd.append(_("{n} in the future").format(n=f"{n:,}"))
        if n := count(f"year({name}) < 1990"):
            odd.append(_("{n} before 1990").format(n=f"{n:,}"))
    if kind in ("whole", "number") and meaning in ("quantity", "amount", "list_price"):
        if n := count(f"{name} < 0"):
            odd.append(_("{n} below 0 (returns?)").format(n=f"{n:,}"))
        if n := count(f"{name} = 0"):
            odd.append(_("{n} are 0").format(n=f"{n:,}"))
    if meaning == "member_id" and filled:
        top = lines.filter(f"{name} IS NOT NULL").aggregate(f"{name}, count(*) AS n", name)
        who, n = top.order("n DESC").limit(1).fetchall()[0]
        if (
            n > max(NOBODY_SHARE * rows, 5)
            or str(who).strip("9") == ""
            or str(who).strip("0") == ""
        ):
            odd.append(_("{who} has {n} lines: a walk-in?").format(who=who, n=f"{n:,}"))
    return odd


HELD = 2_000_000
"""Rows up to which a table is offered as a pandas frame, which the lessons' four boxes work on."""


def call_of(
    source: object,
    said: dict[str, Any],
    table: str,
    meant: dict[str, str],
    kinds: dict[str, str],
    as_pandas: bool = False,
) -> str:
    """The lines to paste; they run as they stand. `as_pandas`: all of it in memory, as lessons do."""
    path = str(source)
    given = "".join(f", {name}={value!r}" for name, value in said.items() if value is not None)
    lines = ["import crmkit as ck", f"lines = ck.data.scan({path!r}{given}){'.df()' * as_pandas}"]
    ours = {meant[theirs]: theirs for theirs in kinds if theirs in meant}  # as the columns stand
    awkward = [
        theirs
        for column, theirs in ours.items()
        if (CONTRACT[table][column].kind == "number" and kinds[theirs] not in ("whole", "number"))
        or (CONTRACT[table][column].kind == "time" and kinds[theirs] not in ("date", "moment"))
    ]  # fmt: skip
    clock = next((name for name, kind in kinds.items() if kind == "clock"), None)
    moment = next((c for c in ours if CONTRACT[table][c].kind == "time"), None)
    called = {name: repr(theirs) for name, theirs in ours.items() if name != theirs}
    if clock and moment and not awkward:
        called[moment] = repr([ours[moment], clock])
    arguments = [f"{name}={theirs}" for name, theirs in called.items()]
    if awkward and table in ("sales", "members"):
        call = ", ".join(["lines", *arguments])
        lines.append(f"lines, cleaning = ck.clean.clean_{table}({call})")
        lines.append("print(cleaning)")
        arguments = [f"{moment}={[moment, clock]!r}"] if clock and moment else []
    missing = [name for name in NEEDED[table] if name not in ours]
    if missing == ["amount"] and {"quantity", "list_price"} <= set(ours):
        missing = []
    if "sale_id" in missing:
        arguments.append("sale_id=None")
        missing.remove("sale_id")
    if table != "sales":
        arguments.append(f"table={table!r}")
    zoned = [theirs for theirs in ours.values() if kinds[theirs] == "moment"]
    if zoned and not awkward:
        arguments.append("time_zone='Asia/Shanghai'")
    call = ", ".join(["lines", *arguments, *(f"{name}='…'" for name in missing)])
    lines.append(f"{table} = ck.data.conform({call})")
    if missing:
        lines[-1] += "  # " + _("name the columns that stand for: {names}").format(
            names=", ".join(missing)
        )
    return "\n".join(lines)
