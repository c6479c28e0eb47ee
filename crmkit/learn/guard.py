"""Keeps graded checks the kit's own, whatever a notebook did to its copies of them.

Only while nbgrader runs a notebook:

- ``from crmkit.learn import check`` gives a check freshly read from the kit's files, so a
  function that was replaced inside `crmkit.learn` is gone again;
- before every cell the real `crmkit.learn` is put back where Python looks for it;
- a kernel that was grading once stays grading, whatever happens to its environment.

A learner who owns the process can in the end defeat anything inside it; this makes the simple
ways useless. What lies beyond (files, network, other people's work) is the sandbox's part.
A grader that starts its kernels with ``import crmkit.learn`` leaves no cell before the guard.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

_CHECKS = "crmkit.learn.checks"


def guarded(room: ModuleType) -> type[ModuleType]:
    """A module type for `room` whose `check` assigning to it cannot replace."""
    grading_seen = False
    guarded_shell: Any = None

    def check(self: ModuleType) -> Any:
        """See `crmkit.learn.checks.Check`."""
        nonlocal grading_seen
        from crmkit.learn.checks import outcome

        grading_seen = grading_seen or outcome.is_grading()
        if not grading_seen:
            return importlib.import_module(_CHECKS).check
        stand_guard()
        return _from_disk()

    def stand_guard() -> None:
        nonlocal guarded_shell
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is not None and shell is not guarded_shell:
            guarded_shell = shell
            shell.events.register("pre_run_cell", _restorer(room, kind, gate))

    gate = property(check)
    kind = type("Room", (ModuleType,), {"check": gate, "__module__": __name__})
    from crmkit.learn.checks.outcome import is_grading

    if is_grading():
        grading_seen = True
        stand_guard()
    return kind


def _from_disk() -> Any:
    """The check, read from the kit's files again, and always raising."""
    for name in [name for name in sys.modules if name == _CHECKS or name.startswith(f"{_CHECKS}.")]:
        del sys.modules[name]
    checks = importlib.import_module(_CHECKS)
    checks.outcome.always_grading = True
    return checks.check


def _restorer(room: ModuleType, kind: type[ModuleType], gate: property) -> Callable[..., None]:
    """A function that puts `room` back as ``crmkit.learn``."""
    package, modules, name = sys.modules["crmkit"], sys.modules, room.__name__

    def put_back(*_args: Any) -> None:
        sys.modules = modules
        modules["crmkit"], modules[name] = package, room
        kind.check = gate
        room.__class__ = kind
        package.learn = room

    return put_back
