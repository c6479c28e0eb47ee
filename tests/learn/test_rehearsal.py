"""Every kind of check tests itself, and a careless check is found out."""

import numpy as np
import pandas as pd
import pytest

from crmkit.learn import check
from crmkit.learn.checks.charts import Chart
from crmkit.learn.checks.fitting import expectation_for
from crmkit.learn.checks.form import Form
from crmkit.learn.checks.functions import Function
from crmkit.learn.checks.models import Model
from crmkit.learn.checks.values import Choice, Number, Text
from crmkit.learn.rehearsal import complaints, rehearsing

FRAME = pd.DataFrame(
    {"store_id": ["S01", "S02", "S03"], "orders": [3, 5, 2], "rate": [0.1, 0.2, None]}
)


def total(sales):
    return sales["amount"].sum()


def by_store(sales):
    return sales.groupby("store_id", as_index=False)["amount"].sum()


SALES = [
    pd.DataFrame({"store_id": ["S01", "S01", "S02"], "amount": [10.0, -2.5, 4.0]}),
    pd.DataFrame({"store_id": ["S03", "S02"], "amount": [7.0, -1.0]}),
]


def chart():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    axes.bar(["Mon", "Tue"], [120, 80])
    axes.set(xlabel="day", ylabel="yuan")
    return axes


def model():
    from sklearn.linear_model import LogisticRegression

    X = np.random.default_rng(1).normal(size=(300, 2))
    y = (X[:, 0] > 0).astype(int)
    return Model(y[200:], given=X[200:], at_least=0.9), LogisticRegression().fit(X[:200], y[:200])


@pytest.mark.parametrize(
    ("expectation", "right"),
    [
        (expectation_for(12.5, unit="yuan", mistakes={"returns_left_in": 15.0}), 12.5),
        (expectation_for(0), 0),
        (expectation_for(float("nan")), float("nan")),
        (Text(["returns", "退货"], mistakes={"swapped": "sales"}), "退货"),
        (Choice("B", options="ABC", mistakes={"swapped": "C"}), "B"),
        (Choice({"A", "C"}, options="ABC"), "AC"),
        (expectation_for(pd.Timestamp("2025-06-03")), "2025-06-03"),
        (expectation_for([1, 2, 3]), [1, 2, 3]),
        (expectation_for(True), True),
        (expectation_for(FRAME, ordered=True, mistakes={"first_row_lost": FRAME.iloc[1:]}), FRAME),
        (
            expectation_for(FRAME.set_index("store_id")["orders"]),
            FRAME.set_index("store_id")["orders"],
        ),
        (
            Function(
                total,
                inputs=SALES,
                mistakes={"returns_left_in": lambda s: s["amount"].clip(lower=0).sum()},
            ),
            total,
        ),
        (Function(by_store, inputs=SALES), by_store),
        (Chart([120, 80], kind="bar"), chart()),
        model(),
        (Form("number", between=(0, 23)), 17),
        (Form("choice", options=("A", "B")), "A"),
        (Form("text"), "because"),
        (Form("date"), "2025-06-01"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_check_stands_its_own_test(expectation, right, language):
    outcome = expectation.judge("it", right)
    assert complaints("it", expectation, right, outcome) == []


def test_a_check_whose_mistake_gives_the_right_answer_is_found_out(capsys):
    with rehearsing() as seen:
        check.number("aov", 80.0, value=80.0, mistakes={"mean_of_means": 80.001})
    ((_name, expectation, _value, _outcome),) = seen
    assert isinstance(expectation, Number)
    assert "cannot tell it apart" in complaints(*seen[0])[0]


def test_two_mistakes_that_look_alike_are_found_out():
    twins = expectation_for(80.0, mistakes={"mean_of_means": 70.0, "median_for_mean": 70.0})
    assert (
        "median_for_mean is not recognised, it is told as mean_of_means"
        in (complaints("aov", twins, 80.0, twins.judge("aov", 80.0))[0])
    )


def test_a_check_that_lets_much_pass_is_found_out():
    class Lax(Number):
        def fault(self, value):
            return None

    lax = Lax(80.0)
    found = complaints("aov", lax, 80.0, lax.judge("aov", 80.0))
    assert any("an object that equals everything passes" in one for one in found)
    assert any("NaN passes" in one for one in found)


def test_a_reference_answer_that_is_wrong_is_found_out():
    wrong = expectation_for(80.0)
    assert "not right" in complaints("aov", wrong, 81.0, wrong.judge("aov", 81.0))[0]
