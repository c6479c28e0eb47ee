"""How a class stands, from what its grading wrote: as figures, as a page, as an Excel file."""

import csv
import os
import re
import shutil
from datetime import date

import pandas as pd
import pytest

from crmkit.errors import CrmkitError
from crmkit.i18n import use_language
from crmkit.learn.tracks import before_and_after
from crmkit.teach import class_page, grade
from crmkit.teach.standing import Part, Standing, Work, standing
from tests.teach.till_class import ORDERS, make_course, raw, written

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs forks")
ONE = "def orders(lines):\n    return 1"
LINES = "def orders(lines):\n    return len(lines)"
CLASS = {
    # name, store, what is handed in; revenue is 3 marks, orders 2
    "u1": ("陈晓", "一店", {}),
    "u2": ("=Lin", "一店", {"orders": LINES}),
    "u3": ("王芳", "二店", {"orders": LINES, "revenue": "def revenue(a):\n    return 3"}),
    "u4": ("Noor", "二店", {"orders": ONE, "language": "en"}),
    "u5": ("没来", "二店", None),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory, repository):
    """Five people on the roster; four handed in, one of them again and better."""
    course = make_course(tmp_path_factory.mktemp("class"))
    shutil.copy(repository / "grading" / "nbgrader_config.py", course.grading)
    with (course.grading / "roster.csv").open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "store"])
        rows.writerows([one, name, store] for one, (name, store, _what) in CLASS.items())
    for one, (_name, _store, what) in CLASS.items():
        if what is not None:
            hand_in(course, one, what, "2026-03-02")
    grade.grade(course)
    hand_in(course, "u4", {"orders": ORDERS, "language": "en"}, "2026-03-09")
    grade.grade(course)
    return course


def hand_in(course, learner, what, day):
    path = course.grading / "submitted" / learner / "till-1" / "till-1.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw(written(course, **what)))
    at = date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal()
    os.utime(path, (at * 86400 + 36000,) * 2)


@pytest.fixture
def found(course):
    return standing(course)


def test_marks_are_the_gradebooks(found):
    assert {one.learner: one.score for one in found.works} == {"u1": 5, "u2": 3, "u3": 0, "u4": 5}
    assert found.mean("till-1") == 13 / 20
    assert found.overall("u5") is None
    assert found.spread("till-1") == [1, 1, 0, 0, 2]


def test_the_hardest_part_comes_first_with_its_commonest_mistake(found):
    first, second = found.hardest()
    assert (first.right, first.wrong, first.open, first.times) == (2, 2, 0, 2)
    assert (second.right, second.wrong) == (3, 1)


def test_who_failed_or_has_not_handed_in_needs_help(found):
    assert [(one.learner, one.failed, one.missing) for one in found.need_help()] == [
        ("u3", ("till-1",), ()), ("u5", (), ("till-1",)),
    ]  # fmt: skip


def test_stores_and_days_are_weighed_by_marks(found):
    assert found.by_store() == {"一店": {"till": 8 / 10}, "二店": {"till": 5 / 10}}
    assert found.by_day() == {date(2026, 3, 2): (3, 8 / 15), date(2026, 3, 9): (1, 1.0)}


def test_a_second_try_is_kept_beside_the_first_and_grading_again_adds_none(course):
    grade.grade(course, again=True)
    (again,) = standing(course).tried_again()
    assert (again.learner, again.tries) == ("u4", (3 / 5, 1.0))


def test_the_page_and_the_excel_file_say_the_same(course, language, tmp_path):
    with use_language(language):
        page, book = class_page.write(course, tmp_path)
        text = page.read_text("utf-8")
        sheet = pd.read_excel(book, engine="calamine").astype(object)
    assert re.search(r"(src|href)=", text) is None, "nothing is fetched"
    rows = {row[0]: list(row[1:]) for row in sheet.where(sheet.notna(), None).values}
    assert rows["=Lin"] == ["一店", 0.6, 0.6]
    assert rows["没来"] == ["二店", None, None]
    for name, shown in (("=Lin", "60%"), ("王芳", "0%"), ("陈晓", "100%")):
        assert re.search(rf"<td>{name}</td><td>.店</td><td class=\"\w+\">{shown}</td>", text)


def test_a_class_without_marks_is_told_what_to_do_first(tmp_path):
    course = make_course(tmp_path)
    with pytest.raises(CrmkitError, match="crmkit grade"):
        class_page.write(course, tmp_path / "class")


def answered(learner, exercise, *right):
    parts = tuple(
        Part(one, "right" if one in right else "wrong", None, "", "en") for one in ("aov", "axis")
    )
    return Work(learner, exercise, 50.0 * len(right), 100.0, None, parts)


def test_the_page_says_what_the_course_brought_each_and_all():
    first, last = before_and_after().values()
    found = Standing(
        [answered("ann", last, "aov", "axis"), answered("bo", last, "axis")],
        {last: "After the course"}, {"ann": "Ann", "bo": "Bo", "cy": "Cy"}, {},
        {(last, "aov"): "One basket", (last, "axis"): "The axis"},
        [answered("ann", first), answered("bo", first, "axis"), answered("cy", first, "aov")],
    )  # fmt: skip
    assert found.gains() == [("ann", 0.0, 1.0), ("bo", 0.5, 0.5), ("cy", 0.5, None)]
    assert found.learnt() == [("One basket", 1 / 3, 1 / 2), ("The axis", 1 / 3, 1.0)]
    assert [one.learner for one in found.need_help()] == ["bo", "cy"], (
        "nobody fails what came first"
    )
    with use_language("en"):
        page = class_page.as_page(found)
    words = "2 learners answered both: on average 25% before the course, 75% after it."
    assert words in page and "<td>+100</td>" in page and "<td>+67</td>" in page


def test_a_class_that_has_only_been_asked_before_the_course_has_a_page(tmp_path):
    first = before_and_after()["before"]
    found = Standing(
        [], {}, {}, {}, {(first, "aov"): "One basket"}, [answered("ann", first, "aov")]
    )
    assert found.learnt()[0] == ("One basket", 1.0, None)
    with use_language("en"):
        assert "Nobody has answered both yet." in class_page.as_page(found)
        class_page.as_excel(found, tmp_path / "class.xlsx")
