"""Every exercise has the same bones, and asks only what its lesson teaches."""

import importlib
import re
from pathlib import Path

import pytest

from crmkit import i18n
from crmkit.learn import authored
from crmkit.learn.course import START, Course
from crmkit.learn.source import is_note, notes, read_source
from crmkit.learn.tracks import before_and_after, short_names, track_of, tracks
from crmkit.teach.notebooks import derive_master

COURSE = Course(Path(__file__).parents[2])
ALL = COURSE.assignments()
FIELDED = [name for name in ALL if name in authored.known("questions")]
WRITTEN = [name for name in ALL if name not in FIELDED]
# the lessons without a line of code so far; those to come belong here from their first day
CONVERTED = [START, "3-sales/01-complete-and-accurate-profiles", "4-inventory/04-stock-in-numbers"]
ASKED = re.compile(r'^from crmkit\.learn import ask; ask\("([a-z0-9-]+)"((?:, "[a-z_0-9-]+")+)\)$')


def graded(name, language="en"):
    """The graded cells of an exercise and what each asks."""
    found = []
    for cell in derive_master(COURSE, name, language).notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            asked = ASKED.match(cell.source)
            assert asked, f"{name}, {cell.id}: one line that asks, its import in front"
            found.append((cell, asked[1], re.findall(r'"([^"]+)"', asked[2])))
    return found


def questions(name):
    return {
        one["id"]: one
        for one in authored.read(authored.find("questions", name), "questions")[0]["questions"]
    }


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_headings_count_up_and_say_their_marks(name, language):
    cells = derive_master(COURSE, name, language).notebook.cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    number = name.rpartition("-")[2]
    short = tracks()[track_of(name)]["short"][language]
    called = {"zh": f"{short}练习 {number}", "en": f"{short} exercise {number}"}[language]
    if name in before_and_after().values():
        with i18n.use_language(language):
            called = short_names()[name]
    elif not number.isdigit():
        called = {"zh": "综合练习", "en": "Capstone"}[language]
    assert re.match(rf"# (.*{name}|{called}[：:])", texts[0]), f"# {called}"
    assert "exercise" not in texts[0].casefold() or "marks" in texts[0]
    points = {"zh": r"（(\d+) 分）$", "en": r"\((\d+) marks\)$"}[language]
    heads = [line for text in texts for line in text.splitlines() if re.match(r"## \d", line)]
    assert [int(re.match(r"## (\d+)", head)[1]) for head in heads] == list(range(1, len(heads) + 1))
    said = [int(re.search(points, head)[1]) for head in heads]
    assert sum(said) == 100
    given, at = dict.fromkeys(range(1, len(heads) + 1), 0), 0
    for cell in cells:
        if cell.cell_type == "markdown" and (head := re.search(r"^## (\d+)", cell.source, re.M)):
            at = int(head[1])
        if cell.metadata.get("nbgrader", {}).get("grade"):
            given[at] += cell.metadata["nbgrader"]["points"]
    assert list(given.values()) == said


def assert_taught(name, id_, taught):
    """The lesson that is named says these words."""
    cells = read_source(COURSE.lesson_source(taught["lesson"])).cells
    for language in i18n.LANGUAGES:
        prose = [
            c.source for c in cells if language in c.metadata.get("tags", []) and not is_note(c)
        ]
        words = taught["by"][language]
        assert any(words in text for text in prose), (
            f"{name}, {id_}: {taught['lesson']} never says “{words}”"
        )


@pytest.mark.parametrize("name", FIELDED)
def test_every_graded_question_is_judged_hinted_and_taught(name):
    asked = questions(name)
    in_cells = [id_ for _cell, of, ids in graded(name) for id_ in ids if of == name]
    for id_ in in_cells:
        one = asked[id_]
        assert one.get("judged", "now") in ("now", "later"), id_
        assert one.get("hints") or one.get("judged") == "later", f"{name}, {id_}: no hint"
        assert_taught(name, id_, one["taught"])
    judged = [id_ for id_, one in asked.items() if one.get("judged", "now") != "never"]
    assert sorted(in_cells) == sorted(judged)
    assert [id_ for id_ in asked if id_ in in_cells] == in_cells, (
        "the text has the order of the cells"
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_every_function_is_tried_at_least_twice_at_once_hinted_and_taught(name):
    """The visible check names the mistake, and holds no key: the cases stand with the lesson."""
    cells = derive_master(COURSE, name, "en").notebook.cells
    ids = [
        cell.metadata["nbgrader"]["grade_id"]
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
    ]
    sources = {cell.id: cell.source for cell in cells}
    lesson = re.search(r"from (crmkit\.lessons\.\w+) import (\w+)", cells[1].source)
    assert lesson, "the cell at the top imports the lesson's module"
    cases = importlib.import_module(".".join(lesson.groups())).cases
    hints, _lines = authored.read(authored.find("hints", name), "hints")
    for id_ in ids:
        visible, mark, hidden = sources[f"{id_}-check"].partition("### BEGIN HIDDEN TESTS")
        assert visible.strip().splitlines()[-1] == (
            f'check.function("{id_}", **{lesson[2]}.cases("{id_}"))'
        )
        assert mark and "check." in hidden
        assert f'hint("{id_}")' in sources.values()
        assert len(cases(id_)["inputs"]) >= 2 and cases(id_)["mistakes"]
        assert hints["hints"][id_]
        assert_taught(name, id_, hints["taught"][id_])


@pytest.mark.parametrize("name", FIELDED)
def test_no_key_and_no_code_stands_where_a_learner_looks(name):
    for language in i18n.LANGUAGES:
        for cell in derive_master(COURSE, name, language).notebook.cells:
            if cell.cell_type == "code":
                assert cell.metadata["jupyter"] == {"source_hidden": True}
                assert len(cell.source.splitlines()) == 1, cell.source


def test_lessons_without_code_have_one_short_line_a_cell_folded_away():
    for lesson in CONVERTED:
        for cell in read_source(COURSE.lesson_source(lesson)).cells:
            if cell.cell_type == "code":
                assert len(cell.source.splitlines()) == 1, cell.source


NOTED = {"zh": ("时间", "误解", "问全场"), "en": ("Timing", "Misunderstandings", "Ask the room")}
TAUGHT = [name for name in COURSE.lessons() if name != START and "6-trainer" not in name]


@pytest.mark.parametrize("name", TAUGHT)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_lesson_tells_its_trainer_the_time_what_goes_wrong_and_what_to_ask(name, language):
    said = "\n".join(notes(COURSE.lesson_source(name), language).values())
    missing = [word for word in NOTED[language] if f"**{word}**" not in said]
    assert not missing, f"{name}: the notes never say **{missing[0]}**"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_start_page_leads_to_every_lesson_and_exercise(language):
    start = COURSE.root / "course" / "source" / f"{START}.md"
    cells = [c.source for c in read_source(start).cells if language in c.metadata.get("tags", [])]
    links = set(re.findall(r"\]\((?:lesson|exercise):([\w/-]+)\)", "\n".join(cells)))
    there = {one for one in COURSE.lessons() if one != START and "6-trainer" not in one} | {*ALL}
    assert there - links == set()


@pytest.mark.parametrize("track", list(tracks()))
def test_a_lesson_ends_with_a_link_to_what_the_path_says_comes_next(track):
    lessons = tracks()[track]["lessons"]
    for lesson, following in zip(lessons, [*lessons[1:], {}], strict=True):
        wanted = lesson.get("graded") or following.get("id")
        number = lesson["id"].rpartition("-")[2]
        (source,) = COURSE.root.glob(f"course/source/?-{track}/{number}-*.md")
        links = re.findall(r"\]\((lesson|exercise):([\w/-]+)\)", source.read_text("utf-8"))[-5:]
        following_number = (wanted or "").rpartition("-")[2]
        assert wanted is None or any(
            name == wanted
            if kind == "exercise"
            else name.partition("/")[2].startswith(f"{following_number}-")
            for kind, name in links
        ), f"{lesson['id']} ends with {links}; next is {wanted}"
