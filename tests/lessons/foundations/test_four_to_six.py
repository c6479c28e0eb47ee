"""The second exercise's keys, found a second way for every number a learner may draw."""

import pytest

import crmkit as ck
from crmkit.lessons.foundations import keeping, tastes
from crmkit.lessons.foundations.four_to_six import FourToSix


@pytest.fixture(scope="module")
def half_year():
    """Pieces sold and brought back as faulty at the store, July to December 2024."""
    lines = ck.load("sales")
    lines = lines[lines["sold_at"].between("2024-07-01", "2025-01-01", inclusive="left")]
    lines = lines[lines["store_id"] == "S03"]
    sold = lines[lines["quantity"] > 0].groupby("product_id")["quantity"].sum()
    bad = lines["return_reason"].isin(["not_durable", "unreliable", "poor_performance"])
    return sold, -lines[bad].groupby("product_id")["quantity"].sum()


@pytest.mark.parametrize("number", range(1, 100))
def test_the_keys_of_every_number(number, half_year):
    asked = FourToSix({"my_number": number})
    ten = tastes.slips(100 + number)
    assert asked.goods().value == pytest.approx(10 * (ten["csat_goods"] > 3).sum())
    fans, foes = (ten["nps"] > 8).sum(), (ten["nps"] < 7).sum()
    assert asked.points().value == pytest.approx(10 * (fans - foes))
    one = asked.somebody()
    assert (
        asked.show_first().value
        == one["favourite"]
        == tastes.tastes().loc[one["member_id"]].idxmax()
    )
    product, sold, back = asked._goods()
    assert (sold, back) == (half_year[0][product], half_year[1][product])
    assert asked.faulty().value == pytest.approx(100 * back / sold) and back > 0
    mine = keeping.for_number(100 + number)
    assert (asked.kind_of_call().value == "product_use") == (mine["days"] <= 10)
    assert (asked.kind_of_call().value == "leave") == (mine["days"] > 10 and not mine["agreed"])
    level, before, paid = keeping.purchase_of(100 + number)
    above = {"regular": 1000, "silver": 2500, "gold": 5000}[level]
    assert asked.to_next().value == pytest.approx(above - before - paid) and above > before + paid
    for key in (asked.goods(), asked.points(), asked.faulty(), asked.to_next()):
        assert all(abs(wrong - key.value) > 0.01 for wrong in key.mistakes.values())
    assert 1 <= asked.goods().value <= 100


def test_the_sheet_holds_what_is_asked(language):
    asked = FourToSix({"my_number": 7})
    sheet = str(asked.sheet())
    assert asked.somebody()["member_id"] in sheet and str(keeping.for_number(107).name) in sheet
    assert f"{asked._goods()[1]}" in sheet
