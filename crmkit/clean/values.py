"""One value at a time: phones, e-mails, numbers, codes and text as people really type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from crmkit.clean.frames import as_text, is_text
from crmkit.data.reading.kinds import GROUP, bare_number, decimal_mark

#: What a clean value is, and what was wrong with the one before (None: nothing)
Cleaned = tuple[Any, str | None]

SHOP_TIME_ZONE = "Asia/Shanghai"

UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u200e\u200f"
BLANKS = "\u00a0\u3000\t\r\n\u2002\u2003\u2009\u202f"
WIDE = {
    code: code - 0xFEE0
    for r in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B))
    for code in range(*r)
}
_UNTIDY = re.compile(f"[{UNSEEN}{BLANKS}]|^ | $|  |[０-９Ａ-Ｚａ-ｚ]")
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff·]) (?=[\u3400-\u9fff·])")

PLACEHOLDERS = frozenset(
    [
        "-",
        "--",
        "---",
        "—",
        "——",
        "/",
        ".",
        "?",
        "？",
        "n/a",
        "na",
        "nan",
        "none",
        "null",
        "nil",
        "#n/a",
        "无",
        "没有",
        "未知",
        "不详",
        "空",
        "暂无",
        "未填",
        "未填写",
        "保密",
    ]
)


# --- text ---------------------------------------------------------------------------------------


def tidy_text(text: str, *, name: bool = False) -> Cleaned:
    """Without stray spaces, unseen characters and full-width letters or digits.

    In a Chinese `name` no space is left at all.
    """
    if not text:
        return None, None
    narrow = text.translate(WIDE)
    tidy = " ".join(narrow.translate(DELETE_UNSEEN).split())
    if name:
        tidy = _HAN_GAP.sub("", tidy)
    if tidy == text:
        return text, None
    if not tidy:
        return None, None  # nothing but blanks said nothing
    return tidy, "full_width" if narrow != text else "spaces"


DELETE_UNSEEN = dict.fromkeys(map(ord, UNSEEN))


# --- phones -------------------------------------------------------------------------------------

_CN_MOBILE = re.compile(r"1[3-9]\d{9}")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)


def phone_of(value: object, country: str = "CN") -> Cleaned:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    bare = unicodedata.normalize("NFKC", text).translate(DELETE_UNSEEN).strip(" '`\"’\t\r\n")
    if re.fullmatch(r"\d+\.0", bare):
        bare = bare[:-2]
    if _SCIENTIFIC.fullmatch(bare):
        return None, "phone_digits_lost"
    found = _phone(bare, country)
    if found is None:
        return None, "phone_invalid"
    return found, None if found == text else "phone_format"


@lru_cache(maxsize=4096)
def _phone(text: str, country: str) -> str | None:
    import phonenumbers

    if country == "CN":
        digits = re.sub(r"[\s\-‐‑–—_.·()]+", "", re.sub(r"\(\s*0\s*\)", "", text))
        digits = re.sub(r"^(\+|00)?86(?=1[3-9]\d{9}$)|^0(?=1[3-9]\d{9}$)", "", digits)
        if _CN_MOBILE.fullmatch(digits):
            return digits
    if re.search(r"[^\d\s\-‐‑–—_.·()+]", text):
        return None
    text = re.sub(r"^00", "+", text)
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    if number.country_code == 86:  # a Chinese number of another shape: no mobile
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# --- e-mail -------------------------------------------------------------------------------------

_PLAIN_EMAIL = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@[a-z0-9]+(?:\.[a-z0-9]+)*\.[a-z]{2,24}")


def email_of(value: object) -> Cleaned:
    from email_validator import EmailNotValidError, validate_email

    text = str(value)
    if len(text) <= 64 and _PLAIN_EMAIL.fullmatch(text):
        return text, None
    bare = unicodedata.normalize("NFKC", text).translate(DELETE_UNSEEN).lower()
    bare = re.sub(r"^\s*mailto:|\s+|^['\"<]+|[>'\";,.。]+$", "", bare)
    local, at, domain = bare.rpartition("@")
    bare = local + at + re.sub(r"[,。、]", ".", domain)
    try:
        found = validate_email(bare, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None, "email_invalid"
    found = found.lower()
    return found, None if found == text else "email_format"


# --- numbers and codes --------------------------------------------------------------------------

_NUMBER = re.compile(
    rf"[-+]?(?:\d+|\d{{1,3}}(?:(?:,|{GROUP})\d{{3}})+|\d{{1,2}}(?:,\d\d)+,\d{{3}})(?:\.\d*)?(?:e[-+]?\d+)?|[-+]?\.\d+", re.IGNORECASE
)  # fmt: skip
_COMMA_NUMBER = re.compile(
    rf"[-+]?(?:\d+|\d{{1,3}}(?:(?:\.|{GROUP})\d{{3}})+)(?:,\d*)?|[-+]?,\d+"
)  # fmt: skip
_UNITS = re.compile(r"\s*(?:件|个|岁|分)$")


def number_of(value: object, decimal: str | None = None) -> Cleaned:
    """A number from text: full-width digits, ¥, 元, HK$, thousands, 12.50- and (12.50) for minus.

    With `decimal` "," 1.234,50 is 1234.5; else 1,234.50 is.
    """
    if isinstance(value, (int, float)):
        return float(value), None
    text = str(value)
    bare = unicodedata.normalize("NFKC", text).translate(DELETE_UNSEEN).strip(" '\t\r\n")
    bare = bare_number(_UNITS.sub("", bare))[0]
    times = {"万": 10_000, "w": 10_000, "k": 1000, "亿": 100_000_000}.get(bare[-1:].lower(), 1)
    bare = bare_number(bare[:-1])[0] if times > 1 else bare
    if not (_COMMA_NUMBER if decimal == "," else _NUMBER).fullmatch(bare):
        return None, "number_unreadable"
    bare = re.sub(GROUP if decimal == "," else rf",|{GROUP}", "", bare)
    bare = bare.replace(".", "").replace(",", ".") if decimal == "," else bare
    number = round(float(bare) * times, 6)
    plain = re.fullmatch(r"-?\d+(\.\d+)?", text) is not None and decimal != ","
    return number, None if plain or re.fullmatch(r"-?\d+", text) else "number_format"


def clean_numbers(column: pd.Series, decimal: str | None = None) -> tuple[pd.Series, pd.Series]:
    """The column as numbers (Float64, or Int64 where all are whole), and per row what was wrong.

    `decimal` is the decimal mark; None: the one that the column's unmistakable numbers have.
    """
    faults = pd.Series(None, index=column.index, dtype=object)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):  # a date is no number
        nothing = pd.Series(pd.NA, index=column.index, dtype="Float64")
        return nothing, faults.mask(column.notna(), "number_unreadable")
    if not is_text(column):
        return column, faults
    decimal = decimal or decimal_of(column)
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    plain = numbers.notna()
    if decimal == ",":
        plain &= as_text(column).str.fullmatch(r"-?\d+").fillna(False).astype(bool)
    if column.dtype != object:
        plain &= column.str.fullmatch(r"-?\d+(?:\.\d+)?").fillna(False).astype(bool)
    todo = column.notna() & ~plain
    if todo.any():
        values, found = map_unique(column[todo], lambda value: number_of(value, decimal))
        numbers[values.index] = pd.to_numeric(values).astype("Float64")
        faults[found.index] = found
    return numbers, unusual_only(column, faults, "number_format")


def decimal_of(*columns: pd.Series) -> str | None:
    """The decimal mark of columns of one table, where those that tell one agree."""
    found = set()
    for column in columns:
        texts = pd.unique(column[column.map(lambda v: isinstance(v, str))])
        found.add(decimal_mark(map(str, texts)))
    found -= {None}
    return found.pop() if len(found) == 1 else None


def code_of(codes: dict[str, str]) -> Callable[[object], Cleaned]:
    """A cleaner that turns the many spellings of a fixed set into its codes."""
    known = set(codes.values())

    def clean(value: object) -> Cleaned:
        text = str(value)
        if text in known:
            return text, None
        code = codes.get(text.strip().lower().removesuffix(".0"))
        return code, "code_spelling" if code is not None else "code_unknown"

    return clean


def map_unique(
    column: pd.Series, clean: Callable[[object], Cleaned]
) -> tuple[pd.Series, pd.Series]:
    """`clean` once for each different value: the clean values, and what was wrong with each."""
    numbers, different = pd.factorize(column)
    cleaned = [clean(value) for value in different]
    values = pd.Series([value for value, _fault in cleaned], dtype=object)
    faults = pd.Series([fault for _value, fault in cleaned], dtype=object)
    values = values.reindex(numbers).set_axis(column.index)
    return values, faults.reindex(numbers).set_axis(column.index)


def unusual_only(column: pd.Series, faults: pd.Series, written: str) -> pd.Series:
    """The faults without those of values that are written as most of their column is.

    `written` is the fault of a value that is only written in another way: the way most have is the
    file's own, and nothing had to be mended in it.
    """
    odd = faults == written
    if not odd.any():
        return faults
    shapes = map_unique(column.dropna(), lambda value: (_shape(value), None))[0]
    usual = shapes.value_counts()
    if not len(usual) or usual.iloc[0] * 2 <= len(shapes):
        return faults
    return faults.mask(odd & (shapes.reindex(column.index) == usual.index[0]))


def _shape(value: object) -> str:
    """2026/4/1 and 2026/10/31 are written alike, 2026年4月1日 is not; nor is a day with its hour."""
    if not isinstance(value, str):
        return type(value).__name__
    return re.sub(r"[A-Za-z]+|[上下]午", "A", re.sub(r"\d+", "9", value))


def clean_text(
    column: pd.Series, clean: Callable[[object], Cleaned]
) -> tuple[pd.Series, pd.Series]:
    """The column with `clean` applied once to each different value, and per row what was wrong."""
    faults = pd.Series(None, index=column.index, dtype=object)
    numbers, different = pd.factorize(column)
    different = np.asarray(different, dtype=object)
    cleaned = [clean(value) for value in different]
    changed = np.array(
        [
            fault is not None or new is not old
            for (new, fault), old in zip(cleaned, different, strict=True)
        ]
        + [False],  # the last: missing values
        dtype=bool,
    )
    rows = np.flatnonzero(changed[numbers])
    if not len(rows):
        return column if is_text(column) else as_text(column), faults
    new = np.empty(len(cleaned), dtype=object)
    wrong = np.empty(len(cleaned), dtype=object)
    new[:] = [value for value, _fault in cleaned]
    wrong[:] = [fault for _value, fault in cleaned]
    after = column.astype(object)
    after.iloc[rows] = new[numbers[rows]]
    faults.iloc[rows] = wrong[numbers[rows]]
    texts = column.dtype == "str" and all(isinstance(v, str) or v is None for v in new)
    if texts or all(isinstance(value, str) for value in after.dropna()):
        after = after.astype("str")
    return after, faults


def rows_where(column: pd.Series, holds: Callable[[object], bool]) -> pd.Series:
    """The rows whose value fulfils `holds`, asked once for each different value."""
    numbers, different = pd.factorize(column)
    values = np.asarray(different, dtype=object)
    answers = np.array([holds(value) for value in values] + [False], dtype=bool)
    return pd.Series(answers[numbers], index=column.index)


def clean_phones(column: pd.Series, country: str = "CN") -> tuple[pd.Series, pd.Series]:
    fine = _CN_MOBILE.fullmatch if country == "CN" else lambda _text: False

    def clean(value: object) -> Cleaned:
        if isinstance(value, str) and fine(value):
            return value, None
        return phone_of(value, country)

    return clean_text(column, clean)


def clean_emails(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    return clean_text(column, email_of)
