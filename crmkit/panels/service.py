"""The service desk on screen: what customers brought to us, answered and settled."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, operation_label, record, table
from crmkit.practice import Shop
from crmkit.practice.errors import BadValue
from crmkit.practice.values import field_label
from crmkit.screen import Part, Screen, parts


class ServiceDesk(Desk):
    name = "service"
    operations = operations_of("service", "surveys")
    forms = {
        "service.open_ticket": "member_id channel kind priority subject body",
        "service.edit": "member_id channel kind priority subject",
        "service.improve": "action owner_id due_on recheck_on",
        "service.recheck": "result helped",
        "surveys.invite": "survey_id member_id channel",
    }

    def __init__(self, shop: Shop):
        self.ticket: Any = None
        super().__init__(shop)

    def pages(self) -> dict:
        return {
            "waiting": (_("Waiting"), self._waiting),
            "improvements": (_("Improvements"), self._improvements),
            "surveys": (_("Surveys"), self._surveys),
        }

    def listed(self) -> dict:
        return {"tickets": (_("All tickets"), Listed("service.list_tickets", {}))}

    def _waiting(self) -> Part:
        why = cannot(self.work, "service.waiting")
        if why:
            return why
        if self.ticket is not None:
            return self._one()
        more = lambda one: parts.button(_("Open"), "open", one.id, kind="small", says=f"{_('Open')} {one.id}")  # noqa: E731  # fmt: skip
        return parts.column(
            parts.row(self.begins("service.open_ticket")),
            table(_("What is due first comes first"), self.shop.service.waiting(), more=more),
            table(_("Settled lately"), self._settled(), more=more),
        )

    def _settled(self) -> list:
        """The tickets settled last: they wait for the customer's mark, or it may be put right."""
        lists = self.shop.service.list_tickets
        found = [*lists(where={"status": "resolved"}, size=100).rows]
        today = self.shop.now.date()
        rated = lists(where={"status": "closed"}, sort="-due_at", size=100).rows
        found += [one for one in rated if one.resolved_at and one.resolved_at.date() == today]
        return sorted(found, key=lambda one: one.resolved_at, reverse=True)[:5]

    def _one(self) -> Part:
        one = self.ticket
        form = {"resolved": self._rating, "closed": self._afterwards}.get(one.status)
        change = None if form else parts.row(parts.button(_("Correct"), "change", kind="small", icon="edit", why=self.work.why_not("service.edit")))  # fmt: skip
        about = parts.card(
            self._answered_late(), record(one), change, title=f"{one.id} · {one.subject}"
        )
        return parts.row(
            parts.column(about, self._remark() if form else None, grow=2), (form or self._answer)()
        )

    def _answered_late(self) -> Part | None:
        """Whether the first answer came after its limit: settled in time is not answered in time."""
        due, given = self.ticket.first_due_at, self.ticket.first_response_at
        if given is None or given <= due:
            return None
        words = _("First answer late: due by {due}, given at {given}.")
        return parts.message(
            "warning", words.format(due=f"{due:%m-%d %H:%M}", given=f"{given:%m-%d %H:%M}")
        )

    def change(self) -> None:
        """Turn to the form in which the open ticket is put right."""
        one = self.ticket
        given = {name: getattr(one, name) or "" for name in self.forms["service.edit"].split()}
        self.begin("service.edit", ticket_id=one.id, **given)

    def do(self, typed: dict) -> None:
        super().do(typed)
        if self.ticket is not None:
            self.ticket = self.shop.service.show(self.ticket.id)

    def _answer(self) -> Part:
        turn = self.work.turn
        return self.noting(
            "answer", _("Answer"), "service.reply",
            parts.choice("what", _("This is"), [("reply", _("an answer to the customer")), ("resolve", _("how it is settled")), ("add_note", _("a note for colleagues"))], "reply", rev=turn),
            parts.field("body", _("Words"), lines=5, rev=turn),
        )  # fmt: skip

    def _remark(self) -> Part:
        """What a settled ticket does not say yet can still be noted for colleagues."""
        return self.noting(
            "remark", operation_label("service.add_note"), "service.add_note",
            parts.field("body", _("Words"), lines=2, rev=self.work.turn),
        )  # fmt: skip

    def _rating(self) -> Part:
        """What is settled waits for the customer's word on it."""
        given, closed = self.ticket.satisfaction, self.ticket.status == "closed"
        told = (
            _("A slip in the mark? Choose again today.")
            if closed
            else _(
                "Settled. Now ask the customer, and enter what they say: 1 not at all satisfied, 5 very."
            )
        )
        title = _("Put the mark right") if closed else operation_label("service.rate")
        marks = [(f"{n}", f"{n}") for n in range(1, 6)]
        return self.noting(
            "rate", title, "service.rate",
            parts.text(told),
            parts.choice("satisfaction", field_label("satisfaction"), marks, f"{given or ''}", rev=self.work.turn),
        )  # fmt: skip

    def _afterwards(self) -> Part:
        """What may come of a ticket that is closed; a wrong mark is put right the same day."""
        slip = self.ticket.resolved_at and self.ticket.resolved_at.date() == self.shop.now.date()
        return parts.column(
            parts.card(
                parts.row(self._about("surveys.invite"), self._about("service.improve")),
                parts.button(_("Back to the list"), "leave", kind="quiet"),
                title=_("What comes of it"),
            ),
            self._rating() if slip else None,
            grow=1,
        )

    def _about(self, operation: str) -> Part:
        return parts.button(operation_label(operation), "about", operation, why=self.work.why_not(operation))  # fmt: skip

    def _improvements(self) -> Part:
        why = cannot(self.work, "service.improvements")
        return why or parts.column(
            parts.row(self.begins("service.improve")),
            table(_("Improvements"), self.shop.service.improvements(), more=self._next_of),
        )

    def _next_of(self, one: Any) -> Part | str:
        """What is done next about an improvement: it is made, then looked at again; and a slip in
        what was said of it is put right."""
        steps = {"open": ["improvement_done"], "reopened": ["improvement_done", "recheck"]}
        return parts.row(
            *(
                parts.button(operation_label(step), "next", [one.id, step], kind="small", says=f"{operation_label(step)} {one.id}", why=self.work.why_not(step))
                for step in (f"service.{step}" for step in steps.get(one.status, ["recheck"]))
            )
        )  # fmt: skip

    def _surveys(self) -> Part:
        why = cannot(self.work, "surveys.results")
        if why:
            return why
        found = self.shop.surveys.running()
        return parts.column(
            parts.row(self.begins("surveys.invite")),
            *(parts.card(record(self.shop.surveys.results(one)), title=name) for one, name in found.items()),
        )  # fmt: skip

    def open(self, number: Any, _values: dict) -> None:
        self.ticket, self.refused = self.shop.service.show(number), None

    def answer(self, typed: dict, key: str) -> None:
        acts = {name: getattr(self.shop.service, name) for name in ("reply", "resolve", "add_note")}
        act = acts.get(typed.get("what") or "", acts["reply"])
        self.ticket = act(self.ticket.id, typed.get("body") or "", key=key)
        self.work.tell("right", _("Noted."))

    def remark(self, typed: dict, key: str) -> None:
        self.ticket = self.shop.service.add_note(self.ticket.id, typed.get("body") or "", key=key)
        self.work.tell("right", _("Noted."))

    def rate(self, typed: dict, key: str) -> None:
        if not (mark := str(typed.get("satisfaction") or "")).isdigit():
            raise BadValue(_("Choose a mark from 1 to 5."))
        self.ticket = self.shop.service.rate(self.ticket.id, int(mark), key=key)
        self.work.tell("right", _("Noted."))

    def about(self, operation: Any, _values: dict) -> None:
        """Turn to a form that is about the ticket on the screen."""
        given = {"ticket_id": self.ticket.id, "member_id": self.ticket.member_id}
        self.begin(str(operation), **given)

    def next(self, arg: Any, _values: dict) -> None:
        number, step = arg
        if step == "service.improvement_done":
            self.once(step, self.made, number)
        else:
            self.begin(step, improvement_id=number)

    def made(self, number: Any, key: str) -> None:
        done = self.shop.service.improvement_done(number, key=key)
        self.work.tell("right", _("Done: {operation}.").format(operation=done.action))

    def about_form(self) -> Part | None:
        """The improvement that is looked at again."""
        number = self.more.given.get("improvement_id")
        meant = [one for one in self.shop.service.improvements() if one.id == number]
        return parts.text(meant[0].action or "") if meant else None

    def own_acts(self) -> dict:
        return {
            "open": self.open,
            "leave": lambda _a, _v: setattr(self, "ticket", None),
            "answer": lambda _a, typed: self.note("answer", self.answer, typed, "body"),
            "remark": lambda _a, typed: self.note("remark", self.remark, typed, "body"),
            "rate": lambda _a, typed: self.note("rate", self.rate, typed),
            "about": self.about,
            "change": lambda _a, _v: self.change(),
            "next": self.next,
        }


def panel(shop: Shop) -> Screen:
    """The service desk of this shop."""
    return screen(ServiceDesk(shop))
