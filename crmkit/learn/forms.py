"""The forms a notebook shows for quizzes, conversations and hints.

Plain HTML inside a widget: real fieldsets, labels and buttons, so keyboards and screen readers
work as on any web page. What was typed goes to Python; what comes back is shown as text, never as
HTML.
"""

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, use_language
from crmkit.i18n import gettext as _
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import RIGHT

if TYPE_CHECKING:
    from crmkit.learn.dialogues import Dialogue
    from crmkit.learn.hints import Hints
    from crmkit.learn.quizzes import Quiz
    from crmkit.learn.selftest import SelfTest

_FILES = resources.files("crmkit.learn") / "widgets"


@cache
def _form() -> Any:
    import anywidget
    import traitlets

    class Form(anywidget.AnyWidget):
        """A form: what to show goes out as `shown`, what was done comes in as messages."""

        # of the class: anywidget leaves out a style sheet that comes with the instance
        _css = (_FILES / "forms.css").read_text("utf-8")
        shown = traitlets.Dict().tag(sync=True)

        def __init__(self, script: str, shown: dict, act: Any):
            super().__init__(
                _esm=(_FILES / script).read_text("utf-8"),
                shown={"language": get_language(), **shown},
            )
            self._act, self._language = act, get_language()
            self.on_msg(self._received)

        def _received(self, _widget: Any, content: Any, _buffers: Any) -> None:
            with use_language(self._language):
                try:
                    change = self._act(content if isinstance(content, dict) else {})
                except CrmkitError as error:
                    change = {"problem": str(error)}
            self.shown = {**self.shown, "problem": "", **change}

        def __repr__(self) -> str:
            return "Form()"

    return Form


def display_with_text(make: Any, thing: Any, text: str) -> None:
    """Show a form with the text as its fallback; only the text where there are no widgets."""
    from IPython.display import display

    bundle: dict = {}
    if make is not None:
        try:
            bundle = make(thing)._repr_mimebundle_()
        except ImportError:
            bundle = {}
    if isinstance(bundle, tuple):
        bundle = bundle[0]
    display({**(bundle or {}), "text/plain": text}, raw=True)


def QuizForm(quiz: "Quiz") -> Any:
    """The form of a quiz."""

    def score() -> str:
        right, asked = quiz.score()
        return _("{right} of {asked} right so far.").format(right=right, asked=asked)

    def take(content: dict) -> dict:
        outcome = quiz.take(str(content.get("question")), content.get("answer"))
        verdicts[outcome.name] = {"right": outcome.status == RIGHT, "text": outcome.plain_sentence}
        return {
            "verdicts": dict(verdicts),
            "answers": quiz.answers(),
            "score": "" if quiz.graded else score(),
        }

    given = quiz.answers()
    verdicts: dict[str, dict] = {}
    shown = {
        "title": say(quiz.title),
        "questions": [one.shown(quiz.name, n) for n, one in enumerate(quiz.questions, 1)],
        "answers": given,
        "verdicts": verdicts,
        "score": "" if quiz.graded or not given else score(),
        "words": {
            "check": _("Keep the answer") if quiz.graded else _("Check"),
            "choose": _("choose"),
            "up": _("Move up"),
            "down": _("Move down"),
        },
    }
    return _form()("quiz.js", shown, take)


def SelfTestForm(test: "SelfTest") -> Any:
    """The form of the self-test: every answer counts, none is wrong."""
    verdicts: dict[str, dict] = {}

    def take(content: dict) -> dict:
        outcome = test.take(str(content.get("question")), content.get("answer"))
        verdicts[outcome.name] = {"right": True, "text": outcome.plain_sentence}
        return {"verdicts": dict(verdicts), "answers": test.answers(), "score": test.suggestion()}

    shown = {
        "title": say(test.data["title"]),
        "questions": [
            {
                "id": one["id"],
                "kind": "single",
                "ask": f"{number}. {say(one['ask'])}",
                "options": [
                    {"id": o["id"], "text": say({"zh": o["zh"], "en": o["en"]})}
                    for o in one["options"]
                ],
                "lefts": [],
                "unit": "",
            }
            for number, one in enumerate(test.data["questions"], 1)
        ],
        "answers": test.answers(),
        "verdicts": verdicts,
        "score": test.suggestion(),
        "words": {"check": _("Note it"), "choose": "", "up": "", "down": ""},
    }
    return _form()("quiz.js", shown, take)


def DialogueForm(dialogue: "Dialogue") -> Any:
    """The form of a conversation."""

    def act(content: dict) -> dict:
        if content.get("again"):
            dialogue.again()
        else:
            dialogue.take(str(content.get("reply")))
        return dialogue_shown()

    def dialogue_shown() -> dict:
        shown = {"outcome": "", "summary": "", "scores": [], **dialogue.shown()}
        return shown | {
            "words": {
                "replies": _("What do you say?"),
                "again": _("Once more from the start"),
                "why": _("Why"),
            }
        }

    return _form()("dialogue.js", dialogue_shown(), act)


def HintForm(hints: "Hints") -> Any:
    """The form of the hints for one answer."""
    open_steps: list[str] = []

    def state() -> dict:
        left = len(hints) - len(open_steps)
        return {
            "steps": list(open_steps),
            "more": _("Show a hint ({left} left)").format(left=left) if left else "",
        }

    def act(_content: dict) -> dict:
        if len(open_steps) < len(hints):
            open_steps.append(hints.take(len(open_steps) + 1))
        return state()

    return _form()("hint.js", state(), act)
