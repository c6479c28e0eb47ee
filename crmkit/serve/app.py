"""The server: who may come in, which page they get, and the line on which screens live."""

import asyncio
import contextlib
import contextvars
import json
import logging
import secrets
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, label, use_language
from crmkit.i18n import gettext as _
from crmkit.learn import certificates, journey, records
from crmkit.learn.course import Course
from crmkit.panels import DESKS
from crmkit.practice.errors import PracticeError
from crmkit.screen import FILES, Screen, receipt, style
from crmkit.serve import lessons as pages
from crmkit.serve import slides, tour
from crmkit.serve.people import SCENE, Class, Learner, hand_in, read, write

HERE = Path(__file__).parent
LOOPBACK = ("localhost", "127.0.0.1", "::1")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DAYS = 30


class House:
    """Everything the pages share: the course, who learns, the threads that do the work."""

    def __init__(
        self,
        course: Course,
        language: str,
        *,
        password: str,
        roster: Path | None = None,
        one_shop: bool = False,
        names: tuple[str, ...] = LOOPBACK,
        scene: str = SCENE,
    ):
        self.course, self.language, self.password, self.names = course, language, password, names
        self.secret = self._secret()
        self.group = Class(course, roster, one_shop=one_shop, scene=scene) if roster else None
        self.alone = None if roster else Learner(_owner(), "", course, scene=scene)
        self.threads = ThreadPoolExecutor(4, "crmkit-page")
        self.asset = secrets.token_hex(4)
        self.address = ""

    def _secret(self) -> str:
        """Signs the cookies; kept, so that a restart signs nobody out."""
        path = self.course.root / "work" / ".config" / "page.json"
        kept = read(path)
        if not kept.get("secret"):
            kept = {"secret": secrets.token_hex(32)}
            write(path, kept)
        return kept["secret"]

    def learner(self, name: str) -> Learner | None:
        if self.alone is not None:
            return self.alone if name == self.alone.name else None
        return self.group.people.get(name)

    def contents(self, language: str) -> list[pages.Lesson]:
        """Every lesson and exercise, by its heading; no cell has to run for that."""
        return [
            pages.Lesson(self.course, name, language, exercise)
            for name, exercise in pages.names(self.course)
        ]

    def lesson(self, name: str, language: str, exercise: bool) -> pages.Lesson | None:
        """A lesson to open, its cells run."""
        if (name, exercise) not in pages.names(self.course):
            return None
        return pages.lesson(self.course, name, language, exercise)

    def warm(self) -> None:
        """Read every lesson, so that the first learner does not wait."""
        from crmkit.lessons.view import loaded

        for language in (self.language, *(one for one in LANGUAGES if one != self.language)):
            with use_language(language):
                loaded("sales", language)
            for name, exercise in pages.names(self.course):
                self.lesson(name, language, exercise)

    async def do(self, act: Callable, *given: Any) -> Any:
        """Run it in a thread, in this request's own context."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, context.run, act, *given)


def _owner() -> str:
    from crmkit.learn.learner import owner

    return owner()


class Page(tornado.web.RequestHandler):
    """What every page does: who asks, in which language, and what a browser may do with it."""

    @property
    def house(self) -> House:
        return self.settings["house"]

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def prepare(self) -> None:
        host = urlsplit(f"//{self.request.host}").hostname
        if "*" not in self.house.names and host not in self.house.names:
            raise tornado.web.HTTPError(403)  # another name for this machine: someone is guessing

    @property
    def language(self) -> str:
        chosen = self.get_cookie("crmkit_language")
        return chosen if chosen in LANGUAGES else self.house.language

    def get_current_user(self) -> Learner | None:
        name = self.get_signed_cookie("crmkit_who", max_age_days=DAYS)
        return self.house.learner(name.decode()) if name else None

    @property
    def is_trainer(self) -> bool:
        return self.get_signed_cookie("crmkit_trainer", max_age_days=1) == b"yes"

    @property
    def may_teach(self) -> bool:
        """Whether they may see what is for trainers: alone on their own machine everybody may."""
        return self.is_trainer if self.house.group else self.current_user is not None

    @property
    def staff(self) -> str | None:
        staff = self.get_signed_cookie("crmkit_staff", max_age_days=DAYS)
        return staff.decode() if staff else None

    def set_kept(self, name: str, value: str) -> None:
        self.set_signed_cookie(
            name, value, expires_days=DAYS, httponly=True, samesite="Strict",
            secure=self.request.protocol == "https",
        )  # fmt: skip

    def enter(self, who: Learner) -> None:
        self.set_kept("crmkit_who", who.name)
        who.prepare()

    def show(self, template: str, **more: Any) -> None:
        with use_language(self.language):
            self.render(
                template,
                _=_, label=label, language=self.language, house=self.house, who=self.current_user,
                theme=self.get_cookie("crmkit_theme", ""), is_trainer=self.is_trainer,
                may_teach=self.may_teach,
                here=self.request.uri, trees=more.pop("trees", None), tour=self.tour(), **more,
            )  # fmt: skip

    def tour(self) -> tuple[str, list[tour.Step]] | None:
        """The name of this page's tour and its steps, where there is one."""
        return None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_default_headers()
        if not isinstance(self.settings.get("house"), House):
            return self.finish(str(status_code))
        with use_language(self.language):
            words = {
                403: _("This page is not for you, or it was open too long. Go back and try again."),
                404: _("There is no such page."),
            }.get(status_code, _("That did not work. Nothing you entered is lost: try again."))
        self.show("told.html", title=str(status_code), words=words)
        return None


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
        tracks = await self.house.do(self._tracks)
        roles = await self.house.do(self._roles)
        return self.show("home.html", tracks=tracks, roles=roles)

    def tour(self) -> tuple[str, list[tour.Step]]:
        return "start", tour.start_page()

    def _roles(self) -> tuple[str, list[tuple[str, str]]]:
        from crmkit.learn.authored import say

        with self.current_user.at_start(self.language):
            known = journey._tracks()
            return journey.role(), [(one, say(known[one]["title"])) for one in journey.ROLES if one in ("cashier", "sales", "inventory")]  # fmt: skip

    def _tracks(self) -> list[dict]:
        """What there is, track by track, and how far this learner has come."""
        from crmkit.learn.course import NO_CODE

        here = {one.id: one for one in self.house.contents(self.language)}
        asked = [here[one] for one in journey.before_and_after().values() if one in here]
        cases = [here[one] for one in journey.for_everyone() if one in here]
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
                        "tests": [one for one in asked if journey.track_of(one.id) == track],
                        "cases": cases if track == "foundations" else [],
                    }
                )  # fmt: skip
        return found


class SignIn(Page):
    """The door: the trainer's password, or a name on the list and a code."""

    def get(self, wrong: str = "", chosen: str = "") -> None:
        self.show("sign_in.html", wrong=wrong, group=self.house.group, chosen=chosen)

    async def post(self) -> None:
        name = self.get_body_argument("name", "")[:60]
        code = self.get_body_argument("code", "")[:100]
        with use_language(self.language):
            try:
                if self.house.group is None:
                    await asyncio.sleep(0.3)
                    if not secrets.compare_digest(code.encode(), self.house.password.encode()):
                        raise CrmkitError(_("That is not the password."))
                    who = self.house.alone
                else:
                    who = await self.house.do(self.house.group.sign_in, name, code)
                await self.house.do(self.enter, who)
            except CrmkitError as error:
                return self.get(str(error), name)
        return self.redirect("/")


class SignOut(Page):
    def post(self) -> None:
        for name in ("crmkit_who", "crmkit_staff", "crmkit_trainer"):
            self.clear_cookie(name)
        self.redirect("/sign-in")


class Choose(Page):
    """Language and theme: kept in the browser."""

    def post(self) -> None:
        language = self.get_body_argument("language", "")
        theme = self.get_body_argument("theme", "")
        if language in LANGUAGES:
            self.set_cookie("crmkit_language", language, expires_days=365, samesite="Strict")
        if theme in ("light", "dark"):
            self.set_cookie("crmkit_theme", theme, expires_days=365, samesite="Strict")
        back = self.get_body_argument("back", "/")
        self.redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")


class Role(Page):
    @tornado.web.authenticated
    async def post(self) -> None:
        chosen = self.get_body_argument("role", "")
        if chosen in journey.ROLES:
            with self.current_user.at_start(self.language):
                records.note("role", "start", chosen, "chosen")
        self.redirect("/")


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
            way = journey.Way()
            following = way.next()
            wanted = following.id if following and following.id != lesson.id else None
            other = [one for one in self.house.contents(self.language) if one.id == wanted]
            track = journey.track_of(lesson.id)
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
    async def get(self, track: str, wrong: str = "") -> None:
        with use_language(self.language):
            title = journey.titles().get(track)
        if title is None:
            raise tornado.web.HTTPError(404)
        self.show("certificate.html", track=track, title=title, wrong=wrong)

    @tornado.web.authenticated
    async def post(self, track: str) -> None:
        name = self.get_body_argument("name", "")
        try:
            page = await self.house.do(self._written, track, name)
        except CrmkitError as error:
            return await self.get(track, str(error))
        self.set_header("Content-Type", "application/pdf")
        self.set_header("Content-Disposition", f'attachment; filename="certificate-{track}.pdf"')
        return self.finish(page)

    def _written(self, track: str, name: str) -> bytes:
        who = self.current_user
        with tempfile.TemporaryDirectory() as folder, who.at_start(self.language):
            if self.house.group is None:
                return certificates.certificate(name, track, folder).read_bytes()
            course = self.house.course
            return certificates.of_class(course, who.name, who.shown, track, folder).read_bytes()


class ShopPage(Page):
    """The practice shop's door: who signs in."""

    @tornado.web.authenticated
    async def get(self, wrong: str = "") -> None:
        if self.staff and not wrong and self.get_query_argument("change", None) is None:
            return self.redirect("/shop/till")
        team = await self.house.do(self._team)
        return self.show("shop_door.html", team=team, wrong=wrong)

    def _team(self) -> list:
        with self.current_user.at_start(self.language):
            shop = self.current_user.shop(None, self.language)
            try:
                return list(shop.office.team())
            finally:
                shop.close()

    @tornado.web.authenticated
    async def post(self) -> None:
        staff = self.get_body_argument("staff", "")[:40]
        password = self.get_body_argument("password", "") or None
        try:
            await self.house.do(self._let_in, staff, password)
        except PracticeError as error:
            return await self.get(str(error))
        self.set_kept("crmkit_staff", staff)
        return self.redirect("/shop/till")

    def _let_in(self, staff: str, password: str | None) -> None:
        with self.current_user.at_start(self.language):
            shop = self.current_user.shop(None, self.language)
            try:
                shop.as_staff(staff, password=password)
            finally:
                shop.close()


class ShopReset(Page):
    @tornado.web.authenticated
    async def post(self) -> None:
        if self.current_user.shops is not None:  # the shop of a whole class is not one learner's
            raise tornado.web.HTTPError(403)
        await self.house.do(self.current_user.reset_shop, self.language)
        self.clear_cookie("crmkit_staff")
        self.redirect("/shop")


class DeskPage(Page):
    """One desk of the practice shop."""

    @tornado.web.authenticated
    async def get(self, name: str) -> None:
        if not self.staff:
            return self.redirect("/shop")
        who = self.current_user
        who.last_page, who.last_seen = f"/shop/{name}", time.time()
        try:
            trees, person = await self.house.do(self._prepared, name)
        except PracticeError:
            self.clear_cookie("crmkit_staff")
            return self.redirect("/shop?change=1")
        return self.show("desk.html", desk=name, desks=DESKS, person=person, trees=trees)

    def tour(self) -> tuple[str, list[tour.Step]]:
        return "shop", tour.practice_shop(self.current_user.shops is None)

    def _prepared(self, name: str) -> tuple:
        who, staff = self.current_user, self.staff
        screens = who.open_desk(name, staff, self.language)
        with who.at_start(self.language):
            shop = who.shop(staff, self.language)
            person, roles = shop.staff, {one.id: one.roles for one in shop.office.team()}
            shop.close()
            trees = {number: one.tree for number, one in screens.items()}
            roles = [label("role", one) for one in roles.get(person.id, ())]
        return trees, (person.name, person.id, person.store_id, roles)


class Live(tornado.websocket.WebSocketHandler, Page):
    """The line between a page and its screens."""

    screens: dict[int, Screen] | None = None

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
            self.screens = await self.house.do(self._opened, kind, name)
        except (PracticeError, CrmkitError):
            self.screens = None
        if self.screens is None:
            return self.close(4404)
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
            return lesson and self.of.open_lesson(lesson)
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


class Board(Page):
    """The trainer's: who is where, and who waits for help."""

    def get(self, wrong: str = "") -> None:
        if self.house.group is None:
            raise tornado.web.HTTPError(404)
        if not self.is_trainer:
            return self.show("trainer_door.html", wrong=wrong)
        from crmkit.serve.command import as_picture

        address = self.house.address or f"{self.request.protocol}://{self.request.host}"
        return self.show(
            "board.html", rows=self._rows(), codes=read(self.house.group._codes), address=address,
            picture=as_picture(address),
        )  # fmt: skip

    def _rows(self) -> list[dict]:
        titles = {one.address: one.title for one in self.house.contents(self.language)}
        with use_language(self.language):
            short = journey.short_names()
        rows = []
        for who in self.house.group.people.values():
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
        course, found = self.house.course, {}
        with use_language(self.language):
            for name in slides.lessons(course):
                title = pages.Lesson(course, name, self.language, False).title
                said = slides.trainers_notes(course, name, self.language)
                found.setdefault(name.split("/")[0].partition("-")[2], []).append(
                    (name, title, said)
                )
            titles = journey.titles()
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


class Asset(Page):
    """Scripts and styles: the kit's own, from the package, nothing from elsewhere."""

    KNOWN = {"screen.js": "text/javascript", "page.js": "text/javascript", "tour.js": "text/javascript", "screen.css": "text/css", "page.css": "text/css"}  # fmt: skip

    def get(self, name: str) -> None:
        if name not in self.KNOWN:
            raise tornado.web.HTTPError(404)
        if name == "screen.css":
            body = style()
        elif name == "screen.js":
            body = (FILES / "screen.js").read_text("utf-8")
        else:
            body = (HERE / "pages" / name).read_text("utf-8")
        self.set_header("Content-Type", f"{self.KNOWN[name]}; charset=utf-8")
        self.set_header("Cache-Control", "max-age=31536000, immutable")
        self.finish(body)


class Nothing(Page):
    def get(self) -> None:
        raise tornado.web.HTTPError(404)

    post = get


def application(house: House) -> tornado.web.Application:
    """The pages of this house."""
    desks = "|".join(DESKS)
    return tornado.web.Application(
        [
            (r"/", Home),
            (r"/sign-in", SignIn),
            (r"/sign-out", SignOut),
            (r"/choose", Choose),
            (r"/role", Role),
            (r"/(lesson|exercise)/([\w./-]+)", LessonPage),
            (r"/hand-in/([\w-]+)", HandIn),
            (r"/certificate/(\w+)", CertificatePage),
            (r"/shop", ShopPage),
            (r"/shop-reset", ShopReset),
            (rf"/shop/({desks})", DeskPage),
            (r"/live", Live),
            (r"/board", Board),
            (r"/trainer", Trainer),
            (r"/slides/([\w./-]+)", Slides),
            (r"/asset/\w+/([\w.]+)", Asset),
        ],
        house=house,
        open=set(),
        cookie_secret=house.secret,
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"samesite": "Strict"},
        login_url="/sign-in",
        template_path=str(HERE / "pages"),
        default_handler_class=Nothing,
        websocket_max_message_size=2**20,
        websocket_ping_interval=20,
        log_function=_log,
    )


def _log(handler: tornado.web.RequestHandler) -> None:
    """Paths and times only: what people type and who they are is not for a log."""
    logging.getLogger("crmkit.page").debug(
        "%s %s %s %.0f ms", handler.get_status(), handler.request.method, handler.request.path,
        1000 * handler.request.request_time(),
    )  # fmt: skip


def serve(
    course: Course,
    language: str,
    *,
    port: int = 8899,
    host: str = "127.0.0.1",
    password: str | None = None,
    roster: Path | None = None,
    one_shop: bool = False,
    ready: Callable[[House, str], None] | None = None,
) -> None:
    """Serve the course until it is stopped; `ready` is told the address once the page answers.

    On other interfaces than this machine's own only with a roster or a password.
    """
    own = host in LOOPBACK
    if not own and not (password or roster):
        raise CrmkitError(_("For others than this machine a password or a roster is needed."))
    if password is not None and len(password) < 8:
        raise CrmkitError(_("The password has at least eight characters."))
    house = House(
        course,
        language,
        password=password or secrets.token_urlsafe(12),
        roster=roster,
        one_shop=one_shop,
        names=LOOPBACK if own else ("*",),
    )

    async def main() -> None:
        sockets = tornado.netutil.bind_sockets(port, host)
        server = tornado.httpserver.HTTPServer(application(house), max_body_size=2**20)
        server.add_sockets(sockets)
        house.threads.submit(house.warm)
        if ready:
            shown = "127.0.0.1" if own else host
            ready(house, f"http://{shown}:{sockets[0].getsockname()[1]}")
        await asyncio.Event().wait()

    asyncio.run(main())
