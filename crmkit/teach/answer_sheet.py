"""The right answers to an exercise in fields, for what a learner chose: a trainer's answer sheet."""

from collections.abc import Mapping
from typing import Any

from crmkit.learn.questions import PLACES, Asked, Question


def answer_sheet(exercise: str, chosen: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Every answer as a learner would type it, in the order of the exercise.

    chosen: what the learner chose freely (a store, a number), by question; the first option, or
    12, where nothing is given. Where a sentence is asked for, one that will do.

    >>> from crmkit.i18n import use_language
    >>> with use_language("en"):
    ...     sheet = answer_sheet("sales-1", {"my_number": "7"})
    >>> sheet["my_number"], sheet["next_step"]
    ('7', 'confirm')
    """
    asked, found = Asked(exercise), {}
    given: dict[str, Any] = {}
    for question in asked.questions.values():
        if question.judged == "never":
            first = next(iter(question.options()), "") if question.kind == "single" else "12"
            found[question.id] = (chosen or {}).get(question.id, first)
            given[question.id] = question.read(found[question.id]).value
    for question in asked.questions.values():
        if question.judged != "never":
            key = getattr(asked.keys(given), question.id)()
            found[question.id] = key.example or _typed(question, key.value)
    return {one: found[one] for one in asked.questions if one in found}


def _typed(question: Question, value: Any) -> Any:
    if question.kind == "multiple":
        return sorted(value)
    if question.kind in PLACES:
        return f"{value:.{question.data.get('decimals', PLACES[question.kind])}f}"
    return str(value)
