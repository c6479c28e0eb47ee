"""The lists beside a report: whom to contact, as a workbook; the page itself names nobody."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

from crmkit.i18n import gettext as _
from crmkit.labels import full_day, full_month, heading, label, width_of
from crmkit.report.age import how_old
from crmkit.report.coming import Stopped, stopped
from crmkit.report.festivals import today
from crmkit.report.ledger import Opened
from crmkit.report.of_members import TO_CALL, away_for
from crmkit.report.points_of_members import level_gone
from crmkit.tables import collect, open_frame

NO_SHEET, LONGEST = re.compile(r"[\[\]:*?/\\']"), 18
"""What no sheet may have in its name, and so many letters of a level in it."""
WIDEST = 40
"""No column of the workbook is wider, in letters."""
A_NUMBER = re.compile(r"[1-9]\d{0,14}")
"""What a spreadsheet takes for a number when it opens the file the lists are from, no digit lost."""


@dataclass(frozen=True)
class Sheet:
    """One list: its name, whom it holds, its headings and its rows."""

    name: str
    holds: str
    heads: list[str]
    rows: list[tuple[Any, ...]]


def lists(file: Opened, found: Mapping[str, Any]) -> list[Sheet]:
    """The lists that can be made of a file, those with nobody in them left out; who spent most first.

    A member is told by number as the file has it, usual store and level, never by name or phone.
    """
    if "rfm" not in found:
        return []
    days = away_for(found)
    table = collect(
        open_frame(found["rfm"]).select(
            "member_id", "last_purchase", "recency", "frequency", "monetary", "rfm_group"
        )
    ).sort("monetary", "member_id", descending=[True, False])
    stores = _usual_stores(file)
    heads = [_heading(file, "member_id"), *([_("Usual store")] if stores else []), *([file.level] if file.level else []),
             *(heading(one) for one in ("last_purchase", "recency", "frequency", "monetary", "rfm_group"))]  # fmt: skip
    good, one_only = table["rfm_group"].is_in(TO_CALL), table["frequency"] == 1
    away = table["recency"] > days
    once = stopped(found, days) if "last_seen" in found else None
    together = table["member_id"].is_in(once.who) if once else table["recency"] < 0
    away_good = (
        _("other good members who have not been in for more than {days} days")
        if once
        else _("good members who have not been in for more than {days} days")
    )
    asked = (
        *([(*_together(once), together)] if once else []),
        (_("Good members, gone"), away_good.format(days=days), good & away & ~together),
        (_("Others, gone"), _("other members who have not been in for more than {days} days").format(days=days), ~good & away & ~together),
        (_("New, one purchase"), _("members whose only purchase was in the last {days} days").format(days=days), one_only & ~away),
    )  # fmt: skip
    made = [
        Sheet(name, holds, heads, [_row(file, one, stores) for one in table.filter(who).rows(named=True)])
        for name, holds, who in asked
    ]  # fmt: skip
    return [one for one in made if one.rows]


def _together(once: Stopped) -> tuple[str, str]:
    """What the list of those who stopped in one month is called, and whom it holds."""
    if not once.level:
        month = full_month(once.month)
        return _("Gone together"), _("members last seen in {month}, far more than in other months").format(month=month)  # fmt: skip
    level = NO_SHEET.sub(" ", once.level).strip()[:LONGEST]
    return _("Level {level}, gone").format(level=level), level_gone(once).rstrip("。.")


def _heading(file: Opened, column: str) -> str:
    """What the file itself calls a column: so that its rows can be looked up in it."""
    return next((theirs for theirs, ours in file.meant.items() if ours == column), heading(column))


def _row(file: Opened, one: Mapping[str, Any], stores: Mapping[str, str]) -> tuple[Any, ...]:
    who = str(one["member_id"])
    at = one["last_purchase"]
    return (
        int(who) if A_NUMBER.fullmatch(who) else who, *([stores.get(who, "")] if stores else []), *([file.levels.get(who, "")] if file.level else []),
        at.date() if hasattr(at, "date") else at, int(one["recency"]), int(one["frequency"]), float(one["monetary"]),
        label("rfm_group", one["rfm_group"]),
    )  # fmt: skip


def _usual_stores(file: Opened) -> dict[str, str]:
    """The store in which each member bought most often, where there are several."""
    if file.places.get("store_id", 1) < 2:
        return {}
    lines = nw.from_native(file.sales).lazy().filter(
        ~nw.col("member_id").is_null(), ~nw.col("store_id").is_null(), nw.col("quantity") > 0
    )  # fmt: skip
    counts = lines.group_by("member_id", "store_id").agg(n=nw.col("sale_id").n_unique())
    rows = sorted(collect(counts).rows(), key=lambda row: (row[2], str(row[1])))
    return {str(who): file.names.get(str(store), str(store)) for who, store, _n in rows}


def name_beside(page: Path) -> Path:
    """What the lists of a page are called that stands there, a name that no file has yet."""
    report = _("{file} report").format(file="").strip()
    named = _("{file} lists").format(file="").strip()
    stem = page.stem.replace(report, named) if report in page.stem else f"{page.stem} {named}"
    names = (f"{stem}{f' {n}' if n > 1 else ''}.xlsx" for n in itertools.count(1))
    return next(path for path in map(page.with_name, names) if not path.exists())


def save(sheets: list[Sheet], file: Opened, to: Path) -> None:
    """Write the lists, each on a sheet of its own, and what they are on the first."""
    import xlsxwriter

    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(to), as_text) as book:
        bold, day = (
            book.add_format({"bold": True, "bg_color": "#E3F1EE"}),
            book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        money, plain = (book.add_format({"num_format": one}) for one in ("#,##0.00", "0"))
        words = book.add_worksheet(_("About these lists"))
        words.set_column(0, 0, 90)
        for line, said in enumerate(_about(sheets, file)):
            words.write_string(line, 0, said, bold if not line else None)
        for one in sheets:
            sheet = book.add_worksheet(one.name)
            for column, head in enumerate(one.heads):
                values = [row[column] for row in one.rows]
                kind = day if hasattr(values[0], "year") else money if isinstance(values[0], float) else None  # fmt: skip
                widest = max(width_of(head), *(width_of(str(value)) for value in values)) + 3
                sheet.set_column(column, column, min(WIDEST, widest), kind)
                sheet.write_string(0, column, head, bold)
                for line, value in enumerate(values, 1):
                    if kind is day:
                        sheet.write_datetime(line, column, value, day)
                    elif not column and isinstance(value, int):
                        sheet.write_number(line, column, value, plain)
                    else:
                        sheet.write(line, column, value)
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, len(one.rows), len(one.heads) - 1)


def _about(sheets: list[Sheet], file: Opened) -> list[str]:
    old = how_old(file.until, today(), listed=True)
    return [
        _("Members by {day}, from {file}").format(day=full_day(file.until), file=file.name),
        *([old] if old else []),
        *(_("{sheet}: {n} ({holds})").format(sheet=one.name, n=f"{len(one.rows):,}", holds=one.holds) for one in sheets),
        _("Names and phone numbers are left out. Look a member up by {number} in your member system, or in the file itself with VLOOKUP.").format(number=_heading(file, "member_id")),
        _("Where VLOOKUP finds nobody, the file holds the numbers as text: write A2&\"\" instead of A2."),
    ]  # fmt: skip
