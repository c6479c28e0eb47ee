"""Where everything of the course stands in a copy of the repository."""

import os
from dataclasses import dataclass
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES
from crmkit.i18n import gettext as _

START = "start"
NO_CODE = ("foundations", "cashier", "sales", "inventory")
"""The tracks whose learners neither see nor type code."""


@dataclass(frozen=True)
class Course:
    """The folders of a course; every path in the kit is spelled here, once."""

    root: Path

    @classmethod
    def find(cls) -> "Course":
        """The course around the current folder, else the one crmkit was installed from.

        ``CRMKIT_COURSE`` names another. Raises `CrmkitError` where there is none.
        """
        named = os.environ.get("CRMKIT_COURSE")
        here = Path.cwd()
        for folder in [Path(named)] if named else [here, *here.parents, Path(__file__).parents[2]]:
            if (folder / "course" / "source").is_dir():
                return cls(folder.resolve())
        raise CrmkitError(
            _(
                "No course here: {folder} has no course/source. Go to your copy of the crmkit "
                "repository, or set CRMKIT_COURSE to it."
            ).format(folder=named or here)
        )

    @property
    def sources(self) -> Path:
        """The authored texts of the lessons, both languages in one."""
        return self.root / "course" / "source"

    @property
    def masters(self) -> Path:
        """The authored texts of the exercises, and what is built from them."""
        return self.root / "solutions"

    @property
    def datasets(self) -> Path:
        """The course shop's tables."""
        return self.root / "datasets"

    @property
    def grading(self) -> Path:
        """nbgrader's configuration, gradebook and the class's work."""
        return self.root / "grading"

    def lessons(self) -> list[str]:
        """Every lesson as ``track/lesson``, and the start page, in order."""
        return sorted(
            path.relative_to(self.sources).with_suffix("").as_posix()
            for path in self.sources.rglob("*.md")
        )

    def assignments(self) -> list[str]:
        """Every exercise that has a master."""
        return sorted(path.stem for path in self.masters.glob("*.md"))

    def lesson_source(self, lesson: str) -> Path:
        """``course/source/<track>/<lesson>.md``."""
        return self.sources / f"{lesson}.md"

    def lesson(self, lesson: str, language: str) -> Path:
        """``course/<language>/<track>/<lesson>.ipynb``."""
        return self.root / "course" / language / f"{lesson}.ipynb"

    def master_source(self, assignment: str) -> Path:
        """``solutions/<assignment>.md``."""
        return self.masters / f"{assignment}.md"

    def master(self, assignment: str, language: str) -> Path:
        """``solutions/<language>/<assignment>/<assignment>.ipynb``: nbgrader's source step."""
        return self.masters / language / assignment / f"{assignment}.ipynb"

    def release(self, assignment: str, language: str) -> Path:
        """``exercises/<language>/<assignment>/<assignment>.ipynb``: nbgrader's release step."""
        return self.root / "exercises" / language / assignment / f"{assignment}.ipynb"

    def work(self, language: str) -> Path:
        """A learner's own copies."""
        return self.root / "work" / language

    def notebooks(self) -> list[Path]:
        """Every built and executed notebook, of both languages."""
        return [
            *(self.lesson(name, lang) for lang in LANGUAGES for name in self.lessons()),
            *(self.master(name, lang) for lang in LANGUAGES for name in self.assignments()),
        ]
