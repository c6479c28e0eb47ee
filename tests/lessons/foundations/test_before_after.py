"""What is asked before and after the course has the answers that its own words give."""

import re
from datetime import datetime

import pytest

from crmkit.i18n import LANGUAGES, use_language
from crmkit.learn.questions import Asked
from crmkit.learn.reading import shown_number

BOTH = ("foundations-before", "foundations-after")


@pytest.fixture(params=[(name, language) for name in BOTH for language in LANGUAGES], ids="-".join)
def asked(request):
    name, language = request.param
    with use_language(language):
        yield Asked(name)


def key(asked, one):
    return getattr(asked.keys({}), one)().value


def figures(words):
    return [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", words)]


def test_satisfaction_is_counted_from_the_marks_in_the_question(asked):
    words = asked.questions["csat"].label
    people = figures(words)[0]
    given = [int(n) for n in re.findall(r"\d+", words)][1:9]
    pairs = list(zip(given[::2], given[1::2], strict=True))
    if asked.questions["csat"].shown(1.0) and "customers" in words:
        pairs = [(mark, n) for n, mark in pairs]
    assert sum(n for _mark, n in pairs) == people
    assert key(asked, "csat") == 100 * sum(n for mark, n in pairs if mark >= 4) / people


def test_the_average_order_is_revenue_by_orders(asked):
    revenue, orders, _visitors = figures(asked.questions["aov"].label)
    assert key(asked, "aov") == revenue / orders and shown_number(revenue / orders)


def test_what_moved_is_the_figure_that_changed_most(asked):
    came, comes, bought, buys, brought, brings = figures(asked.questions["moved"].label)
    changes = {
        "people": comes / came - 1,
        "conversion": (buys / comes) / (bought / came) - 1,
        "basket": brings / brought - 1,
    }
    assert key(asked, "moved") == max(changes, key=lambda one: abs(changes[one]))
    assert sorted(map(abs, changes.values()))[1] < 0.05, "and nothing else moved"


def test_who_is_overdue_is_away_longest_by_their_own_gap(asked):
    options = asked.questions["overdue"].options()
    away = {one: figures(words) for one, words in options.items()}
    ratio = {one: days[1] / days[0] for one, days in away.items() if len(days) == 2}
    assert len(ratio) == 3 and key(asked, "overdue") == max(ratio, key=ratio.get)
    assert sorted(ratio.values())[-2] < 1.1, "nobody else is late"


def test_only_one_line_has_a_day_or_an_hour_that_does_not_exist(asked):
    months = {"June": 6, "May": 5}

    def cannot_be(words):
        english = re.match(r"(\d+) (\w+) (\d+):(\d+)", words)
        if english:
            day, month, hour, minute = english.groups()
            month = months[month]
        else:
            month, day, hour, minute = re.match(r"(\d+) 月 (\d+) 日 (\d+):(\d+)", words).groups()
        try:
            datetime(2025, int(month), int(day), int(hour), int(minute))
        except ValueError:
            return True
        return False

    options = asked.questions["impossible"].options()
    assert [one for one, words in options.items() if cannot_be(words)] == [key(asked, "impossible")]


def test_both_ask_the_same_ten_things_in_other_words():
    first, last = (Asked(name) for name in BOTH)
    assert list(first.questions) == list(last.questions) and len(first.questions) == 10
    same = [
        one for one in first.questions if first.questions[one].label == last.questions[one].label
    ]
    assert set(same) <= {"impossible", "overdue"}, "there the lines to choose from differ"
