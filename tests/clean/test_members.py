"""A member table as it arrives, and as it should be."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as ck
from crmkit.clean import CleaningReport, clean_members
from crmkit.tables import TableError

TODAY = "2025-06-30"


@pytest.fixture
def raw():
    return pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M2", " M3 ", "M4", None, "M5", "M6", "M6"],
            "name": ["张 三", "李四", "李四", "王　五", "测试", "赵六", "Li  Wei", "孙七", "孙七"],
            "phone": ["140-0123-4567", "１４００１２３４５６８", "14001234568", "12345", "1",
                      "+8614001234569", "1.40E+10", "14101234567.0", "14101234567.0"],
            "email": [" A@Example.com ", "bad@", "x＠shop.example", "N/A", None, "a@b.example",
                      "c@example.com", "d@example.com", "d@example.com"],
            "gender": ["女", "男", "M", "先生", "F", "其他", "x", "1", "1"],
            "birth_date": ["1990/1/2", "1990-02-30", "1990年3月5日", "03/04/1990", "19900101",
                           "45000", "2090-01-01", "1850-01-01", "1850-01-01"],
            "age": ["35", "-3", "40", "200", "", "20岁", "３０", "41", "41"],
            "joined_at": ["2024-01-01 10:00", "2024/1/2", "2024/1/2 下午3:05",
                          "2024-01-03T10:00:00Z", "2024-1-1", None, "2024-01-08", "2024-01-09",
                          "2024-01-09"],
            "consent_marketing": ["是", "否", "Y", "no", "1", "0", "maybe", "true", "true"],
        }
    )  # fmt: skip


def test_values_are_mended_where_the_right_one_is_plain(raw):
    members, _report = clean_members(raw, today=TODAY)
    first = members.iloc[0]
    assert first["name"] == "张三"
    assert first["phone"] == "14001234567"
    assert first["email"] == "a@example.com"
    assert first["gender"] == "female"
    assert first["birth_date"] == pd.Timestamp("1990-01-02")
    assert bool(first["consent_marketing"]) is True
    assert members["joined_at"].dt.hour.tolist() == [10, 15, 18, 0, 0]


def test_values_that_cannot_be_right_are_emptied_and_told(raw):
    members, report = clean_members(raw, today=TODAY)
    third = members.set_index("member_id").loc["M3"]
    assert third[["phone", "email", "birth_date", "age"]].isna().all()
    for fault in (
        "phone_invalid", "phone_digits_lost", "email_invalid", "placeholder", "code_unknown",
        "date_impossible", "date_ambiguous", "date_future", "birth_too_early", "age_impossible",
    ):  # fmt: skip
        assert report.count(fault) >= 1, fault
    emptied = report.changes[report.changes["fault"] == "date_ambiguous"]
    assert emptied["before"].tolist() == ["03/04/1990"]
    assert emptied["row"].tolist() == [3]


def test_rows_set_aside_are_all_there_as_they_came_with_the_reason(raw):
    members, report = clean_members(raw, today=TODAY)
    aside = report.set_aside
    assert dict(zip(aside["row"], aside["fault"], strict=True)) == {
        1: "duplicate_id",
        4: "test_row",
        5: "id_missing",
        8: "duplicate_row",
    }
    assert aside[raw.columns].equals(raw.iloc[aside["row"]].reset_index(drop=True))
    assert report.rows_in == 9 == len(members) + len(aside)
    assert (report.rows_kept, report.rows_set_aside, report.rows_changed) == (5, 4, 5)


def test_of_two_rows_with_one_id_the_fuller_one_stays(raw):
    members, _report = clean_members(raw, today=TODAY)
    assert members.set_index("member_id").loc["M2", "email"] == "x@shop.example"


def test_cleaning_what_is_clean_changes_nothing(raw):
    members, _report = clean_members(raw, today=TODAY)
    again, report = clean_members(members, today=TODAY)
    pd.testing.assert_frame_equal(again, members)
    assert report.findings == ()
    assert (report.rows_changed, report.rows_set_aside) == (0, 0)


def test_a_birth_after_joining_is_emptied():
    raw = pd.DataFrame(
        {"member_id": ["M1"], "birth_date": ["2024-05-01"], "joined_at": ["2024-04-01"]}
    )
    members, report = clean_members(raw, today=TODAY)
    assert members["birth_date"].isna().all()
    assert report.count("birth_after_joining") == 1


def test_labels_in_either_language_become_codes():
    raw = pd.DataFrame({"member_id": ["M1", "M2", "M3"], "gender": ["女士", "Mr", "保密"]})
    assert clean_members(raw)[0]["gender"].tolist() == ["female", "male", "undisclosed"]


def test_other_names_of_columns_can_be_told():
    raw = pd.DataFrame({"会员号": ["M1"], "手机": ["140 0123 4567"]})
    members, _report = clean_members(raw, member_id="会员号", phone="手机")
    assert members.to_dict("list") == {"member_id": ["M1"], "phone": ["14001234567"]}
    with pytest.raises(TableError, match="there is none. Did you mean '手机'"):
        clean_members(raw, phone="手机号")


def test_any_kind_of_table_comes_back_as_it_came_with_the_same_values(raw, engine):
    expected, told = clean_members(raw, today=TODAY)
    members, report = clean_members(engine.make(raw), today=TODAY)
    assert engine.is_mine(members)
    assert engine.is_mine(report.set_aside)
    assert report == told
    found = engine.read(members)
    assert list(found.columns) == list(expected.columns)
    for column in expected:
        if isinstance(found[column].dtype, pd.DatetimeTZDtype):  # Spark's, in UTC here
            found[column] = found[column].dt.tz_localize(None)
        values = [[None if pd.isna(v) else v for v in t[column]] for t in (found, expected)]
        assert values[0] == values[1], column


def test_an_empty_table_gives_an_empty_table_and_an_empty_report(raw):
    members, report = clean_members(raw.head(0), today=TODAY)
    assert list(members.columns) == list(raw.columns)
    assert len(members) == report.rows_in == 0


def test_columns_without_any_value_pass(raw):
    raw["phone"] = None
    raw["birth_date"] = float("nan")
    members, report = clean_members(raw, today=TODAY)
    assert members["phone"].isna().all()
    assert members["birth_date"].dtype == "datetime64[us]"
    assert report.count("phone_invalid") == 0


@pytest.mark.parametrize("wrong", [[1, 2], "members.csv", None, {"phone": ["1"]}])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(TableError, match="not a table"):
        clean_members(wrong)


def test_double_columns_are_refused():
    with pytest.raises(TableError, match="more than once: phone"):
        clean_members(pd.DataFrame([["1", "2"]], columns=["phone", "phone"]))


def test_excel_numbers_for_ids_and_phones_are_read_as_written():
    raw = pd.DataFrame({"member_id": [10023.0, 10024.0], "phone": [14001234567.0, None]})
    members, _report = clean_members(raw)
    assert members["member_id"].tolist() == ["10023", "10024"]
    assert members["phone"].tolist()[0] == "14001234567"


messy = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["M1", " M1", "Ｍ1", "140 0123 4567", "2024/2/30", "2024-01-02", "女", "N/A",
         "a@b.example", "-3", "1e5"]
    ),
)  # fmt: skip
COLUMNS = ("member_id", "name", "phone", "email", "gender", "birth_date", "age", "joined_at",
           "consent_marketing", "level")  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, messy)), max_size=8))
def test_whatever_comes_in_no_row_is_lost_and_a_second_cleaning_finds_nothing(rows):
    raw = pd.DataFrame(rows)
    members, report = clean_members(raw, today=TODAY)
    assert isinstance(report, CleaningReport)
    assert len(raw) == report.rows_in == len(members) + len(report.set_aside)
    again, second = clean_members(members, today=TODAY)
    pd.testing.assert_frame_equal(again, members)
    assert second.findings == ()


def test_the_report_reads_as_text_and_as_a_table(raw, language):
    _members, report = clean_members(raw, today=TODAY)
    text, html = repr(report), report._repr_html_()
    assert repr(report) == text  # stable, so that stored notebook outputs compare
    with ck.use_language("en"):
        assert "9 rows in, 5 kept (5 of them changed), 4 set aside" in repr(report)
    with ck.use_language("zh"):
        assert "读入 9 行，保留 5 行（其中 5 行有改动），剔出 4 行" in repr(report)
    assert "140-0123-4567 → 14001234567" in text
    assert "“王␣五” → 王五" in text  # a space nobody would see
    assert "140-0123-4567 → 14001234567" in html
    assert html.count("<tr>") == len(report.findings) + 1
    for finding in report.findings:  # no code shows where people read
        assert finding.fault not in text or "_" not in finding.fault


def test_the_report_escapes_what_people_typed():
    _members, report = clean_members(pd.DataFrame({"email": ["<b>x</b>"]}))
    assert "<b>" not in report._repr_html_()
    assert "&lt;b&gt;" in report._repr_html_()
