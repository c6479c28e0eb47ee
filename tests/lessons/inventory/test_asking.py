"""Asking for stock: what is asked is what the stock room and the tills' own data say."""

from collections import Counter

import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.learn.tasks.books import untouched_books
from crmkit.lessons.inventory import asking

NUMBERS = range(1, 100)


def evening():
    """Every shelf on the evening before the practice shop opens."""
    daily = ck.load("stock_daily")
    return daily[daily["date"] == daily["date"].max()]


@pytest.fixture(scope="module")
def two_weeks():
    """What the store's tills wrote in the last two weeks, from the course data."""
    sales = ck.load("sales")
    here = sales[(sales["store_id"] == "S01") & (sales["sold_at"] >= "2025-06-17")]
    return here[here["quantity"] > 0]


def test_every_number_draws_a_product_whose_key_the_data_give_again(two_weeks):
    last, ledger = evening(), untouched_books("inventory-1", "en").stock_room.ledger
    shelf = last.set_index(["product_id", "store_id"])["on_hand"]
    pieces = two_weeks.groupby("product_id")["quantity"].sum()
    after = two_weeks[two_weeks["sold_at"] >= "2025-06-25"].groupby("product_id")["quantity"].sum()
    returned, drawn = Counter(), set()
    for _at, kind, product, *_ends, pieces_back, _left, _grown in ledger:
        returned[product] += pieces_back * (kind == "return")
    for number in NUMBERS:
        keys = Asked("inventory-1").keys({"my_number": number})
        mine = keys.mine
        drawn.add(mine)
        moves = asking.ledgers("inventory-1")[mine]
        returns = [(day, change) for day, kind, change, _left in moves if kind == "return"]
        # in the practice shop what is brought back is on the shelf again
        now = shelf[mine]["S01"] + returned[mine]
        later = sum(change for day, change in returns if day > "06-24")
        counts = shelf[mine].drop("S01").to_dict()  # where to ask is never at home
        assert keys.on_hand().value == now
        assert keys.most().value == max(counts, key=counts.get)
        assert sorted([0, *counts.values()])[-1] > sorted([0, *counts.values()])[-2]
        assert keys.sold().value == pieces[mine]
        assert keys.evening().value == now + after.get(mine, 0) - later
        for key in (keys.on_hand(), keys.sold(), keys.evening()):
            assert key.value not in key.mistakes.values()
        assert len(moves) <= 16  # what the panel shows without a further page
    assert len(drawn) > 40


def test_what_the_lesson_says_of_the_pillow_and_the_empty_shelves(two_weeks, lesson_shop):
    keys = Asked("inventory-01").keys({})
    assert keys.pillows().value == 4
    sold = two_weeks[two_weeks["product_id"] == "P0280"]
    assert keys.sold_pillows().value == sold["quantity"].sum() == 8
    assert sorted(sold["quantity"])[-2:] == [2, 2]
    latest = lesson_shop("inventory-01").stock.passbook("P0280", limit=1)[0]
    assert (latest.kind, f"{latest.at:%m-%d}", latest.change) == ("return", "06-30", 1)
    back = ck.load("sales").query("store_id == 'S01' and product_id == 'P0280' and quantity < 0")
    assert back.iloc[-1]["return_reason"] == "changed_mind"
    last = evening()
    products = set(ck.load("products")["product_id"])
    lacking = products - set(last.query("store_id == 'S01' and on_hand > 0")["product_id"])
    elsewhere = set(last.query("on_hand > 0")["product_id"]) & lacking
    assert len(products) == 288
    assert len(lacking) == 58 == len(elsewhere)  # the quiz says: every one
    assert set(asking.not_here()) == lacking
    assert min(ck.load("stores")["size"]) == ck.load("stores").set_index("store_id")["size"]["S01"]


def test_three_are_kept_and_one_can_still_be_promised(lesson_shop):
    here, keys = lesson_shop("inventory-01"), Asked("inventory-01").keys({})
    keys.keep().value(here)
    (row,) = [one for one in here.stock.everywhere("P0280") if one.store_id == "S01"]
    assert (row.on_hand, row.available) == (4, keys.free().value)
    tea = here.stock.look("P0004")
    assert tea.in_transit == keys.coming().value


def test_a_balance_is_read_in_pieces(lesson_shop):
    from crmkit.panels import desk

    shop = lesson_shop("inventory-01")
    seller = {one.id: one.name for one in shop.office.team()}["E0002"]
    room = desk("stock", shop)
    room.did({"act": "look", "arg": "P0280"})
    assert f"'1', '4', '{seller}'" in str(room.tree)  # change, balance, by whom


def test_goods_that_several_fit_are_not_counted_as_the_first(lesson_shop):
    from crmkit.panels import desk

    here = lesson_shop("inventory-01")
    room = desk("stock", here)
    room.did({"act": "tab", "arg": "count"})
    room.did({"act": "count.open", "values": {"products": "P0003 P0004"}})
    room.did({"act": "count.one", "values": {"product": "Longjing", "counted": "7"}})
    assert "Several fit: P0003" in str(room.tree)
    assert here.stock.count_sheet(1).counted == ()
