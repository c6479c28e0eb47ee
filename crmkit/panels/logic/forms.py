"""Any operation of a desk as a form: what it asks for, and what was typed made ready for it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import short_day
from crmkit.learn.reading import cut
from crmkit.panels.logic.desk import DeskWork, a_day, cents, money, percent, search_members, whole
from crmkit.practice import Shop, display, values
from crmkit.practice.errors import BadValue, PracticeError
from crmkit.practice.values import field_label

MONEY = {"amount", "list_price", "cost", "threshold", "amount_off", "revenue"} | display.money_names
SEVERAL = 8
"""Of more products that fit, only so many are named."""
FILES = {"path"}
"""Operations that read or write files of the machine are not for a page."""


@dataclass(frozen=True)
class Ask:
    """One field of an operation's form: `kind` is text, number, percent, money, day, yes, units, codes,
    several or code; `default` is what holds where nobody says otherwise, as it is typed."""

    name: str
    label: str
    kind: str
    needed: bool
    codes: tuple[str, ...] = ()
    codes_kind: str = ""
    default: str = ""


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
            words = field_label(_own_name(operation, field.name))
            default = _typed(kind, field.default)
            found.append(
                Ask(field.name, words, kind, field.needed, field.codes, field.kind or "", default)
            )
    return found


def _own_name(operation: str, name: str) -> str:
    """The name under which a field is labelled: that of this operation or desk, where it means
    something else here than elsewhere."""
    desk = operation.partition(".")[0]
    if name == "name" and desk != "members":
        return "thing_name"
    own = (f"{operation}.{name}", f"{desk}.{name}")
    return next((one for one in own if label("field", one) != one), name)


def _typed(kind: str, default: Any) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    if kind == "text" or not isinstance(default, str | int):
        return ""
    if kind == "money" and isinstance(default, int):
        return display.yuan(default).replace(",", "")
    return str(default)


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
    try:
        return _taken(ask.kind, words)
    except BadValue as error:
        raise BadValue(_("{field}: {why}").format(field=ask.label, why=error)) from None


def _taken(kind: str, words: str) -> Any:
    if kind == "money":
        return cents(words)
    if kind == "number":
        sign = -1 if words[0] in "-−" else 1  # a number may be typed with its sign
        return sign * whole(words.lstrip("-−"))
    if kind == "percent":
        return percent(words)
    if kind == "units":
        return units(words)
    if kind == "codes":
        return codes(words)
    if kind == "day":
        return a_day(words)
    return words


def codes(words: str) -> list[str]:
    """Codes as people list them: with blanks, commas, 顿号 or lines between them."""
    return [one for one in re.split(r"[\s,，、;；.。]+", words) if one]


def units(words: str) -> list[tuple[str, int]]:
    """Goods and pieces as people list them: one a line, ``P0001 3``, ``P0001 black tea × 3 tins``."""
    found = []
    for line in filter(None, map(str.strip, _LINES.split(words))):
        what, *more = _BETWEEN.split(line)
        if len(more) > 1 and _pieces(more[-1]) is None:
            more[-2:] = [f"{more[-2]} {more[-1]}"]  # 3 tins
        if not more:
            how_many = _("“{line}”: how many? Write the number behind it, such as P0001 3.")
            raise BadValue(how_many.format(line=line[:40]))
        if not any(map(str.isdigit, what)):  # a name, of several words
            *name, many = more
            what, more = " ".join([what, *name]), [many]
        if _CASES.search(more[-1]):
            cases = _("“{line}”: how many pieces is that? The book counts single pieces, so multiply the cases by what is in one.")  # fmt: skip
            raise BadValue(cases.format(line=line[:40]))
        said = [_pieces(one) for one in more]
        if said[-1] is None or any(one is not None for one in said[:-1]):
            unclear = _("“{line}” is not clear: one product a line, the goods and then how many, such as P0001 3.")  # fmt: skip
            raise BadValue(unclear.format(line=line[:40]))
        found.append((what, said[-1]))
    return found


_LINES = re.compile(r"[\n;；]+|[,，、](?=\s*[A-Za-z]{1,3}\d+\D+\d)")
"""Between one product and the next: a new line, or a comma before a number and its pieces."""
_CASES = re.compile(r"^[\d一二两三四五六七八九十半]+\s*(整?箱|cases?|cartons?|crates?)|^(a|one|two|three|\w+)\s(cases?|cartons?)$", re.IGNORECASE)  # fmt: skip
_BETWEEN = re.compile(r"(?:[\s,，:：×*]|(?<=[\s\d])x(?=[\s\d]))+")


def _pieces(words: str) -> int | None:
    """How many; None where these words say no number."""
    try:
        return whole(words)
    except BadValue:
        return None


def goods(shop: Shop, code: str) -> str:
    """A product's number with its name beside it, where it has one."""
    try:
        one = shop.stock.look(code)
    except PracticeError:
        return code
    return f"{one.product_id} {one.product}"


def what_was_done(shop: Shop, operation: str, fields: Sequence[Ask], given: dict[str, Any]) -> str:
    """An operation and what was filled in for it, as people read it."""
    words = [
        said if one.kind == "units" and one.needed else f"{one.label} {said}"
        for one in fields
        if (said := _read(shop, operation, one, given.get(one.name)))
    ]
    done = label("permission", operation)
    if not words:
        return _("Done: {operation}.").format(operation=done)
    return _("Done: {operation} – {what}.").format(operation=done, what=_("; ").join(words))


def what_was_noted(
    shop: Shop,
    operation: str,
    fields: Sequence[Ask],
    given: dict[str, Any],
    names: Sequence[str],
) -> str:
    """What was filled in, as one says it who has just written it down."""
    by_name = {one.name: one for one in fields}
    said = [_read(shop, operation, by_name[name], given.get(name)) for name in names]
    return _("Saved: {what}.").format(what=_(", ").join(filter(None, said)))


def _read(shop: Shop, operation: str, ask: Ask, value: Any) -> str:
    if value is None or value is False or ask.name == "password":
        return ""
    if ask.kind == "money":
        return money(value)
    if ask.kind == "units":
        return _(", ").join(f"{goods(shop, code)} × {many}" for code, many in value)
    if ask.kind in ("code", "several"):
        several = value if isinstance(value, list) else [value]
        return _(", ").join(label(ask.codes_kind, one) for one in several)
    if ask.kind == "codes":
        return _(", ").join(map(str, value))
    if ask.kind == "percent":
        return f"{value}%"
    if ask.kind == "yes":
        return _("yes")
    if ask.name == "product_id":
        return goods(shop, value)
    if ask.name == "member_id":
        return " ".join(filter(None, (shop.members.show(value).name, value)))
    if ask.kind == "day":
        packed = ask.name == "best_before"  # whose year counts
        return value if packed else short_day(values.day(value, ask.name))
    words = str(value)
    named = shop.called() | dict(there_are(ask, shop, operation))
    return cut(named.get(words, words))


_CHOSEN = {
    "segment_id": "marketing.segments",
    "template_id": "marketing.templates",
    "campaign_id": "marketing.campaigns",
    "rule_id": "marketing.care_rules",
    "plan_id": "followups.all_plans",
    "survey_id": "surveys.running",
    "improvement_id": "service.improvements",
    "opportunity_id": "pipeline.board",
    "owner_id": "office.team",
    "supplier_id": "stock.suppliers",
    "staff_id": "office.team",
}
"""What is chosen by its name from what the shop has, and how the shop says what it has."""
_STORES = ("store_id", "to_store", "home_store_id")
_TYPED = ("office.add_staff", "office.give_role", "pipeline.show", "stock.add_supplier")
"""Where it may be something that the shop does not list: somebody new, a decided opportunity."""


def there_are(ask: Ask, shop: Shop, operation: str) -> list[tuple[str, str]]:
    """What may be chosen for a field, by id; nothing where this person may not see it."""
    if ask.name in _STORES and operation != "office.add_store":
        elsewhere = ask.name == "to_store"  # goods are sent to another store than one's own
        return [
            one for one in shop.stores().items() if not elsewhere or one[0] != shop.staff.store_id
        ]
    listed = _CHOSEN.get(ask.name)
    if listed is None or operation in _TYPED or not shop.may(listed):
        return []
    desk, method = listed.split(".")
    found = getattr(getattr(shop, desk), method)()
    if isinstance(found, dict):
        return [(str(number), name) for number, name in found.items()]
    return [(str(one.id), _called(one)) for one in found]


def _called(one: Any) -> str:
    """What something of the shop is called where it is chosen."""
    if roles := getattr(one, "roles", ()):
        return f"{one.name} · {_(', ').join(label('role', role) for role in roles)}"
    name = next(
        said for field in ("name", "title", "action") if (said := getattr(one, field, None))
    )
    return name if isinstance(one.id, str) else f"{one.id} · {name}"


def member_number(shop: Shop, words: str) -> str:
    """The member somebody types: M000058 however it is written, a whole name, a phone.

    A name that several have is said to be so.
    """
    if short := re.fullmatch(r"[Mm]?(\d{1,6})", unicodedata.normalize("NFKC", words)):
        return f"M{int(short[1]):06d}"
    found, _more = search_members(shop, words)
    if len(found) > 1:
        raise BadValue(_("Several members are called so: type the number, such as M000058."))
    return found[0].id


def product_number(shop: Shop, words: str) -> str:
    """The product somebody types: P0042 however it is written, a barcode, words of its name.

    Words that fit several are said to, with those they fit.
    """
    found = shop.stock.find(words)
    if len(found) > 1:
        several = _("; ").join(f"{one.id} {one.name}" for one in found[:SEVERAL])
        raise BadValue(_("Several fit: {names}").format(names=several))
    return found[0].id


def _numbered(shop: Shop, goods: str) -> str:
    """Goods of a list as they are scanned, or the product that their name means."""
    return goods if values.is_code(goods) else product_number(shop, goods)


class Operations(DeskWork):
    """Everything a desk can do, one form at a time."""

    def __init__(self, shop: Shop, operations: Sequence[str]):
        super().__init__(shop)
        self.all = [one for one in operations if asks(shop, one) is not None]
        self.chosen = next((one for one in self.all if self.may(one)), self.all[0])
        self.given: dict[str, Any] = {}
        self.result: Any = None

    def choose(self, operation: str, **given: Any) -> None:
        """Turn to an operation; `given` stands in its fields already."""
        if operation in self.all:
            self.chosen, self.given, self.said = operation, given, None
            self.result = None
            self.turn += 1

    @property
    def fields(self) -> list[Ask]:
        return asks(self.shop, self.chosen) or []

    def do(self, typed: dict[str, Any], key: str, named: Sequence[str] | None = None) -> None:
        """Do it with what was typed; where these fields are `named`, they are what it is told by."""
        self.said = self.result = None
        desk, method = self.chosen.split(".")
        given = {one.name: ready(one, typed.get(one.name)) for one in self.fields}
        given = {name: value for name, value in given.items() if value not in (None, [])}
        if "member_id" in given:
            given["member_id"] = member_number(self.shop, str(given["member_id"]))
        if "product_id" in given:
            given["product_id"] = product_number(self.shop, str(given["product_id"]))
        for one in self.fields:
            if one.kind == "units" and one.name in given:
                given[one.name] = [(_numbered(self.shop, goods), n) for goods, n in given[one.name]]
        told = what_was_done(self.shop, self.chosen, self.fields, given)
        if named is not None:
            told = what_was_noted(self.shop, self.chosen, self.fields, given, named)
        act = getattr(getattr(self.shop, desk), method)
        if act.operation.writes:
            given["key"] = key
        self.result = act(**given)
        self.given = {}
        self.turn += 1
        if act.operation.writes:
            self.tell("right", told)
