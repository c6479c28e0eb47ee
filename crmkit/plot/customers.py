"""Charts of how customers come, buy, stay away and come back, and of what they are still worth."""

from bisect import bisect_right
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _axes, _forms, _style, _words
from crmkit.tables import TableError


@_style.chart
def lifetime_value(result: Any, *, ax: Any = None) -> Any:
    """What each tenth of the members is still expected to bring, the most valuable first.

    Parameters
    ----------
    result
        What `customers.lifetime_value` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    import numpy as np
    import pandas as pd

    _style.expect(result, "purchases", "customers.lifetime_value")
    table = _style.known(_style.to_pandas(result.members), "lifetime_value")
    worth = np.sort(table["lifetime_value"].to_numpy("float64"))[::-1]
    tenth = np.arange(len(worth)) * 10 // len(worth) + 1
    sums = pd.Series(worth).groupby(tenth).sum()
    bars = ax.bar(sums.index, sums, color=_style.MAIN)
    share = sums / max(sums.sum(), 1e-9)
    ax.bar_label(bars, [_words.some_percent(value) for value in share], padding=4, fontsize=13)
    ax.set_xticks(list(sums.index))
    ax.margins(y=0.12)
    _axes.value_axis(ax.yaxis, "lifetime_value")
    ax.set(
        xlabel=_("Members in ten equal parts, the most valuable first"),
        ylabel=_("Expected in {weeks:g} weeks").format(weeks=result.weeks),
    )
    ax.set_title(
        _("Of what {n:,} members are expected to bring, the first tenth brings {share}").format(
            n=result.n, share=_words.some_percent(share.iloc[0])
        )
    )


@_style.chart(size=(12, 7))
def alive(model: Any, weeks: int = 104, *, ax: Any = None) -> Any:
    """How likely a member is still a customer: by how often they came, and when last.

    Who came often and stays away is lost sooner than who came seldom.

    Parameters
    ----------
    model
        What `customers.fit_purchases` or `customers.lifetime_value` gave.
    weeks
        How long ago every member in it was first seen.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    import pandas as pd

    tables_ = ("fit_purchases", "lifetime_value")
    model = getattr(model, "purchases", model)
    _style.expect(model, "alive", " / ".join(f"customers.{name}" for name in tables_))
    away = [week for week in (1, 2, 4, 8, 13, 26, 39, 52, 78) if week < weeks]
    often = [1, 2, 4, 8, 16, 32]
    grid = pd.DataFrame(
        [[float(model.alive(x, weeks - week, weeks)) for week in away] for x in often],
        index=often,
        columns=away,
    )
    _forms.heat(
        ax,
        grid,
        rows=heading("repeats"),
        columns=_("Weeks since the last purchase"),
        bar=heading("alive_probability"),
    )
    ax.set_title(
        _("How likely a member first seen {weeks} weeks ago is still a customer").format(
            weeks=weeks
        )
    )


@_style.chart
def holdout(result: Any, over: str = "week", *, ax: Any = None) -> Any:
    """What the models expected of the weeks held back, beside what came.

    Parameters
    ----------
    result
        What `customers.holdout` gave.
    over
        ``"week"`` adds the purchases of all members up, week by week; ``"repeats"`` shows the mean
        of members by how often they had come before.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _style.expect(result, "by_repeats", "customers.holdout")
    if over not in ("week", "repeats"):
        raise TableError(
            _("{over!r} is nothing to draw over: take week or repeats.").format(over=over)
        )
    weekly = over == "week"
    table = result.by_week if weekly else result.by_repeats
    at = range(len(table))
    ax.plot(at, table["actual_purchases"], "o-", color=_style.MAIN, label=_("came"))
    ax.plot(at, table["expected_purchases"], "s--", color=_style.ACCENT, label=_("was expected"))
    names = [str(value) for value in table[over]]
    if not weekly and len(names) > 7:
        names[-1] += "+"
    _axes.name_points(ax, names)
    ax.set_ylim(0, 1.08 * float(table[["actual_purchases", "expected_purchases"]].max().max()) or 1)
    _axes.value_axis(ax.yaxis, "purchases")
    ax.set_xlabel(
        _("Weeks after {cut}").format(cut=result.cut)
        if weekly
        else _("Repeat purchases until {cut}").format(cut=result.cut)
    )
    ax.set_ylabel(_("Purchases of all members") if weekly else _("Purchases per member"))
    ax.legend()
    ax.set_title(
        _("{actual:,.0f} purchases came, {expected:,.0f} were expected ({error:+.1%})").format(
            actual=result.actual, expected=result.expected, error=result.error
        )
    )


@_style.chart
def movement(
    result: Any, open_start: bool = False, *, lapse: int | None = None, ax: Any = None
) -> Any:
    """New, returning and reactivated members of each period upwards, lapsed ones downwards.

    Parameters
    ----------
    result
        What `customers.movement` gave.
    open_start
        Whether its first period is that in which the data begins, where who is new cannot be told.
    lapse
        After how many months without a purchase it counted members as lapsed: the legend then says so.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    moves = ("returning", "reactivated", "new", "lapsed")
    _style.need(table, moves, "customers.movement")
    table = _style.known(table, "new")
    for move in moves:
        table[move] = table[move].fillna(0).astype("float64")
    colours = dict(zip(moves, (_style.MAIN, _style.ACCENT, _style.GOOD, _style.BAD), strict=True))
    period, at = table.columns[0], range(len(table))
    below = [0.0] * len(table)
    for move in moves[:3]:
        ax.bar(
            at,
            table[move],
            bottom=below,
            color=colours[move],
            label=_style.words("move", [move])[0],
        )
        below = [b + v for b, v in zip(below, table[move], strict=True)]
    if open_start:
        name = _("there from the start")
        ax.bar(0, below[0], color=_style.QUIET, label=name)
    lapsed = _style.words("move", ["lapsed"])[0]
    if lapse:
        lapsed = _("{lapsed}: {n} months without a purchase").format(lapsed=lapsed, n=lapse)
    ax.bar(at, -table["lapsed"], color=colours["lapsed"], label=lapsed)
    ax.axhline(0, color="#4A4F57", linewidth=1.5)
    _axes.name_points(ax, _style.words(period, table[period]))
    _axes.value_axis(ax.yaxis, "members", whole=True)
    ax.set(xlabel=heading(period), ylabel=heading("members"))
    ax.legend()
    ax.set_title(_("Who is new, came again, came back and stayed away"))


@_style.chart
def spend(result: Any, value: str = "revenue_each", *, ax: Any = None) -> Any:
    """Customers or what each spends, per group: a line over time, bars for anything else.

    Parameters
    ----------
    result
        What `customers.spend` gave with `by`.
    value
        customers, orders, revenue, revenue_each, orders_each or aov.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    from crmkit.customers.moves import FIGURES

    table = _style.to_pandas(result)
    _style.need(table, [value], "customers.spend")
    keys = _style.group_columns(table, FIGURES, "customers.spend")
    over, hue = _style.across(keys)
    table = _style.known(table, value)
    if over in _style.TIMES and table[over].nunique() > 2:
        _forms.lines(ax, table, over, value, hue)
    else:
        if over not in _style.IN_ORDER:
            table = table.sort_values(value, ascending=False, kind="stable")
        _forms.bars(ax, table, over, value, hue)
    _style.title(ax, value, over, hue)


@_style.chart
def days_between(result: Any, *, ax: Any = None) -> Any:
    """Within how many days those who come again have come: a half, four fifths, nine tenths.

    Parameters
    ----------
    result
        What `customers.days_between` gave, without `by` or for one group.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["days", "times", "cumulative_share"], "customers.days_between")
    table = _style.known(table, "times").groupby("days", as_index=False)["times"].sum()
    so_far = table["times"].cumsum() / table["times"].sum()
    ax.step([0, *table["days"]], [0, *so_far], where="post", color=_style.MAIN)
    marks = {}
    for share in (0.5, 0.8, 0.9):
        marks[share] = int(table["days"][so_far >= share - 1e-12].iloc[0])
        ax.plot([marks[share]], [share], "o", color=_style.BAD, markersize=11)
        ax.annotate(
            _("{share:.0%} within {days} days").format(share=share, days=marks[share]),
            (marks[share], share), xytext=(14, -20), textcoords="offset points", fontsize=14,
        )  # fmt: skip
    ax.set_ylim(0, 1.02)
    ax.set_xlim(0, max(2, float(table["days"][so_far >= 0.99 - 1e-12].iloc[0])))
    _axes.value_axis(ax.yaxis, "cumulative_share")
    ax.set(xlabel=_("Days from one purchase to the next"), ylabel=_("Share that has come by then"))
    ax.set_title(
        _("Of {n:,} times that somebody came again, half were within {days} days").format(
            n=int(table["times"].sum()), days=marks[0.5]
        )
    )


OFTEN = (1, 2, 3, 4, 5, 6, 11, 21, 51)
"""Where the bars of how often members bought begin."""


@_style.chart
def purchases_per_member(result: Any, *, ax: Any = None) -> Any:
    """Which share of the members bought once, twice, three times …, more often in steps.

    Parameters
    ----------
    result
        What `customers.purchases_per_member` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["purchases", "members"], "customers.purchases_per_member")
    table = _style.known(table, "members")
    total, once = table["members"].sum(), table["members"][table["purchases"] == 1].sum()
    steps = [one for one in OFTEN if one <= table["purchases"].max()]
    step = [bisect_right(steps, n) - 1 for n in table["purchases"]]
    sums = table.groupby(step)["members"].sum().reindex(range(len(steps)), fill_value=0) / total
    bars = ax.bar(sums.index, sums, color=_style.MAIN)
    ax.bar_label(bars, [_words.one_decimal(value) for value in sums], padding=4, fontsize=13)
    ends = [one - 1 for one in OFTEN[1:]][: len(steps)]
    names = [str(a) if a == b else f"{a}–{b}" for a, b in zip(steps, ends, strict=False)]
    names += [f"{steps[-1]}+"] * (len(steps) - len(names))
    ax.set_xticks(list(sums.index), names)
    _axes.value_axis(ax.yaxis, "member_share")
    ax.margins(y=0.12)
    ax.grid(visible=False, axis="x")
    ax.set(xlabel=heading("purchases"), ylabel=_("Share of members"))
    ax.set_title(
        _("{share:.1%} of {n:,} members bought only once").format(share=once / total, n=int(total))
    )


@_style.chart
def churn_by_purchase(result: Any, *, ax: Any = None) -> Any:
    """After which purchase how many stay away, with the 95 % interval.

    Parameters
    ----------
    result
        What `customers.churn_by_purchase` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(
        table, ["purchase_number", "churn_rate", "low", "high"], "customers.churn_by_purchase"
    )
    table = _style.known(table, "churn_rate").sort_values("purchase_number")
    at = list(range(len(table)))
    ax.fill_between(at, table["low"], table["high"], color=_style.MAIN, alpha=0.18)
    ax.plot(at, table["churn_rate"], "o-", color=_style.MAIN)
    for place, value in zip(at, table["churn_rate"], strict=True):
        ax.annotate(
            f"{value:.0%}", (place, value), xytext=(0, 12), textcoords="offset points",
            ha="center", fontsize=13,
        )  # fmt: skip
    _axes.name_points(ax, [str(int(n)) for n in table["purchase_number"]])
    ax.set_ylim(0, max(0.05, min(1.12, float(table["high"].max()) * 1.2)))
    _axes.value_axis(ax.yaxis, "churn_rate")
    ax.set(
        xlabel=heading("purchase_number"),
        ylabel=heading("churn_rate") + _(" (band: 95 % interval)"),
    )
    ax.set_title(_("After which purchase members stay away"))


@_style.chart(size=(12, 6.6))
def revenue_tree(result: Any, *, ax: Any = None) -> Any:
    """From one revenue to the other, step by step: what each factor added or took.

    Parameters
    ----------
    result
        What `customers.revenue_tree` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["step", "effect", "change_rate"], "customers.revenue_tree")
    table = _style.known(table, "effect").reset_index(drop=True)
    last, running, ends = len(table) - 1, 0.0, []
    for place, effect in enumerate(table["effect"]):
        whole = place in (0, last)
        start = 0.0 if whole else running
        running = effect if whole else running + effect
        colour = _style.GREY if whole else _style.GOOD if effect >= 0 else _style.BAD
        ax.bar(place, running - start, bottom=start, color=colour, width=0.7)
        if place < last:
            ax.plot([place + 0.35, place + 0.65], [running] * 2, color="#4A4F57", linewidth=1)
        ends += [start, running]
        said = (
            _words.short(effect) if whole else f"{'+' if effect >= 0 else ''}{_words.short(effect)}"
        )
        if not whole and table["change_rate"].notna()[place]:
            said += f"\n({table['change_rate'][place]:+.1%})"
        ax.annotate(
            said, (place, max(start, running)), xytext=(0, 6), textcoords="offset points",
            ha="center", va="bottom", fontsize=13,
        )  # fmt: skip
    highest, lowest = max(ends), min(ends[1:-1]) if len(ends) > 2 else 0
    ax.set_ylim(min(0, lowest), highest * 1.18 if highest > 0 else 1)
    names = [_words.fold(name, 12, 3) for name in _style.words("step", table["step"])]
    ax.set_xticks(range(len(table)), names)
    _axes.value_axis(ax.yaxis, "revenue")
    ax.grid(visible=False, axis="x")
    ax.set_ylabel(heading("revenue"))
    before, after = float(table["effect"].iloc[0]), float(table["effect"].iloc[last])
    ax.set_title(
        _("Revenue from {before} to {after}: what each step added or took").format(
            before=_words.short(before), after=_words.short(after)
        )
    )


@_style.chart(size=(9, 7))
def churn_model(result: Any, *, ax: Any = None) -> Any:
    """Whether the forecast can be believed: what was told against what came, in ten groups.

    Dots on the line: of those told 30 %, 30 % stayed away.

    Parameters
    ----------
    result
        What `customers.churn_model` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _style.expect(result, "calibration", "customers.churn_model")
    table = result.calibration
    ax.plot([0, 1], [0, 1], "--", color=_style.GREY, linewidth=2, label=_("told rightly"))
    ax.errorbar(
        table["predicted_share"], table["observed_share"],
        yerr=[
            (table["observed_share"] - table["low"]).clip(lower=0),
            (table["high"] - table["observed_share"]).clip(lower=0),
        ],
        fmt="o", color=_style.MAIN, ecolor=_style.QUIET, elinewidth=5, markersize=10,
        label=_("a tenth of the members (bar: 95 % interval)"),
    )  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        _axes.value_axis(axis, "churn_probability")
    ax.set(
        xlim=(0, 1), ylim=(0, 1), aspect="equal",
        xlabel=_("Stays away: what the model told"), ylabel=_("Stayed away: what came"),
    )  # fmt: skip
    ax.grid(visible=True, axis="both")
    ax.legend()
    ax.set_title(
        _("Away for {days} days: told at AUC {auc:.2f}, {n:,} members").format(
            days=result.days, auc=result.auc, n=result.n_tested
        )
    )
