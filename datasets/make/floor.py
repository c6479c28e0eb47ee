"""The shop floor: staff and who serves, visitors by the hour, waiting, targets."""

import numpy as np
import pandas as pd

from make.days import DAY0, DAYS
from make.draws import draws
from make.names import make_names
from make.stores import STORES

CONVERSION = np.array([0.34, 0.29, 0.30, 0.32])
SKILL = (0.15, 0.12)  # mean and spread over sales staff
# minutes: what everyone waits, and what each further order in the same hour adds
WAIT_BASE, WAIT_PER_ORDER = 1.2, 0.22


def make_staff(seed: int, block: int = 0) -> pd.DataFrame:
    """One row per member of staff: a manager, a stock keeper, cashiers and sales staff a store."""
    rng = draws(seed, "staff", block)
    rows = []
    for store, size in enumerate(STORES["size"]):
        sales = 2 if size < 170 else 3
        # the day's people, then who fills in at the second till
        for role, count in (
            ("manager", 1), ("cashier", 2), ("sales", sales), ("stock_keeper", 1), ("cashier", 2),
        ):  # fmt: skip
            rows += [{"store": store, "role": role}] * count
    staff = pd.DataFrame(rows)
    n = len(staff)
    staff["name_zh"], staff["name_en"], _ = make_names(rng, n)
    staff["gender"] = np.where(rng.random(n) < 0.6, "female", "male")
    staff["hired"] = DAY0 - rng.integers(20, 1000, n)
    # some join while we watch
    late = (staff["role"] != "manager").to_numpy() & (rng.random(n) < 0.25)
    staff.loc[late, "hired"] = DAY0 + rng.integers(30, 700, late.sum())
    # sales staff add to the further lines of the baskets they ring up, each their own share
    staff["skill"] = np.where(staff["role"] == "sales", rng.normal(*SKILL, n), 0.0)
    first = block * n + 1
    staff.insert(0, "staff_id", [f"E{i:04d}" for i in range(first, first + n)])
    # a store always has someone at the till: the first cashier was there before us
    first_cashier = staff[staff["role"] == "cashier"].groupby("store").head(1).index
    staff.loc[first_cashier, "hired"] = DAY0 - 400
    return staff


def who_serves(seed: int, block: int, staff: pd.DataFrame, visits: pd.DataFrame) -> np.ndarray:
    """For each order the member of staff who rang it up (position), −1 online."""
    rng = draws(seed, "serving", block)
    served = np.full(len(visits), -1)
    store, day = visits["store"].to_numpy(), visits["day"].to_numpy()
    for place in range(len(STORES)):
        people = staff[(staff["store"] == place) & staff["role"].isin(["cashier", "sales"])]
        rows = np.flatnonzero((store == place) & (visits["channel"].to_numpy() == 0))
        # two in three at the till are rung up by a cashier, the rest by whoever sold
        weight = np.where(people["role"] == "cashier", 1.0, 0.55)
        there = people["hired"].to_numpy()[None, :] <= day[rows][:, None]
        edges = np.cumsum(there * weight, axis=1)
        u = rng.random(len(rows)) * edges[:, -1]
        served[rows] = people.index.to_numpy()[(edges > u[:, None]).argmax(axis=1)]
    return served


def orders_by_hour(visits: pd.DataFrame) -> np.ndarray:
    """Orders rung up in the store, by store, day and hour."""
    inside = visits[visits["channel"] == 0]
    key = (inside["store"] * DAYS + inside["day"] - DAY0) * 24 + inside["minute"] // 60
    counts = np.bincount(key, minlength=len(STORES) * DAYS * 24)
    return counts.reshape(len(STORES), DAYS, 24)


def make_footfall(seed: int, block: int, visits: pd.DataFrame, calendar: pd.DataFrame):
    """Visitors by store, day and open hour: those who bought and, by chance, those who did not."""
    rng = draws(seed, "footfall", block)
    orders = orders_by_hour(visits)
    hour = np.arange(24)[None, :]
    open_now = (hour >= STORES["opens_at"].to_numpy()[:, None]) & (
        hour < STORES["closes_at"].to_numpy()[:, None]
    )
    mean = orders.mean(axis=1, keepdims=True)  # the store's usual hour
    level = calendar["factor"].to_numpy()[None, :, None]
    off = np.where(calendar["is_workday"].to_numpy(), 0.9, 1.25)[None, :, None]
    odds = (1 / CONVERSION - 1)[:, None, None]
    # on a day off more people look and fewer buy
    expected = np.maximum(0.5 * mean * level * off + 0.5 * orders, 0.05) * odds
    visitors = orders + rng.poisson(expected)
    store, day, at = np.nonzero(np.broadcast_to(open_now[:, None, :], orders.shape))
    return pd.DataFrame(
        {"store": store, "day": day + DAY0, "hour": at, "visitors": visitors[store, day, at]}
    )


def make_waiting(seed: int, block: int, visits: pd.DataFrame) -> np.ndarray:
    """Minutes each order waited at the till: longer when the hour is busy; 0 online."""
    rng = draws(seed, "waiting", block)
    orders = orders_by_hour(visits)
    busy = orders[visits["store"], visits["day"] - DAY0, visits["minute"] // 60]
    mean = WAIT_BASE + WAIT_PER_ORDER * np.maximum(busy - 1, 0)
    waited = rng.gamma(2.2, mean / 2.2)
    return np.where(visits["channel"] == 0, np.round(waited, 1), 0.0)


def make_targets(seed: int, block: int, revenue: pd.DataFrame, staff: pd.DataFrame):
    """Monthly targets per store, set by last year's month plus six per cent where there is one.

    `revenue`: store, month (position), amount in cents, staff-served amounts by staff.
    """
    rng = draws(seed, "targets", block)
    months = revenue["month"].max() + 1
    table = revenue.pivot_table(
        index="store", columns="month", values="amount", aggfunc="sum", fill_value=0
    ).to_numpy(dtype=float)
    target = np.empty_like(table)
    target[:, :12] = table[:, :12] * rng.normal(1.0, 0.06, (len(table), 12))
    target[:, 12:] = table[:, : months - 12] * 1.06
    store, month = np.nonzero(np.ones_like(target))
    by_store = pd.DataFrame(
        {"store": store, "staff": -1, "month": month, "revenue": target[store, month]}
    )
    # a store's target is shared among its cashiers and sales staff, cashiers a bit more
    served = revenue[revenue["staff"] >= 0].groupby(["store", "staff", "month"], as_index=False)
    shares = served["amount"].sum()
    weight = shares["staff"].map(staff["role"].map({"cashier": 1.0, "sales": 0.55}))
    total = weight.groupby([shares["store"], shares["month"]]).transform("sum")
    in_store = (
        revenue[revenue["staff"] >= 0].groupby(["store", "month"])["amount"].sum()
        / revenue.groupby(["store", "month"])["amount"].sum()
    )
    part = in_store.reindex(pd.MultiIndex.from_frame(shares[["store", "month"]])).to_numpy()
    shares["revenue"] = (
        target[shares["store"], shares["month"]] * part * (weight / total).to_numpy()
    )
    both = pd.concat([by_store, shares[["store", "staff", "month", "revenue"]]])
    both["revenue"] = (np.round(both["revenue"] / 10000).clip(lower=1) * 10000).astype(np.int64)
    return both.sort_values(["store", "staff", "month"], kind="stable").reset_index(drop=True)
