"""Transfers: what became of every piece on its way, and what it is worth; the tasks done."""

from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import loaded, pictured, yuan
from crmkit.screen import Part, parts

TRANSFER, NEIGHBOUR, FAR = 1, "S02", "S03"
SENT = 4
"""Pieces of each of the three products on this morning's transfer."""
BOX = {"P0002": (4, 0), "P0004": (3, 1), "P0010": (2, 0)}
"""What the lesson's box holds: whole ones and broken ones, by product."""


def goods() -> Any:
    """Name, price and cost of every product, by its number."""
    return loaded("products", get_language()).set_index("product_id")


def not_there() -> float:
    """What the book would have too much, at cost, if all of the box were received as whole."""
    cost = goods()["cost"]
    return float(sum((SENT - whole) * cost[one] for one, (whole, _broken) in BOX.items()))


def draw_box(ax: Any) -> None:
    """Each product of the transfer: received, broken, still on the way."""
    from crmkit.plot._style import BAD, GOOD, MAIN

    names = goods()["name"]
    for row, (product, (whole, broken)) in enumerate(BOX.items()):
        left, coming = 0, SENT - whole - broken
        for pieces, fill in (
            (whole, {"color": GOOD}),
            (broken, {"color": BAD}),
            (coming, {"facecolor": "none", "edgecolor": MAIN, "hatch": "//"}),
        ):
            for _one in range(pieces):
                ax.barh(row, 0.9, left=left, height=0.6, **fill)
                left += 1
        ax.text(-0.2, row, names[product], ha="right", va="center", fontsize=14)
    for at, color, words in (
        (0, GOOD, _("received")),
        (1.1, BAD, _("broken on the way")),
        (3.2, MAIN, _("still on the way")),
    ):
        ax.text(at, 2.85, words, color=color, fontsize=14)
    ax.set_xlim(-2.6, 5)
    ax.set_ylim(3.2, -0.6)
    ax.set_axis_off()


class Moving(Keys):
    """What lesson inventory-02 asks."""

    def box(self) -> Part:
        """What is in the box, and what pressing the quick button would cost; with the guess."""
        guess = self.given.get("gap_guess")
        words = _(
            "Your guess: {guess}. {gap} at cost would be in the system, but not in the shop or not fit to sell."
        )
        said = words.format(
            guess=yuan(float(guess)) if guess is not None else "–", gap=yuan(not_there())
        )
        told = _("Of four each: jasmine tea 4 whole; Longjing 3 whole, 1 broken; herbal tea 2 whole, 2 still on the way.")  # fmt: skip
        return parts.column(
            parts.message("noted", said), parts.card(pictured(draw_box, told, size=(9.5, 3)))
        )

    def still_coming(self) -> Key:
        """How many of the twelve are still on the way."""
        whole = sum(one for one, _broken in BOX.values())
        broken = sum(one for _whole, one in BOX.values())
        sent = SENT * len(BOX)
        return Key(
            sent - whole - broken,
            {
                ("破的那罐不在路上了，要登记成损失。", "The broken tin is not on the way any more: it is noted as lost."): sent - whole,
                ("那是收到的好货。", "That is what was received whole."): whole,
            },
            {"sent": str(sent), "whole": str(whole), "broken": str(broken)},
        )  # fmt: skip

    def first_box(self) -> Key:
        return _first_box(BOX)

    def afternoon(self) -> Key:
        return _rest("P0010", 2, 2)

    def send(self) -> Key:
        return sending({"P0279": 4}, NEIGHBOUR, FAR)


class MyTransfer(Keys):
    """What exercise inventory-2 asks: a note of one's own, and a day's goods on their way."""

    @property
    def mine(self) -> tuple[str, int, int, int, int]:
        """The product of the learner's note, and how many were sent, received, broken, sent back."""
        number = int(self.given["my_number"])
        product = ("P0003", "P0008", "P0025", "P0138", "P0148", "P0211", "P0219")[number % 7]
        broken, back = 3 + number % 3, 1 + number // 3 % 2
        received = 9 + number // 6 % 8
        return product, received + broken + back + 3 + number % 4, received, broken, back

    def note(self) -> Part:
        """The delivery note as it was filled in at the door."""
        product, sent, received, broken, back = self.mine
        row = goods().loc[product]
        return parts.table(
            _("Delivery note: {product} {name}").format(product=product, name=row["name"]),
            [_("what"), _("pieces")],
            [
                [_("sent by the Riverside Store"), str(sent)],
                [_("received whole"), str(received)],
                [_("broken on the way"), str(broken)],
                [_("wrong goods, straight back"), str(back)],
                [_("cost of one piece"), yuan(float(row["cost"]))],
            ],
        )

    def coming(self) -> Key:
        """How many of the note are still on the way."""
        _product, sent, received, broken, back = self.mine
        return Key(
            sent - received - broken - back,
            {
                ("退回的那几件也不在来的路上了。", "What goes back is not on its way here either."): sent - received - broken,
                ("破的也要减掉。", "Take off the broken ones as well."): sent - received - back,
                ("损失和退回都要减掉。", "Take off what was lost and what goes back."): sent - received,
            },
        )  # fmt: skip

    def loss(self) -> Key:
        """What the broken pieces cost."""
        product, _sent, _received, broken, back = self.mine
        row = goods().loc[product]
        return Key(
            round(float(row["cost"]) * broken, 2),
            {
                ("损失按进价算，不按零售价。", "A loss is counted at cost, not at the price tag."): round(float(row["list_price"]) * broken, 2),
                ("那是一件的。", "That is for one piece."): float(row["cost"]),
                ("退回的没有损失，只算破的。", "What goes back is no loss; only the broken ones are."): round(float(row["cost"]) * (broken + back), 2),
            },
            {"broken": str(broken), "cost": yuan(float(row["cost"]))},
        )  # fmt: skip

    def first_box(self) -> Key:
        return _first_box({"P0002": (2, 2), "P0004": (4, 0), "P0010": (3, 0)})

    def send(self) -> Key:
        return sending({"P0279": 3, "P0148": 2}, NEIGHBOUR, FAR)

    def call_back(self) -> Key:
        def act(shop: Any, back: bool = True, where: str = FAR) -> None:
            number = shop.stock.send(where, [("P0138", 2)]).id
            if back:
                shop.stock.cancel_transfer(number)

        return Key(
            act,
            {
                "wrong_stock": lambda shop: act(shop, back=False),
                "wrong_store": lambda shop: act(shop, where=NEIGHBOUR),
            },
        )

    def evening(self) -> Key:
        return Key(
            lambda shop: shop.stock.accept(TRANSFER, [("P0010", 1)], surplus=[("P0010", 1)]),
            {
                "wrong_surplus": lambda shop: (
                    shop.stock.accept(TRANSFER, [("P0010", 3)])
                    and shop.stock.accept(TRANSFER, [("P0010", 1)])
                ),
                "wrong_received": lambda shop: shop.stock.accept(TRANSFER, [("P0010", 4)]),
            },
        )


def _first_box(box: dict[str, tuple[int, int]]) -> Key:
    """A part of the transfer is received, what is broken noted, the rest left on the way."""
    whole = [(one, many) for one, (many, _broken) in box.items()]
    broken = [(one, many) for one, (_whole, many) in box.items() if many]

    def act(shop: Any, lost: Any = broken) -> None:
        shop.stock.accept(TRANSFER, whole, lost=lost)

    return Key(
        act,
        {
            "wrong_received": lambda shop: shop.stock.accept(TRANSFER, [(o, SENT) for o in box]),
            "wrong_lost": lambda shop: act(shop, lost=()),
        },
    )


def _rest(product: str, first: int, then: int) -> Key:
    def act(shop: Any, many: int = then) -> None:
        shop.stock.accept(TRANSFER, [(product, many)])

    return Key(
        act,
        {"wrong_received": lambda shop: shop.stock.accept(TRANSFER, [(product, first + then)])},
    )


def sending(units: dict[str, int], store: str, wrong: str) -> Key:
    def act(shop: Any, where: str = store, less: int = 0) -> None:
        shop.stock.send(where, [(one, many - less) for one, many in units.items()])

    return Key(
        act,
        {
            "wrong_store": lambda shop: act(shop, wrong),
            "other_goods": lambda shop: act(shop, less=1),
        },
    )
