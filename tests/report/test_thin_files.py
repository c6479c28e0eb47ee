"""A file of little more than days and amounts still gives a report of what can be said."""

import re

import pandas as pd
import pytest

import crmkit as ck
from crmkit import report
from crmkit.errors import CrmkitError


@pytest.fixture(scope="module")
def days():
    """The sums of eighteen months, a Saturday half as much again."""
    each = pd.date_range("2025-05-01", "2026-10-31")
    money = [1500.0 if day.weekday() == 5 else 1000.0 + day.day for day in each]
    return pd.DataFrame({"日期": each.strftime("%Y-%m-%d"), "营业额": money})


def written(table, file):
    if file.suffix == ".xlsx":
        table.to_excel(file, index=False)
    else:
        table.to_csv(file, index=False, encoding="gb18030" if "gbk" in file.name else "utf-8")
    return file


@pytest.mark.parametrize("name", ["gbk.csv", "utf8.csv", "book.xlsx"])
def test_the_sums_of_days_give_trend_weeks_and_days_of_the_week(days, tmp_path, name):
    with ck.use_language("zh"):
        found = report.analyse(written(days, tmp_path / name))
        page = found.html()
    for said in ("周六卖得最好", "最好的一周从", "同比", "平均每天销售额", "小票号：多少单"):
        assert said in page, said
    assert not {"orders", "aov"} & set(found.chapters["关键指标"][0].table.columns)
    assert "客单价</span>" not in page


def test_a_store_that_falls_is_told_without_orders(days, tmp_path):
    both = pd.concat([days.assign(门店="东店"), days.assign(门店="西店")])
    late = (both["门店"] == "西店") & (both["日期"] >= "2026-05-01")
    both.loc[late, "营业额"] *= 0.7
    with ck.use_language("zh"):
        page = report.analyse(written(both, tmp_path / "各店.csv")).html()
    assert re.search(r"西店 −(29|30)\.\d%", page) and "客单价" not in page.split("下一步")[0]
    assert "到西店去看看" in page


def test_one_month_is_told_by_the_day(days, tmp_path):
    month = days[days["日期"].str[:7] == "2026-09"]
    with ck.use_language("zh"):
        found = report.analyse(written(month, tmp_path / "gbk九月.csv"))
        page = found.html()
    assert "每天销售额" in page and "卖得最好的一天是" in page
    assert "by_month" not in found.found  # one bar alone


@pytest.mark.parametrize(
    "said", [{"品类": "种"}, {"种": "品类"}, {"category": "种"}, {"类别": "种"}]
)
def test_the_category_is_named_by_its_heading_a_synonym_or_its_code(said, lines, names, tmp_path):
    kinds = ck.load("products").set_index("product_id")["category"]
    told = lines[list(names)].rename(columns=names).assign(种=lines["product_id"].map(kinds))
    file = written(told, tmp_path / "销售.csv")
    with ck.use_language("zh"):
        opened = report.opened(file, columns=said)
        assert "products" in opened.tables and "products_of" in opened.code
        with pytest.raises(CrmkitError, match="没有“种类”这一列.*小票号、销售时间、"):
            report.opened(file, columns={"品类": "种类"})
        with pytest.raises(CrmkitError, match="品类.*会员等级"):
            report.opened(file, columns={"颜色": "种"})
        with pytest.raises(CrmkitError, match="中间用等号"):
            report.opened(file, columns={"品类": ""})


def test_discounts_are_told_with_their_share_and_where_they_are_larger(tmp_path):
    day = pd.date_range("2025-01-01", periods=200).strftime("%Y-%m-%d")
    store = ["东店", "西店"] * 100
    off = [0.0 if one == "东店" else 20.0 for one in store]
    table = pd.DataFrame({"单号": range(200), "日期": day, "门店": store, "商品": "茶", "数量": 1, "优惠": off, "实收金额": [100.0 - one for one in off]})  # fmt: skip
    with ck.use_language("zh"):
        page = report.analyse(written(table, tmp_path / "优惠.csv")).html()
        plain = report.analyse(written(table.assign(优惠=0.0), tmp_path / "无.csv")).html()
    assert "一共优惠了 ¥2,000，占原价的 10.0%；50.0% 的行有优惠。" in page
    assert "明显高于平均（10.0%）的：西店 20.0%。" in page
    assert "一共优惠了 ¥" not in plain


def test_what_discounts_add_up_to_beside_the_files_own_total_and_the_revenue_is_explained(tmp_path):
    day = [f"2025-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(200)]
    table = pd.DataFrame({"单号": [f"R{n}" for n in range(200)], "日期": day, "商品": "茶", "数量": 1, "优惠": 20.0, "实收金额": 80.0})  # fmt: skip
    table.loc[190:, ["数量", "优惠", "实收金额"]] = [-1, -20.0, -80.0]

    def said(stated):
        total = pd.DataFrame([{"单号": "合计", "数量": table["数量"].sum(), "优惠": stated, "实收金额": table["实收金额"].sum()}])  # fmt: skip
        return report.analyse(written(pd.concat([table, total]), tmp_path / "合计.csv")).html()

    with ck.use_language("zh"):
        page = said(3600.0)
        assert "卖出金额（没扣退货）" in page
        assert "这一节的卖出金额没扣退货，所以比报告开头的销售额多 ¥800.00。" in page
        assert "文件合计行的优惠是 ¥3,600.00：那里减去了退货行的优惠 ¥200.00，这里只算卖出时的优惠。" in page  # fmt: skip
        assert "文件合计行的优惠是 ¥3,800.00，和这份报告一致。" in said(3800.0)
        assert "文件合计行的优惠是 ¥9,999.00，但各行加起来是 ¥3,600.00。" in said(9999.0)
