"""A table larger than the memory is cleaned piece by piece, as if it were cleaned whole."""

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import crmkit as ck
from crmkit.clean import clean_members, clean_sales, drop_duplicates_exact, parse_dates, pieces
from crmkit.tables import TableError
from make import raw

TODAY = "2025-07-31"


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 1_500)


@pytest.fixture(scope="module")
def till():
    """The course shop's till export as it arrives, faults and all, under the contract's names."""
    frame, _report = ck.clean.read_any(ck.data.folder() / "raw" / "en" / "till_2025-06.csv")
    names = dict(raw.TILL_COLUMNS)
    return frame.rename(columns=names).rename(columns={"name": "product_name"})


def lazy(kind, frame):
    if kind == "duckdb":
        import duckdb

        return duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))
    if kind == "ibis":
        import ibis

        return ibis.memtable(pa.Table.from_pandas(frame, preserve_index=False))
    import polars as pl

    return pl.from_pandas(frame).lazy()


def rows(frame, *by):
    """The rows in one order and one kind of writing, whatever kind of frame holds them."""
    table = nw.from_native(frame).lazy().collect("pyarrow").to_native().to_pandas()
    texts = (
        table.astype(object).where(table.notna(), None).map(lambda v: v if v is None else str(v))
    )
    return texts.sort_values(list(by or texts.columns), ignore_index=True, kind="stable")


def findings(report):
    return sorted((f.fault, f.column, f.action, f.rows) for f in report.findings)


@pytest.mark.parametrize("kind", ["duckdb", "polars", "ibis"])
def test_a_scanned_till_export_is_cleaned_as_if_it_were_in_memory(till, kind, small_pieces):
    whole, told = clean_sales(till, today=TODAY)
    lines, report = clean_sales(lazy(kind, till), today=TODAY)
    assert type(lines) is type(lazy(kind, till))
    pd.testing.assert_frame_equal(rows(lines), rows(whole))
    assert findings(report) == findings(told)
    assert (report.rows_in, report.rows_kept, report.rows_changed) == (
        told.rows_in, told.rows_kept, told.rows_changed,
    )  # fmt: skip
    for part in ("set_aside", "changes"):
        pd.testing.assert_frame_equal(
            rows(getattr(report, part)), rows(getattr(told, part)), check_dtype=False
        )
    assert str(report).splitlines()[0] == str(told).splitlines()[0]


def test_what_was_cleaned_in_pieces_goes_on_into_the_figures(till, small_pieces, tmp_path):
    pq.write_table(pa.Table.from_pandas(till, preserve_index=False), tmp_path / "till.parquet")
    lines, _report = clean_sales(ck.data.scan(tmp_path / "till.parquet"), today=TODAY)
    whole, _told = clean_sales(till, today=TODAY)
    assert rows(ck.kpi.sales_summary(lines, by="store_id")).equals(
        rows(ck.kpi.sales_summary(whole, by="store_id"))
    )


def test_duplicates_meet_though_one_is_written_with_stray_spaces(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 10)
    once = pd.DataFrame({"sale_id": [f"T{n:04}" for n in range(60)], "sold_at": "2025-06-01",
                         "quantity": "1", "amount": "5.00"})  # fmt: skip
    again = once.assign(sale_id=" " + once["sale_id"].str.replace("0", "０") + "\u3000")
    lines, report = clean_sales(lazy("duckdb", pd.concat([once, again])), today=TODAY)
    assert len(rows(lines)) == 60
    assert report.count("duplicate_row") == 60
    assert rows(report.set_aside)["row"].astype(int).min() == 60, "the later one goes"


def test_the_order_of_days_is_told_by_the_whole_column(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 5)
    days = ["03/05/2025"] * 30 + ["25/05/2025"]
    frame = pd.DataFrame({"sale_id": range(31), "sold_at": days, "amount": 1.0, "quantity": 1})
    lines, _report = clean_sales(lazy("polars", frame), today=TODAY)
    assert set(rows(lines)["sold_at"]) == {"2025-05-03 00:00:00", "2025-05-25 00:00:00"}


def test_currencies_are_told_by_the_whole_table(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 5)
    frame = pd.DataFrame({"sale_id": range(40), "sold_at": "2025-06-01", "quantity": 1,
                          "amount": ["¥5"] * 39 + ["€5"]})  # fmt: skip
    with pytest.raises(TableError, match="CNY: [0-9]+, EUR: 1|EUR: 1, CNY"):
        clean_sales(lazy("duckdb", frame), today=TODAY)


def test_a_column_that_most_pieces_leave_empty_keeps_its_kind(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 3)
    frame = pd.DataFrame({"sale_id": range(20), "sold_at": "2025-06-01", "quantity": 1,
                          "amount": 5.0, "discount": [None] * 19 + ["0.5"],
                          "return_reason": None})  # fmt: skip
    lines, _report = clean_sales(lazy("duckdb", frame.astype({"discount": "str"})), today=TODAY)
    assert [str(t) for t in lines.select("discount, quantity").types] == ["DOUBLE", "BIGINT"]
    assert rows(lines.filter("discount IS NOT NULL"))["discount"].tolist() == ["0.5"]
    assert "return_reason" in lines.columns


def test_members_dates_and_identical_rows_go_in_pieces_too(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 10)
    people = pd.DataFrame(
        {"member_id": [f"M{n % 30:02}" for n in range(60)], "phone": "140 0123 4567"}
    )
    members, report = clean_members(lazy("duckdb", people), today=TODAY)
    assert len(rows(members)) == 30 and report.rows_set_aside == 30
    kept, report = drop_duplicates_exact(lazy("polars", people))
    assert len(rows(kept)) == 30 and report.rows_set_aside == 30
    joined = ["2025年3月5日", "2025/3/5", "2025年3月5日"] * 20
    dated, report = parse_dates(lazy("duckdb", people.assign(joined_at=joined)))
    assert set(rows(dated)["joined_at"]) == {"2025-03-05 00:00:00"}
    assert report.count("date_format") == 20  # what most have is the file's own way


@pytest.mark.spark
def test_a_spark_table_too_large_for_one_machine_is_refused_with_the_way_out(spark, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 3)
    frame = spark.createDataFrame(pa.table({"sale_id": ["a"] * 5, "sold_at": ["2025-06-01"] * 5}))
    with pytest.raises(TableError, match=r"has 5 rows.*write\.parquet.*ck\.data\.scan"):
        clean_sales(frame)
