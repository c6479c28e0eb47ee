"""Sales come as they come: workbooks, databases, folders, tables in memory, and wrong files."""

import gzip
import sqlite3

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

import crmkit as ck
from crmkit import report
from crmkit.errors import CrmkitError

ENGLISH = {
    "sale_id": "Receipt No", "sold_at": "Date", "member_id": "Customer ID", "product_id": "SKU",
    "quantity": "Qty", "amount": "Total",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(lines):
    return lines[list(ENGLISH)].head(3000).rename(columns=ENGLISH)


def revenue(opened):
    found = nw.from_native(ck.kpi.sales_summary(opened.sales)).lazy().collect()
    return found["revenue"][0]


def as_workbook(told, path):
    notes = pd.DataFrame({"说明": ["收银系统导出"], "备注": ["请勿修改"]})
    with pd.ExcelWriter(path / "till.xlsx") as book:
        notes.to_excel(book, sheet_name="说明", index=False)
        told.to_excel(book, sheet_name="明细", index=False)
    return path / "till.xlsx"


def as_database(told, path):
    with sqlite3.connect(path / "shop.db") as shop:
        told.to_sql("orders", shop, index=False)
        ck.load("members").head(50).to_sql("members", shop, index=False)
    return path / "shop.db"


def as_address(told, path):
    return f"sqlite:///{as_database(told, path)}"


def as_months(told, path):
    for month, part in told.groupby(told["Date"].dt.strftime("%Y-%m")):
        part.to_csv(path / f"{month}.csv", index=False, sep=";", encoding="gb18030")
    return path


def as_packed(told, path):
    (path / "till.csv.gz").write_bytes(gzip.compress(told.to_csv(index=False).encode()))
    return path / "till.csv.gz"


def as_json_lines(told, path):
    dated = told.assign(Date=told["Date"].astype(str))
    dated.to_json(path / "till.jsonl", orient="records", lines=True)
    return path / "till.jsonl"


@pytest.mark.parametrize(
    "brought", [as_workbook, as_database, as_address, as_months, as_packed, as_json_lines]
)
def test_sales_are_found_wherever_they_lie(told, tmp_path, brought):
    opened = report.opened(brought(told, tmp_path))
    assert revenue(opened) == pytest.approx(told["Total"].sum(), abs=0.01)
    assert opened.since == told["Date"].min().date()


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_a_table_in_memory_may_have_headings_of_its_own(told, kind):
    table = told
    if kind == "polars":
        table = nw.from_native(told).to_polars()
    if kind == "duckdb":
        import duckdb

        table = duckdb.from_df(told)
    opened = report.opened(table)
    assert revenue(opened) == pytest.approx(told["Total"].sum(), abs=0.01)
    assert "sale_id='Receipt No'" in opened.code


@pytest.mark.spark
def test_a_table_of_spark_gives_the_same_report(told, spark):
    named = told.assign(Name="nobody")
    with ck.use_language("en"):
        found = report.analyse(spark.createDataFrame(named))
    assert dict(found.left_out).keys() == dict(report.analyse(named).left_out).keys()
    [summary] = report.figures.rows(found.found["summary"])
    assert summary["revenue"] == pytest.approx(told["Total"].sum(), abs=0.01)


def test_several_sheets_of_sales_are_asked_about(told, tmp_path):
    with pd.ExcelWriter(tmp_path / "year.xlsx") as book:
        for month in ("Jan", "Feb"):
            told.head(20).to_excel(book, sheet_name=month, index=False)
    with pytest.raises(CrmkitError, match="several places: Jan, Feb. Say which: --sheet Jan"):
        report.opened(tmp_path / "year.xlsx")
    assert report.opened(tmp_path / "year.xlsx", sheet="Feb").look.reading.rows == 20


def test_where_no_sheet_is_sales_all_are_named(tmp_path):
    with pd.ExcelWriter(tmp_path / "staff.xlsx") as book:
        for name in ("rota", "keys"):
            pd.DataFrame({"who": ["a"], "when": ["b"]}).to_excel(book, sheet_name=name, index=False)
    with pytest.raises(CrmkitError, match="None of these looks like sales: rota, keys"):
        report.opened(tmp_path / "staff.xlsx")


@pytest.mark.parametrize("column", ["Date", "Total"])
def test_words_instead_of_days_or_amounts_are_named(told, tmp_path, column):
    told.head(50).assign(**{column: "some"}).to_csv(tmp_path / "odd.csv", index=False)
    with pytest.raises(CrmkitError, match=f"No line is left: in none of them can {column}"):
        report.opened(tmp_path / "odd.csv")


def test_the_file_is_read_once(told, tmp_path, monkeypatch):
    """What is asked of a text afterwards is asked of its answer: twenty million lines allow no more."""
    file = as_packed(told, tmp_path)
    from crmkit.data import reading

    asked = []
    read = reading.typed
    monkeypatch.setattr(reading, "typed", lambda *given, **more: asked.append(1) or read(*given, **more))  # fmt: skip
    opened = report.opened(file)
    assert len(asked) == 1
    assert "read_parquet" in opened.sales.sql_query()


def test_parquet_files_are_not_written_again(told, tmp_path):
    told.to_parquet(tmp_path / "till.parquet")
    assert "till.parquet" in ck.data.look(tmp_path / "till.parquet").lines.sql_query()


def test_equal_lines_are_counted_wholly(tmp_path):
    pd.DataFrame({"no": [1, 1, 1, 2, 2], "paid": [5.0, 5.0, 5.0, None, None], "x": list("aaabc")}).to_csv(
        tmp_path / "f.csv", index=False
    )  # fmt: skip
    assert ck.data.look(tmp_path / "f.csv").doubles == 2
