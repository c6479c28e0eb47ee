"""Lines of a text that are sound at a glance: one pattern over each, before anything is parsed.

A line that fits is a row of its own, every field of it certainly of its column's kind. The others,
mostly few, are read with care (`Plan.proof`), and all of them where too many do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmkit.data.reading.delimited import Text, sample_of, together
from crmkit.data.reading.files import ask, new_folder, quoted
from crmkit.data.reading.kind import ID, NOTHING, TEXT, TOTALS_OF
from crmkit.data.reading.kinds import narrow
from crmkit.data.reading.plan import Plan, nothing_in

WORTHWHILE = 4_000_000
"""From how many bytes on: a small file is read with care as quickly."""
MOST_ODD = 200_000
"""How many lines may be in doubt: they are held for a moment."""
WORDS = 300
"""How many values of a sample, at most, are words to know again."""

_CODES = r'\x00-\x20"=`\x7f-' + "\U0010ffff"
_CODES_OR_HAN = r'\x00-\x20"=`\x7f-' + "\u4dff\ua000-\U0010ffff"
_PROSE = r'\x00-\x1f"'
"""What does not stand in an id, in one that may be Chinese, in a text."""
_SUMS = "计計汇平均共第制审打导"
"""Letters of which every word of TOTALS in Chinese holds one."""


@dataclass(frozen=True)
class Glance:
    """How many lines are sound, the others as a query (none: ""), and the columns in which words
    for nothing stand."""

    fine: int
    odd: str
    empty: frozenset[str]


def glance(texts: Sequence[Text], plan: Plan) -> Glance | None:
    """The lines of texts of which nothing is in doubt; None where not enough of them can be told."""
    if sum(text.path.stat().st_size for text in texts) < WORTHWHILE:
        return None
    fine, queries, any_odd = 0, [], False
    for text in texts:
        pattern = pattern_of(plan, text)
        found = _looked_at(text, pattern) if pattern else None
        if not found:
            return None
        lines, odd = found
        fine += lines - len(odd)
        any_odd = any_odd or bool(odd)
        held = new_folder("lines") / "odd.txt"
        held.write_bytes("".join(f"{line}\n" for line in odd).encode())
        queries.append(text.query_of(held))
    empty = frozenset(
        name
        for name, kind in plan.kinds.items()
        if _empty_in(plan, name) or (kind is ID and name in plan.blank)
    )
    return Glance(fine, together(queries) if any_odd else "", empty)


def _looked_at(text: Text, pattern: str) -> tuple[int, list[str]] | None:
    """How many lines there are, and those that do not fit; None where too many, or no rows."""
    import duckdb

    first = sample_of(text.path).splitlines()[text.layout.skip :][:200]
    fits = re.compile(pattern, re.ASCII)
    if sum(fits.fullmatch(line) is None for line in first) * 2 > len(first):
        return None
    sign = re.escape(text.layout.delimiter)
    field = f'(?:[^{sign}"]*|"(?:[^"]|"")*")'
    row = f"{field}(?:{sign}{field})*"  # no quotation mark opens here and closes lines below
    try:
        lines, odd, torn, held = ask(
            "SELECT count(line), count(odd), count(*) FILTER (CASE WHEN odd IS NULL THEN false ELSE "
            f"contains(odd, chr(13)) OR NOT regexp_full_match(odd, {quoted(row)}) END), "
            f"max(odd, {MOST_ODD}) FROM (SELECT line, CASE WHEN regexp_full_match(line, "
            f"{quoted(pattern)}) THEN NULL ELSE line END AS odd FROM {text.lines})"
        ).fetchall()[0]
    except duckdb.Error:
        return None
    return None if torn or odd > MOST_ODD else (lines, held or [])


def pattern_of(plan: Plan, text: Text) -> str | None:
    """The pattern of the sound lines; None where a text is laid out in no usual way."""
    layout = text.layout
    usual = layout.delimiter in (",", ";", "\t", "|", "\x01", "^", "~")
    wrapped = (layout.quote, layout.escape) == ('"', '"')
    if not (usual and wrapped and layout.skip == layout.skip_rows and len(layout.names) > 1):
        return None
    sign = re.escape(layout.delimiter)
    columns = {name.lower(): _Column(plan, name, sign) for name in plan.kinds}
    heads = list(plan.kinds)[:2]
    if all(re.fullmatch(columns[name.lower()].field, name, re.ASCII) for name in heads):
        return None  # nothing would tell the headings again from a row
    kept = {at: columns[n.lower()] for at, n in enumerate(layout.names) if at not in layout.dropped}
    fields = [kept[at].field if at in kept else _free(sign) for at in range(len(layout.names))]
    first, *second = list(kept)[:2]
    one = [*fields[:first], kept[first].filled, *fields[first + 1 :]]
    if not second:
        return sign.join(one)
    # where both are empty, what follows may be the word of a total
    end = second[0] + 1
    other = [*fields[:first], _EMPTY, *fields[first + 1 : second[0]], kept[second[0]].filled]
    start = f"(?:{sign.join(one[:end])}|{sign.join(other)})"
    return sign.join([start, *fields[end:]])


_EMPTY = '(?:"")?'


def _free(sign: str) -> str:
    """A field of prose."""
    return f'(?:[^{_PROSE}{sign}]*|"(?:[^{_PROSE}]|"")*")'


class _Column:
    """What of a column is sound at a glance: the pattern of its `field`, in quotation marks or not."""

    def __init__(self, plan: Plan, name: str, sign: str):
        self.kind, self.heading, self.sign = plan.kinds[name], name, sign
        self.may_total = name in list(plan.types)[:2]
        self.empty = _empty_in(plan, name)
        self.padded = name in plan.blank
        self.field, self.filled = self._fields(plan.values[name])

    def _fields(self, values: Iterable[str]) -> tuple[str, str]:
        """The pattern of the field, and of one in which there is something."""
        if self.kind is TEXT:
            if not self.may_total:
                return _free(self.sign), _free(self.sign)
            self.padded = False
        bare, wrapped = self._patterns(values)
        known = [re.escape(word) for word in sorted(self.empty)]
        alone, within = ("|".join(filter(None, [some, *known])) for some in (bare, wrapped))
        if self.padded:
            alone, within = (some and f" *(?:{some}) *" for some in (alone, within))
        filled = f'(?:{alone}|"(?:{within})")' if alone else f'"(?:{within})"'
        return f"(?:{filled}|{_EMPTY})", filled

    def _patterns(self, values: Iterable[str]) -> tuple[str, str]:
        """What may stand there alone, and what in quotation marks."""
        if self.kind not in (ID, TEXT):
            fits = self.kind.sure if self.kind.strict else self.kind.fits
            alone = [p for p in (fits, self.kind.sure) if p and not _may_hold(p, self.sign)]
            return (alone or [""])[0], fits
        pattern = self._code() if self.kind is ID else self._title()
        seen = {v for v in values if not re.fullmatch(pattern, v, re.ASCII) and self._harmless(v)}
        if len(seen) <= WORDS:
            pattern = "|".join([pattern, *map(re.escape, sorted(seen))])
        return pattern, pattern

    def _code(self) -> str:
        """An id: with a digit, or longer than any word for nothing; no total of others."""
        if self.may_total:
            some = _no_al(_CODES + self.sign)
            return f"{some}[0-9]{some}"
        one = f"[^{_CODES_OR_HAN}{self.sign}]"
        return f"(?:{one} ?)*[0-9](?: ?{one})*|{one}(?: ?{one}){{8,}}"

    def _title(self) -> str:
        """A name that is neither the heading again nor a word of TOTALS."""
        no = _PROSE + _SUMS + self.sign
        first = f"[^{no} (0-9aAgGsSſ{re.escape(self.heading[:1])}]"
        return f"(?:{first}|[aA][^{no}aAlLvV]|[gG][^{no}aAeE]|[sS][^{no}aAuU]){_no_al(no)}"

    def _harmless(self, value: str) -> bool:
        """Whether a value of the sample stands for itself, wherever it comes again."""
        return (
            value == value.strip() == narrow(value)
            and not re.search(rf'^=|["\x00-\x1f\x7f-\xa0{self.sign}]', value)
            and value.lower() not in ("", *NOTHING)
            and not (self.may_total and value == self.heading)
            and not (self.may_total and re.fullmatch(f"(?i) *(?:{TOTALS_OF})[:： ]*", value))
        )


def _no_al(no: str) -> str:
    """Any signs but some, and no "al" among them, which is in every total."""
    return f"(?:[^{no}aA]|[aA]+[^{no}aAlL])*[aA]*"


def _empty_in(plan: Plan, name: str) -> set[str]:
    """The words of a sample that stand for nothing in a column."""
    kind, values = plan.kinds[name], plan.values[name]
    words = nothing_in(name) if kind is ID else [] if kind is TEXT else NOTHING
    return {v for v in values if v.lower() in words}


def _may_hold(pattern: str, sign: str) -> bool:
    """Whether what fits a pattern may hold the sign that parts columns."""
    bare = re.sub(r"\{\d*,\d*\}", "", pattern)
    return sign in bare if sign in (",", ";") else sign == re.escape("\t") and r"\s" in bare
