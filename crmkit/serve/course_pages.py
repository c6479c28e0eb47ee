"""The course as pages: where one is, lessons and exercises, handing in, certificates."""

import secrets
import tempfile
import time

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.i18n import use_language
from crmkit.learn import certificates, journey, strip, tracks
from crmkit.serve import lessons as pages
from crmkit.serve import tour
from crmkit.serve.handler import Page
from crmkit.serve.people import hand_in


class Home(Page):
    """The start page: where one is, what comes next."""

    async def get(self) -> None:
        key = self.get_query_argument("key", None)
        if key is not None and self.house.alone is not None:
            if not secrets.compare_digest(key.encode(), self.house.password.encode()):
                raise tornado.web.HTTPError(403)
            await self.house.do(self.enter, self.house.alone)
            return self.redirect("/")
        if self.current_user is None:
            return self.redirect("/sign-in")
        self.current_user.last_page = "/"
        known = await self.house.do(self._tracks)
        roles = await self.house.do(self._roles)
        return self.show("home.html", tracks=known, roles=roles)

    def tour(self) -> tuple[str, list[tour.Step]]:
        return "start", tour.start_page()

    def _roles(self) -> tuple[str, list[tuple[str, str]]]:
        from crmkit.learn.authored import say

        with self.current_user.at_start(self.language):
            known = tracks.tracks()
            return journey.role(), [(one, say(known[one]["title"])) for one in tracks.ROLES if one in ("cashier", "sales", "inventory")]  # fmt: skip

    def _tracks(self) -> list[dict]:
        """What there is, track by track, and how far this learner has come."""
        from crmkit.learn.course import NO_CODE

        here = {one.id: one for one in self.house.contents(self.language)}
        asked = [here[one] for one in tracks.before_and_after().values() if one in here]
        cases = [here[one] for one in tracks.for_everyone() if one in here]
        found = []
        with self.current_user.at_start(self.language):
            chosen, last = journey.role(), journey.current_track()
            for track in NO_CODE:
                steps = journey.progress(track)
                shown = [(one, here[one.id]) for one in steps.steps if one.id in here]
                done = sum(one.done for one, _lesson in shown)
                found.append(
                    {
                        "id": track, "title": steps.title, "steps": shown, "done": done,
                        "mine": track in ("foundations", chosen), "last": track == last,
                        "tests": [one for one in asked if tracks.track_of(one.id) == track],
                        "cases": cases if track == "foundations" else [],
                    }
                )  # fmt: skip
        return found


class LessonPage(Page):
    """A lesson or an exercise."""

    @tornado.web.authenticated
    async def get(self, kind: str, name: str) -> None:
        exercise = kind == "exercise"
        lesson = await self.house.do(self.house.lesson, name, self.language, exercise)
        if lesson is None:
            raise tornado.web.HTTPError(404)
        who = self.current_user
        who.last_page, who.last_seen = lesson.address, time.time()
        trees, steps, ends = await self.house.do(self._prepared, lesson)
        self.show("lesson.html", lesson=lesson, steps=steps, trees=trees, **ends)

    def _prepared(self, lesson: pages.Lesson) -> tuple:
        screens = self.current_user.open_lesson(lesson)
        with self.current_user.at(self.current_user.notebook(lesson), self.language):
            trees = {number: one.tree for number, one in screens.items()}
            way = strip.Way()
            following = way.next()
            wanted = following.id if following and following.id != lesson.id else None
            other = [one for one in self.house.contents(self.language) if one.id == wanted]
            track = tracks.track_of(lesson.id)
            ends = {
                "following": other[0] if other else None,
                "is_behind": way.is_behind,
                "finished": track if journey.progress(track).complete else "",
            }
            return lesson.still | trees, way.steps(), ends


class HandIn(Page):
    """An exercise goes to the trainer."""

    @tornado.web.authenticated
    async def post(self, name: str) -> None:
        lesson = await self.house.do(self.house.lesson, name, self.language, True)
        if lesson is None or self.house.group is None:
            raise tornado.web.HTTPError(404)
        await self.house.do(hand_in, self.current_user, lesson)
        with use_language(self.language):
            words = _("Handed in. You may go on working and hand in again: the last one counts.")
        self.show("told.html", title=lesson.title, words=words)


class CertificatePage(Page):
    """A completed track's certificate: alone one's own, in a class the class's."""

    @tornado.web.authenticated
    def get(self, track: str) -> None:
        self._ask(track)

    def _ask(self, track: str, wrong: str = "") -> None:
        with use_language(self.language):
            title = tracks.titles().get(track)
        if title is None:
            raise tornado.web.HTTPError(404)
        self.show("certificate.html", track=track, title=title, wrong=wrong)

    @tornado.web.authenticated
    async def post(self, track: str) -> None:
        name = self.get_body_argument("name", "")
        try:
            page = await self.house.do(self._written, track, name)
        except CrmkitError as error:
            return self._ask(track, str(error))
        self.set_header("Content-Type", "application/pdf")
        self.set_header("Content-Disposition", f'attachment; filename="certificate-{track}.pdf"')
        self.finish(page)
        return None

    def _written(self, track: str, name: str) -> bytes:
        who = self.current_user
        with tempfile.TemporaryDirectory() as folder, who.at_start(self.language):
            if self.house.group is None:
                return certificates.certificate(name, track, folder).read_bytes()
            course = self.house.course
            return certificates.of_class(course, who.name, who.shown, track, folder).read_bytes()
