"""What exercise foundations-4 asks: two customers at the desk, and a CRM kept running."""

import random
from functools import cached_property
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.cashier.member_desk import no_more_texts
from crmkit.lessons.foundations.rehearsal import TAUGHT_FIRST, operations_tried
from crmkit.lessons.foundations.running import STAGES
from crmkit.screen import Part, parts

OPENS, BACKUP = 9, 2
"""The hours at which the shop opens and the backup is made."""


class KeepingIt(Keys):
    """The keys of foundations-4: each number has a firm, an import, a log and a bad day."""

    @cached_property
    def number(self) -> int:
        """This learner's number."""
        return int(self.given["my_number"])

    @cached_property
    def dealt(self) -> dict[str, Any]:
        """What belongs to the number."""
        dice = random.Random(f"keeping it running {self.number}")
        added, filled, refused = dice.sample(range(5, 30), 3)
        numbers = dice.sample(range(1, 5), 2)
        most = dice.choice(TAUGHT_FIRST)
        log = {one: (dice.randint(8, 30), numbers.pop()) for one in TAUGHT_FIRST if one != most}
        log[most] = (dice.randint(0, 2), dice.randint(6, 9))
        log["members.reveal"] = (0, dice.randint(10, 12))
        return {
            "stage": list(STAGES)[self.number % 4],
            "import": (added, filled, refused),
            "most": most,
            "log": log,
            "broke": dice.randint(13, 19),
            "an_hour": dice.randint(5, 12),
        }

    def sheet(self) -> Part:
        """Everything that belongs to this learner's number."""
        mine = self.dealt
        added, filled, refused = mine["import"]
        rows = [
            [label("permission", one), str(done), str(no)]
            for one, (done, no) in sorted(mine["log"].items())
        ]
        return parts.column(
            parts.card(parts.text(label("stage_case", mine["stage"])), title=_("A firm")),
            parts.card(
                parts.row(
                    parts.stat(_("Rows"), str(added + filled + refused)),
                    parts.stat(_("New members"), str(added)),
                    parts.stat(_("Known, gaps filled"), str(filled)),
                ),
                title=_("An import"),
            ),
            parts.card(
                parts.table(
                    _("A new cashier's week in the log"),
                    [_("Operation"), _("Done"), _("Refused")],
                    rows,
                )
            ),
            parts.card(
                parts.text(
                    _(
                        "Backups are made at {backup}:00 every night. The shop opens at {opens}:00 and makes {an_hour} receipts an hour. At {broke}:00 the disk broke."
                    ).format(
                        backup=BACKUP, opens=OPENS, an_hour=mine["an_hour"], broke=mine["broke"]
                    )
                ),
                title=_("A bad day"),
            ),
        )

    def withdraw(self) -> Key:
        return no_more_texts("M000429")

    def register(self) -> Key:
        def joins(shop: Any, *channels: str) -> None:
            shop.members.register(_("Lin Yue"), "14200008877", consents=list(channels))

        return Key(lambda shop: joins(shop), {"still_agrees": lambda shop: joins(shop, "sms")})

    def lost_stick(self) -> Key:
        """What comes first when a stick with the member list is gone."""
        return Key("tell")

    def stages(self) -> dict[str, str]:
        """The four stages, to choose from."""
        return {one: label("stage_of_crm", one) for one in STAGES}

    def stage(self) -> Key:
        """The stage of this learner's firm."""
        return Key(self.dealt["stage"])

    def lock(self) -> Key:
        """Which lock is against a nosy colleague."""
        return Key("access")

    def refused(self) -> Key:
        """How many rows of the import were refused."""
        added, filled, refused = self.dealt["import"]
        both = ("新增和补全的都要减。", "Take away the new ones and the filled ones.")
        filled_too = ("补全的也要减。", "Take away those that were filled, too.")
        new = ("那是新增加补全的。", "That is the new and the filled ones together.")
        return Key(
            refused,
            {filled_too: filled + refused, both: added + refused, new: added + filled},
            {"rows": str(added + filled + refused)},
        )

    def operations(self) -> dict[str, str]:
        """What is in the log, to choose from."""
        return operations_tried()

    def teach_first(self) -> Key:
        """What the cashier is to be shown first: refused most of what a cashier has to do."""
        return Key(self.dealt["most"].replace(".", "_"))

    def receipts_lost(self) -> Key:
        """How many receipts have to be put in again after restoring."""
        mine = self.dealt
        right = (mine["broke"] - OPENS) * mine["an_hour"]
        night = (
            "夜里没有小票：从开门算起。",
            "There are no receipts at night: count from opening.",
        )
        hours = ("那是几个小时，还要乘每小时的小票。", "Those are the hours; times the receipts an hour.")  # fmt: skip
        return Key(
            right,
            {
                night: (mine["broke"] - BACKUP) * mine["an_hour"],
                hours: mine["broke"] - OPENS,
                ("从零点算的：要从开门算起。", "That counts from midnight: count from opening."): mine["broke"] * mine["an_hour"],
            },
            {"hours": str(mine["broke"] - OPENS)},
        )  # fmt: skip

    def short_of_two(self) -> Key:
        """What to do when two members are missing after an upgrade."""
        return Key("back")
