"""What stands in a practice shop's books, for tasks to be judged by."""

import dataclasses
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from crmkit.i18n import LANGUAGES, get_language, use_language
from crmkit.learn.tasks.papers import Papers
from crmkit.learn.tasks.papers import read as read_papers
from crmkit.learn.tasks.stock import StockRoom

SEALED = ("name", "phone", "email", "birth_date")
PLAIN = ("gender", "district", "occupation", "household", "level")


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
class Noted:
    """A call of which something was noted."""

    member: str
    call: str
    outcome: str
    next_step: str
    next_on: str | None = None
    note: str = ""


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
    bills: tuple[Bill, ...] = ()
    offers: tuple[tuple[str, str], ...] = ()
    redeemed: tuple[tuple[str, str, int], ...] = ()
    stock_room: StockRoom = StockRoom()  # noqa: RUF009
    calls: tuple[Noted, ...] = ()
    papers: Papers = dataclasses.field(default_factory=dict)
    deals: tuple[Deal, ...] = ()

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

                @cache
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
                    table = {
                        "note": "followup_task",
                        "result": "improvement",
                        "body": "ticket_message",
                    }[field]
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
                    papers=read_papers(rows, schema, found, opened),
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
    def _bills(rows: Callable[[Any], list[Any]], schema: Any, found: dict) -> tuple[Bill, ...]:
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
            for field in SEALED
        }
        plain = {field: getattr(row, field) for field in PLAIN}
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
