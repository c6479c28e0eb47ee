"""What the last run of a cell did not bring to its end, so that no check judges what is older.

A cell that stops with an error leaves the names it was to set as an earlier run left them. While
it stands so, a check of such a name says that the cell stopped; it never looks at the old value.
"""

import ast
import re
import sys
from typing import Any

_SETS = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^[ \t]*([\w \t,]+?)[ \t]*(?::[^=\n]+)?(?:[-+*/%&|^@]|//|\*\*|>>|<<)?=(?!=)",
    re.M,
)

stopped: set[str] = set()
"""The names that the last run of their cell did not come to set."""

_watched: Any = None


def watch() -> None:
    """Follow the cells of the notebook this runs in; once, and nowhere else."""
    global _watched
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and shell is not _watched:
        _watched = shell
        shell.events.register("post_run_cell", after)


def after(result: Any) -> None:
    """Note what a cell that has run was to set, by whether it came to its end."""
    names = sets(result.info.raw_cell or "")
    if result.error_before_exec is not None or result.error_in_exec is not None:
        stopped.update(names)
    else:
        stopped.difference_update(names)


def sets(source: str) -> set[str]:
    """The names a cell's text sets: variables, functions, classes; also where it is not Python.

    >>> sorted(sets("a, b = 1, 2\\ndef total(x):\\n    y = x\\n    return y"))
    ['a', 'b', 'total']
    >>> sets("orders = 12单")
    {'orders'}
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found: set[str] = set()
        for function, variables in _SETS.findall(source):
            found.update(name.strip() for name in [function, *variables.split(",")])
        return {name for name in found if name.isidentifier()}
    inside = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    found = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, inside):
            found.update([getattr(node, "name", "")])
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        waiting.extend(ast.iter_child_nodes(node))
    return found - {""}
