"""Charts of what an offer would cost and whether a campaign worked."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading, text
from crmkit.plot import _style


@_style.chart(size=(11, 4.6), grid="x")
def comparison(difference: Any, *, ax: Any = None) -> Any:
    """How far one average lies above another, with its interval, and where no difference is.

    `difference`: what `campaign.compare_groups`, `before_after` or `difference_in_differences`
    gave. Returns the Axes.

    >>> from crmkit.campaign import Difference
    >>> found = Difference("groups", "revenue", 120, 100, 20.0, 12.0, 28.0, 0.001, 500, 500)
    >>> comparison(found).get_xlabel()
    'Revenue: difference'
    """
    rows = [(_sides(difference), difference)]
    _forest(ax, rows, difference.yes_no)
    ax.set_xlabel(_difference(difference.measure))
    ax.set_title(
        _("Beyond chance: the interval leaves 0 out")
        if difference.clear
        else _("May be chance: the interval holds 0")
    )


@_style.chart(grid="x")
def uplift_by_segment(uplift: Any, *, ax: Any = None) -> Any:
    """The difference in each segment with its interval, the largest on top.

    `uplift`: what `campaign.uplift_by_segment` gave. A segment too small to judge is not drawn.
    Returns the Axes.

    >>> import pandas as pd
    >>> from crmkit.campaign import uplift_by_segment as judge
    >>> outcomes = pd.DataFrame({"level": ["gold"] * 4, "group": ["treatment", "control"] * 2,
    ...                          "revenue": [30, 20, 50, 10.0]})
    >>> len(uplift_by_segment(judge(outcomes, "level")).get_yticklabels())
    1
    """
    order = [code for code in uplift.table[uplift.by] if uplift.segments[code] is not None]
    rows = [(text(uplift.by, code), uplift.segments[code]) for code in order]
    _forest(ax, rows, any(d.yes_no for _name, d in rows))
    ax.set_xlabel(_difference(uplift.measure))
    ax.set_title(
        _("Campaign effect by {group}, all {percent:.0%} intervals together").format(
            group=_style.inside(uplift.by), percent=uplift.confidence
        )
    )


@_style.chart
def plan(plan: Any, *, ax: Any = None) -> Any:
    """What an offer gains or loses for each uplift, and from where on it pays.

    `plan`: what `campaign.plan` gave. Returns the Axes.

    >>> import pandas as pd
    >>> from crmkit import campaign
    >>> sales = pd.DataFrame({"sale_id": ["S1", "S2"], "product_id": ["tea", "tea"],
    ...     "quantity": [3, 1], "amount": [300.0, 100.0], "cost": [180.0, 60.0]})
    >>> plan(campaign.plan(sales, campaign.ThresholdDiscount(300, 40))).get_xlabel()
    'Uplift in orders'
    """
    from matplotlib.ticker import PercentFormatter

    kept = plan.margin - plan.offer_cost
    furthest = 2 * max(plan.uplift, plan.break_even_high or plan.uplift)
    ends = [0.0, furthest]
    gains = [kept * (1 + u) - plan.other_cost - plan.margin for u in ends]
    ax.plot(ends, gains, color=_style.MAIN)
    ax.axhline(0, color="black", linewidth=1.5)
    if plan.break_even is not None:
        ax.axvspan(plan.break_even_low, plan.break_even_high, color=_style.QUIET, alpha=0.5)
        ax.plot([plan.break_even], [0], "o", color=_style.BAD, markersize=12, zorder=5)
        ax.annotate(
            _("pays from {uplift:.1%} on").format(uplift=plan.break_even),
            (plan.break_even, 0),
            xytext=(12, -24),
            textcoords="offset points",
        )
    ax.plot([plan.uplift], [plan.profit], "D", color=_style.ACCENT, markersize=12, zorder=5)
    ax.annotate(
        _("hoped for: {profit}").format(profit=_style.short(plan.profit)),
        (plan.uplift, plan.profit),
        xytext=(-14, 12),
        textcoords="offset points",
        ha="right",
    )
    _style.value_axis(ax.yaxis, "profit")
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.margins(y=0.15)
    ax.set(xlabel=_("Uplift in orders"), ylabel=heading("profit"), xlim=(0, furthest))
    ax.set_title(_("From which uplift on the offer pays"))


@_style.chart(size=(11, 4.6), grid="x")
def roi(result: Any, *, ax: Any = None) -> Any:
    """What the campaign returned on what it cost, with its interval, and where it breaks even.

    `result`: what `campaign.roi` gave. Returns the Axes.

    >>> from crmkit.campaign import Difference, roi as reckon
    >>> found = Difference("groups", "revenue", 120, 100, 20.0, 12.0, 28.0, 0.001, 500, 500)
    >>> roi(reckon(found, 2000, 0.4)).get_xlabel()
    'ROI'
    """
    from matplotlib.ticker import PercentFormatter

    if result.low is not None:
        ax.plot([result.low, result.high], [0, 0], color=_style.MAIN, linewidth=6)
    ax.plot([result.roi], [0], "o", color=_style.MAIN, markersize=16)
    ax.annotate(
        f"{result.roi:.0%}",
        (result.roi, 0),
        xytext=(0, 16),
        textcoords="offset points",
        ha="center",
    )
    ax.axvline(0, color="black", linewidth=1.5)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set_yticks([])
    ax.margins(x=0.15)
    ax.set(xlabel=heading("roi"), ylabel="", ylim=(-1, 1))
    ax.set_title(_("Return on {cost} spent").format(cost=_style.short(result.cost)))


def _difference(measure: str) -> str:
    return _("{measure}: difference").format(measure=heading(measure))


def _sides(difference: Any) -> str:
    from crmkit.campaign.findings import side

    return _("{first} minus {second}").format(
        first=side(difference.first_name), second=side(difference.second_name)
    )


def _forest(ax: Any, rows: list, share: bool) -> None:
    """Differences with their intervals, one below the other, beside a line at 0."""
    from matplotlib.ticker import PercentFormatter

    from crmkit.campaign.findings import number

    for place, (_name, d) in enumerate(rows):
        colour = _style.MAIN if d.clear else _style.PALETTE[6]
        if d.low is not None:
            ax.plot([d.low, d.high], [place, place], color=colour, linewidth=5)
        ax.plot([d.difference], [place], "o" if d.clear else "s", color=colour, markersize=14)
        ax.annotate(
            _("{difference} (n = {first:,} and {second:,})").format(
                difference=number(d.difference, d.yes_no), first=d.n_first, second=d.n_second
            ),
            (d.difference, place),
            xytext=(0, 14),
            textcoords="offset points",
            ha="center",
            fontsize=13,
        )
    ax.axvline(0, color="black", linewidth=1.5)
    ax.set_yticks(range(len(rows)), [name for name, _d in rows])
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.margins(x=0.12)
    if share:
        ax.xaxis.set_major_formatter(PercentFormatter(1))
    else:
        _style.value_axis(ax.xaxis, "difference")
