"""A shift worked by hand."""

import pandas as pd
import pytest

from crmkit.lessons.shifts import Shift

# a Saturday at one till, and the Saturday before it; receipt R3 brings a pan back
LINES = [
    # sale, sold at, member, product, quantity, amount, channel
    ("R1", "2025-06-21 09:10", "M1", "P1", 2, 40.0, "store"),
    ("R1", "2025-06-21 09:10", "M1", "P2", 1, 60.0, "store"),
    ("R2", "2025-06-21 14:59", None, "P1", 1, 20.0, "store"),
    ("R3", "2025-06-21 15:00", "M2", "P2", -1, -60.0, "store"),
    ("R4", "2025-06-21 15:30", "M2", "P3", 3, 90.0, "store"),
    ("W1", "2025-06-21 16:00", "M1", "P3", 1, 500.0, "web"),
    ("A1", "2025-06-20 10:00", None, "P1", 1, 300.0, "store"),
    ("B1", "2025-06-14 10:00", "M1", "P1", 1, 100.0, "store"),
    ("C1", "2024-06-22 10:00", None, "P1", 1, 75.0, "store"),
]


@pytest.fixture
def till_tables():
    sales = pd.DataFrame(
        LINES,
        columns=[
            "sale_id",
            "sold_at",
            "member_id",
            "product_id",
            "quantity",
            "amount",
            "channel",
        ],
    ).assign(store_id="S01")
    sales["sold_at"] = pd.to_datetime(sales["sold_at"])
    return {
        "sales": sales,
        "payments": pd.DataFrame(
            {
                "sale_id": ["R1", "R2", "R3", "R4", "W1"],
                "method": ["wechat", "cash", "cash", "wechat", "alipay"],
                "amount": [100.0, 20.0, -60.0, 90.0, 500.0],
            }
        ),
        "products": pd.DataFrame(
            {"product_id": ["P1", "P2", "P3"], "name": ["Tea <green>", "Pan", "Soap"]}
        ),
        "stores": pd.DataFrame({"store_id": ["S01"], "name": ["Old Town Store"]}),
    }


@pytest.fixture
def saturday(till_tables):
    return Shift("S01", "2025-06-21", tables=till_tables)
