"""The churn model tells what was planted, is calibrated, and never sees what came later."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck

U = ck.customers


def shop(members=1_500, seed=3):
    """Two kinds of members: one keeps coming, the other comes as often and stops for good."""
    chance = np.random.default_rng(seed)
    rows = []
    for member in range(members):
        stops = chance.integers(60, 400) if member % 2 else 400
        day = float(chance.integers(0, 40))
        while day < stops:
            rows.append((f"m{member:05d}", int(day), 20 * chance.gamma(4.0) / 4))
            day += 1 + chance.exponential(25)
    lines = pd.DataFrame(rows, columns=["member_id", "day", "amount"])
    when = pd.Timestamp("2024-05-01") + pd.to_timedelta(lines["day"], unit="D")
    return lines.drop(columns="day").assign(sold_at=when, quantity=1)


@pytest.fixture(scope="module")
def lines():
    return shop()


@pytest.fixture(scope="module")
def found(lines):
    return U.churn_model(lines, 60)


def test_those_who_stopped_are_told_from_those_who_come(found):
    assert found.auc > 0.8
    assert found.brier < 0.7 * found.brier_of_share
    last = found.members.set_index("member_id")
    assert last["churn_probability"].corr(last["recency"]) > 0.5


def test_what_is_told_comes_true_as_often_as_told(found):
    table = found.calibration
    assert table["members"].sum() == found.n_tested
    assert (table["low"] <= table["observed_share"]).all()
    assert (table["observed_share"] <= table["high"]).all()
    gap = (table["predicted_share"] - table["observed_share"]).abs()
    assert np.average(gap, weights=table["members"]) < 0.08
    assert np.average(table["observed_share"], weights=table["members"]) == pytest.approx(
        found.base_rate
    )


def test_the_judgement_is_what_scikit_learn_says_of_the_same_cut(lines, found):
    """Who came in the last 60 days, counted apart; the base rate is theirs."""
    cut = lines["sold_at"].max().normalize() - pd.Timedelta(days=60)
    before = lines[lines["sold_at"] < cut + pd.Timedelta(days=1)]
    after = set(lines[lines["sold_at"] >= cut + pd.Timedelta(days=1)]["member_id"])
    last = before.groupby("member_id")["sold_at"].max()
    looked_at = last[last > cut - pd.Timedelta(days=365) + pd.Timedelta(days=1)]
    gone = [member not in after for member in looked_at.index]
    assert found.n_tested == len(gone)
    assert found.base_rate == pytest.approx(np.mean(gone))


def test_days_after_the_forecast_change_nothing(lines):
    day = (lines["sold_at"].max() - pd.Timedelta(days=30)).date()
    known = lines[lines["sold_at"] < pd.Timestamp(day) + pd.Timedelta(days=1)]
    one, two = U.churn_model(lines, 60, as_of=day), U.churn_model(known, 60, as_of=day)
    pd.testing.assert_frame_equal(one.members, two.members)


def test_another_classifier_is_set_right_too(lines):
    from sklearn.tree import DecisionTreeClassifier

    found = U.churn_model(lines, 60, estimator=DecisionTreeClassifier(max_depth=6))
    table = found.calibration
    gap = (table["predicted_share"] - table["observed_share"]).abs()
    assert np.average(gap, weights=table["members"]) < 0.12


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"days": 0}, "days"),
        ({"days": "90"}, "days"),
        ({"days": 300}, "Ask for fewer days"),
        ({"estimator": "tree"}, "estimator"),
        ({"as_of": "yesterday"}, "not a date"),
    ],
)
def test_what_cannot_be_learned_is_refused(lines, wrong, said):
    with pytest.raises(ck.CrmkitError, match=said):
        U.churn_model(lines, **wrong)


def test_too_few_members_and_missing_columns_are_named(lines):
    with pytest.raises(ck.CrmkitError, match="it takes 100 members"):
        U.churn_model(lines[lines["member_id"] < "m00050"], 60)
    with pytest.raises(ck.TableError, match="'quantity'"):
        U.churn_model(lines.drop(columns="quantity"), 60)


def test_it_is_said_in_the_readers_language(found, language):
    assert ("名会员" in str(found)) == (language == "zh")
    assert found.to_dict()["days"] == 60 and found.to_frame() is found.members
