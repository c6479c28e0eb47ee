"""Spreadsheets in and out."""

import csv

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from crmkit.i18n import use_language
from crmkit.practice.display import heading
from crmkit.practice.errors import BadValue, NotAllowed, NotFound, Refused


@pytest.fixture
def shop(any_shop):
    any_shop.members.register("Ann", "14000000001")
    return any_shop


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "members.csv"
    path.write_text(
        "name,phone,email,gender,birth_date\n"
        "Ann Other,140 0000 0001,ann@example.com,female,1990-05-17\n"
        "王小明,+86 14000000002,,male,\n"
        "Bo,123,,,\n"
        ",14000000003,,,\n"
        "Cy,14000000004,nobody,,\n",
        "gbk",
    )
    return path


def test_new_ones_are_added_known_ones_completed_wrong_ones_left_out(shop, sheet):
    done = shop.files.import_members(str(sheet))
    assert (done.rows, done.added, done.changed, done.refused) == (5, 1, 1, 3)
    assert [one.row for one in done.refusals] == [4, 5, 6]
    assert "phone" in done.refusals[0].reason
    ann = shop.members.find_by_phone("14000000001")
    assert (ann.name, ann.email, ann.birthday) == ("A**", "a***@example.com", "05-17")
    assert shop.members.find_by_phone("14000000002").name == "王**"
    with pytest.raises(NotFound):
        shop.members.find_by_phone("14000000004")


def test_a_file_is_taken_once(shop, sheet):
    shop.files.import_members(str(sheet))
    with pytest.raises(Refused, match="already"):
        shop.files.import_members(str(sheet))
    assert len(shop.files.imports()) == 1


def test_excel_keeps_phones_as_numbers_and_days_as_dates(shop, tmp_path):
    path = tmp_path / "members.xlsx"
    pd.DataFrame(
        {"name": ["Dee"], "phone": [14000000005], "birth_date": [pd.Timestamp("1988-02-29")]}
    ).to_excel(path, index=False, engine="xlsxwriter")
    assert shop.files.import_members(str(path)).added == 1
    assert shop.members.find_by_phone("14000000005").birthday == "02-29"


@pytest.mark.parametrize("content", [b"", b"name\nAnn\n", b"\x89PNG\r\n\x1a\n0000"])
def test_a_file_that_cannot_be_members_is_refused_whole(shop, tmp_path, content):
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(BadValue):
        shop.files.import_members(str(path))
    assert shop.files.imports() == ()


def test_lists_go_out_masked_and_formulas_harmless(shop, tmp_path):
    shop.members.register("=cmd|' /C calc'!A0", "14000000009", email="x@example.com")
    path = tmp_path / "out.csv"
    assert shop.files.export_members(str(path)) == 2
    text = path.read_text("utf-8-sig")
    assert "14000000009" not in text
    assert "x@example.com" not in text
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[1]["Name"].startswith("'=")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_dangerous_product_name_is_a_text_in_the_sheet(shop, tmp_path, suffix):
    shop.office.add_product("P8", '=HYPERLINK("http://x.example")', "home", 100, 50)
    path = tmp_path / f"stock.{suffix}"
    assert shop.files.export_stock(str(path)) == 6
    if suffix == "csv":
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    else:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[-1][1].startswith("'=HYPERLINK")


def test_sales_of_the_day_go_out_to_the_cent(shop, tmp_path):
    shop.till.sell([("P3", 3)], member_id="M000001")
    path = tmp_path / "sales.csv"
    assert shop.files.export_sales(str(path), "2025-06-30", "2025-06-30") == 1
    (row,) = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    assert (row["Amount"], row["Quantity"]) == ("119.7", "3")
    assert shop.files.export_sales(str(tmp_path / "none.csv"), "2025-06-01", "2025-06-29") == 0


def test_a_list_never_overwrites_and_needs_a_known_kind_of_file(shop, tmp_path):
    (tmp_path / "out.csv").write_text("precious")
    with pytest.raises(Refused):
        shop.files.export_members(str(tmp_path / "out.csv"))
    with pytest.raises(BadValue):
        shop.files.export_members(str(tmp_path / "out.pdf"))
    with pytest.raises(NotFound):
        shop.files.export_members(str(tmp_path / "nowhere" / "out.csv"))
    with pytest.raises(NotAllowed):
        shop.as_staff("A1").files.export_members(str(tmp_path / "more.csv"))
    assert (tmp_path / "out.csv").read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir() if "unfinished" in p.name] == []


def test_a_shops_own_spreadsheet_has_chinese_headings_and_words(shop, tmp_path):
    path = tmp_path / "会员.csv"
    path.write_text(
        "姓名,手机号,性别,生日,职业,等级\n王小明,14000000002,男,1990-05-17,教师,金卡\n"
        "李雷,14000000003,男士,,,\n",
        "gb18030",
    )
    done = shop.files.import_members(str(path))
    assert (done.added, done.refused) == (1, 1)
    member = shop.members.find_by_phone("14000000002")
    assert (member.gender, member.birthday, member.occupation) == ("male", "05-17", "teacher")
    with use_language("zh"):
        shop.members.correct("M000001", gender="female")
        shop.files.export_members(str(tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["姓名"], first["性别"]) == ("A**", "女")
    assert (second["会员等级"], second["手机号"]) == ("普通会员", "140****0002")


def test_what_may_be_typed_is_said_with_its_meaning(shop):
    with use_language("zh"), pytest.raises(BadValue) as said:
        shop.till.sell([("P1", 1)], payments={"weixin": 12_900})
    assert str(said.value).startswith("支付方式只能是：wechat（微信支付）、alipay（支付宝）")
    with pytest.raises(BadValue) as said:
        shop.members.correct("M000001", gender="x")
    assert str(said.value) == "Gender is one of female, male, undisclosed."


def test_the_exported_sales_add_up_to_the_shift_report(shop, tmp_path):
    sale = shop.till.sell([("P1", 2)])
    shop.till.give_back(sale.sale_id, [("P1", 1)], reason="changed_mind")
    assert shop.files.export_sales(str(tmp_path / "s.csv"), "2025-06-30", "2025-06-30") == 2
    text = (tmp_path / "s.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert sum(float(row[heading("amount")]) for row in rows) == shop.till.shift().revenue / 100
    assert "2025-06-30 12:00" in text
    assert "+00:00" not in text
