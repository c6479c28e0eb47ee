"""Records as parts of a screen, and what all desks on screen share."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.panels.logic.desk import DeskWork, money
from crmkit.panels.logic.lists import Listed, ListWork
from crmkit.practice import Shop, display, values
from crmkit.practice.lists import COUNTED_AT_MOST
from crmkit.screen import Part, parts


class Keys:
    """A key for every form and button that writes, until it was done: so it is done once."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        return self._keys.setdefault(name, uuid.uuid4().hex)

    def done(self, name: str) -> None:
        self._keys.pop(name, None)


def said(work: DeskWork) -> Part:
    """What the desk just said; always there, so that it is read out when it changes."""
    return parts.message(*(work.said or ("info", "")))


def operation_label(operation: str) -> str:
    """What an operation is called on its button, above its form and among all others."""
    words = label("permission", operation)
    return words[:1].upper() + words[1:]


def options(codes: Sequence[str], kind: str, first: str | None = None) -> list[tuple[str, str]]:
    """Codes with their words, for a choice; `first` is what stands for none."""
    found = [(one, label(kind, one)) for one in codes]
    return ([("", first)] if first is not None else []) + found


def table(
    title: str,
    rows: Sequence[Any],
    *,
    more: Callable[[Any], Part | str] | None = None,
    without: Sequence[str] = (),
) -> Part:
    """Records of one kind as a table, `without` what goes without saying; `more` makes a last cell
    for each."""
    if not rows:
        return parts.column(parts.head(title), parts.text(_("Nothing here."), "quiet"))
    heads, cells = display.table(rows, without)
    if not more:
        return parts.table(title, heads, cells)
    lines = [[*line, more(row)] for line, row in zip(cells, rows, strict=True)]
    return parts.table(title, [*heads, ""], lines)


def record(value: Any, title: str | None = None) -> Part:
    """Whatever a desk gave back, to be read."""
    if isinstance(value, tuple | list) and not value:
        return parts.text(_("Nothing here."), "quiet")
    if isinstance(value, tuple | list) and not hasattr(value[0], "__dataclass_fields__"):
        return parts.items(*(parts.text(str(one)) for one in value))
    if isinstance(value, dict):
        facts = parts.facts(*((str(name), str(one)) for name, one in value.items()))
        return parts.column(parts.head(title), facts) if title else facts
    if not hasattr(value, "__dataclass_fields__") and not isinstance(value, tuple | list):
        return parts.facts((title or _("Result"), str(value)))
    found: list[Part] = []
    for caption, heads, cells in display.tables(value):
        if heads is None:
            found.append(parts.facts(*((line[0], line[1]) for line in cells if line[1] != "–")))
        else:
            found.append(parts.table(caption or title or _("Result"), heads, cells))
    return parts.column(*found)


def page_of(
    work: ListWork,
    title: str,
    name: str,
    *,
    opens: str | None = None,
    opener: str | None = None,
    only: Callable[[Any], bool] = bool,
) -> Part:
    """A list with its filters, its order and its pages; `opens` is the act of a row's button, of
    `only` those rows."""
    page, what = work.page(), work.what
    controls: list[Part | None] = []
    if what.words:
        controls.append(
            parts.field("words", _("Words"), work.where.get("words", ""), rev=work.turn)
        )
    for field, (codes, kind) in what.filters.items():
        controls.append(
            parts.select(
                field, values.field_label(field), options(codes, kind, _("all")),
                work.where.get(field, ""), rev=work.turn,
            )
        )  # fmt: skip
    if what.days:
        controls += [
            parts.field(one, words, work.where.get(one, ""), kind="date", rev=work.turn)
            for one, words in (("since", _("First day")), ("until", _("Last day")))
        ]
    if len(what.sorts) > 1:
        sorts = [
            (one, _ordered(one).format(field=display.heading(one.removeprefix("-"))))
            for one in what.sorts
        ]
        controls.append(
            parts.select("sort", _("Order"), sorts, work.sort or what.sorts[0], rev=work.turn)
        )
    more = None
    if opens:

        def more(row: Any) -> Part | str:
            if not only(row):
                return ""
            key = getattr(row, what.key)
            return parts.button(opener or _("Open"), opens, key, kind="small", says=f"{opener or _('Open')} {key}")  # fmt: skip

    last = work.first + len(page.rows) - 1
    count = _("{first} to {last} of {total}").format(
        first=work.first if page.rows else 0,
        last=max(last, 0),
        total=f"{COUNTED_AT_MOST:,}+" if page.total is None else page.total,
    )
    return parts.column(
        parts.form(
            f"{name}.choose",
            parts.row(*controls, parts.button(_("Show"), icon="search")),
        )
        if controls
        else None,
        table(title, page.rows, more=more),
        parts.row(
            parts.button(_("Back"), f"{name}.back", icon="left", kind="small", disabled=len(work.marks) < 2),
            parts.text(count, "quiet"),
            parts.button(_("Next"), f"{name}.next", icon="right", kind="small", disabled=not page.next),
        ),
    )  # fmt: skip


def _ordered(sort: str) -> str:
    if not sort.startswith("-"):
        return "{field}"
    dated = sort.endswith(("at", "_on"))
    return _("{field}, newest first") if dated else _("{field}, largest first")


def list_acts(work: ListWork, name: str) -> dict[str, Callable]:
    """What one can do with a list."""
    return {
        f"{name}.choose": lambda _arg, typed: work.choose(typed),
        f"{name}.next": lambda _arg, _typed: work.forward(),
        f"{name}.back": lambda _arg, _typed: work.backward(),
    }


def cannot(work: DeskWork, operation: str) -> Part | None:
    """The reason why a whole form is not for who is signed in."""
    why = work.why_not(operation)
    return parts.message("warning", why) if why else None


__all__ = [
    "Keys",
    "ListWork",
    "Listed",
    "Shop",
    "cannot",
    "list_acts",
    "money",
    "operation_label",
    "options",
    "page_of",
    "record",
    "said",
    "table",
]  # fmt: skip
