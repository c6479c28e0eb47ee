import pytest

from crmkit.learn.source import SourceError, notes
from crmkit.teach.notebooks import derive_lesson, derive_master


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_each_language_gets_its_own_prose_and_the_same_code(course):
    zh = derive_lesson(course, "2-cashier/01-till", "zh").notebook
    en = derive_lesson(course, "2-cashier/01-till", "en").notebook
    assert zh.cells[0].source.startswith("# 今天的销售额")
    assert en.cells[0].source.startswith("# Revenue today")
    assert [c.cell_type for c in zh.cells] == [c.cell_type for c in en.cells]
    assert zh.cells[-1].source == en.cells[-1].source


def test_cell_ids_stay_and_are_the_same_in_both_languages(course):
    ids = [
        [cell.id for cell in derive_lesson(course, "2-cashier/01-till", lang).notebook.cells]
        for lang in ("zh", "en", "zh")
    ]
    assert ids[0] == ids[1] == ids[2] == ["01-till-01", "01-till-02", "01-till-03"]


def test_graded_cells_are_named_by_their_grade_id_and_marked_for_nbgrader(course):
    cells = derive_master(course, "till-1", "en").notebook.cells
    answer, check = cells[-2:]
    assert (answer.id, check.id) == ("revenue", "revenue-check")
    assert answer.metadata.nbgrader == {
        "cell_type": "code",
        "grade": False,
        "grade_id": "revenue",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    assert check.metadata.nbgrader["points"] == 3
    assert check.metadata.nbgrader["locked"]
    assert "points" not in check.metadata


def test_a_trainers_note_reaches_no_learner_and_changes_no_cell(course):
    before = [derive_lesson(course, "2-cashier/01-till", lang).notebook for lang in ("zh", "en")]
    source = course.lesson_source("2-cashier/01-till")
    note = "".join(
        f'+++ {{"tags": ["{lang}", "trainer"]}}\n\n{says}\n\n'
        for lang, says in (("zh", "**时间**：十分钟。"), ("en", "**Timing**: ten minutes."))
    )
    change(source, "```{code-cell}\nfrom", f"{note}```{{code-cell}}\nfrom")
    after = [derive_lesson(course, "2-cashier/01-till", lang).notebook for lang in ("zh", "en")]
    assert after == before
    assert "**Timing**: ten minutes." in source.read_text("utf-8")
    place = next(n for n, cell in enumerate(before[1].cells) if cell.source.startswith("from"))
    assert notes(source, "en") == {place: "**Timing**: ten minutes."}
    assert notes(source, "zh") == {place: "**时间**：十分钟。"}


def test_links_lead_from_where_the_notebook_stands(course):
    lesson = derive_lesson(course, "2-cashier/01-till", "zh").notebook
    assert "](../../../exercises/zh/till-1/till-1.ipynb)" in lesson.cells[0].source
    master = derive_master(course, "till-1", "en").notebook
    assert "](../../../course/en/2-cashier/01-till.ipynb)" in master.cells[0].source


def test_a_link_to_nowhere_is_named(course):
    change(course.lesson_source("2-cashier/01-till"), "exercise:till-1", "exercise:till-9")
    with pytest.raises(SourceError, match="exercise:till-9"):
        derive_lesson(course, "2-cashier/01-till", "zh")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('+++ {"tags": ["en"]}', '+++ {"tags": ["zh"]}', "not followed by its en twin"),
        ('+++ {"tags": ["zh"]}', "+++", "no zh twin"),
        ("```{code-cell}\nfrom", "```{code-cell}\n:tags: [en]\nfrom", "no zh twin"),
        ('+++ {"tags": ["en"]}', '+++ {"tags": ["en", "trainer"]}', "not followed by its en twin"),
        ('+++ {"tags": ["zh"]}', '+++ {"tags": ["zh", "trainers"]}', "has the tag trainers"),
        ("```{code-cell}\nfrom", "```{code-cell}\n:tags: [trainer]\nfrom", "has the tag trainer"),
    ],
)
def test_an_unpaired_cell_is_named(course, old, new, message):
    change(course.lesson_source("2-cashier/01-till"), old, new)
    with pytest.raises(SourceError, match=message) as refused:
        derive_lesson(course, "2-cashier/01-till", "zh")
    assert "01-till" in str(refused.value)


def test_a_second_pair_of_code_cells_is_refused(course):
    path = course.lesson_source("2-cashier/01-till")
    pair = "\n```{code-cell}\n:tags: [zh]\nx = 1\n```\n\n```{code-cell}\n:tags: [en]\nx = 2\n```\n"
    path.write_text(path.read_text("utf-8") + pair, "utf-8")
    with pytest.raises(SourceError, match="second pair"):
        derive_lesson(course, "2-cashier/01-till", "en")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("### BEGIN HIDDEN TESTS", "", "no hidden tests"),
        (":points: 3\n", "", "no :points:"),
        (":check: revenue-check\n:points: 3\n", "", "no graded cell"),
        ("    total = ...  # 在这里写 · write here\n", "", "needs the line"),
        ("    ### BEGIN SOLUTION\n", "", "no BEGIN SOLUTION"),
    ],
)
def test_a_master_that_could_not_grade_is_refused(course, old, new, message):
    change(course.master_source("till-1"), old, new)
    with pytest.raises(SourceError, match=message) as refused:
        derive_master(course, "till-1", "zh")
    assert "till-1" in str(refused.value)


def test_a_text_that_is_missing_or_garbled_is_named(course):
    with pytest.raises(SourceError, match="no source"):
        derive_lesson(course, "2-cashier/09-none", "zh")
    course.lesson_source("2-cashier/01-till").write_bytes("销售额".encode("gbk"))
    with pytest.raises(SourceError, match="01-till"):
        derive_lesson(course, "2-cashier/01-till", "zh")
