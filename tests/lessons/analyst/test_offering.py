"""Recommendations: keys found a second way, and each claim of the prose."""

import pytest

from crmkit import i18n, recommend
from crmkit.lessons.analyst import offering, video_site
from crmkit.lessons.view import table_of
from tests.lessons.analyst.judging import judged


@pytest.fixture(scope="module")
def web():
    """The four recommenders on the web shop, as the lesson judges them."""
    models = {"ItemCF": recommend.ItemCF(), "UserCF": recommend.UserCF()}
    models |= {"Content": recommend.Content(), "Hybrid": recommend.Hybrid()}
    products = table_of("products", {})
    return recommend.evaluate(
        models, video_site.web_shop(), products, split_on=video_site.SPLIT, days=video_site.DAYS
    )


@pytest.fixture(scope="module")
def videos():
    views = video_site.views()
    genre = recommend.Content(["category"], price_bands=0)
    models = {"ItemCF": recommend.ItemCF(), "Content": genre}
    models["Hybrid"] = recommend.Hybrid([(recommend.ItemCF(), 0.5), (genre, 0.5)])
    liked = views[views["watched_share"] >= 0.5]
    return recommend.evaluate(
        models, liked, video_site.catalogue(), split_on=video_site.NEW_ON, days=14, k=3
    )


@pytest.mark.parametrize("name", offering.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    case = offering.cases(name)
    assert judged(case, getattr(offering, name), name).status == "right"
    assert len(offering.MISTAKES[name]) >= 4
    for mistake, makes in offering.MISTAKES[name].items():
        told = judged(case, makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


def test_the_ten_lines_by_the_ready_made_functions():
    ten = offering.ten_lines()
    both = ten.groupby("member_id")["product_id"].agg(set).map({"coffee", "cup"}.issubset)
    assert video_site.Offering({}).common().value == both.sum()
    offered = recommend.ItemCF(neighbours=10, shrink=0).fit(ten).recommend(["M4"], k=2)
    by_hand = offering.offer(ten, offering.likeness(ten), "M4", 2)
    assert by_hand["product_id"].tolist() == offered["product_id"].tolist() == ["cup", "milk"]


def test_the_floor_the_claim_and_the_gain(web):
    rates = web.table.set_index("model")["hit_rate"]
    key = video_site.Offering({}).gain()
    assert key.value == pytest.approx(100 * (rates["ItemCF"] - rates["Popular"]))
    assert (round(100 * rates["Popular"]), round(100 * rates["ItemCF"])) == (44, 53)
    assert 0.5 < rates["UserCF"] < 0.6
    with i18n.use_language("en"):
        said = video_site.Offering({"floor_guess": 10.0}).floor()["of"][1]["text"]
    assert said.startswith(
        "The best sellers alone hit 44 of every 100 members; the vendor says 92."
    )
    assert said.endswith("You guessed 10.")


def test_in_the_web_shop_people_are_best_and_content_is_below_the_floor(web):
    table = web.table.set_index("model")
    assert table["hit_rate"].idxmax() in ("Hybrid", "UserCF", "ItemCF")
    assert table.at["Content", "hit_rate"] < table.at["Popular", "hit_rate"]
    assert 0.1 < table.at["Popular", "coverage"] < 0.15
    assert 0.35 < table.at["ItemCF", "coverage"] < 0.45
    assert web.new_product_share < 0.02


def test_on_the_video_site_it_turns_round_for_more_than_half_is_new(videos):
    rates = videos.table.set_index("model")["hit_rate"]
    assert rates.idxmax() == "Content" and rates["Content"] > rates["ItemCF"] > rates["Popular"]
    assert videos.new_product_share > 0.5


def test_the_bait_is_opened_most_and_liked_by_nobody():
    views = video_site.views()
    assert views.groupby("product_id").size().idxmax() == video_site.BAIT
    bait = views.loc[views["product_id"] == video_site.BAIT, "watched_share"]
    assert bait.max() < 0.5 and round(100 * bait.mean()) == 7
    assert not views.duplicated(["member_id", "product_id"]).any()
    fresh = views[views["product_id"].isin(video_site.NEW)]
    assert f"{fresh['sold_at'].min():%Y-%m-%d}" == video_site.NEW_ON
