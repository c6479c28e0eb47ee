"""What is asked of analysts about whom to call: the keys."""

from functools import cached_property
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key
from crmkit.lessons.analyst.calls import LONG, STORE, TODAY, shares_left
from crmkit.lessons.analyst.trying import StoreKeys
from crmkit.lessons.view import pictured, share, table_of
from crmkit.screen import Part, parts


class Calls(StoreKeys):
    """What the lesson on RFM asks: of the list by total spend, of M1, of who is left."""

    @cached_property
    def days_away(self) -> Any:
        """How long each of the 150 largest spenders of the store has been away, in days."""
        import pandas as pd

        sales = table_of("sales", {})
        here = sales[(sales["store_id"] == STORE) & (sales["sold_at"] < _day_after(TODAY))]
        spent = here.groupby("member_id")["amount"].sum()
        bought = here[here["quantity"] > 0].groupby("member_id")["sold_at"].max()
        last = bought[spent.sort_values(ascending=False).head(150).index]
        return (pd.Timestamp(TODAY) - last.dt.normalize()).dt.days

    def away(self) -> Part:
        """When each of the 150 was last in, with how many somebody guessed had been away long."""
        days, guessed = self.days_away, self.given.get("away_guess")
        long = int((days > LONG).sum())

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            width = 15
            edges = range(0, int(days.max()) + width, width)
            for part, colour, words in (
                (days[days <= LONG], _style.MAIN, _("in the last three months")),
                (days[days > LONG], _style.BAD, _("not for three months")),
            ):
                ax.hist(part, bins=edges, color=colour, label=words)
            ax.set_xlabel(_("Days since the last purchase"))
            ax.set_ylabel(_("Members"))
            ax.legend()

        says = _("{long} of the 150 have not been in for three months.").format(long=long)
        if guessed is not None:
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}")
        return parts.column(pictured(draw, says, size=(9, 3.4)), parts.text(says))

    def recency(self) -> Key:
        """M1's days since the last purchase."""
        back = ("28 号是来退货的，不算来买。", "On the 28th something came back: no purchase.")
        return Key(10, {back: 2, "first_purchase_for_last": 120})

    def frequency(self) -> Key:
        """M1's orders."""
        return Key(2, {"lines_for_frequency": 4, ("A2 有两行，但只是一单；退货不是一单。", "A2 has two lines but is one order; a return is none."): 3})  # fmt: skip

    def monetary(self) -> Key:
        """What M1 spent, less what came back."""
        walk_in = ("散客那一单不是 M1 的。", "The walk-in's order is not M1's.")
        return Key(200.0, {"returns_dropped": 230.0, walk_in: 225.0})

    def least_left(self) -> Key:
        """The store of the four at which the smallest share is left."""
        left = shares_left()
        least = min(left, key=left.__getitem__)
        return Key(least, facts={"share": share(left[least])})


def _day_after(day: str) -> str:
    import pandas as pd

    return f"{pd.Timestamp(day) + pd.Timedelta(days=1):%Y-%m-%d}"
