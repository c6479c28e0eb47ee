"""One file, read as it really arrives."""

import datetime as dt
import json

import pytest
import xlsxwriter

from crmkit.clean import read_any
from crmkit.data.scan import FileUnreadable


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_comes_as_text_whatever_encoding_and_separator(tmp_path, encoding, separator):
    lines = [["单号", "手机"], ["0001", "１４００１２３４５６７"], ["0002", ""]]
    text = "\r\n".join(separator.join(fields) for fields in lines)
    frame, report = read_any(write(tmp_path / "till.txt", text, encoding))
    assert frame["单号"].tolist() == ["0001", "0002"]
    assert frame["手机"].isna().tolist() == [False, True]
    assert report.rows_in == 2
    assert {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gbk": "GBK", "utf-16": "UTF-16"}[encoding] in report.notes[0]  # fmt: skip


def test_torn_lines_are_set_aside_as_they_are_written(tmp_path):
    text = "a,b,c\n1,2,3\n4,5\n6,7,8,9\n"
    frame, report = read_any(write(tmp_path / "t.csv", text))
    assert frame.values.tolist() == [["1", "2", "3"]]
    assert report.set_aside[["line", "fault"]].values.tolist() == [
        ["4,5", "torn_line"], ["6,7,8,9", "torn_line"],
    ]  # fmt: skip
    assert report.rows_in == 3 == len(frame) + len(report.set_aside)


def test_titles_repeated_headings_and_totals_are_no_rows(tmp_path):
    text = "六月销售\n单号,门店,金额\nT1,S1,5\n单号,门店,金额\nT2,S1,6\n合计,,11\n"
    frame, report = read_any(write(tmp_path / "t.csv", text))
    assert frame["单号"].tolist() == ["T1", "T2"]
    assert report.set_aside["fault"].tolist() == ["header_row", "total_row"]
    assert "Title rows above the headings, left out: 1." in report.notes


def test_quoted_line_ends_stay_inside_a_field(tmp_path):
    frame, _report = read_any(write(tmp_path / "t.csv", 'a,b\n1,"x\ny"\n'))
    assert frame["b"].tolist() == ["x\ny"]


def test_excel_with_titles_and_an_empty_first_column(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "web.xlsx"), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.merge_range(0, 1, 0, 3, "网店订单")
    sheet.write_row(2, 1, ["单号", "时间", "单价"])
    sheet.write_row(3, 1, [10023, dt.datetime(2025, 3, 5), 9.5])
    sheet.write_row(4, 1, [10024, dt.datetime(2025, 3, 6), "9.50元"])
    book.close()
    frame, report = read_any(tmp_path / "web.xlsx")
    assert frame["单号"].tolist() == [10023, 10024]
    assert frame["时间"].tolist() == [dt.datetime(2025, 3, 5), dt.datetime(2025, 3, 6)]
    assert frame["单价"].tolist() == ["9.5", "9.50元"]
    assert report.notes == (
        "Title rows above the headings, left out: 2.",
        "Columns without heading and values, left out: 1.",
    )


def test_json_lines_with_items_become_a_row_per_item(tmp_path):
    order = {"no": "A1", "who": {"name": "张伟"}, "tags": ["x", "y"],
             "items": [{"sku": "P1", "qty": 1}, {"sku": "P2", "qty": 2}]}  # fmt: skip
    text = json.dumps(order, ensure_ascii=False) + "\n" + '{"no": "A2", "items": [{"sk\n'
    frame, report = read_any(write(tmp_path / "orders.jsonl", text))
    assert frame[["no", "who.name", "tags", "sku", "qty"]].values.tolist() == [
        ["A1", "张伟", "x, y", "P1", 1], ["A1", "张伟", "x, y", "P2", 2],
    ]  # fmt: skip
    assert report.set_aside["fault"].tolist() == ["torn_line"]
    assert report.set_aside["line"].tolist() == ['{"no": "A2", "items": [{"sk']


def test_a_json_array_is_read_too(tmp_path):
    frame, _report = read_any(write(tmp_path / "a.json", '[{"a": 1}, {"a": null}, {"b": true}]'))
    assert list(frame.columns) == ["a", "b"]
    assert len(frame) == 3


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n \n", "no line with text"),
        ("a.csv", b"%PDF-1.4", "is PDF"),
        ("a.csv", b"PAR1....PAR1", "is a parquet file: read it with ck.data.scan"),
        ("a.csv", b"a\n\xff\xff\n", "byte 2"),
        ("a.json", b"{broken", "holds no JSON object"),
        ("a.xlsx", b"PK\x03\x04....", "no Excel file"),
    ],
)
def test_what_cannot_be_read_is_told_for_what_it_is(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileUnreadable, match=told):
        read_any(tmp_path / name)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileUnreadable, match="There is no file"):
        read_any(tmp_path / "nowhere.csv")
