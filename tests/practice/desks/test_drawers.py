"""Drawers: floats, cash in and out, and the count at the end of a shift."""

import pytest

from crmkit.practice.errors import BadValue, NotAllowed, NotFound, Refused


def test_what_is_sold_after_a_close_is_in_the_next_at_the_same_moment(any_shop):
    till = any_shop.as_staff("C1").till
    till.sell([("P1", 1)])
    assert till.close_shift(12_900).difference == 0
    till.sell([("P2", 1)])
    assert till.close_shift(8_900).cash_expected == 8_900


def test_the_first_close_begins_with_the_drawers_first_sale(any_shop, clock):
    till = any_shop.as_staff("C1").till
    till.sell([("P1", 1)])
    clock.advance(days=1)
    till.sell([("P2", 1)])
    close = till.close_shift(21_800)
    assert (close.cash_expected, close.difference) == (21_800, 0)
    assert close.since < close.at


def test_a_clock_that_went_back_loses_no_cash(any_shop, clock):
    till = any_shop.as_staff("C1").till
    till.sell([("P1", 1)])
    till.close_shift(12_900)
    clock.advance(days=-3)
    till.sell([("P2", 1)])
    clock.advance(days=-3)
    assert till.close_shift(8_900).difference == 0
    assert any_shop.audit.problems() == ()


def test_a_close_says_where_the_cash_came_from_and_where_it_went(any_shop):
    till = any_shop.as_staff("C1").till
    till.open_drawer(20_000)
    sale = till.sell([("P1", 1)])
    till.sell([("P2", 1)], payments={"wechat": 8_900})
    till.give_back(sale.sale_id, reason="wrong_item")
    till.sell([("P3", 1)])
    till.pay_in(5_000, "change from the bank")
    till.pay_out(3_000, "taxi for a parcel")
    close = till.close_shift(25_980, left_in_drawer=20_000)
    assert (close.opening, close.sales, close.refunds) == (20_000, 16_890, 12_900)
    assert (close.paid_in, close.paid_out) == (5_000, 3_000)
    assert (close.cash_expected, close.difference, close.handed_over) == (25_990, -10, 5_980)
    assert till.close_shift(20_000).opening == 20_000


def test_two_drawers_are_counted_apart_and_one_is_shared(any_shop):
    chen, wu = any_shop.as_staff("C1").till, any_shop.as_staff("A1").till
    chen.open_drawer(10_000, drawer="front")
    wu.sell([("P1", 1)])  # into Wu's own
    wu.open_drawer(drawer="front")
    wu.sell([("P2", 1)])
    assert chen.close_shift(18_900).difference == 0
    assert wu.close_shift(12_900).drawer == "A1"


def test_a_drawer_is_handed_to_the_next_shift(any_shop):
    chen, wu = any_shop.as_staff("C1").till, any_shop.as_staff("A1").till
    chen.open_drawer(10_000, drawer="front")
    chen.sell([("P1", 1)])
    chen.close_shift(22_900, left_in_drawer=15_000, handed_to="A1")
    wu.sell([("P3", 1)])
    close = wu.close_shift(18_990)
    assert (close.drawer, close.opening, close.difference) == ("front", 15_000, 0)


def test_a_drawer_in_use_gets_no_second_float(any_shop):
    till = any_shop.as_staff("C1").till
    till.open_drawer(10_000)
    with pytest.raises(Refused, match="in use"):
        till.open_drawer(5_000)


def test_another_ones_drawer_is_the_managers_to_count(any_shop):
    any_shop.as_staff("C1").till.sell([("P1", 1)])
    with pytest.raises(NotAllowed, match="manager"):
        any_shop.as_staff("A1").till.close_shift(12_900, drawer="C1")
    close = any_shop.as_staff("B1").till.close_shift(12_900, drawer="C1")
    assert (close.drawer, close.staff_id, close.difference) == ("C1", "B1", 0)


@pytest.mark.parametrize(
    ("counted", "more", "error"),
    [
        (-1, {}, BadValue),
        (100, {"left_in_drawer": 101}, BadValue),
        (100, {"handed_to": "nobody"}, NotFound),
        (100, {"drawer": ""}, BadValue),
    ],
)
def test_a_count_that_cannot_be_is_refused_whole(shop, counted, more, error):
    shop.till.sell([("P1", 1)])
    with pytest.raises(error):
        shop.till.close_shift(counted, **more)
    assert shop.till.list_closes().total == 0


def test_no_more_is_paid_out_than_the_book_has(shop):
    shop.till.open_drawer(1_000)
    with pytest.raises(Refused, match="10.00"):
        shop.till.pay_out(1_001, "taxi")


def test_closes_are_listed_by_drawer_and_day(any_shop, clock):
    for drawer in ("front", "back"):
        any_shop.till.open_drawer(1_000, drawer=drawer)
        any_shop.till.close_shift(1_000)
        clock.advance(days=1)
    found = any_shop.till.list_closes(where={"drawer": "front", "until": "2025-06-30"})
    assert [one.drawer for one in found.rows] == ["front"]
    assert any_shop.till.list_closes().total == 2
