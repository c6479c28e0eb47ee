"""What is said of a month is said of whole ones; what is advised follows from the file."""

import dataclasses
import re
from datetime import date

import pandas as pd
import pytest

from crmkit import kpi, report
from crmkit.i18n import use_language
from crmkit.report import chapters, ledger, of_time
from crmkit.report.figures import rows
from crmkit.report.own import whole, whole_days


@pytest.mark.parametrize(
    ("first", "last", "period", "whole"),
    [
        ("2010-12-01", "2011-12-09", "month", ("2010-12-01", "2011-11-30")),
        ("2025-01-03", "2025-03-29", "month", ("2025-01-01", "2025-03-31")),  # closed at the ends
        ("2025-01-15", "2025-03-15", "month", ("2025-02-01", "2025-02-28")),
        ("2025-01-10", "2025-02-02", "month", ("2025-01-10", "2025-02-02")),  # none is whole
        ("2010-12-01", "2011-12-09", "quarter", ("2011-01-01", "2011-09-30")),
    ],
)
def test_months_are_whole(first, last, period, whole):
    found = whole_days(date.fromisoformat(first), date.fromisoformat(last), period)
    assert tuple(map(str, found)) == whole


@pytest.fixture(scope="module")
def retail(retail_data):
    with use_language("en"):
        return report.analyse(retail_data / "online_retail.parquet")


def test_nine_days_of_december_are_no_fall(retail):
    growth = rows(retail.found["growth"])
    assert [one["month"] for one in growth][-1] == "2011-11"
    assert min(one["pop"] or 0 for one in growth) > -0.3
    assert "does not hold all of it: December 2011" in retail.html()


def test_in_short_says_what_the_report_comes_to(retail):
    page = retail.html()
    short = page[page.index("In short") : page.index("What to do")]
    assert "of what members spent" in short and "9,747,748" not in short  # which the tiles say


def test_postage_and_cancelled_bulk_orders_are_no_bad_goods(retail):
    said = " ".join(one.do for one in retail.advice)
    assert "REGENCY CAKESTAND 3 TIER" in said
    assert "Manual" not in said and "MEDIUM CERAMIC" not in said


def test_one_store_is_not_told_to_compare_stores(lines):
    kept = ["sale_id", "sold_at", "store_id", "member_id", "product_id", "quantity", "amount"]
    found = report.analyse(lines[kept])
    assert dict(found.left_out)["Store by store"] == "There is only one in the file."
    said = " ".join(f"{one.do} {one.check}" for one in found.advice)
    assert "side by side" in said and "store" not in said


def test_a_few_lines_of_litres_do_not_become_pieces(retail_data):
    found = report.analyse(retail_data / "completejourney")
    assert not found.opened.pieces
    page = found.html()
    assert "Units per transaction" not in page and "grams or litres?" in page
    [fuel] = [one for one in rows(found.found["by_category"]) if one["category"] == "FUEL"]
    assert fuel["revenue"] > 10_000
    assert found.opened.names["25671"] == "ICE - CRUSHED/CUBED"


def test_wholesale_pieces_are_pieces(retail):
    assert retail.opened.pieces


def test_a_name_of_the_next_step_is_a_column_that_lacks(lines):
    found = report.analyse(lines[["sale_id", "sold_at", "amount"]].head(2000))
    assert re.search(r"export these columns as well[^<]*<ul><li>[^<]*[Mm]ember", found.html())


def test_night_hours_are_asked_about(lines):
    shifted = lines.assign(sold_at=lines["sold_at"] + pd.Timedelta(hours=8))
    found = report.analyse(shifted[["sale_id", "sold_at", "amount"]])
    assert "of another time zone?" in found.html()


@pytest.mark.parametrize(
    ("first", "last", "closed", "weeks"),
    [
        ("2025-01-01", "2025-01-31", (), ("2025-01-06", "2025-01-26")),
        ("2025-01-06", "2025-01-19", (), ("2025-01-06", "2025-01-19")),
        ("2025-01-07", "2025-01-18", (1, 7), ("2025-01-06", "2025-01-19")),
        ("2025-01-01", "2025-01-18", (), ("2025-01-06", "2025-01-12")),  # they sell on Sundays
        ("2025-01-08", "2025-01-17", (), ("2025-01-08", "2025-01-17")),  # no whole week in it
    ],
)
def test_a_week_cut_off_by_the_file_is_not_in_what_is_said_by_week(first, last, closed, weeks):
    found = whole_days(date.fromisoformat(first), date.fromisoformat(last), "week", closed)
    assert tuple(map(str, found)) == weeks


def test_a_file_of_half_a_year_is_told_by_the_week_and_a_longer_one_is_not(till_export):
    opened = ledger.opened(till_export)
    names = [step.name for steps in chapters.chapters(opened).values() for step in steps]
    assert "by_week" in names
    longer = dataclasses.replace(opened, since=opened.since.replace(year=2023))
    assert "by_week" not in [s.name for steps in chapters.chapters(longer).values() for s in steps]


def test_a_week_is_told_by_its_day_alone():
    moments = pd.DataFrame({"week": pd.to_datetime(["2025-03-10", "2025-03-17"]), "revenue": [1.0, 2.0]})  # fmt: skip
    days = (date(2025, 3, 10), date(2025, 3, 24))
    with use_language("en"):
        said = of_time.weeks({"by_week": moments, "_days": days, "_sign": "£"})
    assert said.startswith(
        "Best week: from 17 March 2025 (£2.00); weakest: from 10 March 2025 (£1.00)."
    )
    assert "not hold all seven days: the weeks of 24 March 2025" in said


def test_who_bought_before_the_first_whole_quarter_is_not_new_in_it():
    """A file from May on holds half a quarter: its buyers are the first cohort, not the third quarter's."""
    days = pd.date_range("2025-05-01", "2025-12-31")
    lines = pd.DataFrame({"sale_id": range(len(days)), "sold_at": days, "member_id": [f"M{n % 20}" if n < 150 else f"N{n % 5}" for n in range(len(days))], "quantity": 1, "amount": 9.0})  # fmt: skip
    found = kpi.cohort_retention(whole(lines, "quarter", begin=False), period="quarter")
    cohorts = found.drop_duplicates("cohort")
    assert cohorts["cohort"].tolist()[:1] == ["2025-Q2"] and cohorts["members"].tolist()[0] == 20
    assert cohorts["members"].sum() == 25
