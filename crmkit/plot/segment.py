"""Charts of the customer groups."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _axes, _forms, _style, _words
from crmkit.segment import RFM_GROUPS
from crmkit.tables import TableError


@_style.chart(size=(11, 6.6))
def rfm_groups(members: Any, *, ax: Any = None) -> Any:
    """How many members each of the eight RFM groups has, and its share of what they spent: the group
    that spent most first.

    Parameters
    ----------
    members
        What `segment.rfm_groups` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"rfm_group": ["important_value"], "monetary": [10.0]})
    >>> rfm_groups(members).get_title()
    '1 members in eight groups: share of members and of spending'
    """
    import pandas as pd

    table = _style.to_pandas(members)
    _style.need(table, ["rfm_group", "monetary"], "segment.rfm_groups")
    table = _style.known(table, "monetary")
    groups = table.groupby("rfm_group")["monetary"].agg(["size", "sum"]).reindex(RFM_GROUPS)
    groups = groups.fillna(0).sort_values("sum", ascending=False, kind="stable")
    shares = groups / groups.sum()
    both = pd.concat(
        [
            pd.DataFrame({"rfm_group": shares.index, "of": "members", "share": shares["size"]}),
            pd.DataFrame({"rfm_group": shares.index, "of": "spending", "share": shares["sum"]}),
        ]
    )
    _forms.bars(ax, both, "rfm_group", "share", "of", horizontal=True)
    ax.set_title(
        _("{n:,} members in eight groups: share of members and of spending").format(n=len(table))
    )
    ax.get_legend().set_title(None)
    ax.set(ylabel="")


@_style.chart
def rfm(members: Any, *, ax: Any = None) -> Any:
    """Every member as a dot: how long ago, how often, how much (the size).

    Parameters
    ----------
    members
        What `segment.rfm` or `segment.rfm_groups` gave; at most 3,000 of them are drawn, every n-th
        in order of member_id.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    import numpy as np

    table = _style.to_pandas(members)
    _style.need(table, ["recency", "frequency", "monetary"], "segment.rfm")
    table = _style.known(_style.known(table, "frequency"), "recency")
    step = max(1, -(-len(table) // 3_000))
    drawn = table.iloc[::step]
    money = drawn["monetary"].fillna(0).astype("float64").clip(lower=0)
    sizes = 12 + 250 * np.sqrt(money / max(money.max(), 1e-9))
    ax.scatter(drawn["recency"], drawn["frequency"], s=sizes, color=_style.MAIN, alpha=0.35, lw=0)
    ax.set_yscale("log")
    _axes.value_axis(ax.yaxis, "frequency")
    ax.set(xlabel=heading("recency"), ylabel=heading("frequency"))
    title = _("{n:,} members: the larger the dot, the more they spent")
    if step > 1:
        title = _("{shown:,} of {n:,} members: the larger the dot, the more they spent")
    ax.set_title(title.format(n=len(table), shown=len(drawn)))


@_style.chart
def segment_summary(summary: Any, *, ax: Any = None) -> Any:
    """Each group's share of the members and of what they spent.

    Parameters
    ----------
    summary
        What `segment.segment_summary` gave (with monetary).
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    import pandas as pd

    table = _style.to_pandas(summary)
    _style.need(table, ["member_share", "monetary_share"], "segment.segment_summary")
    table = _style.known(table, "member_share")
    by = table.columns[0]
    both = pd.concat(
        [
            pd.DataFrame({by: table[by], "of": "members", "share": table["member_share"]}),
            pd.DataFrame({by: table[by], "of": "spending", "share": table["monetary_share"]}),
        ]
    )
    _forms.bars(ax, both, by, "share", "of", horizontal=True)
    ax.get_legend().set_title(None)
    ax.set_title(_("Share of members and of spending by {group}").format(group=_style.inside(by)))


@_style.chart
def by_demographics(result: Any, value: str = "revenue_each", *, ax: Any = None) -> Any:
    """One figure per kind of member.

    Averages hide how much people of a kind differ: see `overlap`.

    Parameters
    ----------
    result
        What `segment.by_demographics` gave.
    value
        members, buyer_share, aov, revenue_each or orders_each.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    figures = ("members", "buyers", "buyer_share", "orders", "revenue", "aov", "revenue_each")
    _style.need(table, [value], "segment.by_demographics")
    keys = _style.group_columns(table, [*figures, "orders_each"], "segment.by_demographics")
    _forms.bars(ax, table, keys[0], value, *keys[1:2])
    _style.title(ax, value, *keys[:2])


@_style.chart
def overlap(members: Any, by: str, value: str = "monetary", *, ax: Any = None) -> Any:
    """How much the groups overlap: for each, the middle, the half in the middle and nearly all.

    The box holds the middle half, the line in it is the median, the whiskers reach from the 5th to
    the 95th percentile.

    Parameters
    ----------
    members
        One row per member with the group and the value (for example `segment.rfm` joined with the
        members).
    by
        The column of the group.
    value
        The column of the value.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"gender": ["female", "male"] * 3, "monetary": [1., 2, 3, 4, 5, 6]})
    >>> overlap(members, "gender").get_xlabel()
    'Monetary value'
    """
    table = _style.to_pandas(members)
    _style.need(table, [by, value], "segment.rfm")
    shown = _style.known(table.dropna(subset=[by]), value).sort_values(by, kind="stable")
    groups = _style.largest(shown.assign(_one=1), by, "_one", 12)
    axis = _style.part(heading(by), len(groups), shown[by].nunique())
    shown = shown[shown[by].isin(groups)]
    _forms.boxes(ax, shown, by, value, groups, _style.apart(by, groups))
    ax.set(xlabel=heading(value), ylabel=axis)
    ax.set_title(
        _("{figure} by {group}: how far the groups overlap").format(
            figure=heading(value), group=_style.inside(by)
        )
    )


@_style.chart
def kmeans(clusters: Any, *, ax: Any = None) -> Any:
    """The clusters by two of their columns, each dot a member.

    Parameters
    ----------
    clusters
        What `segment.kmeans` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    if not hasattr(clusters, "centres"):
        raise TableError(_("Give what {source} returns.").format(source="segment.kmeans"))
    table = _style.to_pandas(clusters.members)
    columns = list(clusters.centres.columns[3:])
    across, up = (columns[0], columns[-1]) if len(columns) > 1 else (columns[0], columns[0])
    step = max(1, -(-len(table) // 3_000))
    shown = table.iloc[::step].assign(_cluster=lambda t: _style.words("cluster", t["cluster"]))
    order = _style.words("cluster", clusters.centres["cluster"])
    for name, colour, marker in zip(order, _style.PALETTE, _forms.MARKERS + "<", strict=False):
        dots = shown[shown["_cluster"] == name]
        ax.scatter(
            dots[across], dots[up], s=70, alpha=0.6, color=colour, marker=marker, label=name,
            linewidth=0,
        )  # fmt: skip
    if shown[up].min() >= 0 and shown[up].max() > 10 * shown[up].median() > 0:
        near_zero = max(1.0, shown[up].median() / 10)
        ax.set_yscale("symlog", linthresh=near_zero)
        tens = [10.0**n for n in range(9) if near_zero < 10.0**n < shown[up].max()]
        ax.set_yticks([0, *tens])
        ax.minorticks_off()
        ax.set_ylim(bottom=0)
    _axes.value_axis(ax.yaxis, up)
    ax.set(xlabel=heading(across), ylabel=heading(up))
    ax.legend()
    best = clusters.silhouette.get(clusters.k)
    title = _("{k} clusters of {n:,} members")
    if best is not None:
        title = _("{k} clusters of {n:,} members (silhouette {score:.2f})")
    ax.set_title(title.format(k=clusters.k, n=len(table), score=best))


@_style.chart
def silhouette(clusters: Any, *, ax: Any = None) -> Any:
    """How clearly the members fall apart for each number of clusters that was tried.

    Parameters
    ----------
    clusters
        What `segment.kmeans` gave without a fixed `k`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment import kmeans as cluster
    >>> members = pd.DataFrame({"member_id": range(20), "recency": [1, 90] * 10,
    ...     "frequency": [9, 1] * 10, "monetary": [900.0 + n % 3 for n in range(20)]})
    >>> silhouette(cluster(members, most=3)).get_xlabel()
    'Number of clusters'
    """
    if not hasattr(clusters, "silhouette"):
        raise TableError(_("Give what {source} returns.").format(source="segment.kmeans"))
    tried = dict(sorted(clusters.silhouette.items()))
    if len(tried) < 2:
        raise TableError(
            _("Only one number of clusters was tried: call segment.kmeans without k=.")
        )
    best = clusters.k
    ax.plot(list(tried), list(tried.values()), "o-", color=_style.MAIN)
    ax.plot([best], [tried[best]], "o", color=_style.BAD, markersize=16)
    ax.axhspan(0, 0.25, color=_style.QUIET, alpha=0.35, label=_("weak: hardly groups at all"))
    ax.set_xticks(list(tried))
    ax.set_ylim(min(0, *tried.values()), max(0.5, *tried.values()) * 1.1)
    ax.set(xlabel=_("Number of clusters"), ylabel=_("Silhouette (higher is clearer)"))
    ax.legend()
    ax.set_title(
        _("{k} clusters are clearest (silhouette {score:.2f})").format(k=best, score=tried[best])
    )


@_style.chart(size=(12, 7.5))
def migration(result: Any, *, ax: Any = None) -> Any:
    """Where the members of each group went: every row adds up to 100 %.

    Parameters
    ----------
    result
        What `segment.migration` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["group_from", "group_to", "share_of_from"], "segment.migration")
    table = _style.known(table, "share_of_from")
    grid = table.pivot(index="group_from", columns="group_to", values="share_of_from")
    order = [*RFM_GROUPS, "none"]
    grid = grid.reindex(
        index=[g for g in order if g in grid.index], columns=[g for g in order if g in grid.columns]
    )
    sizes = table.groupby("group_from")["members"].sum()
    grid.index = [
        f"{name} (n={sizes[code]:,})"
        for code, name in zip(grid.index, _style.words("rfm_group", grid.index), strict=True)
    ]
    grid.columns = _style.words("rfm_group", grid.columns)
    _forms.heat(ax, grid, rows=heading("group_from"), columns=heading("group_to"))
    ax.set_title(_("Where the members of each group went"))


@_style.chart
def hml(members: Any, value: str = "monetary", *, ax: Any = None) -> Any:
    """What heavy, medium and light buyers are of the members, and of what is spent.

    Parameters
    ----------
    members
        What `segment.hml` gave.
    value
        The column it was judged by.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    from crmkit.segment.bands import HML

    table = _banded(members, "hml", value, "segment.hml")
    _shares(ax, table, "hml", value, [kind for kind in HML if (table["hml"] == kind).any()])
    ax.set_title(_("{n:,} members by how much they bring").format(n=len(table)))


@_style.chart
def deciles(members: Any, value: str = "monetary", *, ax: Any = None) -> Any:
    """What each tenth of the members brings, and how much all up to there.

    Parameters
    ----------
    members
        What `segment.deciles` gave.
    value
        The column it was judged by.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.known(_banded(members, "decile", value, "segment.deciles"), "decile")
    sums = table.groupby("decile")[value].sum().sort_index()
    share = sums / sums.sum()
    at = range(len(share))
    bars = ax.bar(at, share, color=_style.MAIN, label=_("share of this part"))
    if len(share) <= 16:
        ax.bar_label(
            bars, [_words.some_percent(v) for v in share], padding=10, fontsize=13, zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    ax.plot(at, share.cumsum(), "o-", color=_style.ACCENT, label=_("share of all up to here"))
    _axes.name_points(ax, [f"{int(n)}" for n in share.index])
    _axes.value_axis(ax.yaxis, "value_share")
    ax.set_ylim(min(0, float(share.min())), max(1.05, float(share.cumsum().max()) * 1.05))
    ax.set(
        xlabel=heading("decile"), ylabel=_("Share of {figure}").format(figure=_style.inside(value))
    )
    ax.legend()
    first = share.index[0]
    ax.set_title(
        _("The best {part:.0%} of members bring {share:.0%}").format(
            part=(table["decile"] == first).mean(), share=share.iloc[0]
        )
    )


@_style.chart
def composite_rank(members: Any, first: int = 15, *, ax: Any = None) -> Any:
    """The members with the best rank, and how far they lie above the others.

    Parameters
    ----------
    members
        What `segment.composite_rank` gave.
    first
        How many are drawn.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(members)
    _style.need(table, ["member_id", "rank", "rank_index"], "segment.composite_rank")
    table = _style.known(table, "rank_index").sort_values("rank").head(min(first, _style.MOST))
    _forms.bars(ax, table, "member_id", "rank_index", horizontal=True)
    middle = float(_style.to_pandas(members)["rank_index"].astype("float64").median())
    ax.axvline(middle, color=_style.BAD, linestyle="--", linewidth=2)
    ax.set_xlim(0, 1.08)
    ax.set_title(
        _("The best {n} members by several figures (line: the middle member)").format(n=len(table))
    )


def _banded(members: Any, band: str, value: str, source: str) -> Any:
    table = _style.to_pandas(members)
    _style.need(table, [band, value], source)
    return _style.known(table, value)


def _shares(ax: Any, table: Any, band: str, value: str, order: list[str]) -> None:
    """Each band's share of the members and of the value, side by side."""
    import pandas as pd

    groups = table.groupby(band)[value].agg(["size", "sum"]).reindex(order)
    shares = groups / groups.sum()
    both = pd.concat(
        [
            pd.DataFrame({band: order, "of": "members", "share": shares["size"]}),
            pd.DataFrame({band: order, "of": "spending", "share": shares["sum"]}),
        ]
    )
    _forms.bars(ax, both, band, "share", "of")
    ax.get_legend().set_title(None)
