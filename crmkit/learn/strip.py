"""The strip above every lesson: how far a learner has come; on the start page the choice of role."""

import html
import os
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language, use_language
from crmkit.i18n import gettext as _
from crmkit.learn import answers, learner, records
from crmkit.learn.authored import say
from crmkit.learn.certificates import certificate
from crmkit.learn.checks.outcome import is_grading
from crmkit.learn.course import START, Course
from crmkit.learn.journey import Step, role, steps_of
from crmkit.learn.tracks import ROLES, track_of, tracks
from crmkit.screen import Part, Screen, parts


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
        known = tracks()
        wanted = ["foundations", role()] if role() else []
        return [step for name in wanted for step in steps_of(known[name]) if step.there]

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
            role=say(tracks()[chosen]["title"]), done=done, all=len(steps)
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
            title = html.escape(say(tracks()[chosen]["title"]))
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
            written.clear()
            written.append(certificate(str(values.get("name", "")), role(), answers.folder()).name)

        def show() -> Part:
            known, now = tracks(), role()
            told = _("It is in this folder: {file}").format(file=written[0]) if written else ""
            return parts.card(
                parts.row(
                    *(
                        parts.button(
                            say(known[one]["title"]),
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
