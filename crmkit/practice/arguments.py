"""What an operation is given, checked by its annotations before it begins.

One layer stands in front of every desk's method: numbers, days and texts from anywhere (a prompt,
a screen, pandas) become plain Python values, and whatever cannot be what the annotation says is a
`BadValue`: a sentence with the field's name. `OneOf` in an annotation is a closed set of codes,
which may be typed as they are read in either language (女 for female); `Check` is one of `values`
that it passes besides; `Named` says what it is called where the argument's own name would mislead.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from types import GenericAlias, UnionType
from typing import Annotated, Any, NoReturn, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from crmkit.i18n import gettext as _
from crmkit.practice import values
from crmkit.practice.errors import BadValue
from crmkit.practice.values import Check, Named, OneOf

SAID = "crmkit"


@dataclass(frozen=True)
class Field:
    """One argument of an operation: what a screen needs to draw it."""

    name: str
    needed: bool
    codes: tuple[str, ...] = ()
    kind: str = ""
    default: object = None


class Arguments:
    """The arguments of a desk's method `(self, tx, …)`, as its callers give them."""

    def __init__(self, method: Callable):
        self.method = method
        signature = inspect.signature(method)
        kept = [one for name, one in signature.parameters.items() if name != "tx"]
        self.signature = signature.replace(parameters=kept)
        self._doors: dict[str, TypeAdapter] = {}

    @cached_property
    def _hints(self) -> dict[str, object]:
        return get_type_hints(self.method, include_extras=True)

    def _door(self, name: str) -> TypeAdapter:
        """What checks this argument, made when one is first given."""
        if name not in self._doors:
            kind: Any = _checked(self._hints.get(name, Any), name)
            if self.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
                kind = GenericAlias(dict, (str, kind))
            self._doors[name] = TypeAdapter(kind, config=ConfigDict(arbitrary_types_allowed=True))
        return self._doors[name]

    def taken(self, desk: object, args: tuple, kwargs: dict) -> inspect.BoundArguments:
        """What was given, each checked; raises `BadValue`."""
        try:
            bound = self.signature.bind(desk, *args, **kwargs)
        except TypeError as error:
            raise self._misses(args, kwargs) from error
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            if name != "self" and value is not self.signature.parameters[name].default:
                bound.arguments[name] = _let_in(self._door(name), name, plain(value))
        return bound

    def _misses(self, args: tuple, kwargs: dict) -> BadValue:
        """Why the call does not fit: what is missing, or what nobody asked for."""
        asked = [one for name, one in self.signature.parameters.items() if name != "self"]
        names = ", ".join(one.name for one in asked)
        for name in kwargs:
            if name not in self.signature.parameters:
                said = _("There is no {name} to be given here, but: {names}.")
                return BadValue(said, name=name, names=names)
        given = {one.name for one in asked[: len(args)]} | set(kwargs)
        for one in asked:
            if one.default is one.empty and one.name not in given and one.kind < one.VAR_KEYWORD:
                return BadValue(_("{field} is missing."), field=one.name)
        most = sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in asked)
        return BadValue(_("At most {n} values without a name can be given here."), n=most)

    def fields(self) -> tuple[Field, ...]:
        """The arguments for a screen, closed sets with their codes."""
        found = []
        for name, one in self.signature.parameters.items():
            if name == "self" or one.kind is one.VAR_KEYWORD:
                continue
            codes = _codes(self._hints.get(name)) or OneOf(())
            needed = one.default is one.empty
            default = None if needed else one.default
            found.append(Field(name, needed, codes.codes, codes.kind or name, default))
        return tuple(found)


def _let_in(door: TypeAdapter, name: str, value: object) -> object:
    values.at_the_door(value, name)
    try:
        return door.validate_python(value)
    except ValidationError as error:
        said = [one["ctx"]["said"] for one in error.errors() if one["type"] == SAID]
        raise (BadValue(said[0]) if said else _cannot_be(name, value)) from None


def _cannot_be(name: str, value: object) -> BadValue:
    said = _("{field}: {value} cannot be taken for it.")
    return BadValue(said, field=name, value=repr(value)[:40])


def plain(value: object) -> object:
    """A value as plain Python has it: numpy's and pandas' numbers, days, texts and columns.

    >>> import numpy as np, pandas as pd
    >>> plain(np.int64(3)), plain(pd.Series([1, 2])), plain([np.bool_(True), pd.NaT])
    (3, [1, 2], [True, None])
    """
    if isinstance(value, str | int | float | None) and type(value) in PLAIN:
        return value
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(map(plain, value)) if type(value) in CONTAINERS else list(value)
    module = type(value).__module__.partition(".")[0]
    if module not in ("numpy", "pandas"):
        return value
    if hasattr(value, "to_pydatetime"):
        return None if value != value else value.to_pydatetime()
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return None if value is not value or repr(value) in ("NaT", "<NA>") else value


PLAIN = (str, int, float, bool, type(None))
CONTAINERS = (list, tuple, set, frozenset)


def _checked(annotation: object, name: str) -> object:
    """The annotation as pydantic is to check it, its sentences naming the field."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for more in parts[1:]:
            if isinstance(more, Named):
                return _checked(parts[0], more.name)
            if isinstance(more, OneOf):
                check = partial(values.one_of, codes=more.codes, kind=more.kind)
                return Annotated[str, BeforeValidator(partial(_passed, check, name))]
            if isinstance(more, Check):
                inside = _checked(parts[0], name)
                return Annotated[inside, AfterValidator(partial(_passed, more.passed, name))]
        return _checked(parts[0], name)
    if annotation in CHECKS:
        return Annotated[annotation, BeforeValidator(partial(CHECKS[annotation], name))]
    if origin in (Union, UnionType):
        return Union[tuple(_checked(one, name) for one in parts)]  # noqa: UP007
    if origin in (list, tuple, dict, Sequence):
        return origin[tuple(one if one is Ellipsis else _checked(one, name) for one in parts)]
    return annotation if annotation is not inspect.Parameter.empty else Any


def _refuse(error: BadValue) -> NoReturn:
    raise PydanticCustomError(SAID, "{said}", {"said": str(error)})


def _whole(name: str, value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(BadValue(_("{field} must be a whole number."), field=name))
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        _refuse(BadValue(_("{field} must be text."), field=name))
    return value


def _yes_or_no(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        _refuse(BadValue(_("{field} is either True or False."), field=name))
    return value


def _day(name: str, value: object) -> date:
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date()  # pandas knows days only as moments
    if not isinstance(value, date) or isinstance(value, datetime):
        _refuse(_cannot_be(name, value))
    return value


def _passed(check: Callable, name: str, value: object) -> object:
    try:
        return check(value, field=name)
    except BadValue as error:
        _refuse(error)


CHECKS = {int: _whole, str: _text, bool: _yes_or_no, date: _day}


def _codes(annotation: object) -> OneOf | None:
    """The closed set in an annotation, if there is one."""
    for more in getattr(annotation, "__metadata__", ()):
        if isinstance(more, OneOf):
            return more
    return next(filter(None, map(_codes, get_args(annotation))), None)
