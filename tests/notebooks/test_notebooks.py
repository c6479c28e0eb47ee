"""The course's notebooks as they stand in the repository: fresh, whole, equal in both languages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import keep_values
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


def part_of(name):
    """Parts of the course that take about as long as each other."""
    kind = "lessons" if name in LESSONS else "exercises"
    return f"{'analyst' if re.search('analyst|capstone', name) else 'other'} {kind}"


PARTS = sorted({part_of(name) for name in [*LESSONS, *ASSIGNMENTS]})


def shows_code(path):
    return not re.search(r"\d-({0})/|/({0})-".format("|".join(NO_CODE)), path.as_posix())


def run_again(folder, notebooks):
    """Let nbval run copies of these notebooks; those that show code write down their values."""
    for path in notebooks:
        copy = folder / path.relative_to(COURSE.root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        notebook = read(path)
        if shows_code(path):
            first = next(cell for cell in notebook.cells if cell.cell_type == "code")
            kept = copy.with_suffix(".values").as_posix()
            first.source = f"import keep_values; keep_values.begin({kept!r})\n{first.source}"
        nbformat.write(notebook, copy)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-cell-timeout=120", "-q", "-x"]
        + [f"--nbval-kernel-name={warm.kernel_name()}"]
        + ["-p", "no:cacheprovider", "-p", "no:xdist"]
        + [f"--rootdir={folder}", "-c", os.devnull, str(folder)],
        cwd=folder,
        env=dict(
            os.environ,
            CRMKIT_COURSE=str(COURSE.root),
            CRMKIT_DATA=str(COURSE.datasets),
            PYTHONPATH=str(Path(keep_values.__file__).parent),
        ),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    passed = int(re.search(r"(\d+) passed", run.stdout).group(1))
    assert passed >= sum(
        1 for path in notebooks for cell in read(path).cells if cell.cell_type == "code"
    )


@pytest.mark.parametrize("part", PARTS)
def test_every_notebook_gives_its_stored_results_again_and_equal_values_in_both_languages(
    part, tmp_path
):
    names = [name for name in [*LESSONS, *ASSIGNMENTS] if part_of(name) == part]
    both = {name: [derived(name, language).path for language in LANGUAGES] for name in names}
    run_again(tmp_path, [path for pair in both.values() for path in pair])
    for name, pair in both.items():
        if not shows_code(pair[0]):
            continue
        copies = [tmp_path / path.relative_to(COURSE.root) for path in pair]
        zh, en = (keep_values.kept(copy.with_suffix(".values")) for copy in copies)
        assert [variable for variable, _value in zh] == [variable for variable, _value in en], name
        for (variable, one), (_same, other) in zip(zh, en, strict=True):
            assert one == other, f"{name}: {variable} differs"


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
