"""A learner who deletes, edits or replaces `check` gains nothing when nbgrader runs the notebook.

Each way of cheating runs in a real kernel through nbgrader's own executor and marking.
"""

import importlib
import multiprocessing
import os
import pkgutil
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from crmkit.learn import guard

WRONG_ANSWER = "def total(prices):\n    return 6"
HIDDEN_TEST = """\
from crmkit.learn import check

check.function("total", [6, 15], inputs=[[1, 2, 3], [4, 5, 6]])
"""

# a hidden test that takes the kit's own function for its referee
REFEREE = """\
from crmkit.learn import check
import crmkit as ck

phones = ["140 0123 4567", "+86 14101234567"]
check.function("tidy", [ck.clean.normalize_phone(one) for one in phones], inputs=phones)
"""
NAMING_REFEREE = """\
from crmkit.learn import check
import crmkit.labels

check.text("named", crmkit.labels.heading("revenue"), value="same")
"""
BRIBES = {
    "a function of a package": ("ck.clean.normalize_phone = tidy", REFEREE),
    "a stand-in": (
        "from unittest.mock import Mock\nck.clean.normalize_phone = Mock(side_effect=tidy)",
        REFEREE,
    ),
    "a function where it is defined": (
        "import crmkit.labels\ncrmkit.labels.heading = lambda column: 'same'",
        NAMING_REFEREE,
    ),
}

CHEATS = {
    "rebinding the name": "check = lambda *a, **k: None",
    "an object that answers to everything": (
        "class Yes:\n    def __getattr__(self, name): return lambda *a, **k: None\ncheck = Yes()"
    ),
    "deleting the import": "import sys; sys.modules.pop('crmkit.learn', None)",
    "writing into the module": (
        "import crmkit.learn\n"
        "vars(crmkit.learn)['check'] = type('Yes', (), {'function': staticmethod(lambda *a, **k: 0)})"
    ),
    "replacing its methods": (
        "from crmkit.learn import check\ntype(check).function = lambda *a, **k: None"
    ),
    "replacing its inside": (
        "import crmkit.learn.checking as checking\n"
        "from crmkit.learn.checks import outcome\n"
        "checking._settle = lambda *a, **k: None\n"
        "checking.Function.fault = lambda *a, **k: None\n"
        "checking.is_grading = outcome.is_grading = lambda: False"
    ),
    "replacing the module": (
        "import sys, types, crmkit.learn\n"
        "fake = types.ModuleType('crmkit.learn')\n"
        "fake.check = type('Yes', (), {'function': staticmethod(lambda *a, **k: None)})\n"
        "sys.modules['crmkit.learn'] = fake"
    ),
    "replacing the module's type": (
        "import types, crmkit.learn\n"
        "crmkit.learn.__class__ = types.ModuleType\n"
        "crmkit.learn.check = type('Yes', (), {'function': staticmethod(lambda *a, **k: None)})"
    ),
    "replacing the gate": (
        "import crmkit.learn\n"
        "yes = type('Yes', (), {'function': staticmethod(lambda *a, **k: None)})\n"
        "type(crmkit.learn).check = property(lambda self: yes)"
    ),
    "pretending not to be graded": "import os; os.environ.pop('NBGRADER_EXECUTION')",
    "pretending from the environment's inside": (
        "import os\nos.environ.clear(); os.unsetenv('NBGRADER_EXECUTION')"
    ),
    "showing a value for partial credit": (
        "def total(prices):\n"
        "    import sys\n    sys.displayhook(5)\n"
        "    from IPython.display import display\n    display(5)\n    return 6"
    ),
    "an answer that equals everything": (
        "class Yes(int):\n    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0\n    __rsub__ = __sub__\n"
        "def total(prices):\n    return Yes(6)"
    ),
}


HONEST = "def total(prices):\n    return sum(prices)"
CHATTY = """\
import logging, warnings

def total(prices):
    print(3)
    warnings.warn("slow")
    logging.warning("slow")
    return sum(prices)
"""
UNTOUCHED = "def total(prices):\n    return ..."


def marked(source):
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = {
        "grade": True, "grade_id": "total", "points": 5, "solution": False, "locked": True,
        "schema_version": 3, "task": False, "cell_type": "code",
    }  # fmt: skip
    return cell


def run(cells):
    """Run cells with nbgrader's executor; gives the marks and outputs of the graded ones."""
    notebook = new_notebook(
        cells=[cell if not isinstance(cell, str) else new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    Execute(timeout=120).preprocess(notebook, {"metadata": {}})
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return [(determine_grade(cell)[0], cell.outputs) for cell in graded]


def test_nbgrader_gives_an_honest_learner_all_marks_and_others_none(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    answers = [
        HONEST,
        CHATTY,
        UNTOUCHED,
        WRONG_ANSWER,
        "check = print",
        CHEATS["showing a value for partial credit"],
        CHEATS["an answer that equals everything"],
        CHEATS["writing into the module"],
        CHEATS["pretending not to be graded"],
    ]
    cells = ["from crmkit.learn import check"]
    for answer in answers:
        cells += [answer, marked(HIDDEN_TEST)]
    results = run(cells)
    assert [got for got, _outputs in results] == [5, 5, 0, 0, 0, 0, 0, 0, 0]
    errors = [outputs[-1] for _got, outputs in results[2:]]
    assert [error.ename for error in errors] == ["NotAttempted"] + ["CheckFailed"] * 6
    assert all(error.traceback[0] == "----> 3" for error in errors)
    assert results == run(cells), "graded twice, the marks are the same"


def in_a_shell_of_its_own(cells, found):
    """Run cells in a fresh IPython; report how the last one ended."""
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    for name in [name for name in sys.modules if name.startswith("crmkit.learn")]:
        del sys.modules[name]
    InteractiveShell._instance = shell
    for source in cells:
        result = shell.run_cell(source, store_history=True)
    found.put(type(result.error_in_exec).__name__)


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.replace(" ", "_"))
def test_a_cheat_gains_nothing(cheat):
    cells = ["from crmkit.learn import check", WRONG_ANSWER, CHEATS[cheat], HIDDEN_TEST]
    context = multiprocessing.get_context("fork")
    found = context.SimpleQueue()
    child = context.Process(target=in_a_shell_of_its_own, args=(cells, found))
    child.start()
    ended = found.get()
    child.join(30)
    assert ended == "CheckFailed"


@pytest.mark.parametrize(
    "cheat", ["replacing the module", "pretending from the environment's inside"]
)
def test_a_cheat_gains_nothing_in_a_real_kernel(monkeypatch, cheat):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    cells = ["from crmkit.learn import check", WRONG_ANSWER, CHEATS[cheat], marked(HIDDEN_TEST)]
    ((got, outputs),) = run(cells)
    assert (got, outputs[-1].ename) == (0, "CheckFailed")


@pytest.mark.parametrize("bribe", BRIBES, ids=lambda bribe: bribe.replace(" ", "_"))
def test_bribing_the_referee_gains_nothing(bribe):
    cells = [
        "import crmkit as ck\nck.set_language('en')\nck.clean.normalize_phone",
        "from crmkit.learn import check\ndef tidy(phone):\n    return 'same'",
        *BRIBES[bribe],
    ]
    context = multiprocessing.get_context("fork")
    found = context.SimpleQueue()
    child = context.Process(target=in_a_shell_of_its_own, args=(cells, found))
    child.start()
    ended = found.get()
    child.join(30)
    assert ended == "CheckFailed"


def test_an_honest_referee_is_left_as_it_is():
    cells = [
        "import crmkit as ck\nck.set_language('en')\nbefore = ck.clean.normalize_phone",
        "from crmkit.learn import check\ndef tidy(phone):\n    return phone.replace(' ', '')[-11:]",
        REFEREE + "assert ck.clean.normalize_phone is before\nassert ck.get_language() == 'en'",
    ]
    context = multiprocessing.get_context("fork")
    found = context.SimpleQueue()
    child = context.Process(target=in_a_shell_of_its_own, args=(cells, found))
    child.start()
    ended = found.get()
    child.join(30)
    assert ended == "NoneType"


def test_the_kit_as_it_is_gives_the_guard_nothing_to_mend(monkeypatch):
    # a module read again has classes that are not the ones in use
    import crmkit.lessons.view
    import crmkit.practice.desks

    assert crmkit.lessons.view.FunctionType  # a kind of function is none
    for desk in pkgutil.iter_modules(crmkit.practice.desks.__path__, "crmkit.practice.desks."):
        importlib.import_module(desk.name)
    read_again = []
    monkeypatch.setattr(importlib, "reload", lambda module: read_again.append(module.__name__))
    guard._mend()
    assert read_again == []
