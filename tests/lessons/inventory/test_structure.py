"""A better stock structure: the keys found again with plain pandas, and the truth that was planted."""

import json

import pandas as pd
import pytest
from scipy.stats import norm

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.lessons.inventory import structure
from crmkit.lessons.inventory.structure import EXERCISE_STORE, STORE

LAST = pd.Timestamp("2025-06-30")


@pytest.fixture(scope="module")
def goods():
    return ck.load("products").set_index("product_id")


@pytest.fixture(scope="module")
def by_hand(goods):
    """A store's products: class, stock, days left and what is freed, reckoned anew."""

    def of(store):
        sales, daily = ck.load("sales"), ck.load("stock_daily")
        sold = sales[(sales["store_id"] == store) & (sales["sold_at"] >= "2025-04-02")]
        now = daily[(daily["store_id"] == store) & (daily["date"] == LAST)]
        now = now.set_index("product_id")["on_hand"]
        revenue = sold.groupby("product_id")["amount"].sum().sort_values(ascending=False)
        before = (revenue.cumsum() - revenue) / revenue.sum()
        found = pd.DataFrame(
            {"on_hand": now, "units": sold.groupby("product_id")["quantity"].sum()}
        )
        found = found.fillna(0).join(goods[["cost", "launched_on"]])
        found["abc"] = before.map(lambda at: "A" if at < 0.8 else "B" if at < 0.95 else "C")
        found["abc"] = found["abc"].fillna("C")
        found["value"] = found["on_hand"] * found["cost"]
        a_day = found["units"] / 90
        found["beyond"] = (found["on_hand"] - 60 * a_day).clip(lower=0) * found["cost"]
        found["new"] = (LAST - found["launched_on"]).dt.days.between(0, 90)
        many = (found["on_hand"] > 60 * a_day) | ((found["units"] <= 0) & (found["on_hand"] > 0))
        found["too_many"] = many & ~found["new"]
        found["revenue"] = revenue
        return found

    return of


@pytest.mark.parametrize(
    ("store", "name"), [(STORE, "inventory-05"), (EXERCISE_STORE, "inventory-5")]
)
def test_what_is_freed_is_what_lies_beyond_sixty_days(store, name, by_hand):
    found = by_hand(store)
    freed = found.loc[found["too_many"], "beyond"].sum()
    keys = Asked(name).keys({"my_number": 5})
    assert keys.frees().value == pytest.approx(freed, abs=0.5)
    assert keys.frees().facts["goods"] == str(found["too_many"].sum())
    assert keys.saved().value == pytest.approx(100 * freed / found["value"].sum(), abs=0.01)
    for key in (keys.frees(), keys.saved()):
        assert all(abs(key.value - wrong) > 0.1 for wrong in key.mistakes.values())


def test_the_lessons_classes(by_hand):
    found, table = by_hand(STORE), structure.by_class().set_index("abc")
    assert table["products"].to_dict() == found["abc"].value_counts().to_dict()
    assert table["revenue"].sum() == pytest.approx(found["revenue"].sum(), abs=0.05)
    value = found.groupby("abc")["value"].sum()
    assert table["value"].to_dict() == pytest.approx(value.to_dict(), abs=0.05)
    # the lesson: C brings the least, and holds a good deal of money
    shares = {one: table.loc["C", one] / table[one].sum() for one in ("revenue", "value")}
    assert shares["revenue"] < 0.06 and shares["value"] > 0.15


def test_what_fills_the_room_is_what_was_planted_as_slow(repository, goods):
    """The lesson says: ornaments, bookends and summer quilts; the shop's makers say desk ornaments."""
    truth = json.loads((repository / "datasets/truth.json").read_text("utf-8"))
    assert "desk_ornaments" in truth["stock"]["planted"]["slow_families"]
    most = structure.structure(STORE, "en").head(8)["name"]
    ornaments = most.str.contains("Ornament|Sand Garden|Bookends")
    assert ornaments.sum() >= 4 and most.str.contains("Summer Quilt").sum() == 2
    slow = structure.structure(STORE, "en")
    slow = slow[slow["name"].str.contains("Ornament|Sand Garden|Bookends|Scented Candle")]
    assert slow["advice"].isin(["reduce", "clear"]).mean() > 0.8


def test_the_cable_that_riverside_has_too_many_of():
    daily = ck.load("stock_daily")
    name = ck.load("products").set_index("product_id")["name"]
    with ck.i18n.use_language("en"):
        name = ck.load("products").set_index("product_id")["name"]
    (cable,) = name[name == "Lanxing Charging Cable, black"].index
    plan = ck.stock.transfer_plan(daily)
    (move,) = plan[plan["product_id"] == cable].itertuples()
    assert (move.from_store_id, move.to_store_id, round(move.days_before)) == ("S02", STORE, 3)
    two_months = daily[(daily["product_id"] == cable) & (daily["store_id"] == "S02")]
    window = two_months[two_months["date"] > LAST - pd.Timedelta(days=56)]
    there = two_months[two_months["date"] == LAST]["on_hand"].item()
    assert there / (window["sold"].sum() / 56) > 61


def test_the_product_of_every_number_is_reckoned_again():
    cards, decisions, cases = set(), set(), set()
    for number in range(1, 100):
        keys = Asked("inventory-5").keys({"my_number": number})
        mine = keys.mine
        cards.add(tuple(mine.values()))
        cases.add(keys.judge().value)
        cushion = norm.ppf(0.95) * mine["sd"] * mine["lead"] ** 0.5
        safe = next(pieces for pieces in range(99) if pieces >= cushion)
        assert keys.safety().value == safe
        assert keys.point().value == mine["demand"] * mine["lead"] + safe
        short = mine["here"] + mine["coming"] <= keys.point().value
        decisions.add(keys.now().value)
        assert keys.now().value == ("order" if short else "wait")
        assert keys.amount().value == mine["full"] - mine["here"] - mine["coming"] > 0
        assert mine["here"] > 0 and mine["coming"] >= 0
        low = structure.RANGES
        assert all(low[one][0] <= mine[one] <= low[one][1] for one in ("demand", "sd", "lead"))
        for key in (keys.safety(), keys.point(), keys.amount()):
            assert key.value not in key.mistakes.values()
    assert len(cards) > 60 and decisions == {"order", "wait"} and len(cases) == 5


def test_each_case_follows_from_the_lessons_rules():
    for right, (letter, days, months) in structure.CASES.items():
        if months < 3:
            expected = "new"
        elif days > 60:
            expected = "clear" if letter == "C" else "reduce"
        else:
            expected = "reorder" if days < 14 else "keep"
        assert right == expected


def test_the_sliders_say_what_the_question_asks():
    panel = structure.sliders()
    low = panel.text
    panel.did({"act": "service", "arg": "99"})
    key = Asked("inventory-05").keys({}).more_safety()
    assert f"safety stock {key.facts['low']}." in low
    assert f"safety stock {key.facts['high']}." in panel.text
    assert key.value == int(key.facts["high"]) - int(key.facts["low"]) > 0
    for wrong in ("", "many", "nan", "1e9", None):
        panel.did({"act": "demand", "arg": wrong})
    assert "15 pieces" in panel.text  # as far as the slider goes


def test_the_advice_of_another_row_is_shown():
    panel = structure.advice()
    panel.did({"act": "advice", "arg": "reorder"})
    assert "The first 8 of 60" in panel.text
    panel.did({"act": "advice", "arg": "all of it"})
    assert "The first 8 of 60" in panel.text


@pytest.mark.parametrize("number", range(1, 100))
def test_the_wastage_rate_of_every_learners_month(number):
    keys = Asked("inventory-5").keys({"my_number": number})
    month = keys.my_month
    key = keys.my_waste()
    off = sum(month[one] for one in ("expired", "damaged"))
    assert 1 <= key.value == pytest.approx(off / month["sales"] * 100)
    assert all(abs(key.value - wrong) > 0.2 for wrong in key.mistakes.values())


def test_the_wastage_of_the_lessons_month_is_what_the_practice_shop_reckons_too():
    from crmkit.lessons.inventory.dating import JUNE
    from crmkit.practice.domain.spoiling import wastage_rate

    key = Asked("inventory-05").keys({}).waste()
    assert key.value == pytest.approx(
        100 * wastage_rate(JUNE["expired"] + JUNE["damaged"], JUNE["sales"])
    )
    assert key.value == pytest.approx(1.2)
