"""A shop of a few healthy lines, from which each test breaks one thing."""

import inspect

import pandas as pd

import crmkit as ck

ROOMS = (
    "kpi",
    "stock",
    "customers",
    "segment",
    "profile",
    "recommend",
    "campaign",
    "clean",
    "data",
)


def public():
    """Every public function, and every class that a person makes with arguments, by its name."""
    made = (ck.recommend.Recommender, ck.campaign.PercentOff, ck.campaign.Gift)
    made += (ck.campaign.ThresholdDiscount,)
    for room in ROOMS:
        module = getattr(ck, room)
        for name in getattr(module, "__all__", None) or dir(module):
            thing = getattr(module, name)
            mine = getattr(thing, "__module__", "").startswith(f"crmkit.{room}")
            if not name.startswith("_") and mine and thing is not ck.recommend.Recommender and (
                inspect.isfunction(thing) or (inspect.isclass(thing) and issubclass(thing, made))
            ):  # fmt: skip
                yield f"{room}.{thing.__name__}", thing


PUBLIC = dict(public())

DAY = pd.Timestamp("2025-06-30")


def days(*ago):
    return [DAY - pd.Timedelta(days=n, hours=3) for n in ago]


SHOP = {
    "sales": pd.DataFrame(
        {
            "sale_id": ["s1", "s1", "s2", "s3", "s4", "s5", "s6", "s7"],
            "sold_at": days(0, 0, 3, 9, 40, 41, 60, 61),
            "store_id": ["A", "A", "A", "B", "B", "A", "B", "A"],
            "staff_id": ["e1", "e1", "e1", "e2", "e2", "e1", "e2", "e1"],
            "member_id": ["m1", "m1", "m2", "m3", None, "m1", "m2", "m3"],
            "product_id": ["p1", "p2", "p1", "p2", "p1", "p1", "p2", "p2"],
            "quantity": [1, 2, 1, 1, 3, 1, -1, 1],
            "list_price": [10.0] * 8,
            "discount": [0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
            "amount": [10.0, 18.0, 10.0, 9.0, 30.0, 10.0, -10.0, 10.0],
            "cost": [6.0, 12.0, 6.0, 6.0, 18.0, 6.0, -6.0, 6.0],
            "channel": ["store", "store", "web", "store", "store", "web", "store", "store"],
            "return_reason": [None] * 6 + ["defective", None],
        }
    ),
    "products": pd.DataFrame(
        {
            "product_id": ["p1", "p2"],
            "category": ["tea", "cups"],
            "brand": ["x", "y"],
            "list_price": [10.0, 10.0],
            "cost": [6.0, 6.0],
            "launched_on": days(400, 20),
        }
    ),
    "members": pd.DataFrame(
        {
            "member_id": ["m1", "m2", "m3"],
            "name": ["张伟", "李娜", "王芳"],
            "phone": ["13800000001", "13800000002", "13800000003"],
            "email": ["a@example.com", "b@example.com", None],
            "gender": ["female", "male", None],
            "birth_date": pd.to_datetime(["1990-01-01", "1980-02-02", None]),
            "district": ["yuexiu", "tianhe", "yuexiu"],
            "joined_at": days(500, 400, 300),
            "consent_marketing": [True, False, True],
        }
    ),
    "stores": pd.DataFrame({"store_id": ["A", "B"], "climate": ["warm", "cool"]}),
    "stock_daily": pd.DataFrame(
        {
            "store_id": ["A", "A", "B", "B"],
            "product_id": ["p1", "p1", "p2", "p2"],
            "date": [DAY - pd.Timedelta(days=1), DAY] * 2,
            "on_hand": [9, 8, 1, 0],
            "received": [2, 0, 0, 0],
            "sold": [1, 1, 1, 1],
        }
    ),
    "footfall": pd.DataFrame(
        {"store_id": ["A", "B"], "hour": days(0, 9), "visitors": [4, 7]},
    ),
    "surveys": pd.DataFrame(
        {
            "asked_at": days(1, 2, 3),
            "channel": ["web", "web", "store"],
            "csat_goods": [5, 4, 2],
            "csat_service": [5, 3, 2],
            "nps": [10, 8, 3],
        }
    ),
    "referrals": pd.DataFrame(
        {"member_id": ["m1", "m2"], "at": days(1, 2), "joined_member_id": ["m3", None]}
    ),
    "browsing": pd.DataFrame(
        {
            "session_id": ["v1", "v1", "v2"],
            "at": days(1, 1, 2),
            "channel": ["web"] * 3,
            "event": ["view", "buy", "view"],
        }
    ),
    "targets": pd.DataFrame(
        {
            "store_id": ["A", "B"],
            "staff_id": pd.Series([None, None], dtype="str"),
            "month": ["2025-06", "2025-06"],
            "revenue": [50.0, 40.0],
        }
    ),
    "campaign_contacts": pd.DataFrame(
        {"member_id": ["m1", "m2", "m3"], "group": ["treatment", "control", "treatment"]}
    ),
    "comments": pd.DataFrame({"at": days(1, 2), "text": ["good", "bad"], "channel": ["web"] * 2}),
}
