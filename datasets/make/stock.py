"""Shelves that empty and fill: orders up to a level, lead times, and sales lost to empty shelves."""

from datetime import date

import numpy as np
import pandas as pd

from make.days import DAY0, DAYS, day_number
from make.draws import draws
from make.products import SLOW_FAMILIES

# the supplier who was late before Spring Festival 2025, and by how much
LATE_BRAND = "tuanzi"
LATE_FROM, LATE_TO, LATE_DAYS = date(2025, 1, 2), date(2025, 1, 25), 16
REVIEW_DAYS = 7
BULK_DAYS = 200  # what slow families were bought in, for the price
TIGHT = 1 / 12  # share of reorder levels set too low


def run_stock(
    seed: int,
    block: int,
    lines: pd.DataFrame,
    visits: pd.DataFrame,
    products: pd.DataFrame,
    since: np.ndarray,
    calendar: pd.DataFrame,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What the shelves could serve, and each day's stock.

    Returns the pieces each of `lines` got, and store × product × day arrays ``on_hand`` (end of day, −1
    before a store carries the product), ``received``, ``sold``, in pieces.
    """
    rng = draws(seed, "stock", block)
    n_stores, n_products = since.shape
    cells = n_stores * n_products
    day = visits["day"].to_numpy()[lines["order"]] - DAY0
    store = visits["store"].to_numpy()[lines["order"]]
    cell = store * n_products + lines["product"].to_numpy()
    quantity = lines["quantity"].to_numpy()
    key = day * cells + cell
    demand = np.bincount(key, weights=quantity, minlength=DAYS * cells)
    demand = demand.reshape(DAYS, cells).astype(np.int32)

    start = np.maximum(since.ravel() - DAY0, 0)
    carried = since.ravel() < DAY0 + DAYS
    days_carried = np.maximum(DAYS - start, 1)
    mean = demand.sum(axis=0) / days_carried
    lead = np.tile(products["lead_days"].to_numpy(), n_stores)
    slow = np.tile(products["family"].isin(SLOW_FAMILIES).to_numpy(), n_stores)
    late = np.tile((products["brand"] == LATE_BRAND).to_numpy(), n_stores)
    cover = lead + REVIEW_DAYS
    level = mean * cover + 1.9 * np.sqrt(np.maximum(mean, 0.02) * cover * 1.6) + 1
    # some levels were set too low by whoever set them
    tight = rng.random(cells) < TIGHT
    level = np.where(tight, mean * cover * 0.9 + 1, level)
    level = np.where(slow, np.maximum(mean * BULK_DAYS, 4), level)
    level = np.ceil(level).astype(np.int32)

    on_hand = np.zeros(cells, dtype=np.int32)
    on_order = np.zeros(cells, dtype=np.int32)
    arriving = np.zeros((DAYS + 60, cells), dtype=np.int32)
    review = rng.integers(0, REVIEW_DAYS, cells)
    stock = np.full((DAYS, cells), -1, dtype=np.int32)
    received = np.zeros((DAYS, cells), dtype=np.int32)
    sold = np.zeros((DAYS, cells), dtype=np.int32)
    smooth = mean.copy()
    # what the calendar says of the next three weeks is ordered for
    factor = calendar["factor"].to_numpy()
    coming = np.array([factor[d : d + 21].max() for d in range(DAYS)])
    for today in range(DAYS):
        opening = carried & (start == today)
        arrived = arriving[today] + np.where(opening, level, 0)
        on_hand += arrived
        on_order -= arriving[today]
        sold[today] = np.minimum(demand[today], on_hand)
        on_hand -= sold[today]
        received[today] = arrived
        live = carried & (start <= today)
        stock[today] = np.where(live, on_hand, -1)
        smooth += (demand[today] - smooth) / 45
        # the level follows demand, within reason
        target = level * np.clip(smooth / (mean + 1e-9), 0.7, 1.7) * np.clip(coming[today], 1, 1.6)
        target = np.where(slow, level, np.ceil(target))
        due = live & ((today - review) % REVIEW_DAYS == 0)
        wanted = np.where(due, target - on_hand - on_order, 0).astype(np.int32)
        wanted = np.where(wanted >= np.maximum(1, 0.25 * level), wanted, 0)
        number = today + DAY0
        delay = lead + rng.integers(0, 4, cells)
        if day_number(LATE_FROM) <= number <= day_number(LATE_TO):
            delay = np.where(late, delay + LATE_DAYS, delay)
        rows = np.flatnonzero(wanted)
        np.add.at(arriving, (today + delay[rows], rows), wanted[rows])
        on_order += wanted

    # first come, first served; the last one gets what is left
    order = np.lexsort((lines["order"].to_numpy(), key))
    running = np.cumsum(quantity[order])
    first = np.searchsorted(key[order], key[order], side="left")
    before = running - quantity[order] - np.where(first > 0, running[first - 1], 0)
    served = np.zeros(len(lines), dtype=np.int64)
    served[order] = np.clip(sold.reshape(-1)[key[order]] - before, 0, quantity[order])

    def shape(values: np.ndarray) -> np.ndarray:
        return values.reshape(DAYS, n_stores, n_products).transpose(1, 2, 0)

    return served, {"on_hand": shape(stock), "received": shape(received), "sold": shape(sold)}
