"""What a learner handed in, made whole: read in whatever shape it came, repaired from the release.

Marks depend on answers and on names, so most damage does not matter: a cell is known by its
`grade_id`, else by its id, its text, or what it defines; locked cells come from the release.
"""

import ast
import json
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

import nbformat

from crmkit.i18n import gettext as _
from crmkit.learn import answers, ran
from crmkit.learn.authored import known
from crmkit.learn.course import Course
from crmkit.learn.questions import Asked, Question

MOST_BYTES = 100 * 2**20
MOST_CELLS = 600
MOST_SOURCE = 400_000
_SCRIPT_CELL = re.compile(r"^# (?:%%.*|In\[[\d ]*\]:)\s*$", re.M)
_CODE = re.compile(r"^\s*(?:def |import |from \w)", re.M)


class SetAside(Exception):
    """A file that cannot be graded; the sentence says why."""


@dataclass
class Read:
    """A file as it was understood: its cells, its metadata, the answers it carries."""

    cells: list[dict[str, Any]]
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Paper:
    """One learner's work on one exercise, ready to be run and marked."""

    assignment: str
    language: str
    cells: list[dict[str, Any]]
    answers: dict[str, Any]
    notes: list[str]
    files: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    """What was written in prose for the trainer to mark."""


_NAMED = re.compile(r'"([^"]+)"')
_HEADING = re.compile(r"^##\s+(.+?)\s*$", re.M)


def headings(cell: Any) -> list[str]:
    """The headings of an exercise's parts in a cell."""
    return _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []


class Release:
    """An exercise as it was given out, with what is needed to know its cells again."""

    def __init__(self, course: Course, assignment: str):
        self.assignment = assignment
        self._master = course.master(assignment, "zh")
        self.notebooks = {
            language: nbformat.read(course.release(assignment, language), as_version=4)
            for language in ("zh", "en")
            if course.release(assignment, language).is_file()
        }

    @cached_property
    def cells(self) -> dict[str, Any]:
        """Cells by id: those of nbgrader by their `grade_id`, which is the same."""
        return {key(cell): cell for nb in self.notebooks.values() for cell in nb.cells}

    @cached_property
    def locked(self) -> dict[str, str]:
        """What the master has in the cells that nobody may change, hidden tests included."""
        master = nbformat.read(self._master, as_version=4)
        return {key(cell): cell.source for cell in master.cells if marks(cell).get("locked")}

    @cached_property
    def solutions(self) -> dict[str, set[str]]:
        """For every cell to write in: the names it sets."""
        return {
            one: ran.sets(cell.source)
            for one, cell in self.cells.items()
            if marks(cell).get("solution") and cell.cell_type == "code"
        }

    @cached_property
    def pages(self) -> dict[str, str]:
        """The pages to write in prose, which the trainer marks, as they were given out."""
        return {
            one: cell.source
            for one, cell in self.cells.items()
            if marks(cell).get("solution") and marks(cell).get("grade")
        }

    def title(self, language: str) -> str:
        """What it is called in this language."""
        notebook = self.notebooks.get(language) or next(iter(self.notebooks.values()))
        lines = (line for cell in notebook.cells for line in cell.source.splitlines())
        return next((one.lstrip("# ") for one in lines if one.startswith("# ")), self.assignment)

    def asked(self, cell: Any) -> list[Question]:
        """What a cell asks in fields."""
        if self.assignment not in known("questions"):
            return []
        questions = Asked(self.assignment).questions
        return [questions[one] for one in _NAMED.findall(cell.source) if one in questions]

    def likeness(self, read: Read) -> float:
        """How many of its cells are known here: 0 for a file of another exercise."""
        if read.metadata.get("crmkit", {}).get("name") == self.assignment:
            return 2.0
        graded = {one for one, cell in self.cells.items() if marks(cell)}
        there = {key(cell) for cell in read.cells} & graded
        sources = {cell.source for one, cell in self.cells.items() if one in graded}
        there_by_text = {cell["source"] for cell in read.cells} & sources
        named = {n for cell in read.cells if cell["cell_type"] == "code"
                 for n in ran.sets(cell["source"])}  # fmt: skip
        wanted = {name for names in self.solutions.values() for name in names}
        found = max(len(there), len(there_by_text), len(named & wanted))
        return found / max(1, len(graded)) + (1.0 if self.assignment in read.answers else 0.0)

    def language_of(self, read: Read) -> str:
        """The language it was handed out in, by its metadata, else by its prose."""
        said = read.metadata.get("crmkit", {}).get("language")
        if said in self.notebooks:
            return said
        prose = {cell["source"] for cell in read.cells if cell["cell_type"] == "markdown"}
        return max(
            self.notebooks,
            key=lambda one: len(prose & {cell.source for cell in self.notebooks[one].cells}),
        )


def marks(cell: Any) -> dict[str, Any]:
    """What nbgrader notes in a cell; empty where nothing, or nonsense, stands."""
    found = (cell.get("metadata") or {}).get("nbgrader")
    return found if isinstance(found, dict) else {}


def key(cell: Any) -> str:
    """How a cell is known: its `grade_id`, else its id."""
    return str(marks(cell).get("grade_id") or cell.get("id") or "")


def decode(raw: bytes) -> str:
    """The text of a file in UTF-8 (with or without a mark), UTF-16 or GBK."""
    if len(raw) > MOST_BYTES:
        raise SetAside(_("The file is larger than {n} MB.").format(n=MOST_BYTES // 2**20))
    if not raw.strip(b"\0 \r\n\t"):
        raise SetAside(_("The file is empty."))
    tries = ["utf-8-sig", "gb18030"]
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        tries.insert(0, "utf-16")
    elif b"\0" in raw[:200]:
        tries.insert(0, "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be")
    for encoding in tries:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def read(raw: bytes, name: str) -> Read:
    """Understand a file as a notebook or a script. Raises `SetAside` with the reason."""
    text = decode(raw)
    if text.lstrip()[:1] == "{":
        return _notebook(text)
    if name.endswith((".py", ".txt")) or _CODE.search(text):
        parts = [part for part in _SCRIPT_CELL.split(text) if part.strip()]
        cells = [_cell("code", part.strip("\n")) for part in parts]
        return Read(cells, notes=[_("A script was handed in, not a notebook.")])
    raise SetAside(_("This is no notebook."))


def _cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {}} | more


def _notebook(text: str) -> Read:
    notes = []
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        try:  # a comma too many, as editing by hand leaves it
            data = json.loads(re.sub(r",(?=\s*[,\]}])", "", text), strict=False)
        except (ValueError, RecursionError):
            data = _salvaged(text)
        notes.append(_("The file was damaged; what could be read was graded."))
    if not isinstance(data, dict):
        raise SetAside(_("This is no notebook."))
    raw = data.get("cells")
    if raw is None and isinstance(data.get("worksheets"), list):
        raw = [cell for sheet in data["worksheets"] if isinstance(sheet, dict)
               for cell in sheet.get("cells") or ()]  # fmt: skip
        notes.append(_("The notebook is of an old format."))
    if not isinstance(raw, list):
        raise SetAside(_("This is no notebook."))
    cells = [made for made in map(_plain_cell, raw) if made]
    if not cells:
        raise SetAside(_("The notebook has no cells."))
    if len(cells) > MOST_CELLS:
        notes.append(_("Of {n} cells only those of the exercise count.").format(n=len(cells)))
        cells = [one for one in cells if marks(one)][:MOST_CELLS] or cells[:MOST_CELLS]
    metadata = data.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if not isinstance(metadata.get("crmkit"), dict):
        metadata = {**metadata, "crmkit": {}}
    try:
        carried = answers.take_from({"cells": cells})
    except (AttributeError, TypeError):
        carried = {}
    return Read(cells, metadata, carried, notes)


def _plain_cell(raw: Any) -> dict[str, Any] | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return None
    kind = raw.get("cell_type")
    metadata = raw.get("metadata")
    outputs = raw.get("outputs")
    return _cell(
        kind if kind in ("code", "markdown", "raw") else "markdown",
        source.replace("\r\n", "\n")[:MOST_SOURCE],
        metadata=metadata if isinstance(metadata, dict) else {},
        id=raw.get("id") if isinstance(raw.get("id"), str) else "",
        outputs=[
            one for one in (outputs if isinstance(outputs, list) else ())
            if isinstance(one, dict) and isinstance(one.get("data", {}), dict)
        ],
    )  # fmt: skip


def _salvaged(text: str) -> dict[str, Any]:
    """The cells that can still be read of a notebook that was cut off or damaged."""
    found = re.search(r'"cells"\s*:\s*\[', text)
    if not found:
        raise SetAside(_("The file is damaged: nothing in it can be read as a notebook."))
    decoder, at, cells = json.JSONDecoder(strict=False), found.end(), []
    while at < len(text):
        start = text.find("{", at)
        if start < 0:
            break
        try:
            cell, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            following = text.find('"cell_type"', start + 1)
            following = text.find('"cell_type"', following + 1) if following >= 0 else -1
            at = text.rfind("{", start + 1, following) if following >= 0 else len(text)
            continue
        if isinstance(cell, dict) and "cell_type" in cell:
            cells.append(cell)
    named = re.search(r'"crmkit"\s*:\s*(\{[^{}]*\})', text)
    try:
        metadata = {"crmkit": json.loads(named[1])} if named else {}
    except ValueError:
        metadata = {}
    return {"cells": cells, "metadata": metadata}


def answers_of(raw: bytes) -> tuple[str, dict[str, Any]] | None:
    """Name and answers of an answers file; None for any other file."""
    try:
        data = json.loads(decode(raw))
    except (ValueError, SetAside, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("answers"), dict):
        return None
    return str(data.get("name")), plain_answers(data["answers"])


def plain_answers(said: dict[Any, Any]) -> dict[str, Any]:
    """Answers as fields keep them: text, or a list of texts, never endlessly long."""
    found: dict[str, Any] = {}
    for one, answer in list(said.items())[:500]:
        if isinstance(answer, (str, int, float)):
            found[str(one)] = str(answer)[:2000]
        elif isinstance(answer, list):
            found[str(one)] = [str(part)[:2000] for part in answer[:50]]
    return found


def whole(release: Release, read_: Read, given: dict[str, Any] | None) -> Paper:
    """A paper in the order of the release, with locked cells as they were given out."""
    language = release.language_of(read_)
    notes = list(read_.notes)
    asked = plain_answers(given if given is not None else read_.answers.get(release.assignment, {}))
    written, extras = _sorted_out(release, read_, notes)
    cells: list[dict[str, Any]] = [_own(source) for source in extras.pop("", ())]
    for cell in release.notebooks[language].cells:
        one = key(cell)
        mark = marks(cell)
        if cell.cell_type == "code":
            kind = "answer" if mark.get("solution") else "check" if mark.get("grade") else "given"
            source = written.get(one, cell.source) if kind == "answer" else cell.source
            cells.append({"key": one, "source": source, "kind": kind})
        cells.extend(_own(source) for source in extras.pop(one, ()))
    stubs = {one for one in release.solutions if one not in written}
    defined = {n for cell in cells if cell["kind"] == "own" for n in ran.sets(cell["source"])}
    for cell in cells:  # written elsewhere: the untouched cell must not undo it
        if cell["key"] in stubs and release.solutions[cell["key"]] <= defined:
            cell["source"] = ""
    return Paper(
        release.assignment, language, cells, asked, notes, pages=_pages(release, read_, notes)
    )


def _pages(release: Release, read_: Read, notes: list[str]) -> dict[str, str]:
    """What was written on each page; where a page was left alone, prose the learner put beside it."""
    found: dict[str, str] = {}
    for cell in read_.cells:
        one = key(cell)
        if one in release.pages and cell["source"].split() != release.pages[one].split():
            found[one] = cell["source"]
    given_out = {cell.source for nb in release.notebooks.values() for cell in nb.cells}
    own = [
        cell["source"]
        for cell in read_.cells
        if cell["cell_type"] != "code" and key(cell) not in release.pages
        if cell["source"].strip() and cell["source"] not in given_out
    ]
    if len(release.pages) == 1 and not found and own:
        notes.append(_("The page was written in a cell of its own; it was put in its place."))
        found = dict.fromkeys(release.pages, "\n\n".join(own))
    return found


def _own(source: str) -> dict[str, Any]:
    return {"key": "", "source": source, "kind": "own"}


def _sorted_out(
    release: Release, read_: Read, notes: list[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What was written into each answer cell, and the learner's own cells by the cell before."""
    found: dict[str, list[str]] = {}
    extras: dict[str, list[str]] = {}
    at, there = "", {key(cell) for cell in read_.cells}
    for cell in read_.cells:
        if key(cell) in release.pages:
            continue
        one = _known_as(release, cell, there)
        if one is None:
            if cell["cell_type"] == "code" and cell["source"].strip():
                extras.setdefault(at, []).append(cell["source"])
            continue
        at = one
        if one in release.solutions:
            found.setdefault(one, []).append(cell["source"])
    missing = set(release.solutions) - set(found)
    if missing and found:
        notes.append(_("Cells were missing and were taken from the release."))
    written = {}
    for one, versions in found.items():
        stub = release.cells[one].source
        changed = [one for one in versions if one.strip() and one.split() != stub.split()]
        if len(versions) > 1:
            notes.append(_("A cell stood twice; the one that was written on counts."))
        if changed:
            written[one] = _joined(changed)
    return written, extras


def _joined(versions: list[str]) -> str:
    """The last version; the parts put together again where a cell was split."""
    together = "\n".join(versions)
    if len(versions) > 1 and not all(map(_parses, versions)) and _parses(together):
        return together
    return next((one for one in reversed(versions) if _parses(one)), versions[-1])


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _known_as(release: Release, cell: dict[str, Any], there: set[str]) -> str | None:
    """Which cell of the release this is; None for one of the learner's own.

    there: the ids that cells of this notebook have; what such a cell holds is not looked for
    elsewhere.
    """
    one = key(cell)
    if one in release.cells and release.cells[one].cell_type == cell["cell_type"]:
        return one
    for other, theirs in release.cells.items():
        if theirs.source == cell["source"] and theirs.cell_type == cell["cell_type"]:
            return other
    if cell["cell_type"] != "code":
        return None
    if "check" in cell["source"]:
        for known, theirs in release.cells.items():
            if marks(theirs).get("grade") and _alike(theirs.source, cell["source"]):
                return known
    sets = ran.sets(cell["source"])
    fits = [o for o, names in release.solutions.items() if names and names <= sets]
    return fits[0] if len(fits) == 1 and fits[0] not in there else None


def _alike(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 0.3 * max(len(one), len(other)) or len(one) > 20_000:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).quick_ratio() > 0.85
