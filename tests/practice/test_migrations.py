"""A shop of every earlier version upgrades with its data, constraints and triggers."""

import gzip
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, MetaData, create_engine, inspect, select, text

from crmkit.practice import Keyring, Shop, books, migrate, schema, triggers
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


@BOTH
def test_a_released_shop_upgrades_whole(kind, open_shop, keys, clock):
    shop = open_shop(kind)
    a_days_work(shop)
    migrate.back_to(shop.engine, "0001")
    old = MetaData()
    old.reflect(shop.engine)
    tables = [t for t in old.sorted_tables if t.name in schema.metadata.tables]
    before = rows_of(shop.engine, tables)
    assert sum(map(len, before.values())) > 100

    with pytest.raises(OlderShop):
        Shop.open(shop.where, "T1", keys=keys)
    Shop.upgrade(shop.where)

    shop = Shop.open(shop.where, "T1", keys=keys, clock=clock)
    assert rows_of(shop.engine, tables) == before
    with reading(shop.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        assert triggers.present(connection) == triggers.expected()
        assert books.problems(connection) == []
        assert checks_of(connection) == checks_of_the_schema()
    assert shop.till.sell([("P1", 1)]).total == 12_900
    assert shop.audit.first_break() is None
    shop.close()


def test_the_file_of_every_release_still_opens(tmp_path):
    """Each was written by that version and is never made anew; its keys lie beside it."""
    files = sorted((Path(__file__).parent / "released").glob("*.db.gz"))
    assert [one.name[:4] for one in files] == migrate.revisions()[:-1]
    for file in files:
        where = tmp_path / file.stem
        where.write_bytes(gzip.decompress(file.read_bytes()))
        keys = Keyring.load(file.with_name(f"{file.name[:4]}.keys.json"))
        with pytest.raises(OlderShop):
            Shop.open(where, "T1", keys=keys)
        Shop.upgrade(where)
        shop = Shop.open(where, "T1", keys=keys)
        assert shop.audit.problems() == () and shop.audit.first_break() is None
        with reading(shop.engine) as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []
            assert triggers.present(connection) == triggers.expected()
            assert checks_of(connection) == checks_of_the_schema()
        ann = shop.members.find_by_phone("14012345679")
        assert (ann.id, shop.members.reveal(ann.id, "name", "look")) == ("M000001", "Ann Lee")
        assert [one.total for one in shop.till.sales_of(ann.id)] == [8_900, 25_800]
        assert shop.till.sell([("P1", 1)], member_id=ann.id).total == 12_900
        shop.members.consent(ann.id, "marketing", "phone", True, "asked at the till")
        shop.members.consent(ann.id, "marketing", "wecom", True, "asked at the till")
        assert {"wecom", "phone"} <= set(shop.members.show(ann.id).consents)
        shop.close()


def checks_of(connection) -> set[tuple[str, str]]:
    return {
        (table, one["name"])
        for table in inspect(connection).get_table_names()
        for one in inspect(connection).get_check_constraints(table)
    }


def checks_of_the_schema() -> set[tuple[str, str]]:
    return {
        (table.name, one.name)
        for table in schema.metadata.sorted_tables
        for one in table.constraints
        if isinstance(one, CheckConstraint)
    }


@BOTH
def test_a_new_shop_is_stamped_with_the_newest_revision(kind, new_database):
    engine = open_engine(new_database(kind), served=True, new=True)
    migrate.create(engine)
    with engine.connect() as connection:
        assert migrate.revision_of(connection) == migrate.newest() == migrate.revisions()[-1]
        assert checks_of(connection) == checks_of_the_schema()
        assert triggers.present(connection) == triggers.expected()
    engine.dispose()


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
    engine = create_engine(open_engine(where, served=True, new=True).url)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
        connection.commit()
    with pytest.raises(CannotOpen, match="another program"):
        Shop.create(where, name="x", store=("S1", "x"), owner=("T1", "x"), kind="practice")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]
    engine.dispose()


def test_a_failed_migration_changes_nothing(shop, monkeypatch):
    migrate.back_to(shop.engine, "0001")
    before = inspect(shop.engine).get_columns("sale")
    monkeypatch.setattr(triggers, "create", lambda connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(shop.engine)
    assert [one["name"] for one in inspect(shop.engine).get_columns("sale")] == [
        one["name"] for one in before
    ]


def test_a_shop_whose_making_failed_leaves_an_empty_database(new_database, monkeypatch):
    where = new_database("sqlite")
    engine = open_engine(where, served=True, new=True)
    monkeypatch.setattr(triggers, "create", lambda connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrate.create(engine)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_upgrading_a_shop_that_is_up_to_date_changes_nothing(shop):
    before = rows_of(shop.engine, schema.metadata.sorted_tables)
    Shop.upgrade(shop.where)
    assert rows_of(shop.engine, schema.metadata.sorted_tables) == before
    with pytest.raises(Refused):
        shop.stock.send("S1", [("P1", 1)])
