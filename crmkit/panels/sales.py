"""The sales desk on screen: whom to call today, and the board of opportunities."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, money, options
from crmkit.practice import Shop, schema
from crmkit.screen import Part, Screen, parts

OPEN_STAGES = tuple(one for one in schema.OPPORTUNITY_STAGES if one not in ("won", "lost"))


class SalesDesk(Desk):
    name = "sales"
    operations = operations_of("followups", "pipeline")

    def __init__(self, shop: Shop):
        self.calling: Any = None
        self.phone = ""
        super().__init__(shop)

    def pages(self) -> dict:
        return {
            "today": (_("Calls today"), self._today),
            "board": (_("Opportunities"), self._board),
        }

    def listed(self) -> dict:
        return {
            "tasks": (_("All calls"), Listed("followups.list_tasks", {})),
            "all": (_("All opportunities"), Listed("pipeline.list_opportunities", {})),
        }

    def _today(self) -> Part:
        why = cannot(self.work, "followups.today")
        if why:
            return why
        if self.calling is not None:
            return self._call()
        tasks = self.shop.followups.today()
        rows = [
            [one.member_id, one.name or "–", label("kind", one.why), f"{one.due_on:%Y-%m-%d}", one.staff_id or "–",
             parts.button(_("Call"), "call", one.id, kind="small", icon="phone", says=f"{_('Call')} {one.member_id}")]
            for one in tasks[:60]
        ]  # fmt: skip
        if not rows:
            return parts.text(_("Nobody is to be called today."), "quiet")
        heads = [_("Member"), _("Name"), _("What about"), _("Due"), _("Who"), ""]
        return parts.table(_("{n} to call today").format(n=len(tasks)), heads, rows)

    def _call(self) -> Part:
        one, turn = self.calling, self.work.turn
        return parts.row(
            parts.column(
                parts.card(
                    parts.row(parts.chip(one.member_id, icon="members"), parts.chip(label("kind", one.why), "right")),
                    parts.text(self.phone, "big") if self.phone else parts.button(_("Show the phone"), "dial", one.id, icon="phone", why=self.work.why_not("followups.dial")),
                    parts.text(_("That it was shown is written into the log."), "quiet"),
                    parts.head(_("What to say")),
                    parts.text(one.script),
                    title=one.name or one.member_id, icon="phone",
                ),
                grow=1,
            ),
            self.noting(
                "finish", _("The call"), "followups.finish",
                parts.choice("outcome", _("What came of it"), options(schema.FOLLOWUP_OUTCOMES, "outcome"), "", rev=turn),
                parts.choice("next_step", _("What happens next"), options(schema.NEXT_STEPS, "next_step"), "", rev=turn),
                parts.field("next_on", _("When, if something is to happen"), kind="date", rev=turn),
                parts.field("note", _("What the customer said"), lines=3, rev=turn),
            ),
        )  # fmt: skip

    def call(self, number: Any, _values: dict) -> None:
        tasks = {one.id: one for one in self.shop.followups.today()}
        self.calling, self.phone = tasks.get(number), ""
        self.work.said = None

    def dial(self, number: Any, _values: dict) -> None:
        self.phone = self.shop.followups.dial(number)

    def finish(self, typed: dict, key: str) -> None:
        self.shop.followups.finish(
            self.calling.id, typed.get("outcome") or "", typed.get("next_step") or "",
            note=typed.get("note") or None, next_on=typed.get("next_on") or None, key=key,
        )  # fmt: skip
        self.calling, self.phone = None, ""
        self.work.tell("right", _("Noted."))

    def _board(self) -> Part:
        why = cannot(self.work, "pipeline.board")
        if why:
            return why
        board = self.shop.pipeline.board()
        columns = []
        for stage in OPEN_STAGES:
            here = [one for one in board if one.stage == stage]
            cards = [
                parts.card(
                    parts.text(f"{one.title} · {money(one.amount)}"),
                    parts.text(f"{one.member_id} · {one.next_on:%m-%d} {one.next_action}", "quiet"),
                    parts.button(_("Move"), "move", one.id, kind="small", icon="right", says=f"{_('Move')} {one.id}",
                                 why=self.work.why_not("pipeline.move")),
                )
                for one in here[:12]
            ]  # fmt: skip
            total = sum(one.amount for one in here)
            columns.append(
                parts.card(
                    parts.text(_("{n}, worth {amount}").format(n=len(here), amount=money(total)), "quiet"),
                    *cards,
                    parts.text(_("and {n} more").format(n=len(here) - 12), "quiet") if len(here) > 12 else None,
                    title=label("stage", stage),
                )
            )  # fmt: skip
        return parts.column(
            parts.row(parts.button(_("A new opportunity"), "new", icon="plus", kind="primary", why=self.work.why_not("pipeline.open"))),
            parts.board(*columns),
        )  # fmt: skip

    def own_acts(self) -> dict:
        return {
            "call": self.call,
            "dial": self.dial,
            "leave": lambda _a, _v: setattr(self, "calling", None),
            "finish": lambda _a, typed: self.once("finish", self.finish, typed),
            "move": lambda number, _v: self.begin("pipeline.move", opportunity_id=number),
            "new": lambda _a, _v: self.begin("pipeline.open"),
        }


def panel(shop: Shop) -> Screen:
    """The sales desk of this shop."""
    return screen(SalesDesk(shop))
