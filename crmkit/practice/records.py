"""Results of desks: small frozen dataclasses that can be kept and given again word for word.

An annotation may say how people read a field: `Cents` is money, `Share` a percentage, and
``Annotated[str, "points_kind"]`` a code of that kind. A moment comes back on the shop's own clock.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, dataclass_transform, overload
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Table

from crmkit.practice import display

Cents = Annotated[int, display.MONEY]
Share = Annotated[float, display.PERCENT]

T = TypeVar("T")

_known: dict[str, type] = {}


class OfTable:
    """A record that has columns of a table as fields: what they are, the table says."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@overload
def record(cls: type[T]) -> type[T]: ...
@overload
def record(
    *, of: Table | None = None, only: str = "", lists: str = ""
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True)
def record(
    cls: type[T] | None = None, *, of: Table | None = None, only: str = "", lists: str = ""
) -> type[T] | Callable[[type[T]], type[T]]:
    """A frozen dataclass that a command may return; `str` and notebooks show it as people read it.

    `of` a table, its columns are fields: all of them, or `only` those named, in that order, among
    them fields the class itself says; what it says besides comes last. `lists` names the fields
    that are enough where several stand in a table.

    >>> @record
    ... class Total:
    ...     points: int
    >>> thaw(freeze(Total(5)))
    Total(points=5)
    """

    def made(cls: Any) -> type:
        if of is not None:
            cls.__annotations__ = _with_columns(of, only.split(), dict(cls.__annotations__))
        cls.__str__ = display.as_text
        cls._repr_html_ = display.as_html
        cls._repr_pretty_ = display.pretty
        cls.in_lists = tuple(lists.split())
        cls = dataclass(frozen=True)(cls)
        other = _known.get(cls.__name__, cls)
        if other.__module__ != cls.__module__:
            raise TypeError(f"there are two records called {cls.__name__}")
        _known[cls.__name__] = cls
        display.money_names.update(one.name for one in fields(cls) if one.type == Cents)
        return cls

    return made if cls is None else made(cls)


def _with_columns(table: Table, only: list[str], own: dict[str, object]) -> dict[str, object]:
    """The fields of a record by name: a table's columns as they are read, and its own."""
    columns = {one.name.removesuffix("_sealed"): one for one in table.columns}
    return {one: own.get(one) or _read(columns[one]) for one in only or columns} | own


def _read(column: Column) -> object:
    kind: Any = column.type.python_type
    if how := column.info.get("read"):
        kind = Annotated[kind, how]
    return kind | None if column.nullable else kind


def built(kind: type, row, /, **more: object):
    """A record made from a database row: every field is the column of its name, unless given."""
    return kind(
        **{
            one.name: more[one.name] if one.name in more else getattr(row, one.name)
            for one in fields(kind)
        }
    )


class Rows(tuple):
    """Several records of one kind: a tuple that is shown as a table."""

    __str__ = display.as_text
    _repr_html_ = display.as_html
    _repr_pretty_ = display.pretty


def at_the_shop(value: Any, zone: ZoneInfo) -> object:
    """A result with its moments on the shop's own clock, several records as `Rows`.

    >>> from datetime import UTC
    >>> at_the_shop(datetime(2025, 6, 30, 2, tzinfo=UTC), ZoneInfo("Asia/Shanghai")).hour
    10
    """
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if is_record(value):
        changed = {
            field.name: at_the_shop(given, zone)
            for field in fields(value)
            if isinstance(given := getattr(value, field.name), datetime | tuple | dict)
            or is_record(given)
        }
        return replace(value, **changed) if changed else value
    if isinstance(value, tuple):
        items = [at_the_shop(one, zone) for one in value]
        return Rows(items) if any(map(is_record, items)) else tuple(items)
    if isinstance(value, dict):
        return {key: at_the_shop(one, zone) for key, one in value.items()}
    return value


def is_record(value: object) -> bool:
    """Whether it is a desk's record."""
    return _known.get(type(value).__name__) is type(value)


def freeze(value: object) -> str:
    """A command's arguments or result as one canonical JSON text."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def thaw(text: str) -> object:
    """What `freeze` was given."""
    return _rich(json.loads(text))


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return {"$": "datetime", "at": value.isoformat()}
    if isinstance(value, date):
        return {"$": "date", "on": value.isoformat()}
    if isinstance(value, dict):
        return {"$": "dict", "items": [[_plain(k), _plain(v)] for k, v in value.items()]}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return {"$": "tuple", "items": [_plain(one) for one in items]}
    if is_dataclass(value):
        if not is_record(value):
            raise TypeError(f"{type(value).__name__} is not a @record")
        return {"$": type(value).__name__} | {
            field.name: _plain(getattr(value, field.name)) for field in fields(value)
        }
    raise TypeError(f"a command cannot take or return {type(value).__name__}")


def _rich(value: object) -> object:
    if isinstance(value, list):
        return [_rich(one) for one in value]
    if not isinstance(value, dict):
        return value
    kind = value.pop("$")
    if kind == "datetime":
        return datetime.fromisoformat(value["at"])
    if kind == "date":
        return date.fromisoformat(value["on"])
    if kind == "dict":
        return {_rich(k): _rich(v) for k, v in value["items"]}
    if kind == "tuple":
        return tuple(_rich(one) for one in value["items"])
    return _known[kind](**{name: _rich(one) for name, one in value.items()})
