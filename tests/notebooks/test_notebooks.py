"""The course's notebooks as they stand in the repository: fresh, whole, equal in both languages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from crmkit import warm
from crmkit.i18n import LANGUAGES
from crmkit.learn.course import NO_CODE, Course
from crmkit.teach.build import is_fresh
from crmkit.teach.grade import release
from crmkit.teach.notebooks import derive_lesson, derive_master

COURSE = Course(Path(__file__).parents[2])
LESSONS = COURSE.lessons()
ASSIGNMENTS = COURSE.assignments()
FOLDERS = ("course", "solutions", "exercises", "grading")


def read(path):
    return nbformat.read(path, as_version=4)


def derived(name, language):
    derive = derive_lesson if name in LESSONS else derive_master
    return derive(COURSE, name, language)


@pytest.mark.parametrize("name", [*LESSONS, *ASSIGNMENTS])
def test_a_stored_notebook_is_what_its_source_gives_and_was_executed(name, language):
    assert is_fresh(derived(name, language)), f"run `crmkit build {name}`"


@pytest.mark.parametrize("name", [*LESSONS, *ASSIGNMENTS])
def test_both_languages_have_the_same_cells(name):
    zh, en = (derived(name, lang).notebook.cells for lang in LANGUAGES)
    assert [(c.id, c.cell_type) for c in zh] == [(c.id, c.cell_type) for c in en]
    differing = [z.source for z, e in zip(zh, en, strict=True) if z.cell_type == "code" and z != e]
    assert len(differing) == 1, "only the cell that sets the language may differ"
    for z, e in zip(zh, en, strict=True):
        if z.metadata.get("nbgrader"):  # a page to write is one for both, as its marks are
            assert z.source == e.source
        elif z.cell_type == "markdown" and re.search(r"[a-zA-Z]{3}", e.source):
            assert re.search("[\u4e00-\u9fff]", z.source), f"{z.id} has no Chinese"
            assert not re.search("[\u4e00-\u9fff]{4}", e.source), f"{e.id} is not English"


def test_no_notebook_is_left_without_its_source():
    known = {path.resolve() for path in COURSE.notebooks()}
    known |= {COURSE.release(name, lang).resolve() for name in ASSIGNMENTS for lang in LANGUAGES}
    found = {
        path.resolve()
        for folder in ("course", "solutions", "exercises")
        for path in (COURSE.root / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    assert found == known


def test_releases_are_what_the_masters_give(tmp_path):
    for folder in ("solutions", "grading"):
        shutil.copytree(
            COURSE.root / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("*.db", "submitted"),
        )
    (tmp_path / "course" / "source").mkdir(parents=True)
    copy = Course(tmp_path)
    release(copy)
    for name in ASSIGNMENTS:
        for lang in LANGUAGES:
            assert copy.release(name, lang).read_text("utf-8") == COURSE.release(
                name, lang
            ).read_text("utf-8"), f"run `crmkit grade release {name}`"


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_graded_cells_are_the_same_to_the_byte_in_both_releases(name):
    zh, en = (
        [cell for cell in read(COURSE.release(name, lang)).cells if "nbgrader" in cell.metadata]
        for lang in LANGUAGES
    )
    assert zh
    assert zh == en


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_release_holds_an_answer_or_a_hidden_test(name, language):
    text = COURSE.release(name, language).read_text("utf-8")
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN TESTS" not in text
    for cell in read(COURSE.release(name, language)).cells:
        assert not cell.get("outputs")


def test_no_state_file_lies_beside_a_master_or_a_release():
    # nbgrader would copy it over every learner's submission
    expected = {".ipynb", ".md"}
    left = [
        path.relative_to(COURSE.root).as_posix()
        for folder in ("solutions", "exercises")
        for path in (COURSE.root / folder).rglob("*")
        if path.is_file() and path.suffix not in expected
    ]
    assert left == []


def track(path):
    """The half of the course a notebook belongs to, each about as long as the other to run."""
    return "analyst" if re.search(r"\banalyst\b|capstone", path.as_posix()) else "the rest"


TRACKS = sorted({track(path.relative_to(COURSE.root)) for path in COURSE.notebooks()})


@pytest.mark.parametrize("room", TRACKS)
def test_every_notebook_gives_its_stored_results_again(language, room, tmp_path):
    copied = []
    for path in COURSE.notebooks():
        place = path.relative_to(COURSE.root)
        if language in place.parts and track(place) == room:
            copy = tmp_path / path.relative_to(COURSE.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
            copied.append(copy)
    assert copied
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-cell-timeout=120", "-q", "-x"]
        + [f"--nbval-kernel-name={warm.kernel_name()}"]
        + [
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            f"--rootdir={tmp_path}",
            "-c",
            os.devnull,
            str(tmp_path),
        ],
        cwd=tmp_path,
        env=dict(
            os.environ,
            CRMKIT_LANG=language,
            CRMKIT_COURSE=str(COURSE.root),
            CRMKIT_DATA=str(COURSE.datasets),
        ),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    passed = int(re.search(r"(\d+) passed", run.stdout).group(1))
    assert passed >= sum(
        1 for path in copied for cell in read(path).cells if cell.cell_type == "code"
    )


@pytest.mark.parametrize("name", [*LESSONS, *ASSIGNMENTS])
def test_no_notebook_warns(name, language):
    # a chart without a glyph would; that the stored results come again is asked above
    said = [
        output.text
        for cell in read(derived(name, language).path).cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert said == []


def shows_code(name):
    return not re.match(r"\d-({0})/|({0})-".format("|".join(NO_CODE)), name)


@pytest.mark.parametrize("name", [*filter(shows_code, [*LESSONS, *ASSIGNMENTS])])
def test_values_are_equal_in_both_languages(name, tmp_path, run_script):
    run = run_script(
        Path(__file__).with_name("compare_languages.py"),
        *(str(derived(name, lang).path) for lang in LANGUAGES),
        cwd=tmp_path,
        CRMKIT_COURSE=str(COURSE.root),
        CRMKIT_DATA=str(COURSE.datasets),
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
