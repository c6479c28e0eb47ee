"""Checks that explain: not attempted, wrong (and why), right.

In a notebook a check shows its message and goes on; under nbgrader it raises, because nbgrader
takes marks off only on an error. Either way it gives nothing back, so a graded cell never ends in
a bare value (nbgrader would take it for partial credit).
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn import learner, ran, records
from crmkit.learn.checks.charts import KINDS, Chart
from crmkit.learn.checks.expectation import Expectation, Mistakes, undefined
from crmkit.learn.checks.fitting import expectation_for
from crmkit.learn.checks.form import Form
from crmkit.learn.checks.functions import Function
from crmkit.learn.checks.models import Model
from crmkit.learn.checks.outcome import (
    NOT_ATTEMPTED,
    NOTED,
    RIGHT,
    WRONG,
    CheckFailed,
    NotAttempted,
    Outcome,
    is_grading,
    show,
)
from crmkit.learn.checks.tables import Column, Frame
from crmkit.learn.checks.values import (
    Choice,
    Day,
    Number,
    Text,
)

LOOK_UP = type("LookUp", (), {"__repr__": lambda self: "the variable called by the name"})()


class Check:
    """Checks what a learner made under a name, e.g. ``check.number("revenue", 1250.5)``.

    The first argument is the name of the learner's variable or function; the check looks it up
    where it is called, so that a name which does not exist is "not attempted" and not an error.
    `value=` checks something else and uses the name only for the message.

    `mistakes` names typical errors and what they would give: ``{"returns_left_in": 1310.0}``.
    The names are those of `crmkit.learn.checks.mistakes.KNOWN`, or a pair of sentences
    ``("中文", "English")``.
    """

    def __call__(
        self,
        name: str,
        expected: Any,
        *,
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
        **options: Any,
    ) -> None:
        """Check a value of any kind; the right value says which.

        >>> from crmkit.i18n import use_language
        >>> orders = 12
        >>> with use_language("en"):
        ...     check("orders", 15, mistakes={"lines_for_orders": 12})
        ✗ orders: This counts lines; one order can have several lines.
        """
        _settle(name, expectation_for(expected, mistakes=mistakes or {}, **options), value)

    def number(
        self,
        name: str,
        expected: float,
        *,
        unit: str = "",
        within: float | None = None,
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a number: ``check.number("aov", 86.53, unit="yuan", within=0.01)``.

        Without `within`, half a cent from 1 upwards and 0.00005 below. Recognised unasked: the
        wrong sign, percent for fraction and the reverse, cents for yuan, the ratio upside down,
        rounded too early.
        """
        _settle(name, Number(expected, unit=unit, within=within, mistakes=mistakes or {}), value)

    def text(
        self,
        name: str,
        expected: str | Sequence[str],
        *,
        exact: bool = False,
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a text; several right ones may be given: ``check.text("reason", ["退货", "return"])``."""
        _settle(name, Text(expected, exact=exact, mistakes=mistakes or {}), value)

    def choice(
        self,
        name: str,
        expected: str | set[str],
        *,
        options: Sequence[str],
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a choice: ``check.choice("answer", "B", options=["A", "B", "C"])``.

        A set asks for several: ``check.choice("answer", {"A", "C"}, options=[...])``.
        """
        _settle(name, Choice(expected, options=tuple(options), mistakes=mistakes or {}), value)

    def date(
        self,
        name: str,
        expected: Any,
        *,
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a date: ``check.date("best_day", "2025-06-01")``; text in that form is fine."""
        _settle(name, Day(expected, mistakes=mistakes or {}), value)

    def series(
        self,
        name: str,
        expected: Any,
        *,
        index: bool = True,
        ordered: bool = False,
        within: float | None = None,
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a column of values, each under its label; by position with ``index=False``."""
        expectation = Column(
            expected, index=index, ordered=ordered, within=within, mistakes=mistakes or {}
        )
        _settle(name, expectation, value)

    def frame(
        self,
        name: str,
        expected: Any,
        *,
        columns: Sequence[str] | None = None,
        extra: bool = False,
        ordered: bool = False,
        index: bool = False,
        key: Sequence[str] | None = None,
        within: float | None = None,
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a table of any dataframe kind: ``check.frame("by_store", right, ordered=True)``.

        Column order never matters, row order only with `ordered`, the index only with `index`.
        """
        expectation = Frame(
            expected,
            columns=columns,
            extra=extra,
            ordered=ordered,
            index=index,
            key=key,
            within=within,
            mistakes=mistakes or {},
        )
        _settle(name, expectation, value)

    def function(
        self,
        name: str,
        expected: Any,
        *,
        inputs: Sequence[Any],
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
        **options: Any,
    ) -> None:
        """Check a function on several inputs.

        `expected` is a function that is right, or the list of right results; each of `inputs`
        is one call's tuple of arguments (a single argument needs no tuple). A mistake is a
        function that makes it. Further options go to the check of the results (`within` …)::

            check.function(
                "shift_revenue",
                lambda sales: sales["amount"].sum(),
                inputs=[small_sales, sales_with_returns],
                mistakes={"returns_left_in": lambda sales: sales["amount"].clip(lower=0).sum()},
            )
        """
        expectation = Function(
            expected, inputs=list(inputs), mistakes=mistakes or {}, options=options, by_hand=True
        )
        _settle(name, expectation, value)

    def chart(
        self,
        name: str,
        expected: Sequence[float],
        *,
        kind: str | Sequence[str] = KINDS,
        labelled: bool = True,
        title: bool = False,
        zero: bool = True,
        ordered: bool = True,
        within: float | None = None,
        mistakes: Mistakes | None = None,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a chart: ``check.chart("chart", by_hour["revenue"], kind="bar")``."""
        expectation = Chart(
            list(expected),
            kind=kind,
            labelled=labelled,
            title=title,
            zero=zero,
            ordered=ordered,
            within=within,
            mistakes=mistakes or {},
        )
        _settle(name, expectation, value)

    def model(
        self,
        name: str,
        expected: Any,
        *,
        given: Any,
        score: Any = "accuracy",
        at_least: float,
        value: Any = LOOK_UP,
    ) -> None:
        """Check a model on data it has not seen: ``check.model("model", y, given=X, at_least=0.8)``."""
        _settle(name, Model(expected, given=given, score=score, at_least=at_least), value)

    def answered(
        self,
        name: str,
        kind: str,
        *,
        options: Sequence[str] = (),
        between: tuple[Any, Any] | None = None,
        unit: str = "",
        value: Any = LOOK_UP,
    ) -> None:
        """Check only the form of a graded answer, without knowing it: for released cells.

        `kind` is "number", "text", "date" or "choice" (then with `options`); `between` says
        what is possible: ``check.answered("best_hour", "number", between=(0, 23))``.
        """
        _settle(name, Form(kind, options=tuple(options), between=between, unit=unit), value)

    def ask(self, name: str, *questions: str) -> Any:
        """Ask in fields, and judge what was answered: ``check.ask("sales-1", "no_email")``.

        At the notebook it gives the fields, which show themselves as the last line of a cell;
        under nbgrader it judges the answers kept beside the notebook.
        """
        from crmkit.learn import answers, fields

        if not is_grading():
            return fields.ask(name, *questions)
        asked = fields.Asked(name)
        for question in questions:
            try:
                outcome = asked.outcome(question)
            except answers.AnswersError as error:
                outcome = Outcome(WRONG, asked.question(question).label, "damaged", str(error))
            _conclude(outcome)
        return None

    def answer(self, quiz: str, question: str, key: Any) -> None:
        """Check one kept answer of a graded quiz, by option id; for hidden cells only.

        ``check.answer("foundations-1-quiz", "aims", ["loyalty", "sales"])``
        """
        from crmkit.learn import answers, quizzes

        asked = quizzes.quiz(quiz)
        if question not in asked.bank:
            raise CrmkitError(f"{quiz}: {question}?")
        name = f"{asked.name}: {question}"
        try:
            given = asked.answers().get(question)
        except answers.AnswersError as error:
            _conclude(Outcome(WRONG, name, "damaged", str(error)))
            return
        outcome = asked.bank[question].judge(given, key)
        _conclude(replace(outcome, name=name))

    def task(self, exercise: str, task: str, part: str | None = None) -> None:
        """Check a task in the practice shop beside the notebook, or one part of it.

        ``check.task("member-desk", "register", "birthday")``; it only reads.
        """
        from crmkit.learn import tasks

        _conclude(tasks.Tasks(exercise).outcome(task, part))


check = Check()
ran.watch()


listeners: list[Any] = []
"""Called with every check that runs: its name, what it expects, the value it saw, the outcome."""

_KIT = str(Path(__file__).parents[1])


def _value_of(name: str) -> Any:
    """The learner's variable, looked up where the kit was called from."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_KIT):
        frame = frame.f_back
    for names in (frame.f_locals, frame.f_globals):
        if name in names:
            return names[name]
    return LOOK_UP


def _settle(name: str, expectation: Expectation, value: Any) -> None:
    if value is LOOK_UP:
        value = _value_of(name)
    if name in ran.stopped:
        outcome = stopped(name)
    else:
        outcome = undefined(name) if value is LOOK_UP else expectation.judge(name, value)
    for listener in listeners:
        listener(name, expectation, value, outcome)
    _conclude(outcome)


def stopped(name: str) -> Outcome:
    """What is said of a name whose cell did not come to its end."""
    words = _("The cell that sets {name} stopped with an error. Mend it and run it again.")
    return Outcome(WRONG, name, "stopped", words.format(name=name))


def _conclude(outcome: Outcome) -> None:
    _record(outcome.name, outcome)
    if is_grading() and outcome.status not in (RIGHT, NOTED):
        raise (NotAttempted if outcome.status == NOT_ATTEMPTED else CheckFailed)(outcome)
    show(outcome)


def _record(name: str, outcome: Outcome) -> None:
    if place := learner.place():
        names = learner.checked_names()
        records.note("check", place, name, outcome.status, of=names if name in names else None)
