"""The examples in CONTRIBUTING work as they stand."""

import re

import pytest
import yaml

from crmkit.learn import Tasks, dialogue, quiz


@pytest.fixture(scope="module")
def sections(repository):
    text = (repository / "CONTRIBUTING.md").read_text("utf-8")
    return {part.split("\n", 1)[0]: part for part in text.split("\n## ")}


def example(sections, title, language):
    return re.search(rf"```{language}\n(.*?)```", sections[title], re.S)[1]


@pytest.mark.parametrize(
    ("title", "opens"),
    [("Write a quiz", quiz), ("Write a dialogue", dialogue), ("Write a task", Tasks)],
)
def test_the_texts_that_contributing_shows_are_valid(sections, title, opens, desk):
    text = example(sections, title, "yaml")
    if title == "Write a quiz":
        text = text.replace("draw: 5", "draw: 1")
    (desk / "example.yaml").write_text(text, "utf-8")
    assert opens(desk / "example.yaml")
    assert len(text.splitlines()) <= 16
    assert yaml.safe_load(text)


def test_the_checks_that_contributing_shows_run(sections, capsys):
    import pandas as pd
    from matplotlib.figure import Figure

    chart = Figure().subplots()
    chart.bar(["a", "b", "c"], [120, 80, 95])
    chart.set(xlabel="x", ylabel="y")
    small = pd.DataFrame({"amount": [5.0, 2.0]})
    names = {
        "aov": 86.5,
        "answer": "AC",
        "best_day": "2025-06-01",
        "right": small,
        "by_store": small,
        "chart": chart,
        "small": small,
        "with_returns": pd.DataFrame({"amount": [5.0, -2.0]}),
        "total": lambda sales: sales["amount"].sum(),
        "best_hour": 17,
    }
    exec(example(sections, "Write a check", "python"), names)
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 7 and all(line.startswith("✓") for line in shown)
