"""The lesson on keeping customers: its figures reckoned a second way, its claims held."""

import datetime as dt

import pandas as pd
import pytest

import crmkit as ck
from crmkit.lessons.foundations import keeping
from crmkit.lessons.foundations.keeping_asked import Keeping
from crmkit.practice import Shop


@pytest.fixture(scope="module")
def year():
    sales = ck.load("sales")
    return sales[(sales["quantity"] > 0) & (sales["sold_at"] >= "2024-07-01")]


def test_members_come_more_often_around_their_birthday(year):
    born = ck.load("members").set_index("member_id")["birth_date"].dropna()
    orders = year.drop_duplicates("sale_id")
    orders = orders[orders["member_id"].isin(born.index)]
    near = 0
    for day, birth in zip(
        orders["sold_at"].dt.date, born[orders["member_id"]].dt.strftime("%m-%d"), strict=True
    ):
        month, date = map(int, birth.split("-"))
        gaps = [
            abs((day - dt.date(day.year + more, month, min(date, 28 if month == 2 else date))).days)
            for more in (-1, 0, 1)
        ]
        near += min(gaps) <= 7
    value = 100 * (near / 15) / ((len(orders) - near) / 350)
    assert keeping.around_birthday() == pytest.approx(value, rel=0.02)
    assert value > 155


def test_mid_autumn_is_the_busiest_holiday():
    sales = ck.load("sales")
    orders = sales[(sales["quantity"] > 0) & (sales["channel"] == "store")]
    a_day = orders.groupby(orders["sold_at"].dt.normalize())["sale_id"].nunique()
    holiday = ck.load("calendar").set_index("date")["holiday"]
    usual = a_day[holiday.index[holiday.isna()]].mean()
    found = keeping.feasts()
    for one in keeping.FEASTS:
        assert found[one] == pytest.approx(
            100 * a_day[holiday.index[holiday == one]].mean() / usual
        )
    key = Keeping({}).first_feast()
    assert key.value == "mid_autumn" and found.nlargest(2).diff().iloc[-1] < -10


def test_more_than_half_of_the_boxes_leave_bare(year):
    family = ck.load("products").set_index("product_id")["family"]
    kind = dict(zip(family.index, family, strict=True))
    boxes, bags = set(), set()
    for sale, product in zip(year["sale_id"], year["product_id"], strict=True):
        {"gift_boxes": boxes, "wrapping": bags}.get(kind[product], set()).add(sale)
    rate = 100 * sum(one in bags for one in boxes) / len(boxes)
    assert Keeping({}).wrapped().value == pytest.approx(rate) and rate < 50


def test_calls_about_use_find_the_problems():
    visits = ck.load("followups").dropna(subset="outcome")
    use = visits[visits["kind"] == "product_use"]["outcome"]
    key = Keeping({}).found()
    reached = use[use != "no_answer"]
    assert key.value == pytest.approx(100 * (reached == "problem").mean()) and key.value > 10
    others = visits[visits["kind"] != "product_use"]["outcome"]
    assert (others == "problem").mean() < 0.03
    assert all(abs(value - key.value) > 0.1 for value in key.mistakes.values())


def test_greetings_go_to_those_who_agreed(tmp_path):
    shop = Shop.practice(keeping.SCENE, staff=keeping.MANAGER, folder=tmp_path)
    mine = {one.id for one in shop.marketing.segments()}
    assert "july_birthdays" in mine
    home = ck.load("members").set_index("member_id")["home_store_id"]
    july = [one for one in shop.marketing.members_of("july_birthdays") if home[one] == "S01"]
    agreed = [one for one in july if "sms" in shop.members.show(one).consents]
    assert keeping.wished() == {"members": len(july), "queued": len(agreed)}
    assert Keeping({}).not_wished().value == len(july) - len(agreed) > 0
    birthday = shop.members.reveal(keeping.CARED_FOR, "birth_date", "生日祝福")
    assert str(birthday).endswith("07-01"), "today, as the lesson tells"
    points = shop.points.balance(keeping.WITH_POINTS)
    assert points.points > 500 and str(points.expires_on) == "2025-07-01"


@pytest.mark.parametrize("number", range(1, 100))
def test_the_keys_of_every_number(number):
    asked = Keeping({"my_number": number})
    one, key = keeping.for_number(number), asked.kind_of_call()
    right = (
        "product_use"
        if one["days"] <= 10
        else "leave"
        if not one["agreed"]
        else "new_arrivals"
        if one["days"] <= 45
        else "offer"
    )
    assert key.value == right and key.value not in key.mistakes.values()
    level, before, paid = keeping.purchase_of(number)
    rate, above = {"regular": (1, 1000), "silver": (1.2, 2500), "gold": (1.5, 5000)}[level]
    assert asked.earned().value == int(round(paid * rate, 6))
    left = asked.to_next()
    assert left.value == pytest.approx(above - before - paid) and left.value > 0
    for key in (asked.earned(), left):
        assert key.mistakes and all(abs(v - key.value) > 0.01 for v in key.mistakes.values())


def test_days_since_are_counted_from_the_receipts(year):
    one = keeping.for_number(3)
    last = year[year["member_id"] == one.name]["sold_at"].max()
    assert one["days"] == (pd.Timestamp("2025-06-30") - last.normalize()).days


def test_every_screen_is_drawn(language):
    for screen in (keeping.care, keeping.holidays, keeping.boxes, keeping.what_calls_gave):
        assert any(sign.isdigit() for sign in screen().text)
    assert keeping.steps().text.count("¥") == 4
    given = {"my_number": 5, "birthday_guess": 150.0}
    assert "150" in str(Keeping(given).birthday_chart())
