"""Four campaigns: one that works, one the season flatters, one that fails, and the relaunch."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from make.days import day_number
from make.draws import draws
from make.people import PERSONA_CODES
from make.stores import SLIDING, STORES
from make.the_case import CHANGE


@dataclass(frozen=True)
class Campaign:
    """One campaign.

    uplift: what it truly adds to a treated member's visit rate in its days (0.5 = half as many
    again); a mapping gives it by household
    control: share of those chosen who are left alone, at random
    cost_per_contact: yuan; offer: yuan of discount promised to each who is contacted
    """

    campaign_id: str
    kind: str
    name_zh: str
    name_en: str
    first: date
    last: date
    control: float
    uplift: float | dict[str, float]
    cost_per_contact: float
    threshold: float | None = None
    amount_off: float | None = None


CAMPAIGNS = (
    Campaign(
        "C01", "coupon", "家庭补货券", "Family Restock Coupon", date(2024, 5, 6), date(2024, 6, 2), 0.5,
        {"young_child": 1.1, "school_child": 0.8, "three_generations": 0.6, "couple": 0.35}, 1.2, 99.0, 15.0,
    ),
    Campaign(
        "C02", "threshold", "秋日满减", "Autumn Threshold Offer", date(2024, 9, 9),
        date(2024, 10, 6), 0.4, 0.0, 2.5, 149.0, 25.0,
    ),
    Campaign(
        "C03", "message", "年货提醒", "Spring Festival Reminder", date(2025, 1, 13),
        date(2025, 1, 27), 0.3, 0.0, 0.8,
    ),
    Campaign(
        "C04", "relaunch", "商务区店焕新邀请", "Business District Relaunch", CHANGE,
        date(2025, 3, 30), 0.0, 0.0, 1.5, 59.0, 12.0,
    ),
)  # fmt: skip


def _chosen(campaign: Campaign, people: pd.DataFrame) -> np.ndarray:
    """Whom a campaign is for, by what the shop can see (never by the hidden persona)."""
    day = day_number(campaign.first)
    age = (day - people["born"].to_numpy()) / 365.25
    able = people["consent"].to_numpy() & (people["joined"].to_numpy() < day - 7)
    home = people["home"].to_numpy()
    if campaign.campaign_id == "C01":
        return able & people["household"].isin(list(campaign.uplift)).to_numpy() & (age >= 24)
    if campaign.campaign_id == "C02":
        return able & (age >= 25)
    if campaign.campaign_id == "C03":
        return able
    here = int(np.flatnonzero(STORES["store_id"] == SLIDING)[0])
    return able & (home == here) & (people["occupation"] == "office").to_numpy() & (age < 35)


def make_contacts(seed: int, block: int, people: pd.DataFrame) -> list[np.ndarray]:
    """For each campaign one number per member: 0 not chosen, 1 treatment, 2 control."""
    rng = draws(seed, "campaigns", block)
    groups = []
    for campaign in CAMPAIGNS:
        chosen = _chosen(campaign, people)
        control = rng.random(len(people)) < campaign.control
        groups.append(np.where(chosen, np.where(control, 2, 1), 0).astype(np.int8))
    return groups


def uplift_of(campaign: Campaign, people: pd.DataFrame) -> np.ndarray:
    """The true uplift for each member, were they treated."""
    if isinstance(campaign.uplift, dict):
        return people["household"].map(campaign.uplift).fillna(0.0).to_numpy(dtype=float)
    return np.full(len(people), campaign.uplift)


OFFICE_YOUNG = PERSONA_CODES.index("office_young")
