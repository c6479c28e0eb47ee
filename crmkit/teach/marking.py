"""Where marks are decided: a process that knows the right answers and runs no learner's code.

It goes through a master once, with its own solutions, and keeps what every check expects. A paper
of fields is judged from its answers alone. For written code a process of its own (`room`) runs the
cells; its functions are called from here and what comes back is plain data.
"""

import ast
import contextlib
import json
import os
import pickle
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import NonCallableMock

import nbformat

from crmkit.i18n import get_language, use_language
from crmkit.i18n import gettext as _
from crmkit.learn import answers, checking, ran
from crmkit.learn import learner as sitting
from crmkit.learn.checks import expectation as expected
from crmkit.learn.checks import outcome as outcomes
from crmkit.learn.checks.functions import Function
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, WRONG, CheckFailed, Outcome
from crmkit.learn.course import Course
from crmkit.learn.questions import Asked
from crmkit.teach.papers import Paper, key, marks
from crmkit.teach.plain import from_plain
from crmkit.teach.rooms import Ended, Limits, Rooms
from crmkit.warm import why_not

_sending = threading.Lock()
_ASKS = "from crmkit.learn import ask; ask("


@dataclass
class Part:
    """One graded cell of a master: its fields, or what its checks expect, or its own text."""

    grade_id: str
    source: str
    points: float
    asks: tuple[str, ...] = ()
    expects: list[tuple[str, Any]] | None = None


@dataclass
class Master:
    """An exercise's master, gone through once."""

    assignment: str
    parts: list[Part] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def has_code(self) -> bool:
        """Whether learners write code in it."""
        return bool(self.wanted)

    @property
    def only_fields(self) -> bool:
        """Whether every graded cell only asks in fields."""
        return all(part.asks for part in self.parts)


def prepare_process() -> None:
    """Checks raise here, and none is read anew from disk: no learner's code was ever in reach."""
    outcomes.always_grading = True
    room = sys.modules["crmkit.learn"]
    room.__class__ = types.ModuleType
    vars(room).update(check=checking.check, ask=checking.check.ask)


def go_through(course: Course, assignment: str) -> Master:
    """Run a master with its solutions and keep what its checks expect."""
    path = course.master(assignment, "zh")
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    made = Master(assignment)
    for cell in code:
        if marks(cell).get("solution"):
            made.wanted += sorted(ran.sets(cell.source))
        if marks(cell).get("grade"):
            made.parts.append(
                Part(key(cell), cell.source, float(marks(cell)["points"]), _asked(cell.source))
            )
    if made.only_fields:
        return made
    parts = {part.grade_id: part for part in made.parts}
    module = types.ModuleType("__main__")
    names = made.names = vars(module)
    withheld: set[str] = set()
    for cell in code:
        if key(cell) in parts and marks(cell).get("grade"):
            seen = _rehearse(cell.source, names, withheld)
            if not _touches(cell.source, set(made.wanted)):
                parts[key(cell)].expects = [(name, _frozen(one)) for name, one in seen]
        else:
            with contextlib.suppress(Exception):
                exec(compile(cell.source, f"<{key(cell)}>", "exec"), names)
    made.withheld = sorted(withheld)
    return made


def _rehearse(source: str, names: dict[str, Any], withheld: set[str]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []
    here = threading.get_ident()  # papers are judged meanwhile, in threads of their own

    def note(name: str, expectation: Any, _value: Any, _outcome: Any) -> None:
        if threading.get_ident() == here:
            seen.append((name, expectation))
            withheld.update(_stand_ins())

    checking.listeners.append(note)
    try:
        exec(compile(source, "<check>", "exec"), names)
    finally:
        checking.listeners.remove(note)
    return seen


def _stand_ins() -> Iterator[str]:
    """Functions of the kit that a hidden test keeps from the learner just now."""
    for name, module in list(sys.modules.items()):
        if name.startswith("crmkit."):
            for one, thing in list(vars(module).items()):
                if isinstance(thing, NonCallableMock):
                    yield f"{name}.{one}"


def _frozen(expectation: Any) -> Any:
    if isinstance(expectation, Function) and callable(expectation.expected):
        return replace(expectation, expected=expectation.right_results())
    return expectation


def _asked(source: str) -> tuple[str, ...]:
    """Exercise and questions of a cell that only asks in fields; empty for any other."""
    if not source.startswith(_ASKS):
        return ()
    try:
        call = ast.parse(source).body[-1].value  # type: ignore[attr-defined]
        return tuple(ast.literal_eval(one) for one in call.args)
    except (SyntaxError, AttributeError, ValueError):
        return ()


def _touches(source: str, names: set[str]) -> bool:
    """Whether a check does more with the learner's names than name them to `check`."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Name) and node.id in names):
            return True
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("answer", "task", "ask")
            and isinstance(node.value, ast.Name)
            and node.value.id == "check"
        ):
            return True
    return False


class PastLimit(BaseException):
    """The learner's function passed a limit; not an `Exception`, so no check takes it for one."""


class Called:
    """A learner's function, as it looks from here: a name that can be called."""

    def __init__(self, learner: "Learner", name: str):
        self._learner, self._name = learner, name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if named:
            raise TypeError("by name")
        return self._learner.call(self._name, arguments)


class Learner:
    """A learner's names, behind the wall: started when first needed, again after a crash."""

    def __init__(self, rooms: Rooms, master: Master, paper: Paper):
        self._rooms, self._master, self._paper = rooms, master, paper
        self._talk: Any = None
        self._careful: set[int] = set()
        self._left_out: set[int] = set()
        self._replies: dict[bytes, dict[str, Any]] = {}
        self._ended_by: dict[str, str] = {}
        self._seconds, self._grace = rooms.limits.cell_seconds, rooms.limits.grace
        self._until = time.monotonic() + 8 * self._seconds + 60
        self.stopped: set[str] = set()
        self.shown: dict[int, list[dict[str, Any]]] = {}
        self.limits: list[str] = []
        self._cells = _needed_cells(paper.cells)

    def value(self, name: str) -> Any:
        """What stands under a name: plain data, something to call, or LOOK_UP."""
        reply = self._ask({"value": name}, name)
        if reply.get("function") and not reply.get("type"):
            return Called(self, name)
        if reply.get("type"):
            return int  # a class, which no check takes for an answer
        return from_plain(reply.get("value")) if reply.get("there") else checking.LOOK_UP

    def call(self, name: str, arguments: tuple) -> Any:
        """What the learner's function gives for these arguments."""
        if name in self._ended_by:
            raise PastLimit(self._ended_by[name])
        body = pickle.dumps(("call", name, arguments))
        if body not in self._replies:
            self._replies[body] = self._ask({"call": name, "arguments": arguments}, name)
        reply = self._replies[body]
        if "limit" in reply:
            self._end()  # what a function left behind half-way is not used again
            self._ended_by[name] = str(reply["limit"])
            raise PastLimit(self._ended_by[name])
        if "gave" in reply:
            return from_plain(reply["gave"])
        raise _as_raised(reply)

    def _ask(self, message: dict[str, Any], name: str) -> dict[str, Any]:
        try:
            if time.monotonic() > self._until:
                raise Ended("time")
            talk = self._ready()
            talk.say(message)
            reply = talk.hear(self._seconds + self._grace)
            if "limit" in reply:
                self.limits.append(str(reply["limit"]))
            return reply
        except Ended as ended:
            self._end()
            self._ended_by[name] = ended.limit
            self.limits.append(ended.limit)
            raise PastLimit(ended.limit) from None

    def _ready(self) -> Any:
        """The process with all cells run; a cell that ended it is only read for what it defines."""
        while self._talk is None:
            talk = self._rooms.open()
            at = -1
            try:
                talk.say(self._job())
                while True:
                    said = talk.hear(self._seconds + self._grace if at >= 0 else 120)
                    at = said.get("cell", at)
                    if "ran" in said:
                        self._note(said)
                    if "failed" in said or "limit" in said:
                        raise Ended(str(said.get("limit") or said["failed"]))
                    if said.get("done"):
                        self.stopped = {str(one) for one in said.get("stopped", ())}
                        break
            except Ended as ended:
                talk.end()
                self.limits.append(ended.limit)
                if not self._without(at) or time.monotonic() > self._until:
                    raise
                continue
            self._talk = talk
        return self._talk

    def _note(self, said: dict[str, Any]) -> None:
        number, outputs = said["ran"], said.get("outputs")
        if isinstance(number, int) and isinstance(outputs, list):
            self.shown[number] = outputs
        if said.get("error") in ("TimeUp", "MemoryError"):
            self.limits.append("time" if said["error"] == "TimeUp" else "memory")

    def _without(self, at: int) -> bool:
        """Whether there is another way than running cell `at` as it is."""
        if not isinstance(at, int) or not 0 <= at < len(self._cells) or at in self._left_out:
            return False
        (self._left_out if at in self._careful else self._careful).add(at)
        if len(self._careful) > 3:
            own = ("own", "answer")
            self._careful |= {n for n, c in enumerate(self._cells) if c["kind"] in own}
        return True

    def _job(self) -> dict[str, Any]:
        cells = [
            {**cell, "source": "" if number in self._left_out else cell["source"]}
            for number, cell in enumerate(self._cells)
        ]
        return {
            "cells": cells,
            "careful": sorted(self._careful),
            "withheld": self._master.withheld,
            "wanted": self._master.wanted,
            "seconds": self._seconds,
            "language": self._paper.language,
            "files": self._paper.files,
        }

    def _end(self) -> None:
        if self._talk is not None:
            self._talk.end()
            self._talk = None

    def close(self) -> None:
        """End the learner's process."""
        self._end()


def _needed_cells(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells to run; a check only where something of the learner's stands on its names."""
    theirs = " ".join(cell["source"] for cell in cells if cell["kind"] in ("own", "answer"))
    found = []
    for cell in cells:
        idle = cell["kind"] == "check" and not any(
            len(name) > 1 and name in theirs for name in ran.sets(cell["source"])
        )
        found.append({**cell, "source": "" if idle else cell["source"]})
    return found


def _as_raised(reply: dict[str, Any]) -> BaseException:
    """An exception like the learner's: of a kind a check knows, else of a kind with that name."""
    kinds = [str(one) for one in reply.get("raised", ["Exception"])]
    text = str(reply.get("text", ""))
    for known in (NotImplementedError, RecursionError, SystemExit):
        if known.__name__ in kinds:
            made: BaseException = known(text)
            break
    else:
        made = type(kinds[0] if kinds[0].isidentifier() else "Exception", (Exception,), {})(text)
    made.stopped_at = str(reply.get("at", ""))  # type: ignore[attr-defined]
    made.explained = str(reply.get("told", ""))  # type: ignore[attr-defined]
    return made


def limit_words(limit: str) -> str:
    """A sentence for a limit that was passed."""
    return {
        "time": _("This took too long and was stopped. Is there a loop that never ends?"),
        "memory": _("This needed more memory than there is. Is something growing without end?"),
    }.get(limit, _("The program was ended by what is written here."))


def mark(master: Master, paper: Paper, rooms: Rooms | None) -> dict[str, Any]:
    """The verdict on every part, what each cell showed, and which limits were passed.

    Without `rooms` only a paper of fields can be marked.
    """
    learner = Learner(rooms, master, paper) if rooms is not None else None
    try:
        with tempfile.TemporaryDirectory(prefix="crmkit-answers-") as folder:
            kept = {"name": paper.assignment, "answers": paper.answers}
            file = Path(folder) / f"{paper.assignment}.answers.json"
            file.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
            for name, content in paper.files.items():
                (Path(folder) / Path(name).name).write_bytes(content)
            there = sitting.Seat(
                "", file.with_name(f"{paper.assignment}.ipynb"), file.with_name("p")
            )
            with use_language(paper.language), sitting.seated(there):
                verdicts = {
                    part.grade_id: _as_data(_judge(part, master, learner)) for part in master.parts
                }
    finally:
        if learner is not None:
            learner.close()
    if learner is None:
        return {"verdicts": verdicts, "shown": {}, "limits": []}
    shown = {
        learner._cells[number]["key"]: outputs
        for number, outputs in learner.shown.items()
        if 0 <= number < len(learner._cells) and learner._cells[number]["key"]
    }
    return {"verdicts": verdicts, "shown": shown, "limits": sorted(set(learner.limits))}


def _as_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "name": outcome.name,
        "reason": outcome.reason,
        "message": outcome.plain_sentence,
        "mistake": outcome.mistake,
        "plain": outcome.plain,
    }


def _judge(part: Part, master: Master, learner: Learner | None) -> Outcome:
    try:
        if part.asks:
            return _judge_fields(part)
        if learner is None:
            raise RuntimeError(f"{part.grade_id} needs a room")
        if part.expects is not None:
            return _judge_names(part, learner)
        return _judge_cell(part, master, learner)
    except PastLimit as limit:
        return Outcome(WRONG, part.grade_id, f"limit_{limit}", limit_words(str(limit)))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, MemoryError) as error:
        kind = type(error).__name__
        return Outcome(
            WRONG, part.grade_id, "odd", _("This could not be compared ({kind}).").format(kind=kind)
        )


class _Noticed(Mapping):
    """What a learner chose, noticing which of it a key stands on."""

    def __init__(self, given: Mapping[str, Any]):
        self._given = given
        self.looked_at: dict[str, Any] = {}

    def __getitem__(self, one: str) -> Any:
        self.looked_at[one] = self._given.get(one)
        return self._given[one]

    def __iter__(self) -> Iterator[str]:
        self.looked_at.update(self._given)
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class _Reckoned:
    """An exercise's keys, each reckoned once for everyone who chose the same."""

    _all: ClassVar[dict[tuple[str, str, str], list[tuple[dict[str, Any], Any]]]] = {}

    def __init__(self, make: Any, name: str, given: dict[str, Any]):
        self._make, self._name, self._given = make, name, given

    def __getattr__(self, question: str) -> Any:
        known = self._all.setdefault((self._name, question, get_language()), [])

        def key() -> Any:
            for looked_at, found in known:
                if all(self._given.get(one) == value for one, value in looked_at.items()):
                    return found
            given = _Noticed(self._given)
            found = getattr(self._make(given), question)()
            if not callable(found.value):
                known.append((given.looked_at, found))
            return found

        return (
            key
            if question in Asked(self._name).questions
            else getattr(self._make(self._given), question)
        )


def _judge_fields(part: Part) -> Outcome:
    asked, found = Asked(part.asks[0]), []
    make = asked.keys
    asked.keys = lambda given: _Reckoned(make, asked.name, given)  # type: ignore[assignment]
    for question in part.asks[1:]:
        try:
            found.append(asked.outcome(question))
        except answers.AnswersError as error:
            found.append(Outcome(WRONG, question, "damaged", str(error)))
    return next((one for one in found if one.status in (WRONG, NOT_ATTEMPTED)), found[-1])


def _judge_names(part: Part, learner: Learner) -> Outcome:
    found = Outcome(RIGHT, part.grade_id)
    for name, expectation in part.expects or ():
        value = learner.value(name)
        if name in learner.stopped:
            return checking.stopped(name)
        if value is checking.LOOK_UP:
            return expected.undefined(name)
        found = expectation.judge(name, value)
        if found.status != RIGHT:
            return found
    return found


def _judge_cell(part: Part, master: Master, learner: Learner) -> Outcome:
    """A check of another kind is run as it stands, with the learner's names behind the wall."""
    names = dict(master.names)
    for name in master.wanted:
        names.pop(name, None)
        if master.has_code and name in part.source:
            value = learner.value(name)
            if value is not checking.LOOK_UP:
                names[name] = value
    try:
        exec(compile(part.source, "<check>", "exec"), names)
    except CheckFailed as failed:
        return failed.outcome
    except Exception as error:
        words = str(error)[:500] or type(error).__name__
        return Outcome(WRONG, part.grade_id, "raises", words)
    return Outcome(RIGHT, part.grade_id)


def work(connection: Any, root: str, datasets: str, at_once: int, limits: Limits) -> None:
    """The process's loop: papers come in, verdicts go out, until the other side is gone."""
    os.environ.update(CRMKIT_DATA=datasets, CRMKIT_COURSE=root)
    os.environ.pop("NBGRADER_EXECUTION", None)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as it lives
    course, rooms = Course(Path(root)), Rooms(Path(datasets), limits)
    masters: dict[str, Master | str] = {}
    prepare_process()
    helpers = _helpers(at_once)
    try:
        with ThreadPoolExecutor(at_once) as pool:
            while (job := connection.recv()) is not None:
                number, paper = job
                if paper.assignment not in masters:
                    if any(cell["kind"] == "answer" for cell in paper.cells):
                        rooms.start()
                    masters[paper.assignment] = _gone_through(course, paper.assignment)
                master = masters[paper.assignment]
                if helpers is not None and isinstance(master, Master) and master.only_fields:
                    asked = helpers.submit(_marked, master, paper, None)
                else:
                    asked = pool.submit(copy_context().run, _marked, master, paper, rooms)
                asked.add_done_callback(partial(_answer, connection, number))
    except (EOFError, OSError, BrokenExecutor):
        pass
    finally:
        rooms.close()
        if helpers is not None:
            helpers.shutdown(cancel_futures=True)
        os._exit(0)


def _helpers(at_once: int) -> ProcessPoolExecutor | None:
    """Processes that judge fields, forked while nothing else runs here; None where none can be."""
    if at_once < 2 or why_not() is not None:
        return None
    pool = ProcessPoolExecutor(at_once, get_context("fork"), initializer=_end_with_the_parent)
    pool.submit(int).result()
    return pool


def _end_with_the_parent() -> None:
    def watch() -> None:
        wait([parent_process().sentinel])  # type: ignore[union-attr]
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _gone_through(course: Course, assignment: str) -> Master | str:
    try:
        return go_through(course, assignment)
    except Exception:
        return traceback.format_exc(limit=-3)


def _marked(master: Master | str, paper: Paper, rooms: Rooms | None) -> dict[str, Any]:
    if isinstance(master, str):
        return {"error": master}
    try:
        return mark(master, paper, rooms)
    except BaseException:
        return {"error": traceback.format_exc(limit=-3)}


def _answer(connection: Any, number: int, marked: Future) -> None:
    with _sending, contextlib.suppress(OSError, BrokenExecutor):
        connection.send((number, marked.result()))
