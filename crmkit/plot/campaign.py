"""Charts of what an offer would cost and whether a campaign worked."""

from collections.abc import Sequence
from typing import Any

from crmkit import campaign
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading, text
from crmkit.plot import _axes, _style, _words
from crmkit.tables import TableError


@_style.chart(size=(11, 4.6), grid="x")
def comparison(difference: Any, *, ax: Any = None) -> Any:
    """How far one average lies above another, with its interval, and where no difference is.

    Parameters
    ----------
    difference
        What `campaign.compare_groups`, `before_after` or `difference_in_differences` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> from crmkit.campaign import Difference
    >>> found = Difference("groups", "revenue", 120, 100, 20.0, 12.0, 28.0, 0.001, 500, 500)
    >>> comparison(found).get_xlabel()
    'Revenue: difference on average (bar: 95% interval)'
    """
    _style.expect(difference, "difference", "campaign.compare_groups")
    rows = [(_sides(difference), difference)]
    _forest(ax, rows, difference.yes_no)
    ax.set_xlabel(_difference(difference.measure, difference.confidence))
    ax.set_title(
        _("Beyond chance: the interval leaves 0 out")
        if difference.clear
        else _("May be chance: the interval holds 0")
    )


@_style.chart(grid="x")
def uplift_by_segment(uplift: Any, *, ax: Any = None) -> Any:
    """The difference in each segment with its interval, the largest on top.

    Parameters
    ----------
    uplift
        What `campaign.uplift_by_segment` gave. A segment too small to judge is not drawn.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.campaign import uplift_by_segment as judge
    >>> outcomes = pd.DataFrame({"level": ["gold"] * 4, "group": ["treatment", "control"] * 2,
    ...                          "revenue": [30, 20, 50, 10.0]})
    >>> len(uplift_by_segment(judge(outcomes, "level")).get_yticklabels())
    1
    """
    _style.expect(uplift, "segments", "campaign.uplift_by_segment")
    order = [code for code in uplift.table[uplift.by] if uplift.segments[code] is not None]
    rows = [(text(uplift.by, code), uplift.segments[code]) for code in order]
    half = _style.MOST // 2
    if len(rows) > _style.MOST:
        ax.set_ylabel(_("the first and the last {half} of {all}").format(half=half, all=len(rows)))
        rows = [*rows[:half], *rows[-half:]]
    _forest(ax, rows, any(d.yes_no for _name, d in rows))
    ax.set_xlabel(_difference(uplift.measure, uplift.confidence))
    ax.set_title(
        _("Campaign effect by {group}, all {percent:.0%} intervals together").format(
            group=_style.inside(uplift.by), percent=uplift.confidence
        )
    )


@_style.chart(grid="x")
def arms(result: Any, *, ax: Any = None) -> Any:
    """Each arm against the control with its interval; in colour what is too much to be luck.

    Parameters
    ----------
    result
        What `campaign.compare_arms` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.campaign import compare_arms
    >>> outcomes = pd.DataFrame({"group": ["sms"] * 3 + ["gift"] * 3 + ["control"] * 3,
    ...     "revenue": [12, 14, 13, 30, 31, 32, 12, 13, 14.0]})
    >>> [name.get_text() for name in arms(compare_arms(outcomes)).get_yticklabels()]
    ['gift minus control group', 'sms minus control group']
    """
    _style.expect(result, "comparisons", "campaign.compare_arms")
    judged = zip(result.comparisons, result.clear, strict=True)
    rows = sorted(judged, key=lambda row: -row[0].difference)[: _style.MOST]
    _forest(
        ax,
        [(_sides(d), d) for d, _clear in rows],
        any(d.yes_no for d, _clear in rows),
        [clear for _d, clear in rows],
    )
    ax.set_xlabel(_difference(result.measure, result.confidence))
    ax.set_title(
        _("{n} of {k} differences beyond chance ({correction})").format(
            n=sum(result.clear),
            k=len(result.clear),
            correction=label("correction", result.correction),
        )
    )


@_style.chart
def plan(plan: Any, *, ax: Any = None) -> Any:
    """What an offer gains or loses for each uplift, and from where on it pays.

    Parameters
    ----------
    plan
        What `campaign.plan` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaign
    >>> sales = pd.DataFrame({"sale_id": ["S1", "S2"], "product_id": ["tea", "tea"],
    ...     "quantity": [3, 1], "amount": [300.0, 100.0], "cost": [180.0, 60.0]})
    >>> plan(campaign.plan(sales, campaign.ThresholdDiscount(300, 40))).get_xlabel()
    'Uplift in orders'
    """
    from matplotlib.ticker import PercentFormatter

    _style.expect(plan, "break_even", "campaign.plan")
    kept = plan.margin - plan.offer_cost
    furthest = 2 * max(plan.uplift, plan.break_even_high or plan.uplift)
    ends = [0.0, furthest]
    gains = [kept * (1 + u) - plan.other_cost - plan.margin for u in ends]
    ax.plot(ends, gains, color=_style.MAIN)
    ax.axhline(0, color="black", linewidth=1.5)
    if plan.break_even is not None:
        ax.axvspan(
            plan.break_even_low, plan.break_even_high, color=_style.QUIET, alpha=0.5, zorder=0,
            label=_("95 % interval of where it starts to pay"),
        )  # fmt: skip
        ax.legend()
        ax.plot([plan.break_even], [0], "o", color=_style.BAD, markersize=12, zorder=5)
        ax.annotate(
            _("pays from {uplift:.1%} on").format(uplift=plan.break_even),
            (plan.break_even, 0),
            xytext=(12, -24),
            textcoords="offset points",
        )
    ax.plot([plan.uplift], [plan.profit], "D", color=_style.ACCENT, markersize=12, zorder=5)
    ax.annotate(
        _("at the uplift hoped for, {uplift:.0%}: {profit}").format(
            uplift=plan.uplift, profit=_words.short(plan.profit)
        ),
        (plan.uplift, plan.profit),
        xytext=(14, -24),
        textcoords="offset points",
    )
    _axes.value_axis(ax.yaxis, "profit")
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.margins(y=0.15)
    ax.set(xlabel=_("Uplift in orders"), ylabel=heading("profit"), xlim=(0, furthest))
    ax.set_title(_("From which uplift on the offer pays"))


@_style.chart
def sample_size(
    base_rate: float,
    uplift: float | Sequence[float],
    power: float = 0.8,
    confidence: float = 0.95,
    *,
    ax: Any = None,
) -> Any:
    """How the chance to see an uplift grows with the members in each group, and when it suffices.

    Parameters
    ----------
    base_rate
        As in `campaign.sample_size`.
    uplift
        As there; may be several, for a line each.
    power, confidence
        As in `campaign.sample_size`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> sample_size(0.20, [0.10, 0.20]).get_xlabel()
    'Members in each group'
    """
    import numpy as np
    from matplotlib.ticker import PercentFormatter

    uplifts = [uplift] if isinstance(uplift, int | float) else list(uplift)
    enough = [campaign.sample_size(base_rate, one, power, confidence) for one in uplifts]
    sizes = np.linspace(max(2, min(enough) / 20), 1.3 * max(enough), 60).astype(int)
    for one, needed, colour in zip(uplifts, enough, _style.PALETTE, strict=False):
        chances = [campaign.power(base_rate, one, n, n, confidence) for n in sizes.tolist()]
        name = _("{base:.1%} to {then:.1%}: {n:,} in each group").format(
            base=base_rate, then=base_rate * (1 + one), n=needed
        )
        ax.plot(sizes, chances, color=colour, label=name)
        ax.plot([needed], [power], "o", color=colour, markersize=12)
    ax.axhline(power, color="#4A4F57", linewidth=1.5, linestyle="--")
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=0)
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    _axes.value_axis(ax.xaxis, "members")
    ax.set(xlabel=_("Members in each group"), ylabel=_("Chance to see it"))
    ax.legend(title=_("Share of buyers"))
    ax.set_title(
        _("To see the uplift in {power:.0%} of trials: {n:,} members in each group").format(
            power=power, n=enough[0]
        )
        if len(enough) == 1
        else _("The smaller the uplift, the more members it takes to see it")
    )


@_style.chart
def difference_in_differences(
    frame: Any,
    value: str = "revenue",
    before_value: str | None = None,
    group: str = "group",
    period: str = "period",
    *,
    ax: Any = None,
) -> Any:
    """What the treated would have done, had they changed like the control, and what they did.

    Averages are drawn; the interval is in `comparison`.

    Parameters
    ----------
    frame
        As in `campaign.difference_in_differences`: one row per member with `before_value`, or rows
        with a `period` (before, after).
    value, before_value, group, period
        The columns, as there.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> outcomes = pd.DataFrame({"group": ["treatment", "control"], "revenue": [40.0, 25.0],
    ...                          "revenue_before": [20.0, 20.0]})
    >>> difference_in_differences(outcomes, before_value="revenue_before").get_title()
    'Revenue: 15.00 more than if it had changed like the control group'
    """
    from crmkit.campaign.findings import side
    from crmkit.results import number

    table = _style.to_pandas(frame)
    source = "campaign.outcomes"
    _style.need(table, [group, value, before_value or period], source)
    table = _style.known(table, value)
    if before_value:
        both = table.groupby(group)[[before_value, value]].mean()
        both.columns = ["before", "after"]
    else:
        both = table.groupby([group, period])[value].mean().unstack()
    for name, held in (("treatment", both.index), ("control", both.index), ("before", both)):
        if name not in held or "after" not in both:
            raise TableError(
                _("There is no row of {side!r}: both groups and both periods are needed.").format(
                    side=name
                )
            )
    places = [0, 1]
    treated, control = (both.loc[name, ["before", "after"]] for name in ("treatment", "control"))
    expected = treated["before"] + control["after"] - control["before"]
    for name, means, marker in (("control", control, "s"), ("treatment", treated, "o")):
        colour = _style.SAME["group"][name]
        ax.plot(places, means, marker=marker, color=colour, markersize=12, label=side(name))
    ax.plot(
        places, [treated["before"], expected], color=_style.MAIN, linestyle=":",
        label=_("treated, had they changed like the control"),
    )  # fmt: skip
    gap = treated["after"] - expected
    ax.annotate(
        "", (1.04, treated["after"]), (1.04, expected),
        arrowprops={"arrowstyle": "<->", "color": _style.BAD, "linewidth": 2},
    )  # fmt: skip
    said = number(abs(gap))
    ax.annotate(f"{gap:+,.2f}", (1.06, (treated["after"] + expected) / 2), va="center", fontsize=15)
    ax.set_xticks(places, [side("before"), side("after")])
    ax.set_xlim(-0.15, 1.3)
    if both.min(axis=None) >= 0:
        ax.set_ylim(bottom=0)
    _axes.value_axis(ax.yaxis, value)
    ax.set(xlabel="", ylabel=_("{measure}, on average").format(measure=heading(value)))
    ax.legend()
    title = (
        _("{measure}: {difference} more than if it had changed like the control group")
        if gap >= 0
        else _("{measure}: {difference} less than if it had changed like the control group")
    )
    ax.set_title(title.format(measure=heading(value), difference=said))


@_style.chart(size=(11, 4.6), grid="x")
def roi(result: Any, *, ax: Any = None) -> Any:
    """What the campaign returned on what it cost, with its interval, and where it breaks even.

    Parameters
    ----------
    result
        What `campaign.roi` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> from crmkit.campaign import Difference, roi as reckon
    >>> found = Difference("groups", "revenue", 120, 100, 20.0, 12.0, 28.0, 0.001, 500, 500)
    >>> roi(reckon(found, 2000, 0.4)).get_xlabel()
    'ROI (bar: 95% interval)'
    """
    from matplotlib.ticker import PercentFormatter

    _style.expect(result, "roi", "campaign.roi")
    clear = result.low is not None and (result.low > 0 or result.high < 0)
    colour = _style.MAIN if clear else _style.GREY
    if result.low is not None:
        ax.plot([result.low, result.high], [0, 0], color=colour, linewidth=6)
    ax.plot([result.roi], [0], "o" if clear else "s", color=colour, markersize=16)
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
    ax.set(xlabel=heading("roi") + _interval(result.confidence), ylabel="", ylim=(-1, 1))
    cost = _words.short(result.cost)
    ax.set_title(
        _("Return on {cost} spent: beyond chance").format(cost=cost)
        if clear
        else _("Return on {cost} spent: gain or loss is open").format(cost=cost)
    )


def _difference(measure: str, confidence: float) -> str:
    said = _("{measure}: difference on average").format(measure=heading(measure))
    return said + _interval(confidence)


def _interval(confidence: float) -> str:
    return _(" (bar: {percent:.0%} interval)").format(percent=confidence)


def _sides(difference: Any) -> str:
    from crmkit.campaign.arms import pair

    return pair(difference)


def _forest(ax: Any, rows: list, share: bool, clear: list[bool] | None = None) -> None:
    """Differences with their intervals, one below the other, beside a line at 0."""
    from matplotlib.ticker import PercentFormatter

    from crmkit.results import number

    if not rows:
        raise TableError(_style.nothing())
    for place, (_name, d) in enumerate(rows):
        sure = d.clear if clear is None else clear[place]
        colour = _style.MAIN if sure else _style.GREY
        if d.low is not None:
            ax.plot([d.low, d.high], [place, place], color=colour, linewidth=5)
        ax.plot([d.difference], [place], "o" if sure else "s", color=colour, markersize=14)
        ax.annotate(
            _("{difference} (n = {first:,} and {second:,})").format(
                difference=number(d.difference, d.yes_no), first=d.n_first, second=d.n_second
            ),
            (d.difference, place),
            xytext=(0, 14),
            textcoords="offset points",
            ha="center",
            fontsize=13,
            zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    ax.axvline(0, color="black", linewidth=1.5)
    ax.set_yticks(range(len(rows)), [name for name, _d in rows])
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.margins(x=0.12)
    if share:
        ax.xaxis.set_major_formatter(PercentFormatter(1))
    else:
        _axes.value_axis(ax.xaxis, "difference")
