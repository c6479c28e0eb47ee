"""A learner's answers, kept beside the notebook so that they travel with it.

They are kept by id: a quiz's by option, never by position, so options may be shuffled; a field's
as it was typed, so that what is judged is what the learner last wrote. A copy stands in the
notebook itself (`Kept`), for whoever hands in the notebook alone.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn import learner
from crmkit.learn.checks.outcome import is_grading

KEPT = "application/vnd.crmkit.answers+json"
"""The kind of output under which a notebook carries a copy of the answers."""


class AnswersError(CrmkitError):
    """An answers file that cannot be read; the message says what to do."""


def folder() -> Path:
    """The learner's folder: where the page's notebook stands, else the current one."""
    here = learner.seat()
    return here.notebook.parent if here else Path.cwd()


def answers_file(name: str) -> Path:
    """Where the answers to this stand: ``<name>.answers.json`` in the learner's folder."""
    return folder() / f"{name}.answers.json"


def load(name: str) -> dict[str, Any]:
    """The saved answers by question id; empty when nothing was answered yet.

    Raises `AnswersError` when the file was edited into something else.
    """
    path = answers_file(name)
    try:
        saved = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        saved = None
    answers = saved.get("answers") if isinstance(saved, dict) else None
    if not isinstance(answers, dict) or saved.get("name") != name:
        raise AnswersError(
            _(
                "{file} is damaged: it does not hold answers to {name}. Delete it and answer again."
            ).format(file=path.name, name=name)
        )
    return answers


def keep(name: str, changes: dict[str, Any]) -> None:
    """Keep some answers beside those already there; None takes one away."""
    kept = load(name) | changes
    save(name, {one: answer for one, answer in kept.items() if answer is not None})


def save(name: str, answers: dict[str, Any]) -> None:
    """Keep exactly these answers; nothing is written while nbgrader runs the notebook."""
    if is_grading():
        return
    path = answers_file(name)
    unfinished = path.with_suffix(".unfinished")
    text = json.dumps({"name": name, "answers": answers}, ensure_ascii=False, indent=1)
    unfinished.write_text(text + "\n", "utf-8")
    os.replace(unfinished, path)


class Kept:
    """A copy of the answers in the notebook, without anything to see; it follows every change."""

    def __init__(self, name: str, ids: Iterable[str]):
        self.name, self.ids = name, tuple(ids)
        self._display: Any = None

    def show(self) -> None:
        """Put the copy into the cell's output."""
        from IPython.display import display

        self._display = display(self._bundle(), raw=True, display_id=True)

    def follow(self) -> None:
        """Write what is kept now."""
        if self._display is not None:
            self._display.update(self._bundle(), raw=True)

    def _bundle(self) -> dict[str, Any]:
        kept = {one: answer for one, answer in load(self.name).items() if one in self.ids}
        return {KEPT: {"name": self.name, "answers": kept}, "text/plain": ""}


def take_from(notebook: Any) -> dict[str, dict[str, Any]]:
    """The copies a notebook carries, by name: what was answered in it last."""
    found: dict[str, dict[str, Any]] = {}
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            kept = output.get("data", {}).get(KEPT)
            if isinstance(kept, dict) and isinstance(kept.get("answers"), dict):
                found.setdefault(str(kept.get("name")), {}).update(kept["answers"])
    return found
