"""Every engine gives the same answer: on lines made to be awkward, on little or nothing, on the
course shop and on a real retailer."""

import inspect
from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import pytest

import crmkit as ck
from crmkit import tables

from . import questions
from .conftest import assert_same, each_engine, in_memory
from .questions import AWKWARD, AWKWARD_TABLES, CASES, G, K

MODULES = {"K": ck.kpi, "S": ck.stock, "G": ck.segment, "P": ck.profile, "R": ck.recommend}
MODULES |= {"C": ck.campaign, "U": ck.customers}
FRAMES = {*tables.CONTRACT, "frame", "contacts", "outcomes", "tagged"}


def answered(case, table):
    """The answer in memory, or the words in which it was refused."""
    try:
        return in_memory(CASES[case](table))
    except ck.CrmkitError as refused:
        return str(refused)


@pytest.fixture(scope="session")
def asked_alike(turn, answers_of_pandas):
    """Asks a question on pandas (once for all kinds) and on this kind: it gives the same answer, or
    refuses in the same words."""

    def ask(case, given):
        key = case, id(given)
        if key not in answers_of_pandas:
            answers_of_pandas[key] = given, answered(case, given.__getitem__)
        wanted = answers_of_pandas[key][1]
        got = answered(case, lambda name: turn(given[name]))
        if isinstance(wanted, str) or isinstance(got, str):
            assert got == wanted
        else:
            assert_same(wanted, got)

    return ask


@pytest.fixture(scope="session")
def answers_of_pandas():
    return {}


def test_every_function_on_a_table_is_asked():
    asked = Path(questions.__file__).read_text("utf-8")
    missing = [
        f"{letter}.{name}"
        for letter, module in MODULES.items()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__.startswith(module.__name__)
        if next(iter(inspect.signature(function).parameters), None) in FRAMES
        if f"{letter}.{name}(" not in asked
    ]
    assert not missing


@pytest.mark.parametrize("case", CASES)
def test_awkward_lines_give_the_same_answer(case, asked_alike):
    asked_alike(case, AWKWARD_TABLES)


def test_the_same_kind_of_frame_comes_back(turn):
    got = K.sales_summary(turn(AWKWARD), by="store_id")
    assert type(got) in {type(turn(frame)) for frame in AWKWARD_TABLES.values()}


EMPTY = {name: frame.head(0) for name, frame in AWKWARD_TABLES.items()}
ONE_ROW = {name: frame.head(1) for name, frame in AWKWARD_TABLES.items()}
RETURNS = AWKWARD_TABLES | {"sales": AWKWARD[AWKWARD["quantity"] < 0].reset_index(drop=True)}
"""What is left when little is left."""


@each_engine
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("rest", [EMPTY, ONE_ROW], ids=["empty", "one row"])
def test_little_or_nothing_gives_the_same_answer(case, rest, asked_alike):
    asked_alike(case, rest)


@pytest.mark.parametrize("kind", ["polars lazy", "duckdb"], indirect=True, scope="session")
@pytest.mark.parametrize("case", CASES)
def test_returns_alone_give_the_same_answer(case, asked_alike):
    asked_alike(case, RETURNS)


@pytest.fixture(scope="session")
def whole_shop():
    return {name: ck.load(name) for name in AWKWARD_TABLES}


@pytest.fixture(scope="session")
def a_corner_of_the_shop(whole_shop):
    """A year of one store: every fifth member, what they did there, and every fifth walk-in."""
    part = dict(whole_shop)
    part["members"] = members = part["members"].iloc[::5].reset_index(drop=True)
    for name, moment in (("sales", "sold_at"), ("stock_daily", "date"), ("footfall", "hour")):
        table = part[name]
        part[name] = table[(table["store_id"] == "S03") & (table[moment] >= "2024-07-01")]
    sales, stock = part["sales"], part["stock_daily"]
    walk_ins = sales["sale_id"].where(sales["member_id"].isna()).dropna().unique()[::5]
    ours = sales["member_id"].isin(members["member_id"]) | sales["sale_id"].isin(walk_ins)
    part["sales"] = sales[ours].reset_index(drop=True)
    few = part["products"]["product_id"].iloc[::5]
    part["stock_daily"] = stock[stock["product_id"].isin(few)].reset_index(drop=True)
    for name in ("surveys", "referrals", "browsing", "campaign_contacts"):
        table = part[name]
        mine = table["member_id"].isin(members["member_id"])
        part[name] = table[mine].reset_index(drop=True)
    return part


@pytest.fixture
def shop(kind, request):
    """The course shop; a part of it for Spark, which takes seconds a question for the whole."""
    return request.getfixturevalue("a_corner_of_the_shop" if kind == "pyspark" else "whole_shop")


@each_engine
@pytest.mark.parametrize("case", CASES)
def test_the_course_shop_gives_the_same_answer(case, asked_alike, shop):
    asked_alike(case, shop)


@pytest.fixture(scope="session")
def retailers(online_retail):
    begun = online_retail[online_retail["sold_at"] < "2011-02-01"].reset_index(drop=True)
    return {True: {"sales": begun}, False: {"sales": online_retail}}


@pytest.fixture
def retailer(kind, retailers):
    """A real retailer's lines; the first two months of them for Spark."""
    return retailers[kind == "pyspark"]


def _asks_only_sales(case) -> bool:
    """Whether the case needs no other table than the lines."""
    return set(CASES[case].__code__.co_consts) & set(AWKWARD_TABLES) == {"sales"}


@each_engine
@pytest.mark.parametrize("case", [case for case in CASES if _asks_only_sales(case)])
def test_online_retail_gives_the_same_answer(case, asked_alike, retailer):
    asked_alike(case, retailer)


def test_half_cents_round_after_adding_up_and_rank_alike(turn):
    lines = AWKWARD.assign(amount=np.round(AWKWARD["amount"] * 1.00005, 7))
    assert_same(G.rfm(lines), G.rfm(turn(lines)))


def test_nan_in_a_float_key_is_a_walk_in_everywhere(turn):
    lines = AWKWARD.assign(member_id=[1.0, 1.0, 2.0, 3.0, np.nan] + [1.0] * (len(AWKWARD) - 5))
    assert_same(G.rfm(lines), G.rfm(turn(lines)))
    assert len(nw.from_native(K.member_share(lines, by="store_id"))) == 3
