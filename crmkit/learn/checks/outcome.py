"""What a check found out, and how it is shown."""

import html
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from crmkit.i18n import gettext as _

RIGHT, WRONG, NOT_ATTEMPTED, NOTED = "right", "wrong", "not_attempted", "noted"
# Set by the guard once nbgrader was seen; from then on every check raises.
always_grading = False
_MARKS = ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING")

_SIGNS = {RIGHT: "✓", WRONG: "✗", NOT_ATTEMPTED: "○", NOTED: "•"}
_COLOURS = {RIGHT: "#2e7d32", WRONG: "#c62828", NOT_ATTEMPTED: "#757575", NOTED: "#0b57a4"}


@dataclass(frozen=True)
class Fault:
    """Why a value is not right: a reason to test against, and a sentence to read."""

    reason: str
    message: str
    mistake: str | None = None


@dataclass(frozen=True)
class Outcome:
    """Right, wrong (with the reason and the mistake it looks like), not attempted; or only noted,
    where nothing is judged or it is judged later."""

    status: str
    name: str
    reason: str = ""
    message: str = ""
    mistake: str | None = None

    @property
    def plain(self) -> str:
        """The outcome as one line of text."""
        return f"{_SIGNS[self.status]} {self.name}: {self.plain_sentence}"

    @property
    def html(self) -> str:
        """The outcome as a line with a coloured edge; the words say it too."""
        return (
            f'<div role="status" style="border-left:4px solid {_COLOURS[self.status]};'
            'padding:4px 10px;margin:4px 0;white-space:pre-line">'
            f"<b>{_SIGNS[self.status]} {html.escape(self.name)}</b>: "
            f"{html.escape(self.plain_sentence)}</div>"
        )

    @property
    def plain_sentence(self) -> str:
        """What there is to say, without the name."""
        if self.status == RIGHT:
            return self.message or _("Right.")
        return self.message


class CheckFailed(AssertionError):
    """A graded check that did not pass; nbgrader takes the marks off on it."""

    def __init__(self, outcome: Outcome):
        super().__init__(outcome.plain)
        self.outcome = outcome

    def _render_traceback_(self) -> list[str]:
        """The cell's line and the reason; the kit's inside helps nobody here."""
        step, line = self.__traceback__, 0
        while step is not None:
            if step.tb_frame.f_code.co_name == "<module>":
                line = step.tb_lineno
            step = step.tb_next
        return [f"----> {line}", str(self)]


class NotAttempted(CheckFailed):
    """A graded check of something that was left as it came."""


def is_grading() -> bool:
    """Whether nbgrader runs this notebook to grade or to validate it, however the notebook changed
    its environment."""
    if always_grading or any(mark in os.environ for mark in _MARKS):
        return True
    try:
        born_with = Path("/proc/self/environ").read_bytes()
    except OSError:
        return False
    names = {pair.partition(b"=")[0].decode(errors="replace") for pair in born_with.split(b"\0")}
    return not names.isdisjoint(_MARKS)


def show(outcome: Outcome) -> None:
    """Show an outcome where the learner is: in the notebook, else as a printed line."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        print(outcome.plain)
        return
    from IPython.display import display

    display({"text/plain": outcome.plain, "text/html": outcome.html}, raw=True)
