"""Dates and times as people write them."""

from __future__ import annotations

import re
from functools import cache

from crmkit.data.reading.files import quoted
from crmkit.data.reading.kind import Kind

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
LAST_MONTH = 12
"""What is greater is a day."""
_TWO_WAYS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})((?:[ T].*)?)")


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_SIXTY = r"[0-5]\d"
_HOUR = r"(?:0?\d|1\d|2[0-3])"
_PARTS = {"%Y": r"(?:19|20)\d{2}", "%y": r"\d{2}", "%H": _HOUR, "%I": "(?:0?[1-9]|1[0-2])",
          "%M": _SIXTY, "%S": _SIXTY, "%p": "(?i:am|pm)", ".": "[.]"}  # fmt: skip


def _sure(form: str) -> str:
    """Days that there certainly are, written in a form: no 31 April, and no 29 February either."""
    found = []
    for days, months in (
        (r"0?[1-9]|1\d|2[0-8]", range(1, 13)),
        ("29|30", (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
        ("31", (1, 3, 5, 7, 8, 10, 12)),
    ):
        said = form
        for sign, part in {
            "%d": f"(?:{days})",
            "%m": f"(?:{'|'.join(f'0?{at}' if at < 10 else str(at) for at in months)})",
            "%B": f"(?i:{'|'.join(_MONTHS[at - 1] for at in months)})",
            "%b": f"(?i:{'|'.join(_MONTHS[at - 1][:3] for at in months)})",
            **_PARTS,
        }.items():
            said = said.replace(sign, part)
        found.append(said)
    sure = f"(?:{'|'.join(found)})"
    return sure.replace("0?", "0") if "%Y%m" in form else sure  # nothing parts the digits


def _moments(form: str, fits: str) -> Kind:
    """Moments written in one form; a T may stand before the time where no month has a name."""
    timed = " %" in form and "%b" not in form.lower()
    text = "replace({c}, 'T', ' ')" if timed else "{c}"
    spoken = any(fits.endswith(clock) for clock in _SPOKEN)
    if spoken:
        text = _clock_alike(text)
    sure = "" if spoken else _sure(form)
    return Kind("date", fits, f"strptime({text}, {quoted(form)})", strict=True, sure=sure)


def _clock_alike(text: str) -> str:
    """上午9:05 as AM 9:05, 9时05分 as 9:05: the same moment in signs that every program knows."""
    for wrong, right in (
        (" ?上午 ?", " AM "), (" ?下午 ?", " PM "),
        (r" ?(\d{1,2})[时点](\d{1,2})分", r" \1:\2"), (r"(\d{1,2})秒", r":\1"),
    ):  # fmt: skip
        text = f"regexp_replace({text}, {quoted(wrong)}, {quoted(right)})"
    return text


@cache
def moment_kinds(compact: bool) -> tuple[Kind, ...]:
    bare = "replace(replace({c}, ' +', '+'), ' -', '-')"
    named = f"regexp_replace({bare}, ' ?(UTC|GMT|z|Z)$', 'Z')"
    zoned = f"regexp_replace({named}, '([+-]\\d{{2}})(\\d{{2}})$', '\\1:\\2')"
    clock = rf"[ T]{_HOUR}:{_SIXTY}(?::{_SIXTY}(?:\.\d{{1,6}})?)?"
    day = _sure("%Y-%m-%d")
    days = {**_DAYS, **(_COMPACT if compact else {})}
    return (
        Kind("date", _ISO, "CAST({c} AS TIMESTAMP)", strict=True, sure=f"{day}(?:{clock})?"),
        Kind(
            "moment",
            _ZONED,
            f"CAST({zoned} AS TIMESTAMPTZ)",
            strict=True,
            sure=rf"{day}{clock} ?(?:[zZ]|UTC|GMT|[+-](?:0\d|1[0-3])(?::?{_SIXTY})?)",
        ),
        *(
            _moments(form + clock, day + time)
            for day, form in days.items()
            for time, clock in _CLOCK.items()
            if not (time and day in _COMPACT)
        ),
    )


def day_stands_first(first: float, second: float) -> bool | None:
    """Whether dates such as 03/05/2025 have the day first, by the largest number in either place.

    None where both could be months, or neither.

    >>> day_stands_first(31, 12), day_stands_first(12, 31), day_stands_first(12, 12)
    (True, False, None)
    """
    days, months = bool(first > LAST_MONTH), bool(second > LAST_MONTH)
    return None if days == months else days


def two_ways(values: list[str], day_first: bool | None) -> tuple[Kind | None, bool]:
    """Dates such as 03/05/2025: how they are to be read, and whether nobody can tell."""
    parts = [part for text in values if (part := _TWO_WAYS.fullmatch(text))]
    if not parts or len(parts) < len(values):
        return None, False
    places = [max(int(part[at]) for part in parts) for at in (1, 3)]
    told = day_stands_first(*places)
    if told is None and min(places) > LAST_MONTH:
        return None, False
    if day_first is None:
        if told is None:
            return None, True
        day_first = told
    elif told is not None and told != day_first:
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


def any_moment() -> str:
    """A pattern of every date that can be read one way only, however it is written."""
    return "|".join(f"(?:{kind.fits})" for kind in moment_kinds(True))


def moment_of(text: str) -> str:
    """The SQL that makes the moment of a text in whichever of those ways it is written, else null."""
    ways = [
        f"CASE WHEN regexp_full_match({text}, {quoted(kind.fits)}) "
        f"THEN TRY(CAST({kind.made_of(text)} AS TIMESTAMP)) END"
        for kind in moment_kinds(True)
    ]
    return f"coalesce({', '.join(ways)})"
