"""Quizzes, conversations, hints and the self-test as screens."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn import answers, learner
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOTED, RIGHT, WRONG, Outcome, is_grading
from crmkit.screen import Part, Screen, parts

if TYPE_CHECKING:
    from crmkit.learn.dialogues import Dialogue
    from crmkit.learn.hints import Hints
    from crmkit.learn.quizzes import Question, Quiz
    from crmkit.learn.selftest import SelfTest
    from crmkit.learn.tasks import Tasks


def display_with_text(make: Any, thing: Any, text: str) -> None:
    """Show a screen with the text as what stands where it cannot be drawn; only the text while
    nbgrader runs."""
    from IPython.display import display

    bundle: dict = {}
    if make is not None and not is_grading():
        bundle = make(thing)._repr_mimebundle_()
        bundle.pop("text/html", None)
    display({**bundle, "text/plain": text}, raw=True)


def screen_of(thing: Any) -> Screen | None:
    """The screen of what a lesson's cell gives, to be shown on a page; None for what has none."""
    if isinstance(thing, Screen):
        return thing
    forms: dict[str, Callable[[Any], Screen]] = {
        "Quiz": QuizForm,
        "SelfTest": SelfTestForm,
        "Dialogue": DialogueForm,
        "Hints": HintForm,
        "Tasks": TasksForm,
    }
    make = forms.get(type(thing).__name__)
    return make(thing) if make else getattr(thing, "screen", None)


def kept_copy(name: str, ids: list[str]) -> answers.Kept:
    """The copy of these answers in the notebook, shown where a learner sits."""
    copy = answers.Kept(name, ids)
    if learner.seat() is None and learner.session_notebook() is not None and not is_grading():
        copy.show()
    return copy


def _verdict(outcome: Outcome | None) -> Part:
    if outcome is None:
        return parts.message("info", "")
    state = {RIGHT: "right", NOTED: "noted"}.get(outcome.status, "wrong")
    if outcome.reason == "impossible":
        state = "open"
    return parts.message(state, outcome.plain_sentence)


def _controls(question: "Question", shown: dict, answer: Any, order: list[str]) -> list[Part]:
    """What a question is answered with."""
    options = {one["id"]: one["text"] for one in shown["options"]}
    if question.kind in ("single", "multiple"):
        many = question.kind == "multiple"
        label = _("Several may be right: tick each of them.") if many else ""
        return [parts.choice(question.id, label, list(options.items()), answer, many=many)]
    if question.kind == "number":
        typed = "" if answer is None else f"{answer:g}"
        return [parts.field(question.id, _("Your answer"), typed, unit=shown["unit"] or None)]
    if question.kind == "match":
        given = answer or {}
        choose = [("", _("– choose –")), *options.items()]
        return [
            parts.select(
                f"{question.id}/{one['id']}", one["text"], choose, given.get(one["id"], "")
            )
            for one in shown["lefts"]
        ]
    lines = []
    for place, one in enumerate(order):
        moves = [
            parts.button(sign, "move", [question.id, place, by], kind="small",
                         disabled=not 0 <= place + by < len(order), says=f"{words}: {options[one]}")
            for sign, by, words in (("↑", -1, _("Move up")), ("↓", 1, _("Move down")))
        ]  # fmt: skip
        lines.append(parts.row(parts.text(options[one]), *moves))
    return [parts.items(*lines, ordered=True)]


def QuizForm(quiz: "Quiz") -> Screen:
    """The screen of a quiz."""
    told: dict[str, Outcome] = {}
    shown = {one.id: one.shown(quiz.name, n) for n, one in enumerate(quiz.questions, 1)}
    given = quiz.answers()
    orders = {
        one.id: list(given.get(one.id) or [o["id"] for o in shown[one.id]["options"]])
        for one in quiz.questions
        if one.kind == "order"
    }
    copy = kept_copy(quiz.name, [one.id for one in quiz.questions])

    def check(arg: Any, values: dict[str, Any]) -> None:
        question = quiz.bank.get(str(arg))
        if question is None:
            return
        answer = values.get(question.id)
        if question.kind == "order":
            answer = orders.get(question.id)
        if question.kind == "match":
            answer = {one: values.get(f"{question.id}/{one}", "") for one in question.ids}
            answer = {one: right for one, right in answer.items() if right}
        told[question.id] = quiz.take(question.id, answer)
        copy.follow()

    def move(arg: Any, _values: dict[str, Any]) -> None:
        name, place, by = arg
        order = orders[str(name)]
        if 0 <= place + by < len(order):
            order.insert(place + by, order.pop(place))
            told.pop(str(name), None)

    def show() -> Part:
        kept = quiz.answers()
        word = _("Keep the answer") if quiz.graded else _("Check")
        forms = [
            parts.form(
                "check",
                parts.group(
                    shown[one.id]["ask"],
                    *_controls(one, shown[one.id], kept.get(one.id), orders.get(one.id, [])),
                    parts.button(word, kind="primary"),
                    _verdict(told.get(one.id)),
                    id=one.id,
                ),
                arg=one.id,
            )
            for one in quiz.questions
        ]
        score = ""
        if not quiz.graded and kept:
            right, asked = quiz.score()
            score = _("{right} of {asked} right so far.").format(right=right, asked=asked)
        return parts.card(*forms, parts.message("info", score), title=say(quiz.title))

    return Screen(show, {"check": check, "move": move}, repr(quiz))


def SelfTestForm(test: "SelfTest") -> Screen:
    """The screen of the self-test: every answer counts, none is wrong."""
    told: dict[str, Outcome] = {}

    def take(arg: Any, values: dict[str, Any]) -> None:
        if not values.get(str(arg)):
            told[str(arg)] = Outcome(NOTED, str(arg), "impossible", _("Choose one first."))
            return
        told[str(arg)] = test.take(str(arg), values[str(arg)])

    def show() -> Part:
        given = test.answers()
        forms = []
        for number, one in enumerate(test.data["questions"], 1):
            options = [(o["id"], say({"zh": o["zh"], "en": o["en"]})) for o in one["options"]]
            body = parts.group(
                f"{number}. {say(one['ask'])}",
                parts.choice(one["id"], "", options, given.get(one["id"])),
                parts.button(_("Save"), kind="primary"),
                _verdict(told.get(one["id"])),
                id=one["id"],
            )
            forms.append(parts.form("take", body, arg=one["id"]))
        return parts.card(
            *forms, parts.message("info", test.suggestion()), title=say(test.data["title"])
        )

    return Screen(show, {"take": take}, repr(test))


def DialogueForm(dialogue: "Dialogue") -> Screen:
    """The screen of a conversation."""
    copy = kept_copy(dialogue.name, ["replies"])

    def reply(arg: Any, _values: dict[str, Any]) -> None:
        dialogue.take(str(arg))
        copy.follow()

    def again(_arg: Any, _values: dict[str, Any]) -> None:
        dialogue.again()
        copy.follow()

    return Screen(
        lambda: parts.card(*conversation(dialogue), title=say(dialogue.data["title"])),
        {"reply": reply, "again": again},
        repr(dialogue),
    )


def conversation(dialogue: "Dialogue", question: str | None = None) -> list[Part | None]:
    """What was said so far and what may be said now, with the buttons "reply" and "again".

    question: which one of an exercise the conversation answers; the buttons then send it along.
    """
    now = {"outcome": "", "summary": "", "scores": [], **dialogue.shown()}
    opening, closing, colon = ("（", "）", "：") if get_language() == "zh" else (" (", ")", ": ")
    lines = [
        parts.said(
            one["who"] + (f"{opening}{one['mood']}{closing}" if one.get("mood") else "") + colon,
            one["text"],
            mine=one["mine"],
            why=_("Why") + colon + one["because"] if one.get("because") else None,
        )
        for one in now["said"]
    ]
    replies = [
        parts.button(one["text"], "reply", [question, one["id"]] if question else one["id"],
                     kind="reply", focus=place == 0)
        for place, one in enumerate(now["replies"])
    ]  # fmt: skip
    end = None
    if now["outcome"]:
        end = parts.column(
            parts.head(now["outcome"]),
            parts.text(now["summary"]),
            parts.items(*(parts.text(score) for score in now["scores"])),
            parts.button(_("Once more from the start"), "again", question, focus=True),
        )
    return [
        parts.text(now["setting"]),
        parts.items(*lines, kind="talk"),
        parts.group(_("What do you say?"), *replies) if replies else None,
        end,
    ]


def HintForm(hints: "Hints") -> Screen:
    """The screen of the hints for one answer."""
    steps: list[str] = []

    def more(_arg: Any, _values: dict[str, Any]) -> None:
        if len(steps) < len(hints):
            steps.append(hints.take(len(steps) + 1))

    def show() -> Part:
        left = len(hints) - len(steps)
        words = _("Show a hint ({left} left)").format(left=left)
        button = parts.button(words, "more", kind="small") if left else None
        return parts.column(*(drawn for one in steps for drawn in _hint(one)), button)

    return Screen(show, {"more": more}, repr(hints))


def _hint(step: str) -> list[Part]:
    """A step of help: a sentence, and below it the code, if it brings some."""
    words, _line, code = step.partition("\n")
    return [parts.text(words, "step"), *([parts.code(code)] if code else [])]


def TasksForm(tasks: "Tasks") -> Screen:
    """The screen of what there is to do in a practice shop, and how far it is done."""
    from crmkit.learn.tasks.watching import watch

    folder = answers.folder()

    def look(_arg: Any, _values: dict[str, Any]) -> None:
        """What was done at the desks is read whenever the screen is drawn."""

    def show() -> Part:
        lines, before = [], tasks.done_before()
        for task, outcomes in tasks.standing(folder):
            wrong = next((one for one in outcomes if one.status != RIGHT), None)
            state = "right" if wrong is None else "open"
            lines.append(
                parts.column(
                    parts.message(state, say(task["ask"])),
                    parts.text(wrong.message, "quiet") if wrong and wrong.status == WRONG else None,
                    parts.text(
                        _(
                            "Done before; the practice shop was started again since, and it still counts."
                        ),
                        "quiet",
                    )
                    if wrong and wrong.status != WRONG and task["id"] in before
                    else None,
                )
            )
        return parts.card(
            parts.items(*lines, ordered=True),
            parts.row(parts.button(_("See how far I am"), "look", icon="refresh")),
            title=say(tasks.data["title"]),
        )

    screen = Screen(show, {"look": look}, repr(tasks))
    watch(screen, folder)
    return screen
