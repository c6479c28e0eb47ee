"""Customer records: how much is filled in, how much of it is right, what to mend first."""

from datetime import date, datetime

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import crmkit as ck
from crmkit import profile

MEMBERS = pd.DataFrame(
    {
        "member_id": ["M1", "M2", "M3", "M4", "M5"],
        "name": ["李梅", "Tom3", None, "王小明", " "],
        "phone": ["138 0013-8000", "+8613800138000", "1234567", None, "19912345678"],
        "email": ["a@b.example", "x@y", "无", " ", "li.mei@shop.example.com"],
        "birth_date": [
            datetime(2000, 1, 1),
            datetime(2100, 1, 1),
            datetime(1800, 5, 5),
            datetime(2024, 3, 3),
            None,
        ],
        "gender": ["female", "male", "f", None, "N/A"],
        "joined_at": [datetime(2023, 1, 1)] * 5,
        "home_store_id": ["S1", "S1", "S2", "S2", "S2"],
    }
)
KNOWN = {"gender": ["female", "male"]}
DAY = date(2025, 6, 30)


def by_field(result):
    return result.set_index("field")


def test_a_blank_or_a_placeholder_is_not_filled_in():
    filled = by_field(profile.completeness(MEMBERS))
    assert filled["filled"].to_dict() == {
        "email": 3,
        "gender": 3,
        "name": 3,
        "birth_date": 4,
        "phone": 4,
    }
    assert (filled["n"] == 5).all()
    assert (filled["missing"] + filled["filled"] == 5).all()
    assert filled.loc["phone", "completeness"] == 0.8


def test_the_emptiest_field_stands_first():
    shares = profile.completeness(MEMBERS)["completeness"].tolist()
    assert shares == sorted(shares)


def test_stores_are_told_apart():
    result = profile.completeness(MEMBERS, ["phone", "name"], by="home_store_id")
    found = result.set_index(["home_store_id", "field"])["completeness"]
    assert found["S1", "phone"] == 1
    assert found["S2", "phone"] == pytest.approx(2 / 3)
    assert found["S2", "name"] == pytest.approx(1 / 3)


def test_other_placeholders_can_be_named():
    result = profile.completeness(MEMBERS, ["gender"], placeholders=["", "f"])
    assert result["filled"].tolist() == [3]


def test_any_column_of_the_table_can_be_judged():
    members = MEMBERS.assign(shoe_size=[38.0, None, 41.0, None, None])
    assert profile.completeness(members, ["shoe_size"])["filled"].tolist() == [2]


def test_the_emptiest_record_comes_first_and_says_what_to_ask():
    result = profile.gaps(MEMBERS, ["name", "phone", "email", "gender"])
    assert result["member_id"].tolist() == ["M4", "M3", "M5", "M1", "M2"]
    assert result["ask_for"].tolist() == [
        "phone, email, gender",
        "name, email",
        "name, gender",
        "",
        "",
    ]
    assert result["completeness"].tolist() == [0.25, 0.5, 0.5, 1, 1]
    assert (result["of"] == 4).all()


def test_what_to_ask_for_is_shown_in_words(language):
    shown = ck.show(profile.gaps(MEMBERS, ["gender", "phone"]))
    heading, words = {"zh": ("应询问", "性别、手机号"), "en": ("Ask for", "Gender, Phone")}[
        language
    ]
    assert shown[heading].tolist()[0] == words


def test_gaps_and_completeness_count_the_same_values():
    fields = ["name", "phone", "email", "gender", "birth_date"]
    assert (
        profile.gaps(MEMBERS, fields)["filled"].sum()
        == profile.completeness(MEMBERS, fields)["filled"].sum()
    )


def test_each_impossible_value_is_found_with_its_reason():
    found = profile.mistakes(MEMBERS, at=DAY, known=KNOWN)
    assert set(zip(found["member_id"], found["field"], found["reason"], strict=True)) == {
        ("M1", "phone", "phone_shared"),
        ("M2", "phone", "phone_shared"),
        ("M2", "name", "name_odd"),
        ("M2", "email", "email_shape"),
        ("M2", "birth_date", "birth_future"),
        ("M3", "phone", "phone_shape"),
        ("M3", "birth_date", "birth_too_old"),
        ("M3", "gender", "code_unknown"),
        ("M4", "birth_date", "birth_after_joining"),
    }
    values = found.set_index(["member_id", "reason"])["value"]
    assert values["M2", "birth_future"] == "2100-01-01"


@pytest.mark.parametrize(
    ("phone", "fine"),
    [
        ("13800138000", True),
        ("138-0013-8000", True),
        ("+86 138 0013 8000", True),
        ("8613800138000", True),
        ("12800138000", False),
        ("1380013800", False),
        ("138001380000", False),
        ("1380013800O", False),
        ("\uff11380013800\uff10", False),  # full-width digits
    ],
)
def test_a_phone_is_a_mainland_mobile_number_however_it_is_written(phone, fine):
    members = pd.DataFrame({"member_id": ["M1"], "phone": [phone]})
    assert (len(profile.mistakes(members)) == 0) is fine


@pytest.mark.parametrize(
    ("email", "fine"),
    [
        ("a@b.example", True),
        ("li.mei+shop@mail.example.com", True),
        ("a@b", False),
        ("a b@c.example", False),
        ("a@@b.example", False),
        ("@b.example", False),
        ("a@b..example", False),
    ],
)
def test_an_email_has_a_name_and_a_dotted_host(email, fine):
    members = pd.DataFrame({"member_id": ["M1"], "email": [email]})
    assert (len(profile.mistakes(members)) == 0) is fine


def test_a_birthday_today_is_possible_and_tomorrow_is_not():
    members = pd.DataFrame(
        {"member_id": ["M1", "M2"], "birth_date": [datetime(2025, 6, 30), datetime(2025, 7, 1)]}
    )
    assert profile.mistakes(members, at="2025-06-30")["member_id"].tolist() == ["M2"]


def test_accuracy_counts_a_value_with_two_faults_once():
    members = MEMBERS.assign(email=[None, "x@y @", None, None, None])
    result = by_field(profile.accuracy(members, fields=["email", "phone"], at=DAY))
    assert result.loc["email", ["n", "right", "wrong"]].tolist() == [1, 0, 1]
    assert result.loc["phone", ["n", "right", "wrong"]].tolist() == [4, 1, 3]


def test_rules_and_mistakes_agree():
    result = profile.accuracy(MEMBERS, at=DAY, known=KNOWN)
    found = profile.mistakes(MEMBERS, at=DAY, known=KNOWN)
    wrong = found.drop_duplicates(["member_id", "field"]).groupby("field").size()
    judged = by_field(result)["wrong"]
    assert judged[judged > 0].to_dict() == wrong.to_dict()


def test_a_field_nobody_filled_in_has_no_accuracy():
    members = MEMBERS.assign(phone=None)
    result = by_field(profile.accuracy(members, fields=["phone", "email"]))
    assert result.loc["phone", "n"] == 0
    assert pd.isna(result.loc["phone", "accuracy"])


def test_confirmed_records_tell_the_true_share_with_its_interval():
    verified = pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M4", "M9"],
            "name": ["李梅", "Tom", "王小明", "nobody"],
            "phone": ["13800138000", "13900139000", "13700137000", "1"],
            "birth_date": [datetime(2000, 1, 1), datetime(1999, 1, 1), None, None],
        }
    )
    result = by_field(profile.accuracy(MEMBERS, verified))
    assert result["n"].to_dict() == {"name": 3, "phone": 2, "birth_date": 2}
    assert result["right"].to_dict() == {"name": 2, "phone": 1, "birth_date": 1}
    for row in result.itertuples():
        low, high = proportion_confint(row.right, row.n, method="wilson")
        assert (row.low, row.high) == pytest.approx((low, high))


def test_a_wrong_value_of_the_right_shape_needs_a_confirmed_record_to_be_found():
    members = pd.DataFrame({"member_id": ["M1"], "phone": ["13800138000"]})
    confirmed = pd.DataFrame({"member_id": ["M1"], "phone": ["13800138001"]})
    assert profile.accuracy(members)["wrong"].tolist() == [0]
    assert profile.accuracy(members, confirmed)["wrong"].tolist() == [1]


CALLS = {
    "completeness": lambda members, verified: profile.completeness(members, by="home_store_id"),
    "gaps": lambda members, verified: profile.gaps(members),
    "mistakes": lambda members, verified: profile.mistakes(members, at=DAY, known=KNOWN),
    "accuracy": lambda members, verified: profile.accuracy(members, by="home_store_id", at=DAY),
    "accuracy of confirmed": lambda members, verified: profile.accuracy(members, verified),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_engine_gives_the_same_answer_in_its_own_kind(engine, call):
    verified = MEMBERS.assign(phone="13800138000", email="a@b.example")[
        ["member_id", "phone", "email", "birth_date"]
    ]
    expected = call(MEMBERS, verified)
    given = engine.make(MEMBERS)
    result = call(given, engine.make(verified))
    assert engine.is_mine(result)
    pd.testing.assert_frame_equal(
        engine.read(result), expected.reset_index(drop=True), check_dtype=False
    )


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_no_member_is_no_error(call):
    empty = MEMBERS.head(0)
    assert len(call(empty, empty)) in (0, 5)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ck.TableError, match="no column 'fax'"):
        profile.completeness(MEMBERS, ["fax"])
    with pytest.raises(ck.TableError, match="no column 'shop'"):
        profile.accuracy(MEMBERS, by="shop")
    with pytest.raises(ck.TableError, match="no column 'member_id'"):
        profile.gaps(MEMBERS.drop(columns="member_id"))


def test_a_table_with_nothing_to_judge_is_refused():
    with pytest.raises(ck.TableError, match="no field to judge"):
        profile.completeness(MEMBERS[["member_id"]])
    with pytest.raises(ck.TableError, match="No rule speaks about gender"):
        profile.accuracy(MEMBERS, fields=["gender"])
    with pytest.raises(ck.TableError, match="share no field"):
        profile.accuracy(MEMBERS[["member_id", "phone"]], MEMBERS[["member_id", "email"]])


def test_birthdays_written_as_text_are_refused_with_advice():
    members = MEMBERS.assign(birth_date="2000-01-01")
    with pytest.raises(ck.TableError, match="parse_dates"):
        profile.mistakes(members)


def test_a_member_who_stands_twice_is_refused():
    twice = pd.concat([MEMBERS, MEMBERS.head(1)])
    for call in (profile.gaps, profile.mistakes, profile.accuracy):
        with pytest.raises(ck.TableError, match="member_id 'M1' stands 2 times"):
            call(twice)
    with pytest.raises(ck.TableError, match="member_id 'M1' stands 2 times"):
        profile.accuracy(MEMBERS, twice)


def test_tables_of_two_kinds_are_refused():
    import polars as pl

    with pytest.raises(ck.TableError, match="same kind"):
        profile.accuracy(MEMBERS, pl.from_pandas(MEMBERS))
