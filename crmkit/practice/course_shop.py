"""The course shop as a practice shop: one store's recent past, ready for the next morning's work.

The past is asked of the course data by `course_shop.sql` and written into the ledgers as it happened
(through the same key ring, with running balances), so that the books add up; from the opening on,
everybody goes through the desks.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, update

from crmkit.codes import LEVEL_STEPS
from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.practice import chain, schema, steps
from crmkit.practice.clock import FixedClock
from crmkit.practice.engine import in_a_hurry, writing
from crmkit.practice.goods import initials
from crmkit.practice.people import new_card, sealed_columns
from crmkit.practice.sql_files import queries

ZONE = ZoneInfo("Asia/Shanghai")
OPENING = datetime(2025, 7, 1, 9, 0)
HOME, NEIGHBOUR = "S01", "S02"
KEEPER = "E0007"
SELLERS = ("E0004", "E0005", "E0006")
RECENT_DAYS, SLEEPING_DAYS, SLEEPERS = 14, 45, 250
CARD_FROM = 200
"""From how many yuan a sale in the making earns a card on the board."""
FILES = (
    *("stores", "staff", "products", "promotions", "members", "sales", "payments", "referrals"),
    *("stock_daily", "targets", "footfall", "opportunities", "opportunity_stages", "tickets"),
    "surveys",
)
STORED = {
    "TIMESTAMP": "strftime(\"{}\" - INTERVAL 8 HOUR, '%Y-%m-%d %H:%M:%S.%f')",
    "DATE": '"{}"::VARCHAR',
}
"""How SQLite keeps what DuckDB reckons with: a moment of the shop in UTC, a day as it is written."""
BLANKS_AT_ONCE = 2_000
"""Of a statement that writes rows: SQLite reads the codes a column may hold once a statement."""
BLANKS = {
    "home": HOME,
    "neighbour": NEIGHBOUR,
    "opening": OPENING,
    "since": OPENING.date() - timedelta(days=RECENT_DAYS),
    "last": OPENING.date(),
    "recent_days": RECENT_DAYS,
    "sleeping_days": SLEEPING_DAYS,
    "sleepers": SLEEPERS,
    "campaign": "C00",
    "card_from": CARD_FROM * 100,
    "channels": list(schema.CONSENT_CHANNELS),
}


def build(shops, path: Path):
    """Make the course shop in this file, with its clock standing at the opening."""
    past = _Past()
    stores = {one.pop("id"): one for one in past.rows("store")}
    opening = _utc(OPENING)
    shop = shops.create(
        path,
        name=stores[HOME]["name"],
        store=(HOME, stores[HOME]["name"]),
        owner=("T0001", _("Trainer")),
        kind="practice",
        scene="course",
        clock=FixedClock(opening),
    )
    in_a_hurry(shop.engine)
    with writing(shop.engine) as connection:
        connection.execute(update(schema.shop).values(clock_at=opening))
        connection.execute(update(schema.store).values(stores.pop(HOME)))
        for number, about in stores.items():
            connection.execute(insert(schema.store).values(id=number, **about))
            place = {"id": number, "kind": "store", "store_id": number}
            connection.execute(insert(schema.location).values(place))
        past.write(connection, shop.keys)
        about = {"staff_id": "T0001", "store_id": HOME}
        chain.append(connection, shop.keys, opening, "shop.load", **about)
    _what_is_on(shop)
    return shop


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=ZONE).astimezone(UTC)


class _Past:
    """The store's past, reckoned by DuckDB and written into the shop's tables, each at once."""

    queries = queries(Path(__file__).with_suffix(".sql"))

    @cached_property
    def engine(self):
        """DuckDB with a view of every file of the course data, and the shop's own words."""
        import duckdb

        from crmkit.data.load import file_of

        engine = duckdb.connect()
        for name in FILES:
            engine.execute(
                f"CREATE VIEW {name} AS SELECT * FROM"
                f" read_parquet('{file_of(name)}', file_row_number = true)"
            )
        engine.execute("CREATE MACRO cents(yuan) AS round_even(yuan * 100, 0)::BIGINT")
        engine.execute(
            "CREATE MACRO who(one) AS CASE WHEN one IN (SELECT staff_id FROM staff"
            f" WHERE store_id IN ('{HOME}', '{NEIGHBOUR}')) THEN one ELSE 'T0001' END"
        )
        engine.execute("CREATE MACRO seller(one) AS CASE WHEN one IS NULL THEN 'WEB' ELSE who(one) END")  # fmt: skip
        rates = ", ".join(f"('{one.code}', {one.points_per_100_yuan})" for one in LEVEL_STEPS)
        engine.execute(
            f"CREATE TABLE level AS FROM (VALUES {rates}) AS of(level, points_per_100_yuan)"
        )
        return engine

    def rows(self, name: str) -> list[dict]:
        """What a query gives; later ones find it as a table called ``shop_<name>``."""
        names, rows = self._asked(name)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _asked(self, name: str) -> tuple[list[str], list[tuple]]:
        """The columns of a query and its rows, days and moments as SQLite keeps them, in UTC."""
        query = self.queries[name]
        words = steps.said("words") | {"web_shop": label("channel", "web")}
        blanks = {one: (BLANKS | words)[one] for one in re.findall(r"\$(\w+)", query)}
        kept = name.removeprefix("TEMP ") if name.startswith("TEMP ") else f"shop_{name}"
        self.engine.execute(f"CREATE TABLE {kept} AS {query}", blanks)
        if not kept.startswith("shop_"):
            return [], []
        known = schema.metadata.tables[name].c
        columns = {
            column: STORED.get(str(kind), '"{}"').format(column)
            for column, kind, *_more in self.engine.execute(f"FROM {kept} LIMIT 0").description
            if column in known or f"{column}_sealed" in known
        }
        rows = self.engine.execute(f"SELECT {', '.join(columns.values())} FROM {kept}").fetchall()
        return list(columns), rows

    def write(self, connection: Connection, keys) -> None:
        self.keys = keys
        for name in list(self.queries)[1:]:
            names, rows = self._asked(name)
            if rows:
                self._load(connection, schema.metadata.tables[name], names, rows)

    def _load(self, connection: Connection, table, names: list[str], rows: list[tuple]) -> None:
        """The rows as the shop's table has them, personal fields sealed."""
        if table in (schema.product, schema.survey_invite) or table.name in schema.SEALED:
            found = [self._row(table, dict(zip(names, row, strict=True))) for row in rows]
            names, rows = list(found[0]), [tuple(one.values()) for one in found]
        columns = ", ".join(f'"{one}"' for one in names)
        blanks = f"({', '.join('?' * len(names))})"
        many = BLANKS_AT_ONCE // len(names)
        for some in (rows[start : start + many] for start in range(0, len(rows), many)):
            into = f"INSERT INTO {table.name} ({columns}) VALUES {', '.join([blanks] * len(some))}"
            connection.exec_driver_sql(into, tuple(value for row in some for value in row))

    def seal(self, table, column: str, key, value: str | None) -> str | None:
        """As `Tx.seal`: this object stands in for the transaction when members are sealed."""
        return self.keys.seal(value, f"{table.name}.{column}:{key}")

    def _row(self, table, row: dict) -> dict:
        key: Any = row.get("id")
        if table is schema.member:
            sealed = {one: row.pop(one) for one in ("name", "phone", "email", "birth_date")}
            return row | sealed_columns(self, key, **sealed, card=new_card(key))
        if table is schema.product:
            return row | {"initials": initials(row["name"])}
        if table is schema.survey_invite:
            return row | {"code_token": self.keys.token("survey_code", f"past-{key}")}
        for one in schema.SEALED[table.name]:
            row[one] = self.seal(table, one, key, row.pop(one.removesuffix("_sealed"), None))
        return row


def _what_is_on(shop) -> None:
    """This morning's shop: offers, coupons, goods for points, a transfer on its way, two people
    who registered twice, plans for follow-up visits. All through the desks."""
    steps.do(shop, "offers")
    shop.offers.issue("JBIRTH", member_ids=shop.marketing.members_of("july_birthdays"))
    steps.do(shop, "to_be_called")
    _shared_out(shop)
    _promised(shop)
    steps.do(shop, "in_the_stock_room")
    _came_yesterday(shop)
    _on_its_way(shop)
    _registered_twice(shop)
    steps.do(shop, "to_be_looked_at")


def _shared_out(shop) -> None:
    """The calls are shared out among the sellers; some are left from Sunday."""
    for turn, task in enumerate(shop.followups.today()):
        left = {"due_on": "2025-06-29"} if turn % 7 == 3 else {}
        shop.followups.assign(task.id, SELLERS[turn % len(SELLERS)], **left)


def _promised(shop) -> None:
    """A call that nobody answered yesterday, promised for this morning."""
    mine = [one for one in shop.followups.today() if one.staff_id == SELLERS[0]]
    call = next(one for one in reversed(mine) if one.why == "new_arrivals")
    shop.office.set_clock(OPENING - timedelta(days=1))
    seller, today = shop.as_staff(SELLERS[0]), f"{OPENING:%Y-%m-%d}"
    seller.followups.finish(call.id, "no_answer", "call_again", next_on=today)
    shop.office.set_clock(OPENING)


def _came_yesterday(shop) -> None:
    """A delivery whose date is earlier than that of what stands on the shelf already."""
    shop.office.set_clock(OPENING - timedelta(hours=11, minutes=30))
    shop.as_staff(KEEPER).stock.receive([("P0072", 12)], best_before="2026-01-10")
    shop.office.set_clock(OPENING)


def _on_its_way(shop) -> None:
    keeper = shop.as_staff("T0001", store=NEIGHBOUR)
    plenty = [
        product
        for product in ("P0002", "P0004", "P0010", "P0020", "P0030", "P0040", "P0050", "P0060")
        if (keeper.stock.look(product).on_hand or 0) >= 5
    ][:3]
    if plenty:
        keeper.stock.send(HOME, [(product, 4) for product in plenty])


def _registered_twice(shop) -> None:
    """Two members with sales here get a second record: the same name, the same last digits."""
    from sqlalchemy import select

    m = schema.member
    with shop.engine.connect() as connection:
        rows = connection.execute(
            select(m)
            .where(m.c.home_store_id == HOME, m.c.birth_date_sealed.isnot(None))
            .order_by(m.c.id)
            .limit(2)
        ).all()
    for row in rows:
        name = shop.keys.open(row.name_sealed, f"member.name_sealed:{row.id}")
        phone = shop.keys.open(row.phone_sealed, f"member.phone_sealed:{row.id}")
        prefix = "179" if phone[:3] != "179" else "168"
        shop.members.register(name, prefix + phone[3:], gender=row.gender)
