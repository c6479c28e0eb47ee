"""Keeps graded checks the kit's own, whatever a notebook did to its copies of them.

Only while nbgrader runs a notebook:

- ``from crmkit.learn import check`` gives a check freshly read from the kit's files, so a
  function that was replaced inside `crmkit.learn` is gone again;
- the same import reads a module of the kit again in which a function was replaced, so a hidden
  test that takes `ck.segment` for its referee has an honest one;
- before every cell the real `crmkit.learn` is put back where Python looks for it;
- a kernel that was grading once stays grading, whatever happens to its environment.

A learner who owns the process can in the end defeat anything inside it; this makes the simple
ways useless. What lies beyond (files, network, other people's work) is the sandbox's part.
A grader that starts its kernels with ``import crmkit.learn`` leaves no cell before the guard.
"""

import ast
import importlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any
from unittest.mock import NonCallableMock

_CHECK, _KINDS = "crmkit.learn.checking", "crmkit.learn.checks"
_HOMES = (str(Path(__file__).parents[1]), sys.prefix, sys.base_prefix, "<string>", "<frozen")


def guarded(room: ModuleType) -> type[ModuleType]:
    """A module type for `room` whose `check` assigning to it cannot replace."""
    grading_seen = False
    guarded_shell: Any = None

    def check(self: ModuleType) -> Any:
        """See `crmkit.learn.checking.Check`."""
        nonlocal grading_seen
        from crmkit.learn.checks import outcome

        grading_seen = grading_seen or outcome.is_grading()
        if not grading_seen:
            return importlib.import_module(_CHECK).check
        stand_guard()
        _mend()
        return _from_disk()

    def stand_guard() -> None:
        nonlocal guarded_shell
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is not None and shell is not guarded_shell:
            guarded_shell = shell
            shell.events.register("pre_run_cell", _restorer(room, kind, gate))

    gate = property(check)

    def ask(self: ModuleType) -> Any:
        """See `crmkit.learn.checking.Check.ask`."""
        return self.check.ask

    kind = type(
        "Room", (ModuleType,), {"check": gate, "ask": property(ask), "__module__": __name__}
    )
    from crmkit.learn.checks.outcome import is_grading

    if is_grading():
        grading_seen = True
        stand_guard()
    return kind


def _from_disk() -> Any:
    """The check, read from the kit's files again, and always raising."""
    for name in [name for name in sys.modules if name.startswith((_CHECK, _KINDS))]:
        del sys.modules[name]
    vars(importlib.import_module(f"{_KINDS}.outcome"))["always_grading"] = True
    return importlib.import_module(_CHECK).check


def _mend() -> None:
    """Read every loaded module of the kit again whose functions are not its own."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if (
            not name.startswith("crmkit.")
            or name.startswith((_CHECK, _KINDS, __name__))
            or not file
        ):
            continue
        replaced = [
            path for path in _own_functions(file) if _file_of(module, path) not in (file, None)
        ]
        foreign = [key for key in vars(module) if _is_foreign(_file_of(module, (key,)))]
        for key in foreign:
            del vars(module)[key]
        if replaced or foreign:
            importlib.reload(module)


def _is_foreign(file: str | None) -> bool:
    """Whether code stands in no file of the kit, of Python or of an installed package."""
    return file is not None and not file.startswith(_HOMES)


@cache
def _own_functions(file: str) -> tuple[tuple[str, ...], ...]:
    """The functions and methods a file defines, as paths of names."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ()
    found: list[tuple[str, ...]] = []
    for part in tree.body:
        if isinstance(part, ast.FunctionDef):
            found.append((part.name,))
        elif isinstance(part, ast.ClassDef):
            found += [
                (part.name, one.name) for one in part.body if isinstance(one, ast.FunctionDef)
            ]
    return tuple(found)


def _file_of(module: ModuleType, path: tuple[str, ...]) -> str | None:
    """The file a function's code comes from; None for what is no longer a plain function there."""
    thing: Any = module
    for name in path:
        thing = vars(thing).get(name) if isinstance(thing, (ModuleType, type)) else None
    for inside in ("fget", "__func__", "func"):
        thing = getattr(thing, inside, thing)
    while hasattr(thing, "__wrapped__"):
        thing = thing.__wrapped__
    code = getattr(thing, "__code__", None)
    if not isinstance(code, CodeType):
        # a stand-in such as a mock: callable, yet no function
        return "" if isinstance(thing, NonCallableMock) else None
    return code.co_filename


def _restorer(room: ModuleType, kind: Any, gate: property) -> Callable[..., None]:
    """A function that puts `room` back as ``crmkit.learn``."""
    package, modules, name = sys.modules["crmkit"], sys.modules, room.__name__

    def put_back(*_args: Any) -> None:
        sys.modules = modules
        modules["crmkit"], modules[name] = package, room
        kind.check = gate
        room.__class__ = kind
        vars(package)["learn"] = room

    return put_back
