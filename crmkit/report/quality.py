"""How far the lines of a file can be trusted: what is missing, doubled or odd, as counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import tables
from crmkit.data.reading.files import named
from crmkit.i18n import gettext as _
from crmkit.report.ledger import HEAVY, Opened


def quality(opened: Opened) -> list[tuple[str, int, int, str]]:
    """Rows of (what, how many, of how many, what the report does with it); only what is there."""
    columns = opened.columns
    col, amount = nw.col, nw.col("amount")
    asked: dict[str, tuple[nw.Expr, str, str]] = {
        "nothing": (amount == 0, _("Lines that brought nothing"), _("counted; they add no revenue")),
        "returns": (col("quantity") < 0, _("Returned lines"), _("taken off the revenue")),
        "odd": ((amount < 0) & (col("quantity") > 0), _("Sales lines with a negative amount"), _("counted as they stand: fees, corrections?")),
        "undated": (col("sold_at").is_null(), _("Lines without a day"), _("in the totals, in no month")),
    }  # fmt: skip
    for name, what, then in (
        ("member_id", _("Lines of walk-ins (no member)"), _("not in what is said about members")),
        ("product_id", _("Lines without a product"), _("not in what is said about goods")),
        ("cost", _("Lines without a cost"), _("not in the margin")),
    ):
        if name in columns:
            asked[name] = (col(name).is_null(), what, then)
    if opened.counted and not opened.pieces:
        said = _("Lines of more than {n} pieces, which together hold most of all pieces").format(n=f"{HEAVY:,}")  # fmt: skip
        asked["heavy"] = (col("quantity") > HEAVY, said, _("grams or litres? units are left out of the key figures"))  # fmt: skip
    frame = nw.from_native(opened.sales).lazy()
    counts = {name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)).sum() for name, (test, _w, _t) in asked.items()}  # fmt: skip
    days = frame.select(_day=col("sold_at").dt.truncate("1d")).unique()
    sums = tables.collect(frame.select(all=nw.len(), **counts)).rows(named=True)[0]
    open_days = {
        _date(one[0]) for one in tables.collect(days).rows() if not tables.is_nothing(one[0])
    }
    rows = [(what, int(sums[name] or 0), int(sums["all"]), then) for name, (_test, what, then) in asked.items()]  # fmt: skip
    if opened.look and opened.look.doubles and opened.cleaning is None:  # else the cleaning says
        rows.append((_("Lines that repeat another one wholly"), opened.look.doubles, int(sums["all"]), _("counted: two equal lines may be two pieces")))  # fmt: skip
    span = (opened.until - opened.since).days + 1
    closed = sum(opened.since + timedelta(n) not in open_days for n in range(span))
    rows.append((_("Days without a sale"), closed, span, _("closed, or missing from the file?")))
    return [one for one in rows if one[1]]


def receipts_gone(opened: Opened) -> int:
    """How many receipts of the file are left with no line, because all of theirs were set aside."""
    theirs = next((one for one, ours in opened.meant.items() if ours == "sale_id"), None)
    if opened.cleaning is None or not opened.cleaning.rows_set_aside or theirs is None:
        return 0
    aside, held = (
        nw.from_native(one).lazy().select(_id=nw.col("sale_id").cast(nw.String).str.strip_chars())
        for one in (opened.cleaning.set_aside, opened.sales)
    )

    def receipts(some: nw.LazyFrame) -> set[str]:
        rows = tables.collect(some.unique()).rows()
        return {one for (one,) in rows if not tables.is_nothing(one)}

    gone = receipts(aside)  # a file has far fewer of these than lines that are counted
    return len(gone - receipts(held.filter(nw.col("_id").is_in(sorted(gone))))) if gone else 0


@dataclass(frozen=True)
class Reconciled:
    """The total that the file itself states beside what its lines add up to.

    - `stated`: in its row of totals; `lines`: all its lines; `counted`: those of the report
    - `doubled`: what the repeated lines hold, of the difference of the last two
    """

    stated: float
    lines: float
    counted: float
    doubled: float


def reconciled(opened: Opened) -> Reconciled | None:
    """The file's own total against that of the report; None where the file states none."""
    theirs, stated = _stated(opened, "amount")
    if opened.look is None or theirs is None or stated is None:
        return None
    lines = opened.look.lines

    def sum_of(some: Any) -> float:
        return float(some.aggregate(f"sum({named(theirs)})").fetchall()[0][0] or 0)

    every, counted = sum_of(lines), _sum(opened, "amount")
    faults = opened.cleaning.findings if opened.cleaning is not None else ()
    repeated = any(one.fault == "duplicate_row" for one in faults)
    doubled = every - sum_of(lines.distinct()) if repeated else 0.0
    return Reconciled(stated, every, counted, doubled)


def discounts_stated(opened: Opened) -> tuple[float, float] | None:
    """What the file's own total says of discounts, and what all its lines add up to; None without."""
    stated = _stated(opened, "discount")[1] if "discount" in opened.columns else None
    return None if stated is None else (stated, _sum(opened, "discount"))


def _stated(opened: Opened, ours: str) -> tuple[str | None, float | None]:
    """The column of the file that is one of ours, and its total in the file's own row of totals."""
    theirs = next((one for one, meant in opened.meant.items() if meant == ours), None)
    if opened.look is None or theirs is None:
        return theirs, None
    kinds = {one.column: one.kind for one in opened.look.columns}
    stated = dict(opened.look.reading.totals).get(theirs)
    return theirs, stated if kinds[theirs] in ("whole", "number") else None


def _sum(opened: Opened, column: str) -> float:
    total = nw.from_native(opened.sales).lazy().select(nw.col(column).sum())
    return float(tables.collect(total).rows()[0][0] or 0)


def _date(moment: Any) -> Any:
    return moment.date() if hasattr(moment, "date") else moment
