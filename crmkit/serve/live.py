"""The line between a page and the screens on it."""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.errors import CrmkitError
from crmkit.panels import DESKS
from crmkit.practice.errors import PracticeError
from crmkit.screen import Screen, receipt
from crmkit.serve.handler import Page


class Live(tornado.websocket.WebSocketHandler, Page):
    """The line between a page and its screens."""

    screens: Mapping[int, Screen] = {}

    def prepare(self) -> None:
        super().prepare()
        if self.current_user is None:
            raise tornado.web.HTTPError(403)

    async def open(self) -> None:
        address = self.get_query_argument("page", "")
        parts = address.strip("/").split("/", 1)
        self.views: list[View] = []
        self.work = asyncio.Lock()
        self.spoken, self.of = self.language, self.current_user
        kind, name = (parts + [""])[:2]
        try:
            screens = await self.house.do(self._opened, kind, name)
        except (PracticeError, CrmkitError):
            screens = None
        if screens is None:
            return self.close(4404)
        self.screens = screens
        self.keeps = kind == "shop"
        self.settings["open"].add(self)
        for number, screen in self.screens.items():
            view = View(self, number)
            self.views.append(view)
            screen.seen_by(view)
        return None

    def _opened(self, kind: str, name: str) -> dict[int, Screen] | None:
        if kind == "shop" and name in DESKS and self.staff:
            return self.of.open_desk(name, self.staff, self.spoken)
        if kind in ("lesson", "exercise"):
            lesson = self.house.lesson(name, self.spoken, kind == "exercise")
            self.lesson = lesson
            return self.of.open_lesson(lesson) if lesson else None
        return None

    async def on_message(self, message: str | bytes) -> None:
        try:
            content = json.loads(message)
            number = int(content["screen"])
            screen = self.screens[number]
        except (ValueError, KeyError, TypeError):
            return
        async with self.work:  # in the order they were sent
            tree = await self.house.do(self._did, screen, content)
        self.of.last_seen = time.time()
        self.tell(number, tree, receipt(content))
        for other in self.settings["open"]:
            if other is not self and other.of is self.of and other.screens is self.screens:
                other.tell(number, tree)

    def _did(self, screen: Screen, content: dict) -> Any:
        if self.keeps:
            with self.of.at_start(self.spoken):
                tree = screen.did(content)
                self.of.keep(screen, self.staff, self.spoken)
                return tree
        with self.of.at(self.of.notebook(self.lesson), self.spoken):
            return screen.did(content)

    def tell(self, number: int, tree: Any, done: str | None = None) -> None:
        with contextlib.suppress(tornado.websocket.WebSocketClosedError):
            self.write_message({"screen": number, "tree": tree} | ({"done": done} if done else {}))

    def on_close(self) -> None:
        self.settings["open"].discard(self)
        self.views = []


class View:
    """A page that follows what changes elsewhere."""

    def __init__(self, line: Live, number: int):
        self._line, self._number = line, number
        self._loop = asyncio.get_running_loop()

    @property
    def tree(self) -> Any:
        return None

    @tree.setter
    def tree(self, tree: Any) -> None:
        self._loop.call_soon_threadsafe(self._line.tell, self._number, tree)
