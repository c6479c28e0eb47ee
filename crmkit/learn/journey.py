"""A learner's own path through a track: what is done, the score, what comes next.

Everything comes from the records on the learner's own machine; it works offline and in a class.
"""

import html
from dataclasses import dataclass

from crmkit import shown
from crmkit.errors import CrmkitError
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn import authored, learner, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, is_grading
from crmkit.learn.course import Course
from crmkit.learn.quizzes import Quiz
from crmkit.learn.tracks import ROLES, short, track_of, tracks

ENOUGH = 0.8


@dataclass(frozen=True)
class Step:
    """One lesson or exercise on the path, and how far the learner is with it."""

    id: str
    title: str
    kind: str
    right: int
    asked: int
    started: bool
    hints: int
    there: bool
    core: bool = False

    @property
    def score(self) -> float | None:
        """The share that is right; None before anything was answered."""
        return self.right / self.asked if self.asked else None

    @property
    def done(self) -> bool:
        """Whether it counts as done: 80 % right, or simply visited where nothing is asked."""
        return self.started and (self.score is None or self.score >= ENOUGH)

    @property
    def says(self) -> str:
        """Its name, and whether it is done: what its dot says when one points at it."""
        state = _("done") if self.done else _("begun") if self.started else _("not started")
        return _("{title}: {state}").format(title=self.title, state=state)


def progress(track: str | None = None) -> "Progress":
    """The learner's path through a track: ``"cashier"``, ``"sales"``, …

    Without a track it is the one of this notebook, else the one last worked on.
    Raises `CrmkitError` for a track that does not exist.
    """
    known = tracks()
    if track is None:
        track = current_track()
    if track not in known:
        raise CrmkitError(
            _("There is no track {track}. There are: {known}").format(
                track=track, known=", ".join(known)
            )
        )
    return Progress(track, say(known[track]["title"]), steps_of(known[track]))


def current_track() -> str:
    """The track of the lesson or exercise one is in, else of what was done last."""
    places = [learner.place(), *(event["place"] for event in reversed([*records.events()]))]
    return next((one for one in map(track_of, places) if one in tracks()), "foundations")


def _there() -> set[str] | None:
    """The lessons and exercises of the course at hand; None where there is only the package."""
    try:
        course = Course.find()
    except CrmkitError:
        return None
    lessons = {learner.place_of(course.lesson_source(name)) for name in course.lessons()}
    return lessons | set(course.assignments())


def _asks(name: str) -> dict[str, set[str]]:
    """What a lesson or an exercise asks of this learner in fields and in its quiz, by kind."""
    found = {}
    if name in authored.known("questions"):
        data, _lines = authored.read(authored.find("questions", name), "questions")
        found["field"] = {
            one["id"] for one in data["questions"] if one.get("judged", "now") == "now"
        }
    if name in authored.known("quizzes"):
        quiz = Quiz(name)
        found["quiz"] = set() if quiz.graded else {one.id for one in quiz.questions}
    return found


def steps_of(track: dict) -> list[Step]:
    """The lessons and exercises of a track, and how far this learner is with each."""
    latest: dict[str, dict[str, str]] = {}
    asked: dict[str, dict[str, set[str]]] = {}
    hints: dict[str, set[tuple]] = {}
    for event in records.events():
        place = event["place"]
        if event["kind"] == "hint":
            hints.setdefault(place, set()).add((event["item"], event["outcome"]))
            continue
        if event["kind"] in ("quiz", "check", "task", "field"):
            seen = latest.setdefault(place, {})
            # what was done in the shop stays done when the shop is begun anew
            undone = event["kind"] == "task" or event["outcome"] == NOT_ATTEMPTED
            if not (undone and seen.get(event["item"]) == RIGHT):
                seen[event["item"]] = event["outcome"]
            of = event.get("of")
            if isinstance(of, list):
                asked.setdefault(place, {})[event["kind"]] = {str(one) for one in of}
    there = _there()
    quizzes = set(authored.known("quizzes"))
    steps = []
    for lesson in track["lessons"]:
        title = say({"zh": lesson["zh"], "en": lesson["en"]})
        pair = [(lesson["id"], f"{short(track, lesson['id'])} {title}", "lesson")]
        if "graded" in lesson:
            pair.append((lesson["graded"], short(track, lesson["graded"], True), "exercise"))
        for name, title, kind in pair:
            seen = latest.get(name, {})
            of = {**(_asks(name) if seen else {}), **asked.get(name, {})}
            items = set().union(*of.values()) or set(seen)
            right = sum(seen.get(item) == RIGHT for item in items)
            steps.append(
                Step(
                    name,
                    title,
                    kind,
                    right,
                    len(items),
                    bool(seen),
                    len(hints.get(name, ())),
                    name in (quizzes if there is None else there) or bool(seen),
                    kind == "lesson" and bool(lesson.get("core")),
                )
            )
    return steps


class Progress:
    """The path of one learner through one track."""

    def __init__(self, track: str, title: str, steps: list[Step]):
        self.track = track
        self.title = title
        self.steps = steps

    def __repr__(self) -> str:
        return f"Progress({self.track!r})"

    @property
    def todo(self) -> list[Step]:
        """What there is to do and is not done yet, in order."""
        return [step for step in self.steps if step.there and not step.done]

    @property
    def done(self) -> list[Step]:
        """What is done."""
        return [step for step in self.steps if step.done]

    @property
    def complete(self) -> bool:
        """Whether everything this copy of the course has for the track is done."""
        return bool(self.done) and not self.todo

    @property
    def score(self) -> float | None:
        """The mean score over what was answered, 0 to 1; None before that."""
        scores = [step.score for step in self.steps if step.score is not None]
        return sum(scores) / len(scores) if scores else None

    def _rows(self) -> list[tuple[str, str, str, str]]:
        next_step = self.todo[0].id if self.todo else ""
        rows = []
        for step in self.steps:
            if step.done:
                sign, state = "✓", _("done")
            elif step.id == next_step:
                sign, state = "→", _("next")
            elif step.started:
                sign, state = "…", _("begun")
            elif step.there:
                sign, state = "○", _("not started")
            else:
                sign, state = "·", _("not in this course yet")
            score = f"{step.right} / {step.asked}" if step.asked else ""
            if step.hints:
                score += " " + _("({count} hints)").format(count=step.hints)
            rows.append((sign, step.title, state, score.strip()))
        return rows

    @property
    def summary(self) -> str:
        """One line: how much is done, and what comes next."""
        there = [step for step in self.steps if step.there]
        gap = "" if get_language() == "zh" else " "
        line = _("{done} of {all} steps done.").format(done=len(self.done), all=len(there))
        if self.complete:
            return line + gap + _("Complete: your certificate is on the start page.")
        if self.todo:
            line += gap + _("Next: {title}.").format(title=self.todo[0].title)
        return line

    @property
    def text(self) -> str:
        """The path as plain text."""
        lines = [_("My path: {track}").format(track=self.title), self.summary]
        lines += [
            f" {sign} {title} – {state} {score}".rstrip()
            for sign, title, state, score in self._rows()
        ]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        """The path as a table."""
        rows = ((title, f"{sign} {state}", score) for sign, title, state, score in self._rows())
        heads = (_("Step"), _("State"), _("Right"))
        title = html.escape(_("My path: {track}").format(track=self.title))
        return (
            f'<div lang="{get_language()}"><p><b>{title}</b><br>'
            f"{html.escape(self.summary)}</p>"
            f"{shown.as_html(rows, heads, named=True)}</div>"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if not is_grading():
            display({"text/plain": self.text, "text/html": self.html}, raw=True)


def role() -> str:
    """The role chosen last, else that of the track this notebook is in; empty when unknown."""
    here = track_of(learner.place())
    chosen = [event["item"] for event in records.events() if event["kind"] == "role"]
    found = [one for one in [*reversed(chosen), here] if one in ROLES]
    return found[0] if found and learner.session_notebook() else ""
