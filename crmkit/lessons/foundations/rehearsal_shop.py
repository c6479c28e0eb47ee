"""A small shop in which one rehearses, and buttons to be pressed one after the other."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from crmkit.i18n import gettext as _
from crmkit.practice import Shop, schema
from crmkit.practice.errors import PracticeError
from crmkit.practice.scenes import FILE
from crmkit.screen import Part, Screen, parts

NEWCOMER, MANAGER, TRAINER = "C1", "B1", "T1"


class Rehearsal:
    """A small shop of its own, in a folder that goes when the lesson does."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="crmkit-running-")
        self.done: list[Part] = []

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return Path(self._folder.name)

    @cached_property
    def shop(self) -> Shop:
        """The shop, signed in as who keeps it running; made when it is first wanted."""
        return Shop.practice("corner", staff=TRAINER, folder=self.folder)

    def members(self) -> int:
        """How many members are in the books."""
        with self.shop.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(schema.member)) or 0

    def tried(self, what: Callable[[], Any]) -> str:
        """What the shop says when this is refused; empty when it was done."""
        try:
            what()
        except PracticeError as error:
            return str(error)
        return ""

    def gone(self) -> None:
        """The shop's file is lost."""
        self.shop.close()
        (self.folder / FILE).unlink()

    def open(self) -> None:
        """Open the shop's file again."""
        self.__dict__.pop("shop", None)
        self.shop = Shop.open(self.folder / FILE, TRAINER)


Step = tuple[str, Callable[[Rehearsal], Part]]


def in_steps(name: str, *steps: Step) -> Screen:
    """Buttons to be pressed one after the other; below, what each has done."""
    at = {"shop": Rehearsal()}

    def press(which: Any, _values: dict) -> None:
        shop = at["shop"]
        if which == len(shop.done) < len(steps):
            shop.done.append(steps[which][1](shop))

    def anew(_arg: Any, _values: dict) -> None:
        at["shop"] = Rehearsal()

    def show() -> Part:
        done = at["shop"].done
        buttons = []
        for place, (words, _do) in enumerate(steps):
            words = f"{place + 1} {words}"
            if place < len(done):
                buttons.append(parts.chip(words, "right"))
            elif place == len(done):
                buttons.append(parts.button(words, "press", place, kind="primary"))
            else:
                why = _("First the step before.")
                buttons.append(parts.button(words, "press", place, why=why))
        again = parts.button(_("Once more from the start"), "anew", kind="quiet") if done else None
        return parts.card(parts.row(*buttons), *done, again)

    return Screen(show, {"press": press, "anew": anew}, name)
