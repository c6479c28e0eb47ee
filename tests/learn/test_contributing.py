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


def test_the_questions_that_contributing_shows_are_asked_and_judged(sections, desk, monkeypatch):
    from crmkit.learn import answers, authored, questions

    text = example(sections, "Ask in fields", "yaml")
    (desk / "example.yaml").write_text(text, "utf-8")
    data, _lines = authored.read(desk / "example.yaml", "questions")
    made: dict = {}
    exec(example(sections, "Ask in fields", "python"), made)
    monkeypatch.setattr(questions, "_known", lambda name: (data, made["CheckUp"]))
    asked = questions.Asked("example")
    assert asked.outcome("phone_accuracy").status == "not_attempted"
    answers.keep("example", {"my_number": "7", "phone_accuracy": "90％"})
    assert asked.outcome("phone_accuracy").plain_sentence == "90% of 10 can be right."
    answers.keep("example", {"phone_accuracy": "75"})
    wrong = asked.outcome("phone_accuracy").plain_sentence
    assert wrong == "Divide by those filled in. Accuracy = right ÷ filled in."


def test_the_panel_that_contributing_shows_follows_what_is_chosen(sections):
    made: dict = {}
    exec(example(sections, "Build a panel", "python"), made)
    assert "S01" in made["panel"].text
    made["panel"].did({"act": "choose", "arg": "S02", "values": {}})
    assert "You look at S02." in made["panel"].text
