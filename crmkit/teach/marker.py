"""The grader's side of the process that marks: papers go out, verdicts come back, it may be lost."""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.teach.papers import Paper
from crmkit.teach.rooms import Limits

LONGEST = 1800.0
"""No paper takes longer than this, whatever happened to the process."""


class Marker:
    """One process that marks, started with ``with``, and started again when a paper ends it."""

    def __init__(self, course: Course, at_once: int, limits: Limits):
        datasets = os.environ.get("CRMKIT_DATA") or str(course.datasets)
        self._arguments = (str(course.root), datasets, at_once, limits)
        self._at_once = at_once
        self._process: Any = None
        self._connection: Any = None

    def __enter__(self) -> "Marker":
        return self

    def __exit__(self, *_error: Any) -> None:
        self._stop()

    def all(self, papers: Sequence[Paper]) -> Iterator[tuple[int, dict[str, Any]]]:
        """The verdicts on all papers, each with its number, in the order they are ready."""
        order = sorted(range(len(papers)), key=lambda number: papers[number].assignment)
        alone: list[int] = []
        yield from self._some(papers, order, self._at_once + 1, alone)
        for number in alone:  # one of these ended the process: which?
            lost: list[int] = []
            yield from self._some(papers, [number], 1, lost)
            if lost:
                yield number, {"error": _("This work ended the process that marks it.")}

    def _some(
        self, papers: Sequence[Paper], order: list[int], at_once: int, lost: list[int]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        waiting, running = list(order), set[int]()
        while waiting or running:
            try:
                self._start()
                while waiting and len(running) < at_once:
                    running.add(waiting[0])
                    self._connection.send((waiting[0], papers[waiting[0]]))
                    waiting.pop(0)
                if not self._connection.poll(LONGEST):
                    raise EOFError
                number, result = self._connection.recv()
            except (EOFError, OSError):
                self._stop()
                lost += sorted(running)
                waiting = [one for one in waiting if one not in running]
                running.clear()
                continue
            running.discard(number)
            yield number, result

    def _start(self) -> None:
        if self._process is not None:
            return
        from crmkit.teach import marking

        # a notebook whose names were all deleted has none, and spawning asks for it
        vars(sys.modules["__main__"]).setdefault("__spec__", None)
        fresh = multiprocessing.get_context("spawn")
        self._connection, theirs = fresh.Pipe()
        self._process = fresh.Process(target=marking.work, args=(theirs, *self._arguments))
        self._process.start()
        theirs.close()

    def _stop(self) -> None:
        if self._process is None:
            return
        self._connection.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process = None
