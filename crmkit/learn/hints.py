"""Hints in steps, then the worked solution. Using one is recorded, not punished."""

import ast
import os
import re
import textwrap
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn import authored, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import is_grading
from crmkit.learn.course import Course
from crmkit.learn.forms import ShowsItself
from crmkit.screen import Part, Screen, parts

_SOLUTION = re.compile(
    r"^[ \t]*### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION[^\n]*\n?", re.M | re.S
)


def hint(answer: str) -> "Hints":
    """The hints for an answer cell by its id, e.g. ``hint("cashier-3-read")``.

    As the last line of a cell it shows a button that opens one step after the other; in text,
    ``hint("cashier-3-read").step(1)``.
    """
    return Hints(answer)


def solutions_locked() -> bool:
    """Whether a trainer keeps worked solutions back: ``CRMKIT_SOLUTIONS=locked``."""
    return os.environ.get("CRMKIT_SOLUTIONS", "").lower() == "locked"


class Hints(ShowsItself):
    """The steps of help for one answer."""

    told_in_grading = False

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
        """All steps in the current language, then half of the worked solution, then all of it."""
        steps = [say(step) for step in self._steps]
        beginning, solution = self.beginning(), self.solution()
        if beginning is not None:
            steps.append(
                _("Half of it. It runs as it stands; go on where the three dots are:")
                + "\n"
                + beginning
            )
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
        return "".join(_SOLUTION.findall(self._cell())).rstrip() or None

    def beginning(self) -> str | None:
        """The answer cell with the first half of the worked solution; None for a single line."""
        cell, solution = self._cell(), self.solution()
        half = _first_half(textwrap.dedent(solution)) if solution else None
        open_line = re.search(r"^(?P<in>[ \t]*)\w+ = \.\.\.", cell, re.M)
        if half is None or open_line is None:
            return None
        bare = _SOLUTION.sub("", cell[: open_line.start()])
        rest = _SOLUTION.sub("", cell[open_line.start() :])
        return f"{bare}{textwrap.indent(half, open_line['in'])}\n{rest}".strip()

    def _cell(self) -> str:
        """The answer cell of the exercise's master; nothing where solutions are kept back."""
        if solutions_locked() or is_grading():
            return ""
        try:
            master = Course.find().master_source(self.assignment).read_text("utf-8")
        except (CrmkitError, OSError):
            return ""
        found = re.search(
            rf"^:answer: {re.escape(self.answer)}$(?P<code>.*?)^```", master, re.M | re.S
        )
        return found["code"] if found else ""

    @property
    def text(self) -> str:
        """What is shown where no button can be."""
        gap = "" if get_language() == "zh" else " "
        return (
            _("There are {count} steps of help.").format(count=len(self))
            + gap
            + _('Read the first with hint("{answer}").step(1)').format(answer=self.answer)
        )

    def form(self) -> Screen:
        """The screen of the hints for one answer."""
        steps: list[str] = []

        def more(_arg: Any, _values: dict[str, Any]) -> None:
            if len(steps) < len(self):
                steps.append(self.take(len(steps) + 1))

        def show() -> Part:
            left = len(self) - len(steps)
            words = _("Show a hint ({left} left)").format(left=left)
            button = parts.button(words, "more", kind="small") if left else None
            return parts.column(*(drawn for one in steps for drawn in _hint(one)), button)

        return Screen(show, {"more": more}, repr(self))


def _first_half(code: str) -> str | None:
    """The first half of the statements, so that it runs; None for a single one."""
    starts: dict[int, int] = {}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.stmt):
            starts.setdefault(node.lineno, node.col_offset)
    if len(starts) < 2:
        return None
    left_out = sorted(starts)[len(starts) // 2]
    kept = code.splitlines()[: left_out - 1]
    inside = starts[left_out]
    return "\n".join([*kept, " " * inside + "..."] if inside else kept)


def _hint(step: str) -> list[Part]:
    """A step of help: a sentence, and below it the code, if it brings some."""
    words, _line, code = step.partition("\n")
    return [parts.text(words, "step"), *([parts.code(code)] if code else [])]
