"""Prices and what was sold beside them: by hand, against statsmodels, and on the planted case."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import crmkit as ck
from crmkit.kpi import price_elasticity, price_index

TWO = pd.DataFrame(
    [
        ("2024", "bread", 10, 20.0), ("2024", "milk", 5, 5.0),
        ("2025", "bread", 8, 24.0), ("2025", "milk", 10, 12.0), ("2025", "new", 1, 14.0),
    ],
    columns=["year", "product_id", "quantity", "amount"],
)  # fmt: skip
TWO = TWO.assign(sold_at=pd.to_datetime(TWO["year"] + "-06-01"))[
    ["product_id", "quantity", "amount", "sold_at"]
]


def test_an_index_by_hand():
    # bread 2 → 3, milk 1 → 1.2: Laspeyres (30 + 6) ÷ 25, Paasche 36 ÷ (16 + 10)
    found = price_index(TWO, "year").iloc[1]
    assert found["laspeyres"] == pytest.approx(144)
    assert found["paasche"] == pytest.approx(100 * 36 / 26)
    assert found["fisher"] == pytest.approx(100 * np.sqrt(1.44 * 36 / 26))
    assert (found["products"], found["matched_share"]) == (2, pytest.approx(36 / 50))


def test_time_reversal_holds_for_fisher():
    there = price_index(TWO, "year")["fisher"].iloc[1]
    back = price_index(TWO.assign(year=TWO["sold_at"].dt.year.astype(str)), "year", base="2025")
    assert there * back["fisher"].iloc[0] == pytest.approx(100 * 100)


def test_the_rise_and_fall_planted_at_the_business_district_store_are_seen():
    sales = ck.load("sales")
    lines = sales[sales["store_id"] == "S03"]
    touched = ck.load("products")
    touched = touched[
        touched["category"].isin(["tea_coffee", "snacks", "stationery", "gadgets", "kitchen"])
    ]
    lines = lines[lines["product_id"].isin(touched["product_id"])]
    # list prices, so that nobody's offer is in it
    lines = lines.assign(amount=lines["list_price"] * lines["quantity"])
    found = price_index(lines, "quarter", base="2023-Q4").set_index("quarter")["fisher"] / 100
    assert found["2024-Q3"] == pytest.approx(1.09, abs=0.01)
    assert found["2025-Q2"] == pytest.approx(0.96, abs=0.01)


def market(elasticity, products, weeks, seed=1, noise=0.2):
    """Weekly sales of products whose demand is known, with a season they all share."""
    rng = np.random.default_rng(seed)
    price = rng.uniform(5, 20, products)[:, None] * np.exp(rng.normal(0, 0.15, (products, weeks)))
    season = 0.5 * np.sin(np.arange(weeks) / 4)
    level = rng.normal(5, 0.5, products)[:, None] + 3
    pieces = np.exp(level + season + elasticity * np.log(price) + rng.normal(0, noise, price.shape))
    day = pd.date_range("2024-01-01", periods=weeks, freq="7D")
    table = pd.DataFrame(
        {
            "product_id": np.repeat([f"p{n:02}" for n in range(products)], weeks),
            "sold_at": np.tile(day, products),
            "quantity": pieces.ravel(),
            "category": "tea",
        }
    )
    return table.assign(amount=price.ravel() * table["quantity"])


def test_a_known_elasticity_is_found():
    found = price_elasticity(market(-1.8, 12, 60), "category").table.iloc[0]
    assert found["low"] < -1.8 < found["high"] and found["high"] - found["low"] < 0.35
    assert found["observations"] == 720


@pytest.mark.parametrize("products", [1, 4, 12])
def test_it_is_the_regression_of_statsmodels(products):
    lines = market(-1.2, products, 30, seed=4)
    found = price_elasticity(lines, "category").table.iloc[0]
    logs = lines.assign(q=np.log(lines["quantity"]), p=np.log(lines["amount"] / lines["quantity"]))
    levels = "" if products == 1 else " + C(product_id) + C(sold_at)"
    kind = {"cov_type": "HC1"}
    if products >= 10:
        groups = pd.factorize(logs["product_id"])[0]
        kind = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    theirs = smf.ols("q ~ p" + levels, logs).fit(use_t=True, **kind)
    assert found["elasticity"] == pytest.approx(theirs.params["p"])
    assert found[["low", "high"]].tolist() == pytest.approx(theirs.conf_int().loc["p"].tolist())
    assert found["p_value"] == pytest.approx(theirs.pvalues["p"])


def test_the_warning_goes_with_every_answer(language):
    for lines in (market(-1.8, 12, 60), TWO):
        said = price_elasticity(lines).sentence
        assert {"en": "observed, not tried out", "zh": "不是试出来的"}[language] in said


def test_a_price_that_never_moved_teaches_nothing():
    lines = market(-1.8, 1, 20)
    still = lines.assign(amount=lines["quantity"] * 9.9)
    assert price_elasticity(still).table["elasticity"].isna().all()
    assert price_elasticity(lines.head(5)).table["elasticity"].isna().all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: price_index(TWO, "decade"), "period is 'decade'; it must be one of week"),
        (lambda: price_index(TWO, "month", base="2026-01"), "Nothing was sold in '2026-01'"),
        (lambda: price_elasticity(TWO, at_least=2), "at_least is 2"),
        (lambda: price_elasticity(TWO, "colour"), "no column 'colour'"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says):
    with pytest.raises(ck.CrmkitError, match=says):
        call()
