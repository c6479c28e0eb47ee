"""How a class stands: every mark, every part, who needs help, by store and over time.

Marks come from nbgrader's gradebook, so that manual marks count; why a part was lost comes from
what the grading found.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crmkit.i18n import get_language
from crmkit.learn.checks import mistakes
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, NOTED, RIGHT
from crmkit.learn.course import Course
from crmkit.learn.tracks import before_and_after, track_of
from crmkit.teach.collect import roster
from crmkit.teach.gradebook import opened, stored_result
from crmkit.teach.papers import Release, headings, key, marks

PASSED = 0.6
"""The share of the marks from which an exercise counts as passed."""
BANDS = (0.0, 0.6, 0.7, 0.8, 0.9)
"""Where the bands of the distribution begin."""


@dataclass(frozen=True)
class Part:
    """One graded part of somebody's work: right, open (not attempted) or wrong, and why."""

    id: str
    status: str
    mistake: str | None
    message: str
    language: str


@dataclass(frozen=True)
class Work:
    """One learner's marks in one exercise, when it was handed in, and the shares of every try."""

    learner: str
    assignment: str
    score: float
    most: float
    handed_in: datetime | None
    parts: tuple[Part, ...] = ()
    tries: tuple[float, ...] = ()
    waits: float = 0.0
    """Marks that the trainer has still to give."""

    @property
    def judged(self) -> float:
        """The full marks of what is judged so far."""
        return self.most - self.waits

    @property
    def share(self) -> float:
        """The share of the marks of what is judged so far, from 0 to 1."""
        return self.score / self.judged if self.judged else 0.0


@dataclass(frozen=True)
class Hard:
    """A part, how many got it right, wrong or left it open, and what went wrong most often."""

    assignment: str
    part: str
    right: int
    wrong: int
    open: int
    mistake: str
    times: int

    @property
    def share(self) -> float:
        """The share of those who handed in that got it right."""
        return self.right / (self.right + self.wrong + self.open)


@dataclass(frozen=True)
class Needs:
    """Somebody who needs help, and where."""

    learner: str
    failed: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass
class Standing:
    """A class with its works; `titles` of the exercises it has done; `names` and `stores` by learner,
    as the roster has them; `parts` of an exercise as people name them. What was asked before the
    course stands apart in `before`: nobody has failed it."""

    works: list[Work]
    titles: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    parts: dict[tuple[str, str], str] = field(default_factory=dict)
    before: list[Work] = field(default_factory=list)

    @property
    def learners(self) -> list[str]:
        """Everybody on the roster, then whoever else handed in."""
        works = [*self.works, *self.before]
        return list(dict.fromkeys([*self.names, *(one.learner for one in works)]))

    def name(self, learner: str) -> str:
        """What to call somebody: the name on the roster, else what they are known by."""
        return self.names.get(learner) or learner

    def of(self, learner: str) -> dict[str, Work]:
        """Somebody's works by exercise."""
        return {one.assignment: one for one in self.works if one.learner == learner}

    def overall(self, learner: str) -> float | None:
        """The share of the marks over what somebody handed in; None for nothing."""
        return _share(self.of(learner).values())

    def spread(self, assignment: str) -> list[int]:
        """How many are in each of the `BANDS`."""
        counts = [0] * len(BANDS)
        for one in self.works:
            if one.assignment == assignment:
                # marks are whole points: 0.7 of 10 must not fall below 0.7 for its last bit
                counts[sum(one.share + 1e-9 >= band for band in BANDS) - 1] += 1
        return counts

    def mean(self, assignment: str | None = None) -> float | None:
        """The share of the marks the class has in an exercise; without one, in all."""
        return _share(one for one in self.works if assignment in (None, one.assignment))

    def hardest(self, most: int = 12) -> list[Hard]:
        """The parts that fewest got right, those the whole class had right left out."""
        seen: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for work in self.works:
            for part in work.parts:
                seen[work.assignment, part.id].append(part)
        found = [self._hard(*where, parts) for where, parts in seen.items()]
        return sorted((one for one in found if one.share < 1), key=lambda one: one.share)[:most]

    def _hard(self, assignment: str, part: str, parts: list[Part]) -> Hard:
        wrong = [one for one in parts if one.status not in (RIGHT, NOTED, NOT_ATTEMPTED)]
        why = Counter(one.mistake or one.message for one in wrong).most_common(1)
        code, times = why[0] if why else ("", 0)
        return Hard(
            assignment, self.parts.get((assignment, part), part),
            right=sum(one.status in (RIGHT, NOTED) for one in parts), wrong=len(wrong),
            open=sum(one.status == NOT_ATTEMPTED for one in parts),
            mistake=_in_words(code, wrong), times=times,
        )  # fmt: skip

    def need_help(self) -> list[Needs]:
        """Who did not pass something, or has not handed in what most of the class has; worst first."""
        of_class = [
            one for one in self.titles
            if 2 * sum(work.assignment == one for work in self.works) > len(self.learners)
        ]  # fmt: skip
        found = []
        for learner in self.learners:
            works = self.of(learner)
            failed = tuple(one for one, work in works.items() if work.share < PASSED)
            missing = tuple(one for one in of_class if one not in works)
            if failed or missing:
                found.append(Needs(learner, failed, missing))
        return sorted(found, key=lambda one: (-len(one.failed) - len(one.missing), one.learner))

    def by_store(self) -> dict[str, dict[str, float]]:
        """The share of the marks by store and track, for the stores on the roster."""
        grouped: dict[str, dict[str, list[Work]]] = defaultdict(lambda: defaultdict(list))
        for one in self.works:
            if store := self.stores.get(one.learner):
                grouped[store][track_of(one.assignment)].append(one)
        return {
            store: {track: _share(works) or 0.0 for track, works in tracks.items()}
            for store, tracks in sorted(grouped.items())
        }

    def by_day(self) -> dict[date, tuple[int, float]]:
        """How many works came in on a day, and their share of the marks."""
        days: dict[date, list[Work]] = defaultdict(list)
        for one in self.works:
            if one.handed_in:
                days[one.handed_in.date()].append(one)
        return {day: (len(works), _share(works) or 0.0) for day, works in sorted(days.items())}

    def waiting(self) -> list[Work]:
        """The works with a page the trainer has still to mark."""
        return [one for one in self.works if one.waits]

    def gains(self) -> list[tuple[str, float | None, float | None]]:
        """Everybody with the share they had before the course and after it; the largest gain first."""
        first = {one.learner: one.share for one in self.before}
        last = {one.learner: one.share for one in self._after()}
        both = [
            (one, first.get(one), last.get(one)) for one in self.learners if one in first | last
        ]
        return sorted(
            both,
            key=lambda one: (None in one, (one[1] or 0.0) - (one[2] or 0.0), one[0]),
        )

    def learnt(self) -> list[tuple[str, float | None, float | None]]:
        """Each thing that was asked before and after, and the share of those who knew it."""
        first, last = _known(self.before), _known(self._after())
        named = {part: said for test in before_and_after().values() for (of, part), said in self.parts.items() if of == test}  # fmt: skip
        return [
            (named.get(one, one), first.get(one), last.get(one))
            for one in dict.fromkeys([*first, *last])
        ]

    def _after(self) -> list[Work]:
        return [one for one in self.works if one.assignment == before_and_after()["after"]]

    def tried_again(self) -> list[Work]:
        """The works that were handed in more than once, the largest gain first."""
        again = [one for one in self.works if len(one.tries) > 1]
        return sorted(again, key=lambda one: one.tries[0] - one.tries[-1])


def standing(course: Course) -> Standing:
    """How the class of a course stands. Empty where nothing was graded."""
    people = roster(course)
    names = {one.id: one.name for one in people}
    stores = {one.id: one.store for one in people if one.store}
    works = list(_works(course)) if (course.grading / "gradebook.db").is_file() else []
    done = {one.assignment for one in works}
    given_out = {one: Release(course, one) for one in course.assignments() if one in done}
    titles = {one: each.title(get_language()) for one, each in given_out.items()}
    first = before_and_after()["before"]
    titles.pop(first, None)
    parts = {(one, part): said for one, each in given_out.items() for part, said in _parts(each)}
    before = [one for one in works if one.assignment == first]
    works = [one for one in works if one.assignment != first]
    return Standing(works, titles, names, stores, parts, before)


def _works(course: Course) -> Iterable[Work]:
    exercises = set(course.assignments())
    with opened(course) as gradebook:
        for assignment in gradebook.assignments:
            if assignment.name not in exercises:
                continue
            for submission in gradebook.assignment_submissions(assignment.name):
                learner = submission.student.id
                found = stored_result(course, learner, assignment.name)
                parts = tuple(
                    Part(name, said["status"], said.get("mistake"), said.get("message", ""), found["language"])
                    for name, said in found.get("verdicts", {}).items()
                )  # fmt: skip
                tries = found.get("tries", [])
                at = datetime.fromisoformat(tries[-1][0]) if tries else None
                yield Work(
                    learner, assignment.name, submission.score, submission.max_score,
                    submission.timestamp or at, parts, tuple(share for _at, share in tries),
                    _waits(submission),
                )  # fmt: skip


def _waits(submission: Any) -> float:
    """The full marks of the pages nobody has marked yet."""
    return sum(
        one.max_score
        for notebook in submission.notebooks
        for one in notebook.grades
        if one.auto_score is None and one.manual_score is None
    )


def _parts(given_out: Release) -> Iterable[tuple[str, str]]:
    """The graded parts of an exercise, as a person would name them."""
    notebook, heading = given_out.notebooks.get(get_language()), ""
    for cell in notebook.cells if notebook else ():
        heading = (headings(cell) or [heading])[-1]
        if marks(cell).get("grade"):
            named = [heading, *(one.label for one in given_out.asked(cell))]
            yield key(cell), " · ".join(filter(None, named)) or key(cell)


def _share(works: Iterable[Work]) -> float | None:
    several = list(works)
    most = sum(one.judged for one in several)
    return sum(one.score for one in several) / most if most else None


def _known(works: Iterable[Work]) -> dict[str, float]:
    """The share that had each part right."""
    seen: dict[str, list[bool]] = defaultdict(list)
    for work in works:
        for part in work.parts:
            seen[part.id].append(part.status in (RIGHT, NOTED))
    return {part: sum(right) / len(right) for part, right in seen.items()}


def _in_words(code: str, parts: list[Part]) -> str:
    """A mistake as a sentence: in the current language where it is known in it."""
    if code in mistakes.KNOWN:
        return mistakes.sentence(code)
    told = {one.language: one.message for one in parts if code in (one.mistake, one.message)}
    return told.get(get_language()) or next(iter(told.values()), code)
