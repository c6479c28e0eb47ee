"""Goods that spoil: their dates, what to do with them, and what is written off."""

from datetime import date

import pytest

from crmkit.practice.errors import BadValue, NotEnoughStock, Refused


@pytest.fixture
def foods(any_shop):
    """The shop of 30 June 2025; hand cream (P3) and thermoses full of soup (P2) keep for 270 days."""
    for one in ("P2", "P3"):
        any_shop.stock.set_shelf_life(one, 270)
    return any_shop


def dates_of(shop, product="P3"):
    rows = shop.stock.list_dates(where={"product_id": product}).rows
    return {f"{one.best_before}": one.remaining for one in rows}


def listed(shop):
    return {one.product_id: one.advice for one in shop.stock.list_dates().rows}


def test_a_delivery_notes_the_date_on_its_packs(foods):
    keeper = foods.as_staff("K1").stock
    keeper.receive([("P3", 6), ("P1", 2)], best_before="2025-12-01")
    (lot,) = keeper.list_dates(where={"product_id": "P3"}).rows
    assert (lot.best_before, lot.remaining, lot.days_left) == (date(2025, 12, 1), 6, 154)
    keeper.receive([("P3", 4)], best_before="2025-12-01")
    assert dates_of(foods) == {"2025-12-01": 10}
    assert [(one.product_id, one.undated) for one in keeper.undated()] == [("P2", 10), ("P3", 10)]


def test_an_order_notes_it_too(foods):
    foods.stock.add_supplier("W1", "Wholesale")
    order = foods.stock.order("W1", [("P3", 5), ("P1", 5)]).id
    foods.stock.receive_order(order, [("P3", 5)], best_before="2025-11-30")
    assert dates_of(foods) == {"2025-11-30": 5}


@pytest.mark.parametrize(
    ("units", "day", "why"),
    [
        ([("P3", 1)], "2025-06-29", "is over"),
        ([("P3", 1)], "2026-06-30", "Is the year right"),
        ([("P1", 1)], "2025-12-01", "no shelf life"),
        ([("P2", 1), ("P3", 1)], "2025-12-01", "one by one"),
        ([("P3", 1)], "in the autumn", "must be a day"),
    ],
)
def test_a_date_that_cannot_be_is_refused_and_nothing_is_received(foods, units, day, why):
    with pytest.raises((BadValue, Refused), match=why):
        foods.stock.receive(units, best_before=day)
    assert foods.stock.look("P3").on_hand == 10


def test_goods_with_less_than_a_third_of_their_life_left_are_the_managers_to_take(foods):
    keeper, manager = foods.as_staff("K1").stock, foods.as_staff("B1").stock
    for take in (
        lambda: keeper.receive([("P3", 2)], best_before="2025-07-02"),
        lambda: keeper.receive_order(
            foods.stock.order(foods.stock.add_supplier("W9", "W").id, [("P3", 1)]).id,
            best_before="2025-07-02",
        ),
    ):
        with pytest.raises(Refused, match="has 2 left, less than a third"):
            take()
    assert dates_of(foods) == {}
    manager.receive([("P3", 2)], best_before="2025-07-02")
    assert dates_of(foods) == {"2025-07-02": 2}


def test_what_is_sold_is_thought_to_be_of_the_earliest_date_that_is_not_over(foods, clock):
    foods.stock.receive([("P3", 4)], best_before="2025-07-01")
    foods.stock.receive([("P3", 6)], best_before="2025-12-01")
    foods.till.sell([("P3", 1)])
    assert dates_of(foods) == {"2025-07-01": 3, "2025-12-01": 6}
    clock.advance(days=2)
    foods.till.sell([("P3", 2)])
    assert dates_of(foods) == {"2025-07-01": 3, "2025-12-01": 4}
    foods.till.sell([("P3", 15)])  # more than the goods without a date and the later one
    assert dates_of(foods) == {"2025-07-01": 2}
    assert foods.audit.problems() == ()


def test_the_list_says_what_to_do(foods, clock):
    clock.advance(days=-1)
    foods.till.sell([("P2", 3)])
    clock.advance(days=1)
    foods.stock.note_date("P2", "2025-07-25", 4)  # 3 in 14 days: 5 more until then
    assert listed(foods) == {"P2": "front"}
    foods.stock.note_date("P3", "2025-07-25", 4)  # nothing sells
    assert listed(foods) == {"P2": "front", "P3": "mark_down"}
    clock.advance(days=-20)
    assert listed(foods)["P3"] == "send_back"
    clock.advance(days=-60)
    assert listed(foods) == {}
    clock.advance(days=106)
    assert listed(foods) == {"P2": "write_off", "P3": "write_off"}


def test_goods_that_came_later_with_an_earlier_date_go_before_it_without_hurry(foods, clock):
    foods.stock.note_date("P3", "2026-02-01", 10)
    clock.advance(hours=2)
    foods.stock.receive([("P3", 2)], best_before="2025-12-24")
    assert [(f"{one.best_before}", one.advice) for one in foods.stock.list_dates().rows] == [
        ("2025-12-24", "in_order")
    ]


def test_what_is_seen_on_the_shelf_counts_more_than_what_was_reckoned(foods):
    foods.stock.note_date("P3", "2025-08-01", 4)
    foods.stock.note_date("P3", "2025-12-01", 6)
    foods.stock.note_date("P3", "2025-12-01", 9)
    assert dates_of(foods) == {"2025-08-01": 1, "2025-12-01": 9}
    foods.stock.note_date("P3", "2025-08-01", 0)
    assert dates_of(foods) == {"2025-12-01": 9}
    with pytest.raises(NotEnoughStock):
        foods.stock.note_date("P3", "2025-12-01", 11)
    assert foods.audit.problems() == ()


def test_what_came_from_another_store_waits_for_its_date(foods):
    foods.stock.note_date("P3", "2025-12-01", 10)
    sent = foods.stock.send("S2", [("P3", 3)])
    assert dates_of(foods) == {"2025-12-01": 7}
    there = foods.as_staff("K2").stock
    there.accept(sent.id, [("P3", 3)])
    assert [(one.product_id, one.undated) for one in there.undated()] == [("P3", 3)]
    there.note_date("P3", "2025-12-01", 3)
    assert there.undated() == ()


def test_written_off_are_the_pieces_of_the_date_that_is_named(foods):
    foods.stock.note_date("P3", "2025-07-20", 3)
    foods.stock.note_date("P3", "2025-12-01", 7)
    manager = foods.as_staff("B1").stock
    manager.write_off("P3", 2, "damaged", best_before="2025-12-01")
    assert dates_of(foods) == {"2025-07-20": 3, "2025-12-01": 5}
    move = manager.passbook("P3")[0]
    assert (move.change, move.reason) == (-2, "damaged")
    with pytest.raises(NotEnoughStock):
        manager.write_off("P3", 9, "expired")
    with pytest.raises(BadValue):
        manager.write_off("P3", 1, "stolen")


def test_what_is_written_off_says_its_date_so_that_the_list_forgets_it(foods, clock):
    manager = foods.as_staff("B1").stock
    with pytest.raises(BadValue, match="past which date"):
        manager.write_off("P3", 1, "expired")  # the date is the reason
    manager.write_off("P3", 1, "damaged")
    manager.note_date("P3", "2025-07-01", 3)
    manager.note_date("P3", "2025-12-01", 4)  # 2 more bear a date that nobody noted
    clock.advance(days=3)
    for why in ("expired", "damaged"):
        with pytest.raises(BadValue, match="2025-07-01, 2025-12-01"):
            manager.write_off("P3", 3, why)
    with pytest.raises(BadValue, match="2025-06-30 is not among"):
        manager.write_off("P3", 3, "expired", best_before="2025-06-30")
    assert dates_of(foods) == {"2025-07-01": 3, "2025-12-01": 4}
    manager.write_off("P3", 3, "expired", best_before="2025-07-01")
    assert dates_of(foods) == {"2025-12-01": 4}
    manager.write_off("P3", 2, "expired", best_before="2025-06-30")  # of those without a date
    assert dates_of(foods) == {"2025-12-01": 4}


@pytest.mark.parametrize("day", ["2025-12-01", "2025-06-30"])
def test_what_is_not_past_its_date_is_not_written_off_as_past_it(foods, day):
    foods.stock.note_date("P3", day, 4)
    with pytest.raises(Refused, match="is not over"):
        foods.stock.write_off("P3", 1, "expired", best_before=day)
    foods.stock.write_off("P3", 1, "damaged", best_before=day)
    assert dates_of(foods) == {day: 3}


def test_the_wastage_rate_is_cost_written_off_by_sales(foods, clock):
    none = foods.stock.wastage()
    assert (none.expired, none.sales, none.wastage_rate) == (0, 0, None)
    foods.till.sell([("P1", 1)])  # ¥129
    foods.stock.write_off("P3", 2, "expired", best_before="2025-06-29")  # ¥14 each
    foods.stock.write_off("P5", 1, "damaged")  # ¥41
    found = foods.stock.wastage()
    assert (found.expired, found.damaged, found.sales) == (2_800, 4_100, 12_900)
    assert found.wastage_rate == pytest.approx(6_900 / 12_900)
    foods.office.set_price("P3", 9_999)
    foods.stock.add_supplier("W1", "Wholesale")
    order = foods.stock.order("W1", [("P3", 5)], costs={"P3": 9_000}).id
    foods.stock.receive_order(order)
    assert foods.stock.wastage() == found  # at what it cost when it was written off
    assert foods.stock.wastage("2025-05-01", "2025-06-29").expired == 0
    with pytest.raises(BadValue):
        foods.stock.wastage("2025-07-01", "2025-06-01")


def test_goods_brought_back_that_cannot_be_sold_again_are_wastage(foods):
    foods.stock.note_date("P3", "2025-12-01", 10)
    sale = foods.till.sell([("P3", 1), ("P1", 1)]).sale_id
    foods.till.give_back(sale, [("P3", 1)], reason="not_durable", to_shelf=False)
    assert foods.stock.wastage().damaged == 1_400
    assert dates_of(foods) == {"2025-12-01": 9}


def test_while_goods_are_counted_nobody_who_counts_is_told_how_many(foods):
    foods.stock.note_date("P3", "2025-07-10", 4)
    keeper = foods.as_staff("K1").stock
    keeper.open_count(["P3"])
    (row,) = keeper.list_dates().rows
    assert row.remaining is None and "being counted" in str(row)
    assert [one.undated for one in keeper.undated() if one.product_id == "P3"] == [None]
    assert foods.stock.list_dates().rows[0].remaining == 4


def test_no_more_is_written_off_as_past_its_date_than_is_noted_of_it(foods, clock):
    """Three of the date are noted: a fourth is counted and noted first."""
    manager = foods.as_staff("B1").stock
    manager.note_date("P3", "2025-07-05", 3)
    clock.advance(days=10)
    with pytest.raises(Refused, match="about 3 of 2025-07-05 are noted here, not 4"):
        manager.write_off("P3", 4, "expired", best_before="2025-07-05")
    assert manager.look("P3").on_hand == 10
    manager.note_date("P3", "2025-07-05", 4)
    manager.write_off("P3", 4, "expired", best_before="2025-07-05")
    assert manager.look("P3").on_hand == 6
    (gone,) = manager.passbook("P3", 1)
    assert (gone.kind, gone.reason, gone.change) == ("write_off", "expired", -4)
