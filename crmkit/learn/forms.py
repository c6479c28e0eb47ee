"""What shows itself as the last line of a cell: a screen, or text where none can be drawn."""

from typing import Any

from crmkit.learn import answers, learner
from crmkit.learn.checks.outcome import NOTED, RIGHT, Outcome, is_grading
from crmkit.screen import Part, Screen, parts


class ShowsItself:
    """A quiz, a conversation, hints, tasks: as the last line of a cell it shows itself."""

    told_in_grading = True
    """Whether its text stands in the notebook that nbgrader has run."""

    @property
    def text(self) -> str:
        """What stands where no screen can be drawn."""
        raise NotImplementedError

    def form(self) -> Screen:
        """A screen of its own."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if is_grading() and not self.told_in_grading:
            return
        bundle = {} if is_grading() else self.form()._repr_mimebundle_()
        bundle.pop("text/html", None)
        display({**bundle, "text/plain": self.text}, raw=True)


def screen_of(thing: Any) -> Screen | None:
    """The screen of what a lesson's cell gives, to be shown on a page; None for what has none."""
    if isinstance(thing, Screen):
        return thing
    return thing.form() if isinstance(thing, ShowsItself) else getattr(thing, "screen", None)


def kept_copy(name: str, ids: list[str]) -> answers.Kept:
    """The copy of these answers in the notebook, shown where a learner sits."""
    copy = answers.Kept(name, ids)
    if learner.seat() is None and learner.session_notebook() is not None and not is_grading():
        copy.show()
    return copy


def verdict(outcome: Outcome | None) -> Part:
    """The line below a question: how its answer is, empty before there is one."""
    if outcome is None:
        return parts.message("info", "")
    state = {RIGHT: "right", NOTED: "noted"}.get(outcome.status, "wrong")
    if outcome.reason == "impossible":
        state = "open"
    return parts.message(state, outcome.plain_sentence)
