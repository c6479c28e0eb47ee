"""Tasks at the till: sold, taken back, rung up with its offers, handed out for points."""

from dataclasses import dataclass

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.checks.outcome import Fault
from crmkit.learn.tasks.books import Bill, Books


@dataclass(frozen=True)
class WasSold:
    """A sale of exactly these products, less what was taken back, to this member, by number or
    phone, if one is named."""

    products: dict[str, int]
    member: str | None = None

    def touches(self, books: Books) -> set[str]:
        return set(self.products) | (
            {books.with_phone(self.member) or self.member} if self.member else set()
        )

    def fault(self, now: Books, before: Books) -> Fault | None:
        new = list(now.sales[len(before.sales) :])
        member = self.member and (now.with_phone(self.member) or self.member)
        if (member, self.products) in new or (
            self.member is None and any(sold == self.products for _buyer, sold in new)
        ):
            return None
        for buyer, sold in new:
            if sold == self.products:
                return Fault(
                    "wrong_member",
                    _("Sold, but to {buyer} instead of {member}.").format(
                        buyer=buyer or _("nobody named"), member=member
                    ),
                )
        same = [sold for _buyer, sold in new if set(sold) == set(self.products)]
        if same:
            product = next(one for one in self.products if same[-1][one] != self.products[one])
            return Fault(
                "wrong_quantity",
                _("{product}: {count} sold; it should be {right}.").format(
                    product=product, count=same[-1][product], right=self.products[product]
                ),
            )
        return Fault("not_sold", _("There is no such sale yet."))


@dataclass(frozen=True)
class WasReturned:
    """These products taken back, for this reason."""

    products: dict[str, int]
    reason: str

    def touches(self, books: Books) -> set[str]:
        return set(self.products)

    def fault(self, now: Books, before: Books) -> Fault | None:
        new = now.returns[len(before.returns) :]
        if (self.reason, self.products) in new:
            return None
        reasons = [reason for reason, back in new if back == self.products]
        if reasons:
            return Fault(
                "wrong_reason",
                _("Taken back, but for the reason “{reason}” instead of “{right}”.").format(
                    reason=label("return_reason", reasons[-1]),
                    right=label("return_reason", self.reason),
                ),
            )
        if new:
            words = _("Taken back: {there}. It should be: {right}.")
            there = _("; ").join(_listed(back) for _reason, back in new)
            return Fault("wrong_back", words.format(there=there, right=_listed(self.products)))
        return Fault("not_returned", _("There is no such return yet."))


def _listed(products: dict[str, int]) -> str:
    return _(", ").join(f"{product} × {many}" for product, many in sorted(products.items()))


@dataclass(frozen=True)
class WasRungUp:
    """A sale to a member of exactly these products with these offers and points, whatever came
    back of it later; with a `reason` all of it has come back for that reason."""

    member: str
    products: dict[str, int]
    offers: tuple[str, ...] = ()
    points: int = 0
    reason: str | None = None

    def touches(self, books: Books) -> set[str]:
        return set(self.products) | {self.member}

    def fault(self, now: Books, before: Books) -> Fault | None:
        offers = dict(now.offers)
        meant = [one for one in now.bills[len(before.bills) :] if self._may_be_meant(one)]
        faults = [self._wrong_with(one, offers) for one in meant]
        if not faults:
            return Fault("not_sold", _("There is no such sale yet."))
        if None in faults:
            return None
        # the sale that comes nearest to what was asked
        return min((one for one in faults if one), key=lambda one: _NEARER.index(one.reason))

    def _may_be_meant(self, bill: Bill) -> bool:
        """Not what was sold to somebody else, in another lesson of the same shop."""
        mine = bill.member == self.member or bill.products == self.products
        return mine or (bill.member is None and bool(set(bill.products) & set(self.products)))

    def _wrong_with(self, bill: Bill, offers: dict[str, str]) -> Fault | None:
        if bill.products != self.products:
            return Fault("other_goods", _("There is no sale of exactly these goods yet."))
        if bill.member != self.member:
            return Fault(
                "wrong_member",
                _("Sold, but to {buyer} instead of {member}.").format(
                    buyer=bill.member or _("nobody named"), member=self.member
                ),
            )
        if bill.points != self.points:
            return Fault(
                "wrong_points",
                _("{count} points were used; it should be {right}.").format(
                    count=bill.points, right=self.points
                ),
            )
        missing = sorted(set(self.offers) - bill.offers)
        if missing:
            words = _("“{offer}” was not used.")
            return Fault("no_offer", words.format(offer=offers.get(missing[0], missing[0])))
        if self.reason is None:
            return None
        if not bill.came_back:
            return Fault("not_returned", _("There is no such return yet."))
        if bill.kept:
            return Fault(
                "not_all_back",
                _("{count} pieces of this sale have not come back, gifts included.").format(
                    count=bill.kept
                ),
            )
        if bill.reason != self.reason:
            return Fault(
                "wrong_reason",
                _("Taken back, but for the reason “{reason}” instead of “{right}”.").format(
                    reason=label("return_reason", bill.reason or ""),
                    right=label("return_reason", self.reason),
                ),
            )
        return None


_NEARER = (
    *("wrong_reason", "not_all_back", "not_returned", "no_offer", "wrong_points"),
    *("wrong_member", "other_goods"),
)


@dataclass(frozen=True)
class WasHandedOut:
    """Goods a member got for points."""

    member: str
    product: str

    def touches(self, books: Books) -> set[str]:
        return {self.member, self.product}

    def fault(self, now: Books, before: Books) -> Fault | None:
        new = now.redeemed[len(before.redeemed) :]
        if (self.member, self.product, 1) in new:
            return None
        if new:
            member, product, _count = new[-1]
            return Fault(
                "wrong_handed_out",
                _("{product} went to {member} for points; that was not it.").format(
                    product=product, member=member
                ),
            )
        return Fault("not_handed_out", _("Nothing was handed out for points yet."))
