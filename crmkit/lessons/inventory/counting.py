"""Stocktakes: what lies on the shelf, what the book says, what the difference costs."""

from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.lessons.inventory.asking import here
from crmkit.lessons.inventory.moving import goods

HOME, MANAGER = "S01", "E0001"
SHELF = {
    "P0217": (5, 0, 0),
    "P0218": (8, 2, 0),
    "P0138": (7, 3, 1),
    "P0037": (9, 6, 0),
    "P0055": (12, 8, 0),
    "P0266": (6, 3, 0),
}
"""What can be seen of each product: on the shelf, in the back room, and broken in the bin."""
LOCKED = "P0224"
TUMBLER = "P0138"


def counted() -> dict[str, int]:
    """How many of each product there are, in the shop and in the back room, fit to be sold."""
    return {product: shelf + back for product, (shelf, back, _broken) in SHELF.items()}


def differences() -> dict[str, int]:
    """Counted less the book, by product."""
    return {product: many - here(product) for product, many in counted().items()}


def worth(product: str, pieces: int) -> float:
    """So many pieces at cost."""
    return round(float(goods()["cost"][product]) * pieces, 2)


def draw_shelf(ax: Any) -> None:
    """A square for each piece: on the shelf, in the back room, broken; nothing of the locked one."""
    from crmkit.plot._style import ACCENT, BAD, MAIN

    names, back_at, bin_at = goods()["name"], 13, 22
    for row, (product, (shelf, back, broken)) in enumerate(SHELF.items()):
        ax.text(-0.7, row, f"{product}\n{names[product]}", ha="right", va="center", fontsize=13)
        for left, pieces, color in ((0, shelf, MAIN), (back_at, back, ACCENT)):
            at = range(left, left + pieces)
            ax.scatter(list(at), [row] * pieces, marker="s", s=150, color=color)
        ax.scatter([bin_at + one for one in range(broken)], [row] * broken, marker="X", s=170, color=BAD)  # fmt: skip
    row = len(SHELF)
    ax.text(-0.7, row, f"{LOCKED}\n{names[LOCKED]}", ha="right", va="center", fontsize=13)
    ax.text(-0.3, row, _("in the locked cabinet; the key is at home"), va="center", fontsize=13)
    for left, words in ((0, _("on the shelf")), (back_at, _("back room")), (bin_at, _("in the bin"))):  # fmt: skip
        ax.text(left - 0.3, -1, words, fontsize=14, va="center")
    ax.set_xlim(-10.5, 26)
    ax.set_ylim(row + 0.6, -1.5)
    ax.set_axis_off()


@dataclass(frozen=True)
class Line:
    """A row of a learner's own count sheet."""

    product: str
    book: int
    shelf: int
    back: int

    @property
    def difference(self) -> int:
        return self.shelf + self.back - self.book


CAUSES = ("swapped", "not_received", "not_noted")


EVENING = {"P0134": 8, "P0145": 8, "P0146": 9, "P0061": 13, "P0148": 11}
"""What is seen of each product in the exercise's evening."""
FOUND = {"P0148": 15}
"""What there is of it when it is counted again."""
