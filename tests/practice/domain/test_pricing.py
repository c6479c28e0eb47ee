"""What a basket costs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.practice.domain.pricing import Line, Offer, price, share, spread

SCARF = Line("P1", 1, 12_900, category="accessories")
SOAP = Line("P3", 2, 3_990, category="care")
GIFT = Line("P4", 1, 1_500)


def test_a_basket_without_offers_costs_its_list_prices():
    basket = price([SCARF, SOAP], [])
    assert (basket.gross, basket.discount, basket.total) == (20_880, 0, 20_880)


def test_percent_off_takes_the_best_offer_for_each_line():
    basket = price(
        [SCARF, SOAP],
        [
            Offer("ten", "percent_off", percent_off=10),
            Offer("care", "percent_off", percent_off=25, category="care"),
        ],
    )
    assert [line.discount for line in basket.lines] == [1_290, 1_995]
    assert [line.promotion_id for line in basket.lines] == ["ten", "care"]


def test_only_the_best_threshold_reached_counts():
    steps = [
        Offer("100-10", "threshold", threshold=10_000, amount_off=1_000),
        Offer("200-30", "threshold", threshold=20_000, amount_off=3_000),
        Offer("300-60", "threshold", threshold=30_000, amount_off=6_000),
    ]
    assert price([SCARF, SOAP], steps).discount == 3_000
    assert price([SOAP], steps).discount == 0


def test_the_threshold_is_measured_after_percent_off():
    basket = price(
        [SCARF],
        [
            Offer("half", "percent_off", percent_off=50),
            Offer("100-10", "threshold", threshold=10_000, amount_off=1_000),
        ],
    )
    assert basket.total == 6_450


def test_a_threshold_for_one_category_is_taken_from_that_category():
    basket = price(
        [SCARF, SOAP], [Offer("care", "threshold", 7_000, amount_off=1_000, category="care")]
    )
    assert [line.discount for line in basket.lines] == [0, 1_000]


def test_a_gift_is_a_line_that_costs_nothing():
    basket = price([SCARF], [Offer("gift", "gift", threshold=10_000, gift=GIFT)])
    assert basket.total == 12_900
    assert basket.lines[-1].is_gift
    assert basket.lines[-1].amount == 0
    assert price([SOAP], [Offer("gift", "gift", threshold=10_000, gift=GIFT)]).lines == (SOAP,)


def test_a_coupon_comes_on_top_of_the_threshold_discount():
    basket = price(
        [SCARF, SOAP],
        [
            Offer("200-30", "threshold", threshold=20_000, amount_off=3_000),
            Offer("coupon", "percent_off", percent_off=10, coupon_id="Q1"),
        ],
    )
    assert basket.discount == 3_000 + 1_788
    assert [one.coupon_id for one in basket.offers] == [None, "Q1"]


LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["P1", "P2", "P3"]),
        st.integers(1, 9),
        st.integers(0, 99_999),
        category=st.sampled_from(["care", "home"]),
    ),
    min_size=1,
    max_size=6,
)
OFFERS = st.lists(
    st.one_of(
        st.builds(
            Offer,
            st.sampled_from(["a", "b"]),
            st.just("percent_off"),
            percent_off=st.integers(1, 99),
            category=st.sampled_from([None, "care"]),
            coupon_id=st.sampled_from([None, "Q1"]),
        ),
        st.builds(
            lambda threshold, off, coupon: Offer(
                "t", "threshold", threshold, min(off, threshold), coupon_id=coupon
            ),
            st.integers(1, 50_000),
            st.integers(1, 50_000),
            st.sampled_from([None, "Q2"]),
        ),
        st.just(Offer("g", "gift", gift=GIFT)),
    ),
    max_size=4,
)


@settings(max_examples=200)
@given(LINES, OFFERS)
def test_whatever_the_offers_every_cent_belongs_to_a_line(lines, offers):
    basket = price(lines, offers)
    assert all(0 <= line.discount <= line.gross for line in basket.lines)
    assert basket.discount == sum(one.discount for one in basket.offers)
    assert basket.total >= 0


@settings(max_examples=200)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_a_split_adds_up(amount, weights):
    amount = min(amount, sum(weights))
    parts = spread(amount, weights)
    assert sum(parts) == amount
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@given(st.integers(0, 10**6), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_shares_taken_one_after_the_other_add_up(amount, parts):
    whole, seen, given_out = sum(parts), 0, 0
    for part in parts:
        step = share(amount, seen + part, whole) - share(amount, seen, whole)
        assert step >= 0
        given_out, seen = given_out + step, seen + part
    assert given_out == amount


ANY_OFFER = st.builds(
    lambda number, kind, threshold, off, percent, category, coupon: Offer(
        f"o{number}",
        kind,
        threshold=max(threshold, off),
        amount_off=off,
        percent_off=percent,
        gift=GIFT if kind == "gift" else None,
        category=category,
        coupon_id="Q" if coupon else None,
    ),
    st.integers(0, 9),
    st.sampled_from(["percent_off", "threshold", "gift"]),
    st.integers(0, 60_000),
    st.integers(1, 5_000),
    st.integers(1, 99),
    st.sampled_from([None, "care", "home"]),
    st.booleans(),
)


def by_line(basket):
    """The priced lines without their places."""
    return sorted(map(repr, basket.lines))


@settings(max_examples=200)
@given(LINES, st.lists(ANY_OFFER, max_size=6, unique_by=lambda one: one.promotion_id), st.data())
def test_no_offers_result_depends_on_the_order_of_lines_or_of_offers(lines, offers, data):
    basket = price(lines, offers)
    shuffled = data.draw(st.permutations(lines))
    again = price(shuffled, data.draw(st.permutations(offers)))
    assert by_line(again) == by_line(basket)
    assert again.offers == basket.offers
    assert [one.product_id for one in again.lines[: len(lines)]] == [
        one.product_id for one in shuffled
    ]


def test_a_percentage_looks_at_its_threshold_before_any_line_is_reduced():
    offer = Offer("TEN", "percent_off", threshold=21_000, percent_off=10)
    for lines in ([SCARF, Line("P2", 1, 8_900)], [Line("P2", 1, 8_900), SCARF]):
        assert price(lines, [offer]).discount == 2_180
