import nbformat
import pytest

from crmkit.i18n import LANGUAGES
from crmkit.teach.build import BuildError, build


def stored(course):
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in course.root.rglob("*.ipynb")
    }


@pytest.fixture
def built(course):
    results = build(course)
    assert [one.error for one in results] == [None] * 4
    return course


def test_every_notebook_is_built_in_both_languages_and_executed(built):
    for language in LANGUAGES:
        notebook = nbformat.read(built.lesson("2-cashier/01-till", language), as_version=4)
        assert notebook.cells[-1].outputs[0].text == f"{language}\n"
        assert all(c.execution_count for c in notebook.cells if c.cell_type == "code")
        assert built.master("till-1", language).is_file()


def test_building_again_without_a_change_writes_nothing(built):
    before = stored(built)
    steps = []
    assert not any(one.changed for one in build(built, progress=lambda *step: steps.append(step)))
    assert steps == [(0, 0, "")]
    assert not any(one.changed for one in build(built, force=True))
    assert stored(built) == before


def test_only_what_changed_is_built_again(built):
    source = built.lesson_source("2-cashier/01-till")
    source.write_text(
        source.read_text("utf-8").replace("# Revenue today", "# Our revenue"), "utf-8"
    )
    assert [one.path for one in build(built) if one.changed] == [
        built.lesson("2-cashier/01-till", "en")
    ]


def test_notebooks_run_elsewhere_and_leave_no_state_behind(built):
    left = [path.name for path in built.root.rglob("*") if path.suffix in {".db", ".unfinished"}]
    assert left == []


def test_a_failing_cell_names_the_lesson_the_cell_and_the_language(course):
    source = course.lesson_source("2-cashier/01-till")
    text = source.read_text("utf-8").replace(
        "print(ck", "1 / (ck.get_language() != 'en')\nprint(ck"
    )
    source.write_text(text, "utf-8")
    results = {one.path: one for one in build(course)}
    failed = results.pop(course.lesson("2-cashier/01-till", "en"))
    for part in ("2-cashier/01-till", "(en)", "01-till-03", "ZeroDivisionError"):
        assert part in failed.error
    assert not failed.path.exists()
    assert [one.error for one in results.values()] == [None] * 3


def test_an_unknown_name_is_refused_with_the_known_ones(course):
    with pytest.raises(BuildError, match="no-such.*2-cashier/01-till"):
        build(course, ["no-such"])
