"""Recommenders are handled as scikit-learn handles its models."""

import pickle

import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

import crmkit as ck
from crmkit.recommend import Content, Hybrid, ItemCF, Popular, UserCF

SALES = pd.DataFrame(
    {"member_id": ["M1", "M1", "M2", "M2", "M3"], "product_id": ["tea", "cup", "tea", "cup", "tea"]}
).assign(quantity=1)
PRODUCTS = pd.DataFrame({"product_id": ["tea", "cup"], "category": ["drink", "table"]})
MADE = {
    "Popular": Popular(),
    "ItemCF": ItemCF(neighbours=7, shrink=2.5),
    "UserCF": UserCF(neighbours=3),
    "Content": Content(features=["category"], price_bands=0),
    "Hybrid": Hybrid([(ItemCF(neighbours=7), 0.8), (Popular(), 0.2)]),
    "Hybrid as it comes": Hybrid(),
}
EACH = pytest.mark.parametrize("model", MADE.values(), ids=MADE.keys())


@EACH
def test_a_clone_has_the_same_settings_and_knows_nothing(model):
    if model != Hybrid():  # whose Content wants prices, too
        model.fit(SALES, PRODUCTS)
    copied = clone(model)
    assert type(copied) is type(model) and copied is not model
    assert copied.get_params() == model.get_params()
    with pytest.raises(ck.CrmkitError, match=r"Fit the recommender first"):
        copied.recommend()


@EACH
def test_what_get_params_tells_makes_the_same_model(model):
    assert type(model)(**model.get_params()) == model


def test_the_clone_of_a_hybrid_has_parts_of_its_own():
    hybrid = Hybrid([(ItemCF(neighbours=7), 0.8), (Popular(), 0.2)]).fit(SALES)
    copied = clone(hybrid)
    assert copied.parts[0][0] is not hybrid.parts[0][0]
    assert copied.parts[0][0].neighbours == 7
    # fitting fits parts of its own: what was given stays as it was given
    with pytest.raises(ck.CrmkitError, match="Fit the recommender first"):
        hybrid.parts[0][0].recommend()


def test_a_grid_of_settings_is_tried_out():
    scores = {}
    for settings in ParameterGrid({"neighbours": [1, 20], "shrink": [0, 5.0]}):
        model = clone(ItemCF()).set_params(**settings).fit(SALES)
        scores[tuple(settings.values())] = model.recommend(["M3"], k=1)["product_id"].item()
    assert scores == dict.fromkeys([(1, 0), (1, 5.0), (20, 0), (20, 5.0)], "cup")


def test_changed_settings_want_a_new_fit():
    model = ItemCF().fit(SALES)
    assert model.set_params(neighbours=3) is model and model.neighbours == 3
    with pytest.raises(ck.CrmkitError, match="Fit the recommender first"):
        model.recommend()


def test_a_setting_that_is_none_changes_nothing():
    model = ItemCF().fit(SALES)
    with pytest.raises(ck.CrmkitError, match="ItemCF has no parameter 'neighbors'.*neighbours, sh"):
        model.set_params(neighbors=3)
    with pytest.raises(ck.CrmkitError, match="neighbours is 0"):
        model.set_params(shrink=1, neighbours=0)
    assert model.get_params() == {"neighbours": 20, "shrink": 5.0}
    assert len(model.recommend()) > 0


@pytest.mark.parametrize("parts", [[], [(Popular(), 0)], [Popular()], Popular(), [("ItemCF", 1)]])
def test_parts_that_are_none_are_refused(parts):
    with pytest.raises(ck.CrmkitError, match="weight above 0"):
        Hybrid(parts)


def test_a_fitted_model_can_be_stored():
    model = ItemCF().fit(SALES)
    again = pickle.loads(pickle.dumps(model))
    pd.testing.assert_frame_equal(again.recommend(), model.recommend())


def test_many_products_are_scored_in_blocks_that_give_the_same_answer(monkeypatch):
    whole = Content(["category"], 0).fit(SALES, PRODUCTS).recommend(k=2, only_new=False)
    monkeypatch.setattr("crmkit.recommend.models.CELLS", 2)
    parts = Content(["category"], 0).fit(SALES, PRODUCTS).recommend(k=2, only_new=False)
    pd.testing.assert_frame_equal(whole, parts)
