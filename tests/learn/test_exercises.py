"""Every exercise tries out its own checks, in one process each."""

from pathlib import Path

import pytest

from crmkit.learn.course import Course

COURSE = Course(Path(__file__).parents[2])
REHEARSAL = Path(__file__).with_name("rehearse_exercise.py")


@pytest.mark.parametrize("assignment", COURSE.assignments())
def test_an_exercise_tests_its_own_checks(assignment, tmp_path, run_script):
    run = run_script(
        *(REHEARSAL, assignment),
        cwd=tmp_path,
        CRMKIT_COURSE=str(COURSE.root),
        CRMKIT_DATA=str(COURSE.datasets),
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-3000:]


MASTER = """\
---
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---

```{{code-cell}}
:given: setup
from crmkit.learn import check
```

```{{code-cell}}
:answer: total
def total(prices):
    result = ...  # 在这里写 · write here
    ### BEGIN SOLUTION
    result = sum(prices)
    ### END SOLUTION
    return result
```

```{{code-cell}}
:check: total-check
:points: 2
{visible}
### BEGIN HIDDEN TESTS
{hidden}
### END HIDDEN TESTS
```
"""


@pytest.mark.parametrize(
    ("hidden", "says"),
    [
        (None, "untouched, n is right"),
        (None, "handed in untouched, it ends with None"),
        ('check.function("total", sum, inputs=[[4, 5], [2]])', ""),
        ('check.function("total", max, inputs=[[4, 5]])', "the reference answer is not right"),
        (
            'check.function("total", sum, inputs=[[2, 2], [1]], mistakes={"largest_for_total": sum})',
            "cannot tell it apart",
        ),
        ("1 / 0", "stops with ZeroDivisionError"),
    ],
)
def test_a_careless_master_is_found_out(hidden, says, tmp_path, run_script):
    course = tmp_path / "course-copy"
    (course / "course" / "source").mkdir(parents=True)
    (course / "solutions").mkdir()
    visible = 'check.function("total", [6], inputs=[[1, 2, 3]])'
    if hidden is None:
        visible = hidden = 'check.number("n", 5, value=5)'
    master = MASTER.format(visible=visible, hidden=hidden)
    (course / "solutions" / "sums-1.md").write_text(master, "utf-8")
    run = run_script(REHEARSAL, "sums-1", cwd=tmp_path, CRMKIT_COURSE=str(course))
    assert says in run.stdout, run.stdout + run.stderr
    assert run.returncode == (1 if says else 0), run.stdout + run.stderr
