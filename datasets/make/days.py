"""The shop's twenty-eight months: seasons, weekdays, and the holidays of the Chinese calendar."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

START = date(2023, 3, 1)
END = date(2025, 6, 30)
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


DAY0 = day_number(START)
DAYS = (END - START).days + 1

# (code, first day, last day, factor on visits): days off as the state decreed them, and the
# days shops make of their own. Later lines win.
HOLIDAYS = (
    ("double_11", date(2023, 11, 1), date(2023, 11, 11), 1.18),
    ("double_11", date(2024, 11, 1), date(2024, 11, 11), 1.18),
    ("mid_year_sale", date(2023, 6, 10), date(2023, 6, 18), 1.18),
    ("mid_year_sale", date(2024, 6, 11), date(2024, 6, 18), 1.18),
    ("mid_year_sale", date(2025, 6, 10), date(2025, 6, 18), 1.18),
    ("back_to_school", date(2023, 8, 25), date(2023, 9, 3), 1.12),
    ("back_to_school", date(2024, 8, 24), date(2024, 9, 2), 1.12),
    ("valentines", date(2023, 2, 13), date(2023, 2, 14), 1.2),
    ("valentines", date(2025, 2, 13), date(2025, 2, 14), 1.2),
    ("womens_day", date(2023, 3, 8), date(2023, 3, 8), 1.25),
    ("womens_day", date(2024, 3, 8), date(2024, 3, 8), 1.25),
    ("womens_day", date(2025, 3, 8), date(2025, 3, 8), 1.25),
    ("mothers_day", date(2023, 5, 13), date(2023, 5, 14), 1.2),
    ("mothers_day", date(2024, 5, 11), date(2024, 5, 12), 1.2),
    ("mothers_day", date(2025, 5, 10), date(2025, 5, 11), 1.2),
    ("qixi", date(2023, 8, 21), date(2023, 8, 22), 1.2),
    ("qixi", date(2024, 8, 9), date(2024, 8, 10), 1.2),
    ("before_spring_festival", date(2023, 1, 7), date(2023, 1, 20), 1.75),
    ("before_spring_festival", date(2024, 1, 26), date(2024, 2, 9), 1.75),
    ("before_spring_festival", date(2025, 1, 14), date(2025, 1, 27), 1.75),
    ("spring_festival", date(2023, 1, 21), date(2023, 1, 27), 0.6),
    ("spring_festival", date(2024, 2, 10), date(2024, 2, 17), 0.6),
    ("spring_festival", date(2025, 1, 28), date(2025, 2, 4), 0.6),
    ("new_year", date(2023, 1, 1), date(2023, 1, 2), 1.25),
    ("new_year", date(2023, 12, 30), date(2024, 1, 1), 1.25),
    ("new_year", date(2025, 1, 1), date(2025, 1, 1), 1.25),
    ("qingming", date(2023, 4, 5), date(2023, 4, 5), 1.05),
    ("qingming", date(2024, 4, 4), date(2024, 4, 6), 1.05),
    ("qingming", date(2025, 4, 4), date(2025, 4, 6), 1.05),
    ("labour_day", date(2023, 4, 29), date(2023, 5, 3), 1.3),
    ("labour_day", date(2024, 5, 1), date(2024, 5, 5), 1.3),
    ("labour_day", date(2025, 5, 1), date(2025, 5, 5), 1.3),
    ("dragon_boat", date(2023, 6, 22), date(2023, 6, 24), 1.15),
    ("dragon_boat", date(2024, 6, 8), date(2024, 6, 10), 1.15),
    ("dragon_boat", date(2025, 5, 31), date(2025, 6, 2), 1.15),
    ("mid_autumn", date(2023, 9, 29), date(2023, 9, 30), 1.4),
    ("mid_autumn", date(2024, 9, 15), date(2024, 9, 17), 1.4),
    ("national_day", date(2023, 10, 1), date(2023, 10, 6), 1.3),
    ("national_day", date(2024, 10, 1), date(2024, 10, 7), 1.3),
)
_DAYS_OFF = {
    "new_year", "spring_festival", "qingming", "labour_day", "dragon_boat", "mid_autumn",
    "national_day",
}  # fmt: skip
# weekend days that are working days, to make up for a long holiday
_MADE_UP = (
    date(2023, 1, 28), date(2023, 1, 29), date(2023, 4, 23), date(2023, 5, 6),
    date(2023, 6, 25), date(2023, 10, 7), date(2023, 10, 8), date(2024, 2, 4),
    date(2024, 2, 18), date(2024, 4, 7), date(2024, 4, 28), date(2024, 5, 11),
    date(2024, 9, 14), date(2024, 9, 29), date(2024, 10, 12), date(2025, 1, 26),
    date(2025, 2, 8), date(2025, 4, 27),
)  # fmt: skip
HOLIDAY_CODES = tuple(dict.fromkeys(code for code, *_ in HOLIDAYS))
STOCKING_UP = 1.35  # factor on the further lines of a basket before Spring Festival
MONTH_FACTOR = np.array([1.0, 0.92, 0.96, 0.97, 1.0, 1.02, 0.98, 0.98, 1.03, 1.02, 1.04, 1.06])


def make_calendar() -> pd.DataFrame:
    """One row per day: date, weekday (1 Monday … 7), season, holiday code, workday, factor."""
    days = [START + timedelta(days=i) for i in range(DAYS)]
    holiday: list[str | None] = [None] * DAYS
    factor = np.ones(DAYS)
    for code, first, last, size in HOLIDAYS:
        for day in range(max(0, (first - START).days), min(DAYS, (last - START).days + 1)):
            holiday[day], factor[day] = code, size
    off = np.array(
        [
            (d.weekday() >= 5 and d not in _MADE_UP) or code in _DAYS_OFF
            for d, code in zip(days, holiday, strict=True)
        ]
    )
    season = np.array(["winter", "spring", "summer", "autumn"])[[(d.month % 12) // 3 for d in days]]
    return pd.DataFrame(
        {
            "date": pd.to_datetime(days),
            "weekday": [d.isoweekday() for d in days],
            "month": [d.month for d in days],
            "season": season,
            "holiday": holiday,
            "is_workday": ~off,
            "factor": factor * MONTH_FACTOR[[d.month - 1 for d in days]],
        }
    )
