"""What stands in for what: planted rivals are found, and the counts are those of plain loops."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import cophenet

import crmkit as ck
from crmkit.recommend import substitutes


def shop(seed=5, members=400):
    """Tea drinkers take one of three teas each time, always with a filter; others buy a mug or a jug."""
    rng = np.random.default_rng(seed)
    rows = []
    for member in range(members):
        tea = member % 2 == 0
        for visit in range(4):
            sale = f"{member}-{visit}"
            kinds = [rng.choice(["green", "black", "oolong"]), "filter"] if tea else []
            kinds = kinds or [rng.choice(["mug", "jug"])]
            rows += [(f"m{member:03}", sale, kind, 1) for kind in kinds]
    return pd.DataFrame(rows, columns=["member_id", "sale_id", "product_id", "quantity"])


SALES = shop()


def test_rivals_stand_together_and_companions_do_not():
    found = substitutes(SALES, groups=3)
    group = found.products.set_index("product_id")["group"]
    assert group["green"] == group["black"] == group["oolong"]
    assert group["mug"] == group["jug"] != group["green"]
    assert group["filter"] not in (group["green"], group["mug"])


def test_pairs_are_those_counted_one_by_one():
    found = substitutes(SALES).pairs.set_index(["product_id", "other_id"])
    had = SALES.groupby("product_id")["member_id"].agg(set)
    orders = SALES.groupby("sale_id").agg({"product_id": set, "member_id": "first"})
    everybody = SALES["member_id"].nunique()
    for one, other in combinations(sorted(had.index), 2):
        together = {m for p, m in zip(orders["product_id"], orders["member_id"], strict=True)
                    if {one, other} <= p}  # fmt: skip
        both = len(had[one] & had[other])
        a, b, c = both - len(together), len(had[one] - had[other]), len(had[other] - had[one])
        a, b, c, d = (x + 0.5 for x in (a, b, c, everybody - both - b - c))
        row = found.loc[(one, other)]
        assert (row["members_both"], row["members_together"]) == (both, len(together))
        assert row["likeness"] == pytest.approx((a * d - b * c) / (a * d + b * c))


def test_the_tree_joins_at_average_distance():
    found = substitutes(SALES, groups=2)
    ids = sorted(found.products["product_id"])
    first = found.pairs.iloc[0]
    heights = cophenet(found.merges)
    place = {pair: n for n, pair in enumerate(combinations(ids, 2))}
    at = place[tuple(sorted((first["product_id"], first["other_id"])))]
    assert heights[at] == pytest.approx((1 - first["likeness"]) / 2)


def test_one_category_of_the_course_shop():
    found = substitutes(ck.load("sales"), "snacks", 10, products=ck.load("products"))
    products = ck.load("products").set_index("product_id")["category"]
    assert set(products[found.products["product_id"]]) == {"snacks"}
    assert len(found.pairs) == 45


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: substitutes(SALES, most=2), "most is 2"),
        (lambda: substitutes(SALES, groups=0), "groups is 0"),
        (lambda: substitutes(SALES, "tea"), "no column 'category'|stands in another table"),
        (lambda: substitutes(SALES[SALES["product_id"] == "mug"]), "Only 1 products"),
        (lambda: substitutes(SALES.drop(columns="sale_id")), "no column 'sale_id'"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says):
    with pytest.raises(ck.CrmkitError, match=says):
        call()
