"""Steps that cleaning members and cleaning sales have in common."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import cache, reduce
from typing import Any

import pandas as pd

from crmkit.clean.dates import clean_dates, date_order
from crmkit.clean.frames import as_text, is_text
from crmkit.clean.report import Cleaning
from crmkit.clean.values import (
    PLACEHOLDERS,
    clean_emails,
    clean_numbers,
    clean_phones,
    clean_text,
    code_of,
    phone_of,
    rows_where,
    tidy_text,
)
from crmkit.data.reading.kind import SHORTENED, TOTALS, TOTALS_OF
from crmkit.data.reading.kinds import order_told
from crmkit.data.reading.meanings import kind_meant
from crmkit.i18n import LANGUAGES, label, labels

OLDEST = 110

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

        cleaning.replace(column, *clean_text(values, tidy))
        if column in ("gender", "consent_marketing"):
            continue  # there, "unknown" and "no" are answers
        cleaning.empty(column, "placeholder", rows_where(cleaning.frame[column], _says_nothing))


def _says_nothing(value: object) -> bool:
    return isinstance(value, str) and value.lower() in PLACEHOLDERS


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


def clean_people(
    cleaning: Cleaning, today: date, country: str, day_first: bool | None, time_zone: str
) -> None:
    """Whatever columns tell about a person: how to reach them, who they are, since when."""
    swap_name_and_phone(cleaning, country)
    if cleaning.has("phone"):
        cleaning.replace("phone", *clean_phones(cleaning.frame["phone"], country))
    if cleaning.has("email"):
        cleaning.replace("email", *clean_emails(cleaning.frame["email"]))
    clean_codes(cleaning, "gender", closed=GENDERS)
    for column in ("occupation", "household", "level"):
        clean_codes(cleaning, column)
    clean_truth(cleaning, "consent_marketing")
    when: dict[str, Any] = {"day_first": day_first, "time_zone": time_zone, "today": today}
    clean_moments(cleaning, "birth_date", whole_days=True, **when)
    clean_moments(cleaning, "joined_at", **when)
    if cleaning.has("birth_date"):
        earliest = pd.Timestamp(today) - pd.DateOffset(years=OLDEST)
        cleaning.empty("birth_date", "birth_too_early", cleaning.frame["birth_date"] < earliest)
        if cleaning.has("joined_at"):
            born, joined = cleaning.frame["birth_date"], cleaning.frame["joined_at"]
            cleaning.empty("birth_date", "birth_after_joining", born > joined)
    if cleaning.has("age"):
        clean_amounts(cleaning, "age", whole=True)
        age = cleaning.frame["age"]
        cleaning.empty("age", "age_impossible", (age < 1) | (age > OLDEST))


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
    if day_first is None:
        day_first = cleaning.shared.get("day_first", {}).get(column)
        texts = different_texts(cleaning, column)
        if texts and (day_first is not None or date_order(pd.Series(texts)) is not None):
            tell_once(cleaning, column, order_told(label("column", column), texts))
    dates, faults = clean_dates(cleaning.frame[column], day_first=day_first, time_zone=time_zone)
    if whole_days:
        dates = dates.dt.normalize()
    cleaning.replace(column, dates, faults)
    end_of_today = pd.Timestamp(today) + pd.Timedelta(days=1)
    cleaning.empty(column, "date_future", cleaning.frame[column] >= end_of_today)


def different_texts(cleaning: Cleaning, column: str) -> list[str]:
    """The texts that stand in a column, each once; none where it holds something else."""
    values = cleaning.frame[column]
    if not is_text(values):
        return []
    return [v for v in pd.unique(values[cleaning.kept]) if isinstance(v, str)]


def tell_once(cleaning: Cleaning, what: str, note: str | None) -> None:
    """Say in the report what was guessed, of all pieces of a table once."""
    told = cleaning.shared.setdefault("told", set())
    if note and what not in told:
        told.add(what)
        cleaning.notes.append(note)


def clean_amounts(cleaning: Cleaning, column: str, *, whole: bool = False) -> None:
    """Make a column of numbers from text; `whole` ones as Int64."""
    if not cleaning.has(column):
        return
    numbers, faults = clean_numbers(cleaning.frame[column], cleaning.shared.get("decimal"))
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
        elif is_text(values) and values.notna().any():
            texts = as_text(values)
            if texts.dropna().str.fullmatch(r"\d+\.0").all():  # a program took ids for numbers
                cleaning.frame[column] = texts.str.removesuffix(".0")
            short = texts.str.fullmatch(SHORTENED).astype("boolean").fillna(False)
            cleaning.note("id_shortened", column, short)


def _id_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


# --- whole rows ----------------------------------------------------------------------------------

_TOTAL, _TOTAL_OF = (rf"(?i)(?:{words})[:： ]*" for words in (TOTALS, TOTALS_OF))
TEST = r"(?i)(?:测试|test)(?:用户|会员|商品|账号|[ _-]?(?:user|item))?[ _-]?\d*"


def set_aside_furniture(cleaning: Cleaning, headings: dict[str, str]) -> None:
    """Set aside rows that are no data: the headings again, and totals.

    `headings` tells what each column is called in the file.
    """
    texts = {c: cleaning.frame[c] for c in headings if is_text(cleaning.frame[c])}
    if not texts or not len(cleaning.frame):
        return
    again = pd.Series(0, index=cleaning.frame.index)
    filled = cleaning.frame.notna().sum(axis=1)
    for column, values in texts.items():
        again += values.isin([headings[column], column]).astype(int)
    cleaning.set_aside("header_row", (again >= 2) & (again * 2 >= filled))
    first = next(iter(texts))
    few = filled * 2 <= len(cleaning.frame.columns) + 1
    first_words = reduce(pd.Series.fillna, (as_text(values[few]) for values in texts.values()))
    total = _matches(first_words, _TOTAL_OF).reindex(few.index, fill_value=False)
    # a product may be called "Total", an order number may not
    if first.endswith("_id") or kind_meant(headings[first]) == "key":
        total |= _matches(as_text(texts[first]), _TOTAL)
    cleaning.set_aside("total_row", total)


def _matches(texts: pd.Series, pattern: str) -> pd.Series:
    return texts.str.strip().str.fullmatch(pattern).astype("boolean").fillna(False)


def set_aside_tests(cleaning: Cleaning, *columns: str) -> None:
    """Set aside rows that somebody made to try the system out."""
    for column in columns:
        if cleaning.has(column) and is_text(cleaning.frame[column]):
            test = as_text(cleaning.frame[column]).str.fullmatch(TEST)
            cleaning.set_aside("test_row", test, column)


def set_aside_duplicates(cleaning: Cleaning, subset: list[str] | None = None) -> None:
    """Set aside rows identical to an earlier kept one."""
    frame = cleaning.frame
    if len(frame.columns):
        again = frame[cleaning.kept].duplicated(subset)
        cleaning.set_aside("duplicate_row", again.reindex(frame.index))


def swap_name_and_phone(cleaning: Cleaning, country: str) -> None:
    """Exchange name and phone where each stands in the other's column."""
    if not (cleaning.has("name") and cleaning.has("phone")):
        return
    frame = cleaning.frame
    if not (is_text(frame["name"]) and is_text(frame["phone"])):
        return
    maybe = as_text(frame["name"]).str.contains(r"(?:\d[\s-]*){7}", regex=True)
    rows = [
        row
        for row in frame.index[maybe.astype("boolean").fillna(False)]
        if phone_of(frame.at[row, "name"], country)[0] is not None
        and isinstance(frame.at[row, "phone"], str)
        and not any(char.isdigit() for char in frame.at[row, "phone"])
    ]
    if not rows:
        return
    fault = pd.Series(None, index=frame.index, dtype=object)
    fault[rows] = "swapped"
    name, phone = frame["name"].copy(), frame["phone"].copy()
    name[rows], phone[rows] = frame.loc[rows, "phone"], frame.loc[rows, "name"]
    cleaning.replace("name", name, fault)
    cleaning.replace("phone", phone, fault)


_ALIKE = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})


MENDED = ("product_id", "store_id", "staff_id", "member_id")
"""Ids of a sale's line in which the letter O for a zero is mended."""


def mend_ids(cleaning: Cleaning, column: str) -> None:
    """Ids typed with the letter O for a zero, where nearly all others have digits there."""
    if not cleaning.has(column) or not is_text(cleaning.frame[column]):
        return
    counts = cleaning.shared.get("ids", {}).get(column)
    if counts is None:
        counts = cleaning.frame[column].value_counts().to_dict()
    shapes = {value: _shape(str(value)) for value in counts}
    rows: Counter[str] = Counter()
    for value, n in counts.items():
        rows[shapes[value]] += int(n)
    if not rows or max(rows.values()) < 0.8 * sum(rows.values()):
        return
    usual = max(rows, key=lambda shape: (rows[shape], shape))
    known = {value for value, shape in shapes.items() if shape == usual}

    def mend(value: object) -> tuple[Any, str | None]:
        text = str(value)
        if value in known or len(text) != len(usual):
            return value, None
        mended = "".join(
            char.translate(_ALIKE) if wanted == "9" else char
            for char, wanted in zip(text, usual, strict=True)
        )
        return (mended, "letter_for_digit") if mended in known else (value, None)

    cleaning.replace(column, *clean_text(cleaning.frame[column], mend))


def _shape(text: str) -> str:
    """P0123 and P0456 have one shape, A9999; PO123 has another."""
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "9", text))
