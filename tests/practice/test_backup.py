"""A shop is copied whole, and comes back whole, on either kind of database."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from crmkit.practice import Keyring, Shop, schema
from crmkit.practice.engine import reading
from crmkit.practice.errors import CannotOpen, NotAllowed, PracticeError, Refused

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def counts(shop):
    with reading(shop.engine) as connection:
        tables = schema.metadata.sorted_tables
        return {t.name: connection.scalar(select(func.count()).select_from(t)) for t in tables}


def busy(shop):
    shop.members.register("Ann", "14000000001", email="ann@example.com")
    shop.members.register("Bo", "14000000002")
    shop.till.sell([("P1", 1), ("P2", 2)], member_id="M000002")
    shop.members.merge("M000001", "M000002", "the same person")


@pytest.mark.parametrize("source", BOTH)
@pytest.mark.parametrize("target", BOTH)
def test_what_was_backed_up_comes_back_and_goes_on(
    open_shop, new_database, keys, clock, tmp_path, source, target
):
    shop = open_shop(source)
    busy(shop)
    before = counts(shop)
    backup = shop.back_up(tmp_path / "backup.db")
    where = new_database(target)
    Shop.restore(backup, where, keys)
    back = Shop.open(where, "T1", keys=keys, clock=clock)
    assert counts(back) == before
    assert back.members.find_by_phone("14000000002").id == "M000001"
    assert back.audit.first_break() is None
    assert back.audit.problems() == ()
    assert back.members.register("Cy", "14000000003").id == "M000003"
    assert back.till.sell([("P1", 1)]).sale_id == 2
    back.close()


def test_no_name_and_no_phone_stands_readable_in_a_backup(shop, tmp_path):
    shop.members.register("Annabel Lee", "14000000001", email="annabel@example.com")
    content = shop.back_up(tmp_path / "backup.db").read_bytes()
    for personal in (b"Annabel", b"14000000001", b"annabel@"):
        assert personal not in content


def test_a_backup_never_overwrites(shop, tmp_path):
    (tmp_path / "backup.db").write_text("precious")
    with pytest.raises(Refused, match="already"):
        shop.back_up(tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_text() == "precious"


def test_a_shop_is_never_overwritten_by_a_backup(shop, keys, tmp_path):
    backup = shop.back_up(tmp_path / "backup.db")
    with pytest.raises(Refused, match="already"):
        Shop.restore(backup, shop.where, keys)


def test_a_damaged_or_strange_backup_is_refused(shop, new_database, keys, tmp_path):
    with pytest.raises(CannotOpen, match="no backup"):
        Shop.restore(tmp_path / "none.db", new_database("sqlite"), keys)
    strange = tmp_path / "strange.db"
    strange.write_bytes(b"not a database at all" * 100)
    with pytest.raises(CannotOpen):
        Shop.restore(strange, new_database("sqlite"), keys)
    backup = shop.back_up(tmp_path / "backup.db")
    with pytest.raises(PracticeError):
        Shop.restore(backup, new_database("sqlite"), Keyring.new())


def test_only_a_trainer_takes_the_whole_shop_away(shop, tmp_path):
    with pytest.raises(NotAllowed):
        shop.as_staff("B1").back_up(tmp_path / "backup.db")
    assert not Path(tmp_path / "backup.db").exists()
