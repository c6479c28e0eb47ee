"""A page that the trainer marks: kept whole, waiting until it is marked, and marked once for good."""

import json
import os
import shutil

import nbformat
import pytest

from crmkit import i18n
from crmkit.errors import CrmkitError
from crmkit.learn.certificates import of_class
from crmkit.learn.course import Course
from crmkit.teach import class_page, grade, papers
from crmkit.teach.gradebook import opened
from crmkit.teach.standing import standing

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs forks")
NAME, PAGE = "capstone", "recommendation"
WRITTEN = "S03 年轻上班族少买了六成。 *Start with the goods.*"


class Told:
    """In place of the process that marks: every function is right."""

    def __init__(self, *_how):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def all(self, work):
        right = {"status": "right", "reason": "", "message": "Right.", "mistake": None}
        names = ("fell", "by_group", "came_back", "effects")
        for number, _paper in enumerate(work):
            verdicts = {f"{one}-check": {**right, "name": one, "plain": one} for one in names}
            yield number, {"limits": [], "shown": {}, "verdicts": verdicts}


def handed_in(course, learner, language, change):
    notebook = nbformat.read(course.release(NAME, language), as_version=4)
    change(notebook, next(cell for cell in notebook.cells if cell.id == PAGE))
    to = course.grading / "submitted" / learner / NAME / f"{NAME}.ipynb"
    to.parent.mkdir(parents=True)
    nbformat.write(notebook, to)


def write(_notebook, page):
    page.source = WRITTEN


def leave(_notebook, _page):
    pass


def write_as_code(notebook, page):
    at = notebook.cells.index(page)
    notebook.cells[at] = nbformat.v4.new_code_cell(WRITTEN, metadata=page.metadata, id=page.id)


def write_beside(notebook, page):
    at = notebook.cells.index(page)
    notebook.cells.insert(at + 1, nbformat.v4.new_markdown_cell(WRITTEN))


@pytest.fixture(scope="module")
def course(repository, tmp_path_factory):
    """The final exercise, handed in by people who wrote in different ways, and graded."""
    tree, root = Course(repository), tmp_path_factory.mktemp("by-hand")
    (root / "course" / "source").mkdir(parents=True)
    for language in i18n.LANGUAGES:
        for path in (tree.master(NAME, language), tree.release(NAME, language)):
            to = root / path.relative_to(tree.root)
            to.parent.mkdir(parents=True)
            shutil.copy(path, to)
    shutil.copy(tree.master_source(NAME), root / "solutions")
    (root / "grading").mkdir()
    shutil.copy(tree.grading / "nbgrader_config.py", root / "grading")
    course = Course(root)
    handed_in(course, "an", "zh", write)
    handed_in(course, "bo", "en", leave)
    handed_in(course, "code", "zh", write_as_code)
    handed_in(course, "beside", "en", write_beside)
    with pytest.MonkeyPatch.context() as patch, i18n.use_language("en"):
        patch.setattr(grade, "Marker", Told)
        patch.setenv("CRMKIT_COURSE", str(root))
        grade.grade(course)
        yield course


def feedback(course, learner):
    return (course.grading / "feedback" / learner / NAME / f"{NAME}.html").read_text("utf-8")


def mark_it(course, learner, marks, words=None):
    """As formgrader does: the marks, the words, and the work needs no more of them."""
    with opened(course) as gradebook:
        given = gradebook.find_grade(PAGE, NAME, NAME, learner)
        given.manual_score, given.needs_manual_grade = marks, False
        gradebook.find_comment(PAGE, NAME, NAME, learner).manual_comment = words
        gradebook.db.commit()


def test_the_page_is_nbgraders_own_manually_graded_cell_in_both_languages(course):
    for language in i18n.LANGUAGES:
        cells = nbformat.read(course.release(NAME, language), as_version=4).cells
        page = next(cell for cell in cells if cell.id == PAGE)
        mark = page.metadata["nbgrader"]
        assert page.cell_type == "markdown" and "SOLUTION" not in page.source
        assert (mark["grade"], mark["solution"], mark["locked"]) == (True, True, False)
        assert "参考的一页" not in json.dumps(cells, ensure_ascii=False)


def test_whatever_way_it_was_written_the_page_arrives_whole_and_waits(course):
    with opened(course) as gradebook:
        for learner, waits in {"an": True, "bo": False, "code": True, "beside": True}.items():
            work = gradebook.find_submission(NAME, learner)
            assert (work.score, work.max_score, work.needs_manual_grade) == (70, 100, waits)
            path = course.grading / "autograded" / learner / NAME / f"{NAME}.ipynb"
            cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
            assert (cells[PAGE].source == WRITTEN) is waits
            assert cells[PAGE].cell_type == "markdown"
    assert "等老师评分" in feedback(course, "an") and "100 分里有 30 分等老师" in feedback(
        course, "an"
    )
    assert "Waits for your trainer&#x27;s marks." in feedback(course, "beside")
    assert "Nothing was written here." in feedback(course, "bo")


def test_a_class_sees_whose_page_waits_and_nobody_fails_by_it(course, monkeypatch):
    monkeypatch.setenv("CRMKIT_COURSE", str(course.root))
    found = standing(course)
    assert {one.learner for one in found.waiting()} == {"an", "code", "beside"}
    assert found.of("an")[NAME].share == 1.0 and found.of("bo")[NAME].share == 0.7
    assert found.need_help() == []
    shown = class_page.as_page(found)
    assert "Waiting for your marks" in shown and "<td>30</td>" in shown
    assert found.by_store() == {}
    with pytest.raises(CrmkitError, match="the final exercise waits for the trainer's marks"):
        of_class(course, "an", "An", "analyst")


def test_marks_given_by_hand_stay_when_the_work_is_graded_again(course, monkeypatch, tmp_path):
    mark_it(course, "an", 24, "好，差一个数")
    grade.feedback(course)
    assert "24 / 30" in feedback(course, "an") and "好，差一个数" in feedback(course, "an")
    assert "等老师" not in feedback(course, "an").partition("capstone")[2]
    monkeypatch.setattr(grade, "Marker", Told)
    report = grade.grade(course, again=True)
    scores = {one.learner: (one.score, one.waits) for one in report.results}
    assert scores["an"] == (94, 0) and scores["code"] == (70, 30) and scores["bo"] == (70, 0)
    with opened(course) as gradebook:
        given = gradebook.find_grade(PAGE, NAME, NAME, "an")
        assert (given.manual_score, given.needs_manual_grade) == (24, False), "the page is the same"
        assert gradebook.find_comment(PAGE, NAME, NAME, "an").comment == "好，差一个数"
    assert "24 / 30" in feedback(course, "an")
    monkeypatch.setenv("CRMKIT_COURSE", str(course.root))
    written = of_class(course, "an", "An", "analyst", tmp_path)
    assert written.is_file(), "all exercises of this small course are marked now"
    path = course.grading / "submitted" / "an" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text("utf-8").replace("Start with the goods", "Start with prices"), "utf-8")  # fmt: skip
    grade.grade(course)
    with opened(course) as gradebook:
        given = gradebook.find_grade(PAGE, NAME, NAME, "an")
        assert (given.manual_score, given.needs_manual_grade) == (24, True), "a new page to read"


def test_a_page_that_is_no_page_is_not_taken_for_one(course):
    release = papers.Release(course, NAME)
    assert set(release.pages) == {PAGE}
    untouched = nbformat.read(course.release(NAME, "en"), as_version=4)
    read = papers.read(nbformat.writes(untouched).encode(), "x.ipynb")
    assert papers.whole(release, read, None).pages == {}
