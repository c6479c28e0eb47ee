"""Every answer that is more than a table can be taken apart, handed on as JSON, and shown."""

import inspect
import json

import pandas as pd
import pytest

import crmkit as ck

CONTACTED = pd.DataFrame(
    {
        "group": ["treatment", "control"] * 4,
        "revenue": [3.0, 1.0, 4.0, 2.0, 5.0, 3.0, 4.0, 1.0],
        "level": ["gold"] * 4 + ["silver"] * 4,
    }
)
LINES = pd.DataFrame(
    {
        "sale_id": [1, 2, 3, 4],
        "member_id": ["a", "a", "b", "c"],
        "product_id": ["p", "q", "p", "q"],
        "sold_at": pd.to_datetime(["2025-05-01", "2025-06-01", "2025-06-02", "2025-06-03"]),
        "quantity": 1,
        "amount": [10.0, 20.0, 30.0, 15.0],
        "cost": 5.0,
    }
)
SURVEYS = pd.DataFrame(
    {"member_id": ["a", "b"], "asked_at": LINES["sold_at"].head(2), "csat_goods": [5, 2], "nps": [9, 3]}
)  # fmt: skip
ANSWERS = {
    "a rate": lambda: ck.kpi.repeat_purchase_rate(LINES),
    "satisfaction": lambda: ck.kpi.csat(SURVEYS, "goods"),
    "a net promoter score": lambda: ck.kpi.nps(SURVEYS),
    "a difference": lambda: ck.campaign.compare_groups(CONTACTED),
    "differences by segment": lambda: ck.campaign.uplift_by_segment(CONTACTED, "level"),
    "a return": lambda: ck.campaign.roi(
        ck.campaign.compare_groups(CONTACTED), cost=1.0, margin_rate=0.4
    ),
    "a plan": lambda: ck.campaign.plan(LINES, ck.campaign.PercentOff(10)),
    "a portrait": lambda: ck.profile.persona(
        pd.DataFrame({"member_id": ["a"], "gender": ["female"]}), kinds=["gender"]
    ),
    "clusters": lambda: ck.segment.kmeans(ck.segment.rfm(LINES), k=2),
    "products that stand in for others": lambda: ck.recommend.substitutes(LINES),
    "a stock against chance": lambda: ck.stock.safety_stock(2, 7),
    "a cleaning report": lambda: ck.clean.clean_sales(LINES)[1],
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_is_a_dictionary_a_table_and_can_be_shown(answer, language):
    found = ANSWERS[answer]()
    figures = found.to_dict()
    assert figures and json.loads(json.dumps(figures, default=str)).keys() == figures.keys()
    frame = found.to_frame()
    assert list(frame.columns)
    shown = ck.show(found)
    heads = list(ck.labels.headings(frame.columns).values())
    if hasattr(found, "to_read"):  # a report has words of its own for its columns
        heads = list(found.to_read().columns)
    assert len(shown) == len(frame) and list(shown.columns) == heads


OFFERS = (
    ck.campaign.Offer,
    ck.campaign.Gift,
    ck.campaign.PercentOff,
    ck.campaign.ThresholdDiscount,
)
QUESTIONS = (ck.recommend.Recommender, ck.profile.TagRule, *OFFERS)
"""What goes into a question, or is fitted and asked on."""


def test_every_kind_of_answer_can_be_taken_apart():
    rooms = (
        ck.kpi,
        ck.stock,
        ck.customers,
        ck.segment,
        ck.profile,
        ck.recommend,
        ck.campaign,
        ck.clean,
    )
    public = {getattr(room, name) for room in rooms for name in dir(room)}
    for kind in filter(inspect.isclass, public):
        if not any(asked in kind.__mro__ for asked in QUESTIONS):
            assert hasattr(kind, "to_dict") and hasattr(kind, "to_frame"), kind


def test_the_figures_are_those_of_the_answer():
    rate = ck.kpi.repeat_purchase_rate(LINES)
    assert rate.to_dict() == {
        "name": "repeat_purchase_rate",
        "value": pytest.approx(1 / 3),
        "numerator": 1.0,
        "denominator": 3.0,
        "low": pytest.approx(rate.low),
        "high": pytest.approx(rate.high),
    }
    assert rate.to_frame()["value"].tolist() == [rate.value]


def test_a_report_as_a_dictionary_holds_each_finding():
    report = ck.clean.clean_sales(pd.concat([LINES, LINES.head(1)]))[1]
    told = report.to_dict()
    assert told["rows_in"] == 5 and told["rows_set_aside"] == report.rows_set_aside
    assert [f["fault"] for f in told["findings"]] == [f.fault for f in report.findings]
