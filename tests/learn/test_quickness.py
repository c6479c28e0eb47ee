"""A check answers within 50 ms beyond what it checks (processor time, so a busy machine may run it)."""

import time

import numpy as np
import pandas as pd
import pytest

from crmkit.learn.checks.fitting import expectation_for
from crmkit.learn.checks.functions import Function
from crmkit.learn.checks.values import Choice

ROWS = 2_000
RNG = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "member_id": [f"M{n:06d}" for n in range(ROWS)],
        "store_id": RNG.choice(["S01", "S02", "S03"], ROWS),
        "day": pd.Timestamp("2025-01-01") + pd.to_timedelta(RNG.integers(0, 200, ROWS), unit="D"),
        "orders": RNG.integers(1, 30, ROWS),
        "revenue": RNG.normal(500, 90, ROWS).round(2),
    }
)
SHUFFLED = FRAME.sample(frac=1, random_state=2)
WRONG = SHUFFLED.assign(revenue=SHUFFLED["revenue"] + (SHUFFLED["orders"] == 3))


def best(function, times=7):
    took = []
    for _time in range(times):
        start = time.process_time()
        function()
        took.append(time.process_time() - start)
    return min(took)


@pytest.mark.parametrize(
    ("expectation", "value", "status"),
    [
        (expectation_for(12.5, unit="yuan"), 12.5, "right"),
        (Choice({"A", "C"}, options="ABCD"), "A, C", "right"),
        (expectation_for(FRAME), SHUFFLED, "right"),
        (expectation_for(FRAME), WRONG, "wrong"),
        (expectation_for(FRAME.set_index("member_id")["revenue"]), SHUFFLED.set_index("member_id")["revenue"], "right"),
    ],
    ids=["number", "choice", "table", "wrong_table", "column"],
)  # fmt: skip
def test_a_check_adds_little(expectation, value, status):
    assert expectation.judge("it", value).status == status
    assert best(lambda: expectation.judge("it", value)) < 0.05


def test_a_function_check_adds_little_to_the_calls_themselves():
    inputs = [FRAME, SHUFFLED.head(1000), FRAME.tail(100)]

    def by_store(sales):
        return sales.groupby("store_id", as_index=False)["revenue"].sum()

    function = Function([by_store(one) for one in inputs], inputs=inputs)
    assert function.judge("by_store", by_store).status == "right"
    alone = best(lambda: [by_store(one) for one in inputs])
    assert best(lambda: function.judge("by_store", by_store)) - alone < 0.05
