"""Tasks at the member desk: records put right, merged, registered, and nobody else touched."""

from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import Fault
from crmkit.learn.tasks.books import PLAIN, SEALED, Books

_WRITTEN = (*SEALED, *PLAIN[:-1])
"""What people write into a record; the level follows from what is bought."""


def _was(field: str, fields: dict[str, Any]) -> str:
    """A field of a member's record and what stood in it, so that it can be put back."""
    value = fields[field]
    words = label("field", field)
    return (
        words if value is None else _("{field} (it was {value})").format(field=words, value=value)
    )


@dataclass(frozen=True)
class HasMember:
    """A live member, by number or phone, whose record says this."""

    wanted: dict[str, Any]

    def touches(self, books: Books) -> set[str]:
        found = self.wanted.get("id") or books.with_phone(self.wanted["phone"])
        return {found} if found else set()

    def fault(self, now: Books, before: Books) -> Fault | None:
        number = self.wanted.get("id") or now.with_phone(self.wanted["phone"])
        new = sorted(one for one in now.members if one not in before.members)
        if number is None and new:
            return Fault(
                "nobody",
                _("No member has the phone {phone}; the new member {id} has another.").format(
                    phone=self.wanted["phone"], id=new[-1]
                ),
            )
        if number is None:
            return Fault(
                "nobody",
                _("No member has the phone {phone} yet.").format(phone=self.wanted["phone"]),
            )
        fields = now.members.get(number)
        if fields is None:
            return Fault("nobody", _("There is no member {id}.").format(id=number))
        if fields["status"] == "erased":
            return Fault("erased", _("{id} was erased; that cannot be undone.").format(id=number))
        mixed_up = self._namesake(number, now, before)
        if mixed_up:
            return mixed_up
        same = [one for one in new if now.members[one]["name"] == fields["name"]]
        twice = [one for one in same if now.members[one]["status"] == "live" and one != number]
        if number in before.members and twice:
            return Fault(
                "twice",
                _(
                    "There are two records now: {id} and {other}. Call the manager to merge them"
                    " into {id}, then look at {id} again."
                ).format(id=number, other=twice[0]),
            )
        if fields["status"] == "merged":
            fields = now.members[fields["is_now"]]
        for field, right in self.wanted.items():
            if field in ("id", "agrees_to", "declines"):
                continue
            names = set(right.values()) if isinstance(right, dict) else {right}
            if fields[field] in names:
                continue
            shown = say(right) if isinstance(right, dict) else right
            words = {"id": number, "field": label("field", field), "right": shown}
            if fields[field] is None:
                return Fault(
                    "empty", _("{id}: {field} is empty; it should be {right}.").format(**words)
                )
            return Fault(
                "wrong_field",
                (
                    _("One record again; {field} on {id} is still {value}. Make it {right}.")
                    if any(now.members[one]["is_now"] == number for one in same)
                    else _("{id}: {field} is {value}; it should be {right}.")
                ).format(**words, value=fields[field]),
            )
        for channel in self.wanted.get("agrees_to", ()):
            if (number, channel) not in now.agreed:
                return Fault(
                    "no_consent",
                    _("{id} has not agreed to {channel} on record.").format(
                        id=number, channel=label("channel", channel)
                    ),
                )
        for channel in self.wanted.get("declines", ()):
            if (number, channel) in now.agreed:
                return Fault(
                    "still_agrees",
                    _("{id} still agrees to {channel} on record.").format(
                        id=number, channel=label("channel", channel)
                    ),
                )
        return None

    @staticmethod
    def _namesake(number: str, now: Books, before: Books) -> Fault | None:
        """Somebody else of the same name, whose record was taken for this one's."""
        name = before.members.get(number, {}).get("name")
        for other, was in before.members.items():
            if other == number or was["name"] != name or was["status"] != "live":
                continue
            is_now = now.members[other]
            changed = [_was(one, was) for one in _WRITTEN if is_now[one] != was[one]]
            if {c for m, c in now.agreed if m == other} != {
                c for m, c in before.agreed if m == other
            }:
                changed.append(_("consent"))
            if changed:
                return Fault(
                    "namesake_changed",
                    _(
                        "{other} has the same name, but is somebody else: {field} was changed there."
                        " Put it back, then open {id}."
                    ).format(other=other, field=changed[0], id=number),
                )
        return None


@dataclass(frozen=True)
class AreMerged:
    """Two records made one, the right one kept."""

    keep: str
    gone: str

    def touches(self, books: Books) -> set[str]:
        return {self.keep, self.gone}

    def fault(self, now: Books, before: Books) -> Fault | None:
        kept, gone = now.members.get(self.keep), now.members.get(self.gone)
        if kept is None or gone is None:
            missing = self.keep if kept is None else self.gone
            return Fault("nobody", _("There is no member {id}.").format(id=missing))
        for number, fields in ((self.keep, kept), (self.gone, gone)):
            if fields["status"] == "erased":
                return Fault(
                    "erased", _("{id} was erased; that cannot be undone.").format(id=number)
                )
        if kept["status"] == "merged" and kept["is_now"] == self.gone:
            return Fault(
                "wrong_way_round",
                _(
                    "Merged the wrong way round: {keep} should have been kept. Undo the merge, then merge again."
                ).format(keep=self.keep),
            )
        if gone["is_now"] == self.keep:
            return None
        if gone["is_now"] != self.gone:
            return Fault(
                "wrong_partner",
                _(
                    "{gone} was merged into {other}, not into {keep}. Undo the merge, then merge again."
                ).format(gone=self.gone, other=gone["is_now"], keep=self.keep),
            )
        return Fault(
            "not_merged",
            _("{keep} and {gone} are still two records.").format(keep=self.keep, gone=self.gone),
        )


@dataclass(frozen=True)
class NothingElse:
    """Everybody and everything that no task names is as it was."""

    free: frozenset[str]

    def touches(self, books: Books) -> set[str]:
        return set()

    def fault(self, now: Books, before: Books) -> Fault | None:
        for number, fields in before.members.items():
            if number in self.free:
                continue
            became = now.members.get(number)
            if became is None or became["status"] == "erased":
                return Fault(
                    "stranger_gone",
                    _("{id} is gone, and nobody asked for that.").format(id=number),
                )
            if became["status"] == "merged" and fields["status"] == "live":
                return Fault(
                    "stranger_merged",
                    _("{id} was merged, and nobody asked for that.").format(id=number),
                )
            changed = [field for field in fields if became[field] != fields[field]]
            if changed:
                return Fault(
                    "stranger_changed",
                    _("{id}: {field} was changed, and nobody asked for that.").format(
                        id=number, field=_was(changed[0], fields)
                    ),
                )
        for number, fields in now.members.items():
            if (
                number not in before.members
                and number not in self.free
                and fields["status"] == "live"
            ):
                return Fault(
                    "one_too_many",
                    _("{id} was registered, and nobody asked for that.").format(id=number),
                )
        for key in sorted({*before.on_hand, *now.on_hand}):
            then, there = before.on_hand.get(key, 0), now.on_hand.get(key, 0)
            if key[1] not in self.free and then != there:
                return Fault(
                    "stock_changed",
                    _("{store} has {count} of {product} instead of {then}.").format(
                        store=key[0], product=key[1], count=there, then=then
                    ),
                )
        return None
