"""The sales desk on screen: whom to call today, and the board of opportunities."""

from datetime import date, timedelta
from typing import Any

from babel.dates import format_date

from crmkit import labels
from crmkit.i18n import get_language, label, ngettext
from crmkit.i18n import gettext as _
from crmkit.labels import short_day
from crmkit.panels.asked import today_is
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, money, operation_label, options
from crmkit.practice import Shop, calls, display, schema
from crmkit.practice.errors import BadValue
from crmkit.practice.values import field_label
from crmkit.screen import Part, Screen, parts

LATELY = timedelta(days=60)
"""How far back a purchase is one to speak of on the phone."""
OPEN_STAGES = tuple(one for one in schema.OPPORTUNITY_STAGES if one not in ("won", "lost"))


class SalesDesk(Desk):
    name = "sales"
    operations = operations_of("followups", "pipeline")
    forms = {
        "pipeline.open": "member_id product_id title amount next_action next_on",
        "pipeline.edit": "title product_id amount next_action next_on",
    }

    def __init__(self, shop: Shop):
        self.calling: Any = None
        self.whom: Any = None
        self.last: Any = None
        self.moving: Any = None
        self.to = ""
        self.whose = "mine"
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
        everyone = self.shop.followups.today()
        mine = [one for one in everyone if one.staff_id == self.shop.staff.id]
        tasks = mine if mine and self.whose == "mine" else everyone
        rows = [
            [one.member_id, one.name or "–", label("level", one.level), label("kind", one.why), self._due(one), display.name_of(one.staff_id) if one.staff_id else "–",
             parts.button(_("Call"), "call", one.id, kind="small", icon="phone", says=f"{_('Call')} {one.member_id}")]
            for one in tasks[:60]
        ]  # fmt: skip
        heads = [
            *(_("Member"), _("Name"), labels.heading("level"), _("What about"), _("Due"), _("Who")),
            "",
        ]
        whose = [("mine", _("mine ({n})").format(n=len(mine))), ("all", _("all ({n})").format(n=len(everyone)))]  # fmt: skip
        return parts.column(
            parts.select("whose", _("Whose calls"), whose, self.whose, act="whose", rev=self.whose) if mine else None,
            parts.table(_("{n} to call today").format(n=len(tasks)), heads, rows) if rows
            else parts.text(_("Nobody is to be called today."), "quiet"),
            self._noted(),
        )  # fmt: skip

    def _due(self, one: Any) -> str:
        if one.next_step == "call_again":
            return _("{day}, promised").format(day=short_day(one.due_on))
        if one.days_late:
            return _late(one.due_on, one.days_late)
        return _("today")

    def _noted(self) -> Part | None:
        """What was noted today, and a way to put it right."""
        noted = self.shop.followups.noted()
        rows = [
            [one.member_id, one.name or "–", label("outcome", one.outcome), self._next(one),
             parts.button(_("Take it back"), "reopen", one.id, kind="small", says=f"{_('Take it back')} {one.member_id}",
                          once=self.keys("reopen"), why=self.work.why_not("followups.reopen"))]
            for one in noted
        ]  # fmt: skip
        heads = [_("Member"), _("Name"), *map(labels.heading, ("outcome", "next_step")), ""]
        return parts.table(_("Noted today"), heads, rows) if rows else None

    def _next(self, one: Any) -> str:
        words = label("next_step", one.next_step)
        return f"{words} · {short_day(one.due_on)}" if one.next_step == "call_again" else words

    def _call(self) -> Part:
        one, turn = self.calling, self.work.turn
        return parts.row(
            parts.column(
                parts.card(
                    parts.row(parts.chip(one.member_id, icon="members"), parts.chip(label("level", one.level)), parts.chip(label("kind", one.why), "right")),
                    parts.text(self._last_bought()),
                    parts.row(*self._allowed()),
                    parts.text(self.whom.phone, "big") if self.whom else parts.button(_("Show name and phone"), "dial", one.id, icon="phone", why=self.work.why_not("followups.dial")),
                    parts.text(_("That they were shown is written into the log."), "quiet"),
                    parts.head(_("What to say")),
                    parts.text(self._script(one)),
                    title=self._called(), icon="phone",
                ),
                grow=1,
            ),
            self.noting(
                "finish", _("The call"), "followups.finish",
                parts.choice("outcome", labels.heading("outcome"), options(schema.FOLLOWUP_OUTCOMES, "outcome"), "", rev=turn),
                parts.choice("next_step", labels.heading("next_step"), options(schema.NEXT_STEPS, "next_step"), "", rev=turn),
                parts.field("next_on", field_label("next_on"), kind="date", rev=turn, help=today_is(self.shop)),
                parts.field("note", _("What the customer said"), lines=3, rev=turn),
            ),
        )  # fmt: skip

    def _called(self) -> str:
        """Whom one rings: in full once it was shown."""
        return self.whom.name if self.whom else self.calling.name or self.calling.member_id

    def _allowed(self) -> list[Part]:
        """Whether this member may be rung, with this call and with offers: only such calls are on
        the list."""
        if self.calling.kind in calls.NEEDS_CONSENT:
            return [parts.chip(_("OK to call: agreed to offers by phone"), "right", icon="check")]
        agreed = "phone" in self.shop.members.show(self.calling.member_id).consents if self.work.may("members.show") else False  # fmt: skip
        offers = (
            _("Offers by phone: agreed")
            if agreed
            else _("Offers by phone: not agreed, so only ask")
        )
        return [
            parts.chip(_("OK to call: asking about a purchase is part of the sale"), "right", icon="check"),
            parts.chip(offers, "info" if agreed else "warning"),
        ]  # fmt: skip

    def _last_bought(self) -> str:
        """The member's last purchase, so that the call is about something."""
        if self.last is None:
            return _("No purchase here lately.")
        goods = _(", ").join(f"{one.product} ×{one.quantity}" for one in self.last.lines)
        return _("Last bought on {day}: {goods}").format(
            day=labels.full_day(self.last.at.date()), goods=goods
        )

    def _script(self, one: Any) -> str:
        """What to say, its blanks filled in: to whom, who calls, from where, what was bought and when."""
        here = self.shop.staff.store_id
        store = display.name_of(here).removeprefix(f"{here} ")
        words = {"name": self._called(), "caller": self.shop.staff.name, "store": store}
        if self.last is not None:
            dearest = max(self.last.lines, key=lambda line: line.amount).product
            words |= {
                "goods": dearest.partition(", ")[0],
                "day": _day_said(self.last.at.date(), self.shop.now.date()),
            }
        script = one.script
        for blank, said in words.items():
            script = script.replace(f"{{{blank}}}", said)
        return script

    def reopen(self, number: Any, key: str) -> None:
        self.shop.followups.reopen(number, key=key)
        self.work.tell("right", _("Taken back: it is on the list again."))

    def call(self, number: Any, _values: dict) -> None:
        tasks = {one.id: one for one in self.shop.followups.today()}
        self.calling, self.whom, self.last = tasks.get(number), None, None
        if self.calling is not None:
            latest = self.shop.till.sales_of(self.calling.member_id, 1)
            found = self.shop.till.sale(latest[0].sale_id) if latest else None
            self.last = found if found and self.shop.now - found.at < LATELY else None
        self.work.said = self.refused = None

    def dial(self, number: Any, _values: dict) -> None:
        self.whom = self.shop.followups.dial(number)

    def finish(self, typed: dict, key: str) -> None:
        if not typed.get("outcome"):
            raise BadValue(_("Choose the outcome."))
        if not typed.get("next_step"):
            raise BadValue(_("Choose the next step; if that was all, choose Nothing."))
        if typed.get("outcome") == "problem" and not (typed.get("note") or "").strip():
            raise BadValue(_("Write down what the customer said."))
        self.shop.followups.finish(
            self.calling.id, typed.get("outcome") or "", typed.get("next_step") or "",
            note=typed.get("note") or None, next_on=typed.get("next_on") or None, key=key,
        )  # fmt: skip
        self.calling, self.whom = None, None
        self.work.tell("right", _("Noted."))

    def _board(self) -> Part:
        why = cannot(self.work, "pipeline.board")
        if why:
            return why
        if self.moving is not None:
            return self._move()
        board = self.shop.pipeline.board()
        columns = []
        for stage in OPEN_STAGES:
            here = [one for one in board if one.stage == stage]
            total = sum(one.amount for one in here)
            columns.append(
                parts.card(
                    parts.text(_("{n}, worth {amount}").format(n=len(here), amount=money(total)), "quiet"),
                    *map(self._deal, here[:12]),
                    parts.text(_("and {n} more").format(n=len(here) - 12), "quiet") if len(here) > 12 else None,
                    title=label("stage", stage),
                )
            )  # fmt: skip
        return parts.column(
            _past(board, self.shop.now.date()),
            parts.row(self.begins("pipeline.open")),
            parts.board(*columns),
            self._decided(),
        )

    def _decided(self) -> Part | None:
        """What was won or lost today, and a way to put a slip right."""
        rows = [
            [self._whose(one), one.title, money(one.amount), label("stage", one.stage),
             label("lost_reason", one.lost_reason) if one.lost_reason else "–", self._mover(one)]
            for one in self.shop.pipeline.decided()
        ]  # fmt: skip
        heads = [_("Member"), display.heading("title"), _("Amount"), labels.heading("stage"),
                 field_label("lost_reason"), ""]  # fmt: skip
        return parts.table(_("Decided today"), heads, rows) if rows else None

    def _mover(self, one: Any) -> Part:
        return parts.button(_("Move"), "move", one.id, kind="small", icon="right", says=f"{_('Move')} {one.id}", why=self.work.why_not("pipeline.move"))  # fmt: skip

    def _deal(self, one: Any) -> Part:
        """A card of the board: what, whose, what comes next, and whether that day is past."""
        return parts.card(
            parts.text(f"{one.title} · {money(one.amount)}"),
            *self._stands(one),
            parts.row(
                self._mover(one),
                parts.button(_("Correct"), "edit", one.id, kind="small", says=f"{_('Change')} {one.id}", why=self.work.why_not("pipeline.edit")),
            ),
        )  # fmt: skip

    def _stands(self, one: Any) -> tuple[Part, Part]:
        """What comes next and whether that day is past; whose it is and who looks after it."""
        late = (self.shop.now.date() - one.next_on).days if one.next_on else 0
        due = _late(one.next_on, late) if late > 0 else one.next_on and short_day(one.next_on)
        coming = " · ".join(filter(None, (due, one.next_action)))
        whose = _("{member}, looked after by {staff}").format(
            member=self._whose(one), staff=display.name_of(one.staff_id)
        )
        return parts.text(coming, None if late > 0 else "quiet"), parts.text(whose, "quiet")

    def _whose(self, one: Any) -> str:
        """Whose card it is, by name and number."""
        name = self.shop.members.show(one.member_id).name if self.work.may("members.show") else None
        return " ".join(filter(None, (name, one.member_id)))

    def _move(self) -> Part:
        """Where a card goes, and only what that stage asks for."""
        one, stage, rev = self.moving, self.to, f"{self.work.turn} {self.to}"
        stages = [it for it in schema.OPPORTUNITY_STAGES if it != one.stage or it == "lost"]
        asked: list[Part] = []
        if stage == "lost":
            asked = [parts.choice("reason", field_label("lost_reason"), options(schema.LOST_REASONS, "lost_reason"), "", rev=rev)]  # fmt: skip
        elif stage in OPEN_STAGES:
            asked = [
                parts.field("next_action", field_label("next_action"), rev=rev),
                parts.field(
                    "next_on",
                    field_label("next_on"),
                    kind="date",
                    rev=rev,
                    help=today_is(self.shop),
                ),
            ]
        return parts.row(
            parts.column(
                parts.card(
                    parts.text(f"{label('stage', one.stage)} · {money(one.amount)}"),
                    *self._stands(one),
                    title=one.title,
                ),
                grow=1,
            ),
            self.noting(
                "put", operation_label("pipeline.move"), "pipeline.move",
                parts.choice("stage", _("To which stage?"), options(stages, "stage"), stage, act="stage", rev=self.work.turn),
                *asked,
                back=_("Back to the board"),
            ),
        )  # fmt: skip

    def move(self, number: Any, _values: dict) -> None:
        there = (*self.shop.pipeline.board(), *self.shop.pipeline.decided())
        self.moving, self.to = next((one for one in there if one.id == number), None), ""
        self.work.said = self.refused = None

    def put(self, typed: dict, key: str) -> None:
        stage, given = typed.get("stage") or self.to, ("reason", "next_action", "next_on")
        asked = {name: typed[name] for name in given if typed.get(name)}
        if not stage:
            raise BadValue(_("Choose the stage first."))
        moved = self.shop.pipeline.move(self.moving.id, stage, **asked, key=key)
        self.moving = None
        self.work.tell("right", self._whose_it_stays(moved))

    def _whose_it_stays(self, one: Any) -> str:
        """A colleague's card that was moved for them stays theirs; they have to hear of it."""
        if one.staff_id == self.shop.staff.id:
            return _("Noted.")
        return _("Noted. The card stays with {staff}: tell them today.").format(
            staff=display.name_of(one.staff_id)
        )

    def edit(self, number: Any, _values: dict) -> None:
        one = self.shop.pipeline.show(number)
        given = {"title": one.title, "product_id": one.product_id, "amount": f"{one.amount / 100:.2f}",
                 "next_action": one.next_action, "next_on": f"{one.next_on}"}  # fmt: skip
        self.begin("pipeline.edit", opportunity_id=one.id, **given)

    def leave(self, _arg: Any, _values: dict) -> None:
        self.calling = self.moving = self.refused = None

    def own_acts(self) -> dict:
        return {
            "call": self.call,
            "dial": self.dial,
            "reopen": lambda number, _v: self.once("reopen", self.reopen, number),
            "whose": lambda whose, _v: setattr(self, "whose", whose),
            "leave": self.leave,
            "finish": lambda _a, typed: self.note("finish", self.finish, typed, _doubtful(typed)),
            "move": self.move,
            "stage": lambda stage, _v: setattr(self, "to", str(stage)),
            "put": lambda _a, typed: self.note("put", self.put, typed),
            "edit": self.edit,
        }


def _late(day: date, n: int) -> str:
    """A day that is past, and for how long."""
    words = ngettext("{day}, {n} day late", "{day}, {n} days late", n)
    return words.format(day=short_day(day), n=n)


def _past(board: Any, today: date) -> Part | None:
    """How many cards of the board wait since a day that is past."""
    late = sum(one.next_on < today for one in board)
    return parts.message("warning", _("{n} past their day: these come first.").format(n=late)) if late else None  # fmt: skip


def _doubtful(typed: dict) -> str:
    """The field that a refusal of this note is about."""
    if typed.get("next_step") == "call_again":
        return "next_on"
    return "note" if typed.get("outcome") == "problem" else ""


def _day_said(day: date, today: date) -> str:
    """A day not long ago, as one says it on the phone."""
    ago = (today - day).days
    if ago in (0, 1, 2):
        return (_("today"), _("yesterday"), _("the day before yesterday"))[ago]
    how = "EEEE" if 0 < ago < 7 else _("d MMMM")
    return _("on {day}").format(day=format_date(day, how, locale=get_language()))


def panel(shop: Shop) -> Screen:
    """The sales desk of this shop."""
    return screen(SalesDesk(shop))
