"""Who comes in, as whom, in which language."""

import asyncio
import secrets

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, use_language
from crmkit.i18n import gettext as _
from crmkit.learn import records, tracks
from crmkit.serve.handler import Page


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
        if chosen in tracks.ROLES:
            with self.current_user.at_start(self.language):
                records.note("role", "start", chosen, "chosen")
        self.redirect("/")
