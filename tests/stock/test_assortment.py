"""Which products carry the shop, and what to do with the others."""

import numpy as np
import pandas as pd
import pytest

import crmkit as ck

from .shelves import GOODS

S = ck.stock


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


def test_advice_for_each_kind_of_product():
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
