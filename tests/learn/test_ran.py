"""A check never judges what the last run of its answer did not produce."""

import subprocess
import sys

import pytest

from crmkit.learn.ran import sets


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("orders = 12", {"orders"}),
        ("orders = 12单", {"orders"}),
        ("mostly = “B”", {"mostly"}),
        ("a, b = 1, 2", {"a", "b"}),
        ("a, b = 1, 2单", {"a", "b"}),
        ("total += 5", {"total"}),
        ("for line in [1]:\n    total = line", {"line", "total"}),
        ("def recency(sales):\n    x = 1 +", {"recency"}),
        ("def recency(sales):\n    x = 1\n    return x", {"recency"}),
        ("答案 = = 3", {"答案"}),
        ("price: float = 3元", {"price"}),
        ("print(orders == 12", set()),
        ("with open('x') as file:\n    pass", {"file"}),
        ("", set()),
    ],
)
def test_the_names_of_a_cell_are_known_even_where_it_is_no_python(source, names):
    assert sets(source) - {"x"} == names


CELLS = [
    ("from crmkit.learn import check", None),
    ("orders = 12", None),
    ("check.number('orders', 12)", "✓"),
    ("orders = 12单", None),
    ("check.number('orders', 12)", "stopped with an error"),
    ("orders = 12 / 0", None),
    ("check.number('orders', 12)", "stopped with an error"),
    ("other = 3", None),
    ("check.number('orders', 12)", "stopped with an error"),
    ("check.number('other', 3)", "✓"),
    ("orders = 12", None),
    ("check.number('orders', 12)", "✓"),
    ("def total(x):\n    return x", None),
    ("def total(x):\n    return x +", None),
    ("check.function('total', [1, 2], inputs=[1, 2])", "stopped with an error"),
]

SCRIPT = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from crmkit import set_language
set_language("en")
shell = InteractiveShell.instance()
said = []
for source in json.loads(sys.argv[1]):
    with capture_output() as captured:
        shell.run_cell(source)
    said.append(captured.stdout + "".join(str(one.data) for one in captured.outputs))
print(json.dumps(said))
"""


def test_a_check_does_not_judge_the_run_before(desk):
    import json

    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([source for source, _says in CELLS])],
        capture_output=True,
        text=True,
    )
    said = json.loads(run.stdout.splitlines()[-1])
    for (source, says), shown in zip(CELLS, said, strict=True):
        if says:
            assert says in shown, (source, shown)
            assert ("✓" in shown) is (says == "✓"), (source, shown)
