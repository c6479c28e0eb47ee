"""Who is learning, and where in the course."""

import getpass
import json
import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Seat:
    """Where one learner sits while a page serves many: their name, the notebook they read, and
    the file their progress is kept in (None: where it is kept at a notebook)."""

    name: str
    notebook: Path
    progress: Path | None = None


_seat: ContextVar[Seat | None] = ContextVar("crmkit_seat", default=None)


def seat() -> Seat | None:
    """Who sits here, when a page serves; None at a notebook."""
    return _seat.get()


@contextmanager
def seated(at: Seat) -> Iterator[None]:
    """Inside a ``with`` block everything is this learner's: answers, progress, what is next."""
    before = _seat.set(at)
    try:
        yield
    finally:
        _seat.reset(before)


def session_notebook() -> Path | None:
    """The notebook this kernel was started for, when Jupyter says so; the one a page shows."""
    here = seat()
    if here is not None:
        return here.notebook
    named = os.environ.get("JPY_SESSION_NAME")
    return Path(named) if named and named.endswith(".ipynb") else None


def who() -> str:
    """A name that stays the same for one learner; empty where no one sits at the notebook."""
    here = seat()
    if here is not None:
        return here.name
    if session_notebook() is None:
        return ""
    return owner()


def owner() -> str:
    """Whose machine or account this is."""
    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError):
        return "learner"


def shuffled(things: list, *seed: str) -> list:
    """The things in an order that is always the same for this learner and seed."""
    order = list(things)
    random.Random("/".join((who(), *seed))).shuffle(order)
    return order


def place() -> str:
    """The lesson or exercise this kernel works on, e.g. ``cashier-03``; empty when unknown."""
    notebook = session_notebook()
    return place_of(notebook) if notebook else ""


def place_of(notebook: Path) -> str:
    """``2-cashier/03-my-shift.ipynb`` is ``cashier-03``; an exercise has its own name."""
    track = re.fullmatch(r"\d+-([a-z]+)", notebook.parent.name)
    number = re.match(r"(\d\d)\b", notebook.stem)
    return f"{track[1]}-{number[1]}" if track and number else notebook.stem


_CHECK = re.compile(r"""\bcheck(?:\.\w+)?\(\s*["']([^"']+)["']""")


def checked_names() -> list[str]:
    """The names this notebook checks, so that "all right" can be told from "right so far"."""
    notebook = session_notebook()
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"] if notebook else []
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return sorted({name for source in code for name in _CHECK.findall(source)})
