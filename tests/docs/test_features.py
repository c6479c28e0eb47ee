"""The table of features names only what there is, and leaves no gap unexplained."""

import importlib.util
import re
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


THEIRS = [
    "analysis.cohort",
    "analysis.composite_rank",
    "analysis.cross_shop",
    "analysis.customer",
    "analysis.haversine",
    "analysis.customer_decision_hierarchy",
    "analysis.gain_loss",
    "analysis.product_association",
    "analysis.revenue_tree",
    "experimental.clv",
    "experimental.metrics",
    "options",
    "skills",
    "plots.area",
    "plots.bar",
    "plots.broken_timeline",
    "plots.cohort",
    "plots.heatmap",
    "plots.histogram",
    "plots.index",
    "plots.line",
    "plots.period_on_period",
    "plots.price",
    "plots.scatter",
    "plots.styles",
    "plots.time",
    "plots.tree_diagram",
    "plots.venn",
    "plots.waterfall",
    "segmentation.hml",
    "segmentation.nlr",
    "segmentation.rfm",
    "segmentation.segstats",
    "segmentation.threshold",
    "utils.date",
    "utils.filter_and_label",
    "utils.label",
]
"""The public modules of openretailscience 0.48, as its package holds them."""


def test_every_module_of_theirs_has_its_row(features):
    named = " ".join(f.theirs for f in features.FEATURES if f.peer == features.SHOP)
    words = set(re.findall(r"[a-z_]+", named))
    assert not [module for module in THEIRS if not set(module.split(".")) <= words]
