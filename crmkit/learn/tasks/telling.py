"""What a message to customers tells: who writes, what about, until when. How to opt out is put
under every offer by the shop itself."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _

_NUMBER = "[0-9一二两三四五六七八九十半]+"
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_UNTIL = r"\b(until|till?|by|before|through|thru|up to|ends?( on)?|valid to|(keep|hold) (it|them) to|(kept|held) to) (the )?"
_COUNTED = r"(\d+|an?|one|two|three|four|five|six|seven|ten)"
_CAME = re.compile(
    r"[今昨前]天(刚|才|新|就|已经)*(到|来|回|上架|补)|(这|本)(周|个?星期|个?礼拜|个?月)(刚|新|才)*(到|来|上)"
    r"|\b(came|come|arrived|in|here|back|new|fresh)( in)?( (for you|only|just))? (today|yesterday|this (morning|week|month))"
)
"""When goods came is not until when they are kept."""
_DAY = re.compile(
    rf"{_NUMBER}\s*[日号](?!店)|月[底末]|最后一天|[天周月]内|(?<![一两三每])(周|星期|礼拜)[一二三四五六日天末](?![次回])|[今明后]天|今晚"
    rf"|([点时日号]|下班|打烊|关门)\s*[之以]?前|(这|本|整|一整)个?(周|星期|礼拜|月)|整个?{_NUMBER}月|{_NUMBER}月(有效|结束|止|内)"
    rf"|(留|限|有效|持续|为期|活动|优惠)[^，。；！,.;!]{{0,6}}{_NUMBER}\s*个?(天|日|周|星期|礼拜|小时|月)"
    r"|(到|至|止|前)\s*\d{1,2}[./-]\d{1,2}(?![\d.元倍折%])|(?<![\d.])\d{1,2}[./-]\d{1,2}\s*(日|前|之前|止|截止|为止|有效)"
    rf"|{_UNTIL}\d{{1,2}}(?!\s*(%|per ?cent|yuan|\d|[.,]\d\d\b))|{_UNTIL}{_COUNTED} ?(a\.?m|p\.?m|o'clock)"
    rf"|{_UNTIL}((this|next) )?(mon|tues?|wed|thu(rs?)?|fri|sat|sun|noon|closing)\b|{_UNTIL}{_MONTH}\b"
    rf"|\b(for|within|in|next|another) ((the )?next )?{_COUNTED} (more )?(hour|day|week)s?\b"
    r"|\b(today|tonight|tomorrow|weekend|(this|all) (week|month)|(mon|tues|wednes|thurs|fri|satur|sun)day|end of)\b"
    rf"|\b\d{{1,2}}(st|nd|rd|th)?( of)? {_MONTH}\b|\b{_MONTH} (\d|only)|\ball {_MONTH}\b"
)


@dataclass(frozen=True)
class Told:
    """The words of a message, and the names by which customers know who writes."""

    words: str
    names: frozenset[str]

    @classmethod
    def of(cls, body: str, names: Iterable[str]) -> "Told":
        called = {_plain(one) for one in names}
        return cls(_plain(body), frozenset(called | {one.removesuffix(" store") for one in called}))

    def missing(self, wanted: Mapping[str, Any]) -> list[str]:
        """What it is to tell and does not, in words.

        >>> Told.of("{store}: until 31 July", ()).missing({"who": True, "until": True})
        []
        """
        found = {
            "who": any(name in self.words for name in (*self.names, "{store}", "{shop}")),
            "what": any(word in self.words for word in wanted.get("what", ())),
            "until": _DAY.search(_CAME.sub(" ", self.words)) is not None,
        }
        said = {
            "who": _("who it is from"),
            "what": _("what it is about"),
            "until": _("until when"),
        }
        return [said[one] for one in said if wanted.get(one) and not found[one]]


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).replace("’", "'").casefold()
