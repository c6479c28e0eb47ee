"""What was sold, in eight figures, right to the line."""

import pandas as pd
import pytest

import crmkit as ck

LINES = pd.DataFrame(
    {
        "sale_id": ["s1", "s1", "s2", "s3", "s3"],
        "sold_at": pd.to_datetime(
            [
                "2025-01-31 23:59",
                "2025-01-31 23:59",
                "2025-02-01 00:00",
                "2025-02-03 09:00",
                "2025-02-03 09:00",
            ]
        ),
        "store_id": ["A", "A", "A", "B", "B"],
        "product_id": ["p1", "p2", "p1", "p1", "p2"],
        "quantity": [2, 1, -1, 1, -1],
        "amount": [20.0, 5.0, -10.0, 10.0, -5.0],
        "cost": [12.0, 2.0, -6.0, 6.0, -2.0],
    }
)


def test_revenue_is_net_of_returns_and_a_return_alone_is_no_order():
    row = ck.kpi.sales_summary(LINES).iloc[0]
    assert row.to_dict() == {
        "revenue": 20.0,
        "orders": 2,
        "units": 2,
        "aov": 10.0,
        "upt": 1.0,
        "item_price": 10.0,
        "gross_margin": 8.0,
        "margin_rate": 0.4,
    }


def test_the_last_minute_of_january_belongs_to_january():
    got = ck.kpi.sales_summary(LINES, by="month").set_index("month")
    assert got["revenue"].to_dict() == {"2025-01": 25.0, "2025-02": -5.0}
    assert got["orders"].to_dict() == {"2025-01": 1, "2025-02": 1}


def test_a_month_of_returns_only_has_no_average_order():
    back = LINES[LINES["sale_id"] == "s2"]
    row = ck.kpi.sales_summary(back).iloc[0]
    assert (row["orders"], row["revenue"]) == (0, -10.0)
    assert pd.isna(row["aov"]) and pd.isna(row["upt"])
    assert row["item_price"] == 10.0


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("year", [2025]),
        ("quarter", ["2025-Q1"]),
        ("month", ["2025-01", "2025-02"]),
        ("week", [pd.Timestamp("2025-01-27"), pd.Timestamp("2025-02-03")]),
        ("day", [pd.Timestamp(d) for d in ("2025-01-31", "2025-02-01", "2025-02-03")]),
        ("hour", [0, 9, 23]),
        ("weekday", [1, 5, 6]),
    ],
)
def test_any_part_of_time_can_be_the_group(part, wanted):
    got = ck.kpi.sales_summary(LINES, by=part)
    assert got[part].tolist() == wanted
    assert got["revenue"].sum() == 20.0


def test_two_groups_at_once_sum_to_the_whole():
    got = ck.kpi.sales_summary(LINES, by=["store_id", "month"])
    assert list(got.columns[:2]) == ["store_id", "month"]
    assert got["revenue"].sum() == ck.kpi.sales_summary(LINES)["revenue"][0]


def test_a_column_of_the_products_is_looked_up():
    products = pd.DataFrame({"product_id": ["p1", "p2"], "category": ["dairy", "snacks"]})
    got = ck.kpi.sales_summary(LINES, by="category", products=products).set_index("category")
    assert got["revenue"].to_dict() == {"dairy": 20.0, "snacks": 0.0}
    with ck.use_language("en"), pytest.raises(ck.TableError, match="give products=products too"):
        ck.kpi.sales_summary(LINES, by="category")


def test_a_product_that_stands_twice_would_count_sales_twice_and_is_refused():
    twice = pd.DataFrame({"product_id": ["p1", "p1"], "category": ["dairy", "snacks"]})
    with pytest.raises(ck.TableError, match="p1"):
        ck.kpi.sales_summary(LINES, by="category", products=twice)


def test_the_period_holds_both_its_days():
    got = ck.kpi.sales_summary(LINES, since="2025-01-31", until="2025-02-01")
    assert got["revenue"][0] == 15.0


def test_without_costs_the_margin_is_unknown_and_partly_known_costs_count_their_own_lines():
    without = ck.kpi.sales_summary(LINES.drop(columns="cost"))
    assert without[["gross_margin", "margin_rate"]].isna().all(axis=None)
    partly = LINES.assign(cost=[12.0, None, None, None, None])
    row = ck.kpi.sales_summary(partly).iloc[0]
    assert (row["gross_margin"], row["margin_rate"]) == (8.0, 0.4)


def test_an_empty_table_has_sold_nothing():
    row = ck.kpi.sales_summary(LINES.head(0)).iloc[0]
    assert (row["revenue"], row["orders"], row["units"]) == (0, 0, 0)
    assert pd.isna(row["aov"])
    assert len(ck.kpi.sales_summary(LINES.head(0), by="store_id")) == 0


def test_walk_ins_are_a_group_of_their_own():
    got = ck.kpi.sales_summary(LINES.assign(member_id=["m", "m", None, None, None]), by="member_id")
    assert got["revenue"].sum() == 20.0
    assert len(got) == 2


def test_the_published_figures_of_online_retail(online_retail):
    row = ck.kpi.sales_summary(online_retail).iloc[0]
    assert row["orders"] == 18_532
    assert row["revenue"] == pytest.approx(8_911_407.904, abs=1e-4)
    assert len(online_retail) == 397_884
    months = ck.kpi.sales_summary(online_retail, by="month")
    assert months["revenue"].sum() == pytest.approx(8_911_407.904, abs=1e-3)
    assert months["orders"].sum() == 18_532
