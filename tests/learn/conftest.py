"""A learner at a notebook: their own folder, their own records."""

import pytest


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The learner's folder, with records kept in it; nobody's home is touched."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRMKIT_PROGRESS", str(tmp_path / "records" / "progress.jsonl"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return tmp_path


@pytest.fixture
def at_notebook(desk, monkeypatch):
    """Sit down at a notebook: `at_notebook("2-cashier/03-my-shift.ipynb", source...)`."""
    import json

    def sit_down(path, *code):
        notebook = desk / path
        notebook.parent.mkdir(parents=True, exist_ok=True)
        cells = [{"cell_type": "code", "source": [source]} for source in code]
        notebook.write_text(json.dumps({"cells": cells}), "utf-8")
        monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
        return notebook

    return sit_down
