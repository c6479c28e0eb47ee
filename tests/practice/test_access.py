"""Who may do what, where: every operation, every role, at one's own store and at another."""

import inspect
from pathlib import Path

import pytest

from crmkit.practice.access import ROLES
from crmkit.practice.command import OPERATIONS, Desk
from crmkit.practice.errors import NotAllowed, PracticeError

HEAD, *ROWS = [
    line.split()
    for line in (Path(__file__).parent / "permissions.txt").read_text().splitlines()
    if not line.startswith("#")
]
WANTED = {name: dict(zip(HEAD[1:], words, strict=True)) for name, *words in ROWS}


def desks():
    return {desk.name: desk for desk in Desk.__subclasses__() if desk.name != "broken"}


def attempt(shop, operation):
    """Try the operation with nothing in particular; what came of it."""
    desk, _dot, method = operation.partition(".")
    act = getattr(shop if desk == "shop" else desks()[desk](shop), method)
    needed = [
        one.name
        for one in inspect.signature(act).parameters.values()
        if one.default is one.empty and one.name != "self" and one.kind is not one.VAR_KEYWORD
    ]
    try:
        act(**dict.fromkeys(needed))
    except PracticeError as error:
        return error
    return None


def test_the_table_of_permissions_names_every_operation():
    assert set(WANTED) == set(OPERATIONS)
    assert HEAD[1:] == list(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(shop, role):
    shop.office.add_staff("X1", "Someone", "S1", role)
    here, away = shop.as_staff("X1"), shop.as_staff("X1", store="S2")
    wrong = []
    for operation, roles in WANTED.items():
        if operation in ("office.let_go", "office.set_clock", "shop.rotate_keys"):
            continue
        allowed = not isinstance(attempt(here, operation), NotAllowed)
        if allowed != (roles[role] == "yes"):
            wrong.append(operation)
        if not isinstance(attempt(away, operation), NotAllowed):
            wrong.append(f"{operation} at another store")
    assert wrong == []


def test_a_role_given_everywhere_counts_at_every_store(shop):
    shop.office.add_staff("X1", "Someone", "S1", "cashier", everywhere=True)
    shop.as_staff("K2").stock.receive([("P1", 1)])
    assert shop.as_staff("X1", store="S2").till.sell([("P1", 1)]).store_id == "S2"
    with pytest.raises(NotAllowed):
        shop.as_staff("X1", store="S2").stock.receive([("P1", 1)])


def test_who_has_no_role_may_do_nothing(shop):
    shop.office.add_staff("X1", "Someone", "S1", "cashier")
    shop.office.take_role("X1", "cashier", "S1")
    nobody = shop.as_staff("X1")
    for operation in WANTED:
        assert isinstance(attempt(nobody, operation), NotAllowed), operation


def test_a_permission_taken_from_the_database_is_gone_at_once(shop):
    cashier = shop.as_staff("C1")
    cashier.till.sell([("P1", 1)])
    with shop.engine.connect() as connection:
        connection.exec_driver_sql(
            "DELETE FROM role_permission WHERE role_id = 'cashier' AND permission = 'till.sell'"
        )
        connection.commit()
    with pytest.raises(NotAllowed):
        cashier.till.sell([("P1", 1)])


def test_what_is_denied_is_said_in_both_languages(shop):
    from crmkit.i18n import use_language

    cashier = shop.as_staff("C1")
    with pytest.raises(
        NotAllowed, match="Chen may not do this at store S1: receive a delivery without an order"
    ):
        cashier.stock.receive([("P1", 1)])
    with use_language("zh"), pytest.raises(NotAllowed, match="没有这项权限：供应商到货"):
        cashier.stock.receive([("P1", 1)])
