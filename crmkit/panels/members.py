"""The member desk on screen: find, register, and one person's record."""

from typing import Any

from crmkit import labels
from crmkit.codes import HOUSEHOLDS
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.panels.logic.lists import Listed, ListWork
from crmkit.panels.logic.members import MemberDesk
from crmkit.panels.shown import Keys, list_acts, options, page_of, said, table
from crmkit.practice import Shop, schema
from crmkit.practice.values import field_label
from crmkit.screen import Part, Screen, parts

ALL = Listed(
    "members.list_members",
    {"level": (schema.LEVELS, "level"), "gender": (schema.GENDERS, "gender")},
    ("id", "-joined_at"),
    days=True,
)
FORM = ("name", "phone", "email", "birth_date", "district", "occupation")


class MemberPanel:
    """What stands on the screen of a member desk."""

    def __init__(self, shop: Shop):
        self.desk = MemberDesk(shop)
        self.all = ListWork(shop, ALL)
        self.keys = Keys()
        self.tab = "find"
        self.asking: str | None = None

    def show(self) -> Part:
        desk = self.desk
        tabs = [("find", _("Find")), ("register", _("Register")), ("all", _("All members"))]
        body = {"find": self._find, "register": self._register, "all": self._all}[self.tab]
        if not desk.may("members.show"):
            return parts.message("warning", desk.why_not("members.show") or "")
        return parts.column(
            parts.tabs(_("The member desk"), tabs, self.tab, "tab"),
            *body(),
            self._reveal_dialog(),
        )

    def _find(self) -> list[Part | None]:
        desk = self.desk
        found = None
        if desk.found and not desk.member:
            more = lambda one: parts.button(_("Open"), "open", one.id, kind="small", says=f"{_('Open')} {one.id}")  # noqa: E731  # fmt: skip
            found = table(_("Found"), desk.found, more=more)
        return [
            parts.field(
                "search", _("Phone, last four digits, card, member number or whole name"),
                act="search", focus=True, shortcut="F2", help=_("Enter searches."),
            ),
            said(desk),
            parts.message("info", _("There are more: type more of the phone.")) if desk.more else None,
            found,
            *(self._record() if desk.member else []),
        ]  # fmt: skip

    def _all(self) -> list[Part | None]:
        return [page_of(self.all, _("Members of this store"), "all", opens="open")]

    def _register(self) -> list[Part | None]:
        desk, wrong, turn = self.desk, self.desk.problems, self.desk.turn
        why = desk.why_not("members.register")
        fields = [
            parts.field(
                name, field_label(name), live="look_over" if name in ("name", "phone") else None,
                problem=wrong.get(name), rev=turn, focus=name == "name",
                kind={"birth_date": "date", "phone": "tel"}.get(name),
            )
            for name in FORM
        ]  # fmt: skip
        return [
            said(desk),
            parts.card(
                parts.text(_("Name and phone are needed; the rest only if the customer likes to say."), "quiet"),
                parts.form(
                    "register",
                    parts.row(*fields[:2]),
                    parts.message("warning" if "double" in wrong else "info", wrong.get("double", "")),
                    parts.row(*fields[2:]),
                    parts.choice("gender", field_label("gender"), options(schema.GENDERS, "gender"), "", rev=turn),
                    parts.select("household", field_label("household"), options(HOUSEHOLDS, "household", "–"), "", rev=turn),
                    parts.choice("consents", _("Agrees to offers by"), options(schema.CONSENT_CHANNELS, "channel"), [], many=True, rev=turn),
                    parts.text(_("Ask for each one. Nothing is ticked beforehand."), "quiet"),
                    parts.button(_("Register"), kind="primary", icon="add", why=why),
                    once=self.keys("register"),
                ),
                title=_("A new member"),
                icon="add",
            ),
        ]  # fmt: skip

    def _record(self) -> list[Part | None]:
        desk, one, turn = self.desk, self.desk.one, self.desk.turn
        shown = lambda field, masked: desk.shown.get((one.id, field), masked) or "–"  # noqa: E731
        facts = parts.facts(
            (field_label("phone"), shown("phone", one.phone)),
            (field_label("email"), shown("email", one.email)),
            (_("Card"), shown("card", one.card)),
            (field_label("birth_date"), shown("birth_date", one.birthday)),
            (field_label("gender"), label("gender", one.gender) if one.gender else "–"),
            (field_label("district"), labels.text("district", one.district) if one.district else "–"),
            (field_label("occupation"), label("occupation", one.occupation) if one.occupation else "–"),
            (_("Member since"), f"{one.joined_on:%Y-%m-%d}"),
        )  # fmt: skip
        missing = desk.missing()
        reveal = parts.button(
            _("Show in full"), "reveal.ask", icon="eye", why=desk.why_not("members.reveal")
        )
        history = None
        if desk.may("members.timeline"):
            history = table(_("What happened so far"), desk.timeline())
        else:
            history = parts.column(
                table(_("Purchases"), desk.history(), without=("member_id", "seller_id")),
                parts.text(_("The whole history: {why}").format(why=desk.why_not("members.timeline")), "quiet"),
            )  # fmt: skip
        return [
            parts.row(
                parts.column(
                    parts.card(
                        parts.row(
                            parts.chip(one.id, icon="members"),
                            parts.chip(label("level", one.level), "right"),
                            parts.chip(_("{points} points").format(points=one.points)),
                        ),
                        facts,
                        parts.stat(_("Record complete"), f"{missing.filled} / {missing.of}",
                                   _("Missing: {fields}").format(fields=_(", ").join(label("field", f) for f in missing.missing)) if missing.missing else None,
                                   share=missing.filled / missing.of),
                        parts.row(reveal, parts.button(_("Close"), "member.close", icon="close")),
                        title=shown("name", one.name),
                    ),
                    parts.card(history),
                    grow=3,
                ),
                parts.column(self._consent(), self._correct(), self._likes(turn), self._merge(), grow=2),
            )
        ]  # fmt: skip

    def _merge(self) -> Part:
        desk, turn = self.desk, self.desk.turn
        return parts.card(
            parts.text(_("The record that is open stays; sales, points and coupons of the other come to it."), "quiet"),
            parts.form(
                "merge",
                parts.field("merge/other", _("Number of the other record"), rev=turn),
                parts.field("merge/reason", _("How we know it is the same person"), rev=turn),
                parts.button(_("Merge"), icon="members", why=desk.why_not("members.merge")),
                once=self.keys("merge"),
            ),
            parts.form(
                "unmerge",
                parts.field("unmerge/gone", _("Merged by mistake? Number of the record that went"), rev=turn),
                parts.button(_("Undo the merge"), icon="back", why=desk.why_not("members.unmerge")),
                once=self.keys("unmerge"),
            ),
            title=_("Same person twice?"),
        )  # fmt: skip

    def _consent(self) -> Part:
        desk, one, turn = self.desk, self.desk.one, self.desk.turn
        now = [
            parts.chip(label("channel", channel), "right" if channel in one.consents else "info",
                       icon="check" if channel in one.consents else "close")
            for channel in schema.CONSENT_CHANNELS
        ]  # fmt: skip
        return parts.card(
            parts.text(_("Offers and news: agreed on the channels with a tick."), "quiet"),
            parts.row(*now),
            parts.form(
                "agree",
                parts.select("purpose", _("What for"), options(schema.CONSENT_PURPOSES, "purpose"), "marketing", rev=turn),
                parts.select("channel", _("By which channel"), options(schema.CONSENT_CHANNELS, "channel", _("– choose –")), "", rev=turn),
                parts.choice("given", _("The customer"), [("yes", _("agrees")), ("no", _("withdraws"))], "", rev=turn),
                parts.button(_("Save"), icon="check", why=desk.why_not("members.consent")),
                once=self.keys("agree"),
            ),
            title=_("Consent"),
            icon="check",
        )  # fmt: skip

    def _correct(self) -> Part:
        desk, turn = self.desk, self.desk.turn
        names = ("name", "phone", "email", "birth_date", "district", "occupation")
        fields = [
            parts.field(f"new/{name}", field_label(name), rev=turn, kind="date" if name == "birth_date" else None)
            for name in names
        ]  # fmt: skip
        return parts.card(
            parts.text(_("Fill in only what is new or wrong."), "quiet"),
            parts.form(
                "correct",
                *fields,
                parts.select("new/gender", field_label("gender"), options(schema.GENDERS, "gender", "–"), "", rev=turn),
                parts.select("new/household", field_label("household"), options(HOUSEHOLDS, "household", "–"), "", rev=turn),
                parts.button(_("Save"), kind="primary", icon="edit", why=desk.why_not("members.correct")),
                once=self.keys("correct"),
            ),
            title=_("Put right"),
            icon="edit",
        )  # fmt: skip

    def _likes(self, turn: int) -> Part:
        desk = self.desk
        likes = [
            parts.chip(f"{label('preference', one.kind)}: {one.value}")
            for one in desk.shop.members.preferences(desk.one.id)
        ]
        return parts.card(
            parts.row(*likes) if likes else parts.text(_("Nothing noted yet."), "quiet"),
            parts.form(
                "like",
                parts.select("like/kind", _("Kind"), options(schema.PREFERENCE_KINDS, "preference"), "style", rev=turn),
                parts.field("like/value", _("What the customer likes"), rev=turn),
                parts.button(_("Save"), icon="check", why=desk.why_not("members.prefer")),
                once=self.keys("like"),
            ),
            title=_("Likes"),
        )  # fmt: skip

    def _reveal_dialog(self) -> Part:
        if self.asking is None or not self.desk.member:
            return parts.dialog(title=_("Show in full"), open=False)
        return parts.dialog(
            parts.text(_("Who looks, at what and why is written into the log."), "quiet"),
            said(self.desk),
            parts.form(
                "reveal",
                parts.select("field", _("What"), options(("phone", "name", "email", "card", "birth_date"), "field"), "phone"),
                parts.field("why", _("Why it is needed"), rev=self.asking, focus=True),
                parts.row(
                    parts.button(_("Show"), kind="primary", icon="eye"),
                    parts.button(_("Close"), "close", kind="quiet"),
                ),
            ),
            title=_("Show in full"),
            open=True,
        )  # fmt: skip

    def acts(self) -> dict[str, Any]:
        desk = self.desk
        return {
            "tab": self._turn,
            "search": lambda words, _v: desk.search(str(words)),
            "open": self._open,
            "member.close": lambda _a, _v: desk.close(),
            "look_over": lambda _a, v: desk.look_over(v.get("name") or "", v.get("phone") or ""),
            "register": self._register_one,
            "correct": lambda _a, v: self._once(
                "correct", desk.correct, {n[4:]: t for n, t in v.items() if n.startswith("new/")}),
            "agree": lambda _a, v: self._once(
                "agree", desk.agree, v.get("purpose"), v.get("channel"), v.get("given")),
            "merge": lambda _a, v: self._once("merge", desk.merge, v.get("merge/other"), v.get("merge/reason")),
            "unmerge": lambda _a, v: self._once("unmerge", desk.unmerge, v.get("unmerge/gone")),
            "like": lambda _a, v: self._once("like", desk.like, v.get("like/kind"), v.get("like/value")),
            "reveal.ask": lambda _a, _v: self._ask(),
            "reveal": self._reveal,
            "close": lambda _a, _v: setattr(self, "asking", None),
            **list_acts(self.all, "all"),
        }  # fmt: skip

    def _turn(self, tab: Any, _values: dict) -> None:
        if tab in ("find", "register", "all"):
            self.tab = tab
            self.desk.said = None

    def _open(self, member: Any, _values: dict) -> None:
        self.desk.open(str(member))
        self.tab = "find"

    def _register_one(self, _arg: Any, typed: dict) -> None:
        form = {name: typed.get(name) or "" for name in (*FORM, "gender", "household")}
        self._once("register", self.desk.register, form, typed.get("consents") or [])
        self.tab = "find"

    def _ask(self) -> None:
        if self.desk.may("members.reveal"):
            self.asking = f"ask-{self.desk.turn}"

    def _reveal(self, _arg: Any, typed: dict) -> None:
        try:
            self.desk.reveal(typed.get("field") or "phone", typed.get("why") or "")
        except Exception as error:
            self.desk.tell("error", str(error))
            raise
        self.desk.said = None
        self.asking = None

    def hand_over(self, to: Screen) -> None:
        """Whoever takes this desk finds the record open that was open."""
        if self.desk.member:
            to.act("open", self.desk.member.id, {})

    def _once(self, name: str, act: Any, *given: Any) -> None:
        act(*given, key=self.keys(name))
        self.keys.done(name)


def panel(shop: Shop) -> Screen:
    """The member desk of this shop."""
    here = MemberPanel(shop)
    screen = Screen(here.show, here.acts(), "members")
    screen.hand_over = here.hand_over
    return screen
