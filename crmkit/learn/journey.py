"""A learner's own path through a track: what is done, the score, what comes next.

Everything comes from the records on the learner's own machine; it works offline and in a class.
"""

import html
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkit import shown
from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, use_language
from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored, learner, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, is_grading
from crmkit.learn.course import START, Course
from crmkit.learn.quizzes import Quiz
from crmkit.screen import Part, Screen, parts

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
    tracks = _tracks()
    if track is None:
        track = current_track()
    if track not in tracks:
        raise CrmkitError(
            _("There is no track {track}. There are: {known}").format(
                track=track, known=", ".join(tracks)
            )
        )
    return Progress(track, say(tracks[track]["title"]), _steps(tracks[track]))


def _tracks() -> dict[str, dict]:
    data, _lines = authored.read(authored.CONTENT / "tracks.yaml", "tracks")
    return {track["id"]: track for track in data["tracks"]}


def current_track() -> str:
    """The track of the lesson or exercise one is in, else of what was done last."""
    places = [learner.place(), *(event["place"] for event in reversed([*records.events()]))]
    return next((one for one in map(track_of, places) if one in _tracks()), "foundations")


def track_of(name: str) -> str:
    """The track of a lesson or an exercise; the final exercise of one is not called after it."""
    for track in _tracks().values():
        if any(name == lesson.get("graded") for lesson in track["lessons"]):
            return track["id"]
    return name.rpartition("-")[0]


def titles() -> dict[str, str]:
    """What each track is called."""
    return {one: say(track["title"]) for one, track in _tracks().items()}


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


def _steps(track: dict) -> list[Step]:
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
        pair = [(lesson["id"], f"{_short(track, lesson['id'])} {title}", "lesson")]
        if "graded" in lesson:
            pair.append((lesson["graded"], _short(track, lesson["graded"], True), "exercise"))
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


def before_and_after() -> dict[str, str]:
    """What is asked before the course and after it, beside the path: the exercises by ``"before"``
    and ``"after"``."""
    return {
        when: one["id"]
        for track in _tracks().values()
        for when, one in track.get("tests", {}).items()
    }


def for_everyone() -> list[str]:
    """Lessons of a track with code that need none, and are for every role."""
    lessons = [one for track in _tracks().values() for one in track["lessons"]]
    return [one["id"] for one in lessons if one.get("everyone")]


def short_names() -> dict[str, str]:
    """The lessons and exercises of all tracks by id, each by its track and number."""
    found = {}
    for track in _tracks().values():
        for test in track.get("tests", {}).values():
            found[test["id"]] = say({"zh": test["zh"], "en": test["en"]})
        for lesson in track["lessons"]:
            found[lesson["id"]] = _short(track, lesson["id"])
            if "graded" in lesson:
                found[lesson["graded"]] = _short(track, lesson["graded"], True)
    return found


def lesson_names() -> dict[str, str]:
    """The lessons of all tracks by id, each with its number and what it is called."""
    return {
        one["id"]: f"{_short(track, one['id'])} {say({'zh': one['zh'], 'en': one['en']})}"
        for track in _tracks().values()
        for one in track["lessons"]
    }


def _short(track: dict, name: str, exercise: bool = False) -> str:
    number = name.rpartition("-")[2]
    if not exercise:
        return f"{say(track['short'])} {number}"
    words = _("{track} exercise {number}") if number.isdigit() else _("{track}: the final exercise")
    return words.format(track=say(track["short"]), number=number)


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


ROLES = ("cashier", "sales", "inventory", "analyst")
"""The tracks a learner may choose on the start page; foundations come first for everyone."""


def role() -> str:
    """The role chosen last, else that of the track this notebook is in; empty when unknown."""
    here = track_of(learner.place())
    chosen = [event["item"] for event in records.events() if event["kind"] == "role"]
    found = [one for one in [*reversed(chosen), here] if one in ROLES]
    return found[0] if found and learner.session_notebook() else ""


def way() -> "Way":
    """The strip: your role, how much is done, what is next; on the start page the choice of role."""
    return Way()


class Way:
    """How far a learner has come, in one line that follows what they do."""

    def __init__(self) -> None:
        self._display: Any = None
        self._language = get_language()

    def __repr__(self) -> str:
        return "Way()"

    def steps(self) -> list[Step]:
        """The steps of this learner's role that this copy of the course has, foundations first."""
        tracks = _tracks()
        wanted = ["foundations", role()] if role() else []
        return [step for name in wanted for step in _steps(tracks[name]) if step.there]

    @property
    def text(self) -> str:
        """The strip as a line of text."""
        chosen = role()
        if not chosen:
            if learner.place() == START:
                return ""
            return _("Choose your role on the start page: it shows your way.")
        steps = self.steps()
        done = sum(step.done for step in steps)
        line = _("{role}: {done} of {all} done").format(
            role=say(_tracks()[chosen]["title"]), done=done, all=len(steps)
        )
        following = self.next()
        more = self._next().format(title=following.title) if following else _("All done!")
        return f"{line} · {more}"

    def _next(self) -> str:
        """The words before what is next: what was left out on the way here is still
        open, and on a step that is not done, the next comes after this one."""
        here = learner.place()
        left = any(step.id == here and not step.done for step in self.steps())
        if self.is_behind:
            return (
                _("Still open: {title}")
                if self._has_begun()
                else _("Not begun yet, start with: {title}")
            )
        return _("After this: {title}") if left else _("Next: {title}")

    @property
    def is_behind(self) -> bool:
        """Whether what is next was left out on the way here."""
        here, following, ids = learner.place(), self.next(), [step.id for step in self.steps()]
        return bool(following and here in ids and ids.index(following.id) < ids.index(here))

    def _has_begun(self) -> bool:
        """Whether anything was done of the track in which what is next was left out."""
        following = self.next()
        track = track_of(following.id) if following else ""
        return any(step.started for step in self.steps() if track_of(step.id) == track)

    def next(self) -> Step | None:
        """The first step that is not done; on a lesson, the first one after it, else what was left
        out of its own track."""
        left = [step for step in self.steps() if not step.done]
        here = learner.place()
        ids = [step.id for step in self.steps()]
        after = ids[ids.index(here) + 1 :] if here in ids else ids
        own = [step for step in left if track_of(step.id) == track_of(here)]
        wanted = [*(step for step in left if step.id in after), *own, *left]
        return wanted[0] if wanted else None

    @property
    def html(self) -> str:
        """The strip with a dot for each step and a link to the next."""
        with use_language(self._language):
            chosen, steps, following = role(), self.steps(), self.next()
            if not chosen:
                return f"<p>{html.escape(self.text)}</p>"
            done = sum(step.done for step in steps)
            dots = "".join(
                f'<span title="{html.escape(step.says)}">{"●" if step.done else "○"}</span>'
                for step in steps
            )
            words = _("{done} of {all} done").format(done=done, all=len(steps))
            here = next((step for step in steps if step.id == learner.place()), None)
            if here and here.asked:
                words += " · " + _("here {right} of {asked} right").format(
                    right=here.right, asked=here.asked
                )
            more = _("All done!")
            if following:
                title = html.escape(following.title)
                where = _where(following)
                more = self._next().format(
                    title=f'<a href="{html.escape(where)}">{title}</a>' if where else title
                )
            title = html.escape(say(_tracks()[chosen]["title"]))
            return (
                f'<div role="navigation" aria-label="{html.escape(_("My way"))}" '
                'style="padding:6px 12px;border-left:4px solid #1b6e2d;background:#f1f8f2;color:#1f1f1f">'
                f'<b>{title}</b> <span aria-hidden="true" style="color:#1b6e2d">{dots}</span> '
                f"{words} · {more}</div>"
            )

    def _bundle(self) -> dict[str, Any]:
        return {"text/plain": self.text, "text/html": self.html}

    def _follow(self) -> None:
        self._display.update(self._bundle(), raw=True)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if is_grading():
            return
        if learner.place() == START:
            display(self._choice()._repr_mimebundle_(), raw=True)
        self._display = display(self._bundle(), raw=True, display_id=True)
        if learner.session_notebook():
            records.listeners.append(self._follow)

    def _choice(self) -> Screen:
        """The choice of role."""

        def choose(arg: Any, _values: dict[str, Any]) -> None:
            if arg in ROLES:
                records.note("role", START, str(arg), "chosen")

        written: list[str] = []

        def certify(_arg: Any, values: dict[str, Any]) -> None:
            from crmkit.learn.certificates import certificate

            written.clear()
            written.append(certificate(str(values.get("name", "")), role(), answers.folder()).name)

        def show() -> Part:
            tracks, now = _tracks(), role()
            told = _("It is in this folder: {file}").format(file=written[0]) if written else ""
            return parts.card(
                parts.row(
                    *(
                        parts.button(
                            say(tracks[one]["title"]),
                            "choose",
                            one,
                            kind="primary" if one == now else None,
                        )
                        for one in ROLES
                    )
                ),
                parts.form(
                    "certify",
                    parts.field("name", _("Name on the certificate")),
                    parts.button(_("My certificate")),
                    parts.message("right", told) if told else None,
                )
                if now
                else None,
                title=_("My job"),
            )

        return Screen(show, {"choose": choose, "certify": certify}, "role")


def _where(step: Step) -> str:
    """The address of a step from the notebook one is in; empty where it cannot be told."""
    notebook = learner.session_notebook()
    try:
        course = Course.find()
    except CrmkitError:
        return ""
    work = course.work(get_language())
    if notebook is None or not notebook.is_relative_to(work):
        return ""
    if step.kind == "exercise":
        target = work / "exercises" / step.id / f"{step.id}.ipynb"
    else:
        names = [
            one
            for one in course.lessons()
            if learner.place_of(course.lesson_source(one)) == step.id
        ]
        if not names:
            return ""
        target = work / f"{names[0]}.ipynb"
    return Path(os.path.relpath(target, notebook.parent)).as_posix()
