"""What is asked of sales staff about whom to write to, in the lesson and in its exercise: the keys."""

from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.sales.push import (
    BLAST,
    MANAGER,
    MONTHS,
    PAIRS,
    PRECISE,
    TOLD,
    List,
    by_consent,
    campaign,
    cards,
    clock_of,
    goes_at,
    may_be_written_to,
    plot_blast,
    push_list,
    show_cards,
    show_list,
)
from crmkit.lessons.view import pictured
from crmkit.screen import Part, parts


class Lists(Keys):
    """What is asked about six members and a push list."""

    @property
    def people(self) -> Any:
        """The six that are asked about."""
        raise NotImplementedError

    @property
    def list(self) -> List:
        """The push list that is asked about."""
        raise NotImplementedError

    def may(self) -> Key:
        """How many of the six may be written to."""
        people = self.people
        return Key(
            may_be_written_to(people),
            {
                ("退订了的也要拿掉。", "Whoever opted out goes as well."): sum(one.agreed for one in people),
                ("一周里已经收过一条的，这回不发。", "Whoever had an offer within the week is left alone this time."): by_consent(people),
                ("没同意的不能发。", "Whoever did not agree may not be written to."): len(people),
            },
        )  # fmt: skip

    def listed(self) -> Key:
        """How many members are on the push list."""
        one = self.list
        return Key(
            one.members,
            {
                ("没同意的也要拿掉。", "Take out those who have not agreed as well."): one.bought - one.have,
                ("已经买过的不用推。", "Those who have it already need no message."): one.bought - one.not_agreed,
            },
        )  # fmt: skip

    def conversion(self) -> Key:
        """Of those on the list, the share that bought."""
        one = self.list
        return Key(
            100 * one.buyers / one.members,
            {
                ("分母是名单上的人，不是买过第一样的所有人。", "Divide by those on the list, not by all who bought the first."): 100 * one.buyers / one.bought,
                ("这是名单以外的人。", "Those are the others."): 100 * one.other_buyers / one.others,
            },
            {"other": f"{one.other_rate:.1f}"},
        )  # fmt: skip


class Push(Lists):
    """What lesson sales-06 asks."""

    @property
    def people(self) -> Any:
        return cards(100)

    @property
    def list(self) -> List:
        return push_list(*PAIRS[0], MONTHS[-1])

    def blast(self) -> Part:
        """What the message to everyone brought, with the guess in it."""
        found, guess = campaign(BLAST), self.given.get("blast_guess")
        got, nothing = found["rate"]
        says = _("Of 100 who got the message {got:.0f} bought, of 100 who got nothing {nothing:.0f}.").format(got=got, nothing=nothing)  # fmt: skip
        return parts.column(
            pictured(lambda ax: plot_blast(found, guess, ax=ax), says, size=(8, 2.4)),
            parts.text(says),
        )

    def added(self) -> Key:
        """By how many points those written to bought more, in the campaign that was aimed."""
        got, nothing = campaign(PRECISE)["rate"]
        return Key(
            round(got - nothing, 1),
            {
                ("没发的也有人买，要减掉。", "Some of those left alone bought too: take them off."): got,
                ("看“家庭补货券”那两行。", "Look at the two rows of the family coupon."): round(campaign(BLAST)["rate"].iloc[0] - campaign(BLAST)["rate"].iloc[1], 1),
            },
            {"points": f"{got - nothing:.1f}"},
        )  # fmt: skip

    def late(self) -> Key:
        """When an offer sent at ten in the evening leaves."""
        return Key(goes_at(22), {("这时顾客在休息，系统会留着。", "People are resting then; the system keeps it."): 22})  # fmt: skip

    def opt_out(self) -> Key:
        return _withdraws("M000916", "sms", "mini_program")

    def wish(self) -> Key:
        return _wished(("birthday", "sms", 0, None), wrong_channel=("birthday", "email", 0, None), wrong_days_before=("birthday", "sms", 3, None))  # fmt: skip

    def one(self) -> Key:
        return _written("M003041", "wecom", "sms", "M003610")

    def push(self) -> Key:
        """The first campaign with a group left alone."""
        return _pushed("july_birthdays", "sms")


class MyPush(Lists):
    """What exercise sales-6 asks."""

    @property
    def people(self) -> Any:
        return cards(self.given["my_number"])

    @property
    def list(self) -> List:
        number = self.given["my_number"]
        return push_list(*PAIRS[number % len(PAIRS)], MONTHS[number // len(PAIRS) % len(MONTHS)])

    def mine(self) -> Part:
        """Six members, the hour, and a push list."""
        clock = _("You press Send at {hour}:00.").format(hour=clock_of(self.given["my_number"]))
        return parts.column(show_cards(self.people), parts.text(clock, "big"), show_list(self.list))

    def at_hour(self) -> Key:
        """At which hour the offer leaves."""
        hour = clock_of(self.given["my_number"])
        return Key(
            goes_at(hour),
            {
                ("这时在免打扰时段里，系统会留到早上。", "That is within the quiet hours: the system keeps it until the morning."): hour,
                ("这时不在免打扰时段，马上就发。", "That is not within the quiet hours: it goes at once."): 9,
            },
        )  # fmt: skip

    def ahead(self) -> Key:
        """By how many points the list buys more than everyone else."""
        one = self.list
        return Key(
            round(one.rate - one.other_rate, 1),
            {
                ("别人不收消息也会买一些，要减掉。", "The others buy some as well: take it off."): one.rate,
                ("是相减，不是相除。", "Take one from the other instead of dividing."): round(one.rate / one.other_rate, 1) if one.other_rate else None,
            },
            {"points": f"{one.rate - one.other_rate:.1f}"},
        )  # fmt: skip

    def opt_out(self) -> Key:
        return _withdraws("M001294", "mini_program", "sms")

    def wish(self) -> Key:
        return _wished(("holiday", "mini_program", 3, "10-01"), wrong_channel=("holiday", "sms", 3, "10-01"), wrong_days_before=("holiday", "mini_program", 0, "10-01"), wrong_month_day=("holiday", "mini_program", 3, "10-06"))  # fmt: skip

    def one(self) -> Key:
        return _written("M004683", "sms", "mini_program", "M003302")

    def push(self) -> Key:
        """The campaign for the new nappies."""
        return _pushed("call_news", "mini_program")


def _template(shop: Any, channel: str, words: str = TOLD) -> int:
    subject = "news" if channel == "email" else None
    return shop.marketing.make_template("news", channel, get_language(), words, subject=subject)


def _pushed(segment: str, channel: str) -> Key:
    """A campaign to a segment with a fifth left alone, drawn and sent; and ways to miss it."""

    def run(shop: Any, to: str, control: int, sent: bool, words: str = TOLD) -> None:
        office = shop.as_staff(MANAGER).marketing
        made = office.make_campaign("news", to, _template(shop.as_staff(MANAGER), channel, words), control_percent=control)  # fmt: skip
        if sent:
            office.freeze(made.id)
            office.send(made.id)

    return Key.of_task(
        run,
        [segment, 20, True],
        wrong_segment_id=["sleeping", 20, True],
        wrong_control_percent=[segment, 0, True],
        untold=[segment, 20, True, "Hello {name}"],
        under_way=[segment, 20, False],
    )


def _withdraws(member: str, gone: str, kept: str) -> Key:
    """No more offers on one channel, while the other stays."""

    def no_more(shop: Any, *channels: str) -> None:
        for one in channels:
            shop.members.consent(member, "marketing", one, False, "phone")

    return Key.of_task(no_more, [gone], no_consent=[gone, kept])


def _wished(right: tuple, **wrong: tuple) -> Key:
    """A wish, and ways to set it up wrongly."""

    def wish(shop: Any, occasion: str, channel: str, days: int, day: str | None) -> None:
        office = shop.as_staff(MANAGER)
        message = _template(office, channel)
        office.marketing.add_care("wish", occasion, message, days_before=days, month_day=day)

    return Key.of_task(wish, right, **wrong)


def _written(member: str, channel: str, wrong: str, other: str) -> Key:
    """One message to one member."""

    def write(shop: Any, to: str, by: str, words: str = TOLD) -> None:
        office = shop.as_staff(MANAGER)
        shop.marketing.send_one(_template(office, by, words), to)

    return Key.of_task(
        write,
        [member, channel],
        wrong_channel=[member, wrong],
        wrong_member=[other, channel],
        untold=[member, channel, "Hello {name}"],
    )
