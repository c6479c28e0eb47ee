"""Goods are found by the letters people type."""

from crmkit.data import load
from crmkit.i18n import use_language
from crmkit.practice.goods import initials, spelled


def test_the_courses_goods_are_spelled_as_the_dictionary_spells_them():
    with use_language("zh"):
        names = load("products")["name"].tolist()
    assert [initials(one) for one in names] == [spelled(one) for one in names]


def test_goods_are_spelled_without_the_course_too(monkeypatch, tmp_path):
    monkeypatch.setenv("CRMKIT_DATA", str(tmp_path / "nowhere"))
    initials.cache_clear()
    assert initials("重庆小面") == "cqxm"
