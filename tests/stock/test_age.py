"""How long the goods have lain there."""

import pytest

import crmkit as ck

from .shelves import GOODS, stock

S = ck.stock


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
