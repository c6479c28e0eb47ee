"""The first exercise's keys, found a second way for every number a learner may draw."""

from datetime import date

import pytest

import crmkit as ck
from crmkit.i18n import label
from crmkit.lessons.foundations.first_three import FirstThree, group_of, regular


@pytest.fixture(scope="module")
def last_visit():
    sales = ck.load("sales")
    bought = sales[(sales["quantity"] > 0) & sales["member_id"].notna()]
    return bought.groupby("member_id")["sold_at"].max().dt.date, sales["sold_at"].max().date()


@pytest.mark.parametrize("number", range(1, 100))
def test_the_keys_of_every_number(number, last_visit):
    asked = FirstThree({"my_number": number})
    one = regular(number)
    seen, end = last_visit
    days = (end - seen[one["member_id"]]).days
    assert end == date(2025, 6, 30)
    assert asked.silent_days().value == days >= 179
    assert asked.times().value == pytest.approx(days / one["days_between"])
    assert asked.times().value > 5.9, "far longer than usual, as the exercise says"
    assert asked.to_send().value == group_of(number) * 4 // 5 == round(0.8 * group_of(number), 9)
    for key in (asked.silent_days(), asked.times(), asked.may_write(), asked.to_send()):
        assert key.mistakes and key.value not in key.mistakes.values()


@pytest.mark.parametrize("number", range(1, 5))
def test_the_sheet_holds_what_is_asked(number, language):
    asked = FirstThree({"my_number": number})
    sheet = str(asked.sheet())
    assert str(regular(number)["member_id"]) in sheet and str(group_of(number)) in sheet
    assert label("crm_case", asked.module().value) in sheet
    assert asked.module().value in asked.modules()


def test_regulars_differ_from_number_to_number():
    assert len({regular(number)["member_id"] for number in range(1, 100)}) == 99
