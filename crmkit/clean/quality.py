"""How good a table is before anybody touches it, and which rows break its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from crmkit.clean.columns import PLACEHOLDERS
from crmkit.clean.dates import clean_dates
from crmkit.clean.frames import as_text, is_text, like, to_pandas
from crmkit.clean.pieces import cleaned
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.clean.sales import set_aside_negative_prices
from crmkit.clean.values import clean_numbers, tidy_text
from crmkit.i18n import gettext as _
from crmkit.tables import CONTRACT, KEYS, NEEDED, TableError, arguments

_DATE_LIKE = r"\s*[0-9０-９]{1,4}\s*[-/.年]\s*[0-9０-９]{1,2}\s*[-/.月]\s*[0-9０-９]{1,4}.*"
_SHAPES = {
    "y-m-d": r"\d{4}-\d{1,2}-\d{1,2}.*",
    "y/m/d": r"\d{4}/\d{1,2}/\d{1,2}.*",
    "y.m.d": r"\d{4}\.\d{1,2}\.\d{1,2}.*",
    "y年m月d日": r"\d{4}年\d{1,2}月\d{1,2}日.*",
    "d/m/y": r"\d{1,2}/\d{1,2}/\d{2,4}.*",
    "d.m.y": r"\d{1,2}\.\d{1,2}\.\d{2,4}.*",
    "number": r"\d{5}(\.\d+)?|\d{8}|\d{10}|\d{13}|\d{14}",
}


@arguments.checked
def profile_quality(frame: Any) -> Any:
    """One row per column: what it holds, how much is missing, and which faults can be seen.

    Parameters
    ----------
    frame
        Any kind of table.

    Returns
    -------
    A table of the same kind: column, kind (text, number, date, flag, empty), rows, filled,
    missing_share (0–1; null for a table without rows), distinct, and in how many rows: placeholders
    ("N/A", 无 …), untidy (stray spaces, full-width letters), repeated (values that stand more than
    once), date_styles (in how many ways dates are written; 0 where none are), and examples, the
    three commonest values.

    Raises
    ------
    TableError
        When it is no table.

    Examples
    --------
    >>> profile = profile_quality(pd.DataFrame({"day": ["2025-03-05", "2025/3/5", " N/A"]}))
    >>> profile[["kind", "untidy", "placeholders", "date_styles"]].values.tolist()
    [['text', 1, 1, 2]]
    """
    table = to_pandas(frame)
    profile = pd.DataFrame(
        [_profile(name, table[name]) for name in table.columns],
        columns=["column", "kind", "rows", "filled", "missing_share", "distinct", "repeated",
                 "placeholders", "untidy", "date_styles", "examples"],
    ).astype({"column": "str", "kind": "str", "examples": "str", "missing_share": "float64"})  # fmt: skip
    return like(frame, profile)


def _profile(name: str, values: pd.Series) -> tuple[Any, ...]:
    filled = values.dropna()
    texts = (
        filled[filled.map(lambda v: isinstance(v, str))].astype("str") if is_text(values) else None
    )
    if texts is None or not len(texts):
        texts = pd.Series([], dtype="str")
    counts = as_text(filled).value_counts()
    common = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    tidied = texts.map(lambda text: tidy_text(text)[0])
    said_nothing = tidied.map(lambda t: isinstance(t, str) and t.lower() in PLACEHOLDERS)
    return (
        name,
        _kind(values, filled),
        len(values),
        len(filled),
        values.isna().mean() if len(values) else None,
        len(counts),
        int(counts[counts > 1].sum()),
        sum(said_nothing),
        sum(tidied != texts),
        _date_styles(texts),
        "; ".join(value[:30] for value, _count in common),
    )


def _kind(values: pd.Series, filled: pd.Series) -> str:
    if not len(filled):
        return "empty"
    if pd.api.types.is_bool_dtype(values.dtype):
        return "flag"
    if pd.api.types.is_numeric_dtype(values.dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "date"
    return "text" if filled.map(lambda v: isinstance(v, str)).all() else "mixed"


def _date_styles(texts: pd.Series) -> int:
    """In how many ways dates are written, if at least half of the values are dates."""
    if not len(texts) or texts.str.fullmatch(_DATE_LIKE).mean() < 0.5:
        return 0
    return sum(bool(texts.str.strip().str.fullmatch(shape).any()) for shape in _SHAPES.values())


@arguments.checked(table=arguments.one_of(*CONTRACT), rules=arguments.by_name)
def validate(
    frame: Any,
    table: str = "sales",
    rules: Mapping[str, Callable[[pd.DataFrame], pd.Series]] | None = None,
) -> tuple[Any, CleaningReport]:
    """The rows that keep the rules of the column contract; the others set aside with the reason.

    Checked, as far as the columns are there: ids that must not be empty, the key that must not
    stand twice (the first row stays), text where numbers or dates belong and cannot be read as
    such, numbers outside their bounds (an NPS of 11, a negative price); of sales also bought lines
    with a negative amount and returns with a positive one, which no key figure refuses: tills book
    vouchers and corrections so, and sums are right with them. No value is changed.

    Parameters
    ----------
    frame
        Any kind of table.
    table
        Which one of the contract it is ("sales", "members", "surveys" …).
    rules
        Your own: a name and a function that takes the rows as pandas and gives a column of true
        (keeps the rule) and false.

    Returns
    -------
    ``(frame, report)``.

    Raises
    ------
    TableError
        When there is no such table, or a rule gives no true and false per row.

    Examples
    --------
    >>> answers = pd.DataFrame({"asked_at": pd.to_datetime(["2025-03-05"] * 2), "nps": [9, 11]})
    >>> kept, report = validate(answers, "surveys")
    >>> kept["nps"].tolist(), report.set_aside["fault"].tolist()
    ([9], ['out_of_range'])
    """
    key = KEYS.get(table)

    def steps(cleaning: Cleaning) -> None:
        for name, column in CONTRACT[table].items():
            if not cleaning.has(name):
                continue
            values = cleaning.frame[name]
            if column.kind == "key" and name in NEEDED.get(table, ()):
                spaces = values.map(lambda v: isinstance(v, str) and not v.strip()).astype(bool)
                blank = values.isna() | spaces
                cleaning.set_aside("id_missing", blank, name)
            elif column.kind == "time" and is_text(values):
                cleaning.set_aside(
                    "date_unreadable", values.notna() & clean_dates(values)[0].isna(), name
                )
            elif column.kind == "number":
                numbers = clean_numbers(values)[0]
                cleaning.set_aside("number_unreadable", values.notna() & numbers.isna(), name)
                if pd.api.types.is_numeric_dtype(numbers.dtype):
                    low = numbers < column.least if column.least is not None else False
                    high = numbers > column.most if column.most is not None else False
                    cleaning.set_aside(
                        "out_of_range", pd.Series(low | high, index=values.index), name
                    )
        if table == "sales":
            set_aside_negative_prices(cleaning)
        if key and cleaning.has(key):
            again = cleaning.frame.loc[cleaning.kept, key].duplicated()
            cleaning.set_aside("duplicate_id", again.reindex(cleaning.frame.index), key)
        for name, rule in (rules or {}).items():
            keeps = rule(cleaning.frame)
            if not isinstance(keeps, pd.Series) or len(keeps) != len(cleaning.frame):
                raise TableError(
                    _("The rule {name!r} must give true or false for each row.").format(name=name)
                )
            cleaning.set_aside(name, ~keeps.astype("boolean").fillna(False))

    return cleaned(frame, table, steps, [key] if key else [])
