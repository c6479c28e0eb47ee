"""The four things that go wrong with a CRM, each done live in a small shop of its own."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.lessons.foundations.rehearsal_shop import (
    MANAGER,
    NEWCOMER,
    TRAINER,
    Rehearsal,
    in_steps,
)
from crmkit.practice import Shop, migrate, schema
from crmkit.practice.backup import back_up
from crmkit.practice.errors import PracticeError
from crmkit.practice.scenes import FILE
from crmkit.screen import Part, Screen, parts

TAUGHT_FIRST = ("till.sell", "members.register", "till.give_back")
"""What a cashier has to be able to do."""


def operations_tried() -> dict[str, str]:
    """What a newcomer tries, to choose from."""
    tried = (*TAUGHT_FIRST, "members.reveal")
    return {one.replace(".", "_"): label("permission", one) for one in tried}


KNOWN = "14000000001"
"""The phone of a member of the small shop."""


def stolen() -> Screen:
    """The same record as three people see it: a thief with the file, a cashier, the manager."""

    seen = {}

    def thief(at: Rehearsal) -> Part:
        seen["id"] = at.shop.members.register(_("Lin Yue"), "14200008866").id
        row = schema.member
        with at.shop.engine.connect() as connection:
            found = connection.execute(
                select(row.c.name_sealed, row.c.phone_sealed).where(row.c.id == seen["id"])
            ).one()
        return _seen(_("Whoever steals the file reads:"), *(f"{one[9:33]}…" for one in found))

    def cashier(at: Rehearsal) -> Part:
        who = at.shop.as_staff(NEWCOMER).members.show(seen["id"])
        return _seen(_("A cashier at the desk reads:"), who.name, who.phone)

    def manager(at: Rehearsal) -> Part:
        desk = at.shop.as_staff(MANAGER).members
        why = _("The customer wants her number checked")
        name, phone = (desk.reveal(seen["id"], one, why) for one in ("name", "phone"))
        return _seen(
            _("The manager, who gave a reason, reads (and the log notes it):"), name, phone
        )

    return in_steps(
        "stolen",
        (_("Open the data file without the key"), thief),
        (_("Look as a cashier"), cashier),
        (_("Look as the manager, giving a reason"), manager),
    )


def _seen(who: str, name: str | None, phone: str | None) -> Part:
    facts = parts.facts((_("Name"), name or "–"), (_("Phone"), phone or "–"))
    return parts.column(parts.head(who), facts)


def mall_list() -> list[list[str]]:
    """Who signed up with the mall, as its own system exports it: the headings are the mall's."""
    woman, man = label("gender", "female"), label("gender", "male")
    return [
        [_("Name"), _("Mobile"), _("E-mail"), _("Gender")],
        [_("Wang Jia"), "14000000051", "", woman],
        [_("Li Yi"), "14000000052", "li@example.com", man],
        [_("Lin Xiaoyu"), KNOWN, "lin@example.com", woman],
        [_("Zhang Bing"), "1400000005", "", man],
        ["", "14000000055", "", woman],
        [_("Zhao Ding"), "14000000056", "zhao@@example.com", ""],
        [_("Sun Wu"), "14000000057", "", man],
        [_("Qian Ji"), "14000000058", "", woman],
    ]


def exchange() -> Screen:
    """Two systems talk: the mall's list comes in, the day's sales go out."""

    def write(at: Rehearsal) -> Path:
        path = at.folder / "mall.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(mall_list())
        return path

    def arrives(at: Rehearsal) -> Part:
        write(at)
        heads, *rows = mall_list()
        return parts.table(_("The mall's list"), heads, rows)

    def taken(at: Rehearsal) -> Part:
        made = at.shop.files.import_members(str(at.folder / "mall.csv"))
        rows = [[str(one.row), one.reason] for one in made.refusals]
        return parts.column(
            parts.row(
                parts.stat(_("Rows"), str(made.rows)),
                parts.stat(_("New members"), str(made.added)),
                parts.stat(_("Known, gaps filled"), str(made.changed)),
                parts.stat(_("Refused"), str(made.refused)),
            ),
            parts.table(_("Refused, and why"), [_("Row of the file"), _("Reason")], rows),
        )

    def twice(at: Rehearsal) -> Part:
        says = at.tried(lambda: at.shop.files.import_members(str(at.folder / "mall.csv")))
        return parts.message("warning", says)

    def goes_out(at: Rehearsal) -> Part:
        cashier = at.shop.as_staff(NEWCOMER)
        for product, pieces in (("P1", 1), ("P3", 2)):
            cashier.till.sell([(product, pieces)])
        path = at.folder / "sales.csv"
        at.shop.files.export_sales(str(path), "2025-06-30", "2025-06-30")
        with path.open(encoding="utf-8-sig", newline="") as file:
            heads, *rows = csv.reader(file)
        shown = [0, 2, 5, 6, 9]
        return parts.table(
            _("What the accountant gets"),
            [heads[i] for i in shown],
            [[row[i] for i in shown] for row in rows],
        )

    return in_steps(
        "exchange",
        (_("The mall sends its list"), arrives),
        (_("Import it"), taken),
        (_("Import it once more"), twice),
        (_("Export today's sales for the accountant"), goes_out),
    )


def newcomers_morning(shop: Shop) -> list[Any]:
    """A newcomer's first morning at the till; what the log tells about it afterwards."""
    desk = shop.as_staff(NEWCOMER)
    attempts: list[Callable[[], Any]] = [
        *(lambda p=p: desk.till.sell([(p, 1)]) for p in ("P1", "P3", "P4")),
        lambda: desk.till.sell([("P2", 30)]),
        lambda: desk.members.register(_("Wang Jia"), "14000000061"),
        lambda: desk.members.register(_("Lin Xiaoyu"), KNOWN),
        lambda: desk.members.register(_("Li Yi"), "1400000006"),
        lambda: desk.members.reveal("M000001", "phone", "-"),
        *(lambda n=n: desk.till.give_back(n, [("P1", 1)], reason="wrong_item") for n in range(91, 96)),
    ]  # fmt: skip
    for attempt in attempts:
        try:
            attempt()
        except PracticeError:
            continue  # the newcomer tries the next thing; the log has noted it
    return [one for one in shop.audit.use() if one.staff_id == NEWCOMER]


def morning() -> Screen:
    """A newcomer works for a morning; then the log is read, not to blame but to teach."""

    def works(at: Rehearsal) -> Part:
        newcomers_morning(at.shop)
        return parts.message("info", _("It is noon. The newcomer says it went quite well."))

    def log(at: Rehearsal) -> Part:
        found = [one for one in at.shop.audit.use() if one.staff_id == NEWCOMER]
        rows = [[label("permission", one.action), str(one.done), str(one.refused)] for one in found]
        heads = [_("Operation"), _("Done"), _("Refused")]
        return parts.table(_("The newcomer's morning in the log"), heads, rows)

    return in_steps(
        "morning",
        (_("Let the newcomer work for a morning"), works),
        (_("Read the log"), log),
    )


def upkeep() -> Screen:
    """A backup, two more members, a broken disk, and the shop brought back."""

    def told_members(at: Rehearsal, words: str) -> Part:
        return parts.row(parts.stat(words, _("{n} members").format(n=at.members())))

    def backup(at: Rehearsal) -> Part:
        back_up(at.shop.engine, at.folder / "backup.db")
        return told_members(at, _("Backed up at two in the morning"))

    def trade(at: Rehearsal) -> Part:
        desk = at.shop.as_staff(NEWCOMER).members
        for name, phone in ((_("Wang Jia"), "14000000071"), (_("Li Yi"), "14000000072")):
            desk.register(name, phone)
        return told_members(at, _("By noon, after two more have joined"))

    def lost(at: Rehearsal) -> Part:
        at.gone()
        return parts.message("error", _("The disk is broken. The data file is gone."))

    def restored(at: Rehearsal) -> Part:
        Shop.restore(at.folder / "backup.db", at.folder / FILE)
        at.open()
        return told_members(at, _("Brought back from the backup"))

    return in_steps(
        "upkeep",
        (_("Back up"), backup),
        (_("Carry on: two customers join"), trade),
        (_("The disk breaks"), lost),
        (_("Restore"), restored),
    )


def upgrade() -> Screen:
    """A shop of an older version is opened, copied, upgraded and opened again."""

    def older(at: Rehearsal) -> Part:
        migrate.back_to(at.shop.engine, migrate.revisions()[0])
        at.shop.close()
        says = at.tried(lambda: Shop.open(at.folder / FILE, TRAINER))
        return parts.message(
            "warning" if says else "right",
            _("It does not open: these books were made by an older version.") if says else "",
        )

    def copied(at: Rehearsal) -> Part:
        shutil.copyfile(at.folder / FILE, at.folder / "before-upgrade.db")
        return parts.message("info", _("A copy is kept: whatever happens, there is a way back."))

    def upgraded(at: Rehearsal) -> Part:
        Shop.upgrade(at.folder / FILE)
        at.open()
        whole = at.shop.audit.first_break() is None and not at.shop.audit.problems()
        return parts.row(
            parts.stat(_("Version of the tables"), f"{migrate.revisions()[0]} → {migrate.newest()}"),
            parts.stat(_("In the books, as before"), _("{n} members").format(n=at.members())),
            parts.stat(_("Books and log checked"), _("all is well") if whole else _("something is wrong")),
        )  # fmt: skip

    return in_steps(
        "upgrade",
        (_("Open a shop of the old version"), older),
        (_("First keep a copy"), copied),
        (_("Upgrade and check"), upgraded),
    )
