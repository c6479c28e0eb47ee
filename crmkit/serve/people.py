"""Who learns here, and where their work is kept."""

import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, use_language
from crmkit.i18n import gettext as _
from crmkit.learn import learner, workspace
from crmkit.learn.course import START, Course
from crmkit.learn.roster import Person
from crmkit.learn.roster import read as read_roster
from crmkit.panels import DESKS, desk
from crmkit.panels.till import TillScreen
from crmkit.practice import Shop
from crmkit.practice.errors import PracticeError
from crmkit.screen import Screen
from crmkit.serve.lessons import Lesson

SCENE = "course"
TRIES, PAUSE = 5, 300
"""So many wrong codes in a row, then so many seconds of rest."""


def write(path: Path, value: Any) -> None:
    """Written whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    os.replace(fresh, path)


def read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


@dataclass
class Learner:
    """One learner: a name, a folder, and the screens that are open."""

    name: str
    shown: str
    course: Course
    progress: Path | None = None
    shops: Path | None = None
    scene: str = SCENE
    lock: threading.RLock = field(default_factory=threading.RLock)
    screens: OrderedDict[tuple, dict[int, Screen]] = field(default_factory=OrderedDict)
    last_seen: float = 0.0
    last_page: str = ""
    prepared: bool = False

    def notebook(self, lesson: Lesson) -> Path:
        """Where JupyterLab would have this lesson."""
        work = self.course.work(lesson.language)
        if lesson.exercise:
            return work / "exercises" / lesson.name / f"{lesson.name}.ipynb"
        return work / f"{lesson.name}.ipynb"

    @contextmanager
    def at(self, notebook: Path, language: str) -> Iterator[None]:
        """Inside, everything is this learner's."""
        seat = learner.Seat(self.name, notebook, self.progress)
        with self.lock, learner.seated(seat), use_language(language):
            yield

    def at_start(self, language: str) -> AbstractContextManager[None]:
        return self.at(self.course.work(language) / f"{START}.ipynb", language)

    def open_lesson(self, lesson: Lesson) -> dict[int, Screen]:
        """The live parts of a lesson as this learner left them."""
        key = ("lesson", lesson.address, lesson.language)
        with self.at(self.notebook(lesson), lesson.language):
            if key not in self.screens:
                self._room()
                self.screens[key] = lesson.screens()
            return self.screens[key]

    def open_desk(self, name: str, staff: str, language: str) -> dict[int, Screen]:
        """A desk of the practice shop, as this member of staff left it."""
        key = ("desk", name, staff, language)
        with self.at_start(language):
            if key not in self.screens:
                self._room()
                screen = desk(name, self.shop(staff, language))
                self._restore(screen, self._draft(staff, language))
                self.screens[key] = {0: screen}
            return self.screens[key]

    def _room(self) -> None:
        """What was not looked at for longest makes room."""
        while len(self.screens) > 24:
            self.screens.popitem(last=False)

    def shop_folder(self, language: str) -> Path:
        return self.shops or self.course.work(language)

    def shop(self, staff: str | None, language: str) -> Shop:
        folder = self.shop_folder(language)
        folder.mkdir(parents=True, exist_ok=True)
        with use_language(language):
            return Shop.practice(self.scene, folder=folder, staff=staff)

    def reset_shop(self, language: str) -> None:
        """Start the practice shop again; the old one stays beside it."""
        with self.at_start(language):
            for key in [one for one in self.screens if one[0] == "desk"]:
                del self.screens[key]
            for draft in self._drafts(language).glob("till-*.json"):
                draft.unlink()
            Shop.practice(self.scene, folder=self.shop_folder(language), reset=True).close()

    def _drafts(self, language: str) -> Path:
        return self.course.work(language) / ".crmkit"

    def _draft(self, staff: str, language: str) -> Path:
        plain = re.sub(r"\W", "", staff)
        return self._drafts(language) / f"till-{plain}.json"

    @staticmethod
    def _restore(screen: Screen, draft: Path) -> None:
        kept = read(draft)
        if isinstance(screen, TillScreen) and kept.get("units"):
            try:
                screen.work.till.restore(kept)
            except PracticeError:
                draft.unlink(missing_ok=True)

    def keep(self, screen: Screen, staff: str, language: str) -> None:
        """What is in the basket outlives the page and the server."""
        if not isinstance(screen, TillScreen):
            return
        kept, draft = screen.work.till.kept(), self._draft(staff, language)
        if kept["units"]:
            write(draft, kept)
        else:
            draft.unlink(missing_ok=True)

    def prepare(self) -> None:
        """The learner's own copies, so that JupyterLab and handing in find them."""
        with self.lock:
            for language in LANGUAGES if not self.prepared else ():
                workspace.fill(self.course, language)
            self.prepared = True


@dataclass(frozen=True)
class ClassCourse(Course):
    """The course as one learner of a class has it: everything shared but the work."""

    folder: Path

    def work(self, language: str) -> Path:
        return self.folder / language


class Class:
    """Learners by a roster, each with a folder; a code of their own choosing lets them in."""

    def __init__(self, course: Course, roster: Path, *, one_shop: bool = False, scene: str = SCENE):
        self.course, self.home = course, course.root / "work" / "class"
        self.people: dict[str, Learner] = {}
        self._codes = self.home / "codes.json"
        self._wrong: dict[str, tuple[int, float]] = {}
        for person in _named_plainly(roster):
            folder = self.home / person.id
            self.people[person.id] = Learner(
                person.id,
                person.name or person.id,
                ClassCourse(course.root, folder),
                folder / "progress.jsonl",
                self.home / "shop" if one_shop else None,
                scene,
            )

    def knows(self, name: str) -> bool:
        """Whether this learner has chosen a code already."""
        return name in read(self._codes)

    def sign_in(self, name: str, code: str) -> Learner:
        """Let a learner in; the first code they type is theirs from then on."""
        name, code = name.strip(), code.strip()
        if name not in self.people:
            raise CrmkitError(_("Nobody on the list has this name."))
        tries, until = self._wrong.get(name, (0, 0.0))
        if tries >= TRIES and time.monotonic() < until:
            raise CrmkitError(_("Too many wrong codes. Wait five minutes, or ask the trainer."))
        if len(code) < 4:
            raise CrmkitError(_("The code has at least four characters."))
        codes = read(self._codes)
        if name not in codes:
            salt = secrets.token_hex(16)
            codes[name] = [salt, _hashed(code, salt)]
            write(self._codes, codes)
        elif not hmac.compare_digest(_hashed(code, codes[name][0]), codes[name][1]):
            self._wrong[name] = (tries + 1, time.monotonic() + PAUSE)
            raise CrmkitError(_("That is not your code."))
        self._wrong.pop(name, None)
        return self.people[name]

    def forget_code(self, name: str) -> None:
        """The learner chooses a new one next time."""
        codes = read(self._codes)
        codes.pop(name, None)
        write(self._codes, codes)


def _named_plainly(roster: Path) -> list[Person]:
    """Everybody on the roster, whose ids name folders and addresses."""
    people = read_roster(roster)
    if not people:
        raise CrmkitError(
            _("{path} needs a column id, one line for each learner.").format(path=roster)
        )
    for one in people:
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,40}", one.id):
            raise CrmkitError(
                _("{id} cannot be a learner's id: use letters and digits.").format(id=one.id)
            )
    return people


def _hashed(code: str, salt: str) -> str:
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=2**13, r=8, p=1).hex()


def hand_in(who: Learner, lesson: Lesson) -> Path:
    """Put a learner's exercise where the class is graded: nbgrader's submitted folder."""
    source = who.notebook(lesson).parent
    target = who.course.grading / "submitted" / who.name / lesson.name
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with who.lock:
        fresh.mkdir(parents=True)
        for one in source.iterdir():
            if one.is_file() and not one.name.startswith("."):
                shutil.copy2(one, fresh / one.name)
        stamp = time.strftime("%Y-%m-%d %H:%M:%S.000000 UTC", time.gmtime())
        (fresh / "timestamp.txt").write_text(stamp, "utf-8")
        if target.exists():
            shutil.rmtree(target)
        fresh.rename(target)
    return target


__all__ = ["DESKS", "Class", "Learner", "hand_in", "read", "write"]
