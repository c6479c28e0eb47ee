"""Every task of a lesson or exercise: done as its key shows it is right, missed it is told how."""

import shutil

import pytest

from crmkit.i18n import LANGUAGES, use_language
from crmkit.learn import authored
from crmkit.learn.questions import Asked
from crmkit.learn.tasks import Tasks, untouched_books
from crmkit.practice import Shop

NAMES = [
    name
    for name in authored.known("questions")
    if any(one.is_task for one in Asked(name).questions.values())
]


@pytest.fixture(scope="module")
def fresh_shops(tmp_path_factory):
    """The file of a lesson's practice shop, made once for each."""
    made = {}

    def file_of(name):
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name)
            with use_language("en"):
                Shop.practice(Tasks(name).scene, folder=made[name]).close()
        return made[name] / "shop.db"

    return file_of


@pytest.fixture
def shop(fresh_shops, tmp_path, monkeypatch):
    """Opens the practice shop of a lesson or exercise beside the learner."""
    monkeypatch.chdir(tmp_path)
    opened = []

    def open_shop(name):
        shutil.copy(fresh_shops(name), tmp_path)
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
