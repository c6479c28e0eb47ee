"""Steps that cleaning members and cleaning sales have in common."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from crmkit.clean.frames import is_text
from crmkit.clean.report import Cleaning
from crmkit.clean.values import (
    PLACEHOLDERS,
    clean_dates,
    clean_numbers,
    clean_text,
    code_of,
    tidy_text,
)
from crmkit.i18n import LANGUAGES, labels

_TIDY = r"[!-~\u3001-\u303f\u3400-\u9fff·]+(?: [!-~\u3001-\u303f\u3400-\u9fff·]+)*"

GENDERS = {
    "female": "female f w woman women girl ms mrs miss 女 女士 女性 小姐 2",
    "male": "male m man men boy mr 男 男士 男性 先生 1",
    "undisclosed": "undisclosed unknown other secret private 未知 保密 不愿透露 未说明 其他 0 9",
}
TRUTH = {"true": True, "t": True, "yes": True, "y": True, "1": True, "是": True, "同意": True, "有": True, "√": True,
         "false": False, "f": False, "no": False, "n": False, "0": False, "否": False, "不同意": False, "无": False, "×": False}  # fmt: skip


def renamed(frame: Any, columns: dict[str, str]) -> Any:
    """The table with the caller's names (``member_id="会员号"``) turned into the contract's."""
    if not columns:
        return frame
    import narwhals.stable.v2 as nw

    from crmkit.data.conform import rename

    return rename(nw.from_native(frame), columns).to_native()


def tidy_all_text(cleaning: Cleaning, *, untouched: tuple[str, ...] = ()) -> None:
    """Take stray spaces, unseen characters and full-width letters out of every text column."""
    for column in cleaning.frame.columns:
        values = cleaning.frame[column]
        if not is_text(values) or column in untouched:
            continue
        name = column in ("name", "member_name", "staff_name")

        def tidy(value: object, name: bool = name) -> tuple[Any, str | None]:
            return tidy_text(value, name=name) if isinstance(value, str) else (value, None)

        cleaning.replace(column, *clean_text(values, tidy, fine=None if name else _TIDY))
        if column in ("gender", "consent_marketing"):
            continue  # there, "unknown" and "no" are answers
        said_nothing = cleaning.frame[column].map(
            lambda v: isinstance(v, str) and v.lower() in PLACEHOLDERS, na_action="ignore"
        )
        cleaning.empty(column, "placeholder", said_nothing)


def clean_codes(cleaning: Cleaning, column: str, *, closed: dict[str, str] | None = None) -> None:
    """Turn labels and spellings into codes; with `closed`, empty what is none of them."""
    if not cleaning.has(column) or not is_text(cleaning.frame[column]):
        if cleaning.has(column) and closed:
            cleaning.frame[column] = cleaning.frame[column].astype(object)
        else:
            return
    spellings = _labels(column) | (
        {word: code for code, words in closed.items() for word in words.split()} if closed else {}
    )
    spell = code_of(spellings)

    def clean(value: object) -> tuple[Any, str | None]:
        code, fault = spell(value)
        return (value, None) if fault == "code_unknown" and not closed else (code, fault)

    cleaning.replace(column, *clean_text(cleaning.frame[column], clean))


@cache
def _labels(kind: str) -> dict[str, str]:
    """Every label of a fixed set, in both languages, with its code."""
    found = {code: code for code in labels(kind, LANGUAGES[0])}
    for language in LANGUAGES:
        found |= {text.lower(): code for code, text in labels(kind, language).items()}
    return found


def clean_truth(cleaning: Cleaning, column: str) -> None:
    """Turn yes, Y, 是, 1 … into true and false."""
    if not cleaning.has(column):
        return
    values = cleaning.frame[column]
    if pd.api.types.is_bool_dtype(values.dtype):
        cleaning.frame[column] = values.astype("boolean")
        return

    def clean(value: object) -> tuple[Any, str | None]:
        if isinstance(value, bool):
            return value, None
        found = TRUTH.get(str(value).strip().lower().removesuffix(".0"))
        return found, "code_unknown" if found is None else "code_spelling"

    after, faults = clean_text(values.astype(object), clean)
    cleaning.replace(column, after.astype("boolean"), faults)


def clean_moments(
    cleaning: Cleaning,
    column: str,
    *,
    day_first: bool | None,
    time_zone: str,
    today: date,
    whole_days: bool = False,
) -> None:
    """Parse a column of dates and empty those that lie in the future."""
    if not cleaning.has(column):
        return
    dates, faults = clean_dates(cleaning.frame[column], day_first=day_first, time_zone=time_zone)
    if whole_days:
        dates = dates.dt.normalize()
    cleaning.replace(column, dates, faults)
    end_of_today = pd.Timestamp(today) + pd.Timedelta(days=1)
    cleaning.empty(column, "date_future", cleaning.frame[column] >= end_of_today)


def clean_amounts(cleaning: Cleaning, column: str, *, whole: bool = False) -> None:
    """Make a column of numbers from text; `whole` ones as Int64."""
    if not cleaning.has(column):
        return
    numbers, faults = clean_numbers(cleaning.frame[column])
    cleaning.replace(column, numbers, faults)
    if whole and pd.api.types.is_float_dtype(cleaning.frame[column].dtype):
        numbers = cleaning.frame[column].astype("Float64")
        cleaning.empty(column, "number_not_whole", numbers.mod(1).ne(0) & numbers.notna())
        cleaning.frame[column] = cleaning.frame[column].astype("Float64").astype("Int64")
    elif pd.api.types.is_extension_array_dtype(cleaning.frame[column].dtype) and not whole:
        cleaning.frame[column] = cleaning.frame[column].astype("float64")


def clean_ids(cleaning: Cleaning, *columns: str) -> None:
    """Ids as text: Excel's 10023.0 is 10023."""
    for column in columns:
        if not cleaning.has(column):
            continue
        values = cleaning.frame[column]
        if pd.api.types.is_float_dtype(values.dtype):
            whole = values.astype("Float64")
            if (whole.dropna() % 1 == 0).all():
                cleaning.frame[column] = whole.astype("Int64").astype("str").where(values.notna())
        elif values.dtype == object:
            cleaning.frame[column] = values.map(_id_text, na_action="ignore").astype("str")


def _id_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
