"""From one authored text to a notebook in each language.

How a text is written stands at the top of `crmkit.learn.source`; what is tagged ``trainer`` stays
there. In an exercise's master a code cell says what it is:

``:answer: ID``
    the learner writes here; the part between BEGIN SOLUTION and END SOLUTION is taken out of the
    release, and the line before it leaves `STUB` for the learner.
``:check: ID`` with ``:points: N``
    a locked, graded cell; the part between BEGIN HIDDEN TESTS and END HIDDEN TESTS is taken out.
``:given: ID``
    a locked cell without points.

A prose cell ``+++ {"page": "ID", "points": N}``, the same for both languages, is a page the learner
writes and the trainer marks by hand; what stands between its solution marks is the model answer.

Where nobody programs (`crmkit.learn.course.NO_CODE`) the code of every cell is folded away; a
graded cell is one line, ``from crmkit.learn import ask; ask("sales-1", "no_household")``, and
needs no hidden tests.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode

from crmkit.i18n import LANGUAGES
from crmkit.i18n import gettext as _
from crmkit.learn.course import NO_CODE, START, Course
from crmkit.learn.source import TRAINER, SourceError, read_source

STUB = "...  # 在这里写 · write here"
KERNELSPEC = {"display_name": "Python 3 (crmkit)", "language": "python", "name": "python3"}
# a graded field: its key is reckoned by the kit, so there is nothing to hide
_ASKS = re.compile(r"^(?:from crmkit\.learn import ask; )ask\(", re.M)
# a line that teaches and is no Python to read
_ONLY_ASKS = re.compile(r"\A(?:(?:ask|guess|quiz|hint|way)\(.*\)|.*; way\(\))\Z")
# what a learner writes on stays open
_TO_WRITE = re.compile(r"= \.\.\.|BEGIN SOLUTION")
_LINK = re.compile(r"\]\((lesson|exercise):([^)#\s]+)(#[^)\s]*)?\)")


@dataclass(frozen=True)
class Derived:
    """A notebook of one language, not executed yet, and where it belongs."""

    name: str
    language: str
    path: Path
    notebook: NotebookNode
    graded: bool


def derive_lesson(course: Course, lesson: str, language: str) -> Derived:
    """The lesson's notebook in this language, not executed."""
    both = read_source(course.lesson_source(lesson))
    path = course.lesson(lesson, language)
    notebook = _of_language(course, both, lesson.rpartition("/")[2], language, path)
    _fold_code(lesson, notebook)
    return Derived(lesson, language, path, notebook, graded=False)


def derive_master(course: Course, assignment: str, language: str) -> Derived:
    """The exercise's master in this language, not executed.

    Raises `SourceError` where a graded cell has no hidden tests or an answer has no stub.
    """
    both = read_source(course.master_source(assignment))
    for cell in both.cells:
        _mark_for_nbgrader(assignment, cell)
    if not any(cell.metadata.get("nbgrader", {}).get("grade") for cell in both.cells):
        raise SourceError(
            _("The master {name} has no graded cell: mark one with :check: and :points:.").format(
                name=assignment
            )
        )
    path = course.master(assignment, language)
    notebook = _of_language(course, both, assignment, language, path)
    _fold_code(assignment, notebook)
    return Derived(assignment, language, path, notebook, graded=True)


def _mark_for_nbgrader(assignment: str, cell: NotebookNode) -> None:
    roles = [role for role in ("answer", "check", "given", "page") if role in cell.metadata]
    if not roles:
        return
    role = roles[0]
    grade_id = str(cell.metadata.pop(role))
    points = cell.metadata.pop("points", None)
    where = {"name": assignment, "cell": grade_id}
    if role in ("answer", "page"):
        if "BEGIN SOLUTION" not in cell.source:
            raise SourceError(
                _("In {name}, the answer cell {cell} has no BEGIN SOLUTION.").format(**where)
            )
        if role == "answer" and cell.source.count("BEGIN SOLUTION") != cell.source.count(STUB):
            raise SourceError(
                _(
                    "In {name}, the answer cell {cell} needs the line `{stub}` before each BEGIN "
                    "SOLUTION, for the learner to write on."
                ).format(**where, stub=f"name = {STUB}")
            )
    if role in ("check", "page") and points is None:
        raise SourceError(_("In {name}, the check cell {cell} has no :points:.").format(**where))
    if (
        role == "check" and not _ASKS.search(cell.source)
        and "BEGIN HIDDEN TESTS" not in cell.source
    ):  # fmt: skip
        raise SourceError(
            _(
                "In {name}, the check cell {cell} has no hidden tests: without them a typed-in "
                "answer would get full marks."
            ).format(**where)
        )
    cell.metadata["nbgrader"] = {
        "cell_type": cell.cell_type,
        "grade": role in ("check", "page"),
        "grade_id": grade_id,
        "locked": role in ("check", "given"),
        "schema_version": 3,
        "solution": role in ("answer", "page"),
        "task": False,
    }
    if points is not None and role != "answer":
        cell.metadata["nbgrader"]["points"] = points


def _fold_code(name: str, notebook: NotebookNode) -> None:
    """Fold the code of a lesson or exercise whose learners do not program; for analysts, only
    the lines that ask or show the way."""
    without_code = name == START or any(
        f"-{track}/" in name or name.startswith(f"{track}-") for track in NO_CODE
    )
    for cell in notebook.cells:
        if cell.cell_type != "code" or _TO_WRITE.search(cell.source):
            continue
        if without_code or _ONLY_ASKS.search(cell.source):
            cell.metadata["jupyter"] = {"source_hidden": True}


def _of_language(
    course: Course, both: NotebookNode, slug: str, language: str, path: Path
) -> NotebookNode:
    other = {TRAINER, *LANGUAGES} - {language}
    # the preprocessor changes what it is given
    notebook, _resources = TagRemovePreprocessor(enabled=True, remove_cell_tags=other).preprocess(
        nbformat.from_dict(dict(both)), {"metadata": {}}
    )
    cells = []
    for ordinal, cell in enumerate(notebook.cells, start=1):
        metadata = dict(cell.metadata)
        tags = [tag for tag in metadata.pop("tags", []) if tag not in LANGUAGES]
        if tags:
            metadata["tags"] = tags
        grade_id = metadata.get("nbgrader", {}).get("grade_id")
        source = _with_links(course, cell.source, language, path.parent)
        fresh = (
            nbformat.v4.new_code_cell(source, metadata=metadata)
            if cell.cell_type == "code"
            else nbformat.v4.new_markdown_cell(source, metadata=metadata)
        )
        # jupytext makes new ids at every reading; these stay
        fresh["id"] = re.sub(r"[^a-zA-Z0-9-_]", "-", grade_id or f"{slug}-{ordinal:02d}")[:64]
        cells.append(fresh)
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": KERNELSPEC,
            "language_info": {"name": "python"},
            "crmkit": {"language": language, "name": slug},
        },
    )


def _with_links(course: Course, text: str, language: str, folder: Path) -> str:
    """`lesson:2-cashier/03` and `exercise:cashier-3` become links that work where this stands."""

    def resolve(match: re.Match) -> str:
        kind, name, anchor = match.groups()
        source = course.lesson_source(name) if kind == "lesson" else course.master_source(name)
        if not source.is_file():
            raise SourceError(
                _("A link points to {kind}:{name}, but there is no such source.").format(
                    kind=kind, name=name
                )
            )
        target = (
            course.lesson(name, language) if kind == "lesson" else course.release(name, language)
        )
        relative = Path(os.path.relpath(target, folder)).as_posix()
        return f"]({relative}{anchor or ''})"

    return _LINK.sub(resolve, text)
