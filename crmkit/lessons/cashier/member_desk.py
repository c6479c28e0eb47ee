"""The member desk: who shares a name or a number, how full a record is, and the tasks done right."""

from collections import Counter
from functools import cache
from typing import Any

from crmkit.codes import LEVEL_STEPS, LEVELS
from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.learn.tasks.books import untouched_books
from crmkit.screen import Part, parts

FIELDS = ("name", "phone", "email", "gender", "birth_date", "district", "occupation", "household")
"""What makes a record complete, as the member desk counts it."""
MANAGER = "E0001"
"""The store's manager."""


@cache
def records(scene: str, language: str) -> dict[str, dict[str, Any]]:
    """The members of a scene that nobody has worked on, by number."""
    books = untouched_books(scene, language)
    return {one: f for one, f in books.members.items() if f["status"] == "live"}


def sharing(members: dict[str, dict[str, Any]], what: str) -> int:
    """How many records share their ``"name"``, last four digits (``"tail"``) or ``"phone"``."""
    found = Counter(f["phone"][-4:] if what == "tail" else f[what] for f in members.values())
    return sum(many for many in found.values() if many > 1)


class AtTheDesk(Keys):
    """What lesson cashier-01 asks."""

    def alike(self) -> Part:
        """How many records share a name, the last four digits, a phone; with the guess."""
        members = records("counter", get_language())
        words = _("Your guess: {guess}. Of {all} records, {tail} share their last four digits.")
        rows = [
            [words_, str(sharing(members, what))]
            for what, words_ in (
                ("name", _("the same name as another")),
                ("tail", _("the same last four digits")),
                ("phone", _("the same phone")),
            )
        ]
        return parts.column(
            parts.message(
                "noted",
                words.format(
                    guess=self.given.get("tails_guess", "–"),
                    all=len(members),
                    tail=sharing(members, "tail"),
                ),
            ),
            parts.table(_("Records in this shop that have"), ["", _("how many")], rows),
        )

    def records_found(self) -> Key:
        """How many records the desk finds for the last four digits 9705."""
        members = records("counter", get_language())
        found = [one for one, fields in members.items() if fields["phone"].endswith("9705")]
        return Key(
            len(found),
            {("只数了上面那一个。", "That is only the one on top."): 1},
            {"numbers": _(", ").join(sorted(found))},
        )

    def how_full(self) -> Key:
        """How complete Ma Shuyu's record is, in per cent."""
        return fullness(records("counter", get_language())["M000038"])

    def join(self) -> Key:
        return Key(
            lambda shop: shop.members.register(
                _("Lin Yue"), "14200000009", birth_date="1990-05-01", consents=["sms"]
            ),
            {
                "no_consent": lambda shop: shop.members.register(
                    _("Lin Yue"), "14200000009", birth_date="1990-05-01"
                ),
                "still_agrees": lambda shop: shop.members.register(
                    _("Lin Yue"), "14200000009", birth_date="1990-05-01", consents=["sms", "email"]
                ),
            },
        )

    def new_phone(self) -> Key:
        return Key(
            lambda shop: shop.members.correct("M000058", phone="16000000058"),
            {"wrong_field": lambda shop: shop.members.correct("M000058", phone="16000000085")},
        )

    def one_of_two(self) -> Key:
        return _merging("M000026", "M006002")


class MyDesk(Keys):
    """What exercise cashier-1 asks: a customer of one's own, and a morning's tasks."""

    @property
    def mine(self) -> tuple[str, dict[str, Any]]:
        """The member whom the learner's number draws: nobody who is here twice, and no record
        without a gap."""
        members = records("cashier-1", get_language())
        tails = Counter(fields["phone"][-4:] for fields in members.values())
        fit = [
            one
            for one, fields in sorted(members.items())
            if tails[fields["phone"][-4:]] == 1 and any(fields[f] is None for f in FIELDS)
        ]
        drawn = fit[7 * int(self.given["my_number"]) % len(fit)]
        return drawn, members[drawn]

    def customer(self) -> Part:
        """Who stands at the counter, and what they say of themselves."""
        _number, fields = self.mine
        return parts.message(
            "noted",
            _("At your counter: {name}, the phone ends in {tail}. Look them up below.").format(
                name=fields["name"], tail=fields["phone"][-4:]
            ),
        )

    def levels(self) -> dict[str, str]:
        """The levels to choose from."""
        return {one: label("level", one) for one in LEVELS}

    def level(self) -> Key:
        """The level of one's own customer."""
        number, fields = self.mine
        rate = next(s.points_per_100_yuan for s in LEVEL_STEPS if s.code == fields["level"])
        return Key(fields["level"], {}, {"member": number, "rate": str(rate)})

    def filled(self) -> Key:
        """How complete their record is, in per cent."""
        return fullness(self.mine[1])

    def register(self) -> Key:
        about = {"birth_date": "1996-11-23"}
        return Key(
            lambda shop: shop.members.register(
                _("Shen Jia"), "15400000016", consents=["mini_program"], **about
            ),
            {
                "still_agrees": lambda shop: shop.members.register(
                    _("Shen Jia"), "15400000016", consents=["mini_program", "sms"], **about
                ),
                "empty": lambda shop: shop.members.register(
                    _("Shen Jia"), "15400000016", consents=["mini_program"]
                ),
            },
        )

    def again(self) -> Key:
        return Key(
            lambda shop: shop.members.correct("M000270", phone="16800000027"),
            {"wrong_field": lambda shop: shop.members.correct("M000270", phone="16800000072")},
        )

    def birthday(self) -> Key:
        return Key(
            lambda shop: shop.members.correct("M000094", birth_date="1977-03-22"),
            {"wrong_field": lambda shop: shop.members.correct("M000094", birth_date="1977-02-22")},
        )

    def withdraw(self) -> Key:
        return no_more_texts("M000331")

    def complete(self) -> Key:
        return Key(
            lambda shop: shop.members.correct("M000219", email="lejie.xie@example.com"),
            {"wrong_field": lambda shop: shop.members.correct("M000219", email="xie@example.com")},
        )

    def merge(self) -> Key:
        return _merging("M000023", "M006001")


def fullness(fields: dict[str, Any]) -> Key:
    """How complete a record is: the fields that are filled in, of all, in per cent."""
    filled = sum(fields[one] is not None for one in FIELDS)
    missing = [label("field", one) for one in FIELDS if fields[one] is None]
    every = len(FIELDS)
    return Key(
        100 * filled / every,
        {
            ("算成空着的了。", "That is the share that is empty."): 100 * (every - filled) / every,
            ("除的不是 8 项。", "Divide by all eight fields."): 100 * filled / (every - 1),
        },
        {"filled": str(filled), "every": str(every), "missing": _(", ").join(missing)},
    )


def no_more_texts(member: str) -> Key:
    """No more text messages to this member, and nothing else withdrawn."""

    def withdraws(shop: Any, *channels: str) -> None:
        for one in channels:
            shop.members.consent(member, "marketing", one, False, "counter")

    return Key.of_task(withdraws, ["sms"], no_consent=["sms", "mini_program"])


def _merging(keep: str, gone: str) -> Key:
    def merge(shop: Any, kept: str, other: str) -> None:
        shop.as_staff(MANAGER).members.merge(kept, other, _("the same birthday"))

    return Key.of_task(merge, [keep, gone], wrong_way_round=[gone, keep])
