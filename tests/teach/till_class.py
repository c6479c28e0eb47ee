"""A small exercise of two functions, and what people hand in for it: honest, broken, hostile."""

import copy
import json
import re

import nbformat

from crmkit.learn.course import Course
from crmkit.teach.notebooks import derive_master

HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""

LANGUAGE_PAIR = """
```{code-cell}
:tags: [zh]
import crmkit as ck
ck.set_language("zh")
```

```{code-cell}
:tags: [en]
import crmkit as ck
ck.set_language("en")
```
"""

REVENUE_ASKED = """
```{code-cell}
:answer: revenue
def revenue(amounts):
    total = ...  # 在这里写 · write here
    ### BEGIN SOLUTION
    total = sum(amounts)
    ### END SOLUTION
    return total
```

"""

MASTER = (
    HEADER
    + """
+++ {"tags": ["zh"]}

# 今天的销售额

+++ {"tags": ["en"]}

# Revenue today
"""
    + LANGUAGE_PAIR
    + REVENUE_ASKED
    + """```{code-cell}
:check: revenue-check
:points: 3
from crmkit.learn import check

check.function("revenue", [3], inputs=[[1, 2]])
### BEGIN HIDDEN TESTS
check.function("revenue", [48151, 62342], inputs=[[48000, 151], [62340, 2]])
### END HIDDEN TESTS
```

```{code-cell}
:answer: orders
def orders(lines):
    number = ...  # 在这里写 · write here
    ### BEGIN SOLUTION
    number = len(set(lines))
    ### END SOLUTION
    return number
```

```{code-cell}
:check: orders-check
:points: 2
from crmkit.learn import check

check.function("orders", [2], inputs=[["A", "B", "A"]])
### BEGIN HIDDEN TESTS
check.function("orders", [3, 0], inputs=[["C", "C", "A", "B"], []])
### END HIDDEN TESTS
```
"""
)
REVENUE = "def revenue(amounts):\n    return sum(amounts)"
ORDERS = "def orders(lines):\n    return len(set(lines))"
ALL, NO_REVENUE, NO_ORDERS, NOTHING = 5, 2, 3, 0
_TAKEN_OUT = re.compile(r"[ ]*### BEGIN (SOLUTION|HIDDEN TESTS)\n.*?### END \1\n?", re.S)


def make_course(root):
    """The course with its masters and releases, without running anything."""
    for folder in ("course/source", "solutions", "datasets", "grading"):
        (root / folder).mkdir(parents=True)
    course = Course(root)
    course.master_source("till-1").write_text(MASTER, "utf-8")
    for language in ("zh", "en"):
        derived = derive_master(course, "till-1", language)
        released = copy.deepcopy(derived.notebook)
        for cell in released.cells:
            cell.source = _TAKEN_OUT.sub("", cell.source).rstrip("\n")
        for path, notebook in (
            (derived.path, derived.notebook), (course.release("till-1", language), released)
        ):  # fmt: skip
            path.parent.mkdir(parents=True)
            path.write_text(nbformat.writes(notebook), "utf-8")
    return course


def written(course, revenue=REVENUE, orders=ORDERS, before=(), after=(), language="en"):
    """A learner's notebook with these answers, and cells of their own before and after."""
    notebook = nbformat.read(course.release("till-1", language), as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = {"revenue": revenue, "orders": orders}.get(grade_id, cell.source)
    notebook.cells[1:1] = [nbformat.v4.new_code_cell(one) for one in before]
    notebook.cells += [nbformat.v4.new_code_cell(one) for one in after]
    return notebook


def raw(notebook):
    """A notebook as its file's bytes."""
    return nbformat.writes(notebook).encode()


def changed(course, change):
    """The bytes of a right notebook whose data were changed in place."""
    data = json.loads(nbformat.writes(written(course)))
    change(data)
    return json.dumps(data, ensure_ascii=False).encode()
