"""The service desk."""

from datetime import timedelta

import pytest

from crmkit.practice.errors import BadValue, Closed, NotAllowed, NotFound, Refused


@pytest.fixture
def shop(any_shop):
    any_shop.members.register("Ann", "14000000001")
    return any_shop


def complain(shop, **more):
    return shop.service.open_ticket(
        "phone", "complaint", "Leaking thermos", "It leaks.", member_id="M000001", **more
    )


def test_due_times_follow_from_the_priority(shop, clock):
    ticket = complain(shop, priority="high")
    assert ticket.first_due_at == clock.now() + timedelta(hours=1)
    assert ticket.due_at == clock.now() + timedelta(days=1)


def test_from_complaint_to_satisfaction(shop, clock):
    ticket = complain(shop)
    sales = shop.as_staff("A1").service
    clock.advance(hours=1)
    ticket = sales.reply(ticket.id, "We are sorry. May we exchange it?", channel="sms")
    assert (ticket.status, ticket.owner_id) == ("in_progress", "A1")
    first_answer = ticket.first_response_at
    clock.advance(hours=1)
    sales.add_message(ticket.id, "Yes please.")
    ticket = sales.resolve(ticket.id, "A new one is on its way.")
    assert (ticket.status, ticket.first_response_at) == ("resolved", first_answer)
    ticket = sales.rate(ticket.id, 5)
    assert (ticket.status, ticket.satisfaction) == ("closed", 5)
    assert [one.direction for one in ticket.messages] == ["in", "out", "in", "out"]
    assert shop.service.of_member("M000001")[0].id == ticket.id


def test_a_ticket_nobody_answers_is_overdue(shop, clock):
    ticket = complain(shop)
    assert not ticket.overdue
    clock.advance(hours=5)
    assert shop.service.show(ticket.id).overdue
    shop.service.reply(ticket.id, "We are looking into it.")
    assert not shop.service.show(ticket.id).overdue
    clock.advance(days=3)
    assert shop.service.show(ticket.id).overdue


def test_the_most_urgent_waits_at_the_top_and_settled_ones_leave(shop):
    slow, quick = complain(shop, priority="low"), complain(shop, priority="high")
    assert [one.id for one in shop.service.waiting()] == [quick.id, slow.id]
    shop.service.reply(quick.id, "We have it; you hear from Ann by four.")
    urgent = complain(shop, priority="normal")  # its first answer is due, the quick one's was given
    assert shop.service.waiting()[0].id == urgent.id
    shop.service.resolve(urgent.id, "Mended.")
    shop.service.resolve(quick.id, "Exchanged.")
    assert [one.id for one in shop.service.waiting()] == [slow.id]


def test_a_customer_who_writes_again_opens_a_settled_ticket(shop):
    ticket = complain(shop)
    shop.service.resolve(ticket.id, "Exchanged.")
    assert shop.service.add_message(ticket.id, "It leaks again.").status == "in_progress"


def test_a_wrong_mark_is_put_right_the_same_day_and_then_the_ticket_stays_closed(shop):
    ticket = complain(shop)
    shop.service.resolve(ticket.id, "Exchanged.")
    shop.service.rate(ticket.id, 3)
    shop.service.rate(ticket.id, 4)
    shop.office.set_clock("2025-07-02 09:00")
    for more in (
        lambda: shop.service.reply(ticket.id, "Hello?"),
        lambda: shop.service.add_message(ticket.id, "Hello?"),
        lambda: shop.service.rate(ticket.id, 1),
    ):
        with pytest.raises(Closed):
            more()
    assert shop.service.show(ticket.id).satisfaction == 4


@pytest.mark.parametrize("satisfaction", [0, 6, None, "5", 4.5])
def test_satisfaction_goes_from_one_to_five(shop, satisfaction):
    ticket = complain(shop)
    shop.service.resolve(ticket.id, "Exchanged.")
    with pytest.raises(BadValue):
        shop.service.rate(ticket.id, satisfaction)


def test_satisfaction_is_asked_after_settling(shop):
    with pytest.raises(Refused, match="Settle"):
        shop.service.rate(complain(shop).id, 5)


def test_another_stores_ticket_is_out_of_reach(shop):
    ticket = complain(shop)
    with pytest.raises(NotAllowed):
        shop.as_staff("C2").service.show(ticket.id)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"channel": "pigeon"}, BadValue),
        ({"kind": "song"}, BadValue),
        ({"body": "  "}, BadValue),
        ({"priority": "now"}, BadValue),
        ({"member_id": "M999999"}, NotFound),
        ({"sale_id": 99}, NotFound),
    ],
)
def test_what_cannot_be_is_refused_and_no_ticket_is_left(shop, wrong, refusal):
    right = {"channel": "phone", "kind": "complaint", "subject": "Leak", "body": "It leaks."}
    with pytest.raises(refusal):
        shop.service.open_ticket(**(right | wrong))
    assert shop.service.waiting() == ()


def test_an_improvement_is_confirmed_or_open_again(shop):
    ticket = complain(shop)
    made = shop.service.improve(
        "Check lids on arrival", "K1", "2025-07-04", "2025-07-18", ticket_id=ticket.id
    )
    with pytest.raises(Refused):
        shop.service.recheck(made.id, "No leak in two weeks", True)
    shop.service.improvement_done(made.id)
    assert shop.service.recheck(made.id, "Two more leaks", False).status == "reopened"
    shop.service.improvement_done(made.id)
    again = shop.service.recheck(made.id, "No leak in two weeks", True)
    assert (again.status, again.result) == ("confirmed", "No leak in two weeks")
    assert shop.service.recheck(made.id, "I misread: three", False).status == "reopened"
    assert shop.service.recheck(made.id, "No, none", True).status == "confirmed"
    with pytest.raises(BadValue, match="re-check"):
        shop.service.improve("x", "K1", "2025-07-18", "2025-07-04")


def test_what_was_said_at_another_store_stays_there(shop):
    shop.as_staff("T1", store="S2").service.open_ticket(
        "store", "complaint", "Fit", "It pinches", member_id="M000001"
    )
    shop.service.open_ticket("store", "repair", "Zip", "It broke", member_id="M000001")
    seen = {one.store_id: one for one in shop.as_staff("A1").service.of_member("M000001")}
    assert [one.body for one in seen["S1"].messages] == ["It broke"]
    assert (seen["S2"].kind, seen["S2"].messages) == ("complaint", ())
    everywhere = shop.service.of_member("M000001")
    assert {one.messages[0].body for one in everywhere} == {"It broke", "It pinches"}


def test_a_reply_needs_an_address_on_its_channel(shop):
    ticket = shop.service.open_ticket(
        "email", "enquiry", "Sizes", "Is M wide?", member_id="M000001"
    )
    with pytest.raises(Refused, match="no e-mail on record"):
        shop.service.reply(ticket.id, "Quite wide")
    assert len(shop.service.show(ticket.id).messages) == 1
    shop.service.reply(ticket.id, "Quite wide", channel="phone")
    assert shop.marketing.list_outbox().rows == ()
    shop.service.resolve(ticket.id, "As said on the phone", channel="sms")
    (sent,) = shop.marketing.list_outbox().rows
    assert (sent.channel, sent.purpose) == ("sms", "service")
