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

MOST = 9.0  # the highest factor on a rate; beyond it the thinning would cut
BIRTHDAY_UPLIFT = 0.8
BIRTHDAY_DAYS = 7
_HERE = int(np.flatnonzero(STORES["store_id"] == SLIDING)[0])
# how busy an hour is within its part of the day (morning to 11, noon, afternoon, evening)
_PARTS = (range(11), range(11, 14), range(14, 17), range(17, 24))
_IN_STORE = {7: 0.15, 8: 0.6, 9: 0.9, 10: 0.95, 11: 1.0, 12: 1.1, 13: 0.8, 14: 0.75, 15: 0.9,
             16: 1.15, 17: 1.25, 18: 1.45, 19: 1.25, 20: 0.8, 21: 0.35}  # fmt: skip
_ONLINE = {7: 0.5, 8: 0.8, 9: 0.8, 10: 1.0, 11: 0.8, 12: 1.3, 13: 1.0, 14: 0.8, 15: 0.8, 16: 0.8,
           17: 0.7, 18: 0.8, 19: 1.1, 20: 1.5, 21: 1.7, 22: 1.3, 23: 0.6}  # fmt: skip
# of those who leave for good: let down by goods, by service; the others give no sign
LET_DOWN = (0.18, 0.12)


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


def _hours(busy: dict[int, float]) -> np.ndarray:
    """How often each persona comes in each hour of the day, one row a persona."""
    weight = np.array([busy.get(hour, 0.0) for hour in range(24)])
    out = np.zeros((len(each("hours")), 24))
    for part, hours in enumerate(_PARTS):
        inside = weight[hours.start : hours.stop]
        out[:, hours.start : hours.stop] = each("hours")[:, [part]] * inside / inside.sum()
    return out


def _minutes(rng, persona, store, channel) -> np.ndarray:
    """Minute of the day: inside opening hours in the store, from seven to midnight online."""
    hour = np.arange(24)[None, :]
    opens, closes = STORES["opens_at"].to_numpy()[:, None], STORES["closes_at"].to_numpy()[:, None]
    is_open = (hour >= opens) & (hour < closes)
    inside = is_open[:, None, :] * _hours(_IN_STORE)[None, :, :]
    table = np.concatenate([inside.reshape(-1, 24), _hours(_ONLINE)])
    personas = len(each("hours"))
    row = np.where(channel == 0, store * personas + persona, len(STORES) * personas + persona)
    return pick_rows(rng, table, row) * 60 + rng.integers(0, 60, len(row))


def make_visits(
    seed: int, block: int, people: pd.DataFrame, calendar: pd.DataFrame, groups: list[np.ndarray]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Every order asked for by members and walk-ins, and each member's last active day.

    One row per order: member (position, −1 for a walk-in), persona, store, day (number), minute,
    channel (position), because ("" or what brought it about), parting (0; on the last visit of
    somebody who leaves for good: 1 let down by goods, 2 by service).
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
    # some who leave for good had their reason on the last visit
    let_down = draws(seed, "let down", block).random(len(people))
    why = np.where(let_down < LET_DOWN[0], 1, np.where(let_down < sum(LET_DOWN), 2, 0))
    final = stopped[who] & (rank == visits_in_life[who] - 1)
    parting = np.where(final, why[who], 0)
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
         "because": because, "parting": parting}
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
            "parting": 0,
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
