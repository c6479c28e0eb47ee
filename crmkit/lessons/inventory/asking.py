"""Asking for stock: what the four numbers say, what the ledger tells behind them."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import short_day
from crmkit.learn.tasks.books import untouched_books
from crmkit.lessons.view import pictured, store_names
from crmkit.practice.course_shop import ZONE
from crmkit.screen import Part, Screen, parts

SCENE, HOME = "stock-room", "S01"
PILLOW, TEA = "P0280", "P0004"
YEAR = 2025
"""What moved before stands in the ledger too; the lesson reads these two weeks."""

Move = tuple[str, str, int, int]
"""A row of the ledger: the day (06-30), its kind, the change and the balance after it."""


@cache
def ledgers(scene: str = SCENE) -> dict[str, tuple[Move, ...]]:
    """What moved at this store in the last two weeks, by product, the oldest first."""
    found: dict[str, list[Move]] = {}
    books = untouched_books(scene, get_language())
    for at, kind, product, source, target, pieces, left, grown in books.stock_room.ledger:
        day = at.astimezone(ZONE)
        if HOME in (source, target) and day.year == YEAR:
            row = (pieces, grown) if target == HOME else (-pieces, left)
            found.setdefault(product, []).append((f"{day:%m-%d}", kind, *row))
    return {product: tuple(rows) for product, rows in found.items()}


def shelves(scene: str = SCENE) -> dict[tuple[str, str], int]:
    """How many of each product the book has at each store, in a shop nobody worked in."""
    return untouched_books(scene, get_language()).on_hand


def here(product: str, store: str = HOME, scene: str = SCENE) -> int:
    return shelves(scene).get((store, product), 0)


def not_here() -> dict[str, list[str]]:
    """The products this store does not stock, each with the stores that have some."""
    products = {product for _store, product in shelves() if product != ""}
    return {
        one: [store for store in store_names() if here(one, store) > 0]
        for one in sorted(products)
        if here(one) == 0
    }


def sold(moves: Sequence[Move]) -> int:
    """Pieces that left with customers."""
    return -sum(change for _day, kind, change, _left in moves if kind == "sale")


def draw_ledger(ax: Any, moves: Sequence[Move]) -> None:
    """The balance as a staircase, each step with its change and what it was."""
    from crmkit.plot._style import GOOD, MAIN, QUIET

    start = moves[0][3] - moves[0][2]
    levels = [start, *(left for _day, _kind, _change, left in moves)]
    ax.step(range(len(levels)), levels, where="post", color=MAIN)
    for at, (_day, kind, change, left) in enumerate(moves, 1):
        color = GOOD if change > 0 else MAIN
        ax.scatter(at, left, color=color, zorder=3)
        words = f"{change:+d}\n{label('stock_kind', kind)}"
        ax.annotate(words, (at, left), (6, 8), textcoords="offset points", fontsize=13, color=color)
    ax.axhline(levels[-1], color=QUIET, linewidth=1.5, linestyle="--")
    days = [short_day(datetime.strptime(f"{YEAR}-{day}", "%Y-%m-%d")) for day, *_rest in moves]
    ax.set_xticks(range(len(levels)), [_("before"), *days])
    ax.set_ylim(0, max(levels) + 3)
    ax.set_ylabel(_("on hand, pieces"))


def ledger(product: str = PILLOW) -> Screen:
    """The ledger of a product as a picture."""

    def show() -> Part:
        moves = ledgers()[product]
        told = _("; ").join(
            f"{day} {label('stock_kind', kind)} {change:+d}, {left}"
            for day, kind, change, left in moves
        )
        return parts.card(
            pictured(lambda ax: draw_ledger(ax, moves), told, size=(9.5, 4)),
            title=_("The ledger of the beige neck pillow, 21 to 30 June"),
        )

    return Screen(show, {}, "ledger")


def draw_four(ax: Any, on_hand: int = 10, reserved: int = 3, coming: int = 4) -> None:
    """On hand, of that reserved and available; in transit beside it."""
    from crmkit.plot._style import ACCENT, GOOD, MAIN

    free = on_hand - reserved
    ax.barh(1, on_hand, color=MAIN)
    ax.barh(0, free, color=GOOD)
    ax.barh(0, reserved, left=free, color=ACCENT)
    ax.barh(1, coming, left=on_hand + 0.6, facecolor="none", edgecolor=MAIN, hatch="//")
    inside = {"ha": "center", "va": "center", "fontsize": 15}
    words = {
        "here": _("on hand"),
        "way": _("in transit"),
        "free": _("available"),
        "kept": _("reserved"),
    }
    ax.text(on_hand / 2, 1, f"{words['here']} {on_hand}", color="white", **inside)
    ax.text(on_hand + 0.6 + coming / 2, 1.52, f"{words['way']} {coming}", **inside)
    ax.text(free / 2, 0, f"{words['free']} {free}", color="white", **inside)
    ax.text(free + reserved / 2, 0, f"{words['kept']} {reserved}", **inside)
    ax.set_ylim(-0.5, 1.8)
    ax.set_axis_off()


def four_numbers() -> Screen:
    """The four numbers of a product, as a picture."""

    def show() -> Part:
        told = _("On hand 10 = available 7 + reserved 3; 4 more in transit.")
        return parts.card(pictured(draw_four, told, size=(9, 2.6)))

    return Screen(show, {}, "four numbers")


@cache
def drawn_from(scene: str) -> list[str]:
    """The products a number may draw."""
    fit = []
    for product, moves in sorted(ledgers(scene).items()):
        counts = sorted(here(product, one, scene) for one in store_names() if one != HOME)
        before = [move for move in moves if move[0] <= "06-24"]
        if (
            5 <= len(moves) <= 16
            and counts[-1] > counts[-2]
            and here(product, scene=scene) > 1
            and all(move[1] in ("sale", "return") for move in moves)
            and before
            and before[-1][3] != moves[-1][3]
        ):
            fit.append(product)
    return fit
