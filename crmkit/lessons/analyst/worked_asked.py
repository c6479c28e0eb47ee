"""What is asked of analysts about whether a campaign worked: the keys."""

from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.analyst.worked import TRIALS, looks, names_of_campaigns, of_campaign
from crmkit.lessons.view import pictured, share, yuan
from crmkit.screen import Part, parts


class Worked(Keys):
    """What the lesson on campaigns asks."""

    def both_groups(self) -> Part:
        """C03 before and after, both groups, with what somebody guessed the message brought."""
        found, guessed = of_campaign("C03").groupby("group")[["revenue_before", "revenue"]].mean(), self.given.get("brought_guess")  # fmt: skip
        names = {"treatment": _("got the message"), "control": _("got none, by lot")}

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            for place, group in enumerate(names):
                colour = _style.SAME["group"][group]
                drawn = ax.bar([place - 0.2, place + 0.2], found.loc[group], 0.38, color=[(colour, 0.35), colour])  # fmt: skip
                ax.bar_label(drawn, [yuan(one) for one in found.loc[group]], padding=2)
            ax.set_xticks([0, 1], list(names.values()))
            ax.set_ylabel(_("per member, yuan"))
            ax.margins(y=0.15)

        rose = {g: found.loc[g, "revenue"] - found.loc[g, "revenue_before"] for g in names}
        rate = found.loc["control", "revenue"] / found.loc["control", "revenue_before"] - 1
        says = _("Who got no message bought {control} more ({rate}), who got one {treated} more.").format(control=yuan(rose["control"]), treated=yuan(rose["treatment"]), rate=share(rate, signed=True))  # fmt: skip
        if guessed is not None:
            says += gap() + _("You guessed that the message brought {guess}.").format(guess=yuan(guessed))  # fmt: skip
        return parts.column(pictured(draw, says, size=(8, 3.2)), parts.text(says))

    def peeked(self) -> Part:
        """How many tests of nothing alarm once or more, day after day, with the guess."""
        seen, guessed = looks(), self.given.get("peek_guess")
        alarm = seen.assign(small=seen["p_value"] < 0.05).pivot(index="day", columns="trial", values="small")  # fmt: skip
        ever = alarm.cummax().mean(axis=1)

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            ax.plot(
                ever.index, 100 * ever, color=_style.BAD, label=_("alarmed once or more so far")
            )
            ax.plot(ever.index, 100 * alarm.mean(axis=1), color=_style.MAIN, label=_("alarm on this day"))  # fmt: skip
            if guessed is not None:
                ax.axhline(guessed, color=_style.ACCENT, linestyle="--", label=_("your guess"))
            ax.set_ylim(0)
            ax.set_xlabel(heading("day"))
            ax.set_ylabel("%")
            ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1))

        says = _("Looked at every day, {ever} of {n} tests of nothing alarmed; looked at on the last day alone, {last}.").format(ever=share(ever.iloc[-1]), n=TRIALS, last=share(float(alarm.iloc[-1].mean())))  # fmt: skip
        if guessed is not None:
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}%")
        return parts.column(pictured(draw, says, size=(9, 3.2)), parts.text(says))

    def brought(self) -> Key:
        """The difference of the eight members, per head."""
        return Key(14.0, {"members_without_orders_left_out": 56 / 3, ("那是实验组自己的前后之差，还没和对照组比。", "That is the treated group before and after, without the control."): 15.0, "sum_for_mean": 56.0})  # fmt: skip

    def two_changes(self) -> Key:
        """The difference of the two changes of the eight."""
        return Key(9.0, {("那是后来的差；之前实验组本来就高 5 元。", "That is the gap afterwards; before it, the treatment group was 5 higher already."): 14.0, ("那是实验组的变化，再减去对照组的变化。", "That is the change of the treatment group; now take off the control's."): 15.0, ("那是对照组的变化。", "That is the change of the control group."): 6.0})  # fmt: skip

    def campaigns(self) -> list[tuple[str, str]]:
        """The three campaigns to choose from."""
        return names_of_campaigns()

    def works(self) -> Key:
        """The one campaign whose interval leaves 0 out."""
        return Key("C01", {("它的区间里有 0：也可能一分钱没多带来。", "Its interval holds 0: it may have brought nothing."): "C02", ("前后涨得多，是快过年了；和没发的比，区间里有 0。", "It rose much because the festival came; against those left out the interval holds 0."): "C03"})  # fmt: skip
