"""Quizzes answer at once or keep the answer, and a careless text is refused by line."""

import json
import re

import pytest

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, use_language
from crmkit.learn import authored, check, quiz
from crmkit.learn.checks.outcome import NotAttempted
from crmkit.learn.questions import Asked
from crmkit.learn.quizzes import Question

PRACTICE = """\
title: {zh: 测验, en: Quiz}
questions:
  - id: aov
    kind: number
    ask: {zh: "客单价?", en: "Average order value?"}
    answer: 86
    unit: {zh: 元, en: yuan}
    mistakes: [{is: 3440, because: {zh: 那是全部。, en: That is all of it.}}]
    explain: {zh: 三四四〇除以四十。, en: 3440 by 40.}
  - id: when
    kind: single
    ask: {zh: "哪天?", en: "Which day?"}
    options:
      - {id: sat, zh: 周六, en: Saturday, right: true}
      - {id: sun, zh: 周日, en: Sunday, because: {zh: 休息。, en: We were closed.}}
    explain: {zh: 周六。, en: Saturday it was.}
  - id: aims
    kind: multiple
    ask: {zh: "哪些?", en: "Which?"}
    options:
      - {id: a, zh: 甲, en: A, right: true}
      - {id: b, zh: 乙, en: B, right: true}
      - {id: c, zh: 丙, en: C, because: {zh: 丙不是。, en: C is not.}}
    explain: {zh: 甲乙。, en: A and B.}
  - id: steps
    kind: order
    ask: {zh: "先后?", en: "In which order?"}
    options:
      - {id: one, zh: 一, en: One}
      - {id: two, zh: 二, en: Two}
      - {id: three, zh: 三, en: Three}
    explain: {zh: 一二三。, en: One to three.}
  - id: fits
    kind: match
    ask: {zh: "配对?", en: "What fits?"}
    pairs:
      - {id: x, left: {zh: 左一, en: L1}, right: {zh: 右一, en: R1}}
      - {id: y, left: {zh: 左二, en: L2}, right: {zh: 右二, en: R2}}
    explain: {zh: 同号相配。, en: Same numbers.}
"""

GRADED = """\
title: {zh: 测验, en: Quiz}
graded: true
questions:
  - id: when
    kind: single
    ask: {zh: "哪天?", en: "Which day?"}
    options:
      - {id: sat, zh: 周六, en: Saturday}
      - {id: sun, zh: 周日, en: Sunday}
"""


@pytest.fixture
def written(desk):
    def write(text, name="q.yaml"):
        path = desk / name
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def practice(written):
    return quiz(written(PRACTICE))


# --- the kit's own quizzes


@pytest.mark.parametrize("name", authored.known("quizzes"))
def test_every_quiz_of_the_kit_can_be_solved_in_both_languages(name, desk, language):
    bank = quiz(name).bank
    assert len(bank) >= 5
    for question in bank.values():
        outcome = question.judge(question.key)
        assert outcome.status == "right" and len(outcome.message) > 8
        shown = question.shown(name, 1)
        assert "right" not in shown and "explain" not in shown
        for wrong in question.ids if question.kind == "single" else ():
            if wrong != question.key:
                assert len(question.judge(wrong).message) > 8
        for mistake in question.data.get("mistakes", ()):
            told = question.judge(mistake["is"])
            assert (told.status, told.message) == ("wrong", authored.say(mistake["because"]))


@pytest.mark.parametrize("kind", ["quizzes", "dialogues"])
def test_chinese_is_chinese_and_english_is_english(kind):
    import re

    for name in authored.known(kind):
        data, _lines = authored.read(authored.find(kind, name), kind[:-1].replace("quizze", "quiz"))
        for path, pair in authored.pairs(data):
            assert not re.search("[\u4e00-\u9fff]", pair["en"]), (name, path)
            numbers_or_names = re.fullmatch(r"[\W\dA-Z]+", pair["zh"])
            assert numbers_or_names or re.search("[\u4e00-\u9fff]", pair["zh"]), (name, path)


BY_PLACE = {
    "zh": r"(前|后|头|另外|其余)[两二三四五](个|种|项|条|句)|最后(那|这)?一?(个|种|项|条|句)(?!字)",
    "en": r"\b(first|last|other|former|latter|next) (one|two|three|four|ones|option)s?\b(?! digits)",
}
"""Words that point at options by where they stand, while everybody sees them in another order."""


@pytest.mark.parametrize("name", authored.known("quizzes"))
def test_an_explanation_names_its_options_instead_of_their_places(name):
    data, _lines = authored.read(authored.find("quizzes", name), "quiz")
    mixed = [one for one in data["questions"] if one["kind"] in ("single", "multiple", "match")]
    told = [
        (one["id"], language, text[language])
        for one in mixed
        for place, text in authored.pairs(one)
        for language in LANGUAGES
        if place[-1] in ("explain", "because")
    ]
    assert [one for one in told if re.search(BY_PLACE[one[1]], one[2])] == []


def test_a_quiz_asks_some_of_its_bank_in_an_order_of_the_learners_own(desk, monkeypatch):
    def seen_by(learner):
        monkeypatch.setenv("JPY_SESSION_NAME", "/home/x/lesson.ipynb")
        monkeypatch.setenv("JUPYTERHUB_USER", learner)
        shown = quiz("cashier-03")
        assert len(shown.questions) == 5 < len(shown.bank)
        return [
            (question.id, [one["id"] for one in question.shown("cashier-03", 1)["options"]])
            for question in shown.questions
        ]

    assert seen_by("lin") == seen_by("lin")
    assert len({str(seen_by(learner)) for learner in ("lin", "wang", "zhao", "chen")}) > 1


# --- answering


@pytest.mark.parametrize(
    ("question", "right", "wrong", "says"),
    [
        ("aov", "86.0", "8600", "percent"),
        ("aov", "86", "¥3,440", "That is all of it."),
        ("when", "sat", "sun", "We were closed."),
        ("aims", ["b", "a"], ["a"], "1 more"),
        ("aims", ["a", "b"], ["a", "c"], "C is not."),
        ("steps", ["one", "two", "three"], ["one", "three", "two"], "Number 2"),
        ("fits", {"x": "x", "y": "y"}, {"x": "y", "y": "x"}, "2 of 2"),
    ],
)
def test_a_practice_answer_is_told_right_or_why_not(practice, question, right, wrong, says):
    outcome = practice.take(question, wrong)
    assert outcome.status == "wrong" and says in outcome.message
    assert practice.take(question, right).status == "right"


def test_answers_may_be_given_by_the_numbers_that_are_shown(practice, capsys):
    options = [one["id"] for one in practice.bank["when"].shown(practice.name, 1)["options"]]
    practice.answer("when", options.index("sat") + 1)
    assert capsys.readouterr().out.startswith("✓ when: Saturday it was.")
    shown = practice.bank["fits"].shown(practice.name, 1)
    rights = [one["id"] for one in shown["options"]]
    lefts = [one["id"] for one in shown["lefts"]]
    pairs = {n: rights.index(left) + 1 for n, left in enumerate(lefts, 1)}
    assert practice.take("fits", pairs).status == "right"


@pytest.mark.parametrize(
    ("question", "answer"),
    [("aov", "many"), ("aov", None), ("when", "mon"), ("when", 9), ("when", ["sat"]), ("aims", []),
     ("aims", "a"), ("steps", ["one", "two"]), ("steps", ["one", "one", "two"]), ("fits", {"x": "q"}),
     ("fits", {}), ("fits", None)],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused_and_not_kept(practice, question, answer):
    assert practice.take(question, answer).reason == "impossible"
    assert practice.answers() == {}


def test_a_question_that_does_not_exist_is_refused(practice):
    with pytest.raises(CrmkitError, match=r"no question who. There are: aov, when"):
        practice.take("who", 1)


def test_answers_stand_beside_the_notebook_by_option_id(practice, desk):
    practice.take("when", "sat")
    practice.take("aims", ["c", "a"])
    kept = json.loads((desk / "q.answers.json").read_text("utf-8"))
    assert kept == {"name": "q", "answers": {"when": "sat", "aims": ["a", "c"]}}
    assert practice.score() == (1, 5)


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "other", "answers": {}}', "\x00"])
def test_a_damaged_answers_file_is_named_with_what_to_do(practice, desk, text):
    (desk / "q.answers.json").write_text(text, "utf-8")
    with pytest.raises(CrmkitError, match="Delete it and answer again"):
        practice.take("when", "sat")


def test_answers_that_were_edited_into_nonsense_count_as_not_given(practice, desk):
    (desk / "q.answers.json").write_text(
        json.dumps(
            {"name": "q", "answers": {"when": "mon", "aov": {"a": 1}, "x": 1, "aims": ["a"]}}
        ),
        "utf-8",
    )
    assert practice.answers() == {"aims": ["a"]}


def test_the_plain_text_shows_every_question_and_how_to_answer(practice):
    assert practice.text.count("[") >= 5
    assert 'quiz("q").answer("aov", 12)' in practice.text


# --- graded


def test_a_graded_quiz_keeps_answers_and_tells_nothing(written):
    graded = quiz(written(GRADED))
    outcome = graded.take("when", "sun")
    assert (outcome.status, outcome.message) == ("noted", "Kept. It is marked after you submit.")
    assert graded.answers() == {"when": "sun"}


def test_a_hidden_cell_marks_what_was_kept(written, desk, monkeypatch, capsys):
    path = written(GRADED)
    quiz(path).take("when", "sun")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match="q: when"):
        check.answer(path, "when", "sat")
    check.answer(path, "when", "sun")
    (desk / "q.answers.json").write_text("{", "utf-8")
    with pytest.raises(AssertionError, match="damaged"):
        check.answer(path, "when", "sun")
    (desk / "q.answers.json").unlink()
    with pytest.raises(AssertionError, match="Not attempted") as caught:
        check.answer(path, "when", "sun")
    assert type(caught.value) is NotAttempted


def test_nothing_is_written_while_nbgrader_runs(practice, desk, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    practice.take("when", "sat")
    assert [path.name for path in desk.iterdir()] == ["q.yaml"]


def test_in_a_notebook_without_grading_the_mark_is_only_shown(written, desk, capsys):
    check.answer(written(GRADED), "when", "sat")
    assert capsys.readouterr().out.startswith("○ q: when: Not attempted yet.")


# --- careless texts


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: number", "kind: nubmer", r"q.yaml, line 4, question 1 \(aov\): nubmer is not one of single"),
        ("    answer: 86\n", "", r"line 3, question 1 \(aov\): answer is missing"),
        ('    ask: {zh: "哪天?", en: "Which day?"}\n    options:\n      - {id: sat, zh: 周六, en: Saturday, right', '    ask: {zh: 哪天}\n    options:\n      - {id: sat, zh: 周六, en: Saturday, right', r"line 12, question 2 \(when\): en is missing"),
        (", right: true}\n      - {id: sun", "}\n      - {id: sun", r"question 2 \(when\): exactly one option must be right"),
        (", because: {zh: 休息。, en: We were closed.}", "", r"line 15, question 2 \(when\): a wrong option needs a because"),
        ("  - id: aims", "  - id: when", r"line 17, question 3 \(when\): this id stands twice"),
        ("{id: two, zh", "{id: one, zh", r"line 30, question 4 \(steps\): this id stands twice"),
        ("is: 3440", "is: 86", r"line 8, question 1 \(aov\): this mistake is the right answer"),
        ("    mistakes: [{is: 3440, because: {zh: 那是全部。, en: That is all of it.}}]\n", "", r"line 3, question 1 \(aov\): mistakes is missing"),
        ("    unit:", "    untit:", r"line 3, question 1 \(aov\): untit is not known"),
        ("title: {zh: 测验, en: Quiz}", "title: {zh: 测验, en: Quiz}\ndraw: 9", "line 2.*more questions are drawn"),
        ("title: {zh: 测验, en: Quiz}", "title: {zh: 测验, en: Quiz", "line 2: this is not YAML"),
        ("title: {zh: 测验, en: Quiz}", "title: {zh: 测验, zh: 又, en: Quiz}", "line 1: zh stands here a second time"),
        ("title: {zh: 测验, en: Quiz}", "title: {zh: 测验, en: Quiz}\ngraded: true", r"question 1 \(aov\): a graded quiz must not hold its key"),
    ],
)  # fmt: skip
def test_a_careless_text_is_refused_by_question_and_line(written, old, new, says):
    assert PRACTICE.count(old) == 1, old
    with pytest.raises(CrmkitError, match=says):
        quiz(written(PRACTICE.replace(old, new)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_or_empty_text_is_refused(written, desk, language):
    with use_language(language):
        for path in (desk / "none.yaml", written("", "empty.yaml"), desk):
            with pytest.raises(CrmkitError):
                quiz(path)
        with pytest.raises(CrmkitError, match="cashier-03"):
            quiz("cashier-99")


def test_two_keys_that_do_not_fit_the_question_are_refused():
    question = Question({"id": "when", "kind": "single", "options": [{"id": "a"}, {"id": "b"}]})
    with pytest.raises(CrmkitError, match="no possible answer"):
        question.judge("a", "z")


def test_an_empty_submit_is_asked_to_choose_first():
    for name in ("sales-01", "analyst-03", "cashier-03"):
        asked = quiz(name)
        form = asked.form()
        for question in asked.questions:
            if question.kind == "order":
                continue
            tree = form.did({"act": "check", "arg": question.id, "values": {}})
            said = [one for one in messages(tree) if one["text"]]
            assert said[-1]["state"] == "open" or question.kind == "number", question.id
            assert question.id not in said[-1]["text"]
            assert not any(one in said[-1]["text"].split() for one in question.ids)
        form.did({"act": "check", "arg": "nobody", "values": None})
        form.did({"act": "what", "arg": {}, "values": []})


def messages(tree):
    found = [tree] if tree["t"] == "message" else []
    return found + [one for below in tree["of"] for one in messages(below)]


@pytest.mark.parametrize("typed", ["85", "85%", "85 ％", "８５％", "0.85", "170÷200×100%", 85])
def test_a_percentage_is_taken_as_people_write_it(desk, typed):
    assert quiz("sales-01").take("complete", typed).status == "right"


@pytest.mark.parametrize(
    "name", sorted({*authored.known("quizzes")} & {*authored.known("questions")})
)
def test_a_lessons_quiz_and_its_fields_keep_their_answers_apart(name):
    """Both lie in the lesson's answers by id: one id for two would overwrite the other's."""
    assert not {*quiz(name).bank} & {*Asked(name).questions}
