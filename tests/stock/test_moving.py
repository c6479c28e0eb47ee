"""How fast the stock turns, sells and runs out."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck

from .shelves import DAILY, GOODS

S = ck.stock

PRODUCTS = pd.DataFrame(
    {"product_id": ["p1", "p2"], "cost": [2.0, 10.0], "category": ["tea", "cake"]}
)
DAYS = pd.to_datetime(["2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02"])
STOCK = pd.DataFrame(
    {
        "store_id": ["A"] * 6,
        "product_id": ["p1"] * 4 + ["p2"] * 2,
        "date": [*DAYS, DAYS[0], DAYS[1]],
        "on_hand": [10, 8, 6, 4, 2, 2],
    }
)
SALES = pd.DataFrame(
    {
        "product_id": ["p1", "p1", "p2", "p1"],
        "store_id": ["A"] * 4,
        "sold_at": pd.to_datetime(
            ["2025-01-31 23:59", "2025-02-02 10:00", "2025-01-30 08:00", "2025-03-01 10:00"]
        ),
        "quantity": [4, -1, 2, 100],
    }
)


def test_cost_of_goods_over_average_stock_in_the_counted_days():
    row = ck.stock.turnover(SALES, STOCK, PRODUCTS).iloc[0]
    # sold (4 − 1) × 2 + 2 × 10 = 26; stock (28 × 2 + 4 × 10) ÷ 4 days = 24; March is not counted
    assert row["cogs"] == 26.0
    assert row["average_stock"] == 24.0
    assert row["days"] == 4
    assert row["turnover"] == pytest.approx(26 / 24)
    assert row["days_of_stock"] == pytest.approx(4 / (26 / 24))


def test_groups_sum_to_the_whole_and_gone_products_count_as_nothing():
    got = ck.stock.turnover(SALES, STOCK, PRODUCTS, by="category").set_index("category")
    assert got["cogs"].to_dict() == {"tea": 6.0, "cake": 20.0}
    assert got["average_stock"].to_dict() == {"tea": 14.0, "cake": 10.0}
    assert got["days"].tolist() == [4, 4]


def test_by_month_each_month_has_its_own_days():
    got = ck.stock.turnover(SALES, STOCK, PRODUCTS, by="month").set_index("month")
    assert got["days"].to_dict() == {"2025-01": 2, "2025-02": 2}
    assert got["cogs"].to_dict() == {"2025-01": 28.0, "2025-02": -2.0}


def test_nothing_in_stock_gives_no_rate():
    none = STOCK.assign(on_hand=0)
    row = ck.stock.turnover(SALES, none, PRODUCTS).iloc[0]
    assert pd.isna(row["turnover"]) and pd.isna(row["days_of_stock"])


@pytest.mark.parametrize(
    ("opening", "closing", "cogs", "times", "days"),
    [
        (1926, 2290, 18038, 8.6, 42.6),
        (2290, 2522, 20351, 8.5, 43.1),
        (2522, 2618, 20099, 7.8, 46.7),
    ],
)
def test_the_textbook_example(opening, closing, cogs, times, days):
    """PepsiCo's three years in J. J. Weygandt, P. D. Kimmel and D. E. Kieso, "Financial Accounting:
    Tools for Business Decision Making", exercise E6-11 ($ million): turnover 8.6, 8.5 and 7.8 on
    the mean of opening and closing stock, which is that of every day if it grows evenly.
    """
    year = pd.date_range("2023-01-01", "2023-12-31")
    on_hand = np.linspace(opening, closing, len(year))
    stock = pd.DataFrame({"store_id": "A", "product_id": "p", "date": year, "on_hand": on_hand})
    sales = pd.DataFrame({"product_id": ["p"], "sold_at": year[:1], "quantity": [cogs]})
    row = ck.stock.turnover(sales, stock, pd.DataFrame({"product_id": ["p"], "cost": [1.0]})).iloc[
        0
    ]
    assert (row["cogs"], row["average_stock"]) == (cogs, pytest.approx((opening + closing) / 2))
    assert round(row["turnover"], 1) == times
    assert row["days_of_stock"] == pytest.approx(days, abs=0.06)


def test_sell_through_counts_what_came_in():
    got = S.sell_through(DAILY, by="product_id").set_index("product_id")
    assert got["sell_through"]["p"] == pytest.approx(10 / 14)
    assert np.isnan(got["sell_through"]["q"]), "nothing came in"


def test_moving_goods():
    rate = S.moving_rate(DAILY)
    assert (rate.numerator, rate.denominator) == (1, 2)
    got = S.moving_rate(DAILY, by="store_id").set_index("store_id")
    assert got["moving_rate"].to_dict() == {"A": 0.5, "B": 0.0}


def test_an_empty_shelf_is_a_stock_out_each_day():
    rate = S.stockout_rate(DAILY)
    assert (rate.numerator, rate.denominator) == (2, 6)
    got = S.stockout_rate(DAILY, by="category", products=GOODS).set_index("category")
    assert got["stockout_rate"].to_dict() == {"tea": 0.5, "cake": 0.0}


def test_days_of_stock_is_turnover_the_other_way_round():
    daily, goods, sales = ck.load("stock_daily"), ck.load("products"), ck.load("sales")
    turned = S.turnover(sales, daily, goods, by="category")
    lasts = S.days_of_stock(sales, daily, goods, by="category")
    assert "turnover" not in lasts.columns
    product = turned["turnover"] * lasts["days_of_stock"] / turned["days"]
    assert product.tolist() == pytest.approx([1.0] * len(turned))
