"""A learner's answers, kept beside the notebook so that they travel with it.

They are kept by option id, never by position, so options may be shuffled.
"""

import json
import os
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn.checks.outcome import is_grading


class AnswersError(CrmkitError):
    """An answers file that cannot be read; the message says what to do."""


def answers_file(name: str) -> Path:
    """Where the answers to this quiz or dialogue stand: ``<name>.answers.json`` here."""
    return Path.cwd() / f"{name}.answers.json"


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


def save(name: str, answers: dict[str, Any]) -> None:
    """Keep the answers; nothing is written while nbgrader runs the notebook."""
    if is_grading():
        return
    path = answers_file(name)
    unfinished = path.with_suffix(".unfinished")
    text = json.dumps({"name": name, "answers": answers}, ensure_ascii=False, indent=1)
    unfinished.write_text(text + "\n", "utf-8")
    os.replace(unfinished, path)
