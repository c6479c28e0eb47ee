"""A segment from conditions in plain words: seen first, then kept under a name."""

import pytest

from crmkit.panels import desk


@pytest.fixture
def page(shop_of):
    boss = shop_of("B1")
    old = boss.members.register("Ann Lee", "14200001234")
    new = boss.members.register("Bo Wang", "14200001235")
    boss.till.sell([("P1", 2)], member_id=old.id, payments={"cash": 25_800})
    screen = desk("marketing", boss)
    screen.did({"act": "tab", "arg": "segments"})
    screen.shop, screen.old, screen.new = boss, old.id, new.id
    return screen


def send(page, act, **values):
    page.did({"act": act, "values": {"level": [], "gender": "", "name": ""} | values})
    return page.text


def rules(page):
    return {one.name: (one.rule, one.members) for one in page.shop.marketing.segments()}


def test_whom_it_picks_is_seen_before_anything_is_made(page):
    before = rules(page)
    told = send(page, "segment.try", spent_at_least="¥200")
    assert "spent ¥200 or more" in told and "1 member" in told
    assert page.old in told and page.new not in told
    assert "14200001234" not in told  # names and phones are hidden
    assert rules(page) == before


def test_a_segment_is_kept_once_and_can_be_chosen(page, walk):
    form = next(one for one in walk(page.tree) if one.get("act") == "segment.make")
    done = {
        "act": "segment.make",
        "once": form["once"],
        "values": {
            "level": [], "spent_at_least": "200元", "bought_within_days": "３０", "name": "Good ones",
            "home_store_id": "S1",
        },
    }  # fmt: skip
    page.did(done)
    page.did(done)
    assert rules(page)["Good ones"] == (
        {"home_store_id": ["S1"], "spent_at_least": 20_000, "bought_within_days": 30},
        1,
    )
    assert len([one for one in page.shop.marketing.segments() if one.name == "Good ones"]) == 1
    assert "Good ones holds 1 member." in page.text
    page.did({"act": "begin", "arg": "marketing.make_campaign"})
    assert "Good ones" in page.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "at least one condition"),
        ({"not_bought_for_days": "soon"}, "Has not bought for: "),
        ({"not_bought_for_days": "0"}, "Has not bought for: "),
        ({"spent_at_least": "-5"}, "Spent at least: "),
        ({"gender": "robot"}, "0 members"),
    ],
)
def test_what_is_no_condition_is_told_at_the_form(page, typed, told):
    before = rules(page)
    assert told in send(page, "segment.try", **typed)
    assert page._problem == "" and rules(page) == before


def test_a_segment_without_a_name_is_refused_and_then_kept(page):
    assert "Good" not in send(page, "segment.make", level=["regular"])
    assert page._problem == ""
    send(page, "segment.make", level=["regular"], name="All of them")
    assert "All of them" in rules(page)


def test_who_may_not_make_segments_reads_them(shop_of, walk):
    seller = desk("marketing", shop_of("A1"))
    seller.did({"act": "tab", "arg": "segments"})
    assert not [one for one in walk(seller.tree) if one.get("act") == "segment.make"]
