"""A check tells three things apart, and says why a wrong answer is wrong."""

import datetime as dt
import doctest
import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest

import crmkit.learn
from crmkit.errors import CrmkitError
from crmkit.i18n import use_language
from crmkit.learn import check
from crmkit.learn.checks import charts, functions, models, tables, values
from crmkit.learn.checks.fitting import expectation_for
from crmkit.learn.checks.outcome import CheckFailed, NotAttempted


class SaysYes:
    """An object that claims to equal everything."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __float__(self):
        return 1.0


@pytest.fixture(autouse=True)
def english():
    with use_language("en"):
        yield


@pytest.fixture
def grading(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")


BY_STORE = pd.DataFrame(
    {
        "store_id": ["S01", "S02", "S03"],
        "day": pd.to_datetime(["2025-06-01", "2025-06-02", "2025-06-03"]),
        "orders": [3, 5, 2],
        "revenue": [120.0, 80.5, None],
    }
)


def judge(expected, value, **options):
    return expectation_for(expected, **options).judge("answer", value)


# --- three outcomes


def test_three_dots_are_not_attempted(capsys):
    revenue = ...
    check("revenue", 12.0)
    assert capsys.readouterr().out.startswith("○ revenue: Not attempted yet.")
    assert revenue is ...


def test_a_name_that_does_not_exist_is_not_attempted(capsys):
    check.number("revenue_nobody_set", 12.0)
    assert "there is no revenue_nobody_set here" in capsys.readouterr().out


def test_a_right_answer_in_a_notebook_shows_and_gives_nothing_back(capsys):
    revenue = 12.0
    assert check("revenue", 12.0) is None
    assert capsys.readouterr().out == "✓ revenue: Right.\n"
    del revenue


def test_a_wrong_answer_in_a_notebook_shows_and_goes_on(capsys):
    check("revenue", 12.0, value=10.0)
    assert capsys.readouterr().out == "✗ revenue: 10 is too low.\n"


def test_under_nbgrader_a_wrong_answer_raises(grading):
    with pytest.raises(CheckFailed, match="too low") as caught:
        check("revenue", 12.0, value=10.0)
    assert isinstance(caught.value, AssertionError)
    with pytest.raises(NotAttempted):
        check("revenue", 12.0, value=...)
    assert check("revenue", 12.0, value=12.0) is None


def test_messages_come_in_both_languages():
    outcomes = []
    for language in ("zh", "en"):
        with use_language(language):
            outcomes.append(judge(0.25, 25).message)
    assert outcomes[0].startswith("像是写成了百分数") and outcomes[1].startswith("This looks like")


def test_what_the_learner_wrote_is_shown_as_text_not_as_html():
    outcome = judge("returns", "<script>alert(1)</script>")
    assert "<script>" not in outcome.html and "&lt;script&gt;" in outcome.html


# --- numbers


@pytest.mark.parametrize("value", [86.53, 86.534, np.float64(86.53), np.float32(86.53)])
def test_two_decimals_are_enough(value):
    assert judge(86.5342, value).status == "right"


@pytest.mark.parametrize(
    ("value", "mistake"),
    [
        (-12.5, "sign_flipped"),
        (1250, "percent_for_fraction"),
        (0.125, "fraction_for_percent"),
        (0.08, "upside_down"),
        (12, "rounded_too_early"),
    ],
)
def test_usual_slips_with_a_number_are_named(value, mistake):
    assert judge(12.5, value).mistake == mistake


def test_the_mistake_the_writer_foresaw_is_named():
    outcome = judge(1250.5, 1310.0, mistakes={"returns_left_in": 1310.0})
    assert (outcome.mistake, outcome.reason) == ("returns_left_in", "mistake")
    assert outcome.message == (
        "This looks like the figure before returns: return lines are negative and belong in the sum."
    )


def test_a_writer_may_bring_their_own_sentences():
    outcome = judge(10, 11, mistakes={("把赠品也数了。", "The gift is counted too."): 11})
    assert outcome.message == "The gift is counted too."


def test_an_unknown_mistake_is_refused_and_named():
    with pytest.raises(CrmkitError, match="retruns_left_in"):
        judge(10, 11, mistakes={"retruns_left_in": 11})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "nan"),
        ("12.5", "text_for_number"),
        ("¥1,250", "text_for_number"),
        ("many", "type"),
        (True, "type"),
        (None, "type"),
        (SaysYes(), "type"),
        ([12.5], "type"),
        (pd.Series([12.5]), "type"),
        (13, "too_high"),
        (11, "too_low"),
    ],
)
def test_what_is_no_right_number_is_refused_with_its_reason(value, reason):
    outcome = judge(12.5, value)
    assert (outcome.status, outcome.reason) == ("wrong", reason)


def test_a_rate_nobody_can_know_must_stay_empty():
    assert judge(float("nan"), float("nan")).status == "right"
    assert judge(float("nan"), 0.0).reason == "not_nan"


def test_money_a_hundred_times_too_large_looks_like_cents():
    assert judge(12.5, 1250, unit="yuan").mistake == "cents_for_yuan"


# --- texts, choices, dates


def test_a_text_is_right_whatever_its_width_case_and_closing_point():
    either = values.Text(["Returns", "退货"])
    assert either.judge("x", " returns。").status == either.judge("x", "退货").status == "right"
    assert either.judge("x", "retturns").reason == "spelling"
    assert judge("VIP", "vip", exact=True).reason == "form"
    assert judge("VIP", "").reason == "empty"
    assert judge("VIP", 3).reason == "type"
    assert judge("VIP", SaysYes()).reason == "type"


@pytest.mark.parametrize("value", ["b", "B", " b) ", "B", ["B"]])
def test_one_option_however_it_is_written(value):
    assert values.Choice("B", options=("A", "B", "C")).judge("x", value).status == "right"


@pytest.mark.parametrize("value", ["AC", "c, a", "A、C", {"a", "c"}, "A C"])
def test_several_options_however_they_are_written(value):
    assert values.Choice({"A", "C"}, options=("A", "B", "C")).judge("x", value).status == "right"


@pytest.mark.parametrize(
    ("value", "reason"),
    [("A", "missing"), ("ABC", "too_many"), ("AB", "other"), ("D", "not_an_option"), (1, "not_an_option"),
     (SaysYes(), "not_an_option"), ([SaysYes()], "not_an_option")],
)  # fmt: skip
def test_a_wrong_choice_says_what_kind_of_wrong(value, reason):
    assert values.Choice({"A", "C"}, options=("A", "B", "C")).judge("x", value).reason == reason


@pytest.mark.parametrize(
    "value",
    ["2025-06-03", "2025年6月3日", "2025/6/3", dt.date(2025, 6, 3), pd.Timestamp("2025-06-03 14:00"),
     np.datetime64("2025-06-03"), dt.datetime(2025, 6, 3)],
)  # fmt: skip
def test_a_date_may_be_written_in_many_ways(value):
    assert values.Day("2025-06-03").judge("x", value).status == "right"


def test_a_wrong_date_says_how():
    day = values.Day("2025-06-03")
    assert day.judge("x", "2025-03-06").mistake == "day_and_month_swapped"
    assert day.judge("x", "2024-06-03").mistake == "wrong_year"
    assert day.judge("x", "2025-06-01").reason == "too_early"
    assert day.judge("x", "3 June").reason == "type"
    assert day.judge("x", "2025-02-30").reason == "type"
    assert day.judge("x", SaysYes()).reason == "type"


# --- tables


def test_neither_row_nor_column_order_nor_the_index_matter_unless_asked():
    other = BY_STORE.iloc[::-1][["revenue", "orders", "store_id", "day"]].set_index(
        pd.Index([7, 8, 9])
    )
    assert judge(BY_STORE, other).status == "right"
    assert judge(BY_STORE, other, ordered=True).reason == "order"


def test_whole_numbers_as_floats_and_codes_as_categories_are_fine():
    other = BY_STORE.astype({"orders": "float64", "store_id": "category"})
    assert judge(BY_STORE, other).status == "right"


@pytest.mark.parametrize("to", ["to_polars", "to_duckdb", "to_arrow"])
def test_any_dataframe_kind_is_compared_by_meaning(to):
    import duckdb
    import polars
    import pyarrow

    other = {
        "to_polars": lambda: polars.from_pandas(BY_STORE).lazy(),
        "to_duckdb": lambda: duckdb.from_df(BY_STORE),
        "to_arrow": lambda: pyarrow.Table.from_pandas(BY_STORE),
    }[to]()
    assert judge(BY_STORE, other).status == "right"


@pytest.mark.parametrize(
    ("value", "reason", "says"),
    [
        (BY_STORE.drop(columns="orders"), "missing_column", "orders"),
        (BY_STORE.rename(columns={"revenue": "revenu"}), "missing_column", "revenu: did you mean"),
        (BY_STORE.set_index("store_id"), "missing_column", ".reset_index()"),
        (BY_STORE.assign(more=1), "extra_column", "more"),
        (BY_STORE.astype({"orders": "str"}), "dtype", "pd.to_numeric"),
        (BY_STORE.assign(day=BY_STORE["day"].astype(str)), "dtype", "pd.to_datetime"),
        (BY_STORE.head(2), "rows", "Missing, for example: store_id = S03"),
        (pd.concat([BY_STORE, BY_STORE.head(1)]), "rows", "twice"),
        (BY_STORE.replace("S03", "S04"), "strangers", "S03"),
        (BY_STORE.assign(orders=[3, 5, 9]), "cells", "store_id = S03, column orders: yours is 9, right is 2"),
        (BY_STORE.assign(revenue=[None, 80.5, None]), "cells", "An empty cell (NaN)"),
        (BY_STORE.fillna({"revenue": 0}), "cells", "it is not zero"),
        (BY_STORE["orders"], "type", "[[ ]]"),
        (None, "type", "None"),
        (SaysYes(), "type", "SaysYes"),
        (3, "type", "a number"),
    ],
)  # fmt: skip
def test_a_wrong_table_says_where(value, reason, says):
    outcome = judge(BY_STORE, value)
    assert (outcome.status, outcome.reason) == ("wrong", reason)
    assert says in outcome.message


REVENUE = BY_STORE[["store_id", "revenue"]].fillna({"revenue": 7.0})


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (REVENUE.set_index("store_id")["revenue"].rename("amount"), '.rename("revenue").reset_index()'),
        (REVENUE.set_index("store_id")["revenue"], "Write behind it: .reset_index()"),
        (REVENUE.rename(columns={"revenue": "amount"}), '.rename(columns={"amount": "revenue"})'),
        (REVENUE.rename(columns={"revenue": 0}), '.rename(columns={0: "revenue"})'),
        (REVENUE.assign(orders=3), '[["store_id", "revenue"]]'),
    ],
)  # fmt: skip
def test_what_to_write_behind_a_result_of_another_shape_is_told_as_code(value, code):
    outcome = judge(REVENUE, value)
    assert outcome.status == "wrong" and code in outcome.message


def test_what_must_be_given_back_is_told_with_its_columns():
    for value in (REVENUE["revenue"], {"S01": 120.0}, REVENUE.rename(columns={"revenue": "x"})):
        assert "store_id, revenue" in judge(REVENUE, value).message


def test_of_several_wrong_rows_the_one_with_the_empty_cell_is_shown():
    right = pd.DataFrame(
        {"who": ["a", "b", "c"], "after": [1.0, 2.0, 0.0], "part": [0.5, 0.3, 0.2]}
    )
    empty = pd.DataFrame(
        {"who": ["a", "b", "c"], "after": [1.0, 2.0, None], "part": [0.6, 0.4, None]}
    )
    message = judge(right, empty).message
    assert "3 of 3 rows differ" in message and "who = c, column after" in message


def test_cells_that_claim_to_equal_everything_do_not():
    liars = BY_STORE.assign(orders=[SaysYes()] * 3, store_id=[SaysYes()] * 3)
    assert judge(BY_STORE, liars).status == "wrong"
    right = pd.DataFrame({"tags": [["a"], ["b"]]})
    assert judge(right, pd.DataFrame({"tags": [["a"], ["b"]]})).status == "right"
    assert judge(right, pd.DataFrame({"tags": [SaysYes(), SaysYes()]})).status == "wrong"


def test_a_table_class_with_its_own_answers_is_read_by_its_data():
    class Liar(pd.DataFrame):
        @property
        def columns(self):
            return BY_STORE.columns

        def __getitem__(self, name):
            return BY_STORE[name]

        def __len__(self):
            return len(BY_STORE)

    assert judge(BY_STORE, Liar({"a": [1]})).status == "wrong"


def test_a_huge_table_is_refused_by_its_row_count_before_it_is_fetched():
    import polars

    fetched = []
    huge = polars.LazyFrame({"a": range(300_000)}).map_batches(
        lambda frame: fetched.append(len(frame)) or frame, schema=None
    )
    outcome = judge(BY_STORE, huge)
    assert outcome.reason == "rows" and "300,000 rows" in outcome.message


def test_a_column_is_compared_under_its_labels():
    right = BY_STORE.set_index("store_id")["orders"]
    assert judge(right, right.iloc[::-1]).status == "right"
    assert judge(right, right.iloc[::-1], ordered=True).reason == "order"
    assert judge(right, right.to_list()).reason == "type"
    assert judge(right, right.to_frame()).reason == "type"
    wrong = judge(right, right.replace(2, 9))
    assert wrong.reason == "cells" and "store_id = S03" in wrong.message
    assert judge(right, right.rename({"S03": "S09"})).reason == "strangers"
    assert judge(right, right.reset_index(drop=True), index=False).status == "right"


def test_plain_lists_sets_and_dictionaries_compare_by_content():
    loop = []
    loop.append(loop)
    assert judge(["a", "b"], ("a", "b")).status == "right"
    assert judge(["a", "b"], ["b", "a"]).reason == "order"
    assert judge({"a": 1}, {"a": 1.0}).status == "right"
    assert judge([1, 2], [SaysYes(), SaysYes()]).status == "wrong"
    assert judge([1, 2], loop).status == "wrong"
    assert judge(True, 1).reason == "type"


# --- functions


def total(sales):
    return sales["amount"].sum()


LINES = pd.DataFrame({"amount": [10.0, 5.25, -2.0]})
OTHER_LINES = pd.DataFrame({"amount": [7.0, -1.5]})


def called(function, expected=total, inputs=(LINES, OTHER_LINES), **more):
    return functions.Function(expected, inputs=list(inputs), **more).judge("total", function)


def test_a_function_is_right_when_it_is_right_on_every_input():
    assert called(total).status == "right"
    assert called(lambda sales: 13.25, inputs=[LINES]).status == "right"
    hard_coded = called(lambda sales: 13.25)
    assert (
        hard_coded.status == "wrong"
        and "total(a table of 2 rows and 1 columns)" in hard_coded.message
    )


def test_a_functions_typical_mistake_is_named_when_every_call_shows_it():
    wrong = lambda sales: sales["amount"].clip(lower=0).sum()  # noqa: E731
    outcome = called(
        wrong, mistakes={"returns_left_in": wrong, "mean_for_sum": lambda s: s.amount.mean()}
    )
    assert outcome.mistake == "returns_left_in"
    assert called(lambda sales: -sales["amount"].sum()).mistake == "sign_flipped"


def test_an_untouched_function_is_not_attempted():
    def stub(sales):
        return ...

    def later(sales):
        raise NotImplementedError

    assert called(stub).status == "not_attempted"
    assert called(later).status == "not_attempted"
    assert called(...).status == "not_attempted"


def leaves_no_way(sales):
    return leaves_no_way(sales)


def misspells(sales):
    return sales["amuont"].sum()


def test_what_goes_wrong_inside_the_function_is_told_with_its_line():
    assert called(leaves_no_way).reason == "recursion"
    outcome = called(misspells)
    assert outcome.reason == "raises"
    assert "no column amuont. Did you mean amount?" in outcome.message
    assert 'return sales["amuont"].sum()' in outcome.message
    assert called(lambda sales: exit()).reason == "exit"
    assert called(lambda sales: None).reason == "returns_nothing"
    assert called(lambda sales: SaysYes()).reason == "type"
    assert called(lambda: 3).reason == "raises"
    assert called(3).reason == "type"


def test_a_function_that_spoils_its_input_spoils_nothing():
    def spoils(sales):
        sum_before = sales["amount"].sum()
        sales["amount"] = 0
        return sum_before

    assert called(spoils).status == "right"
    assert LINES["amount"].sum() == 13.25


def test_what_a_function_prints_or_warns_stays_out_of_the_cell(capfd):
    import warnings

    def noisy(sales):
        print("100")
        warnings.warn("careful", stacklevel=1)
        return sales["amount"].sum()

    assert called(noisy).status == "right"
    assert capfd.readouterr() == ("", "")


# --- charts and models


def axes_with(draw, labelled=True):
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    draw(axes)
    if labelled:
        axes.set(xlabel="day", ylabel="yuan")
    return axes


BARS = axes_with(lambda axes: axes.bar(["Mon", "Tue", "Wed"], [120, 80, 95]))


@pytest.mark.parametrize(
    ("axes", "reason"),
    [
        (axes_with(lambda a: a.bar(["Mon", "Tue", "Wed"], [120, 80, 95]), labelled=False), "unlabelled"),
        (axes_with(lambda a: a.plot([1, 2, 3], [120, 80, 95])), "kind"),
        (axes_with(lambda a: a.bar(["Mon", "Tue", "Wed"], [120, 80, 5])), "data"),
        (axes_with(lambda a: a.bar(["Mon", "Tue"], [120, 80])), "data"),
        (axes_with(lambda a: (a.bar(["Mon", "Tue", "Wed"], [120, 80, 95]), a.set_ylim(70, 130))), "not_from_zero"),
        (axes_with(lambda a: None), "empty"),
        (3, "type"),
        (SaysYes(), "type"),
    ],
)  # fmt: skip
def test_a_wrong_chart_says_how(axes, reason):
    assert charts.Chart([120, 80, 95], kind="bar").judge("chart", axes).reason == reason


def test_right_charts_of_each_kind_pass():
    right = [120, 80, 95]
    names = ["Mon", "Tue", "Wed"]
    for kind, draw in {
        "bar": lambda a: a.bar(names, right),
        "barh": lambda a: a.barh(names, right),
        "line": lambda a: a.plot([1, 2, 3], right),
        "scatter": lambda a: a.scatter([1, 2, 3], right),
        "pie": lambda a: a.pie(right),
    }.items():
        assert charts.kind_of(axes_with(draw)) == kind
        assert charts.Chart(right, kind=kind).judge("chart", axes_with(draw)).status == "right", (
            kind
        )
    hist = axes_with(lambda a: a.hist([1, 1, 2, 3, 3, 3], bins=3))
    assert charts.Chart([2, 1, 3], kind="hist").judge("chart", hist).status == "right"
    assert charts.Chart(right, kind="bar").judge("chart", BARS.figure).status == "right"
    assert charts.Chart(right, kind="bar", title=True).judge("chart", BARS).reason == "no_title"


def test_a_model_is_judged_on_data_it_has_not_seen():
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] > 0).astype(int)
    held_out = models.Model(y[100:], given=X[100:], at_least=0.9)
    good = LogisticRegression().fit(X[:100], y[:100])
    assert held_out.judge("model", good).status == "right"
    assert held_out.judge("model", DummyClassifier().fit(X[:100], y[:100])).reason == "too_weak"
    assert held_out.judge("model", LogisticRegression()).reason == "not_fitted"
    assert held_out.judge("model", LogisticRegression).reason == "type"
    assert held_out.judge("model", SaysYes()).reason == "type"

    class Liar:
        def predict(self, rows):
            return [SaysYes()] * len(rows)

        def score(self, *_):
            return 1.0

    assert held_out.judge("model", Liar()).status == "wrong"


# --- form alone


def test_a_graded_answer_is_noted_without_being_judged(capsys):
    best_hour = 3
    check.answered("best_hour", "number", between=(0, 23), unit="h")
    assert (
        capsys.readouterr().out
        == "✓ best_hour: Your answer is noted; it is marked after you submit.\n"
    )
    check.answered("best_hour", "number", between=(0, 23), value=25)
    assert "cannot be" in capsys.readouterr().out
    check.answered("best_hour", "number", value="seventeen")
    assert capsys.readouterr().out.startswith("✗")
    check.answered("method", "choice", options="ABC", value="d")
    assert "A, B, C" in capsys.readouterr().out
    check.answered("method", "choice", options="ABC", value="c")
    assert capsys.readouterr().out.startswith("✓")
    check.answered("why", "text", value=" ")
    assert capsys.readouterr().out.startswith("✗")
    check.answered("day", "date", between=("2025-06-01", "2025-06-30"), value="2025-07-01")
    assert "2025-07-01 cannot be" in capsys.readouterr().out
    del best_hour


# --- the examples in the docstrings


def test_the_examples_in_the_docstrings_run():
    names = ["crmkit.learn"] + [
        module.name for module in pkgutil.walk_packages(crmkit.learn.__path__, "crmkit.learn.")
    ]
    attempted = 0
    for name in names:
        results = doctest.testmod(importlib.import_module(name))
        assert results.failed == 0, name
        attempted += results.attempted
    assert attempted > 20
    assert tables.Frame.__doc__ and values.Number.__doc__


def test_a_column_without_labels_of_its_own_is_told_by_its_rows():
    given, right = pd.Series(["142 0301", "1547"]), pd.Series(["1420301", None])
    said = functions.Function([right], inputs=[(given,)]).judge("keys", lambda one: one).message
    assert "[142 0301, 1547]" in said and "row 1: yours is 142 0301, right is 1420301" in said
    assert "label" not in said and "column value" not in said


def test_a_table_shown_for_people_is_told_to_be_taken_as_it_is():
    from crmkit import show

    with use_language("zh"):
        outcome = tables.Frame(BY_STORE).judge("by_store", show(BY_STORE))
        assert outcome.reason == "missing_column" and "去掉外面的 ck.show( )" in outcome.message


def test_a_function_whose_last_step_is_missing_is_told_so():
    def total(prices):
        doubled = [2 * price for price in prices]  # noqa: F841
        return ...

    assert (
        "Put your last step"
        in functions.Function([6], inputs=[[1, 2]]).judge("total", total).message
    )


def test_what_the_kit_answers_is_no_answer_of_the_learners():
    import crmkit as ck
    from crmkit.segment import rfm_groups

    def by_the_kit(scored):
        return ck.segment.rfm_groups(scored)

    def by_name(scored):
        return next(rfm_groups(one) for one in (scored,))

    def by_hand(scored):
        return len(scored)

    for taken in (by_the_kit, by_name):
        told = functions.Function([2], inputs=[[1, 2]], by_hand=True).judge("group", taken)
        assert told.reason == "kit" and "ck.segment" in told.message
    assert (
        functions.Function([2], inputs=[[1, 2]], by_hand=True).judge("group", by_hand).status
        == "right"
    )


def test_months_as_periods_and_a_lost_index_are_told_how_they_are_mended():
    months = pd.DataFrame({"cohort": ["2025-01", "2025-02"], "members": [2, 3]})
    periods = months.assign(cohort=pd.PeriodIndex(months["cohort"], freq="M"))
    assert ".astype(str)" in tables.Frame(months).judge("cohorts", periods).message
    nearest = pd.Series(["a", "b"], index=pd.Index(["M1", "M2"], name="member_id"))
    told = tables.Column(nearest).judge("nearest", nearest.reset_index(drop=True))
    assert told.reason == "index" and "index=table.index" in told.message


def test_a_wrong_function_is_shown_the_small_tables_it_was_tried_on(monkeypatch):
    lines = pd.DataFrame({"member_id": ["A", "B"], "amount": [3.0, None]})
    judged = functions.Function([3.0], inputs=[(lines,)]).judge(
        "total", lambda lines: lines["nothing"].sum()
    )
    assert "member_id | amount\nA | 3" in judged.message
    monkeypatch.setattr("crmkit.learn.checks.functions.is_grading", lambda: True)
    graded = functions.Function([3.0], inputs=[(lines,)]).judge(
        "total", lambda lines: lines.nothing
    )
    assert graded.status == "wrong" and "\n" not in graded.message
