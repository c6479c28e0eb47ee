"""Charts of recommendations, baskets and portraits show what was found, in both languages."""

import matplotlib
import pandas as pd
import pytest

import crmkit as ck
from crmkit import profile, recommend

matplotlib.use("Agg")

from .conftest import texts

SALES = pd.DataFrame(
    {
        "sale_id": [1, 1, 2, 2, 3, 4, 5, 5],
        "member_id": ["A", "A", "B", "B", "C", "D", "C", "C"],
        "product_id": ["tea", "cup", "tea", "cup", "tea", "mat", "cup", "tea"],
        "quantity": 1,
        "sold_at": pd.to_datetime(["2025-01-01"] * 6 + ["2025-03-01"] * 2),
    }
)
TAGGED = pd.DataFrame(
    {
        "member_id": [f"M{i}" for i in range(60)],
        "household": ["young_child"] * 20 + ["single"] * 40,
        "preference": ["baby"] * 18 + ["snacks"] * 42,
    }
)


def test_the_recommenders_stand_beside_the_best_sellers(language):
    result = recommend.evaluate(recommend.ItemCF(shrink=0), SALES, k=1)
    ax = ck.plot.evaluation(result, "hit_rate")
    shown = texts(ax)
    assert {"zh": "畅销商品", "en": "Popular"}[language] in shown
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == sorted(result.table["hit_rate"], reverse=True)
    assert ax.lines[0].get_xdata()[0] == result.table["hit_rate"][0]


def test_companions_are_shown_by_their_names(language):
    found = recommend.also_bought(SALES, "cup", min_orders=2)
    ax = ck.plot.also_bought(found, names={"tea": "茉莉花茶", "cup": "茶杯"})
    assert [t.get_text() for t in ax.get_yticklabels()] == ["茉莉花茶"]
    assert "茶杯" in ax.get_title()
    assert {"zh": "100.0%（偶然的 1.2 倍）", "en": "100.0% (1.2 × chance)"}[language] in texts(ax)


def test_rules_are_shown_with_the_highest_lift_on_top(language):
    found = recommend.association_rules(SALES, min_support=0.2)
    ax = ck.plot.association_rules(found, names={"tea": "茶"})
    assert "cup → 茶" in texts(ax)
    assert [bar.get_width() for bar in ax.patches] == found["lift"].tolist()


def test_a_portrait_shows_the_segment_beside_all(language):
    found = profile.persona(TAGGED, segment={"household": "young_child"})
    ax = ck.plot.persona(found)
    assert {"zh": "偏好：母婴用品", "en": "Preference: Baby"}[language] in texts(ax)
    dots = [line for line in ax.lines if line.get_label().endswith(("members", "会员"))]
    assert [line.get_xdata()[0] for line in dots] == [0.9, 0.3]
    texts(ck.plot.persona(profile.persona(TAGGED)))


def test_charts_of_something_else_are_refused():
    with pytest.raises(ck.TableError, match=r"recommend\.also_bought"):
        ck.plot.also_bought(pd.DataFrame({"x": [1]}))
    with pytest.raises(ck.TableError, match=r"recommend\.association_rules"):
        ck.plot.association_rules(pd.DataFrame({"x": [1]}))
