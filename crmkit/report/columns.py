"""What a file of sales is: the tables of a folder, the sheet of a workbook, the columns by their headings."""

from __future__ import annotations

from pathlib import Path

from crmkit.data.reading.meanings import PRODUCT_NAMES, meanings, plain
from crmkit.data.reading.sheets import sheets
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.tables import CONTRACT, NEEDED

TABLES = {
    "sales": ("sales", "transactions", "销售", "流水"),
    "products": ("products", "商品"),
    "stores": ("stores", "门店"),
    "stock_daily": ("stock", "库存"),
}
"""How the files of a folder begin that holds several tables."""


def sheet_of(where: str | Path, columns: dict[str, str]) -> str | None:
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
    raise CrmkitError(told.format(file=file_name(where), names=_(", ").join(names), first=names[0]))


def folder_of(source: str | Path) -> dict[str, str | Path]:
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


def file_name(source: object) -> str:
    text = str(source)
    return text.rsplit("/", 1)[-1].split("?")[0] if "://" in text else Path(text).name


BESIDE = {"category": "products", "level": "members", "name": ""}
"""What a file of sales may say beside every line, and in which table of the contract it belongs."""


def beside_of(there: list[str], wanted: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the user says of the columns of the sales, and of those that tell of a product or a member."""
    rest, found = dict(wanted), {}
    for ours, theirs in wanted.items():
        if not theirs:
            raise CrmkitError(
                _("A column is given as two names with = between: --column {example}.").format(
                    example=f"{heading('amount')}={there[0]}"
                )
            )
        said, column = (ours, theirs) if theirs in there else (theirs, ours)
        if column in there and (known := _beside(said)):
            found[known] = column
            del rest[ours]
        elif column not in there and _beside(ours):
            raise CrmkitError(_no_column(theirs, there))
    return rest, found


def _beside(name: str) -> str | None:
    """Whether a name is that of the category, the level or what products are called."""
    if _ours(name):
        return None
    if plain(name) in PRODUCT_NAMES or name == _("what products are called"):
        return "name"
    for column, table in BESIDE.items():
        if name in (column, heading(column)) or (
            table and meanings([name], table).get(name) == column
        ):
            return column
    return None


def columns_of(there: list[str], wanted: dict[str, str]) -> dict[str, str]:
    """Contract name by heading: what was guessed, and what the user says instead."""
    said, wanted = dict(wanted), {}
    for ours, theirs in said.items():
        if theirs not in there and ours in there and _ours(theirs):
            ours, theirs = theirs, ours  # said the other way round
        if (known := _ours(ours)) is None:
            raise CrmkitError(
                _("A sales table has no {column}. There are: {known}.").format(
                    column=ours, known=_list([*CONTRACT["sales"], "category", "level"])
                )
            )
        wanted[known] = theirs
        if theirs not in there:
            raise CrmkitError(_no_column(theirs, there))
    meant = _guessed(there, wanted)
    if missing := _missing(meant):
        told = _("This is hardly a table of sales: no column says {missing}. Its columns are: {known}. If one of them does, say so: {say}.")  # fmt: skip
        raise CrmkitError(
            told.format(
                missing=_list(missing), known=_(", ").join(there),
                say=" ".join(f"--column {_written(one)}=…" for one in missing),
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


def _no_column(column: str, there: list[str]) -> str:
    told = _("The file has no column {column}. It has: {known}.")
    return told.format(column=column, known=_(", ").join(there))


def _written(column: str) -> str:
    """A column as one types it without quotes: its heading, of several words its code."""
    said = heading(column)
    return column if " " in said else said


def _list(columns: list[str]) -> str:
    return _(", ").join(f"{heading(one)} ({one})" for one in columns)
