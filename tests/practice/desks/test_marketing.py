"""Templates, care and campaigns."""

from datetime import UTC, datetime

import pytest

from crmkit.i18n import use_language
from crmkit.practice.errors import BadValue, Closed, NoConsent, NotAllowed, NotFound, Refused


@pytest.fixture
def shop(any_shop):
    any_shop.members.register("Ann", "14000000001", birth_date="1990-06-30", consents=["sms"])
    any_shop.members.register("Bo", "14000000002", birth_date="1985-06-30")
    any_shop.members.register("Cy", "14000000003", birth_date="1992-02-29", consents=["sms"])
    return any_shop


@pytest.fixture
def template(shop):
    return shop.marketing.make_template("Birthday", "sms", "zh", "{name},生日快乐!")


def test_a_birthday_is_wished_once_to_those_who_agreed(shop, template):
    shop.marketing.add_care("Birthdays", "birthday", template)
    (run,) = shop.marketing.run_care()
    assert (run.matched, run.queued, run.skipped) == (2, 1, 1)
    assert shop.marketing.run_care() == ()


def test_a_leap_day_birthday_is_wished_on_the_28th_in_other_years(shop, template, clock):
    shop.marketing.add_care("Birthdays", "birthday", template)
    clock.at = datetime(2026, 2, 28, 4, tzinfo=UTC)
    assert shop.marketing.run_care()[0].queued == 1
    clock.at = datetime(2028, 2, 28, 4, tzinfo=UTC)
    assert shop.marketing.run_care()[0].matched == 0
    clock.at = datetime(2028, 2, 29, 4, tzinfo=UTC)
    assert shop.marketing.run_care()[0].queued == 1


def test_days_before_and_segment_narrow_a_rule(shop, template, clock):
    shop.marketing.make_segment("one", "One", {"member_id": ["M000001"]})
    shop.marketing.add_care("Early", "birthday", template, days_before=7, segment_id="one")
    clock.at = datetime(2025, 6, 23, 4, tzinfo=UTC)
    assert shop.marketing.run_care()[0].matched == 1


def test_a_holiday_is_wished_on_its_day(shop, template, clock):
    shop.marketing.add_care("National day", "holiday", template, month_day="10-01")
    assert shop.marketing.run_care()[0].matched == 0
    clock.at = datetime(2025, 10, 1, 4, tzinfo=UTC)
    run = shop.marketing.run_care()[0]
    assert (run.matched, run.queued) == (3, 2)


def test_a_preview_masks_the_name_and_shows_all_that_goes(shop, template):
    assert shop.marketing.preview(template, "M000001") == "A**,生日快乐!\n回T退订"


@pytest.mark.parametrize(
    ("channel", "language", "body", "subject"),
    [
        ("sms", "zh", "{nmae}", None),
        ("sms", "zh", "{name", None),
        ("sms", "zh", "{name.__class__}", None),
        ("sms", "zh", "{name!r}", None),
        ("sms", "zh", "{points:>99999}", None),
        ("sms", "zh", "长" * 201, None),
        ("sms", "fr", "Bonjour", None),
        ("pigeon", "zh", "咕", None),
        ("email", "en", "Dear {name}", None),
    ],
)
def test_a_template_that_could_not_be_sent_is_refused(shop, channel, language, body, subject):
    with pytest.raises(BadValue):
        shop.marketing.make_template("x", channel, language, body, subject=subject)


@pytest.mark.parametrize(
    ("occasion", "more"),
    [
        ("easter", {}),
        ("holiday", {"month_day": "32 October"}),
        ("holiday", {}),
        ("holiday", {"month_day": "13-01"}),
        ("birthday", {"month_day": "10-01"}),
        ("birthday", {"days_before": 61}),
        ("birthday", {"days_before": -1}),
    ],
)
def test_a_care_rule_that_cannot_be_is_refused(shop, template, occasion, more):
    with pytest.raises(BadValue):
        shop.marketing.add_care("x", occasion, template, **more)


@pytest.mark.parametrize(
    "typed",
    ["十月一日", "10月1号", "1 October", "1st of October", "October 1, 2025", "Oct. 1", "10-01"],
)
def test_the_day_of_a_holiday_is_typed_as_people_say_it(shop, template, typed):
    shop.marketing.add_care("National day", "holiday", template, month_day=typed)
    assert shop.marketing.care_rules()[-1].month_day == "10-01"


def test_the_groups_of_a_campaign_are_drawn_once_and_stay(shop, template):
    for n in range(20):
        shop.members.register(f"D{n}", f"140000020{n:02d}", consents=["sms"])
    shop.marketing.make_segment("all", "All", {"home_store_id": ["S1"]})
    made = shop.marketing.make_campaign("Spring", "all", template, control_percent=20)
    with pytest.raises(Refused, match="Draw the groups first"):
        shop.marketing.send(made.id)
    frozen = shop.marketing.freeze(made.id)
    assert frozen.treatment + frozen.control == 23
    assert frozen.control == 5
    with pytest.raises(Closed):
        shop.marketing.freeze(made.id)
    sent = shop.marketing.send(made.id)
    assert sent.queued <= frozen.treatment
    with pytest.raises(Closed):
        shop.marketing.send(made.id)


def test_the_result_compares_both_groups_net_of_returns(shop, template):
    shop.marketing.make_segment("all", "All", {"home_store_id": ["S1"]})
    made = shop.marketing.make_campaign("Spring", "all", template, control_percent=0)
    shop.marketing.freeze(made.id)
    shop.till.sell([("P1", 1)], member_id="M000001")
    shop.till.sell([("P2", 1)], member_id="M000001")
    treatment, control = shop.marketing.result(made.id)
    assert (treatment.members, treatment.buyers, treatment.revenue) == (3, 1, 21_800)
    assert (control.members, control.buyers, control.revenue) == (0, 0, 0)


def test_a_cancelled_campaign_takes_its_messages_back(shop, template):
    shop.marketing.make_segment("all", "All", {"home_store_id": ["S1"]})
    made = shop.marketing.make_campaign("Spring", "all", template, control_percent=0)
    shop.marketing.freeze(made.id)
    assert shop.marketing.send(made.id).queued == 2
    shop.marketing.cancel(made.id)
    assert {one.status for one in shop.marketing.list_outbox().rows} == {"cancelled"}


def test_what_is_missing_or_not_ones_own_is_refused(shop, template):
    with pytest.raises(NotFound, match="campaign 9"):
        shop.marketing.freeze(9)
    with pytest.raises(NotFound, match="segment"):
        shop.marketing.make_campaign("x", "nobody", template)
    shop.marketing.make_segment("none", "None", {"level": ["platinum"]})
    made = shop.marketing.make_campaign("x", "none", template)
    with pytest.raises(Refused, match="Nobody"):
        shop.marketing.freeze(made.id)
    with pytest.raises(BadValue):
        shop.marketing.make_campaign("x", "none", template, control_percent=95)
    with pytest.raises(NotAllowed):
        shop.as_staff("C1").marketing.make_campaign("x", "none", template)


def test_one_message_goes_to_one_member_who_agreed(shop, template):
    seller = shop.as_staff("A1").marketing
    sent = seller.send_one(template, "M000001")
    assert (sent.member_id, sent.channel, sent.status) == ("M000001", "sms", "queued")
    seller.send_one(template, "M000001")
    assert len(shop.marketing.list_outbox().rows) == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "has not agreed to get offers by SMS"), ("zh", "没有同意通过短信接收优惠信息")],
)
def test_without_consent_nothing_is_sent_and_that_is_said(shop, template, language, words):
    with use_language(language), pytest.raises(NoConsent, match=words):
        shop.marketing.send_one(template, "M000002")
    assert shop.marketing.list_outbox().rows == ()


def test_without_an_address_nothing_is_sent_and_that_is_said(shop):
    shop.members.consent("M000002", "marketing", "email", True, "form")
    letter = shop.marketing.make_template("x", "email", "en", "Dear {name}", subject="x")
    with pytest.raises(Refused, match="M000002 has no e-mail on record"):
        shop.marketing.send_one(letter, "M000002")


def test_a_store_manager_writes_to_the_members_of_their_own_store(shop, template):
    shop.as_staff("C2").members.register("Di", "14000000004", consents=["sms"])
    shop.marketing.make_segment("both", "Both stores", {"home_store_id": ["S1", "S2"]})
    manager = shop.as_staff("B1").marketing
    mine = manager.make_campaign("Mine", "both", template, control_percent=0)
    assert manager.freeze(mine.id).treatment == 3
    all_stores = shop.marketing.make_campaign("All", "both", template, control_percent=0)
    assert shop.marketing.freeze(all_stores.id).treatment == 4
    shop.marketing.send(all_stores.id)
    assert {one.member_id for one in shop.marketing.list_outbox().rows} == {
        "M000001",
        "M000003",
        "M000004",
    }
    assert {one.member_id for one in manager.list_outbox().rows} == {"M000001", "M000003"}


def test_what_was_made_can_be_looked_up_and_stopped(shop, template):
    rule = shop.marketing.add_care("Birthdays", "birthday", template)
    shop.marketing.make_segment("all", "All", {"home_store_id": ["S1"]})
    shop.marketing.make_campaign("Spring", "all", template)
    seller = shop.as_staff("A1").marketing
    assert [one.name for one in seller.templates()] == ["Birthday"]
    assert [one.name for one in seller.campaigns()] == ["Spring"]
    assert [one.active for one in seller.care_rules()] == [True]
    shop.marketing.stop_care(rule)
    assert [one.active for one in seller.care_rules()] == [False]
    assert shop.marketing.run_care() == ()
