"""The reference and the gallery say what the code offers today."""

import importlib.util

import pytest
import yaml

import crmkit as ck


def script(repository, name):
    spec = importlib.util.spec_from_file_location(name, repository / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference(repository):
    return script(repository, "reference")


@pytest.fixture(scope="module")
def gallery(repository):
    return script(repository, "gallery")


def test_the_reference_is_as_fresh_as_the_docstrings(reference, repository, language):
    written = (repository / "docs" / language / "reference.md").read_text("utf-8")
    assert written == reference.page(language), "run: python docs/reference.py"


def test_every_function_says_what_it_answers_and_gives(reference):
    silent = [
        f"{room}.{name}"
        for room in reference.ROOMS
        for name, thing in reference.public(room).items()
        if not (thing.__doc__ or "").strip()
    ]
    assert not silent


@pytest.mark.parametrize("room", ["kpi", "segment", "stock", "plot"])
def test_every_function_has_its_chinese_sentence(reference, repository, room):
    words = yaml.safe_load((repository / "docs/reference.zh.yaml").read_text("utf-8"))
    assert set(words[room]) == set(reference.public(room))


def test_the_gallery_shows_every_chart_in_both_languages(gallery, repository, language):
    shown = {name for charts in gallery.CHARTS.values() for name in charts}
    assert shown == set(ck.plot.__all__), "add it to docs/gallery.py and run that"
    page = (repository / "docs" / language / "gallery.md").read_text("utf-8")
    assert page == gallery.page(language), "run: python docs/gallery.py"
    for name in shown:
        picture = repository / "docs" / language / "gallery" / f"{name}.png"
        assert picture.stat().st_size > 1_000, name
