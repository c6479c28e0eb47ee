"""What nobody can take in at a sight is parted: files, and the bodies of functions."""

import ast
from pathlib import Path

import pytest

import crmkit

ROOM = Path(crmkit.__file__).parent
LINES_OF_A_FILE, LINES_OF_A_LESSON, LINES_OF_A_BODY = 600, 300, 100


@pytest.mark.parametrize("file", sorted(ROOM.rglob("*.py")), ids=lambda file: str(file.relative_to(ROOM)))  # fmt: skip
def test_a_file_and_each_function_in_it_can_be_taken_in(file):
    written = file.read_text("utf-8")
    most = LINES_OF_A_LESSON if "lessons" in file.relative_to(ROOM).parts else LINES_OF_A_FILE
    assert len(written.splitlines()) <= most
    for one in ast.walk(ast.parse(written)):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            told = ast.get_docstring(one, clean=False) or ""
            assert one.end_lineno - one.lineno - len(told.splitlines()) < LINES_OF_A_BODY, one.name
