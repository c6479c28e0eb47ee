"""Where the shop's data come from, what is wrong with them, and what tidying makes of them."""

import csv
import json
from collections import Counter
from functools import lru_cache
from typing import Any

from crmkit import data
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.analyst import exports
from crmkit.lessons.foundations import sheet
from crmkit.lessons.view import guess_and_truth, pictured, shown_table, yuan
from crmkit.screen import Part, Screen, parts

SOURCES = {
    "till": ["sale_id", "sold_at", "phone", "product_name", "quantity", "amount"],
    "survey_form": ["asked_at", "phone", "csat_goods", "csat_service", "nps", "comment"],
    "join_forms": ["name", "phone", "birth_date", "age", "joined_at"],
    "social_comments": ["at", "text", "likes"],
    "mini_program": ["sale_id", "sold_at", "phone", "product_id", "quantity", "amount"],
}
"""Where data come from, and the columns of each that are shown."""

KINDS = {
    "double": ("duplicate_row", "duplicate_id", "reposted"),
    "invalid": (
        "phone_invalid", "email_invalid", "date_impossible", "date_future", "birth_too_early",
        "age_impossible", "out_of_range", "torn_line",
    ),
    "wrong": ("amount_scale", "swapped", "letter_for_digit"),
    "no_entry": ("test_row", "header_row", "total_row", "spam", "text_missing", "cancelled"),
    "missing": ("store_missing", "reason_missing", "placeholder"),
}  # fmt: skip
"""Which findings of a cleaning report belong to which kind of trouble."""

ORDER = "T00226210"
"""An order in the app with several goods in it."""


@lru_cache(maxsize=2)
def _touched(_language: str) -> tuple[int, int]:
    """Of the till export's lines, those mended or set aside; and all of them."""
    till = exports.tidied("till")
    mended, aside = till.cleaning.rows_changed, till.cleaning.rows_set_aside
    return mended + aside + till.reading.rows_set_aside, till.reading.rows_in


@lru_cache(maxsize=2)
def summed(_language: str) -> dict[str, float]:
    """What a spreadsheet's sum makes of the column Paid, and what was really taken in June.

    In yuan: sum (of every cell that reads as a number), total_row (what stands there), and right.
    """
    with open(data.raw("till"), encoding="gbk", newline="") as file:
        head, *rows = csv.reader(file)
    place, numbers = head.index("实收"), []
    for row in rows:
        try:
            numbers.append(float(row[place]))
        except ValueError:
            continue  # a spreadsheet leaves texts such as ￥31.90 out of a sum
    good = exports.export("till")["amount"].sum()
    return {
        "sum": round(sum(numbers), 2),
        "total_row": numbers[-1],
        "right": round(float(good), 2),
    }


def sums() -> Screen:
    """The sum the manager got, beside what the four stores really took in June."""
    found = summed(get_language())

    def show() -> Part:
        return parts.row(
            parts.stat(_("Sum of the column Paid, as exported"), yuan(found["sum"])),
            parts.stat(_("What the shops took in June"), yuan(found["right"])),
            parts.stat(_("Too much"), yuan(found["sum"] - found["right"])),
        )

    return Screen(show, {}, "sums")


def sources() -> Screen:
    """Each source with a few lines as they arrive; one turns from one to the next."""
    at = {"source": "till"}

    def turn(source: Any, _values: dict) -> None:
        at["source"] = source if source in SOURCES else at["source"]

    def show() -> Part:
        name = at["source"]
        found = exports.tidied(name)
        ours = {theirs: own for own, theirs in exports.NAMES[name].items()}
        raw = found.raw.rename(columns=ours)[SOURCES[name]]
        changed = found.cleaning.changes
        changed = changed[changed["column"].isin(SOURCES[name])]
        odd = list(changed.drop_duplicates("fault")["row"][:3])
        rows = raw.loc[sorted({0, 1, *odd})]
        return parts.card(
            parts.tabs(_("Where it comes from"), [(one, label("raw_source", one)) for one in SOURCES], name, "turn"),
            parts.facts(
                (_("Lines"), f"{found.reading.rows_in:,}"),
                (_("Who makes it"), label("raw_made_by", name)),
                (_("What it tells"), label("raw_tells", name)),
                (_("What to watch"), label("raw_watch", name)),
            ),
            shown_table(_("Some of its lines, as they arrived"), rows.astype("str").replace("nan", "")),
        )  # fmt: skip

    return Screen(show, {"turn": turn}, "sources")


@lru_cache(maxsize=2)
def troubles(_language: str) -> dict[str, int]:
    """How many lines of all six exports have each kind of trouble, most first."""
    found: Counter = Counter()
    for name in exports.NAMES:
        one = exports.tidied(name)
        for finding in (*one.reading.findings, *one.cleaning.findings):
            for kind, faults in KINDS.items():
                found[kind] += finding.rows * (finding.fault in faults)
    return dict(found.most_common())


def kinds() -> Screen:
    """The kinds of trouble in one month's exports, counted."""
    found = troubles(get_language())

    def draw(ax: Any) -> None:
        names = [label("trouble", one) for one in found]
        bars = ax.barh(names, list(found.values()), color="#0072B2")
        ax.bar_label(bars, padding=4)
        ax.invert_yaxis()
        ax.set_xlim(0, 1.15 * max(found.values()))
        ax.set_title(_("Trouble in the six exports (lines)"))

    told = _("; ").join(f"{label('trouble', one)} {n}" for one, n in found.items())
    return Screen(lambda: parts.card(pictured(draw, told)), {}, "kinds of trouble")


def lesson_sheet() -> Screen:
    """The sheet the lesson practises on."""
    return Screen(lambda: parts.card(sheet.table(0)), {}, "sheet")


def _report(title: str, report: Any) -> Part:
    """A cleaning report to read, with one example a line."""
    found = report.to_read()
    last = found.columns[-1]
    return shown_table(title, found.assign(**{last: found[last].str.split("; ").str[0]}))


def bench() -> Screen:
    """A raw export becomes a clean table with a report, at the press of a button."""
    at: dict[str, Any] = {"source": "till", "tidied": False}

    def choose(source: Any, _values: dict) -> None:
        at.update(source=source if source in exports.NAMES else at["source"], tidied=False)

    def tidy(_arg: Any, _values: dict) -> None:
        at["tidied"] = True

    def show() -> Part:
        options = [(one, label("raw_source", one)) for one in exports.NAMES]
        found = exports.tidied(at["source"])
        read, cleaned = found.reading, found.cleaning
        aside = read.rows_set_aside + cleaned.rows_set_aside
        return parts.card(
            parts.row(
                parts.select("source", _("Export"), options, at["source"], act="choose"),
                parts.button(_("Tidy it by the rules"), "tidy", kind="primary"),
            ),
            parts.row(
                parts.stat(_("Lines that came in"), f"{read.rows_in:,}"),
                parts.stat(_("Kept"), f"{cleaned.rows_kept:,}" if at["tidied"] else "–"),
                parts.stat(_("of these mended"), f"{cleaned.rows_changed:,}" if at["tidied"] else "–"),
                parts.stat(_("Set aside"), f"{aside:,}" if at["tidied"] else "–"),
            ),
            parts.column(
                _report(_("Headings and totals taken out"), read) if read.findings else None,
                _report(_("The report: what was found, what was done"), cleaned),
            ) if at["tidied"] else parts.text(_("The file as it came is kept; what is mended is a copy."), "quiet"),
        )  # fmt: skip

    return Screen(show, {"choose": choose, "tidy": tidy}, "bench")


@lru_cache(maxsize=2)
def _order(_language: str) -> dict[str, Any]:
    orders = data.raw("mini_program").read_text("utf-8").splitlines()
    return json.loads(next(one for one in orders if ORDER in one))


def order_as_sent() -> Screen:
    """One order as the app sends it: everything in one line."""
    found = _order(get_language())

    def show() -> Part:
        goods = _("; ").join(f"{i['sku']} × {i['qty']} = {i['paid']:.2f}" for i in found["items"])
        at = found["created_at"][:16].replace("T", " ")
        words = _("{order}, {at}, phone {phone}: {goods}").format(
            order=found["order_no"], at=at, phone=found["phone"], goods=goods
        )
        return parts.card(parts.text(words), title=_("One order, one line, as it arrives"))

    return Screen(show, {}, "order as sent")


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
        items = _order(get_language())["items"]
        pieces = sum(one["qty"] for one in items)
        one = ("一行只能说一样商品。", "One row can speak of one kind of goods only.")
        return Key(len(items), {one: 1}, {"pieces": str(pieces)})

    def order_table(self) -> Part:
        """The order as rows, one kind of goods each."""
        found = _order(get_language())
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
