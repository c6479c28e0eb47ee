"""Every rule of the books speaks up when it is broken behind the shop's back, and only that one."""

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from crmkit.i18n import use_language
from crmkit.practice import FixedClock, Shop, books
from crmkit.practice.engine import open_engine, reading

MOVE = """
    INSERT INTO stock_move (at, kind, product_id, from_id, to_id, quantity, from_balance,
        to_balance, staff_id)
    SELECT '2025-06-30 04:00:00', 'adjust', 'P5', '{origin}', '{target}', {units},
        (SELECT COALESCE(SUM(quantity), 0) FROM stock_on_hand
            WHERE location_id = '{origin}' AND product_id = 'P5') - {units},
        (SELECT COALESCE(SUM(quantity), 0) FROM stock_on_hand
            WHERE location_id = '{target}' AND product_id = 'P5') + {units},
        'T1'
"""
CLOSED_TRANSFERS = "SELECT id FROM transfer WHERE closed_at IS NOT NULL ORDER BY id"

DAMAGE = {
    "all locations together hold no units": [
        "UPDATE stock_move SET to_id = 'nowhere' WHERE to_id = '@loss'",
    ],
    "no shelf and nothing in transit is below zero": [
        MOVE.format(origin="S1", target="@adjust", units=1000),
    ],
    "the passbook's last balance is the sum of its moves": [
        "UPDATE stock_move SET to_balance = to_balance + 1 WHERE id = 1",
    ],
    "no more of a product bears a date than is there": [
        "INSERT INTO lot (store_id, product_id, best_before, remaining, came_at)"
        " VALUES ('S1', 'P1', '2025-12-01', 1000, '2025-06-30')",
    ],
    "a lot's last balance is the sum of its entries, never below zero": [
        "UPDATE points_entry SET lot_balance = lot_balance + 1 WHERE id = 1",
    ],
    "every point belongs to a member": [
        "UPDATE points_lot SET member_id = 'M999999' WHERE sale_id IS NULL",
    ],
    "a sale's lines, offers and payments come to its total": [
        "UPDATE payment SET amount = amount + 1 WHERE method = 'wechat'",
        "DELETE FROM payment WHERE method = 'wechat'",
        "UPDATE price_change SET amount = amount + 1",
        "UPDATE sale_offer SET discount = discount + 1",
        "UPDATE sale_line SET discount = discount + 1, amount = amount - 1 WHERE sale_id = 2",
    ],
    "a return's lines and refunds come to its total": [
        "UPDATE refund SET amount = amount + 1 WHERE method = 'wechat'",
        "DELETE FROM refund WHERE method = 'wechat'",
    ],
    "no more came back than was sold, in units and in money": [
        "UPDATE return_line SET amount = amount - 1 WHERE return_id = 1;"
        "UPDATE sale_return SET total = total - 1, refunded = refunded - 1 WHERE id = 1;"
        "UPDATE refund SET amount = amount - 1 WHERE return_id = 1",
    ],
    "cash paid and refunded is in a drawer's book": [
        "UPDATE cash_entry SET sale_id = NULL WHERE kind = 'sale'",
        "UPDATE cash_entry SET return_id = NULL WHERE kind = 'refund'",
    ],
    "a drawer's last balance is the sum of its entries": [
        "UPDATE cash_entry SET balance = balance + 1 WHERE id = 1",
    ],
    "a close counted its drawer": [
        "UPDATE shift_close SET cash_counted = cash_counted + 1",
        "UPDATE shift_close SET left_in_drawer = left_in_drawer + 1",
    ],
    "every entry of a drawer is in one close, or after the last": [
        "UPDATE shift_close SET sales = sales + 1, cash_expected = cash_expected + 1,"
        " cash_counted = cash_counted + 1",
    ],
    "a value card's last balance is the sum of its entries": [
        "UPDATE value_entry SET balance = balance + 1 WHERE id = 1",
    ],
    "what value cards paid and got back is on their cards": [
        "UPDATE value_entry SET sale_id = NULL WHERE kind = 'pay'",
    ],
    "cash for value cards is in a drawer's book": [
        "UPDATE cash_entry SET value_entry_id = NULL WHERE kind = 'card_load'",
    ],
    "a voided slip came back whole, and nothing else of it": [
        "UPDATE sale_return SET kind = 'void' WHERE reason = 'changed_mind'",
    ],
    "a redemption's points and goods are in the ledgers, or both came back": [
        "UPDATE stock_move SET redemption_id = NULL WHERE kind = 'goods'",
        "UPDATE points_entry SET redemption_id = NULL WHERE kind = 'goods'",
    ],
    "a sale moved exactly its units off the shelf": [
        "UPDATE stock_move SET sale_id = NULL WHERE kind = 'sale'",
    ],
    "a return brought exactly its units back": [
        "UPDATE stock_move SET return_id = NULL WHERE kind = 'return'",
    ],
    "a sale's points are in the ledger": [
        "UPDATE points_entry SET sale_id = NULL WHERE kind = 'earn'",
        "UPDATE points_entry SET sale_id = NULL WHERE kind = 'pay'",
    ],
    "a return's points are in the ledger": [
        "UPDATE points_entry SET return_id = NULL WHERE kind = 'return_earned'",
        "UPDATE points_entry SET return_id = NULL WHERE kind = 'return_paid'",
    ],
    "a coupon is used once, unless it was restored in between": [
        "INSERT INTO coupon_event (coupon_id, at, kind, sale_id, staff_id)"
        " SELECT coupon_id, at, 'redeemed', 3, staff_id FROM coupon_event WHERE kind = 'redeemed'",
        "DELETE FROM coupon_event WHERE kind = 'redeemed'",
    ],
    "a transfer's parts come to what was sent": [
        # what is too much in one place is too little in another: every sum still fits
        f"UPDATE transfer_line SET sent = sent + CASE product_id WHEN 'P1' THEN 1 ELSE -1 END"
        f" WHERE transfer_id = ({CLOSED_TRANSFERS} LIMIT 1);"
        f"UPDATE transfer_line SET sent = sent - CASE product_id WHEN 'P1' THEN 1 ELSE -1 END"
        f" WHERE transfer_id = ({CLOSED_TRANSFERS} LIMIT 1 OFFSET 1)",
    ],
    "a closed transfer left nothing in transit": [
        f"UPDATE transfer SET closed_at = NULL WHERE id IN ({CLOSED_TRANSFERS})",
        "UPDATE transfer SET closed_at = sent_at WHERE closed_at IS NULL",
    ],
    "the transit location holds what open transfers have on the way": [
        MOVE.format(origin="@adjust", target="transit", units=1),
    ],
    "a closed stocktake booked its differences": [
        "UPDATE stocktake_result SET difference = difference + 1, counted = counted + 1",
    ],
    "one live member per phone and per card": [
        "UPDATE member SET phone_token = (SELECT phone_token FROM member WHERE id = 'M000001')",
        "UPDATE member SET card_token = (SELECT card_token FROM member WHERE id = 'M000001')",
    ],
    "a merged record points to one that was not merged": [
        "UPDATE member SET survivor_id = 'M000003' WHERE id = 'M000004'",
    ],
    "every finished command left its audit entry": [
        "DELETE FROM audit_entry WHERE id IN (1, 2)",
    ],
}


@pytest.fixture(scope="module")
def worked_in(furnished, keys, tmp_path_factory):
    """A shop in which something of everything that the rules speak of was done."""
    where = tmp_path_factory.mktemp("books") / "shop.db"
    shutil.copy(furnished("sqlite"), where)
    with use_language("en"):
        shop = Shop.open(
            where, "T1", keys=keys, clock=FixedClock(datetime(2025, 6, 30, 4, tzinfo=UTC))
        )
        for n in range(1, 5):
            shop.members.register(f"Ann {n}", f"1400000000{n}")
        shop.members.merge("M000001", "M000003", "the same person")
        shop.members.merge("M000001", "M000004", "the same person")
        shop.points.adjust("M000002", 500, "welcome")
        shop.offers.add(
            "A1",
            "Ten",
            "threshold",
            threshold=5_000,
            amount_off=1_000,
            coupon_only=True,
            starts_on="2025-06-01",
            ends_on="2025-08-31",
        )
        (coupon,) = shop.offers.issue("A1", member_ids=["M000002"])
        sale = shop.till.sell(
            [("P1", 1)],
            member_id="M000002",
            coupon=coupon,
            pay_points=100,
            payments={"wechat": 11_800},
        )
        shop.till.give_back(sale.sale_id, reason="wrong_item")
        shop.till.sell([("P2", 1)], member_id="M000002", coupon=coupon, pay_points=50)
        shop.till.sell([("P3", 1)])
        two = shop.till.sell([("P3", 2)], prices={"P3": 3_000}, reason="worn")
        shop.till.give_back(two.sale_id, [("P3", 1)], reason="changed_mind")
        shop.till.void(shop.till.sell([("P3", 1)]).sale_id, "scanned_wrong")
        shop.till.close_shift(20_000, left_in_drawer=5_000)
        card = shop.cards.issue(10_000).id
        shop.till.sell([("P3", 1)], payments={"gift_card": 3_990}, card=card)
        shop.points.set_reward("P5", 10)
        shop.points.redeem("M000002", "P5")
        there = shop.as_staff("T1", store="S2")
        for _n in range(2):
            sent = shop.stock.send("S2", [("P1", 2), ("P2", 2)])
            there.stock.accept(sent.id, [("P1", 2), ("P2", 2)])
        sent = shop.stock.send("S2", [("P4", 2)])
        there.stock.accept(sent.id, lost=[("P4", 1)])
        sheet = shop.stock.open_count(["P5"])
        shop.stock.count(sheet.stocktake_id, "P5", 9)
        shop.stock.close_count(sheet.stocktake_id)
        shop.close()
    return where


def broken_rules(path):
    engine = open_engine(path, served=True)
    with reading(engine) as connection:
        found = books.problems(connection)
    engine.dispose()
    return [one.partition(": [")[0] for one in found]


def test_no_rule_is_left_without_a_case():
    assert set(DAMAGE) == set(books.rules())


def test_a_days_work_breaks_none(worked_in):
    assert broken_rules(worked_in) == []


@pytest.mark.parametrize(
    ("rule", "damage"),
    [
        pytest.param(rule, one, id=f"{rule} {n}")
        for rule, damages in DAMAGE.items()
        for n, one in enumerate(damages, start=1)
    ],
)
def test_whoever_damages_the_books_is_told_by_the_very_rule(worked_in, tmp_path, rule, damage):
    copy = tmp_path / "shop.db"
    shutil.copy(worked_in, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA ignore_check_constraints = ON")
        for kind, name in raw.execute(
            "SELECT type, name FROM sqlite_master WHERE type = 'trigger' OR name LIKE 'uq_member%'"
        ).fetchall():
            raw.execute(f"DROP {kind} {name}")
        for statement in re.split(r";\s*", damage):
            assert raw.execute(statement).rowcount > 0
    assert broken_rules(copy) == [rule]


def test_a_sale_without_its_lines_does_not_pass(worked_in, tmp_path):
    copy = tmp_path / "shop.db"
    shutil.copy(worked_in, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("DELETE FROM sale_line")
        raw.execute("DELETE FROM return_line")
    assert {
        "a sale's lines, offers and payments come to its total",
        "a return's lines and refunds come to its total",
        "a sale moved exactly its units off the shelf",
        "a return brought exactly its units back",
    } <= set(broken_rules(copy))
