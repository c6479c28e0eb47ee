"""The case: a store whose young office workers leave over quality and price, and come back.

On ``TROUBLE`` the business-district store takes cheaper goods from one supplier and raises its
prices. Young office workers mind both: month by month they come less and some leave for good.
On ``CHANGE`` the goods and the prices are put right, new things come onto the shelves and a
campaign invites them back. The store like it across town lives through none of this.
"""

from datetime import date

import numpy as np

from make.days import DAY0, DAYS, day_number

TROUBLE = date(2024, 4, 1)
CHANGE = date(2025, 3, 1)
TOUCHED = ("tea_coffee", "snacks", "stationery", "gadgets", "kitchen")
PRICE_IN_TROUBLE = 1.09
PRICE_AFTER = 0.96
VISITS_AT_WORST = 0.40
VISITS_AFTER = 1.10
LEAVING_PER_MONTH = 0.055
COMING_BACK = 0.7
FAULTY_IN_TROUBLE = 0.13
CSAT_GOODS_FALL = 0.95
RAMP_DAYS = 30


def visits_factor() -> np.ndarray:
    """Factor on the visits of the store's young office workers, one number a day."""
    day = np.arange(DAYS) + DAY0
    slide = (day - day_number(TROUBLE)) / (day_number(CHANGE) - day_number(TROUBLE))
    factor = 1 - (1 - VISITS_AT_WORST) * np.clip(slide, 0, 1)
    ramp = np.clip((day - day_number(CHANGE)) / RAMP_DAYS, 0, 1)
    after = VISITS_AT_WORST + (VISITS_AFTER - VISITS_AT_WORST) * ramp
    return np.where(day >= day_number(CHANGE), after, factor)


def mood() -> np.ndarray:
    """How far the trouble weighs on satisfaction with goods, 0 to 1, one number a day."""
    day = np.arange(DAYS) + DAY0
    rise = np.clip((day - day_number(TROUBLE)) / 90, 0, 1)
    fall = 1 - np.clip((day - day_number(CHANGE)) / 45, 0, 1)
    return np.where(day >= day_number(CHANGE), fall, rise)


def in_trouble(day: np.ndarray) -> np.ndarray:
    """Whether these day numbers lie in the bad months."""
    return (day >= day_number(TROUBLE)) & (day < day_number(CHANGE))


def away(rng: np.random.Generator, touched: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each touched member the day they turn away and the day they are back.

    Day numbers; far in the future for "never".
    """
    never = day_number(date(2999, 1, 1))
    n = len(touched)
    gone = day_number(TROUBLE) + (rng.exponential(30 / LEAVING_PER_MONTH, n)).astype(int)
    gone = np.where(touched & (gone < day_number(CHANGE)), gone, never)
    back = day_number(CHANGE) + rng.integers(0, 45, n)
    back = np.where(rng.random(n) < COMING_BACK, back, never)
    return gone, np.where(gone < never, back, never)
