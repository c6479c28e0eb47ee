"""Transfers: what is asked is what the stock room itself comes to, for every number."""

import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.lessons.inventory import moving


def test_the_note_of_every_number_adds_up_and_its_loss_is_at_cost():
    costs = ck.load("products").set_index("product_id")[["cost", "list_price"]]
    notes = set()
    for number in range(1, 100):
        keys = Asked("inventory-2").keys({"my_number": number})
        product, sent, received, broken, back = keys.mine
        notes.add(keys.mine)
        coming, loss = keys.coming(), keys.loss()
        assert received + broken + back + coming.value == sent and coming.value > 0
        assert loss.value == pytest.approx(broken * costs.loc[product, "cost"], abs=0.005)
        assert loss.value < broken * costs.loc[product, "list_price"]
        for key in (coming, loss):
            assert key.value not in key.mistakes.values()
            assert len(set(key.mistakes.values())) == len(key.mistakes)
    assert len(notes) > 50


def test_the_lessons_box_leaves_what_it_says_on_the_way(lesson_shop):
    here, keys = lesson_shop("inventory-02"), Asked("inventory-02").keys({})
    (transfer,) = here.stock.open_transfers()
    assert {line.product_id: line.sent for line in transfer.lines} == dict.fromkeys(moving.BOX, 4)
    assert (transfer.from_store_id, transfer.id) == ("S02", moving.TRANSFER)
    before = {one: here.stock.look(one).on_hand for one in moving.BOX}
    keys.first_box().value(here)
    left = here.stock.transfer(moving.TRANSFER)
    assert sum(line.in_transit for line in left.lines) == keys.still_coming().value == 2
    gap = sum(
        (before[one] + 4 - here.stock.look(one).on_hand) * cost
        for one, cost in ck.load("products").set_index("product_id")["cost"].items()
        if one in before
    )
    assert moving.not_there() == pytest.approx(gap)
    assert left.closed_at is None
    keys.afternoon().value(here)
    assert here.stock.transfer(moving.TRANSFER).closed_at is not None


def test_what_the_lesson_says_of_the_black_pillow(lesson_shop):
    here = lesson_shop("inventory-02")
    assert here.stock.look("P0279").available == 16
    assert here.stock.look("P0279", "S02").on_hand == 5


def test_one_sending_does_not_make_another_look_wrong(lesson_shop):
    here, asked = lesson_shop("inventory-2"), Asked("inventory-2")
    asked.keys({}).send().value(here)
    asked.keys({}).first_box().value(here)
    assert asked.outcome("call_back").status == "not_attempted"
    assert asked.outcome("evening").status == "not_attempted"


def test_what_went_to_the_wrong_store_and_was_called_back_is_told_so():
    from crmkit.learn.tasks.stock import StockRoom, WasSent

    class Books:
        def __init__(self, *sent):
            self.stock_room = StockRoom(sent=sent)

    wanted, box = WasSent("S02", {"P0001": 3}), {"P0001": 3}
    for back, says in ((False, "instead of S02"), (True, "is called back. Now send it to S02")):
        fault = wanted.fault(Books(("S01", "S03", box, back)), Books())
        assert fault.reason == "wrong_store" and says in fault.message
    there = Books(("S01", "S03", box, True), ("S01", "S02", box, False))
    assert wanted.fault(there, Books()) is None
