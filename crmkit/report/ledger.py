"""The file a report is about: found, read, brought under the names of the contract, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

import crmkit as ck
from crmkit.data.conform import conform
from crmkit.data.look import Look, call_of, look
from crmkit.data.reading import FileUnreadable
from crmkit.data.reading.files import named
from crmkit.data.reading.held import held
from crmkit.data.reading.meanings import meanings, plain
from crmkit.data.scan import scan
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.tables import CONTRACT, NEEDED, is_nothing, open_frame

TABLES = {
    "sales": ("sales", "transactions", "销售", "流水"),
    "products": ("products", "商品"),
    "stores": ("stores", "门店"),
    "stock_daily": ("stock", "库存"),
}
"""How the files of a folder begin that holds several tables."""
PRODUCT_NAMES = {"productname", "itemname", "description", "商品名称", "商品名", "品名", "货品名称"}
"""Headings of a name that is certainly a product's: a person's must not get into a report."""


@dataclass(frozen=True)
class Opened:
    """Sales lines ready to be reckoned with, and how they came to be.

    - `sales`: the contract's columns and no others; `stock_daily`, `products`, `stores`: where a
      folder holds them
    - `name`: what the report calls the file; `look`: what was seen in it, None of a frame
    - `since`, `until`: the first and the last day; `timed`: whether the lines know the hour
    - `counted`: whether the file says how many pieces a line is
    - `names`: what products and stores are called
    - `meant`: the name in the contract by column of the file
    - `code`: the lines of Python that open it; `cleaning`: the report of the cleaning it needed
    """

    sales: Any
    name: str
    since: date
    until: date
    timed: bool
    counted: bool
    look: Look | None
    code: str
    tables: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)
    cleaning: Any = None

    @property
    def columns(self) -> list[str]:
        """The columns of the sales."""
        return open_frame(self.sales).collect_schema().names()


def opened(
    source: Any, *, columns: Mapping[str, str] | None = None, sheet: str | None = None,
    encoding: str | None = None, delimiter: str | None = None, time_zone: str | None = None,
) -> Opened:  # fmt: skip
    """The sales of a file, folder, database table or frame; refused in words where it is none."""
    columns = dict(columns or {})
    if not isinstance(source, str | Path):
        sales = conform(source, **columns)
        return _finished(sales, _("a table"), None, "sales = ck.data.conform(lines)", {}, {})
    others = _folder(source)
    where = others.pop("sales", source)
    said = {"sheet": sheet, "encoding": encoding, "delimiter": delimiter, "time_zone": time_zone}
    seen = look(where, **said)
    meant = _meant(seen, columns)
    kinds = {one.column: one.kind for one in seen.columns}
    if "moment" in kinds.values() and time_zone is None:
        raise CrmkitError(
            _(
                "The times in this file carry a time zone. Say the shop's: --time-zone Asia/Shanghai."
            )
        )
    code = call_of(seen.reading.source, said, "sales", meant, kinds)
    # the very lines that stand in the report and its notebook; the file itself has been read
    known: dict[str, Any] = {"ck": ck, "lines": seen.lines}
    exec("\n".join(one for one in code.splitlines() if " = ck.data.scan(" not in one), known)
    tables, more = {}, []
    for table, file in others.items():
        named_so = meanings(scan(file).columns, table)
        given = "".join(f", {o}={t!r}" for t, o in named_so.items() if o != t)
        more.append(
            f"{table} = ck.data.conform(ck.data.scan({str(file)!r}), table={table!r}{given})"
        )
        exec(more[-1], known)
        tables[table] = held(known[table], table)
    names = _called(known["lines"] if not tables else None, seen, meant, tables)
    return _finished(
        known["sales"], _shown(where), seen, "\n".join([code, *more]), tables, names, meant, known.get("report")
    )  # fmt: skip


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


def _meant(seen: Look, wanted: dict[str, str]) -> dict[str, str]:
    """Contract name by heading: what was guessed, and what the user says instead."""
    there = [one.column for one in seen.columns]
    for ours, theirs in wanted.items():
        if ours not in CONTRACT["sales"]:
            raise CrmkitError(
                _("A sales table has no {column}. There are: {known}.").format(
                    column=ours, known=", ".join(CONTRACT["sales"])
                )
            )
        if theirs not in there:
            raise CrmkitError(
                _("The file has no column {column}. It has: {known}.").format(
                    column=theirs, known=", ".join(there)
                )
            )
    if seen.reading.rows == 0:
        raise FileUnreadable(_("{file} holds no rows.").format(file=_shown(seen.reading.source)))
    guessed = meanings(there, "sales")
    meant = {theirs: ours for theirs, ours in guessed.items() if ours not in wanted}
    meant = {t: o for t, o in meant.items() if t not in wanted.values()}
    meant |= {theirs: ours for ours, theirs in wanted.items()}
    found = set(meant.values())
    missing = [c for c in NEEDED["sales"] if c not in found and c != "sale_id"]
    if "amount" in missing and {"quantity", "list_price"} <= found:
        missing.remove("amount")
    if missing:
        told = _("This is hardly a table of sales: no column says {missing}. Its columns are: {known}. If one of them does, say so: {say}.")  # fmt: skip
        raise CrmkitError(
            told.format(
                missing=_list(missing), known=", ".join(there),
                say=" ".join(f"--column {one}=…" for one in missing),
            )
        )  # fmt: skip
    return meant


def _list(columns: list[str]) -> str:
    return _(", ").join(f"{heading(one)} ({one})" for one in columns)


def _called(
    lines: Any, seen: Look, meant: dict[str, str], tables: dict[str, Any]
) -> dict[str, str]:
    """What products and stores are called, by id."""
    names: dict[str, str] = {}
    for table, key in (("products", "product_id"), ("stores", "store_id")):
        if table in tables and "name" in open_frame(tables[table]).collect_schema().names():
            known = nw.from_native(tables[table]).select(key, "name").collect()
            names |= dict(zip(known[key].to_list(), known["name"].to_list(), strict=True))
    product = next((theirs for theirs, ours in meant.items() if ours == "product_id"), None)
    name = next((one.column for one in seen.columns if plain(one.column) in PRODUCT_NAMES), None)
    if lines is not None and product and name and hasattr(lines, "aggregate"):
        found = lines.aggregate(
            f"CAST({named(product)} AS VARCHAR), mode({named(name)})", named(product)
        )
        names |= {key: str(called).strip() for key, called in found.fetchall() if called}
    return {str(key): name for key, name in names.items() if not is_nothing(name)}


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
    kept = [c for c in CONTRACT["sales"] if c in frame.collect_schema().names()]
    sales = held(frame.select(*kept).to_native(), "sales")
    at = nw.col("sold_at")
    ends = nw.from_native(sales).select(first=at.min(), last=at.max())
    first, last = (ends.collect() if isinstance(ends, nw.LazyFrame) else ends).rows()[0]
    if is_nothing(first):
        raise CrmkitError(_("No line says when it was sold; a report needs the days."))
    return Opened(
        sales, name, _day(first), _day(last), _knows_hours(sales, first, last), counted, seen, code,
        tables, names, meant or {}, cleaning,
    )  # fmt: skip


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
