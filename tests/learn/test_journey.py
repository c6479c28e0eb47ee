"""Hints, the self-test, and a learner's own path with its certificate."""

import pytest

from crmkit.errors import CrmkitError
from crmkit.learn import (
    authored,
    certificate,
    check,
    hint,
    progress,
    quiz,
    records,
    way,
    which_track,
)
from crmkit.learn.certificates import in_words
from crmkit.learn.learner import checked_names, place
from crmkit.learn.questions import Asked
from crmkit.learn.selftest import SelfTest

CHECKS = 'check.number("revenue", 12)\ncheck.number("orders", 3)'


def test_checks_are_recorded_under_the_notebook_they_stand_in(at_notebook, capsys):
    at_notebook("exercises/analyst-3/analyst-3.ipynb", CHECKS)
    assert place() == "analyst-3" and checked_names() == ["orders", "revenue"]
    check.number("revenue", 12, value=10)
    check.number("revenue", 12, value=12)
    kept = [(e["place"], e["item"], e["outcome"]) for e in records.events()]
    assert kept == [("analyst-3", "revenue", "wrong"), ("analyst-3", "revenue", "right")]
    step = next(one for one in progress("analyst").steps if one.id == "analyst-3")
    assert (step.right, step.asked, step.done) == (1, 2, False)
    check.number("orders", 3, value=3)
    step = next(one for one in progress("analyst").steps if one.id == "analyst-3")
    assert (step.score, step.done) == (1.0, True)


def test_a_lesson_is_named_by_its_track_and_number(at_notebook):
    at_notebook("work/zh/2-cashier/03-my-shift-in-numbers.ipynb", "1")
    assert place() == "cashier-03"


def answer_fields(name):
    asked = [one.id for one in Asked(name).questions.values() if one.judged == "now"]
    for one in asked:
        records.note("field", name, one, "right", of=asked)


def test_a_lesson_is_not_done_while_its_quiz_is_open(desk):
    answer_fields("cashier-03")
    step = next(one for one in progress("cashier").steps if one.id == "cashier-03")
    assert step.right == 1 and step.asked == 1 + len(quiz("cashier-03").questions)
    assert not step.done


def solve(name):
    answer_fields(name)
    asked = quiz(name)
    for question in asked.questions:
        asked.take(question.id, question.key)


def test_the_path_shows_what_is_done_and_what_comes_next(at_notebook, desk, monkeypatch, language):
    monkeypatch.setenv("CRMKIT_COURSE", str(desk))
    (desk / "course" / "source" / "2-cashier").mkdir(parents=True)
    (desk / "course" / "source" / "2-cashier" / "03-my-shift.md").write_text("", "utf-8")
    (desk / "solutions").mkdir()
    (desk / "solutions" / "cashier-3.md").write_text("", "utf-8")
    at_notebook("exercises/cashier-3/cashier-3.ipynb", CHECKS)
    path = progress()
    assert path.track == "cashier"
    assert [step.id for step in path.todo] == ["cashier-03", "cashier-3"]
    with pytest.raises(CrmkitError):
        certificate("Lin", "cashier")
    solve("cashier-03")
    assert [step.id for step in progress("cashier").todo] == ["cashier-3"]
    dots = {
        "zh": 'title="收银 03 我这一班的数字：已完成"',
        "en": 'title="Cashier 03 My shift in numbers: done"',
    }
    assert dots[language] in way().html
    called = {"zh": "收银练习 3", "en": "Cashier exercise 3"}[language]
    assert called in progress("cashier").summary and "cashier-3" not in progress("cashier").text
    answer_fields("cashier-3")
    path = progress("cashier")
    assert path.complete and path.score == 1.0
    assert path.text.count("✓") == 2 and path.html.count("✓") == 2
    good, words = in_words(None, str(certificate("<b>林 Lin</b>", "cashier")))
    assert good and "<b>林 Lin</b>" in words and "100" in words
    assert {"zh": "自我评估", "en": "self-assessed"}[language] in words
    with pytest.raises(CrmkitError):
        certificate("  ", "cashier")


def test_what_was_left_out_of_ones_own_track_comes_before_another_track(
    at_notebook, desk, monkeypatch
):
    monkeypatch.setenv("CRMKIT_COURSE", str(desk))
    for name in ("1-foundations/00-hello", "2-cashier/01-a", "2-cashier/02-b", "2-cashier/03-c"):
        lesson = desk / "course" / "source" / f"{name}.md"
        lesson.parent.mkdir(parents=True, exist_ok=True)
        lesson.write_text("", "utf-8")
    at_notebook("2-cashier/03-c.ipynb", "1")
    for done in ("cashier-01", "cashier-03"):
        solve(done)
    assert way().next().id == "cashier-02" and way().is_behind
    solve("cashier-02")
    assert progress("cashier").complete
    assert way().next().id == "foundations-00" and way().is_behind
    at_notebook("2-cashier/02-b.ipynb", "1")
    assert way().next().id == "foundations-00"


def test_the_start_page_gives_the_certificate_once_the_track_is_done(
    at_notebook, desk, monkeypatch
):

    monkeypatch.setenv("CRMKIT_COURSE", str(desk))
    (desk / "course" / "source" / "2-cashier").mkdir(parents=True)
    (desk / "course" / "source" / "2-cashier" / "03-my-shift.md").write_text("", "utf-8")
    at_notebook("start.ipynb", "1")
    page = way()._choice()
    assert "ertificate" not in page.text
    page.did({"act": "choose", "arg": "cashier"})
    page.did({"act": "certify", "values": {"name": "Lin Yue"}})
    assert "Left to do: Cashier 03 My shift in numbers" in page.text
    solve("cashier-03")
    page.did({"act": "certify", "values": {"name": "Lin Yue"}})
    (file,) = desk.rglob("*.pdf")
    assert file.name in page.text and in_words(None, str(file))[0]


def test_a_wrong_quiz_answer_keeps_a_lesson_open(desk):
    asked = quiz("analyst-03")
    solve("analyst-03")
    singles = [one for one in asked.questions if one.kind == "single"]
    for one in singles[:2]:
        asked.take(one.id, next(option for option in one.ids if option != one.key))
    step = next(one for one in progress("analyst").steps if one.id == "analyst-03")
    assert step.started and not step.done and step.asked - step.right == len(singles[:2])


def test_a_lessons_own_checks_and_its_quiz_count_together(at_notebook):
    at_notebook("2-cashier/03-my-shift.ipynb", 'check.choice("answer", "B", options="ABC")')
    solve("cashier-03")
    check.choice("answer", "B", options="ABC", value="A")
    step = next(one for one in progress("cashier").steps if one.id == "cashier-03")
    assert (step.right, step.asked) == (6, 7)


def test_what_was_done_in_the_shop_stays_done_when_the_shop_is_begun_anew(at_notebook):
    at_notebook("3-sales/02-follow-up-visits.ipynb", "1")
    for outcome in ("wrong", "right", "not_attempted", "wrong"):
        records.note("task", "sales-02", "call", outcome, of=["call"])
    for outcome in ("right", "not_attempted"):
        records.note("field", "sales-2", "note", outcome, of=["note"])
    records.note("field", "sales-2", "rate", "right", of=["note", "rate"])
    records.note("field", "sales-2", "rate", "wrong", of=["note", "rate"])
    steps = {one.id: one for one in progress("sales").steps}
    assert steps["sales-02"].right >= 1 and steps["sales-2"].right == 1


def test_records_that_were_edited_are_read_as_far_as_they_make_sense(desk):
    solve("sales-01")
    file = records.records_file()
    file.write_text('{"at": 3}\nnonsense\n[]\n' + file.read_text("utf-8") + '{"kind"', "utf-8")
    step = next(one for one in progress("sales").steps if one.id == "sales-01")
    assert step.done


def test_a_home_that_cannot_be_written_never_stops_a_lesson(desk, monkeypatch):
    (desk / "file").write_text("", "utf-8")
    monkeypatch.setenv("CRMKIT_PROGRESS", str(desk / "file" / "progress.jsonl"))
    quiz("sales-01").take("denominator", "filled")
    assert list(records.events()) == []


def test_nothing_is_recorded_where_nobody_sits_at_a_notebook(desk, monkeypatch):
    monkeypatch.delenv("CRMKIT_PROGRESS")
    monkeypatch.setenv("HOME", str(desk))
    quiz("sales-01").take("denominator", "filled")
    assert not (desk / ".crmkit").exists()


def test_an_unknown_track_is_refused_with_the_ones_there_are(desk):
    with pytest.raises(CrmkitError, match="There are: foundations, cashier, sales"):
        progress("bakery")


def test_every_lesson_and_exercise_of_the_course_is_on_a_path(repository):
    import re

    from crmkit.learn.course import Course
    from crmkit.learn.learner import place_of
    from crmkit.learn.tracks import before_and_after, tracks

    course = Course(repository)
    on_paths = set()
    for track in tracks().values():
        for lesson in track["lessons"]:
            on_paths |= {lesson["id"], lesson.get("graded")}
    numbered = [name for name in course.lessons() if re.match(r"[1-5]-\w+/\d\d-", name)]
    assert numbered
    lessons = {place_of(course.lesson_source(name)) for name in numbered}
    assert lessons <= on_paths
    assert set(course.assignments()) - {*before_and_after().values()} <= on_paths


# --- the self-test


@pytest.mark.parametrize(
    ("answers", "track"),
    [
        ({"place": "till", "joy": "smooth", "question": "shift", "tables": "never", "people": "many"}, "cashier"),
        ({"place": "floor", "joy": "back", "question": "call", "tables": "read", "people": "some"}, "sales"),
        ({"place": "store-room", "joy": "match", "question": "stock", "tables": "read", "people": "few"}, "inventory"),
        ({"place": "desk", "joy": "why", "question": "leaving", "tables": "program", "people": "few"}, "analyst"),
        ({"place": "training", "joy": "taught", "question": "team", "tables": "read", "people": "staff"}, "trainer"),
    ],
)  # fmt: skip
def test_the_self_test_suggests_the_track_that_fits(desk, answers, track, language):
    test = which_track()
    for question, option in answers.items():
        assert test.suggestion() == ""
        test.take(question, option)
    assert next(iter(test.points())) == track
    assert authored.say(test.data["tracks"][track]) in test.suggestion()
    assert test.suggestion() in SelfTest().text


def test_the_self_test_points_only_to_tracks_there_are(desk):
    test = which_track()
    for question in test.data["questions"]:
        for option in question["options"]:
            assert set(option["points"]) <= set(test.data["tracks"])
    with pytest.raises(CrmkitError, match="till, floor"):
        test.take("place", "moon")
    with pytest.raises(CrmkitError, match="There are: place"):
        test.take("age", "till")


# --- hints


@pytest.fixture
def hinted(desk, monkeypatch):
    """An exercise of its own with two hints and a master."""
    content = desk / "content"
    (content / "hints").mkdir(parents=True)

    (content / "hints" / "sums-1.yaml").write_text(
        "assignment: sums-1\nhints:\n  total:\n    - {zh: 想想加法。, en: Think of adding.}\n"
        "    - {zh: 用 sum。, en: Use sum.}\n",
        "utf-8",
    )
    monkeypatch.setattr(authored, "CONTENT", content)
    (desk / "course" / "source").mkdir(parents=True)
    (desk / "solutions").mkdir()
    (desk / "solutions" / "sums-1.md").write_text(
        "```{code-cell}\n:answer: total\ndef total(x):\n    result = ...\n"
        "    ### BEGIN SOLUTION\n    result = sum(x)\n    ### END SOLUTION\n    return result\n```\n",
        "utf-8",
    )
    monkeypatch.setenv("CRMKIT_COURSE", str(desk))
    return "total"


def test_hints_come_in_steps_and_the_worked_solution_last(hinted, capsys):
    hint(hinted).step(1)
    assert capsys.readouterr().out == "Think of adding.\n"
    assert hint(hinted).steps() == [
        "Think of adding.",
        "Use sum.",
        "One way to do it:\n    result = sum(x)",
    ]
    assert [(e["kind"], e["place"], e["item"]) for e in records.events()] == [
        ("hint", "sums-1", "total")
    ]
    with pytest.raises(CrmkitError, match="3 steps"):
        hint(hinted).step(4)


def test_before_the_whole_solution_comes_half_of_it_in_the_learners_own_cell(hinted, desk):
    (desk / "solutions" / "sums-1.md").write_text(
        "```{code-cell}\n:answer: total\ndef total(x):\n    result = ...  # here\n"
        "    ### BEGIN SOLUTION\n    found = 0\n    for one in x:\n        found = found + one\n"
        "    result = found\n    ### END SOLUTION\n    return result\n```\n",
        "utf-8",
    )
    assert hint(hinted).beginning() == (
        "def total(x):\n    found = 0\n    for one in x:\n        ...\n"
        "    result = ...  # here\n    return result"
    )
    assert len(hint(hinted).steps()) == 4


def test_the_code_of_a_hint_is_drawn_as_code_with_its_spaces(hinted):
    screen = hint(hinted).form()
    for _turn in range(3):
        screen.did({"act": "more", "arg": None, "values": {}})
    drawn = [(one["t"], one.get("text")) for one in screen.tree["of"]]
    assert ("text", "Use sum.") in drawn
    assert drawn[-2:] == [("text", "One way to do it:"), ("code", "    result = sum(x)")]


def test_a_trainer_can_keep_the_solution_back(hinted, monkeypatch):
    monkeypatch.setenv("CRMKIT_SOLUTIONS", "locked")
    assert len(hint(hinted)) == 2
    monkeypatch.delenv("CRMKIT_SOLUTIONS")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert hint(hinted).solution() is None


def test_without_the_masters_there_are_hints_but_no_solution(hinted, desk):
    (desk / "solutions" / "sums-1.md").unlink()
    assert len(hint(hinted)) == 2


def test_an_answer_without_hints_is_refused(desk):
    with pytest.raises(CrmkitError, match="no hints for nothing"):
        hint("nothing")


def test_every_answer_of_every_exercise_has_hints_and_every_hint_an_answer(repository):
    import re

    from crmkit.learn.course import Course

    course = Course(repository)
    for assignment in course.assignments():
        text = course.master_source(assignment).read_text("utf-8")
        if assignment in authored.known("questions"):
            continue  # its hints stand beside each question
        data, _lines = authored.read(authored.find("hints", assignment), "hints")
        answers = set(re.findall(r"^:answer: (\S+)$", text, re.M))
        assert set(data["hints"]) <= answers, assignment
        assert len(data["hints"]) >= len(answers) - 1, assignment
        for answer in data["hints"]:
            assert len(hint(answer).steps()) >= 2, answer
