"""Gaps in the records, whom to ask, and the keys of what sellers are asked."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.learn.checks import CheckFailed
from crmkit.lessons import sales as lesson


@pytest.fixture
def cards():
    return pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M3", "M4", "M5"],
            "name": ["A", "B", "C", "D", "E"],
            "phone": ["14000001111", "1400000222", None, "140000044440", None],
            "email": ["a@example.com", None, "c@example.com", "d@example.com", None],
            "household": ["young_child", None, "young_child", "couple", "single"],
            "consent_marketing": [True, True, False, True, True],
            "home_store_id": ["S01", "S01", "S01", "S02", "S02"],
        }
    )


def test_each_step_leaves_those_for_whom_all_steps_so_far_hold(cards):
    steps = lesson.reach("young_child", "S01", {"members": cards})
    assert list(steps["members"]) == [3, 2, 2, 1, 1]
    assert list(steps["step_share"])[-1] == 0.3333
    assert list(lesson.reach("couple", tables={"members": cards})["members"]) == [5, 4, 1, 1, 1]


def test_those_who_buy_most_are_asked_first_for_what_is_missing(cards):
    sales = pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M3", "M3"],
            "sold_at": pd.to_datetime(["2025-06-01", "2025-06-02", "2025-06-03", "2024-01-01"]),
            "quantity": 1,
            "amount": [900.0, 20.0, 80.0, 500.0],
        }
    )
    first = lesson.ask_first("S01", tables={"members": cards, "sales": sales})
    # M1 lacks nothing; what M3 bought more than a year ago does not count
    assert list(first["member_id"]) == ["M3", "M2"]
    assert list(first["revenue"]) == [80.0, 20.0]
    assert list(first["ask_for"]) == ["phone", "email, household"]
    assert len(lesson.ask_first("S03", rows=4)) == 4


def test_the_panel_of_records_follows_the_store(language):
    panel = lesson.profiles("S01")
    row, shown = panel._widget.children
    assert "S01" in row.children[0].label
    members = ck.load("members")
    row.children[0].value = "S07"
    here = members[members["home_store_id"] == "S07"]
    assert str(len(here)) in shown.value
    assert f">{here['email'].isna().sum()}<" in shown.value
    with pytest.raises(ck.CrmkitError, match="S99"):
        lesson.profiles("S99")


def test_joining_forms_come_as_they_are_and_can_be_measured_and_mended(language):
    forms = lesson.join_forms()
    assert len(forms) > 600
    assert forms["member_id"].is_unique
    rough = ck.profile.accuracy(forms, fields=["phone"])["accuracy"].iloc[0]
    clean, report = ck.clean.clean_members(forms, today="2025-06-30")
    mended = ck.profile.accuracy(clean, fields=["phone"])["accuracy"].iloc[0]
    assert rough < mended < 1
    assert report.rows_in == len(forms)


@pytest.mark.parametrize(
    ("name", "right"), [("with_email", 3), ("within_reach", 2), ("wrong_phones", 2)]
)
def test_a_sellers_line_is_right_on_any_members_and_its_mistakes_are_told_apart(
    cards, monkeypatch, name, right
):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    line, mistakes = lesson.LINES[name]
    assert line(cards) == right
    inputs = [cards, ck.load("members"), lesson.join_forms()] if name != "within_reach" else [cards]
    lesson.check_line(name, line, inputs)
    # a number typed in fits the cards and nothing else
    lesson.check_line(name, lambda members: right, [cards])
    with pytest.raises(CheckFailed):
        lesson.check_line(name, lambda members: right, [cards.iloc[:0], cards])
    with pytest.raises(CheckFailed, match="Not attempted"):
        lesson.check_line(name, lambda members: ..., [cards])
    for mistake, wrong in mistakes.items():
        said = mistake[1] if isinstance(mistake, tuple) else "empty|Empty"
        with pytest.raises(CheckFailed, match=said.split(":")[0]):
            lesson.check_line(name, wrong, [cards])


def test_a_count_is_checked_for_the_members_it_was_made_for(cards, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    lesson.check_count("with_email", 3, cards)
    with pytest.raises(CheckFailed, match="without an e-mail"):
        lesson.check_count("with_email", 2, cards)
    with pytest.raises(CheckFailed, match="Not attempted"):
        lesson.check_count("with_email", ..., cards)
