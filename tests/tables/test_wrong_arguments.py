"""Whatever a person writes wrongly in a call, the function names it and says what it takes: a word
misspelt, a number of the wrong kind or range, a day that is none, days in the wrong order. The calls
are made from the signatures: a new function, or a new argument, fails here until it is known."""

import inspect
import re
import warnings

import numpy as np
import pandas as pd
import pytest

import crmkit as ck

from .shop import PUBLIC, ROOMS, SHOP

NAN, NAT = float("nan"), pd.NaT
MAY, JUNE = ("2025-05-01", "2025-05-31"), ("2025-06-01", "2025-06-30")

WORD = ("wrong", 3, NAN, True, ["wrong"])
COUNT = (0, -1, 2.5, "3", NAN, float("inf"), True, [3])
SHARE = (-0.1, 80, "20%", NAN, True, [0.2])
NUMBER = (-1, "3", NAN, float("inf"), True, [3])
ABOVE_0 = (0, *NUMBER)
DAY = ("30 June", "2025-02-30", "2025-13-01", "", 45838, NAN, NAT, True, ["2025-06-30"])
DAYS = (
    "2025-06", 5, None, NAN, ("2025-06-30", "2025-06-01"), ("2025-06-01",), ("June", "July"),
    (NAT, NAT), {"2025-06-01": "2025-06-30"},
)  # fmt: skip
YES = ("no", 3, NAN, None, [True])
COLUMN = ("colour", 3, NAN, True, ["colour"], "")
COLUMNS = (*COLUMN, [3], ["store_id", "store_id"], {"colour": 1})
LIST_OF_COLUMNS = ("store_id", 3, NAN, True, [3], ["store_id", "store_id"], {"colour": 1}, "")
CODE = ("wrong", 3, NAN, True, ["wrong"])
TEXT = (3, NAN, True, ["x"], "")
VALUES = (3, NAN, True, (), "")
FILE = ("nothing.csv", 3, NAN, None, ["nothing.csv"], "")

FAULTS = {
    **dict.fromkeys(("since", "until", "as_of", "at", "start", "split_on", "today"), DAY),
    **dict.fromkeys(("period", "of", "ties", "rows", "correction", "table", "language"), WORD),
    **dict.fromkeys(
        ("days", "window", "weeks", "lapse", "active_days", "new_days", "k", "most", "steps")
        + ("min_orders", "neighbours", "largest_block", "groups", "at_least", "max_items")
        + ("loyal_orders",),
        COUNT,
    ),
    **dict.fromkeys(("treated", "members", "quantity", "contacts", "bins", "high_from"), COUNT),
    **dict.fromkeys(
        ("share", "control_share", "base_rate", "confidence", "power", "heavy", "medium", "service")
        + ("margin_rate", "min_support", "min_confidence"),
        SHARE,
    ),
    **dict.fromkeys(
        ("lead_days", "enough_days", "plenty_days", "sd", "lead_sd", "demand", "yearly_demand")
        + ("order_cost", "contact_cost", "fixed_cost", "shrink", "min_lift", "discount_rate")
        + ("cost",),
        NUMBER,
    ),
    **dict.fromkeys(
        ("uplift", "holding_cost", "cover_days", "behind", "far_behind", "ahead", "threshold")
        + ("off", "percent", "cap"),
        ABOVE_0,
    ),
    **dict.fromkeys(("group", "pair", "before_value", "basket", "column"), COLUMN),
    **dict.fromkeys(("subset", "fields", "kinds", "features"), LIST_OF_COLUMNS),
    **dict.fromkeys(("drop_identical", "pooled", "every", "only_new"), YES),
    **dict.fromkeys(("treatment", "control", "before", "after"), CODE),
    **dict.fromkeys(("sheet", "query", "delimiter"), TEXT),
    "earlier": (*DAYS, ("2025-06-01", "2025-06-30")),  # as late as the later
    "later": (*DAYS, ("2025-05-31", "2025-06-30")),  # begins before the earlier ends
    "by": COLUMNS,
    "columns": COLUMNS,
    "when": COLUMN[1:],  # looked for where `since` is given
    "value": WORD,
    "among": VALUES,
    "category": CODE,
    "focus": CODE,
    "placeholders": (*VALUES, "-"),
    "day_first": ("no", 3, NAN, [True]),
    "seed": (2.5, NAN, True, [3], -1, "x"),
    "time_zone": ("Asia/Shangai", 8, NAN, True, ["Asia/Shanghai"], ""),
    "country": ("China", "cn", 86, NAN, True, None),
    "encoding": ("utf-9", 3, NAN, True, ["utf-8"], ""),
    "decimal": (";", "", 3, NAN, True, [","]),
    "headings": ("sometimes", 3.5, NAN, [3], -1),
    "price_bands": (-1, 2.5, "3", NAN, True, [3]),
    "cuts": ((0.95, 0.8), (80, 95), (0.8,), 0.8, "80", (0.8, NAN), None, ("a", "b")),
    "without": ("identical", ["wrong"], [3], NAN, True),
}
"""What people write wrongly, by the argument's name; the next says where a name means another thing."""
OWN = {
    "kpi.funnel steps": ("view", 3, NAN, True, (), [3], ("view", "view")),
    "kpi.monitor far_behind": (*ABOVE_0, 0.99),  # nearer than behind
    "kpi.monitor ahead": (*ABOVE_0, 0.9),
    "kpi.price_index base": ("May", 3, NAN, True, "1999-01"),
    "stock.best_seller_share top": (0, -1, 1.5, 2.5, "20%", NAN, True, [3]),
    "stock.ageing ages": (30, "30", (), (90, 30), (30, 30), ("a",), (NAN,), (-1, 3), True),
    "stock.transfer_plan plenty_days": (*NUMBER, 7),  # under what is enough
    "stock.suggest_structure plenty_days": (*NUMBER, 7),
    "customers.lifetime_value weeks": ABOVE_0,
    "customers.churn_model estimator": ("forest", 3, NAN, True),
    "segment.migration before": DAY,
    "segment.migration after": DAY,
    "segment.rfm bins": (
        0,
        1,
        10,
        2.5,
        "3",
        NAN,
        True,
        [],
        [3, 1],
        {"recensy": 3},
        {"recency": "3"},
        ["a"],
        [NAN],
    ),
    "segment.rfm weights": (1, "111", (1, 1), (0, 0, 0), (1, 1, NAN), {"recensy": 1}, True),
    "segment.composite_rank by": ((), "colour", 3, ["colour"], {"monetary": "up"}, NAN, True),
    "segment.composite_rank weights": (1, "11", (1,), (0, 0), (1, NAN), {"colour": 1}, True),
    "segment.rfm_groups high_from": (*COUNT, 1, 10),
    "segment.rfm_groups bins": (*COUNT, 1, 10),
    "segment.deciles bins": (*COUNT, 1, 101),
    "segment.kmeans k": (*COUNT, 1),
    "segment.kmeans most": (*COUNT, 1),
    "segment.kmeans columns": ("recency", *COLUMNS),
    "profile.accuracy known": (3, "yuexiu", NAN, True, ["yuexiu"], {"district": "yuexiu"}),
    "profile.mistakes known": (3, "yuexiu", NAN, True, ["yuexiu"], {"district": "yuexiu"}),
    "profile.persona member_id": ("m9", 3, NAN, True, ["m1"]),
    "profile.persona segment": ("gold", 3, NAN, True, {"colour": "red"}, {"gender": "divers"}),
    "profile.tag_members rules": ("gold", 3, NAN, True, ["gold"], [3]),
    "recommend.Hybrid parts": (3, "ItemCF", [3], [(3, 1)], [(ck.recommend.ItemCF(), 0)], []),
    "recommend.evaluate models": (3, "ItemCF", [3], {"a": 3}, None),
    "recommend.also_bought product_id": ("p9", 3, NAN, True, ["p1"]),
    "recommend.association_rules max_items": (*COUNT, 1),
    "campaign.ThresholdDiscount off": (*ABOVE_0, 21),  # more than the threshold
    "campaign.PercentOff percent": (*ABOVE_0, 101),
    "campaign.PercentOff threshold": NUMBER,
    "campaign.Gift value": NUMBER,
    "campaign.compare_arms control": CODE[:3] + CODE[4:],
    "campaign.power control": COUNT,
    "campaign.roi cost": ABOVE_0,
    "campaign.split_control seed": (2.5, NAN, True, [3]),
    "campaign.outcomes campaign_id": ("spring", 3, NAN, True, ["spring"]),
    "campaign.uplift_by_segment by": COLUMN,
    "clean.find_duplicate_members at_least": SHARE,
    "clean.merge_members at_least": SHARE,
    "clean.validate rules": (3, "positive", NAN, True, ["positive"], {"positive": 3}),
    "clean.read_any path": FILE,
    "data.read source": FILE,
    "data.scan source": FILE,
    "data.look source": FILE,
    "data.read_baskets path": FILE,
    "data.load name": WORD,
    "data.raw name": WORD,
    "data.conform ready": WORD,
}
ANY = {
    # any value may be meant, and `focus`, `category` … that nobody sold are told by name
    "campaign.Gift product_id", "campaign.Gift products", "campaign.PercentOff products",
    "campaign.ThresholdDiscount products",
    # tables, offers, reports and findings go in: test_bad_input.py and tests/campaign
    "campaign.apply_offer offer", "campaign.plan offer", "campaign.roi difference",
    "clean.merge_members pairs", "clean.rekey report", "profile.accuracy verified",
    "data.conform source",
}  # fmt: skip

GROUPS = pd.DataFrame(
    {"group": ["treatment", "control"] * 3, "revenue": [3.0, 1, 4, 2, 5, 3], "was": 1.0,
     "level": "gold", "period": ["before", "after"] * 3, "week": pd.date_range("2025-06-01", periods=6)}
)  # fmt: skip
SCORED = ck.segment.rfm_groups(ck.segment.rfm(SHOP["sales"], bins=2), bins=2)
TABLES = {
    **SHOP, "contacts": SHOP["campaign_contacts"].assign(campaign_id="c1"), "stock": SHOP["stock_daily"], "outcomes": GROUPS,
    "frame": GROUPS, "tagged": SHOP["members"], "values": SHOP["members"], "history": SCORED,
    "staff": None, "verified": None,
}  # fmt: skip
MEMBERS_ARE_SCORED = ("segment_summary", "deciles", "hml", "composite_rank", "rfm_groups", "kmeans")
RIGHT = {
    "earlier": MAY, "later": JUNE, "start": "2025-06-01", "models": ck.recommend.ItemCF(),
    "offer": ck.campaign.PercentOff(10), "threshold": 20, "off": 2, "percent": 10, "product_id": "p1",
    "cost": 3.0, "base_rate": 0.2, "uplift": 0.2, "treated": 100, "control": 100, "sd": 1,
    "lead_days": 3, "demand": 3, "yearly_demand": 3, "order_cost": 3, "holding_cost": 2, "focus": "A",
    "name": "sales", "pairs": pd.DataFrame({"member_id": ["m1"], "other_id": ["m2"]}),
    "difference": ck.campaign.compare_groups(GROUPS), "by": "level",
    "report": ck.clean.drop_duplicates_exact(SHOP["sales"])[1],
}  # fmt: skip
"""What the arguments are that must be given, so that each fault stands alone in its call."""


def is_table(name, argument):
    function = name.split(".")[1]
    number = function in ("roi", "plan") and argument in ("members", "contacts")
    offer = function in ("Gift", "PercentOff", "ThresholdDiscount")
    return argument in TABLES and not number and not offer


def arguments(name):
    """The tables and the needed arguments of a call that is right, and all others by name."""
    function, room = PUBLIC[name], name.split(".")[0]
    right, rest = {}, {}
    for parameter in inspect.signature(function).parameters.values():
        argument = parameter.name
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if is_table(name, argument):
            right[argument] = TABLES[argument]
            if argument in ("members", "values") and function.__name__ in MEMBERS_ARE_SCORED:
                right[argument] = SCORED
            if argument in ("frame", "values") and room == "clean":
                dates = function.__name__ in ("parse_dates", "validate", "drop_duplicates_exact")
                right[argument] = SHOP["sales" if dates else "members"]
            continue
        rest[argument] = parameter.default
        if parameter.default is parameter.empty:
            right[argument] = RIGHT.get(argument)
    if name == "segment.migration":
        right |= {"before": MAY[1], "after": JUNE[1]}
    if name == "campaign.difference_in_differences":
        right["pair"] = "week"
    if name == "recommend.substitutes":
        right["category"] = "tea"
    if name == "kpi.gain_loss":
        right["by"] = "store_id"
    if room == "data" or name == "clean.read_any":
        right |= {key: ck.data.raw("till") for key in right if key != "name"}
    return right, rest


CASES = [
    (name, argument)
    for name in PUBLIC
    for argument in arguments(name)[1]
    if f"{name} {argument}" not in ANY
]


def faults_of(name, argument):
    faults = OWN.get(f"{name} {argument}") or FAULTS.get(argument)
    if argument == "value" and name.split(".")[0] in ("campaign", "segment"):
        faults = OWN.get(f"{name} value") or COLUMN
    return faults


def test_every_argument_of_every_public_function_has_its_faults():
    new = [f"{name} {argument}" for name, argument in CASES if not faults_of(name, argument)]
    assert not new, "say in FAULTS or OWN what people would write there wrongly"


def names(said, argument, fault):
    """Whether the message says what was written: the value, or the part of it that is wrong."""
    parts = [*fault.items()] if isinstance(fault, dict) else [fault]
    parts += [part for one in parts if isinstance(one, list | tuple) for part in one]
    return any(repr(part) in said or (str(part) and str(part) in said) for part in parts)


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_written_wrongly_is_refused_by_name(name):
    right, rest = arguments(name)
    taken, broken = [], []
    for argument, default in rest.items():
        for fault in () if f"{name} {argument}" in ANY else faults_of(name, argument) or ():
            if fault is None and default is None:
                continue
            call = f"{argument}={fault!r}"
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    made = PUBLIC[name](**(right | {argument: fault}))
                    if name == "recommend.Content":  # features are columns of the products
                        made.fit(SHOP["sales"], SHOP["products"])
                taken.append(call)
            except ck.CrmkitError as refused:
                if not names(str(refused), argument, fault):
                    broken.append(f"{call}: {refused}")
            except Exception as error:
                broken.append(f"{call}: {type(error).__name__}: {error}")
    assert not broken, "\n".join(broken)
    assert not taken, "taken as right: " + ", ".join(taken)


@pytest.mark.parametrize("name", [name for name in PUBLIC if arguments(name)[1]])
def test_a_misspelt_argument_is_named_with_the_closest(name):
    right, rest = arguments(name)
    if any(p.kind is p.VAR_KEYWORD for p in inspect.signature(PUBLIC[name]).parameters.values()):
        pytest.skip("takes names of the caller's")
    argument = next(iter(rest))
    with pytest.raises((ck.CrmkitError, TypeError), match=argument + "x"):
        PUBLIC[name](**right, **{argument + "x": 1})


STRETCHES = [
    n for n in PUBLIC if {"since", "until"} <= set(inspect.signature(PUBLIC[n]).parameters)
]


@pytest.mark.parametrize("name", STRETCHES)
def test_a_stretch_that_ends_before_it_begins_is_refused(name):
    right, _rest = arguments(name)
    with pytest.raises(ck.TableError, match="2025-06-01.*2025-06-30"):
        PUBLIC[name](**right, since="2025-06-30", until="2025-06-01")


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_left_out_and_what_needs_its_name_are_named(name):
    taken = inspect.signature(PUBLIC[name]).parameters.values()
    needed = [p.name for p in taken if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    by_name = [p.name for p in taken if p.kind is p.KEYWORD_ONLY]
    if inspect.isclass(PUBLIC[name]):
        return  # what makes an object is Python's own to say
    if needed:
        with pytest.raises(ck.TableError, match=needed[-1]):
            PUBLIC[name]()
    if by_name:
        with pytest.raises(ck.TableError, match=by_name[0]):
            PUBLIC[name](*[None] * (len(taken) + 1))


@pytest.mark.parametrize("name", PUBLIC)
def test_a_number_is_taken_as_numpy_gives_it(name):
    right, rest = arguments(name)
    for argument, default in rest.items():
        value = right.get(argument, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or inspect.isclass(PUBLIC[name])
        ):
            continue
        made = np.int64(value) if isinstance(value, int) else np.float64(value)
        try:
            PUBLIC[name](**(right | {argument: made}))
        except ck.CrmkitError as refused:  # the shop is too small for some
            with pytest.raises(ck.CrmkitError, match=re.escape(str(refused))):
                PUBLIC[name](**(right | {argument: value}))


TAKES_COLUMNS = [
    n for n in PUBLIC
    if any(p.kind is p.VAR_KEYWORD for p in inspect.signature(PUBLIC[n]).parameters.values())
]  # fmt: skip


@pytest.mark.parametrize("name", TAKES_COLUMNS)
@pytest.mark.parametrize("wrong", [3, NAN, True, {"a": 1}, ""])
def test_a_column_that_is_no_name_is_refused(name, wrong):
    right, _rest = arguments(name)
    if name == "data.conform":
        right["source"] = SHOP["sales"]
    with pytest.raises(ck.TableError, match="member_id"):
        PUBLIC[name](**right, member_id=wrong)


# -- methods of what functions give back

KNOWN = pd.DataFrame(
    {"repeats": [0, 1, 2, 3] * 20, "first_to_last": [0.0, 4.0, 9.0, 20.0] * 20,
     "observed_weeks": [30.0, 25.0, 30.0, 28.0] * 20, "repeat_value": [None, 5.0, 9.0, 7.0] * 20}
)  # fmt: skip
MODEL = ck.recommend.ItemCF().fit(SHOP["sales"])
BUYS, SPENDS = ck.customers.fit_purchases(KNOWN), ck.customers.fit_spend(KNOWN)
ONE = {"repeats": 1, "first_to_last": 4.0, "observed_weeks": 25.0}
FIGURE = (-1, "x", [1, -2])
GOODS = (3, NAN, True, "")
METHODS = {
    "fit": (
        MODEL.fit,
        {"sales": SHOP["sales"]},
        {"sales": (3, "x", NAN), "products": (3, "x", NAN)},
    ),
    "recommend": (
        MODEL.recommend,
        {},
        {"members": (NAN, True), "k": COUNT, "only_new": YES, "among": GOODS},
    ),
    "because": (
        MODEL.because,
        {"member_id": "m1", "product_id": "p1"},
        {"member_id": (NAN, ["m1"]), "product_id": (NAN, ["p1"]), "k": COUNT},
    ),
    "set_params": (MODEL.set_params, {}, {"params": ()}),
    "get_params": (MODEL.get_params, {}, {"deep": ()}),  # not looked at, for scikit-learn's sake
    "alive": (BUYS.alive, ONE, dict.fromkeys(ONE, FIGURE)),
    "PurchaseModel.expected": (
        BUYS.expected,
        {"weeks": 3, **ONE},
        {
            "weeks": NUMBER,
            **{n: FIGURE for n in ONE if n != "first_to_last"},
            "first_to_last": FIGURE,
        },
    ),
    "SpendModel.expected": (
        SPENDS.expected,
        {"repeats": 1, "repeat_value": 5.0},
        {"repeats": FIGURE, "repeat_value": ("x", ["x"])},  # returns may make it negative
    ),
    "count": (
        RIGHT["report"].count,
        {"fault": "duplicate_row"},
        {"fault": ("duplicate_rows", 3, NAN, True, ["x"], None), "column": (3, NAN, True, ["x"])},
    ),
}
"""A method, a right call of it, and what people write wrongly there."""
EXPRESSIONS = ("cents_off", "gifts")
"""An offer's own reckoning: it takes a column that is being worked on, which no person writes."""


def methods():
    """Every method with arguments that a public class of the analysis has."""
    for room in ROOMS:
        for name in dir(getattr(ck, room)):
            made = getattr(getattr(ck, room), name)
            if name.startswith("_") or not inspect.isclass(made):
                continue
            for method, function in inspect.getmembers(made, inspect.isfunction):
                taken = [p for p in inspect.signature(function).parameters if p != "self"]
                if (
                    taken
                    and not method.startswith("_")
                    and function.__module__.startswith("crmkit.")
                ):
                    yield made.__name__, method, taken


def test_every_argument_of_every_method_has_its_faults():
    new = set()
    for made, method, taken in methods():
        row = METHODS.get(f"{made}.{method}") or METHODS.get(method)
        if method not in EXPRESSIONS and (row is None or set(taken) - set(row[2])):
            new.add(f"{made}.{method}({', '.join(taken)})")
    assert not new, "say in METHODS what people would write there wrongly"


@pytest.mark.parametrize("name", METHODS)
def test_what_is_written_wrongly_in_a_method_is_refused_by_name(name):
    method, right, faults = METHODS[name]
    assert method(**right) is not None
    for argument, wrong in faults.items():
        for fault in wrong:
            with pytest.raises(ck.CrmkitError) as refused:
                method(**(right | {argument: fault}))
            said = str(refused.value)
            assert names(said, argument, fault) or type(fault).__name__ in said, (argument, fault)


def test_figures_of_members_side_by_side_are_of_one_length():
    with pytest.raises(ck.CrmkitError, match="2, 3, 3"):
        BUYS.alive([1, 2], [1.0, 2.0, 3.0], [5.0, 5.0, 5.0])
