"""A few lines of a till export as they arrive, dealt by number, and what tidying makes of them."""

import random
from dataclasses import dataclass, replace
from functools import lru_cache

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.lessons.view import loaded
from crmkit.screen import Part, parts

IMPOSSIBLE = ("day", "hour", "short", "long")
"""What cannot be on a line: a 31 June, an hour 25, a phone with a digit less or more."""


@dataclass(frozen=True)
class Line:
    """One line as it arrived; `fault` is "" where nothing is wrong with it, and `spelling` where
    it is right but written another way. Only lines that are `sold` are sales."""

    receipt: str
    at: str
    phone: str
    goods: str
    pieces: int
    price: float
    paid: float
    fault: str = ""

    @property
    def fits(self) -> float:
        """What was really paid: pieces × price."""
        return round(self.pieces * self.price, 2)

    @property
    def sold(self) -> bool:
        """Whether the line is a sale that stays in the clean table."""
        return self.fault not in ("double", "test", "total")

    def count(self) -> str:
        """The pieces as they were typed."""
        return "２" if self.fault == "spelling" else str(self.pieces)


@lru_cache(maxsize=256)
def _dealt(number: int, language: str) -> tuple[Line, ...]:
    dice = random.Random(f"sheet {number}")
    products = loaded("products", language).sort_values("product_id")
    cheap = products[products["list_price"].between(5, 60)].reset_index(drop=True)
    doubles, impossible, wrong = dice.sample((1, 2, 3), 3)
    extra = dice.randint(0, 2)
    faults = ["impossible"] * impossible + ["wrong"] * wrong + ["spelling"]
    faults += ["twice"] * doubles + [""] * extra
    dice.shuffle(faults)
    faults = ["", "", *faults]  # the first two are one receipt: two goods, no double
    chosen = dice.sample(range(len(cheap)), len(faults))
    ways = dice.sample(IMPOSSIBLE, impossible)
    lines: list[Line] = []
    again: list[Line] = []
    receipt, minute = 3100 + dice.randint(0, 60), 5
    for place, fault in enumerate(faults):
        if place != 1:
            receipt, minute = receipt + dice.randint(1, 3), minute + dice.randint(3, 11)
        goods = cheap.iloc[chosen[place]]
        price = float(goods["list_price"])
        pieces = 2 if fault == "spelling" else dice.choice((1, 1, 2, 3))
        line = Line(
            f"T{receipt:06d}",
            f"06-28 {9 + minute // 60:02d}:{minute % 60:02d}",
            f"163{dice.randrange(10**8):08d}" if dice.random() < 0.6 else "",
            str(goods["name"]),
            pieces,
            price,
            round(pieces * price, 2),
            "" if fault == "twice" else fault,
        )
        if fault == "wrong":
            line = replace(line, paid=round(10 * line.fits, 2))
        if fault == "impossible":
            line = _impossible(line, ways.pop(), dice)
        if fault == "spelling":
            phone = f"163 {dice.randrange(10**4):04d} {dice.randrange(10**4):04d}"
            line = replace(line, phone=phone)
        lines.append(line)
        if fault == "twice":
            again.append(replace(line, fault="double"))
    lines[1] = replace(lines[1], phone=lines[0].phone)  # one receipt, one member
    for double in again:  # sent once more, somewhere below the first
        first = next(i for i, one in enumerate(lines) if one.receipt == double.receipt)
        lines.insert(dice.randint(first + 1, len(lines)), double)
    test = Line("TEST01", lines[2].at, "", _("TEST"), 1, 0.01, 0.01, "test")
    lines.insert(dice.randint(2, len(lines)), test)
    total = round(sum(line.paid for line in lines), 2)
    return (*lines, Line(_("Total"), "", "", "", 0, 0, total, "total"))


def _impossible(line: Line, way: str, dice: random.Random) -> Line:
    if way == "day":
        return replace(line, at=line.at.replace("06-28", "06-31"))
    if way == "hour":
        return replace(line, at=f"06-28 25:{line.at[-2:]}")
    digits = 7 if way == "short" else 9
    return replace(line, phone=f"163{dice.randrange(10 ** (digits - 1), 10**digits)}")


def lines(number: int) -> tuple[Line, ...]:
    """The lines that belong to a number from 0 to 99, in the order they arrived."""
    return _dealt(number, get_language())


def count(number: int, *faults: str) -> int:
    """On how many lines one of these faults is."""
    return sum(line.fault in faults for line in lines(number))


def clean(number: int) -> list[Line]:
    """The sales that stay once the sheet is tidy."""
    return [line for line in lines(number) if line.sold]


def revenue(number: int) -> float:
    """What these sales brought: pieces × price, each once."""
    return round(sum(line.fits for line in clean(number)), 2)


def table(number: int) -> Part:
    """The sheet to read."""
    heads = [_("Line"), _("Receipt"), _("Time"), _("Member's phone"), _("Goods"), _("Pieces"), _("Price"), _("Paid")]  # fmt: skip
    rows = [
        [
            str(place),
            line.receipt,
            line.at,
            line.phone,
            line.goods,
            line.count() if line.pieces else "",
            f"{line.price:.2f}" if line.pieces else "",
            f"{line.paid:.2f}",
        ]
        for place, line in enumerate(lines(number), 1)
    ]
    return parts.table(_("A few lines of the till export, as they arrived"), heads, rows)
