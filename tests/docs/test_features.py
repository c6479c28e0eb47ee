"""The table of features names only what there is, and leaves no gap unexplained."""

import importlib.util
from functools import reduce

import pytest

import crmkit as ck


@pytest.fixture(scope="module")
def features(repository):
    spec = importlib.util.spec_from_file_location("features", repository / "docs" / "features.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_function_that_is_named_exists(features):
    named = {name for feature in features.FEATURES for name in feature.ours} | {*features.OWN}
    for name in named:
        assert callable(reduce(getattr, name.split("."), ck)), name


def test_what_is_missing_is_explained_in_both_languages(features):
    for feature in features.FEATURES:
        assert feature.ours or (feature.why_zh and feature.why_en), feature.en
        assert bool(feature.why_zh) == bool(feature.why_en), feature.en
