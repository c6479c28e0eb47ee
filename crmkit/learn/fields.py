"""Labelled fields: type or choose, see how it was understood, and at once whether it is right.

One cell is ``ask("sales-1", "no_email")``. The same cell is the graded one in an exercise: at the
notebook it shows the field, under nbgrader it judges what was kept beside the notebook.
"""

import re
from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

from crmkit.i18n import gettext as _
from crmkit.learn import answers, learner, reading, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, NOTED, RIGHT, WRONG, Outcome
from crmkit.learn.dialogues import conversation
from crmkit.learn.questions import Asked, Question
from crmkit.screen import Screen, parts

STATES = {RIGHT: "right", WRONG: "wrong", NOT_ATTEMPTED: "open", NOTED: "noted"}
"""How a message looks for each outcome."""

_SIGNS = re.compile(r"[\s¥,%]")
"""Signs that change nothing about what was meant: nobody needs to be told how they were read."""

NUMBER = "my_number"
"""The question that gives everybody figures of their own: one number for all exercises."""

_open: "WeakSet[Fields]" = WeakSet()


class Fields:
    """The fields of one cell, as this learner left them."""

    def __init__(self, asked: Asked, ids: Sequence[str]):
        self.asked = asked
        self.questions = [asked.question(id_) for id_ in ids]
        self._told: dict[str, Outcome] = {}
        self._hints = dict.fromkeys(ids, 0)
        self._tries = 0
        self._kept = answers.Kept(asked.name, ids)
        self._folder = answers.folder()
        does = {
            "answer": self._answer,
            "hint": self._hint,
            "reply": self._reply,
            "again": self._again,
        }
        self.screen = Screen(self._tree, does, repr(self))
        _open.add(self)
        if any(question.is_task for question in self.questions):
            from crmkit.learn.tasks.watching import watch

            watch(self.screen, self._folder, self.look_again)

    def __repr__(self) -> str:
        return f"Fields({self.asked.name}: {', '.join(one.id for one in self.questions)})"

    def answer(self, **said: Any) -> None:
        """Answer without a screen: ``fields.answer(no_email="12")``; prints the verdicts."""
        self._answer(None, said)
        for question in self.questions:
            print(self._told[question.id].plain)

    def _answer(self, _arg: Any, said: dict[str, Any]) -> None:
        self._told.clear()
        changes = {
            one.id: said[one.id]
            for one in self.questions
            if one.id in said and not (one.is_task or one.is_dialogue)
        }
        blank = {one: value for one, value in changes.items() if _blank(value)}
        answers.keep(
            self.asked.name,
            {one: None if one in blank else _plain(v) for one, v in changes.items()},
        )
        self._tries += 1
        for question in self.questions:
            outcome = self.asked.told(question.id)
            if question.id in blank:
                words = (
                    _("Choose one first.") if _chosen(question) else _("Type your answer first.")
                )
                outcome = Outcome(NOT_ATTEMPTED, question.label, "untouched", words)
            self._told[question.id] = outcome
            self._note(question, outcome)
            if question.id == NUMBER and outcome.status == NOTED:
                records.note(NUMBER, self.asked.name, question.id, str(said[question.id]))
        self._kept.follow()
        for other in list(_open):
            mine = other.asked.name == self.asked.name and other._folder == self._folder
            if other is not self and mine:
                other._told.clear()
                other.screen.refresh()
        records.changed(self.asked.name)

    def _reply(self, arg: Any, said: dict[str, Any]) -> None:
        """Say something in the conversation that answers a question."""
        id_, reply = arg
        self.asked.question(str(id_)).dialogue.take(str(reply))
        self._answer(None, said)

    def _again(self, arg: Any, said: dict[str, Any]) -> None:
        """Begin a conversation afresh."""
        self.asked.question(str(arg)).dialogue.again()
        self._answer(None, said)

    def _note(self, question: Question, outcome: Outcome) -> None:
        if question.is_dialogue and outcome.status == NOT_ATTEMPTED:
            return  # not at its end
        if question.judged == "now":
            records.note(
                "field", self.asked.name, question.id, outcome.status,
                of=[one.id for one in self.asked.questions.values() if one.judged == "now"],
            )  # fmt: skip

    def look_again(self) -> None:
        """Judge the tasks anew: something was done in the practice shop."""
        for question in self.questions:
            if question.is_task:
                before, now = self._told.get(question.id), self.asked.told(question.id)
                self._told[question.id] = now
                if before is None or before.status != now.status:
                    self._note(question, now)
        self.screen.refresh()

    def _hint(self, arg: Any, said: dict[str, Any]) -> None:
        question = self.asked.question(str(arg))
        hints = question.data.get("hints", ())
        if self._hints[question.id] < len(hints):
            self._hints[question.id] += 1
            number = self._hints[question.id]
            records.note("hint", self.asked.name, question.id, str(number), of=len(hints))

    def _tree(self) -> parts.Part:
        typed, button, more = self.asked.typed(), None, None
        shown: list[parts.Part | None] = []
        for question in self.questions:
            said = typed.get(question.id)
            shown.append(self._control(question, said))
            outcome = self._told.get(question.id)
            if outcome is None and (said is not None or question.is_task):
                outcome = self._told[question.id] = self.asked.told(question.id)
            if (
                outcome is not None
                and outcome.status == RIGHT
                and not self._understood(question, said)
            ):
                shown.append(parts.message("right", outcome.plain_sentence))
            else:
                shown.append(self._understood(question, said))
                shown.append(
                    parts.message(
                        STATES[outcome.status] if outcome else "info",
                        outcome.plain_sentence if outcome else "",
                    )
                )
            steps, more = self._hint_parts(question)
            shown += steps
            if len(self.questions) > 1:
                shown.append(more)
                more = None
            button = say(question.data["button"]) if "button" in question.data else button
        heard = all(question.is_dialogue for question in self.questions)  # each reply at once
        check = None if heard else parts.button(button or self._button(), kind="primary")
        return parts.card(
            parts.form("answer", *shown, parts.row(check, more)),
            *self._shows(),
        )

    def _button(self) -> str:
        if all(question.is_task for question in self.questions):
            return _("Check what I did")
        return (
            _("Keep the answer") if all(q.judged != "now" for q in self.questions) else _("Check")
        )

    def _control(self, question: Question, said: Any) -> parts.Part:
        if question.is_task:
            return parts.text(question.label)
        if question.is_dialogue:
            return parts.group(question.label, *conversation(question.dialogue, question.id))
        if question.kind in ("single", "multiple"):
            options = self.asked.shown_options(question)
            many = question.kind == "multiple"
            value = said if many or said is None else reading.letter(said, dict(options))
            if len(options) > 6 and not many:
                options = [("", _("– choose –")), *options]
                return parts.select(question.id, question.label, options, value or "")
            return parts.choice(question.id, question.label, options, value, many=many)
        outcome = self._told.get(question.id)
        before = _given_before() if said is None and question.id == NUMBER else ""
        return parts.field(
            question.id,
            question.label,
            before if said is None else str(said),
            help=_("The number you gave before.") if before else None,
            unit=question.unit or {"money": "¥", "percent": "%"}.get(question.kind),
            lines=question.data.get("lines"),
            wrong=outcome is not None and outcome.status == WRONG,
        )

    def _understood(self, question: Question, said: Any) -> parts.Part | None:
        """How what was typed was read, where that does not go without saying."""
        if said is None or question.kind in ("single", "multiple", "text", "task", "dialogue"):
            return None
        try:
            understood = question.read(said)
        except reading.NotUnderstood:
            return None
        value = understood.value
        number = reading.shown_number(value) if isinstance(value, (int, float)) else str(value)
        plain, *same = (
            _SIGNS.sub("", one) for one in (reading.tidy(str(said)), understood.shown, number)
        )
        if plain in same:
            return None
        return parts.text(_("Understood as {answer}.").format(answer=understood.shown), "quiet")

    def _hint_parts(self, question: Question) -> tuple[list[parts.Part], parts.Part | None]:
        """The hints that are open, and the button for the next."""
        hints = question.data.get("hints", ())
        taken = self._hints[question.id]
        found = [parts.text(say(one), "step") for one in hints[:taken]]
        if taken == len(hints):
            return found, None
        words = _("Show a hint ({left} left)").format(left=len(hints) - taken)
        return found, parts.button(words, "hint", question.id, kind="small")

    def _shows(self) -> list[parts.Part]:
        """What appears once its question is answered: a chart with the guess in it, a sheet."""
        given = self.asked.given()
        return [
            getattr(self.asked.keys(given), question.data["shows"])()
            for question in self.questions
            if "shows" in question.data and question.id in given
        ]

    def preview(self) -> list[parts.Part]:
        """What a page that is only read shows in place of what a learner would see after it."""
        return [
            getattr(self.asked.keys({}), question.data["shows"])()
            for question in self.questions
            if "shows" in question.data and question.judged == "never"
        ]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.screen._repr_mimebundle_(), raw=True)
        if learner.session_notebook() is not None:
            self._kept.show()


def _given_before() -> str:
    """The number this learner gave last, in whichever exercise."""
    given = [event["outcome"] for event in records.events() if event["kind"] == NUMBER]
    return given[-1] if given else ""


def _chosen(question: Question) -> bool:
    return question.kind in ("single", "multiple")


def _blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _plain(value: Any) -> Any:
    """An answer as it is kept: text as it was typed (never endlessly long), or a list of ids."""
    if isinstance(value, (list, tuple)):
        return [str(one)[:2000] for one in value[:50]]
    return str(value)[:2000]


class Guess(Fields):
    """A guess to commit; then the chart appears with the guess in it."""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        super()._ipython_display_()
        if learner.session_notebook() is None:  # a page that is only read shows what comes of it
            for one in self.preview():
                png = one.get("src", "").removeprefix("data:image/png;base64,")
                display({"text/plain": one.get("says", ""), "image/png": png}, raw=True)


def guess(name: str, question: str) -> Guess:
    """Guess first, then see: ``guess("sales-01", "reach_guess")``.

    The question is one that is never judged and ``shows`` something.
    """
    return Guess(Asked(name), [question])


def ask(name: str, *ids: str) -> Fields:
    """The fields for these questions of a lesson or an exercise: ``ask("sales-1", "no_email")``.

    Raises `CrmkitError` for a name or a question that does not exist.
    """
    return Fields(Asked(name), ids)
