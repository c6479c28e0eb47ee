"""The caller's basket: filled line by line, told its price, paid once.

It carries the key under which it is rung up, so that a second press, or a line that broke after
the first, gives the first receipt again; and it pays what the customer was told, or nothing.
"""

import uuid


class Basket:
    """What a customer is about to buy at a till.

    >>> import tempfile
    >>> from crmkit.practice import Shop
    >>> shop = Shop.practice("corner", folder=tempfile.mkdtemp())
    >>> basket = shop.till.basket()
    >>> basket.add("P1"); basket.add("P1")
    >>> basket.units, basket.pay(tendered=30_000).change
    ([('P1', 2)], 4200)
    >>> shop.close()
    """

    def __init__(self, till):
        self.till = till
        self.clear()

    def clear(self) -> None:
        """Empty it for the next customer, under a fresh key."""
        self.units: list[tuple[str, int]] = []
        self.about: dict = {}
        self.told: int | None = None
        self.key = uuid.uuid4().hex

    def add(self, product_id: str, quantity: int = 1) -> None:
        """Put units of a product in, or (negative) take some out again."""
        units = dict(self.units)
        units[product_id] = units.get(product_id, 0) + quantity
        self.units = [(product, many) for product, many in units.items() if many > 0]
        self.told = None

    def quote(self, **about):
        """What it costs now; `about` is what `till.quote` takes: member_id, coupon, pay_points …"""
        self.about = about
        quote = self.till.quote(self.units, **about)
        self.told = quote.total + about.get("round_off", 0)
        return quote

    def pay(self, **paid):
        """Ring it up for what was told last; `paid` is what else `till.sell` takes."""
        asked = self.about | paid
        if self.told is not None:
            asked = {"expected_total": self.told} | asked
        return self.till.sell(self.units, key=self.key, **asked)

    def hold(self, note: str | None = None) -> int:
        """Put it aside; its number. The basket is empty then."""
        kept = {name: self.about.get(name) for name in ("member_id", "coupon")}
        number = self.till.hold(self.units, note=note, **kept, key=f"hold-{self.key}")
        self.clear()
        return number

    def fetch(self, number: int) -> None:
        """Take one up that was put aside; what is in here is replaced."""
        held = self.till.fetch(number)
        self.clear()
        self.units = list(held.basket)
        kept = {"member_id": held.member_id, "coupon": held.coupon}
        self.about = {name: value for name, value in kept.items() if value is not None}
