"""Till sheets, shift reports and panels, on the course shop and on a shift worked by hand."""

import datetime as dt
import itertools

import pandas as pd
import pytest

import crmkit as ck
from crmkit.lessons.cashier import shift as cashier
from crmkit.screen import parts

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


def said(part):
    """What stands on a part of a screen, as lines."""
    return parts.as_text(part, {})


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
    assert "No receipts" in said(closed.on_screen())
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
    sheet, whole = (said(saturday.on_screen(headline)) for headline in (False, True))
    assert "¥150.00" in sheet
    assert "Average order value" not in sheet
    assert "+50.0%" not in sheet
    assert "Average order value | ¥50.00" in whole
    assert "+50.0%" in whole


def test_what_people_typed_is_escaped(saturday):
    body = parts.as_html(saturday.report("<script>alert(1)</script>", "x"), {})
    assert "<script>" not in body
    assert "Tea &lt;green&gt;" in parts.as_html(saturday.on_screen(), {})


def test_the_report_leaves_a_line_to_write_on_until_there_is_a_sentence(saturday):
    assert said(saturday.report(..., "")).count("____") > 10
    assert "two tills" in said(saturday.report("busy", "open two tills"))


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


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("18点最忙，卖了1121.60元，占20%", None),
        ("At 18:00 we took ¥1,121.60, 20.3 % of the day", None),
        ("一共 70 单，18点一个钟点就卖了 1100 多元", None),
        ("18点卖了2300元，占20%，排队了", "2300元"),
        ("18点卖了1121元，占 40％，排队了", "40%"),
        ("From 18:00 on we sold 40 per cent", "40 per cent"),
        ("There were 85 orders, it was busy.", "85 orders"),
        ("70 orders, last week there were 85", None),
        ("85 orders last week, only 70 today", None),
        ("今天 70 单，比上周少 15 单", None),
        ("18点有 10 单", None),
        ("a busy day", "no figure"),
    ],
)
def test_an_amount_or_a_share_that_the_shift_does_not_have_is_told(sentence, says):
    told = cashier.EXAMPLE.judge(sentence)
    assert told is None if says is None else says in told[1]


def test_a_report_without_what_stood_out_says_how_to_get_it_in(saturday):
    def words(part):
        return part.get("text", "") + "".join(map(words, part.get("of", ())))

    with ck.i18n.use_language("en"):
        assert "press Check" in words(saturday.report())
        assert "press Check" not in words(saturday.report("9 o'clock was busiest"))


def test_an_hour_without_receipts_stays_on_the_axis(saturday):
    hours = saturday.by("hour")
    assert list(hours["hour"]) == list(range(9, 16))
    assert hours.set_index("hour")["orders"][12] == 0


def test_what_moved_revenue_moved_the_way_revenue_moved():
    assert cashier._cause(0.10, 0.25, -0.12) == "orders"
    assert cashier._cause(-0.10, 0.25, -0.28) == "aov"  # more people, smaller baskets
    assert cashier._cause(0.30, 0.25, 0.04) == "orders"
    assert cashier._cause(-0.19, -0.10, -0.11) is None  # both alike
    assert cashier._cause(0.01, 0.20, -0.16) is None  # revenue hardly moved


@pytest.fixture(scope="module")
def drawn():
    return {number: cashier.draw_shift(number) for number in range(1, 100)}


def test_each_number_has_a_busy_shift_and_neighbours_have_other_ones(drawn):
    days = [(shift.store_id, shift.date) for shift in drawn.values()]
    assert len(set(days)) > 60
    assert all(one != other for one, other in itertools.pairwise(days))
    for shift in drawn.values():
        assert shift.date >= dt.date(2025, 5, 25)


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


@pytest.mark.parametrize("number", [0, 100])
def test_a_number_out_of_the_limits_is_refused(number):
    with pytest.raises(ck.CrmkitError, match="1 to 99"):
        cashier.draw_shift(number)


def test_the_panel_follows_what_is_chosen(language):
    panel = cashier.choose_shift("S01", "2025-06-21")
    names = ck.load("stores").set_index("store_id")["name"]
    panel.did({"act": "part", "arg": "evening"})
    assert cashier.Shift("S01", "2025-06-21", "evening").title in panel.text
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
    found = cashier.beside_last_week(cashier.ONE_BIG_BASKET)
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
    shift = cashier.Shift("S01", "2025-06-21")
    for part in (
        shift.on_screen(False),
        shift.on_screen(),
        cashier.choose_shift().tree,
        shift.report("x", "y"),
    ):
        text = parts.as_text(part, {})
        assert "0x" not in text
        assert "_share" not in text and "last_week" not in text and "wechat" not in text


# --- records -------------------------------------------------------------------------------
