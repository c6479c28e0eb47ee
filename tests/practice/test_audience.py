"""Segments: named rules that pick members."""

import pytest

from crmkit.i18n import use_language
from crmkit.practice.errors import BadValue, NotFound, Refused


@pytest.fixture
def shop(any_shop):
    desk = any_shop.members
    desk.register("Ann", "14000000001", gender="female", birth_date="1990-06-05")
    desk.register("Bo", "14000000002", gender="male", birth_date="1985-07-01")
    any_shop.as_staff("C2").members.register("Cy", "14000000003", gender="male")
    return any_shop


def picked(shop, **rule):
    shop.marketing.make_segment("s", "Some", rule)
    return shop.marketing.members_of("s")


@pytest.mark.parametrize(
    ("rule", "members"),
    [
        ({"gender": ["male"]}, ("M000002", "M000003")),
        ({"gender": ["male"], "home_store_id": ["S1"]}, ("M000002",)),
        ({"birthday_month": 6}, ("M000001",)),
        ({"level": ["gold", "platinum"]}, ()),
        ({"not_bought_for_days": 30}, ("M000001", "M000002", "M000003")),
        ({"bought_within_days": 30}, ()),
        ({"spent_at_least": 1}, ()),
    ],
)
def test_a_rule_picks_those_who_meet_every_condition(shop, rule, members):
    assert picked(shop, **rule) == members


def test_what_was_bought_decides(shop, clock):
    shop.till.sell([("P1", 1)], member_id="M000002", payments={"cash": 12_900})
    assert picked(shop, spent_at_least=12_900) == ("M000002",)
    shop.marketing.make_segment("away", "Away", {"not_bought_for_days": 30})
    assert shop.marketing.members_of("away") == ("M000001", "M000003")
    clock.advance(days=31)
    assert shop.marketing.refresh_segment("away").members == 3


def test_a_merged_member_counts_once(shop):
    shop.marketing.make_segment("all", "All", {"member_id": ["M000001", "M000002"]})
    shop.members.merge("M000001", "M000002", "the same person")
    assert shop.marketing.members_of("all") == ("M000001",)


@pytest.mark.parametrize(
    "rule",
    [{}, None, {"shoe_size": [42]}, {"level": "gold"}, {"birthday_month": 13}, {"gender": []}]
    + [{"not_bought_for_days": -1}, {"spent_at_least": True}],
)
def test_a_rule_that_cannot_be_is_refused(shop, rule):
    with pytest.raises(BadValue):
        shop.marketing.make_segment("s", "Some", rule)
    with pytest.raises(NotFound):
        shop.marketing.members_of("s")


def test_a_name_is_taken_once(shop):
    picked(shop, gender=["male"])
    with pytest.raises(Refused, match="already"):
        shop.marketing.make_segment("s", "Other", {"gender": ["female"]})


def test_what_came_back_was_not_spent(shop):
    ann = shop.members.register("Ann", "14012345670").id
    sale = shop.till.sell([("P1", 10)], member_id=ann)
    shop.till.give_back(sale.sale_id, reason="changed_mind")
    rule = {"spent_at_least": 1, "member_id": [ann]}
    assert shop.marketing.make_segment("big", "Big", rule).members == 0
    recent = {"bought_within_days": 3, "member_id": [ann]}
    assert shop.marketing.make_segment("recent", "Recent", recent).members == 0


def test_a_rule_is_read_as_a_sentence_with_money_in_yuan(shop):
    rule = {"not_bought_for_days": 45, "spent_at_least": 50_000, "birthday_month": 7}
    made = shop.marketing.make_segment("s", "Some", rule | {"level": ["gold"]})
    for language, words in (
        ("en", "not bought for 45 days; spent ¥500 or more; birthday in July"),
        ("zh", "会员等级：金卡；45 天没有来买；消费满 ¥500；七月过生日"),
    ):
        with use_language(language):
            assert words in str(made).replace("\n", " "), str(made)
