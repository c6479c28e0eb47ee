"""Till sheets, shift reports and panels, on the course shop and on a shift worked by hand."""

import datetime as dt

import pandas as pd
import pytest

import crmkit as ck
from crmkit.learn.checks import CheckFailed
from crmkit.lessons import cashier

# a Saturday at one till, and the Saturday before it; receipt R3 brings a pan back
LINES = [
    # sale, sold at, member, product, quantity, amount, channel
    ("R1", "2025-06-21 09:10", "M1", "P1", 2, 40.0, "store"),
    ("R1", "2025-06-21 09:10", "M1", "P2", 1, 60.0, "store"),
    ("R2", "2025-06-21 14:59", None, "P1", 1, 20.0, "store"),
    ("R3", "2025-06-21 15:00", "M2", "P2", -1, -60.0, "store"),
    ("R4", "2025-06-21 15:30", "M2", "P3", 3, 90.0, "store"),
    ("W1", "2025-06-21 16:00", "M1", "P3", 1, 500.0, "web"),
    ("A1", "2025-06-20 10:00", None, "P1", 1, 300.0, "store"),
    ("B1", "2025-06-14 10:00", "M1", "P1", 1, 100.0, "store"),
    ("C1", "2024-06-22 10:00", None, "P1", 1, 75.0, "store"),
]


@pytest.fixture
def tables():
    sales = pd.DataFrame(
        LINES,
        columns=[
            "sale_id",
            "sold_at",
            "member_id",
            "product_id",
            "quantity",
            "amount",
            "channel",
        ],
    ).assign(store_id="S01")
    sales["sold_at"] = pd.to_datetime(sales["sold_at"])
    return {
        "sales": sales,
        "payments": pd.DataFrame(
            {
                "sale_id": ["R1", "R2", "R3", "R4", "W1"],
                "method": ["wechat", "cash", "cash", "wechat", "alipay"],
                "amount": [100.0, 20.0, -60.0, 90.0, 500.0],
            }
        ),
        "products": pd.DataFrame(
            {"product_id": ["P1", "P2", "P3"], "name": ["Tea <green>", "Pan", "Soap"]}
        ),
        "stores": pd.DataFrame({"store_id": ["S01"], "name": ["Old Town Store"]}),
    }


@pytest.fixture
def saturday(tables):
    return cashier.Shift("S01", "2025-06-21", tables=tables)


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


def test_the_late_shift_begins_at_three(tables):
    early = cashier.Shift("S01", "2025-06-21", "morning", tables).numbers()
    late = cashier.Shift("S01", "2025-06-21", "evening", tables).numbers()
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
    shift = cashier.Shift("S02", "2025-06-14")
    whole = shift.numbers()
    for what in ("hour", "product", "buyer"):
        assert shift.by(what)["revenue"].sum() == pytest.approx(whole["revenue"])
        assert shift.by(what)["units"].sum() == whole["units"]
    assert shift.by("method")["amount"].sum() == pytest.approx(whole["revenue"])
    assert shift.receipts()["amount"].sum() == pytest.approx(whole["revenue"])
    summary = ck.kpi.sales_summary(shift.lines).iloc[0]
    assert (summary["revenue"], summary["orders"]) == (whole["revenue"], whole["orders"])


def test_a_day_without_receipts_has_no_rates_and_says_so(tables):
    closed = cashier.Shift("S01", "2025-01-29", tables=tables)
    assert closed.numbers()["aov"] is None
    assert closed.numbers()["best_hour"] is None
    assert "No receipts" in repr(closed)
    assert closed.report("–", "–")


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (("S99", "2025-06-21"), "S01"),
        (("S01", "21.06.2025"), "2025-06-21"),
        (("S01", "2025-06-21", "night"), "morning"),
    ],
)
def test_a_shift_that_does_not_exist_is_refused_with_what_to_write(tables, shift, said):
    with pytest.raises(ck.CrmkitError, match=said):
        cashier.Shift(*shift, tables=tables)


def test_a_till_sheet_gives_totals_and_leaves_dividing_to_the_cashier(saturday):
    sheet, whole = repr(saturday.sheet()), repr(saturday)
    assert "¥150.00" in sheet
    assert "Average order value" not in sheet
    assert "+50.0%" not in sheet
    assert "Average order value | ¥50.00" in whole
    assert "+50.0%" in whole


def test_what_people_typed_is_escaped(saturday):
    body = saturday.report("<script>alert(1)</script>", "x")._repr_mimebundle_()["text/html"]
    assert "<script>" not in body
    assert "Tea &lt;green&gt;" in saturday._repr_mimebundle_()["text/html"]


def test_the_report_leaves_a_line_to_write_on_until_there_is_a_sentence(saturday):
    assert repr(saturday.report(..., "")).count("____") > 10
    assert "two tills" in repr(saturday.report("busy", "open two tills"))


@pytest.mark.parametrize(
    ("sentence", "has_one"),
    [
        ("9 点最忙", True),
        ("The hour from 9 brought 100 yuan", True),
        ("members bought 86.7 %", True),
        ("members bought 87%", True),
        ("revenue ¥１５０", True),
        ("a busy day", False),
        ("4711 people", False),
        ("", False),
        (3, False),
        (None, False),
    ],
)
def test_a_sentence_is_known_by_a_figure_of_this_shift(saturday, sentence, has_one):
    assert saturday.has_figure(sentence) is has_one


RIGHT = {
    "orders": 3,
    "best_hour": 9,
    "cash": -40,
    "aov": 50.0,
    "upt": 2,
    "member_percent": 86.7,
    "week_percent": 50.0,
    "noticed": "3 orders",
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_passes(saturday, monkeypatch, name):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    saturday.check(**{name: RIGHT[name]})


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("orders", 6, "units"),
        ("aov", 25.0, "units"),
        ("upt", 0.5, "upside down|swapped|way round"),
        ("week_percent", -50.0, "yesterday"),
        ("week_percent", 100.0, "last year"),
        ("member_percent", 0.867, "percent"),
        ("noticed", "a busy day", "no figure"),
        ("mostly", "B", "B"),
        ("orders", ..., "Not attempted"),
        ("noticed", ..., "Not attempted"),
    ],
)
def test_a_wrong_answer_is_told_what_it_looks_like(saturday, monkeypatch, name, answer, said):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckFailed, match=said):
        saturday.check(**{name: answer})


def test_what_changed_more_is_told_from_both_changes(saturday, monkeypatch):
    # 3 orders of 50 against 1 of 100: +200 % against −50 %
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    saturday.check(mostly="A")


def test_where_orders_and_baskets_changed_alike_either_answer_is_right(tables, monkeypatch):
    # 3 orders of 50 against 1 order of 16.67: both +200 %
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    tables["sales"].loc[tables["sales"]["sale_id"] == "B1", "amount"] = 16.67
    shift = cashier.Shift("S01", "2025-06-21", tables=tables)
    shift.check(mostly="A")
    shift.check(mostly="B")
    with pytest.raises(CheckFailed):
        shift.check(mostly="C")


def test_every_number_from_1_to_99_has_its_own_busy_shift():
    shifts = [cashier.draw_shift(number) for number in range(1, 100)]
    assert len({(shift.store_id, shift.date) for shift in shifts}) == 99
    assert shifts[11] == cashier.draw_shift(12)
    for shift in shifts[::20]:
        assert shift.numbers()["orders"] >= 12
        assert shift.date >= dt.date(2025, 6, 1)
        assert shift.compared()["revenue"].min() > 0


@pytest.mark.parametrize("number", [..., 0, 100, 3.5, "12", True, None])
def test_without_a_number_there_is_no_shift_but_a_word_on_what_to_write(number):
    with pytest.raises(ck.CrmkitError, match="1 to 99"):
        cashier.draw_shift(number)
    assert "1 to 99" in repr(cashier.my_sheet(number))
    assert "1 to 99" in repr(cashier.my_report(number))


def test_the_panel_follows_what_is_chosen(language):
    panel = cashier.choose_shift("S01", "2025-06-21")
    bundle = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    row, shown = panel._widget.children
    store, day, part = row.children
    assert shown.value == bundle["text/html"]
    part.value = "evening"
    assert shown.value == cashier.Shift("S01", "2025-06-21", "evening")._view()._body
    store.value, day.value = "S03", dt.date(2025, 6, 20)
    assert ck.load("stores").set_index("store_id")["name"]["S03"] in shown.value
    day.value = None
    assert len(shown.value) < 40


def test_what_is_shown_has_no_address_and_no_code_in_it(language):
    shift = cashier.Shift("S01", "2025-06-21")
    for view in (shift, shift.sheet(), cashier.choose_shift(), cashier.my_report(7, "x", "y")):
        text = repr(view)
        assert "0x" not in text
        assert "_share" not in text and "last_week" not in text and "wechat" not in text


# --- records -------------------------------------------------------------------------------
