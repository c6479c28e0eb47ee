"""Best-before dates: what came in is dated, what is over is written off, what that costs of the sales."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.inventory.counting import MANAGER
from crmkit.lessons.view import yuan
from crmkit.screen import Part, parts

NOODLES, COOKIES, RICE = "P0057", "P0034", "P0049"
OVER = "2025-06-28"
"""The date on the cookies that are past it."""
JUNE = {"expired": 1_260, "damaged": 540, "retail": 2_950, "sales": 150_000}
"""A month of a shop: written off at cost, what it would have sold for, and the sales; in yuan."""


class Dating(Keys):
    """What lesson inventory-05 asks of dates."""

    def between(self) -> Key:
        return Key("between")

    def take_dates(self) -> Key:
        return _received(NOODLES, 12, "2025-11-20", "2026-04-12")

    def off_shelf(self) -> Key:
        return Key(
            lambda shop: _write_off(shop, 3),
            {
                "wrong_quantity": lambda shop: _write_off(shop, 2),
                "wrong_reason": lambda shop: _write_off(shop, 3, "damaged"),
            },
        )

    def waste(self) -> Key:
        return _wastage(JUNE)

    def june(self) -> Part:
        """The month of which the wastage rate is asked."""
        return month(JUNE)


class MyDates(Keys):
    """What exercise inventory-5 asks of dates."""

    @property
    def my_month(self) -> dict[str, int]:
        number = int(self.given["my_number"])
        expired, damaged = 1_200 + 30 * (number % 10), 300 + 20 * (number % 7)
        retail, sales = (expired + damaged) * 8 // 5, 90_000 + 1_000 * (number % 20)
        return {"expired": expired, "damaged": damaged, "retail": retail, "sales": sales}

    def dated(self) -> Key:
        return _received(RICE, 10, "2026-01-15", "2025-10-15")

    def gone(self) -> Key:
        def act(shop: Any, seen: int = 2, note: bool = True) -> None:
            _write_off(shop, seen)
            if note:
                shop.stock.note_date(COOKIES, OVER, 0)

        return Key(
            act,
            {
                "wrong_quantity": lambda shop: act(shop, 3),
                "wrong_date": lambda shop: act(shop, note=False),
            },
        )

    def my_waste(self) -> Key:
        return _wastage(self.my_month)


def month(about: dict[str, int]) -> Part:
    """A month's wastage on a card."""
    rows = (
        (_("Written off past its date, at cost"), about["expired"]),
        (_("Written off damaged, at cost"), about["damaged"]),
        (_("Both at the price tag"), about["retail"]),
        (_("Sales of the month"), about["sales"]),
    )
    return parts.table(_("A month"), ["", ""], [[words, yuan(many)] for words, many in rows])


def _received(product: str, quantity: int, day: str, other: str) -> Key:
    def act(shop: Any, date: str | None = day) -> None:
        shop.stock.receive([(product, quantity)], best_before=date)

    return Key(
        act,
        {"came_undated": lambda shop: act(shop, None), "wrong_date": lambda shop: act(shop, other)},
    )


def _write_off(shop: Any, quantity: int, why: str = "expired") -> None:
    shop.as_staff(MANAGER).stock.write_off(COOKIES, quantity, why, best_before=OVER)


def _wastage(month: dict[str, int]) -> Key:
    off, sales = month["expired"] + month["damaged"], month["sales"]
    return Key(
        100 * off / sales,
        {
            ("破损的也算报损。", "What was damaged is written off as well."): 100 * month["expired"] / sales,
            ("报损按进价算，不按零售价。", "What is written off counts at cost, not at the price tag."): 100 * month["retail"] / sales,
        },
        {"off": yuan(off), "sales": yuan(sales)},
    )  # fmt: skip
