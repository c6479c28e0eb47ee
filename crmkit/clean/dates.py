"""Dates and times as people and programs write them, one value and one column at a time."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from crmkit.clean.frames import is_text
from crmkit.clean.values import (
    DELETE_UNSEEN,
    SHOP_TIME_ZONE,
    Cleaned,
    map_unique,
    unusual_only,
)
from crmkit.data.reading.dates import day_stands_first

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
    text = unicodedata.normalize("NFKC", str(value)).translate(DELETE_UNSEEN).strip(" '\t\r\n")
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
    return None if parts.dropna().empty else day_stands_first(parts[0].max(), parts[1].max())


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
        values, faults_found = map_unique(
            column[todo], lambda value: date_of(value, day_first=day_first, zone=zone)
        )
        dates[values.index] = pd.to_datetime(values).astype("datetime64[us]")
        faults[faults_found.index] = faults_found
    return dates, unusual_only(column, faults, "date_format")
