"""Charts of records and campaigns show what was found, in both languages."""

import matplotlib
import pandas as pd
import pytest

import crmkit as ck
from crmkit import campaign, profile

matplotlib.use("Agg")

from .conftest import texts

MEMBERS = pd.DataFrame(
    {
        "member_id": ["M1", "M2", "M3", "M4"],
        "phone": ["13800138000", "123", None, "13900139000"],
        "email": ["a@b.example", None, None, None],
        "home_store_id": ["S1", "S1", "S2", "S2"],
    }
)
OUTCOMES = pd.DataFrame(
    {
        "group": ["treatment", "control"] * 20,
        "revenue": [20.0 + i % 7 + (i % 2 == 0) * 9 for i in range(40)],
        "channel": ["store"] * 20 + ["web"] * 20,
    }
)
SALES = pd.DataFrame(
    {
        "sale_id": [f"S{i}" for i in range(30)],
        "product_id": "tea",
        "quantity": 1,
        "amount": [100.0 + 10 * i for i in range(30)],
        "cost": [60.0 + 5 * i for i in range(30)],
    }
)


def test_the_emptiest_field_stands_on_top(language):
    ax = ck.plot.completeness(profile.completeness(MEMBERS))
    shown = texts(ax)
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert names == {"zh": ["邮箱", "手机号"], "en": ["E-mail", "Phone"]}[language]
    assert [bar.get_width() for bar in ax.patches] == [0.25, 0.75]
    assert "25.0%" in shown


def test_stores_get_a_bar_each(language):
    ax = ck.plot.completeness(profile.completeness(MEMBERS, by="home_store_id"))
    assert {"S1", "S2"} <= set(texts(ax))
    assert sorted(bar.get_width() for bars in ax.containers for bar in bars) == [0, 0.5, 0.5, 1]


def test_accuracy_from_a_sample_shows_its_interval(language):
    verified = MEMBERS.assign(phone="13800138000")[["member_id", "phone"]]
    result = profile.accuracy(MEMBERS, verified)
    ax = ck.plot.accuracy(result)
    assert "33.3% (n = 3)" in texts(ax)
    low, high = ax.lines[0].get_xdata()
    assert (low, high) == (result["low"][0], result["high"][0])
    assert len(ck.plot.accuracy(profile.accuracy(MEMBERS)).lines) == 0


def test_a_comparison_shows_its_interval_beside_nothing(language):
    found = campaign.compare_groups(OUTCOMES)
    ax = ck.plot.comparison(found)
    assert tuple(ax.lines[0].get_xdata()) == (found.low, found.high)
    words = {"zh": "超出偶然：区间不包含 0", "en": "Beyond chance: the interval leaves 0 out"}
    assert words[language] in texts(ax)
    unsure = campaign.compare_groups(OUTCOMES.assign(revenue=[1.0, 2, 2, 1] * 10))
    assert ck.plot.comparison(unsure).get_title() != words[language]


def test_each_segment_has_its_interval(language):
    found = campaign.uplift_by_segment(OUTCOMES, "channel")
    ax = ck.plot.uplift_by_segment(found)
    names = {t.get_text() for t in ax.get_yticklabels()}
    assert names == {"zh": {"门店", "网店"}, "en": {"Store", "Web shop"}}[language]
    texts(ax)


def test_a_plan_shows_where_it_pays(language):
    result = campaign.plan(SALES, campaign.ThresholdDiscount(200, 20))
    ax = ck.plot.plan(result)
    shown = " ".join(texts(ax))
    assert f"{result.break_even:.1%}" in shown
    start, end = ax.lines[0].get_ydata()
    assert start == pytest.approx(-result.offer_cost)
    assert end > 0
    never = campaign.plan(SALES, campaign.PercentOff(90))
    texts(ck.plot.plan(never))


def test_a_return_shows_its_interval(language):
    result = campaign.roi(campaign.compare_groups(OUTCOMES), 50, 0.4)
    ax = ck.plot.roi(result)
    assert tuple(ax.lines[0].get_xdata()) == (result.low, result.high)
    assert f"{result.roi:.0%}" in texts(ax)


def test_a_chart_of_something_else_is_refused():
    with pytest.raises(ck.TableError, match=r"profile\.completeness"):
        ck.plot.completeness(pd.DataFrame({"x": [1]}))
    with pytest.raises(ck.TableError, match=r"profile\.accuracy"):
        ck.plot.accuracy(pd.DataFrame({"x": [1]}))
