"""Service after the sale: which ticket comes first, how fast a store answers, what the lesson says of it."""

from datetime import timedelta

import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.lessons.sales import aftersales as lesson

NUMBERS = range(1, 100)
LIMIT = {"high": 1, "normal": 4, "low": 24}


def keys_of(number):
    return Asked("sales-7").keys({"my_number": number})


def test_the_first_of_five_is_the_one_that_is_due_first():
    for number in (*NUMBERS, 100):
        rows = lesson.show_waiting(lesson.waiting(number))["rows"]
        due = {int(row[0]): int(row[4].split(":")[0]) + LIMIT[row[3]] for row in rows}
        keys = keys_of(number) if number < 100 else Asked("sales-07").keys({})
        assert keys.first().value == min(due, key=due.get)
        assert sorted(due.values())[0] < sorted(due.values())[1]
        assert keys.first().mistakes
        if number < 100:
            assert keys.due().value == due[1] % 24
            assert keys.due().mistakes
    assert len({tuple(map(str, lesson.waiting(number))) for number in NUMBERS}) == 99


@pytest.fixture(scope="module")
def year():
    tickets = ck.load("tickets")
    tickets = tickets[tickets["opened_at"] >= "2024-07-01"]
    hours = (tickets["first_response_at"] - tickets["opened_at"]).dt.total_seconds() / 3600
    return tickets.assign(hours=hours)


def test_how_fast_each_store_answers_is_counted_a_second_way(year):
    for number in range(1, 5):
        keys = keys_of(number)
        here = year[year["store_id"] == keys.store]
        assert keys.fast_share().value == pytest.approx(100 * (here["hours"] <= 1).mean())
        rated = here.dropna(subset=["satisfaction"])
        good = rated["satisfaction"].isin([4, 5])
        shown = [round(100 * good[quick].mean(), 1) for quick in (rated["hours"] <= 1, rated["hours"] > 1)]  # fmt: skip
        assert keys.gap().value == pytest.approx(shown[0] - shown[1]) and keys.gap().value > 0
        for key in (keys.gap(), keys.fast_share()):
            assert key.mistakes and key.value not in key.mistakes.values()
        rows = lesson.show_store(keys.store)["of"][0]["rows"]
        assert sum(int(row[1]) for row in rows[:-1]) == int(rows[-1][1]) == len(here)
        assert sum(int(row[2]) for row in rows[:-1]) == int(rows[-1][2])


def test_what_the_lesson_says_of_the_year(year):
    fast, slow = lesson.by_speed()
    assert round(fast.share) == 79 and slow.share < 60
    late = year[(year["store_id"] == lesson.STORE) & (year["hours"] > 1)]["channel"]
    assert late.isin(["mini_program", "web", "social"]).mean() > 0.85
    # many of the slow ones come over channels on which everything is slower
    assert set(year["channel"]) == set(lesson.CHANNELS)


def test_limits_are_those_of_the_practice_shop():
    from crmkit.practice.domain.due import FIRST_ANSWER

    assert {one: timedelta(hours=hours) for one, hours in LIMIT.items()} == FIRST_ANSWER


def test_two_tickets_wait_at_the_desk(lesson_shop):
    here = lesson_shop("sales-07")
    waiting = {one.id: one.member_id for one in here.service.waiting()}
    assert 1 in here.surveys.running()
    assert waiting == {2136: "M002637", 2161: "M004934"}


def test_who_took_the_later_of_two_urgent_tickets_is_not_told_that_urgency_misled_them():
    for number in NUMBERS:
        cards, first = lesson.waiting(number), lesson.most_urgent(lesson.waiting(number))
        wrong = lesson.firsts(cards)["priority"]
        said = next(
            words for words, card in keys_of(number).first().mistakes.items() if card == wrong
        )
        assert ("equally urgent" in said[1]) == (cards[wrong - 1].priority == first.priority)
