"""Online sessions: what is viewed, and the step at which people drop out."""

import numpy as np
import pandas as pd

from make.days import DAY0, DAYS
from make.draws import draws, pick

# the funnel: chance to go on from view, basket, checkout; the mini-program's checkout is weak
FUNNEL = {"web": (0.34, 0.62, 0.81), "mini_program": (0.38, 0.60, 0.52)}


def make_browsing(seed, block, visits, lines, people, last_day, products) -> pd.DataFrame:
    """Online sessions of the last half year: what was viewed, and where people dropped out.

    Each online order has its session that ends in a purchase; the other sessions are drawn so
    that each step's share is the funnel's.
    """
    rng = draws(seed, "browsing", block)
    since = DAY0 + DAYS - 181
    bought = visits[(visits["channel"] > 0) & (visits["day"] >= since)]
    lines = lines[lines["order"].isin(bought.index) & ~lines["gift"]]
    first = lines.drop_duplicates("order").set_index("order")["product"]
    bought = bought.loc[first.index]
    frames = []
    for number, channel in ((1, "web"), (2, "mini_program")):
        go_basket, go_checkout, go_buy = FUNNEL[channel]
        mine = bought[bought["channel"] == number]
        buy = len(mine)
        checkout = rng.poisson(buy * (1 / go_buy - 1))
        basket = rng.poisson((buy + checkout) * (1 / go_checkout - 1))
        view = rng.poisson((buy + checkout + basket) * (1 / go_basket - 1))
        depth = np.repeat([3, 2, 1, 0], [buy, checkout, basket, view])
        n = len(depth)
        able = np.flatnonzero((last_day > since) & (people["joined"].to_numpy() < since))
        member = rng.choice(able, n)
        day = since + rng.integers(0, 181, n)
        minute = (rng.beta(3.2, 1.8, n) * 1379).astype(int)
        product = pick(rng, products["popularity"].to_numpy(), n)
        member[:buy] = mine["member"].to_numpy()
        day[:buy] = mine["day"].to_numpy()
        minute[:buy] = np.maximum(mine["minute"].to_numpy() - 6, 0)
        product[:buy] = first.to_numpy()[bought["channel"].to_numpy() == number]
        member[buy:][rng.random(n - buy) < 0.35] = -1
        late = products["launched"].to_numpy()[product] > day
        product[late] = int(np.argmax(products["popularity"].to_numpy() * (
            products["launched"].to_numpy() < since)))  # fmt: skip
        frames.append(
            pd.DataFrame(
                {"member": member, "day": day, "minute": minute, "channel": channel,
                 "product": product, "depth": depth}
            )
        )  # fmt: skip
    sessions = pd.concat(frames).sort_values(["day", "minute", "member"], kind="stable")
    sessions = sessions.reset_index(drop=True)
    looks = 1 + rng.poisson(1.1, len(sessions))
    # a few other things looked at before the one that counts
    other = np.repeat(np.arange(len(sessions)), looks - 1)
    views = sessions.iloc[other].assign(
        event="view", step=-1, product=pick(rng, products["popularity"].to_numpy(), len(other))
    )
    old = products["launched"].to_numpy()[views["product"]] <= views["day"].to_numpy()
    views = views[old]
    views["second"] = rng.integers(0, 90, len(views))
    parts = [views]
    for step, event in enumerate(("view", "basket", "checkout", "buy")):
        part = sessions[sessions["depth"] >= step].assign(event=event, step=step)
        part["second"] = 100 + step * 60 + rng.integers(0, 50, len(part))
        parts.append(part)
    events = pd.concat(parts)
    events["session"] = events.index
    return events.sort_values(["session", "second", "step"], kind="stable").reset_index(drop=True)
