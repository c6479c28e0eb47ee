"""Opportunities: win rate, forecast and reasons, reckoned a second time from the screen and data."""

import re

import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.lessons.sales import deals as lesson


def tables_of(part):
    """Every table of a part, each with its rows as a person reads them."""
    if part["t"] == "table":
        return [[dict(zip(part["heads"], row, strict=True)) for row in part["rows"]]]
    return [table for below in part["of"] if isinstance(below, dict) for table in tables_of(below)]


def number(words):
    return float(re.sub(r"[^\d.]", "", words))


def test_what_is_asked_of_a_sheet_follows_from_reading_it():
    for mine in range(1, 100):
        keys = Asked("sales-3").keys({"my_number": mine})
        results, reasons, sheet, rates = tables_of(keys.mine())
        won, lost = number(results[0]["Won"]), number(results[0]["Lost"])
        assert keys.win_rate().value == pytest.approx(100 * won / (won + lost))
        price = next(number(one["Opportunities"]) for one in reasons if one["Reason"] == "Price")
        assert sum(number(one["Opportunities"]) for one in reasons) == lost
        assert keys.price_share().value == pytest.approx(100 * price / lost)
        share = {one["Stage"]: number(one["won"]) / 100 for one in rates}
        expected = sum(number(one["Amount"]) * share[one["Stage"]] for one in sheet)
        assert keys.forecast().value == pytest.approx(expected)
        late = sum(one["Next action on"] < "07-01" for one in sheet)
        assert keys.overdue().value == late > 0
        for key in (keys.win_rate(), keys.price_share(), keys.forecast(), keys.overdue()):
            assert all(abs(key.value - wrong) > 0.5 for wrong in key.mistakes.values())


def test_neighbours_in_a_class_have_other_sheets():
    assert len({lesson.sheet(mine) for mine in range(1, 100)}) == 99


def test_more_are_won_after_trying_and_price_is_the_commonest_reason():
    stages = ck.load("opportunity_stages")
    deals = ck.load("opportunities")
    baby = set(ck.load("products").query("category == 'baby'")["product_id"])
    cards = (deals["value"] >= 200) & ~deals["product_id"].isin(baby)
    here = deals[cards & (deals["store_id"] == lesson.STORE) & deals["closed_on"].notna()]
    tried = set(stages.loc[stages["stage"] == "tried", "opportunity_id"])
    won = {yes: here[here["opportunity_id"].isin(tried) == yes]["stage"].eq("won").mean() for yes in (True, False)}  # fmt: skip
    assert won[True] > 2 * won[False]
    found = lesson.decided()
    assert found.loc[found["tried"], "won"].mean() == pytest.approx(won[True])
    assert found.loc[~found["won"], "lost_reason"].mode()[0] == "price"


def test_a_price_alone_wins_no_more_than_interest_does():
    for store in ck.load("stores")["store_id"]:
        rates = lesson.won_from(store)
        assert (
            abs(rates["quoted"] - rates["interested"]) <= 2 < 15 <= rates["tried"] - rates["quoted"]
        )


def test_what_the_lesson_says_of_a_price_given_before_trying():
    found = lesson.decided()
    quoted = found[found["quoted"]]
    won = quoted.groupby("tried")["won"].mean().round(2)
    assert (len(quoted), int((~quoted["tried"]).sum())) == (181, 100)
    assert won.to_dict() == {False: 0.18, True: 0.58}
