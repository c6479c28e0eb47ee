"""Tasks on the practice CRM, judged by what stands in its books.

A task is a list of parts, each worth marks of its own. Only where the shop stands counts, not the
way there: what was done and undone again costs nothing. `nothing_else` compares with the untouched
scene, so a stranger who was changed, merged or forgotten is seen. Checks only read.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, WRONG, Outcome
from crmkit.learn.forms import ShowsItself
from crmkit.learn.tasks.books import Books, books_in, untouched_books
from crmkit.learn.tasks.floor import OnHand, StandsAt, WasCalled
from crmkit.learn.tasks.members import AreMerged, HasMember, NothingElse
from crmkit.learn.tasks.papers import UNDER_WAY, Paper
from crmkit.learn.tasks.stock import (
    BearsDate,
    HasArrived,
    ReordersAt,
    WasCounted,
    WasKept,
    WasSent,
    WasWrittenOff,
)
from crmkit.learn.tasks.till import WasHandedOut, WasReturned, WasRungUp, WasSold
from crmkit.learn.tasks.watching import watch
from crmkit.screen import Part, Screen, parts

_GOALS: dict[str, Callable[[Any], Any]] = {
    "member": lambda wanted: HasMember(wanted),
    "merged": lambda wanted: AreMerged(**wanted),
    "sold": lambda wanted: WasSold(**wanted),
    "returned": lambda wanted: WasReturned(**wanted),
    "on_hand": lambda wanted: OnHand(**wanted),
    "rung_up": lambda wanted: WasRungUp(**wanted),
    "handed_out": lambda wanted: WasHandedOut(**wanted),
    "kept": lambda wanted: WasKept(**wanted),
    "sent": lambda wanted: WasSent(**wanted),
    "reorder": lambda wanted: ReordersAt(**wanted),
    "dated": lambda wanted: BearsDate(**wanted),
    "written_off": lambda wanted: WasWrittenOff(**wanted),
    "arrived": lambda wanted: HasArrived(**wanted),
    "counted": lambda wanted: WasCounted(**wanted),
    "called": lambda wanted: WasCalled(**wanted | {"says": tuple(wanted.get("says", ()))}),
    **{
        kind: partial(Paper, kind)
        for kind in ("wish", "push", "message", "ticket", "improvement", "asked")
    },
    "opportunity": lambda wanted: StandsAt(**wanted),
}


class Tasks(ShowsItself):
    """What there is to do in a practice shop, and how far it is done.

    By the exercise's name (``Tasks("member-desk")``) or the path of a YAML file. As the last line
    of a cell it shows what is done and what is not. Raises `ContentError` for a careless text.
    """

    told_in_grading = False

    def __init__(self, name: str | Path):
        path = authored.find("tasks", name)
        self.data, _lines = authored.read(path, "tasks")
        self.name = path.name.removesuffix(".yaml").removesuffix(".yml")
        self.scene: str = self.data["scene"]

    def __repr__(self) -> str:
        return f"Tasks({self.name!r})"

    def ask(self, task: str) -> dict[str, str]:
        """What there is to do, in both languages."""
        self.parts(task)
        return next(one["ask"] for one in self.data["tasks"] if one["id"] == task)

    def parts(self, task: str, part: str | None = None) -> list[dict]:
        """The parts of a task, or the one that is named."""
        by_id = {one["id"]: one["parts"] for one in self.data["tasks"]}
        found = [one for one in by_id.get(task, ()) if part in (None, one["id"])]
        if not found:
            raise CrmkitError(
                _("There is no task {task}. There are: {known}").format(
                    task=task if part is None else f"{task}/{part}",
                    known=", ".join(
                        f"{name}/{one['id']}" for name, its in by_id.items() for one in its
                    ),
                )
            )
        return found

    def _goal(self, part: dict, now: Books) -> Any:
        kind = next(name for name in part if name != "id")
        if kind != "nothing_else":
            return _GOALS[kind](part[kind])
        free = {*part[kind].get("members", ()), *part[kind].get("products", ())}
        for task in self.data["tasks"]:
            for other in task["parts"]:
                if "nothing_else" not in other:
                    free |= self._goal(other, now).touches(now)
        return NothingElse(frozenset(free))

    def outcome(
        self, task: str, part: str | None = None, folder: str | Path | None = None
    ) -> Outcome:
        """How a task, or one part of it, stands in the shop of this folder, else the learner's."""
        name = f"{self.name}: {task}" + (f"/{part}" if part else "")
        parts = self.parts(task, part)
        file = (answers.folder() if folder is None else Path(folder)) / "shop.db"
        if not file.is_file():
            return Outcome(
                NOT_ATTEMPTED,
                name,
                "untouched",
                _('Not attempted yet: open the shop with Shop.practice("{scene}").').format(
                    scene=self.scene
                ),
            )
        from sqlalchemy.exc import SQLAlchemyError

        try:
            now = books_in(file)
        except (SQLAlchemyError, CrmkitError, OSError) as error:
            return Outcome(
                WRONG,
                name,
                "damaged",
                _("shop.db cannot be read ({kind}). Start again with reset=True.").format(
                    kind=type(error).__name__
                ),
            )
        if now.scene != self.scene:
            return Outcome(
                WRONG,
                name,
                "other_scene",
                _("This shop is the scene {found}, not {scene}.").format(
                    found=now.scene, scene=self.scene
                ),
            )
        if not now.whole:
            return Outcome(
                WRONG,
                name,
                "tampered",
                _("The shop's books were changed past its desks. Start again with reset=True."),
            )
        before = untouched_books(self.scene, now.language)
        for one in parts:
            goal = self._goal(one, now)
            fault = goal.fault(now, before)
            if fault is not None:
                # what stands as it stood at first was not tried yet
                waits = fault.reason == UNDER_WAY or fault == goal.fault(before, before)
                status = NOT_ATTEMPTED if waits else WRONG
                return Outcome(status, name, fault.reason, fault.message)
        if now == before:
            return Outcome(
                NOT_ATTEMPTED,
                name,
                "untouched",
                _("Not attempted yet: nothing was done in the shop."),
            )
        return Outcome(RIGHT, name)

    def standing(self, folder: str | Path | None = None) -> Iterator[tuple[dict, list[Outcome]]]:
        """Every task with how each of its parts stands in the shop of this folder."""
        for task in self.data["tasks"]:
            outcomes = [self.outcome(task["id"], part["id"], folder) for part in task["parts"]]
            for part, one in zip(task["parts"], outcomes, strict=True):
                records.note("task", self.name, f"{task['id']}/{part['id']}", one.status)
            yield task, outcomes

    def done_before(self) -> set[str]:
        """The tasks of which all was right once, whatever the shop holds now."""
        right = {
            event["item"]
            for event in records.events()
            if (event["kind"], event["place"], event["outcome"]) == ("task", self.name, RIGHT)
        }
        return {
            task["id"]
            for task in self.data["tasks"]
            if right.issuperset(f"{task['id']}/{part['id']}" for part in task["parts"])
        }

    def _lines(self) -> Iterator[str]:
        yield say(self.data["title"])
        for number, (task, outcomes) in enumerate(self.standing(), 1):
            done = sum(one.status == RIGHT for one in outcomes)
            sign = "✓" if done == len(outcomes) else "○"
            yield f"{sign} {number}. {say(task['ask'])} ({done} / {len(outcomes)})"
            yield from (f"     {one.plain_sentence}" for one in outcomes if one.status == WRONG)

    @property
    def text(self) -> str:
        """What there is to do, what is done, and why not."""
        return "\n".join(self._lines())

    def form(self) -> Screen:
        """The screen of what there is to do in a practice shop, and how far it is done."""
        folder = answers.folder()

        def look(_arg: Any, _values: dict[str, Any]) -> None:
            """What was done at the desks is read whenever the screen is drawn."""

        def show() -> Part:
            lines, before = [], self.done_before()
            for task, outcomes in self.standing(folder):
                wrong = next((one for one in outcomes if one.status != RIGHT), None)
                state = "right" if wrong is None else "open"
                lines.append(
                    parts.column(
                        parts.message(state, say(task["ask"])),
                        parts.text(wrong.message, "quiet")
                        if wrong and wrong.status == WRONG
                        else None,
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
                title=say(self.data["title"]),
            )

        screen = Screen(show, {"look": look}, repr(self))
        watch(screen, folder)
        return screen
