"""What stock keepers are asked about counting, in the lesson and in its exercise: the keys."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.inventory.counting import (
    CAUSES,
    EVENING,
    FOUND,
    LOCKED,
    MANAGER,
    SHELF,
    TUMBLER,
    Line,
    counted,
    differences,
    draw_shelf,
    worth,
)
from crmkit.lessons.inventory.moving import goods
from crmkit.lessons.view import pictured, yuan
from crmkit.screen import Part, parts


class Counting(Keys):
    """What lesson inventory-03 asks."""

    def shelf(self) -> Part:
        """What is there to be counted; the guess is kept for later."""
        names = goods()["name"]
        told = _("; ").join(
            _("{product} {name}: {shelf} on the shelf, {back} in the back room, {broken} in the bin").format(
                product=product, name=names[product], shelf=shelf, back=back, broken=broken
            )
            for product, (shelf, back, broken) in SHELF.items()
        )  # fmt: skip
        locked = _("{product} {name}: {where}")
        told = _("; ").join((told, locked.format(product=LOCKED, name=names[LOCKED], where=_("in the locked cabinet; the key is at home"))))  # fmt: skip
        said = _("Noted: {guess}. Nobody tells you what the system says. Count first.")
        return parts.column(
            parts.message("noted", said.format(guess=self.given.get("off_guess", "–"))),
            parts.card(pictured(draw_shelf, told, size=(9.5, 4.8))),
        )

    def tumblers(self) -> Key:
        shelf, back, broken = SHELF[TUMBLER]
        return Key(
            shelf + back,
            {
                ("后仓那几个也要点。", "Those in the back room count as well."): shelf,
                ("碎的卖不了，不算进实盘数，原因里写一句。", "The broken one cannot be sold: it is not counted, and the reason says so."): shelf + back + broken,
            },
            {"shelf": str(shelf), "back": str(back)},
        )  # fmt: skip

    def count(self) -> Key:
        return _stocktake(counted(), LOCKED, TUMBLER, only_shelf={p: s for p, (s, *_r) in SHELF.items()})  # fmt: skip

    def off(self) -> Key:
        """How many of the goods that were counted were not what the book said."""
        wrong = sum(one != 0 for one in differences().values())
        guess = self.given.get("off_guess")
        return Key(
            wrong,
            {
                ("没点到的那样不算：它没有结果。", "What was not counted has no result and does not count here."): wrong + 1,
                ("只数了少的；多出来的也是不符。", "Those are the short ones only; too many is a difference as well."): sum(one < 0 for one in differences().values()),
            },
            {"all": str(len(SHELF)), "guess": str(guess) if guess is not None else "–"},
        )  # fmt: skip

    def accuracy(self) -> Key:
        wrong, all_ = self.off().value, len(SHELF)
        return Key(
            100 * (all_ - wrong) / all_,
            {
                ("没盘的不进分母。", "What was not counted is not in the denominator."): 100 * (all_ - wrong) / (all_ + 1),
                ("那是不符的比例。", "That is the share that does not agree."): 100 * wrong / all_,
            },
            {"right": str(all_ - wrong), "all": str(all_)},
        )  # fmt: skip

    def shortage(self) -> Key:
        return _shortage(differences())

    def cause(self) -> Key:
        return Key("swapped")

    def closing(self) -> Key:
        """Counted 18 by a book of 18, one sold after that: what the book says at the end."""
        return Key(17, {
            ("结束盘点时，系统不会把卖掉的那个加回来。", "Closing does not bring back the one that was sold."): 18,
            ("那个已经按卖出记了一次，不会再记一次盘亏。", "It was booked as sold once, and is not booked as a shortage again."): 16,
        })  # fmt: skip


class MyCount(Keys):
    """What exercise inventory-3 asks: a count sheet of one's own, then an evening and a morning."""

    @property
    def cause(self) -> str:
        return CAUSES[int(self.given["my_number"]) % len(CAUSES)]

    @property
    def mine(self) -> tuple[Line, ...]:
        """The learner's sheet: sponges are always short, one thing more is told by its note."""
        number = int(self.given["my_number"])
        off = {"P0107": -(2 + number % 4)}
        many = 1 + number // 3 % 3
        off |= {
            "swapped": {"P0169": -many, "P0170": many},
            "not_received": {"P0041": 6},
            "not_noted": {"P0127": -many},
        }[self.cause]
        sheet = []
        for at, product in enumerate(("P0107", "P0169", "P0170", "P0127", "P0041")):
            book = 11 + (number * 7 + at * 5) % 13
            back = 1 + (number + at) % 4
            sheet.append(Line(product, book, book + off.get(product, 0) - back, back))
        return tuple(sheet)

    def sheet(self) -> Part:
        """The count sheet with the book beside it, and what was found on the way."""
        names, rows = goods(), []
        for one in self.mine:
            about = names.loc[one.product]
            rows.append([f"{one.product} {about['name']}", str(one.book), str(one.shelf), str(one.back), yuan(float(about["cost"]))])  # fmt: skip
        notes = {
            "swapped": _("The two notebooks cost the same; the tag of the dotted ones fell off weeks ago."),
            "not_received": _("Under the stairs stands a torn-open carton of raisins, the supplier's note of this morning still in it."),
            "not_noted": _("In the bin lie shards of a white rice bowl; the loss sheet is empty."),
        }  # fmt: skip
        heads = [_("Goods"), _("System stock"), _("on the shelf"), _("back room"), _("cost of one piece")]  # fmt: skip
        return parts.column(
            parts.table(_("Your count sheet"), heads, rows),
            parts.message("info", notes[self.cause]),
        )

    def _differences(self) -> dict[str, int]:
        return {one.product: one.difference for one in self.mine}

    def sponges(self) -> Key:
        """How many sponges are missing."""
        (one,) = (one for one in self.mine if one.product == "P0107")
        return Key(
            -one.difference,
            {("后仓那几个也要加上。", "Add those in the back room."): one.book - one.shelf},
            {"book": str(one.book), "there": str(one.shelf + one.back)},
        )

    def shortage(self) -> Key:
        return _shortage(self._differences())

    def accuracy(self) -> Key:
        off = self._differences().values()
        same, short = sum(one == 0 for one in off), sum(one >= 0 for one in off)
        return Key(
            100 * same / len(off),
            {
                ("那是不符的比例。", "That is the share that does not agree."): 100 - 100 * same / len(off),
                ("盘盈也是不符：多了同样是账错。", "A surplus does not agree either: too many is an error as well."): 100 * short / len(off),
            },
            {"right": str(same), "all": str(len(off))},
        )  # fmt: skip

    def why(self) -> Key:
        return Key(self.cause)

    def evening(self) -> Key:
        return _stocktake(EVENING | FOUND, LOCKED, "P0061", only_shelf=EVENING | {"P0061": 9})

    def again(self) -> Key:
        def act(shop: Any, many: int = FOUND["P0148"]) -> None:
            _count(shop, ["P0148"], {"P0148": many})

        return Key(act, {"wrong_count": lambda shop: act(shop, 4)})

    def cabinet(self) -> Key:
        def act(shop: Any, stop: str | None = None, count: bool = True, also: tuple = ()) -> None:
            counted = {LOCKED: 0} if count else {}
            _count(shop, [LOCKED], counted | dict.fromkeys(also, 7), stop=stop)

        return Key(
            act,
            {
                "counted_also": lambda shop: act(shop, also=("P0055",)),
                "under_way": lambda shop: act(shop, stop="counted once"),
                "left_out": lambda shop: act(shop, count=False),
            },
        )


def _shortage(differences: dict[str, int]) -> Key:
    """What is missing, at cost; the surplus does not make it smaller."""
    short = round(sum(worth(p, -d) for p, d in differences.items() if d < 0), 2)
    over = round(sum(worth(p, d) for p, d in differences.items() if d > 0), 2)
    prices = goods()["list_price"]
    tagged = round(sum(float(prices[p]) * -d for p, d in differences.items() if d < 0), 2)
    return Key(
        short,
        {
            ("盘盈、盘亏各算各的，不能抵掉。", "Surplus and shortage are added up apart; one does not pay for the other."): abs(round(short - over, 2)),
            ("盘亏按进价算，不按零售价。", "A shortage is counted at cost, not at the price tag."): tagged,
            ("那是盘盈。", "That is the surplus."): over,
        },
        {"over": yuan(over)},
    )  # fmt: skip


def _count(
    shop: Any,
    products: list[str],
    many: dict[str, int],
    causes: dict[str, str] | None = None,
    stop: str | None = None,
) -> None:
    """Take stock as it is done: what is named is counted again, and the manager signs for it; or
    `stop` before the end."""
    stock = shop.stock
    number = stock.open_count(products).stocktake_id
    for product, pieces in many.items():
        stock.count(number, product, pieces)
    if stop == "not closed":
        return
    report = stock.close_count(number, causes=causes)
    if stop == "counted once":
        return
    for product in report.count_again:
        stock.count(number, product, many[product])
    if report.count_again:
        report = stock.close_count(number)
    if report.status == "counted" and stop != "not signed":
        stock.sign_count(number, approved_by=MANAGER)


def _stocktake(there: dict[str, int], locked: str, broken: str, only_shelf: dict[str, int]) -> Key:
    """These goods are counted, the locked one is left, a reason is noted for the broken one."""

    def act(
        shop: Any,
        many: Any = there,
        unseen: bool = False,
        why: bool = True,
        stop: str | None = None,
    ) -> None:
        counted = many | ({locked: 0} if unseen else {})
        _count(shop, [*there, locked], counted, {broken: "broken"} if why else {}, stop)

    return Key(
        act,
        {
            "wrong_count": lambda shop: act(shop, only_shelf),
            "counted_unseen": lambda shop: act(shop, unseen=True),
            "no_cause": lambda shop: act(shop, why=False),
            "under_way": lambda shop: act(shop, stop="not closed"),
            "left_out": lambda shop: act(shop, {p: m for p, m in there.items() if p != broken}),
        },
    )
