"""Retention: keys found a second way, and each claim of the prose."""

import pandas as pd
import pytest

from crmkit import customers, data, i18n, kpi
from crmkit.lessons.analyst import returning
from crmkit.lessons.analyst.returning_asked import Returning
from tests.lessons.analyst.judging import judged


@pytest.fixture(scope="module")
def sales():
    return data.load("sales")


REFEREE = {
    "repeat_rate": lambda lines, first, last: (
        kpi.repeat_purchase_rate(lines, since=first, until=last).value
    ),
    "retention": lambda lines, earlier, later: kpi.retention_rate(lines, earlier, later).value,
    "cohorts": lambda lines: (
        kpi.cohort_retention(lines)
        .drop(columns="retention_rate")
        .dropna()
        .astype({"active": "int64"})
    ),
}


@pytest.mark.parametrize("name", REFEREE)
def test_the_cases_by_hand_are_what_the_ready_made_function_gives(name):
    assert judged(returning.cases(name), REFEREE[name], name).status == "right"


@pytest.mark.parametrize("name", returning.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    case = returning.cases(name)
    assert judged(case, getattr(returning, name), name).status == "right"
    assert len(returning.MISTAKES[name]) >= 4
    for mistake, makes in returning.MISTAKES[name].items():
        told = judged(case, makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


def test_what_a_member_brought_by_hand():
    """M1 100 + 50 and M2 50 in January and February; M3 100 and M4 90 − 90 in February and March."""
    found = returning.value_after(returning.visits(), 2).set_index("cohort")["value"]
    assert found.to_dict() == {"2025-01": 100.0, "2025-02": 50.0}


def test_the_ten_lines_by_the_ready_made_functions():
    keys, lines = Returning({}), returning.visits()
    assert keys.repeat().value == pytest.approx(100 * kpi.repeat_purchase_rate(lines).value)
    kept = kpi.retention_rate(lines, ("2025-02-01", "2025-02-28"), ("2025-03-01", "2025-03-31"))
    assert keys.kept().value == pytest.approx(100 * kept.value)


def test_fewest_came_back_to_the_store_the_lesson_tells_of(sales):
    for store, rate in returning.winters().items():
        here = sales[sales["store_id"] == store]
        by_hand = returning.retention(here, returning.WINTER, returning.NEXT_WINTER)
        assert rate == pytest.approx(by_hand)
    assert Returning({}).worst().value == "S03"
    assert kpi.repeat_purchase_rate(sales).value > 0.9
    with i18n.use_language("en"):
        said = Returning({"back_guess": 70.0}).came_back()["of"][1]["text"]
    assert said.endswith("You guessed 70.") and f"{returning.winters()['S03']:.1%}" in said


def test_returns_go_before_leaving_band_by_band_and_seem_not_to_all_together(sales):
    members = returning.before_leaving(sales)
    pooled = members.groupby("had_return")["left"].mean()
    assert pooled[True] < pooled[False]
    rates = returning.left_by_sign(members).pivot(
        index="band", columns="had_return", values="left_rate"
    )
    assert len(rates) == 3
    assert (rates[True] > rates[False]).all()
    assert Returning({}).paradox().value == "same"


def test_within_the_bands_chance_explains_what_is_left(sales):
    from statsmodels.stats.contingency_tables import StratifiedTable

    members = returning.before_leaving(sales)
    by_band = [
        pd.crosstab(band["had_return"], band["left"]).to_numpy()
        for _name, band in members.groupby("band")
    ]
    assert StratifiedTable(by_band).test_null_odds().pvalue > 0.2
    few = members[(members["band"] == "1") & members["had_return"]]
    assert len(few) == 47


def test_two_of_four_forecasts_hold():
    found = returning.forecasts().set_index("store_id")["inside"]
    assert found.to_dict() == {"S01": True, "S02": False, "S03": False, "S04": True}


def test_the_forecast_holds_where_nothing_changed_and_not_where_it_did(sales):
    def told_and_came(store):
        here = sales[sales["store_id"] == store]
        told = customers.lifetime_value(here, weeks=17, as_of="2025-02-28")
        later = here[here["sold_at"].between("2025-03-01", pd.Timestamp("2025-06-28"))]
        known = later["member_id"].isin(told.members["member_id"])
        return told, later.loc[known, "amount"].sum()

    same, came = told_and_came("S04")
    assert same.low < came < same.high
    changed, came = told_and_came("S03")
    assert came > changed.high
