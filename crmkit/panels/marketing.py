"""The marketing desk on screen: care, campaigns, and who is left out and why."""

from functools import cached_property
from typing import Any

from crmkit import labels
from crmkit.i18n import get_language, label, ngettext
from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.forms import member_number
from crmkit.panels.logic.lists import Listed
from crmkit.panels.segments import Segments
from crmkit.panels.shown import cannot, operation_label, record, table
from crmkit.practice import Shop, display, schema
from crmkit.practice.domain import wording
from crmkit.screen import Part, Screen, parts

LEFT_OUT = ("elsewhere", "control", "no_consent", "no_address", "taken_back")
"""Why somebody of a segment gets no message, in the order in which they are left out."""
BLANKS = ("name", "points", "level", "store")
"""What differs from one customer to the next, as a message may say it."""


class MarketingDesk(Desk):
    name = "marketing"
    operations = operations_of("marketing", "offers")
    forms = {
        "marketing.make_template": "name channel body",
        "marketing.add_care": "name occasion template_id days_before",
        "marketing.make_campaign": "name segment_id template_id control_percent",
    }
    also = {
        "marketing.make_template": ("channel", {"email": "subject"}),
        "marketing.add_care": ("occasion", {"holiday": "month_day"}),
    }

    def __init__(self, shop: Shop):
        self.read: tuple[int, str, str] | None = None
        self.campaign: Any = None
        self.brought: Any = None
        super().__init__(shop)

    @cached_property
    def segments(self) -> Segments:
        return Segments(self)

    def pages(self) -> dict:
        return {
            "campaigns": (_("Campaigns"), self._campaigns),
            "messages": (_("Messages"), self._messages),
            "segments": (_("Segments"), self.segments.show),
            "care": (_("Care"), self._care),
        }

    def listed(self) -> dict:
        return {
            "outbox": (_("Outbox"), Listed("marketing.list_outbox", {"status": (schema.OUTBOX_STATUSES, "outbox_status")})),
            "offers": (_("Offers"), Listed("offers.list_offers", {})),
        }  # fmt: skip

    def _campaigns(self) -> Part:
        why = cannot(self.work, "marketing.campaigns")
        if why:
            return why
        more = lambda one: parts.button(_("Open"), "open", one.id, kind="small", says=f"{_('Open')} {one.id}")  # noqa: E731  # fmt: skip
        opened = None
        if self.campaign is not None:
            one, turn = self.campaign, self.work.turn

            def step(act: str, words: str, icon: str, kind: str | None = None) -> Part:
                why, once = self.work.why_not(f"marketing.{act}"), f"{act}-{one.id}-{turn}"
                return parts.button(words, "act", act, icon=icon, once=once, why=why, kind=kind)

            draw = step("freeze", operation_label("marketing.freeze"), "refresh", kind="primary")
            send = step("send", _("Send"), "send", kind="primary")
            stop = step("cancel", _("Stop it"), "close")
            brought = parts.button(_("What it brought"), "result", icon="manager")
            steps = {"draft": (draw, stop), "frozen": (send, stop), "sent": (stop, brought)}
            opened = parts.card(
                parts.text(f"{display.name_of(one.segment_id)} · {label('campaign_status', one.status)}"),
                parts.row(*steps.get(one.status, ())),
                self._reach(),
                self._brought(),
                title=one.name, icon="marketing",
            )  # fmt: skip
        return parts.column(
            parts.row(self.begins("marketing.make_campaign")),
            opened,
            table(_("Campaigns"), self.shop.marketing.campaigns(), more=more),
        )  # fmt: skip

    def _reach(self) -> Part:
        """From the segment to the messages, everyone who gets none counted with the reason."""
        one = self.campaign
        said = {name: display.heading(name, type(one)) for name in ("segment", *LEFT_OUT, "messages")}  # fmt: skip
        left = [[said[name], f"− {n}"] for name in LEFT_OUT if (n := getattr(one, name))]
        lines = [
            [said["segment"], f"{one.segment}"],
            *left,
            [said["messages"], f"= {one.messages}"],
        ]
        return parts.table(
            _("Who gets it, and who does not"), ["", labels.heading("members")], lines
        )

    def _brought(self) -> Part | None:
        """What either group bought since; on the day itself there is nothing to tell yet."""
        if not self.brought:
            return None
        bought = sum(one.buyers for one in self.brought)
        soon = None if bought else parts.text(_("Just sent: nobody can have bought because of it yet. Look again in a few weeks."))  # fmt: skip
        return parts.column(record(self.brought), soon)

    def _messages(self) -> Part:
        why = cannot(self.work, "marketing.templates")
        if why:
            return why
        made = self.shop.marketing.templates()
        return parts.column(
            parts.row(self.begins("marketing.make_template")),
            parts.form(
                "preview",
                parts.row(
                    parts.select("template", _("Message"), [(str(one.id), one.name) for one in made], rev=self.work.turn),
                    parts.field("member", _("As this member would read it (number)"), rev=self.work.turn),
                    parts.button(_("Preview"), icon="eye", why=self.work.why_not("marketing.preview")),
                ),
            ) if made else None,
            self._previewed(),
            table(_("Messages"), made),
        )  # fmt: skip

    def _previewed(self) -> Part | None:
        """The message as one member reads it, ready to go to that one."""
        if self.read is None:
            return None
        _template, member, words = self.read
        send = "marketing.send_one"
        return parts.card(
            parts.text(words),
            parts.text(_("Names are hidden on this screen only: the customer reads the whole name."), "quiet"),
            parts.row(parts.button(operation_label(send), "send_one", kind="primary", icon="send", once=self.keys(send), why=self.work.why_not(send))),
            title=f"{_('Preview')} · {member}",
        )  # fmt: skip

    def _care(self) -> Part:
        why = cannot(self.work, "marketing.care_rules")
        if why:
            return why
        return parts.column(
            parts.row(
                self.begins("marketing.add_care"),
                parts.button(operation_label("marketing.run_care"), "care", icon="send", once=self.keys("care"), why=self.work.why_not("marketing.run_care")),
            ),
            table(_("Wishes"), self.shop.marketing.care_rules(), more=self._stopper),
        )  # fmt: skip

    def _stopper(self, one: Any) -> Part | str:
        """The button that ends a wish; one that was stopped has none."""
        stop = "marketing.stop_care"
        return parts.button(_("Stop this wish"), "stop_care", one.id, kind="small", says=f"{_('Stop this wish')} {one.name}", once=self.keys(stop), why=self.work.why_not(stop)) if one.active else ""  # fmt: skip

    def stop_care(self, number: Any, key: str) -> None:
        self.shop.marketing.stop_care(number, key=key)
        self.work.tell("right", _("Stopped: this wish goes out no more."))

    def begin(self, operation: str, **given: Any) -> None:
        # how many are left alone is for whoever plans it to say
        super().begin(operation, **{"language": get_language(), "control_percent": ""} | given)

    def do(self, typed: dict) -> None:
        """A campaign without a word on who is left alone is not planned yet."""
        unsaid = not str(typed.get("control_percent") or "").strip()
        if self.begun and self.more.chosen == "marketing.make_campaign" and unsaid:
            why = _("Write how many per cent get no message; 0 is an answer as well.")
            self.refused = ("more.do", "control_percent", why)
            return
        super().do(typed)

    def helps(self) -> Part | None:
        """Buttons that put what differs from customer to customer into the message."""
        if self.more.chosen != "marketing.make_template":
            return None
        put = [parts.button(wording.said(one), "blank", one, kind="small") for one in BLANKS]
        return parts.column(
            parts.text(_("Put in what differs from customer to customer:"), "quiet"),
            parts.row(*put),
        )

    def blank(self, name: Any, typed: dict) -> None:
        if name in BLANKS:
            words, at = str(typed.get("body") or ""), typed.pop("caret", None)
            at = at if isinstance(at, int) else len(words)
            body = words[:at] + wording.said(name) + words[at:]
            self.more.given |= typed | {"body": body}
            self.more.turn += 1

    def open(self, number: Any, _values: dict) -> None:
        self.campaign = {one.id: one for one in self.shop.marketing.campaigns()}.get(number)
        self.brought = None

    def act(self, name: Any, _values: dict) -> None:
        if name in ("freeze", "send", "cancel"):
            self.campaign = getattr(self.shop.marketing, name)(self.campaign.id)
            self.work.turn += 1
            self.work.tell("right", self._told(name))

    def _told(self, name: str) -> str:
        """What was just done with the campaign that is open."""
        one = self.campaign
        if name == "freeze":
            words = _(
                "Drawn: {treatment} for the message, {control} left alone. Who may be written to stands below."
            )
            return words.format(treatment=one.treatment, control=one.control)
        if name == "send":
            words = ngettext("{n} message waits to go out: by day at once, at night from 9:00.", "{n} messages wait to go out: by day at once, at night from 9:00.", one.queued)  # fmt: skip
            return words.format(n=one.queued)
        return _("Stopped: nothing more goes out.")

    def result(self) -> None:
        self.brought = self.shop.marketing.result(self.campaign.id)

    def preview(self, _arg: Any, typed: dict) -> None:
        template, member = int(typed.get("template") or 0), typed.get("member") or ""
        member = member_number(self.shop, member)
        self.read = (template, member, self.shop.marketing.preview(template, member))

    def send_one(self, key: str) -> None:
        template, member, _words = self.read or (0, "", "")
        self.shop.marketing.send_one(template, member, key=key)
        self.read = None
        self.work.tell("right", _("It is in the outbox, for this one member."))

    def care(self, key: str) -> None:
        runs = self.shop.marketing.run_care(key=key)
        self.work.tell("right", _("{n} wishes queued.").format(n=sum(getattr(one, "queued", 0) for one in runs)))  # fmt: skip

    def own_acts(self) -> dict:
        return {
            "open": self.open,
            "act": self.act,
            "blank": self.blank,
            "preview": self.preview,
            "send_one": lambda _a, _v: self.once("marketing.send_one", self.send_one),
            "result": lambda _a, _v: self.result(),
            "stop_care": lambda number, _v: self.once(
                "marketing.stop_care", self.stop_care, number
            ),
            "care": lambda _a, _v: self.once("care", self.care),
            **self.segments.acts(),
        }


def panel(shop: Shop) -> Screen:
    """The marketing desk of this shop."""
    return screen(MarketingDesk(shop))
