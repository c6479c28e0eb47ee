"""Charts of a cleaning."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.plot import _axes, _style, _words
from crmkit.tables import TableError

COLOURS = {
    "repaired": _style.GOOD,
    "emptied": _style.ACCENT,
    "set_aside": _style.BAD,
    "noted": _style.QUIET,
}


@_style.chart(grid="x")
def cleaning(report: Any, most: int = 12, *, ax: Any = None) -> Any:
    """What a cleaning found: one bar per fault and column, coloured by what was done about it.

    Parameters
    ----------
    report
        The `CleaningReport` of any function of `crmkit.clean`.
    most
        How many bars, the longest first.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import crmkit as ck, pandas as pd
    >>> _phones, report = ck.clean.normalize_phone(pd.DataFrame({"phone": ["140 0123 4567", "1"]}))
    >>> with ck.use_language("en"):
    ...     len(ck.plot.cleaning(report).patches)
    2
    """
    if not hasattr(report, "findings"):
        raise TableError(_("Give the report that a function of ck.clean returns beside the table."))
    from matplotlib.patches import Patch

    found = sorted(report.findings, key=lambda f: -f.rows)[:most]
    names = [
        f"{label('fault', f.fault)} · {label('column', f.column)}"
        if f.column
        else label("fault", f.fault)
        for f in found
    ]
    drawn = ax.barh(
        range(len(found)), [f.rows for f in found], color=[COLOURS[f.action] for f in found]
    )
    ax.set_yticks(range(len(found)), names)
    ax.invert_yaxis()
    ax.bar_label(drawn, labels=[f"{f.rows:,}" for f in found], padding=4, fontsize=13)
    ax.margins(x=0.12)
    _axes.value_axis(ax.xaxis, "rows", whole=True)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("Rows"))
    if found:
        done = [action for action in COLOURS if any(f.action == action for f in found)]
        ax.legend(
            [Patch(color=COLOURS[action]) for action in done],
            [label("action", action) for action in done],
        )
    else:
        ax.text(0.5, 0.5, _("Nothing to mend."), transform=ax.transAxes, ha="center")
    ax.set_title(
        _("{table}: of {rows_in} rows, {kept} kept, {aside} set aside").format(
            table=label("table", report.table),
            rows_in=f"{report.rows_in:,}",
            kept=f"{report.rows_kept:,}",
            aside=f"{report.rows_set_aside:,}",
        )
    )


@_style.chart(grid="x")
def profile_quality(result: Any, *, ax: Any = None) -> Any:
    """How much of each column is missing, a word for nothing, or untidy: the worst on top.

    Parameters
    ----------
    result
        What `clean.profile_quality` gave.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import crmkit as ck, pandas as pd
    >>> members = pd.DataFrame({"phone": ["140 0123", None], "name": ["Lin", "n/a"]})
    >>> len(profile_quality(ck.clean.profile_quality(members)).get_yticklabels())
    2
    """
    table = _style.to_pandas(result)
    _style.need(
        table,
        ["column", "rows", "missing_share", "placeholders", "untidy"],
        "clean.profile_quality",
    )
    table = _style.known(table, "missing_share")
    parts = {
        "missing_share": (_style.BAD, table["missing_share"]),
        "placeholders": (_style.ACCENT, table["placeholders"] / table["rows"]),
        "untidy": (_style.PALETTE[5], table["untidy"] / table["rows"]),
    }
    worst = sum(share for _colour, share in parts.values())
    order = worst.sort_values(ascending=False, kind="stable").index[: _style.MOST]
    names = [label("column", name) for name in table.loc[order, "column"]]
    before = [0.0] * len(order)
    for column, (colour, share) in parts.items():
        ax.barh(range(len(order)), share[order], left=before, color=colour, label=heading(column))
        before = [so_far + more for so_far, more in zip(before, share[order], strict=True)]
    ax.set_yticks(range(len(order)), names, fontsize=14 if len(order) <= 14 else 12)
    ax.invert_yaxis()
    for place, share in enumerate(before):
        ax.annotate(
            _words.one_decimal(share), (share, place), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=12,
        )  # fmt: skip
    ax.set_xlim(0, max(0.05, 1.12 * max(before)))
    _axes.value_axis(ax.xaxis, "share")
    ax.set_xlabel(_("Share of the rows"))
    if len(order) < len(table):
        ax.set_ylabel(_style.part(heading("column"), len(order), len(table)))
    ax.legend()
    whole = int((worst == 0).sum())
    ax.set_title(
        _("{whole} of {all} columns are complete and tidy").format(whole=whole, all=len(table))
    )


@_style.chart
def find_duplicate_members(result: Any, *, ax: Any = None) -> Any:
    """How sure the pairs of possible duplicates are: how many there are at each probability.

    Parameters
    ----------
    result
        What `clean.find_duplicate_members` gave; a lower `at_least` there shows the doubtful ones
        too.
    ax, names
        Where to draw, and what to call ids (a dictionary, or tables).

    Returns
    -------
    The Axes.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"member_id": ["M1"], "other_id": ["M2"], "probability": [0.97]})
    >>> find_duplicate_members(pairs).get_title()
    'Pairs that are probably one person: 1, at 90% or more'
    """
    from matplotlib.ticker import PercentFormatter

    table = _style.to_pandas(result)
    _style.need(table, ["member_id", "other_id", "probability"], "clean.find_duplicate_members")
    sure = 0.9
    table = _style.known(table, "probability")
    for colour, kept, name in (
        (_style.ACCENT, table["probability"] < sure, _("look at them one by one")),
        (_style.MAIN, table["probability"] >= sure, _("merge after a look")),
    ):
        if kept.any():
            edges = [n / 50 for n in range(51)]
            ax.hist(table.loc[kept, "probability"], edges, color=colour, label=name)
    ax.set_xlim(min(sure - 0.1, table["probability"].min() - 0.02), 1.005)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    _axes.value_axis(ax.yaxis, "rows", whole=True)
    ax.set(xlabel=heading("probability"), ylabel=_("Pairs"))
    ax.legend()
    ax.set_title(
        _("Pairs that are probably one person: {n:,}, at {sure:.0%} or more").format(
            n=int((table["probability"] >= sure).sum()), sure=sure
        )
    )
