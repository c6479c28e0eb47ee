"""How many marks of an exercise a learner has so far, heading by heading."""

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import gap, get_language
from crmkit.i18n import gettext as _
from crmkit.learn import authored, learner, records
from crmkit.learn.checks.outcome import NOTED, RIGHT, WRONG, is_grading
from crmkit.learn.course import Course
from crmkit.learn.questions import Asked
from crmkit.screen import Screen, parts

_ASKS = re.compile(r'\bask\("[\w-]+"((?:,\s*"[\w-]+")+)\)')
_CHECKS = re.compile(r'\bcheck\.function\(\s*"([\w-]+)"')
_HEAD = re.compile(r"^## (?:\d+ )?(.+?)\s*[(（]\d+ [^()（）]*[)）]\s*$", re.M)


@dataclass
class Section:
    """What stands under one heading: its marks, by what has to be right for them."""

    title: str
    cells: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    by_hand: float = 0.0
    """The marks a trainer gives for what is written here in prose."""

    @property
    def all(self) -> float:
        """The marks there are to get."""
        return sum(marks for _asked, marks in self.cells) + self.by_hand

    def got(self, right: set[str]) -> float:
        """The marks for what is right."""
        return sum(marks for asked, marks in self.cells if right.issuperset(asked))


def sections(notebook: Path) -> list[Section]:
    """The headings of an exercise's notebook that carry marks."""
    return list(_sections(notebook, notebook.stat().st_mtime_ns))


@lru_cache(maxsize=64)
def _sections(notebook: Path, _changed: int) -> tuple[Section, ...]:
    found = [Section("")]
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += [Section(title) for title in _HEAD.findall(source)]
        graded = cell.get("metadata", {}).get("nbgrader", {})
        if graded.get("grade") and graded.get("solution"):
            found[-1].by_hand += graded["points"]
        elif graded.get("grade") and graded.get("points"):
            asked = [id_ for ids in _ASKS.findall(source) for id_ in re.findall(r'"([^"]+)"', ids)]
            wanted = tuple(asked or dict.fromkeys(_CHECKS.findall(source)))
            found[-1].cells.append((wanted, graded["points"]))
    return tuple(one for one in found if one.all)


class Marks:
    """The marks of one exercise, as this learner has them now."""

    def __init__(self, name: str):
        course = Course.find()
        if name not in course.assignments():
            raise CrmkitError(_("There is no exercise {name}.").format(name=name))
        self.name = name
        release = course.release(name, get_language())
        # an author builds the notebook before there is a release of it
        self.sections = sections(release) if release.is_file() else []
        self.screen = Screen(self._tree, {"again": lambda arg, values: None}, repr(self))
        records.follow(name, self.screen)

    def __repr__(self) -> str:
        return f"Marks({self.name})"

    @property
    def by_fields(self) -> bool:
        """Whether it is answered in fields, so that the verdict is the one it is graded by."""
        return self.name in authored.known("questions")

    def outcomes(self) -> dict[str, str]:
        """What was answered or done, by question: `RIGHT`, `WRONG` or `NOTED`."""
        done = {
            event["item"]: event["outcome"]
            for event in records.events()
            if event["place"] == self.name and event["kind"] in ("field", "check")
        }
        if not self.by_fields:
            return done
        asked = Asked(self.name)
        tasks = {one.id for one in asked.questions.values() if one.is_task}
        typed = {one for one in asked.typed() if one not in tasks}
        return {
            **{one: outcome for one, outcome in done.items() if one in tasks},
            **{one: asked.told(one).status for one in typed},
        }

    @property
    def got(self) -> float:
        """The marks so far; none where they are told later."""
        return 0.0 if self.later else self._worth(_right(self.outcomes()))

    @property
    def later(self) -> bool:
        """Whether the trainer tells the marks, and until then only what is answered is shown."""
        return self.by_fields and all(
            one.judged != "now" for one in Asked(self.name).questions.values()
        )

    def _worth(self, right: set[str]) -> float:
        return sum(one.got(right) for one in self.sections)

    @property
    def all(self) -> float:
        """The marks there are to get."""
        return sum(one.all for one in self.sections)

    def _sentence(self, got: float) -> str:
        """The total in one sentence."""
        words = _("{got} of {all} marks so far.").format(got=f"{got:g}", all=f"{self.all:g}")
        if self.by_fields:
            return words
        return gap().join((words, _("It is graded on other data than what you see.")))

    def _tree(self) -> parts.Part:
        outcomes = self.outcomes()
        if self.later:
            return self._answered(outcomes)
        right = _right(outcomes)
        rows = [
            [one.title, self._state(one, outcomes), f"{one.got(right):g} / {one.all:g}"]
            for one in self.sections
        ]
        share = [one.got(right) / one.all for one in self.sections]
        heads = [_("Part"), "", _("Marks")]
        return parts.card(
            parts.table(_("My marks"), heads, rows, share),
            parts.text(self._sentence(self._worth(right))),
            parts.row(parts.button(_("Look at it again"), "again", kind="small")),
        )

    def _answered(self, outcomes: dict[str, str]) -> parts.Part:
        """How much is answered, of what is judged later."""
        asked = [[one for ids, _marks in section.cells for one in ids] for section in self.sections]
        seen = [sum(outcomes.get(one) == NOTED for one in of) for of in asked]
        rows = [
            [section.title, f"{count} / {len(of)}"]
            for section, count, of in zip(self.sections, seen, asked, strict=True)
        ]
        words = _("{count} of {all} answered. Your trainer marks them once they are handed in.")
        return parts.card(
            parts.table(_("My answers"), [_("Part"), _("Answered")], rows),
            parts.text(words.format(count=sum(seen), all=sum(map(len, asked)))),
            parts.row(parts.button(_("Look at it again"), "again", kind="small")),
        )

    def _state(self, section: Section, outcomes: dict[str, str]) -> parts.Part | str:
        if section.by_hand:
            return parts.chip(_("your trainer marks it"), "noted")
        asked = [one for ids, _marks in section.cells for one in ids]
        seen = [outcomes.get(one) for one in asked]
        wrong, open_ = seen.count(WRONG), len(asked) - sum(one in _SEEN for one in seen)
        if wrong:
            return parts.chip(_("not right yet: {count}").format(count=wrong), "wrong")
        if open_:
            return parts.chip(_("still open: {count}").format(count=open_), "open")
        return parts.chip(_("done"), "right")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if not is_grading() and learner.session_notebook() is not None:
            display(self.screen._repr_mimebundle_(), raw=True)


_SEEN = (RIGHT, WRONG, NOTED)


def _right(outcomes: dict[str, str]) -> set[str]:
    """What counts for marks."""
    return {one for one, outcome in outcomes.items() if outcome == RIGHT}


def marks(name: str) -> Marks:
    """The marks of an exercise so far, part by part: ``marks("cashier-1")``.

    Raises `CrmkitError` for an exercise that does not exist.
    """
    return Marks(name)
