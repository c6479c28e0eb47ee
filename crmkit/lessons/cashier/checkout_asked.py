"""What is asked of cashiers about the till, in the lesson and in its exercise: the keys."""

from typing import Any

from crmkit.codes import LEVEL_STEPS, LEVELS
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.cashier.checkout import (
    DEAR,
    GIFT_FROM,
    OFF,
    TEA,
    THRESHOLD,
    basket_part,
    goods,
    gross,
    points_for,
    ring_up,
)
from crmkit.lessons.view import yuan
from crmkit.screen import Part, parts


class Checkout(Keys):
    """What lesson cashier-02 asks."""

    def till_says(self) -> Part:
        """What the till makes of the tea basket, with the guess."""
        before = gross(TEA)
        guess = self.given.get("due_guess")
        words = _("Your guess: {guess}. The till asks for {due}.").format(
            guess=yuan(float(guess)) if guess is not None else "–", due=yuan(before - OFF)
        )
        facts = parts.facts(
            (_("before offers"), yuan(before)),
            (_("¥30 off when you spend ¥199"), yuan(-float(OFF))),
            (_("free gift when you spend ¥299"), _("a pack of greeting cards, 0.00")),
            (_("to pay"), yuan(before - OFF)),
        )
        return parts.column(
            parts.message("noted", words), basket_part(_("In the basket"), TEA), facts
        )

    def earned(self) -> Key:
        """The points a silver member earns for 49.90 yuan."""
        return Key(
            points_for(49.9, "silver"),
            {
                ("这是普通会员的算法。", "That is what a regular member gets."): 49,
                ("零头不算分，舍去。", "Parts of a point are dropped, not rounded up."): 60,
            },
        )

    def coupon_points(self) -> Key:
        return _with_coupon("M003209", 100)

    def reach_gift(self) -> Key:
        return _tea("M002597", "M003209")

    def tin_back(self) -> Key:
        """What a customer gets for one of the two tins."""
        before, (_name, price) = gross(TEA), goods()["P0003"]
        shared = round(OFF * 2 * price / before, 2)
        every = ("那是两罐的。", "That is for both tins.")
        return Key(
            round((2 * price - shared) / 2, 2),
            {
                ("那是标价。优惠也摊到了这一罐上，顾客没付这么多。", "That is the list price. This tin had its share of the discount, too: less was paid."): price,
                ("30 元不是全摊在这一罐上。", "Not all of the 30 yuan came off this tin."): round(price - OFF, 2),
                every: round(2 * price - shared, 2),
            },
            {"price": yuan(price)},
        )  # fmt: skip

    def part_back(self) -> Key:
        units = [("P0003", 1), ("P0255", 1)]
        return _tea_back("M002597", "wrong_item", "changed_mind", units)

    def all_back(self) -> Key:
        return _tea_back("M002597", "changed_mind", "poor_performance")


class MyCheckout(Keys):
    """What exercise cashier-2 asks: two baskets of one's own, and an hour's tasks."""

    @property
    def mine(self) -> tuple[dict[str, int], dict[str, int], str]:
        """A basket above the threshold, one below it, and a member's level."""
        number = int(self.given["my_number"])
        large = DEAR[number % 3] | {"P0138": 1 + number // 3 % 2}
        return large, {"P0008": 1 + number % 4}, LEVELS[1 + number // 6 % 3]

    def baskets(self) -> Part:
        """The baskets and the member of one's number."""
        large, small, level = self.mine
        return parts.column(
            basket_part(_("Basket A"), large),
            basket_part(_("Basket B"), small),
            parts.message(
                "noted",
                _("Basket A is paid by a {level} member, without coupon or points.").format(
                    level=label("level", level)
                ),
            ),
        )

    def due(self) -> Key:
        """What is to pay for basket A."""
        before = gross(self.mine[0])
        return Key(
            round(before - OFF, 2),
            {
                ("满减还没减。", "The discount is not off yet."): before,
                ("减了两次。", "You took it off twice."): round(before - 2 * OFF, 2),
            },
            {"gross": yuan(before)},
        )

    def short(self) -> Key:
        """How much is missing in basket B to the threshold discount."""
        before = gross(self.mine[1])
        return Key(
            round(THRESHOLD - before, 2),
            {
                ("那是到赠品还差的。", "That is how much more is needed for the gift."): round(
                    GIFT_FROM - before, 2
                ),
                ("那是篮子里已有的。", "That is what is in the basket already."): before,
            },
            {"gross": yuan(before)},
        )

    def earned(self) -> Key:
        """The points that basket A brings its member."""
        large, _small, level = self.mine
        before = gross(large)
        paid = round(before - OFF, 2)
        rate = next(step.points_per_100_yuan for step in LEVEL_STEPS if step.code == level)
        return Key(
            points_for(paid, level),
            {
                ("按实付的钱算，满减先减掉。", "Points are for what is paid: take the discount off first."): points_for(before, level),
                ("没看等级。", "You left out the member's level."): points_for(paid, "regular"),
            },
            {"paid": yuan(paid), "rate": str(rate)},
        )  # fmt: skip

    def recognise(self) -> Key:
        def sell(shop: Any, member: str | None, many: int = 2) -> None:
            ring_up(shop, {"P0138": many}, member)

        return Key(
            lambda shop: sell(shop, "M001814"),
            {
                "wrong_member": lambda shop: sell(shop, None),
                "other_goods": lambda shop: sell(shop, "M001814", 1),
            },
        )

    def coupon_points(self) -> Key:
        return _with_coupon("M003104", 200)

    def reach_gift(self) -> Key:
        return _tea("M001085", "M001814")

    def redeem(self) -> Key:
        return Key(
            lambda shop: shop.points.redeem("M002773", "P0009"),
            {"wrong_handed_out": lambda shop: shop.points.redeem("M002773", "P0255")},
        )

    def all_back(self) -> Key:
        return _tea_back("M001085", "wrong_item", "changed_mind")


def _with_coupon(member: str, points: int) -> Key:
    def sell(shop: Any, coupon: bool = True, pay_points: int = points) -> None:
        held = next(one.id for one in shop.offers.coupons(member) if one.usable)
        how = {"coupon": held} if coupon else {}
        ring_up(shop, {"P0003": 1}, member, pay_points=pay_points, **how)

    return Key(
        sell,
        {
            "no_offer": lambda shop: sell(shop, coupon=False),
            "wrong_points": lambda shop: sell(shop, pay_points=0),
        },
    )


def _tea(member: str, other: str) -> Key:
    return Key(
        lambda shop: ring_up(shop, TEA, member),
        {
            "wrong_member": lambda shop: ring_up(shop, TEA, other),
            "other_goods": lambda shop: ring_up(shop, {"P0247": 1}, member),
        },
    )


def _tea_back(member: str, reason: str, wrong: str, of_it: Any = None) -> Key:
    """The tea basket taken back, all of it or the units of it that are named."""

    def back(shop: Any, why: str = reason, units: Any = of_it) -> None:
        due = round(100 * (gross(TEA) - OFF))
        own = [one.sale_id for one in shop.till.sales_of(member) if one.total == due]
        sale = own[0] if own else ring_up(shop, TEA, member)
        shop.till.give_back(sale, units, reason=why)

    missed = "wrong_back" if of_it else "not_all_back"
    return Key(
        back,
        {
            "wrong_reason": lambda shop: back(shop, wrong),
            missed: lambda shop: back(shop, units=[("P0003", 2), ("P0255", 1)]),
        },
    )
