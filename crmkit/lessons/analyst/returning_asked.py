"""What is asked of analysts about who comes back: the keys."""

from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key
from crmkit.lessons.analyst.returning import winters
from crmkit.lessons.analyst.trying import StoreKeys
from crmkit.lessons.view import pictured, share, store_names
from crmkit.screen import Part, parts


class Returning(StoreKeys):
    """What the lesson on retention asks."""

    def came_back(self) -> Part:
        """Retention from winter to winter by store, with what somebody guessed for S03."""
        rates, guessed, names = winters(), self.given.get("back_guess"), store_names()

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            colours = [_style.BAD if store == "S03" else _style.MAIN for store in rates]
            drawn = ax.barh([names[s] for s in rates], [100 * r for r in rates.values()], color=colours)  # fmt: skip
            ax.bar_label(drawn, [share(rate) for rate in rates.values()], padding=3)
            if guessed is not None:
                ax.axvline(guessed, color=_style.ACCENT, linestyle="--", label=_("your guess"))
                ax.legend(loc="lower right")
            ax.invert_yaxis()
            ax.set_xlim(0, 100)
            ax.set_xlabel("%")

        says = _("{rate} of them came back to store S03.").format(rate=share(rates["S03"]))
        if guessed is not None:
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}")
        return parts.column(pictured(draw, says, size=(8, 2.6)), parts.text(says))

    def repeat(self) -> Key:
        """The repeat-purchase rate of the ten lines."""
        return Key(50.0, {"walk_ins_counted": 40.0, ("M2 的两行是同一单；M4 第二次是来退货的。", "M2's two lines are one order, and M4 came back to return something."): 75.0})  # fmt: skip

    def kept(self) -> Key:
        """The retention of the ten lines, February to March."""
        return Key(200 / 3, {("M4 三月是来退货的，不算回来买。", "M4 came in March to return something: that is no purchase."): 100.0, "walk_ins_counted": 50.0})  # fmt: skip

    def worst(self) -> Key:
        """The store to which the fewest came back."""
        rates = winters()
        least = min(rates, key=rates.__getitem__)
        return Key(least, facts={"rate": share(rates[least])})

    def paradox(self) -> Key:
        """What the comparison band by band says of returns."""
        few = ("三档都高一点，可后两档差不到 1 个百分点，第一档退过货的只有 47 位：碰巧就会有。", "A trifle higher in each, but by less than one point in two bands and with 47 people in the first: chance alone does that.")  # fmt: skip
        return Key("same", {few: "more", ("那是混在一起比的：退过货的人本来就来得勤。", "That is all of them together: those with a return came more often to begin with."): "less"})  # fmt: skip
