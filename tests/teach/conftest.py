"""A small course of one lesson and one exercise, in a folder of its own."""

import shutil

import pytest

from crmkit.learn.course import Course
from tests.teach.till_class import HEADER, LANGUAGE_PAIR, REVENUE_ASKED

PROSE = """
+++ {"tags": ["zh"]}

# 今天的销售额

去做[练习](exercise:till-1)

+++ {"tags": ["en"]}

# Revenue today

Do the [exercise](exercise:till-1)
"""

LESSON = (
    HEADER
    + PROSE
    + LANGUAGE_PAIR
    + """
```{code-cell}
from pathlib import Path

Path("shop.db").write_text("a state file")
print(ck.get_language())
```
"""
)

MASTER = (
    HEADER
    + PROSE.replace("](exercise:till-1)", "](lesson:2-cashier/01-till)")
    + LANGUAGE_PAIR
    + REVENUE_ASKED
    + """```{code-cell}
:check: revenue-check
:points: 3
assert revenue([1, 2]) == 3
### BEGIN HIDDEN TESTS
assert revenue([5, -1]) == 4
### END HIDDEN TESTS
```
"""
)


@pytest.fixture
def course(tmp_path, repository):
    """The small course, with the real nbgrader configuration."""
    sources = tmp_path / "course" / "source" / "2-cashier"
    sources.mkdir(parents=True)
    (sources / "01-till.md").write_text(LESSON, "utf-8")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "till-1.md").write_text(MASTER, "utf-8")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "grading").mkdir()
    shutil.copy(repository / "grading" / "nbgrader_config.py", tmp_path / "grading")
    return Course(tmp_path)
