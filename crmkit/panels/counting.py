"""Counting blind on screen: the sheet, what was counted, and what the count found."""

import re
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk
from crmkit.panels.logic.desk import counted, signed
from crmkit.panels.logic.forms import codes
from crmkit.panels.shown import cannot, money
from crmkit.practice.errors import BadValue
from crmkit.screen import Part, parts

SOME = 5
"""So many of the goods that are not counted are named."""


class Counting(Desk):
    """The stock room's page of stocktakes."""

    sheet: Any = None
    report: Any = None
    asked = False
    """Whether they were asked, before closing, for what is not counted and for a reason."""
    beside = ""
    """Goods that are not on the list and were noted once."""
    again = False
    """Whether the number counted has to be typed once more, and not the goods."""

    def __init__(self, shop: Any):
        self.named: dict[str, str] = {}
        self.typed: dict[str, str] = {}
        super().__init__(shop)

    def _one(self, words: str) -> Any:
        raise NotImplementedError

    def _count(self) -> Part:
        why = cannot(self.work, "stock.count")
        if why:
            return why
        turn = self.work.turn
        running = self._running()
        if self.sheet is not None and self.sheet.stocktake_id not in [one.id for one in running]:
            self.sheet = None  # closed or cancelled elsewhere
        if self.sheet is None:
            return parts.column(
                *(parts.button(_("Go on with stocktake {id}").format(id=one.id), "count.fetch", one.id, icon="fetch", kind="primary") for one in running),
                parts.card(
                    parts.text(_("You count what is there; what the book says stays hidden until the count is closed."), "quiet"),
                    parts.form(
                        "count.open",
                        parts.field("products", _("Numbers of the goods to count; nothing for everything here"), rev=turn, lines=2, help=_("Several with blanks or commas between them.")),
                        parts.button(_("Begin the count"), kind="primary", icon="list", why=self.work.why_not("stock.open_count")),
                        once=self.keys("count.open"),
                    ),
                    title=_("A new stocktake"),
                    icon="list",
                ),
                self._found() if self.report else None,
            )  # fmt: skip
        done = dict(self.sheet.noted)
        left_first = sorted(self.sheet.products, key=lambda one: one[0] in done)
        rows = [
            [name, id_, str(done[id_]), parts.button(_("Take it back"), "count.undo", id_, kind="small")]
            if id_ in done
            else [name, id_, _("not counted yet"), ""]
            for id_, name in left_first
        ]  # fmt: skip
        return parts.column(
            parts.row(
                parts.column(
                    parts.form(
                        "count.one",
                        parts.row(
                            *self.marked(
                                "count.one",
                                parts.field("product", _("Scan or type the goods"), self.typed.get("product", ""), rev=turn, focus=not self.again, next=True),
                                parts.field("counted", _("Counted"), self.typed.get("counted", ""), rev=turn, numeric=True, focus=self.again),
                            ),
                            parts.button(_("Note it"), kind="primary", icon="check"),
                        ),
                        once=self.keys("count.one"),
                    ),
                    parts.table(_("{n} of {all} counted").format(n=len(done), all=len(rows)), [_("Goods"), _("Number"), _("You noted"), ""], rows),
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

    def _running(self) -> list[Any]:
        """The stocktakes that are open here."""
        return [one for one in self.shop.stock.list_counts(size=20).rows if one.status == "open"]

    @property
    def hidden(self) -> set[str]:
        """The goods that are being counted: nobody is shown what the book says of them."""
        sheets = [self.shop.stock.count_sheet(one.id) for one in self._running()]
        return {product for sheet in sheets for product, _name in sheet.products}

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
                    signed(line.difference),
                    money(line.value),
                    signed(now - line.counted),
                    line.cause or "",
                ]
            )
        heads = [
            _("Goods"),
            _("By the book when counted"),
            _("Counted"),
            _("Surplus (+) or shortage (−)"),
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
        names = codes(str(typed.get("products") or "")) or None
        self.sheet, self.report = self.shop.stock.open_count(names, key=key), None
        self.typed, self.asked, self.again, self.beside = {}, False, False, ""
        self.work.turn += 1  # nothing of an earlier count stands in the fields

    def count_one(self, typed: dict, key: str) -> None:
        self.typed, self.again = typed, False  # what is refused comes back into its fields
        self.work.turn += 1
        words = str(typed.get("product") or "").strip()
        if not words:
            raise BadValue(_("Scan or type the goods first."))
        product = self._one(words)
        if product is None:
            return
        if product.id not in dict(self.sheet.products) and self.beside != product.id:
            self.beside = product.id
            words = _(
                "{goods} is not on this list. Note it once more if it is to be counted with it."
            )
            raise BadValue(words.format(goods=f"{product.id} {product.name}"))
        self.again = True
        many = counted(typed.get("counted"), _("Counted"))
        self.sheet = self.shop.stock.count(self.sheet.stocktake_id, product.id, many, key=key)
        self.typed, self.again = {}, False
        self.work.tell("right", f"{product.id} {product.name} × {many}")

    def take_back(self, product: str, _values: dict) -> None:
        """What was noted for these goods counts no more: they are not counted yet."""
        self.sheet = self.shop.stock.recount(self.sheet.stocktake_id, [product])

    def close_count(self, typed: dict, key: str) -> None:
        told = str(typed.get("causes") or "").strip()
        lines = [re.split(r"[\s:：,，]+", line.strip(), maxsplit=1) for line in told.splitlines()]
        lines = [[one for one in line if one] for line in lines]
        unclear = [line[0] for line in lines if len(line) == 1]
        if unclear:
            words = _("{product}: write the reason behind the goods, such as P0001 broken.")
            raise BadValue(words.format(product=unclear[0]))
        done, all_ = dict(self.sheet.noted), dict(self.sheet.products)
        left = [f"{one} {name}" for one, name in all_.items() if one not in done]
        ask = []
        if left:
            ask.append(_("{n} of {all} are not counted yet: {goods}.").format(n=len(left), all=len(all_), goods=_("; ").join(left[:SOME])))  # fmt: skip
        if not told:
            ask.append(_("No reason is noted, such as P0001 broken."))
        if ask and not self.asked:
            self.asked = True
            raise BadValue(gap().join([*ask, _("If that is so, close the count once more.")]))
        causes = {line[0]: line[1] for line in lines if line}
        self.report = self.shop.stock.close_count(self.sheet.stocktake_id, causes=causes, key=key)
        self.named, self.sheet = dict(self.sheet.products), None
        self.work.tell("right", _("Stocktake {id} is closed.").format(id=self.report.stocktake_id))

    def counting_acts(self) -> dict:
        return {
            "count.open": lambda _a, typed: self.once("count.open", self.open_count, typed),
            "count.fetch": lambda number, _v: setattr(self, "sheet", self.shop.stock.count_sheet(number)),
            "count.one": lambda _a, typed: self.note("count.one", self.count_one, typed),
            "count.close": lambda _a, typed: self.once("count.close", self.close_count, typed),
            "count.undo": self.take_back,
            "count.leave": lambda _a, _v: setattr(self, "sheet", None),
        }  # fmt: skip
