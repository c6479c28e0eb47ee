"""The till on screen: one page for the sale, one for what was sold, one for the drawer."""

from functools import partial
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label, ngettext
from crmkit.panels.logic.lists import Listed, ListWork
from crmkit.panels.logic.till import METHODS, Drawer, TakingBack, Till
from crmkit.panels.shown import Keys, cannot, list_acts, money, options, page_of, record, said
from crmkit.practice import Shop, schema
from crmkit.practice.desks.receipts import Receipt
from crmkit.practice.display import name_of, on_shelf
from crmkit.screen import Part, Screen, parts

SALES = Listed("till.list_sales", {"channel": (schema.CHANNELS, "channel")}, ("-at", "-total", "total"), days=True, key="sale_id")  # fmt: skip


class TillPanel:
    """What stands on the screen of a till."""

    def __init__(self, shop: Shop):
        self.till, self.back, self.drawer = Till(shop), TakingBack(shop), Drawer(shop)
        self.sales = ListWork(shop, SALES)
        self.keys = Keys()
        self.tab = "sale"
        self.fetching = False
        self.holding = False

    def show(self) -> Part:
        tabs = [("sale", _("Sale")), ("receipts", _("Receipts and returns")), ("drawer", _("Cash drawer"))]  # fmt: skip
        body = {"sale": self._sale, "receipts": self._receipts, "drawer": self._drawer}[self.tab]
        return parts.column(
            parts.tabs(_("The till"), tabs, self.tab, "tab"),
            *([why] if (why := cannot(self.till, "till.sell")) else body()),
        )

    # the sale

    def _sale(self) -> list[Part | None]:
        till = self.till
        return [
            parts.row(
                parts.column(
                    parts.field("code", _("Scan, or type a code or a word"), act="scan", scan=True,
                                focus=True, shortcut="F2",
                                help=_("Enter after each. 3*code counts three.")),
                    said(till),
                    self._found(),
                    self._paper(till.receipt) if till.receipt else self._lines(),
                    grow=3,
                ),
                parts.column(self._member(), self._total(), grow=1),
            ),
            self._pay_dialog(),
            self._fetch_dialog(),
            self._hold_dialog(),
        ]  # fmt: skip

    def _found(self) -> Part | None:
        if not self.till.found:
            return None
        rows = [
            [one.name, money(one.list_price), on_shelf(one.available),
             parts.button(_("This one"), "pick", one.id, kind="small", says=f"{_('This one')} {one.name}")]
            for one in self.till.found
        ]  # fmt: skip
        heads = [_("Goods"), _("Price"), _("On the shelf"), ""]
        return parts.table(_("Several fit: which one?"), heads, rows)

    def _lines(self) -> Part:
        till = self.till
        if not till.quote:
            return parts.text(_("The basket is empty. Scan the first item."), "quiet")
        rows = []
        for one in till.quote.lines:
            gift = one.is_gift
            tools = [
                parts.button("−", "less", one.product_id, kind="small", says=_("One less: {what}").format(what=one.product)),
                parts.button("+", "more", one.product_id, kind="small", says=_("One more: {what}").format(what=one.product)),
                parts.button(_("Remove"), "remove", one.product_id, kind="small", says=_("Remove: {what}").format(what=one.product)),
            ]  # fmt: skip
            rows.append(
                [
                    _("{what} · gift").format(what=one.product) if gift else one.product,
                    str(one.quantity),
                    money(one.list_price),
                    money(-one.discount) if one.discount else "–",
                    money(one.amount),
                    "" if gift else parts.part("tools", *tools),
                ]
            )
        units = sum(one.quantity for one in till.quote.lines)
        title = ngettext("In the basket: {n} piece", "In the basket: {n} pieces", units)
        heads = [_("Goods"), _("Quantity"), _("Price"), _("Off"), _("Amount"), ""]
        return parts.table(title.format(n=units), heads, rows)

    def _paper(self, receipt: Receipt) -> Part:
        return parts.column(
            parts.slip(receipt.slip(36), _("Print the receipt")),
            parts.text(_("Scan the next customer's first item to go on."), "quiet"),
        )

    def _member(self) -> Part:
        till = self.till
        find = parts.field(
            "member", _("Member: phone, last four, card or name"), act="member", rev=till.turn,
            shortcut="F4",
        )  # fmt: skip
        body: list[Part | None] = [find]
        if till.members_found:
            body.append(parts.text(_("Several fit: which one?")))
            body += [
                parts.button(f"{one.name} {one.phone} {name_of(one.home_store_id)}", "member.choose", one.id, kind="reply")
                for one in till.members_found
            ]  # fmt: skip
        if till.member:
            one, birthday = till.member, till.celebrates
            body = [
                parts.row(
                    parts.chip(f"{one.name} {one.phone}", icon="members"),
                    parts.chip(label("level", one.level), "right"),
                    parts.button(_("Take off"), "member.none", kind="small", icon="close"),
                ),
                parts.row(
                    parts.chip(_("Birthday today"), "warning", icon="gift") if birthday else None,
                    parts.chip(ngettext("{n} coupon", "{n} coupons", len(till.coupons)).format(n=len(till.coupons)), "warning") if till.coupons else None,
                ) if birthday or till.coupons else None,
                parts.text(till.points_said(one), "quiet"),
            ]  # fmt: skip
            if one.points and till.quote:
                body.append(
                    parts.field("points", _("Pay with points"), str(till.points or ""), act="points",
                                rev=f"{till.turn}/{till.points}", numeric=True,
                                help=_("How many; Enter uses them."))
                )  # fmt: skip
            if till.coupons:
                body.append(
                    parts.select("coupon", _("Coupon"), [("", _("none")), *till.coupon_names()], till.coupon or "",
                                 act="coupon", rev=f"{till.turn}/{till.coupon}")
                )  # fmt: skip
            rewards = [
                (product, f"{name} · {_('{points} points').format(points=points)}")
                for product, name, points in till.rewards()
            ]
            if rewards:
                body.append(
                    parts.form(
                        "hand_out",
                        parts.select("reward", _("Goods for points"), [("", _("none")), *rewards], "", rev=till.turn),
                        parts.button(_("Hand out"), icon="gift", kind="small"),
                        once=self.keys("hand_out"),
                    )
                )  # fmt: skip
        return parts.card(*body, title=_("Member"), icon="members")

    def _total(self) -> Part:
        till = self.till
        offers: list[Part] = []
        if till.quote:
            for one in till.quote.offers:
                offers += [
                    parts.chip(f"{one.offer} {money(-one.discount)}", "right", icon="gift"),
                    parts.text(till.why(one), "quiet"),
                ]
        held = len(till.held())
        key = till.basket.key
        empty = None if till.basket.units else _("Scan something first.")
        return parts.card(
            parts.text(_("To pay"), "quiet"),
            parts.text(money(till.due), "big"),
            parts.text(made_of, "quiet") if (made_of := till.made_of()) else None,
            *offers,
            parts.button(_("Take the money"), "pay", kind="big", icon="pay", shortcut="F8", why=empty),
            parts.row(
                parts.button(_("Hold"), "hold.ask", icon="hold", shortcut="F9", disabled=bool(empty)),
                parts.button(_("Fetch ({n})").format(n=held), "fetch.ask", icon="fetch", shortcut="F10", disabled=not held),
                parts.button(_("Clear"), "clear", icon="remove", disabled=bool(empty), once=f"clear-{key}"),
            ),
            title=_("Total"),
            icon="receipt",
        )  # fmt: skip

    def _pay_dialog(self) -> Part:
        till = self.till
        if not till.paying:
            return parts.dialog(title=_("Take the money"), open=False)
        taken = [
            parts.text(f"{label('payment_method', method)} {money(amount)}")
            for method, amount in till.taken.items()
        ]
        team = [
            (one.id, one.name)
            for one in till.shop.office.team()
            if {"sales", "cashier"} & set(one.roles)
        ]
        return parts.dialog(
            parts.text(_("Left to pay"), "quiet"),
            parts.text(money(till.left), "big"),
            parts.items(*taken) if taken else None,
            said(till),
            parts.form(
                "take",
                parts.choice("method", _("Way of paying"), options(METHODS, "payment_method"), "cash", rev=till.turn),
                parts.field("amount", _("Amount received"), rev=till.turn, numeric=True, focus=True,
                            help=_("Leave it empty for all that is left; less splits the payment, more cash gives change.")),
                parts.field("card", _("Number of the gift card, if one pays"), rev=till.turn),
                parts.select("seller", _("Served by"), [("", _("nobody else")), *team], till.seller or "", rev=till.turn),
                parts.row(
                    parts.button(_("Received"), kind="primary", icon="check"),
                    parts.button(_("Back to the basket"), "close", kind="quiet"),
                ),
                once=f"{till.basket.key}/{len(till.taken)}/{till.left}",
            ),
            title=_("Take the money"),
            open=True,
        )  # fmt: skip

    def _hold_dialog(self) -> Part:
        return parts.dialog(
            parts.form(
                "hold",
                parts.field("note", _("For whom, or why"), rev=self.till.turn, focus=True),
                parts.row(
                    parts.button(_("Hold"), kind="primary", icon="hold"),
                    parts.button(_("Back to the basket"), "close", kind="quiet"),
                ),
                once=f"hold-{self.till.basket.key}",
            ),
            title=_("Put this basket aside"),
            open=self.holding,
        )

    def _fetch_dialog(self) -> Part:
        if not self.fetching:
            return parts.dialog(title=_("Baskets put aside"), open=False)
        cards = [
            parts.card(
                parts.text(
                    f"{one.number} · {one.at:%H:%M} · "
                    + _("{n} pieces").format(n=sum(many for _product, many in one.basket))
                ),
                parts.text(one.note, "quiet") if one.note else None,
                parts.row(
                    parts.button(_("Fetch"), "fetch", one.number, kind="primary", says=_("Fetch {n}").format(n=one.number), focus=at == 0),
                    parts.button(_("Drop"), "drop", one.number, says=_("Drop {n}").format(n=one.number)),
                ),
            )
            for at, one in enumerate(self.till.held())
        ]  # fmt: skip
        return parts.dialog(
            *cards, parts.button(_("Close"), "close"), title=_("Baskets put aside"), open=True
        )

    # receipts

    def _receipts(self) -> list[Part | None]:
        back = self.back
        find = parts.field(
            "sale", _("Number of the sale"), act="open", rev=back.turn, numeric=True, focus=True,
            help=_("It stands on the receipt. Enter opens it."),
        )  # fmt: skip
        if back.receipt is None:
            return [
                find,
                said(back),
                page_of(self.sales, _("Sales of this store"), "sales", opens="open"),
            ]
        one = back.receipt
        rows = [
            [
                line.product, str(line.quantity), money(line.amount), str(one.returned.get(line.line, 0)),
                parts.field(f"back/{line.product_id}", _("Comes back: {what}").format(what=line.product), "0", numeric=True, rev=back.turn)
                if back.left(line) else "–",
            ]
            for line in one.lines
        ]  # fmt: skip
        heads = [_("Goods"), _("Quantity"), _("Amount"), _("Came back"), _("Comes back now")]
        why = back.why_not("till.give_back")
        key = self.keys("back")
        voids = options(schema.VOID_REASONS, "return_reason", _("– choose –"))
        reasons = options(schema.RETURN_REASONS, "return_reason", _("– choose –"))
        return [
            find,
            said(back),
            parts.row(
                parts.column(
                    parts.form(
                        "back",
                        parts.table(_("Sale {id}").format(id=one.sale_id), heads, rows),
                        parts.row(
                            parts.select("reason", _("Why it comes back"), reasons, "", rev=back.turn),
                            parts.choice("shelf", _("The goods"), [("yes", _("back on the shelf")), ("no", _("written off"))], "yes", rev=back.turn),
                        ),
                        parts.row(
                            parts.button(_("Take back"), kind="primary", icon="back", why=why),
                            parts.button(_("Other sales"), "receipts.list", icon="list"),
                        ),
                        once=key,
                    ),
                    parts.form(
                        "void",
                        parts.head(_("The slip is a mistake")),
                        parts.row(
                            parts.select("void_reason", _("What went wrong"), voids, "", rev=back.turn),
                            parts.button(_("Void it"), icon="remove", why=why or (_("It is void already.") if one.voided else None)),
                        ),
                        once=f"{key}-void",
                    ),
                    record(back.back, _("Taken back")) if back.back else None,
                    grow=3,
                ),
                parts.column(parts.slip(one.slip(36), _("Print the receipt")), grow=2),
            ),
        ]  # fmt: skip

    # the drawer

    def _drawer(self) -> list[Part | None]:
        drawer, turn = self.drawer, self.drawer.turn
        why = drawer.why_not("till.close_shift")
        report = drawer.report()
        kinds = [
            parts.field(f"kind/{one}", f"¥{one / 100:g} ×", rev=turn, numeric=True)
            for one in Drawer.NOTES
        ]
        stats = [
            parts.stat(_("Revenue today"), money(report.revenue)),
            parts.stat(_("Orders"), str(report.orders)),
            parts.stat(_("Average order value"), money(report.average_order) if report.average_order else "–"),
            parts.stat(_("Members' share"), f"{report.member_share:.0%}" if report.member_share is not None else "–"),
        ]  # fmt: skip
        return [
            said(drawer),
            parts.row(*stats),
            parts.row(
                parts.column(
                    parts.card(
                        parts.form(
                            "drawer.open",
                            parts.field("float", _("Cash in the drawer before the first customer"), rev=turn, numeric=True, unit=_("yuan")),
                            parts.button(_("Open the drawer"), kind="primary", icon="cash", why=why),
                            once=self.keys("float"),
                        ),
                        title=_("Morning: the float"),
                        icon="cash",
                    ),
                    parts.card(
                        parts.form(
                            "drawer.move",
                            parts.choice("way", _("Cash that is no sale"), [("in", _("goes in")), ("out", _("goes out"))], "in", rev=turn),
                            parts.field("moved", _("Amount"), rev=turn, numeric=True, unit=_("yuan")),
                            parts.field("reason", _("What for"), rev=turn),
                            parts.button(_("Save"), icon="check", why=drawer.why_not("till.pay_in")),
                            once=self.keys("move"),
                        ),
                        title=_("In between"),
                        icon="wallet",
                    ),
                    grow=1,
                ),
                parts.column(
                    parts.card(
                        parts.text(_("Count the drawer first; what should be in it is shown afterwards."), "quiet"),
                        parts.form(
                            "drawer.close",
                            parts.row(*kinds),
                            parts.field("stays", _("Stays in the drawer for the next shift"), rev=turn, numeric=True, unit=_("yuan")),
                            parts.field("note", _("A note, if something is to be said"), rev=turn),
                            parts.button(_("Close the shift"), kind="primary", icon="lock", why=why),
                            once=self.keys("close"),
                        ),
                        record(drawer.closed) if drawer.closed else None,
                        title=_("Evening: count and close"),
                        icon="lock",
                    ),
                    grow=2,
                ),
            ),
        ]  # fmt: skip

    # acts

    def acts(self) -> dict[str, Any]:
        till, back, drawer = self.till, self.back, self.drawer
        return {
            "tab": self._turn,
            "scan": lambda codes, _v: till.scan(codes if isinstance(codes, list) else [codes]),
            "pick": lambda product, _v: till.pick(str(product)),
            "less": lambda product, _v: till.change(str(product), -1),
            "more": lambda product, _v: till.change(str(product), 1),
            "remove": lambda product, _v: till.remove(str(product)),
            "clear": lambda _a, _v: till.clear(),
            "member": lambda words, _v: till.find_member(str(words)),
            "member.choose": lambda member, _v: till.choose_member(str(member)),
            "member.none": lambda _a, _v: till.choose_member(None),
            "points": lambda typed, _v: till.use_points(typed),
            "coupon": lambda coupon, _v: till.use_coupon(coupon),
            "hand_out": lambda _a, v: self._once("hand_out", till.hand_out, v.get("reward")),
            "pay": lambda _a, _v: till.start_paying(),
            "take": self._take,
            "close": self._close,
            "hold.ask": partial(self._ask, "holding"),
            "hold": self._hold,
            "fetch.ask": partial(self._ask, "fetching"),
            "fetch": self._fetch,
            "drop": lambda number, _v: till.drop(number),
            "open": lambda sale, _v: back.open(sale),
            "receipts.list": lambda _a, _v: setattr(back, "receipt", None),
            "back": self._take_back,
            "void": self._void,
            "drawer.open": lambda _a, v: self._once("float", drawer.open, v.get("float")),
            "drawer.move": lambda _a, v: self._once("move", drawer.move, v.get("way"), v.get("moved"), v.get("reason")),
            "drawer.close": lambda _a, v: self._once(
                "close", drawer.close, {one: v.get(f"kind/{one}") for one in Drawer.NOTES}, v.get("stays"), v.get("note") or ""),
            **list_acts(self.sales, "sales"),
        }  # fmt: skip

    def _turn(self, tab: Any, _values: dict) -> None:
        if tab in ("sale", "receipts", "drawer"):
            self.tab = tab

    def _ask(self, what: str, _arg: Any, _values: dict) -> None:
        setattr(self, what, True)

    def _close(self, _arg: Any, _values: dict) -> None:
        self.fetching = self.holding = False
        self.till.stop_paying()

    def _take(self, _arg: Any, typed: dict) -> None:
        self.till.seller = typed.get("seller") or None
        try:
            self.till.take(typed.get("method") or "cash", typed.get("amount"), typed.get("card"))
            if self.till.paying:
                self.till.said = None
        except Exception as error:
            self.till.tell("error", str(error))
            raise

    def _hold(self, _arg: Any, typed: dict) -> None:
        self.till.hold(typed.get("note") or "")
        self.holding = False

    def _fetch(self, number: Any, _values: dict) -> None:
        self.fetching = False
        self.till.fetch(number)

    def _take_back(self, _arg: Any, typed: dict) -> None:
        units = {name[5:]: many for name, many in typed.items() if name.startswith("back/")}
        to_shelf = typed.get("shelf") != "no"
        self._once("back", self.back.give_back, units, typed.get("reason") or "", to_shelf)

    def _void(self, _arg: Any, typed: dict) -> None:
        self._once("back", self.back.void, typed.get("void_reason") or "", suffix="-void")

    def _once(self, name: str, act: Any, *given: Any, suffix: str = "") -> None:
        act(*given, key=self.keys(name) + suffix)
        self.keys.done(name)


class TillScreen(Screen):
    """The till on screen; what lies in its basket may be kept for later."""

    def __init__(self, work: TillPanel):
        super().__init__(work.show, work.acts(), "till")
        self.work = work


def panel(shop: Shop) -> Screen:
    """The till of this shop."""
    return TillScreen(TillPanel(shop))
