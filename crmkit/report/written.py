"""From a file to a report: every step reckoned, or the reason why it could not be."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crmkit.data.reading.held import held
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.plot._style import as_wide_as
from crmkit.report import lists
from crmkit.report.advice import advice
from crmkit.report.chapters import Step, chapters
from crmkit.report.festivals import chinese
from crmkit.report.figures import as_read, axes_as_read
from crmkit.report.findings import Done, Findings
from crmkit.report.ledger import Opened, opened
from crmkit.report.main_points import points
from crmkit.report.notebook import notebook
from crmkit.report.own import whole_days
from crmkit.report.page import page
from crmkit.report.quality import discounts_stated, receipts_gone, reconciled
from crmkit.tables import open_frame

Progress = Callable[[int, int, str], None]
ALWAYS = ("summary", "receipts")
"""Steps that say something of a file of returns or gifts, too."""
PIECES = ("units", "upt", "item_price")
"""Figures that nobody knows where the file does not say how many pieces a line is."""
RECEIPTS = ("orders", "aov", "upt", "daily_orders", "orders_rate", "each_rate")
"""And where it does not say which lines are one purchase."""
WIDE = 7.6
"""How wide a chart is (inches): two stand side by side in print, and are still read."""


class Report(Findings):
    """What was found in a file: ``save`` writes the page, ``notebook`` gives the notebook.

    - `opened`: the file; `chapters`: what was reckoned, by heading; `left_out`: what could not be,
      and why; `points`: what matters most; `advice`: what follows; `found`: the results themselves, by name; `planned`: all steps
    - `beside`: the workbook of the lists, once it is saved
    """

    def html(self) -> str:
        """The report as one page that needs nothing beside it."""
        return page(self)

    def notebook(self) -> dict[str, Any]:
        """The notebook behind the report: its lines, with the file as papermill's parameter."""
        return notebook(self)

    def free_name(self) -> Path:
        """A name for the page after the file's own, here, that no file has yet."""
        stem = re.sub(r"[^\w .()（）-]+", "-", Path(self.opened.name).stem).strip(" .-")
        base = _("{file} report").format(file=stem) if stem else "report"
        names = (f"{base}{f' {n}' if n > 1 else ''}.html" for n in itertools.count(1))
        return next(path for path in map(Path, names) if not path.exists())

    def save(self, to: str | Path, with_lists: bool = False) -> Path:
        """Write the page; the notebook is within. `with_lists`: the lists, too, beside it."""
        path = Path(to)
        if with_lists and self.lists:
            self.beside = lists.name_beside(path)
            lists.save(self.lists, self.opened, self.beside)
        path.write_text(self.html(), "utf-8")
        return path


def analyse(
    source: Any, *, columns: Mapping[str, str] | None = None, sheet: str | None = None,
    encoding: str | None = None, delimiter: str | None = None, time_zone: str | None = None,
    progress: Progress = lambda done, total, name: None,
) -> Report:  # fmt: skip
    """A report on one's own sales, in the current language.

    `source`: a file (CSV, Excel, Parquet, JSON), a folder of such, a pattern, a database by its
    SQLAlchemy URL, or a table of any kind (pandas, Polars, DuckDB, Spark …) under the names of the
    contract. A folder whose files begin with sales, stock, products, stores is read as those tables.
    `columns`: which column stands for what, where the guess is wrong: ``{"amount": "Total"}``;
    `sheet`, `encoding`, `delimiter`, `time_zone` as in `ck.data.read`.

    Names, phones, e-mails and every other column the report does not need are left out at once;
    no member stands in it alone.

    Raises `CrmkitError` when the file cannot be read, holds no sales, or does not say which column is
    which.
    """
    file = opened(
        source, columns=columns, sheet=sheet, encoding=encoding, delimiter=delimiter,
        time_zone=time_zone, tell=lambda doing: progress(0, 0, doing),
    )  # fmt: skip
    planned = chapters(file)
    total, done = sum(map(len, planned.values())), 0
    found = names_for(file)
    reckoned: dict[str, list[Done]] = {}
    left_out: list[tuple[str, str]] = []
    without: dict[str, str] = {}
    for title, steps in planned.items():
        for step in steps:
            progress(done, total, step.title)
            done += 1
            if why := _why_not(step, file, found) or _rests_on(step, without):
                without[step.name] = why
                left_out.append((step.title, why))
                continue
            try:
                reckoned.setdefault(title, []).append(_reckoned(step, found))
            except CrmkitError as error:
                found.pop(step.name, None)
                without[step.name] = str(error)
                left_out.append((step.title, str(error)))
    progress(total, total, "")
    main = points(found)
    return Report(file, reckoned, left_out, found, planned, advice(found, main), main)


def names_for(file: Opened) -> dict[str, Any]:
    """What the lines of a report may use."""
    import crmkit as ck
    from crmkit import report

    first, last = whole_days(file.since, file.until)
    return {
        "ck": ck, "report": report, "sales": file.sales, "names": file.names,
        "_cut": (first > file.since, last < file.until), "_days": (file.since, file.until),
        "_stores": file.places.get("store_id", 1), **file.tables,
        "_sign": file.currency, "_levels": file.levels, "_gone": receipts_gone(file), "_reconciled": reconciled(file), "_discounts": discounts_stated(file),
        "_chinese": chinese(file.currency, file.meant),
        "_unknown": (*(() if file.pieces else PIECES), *(() if file.receipted else RECEIPTS)),
    }  # fmt: skip


def _why_not(step: Step, file: Opened, found: Mapping[str, Any]) -> str:
    """Why a step cannot be reckoned; nothing where it can."""
    missing = [one for one in step.needs if one not in file.columns]
    if missing:
        return _("The file has no column for: {columns}.").format(
            columns=_(", ").join(map(heading, missing))
        )
    if not file.bought and step.name not in ALWAYS:
        return _("No line in the file says that something was bought for money.")
    if not file.by_members and "member_id" in step.needs:
        return _("No line in the file says that a member bought something.")
    if any(one not in file.tables for one in step.tables):
        files = {"sales": _("sales"), "stock_daily": _("stock"), "products": _("products")}
        return _(
            "The sales alone are not enough: put {files} into one folder and make the report on that folder."
        ).format(files=_(", ").join(f"{files[one]}.csv" for one in ("sales", *step.tables)))
    return step.unless


def _rests_on(step: Step, without: Mapping[str, str]) -> str:
    """Why a step cannot be reckoned that is made from another, which could not be."""
    return next((without[one] for one in re.findall(r"\w+", step.code) if one in without), "")


def _reckoned(step: Step, found: dict[str, Any]) -> Done:
    import matplotlib

    result = held(
        eval(step.code, found), step.name
    )  # a line of `chapters`, the very one that stands in the report
    if step.chart and hasattr(result, "columns") and not len(open_frame(result).head(1).collect()):
        raise CrmkitError(_("The file holds nothing of this kind."))
    found[step.name] = found["_last"] = result
    table = _table(result, step, found) if step.rows else None
    picture = None
    if step.chart:
        with matplotlib.rc_context({"backend": "agg"}):
            with as_wide_as(WIDE):
                axes = eval(step.chart, found)
            picture = _drawn(axes, found["_sign"])
    return Done(step, table, picture, step.says(found) if step.says else "")


def _table(result: Any, step: Step, found: Mapping[str, Any]) -> Any:
    """A result as people read it, without empty columns and what the file does not tell."""
    table = as_read(result, step.rows, found["names"], found["_sign"])
    table = table.drop(columns=[heading(one) for one in found["_unknown"]], errors="ignore")
    nothing = ("–", label("flag", "false"))  # said in every row it tells nothing
    return (
        table.loc[:, [not any((table[c] == one).all() for one in nothing) for c in table]]
        if len(table)
        else table
    )


def _drawn(axes: Any, sign: str) -> bytes:
    """A chart as PNG, small beside its words, which are read in print as well."""
    import io

    from matplotlib import pyplot as plt

    figure, png = axes_as_read(axes, sign).figure, io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a box stands for a rare letter
        figure.savefig(png, format="png", dpi=130, bbox_inches="tight")
    plt.close(figure)
    return png.getvalue()
