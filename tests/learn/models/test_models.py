"""Whatever is wrong in an authored text is told by place, in a sentence, and never let through."""

import copy
import re

import pytest
import yaml

from crmkit.i18n import LANGUAGES, use_language
from crmkit.learn import authored
from crmkit.learn.models import KINDS, first_fault

FILES = {
    "dialogue": "dialogues/complaint.yaml",
    "hints": "hints/analyst-3.yaml",
    "questions": "questions/cashier-3.yaml",
    "quiz": "quizzes/cashier-03.yaml",
    "selftest": "selftest.yaml",
    "tasks": "tasks/inventory-3.yaml",
    "tracks": "tracks.yaml",
}


def leaves(part, path=()):
    """Every text, number and yes or no of a content file, with where it stands."""
    for key, below in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(below, dict | list):
            yield from leaves(below, (*path, key))
        else:
            yield (*path, key)


def at(data, path):
    for step in path:
        data = data[step]
    return data


@pytest.fixture(params=FILES)
def kind(request):
    return request.param


@pytest.fixture
def data(kind):
    return yaml.safe_load((authored.CONTENT / FILES[kind]).read_text("utf-8"))


def test_every_kind_is_tried_here_and_what_the_kit_ships_is_right(kind, data):
    assert set(FILES) == set(KINDS)
    assert first_fault(data, kind) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wrong", [[], {"a": 1}, None])
def test_a_value_of_the_wrong_kind_is_told_by_place_in_the_readers_language(
    kind, data, wrong, language
):
    with use_language(language):
        for path in leaves(data):
            broken = copy.deepcopy(data)
            at(broken, path[:-1])[path[-1]] = wrong
            fault = first_fault(broken, kind)
            assert fault is not None, path
            place, told = fault
            assert place == path[: len(place)] and len(place) >= 1, (path, place)
            assert bool(re.search("[\u4e00-\u9fff]", told)) == (language == "zh"), told


def test_what_is_not_known_is_named_where_it_stands(kind, data):
    for path in leaves(data):
        broken = copy.deepcopy(data)
        holder = at(broken, path[:-1])
        if not isinstance(holder, dict):
            continue
        holder["surprise"] = "?"
        fault = first_fault(broken, kind)
        assert fault is not None, path
        assert fault[0] == path[: len(fault[0])] or fault[0][:-1] == path[:-1], (path, fault)


def test_a_file_that_holds_no_parts_at_all_is_refused(kind):
    for empty in ({}, [], None, "text", 3):
        assert first_fault(empty, kind) is not None
