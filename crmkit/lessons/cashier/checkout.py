"""Checkout with a member: what is due, what is missing to an offer, points; the receipt."""

from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

from crmkit.codes import LEVEL_STEPS
from crmkit.i18n import get_language, label, use_language
from crmkit.i18n import gettext as _
from crmkit.lessons.view import loaded, pictured, yuan
from crmkit.money import yuan as money
from crmkit.practice import Shop, slip
from crmkit.practice.display import heading
from crmkit.screen import Part, Screen, parts

THRESHOLD, OFF, GIFT_FROM = 199, 30, 299
"""July's offers: so much off from so much on, and from where a gift comes (yuan)."""
DEAR = ({"P0247": 1}, {"P0004": 2}, {"P0251": 2})
TEA = {"P0247": 1, "P0003": 2}
NOTE = "#0B4841"


def goods() -> dict[str, tuple[str, float]]:
    """Name and price of every product."""
    table = loaded("products", get_language())
    return {
        one: (name, float(price))
        for one, name, price in zip(
            table["product_id"], table["name"], table["list_price"], strict=True
        )
    }


def gross(basket: dict[str, int]) -> float:
    """What a basket costs before any offer."""
    known = goods()
    return round(sum(many * known[one][1] for one, many in basket.items()), 2)


def points_for(paid: float, level: str) -> int:
    """The points a member of this level earns for so much money; parts of a point are dropped."""
    rate = next(step.points_per_100_yuan for step in LEVEL_STEPS if step.code == level)
    return round(100 * paid) * rate // 10_000


def basket_part(title: str, basket: dict[str, int]) -> Part:
    """A basket as a table."""
    known = goods()
    rows = [
        [known[one][0], yuan(known[one][1]), str(many), yuan(many * known[one][1])]
        for one, many in basket.items()
    ]
    return parts.table(title, [_("Goods"), _("Price"), _("Quantity"), _("Amount")], rows)


@cache
def _tea_receipt(language: str) -> Any:
    """The tea basket as the till of a fresh practice shop rings it up."""
    with use_language(language), TemporaryDirectory(prefix="crmkit-receipt-") as folder:
        shop = Shop.practice("counter", folder=folder)
        try:
            return shop.till.sale(ring_up(shop, TEA, "M002597"))
        finally:
            shop.close()


def _notes(found: Any) -> dict[str, str]:
    """What there is to know about lines of the receipt, by how the line begins."""
    sale, (box, tea, _gift) = heading("sale_id"), found.lines
    discount, gift = found.offers
    level = label("level", "gold")
    return {
        sale: _("A return begins with this number"),
        heading("member_id"): _("Recognised: points and offers are this member's"),
        f"  {tea.quantity} x": _("Two tins at list price; what is paid for them is below"),
        discount.offer: _(
            "Added automatically, shared over the items by their amounts:\n"
            "{price} × {due} ÷ {gross} = {paid} was paid for the gift box"
        ).format(
            price=money(box.list_price),
            due=money(found.total),
            gross=money(found.total + discount.discount),
            paid=money(box.amount),
        ),
        gift.offer: _("The gift: its price comes off again"),
        heading("total"): _("To pay. Say it aloud"),
        label("payment_method", "wechat"): _("A refund goes back this way"),
        heading("points_earned"): _("{level}: {paid} × 1.5, whole points only").format(
            level=level, paid=money(found.total)
        ),
    }


def _draw_receipt(found: Any, notes: dict[str, str], ax: Any) -> None:
    lines = list(slip.rows(found))
    ax.set_xlim(0, 96)
    ax.set_ylim(len(lines) + 0.6, -1)
    ax.axis("off")
    ax.fill([0, 42, 42, 0], [-0.9, -0.9, len(lines) + 0.5, len(lines) + 0.5], color="#FFFDF5",
            ec="#8A8A8A", lw=1)  # fmt: skip
    waiting = dict(notes)
    for y, (left, right) in enumerate(lines):
        if not left and not right:
            ax.plot([2, 40], [y, y], color="#8A8A8A", lw=1, ls="--")
            continue
        ax.text(2 + 2 * (left[:1] == " "), y, left.strip(), va="center", fontsize=13)
        ax.text(40, y, right, va="center", ha="right", fontsize=13)
        begins = next((one for one in waiting if left.startswith(one)), None)
        if begins is not None:
            words = waiting.pop(begins)
            raised = y - 0.45 * words.count("\n")  # a second line has its room above
            ax.annotate("", (42, y), (46.5, y), arrowprops={"arrowstyle": "-|>", "color": NOTE})
            ax.text(47, raised, words, va="center", fontsize=13, color=NOTE)


def receipt() -> Screen:
    """A receipt with what its lines mean beside them."""
    found = _tea_receipt(get_language())
    notes = _notes(found)
    told = _("; ").join(
        f"{line.strip()}: {words}".replace("\n", " ") for line, words in notes.items()
    )
    return Screen(
        lambda: parts.card(
            pictured(lambda ax: _draw_receipt(found, notes, ax), told, size=(11, 6.4), dpi=180),
            title=_("What a receipt says"),
        ),
        {},
        "receipt",
    )


def ring_up(shop: Any, basket: dict[str, int], member: str | None, **how: Any) -> int:
    units = list(basket.items())
    due = shop.till.quote(units, member_id=member, **how).due
    return shop.till.sell(units, member_id=member, payments={"wechat": due}, **how).sale_id
