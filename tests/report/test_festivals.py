"""Days far above usual that go with a holiday that moves: it is named, with its days next time."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from crmkit.i18n import use_language
from crmkit.report import analyse, festivals, page
from crmkit.report.festivals import a_year_on, chinese, near

FOUND = {"_chinese": True, "_days": (date(2025, 1, 1), date(2026, 10, 31))}


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr(festivals, "today", lambda: date(2026, 11, 28))


def busy(first, last):
    """One and a half years of a shop whose days from one to another brought three times as much."""
    chance = np.random.default_rng(2)
    days = pd.date_range("2025-05-01", "2026-10-31")
    some = [(day, chance.normal(20, 2) * (3 if pd.Timestamp(first) <= day <= pd.Timestamp(last) else 1)) for day in days]  # fmt: skip
    rows = [(f"{day:%Y%m%d}-{n}", day, 30.0) for day, orders in some for n in range(round(orders))]
    return pd.DataFrame(rows, columns=["小票号", "日期", "实收金额"])


def written(table, file):
    table.to_csv(file, index=False)
    return file


@pytest.mark.parametrize(
    ("first", "last", "name", "coming"),
    [
        ("2026-02-05", "2026-02-16", "春节", ("2027-01-25", "2027-02-05")),  # ends on its eve
        ("2025-01-17", "2025-01-26", "春节", ("2027-01-25", "2027-02-03")),  # three days before
        ("2026-02-19", "2026-02-24", "春节", ("2027-02-08", "2027-02-13")),  # after it
        ("2026-06-15", "2026-06-17", "端午节", ("2027-06-05", "2027-06-07")),
        ("2026-09-20", "2026-09-25", "中秋节", ("2027-09-10", "2027-09-15")),
    ],
)  # fmt: skip
def test_a_stretch_before_or_about_a_moving_holiday_is_called_so_with_its_days_next_time(
    first, last, name, coming
):
    with use_language("zh"):
        feast = near(FOUND, *map(date.fromisoformat, (first, last)))
    assert feast.name == name
    assert (feast.first, feast.last) == tuple(map(date.fromisoformat, coming))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-20", "2026-01-30"),  # over two weeks too early
        ("2026-03-05", "2026-03-09"),
        ("2025-10-01", "2025-10-08"),  # the national holiday holds mid-autumn that year
        ("2026-06-10", "2026-06-18"),  # what the shops of the web make of 18 June
        ("2025-05-29", "2025-06-01"),  # Children's Day
    ],
)  # fmt: skip
def test_days_far_from_one_or_with_a_holiday_that_stands_still_are_not_put_down_to_it(first, last):
    assert near(FOUND, *map(date.fromisoformat, (first, last))) is None


def test_the_holidays_are_told_to_chinese_shops_only():
    assert near(FOUND | {"_chinese": False}, date(2026, 2, 5), date(2026, 2, 16)) is None
    with use_language("zh"):
        assert chinese("¥", ["日期"]) and chinese("", ["amount"]) and not chinese("£", ["日期"])
        assert not chinese("¥", ["売り上げ"])
    with use_language("en"):
        assert chinese("¥", ["date"]) and not chinese("", ["date"])


def test_a_day_that_comes_every_year_comes_again_after_today_and_the_file():
    assert a_year_on(FOUND, date(2026, 5, 1)) == date(2027, 5, 1)
    assert a_year_on(FOUND, date(2025, 12, 20)) == date(2026, 12, 20)
    assert a_year_on(FOUND, date(2024, 2, 29)) == date(2027, 2, 28)


def test_what_is_advised_has_the_days_of_next_year_and_one_looks_again_before_them(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("crmkit.report.points_of_time.today", festivals.today)
    monkeypatch.setattr(page, "today", festivals.today)
    file = written(busy("2026-02-05", "2026-02-16"), tmp_path / "流水.csv")
    told = {}
    for language in ("zh", "en"):
        with use_language(language):
            report = analyse(file)
            [point] = [one for one in report.points if one.advice and one.advice.by]
            told[language] = (point.more, point.advice.do, report.html())
    more, do, html = told["zh"]
    assert more == "这段日子在春节（2026年2月17日）前。下一个春节是2027年2月6日，同样的日子是2027年1月25日至2月5日。"  # fmt: skip
    assert do == "2027年1月25日至2月5日要按平常的 2.9 倍备：货在2027年1月4日前订好，人手早点排。"
    assert "2027年1月4日前后再看一次" in html and "要是跟着农历" not in html
    more, do, html = told["en"]
    assert more == "They lay just before Spring Festival (17 February 2026). The next Spring Festival is on 6 February 2027: the same days are then 25 January to 5 February 2027."  # fmt: skip
    assert do == "For 25 January to 5 February 2027 order by 4 January 2027 and plan enough people: 2.9 times what is usual."  # fmt: skip
    assert "Check again around 4 January 2027" in html


def test_one_looks_again_in_eight_weeks_where_nothing_is_due_before(monkeypatch):
    now = date(2026, 11, 28)
    monkeypatch.setattr(page, "today", lambda: now)
    weeks = now + timedelta(weeks=8)
    assert page._look_again([]) == page._look_again([date(2027, 4, 10), now]) == weeks
    assert page._look_again([date(2026, 12, 20)]) == date(2026, 12, 20)


def test_no_report_waits_for_the_calendar_that_does_not_need_it():
    import subprocess
    import sys

    asked = "import sys, crmkit, crmkit.report, crmkit.report.festivals; print('holidays' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
