"""When people come: heterogeneous rates and drop-out (BG/NBD), bent by the calendar.

A member comes as a Poisson process with their own rate (gamma across members) until, after some
visit, they stop for good with their own chance (beta across members): Fader, Hardie and Lee
(2005). Seasons, weekends, holidays, birthdays, campaigns and the case bend the rate by thinning:
candidates are drawn at the highest rate, and each is kept with its factor's share of it. A visit
that is kept only thanks to a birthday or a campaign says so, so the true gain is known.
"""

import numpy as np
import pandas as pd

from make import the_case
from make.campaigns import CAMPAIGNS, OFFICE_YOUNG, uplift_of
from make.days import DAY0, DAYS, day_number
from make.draws import draws, pick_rows
from make.people import each, store_mix
from make.stores import SLIDING, STORES

MOST = 5.5  # the highest factor on a rate; beyond it the thinning would cut
BIRTHDAY_UPLIFT = 0.8
BIRTHDAY_DAYS = 7
_HERE = int(np.flatnonzero(STORES["store_id"] == SLIDING)[0])
_PARTS = np.array([[0, 11 * 60], [11 * 60, 14 * 60], [14 * 60, 17 * 60], [17 * 60, 24 * 60]])


def near_birthday(day: np.ndarray, born: np.ndarray) -> np.ndarray:
    """Whether a day lies within a week of the birthday (by the length of the year)."""
    since = np.mod(day - born, 365.2425)
    return (since <= BIRTHDAY_DAYS) | (since >= 365.2425 - BIRTHDAY_DAYS)


def _weekend(calendar: pd.DataFrame) -> np.ndarray:
    """Factor by persona and day: days off against workdays, keeping the week's sum."""
    off = ~calendar["is_workday"].to_numpy()
    factor = each("weekend")[:, None]
    base = 7 / (5 + 2 * factor)
    return np.where(off[None, :], factor * base, base)


def _minutes(rng, persona, store, channel) -> np.ndarray:
    """Minute of the day: inside opening hours in the store, from seven to midnight online."""
    opens = STORES["opens_at"].to_numpy()[store] * 60
    closes = STORES["closes_at"].to_numpy()[store] * 60
    in_store = channel == 0
    opens, closes = np.where(in_store, opens, 7 * 60), np.where(in_store, closes, 24 * 60)
    part = pick_rows(rng, each("hours"), persona)
    low = np.maximum(_PARTS[part, 0], opens)
    high = np.minimum(_PARTS[part, 1], closes)
    return (low + (high - low) * rng.random(len(part))).astype(int)


def make_visits(
    seed: int, block: int, people: pd.DataFrame, calendar: pd.DataFrame, groups: list[np.ndarray]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Every order asked for by members and walk-ins, and each member's last active day.

    One row per order: member (position, −1 for a walk-in), persona, store, day (number), minute,
    channel (position), because ("" or what brought it about).
    """
    rng = draws(seed, "visits", block)
    weekend = _weekend(calendar)
    season = calendar["factor"].to_numpy()

    # members: candidates at the highest rate from joining to the end
    span = DAY0 + DAYS - people["joined"].to_numpy()
    count = rng.poisson(people["rate"].to_numpy() * MOST * span)
    who = np.repeat(np.arange(len(people)), count)
    joined = people["joined"].to_numpy()[who]
    day = joined + (rng.random(len(who)) * span[who]).astype(int)
    persona = people["persona"].to_numpy()[who]
    at = np.clip(day - DAY0, 0, DAYS - 1)
    factor = np.where(day >= DAY0, season[at] * weekend[persona, at], 1.0)
    touched_people = (people["persona"].to_numpy() == OFFICE_YOUNG) & (
        people["home"].to_numpy() == _HERE
    )
    touched = touched_people[who]
    factor = np.where(touched & (day >= DAY0), factor * the_case.visits_factor()[at], factor)
    gone, back = the_case.away(rng, touched_people)
    factor[(day >= gone[who]) & (day < back[who])] = 0

    u = rng.random(len(who)) * MOST
    because = np.full(len(who), "", dtype=object)
    raised = factor.copy()
    birthday = near_birthday(day, people["born"].to_numpy()[who])
    raised[birthday] *= 1 + BIRTHDAY_UPLIFT
    because[(u >= factor) & (u < raised)] = "birthday"
    for campaign, group in zip(CAMPAIGNS, groups, strict=True):
        running = (day >= day_number(campaign.first)) & (day <= day_number(campaign.last))
        gain = np.where(running & (group[who] == 1), uplift_of(campaign, people)[who], 0)
        more = raised * (1 + gain)
        because[(u >= raised) & (u < more)] = campaign.campaign_id
        raised = more
    kept = u < raised
    who, day, because = who[kept], day[kept], because[kept]

    # joining is the first visit; then each visit may be the last
    who = np.concatenate([np.arange(len(people)), who])
    day = np.concatenate([people["joined"].to_numpy(), day])
    because = np.concatenate([np.full(len(people), "", dtype=object), because])
    first = np.concatenate([np.ones(len(people), bool), np.zeros(len(who) - len(people), bool)])
    order = np.lexsort((~first, day, who))
    who, day, because = who[order], day[order], because[order]
    starts = np.searchsorted(who, np.arange(len(people)))
    rank = np.arange(len(who)) - starts[who]
    visits_in_life = rng.geometric(people["stop"].to_numpy())
    alive = rank < visits_in_life[who]
    last_day = np.full(len(people), DAY0 + DAYS)
    stopped = np.bincount(who, minlength=len(people)) > visits_in_life
    last_row = starts + np.minimum(visits_in_life, np.bincount(who, minlength=len(people))) - 1
    last_day[stopped] = day[last_row[stopped]]
    keep = alive & (day >= DAY0)
    who, day, because, rank = who[keep], day[keep], because[keep], rank[keep]
    persona = people["persona"].to_numpy()[who]
    store = people["home"].to_numpy()[who].copy()
    elsewhere = rng.random(len(who)) < 0.06
    store[elsewhere] = rng.integers(0, len(STORES), elsewhere.sum())
    online = each("online")[persona] * (0.55 + 0.9 * ((day - DAY0) / DAYS))[:, None]
    u = rng.random(len(who))
    channel = np.where(u < online[:, 0], 1, np.where(u < online.sum(axis=1), 2, 0))
    channel[rank == 0] = 0  # people join at the counter
    # an online order is sent out by the member's own store
    store = np.where((channel > 0) | (rank == 0), people["home"].to_numpy()[who], store)
    members = pd.DataFrame(
        {"member": who, "persona": persona, "store": store, "day": day, "channel": channel,
         "because": because}
    )  # fmt: skip

    # walk-ins: by store and day, a mix of personas, fewer young office workers in the case
    mix = store_mix()
    daily = (
        STORES["traffic"].to_numpy()[:, None, None]
        * mix[:, :, None]
        * weekend[None, :, :]
        * season[None, None, :]
    )
    daily[_HERE, OFFICE_YOUNG] *= 1 - 0.6 * (1 - the_case.visits_factor())
    counts = rng.poisson(daily)
    store_i, persona_i, day_i = np.nonzero(counts)
    repeat = counts[store_i, persona_i, day_i]
    walk_ins = pd.DataFrame(
        {
            "member": -1,
            "persona": np.repeat(persona_i, repeat),
            "store": np.repeat(store_i, repeat),
            "day": np.repeat(day_i + DAY0, repeat),
            "channel": 0,
            "because": "",
        }
    )
    visits = pd.concat([members, walk_ins], ignore_index=True)
    visits["minute"] = _minutes(
        rng,
        visits["persona"].to_numpy(),
        visits["store"].to_numpy(),
        visits["channel"].to_numpy(),
    )
    visits = visits.sort_values(["day", "minute", "store", "member"], kind="stable")
    return visits.reset_index(drop=True), last_day
