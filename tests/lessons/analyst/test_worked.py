"""Did the campaign work: keys found a second way, and each claim of the prose."""

import pytest
from scipy import stats

from crmkit import campaign, data, i18n
from crmkit.lessons.analyst import worked
from crmkit.lessons.analyst.worked_asked import Worked
from crmkit.lessons.view import table_of
from tests.lessons.analyst.judging import judged

REFEREE = {
    "difference": lambda found: campaign.compare_groups(found).difference,
    "did": lambda weeks: campaign.difference_in_differences(weeks, pair="week").difference,
}


def test_the_two_cases_by_hand_are_what_the_ready_made_function_gives():
    case = worked.cases("difference")
    assert judged(case, REFEREE["difference"], "difference").status == "right"
    weeks = worked.weeks()
    assert worked.did(weeks) == pytest.approx(REFEREE["did"](weeks))


@pytest.mark.parametrize("name", worked.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    case = worked.cases(name)
    assert judged(case, getattr(worked, name), name).status == "right"
    assert len(worked.MISTAKES[name]) >= 4
    for mistake, makes in worked.MISTAKES[name].items():
        told = judged(case, makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


def test_the_eight_by_the_ready_made_functions():
    keys, eight = Worked({}), worked.eight()
    found = campaign.compare_groups(eight)
    assert keys.brought().value == pytest.approx(found.difference)
    both = campaign.difference_in_differences(eight, before_value="revenue_before")
    assert keys.two_changes().value == pytest.approx(both.difference)
    sides = [eight.loc[eight["group"] == g, "revenue"] for g in ("treatment", "control")]
    t = stats.ttest_ind(*sides, equal_var=False).statistic
    assert worked.standard_error(eight) == pytest.approx(found.difference / t)
    assert round(worked.standard_error(eight)) == 16


def test_the_reminder_fools_before_and_after_and_the_control_group_does_not():
    found = worked.of_campaign("C03").groupby("group")[["revenue_before", "revenue"]].mean()
    rose = found["revenue"] - found["revenue_before"]
    grew = rose / found["revenue_before"]
    assert 0.55 < grew["treatment"] < 0.6 and 0.4 < grew["control"] < 0.5
    assert round(rose["treatment"]) == 19
    said = Worked({"brought_guess": 15.0}).both_groups()["of"][1]["text"]
    assert f"¥{rose['control']:.2f}" in said and said.endswith("¥15.00.")


def test_one_of_three_campaigns_worked_as_planted():
    works = []
    for name in worked.CAMPAIGNS:
        found = campaign.compare_groups(worked.of_campaign(name))
        planted = data.truth()["campaigns"][name]["happened"]["revenue_it_brought_per_treated"]
        assert found.low <= planted <= found.high
        works += [name] if found.low > 0 else []
    assert works == [Worked({}).works().value] == ["C01"]
    assert [code for code, _name in Worked({}).campaigns()] == list(worked.CAMPAIGNS)


def test_peeking_raises_several_times_the_false_alarms_that_were_agreed():
    seen = worked.looks()
    last = (seen.loc[seen["day"] == seen["day"].max(), "p_value"] < 0.05).mean()
    assert 0.02 < last < 0.08
    assert worked.ever_alarmed(seen) > 3 * last
    with i18n.use_language("en"):
        said = Worked({"peek_guess": 5.0}).peeked()["of"][1]["text"]
    assert f"{worked.ever_alarmed(seen):.1%}" in said and said.endswith("You guessed 5%.")


def test_the_store_that_changed_rose_and_its_customers_are_happier_but_not_surely():
    found = campaign.difference_in_differences(worked.weeks(), pair="week")
    assert found.low > 0
    at_s03 = worked.satisfied().set_index(["store_id", "months"]).loc["S03"]
    winter, spring = at_s03.loc["2024-11 – 2025-02"], at_s03.loc["2025-03 – 2025-06"]
    assert winter["csat"] < spring["csat"]
    assert winter["high_share"] > spring["low_share"]


def test_what_the_message_brought_is_about_five_yuan_and_not_sure():
    got = worked.of_campaign("C03")
    means = got.groupby("group")[["revenue", "revenue_before"]].mean()
    after, before = means.loc["treatment"] - means.loc["control"]
    assert (round(after, 1), round(before), round(after - before, 1)) == (7.9, 3, 4.9)
    assert campaign.compare_groups(got).low < 0 < campaign.compare_groups(got).high


def test_of_the_coupons_additional_revenue_a_third_is_margin():
    lines = table_of("sales", {}).merge(worked.of_campaign("C01")[["member_id", "group"]])
    lines = lines[(lines["sold_at"] >= "2024-05-06") & (lines["sold_at"] < "2024-06-03")]
    people = worked.of_campaign("C01").groupby("group").size()
    margin = (lines["amount"] - lines["cost"]).groupby(lines["group"]).sum() / people
    revenue = lines["amount"].groupby(lines["group"]).sum() / people
    assert round(margin.diff().iloc[-1] / revenue.diff().iloc[-1], 2) == 0.35


def test_households_that_got_a_campaign_spent_more_before_it(retail_data, monkeypatch):
    monkeypatch.setenv("CRMKIT_DOWNLOADS", str(retail_data / "completejourney"))
    found = worked.without_control(data.conform("complete-journey")).set_index("contacted")
    assert found.loc[True, "first_month_each"] > found.loc[False, "first_month_each"]
