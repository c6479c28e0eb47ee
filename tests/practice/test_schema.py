"""The database itself guards the books: constraints, append-only ledgers, migrations."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from crmkit.practice import schema, triggers
from crmkit.practice.engine import reading, writing


def test_every_check_and_foreign_key_has_a_name():
    for table in schema.metadata.sorted_tables:
        assert all(one.name for one in table.constraints), table.name


def test_every_ledger_refuses_update_and_delete(any_shop):
    with any_shop.engine.connect() as connection:
        assert triggers.present(connection) == triggers.expected()
    for statement in (
        update(schema.stock_move).values(quantity=99),
        delete(schema.stock_move),
        delete(schema.audit_entry),
    ):
        with (
            any_shop.engine.connect() as connection,
            pytest.raises(DatabaseError, match="append-only"),
            connection.begin(),
        ):
            connection.execute(statement)


def test_insert_or_replace_does_not_slip_past_a_ledger(shop):
    with (
        shop.engine.connect() as connection,
        pytest.raises(IntegrityError, match="append-only"),
        connection.begin(),
    ):
        connection.execute(
            text("INSERT OR REPLACE INTO stock_move SELECT * FROM stock_move WHERE id = 1")
        )


def test_the_shelf_cannot_go_below_zero_even_behind_the_writers_back(any_shop):
    with reading(any_shop.engine) as connection:
        row = connection.execute(select(schema.stock_move)).mappings().first()
    forged = dict(row) | {
        "id": 10_000,
        "kind": "sale",
        "from_id": "S1",
        "to_id": "@customer",
        "from_balance": -1,
    }
    with (
        any_shop.engine.connect() as connection,
        pytest.raises(IntegrityError, match="ck_stock_move_shelf_not_below_zero"),
        connection.begin(),
    ):
        connection.execute(schema.stock_move.insert().values(forged))


def test_a_foreign_key_holds(any_shop):
    with (
        any_shop.engine.connect() as connection,
        pytest.raises(IntegrityError),
        connection.begin(),
    ):
        connection.execute(
            schema.reorder_rule.insert().values(
                store_id="S1", product_id="no such", reorder_point=1, order_up_to=2
            )
        )


def test_a_failed_transaction_leaves_nothing(any_shop):
    with pytest.raises(ZeroDivisionError), writing(any_shop.engine) as connection:
        connection.execute(
            schema.reorder_rule.insert().values(
                store_id="S1", product_id="P1", reorder_point=1, order_up_to=2
            )
        )
        raise ZeroDivisionError
    with reading(any_shop.engine) as connection:
        assert connection.execute(select(schema.reorder_rule)).all() == []
