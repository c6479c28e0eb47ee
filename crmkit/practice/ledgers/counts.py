"""What was counted: every count with the book of that moment, and the book put right by the last.

A count is never changed; it is followed by another, or by an empty one where it was taken back.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from crmkit.practice import schema
from crmkit.practice.domain import counting
from crmkit.practice.ledgers import stock


@dataclass(frozen=True)
class Tally:
    """A stocktake's lines by product, with what each is called and what it cost, and every count of
    each, in order."""

    lines: dict[str, Any]
    counts: dict[str, list]

    @property
    def last(self) -> list:
        """The last count of each product; one that was taken back has none."""
        found = [self.counts[product][-1] for product in self.lines if product in self.counts]
        return [row for row in found if row.counted is not None]

    @property
    def noted(self) -> list:
        """The last counts, without those that were named to be counted again and are not yet."""
        return [row for row in self.last if not self._waits(row.product_id)]

    @property
    def waiting(self) -> tuple[str, ...]:
        """What was named to be counted again and is not yet."""
        return tuple(row.product_id for row in self.last if self._waits(row.product_id))

    @property
    def times(self) -> dict[str, int]:
        """How often each of them was counted so far."""
        return {product: len(counting.standing(self.counts[product])) for product in self.waiting}

    def before(self, product: str) -> tuple[int, ...]:
        """What was counted before, where goods were counted again."""
        return tuple(one.counted for one in counting.standing(self.counts[product])[:-1])

    @property
    def to_recount(self) -> tuple[str, ...]:
        """What has to be counted again before the stocktake can be closed."""
        return tuple(
            product
            for product, line in self.lines.items()
            if counting.to_recount(self.counts.get(product, []), line.named_after, line.cost)
        )

    @property
    def to_sign(self) -> tuple[str, ...]:
        """What differs so much that the manager signs for it."""
        return tuple(
            row.product_id
            for row in self.last
            if counting.differs_a_lot(
                row.counted - row.book, row.book, self.lines[row.product_id].cost
            )
        )

    def _waits(self, product: str) -> bool:
        return counting.waits(self.counts[product], self.lines[product].named_after)


def tally(tx, stocktake_id: int) -> Tally:
    """What is on a stocktake's sheet, and what was counted of it."""
    line, product, c = schema.stocktake_line, schema.product, schema.stocktake_count
    lines = tx.all(
        select(line, product.c.name, product.c.cost)
        .join(product, product.c.id == line.c.product_id)
        .where(line.c.stocktake_id == stocktake_id)
        .order_by(product.c.id)
    )
    counts = defaultdict(list)
    for row in tx.all(select(c).where(c.c.stocktake_id == stocktake_id).order_by(c.c.id)):
        counts[row.product_id].append(row)
    return Tally({row.product_id: row for row in lines}, dict(counts))


def write(tx, stocktake_id: int, product_id: str, counted: int | None) -> None:
    """So many were counted now; None takes back what was, and so does what is typed anew."""
    book = stock.balance(tx, tx.store_id, product_id)
    about = {"stocktake_id": stocktake_id, "product_id": product_id, "book": book}
    tx.insert(schema.stocktake_count, counted=counted, **about)


def explain(tx, stocktake_id: int, product_id: str, cause: str) -> None:
    """Why a product's book and count differ."""
    _change(tx, stocktake_id, product_id, cause=cause)


def name(tx, stocktake_id: int, product_id: str) -> None:
    """From now on it is to be counted again; what was counted so far is not shown any more."""
    c = schema.stocktake_count
    last = tx.last(c.c.id, c.c.stocktake_id == stocktake_id, c.c.product_id == product_id)
    _change(tx, stocktake_id, product_id, named_after=last)


def _change(tx, stocktake_id: int, product_id: str, **given) -> None:
    line = schema.stocktake_line
    here = (line.c.stocktake_id == stocktake_id, line.c.product_id == product_id)
    tx.execute(update(line).where(*here).values(given))


def book(tx, stocktake_id: int, signed_by: str | None) -> None:
    """Put the book right by what was counted, with who signed for it where that is needed. What the
    book let go more of meanwhile than was counted is left as it is."""
    found = tally(tx, stocktake_id)
    for row in found.last:
        difference, cause = row.counted - row.book, found.lines[row.product_id].cause
        if stock.balance(tx, tx.store_id, row.product_id) + difference < 0:
            continue
        tx.insert(
            schema.stocktake_result,
            stocktake_id=stocktake_id,
            product_id=row.product_id,
            book=row.book,
            counted=row.counted,
            difference=difference,
            cause=cause,
        )
        if difference:
            about = {"stocktake_id": stocktake_id, "reason": cause}
            stock.adjust(tx, "count", row.product_id, difference, **about)
    signed = {"signed_by": signed_by, "signed_at": tx.now} if signed_by else {}
    tx.update(schema.stocktake, stocktake_id, status="closed", **signed)
