"""The marks of an exercise so far: heading by heading, as they will be graded, at once."""

import gc

import nbformat
import pytest

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, use_language
from crmkit.learn import ask, marks, records
from crmkit.learn.course import Course
from crmkit.learn.questions import Asked

COURSE = Course.find()
ALL = COURSE.assignments()


def cells_with_points(name, language):
    notebook = nbformat.read(COURSE.release(name, language), 4)
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("points")]


@pytest.mark.parametrize("name", ALL)
def test_every_exercise_shows_its_marks_at_the_end_and_all_of_them(name, language, at_notebook):
    at_notebook(f"{name}.ipynb")
    mine = marks(name)
    assert mine.all == 100 and mine.got == 0
    cells = [cell for one in mine.sections for cell in one.cells]
    by_hand = sum(one.by_hand > 0 for one in mine.sections)
    assert len(cells) + by_hand == len(cells_with_points(name, language))
    assert all(asked for asked, _marks in cells), "every graded cell says what it asks"
    assert all(one.title for one in mine.sections)
    notebook = nbformat.read(COURSE.release(name, language), 4)
    assert notebook.cells[-2].source == f'from crmkit.learn import marks; marks("{name}")'


@pytest.fixture
def sitting(at_notebook):
    at_notebook("sales-1.ipynb")


def answer(name, **values):
    ask(name, *values).screen.did({"act": "answer", "arg": None, "values": values})


def shown(mine):
    table, total, _button = mine.screen.tree["of"]
    return [row[2] for row in table["rows"]], total["text"]


def test_marks_come_with_right_answers_and_go_with_wrong_ones(sitting):
    mine = marks("sales-1")
    answer("sales-1", my_store="s02")
    key = Asked("sales-1").keys(Asked("sales-1").given()).no_household().value
    answer("sales-1", no_household=str(key))
    assert mine.got == 10 and shown(mine)[1] == "10 of 100 marks so far."
    answer("sales-1", no_household=str(key + 1))
    assert mine.got == 0
    states = [row[1] for row in mine.screen.tree["of"][0]["rows"]]
    assert [one["text"] for one in states if one["state"] == "wrong"] == ["not right yet: 1"]


def test_the_table_follows_what_is_answered_without_a_click(sitting):
    class View:
        tree = None

    mine, view, other = marks("sales-1"), View(), View()
    mine.screen.seen_by(view)
    marks("sales-1").screen.seen_by(other)
    gc.collect()
    answer("sales-1", my_store="s02")
    assert view.tree == mine.screen.tree
    assert other.tree is None, "what nobody looks at any more is not kept"


def test_what_is_answered_elsewhere_changes_nothing_here(sitting):
    mine = marks("sales-1")
    records.note("field", "inventory-4", "no_household", "right")
    assert mine.got == 0


def test_an_analysts_marks_are_those_of_the_checks_and_say_so(sitting):
    mine = marks("analyst-1")
    records.note("check", "analyst-1", "people", "right")
    records.note("check", "analyst-1", "persons", "wrong")
    assert mine.got == 20
    assert shown(mine)[1].startswith("20 of 100 marks so far. It is graded on other data")


def test_an_exercise_that_does_not_exist_is_refused_in_the_readers_language():
    with pytest.raises(CrmkitError, match="There is no exercise sales-99"):
        marks("sales-99")
    with use_language("zh"), pytest.raises(CrmkitError, match="没有练习 sales-99"):
        marks("sales-99")


def test_both_languages_have_the_same_sections():
    for name in ALL:
        found = []
        for one in LANGUAGES:
            with use_language(one):
                found.append([section.cells for section in marks(name).sections])
        assert found[0] == found[1]


def test_before_and_after_the_course_answers_are_kept_and_not_judged_yet(at_notebook):
    at_notebook("foundations-before.ipynb")
    mine = marks("foundations-before")
    for typed in ("1", "81"):
        field = ask("foundations-before", "aov")
        field.screen.did({"act": "answer", "arg": None, "values": {"aov": typed}})
        told = [one for one in walk(field.screen.tree) if one.get("t") == "message"]
        assert [one["state"] for one in told] == ["noted"]
    assert mine.got == 0 and Asked("foundations-before").outcome("aov").status == "right"
    table, words, _button = mine.screen.tree["of"]
    assert [row[1] for row in table["rows"]] == ["0 / 5", "1 / 5"]
    assert words["text"] == "1 of 10 answered. Your trainer marks them once they are handed in."
    assert not [event for event in records.events() if event["kind"] == "field"]


def walk(tree):
    """Every part of a screen."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from walk(value)
    elif isinstance(tree, list):
        for one in tree:
            yield from walk(one)
