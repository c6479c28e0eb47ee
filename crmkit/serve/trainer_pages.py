"""The trainer's pages: who is where, the notes of a lesson, its slides."""

import asyncio
import secrets
import time

import segno
import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.i18n import gettext as _
from crmkit.i18n import label, use_language
from crmkit.learn import records, tracks
from crmkit.serve import lessons as pages
from crmkit.serve import slides
from crmkit.serve.handler import Page
from crmkit.serve.people import Class, read


class Board(Page):
    """The trainer's: who is where, and who waits for help."""

    def get(self, wrong: str = "") -> None:
        if self.house.group is None:
            raise tornado.web.HTTPError(404)
        if not self.is_trainer:
            return self.show("trainer_door.html", wrong=wrong)
        address = self.house.address or f"{self.request.protocol}://{self.request.host}"
        return self.show(
            "board.html", rows=self._rows(self.house.group), codes=read(self.house.group._codes), address=address,
            picture=_as_picture(address),
        )  # fmt: skip

    def _rows(self, group: Class) -> list[dict]:
        titles = {one.address: one.title for one in self.house.contents(self.language)}
        with use_language(self.language):
            short = tracks.short_names()
        rows = []
        for who in group.people.values():
            with who.at_start(self.language):
                events = list(records.events())
            right = {(e["place"], e["item"]) for e in events if e["outcome"] == "right"}
            wrong = 0
            for event in reversed(events):
                if event["outcome"] != "wrong":
                    break
                wrong += 1
            submitted = who.course.grading / "submitted" / who.name
            handed = sorted(one.name for one in submitted.iterdir()) if submitted.is_dir() else []
            with use_language(self.language):
                page = titles.get(who.last_page) or (label("panel", who.last_page[6:]) if who.last_page.startswith("/shop/") else "–")  # fmt: skip
            rows.append(
                {
                    "who": who, "page": page, "right": len(right), "stuck": wrong >= 3, "wrong": wrong,
                    "ago": int(time.time() - who.last_seen) // 60 if who.last_seen else None,
                    "handed": [short.get(one, one) for one in handed],
                }
            )  # fmt: skip
        return sorted(rows, key=lambda one: (not one["stuck"], one["who"].name))

    async def post(self) -> None:
        if self.house.group is None:
            raise tornado.web.HTTPError(404)
        if self.is_trainer:
            self.house.group.forget_code(self.get_body_argument("forget", ""))
            return self.redirect("/board")
        await asyncio.sleep(0.3)
        code = self.get_body_argument("code", "")
        if not secrets.compare_digest(code.encode(), self.house.password.encode()):
            with use_language(self.language):
                return self.get(_("That is not the password."))
        self.set_signed_cookie("crmkit_trainer", "yes", expires_days=1, httponly=True, samesite="Strict")  # fmt: skip
        return self.redirect("/board")


class Trainer(Page):
    """For who teaches: the notes of every lesson, and its slides."""

    async def get(self) -> None:
        if not self.may_teach:
            return self.redirect("/board" if self.house.group else "/sign-in")
        return self.show("trainer.html", tracks=await self.house.do(self._tracks))

    def _tracks(self) -> list[tuple[str, list[tuple[str, str, str]]]]:
        course = self.house.course
        found: dict[str, list[tuple[str, str, str]]] = {}
        with use_language(self.language):
            for name in slides.lessons(course):
                title = pages.Lesson(course, name, self.language, False).title
                said = slides.trainers_notes(course, name, self.language)
                found.setdefault(name.split("/")[0].partition("-")[2], []).append(
                    (name, title, said)
                )
            titles = tracks.titles()
        return [(titles.get(track, track), of) for track, of in found.items()]


class Slides(Page):
    """The slides of a lesson, a page that may run nothing but its own script."""

    async def get(self, name: str) -> None:
        if not self.may_teach:
            raise tornado.web.HTTPError(403)
        if name not in slides.lessons(self.house.course):
            raise tornado.web.HTTPError(404)
        page = await self.house.do(slides.deck, self.house.course, name, self.language)
        self.set_header("Content-Security-Policy", slides.policy_of(page))
        self.finish(page)


def _as_picture(address: str) -> str:
    """The address as a code that phones read, to be shown on a page."""
    return segno.make(address, error="m").svg_inline(scale=6, dark="#18211f", light="#ffffff")
