"""The figures of the lesson on numbers, reckoned a second way, for every store one may choose."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.lessons.foundations import figures
from crmkit.lessons.foundations.figures_asked import Figures

STORES = ("S01", "S02", "S03", "S04")


@pytest.fixture(scope="module")
def sales():
    return ck.load("sales")


def on(sales, first, last):
    day = sales["sold_at"].dt.strftime("%Y-%m-%d")
    return sales[(day >= first) & (day <= last)]


def asked(store):
    return Figures({"my_store": store.lower()})


@pytest.mark.parametrize("store", STORES)
def test_three_numbers_of_the_saturday(store, sales):
    till = sales[(sales["store_id"] == store) & (sales["channel"] == "store")]
    aov, orders = {}, {}
    for day in ("2025-06-28", "2025-06-21"):
        lines = on(till, day, day)
        orders[day] = lines[lines["quantity"] > 0]["sale_id"].nunique()
        aov[day] = lines["amount"].sum() / orders[day]
    now, then = orders
    key = asked(store)
    assert key.aov().value == pytest.approx(aov[now])
    assert list(key.aov().mistakes.values()) == [pytest.approx(aov[then])]
    assert abs(aov[now] - aov[then]) > 0.01
    moved = {"orders": orders[now] / orders[then] - 1, "aov": aov[now] / aov[then] - 1}
    more = max(moved, key=lambda one: abs(moved[one]))
    assert key.people_or_basket().value == more
    assert abs(abs(moved["orders"]) - abs(moved["aov"])) > 0.02, "clear enough to be asked"
    assert f"{orders[now]}" in str(key.today())


@pytest.mark.parametrize("store", STORES)
def test_conversion_and_days_of_stock_from_the_plain_tables(store, sales):
    june = on(sales, "2025-06-01", "2025-06-30")
    bought = june[
        (june["store_id"] == store) & (june["quantity"] > 0) & (june["channel"] == "store")
    ]
    door = ck.load("footfall")
    came = door[(door["store_id"] == store) & (door["hour"] >= "2025-06-01")]["visitors"].sum()
    assert asked(store).conversion().value == pytest.approx(
        100 * bought["sale_id"].nunique() / came
    )
    assert asked(store).conversion().value < 50, "fewer than half buy, as the guess is answered"

    cost = ck.load("products").set_index("product_id")["cost"]
    quarter = on(sales, "2025-04-01", "2025-06-30")
    mine = quarter[quarter["store_id"] == store]
    gone = (mine["quantity"] * mine["product_id"].map(cost)).sum()
    lay = ck.load("stock_daily")
    lay = lay[(lay["store_id"] == store) & (lay["date"] >= "2025-04-01")]
    stock = (lay["on_hand"] * lay["product_id"].map(cost)).sum() / 91
    assert lay["date"].nunique() == 91
    assert asked(store).stock_days().value == pytest.approx(91 / round(gone / stock, 2))


def test_textiles_sell_less_than_the_pantry_and_leave_more(sales):
    june = on(sales, "2025-06-01", "2025-06-30")
    category = june["product_id"].map(ck.load("products").set_index("product_id")["category"])
    by = june.groupby(category)[["amount", "cost"]].sum()
    left = by["amount"] - by["cost"]
    assert by["amount"]["textiles"] < by["amount"]["pantry"]
    assert left["textiles"] > left["pantry"]
    key = Figures({}).margin_rate()
    assert key.value == pytest.approx(100 * left["textiles"] / by["amount"]["textiles"])
    assert list(key.mistakes.values()) == [
        pytest.approx(100 * left["pantry"] / by["amount"]["pantry"])
    ]
    assert round(100 * left["pantry"] / by["amount"]["pantry"]) == 25, "the prose says 25 per cent"


def test_people_are_counted_by_hand_too(sales):
    found = figures.people().set_index("store_id")
    bought = sales[
        (sales["quantity"] > 0) & sales["member_id"].notna() & (sales["store_id"] == "S02")
    ]
    early = set(on(bought, "2025-01-01", "2025-03-31")["member_id"])
    late = on(bought, "2025-04-01", "2025-06-30")
    times = late.groupby("member_id")["sale_id"].nunique()
    assert found.loc["S02", "repeat_purchase_rate"] == pytest.approx((times >= 2).mean(), abs=1e-6)
    anywhere = on(sales[(sales["quantity"] > 0)], "2025-04-01", "2025-06-30")["member_id"]
    kept = early & set(anywhere.dropna())
    assert found.loc["S02", "retention_rate"] == pytest.approx(len(kept) / len(early), abs=1e-6)


def test_the_misleading_charts_mislead_as_the_lesson_says():
    rates = 100 * figures.door()["conversion_rate"]
    assert Figures({}).gap().value == pytest.approx(rates.max() - rates.min())
    assert 28 < rates.min() < 29, "an axis from 28 per cent leaves the weakest store a stump"
    month = figures.months().set_index("month")["revenue"]
    assert month["2025-06"] > 1.9 * month["2025-02"], "nearly doubled"
    assert month["2025-02"] == month.min(), "from the bottom of the hole"
    assert month["2025-06"] < month["2024-01"] * 1.0, "it had been as high before"
    may, june, same = figures.half_june()
    assert june < 0.6 * may and june > same


def test_a_report_holds_a_figure_of_the_day_and_is_printed_with_the_name():
    key = Figures({"my_store": "s02", "noticed": "96 单", "my_name": "李雷"})
    assert key.noticed().value(key.noticed().example) is None
    assert key.noticed().value("很忙") is not None
    assert "李雷" in str(key.report()) and "96 单" in str(key.report())


@pytest.mark.parametrize("which", ["axis", "window", "month"])
def test_every_pair_of_charts_can_be_drawn_and_read(which):
    assert figures.pair(which).text.count("¥" if which != "axis" else "%") >= 3


def test_the_saturday_is_one():
    assert pd.Timestamp(figures.DAY).day_name() == "Saturday"
