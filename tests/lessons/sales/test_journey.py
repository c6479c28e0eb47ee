"""The customer's journey: what is asked about its steps, and what the lesson says of them."""

from itertools import pairwise

import pandas as pd
import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.lessons.sales import journey as lesson

NUMBERS = range(1, 100)


@pytest.fixture(scope="module")
def sessions():
    """Every visit online: channel, when it began and how far it got (the second way: the last of
    the steps that follow one another without a gap)."""
    seen = ck.load("browsing")
    did = {step: set(seen.loc[seen["event"] == step, "session_id"]) for step in lesson.STEPS}
    found = seen.groupby("session_id").agg(
        channel=("channel", "first"), began=("at", "min"), ended=("at", "max")
    )
    found["got"] = 0
    alive = pd.Series(True, index=found.index)
    for step in lesson.STEPS:
        alive &= found.index.isin(did[step])
        found["got"] += alive
    return found


def test_eight_weeks_of_every_number_are_counted_a_second_way(sessions):
    for number in range(1, 19):  # the weeks of all numbers
        keys = Asked("sales-8").keys({"my_number": number})
        since, until = keys.weeks
        # a visit around midnight of the first or last day is cut in two by the days
        inside = sessions[(sessions["ended"] >= since) & (sessions["began"] <= f"{until} 23:59:59")]  # fmt: skip
        got = inside.groupby("channel")["got"].value_counts().unstack(fill_value=0)
        reached = {channel: [int(got.loc[channel, step:].sum()) for step in (1, 2, 3, 4)] for channel in got.index}  # fmt: skip
        mini, web = reached["mini_program"], reached["web"]
        assert keys.lost().value == pytest.approx(mini[2] - mini[3], abs=3)
        assert keys.passed().value == pytest.approx(100 * mini[2] / mini[1], abs=0.2)
        gap = 100 * (web[3] / web[2] - mini[3] / mini[2])
        assert keys.gap().value == pytest.approx(gap, abs=0.25)
        assert keys.worth().value == pytest.approx(mini[2] * gap / 100, abs=10)


def test_the_weak_step_is_the_one_that_was_planted_and_not_the_one_that_loses_most():
    for number in NUMBERS:
        keys = Asked("sales-8").keys({"my_number": number})
        assert keys.weakest().value == lesson.WEAK
        assert lesson.loses_most(keys.steps).code == "basket"
        # the figures asked for are those that stand in the table
        rows = lesson.show_online(*keys.weeks)["rows"]
        assert keys.passed().value == float(rows[1][3])
        assert keys.gap().value == round(float(rows[2][4]) - float(rows[2][3]), 1)
        assert keys.worth().value == pytest.approx(keys.steps[2].of * keys.gap().value / 100)
        for key in (keys.passed(), keys.lost(), keys.gap(), keys.worth()):
            assert key.mistakes and key.value not in key.mistakes.values()


def test_neighbours_in_a_class_have_other_tables():
    mine = [Asked("sales-8").keys({"my_number": number}) for number in NUMBERS]
    assert len({(one.weeks, one.store) for one in mine}) == 36
    assert all(a.weeks != b.weeks for a, b in pairwise(mine))
    assert len({one.store for one in mine}) == 12
    assert {one.behind().value for one in mine} == {"bought", "known"}
    assert max(one.weeks[1] for one in mine) <= lesson.HALF_YEAR[1]


def test_the_stations_of_every_store_are_counted_a_second_way():
    sales, visitors, tickets = (ck.load(one) for one in ("sales", "footfall", "tickets"))
    sales = sales[(sales["channel"] == "store") & (sales["quantity"] > 0)]
    orders = sales.groupby("sale_id").first()
    quarter = orders["sold_at"].dt.to_period("Q")
    buyers = orders.dropna(subset=["member_id"]).groupby([quarter, "store_id"])["member_id"].agg(set)  # fmt: skip
    anywhere = orders.dropna(subset=["member_id"]).groupby(quarter)["member_id"].agg(set)
    rated = tickets.dropna(subset=["satisfaction"])
    for number in NUMBERS[:12]:
        keys = Asked("sales-8").keys({"my_number": number})
        store, name = keys.store
        now = pd.Period(name.replace("-", ""))
        here = orders[(quarter == now) & (orders["store_id"] == store)]
        people = visitors[(visitors["hour"].dt.to_period("Q") == now) & (visitors["store_id"] == store)]  # fmt: skip
        said = rated[(rated["opened_at"].dt.to_period("Q") == now) & (rated["store_id"] == store)]
        before = buyers[now - 1, store]
        expected = [
            (len(here), people["visitors"].sum()),
            (here["member_id"].notna().sum(), len(here)),
            (len(before & anywhere[now]), len(before)),
            ((said["satisfaction"] >= 4).sum(), len(said)),
        ]
        assert [(one.reached, one.of) for one in keys.stations] == expected
        assert keys.door().value == pytest.approx(100 * len(here) / people["visitors"].sum())
        # read from the table, as a learner does it
        rows = lesson.show_store(store, name)["of"][0]["rows"]
        gaps = {
            code: round(float(row[4]) - float(row[3]), 1)
            for code, row in zip(("bought", "known", "again", "pleased"), rows, strict=True)
            if int(row[1].replace(",", "")) >= 100
        }
        best, second = sorted(gaps.values(), reverse=True)[:2]
        assert best > 0 and best - second >= 0.5 and "pleased" not in gaps
        assert keys.behind().value == max(gaps, key=gaps.get)
        assert keys.remedy().value == lesson.REMEDIES[keys.behind().value]


def test_what_the_lesson_says_of_the_half_year_and_the_store():
    steps = {one.code: one for one in lesson.online(*lesson.HALF_YEAR)}
    assert lesson.loses_most(tuple(steps.values())).code == "basket"
    assert steps["basket"].gap < 0 < steps["checkout"].gap < 3 < 20 < steps["buy"].gap
    assert 50 < steps["buy"].rate < 55 and round(steps["buy"].other_rate) == 81
    then, now = (lesson.in_store(lesson.STORE, one) for one in ("2025-Q1", "2025-Q2"))
    assert all(after.rate > before.rate for before, after in zip(then[:3], now[:3], strict=True))
    assert now[2].gap < 0 < then[2].gap and 7 < then[2].gap < 8 < then[1].gap
    few = then[3]
    assert few.code == "pleased" and 15 < few.of < 25
    one_more = 100 * (few.reached + 1) / few.of
    assert few.rate < few.other_rate < one_more


def test_the_panel_says_what_a_step_is_worth():
    panel = lesson.what_if()
    assert "ahead already" in panel.text
    panel.did({"act": "step", "arg": "buy"})
    worth = lesson.online(*lesson.HALF_YEAR)[2].worth
    assert f"{worth:,.0f}" in panel.text
    panel.did({"act": "step", "arg": "no such step"})
    assert f"{worth:,.0f}" in panel.text
