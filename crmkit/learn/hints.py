"""Hints in steps, then the worked solution. Using one is recorded, not punished."""

import os
import re

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn import authored, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import is_grading
from crmkit.learn.course import Course


def hint(answer: str) -> "Hints":
    """The hints for an answer cell by its id, e.g. ``hint("cashier-3-read")``.

    As the last line of a cell it shows a button that opens one step after the other; in text,
    ``hint("cashier-3-read").step(1)``.
    """
    return Hints(answer)


def solutions_locked() -> bool:
    """Whether a trainer keeps worked solutions back: ``CRMKIT_SOLUTIONS=locked``."""
    return os.environ.get("CRMKIT_SOLUTIONS", "").lower() == "locked"


class Hints:
    """The steps of help for one answer."""

    def __init__(self, answer: str):
        self.answer = answer
        for assignment in authored.known("hints"):
            data, _lines = authored.read(authored.find("hints", assignment), "hints")
            if answer in data["hints"]:
                self.assignment, self._steps = data["assignment"], data["hints"][answer]
                return
        raise CrmkitError(_("There are no hints for {answer}.").format(answer=answer))

    def __repr__(self) -> str:
        return f"Hints({self.answer!r})"

    def __len__(self) -> int:
        return len(self._steps) + (self.solution() is not None)

    def steps(self) -> list[str]:
        """All steps in the current language, the worked solution (where there is one) last."""
        steps = [say(step) for step in self._steps]
        solution = self.solution()
        return steps if solution is None else [*steps, _("One way to do it:") + "\n" + solution]

    def step(self, number: int) -> None:
        """Print one step, from 1."""
        print(self.take(number))

    def take(self, number: int) -> str:
        """One step, from 1; that it was used is recorded."""
        steps = self.steps()
        if not 1 <= number <= len(steps):
            raise CrmkitError(_("There are {count} steps of help.").format(count=len(steps)))
        records.note("hint", self.assignment, self.answer, str(number), of=len(steps))
        return steps[number - 1]

    def solution(self) -> str | None:
        """The worked solution from the exercise's master; None where it is locked or not there."""
        if solutions_locked() or is_grading():
            return None
        try:
            master = Course.find().master_source(self.assignment).read_text("utf-8")
        except (CrmkitError, OSError):
            return None
        cell = re.search(
            rf"^:answer: {re.escape(self.answer)}$(?P<code>.*?)^```", master, re.M | re.S
        )
        parts = re.findall(
            r"^[ \t]*### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION",
            cell["code"] if cell else "",
            re.M | re.S,
        )
        return "".join(parts).rstrip() or None

    @property
    def text(self) -> str:
        """What is shown where no button can be."""
        gap = "" if get_language() == "zh" else " "
        return (
            _("There are {count} steps of help.").format(count=len(self))
            + gap
            + _('Read the first with hint("{answer}").step(1)').format(answer=self.answer)
        )

    def _ipython_display_(self) -> None:
        from crmkit.learn.forms import HintForm, display_with_text

        if not is_grading():
            display_with_text(HintForm, self, self.text)
