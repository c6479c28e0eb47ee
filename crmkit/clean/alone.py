"""Cleaning that stands alone: a value, a column, or columns of a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from crmkit.clean.dates import clean_dates
from crmkit.clean.frames import is_text, like, to_pandas
from crmkit.clean.pieces import cleaned
from crmkit.clean.values import SHOP_TIME_ZONE, clean_emails, clean_phones
from crmkit.i18n import gettext as _
from crmkit.tables import TableError, arguments


@arguments.checked
def normalize_phone(values: Any, column: str = "phone", *, country: str = "CN") -> Any:
    """The phone number as 11 digits, however it was typed; null where it cannot be one.

    A Chinese mobile number is 1, then 3–9, then nine digits (numbers of ranges not yet assigned are
    accepted: the shape is judged, as by `phonenumbers.is_possible_number`). +86, 0086, spaces,
    dashes, full-width digits and Excel's ".0" are taken off. A number of another country must be
    written with its + and comes back in E.164 form. A landline is null: no message reaches it.

    Parameters
    ----------
    values
        One value, a column (pandas or Polars Series) or a table.
    column
        The column of a table.
    country
        Whose numbers are written without a +.

    Returns
    -------
    The same kind; for a table a pair: the table with `column` cleaned, and the `CleaningReport`.

    Raises
    ------
    TableError
        When a table has no `column`.

    Examples
    --------
    >>> normalize_phone("＋86 140 0123-4567")
    '14001234567'
    >>> print(normalize_phone("1400123456"))
    None
    """
    return _applied(values, column, lambda phones: clean_phones(phones, country))


@arguments.checked
def normalize_email(values: Any, column: str = "email") -> Any:
    """The e-mail address in lower case without stray characters; null where it cannot be one.

    The syntax is judged by the email-validator library; whether the address exists is not asked.

    Parameters
    ----------
    values
        One value, a column or a table, as for `normalize_phone`.
    column
        The column of a table.

    Returns
    -------
    As `normalize_phone`.

    Raises
    ------
    TableError
        When a table has no `column`.

    Examples
    --------
    >>> normalize_email(" Li.Wei＠Example.com ")
    'li.wei@example.com'
    >>> print(normalize_email("li.wei@example"))
    None
    """
    return _applied(values, column, clean_emails)


@arguments.checked(columns=arguments.names)
def parse_dates(
    values: Any,
    columns: str | list[str] | None = None,
    *,
    day_first: bool | None = None,
    time_zone: str = SHOP_TIME_ZONE,
) -> Any:
    """Dates and times as people and programs write them, as real dates; null where it is none.

    Read: 2025-03-05, 2025/3/5, 2025.3.5, 20250305, 2025年3月5日 下午2:03, 5 Mar 2025, Excel's day
    numbers, seconds or milliseconds since 1970, ISO times with an offset. 31 February is null.

    Parameters
    ----------
    values
        One value, a column (pandas or Polars Series) or a table.
    columns
        The columns of a table (default: every text column whose name ends in ``_at``, ``_on`` or
        ``_date``).
    day_first
        In 03/05/2025 nobody can tell day from month: this says it; else the column's unmistakable
        dates do (a 13 or more); else it is null.
    time_zone
        The clock of the shop, to which times with an offset are moved.

    Returns
    -------
    The same kind; for a table a pair: the table with `columns` parsed, and the `CleaningReport`.

    Raises
    ------
    TableError
        When a table has no such column.

    Examples
    --------
    >>> parse_dates("2025年3月5日 14:03")
    Timestamp('2025-03-05 14:03:00')
    >>> print(parse_dates("2025-02-30"))
    None
    """

    def dates(column: pd.Series) -> tuple[pd.Series, pd.Series]:
        return clean_dates(column, day_first=day_first, time_zone=time_zone)

    return _applied(values, columns, dates, default=_looks_like_dates)


def _looks_like_dates(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame if c.endswith(("_at", "_on", "_date")) and is_text(frame[c])]


def _applied(
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
