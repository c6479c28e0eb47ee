"""The self-test of foundations 09: which track suits me?"""

from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOTED, Outcome, show
from crmkit.learn.forms import ShowsItself, verdict
from crmkit.screen import Part, Screen, parts

_NAME = "self-test"


def which_track() -> "SelfTest":
    """A few questions about your work, then the track that fits; nothing is right or wrong.

    As the last line of a cell it shows itself; in text, ``which_track().answer("place", "till")``.
    """
    return SelfTest()


class SelfTest(ShowsItself):
    """The questions, the learner's answers, and the track they point to."""

    def __init__(self) -> None:
        self.data, _lines = authored.read(authored.CONTENT / "selftest.yaml", "selftest")
        self.graded = False

    def __repr__(self) -> str:
        return "SelfTest()"

    def options(self, question: str) -> dict[str, dict]:
        """The options of a question by id."""
        for one in self.data["questions"]:
            if one["id"] == question:
                return {option["id"]: option for option in one["options"]}
        raise authored.no_question(question, (one["id"] for one in self.data["questions"]))

    def answers(self) -> dict[str, str]:
        """What was answered so far."""
        saved = answers.load(_NAME)
        ids = [one["id"] for one in self.data["questions"]]
        return {one: saved[one] for one in ids if saved.get(one) in self.options(one)}

    def answer(self, question: str, option: str) -> None:
        """Answer one question by its id and the option's id."""
        show(self.take(question, option))

    def take(self, question: str, option: Any) -> Outcome:
        """Keep an answer; when all are given, the outcome says which track fits."""
        known = self.options(question)
        if option not in known:
            raise CrmkitError(
                _("Answer with one of these: {options}.").format(options=", ".join(known))
            )
        answers.keep(_NAME, {question: option})
        return Outcome(NOTED, question, message=_("Noted."))

    def points(self) -> dict[str, int]:
        """The points every track has so far, most first; equal ones in the course's order."""
        total = dict.fromkeys(self.data["tracks"], 0)
        for question, option in self.answers().items():
            for track, points in self.options(question)[option]["points"].items():
                total[track] += points
        return dict(sorted(total.items(), key=lambda one: -one[1]))

    def suggestion(self) -> str:
        """The tracks to begin with; empty until every question is answered."""
        if len(self.answers()) < len(self.data["questions"]):
            return ""
        points = self.points()
        best = max(points.values())
        fitting = [track for track, got in points.items() if got == best]
        return _("This fits you: {tracks}").format(
            tracks=" / ".join(say(self.data["tracks"][track]) for track in fitting)
        )

    @property
    def text(self) -> str:
        """The questions, or the suggestion when all are answered, as plain text."""
        lines = [say(self.data["title"]), ""]
        for number, one in enumerate(self.data["questions"], 1):
            lines.append(f"{number}. {say(one['ask'])}  [{one['id']}]")
            lines += [
                f"   ({o['id']}) {say({'zh': o['zh'], 'en': o['en']})}" for o in one["options"]
            ]
        return "\n".join([*lines, "", self.suggestion()]).rstrip()

    def form(self) -> Screen:
        """The screen of the self-test: every answer counts, none is wrong."""
        told: dict[str, Outcome] = {}

        def take(arg: Any, values: dict[str, Any]) -> None:
            if not values.get(str(arg)):
                told[str(arg)] = Outcome(NOTED, str(arg), "impossible", _("Choose one first."))
                return
            told[str(arg)] = self.take(str(arg), values[str(arg)])

        def show() -> Part:
            given = self.answers()
            forms = []
            for number, one in enumerate(self.data["questions"], 1):
                options = [(o["id"], say({"zh": o["zh"], "en": o["en"]})) for o in one["options"]]
                body = parts.group(
                    f"{number}. {say(one['ask'])}",
                    parts.choice(one["id"], "", options, given.get(one["id"])),
                    parts.button(_("Save"), kind="primary"),
                    verdict(told.get(one["id"])),
                    id=one["id"],
                )
                forms.append(parts.form("take", body, arg=one["id"]))
            return parts.card(
                *forms, parts.message("info", self.suggestion()), title=say(self.data["title"])
            )

        return Screen(show, {"take": take}, repr(self))
