import pytest

from crmkit.i18n import use_language
from crmkit.lessons import view
from crmkit.lessons.cashier.shift import EXAMPLE


@pytest.fixture
def drawn(monkeypatch):
    """How often a picture was really drawn."""
    times = []
    monkeypatch.setattr(view, "_pictures", {})
    monkeypatch.setattr(view, "_drawn", lambda draw, *how: times.append(how) or b"png")
    return times


def bar(height):
    return lambda ax: ax.bar(["a"], [height])


def test_the_same_picture_is_drawn_once_for_everybody(drawn):
    for _learner in range(3):
        view.pictured(bar(4), "four")
    assert len(drawn) == 1


def test_another_value_size_or_language_is_another_picture(drawn):
    view.pictured(bar(4), "four")
    view.pictured(bar(5), "five")
    view.pictured(bar(5), "five", size=(3, 3))
    with use_language("zh" if view.get_language() == "en" else "en"):
        view.pictured(bar(5), "five")
    assert len(drawn) == 4


def test_other_words_beside_the_same_picture_are_told(drawn):
    assert view.pictured(bar(4), "four")["says"] == "four"
    assert view.pictured(bar(4), "as many")["says"] == "as many"


def test_what_is_drawn_from_a_thing_at_work_is_drawn_each_time(drawn):
    open_file = open(__file__)  # noqa: SIM115 - nothing that could be kept
    for _learner in range(2):
        view.pictured(lambda ax: ax.set_title(open_file.name), "a file")
    open_file.close()
    assert len(drawn) == 2


def test_only_so_many_pictures_are_kept(drawn, monkeypatch):
    monkeypatch.setattr(view, "KEPT", 3)
    for height in range(8):
        view.pictured(bar(height), "bars")
    assert len(view._pictures) == 3


def test_what_is_reckoned_from_the_courses_data_is_reckoned_once_in_each_language():
    asked = []
    found = view.once(lambda store, tables=None: asked.append((store, tables)) or store)
    for language in ("zh", "en", "zh"):
        with use_language(language):
            assert found("S01") == "S01"
    assert len(asked) == 2
    assert found("S01", tables={"sales": 1}) == "S01"
    assert len(asked) == 3


def test_a_shift_names_its_goods_in_the_language_of_whoever_asks():
    names = []
    for language in ("zh", "en"):
        with use_language(language):
            names.append(EXAMPLE.by("product")["name"][0])
    assert names[0] != names[1] and names[1].isascii()
