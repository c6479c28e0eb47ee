"""Tags and portraits: what a record and past purchases say, and where they stay silent."""

from datetime import datetime, timedelta

import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import crmkit as ck
from crmkit.profile import TagRule, default_rules, facts, persona, tag_members

TODAY = datetime(2025, 6, 30)


def lines(member, product, days_ago, n=1, **columns):
    """`n` orders of one line each, the latest so many days ago, a day between them."""
    defaults = {"quantity": 1, "amount": 20.0, "discount": 0.0, "channel": "store"}
    return [
        {
            "sale_id": f"{member}-{product}-{days_ago + i}",
            "sold_at": TODAY.replace(hour=23, minute=59) - timedelta(days=days_ago + i),
            "member_id": member,
            "product_id": product,
            "return_reason": None,
            **defaults,
            **columns,
        }
        for i in range(n)
    ]


SALES = pd.DataFrame(
    [
        *lines("fan", "tea", 5, 14),
        *lines("fan", "cup", 30, 2, channel="web"),
        *lines("saver", "cup", 40, 6, discount=3.0, amount=5.0, channel="web"),
        *lines("picky", "gold_tea", 100, 6, amount=90.0),
        *lines("picky", "gold_tea", 99, 1, quantity=-1, amount=-90.0, return_reason="not_durable"),
        *lines("new", "tea", 10),
        *lines("gone", "tea", 400, 8),
        *lines("asleep", "tea", 200, 2),
        *lines(None, "tea", 1, 3),
    ]
)
MEMBERS = pd.DataFrame(
    {
        "member_id": ["fan", "saver", "picky", "new", "gone", "asleep", "never"],
        "gender": ["female", "male", None, "female", "male", "female", "male"],
        "birth_date": [
            datetime(1990, 6, 29),
            datetime(2007, 6, 30),
            None,
            *[datetime(1950, 1, 1)] * 4,
        ],
        "household": ["couple"] * 3 + ["single"] * 4,
    }
)
PRODUCTS = pd.DataFrame(
    {
        "product_id": ["tea", "gold_tea", "cup"],
        "category": ["drink", "drink", "home"],
        "brand": ["A", "A", None],
        "list_price": [20.0, 90.0, 8.0],
    }
)


@pytest.fixture(scope="module")
def known():
    return facts(MEMBERS, SALES, PRODUCTS).set_index("member_id")


@pytest.fixture(scope="module")
def tagged():
    return tag_members(MEMBERS, SALES, PRODUCTS).set_index("member_id")


def test_the_facts_by_hand(known):
    fan = known.loc["fan"]
    assert (fan["orders"], fan["lines"], fan["revenue"], fan["aov"]) == (16, 16, 320, 20)
    assert (fan["days_since"], fan["days_since_first"]) == (5 - 1, 31 - 1)
    assert (fan["top_category"], fan["top_category_share"]) == ("drink", 14 / 16)
    assert (fan["top_channel"], fan["top_channel_share"]) == ("store", 14 / 16)
    assert known.loc["saver", "offer_share"] == 1
    picky = known.loc["picky"]
    assert (picky["orders"], picky["lines"], picky["revenue"]) == (6, 6, 450)
    assert (picky["premium_share"], picky["quality_returns"]) == (1, 1)


def test_only_the_last_days_count_but_for_the_first_and_the_last_order(known):
    gone = known.loc["gone"]
    assert (gone["orders"], gone["orders_ever"], gone["revenue"]) == (0, 8, 0)
    assert gone["days_since"] == 399
    assert pd.isna(gone["offer_share"])
    assert pd.isna(gone["spend_score"])


def test_who_never_bought_is_there_with_nothing(known):
    never = known.loc["never"]
    assert (never["orders_ever"], never["orders"], never["revenue"]) == (0, 0, 0)
    assert pd.isna(never["days_since"])
    assert pd.isna(never["top_category"])


def test_the_age_is_that_of_the_day(known):
    assert known["age_band"].dropna().to_dict() == {
        "fan": "35-44",  # 35 that day
        "saver": "0-17",  # 18 tomorrow
        **dict.fromkeys(["new", "gone", "asleep", "never"], "65+"),
    }


def test_the_life_cycle_of_each_member(tagged):
    assert tagged["life_cycle"].to_dict() == {
        "fan": "new",  # first bought a month ago, however often since
        "saver": "new",
        "picky": "cooling",
        "new": "new",
        "gone": "lost",
        "asleep": "sleeping",
        "never": "prospect",
    }
    later = tag_members(
        MEMBERS, pd.concat([SALES, pd.DataFrame(lines("fan", "tea", 150))]), PRODUCTS
    )
    assert later.set_index("member_id").loc["fan", "life_cycle"] == "loyal"


def test_tastes_are_told_from_five_lines_on(tagged):
    assert tagged["preference"].dropna().to_dict() == {
        "fan": "drink",
        "picky": "drink",
        "saver": "home",
    }
    assert tagged["channel_preference"].dropna().to_dict() == {
        "fan": "store",
        "picky": "store",
        "saver": "web",
    }


def test_price_and_quality(tagged):
    assert tagged["price_sensitivity"].dropna().to_dict() == {
        "fan": "low",
        "picky": "low",
        "saver": "high",
    }
    assert tagged["quality_sensitivity"].dropna().to_dict() == {
        "fan": "low",
        "picky": "high",
        "saver": "low",
    }


def test_spending_power_is_by_fifths_of_the_buyers(tagged):
    # by revenue: new 20, saver 30, asleep 40, fan 320, picky 450
    assert tagged["spending_power"].dropna().to_dict() == {
        "asleep": "middle",
        "fan": "middle",
        "new": "low",
        "picky": "high",
        "saver": "low",
    }


def test_what_is_not_known_gets_no_tag():
    plain = SALES.drop(columns=["discount", "channel", "return_reason"])
    tagged = tag_members(MEMBERS[["member_id"]], plain)
    silent = ["preference", "price_sensitivity", "quality_sensitivity", "channel_preference"]
    assert tagged[silent].isna().all().all()
    assert tagged["life_cycle"].notna().all()
    assert "gender" not in tagged.columns


def test_rules_of_ones_own_take_the_first_that_holds():
    rules = [
        TagRule("size", "large", nw.col("revenue") >= 400),
        TagRule("size", "some", nw.col("revenue") > 0),
        TagRule("brand", "{top_brand}", nw.col("lines") >= 1),
    ]
    tagged = tag_members(MEMBERS, SALES, PRODUCTS, rules).set_index("member_id")
    assert tagged["size"].dropna().to_dict() == {
        "asleep": "some",
        "fan": "some",
        "new": "some",
        "picky": "large",
        "saver": "some",
    }
    assert tagged["brand"].dropna().to_dict() == dict.fromkeys(
        ["asleep", "fan", "new", "picky"], "A"
    )


def test_every_tag_of_the_scheme_has_a_label_in_both_languages(language):
    from crmkit import labels

    for rule in default_rules():
        assert labels.heading(rule.kind) != rule.kind
        if not rule.tag.startswith("{") and language == "zh":
            assert labels.code(rule.kind, rule.tag) != rule.tag


def test_every_engine_finds_the_same_facts_and_tags(engine):
    # on Spark each call costs seconds, and the tags rest on the facts
    for call in (tag_members,) if engine.name == "pyspark" else (facts, tag_members):
        expected = call(MEMBERS, SALES, PRODUCTS)
        result = call(engine.make(MEMBERS), engine.make(SALES), engine.make(PRODUCTS))
        assert engine.is_mine(result)
        found = engine.read(result)
        for table in (found, expected):
            if "birth_date" in table.columns:
                table["birth_date"] = pd.to_datetime(table["birth_date"]).dt.tz_localize(None)
        pd.testing.assert_frame_equal(
            found.fillna(dict.fromkeys(found.select_dtypes(["object", "str"]).columns, "")),
            expected.fillna(dict.fromkeys(expected.select_dtypes(["object", "str"]).columns, "")),
            check_dtype=False,
        )


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(ck.TableError, match="no column 'sold_at'"):
        facts(MEMBERS, SALES.drop(columns="sold_at"))
    with pytest.raises(ck.TableError, match="no column 'category'"):
        facts(MEMBERS, SALES, PRODUCTS.drop(columns="category"))
    with pytest.raises(ck.TableError, match="'fan' stands 2 times"):
        facts(pd.concat([MEMBERS, MEMBERS.head(1)]), SALES)
    with pytest.raises(ck.TableError, match="parse_dates"):
        facts(MEMBERS, SALES.assign(sold_at="2025"))
    with pytest.raises(ck.CrmkitError, match="days is 0"):
        facts(MEMBERS, SALES, days=0)
    with pytest.raises(ck.TableError, match="tag rule looks at a fact that is not there"):
        tag_members(MEMBERS, SALES, rules=[TagRule("x", "y", nw.col("shoe_size") > 1)])


def test_a_rule_that_cannot_be_reckoned_is_refused_and_one_may_speak_about_gender():
    with pytest.raises(ck.TableError, match="compares what cannot be compared"):
        tag_members(MEMBERS, SALES, rules=[TagRule("x", "y", nw.col("member_id") > 1)])
    with pytest.raises(ck.CrmkitError, match=r"'x' is no tag rule: write TagRule\("):
        tag_members(MEMBERS, SALES, rules=["x"])
    assert "x" not in tag_members(MEMBERS, SALES, rules=[]).columns
    own = tag_members(MEMBERS, SALES, rules=[TagRule("gender", "anyone", nw.col("orders") >= 0)])
    assert set(own["gender"]) == {"anyone"}


def test_no_sales_at_all_leave_everybody_a_prospect():
    tagged = tag_members(MEMBERS, SALES.head(0), PRODUCTS)
    assert set(tagged["life_cycle"]) == {"prospect"}


# -- portraits

GROUP = pd.DataFrame(
    {
        "member_id": [f"M{i}" for i in range(100)],
        "household": ["young_child"] * 30 + ["single"] * 70,
        "preference": ["baby"] * 24 + ["snacks"] * 3 + [None] * 3 + ["snacks"] * 65 + ["baby"] * 5,
        "gender": ["female", "male"] * 50,
    }
)


def test_a_segment_is_drawn_beside_all_members():
    found = persona(GROUP, segment={"household": "young_child"})
    assert (found.n, found.of) == (30, 100)
    baby = found.traits.set_index(["kind", "tag"]).loc[("preference", "baby")]
    assert baby["n"] == 27  # three of them have no known preference
    assert baby["share"] == pytest.approx(24 / 27)
    assert baby["overall_share"] == pytest.approx(29 / 97)
    assert (baby["low"], baby["high"]) == pytest.approx(proportion_confint(24, 27, method="wilson"))


def test_what_is_distinct_is_beyond_chance():
    found = persona(GROUP, segment={"household": "young_child"})
    assert found.distinct[["kind", "tag"]].values.tolist() == [["preference", "baby"]]
    assert "Of the 27 with a known tag of the kind “Preference”, 11% do not" in found.sentence
    assert "Index" in str(found)
    alike = persona(GROUP, segment={"gender": "female"})
    assert alike.distinct.empty
    assert "treat them as everybody else" in alike.sentence


def test_one_member_is_drawn_with_a_warning():
    found = persona(GROUP, "M2")
    assert found.n == 1
    assert found.typical.set_index("kind")["tag"].to_dict() == {
        "household": "young_child",
        "preference": "baby",
        "gender": "female",
    }
    assert "ask rather than assume" in found.sentence


def test_names_and_phones_are_no_traits():
    found = persona(GROUP.assign(name="x", phone="1", email="e", home_store_id="S1"), "M2")
    assert set(found.traits["kind"]) == {"household", "preference", "gender"}


def test_a_portrait_is_the_same_on_every_engine(engine):
    segment = {"household": "young_child"}
    found = persona(engine.make(GROUP), segment=segment)
    expected = persona(GROUP, segment=segment)
    pd.testing.assert_frame_equal(found.traits, expected.traits, check_dtype=False)
    assert (found.n, found.of) == (expected.n, expected.of)


def test_a_portrait_reads_in_both_languages(language):
    for found in (persona(GROUP, "M2"), persona(GROUP, segment={"household": "young_child"})):
        assert {"zh": "偏好", "en": "Preference"}[language] in str(found)
        assert {"zh": "标签", "en": "Tag"}[language] in found._repr_html_()
        assert "{" not in str(found)


def test_nobody_is_refused():
    with pytest.raises(ck.TableError, match="No member has member_id = 'M999'"):
        persona(GROUP, "M999")
    with pytest.raises(ck.TableError, match="No member has household = 'castle'"):
        persona(GROUP, segment={"household": "castle"})
    with pytest.raises(ck.TableError, match="no column 'pet'"):
        persona(GROUP, segment={"pet": "cat"})
    with pytest.raises(ck.TableError, match="no column 'pet'"):
        persona(GROUP, kinds=["pet"])


def test_the_tastes_planted_in_the_course_shop_are_found():
    members, sales, products = (ck.load(name) for name in ("members", "sales", "products"))
    tagged = tag_members(members, sales, products).merge(ck.load("members_truth"))
    top = {}
    for code, rows in tagged.groupby("persona"):
        found = persona(rows.assign(all="yes"), kinds=["preference"])
        top[code] = found.typical["tag"].item()
    assert top["family_stocker"] == "baby"
    assert top["home_cook"] == "pantry"
    assert top["gift_giver"] == "gifts"
    assert top["student_saver"] == "snacks"
    assert top["office_young"] == "tea_coffee"
    left = tagged["left_on"].notna()
    gone = tagged["life_cycle"].isin(["lost", "sleeping", "prospect", "cooling"])
    assert gone[left].mean() > 0.85
    assert gone[~left].mean() < 0.35
