"""Results of desks: small frozen dataclasses that can be kept and given again word for word."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime

_known: dict[str, type] = {}


def record(cls: type | None = None, **options) -> type | Callable[[type], type]:
    """A frozen dataclass that a command may return.

    >>> @record
    ... class Balance:
    ...     points: int
    >>> thaw(freeze(Balance(5)))
    Balance(points=5)
    """

    def made(cls: type) -> type:
        cls = dataclass(frozen=True, **options)(cls)
        _known[cls.__name__] = cls
        return cls

    return made if cls is None else made(cls)


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
        if _known.get(type(value).__name__) is not type(value):
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
