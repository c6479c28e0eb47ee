"""What a kind of values is, and the words and signs that stand for no value of any kind."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = ("null", "n/a", "#n/a", "na", "nan", "none", "nil", "nat", "-", "--", "\\n", "(null)", "(blank)", "<na>", "无", "空")  # fmt: skip
"""How systems write that there is nothing, in small letters: nothing, in ids, numbers and dates."""

TOTALS = (
    r"(?:(?:grand|sub)[ -]?)?totals?\b.{0,40}|.{0,20}\b(?:grand|sub)[ -]?totals?|sum|summe|gesamt(?:summe)?"
    r"|.{0,20}(?:合计|总计|小计|共计|汇总|合計|總計|小計)"
    r"|averages?|avg|平均(?:值|数)?|均值"
    r"|[(]?\d+ (?:rows?|records?|lines?)(?: affected)?[)]?|共 ?\d+ ?(?:条|行|笔|单|项)(?:记录|数据)?"
    r"|第 ?\d+ ?页.{0,20}|(?:制表|审核|打印|导出)(?:人|时间|日期)[:：].{0,40}"
)
"""How rows that add up or count other rows begin, or number and sign a page, in small letters."""
TOTALS_OF = rf"{TOTALS}|.{{1,40}}\btotals?"
"""And how they may begin where little else stands in the row: "Store 1 Total" may be a name, too."""


@dataclass(frozen=True)
class Kind:
    """One kind of values: `fits` all of them (RE2 and Python alike), `sql` makes them of {c}."""

    name: str  # text, whole number, number, date, moment with zone, true/false
    fits: str = ""
    sql: str = "{c}"
    strict: bool = False  # whether a fitting text may still be none (31 February)
    sure: str = ""  # what fits and certainly is one; where not told and not strict: all that fits

    def made_of(self, text: str) -> str:
        """The SQL that makes the value of a text."""
        return self.sql.replace("{c}", text)


NO_DAY = " ?"
"""What marks a date that is written as one and is none (31 April), so that no kind fits it."""
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Signs without width, which come along with what was copied from a page."""

TEXT = Kind("text")
ID = Kind("id")
CLOCK = Kind("clock", r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?")
"""Times of day whose day stands in another column; they stay as they are written."""
SHORTENED = r"\d(?:[.,]\d+)?[eE]\+\d{1,3}"
"""A long number as Excel writes it where the column is narrow: its last digits are lost."""
