"""What is asked of sales staff about offers, in the lesson and in its exercise: the keys."""

import re

from crmkit.campaign import ThresholdDiscount
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.sales.promotions import (
    BANDS,
    FOUR_BEFORE,
    FOUR_DURING,
    LESSON_PAPER,
    OFF,
    STORE,
    THRESHOLD,
    Paper,
    baskets,
    coupon,
    figures,
    paper,
    plan,
    plot_baskets,
    show_baskets,
    show_coupon,
    show_half_way,
    show_paper,
    visits_named,
)
from crmkit.lessons.view import pictured, store_names, yuan
from crmkit.screen import Part, parts


class OnPaper(Keys):
    """What is asked of one order on paper."""

    @property
    def paper(self) -> Paper:
        return LESSON_PAPER

    def gives_percent(self) -> Key:
        """What the percentage gives away, in yuan."""
        one = self.paper
        return Key(
            one.price * one.percent / 100,
            {("打折打的是售价，不是毛利。", "The percentage is of the price, not of the margin."): one.margin * one.percent / 100,
             ("这是打折以后的价钱；问的是让了多少。", "That is the price after it; asked is what is given away."): one.price * (100 - one.percent) / 100},
        )  # fmt: skip

    def gives_gift(self) -> Key:
        """What the gift costs the shop."""
        one = self.paper
        return Key(one.gift_cost, {("送出去的东西，我们只花了进价。", "The gift costs us what we paid for it, not its price."): one.gift_price})  # fmt: skip

    def left(self) -> Key:
        """The margin left of an order after the money off."""
        one = self.paper
        return Key(
            one.margin - one.off,
            {("这是没有优惠时的毛利，还要减去让的。", "That is the margin without the offer: take the money off."): one.margin,
             ("还没减进价：毛利 = 售价 − 进价。", "The cost was not taken off: margin = price − cost."): one.price - one.off},
        )  # fmt: skip

    def break_even(self) -> Key:
        """How many more orders pay for the money off, in per cent."""
        one = self.paper
        return Key(
            one.break_even,
            {("除以的是优惠以后剩下的毛利。", "Divide by the margin that is left after the offer."): 100 * one.off / one.margin,
             ("除以的是剩下的毛利，不是售价。", "Divide by the margin left, not by the price."): 100 * one.off / one.price},
        )  # fmt: skip


class Promotions(OnPaper):
    """What lesson sales-05 asks."""

    def already(self) -> Part:
        """How large orders were before the offer, with the guess."""
        found, guess = baskets(), self.given.get("already_guess")
        per_hundred = [100 * one / sum(found) for one in found]
        says = _("Your guess: {guess}. Before the offer {n:.0f} of 100 orders came to ¥99 or more: they get ¥15 off for what they would have bought anyway.").format(
            guess="–" if guess is None else f"{guess:.0f}", n=sum(per_hundred[2:]),
        )  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_baskets(per_hundred, ax=ax), says, size=(8, 2.6)),
            parts.text(says),
        )

    def read_99(self) -> Key:
        found = plan(ThresholdDiscount(THRESHOLD, OFF))
        return Key(100 * (found.break_even or 0), {_REACHED: 100 * found.offered})

    def read_149(self) -> Key:
        found, still = plan(ThresholdDiscount(149, OFF)), self.read_99().value
        wrong = ("门槛还没有动：先把滑块移到 149。", "The threshold has not moved: put the slider at 149 first.")  # fmt: skip
        return Key(100 * (found.break_even or 0), {wrong: still, _REACHED: 100 * found.offered})

    def own(self) -> Key:
        """A threshold and money off that can be afforded and moves somebody."""
        return Key(_own_judged, example=_("¥{off} off when you spend ¥{threshold}").format(threshold=129, off=12))  # fmt: skip

    def whom(self) -> Key:
        found = coupon()
        return Key(str((found["treatment"] - found["control"]).idxmax()))

    def half_margin(self) -> Key:
        return _half_margin(STORE)

    def decide(self) -> Key:
        """Busier, and hardly more margin: keep the word, adjust one thing."""
        earned_little = abs(self.half_margin().value) < 5
        return Key("adjust" if earned_little else "on")


_REACHED = ("这是够得上的单子占多少；问的是保本。", "That is the share of orders that get it; asked is the break-even.")  # fmt: skip


def _own_judged(sentence: str) -> tuple[str, str] | None:
    """What is wrong with a plan such as “满 129 减 12”, if anything."""
    numbers = sorted({float(one) for one in re.findall(r"\d+(?:\.\d+)?", sentence)}, reverse=True)
    if len(numbers) != 2 or not numbers[1]:
        return (
            "写两个数：门槛和减多少，例如：满 199 减 30。",
            "Write two figures, the threshold and what goes off, such as: ¥30 off when you spend ¥199.",
        )
    found = plan(ThresholdDiscount(numbers[0], numbers[1]))
    if found.break_even is None or found.break_even > 0.1:
        return (
            "保本要多卖一成以上，太贵了：门槛高一点，或者少减一点。",
            "It takes more than a tenth more orders to pay: raise the threshold or take less off.",
        )
    if found.offered < 0.1:
        return (
            "十单里连一单都够不上，没有人会为它多拿：门槛低一点。",
            "Not one order in ten reaches it, so nobody will stretch for it: lower the threshold.",
        )
    if numbers[1] < 0.08 * numbers[0]:
        return (
            "减得太少，顾客看不上：至少减门槛的 8%。",
            "Too little to move anybody: take off at least 8% of the threshold.",
        )
    return None


def _half_margin(store_id: str) -> Key:
    """The change of gross margin over the first four days, in per cent."""
    then, now = figures(store_id, FOUR_BEFORE), figures(store_id, FOUR_DURING)

    def change(name: str) -> float:
        return float(100 * (now[name] / then[name] - 1))

    return Key(
        change("gross_margin"),
        {("这是单数的变化；问的是毛利。", "That is the change in orders; asked is the margin."): change("orders"),
         ("这是销售额的变化；问的是毛利。", "That is the change in revenue; asked is the margin."): change("revenue")},
        {"margin": f"{change('gross_margin'):+.1f}%", "orders": f"{change('orders'):+.1f}%"},
    )  # fmt: skip


class MyPromotions(OnPaper):
    """What exercise sales-5 asks: a paper, a store and a group by one's number."""

    @property
    def number(self) -> int:
        return self.given["my_number"]

    @property
    def paper(self) -> Paper:
        return paper(self.number)

    @property
    def store(self) -> str:
        stores = list(store_names())
        return stores[self.number % len(stores)]

    @property
    def offer(self) -> ThresholdDiscount:
        """The offer that is worked out on the store's orders."""
        return ThresholdDiscount(BANDS[2 + self.number % 3], self.paper.off)

    def mine(self) -> Part:
        """Everything that is asked about."""
        return parts.column(
            show_paper(self.paper),
            show_baskets(self.store),
            parts.text(_("Your own offer on these orders: {off} off when you spend {threshold}.").format(off=yuan(self.offer.off), threshold=yuan(self.offer.threshold))),
            show_coupon("visits"),
            parts.text(_("Your group of members: {group}").format(group=visits_named()[self.number % 3])),
            show_half_way(self.store),
        )  # fmt: skip

    def offered(self) -> Key:
        """The share of the store's orders that reach the threshold, in per cent."""
        found, at = baskets(self.store), BANDS.index(int(self.offer.threshold))
        reached = sum(found[at:])
        return Key(
            100 * reached / sum(found),
            {("更大的单子也够得上，要加进来。", "Larger orders reach it as well: add them."): 100 * found[at] / sum(found),
             ("这是够不上的。", "Those are the ones that do not reach it."): 100 * (1 - reached / sum(found))},
            {"n": str(reached)},
        )  # fmt: skip

    def offer_cost(self) -> Key:
        """What the offer gives away on these orders, in yuan."""
        found, at = baskets(self.store), BANDS.index(int(self.offer.threshold))
        return Key(
            plan(self.offer, self.store).offer_cost,
            {("够不上门槛的不减，只算够得上的单子。", "Orders below the threshold get nothing: count those that reach it."): sum(found) * self.offer.off,
             ("更大的单子也要减。", "Larger orders get it as well."): found[at] * self.offer.off},
        )  # fmt: skip

    def store_break_even(self) -> Key:
        """How many more orders the store needs, in per cent."""
        found = plan(self.offer, self.store)
        return Key(
            100 * (found.break_even or 0),
            {("除以的是让完以后剩下的毛利。", "Divide by the margin left after what is given away."): 100 * found.offer_cost / found.margin},
        )  # fmt: skip

    def gained(self) -> Key:
        """How many more of 100 bought because of the coupon."""
        row = coupon("visits").iloc[self.number % 3]
        return Key(
            int(row["treatment"] - row["control"]),
            {("没有券，他们中也有人会来：要减掉。", "Some would have come without it: take them off."): int(row["treatment"])},
        )  # fmt: skip

    def half_margin(self) -> Key:
        return _half_margin(self.store)
