"""Counting blind on screen: the sheet, what was counted, and what the count found."""

import re
from typing import Any

from crmkit.i18n import gap
from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk
from crmkit.panels.logic.desk import counted, signed
from crmkit.panels.logic.forms import codes
from crmkit.panels.shown import cannot, money, operation_label
from crmkit.practice import values
from crmkit.practice.display import on_shelf
from crmkit.practice.errors import BadValue
from crmkit.screen import Part, parts

SOME = 5
"""So many of the goods that are not counted are named."""


class Counting(Desk):
    """The stock room's page of stocktakes."""

    sheet: Any = None
    report: Any = None
    asked = False
    """Whether they were asked, before closing, for what is not counted, what differs a lot and a
    reason."""
    summed = False
    """Whether the result is shown with its sums: where it is read again, not where it is learnt."""
    beside: tuple[Any, int] | None = None
    """A product that is not in this count, and how many of it there are: is it to be added?"""
    missed: tuple[tuple[str, str], ...] = ()
    """What was typed and refused (goods, number), until these goods are noted."""

    def __init__(self, shop: Any):
        self.named: dict[str, str] = {}
        super().__init__(shop)

    def _one(self, words: str) -> Any:
        raise NotImplementedError

    def _count(self) -> Part:
        why = cannot(self.work, "stock.count")
        if why:
            return why
        turn = self.work.turn
        rows = self.shop.stock.list_counts(size=20).rows
        running = [one for one in rows if one.status == "open"]
        if self.sheet is not None and self.sheet.stocktake_id not in [one.id for one in running]:
            self.sheet = None  # closed or cancelled elsewhere
        if self.sheet is None:
            return parts.column(
                *(parts.button(_("Go on with stocktake {id}").format(id=one.id), "count.fetch", one.id, icon="fetch", kind="primary") for one in running),
                parts.card(
                    parts.text(_("You count what is there; system stock stays hidden until the count is closed."), "quiet"),
                    parts.form(
                        "count.open",
                        parts.field("products", _("Which products? Leave empty to count everything here."), rev=turn, lines=2, help=_("Their numbers, with spaces or commas between them.")),
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
                    self._add_it() if self.beside else None,
                    self._not_noted(),
                    parts.form(
                        "count.one",
                        parts.row(
                            *self.marked(
                                "count.one",
                                parts.field("product", _("Scan or type the goods"), rev=turn, focus=True, next=True),
                                parts.field("counted", _("Counted"), rev=turn, numeric=True),
                            ),
                            parts.button(_("Save"), kind="primary", icon="check"),
                        ),
                    ),
                    parts.table(_("{n} of {all} counted").format(n=len(done), all=len(rows)), [_("Goods"), _("Number"), _("Your count"), ""], rows),
                    grow=3,
                ),
                parts.column(
                    parts.card(
                        parts.text(_("What is not counted stays as it is: it is not zero."), "quiet"),
                        parts.form(
                            "count.close",
                            *self.marked("count.close", parts.field("causes", _("What you know of the reason (optional)"), lines=2, rev=turn, help=_("One line per product: its number, then the reason. P0001 broken"))),
                            parts.button(_("Close the count"), kind="primary", icon="lock", why=self.work.why_not("stock.close_count")),
                            once=self.keys("count.close"),
                        ),
                        parts.row(
                            parts.button(_("Leave it and carry on later"), "count.leave", kind="quiet"),
                            parts.button(operation_label("stock.cancel_count"), "count.cancel", kind="quiet", why=self.work.why_not("stock.cancel_count"), once=self.keys("count.cancel")),
                        ),
                        title=_("Stocktake {id}").format(id=self.sheet.stocktake_id),
                    ),
                    grow=1,
                ),
            )
        )  # fmt: skip

    def _add_it(self) -> Part:
        """A product that is not in this count is counted with it only where somebody says so."""
        product, many = self.beside
        words = _("{goods} is not in this count. Add it?")
        return parts.card(
            parts.message("warning", words.format(goods=f"{product.id} {product.name}")),
            parts.row(
                parts.button(_("Add it, {n} counted").format(n=many), "count.add"),
                parts.button(_("Leave it out"), "count.skip", kind="primary"),
            ),
        )

    def _not_noted(self) -> Part | None:
        """Scans that were refused. They do not come back into the fields: the next may be there."""
        if not self.missed:
            return None
        told = _("; ").join(f"{goods or '–'} × {number or '–'}" for goods, number in self.missed)
        return parts.row(
            parts.message("warning", _("Not noted, count again: {goods}").format(goods=told)),
            parts.button(_("Seen to"), "count.seen", kind="small"),
        )

    def _found(self) -> Part:
        """What the count found, what differs first; each of those can be counted once more."""
        lines = sorted(self.report.lines, key=lambda line: (not line.difference, -abs(line.value)))
        why = self.work.why_not("stock.recount")
        rows = [
            [
                self.named[line.product_id],
                line.product_id,
                str(line.book),
                str(line.counted),
                signed(line.difference),
                money(line.value),
                on_shelf(self.shop.stock.look(line.product_id).on_hand),
                line.cause or "",
                parts.button(_("Count it again"), "count.recount", line.product_id, kind="small", why=why) if line.difference else "",
            ]
            for line in lines
        ]  # fmt: skip
        heads = [
            _("Goods"),
            _("Number"),
            _("System stock when counted"),
            _("Counted"),
            _("Surplus (+) or shortage (−)"),
            _("At cost"),
            _("System stock now"),
            _("Reason"),
            "",
        ]
        left = [f"{one} {self.named[one]}" for one in self.report.uncounted]
        return parts.card(
            parts.table(_("Every product that was counted"), heads, rows),
            self._sums() if self.summed else None,
            parts.text(_("Not counted, and left as they are: {goods}").format(goods=_("; ").join(left)), "quiet") if left else None,
            title=_("What stocktake {id} found").format(id=self.report.stocktake_id), icon="check",
        )  # fmt: skip

    def _sums(self) -> Part:
        """Surplus and shortage apart, and how many agreed."""
        found = self.report
        same = sum(not line.difference for line in found.lines)
        return parts.facts(
            (_("Surplus in all, at cost"), money(found.surplus_value)),
            (_("Shortage in all, at cost"), money(found.shortage_value)),
            (_("Products that agree"), _("{n} of {all} products").format(n=same, all=len(found.lines))),
        )  # fmt: skip

    def open_count(self, typed: dict, key: str) -> None:
        names = codes(str(typed.get("products") or "")) or None
        self._begins(self.shop.stock.open_count(names, key=key))

    def recount(self, product: str, _values: dict) -> None:
        """A stocktake of one product of the result that is shown."""
        if self.report:
            self._begins(self.shop.stock.recount(self.report.stocktake_id, [product]))

    def _begins(self, sheet: Any) -> None:
        self.sheet, self.report = sheet, None
        self.asked, self.beside, self.missed = False, None, ()
        self.work.turn += 1  # nothing of an earlier count stands in the fields

    def one_scanned(self, typed: dict) -> None:
        """Noted, or refused and kept in mind until these goods are noted."""
        scan = tuple(str(typed.get(name) or "").strip() for name in ("product", "counted"))
        if self.beside:  # nobody said whether it is to be added
            self.missed = (*self.missed, (self.beside[0].id, str(self.beside[1])))
        self.missed = tuple(one for one in self.missed if one[0] != scan[0])
        self.note("count.one", self.count_one, typed)
        if self.refused and any(scan):
            self.missed = (*self.missed, scan)

    def count_one(self, typed: dict, key: str) -> None:
        self.beside = None
        self.work.turn += 1
        words = str(typed.get("product") or "").strip()
        if not words:
            raise BadValue(_("Scan or type the goods first."))
        product = self._one(words)
        if product is None:
            return
        many = counted(typed.get("counted"), _("Counted"))
        if product.id in dict(self.sheet.products):
            self._take_down(product, many, key)
        else:
            self.beside = product, many

    def _take_down(self, product: Any, many: int, key: str) -> None:
        self.sheet = self.shop.stock.count(self.sheet.stocktake_id, product.id, many, key=key)
        self.work.tell("right", f"{product.id} {product.name} × {many}")

    def add_it(self, _arg: Any, _values: dict) -> None:
        """What is not in the count was looked at and is counted with it."""
        if self.beside:
            self._take_down(*self.beside, key=self.keys("count.add"))
            self.beside = None
            self.keys.done("count.add")

    def cancel_count(self, _arg: Any, _values: dict) -> None:
        number = self.sheet.stocktake_id
        self.shop.stock.cancel_count(number, key=self.keys("count.cancel"))
        self.keys.done("count.cancel")
        self.sheet = self.beside = None
        self.work.tell(
            "right", _("Stocktake {id} is cancelled; nothing was changed.").format(id=number)
        )

    def show_report(self, number: Any, _values: dict) -> None:
        """An earlier stocktake's result, to be read again."""
        self.named = dict(self.shop.stock.count_sheet(number).products)
        self.report, self.sheet, self.tab = self.shop.stock.count_report(number), None, "count"
        self.summed = True
        self.work.said = self.refused = None

    def take_back(self, product: str, _values: dict) -> None:
        """What was noted for these goods counts no more: they are not counted yet."""
        self.sheet = self.shop.stock.recount(self.sheet.stocktake_id, [product])

    def close_count(self, typed: dict, key: str) -> None:
        told = str(typed.get("causes") or "").strip()
        lines = [re.split(r"[\s:：,，]+", line.strip(), maxsplit=1) for line in told.splitlines()]
        number, done, all_ = self.sheet.stocktake_id, dict(self.sheet.noted), dict(self.sheet.products)  # fmt: skip
        if len(all_) == 1 and told and not set(codes(told)[:1]) & set(all_):
            lines = [[*all_, told]]  # of one product the reason can only be its own
        lines = [[one for one in line if one] for line in lines]
        for line in lines:
            line[:1] = [one for one in values.codes(line[0]) if one in all_] or line[:1]
            if len(line) == 1 or line[0] not in all_:
                words = _(
                    "Begin a line with the number of the product, then why: {product} broken."
                )
                raise BadValue(words.format(product=min({*all_} - {*done}, default=min(all_))))
        left = [f"{one} {name}" for one, name in all_.items() if one not in done]
        ask = []
        if left:
            ask.append(_("{n} of {all} are not counted yet: {goods}.").format(n=len(left), all=len(all_), goods=_("; ").join(left[:SOME])))  # fmt: skip
        again = self.shop.stock.to_recount(number) if self.work.may("stock.to_recount") else ()
        if again:
            ask.append(_("Differs a lot, count it once more first: {goods}.").format(goods=_("; ").join(f"{one} {all_[one]}" for one in again)))  # fmt: skip
        if not told:
            ask.append(_("No reason is noted, such as P0001 broken."))
        if ask and not self.asked:
            self.asked = True
            raise BadValue(gap().join([*ask, _("If that is so, close the count once more.")]))
        causes = {line[0]: line[1] for line in lines if line}
        self.report = self.shop.stock.close_count(number, causes=causes, key=key)
        self.named, self.sheet, self.summed = dict(self.sheet.products), None, False
        self.work.tell("right", _("Stocktake {id} is closed.").format(id=self.report.stocktake_id))

    def counting_acts(self) -> dict:
        return {
            "count.open": lambda _a, typed: self.once("count.open", self.open_count, typed),
            "count.fetch": lambda number, _v: setattr(self, "sheet", self.shop.stock.count_sheet(number)),
            "count.one": lambda _a, typed: self.one_scanned(typed),
            "count.seen": lambda _a, _v: setattr(self, "missed", ()),
            "count.close": lambda _a, typed: self.note("count.close", self.close_count, typed),
            "count.undo": self.take_back,
            "count.add": self.add_it,
            "count.skip": lambda _a, _v: setattr(self, "beside", None),
            "count.cancel": self.cancel_count,
            "count.report": self.show_report,
            "count.recount": self.recount,
            "count.leave": lambda _a, _v: setattr(self, "sheet", None),
        }  # fmt: skip
