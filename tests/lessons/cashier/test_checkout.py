"""Checkout with a member: what is asked is what the till itself says, for every number."""

import pytest

from crmkit.codes import LEVEL_STEPS
from crmkit.i18n import use_language
from crmkit.learn.questions import Asked
from crmkit.lessons.cashier.checkout import TEA, _notes, _tea_receipt, gross, receipt
from crmkit.practice import slip
from crmkit.practice.domain.selling import settle
from crmkit.practice.errors import PracticeError

NUMBERS = range(1, 100)


def test_the_keys_are_what_the_till_asks_for_every_number(lesson_shop):
    here, asked, seen = lesson_shop("cashier-2"), Asked("cashier-2"), {}
    rates = {one.code: one.points_per_100_yuan for one in LEVEL_STEPS}
    for number in NUMBERS:
        keys = asked.keys({"my_number": number})
        large, small, level = keys.mine
        basket = (tuple(large.items()), tuple(small.items()))
        if basket not in seen:
            seen[basket] = here.till.quote(basket[0]), here.till.quote(basket[1])
        above, below = seen[basket]
        assert round(100 * keys.due().value) == above.due
        assert below.discount == 0
        assert round(100 * keys.short().value) == 19_900 - below.gross > 0
        plan = settle(above.due, points=0, point_value=1, points_per_100_yuan=rates[level],
                      payments={"wechat": above.due}, tendered=None)  # fmt: skip
        assert keys.earned().value == plan.points_earned
        for key in (keys.due(), keys.short(), keys.earned()):
            assert key.value not in key.mistakes.values()
    assert len(seen) > 10


def test_the_lesson_says_what_the_till_does(lesson_shop):
    here = lesson_shop("cashier-02")
    quote = here.till.quote(tuple(TEA.items()))
    assert quote.due == round(100 * gross(TEA)) - 3_000
    assert {one.promotion_id for one in quote.offers} == {"J199", "JGIFT"}
    assert here.till.quote([("P0247", 2)]).due == 2 * 21_790 - 3_000  # once, not for every 199
    assert here.points.rewards()["P0009"] == 1_200
    coupon = here.offers.coupons("M003209")[0].id
    sale = here.till.sell([("P0003", 1)], member_id="M003209", coupon=coupon, pay_points=100,
                          payments={"wechat": 4_990})  # fmt: skip
    assert sale.points_earned == Asked("cashier-02").keys({}).earned().value == 59


def test_a_whole_purchase_that_comes_back_leaves_the_points_as_they_were(lesson_shop):
    here = lesson_shop("cashier-02")
    before, cards = here.members.show("M002597").points, here.stock.look("P0255").on_hand
    Asked("cashier-02").keys({}).all_back().value(here)
    assert here.members.show("M002597").points == before
    assert here.stock.look("P0255").on_hand == cards


def test_one_tin_brings_what_was_paid_for_it_and_the_gift_must_come_with_it(lesson_shop):
    here = lesson_shop("cashier-02")
    sale = here.till.sell(tuple(TEA.items()), member_id="M002597", payments={"wechat": 30_970})
    with pytest.raises(PracticeError, match="comes back too"):
        here.till.give_back(sale.sale_id, [("P0003", 1)], reason="wrong_item")
    back = here.till.give_back(sale.sale_id, [("P0003", 1), ("P0255", 1)], reason="wrong_item")
    assert back.total == round(100 * Asked("cashier-02").keys({}).tin_back().value)


def test_the_picture_of_a_receipt_says_something_of_lines_that_are_on_it(language):
    with use_language(language):
        lines = [left for left, _right in slip.rows(_tea_receipt(language))]
        notes = _notes(_tea_receipt(language))
        (picture,) = receipt().tree["of"]
    assert len(notes) == 8 and picture["src"].startswith("data:image/png")
    for begins, words in notes.items():
        assert sum(line.startswith(begins) for line in lines) == 1, begins
        assert words.replace("\n", " ") in picture["says"]


@pytest.mark.parametrize("typed", ["", "P0255"])
def test_goods_for_points_are_handed_out_at_the_till(lesson_shop, typed):
    from crmkit.panels import desk

    here = lesson_shop("cashier-2")
    till = desk("till", here)
    till.did({"act": "member", "arg": "2066"})
    assert "1,200" in str(till.tree) or "1200" in str(till.tree)
    till.did({"act": "hand_out", "values": {"reward": typed}})
    left = here.members.show("M002773").points
    assert left == (1_277 - 500 if typed else 1_277)
