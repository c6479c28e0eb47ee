"""Everything that goes wrong at a desk is said in the language of who stands there."""

import re
import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import event, func, select

from crmkit.i18n import use_language
from crmkit.practice import Keyring, Shop, schema
from crmkit.practice.engine import reading
from crmkit.practice.errors import (
    BadValue,
    CannotOpen,
    Closed,
    DiskFull,
    KeyReused,
    NewerShop,
    NoConsent,
    NotAllowed,
    NotEnoughPoints,
    NotEnoughStock,
    NotFound,
    OlderShop,
    PhoneTaken,
    PracticeError,
    Refused,
    ShopBusy,
    TooManyReturned,
    WrongKey,
)

CHINESE = re.compile("[一-鿿]")
HALF_WIDTH = re.compile("[一-鿿][,;:?!()]|[,;:?!()][一-鿿]")


def counting_a_closed_stocktake(shop):
    sheet = shop.stock.open_count(["P1"]).stocktake_id
    shop.stock.close_count(sheet)
    return lambda: shop.stock.count(sheet, "P1", 1)


def sending_without_consent(shop):
    template = shop.marketing.make_template("x", "sms", "en", "Dear {name}")
    return lambda: shop.marketing.send_one(template, "M000001")


def returning_too_much(shop):
    sale = shop.till.sell([("P1", 1)]).sale_id
    return lambda: shop.till.give_back(sale, [("P1", 2)], reason="wrong_item")


def returning_what_was_never_sold(shop):
    sale = shop.till.sell([("P1", 1)]).sale_id
    return lambda: shop.till.give_back(sale, [("P2", 1)], reason="wrong_item")


def one_key_for_two(shop):
    shop.till.sell([("P1", 1)], key="k")
    return lambda: shop.till.sell([("P2", 1)], key="k")


def a_full_disk(shop):
    shop.engine.dispose()

    @event.listens_for(shop.engine, "connect")
    def full(connection, _record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill():
        for n in range(1000):
            shop.members.register("Ann", f"1401234{n:04d}", note="x" * 1500)

    return fill


def a_locked_file(shop):
    mine = Shop.open(shop.where, "T1", keys=shop.keys, clock=shop.clock, wait=0.1)
    shop.other = sqlite3.connect(shop.where)
    shop.other.execute("BEGIN IMMEDIATE")
    return lambda: mine.till.sell([("P1", 1)])


def a_copy_with(statement):
    def made(shop):
        copy = f"{shop.where}.copy"
        shutil.copy(shop.where, copy)
        with closing(sqlite3.connect(copy)) as raw:
            raw.execute(statement)
            raw.commit()
        return lambda: Shop.open(copy, "T1", keys=shop.keys)

    return made


BAD = {
    "a bad phone": (BadValue, lambda s: lambda: s.members.register("Ann", "123")),
    "no name": (BadValue, lambda s: lambda: s.members.register(" ", "14012345678")),
    "a taken phone": (PhoneTaken, lambda s: lambda: s.members.register("Bo", "14000000001")),
    "an unknown product": (NotFound, lambda s: lambda: s.till.sell([("P99", 1)])),
    "a negative quantity": (BadValue, lambda s: lambda: s.till.sell([("P1", -1)])),
    "more than there is": (NotEnoughStock, lambda s: lambda: s.till.sell([("P1", 99)])),
    "too many points": (
        NotEnoughPoints,
        lambda s: lambda: s.till.sell([("P1", 1)], member_id="M000001", pay_points=5),
    ),
    "a wrong amount paid": (
        Refused,
        lambda s: lambda: s.till.sell([("P1", 1)], payments={"cash": 100}),
    ),
    "an unknown way to pay": (
        BadValue,
        lambda s: lambda: s.till.sell([("P1", 1)], payments={"gold": 12_900}),
    ),
    "a return of an unknown sale": (
        NotFound,
        lambda s: lambda: s.till.give_back(99, reason="wrong_item"),
    ),
    "a return of what was never sold": (TooManyReturned, returning_what_was_never_sold),
    "a return of more than was sold": (TooManyReturned, returning_too_much),
    "counting a closed stocktake": (Closed, counting_a_closed_stocktake),
    "sending without consent": (NoConsent, sending_without_consent),
    "what one may not do": (NotAllowed, lambda s: lambda: s.as_staff("C1").stock.receive([])),
    "one key for two requests": (KeyReused, one_key_for_two),
    "a day that is none": (BadValue, lambda s: lambda: s.till.shift("30.6.2025")),
    "a full disk": (DiskFull, a_full_disk),
    "a locked file": (ShopBusy, a_locked_file),
    "the wrong key": (WrongKey, lambda s: lambda: Shop.open(s.where, "T1", keys=Keyring.new())),
    "a newer database": (NewerShop, a_copy_with("UPDATE alembic_version SET version_num = '9999'")),
    "an older database": (
        OlderShop,
        a_copy_with("UPDATE alembic_version SET version_num = '0001'"),
    ),
    "another program's file": (CannotOpen, a_copy_with("DROP TABLE alembic_version")),
    "no file": (CannotOpen, lambda s: lambda: Shop.open("/nowhere/shop.db", "T1")),
    "a folder that is a file": (
        CannotOpen,
        lambda s: lambda: Shop.practice("corner", folder=f"{s.where}/inside"),
    ),
    "a backup where no file can be": (
        CannotOpen,
        lambda s: lambda: s.back_up(f"{s.where}/inside/backup.db"),
    ),
    "a key file that is a folder": (
        CannotOpen,
        lambda s: lambda: Keyring.load(s.where.rpartition("/")[0]),
    ),
    "an unknown scene": (CannotOpen, lambda s: lambda: Shop.practice("nowhere")),
    "an unknown member of staff": (NotAllowed, lambda s: lambda: s.as_staff(5)),
}


def rows(shop):
    with reading(shop.engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in schema.metadata.sorted_tables
            if table.name not in ("audit_entry", "command_log")
        }


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_said_in_ones_own_language_and_leaves_nothing(shop, what):
    shop.members.register("Ann", "14000000001")
    error, prepare = BAD[what]
    act = prepare(shop)
    before = rows(shop) if what != "a full disk" else None
    for language in ("zh", "en"):
        with use_language(language), pytest.raises(PracticeError) as said:
            act()
        assert type(said.value) is error
        sentence = str(said.value)
        assert bool(CHINESE.search(sentence)) == (language == "zh"), sentence
        assert "{" not in sentence
        assert not HALF_WIDTH.search(sentence)
    if hasattr(shop, "other"):
        shop.other.close()
    assert before is None or rows(shop) == before
    assert shop.audit.problems() == ()
