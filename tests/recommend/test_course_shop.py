"""The tastes and companions planted in the course shop are found again."""

import json

import pytest

import crmkit as ck
from crmkit.recommend import Content, Hybrid, ItemCF, UserCF, also_bought, evaluate


@pytest.fixture(scope="module")
def sales():
    return ck.load("sales")


def test_tastes_make_a_better_ranking_than_the_best_sellers(sales):
    models = {"ItemCF": ItemCF(), "UserCF": UserCF(), "Hybrid": Hybrid(), "Content": Content()}
    result = evaluate(models, sales, ck.load("products"))
    table = result.table.set_index("model")
    for name in ("ItemCF", "UserCF", "Hybrid"):
        assert table.loc[name, "ndcg"] > 1.2 * table.loc["Popular", "ndcg"]
        assert table.loc[name, "low"] > 0
    assert table.loc["Content", "coverage"] > 2 * table.loc["ItemCF", "coverage"]
    assert result.cold_members > 0
    assert result.new_product_share < 0.1


def test_what_was_planted_to_go_together_is_found(sales, repository):
    truth = json.loads((repository / "datasets" / "truth.json").read_text("utf-8"))
    names = ck.load("products", "en").set_index("product_id")["name"]
    found = also_bought(sales, k=10, min_orders=20)
    pairs = list(zip(found["product_id"].map(names), found["also_bought"].map(names), strict=True))
    strong = [pair for pair in truth["affinities"] if pair["added_chance"] >= 0.2]
    assert len(strong) >= 7
    for pair in strong:
        item, partner = pair["item"], pair["partner"].removesuffix(" 1 L")
        assert any(item in first and partner in second for first, second in pairs), pair
