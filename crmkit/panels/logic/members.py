"""The member desk: find, register, put right, agree or withdraw, and what happened so far."""

from collections.abc import Sequence

from crmkit.i18n import gettext as _
from crmkit.panels.logic.desk import DeskWork, search_members
from crmkit.practice import Shop, values
from crmkit.practice.desks.members import Completeness
from crmkit.practice.errors import BadValue, NotFound, PracticeError
from crmkit.practice.people import Member


class MemberDesk(DeskWork):
    """Whom we found, and whose record is open."""

    def __init__(self, shop: Shop):
        super().__init__(shop)
        self.found: list = []
        self.more = False
        self.member: Member | None = None
        self.shown: dict[tuple[str, str], str] = {}
        self.problems: dict[str, str] = {}

    def search(self, words: str) -> None:
        self.said, self.found, self.more, self.member = None, [], False, None
        if not words.strip():
            raise _nobody()
        try:
            self.found, self.more = search_members(self.shop, words)
        except NotFound as nobody:  # an answer, too: look first, then register
            self.tell("info", str(nobody))
        if len(self.found) == 1:
            self.open(self.found[0].id)

    def open(self, member_id: str) -> None:
        self.said = None
        self.member = self.shop.members.show(member_id)
        self.turn += 1

    @property
    def one(self) -> Member:
        """The member whose record is open."""
        if self.member is None:
            raise _nobody()
        return self.member

    def close(self) -> None:
        self.member = None

    def look_over(self, name: str, phone: str) -> None:
        """What is wrong with the form so far, field by field; `double` is only a warning."""
        self.problems, same = {}, False
        alike: dict[str, Member] = {}
        for field, typed, tidy in (("name", name, values.name), ("phone", phone, values.phone)):
            if not typed.strip():
                continue
            try:
                tidy(typed)
                # a phone must be whole to be looked for; a name may be
                found = {one.id: one for one in search_members(self.shop, typed)[0]}
                alike, same = alike | found, same or (field == "phone" and bool(found))
            except BadValue as error:
                self.problems[field] = str(error)
            except PracticeError:
                pass  # nobody has it: so it should be
        if alike:
            who = _("; ").join(f"{m.id} {m.name} {m.phone}" for m in list(alike.values())[:3])
            sure, perhaps = (
                _("This phone number has a member already: {who}"),
                _("Perhaps the same person: {who}"),
            )
            self.problems["double"] = (sure if same else perhaps).format(who=who)

    def register(self, typed: dict[str, str], consents: Sequence[str], key: str) -> None:
        """A new member from a form; empty fields are left out."""
        given = {name: text.strip() for name, text in typed.items() if text and text.strip()}
        self.look_over(given.get("name", ""), given.get("phone", ""))
        name, phone = given.pop("name", ""), given.pop("phone", "")
        made = self.shop.members.register(name, phone, consents=list(consents), key=key, **given)
        self.problems, self.found = {}, [made]
        self.open(made.id)
        self.tell("right", _("{name} is member {id} now.").format(name=made.name, id=made.id))

    def correct(self, typed: dict[str, str], key: str) -> None:
        """What was filled in or changed; an empty field stays as it is."""
        changes = {name: text.strip() for name, text in typed.items() if text and text.strip()}
        if not changes:
            raise BadValue(_("Nothing was changed."))
        self.member = self.shop.members.correct(self.one.id, key=key, **changes)
        self.turn += 1
        self.tell("right", _("The record is put right."))

    def agree(self, purpose: str, channel: str | None, answer: str | None, key: str) -> None:
        """What the customer said of one channel, ``yes`` or ``no``: nothing is chosen for them."""
        if not channel or answer not in ("yes", "no"):
            raise BadValue(_("Choose the channel, and whether the customer agrees or withdraws."))
        given = answer == "yes"
        self.shop.members.consent(self.one.id, purpose, channel, given, "counter", key=key)
        self.open(self.one.id)
        self.tell("right", _("Noted: agreed.") if given else _("Noted: withdrawn."))

    def merge(self, other: str | None, reason: str | None, key: str) -> None:
        """The record that is open takes over the other one, which is the same person's."""
        gone = (other or "").strip().upper()
        if not gone:
            raise BadValue(_("Which is the other record? Type its number."))
        if not (reason or "").strip():
            raise BadValue(_("Write down how you know, for example: the birthday fits."))
        self.shop.members.merge(self.one.id, gone, reason or "", key=key)
        self.open(self.one.id)
        self.tell("right", _("{gone} is part of {kept} now.").format(gone=gone, kept=self.one.id))

    def unmerge(self, gone: str | None, key: str) -> None:
        """Two records again, as they were before a merge that was a mistake."""
        number = (gone or "").strip().upper()
        if not number:
            raise BadValue(_("Which is the other record? Type its number."))
        self.shop.members.unmerge(number, _("merged by mistake"), key=key)
        self.open(self.one.id)
        self.tell("right", _("{gone} is a record of its own again.").format(gone=number))

    def reveal(self, field: str, reason: str) -> None:
        """One field in full, for a reason that goes into the log."""
        value = self.shop.members.reveal(self.one.id, field, reason)
        self.shown[self.one.id, field] = value or "–"

    def like(self, kind: str, value: str, key: str) -> None:
        self.shop.members.prefer(self.one.id, kind, value, key=key)
        self.turn += 1
        self.tell("right", _("Noted."))

    def timeline(self) -> tuple:
        return self.shop.members.timeline(self.one.id, limit=30)

    def missing(self) -> Completeness:
        return self.shop.members.completeness(self.one.id)

    def history(self) -> tuple:
        return self.shop.till.sales_of(self.one.id, limit=20)


def _nobody() -> BadValue:
    return BadValue(_("Type a phone, its last four digits, a card or a whole name."))
