"""Files as tills, shops and people write them: read rightly, or refused with a sentence."""

import datetime as dt
import gzip
import re
import warnings
import zipfile

import pandas as pd
import pytest

import crmkit as ck
from crmkit.clean import clean_sales, read_any
from crmkit.data import conform, look, read, read_baskets, scan
from crmkit.data.reading.files import FileUnreadable
from crmkit.data.reading.meanings import meanings
from crmkit.errors import CrmkitError, CrmkitWarning


def write(path, text, encoding="utf-8"):
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize("code", ["22E1", "2_20", "1.10", "007", "1e5", '="0012"'])
def test_codes_stay_text(tmp_path, code):
    file = write(tmp_path / "c.csv", f"sale_id,sku,amount\n1,220,10\n2,{code},5\n")
    assert scan(file).fetchall()[1][1] == code.removeprefix('="').removesuffix('"')
    assert read_any(file)[0]["sku"].tolist()[1] == code.removeprefix('="').removesuffix('"')


def test_two_codes_of_one_number_stay_two_even_under_an_unknown_heading(tmp_path):
    file = write(tmp_path / "v.csv", "version,n\n1.1,1\n1.10,2\n")
    assert [row[0] for row in scan(file).fetchall()] == ["1.1", "1.10"]


def test_a_time_with_an_offset_comes_onto_the_shops_clock(tmp_path):
    rows = "1,2025-01-31T23:30:00Z,1\n2,2025-01-31 23:30:00+00,1\n3,2025-01-31T23:30:00-05:00,1\n"
    file = write(tmp_path / "z.csv", "sale_id,sold_at,amount\n" + rows)
    right = [dt.datetime(2025, 2, 1, 7, 30)] * 2 + [dt.datetime(2025, 2, 1, 12, 30)]
    assert [r[1] for r in conform(scan(file), time_zone="Asia/Shanghai").fetchall()] == right
    assert [r[1] for r in scan(file, time_zone="Asia/Shanghai").fetchall()] == right
    assert clean_sales(read_any(file)[0])[0]["sold_at"].tolist() == right
    with pytest.raises(CrmkitError, match="a time zone"):
        scan(file, time_zone="China/Shanghai")


def test_numbers_as_people_write_them(tmp_path):
    text = "sale_id;sold_at;quantity;amount\n1;2025-01-02;1;39,20\n2;2025-01-02;1;1.234,56\n3;2025-01-02;1;1.234\n"
    file = write(tmp_path / "d.csv", text)
    assert [row[3] for row in scan(file).fetchall()] == [39.2, 1234.56, 1234.0]
    assert clean_sales(read_any(file)[0])[0]["amount"].tolist() == [39.2, 1234.56, 1234.0]
    text = "sale_id,sold_at,quantity,amount\n1,2025-01-02,-1,(12.50)\n2,2025-01-02,-1,12.50-\n3,2025-01-02,1,HK$12\n"
    file = write(tmp_path / "m.csv", text)
    assert [row[3] for row in scan(file).fetchall()] == [-12.5, -12.5, 12.0]
    assert clean_sales(read_any(file)[0])[0]["amount"].tolist() == [-12.5, -12.5, 12.0]


def test_a_thousand_that_may_be_one_and_a_bit_is_not_guessed(tmp_path):
    file = write(tmp_path / "t.csv", "sale_id;amount\n1;1.234\n2;2.500\n")
    relation, report = read(file)
    assert [row[1] for row in relation.fetchall()] == ["1.234", "2.500"]
    assert any("amount" in note for note in report.notes)
    assert [row[1] for row in scan(file, decimal=",").fetchall()] == [1234.0, 2500.0]
    assert [row[1] for row in scan(file, decimal=".").fetchall()] == [1.234, 2.5]


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("sep=;\nid;amount\n1;9\n2;3\n", ["id", "amount"], 2),
        (" customer_id  date  value\n 00001 19970101 11.77\n 00002 19970112 12.00\n", ["customer_id", "date", "value"], 2),
        ("1,20250102,7,9.50\n2,20250103,8,19.00\n3,20250104,7,5.00\n", ["column_1", "column_2", "column_3", "column_4"], 3),
        ("receipt,amount,amount\n1,2,3\n2,3,4\n", ["receipt", "amount", "amount_2"], 2),
        ("receipt,,amount\n1,2,3\n2,3,4\n", ["receipt", "column_2", "amount"], 2),
        ("a,b,\n1,2,\n3,4,\n", ["a", "b"], 2),
        ("a,b\n1,2,\n3,4,\n", ["a", "b"], 2),
        ("a,b\r1,2\r3,4\r", ["a", "b"], 2),
        ("a,b\r\n1,2\n3,4\r\n", ["a", "b"], 2),
        ("receipt,amount\n1,2\n2,3\nTotal,5\n", ["receipt", "amount"], 2),
        ("receipt,amount\n1,2\nreceipt,amount\n2,3\n合计,5\n", ["receipt", "amount"], 2),
        ("receipt,amount\n1,2\n2,3\nAverage,2.5\n共 2 条记录,\n", ["receipt", "amount"], 2),
        ("receipt,amount\n1,2\n2,3\n\x1a", ["receipt", "amount"], 2),
        ("| receipt | amount |\n|---|---:|\n| 1 | 2 |\n| 2 | 3 |\n", ["receipt", "amount"], 2),
        (" receipt | amount \n---------+--------\n 1 |  2\n 2 | 3\n(2 rows)\n", ["receipt", "amount"], 2),
        ("+----+----+\n| id | amount |\n+----+----+\n| 1 | 2 |\n| 2 | 3 |\n+----+----+\n", ["id", "amount"], 2),
        ("receipt  amount\n-------  ------\n001        9.50\n002        3.00\n", ["receipt", "amount"], 2),
    ],
)  # fmt: skip
def test_a_file_is_laid_out_alike_for_both_readers(tmp_path, text, columns, rows):
    file = write(tmp_path / "l.csv", text)
    relation = scan(file)
    assert (relation.columns, len(relation.fetchall())) == (columns, rows)
    frame, _report = read_any(file)
    assert (list(frame.columns), len(frame)) == (columns, rows)


@pytest.mark.parametrize(
    ("words", "encoding", "told"),
    [
        ("商品名稱,門市\n潔面乳,臺北\n牙膏,高雄\n毛巾,臺中\n", "big5", "Big5"),
        ("商品名称,门店\n洗面奶,上海\n牙膏,北京\n毛巾,广州\n", "gb18030", "GBK"),
        ("name,city\nMüller,Köln\nCafé,Orléans\n", "cp1252", "Windows-1252"),
        ("name,shop\ntea,一\nsoap,二\n", "utf-16-le", "UTF-16-LE"),
        ("name,shop\ntea,一\nsoap,二\n", "utf-32", "UTF-32"),
    ],
)
def test_the_encoding_is_guessed_by_what_reads_like_words_and_told(tmp_path, words, encoding, told):
    file = write(tmp_path / "e.csv", words, encoding)
    relation, report = read(file)
    assert [*relation.columns, *relation.fetchall()[0]] == words.replace("\n", ",").split(",")[:4]
    assert any(told in note for note in report.notes)


def test_a_heading_may_hold_a_line_end(tmp_path):
    file = write(tmp_path / "h.csv", '"sale\nid",amount\n1,2\n2,3\n')
    assert scan(file).fetchall() == [("1", 2), ("2", 3)]


def test_lines_of_two_encodings_are_refused(tmp_path):
    lines = "name,amount\nCafé,1\n".encode() + "Müller,2\n".encode("cp1252")
    for reader in (scan, read_any):
        with pytest.raises(FileUnreadable, match="UTF-8"):
            reader(write(tmp_path / "two.csv", lines))


def test_a_text_that_was_cut_off_is_refused(tmp_path):
    file = write(tmp_path / "cut.csv", "会员,店\n张三,一\n李四,二".encode()[:-1])
    for reader in (scan, read_any):
        with pytest.raises(FileUnreadable, match="cut off"):
            reader(file)


def test_monthly_files_zip_and_gzip_are_one_table(tmp_path):
    folder = tmp_path / "till"
    folder.mkdir()
    write(folder / "2025-01.csv", "sale_id,amount\n001,1\n")
    write(folder / "2025-02.csv", "sale_id;amount\n002;2,50\n", "utf-16")
    with gzip.open(folder / "2025-03.csv.gz", "wt") as out:
        out.write("sale_id,amount,channel\n003,3,web\n")
    right = {("001", 1.0), ("002", 2.5), ("003", 3.0)}
    assert {row[:2] for row in scan(folder, decimal=",").fetchall()} == {
        ("001", 1.0),
        ("002", 2.5),
        ("003", 3.0),
    }
    with zipfile.ZipFile(tmp_path / "till.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    assert {row[:2] for row in scan(tmp_path / "till.zip", decimal=",").fetchall()} == right
    assert read_any(folder)[0]["sale_id"].tolist() == ["001", "002", "003"]
    assert read(folder)[1].files == 3


SALES = pd.DataFrame(
    {
        "sale_id": ["0001", "0001", "0002", "0001"],
        "store_id": ["A", "A", "A", "B"],
        "member_id": ["m1", "m1", "m2", "m3"],
        "quantity": 1,
        "amount": [10.0, 5.0, 8.0, 20.0],
        "sold_at": pd.to_datetime(["2025-03-01 10:00"] * 3 + ["2025-03-02 10:00"]),
    }
)


def test_receipt_numbers_that_begin_again_are_found_and_told(engine):
    with pytest.warns(CrmkitWarning, match="store-sale_id"):
        sales = conform(engine.make(SALES))
    assert set(engine.read(ck.kpi.sales_summary(sales))["orders"]) == {3}
    cleaned, report = clean_sales(SALES)
    assert cleaned["sale_id"].tolist() == ["A-0001", "A-0001", "A-0002", "B-0001"]
    assert report.count("receipt_repeats") == 4 and "sale_id" in str(report)
    assert conform(SALES, sale_id=["store_id", "sale_id"])["sale_id"].nunique() == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert conform(SALES, sale_id=["sale_id"])["sale_id"].nunique() == 2


def test_numbers_that_begin_again_each_day_are_told_apart_but_a_late_line_is_not():
    days = pd.concat(
        [
            SALES.assign(store_id="A", sold_at=SALES["sold_at"] + pd.Timedelta(days=n))
            for n in range(3)
        ]
    )
    with pytest.warns(CrmkitWarning, match="day"):
        assert conform(days)["sale_id"].str.contains("2025-03").all()
    many = pd.concat(
        [SALES[:1].assign(sale_id=str(n)) for n in range(100)]
        + [SALES[3:].assign(sale_id="7", store_id="A")]
    )
    assert conform(many)["sale_id"].nunique() == 100


@pytest.mark.parametrize("nobody", ["", "NULL", "N/A", "0", "散客", "walk-in"])
def test_a_member_that_is_nobody_is_a_walk_in_and_told(nobody):
    with pytest.warns(CrmkitWarning, match="walk-ins"):
        sales = conform(
            SALES.assign(store_id="A", sale_id=list("1234"), member_id=["m1", nobody, "m2", nobody])
        )
    assert sales["member_id"].isna().sum() == 2


def test_sales_without_a_number_a_store_or_an_hour_say_what_cannot_be_told():
    bare = SALES[["sold_at", "amount"]].assign(sold_at=SALES["sold_at"].dt.normalize())
    with pytest.raises(CrmkitError, match="no column 'sale_id'") as refusal:
        conform(bare)
    assert "sale_id='sold_at'" not in str(refusal.value)
    assert "sale_id" not in conform(bare, sale_id=None)
    days = conform(
        SALES.assign(store_id="A", sale_id=list("1234"), sold_at=SALES["sold_at"].dt.normalize())
    )
    with pytest.raises(CrmkitError, match="no hour"):
        ck.kpi.sales_summary(days, by="hour")


def test_each_rule_can_be_switched_off_and_says_what_it_would_have_touched():
    twice = pd.concat([SALES[:2], SALES[:1]], ignore_index=True)
    assert len(clean_sales(twice)[0]) == 2
    kept, report = clean_sales(twice, drop_identical=False)
    assert len(kept) == 3
    assert [(f.fault, f.action, f.rows) for f in report.findings] == [("duplicate_row", "left", 1)]
    tests = SALES.assign(sale_id=["test1", "2", "3", "4"])
    kept, report = clean_sales(tests, without=["test_row"])
    assert len(kept) == 4 and report.count("test_row") == 1
    with pytest.raises(CrmkitError, match="no rule 'test_rows'.*Did you mean 'test_row'"):
        clean_sales(tests, without=["test_rows"])


@pytest.mark.parametrize("nobody", ["0", "散客", "NULL", "guest", "00000", "99999"])
def test_a_member_that_is_nobody_is_a_walk_in_for_the_cleaner_too(nobody):
    lines = SALES.assign(store_id="A", sale_id=list("1234"), member_id=["m1", nobody, "m2", nobody])
    cleaned, report = clean_sales(lines)
    assert cleaned["member_id"].isna().tolist() == [False, True, False, True]
    assert report.count("placeholder", "member_id") == 2


def test_signs_that_nobody_sees_make_no_other_id(tmp_path):
    text = "sale_id,member_id,amount\n001,\u200bm1,5\n\ufeff002,m1\u200d,6\n"
    found = scan(write(tmp_path / "u.csv", text)).fetchall()
    assert [row[:2] for row in found] == [("001", "m1"), ("002", "m1")]


def test_thousands_of_india_and_months_in_words(tmp_path):
    text = 'sale_id,sold_at,quantity,amount\n1,"June 13, 2025",1,"1,23,456.50"\n2,"May 1, 2025",1,"12,345.00"\n'
    file = write(tmp_path / "i.csv", text)
    days, amounts = [dt.datetime(2025, 6, 13), dt.datetime(2025, 5, 1)], [123456.5, 12345.0]
    assert [row[1::2] for row in scan(file).fetchall()] == [*zip(days, amounts, strict=True)]
    cleaned = clean_sales(read_any(file)[0])[0]
    assert cleaned["sold_at"].tolist() == days and cleaned["amount"].tolist() == amounts


def test_orders_wrapped_in_json_are_lines_for_both_readers(tmp_path):
    text = '{"code": 0, "data": [{"sale_id": "001", "amount": 5}, {"sale_id": "002", "amount": 6}]}'
    file = write(tmp_path / "o.json", text)
    assert scan(file).fetchall() == [(0, "001", 5), (0, "002", 6)]
    mixed = write(tmp_path / "m.json", '[{"a": {"b": "x", "c": 1}}, {"a": {"c": "y"}}]')
    assert scan(mixed).fetchall() == [("x", "1"), (None, "y")]
    assert read_any(file)[0]["sale_id"].tolist() == ["001", "002"]


def test_a_basket_per_line_becomes_lines(tmp_path):
    file = write(tmp_path / "b.csv", "citrus fruit,bread,soup\nwhole milk\nbread,bread\n")
    lines = read_baskets(file)
    assert lines.values.tolist()[0] == ["1", "citrus fruit", 1]
    assert lines[lines["sale_id"] == "3"].values.tolist() == [["3", "bread", 2]]


def test_the_call_that_look_gives_runs_as_it_stands(tmp_path):
    file = write(
        tmp_path / "till.csv",
        "InvoiceNo,Date,Qty,Amount,Customer ID\nA1,31/12/2024,2,19,m1\nA2,13/1/2025,1,5,\n",
    )
    seen = look(file)
    space = {}
    exec(seen.call, space)
    assert list(space["sales"].columns[:3]) == ["sale_id", "sold_at", "member_id"]
    # the four boxes of a pivot table work on it as they do in the lessons
    assert (
        space["sales"][space["sales"]["quantity"] > 1].groupby("sale_id")["amount"].sum()["A1"]
        == 19
    )
    assert seen.doubles == 0 and len(seen.columns) == 5
    assert "<table>" in seen._repr_html_() and "InvoiceNo" in repr(seen)


def test_what_reading_is_told_is_judged(tmp_path):
    file = write(tmp_path / "a.csv", "a,b\n1,2\n")
    for wrong in ({"delimiter": ",,"}, {"headings": -1}, {"headings": True}, {"decimal": "x"}, {"sheet": 3}, {"day_first": "yes"}):  # fmt: skip
        with pytest.raises(CrmkitError, match=next(iter(wrong))):
            scan(file, **wrong)
    with pytest.raises(FileUnreadable, match="no row 9"):
        scan(file, headings=9)
    assert scan(file, headings=0).fetchall() == [("a", "b"), ("1", "2")]
    assert scan(file, headings=["x", "y"]).columns == ["x", "y"]


ODD_EXPORTS = {
    # what the tills and platforms of Chinese shops write, and what their one amount and time are
    "meituan": (
        '门店名称：解放路店,,,\r\n订单编号,下单时间,数量,实付金额(元)\r\n'
        '"\t3001234567890123456",2025/6/1 下午1:05,2,"¥1,299.00元"\r\n合计,,2,"¥1,299.00元"\r\n',
        "gb18030", "3001234567890123456", 1299.0,
    ),
    "youzan": (
        "订单号,订单创建时间,商品数量,实付金额\nE1,2025-06-01 13:05:00,２,￥１，２９９．００\n",
        "utf-8-sig", "E1", 1299.0,
    ),
    "a payment bill": (
        "收钱吧对账单,,\n商户号：1680001234,,\n起始时间：2025-06-01,,\n"
        "交易时间,订单号,实收金额\n2025-06-01 13:05:00,`7894259244061958,`1299.00\n"
        "2025-06-01 13:05:00,`7894259244061958,`1299.00\n总计：,,2598.00\n",
        "utf-8", "7894259244061958", 1299.0,
    ),
    "full width": (
        "单号，销售时间，金额\nＡ００１，２０２５－０６－０１　１３：０５，１２９９．００\n",
        "utf-8", "A001", 1299.0,
    ),
    "spoken times": (
        "小票号\t销售时间\t金额\r\n0001\t2025年6月1日 13时05分\t1299\r\n",
        "gb18030", "0001", 1299.0,
    ),
    "pages": (
        "小票号,销售时间,金额\n1,2025-06-01 13:05,1299\n第1页/共2页,,\n小票号,销售时间,金额\n"
        "1,2025-06-01 13:05,1299\n制表人：张三,审核：李四,\n",
        "utf-8", "1", 1299.0,
    ),
    "two rows of headings": (
        "单据,,金额信息\n单号,销售时间,实收\n007,2025-06-01 13:05,1299\n", "utf-8", "007", 1299.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("export", ODD_EXPORTS)
def test_odd_exports_are_read_rightly(tmp_path, export):
    text, encoding, sale_id, amount = ODD_EXPORTS[export]
    found = read(write(tmp_path / "export.csv", text, encoding))[0].df()
    times = [name for name in found if str(found[name].dtype).startswith("datetime")]
    assert found[times[0]].unique().tolist() == [pd.Timestamp("2025-06-01 13:05")]
    ids = next(name for name in found if "号" in name)
    assert found[ids].unique().tolist() == [sale_id]
    assert found.iloc[:, -1].unique().tolist() == [amount]


@pytest.mark.parametrize("value", ["1.2万", "12元整", "3件"])
def test_amounts_in_words_stay_text_and_the_odd_one_is_told(tmp_path, value):
    file = write(tmp_path / "w.csv", f"小票号,金额\n1,12.50\n2,(3.00)\n3,{value}\n")
    found, report = read(file)
    assert [row[1] for row in found.fetchall()] == ["12.50", "(3.00)", value]
    assert any(value in note for note in report.notes)


def test_a_column_of_times_that_cannot_be_read_is_told(tmp_path):
    file = write(tmp_path / "t.csv", "小票号,销售时间,金额\n1,2025-06-01 13:05,3\n2,昨天,4\n")
    assert any("昨天" in note for note in read(file)[1].notes)


@pytest.mark.parametrize(
    ("headings", "product"),
    [
        (["单号", "日期", "商品", "数量", "金额"], "商品"),
        (["Receipt", "Date", "Product name", "Qty", "Amount"], "Product name"),
        (["单号", "商品名称", "商品编码", "金额"], "商品编码"),
        (["InvoiceNo", "Description", "StockCode", "Quantity"], "StockCode"),
        (["单号", "姓名", "金额"], None),
    ],
)
def test_goods_are_told_apart_by_name_only_where_there_is_no_code(headings, product):
    found = {ours: theirs for theirs, ours in meanings(headings).items()}
    assert found.get("product_id") == product


@pytest.mark.parametrize(
    ("heading", "amounts", "sign"),
    [
        ("Line Total", ["£9.50", "-£3.00"], "£"), ("Total (EUR)", ["9.50", "3"], "€"),
        ("金额", ["15.96元", "3"], "¥"), ("Amount", ["9.50", "3"], ""), ("Amount", ["£1", "€2"], ""),
    ],
)  # fmt: skip
def test_the_currency_of_a_file_is_the_one_it_names(heading, amounts, sign, tmp_path):
    pd.DataFrame({"no": ["a", "b"], heading: amounts}).to_csv(tmp_path / "till.csv", index=False)
    assert read(tmp_path / "till.csv")[1].currency == sign


def test_a_date_that_is_written_otherwise_is_the_example_and_one_that_is_none_is_told(tmp_path):
    for odd, told in (("2025年1月4日", "several ways"), ("soon", "cannot be told to be a date")):
        days = ["2025/01/01", "2025/01/02", odd]
        pd.DataFrame({"no": list("abc"), "Date": days}).to_csv(tmp_path / "d.csv", index=False)
        [note] = [n for n in read(tmp_path / "d.csv")[1].notes if n.startswith("Date")]
        assert told in note and re.search(f"(like|such as) {odd}", note)


def test_the_latest_of_dates_written_in_several_ways_is_the_latest_day(tmp_path):
    """Not the largest text: 2026年4月9日 stands behind 2026/09/30 in the alphabet only."""
    file = tmp_path / "till.csv"
    dates = ["2026/03/01", "2026年4月9日", "2026/09/30", "2026.2.27"]
    rows = "".join(f"R{n},{day},9.5\n" for n, day in enumerate(dates))
    file.write_text(f"单号,日期,金额\n{rows}", "utf-8")
    day = look(file).to_frame().set_index("meaning").loc["sold_at"]
    assert (day["least"], day["most"]) == ("2026.2.27", "2026/09/30")
    file.write_text(f"单号,日期,金额\n{rows}R9,unknown day,9.5\n", "utf-8")
    day = look(file).to_frame().set_index("meaning").loc["sold_at"]
    assert (day["least"], day["most"]) == ("–", "–")


def test_of_names_the_most_frequent_is_shown_and_of_numbers_the_ends(tmp_path):
    """The first and the last store by the alphabet tell nothing; how often each stands does."""
    file = tmp_path / "till.csv"
    rows = "".join(f"R{n},2026-03-0{n},{shop},{1280 * n}\n" for n, shop in enumerate("BAB", 1))
    file.write_text(f"单号,日期,门店,金额\n{rows}", "utf-8")
    found = look(file)
    seen = found.to_frame().set_index("meaning")
    assert seen.loc["store_id", ["least", "most", "common"]].tolist() == ["–", "–", "B (2)"]
    assert seen.loc["sale_id", "common"] == "R1"  # all differ: one of them
    assert seen.loc["amount", ["least", "most", "common"]].tolist() == ["1280", "3840", "–"]
    assert "3,840" in repr(found)
    with ck.use_language("zh"):
        assert "最常见（几次）" in repr(found) and "编号或名称" in repr(found)


@pytest.mark.parametrize(
    ("written", "meant"), [("Ｍ９９", "M99"), ("`00012", "00012"), ("\u200bM5\u3000", "M5")]
)
def test_an_id_far_down_is_the_same_member_however_it_is_written(tmp_path, written, meant):
    rows = "".join(f"T{n:05},M{n},1.50\n" for n in range(10_500))
    file = write(tmp_path / "m.csv", f"sale_id,member_id,amount\n{rows}T99999,{written},777\n")
    assert read(file)[0].filter("amount = 777").fetchall() == [("T99999", meant, 777.0)]


def test_a_date_that_is_no_day_is_told_as_it_stands(tmp_path):
    file = write(tmp_path / "d.csv", "sale_id,sold_at\n1,2025-04-30\n2,2025-04-31\n")
    assert any("2025-04-31" in note for note in read(file)[1].notes)
