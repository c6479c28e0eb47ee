"""What is asked of sales staff about their month, in the lesson and in its exercise: the keys."""

from math import ceil

from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.sales.results import (
    COLLEAGUE,
    LEVERS,
    ME,
    MONTH,
    Month,
    card,
    next_target,
    plot_more,
    show_month,
)
from crmkit.lessons.view import pictured, yuan
from crmkit.screen import Part, parts


class Results(Keys):
    """What is asked of a seller's month."""

    @property
    def one(self) -> Month:
        return Month(ME, MONTH)

    @property
    def target(self) -> float:
        """The target that is to be reached."""
        return float(self.one.mine["target"])

    def attainment(self) -> Key:
        """Revenue ÷ target, in per cent."""
        mine = self.one.mine
        over, money = mine["revenue"] - mine["target"], yuan(abs(mine["revenue"] - mine["target"]))
        gap = _("{money} above it") if over > 0 else _("{money} short of it")
        return Key(
            100 * mine["revenue"] / mine["target"],
            {
                ("上下颠倒了：销售额在上，目标在下。", "It is upside down: revenue above, target below."): 100 * mine["target"] / mine["revenue"],
                ("这是差了（或超了）百分之几；问的是达成了百分之几。", "That is how far off it is; asked is how much was reached."): 100 * (mine["revenue"] / mine["target"] - 1),
            },
            {"gap": gap.format(money=money)},
        )  # fmt: skip

    def orders_needed(self) -> Key:
        """So many orders reach the target at this month's order value."""
        mine = self.one.mine
        exact = self.target * mine["orders"] / mine["revenue"]
        return Key(
            ceil(exact),
            {
                ("零头也要再做一单才够：往上进一。", "The part of an order needs a whole one: round up."): int(exact),
                ("这是还要多做的；问的是一共要做多少单。", "That is how many more; asked is how many in all."): ceil(exact) - int(mine["orders"]),
            },
            {"more": f"{ceil(exact) - int(mine['orders'])}"},
        )  # fmt: skip

    def upt(self) -> Key:
        mine = self.one.mine
        return Key(
            float(mine["upt"]),
            {("上下颠倒了：件数在上，单数在下。", "It is upside down: units above, orders below."): mine["orders"] / mine["units"]},
        )  # fmt: skip

    def aov(self) -> Key:
        mine = self.one.mine
        return Key(
            float(mine["aov"]),
            {("除以的是单数；除以件数，得到的是件单价。", "Divide by orders; by units it is the average item price."): mine["revenue"] / mine["units"]},
        )  # fmt: skip

    def month_before(self) -> Key:
        return _change(self.one.mine["revenue"], self.one.mine["before"], self.one.mine["last_year"])  # fmt: skip

    def year_before(self) -> Key:
        return _change(self.one.mine["revenue"], self.one.mine["last_year"], self.one.mine["before"])  # fmt: skip

    def repeat(self) -> Key:
        """Of the members who bought from this seller, the share who did so twice or more."""
        found = self.one.members
        return Key(
            100 * found["repeaters"] / found["buyers"],
            {("除以的是会员人数，不是订单数。", "Divide by members, not by orders."): 100 * found["repeaters"] / self.one.mine["orders"]},
            {"once": f"{found['buyers'] - found['repeaters']:.0f}"},
        )  # fmt: skip

    def weakest(self) -> Key:
        """The lever furthest below the store's sellers."""
        found = self.one.against_store()
        facts = {name: f"{round(value - 1, 2) + 0.0:+.0%}" for name, value in found.items()}
        return Key(self.one.weakest, facts=facts)

    def one_more(self) -> Key:
        """What a month gains when every fourth order holds one piece more."""
        mine = self.one.mine
        gain = mine["orders"] / 4 * mine["item_price"]
        return Key(
            gain,
            {
                ("不是每一单都多带，四单里才一单：再除以 4。", "Not every order holds one more, every fourth does: divide by 4."): 4 * gain,
                ("多带的是一件，乘件单价，不乘客单价。", "It is one piece more: times the item price, not the order value."): mine["orders"] / 4 * mine["aov"],
            },
            {"then": f"{(mine['revenue'] + gain) / mine['target']:.0%}"},
        )  # fmt: skip


def _change(now: float, before: float, other: float) -> Key:
    """The key of a change in per cent against `before`."""
    return Key(
        100 * (now / before - 1),
        {
            ("比错了月份：环比看上个月，同比看去年同月。", "That is against the other month: one is the month before, the other the same month last year."): 100 * (now / other - 1),
            ("除以的是以前的那个数。", "Divide by the earlier figure."): 100 * (1 - before / now),
            ("还要减去以前的：问的是变了百分之几。", "Take the earlier figure off first: asked is the change."): 100 * now / before,
        },
    )  # fmt: skip


class Mine(Results):
    """What lesson sales-04 asks."""

    def wall(self) -> Part:
        """What the colleague has more of, with the guess in it."""
        mine, other = self.one.mine, Month(COLLEAGUE, MONTH)
        more = {one: 100 * (other.mine[one] / mine[one] - 1) for one in ("revenue", *LEVERS)}
        guess = self.given.get("orders_guess")
        says = _("Your guess (◆): {guess} orders. In fact: {n}, and you had {mine}. What differs is the basket.").format(
            guess="–" if guess is None else f"{guess:.0f}", n=f"{other.mine['orders']:.0f}", mine=f"{mine['orders']:.0f}",
        )  # fmt: skip
        at = None if guess is None else max(-100, min(160, 100 * (guess / mine["orders"] - 1)))
        return parts.column(
            pictured(lambda ax: plot_more(more, at, ax=ax), says, size=(8, 2.6)), parts.text(says)
        )


class MyResults(Results):
    """What exercise sales-4 asks: the month of one's number."""

    @property
    def one(self) -> Month:
        return card(self.given["my_number"])

    @property
    def target(self) -> float:
        return next_target(self.one)

    def mine(self) -> Part:
        """The month, to read."""
        return show_month(self.one, self.target)
