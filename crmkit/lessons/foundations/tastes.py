"""Who buys what, when and where: the figures."""

import random
from functools import lru_cache
from typing import Any

from crmkit import data, kpi, segment

YEAR = {"since": "2024-07-01", "until": "2025-06-30"}


HALF = {"since": "2025-01-01", "until": "2025-06-30"}


ASKED_BEFORE = ("2024-07-01", "2024-12-31")


FESTIVAL, WARM = "before_spring_festival", "warm_keeping"


KINDS = ("age_band", "gender", "occupation", "household")


AT_LEAST = 100
"""A group of fewer buyers is not shown: too few to say anything of it."""


SLIPS = 10


VISITS = ("early", "noon", "late", "online", "weekend", "lines")


@lru_cache(maxsize=1)
def _bought() -> Any:
    """The year's lines that members bought, with category and the receipt's hour."""
    sales = data.load("sales")
    lines = sales[
        sales["member_id"].notna() & (sales["quantity"] > 0) & (sales["sold_at"] >= YEAR["since"])
    ]
    category = data.load("products").set_index("product_id")["category"]
    return lines.assign(category=lines["product_id"].map(category))


@lru_cache(maxsize=1)
def _visits() -> Any:
    """The year's visits of members: when they came, where, and how many different goods they took."""
    lines = _bought()
    found = lines.drop_duplicates("sale_id")
    hour = found["sold_at"].dt.hour
    return found[["sale_id", "member_id"]].assign(
        early=hour < 11,
        noon=hour.between(11, 13),
        late=hour >= 17,
        online=found["channel"] != "store",
        weekend=found["sold_at"].dt.day_of_week >= 5,
        lines=found["sale_id"].map(lines["sale_id"].value_counts()),
    )


@lru_cache(maxsize=1)
def tastes() -> Any:
    """What each member spent in the year, a column a category."""
    spent = _bought().groupby(["member_id", "category"])["amount"].sum()
    return spent.unstack(fill_value=0.0)


@lru_cache(maxsize=1)
def everybody() -> Any:
    """Who bought in the year: member_id, the four kinds, monetary, favourite (category)."""
    from datetime import date

    import narwhals.stable.v2 as nw

    from crmkit.segment.kinds import age_band_on

    sales = data.load("sales")
    spent = sales[sales["sold_at"] >= YEAR["since"]].groupby("member_id")["amount"].sum()
    by = tastes()
    band = age_band_on(date.fromisoformat(YEAR["until"]))
    found = nw.from_native(data.load("members")).with_columns(age_band=band).to_native()
    found = found[found["member_id"].isin(by.index)]
    return found[["member_id", *KINDS]].assign(
        monetary=found["member_id"].map(spent), favourite=found["member_id"].map(by.idxmax(axis=1))
    )


@lru_cache(maxsize=4)
def habits(by: str) -> Any:
    """What each group does, by group: buyers, revenue_each, orders_each, aov (yuan), early, noon and
    late (share of visits before 11, from 11 to 14, from 17 on), online, weekend, lines (different
    goods a basket), most (the category they spend most on) and most_share."""
    who = everybody().set_index("member_id")[by]
    found = segment.by_demographics(data.load("members"), data.load("sales"), by, **YEAR)
    found = found[(found["buyers"] >= AT_LEAST) & found[by].notna() & (found[by] != "undisclosed")]
    found = found.set_index(by)[["buyers", "revenue_each", "orders_each", "aov"]]
    visits = _visits()
    visits = visits.groupby(visits["member_id"].map(who))[list(VISITS)].mean()
    spent = tastes().groupby(who).sum()
    spent = spent.div(spent.sum(axis=1), axis=0)
    return found.join(visits).assign(most=spent.idxmax(axis=1), most_share=spent.max(axis=1))


def above(these: tuple[str, str], those: tuple[str, str]) -> float:
    """Of 100 of `these`, how many spent more than the one in the middle of `those` (kind, group)."""
    people = everybody()
    middle = people.loc[people[those[0]] == those[1], "monetary"].median()
    return 100 * float((people.loc[people[these[0]] == these[1], "monetary"] > middle).mean())


@lru_cache(maxsize=1)
def places() -> Any:
    """The four stores, by store_id: city, climate, spending_level, piece (yuan), early, noon, usual
    and festival (orders a day on a day without a holiday and before Spring Festival), warm (of 1,000
    yuan, how many for what keeps warm)."""
    sales, products = data.load("sales"), data.load("products").set_index("product_id")
    found = data.load("stores").set_index("store_id")[["city", "climate", "spending_level"]]
    lines = sales[(sales["quantity"] > 0) & (sales["sold_at"] >= YEAR["since"])]
    total = lines.groupby("store_id")[["amount", "quantity"]].sum()
    warm = lines[lines["product_id"].map(products["family"]) == WARM]
    at_till = lines[lines["channel"] == "store"].drop_duplicates("sale_id")
    hour, day = at_till["sold_at"].dt.hour, at_till["sold_at"].dt.normalize()
    calendar = data.load("calendar").set_index("date")["holiday"].fillna("none")
    days = calendar[calendar.index >= YEAR["since"]].value_counts()
    orders = at_till.assign(holiday=day.map(calendar)).groupby(["store_id", "holiday"]).size()
    orders = orders.unstack()
    return found.assign(
        piece=total["amount"] / total["quantity"],
        early=(hour < 11).groupby(at_till["store_id"]).mean(),
        noon=hour.between(11, 13).groupby(at_till["store_id"]).mean(),
        usual=orders["none"] / days["none"],
        festival=orders[FESTIVAL] / days[FESTIVAL],
        warm=1000 * warm.groupby("store_id")["amount"].sum() / total["amount"],
    )


@lru_cache(maxsize=1)
def _all_slips() -> Any:
    surveys = data.load("surveys")
    columns = ["csat_goods", "csat_service", "nps"]
    return surveys[surveys["asked_at"] >= HALF["since"]][columns].dropna().astype(int)


def slips(number: int) -> Any:
    """Ten answers of the half-year: csat_goods, csat_service, nps; others for every number."""
    whole = _all_slips()
    return whole.iloc[random.Random(f"ten slips {number}").sample(range(len(whole)), SLIPS)]


@lru_cache(maxsize=1)
def unlike_their_kind() -> Any:
    """Office workers who do not spend most on what office workers do, nor on a cliché of their sex."""
    people = everybody()
    cliches = [habits("occupation").loc["office", "most"], "personal_care", "gadgets"]
    return people[
        (people["occupation"] == "office")
        & people["gender"].isin(["female", "male"])
        & ~people["favourite"].isin(cliches)
        & people["household"].notna()
    ].sort_values("member_id")


@lru_cache(maxsize=1)
def faithful() -> dict[str, int]:
    """The half-year's counts: active (members who bought), made and joined (referrals), again."""
    sales = data.load("sales")
    told = kpi.referral_rate(data.load("referrals"), sales, **HALF).iloc[0]
    return {
        "active": int(told["active_members"]),
        "made": int(told["referrals"]),
        "joined": int(told["joined"]),
        "again": int(kpi.repeat_purchase_rate(sales, **HALF).numerator),
    }


@lru_cache(maxsize=1)
def said_and_did() -> Any:
    """Who answered in the half-year before, by what they said (6, 8, 10: the upper end of the score):
    members and how many of them recommended us in the half-year after."""
    import pandas as pd

    surveys = data.load("surveys")
    surveys = surveys[(surveys["asked_at"] >= ASKED_BEFORE[0]) & surveys["nps"].notna()]
    surveys = surveys[surveys["asked_at"] < HALF["since"]].sort_values(["asked_at", "survey_id"])
    last = surveys.drop_duplicates("member_id", keep="last")
    made = data.load("referrals")
    made = set(made.loc[made["at"] >= HALF["since"], "member_id"])
    said = pd.cut(last["nps"].astype(float), [-1, 6, 8, 10], labels=[6, 8, 10]).astype(int)
    found = last.assign(said=said, did=last["member_id"].isin(made)).groupby("said")["did"]
    return found.agg(members="size", did="sum")
