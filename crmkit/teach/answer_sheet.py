"""The right answers to an exercise in fields, for what a learner chose: a trainer's answer sheet."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crmkit.learn.questions import PLACES, Asked, Question
from crmkit.learn.tasks import Tasks

DONE = "done"
"""What the sheet says of a task in the practice shop."""


def work_through(exercise: str, folder: Path, only: Iterable[str] | None = None) -> None:
    """Do an exercise's tasks, all or `only` these, in the practice shop of this folder: the worked
    example. The shop is begun when it is not there; what a learner chose is left at the first."""
    from crmkit.practice import Shop

    asked = Asked(exercise)
    tasks = [one.id for one in asked.questions.values() if one.is_task]
    shop = Shop.practice(scene_of(exercise), folder=folder)
    try:
        for one in tasks if only is None else [one for one in tasks if one in set(only)]:
            getattr(asked.keys({}), one)().value(shop)
    finally:
        shop.close()


def scene_of(exercise: str) -> str:
    """The scene an exercise's tasks are done in."""
    return Tasks(exercise).scene


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
        if question.is_task:
            found[question.id] = DONE
        elif question.is_dialogue:
            found[question.id] = question.dialogue.best()
        elif question.judged != "never":
            key = getattr(asked.keys(given), question.id)()
            found[question.id] = key.example or _typed(question, key.value)
    return {one: found[one] for one in asked.questions if one in found}


def _typed(question: Question, value: Any) -> Any:
    if question.kind == "multiple":
        return sorted(value)
    if question.kind in PLACES:
        return f"{value:.{question.data.get('decimals', PLACES[question.kind])}f}"
    return str(value)
