"""Offers at the till: what each takes off, to the cent, and never below nothing."""

from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as ck
from crmkit.campaign import Gift, PercentOff, ThresholdDiscount, apply_offer

LINES = pd.DataFrame(
    {
        "sale_id": ["S1", "S1", "S1", "S2", "S3", "S3"],
        "sold_at": [datetime(2025, 1, 1, 23, 59)] * 6,
        "member_id": ["M1", "M1", "M1", None, "M2", "M2"],
        "product_id": ["tea", "cup", "tea", "tea", "mat", "tea"],
        "quantity": [1, 1, 1, 1, 2, -1],
        "list_price": [210.0, 100, 33.35, 10, 200, 30],
        "discount": [10.0, 0, 0, 0, 0, 0],
        "amount": [200.0, 100, 33.35, 10, 400, -30],
        "cost": [90.0, 50, 20, 5, 200, -15],
    }
)


def basket(*amounts, sale="S1"):
    return pd.DataFrame(
        {
            "sale_id": sale,
            "product_id": [f"P{i}" for i in range(len(amounts))],
            "quantity": 1,
            "amount": [float(a) for a in amounts],
        }
    )


def taken(lines, offer):
    return round(apply_offer(lines, offer)["offer_discount"].sum(), 2)


@pytest.mark.parametrize(
    ("total", "offer", "off"),
    [
        (299.99, ThresholdDiscount(300, 40), 0),
        (300, ThresholdDiscount(300, 40), 40),
        (950, ThresholdDiscount(300, 40), 40),
        (950, ThresholdDiscount(300, 40, every=True), 120),
        (950, ThresholdDiscount(300, 40, every=True, cap=100), 100),
        (300, ThresholdDiscount(300, 300), 300),
        (100, PercentOff(20), 20),
        (99.99, PercentOff(20, threshold=100), 0),
        (100, PercentOff(20, threshold=100), 20),
        (1000, PercentOff(20, cap=50), 50),
        (0.05, PercentOff(10), 0.01),  # half a cent goes up
        (0.04, PercentOff(10), 0),
        (80, PercentOff(100), 80),
        (80, PercentOff(12.5), 10),
        (500, Gift(300, "mug", cost=9), 0),
    ],
)
def test_a_basket_gets_what_the_offer_says(total, offer, off):
    assert taken(basket(total), offer) == off


def test_the_parts_of_a_discount_sum_to_it_and_cents_go_to_the_largest_remainders():
    result = apply_offer(basket(200, 100, 33.35), ThresholdDiscount(300, 40))
    # 40 × 200/333.35 = 23.9988, 11.9994, 4.0018
    assert result["offer_discount"].tolist() == [24.0, 12.0, 4.0]
    thirds = apply_offer(basket(100, 100, 100), ThresholdDiscount(300, 40))
    assert sorted(thirds["offer_discount"]) == [13.33, 13.33, 13.34]
    assert thirds["amount"].sum() == 260


def test_a_return_in_the_basket_neither_counts_nor_gets_anything():
    result = apply_offer(LINES, ThresholdDiscount(300, 40)).set_index(["sale_id", "product_id"])
    assert result.loc[("S3", "tea"), "amount"].item() == -30
    assert result.loc[("S3", "mat"), "amount"].item() == 360


def test_only_the_products_of_the_offer_count():
    offer = ThresholdDiscount(200, 20, products=["tea"])
    result = apply_offer(LINES, offer)
    assert result["offer_discount"].tolist()[1] == 0
    assert result.groupby("sale_id")["offer_discount"].sum().to_dict() == {
        "S1": 20,
        "S2": 0,
        "S3": 0,
    }


def test_the_discount_given_before_is_raised_by_the_new_one():
    result = apply_offer(LINES, ThresholdDiscount(300, 40))
    assert result["discount"].tolist() == [34.0, 12.0, 4.0, 0, 40, 0]
    before = LINES["amount"] + LINES["discount"]
    assert (result["amount"] + result["discount"]).tolist() == pytest.approx(before.tolist())


def test_a_gift_is_one_more_line_at_nothing_with_its_cost():
    result = apply_offer(LINES, Gift(150, "mug", cost=9, value=25, quantity=2, every=True))
    gifts = result[result["product_id"] == "mug"].set_index("sale_id")
    assert gifts["quantity"].to_dict() == {"S1": 4, "S3": 4}
    assert (gifts["amount"] == 0).all()
    assert gifts.loc["S1", ["cost", "discount", "offer_discount"]].tolist() == [36, 100, 100]
    assert gifts.loc["S1", "member_id"] == "M1"
    assert gifts.loc["S1", "sold_at"] == datetime(2025, 1, 1, 23, 59)
    assert result["amount"].sum() == LINES["amount"].sum()


def test_the_lines_keep_their_order_and_their_other_columns():
    result = apply_offer(LINES.assign(note=list("abcdef")), PercentOff(10))
    assert result["note"].tolist() == list("abcdef")
    assert result.columns.tolist() == [*LINES.columns, "note", "offer_discount"]


OFFERS = {
    "threshold": ThresholdDiscount(300, 40),
    "every threshold, capped": ThresholdDiscount(100, 30, every=True, cap=70),
    "per cent of some": PercentOff(12.5, products=["tea"]),
    "gift": Gift(300, "mug", cost=9, value=25),
}


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS.keys())
def test_every_engine_shares_out_the_same_cents(engine, offer):
    order = ["sale_id", "product_id", "amount"]
    expected = apply_offer(LINES, offer).sort_values(order, ignore_index=True)
    result = apply_offer(engine.make(LINES), offer)
    assert engine.is_mine(result)
    found = engine.read(result).sort_values(order, ignore_index=True)
    found["sold_at"] = found["sold_at"].dt.tz_localize(None)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_a_wholly_empty_table_stays_empty():
    assert len(apply_offer(LINES.head(0), ThresholdDiscount(300, 40))) == 0
    assert len(apply_offer(LINES.head(0), Gift(300, "mug", cost=9))) == 0


def test_a_missing_amount_is_no_basket():
    result = apply_offer(basket(200, 150).assign(amount=[float("nan"), 350]), PercentOff(10))
    assert result["offer_discount"].tolist() == [0, 35]
    assert pd.isna(result["amount"][0])


cents = st.integers(-20_000, 200_000)
lines = st.lists(st.tuples(st.integers(0, 3), cents), min_size=1, max_size=12)
products = st.none() | st.just([0, 1, 2])
offers = st.one_of(
    st.builds(
        lambda threshold, part, every, cap, products: ThresholdDiscount(
            threshold / 100, max(1, round(threshold * part)) / 100, every, cap, products
        ),
        st.integers(1, 100_000),
        st.floats(0.001, 1),
        st.booleans(),
        st.none() | st.integers(1, 50_000).map(lambda c: c / 100),
        products,
    ),
    st.builds(
        lambda percent, threshold, cap, products: PercentOff(
            percent / 100, threshold / 100, cap, products
        ),
        st.integers(1, 10_000),
        st.integers(0, 50_000),
        st.none() | st.integers(1, 50_000).map(lambda c: c / 100),
        products,
    ),
)


@settings(max_examples=40, deadline=None)
@given(lines, offers)
def test_no_offer_makes_a_price_negative_and_each_basket_loses_exactly_its_discount(lines, offer):
    frame = pd.DataFrame(
        {
            "sale_id": [sale for sale, _ in lines],
            "product_id": range(len(lines)),
            "quantity": [1 if c >= 0 else -1 for _, c in lines],
            "amount": [c / 100 for _, c in lines],
        }
    )
    result = apply_offer(frame, offer)
    bought = frame["amount"] > 0
    assert (result["amount"][bought] >= 0).all()
    assert (result["amount"][~bought] == frame["amount"][~bought]).all()
    off = (result["offer_discount"] * 100).round().astype(int)
    left = (result["amount"] * 100).round().astype(int)
    before = (frame["amount"] * 100).round().astype(int)
    assert (before - off == left).all()
    scope = bought if offer.products is None else bought & frame["product_id"].isin(offer.products)
    for sale, rows in frame[scope].groupby("sale_id"):
        whole = int(before[rows.index].sum())
        assert off[frame["sale_id"] == sale].sum() == by_hand(offer, whole)


def by_hand(offer, whole):
    """What a basket of so many cents gets off, in plain Python."""
    if isinstance(offer, ThresholdDiscount):
        times = whole // round(offer.threshold * 100)
        off = (times if offer.every else min(times, 1)) * round(offer.off * 100)
    else:
        reached = whole >= round(offer.threshold * 100)
        off = (whole * round(offer.percent * 100) + 5000) // 10000 if reached else 0
    return off if offer.cap is None else min(off, round(offer.cap * 100))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ThresholdDiscount(0, 1), "threshold is 0; it must be more than 0"),
        (lambda: ThresholdDiscount(100, 101), "off is 101.*at most the threshold, 100"),
        (lambda: ThresholdDiscount(100, -5), "off is -5"),
        (lambda: ThresholdDiscount(100, 5, cap=0), "cap is 0"),
        (lambda: PercentOff(0), "percent is 0"),
        (lambda: PercentOff(101), "percent is 101"),
        (lambda: PercentOff(10, threshold=-1), "threshold is -1"),
        (lambda: Gift(100, "mug", cost=-1), "cost is -1"),
        (lambda: Gift(100, "mug", cost=1, quantity=0), "quantity is 0"),
        (lambda: Gift(0, "mug", cost=1), "threshold is 0"),
        (lambda: Gift(10, "mug", cost=1, value=-2), "value is -2"),
        (lambda: PercentOff("20"), "percent is '20'"),
        (lambda: Gift(300, "mug", cost="9"), "cost is '9'"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(make, says):
    with pytest.raises(ck.CrmkitError, match=says):
        make()


def test_lines_without_amounts_are_refused():
    with pytest.raises(ck.TableError, match="no column 'amount'"):
        apply_offer(LINES.drop(columns="amount"), PercentOff(10))
    with pytest.raises(ck.TableError, match="must hold numbers"):
        apply_offer(LINES.assign(amount="12"), PercentOff(10))
