"""What people type into a field, understood: ¥57.79, 57.79元, 86.7％, 1,329.10÷23, 晚上8点, 十二单.

Nobody should fail for how they write a number. What cannot be understood for certain is asked
back in a sentence that says what to type.

>>> read("money", "￥1，329．10÷23").shown
'¥57.79'
>>> read("percent", "0.867", low=1).shown
'86.7%'
"""

import ast
import datetime as dt
import operator
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _

KINDS = ("number", "count", "money", "percent", "hour", "digits", "date", "text")
"""What a field may ask for."""

_QUOTES = "\"'“”‘’「」『』《》`´"
_BLANK = re.compile(r"[\s\u00a0\u2000-\u200f\u202a-\u202e\u2060\u3000\ufeff]+")
_MONEY = re.compile(r"cny|rmb|yuan|usd|eur|gbp|人民币|块钱|元整|[元块圆¥$€£]")
_FOREIGN = {"usd": "$", "eur": "€", "gbp": "£"}
"""Currencies typed by their code: whoever types another than yuan sees that it was so understood."""
_UNIT = re.compile(
    r"(?<=[\d.)%])(?:orders?|receipts?|units?|items?|pieces?|pcs|members?|people|persons?|customers?"
    r"|days?|nights?|evenings?|weeks?|months?|hours?|times?|products?|kinds?|stores?|cards?|no\.?"
    r"|tins?|cans?|box(?:es)?|bottles?|jars?|packs?|packets?|bags?|pairs?|sets?|rolls?"
    r"|[单件个人位名笔张次天晚周月种家条份箱瓶户款遍倍号样罐盒袋包支枝双套只本册把块片桶卷捆串杯枚颗粒台部根顶副组听提])+$"
)
_LEAD = re.compile(
    r"^(?:大约|大概|约|共|一共|about|around|roughly|some(?=\d)|(?:第|no\.?|card|number)(?=\d)|approx\.?|approximately|ca\.?|[~≈=#]|[a-z_]+=|答[:：]|答案是?[:：]?)+"
)
_SIGNS = str.maketrans(
    {"×": "*", "✕": "*", "✖": "*", "⋅": "*", "·": "*", "∗": "*", "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-",
     "—": "-", "‐": "-", "‑": "-", "【": "(", "】": ")", "[": "(", "]": ")", "，": ",", "。": ".", "、": ",", "﹣": "-"}
)  # fmt: skip
_MOVED = re.compile(
    r"^(?:(下跌|下降|降低|减少|跌|降|少|负|down|fell|minus)|上涨|上升|增加|增长|涨|升|多|up|rose|plus)(?:了|by)?(?=[\d.百千万十零一二两三四五六七八九])"
)
_TENTHS = re.compile(r"(\d)[块元](\d)[毛角]?(?:(\d)分?)?$")
_DIMES = re.compile(r"^(\d+)[毛角]$")
_OF_TEN = re.compile(r"(-?\d+(?:\.\d+)?)成(?:([\d半])(\d*))?")
_POINTS = re.compile(r"(?:个?百分点|(?<=[\d.)%])(?:个点|percentagepoints?|points?|pp))$")
_PART = re.compile(r"(\d+)分之(\d+)")
_ROUGHLY = re.compile(
    r"(?:左右|上下|出头|orso|ish)$|多(?=[^\d]*$)|^(?:近|快|almost|nearly|over|around)"
)
_HALF = ("一半", "半数", "half")
_PERCENT_OF = re.compile(r"((?<=[*/])\d+(?:\.\d+)?|(?<![\d.])\d+(?:\.\d+)?(?=%[*/]))%")
_SPANS = {
    "year": ("years", "year", "年"),
    "month": ("months", "month", "个月", "月"),
    "week": ("weeks", "week", "周", "个星期", "星期"),
    "day": ("days", "day", "天", "日"),
    "hour": ("hours", "hour", "小时", "个小时", "个钟头"),
    "minute": ("minutes", "minute", "分钟"),
}
_CHINESE = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_TENS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_HUNDREDS = ("百", "千", "万")
_WORDS = re.compile(f"[{''.join([*_CHINESE, *_TENS])}]+")
_EITHER = re.compile(
    r"(?<![一二两三四五六七八九点])(一二|两三|二三|三五|三四|四五|五六|六七|七八|八九)(?![一二两三四五六七八九])"
)
"""两三个, 五六十: two figures next to each other, one of which is meant."""
_POINT = re.compile(f"({_WORDS.pattern})点([{''.join(_CHINESE)}]+)")
_SHORT = re.compile(r"(?<![\d.])(\d+)([百千万])(\d)(?![\d.百千万])")
_LARGE = _TENS | {
    "百万": 1e6,
    "亿": 1e8,
    "million": 1e6,
    "mio": 1e6,
    "m": 1e6,
    "thousand": 1e3,
    "k": 1e3,
}
_DO: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_MOST = 1e12


class NotUnderstood(CrmkitError):
    """What was typed could mean nothing, or more than one thing; the message says what to type."""


@dataclass(frozen=True)
class Understood:
    """What was typed: its value, and how it is shown again."""

    value: Any
    shown: str


LONGEST = 200
"""Characters of a number, a day or an hour that anybody means."""


def read(
    kind: str,
    typed: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    length: int | None = None,
    year: int | None = None,
    unit: str = "",
    rough: bool = False,
) -> Understood:
    """Understand what was typed into a field of a kind.

    kind: one of `KINDS`; low, high: what is possible (for a percentage in per cent, so that 0.867
    where nothing below 1 is possible must mean 86.7 %); length: how many digits "digits" has;
    year: the year of a date typed without one; unit: a word shown behind the number; rough: a guess,
    for which "100 or so" will do, and for which 20 % of a hundred are 20.

    Raises `NotUnderstood` with what to type instead.
    """
    if kind not in KINDS:
        raise CrmkitError(f"{kind!r}: {KINDS}")
    if isinstance(typed, bool) or not isinstance(typed, (str, int, float)):
        raise NotUnderstood(_("Type your answer into the field."))
    plain = tidy(str(typed))
    if not plain.strip(_QUOTES + " "):
        raise NotUnderstood(_("The field is empty. Type your answer."))
    if kind == "text":
        said = " ".join(str(typed).split())  # a sentence stays as it was written
        return Understood(said, said)
    if len(plain) > LONGEST:
        raise NotUnderstood(_("This is too long: type the answer alone."))
    if kind == "digits":
        return _digits(plain, length)
    if kind == "date":
        return _date(plain, year)
    if kind == "hour":
        return _hour(plain)
    return _number(kind, plain, low, high, unit, rough)


def tidy(typed: str) -> str:
    """Full-width letters, digits and blanks as their plain ones, invisible characters gone."""
    return _BLANK.sub(" ", unicodedata.normalize("NFKC", typed.replace("￥", "¥"))).strip()


def _bare(plain: str) -> str:
    bare = _BLANK.sub("", plain.casefold()).translate(_SIGNS)
    bare = bare.strip(_QUOTES).rstrip(".;!,")
    return _LEAD.sub("", bare).strip(_QUOTES)


def _number(
    kind: str, plain: str, low: float | None, high: float | None, unit: str, rough: bool
) -> Understood:
    bare = _bare(_english_to_digits(plain.casefold()))
    if other := _other_span(bare, unit):
        raise NotUnderstood(
            _("The answer is asked for in {unit}, not in {other}.").format(unit=unit, other=other)
        )
    if rough:
        bare = _ROUGHLY.sub("", bare)
        if high == 100 and bare in _HALF:
            bare = "50"
    if _EITHER.search(bare):
        raise NotUnderstood(
            _("“{typed}” may be one number or another. Type one, in digits.").format(
                typed=cut(plain)
            )
        )
    if kind in ("percent", "money", "number"):
        bare = _MOVED.sub(lambda found: "-" if found[1] else "", bare)
    bare = _POINTS.sub("", bare)
    hundredths = bare.removeprefix("-").startswith("百分之")
    bare = _words_to_digits(bare.replace("百分之", "", 1))
    if tenths := _OF_TEN.fullmatch(bare):  # 六成五, 八成七五
        hundredths = True
        bare = f"{tenths[1]}*10+{tenths[2] or 0}.{tenths[3] or 0}".replace("半", "5")
    bare = _PART.sub(r"\2/\1", bare)
    bare = _TENTHS.sub(r"\1.\2\3", bare)
    bare = _DIMES.sub(r"\1/10", bare)
    bare = _MONEY.sub("", bare)
    own = _BLANK.sub("", unit.casefold())  # the word behind the field, as it stands there
    bare = bare.removesuffix(own).removesuffix(own.removesuffix("s"))
    if kind in ("count", "number"):
        bare = re.sub(r"(?<=\d)分$", "", bare)
    bare = _UNIT.sub("", bare).removesuffix("percent")
    bare = re.sub(r"(?<=\d)x(?=[\d(])", "*", bare)
    if kind != "percent":
        bare = _PERCENT_OF.sub(r"(\1/100)", bare)  # 245×80%
    percent = hundredths or bare.endswith("%")
    if percent:
        bare = bare.removesuffix("%")
    if "%" in bare:
        raise NotUnderstood(_("One percent sign at the end is enough: 86.7%"))
    value = _reckon(bare, plain, whole=kind == "count")
    if percent and rough and high == 100:
        percent = False
    if percent and kind != "percent" and "%" not in plain:
        raise NotUnderstood(
            _("“{typed}” is a share. A number is asked for here: type it in digits.").format(
                typed=cut(plain)
            )
        )
    if percent and kind != "percent":
        raise NotUnderstood(
            _("A number is asked for here, not a percentage. Type it without the % sign.")
        )
    # what is too small for a percentage, and possible a hundredfold: 1.6 for 160 %
    share = (
        low is not None
        and low >= 1
        and (0 < value <= 1 or (0 < value < low and (high is None or 100 * value <= high)))
    )
    # (a − b) ÷ b is a share of 1 as well, where nobody multiplied by 100
    divided = "/" in bare and not re.search(r"\*100(?!\d)|(?<!\d)100\*", bare) and abs(value) < 3
    if kind == "percent" and not percent and (share or divided):
        value = value * 100
    if kind == "count" and abs(value - round(value)) > 1e-9:
        raise NotUnderstood(
            _("{value} is not a whole number. Type a whole number.").format(
                value=shown_number(value)
            )
        )
    if kind == "count":
        value = round(value)
    typed_in = re.search(r"[$€£]|usd|eur|gbp", plain.casefold())
    sign = _FOREIGN.get(typed_in[0], typed_in[0]) if typed_in else "¥"
    shown = shown_as(kind, value, unit, sign)
    if (low is not None and value < low) or (high is not None and value > high):
        raise NotUnderstood(
            _("{value} cannot be: it lies between {low} and {high}. Look again.").format(
                value=shown,
                low=shown_as(kind, low if low is not None else float("-inf"), unit),
                high=shown_as(kind, high if high is not None else float("inf"), unit),
            )
        )
    return Understood(value, shown)


def _other_span(bare: str, unit: str) -> str:
    """The span of time a number was typed in, where it is asked for in another one."""
    own = next((span for span, words in _SPANS.items() if unit.casefold() in words), None)
    for span, words in _SPANS.items():
        for word in words:
            if own and own != span and re.search(rf"[\d零一二两三四五六七八九十百]{word}$", bare):
                return word
    return ""


def _reckon(bare: str, plain: str, whole: bool) -> float:
    """The value of a number or a short calculation; only + - * / and brackets are known."""
    bare = _words_to_digits(bare)
    # a comma groups thousands, or it could be meant for the dot
    for group in re.findall(r"\d[\d,.]*", bare):
        if "," in group and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", group):
            raise NotUnderstood(
                _("The comma in {typed} can mean two things. Type a dot for the decimals: {sample}").format(
                    typed=group, sample=_decimal(group)
                )
            )  # fmt: skip
        if group.count(".") > 1:
            raise NotUnderstood(_("{typed} has two dots. Type it with one.").format(typed=group))
    bare = bare.replace(",", "").replace(":", "/") if ":" not in bare or _is_ratio(bare) else bare
    if not re.search(r"\d", bare):
        raise NotUnderstood(
            _("“{typed}” is not a number. Type it in digits.").format(typed=cut(plain))
        )
    if not re.fullmatch(r"[\d.+\-*/()]+", bare) or "**" in bare or "//" in bare or len(bare) > 200:
        if whole:
            raise NotUnderstood(
                _("“{typed}” could not be understood as a number. Type digits, such as 12.").format(
                    typed=cut(plain)
                )
            )
        raise NotUnderstood(
            _("“{typed}” could not be understood as a number. Type digits, such as 57.79, or a calculation, such as 1329.10/23.").format(
                typed=cut(plain)
            )
        )  # fmt: skip
    bare = re.sub(r"(?<![\d.])0+(?=\d)", "", bare)  # 07 is 7
    try:
        value = _value(ast.parse(bare, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        raise NotUnderstood(
            _("The calculation “{typed}” is not complete. Check its signs and brackets.").format(
                typed=cut(plain)
            )
        ) from None
    except ZeroDivisionError:
        raise NotUnderstood(_("Nothing can be divided by zero. Check the calculation.")) from None
    if not abs(value) <= _MOST:
        raise NotUnderstood(_("That number is too large. Look again."))
    return value


def _decimal(group: str) -> str:
    """A group of digits with its last sign taken for the decimals' dot."""
    *whole, part = re.split("[.,]", group)
    return f"{''.join(whole)}.{part}"


def _is_ratio(bare: str) -> bool:
    return bool(re.fullmatch(r"[\d.,]+:[\d.,]+", bare)) and not re.fullmatch(r"\d{1,2}:\d\d", bare)


def _value(node: ast.AST) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        if isinstance(node.value, bool):
            raise ValueError
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        inside = _value(node.operand)
        return -inside if isinstance(node.op, ast.USub) else inside
    if isinstance(node, ast.BinOp) and type(node.op) in _DO:
        return _DO[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError


def _words_to_digits(bare: str) -> str:
    """Numbers in Chinese words (十二, 三千五百) and the 万 and 千 behind digits (1.2万).

    A last digit right behind 百, 千 or 万 counts the next smaller unit: 一百二 is 120, 1万2 12,000.
    """

    def spelled(words: str) -> int:
        total = part = digit = 0
        if words[-2:-1] in _HUNDREDS and words[-1] in _CHINESE:
            return spelled(words[:-1]) + _CHINESE[words[-1]] * _TENS[words[-2]] // 10
        for sign in words:
            if sign in _CHINESE:
                digit = digit * 10 + _CHINESE[sign] if digit and part == 0 else _CHINESE[sign]
            elif sign == "万":
                total, part, digit = (part + digit) * 10_000, 0, 0
            else:
                part, digit = part + (digit or 1) * _TENS[sign], 0
        return total + part + digit

    def larger(match: re.Match) -> str:
        return f"{round(float(match[1]) * _LARGE[match[2]], 6):f}".rstrip("0").rstrip(".")

    bare = _SHORT.sub(
        lambda at: f"{int(at[1]) * _TENS[at[2]] + int(at[3]) * _TENS[at[2]] // 10}", bare
    )
    bare = re.sub(
        r"(\d+(?:\.\d+)?)(百万|[百千万亿]|million|mio|m|thousand|k)(?![a-z])", larger, bare
    )
    bare = _POINT.sub(
        lambda at: f"{spelled(at[1])}.{''.join(str(_CHINESE[one]) for one in at[2])}", bare
    )  # 九十一点一
    bare = re.sub(f"{_WORDS.pattern}(?![月日点时號])", lambda at: str(spelled(at[0])), bare)
    return _UNIT.sub("", bare)


_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_DECADES = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH = {word: n for n, word in enumerate(_UNITS)}
_ENGLISH |= {word: 10 * n for n, word in enumerate(_DECADES, 2)}
_ENGLISH |= {"hundred": 100, "thousand": 1000}
_ONE_WORD = rf"(?:{'|'.join(sorted(_ENGLISH, key=len, reverse=True))})"
_SPELLED = re.compile(rf"\b{_ONE_WORD}(?:(?:[\s-]+|\s+and\s+){_ONE_WORD})*\b")
_SPELLED_POINT = re.compile(r"(\d) +point +(\d)")


def _english_to_digits(plain: str) -> str:
    """Numbers in English words (two, fifty-four, three hundred and twelve) in digits."""

    def spelled(match: re.Match) -> str:
        total = part = 0
        for word in re.findall(_ONE_WORD, match[0]):
            value = _ENGLISH[word]
            if value == 1000:
                total, part = total + (part or 1) * 1000, 0
            else:
                part = (part or 1) * 100 if value == 100 else part + value
        return str(total + part)

    return _SPELLED_POINT.sub(r"\1.\2", _SPELLED.sub(spelled, plain))


_HALF_DAYS = {
    "凌晨": 0,
    "早上": 0,
    "上午": 0,
    "am": 0,
    "中午": 12,
    "下午": 12,
    "晚上": 12,
    "傍晚": 12,
    "pm": 12,
}
_CLOCK = re.compile(r"(\d{1,2})(?:[:.点时h](?:(\d{2})分?|整|半)?)?(?:钟|o'?clock)?")


_NEXT_DAY = re.compile(
    r"(the )?(next|following) (day|morning)|tomorrow|第二天|次日|明天|隔天", re.I
)
"""Which day an hour is of: it is its hour that is asked for."""


def _hour(plain: str) -> Understood:
    plain = _NEXT_DAY.sub("", plain)
    bare = _words_hours(_bare(plain)).replace("a.m", "am").replace("p.m", "pm")
    later = None
    for word, hours in _HALF_DAYS.items():
        if word in bare:
            later, bare = hours, bare.replace(word, "")
    first = re.split(r"[-~到至]|to", bare)[0].strip(".")
    clock = _CLOCK.fullmatch(first)
    if not clock or int(clock[2] or 0) > 59:
        raise NotUnderstood(
            _("“{typed}” could not be understood as an hour. Type it like 10 or 10:00.").format(
                typed=cut(plain)
            )
        )
    hour = int(clock[1])
    if later == 12 and hour < 12 and not (hour >= 10 and "中午" in plain):
        hour += 12
    if later == 0 and hour == 12:
        hour = 0
    if hour > 23:
        raise NotUnderstood(_("A day has the hours 0 to 23. Type it like 10 or 10:00."))
    return Understood(hour, f"{hour}:00")


def _words_hours(bare: str) -> str:
    return re.sub(
        r"[零一二两三四五六七八九十]+(?=[点时]|分?$)",
        lambda match: _words_to_digits(match[0]),
        bare,
    )


def _digits(plain: str, length: int | None) -> Understood:
    bare = re.sub(r"[-.\s]", "", _bare(plain))
    bare = re.sub(r"^(?:尾号|后\w位|no\.?)", "", bare)
    if not re.fullmatch(r"\d+", bare):
        raise NotUnderstood(
            _("Type digits only, such as {sample}.").format(sample="0" * ((length or 2) - 1) + "7")
        )
    if length and len(bare) < length and bare.lstrip("0"):
        if length == 2:
            return Understood(bare.zfill(2), bare.zfill(2))
        raise NotUnderstood(
            _("{typed} has {count} digits; {length} are asked for.").format(
                typed=bare, count=len(bare), length=length
            )
        )
    if length and len(bare) != length:
        raise NotUnderstood(
            _("{typed} has {count} digits; {length} are asked for.").format(
                typed=cut(bare), count=len(bare), length=length
            )
        )
    return Understood(bare, bare)


_MONTHS = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"


def _date(plain: str, year: int | None) -> Understood:
    bare = _BLANK.sub("", plain).strip(_QUOTES).replace("号", "日")
    written = re.fullmatch(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?", bare)
    written = written or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", bare)
    named = re.search(rf"\b{_MONTHS}[a-z]*\b", plain.casefold())
    try:
        if named:  # 20 Nov 2025, Nov 20, 2025
            around = re.findall(r"\d+", plain)
            if len(around) != 2 or len(around[1]) != 4:
                raise ValueError
            month = [
                "jan",
                "feb",
                "mar",
                "apr",
                "may",
                "jun",
                "jul",
                "aug",
                "sep",
                "oct",
                "nov",
                "dec",
            ].index(named[1]) + 1
            day = dt.date(int(around[1]), month, int(around[0]))
            return Understood(day, day.isoformat())
        in_year = (written and written[1]) or year
        if not written or not in_year:
            raise ValueError
        day = dt.date(int(in_year), int(written[2]), int(written[3]))
    except ValueError:
        raise NotUnderstood(
            _("“{typed}” could not be understood as a date. Type it like 2025-06-07.").format(
                typed=cut(plain)
            )
        ) from None
    return Understood(day, day.isoformat())


def letter(typed: Any, options: dict[str, str]) -> str | None:
    """The id of the option someone typed: its id, its letter or number, or its words.

    >>> letter("选Ｂ。", {"yes": "Yes", "no": "No"})
    'no'
    """
    if not isinstance(typed, str):
        return None
    if typed in options:
        return typed
    bare = _bare(tidy(typed)).strip("()<>. :").removeprefix("选").removeprefix("option").strip("()")
    for place, (id_, words) in enumerate(options.items()):
        if bare and bare in (id_.casefold(), "abcdefghij"[place : place + 1], _bare(tidy(words))):
            return id_
    return None


def shown_number(value: float, places: int = 4) -> str:
    """A number as people read it: thousands in groups, no zeros at the end."""
    if value != value or abs(value) == float("inf"):
        return "–"
    text = f"{value:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


_ONE = {"people": "person", "men": "man", "boxes": "box"}
"""The English words behind a number that are not made one by taking off an s."""


def _one(unit: str) -> str:
    """The word behind a 1: "orders" behind other numbers is "order" here."""
    return _ONE.get(unit, unit.removesuffix("s"))


def shown_as(kind: str, value: Any, unit: str = "", currency: str = "¥") -> str:
    """A value of a kind as it is shown to people."""
    if kind == "money":
        return f"{'-' if value < 0 else ''}{currency}{abs(value):,.2f}"
    if kind == "percent":
        number = shown_number(value, 4 if abs(value) < 1 else 2)
        return f"{number} {unit}" if unit else f"{number}%"
    if kind == "hour":
        return f"{value}:00"
    if kind in ("number", "count"):
        return f"{shown_number(value)} {_one(unit) if value == 1 else unit}".strip()
    return str(value)


def cut(text: str, most: int = 40) -> str:
    """A text short enough to stand in a sentence."""
    return text if len(text) <= most else text[: most - 1] + "…"
