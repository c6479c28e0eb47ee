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
from crmkit.data.look import Look, call_of, look
from crmkit.data.reading import FileUnreadable
from crmkit.data.reading.held import held
from crmkit.data.reading.meanings import meanings
from crmkit.data.reading.sheets import sheets
from crmkit.data.scan import scan
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.report.names import called, category_of, level_of, levels_of
from crmkit.tables import CONTRACT, NEEDED, collect, is_nothing, open_frame

TABLES = {
    "sales": ("sales", "transactions", "销售", "流水"),
    "products": ("products", "商品"),
    "stores": ("stores", "门店"),
    "stock_daily": ("stock", "库存"),
}
"""How the files of a folder begin that holds several tables."""
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

    @property
    def columns(self) -> list[str]:
        """The columns of the sales."""
        return open_frame(self.sales).collect_schema().names()


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
    others = _folder(source)
    where = others.pop("sales", source)
    sheet = sheet or _sheet(where, columns)
    said = {"sheet": sheet, "encoding": encoding, "delimiter": delimiter, "time_zone": time_zone}
    seen = look(where, **said)
    if seen.reading.rows == 0:
        raise FileUnreadable(_("{file} holds no rows.").format(file=_shown(seen.reading.source)))
    meant = _meant([one.column for one in seen.columns], columns)
    kinds = {one.column: one.kind for one in seen.columns}
    if "moment" in kinds.values() and time_zone is None:
        raise CrmkitError(
            _(
                "The times in this file carry a time zone. Say the shop's: --time-zone Asia/Shanghai."
            )
        )
    code = call_of(seen.reading.source, said, "sales", meant, kinds)
    tables: dict[str, Any] = {}
    product = next((theirs for theirs, ours in meant.items() if ours == "product_id"), None)
    beside = [one.column for one in seen.columns if one.column not in meant]
    if product and "products" not in others and (of := category_of(seen.lines, beside)):
        begin, _end, rest = (
            code.partition("\nsales = ") if "\nlines, " not in code else code.partition("\nlines, ")
        )
        code = f"{begin}\nproducts = report.products_of(lines, {product!r}, {of!r}){_end}{rest}"
    tell(_("Checking the lines"))
    # the very lines that stand in the report and its notebook; the file itself has been read
    known: dict[str, Any] = {"ck": ck, "lines": seen.lines, "report": report}
    exec("\n".join(one for one in code.splitlines() if " = ck.data.scan(" not in one), known)
    if (
        known.get("cleaning") is not None
        and not collect(open_frame(known["sales"]).head(1)).shape[0]
    ):
        unread = [t for t, ours in meant.items() if CONTRACT["sales"][ours].kind in ("number", "time") and kinds[t] == "text"]  # fmt: skip
        told = _("No line is left: in none of them can {columns} be read as a date or a number.")
        raise CrmkitError(told.format(columns=_(", ").join(unread)))
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
        tables[table] = held(known[table], table)
    names = called(seen.lines, meant, {one: tables[one] for one in others})
    found = _finished(
        known["sales"], _shown(where), seen, "\n".join([code, *more]), tables, names, meant, known.get("cleaning")
    )  # fmt: skip
    member = next((theirs for theirs, ours in found.meant.items() if ours == "member_id"), None)
    if member and (level := level_of(seen.lines, beside)):
        return replace(found, level=level, levels=levels_of(seen.lines, member, level))
    return found


def _of_a_frame(lines: Any, columns: dict[str, str], time_zone: str | None) -> Opened:
    """The sales of a table in memory, or of Spark; a file of it is named in the notebook first."""
    there = open_frame(lines).collect_schema().names()
    meant = _meant(there, columns)
    given: dict[str, Any] = {ours: theirs for theirs, ours in meant.items() if ours != theirs}
    if "sale_id" not in meant.values():
        given["sale_id"] = None
    told = "".join(f", {ours}={theirs!r}" for ours, theirs in given.items())
    if time_zone:
        told += f", time_zone={time_zone!r}"
    sales = conform(lines, time_zone=time_zone, **given)
    names = called(lines, meant, {})
    return _finished(
        sales, _("a table"), None, f"sales = ck.data.conform(lines{told})", {}, names, meant
    )


def _sheet(where: str | Path, columns: dict[str, str]) -> str | None:
    """The one sheet or table that holds sales, where there are several."""
    found = sheets(where)
    sales = [name for name, headings in found.items() if not _missing(_guessed(headings, columns))]
    if len(found) < 2 or len(sales) == 1:
        return sales[0] if sales and len(found) > 1 else None
    if sales:
        told = _("{file} holds sales in several places: {names}. Say which: --sheet {first}. Or save each as a file and give their folder: it is read as one.")  # fmt: skip
    else:
        told = _("None of these looks like sales: {names}. Say which it is: --sheet {first}.")
    names = sales or list(found)
    raise CrmkitError(told.format(file=_shown(where), names=_(", ").join(names), first=names[0]))


def _folder(source: str | Path) -> dict[str, str | Path]:
    """The tables of a folder by name, where one of its files says that it is the sales."""
    if (isinstance(source, str) and "://" in source) or not (folder := Path(source)).is_dir():
        return {}
    files = [
        one for one in sorted(folder.iterdir()) if one.is_file() and not one.name.startswith(".")
    ]
    found: dict[str, str | Path] = {}
    for table, begins in TABLES.items():
        of = [one for one in files if one.name.lower().startswith(begins)]
        if len(of) > 1:
            found[table] = str(
                folder / f"{next(b for b in begins if of[0].name.lower().startswith(b))}*"
            )
        elif of:
            found[table] = of[0]
    return found if "sales" in found else {}


def _shown(source: object) -> str:
    text = str(source)
    return text.rsplit("/", 1)[-1].split("?")[0] if "://" in text else Path(text).name


def _meant(there: list[str], wanted: dict[str, str]) -> dict[str, str]:
    """Contract name by heading: what was guessed, and what the user says instead."""
    said, wanted = dict(wanted), {}
    for ours, theirs in said.items():
        if theirs not in there and ours in there and _ours(theirs):
            ours, theirs = theirs, ours  # said the other way round
        if (known := _ours(ours)) is None:
            raise CrmkitError(
                _("A sales table has no {column}. There are: {known}.").format(
                    column=ours, known=_list(list(CONTRACT["sales"]))
                )
            )
        wanted[known] = theirs
        if theirs not in there:
            raise CrmkitError(
                _("The file has no column {column}. It has: {known}.").format(
                    column=theirs, known=", ".join(there)
                )
            )
    meant = _guessed(there, wanted)
    if missing := _missing(meant):
        told = _("This is hardly a table of sales: no column says {missing}. Its columns are: {known}. If one of them does, say so: {say}.")  # fmt: skip
        raise CrmkitError(
            told.format(
                missing=_list(missing), known=", ".join(there),
                say=" ".join(f"--column {one}=…" for one in missing),
            )
        )  # fmt: skip
    return meant


def _ours(name: str) -> str | None:
    """The column of the contract that is meant: by its name, or by what people call it."""
    if name in CONTRACT["sales"]:
        return name
    called = {heading(one): one for one in CONTRACT["sales"]}
    return called.get(name) or meanings([name], "sales").get(name)


def _guessed(there: list[str], wanted: dict[str, str]) -> dict[str, str]:
    taken = {theirs: ours for ours, theirs in wanted.items() if theirs in there}
    guessed = meanings([one for one in there if one not in taken], "sales")
    return {theirs: ours for theirs, ours in guessed.items() if ours not in wanted} | taken


def _missing(meant: dict[str, str]) -> list[str]:
    """What a report cannot do without, and no column says."""
    found = set(meant.values())
    missing = [c for c in NEEDED["sales"] if c not in found and c != "sale_id"]
    if "amount" in missing and {"quantity", "list_price"} <= found:
        missing.remove("amount")
    return missing


def _list(columns: list[str]) -> str:
    return _(", ").join(f"{heading(one)} ({one})" for one in columns)


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
        )
    ).rows(named=True)[0]  # fmt: skip
    first, last = facts["first"], facts["last"]
    if is_nothing(first):
        raise CrmkitError(_("No line says when it was sold; a report needs the days."))
    drowned = (facts["heavy"] or 0) > 0.5 * (facts["all"] or 0)
    few = (facts["heavy_lines"] or 0) < 0.05 * facts["lines"]
    places = {c: int(facts[c]) for c in ("store_id", "channel") if c in facts}
    return Opened(
        sales, name, _day(first), _day(last), _knows_hours(sales, first, last), counted,
        counted and not (drowned and few), places,
        bool(facts["paid"]), bool(facts["members"]), seen, code, tables, names, meant, cleaning,
        _currency(seen, list(meant)),
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
