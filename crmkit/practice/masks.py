"""What of a person is shown on a screen, a list, an export or in an error."""

from typing import TypeVar

Whole = TypeVar("Whole", str, str | None)
"""A value, or none where there may be none: then the mask is none."""


def mask_phone(phone: Whole) -> Whole:
    """First three and last four digits.

    >>> mask_phone("14012345678")
    '140****5678'
    """
    if phone is None:
        return None
    if len(phone) < 11:  # a short number keeps four digits at most
        return f"{phone[:2]}****{phone[-2:]}"
    return f"{phone[:3]}****{phone[-4:]}"


def mask_name(name: Whole) -> Whole:
    """The surname of a Chinese name, the initials of any other.

    >>> mask_name("王小明"), mask_name("Ann Lee")
    ('王**', 'A** L**')
    """
    if name is None:
        return None
    return " ".join(f"{part[0]}**" for part in name.split()) or "**"


def mask_email(email: Whole) -> Whole:
    """The first letter and the domain.

    >>> mask_email("ann@example.com")
    'a***@example.com'
    """
    if email is None:
        return None
    local, _at, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"


def mask_card(card: Whole) -> Whole:
    """The last four digits.

    >>> mask_card("8800000017")
    '****0017'
    """
    return None if card is None else f"****{card[-4:]}"
