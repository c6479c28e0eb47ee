"""The practice shops of the cashier's lessons, as a learner finds them."""

import shutil

import pytest

from crmkit.i18n import use_language
from crmkit.learn.tasks import Tasks
from crmkit.practice import Shop


@pytest.fixture(scope="session")
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
