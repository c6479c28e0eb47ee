"""The fields of an operation's form as parts of a screen."""

from collections.abc import Iterable

from crmkit.i18n import gettext as _
from crmkit.labels import full_day
from crmkit.panels.logic.forms import Ask, Operations, there_are
from crmkit.panels.shown import options
from crmkit.practice import Shop
from crmkit.screen import Part, parts

LONG = ("body", "script", "comment")


def today_is(shop: Shop) -> str:
    """What stands below a field for a day: the shop's calendar is not that of the computer."""
    return _("Today is {day}.").format(day=full_day(shop.now.date()))


def control(ask: Ask, more: Operations, act: str | None = None) -> Part:
    """One field; `act` is done as soon as something is chosen in it."""
    value = str(more.given.get(ask.name, ask.default))
    name, words, rev = ask.name, ask.label, more.turn
    if not ask.needed and not ask.default:
        words = _("{field} (optional)").format(field=words)
    if there := there_are(ask, more.shop, more.chosen):
        return parts.select(name, words, [("", _("– choose –")), *there], value, rev=rev)
    if ask.kind == "code":
        first = None if ask.default else _("– choose –") if ask.needed else "–"
        return parts.select(name, words, options(ask.codes, ask.codes_kind, first), value, act=act, rev=rev)  # fmt: skip
    if ask.kind == "several":
        return parts.choice(name, words, options(ask.codes, ask.codes_kind), [], many=True, rev=rev)
    if ask.kind == "yes":
        yes_no = [("yes", _("yes")), ("no", _("no"))]
        return parts.choice(name, words, yes_no, value or "no", rev=rev)
    if ask.kind == "units":
        how = _("One product per line, its number and how many: P0001 3")
        return parts.field(name, words, value, lines=3, rev=rev, help=how)
    if ask.kind == "codes":
        return parts.field(name, words, value, rev=rev, help=_("Several with blanks between them."))
    day = ask.kind == "day"
    if name == "best_before":  # copied from a pack, not chosen
        as_printed = _("As it stands on the pack: 2026-03-01, 2026.3.1 or 20260301.")
        return parts.field(name, words, value, rev=rev, help=as_printed)
    return parts.field(
        name, words, value, rev=rev, numeric=ask.kind in ("number", "percent", "money"),
        unit=_("yuan") if ask.kind == "money" else None, lines=4 if name in LONG else None,
        kind="date" if day else "password" if name == "password" else None,
        help=today_is(more.shop) if day else None,
    )  # fmt: skip


def laid(fields: Iterable[Part]) -> list[Part]:
    """Short fields side by side, each long one over the whole width."""
    found: list[list[Part]] = [[]]
    for one in fields:
        if one.get("lines"):
            found += [[one], []]
        else:
            found[-1].append(one)
    return [row[0] if row[0].get("lines") else parts.row(*row) for row in found if row]


__all__ = ["control", "laid", "today_is"]
