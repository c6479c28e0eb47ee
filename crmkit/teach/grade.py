"""Grading a class with nbgrader: release, autograde, feedback, export.

nbgrader does the work, configured by ``grading/nbgrader_config.py``; this asks it for both
languages, goes on after one learner's failure and reports what happened.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES
from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.teach.recover import recover_answers

Progress = Callable[[int, int, str], None]


class GradingError(CrmkitError):
    """nbgrader could not do a step; the message carries what it said."""


@dataclass(frozen=True)
class Graded:
    """One learner's result for one assignment, in points; `error` where grading failed."""

    learner: str
    assignment: str
    score: float
    max_score: float
    error: str | None = None


@contextmanager
def _nbgrader(course: Course, language: str) -> Iterator:
    """nbgrader's own interface, with this course's configuration in this language."""
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    before = dict(os.environ)
    os.environ.update(CRMKIT_LANG=language, CRMKIT_COURSE=str(course.root))
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course.grading)).load_config()
        yield NbGraderAPI(config=config)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _succeeded(result: dict, what: str) -> None:
    if not result["success"]:
        raise GradingError(
            _("{what} failed. nbgrader says:\n{log}").format(
                what=what, log=(result.get("log") or "") + (result.get("error") or "")
            )
        )


def _nothing(done: int, total: int, name: str) -> None:
    pass


def release(course: Course, assignments: list[str] = (), progress: Progress = _nothing) -> None:
    """Generate the learners' versions in both languages; the gradebook learns the cells.

    Raises `GradingError` with nbgrader's words where a master is missing or wrong.
    """
    names = _known(course, assignments)
    steps = [(language, name) for language in LANGUAGES for name in names]
    for done, (language, name) in enumerate(steps):
        progress(done, len(steps), f"{name} ({language})")
        if not course.master(name, language).is_file():
            raise GradingError(
                _("{name} has not been built in {language}: run `crmkit build` first.").format(
                    name=name, language=language
                )
            )
        with _nbgrader(course, language) as nbgrader:
            _succeeded(nbgrader.generate_assignment(name, force=True), f"{name} ({language})")
    progress(len(steps), len(steps), "")


def submissions(course: Course, assignments: list[str] = ()) -> list[tuple[str, str]]:
    """Learner and assignment of everything in ``grading/submitted``."""
    names = _known(course, assignments)
    folder = course.grading / "submitted"
    if not folder.is_dir():
        raise GradingError(
            _(
                "There is no {folder}. Put each learner's work into "
                "{folder}/<learner>/<assignment>/<assignment>.ipynb."
            ).format(folder=folder.relative_to(course.root))
        )
    return sorted(
        (path.parent.name, path.name)
        for path in folder.glob("*/*")
        if path.is_dir() and path.name in names
    )


def autograde(
    course: Course, assignments: list[str] = (), progress: Progress = _nothing
) -> list[Graded]:
    """Grade everything submitted, in either language, into one gradebook.

    A submission that cannot be graded does not stop the others: its result carries the error.
    """
    waiting = submissions(course, assignments)
    results = []
    with _nbgrader(course, LANGUAGES[0]) as nbgrader:
        for done, (learner, name) in enumerate(waiting):
            progress(done, len(waiting), f"{learner}, {name}")
            recover_answers(course.grading / "submitted" / learner / name)
            result = nbgrader.autograde(name, learner, force=True)
            error = None if result["success"] else _last_line(result)
            results.append(_result(nbgrader, learner, name, error))
    progress(len(waiting), len(waiting), "")
    return results


def _last_line(result: dict) -> str:
    """What went wrong: the exception's own line, not the log before it."""
    said = result.get("error") or result.get("log") or ""
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _result(nbgrader, learner: str, assignment: str, error: str | None) -> Graded:
    from nbgrader.api import MissingEntry

    with nbgrader.gradebook as gradebook:
        try:
            submission = gradebook.find_submission(assignment, learner)
        except MissingEntry:
            return Graded(learner, assignment, 0.0, 0.0, error)
        return Graded(learner, assignment, submission.score, submission.max_score, error)


def feedback(
    course: Course, assignments: list[str] = (), progress: Progress = _nothing
) -> list[Path]:
    """Write each learner's feedback page to ``grading/feedback``; hidden tests stay hidden."""
    waiting = submissions(course, assignments)
    pages = []
    with _nbgrader(course, LANGUAGES[0]) as nbgrader:
        for done, (learner, name) in enumerate(waiting):
            progress(done, len(waiting), f"{learner}, {name}")
            result = nbgrader.generate_feedback(name, learner, force=True)
            _succeeded(result, f"{learner}, {name}")
            pages.extend((course.grading / "feedback" / learner / name).glob("*.html"))
    progress(len(waiting), len(waiting), "")
    return pages


def export(course: Course, to: Path | None = None) -> Path:
    """Write every score to a CSV that opens in Excel; gives its path."""
    from nbgrader.plugins.export import CsvExportPlugin

    to = to or course.grading / "exports" / "grades.csv"
    to.parent.mkdir(parents=True, exist_ok=True)
    with _nbgrader(course, LANGUAGES[0]) as nbgrader, nbgrader.gradebook as gradebook:
        plugin = CsvExportPlugin()
        plugin.to = str(to)
        plugin.export(gradebook)
    # Excel takes a file without this mark for the machine's old code page and garbles names
    to.write_text(to.read_text(), "utf-8-sig")
    return to


def _known(course: Course, names: list[str]) -> list[str]:
    known = course.assignments()
    for name in names:
        if name not in known:
            raise GradingError(
                _("There is no assignment {name}. There are: {known}").format(
                    name=name, known=", ".join(known)
                )
            )
    return list(names) or known
