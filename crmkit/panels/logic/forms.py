"""Any operation of a desk as a form: what it asks for, and what was typed made ready for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from crmkit.i18n import gettext as _
from crmkit.panels.logic.desk import DeskWork, cents, percent, whole
from crmkit.practice import Shop, display
from crmkit.practice.errors import BadValue
from crmkit.practice.values import field_label

MONEY = {"amount", "list_price", "cost", "threshold", "amount_off", "revenue"} | display.money_names
FILES = {"path"}
"""Operations that read or write files of the machine are not for a page."""


@dataclass(frozen=True)
class Ask:
    """One field of an operation's form: `kind` is text, number, percent, money, day, yes, units, codes,
    several or code."""

    name: str
    label: str
    kind: str
    needed: bool
    codes: tuple[str, ...] = ()
    codes_kind: str = ""


def asks(shop: Shop, operation: str) -> list[Ask] | None:
    """The fields of an operation; None for one that no form can ask for."""
    desk, method = operation.split(".")
    act = getattr(type(getattr(shop, desk)), method)
    hints = get_type_hints(act, include_extras=True)
    found = []
    for field in shop.fields(operation):
        kind = _kind(field.name, hints.get(field.name), field.codes)
        if field.name in FILES or (kind is None and field.needed):
            return None
        if kind and field.name not in ("after", "where", "sort", "size", "key"):
            label = field_label(
                "thing_name" if field.name == "name" and desk != "members" else field.name
            )
            found.append(
                Ask(field.name, label, kind, field.needed, field.codes, field.kind or "")
            )  # fmt: skip
    return found


def _kind(name: str, hint: Any, codes: tuple[str, ...]) -> str | None:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return "code" if codes else _kind(name, inside[0], codes)
    if origin in (Union, UnionType):
        kinds = [_kind(name, one, codes) for one in inside if one is not type(None)]
        return "day" if date in inside else next(filter(None, kinds), None)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sequence):
        if codes:
            return "several"
        return "units" if get_origin(inside[0]) is tuple else "codes"
    if hint is int and name.endswith("_percent"):
        return "percent"
    if hint is int:
        return "money" if name in MONEY else "number"
    return {bool: "yes", str: "text", date: "day"}.get(hint)


def ready(ask: Ask, typed: Any) -> Any:
    """What was typed, as the operation takes it; None where nothing was."""
    if ask.kind == "several":
        return [str(one) for one in typed or []]
    words = str(typed or "").strip()
    if ask.kind == "yes":
        return words == "yes"
    if not words:
        if ask.needed:
            raise BadValue(_("{field} is missing.").format(field=ask.label))
        return None
    if ask.kind == "money":
        return cents(words)
    if ask.kind == "number":
        sign = -1 if words[0] in "-−" else 1  # a number may be typed with its sign
        return sign * whole(words.lstrip("-−"))
    if ask.kind == "percent":
        return percent(words)
    if ask.kind == "units":
        return units(words)
    if ask.kind == "codes":
        return [one for one in re.split(r"[\s,，、;；]+", words) if one]
    return words


def units(words: str) -> list[tuple[str, int]]:
    """Goods and pieces as people list them: one a line, ``P0001 3``."""
    found = []
    for line in re.split(r"[\n;；]+", words):
        parts = re.split(r"[\s,，:：×x*]+", line.strip())
        if parts == [""]:
            continue
        if len(parts) > 2:
            raise BadValue(
                _("“{line}” is not clear: write the goods and how many, such as P0001 3.").format(
                    line=line[:40]
                )
            )
        found.append((parts[0], whole(parts[1]) if len(parts) == 2 else 1))
    return found  # fmt: skip


class Operations(DeskWork):
    """Everything a desk can do, one form at a time."""

    def __init__(self, shop: Shop, operations: Sequence[str]):
        super().__init__(shop)
        self.all = [one for one in operations if asks(shop, one) is not None]
        self.chosen = next((one for one in self.all if self.may(one)), self.all[0])
        self.given: dict[str, Any] = {}
        self.result: Any = None
        self.done_once = False

    def choose(self, operation: str, **given: Any) -> None:
        """Turn to an operation; `given` stands in its fields already."""
        if operation in self.all:
            self.chosen, self.given, self.said = operation, given, None
            self.result, self.done_once = None, False
            self.turn += 1

    @property
    def fields(self) -> list[Ask]:
        return asks(self.shop, self.chosen) or []

    def do(self, typed: dict[str, Any], key: str) -> None:
        desk, method = self.chosen.split(".")
        given = {one.name: ready(one, typed.get(one.name)) for one in self.fields}
        given = {name: value for name, value in given.items() if value not in (None, [])}
        act = getattr(getattr(self.shop, desk), method)
        if act.operation.writes:
            given["key"] = key
        self.result = act(**given)
        self.done_once, self.given = True, {}
        self.turn += 1
        self.tell("right", _("Done."))
