"""Who writes the heading that stands on the screen means its column."""

import pandas as pd
import pytest

import crmkit as ck
from crmkit import tables

LINES = pd.DataFrame(
    {
        "sale_id": ["a", "b", "c"], "sold_at": pd.to_datetime(["2025-03-03", "2025-03-04", "2025-03-10"]),
        "store_id": ["S1", "S2", "S1"], "quantity": 1, "amount": [9.0, 8.0, 7.0],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "columns"),
    [("星期", ["weekday"]), ("Weekday", ["weekday"]), ("门店", ["store_id"]), (["月份", "store"], ["month", "store_id"])],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_heading_of_either_language_is_its_column(written, columns, language):
    with ck.use_language(language):
        found = ck.kpi.sales_summary(LINES, by=written)
        assert list(found.columns[: len(columns)]) == columns
        assert found.equals(ck.kpi.sales_summary(LINES, by=columns))


@pytest.mark.parametrize("kind", ["arrow", "duckdb", "polars"])
def test_it_is_so_for_every_kind_of_table(kind):
    if kind == "arrow":
        frame = pytest.importorskip("pyarrow").Table.from_pandas(LINES)
    elif kind == "duckdb":
        frame = pytest.importorskip("duckdb").from_df(LINES)
    else:
        frame = pytest.importorskip("polars").from_pandas(LINES)
    found = tables.open_frame(ck.kpi.sales_summary(frame, by="门店"))
    assert found.collect_schema().names()[0] == "store_id"


def test_what_is_measured_may_be_said_so_too_and_so_may_what_is_drawn():
    grown = ck.kpi.growth(LINES, value="订单数")
    assert grown.equals(ck.kpi.growth(LINES, value="orders")) and "orders" in grown
    by_store = ck.kpi.sales_summary(LINES, by="store_id")
    with ck.use_language("zh"):
        drawn = ck.plot.sales_summary(by_store, "订单数")
        assert drawn.get_ylabel() == "订单数"
        assert ck.plot.sales_summary(by_store, value="Orders").get_ylabel() == "订单数"


def test_a_column_of_ones_own_stays_what_it_is():
    """A table whose own column is called 星期 is grouped by that one."""
    own = LINES.assign(星期=["早", "晚", "早"])
    assert sorted(ck.kpi.sales_summary(own, by="星期").iloc[:, 0]) == ["早", "晚"]


def test_a_heading_of_several_columns_is_that_which_the_table_has():
    """Units sold of a summary and sold of a stock list are both 销售量."""
    assert tables.meant("销售量", lambda: ["units"]) == "units"
    assert tables.meant("销售量", lambda: ["sold"]) == "sold"
    assert tables.meant("销售量", list) == "销售量"


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh", ["store_id (门店)", "weekday (星期)"]), ("en", ["store_id (Store)", "weekday (Weekday)"])],
)  # fmt: skip
def test_who_writes_what_is_none_is_told_the_headings_beside_the_columns(language, told):
    with ck.use_language(language), pytest.raises(ck.TableError) as refused:
        ck.kpi.sales_summary(LINES, by="收银台")
    assert all(one in str(refused.value) for one in told)
    with ck.use_language(language), pytest.raises(ck.TableError) as refused:
        ck.kpi.growth(LINES, value="收银台")
    assert ("revenue (销售额)" if language == "zh" else "revenue (Revenue)") in str(refused.value)
