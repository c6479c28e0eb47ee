"""The lesson on RFM: keys found a second way, and what its visible cases find out."""

import pandas as pd
import pytest

from crmkit import i18n, segment
from crmkit.lessons.analyst import calls
from crmkit.lessons.analyst.calls_asked import Calls
from tests.lessons.analyst import judging


def judged(name, function):
    return judging.judged(calls.cases(name), function, name)


REFEREE = {
    "recency": lambda lines, day: segment.rfm(lines, day)[["member_id", "recency"]],
    "habits": lambda lines, day: segment.rfm(lines, day)[["member_id", "frequency", "monetary"]],
    "group": segment.rfm_groups,
}


@pytest.mark.parametrize("name", REFEREE)
def test_the_cases_by_hand_are_what_the_ready_made_function_gives(name):
    assert judged(name, REFEREE[name]).status == "right"


@pytest.mark.parametrize("name", calls.MISTAKES)
def test_each_visible_mistake_is_told_by_its_name(name):
    for mistake, makes in calls.MISTAKES[name].items():
        told = judged(name, makes)
        assert told.status == "wrong"
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


def test_a_series_a_float_and_a_column_order_are_compared_by_what_they_mean():
    right = calls.cases("score")["expected"]
    given = iter([right[0][::-1].astype("int32"), right[1].astype(float), right[2]])
    assert judged("score", lambda values, low: next(given)).status == "right"
    assert judged(
        "habits", lambda lines, day: REFEREE["habits"](lines, day).iloc[::-1, ::-1]
    ).status == "right"  # fmt: skip


def test_what_is_wrong_with_a_column_is_told_without_printing_it():
    with i18n.use_language("en"):
        told = judged("score", lambda values, low: values * 0 + 3).message
        assert "score({M1: 10, M2: 20" in told and "dtype" not in told
        told = judged("recency", lambda lines, day: lines["sold_on"]).message
        assert "no column sold_on" in told


def test_the_share_left_is_smallest_where_the_lesson_says(monkeypatch):
    sales, members = calls.table_of("sales", {}), calls.table_of("members", {})
    good = {
        day: segment.rfm_groups(segment.rfm(sales, day)).set_index("member_id")["rfm_group"]
        for day in (calls.EARLIER, calls.TODAY)
    }
    home = members.set_index("member_id")["home_store_id"]
    both = pd.concat(good, axis=1).dropna()
    was = both[both[calls.EARLIER] == "important_value"]
    left = (was[calls.TODAY] == "important_value").groupby(home.reindex(was.index)).mean()
    assert calls.shares_left() == pytest.approx(left[list(calls.STORES)].to_dict())
    assert Calls({}).least_left().value == left[list(calls.STORES)].idxmin() == "S03"


def test_m1_by_hand():
    found = segment.rfm(calls.m1(), "2025-06-30").iloc[0]
    keys = Calls({})
    for name in ("recency", "frequency", "monetary"):
        assert getattr(keys, name)().value == found[name]


def test_the_guess_is_in_the_sentence_and_the_count_is_the_tables():
    with i18n.use_language("en"):
        said = Calls({"away_guess": 20.0}).away()["of"][1]["text"]
    days = Calls({}).days_away
    assert len(days) == 150
    assert said.startswith(f"{sum(day > 90 for day in days)} of the 150")
    assert "You guessed 20." in said


def test_a_function_that_is_not_written_yet_is_asked_for():
    with i18n.use_language("en"):
        assert "Write the function" in calls.beside(lambda moves, store: ..., None).text
        assert "86.0%" in calls.beside(lambda moves, store: 0.86, None).text
