"""The one authored text of a lesson or an exercise: cells in pairs, and the trainer's notes.

A text is jupytext MyST. Prose cells carry the tag ``zh`` or ``en``, each ``zh`` cell directly
followed by its ``en`` twin; code cells carry none and are the same for everyone, except the one
pair at the top that sets the language. A prose cell tagged ``trainer`` besides is a note for who
teaches the lesson: no learner gets it. A page that a learner writes in prose (``:page:``) carries no
tag either.
"""

from pathlib import Path

import jupytext
from jupytext.formats import JupytextFormatError
from nbformat import NotebookNode

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES
from crmkit.i18n import gettext as _

TRAINER = "trainer"


class SourceError(CrmkitError):
    """An authored text breaks a rule; the message names the text and the cell."""


def read_source(path: Path) -> NotebookNode:
    """The authored text as one notebook with the cells of both languages, notes among them.

    Raises `SourceError` where the text cannot be read or prose is not in pairs.
    """
    if not path.is_file():
        raise SourceError(_("There is no source {path}.").format(path=path))
    try:
        notebook = jupytext.read(path, fmt="md:myst")
    except (JupytextFormatError, ValueError, UnicodeDecodeError) as error:
        raise SourceError(
            _("{path} is not readable as MyST: {error}").format(path=path, error=error)
        ) from error
    _check_pairs(path.stem, notebook)
    return notebook


def notes(path: Path, language: str) -> dict[int, str]:
    """The trainer's notes in this language, each by how many of the learner's cells stand before it."""
    found: dict[int, str] = {}
    before = 0
    for cell in read_source(path).cells:
        language_of = _language_of(cell)
        if language_of not in (language, None):
            continue
        if is_note(cell):
            found[before] = "\n\n".join(filter(None, (found.get(before), cell.source)))
        else:
            before += 1
    return found


def is_note(cell: NotebookNode) -> bool:
    """Whether this cell is for the trainer alone."""
    return TRAINER in cell.metadata.get("tags", [])


def _language_of(cell: NotebookNode) -> str | None:
    tags = [tag for tag in cell.metadata.get("tags", []) if tag in LANGUAGES]
    return tags[0] if len(tags) == 1 else None


def _check_pairs(name: str, notebook: NotebookNode) -> None:
    cells = list(notebook.cells)
    seen_code_pair = False
    at = 0
    while at < len(cells):
        cell = cells[at]
        language = _language_of(cell)
        where = {"name": name, "number": at + 1, "line": _first_line(cell)}
        strange = set(cell.metadata.get("tags", ())) - {*LANGUAGES, TRAINER}
        if (cell.cell_type == "markdown" and strange) or (
            cell.cell_type == "code" and is_note(cell)
        ):
            raise SourceError(
                _(
                    'In {name}, cell {number} ("{line}") has the tag {tag}: prose is tagged zh or en, '
                    "a note for the trainer also trainer; code cells are for everyone."
                ).format(**where, tag=min(strange, default=TRAINER))
            )
        if language is None and (cell.cell_type == "code" or "page" in cell.metadata):
            at += 1
            continue
        twin = cells[at + 1] if at + 1 < len(cells) else None
        if language != "zh":
            raise SourceError(
                _(
                    'In {name}, cell {number} ("{line}") has no zh twin directly before it: a prose '
                    "cell is tagged zh and directly followed by its en twin."
                ).format(**where)
            )
        if (
            twin is None
            or _language_of(twin) != "en"
            or twin.cell_type != cell.cell_type
            or is_note(twin) != is_note(cell)
        ):
            raise SourceError(
                _('In {name}, cell {number} ("{line}") is not followed by its en twin.').format(
                    **where
                )
            )
        if cell.cell_type == "code":
            if seen_code_pair:
                raise SourceError(
                    _(
                        'In {name}, cell {number} ("{line}") is a second pair of code cells: only the '
                        "pair that sets the language may differ."
                    ).format(**where)
                )
            seen_code_pair = True
        at += 2


def _first_line(cell: NotebookNode) -> str:
    return next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
