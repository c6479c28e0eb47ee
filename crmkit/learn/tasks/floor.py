"""Tasks on the floor: calls noted, opportunities moved, goods where they should be."""

from dataclasses import dataclass

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.checks.outcome import Fault
from crmkit.learn.tasks.books import Books, Deal, Noted
from crmkit.learn.tasks.papers import noted_otherwise
from crmkit.money import yuan


@dataclass(frozen=True)
class WasCalled(Noted):
    """A call on the list of which this was noted: what came of it, what happens next, and one of
    these words of the customer."""

    says: tuple[str, ...] = ()

    def touches(self, books: Books) -> set[str]:
        return {self.member}

    def fault(self, now: Books, before: Books) -> Fault | None:
        noted = [one for one in now.calls if (one.member, one.call) == (self.member, self.call)]
        if not noted:
            return Fault("not_called", _("Nothing is noted of this call yet."))
        (one,) = noted
        for field, kind, reason in (
            ("outcome", "outcome", "wrong_outcome"),
            ("next_step", "next_step", "wrong_step"),
            ("next_on", None, "wrong_day"),
        ):
            there, right = getattr(one, field), getattr(self, field)
            if right is not None and there != right:
                value = label(kind, there) if kind else there or "–"
                return noted_otherwise(reason, field, value)
        if self.says and not any(word in one.note.casefold() for word in self.says):
            words = _("The note does not say it yet: write down what the customer said.")
            return Fault("says_nothing", words)
        return None


@dataclass(frozen=True)
class StandsAt(Deal):
    """An opportunity of this member that stands so, opened anew or moved; what is not named may
    be anything."""

    def touches(self, books: Books) -> set[str]:
        return {self.member}

    def fault(self, now: Books, before: Books) -> Fault | None:
        theirs = [one for one in now.deals if one.member == self.member]
        if not theirs:
            return Fault("no_deal", _("This member has no opportunity yet."))
        faults = [self._wrong_with(one) for one in theirs]
        return None if None in faults else faults[-1]

    def _wrong_with(self, one: Deal) -> Fault | None:
        for field, reason, shown in (
            ("product", "other_goods", str),
            ("stage", "wrong_stage", lambda code: label("stage", code)),
            ("lost_reason", "wrong_reason", lambda code: label("lost_reason", code)),
            ("amount", "wrong_amount", yuan),
            ("next_on", "wrong_day", str),
        ):
            there, right = getattr(one, field), getattr(self, field)
            if right is not None and there != right:
                return noted_otherwise(reason, field, "–" if there is None else shown(there))
        return None


@dataclass(frozen=True)
class OnHand:
    """How many of a product a store has now."""

    store: str
    product: str
    quantity: int

    def touches(self, books: Books) -> set[str]:
        return {self.product}

    def fault(self, now: Books, before: Books) -> Fault | None:
        there = now.on_hand.get((self.store, self.product), 0)
        if there == self.quantity:
            return None
        return Fault(
            "wrong_stock",
            _("{store} has {count} of {product}; it should have {right}.").format(
                store=self.store, product=self.product, count=there, right=self.quantity
            ),
        )
