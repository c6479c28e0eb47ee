"""Recommenders: each idea on a shop small enough to reckon by hand, all of them alike to use."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as ck
from crmkit.recommend import Content, Hybrid, ItemCF, Popular, UserCF


def lines(*baskets):
    """One basket per member: M0 bought the first, M1 the second …"""
    return pd.DataFrame(
        [(f"M{i}", product, 1) for i, basket in enumerate(baskets) for product in basket.split()],
        columns=["member_id", "product_id", "quantity"],
    )


SALES = lines("tea cup", "tea cup", "tea cup pot", "mat rug", "mat rug", "tea", "mat")
PRODUCTS = pd.DataFrame(
    {
        "product_id": ["tea", "cup", "pot", "mat", "rug", "jasmine", "towel"],
        "category": ["drink", "drink", "drink", "home", "home", "drink", "home"],
        "brand": ["A", "A", "B", "C", "C", "A", "C"],
        "list_price": [10.0, 20, 90, 30, 80, 10, 30],
    }
)
MODELS = {
    "Popular": Popular(),
    "ItemCF": ItemCF(),
    "UserCF": UserCF(),
    "Content": Content(),
    "Hybrid": Hybrid(),
}


@pytest.fixture(params=MODELS.values(), ids=MODELS.keys())
def fitted(request):
    return request.param.fit(SALES, PRODUCTS)


def first(model, member, **options):
    return model.recommend([member], k=1, **options)["product_id"].item()


def test_popular_is_what_most_members_bought():
    found = Popular().fit(SALES).recommend(["M9"], k=3)
    assert found["product_id"].tolist() == ["tea", "cup", "mat"]  # 4, 3 and 3 members


def test_how_often_one_member_buys_does_not_make_a_best_seller():
    sales = pd.concat([SALES, lines("", "", "", "rug " * 50)])
    assert first(Popular().fit(sales), "M9") == "tea"


def test_item_cf_by_hand():
    model = ItemCF(shrink=5).fit(SALES)
    scores = model._score(model._purchases.buyers.get_indexer(["M5"]))[0]
    products = model._purchases.products
    # cosine(tea, cup) = 3 / √(4·3), lessened by 3 / (3 + 5)
    assert scores[products.get_loc("cup")] == pytest.approx(3 / np.sqrt(12) * 3 / 8)
    assert scores[products.get_loc("pot")] == pytest.approx(1 / np.sqrt(4) * 1 / 6)
    assert scores[products.get_loc("rug")] == 0


def test_item_cf_says_because_of_what():
    model = ItemCF().fit(SALES)
    assert model.because("M0", "pot") == ["cup", "tea"]
    assert model.because("M5", "rug") == []
    assert model.because("M99", "tea") == []


def test_user_cf_by_hand():
    model = UserCF().fit(SALES)
    scores = model._score(model._purchases.buyers.get_indexer(["M5"]))[0]
    # M0 and M1 are alike by 1/√2 each, M2 by 1/√3; all bought cups, only M2 a pot
    expected = {"cup": 2 / np.sqrt(2) + 1 / np.sqrt(3), "pot": 1 / np.sqrt(3), "rug": 0}
    for product, score in expected.items():
        assert scores[model._purchases.products.get_loc(product)] == pytest.approx(score)


def test_only_the_nearest_neighbours_count():
    model = UserCF(neighbours=2).fit(SALES)
    scores = model._score(model._purchases.buyers.get_indexer(["M5"]))[0]
    assert scores[model._purchases.products.get_loc("pot")] == 0


def test_content_recommends_a_product_that_nobody_has_bought_yet():
    model = Content().fit(SALES, PRODUCTS)
    assert first(model, "M5") == "jasmine"  # a drink of the same brand, as cheap as tea
    assert first(model, "M6") == "towel"


def test_the_price_band_counts_within_the_category():
    products = pd.DataFrame(
        {
            "product_id": ["tea", "t1", "t2", "m1", "m2"],
            "category": ["drink", "drink", "drink", "home", "home"],
            "list_price": [10.0, 11.0, 99.0, 10.0, 500.0],
        }
    )
    model = Content(["category"], price_bands=2).fit(lines("tea"), products)
    assert model.recommend(k=4)["product_id"].tolist()[:2] == ["t1", "t2"]


def test_a_product_without_category_or_price_is_no_error():
    products = PRODUCTS.assign(
        category=[None, *PRODUCTS["category"][1:]], list_price=[None, *PRODUCTS["list_price"][1:]]
    )
    assert len(Content().fit(SALES, products).recommend(["M6"], k=2)) == 2


def test_a_hybrid_listens_to_all_its_parts():
    one_sided = Hybrid([(ItemCF(), 1.0), (Content(), 1e-6)]).fit(SALES, PRODUCTS)
    assert first(one_sided, "M5") == "cup"
    other = Hybrid([(ItemCF(), 1e-6), (Content(), 1.0)]).fit(SALES, PRODUCTS)
    assert first(other, "M5") == "jasmine"


def test_nobody_gets_what_they_have_unless_asked(fitted):
    had = set(zip(SALES["member_id"], SALES["product_id"], strict=True))
    new = fitted.recommend(k=7)
    assert not had & set(zip(new["member_id"], new["product_id"], strict=True))
    again = fitted.recommend(["M0"], k=7, only_new=False)
    assert {"tea", "cup"} <= set(again["product_id"])


def test_ranks_count_from_one_and_scores_fall(fitted):
    for _member, rows in fitted.recommend(k=4).groupby("member_id"):
        assert rows["rank"].tolist() == [*range(1, len(rows) + 1)]
        assert rows["score"].is_monotonic_decreasing
        assert rows["product_id"].is_unique


def test_a_stranger_gets_the_best_sellers_and_it_says_so(fitted):
    found = fitted.recommend(["nobody"], k=2)
    assert found["product_id"].tolist() == ["tea", "cup"]
    assert set(found["source"]) == {"popular"}


def test_where_the_model_has_nothing_left_the_best_sellers_fill_up_and_it_says_so():
    found = ItemCF().fit(SALES).recommend(["M5"], k=4)
    assert found["product_id"].tolist() == ["cup", "pot", "mat", "rug"]
    assert found["source"].tolist() == ["model", "model", "popular", "popular"]


def test_only_what_is_in_stock_is_recommended(fitted):
    found = fitted.recommend(k=5, among=["pot", "rug", "not sold here"])
    assert set(found["product_id"]) <= {"pot", "rug"}
    assert fitted.recommend(k=5, among=[])["product_id"].tolist() == []


def test_nobody_asked_gives_no_row_and_a_range_smaller_than_k_gives_it_all(fitted):
    for nobody in ([], pd.DataFrame({"member_id": pd.Series([], dtype="str")})):
        found = fitted.recommend(nobody, k=2)
        assert len(found) == 0
        assert found.columns.tolist() == ["member_id", "rank", "product_id", "score", "source"]
    everything = fitted.recommend(["M5"], k=99)
    assert set(everything["product_id"]) == set(fitted._purchases.products) - {"tea"}
    assert fitted.recommend(["M5"], k=2, among="rug")["product_id"].tolist() == ["rug"]


def test_products_without_an_id_are_not_recommended():
    nameless = pd.concat([PRODUCTS, PRODUCTS.head(2).assign(product_id=None)])
    found = Content().fit(SALES, nameless).recommend(["M5"], k=99)
    assert found["product_id"].notna().all()


def test_members_can_be_a_list_a_column_a_frame_or_one(fitted):
    wanted = ["M5", "M0"]
    expected = fitted.recommend(wanted, k=2)
    frame = pd.DataFrame({"member_id": wanted})
    for members in (frame, frame["member_id"], tuple(wanted), np.array(wanted)):
        pd.testing.assert_frame_equal(fitted.recommend(members, k=2), expected)
    assert fitted.recommend("M5", k=2)["member_id"].tolist() == ["M5", "M5"]


def test_returns_and_walk_ins_teach_nothing():
    noise = pd.DataFrame(
        {"member_id": ["M5", None], "product_id": ["rug", "rug"], "quantity": [-1, 5]}
    )
    for model in (Popular(), ItemCF(), UserCF()):
        plain = model.fit(SALES).recommend(k=3)
        pd.testing.assert_frame_equal(model.fit(pd.concat([SALES, noise])).recommend(k=3), plain)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8)), min_size=1, max_size=40),
    st.integers(1, 12),
)
def test_any_shop_gets_at_most_k_new_products_each(pairs, k):
    sales = pd.DataFrame(pairs, columns=["member_id", "product_id"]).assign(quantity=1)
    had = sales.groupby("member_id")["product_id"].agg(set)
    for model in (Popular(), ItemCF(neighbours=3), UserCF(neighbours=3)):
        found = model.fit(sales).recommend(k=k)
        per_member = found.groupby("member_id")["product_id"].agg(list)
        everything = sales["product_id"].nunique()
        for member, bought in had.items():
            given_ = per_member.get(member, [])
            assert len(given_) == min(k, everything - len(bought))
            assert not bought & set(given_)


@pytest.mark.parametrize("name", MODELS)
def test_every_engine_gets_the_same_recommendations_in_its_own_kind(engine, name):
    expected = MODELS[name].fit(SALES, PRODUCTS).recommend(k=3)
    model = MODELS[name].fit(engine.make(SALES), engine.make(PRODUCTS))
    result = model.recommend(
        engine.make(pd.DataFrame({"member_id": [f"M{i}" for i in range(7)]})), k=3
    )
    assert engine.is_mine(result)
    found = engine.read(result).sort_values(["member_id", "rank"], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_whole_numbers_as_ids_stay_whole_numbers():
    sales = SALES.assign(member_id=SALES["member_id"].str[1:].astype(int))
    assert ItemCF().fit(sales).recommend([5], k=1)["member_id"].tolist() == [5]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ItemCF(neighbours=0), "neighbours is 0"),
        (lambda: ItemCF(shrink=-1), "shrink is -1"),
        (lambda: UserCF(neighbours=0), "neighbours is 0"),
        (lambda: Hybrid([]), "one recommender or more"),
        (lambda: Hybrid([(Popular(), 0)]), "weight above 0"),
        (lambda: Popular().recommend(["M1"]), r"Fit the recommender first"),
        (lambda: Popular().fit(SALES).recommend(k=0), "k is 0"),
        (lambda: Popular().fit(SALES).recommend(k=1.5), "k is 1.5; it must be a whole number"),
        (lambda: Popular().fit(SALES).recommend(k="3"), "k is '3'"),
        (lambda: Content([], price_bands=0), "something to look at"),
    ],
)
def test_what_makes_no_sense_is_refused(make, says):
    with pytest.raises(ck.CrmkitError, match=says):
        make()


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(ck.TableError, match="no column 'member_id'"):
        ItemCF().fit(SALES.drop(columns="member_id"))
    with pytest.raises(ck.TableError, match="no line that was bought by a known member_id"):
        ItemCF().fit(SALES.assign(quantity=-1))
    with pytest.raises(ck.TableError, match="no line that was bought"):
        Popular().fit(SALES.head(0))
    with pytest.raises(ck.TableError, match=r"Content looks at the products"):
        Content().fit(SALES)
    with pytest.raises(ck.TableError, match="no column 'brand'"):
        Content().fit(SALES, PRODUCTS.drop(columns="brand"))
    with pytest.raises(ck.TableError, match="'tea' stands 2 times in products"):
        Content().fit(SALES, pd.concat([PRODUCTS, PRODUCTS.head(1)]))


def test_of_equal_ones_the_first_are_taken_whatever_the_processor():
    from crmkit.recommend.models import _largest

    chance = np.random.default_rng(4)
    values = chance.integers(0, 4, (60, 300)).astype("float32")
    values[chance.random(values.shape) < 0.1] = -np.inf
    for n in (1, 7, 50, 300):
        by_hand = [sorted(range(300), key=lambda c, row=row: (-row[c], c))[:n] for row in values]
        assert _largest(values, n).tolist() == [sorted(one) for one in by_hand]
