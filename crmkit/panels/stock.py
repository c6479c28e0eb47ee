"""The stock room on screen: what is where, counting blind, goods on the way."""

from typing import Any

from crmkit.codes import RESERVATION_STATUSES
from crmkit.i18n import gettext as _
from crmkit.i18n import ngettext
from crmkit.panels.general import Desk, operations_of, screen
from crmkit.panels.logic.desk import whole
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, money, table
from crmkit.practice import Shop
from crmkit.practice.display import name_of
from crmkit.practice.errors import BadValue
from crmkit.screen import Part, Screen, parts


class StockRoom(Desk):
    name = "stock"
    operations = operations_of("stock")

    def __init__(self, shop: Shop):
        self.sheet: Any = None
        self.report: Any = None
        self.named: dict[str, str] = {}
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
            "kept": (_("Kept for customers"), Listed("stock.list_reservations", {"status": (RESERVATION_STATUSES, "reservation_status")})),
            "counts": (_("Earlier stocktakes"), Listed("stock.list_counts", {})),
        }  # fmt: skip

    def _look(self) -> Part:
        found = None
        if self.looked:
            product = self.looked
            found = parts.card(
                table(_("In every store"), self.shop.stock.everywhere(product.id)),
                parts.button(
                    _("Keep some for a customer"),
                    "look.keep",
                    product.id,
                    why=self.work.why_not("stock.reserve"),
                ),
                table(
                    _("What moved here, the latest first"),
                    self.shop.stock.passbook(product.id, limit=20),
                ),
                title=product.name,
                icon="stock",
            )
        return parts.column(
            parts.field("goods", _("Barcode, number or a word of the name"), act="look", scan=True, focus=True, shortcut="F2"),
            found,
        )  # fmt: skip

    def look(self, codes: Any, _values: dict) -> None:
        self.work.said = None
        found = self._one(str(codes[-1] if isinstance(codes, list) else codes))
        if found:
            self.looked = found

    def _one(self, words: str) -> Any:
        """The product that these words mean; None, and which there are, where several do."""
        found = self.shop.stock.find(words)
        if len(found) == 1:
            return found[0]
        self.work.tell("info", _("Several fit: {names}").format(names=_("; ").join(f"{p.id} {p.name}" for p in found[:8])))  # fmt: skip
        return None

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
        rows = [
            [name, id_, _("counted") if id_ in done else _("not counted yet")]
            for id_, name in left_first
        ]
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
                        parts.form(
                            "count.close",
                            parts.field("causes", _("What you know of the reason (optional)"), lines=2, rev=turn, help=_("One a line: P0001 broken")),
                            parts.button(_("Close the count"), kind="primary", icon="lock", why=self.work.why_not("stock.close_count")),
                            once=self.keys("count.close"),
                        ),
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
                    f"{line.product_id} {self.named[line.product_id]}",
                    str(line.book),
                    str(line.counted),
                    f"{line.difference:+d}",
                    money(line.value),
                    f"{now - line.counted:+d}",
                    line.cause or "",
                ]
            )
        heads = [
            _("Goods"),
            _("By the book when counted"),
            _("Counted"),
            _("Difference"),
            _("At cost"),
            _("Moved since counted"),
            _("Reason"),
        ]
        left = [f"{one} {self.named[one]}" for one in self.report.uncounted]
        return parts.card(
            parts.table(_("Every product that was counted"), heads, rows),
            parts.text(_("Not counted, and left as they are: {goods}").format(goods=_("; ").join(left)), "quiet") if left else None,
            title=_("What the count found"), icon="check",
        )  # fmt: skip

    def open_count(self, typed: dict, key: str) -> None:
        names = str(typed.get("products") or "").replace(",", " ").split() or None
        self.sheet, self.report = self.shop.stock.open_count(names, key=key), None

    def count_one(self, typed: dict, key: str) -> None:
        product = self._one(str(typed.get("product") or ""))
        if product is None:
            return
        many = whole(typed.get("counted"))
        self.sheet = self.shop.stock.count(self.sheet.stocktake_id, product.id, many, key=key)
        self.work.tell("right", f"{product.name} × {many}")

    def close_count(self, typed: dict, key: str) -> None:
        lines = [line.split(maxsplit=1) for line in str(typed.get("causes") or "").splitlines()]
        unclear = [line[0] for line in lines if len(line) == 1]
        if unclear:
            words = _("{product}: write the reason behind the goods, such as P0001 broken.")
            raise BadValue(words.format(product=unclear[0]))
        causes = {line[0]: line[1] for line in lines if line}
        self.report = self.shop.stock.close_count(self.sheet.stocktake_id, causes=causes, key=key)
        self.named, self.sheet = dict(self.sheet.products), None
        self.work.tell("right", _("Stocktake {id} is closed.").format(id=self.report.stocktake_id))

    def _way(self) -> Part:
        here = self.shop.staff.store_id
        cards = []
        for one in self.shop.stock.open_transfers():
            lines = [
                f"{line.product_id} × {line.in_transit}" for line in one.lines if line.in_transit
            ]
            mine = one.to_store_id == here
            cards.append(
                parts.card(
                    parts.row(parts.chip(name_of(one.from_store_id)), parts.text("→"), parts.chip(name_of(one.to_store_id), "right" if mine else "info")),
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
            "look.keep": lambda product, _v: self.begin("stock.reserve", product_id=product),
            "begin": lambda operation, _v: self.begin(str(operation)),
            "count.open": lambda _a, typed: self.once("count.open", self.open_count, typed),
            "count.fetch": lambda number, _v: setattr(self, "sheet", self.shop.stock.count_sheet(number)),
            "count.one": lambda _a, typed: self.once("count.one", self.count_one, typed),
            "count.close": lambda _a, typed: self.once("count.close", self.close_count, typed),
            "count.leave": lambda _a, _v: setattr(self, "sheet", None),
            "way.accept": self.accept,
            "way.part": lambda number, _v: self.begin("stock.accept", transfer_id=number),
        }  # fmt: skip


def panel(shop: Shop) -> Screen:
    """The stock room of this shop."""
    return screen(StockRoom(shop))
