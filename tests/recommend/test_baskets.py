"""What goes into the same basket, reckoned by hand."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit.recommend import also_bought, association_rules


def orders(*baskets):
    return pd.DataFrame(
        [
            (f"S{i:02}", product, 1)
            for i, basket in enumerate(baskets)
            for product in basket.split()
        ],
        columns=["sale_id", "product_id", "quantity"],
    )


# the five baskets of P.-N. Tan, M. Steinbach and V. Kumar, "Introduction to Data Mining", ch. 6,
# which the documentation of Orange reckons through too
BASKETS = orders(
    "bread milk",
    "bread nappies beer eggs",
    "milk nappies beer cola",
    "bread milk nappies beer",
    "bread milk nappies cola",
)


def test_companions_by_hand():
    found = also_bought(BASKETS, "nappies", min_orders=2).set_index("also_bought")
    # beer stands in 3 of the 4 orders with nappies and in 3 of all 5; bread and milk in 3 of 4
    # and in 4 of 5, so they stand there less often than by chance
    assert found.index.tolist() == ["beer", "cola"]
    assert found.loc["beer", ["orders", "orders_both", "confidence"]].tolist() == [4, 3, 0.75]
    assert found.loc["beer", "lift"] == pytest.approx(0.75 / 0.6)
    assert found["rank"].tolist() == [1, 2]


def test_every_product_gets_its_companions():
    found = also_bought(BASKETS, min_orders=2)
    pairs = set(zip(found["product_id"], found["also_bought"], strict=True))
    assert pairs == {("beer", "nappies"), ("nappies", "beer"), ("nappies", "cola"),
                     ("cola", "nappies"), ("cola", "milk"), ("milk", "cola")}  # fmt: skip
    top = also_bought(BASKETS, k=1, min_orders=2)
    assert top["product_id"].is_unique


def test_pairs_seen_too_seldom_are_left_out():
    assert len(also_bought(BASKETS, "eggs")) == 0
    assert len(also_bought(BASKETS, "eggs", min_orders=1)) == 3


def test_a_product_twice_in_an_order_and_returns_do_not_count():
    noisy = pd.concat(
        [BASKETS, BASKETS, BASKETS.assign(quantity=-1, sale_id=BASKETS["sale_id"] + "R")]
    )
    pd.testing.assert_frame_equal(
        also_bought(noisy, min_orders=2), also_bought(BASKETS, min_orders=2)
    )


def test_rules_by_hand():
    found = association_rules(BASKETS, min_support=0.4, min_confidence=0.6)
    rules = found.set_index(["if_bought", "then_bought"])
    beer = rules.loc[("beer", "nappies")]
    assert (beer["baskets"], beer["baskets_both"]) == (3, 3)
    assert (beer["support"], beer["confidence"]) == (0.6, 1.0)
    assert beer["lift"] == pytest.approx(1 / 0.8)
    assert beer["leverage"] == pytest.approx(0.6 - 0.6 * 0.8)
    pair = rules.loc[("beer + milk", "nappies")]
    assert (pair["support"], pair["confidence"]) == (0.4, 1.0)
    assert pair["lift"] == pytest.approx(1.25)
    # {milk, nappies} → {beer}: 2 of 3
    assert rules.loc[("milk + nappies", "beer"), "confidence"] == pytest.approx(2 / 3)
    assert ("bread", "milk") not in rules.index  # 3 of 4 against 4 of 5: a lift below 1
    assert found["lift"].is_monotonic_decreasing
    # the rule the book reckons: {milk, nappies} → {beer}, support 0.4, confidence 0.67
    assert rules.loc[("milk + nappies", "beer"), "support"] == pytest.approx(0.4)
    # the first of Orange's list: cola → nappies, 0.4 and 1.0
    assert rules.loc[("cola", "nappies"), ["support", "confidence"]].tolist() == [0.4, 1.0]


def test_no_rule_is_an_empty_table():
    found = association_rules(BASKETS, min_support=0.9)
    assert found.columns.tolist()[:2] == ["if_bought", "then_bought"]
    assert len(found) == 0


def test_pairs_only_when_asked():
    found = association_rules(BASKETS, min_support=0.4, min_confidence=0.5, max_items=2)
    assert not found["if_bought"].str.contains("+", regex=False).any()


def test_members_can_be_the_basket():
    sales = BASKETS.rename(columns={"sale_id": "member_id"})
    pd.testing.assert_frame_equal(
        association_rules(sales, min_support=0.4, basket="member_id"),
        association_rules(BASKETS, min_support=0.4),
    )


@pytest.mark.parametrize("call", [also_bought, association_rules])
def test_every_engine_gets_the_same_answer_in_its_own_kind(engine, call):
    options = {"min_orders": 2} if call is also_bought else {"min_support": 0.4}
    result = call(engine.make(BASKETS), **options)
    assert engine.is_mine(result)
    expected = call(BASKETS, **options)
    order = expected.columns[:3].tolist()
    pd.testing.assert_frame_equal(
        engine.read(result).sort_values(order, ignore_index=True),
        expected.sort_values(order, ignore_index=True),
        check_dtype=False,
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: also_bought(BASKETS, "soap"), "'soap' is not among those sold"),
        (lambda: also_bought(BASKETS, k=0), "k is 0"),
        (lambda: also_bought(BASKETS, min_orders=0), "min_orders is 0"),
        (lambda: also_bought(BASKETS.drop(columns="sale_id")), "no column 'sale_id'"),
        (lambda: also_bought(BASKETS.head(0)), "no line that was bought"),
        (lambda: association_rules(BASKETS, min_support=0), "min_support is 0"),
        (lambda: association_rules(BASKETS, min_confidence=2), "min_confidence is 2"),
        (lambda: association_rules(BASKETS, max_items=1), "max_items is 1"),
        (lambda: association_rules(BASKETS.head(0)), "no line that was bought"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says):
    with pytest.raises(ck.CrmkitError, match=says):
        call()


def test_on_real_sales_the_best_known_pair_is_found(online_retail):
    # the Regency teacups and saucers, in three colours
    teacups = {"22697", "22698", "22699"}
    found = association_rules(online_retail, min_support=0.02, min_confidence=0.5)
    top = found.head(6)
    assert all(
        set(pair.split(" + ")) <= teacups for pair in top["if_bought"] + " + " + top["then_bought"]
    )
    companions = also_bought(online_retail, "22697", k=2)
    assert set(companions["also_bought"]) == teacups - {"22697"}
