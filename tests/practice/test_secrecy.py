"""Personal data: sealed at rest, in its place only, under a key that can be changed."""

import multiprocessing
import os
import signal
import time

import pytest
from sqlalchemy import event, func, select, update

from crmkit.practice import Keyring, Shop, rotation, schema
from crmkit.practice.engine import reading, writing
from crmkit.practice.errors import NotAllowed, PhoneTaken, Refused, Tampered, WrongKey

NAME, PHONE, MAIL, CARD = "Quetzalcoatl Ypsilanti", "14098761234", "quetzal@example.com", "88001122"
SECRETS = [NAME, "Quetzalcoatl", "quetzalcoatl", PHONE, "098761234", MAIL, "quetzal", CARD]


@pytest.fixture
def known(shop):
    """A member whose data went through every desk that takes any."""
    member = shop.members.register(
        NAME, PHONE, email=MAIL, card=CARD, birth_date="1971-02-03", note=f"calls herself {NAME}"
    )
    shop.till.sell([("P1", 1)], member_id=member.id, key="a sale")
    shop.service.open_ticket("phone", "repair", "Zip", f"This is {NAME}", member_id=member.id)
    shop.members.reveal(member.id, "phone", "call back")
    return member


def everything_said(shop, tmp_path, caplog):
    """All bytes that leave the process: files, backup, export, log, errors."""
    with pytest.raises(PhoneTaken) as refused:
        shop.members.register("Someone", PHONE)
    shop.back_up(tmp_path / "backup.db")
    shop.files.export_members(str(tmp_path / "members.csv"))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    said = {path.name: path.read_bytes() for path in files}
    said["error"] = str(refused.value).encode()
    said["log"] = caplog.text.encode()
    said["audit"] = repr(shop.audit.list_log(size=500).rows).encode()
    said["screen"] = repr(
        (shop.members.find_by_phone(PHONE), shop.members.find_by_last_four(PHONE[-4:]))
    ).encode()
    return said


def test_no_name_or_number_stands_anywhere_in_clear(shop, known, tmp_path, caplog):
    caplog.set_level("DEBUG")
    for place, content in everything_said(shop, tmp_path, caplog).items():
        for secret in SECRETS:
            assert secret.encode() not in content, (place, secret)
            assert secret.encode("utf-16-le") not in content, (place, secret)


def test_a_ciphertext_moved_to_another_row_or_column_is_refused(any_shop):
    shop = any_shop
    ann = shop.members.register("Ann Lee", "14012345678").id
    bob = shop.members.register("Bob Ray", "14012345679").id
    m = schema.member
    with writing(shop.engine) as connection:
        name = connection.scalar(select(m.c.name_sealed).where(m.c.id == ann))
        connection.execute(update(m).where(m.c.id == bob).values(name_sealed=name))
    with pytest.raises(Tampered, match="does not belong there"):
        shop.members.show(bob)
    with writing(shop.engine) as connection:
        connection.execute(update(m).where(m.c.id == ann).values(phone_sealed=name))
    with pytest.raises(Tampered):
        shop.members.show(ann)


def test_the_wrong_key_or_none_opens_no_shop(any_shop, tmp_path, monkeypatch):
    with pytest.raises(WrongKey):
        Shop.open(any_shop.where, "T1", keys=Keyring.new())
    monkeypatch.setenv("CRMKIT_KEYS", str(tmp_path / "no keys.json"))
    with pytest.raises(WrongKey, match="missing"):
        Shop.open(any_shop.where, "T1")


def test_a_new_shop_keeps_its_keys_outside_its_database(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CRMKIT_KEYS", raising=False)
    where = tmp_path / "shop.db"
    Shop.create(where, name="Mine", store=("S1", "x"), owner=("T1", "x")).close()
    shop = Shop.open(where, "T1")
    assert shop.staff.id == "T1"
    (file,) = (tmp_path / "config").rglob("*.json")
    assert file.stat().st_mode & 0o077 == 0
    shop.close()


# --- a new key


def sealed_with(shop):
    """How many sealed values and tokens there are under each key."""
    found = {}
    with reading(shop.engine) as connection:
        for table in schema.metadata.sorted_tables:
            for column in table.columns:
                if column.name.endswith(("_sealed", "_token")) or column.name == "key_check":
                    prefix = func.substr(column, 1, 3)
                    for key, many in connection.execute(
                        select(prefix, func.count()).where(column.isnot(None)).group_by(prefix)
                    ):
                        found[key] = found.get(key, 0) + many
    return found


def test_after_a_rotation_only_the_new_key_opens_anything(any_shop, keys, clock, tmp_path):
    shop, file = any_shop, tmp_path / "keys.json"
    ann = shop.members.register("Ann Lee", "14012345678", email="ann@example.com").id
    survey = shop.surveys.make("After", "nps")
    code = shop.surveys.invite(survey, ann, "sms").code
    sale = shop.till.sell([("P1", 1)], member_id=ann, key="before")
    before = sealed_with(shop)
    assert set(before) == {"k1."}
    shop.rotate_keys(file)
    assert set(sealed_with(shop)) == {"k2."}
    with pytest.raises(WrongKey):
        Shop.open(shop.where, "T1", keys=keys)
    again = Shop.open(shop.where, "T1", keys=Keyring.load(file), clock=clock)
    assert again.members.find_by_phone("14012345678").id == ann
    assert again.members.find_by_last_four("5678").members[0].id == ann
    assert again.members.find_by_name("Ann Lee").members[0].id == ann
    with pytest.raises(PhoneTaken):
        again.members.register("Bob", "14012345678")
    assert again.till.sell([("P1", 1)], member_id=ann, key="before") == sale
    again.surveys.answer(code, nps=9)
    assert again.audit.first_break() is None
    again.close()


def test_only_a_trainer_changes_the_key_and_never_a_scenes(shop, tmp_path):
    with pytest.raises(NotAllowed):
        shop.as_staff("B1").rotate_keys(tmp_path / "keys.json")
    scene = Shop.practice("corner", folder=tmp_path)
    with pytest.raises(Refused, match="keeps its key"):
        scene.rotate_keys(tmp_path / "keys.json")
    scene.close()


def test_a_rotation_goes_on_where_it_was_killed(any_shop, keys, clock, tmp_path, monkeypatch):
    shop, file = any_shop, tmp_path / "keys.json"
    members = [shop.members.register(f"Ann {chr(97 + n)}", f"1401234{n:04d}").id for n in range(12)]
    keys.save(file)
    monkeypatch.setattr(rotation, "BATCH", 2)
    shop.engine.dispose()

    def rotate_slowly():
        mine = Shop.open(shop.where, "T1", keys=Keyring.load(file), clock=clock)
        original = rotation._reseal_some

        def slow(*arguments):
            time.sleep(0.03)
            return original(*arguments)

        rotation._reseal_some = slow
        mine.rotate_keys(file)

    for pause in (0.15, 0.3, 0.45):
        child = multiprocessing.get_context("fork").Process(target=rotate_slowly)
        child.start()
        time.sleep(pause)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        with_both = Shop.open(shop.where, "T1", keys=Keyring.load(file), clock=clock)
        for member in members:
            assert with_both.members.show(member).phone.startswith("140****")
        with_both.members.find_by_phone("14012340003")
        with_both.close()
    last = Shop.open(shop.where, "T1", keys=Keyring.load(file), clock=clock)
    last.rotate_keys(file)
    assert len(set(sealed_with(last))) == 1
    assert [one.id for one in Keyring.load(file).keys] == [Keyring.load(file).active.id]
    assert last.members.find_by_phone("14012340003").id == members[3]
    last.close()


def test_statements_carry_no_personal_data_to_the_server(shop):
    """What is sent to the database is what a database log would hold."""
    sent = []

    @event.listens_for(shop.engine, "before_cursor_execute")
    def remember(_connection, _cursor, statement, parameters, _context, _many):
        sent.append(f"{statement} {parameters}")

    shop.members.register(NAME, PHONE, email=MAIL)
    shop.members.find_by_phone(PHONE)
    shop.members.find_by_name(NAME)
    event.remove(shop.engine, "before_cursor_execute", remember)
    assert len(sent) > 10
    assert not [one for one in sent for secret in SECRETS if secret in one]
