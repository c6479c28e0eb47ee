"""A clean member table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from crmkit.clean.columns import (
    GENDERS,
    clean_amounts,
    clean_codes,
    clean_ids,
    clean_moments,
    clean_truth,
    renamed,
    tidy_all_text,
)
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.clean.values import SHOP_TIME_ZONE, clean_emails, clean_phones
from crmkit.tables import as_date

OLDEST = 110


def clean_members(
    members: Any,
    *,
    today: date | str | None = None,
    country: str = "CN",
    day_first: bool | None = None,
    time_zone: str = SHOP_TIME_ZONE,
    **columns: str,
) -> tuple[Any, CleaningReport]:
    """A member table one can work with, and a report of everything that was done to it.

    `members` is any kind of table with the columns of the contract, as far as they are there
    (member_id, name, phone, email, gender, birth_date, age, joined_at, consent_marketing …);
    ``name="姓名"`` and the like tell other names of theirs. The result is ``(members, report)``,
    the table of the same kind.

    Repaired: stray spaces and full-width letters, phones, e-mails, dates, the many spellings of
    gender and consent. Emptied (the value goes, the row stays): what cannot be right and nothing
    says better, such as a phone of ten digits, 31 February, an age below 0 or above 110, a birth
    after joining, "N/A". Set aside (the row goes to `report.set_aside`): rows without the id the
    table has, test entries, exact duplicates, and all but the fullest row of one member_id.
    Two ids of one person are another matter: `find_duplicate_members`.

    `today` (default: today) is the day after which a date lies in the future. Dates that could
    be read two ways follow `day_first`, see `parse_dates`.

    Raises `TableError` when it is no table, or a named column is not there.

    >>> import crmkit as ck, pandas as pd
    >>> ck.set_language("en")
    >>> raw = pd.DataFrame({"member_id": ["M1", "M2"], "phone": ["140 0123 4567", "12345"]})
    >>> members, report = clean_members(raw)
    >>> members["phone"].tolist()
    ['14001234567', nan]
    >>> report.rows_in, report.rows_kept, report.rows_changed
    (2, 2, 2)
    """
    day = date.today() if today is None else as_date(today)
    cleaning = Cleaning(renamed(members, columns), "members")
    tidy_all_text(cleaning)
    clean_ids(cleaning, "member_id", "referred_by", "home_store_id", "card_no")
    _values(cleaning, day, country, day_first, time_zone)
    _rows(cleaning)
    return cleaning.done()


def _values(
    cleaning: Cleaning, day: date, country: str, day_first: bool | None, time_zone: str
) -> None:
    frame = cleaning.frame
    if cleaning.has("phone"):
        cleaning.replace("phone", *clean_phones(frame["phone"], country))
    if cleaning.has("email"):
        cleaning.replace("email", *clean_emails(frame["email"]))
    clean_codes(cleaning, "gender", closed=GENDERS)
    for column in ("occupation", "household", "level"):
        clean_codes(cleaning, column)
    clean_truth(cleaning, "consent_marketing")
    when = {"day_first": day_first, "time_zone": time_zone, "today": day}
    clean_moments(cleaning, "birth_date", whole_days=True, **when)
    clean_moments(cleaning, "joined_at", **when)
    if cleaning.has("birth_date"):
        earliest = pd.Timestamp(day) - pd.DateOffset(years=OLDEST)
        cleaning.empty("birth_date", "birth_too_early", cleaning.frame["birth_date"] < earliest)
        if cleaning.has("joined_at"):
            born, joined = cleaning.frame["birth_date"], cleaning.frame["joined_at"]
            cleaning.empty("birth_date", "birth_after_joining", born > joined)
    if cleaning.has("age"):
        clean_amounts(cleaning, "age", whole=True)
        age = cleaning.frame["age"]
        cleaning.empty("age", "age_impossible", (age < 0) | (age > OLDEST))


def _rows(cleaning: Cleaning) -> None:
    frame = cleaning.frame
    if cleaning.has("name"):
        test = (
            frame["name"]
            .astype("str")
            .str.fullmatch(r"(?i)(?:测试|test)(?:用户|会员|账号|[ _]?user)?\d*")
        )
        cleaning.set_aside("test_row", test, "name")
    cleaning.set_aside("duplicate_row", frame[cleaning.kept].duplicated().reindex(frame.index))
    if not cleaning.has("member_id"):
        return
    cleaning.set_aside("id_missing", frame["member_id"].isna(), "member_id")
    kept = frame[cleaning.kept]
    fullest = kept.notna().sum(axis=1).sort_values(ascending=False, kind="stable").index
    again = kept.loc[fullest, "member_id"].duplicated().reindex(frame.index)
    cleaning.set_aside("duplicate_id", again, "member_id")
