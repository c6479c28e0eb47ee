"""What was planted, with its sizes: ``truth.json``."""

from crmkit.data.simulate import browse, floor, people, products, the_case, till, visits, voices
from crmkit.data.simulate.campaigns import CAMPAIGNS
from crmkit.data.simulate.shop import SEED, Shop
from crmkit.data.simulate.stores import LIKE_IT, SLIDING


def make_truth(shop: Shop) -> dict:
    """All planted truths by name."""
    return {
        "seed": SEED,
        "personas": {
            code: {
                "share": p.share,
                "mean_age": p.age[0],
                "share_women": p.women,
                "visits_per_30_days": p.rate,
                "chance_to_stop": p.stop,
                "lines_per_basket": 1 + p.lines,
                "thrift": p.thrift,
                "tastes": p.tastes,
            }
            for code, p in people.PERSONAS.items()
        },
        "case": {
            "store_id": SLIDING,
            "comparison_store_id": LIKE_IT,
            "persona": "office_young",
            "segment": "occupation office and younger than 35",
            "trouble_from": str(the_case.TROUBLE),
            "changed_on": str(the_case.CHANGE),
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
        "campaigns": {
            c.campaign_id: {
                "kind": c.kind,
                "uplift_in_visits": c.uplift,
                "control_share": c.control,
            }
            for c in CAMPAIGNS
        },
        "birthday": {
            "uplift_in_visits": visits.BIRTHDAY_UPLIFT,
            "days_either_side": visits.BIRTHDAY_DAYS,
        },
        "affinities": [
            {"item": a, "partner": b, "chance": chance} for a, b, chance in products.AFFINITIES
        ],
        "slow_families": list(products.SLOW_FAMILIES),
        "funnel": {
            channel: dict(zip(("basket", "checkout", "buy"), steps, strict=True))
            for channel, steps in browse.FUNNEL.items()
        },
        "waiting": {
            "base_minutes": floor.WAIT_BASE,
            "per_further_order": floor.WAIT_PER_ORDER,
            "csat_service_per_minute": -voices.SERVICE_PER_MINUTE,
        },
        "csat_goods_when_out_of_stock": -voices.GOODS_PER_MISS,
    }
