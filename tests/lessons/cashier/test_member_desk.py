"""The member desk's lesson and exercise: what they say of the shop, and each task done and missed."""

import re
import shutil
from pathlib import Path

import pytest

from crmkit.i18n import LANGUAGES, use_language
from crmkit.learn import authored
from crmkit.learn.questions import Asked
from crmkit.learn.tasks import Tasks
from crmkit.lessons.cashier.member_desk import records
from crmkit.practice import Shop

NAMES = ("cashier-01", "cashier-1")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A folder with the practice shop as a learner finds it, by scene; all scenes begin alike."""
    made = {}
    for name in NAMES:
        folder = made[name] = tmp_path_factory.mktemp(name)
        with use_language("en"):
            Shop.practice(Tasks(name).scene, folder=folder).close()
    return made


@pytest.fixture
def shop(fresh, tmp_path, monkeypatch):
    """Opens the practice shop of a lesson or exercise beside the learner."""
    monkeypatch.chdir(tmp_path)
    opened = []

    def open_shop(name):
        shutil.copy(fresh[name] / "shop.db", tmp_path)
        with use_language("en"):
            opened.append(Shop.practice(Tasks(name).scene))
        return opened[-1]

    with use_language("en"):
        yield open_shop
    for one in opened:
        one.close()


def tasks_of(name):
    return [one for one in Asked(name).questions.values() if one.is_task]


@pytest.mark.parametrize("name", NAMES)
def test_every_task_done_as_shown_is_right_and_until_then_not_tried(name, shop):
    asked, here = Asked(name), shop(name)
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
def test_each_mistake_is_told_by_its_name_and_what_to_do_next(name, task, named, shop):
    here = shop(name)
    getattr(Asked(name).keys({}), task)().mistakes[named](here)
    question = Asked(name).questions[task]
    outcome = question.outcome(None)
    assert (outcome.status, outcome.reason) == ("wrong", named)
    assert outcome.message.endswith(question.data["next"]["en"])


def test_registering_again_instead_of_the_new_phone_is_seen(shop):
    shop("cashier-1").members.register("Chen Liya", "16800000027")
    assert Asked("cashier-1").outcome("again").status != "right"
    assert Asked("cashier-1").outcome("merge").status != "right"  # somebody nobody asked for


@pytest.mark.parametrize("name", NAMES)
def test_whom_a_task_names_is_that_member_in_the_shop(name):
    """The names and numbers in the texts are those of the shop, in both languages."""
    for language in LANGUAGES:
        members = records(Tasks(name).scene, language)
        for task in Tasks(name).data["tasks"]:
            for part in task["parts"]:
                number = part.get("member", {}).get("id") or part.get("merged", {}).get("keep")
                if number:
                    assert members[number]["name"] in task["ask"][language]
    text = Path("course/source/2-cashier/01-the-member-desk.md").read_text("utf-8")
    assert "735" in str(authored.read(authored.find("questions", "cashier-01"), "questions")[0])
    assert len(members) == 735 and "9705" in text
    pairs = {one["name"] for one in members.values() if one["phone"].endswith(("9705", "3816"))}
    assert len(pairs) == 2  # all who share their last digits are people registered twice


@pytest.mark.parametrize("number", [1, 12, 37, 64, 99])
def test_the_customer_of_a_number_is_found_at_the_desk_with_what_is_right(number, shop):
    here, asked = shop("cashier-1"), Asked("cashier-1")
    keys = asked.keys({"my_number": number})
    name, tail = re.search(r": (.+), the phone ends in (\d{4})", keys.customer()["text"]).groups()
    (found,) = here.members.find_by_last_four(tail).members
    assert found.name[0] == name[0]
    assert keys.level().value == found.level
    full = here.members.completeness(found.id)
    assert keys.filled().value == 100 * full.filled / full.of < 100


def test_every_number_draws_somebody_and_neighbours_differ():
    mine = [Asked("cashier-1").keys({"my_number": n}).mine[0] for n in range(1, 100)]
    assert len(set(mine)) == 99
