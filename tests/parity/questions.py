"""What is asked of every engine, and the awkward lines it is asked about."""

import dataclasses

import narwhals.stable.v2 as nw
import pandas as pd

import crmkit as ck

AWKWARD = pd.DataFrame(
    [
        # half-cents, ties, 23:59, returns, walk-ins, gifts, a month of returns only
        ("1", "2024-12-31 23:59", "A", "e1", "m1", "p1", 1, 10.005, 6.0, "store"),
        ("1", "2024-12-31 23:59", "A", "e1", "m1", "p2", 2, 0.015, 0.01, "store"),
        ("2", "2025-01-01 00:00", "A", "e1", "m2", "p1", 1, 10.005, None, "store"),
        ("3", "2025-01-31 23:59", "B", "e2", "m3", "p1", 1, 10.005, 6.0, "web"),
        ("4", "2025-02-01 00:00", "B", "e2", None, "p3", 3, 33.335, 20.0, "store"),
        ("5", "2025-02-28 12:00", "B", "e2", "m1", "p1", -1, -10.005, -6.0, "store"),
        ("6", "2025-04-15 09:30", "A", "e1", "m4", "p2", -1, -5.0, -3.0, "store"),
        ("7", "2025-05-05 10:00", "A", None, "m2", "p2", 1, 0.0, 2.0, "web"),
        ("8", "2025-06-30 23:59", "B", "e2", "m1", "p3", 1, 11.115, 7.0, "store"),
        ("8", "2025-06-30 23:59", "B", "e2", "m1", "p1", 2, 20.01, 12.0, "store"),
        ("9", "2024-02-29 08:00", "A", "e1", "m5", "p1", 1, 10.005, 6.0, "store"),
        ("10", "2025-03-10 08:00", None, "e1", "m5", "p1", 0, 1.0, 0.0, "store"),
        ("11", "2025-03-09 23:59", "A", "e1", "m5", "p1", 1, 9.0, 5.0, "store"),  # a Sunday
    ],
    columns=["sale_id", "sold_at", "store_id", "staff_id", "member_id", "product_id"]
    + ["quantity", "amount", "cost", "channel"],
).astype({"sold_at": "datetime64[us]"})
AWKWARD = AWKWARD.assign(list_price=10.0, discount=0.0)
DAYS = pd.date_range("2024-12-01", "2025-06-30", freq="7D").astype("datetime64[us]")
AWKWARD_TABLES = {
    "sales": AWKWARD,
    "products": pd.DataFrame(
        {
            "product_id": ["p1", "p2", "p3", "p4"],
            "category": ["tea", "tea", "cake", None],
            "brand": ["A", "B", None, "B"],
            "cost": [6.0, 1.0, 7.0, None],
            "list_price": [10.0, 5.0, 11.0, 3.0],
            "launched_on": pd.to_datetime(["2020-01-01", None, "2025-01-10", "2025-01-01"]).astype(
                "datetime64[us]"
            ),
        }
    ),
    "members": pd.DataFrame(
        {
            "member_id": ["m1", "m2", "m3", "m4", "m5", "m6"],
            "gender": ["female", "male", None, "female", "female", "male"],
            "district": ["old_town", "old_town", "river", "river", None, "river"],
            "phone": ["14000000001", "1400000000", None, "14000000001", "-", "14000000005"],
            "email": ["a@b.example", "a@b", "", None, "c@d.example", "x"],
            "birth_date": pd.to_datetime(
                ["1990-06-30", "2000-02-29", "1960-01-01", None, "1985-12-31", "2010-07-01"]
            ).astype("datetime64[us]"),
        }
    ),
    "stock_daily": pd.DataFrame(
        [
            (store, product, day, max(0, 9 - (n * k) % 11), 3 if n % 4 == 0 else 0, (n * k) % 3)
            for store in "AB"
            for k, product in enumerate(["p1", "p2", "p3", "p4"])
            for n, day in enumerate(DAYS)
        ],
        columns=["store_id", "product_id", "date", "on_hand", "received", "sold"],
    ),
    "footfall": pd.DataFrame(
        {
            "store_id": ["A", "A", "B", "B", "A", "C"],
            "hour": pd.to_datetime(
                ["2024-12-31 23:00", "2025-01-01 00:00", "2025-02-01 00:00"]
                + ["2025-06-30 23:00", "2025-06-30 10:00", "2025-06-30 11:00"]
            ).astype("datetime64[us]"),
            "visitors": [5, 0, 1, 1, 7, 0],
        }
    ),
    "surveys": pd.DataFrame(
        {
            "member_id": ["m1", "m1", "m2", "m3", "m4", "m5"],
            "asked_at": AWKWARD["sold_at"].head(6),
            "channel": ["web", "web", "phone", "phone", "sms", "none"],
            "csat_goods": [5, 4, None, 3, 1, None],
            "csat_service": [5.0, None, 2.0, 4.0, 4.0, None],
            "nps": [10, 9, 0, None, 7, None],
        }
    ).astype({"csat_goods": "Int64", "nps": "Int64"}),
    "referrals": pd.DataFrame(
        {
            "member_id": ["m1", "m1", "m2"],
            "at": pd.to_datetime(
                ["2025-01-31 23:59", "2025-02-01 00:00", "2025-03-01"], format="mixed"
            ).astype("datetime64[us]"),
            "joined_member_id": ["m9", None, None],
        }
    ),
    "browsing": pd.DataFrame(
        {
            "session_id": ["s1", "s1", "s1", "s2", "s2", "s3", "s4"],
            "at": pd.to_datetime(["2025-01-31 23:59"] * 7).astype("datetime64[us]"),
            "channel": ["web", "web", "web", "app", "app", "app", "web"],
            "event": ["view", "basket", "checkout", "view", "buy", "view", "basket"],
        }
    ),
    "campaign_contacts": pd.DataFrame(
        {
            "campaign_id": ["C01"] * 6,
            "member_id": ["m1", "m2", "m3", "m4", "m5", "m6"],
            "group": ["treatment", "control", "treatment", "control", "control", "treatment"],
        }
    ),
    "targets": pd.DataFrame(
        {
            "store_id": ["A", "A", "B", "B", "A", "C"],
            "staff_id": [None, None, None, None, "e1", None],
            "month": ["2024-12", "2025-06", "2025-06", "2025-02", "2025-06", "2025-06"],
            "revenue": [100.0, 50.0, 30.0, 0.0, 10.0, 5.0],
        }
    ),
}

K, S, G, P, R, C = ck.kpi, ck.stock, ck.segment, ck.profile, ck.recommend, ck.campaign
U = ck.customers

HALVES = ("2024-01-01", "2025-01-31"), ("2025-02-01", "2025-06-30")


def in_order(frame, *keys):
    """The rows in one order, where the function promises none."""
    ordered = nw.from_native(frame).sort(*keys, nulls_last=True)
    return nw.maybe_reset_index(ordered).to_native()


def as_row(finding):
    """What was found, as a table of one row."""
    values = {f.name: getattr(finding, f.name) for f in dataclasses.fields(finding)}
    return pd.DataFrame([{n: v for n, v in values.items() if isinstance(v, (int, float, str))}])


def _contacts(t):
    return C.outcomes(t("campaign_contacts"), t("sales"), "2025-02-01", 120, campaign_id="C01")


def _known_before(t):
    table = nw.from_native(_contacts(t))
    known = nw.when(nw.col("orders_before") > 0).then(nw.lit("yes")).otherwise(nw.lit("no"))
    return table.with_columns(known=known).to_native()


def _offered(t, offer):
    lines = nw.from_native(t("sales")).select("sale_id", "product_id", "quantity", "amount")
    offered = C.apply_offer(lines.to_native(), offer)
    return in_order(offered, "sale_id", "product_id", "quantity", "amount", "offer_discount")


def _recommended(t, model):
    model.fit(t("sales"), t("products"))
    best = model.recommend(nw.from_native(t("members")).select("member_id").to_native(), k=3)
    return in_order(best, "member_id", "rank")


CASES = {
    "sales summary": lambda t: K.sales_summary(t("sales")),
    "sales by month and store": lambda t: K.sales_summary(t("sales"), by=["month", "store_id"]),
    "sales by week": lambda t: K.sales_summary(t("sales"), by="week"),
    "sales by hour": lambda t: K.sales_summary(t("sales"), by="hour"),
    "sales by weekday": lambda t: K.sales_summary(t("sales"), by="weekday"),
    "sales by quarter": lambda t: K.sales_summary(t("sales"), by=["year", "quarter"]),
    "sales by day": lambda t: K.sales_summary(t("sales"), by="day", since="2025-01-01"),
    "sales by category": lambda t: K.sales_summary(
        t("sales"), by="category", products=t("products")
    ),
    "member share": lambda t: K.member_share(t("sales"), by="month"),
    "growth by month": lambda t: K.growth(t("sales")),
    "growth by week": lambda t: K.growth(t("sales"), "week", since="2025-01-01"),
    "growth by quarter and store": lambda t: K.growth(
        t("sales"), "quarter", by="store_id", value="orders"
    ),
    "csat": lambda t: K.csat(t("surveys"), "goods", by="channel"),
    "nps": lambda t: K.nps(t("surveys"), by="channel"),
    "referrals": lambda t: K.referral_rate(t("referrals"), t("sales"), by="month"),
    "conversion by store": lambda t: K.conversion_rate(t("sales"), t("footfall"), by="store_id"),
    "conversion by hour": lambda t: K.conversion_rate(t("sales"), t("footfall"), by="hour"),
    "funnel": lambda t: K.funnel(t("browsing"), by="channel"),
    "repeat purchase": lambda t: K.repeat_purchase_rate(t("sales"), by="store_id"),
    "retention": lambda t: K.retention_rate(
        t("sales"), ("2024-01-01", "2025-02-28"), ("2025-03-01", "2025-06-30"), by="store_id"
    ),
    "cohorts": lambda t: K.cohort_retention(t("sales")),
    "cohorts by week, of orders": lambda t: K.cohort_retention(t("sales"), "week", "orders"),
    "cohorts by quarter, of revenue": lambda t: K.cohort_retention(
        t("sales"), "quarter", "revenue"
    ),
    "gain and loss": lambda t: K.gain_loss(
        t("sales"), "p1", *HALVES, by="product_id", products=t("products")
    ),
    "switching": lambda t: K.switching(
        t("sales"), *HALVES, "category", most=2, products=t("products")
    ),
    "cross-shopping": lambda t: K.cross_shopping(t("sales"), products=t("products")),
    "purchase path": lambda t: K.purchase_path(
        t("sales"), since="2024-06-01", products=t("products")
    ),
    "price index": lambda t: K.price_index(t("sales"), "quarter", "store_id"),
    "price elasticity": lambda t: (
        K.price_elasticity(
            t("sales"), "category", "month", at_least=3, products=t("products")
        ).table
    ),
    "attainment": lambda t: K.attainment(t("sales"), t("targets")),
    "attainment of staff": lambda t: K.attainment(t("sales"), t("targets"), by="staff_id"),
    "monitor": lambda t: K.monitor(t("sales"), t("targets")),
    "rfm": lambda t: G.rfm(t("sales")),
    "rfm in a window": lambda t: G.rfm(t("sales"), "2025-06-30", days=200, bins=3),
    "rfm groups": lambda t: G.rfm_groups(G.rfm(t("sales"))),
    "rfm by cut points": lambda t: G.rfm(
        t("sales"), bins={"recency": [30, 120], "frequency": [2], "monetary": 3}, weights=(1, 1, 2)
    ),
    "rfm with ties together": lambda t: G.rfm(t("sales"), bins=3, ties="together"),
    "heavy, medium, light": lambda t: G.hml(G.rfm(t("sales"))),
    "deciles": lambda t: G.deciles(G.rfm(t("sales")), bins=3),
    "composite rank": lambda t: G.composite_rank(
        G.rfm(t("sales")), {"monetary": "high", "recency": "low", "frequency": "high"}
    ),
    "purchase history": lambda t: U.purchase_history(t("sales")),
    "days between": lambda t: U.days_between(t("sales"), "month"),
    "purchases per member": lambda t: U.purchases_per_member(t("sales")),
    "churn by purchase": lambda t: U.churn_by_purchase(t("sales"), 30),
    "movement by quarter": lambda t: U.movement(t("sales"), "quarter", lapse=1),
    "movement by week": lambda t: U.movement(t("sales"), "week", since="2025-01-01"),
    "customers and spend": lambda t: U.spend(t("sales"), ["month", "store_id"]),
    "revenue tree": lambda t: U.revenue_tree(
        t("sales"), ("2024-01-01", "2025-02-28"), ("2025-03-01", "2025-06-30")
    ),
    "lifetime value": lambda t: U.lifetime_value(t("sales"), 8).members,
    "lifetime value held out": lambda t: U.holdout(t("sales"), 4).by_repeats,
    "the churn model": lambda t: U.churn_model(t("sales"), 20).members,
    "how often": lambda t: U.fit_purchases(U.purchase_history(t("sales"))).to_frame(),
    "how much": lambda t: U.fit_spend(U.purchase_history(t("sales"))).to_frame(),
    "by demographics": lambda t: G.by_demographics(
        t("members"), t("sales"), ["gender", "age_band"]
    ),
    "segment summary": lambda t: G.segment_summary(G.rfm_groups(G.rfm(t("sales")))),
    "migration": lambda t: G.migration(t("sales"), "2025-02-01", "2025-06-30", days=200),
    "days of stock": lambda t: S.days_of_stock(
        t("sales"), t("stock_daily"), t("products"), by="product_id"
    ),
    "sell-through": lambda t: S.sell_through(t("stock_daily"), by=["store_id", "month"]),
    "moving rate": lambda t: S.moving_rate(t("stock_daily"), by="month"),
    "stock-out rate": lambda t: S.stockout_rate(t("stock_daily"), by="store_id"),
    "best sellers": lambda t: S.best_seller_share(t("sales"), by=["store_id"]),
    "best sellers by units": lambda t: S.best_seller_share(
        t("sales"), 1, by="month", value="units"
    ),
    "new products": lambda t: S.new_product_share(t("sales"), t("products"), by="quarter"),
    "abc": lambda t: S.abc(t("sales")),
    "xyz": lambda t: S.xyz(t("sales"), period="month"),
    "abc and xyz": lambda t: S.abc_xyz(t("sales"), value="units", period="day"),
    "ageing": lambda t: S.ageing(t("stock_daily"), t("products"), by="store_id"),
    "ageing by category": lambda t: S.ageing(
        t("stock_daily"), t("products"), by="category", as_of="2025-05-31"
    ),
    "reorder plan": lambda t: S.reorder_plan(t("stock_daily")),
    "transfer plan": lambda t: S.transfer_plan(t("stock_daily"), enough_days=40, plenty_days=41),
    "structure": lambda t: S.suggest_structure(t("sales"), t("stock_daily"), t("products")),
    "turnover": lambda t: S.turnover(t("sales"), t("stock_daily"), t("products")),
    "turnover by month": lambda t: S.turnover(
        t("sales"), t("stock_daily"), t("products"), by=["store_id", "month"]
    ),
    "completeness": lambda t: P.completeness(t("members"), by="district"),
    "gaps": lambda t: P.gaps(t("members")),
    "accuracy": lambda t: P.accuracy(t("members"), at="2025-06-30"),
    "mistakes": lambda t: P.mistakes(t("members"), at="2025-06-30"),
    "facts": lambda t: P.facts(t("members"), t("sales"), t("products")),
    "tags": lambda t: P.tag_members(t("members"), t("sales"), t("products")),
    "popular": lambda t: _recommended(t, R.Popular()),
    "item to item": lambda t: _recommended(t, R.ItemCF()),
    "content": lambda t: _recommended(t, R.Content()),
    "also bought": lambda t: in_order(
        R.also_bought(t("sales"), min_orders=1), "product_id", "rank"
    ),
    "substitutes": lambda t: R.substitutes(t("sales"), most=10, groups=2).pairs,
    "association rules": lambda t: in_order(
        R.association_rules(t("sales"), 0.01, 0.1), "if_bought", "then_bought"
    ),
    "how good recommendations are": lambda t: R.evaluate(R.ItemCF(), t("sales"), k=3).table,
    "threshold discount": lambda t: _offered(t, C.threshold_discount(20, 3)),
    "percent off": lambda t: _offered(t, C.percent_off(12.5, products=["p1", "P0001"])),
    "split": lambda t: in_order(C.split_control(t("members"), by="gender"), "member_id"),
    "outcomes": _contacts,
    "a plan": lambda t: as_row(C.plan(t("sales"), C.threshold_discount(20, 3))),
    "the groups compared": lambda t: as_row(C.compare_groups(_contacts(t))),
    "the arms compared": lambda t: C.compare_arms(_contacts(t)).table,
    "before and after": lambda t: as_row(
        C.before_after(t("sales"), "amount", since="2025-02-01", when="sold_at")
    ),
    "difference in differences": lambda t: as_row(
        C.difference_in_differences(_contacts(t), before_value="orders")
    ),
    "uplift by segment": lambda t: C.uplift_by_segment(_known_before(t), "known").table,
    "clusters": lambda t: G.kmeans(G.rfm(t("sales")), k=2).centres,
    "persona": lambda t: (
        P.persona(
            P.tag_members(t("members"), t("sales"), t("products")), segment={"gender": "female"}
        ).traits
    ),
}
