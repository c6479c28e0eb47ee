"""Gaps in the records, whom to ask, and the keys of what sellers are asked."""

import re

import pandas as pd
import pytest

import crmkit as ck
from crmkit.i18n import gettext as _
from crmkit.lessons.sales import profiles as lesson
from crmkit.lessons.sales import reach
from crmkit.lessons.sales.profiles_asked import CheckUp


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
    steps = reach.reach("S01", {"members": cards})
    assert list(steps["members"]) == [3, 2, 2, 1]
    assert list(steps["step_share"])[-1] == 0.3333
    assert list(reach.reach("S02", {"members": cards})["members"]) == [2, 2, 0, 0]


def test_a_list_is_short_of_the_families_among_those_nobody_asked(cards):
    """Of three members one is unknown; the two known have a young child, so may the third."""
    assert reach.out_of_sight(reach.reach("S01", {"members": cards})) == (1, 1.0)
    empty, likely = reach.out_of_sight(reach.reach())
    assert 10 < likely < 0.2 * empty  # a dozen or two; not what makes the list short


def test_a_number_that_two_share_is_asked_about_and_not_called_wrong(cards):
    twice = cards.assign(phone=["14000001111", "14000001111", None, "140000044440", None])
    phone = lesson.judged(twice).set_index("field").loc["phone"]
    assert (phone["filled"], phone["wrong"], phone["shared"]) == (3, 1, 2)
    assert phone["accuracy"] == pytest.approx(2 / 3)


def test_every_field_that_mending_emptied_has_its_line(language):
    """What is less complete afterwards stands in the table of what was done."""
    beside = lesson.before_and_after()
    done = _("left empty: ask next time")
    emptied = {row[0] for row in lesson.mended().tree["rows"] if row[2] == done}
    for field, before, after, *_accuracy in beside.itertuples(index=False):
        assert (float(after.rstrip("%")) < float(before.rstrip("%"))) <= (field in emptied)


def test_those_who_buy_most_are_asked_first_for_what_is_missing(cards):
    sales = pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M3", "M3"],
            "sold_at": pd.to_datetime(["2025-06-01", "2025-06-02", "2025-06-03", "2024-01-01"]),
            "store_id": "S01",
            "quantity": 1,
            "amount": [900.0, 20.0, 80.0, 500.0],
        }
    )
    first = reach.ask_first("S01", tables={"members": cards, "sales": sales})
    # M1 lacks nothing; what M3 bought more than a year ago does not count
    assert list(first["member_id"]) == ["M3", "M2"]
    assert list(first["revenue"]) == [80.0, 20.0]
    assert list(first["ask_for"]) == ["phone", "household"]
    assert len(reach.ask_first("S03", rows=4)) == 4


def test_whom_the_lesson_names_can_be_opened_in_the_practice_shop(lesson_shop):
    here = lesson_shop("sales-02")
    named = reach.ask_first(reach.STORE)["member_id"]
    assert len(named) == 10
    for number in named:
        assert here.members.show(number).id == number


def test_the_panel_of_records_follows_the_store(language):
    panel = lesson.profiles("S01")
    assert "S01" in panel.text
    members = ck.load("members")
    here = members[members["home_store_id"] == "S03"]
    panel.did({"act": "choose", "arg": "S03", "values": {}})
    assert f"{len(here)}" in panel.text
    assert f"| {here['household'].isna().sum()} |" in panel.text
    panel.did({"act": "choose", "arg": "<script>", "values": {}})
    assert f"{len(here)}" in panel.text
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


def read_table(part):
    """A table on the screen as rows of text, as a person reads it."""
    return [dict(zip(part["heads"], cells, strict=True)) for cells in part["rows"]]


def test_what_is_asked_about_the_cards_follows_from_reading_them():
    for number in (*range(1, 100), 100):
        cards_say_what_is_asked(number)


def cards_say_what_is_asked(number):
    # the second way: from the words on the screen alone
    rows = read_table(lesson.show_cards(lesson.cards(number)))
    phones = [re.sub(r"\D", "", row["Phone"]) for row in rows]
    said_yes = [row["Marketing consent"] == "Yes" for row in rows]
    assert {row["Marketing consent"] for row in rows} == {"Yes", "No"}
    filled = [phone for phone in phones if phone]
    proper = [len(phone) == 11 for phone in phones]
    keys = CheckUp({"my_number": number})
    assert keys.wrong_phones().value == len(filled) - sum(proper) > 0
    assert keys.phone_accuracy().value == pytest.approx(sum(proper) / len(filled) * 100)
    assert keys.reachable().value == sum(a and b for a, b in zip(said_yes, proper, strict=True))


def test_neighbours_in_a_class_have_other_cards():
    dealt = [tuple(lesson.cards(number)["member_id"]) for number in range(1, 100)]
    assert len(set(dealt)) == 99


def test_what_is_asked_about_a_store_follows_from_its_panel():
    for store in lesson.store_names():
        rows = read_table(reach.records(store)["of"][0]["of"][0])
        household = next(row for row in rows if row["Field"] == "Household")
        district = next(row for row in rows if row["Field"] == "District")
        keys = CheckUp({"my_store": store.lower()})
        assert keys.no_household().value == int(household["Missing"])
        assert keys.no_district().value == int(district["Missing"])
        everyone = int(household["Filled in"]) + int(household["Missing"])
        share = int(household["Filled in"]) / everyone * 100
        assert keys.household_rate().value == pytest.approx(share)


def test_the_lesson_tells_what_the_data_show():
    """Claims of the lesson's prose that no cell beside them reckons."""
    steps = reach.reach()["members"]
    assert (-steps.diff()).idxmax() == 2  # most drop out because they have no small child
    assert steps.is_monotonic_decreasing and steps.iloc[-1] < 0.2 * steps.iloc[0]
    beside = lesson.before_and_after()
    phone = beside[beside.iloc[:, 0] == "Phone"].iloc[0]
    numbers = [float(cell.rstrip("%")) for cell in phone[1:]]
    completeness_before, completeness_after, accuracy_before, accuracy_after = numbers
    assert accuracy_after > accuracy_before
    assert completeness_after < completeness_before
    unseen = lesson.unseen().tree
    rows = unseen["of"][0]["rows"]
    assert rows[-1][0] == "–"
    revenue = [float(row[2].replace(",", "")) for row in rows[:-1]]
    assert revenue == sorted(revenue, reverse=True)
