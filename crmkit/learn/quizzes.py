"""Quizzes: one short question after another, answered at once or marked later.

A practice quiz carries its key and answers at once. A graded quiz (``graded: true``) has no key:
answers are kept beside the notebook, and a hidden cell checks them with `check.answer`.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored, learner, records
from crmkit.learn.authored import say
from crmkit.learn.checks.expectation import untouched
from crmkit.learn.checks.outcome import NOTED, RIGHT, WRONG, Outcome, is_grading, show
from crmkit.learn.checks.values import Number
from crmkit.learn.reading import NotUnderstood, Understood, read

_MONEY = ("¥", "yuan", "cny", "rmb")


def quiz(name: str | Path) -> "Quiz":
    """A quiz by its name in the kit (``quiz("cashier-03")``) or by the path of a YAML file.

    As the last line of a cell it shows itself: a form in a notebook, text elsewhere. In text,
    answer with the numbers it shows: ``quiz("cashier-03").answer("compare", 2)``.
    Raises `ContentError` when the text breaks a rule, with question and line.
    """
    return Quiz(name)


class Question:
    """One question: what may be answered, what is right, and why."""

    def __init__(self, data: dict):
        self.data = data
        self.id: str = data["id"]
        self.kind: str = data["kind"]

    @property
    def ids(self) -> list[str]:
        """The ids an answer may hold."""
        return [one["id"] for one in self.data.get("options") or self.data.get("pairs") or ()]

    @cached_property
    def key(self) -> Any:
        """The right answer, in the form answers are kept in; None for a graded question."""
        chosen = [one["id"] for one in self.data.get("options", ()) if one.get("right")]
        return {
            "single": lambda: chosen[0] if chosen else None,
            "multiple": lambda: sorted(chosen) or None,
            "number": lambda: self.data.get("answer"),
            "order": lambda: self.ids,
            "match": lambda: {one: one for one in self.ids},
        }[self.kind]()

    def tidy(self, answer: Any) -> Any:
        """An answer in the form it is kept in; None for one that cannot be an answer."""
        if self.kind == "single":
            return answer if answer in self.ids else None
        if self.kind == "number":
            try:
                return self.understand(answer).value
            except NotUnderstood:
                return None
        if self.kind == "match":
            fits = isinstance(answer, dict) and all(
                left in self.ids and right in self.ids for left, right in answer.items()
            )
            return answer if fits and answer else None
        if not isinstance(answer, (list, tuple, set)) or not all(one in self.ids for one in answer):
            return None
        if self.kind == "multiple":
            return sorted(set(answer)) or None
        return list(answer) if len(answer) == len(self.ids) == len(set(answer)) else None

    def understand(self, answer: Any) -> Understood:
        """A number as it was typed: 65, 65%, 0.65 for a percentage, ¥57.79. Raises `NotUnderstood`."""
        unit = str(self.data.get("unit", {}).get("en", "")).casefold()
        kind = "percent" if "%" in unit else "money" if unit in _MONEY else "number"
        low = 1.0 if kind == "percent" and (self.key or 0) >= 1 else None
        return read(kind, answer if answer is not None else "", low=low)

    def by_number(self, answer: Any, seed: str) -> Any:
        """An answer given by the numbers that the text shows, as option ids; others as they are."""
        if self.kind == "number":
            return answer
        shown = self.shown(seed, 0)
        rights = dict(enumerate((one["id"] for one in shown["options"]), 1))
        lefts = dict(enumerate((one["id"] for one in shown["lefts"]), 1))
        if isinstance(answer, dict):
            return {lefts.get(a, a): rights.get(b, b) for a, b in answer.items()}
        if isinstance(answer, (list, tuple, set)):
            return [rights.get(one, one) if isinstance(one, int) else one for one in answer]
        return rights.get(answer, answer) if isinstance(answer, int) else answer

    def judge(self, answer: Any, key: Any = None) -> Outcome:
        """Whether an answer is right by the key (the question's own unless given), and why not."""
        key = self.key if key is None else self.tidy(key)
        if key is None:
            raise CrmkitError(
                _("The key to {question} is no possible answer.").format(question=self.id)
            )
        answer = self.tidy(answer)
        if answer is None:
            return untouched(self.id)
        if self.kind == "number":
            right = self._number(key).judge(self.id, answer)
            for one in self.data.get("mistakes", ()) if right.status == WRONG else ():
                if self._number(one["is"]).judge(self.id, answer).status == RIGHT:
                    return Outcome(WRONG, self.id, "other", say(one["because"]))
            if right.status == WRONG:
                return right
        elif answer != key:
            return Outcome(WRONG, self.id, "other", self._why_not(answer, key))
        return Outcome(RIGHT, self.id, message=say(self.data.get("explain", "")) or _("Right."))

    def _number(self, value: float) -> Number:
        return Number(value, within=self.data.get("within"))

    def _why_not(self, answer: Any, key: Any) -> str:
        options = {one["id"]: one for one in self.data.get("options", ())}
        if self.kind == "single":
            because = options[answer].get("because")
            return say(because) if because else _("That is not it.")
        if self.kind == "multiple":
            for one in answer:
                if one not in key:
                    because = options[one].get("because")
                    return _("“{option}” does not belong.").format(option=say(options[one])) + (
                        " " + say(because) if because else ""
                    )
            return _("All you chose is right, but it is not all: {count} more.").format(
                count=len(key) - len(answer)
            )
        if self.kind == "order":
            place = next(n for n, (a, b) in enumerate(zip(answer, key, strict=True), 1) if a != b)
            return _("Number {place} is the first that is out of place.").format(place=place)
        if open_ := sum(not answer.get(left) for left in key):
            return _("{count} of {all} are not chosen yet.").format(count=open_, all=len(key))
        wrong = [left for left in key if answer.get(left) != key[left]]
        return _("{count} of {all} do not fit yet.").format(count=len(wrong), all=len(key))

    def shown(self, seed: str, number: int) -> dict:
        """What a form needs: the words in this language, the options shuffled, no key."""
        options = [
            {"id": one["id"], "text": say({"zh": one["zh"], "en": one["en"]})}
            for one in self.data.get("options", ())
        ]
        lefts = [{"id": one["id"], "text": say(one["left"])} for one in self.data.get("pairs", ())]
        rights = [
            {"id": one["id"], "text": say(one["right"])} for one in self.data.get("pairs", ())
        ]
        mixed = learner.shuffled(options or rights, seed, self.id)
        if self.kind == "order" and [one["id"] for one in mixed] == self.ids:
            mixed = mixed[1:] + mixed[:1]
        return {
            "id": self.id,
            "kind": self.kind,
            "ask": f"{number}. {authored.asked(self.data)}",
            "options": mixed,
            "lefts": lefts,
            "unit": say(self.data.get("unit", "")),
        }


class Quiz:
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
            raise CrmkitError(
                _("There is no question {question}. There are: {known}").format(
                    question=question, known=", ".join(self.bank)
                )
            )
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

    def _ipython_display_(self) -> None:
        from crmkit.learn.forms import QuizForm, display_with_text

        display_with_text(None if is_grading() else QuizForm, self, self.text)


def _refuse_right_mistakes(data: dict, lines: authored.Lines) -> None:
    for place, question in enumerate(data["questions"]):
        for spot, one in enumerate(question.get("mistakes", ())):
            if Question(question).judge(one["is"]).status == RIGHT:
                path = ("questions", place, "mistakes", spot, "is")
                authored.fail(lines, path, _("this mistake is the right answer."), data)
