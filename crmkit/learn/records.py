"""What a learner did, kept on their own machine: one line per event, never sent anywhere."""

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakSet

from crmkit.learn import learner
from crmkit.learn.checks.outcome import is_grading

listeners: list[Callable[[], None]] = []
"""Called after every event: what shows how far a learner has come follows it."""

_following: dict[tuple[Path, str], WeakSet] = {}


def follow(place: str, screen: Any) -> None:
    """Draw this screen again after everything this learner does at this lesson or exercise."""
    _following.setdefault((records_file(), place), WeakSet()).add(screen)


def changed(place: str) -> None:
    """Tell what follows this learner at this lesson or exercise."""
    for screen in list(_following.get((records_file(), place), ())):
        screen.refresh()


def records_file() -> Path:
    """``CRMKIT_PROGRESS`` if set, else ``.crmkit/progress.jsonl`` in the home folder."""
    here = learner.seat()
    if here is not None and here.progress is not None:
        return here.progress
    named = os.environ.get("CRMKIT_PROGRESS")
    return Path(named) if named else Path.home() / ".crmkit" / "progress.jsonl"


def note(kind: str, place: str, item: str, outcome: str, **more: Any) -> None:
    """Add an event. Nothing is kept while nbgrader or the builder runs, and a full disk or a
    read-only home never stops a lesson."""
    if is_grading() or not (learner.session_notebook() or os.environ.get("CRMKIT_PROGRESS")):
        return
    event = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "kind": kind,
        "place": place,
        "item": item,
        "outcome": outcome,
        **more,
    }
    path = records_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
    except OSError:
        return
    for listener in list(listeners):
        listener()
    changed(place)


def events() -> Iterator[dict[str, Any]]:
    """Every event so far, oldest first; a line that was edited into nonsense is left out."""
    try:
        lines = records_file().read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and all(
            isinstance(event.get(name), str) for name in ("at", "kind", "place", "item", "outcome")
        ):
            yield event
