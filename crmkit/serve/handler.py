"""What every page does: who asks, in which language, what a browser may do with it."""

from typing import Any
from urllib.parse import urlsplit

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.i18n import LANGUAGES, label, use_language
from crmkit.i18n import gettext as _
from crmkit.serve import tour
from crmkit.serve.house import House
from crmkit.serve.people import Learner

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DAYS = 30


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
            self.finish(str(status_code))
            return
        with use_language(self.language):
            words = {
                403: _("This page is not for you, or it was open too long. Go back and try again."),
                404: _("There is no such page."),
            }.get(status_code, _("That did not work. Nothing you entered is lost: try again."))
        self.show("told.html", title=str(status_code), words=words)
