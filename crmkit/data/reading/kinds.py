"""What kind of values a column of text holds: a pure answer from its values and its heading.

A kind is a pattern that every value must match and the SQL that makes the value of the text. The
same pattern judges the sample here and all lines in DuckDB, so nothing becomes a number, a date or
a truth that is not written as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from crmkit.data.reading.files import quoted
from crmkit.data.reading.meanings import kind_meant
from crmkit.i18n import gettext as _

NOTHING = ("null", "n/a", "#n/a", "na", "nan", "none", "nil", "nat", "-", "--", "\\n", "(null)", "(blank)", "<na>", "无", "空")  # fmt: skip
"""How systems write that there is nothing, in small letters: nothing, in ids, numbers and dates."""

TOTALS = (
    r"(?:(?:grand|sub)[ -]?)?totals?\b.{0,40}|.{0,20}\b(?:grand|sub)[ -]?totals?|sum|summe|gesamt(?:summe)?"
    r"|.{0,20}(?:合计|总计|小计|共计|汇总|合計|總計|小計)"
    r"|averages?|avg|平均(?:值|数)?|均值"
    r"|[(]?\d+ (?:rows?|records?|lines?)(?: affected)?[)]?|共 ?\d+ ?(?:条|行|笔|单|项)(?:记录|数据)?"
    r"|第 ?\d+ ?页.{0,20}|(?:制表|审核|打印|导出)(?:人|时间|日期)[:：].{0,40}"
)
"""How rows that add up or count other rows begin, or number and sign a page, in small letters."""


@dataclass(frozen=True)
class Kind:
    """One kind of values: `fits` all of them (RE2 and Python alike), `sql` makes them of {c}."""

    name: str  # text, whole number, number, date, moment with zone, true/false
    fits: str = ""
    sql: str = "{c}"
    strict: bool = False  # whether a fitting text may still be none (31 February)

    def made_of(self, text: str) -> str:
        """The SQL that makes the value of a text."""
        return self.sql.replace("{c}", text)


TEXT = Kind("text")
ID = Kind("id")
_FLAG = Kind("flag", "(?i:true|false)", "CAST({c} AS BOOLEAN)")
_WHOLE = Kind("whole", r"-?(?:0|[1-9]\d{0,14})", "CAST({c} AS BIGINT)")
_NUMBER = Kind(
    "number",
    r"-?(?:0|[1-9]\d{0,14})(?:\.\d{0,14})?|-?\.\d{1,14}|-?\d(?:\.\d{0,17})?[eE][+-]\d{1,3}|-?\d{1,15}\.\d{15,17}",
    "CAST({c} AS DOUBLE)",
)
_SIGNED_WHOLE = Kind("whole", r"[-+]?\d{1,15}", "CAST({c} AS BIGINT)")
_SIGNED = Kind("number", r"[-+]?\d{1,15}(?:\.\d{0,17})?|[-+]?\.\d{1,17}|[-+]?\d(?:\.\d{0,17})?[eE][+-]\d{1,3}", "CAST({c} AS DOUBLE)")  # fmt: skip


UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Signs without width, which come along with what was copied from a page."""
_WIDE = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥"}


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as the usual ones, without signs that nobody sees and
    without the ` that keeps Excel off.

    >>> narrow("Ａ００１　￥３９．００")
    'A001 ¥39.00'
    """
    return text.translate(_WIDE | dict.fromkeys(map(ord, UNSEEN))).lstrip("`")


def narrow_sql(text: str) -> str:
    """The same in DuckDB."""
    wide = "".join(map(chr, _WIDE))
    return (
        f"ltrim(translate({text}, {quoted(wide + UNSEEN)}, {quoted(wide.translate(_WIDE))}), '`')"
    )


# --- numbers as people write them ----------------------------------------------------------------

GROUP = "[ \u00a0\u202f\u2009'’]"
_POINT = re.compile(r"\.\d{1,2}$|\.\d{4,}$|,\d{3}\.|^0\.\d+$")
_COMMA = re.compile(r",\d{1,2}$|,\d{4,}$|\.\d{3},|^0,\d+$|\.\d{3}\.\d{3}$")


@cache
def currency_marks() -> str:
    """A pattern of signs and codes of currencies, as they stand before or after a number."""
    from babel import Locale

    codes = "|".join(sorted(code for code in Locale("en").currencies if len(code) == 3))
    return (
        r"(?:(?:[A-Za-z]{1,3}\.?)?[$€£¥￥₩₹₽₺฿₫₱₪₴₦₡₵₲]|(?i:" + codes + r"|rmb|rm|kr\.?|zł|chf|rp\.?)|元|块|円|원|港币|美元|欧元)"
    )  # fmt: skip


def bare_number(text: str) -> tuple[str, str]:
    """A written number without its currency, and minus where it stands before: (number, mark)."""
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
    return Kind("number", fits, f"CAST({minus}replace({digits}, ',', '.') AS DOUBLE)")


# --- dates as people write them ------------------------------------------------------------------

_ISO = r"\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?"
_ZONED = r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:[zZ]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"
_CLOCK = {
    "": "",
    r"[ T]\d{1,2}:\d{2}": " %H:%M",
    r"[ T]\d{1,2}:\d{2}:\d{2}": " %H:%M:%S",
    r" \d{1,2}:\d{2} ?(?i:am|pm)": " %I:%M %p",
    r" \d{1,2}:\d{2}:\d{2} ?(?i:am|pm)": " %I:%M:%S %p",
}
_HALF_DAY = r" ?(?:上午|下午) ?\d{1,2}:\d{2}"
_HOURS = r" ?\d{1,2}[时点]\d{1,2}分"
_SPOKEN = {
    _HALF_DAY: " %p %I:%M",
    _HALF_DAY + r":\d{2}": " %p %I:%M:%S",
    _HOURS: " %H:%M",
    _HOURS + r"\d{1,2}秒": " %H:%M:%S",
}
"""Times as Chinese systems write them; `_clock_alike` brings them to what their form says."""
_CLOCK |= _SPOKEN
_DAYS = {
    r"\d{4}-\d{1,2}-\d{1,2}": "%Y-%m-%d",
    r"\d{4}/\d{1,2}/\d{1,2}": "%Y/%m/%d",
    r"\d{4}\.\d{1,2}\.\d{1,2}": "%Y.%m.%d",
    r"\d{4}年\d{1,2}月\d{1,2}日": "%Y年%m月%d日",
    r"\d{1,2}-[A-Za-z]{3}-\d{4}": "%d-%b-%Y",
    r"\d{1,2}-[A-Za-z]{3}-\d{2}": "%d-%b-%y",
    r"\d{1,2} [A-Za-z]{3} \d{4}": "%d %b %Y",
    r"[A-Za-z]{3} \d{1,2}, \d{4}": "%b %d, %Y",
    r"[A-Za-z]{3} \d{1,2} \d{4}": "%b %d %Y",
    r"\d{1,2} [A-Za-z]{3,9} \d{4}": "%d %B %Y",
    r"[A-Za-z]{3,9} \d{1,2}, \d{4}": "%B %d, %Y",
    r"[A-Za-z]{3,9} \d{1,2} \d{4}": "%B %d %Y",
}
_COMPACT = {
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])": "%Y%m%d",
    r"(?:19|20)\d{12}": "%Y%m%d%H%M%S",
}
_TWO_WAYS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})((?:[ T].*)?)")


def _moments(form: str, fits: str) -> Kind:
    text = "replace({c}, 'T', ' ')" if " %" in form else "{c}"
    if any(fits.endswith(clock) for clock in _SPOKEN):
        text = _clock_alike(text)
    return Kind("date", fits, f"strptime({text}, {quoted(form)})", strict=True)


def _clock_alike(text: str) -> str:
    """上午9:05 as AM 9:05, 9时05分 as 9:05: the same moment in signs that every program knows."""
    for wrong, right in (
        (" ?上午 ?", " AM "), (" ?下午 ?", " PM "),
        (r" ?(\d{1,2})[时点](\d{1,2})分", r" \1:\2"), (r"(\d{1,2})秒", r":\1"),
    ):  # fmt: skip
        text = f"regexp_replace({text}, {quoted(wrong)}, {quoted(right)})"
    return text


@cache
def _moment_kinds(compact: bool) -> tuple[Kind, ...]:
    zoned = "regexp_replace(regexp_replace({c}, ' ?(UTC|GMT)$', 'Z'), '([+-]\\d{2})(\\d{2})$', '\\1:\\2')"
    days = {**_DAYS, **(_COMPACT if compact else {})}
    return (
        Kind("date", _ISO, "CAST({c} AS TIMESTAMP)", strict=True),
        Kind("moment", _ZONED, f"CAST({zoned} AS TIMESTAMPTZ)", strict=True),
        *(
            _moments(form + clock, day + time)
            for day, form in days.items()
            for time, clock in _CLOCK.items()
            if not (time and day in _COMPACT)
        ),
    )


def _two_ways(values: list[str], day_first: bool | None) -> tuple[Kind | None, bool]:
    """Dates such as 03/05/2025: how they are to be read, and whether nobody can tell."""
    parts = [_TWO_WAYS.fullmatch(text) for text in values]
    if not parts or not all(parts):
        return None, False
    days = any(int(part[1]) > 12 for part in parts)
    months = any(int(part[3]) > 12 for part in parts)
    if days and months:
        return None, False
    if day_first is None:
        if not days and not months:
            return None, True
        day_first = days
    elif (day_first and months) or (not day_first and days):
        return None, False
    first = parts[0]
    for time, clock in _CLOCK.items():
        year, digits = ("%Y", r"\d{4}") if len(first[4]) == 4 else ("%y", r"\d{2}")
        sign = re.escape(first[2])
        fits = rf"\d{{1,2}}{sign}\d{{1,2}}{sign}{digits}{time}"
        if all(re.fullmatch(fits, text) for text in values):
            order = ("%d", "%m") if day_first else ("%m", "%d")
            return _moments(first[2].join((*order, year)) + clock, fits), False
    return None, False


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
        return ID, None
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
            ) and not _thousands_perhaps(values, semicolons):  # fmt: skip
                return kind, None
    elif all(re.fullmatch(_SIGNED_WHOLE.fits, v) for v in values) and meant == "number":
        return _SIGNED_WHOLE, None
    elif meant is None and not declared and all(re.fullmatch(_WHOLE.fits, v) for v in values):
        return _WHOLE, None
    told = None
    if meant in (None, "time"):
        for kind in _moment_kinds(meant == "time"):
            if all(re.fullmatch(kind.fits, v) for v in values):
                return kind, None
        two_ways, unclear = _two_ways(values, day_first)
        if two_ways:
            return two_ways, None
        if unclear:
            told = _(
                "{column}: dates such as {value} can be read two ways and stay text; say which: "
                "day_first=True or False."
            ).format(column=heading, value=values[0])
    if meant == "time" and not told:
        usual, odd = _usual_and_odd(values)
        if re.fullmatch(any_moment(), odd):
            told = _("{column} holds dates written in several ways: most like {usual}, others like {odd}. They stay text until they are cleaned, which reads them all.")  # fmt: skip
        else:
            told = _("{column} holds what cannot be told to be a date, such as {odd}, and stays text.")  # fmt: skip
        told = told.format(column=heading, usual=usual, odd=odd)
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


def any_moment() -> str:
    """A pattern of every date that can be read one way only, however it is written."""
    return "|".join(f"(?:{kind.fits})" for kind in _moment_kinds(True))


def moment_of(text: str) -> str:
    """The SQL that makes the moment of a text in whichever of those ways it is written, else null."""
    ways = [
        f"CASE WHEN regexp_full_match({text}, {quoted(kind.fits)}) "
        f"THEN TRY(CAST({kind.made_of(text)} AS TIMESTAMP)) END"
        for kind in _moment_kinds(True)
    ]
    return f"coalesce({', '.join(ways)})"


def _usual_and_odd(values: list[str]) -> tuple[str, str]:
    """A date written as most are, and a value that is not; one that is no date before all others."""
    fits = [kind.fits for kind in _moment_kinds(True)]
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


def _thousands_perhaps(values: list[str], semicolons: bool) -> bool:
    """1.234 in a file of semicolons: a thousand or a little more than one, nobody can tell."""
    parted = [v for v in values if "." in v]
    return semicolons and bool(parted) and all(re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", v) for v in parted)  # fmt: skip


def _like_codes(values: list[str]) -> bool:
    """Whole numbers with leading zeros or more than 15 digits are codes, and so is 2-20."""
    return _codes_with_points(values) or any(
        re.fullmatch(r"[-+]?0\d+|\d{16,}", bare_number(v)[0]) for v in values
    )
