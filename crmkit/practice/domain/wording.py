"""The words of a message: a template with blanks, filled in for one member."""

import string

from crmkit.i18n import LANGUAGES, label, labels
from crmkit.i18n import gettext as _
from crmkit.practice.errors import BadValue

BLANKS = ("name", "level", "points", "store", "shop")
SMS_LONGEST = 200
_BRACES = str.maketrans("｛｝", "{}")


def said(blank: str) -> str:
    """A blank as people write it: {姓名}."""
    return f"{{{label('blank', blank)}}}"


def checked(body: str) -> str:
    """The template, if every blank is known: by its code, or as people say it in either language.

    >>> checked("Happy birthday, {name}!"), checked("｛姓名｝，生日快乐！")
    ('Happy birthday, {name}!', '{name}，生日快乐！')
    """
    body = body.translate(_BRACES)
    for blank in BLANKS:
        for language in LANGUAGES:
            body = body.replace(f"{{{labels('blank', language)[blank]}}}", f"{{{blank}}}")
    try:
        parts = list(string.Formatter().parse(body))
    except ValueError as error:
        raise BadValue(
            _("A brace is open or closed once too often in: {text}"), text=body
        ) from error
    for _text, named, spec, conversion in parts:
        if named is not None and (named not in BLANKS or spec or conversion):
            raise BadValue(
                _("{blank} is not known here. You can put in: {known}."),
                blank=f"{{{named}}}",
                known=", ".join(map(said, BLANKS)),
            )
    return body


def filled(body: str, values: dict[str, object]) -> str:
    """The words for one member.

    >>> filled("{name}: {points} points", {"name": "Ann", "points": 5})
    'Ann: 5 points'
    """
    return body.format(**{blank: values[blank] for blank in BLANKS if blank in values})
