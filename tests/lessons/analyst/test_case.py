"""The case: keys found a second way, and each claim of the prose."""

import pandas as pd
import pytest

from crmkit import campaign, data, i18n, kpi
from crmkit.lessons.analyst import case


@pytest.fixture(scope="module")
def happened():
    return data.truth()["case"]["happened"]


def three_months(pair, column):
    """Of a group's revenue by hand: the sum over the store's lines of those days."""
    sales = data.load("sales")
    days = sales["sold_at"].dt.strftime("%Y-%m-%d")
    there = sales[(sales["store_id"] == "S03") & (days >= pair[0]) & (days <= pair[1])]
    members = data.load("members")
    age = (pd.Timestamp("2025-03-01") - pd.to_datetime(members["birth_date"])).dt.days / 365.2425
    office = members[
        (members["home_store_id"] == "S03") & (members["occupation"] == "office") & (age < 35)
    ]["member_id"]
    theirs = there["member_id"].isin(office)
    return {"office": there[theirs], "all": there}[column]["amount"].sum()


def test_who_stays_away_by_hand_and_as_planted(happened):
    groups, keys = case.by_group(), case.Case({})
    for pair, at, name in ((case.LAST_WINTER, 0, "a_year_before_worst"), (case.WINTER, 1, "worst")):
        theirs, everyone = three_months(pair, "office"), three_months(pair, "all")
        assert groups["office"][at] == pytest.approx(theirs, abs=0.01)
        assert sum(group[at] for group in groups.values()) == pytest.approx(everyone, abs=0.01)
        assert theirs / 3 == pytest.approx(happened[name]["segment_revenue_per_month"], abs=0.01)
    before, after = groups["office"]
    assert keys.whom().value == "office"
    assert keys.their_fall().value == pytest.approx(100 - 100 * after / before)
    lost = three_months(case.LAST_WINTER, "all") - three_months(case.WINTER, "all")
    assert keys.their_part().value == pytest.approx(100 * (before - after) / lost)


def test_the_fall_is_the_stores_own():
    changes = {store: after / before - 1 for store, (before, after) in case.by_store().items()}
    assert -0.3 < changes["S03"] < -0.24
    assert all(change > 0 for store, change in changes.items() if store != "S03")
    with i18n.use_language("en"):
        said = case.Case({"fall_guess": 10.0}).all_stores()["of"][1]["text"]
    assert f"fell by {-changes['S03']:.1%}" in said and said.endswith("You guessed 10%.")


def test_prices_and_goods_are_the_reason_and_service_is_not(happened):
    pair = (case.LAST_WINTER, case.WINTER)
    assert 0.07 < case.prices(*pair) < 0.11
    returned = [case.brought_back(days) for days in pair]
    worst, before = happened["worst"], happened["a_year_before_worst"]
    assert returned[1] > 2 * returned[0]
    assert returned[1] == pytest.approx(worst["weak_families_returned"], abs=1e-4)
    goods = [case.satisfied("goods", days).value for days in pair]
    assert goods[0] > 0.8 and 0.6 < goods[1] < 0.65
    assert goods[0] == pytest.approx(before["segment_csat_goods"], abs=0.01)
    assert goods[1] == pytest.approx(worst["segment_csat_goods"], abs=0.02)
    assert case.satisfied("service", pair[1]).value >= case.satisfied("service", pair[0]).value
    assert case.Case({}).not_it().value == "service"


def test_revenue_satisfaction_and_repeat_purchase_come_back_together():
    keys = case.Case({})
    summary = {
        store: kpi.sales_summary(data.load("sales").query("store_id == @store"), by="week")
        for store in ("S03", "S04")
    }
    change = {}
    for store, table in summary.items():
        week = table[(table["week"] >= "2024-11-04") & (table["week"] <= "2025-06-23")]
        later = week["week"] >= "2025-03-03"
        change[store] = week.loc[later, "revenue"].mean() - week.loc[~later, "revenue"].mean()
    assert keys.effect().value == pytest.approx(change["S03"] - change["S04"], abs=0.02)
    assert 9_000 < keys.effect().value < 11_500
    assert campaign.difference_in_differences(case.weeks(), pair="week").low > 0
    assert case.satisfied("goods", case.SPRING).value > case.satisfied("goods", case.WINTER).value
    assert case.repeats(case.SPRING) > case.repeats(case.WINTER)
    assert case.brought_back(case.SPRING) < case.brought_back(case.WINTER)


def test_the_tables_can_be_read_in_both_languages(language):
    for screen in (case.reasons(), case.voices(), case.afterwards()):
        told = str(screen.tree)
        assert "nan" not in told and "store_id" not in told and len(told) > 200


def test_walk_ins_are_four_tenths_of_what_the_store_lost():
    spent = {days: case.within(case.lines(), days) for days in (case.LAST_WINTER, case.WINTER)}
    total = [part["amount"].sum() for part in spent.values()]
    walk_ins = [part.loc[part["member_id"].isna(), "amount"].sum() for part in spent.values()]
    assert 0.38 < (walk_ins[0] - walk_ins[1]) / (total[0] - total[1]) < 0.42


def test_last_spring_returns_were_as_many_as_this_winter_while_revenue_still_held():
    assert case.brought_back(case.LAST_SPRING) > case.brought_back(case.WINTER) > 0.07
    assert case.satisfied("goods", case.LAST_SPRING).value < 0.7
