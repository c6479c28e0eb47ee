"""Charts of the key figures."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.kpi.cohorts import SINCE
from crmkit.kpi.sales import FIGURES
from crmkit.kpi.voice import Nps
from crmkit.labels import heading
from crmkit.plot import _axes, _forms, _style, _words
from crmkit.rates import Rate
from crmkit.tables import TableError

DAILY = ("days", "daily_orders", "daily_revenue")
"""Columns of a summary of which a day brings so much on average."""


@_style.chart
def sales_summary(summary: Any, value: str = "revenue", *, ax: Any = None) -> Any:
    """What was sold, per group: a line over months, weeks or days, bars for anything else.

    Parameters
    ----------
    summary
        What `kpi.sales_summary` gave with one or two columns in `by`.
    value
        Which figure (revenue, orders, units, aov, upt, item_price, gross_margin, margin_rate).
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> summary = pd.DataFrame({"hour": [9, 10], "revenue": [120.0, 300.0]})
    >>> sales_summary(summary).get_ylabel()
    'Revenue'
    """
    table = _style.to_pandas(summary)
    _style.need(table, [value], "kpi.sales_summary")
    keys = [name for name in table.columns if name not in (*FIGURES, *DAILY)]
    _style.need(table, keys[:1] or ["by=…"], "kpi.sales_summary(sales, by=…)")
    over, hue = _style.across(keys)
    table = _style.known(table, value)
    if over in _style.TIMES and len(table[over].unique()) > 2:
        _forms.lines(ax, table, over, value, hue)
    else:
        if over not in _style.IN_ORDER:
            order = table.groupby(over, dropna=False)[value].transform("sum")
            table = table.assign(_order=order).sort_values("_order", ascending=False, kind="stable")
        elif over == "hour":  # after closing there is now and then a return, and no order
            sold = table[over][table[value] != 0]
            table = table[table[over].between(sold.min(), sold.max())] if len(sold) else table
        _forms.bars(ax, table, over, value, hue)
    _style.title(ax, value, over, hue)


@_style.chart
def member_share(result: Any, *, ax: Any = None) -> Any:
    """How much members bring, per group.

    Parameters
    ----------
    result
        What `kpi.member_share` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _rate(ax, result, "member_share", ("member_revenue", "revenue"))


@_style.chart
def conversion_rate(result: Any, *, ax: Any = None) -> Any:
    """How many of those who came bought, per group, with its 95 % interval.

    Parameters
    ----------
    result
        What `kpi.conversion_rate` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _rate(ax, result, "conversion_rate", ("orders", "visitors"))


@_style.chart
def csat(result: Any, *, ax: Any = None) -> Any:
    """Satisfaction per group with its 95 % interval.

    Parameters
    ----------
    result
        What `kpi.csat` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _rate(ax, result, "csat", ("satisfied", "answers"))


@_style.chart
def nps(result: Any, *, ax: Any = None) -> Any:
    """The net promoter score per group with its 95 % interval.

    Parameters
    ----------
    result
        What `kpi.nps` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _rate(ax, result, "nps", ("promoters", "passives", "detractors", "answers"))


@_style.chart
def repeat_purchase_rate(result: Any, *, ax: Any = None) -> Any:
    """How many buyers bought again, per group, with its 95 % interval.

    Parameters
    ----------
    result
        What `kpi.repeat_purchase_rate` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _rate(ax, result, "repeat_purchase_rate", ("repeaters", "buyers"))


@_style.chart
def retention_rate(result: Any, *, ax: Any = None) -> Any:
    """How many came back, per group, with its 95 % interval.

    Parameters
    ----------
    result
        What `kpi.retention_rate` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    _rate(ax, result, "retention_rate", ("retained", "buyers"))


def _rate(ax: Any, result: Any, rate: str, counts: tuple[str, ...]) -> None:
    table = _style.to_pandas(result) if not isinstance(result, Rate | Nps) else None
    source = f"kpi.{rate}"
    if table is None:
        raise _style.one_row(source)
    _style.need(table, [rate, *counts], source)
    keys = _style.group_columns(table, [rate, *counts, "low", "high"], source)
    _forms.rated(ax, table, keys, rate)
    _style.title(ax, rate, *_style.across(keys))


@_style.chart
def referral_rate(result: Any, *, ax: Any = None) -> Any:
    """Referrals made per active member, and the share of them that joined, over time.

    Parameters
    ----------
    result
        What `kpi.referral_rate` gave with `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["referral_rate", "joined_rate"], "kpi.referral_rate")
    figures = ("referrals", "active_members", "referral_rate", "joined", "joined_rate")
    key = _style.group_columns(table, [*figures, "low", "high"], "kpi.referral_rate")[0]
    long = table.melt(key, ["referral_rate", "joined_rate"], "figure", "share")
    long = long.assign(figure=[heading(name) for name in long["figure"]])
    (_forms.lines if key in _style.TIMES else _forms.bars)(ax, long, key, "share", "figure")
    ax.get_legend().set_title(None)
    ax.set_title(_("Referrals made, and how many of them joined"))


@_style.chart(grid="x")
def funnel(result: Any, *, ax: Any = None) -> Any:
    """How many visits reach each step, and what share of the step before goes on.

    Parameters
    ----------
    result
        What `kpi.funnel` gave, without `by` or for one group.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"step": [1, 2], "event": ["view", "buy"], "visits": [10, 4],
    ...     "lost": [0, 6], "step_rate": [1.0, 0.4], "reached_rate": [1.0, 0.4]})
    >>> len(funnel(steps).patches)
    2
    """
    table = _style.to_pandas(result)
    _style.need(table, ["step", "event", "visits", "step_rate"], "kpi.funnel")
    table = _style.known(table, "visits")
    if table["step"].duplicated().any():
        raise TableError(_("The funnel holds several groups: choose one of them to draw."))
    names = _style.words("event", table["event"])
    ax.barh(names, table["visits"], color=_style.MAIN, height=0.62)
    ax.invert_yaxis()
    for n, (visits, rate) in enumerate(zip(table["visits"], table["step_rate"], strict=True)):
        said = f"{visits:,.0f}"
        if n and rate == rate:
            said = _("{visits} ({rate:.0%} of the step before)").format(visits=said, rate=rate)
        ax.annotate(
            said, (visits, n), xytext=(8, 0), textcoords="offset points", va="center", fontsize=14
        )
    _axes.value_axis(ax.xaxis, "visits", whole=True)
    ax.set_xlim(right=max(1, table["visits"].max()) * 1.35)
    ax.set_xlabel(heading("visits"))
    worst = table["lost"].idxmax() if table["lost"].max() > 0 else None
    ax.set_title(
        _("Most visits are lost before: {step}").format(step=names[worst])
        if worst is not None
        else _("Visits by step")
    )


@_style.chart
def growth(result: Any, change: str = "yoy", *, ax: Any = None) -> Any:
    """How a figure changed over time: bars above and below the line of no change.

    Parameters
    ----------
    result
        What `kpi.growth` gave without `by`.
    change
        "yoy" (against last year) or "pop" (against the period before).
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, [change], "kpi.growth")
    period = next((name for name in _style.TIMES if name in table.columns), "month")
    _style.need(table, [period], "kpi.growth")
    if table[period].duplicated().any():
        raise TableError(_("The growth holds several groups: choose one of them to draw."))
    table = _style.known(table, change)
    figure = table.columns[list(table.columns).index(period) + 1]
    names = _style.words(period, table[period])
    colours = [_style.MAIN if value >= 0 else _style.BAD for value in table[change]]
    drawn = ax.bar(range(len(table)), table[change], color=colours)
    if len(table) <= 14:
        ax.bar_label(
            drawn, [_words.signed_percent(value) for value in table[change]], padding=3, fontsize=13
        )
    _axes.name_points(ax, names)
    ax.axhline(0, color="#4A4F57", linewidth=1)
    ax.margins(y=0.15)
    _axes.value_axis(ax.yaxis, change)
    ax.set(xlabel=heading(period), ylabel=heading(change))
    ax.set_title(
        _("{figure}: {change}").format(figure=heading(figure), change=_style.inside(change))
    )


@_style.chart(grid="x")
def attainment(result: Any, *, ax: Any = None) -> Any:
    """How much of the target each group reached; the line is the target.

    Parameters
    ----------
    result
        What `kpi.attainment` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["attainment", "target"], "kpi.attainment")
    keys = [name for name in table.columns if name in ("store_id", "staff_id", "month")]
    table = _style.known(table, "attainment")
    if keys != ["month"]:
        table = table.sort_values("attainment", ascending=False, kind="stable")
    title = _("{n} of {all} reached the target").format(
        n=int((table["attainment"] >= 1).sum()), all=len(table)
    )
    if len(keys) == 2 and len(table) > _style.MOST:
        grid = table.pivot(index=keys[0], columns="month", values="attainment")
        grid = grid[sorted(grid.columns)[-12:]].iloc[: _style.MOST]
        grid.index = _style.words(keys[0], grid.index)
        _forms.heat(ax, grid, rows=heading(keys[0]), columns=heading("month"))
        ax.set_title(title)
        return
    table, both = _forms.ends(table)
    columns = [_style.words(key, table[key]) for key in keys]
    names = [" · ".join(row) for row in zip(*columns, strict=True)]
    colours = [_style.GOOD if value >= 1 else _style.ACCENT for value in table["attainment"]]
    _against(ax, names, table["attainment"], "attainment", colours)
    ax.set_ylabel(both)
    ax.set_title(title)


@_style.chart(grid="x")
def monitor(result: Any, *, ax: Any = None) -> Any:
    """How the running month goes: revenue against what should have been reached by now.

    Parameters
    ----------
    result
        What `kpi.monitor` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["pace", "status", "month"], "kpi.monitor")
    who = table.columns[0]
    table = _style.known(table, "pace")
    late = {"far_behind": _style.BAD, "behind": _style.ACCENT}
    title = _("{month}: {n} of {all} behind").format(
        month=table["month"].iloc[0], n=int(table["status"].isin(list(late)).sum()), all=len(table)
    )
    everybody, table = len(table), table.head(_style.MOST)
    status = _style.words("status", table["status"])
    names = [
        f"{name} · {word}" for name, word in zip(_style.words(who, table[who]), status, strict=True)
    ]
    colours = [late.get(status, _style.GOOD) for status in table["status"]]
    _against(ax, names, table["pace"], "pace", colours)
    ax.set_xlabel(_("Revenue ÷ what the target asks for by now"))
    if everybody > len(table):
        ax.set_ylabel(_style.part(heading(who), len(table), everybody))
    ax.set_title(title)


def _against(ax: Any, names: list[str], reached: Any, column: str, colours: list[str]) -> None:
    """Bars against the line of 100 %; what falls short is in another colour."""
    drawn = ax.barh(range(len(reached)), reached, color=colours)
    ax.set_yticks(range(len(reached)), names, fontsize=14 if len(names) <= 14 else 12)
    ax.invert_yaxis()
    # nothing short of the target reads 100 %
    whole = [f"{min(value, 0.99) if value < 1 else value:.0%}" for value in reached]
    ax.axvline(1, color="#4A4F57", linewidth=2, linestyle="--")
    ax.bar_label(
        drawn, whole, padding=6, fontsize=14 if len(names) <= 14 else 11, zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip
    ax.margins(x=0.12, y=0.01)
    _axes.value_axis(ax.xaxis, column)
    ax.set_xlabel(heading(column))


@_style.chart(size=(13, 8.4))
def cohort_retention(
    result: Any, months: int = 12, latest: int = _style.MOST, open_start: bool = False, *,
    ax: Any = None,
) -> Any:  # fmt: skip
    """Who came back how long after the first purchase; periods that lie ahead stay empty.

    Parameters
    ----------
    result
        What `kpi.cohort_retention` gave.
    months
        How many periods after the first purchase are drawn.
    latest
        How many cohorts, the latest, are drawn.
    open_start
        Whether the first cohort holds who was a customer before; its name then says so.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    since = next((n for n in table.columns if n in SINCE.values()), "months_since")
    _style.need(table, ["cohort", since, "members", "retention_rate"], "kpi.cohort_retention")
    table = _style.known(table, "retention_rate")
    first = table["cohort"].min() if open_start else None
    table = table[table[since] <= months]
    table = table[table["cohort"].isin(sorted(table["cohort"].unique())[-latest:])]
    sizes = table.groupby("cohort")["members"].first()
    grid = table.pivot(index="cohort", columns=since, values="retention_rate")
    grid = grid.drop(columns=0, errors="ignore").dropna(how="all")
    named = {one: _("{cohort} or before").format(cohort=one) if one == first else one for one in grid.index}  # fmt: skip
    grid.index = [
        _("{cohort} (n={n:,})").format(cohort=named[cohort], n=sizes[cohort])
        for cohort in grid.index
    ]
    period = next((period for period, name in SINCE.items() if name == since), "month")
    value = next((n for n in ("orders", "revenue") if n in table.columns), None)
    rate = heading("retention_rate") if value is None else heading(value)
    _forms.heat(ax, grid, rows=heading(f"cohort_{period}"), columns=heading(since), bar=rate)
    if value is None and since == "months_since":
        title = _("Share of new members who buy again, by months since the first purchase")
    elif value is None:
        title = _("Share of new members who buy again, by time since the first purchase")
    else:
        title = _("{figure} of each cohort against its first period").format(figure=rate)
    ax.set_title(title)
    if len(grid) > 16:
        ax.tick_params(axis="y", labelsize=12)
