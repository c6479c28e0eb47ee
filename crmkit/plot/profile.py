"""Charts of how good the customer records are, and of what they tell."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.labels import code, heading
from crmkit.plot import _axes, _forms, _style
from crmkit.tables import TableError

_COUNTS = ("field", "n", "filled", "missing", "completeness", "right", "wrong", "accuracy")


@_style.chart(grid="x")
def completeness(result: Any, *, ax: Any = None) -> Any:
    """Which part of the records is filled in: a bar per field, the emptiest on top.

    Parameters
    ----------
    result
        What `profile.completeness` gave, with at most one column in `by`.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
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

    Parameters
    ----------
    result
        What `profile.accuracy` gave, with at most one column in `by`; its 95 % interval is drawn
        where it has one (records confirmed by a sample).
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
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

    The line is the 95 % interval of the share; the square is the share among all members.

    Parameters
    ----------
    result
        What `profile.persona` gave for a segment.
    top
        How many tags.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.profile import persona as portrait
    >>> tagged = pd.DataFrame({"member_id": ["M1", "M2"], "level": ["gold", "regular"]})
    >>> len(persona(portrait(tagged)).get_yticklabels())
    2
    """
    from matplotlib.ticker import PercentFormatter

    if not hasattr(result, "traits"):
        raise TableError(_("Give what {source} returns.").format(source="profile.persona"))
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
    ax.set(xlabel=_("Share of members") + _(" (bar: 95 % interval)"), ylabel="")
    ax.legend()
    ax.set_title(_("What stands out, and how many are otherwise"))


@_style.chart
def gaps(result: Any, *, ax: Any = None) -> Any:
    """How many records lack how many fields.

    Parameters
    ----------
    result
        What `profile.gaps` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> result = pd.DataFrame({"member_id": ["M1", "M2"], "filled": [1, 2], "of": [2, 2],
    ...                        "completeness": [0.5, 1.0], "ask_for": ["phone", ""]})
    >>> gaps(result).get_title()
    '1 of 2 records are complete'
    """
    import pandas as pd

    table = _style.to_pandas(result)
    _style.need(table, ["member_id", "filled", "of"], "profile.gaps")
    table = _style.known(table, "filled")
    lacking = (table["of"] - table["filled"]).astype(int)
    counts = lacking.value_counts().reindex(range(lacking.max() + 1), fill_value=0)
    shown = pd.DataFrame({"empty": [str(n) for n in counts.index], "members": counts.to_list()})
    colours = [_style.GOOD, *[_style.ACCENT] * (len(shown) - 1)]
    _forms.bars(ax, shown, "empty", "members", horizontal=False, colours=colours)
    ax.set_xlabel(_("Empty fields in the record"))
    ax.set_title(
        _("{n:,} of {all:,} records are complete").format(n=int(counts[0]), all=len(table))
    )


@_style.chart(grid="x")
def mistakes(result: Any, *, ax: Any = None) -> Any:
    """Which mistakes the records hold: a bar per field and reason, the most frequent on top.

    Parameters
    ----------
    result
        What `profile.mistakes` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> found = pd.DataFrame({"member_id": ["M2"], "field": ["phone"], "value": ["1380"],
    ...                       "reason": ["phone_shape"]})
    >>> mistakes(found).get_title()
    '1 values cannot be right, in 1 records'
    """
    table = _style.to_pandas(result)
    _style.need(table, ["member_id", "field", "reason"], "profile.mistakes")
    counts = table.groupby(["field", "reason"]).size().sort_values(ascending=False, kind="stable")
    counts = counts.head(_style.MOST)
    names = [
        _("{kind}: {tag}").format(kind=code("field", field), tag=code("reason", reason))
        for field, reason in counts.index
    ]
    drawn = ax.barh(range(len(counts)), counts, color=_style.BAD)
    ax.bar_label(drawn, [f"{n:,}" for n in counts], padding=4, fontsize=13)
    ax.set_yticks(range(len(counts)), names)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    _axes.value_axis(ax.xaxis, "members", whole=True)
    ax.set_xlabel(_("Records"))
    if not len(counts):
        ax.text(0.5, 0.5, _("Nothing to mend."), transform=ax.transAxes, ha="center")
    ax.set_title(
        _("{n:,} values cannot be right, in {members:,} records").format(
            n=len(table), members=table["member_id"].nunique()
        )
    )


@_style.chart(grid="x")
def tag_members(tagged: Any, kind: str = "life_cycle", *, ax: Any = None) -> Any:
    """How many members have each tag of one kind; – where nothing can be told.

    Parameters
    ----------
    tagged
        What `profile.tag_members` gave.
    kind
        Which of its columns (life_cycle, spending_power, preference, price_sensitivity …).
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> tagged = pd.DataFrame({"member_id": ["M1", "M2"], "life_cycle": ["new", "new"]})
    >>> tag_members(tagged).get_title()
    'Life cycle of 2 members'
    """
    table = _style.to_pandas(tagged)
    _style.need(table, ["member_id", kind], "profile.tag_members")
    counts = table[kind].fillna("").value_counts(sort=True)
    shown = counts.rename_axis(kind).reset_index(name="share")
    shown[kind] = [None if tag == "" else tag for tag in shown[kind]]
    shown["share"] = shown["share"] / max(1, len(table))
    _forms.bars(ax, shown, kind, "share", horizontal=True)
    ax.set(xlabel=_("Share of members"), ylabel="")
    ax.set_title(_("{kind} of {n:,} members").format(kind=heading(kind), n=len(table)))


def _fields(result: Any, value: str, source: str) -> Any:
    table = _style.to_pandas(result)
    _style.need(table, ["field", "n", value], source)
    table = _style.known(table, value)
    order = table.groupby("field")[value].transform("mean")
    return table.assign(_order=order).sort_values(["_order", "field"], kind="stable")


def _groups(table: Any) -> list[str]:
    return [c for c in table.columns if c not in (*_COUNTS, "low", "high", "_order")]


def _draw(ax: Any, table: Any, value: str, labelled: bool = True) -> None:
    by = _groups(table)
    _forms.bars(
        ax, table, "field", value, by[0] if by else None, horizontal=True, labelled=labelled
    )
    ax.set_xlim(0, 1.12)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
