"""The till: selling, taking back, closing a shift."""

import pytest

from crmkit.practice.errors import (
    BadValue,
    NotEnoughPoints,
    NotEnoughStock,
    NotFound,
    Refused,
    TooManyReturned,
)

JUNE = {"starts_on": "2025-06-01", "ends_on": "2025-06-30"}


@pytest.fixture
def ann(any_shop):
    return any_shop.members.register("Ann Lee", "14012345678").id


@pytest.fixture
def bought(shop):
    """A member with 500 points and a sale of two scarves and a hand cream."""
    ann = shop.members.register("Ann Lee", "14012345678").id
    shop.points.adjust(ann, 500, "welcome")
    return ann, shop.till.sell([("P1", 2), ("P3", 1)], member_id=ann)


def test_a_sale_takes_from_the_shelf_and_earns_points(any_shop, ann):
    receipt = any_shop.as_staff("C1").till.sell([("P1", 1), ("P3", 2)], member_id=ann)
    assert receipt.total == receipt.paid == 12_900 + 2 * 3_990
    assert receipt.payments == {"cash": 20_880}
    assert receipt.points_earned == receipt.points_balance == 208
    assert any_shop.stock.look("P1").on_hand == 9
    assert any_shop.stock.look("P3").on_hand == 8


def test_a_walk_in_earns_nothing(shop):
    receipt = shop.till.sell([("P1", 1)])
    assert (receipt.member_id, receipt.points_earned, receipt.points_balance) == (None, 0, None)


def test_the_quote_is_what_the_sale_costs_and_writes_nothing(any_shop, ann):
    any_shop.offers.add("A1", "Ten off", "percent_off", percent_off=10, **JUNE)
    quote = any_shop.till.quote([("P1", 1)], member_id=ann)
    assert any_shop.stock.look("P1").on_hand == 10
    assert quote.due == any_shop.till.sell([("P1", 1)], member_id=ann).paid == 11_610


def test_a_sale_can_be_paid_in_several_ways_that_add_up(shop):
    receipt = shop.till.sell([("P1", 1)], payments={"wechat": 10_000, "cash": 2_900})
    assert receipt.payments == {"wechat": 10_000, "cash": 2_900}
    for wrong in ({"wechat": 10_000}, {"wechat": 20_000}, {}):
        with pytest.raises(Refused, match="129.00 are due"):
            shop.till.sell([("P1", 1)], payments=wrong)
    for wrong in ({"shells": 12_900}, {"cash": 12_899.5}, {"cash": -1}):
        with pytest.raises(BadValue):
            shop.till.sell([("P1", 1)], payments=wrong)


def test_points_pay_a_part_and_the_oldest_go_first(any_shop, ann, clock):
    any_shop.points.adjust(ann, 300, "first lot")
    clock.advance(days=30)
    any_shop.points.adjust(ann, 300, "second lot")
    receipt = any_shop.till.sell([("P1", 1)], member_id=ann, pay_points=400)
    assert (receipt.points_value, receipt.paid) == (400, 12_500)
    assert receipt.points_earned == 125
    clock.advance(days=336)  # the first lot would expire now, were it not used up
    assert any_shop.points.expire() == (0, 0)
    assert any_shop.points.balance(ann).points == 200 + 125
    clock.at = clock.at.replace(year=2025, month=6, day=30)


@pytest.mark.parametrize(
    ("points", "error"),
    [(501, NotEnoughPoints), (99_999, Refused), (-1, BadValue), (1.5, BadValue), ("5", BadValue)],
)
def test_points_that_are_not_there_cannot_pay(shop, points, error):
    ann = shop.members.register("Ann Lee", "14012345678").id
    shop.points.adjust(ann, 500, "welcome")
    with pytest.raises(error):
        shop.till.sell([("P1", 1)], member_id=ann, pay_points=points)
    assert shop.points.balance(ann).points == 500
    assert shop.stock.look("P1").on_hand == 10


def test_a_quote_refuses_points_that_are_not_there(shop):
    ann = shop.members.register("Ann Lee", "14012345678").id
    with pytest.raises(NotEnoughPoints):
        shop.till.quote([("P1", 1)], member_id=ann, pay_points=5_000)


def test_a_walk_in_cannot_pay_with_points(shop):
    with pytest.raises(Refused, match="Only a member"):
        shop.till.sell([("P1", 1)], pay_points=5)


@pytest.mark.parametrize(
    ("basket", "error"),
    [
        ([], BadValue),
        (None, BadValue),
        ("P1", BadValue),
        (["P1"], BadValue),
        ([("P1", 0)], BadValue),
        ([("P1", -1)], BadValue),
        ([("P1", 1.5)], BadValue),
        ([("P1", True)], BadValue),
        ([("nothing", 1)], NotFound),
        ([(None, 1)], BadValue),
        ([("P1'; DROP TABLE sale; --", 1)], NotFound),
        ([("P1", 11)], NotEnoughStock),
        ([("P1", 6), ("P1", 6)], NotEnoughStock),
        ([("P2", 1), ("P1", 11)], NotEnoughStock),
    ],
)
def test_a_basket_that_cannot_be_is_refused_whole(any_shop, basket, error):
    with pytest.raises(error):
        any_shop.till.sell(basket)
    assert [any_shop.stock.look(one).on_hand for one in ("P1", "P2")] == [10, 10]


# --- offers


def test_a_threshold_discount_counts_from_its_first_to_its_last_day(any_shop, clock):
    any_shop.offers.add("A1", "100-20", "threshold", threshold=10_000, amount_off=2_000, **JUNE)
    assert any_shop.till.quote([("P1", 1)]).due == 10_900
    assert any_shop.till.quote([("P2", 1)]).due == 8_900
    clock.advance(hours=11, minutes=59)  # still the 30th in Shanghai
    assert any_shop.till.quote([("P1", 1)]).due == 10_900
    clock.advance(minutes=1)
    assert any_shop.till.quote([("P1", 1)]).due == 12_900


def test_an_offer_for_gold_members_is_not_for_others(shop):
    ann = shop.members.register("Ann", "14012345678").id
    shop.offers.add("A1", "Gold", "percent_off", percent_off=10, level="gold", **JUNE)
    assert shop.till.quote([("P1", 1)]).discount == 0
    shop.stock.receive([("P1", 20)])
    shop.till.sell([("P1", 10)], member_id=ann)
    assert shop.points.review_level(ann) == "silver"
    assert shop.till.quote([("P1", 1)], member_id=ann).discount == 0
    shop.till.sell([("P1", 10)], member_id=ann)
    assert shop.points.review_level(ann) == "gold"
    assert shop.till.quote([("P1", 1)], member_id=ann).discount == 1_290


def test_a_gift_comes_from_the_shelf_and_only_while_there_is_one(shop):
    shop.offers.add("A1", "Gift", "gift", threshold=10_000, gift_product_id="P4", **JUNE)
    receipt = shop.till.sell([("P1", 1)])
    assert receipt.lines[-1].is_gift
    assert shop.stock.look("P4").on_hand == 9
    shop.stock.adjust("P4", -9, "all given away")
    assert len(shop.till.sell([("P1", 1)]).lines) == 1


def test_a_coupon_is_used_once_by_its_member(any_shop, ann):
    any_shop.offers.add(
        "C10", "Ten off", "threshold", threshold=5_000, amount_off=1_000, coupon_only=True, **JUNE
    )
    (coupon,) = any_shop.offers.issue("C10", member_ids=[ann])
    bob = any_shop.members.register("Bob", "14012345679").id
    assert any_shop.till.quote([("P1", 1)], member_id=ann).discount == 0
    with pytest.raises(Refused, match="another member"):
        any_shop.till.sell([("P1", 1)], member_id=bob, coupon=coupon)
    with pytest.raises(Refused, match="does not reach"):
        any_shop.till.sell([("P3", 1)], member_id=ann, coupon=coupon)
    assert any_shop.till.sell([("P1", 1)], member_id=ann, coupon=coupon).discount == 1_000
    with pytest.raises(Refused, match="used"):
        any_shop.till.sell([("P1", 1)], member_id=ann, coupon=coupon)
    assert [one.state for one in any_shop.offers.coupons(ann)] == ["redeemed"]


def test_a_coupon_of_a_merged_record_is_the_kept_members(shop):
    ann = shop.members.register("Ann", "14012345678").id
    twin = shop.members.register("Ann", "14012345679").id
    shop.offers.add("C10", "Ten", "percent_off", percent_off=10, coupon_only=True, **JUNE)
    (coupon,) = shop.offers.issue("C10", member_ids=[twin])
    shop.members.merge(ann, twin, "same person")
    assert shop.till.sell([("P1", 1)], member_id=ann, coupon=coupon).discount == 1_290


def test_a_coupon_whose_gift_is_gone_says_so(shop):
    shop.offers.add("G", "Gift", "gift", gift_product_id="P4", coupon_only=True, **JUNE)
    (coupon,) = shop.offers.issue("G")
    shop.stock.adjust("P4", -10, "all given away")
    with pytest.raises(NotEnoughStock, match="gift P4"):
        shop.till.quote([("P1", 2)], coupon=coupon)


def test_the_numbers_of_coupons_cannot_be_guessed(shop):
    shop.offers.add("C", "Ten", "percent_off", percent_off=10, coupon_only=True, **JUNE)
    numbers = shop.offers.issue("C", member_ids=[None] * 50)
    assert len(set(numbers)) == 50
    assert len({number[:6] for number in numbers}) > 45


def test_scanning_a_product_twice_costs_what_two_of_it_cost(shop):
    shop.offers.add("A1", "One", "percent_off", percent_off=1, **JUNE)
    assert shop.till.quote([("P2", 1), ("P1", 1), ("P2", 1)]).total == (
        shop.till.quote([("P1", 1), ("P2", 2)]).total
    )


# --- returns


def test_a_full_return_restores_everything(any_shop, ann):
    shop = any_shop
    shop.points.adjust(ann, 500, "welcome")
    shop.offers.add("A1", "100-20", "threshold", threshold=10_000, amount_off=2_000, **JUNE)
    shop.offers.add("A2", "Gift", "gift", threshold=10_000, gift_product_id="P4", **JUNE)
    shop.offers.add("C10", "Ten", "percent_off", percent_off=10, coupon_only=True, **JUNE)
    (coupon,) = shop.offers.issue("C10", member_ids=[ann])
    sale = shop.till.sell(
        [("P1", 2), ("P3", 1)],
        member_id=ann,
        coupon=coupon,
        pay_points=333,
        payments=None,
    )
    back = shop.till.give_back(sale.sale_id, reason="changed_mind")
    assert back.refunded == sale.paid
    assert (back.points_back, back.points_taken) == (333, sale.points_earned)
    assert back.coupon_restored == coupon
    assert shop.points.balance(ann).points == 500
    assert {p: shop.stock.look(p).on_hand for p in ("P1", "P3", "P4")} == dict.fromkeys(
        ("P1", "P3", "P4"), 10
    )
    assert shop.till.sell([("P1", 1)], member_id=ann, coupon=coupon).discount > 0


def test_several_partial_returns_come_to_the_same_as_one(shop, bought):
    ann, sale = bought
    again = shop.till.sell([("P1", 2), ("P3", 1)], member_id=ann, pay_points=101)
    parts = [
        shop.till.give_back(again.sale_id, [(product, 1)], reason="wrong_item")
        for product in ("P1", "P3", "P1")
    ]
    assert sum(one.refunded for one in parts) == again.paid
    assert sum(one.points_back for one in parts) == 101
    assert sum(one.points_taken for one in parts) == again.points_earned
    assert shop.points.balance(ann).points == 500 + sale.points_earned


def test_a_partial_return_gives_back_what_was_really_paid_for_it(shop):
    shop.offers.add("A1", "200-50", "threshold", threshold=20_000, amount_off=5_000, **JUNE)
    sale = shop.till.sell([("P1", 2)])
    back = shop.till.give_back(sale.sale_id, [("P1", 1)], reason="wrong_item")
    assert back.refunded == (25_800 - 5_000) // 2
    assert back.coupon_restored is None


def test_money_goes_back_the_way_it_came(shop):
    sale = shop.till.sell([("P1", 1)], payments={"wechat": 10_000, "cash": 2_900})
    back = shop.till.give_back(sale.sale_id, reason="not_durable")
    assert back.refunds == {"cash": 2_900, "wechat": 10_000}


def test_points_spent_meanwhile_are_kept_from_the_refund(shop):
    ann = shop.members.register("Ann", "14012345678").id
    sale = shop.till.sell([("P1", 1)], member_id=ann)
    shop.till.sell([("P3", 1)], member_id=ann, pay_points=100)
    left = shop.points.balance(ann).points
    back = shop.till.give_back(sale.sale_id, reason="changed_mind")
    assert back.points_taken == left
    assert back.points_missing_value == 129 - left
    assert back.refunded == 12_900 - (129 - left)
    assert shop.points.balance(ann).points == 0


def test_points_that_expired_unused_are_not_asked_back(shop, clock):
    ann = shop.members.register("Ann", "14012345678").id
    sale = shop.till.sell([("P1", 1)], member_id=ann)
    clock.advance(days=366)
    back = shop.till.give_back(sale.sale_id, reason="not_durable")
    assert (back.refunded, back.points_taken, back.points_missing_value) == (12_900, 0, 0)


def test_a_return_after_a_merge_settles_with_the_kept_member(shop, bought):
    ann, sale = bought
    kept = shop.members.register("Ann Lee", "14012345679").id
    shop.members.merge(kept, ann, "same person")
    shop.till.give_back(sale.sale_id, reason="changed_mind")
    assert shop.points.balance(kept).points == 500


def test_no_more_comes_back_than_was_sold(any_shop):
    sale = any_shop.till.sell([("P1", 2), ("P2", 1)])
    any_shop.till.give_back(sale.sale_id, [("P1", 1)], reason="wrong_item")
    for wrong in ([("P1", 2)], [("P1", 1), ("P1", 1)], [("P3", 1)]):
        with pytest.raises(TooManyReturned):
            any_shop.till.give_back(sale.sale_id, wrong, reason="wrong_item")
    with pytest.raises(NotFound):
        any_shop.till.give_back(sale.sale_id, [("nothing", 1)], reason="wrong_item")
    any_shop.till.give_back(sale.sale_id, reason="wrong_item")
    with pytest.raises(TooManyReturned, match="already"):
        any_shop.till.give_back(sale.sale_id, reason="wrong_item")
    assert any_shop.stock.look("P1").on_hand == 10


@pytest.mark.parametrize("sale_id", [0, 99, -1, "1", None, 1.0, True, 10**30])
def test_a_return_of_what_was_never_sold_is_refused(any_shop, sale_id):
    with pytest.raises((NotFound, BadValue)):
        any_shop.till.give_back(sale_id, reason="wrong_item")


def test_a_return_needs_a_known_reason(shop, bought):
    with pytest.raises(BadValue):
        shop.till.give_back(bought[1].sale_id, reason="because")


def test_a_gift_that_is_no_longer_earned_comes_back_too(shop):
    shop.offers.add("A2", "Gift", "gift", threshold=20_000, gift_product_id="P4", **JUNE)
    sale = shop.till.sell([("P1", 2)])
    with pytest.raises(Refused, match="gift P4"):
        shop.till.give_back(sale.sale_id, [("P1", 1)], reason="changed_mind")
    back = shop.till.give_back(sale.sale_id, [("P1", 1), ("P4", 1)], reason="changed_mind")
    assert back.refunded == 12_900
    assert shop.stock.look("P4").on_hand == 10


def test_unsellable_goods_are_written_off_as_a_loss(shop):
    sale = shop.till.sell([("P1", 1)])
    shop.till.give_back(sale.sale_id, reason="not_durable", to_shelf=False)
    assert shop.stock.look("P1").on_hand == 9


def test_goods_can_come_back_at_another_store(shop):
    sale = shop.till.sell([("P1", 1)])
    shop.as_staff("C2").till.give_back(sale.sale_id, reason="wrong_item")
    assert [one.on_hand for one in shop.stock.everywhere("P1")] == [9, 1]


def test_a_sale_on_file_says_what_came_back(shop, bought):
    ann, sale = bought
    shop.till.give_back(sale.sale_id, [("P1", 1)], reason="wrong_item")
    found = shop.till.sale(sale.sale_id)
    assert found.lines == sale.lines
    assert found.returned == {1: 1, 2: 0}
    assert [one.sale_id for one in shop.till.sales_of(ann)] == [sale.sale_id]


# --- the shift


def test_the_shift_report_counts_the_shops_day(any_shop, ann, clock):
    till = any_shop.as_staff("C1").till
    till.sell([("P1", 1)], member_id=ann)
    clock.advance(hours=2)
    sale = till.sell([("P2", 2)], payments={"wechat": 17_800})
    till.give_back(sale.sale_id, [("P2", 1)], reason="wrong_item")
    report = till.shift()
    assert (report.revenue, report.units, report.orders) == (21_800, 2, 2)
    assert report.returned == 8_900
    assert report.average_order == 10_900
    assert report.member_share == pytest.approx(12_900 / 21_800)
    assert report.by_hour == {12: 12_900, 14: 8_900}
    assert report.by_product == {"P1": 12_900, "P2": 8_900}
    assert report.by_payment == {"cash": 12_900, "wechat": 8_900}
    clock.advance(days=1)
    assert till.shift().revenue == 0
    assert till.shift().average_order is None
    assert till.shift().revenue_before["yesterday"] == 21_800


def test_closing_a_shift_compares_the_drawer_with_the_book(shop, clock):
    till = shop.as_staff("C1").till
    sale = till.sell([("P1", 1)])
    till.sell([("P2", 1)], payments={"alipay": 8_900})
    clock.advance(hours=1)
    till.give_back(sale.sale_id, reason="wrong_item")
    till.sell([("P3", 1)])
    first = till.close_shift(4_000, note="ten cents too many")
    assert (first.cash_expected, first.difference) == (3_990, 10)
    clock.advance(minutes=5)
    till.sell([("P3", 1)])
    assert till.close_shift(3_990).difference == 0


def test_a_receipts_number_is_found_among_the_latest_sales(any_shop):
    first, second = any_shop.till.sell([("P1", 1)]), any_shop.till.sell([("P2", 1)])
    found = any_shop.as_staff("C1").till.list_sales().rows
    assert [one.sale_id for one in found] == [second.sale_id, first.sale_id]
    assert any_shop.as_staff("C2").till.list_sales().rows == ()


@pytest.mark.parametrize(
    ("kind", "stray"),
    [("percent_off", {"amount_off": 100}), ("gift", {"percent_off": 10, "gift_product_id": "P4"})],
)
def test_an_offer_takes_only_what_belongs_to_its_kind(shop, kind, stray):
    right = {"percent_off": {"percent_off": 10}, "gift": {"gift_product_id": "P4"}}[kind]
    with pytest.raises(BadValue, match="has no"):
        shop.offers.add("A1", "x", kind, **JUNE, **right | stray)
