"""The reference and the gallery say what the code offers today."""

import importlib.util
import inspect
import re

import pytest

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


def test_the_page_of_the_practice_crm_names_every_operation(repository, language):
    from crmkit.practice.command import OPERATIONS

    page = script(repository, "practice").page(language)
    left_out = {name for name in OPERATIONS if f"`{name.partition('.')[2]}(" not in page}
    assert {name for name in left_out if not name.startswith("shop.")} == {"reports.frames"}


def test_every_function_says_what_it_answers_and_gives(reference):
    silent = [
        f"{room}.{name}"
        for room in reference.ROOMS
        for name, thing in reference.public(room).items()
        if not (thing.__doc__ or "").strip()
    ]
    assert not silent


def shown(reference, room):
    """What the page says about a module: each thing once, under its own name."""
    found = reference.public(room)
    if room == "labels":
        found = {"show": found["show"]}
    return {name: thing for name, thing in found.items() if thing.__name__ == name}


ROOMS = [
    "labels",
    "data",
    "clean",
    "kpi",
    "customers",
    "segment",
    "profile",
    "recommend",
    "campaign",
    "stock",
    "plot",
]


def test_the_rooms_of_the_reference_are_all_looked_at(reference):
    assert set(ROOMS) == set(reference.ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_the_help_names_every_input_in_order_and_none_that_is_gone(reference, room):
    for name, thing in shown(reference, room).items():
        takes = reference.listed(reference.sections(thing).get("Parameters", ""))
        told = [one.lstrip("*") for names in takes for one in names.split(", ")]
        assert told == reference.inputs(thing), f"{room}.{name}"
        assert all(text[-1:] in ".:…" for text in takes.values()), f"{room}.{name}: no sentence"


@pytest.mark.parametrize("room", ROOMS)
def test_the_help_keeps_to_its_sections_and_the_example_stands_in_one(reference, room):
    for name, thing in shown(reference, room).items():
        said = reference.sections(thing)
        found = list(said)[1:]
        assert found == [one for one in reference.SECTIONS if one in found], f"{room}.{name}"
        said.pop("Examples", None)
        assert not re.search(
            r">>>|^(Parameters|Returns|Raises|References)( |$)", "\n".join(said.values()), re.M
        ), f"{room}.{name}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_function_is_explained_in_chinese(reference, room):
    said = reference.chinese()[room]
    assert set(said) == set(shown(reference, room)), "write it in docs/reference.zh.yaml"
    for name, thing in shown(reference, room).items():
        assert said[name]["answers"].endswith("。"), name
        if inspect.isfunction(thing) and room != "plot":
            assert said[name].get("gives"), f"{room}.{name}: what does it give?"


@pytest.mark.parametrize("room", ROOMS)
def test_the_chinese_reference_names_every_input_and_none_that_is_gone(reference, room):
    common = set(reference.chinese()["common"])
    for name, thing in shown(reference, room).items():
        told = set(reference.chinese()[room][name].get("takes", {}))
        there = set(reference.inputs(thing))
        assert told <= there, f"{room}.{name} takes no {sorted(told - there)}"
        assert there <= told | common, f"{room}.{name}: {sorted(there - told - common)} is missing"


def test_every_column_of_the_contract_has_its_chinese(reference):
    from crmkit import tables

    told = {table: set(columns) for table, columns in reference.chinese()["columns"].items()}
    assert told == {table: set(columns) for table, columns in tables.CONTRACT.items()}


def test_the_chinese_reference_is_written_in_chinese(reference):
    """A paragraph of it that is no code and no column names reads in Chinese."""
    page = re.sub(r"```.*?```", "", reference.page("zh"), flags=re.S)
    english = [
        line
        for line in page.splitlines()
        if len(re.findall(r"[A-Za-z]{3,}", re.sub(r"`[^`]*`|\(\S+\)", "", line))) > 8
        and not re.search(r"[\u4e00-\u9fff]", line)
    ]
    assert not english


def test_the_gallery_shows_every_chart_in_both_languages(gallery, repository, language):
    shown = {name for charts in gallery.CHARTS.values() for name in charts}
    assert shown == set(ck.plot.__all__), "add it to docs/gallery.py and run that"
    page = gallery.page(language)
    assert all(f"gallery/{name}.png" in page for name in shown)
    for name in shown:
        picture = repository / "docs" / language / "gallery" / f"{name}.png"
        assert picture.stat().st_size > 1_000, name


def headings(page):
    """The anchors of a Markdown page, as code hosts make them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.M)
    }


def test_every_link_of_the_pages_leads_somewhere(repository):
    pages = [
        page for part in ("*.md", "docs/??/*.md", "datasets/*.md") for page in repository.glob(part)
    ]
    assert len(pages) >= 8
    anchors = {page.resolve(): headings(page) for page in pages}
    lost = []
    for page in pages:
        prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            path, _sign, anchor = target.partition("#")
            aim = (page.parent / path).resolve() if path else page.resolve()
            if re.match(r"(https?|lesson|exercise):", target):
                continue
            if not aim.exists() or (anchor and anchor not in anchors.get(aim, {anchor})):
                lost.append(f"{page.name}: {target}")
    assert not lost
