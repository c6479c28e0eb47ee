"""When to order how much, and what to move."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck

from .shelves import stock

S = ck.stock


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
            lambda: S.economic_order_quantity("100", 10, 1),
            lambda: S.safety_stock("5", 2),
        ],
    )
    def test_nonsense_is_refused(self, call):
        with pytest.raises(ck.CrmkitError):
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
