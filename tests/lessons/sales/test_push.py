"""Precise push: whom one may write to, what a list brings, and what the lesson says of two campaigns."""

from itertools import pairwise

import pandas as pd
import pytest

import crmkit as ck
from crmkit.learn.questions import Asked
from crmkit.lessons.sales import push as lesson

NUMBERS = range(1, 100)


def keys_of(number):
    return Asked("sales-6").keys({"my_number": number})


def test_three_gates_are_read_off_the_six_cards():
    for number in (*NUMBERS, 100):
        rows = lesson.show_cards(lesson.cards(number))["rows"]
        left = [row for row in rows if row[2] == "yes" and row[3] == "–"]
        left = [row for row in left if row[4] not in ("1 day ago", "3 days ago", "5 days ago")]
        key = keys_of(number).may() if number < 100 else Asked("sales-06").keys({}).may()
        assert key.value == len(left) > 0
        assert len(key.mistakes) == 3 and key.value not in key.mistakes.values()


def test_the_hour_is_that_of_the_quiet_hours_of_the_practice_shop():
    from crmkit.practice.settings import DEFAULTS

    assert (DEFAULTS["quiet_from"], DEFAULTS["quiet_to"]) == lesson.QUIET
    for number in NUMBERS:
        hour = lesson.clock_of(number)
        key = keys_of(number).at_hour()
        assert key.value == (9 if hour >= 21 or hour < 9 else hour)
        assert key.mistakes and key.value not in key.mistakes.values()
    assert all(lesson.clock_of(a) != lesson.clock_of(b) for a, b in pairwise(NUMBERS))


def test_lists_and_what_they_brought_are_counted_a_second_way():
    sales, products, members = (ck.load(one) for one in ("sales", "products", "members"))
    sales = sales[(sales["quantity"] > 0) & sales["member_id"].notna()].merge(products[["product_id", "family"]])  # fmt: skip
    sales = sales.loc[sales["sold_at"] >= "2024-07-01", ["sold_at", "member_id", "family"]]
    of_pairs = {family for pair in lesson.PAIRS for family in pair}
    # what else they bought only says that they were here
    sales = sales.assign(family=sales["family"].where(sales["family"].isin(of_pairs), "other"))
    day = sales["sold_at"]
    willing = members.set_index("member_id")["consent_marketing"]
    for number in range(24):
        keys = keys_of(number)
        one = keys.list
        start = pd.Timestamp(one.day)
        before = sales[(day >= start - pd.Timedelta(days=60)) & (day < start)]
        after = sales[(day >= start) & (day < start + pd.Timedelta(days=30))]
        seen = pd.crosstab(before["member_id"], before["family"]) > 0
        seen = seen[willing[seen.index].to_numpy()]
        listed = seen.index[seen[one.first] & ~seen[one.second]]
        others = seen.index[~seen[one.first] & ~seen[one.second]]
        later = pd.Index(after.loc[after["family"] == one.second, "member_id"].unique())
        buyers, other_buyers = (len(later.intersection(group)) for group in (listed, others))
        assert keys.listed().value == len(listed)
        assert keys.conversion().value == pytest.approx(100 * buyers / len(listed))
        shown = round(100 * buyers / len(listed), 1) - round(100 * other_buyers / len(others), 1)
        assert keys.ahead().value == pytest.approx(shown) and shown > 0
        for key in (keys.listed(), keys.conversion(), keys.ahead()):
            assert key.mistakes and key.value not in key.mistakes.values()
    assert len({(keys_of(number).list.first, keys_of(number).list.day) for number in NUMBERS}) == 24


def test_what_the_lesson_says_of_the_two_campaigns():
    blast, precise = lesson.campaign(lesson.BLAST), lesson.campaign(lesson.PRECISE)
    assert blast.loc["treatment", "members"] == 1639 and round(blast.loc["treatment", "rate"]) == 41
    about = ck.load("campaigns").set_index("campaign_id")
    assert about.loc[lesson.BLAST, "cost_per_contact"] == 2.5
    # one difference may well be chance, the other hardly: the analysis says so as well
    spread = {}
    for name, found in (("blast", blast), ("precise", precise)):
        share = found["buyers"] / found["members"]
        error = (share * (1 - share) / found["members"]).sum() ** 0.5
        spread[name] = (share["treatment"] - share["control"]) / error
    assert spread["blast"] < 1.96 and spread["precise"] > 3
    key = Asked("sales-06").keys({}).added()
    rows = lesson.show_campaigns()["rows"]
    assert key.value == pytest.approx(float(rows[2][4]) - float(rows[3][4]))
    # written to were only those who shop for more than themselves
    chosen = ck.load("campaign_contacts")
    chosen = chosen[chosen["campaign_id"] == lesson.PRECISE]["member_id"]
    homes = ck.load("members").set_index("member_id").loc[chosen, "household"].dropna()
    assert len(set(homes)) == 4 and not homes.str.contains("single").any()


def test_noodles_go_with_sauce():
    family = ck.load("products").set_index("product_id")["family"]
    assert family[lesson.NOODLES] == "noodles"
    found = ck.recommend.also_bought(ck.load("sales").query("sold_at >= '2025-04-01'"), lesson.NOODLES, 3)  # fmt: skip
    assert family[found["also_bought"].iloc[0]] == "oil_sauce" and found["lift"].iloc[0] > 1.5
