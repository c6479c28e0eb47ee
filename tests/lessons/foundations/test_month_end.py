"""Exercise foundations-3: each learner's day reckoned again from the plain tables."""

from itertools import pairwise

import pandas as pd
import pytest

import crmkit as ck
from crmkit.lessons.foundations.month_end import MonthEnd


@pytest.fixture(scope="module")
def tables():
    sales = ck.load("sales")
    sales = sales[(sales["channel"] == "store") & (sales["sold_at"] >= "2025-05-20")]
    sales = sales.assign(on=sales["sold_at"].dt.normalize())
    door = ck.load("footfall")
    return sales, door.assign(on=pd.to_datetime(door["hour"]).dt.normalize())


def of_a_day(tables, store, on):
    sales, door = tables
    mine = sales[(sales["store_id"] == store) & (sales["on"] == on)]
    orders = mine.loc[mine["quantity"] > 0, "sale_id"].nunique()
    came = door.loc[(door["store_id"] == store) & (door["on"] == on), "visitors"].sum()
    return mine["amount"].sum(), mine["cost"].sum(), orders, came


@pytest.mark.parametrize("number", range(1, 100))
def test_every_learners_day_a_second_way(number, tables):
    asked = MonthEnd({"my_number": number})
    store, day = asked.row["store_id"], asked.row["day"]
    assert day.month == 6 and day.year == 2025
    revenue, cost, orders, came = of_a_day(tables, store, day)
    _r, _c, orders_then, came_then = of_a_day(tables, store, day - pd.Timedelta(days=7))
    assert asked.aov().value == pytest.approx(revenue / orders)
    assert asked.conversion().value == pytest.approx(100 * orders / came)
    assert asked.margin_rate().value == pytest.approx(100 * (revenue - cost) / revenue)
    people = came / came_then - 1
    bought = (orders / came) / (orders_then / came_then) - 1
    assert asked.what_moved().value == ("visitors" if abs(people) > abs(bought) else "conversion")
    assert abs(abs(people) - abs(bought)) > 0.03, "plain enough to be asked"
    for key in (asked.aov(), asked.conversion(), asked.margin_rate(), asked.revenue()):
        near = [value for value in key.mistakes.values() if abs(value - key.value) < 0.1]
        assert len(key.mistakes) >= 2 and not near


def test_the_revenue_on_the_sheet_is_not_the_total_of_the_export():
    for number in range(1, 100):
        asked = MonthEnd({"my_number": number})
        rows = asked.mine()["of"][0]["of"][0]["rows"]
        sold, once = 0.0, set()
        for _no, receipt, at, phone, goods, pieces, price, _paid in rows:
            if pieces and receipt != "TEST01" and (receipt, at, phone, goods) not in once:
                once.add((receipt, at, phone, goods))
                sold += int(pieces) * float(price)
        assert asked.revenue().value == pytest.approx(sold)
        assert float(rows[-1][-1]) > 1.2 * sold


def test_neighbours_get_other_days():
    rows = [MonthEnd({"my_number": number}).row for number in range(1, 100)]
    drawn = [(row["store_id"], row["day"]) for row in rows]
    assert len(set(drawn)) > 60
    assert all(one != other for one, other in pairwise(drawn))
