"""Every task of a lesson or exercise: done as its key shows it is right, missed it is told how."""

from dataclasses import replace

import pytest

from crmkit.i18n import LANGUAGES, label, use_language
from crmkit.learn import authored
from crmkit.learn.questions import Asked
from crmkit.learn.tasks import Tasks
from crmkit.learn.tasks.books import Bill, untouched_books
from crmkit.learn.tasks.members import HasMember, NothingElse
from crmkit.learn.tasks.till import WasRungUp

NAMES = [
    name
    for name in authored.known("questions")
    if any(one.is_task for one in Asked(name).questions.values())
]


def tasks_of(name):
    return [one for one in Asked(name).questions.values() if one.is_task]


@pytest.mark.parametrize("name", NAMES)
def test_every_task_done_as_shown_is_right_and_until_then_not_tried(name, lesson_shop):
    asked, here = Asked(name), lesson_shop(name)
    assert all(one.outcome(None).status == "not_attempted" for one in tasks_of(name))
    for question in tasks_of(name):
        getattr(asked.keys({}), question.id)().value(here)
        outcome = question.outcome(None)
        assert outcome.status == "right", outcome
    assert all(one.outcome(None).status == "right" for one in tasks_of(name))


@pytest.mark.parametrize(
    ("name", "task", "named"),
    [
        (name, one.id, named)
        for name in NAMES
        for one in tasks_of(name)
        for named in getattr(Asked(name).keys({}), one.id)().mistakes
    ],
)
def test_each_mistake_is_told_by_its_name_and_what_to_do_next(name, task, named, lesson_shop):
    here = lesson_shop(name)
    getattr(Asked(name).keys({}), task)().mistakes[named](here)
    question = Asked(name).questions[task]
    outcome = question.outcome(None)
    # who is half way there has made no mistake: that is told as open, with the next step
    status = "not_attempted" if named == "under_way" else "wrong"
    assert (outcome.status, outcome.reason) == (status, named)
    assert outcome.message.endswith(question.data["next"]["en"])


def test_a_namesakes_record_that_was_changed_is_told_and_never_right():
    """Whatever a task asks of a member: nobody else of the name may have been taken for them."""
    books, about = untouched_books("cashier-1", "en"), {"birth_date": "1977-03-22"}
    mine, other = "M000094", "M000331"
    alike = books.members[other] | {"name": books.members[mine]["name"]}
    before = replace(books, members=books.members | {other: alike})

    def after(**at):
        changed = {number: before.members[number] | fields for number, fields in at.items()}
        return replace(before, members=before.members | changed)

    asked = HasMember({"id": mine, **about})
    assert asked.fault(after(M000094=about), before) is None
    for spoiled in (after(M000094=about, M000331=about), after(M000331={"phone": "14200000000"})):
        fault = asked.fault(spoiled, before)
        assert fault.reason == "namesake_changed" and other in fault.message
    agreed = replace(after(M000094=about), agreed=before.agreed ^ {(other, "email")})
    assert asked.fault(agreed, before).reason == "namesake_changed"


@pytest.mark.parametrize("name", NAMES)
def test_the_reason_to_choose_is_named_as_it_stands_on_the_list(name):
    for task in Tasks(name).data["tasks"]:
        for part in task["parts"]:
            about = part.get("rung_up") or part.get("returned") or {}
            for language in LANGUAGES if about.get("reason") else ():
                with use_language(language):
                    words = label("return_reason", about["reason"])
                assert words.casefold() in task["ask"][language].casefold()


@pytest.mark.parametrize("name", NAMES)
def test_whom_a_task_names_is_that_member_in_the_shop(name):
    """The names in the texts are those of the shop, in both languages."""
    for language in LANGUAGES:
        members = untouched_books(Tasks(name).scene, language).members
        for task in Tasks(name).data["tasks"]:
            for part in task["parts"]:
                about = next(value for kind, value in part.items() if kind != "id")
                known = about.get("id"), about.get("keep"), about.get("member")
                for number in filter(None, known):
                    assert members[number]["name"] in task["ask"][language]


def test_a_change_that_was_not_asked_for_is_told_with_what_stood_there():
    before, mine, other = untouched_books("cashier-1", "en"), "M000270", "M006009"
    was = before.members[mine]
    moved = {mine: was | {"birth_date": "1999-09-09"}}
    fault = NothingElse(frozenset()).fault(replace(before, members=before.members | moved), before)
    assert was["birth_date"] in fault.message

    def twice(**fields):
        again = was | {"phone": "16800000027", "status": "live", "is_now": other} | fields
        return replace(before, members=before.members | {other: again})

    asked = HasMember({"id": mine, "phone": "16800000027"})
    fault = asked.fault(twice(), before)
    assert fault.reason == "twice" and other in fault.message
    merged = asked.fault(twice(status="merged", is_now=mine), before)
    assert merged != asked.fault(before, before) and "One record again" in merged.message


def test_a_sale_to_somebody_else_in_another_lesson_is_none_of_this_task():
    before = untouched_books("foundations-1", "en")
    asked = WasRungUp("M003971", {"P0251": 1, "P0257": 1})

    def with_sale(member, products):
        bill = Bill(member, products, 0, frozenset(), sum(products.values()), 0, None)
        return asked.fault(replace(before, bills=(*before.bills, bill)), before)

    not_yet = asked.fault(before, before)
    assert not_yet.reason == "not_sold"
    assert with_sale("M006003", {"P0247": 1}) == not_yet
    assert with_sale("M003971", {"P0251": 1}).reason == "other_goods"
    assert with_sale(None, {"P0251": 1}).reason == "other_goods"
    assert with_sale("M006003", {"P0251": 1, "P0257": 1}).reason == "wrong_member"
    assert with_sale("M003971", {"P0251": 1, "P0257": 1}) is None
