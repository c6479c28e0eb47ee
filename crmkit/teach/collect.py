"""What people hand in, taken as it comes: folders, zips, copies; matched by content and roster.

Nothing is written here and nothing is followed: a link is set aside, a zip is read in memory and
within bounds, names inside it are only names.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.learn.roster import Person
from crmkit.learn.roster import read as read_roster
from crmkit.teach.papers import MOST_BYTES, Read, Release, SetAside, answers_of, read

MOST_FILES = 5000
MOST_UNPACKED = 300 * 2**20
_NOTEBOOKS = (".ipynb", ".py", ".txt", ".json", "")
_SKIPPED = {"__MACOSX", ".ipynb_checkpoints", ".git"}
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f/\\:*?\"<>|\[\]{}+%#]")


@dataclass(frozen=True)
class File:
    """One file that was handed in: where it was, inside what, and its bytes."""

    place: tuple[str, ...]
    content: bytes
    changed: float = 0.0

    @property
    def name(self) -> str:
        return self.place[-1]

    def __str__(self) -> str:
        return "/".join(self.place)


@dataclass
class Aside:
    """A file that is not graded, and why."""

    file: str
    why: str
    learner: str = ""
    assignment: str = ""


@dataclass
class Handed:
    """One learner's work on one exercise, as it was handed in."""

    learner: str
    assignment: str
    file: File | None
    read: Read
    answers: dict[str, Any] | None = None
    files: dict[str, bytes] = field(default_factory=dict)


def roster(course: Course) -> list[Person]:
    """The class from ``grading/roster.csv``; empty without one."""
    path = course.grading / "roster.csv"
    return read_roster(path) if path.is_file() else []


def safe_name(name: str) -> str:
    """A learner's name as it can name a folder, here and on Windows."""
    return _NOT_IN_A_NAME.sub("_", name).strip(" .")[:80]


def files_in(folder: Path, aside: list[Aside]) -> Iterator[File]:
    """Every file below a folder, those inside zips too."""
    budget = [MOST_FILES, MOST_UNPACKED]
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).parts
        if _SKIPPED & set(place) or place[-1].startswith((".", "~$")):
            continue
        linked = path.is_symlink() or any(
            parent.is_symlink() for parent in path.parents if folder in parent.parents
        )
        if linked:
            if path.is_symlink():
                aside.append(Aside("/".join(place), _("This is a link, not a file.")))
            continue
        if not path.is_file():
            continue
        state = path.stat()
        if state.st_size > MOST_BYTES:
            words = _("The file is larger than {n} MB.").format(n=MOST_BYTES // 2**20)
            aside.append(Aside("/".join(place), words))
            continue
        yield from _opened(File(place, path.read_bytes(), state.st_mtime), aside, budget, 3)


def _opened(file: File, aside: list[Aside], budget: list[int], deep: int) -> Iterator[File]:
    if file.content[:4] != b"PK\x03\x04":
        if file.name.lower().endswith((".rar", ".7z", ".tar", ".gz", ".zip")):
            aside.append(Aside(str(file), _("Only zip archives can be opened: pack it again.")))
            return
        yield file
        return
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
            for one in packed.infolist():
                if one.is_dir() or one.flag_bits & 1:
                    continue
                budget[0] -= 1
                budget[1] -= one.file_size
                if min(budget) < 0 or one.file_size > MOST_BYTES or deep == 0:
                    aside.append(Aside(str(file), _("There is too much in this archive.")))
                    return
                place = PurePosixPath(_zip_name(one).replace("\\", "/")).parts
                place = tuple(part for part in place if part not in ("..", ".", "/"))
                linked = one.external_attr >> 28 == 0xA
                if not place or linked or _SKIPPED & set(place) or place[-1].startswith("."):
                    continue
                with packed.open(one) as inside:
                    content = inside.read(one.file_size + 1)
                if len(content) > one.file_size:
                    aside.append(Aside(str(file), _("The archive is damaged.")))
                    return
                within = (*file.place[:-1], Path(file.name).stem, *place)
                yield from _opened(File(within, content, file.changed), aside, budget, deep - 1)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        aside.append(Aside(str(file), _("The archive is damaged.")))


def _zip_name(one: zipfile.ZipInfo) -> str:
    """A name in a zip from a Chinese Windows, which is GBK and says nothing."""
    if one.flag_bits & 0x800:
        return one.filename
    try:
        return one.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return one.filename


def sort_out(
    files: Iterable[File],
    releases: dict[str, Release],
    people: list[Person],
    aside: list[Aside],
    learner: str = "",
    confirmed: dict[str, tuple[str, str]] | None = None,
) -> list[Handed]:
    """Whose work on which exercise these files are; what is not clear goes to `aside`.

    learner: whose all of it is, where that is known. Of several copies the best counts: one that
    was written on, and then the latest.
    """
    notebooks, answers_files, others = [], [], []
    for file in files:
        if file.name.lower().endswith(".answers.json") or (
            file.name.lower().endswith(".json") and answers_of(file.content)
        ):
            found = answers_of(file.content)
            if found and found[0] in releases:
                answers_files.append((file, found))
            else:
                aside.append(Aside(str(file), _("These answers belong to no exercise here.")))
        elif Path(file.name).suffix.lower() in _NOTEBOOKS:
            notebooks.append(file)
        else:
            others.append(file)
    best: dict[tuple[str, str], tuple[Any, Handed]] = {}
    for file in notebooks:
        one = _whose(file, releases, people, aside, learner, confirmed or {})
        if one is None:
            continue
        beside = [
            (other.place[:-1] == file.place[:-1], other.changed, given)
            for other, (name, given) in answers_files
            if name == one.assignment and _same_person(file, other, learner)
        ]
        if beside:
            one.answers = max(beside, key=lambda each: each[:2])[2]
        one.files = {o.name: o.content for o in others if o.place[:-1] == file.place[:-1]
                     and o.name.endswith(".db")}  # fmt: skip
        rank = (_written_on(one, releases[one.assignment]), file.changed, str(file))
        known = best.get((one.learner, one.assignment))
        if known is None or rank > known[0]:
            best[one.learner, one.assignment] = (rank, one)
    for file, (name, given) in answers_files:  # somebody handed in the answers alone
        who = learner or _person(file, people, [], name)
        if isinstance(who, str) and who and (who, name) not in best:
            empty = Read([], {"crmkit": {"name": name}})
            best[who, name] = ((0, 0.0, ""), Handed(who, name, file, empty, given))
    return [one for _rank, one in best.values()]


def _same_person(file: File, other: File, learner: str) -> bool:
    return bool(learner) or other.place[:-1] == file.place[:-1]


def _written_on(one: Handed, release: Release) -> int:
    given = one.answers or one.read.answers.get(one.assignment, {})
    known = {cell.source for cell in release.cells.values()}
    return len(given) + sum(
        cell["cell_type"] == "code" and cell["source"].strip() and cell["source"] not in known
        for cell in one.read.cells
    )


def _whose(
    file: File,
    releases: dict[str, Release],
    people: list[Person],
    aside: list[Aside],
    learner: str,
    confirmed: dict[str, tuple[str, str]],
) -> Handed | None:
    try:
        understood = read(file.content, file.name.lower())
    except SetAside as reason:
        aside.append(Aside(str(file), str(reason), learner))
        return None
    likeness = {name: release.likeness(understood) for name, release in releases.items()}
    name = max(likeness, key=lambda one: likeness[one]) if likeness else ""
    said, assigned = confirmed.get(str(file), ("", ""))
    if assigned in releases:
        name = assigned
    elif not name or likeness[name] < 0.2:
        aside.append(Aside(str(file), _("It is not clear which exercise this is."), learner))
        return None
    who = learner or said or _person(file, people, _names_in(understood, name), name)
    if not isinstance(who, str) or not who:
        words = (
            _("It is not clear whose this is: {names}.").format(names=", ".join(who))
            if who else _("It is not clear whose this is.")
        )  # fmt: skip
        aside.append(Aside(str(file), words, "", name))
        return None
    return Handed(who, name, file, understood)


def _names_in(understood: Read, assignment: str) -> list[str]:
    said = understood.answers.get(assignment, {}).get("my_name")
    return [said] if isinstance(said, str) and said else []


def _person(
    file: File, people: list[Person], said: list[str], assignment: str
) -> str | tuple[str, ...]:
    """The learner a file belongs to: by the roster, else by the folder or the file's own name."""
    words = [*file.place, *said]
    if people:
        found = {
            one.id for one in people if any(_names(word, (one.id, *one.names)) for word in words)
        }
        return found.pop() if len(found) == 1 else tuple(sorted(found))
    for folder in reversed(file.place[:-1]):
        if assignment.lower() not in folder.lower() and safe_name(folder):
            return safe_name(folder)
    rest = re.sub(rf"(?i){re.escape(assignment)}|\(\d+\)|[-_ ]*copy\d*|副本|untitled\d*", " ",
                  Path(file.name).stem.replace(".answers", ""))  # fmt: skip
    return safe_name(re.sub(r"[\s_\-.()（）]+", " ", rest).strip())


def _names(word: str, wanted: tuple[str, ...]) -> bool:
    low = word.lower()
    return any(
        re.search(rf"(?<![0-9a-z]){re.escape(one.lower())}(?![0-9a-z])", low) is not None
        for one in wanted
    )
