"""Follow-up visits: what is asked about calls, and what the lesson says of a year of them."""

import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.lessons.sales import visits as lesson

KINDS = ["Check-in call", "New-arrival call", "Offer call"]
LEVELS = ["Platinum", "Gold", "Silver", "Regular"]
DUE = ["today, promised", "5 days late", "2 days late", "today"]


def read_cards(number):
    """The cards as a person reads them."""
    part = lesson.show_cards(lesson.cards(number))
    return [dict(zip(part["heads"], row, strict=True)) for row in part["rows"]]


def test_what_is_asked_about_the_six_calls_follows_from_reading_them():
    for number in (*range(1, 100), 100):
        rows = read_cards(number)
        may = [one for one in rows if one["What about"] == KINDS[0] or one["Offers by phone"] == "agreed"]  # fmt: skip
        # the second way: one step of the rule after the other narrows the pile
        pile = may
        for column, order in (("Due", DUE), ("What about", KINDS), ("Level", LEVELS)):
            best = min(order.index(one[column]) for one in pile)
            pile = [one for one in pile if order.index(one[column]) == best]
        keys = Asked("sales-2").keys({"my_number": number})
        assert keys.first().value == int(pile[0]["Card no."])
        assert keys.may().value == len(may)
        assert keys.late().value == sum("late" in one["Due"] for one in may) > 0
        for key in (keys.first(), keys.may(), keys.late()):
            assert key.value not in key.mistakes.values()


def test_neighbours_in_a_class_have_other_calls():
    assert (
        len({tuple(one.member_id for one in lesson.cards(number)) for number in range(1, 100)})
        == 99
    )


def test_shares_are_of_those_who_answered():
    calls = ck.load("followups")
    for number in range(4):
        keys = Asked("sales-2").keys({"my_number": number + 1})
        here = calls[(calls["store_id"] == keys.store) & (calls["kind"] == "product_use")]
        spoken = here["outcome"].dropna()
        spoken = spoken[spoken != "no_answer"]
        assert keys.problem_share().value == pytest.approx(100 * (spoken == "problem").mean())
    offers = calls[(calls["store_id"] == lesson.STORE) & (calls["kind"] == "offer")]["outcome"]
    spoken = offers.dropna()[offers.dropna() != "no_answer"]
    key = Asked("sales-02").keys({}).bought_share()
    assert key.value == pytest.approx(100 * (spoken == "bought").mean())


def test_only_calls_that_ask_bring_problems_to_light():
    found = lesson.outcomes()
    share = found["problem"] / found["reached"]
    assert share["product_use"] > 4 * share[["new_arrivals", "offer"]].max()


def test_the_desk_lists_calls_by_the_four_steps_of_the_lesson(lesson_shop):
    here = lesson_shop("sales-02")
    today = here.followups.today()
    assert 20 < len(today) < 50
    assert {one.why for one in today} == {"product_use", "new_arrivals", "offer"}
    assert len({one.member_id for one in today}) == len(today)  # nobody is called twice a day
    assert today[0].next_step == "call_again"  # promised for this morning: before what is late
    today = today[1:]
    late = [one.days_late for one in today]
    assert late[0] > 0 and late == sorted(late, reverse=True)
    mine = [one for one in today if one.staff_id == here.staff.id]
    assert mine[0].member_id == "M004535" and mine[0].days_late == 2


def test_a_slip_at_the_desk_is_taken_back_and_a_problem_has_a_ticket(lesson_shop, walk):
    from crmkit.panels import desk

    here = lesson_shop("sales-02")
    screen = desk("sales", here)
    call = next(one for one in here.followups.today() if one.member_id == "M002257")

    def note(outcome, step):
        screen.did({"act": "call", "arg": call.id})
        assert "Last bought on 30 June 2025" in screen.text
        form = next(one for one in walk(screen.tree) if one.get("act") == "finish")
        values = {"outcome": outcome, "next_step": step, "note": "the colour runs"}
        screen.did({"act": "finish", "values": values, "once": form["once"]})

    note("happy", "none")
    assert "Noted today" in screen.text
    back = next(one for one in walk(screen.tree) if one.get("act") == "reopen")
    screen.did({"act": "reopen", "arg": back["arg"], "once": back["once"]})
    assert "Noted today" not in screen.text
    note("problem", "open_ticket")
    (noted,) = here.followups.noted()
    assert here.service.show(noted.ticket_id).messages[0].body == "the colour runs"
