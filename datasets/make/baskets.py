"""What goes into a basket: tastes, seasons, offers, shelves, thrift, and things bought together."""

import numpy as np
import pandas as pd

from make import the_case
from make.days import DAY0, DAYS, START, STOCKING_UP, day_number
from make.draws import draws, pick_rows
from make.people import PERSONA_CODES, TASTES, each
from make.products import AFFINITIES, CATEGORY_CODES, GIFT_ITEM, SLOW_FAMILIES
from make.promotions import price_off, pull
from make.stores import SLIDING, STORES

# category → factor by month; the others are level
_SEASONAL = {
    "seasonal": [1.5, 1.0, 0.8, 0.8, 1.0, 1.4, 1.7, 1.6, 0.8, 0.7, 1.1, 1.6],
    "gifts": [1.9, 1.5, 1.0, 0.7, 1.2, 0.8, 0.7, 1.1, 1.4, 0.9, 0.8, 1.4],
    "tea_coffee": [1.2, 1.1, 1.0, 1.0, 0.9, 0.8, 0.8, 0.8, 1.0, 1.1, 1.2, 1.3],
    "stationery": [0.9, 1.3, 1.1, 0.9, 0.9, 1.0, 0.8, 1.6, 1.6, 0.9, 0.9, 0.9],
    "snacks": [1.6, 1.1, 0.9, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1, 1.0, 1.1],
    "textiles": [1.1, 0.9, 0.9, 0.9, 0.9, 1.0, 1.1, 0.9, 1.0, 1.2, 1.3, 1.2],
}
_SHARE_OF_BASE = {
    "tea_coffee": 1.0, "snacks": 1.25, "pantry": 1.0, "personal_care": 1.15, "cleaning": 1.0,
    "kitchen": 0.5, "textiles": 0.42, "stationery": 0.75, "baby": 0.75, "gadgets": 0.42,
    "gifts": 0.45, "seasonal": 0.45,
}  # fmt: skip
# mean extra pieces on a line
_EXTRA = {"snacks": 0.35, "pantry": 0.30, "baby": 0.30, "stationery": 0.40, "tea_coffee": 0.22,
          "personal_care": 0.18, "cleaning": 0.15}  # fmt: skip
OWN_TASTE = 0.75  # spread of the factors (log) on a person's categories
SAME_AGAIN = 0.28  # chance that a line stays in the first line's category


def make_assortment(seed: int, products: pd.DataFrame) -> np.ndarray:
    """Store × product: the day number from which a store carries a product (far off: never)."""
    rng = draws(seed, "assortment")
    never = day_number(START) + 10**6
    room = np.clip(STORES["size"].to_numpy() / 260, 0.62, 0.97)
    rank = products["popularity"].rank(pct=True).to_numpy()
    # what sells well is everywhere, the rest where there is room
    carried = rng.random((len(STORES), len(products))) < room[:, None] + 0.45 * (rank - 0.35)
    carried |= products["item"].isin(
        [name for pair in AFFINITIES for name in pair[:2]] + [GIFT_ITEM]
    ).to_numpy()  # fmt: skip
    carried |= products["family"].isin(SLOW_FAMILIES).to_numpy()
    since = np.where(carried, products["launched"].to_numpy(), never)
    # the relaunch: office goods the sliding store never had, on its shelves from the change
    here = int(np.flatnonzero(STORES["store_id"] == SLIDING)[0])
    wanted = products["category"].isin(the_case.TOUCHED).to_numpy() & (since[here] == never)
    since[here, wanted] = np.maximum(
        products["launched"].to_numpy()[wanted], day_number(the_case.CHANGE)
    )
    return since


def make_baskets(
    seed: int,
    block: int,
    visits: pd.DataFrame,
    products: pd.DataFrame,
    since: np.ndarray,
    promotions: pd.DataFrame,
    calendar: pd.DataFrame,
    skill: np.ndarray,
) -> pd.DataFrame:
    """Every line asked for: order (position), product (position), quantity.

    `skill` says for each order by what share whoever serves adds to its further lines.
    """
    rng = draws(seed, "baskets", block)
    persona, store = visits["persona"].to_numpy(), visits["store"].to_numpy()
    day = visits["day"].to_numpy() - DAY0
    n_categories = len(CATEGORY_CODES)
    month = calendar["month"].to_numpy() - 1

    season = np.ones((12, n_categories))
    for category, factors in _SEASONAL.items():
        season[:, CATEGORY_CODES.index(category)] = factors
    base = np.array([_SHARE_OF_BASE[c] for c in CATEGORY_CODES])
    percent, _ = price_off(promotions)
    wants = (TASTES * base)[:, None, :] * season[month][None, :, :] * pull(percent)

    # how many lines: one, and a gamma-Poisson number more; weekends and holidays a little more
    mean = each("lines")[persona] * np.where(calendar["is_workday"].to_numpy()[day], 0.92, 1.15)
    mean *= np.where((calendar["holiday"] == "before_spring_festival")[day], STOCKING_UP, 1.0)
    mean *= np.maximum(1 + skill, 0.2)
    lines = 1 + rng.poisson(mean * rng.gamma(1.3, 1 / 1.3, len(visits)))
    order = np.repeat(np.arange(len(visits)), lines)
    starts = np.cumsum(lines) - lines
    # nobody is their persona to the letter: each member's own tastes, and each walk-in's
    member = visits["member"].to_numpy()
    own = rng.lognormal(0, OWN_TASTE, (int(member.max()) + 1, n_categories))[np.maximum(member, 0)]
    walk_in = member < 0
    own[walk_in] = rng.lognormal(0, OWN_TASTE, (int(walk_in.sum()), n_categories))
    category = pick_rows(rng, wants.reshape(-1, n_categories)[persona * DAYS + day] * own, order)
    again = rng.random(len(order)) < SAME_AGAIN
    category = np.where(again, category[starts[order]], category)

    product = _products(rng, products, since, persona[order], store[order], day[order], category)
    order, product = order[product >= 0], product[product >= 0]

    # things bought together
    item = products["item"].to_numpy()
    extra_orders, extra_products = [], []
    for first, partner, chance in AFFINITIES:
        has = np.unique(order[item[product] == first])
        has = has[rng.random(len(has)) < chance]
        partners = np.flatnonzero(item == partner)
        extra_orders.append(has)
        extra_products.append(rng.choice(partners, len(has)))
    order = np.concatenate([order, *extra_orders])
    product = np.concatenate([product, *extra_products])

    mean_extra = np.array([_EXTRA.get(c, 0.05) for c in CATEGORY_CODES])
    where = np.array([CATEGORY_CODES.index(c) for c in products["category"]])
    many = rng.gamma(0.8, 1 / 0.8, len(order)) * mean_extra[where[product]]
    quantity = 1 + np.minimum(rng.poisson(many), 11)
    lines = pd.DataFrame({"order": order, "product": product, "quantity": quantity})
    return lines.groupby(["order", "product"], as_index=False)["quantity"].sum()


def _products(rng, products, since, persona, store, day, category) -> np.ndarray:
    """A product of the wanted category that the store carries that month, by persona and thrift."""
    n_personas, n_stores = len(PERSONA_CODES), len(STORES)
    order = np.argsort(products["category"].map(CATEGORY_CODES.index).to_numpy(), kind="stable")
    where = products["category"].map(CATEGORY_CODES.index).to_numpy()[order]
    price = products["list_price"].to_numpy()[order] / 100
    mean = pd.Series(np.log(price)).groupby(where).transform("mean").to_numpy()
    relative = np.log(price) - mean
    weight = products["popularity"].to_numpy()[order] * np.exp(
        -0.55 * (each("thrift")[:, None] - 0.6) * relative
    )
    # each persona has its own favourites within a category
    own = draws(7, "favourites").lognormal(0, 0.55, (n_personas, len(products)))
    weight = weight * own[:, order]
    # availability by fifteen-day period
    periods = DAYS // 15 + 1
    opened = (since[:, order] - DAY0)[:, None, :] <= (np.arange(periods) * 15)[None, :, None]
    table = weight[None, :, None, :] * opened[:, None, :, :]  # store, persona, period, product
    edges = np.cumsum(table.reshape(-1, len(products)), axis=1)
    row = (store * n_personas + persona) * periods + day // 15
    first = np.searchsorted(where, np.arange(len(CATEGORY_CODES)), side="left")
    last = np.searchsorted(where, np.arange(len(CATEGORY_CODES)), side="right") - 1
    padded = np.concatenate([np.zeros((len(edges), 1)), edges], axis=1)
    low, high = padded[row, first[category]], padded[row, last[category] + 1]
    # one search over all rows: each row's edges scaled into (row, row + 1)
    scale = edges[:, -1:]
    flat = (edges / scale + np.arange(n_rows := len(edges))[:, None]).ravel()
    target = row + (low + (high - low) * rng.random(len(row))) / scale[row, 0]
    found = np.searchsorted(flat, target, side="right") - row * len(products)
    found = np.clip(found, first[category], last[category])
    assert n_rows == n_stores * n_personas * periods
    return np.where(high > low, order[found], -1)
