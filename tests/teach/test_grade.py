"""Release with the real nbgrader; the whole class is graded in tests/class_end_to_end."""

import nbformat
import pytest

from crmkit.i18n import LANGUAGES
from crmkit.teach.build import build
from crmkit.teach.grade import GradingError, grade, release


def read(path):
    return nbformat.read(path, as_version=4)


def test_the_release_has_stubs_instead_of_answers_and_no_hidden_tests(course):
    build(course)
    release(course)
    for language in LANGUAGES:
        answer, check = read(course.release("till-1", language)).cells[-2:]
        assert "total = ...  # 在这里写 · write here" in answer.source
        assert "sum(amounts)" not in answer.source
        assert check.source == "assert revenue([1, 2]) == 3"


def test_graded_cells_are_the_same_in_both_languages(course):
    build(course)
    release(course)
    graded = [
        [cell for cell in read(course.release("till-1", lang)).cells if "nbgrader" in cell.metadata]
        for lang in LANGUAGES
    ]
    assert len(graded[0]) == 2
    assert graded[0] == graded[1]


def test_releasing_again_after_the_gradebook_was_deleted_gives_the_same(course):
    build(course)
    release(course)
    before = [course.release("till-1", lang).read_bytes() for lang in LANGUAGES]
    (course.grading / "gradebook.db").unlink()
    release(course)
    assert [course.release("till-1", lang).read_bytes() for lang in LANGUAGES] == before


def test_what_is_missing_is_named(course):
    with pytest.raises(GradingError, match="till-9"):
        release(course, ["till-9"])
    with pytest.raises(GradingError, match="crmkit build"):
        release(course)
    with pytest.raises(GradingError, match="grading/submitted"):
        grade(course)
