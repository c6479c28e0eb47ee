"""What was planted, what really came of it, and where a sound analysis must land: ``truth.json``.

``planted`` are the parameters of the simulation. ``happened`` is what only the simulation knows:
the orders that came because of a campaign, the sales an empty shelf lost. ``found`` is the
interval in which the intended method must land on these tables; the tests hold it to that.
"""

import numpy as np
import pandas as pd

from make import (
    baskets,
    browse,
    care,
    days,
    floor,
    people,
    products,
    promotions,
    stock,
    the_case,
    till,
    visits,
    voices,
)
from make.campaigns import CAMPAIGNS
from make.days import DAY0, DAYS, day_number
from make.shop import SEED, Shop, Trade
from make.stores import LIKE_IT, SLIDING, STORES


def make_truth(shop: Shop) -> dict:
    """All planted truths by name."""
    t: Trade = shop.hidden["trade"]
    return {
        "seed": SEED,
        "from": str(days.START),
        "to": str(days.END),
        "rows": {
            name: len(frame)
            for frames in (shop.tables, shop.texts["en"])
            for name, frame in sorted(frames.items())
        },
        "traffic": _traffic(t),
        "personas": _personas(t),
        "leaving": {
            "planted": dict(
                zip(("let_down_by_goods", "let_down_by_service"), visits.LET_DOWN, strict=True)
            ),
            "found": {"last_receipt_came_back_as_faulty": [0.13, 0.24]},
        },
        "case": _case(shop, t),
        "campaigns": _campaigns(t),
        "calendar": _calendar(t),
        "promotions": {
            "planted": {"pull_per_tenth_off": promotions.PULL_PER_TENTH},
            "note": "times the persona's own `deals`",
        },
        "affinities": [
            {"item": a, "partner": b, "added_chance": chance}
            for a, b, chance in products.AFFINITIES
        ],
        "stock": _stock(t),
        "new_products": _new_products(t),
        "satisfaction": {
            "planted": {
                "csat_service_per_minute_waited": -voices.SERVICE_PER_MINUTE,
                "csat_goods_when_something_was_out_of_stock": -voices.GOODS_PER_MISS,
                "wait_minutes_quiet": floor.WAIT_BASE,
                "wait_minutes_per_further_order_in_the_hour": floor.WAIT_PER_ORDER,
            },
            "found": {"csat_service_slope": [-0.13, -0.07]},
        },
        "staff": {
            "planted": {
                "added_share_of_further_lines": {
                    staff_id: round(float(skill), 3)
                    for staff_id, role, skill in zip(
                        t.staff["staff_id"], t.staff["role"], t.staff["skill"], strict=True
                    )
                    if role == "sales"
                },
            },
        },
        "funnel": {
            "planted": {
                channel: dict(zip(("basket", "checkout", "buy"), steps, strict=True))
                for channel, steps in browse.FUNNEL.items()
            },
            "weak_step": {"channel": "mini_program", "from": "checkout", "to": "buy"},
            "found": {"within": 0.03},
        },
        "opportunities": {"planted": {"win_rate": care.WIN_RATES}, "found": {"within": 0.07}},
        "returns": {
            "planted": {
                "chance": till.RETURN_CHANCE,
                "chance_weak_families": till.WEAK_RETURN_CHANCE,
                "weak_families": list(products.WEAK_FAMILIES),
                "factor_online": till.ONLINE_FACTOR,
                "factor_walk_in": till.WALK_IN_FACTOR,
            },
        },
        "conversion": {
            "planted": dict(zip(STORES["store_id"], floor.CONVERSION.tolist(), strict=True)),
            "found": {"within": 0.03},
        },
    }


def _traffic(t: Trade) -> dict:
    """What the stores' tills see: the lowest and highest store's median receipts a day."""
    inside = t.visits[t.visits["channel"] == 0]
    per_day = np.zeros((len(STORES), DAYS), dtype=int)
    np.add.at(per_day, (inside["store"].to_numpy(), inside["day"].to_numpy() - DAY0), 1)
    weekday = (np.arange(DAYS) + DAY0 + 3) % 7  # 1970-01-01 was a Thursday
    out = {}
    for name, days_of in (("weekday", weekday < 5), ("weekend", weekday >= 5)):
        medians = np.median(per_day[:, days_of], axis=1)
        out[name] = [float(medians.min()), float(medians.max())]
    return {
        "happened": out,
        "found": {"weekday_median": [40, 90], "weekend_on_weekday": [1.0, 2.0]},
    }


def _personas(t: Trade) -> dict:
    counts = np.bincount(t.people["persona"], minlength=len(people.PERSONAS))
    return {
        "planted": {
            code: {
                "members": int(n),
                "mean_age": p.age[0],
                "share_women": p.women,
                "visits_per_30_days": round(p.rate * people.RATE, 3),
                "chance_to_stop": round(p.stop * people.LOYALTY, 4),
                "further_lines_per_basket": p.lines,
                "thrift": p.thrift,
                "deals": p.deals,
                "favourites": sorted(p.tastes, key=lambda c, p=p: -p.tastes[c])[:3],
            }
            for (code, p), n in zip(people.PERSONAS.items(), counts, strict=True)
        },
        "own_taste": baskets.OWN_TASTE,
        "found": {"adjusted_rand_index": [0.60, 0.95], "members_with_orders_at_least": 10},
        "note": "the persona of each member is in members_truth",
    }


def in_segment(members: pd.DataFrame) -> pd.Series:
    """The case's segment by what the shop can see: office workers under 35 on the day of change.

    Members of the sliding store only.
    """
    age = (pd.Timestamp(the_case.CHANGE) - members["birth_date"]).dt.days / 365.25
    office = members["occupation"] == "office"
    return (members["home_store_id"] == SLIDING) & office & (age < 35)


PERIODS = {
    "a_year_before_worst": ("2023-12-01", "2024-02-29"),
    "worst": ("2024-12-01", "2025-02-28"),
    "a_year_before_after": ("2024-03-01", "2024-06-30"),
    "two_years_before_after": ("2023-03-01", "2023-06-30"),
    "after": ("2025-03-01", "2025-06-30"),
}


def _case(shop: Shop, t: Trade) -> dict:
    sales, surveys = shop.tables["sales"], shop.texts["en"]["surveys"]
    members = shop.texts["en"]["members"]
    mine = set(members.loc[in_segment(members), "member_id"])
    here = sales[sales["store_id"] == SLIDING]
    seg = here[here["member_id"].isin(mine)]
    said = surveys[(surveys["store_id"] == SLIDING) & surveys["member_id"].isin(mine)]
    weak = shop.texts["en"]["products"].set_index("product_id")["family"]

    def look(first: str, last: str) -> dict:
        start, end = pd.Timestamp(first), pd.Timestamp(last) + pd.Timedelta(days=1)
        months = round((end - start).days / 30.44)

        def inside(frame: pd.DataFrame, column: str) -> pd.DataFrame:
            return frame[(frame[column] >= start) & (frame[column] < end)]

        lines, all_lines, answers = inside(seg, "sold_at"), inside(here, "sold_at"), said
        answers = inside(answers, "asked_at")
        orders = lines[lines["quantity"] > 0].groupby("member_id")["sale_id"].nunique()
        goods = answers["csat_goods"].dropna()
        weak_lines = all_lines[all_lines["product_id"].map(weak).isin(products.WEAK_FAMILIES)]
        return {
            "store_revenue_per_month": round(float(all_lines["amount"].sum()) / months, 2),
            "segment_revenue_per_month": round(float(lines["amount"].sum()) / months, 2),
            "segment_buyers": len(orders),
            "segment_repeat_purchase_rate": round(float((orders >= 2).mean()), 4),
            "segment_csat_goods": round(float((goods >= 4).mean()), 4),
            "segment_csat_answers": len(goods),
            "weak_families_returned": round(
                float((weak_lines["quantity"] < 0).sum() / (weak_lines["quantity"] > 0).sum()), 4
            ),
        }

    return {
        "store_id": SLIDING,
        "comparison_store_id": LIKE_IT,
        "persona": "office_young",
        "segment": "home_store_id S03, occupation office, under 35 on 2025-03-01",
        "trouble_from": str(the_case.TROUBLE),
        "changed_on": str(the_case.CHANGE),
        "planted": {
            "categories": list(the_case.TOUCHED),
            "price_factor_in_trouble": the_case.PRICE_IN_TROUBLE,
            "price_factor_after": the_case.PRICE_AFTER,
            "visits_factor_at_worst": the_case.VISITS_AT_WORST,
            "visits_factor_after": the_case.VISITS_AFTER,
            "leaving_per_month": the_case.LEAVING_PER_MONTH,
            "share_coming_back": the_case.COMING_BACK,
            "return_chance_in_trouble": the_case.FAULTY_IN_TROUBLE,
            "return_chance_usual": till.WEAK_RETURN_CHANCE,
            "weak_families": list(products.WEAK_FAMILIES),
            "csat_goods_fall": the_case.CSAT_GOODS_FALL,
        },
        "happened": {
            name: {"from": first, "to": last, **look(first, last)}
            for name, (first, last) in PERIODS.items()
        },
        "found": {
            "segment_revenue_worst_on_year": [-0.75, -0.45],
            "segment_revenue_after_on_worst": [0.40, 1.60],
            "other_members_revenue_worst_on_year": [-0.25, 0.25],
            "segment_csat_goods_fall": [-0.45, -0.15],
            "segment_csat_goods_rise": [0.15, 0.45],
        },
    }


def _campaigns(t: Trade) -> dict:
    """For each campaign what it was planted to do and what came of it, to the cent."""
    amount = np.bincount(t.lines["order"], weights=t.lines["amount"], minlength=len(t.visits)) / 100
    because = t.visits["because"].to_numpy()
    out = {}
    for campaign, group in zip(CAMPAIGNS, t.groups, strict=True):
        treated = int((group == 1).sum())
        caused = because == campaign.campaign_id
        out[campaign.campaign_id] = {
            "kind": campaign.kind,
            "planted": {
                "uplift_in_visits": campaign.uplift,
                "control_share": campaign.control,
                "cost_per_contact": campaign.cost_per_contact,
            },
            "happened": {
                "treated": treated,
                "control": int((group == 2).sum()),
                "orders_it_brought": int(caused.sum()),
                "revenue_it_brought": round(float(amount[caused].sum()), 2),
                "revenue_it_brought_per_treated": round(float(amount[caused].sum()) / treated, 2),
                "contact_cost": round(treated * campaign.cost_per_contact, 2),
            },
        }
    out["C01"]["verdict"] = "works"
    out["C02"]["verdict"] = "fails"
    out["C03"]["verdict"] = "only the season: before and after rise, control does too"
    out["C04"]["verdict"] = "part of the case, no control group: compare with S04"
    out["C01"]["found"] = {
        "difference_in_revenue_per_member_contains": out["C01"]["happened"][
            "revenue_it_brought_per_treated"
        ],
        "p_value_below": 0.01,
    }
    for name in ("C02", "C03"):
        out[name]["found"] = {"difference_in_revenue_per_member_contains": 0.0}
    out["C03"]["found"]["before_after_growth_at_least"] = 0.15
    return out


def _calendar(t: Trade) -> dict:
    amount = np.bincount(t.lines["order"], weights=t.lines["amount"], minlength=len(t.visits)) / 100
    born = t.visits["because"].to_numpy() == "birthday"
    return {
        "planted": {
            "birthday_uplift_in_visits": visits.BIRTHDAY_UPLIFT,
            "birthday_days_either_side": visits.BIRTHDAY_DAYS,
            "holiday_factor_on_visits": {code: size for code, _a, _b, size in days.HOLIDAYS},
            "further_lines_before_spring_festival": days.STOCKING_UP,
            "month_factor_on_visits": days.MONTH_FACTOR.tolist(),
        },
        "happened": {
            "birthday_orders": int(born.sum()),
            "birthday_revenue": round(float(amount[born].sum()), 2),
        },
        "found": {
            "birthday_visit_ratio": [1.55, 2.05],
            "before_spring_festival_on_usual_orders": [1.4, 2.1],
        },
    }


def _stock(t: Trade) -> dict:
    """Sales lost to empty shelves, which no table shows."""
    make = products.make_products(SEED)
    lost = t.lost.assign(
        day=t.visits["day"].to_numpy()[t.lost["order"]],
        worth=t.lost["quantity"].to_numpy()
        * make["list_price"].to_numpy()[t.lost["product"]]
        / 100,
        brand=make["brand"].to_numpy()[t.lost["product"]],
        product_id=make["product_id"].to_numpy()[t.lost["product"]],
        store_id=STORES["store_id"].to_numpy()[t.visits["store"].to_numpy()[t.lost["order"]]],
    )
    year = lost[lost["day"] >= DAY0 + DAYS - 365]
    late = lost[
        (lost["brand"] == stock.LATE_BRAND)
        & (lost["day"] >= day_number(stock.LATE_FROM))
        & (lost["day"] < day_number(stock.LATE_TO) + 30)
    ]
    worst = year.groupby(["store_id", "product_id"])[["quantity", "worth"]].sum()
    worst = worst.sort_values(["worth"], ascending=False).head(10).reset_index()
    return {
        "planted": {
            "slow_families": list(products.SLOW_FAMILIES),
            "late_supplier": {
                "brand": stock.LATE_BRAND,
                "from": str(stock.LATE_FROM),
                "to": str(stock.LATE_TO),
                "days_late": stock.LATE_DAYS,
            },
            "share_of_reorder_levels_set_too_low": round(stock.TIGHT, 4),
        },
        "happened": {
            "units_lost_in_the_last_year": int(year["quantity"].sum()),
            "revenue_lost_in_the_last_year_at_list_price": round(float(year["worth"].sum()), 2),
            "revenue_lost_to_the_late_supplier": round(float(late["worth"].sum()), 2),
            "worst": [
                {
                    "store_id": row["store_id"],
                    "product_id": row["product_id"],
                    "units": int(row["quantity"]),
                    "revenue": round(float(row["worth"]), 2),
                }
                for _i, row in worst.iterrows()
            ],
        },
        "found": {
            "lost_share_of_revenue": [0.01, 0.08],
            "slow_families_days_of_stock_over_median": 3.0,
        },
    }


def _new_products(t: Trade) -> dict:
    make = products.make_products(SEED)
    young = make["launched"] > DAY0 + DAYS - 1 - products.NEW_DAYS
    return {
        "shelf": "new_arrivals",
        "product_ids": make.loc[young, "product_id"].tolist(),
        "shelf_factor_on_popularity": products.SHELF_LIFT,
    }
