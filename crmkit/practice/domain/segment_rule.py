"""Who belongs to a segment: a rule a shopkeeper can read, as a small dictionary.

``{"level": ["gold"], "not_bought_for_days": 90}`` are gold members who have not bought for ninety
days. Every condition must hold; of several values in a list, one.
"""

from babel.dates import get_month_names

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.practice import display
from crmkit.practice.errors import BadValue

LISTS = ("member_id", "level", "gender", "district", "occupation", "household", "home_store_id")
NUMBERS = ("bought_within_days", "not_bought_for_days", "spent_at_least", "birthday_month")


def checked(rule: object) -> dict:
    """The rule, if every condition is known and sensible; `BadValue` names the one that is not.

    >>> checked({"level": ["gold"], "spent_at_least": 100_000})
    {'level': ['gold'], 'spent_at_least': 100000}
    """
    if not isinstance(rule, dict) or not rule:
        raise BadValue(
            _("A segment needs conditions, such as {example}."),
            example='{"level": ["gold"], "not_bought_for_days": 90}',
        )
    for name, value in rule.items():
        if name in LISTS:
            fits = isinstance(value, list) and value and all(isinstance(v, str) for v in value)
        elif name in NUMBERS:
            fits = isinstance(value, int) and not isinstance(value, bool) and value > 0
            fits = fits and (name != "birthday_month" or value <= 12)
        else:
            raise BadValue(
                _("There is no condition {name!r}. There are: {known}."),
                name=name,
                known=", ".join((*LISTS, *NUMBERS)),
            )
        if not fits:
            raise BadValue(
                _("The condition {name!r} cannot be {value!r}: write {wanted}."),
                name=name,
                value=value,
                wanted=_("a list of codes")
                if name in LISTS
                else _("a whole number greater than zero"),
            )
    return dict(rule)


def said(rule: dict) -> str:
    """The rule as people read it: money in yuan, codes by their labels.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     said({"not_bought_for_days": 45, "spent_at_least": 50_000, "level": ["gold"]})
    'Level: Gold; not bought for 45 days; spent ¥500 or more'
    """
    found = []
    for name in (one for one in LISTS if one in rule):
        codes = label("list", ", ").join(display.code(name, one) for one in rule[name])
        found.append(_("{field}: {codes}").format(field=display.heading(name), codes=codes))
    sentences = {
        "bought_within_days": _("bought in the last {n} days"),
        "not_bought_for_days": _("not bought for {n} days"),
        "spent_at_least": _("spent ¥{n} or more"),
        "birthday_month": _("birthday in {n}"),
    }
    for name in (one for one in NUMBERS if one in rule):
        n = rule[name]
        if name == "spent_at_least":
            n = display.yuan(n).removesuffix(".00")
        elif name == "birthday_month":
            n = get_month_names(context="stand-alone", locale=get_language())[n]
        found.append(sentences[name].format(n=n))
    return label("list", "; ").join(found)
