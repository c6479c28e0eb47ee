"""Phones, e-mails and dates as people really type them."""

import pandas as pd
import phonenumbers
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmkit.clean import normalize_email, normalize_phone, parse_dates
from crmkit.clean.values import email_of, number_of
from crmkit.tables import TableError

PHONE = "14001234567"


@pytest.mark.parametrize(
    "typed",
    [
        "14001234567",
        "140 0123 4567",
        "140-0123-4567",
        "+86 140 0123 4567",
        "+8614001234567",
        "008614001234567",
        "8614001234567",
        "014001234567",
        "１４００１２３４５６７",
        "＋86　140－0123－4567",
        "(140) 0123-4567",
        "'14001234567",
        "\u202d14001234567\u202c",
        "14001234567.0",
        14001234567,
        14001234567.0,
    ],
)
def test_one_phone_however_it_is_typed(typed):
    assert normalize_phone(typed) == PHONE


@pytest.mark.parametrize(
    "typed",
    [
        "1400123456",
        "140012345678",
        "12001234567",
        "021-61234567",
        "14O01234567",
        "1.40012E+10",
        "14001234567/14001234568",
        "phone",
        "0",
        "",
        None,
    ],
)
def test_what_cannot_be_a_mobile_number_is_null(typed):
    assert normalize_phone(typed) is None


def test_a_foreign_number_needs_its_plus_and_comes_back_as_e164():
    assert normalize_phone("+44 7400 123456") == "+447400123456"
    assert normalize_phone("00447400123456") == "+447400123456"
    assert normalize_phone("07400 123456", country="GB") == "+447400123456"


@settings(deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
@example("17900001000")  # without +86 phonenumbers takes 17900 for a carrier and 00 for abroad
def test_every_number_of_the_shape_is_kept_and_possible_to_phonenumbers(number):
    assert normalize_phone(number) == number
    assert phonenumbers.is_possible_number(phonenumbers.parse(f"+86{number}"))


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_normal_phone_stays_as_it_is(text):
    once = normalize_phone(text)
    assert once is None or normalize_phone(once) == once


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("Li.Wei@Example.com", "li.wei@example.com"),
        (" li.wei @example.com\u200b", "li.wei@example.com"),
        ("li.wei＠example。com", "li.wei@example.com"),
        ("li.wei@example,com", "li.wei@example.com"),
        ("mailto:li.wei@example.com", "li.wei@example.com"),
        ("<li.wei@example.com>;", "li.wei@example.com"),
        ("wei+shop@mail.shop.example", "wei+shop@mail.shop.example"),
        ("li.wei@example", None),
        ("li.wei.example.com", None),
        ("li..wei@example.com", None),
        ("a@b@example.com", None),
        ("@example.com", None),
        ("", None),
    ],
)
def test_an_email_address_is_lower_case_without_strays_or_null(typed, clean):
    assert normalize_email(typed) == clean


@settings(deadline=None)
@given(st.emails())
def test_a_normal_email_stays_as_it_is(text):
    once = normalize_email(text)
    assert once is None or email_of(once) == (once, None)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-03-05", "2025-03-05"),
        ("2025/3/5", "2025-03-05"),
        ("2025.3.5", "2025-03-05"),
        ("20250305", "2025-03-05"),
        ("20250305140309", "2025-03-05 14:03:09"),
        ("2025年3月5日", "2025-03-05"),
        ("2025年3月5日14时3分", "2025-03-05 14:03"),
        ("2025年3月5日 下午2:03", "2025-03-05 14:03"),
        ("2025-03-05 12:10 AM", "2025-03-05 00:10"),
        ("２０２５／３／５", "2025-03-05"),
        ("2025-03-05 14:03:09.5", "2025-03-05 14:03:09.5"),
        ("2025-03-05T06:03:09Z", "2025-03-05 14:03:09"),
        ("2025-03-05T14:03:09+08:00", "2025-03-05 14:03:09"),
        ("5 Mar 2025", "2025-03-05"),
        ("March 5, 2025", "2025-03-05"),
        ("25/12/2024", "2024-12-25"),
        ("12/25/2024", "2024-12-25"),
        ("5/5/2024", "2024-05-05"),
        (45721, "2025-03-05"),
        ("45721.5", "2025-03-05 12:00"),
        (1741154589, "2025-03-05 14:03:09"),
        ("1741154589000", "2025-03-05 14:03:09"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_a_date_is_read_however_it_is_written(written, moment):
    assert parse_dates(written) == pd.Timestamp(moment)


@pytest.mark.parametrize(
    "written",
    [
        "2025-02-30",
        "2025-13-01",
        "2023-02-29",
        "31/31/2024",
        "03/05/2025",
        "yesterday",
        "2025",
        "1",
    ],
)
def test_what_is_no_date_or_could_be_two_is_null(written):
    assert parse_dates(written) is None


def test_day_first_settles_what_could_be_two_dates():
    assert parse_dates("03/05/2025", day_first=True) == pd.Timestamp("2025-05-03")
    assert parse_dates("03/05/2025", day_first=False) == pd.Timestamp("2025-03-05")


def test_a_columns_unmistakable_dates_settle_the_others():
    dates = parse_dates(pd.Series(["25/12/2024", "03/05/2025"]))
    assert dates.tolist() == [pd.Timestamp("2024-12-25"), pd.Timestamp("2025-05-03")]


def test_a_column_that_contradicts_itself_settles_nothing():
    dates = parse_dates(pd.Series(["25/12/2024", "12/25/2024", "03/05/2025"]))
    assert dates.notna().tolist() == [True, True, False]


def test_times_with_a_zone_move_to_the_clock_of_the_shop():
    utc = pd.Series(pd.to_datetime(["2025-03-05 16:30+00:00"]))
    assert parse_dates(utc).tolist() == [pd.Timestamp("2025-03-06 00:30")]
    assert parse_dates(utc, time_zone="UTC").tolist() == [pd.Timestamp("2025-03-05 16:30")]


@settings(deadline=None)
@given(st.datetimes(min_value=pd.Timestamp("1900-01-01"), max_value=pd.Timestamp("2099-12-31")))
def test_every_moment_survives_being_written_down_and_read(moment):
    moment = pd.Timestamp(moment).floor("s")
    assert parse_dates(str(moment)) == moment
    assert parse_dates(moment.strftime("%Y/%m/%d %H:%M:%S")) == moment
    assert parse_dates(moment.strftime("%Y年%m月%d日 %H时%M分%S秒")) == moment


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12.50", 12.5),
        ("￥1,299.00", 1299),
        ("１２．５", 12.5),
        ("12元", 12),
        ("-¥3.5", -3.5),
        ("(3.50)", -3.5),
        ("1,29", None),
        ("abc", None),
        ("1.2.3", None),
    ],
)
def test_numbers_are_read_with_their_currency_and_commas(written, number):
    assert number_of(written)[0] == number


def test_a_column_comes_back_as_the_kind_it_was():
    assert normalize_phone(pd.Series(["140 0123 4567", None])).tolist()[0] == PHONE
    polars = normalize_phone(pl.Series("phone", ["140 0123 4567", None, "5"]))
    assert isinstance(polars, pl.Series)
    assert polars.to_list() == [PHONE, None, None]


def test_a_table_comes_back_with_a_report():
    frame, report = normalize_phone(pl.DataFrame({"phone": ["140 0123 4567", "5"]}))
    assert frame["phone"].to_list() == [PHONE, None]
    assert report.count("phone_format") == report.count("phone_invalid") == 1
    frame, report = parse_dates(pd.DataFrame({"sold_at": ["2025/3/5"], "note": ["2025/3/5"]}))
    assert frame["sold_at"].tolist() == [pd.Timestamp("2025-03-05")]
    assert frame["note"].tolist() == ["2025/3/5"]


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(TableError, match=r"no column phone; the columns are: mobile"):
        normalize_phone(pd.DataFrame({"mobile": ["1"]}))
