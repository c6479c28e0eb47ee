"""One value at a time: phones, e-mails, dates, numbers, codes and text as people really type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from crmkit.clean.frames import as_text, is_text, like, to_pandas
from crmkit.data.reading.kinds import GROUP, bare_number, decimal_mark
from crmkit.i18n import gettext as _
from crmkit.tables import TableError, arguments

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
    tidy = " ".join(narrow.translate(_DELETE_UNSEEN).split())
    if name:
        tidy = _HAN_GAP.sub("", tidy)
    if tidy == text:
        return text, None
    if not tidy:
        return None, None  # nothing but blanks said nothing
    return tidy, "full_width" if narrow != text else "spaces"


_DELETE_UNSEEN = dict.fromkeys(map(ord, UNSEEN))


# --- phones -------------------------------------------------------------------------------------

_CN_MOBILE = re.compile(r"1[3-9]\d{9}")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)


def phone_of(value: object, country: str = "CN") -> Cleaned:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    bare = unicodedata.normalize("NFKC", text).translate(_DELETE_UNSEEN).strip(" '`\"’\t\r\n")
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
    bare = unicodedata.normalize("NFKC", text).translate(_DELETE_UNSEEN).lower()
    bare = re.sub(r"^\s*mailto:|\s+|^['\"<]+|[>'\";,.。]+$", "", bare)
    local, at, domain = bare.rpartition("@")
    bare = local + at + re.sub(r"[,。、]", ".", domain)
    try:
        found = validate_email(bare, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None, "email_invalid"
    found = found.lower()
    return found, None if found == text else "email_format"


# --- dates --------------------------------------------------------------------------------------

_EPOCH = datetime(1970, 1, 1)
_EXCEL_EPOCH = datetime(1899, 12, 30)
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
            "aug august", "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = (
    r"(?:[T\s,]*(?P<half>上午|下午|晚上|中午|凌晨|早上)?\s*(?P<hour>\d{1,2})(?::|时|点)\s*(?P<minute>\d{1,2})?分?"
    r"(?::?(?P<second>\d{1,2})(?:[.,](?P<part>\d{1,9}))?秒?)?\s*(?P<ampm>[ap]\.?m\.?)?"
    r"\s*(?P<offset>z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\s*[-/.年\s]\s*(?P<month>\d{1,2})\s*[-/.月\s]\s*(?P<day>\d{1,2})\s*[日号]?"
    + _TIME,
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(
    r"(?P<a>\d{1,2})\s*[-/.\s]\s*(?P<b>\d{1,2})\s*[-/.\s]\s*(?P<c>\d{4}|\d{2})" + _TIME,
    re.IGNORECASE,
)
_DAY_NAME_YEAR = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s./]*(?P<name>[a-z]{3,9})[-\s.,/]*(?P<year>\d{4}|\d{2})"
    + _TIME,
    re.IGNORECASE,
)
_NAME_DAY_YEAR = re.compile(
    r"(?P<name>[a-z]{3,9})[-\s.]*(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s,]+(?P<year>\d{4})" + _TIME,
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:[T\s]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?", re.IGNORECASE)  # fmt: skip
_ISO = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?"


def date_of(value: object, *, day_first: bool | None, zone: ZoneInfo) -> Cleaned:
    """The moment a value tells, on the shop's clock; ambiguous ones as `day_first` says."""
    if isinstance(value, datetime):
        local = _local(value, zone)
        return local, None if local == value.replace(tzinfo=None) else "date_zone"
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day), None
    if isinstance(value, bool):
        return None, "date_unreadable"
    if isinstance(value, (int, float)):
        return _serial(float(value), zone)
    text = unicodedata.normalize("NFKC", str(value)).translate(_DELETE_UNSEEN).strip(" '\t\r\n")
    if re.fullmatch(r"\d{5}(\.\d+)?|\d{10}|\d{13}", text):
        return _serial(float(text), zone)
    if found := _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        part = found.groupdict()
        return _moment(int(part["year"]), int(part["month"]), int(part["day"]), part, zone)
    if found := _DAY_NAME_YEAR.fullmatch(text) or _NAME_DAY_YEAR.fullmatch(text):
        part = found.groupdict()
        month = _MONTHS.get(part["name"].lower())
        if month is None:
            return None, "date_unreadable"
        year = int(part["year"])
        year = _century(year) if len(part["year"]) == 2 else year
        return _moment(year, month, int(part["day"]), part, zone)
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(found.groupdict(), day_first, zone)
    return None, "date_unreadable"


def _year_last(part: dict[str, str | Any], day_first: bool | None, zone: ZoneInfo) -> Cleaned:
    a, b, c = int(part["a"]), int(part["b"]), int(part["c"])
    orders: dict[bool | None, tuple[int, int, int]] = {True: (c, b, a), False: (c, a, b)}
    if len(part["c"]) == 2:
        orders = {key: (_century(year), m, d) for key, (year, m, d) in orders.items()}
        orders[None] = (_century(a), b, c)  # 24/3/5: the year first
    real = {key: ymd for key, ymd in orders.items() if _is_day(*ymd)}
    if not real:
        return None, "date_impossible"
    if len(set(real.values())) == 1:
        ymd = next(iter(real.values()))
    elif day_first is not None and day_first in real:
        ymd = real[day_first]
    else:
        return None, "date_ambiguous"
    return _moment(*ymd, part, zone)


def _century(year: int) -> int:
    return year + (2000 if year <= date.today().year % 100 else 1900)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _serial(number: float, zone: ZoneInfo) -> Cleaned:
    """A day number of Excel, or seconds or milliseconds since 1970 (UTC)."""
    if 10_000 <= number < 80_000:
        moment = _EXCEL_EPOCH + timedelta(seconds=round(number * 86400))
        return moment, "date_format"
    if 19_000_101 <= number < 21_000_101 and number.is_integer():
        whole = int(number)
        return _moment(whole // 10000, whole // 100 % 100, whole % 100, {}, zone)
    for scale in (1, 1000):
        if 1e8 <= number / scale < 4.2e9:
            utc = (_EPOCH + timedelta(seconds=number / scale)).replace(tzinfo=ZoneInfo("UTC"))
            return _local(utc, zone), "date_format"
    return None, "date_unreadable"


def _moment(
    year: int, month: int, day: int, part: dict[str, str | None], zone: ZoneInfo
) -> Cleaned:
    hour = int(part.get("hour") or 0)
    half = part.get("half") or (part.get("ampm") or "").replace(".", "").lower()
    if half in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    if half == "中午" and hour < 11:
        hour += 12
    if half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    try:
        moment = datetime(
            year, month, day, hour, int(part.get("minute") or 0), int(part.get("second") or 0),
            int((part.get("part") or "0").ljust(6, "0")[:6]),
        )  # fmt: skip
    except ValueError:
        return None, "date_impossible"
    offset = (part.get("offset") or "").upper()
    if not offset:
        return moment, "date_format"
    shift = timedelta(0)
    if offset not in ("Z", "UTC", "GMT"):
        digits = offset.replace(":", "")
        shift = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5] or 0))
        shift = -shift if digits[0] == "-" else shift
    local = _local((moment - shift).replace(tzinfo=ZoneInfo("UTC")), zone)
    return local, None if local == moment else "date_zone"


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)


DAY_MONTH_YEAR = r"^\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*\d{4}\b"


def date_order(texts: pd.Series) -> bool | None:
    """Whether a column writes the day first: what its unmistakable dates (13 or more) say.

    None where there are none, or where they contradict each other.
    """
    parts = texts.str.extract(DAY_MONTH_YEAR).astype("Float64")
    day_first = bool((parts[0] > 12).any())
    month_first = bool((parts[1] > 12).any())
    return None if day_first == month_first else day_first


def clean_dates(
    column: pd.Series, *, day_first: bool | None = None, time_zone: str = SHOP_TIME_ZONE
) -> tuple[pd.Series, pd.Series]:
    """The column as moments on the shop's clock, and per row what was wrong."""
    zone = ZoneInfo(time_zone)
    faults = pd.Series(None, index=column.index, dtype=object)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        local = column.dt.tz_convert(zone).dt.tz_localize(None)
        moved = column.notna() & (local != column.dt.tz_localize(None))
        return local.astype("datetime64[us]"), faults.mask(moved, "date_zone")
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return column.astype("datetime64[us]"), faults
    dates = pd.Series(pd.NaT, index=column.index, dtype="datetime64[us]")
    todo = column.notna()
    if is_text(column):
        texts = (
            column.where(column.map(lambda v: isinstance(v, str)), None).astype("str")
            if column.dtype == object
            else column
        )
        iso = texts.str.fullmatch(_ISO).fillna(False).astype(bool)
        parsed = pd.to_datetime(texts[iso], format="ISO8601", errors="coerce")
        dates[parsed.index] = parsed.astype("datetime64[us]")
        todo &= dates.isna()
        if day_first is None and todo.any():
            day_first = date_order(texts[todo])
    if todo.any():
        values, faults_found = _map_unique(
            column[todo], lambda value: date_of(value, day_first=day_first, zone=zone)
        )
        dates[values.index] = pd.to_datetime(values).astype("datetime64[us]")
        faults[faults_found.index] = faults_found
    return dates, unusual_only(column, faults, "date_format")


def unusual_only(column: pd.Series, faults: pd.Series, written: str) -> pd.Series:
    """The faults without those of values that are written as most of their column is.

    `written` is the fault of a value that is only written in another way: the way most have is the
    file's own, and nothing had to be mended in it.
    """
    odd = faults == written
    if not odd.any():
        return faults
    shapes = _map_unique(column.dropna(), lambda value: (_shape(value), None))[0]
    usual = shapes.value_counts()
    if not len(usual) or usual.iloc[0] * 2 <= len(shapes):
        return faults
    return faults.mask(odd & (shapes.reindex(column.index) == usual.index[0]))


def _shape(value: object) -> str:
    """2026/4/1 and 2026/10/31 are written alike, 2026年4月1日 is not; nor is a day with its hour."""
    if not isinstance(value, str):
        return type(value).__name__
    return re.sub(r"[A-Za-z]+|[上下]午", "A", re.sub(r"\d+", "9", value))


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
    bare = unicodedata.normalize("NFKC", text).translate(_DELETE_UNSEEN).strip(" '\t\r\n")
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
        values, found = _map_unique(column[todo], lambda value: number_of(value, decimal))
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


def _map_unique(
    column: pd.Series, clean: Callable[[object], Cleaned]
) -> tuple[pd.Series, pd.Series]:
    """`clean` once for each different value: the clean values, and what was wrong with each."""
    numbers, different = pd.factorize(column)
    cleaned = [clean(value) for value in different]
    values = pd.Series([value for value, _fault in cleaned], dtype=object)
    faults = pd.Series([fault for _value, fault in cleaned], dtype=object)
    values = values.reindex(numbers).set_axis(column.index)
    return values, faults.reindex(numbers).set_axis(column.index)


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


# --- the public ones ----------------------------------------------------------------------------


@arguments.checked
def normalize_phone(values: Any, column: str = "phone", *, country: str = "CN") -> Any:
    """The phone number as 11 digits, however it was typed; null where it cannot be one.

    `values` is one value, a column (pandas or Polars Series) or a table; the result is of the same
    kind, and for a table a pair: the table with `column` cleaned, and the `CleaningReport`.

    A Chinese mobile number is 1, then 3–9, then nine digits (numbers of ranges not yet assigned
    are accepted: the shape is judged, as by `phonenumbers.is_possible_number`). +86, 0086, spaces,
    dashes, full-width digits and Excel's ".0" are taken off. A number of another country must be
    written with its + and comes back in E.164 form. A landline is null: no message reaches it.

    Raises `TableError` when a table has no `column`.

    >>> normalize_phone("＋86 140 0123-4567")
    '14001234567'
    >>> print(normalize_phone("1400123456"))
    None
    """
    return _apply(values, column, lambda phones: clean_phones(phones, country))


@arguments.checked
def normalize_email(values: Any, column: str = "email") -> Any:
    """The e-mail address in lower case without stray characters; null where it cannot be one.

    `values` is one value, a column or a table, as for `normalize_phone`. The syntax is judged by
    the email-validator library; whether the address exists is not asked.

    Raises `TableError` when a table has no `column`.

    >>> normalize_email(" Li.Wei＠Example.com ")
    'li.wei@example.com'
    >>> print(normalize_email("li.wei@example"))
    None
    """
    return _apply(values, column, clean_emails)


@arguments.checked(columns=arguments.names)
def parse_dates(
    values: Any,
    columns: str | list[str] | None = None,
    *,
    day_first: bool | None = None,
    time_zone: str = SHOP_TIME_ZONE,
) -> Any:
    """Dates and times as people and programs write them, as real dates; null where it is none.

    `values` is one value, a column (pandas or Polars Series) or a table; the result is of the same
    kind, and for a table a pair: the table with `columns` (default: every text column whose name
    ends in ``_at``, ``_on`` or ``_date``) parsed, and the `CleaningReport`.

    Read: 2025-03-05, 2025/3/5, 2025.3.5, 20250305, 2025年3月5日 下午2:03, 5 Mar 2025, Excel's day
    numbers, seconds or milliseconds since 1970, ISO times with an offset (moved to `time_zone`,
    the clock of the shop). In 03/05/2025 nobody can tell day from month: `day_first` says it; else
    the column's unmistakable dates do (a 13 or more); else it is null, as is 31 February.

    Raises `TableError` when a table has no such column.

    >>> parse_dates("2025年3月5日 14:03")
    Timestamp('2025-03-05 14:03:00')
    >>> print(parse_dates("2025-02-30"))
    None
    """

    def dates(column: pd.Series) -> tuple[pd.Series, pd.Series]:
        return clean_dates(column, day_first=day_first, time_zone=time_zone)

    return _apply(values, columns, dates, default=_looks_like_dates)


def clean_phones(column: pd.Series, country: str = "CN") -> tuple[pd.Series, pd.Series]:
    fine = _CN_MOBILE.fullmatch if country == "CN" else lambda _text: False

    def clean(value: object) -> Cleaned:
        if isinstance(value, str) and fine(value):
            return value, None
        return phone_of(value, country)

    return clean_text(column, clean)


def clean_emails(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    return clean_text(column, email_of)


def _looks_like_dates(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame if c.endswith(("_at", "_on", "_date")) and is_text(frame[c])]


def _apply(
    values: Any,
    columns: str | list[str] | None,
    clean: Callable[[pd.Series], tuple[pd.Series, pd.Series]],
    default: Callable[[pd.DataFrame], list[str]] | None = None,
) -> Any:
    import narwhals.stable.v2 as nw

    if values is None or isinstance(values, (str, int, float, date)):
        if values is None or values != values or values == "":
            return None
        result = clean(pd.Series([values], dtype=object))[0].iloc[0]
        return None if pd.isna(result) else result
    if isinstance(values, pd.Series):
        return clean(values)[0].rename(values.name)
    as_series = nw.from_native(values, allow_series=True, pass_through=True)
    if isinstance(as_series, nw.Series):
        table = to_pandas(as_series.to_frame().to_native())
        name = table.columns[0]
        after = like(as_series.to_frame().to_native(), clean(table[name])[0].to_frame(name))
        return nw.from_native(after)[name].to_native()

    from crmkit.clean.pieces import cleaned

    def steps(cleaning: Any) -> None:
        chosen = columns
        if chosen is None:
            chosen = default(cleaning.frame) if default else []
        for column in [chosen] if isinstance(chosen, str) else chosen:
            if not cleaning.has(column):
                raise TableError(
                    _("There is no column {column}; the columns are: {columns}.").format(
                        column=column, columns=", ".join(cleaning.frame.columns)
                    )
                )
            cleaning.replace(column, *clean(cleaning.frame[column]))

    return cleaned(values, "table", steps)
