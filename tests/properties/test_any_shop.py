"""What must hold for any shop: sums, bounds, order."""

import math

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as ck

QUICK = settings(max_examples=40, deadline=None, derandomize=True)
DAY = pd.Timestamp("2025-01-01")

line = st.fixed_dictionaries(
    {
        "sale_id": st.sampled_from([f"s{n}" for n in range(12)]),
        "minute": st.integers(0, 200 * 1440),
        "store_id": st.sampled_from(["A", "B", None]),
        "member_id": st.sampled_from(["m1", "m2", "m3", "m4", None]),
        "product_id": st.sampled_from(["p1", "p2", "p3", "p4", "p5", "p6"]),
        "quantity": st.integers(-3, 5),
        "cents": st.integers(-5_000, 50_000),
    }
)


@st.composite
def shops(draw, least=0):
    rows = draw(st.lists(line, min_size=least, max_size=40))
    columns = ["sale_id", "minute", "store_id", "member_id", "product_id", "quantity", "cents"]
    frame = pd.DataFrame(rows, columns=columns)
    keys = ["sale_id", "store_id", "member_id", "product_id"]
    frame = frame.astype(dict.fromkeys(keys, "str") | {"quantity": "int64"})
    sold_at = DAY + pd.to_timedelta(frame["minute"].astype("int64"), unit="m")
    return frame.assign(sold_at=sold_at, amount=frame["cents"].astype("float64") / 100)


def in_bounds(values):
    return all(math.isnan(v) or 0 <= v <= 1 for v in values)


@QUICK
@given(shops())
def test_groups_sum_to_the_whole(sales):
    whole = ck.kpi.sales_summary(sales).iloc[0]
    told = ["hour"] if (sales["minute"] % 1440).any() or sales.empty else []
    for by in ("store_id", ["store_id", "month"], "weekday", *told):
        groups = ck.kpi.sales_summary(sales, by=by)
        assert abs(groups["revenue"].sum() - whole["revenue"]) < 1e-6
        assert groups["units"].sum() == whole["units"]
        assert groups["orders"].sum() >= whole["orders"]
    assert whole["orders"] == sales[sales["quantity"] > 0]["sale_id"].nunique()


@QUICK
@given(shops())
def test_rates_lie_between_nothing_and_all_or_are_null(sales):
    half = ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-07-31")
    for rated in (
        ck.kpi.member_share(sales, by="store_id")["member_share"],
        ck.kpi.repeat_purchase_rate(sales, by="store_id")["repeat_purchase_rate"],
        ck.kpi.retention_rate(sales, *half, by="store_id")["retention_rate"],
        ck.kpi.cohort_retention(sales)["retention_rate"],
        ck.stock.best_seller_share(sales, by="store_id")["best_seller_share"],
        ck.stock.abc(sales)["value_share"],
        ck.stock.abc(sales)["cumulative_share"],
    ):
        assert in_bounds(rated)
    rate = ck.kpi.repeat_purchase_rate(sales)
    if rate.value is not None:
        assert 0 <= rate.low <= rate.value <= rate.high <= 1


@QUICK
@given(shops(least=1))
def test_scores_follow_the_values(sales):
    got = ck.segment.rfm(sales, bins=3)
    for value, score, sign in (
        ("recency", "r_score", -1),
        ("frequency", "f_score", 1),
        ("monetary", "m_score", 1),
    ):
        ranked = got.sort_values([value, "member_id"])
        assert (ranked[score] * sign).is_monotonic_increasing
        sizes = got[score].value_counts()
        assert got.empty or sizes.max() - sizes.reindex([1, 2, 3], fill_value=0).min() <= 1


@QUICK
@given(shops(least=1))
def test_the_first_month_of_a_cohort_is_everybody(sales):
    got = ck.kpi.cohort_retention(sales)
    first = got[got["months_since"] == 0]
    assert (first["active"] == first["members"]).all()
    bought = sales[(sales["quantity"] > 0) & sales["member_id"].notna()]
    assert first["members"].sum() == bought["member_id"].nunique()


@QUICK
@given(shops(least=1))
def test_classes_are_in_order(sales):
    got = ck.stock.abc(sales)
    assert got["abc"].tolist() == sorted(got["abc"])
    assert got["revenue"].is_monotonic_decreasing
    assert len(got) == sales["product_id"].nunique()


@QUICK
@given(shops(least=1))
def test_the_order_of_the_lines_does_not_matter(sales):
    turned = sales.iloc[::-1].reset_index(drop=True)
    for answer in (ck.segment.rfm, ck.kpi.cohort_retention, ck.stock.abc):
        pd.testing.assert_frame_equal(answer(sales), answer(turned))


@QUICK
@given(st.lists(st.integers(0, 10), max_size=30))
def test_nps_lies_within_its_interval(answers):
    score = ck.kpi.nps(pd.DataFrame({"nps": pd.Series(answers, dtype="float64")}))
    assert score.answers == len(answers)
    if score.low is not None:
        assert -100 <= score.low <= score.value <= score.high <= 100


@QUICK
@given(
    st.floats(0, 100), st.floats(0.1, 30), st.floats(0.5, 0.999), st.floats(0, 50), st.floats(0, 5)
)
def test_more_chance_needs_more_buffer(sd, lead, service, demand, lead_sd):
    less = float(ck.stock.safety_stock(sd, lead, service, demand=demand, lead_sd=lead_sd))
    more = float(ck.stock.safety_stock(sd + 1, lead, service, demand=demand, lead_sd=lead_sd))
    assert 0 <= less <= more + 1e-9
