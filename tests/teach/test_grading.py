"""From what was handed in to marks in nbgrader's gradebook, and the same however often it stops."""

import json
import os
import random
import shutil
import signal
import sqlite3
import time

import nbformat
import pytest

from crmkit.learn.course import Course
from crmkit.teach import grade, papers
from crmkit.teach.gradebook import opened
from tests.teach.till_class import ORDERS, make_course, raw, written

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs forks")
LEARNERS = {
    "u1": ({}, 5),
    "林悦": ({"orders": "def orders(lines):\n    return 1"}, 3),
    "a_b_ c": ({"revenue": "def revenue(a):\n    return 3"}, 2),
    "u4": ({"language": "zh"}, 5),
}
POINTS = {"revenue-check": 3, "orders-check": 2}


class Told:
    """In place of the process that marks: verdicts known beforehand, so that writing is tried."""

    asked = 0

    def __init__(self, *_how):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def all(self, work):
        for number, paper in enumerate(work):
            Told.asked += 1
            source = "".join(cell["source"] for cell in paper.cells)
            right = {
                "revenue-check": "return sum(amounts)" in source,
                "orders-check": ORDERS in source,
            }
            yield number, {
                "limits": [],
                "shown": {},
                "verdicts": {
                    one: {"status": "right" if ok else "wrong", "name": one, "reason": "",
                          "message": "Right." if ok else "Not yet.", "mistake": None,
                          "plain": f"{one}: {ok}"}
                    for one, ok in right.items()
                },
            }  # fmt: skip


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A class of four in a gradebook that knows the exercise."""
    course = make_course(tmp_path_factory.mktemp("till-class") / "course")
    with opened(course) as gradebook:
        gradebook.update_or_create_assignment("till-1")
        gradebook.update_or_create_notebook("till-1", "till-1", kernelspec="{}")
        for name, most in POINTS.items():
            gradebook.update_or_create_grade_cell(
                name, "till-1", "till-1", max_score=most, cell_type="code"
            )
        for name in ("revenue", "orders"):
            gradebook.update_or_create_solution_cell(name, "till-1", "till-1")
    for learner, (how, _score) in LEARNERS.items():
        folder = course.grading / "inbox" / learner.replace("a_b_", "a[b]")
        folder.mkdir(parents=True)
        (folder / "till-1 (1).ipynb").write_bytes(raw(written(course, **how)))
    return course


@pytest.fixture
def course(handed_in, tmp_path, monkeypatch):
    """A copy of that class, with verdicts known beforehand."""
    monkeypatch.setattr(grade, "Marker", Told)
    shutil.copytree(handed_in.root, tmp_path / "course")
    return Course(tmp_path / "course")


def marks(course):
    with sqlite3.connect(course.grading / "gradebook.db") as book:
        return sorted(
            book.execute(
                "select s.student_id, c.name, g.auto_score, g.manual_score, g.needs_manual_grade "
                "from grade g join base_cell c on c.id = g.cell_id "
                "join submitted_notebook n on n.id = g.notebook_id "
                "join submitted_assignment s on s.id = n.assignment_id"
            )
        )


def test_everyone_gets_marks_and_a_page_and_a_second_call_has_nothing_to_do(course):
    (course.grading / "inbox" / "u1" / "note.txt").write_bytes(b"hello")
    report = grade.grade(course)
    assert {one.learner: one.score for one in report.results} == {
        learner: score for learner, (_how, score) in LEARNERS.items()
    }
    assert [one.file for one in report.aside] == ["u1/note.txt"]
    for learner, (_how, score) in LEARNERS.items():
        page = course.grading / "feedback" / learner / "till-1" / "till-1.html"
        assert f">{score:g} / 5<" in page.read_text("utf-8")
        left = course.grading / "autograded" / learner / "till-1" / "till-1.ipynb"
        nbformat.validate(nbformat.read(left, as_version=4))
    again = grade.grade(course)
    assert (again.results, again.unchanged) == ([], 4)
    assert "u1/note.txt" in (course.grading / grade.TO_CONFIRM).read_text("utf-8-sig")


def test_only_what_is_new_is_graded(course):
    grade.grade(course)
    better = raw(written(course, after=["1 + 1"]))
    (course.grading / "inbox" / "林悦" / "till-1 (2).ipynb").write_bytes(better)
    assert [(one.learner, one.score) for one in grade.grade(course).results] == [("林悦", 5)]


def test_manual_marks_and_comments_outlive_an_edited_master_and_a_new_grading(course):
    grade.grade(course)
    with opened(course) as gradebook:
        mark = gradebook.find_grade("orders-check", "till-1", "till-1", "林悦")
        mark.manual_score = 1.5
        comment = gradebook.find_comment("orders", "till-1", "till-1", "林悦")
        comment.manual_comment = "不错"
        gradebook.db.commit()
    for path in [course.master("till-1", "zh")]:
        path.write_text(path.read_text("utf-8").replace("[62340, 2]", "[62339, 3]"), "utf-8")
    report = grade.grade(course)
    assert {one.learner: one.score for one in report.results}["林悦"] == 4.5
    with opened(course) as gradebook:
        assert gradebook.find_comment("orders", "till-1", "till-1", "林悦").comment == "不错"
        mark = gradebook.find_grade("orders-check", "till-1", "till-1", "林悦")
        assert (mark.auto_score, mark.needs_manual_grade) == (0, True)


def test_one_that_cannot_be_marked_does_not_stop_the_others(course, monkeypatch):
    def one_lost(self, work):
        for number, result in Told.all(self, work):
            yield number, {"error": "lost"} if work[number].language == "zh" else result

    monkeypatch.setattr(grade, "Marker", type("Lost", (Told,), {"all": one_lost}))
    report = grade.grade(course)
    assert [(one.learner, one.error) for one in report.results if one.error] == [("u4", "lost")]
    assert {learner for learner, *_rest in marks(course)} == {"u1", "林悦", "a_b_ c"}


def test_killed_at_any_moment_and_called_again_the_gradebook_is_the_same(course):
    for number in range(10):
        folder = course.grading / "inbox" / f"v{number}"
        folder.mkdir()
        (folder / "till-1.ipynb").write_bytes(raw(written(course)))
    chance = random.Random(18)
    for _time in range(10):
        child = os.fork()
        if child == 0:
            try:
                grade.grade(course)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.02, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    grade.grade(course)
    found = marks(course)
    assert len(found) == 2 * (len(LEARNERS) + 10)
    for left in course.grading.glob("results/*/*.json"):
        assert json.loads(left.read_text("utf-8"))["verdicts"]
    totals = {learner: score for learner, (_how, score) in LEARNERS.items()}
    got = {}
    for learner, _cell, auto, _manual, _needs in found:
        got[learner] = got.get(learner, 0) + auto
    assert {one: got[one] for one in totals} == totals


def test_the_release_tells_likeness(course):
    release = papers.Release(course, "till-1")
    other = papers.read(b'{"cells": [{"cell_type": "code", "source": "x = 1"}]}', "x.ipynb")
    assert release.likeness(other) < 0.2
