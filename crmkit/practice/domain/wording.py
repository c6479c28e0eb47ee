"""The words of a message: a template with blanks, filled in for one member."""

import string

from crmkit.i18n import gettext as _
from crmkit.practice.errors import BadValue

BLANKS = ("name", "level", "points", "store", "shop")
SMS_LONGEST = 200


def checked(body: str) -> str:
    """The template, if every blank is known.

    >>> checked("Happy birthday, {name}!")
    'Happy birthday, {name}!'
    """
    try:
        parts = list(string.Formatter().parse(body))
    except ValueError as error:
        raise BadValue(
            _("A brace is open or closed once too often in: {text}"), text=body
        ) from error
    for _text, blank, spec, conversion in parts:
        if blank is not None and (blank not in BLANKS or spec or conversion):
            raise BadValue(
                _("There is no blank {blank}. There are: {known}."),
                blank=f"{{{blank}}}",
                known=", ".join(f"{{{one}}}" for one in BLANKS),
            )
    return body


def filled(body: str, values: dict[str, object]) -> str:
    """The words for one member.

    >>> filled("{name}: {points} points", {"name": "Ann", "points": 5})
    'Ann: 5 points'
    """
    return body.format(**{blank: values[blank] for blank in BLANKS if blank in values})
