"""What the lesson on tidying data asks: the keys."""

from functools import lru_cache

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.analyst import exports
from crmkit.lessons.foundations import sheet
from crmkit.lessons.foundations.tidying import SOURCES, one_order
from crmkit.lessons.view import guess_and_truth
from crmkit.screen import Part, parts


@lru_cache(maxsize=2)
def _touched(_language: str) -> tuple[int, int]:
    """Of the till export's lines, those mended or set aside; and all of them."""
    till = exports.tidied("till")
    mended, aside = till.cleaning.rows_changed, till.cleaning.rows_set_aside
    return mended + aside + till.reading.rows_set_aside, till.reading.rows_in


class Tidying(Keys):
    """What the lesson on data one can trust asks."""

    number = 0

    def odd_chart(self) -> Part:
        """Of a hundred lines of the till export, with how many something is off; the guess beside it."""
        touched, of = _touched(get_language())
        found = 100 * touched / of
        words = _(
            "{touched:,} of {of:,} lines had to be mended or set aside, {found:.0f} of every 100."
        ).format(touched=touched, of=of, found=found)
        return guess_and_truth(self.given.get("odd_guess"), _("It was"), found, words)

    def culprit(self) -> Key:
        """What doubled the sum."""
        return Key("total")

    def sources(self) -> dict[str, str]:
        """The sources, to choose from."""
        return {one: label("raw_source", one) for one in SOURCES}

    def why_unhappy(self) -> Key:
        """The source that says why a customer was not content."""
        return Key("survey_form")

    def doubles(self) -> Key:
        """Lines that stand there a second time."""
        pair = (
            "同一张小票买了两样，不算重复：每一项都一样才算。",
            "One receipt with two goods is no double: every field has to be the same.",
        )
        both = ("多出来的那一行才算，原来那行要留。", "Count only the extra line; the first one stays.")  # fmt: skip
        right = sheet.count(self.number, "double")
        return Key(right, {pair: right + 1, both: 2 * right})

    def impossible(self) -> Key:
        """Lines on which something cannot be."""
        found = sheet.count(self.number, "impossible")
        wrong = sheet.count(self.number, "wrong")
        tens = (
            "金额对不上的属于“错误”：它可能，只是不对。",
            "Money that does not fit is “wrong”: it could be, but it is not.",
        )
        spelled = (
            "写法不同不算无效：全角数字、手机号里的空格，改个写法就对了。",
            "Written differently is not impossible: a wide digit or blanks in a phone are soon put right.",
        )
        walk_in = ("没有手机号的是散客，不算无效。", "A line without a phone is a walk-in, not a fault.")  # fmt: skip
        none = sum(not line.phone for line in sheet.clean(self.number))
        return Key(found, {tens: found + wrong, spelled: found + 1, walk_in: found + none})

    def wrong(self) -> Key:
        """Lines on which what was paid is not pieces × price."""
        found = sheet.count(self.number, "wrong")
        total = ("合计行不是一笔销售，先剔出去。", "The total is no sale: set it aside first.")
        invalid = (
            "这里只数钱对不上的；日期、手机号不可能的是“无效”。",
            "Count only where the money does not fit; an impossible date or phone is “invalid”.",
        )
        both = found + sheet.count(self.number, "impossible")
        return Key(found, {total: found + 1, invalid: both})

    def left(self) -> Key:
        """Lines that stay once the sheet is tidy."""
        right, every = len(sheet.clean(self.number)), len(sheet.lines(self.number))
        total, test = (
            ("合计行还在里面。", "The total is still in it."),
            ("合计、测试、重复都还在里面。", "Total, test and doubles are all still in it."),
        )
        strict = (
            "有毛病的行不用整行扔：改得了的改，改不了的那一格留空。",
            "A line with a fault is not thrown away: mend it, or empty the one field.",
        )
        faulty = sheet.count(self.number, "impossible", "wrong")
        return Key(right, {total: right + 1, test: every, strict: right - faulty})

    def no_reason(self) -> Key:
        """What tidying does with a return whose reason is missing."""
        if exports.tidied("till").cleaning.count("reason_missing") < 1:
            raise LookupError("no return without a reason")
        return Key("ask")

    def order_rows(self) -> Key:
        """How many rows the order becomes."""
        items = one_order(get_language())["items"]
        pieces = sum(one["qty"] for one in items)
        one = ("一行只能说一样商品。", "One row can speak of one kind of goods only.")
        return Key(len(items), {one: 1}, {"pieces": str(pieces)})

    def order_table(self) -> Part:
        """The order as rows, one kind of goods each."""
        found = one_order(get_language())
        heads = [_("Receipt"), _("Member's phone"), _("Goods"), _("Pieces"), _("Paid")]
        rows = [
            [found["order_no"], found["phone"], one["sku"], str(one["qty"]), f"{one['paid']:.2f}"]
            for one in found["items"]
        ]
        return parts.table(_("The same order in the clean table"), heads, rows)

    def columns(self) -> Key:
        """How many columns a crowded cell becomes."""
        two = ("姓名和手机号也要分开。", "Name and phone are two things, too.")
        three = ("再数一遍：姓名、手机号、渠道、日期。", "Count again: name, phone, channel, day.")
        return Key(4, {two: 2, three: 3})

    def at_the_source(self) -> Key:
        """What keeps one meaning from being written in five ways."""
        return Key("choose")
