"""From a file to a report: every step reckoned, or the reason why it could not be."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmkit.data.reading.held import held
from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.labels import full_month, heading, headings, short_month
from crmkit.report.advice import Advice, advice
from crmkit.report.chapters import Step, chapters
from crmkit.report.ledger import Opened, opened
from crmkit.report.own import whole_days
from crmkit.report.quality import receipts_gone, reconciled
from crmkit.report.says import signed
from crmkit.tables import open_frame

Progress = Callable[[int, int, str], None]
MONEY = (
    "amount", "aov", "before", "cogs", "average_stock", "daily_revenue", "frees", "gross_margin", "item_price", "last_months", "monetary",
    "monetary_each", "months_before", "refunded", "revenue", "value",
)  # fmt: skip
"""Columns of a report that hold money: with the file's own sign."""
CHANGES = ("change_rate", "pop", "yoy")
"""Columns that tell how much more or less it is: with plus or minus, as in the sentences."""
MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass
class Done:
    """A step that was reckoned: its table as people read it, its chart as PNG, its sentence."""

    step: Step
    table: Any
    chart: bytes | None
    says: str


@dataclass
class Report:
    """What was found in a file: ``save`` writes the page, ``notebook`` gives the notebook.

    - `opened`: the file; `chapters`: what was reckoned, by heading; `left_out`: what could not be,
      and why; `advice`: what follows; `found`: the results themselves, by name; `planned`: all steps
    """

    opened: Opened
    chapters: dict[str, list[Done]]
    left_out: list[tuple[str, str]]
    found: dict[str, Any]
    planned: dict[str, list[Step]] = field(default_factory=dict)
    advice: list[Advice] = field(default_factory=list)

    def html(self) -> str:
        """The report as one page that needs nothing beside it."""
        from crmkit.report.page import page

        return page(self)

    def notebook(self) -> dict[str, Any]:
        """The notebook behind the report: its lines, with the file as papermill's parameter."""
        from crmkit.report.notebook import notebook

        return notebook(self)

    def free_name(self) -> Path:
        """A name for the page after the file's own, here, that no file has yet."""
        stem = re.sub(r"[^\w .()（）-]+", "-", Path(self.opened.name).stem).strip(" .-")
        base = _("{file} report").format(file=stem) if stem else "report"
        names = (f"{base}{f' {n}' if n > 1 else ''}.html" for n in itertools.count(1))
        return next(path for path in map(Path, names) if not path.exists())

    def save(self, to: str | Path) -> Path:
        """Write the page; the notebook is within."""
        path = Path(to)
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
    for title, steps in planned.items():
        for step in steps:
            progress(done, total, step.title)
            done += 1
            if why := _why_not(step, file, found):
                left_out.append((step.title, why))
                continue
            try:
                reckoned.setdefault(title, []).append(_reckoned(step, found))
            except CrmkitError as error:
                found.pop(step.name, None)
                left_out.append((step.title, str(error)))
    progress(total, total, "")
    return Report(file, reckoned, left_out, found, planned, advice(found))


def names_for(file: Opened) -> dict[str, Any]:
    """What the lines of a report may use."""
    import crmkit as ck
    from crmkit import report

    first, last = whole_days(file.since, file.until)
    return {
        "ck": ck, "report": report, "sales": file.sales, "names": file.names,
        "_cut": (first > file.since, last < file.until), "_days": (file.since, file.until),
        "_stores": file.places.get("store_id", 1), **file.tables,
        "_sign": file.currency, "_gone": receipts_gone(file), "_reconciled": reconciled(file),
        "_unknown": () if file.pieces else ("units", "upt", "item_price"),
    }  # fmt: skip


def _why_not(step: Step, file: Opened, found: Mapping[str, Any]) -> str:
    """Why a step cannot be reckoned; nothing where it can."""
    missing = [one for one in step.needs if one not in file.columns]
    if missing:
        return _("The file has no column for: {columns}.").format(
            columns=_(", ").join(map(heading, missing))
        )
    if any(one not in file.tables for one in step.tables):
        files = {"sales": _("sales"), "stock_daily": _("stock"), "products": _("products")}
        return _("Needs files of its own beside the sales: give a folder with {files}.").format(
            files=_(", ").join(f"{files[one]}.csv" for one in ("sales", *step.tables))
        )
    return step.unless


def _reckoned(step: Step, found: dict[str, Any]) -> Done:
    import matplotlib

    result = held(
        eval(step.code, found), step.name
    )  # a line of `chapters`, the very one that stands in the report
    found[step.name] = found["_last"] = result
    table = _table(result, step, found) if step.rows else None
    picture = None
    if step.chart:
        with matplotlib.rc_context({"backend": "agg"}):
            picture = _drawn(eval(step.chart, found), found["_sign"])
    return Done(step, table, picture, step.says(found) if step.says else "")


def _table(result: Any, step: Step, found: Mapping[str, Any]) -> Any:
    """A result as people read it, products and stores by their names; without empty columns."""
    from crmkit.labels import show

    table, names = show(result, step.rows), found["names"]
    columns = open_frame(result).collect_schema().names() if step.rows > 1 or not hasattr(result, "to_frame") else []  # fmt: skip
    for column, head in headings(columns).items():
        if head in table:
            table[head] = [_cell(column, one, found["_sign"]) for one in table[head]]
    table = table.drop(columns=[heading(one) for one in found["_unknown"]], errors="ignore")
    for column in ("product_id", "also_bought", "store_id"):
        if (head := heading(column)) in table:
            table[head] = [f"{names[one]} ({one})" if one in names else one for one in table[head]]
    return table.loc[:, [not (table[c] == "–").all() for c in table]] if len(table) else table


def _cell(column: str, said: str, sign: str) -> str:
    """A cell as the sentences say it: money with its sign, changes with theirs, a month by name."""
    if said == "–":
        return said
    if column in MONEY:
        return signed(said, sign)
    if column in CHANGES:
        return "±0.0%" if said.strip("-") == "0.0%" else said.replace("-", "−") if said[0] == "-" else f"+{said}"  # fmt: skip
    if column == "month" and MONTH.fullmatch(said):
        return full_month(said)
    return re.sub(r"^-(?=\d)", "−", said)


def _drawn(axes: Any, sign: str) -> bytes:
    """A chart as PNG: its axis of money says in what, its months are named."""
    import io

    from matplotlib import pyplot as plt

    figure, png = axes.figure, io.BytesIO()
    heads = {heading(one) for one in MONEY}
    for said, say in ((axes.get_ylabel(), axes.set_ylabel), (axes.get_xlabel(), axes.set_xlabel)):
        if sign and said in heads:
            say(_("{figure} ({unit})").format(figure=said, unit=sign))
    told = [one.get_text() for one in axes.get_xticklabels()]
    if any(map(MONTH.fullmatch, told)):
        axes.set_xticks(axes.get_xticks(), [short_month(one) if MONTH.fullmatch(one) else one for one in told])  # fmt: skip
    figure.savefig(png, format="png", dpi=100, bbox_inches="tight")
    plt.close(figure)
    return png.getvalue()
