"""Lessons and exercises as pages: prose and results from the built notebook, live parts live."""

import ast
import contextlib
import html
import io
import json
import logging
import os
import re
import tempfile
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import mistune

from crmkit.i18n import use_language
from crmkit.learn.course import NO_CODE, START, Course
from crmkit.learn.forms import screen_of
from crmkit.learn.learner import Seat, place_of, seated
from crmkit.learn.tracks import for_everyone
from crmkit.screen import Screen

_markdown = mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])
# what a page that forbids inline styles would only complain about
_INLINE = re.compile(r"""\s(?:style|border)=("[^"]*"|'[^']*')|<style[^>]*>.*?</style>""", re.S)
_ONCE = {"way"}
"""Calls that the page answers by itself: the strip stands above every lesson."""


@dataclass
class Block:
    """One piece of a page: HTML to read, or the place of a live part, by the number of its cell.

    A `guess` comes before what it gives away, up to the next heading or guess: that is `later`.
    """

    html: str = ""
    live: int | None = None
    guess: bool = False
    later: bool = False


@dataclass
class Lesson:
    """A lesson or exercise in one language, read once for everybody."""

    course: Course
    name: str
    language: str
    exercise: bool
    blocks: list[Block] = field(default_factory=list)
    still: dict[int, Any] = field(default_factory=dict)
    _cells: dict[int, Any] = field(default_factory=dict)
    _space: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What progress calls it: ``cashier-03``."""
        return self.name if self.exercise else place_of(self.course.lesson_source(self.name))

    @property
    def title(self) -> str:
        """Its heading; known before its cells have run."""
        return _title(self.built)

    @property
    def address(self) -> str:
        return f"/exercise/{self.name}" if self.exercise else f"/lesson/{self.name}"

    @property
    def built(self) -> Path:
        """The notebook the page is made of."""
        if self.exercise:
            return self.course.release(self.name, self.language)
        return self.course.lesson(self.name, self.language)

    def read(self) -> "Lesson":
        """Read the notebook and run its cells, so that it is known what is live in it."""
        notebook = json.loads(self.built.read_text("utf-8"))
        quiet = contextlib.redirect_stdout(io.StringIO())
        # a practice shop that a cell opens is nobody's here
        scratch = tempfile.TemporaryDirectory(prefix="crmkit-page-")
        nobody = seated(Seat("", Path(scratch.name) / self.built.name))
        with scratch, nobody, use_language(self.language), quiet:
            for number, cell in enumerate(notebook["cells"]):
                source = "".join(cell["source"])
                if cell["cell_type"] == "markdown":
                    self._prose(source)
                elif cell["cell_type"] == "code":
                    self._code(number, source, cell.get("outputs", ()))
        return self

    def _prose(self, source: str) -> None:
        guessed = bool(self.blocks) and (self.blocks[-1].guess or self.blocks[-1].later)
        told, *rest = re.split(r"(?=^#)", source, maxsplit=1, flags=re.M)
        pieces = [(told, True), *((one, False) for one in rest)] if guessed else [(source, False)]
        for text, later in pieces:
            if text.strip():
                page = re.sub(r'(<a href=")([^"]+)(")', self._linked, as_html(text))
                self.blocks.append(Block(_INLINE.sub("", page), later=later))

    def _linked(self, found: re.Match) -> str:
        """A link to a notebook leads to its page."""
        where, _hash, part = found[2].partition("#")
        target = Path(os.path.normpath(self.built.parent / where))
        for other in names(self.course):
            if target == Lesson(self.course, other[0], self.language, other[1]).built:
                address = Lesson(self.course, other[0], self.language, other[1]).address
                return found[1] + html.escape(address) + ("#" + part if part else "") + found[3]
        if "://" in where:
            return found[0]
        return '<a class="not-here"'  # an analyst's lesson: it is for a notebook

    def _code(self, number: int, source: str, outputs: Any) -> None:
        tree = ast.parse(source)
        last = tree.body[-1].value if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        own = last is not None and _called(last) in _ONCE
        if last is not None:
            tree.body.pop()
        try:
            exec(compile(tree, self.name, "exec"), self._space)
            value = None
            if last is not None and not own:
                code = compile(ast.Expression(last), self.name, "eval")
                value = eval(code, self._space)
        except Exception:
            # what cannot run here is still there to be read
            logging.getLogger(__name__).exception("%s, cell %s", self.name, number)
            value = None
        screen = screen_of(value)
        if last is not None and screen is not None:
            self._add(Block(live=number, guess=_called(last) == "guess"))
            if screen.is_still:
                self.still[number] = screen.tree
            else:
                self._cells[number] = compile(ast.Expression(last), self.name, "eval")
        elif not own:
            for shown in filter(None, map(_output, outputs)):
                self._add(Block(shown))

    def _add(self, block: Block) -> None:
        """A piece behind a guess stays there, unless it is the next one."""
        before = self.blocks[-1] if self.blocks else Block()
        block.later = (before.guess or before.later) and not block.guess
        self.blocks.append(block)

    def screens(self) -> dict[int, Screen]:
        """The live parts, made afresh for the learner who sits here."""
        found = {}
        with use_language(self.language):
            for number, code in self._cells.items():
                screen = screen_of(eval(code, dict(self._space)))
                if screen is not None:
                    found[number] = screen
        return found


def as_html(text: str) -> str:
    """Prose as a page shows it."""
    return str(_markdown(text))


def _called(node: ast.expr) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _output(output: dict) -> str:
    data = output.get("data", {})
    if "image/png" in data:
        says = html.escape("".join(data.get("text/plain", "")), quote=True)
        png = "".join(data["image/png"]).replace("\n", "")
        return f'<figure tabindex="0"><img src="data:image/png;base64,{png}" alt="{says}"></figure>'
    if "text/html" in data:
        page = _INLINE.sub("", "".join(data["text/html"]))
        return f'<div class="ck ck-read"><div class="ck-scroll" tabindex="0">{page}</div></div>'
    words = "".join(output.get("text", "")) or "".join(data.get("text/plain", ""))
    return f"<pre>{html.escape(words)}</pre>" if words.strip() else ""


def names(course: Course) -> list[tuple[str, bool]]:
    """Every lesson and exercise that needs no code: its name, and whether it is an exercise."""
    return list(_names(course.root))


@cache
def _names(root: Path) -> tuple[tuple[str, bool], ...]:
    course = Course(root)
    tracks = [f"-{track}/" for track in NO_CODE]
    open_to_all = for_everyone()
    lessons = [
        (one, False)
        for one in course.lessons()
        if any(t in one for t in tracks) or place_of(course.lesson_source(one)) in open_to_all
    ]
    exercises = [(one, True) for one in course.assignments() if one.rpartition("-")[0] in NO_CODE]
    return (*lessons, *exercises)


@cache
def _title(built: Path) -> str:
    for cell in json.loads(built.read_text("utf-8"))["cells"]:
        found = re.match(r"#\s+(.+)", "".join(cell["source"]))
        if found and cell["cell_type"] == "markdown":
            return re.sub(r"[*_`]", "", found[1]).strip()
    return built.stem


_reading = threading.Lock()


def lesson(course: Course, name: str, language: str, exercise: bool) -> Lesson:
    """A lesson, read at its first use and kept."""
    with _reading:
        return _lesson(course, name, language, exercise)


@cache
def _lesson(course: Course, name: str, language: str, exercise: bool) -> Lesson:
    return Lesson(course, name, language, exercise).read()


__all__ = ["START", "Lesson", "lesson", "names"]
