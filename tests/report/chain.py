"""A made-up chain of three tea shops, with or without things that turned in it."""

import numpy as np
import pandas as pd

STORES = {"东街店": 12, "西街店": 10, "南街店": 8}
GOODS = {"茶叶": 30, "糕点": 25, "咖啡": 25, "礼盒": 20, "器具": 10}
FIRST, LAST = pd.Timestamp("2024-08-01"), pd.Timestamp("2026-01-31")


def sales(turned, first=FIRST, last=LAST, seed=5):
    """The lines of a till. Where something `turned`: the western shop sells three tenths less from
    September 2025 on; six days of May bring 2.2 times as much; tea things grow to three times; gold
    cards stop at the end of July 2025; from October on new members come in fewer and fewer.
    """
    chance = np.random.default_rng(seed)
    gold, old = [f"G{n:03}" for n in range(60)], [f"M{n:04}" for n in range(200)]
    joined, lines, number = [], [], 0
    months = pd.period_range(first, last, freq="M")
    for day in pd.date_range(first, last):
        new = 1.0 if not turned or day < pd.Timestamp("2025-10-01") else 0.4 ** (day.month % 9 if day.year == 2025 else 4)  # fmt: skip
        fresh = [f"N{len(joined):04}"] if chance.random() < new else []
        joined += fresh
        cards = [*old, *joined, *(gold * 4 if not turned or day < pd.Timestamp("2025-08-01") else [])]  # fmt: skip
        age = months.get_loc(day.to_period("M"))
        weights = np.array([*GOODS.values()], dtype=float)
        if turned:
            weights[-1] *= 1 + 2 * age / len(months)
        season = 1 + 0.15 * np.sin(2 * np.pi * day.day_of_year / 365)
        for store, orders in STORES.items():
            n = orders * season * (1.5 if day.day_of_week == 5 else 1)
            if turned and pd.Timestamp("2025-05-01") <= day <= pd.Timestamp("2025-05-06"):
                n *= 2.2
            if turned and store == "西街店" and day >= pd.Timestamp("2025-09-01"):
                n *= 0.7
            for _one in range(max(1, round(chance.normal(n, n**0.5)))):
                number += 1
                who = fresh.pop() if fresh else str(chance.choice(cards)) if chance.random() < 0.6 else None  # fmt: skip
                level = {"G": "金卡", "M": "普卡", "N": "普卡"}.get((who or "-")[0])
                for kind in chance.choice([*GOODS], chance.integers(1, 4), p=weights / weights.sum()):  # fmt: skip
                    code = chance.integers(0, 20)
                    lines.append((f"R{number}", day, store, who, level, f"{kind}{code}", str(kind), 1, round(20 + 2 * code + chance.random(), 2)))  # fmt: skip
    names = ["单号", "日期", "门店", "会员号", "会员等级", "商品", "类别", "数量", "实收金额"]
    return pd.DataFrame(lines, columns=names)
