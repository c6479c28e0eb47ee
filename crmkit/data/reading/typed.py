"""Columns of text with the kinds of the contract: proven on every line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crmkit.data.reading.delimited import Text, broken_line
from crmkit.data.reading.files import ask, named, unreadable
from crmkit.data.reading.glance import Glance, glance
from crmkit.data.reading.kinds import (
    bare_number,
    chosen,
    currency_of,
    decimal_comma_told,
    decimal_mark,
    narrow,
)
from crmkit.data.reading.meanings import kind_meant
from crmkit.data.reading.plan import TOTAL_ROW, Plan
from crmkit.i18n import gettext as _

SAMPLE = 10_000
ROUNDS = 12


@dataclass
class Typed:
    """Columns with their kinds: the relation, the kind of each, rows set aside, what to tell; the
    sign of the one currency that its amounts or headings name; what its one row of totals says."""

    relation: Any
    kinds: dict[str, str]
    rows: int
    aside: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    currency: str = ""
    totals: dict[str, float] = field(default_factory=dict)


def typed(
    raw: str,
    file: object,
    *,
    texts: Sequence[Text] = (),
    decimal: str | None = None,
    day_first: bool | None = None,
    semicolons: bool = False,
    declared: bool = False,
) -> Typed:
    """The columns of a query with the narrowest kind that all their values have.

    The kinds are chosen by a sample and proven on all lines in one pass, again where they were not
    fit; of `texts`, most lines at a glance. Rows that are totals or the headings again are left out,
    and counted.

    Raises `FileUnreadable` for a broken line, with its number.
    """
    import duckdb

    types, values = _sampled(raw, file)
    columns = list(values)
    wide = {name for name, held in values.items() if any(narrow(v) != v for v in held)}
    values |= {name: list(map(narrow, values[name])) for name in wide}
    guarded = False
    for _round in range(ROUNDS):
        mark = decimal or _file_decimal(values)
        unsure = semicolons and mark is None
        kinds = {
            name: chosen(
                name, values[name], decimal=mark, day_first=day_first, semicolons=unsure,
                declared=declared,
            )
            for name in columns
        }  # fmt: skip
        plan = Plan(types, {name: kind for name, (kind, _told) in kinds.items()}, values, wide)
        seen = glance(texts, plan) if texts else None
        try:
            rows, aside, sound = _proven(plan, raw, seen, guarded=guarded)
            break
        except duckdb.Error as error:
            if not _of_a_value(error):
                if not seen:
                    raise broken_line(error, file) from error
                texts = ()  # which line it is, only all of them together tell
                continue
            found = plan.misfits(seen.odd if seen else raw)
            if not any(found.values()):
                if guarded:
                    raise broken_line(error, file) from error
                guarded = True  # what did not fit stands in rows that are left out
            for name, misfits in found.items():
                wide |= {name for v in misfits if narrow(v) != v}
                values[name] += map(narrow, misfits)
    else:
        raise unreadable(file, ", ".join(found))
    left_out = {why: n for why, n in zip(("header_row", "total_row"), aside, strict=True) if n}
    result = Typed(
        ask(plan.query(raw, guarded=guarded) if left_out else plan.query_of_all(raw, sound)),
        {name: kind.name for name, (kind, _told) in kinds.items()},
        rows - sum(left_out.values()),
        left_out,
        [told for _kind, told in kinds.values() if told],
    )
    if left_out.get("total_row") == 1:
        result.totals = plan.totals(seen.odd if seen else raw)
    of_money = [name for name in types if kind_meant(name) == "number"]
    signs = set().union(*(currency_of(name, values.get(name, [])[:2000]) for name in of_money))
    result.currency = signs.pop() if len(signs) == 1 else ""
    for name in filter(values.get, of_money):
        marked = [v for v in values[name] if bare_number(v)[1]]
        if marked and len(marked) * 2 < len(values[name]) and kinds[name][0].name == "number":
            told = _("{column}: amounts with a sign beside them, such as {value}, are read as numbers.")  # fmt: skip
            result.notes.append(told.format(column=name, value=marked[0]))
    if mark == ",":
        result.notes.append(decimal_comma_told())
    return result


def _sampled(raw: str, file: object) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The columns of a query with their types, and of those that hold text some values, each once."""
    import duckdb

    try:
        described = ask(f"FROM ({raw}) LIMIT 0")
        types = dict(zip(described.columns, map(str, described.types), strict=True))
        texts = [name for name, kind in types.items() if kind == "VARCHAR"]
        if not texts:
            return types, {}
        totals = f"regexp_full_match(coalesce({named(texts[0])}, ''), {TOTAL_ROW})"
        wanted = ", ".join(map(named, texts))
        rows = ask(f"SELECT {wanted} FROM ({raw}) WHERE NOT {totals} LIMIT {SAMPLE}").fetchall()
    except duckdb.Error as error:
        raise broken_line(error, file) from error
    columns = zip(*rows, strict=True) if rows else [()] * len(texts)
    held = [[v for v in dict.fromkeys(column) if v is not None] for column in columns]
    return types, dict(zip(texts, held, strict=True))


def _proven(
    plan: Plan, raw: str, seen: Glance | None, *, guarded: bool
) -> tuple[int, list[int], list[bool]]:
    """How many rows there are, how many to leave out and why, and which columns are sound."""

    if seen and not seen.odd:
        rows, aside, sound = seen.fine, [0, 0], [True] * len(plan.proven)
    else:
        rows, *counted = ask(plan.proof(seen.odd if seen else raw, guarded=guarded)).fetchall()[0]
        rows, aside, sound = rows + (seen.fine if seen else 0), counted[:2], counted[2:]
    empty = seen.empty if seen else ()
    return rows, aside, [s and n not in empty for s, n in zip(sound, plan.proven, strict=True)]


def _of_a_value(error: Exception) -> bool:
    """Whether a value did not fit its kind: ours, or one DuckDB says of a conversion."""
    text = str(error)
    return "crmkit-misfit" in text or (
        "Line:" not in text
        and re.search(r"Conversion|Could not (?:parse|convert)|strptime", text) is not None
    )


def _file_decimal(values: dict[str, list[str]]) -> str | None:
    """The decimal mark that all columns which tell one agree on."""
    found = {
        decimal_mark(total_free)
        for name, texts in values.items()
        if kind_meant(name) in (None, "number")
        and (total_free := [t for t in texts[:2000] if re.search(r"\d[.,]\d", t)])
        and all(
            re.fullmatch(r"[^\w]*\w{0,3}[^\w]*\d[\d.,\s'’]*\D{0,4}", t.strip()) for t in total_free
        )
    } - {None}
    return found.pop() if len(found) == 1 else None
