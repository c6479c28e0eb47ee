"""The service desk on screen: what customers brought to us, answered and settled."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, record, table
from crmkit.practice import Shop
from crmkit.screen import Part, Screen, parts


class ServiceDesk(Desk):
    name = "service"
    operations = operations_of("service", "surveys")

    def __init__(self, shop: Shop):
        self.ticket: Any = None
        super().__init__(shop)

    def pages(self) -> dict:
        return {"waiting": (_("Waiting"), self._waiting)}

    def listed(self) -> dict:
        return {"tickets": (_("All tickets"), Listed("service.list_tickets", {}))}

    def _waiting(self) -> Part:
        why = cannot(self.work, "service.waiting")
        if why:
            return why
        if self.ticket is not None:
            return self._one()
        new = parts.button(_("A customer brings something"), "begin", "service.open_ticket", kind="primary", icon="plus", why=self.work.why_not("service.open_ticket"))  # fmt: skip
        more = lambda one: parts.button(_("Open"), "open", one.id, kind="small", says=f"{_('Open')} {one.id}")  # noqa: E731  # fmt: skip
        return parts.column(
            parts.row(new),
            table(_("The most urgent first"), self.shop.service.waiting(), more=more),
        )

    def _one(self) -> Part:
        turn = self.work.turn
        return parts.row(
            parts.column(parts.card(record(self.ticket), title=self.ticket.subject), grow=2),
            self.noting(
                "answer", _("Answer"), "service.reply",
                parts.choice("what", _("This is"), [("reply", _("an answer to the customer")), ("resolve", _("how it is settled")), ("add_note", _("a note for colleagues"))], "reply", rev=turn),
                parts.field("body", _("Words"), lines=5, rev=turn),
            ),
        )  # fmt: skip

    def open(self, number: Any, _values: dict) -> None:
        self.ticket, self.refused = self.shop.service.show(number), None

    def answer(self, typed: dict, key: str) -> None:
        acts = {name: getattr(self.shop.service, name) for name in ("reply", "resolve", "add_note")}
        act = acts.get(typed.get("what") or "", acts["reply"])
        self.ticket = act(self.ticket.id, typed.get("body") or "", key=key)
        self.work.tell("right", _("Noted."))

    def own_acts(self) -> dict:
        return {
            "open": self.open,
            "leave": lambda _a, _v: setattr(self, "ticket", None),
            "answer": lambda _a, typed: self.note("answer", self.answer, typed, "body"),
            "begin": lambda operation, _v: self.begin(str(operation)),
        }


def panel(shop: Shop) -> Screen:
    """The service desk of this shop."""
    return screen(ServiceDesk(shop))
