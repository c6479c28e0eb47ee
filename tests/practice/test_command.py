"""One method, one transaction: keys, permission, audit."""

import pytest
from sqlalchemy import select, text, update

from crmkit.practice import chain, schema
from crmkit.practice.command import Desk, command
from crmkit.practice.engine import reading
from crmkit.practice.errors import KeyReused, NotAllowed, NotFound


def rows(shop, table):
    with reading(shop.engine) as connection:
        return connection.execute(select(table)).all()


def test_the_same_key_gives_the_first_result_and_writes_once(any_shop):
    first = any_shop.till.sell([("P1", 1)], key="till-1-0001")
    again = any_shop.till.sell([("P1", 1)], key="till-1-0001")
    assert again == first
    assert len(rows(any_shop, schema.sale)) == 1
    assert any_shop.stock.look("P1").on_hand == 9


def test_the_same_key_for_something_else_is_refused(any_shop):
    any_shop.till.sell([("P1", 1)], key="k")
    for other in (
        lambda: any_shop.till.sell([("P1", 2)], key="k"),
        lambda: any_shop.stock.receive([("P1", 1)], key="k"),
        lambda: any_shop.as_staff("C1").till.sell([("P1", 1)], key="k"),
    ):
        with pytest.raises(KeyReused):
            other()
    assert len(rows(any_shop, schema.sale)) == 1


def test_a_refused_command_may_be_tried_again_with_its_key(shop):
    with pytest.raises(NotFound):
        shop.till.sell([("P9", 1)], key="k")
    shop.office.add_product("P9", "Socks", "accessories", 1900, 700)
    shop.stock.receive([("P9", 1)])
    assert shop.till.sell([("P9", 1)], key="k").total == 1900


def test_every_command_leaves_one_audit_entry_and_a_refused_one_too(shop):
    before = len(rows(shop, schema.audit_entry))
    cashier = shop.as_staff("C1")
    cashier.till.sell([("P1", 1)])
    with pytest.raises(NotAllowed):
        cashier.stock.receive([("P1", 1)])
    done, refused = rows(shop, schema.audit_entry)[before:]
    assert (done.action, done.outcome, done.staff_id) == ("till.sell", "done", "C1")
    assert (refused.action, refused.outcome) == ("stock.receive", "refused")
    assert "NotAllowed" in refused.detail


def test_a_programming_mistake_leaves_nothing_half_written(shop):
    class Broken(Desk):
        name = "broken"

        @command(roles="trainer")
        def fail(self, tx) -> None:
            """Write, then fall over."""
            tx.insert(
                schema.reorder_rule,
                store_id="S1",
                product_id="P1",
                reorder_point=1,
                order_up_to=2,
            )
            raise ZeroDivisionError

    from crmkit.practice import access
    from crmkit.practice.command import OPERATIONS
    from crmkit.practice.engine import writing

    OPERATIONS.pop("broken.fail")
    with writing(shop.engine) as connection:
        access.grant(connection, {"broken.fail": ("trainer",)})
    with pytest.raises(ZeroDivisionError):
        Broken(shop).fail()
    assert rows(shop, schema.reorder_rule) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET detail = '{}' WHERE id = 3",
        "UPDATE audit_entry SET staff_id = 'C1' WHERE id = 3",
        "UPDATE audit_entry SET at = '2020-01-01 00:00:00+00' WHERE id = 3",
        "DELETE FROM audit_entry WHERE id = 3",
        "DELETE FROM audit_entry WHERE id = (SELECT MAX(id) FROM audit_entry)",
        "UPDATE audit_entry SET id = 1000 WHERE id = 3",
        "DELETE FROM audit_entry WHERE id >= 3",
        "UPDATE audit_entry SET outcome = 'refused' WHERE id = (SELECT MAX(id) FROM audit_entry)",
        # the third takes the fourth's place and the other way round, numbers put right
        "UPDATE audit_entry SET id = -id WHERE id IN (3, 4);"
        "UPDATE audit_entry SET id = CASE id WHEN -3 THEN 4 ELSE 3 END WHERE id < 0",
        # the end is cut off and the head wound back to what is then the last row
        "UPDATE shop SET audit_head = (SELECT hash FROM audit_entry WHERE id = 2);"
        "DELETE FROM audit_entry WHERE id >= 3",
        # a row is put in between, signed with nothing
        "UPDATE audit_entry SET id = -id WHERE id >= 3;"
        "UPDATE audit_entry SET id = 1 - id WHERE id < 0;"
        "INSERT INTO audit_entry SELECT 3, at, staff_id, store_id, action, outcome, subject,"
        " detail, before, hash FROM audit_entry WHERE id = 2",
    ],
)
def test_any_edited_audit_row_breaks_the_chain(any_shop, change):
    with reading(any_shop.engine) as connection:
        assert chain.first_break(connection, any_shop.keys) is None
        last = connection.scalar(text("SELECT MAX(id) FROM audit_entry"))
    from crmkit.practice import triggers
    from crmkit.practice.engine import writing

    with writing(any_shop.engine) as connection:
        triggers.drop(connection)
        if any_shop.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        else:
            connection.exec_driver_sql(
                "ALTER TABLE audit_entry DROP CONSTRAINT ck_audit_entry_numbered_from_one"
            )
        for statement in change.split(";"):
            connection.execute(text(statement))
    with reading(any_shop.engine) as connection:
        broken = chain.first_break(connection, any_shop.keys)
    assert broken == (last if "MAX" in change else 3)


def test_no_audit_row_can_be_edited_without_a_trace(shop):
    """Every field of every row, one after the other: the first, the last and all between."""
    columns = [one.name for one in schema.audit_entry.columns if one.name != "id"]
    from crmkit.practice import triggers
    from crmkit.practice.engine import writing

    with writing(shop.engine) as connection:
        triggers.drop(connection)
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for row in connection.execute(select(schema.audit_entry)).mappings().all():
            for column in columns:
                forged = row["at"].replace(year=2020) if column == "at" else f"{row[column]}x"
                this = schema.audit_entry.c.id == row["id"]
                change = update(schema.audit_entry).where(this)
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                connection.execute(change.values({column: forged}))
                assert chain.first_break(connection, shop.keys) == row["id"], column
                connection.execute(change.values({column: row[column]}))
        assert chain.first_break(connection, shop.keys) is None


def test_a_member_of_staff_who_left_can_do_nothing(shop):
    cashier = shop.as_staff("C1")
    shop.office.let_go("C1")
    with pytest.raises(NotAllowed):
        cashier.till.sell([("P1", 1)])
    with pytest.raises(NotAllowed):
        shop.as_staff("C1")


def test_a_role_counts_only_at_its_store(shop):
    away = shop.as_staff("C1", store="S2")
    with pytest.raises(NotAllowed):
        away.till.sell([("P1", 1)])
    shop.office.give_role("C1", "cashier", "S2")
    shop.as_staff("K2").stock.receive([("P1", 1)])
    assert away.till.sell([("P1", 1)]).store_id == "S2"


def test_a_password_is_asked_for_once_it_is_set(shop):
    shop.office.set_password("C1", "open sesame")
    for wrong in (None, "sesame"):
        with pytest.raises(NotAllowed):
            shop.as_staff("C1", password=wrong)
    assert shop.as_staff("C1", password="open sesame").staff.id == "C1"
