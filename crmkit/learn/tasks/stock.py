"""Tasks in the stock room: what was kept for somebody, sent, received, counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.learn.checks.outcome import Fault
from crmkit.learn.tasks.papers import UNDER_WAY
from crmkit.practice.domain import counting

ARRIVALS = {
    "received": "transfer_in",
    "lost": "transfer_lost",
    "back": "transfer_back",
    "surplus": "transfer_surplus",
}
"""What can become of goods on their way, and as what the stock ledger books it."""


@dataclass(frozen=True)
class Count:
    """A stocktake: where, whether it is open, what was on its sheet, and, once the counting ended,
    how many were counted of each product, with the cause that was noted; while it is open, what was
    noted so far and what was named to be counted again and is not yet."""

    store: str
    status: str
    sheet: frozenset[str]
    found: dict[str, tuple[int, str | None]]
    noted: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StockRoom:
    """The papers of the stock room: what is kept for members, transfers with what arrived of each
    product (kind and pieces, in order), stocktakes, by store and product at how many is ordered and
    up to how many, how many of which date are thought to stand where, what was written off (product,
    reason, pieces), and the ledger: every row a moment (UTC), a kind,
    a product, from where to where, pieces and both balances."""

    kept: tuple[dict[str, Any], ...] = ()
    sent: tuple[tuple[str, str, dict[str, int], bool], ...] = ()
    arrived: dict[tuple[int, str], tuple[tuple[str, int], ...]] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    rules: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    dates: dict[tuple[str, str, str], int] = field(default_factory=dict)
    written_off: tuple[tuple[str, str, int], ...] = ()
    ledger: tuple[tuple[Any, ...], ...] = ()

    @classmethod
    def read(cls, rows: Callable[[Any], list[Any]], schema: Any) -> "StockRoom":
        lines: dict[int, dict[str, int]] = {}
        for line in rows(schema.transfer_line):
            lines.setdefault(line.transfer_id, {})[line.product_id] = line.sent
        arrived: dict[tuple[int, str], tuple[tuple[str, int], ...]] = {}
        moves = sorted(rows(schema.stock_move), key=lambda row: row.id)
        for move in moves:
            if move.transfer_id is not None and move.kind in ARRIVALS.values():
                key = (move.transfer_id, move.product_id)
                arrived[key] = (*arrived.get(key, ()), (move.kind, move.quantity))
        back = {key[0] for key, of in arrived.items() if "transfer_back" in dict(of)}
        why = {row.move_id: row.reason for row in rows(schema.write_off)}
        return cls(
            kept=tuple(
                {
                    "product_id": row.product_id,
                    "member_id": row.member_id,
                    "quantity": row.quantity,
                    "status": row.status,
                    "days": (row.until - row.made_at).days,
                }
                for row in rows(schema.reservation)
            ),
            sent=tuple(
                (row.from_store_id, row.to_store_id, lines.get(row.id, {}), row.id in back)
                for row in rows(schema.transfer)
            ),
            arrived=arrived,
            rules={
                (row.store_id, row.product_id): (row.reorder_point, row.order_up_to)
                for row in rows(schema.reorder_rule)
            },
            dates={
                (row.store_id, row.product_id, f"{row.best_before}"): row.remaining
                for row in rows(schema.lot)
            },
            written_off=tuple(
                (move.product_id, why[move.id], move.quantity) for move in moves if move.id in why
            ),
            counts=_counts(rows, schema),
            ledger=tuple(
                (row.at, row.kind, row.product_id, row.from_id, row.to_id, row.quantity, row.from_balance, row.to_balance)
                for row in moves
            ),
        )  # fmt: skip


def _counts(rows: Callable[[Any], list[Any]], schema: Any) -> tuple[Count, ...]:
    """Every stocktake of a shop, with the last count of each product."""
    of_each: dict[tuple[int, str], list[Any]] = {}
    for row in sorted(rows(schema.stocktake_count), key=lambda row: row.id):
        of_each.setdefault((row.stocktake_id, row.product_id), []).append(row)
    last = {key: of[-1] for key, of in of_each.items() if of[-1].counted is not None}
    lines: dict[int, list[Any]] = {}
    for line in rows(schema.stocktake_line):
        lines.setdefault(line.stocktake_id, []).append(line)
    booked = {(row.stocktake_id, row.product_id) for row in rows(schema.stocktake_result)}
    ended = {"counted": last.keys(), "closed": booked}
    return tuple(
        Count(
            row.store_id,
            row.status,
            frozenset(line.product_id for line in lines[row.id]),
            {
                line.product_id: (last[row.id, line.product_id].counted, line.cause)
                for line in lines[row.id]
                if (row.id, line.product_id) in ended.get(row.status, ())
            },
            frozenset(
                line.product_id for line in lines[row.id] if (row.id, line.product_id) in last
            ),
            frozenset(
                line.product_id
                for line in lines[row.id]
                if counting.waits(of_each.get((row.id, line.product_id), ()), line.named_after)
            ),
        )
        for row in rows(schema.stocktake)
    )


@dataclass(frozen=True)
class WasKept:
    """So many of a product were set aside for a member, for so many `days` where that is said; with
    a `status` they still are, or are free again."""

    product: str
    member: str
    quantity: int
    days: int | None = None
    status: str | None = None

    def touches(self, books: Any) -> set[str]:
        return set()

    def fault(self, now: Any, before: Any) -> Fault | None:
        new = [one for one in now.stock_room.kept if one not in before.stock_room.kept]
        here = [one for one in new if one["product_id"] == self.product]
        mine = [one for one in here if one["member_id"] == self.member]
        if not here:
            return Fault(
                "not_kept", _("Nothing of {product} was kept yet.").format(product=self.product)
            )
        if not mine:
            return Fault(
                "kept_for_other",
                _("{product} was kept for {buyer} instead of {member}.").format(
                    product=self.product,
                    buyer=here[-1]["member_id"] or _("nobody named"),
                    member=self.member,
                ),
            )
        fit = [one for one in mine if one["quantity"] == self.quantity]
        if not fit:
            return Fault(
                "wrong_quantity",
                _("{count} were kept; it should be {right}.").format(
                    count=mine[-1]["quantity"], right=self.quantity
                ),
            )
        in_time = [one for one in fit if self.days in (None, one["days"])]
        if not in_time:
            return Fault(
                "wrong_days",
                _(
                    "{product} is kept for {count} days; {right} was asked for. Release it and keep "
                    "it anew."
                ).format(product=self.product, count=fit[-1]["days"], right=self.days),
            )
        fit = in_time
        if self.status and all(one["status"] != self.status for one in fit):
            return Fault(
                "still_kept",
                _("{product} is {state}; it should be {right}.").format(
                    product=self.product,
                    state=label("reservation_status", fit[-1]["status"]),
                    right=label("reservation_status", self.status),
                ),
            )
        return None  # fmt: skip


@dataclass(frozen=True)
class WasSent:
    """A transfer of exactly these products to that store."""

    to: str
    products: dict[str, int]

    def touches(self, books: Any) -> set[str]:
        return set(self.products)

    def fault(self, now: Any, before: Any) -> Fault | None:
        new = now.stock_room.sent[len(before.stock_room.sent) :]
        if not any(set(self.products) & set(one[2]) for one in new):
            return Fault("not_sent", _("These goods were not sent to another store yet."))
        same = [one for one in new if one[2] == self.products]
        if not same:
            near = next(one[2] for one in reversed(new) if set(self.products) & set(one[2]))
            said = _(", ").join(f"{one} × {n}" for one, n in near.items())
            return Fault(
                "other_goods",
                _("Sent: {goods}. That is not what was asked for.").format(goods=said),
            )
        if all(one[1] != self.to for one in same) and same[-1][3]:
            words = _("What was sent to {store} is called back. Now send it to {right}.")
            return Fault("wrong_store", words.format(store=same[-1][1], right=self.to))
        if all(one[1] != self.to for one in same):
            return Fault(
                "wrong_store",
                _("Sent to {store} instead of {right}.").format(store=same[-1][1], right=self.to),
            )
        return None  # fmt: skip


@dataclass(frozen=True)
class ReordersAt:
    """A store orders a product at so many pieces or fewer, up to so many."""

    store: str
    product: str
    point: int
    up_to: int

    def touches(self, books: Any) -> set[str]:
        return set()

    def fault(self, now: Any, before: Any) -> Fault | None:
        rule = now.stock_room.rules.get((self.store, self.product))
        if rule is None:
            words = _("{product} has no reorder point yet.")
            return Fault("no_reorder_point", words.format(product=self.product))
        for reason, words, there, right in (
            ("wrong_point", _("{product}: the reorder point is {count}; it should be {right}."), rule[0], self.point),
            ("wrong_level", _("{product} is ordered up to {count}; it should be {right}."), rule[1], self.up_to),
        ):  # fmt: skip
            if there != right:
                return Fault(reason, words.format(product=self.product, count=there, right=right))
        return None


@dataclass(frozen=True)
class BearsDate:
    """So many pieces of a product are noted with that date at a store."""

    store: str
    product: str
    best_before: str
    quantity: int

    def touches(self, books: Any) -> set[str]:
        return {self.product}

    def fault(self, now: Any, before: Any) -> Fault | None:
        def of(books: Any) -> dict[str, int]:
            dates = books.stock_room.dates.items()
            here = (self.store, self.product)
            return {key[2]: many for key, many in dates if key[:2] == here and many}

        there = of(now)
        if there.get(self.best_before, 0) == self.quantity:
            return None
        if there == of(before):
            here = (self.store, self.product)
            if now.on_hand.get(here, 0) > before.on_hand.get(here, 0):
                words = _("{product} came in, but its date was not noted.")
                return Fault("came_undated", words.format(product=self.product))
            words = _("{product}: no date was noted yet.")
            return Fault("not_dated", words.format(product=self.product))
        words = _("{product}, best before {day}: {count} are noted; it should be {right}.")
        about = {"product": self.product, "day": self.best_before, "right": self.quantity}
        return Fault("wrong_date", words.format(count=there.get(self.best_before, 0), **about))


@dataclass(frozen=True)
class WasWrittenOff:
    """So many pieces of a product were written off for that reason."""

    product: str
    quantity: int
    reason: str

    def touches(self, books: Any) -> set[str]:
        return {self.product}

    def fault(self, now: Any, before: Any) -> Fault | None:
        new = now.stock_room.written_off[len(before.stock_room.written_off) :]
        here = [one for one in new if one[0] == self.product]
        if not here:
            words = _("Nothing of {product} was written off yet.")
            return Fault("not_written_off", words.format(product=self.product))
        count = sum(many for _product, _reason, many in here)
        if count != self.quantity:
            words = _("{product}: {count} were written off; it should be {right}.")
            about = {"product": self.product, "count": count, "right": self.quantity}
            return Fault("wrong_quantity", words.format(**about))
        other = [reason for _product, reason, _many in here if reason != self.reason]
        if other:
            words = _("{product}: written off as “{reason}”; it should be “{right}”.")
            reasons = {"reason": label("return_reason", other[0]), "right": label("return_reason", self.reason)}  # fmt: skip
            return Fault("wrong_reason", words.format(product=self.product, **reasons))
        return None


@dataclass(frozen=True)
class HasArrived:
    """What became of a product of a transfer: the deliveries that were received, one after the
    other (later ones may follow), and how many were lost, sent back, or came beyond what was sent."""

    transfer: int
    product: str
    received: tuple[int, ...] = ()
    lost: int | None = None
    back: int | None = None
    surplus: int | None = None

    def touches(self, books: Any) -> set[str]:
        return {self.product}

    def fault(self, now: Any, before: Any) -> Fault | None:
        moves = now.stock_room.arrived.get((self.transfer, self.product), ())
        came = [pieces for kind, pieces in moves if kind == ARRIVALS["received"]]
        wanted = list(self.received)
        if not moves or (len(came) < len(wanted) > 1 and came == wanted[: len(came)]):
            words = _("Of {product} not all of transfer {transfer} is noted yet.")
            return Fault("not_arrived", words.format(product=self.product, transfer=self.transfer))
        for at, right in enumerate(wanted):
            if came[at : at + 1] != [right]:
                return self._wrong("received", came[at] if at < len(came) else 0, right)
        for what in ("lost", "back", "surplus"):
            right = getattr(self, what)
            count = sum(pieces for kind, pieces in moves if kind == ARRIVALS[what])
            if right is not None and count != right:
                return self._wrong(what, count, right)
        return None

    def _wrong(self, what: str, count: int, right: int) -> Fault:
        words = _("{product}, {kind}: {count}; it should be {right}.")
        kind = label("stock_kind", ARRIVALS[what])
        return Fault(
            f"wrong_{what}",
            words.format(product=self.product, kind=kind, count=count, right=right),
        )


@dataclass(frozen=True)
class WasCounted:
    """These products were counted so in one stocktake that is closed (counted again, and signed
    where that is needed), a cause noted for some; what nobody could see was left out, and so was what nobody asked for. How many of the goods `beside`
    them were counted is not judged here; neither are other stocktakes, of other goods."""

    store: str
    products: dict[str, int]
    causes: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def touches(self, books: Any) -> set[str]:
        return {*self.products, *self.beside}

    def fault(self, now: Any, before: Any) -> Fault | None:
        wanted = {*self.products, *self.left, *self.beside}
        here = [one for one in now.stock_room.counts if one.store == self.store]
        of_these = [one for one in here if one.sheet <= wanted and one.sheet & set(self.products)]
        closed = [one for one in here if one.status in ("counted", "closed")]
        faults = [self._wrong_with(one) for one in closed]
        seen = [one for one in faults if one and one.reason == "counted_unseen"]
        if seen:  # what stands in the book now is nobody's count: another stocktake mends nothing
            return seen[0]
        right = [one for one, fault in zip(closed, faults, strict=True) if fault is None]
        if any(one.status == "closed" for one in right):
            return None
        if right:
            return Fault(UNDER_WAY, _("All is counted; the manager has not signed yet."))
        going_on = [one for one in of_these if one.status == "open"]
        if going_on and going_on[-1].again:
            words = _("Not counted again yet: {goods}.")
            return Fault(UNDER_WAY, words.format(goods=_(", ").join(sorted(going_on[-1].again))))
        if going_on:
            words = _("The count goes on: {n} of {all} noted.")
            noted, sheet = going_on[-1].noted, going_on[-1].sheet
            return Fault(UNDER_WAY, words.format(n=len(noted & sheet), all=len(sheet)))
        tried = [
            fault
            for one, fault in zip(closed, faults, strict=True)
            if fault and (one in of_these or fault.reason == "counted_also")
        ]
        return (
            tried[-1]
            if tried
            else Fault("not_counted", _("No stocktake of these goods was closed yet."))
        )

    def _wrong_with(self, one: Count) -> Fault | None:
        if one.sheet >= set(self.products):
            for product in self.left:
                if product in one.found:
                    words = _("{product} was counted as {count}, though nobody could see it.")
                    return Fault(
                        "counted_unseen", words.format(product=product, count=one.found[product][0])
                    )
        for product, right in self.products.items():
            if product not in one.found:
                return Fault("left_out", _("{product} was not counted.").format(product=product))
            if one.found[product][0] != right:
                words = _("{product} was counted as {count}. Count again.")
                return Fault(
                    "wrong_count", words.format(product=product, count=one.found[product][0])
                )
        also = sorted(set(one.found) - {*self.products, *self.left, *self.beside})
        if also:
            words = _(
                "{product} was counted with it, and nobody asked for that. Count again without it."
            )
            return Fault("counted_also", words.format(product=also[0]))
        for product in self.causes:
            if not one.found[product][1]:
                return Fault(
                    "no_cause", _("{product}: no cause was noted.").format(product=product)
                )
        return None
