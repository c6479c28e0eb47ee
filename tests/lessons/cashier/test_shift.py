"""What lesson 03 of the till shows and asks, on the course shop."""

import datetime as dt

import pytest

import crmkit as ck
from crmkit.lessons.cashier import shift as cashier
from crmkit.lessons.drawn_shifts import draw_shift
from crmkit.lessons.shift_report import report, till_sheet
from crmkit.lessons.shifts import Shift, beside_last_week
from crmkit.screen import parts


@pytest.fixture(scope="module")
def drawn():
    return {number: draw_shift(number) for number in range(1, 100)}


def test_every_key_of_the_exercise_follows_from_the_receipts_for_every_number(drawn):
    """The second way: receipts counted one by one, without the analysis functions."""
    sales = ck.load("sales")
    sales = sales[(sales["channel"] == "store") & (sales["sold_at"] >= "2025-05-10")]
    by_day = {
        key: lines.to_dict("records")
        for key, lines in sales.groupby(["store_id", sales["sold_at"].dt.date])
    }
    for number, shift in drawn.items():
        lines = by_day[shift.store_id, shift.date]
        before = by_day[shift.store_id, shift.date - dt.timedelta(days=7)]
        revenue, then = (round(sum(line["amount"] for line in day), 2) for day in (lines, before))
        orders, orders_then = (
            len({line["sale_id"] for line in day if line["quantity"] > 0})
            for day in (lines, before)
        )
        units = sum(line["quantity"] for line in lines)
        members = sum(line["amount"] for line in lines if isinstance(line["member_id"], str))
        keys = cashier.MyShift({"my_number": number})
        assert keys.orders().value == orders >= 12
        assert keys.aov().value == pytest.approx(revenue / orders)
        assert keys.upt().value == pytest.approx(units / orders)
        assert keys.member_percent().value == pytest.approx(100 * members / revenue, abs=0.01)
        assert keys.week_percent().value == pytest.approx(100 * (revenue - then) / then, abs=0.01)
        up = {"orders": orders > orders_then, "aov": revenue / orders > then / orders_then}
        assert up[keys.mostly().value] == (revenue > then), "blames what moved against revenue"


def test_a_sentence_without_a_figure_is_told_what_is_missing():
    judge = cashier.LessonShift({}).noticed().value
    assert judge("busy, I suppose") and not judge(
        f"{cashier.LessonShift.shift.numbers()['orders']} orders"
    )


def test_the_report_carries_the_name_of_who_wrote_it(language):
    said = {"noticed": "n 1", "tomorrow": "t 2", "my_name": "林悦"}
    assert "林悦" in str(cashier.LessonShift(said).report())


def test_the_guess_stands_in_the_chart(language):
    assert "7:00" in str(cashier.LessonShift({"busiest_guess": 7}).busiest()["of"][1])


def test_the_panel_follows_what_is_chosen(language):
    panel = cashier.choose_shift("S01", "2025-06-21")
    names = ck.load("stores").set_index("store_id")["name"]
    panel.did({"act": "part", "arg": "evening"})
    assert Shift("S01", "2025-06-21", "evening").title in panel.text
    panel.did({"act": "store", "arg": "S03"})
    assert names["S03"] in panel.text
    for act, arg, day in (
        ("step", -1, "2025-06-20"),
        ("step", 7, "2025-06-27"),
        ("day", "6/14", "2025-06-14"),
    ):
        panel.did({"act": act, "arg": arg})
        assert day in panel.text
    for nonsense in ("soon", "", "2030-01-01"):
        panel.did({"act": "day", "arg": nonsense})
        assert "2025-06-14" in panel.text and "!" in panel.text
    panel.did({"act": "store", "arg": "S99"})
    assert names["S03"] in panel.text  # fmt: skip


def test_one_receipt_turns_the_comparison_of_the_lesson_round():
    """The second way: receipts added up one by one."""
    found = beside_last_week(cashier.ONE_BIG_BASKET)
    sales = ck.load("sales")
    till = sales[(sales["channel"] == "store") & (sales["store_id"] == "S02")]
    days = []
    for day in (dt.date(2025, 4, 28), dt.date(2025, 4, 21)):
        assert day.isoweekday() == 1
        lines = till[till["sold_at"].dt.date == day]
        days.append((lines.groupby("sale_id")["amount"].sum(), lines))
    (now, _lines), (then, _before) = days
    assert found["all"] == pytest.approx((now.sum(), then.sum()))
    assert found["without_largest"] == pytest.approx(
        (now.sum() - now.max(), then.sum() - then.max())
    )
    assert now.sum() > then.sum() and now.sum() - now.max() < then.sum() - then.max()
    orders = {len(set(lines.loc[lines["quantity"] > 0, "sale_id"])) for _sums, lines in days}
    assert len(orders) == 1, "as many orders, says the lesson"  # fmt: skip


def test_what_is_shown_has_no_address_and_no_code_in_it(language):
    shift = Shift("S01", "2025-06-21")
    for part in (
        till_sheet(shift, False),
        till_sheet(shift),
        cashier.choose_shift().tree,
        report(shift, "x", "y"),
    ):
        text = parts.as_text(part, {})
        assert "0x" not in text
        assert "_share" not in text and "last_week" not in text and "wechat" not in text
