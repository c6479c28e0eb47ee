"""Charts of a cleaning."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.plot import _style
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

    `report`: the `CleaningReport` of any function of `crmkit.clean`; `most`: how many bars, the
    longest first. Returns the Axes.

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
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("Rows"))
    if found:
        done = [action for action in COLOURS if any(f.action == action for f in found)]
        ax.legend(
            [Patch(color=COLOURS[action]) for action in done],
            [label("action", action) for action in done],
            loc="lower right",
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
