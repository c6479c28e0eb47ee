"""What a lesson or an exercise asks in fields, and whether an answer is right.

The words stand in ``content/questions/<name>.yaml``; the keys are reckoned from the data by a
class of `crmkit.lessons` that the text names, one method a question. So no key stands in a cell,
and there is none to go stale: a method gives what is right for the shop as it is and for what this
learner chose.
"""

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored, learner, reading
from crmkit.learn.authored import say
from crmkit.learn.checks.expectation import Mistakes
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, NOTED, RIGHT, WRONG, Fault, Outcome
from crmkit.learn.checks.values import Choice, Day, Number
from crmkit.learn.dialogues import Dialogue
from crmkit.learn.tasks.papers import UNDER_WAY

PLACES = {"money": 2, "percent": 1, "number": 2}
"""How many decimals are asked for where a question does not say."""


AT_LEAST = 75
"""The per cent of a conversation's points that are asked for where a question does not say."""


@dataclass(frozen=True)
class Key:
    """What is right, what typical mistakes would give, and facts that the praise may tell.

    value: the right answer, exact (not rounded); for "single" an option's id, for "multiple" a
    set of them; for "text" a function that says why a sentence will not do (a pair of sentences),
    or None. mistakes: as in `crmkit.learn.check`. facts: words by name for ``{name}`` in the
    praise. example: for "text", a sentence that will do, for the trainer's answer sheet.
    """

    value: Any
    mistakes: Mistakes = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    def __post_init__(self) -> None:
        # with some numbers a mistake leads to the right answer: there it is none
        wrong = {why: value for why, value in self.mistakes.items() if value != self.value}
        object.__setattr__(self, "mistakes", wrong)

    @classmethod
    def of_task(
        cls, act: Callable[..., Any], right: Sequence[Any], **wrong: Sequence[Any]
    ) -> "Key":
        """The key of a task in the practice shop: what is done there, rightly and in ways that are
        wrong; `act` takes the shop and these."""

        def done(how: Sequence[Any]) -> Callable[[Any], Any]:
            return lambda shop: act(shop, *how)

        return cls(done(right), {named: done(how) for named, how in wrong.items()})


class Keys:
    """The keys of one lesson or exercise: a method for each question, giving a `Key`.

    ``self.given`` holds what this learner answered and was understood, by question.
    """

    def __init__(self, given: Mapping[str, Any]):
        self.given = given


class Question:
    """One question as this learner sees it."""

    def __init__(self, data: dict, asked: "Asked"):
        self.data, self.asked = data, asked
        self.id: str = data["id"]
        self.kind: str = data["kind"]
        self.judged: str = data.get("judged", "now")

    @property
    def label(self) -> str:
        """What is asked."""
        if self.is_task:
            return say(_tasks(self.asked.name).ask(self.id))
        return authored.asked(self.data)

    @property
    def is_task(self) -> bool:
        """Whether it is done in the practice shop beside the notebook, not answered in a field."""
        return self.kind == "task"

    @property
    def is_dialogue(self) -> bool:
        """Whether it is answered by leading a conversation."""
        return self.kind == "dialogue"

    @cached_property
    def dialogue(self) -> Dialogue:
        """The conversation, as far as this learner has taken it for this question."""
        return Dialogue(self.data["dialogue"], (self.asked.name, self.id))

    @property
    def unit(self) -> str:
        """The word behind the number."""
        return say(self.data.get("unit", ""))

    def options(self) -> dict[str, str]:
        """The options by id, in the order of the text."""
        if "options_from" in self.data:
            return dict(getattr(self.asked.keys({}), self.data["options_from"])())
        return {one["id"]: say({"zh": one["zh"], "en": one["en"]}) for one in self.data["options"]}

    def shown(self, value: Any) -> str:
        """An answer in words: its options, or the number as it was asked for."""
        if self.kind in ("single", "multiple"):
            chosen = {value} if isinstance(value, str) else value
            return _("; ").join(words for one, words in self.options().items() if one in chosen)
        if self.kind in PLACES:
            places = self.data.get("decimals", PLACES[self.kind])
            shown = reading.shown_as(self.kind, round(value, places), self.unit)
            return shown if places else shown.removesuffix(".00")
        return reading.shown_as(self.kind, value, self.unit)

    def read(self, typed: Any) -> reading.Understood:
        """What was typed or chosen. Raises `reading.NotUnderstood`."""
        if self.kind == "single":
            options = self.options()
            chosen = reading.letter(typed, options)
            if chosen is None:
                raise reading.NotUnderstood(_("Choose one first."))
            return reading.Understood(chosen, options[chosen])
        if self.kind == "multiple":
            options = self.options()
            several = typed if isinstance(typed, (list, tuple)) else [typed]
            letters = {reading.letter(one, options) for one in several}
            if not letters or None in letters:
                raise reading.NotUnderstood(_("Choose at least one first."))
            return reading.Understood(
                frozenset(letters), _(", ").join(options[one] for one in options if one in letters)
            )
        low, high = self.data.get("between", (None, None))
        if self.data.get("which") and re.fullmatch(r"[A-Za-z]+\d+", reading.tidy(str(typed))):
            words = _("Type the number in the first column, {low} to {high}.")
            raise reading.NotUnderstood(words.format(low=low, high=high))
        if self.id == "my_number" and reading.tidy(str(typed)).strip("号 ") in ("0", "00"):
            typed = "99"  # as the question says
        given = {"low": low, "high": high, "unit": self.unit}
        given |= {"length": self.data.get("length"), "year": self.data.get("year")}
        rough = self.judged == "never" and (low, high) == (0, 100)
        if self.data.get("either_sign"):  # a shortage is written with a minus, or without
            given["low"] = -high
            understood = reading.read(self.kind, typed, **given)
            return replace(understood, value=abs(understood.value))
        understood = reading.read(self.kind, typed, **given, rough=rough)
        if self.kind == "money" and self.data.get("decimals") == 0:  # in whole yuan, as asked for
            return replace(understood, shown=understood.shown.removesuffix(".00"))
        return understood

    def outcome(self, typed: Any) -> Outcome:
        """Whether what was typed is right; why not, and what to do next."""
        if self.is_task:
            return self._done()
        if self.is_dialogue:
            return self._heard(typed)
        if typed is None or typed == "" or typed == []:
            return Outcome(NOT_ATTEMPTED, self.label, "untouched", _("Not answered yet."))
        try:
            understood = self.read(typed)
        except reading.NotUnderstood as error:
            # a guess is never wrong
            status = NOT_ATTEMPTED if self.judged == "never" else WRONG
            return Outcome(status, self.label, "not_understood", str(error))
        if self.judged == "never":
            return Outcome(
                NOTED, self.label, message=_("Noted: {answer}").format(answer=understood.shown)
            )
        given = self.asked.given()
        for other in self.data.get("needs", ()):
            if other not in given:
                words = _("First answer above: {question}").format(
                    question=self.asked.questions[other].label
                )
                return Outcome(NOT_ATTEMPTED, self.label, "needs", words)
        key = getattr(self.asked.keys(given), self.id)()
        return self._judged(understood, key)

    def _done(self) -> Outcome:
        """How the task stands in the shop, whatever was typed."""
        outcome = _tasks(self.asked.name).outcome(self.id)
        if outcome.status == RIGHT:
            words = say(self.data["right"])
        elif outcome.status == NOT_ATTEMPTED and outcome.reason != UNDER_WAY:
            words = _("Not done yet.")
        else:
            words = gap().join(one for one in (outcome.message, say(self.data["next"])) if one)
        return replace(outcome, name=self.label, message=words)

    def _heard(self, replies: Any) -> Outcome:
        """How the conversation went."""
        outcome = self.dialogue.outcome(replies, self.data.get("at_least", AT_LEAST) / 100)
        words = outcome.message
        if outcome.status == RIGHT:
            words = say(self.data["right"])
        elif outcome.status == WRONG:
            words = gap().join((words, say(self.data["next"])))
        return replace(outcome, name=self.label, message=words)

    def _judged(self, understood: reading.Understood, key: Key) -> Outcome:
        if self.kind == "text":
            wrong = key.value(understood.value)
            if wrong is None:
                return Outcome(RIGHT, self.label, message=self._praise(understood, key))
            return Outcome(WRONG, self.label, "text", say({"zh": wrong[0], "en": wrong[1]}))
        outcome = self._expectation(key).judge(self.label, understood.value)
        if outcome.status == RIGHT:
            return replace(outcome, message=self._praise(understood, key))
        told = [self._because(understood.value) or outcome.message, say(self.data.get("next", ""))]
        return replace(outcome, message=gap().join(one for one in told if one))

    def _praise(self, understood: reading.Understood, key: Key) -> str:
        # a division is told as it was asked for
        shown = self.shown(understood.value) if self.kind in PLACES else understood.shown
        return say(self.data["right"]).format(answer=shown, **key.facts)

    def _because(self, value: Any) -> str:
        chosen = value if isinstance(value, frozenset) else {value}
        for one in self.data.get("options", ()):
            if one["id"] in chosen and "because" in one:
                return say(one["because"])
        return ""

    def _expectation(self, key: Key) -> Any:
        if self.kind in ("single", "multiple"):
            return Chosen(key.value, options=tuple(self.options()), mistakes=key.mistakes)
        if self.kind == "date":
            return Day(key.value, mistakes=key.mistakes)
        if self.kind == "digits" or self.data.get("which"):
            return Chosen(key.value, options=(), mistakes=key.mistakes)
        if self.kind in ("count", "hour"):
            return Typed(
                key.value, unit=self.unit, within=0.001, mistakes=key.mistakes, kind=self.kind
            )
        places = self.data.get("decimals", PLACES[self.kind])
        return Typed(
            key.value,
            unit=self.unit,
            within=0.5 * 10**-places * 1.0001,
            mistakes=key.mistakes,
            kind=self.kind,
            places=places,
        )


@dataclass(frozen=True)
class Chosen(Choice):
    """A chosen option, or some of them; what is not it is told without its id."""

    def fault(self, value: Any) -> Fault | None:
        found = super().fault(value) if self.options else None
        if not self.options and value != self.expected:
            return Fault("other", _("That is not it."))
        return Fault("other", _("That is not it.")) if found and found.reason == "other" else found


@dataclass(frozen=True)
class Typed(Number):
    """A number from a field: as it was shown, with what was rounded too far told apart."""

    kind: str = "number"
    places: int = 0

    def fault(self, value: Any) -> Fault | None:
        found = super().fault(value)
        if found is None or found.reason not in ("too_high", "too_low"):
            return found
        if self.kind == "hour":
            words = _("{hour} is too late.") if value > self.expected else _("{hour} is too early.")
            return replace(found, message=words.format(hour=self._with_unit(value)))
        for places in range(self.places - 1, -1, -1):
            if (
                abs(value - round(self.expected, places)) < 1e-9
                and value != round(value, places + 1) + 1
            ):
                return Fault(
                    "rounded_too_early",
                    _("Nearly: that is rounded too far. Decimals asked for: {places}.").format(
                        places=self.places
                    ),
                    "rounded_too_early",
                )
        if 0 < abs(value - self.expected) < 10**-self.places:
            return Fault("cut_off", _("Nearly: round the last digit instead of cutting it off."))
        return found

    def _with_unit(self, number: float) -> str:
        return reading.shown_as(self.kind, number, self.unit)

    def own_mistakes(self) -> list[tuple[str, float]]:
        if self.kind in ("count", "hour") or not self.expected:
            return []
        known = [("sign_flipped", -self.expected)]
        if self.kind == "percent":
            return [*known, ("fraction_for_percent", self.expected / 100)]
        upside_down = 1 / self.expected
        if self.kind == "money" or not round(upside_down, self.places):
            return known  # nought is nobody's division
        return [*known, ("upside_down", upside_down)]

    def _looks_like(self, result: Any, value: Any) -> bool:
        number = reading_number(result)
        if number is None or abs(value - number) >= abs(value - self.expected):
            return False
        # a mistake is known again with fewer decimals than were asked for
        rounded = (round(number, places) for places in range(self.places))
        met = abs(value - number) <= 0.5 * 10**-self.places * 1.0001
        return met or (abs(value) >= 10 and any(abs(value - one) < 1e-9 for one in rounded))


def reading_number(value: Any) -> float | None:
    """A mistake's result as a number; None where the data give none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number else None


class Asked:
    """Everything a lesson or an exercise asks, with this learner's answers."""

    def __init__(self, name: str):
        self.name = name
        data, make = _known(name)
        self.keys = make
        self.questions = {one["id"]: Question(one, self) for one in data["questions"]}

    def __repr__(self) -> str:
        return f"Asked({self.name!r})"

    def question(self, id_: str) -> Question:
        """A question by its id. Raises `CrmkitError` with those there are."""
        if id_ not in self.questions:
            raise authored.no_question(id_, self.questions)
        return self.questions[id_]

    def typed(self) -> dict[str, Any]:
        """What was typed or chosen last, by question."""
        return {
            one: said
            for one, said in answers.load(self.name).items()
            if one in self.questions and not self.questions[one].is_task
        }

    def given(self) -> dict[str, Any]:
        """What was answered and understood, by question."""
        found = {}
        for one, said in self.typed().items():
            if self.questions[one].is_dialogue:
                continue
            try:
                found[one] = self.questions[one].read(said).value
            except reading.NotUnderstood:
                continue
        return found

    def outcome(self, id_: str) -> Outcome:
        """Whether the kept answer to a question is right."""
        return self.question(id_).outcome(self.typed().get(id_))

    def told(self, id_: str) -> Outcome:
        """What a learner is told of the kept answer: of what is judged later, that it is noted."""
        outcome, question = self.outcome(id_), self.question(id_)
        if question.judged != "later" or outcome.reason in ("untouched", "not_understood"):
            return outcome
        typed = question.read(self.typed()[id_])
        return Outcome(NOTED, question.label, message=_("Noted: {answer}").format(answer=typed.shown))  # fmt: skip

    def shown_options(self, question: Question) -> list[tuple[str, str]]:
        """The options as this learner sees them: mixed, where their order says nothing."""
        options = list(question.options().items())
        if "options_from" in question.data:
            return options
        return learner.shuffled(options, self.name, question.id)


@cache
def _tasks(name: str) -> Any:
    """The tasks of a lesson or an exercise, which have its name."""
    from crmkit.learn.tasks import Tasks

    return Tasks(name)


@cache
def _known(name: str) -> tuple[dict, type[Keys]]:
    data, _lines = authored.read(authored.find("questions", name), "questions")
    module, _colon, keys = data["keys"].partition(":")
    return data, getattr(importlib.import_module(module), keys)


__all__ = ["Asked", "Key", "Keys", "Question"]
