"""Trusted with their data: every claim of the lesson, held against the practice shop itself."""

import pytest

import crmkit as ck
from crmkit.learn.dialogues import dialogue
from crmkit.lessons.foundations import trust
from crmkit.lessons.foundations.trust import Trust
from crmkit.practice import Shop
from crmkit.practice.errors import NotAllowed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_cashier_meets_stars_and_a_closed_door_where_the_lesson_says_so(folder):
    shop = Shop.practice(trust.SCENE)
    (found,) = shop.members.find_by_last_four(trust.LAST_FOUR).members
    assert "*" in found.phone and found.phone.endswith(trust.LAST_FOUR)
    assert found.level == "platinum"
    with pytest.raises(NotAllowed):
        shop.members.reveal(found.id, "phone", "out of curiosity")


def test_a_look_by_the_manager_stands_in_the_log_the_lesson_shows(folder, language):
    assert trust.MANAGER not in trust.looked().text
    shop = Shop.practice(trust.SCENE, staff=trust.MANAGER)
    (found,) = shop.members.find_by_last_four(trust.LAST_FOUR).members
    assert len(shop.members.reveal(found.id, "phone", "asked by the customer")) == 11
    assert "asked by the customer" in trust.looked().text


def test_the_picture_shows_what_the_shop_grants(folder):
    for operation in trust.SEEN:
        desk, name = operation.split(".")
        for staff, role in (("E0002", "cashier"), ("E0004", "sales"), ("E0007", "stock_keeper")):
            shop = Shop.practice(trust.SCENE, staff=staff)
            try:
                getattr(getattr(shop, desk), name)(*["x"] * (name != "export_members"))
            except NotAllowed:
                allowed = False
            except (ck.CrmkitError, TypeError):
                allowed = True
            else:
                allowed = True
            assert allowed == (role in trust.may(operation)), (operation, role)
            shop.close()
    assert Trust({}).who_reveals().value == "manager"


@pytest.mark.parametrize("number", [0, *range(1, 100)])
def test_who_may_be_written_to_is_counted_a_second_way(number):
    dealt = trust.on_the_list(number)
    no = {"withdrew", "never_asked", "other_channel", "other_purpose", "ticked", "child_alone"}
    key = trust.count_to_write(number)
    assert key.value == len([1 for case, _age in dealt if case not in no])
    assert len(dealt) == 10 and 3 <= key.value <= 4
    assert key.value not in key.mistakes.values() and len(key.mistakes) >= 4
    assert all((age < 14) == case.startswith("child") for case, age in dealt)


def test_how_many_agreed_is_told_beside_the_guess():
    members = ck.load("members")
    share = members["consent_marketing"].mean() * 100
    assert f"{share:.0f}" in str(Trust({"agreed_guess": 33}).agreed_chart())
    assert "33" in str(Trust({"agreed_guess": 33}).agreed_chart())


def test_the_digits_the_caller_fishes_for_are_those_of_the_lesson(folder):
    assert trust.LAST_FOUR in str(dialogue("caller").data)
