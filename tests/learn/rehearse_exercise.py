"""Try out every check of one exercise, in one process: `python rehearse_exercise.py cashier-3`.

Runs the master in an empty folder with its answers, then as a learner gets it, then handed in
untouched and handed in right, as nbgrader would. Prints what is wrong; nothing when all is well.
"""

import os
import re
import sys
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import use_language
from crmkit.learn import answers
from crmkit.learn.checks.outcome import NOT_ATTEMPTED
from crmkit.learn.course import Course
from crmkit.learn.hints import Hints
from crmkit.learn.questions import Asked
from crmkit.learn.rehearsal import complaints, rehearsing
from crmkit.teach.answer_sheet import answer_sheet, work_through
from crmkit.teach.notebooks import derive_master

SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION.*?### END SOLUTION[^\n]*\n?", re.M | re.S)
HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*\n?", re.M | re.S)


def asks(cell):
    return "import ask; ask(" in cell.source


def unanswered(assignment, sheet):
    return [one for one in Asked(assignment).questions if one not in sheet]


def half_of_the_solution(answer):
    try:
        return Hints(answer).beginning()
    except CrmkitError:  # nobody is helped here
        return None


def rehearse(assignment: str) -> list[str]:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    notebook = derive_master(Course.find(), assignment, "en").notebook
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    hinted = [cell.id for cell in cells if "### BEGIN SOLUTION" in cell.source]
    halves = {one: half_of_the_solution(one) for one in hinted}
    found = []

    def run(cell, source=None):
        with capture_output(), rehearsing() as seen:
            result = shell.run_cell(cell.source if source is None else source)
        return seen, result.error_before_exec or result.error_in_exec

    for cell in cells:
        seen, error = run(cell)
        if error is not None:
            found.append(f"{cell.id}: stops with {error!r}")
        if cell.metadata.get("nbgrader", {}).get("grade") and not seen and not asks(cell):
            found.append(f"{cell.id}: a graded cell without a check")
        with use_language("en"):
            found += [f"{cell.id}: {text}" for one in seen for text in complaints(*one)]
    # as released, and with a hint's half of the solution: both run, and nothing is done yet
    for how, begun in (("untouched", {}), ("with half the solution", halves)):
        shell.reset(new_session=False)
        for cell in cells:
            released = HIDDEN.sub("", SOLUTION.sub("", cell.source))
            seen, error = run(cell, begun.get(cell.id) or released)
            if error is not None:
                found.append(f"{cell.id}: {how}, it stops with {error!r}")
            found += [
                f"{cell.id}: {how}, {name} is {outcome.status} ({outcome.message})"
                for name, _expectation, _value, outcome in seen
                if outcome.status != NOT_ATTEMPTED
            ]
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    shell.reset(new_session=False)
    for cell in cells:
        _seen, error = run(cell, SOLUTION.sub("", cell.source))
        graded = cell.metadata.get("nbgrader", {}).get("grade")
        if graded and type(error).__name__ != "NotAttempted":
            found.append(f"{cell.id}: handed in untouched, it ends with {error!r}")
    if any(map(asks, cells)):
        del os.environ["NBGRADER_EXECUTION"]
        sheet = answer_sheet(assignment)
        answers.save(assignment, sheet)
        if any(one.is_task for one in Asked(assignment).questions.values()):
            work_through(assignment, Path.cwd())
        os.environ["NBGRADER_EXECUTION"] = "autograde"
        found += [f"{one}: not answered by the sheet" for one in unanswered(assignment, sheet)]
    shell.reset(new_session=False)
    for cell in cells:
        _seen, error = run(cell)
        if error is not None:
            found.append(f"{cell.id}: under nbgrader it stops with {error!r}")
    return found


if __name__ == "__main__":
    import matplotlib

    matplotlib.use("agg")
    wrong = rehearse(sys.argv[1])
    print("\n".join(wrong))
    sys.exit(bool(wrong))
