"""What a basket costs: offers applied in a fixed order, every cent given to a line.

First percent off (the best one for each line, its threshold taken before any line is reduced), then the best threshold discount the rest
reaches, then the coupon, then gifts. A discount on the whole basket is spread over its lines in
proportion, so that each line knows what was really paid for it when it comes back one day.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace

from crmkit.money import percent_of


@dataclass(frozen=True)
class Line:
    """Units of one product in the basket; money in cents."""

    product_id: str
    quantity: int
    list_price: int
    cost: int = 0
    category: str = ""
    discount: int = 0
    promotion_id: str | None = None
    is_gift: bool = False

    @property
    def gross(self) -> int:
        return self.list_price * self.quantity

    @property
    def amount(self) -> int:
        return self.gross - self.discount


@dataclass(frozen=True)
class Offer:
    """A promotion as it stands today, or a coupon of one; `category` None means everything."""

    promotion_id: str
    kind: str
    threshold: int = 0
    amount_off: int = 0
    percent_off: int = 0
    gift: Line | None = None
    category: str | None = None
    coupon_id: str | None = None

    def covers(self, line: Line) -> bool:
        return not line.is_gift and self.category in (None, line.category)

    def reached(self, lines: Sequence[Line]) -> bool:
        """Whether what it covers comes to its threshold."""
        amount = sum(line.amount for line in lines if self.covers(line))
        return amount > 0 and amount >= self.threshold


@dataclass(frozen=True)
class Applied:
    """An offer the basket got, and what it took off, in cents."""

    promotion_id: str
    discount: int
    coupon_id: str | None = None


@dataclass(frozen=True)
class Basket:
    """The priced lines, what was marked down by hand, and the offers that made the price."""

    lines: tuple[Line, ...]
    offers: tuple[Applied, ...]
    marked_down: dict[str, int] = field(default_factory=dict)
    rounded_off: int = 0

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def total(self) -> int:
        return self.gross - self.discount


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split cents in proportion; the parts add up exactly, and no part exceeds its weight
    when the amount does not exceed them all.

    >>> spread(100, [1000, 1000, 1000])
    [34, 33, 33]
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_rest[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def share(amount: int, part: int, whole: int) -> int:
    """The share of an amount that belongs to `part` of `whole`, rounded down; all of it at the
    end. Differences of successive shares never add up to more or less than the amount."""
    return amount if part == whole else amount * part // whole


def price(lines: Sequence[Line], offers: Sequence[Offer]) -> Basket:
    """The basket with every offer it qualifies for, whatever the order of lines and offers."""
    order = sorted(range(len(lines)), key=lambda i: astuple(lines[i])[:6])
    priced = [lines[i] for i in order]
    applied: list[Applied] = []
    offers = sorted(offers, key=lambda one: (one.promotion_id, one.coupon_id or ""))
    open_offers = [offer for offer in offers if offer.coupon_id is None]
    coupons = [offer for offer in offers if offer.coupon_id is not None]
    applied += _percent(priced, [one for one in open_offers if one.kind == "percent_off"])
    thresholds = [one for one in open_offers if one.kind == "threshold" and one.reached(priced)]
    if thresholds:
        best = max(thresholds, key=lambda one: (one.amount_off, one.promotion_id))
        applied.append(_off_the_basket(priced, best, best.amount_off))
    for coupon in coupons:
        if not coupon.reached(priced):
            continue
        if coupon.kind == "percent_off":
            covered = sum(line.amount for line in priced if coupon.covers(line))
            off = percent_of(covered, coupon.percent_off)
            applied.append(_off_the_basket(priced, coupon, off))
        elif coupon.kind == "threshold":
            applied.append(_off_the_basket(priced, coupon, coupon.amount_off))
        elif coupon.gift:
            applied.append(_gift(priced, coupon, coupon.gift))
    for offer in open_offers:
        if offer.kind == "gift" and offer.gift and offer.reached(priced):
            applied.append(_gift(priced, offer, offer.gift))
    as_scanned = sorted(range(len(order)), key=order.__getitem__)
    return Basket(
        (*(priced[i] for i in as_scanned), *priced[len(order) :]),
        tuple(applied),
        {line.product_id: line.discount for line in lines if line.discount},
    )


def _percent(priced: list[Line], offers: list[Offer]) -> list[Applied]:
    """The best percentage for each line; every threshold is looked at before any line is reduced."""
    taken: dict[str, int] = {}
    reached = [one for one in offers if one.reached(priced)]
    for i, line in enumerate(priced):
        fitting = [one for one in reached if one.covers(line)]
        if not fitting:
            continue
        best = max(fitting, key=lambda one: (one.percent_off, one.promotion_id))
        off = percent_of(line.amount, best.percent_off)
        priced[i] = replace(line, discount=line.discount + off, promotion_id=best.promotion_id)
        taken[best.promotion_id] = taken.get(best.promotion_id, 0) + off
    return [Applied(promotion, off) for promotion, off in taken.items()]


def _off_the_basket(priced: list[Line], offer: Offer, off: int) -> Applied:
    covered = [i for i, line in enumerate(priced) if offer.covers(line)]
    off = min(off, sum(priced[i].amount for i in covered))
    for i, part in zip(covered, spread(off, [priced[i].amount for i in covered]), strict=True):
        line = priced[i]
        priced[i] = replace(
            line,
            discount=line.discount + part,
            promotion_id=line.promotion_id or offer.promotion_id,
        )
    return Applied(offer.promotion_id, off, offer.coupon_id)


def _gift(priced: list[Line], offer: Offer, gift: Line) -> Applied:
    about = offer.promotion_id
    priced.append(replace(gift, discount=gift.gross, promotion_id=about, is_gift=True))
    return Applied(offer.promotion_id, gift.gross, offer.coupon_id)
