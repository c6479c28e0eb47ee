"""The stock room on screen: what is where, counting blind, goods on the way."""

from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import ngettext
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.desk import whole
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, money, table
from crmkit.practice import Shop
from crmkit.screen import Part, Screen, parts


class StockRoom(Desk):
    name = "stock"
    operations = operations_of("stock")

    def __init__(self, shop: Shop):
        self.sheet: Any = None
        self.report: Any = None
        self.looked: Any = None
        super().__init__(shop)

    def pages(self) -> dict:
        return {
            "look": (_("Where is it?"), self._look),
            "count": (_("Stocktake"), self._count),
            "way": (_("On the way"), self._way),
            "order": (_("To order"), self._order),
        }

    def listed(self) -> dict:
        return {
            "range": (_("The range"), Listed("stock.list_products", {}, ("id", "name", "list_price", "-list_price"), words=True)),
            "counts": (_("Earlier stocktakes"), Listed("stock.list_counts", {})),
        }  # fmt: skip

    def _look(self) -> Part:
        found = None
        if self.looked:
            product, where = self.looked
            found = parts.card(
                table(_("In every store"), where),
                table(_("What moved here"), self.shop.stock.passbook(product.id, limit=15)),
                title=product.name,
                icon="stock",
            )
        return parts.column(
            parts.field("goods", _("Barcode, number or a word of the name"), act="look", scan=True, focus=True, shortcut="F2"),
            found,
        )  # fmt: skip

    def look(self, codes: Any, _values: dict) -> None:
        words = str(codes[-1] if isinstance(codes, list) else codes)
        found = self.shop.stock.find(words)
        self.work.said = None
        if len(found) > 1:
            self.work.tell("info", _("Several fit: {names}").format(names=_("; ").join(f"{p.id} {p.name}" for p in found[:8])))  # fmt: skip
            return
        self.looked = found[0], self.shop.stock.everywhere(found[0].id)

    def _count(self) -> Part:
        why = cannot(self.work, "stock.count")
        if why:
            return why
        turn = self.work.turn
        if self.sheet is None:
            running = [one for one in self.shop.stock.list_counts(size=20).rows if one.status == "open"]  # fmt: skip
            return parts.column(
                *(parts.button(_("Go on with stocktake {id}").format(id=one.id), "count.fetch", one.id, icon="fetch", kind="primary") for one in running),
                parts.card(
                    parts.text(_("You count what is there; what the book says stays hidden until the count is closed."), "quiet"),
                    parts.form(
                        "count.open",
                        parts.field("products", _("Goods to count (numbers with blanks between them)"), rev=turn),
                        parts.button(_("Begin the count"), kind="primary", icon="list", why=self.work.why_not("stock.open_count")),
                        once=self.keys("count.open"),
                    ),
                    title=_("A new stocktake"),
                    icon="list",
                ),
                self._found() if self.report else None,
            )  # fmt: skip
        done = set(self.sheet.counted)
        left_first = sorted(self.sheet.products, key=lambda one: one[0] in done)
        rows = [[name, id_, _("counted") if id_ in done else _("open")] for id_, name in left_first]
        counted = len(done)
        return parts.column(
            parts.row(
                parts.column(
                    parts.form(
                        "count.one",
                        parts.row(
                            parts.field("product", _("Scan or type the goods"), rev=turn, focus=True),
                            parts.field("counted", _("Counted"), rev=turn, numeric=True),
                            parts.button(_("Note it"), kind="primary", icon="check"),
                        ),
                        once=self.keys("count.one"),
                    ),
                    parts.table(_("{n} of {all} counted").format(n=counted, all=len(rows)), [_("Goods"), _("Number"), _("State")], rows),
                    grow=3,
                ),
                parts.column(
                    parts.card(
                        parts.text(_("What is not counted stays as it is: it is not zero."), "quiet"),
                        parts.button(_("Close the count"), "count.close", kind="primary", icon="lock", once=self.keys("count.close"), why=self.work.why_not("stock.close_count")),
                        parts.button(_("Go away, go on later"), "count.leave", kind="quiet"),
                        title=_("Stocktake {id}").format(id=self.sheet.stocktake_id),
                    ),
                    grow=1,
                ),
            )
        )  # fmt: skip

    def _found(self) -> Part:
        """What the count found, and what moved while it went on."""
        rows = []
        for line in self.report.lines:
            now = self.shop.stock.look(line.product_id).on_hand
            rows.append(
                [
                    line.product_id,
                    str(line.book),
                    str(line.counted),
                    f"{line.difference:+d}",
                    money(line.value),
                    f"{now - line.counted:+d}",
                ]
            )
        heads = [
            _("Goods"),
            _("By the book when counted"),
            _("Counted"),
            _("Difference"),
            _("At cost"),
            _("Moved since counted"),
        ]
        left = self.report.uncounted
        return parts.card(
            parts.table(_("Every product that was counted"), heads, rows),
            parts.text(_("Not counted, and left as they are: {goods}").format(goods=_("; ").join(left)), "quiet") if left else None,
            title=_("What was found"), icon="check",
        )  # fmt: skip

    def open_count(self, typed: dict, key: str) -> None:
        names = str(typed.get("products") or "").replace(",", " ").split() or None
        self.sheet, self.report = self.shop.stock.open_count(names, key=key), None

    def count_one(self, typed: dict, key: str) -> None:
        product = self.shop.stock.find(str(typed.get("product") or ""))[0]
        many = whole(typed.get("counted"))
        self.sheet = self.shop.stock.count(self.sheet.stocktake_id, product.id, many, key=key)
        self.work.tell("right", f"{product.name}: {many}")

    def close_count(self, key: str) -> None:
        self.report = self.shop.stock.close_count(self.sheet.stocktake_id, key=key)
        self.sheet = None

    def _way(self) -> Part:
        here = self.shop.staff.store_id
        cards = []
        for one in self.shop.stock.open_transfers():
            lines = [f"{line.product_id} × {line.in_transit}" for line in one.lines]
            mine = one.to_store_id == here
            cards.append(
                parts.card(
                    parts.row(parts.chip(one.from_store_id), parts.text("→"), parts.chip(one.to_store_id, "right" if mine else "info")),
                    parts.items(*(parts.text(line) for line in lines)),
                    parts.button(_("All of it has come"), "way.accept", one.id, kind="primary", icon="check",
                                 once=self.keys(f"accept-{one.id}"), why=self.work.why_not("stock.accept") if mine else _("It is for another store."))
                    if mine else None,
                    parts.button(_("Something is missing or too much"), "way.part", one.id) if mine else None,
                    title=_("Transfer {id}").format(id=one.id), icon="truck",
                )
            )  # fmt: skip
        return parts.column(
            *(cards or [parts.text(_("Nothing is on the way."), "quiet")]),
            parts.row(
                parts.button(_("Send goods to another store"), "begin", "stock.send", icon="truck", why=self.work.why_not("stock.send")),
                parts.button(_("Goods came from a supplier"), "begin", "stock.receive", icon="stock", why=self.work.why_not("stock.receive")),
            ),
        )  # fmt: skip

    def accept(self, transfer: Any, _values: dict) -> None:
        one = self.shop.stock.transfer(transfer)
        units = [(line.product_id, line.in_transit) for line in one.lines if line.in_transit]
        self.shop.stock.accept(one.id, units, key=self.keys(f"accept-{one.id}"))
        self.work.tell("right", _("Transfer {id} has come.").format(id=one.id))

    def _order(self) -> Part:
        if not self.work.may("stock.to_reorder"):
            return cannot(self.work, "stock.to_reorder")
        low = self.shop.stock.to_reorder()
        words = ngettext("{n} product has fallen to its reorder point.", "{n} products have fallen to their reorder point.", len(low))  # fmt: skip
        return parts.column(
            parts.text(words.format(n=len(low))),
            table(_("To order"), low),
            parts.button(_("Order from a supplier"), "begin", "stock.order", icon="truck", why=self.work.why_not("stock.order")),
        )  # fmt: skip

    def own_acts(self) -> dict:
        return {
            "look": self.look,
            "begin": lambda operation, _v: self.begin(str(operation)),
            "count.open": lambda _a, typed: self.once("count.open", self.open_count, typed),
            "count.fetch": lambda number, _v: setattr(self, "sheet", self.shop.stock.count_sheet(number)),
            "count.one": lambda _a, typed: self.once("count.one", self.count_one, typed),
            "count.close": lambda _a, _v: self.once("count.close", self.close_count),
            "count.leave": lambda _a, _v: setattr(self, "sheet", None),
            "way.accept": self.accept,
            "way.part": lambda number, _v: self.begin("stock.accept", transfer_id=number),
        }  # fmt: skip


def panel(shop: Shop) -> Screen:
    """The stock room of this shop."""
    return screen(StockRoom(shop))
