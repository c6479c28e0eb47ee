"""What sells, what lies, what to order, move and clear."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck

S = ck.stock


def stock(rows):
    frame = pd.DataFrame(
        rows, columns=["store_id", "product_id", "date", "on_hand", "received", "sold"]
    )
    return frame.assign(date=pd.to_datetime(frame["date"]))


DAILY = stock(
    [
        ("A", "p", "2025-06-01", 8, 10, 2),
        ("A", "p", "2025-06-02", 0, 0, 8),
        ("A", "q", "2025-06-01", 5, 0, 0),
        ("A", "q", "2025-06-02", 5, 0, 0),
        ("B", "p", "2025-06-01", 0, 0, 0),
        ("B", "p", "2025-06-02", 4, 4, 0),
    ]
)
GOODS = pd.DataFrame(
    {
        "product_id": ["p", "q"],
        "category": ["tea", "cake"],
        "cost": [2.0, 10.0],
        "launched_on": pd.to_datetime(["2025-06-01", "2020-01-01"]),
    }
)


def test_sell_through_counts_what_came_in():
    got = S.sell_through(DAILY, by="product_id").set_index("product_id")
    assert got["sell_through"]["p"] == pytest.approx(10 / 14)
    assert np.isnan(got["sell_through"]["q"]), "nothing came in"


def test_moving_goods():
    rate = S.moving_rate(DAILY)
    assert (rate.numerator, rate.denominator) == (1, 2)
    got = S.moving_rate(DAILY, by="store_id").set_index("store_id")
    assert got["moving_rate"].to_dict() == {"A": 0.5, "B": 0.0}


def test_an_empty_shelf_is_a_stock_out_each_day():
    rate = S.stockout_rate(DAILY)
    assert (rate.numerator, rate.denominator) == (2, 6)
    got = S.stockout_rate(DAILY, by="category", products=GOODS).set_index("category")
    assert got["stockout_rate"].to_dict() == {"tea": 0.5, "cake": 0.0}


LINES = pd.DataFrame(
    {
        "product_id": list("abcdefghij"),
        "amount": [500.0, 200.0, 100.0, 50.0, 50.0, 40.0, 30.0, 20.0, 10.0, 0.0],
        "quantity": [1] * 10,
        "store_id": ["A"] * 5 + ["B"] * 5,
    }
)


class TestBestSellers:
    def test_the_best_fifth(self):
        assert float(S.best_seller_share(LINES)) == 0.7

    def test_a_whole_number_of_products(self):
        assert float(S.best_seller_share(LINES, top=3)) == 0.8
        assert float(S.best_seller_share(LINES, top=99)) == 1.0

    def test_within_each_store(self):
        got = S.best_seller_share(LINES, by="store_id").set_index("store_id")
        assert got["best_sellers"].to_dict() == {"A": 1, "B": 1}
        assert got["best_seller_share"].to_dict() == {"A": 500 / 900, "B": 0.4}

    @pytest.mark.parametrize("n", range(1, 12))
    def test_a_fifth_is_rounded_up_and_never_by_float_dust(self, n):
        few = pd.DataFrame(
            {"product_id": [f"{i:02d}" for i in range(n)], "amount": 1.0, "store_id": "A"}
        )
        got = S.best_seller_share(few, by="store_id")
        assert got["best_sellers"].tolist() == [-(-n // 5)]

    @pytest.mark.parametrize("top", [0, -1, 1.5])
    def test_nonsense_is_refused(self, top):
        with pytest.raises(ck.TableError, match="top"):
            S.best_seller_share(LINES, top=top)


def test_new_products_are_new_for_ninety_days():
    sales = pd.DataFrame(
        {
            "product_id": ["p", "p", "p", "q"],
            "sold_at": pd.to_datetime(["2025-05-31", "2025-06-01", "2025-08-30", "2025-06-01"]),
            "amount": [1.0, 10.0, 100.0, 1000.0],
        }
    )
    share = S.new_product_share(sales, GOODS)
    assert share.numerator == 110.0, "day 0 and day 90 count, the day before the launch does not"
    later = sales.assign(sold_at=sales["sold_at"] + pd.Timedelta(days=1))
    assert S.new_product_share(later, GOODS).numerator == 11.0


class TestClasses:
    def test_abc_by_the_running_share(self):
        got = S.abc(LINES).set_index("product_id")
        assert "".join(got["abc"]) == "AAABBBBCCC"
        assert got["cumulative_share"].iloc[-1] == 1.0

    def test_a_product_of_its_own_is_always_a(self):
        assert S.abc(LINES.head(1))["abc"].tolist() == ["A"]

    def test_returns_only_bring_nothing(self):
        back = LINES.assign(amount=-LINES["amount"])
        got = S.abc(back)
        assert set(got["abc"]) == {"C"}
        assert got["value_share"].isna().all()

    def test_xyz_by_the_coefficient_of_variation(self):
        weeks = pd.date_range("2025-06-02", periods=4, freq="7D")
        rows = [("even", w, 5) for w in weeks] + [("once", weeks[0], 20), ("waves", weeks[1], 6)]
        rows += [("waves", weeks[2], 6), ("waves", weeks[3], 2), ("back", weeks[0], -1)]
        sales = pd.DataFrame(rows, columns=["product_id", "sold_at", "quantity"])
        got = S.xyz(sales).set_index("product_id")
        assert got["xyz"].to_dict() == {"back": "Z", "even": "X", "once": "Z", "waves": "Y"}
        assert got["variation"]["waves"] == pytest.approx(np.std([0, 6, 6, 2]) / 3.5)
        assert got["variation"]["once"] == pytest.approx(np.sqrt(3))

    def test_both_letters(self):
        sales = LINES.assign(sold_at=pd.Timestamp("2025-06-02"))
        assert S.abc_xyz(sales)["abc_xyz"].tolist()[:2] == ["AX", "AX"]


class TestAgeing:
    def test_the_latest_delivery_is_what_lies_there(self):
        daily = stock(
            [
                ("A", "p", "2025-01-01", 10, 10, 0),
                ("A", "p", "2025-05-01", 14, 8, 4),
                ("A", "p", "2025-06-30", 12, 3, 5),
            ]
        )
        got = S.ageing(daily, GOODS, ages=[30, 90]).set_index("age_class")
        # 3 came today, 8 on 1 May (60 days), the last one before that
        assert got["units"].to_dict() == {1: 3, 2: 8, 3: 1}
        assert got["value"].sum() == 24.0
        assert got["value_share"].sum() == pytest.approx(1.0)

    def test_shelves_do_not_borrow_from_each_other(self):
        daily = stock(
            [
                ("A", "p", "2025-06-29", 5, 5, 0),
                ("A", "p", "2025-06-30", 5, 0, 0),
                ("A", "q", "2025-06-29", 7, 2, 0),
                ("A", "q", "2025-06-30", 7, 0, 0),
                ("B", "p", "2025-06-30", 1, 0, 0),
            ]
        )
        got = S.ageing(daily, GOODS, by=["store_id", "product_id"], ages=[30])
        units = got.set_index(["store_id", "product_id", "age_class"])["units"].to_dict()
        assert units == {("A", "p", 1): 5, ("A", "q", 1): 2, ("A", "q", 2): 5, ("B", "p", 2): 1}

    def test_the_classes_hold_exactly_what_is_on_hand(self):
        daily, goods = ck.load("stock_daily"), ck.load("products")
        last = daily[daily["date"] == daily["date"].max()]
        got = S.ageing(daily, goods, by="store_id")
        on_hand = last[last["on_hand"] > 0].groupby("store_id")["on_hand"].sum()
        assert got.groupby("store_id")["units"].sum().to_dict() == on_hand.to_dict()


class TestTextbooks:
    """Worked examples of textbooks, by the names under which they stand there."""

    @pytest.mark.parametrize(("yearly", "pieces"), [(1000, 200), (1200, 219)])
    def test_sharp_inc(self, yearly, pieces):
        """J. Heizer, B. Render, C. Munson, "Operations Management", ch. 12, example 3 and its
        exercise: $10 an order, $0.50 to hold a needle for a year."""
        assert round(float(S.economic_order_quantity(yearly, 10, 0.50))) == pieces

    @pytest.mark.parametrize(("working_days", "pieces"), [(250, 96), (200, 120)])
    def test_an_apple_store(self, working_days, pieces):
        """Heizer, Render, Munson, ch. 12, example 7 and its exercise: 8,000 a year, three days."""
        assert float(S.reorder_point(8000 / working_days, 3)) == pieces

    def test_the_carpet_store(self):
        """B. W. Taylor, "Introduction to Management Science", ch. 16: 30 yards a day with deviation
        5, ten days, 95 % (z = 1.65 there, which is 1.645): 26.1 beyond the 300 sold meanwhile."""
        assert float(S.safety_stock(5, 10, 0.95)) == pytest.approx(1.65 * 5 * 10**0.5, rel=0.004)
        assert float(S.reorder_point(30, 10, 5, 0.95)) == pytest.approx(326.1, abs=0.1)

    def test_chance_in_demand_and_delivery_by_trying(self):
        """The same reorder points by drawing a million deliveries: 95 % of them find enough."""
        rng = np.random.default_rng(5)
        for demand, sd, lead, lead_sd in [(30, 5, 10, 0), (10, 0, 6, 1), (150, 16, 5, 1)]:
            days = rng.normal(lead, lead_sd, 1_000_000)
            wanted = demand * days + rng.normal(0, sd, len(days)) * np.sqrt(lead)
            point = float(S.reorder_point(demand, lead, sd, 0.95, lead_sd=lead_sd))
            assert np.mean(wanted <= point) == pytest.approx(0.95, abs=0.002)

    def test_silicon_chips(self):
        """Heizer, Render, Munson, ch. 12, example 1: ten chips by yearly dollars, and their classes
        (with the cut between A and B where the book draws it, at 70 %)."""
        chips = pd.DataFrame(
            [
                ("10286", 1000, 90.00, "A", 38.8), ("11526", 500, 154.00, "A", 33.2),
                ("12760", 1550, 17.00, "B", 11.3), ("10867", 350, 42.86, "B", 6.4),
                ("10500", 1000, 12.50, "B", 5.4), ("12572", 600, 14.17, "C", 3.7),
                ("14075", 2000, 0.60, "C", 0.5), ("01036", 100, 8.50, "C", 0.4),
                ("01307", 1200, 0.42, "C", 0.2), ("10572", 250, 0.60, "C", 0.1),
            ],
            columns=["product_id", "quantity", "price", "class", "percent"],
        )  # fmt: skip
        sales = chips.assign(amount=chips["quantity"] * chips["price"])
        got = S.abc(sales, cuts=(0.7, 0.95))
        assert got["product_id"].tolist() == chips["product_id"].tolist()
        assert got["abc"].tolist() == chips["class"].tolist()
        assert got["revenue"].sum() == pytest.approx(232_057)
        assert (got["value_share"] * 100).tolist() == pytest.approx(chips["percent"], abs=0.07)

    def test_the_cheapest_quantity_is_the_cheapest(self):
        best = float(S.economic_order_quantity(730, 12, 3))

        def cost(quantity):
            return 730 / quantity * 12 + quantity / 2 * 3

        assert cost(best) <= min(cost(best * 0.99), cost(best * 1.01))

    @pytest.mark.parametrize(
        "call",
        [
            lambda: S.safety_stock(-1, 2),
            lambda: S.safety_stock(5, 2, 1.0),
            lambda: S.safety_stock(5, 2, 95),
            lambda: S.economic_order_quantity(100, 10, 0),
            lambda: S.economic_order_quantity(float("nan"), 10, 1),
        ],
    )
    def test_nonsense_is_refused(self, call):
        with pytest.raises(ck.TableError):
            call()


class TestPlans:
    def test_empty_days_say_nothing_about_demand(self):
        days = [f"2025-06-{d:02d}" for d in range(1, 11)]
        daily = stock(
            [
                ("A", "p", day, 0 if n < 5 else 20, 0, 0 if n < 5 else 4)
                for n, day in enumerate(days)
            ]
        )
        row = S.reorder_plan(daily, lead_days=5, cover_days=10).iloc[0]
        assert (row["demand"], row["sd"]) == (4.0, 0.0)
        assert row["reorder_point"] == 20.0
        assert row["order"] == 40

    def test_above_the_reorder_point_nothing_is_ordered(self):
        daily = stock([("A", "p", "2025-06-01", 100, 0, 4)])
        assert S.reorder_plan(daily)["order"].tolist() == [0]

    def test_transfers_give_and_take_the_same_and_leave_enough(self):
        daily = ck.load("stock_daily")
        plan = S.transfer_plan(daily)
        last = daily[daily["date"] == daily["date"].max()]
        have = last.set_index(["store_id", "product_id"])["on_hand"]
        given = plan.groupby(["from_store_id", "product_id"])["quantity"].sum()
        assert (given > 0).all() and len(plan) > 0
        assert all(have[shelf] >= quantity for shelf, quantity in given.items())
        both = set(zip(plan["from_store_id"], plan["product_id"], strict=True)) & set(
            zip(plan["to_store_id"], plan["product_id"], strict=True)
        )
        assert not both, "nobody gives and takes the same product"

    def test_the_shortest_shop_gets_first(self):
        daily = stock(
            [
                ("A", "p", "2025-06-30", 60, 0, 1),
                ("B", "p", "2025-06-30", 2, 0, 1),
                ("C", "p", "2025-06-30", 0, 0, 1),
            ]
        )
        plan = S.transfer_plan(daily)
        assert plan["to_store_id"].tolist() == ["C", "B"]
        taken = dict(zip(plan["to_store_id"], plan["quantity"], strict=True))
        assert taken == {"C": 14, "B": 4}, "A keeps 42 days' worth"

    def test_advice_for_each_kind_of_product(self):
        day = pd.Timestamp("2025-06-30")
        goods = pd.DataFrame(
            {
                "product_id": ["fast", "slow", "dead", "new", "fine"],
                "cost": [1.0, 1.0, 3.0, 1.0, 1.0],
                "launched_on": pd.to_datetime(["2020-01-01"] * 3 + ["2025-06-01", "2020-01-01"]),
            }
        )
        daily = pd.DataFrame(
            {"product_id": goods["product_id"], "date": day, "on_hand": [5, 900, 10, 90, 30]}
        )
        sales = pd.DataFrame(
            {
                "product_id": ["fast", "slow", "new", "fine"],
                "sold_at": day,
                "quantity": [90, 90, 9, 90],
                "amount": [900.0, 890.0, 9.0, 880.0],
            }
        )
        got = S.suggest_structure(sales, daily, goods).set_index("product_id")
        assert got["advice"].to_dict() == {
            "slow": "reduce",
            "new": "new",
            "dead": "clear",
            "fast": "reorder",
            "fine": "keep",
        }
        assert got["frees"]["dead"] == 30.0
        assert got["frees"]["slow"] == 900 - 60


def test_days_of_stock_is_turnover_the_other_way_round():
    daily, goods, sales = ck.load("stock_daily"), ck.load("products"), ck.load("sales")
    turned = S.turnover(sales, daily, goods, by="category")
    lasts = S.days_of_stock(sales, daily, goods, by="category")
    assert "turnover" not in lasts.columns
    product = turned["turnover"] * lasts["days_of_stock"] / turned["days"]
    assert product.tolist() == pytest.approx([1.0] * len(turned))
