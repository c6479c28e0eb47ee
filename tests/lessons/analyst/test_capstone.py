"""The final exercise: its functions a second way, and every figure of the model page."""

import re

import pytest

from crmkit import campaign, data, i18n
from crmkit.lessons.analyst import capstone, case
from crmkit.lessons.analyst.worked import weeks
from tests.lessons.analyst.judging import judged


@pytest.mark.parametrize("name", capstone.MISTAKES)
def test_the_cases_know_right_from_wrong(name):
    known = capstone.cases(name)
    assert judged(known, getattr(capstone, name), name).status == "right"
    assert len(capstone.MISTAKES[name]) >= 4
    for mistake, makes in capstone.MISTAKES[name].items():
        told = judged(known, makes, name)
        assert told.mistake == (mistake if isinstance(mistake, str) else mistake[1])


@pytest.fixture(scope="module")
def found():
    sales, members = data.load("sales"), data.load("members")
    lines = sales[sales["store_id"] == "S03"].merge(data.load("products")[["product_id", "family"]])
    winters = (case.LAST_WINTER, case.WINTER)
    return {
        "stores": capstone.fell(sales, *winters).set_index("store_id"),
        "groups": capstone.by_group(sales, members, "S03", *winters).set_index("who"),
        "back": [capstone.came_back(lines, case.FAMILIES, days) for days in winters],
        "three": capstone.effects(weeks()).set_index("measure")["value"],
    }


def test_the_functions_find_what_the_lesson_and_the_planted_truth_say(found):
    happened = data.truth()["case"]["happened"]
    for store, pair in case.by_store().items():
        assert tuple(found["stores"].loc[store, ["before", "after"]]) == pytest.approx(pair)
    for who, pair in case.by_group().items():
        assert tuple(found["groups"].loc[who, ["before", "after"]]) == pytest.approx(pair)
    worst = happened["worst"]
    assert found["groups"].loc["office", "after"] / 3 == pytest.approx(worst["segment_revenue_per_month"], abs=0.01)  # fmt: skip
    assert found["back"][1] == pytest.approx(worst["weak_families_returned"], abs=1e-4)
    assert found["groups"]["part"].sum() == pytest.approx(1)
    referee = campaign.difference_in_differences(weeks(), pair="week").difference
    assert found["three"]["did"] == pytest.approx(referee, abs=0.01)


def test_every_figure_of_the_model_page_is_reckoned(found, repository):
    master = (repository / "solutions" / "capstone.md").read_text("utf-8")
    page = master.partition('{"page": "recommendation"')[2].partition("### END SOLUTION")[0]
    office, stores, three = found["groups"].loc["office"], found["stores"], found["three"]
    says = [
        f"{-stores.loc['S03', 'change']:.0%}",
        f"{office['part']:.0%}",
        f"{1 - office['after'] / office['before']:.0%}",
        f"{case.prices(case.LAST_WINTER, case.WINTER):.0%}",
        *(f"{share:.1%}" for share in found["back"]),
        *(f"{three[one]:,.0f}" for one in ("level", "own", "did")),
    ]
    for language in page.partition("**A page to compare with**")[::2]:
        shown = re.sub(r"(?<=\d) %", "%", language)
        assert [one for one in says if one not in shown] == []
    assert (stores.drop("S03")["change"] > 0).all()
    winter, before = (case.satisfied("service", days) for days in (case.WINTER, case.LAST_WINTER))
    assert winter.value >= before.value


def test_the_learners_own_figures_are_shown_or_what_is_missing_is_said(language):
    shown = str(capstone.figures(*(getattr(capstone, one) for one in capstone.MISTAKES)).tree)
    assert "¥10,654.83" in shown and "-25.6%" in shown and "nan" not in shown
    missing = capstone.figures(*[lambda *_given: ...] * 4).tree
    with i18n.use_language(language):
        assert str(missing).count("message") == 1


def test_figures_of_a_function_that_is_wrong_carry_a_warning():
    right = [getattr(capstone, name) for name in ("fell", "by_group", "came_back", "effects")]

    def gap(*given):
        return capstone.by_group(*given, "gap")

    with i18n.use_language("en"):
        assert "Not right yet" not in str(capstone.figures(*right).tree)
        spoilt = str(capstone.figures(right[0], gap, *right[2:]).tree)
    assert "Not right yet: by_group. Do not use these figures." in spoilt


def test_the_three_measures_are_told_in_words_not_codes():
    with i18n.use_language("en"):
        names = ("fell", "by_group", "came_back", "effects")
        shown = str(capstone.figures(*(getattr(capstone, name) for name in names)).tree)
    assert "difference in differences" in shown and "'did'" not in shown
