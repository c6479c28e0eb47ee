"""A seller's month: every key once more with pandas alone, and what the lesson says of two sellers."""

from math import ceil

import pandas as pd
import pytest

import crmkit as ck
from crmkit.i18n import use_language
from crmkit.learn.questions import Asked
from crmkit.lessons.sales import results as lesson


@pytest.fixture(scope="module")
def months():
    """Revenue, orders and units of every seller and month, reckoned from the lines."""
    sales, staff = ck.load("sales"), ck.load("staff")
    sold = sales[sales["staff_id"].isin(staff.loc[staff["role"] == "sales", "staff_id"])]
    sold = sold.assign(month=sold["sold_at"].dt.strftime("%Y-%m"))
    by = sold.groupby(["staff_id", "month"])
    bought = sold[sold["quantity"] > 0].groupby(["staff_id", "month"])
    return sold, pd.DataFrame(
        {"revenue": by["amount"].sum(), "units": by["quantity"].sum(), "orders": bought["sale_id"].nunique()}
    )  # fmt: skip


def second_way(one, months):
    sold, by = months
    now = by.loc[(one.staff_id, one.month)]
    period = pd.Period(one.month, "M")
    before, last_year = (by.loc[(one.staff_id, f"{period - n}"), "revenue"] for n in (1, 12))
    here = sold[(sold["staff_id"] == one.staff_id) & (sold["quantity"] > 0)]
    here = here[here["month"].between(f"{period - 2}", one.month)].dropna(subset="member_id")
    visits = here.groupby("member_id")["sale_id"].nunique()
    staff = ck.load("staff")
    team = staff[(staff["store_id"] == one.store) & (staff["role"] == "sales")]["staff_id"]
    all_of_them = by.loc[[(who, one.month) for who in team]].sum()
    beside = {
        "orders": now["orders"] / (all_of_them["orders"] / 3),
        "upt": now["units"] / now["orders"] / (all_of_them["units"] / all_of_them["orders"]),
        "item_price": now["revenue"] / now["units"] / (all_of_them["revenue"] / all_of_them["units"]),
    }  # fmt: skip
    assert len(team) == 3
    return {
        "aov": now["revenue"] / now["orders"],
        "upt": now["units"] / now["orders"],
        "month_before": 100 * (now["revenue"] - before) / before,
        "year_before": 100 * (now["revenue"] - last_year) / last_year,
        "repeat": 100 * (visits >= 2).mean(),
        "weakest": min(beside, key=beside.get),
        "one_more": now["orders"] * now["revenue"] / now["units"] / 4,
        "revenue": now["revenue"],
    }


def test_every_key_of_every_month_that_is_dealt_is_found_with_pandas_alone(months):
    targets = ck.load("targets").set_index(["staff_id", "month"])["revenue"]
    dealt = {lesson.card(number): number for number in range(1, 100)}
    assert len(dealt) > 15 and {one.weakest for one in dealt} == set(lesson.LEVERS)
    # what is asked for is what lies below the store: a month without it is not dealt
    assert all(one.against_store()[one.weakest] < 0.98 for one in dealt)
    # nobody sets a target far below both the month before and the same month last year
    assert all(one.mine["target"] >= 0.9 * min(one.mine[["before", "last_year"]]) for one in dealt)
    for one, number in dealt.items():
        keys, right = Asked("sales-4").keys({"my_number": number}), second_way(one, months)
        for name in ("aov", "upt", "month_before", "year_before", "repeat", "one_more"):
            key = getattr(keys, name)()
            assert key.value == pytest.approx(right[name], abs=1e-6), name
            if name not in ("month_before", "year_before"):  # a small change is small either way
                assert all(abs(key.value - wrong) > 0.05 for wrong in key.mistakes.values())
        assert keys.weakest().value == right["weakest"]
        target = targets[one.staff_id, one.month]
        assert keys.attainment().value == pytest.approx(100 * right["revenue"] / target)
        # the order value may be rounded to the cent on the way
        wanted = lesson.next_target(one)
        assert keys.orders_needed().value == ceil(wanted / right["aov"])
        assert keys.orders_needed().value == ceil(wanted / round(right["aov"], 2))
        shown = str(keys.mine())
        assert f"¥{wanted:,.2f}" in shown and f"¥{right['revenue']:,.2f}" in shown


def test_neighbours_in_a_class_have_other_months():
    assert all(lesson.card(number) != lesson.card(number + 1) for number in range(1, 99))


def test_what_the_lesson_says_of_the_two_sellers(months):
    me, other = (months[1].loc[(who, lesson.MONTH)] for who in (lesson.ME, lesson.COLLEAGUE))
    assert me["orders"] == 196
    assert 1.4 < other["revenue"] / me["revenue"] < 1.5  # nearly half as much again
    assert other["orders"] / me["orders"] < 1.05
    keys = Asked("sales-04").keys({})
    assert keys.weakest().value == second_way(keys.one, months)["weakest"] == "upt"
    assert keys.orders_needed().value == ceil(15_800 * 196 / me["revenue"])
    upt = (months[1]["units"] / months[1]["orders"]).unstack().loc[:, "2025-01":"2025-06"]
    ahead = upt.loc[lesson.COLLEAGUE] > upt.loc[lesson.ME]
    assert list(ahead) == [True, False, False, True, True, True]
    march = upt["2025-03"]  # "about level": a lead that rounds to nothing
    assert abs(march[lesson.ME] / march[lesson.COLLEAGUE] - 1) < 0.02
    assert lesson.baskets().to_numpy() == pytest.approx(upt.loc[[lesson.ME, lesson.COLLEAGUE]].to_numpy())  # fmt: skip
    for language, names in (("zh", ("朱一俊", "唐然涵")), ("en", ("Zhu Yijun", "Tang Ranhan"))):
        with use_language(language):
            assert tuple(lesson.Month(who, lesson.MONTH).name for who in (lesson.ME, lesson.COLLEAGUE)) == names  # fmt: skip


def test_cashiers_see_more_of_the_same_members_again():
    sales, staff = ck.load("sales"), ck.load("staff").set_index("staff_id")["role"]
    rates = ck.kpi.repeat_purchase_rate(sales, by="staff_id", since="2025-04-01", until="2025-06-30").dropna()  # fmt: skip
    rates = rates.groupby(rates["staff_id"].map(staff))["repeat_purchase_rate"]
    assert rates.mean()["cashier"] > rates.mean()["sales"]


def test_the_chart_of_two_sellers_begins_at_nothing():
    """An axis that begins higher makes a lead of every wiggle."""
    assert lesson.plot_baskets(lesson.baskets()).get_ylim()[0] == 0


def test_a_month_above_its_target_is_not_said_to_fall_short():
    told = set()
    for number in range(1, 100):
        keys = Asked("sales-4").keys({"my_number": number})
        above = keys.attainment().value > 100
        gap = keys.attainment().facts["gap"]
        assert ("above" in gap) == above and ("short" in gap) != above
        told.add(above)
    assert told == {True, False}
