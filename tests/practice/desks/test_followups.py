"""The follow-up desk."""

from datetime import date, timedelta

import pytest

from crmkit.practice.errors import BadValue, Closed, NotAllowed, NotFound, Refused

TODAY = date(2025, 6, 30)


@pytest.fixture
def shop(any_shop):
    """Ann and Bo of store S1, Cy of S2; only Ann agreed to get offers."""
    any_shop.members.register("Ann", "14000000001", consents=["phone"])
    any_shop.members.register("Bo", "14000000002")
    any_shop.as_staff("C2").members.register("Cy", "14000000003")
    everyone = {"member_id": ["M000001", "M000002", "M000003"]}
    any_shop.marketing.make_segment("all", "Everyone", everyone)
    return any_shop


def plan(shop, kind="product_use", **more):
    return shop.followups.plan(
        "Thermos after two weeks",
        "all",
        kind,
        "Is the thermos keeping warm?",
        **{"every_days": 30, "starts_on": TODAY, "ends_on": TODAY + timedelta(days=90)} | more,
    )


def test_everyone_of_the_segment_is_on_the_list_once_in_a_cycle(shop, clock):
    made = plan(shop)
    assert shop.followups.make_tasks(made.id) == 3
    assert shop.followups.make_tasks(made.id) == 0
    clock.advance(days=30)
    assert shop.followups.make_tasks(made.id) == 3


def test_each_store_calls_its_own_members(shop):
    shop.followups.make_tasks(plan(shop).id)
    here = shop.as_staff("A1").followups.today()
    assert [one.member_id for one in here] == ["M000001", "M000002"]
    assert (here[0].name, here[0].phone) == ("A**", "140****0001")
    assert here[0].script == "Is the thermos keeping warm?"


def test_offers_are_only_for_those_who_agreed_to_get_them_by_phone(shop):
    shop.members.consent("M000002", "marketing", "sms", True, "a text is not a call")
    assert shop.followups.make_tasks(plan(shop, "offer").id) == 1


def test_a_member_merged_since_is_not_called_twice(shop):
    made = plan(shop)
    shop.followups.make_tasks(made.id)
    shop.members.merge("M000001", "M000002", "the same person")
    assert shop.followups.make_tasks(made.id) == 0


def test_name_and_phone_are_shown_for_the_call_and_that_is_written_down(shop):
    shop.followups.make_tasks(plan(shop).id)
    desk = shop.as_staff("A1").followups
    task = desk.today()[0]
    whom = desk.dial(task.id)
    assert (whom.name, whom.phone) == ("Ann", "14000000001")
    seen = {(one.staff_id, one.field, one.reason) for one in shop.audit.reveals("M000001")}
    assert seen == {("A1", field, f"followup_task:{task.id}") for field in ("name", "phone")}
    with pytest.raises(NotAllowed):
        shop.as_staff("C1").followups.dial(task.id)


def test_a_finished_call_leaves_the_list(shop):
    made = plan(shop)
    shop.followups.make_tasks(made.id)
    desk = shop.as_staff("A1").followups
    task = desk.finish(desk.today()[0].id, "happy", "none")
    assert (task.status, task.outcome) == ("done", "happy")
    assert len(desk.today()) == 1
    counted = shop.followups.all_plans()[0]
    assert (counted.open_tasks, counted.done_tasks) == (2, 1)
    with pytest.raises(Closed):
        desk.finish(task.id, "happy", "none")


def test_calling_again_puts_it_off_to_that_day(shop, clock):
    shop.followups.make_tasks(plan(shop).id)
    desk = shop.as_staff("A1").followups
    task = desk.today()[0]
    desk.finish(task.id, "no_answer", "call_again", next_on=TODAY + timedelta(days=2))
    assert task.id not in [one.id for one in desk.today()]
    clock.advance(days=2)
    assert task.id in [one.id for one in desk.today()]


def test_a_problem_opens_a_ticket_from_the_note(shop):
    shop.followups.make_tasks(plan(shop).id)
    desk = shop.as_staff("A1")
    task = desk.followups.today()[0]
    done = desk.followups.finish(task.id, "problem", "open_ticket", note="The lid leaks.")
    ticket = desk.service.show(done.ticket_id)
    assert (ticket.member_id, ticket.kind) == ("M000001", "complaint")
    assert ticket.messages[0].body == "The lid leaks."


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("fine", "none"), BadValue),
        (("happy", "dance"), BadValue),
        (("problem", "open_ticket"), BadValue),
        (("problem", "none"), BadValue),
        (("no_answer", "call_again"), BadValue),
    ],
)
def test_an_incomplete_result_is_refused_and_the_call_stays_open(shop, words, refusal):
    shop.followups.make_tasks(plan(shop).id)
    desk = shop.as_staff("A1").followups
    task = desk.today()[0]
    with pytest.raises(refusal):
        desk.finish(task.id, *words)
    assert desk.today()[0] == task


def test_a_problem_without_a_ticket_is_refused(shop):
    shop.followups.make_tasks(plan(shop).id)
    desk = shop.as_staff("A1").followups
    with pytest.raises(Refused, match="ticket"):
        desk.finish(desk.today()[0].id, "problem", "none", note="The lid leaks.")


def test_a_stopped_plan_takes_its_calls_off_the_lists(shop):
    made = plan(shop)
    shop.followups.make_tasks(made.id)
    assert shop.followups.stop(made.id) == 3
    assert shop.followups.today() == ()
    with pytest.raises(Closed):
        shop.followups.make_tasks(made.id)


def test_plans_that_cannot_be_are_refused(shop, clock):
    with pytest.raises(BadValue, match="ends before"):
        plan(shop, ends_on=TODAY - timedelta(days=1))
    with pytest.raises(BadValue):
        plan(shop, "chat")
    with pytest.raises(BadValue):
        plan(shop, every_days=0)
    with pytest.raises(NotFound):
        shop.followups.make_tasks(99)
    late = plan(shop, starts_on=TODAY + timedelta(days=1))
    with pytest.raises(Refused, match="runs from"):
        shop.followups.make_tasks(late.id)


def test_who_was_promised_a_call_comes_first_then_the_longest_late_then_care(shop, clock):
    """The order of the list is the order in which to call."""
    gil = shop.members.register("Gil", "14000000004", consents=["sms", "phone"]).id
    with shop.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE member SET level = 'gold' WHERE id = '{gil}'")
    everyone = {"member_id": ["M000001", "M000002", gil]}
    shop.marketing.make_segment("here", "Here", everyone)
    for kind in ("offer", "product_use"):
        made = shop.followups.plan(
            kind, "here", kind, "?", every_days=90, starts_on=TODAY, ends_on=TODAY
        )
        shop.followups.make_tasks(made.id)
    assert [(one.why, one.member_id) for one in shop.followups.today()] == [
        ("product_use", gil),
        ("product_use", "M000001"),
        ("product_use", "M000002"),
        ("offer", gil),
        ("offer", "M000001"),
    ]
    by_name = {(one.why, one.member_id): one.id for one in shop.followups.today()}
    shop.followups.assign(by_name["offer", "M000001"], due_on=TODAY - timedelta(days=2))
    later = TODAY + timedelta(days=1)
    asked = by_name["product_use", "M000002"]
    shop.followups.finish(asked, "no_answer", "call_again", next_on=later)
    assert asked not in [one.id for one in shop.followups.today()]
    clock.advance(days=1)
    order = [(one.why, one.member_id, one.days_late) for one in shop.followups.today()]
    assert order[:3] == [
        ("product_use", "M000002", 0),
        ("offer", "M000001", 3),
        ("product_use", gil, 1),
    ]


def test_a_call_put_off_and_taken_back_is_as_late_as_it_was(shop, clock):
    shop.followups.make_tasks(plan(shop).id)
    clock.advance(days=2)
    before = shop.followups.today()[0]
    assert (before.due_on, before.days_late) == (TODAY, 2)
    later = TODAY + timedelta(days=4)
    put_off = shop.followups.finish(before.id, "no_answer", "call_again", next_on=later)
    assert (put_off.due_on, put_off.days_late) == (later, 0)
    assert shop.followups.assign(before.id, due_on=later + timedelta(days=1)).due_on > later
    shop.followups.reopen(before.id)
    assert shop.followups.today()[0] == before.__class__(
        **vars(before) | {"staff_id": put_off.staff_id}
    )


def test_what_was_noted_today_can_be_taken_back_and_noted_anew(shop, clock):
    shop.followups.make_tasks(plan(shop).id)
    first, second = shop.followups.today()[:2]
    done = shop.followups.finish(first.id, "problem", "open_ticket", note="the lid leaks")
    later = TODAY + timedelta(days=3)
    shop.followups.finish(second.id, "no_answer", "call_again", next_on=later)
    assert [one.id for one in shop.followups.noted()] == [first.id, second.id]
    for one in (first, second):
        assert shop.followups.reopen(one.id).status == "open"
    assert [one.id for one in shop.followups.today()[:2]] == [first.id, second.id]
    assert shop.followups.noted() == ()
    again = shop.followups.finish(first.id, "problem", "open_ticket", note="the lid, not the cup")
    assert again.ticket_id == done.ticket_id  # one call, one ticket
    clock.advance(days=1)
    with pytest.raises(Closed, match="noted today"):
        shop.followups.reopen(first.id)
    with pytest.raises(Closed, match="noted today"):
        shop.followups.reopen(second.id)
