"""A corner shop for every test, in English."""

import pytest

from crmkit.i18n import use_language
from crmkit.practice import Shop


@pytest.fixture(scope="session")
def corner_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corner")
    with use_language("en"):
        Shop.practice("corner", folder=folder).close()
    return (folder / "shop.db").read_bytes()


@pytest.fixture
def shop_of(corner_file, tmp_path):
    """The shop as a member of staff; all of them stand in the same one."""
    (tmp_path / "shop.db").write_bytes(corner_file)
    opened = []

    def shop(staff):
        opened.append(Shop.practice("corner", folder=tmp_path, staff=staff))
        return opened[-1]

    with use_language("en"):
        yield shop
    for one in opened:
        one.close()
