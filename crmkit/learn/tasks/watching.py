"""Screens that follow what is done in a practice shop."""

from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary, WeakMethod

from crmkit.screen import Screen

_watching: "WeakKeyDictionary[Screen, tuple[Path, WeakMethod | None]]" = WeakKeyDictionary()


def watch(screen: Screen, folder: Path, look: Callable[[], None] | None = None) -> None:
    """Draw this screen again, or `look` again, whenever something is done in the folder's shop."""
    _watching[screen] = (folder, WeakMethod(look) if look else None)


def shop_changed(folder: Path) -> None:
    """Something was done in the practice shop of this folder."""
    for screen, (there, look) in list(_watching.items()):
        if there == folder:
            ((look and look()) or screen.refresh)()
