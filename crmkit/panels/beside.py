"""A desk in a lesson: the practice shop beside the notebook, opened when it is first looked at.

What is done at it is seen at once by the other desks and the tasks of the same page.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakSet

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn import answers
from crmkit.learn.checks.outcome import is_grading
from crmkit.learn.tasks.watching import shop_changed
from crmkit.panels import desk
from crmkit.practice import Shop
from crmkit.practice.scenes import FILE
from crmkit.screen import Part, Screen, parts

_open: "WeakSet[Beside]" = WeakSet()


class _Acts(dict):
    """The frame's own acts; every other one is the desk's."""

    def __init__(self, own: dict[str, Callable], other: Callable[[str], Callable]):
        super().__init__(own)
        self._other = other

    def get(self, act: Any, default: Any = None) -> Any:
        return self[act] if act in self else self._other(act)


class Beside:
    """A desk of a scene's practice shop, with who works at it; it may be opened large."""

    def __init__(self, name: str, scene: str, staff: str | None = None):
        self.name, self.scene = name, scene
        self._folder = answers.folder()
        self._file: Any = None
        self._opened: tuple[Shop, Screen] | None = None
        self.staff = staff
        self.large = self.asking = False
        own = {
            "beside.staff": self._sign_in,
            "beside.large": lambda _a, _v: self._turn(large=True),
            "beside.ask": lambda _a, _v: self._turn(asking=True),
            "beside.anew": self._begin_anew,
            "beside.close": lambda _a, _v: self._turn(),
        }
        self.screen = Screen(self._show, _Acts(own, self._desk_act), name)
        _open.add(self)

    @property
    def path(self) -> Path:
        """The shop's file beside the notebook."""
        return self._folder / FILE

    def desk(self) -> Screen:
        """The desk itself."""
        return self._open_shop()[1]

    def _open_shop(self) -> tuple[Shop, Screen]:
        """The shop and the desk in it; made anew when the shop's file was."""
        here = self.path.stat().st_ino if self.path.exists() else None
        if self._opened is None or here != self._file:
            if self._opened is not None:
                self._opened[0].close()
            shop = Shop.practice(self.scene, folder=self._folder, staff=self.staff)
            self._file = self.path.stat().st_ino
            self._opened = shop, desk(self.name, shop)
        return self._opened

    def _show(self) -> Part:
        if is_grading():
            return parts.text("")
        shop, at = self._open_shop()
        inside = at.inside()
        words = label("panel", self.screen.name)
        bar = parts.row(
            parts.select("beside/staff", _("At this desk now"), _team(shop), shop.staff.id,
                         act="beside.staff", rev=shop.staff.id),
            parts.button(_("Back to the lesson"), "beside.close", icon="left") if self.large
            else parts.button(_("Full screen"), "beside.large"),
            parts.button(_("Start the practice shop again"), "beside.ask", kind="quiet"),
        )  # fmt: skip
        return parts.column(
            parts.dialog(bar, inside, title=words, open=True, close="beside.close", wide=True)
            if self.large else parts.column(bar, inside),
            self._anew_dialog(),
        )  # fmt: skip

    def _anew_dialog(self) -> Part:
        return parts.dialog(
            parts.text(_("Your practice shop starts again, as it was at first. What was right once in a lesson stays done, and so do the answers you filled in; what an exercise wants done in its shop is to be done again. A copy of the old shop is kept.")),
            parts.row(
                parts.button(_("Keep mine"), "beside.close", kind="primary", focus=True),
                parts.button(_("Start the practice shop again"), "beside.anew", kind="quiet"),
            ),
            title=_("Start the practice shop again?"),
            open=self.asking,
            close="beside.close",
        )  # fmt: skip

    def _turn(self, large: bool = False, asking: bool = False) -> None:
        self.large, self.asking = large, asking

    def _sign_in(self, staff: Any, _values: dict) -> None:
        shop, before = self._open_shop()
        shop = shop.as_staff(str(staff))
        self.staff = shop.staff.id
        self._opened = shop, desk(self.name, shop)
        if before.hand_over:
            before.hand_over(self.desk())

    def _begin_anew(self, _arg: Any, _values: dict) -> None:
        self._turn()
        Shop.practice(self.scene, folder=self._folder, reset=True).close()
        self._file = None
        self._tell()

    def _desk_act(self, act: str) -> Callable:
        def do(arg: Any, values: dict) -> None:
            before = self._stamp()
            try:
                self.desk().act(act, arg, values)
            finally:
                if self._stamp() != before:
                    self._tell()

        return do

    def _stamp(self) -> Any:
        about = self.path.stat() if self.path.exists() else None
        return about and (about.st_ino, about.st_mtime_ns, about.st_size)

    def _tell(self) -> None:
        """The other desks and the tasks on this shop look again."""
        for other in list(_open):
            if other is not self and other._folder == self._folder:
                other.screen.refresh()
        shop_changed(self._folder)


def _team(shop: Shop) -> list[tuple[str, str]]:
    """One person of each role of this store, and whoever is signed in."""
    found: dict[str, tuple[str, str]] = {}
    for one in shop.office.team():
        role = next(iter(one.roles), "")
        if one.id == shop.staff.id or role not in found:
            words = label("role", role)
            found[role] = (one.id, words if one.name == words else f"{one.name} · {words}")
    return list(found.values())
