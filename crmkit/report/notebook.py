"""The notebook behind a report, to go on from: the same lines, the file as a parameter."""

from __future__ import annotations

import re
from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.report.findings import Findings


def notebook(report: Findings) -> dict[str, Any]:
    """The notebook as nbformat's plain data; ``papermill`` runs it on another file."""
    file = report.opened
    path = file.look.reading.source if file.look else None
    code = file.code.removeprefix("import crmkit as ck\n")
    parameters = f"language = {get_language()!r}"
    if path is None:
        code = _("# put your table into lines first") + "\n" + code
    else:
        parameters += f"\nsource = {path!r}"
        code = re.sub(r"^lines = ck\.data\.scan\((?:'[^'\n]*'|\"[^\"\n]*\")", "lines = ck.data.scan(source", code)  # fmt: skip
    cells = [
        _prose("# " + _("Report on {name}").format(name=file.name)),
        _prose(_("The lines behind the report. Put this notebook and the file of sales into one folder, open it in JupyterLab and choose Run → Run All Cells. For another file, change the name below.")),
        *([_prose(_("The password of the database is not kept here: write its address whole."))] if path and "***" in path else []),
        _code(parameters, tags=["parameters"]),
        _code(f"import crmkit as ck\nfrom crmkit import report\n\nck.set_language(language)\n{code}\nsales = report.held(sales)"),
        _code(f"shown = report.reader(names, {file.currency!r})"),
    ]  # fmt: skip
    if file.cleaning is not None:
        cells += [
            _prose("## " + _("What had to be tidied first")),
            _code('shown(cleaning.to_frame().drop(columns="example"))'),  # people's own values
        ]
    for title, chapter in report.chapters.items():
        cells.append(_prose(f"## {title}"))
        for done in chapter:
            step = done.step
            seen = "" if step.members else f"\nshown({step.name}, rows={max(step.rows, 36)})"
            cells.append(_prose(f"### {step.title}"))
            cells.append(_code(f"{step.name} = {step.code}{seen}"))
            if step.chart:
                cells.append(_code(f"{step.name}_chart = shown({step.chart})"))
    if path is not None:
        cells.append(_prose(_("The same for next month's file, without opening it: `papermill report.ipynb next.ipynb -p source next-month.csv`.")))  # fmt: skip
    for number, cell in enumerate(cells):
        cell["id"] = f"report-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _prose(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str, tags: list[str] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code", "metadata": {"tags": tags} if tags else {}, "source": text,
        "execution_count": None, "outputs": [],
    }  # fmt: skip
