"""What members combine and which way they go: by hand, and against sets counted here."""

from collections import Counter

import pandas as pd
import pytest

import crmkit as ck
from crmkit.kpi import cohort_retention, cross_shopping, purchase_path

LINES = pd.DataFrame(
    [
        ("a", 1, "2025-01-01", "tea", 1, 10.0),
        ("a", 1, "2025-01-01", "cups", 1, 4.0),
        ("a", 2, "2025-02-01", "cups", 1, 10.0),
        ("b", 3, "2025-01-05", "tea", 1, 5.0),
        ("b", 4, "2025-01-06", "tea", -1, -5.0),
        ("c", 5, "2025-04-01", "cake", 1, 7.0),
        (None, 6, "2025-03-01", "tea", 1, 7.0),
    ],
    columns=["member_id", "sale_id", "sold_at", "category", "quantity", "amount"],
).astype({"sold_at": "datetime64[us]"})


def test_everybody_stands_in_one_combination():
    found = cross_shopping(LINES).set_index("category_set")
    assert found["members"].to_dict() == {"cake": 1, "cups, tea": 1, "tea": 1}
    assert found["revenue"].to_dict() == {"cake": 7.0, "cups, tea": 24.0, "tea": 0.0}
    assert found["members_share"].sum() == pytest.approx(1)


def test_the_course_shops_combinations_are_those_of_sets():
    sales, products = ck.load("sales"), ck.load("products")
    among = ["baby", "gifts", "snacks"]
    found = cross_shopping(sales, among=among, products=products)
    lines = sales[sales["quantity"] > 0].dropna(subset="member_id")
    lines = lines.merge(products[["product_id", "category"]])
    lines = lines[lines["category"].isin(among)]
    bought = lines.groupby("member_id")["category"].agg(lambda c: ", ".join(sorted(set(c))))
    assert found.set_index("category_set")["members"].to_dict() == Counter(bought)


def test_paths_by_hand():
    found = purchase_path(LINES, steps=2)
    ways = [tuple(None if pd.isna(v) else v for v in row) for row in
            found[["category_1", "category_2"]].to_numpy()]  # fmt: skip
    assert sorted(ways, key=str) == [("cake", None), ("tea", "cups"), ("tea", None)]
    assert found["members"].tolist() == [1, 1, 1]


def test_who_had_bought_before_is_no_beginner():
    found = purchase_path(LINES, since="2025-01-15")
    assert found["category_1"].tolist() == ["cake"]


def test_cohorts_of_any_period_against_pandas_on_the_course_shop():
    sales = ck.load("sales")
    bought = sales[sales["quantity"] > 0].dropna(subset="member_id")
    for period, code in (("week", "W-SUN"), ("quarter", "Q"), ("year", "Y")):
        at = bought["sold_at"].dt.to_period(code)
        first = at.groupby(bought["member_id"]).transform("min")
        active = bought.groupby([first, at])["member_id"].nunique()
        orders = bought.groupby([first, at])["sale_id"].nunique()
        for value, wanted in (("active", active), ("orders", orders)):
            found = cohort_retention(sales, period, "members" if value == "active" else value)
            assert found[value].sum() == wanted.sum()
            start = found[found[f"{period}s_since"] == 0].set_index("cohort")[value]
            diagonal = wanted[wanted.index.get_level_values(0) == wanted.index.get_level_values(1)]
            assert start.tolist() == diagonal.tolist()


def test_revenue_of_cohorts_is_net_of_returns_and_adds_up():
    sales = ck.load("sales")
    found = cohort_retention(sales, "quarter", "revenue")
    known = sales.dropna(subset="member_id")
    began = known[known["quantity"] > 0].groupby("member_id")["sold_at"].min()
    began = known["member_id"].map(began).dt.to_period("Q")
    after = known[known["sold_at"].dt.to_period("Q") >= began]
    assert found["revenue"].sum() == pytest.approx(after["amount"].sum())
    first = found[found["quarters_since"] == 0]
    assert (first["retention_rate"] == 1).all()


def test_weeks_are_named_by_their_monday():
    assert cohort_retention(LINES, "week")["cohort"].iloc[0] == "2024-12-30"
    assert cohort_retention(LINES, "day")["cohort"].iloc[0] == "2025-01-01"
    assert cohort_retention(LINES, "quarter")["cohort"].unique().tolist() == ["2025-Q1", "2025-Q2"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: cohort_retention(LINES, "fortnight"),
            "period is 'fortnight'; it must be one of day",
        ),
        (
            lambda: cohort_retention(LINES, value="profit"),
            "value is 'profit'; it must be one of members",
        ),
        (lambda: cross_shopping(LINES, most=1), "most is 1"),
        (lambda: cross_shopping(LINES, among=["beer"]), "No member bought anything"),
        (lambda: cross_shopping(LINES.head(0)), "No member bought anything"),
        (lambda: purchase_path(LINES, steps=1), "steps is 1"),
        (lambda: purchase_path(LINES, steps="2"), "steps is '2'"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says):
    with pytest.raises(ck.CrmkitError, match=says):
        call()
