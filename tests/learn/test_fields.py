"""A learner at a field: how it was understood, the true verdict at once, kept for the next day."""

import json

import nbformat
import pytest
import yaml

from crmkit import i18n
from crmkit.errors import CrmkitError
from crmkit.learn import answers, ask, authored, check, guess
from crmkit.learn.checks.outcome import CheckFailed, NotAttempted
from crmkit.learn.fields import Fields
from crmkit.learn.learner import Seat, seated
from crmkit.learn.questions import Asked, Typed

NAMES = authored.known("questions")


def parts_of(tree, kind):
    found = [tree] if tree["t"] == kind else []
    return found + [one for below in tree["of"] for one in parts_of(below, kind)]


def verdicts(fields):
    """What the fields say of the answers; what a chart below them says is not among it."""
    return verdicts_in(fields.screen.tree)


def verdicts_in(tree):
    return [
        one for form in parts_of(tree, "form") for one in parts_of(form, "message") if one["text"]
    ]


def type_in(fields, **values):
    return fields.screen.did({"act": "answer", "arg": None, "values": values})


@pytest.fixture
def store(desk):
    type_in(ask("sales-1", "my_store"), my_store="s02")
    return Asked("sales-1")


def right(asked, question):
    value = getattr(asked.keys(asked.given()), question)().value
    return round(value, 1) if isinstance(value, float) else value


def test_a_right_answer_is_praised_with_what_it_means(store):
    fields = ask("sales-1", "no_household")
    missing = right(store, "no_household")
    type_in(fields, no_household=f"{missing}位")
    (said,) = verdicts(fields)
    assert said["state"] == "right"
    assert f"{missing} members" in said["text"]


def test_a_wrong_answer_names_the_mistake_and_the_next_step(store):
    fields = ask("sales-1", "household_rate")
    type_in(fields, household_rate=str(100 - right(store, "household_rate")))
    (said,) = verdicts(fields)
    assert said["state"] == "wrong"
    assert "share not filled in" in said["text"]
    assert "filled in ÷" in said["text"]


def test_a_members_number_where_a_line_is_asked_for_is_told_what_is_wanted(desk):
    fields = ask("sales-02", "first")
    type_in(fields, first="M001644")
    assert "first column, 1 to 6" in fields.screen.text


def test_how_it_was_understood_is_shown_beside_what_was_typed(store):
    fields = ask("sales-1", "household_rate")
    share = right(store, "household_rate") / 100
    type_in(fields, household_rate=f"{share:.3f}")
    texts = [one["text"] for one in parts_of(fields.screen.tree, "text")]
    assert f"Understood as {100 * share:.1f}%." in texts
    assert parts_of(fields.screen.tree, "field")[0]["value"] == f"{share:.3f}"


def test_what_is_judged_is_what_was_typed_last(store):
    fields = ask("sales-1", "no_household")
    type_in(fields, no_household=str(right(store, "no_household")))
    type_in(fields, no_household="十二個半")
    assert verdicts(fields)[0]["state"] == "wrong"
    type_in(fields, no_household="  ")
    assert verdicts(fields)[0]["state"] == "open"
    assert "Type your answer first" in verdicts(fields)[0]["text"]
    assert "no_household" not in answers.load("sales-1")


def test_answers_are_there_again_after_a_restart(store):
    type_in(ask("sales-1", "no_household"), no_household=str(right(store, "no_household")))
    again = ask("sales-1", "no_household")
    assert verdicts(again)[0]["state"] == "right"
    assert parts_of(again.screen.tree, "field")[0]["value"] == str(right(store, "no_household"))


def test_a_question_that_stands_on_another_says_so(desk):
    fields = ask("sales-1", "no_household")
    type_in(fields, no_household="5")
    (said,) = verdicts(fields)
    assert said["state"] == "open"
    assert "Your store" in said["text"]


def test_another_choice_above_is_judged_anew_below(store):
    fields = ask("sales-1", "no_household")
    type_in(fields, no_household=str(right(store, "no_household")))
    type_in(ask("sales-1", "my_store"), my_store="s01")
    assert verdicts(fields)[0]["state"] == "wrong"


def test_a_choice_and_a_guess_are_noted_without_a_tick(desk):
    fields = ask("sales-1", "my_store")
    type_in(fields, my_store="")
    assert "Choose one first" in verdicts(fields)[0]["text"]
    type_in(fields, my_store="s02")
    assert verdicts(fields)[0]["state"] == "noted"
    assert parts_of(fields.screen.tree, "table")


def test_the_chart_appears_with_the_guess_in_it_and_not_before(desk):
    fields = guess("sales-01", "reach_guess")
    assert not parts_of(fields.screen.tree, "picture")
    type_in(fields, reach_guess="300")
    first = parts_of(fields.screen.tree, "picture")[0]["src"]
    type_in(fields, reach_guess="50")
    assert parts_of(fields.screen.tree, "picture")[0]["src"] != first


def test_hints_open_one_after_the_other(store):
    fields = ask("sales-1", "no_household")
    hints = Asked("sales-1").questions["no_household"].data["hints"]
    for opened in range(1, len(hints) + 1):
        assert [one for one in parts_of(fields.screen.tree, "button") if one.get("act") == "hint"]
        fields.screen.did({"act": "hint", "arg": "no_household", "values": {}})
        steps = [one for one in parts_of(fields.screen.tree, "text") if one.get("kind") == "step"]
        assert len(steps) == opened
    assert not [one for one in parts_of(fields.screen.tree, "button") if one.get("act") == "hint"]


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_nbgrader_and_validate_tell_the_same_truth_as_the_field(store, monkeypatch, mode):
    missing = right(store, "no_household")
    for typed, error in (
        (None, NotAttempted),
        (str(missing + 1), CheckFailed),
        (str(missing), None),
    ):
        monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
        type_in(ask("sales-1", "no_household"), no_household=typed)
        monkeypatch.setenv("NBGRADER_EXECUTION", mode)
        if error is None:
            assert check.ask("sales-1", "no_household") is None
            continue
        with pytest.raises(error, match="household"):
            check.ask("sales-1", "no_household")


def test_nothing_is_kept_while_nbgrader_runs(store, monkeypatch):
    before = answers.load("sales-1")
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    answers.keep("sales-1", {"no_household": "1"})
    assert answers.load("sales-1") == before


def test_a_damaged_answers_file_is_told_in_a_sentence(store, monkeypatch):
    answers.answers_file("sales-1").write_text("[]", "utf-8")
    with pytest.raises(CrmkitError, match="damaged"):
        answers.load("sales-1")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckFailed, match="damaged"):
        check.ask("sales-1", "no_household")


def test_a_copy_in_the_notebook_holds_the_answers_of_each_cell(store):
    type_in(ask("sales-1", "no_household"), no_household="5")
    cells = []
    for ids in (["my_store"], ["no_household"]):
        data = answers.Kept("sales-1", ids)._bundle()
        output = nbformat.v4.new_output("display_data", data=data)
        cells.append(nbformat.v4.new_code_cell("", outputs=[output]))
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.validate(notebook)
    assert answers.take_from(notebook) == {"sales-1": {"my_store": "s02", "no_household": "5"}}


def test_two_learners_of_one_process_keep_their_own_answers(tmp_path):
    for name in ("ann", "bo"):
        (tmp_path / name).mkdir()
        with seated(Seat(name, tmp_path / name / "a.ipynb")):
            answers.keep("sales-1", {"my_number": name})
    with seated(Seat("ann", tmp_path / "ann" / "a.ipynb")):
        assert answers.load("sales-1") == {"my_number": "ann"}


def test_a_field_that_judges_decimals_asks_for_them():
    """33 % is nobody's mistake where one decimal was not asked for."""
    silent = [
        (name, one.id)
        for name in NAMES
        for one in Asked(name).questions.values()
        if one.kind in ("percent", "number") and one.judged == "now" and one.data.get("decimals", 1)
        for said in [one.data["ask"]]
        if "小数" not in said["zh"] or "decimal" not in said["en"]
    ]
    assert silent == []


def test_a_figure_cut_off_instead_of_rounded_is_called_nearly_right():
    """690.90 yuan asked to the yuan is 691: who writes 690 has reckoned right."""
    typed = Typed(690.9, unit="yuan", within=0.5, kind="money", places=0)
    assert typed.judge("forecast", 691).status == "right"
    assert typed.judge("forecast", 690).reason == "cut_off"
    assert typed.judge("forecast", 689).reason == "too_low"


def test_an_unknown_question_is_named_with_those_there_are(desk):
    with pytest.raises(CrmkitError, match="no_household"):
        ask("sales-1", "no_such")
    with pytest.raises(CrmkitError, match="sales-1"):
        ask("sales-99", "no_such")


# What real people typed, and what somebody might: none may raise, none may be right that is not.
TYPED = [
    "¥57.79", "57.79元", "86.7%", "0.867", "1,329.10/23", "1,329.10÷23", "3×4", "3·4", "“B”", "B", "（12）", "１２",
    "10:00", "10点", "12单", "07", "0.898", '"B"', "orders = 12单", 'store["邮箱"]',
    # fifteen more
    "", "   ", "...", "十二", "约57", "57,79", "1.329,10", "1/0", "(((", "None", "不知道", "57.79.1", "1e309", "😀",
    "<script>alert(1)</script>", "' OR 1=1 --", "9**9**9", "\u202e12\u202c", "nan", "12" * 2000, "=SUM(A1:A3)", "−5", "2025-06-07",
]  # fmt: skip
DRAWN = {"my_store": "s02", "my_number": "7"}


def with_choices(asked):
    """Answer what the others stand on: a store, a number."""
    for question in asked.questions.values():
        if question.judged == "never":
            said = DRAWN.get(question.id) or (
                next(iter(question.options())) if question.kind == "single" else "12"
            )
            answers.keep(asked.name, {question.id: said})


def is_right(question, typed, key):
    """Whether what was typed is right, judged apart from the kit's own comparison."""
    understood = question.read(typed).value
    if question.kind == "text":
        return key.value(understood) is None
    if isinstance(key.value, (str, frozenset, set)):
        return understood == (frozenset(key.value) if question.kind == "multiple" else key.value)
    places = {"count": 0, "hour": 0, "percent": 1}.get(question.kind, 2)
    places = question.data.get("decimals", places)
    return abs(float(understood) - float(key.value)) <= 0.51 * 10**-places


@pytest.fixture
def drawn_once(monkeypatch):
    """What appears below a field is made once for each answer understood, not at each keystroke,
    and charts are not painted."""
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda *_args, **_options: None)
    make, made = Fields._shows, {}

    def shows(fields):
        known = repr((fields, sorted(fields.asked.given().items(), key=str)))
        if known not in made:
            made[known] = make(fields)
        return made[known]

    monkeypatch.setattr(Fields, "_shows", shows)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_whatever_is_typed_into_any_field_is_understood_or_answered_kindly(
    name, language, desk, drawn_once
):
    with i18n.use_language(language):
        asked = Asked(name)
        with_choices(asked)
        for question in asked.questions.values():
            if question.is_task:
                continue
            before = answers.load(name)
            fields = Fields(asked, [question.id])
            for typed in [*TYPED, ["B"], None, 12, {"x": 1}]:
                tree = type_in(fields, **{question.id: typed})
                assert not fields.screen._problem, (question.id, typed, fields.screen._problem)
                (said,) = verdicts_in(tree)
                assert said["text"] and "Traceback" not in said["text"]
                if said["state"] == "right":
                    key = getattr(asked.keys(asked.given()), question.id)()
                    assert is_right(question, answers.load(name)[question.id], key), (typed, said)
                assert (
                    said["state"] == "noted"
                    or question.judged != "never"
                    or said["state"] in ("open", "wrong")
                )
            answers.save(name, before)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_right_and_every_mistake_is_told_by_its_name(name, desk, language):
    asked = Asked(name)
    with_choices(asked)
    for question in asked.questions.values():
        if question.judged == "never" or question.kind in ("text", "task", "dialogue"):
            continue
        key = getattr(asked.keys(asked.given()), question.id)()
        value = key.value
        if question.kind == "multiple":
            typed = sorted(value)
        elif question.kind in ("money", "percent", "number"):
            typed = (
                f"{value:.{question.data.get('decimals', {'percent': 1}.get(question.kind, 2))}f}"
            )
        else:
            typed = str(value)
        outcome = question.outcome(typed)
        assert outcome.status == "right", (question.id, typed, outcome)
        assert "{" not in outcome.plain_sentence
        for mistake, result in key.mistakes.items():
            told = question.outcome(str(result) if not isinstance(result, set) else sorted(result))
            assert told.status == "wrong", (question.id, mistake, result)


def test_the_answers_file_holds_what_was_typed(store):
    type_in(ask("sales-1", "no_household"), no_household="12 位")
    kept = json.loads(answers.answers_file("sales-1").read_text("utf-8"))
    assert kept == {"name": "sales-1", "answers": {"my_store": "s02", "no_household": "12 位"}}


def test_the_number_of_a_card_is_neither_high_nor_low(desk):
    answers.keep("sales-7", {"my_number": "7"})
    asked = Asked("sales-7")
    key = asked.keys(asked.given()).first().value
    with i18n.use_language("en"):
        for other in {1, 2, 3, 4, 5} - {key}:
            told = asked.question("first").outcome(f"card {other}").plain_sentence
            assert "too low" not in told and "too high" not in told
        assert asked.question("first").outcome(f"No. {key}").status == "right"


def test_the_number_given_once_stands_in_the_next_exercise(desk, walk):
    first, second = ask("sales-3", "my_number"), ask("sales-7", "my_number")
    assert "value" not in field_of(second, walk) or not field_of(second, walk)["value"]
    first.screen.did({"act": "answer", "values": {"my_number": "42"}})
    again = field_of(second, walk)
    assert again["value"] == "42" and again["help"]
    assert not answers.load("sales-7")  # it counts once the learner has pressed the button


def field_of(asked, walk):
    return next(one for one in walk(asked.screen.tree) if one["t"] == "field")


@pytest.mark.parametrize("typed", ["-118.77", "118.77", "−¥118.77"])
def test_a_shortage_is_written_with_a_minus_or_without(typed):
    question = Asked("inventory-03").questions["shortage"]
    assert question.read(typed).value == 118.77


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_bears_its_unit_already(name):
    for one in yaml.safe_load(authored.find("questions", name).read_text(encoding="utf-8"))[
        "questions"
    ]:
        for language in ("zh", "en") if one.get("unit") and one.get("right") else ():
            unit = one["unit"] if isinstance(one["unit"], str) else one["unit"][language]
            said = one["right"][language].replace("{answer} ", "{answer}")
            assert f"{{answer}}{unit}" not in said
