"""A shift to read and to report: its till sheet, the half-page report, the sentences in it."""

import re
import unicodedata
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.lessons.shifts import Shift
from crmkit.lessons.view import share, yuan
from crmkit.screen import Part, parts

_SIGNED = re.compile(
    r"¥\s*(?P<money>\d+(?:\.\d+)?)|(?P<number>\d+(?:\.\d+)?)\s*多?(?P<sign>元|块|yuan|%|per ?cent|[单笔]|orders?\b|receipts?\b)",
    re.I,
)
"""An amount, a percentage or a number of orders in a sentence."""

_EARLIER = re.compile(r"上周|上星期|昨天|前一天|去年|同期|last|yesterday|before|than|earlier", re.I)


def till_sheet(shift: Shift, headline: bool = True) -> Part:
    """The shift as a part of a screen; without `headline` as the till prints it: totals,
    nothing divided or compared yet."""
    tables = [parts.table(*one) for one in _tables(shift, headline)]
    return parts.card(*tables, title=shift.title)


def _tables(shift: Shift, headline: bool) -> list[tuple]:
    now = shift.numbers()
    if not len(shift.lines):
        return [(_("No receipts in this shift"), [], [])]
    totals = [
        (_("Revenue"), yuan(now["revenue"])),
        (_("Orders"), f"{now['orders']}"),
        (_("Units sold"), f"{now['units']}"),
    ]
    if headline:
        totals += [
            (_("Average order value"), yuan(now["aov"])),
            (_("Units per transaction"), f"{now['upt']:.2f}" if now["upt"] else "–"),
            (_("Member share of sales"), share(now["member_share"])),
        ]
    totals += [(_("Refunds"), yuan(now["returns"]))]
    hours = shift.by("hour")
    buyers = shift.by("buyer")
    paid = shift.by("method")
    goods = shift.by("product")
    beside = shift.compared()
    most = max(hours["revenue"].max(), 0.01)
    found = [
        (_("The shift"), [_("Figure"), ""], totals),
        (
            _("By hour"),
            [_("Hour"), _("Revenue"), _("Orders"), _("Units sold")],
            [
                (f"{r.hour}:00", yuan(r.revenue), f"{r.orders}", f"{r.units}")
                for r in hours.itertuples()
            ],
            [max(value, 0) / most for value in hours["revenue"]],
        ),
        (
            _("Top five products") if len(goods) > 5 else _("Products"),
            [_("Product"), _("Revenue"), _("Units sold")],
            [
                (r.name, yuan(r.revenue), f"{r.units}")
                for r in goods.head(5).itertuples(index=False)
            ],
        ),
        (
            _("Paid by"),
            [_("Payment"), _("Amount")],
            [(label("payment_method", r.method), yuan(r.amount)) for r in paid.itertuples()],
        ),
        (
            _("Members and walk-ins"),
            [_("Buyer"), _("Revenue"), _("Orders")],
            [
                (label("buyer", r.buyer), yuan(r.revenue), f"{r.orders}")
                for r in buyers.itertuples()
            ],
        ),
    ]
    head = [_("Shift"), _("Date"), _("Revenue"), _("Orders")]
    rows = [
        [
            label("compared_with", r.compared_with),
            f"{r.date:%Y-%m-%d}",
            yuan(r.revenue),
            f"{r.orders}",
        ]
        for r in beside.itertuples()
    ]
    if headline:
        head += [_("Average order value"), _("Change in revenue")]
        for row, r in zip(rows, beside.itertuples(), strict=True):
            row += [yuan(r.aov), share(r.shift_growth, signed=True)]
    return [*found, (_("Compared with"), head, rows)]


def report(
    shift: Shift, noticed: Any = "", tomorrow: Any = "", by: Any = "", *, day: bool = False
) -> Part:
    """The half-page shift report, to print: the numbers by themselves, two sentences by the
    cashier.

    noticed: what stood out; tomorrow: what the next shift should know or do. A sentence that
    is missing leaves a line to write on, and so does the cashier's name (`by`). `day`: it is a
    manager's on a whole day, with what will be tried tomorrow.
    """
    caption, rows = _report(shift, noticed, tomorrow, by, day)
    sheet = parts.printable(
        _("Print the report"), parts.table(caption, [_("Figure"), ""], rows), title=caption
    )
    if noticed:
        return sheet
    words = _("What you noticed is still missing: write it above and press Check.")
    return parts.column(parts.message("open", words), sheet)


def _report(
    shift: Shift, noticed: str, tomorrow: str, by: str, day: bool
) -> tuple[str, list[tuple[str, str]]]:
    now, beside = shift.numbers(), shift.compared().set_index("compared_with")
    growth = {
        label("compared_with", name): share(beside["shift_growth"][name], signed=True)
        for name in beside.index[1:]
    }
    blank = "_" * 40
    said = [
        text if isinstance(text, str) and text.strip() else blank
        for text in (noticed, tomorrow, by)
    ]
    hour = now["best_hour"]
    rows = [
        (_("Revenue"), yuan(now["revenue"])),
        (_("Orders"), f"{now['orders']}"),
        (_("Average order value"), yuan(now["aov"])),
        (_("Units per transaction"), f"{now['upt']:.2f}" if now["upt"] else "–"),
        (_("Member share of sales"), share(now["member_share"])),
        (
            _("Revenue against"),
            _("; ").join(f"{name} {value}" for name, value in growth.items()),
        ),
        (_("Busiest hour"), f"{hour}:00–{hour + 1}:00" if hour is not None else "–"),
        (_("Refunds"), yuan(now["returns"])),
        (_("Cash taken from sales"), yuan(now["cash"])),
        (_("What we noticed"), said[0]),
        (_("To try tomorrow") if day else _("For the next shift"), said[1]),
        (_("Written by") if day else _("Cashier"), said[2]),
    ]
    caption = _("Half-page report: {shift}") if day else _("Shift report: {shift}")
    return caption.format(shift=shift.title), rows


def judge(shift: Shift, sentence: Any) -> tuple[str, str] | None:
    """Why a sentence about the shift will not do, in Chinese and English; None where it does.

    It holds a figure of the shift, and no amount or percentage that the shift does not have.
    """
    if not has_figure(shift, sentence):
        return (
            "这句话里没有这一班的数字：写上一个，例如订单数或最忙的钟点。",
            "There is no figure of this shift in it: add one, such as the number of orders.",
        )
    strange = _strange(shift, sentence)
    if not strange:
        return None
    return (
        f"“{strange}”在这一班的表里找不到：和上面的表再对一遍。",
        f"“{strange}” is in none of this shift's tables: compare it with those above once more.",
    )


def _strange(shift: Shift, sentence: str) -> str | None:
    """The first amount, percentage or number of orders of a sentence that is none of this shift."""
    plain = unicodedata.normalize("NFKC", sentence).replace(",", "")
    beside = shift.compared().set_index("compared_with")[["revenue", "orders", "aov"]]
    here = beside.loc["this_shift"]
    tables = [shift.by(what) for what in ("hour", "product", "method", "buyer")]
    gaps = here - beside
    amounts = [v for v in shift.numbers().values() if v] + list(gaps.to_numpy().flat)
    orders = [here["orders"], *gaps["orders"]]
    shares = [*(here / beside - 1).to_numpy().flat, shift.numbers()["member_share"]]
    for table in (one.select_dtypes("number") for one in tables):
        amounts += list(table.to_numpy().flat)
        shares += list((table / table.sum()).to_numpy().flat)
        orders += list(table["orders"]) if "orders" in table else []
    amounts += list(shift.receipts()["amount"])
    if _EARLIER.search(plain):
        amounts += list(beside.to_numpy().flat)
        orders += list(beside["orders"])
    percents = [100 * value for value in shares if value]
    for written in _SIGNED.finditer(plain):
        sign, value = (
            (written["sign"] or "").lower(),
            float(written["money"] or written["number"]),
        )
        # people round money as they like, and count orders one by one
        known, within = amounts, max(1.0, 0.02 * value)
        if sign[:1] in ("%", "p"):
            known, within = percents, 0.6
        elif sign[:1] in ("单", "笔", "o", "r"):
            known, within = orders, 0.1
        if not any(abs(abs(one) - value) <= within for one in known):
            return written[0].strip()
    return None


def has_figure(shift: Shift, sentence: Any) -> bool:
    """Whether a sentence holds at least one figure of this shift, rounded as one likes."""
    if not isinstance(sentence, str):
        return False
    beside = shift.compared()
    figures = [value for value in shift.numbers().values() if value]
    figures += [100 * value for value in beside["shift_growth"].dropna()]
    figures.append(100 * (shift.numbers()["member_share"] or 0))
    for what in ("hour", "product", "method", "buyer"):
        table = shift.by(what).select_dtypes("number")
        figures += [value for column in table for value in table[column]]
    receipts = shift.receipts()
    figures += [*receipts["amount"], *receipts["units"]]
    plain = unicodedata.normalize("NFKC", sentence).replace(",", "")
    for written in re.findall(r"\d+(?:\.\d+)?", plain):
        decimals = len(written.partition(".")[2])
        if any(round(abs(value), decimals) == float(written) for value in figures if value):
            return True
    return False
