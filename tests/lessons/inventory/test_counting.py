"""Stocktakes: what is asked is what the stock room itself comes to, for every number."""

import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.learn.tasks import Tasks
from crmkit.lessons.inventory import counting


@pytest.fixture(scope="module")
def products():
    return ck.load("products").set_index("product_id")


def test_the_sheet_of_every_number_is_added_up_again_with_pandas(products):
    sheets, causes = set(), set()
    for number in range(1, 100):
        keys = Asked("inventory-3").keys({"my_number": number})
        sheet = keys.mine
        sheets.add(sheet)
        causes.add(keys.cause)
        assert all(one.shelf > 0 and one.back > 0 and one.book > 0 for one in sheet)
        off = {one.product: one.shelf + one.back - one.book for one in sheet}
        short = sum(-pieces * products.loc[p, "cost"] for p, pieces in off.items() if pieces < 0)
        assert keys.shortage().value == pytest.approx(short, abs=0.005)
        assert keys.sponges().value == -off["P0107"] > 0
        assert keys.accuracy().value == 100 * list(off.values()).count(0) / 5
        over = {p for p, pieces in off.items() if pieces > 0}
        below = {p for p, pieces in off.items() if pieces < 0} - {"P0107"}
        assert keys.why().value == (
            "swapped" if over and below else "not_received" if over else "not_noted"
        )
        for key in (keys.shortage(), keys.sponges(), keys.accuracy()):
            assert key.value not in key.mistakes.values()
    assert len(sheets) > 50 and len(causes) == 3
    # mixed up at the till only what costs the customer the same
    assert products.loc["P0169", "list_price"] == products.loc["P0170", "list_price"]


def test_the_lessons_stocktake_finds_what_its_questions_ask(lesson_shop, products):
    here, keys = lesson_shop("inventory-03"), Asked("inventory-03").keys({})
    keys.count().value(here)
    report = here.stock.count_report(1)
    off = {line.product_id: line.difference for line in report.lines}
    assert off == {"P0217": -2, "P0218": 2, "P0138": -1, "P0037": 0, "P0055": 0, "P0266": 3}
    assert report.uncounted == (counting.LOCKED,)
    assert keys.off().value == sum(pieces != 0 for pieces in off.values())
    assert keys.accuracy().value == pytest.approx(100 * 2 / 6)
    assert keys.shortage().value == pytest.approx(report.shortage_value / 100)
    assert keys.shortage().facts["over"] == f"¥{report.surplus_value / 100:,.2f}"
    assert products.loc["P0217", "list_price"] == products.loc["P0218", "list_price"]
    assert here.stock.look(counting.LOCKED).on_hand == 4


def test_the_opening_scene_is_true(lesson_shop):
    """The book says seven white power banks, five are on the shelf."""
    here = lesson_shop("inventory-03")
    assert here.stock.look("P0217").on_hand == 7
    assert counting.SHELF["P0217"][0] == 5


def test_what_is_sold_after_counting_comes_off_once(lesson_shop):
    here = lesson_shop("inventory-03")
    before = here.stock.look("P0037").on_hand
    sheet = here.stock.open_count(["P0037"])
    here.stock.count(sheet.stocktake_id, "P0037", before)
    here.as_staff("E0007").stock.send("S02", [("P0037", 1)])
    here.stock.close_count(sheet.stocktake_id)
    assert before - here.stock.look("P0037").on_hand == 1
    key = Asked("inventory-03").keys({}).closing()
    assert (key.value, sorted(key.mistakes.values())) == (17, [16, 18])


def test_the_evenings_towels_are_all_there_and_the_box_was_not_empty_by_the_book(lesson_shop):
    here = lesson_shop("inventory-3")
    assert (
        here.stock.look("P0148").on_hand == counting.FOUND["P0148"] == counting.EVENING["P0148"] + 4
    )
    assert here.stock.look(counting.LOCKED).on_hand > 0


def test_the_words_of_a_count_name_every_piece_that_is_right():
    words = next(one for one in Tasks("inventory-3").data["tasks"] if one["id"] == "evening")
    for language in ("zh", "en"):
        assert all(product in words["ask"][language] for product in counting.EVENING)


def test_one_stocktake_does_not_make_another_look_wrong(lesson_shop):
    here, asked = lesson_shop("inventory-3"), Asked("inventory-3")
    asked.keys({}).evening().value(here)
    assert asked.outcome("evening").status == "right"
    assert asked.outcome("again").status == "right"  # counted again before it was booked
    assert asked.outcome("cabinet").status == "not_attempted"
    asked.keys({}).again().value(here)
    assert asked.outcome("evening").status == "right"


def count_evening(here):
    sheet = here.stock.open_count([*counting.EVENING, counting.LOCKED]).stocktake_id
    for product, many in counting.EVENING.items():
        here.stock.count(sheet, product, many)
    return sheet


def test_what_was_named_and_not_counted_again_is_told_by_its_number(lesson_shop):
    here, asked = lesson_shop("inventory-3"), Asked("inventory-3")
    sheet = count_evening(here)
    for _click in range(2):
        report = here.stock.close_count(sheet, causes={"P0061": "broken"})
        assert report.count_again == tuple(counting.FOUND)
        for one in ("evening", "again"):
            assert asked.outcome(one).status == "not_attempted"
            assert "P0148" in asked.outcome(one).message
    for again in (("P0148",), ()):  # the second count is another than the first: it takes a third
        here.stock.count(sheet, "P0148", counting.FOUND["P0148"])
        assert here.stock.close_count(sheet).count_again == again
    assert [asked.outcome(one).status for one in ("evening", "again")] == ["right", "right"]


def test_towels_booked_too_early_are_counted_again_after_it(lesson_shop):
    here, asked = lesson_shop("inventory-3"), Asked("inventory-3")
    sheet = count_evening(here)
    here.stock.close_count(sheet, causes={"P0061": "broken"})
    here.stock.count(sheet, "P0148", counting.EVENING["P0148"])
    assert here.stock.close_count(sheet).status == "counted"
    assert asked.outcome("evening").status == "not_attempted"  # nobody has signed
    here.stock.sign_count(sheet, approved_by=counting.MANAGER)
    assert asked.outcome("evening").status == "right"
    assert asked.outcome("again").reason == "wrong_count"
    asked.keys({}).again().value(here)
    assert [asked.outcome(one).status for one in ("evening", "again")] == ["right", "right"]


def test_the_empty_box_is_counted_twice_and_signed_for(lesson_shop):
    here, asked = lesson_shop("inventory-3"), Asked("inventory-3")
    sheet = here.stock.open_count([counting.LOCKED]).stocktake_id
    for status in ("open", "counted"):
        here.stock.count(sheet, counting.LOCKED, 0)
        assert here.stock.close_count(sheet).status == status
        assert asked.outcome("cabinet").status == "not_attempted"
    here.stock.sign_count(sheet, approved_by=counting.MANAGER)
    assert asked.outcome("cabinet").status == "right"


def test_what_nobody_saw_is_not_mended_by_counting_once_more(lesson_shop):
    here, asked = lesson_shop("inventory-3"), Asked("inventory-3")
    keys = asked.keys({}).evening()
    keys.mistakes["counted_unseen"](here)
    keys.value(here)
    assert asked.outcome("evening").reason == "counted_unseen"


def test_a_wrong_count_is_mended_by_taking_stock_once_more(lesson_shop):
    here, asked = lesson_shop("inventory-3"), Asked("inventory-3")
    keys = asked.keys({}).evening()
    keys.mistakes["wrong_count"](here)
    keys.value(here)
    assert asked.outcome("evening").status == "right"
