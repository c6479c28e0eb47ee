"""The practice shop as pages: its door and its desks."""

import time

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

from crmkit.i18n import label
from crmkit.panels import DESKS
from crmkit.practice.errors import PracticeError
from crmkit.serve import tour
from crmkit.serve.handler import Page


class ShopPage(Page):
    """The practice shop's door: who signs in."""

    @tornado.web.authenticated
    async def get(self) -> None:
        if self.staff and self.get_query_argument("change", None) is None:
            return self.redirect("/shop/till")
        return await self._ask()

    async def _ask(self, wrong: str = "") -> None:
        team = await self.house.do(self._team)
        self.show("shop_door.html", team=team, wrong=wrong)

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
            desk = await self.house.do(self._let_in, staff, password)
        except PracticeError as error:
            return await self._ask(str(error))
        self.set_kept("crmkit_staff", staff)
        return self.redirect(f"/shop/{desk}")

    def _let_in(self, staff: str, password: str | None) -> str:
        """Let them in; the desk they come to: the stock room where they may not use the till."""
        with self.current_user.at_start(self.language):
            shop = self.current_user.shop(None, self.language)
            try:
                who = shop.as_staff(staff, password=password)
                return "till" if who.may("till.sell") else "stock"
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
            person = shop.staff
            roles = next((one.roles for one in shop.office.team() if one.id == person.id), ())
            shop.close()
            trees = {number: one.tree for number, one in screens.items()}
        shown = [label("role", one) for one in roles]
        return trees, (person.name, person.id, person.store_id, shown)
