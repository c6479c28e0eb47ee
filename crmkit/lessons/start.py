"""What the start page shows: the shop's months, with a guess in it."""

from typing import Any

from crmkit import data, kpi
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Keys
from crmkit.lessons.view import pictured, yuan
from crmkit.plot._style import chart
from crmkit.screen import Part


def months() -> Any:
    """Revenue of the last twelve months of all stores: month, revenue (yuan)."""
    found = kpi.sales_summary(data.load("sales"), by="month")[["month", "revenue"]]
    return found.sort_values("month", ignore_index=True).tail(12).reset_index(drop=True)


@chart(size=(8, 3.4))
def plot_months(found: Any, guess: float | None = None, *, ax: Any = None) -> Any:
    """A bar a month, the best one in its own colour; with a guess, a line where it was."""
    bars = ax.bar([str(month)[:7] for month in found["month"]], found["revenue"], color="#0072B2")
    best = int(found["revenue"].idxmax())
    bars[best].set_color("#D55E00")
    ax.tick_params(axis="x", labelrotation=45)
    ax.yaxis.set_major_formatter(lambda value, _at: f"¥{value:,.0f}")
    ax.set_ylim(0, 1.15 * max(found["revenue"].max(), guess or 0))
    told = _("The best month: {month}, {money}").format(
        month=str(found["month"][best])[:7], money=yuan(found["revenue"][best])
    )
    if guess is not None:
        ax.axhline(guess, color="#333333", linestyle="--")
        told += _(" · your guess: {money}").format(money=yuan(guess))
    ax.set_title(told)
    return ax


class Start(Keys):
    """What the start page asks."""

    def months(self) -> Part:
        """The months, with the guess in them."""
        found, guess = months(), self.given.get("best_month")
        best = int(found["revenue"].idxmax())
        told = _("The best month: {month}, {money}").format(
            month=str(found["month"][best])[:7], money=yuan(found["revenue"][best])
        )
        return pictured(lambda ax: plot_months(found, guess, ax=ax), told)
