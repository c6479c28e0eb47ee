"""What every desk on screen has: a shop, something it just said, and who may do what."""

from datetime import date
from functools import cached_property

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.reading import NotUnderstood, read
from crmkit.money import yuan
from crmkit.practice import Shop, values
from crmkit.practice.command import OPERATIONS
from crmkit.practice.errors import BadValue, NotFound, PracticeError


class DeskWork:
    """One person's work at one desk; `said` is what the screen tells them: a state and words."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.said: tuple[str, str] | None = None
        self.turn = 0

    def tell(self, state: str, words: str) -> None:
        self.said = (state, words)

    @cached_property
    def _allowed(self) -> dict[str, bool]:
        return {}

    def may(self, operation: str) -> bool:
        if operation not in self._allowed:
            self._allowed[operation] = self.shop.may(operation)
        return self._allowed[operation]

    def why_not(self, operation: str) -> str | None:
        """Why who is signed in may not do this; None when they may."""
        if self.may(operation):
            return None
        roles = _(", ").join(label("role", one) for one in OPERATIONS[operation].roles)
        return _("Only for: {roles}").format(roles=roles)


def cents(typed: object, *, least: int = 0) -> int:
    """Money as people type it (¥57.8, 57.8元, 57.8) in whole cents."""
    try:
        amount = read("money", str(typed)).value
    except NotUnderstood as error:
        raise BadValue(str(error)) from None
    whole = round(amount * 100)
    if abs(amount * 100 - whole) > 1e-6 or whole < least:
        raise BadValue(_("{typed} is no amount of money here.").format(typed=str(typed)[:40]))
    return whole


def whole(typed: object, *, least: int = 0) -> int:
    """A number of pieces as people type it."""
    try:
        value = read("count", str(typed)).value
    except NotUnderstood as error:
        raise BadValue(str(error)) from None
    if value != int(value) or value < least:
        raise BadValue(_("{typed} is no number of pieces here.").format(typed=str(typed)[:40]))
    return int(value)


def counted(typed: object, field: str) -> int:
    """A number of pieces, refused by the name of its field."""
    if not str(typed or "").strip():
        raise BadValue(_("{field} is missing.").format(field=field))
    try:
        return whole(typed)
    except BadValue as error:
        raise BadValue(_("{field}: {why}").format(field=field, why=error)) from None


def signed(number: int) -> str:
    """A difference as people write it: +2, −1, 0."""
    return f"{number:+d}".replace("-", "−") if number else "0"


def percent(typed: object) -> int:
    """A percentage as people type it (20, 20%, 0.2, 两成), in whole per cent."""
    try:
        value = read("percent", str(typed)).value
    except NotUnderstood as error:
        raise BadValue(str(error)) from None
    return whole(f"{100 * value if 0 < value < 1 else value:g}")


def a_day(typed: object) -> str:
    """A day as people type it or as it stands on a pack (2026.3.1, 2026年3月1日, 20260301)."""
    try:
        return read("date", str(typed)).value.isoformat()
    except NotUnderstood as error:
        raise BadValue(str(error)) from None


def search_members(shop: Shop, words: str) -> tuple[list, bool]:
    """Members by phone, card, number, last four digits or name; whether there are more."""
    words = values.plain(words).strip()
    digits = words.replace(" ", "").replace("-", "")
    if words[:1] in "Mm" and words[1:].isdigit():
        return [shop.members.show(words.upper())], False
    if digits.isdigit() and len(digits) == 4:
        found = shop.members.find_by_last_four(digits)
    elif digits.isdigit() and len(digits) == 11 and digits.startswith("1"):
        return [shop.members.find_by_phone(digits)], False
    elif digits.isdigit():
        return [shop.members.find_by_card(digits)], False
    elif digits.startswith("+"):
        return [shop.members.find_by_phone(digits)], False
    else:
        found = shop.members.find_by_name(words)
    if not found.members:
        raise NotFound(_("Nobody was found. Is the whole name right? Try the phone."))
    return list(found.members), found.more


def money(cents: int) -> str:
    return f"¥{yuan(cents)}" if cents >= 0 else f"−¥{yuan(-cents)}"


def day(moment: date) -> str:
    return f"{moment:%Y-%m-%d}"


__all__ = [
    "DeskWork",
    "PracticeError",
    "a_day",
    "cents",
    "counted",
    "day",
    "money",
    "search_members",
    "signed",
    "whole",
]
