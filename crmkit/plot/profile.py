"""Charts of how good the customer records are, and of what they tell."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import code, heading
from crmkit.plot import _style

_COUNTS = ("field", "n", "filled", "missing", "completeness", "right", "wrong", "accuracy")


@_style.chart(grid="x")
def completeness(result: Any, *, ax: Any = None) -> Any:
    """Which part of the records is filled in: a bar per field, the emptiest on top.

    `result`: what `profile.completeness` gave, with at most one column in `by`. Returns the Axes.

    >>> import pandas as pd
    >>> result = pd.DataFrame({"field": ["email", "phone"], "n": [4, 4], "filled": [2, 4],
    ...                        "missing": [2, 0], "completeness": [0.5, 1.0]})
    >>> len(completeness(result).patches)
    2
    """
    table = _fields(result, "completeness", "profile.completeness")
    _draw(ax, table, "completeness")
    ax.set_title(_("How much of the records is filled in"))


@_style.chart(grid="x")
def accuracy(result: Any, *, ax: Any = None) -> Any:
    """Which part of what is filled in is right: a bar per field, the worst on top.

    `result`: what `profile.accuracy` gave, with at most one column in `by`; its 95 % interval is
    drawn where it has one (records confirmed by a sample). Returns the Axes.

    >>> import pandas as pd
    >>> result = pd.DataFrame({"field": ["email", "phone"], "n": [4, 4], "right": [2, 4],
    ...                        "wrong": [2, 0], "accuracy": [0.5, 1.0]})
    >>> len(accuracy(result).patches)
    2
    """
    table = _fields(result, "accuracy", "profile.accuracy")
    table = table[table["n"] > 0]
    intervals = "low" in table.columns and not _groups(table)
    _draw(ax, table, "accuracy", labelled=not intervals)
    if intervals:
        for place, row in enumerate(table.itertuples()):
            ax.plot([row.low, row.high], [place, place], color="black", linewidth=2.5)
            ax.annotate(
                f"{row.accuracy:.1%} (n = {row.n:,})",
                (max(row.high, row.accuracy), place),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=13,
            )
        ax.set_xlim(0, 1.25)
    ax.set_title(
        _("How much of what is filled in is right, with 95 % interval")
        if intervals
        else _("How much of what is filled in is right")
    )


@_style.chart(grid="x")
def persona(result: Any, top: int = 8, *, ax: Any = None) -> Any:
    """Where a segment differs from all members, and how much of it does not: share beside share.

    `result`: what `profile.persona` gave for a segment; `top`: how many tags. The line is the 95 %
    interval of the share; the square is the share among all members. Returns the Axes.

    >>> import pandas as pd
    >>> from crmkit.profile import persona as portrait
    >>> tagged = pd.DataFrame({"member_id": ["M1", "M2"], "level": ["gold", "regular"]})
    >>> len(persona(portrait(tagged)).get_yticklabels())
    2
    """
    from matplotlib.ticker import PercentFormatter

    table = result.distinct.head(top)
    if table.empty:
        table = result.traits.head(top)
    for place, row in enumerate(table.itertuples()):
        ax.plot([row.low, row.high], [place, place], color=_style.MAIN, linewidth=5)
    ax.plot(
        table["share"], range(len(table)), "o", color=_style.MAIN, markersize=13,
        label=_("these {n:,} members").format(n=result.n),
    )  # fmt: skip
    ax.plot(
        table["overall_share"], range(len(table)), "s", color=_style.ACCENT, markersize=11,
        label=_("all {n:,} members").format(n=result.of),
    )  # fmt: skip
    ax.set_yticks(
        range(len(table)),
        [
            _("{kind}: {tag}").format(kind=heading(row.kind), tag=code(row.kind, row.tag))
            for row in table.itertuples()
        ],
    )
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set(xlabel=_("share of members"), ylabel="")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    ax.set_title(_("What stands out, and how many are otherwise"))


def _fields(result: Any, value: str, source: str) -> Any:
    table = _style.to_pandas(result)
    _style.need(table, ["field", "n", value], source)
    order = table.groupby("field")[value].transform("mean")
    return table.assign(_order=order).sort_values(["_order", "field"], kind="stable")


def _groups(table: Any) -> list[str]:
    return [c for c in table.columns if c not in (*_COUNTS, "low", "high", "_order")]


def _draw(ax: Any, table: Any, value: str, labelled: bool = True) -> None:
    by = _groups(table)
    _style.bars(
        ax, table, "field", value, by[0] if by else None, horizontal=True, labelled=labelled
    )
    if by:
        ax.get_legend().set(loc="upper left", bbox_to_anchor=(1.01, 1))
    ax.set_xlim(0, 1.12)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
