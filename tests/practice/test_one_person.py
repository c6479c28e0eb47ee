"""One person is addressed once, as things stand at the moment of acting, and never too late."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from crmkit.practice.delivery import Unreachable
from crmkit.practice.errors import NoConsent, NotAllowed
from crmkit.practice.outbox import Worker

DAYS = {"every_days": 30, "starts_on": "2025-06-01", "ends_on": "2025-12-31"}


@pytest.fixture
def people(any_shop):
    """Ann, who has two records, and Bo; all agreed to get offers."""
    for n, name in enumerate(("Ann", "Ann", "Bo"), start=1):
        any_shop.members.register(name, f"1400000000{n}", consents=["sms", "phone"])
    any_shop.marketing.make_segment("all", "All", {"level": ["regular"]})
    return any_shop


def campaign(shop, control_percent=0, **more):
    letter = shop.marketing.make_template("t", "sms", "en", "Hello {name}")
    made = shop.marketing.make_campaign("k", "all", letter, control_percent=control_percent, **more)
    shop.marketing.freeze(made.id)
    return made.id


def merge(shop):
    shop.members.merge("M000001", "M000002", "same person")


class Box:
    """Takes every letter, or none while it is down."""

    def __init__(self):
        self.letters, self.down, self.meanwhile = [], False, lambda: None

    @contextmanager
    def ready(self, letter):
        self.meanwhile()
        if self.down:
            raise Unreachable("down")
        yield lambda: self.letters.append(letter)


@pytest.fixture
def box():
    return Box()


def run(shop, box):
    return Worker(shop, {"sms": box}).run()


@pytest.mark.parametrize("when", ["before drawing", "before sending", "before delivering"])
def test_one_person_gets_one_message_whenever_their_records_are_merged(people, box, when):
    if when == "before drawing":
        merge(people)
    k = campaign(people)
    if when == "before sending":
        merge(people)
    people.marketing.send(k)
    if when == "before delivering":
        merge(people)
    run(people, box)
    assert sorted(one.recipient for one in box.letters) == ["14000000001", "14000000003"]


def test_a_message_goes_to_the_number_the_person_has_now(people, box):
    people.marketing.send(campaign(people))
    people.members.correct("M000003", phone="14000000009")
    run(people, box)
    assert "14000000009" in {one.recipient for one in box.letters}
    assert "14000000003" not in {one.recipient for one in box.letters}


def test_who_is_merged_after_drawing_is_in_one_arm(people):
    k = campaign(people, control_percent=50)
    merge(people)
    arms = people.marketing.result(k)
    assert sum(arm.members for arm in arms) == 2
    one = people.marketing.campaigns()[0]
    assert (one.treatment, one.control) == tuple(arm.members for arm in arms)


def test_one_person_is_called_once_in_a_cycle(people):
    plan = people.followups.plan("use", "all", "product_use", "?", **DAYS)
    people.followups.make_tasks(plan.id)
    assert len(people.followups.today()) == 3
    merge(people)
    assert [one.member_id for one in people.followups.today()] == ["M000001", "M000003"]
    assert people.followups.make_tasks(plan.id) == 0


def test_who_withdraws_is_not_called_with_an_offer(people):
    for kind in ("offer", "product_use"):
        people.followups.make_tasks(people.followups.plan(kind, "all", kind, "?", **DAYS).id)
    offer = next(
        one
        for one in people.followups.today()
        if one.member_id == "M000003" and one.kind == "offer"
    )
    people.members.consent("M000003", "marketing", "sms", False, "no texts, calls are fine")
    assert offer.id in {one.id for one in people.followups.today()}
    people.members.consent("M000003", "marketing", "phone", False, "said so")
    kinds = [one.kind for one in people.followups.today() if one.member_id == "M000003"]
    assert kinds == ["product_use"]
    with pytest.raises(Exception, match="done already"):
        people.followups.dial(offer.id)


def test_a_number_is_not_shown_for_an_offer_nobody_may_make(people):
    """Consent that was lost in another way than through the member desk."""
    people.followups.make_tasks(people.followups.plan("o", "all", "offer", "?", **DAYS).id)
    task = people.followups.today()[0]
    from crmkit.practice import people as record
    from crmkit.practice.command import begin
    from crmkit.practice.engine import writing

    with writing(people.engine) as connection:
        tx = begin(connection, people, "members.consent")
        record.record_consent(tx, task.member_id, "marketing", "phone", False, "a letter")
    assert task.id not in {one.id for one in people.followups.today()}
    with pytest.raises(NoConsent):
        people.followups.dial(task.id)


def test_one_person_answers_a_survey_once_after_a_merge(people):
    survey = people.surveys.make("After the visit", "nps")
    codes = [people.surveys.invite(survey, one, "sms").code for one in ("M000001", "M000002")]
    merge(people)
    people.surveys.answer(codes[0], nps=9)
    with pytest.raises(Exception, match="expired"):
        people.surveys.answer(codes[1], nps=9)


@pytest.mark.parametrize("moment", ["queued", "being sent", "waiting for another try"])
def test_a_cancelled_campaign_sends_nothing_more(people, box, moment):
    k = campaign(people)
    people.marketing.send(k)
    if moment == "queued":
        people.marketing.cancel(k)
    elif moment == "being sent":
        box.meanwhile = lambda: people.marketing.cancel(k)
    else:
        box.down = True
        run(people, box)
        box.down = False
        people.marketing.cancel(k)
        people.clock.advance(hours=1)
    run(people, box)
    people.clock.advance(days=1)
    run(people, box)
    assert box.letters == []
    assert {one.status for one in people.marketing.list_outbox().rows} == {"cancelled"}


def test_a_wish_is_not_sent_after_its_day(people, box):
    people.members.correct("M000003", birth_date="1990-07-01")
    letter = people.marketing.make_template("t", "sms", "en", "Happy birthday!")
    people.marketing.add_care("b", "birthday", letter)
    people.clock.advance(days=1)
    assert people.marketing.run_care()[0].queued == 1
    people.clock.advance(days=1)
    assert run(people, box) == {}
    (wish,) = people.marketing.list_outbox().rows
    assert (wish.status, wish.problem, box.letters) == ("cancelled", "TooLate", [])


def test_a_stopped_care_rule_sends_nothing_more(people, box):
    people.members.correct("M000003", birth_date="1990-06-30")
    letter = people.marketing.make_template("t", "sms", "en", "Happy birthday!")
    rule = people.marketing.add_care("b", "birthday", letter)
    people.marketing.run_care()
    people.marketing.stop_care(rule)
    run(people, box)
    assert box.letters == []


def test_a_campaigns_message_ends_with_its_offer_and_any_other_after_two_weeks(people, box):
    people.offers.add(
        "TEN",
        "Ten",
        "percent_off",
        percent_off=10,
        starts_on="2025-06-01",
        ends_on="2025-07-02",
    )
    people.marketing.send(campaign(people, promotion_id="TEN"))
    people.clock.advance(days=3)
    assert run(people, box) == {}
    people.marketing.send(campaign(people))
    people.clock.advance(days=15)
    assert run(people, box) == {}
    assert box.letters == []


@pytest.mark.parametrize(("before", "queued", "late"), [(0, 0, 1), (3, 1, 0)])
def test_care_that_was_not_run_is_caught_up_with_or_told(people, before, queued, late):
    people.members.correct("M000003", birth_date="1990-07-03")
    letter = people.marketing.make_template("t", "sms", "en", "Happy birthday soon!")
    people.marketing.add_care("b", "birthday", letter, days_before=before)
    people.clock.at -= timedelta(days=1)
    people.marketing.run_care()
    # nobody ran it on 30 June, when the early wish was due, nor on the day itself
    people.clock.advance(days=4 if before else 5)
    run = people.marketing.run_care()[0]
    assert (run.queued, run.late) == (queued, late)
    assert people.marketing.run_care() == ()


def test_a_manager_neither_shows_nor_erases_another_stores_member(people):
    there = people.as_staff("C2").members.register("Cy", "14000000005").id
    manager = people.as_staff("B1")
    for act in (manager.members.erase, lambda m, why: manager.members.reveal(m, "phone", why)):
        with pytest.raises(NotAllowed):
            act(there, "their own wish")
    assert manager.members.reveal("M000003", "phone", "call back") == "14000000003"
    assert people.members.reveal(there, "phone", "call back") == "14000000005"
