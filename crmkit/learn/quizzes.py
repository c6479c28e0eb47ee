"""Quizzes: one short question after another, answered at once or marked later.

A practice quiz carries its key and answers at once. A graded quiz (``graded: true``) has no key:
answers are kept beside the notebook, and a hidden cell checks them with `check.answer`.
"""

from pathlib import Path
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored, learner, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOTED, RIGHT, WRONG, Outcome, show
from crmkit.learn.forms import ShowsItself, kept_copy, verdict
from crmkit.learn.quiz_questions import Question, controls
from crmkit.learn.reading import NotUnderstood
from crmkit.screen import Part, Screen, parts


def quiz(name: str | Path) -> "Quiz":
    """A quiz by its name in the kit (``quiz("cashier-03")``) or by the path of a YAML file.

    As the last line of a cell it shows itself: a form in a notebook, text elsewhere. In text,
    answer with the numbers it shows: ``quiz("cashier-03").answer("compare", 2)``.
    Raises `ContentError` when the text breaks a rule, with question and line.
    """
    return Quiz(name)


class Quiz(ShowsItself):
    """A quiz as this learner sees it: drawn from the bank and shuffled, always the same way."""

    def __init__(self, name: str | Path):
        path = authored.find("quizzes", name)
        data, lines = authored.read(path, "quiz")
        _refuse_right_mistakes(data, lines)
        self.name = path.name.removesuffix(".yaml").removesuffix(".yml")
        self.title = data["title"]
        self.graded = bool(data.get("graded"))
        bank = [Question(one) for one in data["questions"]]
        drawn = learner.shuffled(bank, self.name)[: data.get("draw", len(bank))]
        self.questions = [question for question in bank if question in drawn]
        self.bank = {question.id: question for question in bank}

    def __repr__(self) -> str:
        return f"Quiz({self.name!r})"

    def answers(self) -> dict[str, Any]:
        """What was answered so far, without what no longer is a possible answer."""
        saved = answers.load(self.name)
        tidy = {
            one: self.bank[one].tidy(answer) for one, answer in saved.items() if one in self.bank
        }
        return {one: answer for one, answer in tidy.items() if answer is not None}

    def answer(self, question: str, answer: Any) -> None:
        """Answer one question by the numbers or the ids of its options, or with a number."""
        show(self.take(question, answer))

    def take(self, question: str, answer: Any) -> Outcome:
        """Keep an answer and say how it is; a graded one is only kept."""
        if question not in self.bank:
            raise authored.no_question(question, self.bank)
        asked = self.bank[question]
        tidy = asked.tidy(asked.by_number(answer, self.name))
        if tidy is None:
            return Outcome(WRONG, question, "impossible", self._how_to_answer(asked, answer))
        answers.keep(self.name, {question: tidy})
        if self.graded:
            records.note("quiz", self.name, question, "answered")
            return Outcome(NOTED, question, message=_("Kept. It is marked after you submit."))
        outcome = asked.judge(tidy)
        records.note(
            "quiz", self.name, question, outcome.status, of=[one.id for one in self.questions]
        )
        return outcome

    def _how_to_answer(self, question: Question, answer: Any) -> str:
        if question.kind == "number":
            try:
                question.understand(answer)
            except NotUnderstood as error:
                return str(error)
            return ""
        if question.kind == "multiple":
            return _("Choose at least one first.")
        if question.kind == "match":
            return _("Choose a partner for each.")
        if question.kind == "order":
            return _("Put all of them in order first.")
        return _("Choose one first.")

    def score(self) -> tuple[int, int]:
        """How many of the questions asked are answered rightly, and how many are asked."""
        given = self.answers()
        right = sum(
            question.id in given and question.judge(given[question.id]).status == RIGHT
            for question in self.questions
        )
        return right, len(self.questions)

    @property
    def text(self) -> str:
        """The whole quiz as plain text, for where no form can be shown."""
        lines = [say(self.title), ""]
        for number, question in enumerate(self.questions, 1):
            shown = question.shown(self.name, number)
            lines.append(f"{shown['ask']}  [{question.id}]")
            if question.kind == "match":
                lines += [f"   {n}: {one['text']}" for n, one in enumerate(shown["lefts"], 1)]
                lines.append("")
            lines += [f"   ({n}) {one['text']}" for n, one in enumerate(shown["options"], 1)]
            if shown["unit"]:
                lines.append(f"   ____ {shown['unit']}")
            lines.append("")
        examples = {"single": "2", "multiple": "[1, 2]", "order": "[2, 1]", "match": "{1: 2}"}
        example = self.questions[0]
        lines.append(
            _(
                'Without the form, answer like this: quiz("{quiz}").answer("{question}", {sample})'
            ).format(quiz=self.name, question=example.id, sample=examples.get(example.kind, "12"))
        )
        return "\n".join(lines)

    def form(self) -> Screen:
        """The screen of a quiz."""
        told: dict[str, Outcome] = {}
        shown = {one.id: one.shown(self.name, n) for n, one in enumerate(self.questions, 1)}
        given = self.answers()
        orders = {
            one.id: list(given.get(one.id) or [o["id"] for o in shown[one.id]["options"]])
            for one in self.questions
            if one.kind == "order"
        }
        copy = kept_copy(self.name, [one.id for one in self.questions])

        def check(arg: Any, values: dict[str, Any]) -> None:
            question = self.bank.get(str(arg))
            if question is None:
                return
            answer = values.get(question.id)
            if question.kind == "order":
                answer = orders.get(question.id)
            if question.kind == "match":
                answer = {one: values.get(f"{question.id}/{one}", "") for one in question.ids}
                answer = {one: right for one, right in answer.items() if right}
            told[question.id] = self.take(question.id, answer)
            copy.follow()

        def move(arg: Any, _values: dict[str, Any]) -> None:
            name, place, by = arg
            order = orders[str(name)]
            if 0 <= place + by < len(order):
                order.insert(place + by, order.pop(place))
                told.pop(str(name), None)

        def show() -> Part:
            kept = self.answers()
            word = _("Keep the answer") if self.graded else _("Check")
            forms = [
                parts.form(
                    "check",
                    parts.group(
                        shown[one.id]["ask"],
                        *controls(one, shown[one.id], kept.get(one.id), orders.get(one.id, [])),
                        parts.button(word, kind="primary"),
                        verdict(told.get(one.id)),
                        id=one.id,
                    ),
                    arg=one.id,
                )
                for one in self.questions
            ]
            score = ""
            if not self.graded and kept:
                right, asked = self.score()
                score = _("{right} of {asked} right so far.").format(right=right, asked=asked)
            return parts.card(*forms, parts.message("info", score), title=say(self.title))

        return Screen(show, {"check": check, "move": move}, repr(self))


def _refuse_right_mistakes(data: dict, lines: authored.Lines) -> None:
    for place, question in enumerate(data["questions"]):
        for spot, one in enumerate(question.get("mistakes", ())):
            if Question(question).judge(one["is"]).status == RIGHT:
                path = ("questions", place, "mistakes", spot, "is")
                authored.fail(lines, path, _("this mistake is the right answer."), data)
