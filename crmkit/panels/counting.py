"""Counting blind on screen: the sheet, what was counted, and what the count found."""

from collections.abc import Collection
from typing import Any

from crmkit.i18n import gap, ngettext
from crmkit.i18n import gettext as _
from crmkit.panels.general import Desk
from crmkit.panels.logic.desk import counted, signed
from crmkit.panels.logic.forms import codes
from crmkit.panels.logic.reasons import not_counted, reasons
from crmkit.panels.shown import cannot, money
from crmkit.practice.display import name_of, on_shelf
from crmkit.practice.errors import BadValue, NotAllowed
from crmkit.screen import Part, parts

SOME = 5
"""So many of the goods that are not counted are named."""


class Counting(Desk):
    """The stock room's page of stocktakes."""

    sheet: Any = None
    report: Any = None
    asked = False
    """Whether they were asked, before closing, for what is not counted and for a reason."""
    unexplained = False
    """Whether the manager was asked, before signing, for the reasons that are not noted."""
    summed = False
    """Whether the result is shown with its sums: where it is read again, not where it is learnt."""
    cancelling = False
    """Whether they were asked before what was counted is thrown away."""
    beside: tuple[Any, int] | None = None
    """A product that is not in this count, and how many of it there are: is it to be added?"""
    missed: tuple[tuple[str, str], ...] = ()
    """What was typed and refused (goods, number), until these goods are noted."""

    def __init__(self, shop: Any):
        self.named: dict[str, str] = {}
        super().__init__(shop)

    def _one(self, words: str, among: Collection[str] = ()) -> Any:
        raise NotImplementedError

    def _count(self) -> Part:
        why = cannot(self.work, "stock.count")
        if why:
            return why
        turn = self.work.turn
        rows = self.shop.stock.list_counts(size=20).rows
        running = [one for one in rows if one.status == "open"]
        waiting = [one for one in rows if one.status == "counted"]
        if self.sheet is not None and self.sheet.stocktake_id not in [one.id for one in running]:
            self.sheet = None  # closed or cancelled elsewhere
        if self.sheet is None:
            return parts.column(
                *(parts.button(_("Go on with stocktake {id}").format(id=one.id), "count.fetch", one.id, icon="fetch", kind="primary") for one in running),
                *(parts.button(_("Stocktake {id} waits for the manager's signature").format(id=one.id), "count.report", one.id, icon="lock", kind="primary") for one in waiting if not self.report or self.report.stocktake_id != one.id),
                self._found() if waiting and self.report else None,
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
                ) if not waiting else None,
                self._found() if self.report and not waiting else None,
            )  # fmt: skip
        done, again = dict(self.sheet.noted), set(self.sheet.count_again)
        left_first = sorted(
            self.sheet.products, key=lambda one: (one[0] not in again, one[0] in done)
        )
        rows = [
            [name, id_, str(done[id_]), parts.button(_("Take it back"), "count.undo", id_, kind="small")]
            if id_ in done
            else [name, id_, parts.chip(_("count it once more"), "warning"), parts.button(_("Nobody can count it"), "count.undo", id_, kind="small")]
            if id_ in again
            else [name, id_, _("not counted yet"), ""]
            for id_, name in left_first
        ]  # fmt: skip
        return parts.column(
            parts.row(
                parts.column(
                    self._add_it(*self.beside) if self.beside else None,
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
                            *self.marked("count.close", parts.field("causes", _("What you know of the reason (optional)"), "\n".join(map(" ".join, self.sheet.causes)), lines=2, rev=turn, help=_("One line per product: its number or name, then the reason. P0001 broken"))),
                            parts.button(_("Close the count"), kind="primary", icon="lock", why=self.work.why_not("stock.close_count")),
                            once=self.keys("count.close"),
                        ),
                        parts.row(
                            parts.button(_("Leave it and carry on later"), "count.leave", kind="quiet"),
                            parts.button(_("Cancel this stocktake"), "count.cancel", kind="quiet", why=self.work.why_not("stock.cancel_count"), once=self.keys("count.cancel")),
                        ) if not self.cancelling else parts.column(
                            parts.message("warning", ngettext("{n} count would be thrown away.", "{n} counts would be thrown away.", len(done)).format(n=len(done))),
                            parts.row(
                                parts.button(_("Throw it away"), "count.cancel", once=self.keys("count.cancel")),
                                parts.button(_("Go on counting"), "count.keep", kind="primary"),
                            ),
                        ),
                        title=_("Stocktake {id}").format(id=self.sheet.stocktake_id),
                    ),
                    grow=1,
                ),
            )
        )  # fmt: skip

    def _add_it(self, product: Any, many: int) -> Part:
        """A product that is not in this count is counted with it only where somebody says so."""
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
                " → ".join(map(str, (*line.before, line.counted))),
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
            self._to_sign(),
            parts.table(_("Every product that was counted"), heads, rows),
            parts.text(_("For example, 14 → 10: counted as 14 first, then as 10. The last count is booked; its difference decides whether the manager signs."), "quiet") if any(line.before for line in lines) else None,
            self._sums() if self.summed else None,
            parts.text(_("Not counted, and left as they are: {goods}").format(goods=_("; ").join(left)), "quiet") if left else None,
            self._why(),
            title=_("What stocktake {id} found").format(id=self.report.stocktake_id), icon="check",
        )  # fmt: skip

    def _to_sign(self) -> Part | None:
        """What waits for the manager's signature, and where it is put; or who signed."""
        found = self.report
        goods = _("; ").join(f"{one} {self.named[one]}" for one in found.to_sign)
        if found.status == "closed":
            words = _("Signed by {who}: {goods}.")
            return parts.text(words.format(who=name_of(found.signed_by), goods=goods), "quiet") if found.signed_by else None  # fmt: skip
        mine = self.work.may("stock.adjust")
        words = _("Nothing is booked yet. It differs a lot, and the manager signs for it: {goods}.")
        fields = () if mine else (
            parts.field("approved_by", _("The manager's staff number"), rev=self.work.turn),
            parts.field("password", _("Their password (leave it empty if they have none)"), kind="password", rev=self.work.turn),
        )  # fmt: skip
        return parts.column(
            parts.message("warning", words.format(goods=goods)),
            parts.form(
                "count.sign",
                parts.row(
                    *self.marked("count.sign", *fields),
                    parts.button(_("Sign and book it"), kind="primary", icon="check", why=self.work.why_not("stock.sign_count")),
                ),
                once=self.keys("count.sign"),
            ),
        )  # fmt: skip

    def _why(self) -> Part | None:
        """A reason that was found after the result is written beside its product."""
        lines = [line for line in self.report.lines if line.difference]
        lines.sort(key=lambda line: (bool(line.cause), -abs(line.value)))  # the unexplained first
        off = [line.product_id for line in lines]
        if not off:
            return None
        goods = [(one, f"{one} {self.named[one]}") for one in off]
        turn = self.work.turn
        return parts.form(
            "count.why",
            parts.head(_("Found out why? Write it down")),
            parts.row(
                parts.select("product", _("Goods"), goods, off[0], rev=turn),
                *self.marked("count.why", parts.field("cause", _("Reason"), rev=turn)),
                parts.button(_("Save"), icon="check", why=self.work.why_not("stock.note_cause")),
            ),
            once=self.keys("count.why"),
        )

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
        self.asked, self.cancelling, self.beside, self.missed = False, False, None, ()
        self.work.turn += 1  # nothing of an earlier count stands in the fields

    def one_scanned(self, typed: dict) -> None:
        """Noted, or refused and kept in mind until these goods are noted."""
        product, many = (str(typed.get(name) or "").strip() for name in ("product", "counted"))
        if self.beside:  # nobody said whether it is to be added
            self.missed = (*self.missed, (self.beside[0].id, str(self.beside[1])))
        self.missed = tuple(one for one in self.missed if one[0] != product)
        if not_counted(many):
            words = _("Not counted? Note nothing for it, it stays not counted. Write 0 only where you saw that it is empty.")  # fmt: skip
            self.work.said, self.refused = None, ("count.one", "counted", words)
            return
        self.note("count.one", self.count_one, typed)
        if self.refused and (product or many):
            self.missed = (*self.missed, (product, many))

    def count_one(self, typed: dict, key: str) -> None:
        self.beside = None
        self.work.turn += 1
        words = str(typed.get("product") or "").strip()
        if not words:
            raise BadValue(_("Scan or type the goods first."))
        product = self._one(words, dict(self.sheet.products))
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
        if self.sheet.noted and not self.cancelling:
            self.cancelling = True
            self.keys.done("count.cancel")  # what follows is another press
            return
        self.cancelling = False
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
        number, done, all_ = self.sheet.stocktake_id, dict(self.sheet.noted), dict(self.sheet.products)  # fmt: skip
        causes = reasons(told, all_, done)
        left = [
            f"{one} {name}"
            for one, name in all_.items()
            if one not in {*done, *self.sheet.count_again}
        ]
        ask = []
        if left:
            ask.append(_("{n} of {all} are not counted yet: {goods}.").format(n=len(left), all=len(all_), goods=_("; ").join(left[:SOME])))  # fmt: skip
        if not causes and not self.sheet.causes:
            ask.append(_("No reason is noted, such as P0001 broken."))
        if self.shop.stock.to_recount(number):
            again = self.shop.stock.close_count(number, causes=causes, key=key).count_again
            self.sheet, self.asked = self.shop.stock.count_sheet(number), True
            raise BadValue(gap().join([self._count_again(again), *ask]))
        if ask and not self.asked:
            self.asked = True
            raise BadValue(gap().join([*ask, _("If that is so, close the count once more.")]))
        self.report = self.shop.stock.close_count(number, causes=causes, key=key)
        self.named, self.sheet, self.summed = dict(self.sheet.products), None, False
        words = _("Stocktake {id} is closed.")
        if self.report.status == "counted":
            words = _(
                "Stocktake {id} is counted. The manager looks at it and signs; then it is booked."
            )
        self.work.tell("right", words.format(id=self.report.stocktake_id))

    def _count_again(self, again: tuple[str, ...]) -> str:
        """What is not closed, and why: it was counted once only, or no two counts agree."""
        names, times = dict(self.sheet.products), dict(self.sheet.times)
        told = []
        for n in sorted({times[one] for one in again}):
            words = (
                _("Differs a lot, count it once more first: {goods}.")
                if n == 1
                else _("No two counts agree yet. Now make count no. {n}: {goods}.")
            )
            goods = _("; ").join(f"{one} {names[one]}" for one in again if times[one] == n)
            told.append(words.format(n=n + 1, goods=goods))
        return gap().join(told)

    def sign(self, typed: dict, key: str) -> None:
        """The manager's name under what differs a lot: now it is booked."""
        who = {name: str(typed.get(name) or "").strip() or None for name in ("approved_by", "password")}  # fmt: skip
        bare = [one.product_id for one in self.report.lines if one.product_id in self.report.to_sign and not one.cause]  # fmt: skip
        if bare and not self.unexplained:
            self.unexplained = True
            words = _("No reason is noted for {goods}. Write it below (“not found yet”, if so); or sign once more.")  # fmt: skip
            raise BadValue(
                words.format(goods=_("; ").join(f"{one} {self.named[one]}" for one in bare))
            )
        try:
            self.report = self.shop.stock.sign_count(self.report.stocktake_id, **who, key=key)
        except NotAllowed as error:
            if who["password"]:
                raise
            words = _("Only the store manager signs. Fill in the manager's staff number.")
            raise BadValue(words) from error
        self.unexplained = False
        words = _("Stocktake {id} is signed and booked.")
        self.work.tell("right", words.format(id=self.report.stocktake_id))

    def why(self, typed: dict, key: str) -> None:
        """A reason for one product of the result that is shown."""
        asked = (str(typed.get("product") or ""), str(typed.get("cause") or ""))
        self.report = self.shop.stock.note_cause(self.report.stocktake_id, *asked, key=key)
        self.work.tell("right", _("{product}: the reason is noted.").format(product=asked[0]))

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
            "count.keep": lambda _a, _v: setattr(self, "cancelling", False),
            "count.report": self.show_report,
            "count.sign": lambda _a, typed: self.note("count.sign", self.sign, typed),
            "count.why": lambda _a, typed: self.note("count.why", self.why, typed),
            "count.recount": self.recount,
            "count.leave": lambda _a, _v: setattr(self, "sheet", None),
        }  # fmt: skip
