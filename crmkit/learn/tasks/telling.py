"""What a message to customers tells: who writes, what about, until when. How to opt out is put
under every offer by the shop itself."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _

_DAY = re.compile(
    r"[\d一二三四五六七八九十]\s*[日号](?!店)|(?<![\d.])(1[0-2]|0?[1-9])[./-](3[01]|[12]\d|0?[1-9])(?![\d.元倍折%])|月底|月末|[天周月]内"
    r"|(周|星期|礼拜)[一二三四五六日天末]|[今明后]天|今晚|点前"
    r"|\b(today|tonight|tomorrow|weekend|(mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|end of|(with)?in \d+ days)\b"
    r"|\b\d{1,2}(st|nd|rd|th)?( of)? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d"
)


@dataclass(frozen=True)
class Told:
    """The words of a message, and the names by which customers know who writes."""

    words: str
    names: frozenset[str]

    @classmethod
    def of(cls, body: str, names: Iterable[str]) -> "Told":
        return cls(_plain(body), frozenset(map(_plain, names)))

    def missing(self, wanted: Mapping[str, Any]) -> list[str]:
        """What it is to tell and does not, in words.

        >>> Told.of("{store}: until 31 July", ()).missing({"who": True, "until": True})
        []
        """
        found = {
            "who": any(name in self.words for name in (*self.names, "{store}", "{shop}")),
            "what": any(word in self.words for word in wanted.get("what", ())),
            "until": _DAY.search(self.words) is not None,
        }
        said = {
            "who": _("who it is from"),
            "what": _("what it is about"),
            "until": _("until when"),
        }
        return [said[one] for one in said if wanted.get(one) and not found[one]]


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()
