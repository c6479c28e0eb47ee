"""A learner's own copies."""

import shutil

import nbformat
import pytest

from crmkit.errors import CrmkitError
from crmkit.learn.course import Course
from crmkit.learn.workspace import fill


@pytest.fixture
def course(tmp_path, repository):
    for part in ("course", "exercises"):
        shutil.copytree(repository / part, tmp_path / part)
    (tmp_path / "solutions").mkdir()
    for master in (repository / "solutions").glob("*.md"):
        shutil.copy(master, tmp_path / "solutions")
    return Course(tmp_path)


def test_every_lesson_and_exercise_is_copied_once(course, language):
    filled = fill(course, language)
    assert len(filled.new) == len(course.lessons()) + len(course.assignments())
    assert (course.work(language) / "start.ipynb").is_file()
    again = fill(course, language)
    assert (again.new, len(again.kept)) == ([], len(filled.new))


def test_what_the_learner_wrote_is_never_overwritten(course):
    fill(course, "zh")
    mine = course.work("zh") / "start.ipynb"
    mine.write_text("my own notes", "utf-8")
    fill(course, "zh")
    assert mine.read_text("utf-8") == "my own notes"


def test_starting_afresh_keeps_a_backup(course):
    fill(course, "en")
    mine = course.work("en") / "start.ipynb"
    mine.write_text("my own notes", "utf-8")
    filled = fill(course, "en", reset=True)
    assert (filled.backup / "start.ipynb").read_text("utf-8") == "my own notes"
    assert nbformat.read(mine, as_version=4).cells


def test_every_link_leads_to_a_file(course, language):
    import re

    filled = fill(course, language)
    links = 0
    for notebook in filled.new:
        for cell in nbformat.read(notebook, as_version=4).cells:
            for target in re.findall(r"\]\(([^):#\s]+\.ipynb)", cell.source):
                links += 1
                assert (notebook.parent / target).resolve().is_file(), f"{notebook.name}: {target}"
                assert (notebook.parent / target).resolve().is_relative_to(course.work(language))
    assert links


def test_the_copies_carry_no_results_so_that_running_shows_something(course, language):
    fill(course, language)
    for path in course.work(language).rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            assert not cell.get("outputs")


def test_a_course_that_was_not_built_is_refused(course):
    shutil.rmtree(course.root / "exercises")
    with pytest.raises(CrmkitError, match="crmkit build"):
        fill(course, "zh")


def test_no_course_here_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("CRMKIT_COURSE", str(tmp_path))
    with pytest.raises(CrmkitError, match="course/source"):
        Course.find()
