"""The lesson on the customers: its figures reckoned a second way, its claims held."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.lessons.foundations import tastes, who
from crmkit.lessons.foundations.who_asked import Who

STORES = ("S01", "S02", "S03", "S04")


@pytest.fixture(scope="module")
def members():
    return ck.load("members").set_index("member_id")


@pytest.fixture(scope="module")
def sales(members):
    lines = ck.load("sales")
    lines = lines[lines["sold_at"] >= "2024-07-01"]
    return lines.join(members[["gender", "household", "occupation"]], on="member_id")


def test_men_and_women_overlap_almost_wholly(sales, members):
    bought = sales[sales["quantity"] > 0]
    spent = sales[sales["member_id"].isin(bought["member_id"])].groupby("member_id")["amount"].sum()
    sex = members["gender"].reindex(spent.index)
    women, men = spent[sex == "female"], spent[sex == "male"]
    more = 100 * (men > women.median()).sum() / len(men)
    assert tastes.above(("gender", "male"), ("gender", "female")) == pytest.approx(more)
    assert 45 < more < 55, "the toss of a coin"
    key = Who({}).on_average()
    ratio = round(women.mean(), 2) / round(men.mean(), 2)
    assert key.value == pytest.approx(100 * (ratio - 1), abs=0.01) and 1 < key.value < 10
    assert key.value not in key.mistakes.values()


def test_young_families_spend_twice_as_much_and_are_often_outdone():
    each = tastes.habits("household")["revenue_each"]
    assert each["young_child"] > 2 * each["shared_flat"]
    above = tastes.above(("household", "shared_flat"), ("household", "young_child"))
    assert 20 < above < 30, "a quarter, as the quiz says"
    assert f"{above:.0f}" in str(Who({"flat_guess": 5}).homes_chart())


def test_what_groups_do_is_counted_by_hand_too(sales):
    bought = sales[sales["quantity"] > 0]
    orders = bought[bought["occupation"] == "office"].groupby("sale_id")
    hour = orders["sold_at"].first().dt.hour
    found = tastes.habits("occupation").loc["office"]
    assert found["noon"] == pytest.approx(((hour >= 11) & (hour < 14)).mean())
    assert found["late"] == pytest.approx((hour > 16).mean())
    assert found["online"] == pytest.approx((orders["channel"].first() != "store").mean())
    assert found["lines"] == pytest.approx(orders.size().mean())
    jobs = tastes.habits("occupation")
    assert Who({}).noon().value == "office"
    assert jobs["noon"].nlargest(2).iloc[1] < found["noon"] - 0.05, "clear enough to be asked"
    assert jobs["most"]["office"] == "tea_coffee"


def test_the_shop_does_what_the_table_says_it_should():
    job, home = tastes.habits("occupation"), tastes.habits("household")
    assert job["early"].idxmax() == job["orders_each"].idxmax() == "retired"
    assert job["aov"].nsmallest(2).index.tolist() == ["student", "retired"]
    assert job["late"].idxmax() == job["online"].idxmax() == "student"
    assert home["lines"].idxmax() == "young_child"
    assert home["most"]["young_child"] == "baby" and home["most_share"].idxmax() == "young_child"
    assert home["weekend"]["school_child"] > home["weekend"].median()
    sex = tastes.habits("gender")
    assert set(sex.index) == {"female", "male"}
    for one in tastes.VISITS[:-1]:
        assert abs(sex[one]["female"] - sex[one]["male"]) < 0.02, "sex hardly tells people apart"


def test_three_in_ten_office_workers_love_what_their_kind_loves():
    people = tastes.everybody()
    office = people[people["occupation"] == "office"]
    assert 0.25 < (office["favourite"] == "tea_coffee").mean() < 0.35


@pytest.mark.parametrize("number", range(1, 100))
def test_the_card_and_the_ten_slips_of_every_number(number):
    asked = Who({"my_number": number})
    one, right = asked.somebody(), asked.show_first()
    spent = tastes.tastes().loc[one["member_id"]]
    assert right.value == spent.idxmax() and spent.nlargest(2).diff().iloc[-1] < 0
    shown = [code for code, _words in asked.shelves()]
    assert right.value in shown
    assert set(right.mistakes.values()) < set(shown) - {right.value}
    ten = tastes.slips(number)
    for key, column in ((asked.goods(), "csat_goods"), (asked.service(), "csat_service")):
        assert key.value == pytest.approx(10 * sum(mark > 3 for mark in ten[column]))
        assert key.value >= 1 and all(abs(v - key.value) > 0.1 for v in key.mistakes.values())
    points = sum((mark > 8) - (mark < 7) for mark in ten["nps"]) * 10
    assert asked.points().value == pytest.approx(points)
    assert all(abs(v - points) > 0.1 for v in asked.points().mistakes.values())


def test_cards_and_slips_differ_from_number_to_number():
    cards = {Who({"my_number": n}).somebody()["member_id"] for n in range(1, 100)}
    assert len(cards) == 99
    assert len({tuple(tastes.slips(n)["nps"]) for n in range(1, 100)}) > 90


@pytest.mark.parametrize("store", STORES)
def test_the_festival_is_counted_from_the_calendar(store):
    lines = ck.load("sales")
    lines = lines[(lines["quantity"] > 0) & (lines["channel"] == "store")]
    lines = lines[(lines["store_id"] == store) & (lines["sold_at"] >= "2024-07-01")]
    a_day = lines.groupby(lines["sold_at"].dt.date)["sale_id"].nunique()
    days = ck.load("calendar").set_index("date")["holiday"]
    days = days[days.index >= "2024-07-01"]
    before = a_day[[d.date() for d in days.index[days == "before_spring_festival"]]].mean()
    usual = a_day[[d.date() for d in days.index[days.isna()]]].mean()
    key = Who({"my_store": store.lower()}).busier()
    assert key.value == pytest.approx(round(before, 1) / round(usual, 1))
    assert 1.4 < key.value < 1.8 and key.value not in key.mistakes.values()


def test_districts_are_as_the_lesson_tells_them():
    found = tastes.places()
    assert found["early"].idxmax() == "S01"
    assert found["noon"][["S03", "S04"]].min() > 1.4 * found["noon"][["S01", "S02"]].max()
    high = found["spending_level"] == "high"
    assert found["piece"][high].min() > found["piece"][~high].max()
    assert set((found["festival"] - found["usual"]).nlargest(2).index) == {"S01", "S02"}
    assert round(found["warm"]["S01"]) == 22, "as the question says"
    assert found["climate"]["S02"] == "hot_humid"
    assert found["warm"]["S02"] > 0.85 * found["warm"]["S01"], "blankets sell there all the same"


def test_goods_and_service_part_at_the_business_district_store():
    asked = ck.load("surveys")
    asked = asked[asked["asked_at"] >= "2025-01-01"]
    goods = asked.dropna(subset="csat_goods").groupby("store_id")["csat_goods"]
    service = asked.dropna(subset="csat_service").groupby("store_id")["csat_service"]
    assert goods.agg(lambda marks: (marks >= 4).mean()).idxmin() == "S03"
    assert service.agg(lambda marks: (marks >= 4).mean()).idxmax() == "S03"
    assert who.by_store().text.count("%") >= 24


def test_referrals_and_repeat_purchase_from_the_plain_tables():
    sales = ck.load("sales")
    late = sales[(sales["sold_at"] >= "2025-01-01") & (sales["quantity"] > 0)]
    orders = late.dropna(subset="member_id").groupby("member_id")["sale_id"].nunique()
    made = ck.load("referrals")
    made = made[made["at"] >= "2025-01-01"]
    asked = Who({})
    assert asked.recommended().value == pytest.approx(100 * len(made) / len(orders))
    assert asked.joined().value == pytest.approx(100 * made["joined_member_id"].notna().mean())
    assert asked.again().value == pytest.approx(100 * (orders > 1).mean())
    assert round(asked.recommended().value) == 16 and 30 < asked.joined().value < 37
    for key in (asked.recommended(), asked.joined(), asked.again()):
        assert key.value not in key.mistakes.values()


def test_fewer_than_two_in_ten_of_those_who_would_recommend_did():
    surveys, made = ck.load("surveys"), ck.load("referrals")
    half = surveys[surveys["asked_at"].between("2024-07-01", "2025-01-01", inclusive="left")]
    last = half[half["nps"].notna()].sort_values("asked_at").groupby("member_id")["nps"].last()
    fans = set(last.index[last >= 9])
    did = fans & set(made.loc[made["at"] >= pd.Timestamp("2025-01-01"), "member_id"])
    found = tastes.said_and_did().loc[10]
    assert (found["members"], found["did"]) == (len(fans), len(did))
    assert len(did) < 0.2 * len(fans)


def test_another_kind_can_be_looked_at(language):
    screen = who.kinds()
    screen.did({"act": "choose", "arg": "occupation"})
    assert screen.text.count("¥") >= 2 * len(tastes.habits("occupation"))
    assert who.four_places().text.count("→") == 5
