"""A shop's keys and its file are never lost in silence."""

import json
import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from crmkit.practice import FixedClock, Keyring, Shop, schema
from crmkit.practice.engine import reading
from crmkit.practice.errors import CannotOpen, Damaged, NotAllowed, Refused, WrongKey
from crmkit.practice.keys import key_file

ABOUT = {"name": "Mine", "store": ("S1", "Corner"), "owner": ("T1", "Zhou")}


@pytest.fixture
def mine(tmp_path, monkeypatch, clock):
    """A served shop with its own key file, as `Shop.create` makes it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CRMKIT_KEYS", raising=False)
    where = tmp_path / "shop.db"
    shop = Shop.create(where, **ABOUT, clock=clock)
    shop.where = where
    yield shop
    shop.close()


def test_making_a_shop_over_another_leaves_its_keys_alone(mine):
    before = key_file(mine.where).read_bytes()
    with pytest.raises(CannotOpen, match="already"):
        Shop.create(mine.where, **ABOUT)
    assert key_file(mine.where).read_bytes() == before
    Shop.open(mine.where, "T1").close()


def test_the_keys_of_a_deleted_shop_are_kept_for_its_backups(mine):
    before = key_file(mine.where).read_bytes()
    mine.close()
    mine.where.unlink()
    with pytest.raises(CannotOpen, match="key file"):
        Shop.create(mine.where, **ABOUT)
    assert key_file(mine.where).read_bytes() == before


def test_nobody_writes_or_reads_with_a_key_the_shop_has_given_up(mine):
    other = Shop.open(mine.where, "T1", clock=mine.clock)
    ann = mine.members.register("Ann", "15000000001").id
    mine.rotate_keys()
    for act in (
        lambda: other.members.register("Bob", "15000000002"),
        lambda: other.members.find_by_phone("15000000001"),
        other.deliver,
        other.rotate_keys,
    ):
        with pytest.raises(WrongKey, match="not any more"):
            act()
    assert mine.members.show(ann).name == "A**"
    again = Shop.open(mine.where, "T1", clock=mine.clock)
    assert again.members.find_by_phone("15000000001").id == ann
    for one in (other, again):
        one.close()


def test_two_rotations_at_once_leave_one_key_that_fits(mine):
    other = Shop.open(mine.where, "T1", clock=mine.clock)
    mine.rotate_keys()
    with pytest.raises(WrongKey):
        other.rotate_keys()
    other.close()
    Shop.open(mine.where, "T1").close()


def test_a_rotation_does_not_overwrite_another_shops_key_file(mine, tmp_path):
    Keyring.new().save(tmp_path / "theirs.json")
    before = (tmp_path / "theirs.json").read_bytes()
    with pytest.raises(WrongKey, match="another shop"):
        mine.rotate_keys(tmp_path / "theirs.json")
    assert (tmp_path / "theirs.json").read_bytes() == before


@pytest.mark.parametrize("left", [0, 10, 100, 5_000, 50_000, 150_000])
def test_a_cut_off_file_is_said_to_be_damaged_everywhere(mine, tmp_path, left):
    whole = mine.where.read_bytes()
    mine.close()
    cut = tmp_path / "cut.db"
    cut.write_bytes(whole[:left])
    keys = Keyring.load(key_file(mine.where))
    for act in (
        lambda: Shop.open(cut, "T1", keys=keys),
        lambda: Shop.upgrade(cut),
        lambda: Shop.restore(cut, tmp_path / "new.db", keys),
    ):
        with pytest.raises(CannotOpen) as refused:
            act()
        assert "\n" not in str(refused.value) and "SQL" not in str(refused.value)
    assert not (tmp_path / "new.db").exists()


def test_a_file_of_something_else_is_no_shop(tmp_path):
    (tmp_path / "letter.db").write_text("Dear Sir or Madam, " * 1000)
    with pytest.raises(Damaged):
        Shop.open(tmp_path / "letter.db", "T1")


def test_a_shop_damaged_while_it_is_open_says_so(mine):
    mine.engine.dispose()
    mine.where.write_bytes(mine.where.read_bytes()[:4096] + os.urandom(100_000))
    with pytest.raises(CannotOpen):
        mine.office.team()


def test_a_deleted_shop_is_not_made_anew(mine):
    mine.office.team()
    mine.where.unlink()
    for act in (
        lambda: mine.office.add_store("S2", "Riverside"),
        mine.office.team,
        lambda: Shop.open(mine.where, "T1"),
        lambda: Shop.upgrade(mine.where),
    ):
        with pytest.raises(CannotOpen, match="no shop"):
            act()
    assert not mine.where.exists()


def test_a_shop_put_in_the_place_of_an_open_one_is_seen(mine, tmp_path):
    copy = mine.back_up(tmp_path / "copy.db")
    mine.office.add_store("S2", "Riverside")
    shutil.move(copy, mine.where)
    for file in mine.where.parent.glob("shop.db-*"):
        file.unlink()
    mine.office.add_store("S2", "Riverside")  # in the copy there is none yet
    assert mine.audit.first_break() is None


def test_a_practice_backup_comes_back_by_itself(tmp_path):
    shop = Shop.practice("corner", folder=tmp_path)
    shop.back_up(tmp_path / "copy.db")
    Shop.restore(tmp_path / "copy.db", tmp_path / "back.db")
    back = Shop.open(tmp_path / "back.db", "T1")
    assert back.members.find_by_phone("14000000001").id == "M000001"
    for one in (shop, back):
        one.close()


def test_a_served_backup_brings_its_keys_to_the_new_place(mine, tmp_path):
    keys = Keyring.load(key_file(mine.where))
    mine.back_up(tmp_path / "copy.db")
    with pytest.raises(WrongKey, match="missing"):
        Shop.restore(tmp_path / "copy.db", tmp_path / "back.db")
    assert not (tmp_path / "back.db").exists()
    Shop.restore(tmp_path / "copy.db", tmp_path / "back.db", keys)
    Shop.open(tmp_path / "back.db", "T1").close()


def test_a_backup_is_not_restored_with_other_keys_or_over_a_shop(mine, tmp_path):
    keys = Keyring.load(key_file(mine.where))
    mine.back_up(tmp_path / "copy.db")
    with pytest.raises(WrongKey):
        Shop.restore(tmp_path / "copy.db", tmp_path / "back.db", Keyring.new())
    with pytest.raises(Refused, match="already"):
        Shop.restore(tmp_path / "copy.db", mine.where, keys)
    assert mine.audit.first_break() is None


def entries(shop):
    with reading(shop.engine) as connection:
        e = schema.audit_entry
        return connection.execute(select(e.c.action, e.c.outcome, e.c.staff_id)).all()


def test_the_log_says_what_became_of_a_backup(shop, tmp_path):
    (tmp_path / "copy.db").touch()
    with pytest.raises(Refused):
        shop.back_up(tmp_path / "copy.db")
    assert entries(shop)[-1] == ("shop.back_up", "refused", "T1")
    shop.back_up(tmp_path / "other.db")
    assert entries(shop)[-1] == ("shop.back_up", "done", "T1")
    with pytest.raises(NotAllowed):
        shop.as_staff("B1").back_up(tmp_path / "third.db")
    assert entries(shop)[-1] == ("shop.back_up", "refused", "B1")


def test_the_log_says_who_could_not_sign_in(shop, keys):
    shop.office.set_password("C1", "open sesame")
    for act in (
        lambda: shop.as_staff("C1", password="guess"),
        lambda: Shop.open(shop.where, "C1", password="guess", keys=keys, clock=shop.clock),
    ):
        with pytest.raises(NotAllowed):
            act()
        assert entries(shop)[-1] == ("shop.sign_in", "refused", "C1")
    with pytest.raises(NotAllowed):
        shop.as_staff("nobody, or a password typed in the wrong field")
    assert entries(shop)[-1] == ("shop.sign_in", "refused", None)
    assert shop.audit.first_break() is None
    assert "password typed" not in json.dumps([list(one) for one in entries(shop)])


def test_the_last_trainer_of_the_whole_shop_stays(shop):
    for act in (
        lambda: shop.office.let_go("T1"),
        lambda: shop.office.take_role("T1", "trainer"),
    ):
        with pytest.raises(Refused, match="last trainer"):
            act()
    shop.office.add_staff("T2", "Li", "S1", "trainer")  # of one store only
    with pytest.raises(Refused, match="last trainer"):
        shop.office.let_go("T1")
    shop.office.give_role("T2", "trainer")
    shop.office.let_go("T1")
    assert shop.as_staff("T2").office.team()


def test_a_clock_that_lies_at_the_end_of_time_is_said(shop):
    from datetime import UTC, datetime

    for year in (1, 1900, 9999):
        shop.clock = FixedClock(datetime(year, 12, 31, 23, 59, tzinfo=UTC))
        with pytest.raises(Exception, match="clock says"):
            shop.office.team()


def test_restoring_names_the_missing_backup(tmp_path):
    with pytest.raises(CannotOpen, match="no backup"):
        Shop.restore(Path(tmp_path / "none.db"), tmp_path / "new.db")
