"""Lifetime value against what was published of CDNOW, against other formulas, against planted truth."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

import crmkit as ck

U = ck.customers


@pytest.fixture(scope="module")
def cdnow(retail_data):
    """The one-in-ten sample of CDNOW's customers, in weeks."""
    path = retail_data / "cdnow" / "customers.csv"
    if not path.is_file():
        pytest.skip(f"no CDNOW data at {path}")
    ours = {"ID": "member_id", "x": "repeats", "t_x": "first_to_last", "T": "observed_weeks"}
    return pd.read_csv(path).rename(columns=ours | {"zbar": "repeat_value"})


@pytest.fixture(scope="module")
def purchases(cdnow):
    return U.fit_purchases(cdnow)


def test_cdnow_buys_as_fader_hardie_and_lee_published(purchases):
    got = [round(float(value), 3) for value in purchases.parameters]
    assert got == [0.243, 4.414, 0.793, 2.426]
    assert round(purchases.log_likelihood, 1) == -9_582.4
    assert purchases.n == 2_357


def test_cdnow_spends_as_published_and_at_the_very_top(cdnow):
    spend = U.fit_spend(cdnow)
    assert (spend.n, round(spend.p, 2), round(spend.q, 2)) == (946, 6.25, 3.74)
    # published: 15.44; the likelihood still climbs a little from there
    assert spend.gamma == pytest.approx(15.44, abs=0.01)
    table = cdnow[cdnow["repeat_value"] > 0]
    assert spend.log_likelihood == pytest.approx(gamma_gamma(table, spend.p, spend.q, spend.gamma))
    assert spend.log_likelihood >= gamma_gamma(table, 6.25, 3.74, 15.44)
    assert round(spend.correlation, 2) == 0.11


def gamma_gamma(table, p, q, gamma):
    """The log-likelihood from its definition: a beta-prime of the mean, by scipy."""
    x = table["repeats"]
    ratio = stats.betaprime(p * x, q, scale=gamma / x)
    return ratio.logpdf(table["repeat_value"]).sum()


def test_a_cdnow_customer_is_expected_to_come_as_often_as_published(purchases):
    # the worked example beside the paper: x 2, t_x 30.43, T 38.86, the 39 weeks after: 1.226
    assert round(float(purchases.expected(39, 2, 30.43, 38.86)), 3) == 1.226


def test_the_expected_value_of_a_purchase_is_the_one_published(cdnow):
    spend = U.fit_spend(cdnow)
    each = spend.expected(cdnow["repeats"], cdnow["repeat_value"])
    assert each[:3] == pytest.approx([24.65, 18.91, 35.17], abs=0.015)


@pytest.mark.parametrize(
    ("x", "last", "whole"), [(0, 0, 30), (1, 2, 39), (7, 35, 39), (120, 99, 100)]
)
def test_how_often_is_what_integrating_over_all_customers_gives(x, last, whole):
    """The purchases still to come: at least k when neither the rate nor the leaving ends them
    before, summed over k; told without the hypergeometric series the code uses."""
    model = U.PurchaseModel(0.6, 5.0, 0.9, 3.0, 0.0, 1)
    weeks = 20
    alive = float(model.alive(x, last, whole))
    rate = stats.nbinom(model.r + x, (model.alpha + whole) / (model.alpha + whole + weeks))
    k = np.arange(1, 400)
    stays = np.exp(
        special.betaln(model.a, model.b + x + k - 1) - special.betaln(model.a, model.b + x)
    )
    assert float(model.expected(weeks, x, last, whole)) == pytest.approx(
        alive * (rate.sf(k - 1) * stays).sum(), rel=1e-6
    )


def test_still_a_customer_is_what_bayes_says():
    r, alpha, a, b = 0.6, 5.0, 0.9, 3.0
    x, last, whole = 3, 10.0, 30.0
    model = U.PurchaseModel(r, alpha, a, b, 0.0, 1)

    def joint(stays):
        def density(rate, p):
            seen = rate**x * (1 - p) ** (x - 1)
            after = (1 - p) * math.exp(-rate * whole) if stays else p * math.exp(-rate * last)
            prior = stats.gamma.pdf(rate, r, scale=1 / alpha) * stats.beta.pdf(p, a, b)
            return seen * after * prior

        return integrate.dblquad(density, 0, 1, 0, 8)[0]

    both = joint(True), joint(False)
    assert float(model.alive(x, last, whole)) == pytest.approx(both[0] / sum(both), rel=1e-4)


def shop(members=3_000, weeks=80, seed=4, *, r=0.8, alpha=6.0, a=0.8, b=3.0, mean=40.0):
    """Members who buy at rates and leave with chances of their own, as the model says they do."""
    chance = np.random.default_rng(seed)
    rows = []
    for member in range(members):
        rate, leave = chance.gamma(r, 1 / alpha), chance.beta(a, b)
        usual = mean * 3 * 4 / chance.gamma(4.0) / 4
        day = float(chance.integers(0, 12 * 7))
        while day < weeks * 7:
            rows.append((member, day, chance.gamma(6.0) * usual / 6))
            if len(rows) > 1 and rows[-2][0] == member and chance.random() < leave:
                break
            day += max(1.0, chance.exponential(7 / max(rate, 1e-9)))
    lines = pd.DataFrame(rows, columns=["member_id", "day", "amount"])
    return lines.assign(
        sold_at=pd.Timestamp("2024-01-01") + pd.to_timedelta(lines["day"].astype(int), unit="D"),
        member_id=lines["member_id"].map("m{:05d}".format),
        quantity=1,
    )


@pytest.fixture(scope="module")
def planted():
    return shop()


def test_a_planted_shop_is_found_again(planted):
    model = U.fit_purchases(U.purchase_history(planted))
    truth = {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 3.0}
    told = model.to_frame().set_index("parameter")
    inside = [told.loc[n, "low"] <= value <= told.loc[n, "high"] for n, value in truth.items()]
    assert sum(inside) >= 3, told
    assert model.r / model.alpha == pytest.approx(0.8 / 6, rel=0.15)


def test_the_weeks_held_back_come_as_expected(planted):
    found = U.holdout(planted, weeks=20)
    assert abs(found.error) < 0.1
    assert found.expected_value == pytest.approx(found.actual_value, rel=0.15)
    assert 0.93 < found.inside <= 1
    assert found.by_week["actual_purchases"].iloc[-1] == found.actual
    assert found.by_week["expected_purchases"].iloc[-1] == pytest.approx(found.expected, rel=1e-3)
    assert found.by_repeats["members"].sum() == found.n
    assert set(found.to_dict()) >= {"expected", "actual", "error", "inside", "cut"}


def test_the_intervals_hold_what_comes(planted):
    found = U.lifetime_value(planted, 26)
    members = found.members
    assert (members["purchases_low"] <= members["expected_purchases"] + 1).all()
    assert (members["value_low"] <= members["value_high"]).all()
    assert found.low < found.total < found.high
    assert members["lifetime_value"].sum() == pytest.approx(found.total, rel=1e-6)
    product = members["expected_purchases"] * members["expected_spend"]
    assert members["lifetime_value"].to_numpy() == pytest.approx(product.to_numpy(), abs=0.01)


def test_margin_and_discount_make_money_worth_less(planted):
    whole = U.lifetime_value(planted, 52).total
    assert U.lifetime_value(planted, 52, margin_rate=0.4).total == pytest.approx(0.4 * whole)
    assert 0.9 * whole < U.lifetime_value(planted, 52, discount_rate=0.1).total < whole


def test_the_same_seed_gives_the_same_intervals(planted):
    one, two = (U.lifetime_value(planted, 8, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(one.members, two.members)


def test_the_history_of_a_member_by_hand():
    lines = pd.DataFrame(
        {
            "member_id": ["a", "a", "a", "a", "b", None],
            "sold_at": pd.to_datetime(
                ["2025-06-01 09:00", "2025-06-01 18:00", "2025-06-15", "2025-06-16"]
                + ["2025-06-29", "2025-06-30"],
                format="mixed",
            ),
            "quantity": [1, 1, 2, -1, 1, 1],
            "amount": [10.0, 5.0, 30.0, -15.0, 8.0, 99.0],
        }
    )
    got = U.purchase_history(lines, "2025-06-29").set_index("member_id").loc["a"]
    assert (got["repeats"], got["first_to_last"], got["observed_weeks"]) == (1, 2.0, 4.0)
    assert (got["repeat_value"], got["spent"]) == (15.0, 30.0), "the return is taken off"


def test_too_few_members_or_impossible_histories_are_refused_in_words():
    few = pd.DataFrame({"repeats": [1], "first_to_last": [1.0], "observed_weeks": [2.0]})
    with pytest.raises(ck.CrmkitError, match="too few"):
        U.fit_purchases(few)
    many = pd.concat([few] * 30)
    with pytest.raises(ck.TableError, match="cannot have 1 repeat"):
        U.fit_purchases(many.assign(first_to_last=9.0))
    with pytest.raises(ck.CrmkitError, match="Hardly anybody bought twice"):
        U.fit_purchases(many.assign(repeats=0, first_to_last=0.0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"weeks": 0},
        {"weeks": "52"},
        {"margin_rate": -1},
        {"margin_rate": float("nan")},
        {"discount_rate": -0.1},
    ],
)
def test_wrong_numbers_are_named(planted, wrong):
    with pytest.raises(ck.CrmkitError, match=next(iter(wrong))):
        U.lifetime_value(planted, **wrong)


def test_a_time_held_back_that_the_sales_do_not_reach_is_refused(planted):
    with pytest.raises(ck.CrmkitError, match="Hold fewer weeks back"):
        U.holdout(planted, 60)
    with pytest.raises(ck.CrmkitError, match="weeks"):
        U.holdout(planted, "x")
    with pytest.raises(ck.TableError, match="'amount'"):
        U.holdout(planted.drop(columns="amount"), 20)


def test_what_was_found_is_said_in_the_readers_language(planted, language):
    found = U.lifetime_value(planted, 8)
    assert ("预计带来" in str(found)) == (language == "zh")
    assert list(found.to_dict())[:5] == ["n", "weeks", "total", "low", "high"]


def test_members_who_all_leave_alike_can_be_forecast_too():
    """With a and b beyond all bounds everybody leaves with the same chance a ÷ (a + b): the lesser
    of a Poisson-gamma and a geometric number."""
    model = U.PurchaseModel(1.8, 18.0, 2e5, 3e5, 0.0, 1)
    k = np.arange(1, 200)
    comes = stats.nbinom.sf(k - 1, 1.8, 48 / 100) * 0.6 ** (k - 1)
    assert float(model.expected(52, 0, 0, 30)) == pytest.approx(comes.sum(), rel=1e-4)


@pytest.mark.parametrize(("customers", "seed", "unit"), [(136, 5, 1), (136, 6, 100), (60, 7, 0.01)])
def test_where_all_buy_alike_the_interval_still_holds_the_estimate_and_what_came(
    customers, seed, unit
):
    chance = np.random.default_rng(seed)
    lines = pd.DataFrame(
        {
            "sold_at": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(np.sort(chance.integers(0, 273, 1_500)), "D"),
            "member_id": chance.choice([f"M{n:03}" for n in range(customers)], 1_500),
            "quantity": 1,
            "amount": chance.integers(5, 100, 1_500) * float(unit),
        }
    )
    known = lines[lines["sold_at"] < "2025-07-02"]
    found = ck.customers.lifetime_value(known.assign(sale_id=range(len(known))), weeks=13)
    came = lines.loc[lines["sold_at"] >= "2025-07-02", "amount"].sum()
    assert found.low < found.total < found.high
    assert found.low < came < found.high
