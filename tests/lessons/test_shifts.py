"""Shifts in numbers, on the course shop and on a Saturday worked by hand."""

import datetime as dt
import itertools

import pytest

import crmkit as ck
from crmkit.lessons.drawn_shifts import draw_shift
from crmkit.lessons.shifts import Shift, cause_of


def test_a_shift_counts_what_went_over_the_till_with_returns_taken_off(saturday):
    assert saturday.numbers() == {
        "revenue": 150.0,
        "orders": 3,
        "units": 6,
        "aov": 50.0,
        "upt": 2.0,
        "member_revenue": 130.0,
        "member_share": pytest.approx(130 / 150, abs=1e-6),
        "returns": 60.0,
        "cash": -40.0,
        "best_hour": 9,
    }


def test_the_late_shift_begins_at_three(till_tables):
    early = Shift("S01", "2025-06-21", "morning", till_tables).numbers()
    late = Shift("S01", "2025-06-21", "evening", till_tables).numbers()
    assert (early["revenue"], early["orders"]) == (120.0, 2)
    assert (late["revenue"], late["orders"]) == (30.0, 1)


def test_a_shift_is_compared_with_the_same_weekday_last_week_and_last_year(saturday):
    beside = saturday.compared().set_index("compared_with")
    assert list(beside["revenue"]) == [150.0, 300.0, 100.0, 75.0]
    assert list(beside["shift_growth"][1:]) == [-0.5, 0.5, 1.0]
    assert {day.isoweekday() for day in beside["date"][["last_week", "last_year"]]} == {6}


def test_without_its_largest_receipt_a_shift_looks_smaller(saturday):
    both = saturday.without_largest()
    assert list(both["revenue"]) == [150.0, 50.0]
    assert list(both["orders"]) == [3, 2]


def test_the_parts_of_a_shift_add_up_to_the_whole():
    shift = Shift("S02", "2025-06-14")
    whole = shift.numbers()
    for what in ("hour", "product", "buyer"):
        assert shift.by(what)["revenue"].sum() == pytest.approx(whole["revenue"])
        assert shift.by(what)["units"].sum() == whole["units"]
    assert shift.by("method")["amount"].sum() == pytest.approx(whole["revenue"])
    assert shift.receipts()["amount"].sum() == pytest.approx(whole["revenue"])
    summary = ck.kpi.sales_summary(shift.lines).iloc[0]
    assert (summary["revenue"], summary["orders"]) == (whole["revenue"], whole["orders"])


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (("S99", "2025-06-21"), "S01"),
        (("S01", "21.06.2025"), "2025-06-21"),
        (("S01", "2025-06-21", "night"), "morning"),
    ],
)
def test_a_shift_that_does_not_exist_is_refused_with_what_to_write(till_tables, shift, said):
    with pytest.raises(ck.CrmkitError, match=said):
        Shift(*shift, tables=till_tables)


def test_an_hour_without_receipts_stays_on_the_axis(saturday):
    hours = saturday.by("hour")
    assert list(hours["hour"]) == list(range(9, 16))
    assert hours.set_index("hour")["orders"][12] == 0


def test_what_moved_revenue_moved_the_way_revenue_moved():
    assert cause_of(0.10, 0.25, -0.12) == "orders"
    assert cause_of(-0.10, 0.25, -0.28) == "aov"  # more people, smaller baskets
    assert cause_of(0.30, 0.25, 0.04) == "orders"
    assert cause_of(-0.19, -0.10, -0.11) is None  # both alike
    assert cause_of(0.01, 0.20, -0.16) is None  # revenue hardly moved


def test_a_day_without_receipts_has_no_rates(till_tables):
    closed = Shift("S01", "2025-01-29", tables=till_tables)
    assert closed.numbers()["aov"] is None
    assert closed.numbers()["best_hour"] is None


@pytest.fixture(scope="module")
def drawn():
    return {number: draw_shift(number) for number in range(1, 100)}


def test_each_number_has_a_busy_shift_and_neighbours_have_other_ones(drawn):
    days = [(shift.store_id, shift.date) for shift in drawn.values()]
    assert len(set(days)) > 60
    assert all(one != other for one, other in itertools.pairwise(days))
    for shift in drawn.values():
        assert shift.date >= dt.date(2025, 5, 25)


@pytest.mark.parametrize("number", [0, 100])
def test_a_number_out_of_the_limits_is_refused(number):
    with pytest.raises(ck.CrmkitError, match="1 to 99"):
        draw_shift(number)
