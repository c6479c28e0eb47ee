"""Tags and personas: keys found a second way, and each claim of the prose."""

import pytest

from crmkit import i18n, profile
from crmkit.learn.questions import Asked
from crmkit.lessons.analyst import portraits, tagging
from crmkit.lessons.view import table_of
from tests.lessons.analyst.judging import judged


@pytest.fixture(scope="module")
def tagged():
    return portraits.tagged()


@pytest.fixture(scope="module")
def known():
    return profile.facts(*(table_of(name, {}) for name in ("members", "sales", "products")))


@pytest.mark.parametrize("name", tagging.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    case = tagging.cases(name)
    assert judged(case, getattr(tagging, name), name).status == "right"
    assert len(tagging.MISTAKES[name]) >= 4
    for mistake, makes in tagging.MISTAKES[name].items():
        told = judged(case, makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


def test_the_six_members_by_the_scheme_of_the_house(known, tagged):
    """The rules of the lesson are those of `default_rules`, on every member of the shop."""
    ready = tagged.set_index("member_id")["life_cycle"]
    by_hand = tagging.life_cycle(known).set_index("member_id")["life_cycle"]
    assert (by_hand == ready.reindex(by_hand.index)).all()
    m4 = tagging.life_cycle(tagging.six_members()).set_index("member_id").at["M4", "life_cycle"]
    assert portraits.Tagging({}).m4().value == m4


def test_hardly_anybody_is_the_typical_customer(tagged):
    commonest = {kind: tagged[kind].mode()[0] for kind in portraits.TYPICAL}
    assert commonest == portraits.TYPICAL
    query = " and ".join(f"{kind} == {tag!r}" for kind, tag in commonest.items())
    n = 100 * len(tagged.query(query)) / len(tagged)
    with i18n.use_language("en"):
        said = portraits.Tagging({"typical_guess": 30.0}).left_over()["of"][1]["text"]
    assert said == f"About {n:.0f} of every 100 members are all four. You guessed 30."


def test_what_is_said_of_homes_with_a_young_child(tagged):
    picture = profile.persona(tagged, segment={"household": "young_child"}).traits
    baby = picture[(picture["kind"] == "preference") & (picture["tag"] == "baby")].iloc[0]
    key = portraits.Tagging({}).baby()
    assert key.value == pytest.approx(100 * baby["share"]) and key.value < 50
    assert tagged["preference"].isna().mean() > 0.5
    man = tagged.set_index("member_id").loc["M000333"]
    assert tuple(man[["gender", "age_band", "occupation", "preference"]]) == (
        "male", "25-34", "self_employed", "baby",
    )  # fmt: skip


def test_the_three_findings_of_the_question(tagged):
    def found(column, value, tag):
        rows = tagging.portrait(tagged, column, value, "preference").set_index("tag").loc[tag]
        return round(100 * rows["share"] / rows["overall_share"]), int(rows["n"])

    said = {
        "other": found("occupation", "other", "gadgets"),
        "homes": found("household", "young_child", "baby"),
        "even": found("gender", "female", "snacks"),
    }
    for language, people in (("en", "members"), ("zh", "位会员")):
        with i18n.use_language(language):
            options = Asked("analyst-02").question("chance").options()
        for name, (index, members) in said.items():
            assert f"{index}" in options[name]
            assert f"{members} {people}" in options[name]


def test_stricter_rules_leave_less_than_half_of_the_loyal(known, tagged):
    loyal = tagged["life_cycle"] == "loyal"
    assert (known["orders"][loyal.to_numpy()] >= 24).mean() < 0.5


def test_tea_and_coffee_stand_out_most_where_the_key_says(tagged):
    known = tagged.dropna(subset="preference")
    rate = (known["preference"] == "tea_coffee").groupby(known["home_store_id"]).mean()
    key = portraits.Tagging({}).tea_store()
    assert key.value == rate.idxmax()
    assert key.facts["index"] == f"{100 * rate.max() / (known['preference'] == 'tea_coffee').mean():.0f}"  # fmt: skip


def test_the_quiz_number_and_the_receipts_of_other_people():
    sales = table_of("sales", {}).query("store_id == 'S01' and sold_at >= '2025-06-01'")
    stages = portraits.life_cycles(sales)
    assert stages["members"].sum() == sales["member_id"].nunique()
