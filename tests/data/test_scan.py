"""Reading files and databases as they come, however large."""

import datetime as dt
import gzip
import os
import re
import subprocess
import sys
import zipfile

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
import xlsxwriter

from crmkit.data import read
from crmkit.data.scan import FileUnreadable, scan
from crmkit.errors import CrmkitError

SALES = pd.DataFrame(
    {
        "单号": ["0001", "0002", "0003"],
        "时间": pd.to_datetime(["2025-03-05 10:00", "2025-03-05 23:59", "2025-03-06 09:30"]),
        "数量": [2, -1, 1],
        "金额": [19.0, -9.5, 3.25],
        "会员": ["张三", None, "李四"],
    }
)


def text_of(frame=SALES, separator=","):
    return frame.to_csv(index=False, sep=separator, date_format="%Y-%m-%d %H:%M:%S")


def assert_same(relation, expected=SALES):
    found = relation.df()
    assert list(found.columns) == list(expected.columns)
    for column in expected:
        ours = [None if pd.isna(v) else v for v in found[column]]
        assert ours == [None if pd.isna(v) else v for v in expected[column]], column


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_alike_whatever_its_encoding_and_separator(tmp_path, encoding, separator):
    file = tmp_path / "sales.csv"
    file.write_text(text_of(separator=separator), encoding=encoding)
    relation = scan(file)
    assert_same(relation)
    assert [str(kind) for kind in relation.types] == ["VARCHAR", "TIMESTAMP", "BIGINT", "DOUBLE", "VARCHAR"]  # fmt: skip


def test_a_zip_with_one_table_is_that_table(tmp_path):
    packed = tmp_path / "sales.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data/sales.csv", text_of())
        archive.writestr("README.md", "about")
    assert_same(scan(packed))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("more.csv", "a\n1\n")
    with pytest.raises(FileUnreadable, match="more.csv hold different tables"):
        scan(packed)


def test_a_gzipped_csv_and_a_windows_one_are_read(tmp_path):
    packed = tmp_path / "sales.csv.gz"
    packed.write_bytes(gzip.compress(text_of().encode()))
    assert_same(scan(packed))
    windows = tmp_path / "windows.csv"
    windows.write_bytes(text_of().replace("\n", "\r\n").encode())
    assert_same(scan(str(windows)))


def test_parquet_alone_or_many_of_them(tmp_path):
    for part in (0, 1):
        pq.write_table(pa.table({"a": [part]}), tmp_path / f"{part}.parquet")
    assert scan(tmp_path / "1.parquet").fetchall() == [(1,)]
    assert sorted(scan(tmp_path).fetchall()) == [(0,), (1,)]
    assert sorted(scan(tmp_path / "*.parquet").fetchall()) == [(0,), (1,)]


def test_the_content_decides_not_the_name(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "sales.csv")
    assert scan(tmp_path / "sales.csv").fetchall() == [(1,)]


def test_json_as_an_array_or_line_by_line(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a": 1, "名": "张"}\n{"a": 2}\n')
    assert scan(tmp_path / "a.jsonl").fetchall() == [(1, "张"), (2, None)]
    (tmp_path / "a.json").write_text('[{"a": 1}, {"a": 2}]')
    assert scan(tmp_path / "a.json").fetchall() == [(1,), (2,)]


def excel(path, rows, sheets=("数据",)):
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"})
    for name in sheets:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()


def test_excel_below_its_title_rows(tmp_path):
    rows = [["网店订单"], [], ["单号", "时间", "数量", "备注"],
            [10023, dt.datetime(2025, 3, 5, 10), 2, "a"], [10024, dt.datetime(2025, 3, 6), 1]]  # fmt: skip
    excel(tmp_path / "web.xlsx", rows)
    found = scan(tmp_path / "web.xlsx")
    assert found.columns == ["单号", "时间", "数量", "备注"]
    assert found.fetchall() == [
        ("10023", dt.datetime(2025, 3, 5, 10), 2, "a"),
        ("10024", dt.datetime(2025, 3, 6), 1, None),
    ]
    assert scan(tmp_path / "web.xlsx", headings=4).columns[0] == "10023"


def test_a_sheet_is_chosen_by_name(tmp_path):
    excel(tmp_path / "two.xlsx", [["a"], [1]], sheets=("一月", "二月"))
    assert scan(tmp_path / "two.xlsx", sheet="二月").fetchall() == [(1,)]
    with pytest.raises(FileUnreadable, match="no table '三月'.* It holds: 一月, 二月"):
        scan(tmp_path / "two.xlsx", sheet="三月")


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    engine = sa.create_engine(url)
    meta = sa.MetaData()
    sales = sa.Table(
        "sales", meta,
        sa.Column("sale_id", sa.String), sa.Column("sold_at", sa.DateTime),
        sa.Column("amount", sa.Numeric(10, 2)), sa.Column("note", sa.String),
        sa.Column("member_id", sa.String),
    )  # fmt: skip
    sa.Table("stores", meta, sa.Column("store_id", sa.String))
    meta.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(sales),
            [
                {"sale_id": f"{i:04}", "sold_at": dt.datetime(2025, 3, 5, i % 24),
                 "amount": i / 4, "member_id": f"M{i}" if i > 1500 else None}
                for i in range(2000)
            ],
        )  # fmt: skip
    engine.dispose()
    return url


def test_a_database_table_is_read_in_batches(database, monkeypatch):
    import sys

    from crmkit.data import scan as _function  # noqa: F401

    monkeypatch.setattr(sys.modules["crmkit.data.reading.databases"], "BATCH", 300)
    relation = scan(database, sheet="sales")
    assert relation.aggregate(
        "count(*), sum(amount), max(sold_at), count(note), count(member_id), min(sale_id)"
    ).fetchall() == [(2000, 499_750.0, dt.datetime(2025, 3, 5, 23), 0, 499, "0000")]
    few = scan(database, query="SELECT sale_id, amount FROM sales WHERE amount < 1 ORDER BY 1")
    assert few.fetchall() == [("0000", 0.0), ("0001", 0.25), ("0002", 0.5), ("0003", 0.75)]
    assert scan(database, sheet="stores").fetchall() == []


def test_a_sqlite_file_is_read_without_an_address(database):
    path = database.removeprefix("sqlite:///")
    assert scan(path, sheet="sales").aggregate("count(*)").fetchall() == [(2000,)]


def test_a_duckdb_file_is_read_and_left_as_it_is(tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("CREATE TABLE sales AS SELECT 1 AS a")
    assert scan(file).fetchall() == [(1,)]
    assert scan(file, sheet="sales").fetchall() == [(1,)]
    with pytest.raises(FileUnreadable, match="Did you mean 'sales'"):
        scan(file, sheet="sale")


# --- types ---------------------------------------------------------------------------------------


def types(tmp_path, *values):
    file = tmp_path / "one.csv"
    file.write_text("x\n" + "\n".join(f'"{value}"' for value in values) + "\n")
    relation = scan(file)
    return str(relation.types[0]), [row[0] for row in relation.fetchall()]


def test_leading_zeros_and_long_numbers_stay_text(tmp_path):
    assert types(tmp_path, "0012", "13") == ("VARCHAR", ["0012", "13"])
    assert types(tmp_path, "6228480402564890018") == ("VARCHAR", ["6228480402564890018"])
    assert types(tmp_path, "14001234567", "0") == ("BIGINT", [14001234567, 0])


def test_one_value_that_does_not_fit_keeps_the_column_text(tmp_path):
    values = ["1"] * 25_000 + ["two"]  # far below the sample
    kind, found = types(tmp_path, *values)
    assert (kind, found[-1]) == ("VARCHAR", "two")
    values = ["1"] * 25_000 + ["NULL"]
    kind, found = types(tmp_path, *values)
    assert (kind, found[-1]) == ("BIGINT", None)
    values = ["1"] * 25_000 + ["2.5"]
    kind, found = types(tmp_path, *values)
    assert (kind, found[-1]) == ("DOUBLE", 2.5)


def test_dates_are_dates_only_when_nobody_can_doubt_them(tmp_path):
    day = dt.datetime(2025, 3, 5)
    assert types(tmp_path, "2025-03-05") == ("TIMESTAMP", [day])
    assert types(tmp_path, "2025/3/5") == ("TIMESTAMP", [day])
    assert types(tmp_path, "2025/3/5 08:30") == ("TIMESTAMP", [day.replace(hour=8, minute=30)])
    assert types(tmp_path, "03/05/2025")[0] == "VARCHAR"
    assert types(tmp_path, "03/05/2025", "25/05/2025")[0] == "TIMESTAMP"
    assert types(tmp_path, "2025-03-05", "soon")[0] == "VARCHAR"


def test_a_table_of_headings_alone_is_empty(tmp_path):
    (tmp_path / "e.csv").write_text("a,b\n")
    relation = scan(tmp_path / "e.csv")
    assert (relation.columns, relation.fetchall()) == (["a", "b"], [])


def test_double_and_missing_headings_get_names(tmp_path):
    (tmp_path / "h.csv").write_text("a,,a\n1,2,3\n")
    assert scan(tmp_path / "h.csv").columns == ["a", "column_2", "a_2"]


# --- what cannot be read -------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_told_with_the_closest(tmp_path):
    (tmp_path / "sales.csv").write_text("a\n1\n")
    with pytest.raises(FileUnreadable, match="no file .*sale.csv. Did you mean 'sales.csv'"):
        scan(tmp_path / "sale.csv")
    with pytest.raises(FileUnreadable, match="The folder .*nowhere is not there"):
        scan(tmp_path / "nowhere" / "sales.csv")
    with pytest.raises(FileUnreadable, match=r"no file like \*.csv"):
        (tmp_path / "nothing").mkdir()
        scan(tmp_path / "nothing")


def test_an_empty_file_is_told(tmp_path):
    (tmp_path / "sales.csv").touch()
    with pytest.raises(FileUnreadable, match=r"sales.csv is empty \(0 bytes\)"):
        scan(tmp_path / "sales.csv")
    (tmp_path / "blank.csv").write_text("\n\n")
    with pytest.raises(FileUnreadable, match="holds no line with text"):
        scan(tmp_path / "blank.csv")


def test_a_line_with_too_many_or_too_few_fields_is_told(tmp_path):
    lines = ["a,b,c", *["1,2,3"] * 30_000, "4,5", "6,7,8"]
    (tmp_path / "ragged.csv").write_text("\n".join(lines))
    told = "Line 30002 of .* has 2 fields, the headings 3. ck.clean.read_any"
    with pytest.raises(FileUnreadable, match=told):
        scan(tmp_path / "ragged.csv")


def test_an_open_quotation_mark_is_told(tmp_path):
    (tmp_path / "q.csv").write_text('a,b\n1,2\n3,"x\n4,5\n')
    with pytest.raises(FileUnreadable, match="Line 3 of .* quotation mark"):
        scan(tmp_path / "q.csv")


def test_bytes_that_are_no_text_are_told_with_their_place(tmp_path):
    file = tmp_path / "broken.csv"
    file.write_bytes("会员\n张三\n".encode() * 30 + b"\xff\xfe\n\n\n\n")
    with pytest.raises(FileUnreadable, match=r"not UTF-8 text: byte 420 \(line 61\) is 0xff"):
        scan(file)
    file.write_bytes(b"a\n1\n\xff\xff\n\n\n\n")
    with pytest.raises(FileUnreadable, match=r"not UTF-8 text: byte 4 "):
        scan(file)


def test_a_wrong_encoding_asked_for_is_told(tmp_path):
    file = tmp_path / "s.csv"
    file.write_bytes("名\n张\n".encode("gbk"))
    with pytest.raises(FileUnreadable, match=r"not UTF-16-LE text|not ASCII text: byte 0"):
        scan(file, encoding="ascii")
    with pytest.raises(CrmkitError, match="an encoding"):
        scan(file, encoding="utf-99")


def test_a_byte_across_two_pieces_is_placed_rightly(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["crmkit.data.reading.encodings"], "CHUNK", 5)
    file = tmp_path / "pieces.csv"
    file.write_text(text_of(), encoding="gbk")
    assert_same(scan(file))
    good = "名\n张三\n".encode()
    file.write_bytes(good * 20 + b"\xe5\xbc\n")
    with pytest.raises(FileUnreadable, match=rf"byte {len(good) * 20} \(line 41\) is 0xe5"):
        scan(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7 ...", "is PDF, not a table"),
        (b"<html><table></table></html>", "is HTML, not a table"),
        (b"\x89PNG\r\n\x1a\n", "is PNG, not a table"),
        (b"a,b\x00\x01\x02\x03,c", "byte 3 is 0"),
        (b"PK\x03\x04 no zip", "no Excel file that can be read"),
        (b'{"a": 1}\n{"a": \n', "no readable JSON"),
    ],
)
def test_what_is_no_table_is_told_for_what_it_is(tmp_path, content, told):
    (tmp_path / "sales.csv").write_bytes(content)
    with pytest.raises(FileUnreadable, match=told):
        scan(tmp_path / "sales.csv")


def test_an_empty_sheet_is_told(tmp_path):
    excel(tmp_path / "e.xlsx", [])
    with pytest.raises(FileUnreadable, match="sheet 数据 of .* is empty"):
        scan(tmp_path / "e.xlsx")


def test_a_database_that_cannot_be_read_is_told_without_the_password(database, tmp_path):
    with pytest.raises(FileUnreadable, match="several tables: say which one.* sales, stores"):
        scan(database)
    with pytest.raises(FileUnreadable, match="no table 'sails'. Did you mean 'sales'"):
        scan(database, sheet="sails")
    with pytest.raises(FileUnreadable, match="no such column"):
        scan(database, query="SELECT x FROM sales")
    with pytest.raises(FileUnreadable, match="no file"):
        scan(f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(FileUnreadable, match="no database address"):
        scan("nosuchdb://host/shop")
    with pytest.raises(FileUnreadable) as told:
        scan("postgresql+psycopg://me:secret@127.0.0.1:1/shop", sheet="sales")
    assert "secret" not in str(told.value)
    assert "***" in str(told.value)


# --- memory --------------------------------------------------------------------------------------

PEAK = """
import resource, sys
sys.path[:0] = [{root!r}]
from crmkit.data.scan import scan
scan({file!r}).aggregate("sum(amount), count(*)").fetchall()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def peak_memory(file, root):
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(file=str(file), root=str(root))],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout.split()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is measured as Linux tells it")
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_larger_csv_hardly_needs_more_memory(tmp_path, repository, encoding):
    line = "20250305{:08},2025-03-05 10:00:00,门店一,张三丰,9.50\n"
    block = "".join(line.format(i) for i in range(20_000)).encode(encoding)
    heading = b"sale_id,sold_at,store,name,amount\n"
    sizes, peaks = [], []
    for times in (20, 240):
        file = tmp_path / f"{times}.csv"
        with file.open("wb") as out:
            out.write(heading)
            for _ in range(times):
                out.write(block)
        sizes.append(os.path.getsize(file))
        peaks.append(peak_memory(file, repository))
        file.unlink()
    assert sizes[1] - sizes[0] > 200e6
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 2


def test_polars_can_go_on_from_there(tmp_path):
    (tmp_path / "sales.csv").write_text(text_of())
    assert isinstance(scan(tmp_path / "sales.csv").pl(), pl.DataFrame)


@pytest.mark.parametrize("noisy", [False, True], ids=["clean", "with blanks and n/a"])
def test_a_question_looks_only_at_the_columns_it_asks_for(tmp_path, noisy):
    file = tmp_path / "sales.csv"
    rows = "".join(f"S{i:04},M{i:04},{i}.50,A{i}\n" for i in range(50))
    odd = " S0100,n/a,N/A,\n" if noisy else ""
    file.write_text("sale_id,member_id,amount,note\n" + rows + odd, encoding="utf-8")
    lines = scan(file)
    plan = lines.aggregate("max(note)").explain()
    assert "note" in plan
    assert not re.search(r"amount|member_id|join", plan, re.IGNORECASE), plan
    if noisy:
        assert lines.order("sale_id").fetchall()[-1][:2] == ("S0100", None)


def test_rare_letters_of_names_do_not_hide_the_only_encoding_that_can_be_meant(tmp_path):
    """Excel writes 㐂 and 𠮷 as four bytes of GB18030, which no other encoding has."""
    rows = "".join(f"{n},江苏㐂𠮷店,9.5\n" for n in range(40))
    (tmp_path / "till.csv").write_bytes(f"单号,会员,金额\n{rows}".encode("gb18030"))
    lines, report = read(tmp_path / "till.csv")
    assert lines.fetchall()[0][1] == "江苏㐂𠮷店" and "GBK" in str(report)
