"""`ck.show` gives people words where the data has codes."""

from datetime import datetime

import pandas as pd
import polars as pl
import pytest

import crmkit as ck
from crmkit import labels, tables

TABLE = pd.DataFrame(
    {
        "weekday": [1, 7],
        "revenue": [1234.5, None],
        "margin_rate": [0.3521, None],
        "orders": [12000, 0],
        "sold_at": pd.to_datetime(["2025-06-30 00:00", "2025-06-30 23:59"]),
        "consent_marketing": [True, False],
    }
)


def test_headings_and_codes_follow_the_language():
    with ck.use_language("zh"):
        zh = ck.show(TABLE)
    with ck.use_language("en"):
        en = ck.show(TABLE)
    assert list(zh.columns)[:3] == ["星期", "销售额", "毛利率"]
    assert list(en.columns)[:3] == ["Weekday", "Revenue", "Margin rate"]
    assert zh["星期"].tolist() == ["周一", "周日"]
    assert en["Weekday"].tolist() == ["Mon", "Sun"]
    assert zh["同意接收营销"].tolist() == ["是", "否"]


def test_numbers_shares_times_and_gaps_are_written_for_reading():
    with ck.use_language("en"):
        shown = ck.show(TABLE)
    assert shown["Revenue"].tolist() == ["1,234.50", "–"]
    assert shown["Margin rate"].tolist() == ["35.2%", "–"]
    assert shown["Orders"].tolist() == ["12,000", "0"]
    assert shown["Sold at"].tolist() == ["2025-06-30", "2025-06-30 23:59"]
    assert shown.index.tolist() == [1, 2]


def test_the_table_itself_stays_as_it_was():
    before = TABLE.copy()
    ck.show(TABLE)
    pd.testing.assert_frame_equal(TABLE, before)


def test_a_lazy_frame_shows_its_first_rows():
    lazy = pl.LazyFrame({"weekday": [1, 2, 3]})
    with ck.use_language("en"):
        assert ck.show(lazy, rows=2)["Weekday"].tolist() == ["Mon", "Tue"]


def test_an_unknown_code_and_an_unknown_column_stay_as_they_are():
    with ck.use_language("zh"):
        assert ck.show(pd.DataFrame({"blurb": ["x"]})).to_dict("list") == {"blurb": ["x"]}


def test_ids_years_and_hours_have_no_thousands_separator():
    assert labels.text("store_id", 10001) == "10001"
    assert labels.text("year", 2025) == "2025"
    assert labels.text("sold_at", datetime(2025, 1, 2, 3, 4)) == "2025-01-02 03:04"


@pytest.mark.parametrize("language", ck.i18n.LANGUAGES)
def test_every_column_of_the_contract_has_a_heading(language):
    with ck.use_language(language):
        bare = {
            name
            for table in tables.CONTRACT.values()
            for name in table
            if labels.heading(name) == name
        }
    assert bare <= {"nps"}


def test_a_table_without_rows_says_so_and_stays_a_table():
    with ck.use_language("en"):
        words = "No row fits (0 rows)"
        empty = ck.show(pd.DataFrame({"store_id": ["S01"]}).query("store_id == 's01'"))
        assert words in repr(empty) and words in empty._repr_html_()
    assert len(empty) == 0 and type(empty.head()) is pd.DataFrame


def test_what_a_table_was_grouped_by_is_shown():
    lines = pd.DataFrame({"store_id": ["S01", "S02", "S01"], "amount": [1.0, 2.0, 3.0]})
    with ck.use_language("en"):
        for grouped in (lines.groupby("store_id")["amount"].sum(), lines.groupby("store_id").sum()):
            assert ck.show(grouped)["Store"].to_list() == ["S01", "S02"]
        assert "index" not in ck.show(lines[lines["amount"] > 1]).columns


def test_two_forms_compared_are_told_in_words():
    pairs = pd.DataFrame({"member_id": ["J1"], "other_id": ["J3"], "name": ["same"], "phone": ["different"]})  # fmt: skip
    with ck.use_language("zh"):
        shown = ck.show(pairs)
    assert list(shown.columns)[1:] == ["另一张", "姓名", "手机号"]
    assert list(shown.iloc[0])[2:] == ["相同", "不同"]


def test_days_are_whole_even_where_a_gap_made_them_fractions():
    days = pd.DataFrame({"days_since": [6.0, None], "revenue": [6.0, 7.5]})
    assert ck.show(days).values.tolist() == [["6", "6.00"], ["–", "7.50"]]
