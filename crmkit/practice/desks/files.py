"""The files desk: members in from a spreadsheet, lists out to one.

Headings and codes may be typed in either language (姓名, phone, 女). Lists go out as they are seen
on a screen: masked, with headings and labels in the current language. A text that a spreadsheet
would take for a formula is defused.
"""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, label, labels
from crmkit.i18n import gettext as _
from crmkit.practice import people, rung, schema, values
from crmkit.practice.backup import whole
from crmkit.practice.choices import Day
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.display import heading
from crmkit.practice.errors import BadValue, NotFound, PracticeError, Refused
from crmkit.practice.ledgers import stock as stock_ledger
from crmkit.practice.records import OfTable, built, record

MEMBER_FIELDS = (
    "name",
    "phone",
    "email",
    "gender",
    "birth_date",
    "district",
    "occupation",
    "household",
    "card",
    "note",
)
ALSO_CALLED = {
    "手机": "phone",
    "手机号码": "phone",
    "电话": "phone",
    "mobile": "phone",
    "出生日期": "birth_date",
    "birthday": "birth_date",
    "电子邮箱": "email",
    "电子邮件": "email",
    "mail": "email",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 100_000
CODES = ("gender", "district", "occupation", "household", "level", "category", "return_reason")


@record(of=schema.import_row, only="row reason")
class Refusal(OfTable):
    """A row that was not taken, and why; the row as counted in the spreadsheet."""


@record(of=schema.import_run, only="id rows added changed refused")
class Import(OfTable):
    """rows = added + changed + refused."""

    refusals: tuple[Refusal, ...]


class Files(Desk):
    name = "files"

    @command(roles="manager trainer")
    def import_members(self, tx: Tx, path: str) -> Import:
        """Take members from a CSV or Excel file with columns such as name, phone, email (or 姓名,
        手机号, 邮箱).

        A phone nobody has is a new member; one that a member has fills their empty fields and
        changes nothing else. A row that cannot be right is left out, with its reason. A file is
        taken once.
        """
        table, digest = _read(values.path(path))
        run = schema.import_run
        earlier = tx.one(select(run).where(run.c.sha256 == digest))
        if earlier is not None:
            raise Refused(_("This file was imported already, on {day}."), day=tx.day_of(earlier.at))
        results = [_take(tx, row) for row in table]
        kinds = [result for result, _reason, _member in results]
        run_id = tx.insert(
            run,
            kind="members",
            file_name=values.path(path).name,
            sha256=digest,
            rows=len(results),
            **{kind: kinds.count(kind) for kind in ("added", "changed", "refused")},
        )
        for number, (result, reason, member_id) in enumerate(results, start=2):
            tx.insert(
                schema.import_row,
                run_id=run_id,
                row=number,
                result=result,
                reason=reason,
                member_id=member_id,
            )
        tx.note(f"import:{run_id}", rows=len(results), refused=kinds.count("refused"))
        return _import_of(tx, run_id)

    @query(roles="manager trainer")
    def imports(self, tx: Tx) -> tuple[Import, ...]:
        """Every import there was, newest first."""
        run = schema.import_run
        return tuple(_import_of(tx, one) for one in tx.column(select(run.c.id).order_by(-run.c.id)))

    @command(roles="manager trainer")
    def export_members(self, tx: Tx, path: str) -> int:
        """Write this store's members, masked, to a new CSV or Excel file; how many."""
        m = schema.member
        rows = tx.all(
            select(m).where(m.c.status == "live", m.c.home_store_id == tx.store_id).order_by(m.c.id)
        )
        shown = (
            "id", "name", "phone", "email", "gender", "birthday", "district", "occupation",
            "household", "level", "points", "joined_on", "home_store_id",
        )  # fmt: skip
        cells = [[getattr(card, name) for name in shown] for card in people.cards_of(tx, rows)]
        return _exported(tx, "members", path, shown, cells, people.Member)

    @command(roles="manager trainer")
    def export_sales(self, tx: Tx, path: str, since: Day, until: Day) -> int:
        """Write what this store rung up on these days to a new CSV or Excel file, line by line at
        the shop's own time, returns as negative lines; how many lines. It adds up to the shift
        reports of the days."""
        start, _next = day_bounds(since, tx.timezone)
        _first, end = day_bounds(until, tx.timezone)
        zone, lines, product = ZoneInfo(tx.timezone), rung.LINES, schema.product
        rows = tx.all(
            select(lines, product.c.name)
            .join(product, product.c.id == lines.c.product_id)
            .where(lines.c.store_id == tx.store_id, lines.c.at >= start, lines.c.at < end)
            .order_by(lines.c.at, lines.c.document.desc(), lines.c.number, lines.c.line)
        )
        headings = (
            "sale_id", "return_id", "sold_at", "member_id", "product_id", "product",
            "quantity", "list_price", "discount", "amount", "return_reason",
        )  # fmt: skip
        cells = [
            [
                row.sale_id,
                row.number if row.document == "return" else None,
                f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}",
                row.member_id,
                row.product_id,
                row.name,
                row.quantity,
                *(cents / 100 for cents in (row.list_price, row.discount, row.amount)),
                row.reason,
            ]
            for row in rows
        ]
        return _exported(tx, "sales", path, headings, cells)

    @command(roles="stock_keeper manager trainer")
    def export_stock(self, tx: Tx, path: str) -> int:
        """Write what this store has of every product to a new CSV or Excel file, nothing for what is
        being counted; how many."""
        tx.find(schema.store, tx.store_id)
        product = schema.product
        rows = tx.all(select(product).order_by(product.c.id))
        here, hidden = tx.store_id, stock_ledger.counting(tx, tx.store_id)
        headings = ("product_id", "product", "category", "on_hand")
        left = [stock_ledger.told(tx, here, row.id, hidden) for row in rows]
        cells = [[r.id, r.name, r.category, many] for r, many in zip(rows, left, strict=True)]
        return _exported(tx, "stock", path, headings, cells)


def _read(path: Path) -> tuple[list[dict], str]:
    """The rows of a spreadsheet as texts, empty cells as None, with the file's digest."""
    from crmkit import clean

    if not path.is_file():
        raise NotFound(_("There is no file {path}."), path=path)
    try:
        frame, report = clean.read_any(path)
    except CrmkitError as error:
        raise BadValue(str(error)) from error
    columns = {field: name for name in reversed(frame.columns) if (field := _field_of(name))}
    missing = [name for name in ("name", "phone") if name not in columns]
    if missing:
        raise BadValue(
            _("The file has no column {missing}. It has: {columns}."),
            missing=values.listed(missing, "field"),
            columns=", ".join(map(str, frame.columns)),
        )
    if len(report.set_aside):
        raise BadValue(
            _("{n} lines do not fit the headings, the first is: {line}. Mend the file first."),
            n=len(report.set_aside),
            line=list(report.set_aside.iloc[0]),
        )
    if len(frame) > MOST_ROWS:
        raise BadValue(
            _("The file has {rows} rows; import at most {most} at a time."),
            rows=len(frame),
            most=MOST_ROWS,
        )
    rows = [
        {
            field: _code_of(field, text)
            for field, name in columns.items()
            if (text := _typed(row[name])) is not None
        }
        for row in frame.to_dict("records")
    ]
    return rows, hashlib.sha256(path.read_bytes()).hexdigest()


def _field_of(heading: object) -> str | None:
    """The field of a member's record that a heading names, in either language."""
    tidy = str(heading).strip().casefold()
    if tidy in MEMBER_FIELDS:
        return tidy
    ours = (field for field, shown in _said("field") if shown.casefold() == tidy)
    return next((one for one in ours if one in MEMBER_FIELDS), ALSO_CALLED.get(tidy))


def _code_of(field: str, text: str) -> str:
    """The code for what someone typed in words, such as 女; anything else as it is."""
    return next((code for code, shown in _said(field) if shown.casefold() == text.casefold()), text)


def _said(kind: str) -> Iterable[tuple[str, str]]:
    """Every code of a kind with its label, in either language."""
    return (one for language in LANGUAGES for one in labels(kind, language).items())


def _typed(value: object) -> str | None:
    """A cell as someone would have typed it: Excel keeps a phone as a number, a day as a date."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date()
    return str(value).strip() or None


def _take(tx: Tx, row: dict) -> tuple[str, str | None, str | None]:
    """What became of one row; nothing of a refused row is kept."""
    try:
        with tx.connection.begin_nested():
            return _add_or_fill(tx, row)
    except PracticeError as error:
        return "refused", str(error), None


def _add_or_fill(tx: Tx, row: dict) -> tuple[str, None, str]:
    known = people.found_by(tx, "phone", values.phone(row.get("phone")))
    if known is None:
        made = people.enrol(tx, **({"name": None} | row), source="import")
        return "added", None, made.id
    empty = {
        field: value
        for field, value in row.items()
        if getattr(known, people.column_of(field)) is None
    }
    people.fill(tx, known.id, empty)
    return "changed", None, known.id


def _import_of(tx: Tx, run_id: int) -> Import:
    r = schema.import_row
    refused = select(r).where(r.c.run_id == run_id, r.c.result == "refused").order_by(r.c.row)
    refusals = tuple(built(Refusal, row) for row in tx.all(refused))
    return built(Import, tx.find(schema.import_run, run_id), refusals=refusals)


def defused(value: object) -> object:
    """The value, a text that would run as a formula made harmless.

    >>> defused("=1+1"), defused("Ann"), defused(-5)
    ("'=1+1", 'Ann', -5)
    """
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def _exported(
    tx: Tx, what: str, path: str, columns: Sequence[str], rows: list[list], kind: type | None = None
) -> int:
    """Write the rows to a file, and down that it was done; how many."""
    _write(values.path(path), columns, rows, kind)
    tx.note(f"store:{tx.store_id}", exported=what, rows=len(rows))
    return len(rows)


def _write(path: Path, columns: Sequence[str], rows: Iterable[list], kind: type | None) -> None:
    """A new file, whole or not at all; Excel opens both kinds with the right characters. `kind`
    is the record whose fields the columns are."""
    if path.exists():
        raise Refused(_("{path} is there already. Choose another name."), path=path)
    if path.suffix not in (".csv", ".xlsx"):
        raise BadValue(_("The file's name must end in .csv or .xlsx."))
    if not path.parent.is_dir():
        raise NotFound(_("There is no folder {path}."), path=path.parent)
    headings = [heading(name, kind) for name in columns]
    shown = (
        [_shown(name, value) for name, value in zip(columns, row, strict=True)] for row in rows
    )
    with whole(path) as unfinished:
        (_write_csv if path.suffix == ".csv" else _write_xlsx)(unfinished, headings, shown)


def _write_csv(path: Path, headings: list[str], rows: Iterable[list]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([defused(value) for value in row] for row in rows)


def _shown(name: str, value: object) -> object:
    """A code by its label; anything else as it is, so that numbers stay numbers."""
    return label(name, value) if name in CODES and isinstance(value, str) else value


def _write_xlsx(path: Path, headings: list[str], rows: Iterable[list]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, str(defused(value)))
