"""Judging recommenders: the past to learn from, the time after to be tested on."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import ndcg_score

import crmkit as ck
from crmkit.recommend import Content, ItemCF, Popular, UserCF, evaluate

PAST, LATER = datetime(2025, 1, 15), datetime(2025, 3, 10, 23, 59)


def bought(when, **baskets):
    return [(m, product, 1, when) for m, items in baskets.items() for product in items.split()]


SALES = pd.DataFrame(
    [
        *bought(PAST, A="tea cup", B="tea cup pot", C="tea", D="mat rug", E="mat", F="tea"),
        # C takes what ItemCF says, E what it says too; F buys tea again; G is new; H too
        *bought(LATER, C="cup", E="rug lamp", F="tea", G="tea", H="lamp"),
    ],
    columns=["member_id", "product_id", "quantity", "sold_at"],
)


def judged(k=1, **options):
    return evaluate({"ItemCF": ItemCF(shrink=0)}, SALES, k=k, split_on="2025-02-15", **options)


def row(result, model):
    return result.table.set_index("model").loc[model]


def test_figures_by_hand():
    result = judged()
    item = row(result, "ItemCF")
    # C is offered cup and buys it; E is offered rug and buys it, beside an unknown lamp
    assert (item["precision"], item["hit_rate"], item["ndcg"]) == (1, 1, 1)
    assert item["recall"] == pytest.approx((1 + 1 / 2) / 2)
    popular = row(result, "Popular")
    # tea is the best seller; C has it and is offered cup, E is offered tea
    assert (popular["precision"], popular["hit_rate"]) == (0.5, 0.5)
    assert popular["recall"] == 0.5
    assert item["coverage"] == pytest.approx(2 / 5)
    assert item["novelty"] == pytest.approx(-np.log2([2 / 6, 1 / 6]).mean())


def test_those_who_cannot_be_judged_are_said():
    result = judged()
    assert result.members == 2
    assert result.cold_members == 2
    assert result.cold_hit_rate == 0.5  # the best seller suits G, not H
    assert result.nothing_new == 1
    assert result.new_products == 1
    assert result.new_product_share == pytest.approx(1 / 3)
    assert "2 new members could not be judged, 33.3%" in result.sentence or (
        "2 new members could not be judged, 33.3%" in str(result)
    )


def test_buying_again_counts_when_asked():
    result = judged(only_new=False)
    assert result.members == 3
    assert result.nothing_new == 0


def test_ndcg_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    past = pd.DataFrame(
        {
            "member_id": rng.integers(0, 30, 300),
            "product_id": rng.integers(0, 15, 300),
            "quantity": 1,
            "sold_at": PAST,
        }
    )
    later = past.assign(
        member_id=rng.integers(0, 30, 300), product_id=rng.integers(0, 15, 300), sold_at=LATER
    )
    sales = pd.concat([past, later])
    result = evaluate(Popular(), sales, k=5, split_on="2025-02-15", only_new=False)
    sold = past.drop_duplicates(["member_id", "product_id"])["product_id"].value_counts()
    order = sorted(sold.index, key=lambda p: (-sold[p], p))
    ranked = [[order.index(p) for p in order]] * 30
    truth = [
        [float(((later["member_id"] == m) & (later["product_id"] == p)).any()) for p in order]
        for m in sorted(set(past["member_id"]) & set(later["member_id"]))
    ]
    scores = -np.array(ranked[: len(truth)], dtype=float)
    assert row(result, "Popular")["ndcg"] == pytest.approx(ndcg_score(truth, scores, k=5))


def test_nothing_of_the_test_time_is_learnt():
    future = SALES.assign(
        product_id=SALES["product_id"].where(SALES["sold_at"] == PAST, "something else")
    )
    models = {}
    for name, sales in (("real", SALES), ("other future", future)):
        model = ItemCF()
        evaluate(model, sales, k=1, split_on="2025-02-15", only_new=False)
        models[name] = model
    np.testing.assert_array_equal(
        models["real"]._alike.toarray(), models["other future"]._alike.toarray()
    )


def test_the_last_days_are_the_test_unless_said_otherwise():
    assert evaluate(ItemCF(), SALES, k=1, days=10).split_on == date(2025, 3, 1)


def test_content_can_find_new_products_where_others_cannot():
    products = pd.DataFrame(
        {
            "product_id": ["tea", "cup", "pot", "mat", "rug", "lamp"],
            "category": ["drink"] * 3 + ["home"] * 3,
        }
    )
    content = Content(["category"], price_bands=0)
    result = evaluate({"Content": content}, SALES, products, k=2, split_on="2025-02-15")
    assert result.new_products == 1
    found = content.recommend(["E"], k=2)["product_id"].tolist()
    assert "lamp" in found
    assert row(result, "Content")["recall"] > row(result, "Popular")["recall"]


def test_popularity_is_always_the_floor():
    result = judged()
    assert result.table["model"].tolist() == ["Popular", "ItemCF"]
    assert row(result, "Popular")[["ndcg_gain", "low", "high"]].tolist() == [0, 0, 0]
    gain = row(result, "ItemCF")["ndcg"] - row(result, "Popular")["ndcg"]
    assert row(result, "ItemCF")["ndcg_gain"] == pytest.approx(gain)


def test_a_gain_by_luck_is_not_called_better():
    rng = np.random.default_rng(3)
    sales = pd.DataFrame(
        {
            "member_id": rng.integers(0, 60, 900),
            "product_id": rng.integers(0, 40, 900),  # nobody has a taste
            "quantity": 1,
            "sold_at": [PAST] * 450 + [LATER] * 450,
        }
    )
    result = evaluate({"ItemCF": ItemCF(), "UserCF": UserCF()}, sales, split_on="2025-02-15")
    assert "surely better" in result.sentence


def test_every_engine_is_judged_alike(engine):
    expected = judged()
    result = evaluate({"ItemCF": ItemCF(shrink=0)}, engine.make(SALES), k=1, split_on="2025-02-15")
    pd.testing.assert_frame_equal(result.table, expected.table)
    assert result.new_product_share == expected.new_product_share


def test_the_result_reads_in_both_languages(language):
    result = judged()
    assert ("会员" in result.sentence) is (language == "zh")
    assert {"zh": "命中率", "en": "Hit rate"}[language] in result._repr_html_()
    assert "{" not in str(result)


def test_a_split_with_an_empty_side_is_refused():
    with pytest.raises(ck.TableError, match="one side of 2020-01-01"):
        evaluate(ItemCF(), SALES, split_on="2020-01-01")
    with pytest.raises(ck.TableError, match="one side of 2026-01-01"):
        evaluate(ItemCF(), SALES, split_on="2026-01-01")
    with pytest.raises(ck.TableError, match="no line that was bought"):
        evaluate(ItemCF(), SALES.head(0))
    with pytest.raises(ck.TableError, match="No member bought before and after"):
        evaluate(ItemCF(), SALES[SALES["member_id"].isin(["A", "G"])], split_on="2025-02-15")
    with pytest.raises(ck.CrmkitError, match="k is 0"):
        evaluate(ItemCF(), SALES, k=0)
    for no_model in (ItemCF, 5, {"five": 5}):
        with pytest.raises(ck.CrmkitError, match=r"such as ItemCF\(\)"):
            evaluate(no_model, SALES)
    with pytest.raises(ck.TableError, match="no column 'sold_at'"):
        evaluate(ItemCF(), SALES.drop(columns="sold_at"))


def test_on_real_sales_the_ranking_is_at_least_twice_as_good_as_the_best_sellers(online_retail):
    result = evaluate({"ItemCF": ItemCF()}, online_retail, split_on="2011-10-01", days=30)
    item, popular = row(result, "ItemCF"), row(result, "Popular")
    assert result.members > 900
    assert item["ndcg"] > 1.8 * popular["ndcg"]
    assert item["hit_rate"] > 1.3 * popular["hit_rate"]
    assert item["low"] > 0.02
