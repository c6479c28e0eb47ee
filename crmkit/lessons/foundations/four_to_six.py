"""What exercise foundations-2 asks: ten slips, a card, goods that came back, a call and a birthday."""

from functools import cached_property

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key
from crmkit.lessons.foundations import returned
from crmkit.lessons.foundations.keeping_asked import CARED_FOR, Keeping, rung_up
from crmkit.lessons.foundations.who_asked import Who
from crmkit.lessons.view import loaded, store_names
from crmkit.screen import Part, parts

CELEBRATES = "M001085"


class FourToSix(Who, Keeping):
    """The keys of foundations-2: each number has cases of its own, others than in the lessons."""

    @cached_property
    def number(self) -> int:
        """This learner's number, beyond those of the lessons."""
        return 100 + int(self.given.get("my_number", 1))

    def _goods(self) -> tuple[str, int, int]:
        """A product of the store with poor goods: id, pieces sold, pieces back as faulty."""
        one = returned.PRODUCTS[self.number % len(returned.PRODUCTS)]
        row = (
            returned.half_year()[1].set_index(["store_id", "product_id"]).loc[(returned.STORE, one)]
        )
        return one, int(row["sold"]), int(row["faulty"])

    def sheet(self) -> Part:
        """Everything that belongs to this learner's number."""
        product, sold, back = self._goods()
        names = loaded("products", get_language()).set_index("product_id")["name"]
        heads = [_("Product"), _("Pieces sold"), _("Returned as faulty")]
        title = _("{store}, July to December 2024").format(store=store_names()[returned.STORE])
        return parts.column(
            self.ten(),
            self.card(),
            parts.card(parts.table(title, heads, [(names[product], f"{sold}", f"{back}")])),
            self.member(),
            self.slip(),
        )

    def faulty(self) -> Key:
        """Of the pieces sold, how many per cent came back as faulty."""
        _product, sold, back = self._goods()
        pieces = ("这是件数，不是百分之几。", "That is the number of pieces, not a percentage.")
        kept = ("那是没退回来的。", "Those did not come back.")
        rate = 100 * back / sold
        return Key(rate, {pieces: float(back), kept: 100 - rate})

    def reply(self) -> Key:
        """The first sentence to somebody who complains."""
        return Key("hear")

    def birthday(self) -> Key:
        """The birthday purchase of the exercise."""
        return rung_up(CELEBRATES, {"P0251": 1, "P0253": 1}, CARED_FOR)
