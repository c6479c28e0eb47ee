"""Why a count differs, as people write it: a line for each product, its number or its name."""

import re
from collections.abc import Collection, Mapping

from crmkit.i18n import gettext as _
from crmkit.practice import values
from crmkit.practice.errors import BadValue

_NUMBERED = re.compile(r"([a-z]+\d+)[\s:：,，、-]*(.*)", re.IGNORECASE)
_NOT_COUNTED = re.compile(
    r"没|未|锁|不到|够不着|\b(not|no|none|nobody|locked|skip|cannot|can't|n/a)\b|^[-–—?？/]+$",
    re.IGNORECASE,
)


def not_counted(typed: str) -> bool:
    """Whether words instead of a number say that nobody counted.

    >>> not_counted("没点到"), not_counted("locked away"), not_counted("十二"), not_counted("-3")
    (True, True, False, False)
    """
    return bool(_NOT_COUNTED.search(typed)) and not re.search(r"\d", typed)


def reasons(told: str, goods: Mapping[str, str], counted: Collection[str]) -> dict[str, str]:
    """What is said of which of these goods (number and name), of which some were `counted`.

    >>> goods = {"P1": "玻璃水杯 500 毫升", "P2": "晨光酱油"}
    >>> reasons("P1摔碎一个\\n酱油碎了一瓶", goods, ())
    {'P1': '摔碎一个', 'P2': '酱油碎了一瓶'}
    """
    found = {}
    for line in filter(None, map(str.strip, told.splitlines())):
        numbered = _NUMBERED.match(values.plain(line))
        codes = values.codes(numbered[1]) if numbered else ()
        product = next((one for one in codes if one in goods), None)
        why = numbered[2].strip() if numbered and product else line
        if product is None and (numbered is None or len(goods) == 1):
            product = next(iter(goods)) if len(goods) == 1 else _meant(line, goods)
        if product is None or not why:
            words = _("Say of which product, then why: {product} broken.")
            raise BadValue(words.format(product=min(counted, default=min(goods))))
        found[product] = why
    return found


def _meant(line: str, goods: Mapping[str, str]) -> str | None:
    """The one product whose name shares most with the line; None where several do, or none."""
    said = line.casefold()
    shared = {one: _shares(said, name.casefold()) for one, name in goods.items()}
    most = max(shared.values())
    best = [one for one, much in shared.items() if much == most]
    return best[0] if most and len(best) == 1 else None


def _shares(said: str, name: str) -> int:
    """How many letters of the name's words, or characters in a row of a Chinese one, are said.

    >>> _shares("酱油碎了一瓶", "晨光酱油"), _shares("two glasses broke", "glass, red")
    (2, 5)
    """
    words = [one for one in re.findall(r"[a-z]{3,}", name) if one in said]
    runs = re.findall(r"[一-鿿]+", name)
    pieces = [run[a:b] for run in runs for a in range(len(run)) for b in range(a + 2, len(run) + 1)]
    return sum(map(len, words)) + max((len(one) for one in pieces if one in said), default=0)
