"""Planning an offer: cost, break-even and the size of the trial, checked by hand and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.stats.power import NormalIndPower, zt_ind_solve_power
from statsmodels.stats.proportion import proportion_effectsize
from statsmodels.stats.weightstats import DescrStatsW

import crmkit as ck
from crmkit.campaign import (
    Gift,
    PercentOff,
    ThresholdDiscount,
    apply_offer,
    plan,
    power,
    sample_size,
)

SALES = pd.DataFrame(
    {
        "sale_id": ["S1", "S1", "S2", "S3", "S4"],
        "product_id": ["tea", "cup", "tea", "mat", "tea"],
        "quantity": [1, 2, 1, 1, -1],
        "amount": [200.0, 150, 100, 400, -100],
        "cost": [120.0, 70, 60, 210, -60],
    }
)


def test_the_cost_and_the_break_even_by_hand():
    result = plan(SALES, ThresholdDiscount(300, 40), contacts=50, contact_cost=1, fixed_cost=30)
    # S1 350 and S3 400 reach 300: 2 × 40; margins 160 + 40 + 190 = 390; the return is no order
    assert (result.n_orders, result.revenue, result.margin) == (3, 850, 390)
    assert result.offer_cost == 80
    assert result.offered == pytest.approx(2 / 3)
    assert result.other_cost == 80
    assert result.break_even == pytest.approx((390 + 80) / 310 - 1)
    assert result.target_orders == 5
    assert result.target_revenue == pytest.approx(770 * 470 / 310)
    assert result.profit == pytest.approx(310 * 1.1 - 80 - 390)


def test_at_break_even_the_margin_is_what_it_was():
    result = plan(SALES, PercentOff(10), fixed_cost=25)
    again = plan(SALES, PercentOff(10), fixed_cost=25, uplift=result.break_even)
    assert again.profit == pytest.approx(0)


def test_a_gift_costs_its_cost_not_its_price():
    result = plan(SALES, Gift(300, "mug", cost=9, value=25))
    assert result.offer_cost == 18
    assert result.target_revenue == pytest.approx(850 * 390 / 372)


def test_a_margin_rate_stands_in_for_costs():
    result = plan(SALES.drop(columns="cost"), PercentOff(10), margin_rate=0.4)
    assert result.margin == pytest.approx(340)
    assert result.offer_cost == 85
    gifted = plan(SALES.drop(columns="cost"), Gift(300, "mug", cost=9), margin_rate=0.4)
    assert gifted.offer_cost == 18


def test_an_offer_that_eats_the_margin_never_pays():
    result = plan(SALES, PercentOff(60))
    assert result.break_even is None
    assert result.target_orders is None
    assert "no number of extra orders" in result.sentence


def test_the_interval_of_the_cost_is_that_of_the_mean_order():
    sales = pd.concat([SALES.assign(sale_id=SALES["sale_id"] + str(i)) for i in range(9)])
    result = plan(sales, PercentOff(10))
    low, high = DescrStatsW([35.0, 10, 40] * 9).tconfint_mean()
    assert result.offer_cost_low == pytest.approx(27 * low)
    assert result.offer_cost_high == pytest.approx(27 * high)


def test_the_interval_of_the_break_even_agrees_with_the_bootstrap():
    rng = np.random.default_rng(1)
    n = 600
    amount = np.round(rng.gamma(3, 90, n), 2)
    sales = pd.DataFrame(
        {
            "sale_id": range(n),
            "product_id": "p",
            "quantity": 1,
            "amount": amount,
            "cost": np.round(amount * rng.uniform(0.4, 0.7, n), 2),
        }
    )
    offer = ThresholdDiscount(300, 40)
    result = plan(sales, offer)
    off = apply_offer(sales, offer)["offer_discount"].to_numpy()
    margin = (sales["amount"] - sales["cost"]).to_numpy()
    draws = rng.integers(0, n, (2000, n))
    ratio = margin[draws].sum(1) / (margin - off)[draws].sum(1) - 1
    low, high = np.quantile(ratio, [0.025, 0.975])
    assert result.break_even_low == pytest.approx(low, rel=0.1)
    assert result.break_even_high == pytest.approx(high, rel=0.1)


@pytest.mark.parametrize(("rate", "uplift"), [(0.2, 0.1), (0.05, 0.2), (0.5, 0.5)])
def test_the_sample_size_is_that_of_statsmodels(rate, uplift):
    effect = proportion_effectsize(rate * (1 + uplift), rate)
    exact = zt_ind_solve_power(effect, alpha=0.05, power=0.8)
    n = sample_size(rate, uplift)
    assert exact <= n < exact + 1
    assert power(rate, uplift, n, n) >= 0.8 > power(rate, uplift, n - 1, n - 1)


@pytest.mark.parametrize(("rate", "uplift", "power_"), [(0.2, 0.1, 0.8), (0.03, 0.5, 0.9)])
def test_the_sample_size_by_cohens_own_formula(rate, uplift, power_):
    """J. Cohen, "Statistical Power Analysis for the Behavioral Sciences" (1988), ch. 6: h is the
    difference of the arcsines, and n = 2 ((z of the test + z of the power) ÷ h)² in each group."""
    h = 2 * np.arcsin(np.sqrt(rate * (1 + uplift))) - 2 * np.arcsin(np.sqrt(rate))
    n = 2 * ((norm.ppf(0.975) + norm.ppf(power_)) / h) ** 2
    assert sample_size(rate, uplift, power=power_) == int(np.ceil(n))


def test_a_small_effect_needs_392_in_each_group():
    """Cohen's small effect, h = 0.2, at 80 % and 5 %: his table 6.4.1 says 392."""
    rate = 0.5
    uplift = np.sin(np.arcsin(np.sqrt(rate)) + 0.1) ** 2 / rate - 1
    assert sample_size(rate, uplift) in (392, 393)


def test_a_small_control_group_costs_power():
    effect = proportion_effectsize(0.22, 0.2)
    assert power(0.2, 0.1, 8000, 2000) == pytest.approx(
        NormalIndPower().power(effect, 8000, 0.05, ratio=0.25)
    )
    assert power(0.2, 0.1, 8000, 2000) < power(0.2, 0.1, 5000, 5000)


def test_the_power_found_is_the_share_of_trials_that_show_the_uplift():
    from statsmodels.stats.proportion import test_proportions_2indep

    rng = np.random.default_rng(7)
    n = sample_size(0.2, 0.3)
    pairs = zip(rng.binomial(n, 0.26, 400), rng.binomial(n, 0.2, 400), strict=True)
    shown = [test_proportions_2indep(a, n, b, n, method="score").pvalue < 0.05 for a, b in pairs]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.06)


def test_a_plan_with_contacts_tells_its_power():
    result = plan(SALES, PercentOff(10), contacts=10_000, base_rate=0.2, control_share=0.2)
    assert result.sample_size == sample_size(0.2, 0.1)
    assert result.power == power(0.2, 0.1, 8000, 2000)
    assert "each group needs 6,508 members" in result.sentence


def test_every_engine_plans_alike(engine):
    assert plan(engine.make(SALES), ThresholdDiscount(300, 40)) == plan(
        SALES, ThresholdDiscount(300, 40)
    )


def test_a_plan_reads_as_figures_and_a_sentence(language):
    result = plan(SALES, ThresholdDiscount(300, 40), base_rate=0.2, contacts=1000)
    heading = {"zh": "保本增幅", "en": "Break-even uplift"}[language]
    assert heading in str(result)
    assert heading in result._repr_html_()
    assert result.sentence in result._repr_html_()
    assert "80" in result.sentence
    assert ("保本" in result.sentence) is (language == "zh")


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ({"uplift": 0}, "uplift is 0"),
        ({"contact_cost": -1}, "contact_cost is -1"),
        ({"fixed_cost": -1}, "fixed_cost is -1"),
        ({"contacts": 0}, "contacts is 0"),
        ({"control_share": 1}, "control_share is 1"),
        ({"margin_rate": 40}, "margin_rate is 40"),
        ({"base_rate": 1.2}, "base_rate is 1.2"),
        ({"base_rate": 0.95}, "uplift is 0.1"),
    ],
)
def test_a_figure_out_of_range_is_refused(figures, says):
    with pytest.raises(ck.CrmkitError, match=says):
        plan(SALES, PercentOff(10), **figures)


def test_lines_without_cost_or_without_sales_are_refused():
    with pytest.raises(ck.TableError, match="no column 'cost'.*margin_rate"):
        plan(SALES.drop(columns="cost"), PercentOff(10))
    with pytest.raises(ck.TableError, match="Nothing was sold"):
        plan(SALES[SALES["quantity"] < 0], PercentOff(10))
    with pytest.raises(ck.CrmkitError, match="treated is 0"):
        power(0.2, 0.1, 0, 10)
    with pytest.raises(ck.CrmkitError, match="power is 1"):
        sample_size(0.2, 0.1, power=1)
