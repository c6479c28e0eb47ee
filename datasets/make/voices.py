"""What customers say: surveys, comments, referrals."""

import numpy as np
import pandas as pd

from crmkit.codes import COMMENT_CHANNELS, SURVEY_CHANNELS
from make import phrases, the_case
from make.campaigns import OFFICE_YOUNG
from make.days import DAY0, DAYS
from make.draws import draws, pick
from make.stores import SLIDING, STORES

ASKED = 0.10  # share of members' orders that answer a survey
SERVICE_PER_MINUTE = 0.11  # points of satisfaction with service lost per minute waited
LET_DOWN = 2.2  # points of satisfaction lost by what makes somebody leave for good
GOODS_PER_MISS = 0.55  # points of satisfaction with goods lost when a shelf was empty
_HERE = int(np.flatnonzero(STORES["store_id"] == SLIDING)[0])


def _score(latent: np.ndarray, low: int, high: int) -> np.ndarray:
    return np.clip(np.round(latent), low, high).astype(int)


def make_surveys(
    seed: int, block: int, visits: pd.DataFrame, waited: np.ndarray, missed: np.ndarray
) -> pd.DataFrame:
    """Answers about one order each.

    Satisfaction with service falls with the minutes waited, with goods when something was out of
    stock (`missed`) and while the case lasts; recommendation follows both.
    """
    rng = draws(seed, "surveys", block)
    member = visits["member"].to_numpy()
    asked = np.flatnonzero((member >= 0) & (rng.random(len(visits)) < ASKED))
    n = len(asked)
    day, store = visits["day"].to_numpy()[asked], visits["store"].to_numpy()[asked]
    hurt = (
        the_case.CSAT_GOODS_FALL
        * the_case.mood()[day - DAY0]
        * ((store == _HERE) & (visits["persona"].to_numpy()[asked] == OFFICE_YOUNG))
    )
    parting = visits["parting"].to_numpy()[asked]
    temper = rng.normal(0, 0.35, len(np.unique(member)) + int(member.max()) + 2)[member[asked]]
    goods = 4.42 + temper + rng.normal(0, 0.75, n) - hurt - GOODS_PER_MISS * missed[asked]
    goods -= LET_DOWN * (parting == 1)
    service = 4.75 + temper + rng.normal(0, 0.70, n) - SERVICE_PER_MINUTE * waited[asked]
    service -= LET_DOWN * (parting == 2)
    online = visits["channel"].to_numpy()[asked] > 0
    nps = 0.5 + 1.05 * goods + 0.75 * service + rng.normal(0, 1.2, n) - 0.4 * hurt
    # at the till while paying, else in the three days after, between nine and ten at night
    how = np.where(online, 2, pick(rng, np.array([0.2, 0.4, 0.28, 0.12]), n))
    at_till = (day * 24 * 60) + visits["minute"].to_numpy()[asked]
    later = (day + rng.integers(1, 4, n)) * 1440 + rng.integers(9 * 60, 22 * 60, n)
    at = np.where(how == 0, at_till, later)
    frame = pd.DataFrame(
        {
            "order": asked,
            "member": member[asked],
            "at": at,
            "channel": np.array(SURVEY_CHANNELS)[how],
            "waited": np.where(online, np.nan, waited[asked]),
            "csat_goods": _score(goods, 1, 5),
            "csat_service": _score(service, 1, 5),
            "nps": _score(nps, 0, 10),
            "says": rng.random(n),
            "which": rng.integers(0, 10**6, n),
        }
    )
    frame = frame[frame["at"] < (DAY0 + DAYS) * 1440]
    # some skip a question
    for column in ("csat_goods", "csat_service", "nps"):
        frame[column] = frame[column].astype("Int64").mask(rng.random(len(frame)) < 0.03)
    return frame.sort_values(["at", "order"], kind="stable").reset_index(drop=True)


def survey_comments(surveys: pd.DataFrame, language: str) -> np.ndarray:
    """One comment, or none, per answer, in the asked language; the same choice in each."""
    goods = surveys["csat_goods"].fillna(4).to_numpy(dtype=float)
    service = surveys["csat_service"].fillna(4).to_numpy(dtype=float)
    topic = np.where(
        (service <= 3) & (surveys["waited"].fillna(0) > 5),
        "slow",
        np.where(goods <= 2, "bad_goods", np.where(goods + service >= 9, "praise", "neutral")),
    )
    says = surveys["says"].to_numpy() < np.where(np.isin(topic, ["slow", "bad_goods"]), 0.5, 0.14)
    which = surveys["which"].to_numpy()
    lines = phrases.SURVEY[language]
    return np.array(
        [
            lines[t][w % len(lines[t])] if s else None
            for t, w, s in zip(topic, which, says, strict=True)
        ],
        dtype=object,
    )


def make_comments(seed: int, block: int, products: pd.DataFrame) -> pd.DataFrame:
    """Public comments: when, where, about which product (−1: the shop), how they sound."""
    rng = draws(seed, "comments", block)
    n = 1600
    day = DAY0 + np.sort((DAYS * rng.random(n) ** 0.8).astype(int))
    product = pick(rng, products["popularity"].to_numpy() + 0.2, n)
    launched = products["launched"].to_numpy()[product]
    product = np.where((rng.random(n) < 0.25) | (launched > day), -1, product)
    weak = (products["brand"] == "lanxing").to_numpy()
    bad = np.where((product >= 0) & weak[product], 0.30, 0.16) + 0.35 * (
        weak[np.maximum(product, 0)] & (product >= 0) & the_case.in_trouble(day)
    )
    u = rng.random(n)
    tone = np.where(u < bad, "bad", np.where(u < bad + 0.3, "neutral", "good"))
    minute = (rng.beta(3, 1.6, n) * 1439).astype(int)
    return pd.DataFrame(
        {
            "at": day * 1440 + minute,
            "channel": np.array(COMMENT_CHANNELS)[pick(rng, np.array([3, 4, 2, 2.0]), n)],
            "product": product,
            "tone": tone,
            "which": rng.integers(0, 10**6, n),
        }
    ).sort_values("at", kind="stable", ignore_index=True)


def make_referrals(
    seed: int, block: int, people: pd.DataFrame, last_day: np.ndarray, orders: np.ndarray
) -> pd.DataFrame:
    """Recommendations made, and which brought a new member.

    Who comes often recommends more; those who join by one live nearby and shop alike. A referrer
    joined before the one they brought, so chains run but never close.
    """
    rng = draws(seed, "referrals", block)
    joined = people["joined"].to_numpy()
    active_days = np.clip(np.minimum(last_day, DAY0 + DAYS) - np.maximum(joined, DAY0), 0, None)
    rate = 0.055 * np.sqrt(orders / np.maximum(orders.mean(), 1)) * active_days / 365
    made = rng.poisson(rate * 6)
    who = np.repeat(np.arange(len(people)), made)
    day = np.maximum(joined, DAY0)[who] + (rng.random(len(who)) * active_days[who]).astype(int)
    order = np.lexsort((who, day))
    who, day = who[order], day[order]
    brought = np.full(len(who), -1)
    free = {}
    for i in np.flatnonzero(joined >= DAY0):
        free.setdefault(int(people["home"].iat[i]), []).append(i)
    pointer = dict.fromkeys(free, 0)
    home = people["home"].to_numpy()
    for k in np.flatnonzero(rng.random(len(who)) < 0.34):
        queue = free.get(int(home[who[k]]), [])
        p = pointer.get(int(home[who[k]]), 0)
        while p < len(queue) and joined[queue[p]] <= day[k]:
            p += 1
        # within three weeks of being told
        if p < len(queue) and joined[queue[p]] <= day[k] + 21 and queue[p] != who[k]:
            brought[k] = queue[p]
            p += 1
        pointer[int(home[who[k]])] = p
    return pd.DataFrame({"member": who, "day": day, "joined": brought})
