"""The file a report is about: found, read, brought under the names of the contract, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

import crmkit as ck
from crmkit import report
from crmkit.data.conform import conform
from crmkit.data.look import Look, look
from crmkit.data.pasted import call_of
from crmkit.data.reading import FileUnreadable
from crmkit.data.reading.held import held
from crmkit.data.reading.meanings import meanings
from crmkit.data.scan import scan
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.report.columns import beside_of, columns_of, file_name, folder_of, sheet_of
from crmkit.report.names import (
    category_of,
    level_of,
    levels_of,
    line_of_names,
    lines_of_tables,
)
from crmkit.tables import CONTRACT, collect, is_nothing, open_frame

SHOWN = ("store_id", "channel")
"""Columns whose values a report shows, beside those of goods."""
HEAVY = 1_000
"""More pieces than this in a line are rather grams or litres, if few such lines hold most of all pieces."""


@dataclass(frozen=True)
class Opened:
    """Sales lines ready to be reckoned with, and how they came to be.

    - `sales`: the contract's columns and no others; `stock_daily`, `products`, `stores`: where a
      folder holds them
    - `name`: what the report calls the file; `look`: what was seen in it, None of a frame
    - `since`, `until`: the first and the last day; `timed`: whether the lines know the hour
    - `counted`: whether the file says how many pieces a line is; `pieces`: and whether they can be
      pieces: a few lines of grams or litres would drown all others
    - `places`: how many stores and channels there are, by column
    - `bought`, `by_members`: whether something was bought for money at all, and by a member
    - `names`: what products and stores are called
    - `meant`: the name in the contract by column of the file
    - `code`: the lines of Python that open it; `cleaning`: the report of the cleaning it needed
    - `currency`: the sign of the money, "" where nothing tells
    - `receipted`: whether the file says which lines are one purchase; else all have an empty number
    - `discounted`: whether any line says what was taken off
    - `level`: the column that says of which level a member is; `levels`: the level of each
    """

    sales: Any
    name: str
    since: date
    until: date
    timed: bool
    counted: bool
    pieces: bool
    places: dict[str, int]
    bought: bool
    by_members: bool
    look: Look | None
    code: str
    tables: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)
    cleaning: Any = None
    currency: str = ""
    level: str | None = None
    levels: dict[str, str] = field(default_factory=dict, repr=False)
    receipted: bool = True
    discounted: bool = False

    @property
    def plain(self) -> bool:
        """Whether there is little beside days and amounts: neither members nor goods."""
        return not {"member_id", "product_id"} & set(self.columns)

    @property
    def columns(self) -> list[str]:
        """The columns of the sales, as far as the file has them."""
        there = open_frame(self.sales).collect_schema().names()
        return [one for one in there if self.receipted or one != "sale_id"]


def opened(
    source: Any, *, columns: Mapping[str, str] | None = None, sheet: str | None = None,
    encoding: str | None = None, delimiter: str | None = None, time_zone: str | None = None,
    tell: Callable[[str], None] = lambda doing: None,
) -> Opened:  # fmt: skip
    """The sales of a file, folder, database table or frame; refused in words where it is none.

    `tell` hears what is being done: with a large file each takes a while.
    """
    tell(_("Reading the file"))
    columns = dict(columns or {})
    if not isinstance(source, str | Path):
        return _of_a_frame(source, columns, time_zone)
    others = folder_of(source)
    where = others.pop("sales", source)
    sheet = sheet or sheet_of(where, columns)
    said: dict[str, Any] = {
        "sheet": sheet,
        "encoding": encoding,
        "delimiter": delimiter,
        "time_zone": time_zone,
    }
    seen = look(where, **said)
    if seen.reading.rows == 0:
        raise FileUnreadable(_("{file} holds no rows.").format(file=file_name(seen.reading.source)))
    there = [one.column for one in seen.columns]
    columns, told = beside_of(there, columns)
    meant = columns_of([one for one in there if one not in told.values()], columns)
    kinds = {one.column: one.kind for one in seen.columns}
    if "moment" in kinds.values() and time_zone is None:
        raise CrmkitError(
            _(
                "The times in this file carry a time zone. Say the shop's: --time-zone Asia/Shanghai."
            )
        )
    code = call_of(seen.reading.source, said, "sales", meant, kinds).replace(
        "\nprint(cleaning)", ""
    )
    tables: dict[str, Any] = {}
    product = next((theirs for theirs, ours in meant.items() if ours == "product_id"), None)
    beside = [one.column for one in seen.columns if one.column not in meant]
    before = []
    of = told.get("category") or category_of(seen.lines, beside)
    if product and "products" not in others and of:
        before.append(f"products = report.products_of(lines, {product!r}, {of!r})")
    names = line_of_names([told["name"]] if "name" in told else there, meant, others)
    before.append(names or "names = {}")
    cut = "\nsales = " if "\nlines, " not in code else "\nlines, "
    code = cut.join(["\n".join([one, *before]) if not n else one for n, one in enumerate(code.split(cut, 1))])  # fmt: skip
    tell(_("Checking the lines"))
    # the very lines that stand in the report and its notebook; the file itself has been read
    known: dict[str, Any] = {"ck": ck, "lines": seen.lines, "report": report}
    exec("\n".join(one for one in code.splitlines() if " = ck.data.scan(" not in one), known)
    if (
        known.get("cleaning") is not None
        and not collect(open_frame(known["sales"]).head(1)).shape[0]
    ):
        unread = [t for t, ours in meant.items() if CONTRACT["sales"][ours].kind in ("number", "time") and kinds[t] == "text"]  # fmt: skip
        words = _("No line is left: in none of them can {columns} be read as a date or a number.")
        raise CrmkitError(words.format(columns=_(", ").join(unread)))
    more = []
    if "products" in known:
        tables["products"] = known["products"]
    for table, file in others.items():
        named_so = meanings(scan(file).columns, table)
        given = "".join(f", {o}={t!r}" for t, o in named_so.items() if o != t)
        more.append(
            f"{table} = ck.data.conform(ck.data.scan({str(file)!r}), table={table!r}{given})"
        )
        exec(more[-1], known)
        known[table] = tables[table] = held(known[table], table)
    more += (named := lines_of_tables(others))
    exec("\n".join(named), known)
    found = _finished(
        known["sales"], file_name(where), seen, "\n".join([code, *more]), tables, known["names"], meant, known.get("cleaning")
    )  # fmt: skip
    member = next((theirs for theirs, ours in found.meant.items() if ours == "member_id"), None)
    if member and (level := told.get("level") or level_of(seen.lines, beside)):
        return replace(found, level=level, levels=levels_of(seen.lines, member, level))
    return found


def _of_a_frame(lines: Any, columns: dict[str, str], time_zone: str | None) -> Opened:
    """The sales of a table in memory, or of Spark; a file of it is named in the notebook first."""
    there = open_frame(lines).collect_schema().names()
    meant = columns_of(there, columns)
    given: dict[str, Any] = {ours: theirs for theirs, ours in meant.items() if ours != theirs}
    if "sale_id" not in meant.values():
        given["sale_id"] = None
    told = "".join(f", {ours}={theirs!r}" for ours, theirs in given.items())
    if time_zone:
        told += f", time_zone={time_zone!r}"
    sales = conform(lines, time_zone=time_zone, **given)
    code = line_of_names(there, meant, ()) or "names = {}"
    known: dict[str, Any] = {"lines": lines, "report": report}
    exec(code, known)
    code += f"\nsales = ck.data.conform(lines{told})"
    return _finished(sales, _("a table"), None, code, {}, known["names"], meant)


def _finished(
    sales: Any, name: str, seen: Look | None, code: str, tables: dict[str, Any],
    names: dict[str, str], meant: dict[str, str] | None = None, cleaning: Any = None,
) -> Opened:  # fmt: skip
    frame = nw.from_native(sales)
    present = frame.collect_schema().names()
    counted = "quantity" in present
    if not counted:
        one = nw.when(nw.col("amount") < 0).then(nw.lit(-1)).otherwise(nw.lit(1))
        frame = frame.with_columns(quantity=one)
        code += "\nimport narwhals as nw\none = nw.when(nw.col('amount') < 0).then(nw.lit(-1)).otherwise(nw.lit(1))\nsales = nw.from_native(sales).with_columns(quantity=one).to_native()"  # fmt: skip
    receipted = "sale_id" in present
    if not receipted:
        frame = frame.with_columns(sale_id=nw.lit(""))
        code += "\nimport narwhals as nw\nsales = nw.from_native(sales).with_columns(sale_id=nw.lit('')).to_native()"
    personal = [c for c in SHOWN if c in present and _of_one_member(frame, c)]
    kept = [
        c for c in CONTRACT["sales"] if c in frame.collect_schema().names() and c not in personal
    ]
    meant = {theirs: ours for theirs, ours in (meant or {}).items() if ours not in personal}
    sales = held(frame.select(*kept).to_native(), "sales")
    at, quantity = nw.col("sold_at"), nw.when(nw.col("quantity") > 0).then(nw.col("quantity"))
    heavy = nw.col("quantity") > HEAVY
    paid = (nw.col("quantity") > 0) & (nw.col("amount") > 0)
    member = ~nw.col("member_id").is_null() if "member_id" in kept else nw.lit(False)
    facts = collect(
        nw.from_native(sales).lazy().select(
            lines=nw.len(),
            first=at.min(),
            last=at.max(),
            all=quantity.sum(),
            paid=nw.when(paid).then(nw.lit(1)).sum(),
            members=nw.when(paid & member).then(nw.lit(1)).sum(),
            heavy=nw.when(heavy).then(nw.col("quantity")).sum(),
            heavy_lines=nw.when(heavy).then(nw.lit(1)).sum(),
            **{c: nw.col(c).n_unique() for c in ("store_id", "channel") if c in kept},
            **({"discounts": (nw.col("discount").fill_null(0)).sum()} if "discount" in kept else {}),
        )
    ).rows(named=True)[0]  # fmt: skip
    first, last = facts["first"], facts["last"]
    if is_nothing(first):
        raise CrmkitError(_("No line says when it was sold; a report needs the days."))
    drowned = (facts["heavy"] or 0) > 0.5 * (facts["all"] or 0)
    few = (facts["heavy_lines"] or 0) < 0.05 * facts["lines"]
    places: dict[str, int] = {c: int(facts[c]) for c in ("store_id", "channel") if c in facts}
    return Opened(
        sales, name, _day(first), _day(last), _knows_hours(sales, first, last), counted,
        counted and not (drowned and few), places,
        bool(facts["paid"]), bool(facts["members"]), seen, code, tables, names, meant, cleaning,
        _currency(seen, list(meant)), receipted=receipted,
        discounted=bool(facts.get("discounts")),
    )  # fmt: skip


def _currency(seen: Look | None, headings: list[str]) -> str:
    """The sign of the money: the file's own; ¥ where a file in Chinese names none."""
    if seen is not None and seen.reading.currency:
        return seen.reading.currency
    return "¥" if any(re.search("[\u4e00-\u9fff]", one) for one in headings) else ""


def _of_one_member(frame: Any, column: str) -> bool:
    """Whether nearly each value stands with one member only: an address or a name, whatever it is called."""
    lines = frame.lazy().filter(~nw.col(column).is_null())
    who = ["member_id"] if "member_id" in frame.collect_schema().names() else []
    each = lines.group_by(column, *who).agg(lines=nw.len())
    facts = collect(
        each.select(values=nw.col(column).n_unique(), pairs=nw.len(), lines=nw.col("lines").sum())
    )
    values, pairs, all_lines = facts.rows()[0]
    return values > 3 and (pairs if who else all_lines) < 2 * values


def _day(moment: Any) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _knows_hours(sales: Any, *moments: Any) -> bool:
    if any(isinstance(one, datetime) and one.time() != time(0) for one in moments):
        return True
    if not all(isinstance(one, datetime) for one in moments):
        return False
    hours = nw.from_native(sales).select(nw.col("sold_at").dt.hour().max().alias("hour"))
    found = hours.collect() if isinstance(hours, nw.LazyFrame) else hours
    return bool(found.rows()[0][0])
