"""What stock keepers are asked about what is there, in the lesson and in its exercise: the keys."""

from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.inventory.asking import (
    HOME,
    PILLOW,
    TEA,
    drawn_from,
    here,
    ledgers,
    not_here,
    sold,
)
from crmkit.lessons.view import store_names
from crmkit.screen import Part, parts


class Asking(Keys):
    """What lesson inventory-01 asks."""

    def elsewhere(self) -> Part:
        """How many of the products this store lacks another one has; with the guess."""
        lacking = not_here()
        guess = self.given.get("elsewhere_guess", "–")
        words = _("Your guess: {guess}. Of the {all} products we lack, another store has {some}.")  # fmt: skip
        rows = [
            (name, str(sum(store in where for where in lacking.values())))
            for store, name in store_names().items()
            if store != HOME
        ]
        return parts.column(
            parts.message(
                "noted",
                words.format(guess=guess, all=len(lacking), some=sum(map(bool, lacking.values()))),
            ),
            parts.table(_("Has what we lack"), [_("Store"), _("Product lines")], rows),
        )

    def pillows(self) -> Key:
        """How many neck pillows the book says."""
        return Key(
            here(PILLOW),
            {
                ("那是 S02 的。", "That is what S02 has."): here(PILLOW, "S02"),
                ("那是架子上看得见的；先看账上写几个。", "That is what the shelf shows; first see what the system says."): here(PILLOW) - 1,
            },
        )  # fmt: skip

    def coming(self) -> Key:
        """How many tins of tea are on their way."""
        on_hand, coming = here(TEA), here(TEA, "transit")
        return Key(
            coming,
            {
                ("那是现有的。", "That is what is on hand."): on_hand,
                ("在途的还没到，不能和现有加在一起。", "What is in transit is not here yet: do not add it."): on_hand + coming,
            },
        )  # fmt: skip

    def keep(self) -> Key:
        return _keeping(PILLOW, "M000219", 3)

    def free(self) -> Key:
        """How many can be promised once three are kept."""
        return Key(
            here(PILLOW) - 3,
            {
                ("现有没有变，变的是可售：留着的不能再许给别人。", "On hand is the same; what is kept can no longer be promised."): here(PILLOW),
                ("那是留着的。", "That is what is kept."): 3,
            },
            {"on_hand": str(here(PILLOW))},
        )  # fmt: skip

    def sold_pillows(self) -> Key:
        """How many neck pillows were sold in the two weeks."""
        moves = ledgers()[PILLOW]
        lines = [move for move in moves if move[1] == "sale"]
        return Key(
            sold(moves),
            {
                ("那是笔数；有的一笔卖了两个。", "That is the number of sales; some took two."): len(lines),
                ("退回的那个不算卖出，也不用减。", "What came back is not a sale, nor is it taken off here."): sold(moves) - 1,
            },
            {"first": str(moves[0][3] - moves[0][2]), "last": str(moves[-1][3])},
        )  # fmt: skip

    def fourth(self) -> Key:
        """Where the fourth pillow is."""
        return Key("desk")


class MyGoods(Keys):
    """What exercise inventory-1 asks: a product of one's own, and a morning in the stock room."""

    scene = "inventory-1"

    @property
    def mine(self) -> str:
        """The product that the learner's number draws: some of it is here, its ledger of two weeks
        can be read on a screen, and one store has most of it."""
        fit = drawn_from(self.scene)
        return fit[37 * int(self.given["my_number"]) % len(fit)]

    def goods(self) -> Part:
        """What the learner's number draws."""
        from crmkit.lessons.view import loaded

        names = loaded("products", get_language()).set_index("product_id")["name"]
        words = _("A customer asks for {product} {name}. Look it up below.")
        return parts.message("noted", words.format(product=self.mine, name=names[self.mine]))

    def stores(self) -> list[tuple[str, str]]:
        """The stores to choose from: the others."""
        return [(one, f"{one} {name}") for one, name in store_names().items() if one != HOME]

    def on_hand(self) -> Key:
        """How many of it are here."""
        mine = self.mine
        everywhere = sum(here(mine, store, self.scene) for store in store_names())
        return Key(
            here(mine, scene=self.scene),
            {("那是四家店加起来的。", "That is all four stores together."): everywhere},
        )

    def most(self) -> Key:
        """The other store with most of it."""
        counts = {one: here(self.mine, one, self.scene) for one in store_names() if one != HOME}
        best = max(counts, key=counts.__getitem__)
        return Key(best, {}, {"count": str(counts[best])})

    def sold(self) -> Key:
        """Pieces sold in the two weeks."""
        moves = ledgers(self.scene)[self.mine]
        lines = sum(kind == "sale" for _day, kind, *_rest in moves)
        mistakes = {
            ("那是笔数，要数件数。", "That is the number of sales; count the pieces."): lines
        }
        return Key(sold(moves), mistakes, {"lines": str(lines)})

    def evening(self) -> Key:
        """The balance by the book on the evening of 24 June."""
        moves = ledgers(self.scene)[self.mine]
        until = [move for move in moves if move[0] <= "06-24"]
        right, now = until[-1][3], moves[-1][3]
        first = until[-1][3] - until[-1][2]
        return Key(
            right,
            {
                ("那是今天的。", "That is today's."): now,
                ("那是那一笔之前的；看那一行的结余。", "That is before that move; read the balance in its row."): first,
            },
            {"day": until[-1][0]},
        )  # fmt: skip

    def keep(self) -> Key:
        return _keeping("P0148", "M000094", 2)

    def let_go(self) -> Key:
        def act(shop: Any, free: bool = True) -> None:
            number = shop.stock.reserve("P0211", 1, member_id="M000270")
            if free:
                shop.stock.release(number)

        return Key(act, {"still_kept": lambda shop: act(shop, free=False)})

    def delivery(self) -> Key:
        return Key(
            lambda shop: shop.stock.receive([("P0005", 12), ("P0006", 10)]),
            {"wrong_stock": lambda shop: shop.stock.receive([("P0005", 10), ("P0006", 12)])},
        )

    def send_back(self) -> Key:
        why = _("damp")
        return Key(
            lambda shop: shop.stock.send_to_supplier([("P0008", 3)], why),
            {"wrong_stock": lambda shop: shop.stock.receive([("P0008", 3)])},
        )


def _keeping(product: str, member: str, quantity: int) -> Key:
    def keep(shop: Any, many: int = quantity, whom: str | None = member, days: int = 1) -> None:
        shop.stock.reserve(product, many, member_id=whom, days=days)

    return Key(
        keep,
        {
            "wrong_quantity": lambda shop: keep(shop, 1 if quantity > 1 else 2),
            "kept_for_other": lambda shop: keep(shop, whom=None),
            "wrong_days": lambda shop: keep(shop, days=3),
        },
    )
