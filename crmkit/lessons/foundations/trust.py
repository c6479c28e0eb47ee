"""Trusted with their data: who may see what, who may be written to, what may be noted."""

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crmkit import data
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn import answers
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import guess_and_truth, pictured
from crmkit.practice import Shop
from crmkit.practice.access import ROLES
from crmkit.practice.command import OPERATIONS
from crmkit.screen import Part, Screen, parts

SCENE, MANAGER = "foundations-1", "E0001"
LAST_FOUR = "7751"
"""Whose record the lesson opens: a member of this store, the only one with these digits."""

SEEN = (
    "members.find_by_last_four",
    "members.consent",
    "followups.dial",
    "members.reveal",
    "audit.reveals",
    "members.erase",
    "files.export_members",
)
"""What the picture of who may see what shows, from the counter to the office."""

PEOPLE = ROLES[:-1]
"""Who works in a shop: everybody but the trainer."""


def may(operation: str) -> tuple[str, ...]:
    """The roles that hold a permission, as the practice shop grants it."""
    return tuple(role for role in PEOPLE if role in OPERATIONS[operation].roles)


def draw_who_may(ax: Any) -> None:
    """Who may do what with a member's data: a row a permission, a dot for each role that may."""
    from crmkit.plot._style import GOOD, QUIET

    for row, operation in enumerate(SEEN):
        for column, role in enumerate(PEOPLE):
            yes = role in may(operation)
            ax.scatter(
                column,
                row,
                s=520 if yes else 60,
                c=GOOD if yes else QUIET,
                marker="o" if yes else "_",
                linewidths=0 if yes else 3,
            )
    ax.set_xticks(range(len(PEOPLE)), [label("role", role) for role in PEOPLE])
    ax.set_yticks(range(len(SEEN)), [label("permission", one) for one in SEEN])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xlim(-0.6, len(PEOPLE) - 0.4)
    ax.set_ylim(len(SEEN) - 0.4, -0.6)
    ax.grid(visible=True, axis="y")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def who_may_see() -> Screen:
    """Who may see what, as a picture."""

    def show() -> Part:
        told = _("; ").join(
            f"{label('permission', one)}: {_(', ').join(label('role', role) for role in may(one))}"
            for one in SEEN
        )
        return parts.card(pictured(draw_who_may, told, size=(9, 4.4)))

    return Screen(show, {}, "who may see")


def looked() -> Screen:
    """Who looked at what in the learner's own shop, and why: its log."""
    folder = answers.folder()

    def look(_arg: Any, _values: dict) -> None:
        """The log is read whenever the screen is drawn."""

    def show() -> Part:
        shop = Shop.practice(SCENE, staff=MANAGER, folder=folder)
        try:
            seen = shop.audit.reveals()
            names = {one.id: one.name for one in shop.office.team()}
        finally:
            shop.close()
        rows = [
            [
                f"{one.at:%H:%M}",
                names.get(one.staff_id, one.staff_id),
                one.member_id,
                label("field", one.field),
                one.reason,
            ]
            for one in seen
        ]
        heads = [_("At"), _("By whom"), _("Member"), _("Field"), _("Reason given")]
        return parts.card(
            parts.table(_("Who looked"), heads, rows)
            if rows
            else parts.text(_("Nobody has looked yet.")),
            parts.row(parts.button(_("Look again"), "look", icon="refresh")),
            title=_("The log"),
        )

    return Screen(show, {"look": look}, "looked")


@dataclass(frozen=True)
class Told:
    """What the shop has on record of one person who may be sent a text message, or may not."""

    says: str
    age: int
    text: bool


CASES = (
    ("agreed", True),
    ("again", True),
    ("child_with_parent", True),
    ("withdrew", False),
    ("never_asked", False),
    ("other_channel", False),
    ("other_purpose", False),
    ("ticked", False),
    ("child_alone", False),
)
"""What may stand in a consent log, and whether an offer may then go out by text message."""

TEN = 10


def on_the_list(number: int) -> list[tuple[str, int]]:
    """Ten people by what is on record of them, with their age: each number deals its own ten.

    Each case is there at least once, so that no mistake goes unseen.
    """
    dealt = random.Random(f"consent {number}")
    cases = [case for case, _yes in CASES]
    chosen = [*cases, *dealt.choices(cases[:3], k=TEN - len(cases))]
    dealt.shuffle(chosen)
    return [
        (one, dealt.randint(10, 13) if one.startswith("child") else dealt.randint(19, 67))
        for one in chosen
    ]


def _list(number: int) -> Part:
    rows = [
        [str(place), str(age), label("consent_case", case)]
        for place, (case, age) in enumerate(on_the_list(number), 1)
    ]
    heads = [_("No."), _("Age"), _("On record")]
    return parts.table(_("To be sent today by text message"), heads, rows)


def today() -> Screen:
    """The list the lesson looks at together."""
    return Screen(lambda: parts.card(_list(0)), {}, "today's list")


def count_to_write(number: int) -> Key:
    """To how many of this list the message may go, and what the usual mistakes would count."""
    dealt = [case for case, _age in on_the_list(number)]
    yes = {case for case, text in CASES if text}

    def counting(*more: str, without: str = "") -> int:
        return sum(one in yes | set(more) and one != without for one in dealt)

    right = counting()
    mistakes = {
        (
            "多算了一位。不能发的有：撤回了的、只同意别的渠道或别的用途的、替她勾的、自己答应的孩子。",
            "One too many. Not to: who withdrew, who agreed to another channel or purpose only, "
            "who was ticked by somebody else, a child who agreed alone.",
        ): right + 1,
        (
            "多算了两位：可能把别的渠道、别的用途也当成同意短信优惠了。",
            "Two too many: perhaps another channel or another purpose was taken for offers by text.",
        ): counting("other_channel", "other_purpose"),
        ("这是名单上的总人数。", "That is everybody on the list."): len(dealt),
        (
            "少算了：撤回后又同意的，可以发。",
            "Too few: who withdrew and agreed again may be written to.",
        ): counting(without="again"),
        (
            "少算了：家长同意了的孩子，可以发。",
            "Too few: a child whose parent agreed may be written to.",
        ): counting(without="child_with_parent"),
    }
    return Key(right, mistakes, {"of": str(len(dealt))})


class Trust(Keys):
    """What the lesson on data asks."""

    number = 0

    def after_the_call(self) -> Part:
        """What each way of answering the caller leads to."""
        words = {
            "give": _(
                "You cannot see who is calling. If it is somebody she keeps away from, the number "
                "is out, and it cannot be called back."
            ),
            "half": _(
                "Even a yes is an answer: now the caller knows that she is our member and that the "
                "digits are hers."
            ),
            "offer": _(
                "Kind, firm and helpful: nothing leaves the shop, and she decides whether to call."
            ),
            "hang_up": _(
                "Nothing leaked. But if the caller is honest, someone in need was left alone."
            ),
        }
        return parts.message("noted", words[str(self.given.get("caller_guess", "offer"))])

    @cached_property
    def _agreed(self) -> tuple[int, int]:
        members = data.load("members")
        return int(members["consent_marketing"].sum()), len(members)

    def agreed_chart(self) -> Part:
        """Of a hundred members, how many agreed to be written to, beside the guess."""
        agreed, of = self._agreed
        share = 100 * agreed / of
        words = _("{agreed:,} of {of:,} members agreed, {share:.0f} of every 100.")
        words = words.format(agreed=agreed, of=of, share=share)
        return guess_and_truth(self.given.get("agreed_guess"), _("They agreed"), share, words)

    def masked(self) -> Key:
        """What the desk says when a cashier wants a number in full."""
        if "cashier" in may("members.reveal"):
            raise CrmkitError("cashiers may reveal")
        return Key("whose_job")

    def who_reveals(self) -> Key:
        """Who may see a field in full."""
        return Key(may("members.reveal")[0])

    def roles(self) -> dict[str, str]:
        """Those who work in a shop, to choose from."""
        return {role: label("role", role) for role in PEOPLE}

    def may_write(self) -> Key:
        """To how many of the list the message may go."""
        return count_to_write(self.number)

    def notes(self) -> Key:
        """What may stand on a record."""
        return Key({"likes", "repaired", "call_after"})

    def child(self) -> Key:
        """What to do when a child wants to join."""
        return Key("parent")

    def leak(self) -> Key:
        """What comes first when a list went to the wrong people."""
        return Key("tell")
