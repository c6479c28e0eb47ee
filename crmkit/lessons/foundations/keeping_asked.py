"""What the lesson on keeping in touch asks: the keys."""

from functools import cached_property

from crmkit.codes import LEVEL_STEPS
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.cashier.checkout import points_for
from crmkit.lessons.foundations.keeping import (
    CARED_FOR,
    FEASTS,
    GIFT,
    GIFT_BAG,
    REWARD,
    WITH_POINTS,
    around,
    around_birthday,
    calls,
    feasts,
    for_number,
    handed_out,
    kind_for,
    purchase_of,
    rung_up,
    wished,
    wrapped,
)
from crmkit.lessons.view import yuan
from crmkit.screen import Part, parts


class Keeping(Keys):
    """What the lesson on keeping customers asks."""

    @cached_property
    def number(self) -> int:
        """This learner's number."""
        return int(self.given.get("my_number", 1))

    def birthday_chart(self) -> Part:
        """Orders around birthdays, with the guess."""
        guess = self.given.get("birthday_guess")
        words = _("Your guess: {guess}. Around a birthday it is {value:.0f}.").format(
            guess="–" if guess is None else f"{guess:g}", value=around_birthday()
        )
        return parts.column(around(), parts.message("noted", words))

    def not_wished(self) -> Key:
        """How many with a birthday in July get no message."""
        found = wished()
        sent = ("那是收得到短信的。", "Those get the message.")
        return Key(found["members"] - found["queued"], {sent: found["queued"]})

    def holidays(self) -> list[tuple[str, str]]:
        """The holidays to choose from."""
        return [(one, label("holiday", one)) for one in FEASTS]

    def first_feast(self) -> Key:
        """The busiest holiday."""
        found = feasts()
        return Key(found.idxmax(), facts={"value": f"{found.max():.0f}"})

    def wrapped(self) -> Key:
        """Of the receipts with a gift box, how many per cent have wrapping."""
        sold, with_wrapping = wrapped()
        bare = ("那是没包的。", "Those went without.")
        rate = 100 * with_wrapping / sold
        return Key(rate, {bare: 100 - rate}, {"bare": f"{sold - with_wrapping:,}"})

    def birthday(self) -> Key:
        """The birthday purchase, rung up with the coupon and a bag."""
        return rung_up(CARED_FOR, {GIFT: 1, GIFT_BAG: 1}, WITH_POINTS)

    def found(self) -> Key:
        """Of the calls about use that were answered, how many per cent found a problem."""
        every = calls()
        row = every.loc["product_use"]
        made = ("没接通的也除进去了。他们没说话，问不出来。", "You divided by those made. Who did not answer said nothing.")  # fmt: skip
        due = ("除以了该打的。没打的，问不出来。", "You divided by those due. A call not made finds nothing.")  # fmt: skip
        everyone = ("三种回访的问题加在一起了，只看第一行。", "That adds up all three kinds. Look at the first row only.")  # fmt: skip
        return Key(
            100 * row["problem"] / (row["done"] - row["no_answer"]),
            {
                made: 100 * row["problem"] / row["done"],
                due: 100 * row["problem"] / row["due"],
                everyone: 100 * every["problem"].sum() / (every["done"] - every["no_answer"]).sum(),
            },
        )

    def member(self) -> Part:
        """The member of one's number, as the follow-up desk sees them."""
        one = for_number(self.number)
        return parts.card(
            parts.facts(
                (_("Member"), str(one.name)),
                (_("Last purchase, days ago"), f"{one['days']}"),
                (_("Spends most on"), label("category", one["favourite"])),
                (_("Agreed to news and offers"), _("yes") if one["agreed"] else _("no")),
            ),
            title=_("Whom to call?"),
        )

    def kind_of_call(self) -> Key:
        """Which call this member gets."""
        one = for_number(self.number)
        right = kind_for(one["days"], one["agreed"])
        wrong = {}
        if right == "leave":
            wrong = {("没同意收推荐和优惠，这通电话不能打。", "They have not agreed to news and offers: this call must not be made."): kind_for(one["days"], True)}  # fmt: skip
        elif right != "product_use":
            wrong = {("那件货买了太久，问用得怎么样晚了。", "That purchase is too long ago to ask how it is working out."): "product_use"}  # fmt: skip
        return Key(right, wrong, {"days": f"{one['days']}"})

    def unanswered(self) -> Key:
        """What to note when nobody answers."""
        return Key("again")

    def slip(self) -> Part:
        """This learner's member: level, spending, purchase."""
        level, before, paid = purchase_of(self.number)
        return parts.card(
            parts.facts(
                (heading("level"), label("level", level)),
                (_("Spent in 12 months so far"), yuan(before)),
                (_("Pays today"), yuan(paid)),
            ),
            title=_("At the till"),
        )

    def earned(self) -> Key:
        """The points of today's purchase."""
        level, before, paid = purchase_of(self.number)
        right = points_for(paid, level)
        plain = ("没看等级：等级高，分也多。", "The level counts: a higher one earns more.")
        whole = ("只算今天付的。", "Only for what is paid today.")
        wrong = {plain: points_for(paid, "regular"), whole: points_for(before, level)}
        return Key(right, wrong)

    def to_next(self) -> Key:
        """What is still missing to the next level after today."""
        level, before, paid = purchase_of(self.number)
        codes = [step.code for step in LEVEL_STEPS]
        above = LEVEL_STEPS[codes.index(level) + 1]
        today = ("今天付的也算进去了没有？", "Today's purchase counts, too.")
        return Key(
            round(above.from_spend - before - paid, 2),
            {today: round(above.from_spend - before, 2)},
            {"next": label("level", above.code)},
        )

    def redeemed(self) -> Key:
        """Points handed out as goods."""
        return handed_out(WITH_POINTS, REWARD)
