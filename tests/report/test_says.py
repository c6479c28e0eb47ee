"""What a report says of a small shop's export: no more than its lines bear out."""

import numpy as np
import pandas as pd
import pytest

from crmkit.i18n import use_language
from crmkit.report import analyse


def export(weekend=1.0, together=0.0):
    """Half a year of a shop whose goods have names only; its last row is the total."""
    chance = np.random.default_rng(3)
    days = np.sort(chance.integers(0, 181, 1_500))
    keep = (pd.Timestamp("2025-01-01") + pd.to_timedelta(days, "D")).day_of_week.to_numpy() >= 5
    days = np.concatenate([days, np.repeat(days[keep], int(weekend) - 1)])
    n = len(days)
    first = chance.choice([f"茶{one}" for one in range(16)], n)
    second = chance.choice([f"茶{one}" for one in range(16)], n)
    second = np.where((first == "茶1") & (chance.random(n) < together), "茶2", second)
    lines = pd.DataFrame(
        {
            "单号": [f"R{one}" for one in range(n)] * 2,
            "日期": list(pd.Timestamp("2025-01-01") + pd.to_timedelta(days, "D")) * 2,
            "会员号": list(chance.choice([f"M{one:03}" for one in range(136)], n)) * 2,
            "商品": [*first, *second],
            "数量": 1,
            "金额": chance.integers(5, 100, 2 * n).astype(float),
        }
    )
    return lines, pd.concat(
        [lines, pd.DataFrame({"单号": ["合计"], "金额": [lines["金额"].sum()]})], ignore_index=True
    )


@pytest.fixture(scope="module")
def by_chance(tmp_path_factory):
    file = tmp_path_factory.mktemp("shop") / "销售.xlsx"
    lines, sheet = export()
    sheet.to_excel(file, index=False)
    with use_language("zh"):
        report = analyse(file)
        return lines, report, report.html()


def says(report, name):
    return next(
        done.says for of in report.chapters.values() for done in of if done.step.name == name
    )


def test_what_chance_brought_is_told_as_no_difference(by_chance):
    _lines, report, page = by_chance
    assert says(report, "by_weekday") == "一周里各天差不多，差别没有超出碰巧。"
    assert says(report, "pairs") == "没有哪两样商品在 20 单以上一起出现得比碰巧多。"
    assert not [one for one in report.advice if "茶" in one.do]
    assert "抽签" not in page


def test_what_is_there_is_told(tmp_path):
    file = tmp_path / "sales.csv"
    export(weekend=3, together=0.8)[0].to_csv(file, index=False)
    with use_language("en"):
        report = analyse(file)
        told = says(report, "by_weekday")
        assert told.startswith("Strongest: S") and "hardly" not in told
        assert any("茶1" in one.do and "茶2" in one.do for one in report.advice)


def test_goods_by_name_and_the_total_left_out_are_told(by_chance):
    lines, report, page = by_chance
    assert {"abc", "pairs"} <= {one.step.name for of in report.chapters.values() for one in of}
    assert "合计行：1 行" in page and f"{lines['金额'].sum():,.2f}"[:-3] in page
