"""What kind of values a column of text holds: a pure answer from its values and its heading.

A kind is a pattern that every value must match and the SQL that makes the value of the text. The
same pattern judges the sample here and all lines in DuckDB, so nothing becomes a number, a date or
a truth that is not written as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from crmkit.data.reading.dates import any_moment, moment_kinds, two_ways
from crmkit.data.reading.files import quoted
from crmkit.data.reading.kind import (
    CLOCK,
    ID,
    NO_DAY,
    NOTHING,
    SHORTENED,
    TEXT,
    TOTALS,
    UNSEEN,
    Kind,
)
from crmkit.data.reading.meanings import kind_meant
from crmkit.i18n import gettext as _

_FLAG = Kind("flag", "(?i:true|false)", "CAST({c} AS BOOLEAN)")
_WHOLE = Kind("whole", r"-?(?:0|[1-9]\d{0,14})", "CAST({c} AS BIGINT)")
_NUMBER = Kind(
    "number",
    r"-?(?:0|[1-9]\d{0,14})(?:\.\d{0,14})?|-?\.\d{1,14}|-?\d(?:\.\d{0,17})?[eE][+-]\d{1,3}|-?\d{1,15}\.\d{15,17}",
    "CAST({c} AS DOUBLE)",
)
_SIGNED_WHOLE = Kind("whole", r"[-+]?\d{1,15}", "CAST({c} AS BIGINT)")
_SIGNED = Kind("number", r"[-+]?\d{1,15}(?:\.\d{0,17})?|[-+]?\.\d{1,17}|[-+]?\d(?:\.\d{0,17})?[eE][+-]\d{1,3}", "CAST({c} AS DOUBLE)")  # fmt: skip

_WIDE = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥"}
_NARROW = _WIDE | dict.fromkeys(map(ord, UNSEEN))


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as the usual ones, without signs that nobody sees and
    without the ` that keeps Excel off.

    >>> narrow("Ａ００１　￥３９．００")
    'A001 ¥39.00'
    """
    return (text if text.isascii() else text.translate(_NARROW)).lstrip("`")


def narrow_sql(text: str) -> str:
    """The same in DuckDB."""
    wide = "".join(map(chr, _WIDE))
    return (
        f"ltrim(translate({text}, {quoted(wide + UNSEEN)}, {quoted(wide.translate(_WIDE))}), '`')"
    )


# --- numbers as people write them ----------------------------------------------------------------

GROUP = "[ \u00a0\u202f\u2009'’]"
_PLAIN = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_POINT = re.compile(r"\.\d{1,2}$|\.\d{4,}$|,\d{3}\.|^0\.\d+$")
_COMMA = re.compile(r",\d{1,2}$|,\d{4,}$|\.\d{3},|^0,\d+$|\.\d{3}\.\d{3}$")


@cache
def currency_marks() -> str:
    """A pattern of signs and codes of currencies, as they stand before or after a number."""
    from babel import Locale

    codes = "|".join(sorted(code for code in map(str, Locale("en").currencies) if len(code) == 3))
    return (
        r"(?:(?:[A-Za-z]{1,3}\.?)?[$€£¥￥₩₹₽₺฿₫₱₪₴₦₡₵₲]|(?i:" + codes + r"|rmb|rm|kr\.?|zł|chf|rp\.?)|元|块|円|원|港币|美元|欧元)"
    )  # fmt: skip


def bare_number(text: str) -> tuple[str, str]:
    """A written number without its currency, and minus where it stands before: (number, mark)."""
    if _PLAIN.fullmatch(text):
        return text, ""
    bare = text.strip().replace("−", "-").replace("–", "-")
    if found := re.fullmatch(r"\((.+)\)", bare):
        bare = "-" + found[1]
    if found := re.fullmatch(r"([^-]+?)\s*-", bare):
        bare = "-" + found[1]
    sign, bare = (bare[0], bare[1:].strip()) if bare[:1] in ("-", "+") else ("", bare)
    marks = currency_marks()
    found = re.fullmatch(rf"({marks})?\s*([-+]?)\s*([\d.,\s'’]*\d[.,]?)\s*({marks})?", bare)
    if not found:
        return text, ""
    return (sign + found[2] + found[3]).strip(), (found[1] or found[4] or "").strip()


_YUAN = ("元", "块", "圆", "円", "￥", "rmb", "cny", "jpy")
_IN_WORDS = {"港币": "HKD", "美元": "USD", "欧元": "EUR"}


def currency_of(column: str, texts: Iterable[str]) -> set[str]:
    """The signs of the currencies that a column of money names: in its values, or in brackets in its
    heading.

    >>> currency_of("Total (GBP)", ["9.50"]), currency_of("金额", ["15.96元", "3"])
    ({'£'}, {'¥'})
    """
    from babel.numbers import get_currency_symbol

    named = re.search(rf"[（(\[【]\s*({currency_marks()})\s*[)）\]】]|([$€£¥￥])", column)
    marks = {bare_number(text)[1] for text in texts} | {(named and (named[1] or named[2])) or ""}
    found = {"¥" if mark.lower() in _YUAN else _IN_WORDS.get(mark, mark) for mark in marks - {""}}
    return {get_currency_symbol(one.upper(), "en") if re.fullmatch("(?i)[a-z]{3}", one) else one for one in found}  # fmt: skip


def decimal_mark(texts: Iterable[str]) -> str | None:
    """Whether numbers are written with a decimal point or comma, by those that cannot be misread.

    None where nothing tells (1,234 and 1.234 can be read both ways) or both stand there.

    >>> decimal_mark(["39,20", "1.234"]), decimal_mark(["1,234"])
    (',', None)
    """
    point = comma = False
    for text in texts:
        number = bare_number(text)[0].lstrip("+-").strip()
        point = point or _POINT.search(number) is not None
        comma = comma or _COMMA.search(number) is not None
    return None if point == comma else "," if comma else "."


def decimal_comma_told() -> str:
    return _("Decimal comma: 1.234,50 is read as 1234.5.")


def _written(values: list[str], decimal: str | None, semicolons: bool) -> Kind | None:
    """Numbers with currency, thousands, decimal comma or a minus behind; None where they are not."""
    pairs = [bare_number(text) for text in values]
    marks = {mark.lower() for _number, mark in pairs if mark}
    if len(marks) > 1 or not all(re.search(r"\d", number) for number, _mark in pairs):
        return None
    if decimal is None:
        parted = any(re.search(r"\d[.,]\d{3}(?:\D|$)", number) for number, _mark in pairs)
        if parted and semicolons:
            return None  # 1.234 may be a thousand here, and nothing tells
        decimal = "."
    point, other = ("[.]", ",") if decimal == "." else (",", ".")
    lakh = rf"\d{{1,2}}(?:[{other}]\d{{2}})+[{other}]\d{{3}}"  # 1,23,456 in India
    whole = rf"(?:\d{{1,3}}(?:(?:[{other}]|{GROUP})\d{{3}})+|{lakh}|\d{{1,15}})"
    number = rf"{whole}(?:{point}\d{{0,14}})?|{point}\d{{1,14}}"
    mark = currency_marks() if marks else ""
    wrapped = rf"{mark}?\s*[-+−–]?\s*(?:{number})\s*{mark}?" if mark else rf"(?:{number})"
    fits = rf"[-+−–]?\s*{wrapped}|\(\s*{wrapped}\s*\)|{wrapped}\s*[-−–]"
    if not all(re.fullmatch(fits, text.strip()) for text in values):
        return None
    minus = "CASE WHEN regexp_matches({c}, '^\\s*\\(|[-−–]') THEN '-' ELSE '' END || "
    digits = "regexp_replace({c}, " + quoted(rf"[^\d{decimal}]") + ", '', 'g')"
    if marks:  # Fr. and Rp. bring points of their own
        digits = digits.replace("{c}", "regexp_replace({c}, " + quoted(mark) + ", '', 'g')")
    sure = rf"(?:{mark})?[-+]?\d{{1,15}}(?:{point}\d{{0,14}})?(?:{mark})?"
    return Kind("number", fits, f"CAST({minus}replace({digits}, ',', '.') AS DOUBLE)", sure=sure)


# --- the choice ----------------------------------------------------------------------------------


def total_words(values: Iterable[str]) -> set[str]:
    """Those of the values that head a row of totals."""
    return {v for v in values if re.fullmatch(TOTALS, v.strip().lower().rstrip(":： "))}


def chosen(
    heading: str,
    values: Iterable[str],
    *,
    decimal: str | None = None,
    day_first: bool | None = None,
    semicolons: bool = False,
    declared: bool = False,
) -> tuple[Kind, str | None]:
    """The kind of a column by its heading and values, and what the reader should be told of it.

    Ids stay text, whatever they look like; so does what fits no kind wholly. `declared` texts (of
    JSON, Excel) become numbers only where the heading promises some.
    """
    meant = kind_meant(heading)
    if meant == "key":
        return ID, _shortened(heading, values)
    if meant in ("text", "code"):
        return TEXT, None
    total = total_words(values := list(values)) | {heading}  # which may stand there again
    values = [v.strip() for v in values if v not in total and v.strip().lower() not in NOTHING]
    values = [v for v in dict.fromkeys(values) if v]
    if not values:
        return TEXT, None
    if meant == "number":
        numbers: tuple[Kind, ...] = (_SIGNED_WHOLE, _SIGNED)
    else:
        numbers = () if declared or meant == "time" else (_FLAG, _WHOLE, _NUMBER)
    if not (decimal == "," or (declared and meant != "number")):
        for kind in numbers:
            if all(re.fullmatch(kind.fits, v) for v in values) and not (
                kind is _NUMBER and _codes_with_points(values)
            ) and not (semicolons and thousands_perhaps(values)):  # fmt: skip
                return kind, None
    elif all(re.fullmatch(_SIGNED_WHOLE.fits, v) for v in values) and meant == "number":
        return _SIGNED_WHOLE, None
    elif meant is None and not declared and all(re.fullmatch(_WHOLE.fits, v) for v in values):
        return _WHOLE, None
    told = None
    if meant in (None, "time"):
        for kind in moment_kinds(meant == "time"):
            if all(re.fullmatch(kind.fits, v) for v in values):
                return kind, None
        either, unclear = two_ways(values, day_first)
        if either:
            return either, order_told(heading, values) if day_first is None else None
        if unclear:
            told = _(
                "{column}: dates such as {value} can be read two ways and stay text; say which: "
                "day_first=True or False."
            ).format(column=heading, value=values[0])
    if meant == "time" and all(re.fullmatch(CLOCK.fits, v) for v in values):
        return CLOCK, None
    if meant == "time" and not told:
        usual, odd = _usual_and_odd(values)
        if re.fullmatch(any_moment(), odd):
            told = _("{column} holds dates written in several ways: most like {usual}, others like {odd}. They stay text until they are cleaned, which reads them all.")  # fmt: skip
        else:
            told = _("{column} holds what cannot be told to be a date, such as {odd}, and stays text.")  # fmt: skip
        told = told.format(column=heading, usual=usual, odd=odd.removesuffix(NO_DAY))
    if meant == "number" and semicolons and not decimal and thousands_perhaps(values):
        told = _(
            "{column}: numbers such as {value} can be read two ways and stay text; say which mark "
            'stands before the decimals: decimal="." or ",".'
        )
        return TEXT, told.format(column=heading, value=next(v for v in values if "." in v))
    if meant != "time" and (meant == "number" or not declared):
        own = decimal_mark(values) or decimal
        written = _written(values, own, semicolons)
        if written and (meant == "number" or not _like_codes(values)):
            return written, None
        if meant == "number" and not written:
            told = _(
                "{column} holds what cannot be told to be a number, such as {value}, and stays text."
            ).format(column=heading, value=_unfit(values))
    return TEXT, told


def _shortened(heading: str, values: Iterable[str]) -> str | None:
    """Ids that Excel cut short before it wrote them: two of them may have become one."""
    one = next((v for v in values if re.fullmatch(SHORTENED, v.strip())), None)
    told = _(
        "{column}: ids such as {value} were cut short by Excel, and two may have become one. "
        "Export them again as text."
    )
    return told.format(column=heading, value=one) if one else None


def order_told(heading: str, values: Iterable[str]) -> str | None:
    """In which order dates such as 03/05/2025 are read, with one that shows it; None: none does."""
    for value in values:
        found = re.match(r" *(\d{1,2})[-/.](\d{1,2})[-/.]\d", value)
        if found and int(found[1]) > 12:
            return _("{column}: the day is read first, as in {value}.").format(
                column=heading, value=value
            )
        if found and int(found[2]) > 12:
            return _("{column}: the month is read first, as in {value}.").format(
                column=heading, value=value
            )
    return None


def _usual_and_odd(values: list[str]) -> tuple[str, str]:
    """A date written as most are, and a value that is not; one that is no date before all others."""
    fits = [kind.fits for kind in moment_kinds(True)]
    most = max(fits, key=lambda fit: sum(re.fullmatch(fit, v) is not None for v in values[:2000]))
    usual = next((v for v in values if re.fullmatch(most, v)), "")
    odd = [v for v in values if not re.fullmatch(most, v)]
    return usual, next((v for v in odd if not re.fullmatch(any_moment(), v)), odd[0])


def _unfit(values: list[str]) -> str:
    """A value that is no number, for want of one a number written in a way of its own."""
    odd = [v for v in values if not re.fullmatch(_SIGNED.fits, v)]
    return next(
        (v for v in odd if not re.fullmatch(r"[-+\d.,\s]+", bare_number(v)[0])), (odd or values)[0]
    )


def _codes_with_points(values: list[str]) -> bool:
    """1.1 and 1.10 side by side are two codes, though one number."""
    tails = [v.partition(".")[2] for v in values if "." in v]
    return any(len(t) > 1 and t.endswith("0") for t in tails) and any(
        t and len(t) < max(map(len, tails)) and t != "0" for t in tails
    )


def thousands_perhaps(values: Iterable[str]) -> bool:
    """All with a point are like 1.234: a thousand or a little more than one, nobody can tell."""
    parted = [v for v in values if "." in v]
    return bool(parted) and all(re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", v) for v in parted)  # fmt: skip


def _like_codes(values: list[str]) -> bool:
    """Whole numbers with leading zeros or more than 15 digits are codes, and so is 2-20."""
    return _codes_with_points(values) or any(
        re.fullmatch(r"[-+]?0\d+|\d{16,}", bare_number(v)[0]) for v in values
    )
