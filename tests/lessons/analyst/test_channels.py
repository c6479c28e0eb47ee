"""One customer from many channels: keys found a second way, and each claim of the prose."""

import pandas as pd
import pytest

from crmkit import clean, i18n
from crmkit.lessons.analyst import channels, exports
from crmkit.lessons.analyst.channels_asked import Channels
from tests.lessons.analyst.judging import judged

FUNCTIONS = {
    "phone_key": lambda phones: clean.normalize_phone(
        phones.to_frame("phone").reset_index(drop=True)
    )["phone"].set_axis(phones.index),
    "people": channels.people,
    "with_answers": channels.with_answers,
    "duplicates": channels.duplicates,
    "persons": channels.persons,
    "in_several": lambda lines: int((channels.people(lines)["channels"] >= 2).sum()),
}


@pytest.fixture(scope="module", autouse=True)
def in_english():
    with i18n.use_language("en"):
        yield


@pytest.mark.parametrize("name", channels.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    right = channels.phone_key if name == "phone_key" else FUNCTIONS[name]
    assert judged(channels.cases(name), right, name).status == "right"
    for mistake, makes in channels.MISTAKES[name].items():
        told = judged(channels.cases(name), makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


def test_going_through_the_pairs_once_is_told_from_following_the_chain():
    def once(members, pairs):
        person = {one: one for one in members["member_id"]}
        for one, other in zip(pairs["member_id"], pairs["other_id"], strict=True):
            person[one] = person[other] = min(person[one], person[other])
        return pd.DataFrame({"member_id": list(person), "person": list(person.values())})

    told = judged(channels.cases("persons"), once, "persons")
    assert told.status == "wrong" and "range(len(pairs))" in told.message


def test_people_are_told_from_different_numbers_of_channels():
    def as_taught_for_orders(lines):
        count = lines.dropna(subset="phone").groupby("phone")["channel"].nunique()
        return count[count >= 2].nunique()

    told = judged(channels.cases("in_several"), as_taught_for_orders, "in_several")
    assert told.status == "wrong" and "not how many people" in told.message
    people = channels.people(channels.sold())
    assert FUNCTIONS["in_several"](channels.sold()) == 617 + 144 == (people["channels"] > 1).sum()


def test_each_channel_and_all_of_them_have_the_people_the_lesson_says():
    sold = channels.sold()
    each = {name: set(part["phone"].dropna()) for name, part in sold.groupby("channel")}
    assert {name: len(phones) for name, phones in each.items()} == {
        "store": 1905,
        "web": 543,
        "mini_program": 723,
    }
    everybody = set.union(*each.values())
    said = Channels({"people_guess": 3000.0}).counted()["of"][1]["text"]
    assert f"{len(everybody):,} people, not 3,171" in said
    assert "You guessed 3,000" in said


def test_the_phones_by_hand_are_those_of_the_ready_made_cleaning():
    column = exports.NAMES["join_forms"]["phone"]
    raw = clean.read_any(exports.data.raw("join_forms"))[0][column]
    ready, _report = clean.normalize_phone(raw.to_frame("phone"))
    by_hand = channels.phone_key(raw)
    assert by_hand.dropna().eq(ready["phone"].reindex(by_hand.dropna().index)).all()


def test_the_forms_the_rule_joins_are_among_those_the_evidence_joins():
    joined = exports.export("join_forms")
    ready = clean.find_duplicate_members(joined)[["member_id", "other_id"]]
    by_rule = channels.duplicates(joined)
    pairs = {frozenset(pair) for pair in ready.itertuples(index=False)}
    assert {frozenset(pair) for pair in by_rule.itertuples(index=False)} <= pairs
    assert len(pairs) == 50


def test_who_is_who_through_chains_as_merging_says():
    joined = exports.export("join_forms")
    pairs = clean.find_duplicate_members(joined)
    found = channels.persons(joined, pairs)
    assert found["person"].nunique() == len(clean.merge_members(joined, pairs)[0])


def test_keys_of_the_eight_lines_and_of_the_survey_a_second_way():
    keys = Channels({})
    by_phone = channels.people(channels.cases("people")["inputs"][0][0]).set_index("phone")
    assert keys.people().value == len(by_phone)
    assert keys.spent().value == by_phone.loc["14203014345", "revenue"]
    pair = channels.duplicates(channels.five_forms()).iloc[0]
    assert keys.same_person().value == "-".join(pair).lower()
    buyers = channels.sold().dropna(subset="phone").drop_duplicates("phone")
    asked = exports.export("survey_form")["phone"].dropna()
    assert keys.answered().value == pytest.approx(100 * buyers["phone"].isin(asked).mean())


def test_what_the_prose_says_of_walk_ins_and_of_many_channels():
    assert exports.export("till")["phone"].isna().mean() > 0.5
    people = channels.people(channels.sold())
    each = people.groupby("channels")["revenue"].mean()
    assert each.is_monotonic_increasing and list(each.index) == [1, 2, 3]
    assert (pd.to_numeric(people["orders"]) >= people["channels"]).mean() > 0.95


def test_the_eight_lines_are_as_written_whenever_the_lesson_begins_again():
    lines = channels.eight_lines()
    lines["phone"] = "tidied"
    assert channels.eight_lines()["phone"].iloc[0] == "142 0301 4345"
