"""The class by its roster: a CSV file as a trainer's spreadsheet saves it."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _

HEADINGS = {
    "id": ("id", "学号", "工号", "编号", "员工号", "员工编号"),
    "name": ("name", "姓名", "名字"),
    "first_name": ("first_name", "first name", "名"),
    "last_name": ("last_name", "last name", "姓"),
    "email": ("email", "e-mail", "邮箱", "电子邮箱"),
    "store": ("store", "shop", "门店", "店"),
}
"""What the columns of a roster may be called."""


@dataclass(frozen=True)
class Person:
    """Somebody on the roster: `names` are what their files may be called by."""

    id: str
    names: tuple[str, ...] = ()
    store: str = ""
    name: str = ""


def read(path: Path) -> list[Person]:
    """Everybody on a roster, in its order; lines without an id are left out.

    Commas, semicolons or tabs; UTF-8 or what Excel writes in Chinese (GB18030).

    Raises `CrmkitError` where the file cannot be read or has no column for the id.
    """
    try:
        text = _text(path.read_bytes())
    except OSError as error:
        raise CrmkitError(_("{path} cannot be read.").format(path=path)) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    called = {one: _meant(one) for one in rows.fieldnames or ()}
    if "id" not in called.values():
        raise CrmkitError(
            _("{path} needs a column id, one line for each learner.").format(path=path)
        )
    people = []
    for row in rows:
        cells = {called[k]: v.strip() for k, v in row.items() if k in called and v}
        if cells.get("id"):
            people.append(_person(cells))
    return people


def _person(cells: dict[str, str]) -> Person:
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    called = {cells.get("name", ""), f"{last}{first}", f"{first} {last}".strip()}
    called |= {cells.get("email", "").partition("@")[0]}
    apart = " " if f"{last}{first}".isascii() else ""
    whole = cells.get("name") or apart.join(filter(None, (first, last) if apart else (last, first)))
    return Person(
        cells["id"], tuple(sorted(n for n in called if len(n) > 1)), cells.get("store", ""), whole
    )


def _meant(heading: str) -> str:
    """The column a heading stands for; itself where it is none of ours."""
    plain = heading.strip().lower()
    return next((ours for ours, known in HEADINGS.items() if plain in known), plain)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
