"""What exercise foundations-1 asks: a lost regular, a list, a case and a campaign for each number."""

import random
from functools import cache, cached_property
from typing import Any

from crmkit import data
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.foundations import regulars_lost, tour, trust
from crmkit.screen import Part, parts

CASES = ("records", "marketing", "sales", "service")
"""The module in which the case of a number belongs."""


def regular(number: int) -> Any:
    """The lost regular who belongs to a number."""
    found = regulars_lost.all_lost()
    return found.iloc[(number - 1) % len(found)]


@cache
def today() -> Any:
    """The day on which the shop looks back: the last of its sales."""
    return data.load("sales")["sold_at"].max().normalize()


def group_of(number: int) -> int:
    """How many members are in the group of this number's campaign: a fifth of it is a whole number."""
    return 5 * random.Random(f"campaign {number}").randint(21, 79)


class FirstThree(Keys):
    """The keys of foundations-1: each number has cases of its own."""

    @cached_property
    def number(self) -> int:
        """This learner's number."""
        return int(self.given["my_number"])

    @cached_property
    def days(self) -> int:
        """How long this learner's regular has stayed away."""
        return int((today() - regular(self.number)["last_order"]).days)

    def sheet(self) -> Part:
        """Everything that belongs to this learner's number."""
        one, module = regular(self.number), CASES[self.number % len(CASES)]
        return parts.column(
            parts.card(
                parts.facts(
                    (_("Member"), str(one["member_id"])),
                    (_("Used to come every (days)"), f"{one['days_between']:g}"),
                    (_("Last purchase"), f"{one['last_order']:%Y-%m-%d}"),
                    (_("Today"), f"{today():%Y-%m-%d}"),
                ),
                title=_("A regular we lost"),
            ),
            parts.card(trust._list(self.number)),
            parts.card(
                parts.text(label("crm_case", module)),
                parts.text(
                    _("{n} members are in the group; one in five is left alone to compare with.").format(
                        n=group_of(self.number)
                    )
                ),
                title=_("A case and a campaign"),
            ),
        )  # fmt: skip

    def silent_days(self) -> Key:
        """For how many days the regular has not come."""
        gap = ("那是平时多少天来一次。", "That is how often they used to come.")
        return Key(self.days, {gap: float(regular(self.number)["days_between"])})

    def times(self) -> Key:
        """How many times the usual gap that is."""
        gap = float(regular(self.number)["days_between"])
        less = ("那是减法，要除。", "That subtracts; divide.")
        return Key(self.days / gap, {less: self.days - gap}, {"gap": f"{gap:g}"})

    def aim(self) -> Key:
        """Which aim of CRM was missed."""
        return Key("loyalty")

    def may_write(self) -> Key:
        """To how many of the list the message may go."""
        return trust.count_to_write(self.number)

    def notes(self) -> Key:
        """What may stand in a note."""
        return Key({"size", "promised"})

    def is_member(self) -> Key:
        """What to say when somebody asks whether another is a member."""
        return Key("neither")

    def module(self) -> Key:
        """In which module the case belongs."""
        return Key(CASES[self.number % len(CASES)])

    def modules(self) -> dict[str, str]:
        """The four modules, to choose from."""
        return tour.Tour({}).modules()

    def next_step(self) -> Key:
        """What comes after analysing."""
        return Key("plan")

    def to_send(self) -> Key:
        """To how many of the group the message is to go."""
        n = group_of(self.number)
        everybody = ("对照组也算进去了。", "That includes the control group.")
        control = ("那是对照组的人数。", "That is the control group.")
        twenty = ("减去的是两成，不是二十位。", "Take away one in five, not twenty.")
        wrong = {everybody: n, control: n // 5, twenty: n - 20}
        return Key(n - n // 5, wrong)

    def register(self) -> Key:
        def join(shop: Any, *channels: str, phone: str = "14200006677") -> None:
            born = "1998-03-12"
            shop.members.register(_("Xu Nuo"), phone, birth_date=born, consents=list(channels))

        return Key(
            lambda shop: join(shop, "sms"),
            {
                "still_agrees": lambda shop: join(shop, "sms", "email"),
                "no_consent": lambda shop: join(shop),
                "nobody": lambda shop: join(shop, "sms", phone="14200007766"),
            },
        )
