"""Several offers beside one control group, against scipy and Holm's steps written out here."""

import gc

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import crmkit as ck
from crmkit.campaign import compare_arms, compare_groups

rng = np.random.default_rng(3)
MEANS = {"control": 50, "sms": 52, "coupon": 57, "gift": 60}
ARMS = pd.DataFrame(
    [(arm, x) for arm, mean in MEANS.items() for x in rng.normal(mean, 15, 120)],
    columns=["group", "revenue"],
)


def values(arm):
    return ARMS.loc[ARMS["group"] == arm, "revenue"]


def holm(chances):
    """Holm's steps: the smallest times k, the next times k − 1 …, never falling, at most 1."""
    raised, highest = {}, 0.0
    for step, name in enumerate(sorted(chances, key=chances.get)):
        highest = max(highest, min(1.0, chances[name] * (len(chances) - step)))
        raised[name] = highest
    return raised


@pytest.mark.parametrize("pooled", [False, True])
def test_each_arm_has_scipys_test_and_holms_p_value(pooled):
    found = compare_arms(ARMS, pooled=pooled).table.set_index("first")
    assert found["second"].unique().tolist() == ["control"]
    chances = {}
    for arm in ("sms", "coupon", "gift"):
        theirs = stats.ttest_ind(values(arm), values("control"), equal_var=pooled)
        row = found.loc[arm]
        assert row["statistic"] == pytest.approx(theirs.statistic)
        assert row["degrees_of_freedom"] == pytest.approx(theirs.df)
        assert row["p_value"] == pytest.approx(theirs.pvalue)
        ends = theirs.confidence_interval(1 - 0.05 / 3)
        assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high))
        chances[arm] = theirs.pvalue
    for arm, p in holm(chances).items():
        assert found.loc[arm, "adjusted_p_value"] == pytest.approx(p)
        assert found.loc[arm, "clear"] == (p < 0.05)


def test_holm_is_never_stricter_than_bonferroni_and_both_allow_for_luck():
    kinds = {c: compare_arms(ARMS, correction=c) for c in ("holm", "bonferroni")}
    plain = np.array([d.p_value for d in kinds["holm"].comparisons])
    assert (np.array(kinds["holm"].adjusted) >= plain).all()
    assert (np.array(kinds["bonferroni"].adjusted) >= np.array(kinds["holm"].adjusted)).all()


@pytest.fixture
def little_to_collect():
    """The correction collects garbage at every call, which is slow among all that tests load."""
    gc.freeze()
    yield
    gc.unfreeze()


def test_offers_that_do_nothing_are_seldom_found_to_work(little_to_collect):
    def fooled(seed, correction):
        nothing = np.random.default_rng(seed).normal(50, 15, (6, 60))
        table = pd.DataFrame(nothing, ["control", *"abcde"]).stack().reset_index()
        table.columns = ["group", "member_id", "revenue"]
        return any(compare_arms(table, correction=correction).clear)

    wrong = np.mean([fooled(seed, "holm") for seed in range(150)])
    assert wrong < 0.10  # 5 % are promised; five looks without a correction give about 20 %


def test_without_a_control_every_arm_meets_every_other():
    found = compare_arms(ARMS, control=None)
    assert len(found.comparisons) == 6
    assert {(d.first_name, d.second_name) for d in found.comparisons} >= {("control", "gift")}


def test_shares_are_compared_as_shares():
    bought = ARMS.assign(bought=(ARMS["revenue"] > 55).astype(int))
    found = compare_arms(bought, "bought")
    assert all(d.yes_no and d.test == "score" for d in found.comparisons)
    assert "percentage points" in str(found)


def test_two_groups_are_what_compare_groups_says():
    two = ARMS[ARMS["group"].isin(["gift", "control"])]
    only = compare_arms(two).comparisons[0]
    assert only == compare_groups(two, treatment="gift")


def test_statistic_and_degrees_of_freedom_come_with_every_comparison():
    two = ARMS[ARMS["group"].isin(["gift", "control"])]
    theirs = stats.ttest_ind(values("gift"), values("control"))
    pooled = compare_groups(two, treatment="gift", pooled=True)
    assert (pooled.test, pooled.degrees_of_freedom) == ("student", 238)
    assert (pooled.statistic, pooled.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))
    days = pd.DataFrame({"day": list("abcde") * 2, "period": ["before"] * 5 + ["after"] * 5})
    days["revenue"] = [5.0, 6, 7, 8, 9, 6, 8, 8, 9, 12]
    paired = ck.campaign.before_after(days, pair="day")
    theirs = stats.ttest_rel(days["revenue"][5:], days["revenue"][:5])
    assert paired.test == "paired"
    assert (paired.statistic, paired.degrees_of_freedom) == pytest.approx((theirs.statistic, 4))
    assert "Paired t: t = 4.00 (4.0 degrees of freedom)" in str(paired)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: compare_arms(ARMS, correction="tukey"),
            "correction is 'tukey'; it must be one of h",
        ),
        (lambda: compare_arms(ARMS, control="controll"), "No row has group 'controll'"),
        (lambda: compare_arms(ARMS[ARMS["group"] == "control"]), "only one group in 'group'"),
        (lambda: compare_arms(ARMS, confidence=95), "confidence is 95"),
        (lambda: compare_arms(ARMS.drop(columns="group")), "no column 'group'"),
        (lambda: compare_arms(ARMS.groupby("group").head(1)), "needs at least 2"),
    ],
)
def test_what_cannot_be_compared_is_refused(call, says):
    with pytest.raises(ck.CrmkitError, match=says):
        call()


def test_it_reads_in_both_languages(language):
    found = compare_arms(ARMS)
    assert {"en": "Holm", "zh": "霍尔姆"}[language] in found.sentence
    assert len(ck.show(found.table)) == 3
