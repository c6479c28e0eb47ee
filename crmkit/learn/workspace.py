"""A learner's own copies of the course."""

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn.course import Course

_LINK = re.compile(r"\]\((?P<to>[^)#\s]+)")


@dataclass
class Filled:
    """What filling the learner's folder did."""

    new: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    backup: Path | None = None


def fill(course: Course, language: str, reset: bool = False) -> Filled:
    """Copy the lessons and exercises of this language to ``work/<language>/``.

    What is already there is the learner's and stays as it is. With `reset` everything is copied
    afresh, and what was there moves to a backup folder beside it, named by date and time.
    """
    work = course.work(language)
    filled = Filled()
    if reset and work.exists():
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        filled.backup = work.with_name(f"{language}-backup-{stamp}")
        work.rename(filled.backup)
    copies = {
        course.lesson(name, language): work / f"{name}.ipynb" for name in course.lessons()
    } | {
        course.release(name, language): work / "exercises" / name / f"{name}.ipynb"
        for name in course.assignments()
    }
    missing = [source for source in copies if not source.is_file()]
    if missing:
        raise CrmkitError(
            _("{path} has not been built: run `crmkit build` and `crmkit grade release`.").format(
                path=missing[0].relative_to(course.root)
            )
        )
    by_path = {os.path.normpath(source): copy for source, copy in copies.items()}
    for source, copy in copies.items():
        if copy.exists():
            filled.kept.append(copy)
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        _copy_for_learner(source, copy, by_path)
        for beside in source.parent.iterdir() if copy.parts[-3] == "exercises" else ():
            if beside != source and beside.is_file():
                shutil.copy2(beside, copy.parent / beside.name)
        filled.new.append(copy)
    return filled


def _copy_for_learner(source: Path, copy: Path, copies: dict[str, Path]) -> None:
    """Without results, so that running a cell shows something, and with links that fit."""

    def fitting(link: re.Match) -> str:
        to = copies.get(os.path.normpath(os.path.join(source.parent, link["to"])))
        return link[0] if to is None else f"]({Path(os.path.relpath(to, copy.parent)).as_posix()}"

    notebook = json.loads(source.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
        else:
            text = _LINK.sub(fitting, "".join(cell["source"]))
            cell["source"] = text.splitlines(keepends=True)
    copy.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8")
