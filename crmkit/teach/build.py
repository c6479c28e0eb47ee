"""Build the notebooks of both languages: derive, execute in a temporary copy, write."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from crmkit import warm
from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES
from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.teach.notebooks import Derived, derive_lesson, derive_master

CELL_SECONDS = 300
# differs at every run, and a page that is only read cannot use it
_LIVE_WIDGET = "application/vnd.jupyter.widget-view+json"


class BuildError(CrmkitError):
    """A notebook did not run; the message names the lesson, the cell and the language."""


@dataclass(frozen=True)
class Built:
    """What became of one notebook."""

    path: Path
    changed: bool
    error: str | None = None


def build(
    course: Course,
    names: Iterable[str] = (),
    languages: tuple[str, ...] = LANGUAGES,
    force: bool = False,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> list[Built]:
    """Build the named lessons and exercises (all without a name), several at once.

    A notebook whose text has not changed is left alone unless `force`, which executes all and
    writes those whose results differ. `progress` is called with done, total and the name.
    Errors do not stop the others: they stand in the result.
    """
    derived = list(_wanted(course, list(names), languages))
    due, results = [], []
    for one in derived:
        if force or not is_fresh(one):
            due.append(one)
        else:
            results.append(Built(one.path, changed=False))
    progress(0, len(due), "")
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        running = {pool.submit(_build_one, course, one): one for one in due}
        for done, future in enumerate(as_completed(running), start=1):
            one = running[future]
            results.append(future.result())
            progress(done, len(due), f"{one.name} ({one.language})")
    return sorted(results, key=lambda built: built.path)


def _wanted(course: Course, names: list[str], languages: tuple[str, ...]) -> Iterator[Derived]:
    lessons, assignments = course.lessons(), course.assignments()
    unknown = [name for name in names if name not in lessons and name not in assignments]
    if unknown:
        raise BuildError(
            _("There is no lesson or exercise {name}. There are: {known}").format(
                name=unknown[0], known=", ".join([*lessons, *assignments])
            )
        )
    for language in languages:
        yield from (derive_lesson(course, n, language) for n in lessons if not names or n in names)
        yield from (
            derive_master(course, n, language) for n in assignments if not names or n in names
        )


def is_fresh(derived: Derived) -> bool:
    """Whether the stored notebook has the cells and metadata of its source, and was executed."""
    if not derived.path.is_file():
        return False
    stored = nbformat.read(derived.path, as_version=4)
    return _bare(stored) == _bare(derived.notebook) and all(
        cell.execution_count for cell in stored.cells if cell.cell_type == "code" and cell.source
    )


def _bare(notebook: NotebookNode) -> tuple:
    return (
        notebook.metadata,
        [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells],
    )


def _build_one(course: Course, derived: Derived) -> Built:
    try:
        execute(derived.notebook, derived.language, course)
    except BuildError as error:
        return Built(derived.path, False, f"{derived.name} ({derived.language}): {error}")
    text = nbformat.writes(derived.notebook) + "\n"
    if derived.path.is_file() and derived.path.read_text("utf-8") == text:
        return Built(derived.path, changed=False)
    derived.path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = derived.path.with_suffix(".unfinished")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(derived.path)
    return Built(derived.path, changed=True)


def execute(notebook: NotebookNode, language: str, course: Course) -> None:
    """Run every cell in an empty temporary folder; results are stored in the notebook.

    Raises `BuildError` with the cell and what went wrong.
    """
    folder = Path(tempfile.mkdtemp(prefix="crmkit-build-"))
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name=warm.kernel_name(),
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"],
    )
    environment = dict(
        os.environ,
        CRMKIT_LANG=language,
        CRMKIT_COURSE=str(course.root),
        CRMKIT_DATA=os.environ.get("CRMKIT_DATA", str(course.datasets)),
        PYTHONHASHSEED="0",
    )
    try:
        client.execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise BuildError(_failure(notebook, error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(_LIVE_WIDGET, None)


def _failure(notebook: NotebookNode, error: Exception) -> str:
    executed = [n for n, cell in enumerate(notebook.cells, 1) if cell.get("execution_count")]
    number = executed[-1] if executed else 1
    cell = notebook.cells[number - 1]
    said = getattr(error, "ename", type(error).__name__)
    value = getattr(error, "evalue", "") or str(error)
    return _('cell {number} ({id}, "{line}") failed: {error}: {value}').format(
        number=number,
        id=cell.id,
        line=next(iter(cell.source.splitlines()), ""),
        error=said,
        value=value.strip(),
    )
