"""Who is new, comes again and stays away; how often, how long between, how much each; and why
revenue changed. Cases small enough to count by hand, and an independent count on a real retailer."""

import math

import pandas as pd
import pytest

import crmkit as ck

U = ck.customers


def visits(**days):
    """Lines of members who bought on these days: ``a="04-01 06-30"``, each for 10."""
    rows = [(m, f"2025-{day}") for m, all_days in days.items() for day in all_days.split()]
    lines = pd.DataFrame(rows, columns=["member_id", "sold_at"])
    return lines.assign(
        sold_at=pd.to_datetime(lines["sold_at"]).astype("datetime64[us]"),
        sale_id=range(len(lines)),
        quantity=1,
        amount=10.0,
    )


def test_a_member_is_new_returns_lapses_and_is_won_back():
    got = U.movement(visits(a="01-05 02-20 06-01", b="01-31"), lapse=2).set_index("month")
    assert got["new"].tolist() == [2, 0, 0, 0, 0, 0]
    assert got["returning"].tolist() == [0, 1, 0, 0, 0, 0]
    assert got["lapsed"].tolist() == [0, 0, 1, 1, 0, 0], "b after March, a after April"
    assert got["reactivated"].tolist() == [0, 0, 0, 0, 0, 1]
    assert got["current"].tolist() == [2, 2, 1, 0, 0, 1]


def test_rows_before_since_still_tell_who_is_new():
    got = U.movement(visits(a="01-05 03-01", b="03-02"), since="2025-03-01")
    assert got[["month", "new", "returning"]].values.tolist() == [["2025-03", 1, 1]]


@pytest.mark.parametrize("period", ["year", "quarter", "month", "week", "day"])
@pytest.mark.parametrize("lapse", [1, 3])
def test_movement_is_what_walking_through_the_periods_counts(online_retail, period, lapse):
    lines = online_retail[online_retail["sold_at"] >= "2011-09-01"]
    got = U.movement(lines, period, lapse=lapse)
    starts = lines["sold_at"].dt.to_period({"year": "Y", "quarter": "Q", "month": "M", "week": "W", "day": "D"}[period])  # fmt: skip
    came = lines.groupby(starts)["member_id"].agg(set)
    periods = list(pd.period_range(came.index.min(), came.index.max(), freq=came.index.freq))
    came = [came.get(p, set()) for p in periods]
    assert len(got) == len(periods)
    for n, now in enumerate(came):
        before = set().union(*came[:n])
        recent = set().union(*came[max(0, n - lapse) : n])
        current = set().union(*came[max(0, n - lapse + 1) : n + 1])
        row = got.iloc[n]
        assert row["active"] == len(now)
        assert row["new"] == len(now - before)
        assert row["returning"] == len(now & recent)
        assert row["reactivated"] == len((now & before) - recent)
        assert row["current"] == len(current)
        assert row["lapsed"] == len(recent - current)


def test_days_between_and_within_how_many_days_they_came():
    got = U.days_between(visits(a="06-01 06-08 06-15", b="06-01 06-30"))
    assert got.values.tolist() == [[7, 2, 2 / 3, 2 / 3], [29, 1, 1 / 3, 1.0]]


def test_once_twice_and_more():
    got = U.purchases_per_member(visits(a="06-01 06-08 06-15", b="06-01", c="06-02"))
    assert got["purchases"].tolist() == [1, 3]
    assert got["at_least"].tolist() == [3, 1]
    assert got["member_share"].tolist() == [2 / 3, 1 / 3]


def test_nobody_is_called_gone_before_the_time_is_over():
    lines = visits(a="01-01 01-20", b="01-05", c="06-20", d="06-30")
    got = U.churn_by_purchase(lines, 30).set_index("purchase_number")
    assert got[["gone", "reached"]].to_numpy().tolist() == [[1, 2], [1, 1]]
    assert U.churn_by_purchase(lines, 30, until="2025-07-31")["reached"].tolist() == [4, 1]


def test_churn_has_the_interval_of_statsmodels(online_retail):
    from statsmodels.stats.proportion import proportion_confint

    got = U.churn_by_purchase(online_retail, 90)
    low, high = proportion_confint(got["gone"], got["reached"], method="wilson")
    assert got["low"].tolist() == pytest.approx(low.tolist())
    assert got["high"].tolist() == pytest.approx(high.tolist())


def test_purchases_of_a_real_retailer_are_counted_right(online_retail):
    orders = online_retail.groupby("member_id")["sale_id"].nunique()
    got = U.purchases_per_member(online_retail).set_index("purchases")["members"]
    assert got.to_dict() == orders.value_counts().sort_index().to_dict()
    assert got.sum() == 4_338
    spend = U.spend(online_retail)
    assert (spend["customers"][0], spend["orders"][0]) == (4_338, 18_532)
    assert spend["revenue"][0] == pytest.approx(8_911_407.904, abs=1e-3)
    assert spend["revenue_each"][0] == pytest.approx(8_911_407.904 / 4_338)


def test_customers_by_group_count_where_they_bought():
    lines = visits(a="06-01 06-08", b="06-01").assign(store_id=["A", "B", "B"])
    lines = pd.concat([lines, visits(b="06-09").assign(store_id="A", quantity=-1, amount=-10.0)])
    got = U.spend(lines, "store_id").set_index("store_id")
    assert got["customers"].to_dict() == {"A": 1, "B": 2}, "a return is no visit"
    assert got["revenue"].to_dict() == {"A": 0.0, "B": 20.0}


MAY, JUNE = ("2025-05-01", "2025-05-31"), ("2025-06-01", "2025-06-30")


def test_each_factor_alone_explains_the_whole_change():
    may = visits(a="05-01", b="05-02")
    cases = {
        "customers": visits(a="06-01", b="06-02", c="06-03", d="06-04"),
        "orders_each": visits(a="06-01 06-05", b="06-02 06-03"),
        "upt": visits(a="06-01", b="06-02").assign(quantity=2, amount=20.0),
        "item_price": visits(a="06-01", b="06-02").assign(amount=20.0),
    }
    for factor, june in cases.items():
        tree = U.revenue_tree(pd.concat([may, june]), MAY, JUNE).set_index("step")["effect"]
        assert tree[factor] == pytest.approx(20.0), factor
        assert tree["revenue_after"] == 40.0
        assert tree.drop(["revenue_before", "revenue_after", factor]).abs().sum() < 1e-9


def test_the_steps_add_up_and_lie_near_the_logarithmic_split(online_retail):
    windows = ("2011-04-01", "2011-06-30"), ("2011-09-01", "2011-11-30")
    walk_in = online_retail.assign(
        member_id=online_retail["member_id"].where(online_retail["store_id"] != "France")
    )
    tree = U.revenue_tree(walk_in, *windows).set_index("step")
    steps = tree["effect"].iloc[1:-1].sum()
    change = tree["effect"]["revenue_after"] - tree["effect"]["revenue_before"]
    assert steps == pytest.approx(change, abs=0.01)
    sides = [walk_in[walk_in["sold_at"].between(f"{a}", f"{b} 23:59:59")] for a, b in windows]
    members = [side[side["member_id"].notna()]["amount"].sum() for side in sides]
    # Ang's log-mean split of the same product (LMDI): another rule, nearly the same answer
    mean = (members[1] - members[0]) / math.log(members[1] / members[0])
    for factor in ("customers", "orders_each", "upt", "item_price"):
        lmdi = mean * math.log(tree["after"][factor] / tree["before"][factor])
        assert tree["effect"][factor] == pytest.approx(lmdi, rel=0.05, abs=abs(change) * 0.01)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda d: U.movement(d, "mouth"), "'mouth'"),
        (lambda d: U.movement(d, lapse=0), "lapse"),
        (lambda d: U.movement(d, lapse="3"), "lapse"),
        (lambda d: U.churn_by_purchase(d, 0), "days"),
        (lambda d: U.churn_by_purchase(d, "x"), "days"),
        (lambda d: U.revenue_tree(d, "2025-05", JUNE), "earlier"),
        (lambda d: U.revenue_tree(d, MAY[::-1], JUNE), "earlier"),
        (lambda d: U.revenue_tree(d, MAY, JUNE), "later .*no member bought"),
    ],
)
def test_wrong_arguments_are_named(call, named):
    with pytest.raises(ck.CrmkitError, match=named):
        call(visits(a="05-01"))
