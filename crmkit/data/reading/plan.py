"""How the columns of a query are made of their texts, and the question that proves it on every line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crmkit.data.reading.files import ask, named, quoted
from crmkit.data.reading.kind import (
    ID,
    NO_DAY,
    NOTHING,
    TEXT,
    TOTALS,
    TOTALS_OF,
    UNSEEN,
    Kind,
)
from crmkit.data.reading.kinds import narrow_sql, total_words
from crmkit.data.reading.meanings import kind_meant, meaning

_ASIDE = "_crmkit_aside"
TOTAL_ROW = quoted(f"(?i) *(?:{TOTALS})[:： ]*")
_TOTAL_OF = quoted(f"(?i) *(?:{TOTALS_OF})[:： ]*")
_ID_AT_A_GLANCE = "[!-<>-_a-~][!-~]*[0-9][!-~]*"  # a digit, no blanks: nothing to mend
_MISFIT = "error('crmkit-misfit')"
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "UBIGINT")


class Plan:
    """How the columns of one query are made of their texts."""

    def __init__(
        self,
        types: dict[str, str],
        kinds: dict[str, Kind],
        values: dict[str, list[str]],
        wide: set[str],
    ):
        self.types, self.kinds, self.values, self.wide = types, kinds, values, wide
        wrapped = [name for name, held in values.items() if any(v.startswith('="') for v in held)]
        self.wrapped = set(wrapped)
        self.blank = {n for n, held in values.items() if any(v != v.strip() for v in held)}

    def text(self, name: str) -> str:
        """A column's text without what Excel wraps around it and, if it is no prose, blanks."""
        kind = self.kinds[name]
        text = self._named(name)
        if name in self.wrapped or kind is ID:
            bare = f"regexp_replace({text}, '^=\"(.*)\"$', '\\1')"
            text = f"CASE WHEN starts_with({text}, '=') THEN {bare} ELSE {text} END"
        if kind is ID or (kind is not TEXT and name in self.blank):
            text = f"trim({text}, ' \t\u00a0\u3000')"
        return text

    def _named(self, name: str) -> str:
        """A column; where it is no prose, without full-width signs; an id without those nobody sees."""
        kind = self.kinds[name]
        wide = kind is ID or (name in self.wide and kind is not TEXT)
        return narrow_sql(named(name)) if wide else named(name)

    def value(self, name: str) -> str:
        kind = self.kinds.get(name)
        if kind is None:  # a value with a kind of its own; an id is text all the same
            if kind_meant(name) == "key" and self.types[name] in _NUMBERS:
                whole = f"CAST({named(name)} AS BIGINT)"
                odd = f"{named(name)} <> {whole}"
                return f"CASE WHEN {odd} THEN CAST({named(name)} AS VARCHAR) ELSE CAST({whole} AS VARCHAR) END"
            return named(name)
        text = self.text(name)
        if kind is TEXT:
            return text
        if kind is ID:  # one quick look at each; only what needs it is looked at closely
            closely = f"CASE WHEN {_among(text, ['', *nothing_in(name)])} THEN NULL ELSE {text} END"
            return f"CASE WHEN {self._odd(name)} THEN {closely} ELSE {named(name)} END"
        return (
            f"CASE WHEN regexp_full_match({text}, {quoted(kind.fits)}) THEN {kind.made_of(text)} "
            f"WHEN {text} IS NULL OR trim({text}) = '' OR {_among(text, NOTHING)} "
            f"THEN NULL ELSE {_MISFIT} END"
        )

    def _odd(self, name: str) -> str:
        """Whether an id may be nothing, or have around or in it what belongs to no id."""
        plain, words = named(name), "|".join(map(re.escape, nothing_in(name)))
        odd = rf"^[\s=`\x{{a0}}\x{{3000}}]|[\x{{3000}}\x{{ff01}}-\x{{ff5e}}\x{{ffe5}}]|[\s\x{{a0}}\x{{3000}}]$|^(?i:{words})$|[{UNSEEN}]"
        return (
            f"CASE WHEN {plain} IS NULL OR regexp_full_match({plain}, {quoted(_ID_AT_A_GLANCE)}) "
            f"THEN false ELSE regexp_matches({plain}, {quoted(odd)}) END"
        )

    def aside(self) -> str:
        """Why a row is left out: it is the headings again, or adds up others; null: it is not."""
        names = list(self.kinds)
        heads = [f"{named(n)} = {quoted(n)}" for n in names[:2]]
        again = " AND ".join(heads) if heads else "false"
        empty = " + ".join(f"CAST({named(n)} IS NULL AS INT)" for n in self.types)
        few = f"({empty}) * 2 >= {len(self.types) - 1}"
        first = list(self.types)[:2]
        totals = []
        for at, name in enumerate(self.types):
            kind = self.kinds.get(name)
            sums = f"regexp_full_match({named(name)}, {TOTAL_ROW})"
            if kind in (ID, TEXT):  # a name, where much else stands in the row or before it
                blank = (
                    [] if name in first else [f"{named(n)} IS NULL" for n in list(self.types)[:at]]
                )
                alone = [f"regexp_full_match({named(name)}, {_TOTAL_OF})", few, *blank]
                totals.append(f"({' AND '.join(alone)})")
            if (kind is ID and name in first) or (
                kind not in (None, ID, TEXT) and total_words(self.values[name])
            ):
                totals.append(sums)
        total = " OR ".join(totals) or "false"
        return f"CASE WHEN {again} THEN 'header_row' WHEN {total} THEN 'total_row' END"

    def _values(self, guarded: bool) -> dict[str, str]:
        """How each column is made; `guarded`: without a look at the rows left out."""
        found = {name: self.value(name) for name in self.types}
        for name, value in found.items():
            if guarded and self.kinds.get(name) not in (None, TEXT, ID):
                found[name] = value.replace("CASE WHEN", f"CASE WHEN {_ASIDE} IS NOT NULL THEN NULL WHEN", 1)  # fmt: skip
        return found

    def query(self, raw: str, *, guarded: bool) -> str:
        """All columns as what they are, without the rows that are no data."""
        rows = f"{self._marked(raw)} WHERE {_ASIDE} IS NULL"
        return _selected(self._values(guarded), rows)

    def query_of_all(self, raw: str, sound: Sequence[bool]) -> str:
        """All columns and all rows; the columns the proof found sound are not looked at again."""
        values = self._values(guarded=False)
        for name, is_sound in zip(self.proven, sound, strict=True):
            if is_sound:
                kind = self.kinds[name]
                values[name] = named(name) if kind is ID else kind.made_of(self.text(name))
        return _selected(values, f"({raw})")

    @property
    def proven(self) -> list[str]:
        """The columns that are no prose."""
        return [name for name, kind in self.kinds.items() if kind is not TEXT]

    def proof(self, raw: str, *, guarded: bool) -> str:
        """One pass over all lines: how many there are, and whether every value fits its kind.

        A number of rows, of headings again, of totals; then of each column that is no prose whether
        it is sound: every value as its kind has it, none that stands for nothing.
        """
        values = self._values(guarded)
        sound = [
            f"count(*) FILTER (WHERE {self._odd(name)}) = 0"
            if self.kinds[name] is ID
            else f"count({values[name]}) = count({named(name)})"
            for name in self.proven
        ]
        out = [f"count(*) FILTER (WHERE {_ASIDE} = '{why}')" for why in ("header_row", "total_row")]
        return f"SELECT {', '.join(['count(*)', *out, *sound])} FROM {self._marked(raw)}"

    def totals(self, raw: str) -> dict[str, float]:
        """What the row of totals says under each column of numbers, where it can be read."""

        numbers = [n for n, kind in self.kinds.items() if kind.name in ("whole", "number")]
        numbers += [n for n, kind in self.types.items() if n not in self.kinds and kind in _NUMBERS]
        said = {
            n: f"TRY(CAST({self.value(n).replace(_MISFIT, 'NULL')} AS DOUBLE))" for n in numbers
        }
        if not said:
            return {}
        rows = f"{self._marked(raw)} WHERE {_ASIDE} = 'total_row'"
        found = ask(_selected(said, rows)).fetchall()[0]
        return {name: value for name, value in zip(said, found, strict=True) if value is not None}

    def _marked(self, raw: str) -> str:
        return f"(SELECT *, {self.aside()} AS {_ASIDE} FROM ({raw}))"

    def misfits(self, raw: str) -> dict[str, list[str]]:
        """Values of each column that do not fit its kind, for a better choice."""

        found = {}
        rows = self._marked(raw)
        for name, kind in self.kinds.items():
            if kind in (TEXT, ID):
                continue
            text = self.text(name)
            fits = f"regexp_full_match({text}, {quoted(kind.fits)})"
            if kind.strict:
                fits += f" AND TRY({kind.made_of(text)}) IS NOT NULL"
            bad = ask(
                f"SELECT DISTINCT {named(name)} FROM {rows} WHERE {_ASIDE} IS NULL AND {text} IS NOT NULL "
                f"AND trim({text}) <> '' AND NOT {_among(text, NOTHING)} "
                f"AND NOT coalesce({fits}, false) LIMIT 50"
            ).fetchall()
            found[name] = [value for (value,) in bad]
            if kind.strict:  # fitting texts that are no days: no column of dates
                none = [value for value in found[name] if re.fullmatch(kind.fits, value)]
                found[name] += [value + NO_DAY for value in none[:1]]
        return found


def _selected(values: dict[str, str], rows: str) -> str:
    """Columns of rows that were proven: none is in doubt, so none needs to be computed."""
    wanted = ", ".join(f"{v.replace(_MISFIT, 'NULL')} AS {named(n)}" for n, v in values.items())
    return f"SELECT {wanted} FROM {rows}"


def nothing_in(name: str) -> list[str]:
    """The words that stand for no id in a column: NA may be a product, but nobody's number."""
    return [w for w in NOTHING if w != "na" or meaning(name) in ("member_id", "staff_id")]


def _among(text: str, words: Iterable[str]) -> str:
    """Whether a text is one of the words, however it is spelled.

    Not with IN or list_contains: DuckDB joins a long list before anything else, for every row and
    for columns nobody asks for.
    """
    return f"coalesce(list_position([{', '.join(map(quoted, words))}], lower({text})), 0) > 0"
