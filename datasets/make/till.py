"""What the till writes: prices and discounts to the cent, returns, payments. Money in cents."""

import numpy as np
import pandas as pd

from crmkit.codes import PAYMENT_METHODS
from crmkit.money import percent_of
from make import the_case
from make.campaigns import CAMPAIGNS
from make.days import DAY0, DAYS, day_number
from make.draws import draws, pick_rows
from make.people import PERSONA_CODES
from make.products import CATEGORY_CODES, GIFT_ITEM, WEAK_FAMILIES
from make.promotions import price_off, whole_basket
from make.stores import SLIDING, STORES

RETURN_CHANCE = 0.022
WEAK_RETURN_CHANCE = 0.045
ONLINE_FACTOR, WALK_IN_FACTOR = 1.7, 0.5  # on the chance of a return
# reasons by kind of goods: durable, consumable, and online parcels on top
_REASONS = {
    "durable": [0.26, 0.14, 0.18, 0.14, 0.26, 0.02, 0.0],
    "consumable": [0.02, 0.03, 0.20, 0.26, 0.27, 0.02, 0.20],
    "online": [0.12, 0.08, 0.14, 0.22, 0.20, 0.22, 0.02],
    "trouble": [0.55, 0.24, 0.12, 0.03, 0.06, 0.0, 0.0],
}
_DURABLE = ("kitchen", "textiles", "gadgets", "gifts", "seasonal", "stationery")
_HERE = int(np.flatnonzero(STORES["store_id"] == SLIDING)[0])


def share_out(total: np.ndarray, weights: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Each group's total (cents) over its rows in proportion to the weights, exact to the cent.

    `group` is sorted; `total` has one value per row, equal within a group. The last row of a
    group takes what rounding leaves.
    """
    sums = np.bincount(group, weights=weights)[group]
    upto = pd.Series(weights).groupby(group).cumsum().to_numpy()
    edge = np.floor(total * (upto / np.maximum(sums, 1)) + 1e-9).astype(np.int64)
    first = np.r_[True, group[1:] != group[:-1]]
    last = np.r_[group[1:] != group[:-1], True]
    edge[last] = total[last]
    return edge - np.where(first, 0, np.r_[0, edge[:-1]])


def price_lines(
    seed: int,
    block: int,
    lines: pd.DataFrame,
    visits: pd.DataFrame,
    products: pd.DataFrame,
    promotions: pd.DataFrame,
    groups: list[np.ndarray],
) -> pd.DataFrame:
    """Lines with their price, discount, amount and cost in cents, and promotion (position, −1).

    `lines` is sorted by order. A campaign's voucher has no promotion, only its discount.
    """
    rng = draws(seed, "till", block)
    lines = lines.copy()
    order, product = lines["order"].to_numpy(), lines["product"].to_numpy()
    day, store = visits["day"].to_numpy()[order], visits["store"].to_numpy()[order]
    at = day - DAY0
    touched = (products["category"].isin(the_case.TOUCHED).to_numpy()[product]) & (store == _HERE)
    price = products["list_price"].to_numpy()[product]
    factor = np.where(
        touched & the_case.in_trouble(day),
        the_case.PRICE_IN_TROUBLE,
        np.where(touched & (day >= day_number(the_case.CHANGE)), the_case.PRICE_AFTER, 1.0),
    )
    price = np.where(factor == 1, price, np.round(price * factor / 10).astype(np.int64) * 10)
    gross = price * lines["quantity"].to_numpy()

    percent, which = price_off(promotions)
    category = products["category"].map(CATEGORY_CODES.index).to_numpy()[product]
    off = percent[at, category]
    promotion = np.where(off > 0, which[at, category], -1)
    discount = percent_of(gross, pd.Series(off)).to_numpy().astype(np.int64)

    # money off from a threshold, on what is left after price cuts; then a campaign's voucher
    def basket_offer(runs: np.ndarray, threshold: np.ndarray, amount: np.ndarray) -> np.ndarray:
        net = (gross - discount).astype(float)
        basket = np.bincount(order, weights=net, minlength=len(visits))
        wins = runs & (basket >= threshold)
        total = np.where(wins, amount, 0)[order].astype(np.int64)
        return share_out(total, net, order)

    day_of = visits["day"].to_numpy()
    running = whole_basket(promotions, "threshold")[day_of - DAY0]
    size = promotions["threshold"].fillna(0).to_numpy() * 100
    amount = promotions["amount_off"].fillna(0).to_numpy() * 100
    cut = basket_offer(running >= 0, size[running], amount[running])
    promotion = np.where((cut > 0) & (promotion < 0), running[order], promotion)
    discount += cut
    member = visits["member"].to_numpy()
    for campaign, group in zip(CAMPAIGNS, groups, strict=True):
        if campaign.amount_off is None:
            continue
        holds = (member >= 0) & (group[np.maximum(member, 0)] == 1)
        runs = (
            holds
            & (day_of >= day_number(campaign.first))
            & (day_of <= day_number(campaign.last))
            & (running < 0)
        )
        # a voucher counts once: the member's first basket that reaches it
        net = np.bincount(order, weights=gross - discount, minlength=len(visits))
        runs &= net >= campaign.threshold * 100
        first = np.zeros(len(visits), dtype=bool)
        rows = np.flatnonzero(runs)
        first[rows[np.unique(member[rows], return_index=True)[1]]] = True
        discount += basket_offer(
            first, np.full(len(visits), 0.0), np.full(len(visits), campaign.amount_off * 100)
        )
    lines["list_price"], lines["discount"], lines["promotion"] = price, discount, promotion

    # a gift with a large basket: a line of its own, all discount
    gift_runs = whole_basket(promotions, "gift")[day_of - DAY0]
    net = np.bincount(order, weights=gross - discount, minlength=len(visits))
    smallest = promotions["threshold"].fillna(0).to_numpy()[gift_runs] * 100
    gets = np.flatnonzero((gift_runs >= 0) & (net >= smallest))
    gift = int(np.flatnonzero(products["item"] == GIFT_ITEM)[0])
    worth = int(products["list_price"].to_numpy()[gift])
    gifts = pd.DataFrame(
        {
            "order": gets,
            "product": gift,
            "quantity": 1,
            "list_price": worth,
            "discount": worth,
            "promotion": gift_runs[gets],
            "gift": True,
        }
    )
    lines["gift"] = False
    lines = pd.concat([lines, gifts], ignore_index=True).sort_values(
        ["order", "gift", "product"], kind="stable"
    )
    lines["amount"] = lines["quantity"] * lines["list_price"] - lines["discount"]
    # what goods cost drifts up four per cent a year
    years = (visits["day"].to_numpy()[lines["order"]] - DAY0) / 365
    unit = products["cost"].to_numpy()[lines["product"]] * (0.95 + 0.02 * years)
    lines["cost"] = np.round(unit).astype(np.int64) * lines["quantity"]
    lines["fate"] = rng.random(len(lines))
    return lines.reset_index(drop=True)


def _dearest(lines: pd.DataFrame) -> np.ndarray:
    """Whether a line is the one with the dearest goods on its receipt."""
    rank = lines["list_price"].groupby(lines["order"]).rank(ascending=False, method="first")
    return (rank == 1).to_numpy()


def make_returns(
    seed: int, block: int, lines: pd.DataFrame, visits: pd.DataFrame, products: pd.DataFrame
) -> pd.DataFrame:
    """Lines brought back: the line, pieces, day, minute, reason (position)."""
    rng = draws(seed, "returns", block)
    order = lines["order"].to_numpy()
    day, store = visits["day"].to_numpy()[order], visits["store"].to_numpy()[order]
    product = lines["product"].to_numpy()
    weak = products["family"].isin(WEAK_FAMILIES).to_numpy()[product]
    online = visits["channel"].to_numpy()[order] > 0
    walk_in = visits["member"].to_numpy()[order] < 0
    bad = weak & (store == _HERE) & the_case.in_trouble(day)
    chance = np.where(weak, WEAK_RETURN_CHANCE, RETURN_CHANCE) * np.where(
        online, ONLINE_FACTOR, 1.0
    )
    chance = np.where(bad, the_case.FAULTY_IN_TROUBLE, chance) * np.where(
        walk_in, WALK_IN_FACTOR, 1.0
    )
    # goods that let somebody down for good come back: the dearest thing on their last receipt
    let_down = _dearest(lines) & (visits["parting"].to_numpy()[order] == 1)
    chance[let_down] = 1
    bad |= let_down
    chance[lines["gift"].to_numpy()] = 0
    back = np.flatnonzero(lines["fate"].to_numpy() < chance)
    wait = 1 + np.minimum(rng.exponential(np.where(bad[back], 9, 5), len(back)).astype(int), 28)
    when = day[back] + wait
    inside = when < DAY0 + DAYS
    back, when = back[inside], when[inside]
    durable = products["category"].isin(_DURABLE).to_numpy()[product[back]]
    kind = np.where(
        bad[back], 3, np.where(online[back] & (rng.random(len(back)) < 0.5), 2, ~durable)
    )
    table = np.array([_REASONS[k] for k in ("durable", "consumable", "online", "trouble")])
    reason = pick_rows(rng, table, kind.astype(int))
    quantity = lines["quantity"].to_numpy()[back]
    pieces = np.where(rng.random(len(back)) < 0.8, quantity, np.maximum(1, quantity // 2))
    opens = STORES["opens_at"].to_numpy()[store[back]] * 60
    closes = STORES["closes_at"].to_numpy()[store[back]] * 60
    minute = (opens + (closes - opens) * rng.beta(2, 2, len(back))).astype(int)
    return pd.DataFrame(
        {"line": back, "pieces": pieces, "day": when, "minute": minute, "reason": reason}
    )


# by persona: weights of wechat, alipay, card, cash for the till
_PAYS = {
    "office_young": (5.0, 4.0, 0.8, 0.1),
    "student_saver": (5.5, 4.0, 0.2, 0.2),
    "family_stocker": (4.5, 4.0, 1.2, 0.3),
    "home_cook": (5.0, 2.5, 1.0, 1.2),
    "gift_giver": (3.5, 3.0, 3.0, 0.3),
    "neighbour": (4.0, 1.2, 0.8, 3.5),
}


def make_payments(
    seed: int, block: int, totals: np.ndarray, persona: np.ndarray, member: np.ndarray,
    online: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """How each sale was paid or paid back: sale (position), method, amount in cents."""
    rng = draws(seed, "payments", block)
    weights = np.array([_PAYS[p] for p in PERSONA_CODES])
    weights = np.concatenate([weights, weights * [1, 1, 0.4, 0]])
    method = pick_rows(rng, weights, persona + np.where(online, len(PERSONA_CODES), 0))
    # members pay a part with points now and then, some use a gift card
    rest = totals.copy()
    sale = np.arange(len(totals))
    points = np.where(
        (member >= 0) & (totals >= 3000) & (rng.random(len(totals)) < 0.06),
        np.minimum(rng.integers(1, 11, len(totals)) * 200, totals // 3 // 100 * 100),
        0,
    )
    rest -= points
    card = np.where((rest > 0) & (rng.random(len(totals)) < 0.025), rest // 2, 0)
    card = np.where(rng.random(len(totals)) < 0.5, np.where(card > 0, rest, 0), card)
    rest -= card
    frame = pd.DataFrame(
        {
            "sale": np.concatenate([sale, sale, sale]),
            "method": np.concatenate(
                [
                    np.array(PAYMENT_METHODS)[method],
                    np.full(len(sale), "points"),
                    np.full(len(sale), "gift_card"),
                ]
            ),
            "amount": np.concatenate([rest, points, card]),
        }
    )
    frame = frame[frame["amount"] != 0].sort_values("sale", kind="stable")
    return frame.reset_index(drop=True)
