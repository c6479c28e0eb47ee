"""Promotions: every key again by hand, the slider's figures, and what the lesson says of the offer."""

import pytest

import crmkit as ck
from crmkit.campaign import ThresholdDiscount
from crmkit.learn.questions import Asked
from crmkit.lessons.sales import promotions as lesson


@pytest.fixture(scope="module")
def tills():
    """What was sold at the tills of June, and each order's total and margin."""
    sales = ck.load("sales")
    sold = sales[
        (sales["channel"] == "store") & (sales["quantity"] > 0) & (sales["sold_at"] >= "2025-06-01")
    ]
    sold = sold.assign(day=sold["sold_at"].dt.day, margin=sold["amount"] - sold["cost"])
    return sold.groupby(["store_id", "day", "sale_id"])[["amount", "margin"]].sum().reset_index()  # fmt: skip


def change(tills, store):
    here = tills[tills["store_id"] == store]
    first, then = (here[here["day"].between(*days)]["margin"].sum() for days in ((10, 13), (3, 6)))
    return 100 * (first - then) / then


def test_what_is_reckoned_on_paper_comes_out_by_hand():
    for number in range(1, 100):
        one, keys = lesson.paper(number), Asked("sales-5").keys({"my_number": number})
        assert keys.gives_percent().value == pytest.approx(
            one.price - one.price * (1 - one.percent / 100)
        )
        assert keys.gives_gift().value == one.gift_cost < one.gift_price
        left = one.price - one.cost - one.off
        assert keys.left().value == left > 0
        # so many orders with the offer bring what a hundred brought without it
        orders = 100 * (one.price - one.cost) / left
        assert keys.break_even().value == pytest.approx(orders - 100)
        for key in (keys.gives_percent(), keys.gives_gift(), keys.left(), keys.break_even()):
            assert all(abs(key.value - wrong) > 0.05 for wrong in key.mistakes.values())  # fmt: skip


def test_what_is_reckoned_on_a_store_comes_out_by_hand(tills):
    nine_days = tills[tills["day"] <= 9]
    seen = set()
    for number in range(1, 100):
        keys = Asked("sales-5").keys({"my_number": number})
        here, offer = nine_days[nine_days["store_id"] == keys.store], keys.offer
        reached = here["amount"].round(2) >= offer.threshold
        given = int(reached.sum()) * offer.off
        assert keys.offered().value == pytest.approx(100 * reached.mean())
        assert keys.offer_cost().value == pytest.approx(given)
        assert keys.store_break_even().value == pytest.approx(
            100 * given / (here["margin"].sum() - given), abs=0.001
        )
        assert keys.half_margin().value == pytest.approx(change(tills, keys.store))
        seen.add((keys.store, offer.threshold, keys.number % 3))
    assert len(seen) == 12  # fmt: skip


def test_the_coupon_brought_what_bought_with_it_less_what_bought_without():
    contacts, sales = ck.load("campaign_contacts"), ck.load("sales")
    sent = contacts[contacts["campaign_id"] == "C01"].set_index("member_id")["group"]
    bought = sales[sales["quantity"] > 0]
    within = bought[bought["sold_at"].between("2024-05-06", "2024-06-03")]["member_id"]
    before = bought[bought["sold_at"].between("2024-04-08", "2024-05-06")]
    visits = before.groupby("member_id")["sale_id"].nunique()
    for number in (1, 2, 3):
        times = number % 3
        seen = sent.index.to_series().map(visits).fillna(0)
        group = sent[(seen == times) if times < 2 else (seen >= 2)]
        rate = {
            arm: round(100 * group.index[group == arm].isin(within).mean())
            for arm in ("treatment", "control")
        }
        key = Asked("sales-5").keys({"my_number": number}).gained()
        assert key.value == rate["treatment"] - rate["control"] > 0
    household = ck.load("members").set_index("member_id")["household"].reindex(sent.index)
    gain, without = {}, {}
    for one in household.dropna().unique():
        group = sent[household == one]
        with_it, without[one] = (
            group.index[group == arm].isin(within).mean() for arm in ("treatment", "control")
        )
        gain[one] = with_it - without[one]
    assert Asked("sales-05").keys({}).whom().value == max(gain, key=gain.get) == "young_child"
    assert max(without, key=without.get) == "three_generations"  # fmt: skip


def test_what_the_lesson_says_of_the_offer_of_june(tills):
    keys = Asked("sales-05").keys({})
    here = tills[tills["store_id"] == lesson.STORE]
    orders = [here["day"].between(*days).sum() for days in ((3, 6), (10, 13))]
    more = 100 * (orders[1] / orders[0] - 1)
    assert keys.read_99().value < more < 16  # nearly 16 %, just past break-even
    assert keys.half_margin().value == pytest.approx(change(tills, lesson.STORE))
    assert 0 < keys.half_margin().value < 5
    assert keys.decide().value == "adjust"
    assert 1.8 < keys.read_99().value / keys.read_149().value < 2.1  # about half
    assert 45 <= keys.break_even().value < 46  # the other 45
    assert lesson.baskets() == [
        int(((here["day"] <= 9) & here["amount"].round(2).between(low, high - 0.001)).sum())
        for low, high in zip(lesson.BANDS, (*lesson.BANDS[1:], 1e9), strict=True)
    ]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("满 129 减 12", None), ("¥20 off when you spend ¥199", None), ("12元，满129元", None), ("满 129 减 12，不到 129 不减", None),
        ("满 99 减 15", "too expensive"), ("满 399 减 40", "reaches"), ("满 129 减 5", "Too little"),
        ("满 129", "two figures"), ("打折", "two figures"), ("满 10 减 10", "two figures"),
    ],
)  # fmt: skip
def test_a_plan_of_ones_own_is_told_what_is_wrong_with_it(said, wrong):
    judged = Asked("sales-05").keys({}).own().value(said)
    words = {"too expensive": "more than a tenth", "reaches": "Not one order"}.get(wrong, wrong)
    assert (judged is None) if wrong is None else (words in judged[1])


def test_the_sliders_show_what_the_plan_reckons(walk):
    screen = lesson.planner()
    assert "14.6%" in screen.text
    screen.did({"act": "threshold", "arg": "149", "values": {}})
    assert f"{lesson.plan(ThresholdDiscount(149, 15)).break_even:.1%}" in screen.text
    screen.did({"act": "kind", "arg": "gift", "values": {}})
    screen.did({"act": "off", "arg": "9", "values": {}})
    assert "a gift that costs us ¥9.00" in screen.text
    assert {one["name"] for one in walk(screen.tree) if one["t"] == "slider"} == {
        "threshold",
        "off",
    }
