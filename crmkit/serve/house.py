"""What all pages share: the course, who learns, the threads that do the work."""

import asyncio
import contextvars
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from crmkit.i18n import LANGUAGES, use_language
from crmkit.learn.course import Course
from crmkit.serve import lessons as pages
from crmkit.serve.people import SCENE, Class, Learner, read, write

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class House:
    """Everything the pages share: the course, who learns, the threads that do the work."""

    def __init__(
        self,
        course: Course,
        language: str,
        *,
        password: str,
        roster: Path | None = None,
        one_shop: bool = False,
        names: tuple[str, ...] = LOOPBACK,
        scene: str = SCENE,
    ):
        self.course, self.language, self.password, self.names = course, language, password, names
        self.secret = self._secret()
        self.group = Class(course, roster, one_shop=one_shop, scene=scene) if roster else None
        self.alone = None if roster else Learner(_owner(), "", course, scene=scene)
        self.threads = ThreadPoolExecutor(4, "crmkit-page")
        self.asset = secrets.token_hex(4)
        self.address = ""

    def _secret(self) -> str:
        """Signs the cookies; kept, so that a restart signs nobody out."""
        path = self.course.root / "work" / ".config" / "page.json"
        kept = read(path)
        if not kept.get("secret"):
            kept = {"secret": secrets.token_hex(32)}
            write(path, kept)
        return kept["secret"]

    def learner(self, name: str) -> Learner | None:
        if self.group is not None:
            return self.group.people.get(name)
        return self.alone if self.alone and name == self.alone.name else None

    def contents(self, language: str) -> list[pages.Lesson]:
        """Every lesson and exercise, by its heading; no cell has to run for that."""
        return [
            pages.Lesson(self.course, name, language, exercise)
            for name, exercise in pages.names(self.course)
        ]

    def lesson(self, name: str, language: str, exercise: bool) -> pages.Lesson | None:
        """A lesson to open, its cells run."""
        if (name, exercise) not in pages.names(self.course):
            return None
        return pages.lesson(self.course, name, language, exercise)

    def warm(self) -> None:
        """Read every lesson, so that the first learner does not wait."""
        from crmkit.lessons.view import loaded

        for language in (self.language, *(one for one in LANGUAGES if one != self.language)):
            with use_language(language):
                loaded("sales", language)
            for name, exercise in pages.names(self.course):
                self.lesson(name, language, exercise)

    async def do(self, act: Callable, *given: Any) -> Any:
        """Run it in a thread, in this request's own context."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, context.run, act, *given)


def _owner() -> str:
    from crmkit.learn.learner import owner

    return owner()
