"""Tasks on the practice CRM, judged by what stands in its books.

A task is a list of parts, each worth marks of its own. Only where the shop stands counts, not the
way there: what was done and undone again costs nothing. `nothing_else` compares with the untouched
scene, so a stranger who was changed, merged or forgotten is seen. Checks only read.
"""

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakMethod

from crmkit.errors import CrmkitError
from crmkit.i18n import LANGUAGES, get_language, label, use_language
from crmkit.i18n import gettext as _
from crmkit.learn import answers, authored, paper_tasks, records
from crmkit.learn.authored import say
from crmkit.learn.checks.outcome import NOT_ATTEMPTED, RIGHT, WRONG, Fault, Outcome, is_grading
from crmkit.learn.paper_tasks import UNDER_WAY, Paper, noted_otherwise
from crmkit.learn.stock_tasks import (
    HasArrived,
    ReordersAt,
    StockRoom,
    WasCounted,
    WasKept,
    WasSent,
)
from crmkit.screen import Screen

_SEALED = ("name", "phone", "email", "birth_date")
_PLAIN = ("gender", "district", "occupation", "household", "level")
_WRITTEN = (*_SEALED, *_PLAIN[:-1])
"""What people write into a record; the level follows from what is bought."""


_watching: "WeakKeyDictionary[Screen, tuple[Path, WeakMethod | None]]" = WeakKeyDictionary()


def watch(screen: Screen, folder: Path, look: Callable[[], None] | None = None) -> None:
    """Draw this screen again, or `look` again, whenever something is done in the folder's shop."""
    _watching[screen] = (folder, WeakMethod(look) if look else None)


def shop_changed(folder: Path) -> None:
    """Something was done in the practice shop of this folder."""
    for screen, (there, look) in list(_watching.items()):
        if there == folder:
            ((look and look()) or screen.refresh)()


@dataclass(frozen=True)
class Books:
    """What stands in a shop's books, in plain values, read in one look."""

    scene: str
    language: str
    members: dict[str, dict[str, Any]]
    agreed: frozenset[tuple[str, str]]
    on_hand: dict[tuple[str, str], int]
    sales: tuple[tuple[str | None, dict[str, int]], ...]
    returns: tuple[tuple[str, dict[str, int]], ...]
    whole: bool
    bills: tuple["Bill", ...] = ()
    offers: tuple[tuple[str, str], ...] = ()
    redeemed: tuple[tuple[str, str, int], ...] = ()
    stock_room: StockRoom = StockRoom()  # noqa: RUF009
    calls: tuple["Noted", ...] = ()
    papers: paper_tasks.Papers = dataclasses.field(default_factory=dict)
    deals: tuple["Deal", ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Books":
        """The books of the practice shop in this file."""
        from sqlalchemy import select, text

        from crmkit.practice import Keyring, chain, schema
        from crmkit.practice.engine import open_engine, reading
        from crmkit.practice.scenes import LANGUAGE

        keys = Keyring.for_practice()
        engine = open_engine(path, served=False)
        try:
            with reading(engine) as connection:

                def rows(table: Any) -> list[Any]:
                    return list(connection.execute(select(table)))

                found = {row.id: cls._member(keys, row) for row in rows(schema.member)}
                agreed: dict[tuple[str, str], bool] = {}
                for event in sorted(rows(schema.consent_event), key=lambda row: row.id):
                    if event.purpose == "marketing":
                        agreed[found[event.member_id]["is_now"], event.channel] = event.given
                lines: dict[int, dict[str, int]] = {}
                products: dict[tuple[int, int], str] = {}
                for line in rows(schema.sale_line):
                    sold = lines.setdefault(line.sale_id, {})
                    sold[line.product_id] = sold.get(line.product_id, 0) + line.quantity
                    products[line.sale_id, line.line] = line.product_id

                def opened(row: Any, field: str) -> str | None:
                    sealed = f"{field}_sealed"
                    table = {"note": "followup_task", "result": "improvement"}[field]
                    return keys.open(getattr(row, sealed), f"{table}.{sealed}:{row.id}")

                sale_of = {row.id: row for row in rows(schema.sale_return)}
                back: dict[int, dict[str, int]] = {}
                for line in rows(schema.return_line):
                    of_sale = sale_of[line.return_id].sale_id
                    product = products[of_sale, line.line]
                    given = back.setdefault(line.return_id, {})
                    given[product] = given.get(product, 0) + line.quantity
                    lines[of_sale][product] -= line.quantity
                stock = connection.execute(
                    text(
                        "SELECT location_id, product_id, quantity FROM stock_on_hand"
                        " WHERE location_id NOT LIKE '@%'"
                    )
                )
                named = connection.scalar(
                    select(schema.setting.c.value).where(schema.setting.c.name == LANGUAGE)
                )
                return cls(
                    scene=connection.scalar(select(schema.shop.c.scene)) or "",
                    language=named if named in LANGUAGES else get_language(),
                    members=found,
                    agreed=frozenset(key for key, given in agreed.items() if given),
                    on_hand={(row.location_id, row.product_id): row.quantity for row in stock},
                    sales=tuple(
                        (
                            found[row.member_id]["is_now"] if row.member_id else None,
                            {product: n for product, n in lines[row.id].items() if n},
                        )
                        for row in rows(schema.sale)
                    ),
                    returns=tuple((sale_of[one].reason, given) for one, given in back.items()),
                    bills=cls._bills(rows, schema, found),
                    offers=tuple((one.id, one.name) for one in rows(schema.promotion)),
                    redeemed=tuple(
                        (found[one.member_id]["is_now"], one.product_id, one.quantity)
                        for one in rows(schema.redemption)
                    ),
                    stock_room=StockRoom.read(rows, schema),
                    papers=paper_tasks.read(rows, schema, found, opened),
                    calls=tuple(
                        Noted(
                            found[one.member_id]["is_now"],
                            *(one.why, one.outcome, one.next_step),
                            one.next_on and f"{one.next_on}",
                            opened(one, "note") or "",
                        )
                        for one in rows(schema.followup_task)
                        if one.outcome
                    ),
                    deals=tuple(
                        Deal(
                            found[one.member_id]["is_now"],
                            *(one.product_id, one.amount, one.stage, one.lost_reason),
                            one.next_on and f"{one.next_on}",
                        )
                        for one in rows(schema.opportunity)
                    ),
                    whole=chain.first_break(connection, keys) is None,
                )
        finally:
            engine.dispose()

    @staticmethod
    def _bills(rows: Callable[[Any], list[Any]], schema: Any, found: dict) -> tuple["Bill", ...]:
        """Every sale as it was rung up, and what came back of it."""
        lines: dict[int, list[Any]] = {}
        for line in rows(schema.sale_line):
            lines.setdefault(line.sale_id, []).append(line)
        offers: dict[int, set[str]] = {}
        for one in rows(schema.sale_offer):
            offers.setdefault(one.sale_id, set()).add(one.promotion_id)
        sale_of = {row.id: row for row in rows(schema.sale_return)}
        back: dict[tuple[int, int], int] = {}
        for one in rows(schema.return_line):
            key = (sale_of[one.return_id].sale_id, one.line)
            back[key] = back.get(key, 0) + one.quantity
        reasons = {row.sale_id: row.reason for row in sale_of.values()}
        return tuple(
            Bill(
                member=found[row.member_id]["is_now"] if row.member_id else None,
                products={one.product_id: one.quantity for one in lines[row.id] if not one.is_gift},
                points=row.points_paid,
                offers=frozenset(offers.get(row.id, ())),
                kept=sum(one.quantity - back.get((row.id, one.line), 0) for one in lines[row.id]),
                came_back=sum(back.get((row.id, one.line), 0) for one in lines[row.id]),
                reason=reasons.get(row.id),
            )
            for row in rows(schema.sale)
        )

    @staticmethod
    def _member(keys: Any, row: Any) -> dict[str, Any]:
        sealed = {
            field: keys.open(getattr(row, f"{field}_sealed"), f"member.{field}_sealed:{row.id}")
            for field in _SEALED
        }
        plain = {field: getattr(row, field) for field in _PLAIN}
        return {"status": row.status, "is_now": row.survivor_id, **sealed, **plain}

    def with_phone(self, phone: str) -> str | None:
        """The number of the live member who has this phone."""
        return next(
            (
                member
                for member, fields in self.members.items()
                if fields["phone"] == phone and fields["status"] == "live"
            ),
            None,
        )


def books_in(file: Path) -> Books:
    """The books of this file as it stands now, read once for as long as nothing changes."""
    about = file.stat()
    return _books_of(file.resolve(), about.st_ino, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=8)
def _books_of(file: Path, *_state: int) -> Books:
    return Books.read(file)


@cache
def untouched_books(scene: str, language: str) -> Books:
    """The books of a scene that nobody has worked on, its people named in that language."""
    from crmkit.practice import Shop

    with (
        use_language(language),
        tempfile.TemporaryDirectory(prefix="crmkit-scene-") as folder,
    ):
        Shop.practice(scene, folder=folder).close()
        return Books.read(Path(folder) / "shop.db")


def _was(field: str, fields: dict[str, Any]) -> str:
    """A field of a member's record and what stood in it, so that it can be put back."""
    value = fields[field]
    words = label("field", field)
    return (
        words if value is None else _("{field} (it was {value})").format(field=words, value=value)
    )


@dataclass(frozen=True)
class HasMember:
    """A live member, by number or phone, whose record says this."""

    wanted: dict[str, Any]

    def touches(self, books: Books) -> set[str]:
        found = self.wanted.get("id") or books.with_phone(self.wanted["phone"])
        return {found} if found else set()

    def fault(self, now: Books, before: Books) -> Fault | None:
        number = self.wanted.get("id") or now.with_phone(self.wanted["phone"])
        new = sorted(one for one in now.members if one not in before.members)
        if number is None and new:
            return Fault(
                "nobody",
                _("No member has the phone {phone}; the new member {id} has another.").format(
                    phone=self.wanted["phone"], id=new[-1]
                ),
            )
        if number is None:
            return Fault(
                "nobody",
                _("No member has the phone {phone} yet.").format(phone=self.wanted["phone"]),
            )
        fields = now.members.get(number)
        if fields is None:
            return Fault("nobody", _("There is no member {id}.").format(id=number))
        if fields["status"] == "erased":
            return Fault("erased", _("{id} was erased; that cannot be undone.").format(id=number))
        mixed_up = self._namesake(number, now, before)
        if mixed_up:
            return mixed_up
        same = [one for one in new if now.members[one]["name"] == fields["name"]]
        twice = [one for one in same if now.members[one]["status"] == "live" and one != number]
        if number in before.members and twice:
            return Fault(
                "twice",
                _(
                    "There are two records now: {id} and {other}. Call the manager to merge them"
                    " into {id}, then look at {id} again."
                ).format(id=number, other=twice[0]),
            )
        if fields["status"] == "merged":
            fields = now.members[fields["is_now"]]
        for field, right in self.wanted.items():
            if field in ("id", "agrees_to", "declines"):
                continue
            names = set(right.values()) if isinstance(right, dict) else {right}
            if fields[field] in names:
                continue
            shown = say(right) if isinstance(right, dict) else right
            words = {"id": number, "field": label("field", field), "right": shown}
            if fields[field] is None:
                return Fault(
                    "empty", _("{id}: {field} is empty; it should be {right}.").format(**words)
                )
            return Fault(
                "wrong_field",
                (
                    _("One record again; {field} on {id} is still {value}. Make it {right}.")
                    if any(now.members[one]["is_now"] == number for one in same)
                    else _("{id}: {field} is {value}; it should be {right}.")
                ).format(**words, value=fields[field]),
            )
        for channel in self.wanted.get("agrees_to", ()):
            if (number, channel) not in now.agreed:
                return Fault(
                    "no_consent",
                    _("{id} has not agreed to {channel} on record.").format(
                        id=number, channel=label("channel", channel)
                    ),
                )
        for channel in self.wanted.get("declines", ()):
            if (number, channel) in now.agreed:
                return Fault(
                    "still_agrees",
                    _("{id} still agrees to {channel} on record.").format(
                        id=number, channel=label("channel", channel)
                    ),
                )
        return None

    @staticmethod
    def _namesake(number: str, now: Books, before: Books) -> Fault | None:
        """Somebody else of the same name, whose record was taken for this one's."""
        name = before.members.get(number, {}).get("name")
        for other, was in before.members.items():
            if other == number or was["name"] != name or was["status"] != "live":
                continue
            is_now = now.members[other]
            changed = [_was(one, was) for one in _WRITTEN if is_now[one] != was[one]]
            if {c for m, c in now.agreed if m == other} != {
                c for m, c in before.agreed if m == other
            }:
                changed.append(_("consent"))
            if changed:
                return Fault(
                    "namesake_changed",
                    _(
                        "{other} has the same name, but is somebody else: {field} was changed there."
                        " Put it back, then open {id}."
                    ).format(other=other, field=changed[0], id=number),
                )
        return None


@dataclass(frozen=True)
class AreMerged:
    """Two records made one, the right one kept."""

    keep: str
    gone: str

    def touches(self, books: Books) -> set[str]:
        return {self.keep, self.gone}

    def fault(self, now: Books, before: Books) -> Fault | None:
        kept, gone = now.members.get(self.keep), now.members.get(self.gone)
        if kept is None or gone is None:
            missing = self.keep if kept is None else self.gone
            return Fault("nobody", _("There is no member {id}.").format(id=missing))
        for number, fields in ((self.keep, kept), (self.gone, gone)):
            if fields["status"] == "erased":
                return Fault(
                    "erased", _("{id} was erased; that cannot be undone.").format(id=number)
                )
        if kept["status"] == "merged" and kept["is_now"] == self.gone:
            return Fault(
                "wrong_way_round",
                _(
                    "Merged the wrong way round: {keep} should have been kept. Undo the merge, then merge again."
                ).format(keep=self.keep),
            )
        if gone["is_now"] == self.keep:
            return None
        if gone["is_now"] != self.gone:
            return Fault(
                "wrong_partner",
                _(
                    "{gone} was merged into {other}, not into {keep}. Undo the merge, then merge again."
                ).format(gone=self.gone, other=gone["is_now"], keep=self.keep),
            )
        return Fault(
            "not_merged",
            _("{keep} and {gone} are still two records.").format(keep=self.keep, gone=self.gone),
        )


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
class Bill:
    """A sale as it was rung up: without its gifts, with the points paid and the offers that
    counted; of all its units, how many the customer kept and how many came back, and why."""

    member: str | None
    products: dict[str, int]
    points: int
    offers: frozenset[str]
    kept: int
    came_back: int
    reason: str | None


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


@dataclass(frozen=True)
class Noted:
    """A call of which something was noted."""

    member: str
    call: str
    outcome: str
    next_step: str
    next_on: str | None = None
    note: str = ""


@dataclass(frozen=True)
class WasCalled(Noted):
    """A call on the list of which this was noted: what came of it, what happens next, and one of
    these words of the customer."""

    says: tuple[str, ...] = ()

    def touches(self, books: Books) -> set[str]:
        return {self.member}

    def fault(self, now: Books, before: Books) -> Fault | None:
        noted = [one for one in now.calls if (one.member, one.call) == (self.member, self.call)]
        if not noted:
            return Fault("not_called", _("Nothing is noted of this call yet."))
        (one,) = noted
        for field, kind, reason in (
            ("outcome", "outcome", "wrong_outcome"),
            ("next_step", "next_step", "wrong_step"),
            ("next_on", None, "wrong_day"),
        ):
            there, right = getattr(one, field), getattr(self, field)
            if right is not None and there != right:
                value = label(kind, there) if kind else there or "–"
                return noted_otherwise(reason, field, value)
        if self.says and not any(word in one.note.casefold() for word in self.says):
            words = _("The note does not say it yet: write down what the customer said.")
            return Fault("says_nothing", words)
        return None


@dataclass(frozen=True)
class Deal:
    """An opportunity as it stands; the amount in cents."""

    member: str
    product: str | None = None
    amount: int | None = None
    stage: str = ""
    lost_reason: str | None = None
    next_on: str | None = None


@dataclass(frozen=True)
class StandsAt(Deal):
    """An opportunity of this member that stands so, opened anew or moved; what is not named may
    be anything."""

    def touches(self, books: Books) -> set[str]:
        return {self.member}

    def fault(self, now: Books, before: Books) -> Fault | None:
        theirs = [one for one in now.deals if one.member == self.member]
        if not theirs:
            return Fault("no_deal", _("This member has no opportunity yet."))
        faults = [self._wrong_with(one) for one in theirs]
        return None if None in faults else faults[-1]

    def _wrong_with(self, one: Deal) -> Fault | None:
        for field, reason, shown in (
            ("product", "other_goods", str),
            ("stage", "wrong_stage", lambda code: label("stage", code)),
            ("lost_reason", "wrong_reason", lambda code: label("lost_reason", code)),
            ("amount", "wrong_amount", lambda cents: f"{cents / 100:,.2f}"),
            ("next_on", "wrong_day", str),
        ):
            there, right = getattr(one, field), getattr(self, field)
            if right is not None and there != right:
                return noted_otherwise(reason, field, "–" if there is None else shown(there))
        return None


@dataclass(frozen=True)
class OnHand:
    """How many of a product a store has now."""

    store: str
    product: str
    quantity: int

    def touches(self, books: Books) -> set[str]:
        return {self.product}

    def fault(self, now: Books, before: Books) -> Fault | None:
        there = now.on_hand.get((self.store, self.product), 0)
        if there == self.quantity:
            return None
        return Fault(
            "wrong_stock",
            _("{store} has {count} of {product}; it should have {right}.").format(
                store=self.store, product=self.product, count=there, right=self.quantity
            ),
        )


@dataclass(frozen=True)
class NothingElse:
    """Everybody and everything that no task names is as it was."""

    free: frozenset[str]

    def touches(self, books: Books) -> set[str]:
        return set()

    def fault(self, now: Books, before: Books) -> Fault | None:
        for number, fields in before.members.items():
            if number in self.free:
                continue
            became = now.members.get(number)
            if became is None or became["status"] == "erased":
                return Fault(
                    "stranger_gone",
                    _("{id} is gone, and nobody asked for that.").format(id=number),
                )
            if became["status"] == "merged" and fields["status"] == "live":
                return Fault(
                    "stranger_merged",
                    _("{id} was merged, and nobody asked for that.").format(id=number),
                )
            changed = [field for field in fields if became[field] != fields[field]]
            if changed:
                return Fault(
                    "stranger_changed",
                    _("{id}: {field} was changed, and nobody asked for that.").format(
                        id=number, field=_was(changed[0], fields)
                    ),
                )
        for number, fields in now.members.items():
            if (
                number not in before.members
                and number not in self.free
                and fields["status"] == "live"
            ):
                return Fault(
                    "one_too_many",
                    _("{id} was registered, and nobody asked for that.").format(id=number),
                )
        for key in sorted({*before.on_hand, *now.on_hand}):
            then, there = before.on_hand.get(key, 0), now.on_hand.get(key, 0)
            if key[1] not in self.free and then != there:
                return Fault(
                    "stock_changed",
                    _("{store} has {count} of {product} instead of {then}.").format(
                        store=key[0], product=key[1], count=there, then=then
                    ),
                )
        return None


_GOALS = {
    "member": lambda wanted: HasMember(wanted),
    "merged": lambda wanted: AreMerged(**wanted),
    "sold": lambda wanted: WasSold(**wanted),
    "returned": lambda wanted: WasReturned(**wanted),
    "on_hand": lambda wanted: OnHand(**wanted),
    "rung_up": lambda wanted: WasRungUp(**wanted),
    "handed_out": lambda wanted: WasHandedOut(**wanted),
    "kept": lambda wanted: WasKept(**wanted),
    "sent": lambda wanted: WasSent(**wanted),
    "reorder": lambda wanted: ReordersAt(**wanted),
    "arrived": lambda wanted: HasArrived(**wanted),
    "counted": lambda wanted: WasCounted(**wanted),
    "called": lambda wanted: WasCalled(**wanted | {"says": tuple(wanted.get("says", ()))}),
    **{
        kind: partial(Paper, kind)
        for kind in ("wish", "push", "message", "ticket", "improvement", "asked")
    },
    "opportunity": lambda wanted: StandsAt(**wanted),
}


class Tasks:
    """What there is to do in a practice shop, and how far it is done.

    By the exercise's name (``Tasks("member-desk")``) or the path of a YAML file. As the last line
    of a cell it shows what is done and what is not. Raises `ContentError` for a careless text.
    """

    def __init__(self, name: str | Path):
        path = authored.find("tasks", name)
        self.data, lines = authored.read(path, "tasks")
        self.name = path.name.removesuffix(".yaml").removesuffix(".yml")
        self.scene: str = self.data["scene"]
        seen: set[str] = set()
        for place, task in enumerate(self.data["tasks"]):
            parts = [part["id"] for part in task["parts"]]
            if task["id"] in seen or len(set(parts)) < len(parts):
                authored.fail(lines, ("tasks", place, "id"), _("this id stands twice."))
            seen.add(task["id"])

    def __repr__(self) -> str:
        return f"Tasks({self.name!r})"

    def ask(self, task: str) -> dict[str, str]:
        """What there is to do, in both languages."""
        self.parts(task)
        return next(one["ask"] for one in self.data["tasks"] if one["id"] == task)

    def parts(self, task: str, part: str | None = None) -> list[dict]:
        """The parts of a task, or the one that is named."""
        by_id = {one["id"]: one["parts"] for one in self.data["tasks"]}
        found = [one for one in by_id.get(task, ()) if part in (None, one["id"])]
        if not found:
            raise CrmkitError(
                _("There is no task {task}. There are: {known}").format(
                    task=task if part is None else f"{task}/{part}",
                    known=", ".join(
                        f"{name}/{one['id']}" for name, its in by_id.items() for one in its
                    ),
                )
            )
        return found

    def _goal(self, part: dict, now: Books) -> Any:
        kind = next(name for name in part if name != "id")
        if kind != "nothing_else":
            return _GOALS[kind](part[kind])
        free = {*part[kind].get("members", ()), *part[kind].get("products", ())}
        for task in self.data["tasks"]:
            for other in task["parts"]:
                if "nothing_else" not in other:
                    free |= self._goal(other, now).touches(now)
        return NothingElse(frozenset(free))

    def outcome(
        self, task: str, part: str | None = None, folder: str | Path | None = None
    ) -> Outcome:
        """How a task, or one part of it, stands in the shop of this folder, else the learner's."""
        name = f"{self.name}: {task}" + (f"/{part}" if part else "")
        parts = self.parts(task, part)
        file = (answers.folder() if folder is None else Path(folder)) / "shop.db"
        if not file.is_file():
            return Outcome(
                NOT_ATTEMPTED,
                name,
                "untouched",
                _('Not attempted yet: open the shop with Shop.practice("{scene}").').format(
                    scene=self.scene
                ),
            )
        from sqlalchemy.exc import SQLAlchemyError

        try:
            now = books_in(file)
        except (SQLAlchemyError, CrmkitError, OSError) as error:
            return Outcome(
                WRONG,
                name,
                "damaged",
                _("shop.db cannot be read ({kind}). Start again with reset=True.").format(
                    kind=type(error).__name__
                ),
            )
        if now.scene != self.scene:
            return Outcome(
                WRONG,
                name,
                "other_scene",
                _("This shop is the scene {found}, not {scene}.").format(
                    found=now.scene, scene=self.scene
                ),
            )
        if not now.whole:
            return Outcome(
                WRONG,
                name,
                "tampered",
                _("The shop's books were changed past its desks. Start again with reset=True."),
            )
        before = untouched_books(self.scene, now.language)
        for one in parts:
            goal = self._goal(one, now)
            fault = goal.fault(now, before)
            if fault is not None:
                # what stands as it stood at first was not tried yet
                waits = fault.reason == UNDER_WAY or fault == goal.fault(before, before)
                status = NOT_ATTEMPTED if waits else WRONG
                return Outcome(status, name, fault.reason, fault.message)
        if now == before:
            return Outcome(
                NOT_ATTEMPTED,
                name,
                "untouched",
                _("Not attempted yet: nothing was done in the shop."),
            )
        return Outcome(RIGHT, name)

    def standing(self, folder: str | Path | None = None) -> Iterator[tuple[dict, list[Outcome]]]:
        """Every task with how each of its parts stands in the shop of this folder."""
        for task in self.data["tasks"]:
            outcomes = [self.outcome(task["id"], part["id"], folder) for part in task["parts"]]
            for part, one in zip(task["parts"], outcomes, strict=True):
                records.note("task", self.name, f"{task['id']}/{part['id']}", one.status)
            yield task, outcomes

    def done_before(self) -> set[str]:
        """The tasks of which all was right once, whatever the shop holds now."""
        right = {
            event["item"]
            for event in records.events()
            if (event["kind"], event["place"], event["outcome"]) == ("task", self.name, RIGHT)
        }
        return {
            task["id"]
            for task in self.data["tasks"]
            if right.issuperset(f"{task['id']}/{part['id']}" for part in task["parts"])
        }

    def _lines(self) -> Iterator[str]:
        yield say(self.data["title"])
        for number, (task, outcomes) in enumerate(self.standing(), 1):
            done = sum(one.status == RIGHT for one in outcomes)
            sign = "✓" if done == len(outcomes) else "○"
            yield f"{sign} {number}. {say(task['ask'])} ({done} / {len(outcomes)})"
            yield from (f"     {one.plain_sentence}" for one in outcomes if one.status == WRONG)

    @property
    def text(self) -> str:
        """What there is to do, what is done, and why not."""
        return "\n".join(self._lines())

    def _ipython_display_(self) -> None:
        from crmkit.learn.forms import TasksForm, display_with_text

        if not is_grading():
            display_with_text(TasksForm, self, self.text)
