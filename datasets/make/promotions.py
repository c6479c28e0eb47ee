"""Price promotions: percent off a category, money off from a threshold, a gift with a purchase."""

from datetime import date

import numpy as np
import pandas as pd

from make.days import DAY0, DAYS, day_number
from make.people import each
from make.products import CATEGORY_CODES

# a category on offer is taken this much more often at 10 % off, before a persona's own pull
PULL_PER_TENTH = 0.22

_OFFERS = [
    # kind, category, first, last, percent, threshold, off, names
    ("percent_off", "personal_care", (2023, 3, 4), (2023, 3, 12), 25, None, None, "女神节个护七五折", "Women's Day Care 25% Off"),
    ("percent_off", "cleaning", (2023, 4, 14), (2023, 4, 23), 20, None, None, "春季大扫除", "Spring Cleaning"),
    ("threshold", None, (2023, 6, 10), (2023, 6, 18), None, 99, 15, "年中满99减15", "Mid-Year 15 Off 99"),
    ("percent_off", "seasonal", (2023, 7, 1), (2023, 7, 16), 20, None, None, "清凉一夏", "Cool Summer"),
    ("percent_off", "stationery", (2023, 8, 25), (2023, 9, 3), 25, None, None, "开学季文具七五折", "Back to School 25% Off"),
    ("gift", None, (2023, 9, 22), (2023, 9, 29), None, 158, None, "中秋满赠", "Mid-Autumn Gift"),
    ("threshold", None, (2023, 11, 1), (2023, 11, 11), None, 99, 15, "双十一满99减15", "Double 11: 15 Off 99"),
    ("percent_off", "tea_coffee", (2023, 12, 8), (2023, 12, 17), 20, None, None, "暖冬茶咖", "Warm Winter Drinks"),
    ("percent_off", "textiles", (2024, 1, 26), (2024, 2, 9), 20, None, None, "新春家纺八折", "New Year Textiles 20% Off"),
    ("percent_off", "personal_care", (2024, 3, 2), (2024, 3, 10), 25, None, None, "女神节个护七五折", "Women's Day Care 25% Off"),
    ("percent_off", "pantry", (2024, 4, 12), (2024, 4, 21), 15, None, None, "粮油八五折", "Pantry 15% Off"),
    ("threshold", None, (2024, 6, 11), (2024, 6, 18), None, 99, 15, "年中满99减15", "Mid-Year 15 Off 99"),
    ("percent_off", "seasonal", (2024, 7, 5), (2024, 7, 21), 20, None, None, "清凉一夏", "Cool Summer"),
    ("percent_off", "stationery", (2024, 8, 24), (2024, 9, 2), 25, None, None, "开学季文具七五折", "Back to School 25% Off"),
    ("gift", None, (2024, 9, 10), (2024, 9, 17), None, 158, None, "中秋满赠", "Mid-Autumn Gift"),
    ("threshold", None, (2024, 11, 1), (2024, 11, 11), None, 99, 15, "双十一满99减15", "Double 11: 15 Off 99"),
    ("percent_off", "gadgets", (2024, 12, 6), (2024, 12, 15), 15, None, None, "数码八五折周", "Gadget Week 15% Off"),
    ("percent_off", "textiles", (2025, 1, 14), (2025, 1, 27), 20, None, None, "新春家纺八折", "New Year Textiles 20% Off"),
    ("percent_off", "personal_care", (2025, 3, 4), (2025, 3, 12), 25, None, None, "女神节个护七五折", "Women's Day Care 25% Off"),
    ("percent_off", "cleaning", (2025, 4, 11), (2025, 4, 20), 20, None, None, "春季大扫除", "Spring Cleaning"),
    ("percent_off", "gifts", (2025, 5, 5), (2025, 5, 11), 20, None, None, "母亲节礼品", "Mother's Day Gifts"),
    ("threshold", None, (2025, 6, 10), (2025, 6, 18), None, 99, 15, "年中满99减15", "Mid-Year 15 Off 99"),
]  # fmt: skip


def make_promotions() -> pd.DataFrame:
    """One row per promotion; money in yuan, percent in whole per cent off."""
    rows = [
        {
            "promotion_id": f"A{i:03d}",
            "name_zh": zh,
            "name_en": en,
            "kind": kind,
            "category": category,
            "first": day_number(date(*first)),
            "last": day_number(date(*last)),
            "percent": percent,
            "threshold": threshold,
            "amount_off": off,
        }
        for i, (kind, category, first, last, percent, threshold, off, zh, en) in enumerate(
            _OFFERS, start=1
        )
    ]
    return pd.DataFrame(rows)


def price_off(promotions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """By day and category: per cent off, and the promotion's position (−1 for none)."""
    percent = np.zeros((DAYS, len(CATEGORY_CODES)))
    which = np.full((DAYS, len(CATEGORY_CODES)), -1)
    for i, offer in promotions[promotions["kind"] == "percent_off"].iterrows():
        days = slice(int(offer["first"]) - DAY0, int(offer["last"]) - DAY0 + 1)
        c = CATEGORY_CODES.index(offer["category"])
        percent[days, c], which[days, c] = offer["percent"], i
    return percent, which


def pull(percent: np.ndarray) -> np.ndarray:
    """Factor on a category's share by persona, day and category."""
    deals = each("deals")[:, None, None]
    return 1 + PULL_PER_TENTH * deals * percent[None, :, :] / 10


def whole_basket(promotions: pd.DataFrame, kind: str) -> np.ndarray:
    """By day the position of the running threshold or gift promotion, −1 for none."""
    which = np.full(DAYS, -1)
    for i, offer in promotions[promotions["kind"] == kind].iterrows():
        which[int(offer["first"]) - DAY0 : int(offer["last"]) - DAY0 + 1] = i
    return which
