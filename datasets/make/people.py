"""Who shops: personas with overlapping ages and sexes, and the members drawn from them."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crmkit.codes import HOUSEHOLDS, OCCUPATIONS
from make.days import DAY0, DAYS, END, day_number
from make.draws import draws, pick, pick_rows
from make.products import CATEGORY_CODES
from make.stores import DISTRICTS, STORES


@dataclass(frozen=True)
class Persona:
    """A way of shopping.

    share: of members in the whole chain; stores shift it
    age: mean, spread, youngest and oldest, in years
    women: share of women
    rate: mean visits per 30 days while active; `rate_shape` the gamma shape of its spread
    stop: mean chance of not coming back after a visit
    lines: mean lines in a basket beyond the first
    thrift: how strongly cheap goods are preferred (0 not at all)
    deals: how strongly a price-off promotion draws
    hours: relative frequency of morning, noon, afternoon, evening
    weekend: factor on Saturdays, Sundays and days off
    online: chances of ordering by web and by mini-program
    tastes: category code → relative weight, 1 where absent
    occupations, households: code → relative weight
    income: relative weight of low, middle, high
    """

    share: float
    age: tuple[float, float, int, int]
    women: float
    rate: float
    rate_shape: float
    stop: float
    lines: float
    thrift: float
    deals: float
    hours: tuple[float, float, float, float]
    weekend: float
    online: tuple[float, float]
    tastes: dict[str, float] = field(default_factory=dict)
    occupations: dict[str, float] = field(default_factory=dict)
    households: dict[str, float] = field(default_factory=dict)
    income: tuple[float, float, float] = (1, 1, 1)


PERSONAS: dict[str, Persona] = {
    "office_young": Persona(
        0.24, (28.5, 3.6, 21, 42), 0.56, 1.45, 1.3, 0.045, 1.05, 0.75, 1.5,
        (0.5, 2.6, 0.8, 2.2), 0.85, (0.12, 0.20),
        {"tea_coffee": 4.2, "snacks": 2.2, "stationery": 2.6, "gadgets": 2.6, "kitchen": 2.0,
         "personal_care": 1.3, "pantry": 0.35, "baby": 0.12, "cleaning": 0.5},
        {"office": 12, "technician": 2.0, "civil_servant": 0.7, "self_employed": 0.5},
        {"single": 4, "shared_flat": 3, "couple": 3, "young_child": 0.4}, (0.7, 2.2, 0.8),
    ),
    "student_saver": Persona(
        0.14, (20.5, 2.2, 16, 29), 0.52, 1.15, 1.2, 0.060, 0.65, 1.6, 2.0,
        (0.4, 1.4, 1.4, 2.4), 1.5, (0.10, 0.26),
        {"snacks": 5.0, "stationery": 5.0, "gadgets": 1.6, "tea_coffee": 1.3, "personal_care": 1.2,
         "pantry": 0.3, "baby": 0.05, "textiles": 0.4, "kitchen": 0.4, "cleaning": 0.4},
        {"student": 12, "service": 1.0, "office": 0.6}, {"shared_flat": 7, "single": 3},
        (3, 0.6, 0.1),
    ),
    "family_stocker": Persona(
        0.20, (34.0, 4.8, 24, 50), 0.63, 1.05, 1.5, 0.035, 2.1, 0.7, 1.3,
        (1.0, 0.8, 1.6, 2.2), 2.6, (0.14, 0.14),
        {"baby": 7.0, "cleaning": 2.2, "personal_care": 2.2, "pantry": 2.0, "snacks": 1.4,
         "gifts": 0.4, "gadgets": 0.5, "stationery": 0.7, "tea_coffee": 0.5},
        {"office": 3.5, "teacher": 1.5, "medical": 1.4, "technician": 1.4, "self_employed": 1.3,
         "homemaker": 2.0, "civil_servant": 1.2, "service": 1.2},
        {"young_child": 7, "school_child": 3, "three_generations": 2.5}, (0.8, 2, 1),
    ),
    "home_cook": Persona(
        0.16, (46.0, 8.0, 26, 68), 0.58, 1.30, 1.5, 0.035, 1.6, 0.9, 1.0,
        (1.5, 0.8, 1.4, 2.1), 1.7, (0.05, 0.10),
        {"pantry": 6.5, "kitchen": 3.6, "cleaning": 2.0, "tea_coffee": 0.7, "gadgets": 0.4,
         "baby": 0.1, "stationery": 0.25, "gifts": 0.3},
        {"teacher": 1.2, "medical": 1.2, "civil_servant": 1.5, "self_employed": 2, "service": 2,
         "homemaker": 2.5, "retired": 1.5, "technician": 1.0, "office": 1.0},
        {"couple": 2, "school_child": 3.5, "empty_nest": 2, "three_generations": 3},
        (1, 1.6, 0.6),
    ),
    "gift_giver": Persona(
        0.10, (38.0, 9.5, 20, 70), 0.50, 0.62, 1.2, 0.050, 0.9, 0.05, 0.4,
        (0.7, 1.2, 1.5, 1.8), 2.0, (0.16, 0.10),
        {"gifts": 8.0, "tea_coffee": 2.6, "textiles": 2.4, "seasonal": 1.8, "kitchen": 1.4,
         "pantry": 0.25, "cleaning": 0.2, "baby": 0.3, "snacks": 0.7},
        {"office": 2.2, "self_employed": 3, "civil_servant": 2.2, "medical": 1.4, "teacher": 1.2,
         "technician": 1.0},
        {"couple": 4, "single": 2, "empty_nest": 1.5, "school_child": 2}, (0.2, 1.2, 2.4),
    ),
    "neighbour": Persona(
        0.16, (60.0, 9.5, 30, 84), 0.55, 2.00, 1.6, 0.025, 0.55, 1.2, 1.1,
        (2.5, 0.9, 1.4, 1.0), 0.95, (0.01, 0.03),
        {"tea_coffee": 2.2, "cleaning": 2.8, "personal_care": 2.4, "pantry": 2.4, "textiles": 1.6,
         "gadgets": 0.2, "stationery": 0.2, "baby": 0.2, "gifts": 0.4, "snacks": 0.8},
        {"retired": 8, "homemaker": 2, "self_employed": 1.2, "service": 1.2, "civil_servant": 0.5},
        {"empty_nest": 4.5, "couple": 2.5, "three_generations": 3, "single": 0.8}, (2, 1.4, 0.3),
    ),
}  # fmt: skip
PERSONA_CODES = tuple(PERSONAS)

RATE = 1.15  # factor on all rates, to size the shop
LOYALTY = 0.55  # factor on all chances to stop: who comes more often decides more often

# how the mix shifts by district: factors on the chain's shares
_MIX = {
    "old_town": {"neighbour": 2.2, "home_cook": 1.3, "office_young": 0.5},
    "business": {"office_young": 4.2, "gift_giver": 1.4, "student_saver": 0.3, "neighbour": 0.5},
    "tech_park": {"office_young": 3.6, "family_stocker": 1.2, "student_saver": 0.4,
                  "neighbour": 0.4},
    "riverside": {"family_stocker": 1.8, "student_saver": 2.2, "office_young": 0.4,
                  "home_cook": 1.3},
}  # fmt: skip


def store_mix() -> np.ndarray:
    """Share of each persona at each store, one row a store."""
    mix = np.array([[p.share for p in PERSONAS.values()]] * len(STORES))
    for i, district in enumerate(DISTRICTS):
        for persona, factor in _MIX[district].items():
            mix[i, PERSONA_CODES.index(persona)] *= factor
    return mix / mix.sum(axis=1, keepdims=True)


def _weights(of: str, codes: tuple[str, ...], floor: float) -> np.ndarray:
    return np.array([[getattr(p, of).get(c, floor) for c in codes] for p in PERSONAS.values()])


TASTES = _weights("tastes", CATEGORY_CODES, 1.0)


def each(attribute: str) -> np.ndarray:
    """One number (or row) per persona."""
    return np.array([getattr(p, attribute) for p in PERSONAS.values()])


def make_people(seed: int, block: int, n: int) -> pd.DataFrame:
    """`n` members: who they are, their persona and rates, when they joined, who brought them.

    Days are day numbers, ``join_minute`` is the minute of the day. ``home`` is the store's
    position. ``rate`` is visits per day while active, ``stop`` the chance to leave after a visit.
    """
    rng = draws(seed, "people", block)
    home = pick(rng, STORES["members"].to_numpy(), n)
    persona = pick_rows(rng, store_mix(), home)
    age = np.clip(
        rng.normal(each("age")[persona, 0], each("age")[persona, 1]),
        each("age")[persona, 2],
        each("age")[persona, 3],
    )
    born = day_number(END) - (age * 365.25).astype(int) - rng.integers(0, 90, n)
    woman = rng.random(n) < each("women")[persona]
    gender = np.where(woman, "female", "male").astype(object)
    gender[rng.random(n) < 0.05] = "undisclosed"
    occupation = pick_rows(rng, _weights("occupations", OCCUPATIONS, 0.08), persona)
    # nobody studies at sixty or is retired at thirty
    years = age + rng.normal(0, 1, n)
    codes = np.array(OCCUPATIONS)[occupation]
    codes[(codes == "retired") & (years < 50)] = "self_employed"
    codes[(codes == "student") & (years > 30)] = "service"
    codes[(codes != "student") & (age < 18)] = "student"
    household = np.array(HOUSEHOLDS)[
        pick_rows(rng, _weights("households", HOUSEHOLDS, 0.15), persona)
    ]
    income = pick_rows(rng, each("income"), persona)
    # nine in ten live in the store's own district
    district = np.where(rng.random(n) < 0.9, home, rng.integers(0, len(DISTRICTS), n))

    # four in ten joined in the two years before we look, the others since, evenly but for a lull
    joined = np.where(
        rng.random(n) < 0.42,
        DAY0 - rng.integers(1, 600, n),
        DAY0 + (DAYS * rng.random(n) ** 1.12).astype(int),
    )
    joined = np.minimum(joined, DAY0 + DAYS - 4)
    order = np.argsort(joined, kind="stable")
    shape = each("rate_shape")[persona]
    mean_rate = RATE * each("rate")[persona] / 30
    rate = rng.gamma(shape, mean_rate / shape)
    stop = rng.beta(1.2, 1.2 / (LOYALTY * each("stop")[persona]) - 1.2)
    frame = pd.DataFrame(
        {
            "home": home,
            "persona": persona,
            "born": np.minimum(born, joined - 16 * 366),
            "gender": gender,
            "occupation": codes,
            "household": household,
            "income": income,
            "district": district,
            "joined": joined,
            "rate": np.clip(rate, 0.002, 0.45),
            "stop": np.clip(stop, 0.002, 0.6),
            "consent": rng.random(n) < 0.72,
            "has_email": rng.random(n) < 0.58,
        }
    ).iloc[order]
    frame = frame.reset_index(drop=True)
    first = block * n + 1
    frame.insert(0, "member_id", [f"M{i:06d}" for i in range(first, first + n)])
    return frame
