"""How fast the practice CRM is, and how it grows: run `python tests/bench/bench_practice.py`.

Options: ``--members 10000 1000000`` (one shop for each), ``--sales-per-member 5``,
``--times 200``, ``--url postgresql://…`` (an empty database; one size only). Prints medians and 99th percentiles in
milliseconds, and the growth from the first size to the last.
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from crmkit.i18n import set_language
from crmkit.practice import FixedClock, Keyring, Shop, schema
from crmkit.practice.engine import writing
from crmkit.practice.people import new_card, sealed_columns

NOW = datetime(2025, 6, 30, 4, 0, tzinfo=UTC)
STORES = [f"S{n}" for n in range(1, 9)]
PRODUCTS = [f"P{n:04d}" for n in range(300)]
CHUNK = 20_000


class Sealer:
    """Stands in for a transaction when members are sealed in bulk."""

    def __init__(self, keys):
        self.keys = keys

    def seal(self, table, column, key, value):
        return self.keys.seal(value, f"{table.name}.{column}:{key}")


def phone(n: int) -> str:
    """A phone whose last four digits are spread evenly."""
    return f"140{(n * 7919) % 10**8:08d}"


def fill(shop: Shop, members: int, sales: int) -> None:
    """So many members with sales, points and stock moves, straight into the tables."""
    rng = random.Random(1)
    for store in STORES[1:]:
        shop.office.add_store(store, store)
    for product in PRODUCTS:
        shop.office.add_product(product, product, "care", 1_000 + hash(product) % 5_000, 500)
    shop.offers.add(
        "A1", "100-10", "threshold", threshold=10_000, amount_off=1_000,
        starts_on="2025-01-01", ends_on="2026-01-01",
    )  # fmt: skip
    sealer = Sealer(shop.keys)

    def put(table, rows):
        for start in range(0, len(rows), CHUNK):
            with writing(shop.engine) as connection:
                connection.execute(insert(table), rows[start : start + CHUNK])

    for start in range(0, members, CHUNK):
        put(
            schema.member,
            [
                {
                    "id": f"M{n:06d}",
                    "survivor_id": f"M{n:06d}",
                    "status": "live",
                    "level": "regular",
                    "joined_at": NOW - timedelta(days=400),
                    "home_store_id": STORES[n % 8],
                }
                | sealed_columns(
                    sealer,
                    f"M{n:06d}",
                    name=f"Ann {n}",
                    phone=phone(n),
                    card=new_card(f"M{n:06d}"),
                )
                for n in range(start + 1, min(start + CHUNK, members) + 1)
            ],
        )
    with writing(shop.engine) as connection:
        connection.execute(insert(schema.counter).values(name="member", value=members))
    stock = dict.fromkeys(((s, p) for s in STORES for p in PRODUCTS), 0)
    outside = dict.fromkeys(PRODUCTS, 0)
    supplied = dict.fromkeys(PRODUCTS, 0)
    moves = []
    plenty = sales // (len(STORES) * len(PRODUCTS)) * 3 + 10_000
    for (store, product), _none in stock.items():
        stock[store, product] = plenty
        supplied[product] -= plenty
        moves.append(
            {
                "at": NOW - timedelta(days=401),
                "kind": "opening",
                "product_id": product,
                "from_id": "@supplier",
                "to_id": store,
                "quantity": plenty,
                "from_balance": supplied[product],
                "to_balance": plenty,
                "staff_id": "T1",
                "sale_id": None,
            }
        )
    put(schema.stock_move, moves)
    for start in range(0, sales, CHUNK):
        heads, lines, paid, lots, entries, moves = [], [], [], [], [], []
        for n in range(start + 1, min(start + CHUNK, sales) + 1):
            at = NOW - timedelta(days=399) + timedelta(seconds=n * (390 * 86_400 // sales))
            store, product = rng.choice(STORES), rng.choice(PRODUCTS)
            member = f"M{rng.randrange(1, members + 1):06d}"
            heads.append(
                {
                    "id": n, "at": at, "store_id": store, "staff_id": "T1", "member_id": member,
                    "channel": "store", "gross": 2_000, "discount": 0, "total": 2_000,
                    "paid": 2_000, "points_value": 0, "points_paid": 0, "points_earned": 20,
                }
            )  # fmt: skip
            lines.append(
                {
                    "sale_id": n, "line": 1, "product_id": product, "quantity": 1,
                    "list_price": 2_000, "discount": 0, "amount": 2_000, "cost": 500,
                    "is_gift": False,
                }
            )  # fmt: skip
            paid.append({"sale_id": n, "line": 1, "method": "cash", "amount": 2_000})
            lots.append(
                {
                    "id": n, "member_id": member, "earned_at": at,
                    "expires_at": at + timedelta(days=365), "sale_id": n,
                }
            )  # fmt: skip
            entries.append(
                {
                    "lot_id": n, "at": at, "kind": "earn", "points": 20, "lot_balance": 20,
                    "staff_id": "T1", "sale_id": n,
                }
            )  # fmt: skip
            stock[store, product] -= 1
            outside[product] += 1
            moves.append(
                {
                    "at": at, "kind": "sale", "product_id": product, "from_id": store,
                    "to_id": "@customer", "quantity": 1, "from_balance": stock[store, product],
                    "to_balance": outside[product], "staff_id": "T1", "sale_id": n,
                }
            )  # fmt: skip
        for table, rows in (
            (schema.sale, heads), (schema.sale_line, lines), (schema.payment, paid),
            (schema.points_lot, lots), (schema.points_entry, entries),
            (schema.stock_move, moves),
        ):  # fmt: skip
            put(table, rows)
    if shop.engine.dialect.name == "postgresql":
        with shop.engine.connect() as connection:
            for table in ("sale", "points_lot", "points_entry", "stock_move"):
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                    f" (SELECT MAX(id) FROM {table}))"
                )
            connection.commit()
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("ANALYZE")
    else:
        with shop.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql("BEGIN")


def measure(shop: Shop, members: int, times: int) -> dict[str, list[float]]:
    """Milliseconds of each thing a till does, again and again with different members."""
    rng = random.Random(2)

    def member() -> int:
        return rng.randrange(1, members + 1)

    def history() -> None:
        number = f"M{member():06d}"
        shop.members.show(number)
        shop.till.sales_of(number)
        shop.points.history(number)

    def deep() -> str:
        """The mark of a page far down in the list."""
        mark = None
        for _page in range(min(40, members // 8 // 500)):
            mark = shop.members.list_members(size=500, after=mark).next or mark
        return mark

    far = deep()
    tasks = {
        "first page of members, with the total": lambda: shop.members.list_members(),
        "a page 20,000 rows down": lambda: shop.members.list_members(after=far),
        "first page of sales, by day": lambda: shop.till.list_sales(
            where={"since": "2025-06-01", "until": "2025-06-07"}
        ),
        "sales of a product": lambda: shop.till.list_sales(
            where={"product_id": rng.choice(PRODUCTS)}
        ),
        "find by name": lambda: shop.members.find_by_name(f"Ann {member()}"),
        "find by phone": lambda: shop.members.find_by_phone(phone(member())),
        "find by last four": lambda: shop.members.find_by_last_four(phone(member())[-4:]),
        "open a member with history": history,
        "ring up a sale with points and promotions": lambda: shop.till.sell(
            [(product, 4) for product in rng.sample(PRODUCTS, 3)],
            member_id=f"M{member():06d}",
        ),
    }
    taken: dict[str, list[float]] = {}
    for name, act in tasks.items():
        for _warm in range(5):
            act()
        taken[name] = []
        for _time in range(times):
            began = time.perf_counter()
            act()
            taken[name].append((time.perf_counter() - began) * 1000)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--sales-per-member", type=int, default=5)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--url")
    options = parser.parse_args()
    set_language("en")
    found = {}
    for members in options.members:
        with tempfile.TemporaryDirectory() as folder:
            shop = Shop.create(
                options.url or Path(folder) / "shop.db",
                name="Bench", store=("S1", "S1"), owner=("T1", "T1"),
                keys=Keyring.new(), clock=FixedClock(NOW),
            )  # fmt: skip
            began = time.perf_counter()
            fill(shop, members, members * options.sales_per_member)
            print(f"{members:,} members filled in {time.perf_counter() - began:.0f} s", flush=True)
            found[members] = measure(shop, members, options.times)
            shop.close()
    print(f"\n{'ms, median / 99 %':44}" + "".join(f"{m:>20,}" for m in found) + "   growth")
    for name in found[options.members[0]]:
        medians = [statistics.median(found[m][name]) for m in found]
        tails = [statistics.quantiles(found[m][name], n=100)[98] for m in found]
        cells = "".join(f"{a:>11.1f} / {b:>6.1f}" for a, b in zip(medians, tails, strict=True))
        print(f"{name:44}{cells}   {medians[-1] / medians[0]:.2f} ×")


if __name__ == "__main__":
    main()
