"""One customer's way through the CRM: the flow, its four modules, and what each step leaves."""

import tempfile
from functools import cache
from typing import Any

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.learn import answers
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.foundations.trust import MANAGER, SCENE
from crmkit.lessons.view import pictured
from crmkit.practice import Shop
from crmkit.practice.errors import NotFound
from crmkit.screen import Part, Screen, parts

PHONE, BIRTHDAY = "14200008866", "1990-05-01"
"""Lin Yue's, who joins in the lesson."""

FLOW = {
    "collect": "records",
    "tidy": "records",
    "analyse": "records",
    "plan": "marketing",
    "sell": "sales",
    "serve": "service",
}
"""The steps of the flow in order, each with the module in which it is done."""

MODULES = ("records", "marketing", "sales", "service")
COLOURS = {"records": "#0072B2", "marketing": "#C77700", "sales": "#00795A", "service": "#B34700"}


def draw_map(ax: Any, mine: str | None = None) -> None:
    """The flow as a row of boxes in the colours of the four modules below; `mine` stands out."""
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    def box(x: float, y: float, width: float, words: str, module: str, size: int) -> None:
        pale = mine is not None and module != mine
        ax.add_patch(
            FancyBboxPatch(
                (x, y),
                width,
                0.72,
                boxstyle="round,pad=0.02,rounding_size=0.12",
                facecolor=COLOURS[module],
                alpha=0.35 if pale else 1,
                linewidth=0,
            )
        )
        ax.text(
            x + width / 2, y + 0.36, words, ha="center", va="center", fontsize=size, color="white"
            if not pale else "#333333",
        )  # fmt: skip

    def arrow(start: tuple[float, float], end: tuple[float, float], bend: float = 0) -> None:
        ax.add_patch(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="-|>",
                mutation_scale=22,
                linewidth=2.5,
                color="#7F7F7F",
                connectionstyle=f"arc3,rad={bend}",
            )
        )

    for place, (step, module) in enumerate(FLOW.items()):
        box(1.7 * place, 1.5, 1.3, f"{place + 1} {label('flow', step)}", module, 16)
        if place:
            arrow((1.7 * place - 0.38, 1.86), (1.7 * place - 0.02, 1.86))
    arrow((1.7 * 5 + 0.65, 2.26), (0.65, 2.26), 0.13)
    ax.text(4.9, 3.02, _("what service hears is collected again"), ha="center", fontsize=13, color="#555555")  # fmt: skip
    spans = [(0, 4.7), (5.1, 1.3), (6.8, 1.3), (8.5, 1.3)]
    for (x, width), module in zip(spans, MODULES, strict=True):
        box(x, 0.35, width, label("crm_module", module), module, 14)
    ax.set_xlim(-0.15, 9.95)
    ax.set_ylim(0.2, 3.3)
    ax.set_axis_off()


def _map(mine: str | None = None) -> Part:
    told = _("; ").join(
        f"{place}. {label('flow', step)} – {label('crm_module', module)}"
        for place, (step, module) in enumerate(FLOW.items(), 1)
    )
    return pictured(lambda ax: draw_map(ax, mine), told, size=(11, 3.8))


def _opened(staff: str, folder: Any) -> Shop:
    return Shop.practice(SCENE, staff=staff, folder=folder)


def doubles() -> Screen:
    """Who may be in the books twice, as the shop finds them."""
    folder = answers.folder()

    def show() -> Part:
        with_shop = _opened(MANAGER, folder)
        try:
            pairs = with_shop.members.duplicates()
        finally:
            with_shop.close()
        heads = [_("One record"), _("Another record"), _("What is alike")]
        rows = [
            [
                *(f"{who.id} {who.name} {who.phone}" for who in (one.first, one.second)),
                _(", ").join(label("alike", reason) for reason in one.reasons),
            ]
            for one in pairs
        ]
        return parts.card(parts.table(_("May be one person"), heads, rows))

    return Screen(show, {}, "doubles")


def groups() -> Screen:
    """The groups of members the shop has made out of its books."""
    folder = answers.folder()

    def show() -> Part:
        shop = _opened(MANAGER, folder)
        try:
            found = shop.marketing.segments()
        finally:
            shop.close()
        rows = [[one.name, str(one.members)] for one in found]
        return parts.card(parts.table(_("Groups of members"), [_("Group"), _("Members")], rows))

    return Screen(show, {}, "groups")


def _campaign(shop: Shop) -> Any:
    """The campaign of this lesson in the learner's shop; None before it is planned."""
    made = [one for one in shop.marketing.campaigns() if one.segment_id == "sleeping"]
    return made[-1] if made else None


def plan_campaign(shop: Shop) -> Any:
    """Plan the lesson's campaign for the sleeping members and draw its groups, through the desks."""
    message = shop.marketing.make_template(
        _("We miss you"), "sms", get_language(), _("{name}, a small gift is waiting for you at {store} this week.")
    )  # fmt: skip
    made = shop.marketing.make_campaign(_("We miss you"), "sleeping", message, control_percent=20)
    return shop.marketing.freeze(made.id)


def campaign() -> Screen:
    """A campaign for those who have not come for long, one press a step."""
    folder = answers.folder()

    def act(name: Any, _values: dict) -> None:
        shop = _opened(MANAGER, folder)
        try:
            made = _campaign(shop)
            if name == "plan" and made is None:
                plan_campaign(shop)
            if name == "send" and made is not None and made.status == "frozen":
                shop.marketing.send(made.id)
        finally:
            shop.close()

    def show() -> Part:
        shop = _opened(MANAGER, folder)
        try:
            made = _campaign(shop)
        finally:
            shop.close()
        status = made.status if made else ""
        after = _("First plan it and draw the groups.") if not made else _("It was sent already.")
        done = _("The groups are drawn already.")
        return parts.card(
            parts.row(
                parts.button(_("1 Plan it and draw the groups"), "act", "plan", kind="primary", why=done if made else None),
                parts.button(_("2 Send it"), "act", "send", kind="primary", icon="send", why=None if status == "frozen" else after),
            ),
            parts.row(
                parts.stat(_("To be written to"), str(made.treatment)),
                parts.stat(_("Left alone, to compare with"), str(made.control)),
                parts.stat(_("Messages queued"), str(made.queued) if status == "sent" else "–"),
            ) if made else None,
            title=_("We miss you"),
        )  # fmt: skip

    return Screen(show, {"act": act}, "campaign")


def memory() -> Screen:
    """What the shop knows of Lin Yue by now: the memory everybody shares."""
    folder = answers.folder()

    def look(_arg: Any, _values: dict) -> None:
        """Her story is read whenever the screen is drawn."""

    def show() -> Part:
        shop = _opened(MANAGER, folder)
        try:
            who = shop.members.find_by_phone(PHONE)
            events = shop.members.timeline(who.id)
        except NotFound:
            who, events = None, ()
        finally:
            shop.close()
        rows = [[f"{one.at:%m-%d %H:%M}", label("event", one.kind), one.document] for one in events]
        heads = [_("At"), _("What happened"), _("Document")]
        return parts.card(
            parts.table(_("Lin Yue's story so far"), heads, rows)
            if who
            else parts.text(
                _("Lin Yue is not in the books yet: do step 1, then press Look again.")
            ),
            parts.row(parts.button(_("Look again"), "look", icon="refresh")),
        )

    return Screen(show, {"look": look}, "memory")


@cache
def rehearsed() -> dict[str, Any]:
    """What the steps of the tour give in a shop in which nothing else was done: the same for
    every learner, for the scene is."""
    with tempfile.TemporaryDirectory(prefix="crmkit-tour-") as folder:
        shop = _opened(MANAGER, folder)
        try:
            found = {one.id: one.members for one in shop.marketing.segments()}
            return {"groups": found, "campaign": shop.marketing.send(plan_campaign(shop).id)}
        finally:
            shop.close()


class Tour(Keys):
    """What the tour asks."""

    def modules(self) -> dict[str, str]:
        """The four modules, to choose from."""
        return {one: label("crm_module", one) for one in MODULES}

    def my_map(self) -> Part:
        """The map, with the module the learner chose standing out."""
        return _map(self.given.get("my_module"))

    def same_phone(self) -> Key:
        """What the desk says when the same phone is registered a second time."""
        return Key("refused")

    def sleeping(self) -> Key:
        """How many members have not bought for 45 days."""
        found = rehearsed()["groups"]
        recent = ("那是近 10 天买过的。", "Those bought within the last 10 days.")
        birthdays = ("那是七月过生日的。", "Those have their birthday in July.")
        return Key(found["sleeping"], {recent: found["recent"], birthdays: found["july_birthdays"]})

    def not_written(self) -> Key:
        """How many of those to be written to get no message."""
        made = rehearsed()["campaign"]
        queued = ("那是排上队、会收到的。", "Those are queued and will get it.")
        control = (
            "那是对照组，本来就不发。",
            "Those are the control group, left alone on purpose.",
        )
        return Key(
            made.treatment - made.queued,
            {queued: made.queued, control: made.control},
            {"to": str(made.treatment), "queued": str(made.queued)},
        )

    def where(self) -> Key:
        """In which module a complaint is answered."""
        return Key("service")
