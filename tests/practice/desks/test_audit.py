"""The audit desk: what it shows, and that tampering shows."""

import sqlite3
from contextlib import closing

import pytest

from crmkit.practice.errors import BadValue, NotAllowed, NotFound


@pytest.fixture
def shop(any_shop):
    any_shop.members.register("Ann", "14000000001")
    any_shop.as_staff("C1").members.register("Bo", "14000000002")
    with pytest.raises(NotAllowed):
        any_shop.as_staff("C1").members.reveal("M000001", "phone", "curious")
    return any_shop


def test_the_log_says_who_did_what_and_what_was_refused(shop):
    newest, earlier = shop.audit.list_log(size=2).rows
    assert (newest.staff_id, newest.action, newest.outcome) == ("C1", "members.reveal", "refused")
    assert (earlier.action, earlier.subject) == ("members.register", "member:M000002")
    assert len(shop.audit.list_log(where={"outcome": "refused"}).rows) == 1
    of_chen = shop.audit.list_log(where={"staff_id": "C1"}).rows
    assert {one.staff_id for one in of_chen} == {"C1"}
    about_ann = shop.audit.list_log(where={"member_id": "M000001"}).rows
    assert [one.action for one in about_ann] == ["members.register"]


def test_a_manager_sees_their_own_stores_lines(shop):
    shop.as_staff("C2").members.register("Cy", "14000000003")
    there = {"store_id": "S2"}
    assert {one.store_id for one in shop.audit.list_log(where=there).rows} == {"S2"}
    assert {one.store_id for one in shop.as_staff("B1").audit.list_log().rows} == {"S1"}
    with pytest.raises(NotAllowed):
        shop.as_staff("B1").audit.list_log(where=there)


def test_who_was_not_let_in_is_seen_by_who_sees_every_store(shop):
    with pytest.raises(NotAllowed):
        shop.as_staff("nobody")
    refused = {"action": "shop.sign_in"}
    assert len(shop.audit.list_log(where=refused).rows) == 1
    assert shop.as_staff("B1").audit.list_log(where=refused).rows == ()


def test_no_personal_value_is_ever_in_the_log(shop):
    shop.members.correct("M000001", name="Secret Person", email="secret@example.com")
    text = str(shop.audit.list_log().rows)
    for personal in ("Ann", "Secret", "secret@", "14000000001"):
        assert personal not in text


def test_who_saw_what_is_listed_with_the_reason(shop):
    shop.members.reveal("M000001", "phone", "parcel to send")
    (seen,) = shop.audit.reveals("M000001")
    assert (seen.staff_id, seen.field, seen.reason) == ("T1", "phone", "parcel to send")


def test_an_untouched_log_verifies(shop):
    assert shop.audit.first_break() is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET staff_id = 'C1' WHERE id = 5",
        "UPDATE audit_entry SET outcome = 'done' WHERE outcome = 'refused'",
        "UPDATE audit_entry SET detail = '{}' WHERE id = 5",
        "DELETE FROM audit_entry WHERE id = 5",
        "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)",
    ],
)
def test_any_line_edited_behind_the_shops_back_shows(open_shop, tampering):
    shop = open_shop("sqlite")
    with pytest.raises(BadValue):
        shop.members.register("Ann", "123")
    with closing(sqlite3.connect(shop.where)) as raw:
        for verb in ("update", "delete"):
            raw.execute(f"DROP TRIGGER append_only_audit_entry_{verb}")
        assert raw.execute(tampering).rowcount >= 1
        raw.commit()
    assert shop.audit.first_break() is not None


def test_only_those_in_charge_may_look(shop):
    for staff in ("C1", "A1", "K1"):
        with pytest.raises(NotAllowed):
            shop.as_staff(staff).audit.list_log()
    with pytest.raises(NotFound):
        shop.audit.list_log(where={"member_id": "M999999"})


def test_a_manager_sees_what_was_revealed_and_done_at_their_own_store(shop):
    shop.members.reveal("M000001", "phone", "parcel to send")
    shop.as_staff("T1", store="S2").members.reveal("M000002", "email", "letter to send")
    shop.as_staff("C2").members.register("Cy", "14000000003")
    assert {one.field for one in shop.audit.reveals()} == {"phone", "email"}
    manager = shop.as_staff("B1").audit
    assert {one.field for one in manager.reveals()} == {"phone"}
    assert manager.reveals("M000002") == ()
    assert "C2" in {one.staff_id for one in shop.audit.use()}
    assert "C2" not in {one.staff_id for one in manager.use()}
