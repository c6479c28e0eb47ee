"""What really happened in the course shop, as its truth.json tells, is what the analysis finds."""

import json
from datetime import timedelta

import pandas as pd
import pytest

import crmkit as ck
from crmkit import campaign


@pytest.fixture(scope="module")
def truth(repository):
    return json.loads((repository / "datasets" / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def sales():
    return ck.load("sales")


@pytest.fixture(scope="module")
def outcomes_of(sales):
    campaigns = ck.load("campaigns").set_index("campaign_id")
    contacts = ck.load("campaign_contacts")

    def outcomes(code):
        start, end = campaigns.loc[code, "starts_on"], campaigns.loc[code, "ends_on"]
        days = (end - start) // timedelta(days=1) + 1
        return campaign.outcomes(contacts, sales, start, days, code)

    return outcomes


def test_the_campaign_that_works_is_found_with_what_it_brought(outcomes_of, truth):
    planted = truth["campaigns"]["C01"]
    table = outcomes_of("C01")
    found = campaign.compare_groups(table)
    assert (found.n_first, found.n_second) == (
        planted["happened"]["treated"],
        planted["happened"]["control"],
    )
    assert found.low < planted["happened"]["revenue_it_brought_per_treated"] < found.high
    assert found.p_value < planted["found"]["p_value_below"]
    better = campaign.difference_in_differences(table, before_value="revenue_before")
    assert better.clear
    assert better.low < planted["happened"]["revenue_it_brought_per_treated"] < better.high
    assert campaign.compare_groups(table, "bought").clear
    paid = campaign.roi(found, planted["happened"]["contact_cost"], margin_rate=0.4)
    assert paid.low > 0
    assert "earned back all" in paid.sentence


def test_the_campaign_that_fails_shows_no_effect_and_its_cost_is_lost(outcomes_of, truth):
    found = campaign.compare_groups(outcomes_of("C02"))
    assert found.low < 0 < found.high
    assert "does not prove that the campaign did nothing" in found.sentence
    paid = campaign.roi(found, truth["campaigns"]["C02"]["happened"]["contact_cost"], 0.4)
    assert paid.roi < 0


def test_the_campaign_before_the_festival_only_looks_good(outcomes_of, truth):
    table = outcomes_of("C03")
    treated = table[table["group"] == "treatment"]
    periods = pd.concat(
        [
            treated.assign(period="before", revenue=treated["revenue_before"]),
            treated.assign(period="after"),
        ]
    )
    naive = campaign.before_after(periods, pair="member_id")
    assert naive.clear
    growth = naive.difference / naive.second
    assert growth > truth["campaigns"]["C03"]["found"]["before_after_growth_at_least"]
    assert not campaign.compare_groups(table).clear
    assert not campaign.difference_in_differences(table, before_value="revenue_before").clear


def test_the_store_that_changed_recovers_against_its_twin(sales, truth):
    case = truth["case"]
    stores = {case["store_id"]: "treatment", case["comparison_store_id"]: "control"}
    weeks = sales[sales["store_id"].isin(stores)].assign(
        week=lambda s: s["sold_at"].dt.to_period("W").dt.start_time,
        group=lambda s: s["store_id"].map(stores),
    )
    weeks = weeks.groupby(["week", "group"])["amount"].sum().reset_index(name="revenue")
    weeks = weeks[weeks["week"].between("2024-12-02", "2025-06-16")]
    found = campaign.difference_in_differences(weeks, pair="week", since=case["changed_on"])
    assert found.clear
    assert found.difference > 0
    assert (found.first_name, found.second_name) == ("after", "before")
