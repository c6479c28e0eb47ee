"""The data sheet names every column, computes every figure, and stands beside real retail."""

import re

import pytest

from crmkit.data import folder
from make import likeness
from make.columns import COLUMNS

SHEETS = {"en": "DATASHEET.md", "zh": "DATASHEET.zh.md"}


@pytest.fixture(params=SHEETS)
def sheet(request):
    return request.param, (folder() / SHEETS[request.param]).read_text(encoding="utf-8")


def test_every_table_and_column_is_described_in_order(tables):
    assert set(COLUMNS) == set(tables)
    for name, frame in tables.items():
        described = [column for column in COLUMNS[name] if column]
        assert set(described) == set(frame.columns), name


def test_both_sheets_say_the_same(sheet):
    language, text = sheet
    other = (folder() / SHEETS["en" if language == "zh" else "zh"]).read_text(encoding="utf-8")
    for mark in (r"(?m)^## ", r"(?m)^### ", r"(?m)^- ", r"(?m)^\|"):
        assert len(re.findall(mark, text)) == len(re.findall(mark, other)), mark


def test_the_sheet_says_what_the_data_must_not_be_used_for(sheet):
    language, text = sheet
    assert ("must not be used for" if language == "en" else "不得用于") in text


def test_figures_in_the_sheet_are_those_of_the_truth(sheet, planted):
    _language, text = sheet
    happened = planted["case"]["happened"]
    for period in ("a_year_before_worst", "worst", "after"):
        assert f"{happened[period]['segment_revenue_per_month']:,.0f}" in text
    assert f"{planted['rows']['sales']:,}" in text


def test_the_shop_looks_like_a_shop(tables):
    """Each figure lies between the two real ones, or close to the nearer of them."""
    sales = tables["sales"]
    shop = likeness.figures(sales[sales["quantity"] > 0])
    # a random sample of lines and a wholesaler bound it from both sides
    between = ("lines_mean", "gap_mean", "gap_median", "gap_p90", "once", "gini_members",
               "top_fifth")  # fmt: skip
    for name in between:
        ends = sorted(real[name] for real in likeness.REAL.values())
        assert ends[0] <= shop[name] <= ends[1], (name, shop[name], ends)
    for name in ("amount_p25", "amount_p75", "amount_p90", "gini_products", "orders_per_member"):
        near = min(abs(shop[name] / real[name] - 1) for real in likeness.REAL.values())
        assert near < 0.2, (name, shop[name])


def test_the_real_figures_are_computed_not_typed(retail_data):
    assert likeness.real(retail_data) == likeness.REAL


def test_gini_knows_its_ends():
    assert likeness.gini([5, 5, 5, 5]) == pytest.approx(0)
    assert likeness.gini([0.0001] * 99 + [1e6]) == pytest.approx(0.99, abs=0.001)
