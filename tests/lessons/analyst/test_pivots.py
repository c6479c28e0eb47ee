"""From a pivot table to one line: keys found a second way, and each claim of the prose."""

import pytest

from crmkit import data, i18n, kpi
from crmkit.data.conform import FileMissing
from crmkit.lessons.analyst import pivots, trying
from tests.lessons.analyst.judging import judged


def test_the_pivot_table_counts_what_the_lesson_says():
    sales = data.load("sales")
    june = sales[sales["sold_at"].dt.to_period("M") == "2025-06"]
    table = june.pivot_table(index="store_id", values="sale_id", aggfunc="count")
    assert table["sale_id"].sum() == 21_090
    orders = int(kpi.sales_summary(june)["orders"].iloc[0])
    with i18n.use_language("en"):
        said = pivots.Pivots({"orders_guess": 9000.0}).counted()["of"][1]["text"]
    assert f"{orders:,} orders, not 21,090" in said
    assert "You guessed 9,000" in said


def test_the_eight_lines_by_the_ready_made_function():
    found = kpi.sales_summary(pivots.receipts(), by="store_id").set_index("store_id")
    keys = pivots.Pivots({})
    assert keys.revenue().value == found.loc["S01", "revenue"]
    assert keys.orders().value == found.loc["S01", "orders"]
    assert keys.aov().value == kpi.sales_summary(pivots.receipts())["aov"].iloc[0]
    assert keys.aov().mistakes["mean_of_means"] == found["aov"].mean()


def test_what_a_table_by_member_loses_is_what_walk_ins_bought():
    by_member = kpi.member_share(data.load("sales"))
    key = pivots.Pivots({}).missing()
    assert key.value == pytest.approx(100 * (1 - by_member.value), abs=0.01)


def test_the_highest_average_order_value_by_hand():
    june = data.load("sales").query("sold_at >= '2025-06-01'")
    bought = june[june["quantity"] > 0].groupby("store_id")["sale_id"].nunique()
    aov = june.groupby("store_id")["amount"].sum() / bought
    assert pivots.Pivots({}).highest_aov().value == aov.idxmax()


def test_the_cases_know_right_from_wrong():
    def right(lines):
        return kpi.sales_summary(lines)["aov"].iloc[0]

    assert judged(pivots.cases(), right).status == "right"
    for mistake, makes in pivots.MISTAKES.items():
        assert judged(pivots.cases(), makes).mistake == mistake


def test_a_function_that_is_not_written_yet_is_asked_for():
    with i18n.use_language("en"):
        assert "Write the function" in pivots.beside(lambda lines: ..., pivots.receipts()).text
        assert "¥75.00" in pivots.beside(lambda lines: 75.0, pivots.receipts()).text


def test_without_a_copy_of_the_public_set_one_is_told_where_to_get_it(monkeypatch):
    def none(name):
        raise FileMissing(name)

    monkeypatch.setattr(trying, "conform", none)
    with i18n.use_language("en"):
        said = trying.on_public_set("uci-online-retail", len).text
        assert "archive.ics.uci.edu" in said
        monkeypatch.setattr(trying, "conform", lambda name: pivots.receipts())
        shown = trying.on_public_set("uci-online-retail", kpi.sales_summary)
    assert shown["Orders"].tolist() == ["4"]
