"""A shop of every earlier version upgrades with its data, constraints and triggers."""

import pytest
from sqlalchemy import CheckConstraint, MetaData, create_engine, insert, inspect, select, text

from crmkit.practice import Shop, books, migrate, schema, triggers
from crmkit.practice.engine import open_engine, reading
from crmkit.practice.errors import CannotOpen, NewerShop, OlderShop, Refused

BOTH = pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)


def a_days_work(shop):
    """Something in as many tables as possible."""
    ann = shop.members.register("Ann Lee", "14012345678", consents=["email"]).id
    twin = shop.members.register("Ann Lee", "14012345679", referred_by=ann).id
    shop.members.merge(ann, twin, "same person")
    shop.members.reveal(ann, "phone", "call back")
    shop.offers.add(
        "A1", "Gift", "gift", gift_product_id="P4", starts_on="2025-01-01", ends_on="2026-01-01"
    )
    shop.offers.issue("A1", member_ids=[ann])
    sale = shop.till.sell([("P1", 2)], member_id=ann)
    shop.till.sell([("P2", 1)], member_id=ann, pay_points=100)
    shop.till.give_back(sale.sale_id, [("P1", 1)], reason="wrong_item")
    shop.till.close_shift(1)
    shop.stock.send("S2", [("P3", 2)])
    sheet = shop.stock.open_count(["P5"])
    shop.stock.count(sheet.stocktake_id, "P5", 9)
    shop.stock.close_count(sheet.stocktake_id)


def rows_of(engine, tables):
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables
        }


def _count_on(connection, table):
    """Let the table's own numbers continue after the rows that were put in."""
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))"
            f" WHERE pg_get_serial_sequence('{table}', 'id') IS NOT NULL"
        )
    )


@BOTH
@pytest.mark.parametrize("revision", migrate.revisions()[:-1])
def test_an_older_shop_upgrades_whole(kind, revision, open_shop, new_database, keys, clock):
    today = open_shop(kind)
    a_days_work(today)
    where = new_database(kind)
    engine = open_engine(where, served=True)
    migrate.upgrade(engine, revision)
    old = MetaData()
    old.reflect(engine)
    tables = [t for t in old.sorted_tables if t.name in schema.metadata.tables]
    with today.engine.connect() as source, engine.connect() as target:
        if kind == "sqlite":
            target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in tables:
            known = schema.metadata.tables[table.name]
            columns = [known.c[c.name] for c in table.columns]
            first = columns[0]
            rows = source.execute(select(*columns).order_by(first)).mappings().all()
            if rows:
                target.execute(insert(known), [dict(row) for row in rows])
            if rows and kind == "postgresql" and known.autoincrement_column is not None:
                _count_on(target, table.name)
        target.commit()
    before = rows_of(engine, tables)
    assert sum(map(len, before.values())) > 100
    engine.dispose()

    with pytest.raises(OlderShop):
        Shop.open(where, "T1", keys=keys)
    Shop.upgrade(where)

    shop = Shop.open(where, "T1", keys=keys, clock=clock)
    assert rows_of(shop.engine, tables) == before | {
        "role_permission": rows_of(shop.engine, [old.tables["role_permission"]])["role_permission"]
    }
    with reading(shop.engine) as connection:
        assert triggers.present(connection) == triggers.expected()
        assert books.problems(connection) == []
        found = {
            one["name"]
            for table in inspect(connection).get_table_names()
            for one in inspect(connection).get_check_constraints(table)
        }
    assert found == {
        one.name
        for table in schema.metadata.sorted_tables
        for one in table.constraints
        if isinstance(one, CheckConstraint)
    }
    assert shop.till.sell([("P1", 1)]).total == 12_900
    assert shop.audit.first_break() is None
    shop.close()


@BOTH
def test_a_shop_of_a_newer_version_is_not_touched(kind, open_shop, keys):
    shop = open_shop(kind)
    with shop.engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    for act in (lambda: Shop.open(shop.where, "T1", keys=keys), lambda: Shop.upgrade(shop.where)):
        with pytest.raises(NewerShop, match="newer crmkit"):
            act()


@BOTH
def test_another_programs_database_is_left_alone(kind, new_database):
    where = new_database(kind)
    engine = create_engine(open_engine(where, served=True).url)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
        connection.commit()
    with pytest.raises(CannotOpen, match="another program"):
        Shop.create(where, name="x", store=("S1", "x"), owner=("T1", "x"), kind="practice")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]
    engine.dispose()


def test_a_failed_migration_changes_nothing(open_shop, new_database, monkeypatch):
    where = new_database("sqlite")
    engine = open_engine(where, served=True)
    migrate.upgrade(engine, migrate.revisions()[0])
    before = inspect(engine).get_table_names()
    monkeypatch.setattr(triggers, "create", lambda connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(engine)
    assert inspect(engine).get_table_names() == before
    engine.dispose()


def test_upgrading_a_shop_that_is_up_to_date_changes_nothing(shop):
    before = rows_of(shop.engine, schema.metadata.sorted_tables)
    Shop.upgrade(shop.where)
    assert rows_of(shop.engine, schema.metadata.sorted_tables) == before
    with pytest.raises(Refused):
        shop.stock.send("S1", [("P1", 1)])
