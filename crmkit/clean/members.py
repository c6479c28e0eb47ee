"""A clean member table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from crmkit.clean.columns import (
    TEST,
    clean_ids,
    clean_people,
    renamed,
    set_aside_duplicates,
    set_aside_furniture,
    tidy_all_text,
)
from crmkit.clean.frames import as_text
from crmkit.clean.pieces import cleaned
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.clean.values import SHOP_TIME_ZONE
from crmkit.tables import arguments, as_date


@arguments.checked
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

    Repaired: stray spaces and full-width letters, phones, e-mails, dates, the many spellings of
    gender and consent. Emptied (the value goes, the row stays): what cannot be right and nothing
    says better, such as a phone of ten digits, 31 February, an age below 1 or above 110, a birth
    after joining, "N/A". Set aside (the row goes to `report.set_aside`): headings and totals among
    the rows, rows without the id the table has, test entries, exact duplicates, and all but the
    fullest row of one member_id. Two ids of one person are another matter:
    `find_duplicate_members`.

    Parameters
    ----------
    members
        Any kind of table with the columns of the contract, as far as they are there (member_id,
        name, phone, email, gender, birth_date, age, joined_at, consent_marketing …).
    today
        The day after which a date lies in the future (default: today).
    country
        Whose phone numbers they are, as in `normalize_phone`.
    day_first, time_zone
        How dates are read, as in `parse_dates`.
    **columns
        Other names of theirs: ``name="姓名"``.

    Returns
    -------
    ``(members, report)``, the table of the same kind.

    Raises
    ------
    TableError
        When it is no table, or a named column is not there.

    Examples
    --------
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

    def steps(cleaning: Cleaning) -> None:
        tidy_all_text(cleaning)
        set_aside_furniture(
            cleaning, {column: columns.get(column, column) for column in cleaning.frame}
        )
        clean_ids(cleaning, "member_id", "referred_by", "home_store_id", "card_no")
        clean_people(cleaning, day, country, day_first, time_zone)
        _rows(cleaning)

    return cleaned(renamed(members, columns), "members", steps, ["member_id"])


def _rows(cleaning: Cleaning) -> None:
    frame = cleaning.frame
    if cleaning.has("name"):
        test = as_text(frame["name"]).str.fullmatch(TEST).astype("boolean").fillna(False)
        reached = pd.Series(False, index=frame.index)
        for column in ("phone", "email"):
            if cleaning.has(column):
                reached |= frame[column].notna()
        cleaning.set_aside("test_row", test & ~reached, "name")
        cleaning.empty("name", "placeholder", test)
    set_aside_duplicates(cleaning)
    if not cleaning.has("member_id"):
        return
    cleaning.set_aside("id_missing", frame["member_id"].isna(), "member_id")
    kept = cleaning.frame[cleaning.kept]
    fullest = kept.notna().sum(axis=1).sort_values(ascending=False, kind="stable").index
    again = kept.loc[fullest, "member_id"].duplicated().reindex(frame.index)
    cleaning.set_aside("duplicate_id", again, "member_id")
