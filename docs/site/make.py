"""The site: ``python docs/site/make.py [folder]`` (make site) writes build/site/{zh,en}.

Everything on it is written elsewhere: lessons as built, the reference, the gallery, the desks, the
data sheet, the guides. This lays them out as the repository has them, so that every link between
them holds, and puts a page for each kind of reader before them.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from crmkit.learn.course import START, Course

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGES = {
    "zh": ["README.zh.md", "datasets/DATASHEET.zh.md"],
    "en": ["README.md", "datasets/DATASHEET.md"],
}
BOTH = ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md"]


def lay_out(language: str, folder: Path) -> None:
    """The pages of one language, at the paths they have in the repository."""
    course = Course(ROOT)
    wanted = [ROOT / page for page in [*PAGES[language], *BOTH]]
    wanted += sorted((ROOT / "docs" / language).rglob("*.*"))
    wanted += sorted((ROOT / "docs" / "images").glob("*.png"))
    wanted += [course.lesson(name, language) for name in course.lessons()]
    wanted += [course.release(name, language) for name in course.assignments()]
    for path in wanted:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            target.write_text(on_the_site(path.read_text("utf-8"), path, language), "utf-8")
        else:
            shutil.copy2(path, target)
    index = (HERE / f"index.{language}.md").read_text("utf-8")
    lessons = [f"course/{language}/{name}" for name in course.lessons() if name != START]
    exercises = [f"exercises/{language}/{name}/{name}" for name in course.assignments()]
    index = index.replace("{lessons}", "\n".join(lessons))
    index = index.replace("{exercises}", "\n".join(exercises))
    (folder / "index.md").write_text(index, "utf-8")


def on_the_site(text: str, path: Path, language: str) -> str:
    """Links to what is not a page here (folders, sources, the other language) are words only."""

    def link(found: re.Match) -> str:
        words, target = found.group(1), found.group(2)
        if re.match(r"[a-z]+:|#", target):
            return found.group(0)
        file = target.partition("#")[0]
        place = (path.parent / file).resolve()
        known = place.suffix in (".md", ".ipynb", ".png") and place.exists()
        other = {"zh": "en", "en": "zh"}[language]
        here = place.relative_to(ROOT).as_posix() if known else ""
        elsewhere = f"/{other}/" in f"/{here}" or here in PAGES[other]
        if known and not elsewhere:
            return found.group(0)
        return words

    return re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", link, text)


def make(folder: Path, languages: list[str]) -> None:
    """Both languages under `folder`, and a first page that sends a reader to hers."""
    for language in languages:
        source = folder / "source" / language
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        lay_out(language, source)
        subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
            + ["-c", HERE, "-d", folder / "doctrees" / language, source, folder / language],
            env=dict(os.environ, CRMKIT_SITE_LANGUAGE=language),
            check=True,
        )
    shutil.copy2(HERE / "first.html", folder / "index.html")
    print(folder / "index.html")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "site", ["zh", "en"])
