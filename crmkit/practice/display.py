"""How people read what a desk gives back: cards and tables in the current language.

Money is shown in yuan, a code by its label, a moment without its seconds. The records themselves
stay exact: cents, codes and moments to reckon with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from crmkit import labels, shown
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.money import yuan

MONEY, PERCENT, ABOUT, CODED, WHOLE = "money", "percent", "about", "coded", "whole"
"""How a value is read; what a record counts is a whole number, whatever its name; what something
is about is kept as ``sale:3``, a code of one kind or another as ``channel:sms``. What has words of its own is read by a function."""
money_names: set[str] = set()
"""Fields that some record shows as money: a note in the log under such a name is money too."""
_called: ContextVar[Callable[[], Mapping[str, str]]] = ContextVar("called", default=dict)

Table = tuple[str | None, list[str] | None, list[list[str]]]
"""Title or None, headings or None (a card, its headings in the first column), the cells."""


def on_shelf(units: int | None) -> str:
    """How many are there, as people read it; while they are counted nobody is told."""
    return _("being counted") if units is None else str(units)


def roughly(units: int | None) -> str:
    """A number of pieces that is reckoned, not counted: about so many."""
    return on_shelf(None) if units is None else _("about {n}").format(n=units)


@contextmanager
def calling(names: Callable[[], Mapping[str, str]]) -> Iterator[None]:
    """Within, codes of staff and stores are read as these names (`Shop.called`), which are looked
    up when the first is shown."""
    before = _called.set(cache(names))
    try:
        yield
    finally:
        _called.reset(before)


def for_people() -> bool:
    """Whether what is said now is read on a screen, where nobody types codes."""
    return _called.get() is not dict


def name_of(code: str) -> str:
    """What a member of staff or a store is called, where names are shown; else its code."""
    return _called.get()().get(code, code)


def table(rows: Sequence[Any], without: Sequence[str] = ()) -> tuple[list[str], list[list[str]]]:
    """Headings and cells of records of one kind; columns that say nothing are left out."""
    kind: type = type(rows[0])
    names = getattr(kind, "in_lists", None) or [name for name, _how in _parts(kind)]
    names, how = [name for name in names if name not in without], dict(_parts(kind))
    cells = [[_cell(name, getattr(one, name), how[name]) for name in names] for one in rows]
    return [heading(name, kind) for name in names], cells


def tables(value: Any) -> Iterator[Table]:
    """The tables that show a record, or several of one kind."""
    if not is_dataclass(value):
        yield None, *table(value)
        return
    kind: type = type(value)
    lists, card = [], []
    for name, how in _parts(kind):
        given = getattr(value, name)
        if isinstance(given, tuple) and given and is_dataclass(given[0]):
            lists.append((name, given))
        else:
            card.append([heading(name, kind), _cell(name, given, how)])
    yield None, None, card
    for name, given in lists:
        yield heading(name), *table(given)


def as_text(value: object) -> str:
    """The tables as text; Chinese characters are two columns wide."""
    drawn = [
        shown.as_text(cells, headings or (), title=title or "")
        for title, headings, cells in tables(value)
    ]
    return "\n".join(drawn).rstrip()


def as_html(value: object) -> str:
    """The tables as HTML; what a person typed is escaped."""
    return "".join(
        shown.as_html(cells, headings or (), title=title or "", named=not headings)
        for title, headings, cells in tables(value)
    )


def pretty(value: object, printer, cycle: bool) -> None:
    """What IPython shows instead of the exact `repr`."""
    printer.text(as_text(value))


def heading(name: str, kind: type | None = None) -> str:
    """What people read for a field of this kind of record; else of any; else for a column."""
    if kind is not None:
        own = label("record", f"{kind.__name__}.{name}")
        if "." not in own:
            return own
    shared = label("record", name)
    return labels.heading(name) if shared == name else shared


def _cell(name: str, value: Any, how: Any) -> str:
    if how in (on_shelf, roughly):
        return how(value)
    if value is None:
        return "–"
    if callable(how):
        return how(value)
    if isinstance(value, dict):
        of_key, of_value = how if isinstance(how, tuple) else (None, None)
        pairs = [
            f"{heading(k) if of_key is None and isinstance(k, str) else _cell('', k, of_key)}"
            f" {_cell(k if isinstance(k, str) else '', v, of_value)}"
            for k, v in value.items()
        ]
        return label("list", "; ").join(pairs) or "–"
    if isinstance(value, tuple | list):
        if value and is_dataclass(value[0]):
            return f"{len(value)}"
        each = how if isinstance(how, tuple) else None
        if each and value and not isinstance(value[0], tuple):
            return " ".join(_cell("", one, h) for one, h in zip(value, each, strict=True))
        between = label("list", "; " if value and isinstance(value[0], tuple) else ", ")
        return between.join(_cell(name, one, how) for one in value) or "–"
    if how == MONEY or (how is None and name in money_names and isinstance(value, int)):
        return yuan(value)
    if how == WHOLE:
        how = None
    if how == PERCENT:
        return f"{value:.2%}" if 0 < abs(value) < 0.001 else f"{value:.1%}"
    if how in (ABOUT, CODED):
        kind, _colon, one = value.partition(":")
        return (
            label(kind, one) if how == CODED else f"{label('thing', kind)} {name_of(one)}".rstrip()
        )
    if name == "fields":
        return heading(value)
    if isinstance(how, str):
        return label(how, value)
    return str(value) if name in ("", "id") else code(name, value)


def code(name: str, value: object) -> str:
    """What people read for one value of a field that has no way of its own to be read."""
    if isinstance(value, str) and value in _called.get()():
        return name_of(value)
    said = label(name, value)
    return labels.text(name, value) if said == str(value) else said


@cache
def _parts(kind: type) -> tuple[tuple[str, object], ...]:
    """The fields of a record and what it reckons from them, each with how it is read."""
    reckoned = [name for name, one in vars(kind).items() if isinstance(one, property)]
    return (
        *((field.name, _how(field.type)) for field in fields(kind)),
        *((name, _how(getattr(kind, name).fget.__annotations__["return"])) for name in reckoned),
    )


def _how(annotation: Any) -> object:
    """How a value of this type is read: money, a kind of code, or (None) by its own kind."""
    origin = get_origin(annotation)
    if origin is Annotated:
        first = annotation.__metadata__[0]
        return getattr(first, "kind", first)  # of a closed set: what its codes are
    if origin in (Union, UnionType):
        return next(_how(one) for one in get_args(annotation) if one is not type(None))
    if origin is tuple:
        parts = get_args(annotation)
        return _how(parts[0]) if parts[-1] is Ellipsis else tuple(map(_how, parts))
    if origin is dict:  # what is in a note is read by its name
        return tuple(None if one is int else _how(one) for one in get_args(annotation))
    return WHOLE if annotation is int else None
