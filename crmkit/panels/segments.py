"""A segment on screen: conditions in plain words, whom they pick, and a name for them."""

from typing import Any

from babel.dates import get_month_names

from crmkit import codes
from crmkit.i18n import get_language, ngettext
from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk
from crmkit.panels.logic.desk import cents, whole
from crmkit.panels.shown import cannot, options, table
from crmkit.practice.display import heading
from crmkit.practice.domain import segment_rule
from crmkit.practice.errors import BadValue, PracticeError
from crmkit.screen import Part, parts

CODES = {"gender": codes.GENDERS, "occupation": codes.OCCUPATIONS, "household": codes.HOUSEHOLDS}


class Segments:
    """The page of a marketing desk on which segments are made."""

    def __init__(self, desk: Desk):
        self.desk, self.shop, self.work = desk, desk.shop, desk.work
        self.picked: Any = None

    def show(self) -> Part:
        why = cannot(self.work, "marketing.segments")
        if why:
            return why
        there = table(_("Segments"), self.shop.marketing.segments(), without=("id",))
        if not self.work.may("marketing.make_segment"):
            return there
        return parts.column(self._form(), self._whom(), there)

    def _form(self) -> Part:
        turn = self.work.turn
        months = get_month_names(context="stand-alone", locale=get_language())
        anyone = _("anyone")
        asked = [
            parts.select(name, heading(name), options(known, name, anyone), rev=turn)
            for name, known in CODES.items()
        ]
        stores = [("", anyone), *self.shop.stores().items()]
        days = _("days")
        called = self._called()
        return parts.card(
            parts.text(_("Fill in only what matters; whoever fits all of it is in the segment."), "quiet"),
            parts.form(
                "segment.make",
                *self.desk.marked(
                "segment",
                parts.choice("level", heading("level"), options(codes.LEVELS, "level"), [], many=True, rev=turn),
                parts.row(
                    *asked,
                    parts.select("home_store_id", heading("home_store_id"), stores, rev=turn),
                    parts.select("birthday_month", called["birthday_month"], [("", anyone), *((str(n), words) for n, words in months.items())], rev=turn),
                ),
                parts.row(
                    parts.field("bought_within_days", called["bought_within_days"], numeric=True, unit=days, rev=turn),
                    parts.field("not_bought_for_days", called["not_bought_for_days"], numeric=True, unit=days, rev=turn),
                    parts.field("spent_at_least", called["spent_at_least"], numeric=True, unit=_("yuan"), rev=turn),
                ),
                parts.row(
                    parts.button(_("Whom does this pick?"), "segment.try", icon="eye"),
                    parts.field("name", _("Name of the segment"), rev=turn),
                    parts.button(_("Keep the segment"), kind="primary", icon="check"),
                ),
                ),
                once=self.desk.keys("segment"),
            ),
            title=_("A new segment"), icon="members",
        )  # fmt: skip

    def _whom(self) -> Part | None:
        if self.picked is None:
            return None
        n, rule = self.picked.members, segment_rule.said(self.picked.rule)
        more = _("The first {n} of your own stores stand here.").format(n=len(self.picked.some))
        return parts.card(
            parts.stat(rule, ngettext("{n} member", "{n} members", n).format(n=n)),
            parts.text(more, "quiet") if n > len(self.picked.some) else None,
            table(_("Who they are"), self.picked.some, without=("email", "card", "consents", "status", "birthday")) if self.picked.some else None,
        )  # fmt: skip

    def rule(self, typed: dict) -> dict:
        """The conditions that were filled in."""
        found: dict[str, Any] = {}
        for name in segment_rule.LISTS:
            if given := typed.get(name):
                found[name] = given if isinstance(given, list) else [str(given)]
        for name in segment_rule.NUMBERS:
            if given := str(typed.get(name) or "").strip():
                try:
                    found[name] = (cents if name == "spent_at_least" else whole)(given, least=1)
                except BadValue as error:
                    words = _("{field}: {why}").format(field=self._called()[name], why=error)
                    raise BadValue(words) from None
        if not found:
            raise BadValue(_("Fill in at least one condition first."))
        return found

    @staticmethod
    def _called() -> dict[str, str]:
        return {
            "bought_within_days": _("Bought in the last"),
            "not_bought_for_days": _("Has not bought for"),
            "spent_at_least": _("Spent at least"),
            "birthday_month": _("Birthday in"),
        }

    def look(self, typed: dict) -> None:
        self.work.said = self.picked = self.desk.refused = None
        try:
            self.picked = self.shop.marketing.would_pick(self.rule(typed))
        except PracticeError as error:
            self.desk.refused = ("segment", "", str(error))

    def make(self, typed: dict, key: str) -> None:
        rule = self.rule(typed)
        there = {one.id for one in self.shop.marketing.segments()}
        number = next(n for n in range(1, len(there) + 2) if f"segment_{n}" not in there)
        made = self.shop.marketing.make_segment(
            f"segment_{number}", typed.get("name") or "", rule, key=key
        )
        self.picked = None
        words = ngettext(
            "{name} holds {n} member. It can be chosen for campaigns and visits now.",
            "{name} holds {n} members. It can be chosen for campaigns and visits now.",
            made.members,
        )
        self.work.tell("right", words.format(name=made.name, n=made.members))

    def acts(self) -> dict[str, Any]:
        return {
            "segment.try": lambda _a, typed: self.look(typed),
            "segment.make": lambda _a, typed: self.desk.note("segment", self.make, typed),
        }
