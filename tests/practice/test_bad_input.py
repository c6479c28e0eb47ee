"""Whatever is typed or breaks: a clear sentence in the user's language, nothing half-written."""

import csv
import inspect
import os
import sqlite3
import stat

import pytest
from sqlalchemy import event, func, select

from crmkit.errors import CrmkitError
from crmkit.i18n import use_language
from crmkit.practice import Shop, schema
from crmkit.practice.command import OPERATIONS, Desk
from crmkit.practice.engine import reading
from crmkit.practice.errors import CannotOpen, DiskFull, PracticeError, Refused, ShopBusy

NASTY = [
    "'; DROP TABLE member; --",
    '=HYPERLINK("http://x","y")',
    "%s %(name)s {x} {0}",
    "\x00",
    "\ud800",
    "a" * 100_000,
    None,
    -1,
    10**30,
    1.5,
    {},
    [None],
]


def everything(shop):
    with reading(shop.engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in schema.metadata.sorted_tables
            if table.name not in ("audit_entry",)
        }


@pytest.mark.parametrize("desk", sorted({one.partition(".")[0] for one in OPERATIONS} - {"shop"}))
def test_nothing_that_is_typed_makes_a_desk_fall_over(shop, desk, tmp_path, monkeypatch):
    """Every argument of every operation takes every nasty value in turn."""
    monkeypatch.chdir(tmp_path)
    made = next(one for one in Desk.__subclasses__() if one.name == desk)(shop)
    shop.members.register("Ann Lee", "14012345678")
    fell = []
    for name in (one.partition(".")[2] for one in OPERATIONS if one.startswith(f"{desk}.")):
        act = getattr(made, name)
        parameters = [
            one
            for one in inspect.signature(act).parameters.values()
            if one.name not in ("self", "key") and one.kind is not one.VAR_KEYWORD
        ]
        sensible = {
            one.name: SENSIBLE.get(one.name) for one in parameters if one.default is one.empty
        }
        for one in parameters:
            for value in NASTY:
                try:
                    act(**sensible | {one.name: value})
                except CrmkitError as refused:
                    assert str(refused), (name, one.name)
                except Exception as error:
                    fell.append((name, one.name, str(value)[:30], repr(error)[:120]))
    assert not fell, "\n".join(map(str, fell))
    assert shop.audit.problems() == ()
    assert shop.audit.first_break() is None


def test_every_needed_argument_of_every_operation_has_a_sensible_value():
    """So that a new one is tried above of itself, with all others right."""
    needed = {
        one.name
        for desk in Desk.__subclasses__()
        for name in (one.partition(".")[2] for one in OPERATIONS if one.startswith(f"{desk.name}."))
        for one in inspect.signature(getattr(desk, name)).parameters.values()
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD and one.name != "self"
    }
    assert needed - set(SENSIBLE) == set()


SENSIBLE = {
    "member_id": "M000001",
    "keep": "M000001",
    "merge": "M000001",
    "merged_id": "M000001",
    "name": "Ann",
    "phone": "14012345678",
    "reason": "because",
    "cause": "because",
    "field": "phone",
    "purpose": "marketing",
    "channel": "sms",
    "given": True,
    "source": "counter",
    "basket": [("P1", 1)],
    "units": [("P1", 1)],
    "product_id": "P1",
    "best_before": "2025-12-01",
    "quantity": 1,
    "shelf_life_days": 270,
    "store_id": "S2",
    "staff_id": "C1",
    "role": "sales",
    "password": "open sesame",
    "list_price": 100,
    "cost": 50,
    "category": "care",
    "kind": "percent_off",
    "starts_on": "2025-06-01",
    "ends_on": "2025-07-01",
    "on": "2025-07-01",
    "offer_id": "A1",
    "coupon_id": "Q0000001",
    "sale_id": 1,
    "transfer_id": 1,
    "stocktake_id": 1,
    "counted": 1,
    "change": 1,
    "points": 1,
    "digits": "5678",
    "card": "8800000013",
    "at": None,
    "cash_counted": 0,
    "to_store": "S2",
    "reservation": 1,
    "reorder_point": 1,
    "order_up_to": 5,
    "path": "out.csv",
    "since": "2025-06-01",
    "until": "2025-07-01",
    "value": 1,
    "subject": "Zip",
    "body": "broken",
    "ticket_id": 1,
    "satisfaction": 5,
    "action": "mend",
    "owner_id": "C1",
    "due_on": "2025-07-01",
    "recheck_on": "2025-08-01",
    "improvement_id": 1,
    "result": "better",
    "helped": True,
    "segment_id": "all",
    "rule": {"level": ["gold"]},
    "script": "Hello",
    "every_days": 30,
    "plan_id": 1,
    "task_id": 1,
    "outcome": "happy",
    "next_step": "none",
    "template_id": 1,
    "campaign_id": 1,
    "message_id": 1,
    "arrived": True,
    "occasion": "birthday",
    "language": "en",
    "title": "Scarf",
    "amount": 100,
    "next_action": "call",
    "next_on": "2025-07-05",
    "opportunity_id": 1,
    "stage": "contacted",
    "survey_id": 1,
    "code": "abc",
    "rule_id": 1,
    "on_sale": True,
    "month": "2025-07",
    "revenue": 100,
    "day": "2025-06-30",
    "hour": 11,
    "visitors": 5,
    "words": "scarf",
    "supplier_id": "W1",
    "order_id": 1,
    "products": ["P1"],
    "redemption": 1,
    "number": 1,
}


def test_an_export_holds_no_formula(shop, tmp_path):
    for n, text in enumerate(("=1+1", "+cmd", "@SUM(A1)", "-2+3")):
        shop.members.register("Ann", f"1401234567{n}", district=text, occupation=text)
    shop.files.export_members(str(tmp_path / "out.csv"))
    with open(tmp_path / "out.csv", encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))]


def test_errors_are_said_in_the_users_language(shop):
    for language, words in (("en", "There is no product"), ("zh", "没有商品")):
        with use_language(language), pytest.raises(PracticeError, match=words):
            shop.till.sell([("P99", 1)])


# --- what breaks


def test_a_full_disk_saves_nothing_and_says_so(shop):
    before = everything(shop)
    shop.engine.dispose()

    @event.listens_for(shop.engine, "connect")
    def nearly_full(connection, _record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DiskFull, match="nothing was saved"):
        for n in range(1000):
            before = everything(shop)
            shop.members.register("Ann", f"1401234{n:04d}", note="x" * 1500)
    event.remove(shop.engine, "connect", nearly_full)
    shop.engine.dispose()
    assert everything(shop) == before
    assert shop.audit.problems() == ()
    assert shop.till.sell([("P1", 1)]).total == 12_900


def test_a_locked_file_is_said_to_be_busy(shop, keys, clock):
    mine = Shop.open(shop.where, "T1", keys=keys, clock=clock, wait=0.2)
    other = sqlite3.connect(shop.where)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ShopBusy):
        mine.till.sell([("P1", 1)])
    other.rollback()
    assert mine.till.sell([("P1", 1)]).total == 12_900
    mine.close()


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00 cut short"])
def test_a_file_that_is_no_shop_is_said_so(tmp_path, content, keys):
    path = tmp_path / "shop.db"
    path.write_bytes(content)
    for act in (
        lambda: Shop.open(path, "T1", keys=keys),
        lambda: Shop.practice("corner", folder=tmp_path),
    ):
        with pytest.raises(CannotOpen):
            act()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "where",
    [
        "nowhere/shop.db",
        "mysql://localhost/shop",
        "postgresql://nobody@127.0.0.1:1/shop",
        "://",
        "",
    ],
)
def test_a_shop_that_cannot_be_reached_is_said_so(where, keys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotOpen):
        Shop.open(where, "T1", keys=keys, wait=1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_said_so(shop):
    shop.engine.dispose()  # what is open already stays writable
    os.chmod(shop.where, stat.S_IREAD)
    with pytest.raises(CannotOpen):
        shop.till.sell([("P1", 1)])


def test_ledgers_refuse_in_the_shops_words(shop):
    from crmkit.practice.engine import writing

    with pytest.raises(Refused, match="Enter a correction"), writing(shop.engine) as connection:
        connection.execute(schema.stock_move.delete())
