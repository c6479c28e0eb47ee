"""What is asked of analysts about targets watched day by day: the keys."""

from typing import Any

from crmkit import kpi
from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key
from crmkit.lessons.analyst.live import RAISED, asked_for
from crmkit.lessons.analyst.trying import STORES, StoreKeys
from crmkit.lessons.analyst.watching import (
    FAIR_DAYS,
    FAIR_TARGET,
    FESTIVAL,
    MORNING,
    TROUBLED,
    fair,
    rings,
)
from crmkit.lessons.view import pictured, share, store_names, table_of
from crmkit.screen import Part, parts


class Watching(StoreKeys):
    """What the lesson on watching sales asks."""

    def october(self) -> Part:
        """The board on the 8th and the end of the month, store by store, with the guess."""
        sales, targets = table_of("sales", {}), table_of("targets", {})
        early = kpi.monitor(sales, targets, MORNING).set_index("store_id")["pace"]
        ended = kpi.attainment(sales, targets, "store_id", since="2024-10-01", until="2024-10-31").set_index("store_id")["attainment"]  # fmt: skip
        guessed, names = self.given.get("october_guess"), store_names()

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            places = list(range(len(STORES)))
            colours = [_style.BAD if one == TROUBLED else _style.MAIN for one in STORES]
            first = ax.barh([p - 0.2 for p in places], 100 * early[list(STORES)], 0.38, color=_style.QUIET)  # fmt: skip
            then = ax.barh([p + 0.2 for p in places], 100 * ended[list(STORES)], 0.38, color=colours)  # fmt: skip
            for bars in (first, then):
                ax.bar_label(bars, fmt="%.0f%%", padding=3)
            ax.set_yticks(places, [f"{one} {names[one]}" for one in STORES])
            ax.axvline(100, color="black", linewidth=1)
            first.set_label(_("pace on the 8th"))
            then.set_label(_("where the month ended"))
            if guessed is not None:
                ax.axvline(guessed, color=_style.ACCENT, linestyle="--", label=_("your guess"))
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
            ax.invert_yaxis()
            ax.margins(x=0.12)
            ax.set_xlabel("%")

        says = _("S03 stood at {early} on the 8th and ended October at {end} of its target.").format(early=share(early[TROUBLED]), end=share(ended[TROUBLED]))  # fmt: skip
        if guessed is not None:
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}%")
        return parts.column(pictured(draw, says, size=(8, 3.4)), parts.text(says))

    def alarms(self) -> Part:
        """How often the alarm rings for nothing, by how many red days in a row it takes."""
        found, guessed = rings(), self.given.get("rings_guess")

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            names = [str(days) for days in found["days"]]
            kinds = (("right", _("right"), _style.GOOD), ("for_nothing", _("for nothing"), _style.BAD))  # fmt: skip
            floor = found["days"] * 0
            for column, words, colour in kinds:
                drawn = ax.bar(names, found[column], 0.6, bottom=floor, color=colour, label=words)
                ax.bar_label(drawn, label_type="center", color="white")
                floor = floor + found[column]
            if guessed is not None:
                ax.axhline(guessed, color=_style.ACCENT, linestyle="--", label=_("your guess"))
            ax.set_xlabel(_("red days in a row until it rings"))
            ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1))

        once, five = found.iloc[0], found.set_index("days").loc[5]
        says = _("On the first red day: {n} alarms for nothing. After five in a row: {five}, but {missed} bad months are missed.").format(n=once["for_nothing"], five=five["for_nothing"], missed=five["missed"])  # fmt: skip
        if guessed is not None:
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}")
        return parts.column(pictured(draw, says, size=(8, 3.4)), parts.text(says))

    def even(self) -> Key:
        """The fair's pace when every day counts alike."""
        gone = float(fair()["this_year"].sum())
        whole = ("除以的是整场的目标；三天该有的，是目标的十分之三。", "That divides by the whole target; three of ten days ask for three tenths of it.")  # fmt: skip
        return Key(100 * gone / (FAIR_TARGET * FAIR_DAYS / 10), {whole: 100 * gone / FAIR_TARGET, "upside_down": 100 * FAIR_TARGET * FAIR_DAYS / 10 / gone})  # fmt: skip

    def path(self) -> Key:
        """What last year's path asks for after three days, in yuan."""
        before = fair()["last_year"]
        early = float(before.head(FAIR_DAYS).sum())
        return Key(FAIR_TARGET * early / float(before.sum()), {("那是去年头三天卖的；今年的目标比去年高。", "That is what last year sold in three days; this year's target is higher."): early, ("那是每天一样多的算法。", "That takes every day alike."): FAIR_TARGET * FAIR_DAYS / 10})  # fmt: skip

    def ends(self) -> Key:
        """Where the fair ends if it goes on along last year's path."""
        before, gone = fair()["last_year"], float(fair()["this_year"].sum())
        early = float(before.head(FAIR_DAYS).sum()) / float(before.sum())
        return Key(gone / early, {("那是每天一样多的算法：后面的日子没有开头热闹。", "That takes every day alike: the later days are quieter than the first."): gone / FAIR_DAYS * 10, ("那是目标；问的是照这样下去会卖到几元。", "That is the target; how much will it be at this rate?"): FAIR_TARGET})  # fmt: skip

    def really(self) -> Key:
        """The store that is in trouble when both months are looked at together."""
        sales, targets = table_of("sales", {}), table_of("targets", {})
        both = kpi.attainment(sales, targets, "store_id", since=FESTIVAL[0], until=FESTIVAL[1])
        worst = both.sort_values("attainment").iloc[0]
        others = both[both["store_id"] != worst["store_id"]]["attainment"]
        facts = {"rate": share(worst["attainment"]), "others": share(others.min())}
        return Key(str(worst["store_id"]), facts=facts)

    def july(self) -> Key:
        """The target of July for the practice shop's store."""
        last = asked_for() / RAISED
        return Key(asked_for(), {("那是去年七月；再加 6%。", "That is last July; add six percent."): round(last, 2), ("那只是加的那 6%。", "That is the six percent alone."): round(asked_for() - last, 2)})  # fmt: skip

    def sale(self) -> Key:
        """Two tins of tea rung up for a member, and the ways to miss it."""

        def sell(shop: Any, member: str | None = "M002597", tins: int = 2) -> None:
            units = [("P0003", tins)]
            owed = shop.till.quote(units, member_id=member).due
            shop.till.sell(units, member_id=member, payments={"wechat": owed})

        return Key(
            sell,
            {
                "wrong_member": lambda shop: sell(shop, None),
                "wrong_quantity": lambda shop: sell(shop, tins=1),
            },
        )
