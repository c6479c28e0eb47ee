"""Whatever is wrong with a table, every function says what and where, or gives the answer it
documents for nothing: never an error of the dataframe library's own."""

import contextlib
import inspect
import warnings
from dataclasses import dataclass, field

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crmkit as ck

from .shop import DAY, PUBLIC, SHOP


@dataclass(frozen=True)
class Reads:
    """One function, and what it reads: columns it cannot do without, and those it uses if there."""

    call: object
    needs: dict = field(default_factory=dict)
    uses: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)  # needed too, but any value makes a group

    def columns(self, *kinds):
        return [
            (table, column)
            for kind in kinds or ("needs", "uses")
            for table, names in getattr(self, kind).items()
            for column in names.split()
        ]

    @property
    def tables(self):
        return sorted({table for table, _c in self.columns("needs", "uses", "groups")})


K, S, G, P, R, C = ck.kpi, ck.stock, ck.segment, ck.profile, ck.recommend, ck.campaign
U = ck.customers
LINE = "sale_id sold_at member_id quantity"
VISIT = "sold_at member_id quantity"
SPENT = LINE + " amount"
SHELF = "store_id product_id date on_hand sold"
WEEKS = ("2025-04-01", "2025-05-31"), ("2025-06-01", "2025-06-30")


def fitted(model):
    return lambda t: model().fit(t("sales"), t("products")).recommend(k=1)


READS = {
    "kpi.sales_summary": Reads(
        lambda t: K.sales_summary(t("sales"), ["month", "category"], products=t("products")),
        needs={"sales": "sale_id quantity amount sold_at product_id", "products": "product_id"},
        uses={"sales": "cost"},
        groups={"products": "category"},
    ),
    "kpi.member_share": Reads(
        lambda t: K.member_share(t("sales"), "climate", stores=t("stores"), until="2025-06-30"),
        needs={"sales": "member_id amount store_id sold_at", "stores": "store_id"},
        groups={"stores": "climate"},
    ),
    "kpi.growth": Reads(
        lambda t: K.growth(t("sales"), by="store_id"),
        needs={"sales": "sale_id sold_at quantity amount"},
        uses={"sales": "cost"},
        groups={"sales": "store_id"},
    ),
    "kpi.csat": Reads(
        lambda t: K.csat(t("surveys"), "goods", by="channel"),
        needs={"surveys": "csat_goods"},
        uses={"surveys": "asked_at"},
        groups={"surveys": "channel"},
    ),
    "kpi.nps": Reads(lambda t: K.nps(t("surveys"), by="month"), needs={"surveys": "nps asked_at"}),
    "kpi.referral_rate": Reads(
        lambda t: K.referral_rate(t("referrals"), t("sales"), by="month"),
        needs={"referrals": "member_id at joined_member_id", "sales": "member_id sold_at quantity"},
    ),
    "kpi.conversion_rate": Reads(
        lambda t: K.conversion_rate(t("sales"), t("footfall"), by="store_id"),
        needs={"sales": "sale_id sold_at quantity", "footfall": "hour visitors"},
        uses={"sales": "channel"},
        groups={"sales": "store_id", "footfall": "store_id"},
    ),
    "kpi.funnel": Reads(
        lambda t: K.funnel(t("browsing"), by="channel"),
        needs={"browsing": "session_id event"},
        uses={"browsing": "at"},
        groups={"browsing": "channel"},
    ),
    "kpi.repeat_purchase_rate": Reads(
        lambda t: K.repeat_purchase_rate(t("sales"), "gender", members=t("members")),
        needs={"sales": LINE, "members": "member_id gender"},
    ),
    "kpi.retention_rate": Reads(
        lambda t: K.retention_rate(t("sales"), *WEEKS, by="store_id"),
        needs={"sales": LINE},
        groups={"sales": "store_id"},
    ),
    "kpi.cohort_retention": Reads(lambda t: K.cohort_retention(t("sales")), needs={"sales": LINE}),
    "kpi.gain_loss": Reads(
        lambda t: K.gain_loss(t("sales"), "A", *WEEKS, by="store_id"),
        needs={"sales": "sold_at member_id quantity amount"},
        groups={"sales": "store_id"},
    ),
    "kpi.switching": Reads(
        lambda t: K.switching(t("sales"), *WEEKS, products=t("products")),
        needs={"sales": "sold_at member_id quantity amount product_id", "products": "product_id"},
        groups={"products": "brand"},
    ),
    "kpi.cross_shopping": Reads(
        lambda t: K.cross_shopping(t("sales"), "store_id"),
        needs={"sales": "member_id quantity amount"},
        uses={"sales": "sold_at"},
        groups={"sales": "store_id"},
    ),
    "kpi.purchase_path": Reads(
        lambda t: K.purchase_path(t("sales"), "store_id"),
        needs={"sales": SPENT},
        groups={"sales": "store_id"},
    ),
    "kpi.price_index": Reads(
        lambda t: K.price_index(t("sales"), by="store_id"),
        needs={"sales": "product_id sold_at quantity amount"},
        groups={"sales": "store_id"},
    ),
    "kpi.price_elasticity": Reads(
        lambda t: K.price_elasticity(t("sales"), at_least=3).table,
        needs={"sales": "product_id sold_at quantity amount"},
    ),
    "kpi.attainment": Reads(
        lambda t: K.attainment(t("sales"), t("targets")),
        needs={"sales": "store_id sold_at amount", "targets": "store_id month revenue"},
        uses={"targets": "staff_id"},
    ),
    "kpi.monitor": Reads(
        lambda t: K.monitor(t("sales"), t("targets"), "2025-06-30"),
        needs={"sales": "store_id sold_at amount", "targets": "store_id month revenue"},
        uses={"targets": "staff_id"},
    ),
    "stock.turnover": Reads(
        lambda t: S.turnover(t("sales"), t("stock_daily"), t("products"), by="product_id"),
        needs={
            "sales": "product_id sold_at quantity",
            "stock_daily": "product_id date on_hand",
            "products": "product_id cost",
        },
    ),
    "stock.days_of_stock": Reads(
        lambda t: S.days_of_stock(t("sales"), t("stock_daily"), t("products")),
        needs={
            "sales": "product_id sold_at quantity",
            "stock_daily": "product_id date on_hand",
            "products": "product_id cost",
        },
    ),
    "stock.sell_through": Reads(
        lambda t: S.sell_through(t("stock_daily"), by="store_id"),
        needs={"stock_daily": "date received sold"},
        groups={"stock_daily": "store_id"},
    ),
    "stock.moving_rate": Reads(
        lambda t: S.moving_rate(t("stock_daily"), by="month"),
        needs={"stock_daily": "product_id date on_hand sold"},
    ),
    "stock.stockout_rate": Reads(
        lambda t: S.stockout_rate(t("stock_daily"), by="category", products=t("products")),
        needs={"stock_daily": "date on_hand product_id", "products": "product_id category"},
    ),
    "stock.best_seller_share": Reads(
        lambda t: S.best_seller_share(t("sales"), by="store_id"),
        needs={"sales": "product_id amount"},
        uses={"sales": "sold_at"},
        groups={"sales": "store_id"},
    ),
    "stock.new_product_share": Reads(
        lambda t: S.new_product_share(t("sales"), t("products")),
        needs={"sales": "product_id sold_at amount", "products": "product_id launched_on"},
    ),
    "stock.abc": Reads(
        lambda t: S.abc(t("sales")),
        needs={"sales": "product_id amount"},
        uses={"sales": "sold_at"},
    ),
    "stock.xyz": Reads(lambda t: S.xyz(t("sales")), needs={"sales": "product_id sold_at quantity"}),
    "stock.abc_xyz": Reads(
        lambda t: S.abc_xyz(t("sales")), needs={"sales": "product_id sold_at quantity amount"}
    ),
    "stock.ageing": Reads(
        lambda t: S.ageing(t("stock_daily"), t("products"), by="category"),
        needs={
            "stock_daily": "store_id product_id date on_hand received",
            "products": "product_id cost category",
        },
    ),
    "stock.reorder_plan": Reads(
        lambda t: S.reorder_plan(t("stock_daily")), needs={"stock_daily": SHELF}
    ),
    "stock.transfer_plan": Reads(
        lambda t: S.transfer_plan(t("stock_daily")), needs={"stock_daily": SHELF}
    ),
    "stock.suggest_structure": Reads(
        lambda t: S.suggest_structure(t("sales"), t("stock_daily"), t("products")),
        needs={
            "sales": "product_id sold_at quantity amount",
            "stock_daily": "product_id date on_hand",
            "products": "product_id cost",
        },
        uses={"products": "launched_on"},
    ),
    "customers.purchase_history": Reads(
        lambda t: U.purchase_history(t("sales")), needs={"sales": VISIT + " amount"}
    ),
    "customers.days_between": Reads(
        lambda t: U.days_between(t("sales"), "climate", stores=t("stores")),
        needs={"sales": VISIT + " store_id", "stores": "store_id"},
        groups={"stores": "climate"},
    ),
    "customers.purchases_per_member": Reads(
        lambda t: U.purchases_per_member(t("sales")), needs={"sales": LINE}
    ),
    "customers.churn_by_purchase": Reads(
        lambda t: U.churn_by_purchase(t("sales"), 30), needs={"sales": VISIT}
    ),
    "customers.movement": Reads(lambda t: U.movement(t("sales")), needs={"sales": VISIT}),
    "customers.spend": Reads(
        lambda t: U.spend(t("sales"), ["month", "category"], products=t("products")),
        needs={"sales": SPENT + " product_id", "products": "product_id"},
        groups={"products": "category"},
    ),
    "customers.revenue_tree": Reads(
        lambda t: U.revenue_tree(t("sales"), *WEEKS), needs={"sales": SPENT}
    ),
    "segment.rfm": Reads(lambda t: G.rfm(t("sales")), needs={"sales": SPENT}),
    "segment.migration": Reads(
        lambda t: G.migration(t("sales"), "2025-05-31", "2025-06-30"), needs={"sales": SPENT}
    ),
    "segment.by_demographics": Reads(
        lambda t: G.by_demographics(t("members"), t("sales"), ["gender", "age_band"]),
        needs={"members": "member_id gender birth_date", "sales": SPENT},
    ),
    "profile.facts": Reads(
        lambda t: P.facts(t("members"), t("sales"), t("products")),
        needs={
            "members": "member_id",
            "sales": SPENT + " product_id",
            "products": "product_id category",
        },
        uses={
            "sales": "discount channel return_reason",
            "products": "brand list_price",
            "members": "birth_date gender district",
        },
    ),
    "profile.tag_members": Reads(
        lambda t: P.tag_members(t("members"), t("sales"), t("products")),
        needs={
            "members": "member_id",
            "sales": SPENT + " product_id",
            "products": "product_id category",
        },
        uses={
            "sales": "discount channel return_reason",
            "products": "brand list_price",
            "members": "birth_date gender district",
        },
    ),
    "profile.completeness": Reads(
        lambda t: P.completeness(t("members")),
        uses={"members": "name phone email gender birth_date district"},
    ),
    "profile.gaps": Reads(
        lambda t: P.gaps(t("members")),
        needs={"members": "member_id"},
        uses={"members": "name phone email gender birth_date district"},
    ),
    "profile.mistakes": Reads(
        lambda t: P.mistakes(t("members"), at="2025-06-30"),
        needs={"members": "member_id"},
        uses={"members": "name phone email gender birth_date district joined_at"},
    ),
    "profile.accuracy": Reads(
        lambda t: P.accuracy(t("members"), at="2025-06-30"),
        needs={"members": "member_id"},
        uses={"members": "name phone email gender birth_date district joined_at"},
    ),
    "profile.persona": Reads(
        lambda t: P.persona(t("members"), kinds=["gender"]),
        needs={"members": "member_id"},
        groups={"members": "gender"},
    ),
    **{
        f"recommend.{model.__name__}": Reads(
            fitted(model),
            needs={
                "sales": "member_id product_id quantity",
                "products": "product_id"
                + (" category brand list_price" if model in (R.Content, R.Hybrid) else ""),
            },
            uses={"products": "list_price"} if model not in (R.Content, R.Hybrid) else {},
        )
        for model in (R.Popular, R.ItemCF, R.UserCF, R.Content, R.Hybrid)
    },
    "recommend.evaluate": Reads(
        lambda t: R.evaluate(R.ItemCF(), t("sales"), k=1, only_new=False).table,
        needs={"sales": "member_id product_id quantity sold_at"},
    ),
    "recommend.also_bought": Reads(
        lambda t: R.also_bought(t("sales"), min_orders=1),
        needs={"sales": "sale_id product_id quantity"},
    ),
    "recommend.substitutes": Reads(
        lambda t: R.substitutes(t("sales")).pairs,
        needs={"sales": "member_id sale_id product_id quantity"},
    ),
    "recommend.association_rules": Reads(
        lambda t: R.association_rules(t("sales"), min_support=0.1),
        needs={"sales": "sale_id product_id quantity"},
    ),
    "campaign.apply_offer": Reads(
        lambda t: C.apply_offer(t("sales"), C.ThresholdDiscount(20, 2)),
        needs={"sales": "sale_id product_id quantity amount"},
        uses={"sales": "discount cost list_price"},
    ),
    "campaign.plan": Reads(
        lambda t: C.plan(t("sales"), C.PercentOff(10)),
        needs={"sales": "sale_id product_id quantity amount cost"},
    ),
    "campaign.split_control": Reads(
        lambda t: C.split_control(t("members"), 0.4, by="district"),
        needs={"members": "member_id"},
        groups={"members": "district"},
    ),
    "campaign.outcomes": Reads(
        lambda t: C.outcomes(t("campaign_contacts"), t("sales"), "2025-06-01"),
        needs={"campaign_contacts": "member_id group", "sales": SPENT},
    ),
}

SCORED = G.rfm_groups(G.rfm(SHOP["sales"], bins=2), bins=2)
CLEANERS = {
    # their trade is bad input: every fault below comes back repaired, or set aside, and counted
    "clean.clean_sales": (lambda t: ck.clean.clean_sales(t("sales")), "sales"),
    "clean.clean_members": (lambda t: ck.clean.clean_members(t("members")), "members"),
    "clean.clean_surveys": (lambda t: ck.clean.clean_surveys(t("surveys")), "surveys"),
    "clean.clean_comments": (lambda t: ck.clean.clean_comments(t("comments")), "comments"),
    "clean.validate": (lambda t: ck.clean.validate(t("sales"), "sales"), "sales"),
    "clean.drop_duplicates_exact": (
        lambda t: ck.clean.drop_duplicates_exact(t("sales"), ["sale_id", "product_id"]),
        "sales",
    ),
    "clean.profile_quality": (lambda t: (ck.clean.profile_quality(t("sales")), None), "sales"),
    "clean.normalize_phone": (lambda t: ck.clean.normalize_phone(t("members")), "members"),
    "clean.normalize_email": (lambda t: ck.clean.normalize_email(t("members")), "members"),
    "clean.parse_dates": (lambda t: ck.clean.parse_dates(t("sales"), "sold_at"), "sales"),
    "clean.find_duplicate_members": (
        lambda t: (ck.clean.find_duplicate_members(t("members")), None),
        "members",
    ),
    "clean.merge_members": (
        lambda t: ck.clean.merge_members(
            t("members"), pd.DataFrame({"member_id": ["m1"], "other_id": ["m2"]})
        ),
        "members",
    ),
}
NO_TABLES = {
    # figures, rules and offers: no table goes in
    *("stock.safety_stock", "stock.reorder_point", "stock.economic_order_quantity"),
    *("profile.default_rules", "campaign.power", "campaign.sample_size"),
    *("campaign.Gift", "campaign.PercentOff", "campaign.ThresholdDiscount"),
    "clean.read_any",  # a file: tests/clean/test_read.py
    # they learn from more members than this shop has: tests/customers
    *("customers.churn_model", "customers.holdout"),
    "clean.rekey",  # a report goes in: tests/clean/test_duplicates.py
}


def test_every_public_function_has_its_row():
    rows = {*READS, *CLEANERS, *ANSWERS, "campaign.roi", *NO_TABLES}
    assert {name for name in PUBLIC if not name.startswith("data.")} == rows


# -- breaking one thing


def pandas(frame):
    return frame


def polars(frame):
    return pl.from_pandas(frame)


def relation(frame):
    return duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


LAZY_TOO = pytest.mark.parametrize("make", [pandas, polars, relation])
SLOW_IN_SQL = {"profile.facts", "profile.tag_members", "stock.suggest_structure"}
"""Their plans take DuckDB seconds, on tables of any size; they open them at the same door."""


EACH = pytest.mark.parametrize("name", READS)
EACH_BUT_FACTS = pytest.mark.parametrize("name", [n for n in READS if n != "profile.facts"])
"""`tag_members` asks `facts` first, and both take their time."""
ENGINES = pytest.mark.parametrize("make", [pandas, polars])


def said(call, make, **broken):
    """What the function answers with these tables in place of the healthy ones, or the error it
    raises on purpose. Whatever else it raises fails the test, as do numpy's own warnings."""
    shop = SHOP | broken
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            answer = call(lambda table: make(shop[table]))
            return in_memory(answer)
        except ck.CrmkitError as refused:
            return refused


def in_memory(answer):
    try:
        return nw.from_native(answer).lazy().collect().to_pandas()
    except TypeError:
        return answer


def same(one, other):
    if isinstance(one, pd.DataFrame):
        order = one.columns.tolist()  # a table of lines comes in any order from SQL
        one, other = (f.sort_values(order, ignore_index=True) for f in (one, other))
        pd.testing.assert_frame_equal(one, other, check_dtype=False)
    else:
        assert str(one) == str(other)


def kind(table, column):
    return ck.tables.CONTRACT[table][column].kind


def refused(found, *words):
    assert isinstance(found, ck.TableError), f"should be refused, but gave\n{found}"
    for word in words:
        assert word in str(found), f"{word!r} is not in: {found}"


@EACH
@LAZY_TOO
def test_the_healthy_shop_is_answered(name, make):
    if make is relation and name in SLOW_IN_SQL:
        pytest.skip("DuckDB plans this for seconds")
    found = said(READS[name].call, make)
    assert not isinstance(found, Exception), found


@EACH
def test_a_missing_column_is_named(name):
    row = READS[name]
    for table, column in row.columns("needs", "groups"):
        without = SHOP[table].drop(columns=column)
        refused(said(row.call, pandas, **{table: without}), repr(column))
        if (name, column) == ("campaign.plan", "cost"):
            continue  # there a margin rate is the way out
        near = SHOP[table].rename(columns={column: column.title().replace("_", "")})
        found = said(row.call, pandas, **{table: near})
        refused(found, repr(column), repr(column.title().replace("_", "")))
    for table, column in row.columns("uses"):
        found = said(row.call, pandas, **{table: SHOP[table].drop(columns=column)})
        assert not isinstance(found, Exception), f"{table}.{column} is optional: {found}"


OF_SALES = [name for name in READS if "sales" in READS[name].tables]


@pytest.mark.parametrize("name", OF_SALES)
def test_sales_without_a_number_a_quantity_a_store_or_an_hour_are_answered_all_the_same(name):
    """Where a function needs what is missing it says so: `test_a_missing_column_is_named`."""
    row = READS[name]
    healthy = said(row.call, pandas)
    needed = {column for table, column in row.columns("needs", "groups") if table == "sales"}
    lines = SHOP["sales"].assign(sold_at=SHOP["sales"]["sold_at"].dt.normalize())
    lines = lines.drop(columns={"sale_id", "quantity", "store_id"} - needed)
    given = {} if "sale_id" in needed else {"sale_id": None}
    found = said(row.call, pandas, sales=ck.data.conform(lines, **given))
    assert not isinstance(found, Exception), found
    if isinstance(found, pd.DataFrame):
        given = [name for name in found if name not in ("sold_at", "last_purchase")]
        found, healthy = found[given], healthy[given]
    same(found, healthy)


BY_THE_HOUR = [
    name for name, function in PUBLIC.items()
    if name.split(".")[0] in ("kpi", "customers", "stock")
    and {"by", "sales"} <= set(inspect.signature(function).parameters)
    and "sold_at" in READS[name].needs["sales"] + READS[name].uses.get("sales", "")
]  # fmt: skip


@pytest.mark.parametrize("name", BY_THE_HOUR)
def test_no_function_makes_hours_of_days(name):
    days = SHOP["sales"].assign(sold_at=SHOP["sales"]["sold_at"].dt.normalize())
    given = {**SHOP, "sales": days}
    wanted = inspect.signature(PUBLIC[name]).parameters
    call = {p: given[p] for p in wanted if p in given and p not in ("staff",)}
    call |= {"earlier": WEEKS[0], "later": WEEKS[1], "focus": "A", "stock": SHOP["stock_daily"]}
    with pytest.raises(ck.TableError, match="hour"):
        PUBLIC[name](**{p: v for p, v in call.items() if p in wanted}, by="hour")


@EACH
@ENGINES
def test_columns_nobody_reads_do_not_matter(name, make):
    row = READS[name]
    healthy = said(row.call, make)
    for table in row.tables:
        read = {c for t, c in row.columns("needs", "uses", "groups") if t == table}
        rest = [c for c in SHOP[table] if c not in read]
        if not rest or name in ("profile.completeness", "profile.gaps"):
            continue
        found = said(row.call, make, **{table: SHOP[table].assign(**dict.fromkeys(rest, "?"))})
        if isinstance(found, pd.DataFrame):  # some give the table's own columns back
            given = [column for column in found if column not in rest]
            found, wanted = found[given], healthy[given]
        else:
            wanted = healthy
        same(found, wanted)


@EACH
@LAZY_TOO
def test_text_where_numbers_or_dates_belong_is_named_with_the_value_and_the_remedy(name, make):
    if make is relation and name in SLOW_IN_SQL:
        pytest.skip("DuckDB plans this for seconds")
    row = READS[name]
    for table, column in row.columns():
        remedy = {"number": "numbers", "time": f"ck.clean.parse_dates(frame, {column!r})"}
        wanted = remedy.get(kind(table, column))
        if wanted:
            broken = SHOP[table].assign(**{column: "3 June"})
            refused(said(row.call, make, **{table: broken}), repr(column), "3 June", wanted)


@EACH
@ENGINES
def test_dates_where_ids_or_codes_belong_are_named(name, make):
    row = READS[name]
    for table, column in row.columns():
        if kind(table, column) in ("key", "code", "text"):
            broken = SHOP[table].assign(**{column: DAY})
            refused(said(row.call, make, **{table: broken}), repr(column), "2025-06-30", "text")


@EACH
@ENGINES
def test_a_time_zone_is_named_with_the_remedy(name, make):
    row = READS[name]
    for table, column in row.columns():
        if kind(table, column) == "time":
            zoned = SHOP[table][column].dt.tz_localize("Asia/Shanghai")
            found = said(row.call, make, **{table: SHOP[table].assign(**{column: zoned})})
            refused(found, repr(column), "time zone", "ck.data.conform")


@EACH_BUT_FACTS
@LAZY_TOO
def test_nan_in_a_key_is_nobody_like_null(name, make):
    if make is relation and name in SLOW_IN_SQL:
        pytest.skip("DuckDB plans this for seconds")
    row = READS[name]
    for table, column in row.columns("needs"):
        if kind(table, column) != "key":
            continue
        codes = {value: float(n) for n, value in enumerate(sorted(_ids(column)), start=1)}

        tables = {
            t: f.assign(**{column: f[column].map(codes)}) for t, f in SHOP.items() if column in f
        }
        first_lost = [np.nan, *tables[table][column][1:]]
        tables[table] = tables[table].assign(**{column: first_lost})
        whole = {t: f.assign(**{column: f[column].astype("Int64")}) for t, f in tables.items()}
        one, two = said(row.call, make, **tables), said(row.call, make, **whole)
        if isinstance(one, Exception):
            refused(one, column)
        else:
            same(one, two)


def _ids(column):
    return {v for frame in SHOP.values() if column in frame for v in frame[column].dropna()}


@EACH
@LAZY_TOO
def test_ids_of_two_kinds_never_meet_and_that_is_said(name, make):
    if make is relation and name in SLOW_IN_SQL:
        pytest.skip("DuckDB plans this for seconds")
    row = READS[name]
    shared = {}
    for table, column in row.columns("needs"):
        if kind(table, column) == "key":
            shared.setdefault(column, []).append(table)
    for column, tables in shared.items():
        if len(tables) < 2 or (name, column) in ON_THEIR_OWN:
            continue
        broken = SHOP[tables[0]].assign(**{column: range(len(SHOP[tables[0]]))})
        refused(said(row.call, make, **{tables[0]: broken}), column, "text", "whole numbers")


ON_THEIR_OWN = {
    ("kpi.referral_rate", "member_id"),  # members are counted on both sides, not matched
    *((f"recommend.{m}", "product_id") for m in ("Popular", "ItemCF", "UserCF")),
}


@EACH
@ENGINES
def test_an_id_that_must_be_unique_is_named_when_it_stands_twice(name, make):
    row = READS[name]
    unique = {"products": "product_id", "members": "member_id", "stores": "store_id"}
    for table, column in row.columns("needs"):
        if unique.get(table) == column:
            twice = pd.concat([SHOP[table], SHOP[table].head(1)], ignore_index=True)
            value = repr(SHOP[table][column][0])
            refused(said(row.call, make, **{table: twice}), column, value, "2 times", "ck.clean.")


@EACH
@ENGINES
def test_negative_prices_and_impossible_answers_are_named(name, make):
    row = READS[name]
    for table, column in row.columns():
        if ck.tables.CONTRACT[table][column].least is not None:
            values = [-1, *SHOP[table][column][1:]]
            found = said(row.call, make, **{table: SHOP[table].assign(**{column: values})})
            refused(found, repr(column), "-1", "ck.clean.validate")


@EACH
@ENGINES
def test_mixed_currencies_are_named(name, make):
    row = READS[name]
    for table in row.tables:
        mixed = ["EUR"] + ["CNY"] * (len(SHOP[table]) - 1)
        found = said(row.call, make, **{table: SHOP[table].assign(currency=mixed)})
        refused(found, "currenc", "CNY, EUR", "convert")


@EACH_BUT_FACTS
@ENGINES
def test_a_column_of_nothing_gives_an_answer_or_a_plain_refusal(name, make):
    row = READS[name]
    for table, column in row.columns():
        nothing = SHOP[table].assign(**{column: pd.Series([None] * len(SHOP[table]), dtype=object)})
        found = said(row.call, make, **{table: nothing})
        if isinstance(found, Exception):
            assert isinstance(found, ck.TableError)
            assert (name, column) in NOTHING_TO_GO_BY, f"{table}.{column}: {found}"


EMPTY_IS_REFUSED = {
    # without a line there is nothing to learn from, to plan with, or to draw
    *(f"recommend.{m}" for m in ("Popular", "ItemCF", "UserCF", "Content", "Hybrid")),
    *("recommend.evaluate", "recommend.also_bought", "recommend.association_rules"),
    *("campaign.plan", "profile.persona"),
    *("recommend.substitutes", "kpi.gain_loss", "kpi.cross_shopping"),
}
NOTHING_TO_GO_BY = {
    *((name, column) for name in EMPTY_IS_REFUSED for column in LINE.split() + ["product_id"]),
    *(("customers.revenue_tree", c) for c in ("sale_id", "sold_at", "member_id", "quantity")),
    ("campaign.plan", "cost"),
    ("campaign.split_control", "member_id"),
}
# nobody bought, and a change from nothing has no factors; without amounts it has
EMPTY_IS_REFUSED.add("customers.revenue_tree")


@EACH_BUT_FACTS
@LAZY_TOO
def test_empty_tables_give_an_empty_answer_or_a_plain_refusal(name, make):
    if make is relation and name in SLOW_IN_SQL:
        pytest.skip("DuckDB plans this for seconds")
    row = READS[name]
    every = {table: SHOP[table].head(0) for table in row.tables}
    for empty in (every, *({table: frame} for table, frame in every.items())):
        found = said(row.call, make, **empty)
        if isinstance(found, Exception):
            assert isinstance(found, ck.TableError)
            assert name in EMPTY_IS_REFUSED, f"{sorted(empty)}: {found}"


@pytest.mark.parametrize("period", ck.tables.PERIODS)
@LAZY_TOO
def test_lines_without_a_date_stand_in_a_group_of_their_own(period, make):
    lines = SHOP["sales"].assign(sold_at=[None, *SHOP["sales"]["sold_at"][1:]])
    got = in_memory(K.sales_summary(make(lines), by=period))
    assert got[period].isna().tolist()[-1] and not got[period].isna()[:-1].any()
    assert got["revenue"].sum() == lines["amount"].sum()


# -- the cleaners, whose trade is bad input

FAULTS = {
    "text": lambda v: "3 June",
    "nothing": lambda v: pd.Series([None] * len(v), dtype=object),
    "nan": lambda v: pd.Series([float("nan")] * len(v)),
    "dates": lambda v: pd.Series([DAY] * len(v)),
    "times with a zone": lambda v: pd.Series([DAY.tz_localize("UTC")] * len(v)),
    "numbers": lambda v: pd.Series([-1.5] * len(v)),
    "endless numbers": lambda v: pd.Series([float("inf")] * len(v)),
    "yes and no": lambda v: pd.Series([True] * len(v)),
    "a mixture": lambda v: pd.Series(
        [(1, "x", None, 2.5, DAY, True)[n % 6] for n in range(len(v))]
    ),
}


@pytest.mark.parametrize("name", CLEANERS)
@pytest.mark.parametrize("fault", [*FAULTS, "missing", "empty"])
def test_a_cleaner_mends_sets_aside_or_refuses_but_never_breaks(name, fault):
    call, table = CLEANERS[name]
    whole = SHOP[table]
    broken = [whole.head(0)] if fault == "empty" else []
    told = ("store_id", "staff_id", "product_id", "discount", "cost", "gender", "district", "name")
    for column in [] if fault == "empty" else [c for c in whole if c not in told]:
        if fault == "missing":
            broken.append(whole.drop(columns=column))
        else:
            broken.append(whole.assign(**{column: FAULTS[fault](whole[column])}))
    for frame in broken:
        try:
            cleaned, report = call(lambda _table, frame=frame: frame)
        except ck.TableError as refused_:
            assert "ck." in str(refused_) or "column" in str(refused_), refused_
            continue
        if report is not None:
            assert report.rows_in == len(frame) == len(cleaned) + len(report.set_aside)


# -- functions on what other functions gave

GROUPS = pd.DataFrame(
    {"group": ["treatment", "control"] * 3, "revenue": [3.0, 1.0, 4.0, 2.0, 5.0, 3.0], "was": 1.0}
)
WEEKS_OF = pd.DataFrame(
    {"period": ["before", "after"] * 3, "revenue": [3.0, 1.0, 4.0, 2.0, 5.0, 3]}
)
KNOWN = pd.DataFrame(
    {"repeats": [0, 1, 2, 3] * 20, "first_to_last": [0.0, 4.0, 9.0, 20.0] * 20,
     "observed_weeks": [30.0, 25.0, 30.0, 28.0] * 20, "repeat_value": [None, 5.0, 9.0, 7.0] * 20}
)  # fmt: skip
ANSWERS = {
    "segment.rfm_groups": (lambda f: G.rfm_groups(f, bins=2), SCORED, "r_score f_score m_score"),
    "segment.segment_summary": (G.segment_summary, SCORED, "rfm_group"),
    "segment.hml": (G.hml, SCORED, "member_id monetary"),
    "segment.deciles": (G.deciles, SCORED, "member_id monetary"),
    "segment.composite_rank": (G.composite_rank, SCORED, "member_id monetary frequency"),
    "customers.fit_purchases": (U.fit_purchases, KNOWN, "repeats first_to_last observed_weeks"),
    "customers.fit_spend": (U.fit_spend, KNOWN, "repeats repeat_value"),
    "customers.lifetime_value": (U.lifetime_value, KNOWN, "repeats first_to_last observed_weeks"),
    "segment.kmeans": (lambda f: G.kmeans(f, k=2), SCORED, "recency frequency monetary"),
    "campaign.compare_arms": (C.compare_arms, GROUPS, "group revenue"),
    "campaign.compare_groups": (C.compare_groups, GROUPS, "group revenue"),
    "campaign.before_after": (C.before_after, WEEKS_OF, "period revenue"),
    "campaign.difference_in_differences": (
        lambda f: C.difference_in_differences(f, before_value="was"),
        GROUPS,
        "group revenue was",
    ),
    "campaign.uplift_by_segment": (
        lambda f: C.uplift_by_segment(f, "level"),
        GROUPS.assign(level="gold"),
        "level group revenue",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("make", [pandas, polars])
def test_an_answer_handed_on_wrongly_is_refused_by_name(name, make):
    call, frame, columns = ANSWERS[name]
    assert call(make(frame)) is not None
    for column in columns.split():
        with pytest.raises(ck.TableError, match=repr(column)):
            call(make(frame.drop(columns=column)))
        if pd.api.types.is_numeric_dtype(frame[column]):
            for wrong in ("3 June", DAY):
                with pytest.raises(ck.TableError, match=column):
                    call(make(frame.assign(**{column: wrong})))
    for little in (frame.head(0), frame.head(1)):
        with contextlib.suppress(ck.TableError):
            call(make(little))
    nothing = {c: pd.Series([None] * len(frame), dtype=object) for c in columns.split()}
    for column, values in nothing.items():
        try:
            call(make(frame.assign(**{column: values})))
        except ck.TableError as refused_:
            assert "Error" not in str(refused_)
