"""How a firm grows into a CRM, and the keys of what the lesson on running one asks."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.foundations.rehearsal import mall_list, operations_tried
from crmkit.lessons.view import pictured
from crmkit.screen import Part, parts

STAGES = {"sprouting": "#8A6D00", "developing": "#00795A", "mature": "#0072B2", "innovating": "#7A3E9D"}  # fmt: skip
"""The stages in order, each with its colour."""


def draw_stages(ax: Any, mine: str | None = None) -> None:
    """The four stages as steps upwards, with what they bring above; `mine` stands out."""
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    for place, (stage, colour) in enumerate(STAGES.items()):
        x, top = 2.5 * place, 0.55 + 0.5 * place
        pale = mine in STAGES and stage != mine
        ax.add_patch(
            FancyBboxPatch(
                (x, 0), 2.25, top, boxstyle="round,pad=0.02,rounding_size=0.08",
                facecolor=colour, alpha=0.35 if pale else 1, linewidth=0,
            )
        )  # fmt: skip
        ink = "#333333" if pale else "white"
        ax.text(x + 1.12, top / 2, label("stage_of_crm", stage), ha="center", va="center", fontsize=20, color=ink)  # fmt: skip
        ax.text(x + 1.12, top + 0.16, label("stage_tools", stage), ha="center", va="bottom", fontsize=14, color="#333333", linespacing=1.35)  # fmt: skip
        ax.text(x + 1.12, -0.42, label("stage_years", stage), ha="center", va="center", fontsize=14, color="#555555")  # fmt: skip
    ax.add_patch(
        FancyArrowPatch((-0.1, -0.16), (9.95, -0.16), arrowstyle="-|>", mutation_scale=20, linewidth=2, color="#7F7F7F")
    )  # fmt: skip
    ax.set_xlim(-0.2, 10.1)
    ax.set_ylim(-0.65, 3.2)
    ax.set_axis_off()


def stages(mine: str | None = None) -> Part:
    """The picture of the stages, with what it shows in words."""
    says = _("; ").join(
        f"{label('stage_of_crm', one)}: {label('stage_tools', one)}".replace("\n", " ")
        for one in STAGES
    )
    return pictured(lambda ax: draw_stages(ax, mine), says, size=(11, 4))


class Running(Keys):
    """What the lesson on running a CRM asks."""

    def stages(self) -> dict[str, str]:
        """The four stages, to choose from."""
        return {one: label("stage_of_crm", one) for one in STAGES}

    def my_stages(self) -> Part:
        """The picture, with the stage the learner chose standing out."""
        words = _("Our shop: stores, web shop and app share their members: {stage}.")
        return parts.column(
            stages(self.given.get("my_stage")),
            parts.message("noted", words.format(stage=label("stage_of_crm", "mature"))),
        )

    def which_stage(self) -> Key:
        """The stage of a firm whose store, web shop and app are being joined."""
        return Key("mature")

    def thief(self) -> Key:
        """What somebody with the data file can read."""
        return Key("nothing")

    def refused(self) -> Key:
        """How many rows of the mall's list are refused: no phone of 11 digits, no name, no address."""
        rows = mall_list()[1:]
        bad = [one for one in rows if not one[0] or len(one[1]) != 11 or "@@" in one[2]]
        known = ("已有的会员不算被拒：只补空缺。", "A member who is there already is not refused: gaps are filled.")  # fmt: skip
        new = ("那是新增的。", "Those are the new members.")
        return Key(
            len(bad), {known: len(bad) + 1, new: len(rows) - len(bad) - 1}, {"rows": str(len(rows))}
        )

    def second_time(self) -> Key:
        """What an import does when the same file comes again."""
        return Key("refused")

    def operations(self) -> dict[str, str]:
        """What the newcomer tried, to choose from."""
        return operations_tried()

    def teach_first(self) -> Key:
        """What the newcomer is to be shown first: what was refused most."""
        return Key("till_give_back")

    def lost(self) -> Key:
        """How many members are missing after restoring."""
        all_of_them = ("备份里的都在，少的只是备份以后的。", "Those in the backup are there; only later ones are missing.")  # fmt: skip
        return Key(2, {all_of_them: 5, ("那是恢复以后的人数。", "That is how many there are afterwards."): 3})  # fmt: skip

    def before_upgrade(self) -> Key:
        """What comes before an upgrade."""
        return Key("copy")
