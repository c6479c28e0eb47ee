"""Charts of what customers combine, where they switch to, and which way they go."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import heading
from crmkit.plot import _axes, _forms, _style, _words
from crmkit.tables import is_nothing


@_style.chart(size=(12, 6.2))
def gain_loss(result: Any, *, ax: Any = None) -> Any:
    """From the earlier sales to the later ones: what was gained (up) and lost (down), step by step.

    Parameters
    ----------
    result
        What `kpi.gain_loss` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["source", "members", "share_of_earlier"], "kpi.gain_loss")
    value = "units" if "units" in table.columns else "revenue"
    _style.need(table, [value], "kpi.gain_loss")
    table = _style.known(table, value)
    level = 0.0
    for place, row in enumerate(table.itertuples(index=False)):
        amount = float(getattr(row, value))
        whole = row.source in ("earlier", "later")
        start, end = (0.0, amount) if whole else (level, level + amount)
        colour = _style.MAIN if whole else _style.GOOD if amount >= 0 else _style.BAD
        ax.bar(place, end - start, bottom=start, color=colour)
        said = (
            _words.short(amount) if whole else ("+" if amount >= 0 else "") + _words.short(amount)
        )
        ax.annotate(
            said, (place, max(start, end)), xytext=(0, 4), textcoords="offset points",
            ha="center", fontsize=14,
        )  # fmt: skip
        if place + 1 < len(table):
            ax.plot([place, place + 1], [end, end], color=_style.GREY, linewidth=1, zorder=0)
        level = end
    ax.set_xticks(range(len(table)), _style.words("source", table["source"]))
    if len(table) > 4:
        ax.tick_params(axis="x", labelsize=13)
    _axes.value_axis(ax.yaxis, value)
    low, high = ax.get_ylim()
    ax.set_ylim(low * 1.12, high * 1.08)
    ax.grid(visible=False, axis="x")
    ax.set(xlabel="", ylabel=heading(value))
    ax.set_title(_("Where the change came from (members only)"))


@_style.chart(size=(12, 7.4))
def switching(result: Any, *, ax: Any = None) -> Any:
    """Where those who mainly bought one brand went: every row adds up to 100 %.

    Parameters
    ----------
    result
        What `kpi.switching` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["members", "share_of_from"], "kpi.switching")
    before, after = (
        next((n for n in table.columns if n.endswith(end) and n != "share_of_from"), "brand" + end)
        for end in ("_from", "_to")
    )
    _style.need(table, [before, after], "kpi.switching")
    table = _style.known(table, "share_of_from")
    names = {}
    for column in (before, after):
        codes = list(dict.fromkeys(table[column].astype(object).where(table[column].notna(), None)))
        words = _style.apart(column, [code for code in codes if code is not None])
        names[column] = dict(zip([c for c in codes if c is not None], words, strict=True))
    nothing = _("nothing")

    def named(column: str) -> list[str]:
        return [nothing if is_nothing(c) else names[column][c] for c in table[column]]

    table = table.assign(_from=named(before), _to=named(after))
    order = list(dict.fromkeys([*table["_from"], *table["_to"]]))
    order = [name for name in order if name != nothing] + [nothing]
    grid = table.pivot(index="_from", columns="_to", values="share_of_from")
    grid = grid.reindex(
        index=[n for n in order if n in grid.index], columns=[n for n in order if n in grid.columns]
    )
    sizes = table.groupby("_from")["members"].sum()
    grid.index = [_("{cohort} (n={n:,})").format(cohort=name, n=sizes[name]) for name in grid.index]
    _forms.heat(ax, grid, rows=heading(before), columns=heading(after))
    ax.set_title(_("Where each row's members went"))


@_style.chart(grid="x")
def cross_shopping(result: Any, top: int = 12, *, ax: Any = None) -> Any:
    """How many members buy in one only, and in which together; what is bought together is in orange.

    Parameters
    ----------
    result
        What `kpi.cross_shopping` gave.
    top
        How many combinations.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["sets", "members", "members_share"], "kpi.cross_shopping")
    column = next((name for name in table.columns if name.endswith("_set")), "category_set")
    _style.need(table, [column], "kpi.cross_shopping")
    everything = len(table)
    table = _style.known(table, "members_share").head(top)
    names = [
        _("only {name}").format(name=name) if n == 1 else name
        for name, n in zip(_style.words(column, table[column]), table["sets"], strict=True)
    ]
    said = [
        _("{share:.1%} ({n:,} members)").format(share=share, n=n)
        for share, n in zip(table["members_share"], table["members"], strict=True)
    ]
    colours = [_style.MAIN if n == 1 else _style.ACCENT for n in table["sets"]]
    _named_bars(ax, names, table["members_share"], said, colours)
    ax.set_ylabel(_style.part(heading(column), len(table), everything))
    ax.set_title(_("Who buys only in one, and who in several"))


@_style.chart(grid="x")
def purchase_path(result: Any, top: int = 12, *, ax: Any = None) -> Any:
    """Which ways members went with their first orders, the commonest on top.

    Parameters
    ----------
    result
        What `kpi.purchase_path` gave.
    top
        How many ways.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.
    """
    table = _style.to_pandas(result)
    _style.need(table, ["members", "members_share"], "kpi.purchase_path")
    steps = [name for name in table.columns if name[-2:-1] == "_" and name[-1].isdigit()]
    _style.need(table, steps or ["category_1"], "kpi.purchase_path")
    everything = len(table)
    table = _style.known(table, "members_share").head(top)
    said_so = {name: _style.words(name, table[name]) for name in steps}
    names = []
    for place, row in enumerate(table[steps].itertuples(index=False)):
        taken = [
            said_so[name][place]
            for name, code in zip(steps, row, strict=True)
            if not is_nothing(code)
        ]
        names.append(" → ".join(taken) + ("" if len(taken) == len(steps) else _(" (so far)")))
    said = [
        _("{share:.1%} ({n:,} members)").format(share=share, n=n)
        for share, n in zip(table["members_share"], table["members"], strict=True)
    ]
    _named_bars(ax, names, table["members_share"], said, _style.MAIN)
    ax.set_ylabel(_style.part(_("Path"), len(table), everything))
    ax.set_title(_("What the first {n} orders are for").format(n=len(steps)))


def _named_bars(ax: Any, names: list[str], values: Any, said: list[str], colours: Any) -> None:
    drawn = ax.barh(range(len(names)), values, color=colours)
    ax.bar_label(drawn, said, padding=5, fontsize=13)
    ax.set_yticks(range(len(names)), [_words.fold(name, 34) for name in names], fontsize=13)
    ax.invert_yaxis()
    ax.set_xlim(right=max(float(max(values)), 1e-9) * 1.35)
    _axes.value_axis(ax.xaxis, "members_share")
    ax.set_xlabel(heading("members_share"))
