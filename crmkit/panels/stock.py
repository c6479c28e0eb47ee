"""The stock room on screen: what is where, counting blind, goods on the way."""

from collections.abc import Collection
from typing import Any

from crmkit.codes import RESERVATION_STATUSES
from crmkit.i18n import gettext as _
from crmkit.i18n import ngettext
from crmkit.labels import short_day
from crmkit.panels.counting import Counting
from crmkit.panels.dates import Dating
from crmkit.panels.general import operations_of, screen
from crmkit.panels.logic.desk import counted
from crmkit.panels.logic.lists import Listed
from crmkit.panels.shown import cannot, operation_label, table
from crmkit.practice import Shop
from crmkit.practice.display import name_of
from crmkit.practice.errors import BadValue, PracticeError
from crmkit.screen import Part, Screen, parts


def _ends() -> dict[str, str]:
    """What can become of a piece that was sent here."""
    return {
        "received": _("Received"),
        "lost": _("Broken or lost"),
        "sent_back": _("Sent back"),
        "surplus": _("Too many came"),
    }


_ICONS = {"stock.send": "truck", "stock.receive": "stock", "stock.order": "truck"}


def _coming(transfer: Any) -> list:
    return [line for line in transfer.lines if line.in_transit]


def _pieces_of(line: Any) -> str:
    return f"{line.product_id} {line.product} × {line.in_transit}"


class StockRoom(Counting, Dating):
    name = "stock"
    operations = operations_of(
        "stock", without=("stock.reserve", "stock.release", "stock.keeps_dates")
    )
    looked: Any = None
    choices: tuple = ()
    parted: Any = None
    """The transfer of which the pieces are being named."""

    def pages(self) -> dict:
        return {
            "look": (_("Where is it?"), self._look),
            "count": (_("Stocktake"), self._count),
            "way": (_("Goods in and out"), self._way),
            "order": (_("To order"), self._order),
            "dates": (_("Best before"), self._dates),
        }

    def listed(self) -> dict:
        return {
            "range": (_("The range"), Listed("stock.list_products", {}, ("id", "name", "list_price", "-list_price"), words=True)),
            "kept": (_("Kept for customers"), Listed("stock.list_reservations", {"status": (RESERVATION_STATUSES, "reservation_status")})),
            "counts": (_("Earlier stocktakes"), Listed("stock.list_counts", {})),
        }  # fmt: skip

    def _look(self) -> Part:
        field = parts.field("goods", _("Barcode, number or words of the name"), act="look", scan=True, focus=True, shortcut="F2")  # fmt: skip
        several = [
            parts.button(f"{one.id} {one.name}", "look", one.id, kind="small")
            for one in self.choices
        ]
        return parts.column(
            *self.marked("look", field),
            parts.card(*several, title=_("Several fit: which one is it?")) if several else None,
            self._found_goods() if self.looked else None,
        )

    def _found_goods(self) -> Part:
        product, turn = self.looked, self.work.turn
        counted = self.shop.stock.look(product.id).on_hand is None
        words = _("It is being counted: system stock is shown when the count is closed.")
        return parts.card(
            parts.message("info", words) if counted else None,
            table(_("In every store"), self.shop.stock.everywhere(product.id)),
            self._dates_of(product.id),
            self._not_to_be_sold(product),
            parts.head(_("Keep some for a customer")),
            parts.form(
                "look.keep",
                parts.row(
                    parts.field("keep/quantity", _("How many to keep"), "1", rev=turn, numeric=True),
                    parts.field("keep/member", _("For whom (member number, such as M000219)"), rev=turn),
                    parts.field("keep/days", _("For how many days"), "3", rev=turn, numeric=True),
                    parts.button(_("Keep them"), kind="primary", icon="check", why=self.work.why_not("stock.reserve")),
                ),
                *self.marked("look.keep"),
                once=self.keys("look.keep"),
            ),
            None if counted else table(_("What moved here, the latest first"), self.shop.stock.passbook(product.id, limit=20)),
            title=f"{product.id} {product.name}",
            icon="stock",
        )  # fmt: skip

    def _not_to_be_sold(self, product: Any) -> Part:
        """What can be done about goods that may not be sold: the till itself knows of nothing."""
        if not product.active:
            return parts.message("info", _("It is no longer sold: no till takes it."))
        first = _("Take it off the shelf first: the till sells whatever is scanned. What is past its date or damaged is written off; the supplier takes back what is theirs. To stop the product at every till, ask the manager: at the manager's board, under Everything else, “{what}”.")  # fmt: skip
        acts = ("stock.write_off", "stock.send_to_supplier")
        return parts.column(
            parts.head(_("May it not be sold?")),
            parts.text(first.format(what=operation_label("office.set_on_sale")), "quiet"),
            parts.row(
                *(
                    parts.button(operation_label(one), "look.off", one, kind="small", why=self.work.why_not(one))
                    for one in acts
                )
            ),
        )  # fmt: skip

    def take_off(self, operation: Any, _values: dict) -> None:
        """Turn to the form by which the product that was looked up leaves the book."""
        self.begin(str(operation), product_id=self.looked.id, units=f"{self.looked.id} ")

    def look(self, codes: Any, _values: dict) -> None:
        self.work.said = self.refused = self.looked = None
        self.choices = ()
        typed = str(codes[-1] if isinstance(codes, list) else codes)
        try:
            found = self.shop.stock.find(typed)
            if len(found) == 1:
                self.looked = found[0]
            else:
                self.choices = found
        except PracticeError as error:
            self.refused = ("look", "goods", str(error))

    def keep(self, typed: dict, key: str) -> None:
        """Keep some of what was looked up for a member, as the form says."""
        stock, product = self.shop.stock, self.looked
        asked = {
            "quantity": counted(typed.get("keep/quantity"), _("How many to keep")),
            "member_id": str(typed.get("keep/member") or "").strip(),
            "days": counted(typed.get("keep/days"), _("For how many days")),
        }
        if not asked["member_id"]:
            raise BadValue(_("For whom? Fill in the member's number, such as M000219."))
        number = stock.reserve(product.id, **asked, key=key)
        kept = next(
            one
            for one in stock.list_reservations(where={"product_id": product.id}).rows
            if one.id == number
        )
        words = _("Kept, number {id}: {goods} × {quantity}, for {who}, until {until}.")
        self.work.tell("right", words.format(id=number, goods=f"{product.id} {product.name}", quantity=kept.quantity, who=f"{kept.member} {kept.member_id}", until=f"{short_day(kept.until)} {kept.until:%H:%M}"))  # fmt: skip

    def release(self, number: Any, _values: dict) -> None:
        """What was kept may be sold again."""
        kept = self.shop.stock.release(number, key=self.keys(f"release-{number}"))
        words = _("Released, number {id}: {goods} × {quantity} can be sold again.")
        self.work.tell("right", words.format(id=number, goods=f"{kept.product_id} {kept.product}", quantity=kept.quantity))  # fmt: skip

    def _one(self, words: str, among: Collection[str] = ()) -> Any:
        """The product that these words mean, one of those `among` which it is looked for before
        others; None, and which there are, where several do."""
        known = self.shop.stock.find(words)
        found = [one for one in known if one.id in among] or list(known)
        if len(found) == 1:
            return found[0]
        self.work.tell("info", _("Several fit: {names}").format(names=_("; ").join(f"{p.id} {p.name}" for p in found[:8])))  # fmt: skip
        return None

    def _way(self) -> Part:
        cards = [self._transfer(one) for one in self.shop.stock.open_transfers()]
        return parts.column(
            *(cards or [parts.text(_("Nothing is on the way."), "quiet")]),
            self._ordered(),
            parts.row(
                *map(self._turns_to, ("stock.send", "stock.receive_order", "stock.receive", "stock.send_to_supplier")),
            ),
        )  # fmt: skip

    def _ordered(self) -> Part | None:
        """What suppliers still owe, each order with the way to receive it."""
        if not self.work.may("stock.list_orders"):
            return None
        rows = self.shop.stock.list_orders(where={"status": "open"}, size=20).rows

        def come(one: Any) -> Part:
            what = "stock.receive_order"
            says = f"{operation_label(what)} {one.id}"
            return parts.button(_("It has come"), "way.order", one.id, kind="small", says=says, why=self.work.why_not(what))  # fmt: skip

        return table(_("Ordered from suppliers, not here yet"), rows, more=come) if rows else None

    def receive_ordered(self, number: Any, _values: dict) -> None:
        """Turn to the form in which an order is received: all that is outstanding, or what came."""
        order = self.shop.stock.show_order(number)
        left = [f"{one.product_id} {one.outstanding}" for one in order.lines if one.outstanding]
        self.begin("stock.receive_order", order_id=f"{order.id}", units="\n".join(left))

    def _transfer(self, one: Any) -> Part:
        mine, why = one.to_store_id == self.shop.staff.store_id, self.work.why_not("stock.accept")
        days = (self.shop.now - one.sent_at).days
        ago = ngettext("Sent on {day}, {n} day ago", "Sent on {day}, {n} days ago", days)
        sent = ago if days else _("Sent today, {day}")
        buttons: list[Part] = []
        if mine and self.parted == one.id:
            buttons = [self._pieces(one)]
        elif mine:
            buttons = [
                parts.button(_("All of it has come"), "way.accept", one.id, kind="primary", icon="check", once=self.keys(f"accept-{one.id}"), why=why),
                parts.button(_("Something is missing or too much"), "way.part", one.id, why=why),
            ]  # fmt: skip
        else:
            why = self.work.why_not("stock.cancel_transfer")
            buttons = [parts.button(_("Call it back"), "way.back", one.id, once=self.keys(f"back-{one.id}"), why=why)]  # fmt: skip
        return parts.card(
            parts.row(parts.chip(name_of(one.from_store_id)), parts.text("→"), parts.chip(name_of(one.to_store_id), "right" if mine else "info")),
            parts.text(sent.format(day=short_day(one.sent_at), n=days), "quiet"),
            None if self.parted == one.id else parts.items(*(parts.text(_pieces_of(line)) for line in _coming(one))),
            *buttons,
            title=_("Transfer {id}").format(id=one.id), icon="truck",
        )  # fmt: skip

    def accept(self, transfer: Any, _values: dict) -> None:
        one = self.shop.stock.transfer(transfer)
        units = [(line.product_id, line.in_transit) for line in _coming(one)]
        self.shop.stock.accept(one.id, units, key=self.keys(f"accept-{one.id}"))
        told = _(", ").join(map(_pieces_of, _coming(one)))
        self.work.tell("right", _("All of transfer {id} has come: {goods}.").format(id=one.id, goods=told))  # fmt: skip

    def call_back(self, transfer: Any, _values: dict) -> None:
        stock = self.shop.stock
        told = _(", ").join(map(_pieces_of, _coming(stock.transfer(transfer))))
        stock.cancel_transfer(transfer, key=self.keys(f"back-{transfer}"))
        self.work.tell("right", _("Transfer {id} is called back: {goods}.").format(id=transfer, goods=told))  # fmt: skip

    def _pieces(self, transfer: Any) -> Part:
        """A line for each product of a transfer: what became of its pieces."""
        turn = self.work.turn
        fields = [
            part
            for line in _coming(transfer)
            for part in (
                parts.head(_pieces_of(line)),
                parts.row(
                    *(
                        parts.field(f"{kind}/{line.product_id}", words, rev=turn, numeric=True)
                        for kind, words in _ends().items()
                    )
                ),
            )
        ]
        return parts.form(
            "way.pieces",
            parts.text(_("Fill in what you see. What you leave empty stays on the way."), "quiet"),
            *self.marked("way.pieces", *fields),
            parts.button(_("Save"), kind="primary", icon="check"),
            arg=transfer.id,
            once=self.keys("way.pieces"),
        )

    def name_pieces(self, transfer: Any, _values: dict) -> None:
        self.parted = transfer
        self.work.said = self.refused = None

    def accept_pieces(self, typed: dict, key: str) -> None:
        """What became of the pieces of a transfer, product by product."""
        one = self.shop.stock.transfer(typed["id"])
        named = {line.product_id: f"{line.product_id} {line.product}" for line in one.lines}
        units = {
            kind: [
                (product, many)
                for product, name in named.items()
                if (
                    many := counted(
                        typed.get(f"{kind}/{product}") or "0", _(", ").join((name, words))
                    )
                )
            ]
            for kind, words in _ends().items()
        }
        done = self.shop.stock.accept(one.id, **units, key=key)
        told = [
            _("{field}: {why}").format(
                field=words, why=_(", ").join(f"{named[one]} × {many}" for one, many in units[kind])
            )
            for kind, words in _ends().items()
            if units[kind]
        ]
        left = sum(line.in_transit for line in done.lines)
        words = ngettext("Transfer {id}: {what}. {left} piece is still on the way.", "Transfer {id}: {what}. {left} pieces are still on the way.", left)  # fmt: skip
        self.work.tell("right", words.format(id=one.id, what=_("; ").join(told), left=left))
        self.parted = None

    def _order(self) -> Part:
        why = cannot(self.work, "stock.to_reorder")
        if why:
            return why
        low = self.shop.stock.to_reorder()
        words = ngettext("{n} product has fallen to its reorder point.", "{n} products have fallen to their reorder point.", len(low))  # fmt: skip
        return parts.column(
            parts.text(words.format(n=len(low)) if low else _("There is nothing to order.")),
            table(_("To order"), low) if low else parts.text(_("Only goods that have a reorder point here are looked at."), "quiet"),
            *map(self._turns_to, ("stock.set_reorder_rule", "stock.order")),
        )  # fmt: skip

    def _turns_to(self, operation: str) -> Part:
        return parts.button(operation_label(operation), "begin", operation, icon=_ICONS.get(operation), why=self.work.why_not(operation))  # fmt: skip

    def of_a_row(self) -> dict:
        held = {"only": lambda row: row.status == "held" and self.work.may("stock.release")}
        closed = {"only": lambda row: row.status in ("counted", "closed")}
        return {
            "kept": {"opens": "kept.release", "opener": _("No longer wanted")} | held,
            "counts": {"opens": "count.report", "opener": _("Result")} | closed,
        }

    def own_acts(self) -> dict:
        return {
            "look": self.look,
            "look.off": self.take_off,
            "look.keep": lambda _a, typed: self.note("look.keep", self.keep, typed),
            "kept.release": self.release,
            "begin": lambda operation, _v: self.begin(str(operation)),
            "dates.begin": self.begin_dated,
            "way.order": self.receive_ordered,
            "way.accept": self.accept,
            "way.back": self.call_back,
            "way.part": self.name_pieces,
            "way.pieces": lambda number, typed: self.note("way.pieces", self.accept_pieces, typed | {"id": number}),
        } | self.counting_acts()  # fmt: skip


def panel(shop: Shop) -> Screen:
    """The stock room of this shop."""
    return screen(StockRoom(shop))
