"""Answers of learners who handed in the notebook alone: taken from the copy it carries."""

import json
from pathlib import Path

import nbformat

from crmkit.learn.answers import take_from


def recover_answers(folder: Path) -> list[Path]:
    """Write beside each notebook of a submission the answers it carries, where their file is missing.

    Returns the files written; a notebook that cannot be read is left to nbgrader to complain of.
    """
    written = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            carried = take_from(nbformat.read(path, as_version=4))
        except (OSError, ValueError, AttributeError, nbformat.ValidationError):
            continue
        for name, given in carried.items():
            file = folder / f"{Path(name).name}.answers.json"
            if given and not file.exists():
                kept = {"name": name, "answers": given}
                file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
                written.append(file)
    return written
