"""The till: scan, find the member, take the money; hold and fetch; take back; count the drawer."""

import re
import unicodedata
from collections.abc import Sequence

from crmkit.i18n import gap, label
from crmkit.i18n import gettext as _
from crmkit.labels import short_day
from crmkit.money import yuan
from crmkit.panels.logic.desk import DeskWork, cents, money, search_members, whole
from crmkit.practice import Shop
from crmkit.practice.clock import birthdays_on
from crmkit.practice.desks.drawers import ShiftClose
from crmkit.practice.desks.offers import Coupon, Offer
from crmkit.practice.desks.receipts import OfferGiven, Quote, Receipt, ReceiptLine, ShiftReport
from crmkit.practice.desks.returns import ReturnReceipt
from crmkit.practice.errors import BadValue, PracticeError
from crmkit.practice.people import Member

TIMES = re.compile(r"(\d{1,3})\s*[*x×X]\s*(?P<code>\S.*)|(?P<first>\S.*?)\s*[*x×X]\s*(\d{1,3})")
SOON = 31
"""Points that run out within so many days are worth a word."""
METHODS = ("cash", "wechat", "alipay", "card", "gift_card")


class Till(DeskWork):
    """A till: what is in the basket, for whom, what it costs and what was taken of it.

    The basket's own key goes with it to the desk, so that a sale sent twice is rung up once.
    """

    def __init__(self, shop: Shop):
        super().__init__(shop)
        self.basket = shop.till.basket()
        self.member: Member | None = None
        self.coupons: tuple = ()
        self.coupon: str | None = None
        self.points = 0
        self.quote: Quote | None = None
        self.found: list = []
        self.members_found: list = []
        self.paying = False
        self.taken: dict[str, int] = {}
        self.tendered: int | None = None
        self.card: str | None = None
        self.seller: str | None = None
        self.receipt: Receipt | None = None
        self._known: dict[str, tuple[str, str]] = {}
        self.names: dict[str, str] = {}

    # the basket

    def scan(self, codes: Sequence[str]) -> None:
        """Barcodes, product numbers or words, each perhaps with a quantity, before or behind it:
        ``3*690000000001``, ``P0003 × 2``."""
        self.said, self.found = None, []
        unknown = []
        for code in codes:
            code = unicodedata.normalize("NFKC", str(code)).strip()
            many = TIMES.fullmatch(code)
            quantity = int(many[1] or many[4]) if many else 1
            words = (many["code"] or many["first"]) if many else code
            if re.fullmatch(r"[a-z]\d+", words):
                words = words.upper()
            product = self._product(words)
            if product:
                self.basket.add(product, quantity)
            elif not self.found:
                unknown.append(words)
        self._price()
        if unknown:
            self.tell(
                "error",
                _("Nothing here has the code {code}. Scan it again, or type a word of its name.").format(
                    code=unknown[-1][:40]
                ),
            )  # fmt: skip

    def _product(self, words: str) -> str | None:
        if words not in self._known:
            try:
                found = self.shop.stock.find(words)
            except PracticeError:
                return None
            exact = [one for one in found if words in (one.id, one.barcode)]
            if not exact and len(found) > 1:
                self.found = list(found)
                return None
            one = (exact or found)[0]
            self._known[words] = (one.id, one.name)
            if not exact:
                return one.id  # words may mean something else tomorrow: only codes are kept
        product, self.names[product] = self._known[words][0], self._known[words][1]
        return product

    def pick(self, product_id: str) -> None:
        """Of several found, this one."""
        self.found = []
        self.scan([product_id])

    def change(self, product_id: str, by: int) -> None:
        """One more, one less; so many less that none is left takes it out."""
        self.basket.add(product_id, by)
        self._price()

    def remove(self, product_id: str) -> None:
        self.change(product_id, -dict(self.basket.units).get(product_id, 0))

    def clear(self) -> None:
        """The next customer."""
        self.basket.clear()
        self.member, self.coupons, self.coupon, self.points = None, (), None, 0
        self.quote, self.found, self.members_found, self.seller = None, [], [], None
        self._stop_paying()

    def _price(self) -> None:
        self._stop_paying()
        self.quote = None
        if not self.basket.units:
            return
        self.receipt = None  # the next customer's goods are here
        who = self.member and self.member.id
        try:
            self.quote = self.basket.quote(
                member_id=who, pay_points=self.points, coupon=self.coupon
            )
        except PracticeError as error:
            self.coupon, self.points = None, 0
            self.quote = self.basket.quote(member_id=who)
            self.tell("warning", str(error))

    # the member

    def find_member(self, words: str) -> None:
        """By phone, last four digits, card or name; several are offered to choose from."""
        self.said, self.members_found = None, []
        if not words.strip():
            return self.choose_member(None)
        found, _more = search_members(self.shop, words)
        if len(found) == 1:
            return self.choose_member(found[0].id)
        self.members_found = found
        return None

    def choose_member(self, member_id: str | None) -> None:
        self.members_found, self.coupon, self.points, self.coupons = [], None, 0, ()
        self.member = self.shop.members.show(member_id) if member_id else None
        if self.member:
            theirs = self.shop.offers.coupons(self.member.id)
            self.coupons = tuple(one for one in theirs if one.usable)
        self.turn += 1
        self._price()

    @property
    def celebrates(self) -> bool:
        """Whether today is the member's birthday."""
        today = birthdays_on(self.shop.now.date())
        return self.member is not None and self.member.birthday in today

    def points_said(self, member: Member) -> str:
        """The member's points, and which of them run out soon."""
        words = _("{points} points")
        if not member.points or not self.may("points.balance"):
            return words.format(points=member.points)
        left = self.shop.points.balance(member.id)
        if left.expires_on is None:  # spent or run out meanwhile
            return words.format(points=left.points)
        days = (left.expires_on - self.shop.now.date()).days
        if days == 0:
            return _("{points} points, {n} of them run out today").format(
                points=left.points, n=left.expiring
            )
        if days <= SOON:
            return _("{points} points, {n} of them run out after {day}").format(
                points=left.points, n=left.expiring, day=short_day(left.expires_on)
            )
        return words.format(points=left.points)

    def use_coupon(self, coupon: str | None) -> None:
        self.said, self.coupon = None, coupon or None
        self._price()

    def use_points(self, typed: object) -> None:
        self.said, self.points = None, whole(typed or 0)
        self._price()

    def rewards(self) -> list[tuple[str, str, int]]:
        """What the member's points are enough for: product, its name, its price in points."""
        if not self.member or not self.may("points.redeem"):
            return []
        return [
            (product, self.shop.stock.find(product)[0].name, points)
            for product, points in self.shop.points.rewards().items()
            if points <= self.member.points
        ]

    def hand_out(self, product: str | None, key: str) -> None:
        """Goods for points, one piece."""
        if not product or not self.member:
            raise BadValue(_("Choose what is handed out."))
        left = self.shop.points.redeem(self.member.id, product, key=key)
        self.choose_member(self.member.id)
        self.tell("right", _("Handed out for points. Points left: {points}.").format(points=left))

    # paying

    @property
    def due(self) -> int:
        return self.quote.due if self.quote else 0

    def made_of(self) -> str:
        """How what is due came about; a gift is in neither figure."""
        if not self.quote or self.quote.gross == self.quote.due:
            return ""
        gifts = sum(one.quantity * one.list_price for one in self.quote.lines if one.is_gift)
        gross, off = self.quote.gross - gifts, self.quote.discount - gifts
        said = [_("{gross} less {off} of offers").format(gross=money(gross), off=money(off))]
        if self.quote.points_value:
            said.append(_("points {value}").format(value=money(-self.quote.points_value)))
        return _(", ").join(said)

    @property
    def left(self) -> int:
        return self.due - sum(self.taken.values())

    def start_paying(self) -> None:
        if not self.basket.units:
            raise BadValue(_("The basket is empty: scan something first."))
        self.paying, self.said = True, None
        self.turn += 1
        if self.due == 0:
            self._ring_up()

    def _stop_paying(self) -> None:
        self.paying, self.taken, self.tendered, self.card = False, {}, None, None

    def stop_paying(self) -> None:
        """Back to the basket; nothing that was typed counts."""
        self._stop_paying()

    def take(self, method: str, typed: object, card: str | None = None) -> None:
        """Money taken one way; nothing typed is all that is left. Cash may be more: change."""
        if not self.paying:
            return
        amount = self.left if not str(typed or "").strip() else cents(typed, least=1)
        if method != "cash" and amount > self.left:
            raise BadValue(
                _("Only {left} yuan are left to pay; change is given for cash alone.").format(
                    left=yuan(self.left)
                )
            )
        if method == "gift_card":
            self.card = (card or "").strip() or None
            if self.card is None:
                raise BadValue(_("Which card? Type its number."))
        if method == "cash":
            self.tendered = (self.tendered or 0) + amount
            amount = min(amount, self.left)
        self.taken[method] = self.taken.get(method, 0) + amount
        self.turn += 1
        if self.left == 0:
            self._ring_up()

    def _ring_up(self) -> None:
        try:
            receipt = self.basket.pay(
                payments=dict(self.taken),
                tendered=self.tendered,
                card=self.card,
                seller_id=self.seller,
            )
        except PracticeError:
            self._stop_paying()  # what stands against it is in the basket: go back there
            raise
        self.clear()
        self.receipt = receipt
        words = _("Sale {id} is rung up.").format(id=receipt.sale_id)
        if receipt.change:
            words += gap() + _("Change: {change} yuan.").format(change=yuan(receipt.change))
        self.tell("right", words)

    # put aside

    def hold(self, note: str = "") -> None:
        number = self.basket.hold(note.strip() or None)
        self.clear()
        self.tell("info", _("Basket {number} is put aside.").format(number=number))

    def held(self) -> tuple:
        return self.shop.till.held()

    def fetch(self, number: int) -> None:
        """Take up a basket that was put aside; what is in hand is put aside for it."""
        if self.basket.units:
            raise BadValue(_("Finish or hold this basket first."))
        self.basket.fetch(number)
        kept = dict(self.basket.about)
        self.choose_member(kept.get("member_id"))
        self.coupon = kept.get("coupon")
        for product, _units in self.basket.units:
            self._product(product)
        self._price()
        self.tell("info", _("Basket {number} is here again.").format(number=number))

    def drop(self, number: int) -> None:
        self.shop.till.drop(number)

    # for a page that was closed in between

    def kept(self) -> dict:
        """What is in hand, to go on with later."""
        return {
            "units": self.basket.units,
            "key": self.basket.key,
            "member": self.member and self.member.id,
        }

    def restore(self, kept: dict) -> None:
        self.basket.units = [(str(one), int(many)) for one, many in kept.get("units", ())]
        self.basket.key = str(kept.get("key") or self.basket.key)
        self.choose_member(kept.get("member"))

    def _known_offers(self) -> dict:
        return {one.id: one for one in self.shop.offers.current()}

    def coupon_names(self) -> list[tuple[str, str]]:
        """The member's coupons by number, as one calls them: the offer, what it gives, how the number
        ends."""
        offers = self._known_offers() if self.coupons else {}
        return [(one.id, _in_words(one, offers.get(one.promotion_id))) for one in self.coupons]

    def why(self, offer: OfferGiven) -> str:
        """Why an offer counts, in a sentence."""
        one = self._known_offers().get(offer.promotion_id)
        if one is None:
            return _by_coupon(offer) if offer.coupon_id else ""
        why = []
        if one.threshold:
            why.append(_("from {amount} yuan on").format(amount=_round(one.threshold)))
        if one.category:
            why.append(_("on {category}").format(category=label("category", one.category)))
        if one.level:
            why.append(_("for {level} members and above").format(level=label("level", one.level)))
        if offer.coupon_id:
            why.append(_by_coupon(offer))
        why.append(_("until {day}").format(day=f"{one.ends_on:%Y-%m-%d}"))
        return _("; ").join(why)


def _in_words(coupon: Coupon, offer: Offer | None) -> str:
    number = _("number ends in {end}").format(end=coupon.id[-4:])
    if offer is None:
        return number
    gives = _gives(offer)
    what = [offer.name, gives if gives not in offer.name else ""]
    return _("{what} ({number})").format(what=_(": ").join(filter(None, what)), number=number)


def _by_coupon(offer: OfferGiven) -> str:
    return _("by coupon, number ends in {end}").format(end=offer.coupon_id[-4:])


def _gives(offer: Offer) -> str:
    """What an offer takes off, as one says it at the till."""
    off, least = offer.amount_off, offer.threshold
    if off and least:
        return _("¥{off} off when you spend ¥{least}").format(off=_round(off), least=_round(least))
    if off:
        return _("{off} off").format(off=_round(off))
    return _("{percent}% off").format(percent=offer.percent_off) if offer.percent_off else ""


def _round(amount: int) -> str:
    return f"{amount / 100:g}"


class TakingBack(DeskWork):
    """A receipt looked at again: what of it comes back, or that it was a mistake."""

    def __init__(self, shop: Shop):
        super().__init__(shop)
        self.receipt: Receipt | None = None
        self.back: ReturnReceipt | None = None

    def open(self, sale_id: object) -> None:
        self.said, self.back = None, None
        self.receipt = self.shop.till.sale(whole(sale_id, least=1))
        self.turn += 1

    @property
    def opened(self) -> Receipt:
        """The receipt that is looked at."""
        if self.receipt is None:
            raise BadValue(_("Which sale? Type its number."))
        return self.receipt

    def left(self, line: ReceiptLine) -> int:
        """How many units of a line can still come back."""
        return line.quantity - self.opened.returned.get(line.line, 0)

    def give_back(self, typed: dict[str, object], reason: str, to_shelf: bool, key: str) -> None:
        """Take back so many of each product; `typed` by product."""
        units = [
            (one, whole(many)) for one, many in typed.items() if str(many or "").strip() not in "0"
        ]
        units = [(one, many) for one, many in units if many]
        if not units:
            raise BadValue(_("How many come back? Type it beside the goods."))
        if not reason:
            raise BadValue(_("Why do they come back? Choose a reason."))
        sale = self.opened.sale_id
        back = self.shop.till.give_back(sale, units, reason=reason, to_shelf=to_shelf, key=key)
        self._again(sale, back)
        refunds = _(", ").join(
            f"{label('payment_method', method)} {yuan(amount)}"
            for method, amount in back.refunds.items()
        )
        self.tell(
            "right",
            _("Taken back: {total} yuan. Give back: {refunds}.").format(
                total=yuan(back.total), refunds=refunds or "0.00"
            ),
        )

    def void(self, reason: str, key: str) -> None:
        sale = self.opened.sale_id
        self._again(sale, self.shop.till.void(sale, reason, key=key))
        self.tell("right", _("Slip {id} is void; the money goes back.").format(id=sale))

    def _again(self, sale_id: int, back: ReturnReceipt) -> None:
        self.back = back
        self.receipt = self.shop.till.sale(sale_id)
        self.turn += 1


class Drawer(DeskWork):
    """The cash drawer: its float in the morning, in and out, counted in the evening."""

    NOTES = (10000, 5000, 2000, 1000, 500, 100, 50, 10)
    """Notes and coins in cents."""

    def __init__(self, shop: Shop):
        super().__init__(shop)
        self.closed: ShiftClose | None = None

    def open(self, typed: object, key: str) -> None:
        name = self.shop.till.open_drawer(cents(typed), key=key)
        self.turn += 1
        self.tell("right", _("Drawer {drawer} is open.").format(drawer=name))

    def move(self, way: str, typed: object, reason: str, key: str) -> None:
        """Cash that is no sale: `way` is "in" or "out"."""
        act = self.shop.till.pay_in if way == "in" else self.shop.till.pay_out
        act(cents(typed, least=1), reason, key=key)
        self.turn += 1
        self.tell("right", _("Noted: {amount} yuan.").format(amount=yuan(cents(typed))))

    def counted(self, pieces: dict[int, object]) -> int:
        """What so many notes and coins of each kind come to, in cents."""
        return sum(kind * whole(many or 0) for kind, many in pieces.items())

    def close(self, pieces: dict[int, object], stays: object, note: str, key: str) -> None:
        """Count first, then see what should have been there."""
        counted = self.counted(pieces)
        closed = self.shop.till.close_shift(
            counted, left_in_drawer=cents(stays or 0), note=note.strip() or None, key=key
        )
        self.closed, off = closed, closed.difference
        self.turn += 1
        if off == 0:
            self.tell("right", _("The drawer is right to the cent."))
        elif off > 0:
            self.tell("warning", _("{amount} yuan over.").format(amount=yuan(off)))
        else:
            self.tell("warning", _("{amount} yuan short.").format(amount=yuan(-off)))

    def report(self) -> ShiftReport:
        return self.shop.till.shift()
