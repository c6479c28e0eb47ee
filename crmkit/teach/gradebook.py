"""Writing marks: nbgrader's own gradebook and folders, one transaction a learner."""

import copy
import json
import os
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from crmkit.learn.checks.outcome import NOT_ATTEMPTED, NOTED, RIGHT
from crmkit.learn.course import Course
from crmkit.teach.papers import Paper, Release, key, marks


def graded_notebook(release: Release, paper: Paper, result: dict[str, Any]) -> Any:
    """The learner's notebook as nbgrader would leave it: whole, with hidden tests and verdicts."""
    notebook = copy.deepcopy(release.notebooks[paper.language])
    waiting = list(paper.cells)
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cell.source = paper.pages.get(key(cell), cell.source)
            cells.append(cell)
            continue
        while waiting and waiting[0]["key"] != key(cell):
            cells.append(_own_cell(waiting.pop(0), len(cells)))
        mine = waiting.pop(0)
        one = key(cell)
        cell.source = release.locked.get(one, mine["source"])
        cell.execution_count = 1
        cell.outputs = [_output(said) for said in result["shown"].get(one, ())]
        verdict = result["verdicts"].get(one)
        if verdict is not None:
            cell.outputs = [_verdict(verdict)]
        cells.append(cell)
        while waiting and not waiting[0]["key"]:
            cells.append(_own_cell(waiting.pop(0), len(cells)))
    cells += [_own_cell(one, len(cells) + n) for n, one in enumerate(waiting)]
    notebook.cells = cells
    return notebook


def _own_cell(cell: dict[str, Any], number: int) -> Any:
    made = nbformat.v4.new_code_cell(cell["source"])
    made["id"] = f"own-{number}"
    return made


def _output(said: Any) -> Any:
    try:
        made = nbformat.from_dict(said)
        nbformat.validate(made, ref="output", version=4, version_minor=5)
        return made
    except (nbformat.ValidationError, AttributeError, TypeError, ValueError, KeyError):
        return nbformat.v4.new_output("stream", name="stdout", text="…")


def _verdict(verdict: dict[str, Any]) -> Any:
    if verdict["status"] in (RIGHT, NOTED):
        return nbformat.v4.new_output("display_data", data={"text/plain": verdict["plain"]})
    kind = "NotAttempted" if verdict["status"] == NOT_ATTEMPTED else "CheckFailed"
    return nbformat.v4.new_output(
        "error", ename=kind, evalue=verdict["plain"], traceback=[f"{kind}: {verdict['plain']}"]
    )


@contextmanager
def opened(course: Course) -> Iterator[Any]:
    """The class's gradebook."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning

    course.grading.mkdir(parents=True, exist_ok=True)
    # a new gradebook calls `alembic`, which stands beside python
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
    warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")
    with Gradebook(f"sqlite:///{course.grading / 'gradebook.db'}", "crmkit") as gradebook:
        yield gradebook


@contextmanager
def one_transaction(gradebook: Any) -> Iterator[None]:
    """Everything inside is written together, or nothing of it."""
    session = gradebook.db
    commit = session.commit
    session.commit = session.flush
    try:
        yield
        commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.commit


def knows(gradebook: Any, course: Course, assignment: str) -> bool:
    """Whether the gradebook has this exercise as its master now is."""
    from nbgrader.api import MissingEntry

    try:
        there = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return False
    master = nbformat.read(course.master(assignment, "zh"), as_version=4)
    wanted = {
        (key(cell), float(marks(cell)["points"]))
        for cell in master.cells
        if marks(cell).get("grade")
    }
    return {(cell.name, cell.max_score) for cell in there.grade_cells} == wanted


def save(
    gradebook: Any, learner: str, assignment: str, notebook: Any, timestamp: str | None = None,
    settled: Collection[str] = (),
) -> tuple[float, float]:  # fmt: skip
    """Write a learner's marks as nbgrader's autograder would; manual marks and comments stay.

    `settled` are pages that are still as they were when they were marked: nobody is asked to mark
    them again. Returns score and full marks.
    """
    from nbgrader import utils
    from nbgrader.api import Comment, Grade

    with one_transaction(gradebook):
        gradebook.update_or_create_student(learner)
        more = {"timestamp": timestamp} if timestamp else {}
        submission = gradebook.update_or_create_submission(assignment, learner, **more)
        theirs = gradebook.find_submission_notebook(assignment, assignment, learner)
        grades, comments = (_by_cell(gradebook, theirs, kind) for kind in (Grade, Comment))
        for cell in notebook.cells:
            if utils.is_grade(cell):
                name = key(cell)
                if name not in grades:  # added to the master after this was handed in
                    of = gradebook.find_grade_cell(name, assignment, assignment)
                    grades[name] = Grade(cell_id=of.id, notebook=theirs)
                    gradebook.db.add(grades[name])
                grade = grades[name]
                grade.auto_score, _most = utils.determine_grade(cell)
                if grade.manual_score is None or name not in settled:
                    grade.needs_manual_grade = (
                        grade.manual_score is not None or grade.auto_score is None
                    )
            if utils.is_solution(cell):
                if key(cell) not in comments:
                    of = gradebook.find_solution_cell(key(cell), assignment, assignment)
                    comments[key(cell)] = Comment(cell_id=of.id, notebook=theirs)
                    gradebook.db.add(comments[key(cell)])
                untouched = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
                comments[key(cell)].auto_comment = "No response." if untouched else None
        gradebook.db.flush()
        return submission.score, submission.max_score


def _by_cell(gradebook: Any, notebook: Any, kind: Any) -> dict[str, Any]:
    """The grades or the comments of a submitted notebook, by the name of their cell."""
    from nbgrader.api import BaseCell

    found = gradebook.db.query(BaseCell.name, kind).join(kind, kind.cell_id == BaseCell.id)
    return dict(found.filter(kind.notebook_id == notebook.id).all())


@dataclass(frozen=True)
class ByHand:
    """What the trainer gave for a page: marks (None while they are still to come), full marks, words;
    and whether anything was written."""

    marks: float | None
    most: float
    comment: str
    written: bool


def marks_to_give(pages: Mapping[str, ByHand]) -> float:
    """The full marks of the pages that are still to be marked."""
    return sum(one.most for one in pages.values() if one.marks is None)


def by_hand(
    gradebook: Any, learner: str, assignment: str, pages: Collection[str]
) -> dict[str, ByHand]:
    """What stands in the gradebook for the pages of somebody's work."""
    if not pages:
        return {}
    theirs = gradebook.find_submission_notebook(assignment, assignment, learner)
    said = {one.cell.name: one.manual_comment for one in theirs.comments}
    return {
        one.cell.name: ByHand(
            one.auto_score if one.manual_score is None else one.manual_score,
            one.max_score,
            said.get(one.cell.name) or "",
            one.auto_score is None,
        )
        for one in theirs.grades
        if one.cell.name in pages
    }


def whole_file(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, "utf-8")
    os.replace(unfinished, path)


def result_file(course: Course, learner: str, assignment: str) -> Path:
    """Where what a grading found is kept: out of the folders that nbgrader writes anew."""
    return course.grading / "results" / learner / f"{assignment}.json"


def stored_result(course: Course, learner: str, assignment: str) -> dict[str, Any]:
    """What the last grading of this work found; empty where there was none."""
    try:
        found = json.loads(result_file(course, learner, assignment).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
