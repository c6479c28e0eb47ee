"""Grading a class: release, grade, feedback, export.

nbgrader's gradebook and folders stay the standard, so that formgrader, manual marks and its own
commands work on the same class; marks are decided in `marking`, learners' code runs in `room`.
"""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES
from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.teach.collect import (
    Aside,
    Handed,
    Person,
    files_in,
    roster,
    safe_name,
    sort_out,
)
from crmkit.teach.gradebook import (
    ByHand,
    by_hand,
    graded_notebook,
    knows,
    marks_to_give,
    opened,
    result_file,
    save,
    stored_result,
    whole_file,
)
from crmkit.teach.learner_page import page
from crmkit.teach.marker import Marker
from crmkit.teach.papers import Paper, Release, whole
from crmkit.teach.rooms import Limits, missing_here

TO_CONFIRM = "to-confirm.csv"
VERSION = 1
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
    waits: float = 0.0
    """Marks that the trainer has still to give."""


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


def release(course: Course, assignments: Sequence[str] = (), progress: Progress = _nothing) -> None:
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


@dataclass
class Report:
    """What one grading found: results, what was set aside, what this machine lacks."""

    results: list[Graded] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    unchanged: int = 0
    missing: str = ""


def grade(
    course: Course,
    assignments: Sequence[str] = (),
    folders: Sequence[Path] = (),
    progress: Progress = _nothing,
    limits: Limits = Limits(),
    again: bool = False,
    jobs: int | None = None,
) -> Report:
    """Collect, repair, run, mark, save, write feedback: one learner's file never stops another's.

    folders: where work was handed in, besides ``grading/inbox``; what is already in
    ``grading/submitted`` counts too. Work graded before is left alone unless it, its master or
    `again` changed; interrupted anywhere, the next call goes on and ends with the same gradebook.
    """
    names = _known(course, assignments)
    releases = {name: Release(course, name) for name in course.assignments()
                if any(course.release(name, one).is_file() for one in LANGUAGES)}  # fmt: skip
    report = Report()
    people = roster(course)
    _take_in(course, releases, people, [course.grading / "inbox", *folders], report)
    waiting = _waiting(course, releases, people, names, report)
    due: list[tuple[Handed, Paper, str]] = []
    for handed in waiting:
        paper = whole(releases[handed.assignment], handed.read, handed.answers)
        paper.files = handed.files
        digest = _digest(course, handed, paper)
        if (
            not again
            and stored_result(course, handed.learner, handed.assignment).get("digest") == digest
        ):
            report.unchanged += 1
        else:
            due.append((handed, paper, digest))
    progress(0, len(due), "")
    if due:
        with opened(course) as gradebook:
            asked = {paper.assignment for _h, paper, _d in due}
            stale = {name for name in asked if not knows(gradebook, course, name)}
        if stale:
            release(course, sorted(stale))
        _mark_all(course, releases, due, report, progress, limits, jobs)
    _write_aside(course, report)
    return report


def _take_in(
    course: Course, releases: dict[str, Release], people: list[Person], folders: Sequence[Path],
    report: Report,
) -> None:  # fmt: skip
    """Copy what was handed in to ``grading/submitted``, sorted by learner and exercise."""
    confirmed = _confirmed(course)
    for folder in folders:
        if not folder.is_dir():
            continue
        found = sort_out(
            files_in(folder, report.aside), releases, people, report.aside, confirmed=confirmed
        )
        for one in found:
            learner = safe_name(one.learner)
            to = course.grading / "submitted" / learner / one.assignment
            if one.file is not None and not one.file.name.endswith(".answers.json"):
                suffix = ".py" if one.file.name.lower().endswith((".py", ".txt")) else ".ipynb"
                _put(to / f"{one.assignment}{suffix}", one.file.content)
            if one.answers is not None:
                kept = {"name": one.assignment, "answers": one.answers}
                text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
                _put(to / f"{one.assignment}.answers.json", text.encode())
            for name, content in one.files.items():
                _put(to / safe_name(name), content)


def _put(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def _confirmed(course: Course) -> dict[str, tuple[str, str]]:
    """What the trainer wrote into ``grading/to-confirm.csv``: file → learner, exercise."""
    path = course.grading / TO_CONFIRM
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["file"]: (safe_name(row.get("learner") or ""), row.get("assignment") or "")
            for row in csv.DictReader(file)
            if row.get("file") and (row.get("learner") or row.get("assignment"))
        }


def _write_aside(course: Course, report: Report) -> None:
    """The list of what was set aside, to fill in and grade again."""
    path = course.grading / TO_CONFIRM
    if not report.aside:
        return
    said = _confirmed(course)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "learner", "assignment", "why"])
        for one in report.aside:
            learner, assignment = said.get(one.file, (one.learner, one.assignment))
            rows.writerow([one.file, learner, assignment, one.why])


def _waiting(
    course: Course, releases: dict[str, Release], people: list[Person], names: list[str],
    report: Report,
) -> list[Handed]:  # fmt: skip
    """Everything in ``grading/submitted``, in whatever shape it lies there."""
    folder = course.grading / "submitted"
    if not folder.is_dir():
        raise GradingError(
            _(
                "There is nothing to grade yet: put what was handed in into {inbox}, or into "
                "{folder}/<learner>/<assignment>/."
            ).format(
                inbox=(course.grading / "inbox").relative_to(course.root),
                folder=folder.relative_to(course.root),
            )
        )
    found = []
    for learner in sorted(folder.iterdir()):
        if not learner.is_dir() or learner.is_symlink() or learner.name.startswith("."):
            continue
        for work in sorted(learner.iterdir()):
            if work.name not in names or work.name not in releases:
                continue
            where = f"{learner.name}/{work.name}"
            if work.is_symlink() or not work.is_dir():
                report.aside.append(Aside(where, _("This is a link, not a file."), learner.name))
                continue
            only = {work.name: releases[work.name]}
            mine = sort_out(files_in(work, report.aside), only, people, report.aside, learner.name)
            found += mine
            if not mine:
                words = _("Nothing here can be graded.")
                report.aside.append(Aside(where, words, learner.name, work.name))
                report.results.append(Graded(learner.name, work.name, 0.0, 0.0, words))
    return found


def _digest(course: Course, handed: Handed, paper: Paper) -> str:
    """Changes with the work, the master or the grader."""
    sum_ = hashlib.sha256(repr((paper, VERSION)).encode("utf-8", "replace"))
    for path in (
        course.master(paper.assignment, "zh"), course.release(paper.assignment, paper.language)
    ):  # fmt: skip
        sum_.update(path.read_bytes())
    sum_.update(handed.learner.encode("utf-8", "replace"))
    return sum_.hexdigest()


def _mark_all(
    course: Course,
    releases: dict[str, Release],
    due: list[tuple[Handed, Paper, str]],
    report: Report,
    progress: Progress,
    limits: Limits,
    jobs: int | None,
) -> None:
    """Have every paper marked, several at once; write each as it comes back."""
    at_once = jobs or min(8, os.cpu_count() or 1)
    has_code = any(cell["kind"] == "answer" for _h, paper, _d in due for cell in paper.cells)
    report.missing = missing_here() if has_code else ""
    done = 0
    with Marker(course, at_once, limits) as marker, opened(course) as gradebook:
        for number, result in marker.all([paper for _h, paper, _d in due]):
            handed, paper, digest = due[number]
            done += 1
            report.results.append(
                _save(course, gradebook, releases[paper.assignment], handed, paper, result, digest)
            )
            progress(done, len(due), f"{handed.learner}, {paper.assignment}")
    report.results.sort(key=lambda one: (one.learner, one.assignment))


def _save(
    course: Course, gradebook: Any, given_out: Release, handed: Handed, paper: Paper,
    result: dict[str, Any], digest: str,
) -> Graded:  # fmt: skip
    learner, name = handed.learner, paper.assignment
    if "error" in result:
        return Graded(learner, name, 0.0, 0.0, result["error"].strip().splitlines()[-1])
    notebook = graded_notebook(given_out, paper, result)
    folder = course.grading / "autograded" / learner / name
    whole_file(folder / f"{name}.ipynb", nbformat.writes(notebook) + "\n")
    stamp = course.grading / "submitted" / learner / name / "timestamp.txt"
    timestamp = stamp.read_text().strip() if stamp.is_file() else None
    before = stored_result(course, learner, name).get("pages", {})
    settled = [one for one, text in paper.pages.items() if before.get(one) == text]
    score, most = save(gradebook, learner, name, notebook, timestamp, settled)
    hand = by_hand(gradebook, learner, name, given_out.pages)
    waits = marks_to_give(hand)
    stored = {
        "digest": digest, "learner": learner, "assignment": name, "language": paper.language,
        "answers": paper.answers, "notes": paper.notes, "pages": paper.pages, **result, "shown": {},
        "tries": _tries(course, learner, name, score / (most - waits) if most > waits else 0.0),
    }  # fmt: skip
    _write_page(course, given_out, paper, learner, score, most, result, hand)
    whole_file(
        result_file(course, learner, name), json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
    )
    return Graded(learner, name, score, most, waits=waits)


def _tries(course: Course, learner: str, name: str, share: float) -> list[list[Any]]:
    """When each try was handed in (UTC) and its share of the marks; graded again, it is the same try."""
    folder = course.grading / "submitted" / learner / name
    latest = max((one.stat().st_mtime for one in folder.rglob("*") if one.is_file()), default=0.0)
    at = datetime.fromtimestamp(latest, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    before = stored_result(course, learner, name).get("tries", [])
    return [one for one in before if one[0] != at] + [[at, share]]


def _write_page(
    course: Course, given_out: Release, paper: Paper, learner: str, score: float, most: float,
    result: dict[str, Any], hand: dict[str, ByHand],
) -> Path:  # fmt: skip
    to = course.grading / "feedback" / learner / paper.assignment / f"{paper.assignment}.html"
    whole_file(to, page(course, given_out, paper, learner, score, most, result, hand))
    return to


def feedback(
    course: Course, assignments: Sequence[str] = (), progress: Progress = _nothing
) -> list[Path]:
    """Write every graded learner's page anew, with the marks that the gradebook has now."""
    from nbgrader.api import MissingEntry

    names, pages = _known(course, assignments), []
    stored = [
        stored_result(course, path.parent.name, path.stem)
        for path in sorted((course.grading / "results").glob("*/*.json"))
    ]
    stored = [one for one in stored if one.get("assignment") in names]
    with opened(course) as gradebook:
        for done, one in enumerate(stored):
            progress(done, len(stored), f"{one['learner']}, {one['assignment']}")
            try:
                marked = gradebook.find_submission(one["assignment"], one["learner"])
            except MissingEntry:
                continue
            paper = Paper(one["assignment"], one["language"], [], one["answers"], one["notes"])
            given_out = Release(course, paper.assignment)
            score, most = marked.score, marked.max_score
            hand = by_hand(gradebook, one["learner"], paper.assignment, given_out.pages)
            pages.append(
                _write_page(course, given_out, paper, one["learner"], score, most, one, hand)
            )
    progress(len(stored), len(stored), "")
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


def _known(course: Course, names: Sequence[str]) -> list[str]:
    known = course.assignments()
    for name in names:
        if name not in known:
            raise GradingError(
                _("There is no assignment {name}. There are: {known}").format(
                    name=name, known=", ".join(known)
                )
            )
    return list(names) or known
