"""Sales lines as tills and web shops export them."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.clean import clean_sales, validate
from crmkit.tables import TableError, require

TODAY = "2025-06-30"


def line(**other):
    usual = {
        "sale_id": "T0001", "sold_at": "2025-06-03 10:00:00", "store_id": "S01",
        "staff_id": "E0001", "phone": "14001234567", "product_id": "P0001", "quantity": "2",
        "list_price": "9.50", "discount": "1.00", "amount": "18.00", "return_reason": None,
    }  # fmt: skip
    return usual | other


def cleaned(*lines, **options):
    return clean_sales(pd.DataFrame([line(**other) for other in lines]), today=TODAY, **options)


def test_numbers_and_dates_are_read_as_people_write_them():
    sales, report = cleaned(
        {
            "quantity": "２",
            "list_price": "￥9.50",
            "amount": "18.00元",
            "sold_at": "2025/6/3 10:00",
        },
        {"sale_id": "T0002", "sold_at": "2025年6月3日 10:00"},
    )
    assert sales["quantity"].tolist() == [2, 2]
    assert sales["amount"].tolist() == [18.0, 18.0]
    assert sales["sold_at"].tolist() == [pd.Timestamp("2025-06-03 10:00")] * 2
    assert report.count("number_format") == 2
    require(sales, "sales", ["sale_id", "sold_at", "quantity", "list_price", "amount"])


def test_a_return_stays_as_a_negative_line_and_its_missing_reason_is_told():
    sales, report = cleaned({"quantity": "-1", "discount": "0", "amount": "-9.50"})
    assert sales["amount"].tolist() == [-9.5]
    assert report.count("reason_missing") == 1
    assert report.rows_set_aside == 0


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"sale_id": None}, "id_missing"),
        ({"sale_id": "TEST0001"}, "test_row"),
        ({"sold_at": "sometime"}, "date_missing"),
        ({"sold_at": "2035-01-01"}, "date_missing"),
        ({"quantity": "0", "amount": "-1.00"}, "quantity_missing"),
        ({"quantity": "two"}, "quantity_missing"),
        ({"list_price": "-9.50", "amount": "-20.00"}, "price_negative"),
        ({"list_price": None, "amount": "free"}, "amount_missing"),
        ({"status": "已取消"}, "cancelled"),
        ({"status": "cancelled"}, "cancelled"),
    ],
)
def test_lines_that_cannot_count_are_set_aside_with_the_reason(other, fault):
    sales, report = cleaned({"sale_id": "T9999"}, other)
    assert sales["sale_id"].tolist() == ["T9999"]
    assert report.set_aside["fault"].tolist() == [fault]


def test_identical_lines_headings_and_totals_are_set_aside():
    raw = pd.DataFrame([line(), line(), line(sale_id="T0002")])
    heading = pd.DataFrame([{column: column for column in raw}])
    total = pd.DataFrame([{"sale_id": "合计", "amount": "54.00"}])
    sales, report = clean_sales(pd.concat([raw, heading, total], ignore_index=True), today=TODAY)
    assert sales["sale_id"].tolist() == ["T0001", "T0002"]
    assert report.set_aside["fault"].tolist() == ["duplicate_row", "header_row", "total_row"]


def test_lines_that_mending_makes_identical_are_set_aside_too():
    sales, report = cleaned({}, {"store_id": None})
    assert len(sales) == 1
    assert report.set_aside["fault"].tolist() == ["duplicate_row"]
    again, _report = clean_sales(sales, today=TODAY)
    assert len(again) == 1


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"list_price": None, "amount": "-5.00"}, "price_negative"),
        ({"list_price": None, "quantity": "-1", "amount": "5.00"}, "price_negative"),
    ],
)
def test_a_bought_line_that_costs_less_than_nothing_is_set_aside(other, told):
    sales, report = cleaned({"sale_id": "T9999"}, other)
    assert sales["sale_id"].tolist() == ["T9999"]
    assert report.set_aside["fault"].tolist() == [told]
    kept, report = validate(pd.DataFrame({"sale_id": ["a", "b", "c"], "quantity": [1, 1, -1],
                                          "amount": [5.0, -5.0, 5.0]}))  # fmt: skip
    assert kept["sale_id"].tolist() == ["a"]
    assert report.count("price_negative", "amount") == 2


@pytest.mark.parametrize(
    ("amount", "fault"),
    [
        ("180.00", "amount_scale"),
        ("1800", "amount_scale"),
        ("0.18", "amount_scale"),
        ("-18.00", "amount_sign"),
        (None, "amount_missing"),
    ],
)
def test_an_amount_that_price_and_quantity_settle_is_mended(amount, fault):
    sales, report = cleaned({"amount": amount})
    assert sales["amount"].tolist() == [18.0]
    assert report.count(fault, "amount") == 1


def test_an_amount_that_nothing_settles_is_told_and_left():
    sales, report = cleaned({"amount": "17.00"})
    assert sales["amount"].tolist() == [17.0]
    assert report.count("amount_mismatch") == 1
    assert report.rows_changed == 0


def test_without_a_discount_column_a_low_amount_may_be_true():
    raw = pd.DataFrame([line(amount="1.90")]).drop(columns="discount")
    sales, report = clean_sales(raw, today=TODAY)
    assert sales["amount"].tolist() == [1.9]
    assert report.count("amount_scale") == 0


def test_the_letter_o_in_an_id_becomes_the_zero_it_must_be():
    lines = [{"sale_id": f"T{i:04}", "product_id": f"P{i:04}"} for i in range(1, 10)]
    sales, report = cleaned(*lines, {"sale_id": "T0010", "product_id": "PO003"})
    assert sales["product_id"].iloc[-1] == "P0003"
    assert report.count("letter_for_digit") == 1


def test_a_missing_store_is_filled_from_the_sale_or_its_cashier_else_told():
    sales, report = cleaned(
        {"product_id": "P0001"},
        {"product_id": "P0002", "store_id": None},
        {"sale_id": "T0002", "store_id": None},
        {"sale_id": "T0003", "store_id": None, "staff_id": "E0009"},
    )
    assert sales["store_id"].tolist()[:3] == ["S01"] * 3
    assert pd.isna(sales["store_id"].iloc[3])
    told = {(f.action, f.rows) for f in report.findings if f.fault == "store_missing"}
    assert told == {("repaired", 2), ("noted", 1)}


def test_a_name_and_a_phone_in_each_others_place_are_exchanged():
    sales, report = cleaned({"name": "140 0123 4567", "phone": "张伟"})
    assert sales[["name", "phone"]].values.tolist() == [["张伟", "14001234567"]]
    assert report.count("swapped", "phone") == 1


def test_amounts_in_several_currencies_are_refused():
    with pytest.raises(TableError, match=r"2 currencies \(CNY: 2, USD: 1\)"):
        cleaned({"amount": "￥18"}, {"sale_id": "T2", "amount": "18元"}, {"sale_id": "T3", "amount": "$18"})  # fmt: skip
    with pytest.raises(TableError, match=r"2 currencies"):
        cleaned({"currency": "CNY"}, {"currency": "EUR"})


def test_one_foreign_currency_is_read():
    sales, _report = cleaned({"list_price": "$9.50", "amount": "$18.00"})
    assert sales["amount"].tolist() == [18.0]


def test_a_table_without_number_or_time_is_refused():
    with pytest.raises(TableError, match="no column 'sale_id'"):
        clean_sales(pd.DataFrame({"amount": [1]}))
    with pytest.raises(TableError, match="no column 'sold_at'"):
        clean_sales(pd.DataFrame({"sale_id": ["T1"], "amount": [1]}))


def test_an_empty_table_and_columns_without_values_pass():
    raw = pd.DataFrame([line()])
    sales, report = clean_sales(raw.head(0), today=TODAY)
    assert (len(sales), report.rows_in) == (0, 0)
    raw["phone"] = raw["store_id"] = raw["discount"] = None
    sales, _report = clean_sales(raw.assign(amount="19.00"), today=TODAY)
    assert sales["phone"].isna().all()
    assert len(sales) == 1


def test_any_kind_of_table_comes_back_as_it_came_with_the_same_values(engine):
    raw = pd.DataFrame(
        [line(), line(sale_id="T2", amount="180"), line(sale_id="T3", quantity="x"), line()]
    )
    expected, told = clean_sales(raw, today=TODAY)
    sales, report = clean_sales(engine.make(raw), today=TODAY)
    assert engine.is_mine(sales)
    assert report == told
    found = engine.read(sales)
    assert list(found.columns) == list(expected.columns)
    for column in expected:
        if isinstance(found[column].dtype, pd.DatetimeTZDtype):  # Spark's, in UTC here
            found[column] = found[column].dt.tz_localize(None)
        values = [[None if pd.isna(v) else v for v in t[column]] for t in (found, expected)]
        assert values[0] == values[1], column


def test_times_keep_the_clock_they_show(engine):
    raw = pd.DataFrame(
        {"sale_id": ["T1"], "sold_at": pd.to_datetime(["2025-06-03 23:59"]), "amount": [9.5]}
    )
    sales, report = clean_sales(engine.make(raw), today=TODAY)
    assert report.findings == ()
    moment = pd.Timestamp(engine.read(sales)["sold_at"].iloc[0]).tz_localize(None)
    assert moment == pd.Timestamp("2025-06-03 23:59")


def test_typed_columns_pass_untouched():
    raw = pd.DataFrame(
        {
            "sale_id": ["T1", "T1"], "sold_at": pd.to_datetime(["2025-06-03"] * 2),
            "product_id": ["P1", "P2"], "quantity": [1, -1], "list_price": [9.5, 9.5],
            "discount": [0.0, 0.0], "amount": [9.5, -9.5],
        }
    )  # fmt: skip
    sales, report = clean_sales(raw, today=TODAY)
    assert report.findings == ()
    pd.testing.assert_frame_equal(sales, raw, check_dtype=False)


def test_numbers_do_not_come_again_where_no_line_names_its_store():
    row = {"sale_id": "T1", "sold_at": "2025-06-03", "quantity": "1", "amount": "9.50"}
    once, _report = clean_sales(pd.DataFrame([row | {"store_id": None}]), today=TODAY)
    assert "receipt_repeats" not in {
        found.fault for found in clean_sales(once, today=TODAY)[1].findings
    }


messy = {
    "sale_id": st.sampled_from(["T1", " T2", "TEST1", None, "合计"]),
    "sold_at": st.sampled_from(["2025-06-03", "2025/6/3 10:00", "03/04/2025", "x", None]),
    "quantity": st.sampled_from(["1", "２", "-1", "0", "1.5", None]),
    "list_price": st.sampled_from(["9.50", "￥9.50", "-1", "x", None]),
    "discount": st.sampled_from(["0", "1", None]),
    "amount": st.sampled_from(["9.50", "95", "-9.5", "950", "3", None]),
    "store_id": st.sampled_from(["S1", "S2", None]),
    "phone": st.one_of(st.none(), st.text(max_size=12)),
    "name": st.sampled_from(["张 伟", "14001234567", "测试", None]),
}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.fixed_dictionaries(messy), max_size=8))
def test_whatever_comes_in_no_line_is_lost_and_a_second_cleaning_changes_nothing(rows):
    raw = pd.DataFrame(rows, columns=list(messy))
    sales, report = clean_sales(raw, today=TODAY)
    assert len(raw) == report.rows_in == len(sales) + len(report.set_aside)
    again, second = clean_sales(sales, today=TODAY)
    pd.testing.assert_frame_equal(again, sales)
    assert (second.rows_changed, second.rows_set_aside) == (0, 0)


@pytest.mark.parametrize(("usual", "odd"), [("2025/3/{}", "2025年3月{}日"), ("2025年3月{}日", "2025/3/{}")])  # fmt: skip
def test_the_way_most_of_a_file_is_written_was_not_repaired(usual, odd):
    days = [usual.format(day) for day in range(1, 21)] + [odd.format(21)]
    raw = pd.DataFrame({"sale_id": range(21), "sold_at": days, "quantity": 1, "amount": ["¥9.50"] * 20 + ["9.50元"]})  # fmt: skip
    lines, report = clean_sales(raw, today="2025-06-30")
    assert (report.count("date_format"), report.count("number_format")) == (1, 1)
    assert report.rows_changed == 1 and len(lines) == 21
    assert [f.examples[0][0] for f in report.findings] == [days[20], "9.50元"]


def test_a_line_that_stands_twice_is_shown_by_its_receipt():
    raw = pd.DataFrame({"sale_id": ["T7", "T7"], "sold_at": "2025-03-05", "quantity": 1, "amount": 2.0, "member_id": "M1"})  # fmt: skip
    _lines, report = clean_sales(raw, today="2025-06-30")
    assert [f.examples for f in report.findings if f.fault == "duplicate_row"] == [(("T7", "T7"),)]
