"""A learner's own copies of the course, and JupyterLab opened on them."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn.course import START, Course

_LAB_LOCALE = {"zh": "zh_CN", "en": "default"}


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
    for source, copy in copies.items():
        if copy.exists():
            filled.kept.append(copy)
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        _copy_for_learner(source, copy, copies)
        for beside in source.parent.iterdir() if copy.parts[-3] == "exercises" else ():
            if beside != source and beside.is_file():
                shutil.copy2(beside, copy.parent / beside.name)
        filled.new.append(copy)
    return filled


def _copy_for_learner(source: Path, copy: Path, copies: dict[Path, Path]) -> None:
    """Without results, so that running a cell shows something, and with links that fit."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
        else:
            for target, its_copy in copies.items():
                there = Path(os.path.relpath(target, source.parent)).as_posix()
                here = Path(os.path.relpath(its_copy, copy.parent)).as_posix()
                cell.source = cell.source.replace(f"]({there}", f"]({here}")
    nbformat.write(notebook, copy)


def lab_command(course: Course, language: str, options: list[str]) -> list[str]:
    """The command that serves the learner's folder in JupyterLab, on the start page."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={course.work(language)}",
        f"--LabApp.default_url=/lab/tree/{START}.ipynb",
        # a container's only user is often root, and Jupyter would refuse to start
        *(["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
        *options,
    ]


def _lab_settings(language: str) -> dict[str, dict]:
    return {
        "default_setting_overrides": {
            "@jupyterlab/translation-extension:plugin": {"locale": _LAB_LOCALE[language]},
            "@jupyterlab/apputils-extension:notification": {
                "fetchNews": "false",
                "checkForUpdates": False,
            },
            "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
        },
        # an authoring tool beside every notebook that learners have no use for
        "page_config": {"disabledExtensions": {"@jupyter/nbgrader:create-assignment": True}},
    }


def lab_environment(course: Course, language: str) -> dict[str, str]:
    """The environment of JupyterLab: its menus in this language, nbgrader's configuration found.

    A choice the learner makes in JupyterLab's own settings wins over ours.
    """
    config = course.root / "work" / ".config" / language
    labconfig = config / "labconfig"
    labconfig.mkdir(parents=True, exist_ok=True)
    for name, content in _lab_settings(language).items():
        (labconfig / f"{name}.json").write_text(json.dumps(content, indent=1), "utf-8")
    paths = [str(config), str(course.grading), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return dict(
        os.environ,
        CRMKIT_LANG=language,
        CRMKIT_COURSE=str(course.root),
        JUPYTER_CONFIG_PATH=os.pathsep.join(path for path in paths if path),
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    )


def serve(course: Course, language: str, options: list[str]) -> int:
    """Run JupyterLab until it is stopped; gives its exit code."""
    try:
        return subprocess.run(
            lab_command(course, language, options),
            env=lab_environment(course, language),
            cwd=course.work(language),
            check=False,
        ).returncode
    except KeyboardInterrupt:
        return 0
