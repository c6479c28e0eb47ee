"""Each column of a file as it lies there: its kind, its gaps, its ends, what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crmkit.data.reading.dates import any_moment, moment_of
from crmkit.data.reading.files import named, quoted
from crmkit.data.reading.kind import NOTHING, SHORTENED
from crmkit.i18n import gettext as _
from crmkit.tables import CONTRACT

NOBODY_SHARE = 0.2
"""A member with a larger share of all lines than this is hardly one person."""
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


def doubles(lines: Any) -> int:
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


def seen(lines: Any, meant: dict[str, str], kinds: dict[str, str], rows: int) -> list[Seen]:
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
