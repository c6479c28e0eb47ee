"""The site: ``python docs/site/make.py [folder]`` (make site) writes build/site/{zh,en}.

Everything on it is written elsewhere: lessons as built, the reference, the gallery, the desks, the
data sheet, the guides. This lays them out as the repository has them, so that every link between
them holds, and puts a page for each kind of reader before them.
"""

import os
import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

from crmkit.learn.course import START, Course

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
import features  # noqa: E402
import gallery  # noqa: E402
import practice  # noqa: E402
import reference  # noqa: E402

PAGES = {
    "zh": ["README.zh.md", "datasets/DATASHEET.zh.md"],
    "en": ["README.md", "datasets/DATASHEET.md"],
}
BOTH = ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md"]
WRITTEN = {"reference": reference, "gallery": gallery, "features": features, "practice": practice}
"""The pages that say what the code offers today."""


def lay_out(language: str, folder: Path) -> None:
    """The pages of one language, at the paths they have in the repository."""
    course = Course(ROOT)
    wanted = [ROOT / page for page in [*PAGES[language], *BOTH]]
    wanted += sorted((ROOT / "docs" / language).rglob("*.*"))
    wanted += sorted((ROOT / "docs" / "images").glob("*.png"))
    wanted += [course.lesson(name, language) for name in course.lessons()]
    wanted += [course.release(name, language) for name in course.assignments()]
    written = {f"docs/{language}/{name}.md": one.page(language) for name, one in WRITTEN.items()}
    here = {path.relative_to(ROOT).as_posix() for path in wanted} | written.keys()
    for path in wanted:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".md":
            written[name] = path.read_text("utf-8")
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / name)
    for name, text in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(on_the_site(text, name, here), "utf-8")
    index = (HERE / f"index.{language}.md").read_text("utf-8")
    lessons = [f"course/{language}/{name}" for name in course.lessons() if name != START]
    exercises = [f"exercises/{language}/{name}/{name}" for name in course.assignments()]
    index = index.replace("{lessons}", "\n".join(lessons))
    index = index.replace("{exercises}", "\n".join(exercises))
    (folder / "index.md").write_text(index, "utf-8")


def on_the_site(text: str, name: str, here: set[str]) -> str:
    """Links to what is not a page here (folders, sources, the other language) are words only."""

    def link(found: re.Match) -> str:
        words, target = found.group(1), found.group(2)
        if re.match(r"[a-z]+:|#", target):
            return found.group(0)
        file = posixpath.join(posixpath.dirname(name), target.partition("#")[0])
        return found.group(0) if posixpath.normpath(file) in here else words

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
