"""What one takes away beside the page: whom to contact, by number; no name, no phone, on no page."""

import re

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

import crmkit as ck
from crmkit import cli, report


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Half a year of two stores: one of ten in each level stays away from April on, one is new."""
    rows = []
    for member in range(60):
        for week in range(26):
            day = pd.Timestamp("2025-01-01") + pd.Timedelta(days=7 * week + member % 7)
            if member % 10 == 3 and day >= pd.Timestamp("2025-03-20"):
                continue
            rows.append((f"T{member:03}{week:02}", day, f"=K{member:03}", f"王{member}秀英", f"1400{member:07}", ["金卡", "银卡"][member % 2], ["东店", "西店"][member % 3 > 0], 10.0 + member))  # fmt: skip
    rows.append(("TNEW", pd.Timestamp("2025-06-20"), "=K900", "李新", "14009999999", "银卡", "东店", 5.0))  # fmt: skip
    heads = ["小票号", "销售时间", "会员卡号", "会员姓名", "手机号", "会员等级", "门店", "实收金额"]
    file = tmp_path_factory.mktemp("shop") / "流水.csv"
    pd.DataFrame(rows, columns=heads).to_csv(file, index=False, encoding="gb18030")
    return file


def sheets(file):
    book = CalamineWorkbook.from_path(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_workbook_beside_the_page_lists_whom_to_contact(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(cli.app, ["analyse", str(shop), "--lang", "zh"])
    ck.set_language("en")
    assert ran.exit_code == 0, ran.output
    assert "流水 名单.xlsx" in ran.output
    found = sheets(tmp_path / "流水 名单.xlsx")
    gone = [row for name, rows in found.items() if "没再来" in name for row in rows[1:]]
    assert sorted(row[0] for row in gone) == [f"=K{n:03}" for n in range(3, 60, 10)]
    heads = next(rows[0] for name, rows in found.items() if "没再来" in name)
    assert heads[:3] == ["会员卡号", "常去门店", "会员等级"]
    three = next(row for row in gone if row[0] == "=K003")
    assert three[1:3] == ["东店", "银卡"] and three[3].isoformat() == "2025-03-15"
    assert [row[0] for row in found["新来只买过一次"][1:]] == ["=K900"]
    page = (tmp_path / "流水 报告.html").read_text("utf-8")
    assert "流水 名单.xlsx" in page and "members_of" not in page
    assert not re.search(r"=K\d{3}|秀英|1400\d{7}", page)
    told = str(found)
    assert not re.search(r"秀英|李新|1400\d{7}", told)
    assert "VLOOKUP" in told


def test_numbers_are_in_the_workbook_what_a_spreadsheet_makes_of_them_in_the_file(tmp_path):
    """Opened by a double click 8100035 is a number: as text no VLOOKUP would find it; a zero in front, or a digit too many, is lost in a number."""
    numbers = ["8100035", "0012345", "6222021234567890123", "VIP-7"]
    days = pd.date_range("2025-01-01", "2025-06-30", freq="D")
    rows = [(f"T{n}", day, numbers[n % 4] if day.month == 1 else f"77{n % 9}", 10.0 + n % 4) for n, day in enumerate(days)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["小票号", "日期", "会员卡号", "实收金额"])
    table.to_csv(tmp_path / "流水.csv", index=False)
    with ck.use_language("zh"):
        found = report.analyse(tmp_path / "流水.csv", columns={"会员卡号": "member_id"})
        found.save(tmp_path / "a.html", with_lists=True)
    held = sheets(found.beside)
    gone = {row[0] for name, rows in held.items() if "没再来" in name for row in rows[1:]}
    assert gone == {8100035, "0012345", "6222021234567890123", "VIP-7"}
    assert 'A2&""' in str(held)


def test_of_a_file_that_ends_long_before_today_page_and_lists_say_so_first(shop, tmp_path):
    lines = pd.read_csv(shop, encoding="gb18030", parse_dates=["销售时间"])
    for days, told in ((332, "已是 11 个月前："), (800, "已是 2 年前："), (45, "")):
        late = pd.Timestamp.now().normalize() - pd.Timedelta(days, "D")
        shifted = lines["销售时间"] + (late - lines["销售时间"].max())
        lines.assign(销售时间=shifted).to_csv(tmp_path / "流水.csv", index=False)
        with ck.use_language("zh"):
            found = report.analyse(tmp_path / "流水.csv")
            found.save(tmp_path / f"{days}.html", with_lists=True)
        page = (tmp_path / f"{days}.html").read_text("utf-8")
        about = str(sheets(found.beside)["说明"])
        if not told:
            assert "重新导出再打电话" not in page + about
            continue
        said = f"数据到{late.year}年{late.month}月{late.day}日，{told}名单上的人多半又来过，先重新导出再打电话。"  # fmt: skip
        assert said in about and page.count(said) == 1
        assert page.index("该做什么") < page.index(said) < page.index("要联系谁")


def test_the_lists_can_be_left_out_and_none_before_is_overwritten(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(cli.app, ["analyse", str(shop), "--lang", "en", "--no-lists"])
    assert not list(tmp_path.glob("*.xlsx"))
    for _again in range(2):
        CliRunner().invoke(cli.app, ["analyse", str(shop), "--lang", "en", "--to", "a.html"])
    assert {one.name for one in tmp_path.glob("*.xlsx")} == {"a lists.xlsx", "a lists 2.xlsx"}
    assert "a lists 2.xlsx" in (tmp_path / "a.html").read_text("utf-8")


def test_a_file_without_members_has_no_lists(shop, tmp_path):
    table = pd.read_csv(shop, encoding="gb18030")[["小票号", "销售时间", "实收金额"]]
    table.to_csv(tmp_path / "小票.csv", index=False)
    with ck.use_language("zh"):
        found = report.analyse(tmp_path / "小票.csv")
        found.save(tmp_path / "小票.html", with_lists=True)
    assert found.beside is None and not list(tmp_path.glob("*.xlsx"))
