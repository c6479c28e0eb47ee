"""The server: which address gets which page, and who may reach it."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from pathlib import Path

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.errors import CrmkitError
from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.panels import DESKS
from crmkit.screen import FILES, style
from crmkit.serve.course_pages import CertificatePage, HandIn, Home, LessonPage
from crmkit.serve.door import Choose, Role, SignIn, SignOut
from crmkit.serve.handler import Page
from crmkit.serve.house import LOOPBACK, House
from crmkit.serve.live import Live
from crmkit.serve.shop_pages import DeskPage, ShopPage, ShopReset
from crmkit.serve.trainer_pages import Board, Slides, Trainer

HERE = Path(__file__).parent


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
