"""What people read for the codes in a table."""

import numbers
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.tables import is_nothing, open_frame

KINDS = {
    "channel_preference": "channel",
    "preference": "category",
    "top_brand": "brand",
    "top_category": "category",
    "top_channel": "channel",
    "ask_for": "column",
    "field": "column",
    "method": "payment_method",
    "group_from": "rfm_group",
    "group_to": "rfm_group",
    "home_district": "district",
}
"""Columns whose codes belong to another kind; every other column is its own kind."""

LISTS = ("ask_for", "cluster")
"""Columns that hold several codes, joined by a comma."""

PERCENT = (
    "share",
    "_rate",
    "_share",
    "_probability",
    "_growth",
    "completeness",
    "accuracy",
    "attainment",
    "csat",
    "pace",
    "share_of_from",
    "sell_through",
    "yoy",
    "mom",
    "wow",
    "pop",
)
"""Columns shown as a percentage end in one of these."""


PARTS = ("from", "to", "set")
"""Endings of a column that holds codes of another: brand_from, brand_to, category_set, category_1."""


WHOLE = ("days_since", "days_since_first", "recency_each", "spend_score")
"""Columns read as whole numbers: a table with gaps keeps them as fractions, of a day nobody asks."""
TENTHS = ("daily_orders", "frequency_each")
"""Means of counts: the second decimal tells nothing."""

OF_PEOPLE = ("birth_date", "gender", "other_id", "member_id_2")
"""Columns that tell that the names of a table are people's, not products' or stores'."""

COMPARED = ("phone", "email", "name", "birth_date", "district", "gender")
"""Columns in which two records are compared, so that they may hold same, near, different, missing."""


def _parted(column: str) -> tuple[str, str]:
    """The column whose codes these are, and the ending; no ending where it is its own."""
    base, mark, end = column.rpartition("_")
    return (base, end) if mark and (end in PARTS or end.isdigit()) else (column, "")


SPAN = re.compile(r"revenue_(\d{4}-\d{2})_(\d{4}-\d{2})")
"""A column of the revenue of some months, the first and the last in its name."""


def heading(column: str) -> str:
    """What people read above a column: ``heading("aov")`` is 客单价, Average order value."""
    said = label("column", column)
    if span := SPAN.fullmatch(column):
        return months(*span.groups())
    base, end = _parted(column)
    if said != column or not end:
        return said
    name = label("column", base)
    if end.isdigit():
        return _("{column}, order {n}").format(column=name, n=end)
    return {
        "from": _("{column} before"),
        "to": _("{column} after"),
        "set": _("{column} together"),
    }[end].format(column=name)


def headings(columns: Sequence[str]) -> dict[str, str]:
    """What people read above each column of one table: those beside it tell what some mean.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     headings(["month", "revenue", "before"])["before"], headings(["fault", "before"])["before"]
    ('Period before', 'Before')
    """
    there = set(columns)
    meant = {"name": "person_name"} if set(OF_PEOPLE) & there else {}
    if "before" in there and not {"after", "fault"} & there:
        meant["before"] = "period_before"
    if {"member_share", "members"} <= there and "member_revenue" not in there:
        meant["member_share"] = "share_of_members"
    return {column: heading(meant.get(column, column)) for column in columns}


QUARTER = re.compile(r"(\d{4})-Q([1-4])")


def quarter(value: str, two_lines: bool = False) -> str:
    """What people read for a quarter, on an axis in two lines.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     quarter("2024-Q2"), quarter("2024-Q2", two_lines=True)
    ('Q2 2024', 'Q2\\n2024')
    """
    found = QUARTER.fullmatch(value)
    if found is None:
        return value
    year, which = found.groups()
    words = label("quarter_of", which).format(year=year)
    return re.sub("年| ", lambda end: f"{end[0].strip()}\n", words) if two_lines else words


def code(column: str, value: Any) -> str:
    """What people read for one value of a column of codes."""
    kind = KINDS.get(column, column)
    if column == "quarter" and QUARTER.fullmatch(str(value)):
        return quarter(str(value))
    if column in LISTS:
        return label("list", ", ").join(label(kind, one) for one in str(value).split(", "))
    base, end = _parted(column)
    if column in COMPARED and (said := label("evidence", value)) != str(value):
        return said
    if column in KINDS or not end:
        return label(kind, value)
    kind = KINDS.get(base, base)
    if end == "set":
        return label("list", ", ").join(label(kind, one) for one in str(value).split(", "))
    said = label(kind, value)
    return label("rest", value) if said == str(value) else said


def is_percent(column: str) -> bool:
    """Whether the column holds shares that are shown as a percentage."""
    return column in PERCENT or column.endswith(PERCENT)


def text(column: str, value: Any) -> str:
    """One value as people read it: a label, 1,234.50, 35.2%, 2025-06-30, – for nothing."""
    if is_nothing(value):
        return "–"
    if isinstance(value, bool):
        return label("flag", str(value).lower())
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and is_percent(column):
        return f"{value:.1%}"
    if isinstance(value, float):
        return f"{value:,.{0 if column in WHOLE else 1 if column in TENTHS else 2}f}"
    named = code(column, value)
    if named != str(value) or not isinstance(value, int):
        return named
    return str(value) if column.endswith(("_id", "year", "hour")) else f"{value:,}"


def full_day(day: date) -> str:
    """A day with its year: 2025年7月2日, 2 July 2025."""
    return _day(day, {"zh": "y年M月d日", "en": "d MMMM y"})


def short_day(day: date) -> str:
    """A day of this year as people write it: 7月2日, 2 July; no 07-02, which is February to some.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     short_day(date(2025, 7, 2))
    '2 July'
    """
    return _day(day, {"zh": "M月d日", "en": "d MMMM"})


def full_weekday(number: int) -> str:
    """A day of the week in a sentence: 周一, Monday; beside others in a table it is Mon."""
    return _day(date(2024, 1, number), {"zh": "EEE", "en": "EEEE"})  # which began on a Monday


def full_month(month: str) -> str:
    """A month with its year, of 2025-07: 2025年7月, July 2025."""
    return _day(date.fromisoformat(f"{month}-01"), {"zh": "y年M月", "en": "MMMM y"})


def short_month(month: str) -> str:
    """A month beside others on an axis, in two lines: 7月 2025, Jul 2025."""
    return _day(date.fromisoformat(f"{month}-01"), {"zh": "M月\ny", "en": "MMM\ny"})


def month_alone(month: str) -> str:
    """A month among others of its year, of 2025-07: 7月, July."""
    return _day(date.fromisoformat(f"{month}-01"), {"zh": "M月", "en": "MMMM"})


def days(first: date, last: date) -> str:
    """From one day to another as people say it, the year once where it is one.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     days(date(2026, 2, 5), date(2026, 2, 16))
    '5 February to 16 February 2026'
    """
    one_year = first.year == last.year
    begin = _day(first, {"zh": "y年M月d日", "en": "d MMMM" if one_year else "d MMMM y"})
    end = _day(last, {"zh": "M月d日" if one_year else "y年M月d日", "en": "d MMMM y"})
    return _("{first} to {last}").format(first=begin, last=end)


def months(first: str, last: str) -> str:
    """From one month to another as people say it, the year once where it is one.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     months("2025-05", "2025-07"), months("2024-11", "2025-01"), months("2025-05", "2025-05")
    ('May to July 2025', 'November 2024 to January 2025', 'May 2025')
    """
    if first == last:
        return full_month(first)
    ends = [date.fromisoformat(f"{one}-01") for one in (first, last)]
    one_year = ends[0].year == ends[1].year
    begin = _day(ends[0], {"zh": "y年M月", "en": "MMMM" if one_year else "MMMM y"})
    end = _day(ends[1], {"zh": "M月" if one_year else "y年M月", "en": "MMMM y"})
    return _("{first} to {last}").format(first=begin, last=end)


def _day(day: date, forms: dict[str, str]) -> str:
    from babel.dates import format_date

    return format_date(day, forms[get_language()], locale=get_language())


class Shown(str):
    """A figure for people: shown as it is written, without quotes."""

    def __repr__(self) -> str:
        return str(self)


def _with_a_word(empty: Any) -> Any:
    """A table without rows that says so: headings alone look like a fault."""
    import pandas as pd

    words = _("No row fits (0 rows). A text has to be written exactly alike, capitals too.")

    class Empty(pd.DataFrame):
        """Its own repr only; everything done with it gives an ordinary frame."""

        @property
        def _constructor(self) -> Any:
            return pd.DataFrame

        def __repr__(self) -> str:
            return f"{super().__repr__()}\n{words}"

        def _repr_html_(self) -> str:
            return f"{super()._repr_html_()}<p>{words}</p>"

    return Empty(empty)


def show(frame: Any, rows: int | None = None) -> Any:
    """The table for people to read: codes, headings and numbers in the current language.

    Parameters
    ----------
    frame
        Any supported frame, or an answer with ``to_frame()``: a rate, a finding, a cleaning report,
        an evaluation, a model.
    rows
        Only the first so many.

    Returns
    -------
    A pandas frame of texts, numbered from 1: for reading, not for reckoning (sort and filter the
    original). A number is shown with its thousands.

    Examples
    --------
    >>> import crmkit as ck, pandas as pd
    >>> with ck.use_language("en"):
    ...     ck.show(pd.DataFrame({"weekday": [1], "revenue": [1234.5], "margin_rate": [0.352]}))
      Weekday   Revenue Margin rate
    1     Mon  1,234.50       35.2%
    """
    import pandas as pd

    if isinstance(frame, numbers.Real):
        return Shown(f"{frame:,.4f}".rstrip("0").rstrip(".") if frame % 1 else f"{frame:,.0f}")
    if hasattr(frame, "to_read"):
        return frame.to_read().head(rows)
    frame = frame.to_frame() if hasattr(frame, "to_frame") else frame
    if any(getattr(getattr(frame, "index", None), "names", ())):
        frame = frame.reset_index()  # what a table was grouped by is a column for whoever reads it
    opened = open_frame(frame)
    table = (opened if rows is None else opened.head(rows)).collect()
    table = table.drop(_unknown_cost(table, opened))
    shown = {
        values.name: [text(values.name, value) for value in _plain(values)]
        for values in table.iter_columns()
    }
    read = pd.DataFrame(shown, index=range(1, len(table) + 1))
    read.columns = list(headings(table.columns).values())
    return read if len(read) else _with_a_word(read)


NEEDS_COST = ("gross_margin", "margin_rate")
"""Columns that say nothing where nobody gave a cost."""


def _unknown_cost(shown: nw.DataFrame, opened: nw.LazyFrame) -> list[str]:
    """The columns on margin where no line has a cost: a column of dashes tells nothing. All lines
    are asked only where those shown do not tell."""
    empty = [one for one in NEEDS_COST if one in shown.columns and shown[one].is_null().all()]
    if not empty or not len(shown):
        return []
    known = (nw.when(~nw.col(one).is_null()).then(1).otherwise(0).sum().alias(one) for one in empty)
    counts = opened.select(*known).collect()
    return [one for one in empty if not counts[one].to_list()[0]]


def _plain(values: Any) -> list[Any]:
    return [value.item() if hasattr(value, "item") else value for value in values.to_list()]


def width_of(name: str) -> int:
    """How much room a name takes, in Latin letters: a Chinese one takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in name)
