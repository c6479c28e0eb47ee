"""Two shops' shelves, small enough to count by hand."""

import pandas as pd


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
