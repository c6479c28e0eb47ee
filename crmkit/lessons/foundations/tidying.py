"""Where the shop's data come from, what is wrong with them, and what tidying makes of them."""

import csv
import json
from collections import Counter
from functools import lru_cache
from typing import Any

from crmkit import data
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.lessons.analyst import exports
from crmkit.lessons.foundations import sheet
from crmkit.lessons.view import pictured, shown_table, yuan
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
def one_order(_language: str) -> dict[str, Any]:
    orders = data.raw("mini_program").read_text("utf-8").splitlines()
    return json.loads(next(one for one in orders if ORDER in one))


def order_as_sent() -> Screen:
    """One order as the app sends it: everything in one line."""
    found = one_order(get_language())

    def show() -> Part:
        goods = _("; ").join(f"{i['sku']} × {i['qty']} = {i['paid']:.2f}" for i in found["items"])
        at = found["created_at"][:16].replace("T", " ")
        words = _("{order}, {at}, phone {phone}: {goods}").format(
            order=found["order_no"], at=at, phone=found["phone"], goods=goods
        )
        return parts.card(parts.text(words), title=_("One order, one line, as it arrives"))

    return Screen(show, {}, "order as sent")
